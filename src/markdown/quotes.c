/* Paragraphs that stand to the right of the others: quotations, or the rest of an item. */
#include <string.h>

#include "lines.h"

enum {
	SET_OFF = 3, /* columns */
	ITEM_TEXT = 3, /* columns from the mark to the text of an item */
	DEEPEST = 64,
};

static bool
is_text(const Block *block)
{
	return block->kind == BLOCK_PARAGRAPH && block->zone == ZONE_NONE && *block->plain != '\0';
}

/* The column at which most of the text stands. */
static int
margin(const GPtrArray *blocks)
{
	size_t weight[DEEPEST + 1] = {0};
	int best = 0;

	for (guint i = 0; i < blocks->len; i++) {
		const Block *block = blocks->pdata[i];

		if (is_text(block) && block->quote == 0)
			weight[CLAMP(block->indent, 0, DEEPEST)] += strlen(block->plain);
	}
	for (int i = 1; i <= DEEPEST; i++)
		if (weight[i] > weight[best])
			best = i;
	return best;
}

static bool
begins_with(const char *text, const char *const *starts)
{
	for (; *starts != NULL; starts++)
		if (g_str_has_prefix(text, *starts))
			return true;
	return false;
}

static bool
ends_with(const char *text, const char *const *ends)
{
	for (; *ends != NULL; ends++)
		if (g_str_has_suffix(text, *ends))
			return true;
	return false;
}

/* A sentence, words in quotation marks, or who said it. Titles and subheads are none of these. */
static bool
says_something(const Block *block, const Block *above)
{
	static const char *const ends[] = {".", "!", "?", "”", "\"", "’", "'", "…", "»", "“", NULL};
	static const char *const marks[] = {"“", "\"", "„", "«", "‘", "'", NULL};
	static const char *const dashes[] = {"—", "–", "- ", "~", NULL};

	return ends_with(block->plain, ends) || begins_with(block->plain, marks) ||
	       (above != NULL && above->quote > 0 &&
		       (begins_with(block->plain, dashes) || block->italic));
}

/* Below the last text at the margin stands what belongs to a signature. */
static guint
last_text(const GPtrArray *blocks, int base)
{
	for (guint i = blocks->len; i > 0; i--) {
		const Block *block = blocks->pdata[i - 1];

		if (*block->plain != '\0' && block->zone == ZONE_NONE &&
			(block->kind != BLOCK_PARAGRAPH || block->indent <= base + 1))
			return i;
	}
	return 0;
}

/* All of a quotation in italics is a way to set it off, not to stress it. */
static void
plain_italics(GPtrArray *blocks, guint from, guint to)
{
	for (guint i = from; i < to; i++) {
		const Block *block = blocks->pdata[i];

		if (block->kind != BLOCK_PARAGRAPH || !block->italic || block->bold ||
			strstr(block->text, "](") != NULL || strchr(block->text, '\n') != NULL)
			return;
	}
	for (guint i = from; i < to; i++) {
		Block *block = blocks->pdata[i];

		g_free(block->text);
		block->text = markdown_escape(block->plain);
		block->italic = false;
	}
}

/* A list or a picture that is only indented is no quotation. */
static bool
is_only_indented(const GPtrArray *blocks, guint from, guint to)
{
	for (guint i = from; i < to; i++) {
		const Block *block = blocks->pdata[i];

		if (block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_HEADING)
			return false;
	}
	return true;
}

static void
judge_quotations(GPtrArray *blocks)
{
	for (guint i = 0; i < blocks->len;) {
		const Block *first = blocks->pdata[i];
		guint end = i + 1;

		if (first->quote == 0) {
			i++;
			continue;
		}
		while (end < blocks->len &&
			((const Block *)blocks->pdata[end])->quote == first->quote &&
			((const Block *)blocks->pdata[end])->zone == first->zone)
			end++;
		if (first->zone != ZONE_QUOTED && is_only_indented(blocks, i, end))
			for (guint k = i; k < end; k++)
				((Block *)blocks->pdata[k])->quote = 0;
		else
			plain_italics(blocks, i, end);
		i = end;
	}
}

static bool
is_set_off(const Block *block, int base)
{
	return is_text(block) && block->quote == 0 && block->level == 0 &&
	       block->indent >= base + SET_OFF;
}

/* Paragraphs from..end stand to the right: what one of them is, all are. */
static void
judge_set_off(GPtrArray *blocks, guint from, guint end)
{
	const Block *above = from > 0 ? blocks->pdata[from - 1] : NULL;
	Block *first = blocks->pdata[from];
	bool says = false;

	if (above != NULL && above->kind == BLOCK_ITEM && !first->italic &&
		first->indent <= above->indent + ITEM_TEXT && says_something(first, NULL)) {
		for (guint i = from; i < end; i++)
			((Block *)blocks->pdata[i])->level = above->level;
		return;
	}
	for (guint i = from; i < end; i++)
		says |= says_something(blocks->pdata[i], i > from ? blocks->pdata[i - 1] : above);
	for (guint i = from; says && i < end; i++)
		((Block *)blocks->pdata[i])->quote = 1;
}

void
lines_read_quotes(GPtrArray *blocks)
{
	int base = margin(blocks);
	guint last = last_text(blocks, base);

	for (guint i = 0; i < last;) {
		guint end = i;

		while (end < last && is_set_off(blocks->pdata[end], base) &&
			((Block *)blocks->pdata[end])->indent ==
				((Block *)blocks->pdata[i])->indent)
			end++;
		if (end > i)
			judge_set_off(blocks, i, end);
		i = MAX(end, i + 1);
	}
	judge_quotations(blocks);
}
