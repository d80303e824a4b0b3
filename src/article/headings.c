/* Headings that are only a look: bold, larger, underlined, coloured, in capitals, or short and
 * alone above a text. What a look means is judged over the whole article. */
#include <string.h>

#include "article-private.h"

enum {
	HEADING_MOST = 100, /* characters */
	PLAIN_MOST = 60, /* of a heading that has no look at all */
	PLAIN_SINGLE = 40, /* of the only one of these */
	TEXT_LEAST = 80, /* bytes of a paragraph that can stand below it */
	LEVELS = 4,
};

typedef struct {
	const Article *article;
	double size; /* of most of the text; 0 unknown */
	guint32 color;
	bool bold; /* most of the text is */
	bool questions; /* bold questions are the questions of an interview */
} Looks;

static bool
is_in(const Article *article, guint i)
{
	return i < article->n && article->verdicts[i] == IN_ARTICLE;
}

static guint
next_block(const Article *article, guint i)
{
	for (i++; i < article->n; i++)
		if (is_in(article, i) && block_at(article, i)->kind != BLOCK_IMAGE)
			return i;
	return article->n;
}

/* --- what the text looks like
 * --------------------------------------------------------------------------------- */

static bool
is_running_text(const Article *article, guint i)
{
	const Block *block = block_at(article, i);

	return is_in(article, i) && block->kind == BLOCK_PARAGRAPH &&
	       strlen(block->plain) > TEXT_LEAST;
}

static double
common_size(const Article *article)
{
	double best = 0;
	size_t most = 0;

	/* The first size that covers as much as any other; few sizes, so few rounds. */
	for (guint i = 0, tried = 0; i < article->n && tried < 12; i++) {
		size_t length = 0;
		double size = block_at(article, i)->size;

		if (!is_running_text(article, i) || (tried > 0 && size == best))
			continue;
		for (guint k = 0; k < article->n; k++)
			if (is_running_text(article, k) && block_at(article, k)->size == size)
				length += strlen(block_at(article, k)->plain);
		if (length > most) {
			most = length;
			best = size;
		}
		tried++;
	}
	return best;
}

static Looks
common_looks(const Article *article)
{
	Looks looks = {.article = article, .size = common_size(article)};
	size_t bold = 0, all = 0, colored = 0;
	guint questions = 0, longer = 0;

	for (guint i = 0; i < article->n; i++) {
		const Block *block = block_at(article, i);
		size_t length = strlen(block->plain);

		if (is_in(article, i) && block->kind == BLOCK_PARAGRAPH && block->bold &&
			g_str_has_suffix(block->plain, "?")) {
			questions++;
			longer += g_utf8_strlen(block->plain, -1) > HEADING_MOST;
		}
		if (!is_running_text(article, i))
			continue;
		all += length;
		bold += block->bold ? length : 0;
		if (block->color != 0 && colored * 2 <= all) {
			looks.color = block->color;
			colored += length;
		}
	}
	looks.bold = bold * 2 > all;
	if (colored * 2 <= all)
		looks.color = 0;
	looks.questions = longer > 0 && longer * 4 >= questions;
	return looks;
}

/* --- single lines
 * --------------------------------------------------------------------------------------------- */

static bool
is_larger(const Looks *looks, const Block *block)
{
	return looks->size > 0 && block->size > looks->size * 1.1;
}

static bool
is_line(const Looks *looks, guint i)
{
	const Block *block = block_at(looks->article, i);
	size_t bytes = strnlen(block->plain, 4 * HEADING_MOST);

	return is_in(looks->article, i) && block->kind == BLOCK_PARAGRAPH && block->quote == 0 &&
	       block->level == 0 && bytes > 1 && bytes < 4 * HEADING_MOST &&
	       (bytes <= HEADING_MOST || g_utf8_strlen(block->plain, -1) <= HEADING_MOST) &&
	       strchr(block->plain, '\n') == NULL &&
	       next_block(looks->article, i) < looks->article->n;
}

