/* What each block of a mail is: article, or something beside it. From the edges inwards: what is
 * quoted, what stands below the article, what stands above it. */
#include <string.h>

#include "article-private.h"

enum {
	SHORT = 100, /* bytes of a line that may be part of a signature */
	SIGNATURE_MOST = 16, /* blocks of a signature above an article */
	COVER_MOST = 10, /* blocks of a covering note */
	COVER_WORDS = 140,
	COVER_PARAGRAPH = 360, /* bytes */
	HEADLINE_MOST = 130,
	CONTACT_MOST = 14, /* blocks */
	HEAD_EDGE = 10, /* blocks that may be a newsletter's head */
	FOOT_EDGE = 24,
	FOOT_LINE = 280, /* bytes */
	IMPRINT = 140, /* bytes */
	TEXT_WORDS = 40, /* of an article that something can end */
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

void
article_force(Article *article, guint i, int verdict, const char *reason)
{
	if (*block_at(article, i)->plain == '\0' && block_at(article, i)->kind != BLOCK_IMAGE)
		return;
	article->verdicts[i] = verdict;
	article->reasons[i] = reason;
}

static char
last_byte(const char *text)
{
	return *text != '\0' ? text[strlen(text) - 1] : '\0';
}

/* --- what the markup and the wording of single blocks say
 * ----------------------------------------------------- */

/* "P E R S B E R I C H T" */
static char *
unspaced(const char *plain)
{
	GString *word = g_string_new(NULL);

	for (const char *p = plain; *p != '\0'; p = g_utf8_next_char(p)) {
		const char *next = g_utf8_next_char(p);

		if (g_unichar_isalpha(g_utf8_get_char(p)) && *next != ' ' && *next != '\0') {
			g_string_truncate(word, 0);
			break;
		}
		if (*p != ' ')
			g_string_append_unichar(word, g_utf8_get_char(p));
	}
	return g_string_free(word, FALSE);
}

/* "Persbericht: brug gaat open" is a headline that begins with a label, "Persbericht - direct te
 * publiceren" two labels. */
static bool
is_labelled_headline(const Article *article, const char *plain)
{
	size_t n = rules_match_length(article->rules, RULE_PREFIX, plain);

	return n > 0 && text_words(plain + n) >= 3 && strpbrk(plain + n, "0123456789|") == NULL &&
	       !rules_match(article->rules, RULE_LABEL, plain + n);
}

static bool
is_label(const Article *article, guint i)
{
	const char *plain = block_at(article, i)->plain;
	size_t length = strlen(plain);
	g_autofree char *word = NULL;

	if (length >= SHORT)
		return false;
	if (article_matches(article, RULE_LABEL, i))
		return !is_labelled_headline(article, plain);
	if (length < 11 || plain[1] != ' ' || plain[3] != ' ')
		return false;
	word = unspaced(plain);
	return strlen(word) > 5 && rules_match(article->rules, RULE_LABEL, word);
}

/* "Persbericht 20 november, embargo tot 27 november 9.00 uur": the word and a moment, on one line
 * that is not text. */
static bool
says_embargo(const Article *article, guint i)
{
	const char *plain = block_at(article, i)->plain;

	return strlen(plain) < SHORT && last_byte(plain) != '.' &&
	       strcasestr(plain, "embargo") != NULL && article_moment(article, plain) > 0;
}

/* Without a number and without the word it is none: asking for wordings is dear. */
static bool
may_be_embargo(const char *plain)
{
	return strpbrk(plain, "0123456789") != NULL || strcasestr(plain, "embargo") != NULL;
}

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
	else if (length < 250 && says_embargo(article, i))
		article_set(article, i, i + 1, ASIDE_EMBARGO, "embargo line");
	else if (is_label(article, i))
		article_set(article, i, i + 1, ASIDE_LABEL, "label");
	else if (length < 250 && may_be_embargo(block->plain) &&
		 article_matches(article, RULE_EMBARGO, i))
		article_set(article, i, i + 1, ASIDE_EMBARGO, "embargo line");
	else if (length < 200 && article_matches(article, RULE_DEVICE, i))
		article_set(article, i, i + 1, ASIDE_SIGNATURE, "added by the mail program");
}

/* --- below the article
 * ---------------------------------------------------------------------------------------- */

static bool
begins_notes(const Article *article, guint i)
{
	return article_is_open(article, i) && block_at(article, i)->quote == 0 &&
	       article_matches(article, RULE_NOTE, i);
}

