/* Data tables and tables that only arrange a page. */
#include <string.h>

#include "tree.h"

enum {
	COLUMNS_MOST = 30,
	ROWS_MOST = 2000,
	CELL_LONG = 200, /* bytes of a cell that is a text of its own */
};

typedef struct {
	GPtrArray *cells; /* const GumboNode *, rows of columns */
	guint columns, rows;
} Grid;

static int
span_of(const GumboNode *cell, const char *name)
{
	int span = (int)g_ascii_strtoll(tree_attribute(&cell->v.element, name), NULL, 10);

	return CLAMP(span, 1, COLUMNS_MOST);
}

static guint
width_of(const GPtrArray *rows)
{
	guint columns = 0;

	for (guint i = 0; i < rows->len; i++) {
		g_autoptr(GPtrArray) cells = tree_cells(rows->pdata[i]);
		guint width = 0;

		for (guint k = 0; k < cells->len; k++)
			width += (guint)span_of(cells->pdata[k], "colspan");
		columns = MAX(columns, width);
	}
	return columns;
}

/* Cells go where no cell of a row above reaches down to. */
static void
fill(Grid *grid, const GPtrArray *rows)
{
	g_autofree int *reach = g_new0(int, grid->columns + 1);

	for (guint i = 0; i < grid->rows; i++) {
		g_autoptr(GPtrArray) cells = tree_cells(rows->pdata[i]);
		guint next = 0;

		for (guint c = 0; c < grid->columns;) {
			const GumboNode *cell = next < cells->len ? cells->pdata[next] : NULL;
			guint span;

			if (reach[c] > 0) {
				reach[c++]--;
				continue;
			}
			if (cell == NULL)
				break;
			next++;
			span = (guint)span_of(cell, "colspan");
			grid->cells->pdata[i * grid->columns + c] = (gpointer)(guintptr)cell;
			for (guint k = 0; k < span && c < grid->columns; k++)
				reach[c++] = span_of(cell, "rowspan") - 1;
		}
	}
}

static size_t
text_length(const GumboNode *cell)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *clean = NULL;

	tree_text(cell, text, 0);
	clean = text_collapse(text->str);
	return strlen(clean);
}

static void
drop_column(Grid *grid, guint column)
{
	for (guint i = grid->rows; i > 0; i--)
		g_ptr_array_remove_index(grid->cells, (i - 1) * grid->columns + column);
	grid->columns--;
}

/* Spacers have no text; cells that merely span are no reason to keep a column. */
static void
drop_empty(Grid *grid)
{
	for (guint c = grid->columns; c > 0; c--) {
		bool empty = true;

		for (guint i = 0; empty && i < grid->rows; i++) {
			const GumboNode *cell = grid->cells->pdata[i * grid->columns + c - 1];

			empty = cell == NULL || text_length(cell) == 0;
		}
		if (empty)
			drop_column(grid, c - 1);
	}
}

static bool
holds_blocks(const GumboNode *cell)
{
	static const GumboTag tags[] = {GUMBO_TAG_H1, GUMBO_TAG_H2, GUMBO_TAG_H3, GUMBO_TAG_UL,
		GUMBO_TAG_OL, GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_HR};

	for (size_t i = 0; i < G_N_ELEMENTS(tags); i++)
		if (tree_contains(cell, tags[i], 0))
			return true;
	return false;
}

/* Rows of short cells, most of them full. */
static bool
is_data(const Grid *grid, bool marked)
{
	guint full = 0, even = 0;

	for (guint i = 0; i < grid->rows; i++) {
		guint here = 0;

		for (guint c = 0; c < grid->columns; c++) {
			const GumboNode *cell = grid->cells->pdata[i * grid->columns + c];
			size_t length = cell != NULL ? text_length(cell) : 0;

			if (length > CELL_LONG * (marked ? 5U : 1U) ||
				(cell != NULL && !marked && holds_blocks(cell)))
				return false;
			here += length > 0;
		}
		full += here;
		even += here * 2 >= grid->columns && here > 1;
	}
	return even * 2 >= grid->rows && full * 2 >= grid->rows * grid->columns;
}

/* Heads or lines around its cells. */
static bool
is_marked(const GumboNode *table, const Grid *grid)
{
	const GumboElement *element = &table->v.element;

	if (g_ascii_strtoll(tree_attribute(element, "border"), NULL, 10) > 0 ||
		tree_contains(table, GUMBO_TAG_TH, 0))
		return true;
	for (guint i = 0; i < grid->cells->len && i < 4; i++) {
		const GumboNode *cell = grid->cells->pdata[i];
		const char *style = cell != NULL ? tree_attribute(&cell->v.element, "style") : "";

		if (strstr(style, "solid") != NULL)
			return true;
	}
	return false;
}

GPtrArray *
table_grid(const GumboNode *table, guint *ret_columns)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	Grid grid = {.cells = NULL};
	const char *role = tree_attribute(&table->v.element, "role");

	tree_collect(table, GUMBO_TAG_TR, GUMBO_TAG_TABLE, rows, 0);
	if (rows->len < 2 || rows->len > ROWS_MOST || strcasecmp(role, "presentation") == 0 ||
		strcasecmp(role, "none") == 0)
		return NULL;
	grid.columns = width_of(rows);
	grid.rows = rows->len;
	if (grid.columns < 2 || grid.columns > COLUMNS_MOST ||
		tree_contains(table, GUMBO_TAG_TABLE, 0) || tree_contains(table, GUMBO_TAG_IMG, 0))
		return NULL;
	grid.cells = g_ptr_array_new();
	g_ptr_array_set_size(grid.cells, (gint)(grid.rows * grid.columns));
	fill(&grid, rows);
	drop_empty(&grid);
	*ret_columns = grid.columns;
	if (grid.columns >= 2 && is_data(&grid, is_marked(table, &grid)))
		return grid.cells;
	g_ptr_array_unref(grid.cells);
	return NULL;
}
