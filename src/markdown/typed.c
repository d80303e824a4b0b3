#include "typed.h"

#include <string.h>

/* --- marks
 * ----------------------------------------------------------------------------------------------------
 */

static bool
is_emoji(gunichar c)
{
	return (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x2600 && c <= 0x27bf) ||
	       (c >= 0x2b00 && c <= 0x2bff) || (c >= 0x1f100 && c <= 0x1f2ff) ||
	       (c >= 0x2190 && c <= 0x21ff) || (c >= 0x25a0 && c <= 0x25ff);
}

size_t
typed_emoji(const char *p)
{
	const char *start = p;
	gunichar c = g_utf8_get_char(p);

	if (*p == '\0' || !is_emoji(c))
		return 0;
	p = g_utf8_next_char(p);
	for (int i = 0; i < 12 && *p != '\0'; i++) {
		c = g_utf8_get_char(p);
		/* Variations, skin tones, flags and what a joiner joins. */
		if (c != 0xfe0f && c != 0xfe0e && c != 0x200d && !(c >= 0x1f3fb && c <= 0x1f3ff) &&
			!(c >= 0x1f1e6 && c <= 0x1f1ff) &&
			g_utf8_get_char(g_utf8_prev_char(p)) != 0x200d)
			break;
		p = g_utf8_next_char(p);
	}
	return (size_t)(p - start);
}

static bool
is_bullet(gunichar c)
{
	static const gunichar bullets[] = {0x2022, 0x25e6, 0x25aa, 0x25ab, 0x25a0, 0x25a1, 0x2023,
		0x25cf, 0x25cb, 0xb7, 0x2713, 0x2714, 0x2611, 0x2610, 0x2705, 0x27a4, 0x25ba,
		0x25b8, 0x25b6, 0x2192, 0x21d2, 0x27a2, 0x27a1, 0x2756, 0x2043, 0x2219, 0x2666,
		0x25c6, 0x25c7, 0x25c8, 0x2717, 0x2718, 0x204c, 0x29bf, 0x2bc8, 0xf0b7, 0xf0a7,
		0xf0d8, 0xf0fc, 0xf076, 0xa7, 0x2794, 0x279c, 0x279e, 0x25fe, 0x25fd, 0x2b1b};

	for (size_t i = 0; i < G_N_ELEMENTS(bullets); i++)
		if (bullets[i] == c)
			return true;
	return false;
}

static size_t
blanks(const char *p)
{
	const char *start = p;

	while (*p == ' ' || *p == '\t' || g_str_has_prefix(p, "\xc2\xa0"))
		p += *p == ' ' || *p == '\t' ? 1 : 2;
	return (size_t)(p - start);
}

/* 1 and its keycap (U+20E3). */
static size_t
keycap(const char *line, int *number)
{
	size_t n = g_ascii_isdigit(*line) ? 1 : 0;

	if (g_str_has_prefix(line, "🔟")) {
		*number = 10;
		return strlen("🔟");
	}
	if (n == 1 && g_str_has_prefix(line + n, "\xef\xb8\x8f"))
		n += 3;
	if (n == 0 || !g_str_has_prefix(line + n, "\xe2\x83\xa3"))
		return 0;
	*number = *line - '0';
	return n + 3;
}

static int
roman(const char *p, size_t n)
{
	static const char *const numbers[] = {"i", "ii", "iii", "iv", "v", "vi", "vii", "viii",
		"ix", "x", "xi", "xii", "xiii", "xiv", "xv"};

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (strlen(numbers[i]) == n && g_ascii_strncasecmp(numbers[i], p, n) == 0)
			return (int)i + 1;
	return 0;
}