/* How to reach somebody, for the press: in one block with its wording, or a heading with what is
 * below it. */
static bool
begins_contact(const Article *article, guint i)
{
	const Block *block = block_at(article, i);
	unsigned line = article_line(article, i);

	if (!article_is_open(article, i) || block->quote > 0 || strlen(block->plain) >= 400)
		return false;
	if (strlen(block->plain) < 300 && article_matches(article, RULE_CONTACT, i))
		return true;
	return (line & (LINE_PHONE | LINE_MAIL)) != 0 && article_matches(article, RULE_PRESS, i);
}

static guint
end_of_tail(const Article *article, guint from, guint end)
{
	guint i = from;

	/* Until something that is clearly another zone. */
	for (i++; i < end; i++)
		if (!article_is_open(article, i) || article_closes(article, i) ||
			article_matches(article, RULE_DISCLAIMER, i) ||
			(strlen(block_at(article, i)->plain) < FOOT_LINE &&
				article_matches(article, RULE_FOOTER, i)) ||
			begins_notes(article, i))
			break;
	return i;
}

/* "P.S. ..." below a signature is meant for the editor. */
static bool
is_postscript(const Block *block)
{
	return g_ascii_strncasecmp(block->plain, "ps ", 3) == 0 ||
	       g_ascii_strncasecmp(block->plain, "ps:", 3) == 0 ||
	       g_ascii_strncasecmp(block->plain, "p.s.", 4) == 0;
}

static void
judge_signature(Article *article, guint begin, guint end)
{
	guint from = article_find_signature(article, begin, end);

	for (guint i = from; i < end; i++) {
		if (begins_notes(article, i) && i > from)
			break;
		if (is_postscript(block_at(article, i)))
			article_set(
				article, i, i + 1, ASIDE_NOTE, "postscript below the signature");
		else if (article_matches(article, RULE_DISCLAIMER, i) ||
			 article_is_long_text(block_at(article, i)))
			article_set(article, i, i + 1, ASIDE_DISCLAIMER,
				"legal text below the signature");
		else
			article_set(article, i, i + 1, ASIDE_SIGNATURE, "closing and signature");
	}
}

/* A press contact below a note is one of its own. */
static guint
end_of_notes(const Article *article, guint i, guint end)
{
	guint tail = end_of_tail(article, i, end);

	for (guint k = i + 1; k < tail; k++)
		if (begins_contact(article, k) && article_matches(article, RULE_CONTACT, k))
			return k;
	return tail;
}

static void
judge_notes(Article *article, guint begin, guint end)
{
	for (guint i = begin; i < end; i++) {
		if (!begins_notes(article, i))
			continue;
		article_set(article, i, end_of_notes(article, i, end), ASIDE_NOTE,
			"meant for the editor");
	}
}

/* Contact stands at the end: what follows it is short. */
static void
judge_contact(Article *article, guint begin, guint end)
{
	for (guint i = begin + (end - begin) / 3; i < end; i++) {
		guint tail;

		if (!begins_contact(article, i))
			continue;
		tail = end_of_tail(article, i, end);
		if (article_long_texts(article, i + 1, tail) > 0 || tail - i > CONTACT_MOST)
			continue;
		article_set(article, i, tail, ASIDE_CONTACT, "press contact");
	}
}

static void
judge_disclaimer(Article *article, guint begin, guint end)
{
	for (guint i = begin + (end - begin) / 2; i < end; i++)
		if (article_is_open(article, i) && block_at(article, i)->quote == 0 &&
			article_matches(article, RULE_DISCLAIMER, i))
			article_set(article, i, i + 1, ASIDE_DISCLAIMER, "legal text");
}

/* A link to leave the list. */
static bool
leads_away(const char *text)
{
	static const char *const words[] = {
		"unsubscribe", "afmeld", "uitschrijv", "opt-out", "optout", "abmeld", NULL};

	for (const char *link = strstr(text, "](http"); link != NULL;
		link = strstr(link + 1, "](http"))
		for (const char *const *word = words; *word != NULL; word++) {
			const char *found = strcasestr(link, *word);

			if (found != NULL && found < link + strcspn(link, ")"))
				return true;
		}
	return false;
}

