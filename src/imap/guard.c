#include "guard.h"

#include <string.h>

void
guard_init(Guard *guard, gint64 literal_most)
{
	memset(guard, 0, sizeof *guard);
	guard->number = -1;
	guard->literal_most = literal_most;
}

void
guard_rearm(Guard *guard)
{
	guard->lines = 0;
}

/* --- response codes on which the parser trips
 * ----------------------------------------------------------------- */

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* Behind a tag, or the sign of an answer without one. The parser takes any number of blanks where
 * the grammar has one, also none behind the sign. */
static const char *
skip_tag(const char *p)
{
	return skip_blanks(*p == '*' || *p == '+' ? p + 1 : p + strcspn(p, " \t"));
}

/* "\*", "\Seen", "$Label1" (RFC 3501, 9: flag-perm), without the rarer signs of an atom. Returns
 * what is behind it, NULL when it is none. */
static const char *
skip_flag(const char *p)
{
	size_t n;

	if (strncmp(p, "\\*", 2) == 0)
		return p + 2;
	p += *p == '\\';
	n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789$_.:/+-");
	return n > 0 ? p + n : NULL;
}

/* A list that the parser cannot read is an empty one to it, on which it crashes. */
static bool
permanent_flags_are_sane(const char *code)
{
	const char *p = code + strlen("PERMANENTFLAGS");

	if (strncmp(p, " (", 2) != 0)
		return false;
	p += 2;
	if (*p == ')')
		return p[1] == ']';
	while ((p = skip_flag(p)) != NULL && *p == ' ')
		p++;
	return p != NULL && strncmp(p, ")]", 2) == 0;
}

static bool
code_is_sane(const char *code)
{
	const char *end = strchr(code, ']');

	if (g_ascii_strncasecmp(code, "BADCHARSET", 10) == 0)
		return false;
	if (g_ascii_strncasecmp(code, "PERMANENTFLAGS", 14) == 0)
		return permanent_flags_are_sane(code);
	if (g_ascii_strncasecmp(code, "ALERT", 5) == 0 ||
		g_ascii_strncasecmp(code, "PARSE", 5) == 0)
		return end != NULL && end[1] == ' ' && *skip_blanks(end + 1) != '\0' &&
		       *skip_blanks(end + 1) != '\r';
	return true;
}

/* What stands behind the condition, NULL when there is none. */
static const char *
behind_condition(const char *word)
{
	static const char *const conditions[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};

	for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++) {
		size_t n = strlen(conditions[i]);

		if (g_ascii_strncasecmp(word, conditions[i], n) == 0 && !g_ascii_isalnum(word[n]))
			return skip_blanks(word + n);
	}
	return NULL;
}

/* {123} or {123+} at the end of the line: the size, -1 none, -2 malformed. */
static gint64
literal_size(const Guard *guard)
{
	const char *open =
		guard->tail_length > 0 ? memrchr(guard->tail, '{', guard->tail_length) : NULL;
	g_autofree char *text = NULL;
	size_t digits;

	if (open == NULL || guard->tail[guard->tail_length - 1] != '}')
		return -1;
	text = g_strndup(open + 1, (size_t)(guard->tail + guard->tail_length - open - 1));
	digits = strspn(text, "0123456789");
	if (*text == '-' || *text == '+' || digits > 12)
		return -2;
	if (digits == 0 || (strcmp(text + digits, "}") != 0 && strcmp(text + digits, "+}") != 0))
		return -1;
	return g_ascii_strtoll(text, NULL, 10);
}

/* The line has its end. */
static bool
judge_line(Guard *guard)
{
	const char *text;
	gint64 size = literal_size(guard);

	guard->head[guard->head_length] = '\0';
	guard->head[strcspn(guard->head, "\r")] = '\0';
	/* Every line begins with a tag or a sign. */
	if (!guard->continued && (guard->head[0] == ' ' || guard->head[0] == '\t'))
		return false;
	text = skip_tag(guard->head);
	/* Blanks to the end of what is remembered: somebody hides what follows. */
	if (*text == '\0' && guard->head_length >= GUARD_HEAD)
		return false;
	if (guard->head[0] != '+')
		text = behind_condition(text);
	if (guard->continued)
		text = NULL;
	if (text != NULL && *text == '[' && !code_is_sane(skip_blanks(text + 1)))
		return false;
	/* A greeting is parsed without what lists in a code need; no server has one there. */
	if (!guard->greeted && text != NULL && *text == '[' &&
		memchr(text, '(', strcspn(text, "]")) != NULL)
		return false;
	/* Behind text no literal follows: there a size would blind us for what comes. */
	if (size == -2 || (size >= 0 && text != NULL) || size > guard->literal_most)
		return false;
	if (size >= 0)
		guard->literal_left = size;
	guard->continued = size >= 0;
	return true;
}

