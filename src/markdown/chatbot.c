/* Markdown that was typed, by people who know it or by a chatbot whose answer was pasted. */
#include <string.h>

#include "inline.h"
#include "lines.h"
#include "typed.h"

/* --- what tells it
 * -------------------------------------------------------------------------------------------- */

static int
heading_marks(const char *plain)
{
	size_t n = strspn(plain, "#");

	return n > 0 && n <= 6 && plain[n] == ' ' && plain[n + 1] != '\0' ? (int)n : 0;
}

/* |---|:--:| */
static bool
is_delimiter(const char *plain)
{
	return strchr(plain, '|') != NULL && strstr(plain, "--") != NULL &&
	       strspn(plain, "|-: ") == strlen(plain);
}

static bool
has_bold(const char *plain)
{
	const char *open = strstr(plain, "**");

	return open != NULL && open[2] != ' ' && open[2] != '*' && open[2] != '\0' &&
	       strstr(open + 2, "**") != NULL;
}

static const char *
typed_link(const char *plain)
{
	const char *p = strstr(plain, "](");

	return p != NULL && (g_str_has_prefix(p + 2, "http") || g_str_has_prefix(p + 2, "www.") ||
				    g_str_has_prefix(p + 2, "mailto:") || p[2] == '<')
		       ? p
		       : NULL;
}

static bool
is_markdown(const GPtrArray *blocks)
{
	guint signs = 0;

	for (guint i = 0; i < blocks->len && signs < 2; i++) {
		const Block *block = blocks->pdata[i];

		if (block->kind != BLOCK_PARAGRAPH && block->kind != BLOCK_ITEM)
			continue;
		signs += heading_marks(block->plain) > 1 ? 2 : 0;
		signs += is_delimiter(block->plain) ? 2 : 0;
		signs += has_bold(block->plain);
		signs += typed_link(block->plain) != NULL;
	}
	return signs >= 2;
}

/* --- inline
 * ---------------------------------------------------------------------------------------------------
 */

/* Length of the sign at p, escaped or not; its count of stars. */
static size_t
stars_at(const char *p, int *stars)
{
	const char *start = p;

	*stars = 0;
	while (*p == '*' || (*p == '\\' && p[1] == '*')) {
		p += *p == '\\' ? 2 : 1;
		(*stars)++;
	}
	return (size_t)(p - start);
}

/* How many signs of each strength; what has no partner is a star. */
static void
count_stars(const char *text, guint counts[4])
{
	for (const char *p = text; *p != '\0';) {
		int stars;
		size_t n = stars_at(p, &stars);

		if (n > 0 && stars <= 3)
			counts[stars]++;
		p += n > 0 ? n : 1;
	}
}

/* Marks that the writer escaped are meant as such; keep: written as marks, else dropped. */
static char *
read_stars(const char *text, bool keep)
{
	GString *out = g_string_new(NULL);
	guint counts[4] = {0}, seen[4] = {0};

	count_stars(text, counts);
	for (const char *p = text; *p != '\0';) {
		int stars;
		size_t n = stars_at(p, &stars);
		bool paired = n > 0 && stars <= 3 && ++seen[stars] <= counts[stars] / 2 * 2 &&
			      !(stars == 1 && p > text && p[-1] == ' ' && p[n] == ' ');

		if (n == 0)
			g_string_append_c(out, *p++);
		else if (!paired)
			g_string_append_len(out, p, (gssize)n);
		else if (keep)
			g_string_append_len(out, "***", stars);
		p += n;
	}
	return g_string_free(out, FALSE);
}

/* [text\](target) to a link (keep) or its text. */
static char *
read_links(const char *text, bool keep)
{
	GString *out = g_string_new(NULL);
	const char *p = text;

	for (const char *mid; (mid = typed_link(p)) != NULL;) {
		const char *end = strchr(mid, ')');
		const char *open = g_strrstr_len(p, mid - p, "[");
		const char *close = mid > p && mid[-1] == '\\' ? mid - 1 : mid;

		if (end == NULL || open == NULL)
			break;
		if (keep) {
			g_string_append_len(out, p, close - p);
			g_string_append(out, "](");
			for (const char *q = mid + 2; q <= end; q++)
				if (*q != '\\')
					g_string_append_c(out, *q);
		} else {
			g_string_append_len(out, p, open - p);
			g_string_append_len(out, open + 1, close - open - 1);
		}
		p = end + 1;
	}
	g_string_append(out, p);
	return g_string_free(out, FALSE);
}

static void
read_inline(Block *block)
{
	g_autofree char *text = read_links(block->text, true);
	g_autofree char *plain = read_links(block->plain, false);
	size_t n;

	g_free(block->text);
	g_free(block->plain);
	block->text = read_stars(text, true);
	block->plain = read_stars(plain, false);
	n = strlen(block->text);
	block->words = -1;
	if (n > 5 && g_str_has_prefix(block->text, "**") &&
		strstr(block->text + 2, "**") == block->text + n - 2)
		block->bold = true;
}

