/* The order in which a page is read: pieces joined on their line, what repeats on the pages taken
 * away, columns one after the other. */
#include <string.h>

#include "pdf-private.h"

enum {
	CUTS_DEEP = 40,
	PIECES_CUT = 3000, /* on one page; more is read from top to bottom */
	COLUMN_LINES = 4,
};

/* --- pieces of a line
 * -----------------------------------------------------------------------------------------
 */

static int
by_place(gconstpointer left, gconstpointer right)
{
	const PdfPiece *a = *(PdfPiece *const *)left;
	const PdfPiece *b = *(PdfPiece *const *)right;

	if (a->page != b->page)
		return a->page < b->page ? -1 : 1;
	if (a->top != b->top)
		return a->top < b->top ? -1 : 1;
	return a->left < b->left ? -1 : a->left > b->left;
}

/* Bold and plain, or a link, on one line come as pieces that touch. */
static bool
touches(const PdfPiece *a, const PdfPiece *b)
{
	double gap = b->left - a->right;

	return a->picture == NULL && b->picture == NULL && pdf_same_line(a, b) &&
	       gap < 0.45 * MAX(a->size, b->size) && gap > -1.5 * MAX(a->size, b->size) &&
	       b->right > a->left;
}

static void
join(PdfPiece *a, PdfPiece *b)
{
	bool space = b->left - a->right > 0.12 * a->size && !g_str_has_suffix(a->html, " ") &&
		     *b->html != ' ';
	char *html = g_strconcat(a->html, space ? " " : "", b->html, NULL);
	g_autofree char *both = g_strconcat(a->plain, " ", NULL);
	bool blank = space || g_str_has_suffix(a->html, " ") || *b->html == ' ' ||
		     strstr(a->html, " </") != NULL || strstr(b->html, "> ") != NULL;
	char *plain = g_strconcat(blank ? both : a->plain, b->plain, NULL);

	g_free(a->html);
	g_free(a->plain);
	a->html = html;
	a->plain = plain;
	a->right = MAX(a->right, b->right);
	a->top = MIN(a->top, b->top);
	a->bottom = MAX(a->bottom, b->bottom);
	a->bold = a->bold && b->bold;
	a->italic = a->italic && b->italic;
	a->words += b->words;
	if (b->words > a->words)
		a->size = b->size;
}

/* The pieces come in the order in which they were drawn: neighbours on a line mostly follow each
 * other. */
static void
join_lines(PdfText *text)
{
	GPtrArray *joined = g_ptr_array_new_with_free_func(pdf_piece_free);

	for (guint i = 0; i < text->pieces->len; i++) {
		PdfPiece *piece = pdf_piece(text->pieces, i);
		PdfPiece *last = joined->len > 0 ? pdf_piece(joined, joined->len - 1) : NULL;

		if (last != NULL && touches(last, piece)) {
			join(last, piece);
			pdf_piece_free(piece);
		} else {
			g_ptr_array_add(joined, piece);
		}
	}
	g_ptr_array_set_free_func(text->pieces, NULL);
	g_ptr_array_unref(text->pieces);
	text->pieces = joined;
}

/* --- heads and feet of pages
 * ----------------------------------------------------------------------------------
 */

/* "pagina 1 van 2" and "pagina 2 van 2" are one. */
static char *
furniture_key(const PdfPiece *piece)
{
	GString *key = g_string_new(NULL);

	g_string_printf(key, "%d ", (int)(piece->top / 4));
	for (const char *p = piece->picture != NULL ? "picture" : piece->plain; *p != '\0'; p++)
		if (!g_ascii_isdigit(*p))
			g_string_append_c(key, *p);
	return g_string_free(key, FALSE);
}

static bool
is_at_edge(const PdfText *text, const PdfPiece *piece)
{
	double height = g_array_index(text->heights, double, piece->page);

	return piece->bottom < height * 0.15 || piece->top > height * 0.85;
}

static void
count_repeats(const PdfText *text, GHashTable *counts)
{
	for (guint i = 0; i < text->pieces->len; i++) {
		const PdfPiece *piece = pdf_piece(text->pieces, i);
		char *key;
		int n;

		if (!is_at_edge(text, piece))
			continue;
		key = furniture_key(piece);
		n = GPOINTER_TO_INT(g_hash_table_lookup(counts, key));
		g_hash_table_replace(counts, key, GINT_TO_POINTER(n + 1));
	}
}

