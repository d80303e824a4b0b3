/* Lines of a PDF to paragraphs, headings, lists and tables. */
#include <string.h>

#include "pdf-private.h"

enum {
	ROWS_MOST = 500,
	COLUMNS_MOST = 20,
	LEVELS = 8,
	HEADING_MOST = 160, /* bytes */
};

typedef enum {
	PART_TEXT,
	PART_ITEM,
	PART_TABLE,
	PART_PICTURE,
} PartKind;

typedef struct {
	PartKind kind;
	GString *html;
	GString *plain; /* of a text or item */
	double size;
	bool bold, italic; /* all of it */
	bool quote;
	double left; /* of the text; of the mark of an item */
	double least; /* left end of its lines */
	double text_left; /* of the text of an item */
	bool ordered;
	int number;
	guint lines;
} Part;

/* A line: pieces first..end of the text. */
typedef struct {
	guint first, end;
	const PdfPiece *piece; /* the first one */
	const PdfPiece *last;
} Line;

typedef struct {
	const PdfText *text;
	GArray *lines; /* Line */
	GPtrArray *parts; /* Part * */
	Part *open; /* the paragraph or item that may go on */
	Line previous;
	double leading; /* from line to line, at most, in sizes of the font */
} Flow;

static void
part_free(gpointer data)
{
	Part *part = data;

	g_string_free(part->html, TRUE);
	g_string_free(part->plain, TRUE);
	g_free(part);
}

static Part *
part_new(Flow *flow, PartKind kind)
{
	Part *part = g_new0(Part, 1);

	part->kind = kind;
	part->html = g_string_new(NULL);
	part->plain = g_string_new(NULL);
	g_ptr_array_add(flow->parts, part);
	return part;
}

static const Line *
line_at(const Flow *flow, guint i)
{
	return &g_array_index(flow->lines, Line, i);
}

static void
make_lines(Flow *flow)
{
	const GPtrArray *pieces = flow->text->pieces;

	for (guint i = 0; i < pieces->len;) {
		Line line = {.first = i, .piece = pdf_piece(pieces, i)};

		for (i++; i < pieces->len && line.piece->picture == NULL &&
			  pdf_piece(pieces, i)->picture == NULL &&
			  pdf_same_line(line.piece, pdf_piece(pieces, i)) &&
			  pdf_piece(pieces, i)->left >= pdf_piece(pieces, i - 1)->right - 2;
			i++)
			continue;
		line.end = i;
		line.last = pdf_piece(pieces, i - 1);
		g_array_append_val(flow->lines, line);
	}
}

static bool
starts_small(const char *plain)
{
	return g_unichar_islower(g_utf8_get_char(plain));
}

/* How far lines of one paragraph stand apart: measured where a line clearly goes on, since its next
 * one begins with a small letter. */
static double
measure_leading(const Flow *flow)
{
	guint counts[60] = {0}; /* in twentieths of the size */
	guint best = 0;

	for (guint i = 1; i < flow->lines->len; i++) {
		const PdfPiece *above = line_at(flow, i - 1)->piece;
		const PdfPiece *piece = line_at(flow, i)->piece;
		double gap = (piece->bottom - above->bottom) / flow->text->size * 20;

		if (piece->page == above->page && gap > 16 && gap < 60 &&
			starts_small(piece->plain) && ABS(piece->left - above->left) < 4 &&
			ABS(piece->size - flow->text->size) < 1.5)
			counts[(guint)gap]++;
	}
	for (guint i = 1; i < G_N_ELEMENTS(counts); i++)
		if (counts[i] > counts[best])
			best = i;
	return counts[best] >= 2 ? MAX(1.18 * (best + 1) / 20, 1.3) : 1.62;
}

/* --- marks of list items
 * --------------------------------------------------------------------------------------
 */

/* The bytes of the mark at the beginning, with the spaces behind it; 0 none. alone: the mark is a
 * piece of its own, so that a mere "o" is one, too. */
