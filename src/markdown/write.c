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

enum { DEEPEST = 10 };

/* The lists that are open at a place. */
typedef struct {
	int depth;
	struct {
		bool ordered;
		bool other; /* the other sign: * for -, ) for . */
		int number; /* of the next item */
		guint list;
		int indent; /* column of its items' text */
	} at[DEEPEST + 1];
} ListState;

/* Does the item begin a list, or go on in one that is open? */
static bool
begins_list(const ListState *lists, const Block *block, int depth)
{
	if (depth > lists->depth || lists->at[depth].ordered != block->ordered)
		return true;
	return lists->at[depth].list != block->list &&
	       (!block->ordered || block->number != lists->at[depth].number);
}

static int
depth_of(const ListState *lists, const Block *block)
{
	return CLAMP(block->level, 1, MIN(lists->depth + 1, DEEPEST));
}

static void
open_list(ListState *lists, const Block *block, int depth)
{
	/* Right behind a list of its kind it needs the other sign to be one of its own. */
	bool follows = depth <= lists->depth && lists->at[depth].ordered == block->ordered;

	lists->at[depth].other = follows && !lists->at[depth].other;
	lists->at[depth].ordered = block->ordered;
	lists->at[depth].number = block->number > 0 ? block->number : 1;
}

static void
append_item(GString *out, const char *quote, const Block *block, ListState *lists)
{
	int depth = depth_of(lists, block);
	g_autofree char *marker = NULL;
	g_autofree char *indent = NULL;
	g_autofree char *text = joined(block->text);

	if (begins_list(lists, block, depth))
		open_list(lists, block, depth);
	lists->at[depth].list = block->list;
	lists->depth = depth;
	marker = block->ordered ? g_strdup_printf("%d%s ", lists->at[depth].number++,
					  lists->at[depth].other ? ")" : ".")
				: g_strdup(lists->at[depth].other ? "* " : "- ");
	indent = g_strnfill((gsize)lists->at[depth - 1].indent, ' ');
	lists->at[depth].indent = lists->at[depth - 1].indent + (int)strlen(marker);
	g_string_append_printf(out, "%s%s%s%s\n", quote, indent, marker, text);
}

static void
append_heading(GString *out, const char *prefix, const Block *block)
{
	g_autofree char *one = joined(block->text);
	g_autofree char *marks = g_strnfill((gsize)CLAMP(block->level, 2, 6), '#');
	size_t digits = strspn(one, "0123456789");
	size_t n;

	/* A number begins no list behind the sharps. */
	if (digits > 0 && one[digits] == '\\' && strchr(".)", one[digits + 1]) != NULL)
		memmove(one + digits, one + digits + 1, strlen(one + digits));
	n = strlen(one);
	/* A sharp at the end would be taken for a closing mark. */
	if (n > 0 && one[n - 1] == '#' && (n == 1 || one[n - 2] == ' '))
		one[n - 1] = '\0', g_string_append_printf(out, "%s%s %s\\#\n", prefix, marks, one);
	else
		g_string_append_printf(out, "%s%s %s\n", prefix, marks, one);
}

static char *
quote_prefix(const Block *block)
{
	GString *prefix = g_string_new(NULL);

	for (int i = 0; i < MIN(block->quote, 8); i++)
		g_string_append(prefix, "> ");
	return g_string_free(prefix, FALSE);
}

/* The part of an item that is not its first paragraph stands below its text. */
static bool
is_inside(const ListState *lists, const Block *block)
{
	return block->kind != BLOCK_ITEM && block->kind != BLOCK_HEADING && block->level > 0 &&
	       lists->depth > 0;
}

static void
append_block(GString *out, const Block *block, ListState *lists)
{
	g_autofree char *quote = quote_prefix(block);
	int depth = is_inside(lists, block) ? MIN(block->level, lists->depth) : 0;
	g_autofree char *indent = g_strnfill((gsize)lists->at[depth].indent, ' ');
	g_autofree char *prefix = g_strconcat(quote, indent, NULL);

	switch (block->kind) {
	case BLOCK_HEADING:
		append_heading(out, quote, block);
		break;
	case BLOCK_ITEM:
		append_item(out, quote, block, lists);
		break;
	case BLOCK_IMAGE:
		append_image(out, prefix, block);
		break;
	case BLOCK_RULE:
		g_string_append_printf(out, "%s---\n", quote);
		break;
	case BLOCK_CODE:
		append_lines(out, prefix, "    ", "    ", block->text);
		break;
	case BLOCK_PARAGRAPH:
	case BLOCK_TABLE:
	case BLOCK_RAW:
		append_lines(out, prefix, "", "", block->text);
		break;
	}
}

/* Items of one list stand close; a number other than 1 needs a blank line to begin a list. */
static bool
is_tight(const Block *above, const Block *block, const ListState *lists)
{
	int depth = depth_of(lists, block);

	if (above->kind != BLOCK_ITEM || block->kind != BLOCK_ITEM || above->quote != block->quote)
		return false;
	if (!begins_list(lists, block, depth))
		return true;
	return depth > lists->depth && (!block->ordered || block->number <= 1);
}

static void
append_gap(GString *out, const Block *above, const Block *block, const ListState *lists)
{
	int shared = MIN(above->quote, block->quote);

	if (is_tight(above, block, lists))
		return;
	for (int i = 0; i < shared && above->quote == block->quote; i++)
		g_string_append(out, i + 1 < shared ? "> " : ">");
	g_string_append_c(out, '\n');
}

char *
markdown_write(const Doc *doc, guint from, guint to)
{
	GString *out = g_string_new(NULL);
	ListState lists = {.depth = 0};
	const Block *above = NULL;

	for (guint i = from; i < to && i < doc->len; i++) {
		const Block *block = doc->pdata[i];

		if ((block->kind != BLOCK_ITEM && !is_inside(&lists, block)) ||
			(above != NULL && above->quote != block->quote))
			memset(&lists, 0, sizeof lists);
		if (above != NULL)
			append_gap(out, above, block, &lists);
		append_block(out, block, &lists);
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