/* The edges of a newsletter: from the first footer line on, and everything above a header line. */
/* Address or copyright of the sender; with a phone number it is a contact. */
static bool
is_imprint(const Article *article, guint i)
{
	const Block *block = block_at(article, i);
	unsigned line = article_line(article, i);

	return strlen(block->plain) < IMPRINT && block->quote == 0 &&
	       (line & (LINE_PHONE | LINE_MAIL)) == 0 &&
	       ((line & LINE_ADDRESS) != 0 ||
		       ((line & LINE_NAME) != 0 && strpbrk(block->plain, "0123456789") != NULL) ||
		       strstr(block->plain, "©") != NULL ||
		       strcasestr(block->plain, "(c)") != NULL ||
		       strcasestr(block->plain, "copyright") != NULL);
}

/* Those lines stand above the one that says that it is a footer, too. */
static guint
with_imprint(const Article *article, guint i, guint begin)
{
	guint first = i;

	for (guint k = i, n = 0; k > begin && n < 5; k--, n++) {
		if (is_imprint(article, k - 1))
			first = k - 1;
		else if (strlen(block_at(article, k - 1)->plain) > IMPRINT ||
			 (article_line(article, k - 1) & (LINE_PHONE | LINE_MAIL)) != 0)
			break;
	}
	return first;
}

/* "You receive this because ...", without a link to leave, below a person's signature: a letter. */
static bool
is_below_signature(const Article *article, guint begin, guint i)
{
	return strchr(block_at(article, i)->text, ']') == NULL &&
	       article_find_signature(article, begin, i) < i;
}

static void
judge_footer(Article *article, guint begin, guint end)
{
	for (guint i = begin; i < end; i++) {
		/* In the middle of a mail nobody leaves a list. */
		if (i == begin + HEAD_EDGE && end > begin + HEAD_EDGE + FOOT_EDGE)
			i = end - FOOT_EDGE;
		if (!article_is_open(article, i) ||
			strlen(block_at(article, i)->plain) > FOOT_LINE ||
			!(article_matches(article, RULE_FOOTER, i) ||
				leads_away(block_at(article, i)->text)))
			continue;
		if (article_words(article, begin, i) < article_words(article, begin, end) / 3)
			article_set(article, i, i + 1, ASIDE_FOOTER, "header of a newsletter");
		else if (is_below_signature(article, begin, i))
			article_set(article, i, i + 1, ASIDE_DISCLAIMER,
				"legal text below the signature");
		else
			article_set(article, with_imprint(article, i, begin), end, ASIDE_FOOTER,
				"footer of a newsletter");
	}
}

/* What stands in the cell of the foot, or right above it in small lines, belongs to it. */
static void
extend_foot(Article *article, guint begin, guint foot)
{
	guint cell = block_at(article, foot)->table;

	for (guint i = foot; i > begin; i--) {
		const Block *block = block_at(article, i - 1);
		bool small =
			strlen(block->plain) < SHORT &&
			(article_line(article, i - 1) & (LINE_CARD | LINE_OWN | LINE_NAME)) != 0;

		if (!article_is_open(article, i - 1) && article->verdicts[i - 1] != DROPPED)
			break;
		if (block->kind == BLOCK_HEADING || article_is_long_text(block) ||
			!(small || (cell != 0 && block->table == cell)))
			break;
		article_set(article, i - 1, i, ASIDE_FOOTER, "footer of a newsletter");
	}
}

/* Above the headline that the subject names stands the newsletter's head: its picture, links. */
static void
judge_newsletter(Article *article, guint begin, guint end)
{
	guint foot = begin, headline = begin;

	while (foot < end && (article->verdicts[foot] != ASIDE_FOOTER ||
				     article_words(article, begin, foot) <
					     article_words(article, begin, end) / 3))
		foot++;
	if (foot >= end)
		return;
	extend_foot(article, begin, foot);
	while (headline < foot && headline < begin + 16 &&
		!(article_is_open(article, headline) &&
			article_is_subject(article, block_at(article, headline)->plain)))
		headline++;
	if (headline == foot || headline == begin + 16 ||
		article_long_texts(article, begin, headline) > 0)
		return;
	article_set(article, begin, headline, ASIDE_FOOTER, "header of a newsletter");
}

/* --- the end mark
 * ---------------------------------------------------------------------------------------------- */

/* "*** einde ***", "///", "EINDE BERICHT": signs, a few words between signs, or a word for the end.
 */
