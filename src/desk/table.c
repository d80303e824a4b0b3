/* A table as it will read: columns as wide as they must be, cells folded, numbers below each other.
 * Where the columns cannot stand beside each other, each row is a list of "head: cell". */
#include <cmark-gfm-core-extensions.h>
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "columns.h"
#include "table.h"

enum { COLUMNS_MOST = 64, ROWS_MOST = 2000, NARROWEST = 6, GAP = 2 };

typedef struct {
	const DeskScreen *screen;
	int indent, columns;
	int widths[COLUMNS_MOST];
	bool numbers[COLUMNS_MOST];
	GPtrArray *rows; /* GPtrArray * of cells (char *) */
} Table;

static bool
is_number(const char *cell)
{
	return *cell != '\0' && strspn(cell, "0123456789.,-+%€ \xc2\xa0") + 2 >= strlen(cell) &&
	       strpbrk(cell, "0123456789") != NULL;
}

static void
free_row(gpointer row)
{
	g_ptr_array_unref(row);
}

static void
read_rows(Table *table, cmark_node *node)
{
	for (cmark_node *row = cmark_node_first_child(node);
		row != NULL && table->rows->len < ROWS_MOST; row = cmark_node_next(row)) {
		GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);

		g_ptr_array_add(table->rows, cells);
		for (cmark_node *cell = cmark_node_first_child(row);
			cell != NULL && cells->len < COLUMNS_MOST; cell = cmark_node_next(cell)) {
			g_autofree char *text = desk_inline_text(cell);

			g_ptr_array_add(cells, text_printable(text, TEXT_ONE_LINE));
		}
		table->columns = MAX(table->columns, (int)cells->len);
	}
}

static void
measure(Table *table)
{
	for (int c = 0; c < table->columns; c++)
		table->numbers[c] = table->rows->len > 1;
	for (guint r = 0; r < table->rows->len; r++) {
		const GPtrArray *cells = table->rows->pdata[r];

		for (guint c = 0; c < cells->len; c++) {
			const char *cell = cells->pdata[c];

			table->widths[c] = MAX(table->widths[c], (int)text_width(cell));
			if (r > 0 && *cell != '\0' && !is_number(cell))
				table->numbers[c] = false;
		}
	}
}

static int
total(const Table *table)
{
	int width = (table->columns - 1) * GAP;

	for (int c = 0; c < table->columns; c++)
		width += table->widths[c];
	return width;
}

/* Takes from the widest until all fit. False: they never will. */
static bool
fit(Table *table, int room)
{
	int over = total(table) - room;

	while (over > 0) {
		int widest = 0;

		for (int c = 1; c < table->columns; c++)
			if (table->widths[c] > table->widths[widest])
				widest = c;
		if (table->widths[widest] <= NARROWEST)
			return false;
		/* A cell of a thousand words at once, not column by column. */
		if (table->widths[widest] - over / table->columns - 1 > NARROWEST)
			table->widths[widest] -= over / table->columns + 1;
		else
			table->widths[widest]--;
		over = total(table) - room;
	}
	return true;
}

static GPtrArray *
fold_cell(const Table *table, const GPtrArray *cells, int column, DeskInk ink)
{
	g_autoptr(GPtrArray) words = desk_words_new();

	if (column < (int)cells->len)
		desk_words_add(words, cells->pdata[column], ink);
	return desk_words_fold(words, MAX(table->widths[column], 1));
}

static void
put_row(const Table *table, const GPtrArray *cells, bool head)
{
	g_autoptr(GPtrArray) folded = g_ptr_array_new_with_free_func(free_row);
	guint high = 1;

	for (int c = 0; c < table->columns; c++) {
		GPtrArray *lines = fold_cell(table, cells, c, head ? INK_BOLD : INK_NONE);

		g_ptr_array_add(folded, lines);
		high = MAX(high, lines->len);
	}
	for (guint line = 0; line < high; line++) {
		printf("%*s", table->indent, "");
		for (int c = 0; c < table->columns; c++) {
			const GPtrArray *lines = folded->pdata[c];
			bool last = c + 1 == table->columns;

			desk_words_put(table->screen, line < lines->len ? lines->pdata[line] : NULL,
				table->widths[c],
				table->numbers[c] ? SIDE_RIGHT
				: last            ? SIDE_LAST
						  : SIDE_LEFT);
			printf("%*s", last ? 0 : GAP, "");
		}
		putchar('\n');
	}
}

static void
put_line(const Table *table)
{
	printf("%*s", table->indent, "");
	for (int c = 0; c < table->columns; c++) {
		GString *line = g_string_new(NULL);

		for (int n = 0; n < table->widths[c]; n++)
			g_string_append(line, "─");
		desk_put(table->screen, INK_DIM, line->str);
		if (c + 1 < table->columns)
			printf("%*s", GAP, "");
		g_string_free(line, TRUE);
	}
	putchar('\n');
}

static void
put_as_list(const Table *table)
{
	const GPtrArray *heads = table->rows->pdata[0];

	for (guint r = 1; r < table->rows->len; r++) {
		const GPtrArray *cells = table->rows->pdata[r];

		for (guint c = 0; c < cells->len; c++) {
			const char *head = c < heads->len ? heads->pdata[c] : "";
			g_autofree char *line = g_strdup_printf(
				"%s%s%s", head, *head != '\0' ? ": " : "", (char *)cells->pdata[c]);

			desk_lines(table->screen, INK_NONE, line, table->indent, 0);
		}
		putchar('\n');
	}
}

void
desk_table(const DeskScreen *screen, cmark_node *node, int indent)
{
	Table table = {.screen = screen,
		.indent = indent,
		.rows = g_ptr_array_new_with_free_func(free_row)};

	read_rows(&table, node);
	measure(&table);
	if (!fit(&table, desk_measure(screen) - indent - 1) && table.rows->len > 1) {
		put_as_list(&table);
		g_ptr_array_unref(table.rows);
		return;
	}
	for (guint r = 0; r < table.rows->len; r++) {
		put_row(&table, table.rows->pdata[r], r == 0);
		if (r == 0)
			put_line(&table);
	}
	putchar('\n');
	g_ptr_array_unref(table.rows);
}

bool
desk_is_table(cmark_node *node)
{
	return strcmp(cmark_node_get_type_string(node), "table") == 0;
}