static size_t
mark_length(const char *plain, bool alone, bool *ret_ordered, int *ret_number)
{
	gunichar c = g_utf8_get_char(plain);
	const char *rest = g_utf8_next_char(plain);
	size_t digits = strspn(plain, "0123456789");

	*ret_ordered = false;
	*ret_number = 0;
	if (*plain == '\0')
		return 0;
	if (digits == 0 && g_ascii_isalpha(*plain) && (plain[1] == '.' || plain[1] == ')') &&
		(plain[2] == ' ' || plain[2] == '\0') && g_ascii_islower(*plain))
		digits = 1;
	if (digits > 0 && digits <= 2 && (plain[digits] == '.' || plain[digits] == ')') &&
		(plain[digits + 1] == ' ' || (alone && plain[digits + 1] == '\0'))) {
		*ret_ordered = true;
		*ret_number = g_ascii_isdigit(*plain) ? (int)g_ascii_strtoll(plain, NULL, 10)
						      : *plain - 'a' + 1;
		return digits + 1 + strspn(plain + digits + 1, " ");
	}
	if (alone && *rest != '\0')
		return 0;
	/* Symbol fonts keep their bullets in the private area. */
	if (strchr("-*o", *plain) == NULL && !(c >= 0xe000 && c <= 0xf8ff) &&
		g_utf8_strchr("•·▪▫■□●○◦‣–➢➤►✓✔", -1, c) == NULL)
		return 0;
	if (!alone && (*rest != ' ' || *plain == 'o'))
		return 0;
	/* "– end –" */
	if (!alone && strlen(plain) > 4 &&
		g_utf8_get_char(g_utf8_prev_char(strchr(plain, '\0'))) == c)
		return 0;
	return (size_t)(rest - plain) + strspn(rest, " ");
}

/* The HTML behind that many visible bytes. */
static const char *
skip_visible(const char *html, size_t bytes)
{
	const char *p = html;

	while (*p != '\0' && bytes > 0) {
		if (*p == '<') {
			p += strcspn(p, ">");
			p += *p != '\0';
			continue;
		}
		p++;
		bytes--;
	}
	/* The mark may have been written in another way than it reads: stay on characters. */
	while (((guchar)*p & 0xc0) == 0x80)
		p++;
	return p + strspn(p, " ");
}

/* --- one text
 * -------------------------------------------------------------------------------------------------
 */

static bool
ends_sentence(const char *plain)
{
	g_autofree char *text = g_strchomp(g_strdup(plain));
	size_t n = strlen(text);

	while (n > 0 && (g_str_has_suffix(text, "”") || g_str_has_suffix(text, "’") ||
				text[n - 1] == '"' || text[n - 1] == ')')) {
		n = (size_t)(g_utf8_find_prev_char(text, text + n) - text);
		text[n] = '\0';
	}
	return n > 0 && strchr(".?!:", text[n - 1]) != NULL;
}

/* A word that goes on at the next line. What was typed with a hyphen keeps it. */
static bool
join_broken_word(Part *part, const char *plain)
{
	size_t n;

	g_strchomp(part->plain->str);
	part->plain->len = n = strlen(part->plain->str);
	if (g_str_has_suffix(part->plain->str, "\u00ad")) {
		g_string_truncate(part->plain, n - 2);
		return true;
	}
	return n > 1 && part->plain->str[n - 1] == '-' && starts_small(plain) &&
	       !g_ascii_isspace(part->plain->str[n - 2]);
}

static void
drop_last_hyphen(GString *html)
{
	char *hyphen = strrchr(html->str, '-');

	if (hyphen != NULL)
		g_string_erase(html, hyphen - html->str, 1);
}