/* 1. 1) (1) a. a) (a) iv. : the length of the mark. */
static size_t
ordered_mark(const char *line, TypedMark *mark)
{
	const char *p = line + (*line == '(');
	size_t digits = strspn(p, "0123456789");
	size_t letters = strspn(p, "ivxIVX");

	if (digits > 0 && digits <= 2) {
		mark->kind = MARK_NUMBER;
		mark->number = (int)g_ascii_strtoll(p, NULL, 10);
		p += digits;
	} else if (letters > 1 && roman(p, letters) > 0) {
		mark->kind = MARK_ROMAN;
		mark->number = roman(p, letters);
		p += letters;
	} else if (g_ascii_isalpha(*p)) {
		mark->kind = MARK_LETTER;
		mark->number = g_ascii_tolower(*p) - 'a' + 1;
		p++;
	} else {
		return 0;
	}
	mark->sign = (gunichar)(guchar)*p;
	if (*p != ')' && (*p != '.' || *line == '('))
		return 0;
	if (mark->kind == MARK_NUMBER && *p == ')')
		mark->kind = MARK_PAREN;
	return (size_t)(p + 1 - line);
}

static size_t
bullet_mark(const char *line, TypedMark *mark)
{
	gunichar c = g_utf8_get_char(line);
	size_t n = (size_t)(g_utf8_next_char(line) - line);

	mark->sign = c;
	if (g_str_has_prefix(line, "->") || g_str_has_prefix(line, "=>") ||
		g_str_has_prefix(line, ">>")) {
		mark->kind = MARK_DASH;
		mark->sign = 0x2192;
		return 2;
	}
	if (is_bullet(c)) {
		mark->kind = MARK_BULLET;
		while (g_str_has_prefix(line + n, "\xef\xb8\x8f") ||
			g_str_has_prefix(line + n, "\xef\xb8\x8e"))
			n += 3;
		return n;
	}
	if (strchr("-*+o>", *line) != NULL || c == 0x2013 || c == 0x2014) {
		mark->kind = MARK_DASH;
		return n;
	}
	n = typed_emoji(line);
	mark->kind = n > 0 ? MARK_EMOJI : MARK_NONE;
	return n;
}

bool
typed_mark(const char *line, TypedMark *mark)
{
	size_t n;

	*mark = (TypedMark){MARK_NONE, 0, 0, 0};
	if (*line == '\0')
		return false;
	n = keycap(line, &mark->number);
	if (n > 0) {
		mark->kind = MARK_NUMBER;
		mark->sign = 0x20e3;
	}
	if (n == 0)
		n = ordered_mark(line, mark);
	if (n == 0)
		n = bullet_mark(line, mark);
	if (n == 0 || line[n] == '\0')
		return false;
	mark->length = n + blanks(line + n);
	/* "•text" is typed often; "-text" and "1.text" may be anything. */
	if (mark->length == n && (mark->kind != MARK_BULLET || mark->sign < 0x100))
		return false;
	return line[mark->length] != '\0';
}

char *
typed_strip(const char *text, const char *plain, size_t length)
{
	const char *p = text;
	GString *opened = g_string_new(NULL);

	for (size_t i = 0; i < length && *p != '\0';) {
		if (*p == '\\' && p[1] == plain[i])
			p++;
		if (*p == plain[i]) {
			p++;
			i++;
		} else if (plain[i] == ' ' || plain[i] == '\t') {
			/* Marks close before the blank. */
			if (*p != '*')
				i++;
			else
				p++, g_string_truncate(
					     opened, opened->len > 0 ? opened->len - 1 : 0);
		} else if (*p == '*') {
			g_string_append_c(opened, *p++);
		} else {
			g_string_free(opened, TRUE);
			return NULL;
		}
	}
	while (*p == ' ')
		p++;
	g_string_append(opened, p);
	return g_string_free(opened, FALSE);
}

/* --- wrapped lines
 * -------------------------------------------------------------------------------------------- */

static gint
compare_lengths(gconstpointer a, gconstpointer b)
{
	return *(const gint *)a - *(const gint *)b;
}

gint
typed_width(GArray *lengths, gint least)
{
	gint high;
	guint near = 0;

	if (lengths->len < 2 || least < 1)
		return 0;
	g_array_sort(lengths, compare_lengths);
	high = g_array_index(lengths, gint, (lengths->len - 1) * 97 / 100);
	if (high > 110 || high < least)
		return 0;
	for (guint i = 0; i < lengths->len; i++)
		near += g_array_index(lengths, gint, i) > high - 16;
	return near * 3 > lengths->len ? high : 0;
}

