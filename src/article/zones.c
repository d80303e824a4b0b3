/* What each block of a mail is: article, or something beside it. From the edges inwards: what is
 * quoted, what stands below the article, what stands above it. */
#include <string.h>

#include "article-private.h"

enum {
	SHORT = 100, /* bytes of a line that may be part of a signature */
	LONG = 160, /* bytes of a paragraph that is text */
	SIGNATURE_MOST = 14, /* blocks of a signature above an article */
};

void
article_set(Article *article, guint from, guint to, int verdict, const char *reason)
{
	for (guint i = from; i < to && i < article->n; i++) {
		if (article->verdicts[i] != IN_ARTICLE)
			continue;
		article->verdicts[i] = verdict;
		article->reasons[i] = reason;
	}
}

guint
article_words(const Article *article, guint from, guint to)
{
	guint words = 0;

	for (guint i = from; i < to && i < article->n; i++)
		words += markdown_words(block_at(article, i));
	return words;
}

static bool
is_open(const Article *article, guint i)
{
	return article->verdicts[i] == IN_ARTICLE;
}

/* A line of its own that stands out. */
static bool
stands_out(const Block *block)
{
	return block->kind == BLOCK_HEADING || (block->bold && strlen(block->plain) < SHORT);
}

static bool
is_long_text(const Block *block)
{
	return block->kind == BLOCK_PARAGRAPH && strlen(block->plain) > LONG &&
	       strchr(block->plain, '.') != NULL;
}

/* --- what the markup and the wording of single blocks say
 * ----------------------------------------------------- */

static void
judge_single(Article *article, guint i)
{
	Block *block = block_at(article, i);
	size_t length = strlen(block->plain);

	if (block->kind == BLOCK_RULE || (length == 0 && block->kind != BLOCK_IMAGE))
		article_set(article, i, i + 1, DROPPED, "");
	else if (block->zone == ZONE_HIDDEN)
		article_set(article, i, i + 1, ASIDE_PREHEADER, "hidden in the mail");
	else if (block->zone == ZONE_SIGNATURE)
		article_set(article, i, i + 1, ASIDE_SIGNATURE, "signature of the mail program");
	else if (length < 400 && article_matches(article, RULE_BANNER, i))
		article_set(article, i, i + 1, ASIDE_BANNER, "warning of a mail system");
	else if (length < SHORT && article_matches(article, RULE_LABEL, i))
		article_set(article, i, i + 1, ASIDE_LABEL, "label");
	else if (length > 0 && length < 4 && strspn(block->plain, "/#*-=") == length)
		article_set(article, i, i + 1, ASIDE_LABEL, "end mark");
	else if (length < 250 && article_matches(article, RULE_EMBARGO, i))
		article_set(article, i, i + 1, ASIDE_EMBARGO, "embargo line");
	else if (length < 200 && article_matches(article, RULE_DEVICE, i))
		article_set(article, i, i + 1, ASIDE_SIGNATURE, "added by the mail program");
}

/* --- below the article
 * ---------------------------------------------------------------------------------------- */

/* A closing in a quotation belongs to the story; one with much text behind it closes a covering
 * note. */
static bool
closes(const Article *article, guint i)
{
	const Block *block = block_at(article, i);

	return is_open(article, i) && block->quote == 0 && block->kind == BLOCK_PARAGRAPH &&
	       strlen(block->plain) < 120 && article_matches(article, RULE_CLOSING, i);
}

static guint
long_texts(const Article *article, guint from, guint to)
{
	guint n = 0;

	for (guint i = from; i < to; i++)
		n += is_open(article, i) && is_long_text(block_at(article, i)) &&
		     !article_matches(article, RULE_DISCLAIMER, i);
	return n;
}

static bool
begins_notes(const Article *article, guint i)
{
	return is_open(article, i) && block_at(article, i)->quote == 0 &&
	       article_matches(article, RULE_NOTE, i);
}

/* "Perscontact: ..." is one block or a heading with what is below it. */
static bool
begins_contact(const Article *article, guint i)
{
	const Block *block = block_at(article, i);

	return is_open(article, i) && block->quote == 0 && strlen(block->plain) < 300 &&
	       article_matches(article, RULE_CONTACT, i);
}