static void
add_line(Flow *flow, Part *part, const Line *line, size_t skip)
{
	for (guint i = line->first; i < line->end; i++) {
		const PdfPiece *piece = pdf_piece(flow->text->pieces, i);
		size_t behind = i == line->first ? skip : 0;
		const char *html = behind > 0 ? skip_visible(piece->html, behind) : piece->html;
		const char *plain = piece->plain + behind;
		bool broken =
			part->plain->len > 0 && i == line->first && join_broken_word(part, plain);

		while (part->html->len > 0 && part->html->str[part->html->len - 1] == ' ')
			g_string_truncate(part->html, part->html->len - 1);
		if (broken && flow->text->hyphens &&
			part->plain->str[part->plain->len - 1] == '-') {
			g_string_truncate(part->plain, part->plain->len - 1);
			drop_last_hyphen(part->html);
		} else if (!broken && part->plain->len > 0) {
			g_string_append_c(part->html, ' ');
			g_string_append_c(part->plain, ' ');
		}
		g_string_append(part->html, html);
		g_string_append(part->plain, plain);
	}
	part->italic = part->italic && line->piece->italic && line->last->italic;
	part->least = part->lines == 0 ? line->piece->left : MIN(part->least, line->piece->left);
	part->lines++;
	flow->previous = *line;
}

static bool
is_bold(const Flow *flow, const Line *line)
{
	for (guint i = line->first; i < line->end; i++)
		if (!pdf_piece(flow->text->pieces, i)->bold)
			return false;
	return true;
}

static bool
reaches_end(const Flow *flow, const Line *line)
{
	double width = flow->text->right - line->piece->left;

	return line->last->right > line->piece->left + 0.78 * width;
}

/* Does the open text go on here, although a page ended? */
static bool
goes_on_behind_page(const Flow *flow, const Line *line)
{
	return !ends_sentence(flow->open->plain->str) && starts_small(line->piece->plain);
}

static bool
goes_on(const Flow *flow, const Line *line)
{
	const Line *previous = &flow->previous;
	const PdfPiece *piece = line->piece;
	double size = MAX(flow->open->size, 1);
	double gap = piece->bottom - previous->piece->bottom;
	double indent = piece->left -
			(flow->open->kind == PART_ITEM ? flow->open->text_left : flow->open->left);

	if (ABS(piece->size - size) > 0.08 * size ||
		(is_bold(flow, line) != flow->open->bold &&
			!(flow->open->bold && piece->bold_start && reaches_end(flow, previous))))
		return false;
	if (piece->page != previous->piece->page || gap < -size)
		return goes_on_behind_page(flow, line);
	if (gap > flow->leading * size)
		return false;
	/* Back to the margin of the mark. */
	if (flow->open->kind == PART_ITEM && indent < -0.5 * size)
		return reaches_end(flow, previous) && !ends_sentence(flow->open->plain->str);
	/* First lines that are indented. */
	if (indent > 0.8 * size && flow->open->lines > 1)
		return false;
	return reaches_end(flow, previous) || !ends_sentence(flow->open->plain->str) ||
	       starts_small(piece->plain);
}

static void
begin_text(Flow *flow, const Line *line)
{
	Part *part = part_new(flow, PART_TEXT);

	part->size = line->piece->size;
	part->bold = is_bold(flow, line);
	part->italic = true;
	part->left = line->piece->left;
	flow->open = part;
	add_line(flow, part, line, 0);
}

/* A line that begins with the mark of an item. */
static bool
begin_item(Flow *flow, const Line *line)
{
	bool ordered = false, alone = line->end - line->first > 1;
	int number = 0;
	size_t length = mark_length(line->piece->plain, alone, &ordered, &number);
	bool whole = length > 0 && line->piece->plain[length] == '\0';
	const PdfPiece *next = alone ? pdf_piece(flow->text->pieces, line->first + 1) : line->piece;
	Line rest = *line;
	Part *part;

	if (length == 0 || (whole && !alone))
		return false;
	part = part_new(flow, PART_ITEM);
	part->ordered = ordered;
	part->number = number;
	part->left = line->piece->left;
	part->text_left = whole ? next->left : line->piece->left + 0.8 * line->piece->size;
	part->size = whole ? next->size : line->piece->size;
	flow->open = part;
	if (whole) {
		rest.first++;
		rest.piece = next;
	}
	part->bold = is_bold(flow, &rest);
	add_line(flow, part, &rest, whole ? 0 : length);
	return true;
}

