#include "columns.h"

#include <string.h>

#include "inline.h"
#include "typed.h"

enum { WIDE = 240, ROWS_MOST = 200, COLUMNS_MOST = 20 };

typedef struct {
	int starts[COLUMNS_MOST + 1]; /* of each column; the last is behind all */
	int n;
} Columns;

static bool
is_ruling(const char *text)
{
	return strspn(text, "-=+| ") == strlen(text);
}

static bool
has_inner_gap(const char *text)
{
	return strchr(text, '\t') != NULL || strstr(text, "  ") != NULL;
}

static bool
is_row(const ColumnLine *line)
{
	g_autofree char *text = g_strchomp(g_strdup(line->text));
	TypedMark mark;

	if (typed_mark(text, &mark))
		return has_inner_gap(text + mark.length);
	return *text != '\0' && has_inner_gap(text);
}

static guint
count_rows(const ColumnLine *lines, guint n)
{
	guint rows = 0;

	while (rows < n && rows < ROWS_MOST && is_row(&lines[rows]))
		rows++;
	return rows;
}

/* Which columns of the screen hold something in any of the lines. */
static bool
occupy(const ColumnLine *lines, guint rows, bool *occupied)
{
	for (guint i = 0; i < rows; i++) {
		int column = lines[i].indent;

		if (is_ruling(lines[i].text))
			continue;
		for (const char *p = lines[i].text; *p != '\0'; p = g_utf8_next_char(p)) {
			if (*p == '\t')
				column += 7 - column % 8;
			if (column >= WIDE)
				return false;
			occupied[column] |= *p != ' ' && *p != '\t';
			column++;
		}
	}
	return true;
}

/* Where columns begin: behind two empty ones at least. */
static Columns
find_columns(const bool *occupied)
{
	Columns columns = {.n = 0};
	int empty = 2;

	for (int c = 0; c < WIDE && columns.n < COLUMNS_MOST; c++) {
		if (occupied[c] && empty >= 2)
			columns.starts[columns.n++] = c;
		empty = occupied[c] ? 0 : empty + 1;
	}
	columns.starts[columns.n] = WIDE;
	return columns;
}

static guint
append_row(GString *out, const ColumnLine *line, const Columns *columns)
{
	const char *p = line->text;
	int column = line->indent;
	guint full = 0;

	for (int i = 0; i < columns->n; i++) {
		g_autoptr(GString) cell = g_string_new(NULL);
		g_autofree char *escaped = NULL;
		g_auto(GStrv) parts = NULL;
		g_autofree char *safe = NULL;

		while (*p != '\0' && column < columns->starts[i + 1]) {
			if (*p == '\t')
				column += 7 - column % 8;
			g_string_append_unichar(cell, *p == '\t' ? ' ' : g_utf8_get_char(p));
			p = g_utf8_next_char(p);
			column++;
		}
		g_strstrip(cell->str);
		full += *cell->str != '\0';
		escaped = inline_escape(cell->str);
		parts = g_strsplit(escaped, "|", -1);
		safe = g_strjoinv("\\|", parts);
		g_string_append_printf(out, "| %s ", safe);
	}
	g_string_append(out, "|\n");
	return full;
}

static char *
split_columns(const ColumnLine *lines, guint rows)
{
	bool occupied[WIDE + 1] = {false};
	g_autoptr(GString) out = g_string_new(NULL);
	Columns columns;
	guint data = 0;

	if (!occupy(lines, rows, occupied))
		return NULL;
	columns = find_columns(occupied);
	if (columns.n < 2 || rows + (columns.n > 2) < 3)
		return NULL;
	for (guint i = 0; i < rows; i++) {
		if (is_ruling(lines[i].text))
			continue;
		if (append_row(out, &lines[i], &columns) < 2)
			return NULL;
		for (int k = 0; data == 0 && k < columns.n; k++)
			g_string_append(out, k + 1 < columns.n ? "| --- " : "| --- |\n");
		data++;
	}
	return data > 1 ? g_strchomp(g_string_free(g_steal_pointer(&out), FALSE)) : NULL;
}

/* Cells with one tab between them, as a spreadsheet copies them. */
static char *
split_tabs(const ColumnLine *lines, guint rows)
{
	g_autoptr(GString) out = g_string_new(NULL);
	guint columns = 0;

	for (guint i = 0; i < rows; i++) {
		g_auto(GStrv) cells = g_strsplit(lines[i].text, "\t", COLUMNS_MOST);
		bool leading =
			lines[i].indent >= 8 && columns > 0 && g_strv_length(cells) + 1 == columns;

		columns = columns == 0 ? g_strv_length(cells) + (lines[i].indent >= 8) : columns;
		if (g_strv_length(cells) + ((i == 0 && lines[i].indent >= 8) || leading) != columns)
			return NULL;
		if (g_strv_length(cells) != columns)
			g_string_append(out, "|  ");
		for (char **cell = cells; *cell != NULL; cell++) {
			g_autofree char *escaped = inline_escape(g_strstrip(*cell));

			g_string_append_printf(out, "| %s ", g_strdelimit(escaped, "|", '/'));
		}
		g_string_append(out, "|\n");
		for (guint k = 0; i == 0 && k < columns; k++)
			g_string_append(out, k + 1 < columns ? "| --- " : "| --- |\n");
	}
	return columns > 1 ? g_strchomp(g_string_free(g_steal_pointer(&out), FALSE)) : NULL;
}

char *
columns_read(const ColumnLine *lines, guint n, guint *ret_used)
{
	guint rows = count_rows(lines, n);
	guint tabbed = 0;
	char *table = NULL;

	*ret_used = rows;
	if (rows < 2)
		return NULL;
	while (tabbed < rows && strchr(lines[tabbed].text, '\t') != NULL)
		tabbed++;
	if (tabbed == rows)
		table = split_tabs(lines, rows);
	return table != NULL ? table : split_columns(lines, rows);
}
