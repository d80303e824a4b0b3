/* Other mails within this one: forwarded, answered, or the sender's own that is sent again. */
#include <string.h>

#include "article-private.h"

enum {
	FIELD_NAME = 24, /* bytes before the colon of a typed field */
	HEADER_BLOCKS = 8, /* a typed header spreads over so many blocks at most */
	SHORT_OWN = 90, /* words above a quotation that are only a covering note */
	NESTED_MOST = 4, /* times that a mail was passed on */
};

typedef struct {
	guint start, end; /* blocks of the announcement and header */
	bool forwarded; /* it says so */
	char *name, *address, *subject;
} Quotation;

static void
quotation_clear(Quotation *q)
{
	g_free(q->name);
	g_free(q->address);
	g_free(q->subject);
}

/* --- typed headers
 * -------------------------------------------------------------------------------------------- */

static const RuleKind fields[] = {RULE_FROM, RULE_DATE, RULE_TO, RULE_SUBJECT};

static int
count_fields(const Article *article, const char *plain)
{
	g_auto(GStrv) lines = strchr(plain, ':') != NULL ? g_strsplit(plain, "\n", 12) : NULL;
	bool seen[G_N_ELEMENTS(fields)] = {false};
	int count = 0;

	for (char **line = lines; line != NULL && *line != NULL; line++)
		for (size_t f = 0; f < G_N_ELEMENTS(fields) &&
				   memchr(*line, ':', strnlen(*line, FIELD_NAME)) != NULL;
			f++)
			if (rules_match(article->rules, fields[f], *line))
				seen[f] = true;
	for (size_t f = 0; f < G_N_ELEMENTS(fields); f++)
		count += seen[f];
	return count;
}

/* "Sanne de Vries <sanne@example.nl>" */
static void
read_author(const char *text, Quotation *q)
{
	const char *open = strpbrk(text, "<[");
	const char *at = strchr(text, '@');
	const char *start = at, *end = at;

	if (at != NULL) {
		while (start > text && strchr(" <([:;,\"", start[-1]) == NULL)
			start--;
		while (*end != '\0' && strchr(" >)];,\"\n", *end) == NULL)
			end++;
		q->address = g_strndup(start, (gsize)(end - start));
		if (g_str_has_prefix(q->address, "mailto:"))
			memmove(q->address, q->address + 7, strlen(q->address) - 6);
	} else {
		q->address = g_strdup("");
	}
	if (open == NULL && at != NULL)
		open = start;
	q->name = open != NULL ? g_strndup(text, (gsize)(open - text)) : g_strdup(text);
	g_strdelimit(q->name, "\"*|\\\n", ' ');
	g_strstrip(q->name);
}

static void
find_author(const Article *article, Quotation *q)
{
	for (guint i = q->start; i < q->end; i++) {
		g_auto(GStrv) lines = g_strsplit(block_at(article, i)->plain, "\n", 12);

		for (char **line = lines; *line != NULL; line++) {
			size_t n = rules_match_length(article->rules, RULE_FROM, *line);

			if (n > 0 && q->name == NULL)
				read_author(g_strstrip(*line + n), q);
			n = n == 0 ? rules_match_length(article->rules, RULE_SUBJECT, *line) : 0;
			if (n > 0 && q->subject == NULL)
				q->subject = g_strstrip(g_strdup(*line + n));
		}
	}
}

/* A header in one block, or over a few. Returns the block behind it, 0 when there is none. */
static guint
header_at(const Article *article, guint i)
{
	int count = 0;
	guint last = i;

	if (!article_matches(article, RULE_FROM, i) &&
		count_fields(article, block_at(article, i)->plain) < 3)
		return 0;
	for (guint k = i; k < article->n && k < i + HEADER_BLOCKS; k++) {
		int here = count_fields(article, block_at(article, k)->plain);

		if (here == 0 && k > i && *block_at(article, k)->plain != '\0' &&
			strlen(block_at(article, k)->plain) > 90)
			break;
		if (here > 0)
			last = k;
		count += here;
	}
	return count >= 3 ? last + 1 : 0;
}

static bool
is_announcement(const Article *article, guint i)
{
	return strlen(block_at(article, i)->plain) < 90 &&
	       article_matches(article, RULE_FORWARD, i);
}

/* "Op 3 mei schreef Sanne <...>:" The address tells it from a sentence in a story. */
static bool
is_attribution(const Article *article, guint i)
{
	const Block *block = block_at(article, i);
	size_t length = strlen(block->plain);

	if (length > 300 || !article_matches(article, RULE_WROTE, i))
		return false;
	return strchr(block->plain, '@') != NULL || block->zone == ZONE_QUOTED ||
	       block->plain[length - 1] == ':';
}

/* What follows must look like a quotation, or the announcement is a sentence. */
static bool
quotation_follows(const Article *article, guint i)
{
	const Block *next = i + 1 < article->n ? block_at(article, i + 1) : NULL;

	return block_at(article, i)->zone == ZONE_QUOTED ||
	       (next != NULL && (next->zone == ZONE_QUOTED || next->quote > 0));
}

static bool
find_quotation(const Article *article, guint from, Quotation *q)
{
	for (guint i = from; i < article->n; i++) {
		guint header = header_at(article, i);
		bool announced = is_announcement(article, i);

		if (announced && header == 0 && i + 1 < article->n)
			header = header_at(article, i + 1);
		if (header == 0 && announced && i + 2 < article->n)
			header = header_at(article, i + 2);
		if (header > 0 || (is_attribution(article, i) && quotation_follows(article, i))) {
			*q = (Quotation){.start = i,
				.end = header > 0 ? header : i + 1,
				.forwarded = announced};
			return true;
		}
	}
	return false;
}