/* --- tables
 * ---------------------------------------------------------------------------------------------------
 */

typedef struct {
	double left[COLUMNS_MOST];
	guint n;
	GPtrArray *cells; /* GString *, row by row */
	guint rows;
} Table;

static guint
cells_of(const Line *line)
{
	return line->piece->picture == NULL ? line->end - line->first : 0;
}

static bool
is_row(const Flow *flow, const Line *line)
{
	bool ordered;
	int number;

	for (guint i = line->first + 1; i < line->end; i++)
		if (pdf_piece(flow->text->pieces, i)->left -
				pdf_piece(flow->text->pieces, i - 1)->right <
			0.9 * line->piece->size)
			return false;
	return cells_of(line) >= 2 && cells_of(line) <= COLUMNS_MOST &&
	       mark_length(line->piece->plain, true, &ordered, &number) == 0;
}

static bool
wraps_in_column(const Flow *flow, const Line *row, const Line *line)
{
	return cells_of(line) == 1 && row->end - row->first > 1 &&
	       line->piece->left > pdf_piece(flow->text->pieces, row->first + 1)->left - 4;
}

/* Lines that belong together: rows, and what wraps within a cell. */
static guint
table_end(const Flow *flow, guint from)
{
	guint i = from + 1, last = from + 1;

	for (; i < flow->lines->len && i < from + ROWS_MOST; i++) {
		const Line *line = line_at(flow, i);
		const Line *above = line_at(flow, i - 1);

		if (line->piece->picture != NULL || line->piece->page != above->piece->page ||
			line->piece->top - above->piece->bottom > 1.3 * line->piece->size ||
			line->piece->bottom < above->piece->top)
			break;
		if (is_row(flow, line))
			last = i + 1;
		else if (cells_of(line) > 1 || (i - last) > 2)
			break;
	}
	/* The last row may wrap in any column but the first. */
	while (last < i && wraps_in_column(flow, line_at(flow, from), line_at(flow, last)))
		last++;
	return last;
}

/* Columns begin where the cells of the rows begin that have most of them. */
static bool
find_columns(const Flow *flow, Table *table, guint from, guint end)
{
	guint rows = 0;

	for (guint i = from; i < end; i++)
		table->n = MAX(table->n, cells_of(line_at(flow, i)));
	/* The cell above the names of the rows may be empty: a row with a cell fewer is one, too.
	 */
	for (guint i = from; i < end; i++) {
		const Line *line = line_at(flow, i);

		if (cells_of(line) != table->n)
			continue;
		for (guint k = 0; k < table->n; k++) {
			double left = pdf_piece(flow->text->pieces, line->first + k)->left;

			table->left[k] = rows == 0 ? left : MIN(table->left[k], left);
		}
		rows++;
	}
	for (guint k = 1; k < table->n; k++)
		if (table->left[k] <= table->left[k - 1] + 4)
			return false;
	return table->n >= 2 && table->n <= COLUMNS_MOST && rows >= 1;
}

static guint
column_of(const Table *table, const PdfPiece *piece)
{
	guint column = 0;

	for (guint k = 1; k < table->n; k++)
		if (piece->left >= table->left[k] - 0.6 * piece->size)
			column = k;
	return column;
}

static void
put(Table *table, guint row, guint column, const char *html)
{
	GString *cell = table->cells->pdata[row * table->n + column];

	if (cell->len > 0 && cell->str[cell->len - 1] != ' ' && !g_str_has_suffix(cell->str, "-"))
		g_string_append_c(cell, ' ');
	g_string_append(cell, html);
}