static bool
stands_out(const Looks *looks, guint i)
{
	const Block *block = block_at(looks->article, i);
	size_t length = strlen(block->plain);
	bool sentence;

	if (!is_line(looks, i))
		return false;
	sentence = strchr(".,;", block->plain[length - 1]) != NULL &&
		   !g_str_has_suffix(block->plain, "...");
	if (article_is_capitals(block->plain))
		return true;
	if (sentence)
		return false;
	if (block->bold && !looks->bold)
		return !(looks->questions && g_str_has_suffix(block->plain, "?"));
	if (block->underline && strstr(block->text, "](") == NULL)
		return true;
	return block->plain[length - 1] != ':' &&
	       (is_larger(looks, block) ||
		       (block->color != 0 && block->color != looks->color && !block->italic));
}

/* "Foto: ...", "Tekst: ..." */
static bool
is_labelled(const char *plain)
{
	size_t n = strcspn(plain, " :");

	return plain[n] == ':' && n < 16;
}

static bool
follows_image(const Article *article, guint i)
{
	while (i > 0 && article->verdicts[i - 1] == DROPPED)
		i--;
	return i > 0 && block_at(article, i - 1)->kind == BLOCK_IMAGE;
}

static bool
can_stand_above(const Block *below)
{
	size_t length = strlen(below->plain);

	if (below->kind == BLOCK_ITEM || below->kind == BLOCK_TABLE)
		return true;
	return below->kind == BLOCK_PARAGRAPH &&
	       (length > TEXT_LEAST || (length > TEXT_LEAST / 2 &&
					       strchr(".:?!", below->plain[length - 1]) != NULL));
}

/* No look at all, but short, above a text and not a sentence. */
static bool
is_short_line(const Looks *looks, guint i)
{
	const Block *block = block_at(looks->article, i), *below;
	gunichar first = g_utf8_get_char(block->plain);

	if (!is_line(looks, i) || block->italic || block->bold ||
		g_utf8_strlen(block->plain, -1) > PLAIN_MOST ||
		strchr(".,;:!", block->plain[strlen(block->plain) - 1]) != NULL ||
		!(g_unichar_isupper(first) || g_unichar_isdigit(first)) ||
		is_labelled(block->plain) || strpbrk(block->plain, "@|") != NULL ||
		follows_image(looks->article, i))
		return false;
	below = block_at(looks->article, next_block(looks->article, i));
	return can_stand_above(below) && below->quote == 0 &&
	       (block->gap || block->whole || i == 0);
}

/* --- all of them
 * ---------------------------------------------------------------------------------------------- */

/* Three of a kind in a row are a list or an address. */
static bool
in_a_row(const Looks *looks, guint i)
{
	guint next = next_block(looks->article, i);
	guint third = next < looks->article->n ? next_block(looks->article, next) : next;

	return third < looks->article->n && stands_out(looks, next) && stands_out(looks, third);
}

static guint
mark_lines(Article *article, const Looks *looks, guint8 *found)
{
	guint marked = 0;

	for (guint i = 0; i < article->n; i++) {
		if (is_in(article, i) && block_at(article, i)->kind == BLOCK_HEADING) {
			marked++;
		} else if (stands_out(looks, i)) {
			bool row = in_a_row(looks, i) || (i > 0 && found[i - 1] == 2);

			found[i] = row ? 2 : 1;
			marked += !row;
		}
	}
	return marked;
}

static bool
is_alone(const Article *article, guint i)
{
	const Block *below = block_at(article, next_block(article, i));

	return below->gap || below->kind != BLOCK_PARAGRAPH ||
	       below->group != block_at(article, i)->group;
}

/* Only where nothing has a look, or next to nothing. */
static void
mark_short_lines(Article *article, const Looks *looks, guint marked, guint8 *found)
{
	guint alone = 0, first = 0, longest = 0;

	for (guint i = 0; i < article->n; i++) {
		if (found[i] != 0 || !is_short_line(looks, i))
			continue;
		found[i] = is_alone(article, i) ? 3 : 4;
		alone += found[i] == 3;
		first += found[i] == 4;
		longest = MAX(longest, (guint)g_utf8_strlen(block_at(article, i)->plain, -1));
	}
	for (guint i = 0; i < article->n; i++) {
		bool wanted = found[i] == 3
				      ? alone > marked && (alone > 1 || longest <= PLAIN_SINGLE)
			      : found[i] == 4 ? first > 1 && first >= alone && marked == 0
					      : found[i] == 1;

		found[i] = wanted && (found[i] < 3 || marked <= 1);
	}
}