static guint
end_of_tail(const Article *article, guint from, guint end)
{
	guint i = from;

	/* Until something that is clearly another zone. */
	for (i++; i < end; i++)
		if (!is_open(article, i) || closes(article, i) ||
			article_matches(article, RULE_DISCLAIMER, i) ||
			article_matches(article, RULE_FOOTER, i) || begins_notes(article, i))
			break;
	return i;
}

static void
judge_signature(Article *article, guint end)
{
	for (guint i = 0; i < end; i++) {
		if (!closes(article, i) || long_texts(article, i, end) > 1)
			continue;
		/* The last lines above a contact or note may be one, but it is found from the top:
		 * what closes, closes. */
		for (guint k = i; k < end; k++) {
			if (begins_notes(article, k))
				break;
			if (article_matches(article, RULE_DISCLAIMER, k))
				article_set(article, k, end, ASIDE_DISCLAIMER,
					"legal text below the signature");
			article_set(article, k, k + 1, ASIDE_SIGNATURE, "closing and signature");
		}
		return;
	}
}

static void
judge_notes(Article *article, guint end)
{
	for (guint i = 0; i < end; i++) {
		if (!begins_notes(article, i))
			continue;
		article_set(article, i, end_of_tail(article, i, end), ASIDE_NOTE,
			"meant for the editor");
	}
}

/* Contact stands at the end: what follows it is short. */
static void
judge_contact(Article *article, guint end)
{
	for (guint i = end / 3; i < end; i++) {
		guint tail;

		if (!begins_contact(article, i))
			continue;
		tail = end_of_tail(article, i, end);
		if (long_texts(article, i + 1, tail) > 0 || tail - i > 14)
			continue;
		article_set(article, i, tail, ASIDE_CONTACT, "press contact");
	}
}

static void
judge_disclaimer(Article *article, guint end)
{
	for (guint i = end / 2; i < end; i++)
		if (is_open(article, i) && block_at(article, i)->quote == 0 &&
			article_matches(article, RULE_DISCLAIMER, i))
			article_set(article, i, i + 1, ASIDE_DISCLAIMER, "legal text");
}

/* The edges of a newsletter: from the first footer line on, and everything above a header line. */
static void
judge_footer(Article *article, guint end)
{
	for (guint i = 0; i < end; i++) {
		if (!is_open(article, i) || strlen(block_at(article, i)->plain) > 500 ||
			!article_matches(article, RULE_FOOTER, i))
			continue;
		if (article_words(article, 0, i) < article_words(article, 0, end) / 3)
			article_set(article, i, i + 1, ASIDE_FOOTER, "header of a newsletter");
		else
			article_set(article, i, end, ASIDE_FOOTER, "footer of a newsletter");
	}
}

/* --- above the article
 * ---------------------------------------------------------------------------------------- */

static guint
first_open(const Article *article, guint from, guint end)
{
	while (from < end &&
		(!is_open(article, from) || block_at(article, from)->kind == BLOCK_IMAGE))
		from++;
	return from;
}

/* A covering note with its signature above the press release: greeting, a few lines, closing, short
 * lines. */
static guint
signature_above(const Article *article, guint start, guint end)
{
	for (guint i = start; i < end && i < start + 12; i++) {
		guint k = i + 1;

		if (!closes(article, i))
			continue;
		for (; k < end && k < i + SIGNATURE_MOST; k++) {
			const Block *block = block_at(article, k);

			if (article->verdicts[k] == ASIDE_LABEL ||
				article->verdicts[k] == ASIDE_EMBARGO ||
				block->kind == BLOCK_HEADING || is_long_text(block))
				break;
			if (block->kind == BLOCK_RULE)
				return k + 1;
			if (block->bold && k > i + 2 && strlen(block->plain) > 25 &&
				strchr(block->plain, '@') == NULL)
				break;
		}
		return k < end && article_words(article, k, end) > 60 ? k : start;
	}
	return start;
}

static bool
is_cover_line(const Article *article, guint i)
{
	const Block *block = block_at(article, i);

	return block->kind == BLOCK_PARAGRAPH && !stands_out(block) && strlen(block->plain) < 500 &&
	       article_matches(article, RULE_COVER, i);
}

