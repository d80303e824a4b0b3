/* Title, embargo and language. */
#include <string.h>

#include "article-private.h"

enum {
	TITLE_MOST = 220,
	LEAD_MOST = 900,
	LANGUAGE_BYTES = 1500,
};

/* --- title
 * ----------------------------------------------------------------------------------------------------
 */

char *
article_clean_subject(const ArticleRules *rules, const char *subject)
{
	g_autofree char *text = text_collapse(subject);
	const char *p = text;

	for (int i = 0; i < 6; i++) {
		size_t n = rules_match_length(rules, RULE_PREFIX, p);

		if (n == 0 || p[n] == '\0')
			break;
		p += n;
	}
	p += strspn(p, " |:-");
	if (g_str_has_prefix(p, "– "))
		p += strlen("– ");
	/* "[EXTERN] ..." */
	while (*p == '[' && strchr(p, ']') != NULL && strchr(p, ']') - p < 20)
		p = strchr(p, ']') + 1 + strspn(strchr(p, ']') + 1, " ");
	return g_strdup(p);
}

static char *
key_of(const char *text)
{
	g_autofree char *folded = text_fold(text);
	GString *key = g_string_new(NULL);

	for (const char *p = folded; *p != '\0'; p = g_utf8_next_char(p))
		if (g_unichar_isalnum(g_utf8_get_char(p)))
			g_string_append_unichar(key, g_utf8_get_char(p));
	return g_string_free(key, FALSE);
}

static bool
is_like(const char *a, const char *b)
{
	g_autofree char *left = key_of(a);
	g_autofree char *right = key_of(b);

	return *left != '\0' &&
	       (strcmp(left, right) == 0 || (strlen(left) > 12 && g_str_has_prefix(right, left)) ||
		       (strlen(right) > 12 && g_str_has_prefix(left, right)));
}

/* Of the mail that the article came in, where the mail says it in its text. */
const char *
article_subject(const Article *article)
{
	return article->subject != NULL ? article->subject : article->message->subject;
}

/* Is the line what the subject says? */
bool
article_is_subject(const Article *article, const char *plain)
{
	g_autofree char *subject = NULL;

	if (*plain == '\0' || strlen(plain) > TITLE_MOST)
		return false;
	subject = article_clean_subject(article->rules, article_subject(article));
	return text_words(subject) >= 2 && is_like(plain, subject);
}

static guint
next_in_article(const Article *article, guint from)
{
	while (from < article->n && (article->verdicts[from] != IN_ARTICLE ||
					    block_at(article, from)->kind == BLOCK_IMAGE))
		from++;
	return from;
}

static bool
is_sentence(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && (text[n - 1] == '.' || text[n - 1] == ':' || text[n - 1] == ',' ||
				text[n - 1] == ';');
}

/* Largest font among the paragraphs: what is larger stands out. */
static double
body_size(const Article *article)
{
	double sum = 0;
	int n = 0;

	for (guint i = 0; i < article->n; i++) {
		const Block *block = block_at(article, i);

		if (block->kind == BLOCK_PARAGRAPH && block->size > 0 &&
			strlen(block->plain) > 120) {
			sum += block->size;
			n++;
		}
	}
	return n > 0 ? sum / n : 0;
}

static bool
is_headline(const Article *article, guint i, const char *subject)
{
	const Block *block = block_at(article, i);
	size_t length = strlen(block->plain);
	guint next = next_in_article(article, i + 1);
	double size = body_size(article);

	if (length == 0 || length > TITLE_MOST || block->quote > 0 || block->kind == BLOCK_ITEM ||
		block->kind == BLOCK_TABLE)
		return false;
	if (is_like(block->plain, subject) || block->kind == BLOCK_HEADING)
		return true;
	if (block->kind != BLOCK_PARAGRAPH || is_sentence(block->plain))
		return false;
	if (block->bold || article_is_capitals(block->plain) ||
		(size > 0 && block->size > size * 1.15))
		return true;
	/* A short line alone, with a text below it. */
	return next < article->n && length < 130 &&
	       strlen(block_at(article, next)->plain) > length + 40 &&
	       text_words(block->plain) >= 3;
}

/* Capitals in a headline are typing, not spelling. */
static char *
as_title(const char *plain)
{
	g_autofree char *line = text_collapse(plain);
	char *lower, *first, *title;

	if (!article_is_capitals(line))
		return g_steal_pointer(&line);
	lower = g_utf8_strdown(line, -1);
	first = g_utf8_strup(lower, g_utf8_next_char(lower) - lower);
	title = g_strconcat(first, g_utf8_next_char(lower), NULL);
	g_free(lower);
	g_free(first);
	return title;
}