/* --- levels
 * ---------------------------------------------------------------------------------------------------
 */

/* The higher the more important: markup before looks, then size, then capitals. */
static int
rank_of(const Looks *looks, const Block *block, bool by_look)
{
	if (!by_look)
		return 100000 - block->level;
	return (is_larger(looks, block) ? (int)(block->size * 10) : 0) +
	       (article_is_capitals(block->plain) ? 2 : 1);
}

static int
compare_ranks(gconstpointer a, gconstpointer b)
{
	return *(const int *)b - *(const int *)a;
}

static void
set_levels(Article *article, const Looks *looks, const guint8 *found)
{
	g_autoptr(GArray) ranks = g_array_new(FALSE, FALSE, sizeof(int));
	g_autofree int *own = g_new0(int, article->n + 1);
	guint kept = 0;

	for (guint i = 0; i < article->n; i++) {
		if (!is_in(article, i) || block_at(article, i)->kind != BLOCK_HEADING)
			continue;
		own[i] = rank_of(looks, block_at(article, i), found[i] == 1);
		g_array_append_val(ranks, own[i]);
	}
	g_array_sort(ranks, compare_ranks);
	for (guint i = 0; i < ranks->len; i++)
		if (kept == 0 ||
			g_array_index(ranks, int, kept - 1) != g_array_index(ranks, int, i))
			g_array_index(ranks, int, kept++) = g_array_index(ranks, int, i);
	for (guint i = 0; i < article->n; i++) {
		guint level = 0;

		while (level + 2 < LEVELS && level + 1 < kept &&
			g_array_index(ranks, int, level) != own[i])
			level++;
		if (own[i] != 0)
			block_at(article, i)->level = (int)level + 2;
	}
}

/* Marks around a heading say nothing more. */
static void
strip_marks(Block *block)
{
	g_autofree char *text = NULL;

	if (strstr(block->text, "](") != NULL || strchr(block->text, '*') == NULL)
		return;
	text = markdown_escape(block->plain);
	record_set(&block->text, text);
}

/* --- lines that were meant as lines
 * ---------------------------------------------------------------------------- */

/* "Datum: ...", "Plaats: ...": short lines that the sender broke are one paragraph. */
static bool
is_same_paragraph(const Article *article, guint above, guint i)
{
	const Block *a = block_at(article, above), *b = block_at(article, i);

	return a->kind == BLOCK_PARAGRAPH && b->kind == BLOCK_PARAGRAPH && a->group > 0 &&
	       a->group == b->group && a->part == b->part && !b->gap && a->quote == b->quote &&
	       a->level == b->level && strlen(b->plain) <= TEXT_LEAST &&
	       strlen(a->plain) - (size_t)(g_strrstr(a->plain, "\n") != NULL
						   ? g_strrstr(a->plain, "\n") - a->plain
						   : 0) <=
		       TEXT_LEAST &&
	       strlen(a->plain) < 2000;
}

void
article_join_lines(Article *article)
{
	guint above = article->n;

	for (guint i = 0; i < article->n; i++) {
		Block *block;
		g_autofree char *text = NULL;
		g_autofree char *plain = NULL;

		if (!is_in(article, i) || above == article->n ||
			!is_same_paragraph(article, above, i)) {
			above = is_in(article, i) ? i : article->n;
			continue;
		}
		block = block_at(article, above);
		text = g_strconcat(block->text, "\\\n", block_at(article, i)->text, NULL);
		plain = g_strconcat(block->plain, "\n", block_at(article, i)->plain, NULL);
		record_set(&block->text, text);
		record_set(&block->plain, plain);
		block->words = -1;
		article->verdicts[i] = DROPPED;
	}
}

void
article_find_headings(Article *article)
{
	Looks looks = common_looks(article);
	g_autofree guint8 *found = g_new0(guint8, article->n + 1);
	guint marked = mark_lines(article, &looks, found);

	mark_short_lines(article, &looks, marked, found);
	for (guint i = 0; i < article->n; i++)
		if (found[i] == 1)
			block_at(article, i)->kind = BLOCK_HEADING;
	set_levels(article, &looks, found);
	for (guint i = 0; i < article->n; i++)
		if (is_in(article, i) && block_at(article, i)->kind == BLOCK_HEADING)
			strip_marks(block_at(article, i));
}