static bool
is_question(const Block *block)
{
	return block->kind == BLOCK_PARAGRAPH && !stands_out(block) &&
	       strlen(block->plain) < SHORT && g_str_has_suffix(block->plain, "?");
}

/* Where a label, an embargo, a heading or a rule begins the article proper within the next few
 * blocks. */
static guint
proper_start(const Article *article, guint from, guint end)
{
	for (guint i = from; i < end && i < from + 8; i++) {
		const Block *block = block_at(article, i);

		/* What stands out below a closing is a name. */
		if (closes(article, i))
			return 0;
		if (article->verdicts[i] == ASIDE_LABEL || article->verdicts[i] == ASIDE_EMBARGO ||
			block->kind == BLOCK_RULE || (is_open(article, i) && stands_out(block)))
			return i;
		if (block->kind == BLOCK_PARAGRAPH && strlen(block->plain) > 600)
			return 0;
	}
	return 0;
}

static void
judge_cover(Article *article, guint end)
{
	guint start = first_open(article, 0, end);
	/* A document has no covering note: a letter in it is told about. */
	guint above = article->document == NULL ? signature_above(article, start, end) : start;
	guint proper;

	if (above > start) {
		for (guint i = start; i < above && !closes(article, i); i++)
			article_set(article, i, i + 1, ASIDE_COVER, "covering note");
		article_set(article, start, above, ASIDE_SIGNATURE, "signature above the article");
		return;
	}
	if (start >= end || block_at(article, start)->quote > 0)
		return;
	if (!article_matches(article, RULE_SALUTATION, start)) {
		/* A bare "Bijgaand ons persbericht." without greeting. */
		while (start < end && is_open(article, start) && is_cover_line(article, start) &&
			strlen(block_at(article, start)->plain) < 220 &&
			article_words(article, start + 1, end) > 60) {
			article_set(article, start, start + 1, ASIDE_COVER, "covering note");
			start = first_open(article, start + 1, end);
		}
		return;
	}
	article_set(article, start, start + 1, ASIDE_COVER, "salutation");
	proper = proper_start(article, start + 1, end);
	if (proper > 0 && article_words(article, start, proper) < 120) {
		article_set(article, start, proper, ASIDE_COVER, "covering note above the article");
		return;
	}
	/* A short question right below a greeting is put to the editor, not to the reader. */
	if (start + 2 < end && is_open(article, start + 1) &&
		is_question(block_at(article, start + 1))) {
		article_set(article, start + 1, start + 2, ASIDE_COVER, "question to the editor");
		start++;
	}
	for (guint i = start + 1;
		i < end && i < start + 5 && is_open(article, i) && is_cover_line(article, i); i++)
		article_set(article, i, i + 1, ASIDE_COVER, "covering note");
}

/* --- all of it
 * ------------------------------------------------------------------------------------------------
 */

/* Quoting by a mail program without any announcement. */
static void
judge_bare_quotes(Article *article)
{
	guint i = article->n;

	while (i > 0 && (block_at(article, i - 1)->zone == ZONE_QUOTED ||
				*block_at(article, i - 1)->plain == '\0'))
		i--;
	if (i > 0 && i < article->n && article_words(article, 0, i) > 0)
		article_set(article, i, article->n, ASIDE_QUOTED, "quoted mail");
}

/* What may be too much: an article that is empty while something was cut as a cover. */
static void
doubt(Article *article)
{
	guint words = 0;

	for (guint i = 0; i < article->n; i++)
		if (is_open(article, i))
			words += markdown_words(block_at(article, i));
	if (words > 0)
		return;
	for (guint i = 0; i < article->n; i++)
		if (article->verdicts[i] == ASIDE_COVER)
			article->verdicts[i] = IN_ARTICLE;
}

void
article_judge(Article *article)
{
	guint end;

	for (guint i = 0; i < article->n; i++)
		article->verdicts[i] = IN_ARTICLE;
	end = article_judge_quoted(article);
	judge_bare_quotes(article);
	for (guint i = 0; i < article->n; i++)
		judge_single(article, i);
	judge_footer(article, end);
	judge_cover(article, end);
	judge_signature(article, end);
	judge_notes(article, end);
	judge_contact(article, end);
	judge_disclaimer(article, end);
	doubt(article);
}