/* A piece that reaches into the next column holds its cell, too, where the gap between them was
 * small. */
static void
put_piece(Table *table, guint row, const PdfPiece *piece)
{
	guint column = column_of(table, piece);
	g_autofree char *html = g_strchomp(g_strdup(piece->html));
	double share;
	char *space;

	if (column + 1 >= table->n || piece->right < table->left[column + 1] + 0.5 * piece->size ||
		strchr(html, '<') != NULL) {
		put(table, row, column, html);
		return;
	}
	share = (table->left[column + 1] - piece->left) / (piece->right - piece->left);
	space = html + (size_t)(share * (double)strlen(html));
	while (space > html && *space != ' ')
		space--;
	if (space == html) {
		put(table, row, column, html);
		return;
	}
	*space = '\0';
	put(table, row, column, html);
	put(table, row, column + 1, space + 1);
}

static void
free_cell(gpointer cell)
{
	g_string_free(cell, TRUE);
}

static void
add_row(Table *table)
{
	table->rows++;
	for (guint k = 0; k < table->n; k++)
		g_ptr_array_add(table->cells, g_string_new(NULL));
}

static void
fill(const Flow *flow, Table *table, guint from, guint end)
{
	for (guint i = from; i < end; i++) {
		const Line *line = line_at(flow, i);
		/* What stands alone wraps in the row above, unless it could be the first of a row.
		 */
		bool wraps =
			cells_of(line) == 1 && i > from &&
			(column_of(table, line->piece) > 0 || line->piece->right < table->left[1]);

		if (!wraps || table->rows == 0)
			add_row(table);
		for (guint k = line->first; k < line->end; k++)
			put_piece(table, table->rows - 1, pdf_piece(flow->text->pieces, k));
	}
}

static void
write_table(const Table *table, GString *html)
{
	g_string_append(html, "<table>\n");
	for (guint row = 0; row < table->rows; row++) {
		g_string_append(html, "<tr>");
		for (guint k = 0; k < table->n; k++)
			g_string_append_printf(html, "<td>%s</td>",
				((GString *)table->cells->pdata[row * table->n + k])->str);
		g_string_append(html, "</tr>\n");
	}
	g_string_append(html, "</table>\n");
}

/* The lines from here as a table; the number of them, 0 when they are none. */
static guint
begin_table(Flow *flow, guint from)
{
	Table table = {.n = 0};
	guint end, rows = 0;

	if (!is_row(flow, line_at(flow, from)))
		return 0;
	end = table_end(flow, from);
	for (guint i = from; i < end; i++)
		rows += is_row(flow, line_at(flow, i));
	if (rows < 2 || !find_columns(flow, &table, from, end))
		return 0;
	table.cells = g_ptr_array_new_with_free_func(free_cell);
	fill(flow, &table, from, end);
	write_table(&table, part_new(flow, PART_TABLE)->html);
	g_ptr_array_unref(table.cells);
	flow->open = NULL;
	return end - from;
}

/* --- the flow
 * -------------------------------------------------------------------------------------------------
 */

static void
add_picture(Flow *flow, const PdfPiece *piece)
{
	Part *part = part_new(flow, PART_PICTURE);
	g_autofree char *source = g_markup_escape_text(piece->picture, -1);

	g_string_printf(part->html, "<p><img src=\"%s\" alt=\"\"></p>\n", source);
	flow->open = NULL;
}

static void
make_parts(Flow *flow)
{
	for (guint i = 0; i < flow->lines->len;) {
		const Line *line = line_at(flow, i);
		guint rows = begin_table(flow, i);

		if (rows > 0) {
			i += rows;
			continue;
		}
		if (line->piece->picture != NULL)
			add_picture(flow, line->piece);
		else if (!begin_item(flow, line)) {
			if (flow->open != NULL && goes_on(flow, line))
				add_line(flow, flow->open, line, 0);
			else
				begin_text(flow, line);
		}
		i++;
	}
}