/* --- blocks
 * ---------------------------------------------------------------------------------------------------
 */

static void
to_heading(Block *block, int level)
{
	char *plain = g_strdup(block->plain + level);
	char *end;

	g_strstrip(plain);
	end = plain + strlen(plain);
	while (end > plain && end[-1] == '#')
		*--end = '\0';
	g_strchomp(plain);
	g_free(block->plain);
	g_free(block->text);
	block->plain = plain;
	block->text = markdown_escape(plain);
	block->kind = BLOCK_HEADING;
	block->level = level;
	block->typed = true;
	read_inline(block);
}

static void
append_cells(GString *out, const char *plain)
{
	g_autofree char *line = g_strdup(plain);
	char *p = g_strstrip(line);
	g_auto(GStrv) cells = NULL;

	if (*p == '|')
		p++;
	if (g_str_has_suffix(p, "|"))
		p[strlen(p) - 1] = '\0';
	cells = g_strsplit(p, "|", 40);
	for (char **cell = cells; *cell != NULL; cell++) {
		g_autofree char *escaped = inline_escape(g_strstrip(*cell));
		g_autofree char *text = read_stars(escaped, true);

		g_string_append_printf(out, "| %s ", text);
	}
	g_string_append(out, "|\n");
}

static guint
count_cells(const char *row)
{
	guint n = 0;

	for (const char *p = row; *p != '\0' && *p != '\n'; p++)
		n += *p == '|';
	return n > 0 ? n - 1 : 0;
}

/* Rows from..end to one block; the others are dropped. */
static void
to_table(GPtrArray *blocks, guint from, guint end)
{
	GString *text = g_string_new(NULL);
	Block *block = blocks->pdata[from];

	append_cells(text, block->plain);
	for (guint i = count_cells(text->str); i > 0; i--)
		g_string_append(text, i > 1 ? "| --- " : "| --- |\n");
	for (guint i = from + 2; i < end; i++)
		append_cells(text, ((Block *)blocks->pdata[i])->plain);
	g_strchomp(text->str);
	g_free(block->text);
	g_free(block->plain);
	block->text = g_strdup(text->str);
	block->plain = g_string_free(text, FALSE);
	block->kind = BLOCK_TABLE;
	for (guint i = from + 1; i < end; i++)
		g_clear_pointer((Block **)&blocks->pdata[i], markdown_block_free);
}

static const char *
row_at(const GPtrArray *blocks, guint i)
{
	const Block *block = i < blocks->len ? blocks->pdata[i] : NULL;

	return block != NULL && block->kind == BLOCK_PARAGRAPH && strchr(block->plain, '|') != NULL
		       ? block->plain
		       : NULL;
}

static void
read_tables(GPtrArray *blocks)
{
	guint kept = 0;

	for (guint i = 0; i + 1 < blocks->len; i++) {
		guint end = i + 2;

		if (row_at(blocks, i) == NULL || row_at(blocks, i + 1) == NULL ||
			!is_delimiter(row_at(blocks, i + 1)) || is_delimiter(row_at(blocks, i)))
			continue;
		while (row_at(blocks, end) != NULL)
			end++;
		to_table(blocks, i, end);
		i = end - 1;
	}
	for (guint i = 0; i < blocks->len; i++)
		if (blocks->pdata[i] != NULL)
			blocks->pdata[kept++] = blocks->pdata[i];
	g_ptr_array_set_size(blocks, (gint)kept);
}

static void
read_block(Block *block)
{
	int level = heading_marks(block->plain);
	size_t n = strlen(block->plain);

	if (level > 0) {
		to_heading(block, level);
	} else if (n >= 3 && (strspn(block->plain, "-") == n || strspn(block->plain, "*") == n ||
				     strspn(block->plain, "_") == n)) {
		block->kind = BLOCK_RULE;
	} else if (g_str_has_prefix(block->plain, "> ")) {
		char *plain = g_strdup(block->plain + 2);
		char *text = typed_strip(block->text, block->plain, 2);

		g_free(block->text);
		g_free(block->plain);
		block->plain = plain;
		block->text = text != NULL ? text : markdown_escape(plain);
		block->quote++;
		read_inline(block);
	} else {
		read_inline(block);
	}
}

void
lines_read_markdown(GPtrArray *blocks)
{
	if (!is_markdown(blocks))
		return;
	read_tables(blocks);
	for (guint i = 0; i < blocks->len; i++) {
		Block *block = blocks->pdata[i];

		if (block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_ITEM)
			read_block(block);
		/* A rule between parts of the text marks no end. */
		if (block->kind == BLOCK_RULE)
			*block->plain = *block->text = '\0';
	}
}
