/* The letter around an article: salutation, covering note, greeting, signature. Told by where lines
 * stand and whose name they hold; wordings only help. */
#include <string.h>

#include "article-private.h"

enum {
	SHORT = 100, /* bytes of a line that may stand out */
	LONG = 160, /* bytes of a paragraph that is text */
	GREETING_WORDS = 6,
	GREETING_BYTES = 60,
	CARD_WORDS = 100, /* of a signature with its legal text */
	CARD_RUN = 12, /* lines of a signature without a greeting */
};

bool
article_is_open(const Article *article, guint i)
{
	return article->verdicts[i] == IN_ARTICLE;
}

/* A line of its own that stands out. */
bool
article_stands_out(const Block *block)
{
	return block->kind == BLOCK_HEADING || (block->bold && strlen(block->plain) < SHORT);
}

bool
article_is_long_text(const Block *block)
{
	return block->kind == BLOCK_PARAGRAPH && strlen(block->plain) > LONG &&
	       strchr(block->plain, '.') != NULL;
}

guint
article_long_texts(const Article *article, guint from, guint to)
{
	guint n = 0;

	for (guint i = from; i < to; i++)
		n += article_is_open(article, i) && article_is_long_text(block_at(article, i)) &&
		     !article_matches(article, RULE_DISCLAIMER, i);
	return n;
}

static guint
open_above(const Article *article, guint i, guint least)
{
	while (i > least) {
		i--;
		if (article_is_open(article, i) && block_at(article, i)->kind != BLOCK_IMAGE)
			return i;
	}
	return G_MAXUINT;
}

/* --- single lines */

static char
last_byte(const char *text)
{
	return *text != '\0' ? text[strlen(text) - 1] : '\0';
}

/* A few words, no number, no address, no field: what people greet with. */
static bool
is_greeting_like(const Article *article, guint i)
{
	const Block *block = block_at(article, i);
	size_t length = strlen(block->plain);

	return block->kind == BLOCK_PARAGRAPH && block->quote == 0 && length > 1 &&
	       length < GREETING_BYTES && strpbrk(block->plain, "0123456789@:?") == NULL &&
	       markdown_words((Block *)(guintptr)block) <= GREETING_WORDS &&
	       !article_matches(article, RULE_CONTACT, i) &&
	       !article_matches(article, RULE_NOTE, i) && !article_matches(article, RULE_LABEL, i);
}

/* "Beste redactie,", "Ha mensen van de krant,": known words, or the first few words of all, ended
 * by a comma. */
bool
article_salutes(const Article *article, guint i, guint end)
{
	const Block *block = block_at(article, i);

	if (block->quote > 0 || block->kind != BLOCK_PARAGRAPH)
		return false;
	if (article_matches(article, RULE_SALUTATION, i))
		return true;
	return i + 1 < end && !article_stands_out(block) && last_byte(block->plain) == ',' &&
	       is_greeting_like(article, i);
}

/* "Liefs, Gea" */
static bool
closes_with_name(const Article *article, guint i)
{
	const char *plain = block_at(article, i)->plain;
	const char *comma = strchr(plain, ',');

	return comma != NULL && comma > plain && strlen(plain) < GREETING_BYTES &&
	       text_words(plain) < GREETING_WORDS && strpbrk(plain, "0123456789@:?.") == NULL &&
	       !article_matches(article, RULE_SALUTATION, i) && article_is_name(article, comma + 1);
}

/* A closing in a quotation belongs to the story; one with much text behind it closes a covering
 * note. */
bool
article_closes(const Article *article, guint i)
{
	const Block *block = block_at(article, i);

	return article_is_open(article, i) && block->quote == 0 && block->kind == BLOCK_PARAGRAPH &&
	       strlen(block->plain) < 120 &&
	       (article_matches(article, RULE_CLOSING, i) || closes_with_name(article, i));
}

/* --- the signature */

/* The sender's name alone on its line, not as the first line of a press contact. */
static bool
signs(const Article *article, guint i, guint from)
{
	const Block *block = block_at(article, i);
	guint above = open_above(article, i, from);

	if (!article_is_open(article, i) || block->quote > 0 ||
		(block->kind != BLOCK_PARAGRAPH && block->kind != BLOCK_HEADING) ||
		(article_line(article, i) & LINE_NAME) == 0)
		return false;
	return above == G_MAXUINT || last_byte(block_at(article, above)->plain) == ',' ||
	       (article_line(article, above) & LINE_CARD) != 0 ||
	       !article_matches(article, RULE_CONTACT, above);
}