/* Where the text of each page ends above its very bottom. */
static double *
ends_of_text(const PdfText *text)
{
	double *ends = g_new0(double, text->heights->len + 1);

	for (guint i = 0; i < text->pieces->len; i++) {
		const PdfPiece *piece = pdf_piece(text->pieces, i);

		if (piece->top < g_array_index(text->heights, double, piece->page) * 0.9)
			ends[piece->page] = MAX(ends[piece->page], piece->bottom);
	}
	return ends;
}

/* On a single page nothing repeats: a line far below all others, at the very bottom. */
static bool
is_lonely_foot(const PdfText *text, const PdfPiece *foot, const double *ends)
{
	return foot->picture == NULL && foot->words < 25 &&
	       foot->top >= g_array_index(text->heights, double, foot->page) * 0.9 &&
	       foot->top - ends[foot->page] > 1.5 * foot->size;
}

/* The number of its own page, alone at its edge: it may stand on one page only. */
static bool
is_page_number(const PdfText *text, const PdfPiece *piece)
{
	g_autofree char *number = g_strdup_printf("%d", piece->page + 1);

	return piece->picture == NULL && is_at_edge(text, piece) && text->heights->len > 1 &&
	       strcmp(piece->plain, number) == 0;
}

/* But for the numbers of pages. */
static bool
is_alike(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "0123456789");
		b += strspn(b, "0123456789");
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
	}
}

static void
note_furniture(PdfText *text, const PdfPiece *piece)
{
	for (guint i = 0; i < text->furniture->len; i++)
		if (is_alike(text->furniture->pdata[i], piece->plain))
			return;
	if (*piece->plain != '\0' && text->furniture->len < 20)
		g_ptr_array_add(text->furniture, g_strdup(piece->plain));
}

static void
drop_furniture(PdfText *text)
{
	g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *kept = g_ptr_array_new_with_free_func(pdf_piece_free);
	g_autofree double *ends = ends_of_text(text);
	guint pages = text->heights->len;

	count_repeats(text, counts);
	for (guint i = 0; i < text->pieces->len; i++) {
		PdfPiece *piece = pdf_piece(text->pieces, i);
		g_autofree char *key = furniture_key(piece);
		guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, key));

		if ((pages > 1 && n > 1 && n * 3 >= pages) || is_page_number(text, piece) ||
			(pages < 3 && is_lonely_foot(text, piece, ends))) {
			note_furniture(text, piece);
			pdf_piece_free(piece);
		} else {
			g_ptr_array_add(kept, piece);
		}
	}
	g_ptr_array_set_free_func(text->pieces, NULL);
	g_ptr_array_unref(text->pieces);
	text->pieces = kept;
}

/* --- columns: cut the page where nothing is written
 * -----------------------------------------------------------
 */

typedef struct {
	double from, to; /* empty */
} Gap;

static int
by_left(gconstpointer left, gconstpointer right)
{
	const PdfPiece *a = *(PdfPiece *const *)left;
	const PdfPiece *b = *(PdfPiece *const *)right;

	return a->left < b->left ? -1 : a->left > b->left;
}

/* Running text, not the column of a table: most lines hold several words. */
static bool
is_column(const GPtrArray *pieces, double from, double to)
{
	guint lines = 0, full = 0;
	double widest = 1;

	for (guint i = 0; i < pieces->len; i++)
		if (pdf_piece(pieces, i)->left >= from && pdf_piece(pieces, i)->right <= to)
			widest = MAX(
				widest, pdf_piece(pieces, i)->right - pdf_piece(pieces, i)->left);
	for (guint i = 0; i < pieces->len; i++) {
		const PdfPiece *piece = pdf_piece(pieces, i);

		if (piece->left < from || piece->right > to || piece->picture != NULL)
			continue;
		lines++;
		full += piece->words >= 3 && piece->right - piece->left > widest * 0.6;
	}
	return lines >= COLUMN_LINES && full * 2 >= lines;
}