static bool
is_end_mark(const Article *article, guint i)
{
	const Block *block = block_at(article, i);
	unsigned line = article_line(article, i);
	g_autofree char *inner = NULL;
	int before, behind;

	/* "--" is how a signature begins. */
	if (block->quote > 0 || block->kind == BLOCK_TABLE || block->kind == BLOCK_IMAGE ||
		strlen(block->plain) > 60 || strcmp(block->plain, "--") == 0)
		return false;
	/* "=== Niet voor publicatie ===" is the heading of a note. */
	if ((line & LINE_FRAMED) != 0 && begins_notes(article, i))
		return false;
	if ((line & (LINE_SIGNS | LINE_FRAMED)) != 0)
		return true;
	inner = article_unframed(block->plain, &before, &behind);
	return text_words(inner) <= 5 && rules_match(article->rules, RULE_END, inner);
}

/* What follows an end mark is not for readers. */
static void
judge_behind(Article *article, guint from, guint end)
{
	int verdict = ASIDE_NOTE;

	for (guint i = from; i < end; i++) {
		if (!article_is_open(article, i))
			continue;
		if (begins_notes(article, i))
			verdict = ASIDE_NOTE;
		else if (begins_contact(article, i) ||
			 (verdict == ASIDE_NOTE && (article_line(article, i) & LINE_PHONE) != 0 &&
				 strlen(block_at(article, i)->plain) < SHORT))
			verdict = ASIDE_CONTACT;
		article_set(article, i, i + 1, verdict, "stands below the end of the article");
	}
}

/* More than half of the words above it, or no text below it. */
static guint
judge_end_mark(Article *article, guint begin, guint end)
{
	guint all = article_words(article, begin, end);

	for (guint i = begin; i < end; i++) {
		guint above;

		if (!is_end_mark(article, i) || article->verdicts[i] >= 0)
			continue;
		above = article_words(article, begin, i);
		if (above < TEXT_WORDS || above * 2 < all)
			continue;
		/* A row of stars between two parts of a story. */
		if ((article_line(article, i) & LINE_SIGNS) != 0 &&
			article_long_texts(article, i + 1, end) > 2)
			continue;
		article_force(article, i, ASIDE_LABEL, "end mark");
		return i + 1;
	}
	for (guint i = begin; i < end; i++)
		if (article->verdicts[i] == ASIDE_LABEL &&
			article_is_long_text(block_at(article, i)) == false &&
			article_long_texts(article, begin, i) > 0 &&
			article_words(article, begin, i) * 2 >= all &&
			article_long_texts(article, i + 1, end) <= 2)
			return i + 1;
	return end;
}

/* Signs that are left over between texts are rules; above the article they frame a label. */
static void
judge_signs(Article *article, guint begin, guint end)
{
	bool text = false;

	for (guint i = begin; i < end; i++) {
		unsigned line = article_line(article, i);

		text |= article_is_open(article, i) && article_is_long_text(block_at(article, i));
		if (!article_is_open(article, i) || (line & (LINE_SIGNS | LINE_FRAMED)) == 0)
			continue;
		if ((line & LINE_SIGNS) != 0)
			article_set(article, i, i + 1, DROPPED, "");
		else if (!text)
			article_set(article, i, i + 1, ASIDE_LABEL, "label");
	}
}

/* --- above the article
 * ---------------------------------------------------------------------------------------- */

static guint
first_open(const Article *article, guint from, guint end)
{
	while (from < end &&
		(!article_is_open(article, from) || block_at(article, from)->kind == BLOCK_IMAGE))
		from++;
	return from;
}

static bool
is_cover_line(const Article *article, guint i)
{
	const Block *block = block_at(article, i);

	return block->kind == BLOCK_PARAGRAPH && !article_stands_out(block) &&
	       strlen(block->plain) < 500 && article_matches(article, RULE_COVER, i);
}

/* Speaks to the editor: "kunnen jullie ...", "ik hoor het graag". */
static bool
speaks_to_editor(const Article *article, guint i)
{
	const Block *block = block_at(article, i);

	return block->kind == BLOCK_PARAGRAPH && !article_stands_out(block) &&
	       strlen(block->plain) < COVER_PARAGRAPH && block->quote == 0 &&
	       (article_matches(article, RULE_COVER, i) ||
		       article_matches(article, RULE_VOICE, i) ||
		       (strlen(block->plain) < SHORT &&
			       strchr("?!", last_byte(block->plain)) != NULL));
}