/* --- what to do with it
 * --------------------------------------------------------------------------------------- */

static bool
subject_says_forward(const Article *article)
{
	const char *subject = article->message->subject;

	subject += strspn(subject, " ");
	return rules_match(article->rules, RULE_PASSED, subject);
}

static bool
is_own(const Article *article, const Quotation *q)
{
	const char *own = article->message->from_address;

	return (*own != '\0' && q->address != NULL && g_ascii_strcasecmp(own, q->address) == 0) ||
	       (q->name != NULL && *q->name != '\0' &&
		       g_ascii_strcasecmp(q->name, article->message->from_name) == 0);
}

/* Who answers quotes the one he writes to; who passes on quotes somebody else. */
static bool
is_recipient(const Article *article, const char *address)
{
	for (guint i = 0; address != NULL && i < article->message->recipients->len; i++)
		if (g_ascii_strcasecmp(article->message->recipients->pdata[i], address) == 0)
			return true;
	return false;
}

/* The quoting of the mail program is not the article's. */
static void
lift(Article *article, guint from, guint to)
{
	int least = 99;

	for (guint i = from; i < to; i++)
		if (*block_at(article, i)->plain != '\0' ||
			block_at(article, i)->kind == BLOCK_IMAGE)
			least = MIN(least, block_at(article, i)->quote);
	for (guint i = from; i < to; i++) {
		Block *block = block_at(article, i);

		block->quote = MAX(block->quote - least, 0);
		if (block->zone == ZONE_QUOTED)
			block->zone = ZONE_NONE;
	}
}

/* "Sanne de Vries schreef" in the attribution of an answer. */
static void
author_of_attribution(const Article *article, Quotation *q)
{
	const char *plain = block_at(article, q->start)->plain;

	if (q->name != NULL)
		return;
	read_author(plain, q);
	g_clear_pointer(&q->name, g_free);
	q->name = g_strdup(strcasestr(plain, article->message->from_name) != NULL
				   ? article->message->from_name
				   : "");
}

static void
take_quoted(Article *article, guint from, const Quotation *q, bool own)
{
	Draft *draft = article->draft;

	article_set_letter(article, from, q->start, "stands above the mail that is passed on");
	for (guint i = q->start; i < q->end; i++)
		article_force(
			article, i, ASIDE_FORWARD_HEADER, "header of the mail that is passed on");
	lift(article, q->end, article->n);
	if (q->subject != NULL && text_words(q->subject) >= 2) {
		g_free(article->subject);
		article->subject = g_strdup(q->subject);
	}
	if (own || q->address == NULL) {
		record_set(&draft->source_reason,
			"The sender sends an earlier mail again: the article is in the quotation.");
		return;
	}
	record_set(&draft->source_reason, "The mail passes on another mail.");
	draft->has_original = true;
	record_set(&draft->original_sender.name, q->name);
	record_set(&draft->original_sender.address, q->address);
}

/* Words that belong to the sender; signatures above a quotation do not make an article. */
static guint
own_words(const Article *article, guint from, guint end)
{
	guint words = 0;

	for (guint i = from; i < end; i++) {
		const Block *block = block_at(article, i);

		if (block->zone == ZONE_SIGNATURE || article_matches(article, RULE_CLOSING, i))
			break;
		if (block->quote == 0 || block->zone != ZONE_QUOTED)
			words += markdown_words(block_at(article, i));
	}
	return words;
}

/* An answer below the quotation. */
static guint
quoted_end(const Article *article, guint from)
{
	guint i = from;

	while (i < article->n &&
		(block_at(article, i)->zone == ZONE_QUOTED || block_at(article, i)->quote > 0 ||
			*block_at(article, i)->plain == '\0'))
		i++;
	return i;
}

/* An answer: all of the quotation goes, also where the answer stands below it. Returns where the
 * own text ends. */
static guint
set_quoted(Article *article, guint from, const Quotation *q, guint answer)
{
	bool below = answer > q->end && answer < article->n;
	bool is_below = below && article_words(article, answer, article->n) >
					 own_words(article, from, q->start);
	guint end = is_below ? answer : article->n;

	for (guint i = q->start; i < end; i++)
		article_force(article, i, ASIDE_QUOTED, "quoted mail");
	return below ? article->n : q->start;
}

static bool
passes_on(const Article *article, guint from, const Quotation *q, guint own, guint quoted)
{
	bool other =
		q->address != NULL && *q->address != '\0' && !is_recipient(article, q->address);

	if (own >= SHORT_OWN)
		return false;
	/* Only the outer subject speaks of forwarding; within it each one announces itself. */
	return q->forwarded || (from == 0 && subject_says_forward(article)) ||
	       (other && quoted > 2 * own);
}

guint
article_judge_quoted(Article *article, guint *ret_begin)
{
	guint from = article->head;

	article_set_letter(article, 0, from, "stands above the mail that was passed on");
	if (from == 0)
		from = article_judge_form(article);
	for (int nested = 0; nested < NESTED_MOST; nested++) {
		Quotation q = {0};
		guint own, quoted, answer, end;
		bool again;

		*ret_begin = from;
		if (!find_quotation(article, from, &q))
			return article->n;
		find_author(article, &q);
		author_of_attribution(article, &q);
		own = own_words(article, from, q.start);
		answer = quoted_end(article, q.end);
		quoted = article_words(article, q.end, answer > q.end ? answer : article->n);
		again = is_own(article, &q) && own < SHORT_OWN && quoted > own;
		if (!again && !passes_on(article, from, &q, own, quoted)) {
			end = set_quoted(article, from, &q, answer);
			quotation_clear(&q);
			return end;
		}
		take_quoted(article, from, &q, again);
		from = q.end;
		quotation_clear(&q);
	}
	*ret_begin = from;
	return article->n;
}