static void
take_lead(Article *article, guint from)
{
	guint i = next_in_article(article, from);
	const Block *block = i < article->n ? block_at(article, i) : NULL;

	if (block != NULL && block->kind == BLOCK_PARAGRAPH && block->quote == 0 &&
		strlen(block->plain) < LEAD_MOST)
		record_set(&article->draft->lead, block->plain);
}

void
article_find_title(Article *article)
{
	g_autofree char *subject = article_clean_subject(article->rules, article_subject(article));
	guint i = next_in_article(article, 0);

	if (i < article->n && is_headline(article, i, subject)) {
		g_autofree char *title = as_title(block_at(article, i)->plain);

		record_set(&article->draft->title, title);
		record_set(&article->draft->title_from, "body");
		article_set(article, i, i + 1, DROPPED, "");
		take_lead(article, i + 1);
		return;
	}
	record_set(&article->draft->title, subject);
	record_set(&article->draft->title_from, "subject");
	take_lead(article, 0);
}

/* --- embargo
 * --------------------------------------------------------------------------------------------------
 */

/* The moment may stand in another line than the word. */
static void
take_embargo(Article *article, guint i)
{
	const char *plain = block_at(article, i)->plain;
	gint64 at = article_moment(article, plain);

	if (*article->draft->embargo == '\0' || (article->draft->embargo_at == 0 && at != 0))
		record_set(&article->draft->embargo, plain);
	if (article->draft->embargo_at == 0)
		article->draft->embargo_at = at;
}

void
article_find_embargo(Article *article)
{
	const char *subject = article->message->subject;
	Draft *draft = article->draft;

	for (guint i = 0; i < article->n; i++)
		if (article->verdicts[i] == ASIDE_EMBARGO)
			take_embargo(article, i);
	if (strcasestr(subject, "embargo") != NULL || strcasestr(subject, "sperrfrist") != NULL) {
		if (*draft->embargo == '\0')
			record_set(&draft->embargo, subject);
		if (draft->embargo_at == 0)
			draft->embargo_at = article_moment(article, subject);
	}
	if (*draft->embargo != '\0' && draft->embargo_at == 0)
		draft_warn(draft, "embargo.unclear",
			"There is an embargo, but no moment could be read from it.");
}

/* --- language
 * -------------------------------------------------------------------------------------------------
 */

static const struct {
	const char *language;
	const char *words[14];
} stop_words[] = {
	{"nl", {"de", "het", "een", "van", "en", "dat", "voor", "niet", "zijn", "met", "ook",
		       "naar", "bij", NULL}},
	{"en", {"the", "and", "of", "to", "that", "for", "is", "with", "was", "are", "this", "from",
		       "by", NULL}},
	{"de", {"der", "die", "das", "und", "nicht", "mit", "für", "ist", "von", "auf", "dem",
		       "eine", "den", NULL}},
};

/* Up to eight bytes of a word in lower case, as a number: comparing is one instruction. */
static guint64
packed(const char *word, size_t length)
{
	guint64 number = 0;

	for (size_t i = 0; i < length; i++)
		number = number << 8 | (guint8)g_ascii_tolower(word[i]);
	return number;
}

static void
count_word(guint64 word, int counts[])
{
	static guint64 known[G_N_ELEMENTS(stop_words)][G_N_ELEMENTS(stop_words[0].words)];

	for (size_t l = 0; l < G_N_ELEMENTS(stop_words); l++)
		for (size_t w = 0; stop_words[l].words[w] != NULL; w++) {
			const char *stop = stop_words[l].words[w];

			if (known[l][w] == 0)
				known[l][w] = packed(stop, strlen(stop));
			counts[l] += known[l][w] == word;
		}
}

void
article_find_language(Article *article)
{
	const char *body = article->draft->body;
	int counts[G_N_ELEMENTS(stop_words)] = {0};
	int best = 2;

	for (size_t at = 0; body[at] != '\0' && at < LANGUAGE_BYTES;) {
		size_t length = strcspn(body + at, " \n.,");

		if (length >= 2 && length <= 5)
			count_word(packed(body + at, length), counts);
		at += length + (body[at + length] != '\0');
	}
	for (size_t l = 0; l < G_N_ELEMENTS(stop_words); l++)
		if (counts[l] > best) {
			best = counts[l];
			record_set(&article->draft->language, stop_words[l].language);
		}
}