/* --- quotes that are set apart
 * ---------------------------------------------------------------------------------
 */

enum { MARGINS = 4000 };

/* How much is written from each left margin, in its own pixels. */
static guint *
weigh_margins(const Flow *flow, guint *ret_all)
{
	guint *margins = g_new0(guint, MARGINS + 1);

	*ret_all = 0;
	for (guint i = 0; i < flow->parts->len; i++) {
		const Part *part = flow->parts->pdata[i];

		if (part->kind != PART_TEXT)
			continue;
		margins[(guint)CLAMP(part->least, 0, MARGINS)] += (guint)part->plain->len;
		*ret_all += (guint)part->plain->len;
	}
	return margins;
}

/* Is this where a column begins? Much is written from there. */
static bool
is_margin(const guint *margins, guint all, double left)
{
	guint sum = 0;

	for (int i = (int)left - 4; i <= (int)left + 4; i++)
		if (i >= 0 && i <= MARGINS)
			sum += margins[i];
	return sum * 7 >= all;
}

static bool
is_indented(const Flow *flow, const Part *part, const guint *margins, guint all)
{
	if (part->lines < 2 || part->bold || ABS(part->size - flow->text->size) > 2 ||
		is_margin(margins, all, part->least))
		return false;
	for (int back = (int)(1.2 * part->size); back < MIN((int)(6 * part->size), 200); back++)
		if (is_margin(margins, all, part->least - back))
			return true;
	return false;
}

/* "— Name, function" */
static bool
is_attribution(const Part *part)
{
	return part->kind == PART_TEXT && part->lines < 3 && part->plain->len < HEADING_MOST &&
	       (g_str_has_prefix(part->plain->str, "—") ||
		       g_str_has_prefix(part->plain->str, "– "));
}

/* A line of its own above or below, that begins where the quote begins. */
static void
extend_quote(Flow *flow, guint i, int step, const guint *margins, guint all)
{
	const Part *quote = flow->parts->pdata[i];

	for (i += (guint)step; i < flow->parts->len; i += (guint)step) {
		Part *part = flow->parts->pdata[i];

		if (part->kind != PART_TEXT || part->quote || part->bold ||
			ABS(part->least - quote->least) > 4 || is_margin(margins, all, part->least))
			return;
		part->quote = true;
	}
}

static void
find_quotes(Flow *flow)
{
	guint all = 0;
	g_autofree guint *margins = weigh_margins(flow, &all);

	for (guint i = 0; i < flow->parts->len; i++) {
		Part *part = flow->parts->pdata[i];
		Part *next = i + 1 < flow->parts->len ? flow->parts->pdata[i + 1] : NULL;

		if (part->kind != PART_TEXT)
			continue;
		if (is_indented(flow, part, margins, all)) {
			part->quote = true;
			extend_quote(flow, i, -1, margins, all);
			extend_quote(flow, i, 1, margins, all);
		}
		if (next != NULL && (part->italic || part->quote) && part->plain->len > 30 &&
			is_attribution(next))
			part->quote = next->quote = true;
	}
}

/* --- writing
 * --------------------------------------------------------------------------------------------------
 */

/* The largest size is that of the headline. */
static double
largest(const Flow *flow)
{
	double most = 0;

	for (guint i = 0; i < flow->parts->len; i++) {
		const Part *part = flow->parts->pdata[i];

		if (part->kind == PART_TEXT && part->plain->len < HEADING_MOST * 2)
			most = MAX(most, part->size);
	}
	return most;
}

static bool
is_larger(const Flow *flow, const Part *part)
{
	return part->kind == PART_TEXT && part->size > 1.12 * flow->text->size &&
	       part->plain->len < HEADING_MOST * 2;
}