/* A short line without an end, above a text: a headline that was typed. */
static bool
is_typed_headline(const Article *article, guint i, guint end)
{
	const Block *block = block_at(article, i);
	guint next = first_open(article, i + 1, end);
	size_t length = strlen(block->plain);

	return block->kind == BLOCK_PARAGRAPH && block->quote == 0 && length < HEADLINE_MOST &&
	       length > 8 && next < end && strchr(".,:;!", last_byte(block->plain)) == NULL &&
	       text_words(block->plain) >= 2 && !speaks_to_editor(article, i) &&
	       (article_line(article, i) & (LINE_CARD | LINE_NAME)) == 0 &&
	       block_at(article, next)->kind == BLOCK_PARAGRAPH &&
	       !article_matches(article, RULE_DISCLAIMER, next) &&
	       strlen(block_at(article, next)->plain) > MAX(length + 30, 80);
}

/* A whole paragraph in bold: the lead. */
static bool
is_bold_lead(const Block *block)
{
	return block->kind == BLOCK_PARAGRAPH && block->bold && strlen(block->plain) >= SHORT;
}

static bool
begins_proper(const Article *article, guint i, guint end)
{
	const Block *block = block_at(article, i);

	if (article->verdicts[i] == ASIDE_LABEL || article->verdicts[i] == ASIDE_EMBARGO ||
		block->kind == BLOCK_RULE)
		return true;
	return article_is_open(article, i) && (article_stands_out(block) || is_bold_lead(block) ||
						      article_is_subject(article, block->plain) ||
						      is_typed_headline(article, i, end));
}

/* Where a label, an embargo, a headline or a rule begins the article proper within the next few
 * blocks. 0: nowhere. */
static guint
proper_start(const Article *article, guint from, guint end)
{
	for (guint i = from; i < end && i < from + COVER_MOST; i++) {
		const Block *block = block_at(article, i);

		/* What stands out below a closing is a name. */
		if (article_closes(article, i))
			return 0;
		if (begins_proper(article, i, end))
			return i;
		if (block->kind == BLOCK_PARAGRAPH && strlen(block->plain) > 600)
			return 0;
	}
	return 0;
}

/* A covering note with its signature above the press release: greeting, a few lines, closing, short
 * lines. Returns where the signature begins and, behind it, the article; start: there is none. */
static guint
signature_above(const Article *article, guint start, guint end, guint *ret_closing)
{
	for (guint i = start; i < end && i < start + 12; i++) {
		guint k = i + 1;

		if (!article_closes(article, i) || article_words(article, start, i) > COVER_WORDS)
			continue;
		for (; k < end && k < i + SIGNATURE_MOST; k++) {
			const Block *block = block_at(article, k);

			if (article->verdicts[k] == ASIDE_LABEL ||
				article->verdicts[k] == ASIDE_EMBARGO ||
				block->kind == BLOCK_HEADING ||
				(article_is_long_text(block) &&
					!article_matches(article, RULE_DISCLAIMER, k)) ||
				is_bold_lead(block) || article_is_subject(article, block->plain))
				break;
			if (block->kind == BLOCK_RULE)
				break;
			if (block->bold && k > i + 2 && strlen(block->plain) > 25 &&
				(article_line(article, k) & (LINE_CARD | LINE_NAME)) == 0)
				break;
			if (k > i + 2 && is_typed_headline(article, k, end))
				break;
		}
		*ret_closing = i;
		return k < end && article_words(article, k, end) > 60 ? k : start;
	}
	return start;
}

static void
judge_letter_above(Article *article, guint start, guint closing, guint above)
{
	for (guint i = start; i < closing; i++)
		article_set(article, i, i + 1, ASIDE_COVER, "covering note");
	for (guint i = closing; i < above; i++)
		article_set(article, i, i + 1,
			article_matches(article, RULE_DISCLAIMER, i) ? ASIDE_DISCLAIMER
								     : ASIDE_SIGNATURE,
			"signature above the article");
}

/* A bare "Bijgaand ons persbericht." without greeting. */
static void
judge_bare_cover(Article *article, guint start, guint end)
{
	while (start < end && article_is_open(article, start) && is_cover_line(article, start) &&
		!article_is_subject(article, block_at(article, start)->plain) &&
		strlen(block_at(article, start)->plain) < 220 &&
		article_words(article, start + 1, end) > 60) {
		article_set(article, start, start + 1, ASIDE_COVER, "covering note");
		start = first_open(article, start + 1, end);
	}
}

/* "Ja hoor, hier is hij." above a label or the headline that the subject names: sentences, no
 * kicker. */
