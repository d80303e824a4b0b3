/* Blocks to CommonMark. */
#include <string.h>

#include "markdown.h"

Doc *
markdown_doc_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)markdown_block_free);
}

Block *
markdown_block_new(BlockKind kind, const char *text, const char *plain)
{
	Block *block = g_new0(Block, 1);

	block->kind = kind;
	block->text = g_strdup(text != NULL ? text : "");
	block->plain = g_strdup(plain != NULL ? plain : "");
	block->words = -1;
	return block;
}

guint
markdown_words(Block *block)
{
	if (block->words < 0)
		block->words = (int)text_words(block->plain);
	return (guint)block->words;
}

void
markdown_block_free(Block *block)
{
	if (block == NULL)
		return;
	g_free(block->text);
	g_free(block->plain);
	g_free(block->source);
	g_free(block->alt);
	g_free(block->cls);
	g_clear_pointer(&block->lines, g_array_unref);
	g_free(block);
}

/* text with prefix before each line, the first with first. */
static void
append_lines(GString *out, const char *quote, const char *first, const char *rest, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++)
		g_string_append_printf(out, "%s%s%s\n", quote, i == 0 ? first : rest, lines[i]);
}

/* One line: headings and items cannot hold a break. */
static char *
joined(const char *text)
{
	return g_strdelimit(g_strdup(text), "\n", ' ');
}

static void
append_image(GString *out, const char *quote, const Block *block)
{
	g_autofree char *alt = markdown_escape(block->alt != NULL ? block->alt : "");
	g_autofree char *name = g_strdup(block->source != NULL ? block->source : "");
	g_autofree char *one = joined(alt);
	bool odd = strpbrk(name, " ()<>") != NULL;

	g_string_append_printf(out, odd ? "%s![%s](<%s>)\n" : "%s![%s](%s)\n", quote, one, name);
}

typedef struct {
	int indents[12]; /* columns of the text of each open item level */
	int depth;
	bool ordered[12];
	int numbers[12];
} ListState;

static void
append_item(GString *out, const char *quote, const Block *block, ListState *list)
{
	int depth = CLAMP(block->level, 1, 10);
	g_autofree char *marker = NULL;
	g_autofree char *indent = NULL;
	g_autofree char *text = joined(block->text);

	if (depth > list->depth + 1)
		depth = list->depth + 1;
	if (depth > list->depth || list->ordered[depth] != block->ordered)
		list->numbers[depth] = block->number > 0 ? block->number : 1;
	list->depth = depth;
	list->ordered[depth] = block->ordered;
	marker = block->ordered ? g_strdup_printf("%d. ", list->numbers[depth]++) : g_strdup("- ");
	indent = g_strnfill((gsize)list->indents[depth - 1], ' ');
	list->indents[depth] = list->indents[depth - 1] + (int)strlen(marker);
	g_string_append_printf(out, "%s%s%s%s\n", quote, indent, marker, text);
}

static void
append_block(GString *out, const Block *block, ListState *list)
{
	g_autofree char *quote = g_strnfill((gsize)MIN(block->quote, 8) * 2, '>');
	g_autofree char *one = NULL;
	g_autofree char *marks = NULL;

	for (char *p = quote; *p != '\0'; p += 2)
		p[1] = ' ';
	switch (block->kind) {
	case BLOCK_HEADING:
		one = joined(block->text);
		marks = g_strnfill((gsize)CLAMP(block->level, 2, 6), '#');
		g_string_append_printf(out, "%s%s %s\n", quote, marks, one);
		break;
	case BLOCK_ITEM:
		append_item(out, quote, block, list);
		break;
	case BLOCK_IMAGE:
		append_image(out, quote, block);
		break;
	case BLOCK_RULE:
		g_string_append_printf(out, "%s---\n", quote);
		break;
	case BLOCK_CODE:
		append_lines(out, quote, "    ", "    ", block->text);
		break;
	case BLOCK_PARAGRAPH:
	case BLOCK_TABLE:
	case BLOCK_RAW:
		append_lines(out, quote, "", "", block->text);
		break;
	}
}

static bool
is_tight(const Block *above, const Block *block)
{
	return above->kind == BLOCK_ITEM && block->kind == BLOCK_ITEM &&
	       above->quote == block->quote &&
	       (block->level > 1 || above->level > 1 || above->ordered == block->ordered);
}

/* A second list of the same kind right behind would join the first. */
static void
append_gap(GString *out, const Block *above, const Block *block)
{
	int shared = MIN(above->quote, block->quote);

	if (is_tight(above, block))
		return;
	for (int i = 0; i < shared && above->quote == block->quote; i++)
		g_string_append(out, i + 1 < shared ? "> " : ">");
	g_string_append_c(out, '\n');
}

char *
markdown_write(const Doc *doc, guint from, guint to)
{
	GString *out = g_string_new(NULL);
	ListState list = {.depth = 0};
	const Block *above = NULL;

	for (guint i = from; i < to && i < doc->len; i++) {
		const Block *block = doc->pdata[i];

		if (block->kind != BLOCK_ITEM)
			memset(&list, 0, sizeof list);
		if (above != NULL)
			append_gap(out, above, block);
		append_block(out, block, &list);
		above = block;
	}
	return g_strchomp(g_string_free(out, FALSE));
}

char *
markdown_write_plain(const Doc *doc, guint from, guint to)
{
	GString *out = g_string_new(NULL);

	for (guint i = from; i < to && i < doc->len; i++) {
		const Block *block = doc->pdata[i];

		if (*block->plain == '\0')
			continue;
		if (out->len > 0)
			g_string_append(out, "\n\n");
		g_string_append(out, block->plain);
	}
	return g_string_free(out, FALSE);
}