/* The first place from the left where no line crosses, with columns on both sides; 0 none. */
static double
vertical_cut(const GPtrArray *pieces)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_copy((GPtrArray *)(guintptr)pieces, NULL, NULL);
	double reach = 0;

	g_ptr_array_sort(sorted, by_left);
	g_ptr_array_set_free_func(sorted, NULL);
	for (guint i = 0; i < sorted->len; i++) {
		const PdfPiece *piece = pdf_piece(sorted, i);

		if (i > 0 && piece->left - reach > 0.5 * MAX(piece->size, 8)) {
			double middle = (piece->left + reach) / 2;

			if (is_column(pieces, 0, middle) && is_column(pieces, middle, G_MAXDOUBLE))
				return middle;
		}
		reach = MAX(reach, piece->right);
	}
	return 0;
}

/* The widest empty band from left to right; pieces are sorted by place. 0 none. */
static double
horizontal_cut(const GPtrArray *pieces)
{
	double reach = 0, widest = 0, cut = 0;

	for (guint i = 0; i < pieces->len; i++) {
		const PdfPiece *piece = pdf_piece(pieces, i);

		if (i > 0 && piece->top - reach > widest - 0.01 && piece->top > reach - 2) {
			widest = MAX(piece->top - reach, 0);
			cut = (piece->top + reach) / 2;
		}
		reach = MAX(reach, piece->bottom);
	}
	return cut;
}

static bool
has_neighbours(const GPtrArray *pieces)
{
	for (guint i = 1; i < pieces->len; i++)
		if (pdf_same_line(pdf_piece(pieces, i - 1), pdf_piece(pieces, i)))
			return true;
	return false;
}

/* From left to right on one line, lines from top to bottom. */
static void
append_lines(GPtrArray *out, const GPtrArray *pieces)
{
	for (guint i = 0; i < pieces->len;) {
		g_autoptr(GPtrArray) line = g_ptr_array_new();

		g_ptr_array_add(line, pieces->pdata[i]);
		for (i++; i < pieces->len &&
			  pdf_same_line(pdf_piece(line, 0), pdf_piece(pieces, i)) &&
			  pdf_piece(pieces, i)->picture == NULL;
			i++)
			g_ptr_array_add(line, pieces->pdata[i]);
		g_ptr_array_sort(line, by_left);
		g_ptr_array_extend(out, line, NULL, NULL);
	}
}

static void append_part(
	GPtrArray *out, const GPtrArray *pieces, double cut, bool upright, int depth);

static void
append_ordered(GPtrArray *out, const GPtrArray *pieces, int depth)
{
	double cut = 0;
	bool upright = true;

	if (depth < CUTS_DEEP && pieces->len <= PIECES_CUT && pieces->len >= 2 * COLUMN_LINES &&
		has_neighbours(pieces)) {
		cut = vertical_cut(pieces);
		upright = cut == 0;
		if (upright)
			cut = horizontal_cut(pieces);
	}
	if (cut == 0)
		append_lines(out, pieces);
	else
		append_part(out, pieces, cut, upright, depth);
}

static void
append_part(GPtrArray *out, const GPtrArray *pieces, double cut, bool upright, int depth)
{
	g_autoptr(GPtrArray) first = g_ptr_array_new();
	g_autoptr(GPtrArray) second = g_ptr_array_new();

	for (guint i = 0; i < pieces->len; i++) {
		const PdfPiece *piece = pdf_piece(pieces, i);

		g_ptr_array_add((upright ? piece->top : piece->left) < cut ? first : second,
			pieces->pdata[i]);
	}
	if (first->len == 0 || second->len == 0) {
		append_lines(out, pieces);
		return;
	}
	append_ordered(out, first, depth + 1);
	append_ordered(out, second, depth + 1);
}

void
pdf_order(PdfText *text)
{
	GPtrArray *ordered = g_ptr_array_new();

	join_lines(text);
	drop_furniture(text);
	g_ptr_array_sort(text->pieces, by_place);
	for (guint i = 0; i < text->pieces->len;) {
		g_autoptr(GPtrArray) page = g_ptr_array_new();
		int number = pdf_piece(text->pieces, i)->page;

		for (; i < text->pieces->len && pdf_piece(text->pieces, i)->page == number; i++)
			g_ptr_array_add(page, text->pieces->pdata[i]);
		append_ordered(ordered, page, 0);
	}
	g_ptr_array_set_free_func(text->pieces, NULL);
	g_ptr_array_unref(text->pieces);
	g_ptr_array_set_free_func(ordered, pdf_piece_free);
	text->pieces = ordered;
}
