/* Lines that were meant as blocks, and blocks that are the lines of one paragraph. */
#include "lines.h"

#include <string.h>

#include "inline.h"
#include "typed.h"

Block *
lines_block_like(const Block *model, BlockKind kind, const char *text, const char *plain)
{
	Block *block = markdown_block_new(kind, text, plain);

	block->quote = model->quote;
	block->zone = model->zone;
	block->table = model->table;
	block->size = model->size;
	block->level = model->level;
	block->indent = model->indent;
	block->cls = g_strdup(model->cls);
	block->part = model->part;
	block->typed = true;
	return block;
}

static glong
length_of(const char *text)
{
	return g_utf8_strlen(text, -1);
}

static bool
is_list_line(const char *plain)
{
	TypedMark mark;

	return typed_mark(plain, &mark);
}

/* --- every line a block of its own
 * ---------------------------------------------------------------------------- */

static bool
ends_sentence(const char *text)
{
	static const char *const ends[] = {".", "!", "?", ":", ";", "”", "\"", "’", "…"};

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
		if (g_str_has_suffix(text, ends[i]))
			return true;
	return false;
}

/* Lines that somebody's program wrapped: long enough, and going on in the middle of a sentence. */
static bool
is_wrapped_text(char **lines, guint n)
{
	guint wrapped = 0;

	for (guint i = 0; i + 1 < n; i++) {
		size_t length = strlen(lines[i]);
		bool goes_on = length > 0 && strchr(".!?:;", lines[i][length - 1]) == NULL;

		/* "Van: ..." is a field, whatever its length. */
		if (memchr(lines[i], ':', MIN(length, 16)) != NULL || is_list_line(lines[i]))
			return false;
		wrapped += length >= 40 && length <= 110 &&
			   (goes_on || g_unichar_islower(g_utf8_get_char(lines[i + 1])));
	}
	return n > 2 && wrapped * 10 >= (n - 1) * 7;
}

static void
dress_line(Block *made, const Block *block, const LineLook *look)
{
	made->bold = look->bold;
	made->italic = look->italic;
	made->underline = look->underline;
	made->color = look->color;
	made->size = look->size > 0 ? look->size : block->size;
	made->indent = block->indent + look->indent;
	made->gap = look->gap;
	made->pre_line = block->pre_line;
	made->typed = false;
}

static void
explode(GPtrArray *out, Block *block, guint group)
{
	g_auto(GStrv) texts = g_strsplit(block->text, "\n", -1);
	g_auto(GStrv) plains = g_strsplit(block->plain, "\n", -1);
	guint n = MIN(g_strv_length(texts), g_strv_length(plains));
	int first = n > 0 ? g_array_index(block->lines, LineLook, 0).indent : 0;

	block->indent -= first;
	for (guint i = 0; i < n && i < block->lines->len; i++) {
		const LineLook *look = &g_array_index(block->lines, LineLook, i);
		Block *made = lines_block_like(block, BLOCK_PARAGRAPH, texts[i], plains[i]);

		dress_line(made, block, look);
		made->gap |= i == 0 && block->gap;
		made->group = group;
		made->linked = i == 0; /* a block begins here; undone when joined */
		g_ptr_array_add(out, made);
	}
}

/* --- wrapped lines
 * -------------------------------------------------------------------------------------------- */

static bool
may_follow(const Block *above, const Block *block)
{
	return above->kind == BLOCK_PARAGRAPH && block->kind == BLOCK_PARAGRAPH && !block->gap &&
	       !above->whole && !block->whole && above->quote == block->quote &&
	       above->zone == block->zone && above->table == block->table &&
	       above->level == block->level && above->part == block->part;
}

static gint
measure(const GPtrArray *lines)
{
	g_autoptr(GArray) lengths = g_array_new(FALSE, FALSE, sizeof(gint));
	guint going_on = 0, near = 0;
	gint width;

	for (guint i = 1; i < lines->len; i++) {
		const Block *above = lines->pdata[i - 1], *block = lines->pdata[i];
		gint length;

		if (!may_follow(above, block) || is_list_line(block->plain))
			continue;
		length = (gint)length_of(above->plain);
		if (length <= 30)
			continue;
		g_array_append_val(lengths, length);
		going_on += !ends_sentence(above->plain);
	}
	if (lengths->len < 3 || going_on * 2 < lengths->len)
		return 0;
	width = typed_width(lengths, 58);
	for (guint i = 0; i < lengths->len; i++)
		near += g_array_index(lengths, gint, i) > width - 16;
	/* Lines of a signature are of any length; those of a program are all but full. */
	return near * 3 >= lengths->len * 2 ? width : 0;
}

/* "Van: ...", "Tel: ..." */
static bool
is_field(const char *plain)
{
	size_t n = strcspn(plain, " :");

	return n > 1 && n < 16 && plain[n] == ':';
}

static bool
wraps(const Block *above, const Block *block, glong last, gint width)
{
	glong word = (glong)strcspn(block->plain, " ");
	bool lower = g_unichar_islower(g_utf8_get_char(block->plain));

	if (!may_follow(above, block) || above->bold != block->bold ||
		last + word + 1 <= width - 3 || (is_field(above->plain) && is_field(block->plain)))
		return false;
	if (is_list_line(block->plain) &&
		(is_list_line(above->plain) || ends_sentence(above->plain)))
		return false;
	if (block->linked && ends_sentence(above->plain) && !lower)
		return false;
	return true;
}