/* With the greeting above it, when there is one. */
static guint
with_greeting(const Article *article, guint i, guint from)
{
	guint above = open_above(article, i, from);

	if (above == G_MAXUINT || article_stands_out(block_at(article, above)) ||
		!is_greeting_like(article, above) || article_salutes(article, above, from))
		return i;
	return strchr(".;", last_byte(block_at(article, above)->plain)) == NULL ||
			       article_closes(article, above)
		       ? above
		       : i;
}

/* Lines at the very end that hold how to reach the sender, and his name or domain. */
static guint
card_run(const Article *article, guint from, guint end)
{
	unsigned seen = 0;
	guint begin = end, lines = 0, cards = 0;

	for (guint i = end; i > from && lines < CARD_RUN; i--) {
		const Block *block = block_at(article, i - 1);
		unsigned line = article_line(article, i - 1);

		if (!article_is_open(article, i - 1))
			continue;
		if (block->quote > 0 || block->kind == BLOCK_TABLE || block->kind == BLOCK_ITEM ||
			strlen(block->plain) > SHORT || last_byte(block->plain) == '.' ||
			article_matches(article, RULE_CONTACT, i - 1) ||
			article_matches(article, RULE_NOTE, i - 1))
			break;
		lines++;
		seen |= line;
		cards += (line & LINE_CARD) != 0;
		if ((line & (LINE_CARD | LINE_NAME)) != 0)
			begin = i - 1;
	}
	return cards >= 2 && (seen & LINE_PHONE) != 0 && (seen & (LINE_OWN | LINE_NAME)) != 0
		       ? begin
		       : end;
}

/* A greeting right above what the mail program marked as the signature. */
static guint
above_marked(const Article *article, guint from, guint end)
{
	for (guint i = from; i < end; i++) {
		guint above;

		if (article->verdicts[i] != ASIDE_SIGNATURE)
			continue;
		above = open_above(article, i, from);
		if (above == G_MAXUINT || article_long_texts(article, i, end) > 1 ||
			(article_line(article, above) & LINE_NAME) == 0)
			return above != G_MAXUINT &&
					       strchr(",!",
						       last_byte(
							       block_at(article, above)->plain)) &&
					       is_greeting_like(article, above)
				       ? above
				       : end;
		return with_greeting(article, above, from);
	}
	return end;
}

/* Below a note or a contact a name without a greeting is one to call, unless it is the last line.
 */
static bool
is_in_contact(const Article *article, guint i, guint from, guint end)
{
	guint last = i + 1;

	while (last < end && !article_is_open(article, last))
		last++;
	for (guint k = i; k > from && last < end; k--)
		if (article_is_open(article, k - 1) &&
			(article_matches(article, RULE_NOTE, k - 1) ||
				article_matches(article, RULE_CONTACT, k - 1)))
			return true;
	return false;
}

/* Less stands below it than above it, or, when a greeting stands above it, no more than a signature
 * holds: the whole mail may be a note. */
static bool
is_below(const Article *article, guint i, guint from, guint end)
{
	guint below = article_words(article, i, end);

	return article_words(article, from, i) >= below ||
	       (below < CARD_WORDS && with_greeting(article, i, from) < i);
}

guint
article_find_signature(const Article *article, guint from, guint end)
{
	guint found;

	for (guint i = from; i < end; i++)
		if (article_closes(article, i) && article_long_texts(article, i, end) <= 1)
			return i;
	for (guint i = from; i < end; i++)
		if (signs(article, i, from) && article_long_texts(article, i, end) <= 1 &&
			is_below(article, i, from, end)) {
			found = with_greeting(article, i, from);
			if (found < i || !is_in_contact(article, i, from, end))
				return found;
		}
	found = above_marked(article, from, end);
	if (found == end)
		found = card_run(article, from, end);
	return found < end && is_in_contact(article, found, from, end) ? end : found;
}

void
article_set_letter(Article *article, guint from, guint end, const char *reason)
{
	guint signature = end;

	for (guint i = from; i < end && signature == end; i++)
		if (article_closes(article, i))
			signature = i;
	for (guint i = from; i < end && signature == end; i++)
		if (i > from && signs(article, i, from))
			signature = with_greeting(article, i, from + 1);
	article_set(article, from, signature, ASIDE_COVER, reason);
	article_set(article, signature, end, ASIDE_SIGNATURE, "closing and signature");
}