/* --- hyphens at the end of a line
 * ------------------------------------------------------------------------------ */

static bool
knows(const char *whole, int *budget, const char *a, const char *hyphen, const char *b)
{
	g_autofree char *word = NULL;

	if (whole == NULL || *budget <= 0)
		return false;
	(*budget)--;
	word = g_strconcat(a, hyphen, b, NULL);
	return strstr(whole, word) != NULL;
}

/* Two vowels that would be read as one sound keep their hyphen: zij-instromers, auto-ongeluk. */
static bool
vowels_clash(char a, char b)
{
	static const char *const pairs[] = {"aa", "ae", "ai", "au", "ee", "ei", "eu", "ie", "ii",
		"ij", "oe", "oi", "oo", "ou", "ui", "uu", "ji", "je"};
	char pair[] = {(char)g_ascii_tolower(a), (char)g_ascii_tolower(b), '\0'};

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++)
		if (strcmp(pairs[i], pair) == 0)
			return true;
	return false;
}

static bool
is_conjunction(const char *word)
{
	static const char *const words[] = {
		"en", "of", "and", "or", "und", "oder", "tot", "als", "maar", "noch"};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static bool
has_capital(const char *word)
{
	/* Behind the first letter, or digits: VNO-NCW, CO2-uitstoot. */
	for (const char *p = word; *p != '\0'; p++)
		if (g_ascii_isdigit(*p) || (p > word && g_ascii_isupper(*p)) || *p == '-')
			return true;
	return false;
}

static bool
keeps_hyphen(const char *left)
{
	static const char *const parts[] = {
		"co", "ex", "tv", "pc", "it", "ov", "non", "anti", "niet", "oud", "semi", "self"};

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (g_ascii_strcasecmp(parts[i], left) == 0)
			return true;
	return false;
}

/* The hyphen is only there because the line ended. */
static bool
hyphen_goes(const char *left, const char *right, const char *whole, int *budget)
{
	if (!g_unichar_islower(g_utf8_get_char(right)) || has_capital(left))
		return false;
	if (knows(whole, budget, left, "-", right))
		return false;
	if (knows(whole, budget, left, "", right))
		return true;
	return strlen(left) > 1 && strlen(right) > 1 && !keeps_hyphen(left) &&
	       !vowels_clash(left[strlen(left) - 1], right[0]);
}

static size_t
word_start(const GString *text)
{
	size_t n = text->len - 1;

	while (n > 0 && text->str[n - 1] != ' ' && text->str[n - 1] != '(' &&
		text->str[n - 1] != '\\' && text->str[n - 1] != '*')
		n--;
	return n;
}

static size_t
word_length(const char *p)
{
	const char *start = p;

	while (*p != '\0' && (g_unichar_isalpha(g_utf8_get_char(p)) || *p == '-'))
		p = g_utf8_next_char(p);
	return (size_t)(p - start);
}

void
typed_join(GString *text, const char *next, const char *whole, int *budget)
{
	g_autofree char *left = NULL;
	g_autofree char *right = NULL;

	while (text->len > 0 && text->str[text->len - 1] == ' ')
		g_string_truncate(text, text->len - 1);
	next += blanks(next);
	if (g_str_has_suffix(text->str, "\xc2\xad")) {
		g_string_truncate(text, text->len - 2);
		g_string_append(text, next);
		return;
	}
	if (text->len < 2 || text->str[text->len - 1] != '-' || text->str[text->len - 2] == ' ' ||
		word_length(next) == 0) {
		if (text->len > 0)
			g_string_append_c(text, ' ');
		g_string_append(text, next);
		return;
	}
	left = g_strndup(text->str + word_start(text), text->len - 1 - word_start(text));
	right = g_strndup(next, word_length(next));
	if (is_conjunction(right))
		g_string_append_c(text, ' ');
	else if (hyphen_goes(left, right, whole, budget))
		g_string_truncate(text, text->len - 1);
	g_string_append(text, next);
}