static guint
sentences_above(const Article *article, guint start, guint end)
{
	for (guint i = start; i < end && i < start + 4; i++) {
		const Block *block = block_at(article, i);

		if (article->verdicts[i] == ASIDE_LABEL || article->verdicts[i] == ASIDE_EMBARGO ||
			(article_is_open(article, i) && article_is_subject(article, block->plain)))
			return i;
		if (article_is_open(article, i) &&
			(block->kind != BLOCK_PARAGRAPH || article_stands_out(block) ||
				strlen(block->plain) > 220 ||
				strchr(".!?,:", last_byte(block->plain)) == NULL))
			return start;
	}
	return start;
}

static void
judge_cover(Article *article, guint begin, guint end)
{
	guint start = first_open(article, begin, end);
	guint closing = start;
	/* A document has no covering note: a letter in it is told about. */
	guint above =
		article->document == NULL ? signature_above(article, start, end, &closing) : start;
	guint proper;

	if (above > start) {
		judge_letter_above(article, start, closing, above);
		return;
	}
	if (start >= end || block_at(article, start)->quote > 0)
		return;
	if (!article_salutes(article, start, end)) {
		proper = sentences_above(article, start, end);
		article_set(article, start, proper, ASIDE_COVER, "covering note above the article");
		judge_bare_cover(article, first_open(article, proper, end), end);
		return;
	}
	article_set(article, start, start + 1, ASIDE_COVER, "salutation");
	proper = proper_start(article, start + 1, end);
	if (proper > 0 && article_words(article, start, proper) < COVER_WORDS) {
		article_set(article, start, proper, ASIDE_COVER, "covering note above the article");
		return;
	}
	for (guint i = start + 1; i < end && i < start + 6 && article_is_open(article, i) &&
				  !article_closes(article, i) && speaks_to_editor(article, i);
		i++)
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
		if (article_is_open(article, i))
			words += markdown_words(block_at(article, i));
	if (words > 0)
		return;
	for (guint i = 0; i < article->n; i++)
		if (article->verdicts[i] == ASIDE_COVER)
			article->verdicts[i] = IN_ARTICLE;
}

/* A line about publishing with a moment in it, above the text. */
static void
judge_release(Article *article, guint begin, guint end)
{
	for (guint i = begin; i < end && i < begin + 16; i++) {
		const char *plain = block_at(article, i)->plain;

		if (!article_is_open(article, i))
			continue;
		if (strlen(plain) < 200 && article_matches(article, RULE_RELEASE, i) &&
			!article_is_subject(article, plain) &&
			article_moment(article, plain) > article->message->date)
			article_set(article, i, i + 1, ASIDE_EMBARGO, "embargo line");
		else if (article_is_long_text(block_at(article, i)))
			return;
	}
}

/* Newsletters show the first words of the article once more on top. */
static void
judge_preview(Article *article, guint begin, guint end)
{
	guint i = first_open(article, begin, end);
	const char *plain = i < end ? block_at(article, i)->plain : "";
	size_t length = strlen(plain);

	if (g_str_has_suffix(plain, "…"))
		length -= strlen("…");
	for (guint k = i + 1; length > 30 && k < end && k < i + 20; k++)
		if (strncmp(block_at(article, k)->plain, plain, length) == 0)
			article_set(article, i, i + 1, ASIDE_PREHEADER,
				"says the beginning of the article once more");
}

/* The part of the mail that the article stands in: what is behind the header of a mail that is
 * passed on, and before the one that is quoted. */
static void
judge_part(Article *article, guint begin, guint end)
{
	guint behind;

	judge_preview(article, begin, end);
	judge_footer(article, begin, end);
	judge_newsletter(article, begin, end);
	judge_release(article, begin, end);
	judge_cover(article, begin, end);
	behind = judge_end_mark(article, begin, end);
	judge_signature(article, begin, end);
	judge_notes(article, begin, end);
	judge_contact(article, begin, end);
	judge_disclaimer(article, begin, end);
	judge_behind(article, behind, end);
	judge_signs(article, begin, end);
}

void
article_judge(Article *article)
{
	guint begin = 0, end;

	for (guint i = 0; i < article->n; i++)
		article->verdicts[i] = IN_ARTICLE;
	article_know_person(article, article->message->from_name, article->message->from_address);
	for (guint i = 0; i < article->n; i++)
		judge_single(article, i);
	end = article_judge_quoted(article, &begin);
	if (article->draft->has_original)
		article_know_person(article, article->draft->original_sender.name,
			article->draft->original_sender.address);
	judge_bare_quotes(article);
	judge_part(article, begin, end);
	doubt(article);
}