/* The size of most headings below the headline: what is smaller stands below them. */
static double
common_heading(const Flow *flow, double most)
{
	guint best = 0;
	double size = 0;

	for (guint i = 0; i < flow->parts->len && i < 2000; i++) {
		const Part *part = flow->parts->pdata[i];
		guint same = 0;

		if (!is_larger(flow, part) || part->size > 0.97 * most || part->size == size)
			continue;
		for (guint k = i; k < flow->parts->len && k < i + 500; k++)
			same += is_larger(flow, flow->parts->pdata[k]) &&
				((Part *)flow->parts->pdata[k])->size == part->size;
		if (same > best) {
			best = same;
			size = part->size;
		}
	}
	return size;
}

static void
write_text(const Flow *flow, GString *out, const Part *part, double most, double common)
{
	bool larger = is_larger(flow, part);
	const char *tag = !larger ? "p" : part->size > 0.97 * most ? "h1" : "h2";

	if (larger && part->size < 0.97 * common)
		tag = "h3";
	if (part->quote && !larger)
		tag = "blockquote";
	g_string_append_printf(out, "<%s>%s</%s>\n", tag, part->html->str, tag);
}

typedef struct {
	double left[LEVELS];
	bool ordered[LEVELS];
	int depth;
} Lists;

static void
close_lists(GString *out, Lists *lists, int depth)
{
	while (lists->depth > depth) {
		lists->depth--;
		g_string_append(
			out, lists->ordered[lists->depth] ? "</li></ol>\n" : "</li></ul>\n");
	}
}

static void
write_item(GString *out, Lists *lists, const Part *part)
{
	int depth = lists->depth;

	while (depth > 0 && part->left < lists->left[depth - 1] - 6)
		depth--;
	close_lists(out, lists, depth);
	if (depth > 0 && part->left < lists->left[depth - 1] + 6 &&
		lists->ordered[depth - 1] != part->ordered)
		close_lists(out, lists, --depth);
	if (depth > 0 && (part->left < lists->left[depth - 1] + 6 || depth == LEVELS)) {
		g_string_append(out, "</li>\n");
	} else {
		lists->left[depth] = part->left;
		lists->ordered[depth] = part->ordered;
		lists->depth = depth + 1;
		if (part->ordered)
			g_string_append_printf(out, "<ol start=\"%d\">", MAX(part->number, 1));
		else
			g_string_append(out, "<ul>");
	}
	g_string_append_printf(out, "<li>%s", part->html->str);
}

static void
write_furniture(const PdfText *text, GString *out)
{
	for (guint i = 0; i < text->furniture->len; i++) {
		g_autofree char *safe = g_markup_escape_text(text->furniture->pdata[i], -1);

		g_string_append_printf(out, "<p class=\"nieuws-letterhead\">%s</p>\n", safe);
	}
}

char *
pdf_flow(const PdfText *text)
{
	Flow flow = {.text = text,
		.lines = g_array_new(FALSE, FALSE, sizeof(Line)),
		.parts = g_ptr_array_new_with_free_func(part_free)};
	GString *out = g_string_new(NULL);
	Lists lists = {.depth = 0};
	double most, common;

	make_lines(&flow);
	flow.leading = measure_leading(&flow);
	make_parts(&flow);
	find_quotes(&flow);
	most = largest(&flow);
	common = common_heading(&flow, most);
	for (guint i = 0; i < flow.parts->len; i++) {
		const Part *part = flow.parts->pdata[i];

		if (part->kind == PART_ITEM) {
			write_item(out, &lists, part);
			continue;
		}
		close_lists(out, &lists, 0);
		if (part->kind == PART_TEXT)
			write_text(&flow, out, part, most, common);
		else
			g_string_append(out, part->html->str);
	}
	close_lists(out, &lists, 0);
	if (flow.parts->len > 0)
		write_furniture(text, out);
	g_array_unref(flow.lines);
	g_ptr_array_unref(flow.parts);
	return g_string_free(out, FALSE);
}