static void
next_line(Guard *guard)
{
	guard->line_length = guard->continued ? guard->line_length : 0;
	guard->head_length = 0;
	guard->tail_length = 0;
	guard->number = -1;
	if (!guard->continued) {
		guard->depth = 0;
		guard->fetch = false;
	}
	guard->greeted = true;
	guard->lines++;
}

static void
remember(Guard *guard, const char *bytes, size_t length)
{
	size_t room = GUARD_HEAD - guard->head_length;
	size_t keep = MIN(length, sizeof guard->tail);

	memcpy(guard->head + guard->head_length, bytes, MIN(room, length));
	guard->head_length += MIN(room, length);
	if (guard->tail_length + keep > sizeof guard->tail) {
		size_t drop = guard->tail_length + keep - sizeof guard->tail;

		memmove(guard->tail, guard->tail + drop, guard->tail_length - drop);
		guard->tail_length -= drop;
	}
	memcpy(guard->tail + guard->tail_length, bytes + length - keep, keep);
	guard->tail_length += keep;
}

/* "* 12 FETCH (": known when its first parenthesis comes. */
static bool
is_fetch(const Guard *guard)
{
	const char *head = guard->head;
	const char *end = head + guard->head_length;

	/* Padding, so that we should not see it. */
	if (guard->head_length >= GUARD_HEAD)
		return true;
	while (head < end && (*head == '*' || *head == ' ' || g_ascii_isdigit(*head)))
		head++;
	return end - head >= 5 && g_ascii_strncasecmp(head, "FETCH", 5) == 0;
}

/* The parser takes numbers modulo 2^32, so that UID 4294967297 would be somebody else's mail. A
 * number is digits behind a space or parenthesis. */
static bool
count_number(Guard *guard, char byte)
{
	if (byte == ' ' || byte == '(')
		guard->number = 0;
	else if (guard->number >= 0 && g_ascii_isdigit(byte))
		guard->number = guard->number * 10 + (byte - '0');
	else
		guard->number = -1;
	return guard->number <= G_MAXUINT32;
}

/* Parentheses count in quotes too: what is quoted for us need not be so for the parser. */
static bool
count_depth(Guard *guard, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '(' && ++guard->depth > GUARD_DEPTH)
			return false;
		if (bytes[i] == '(' && guard->depth == 1 && !guard->continued)
			guard->fetch = is_fetch(guard);
		if (bytes[i] == ')' && guard->depth > 0)
			guard->depth--;
		if (guard->fetch && !count_number(guard, bytes[i]))
			return false;
	}
	return true;
}

/* A piece of a line, without its newline. A CR belongs to the line end. */
static bool
feed_line(Guard *guard, const char *bytes, size_t length)
{
	guard->line_length += length;
	if (guard->line_length > GUARD_LINE)
		return false;
	if (length > 0)
		remember(guard, bytes, length);
	return count_depth(guard, bytes, length);
}

static bool
end_line(Guard *guard)
{
	if (guard->tail_length > 0 && guard->tail[guard->tail_length - 1] == '\r')
		guard->tail_length--;
	if (!judge_line(guard))
		return false;
	next_line(guard);
	return guard->lines <= GUARD_LINES;
}

bool
guard_feed(Guard *guard, const char *bytes, size_t length)
{
	while (length > 0) {
		const char *newline;
		size_t n;

		if (guard->literal_left > 0) {
			n = (size_t)MIN(guard->literal_left, (gint64)length);
			guard->literal_left -= (gint64)n;
			bytes += n;
			length -= n;
			continue;
		}
		newline = memchr(bytes, '\n', length);
		n = newline != NULL ? (size_t)(newline - bytes) : length;
		if (!feed_line(guard, bytes, n) || (newline != NULL && !end_line(guard)))
			return false;
		n += newline != NULL;
		bytes += n;
		length -= n;
	}
	return true;
}