static bool
ends_mark(const GString *text, const char *mark)
{
	size_t n = strlen(mark);

	return text->len > n + 1 && g_str_has_suffix(text->str, mark) &&
	       text->str[text->len - n - 1] != '\\' && text->str[text->len - n - 1] != '*';
}

/* Emphasis that goes on in the next line. */
static const char *
merge_marks(GString *text, const char *next)
{
	static const char *const marks[] = {"***", "**", "*"};

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		size_t n = strlen(marks[i]);

		if (strncmp(next, marks[i], n) == 0 && next[n] != '*' && next[n] != ' ' &&
			ends_mark(text, marks[i])) {
			g_string_truncate(text, text->len - n);
			return next + n;
		}
	}
	return next;
}

static void
join_two(Block *above, const Block *block, int *budget)
{
	GString *text = g_string_new(above->text);
	GString *plain = g_string_new(above->plain);
	const char *next = merge_marks(text, block->text);

	typed_join(text, next, NULL, budget);
	typed_join(plain, block->plain, NULL, budget);
	g_free(above->text);
	g_free(above->plain);
	above->text = g_string_free(text, FALSE);
	above->plain = g_string_free(plain, FALSE);
	above->italic &= block->italic;
	above->underline &= block->underline;
	above->pre_line = false;
}

static void
join_wrapped(GPtrArray *lines, gint width)
{
	guint kept = 0;
	glong last = 0;
	int budget = 0;

	for (guint i = 0; i < lines->len; i++) {
		Block *block = lines->pdata[i];
		glong length = width > 0 ? length_of(block->plain) : 0;

		/* A paragraph of many lines would be copied for each of them. */
		if (kept > 0 && width > 0 &&
			strlen(((Block *)lines->pdata[kept - 1])->text) < 20000 &&
			wraps(lines->pdata[kept - 1], block, last, width)) {
			join_two(lines->pdata[kept - 1], block, &budget);
			markdown_block_free(block);
		} else {
			lines->pdata[kept++] = block;
		}
		last = length;
	}
	for (guint i = 0; i < kept; i++)
		((Block *)lines->pdata[i])->linked &=
			((Block *)lines->pdata[i])->kind == BLOCK_IMAGE;
	g_ptr_array_set_size(lines, (gint)kept);
}

/* --- all of it
 * ------------------------------------------------------------------------------------------------
 */

static guint
count_lines(const Block *block)
{
	return block->lines != NULL ? block->lines->len : 1;
}

/* Lines from..end of one group to one, if they read like that. */
static void
join_group(GPtrArray *lines, guint from, guint end)
{
	g_autofree char **plains = g_new0(char *, end - from + 1);
	int budget = 0;

	for (guint i = from; i < end; i++)
		plains[i - from] = ((Block *)lines->pdata[i])->plain;
	if (end - from > 200 || !is_wrapped_text(plains, end - from))
		return;
	for (guint i = from + 1; i < end; i++) {
		join_two(lines->pdata[from], lines->pdata[i], &budget);
		g_clear_pointer((Block **)&lines->pdata[i], markdown_block_free);
	}
}

/* Where the whole says nothing about a width, a single paragraph may. */
static void
join_groups(GPtrArray *lines)
{
	guint kept = 0;

	for (guint i = 0; i < lines->len;) {
		const Block *first = lines->pdata[i];
		guint end = i + 1;

		while (end < lines->len && first->group > 0 && !first->whole &&
			((Block *)lines->pdata[end])->group == first->group &&
			!((Block *)lines->pdata[end])->gap)
			end++;
		if (end - i > 2)
			join_group(lines, i, end);
		i = end;
	}
	for (guint i = 0; i < lines->len; i++)
		if (lines->pdata[i] != NULL)
			lines->pdata[kept++] = lines->pdata[i];
	g_ptr_array_set_size(lines, (gint)kept);
}

static void
explode_all(GPtrArray *blocks, GPtrArray *out)
{
	for (guint i = 0; i < blocks->len; i++) {
		Block *block = blocks->pdata[i];

		if (block->kind == BLOCK_PARAGRAPH && count_lines(block) > 1) {
			explode(out, block, i + 1);
			markdown_block_free(block);
		} else {
			block->linked |= block->kind == BLOCK_PARAGRAPH;
			g_ptr_array_add(out, block);
		}
	}
}

void
markdown_split_lines(Doc *doc)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new();
	gint width;

	g_ptr_array_set_free_func(doc, NULL);
	explode_all(doc, lines);
	width = measure(lines);
	if (width == 0)
		join_groups(lines);
	join_wrapped(lines, width);
	lines_read_markdown(lines);
	lines_read_lists(lines);
	lines_read_quotes(lines);
	g_ptr_array_set_size(doc, 0);
	for (guint i = 0; i < lines->len; i++)
		g_ptr_array_add(doc, lines->pdata[i]);
	g_ptr_array_set_free_func(doc, (GDestroyNotify)markdown_block_free);
}
