/* What pdftohtml wrote, to pieces of text with their places. The XML is read by hand: it is not
 * always well-formed, and nothing in it is nested but marks of looks. */
#include <string.h>

#include "pdf-private.h"

enum {
	PIECES_MOST = 200000,
	FONTS_MOST = 5000,
	LENGTH_MOST = 100000,
};

typedef struct {
	PdfText *text;
	GHashTable *sizes; /* font number -> size in hundredths */
	int page;
} Reading;

/* The number in name="..." of a tag; 0 for what no page has, infinities and no-numbers among it. */
static double
number(const char *tag, const char *end, const char *name)
{
	g_autofree char *wanted = g_strdup_printf(" %s=\"", name);
	const char *found = memmem(tag, (size_t)(end - tag), wanted, strlen(wanted));
	double value = found != NULL ? g_ascii_strtod(found + strlen(wanted), NULL) : 0;

	return value > -LENGTH_MOST && value < LENGTH_MOST ? value : 0;
}

static char *
value(const char *tag, const char *end, const char *name)
{
	g_autofree char *wanted = g_strdup_printf(" %s=\"", name);
	const char *found = memmem(tag, (size_t)(end - tag), wanted, strlen(wanted));

	return found != NULL
		       ? g_strndup(found + strlen(wanted), strcspn(found + strlen(wanted), "\""))
		       : g_strdup("");
}

/* --- one piece
 * ------------------------------------------------------------------------------------------------
 */

typedef struct {
	guint bold, italic, all; /* visible characters */
	bool first_bold;
} Look;

static Look
look_of(const char *html)
{
	Look look = {0};
	int bold = 0, italic = 0;

	for (const char *p = html; *p != '\0'; p++) {
		if (*p == '<') {
			int step = p[1] == '/' ? -1 : 1;
			char name = step < 0 ? p[2] : p[1];

			bold += name == 'b' ? step : 0;
			italic += name == 'i' ? step : 0;
			p += strcspn(p, ">");
			if (*p == '\0')
				break;
			continue;
		}
		if (g_ascii_isspace(*p))
			continue;
		if (look.all == 0)
			look.first_bold = bold > 0;
		look.all++;
		look.bold += bold > 0;
		look.italic += italic > 0;
	}
	return look;
}

static char *
plain_of(const char *html)
{
	static const struct {
		const char *name, *text;
	} entities[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""},
		{"&#34;", "\""}, {"&#39;", "'"}, {"&#160;", " "}};
	g_autoptr(GString) text = g_string_new(NULL);

	for (const char *p = html; *p != '\0'; p++) {
		if (*p == '<') {
			p += strcspn(p, ">");
			if (*p == '\0')
				break;
			continue;
		}
		for (size_t i = 0; *p == '&' && i < G_N_ELEMENTS(entities); i++)
			if (g_str_has_prefix(p, entities[i].name)) {
				g_string_append(text, entities[i].text);
				p += strlen(entities[i].name);
				break;
			}
		if (*p == '\0')
			break;
		g_string_append_c(text, *p);
	}
	return text_collapse(text->str);
}

static void
add_text(Reading *reading, const char *tag, const char *end, const char *html, size_t length)
{
	PdfPiece *piece = g_new0(PdfPiece, 1);
	int font = (int)number(tag, end, "font");
	Look look;

	piece->html = g_strndup(html, length);
	piece->plain = plain_of(piece->html);
	look = look_of(piece->html);
	piece->page = reading->page;
	piece->left = number(tag, end, "left");
	piece->top = number(tag, end, "top");
	piece->right = piece->left + number(tag, end, "width");
	piece->bottom = piece->top + number(tag, end, "height");
	piece->size =
		GPOINTER_TO_INT(g_hash_table_lookup(reading->sizes, GINT_TO_POINTER(font))) / 100.0;
	if (piece->size <= 0)
		piece->size = MAX(1, (piece->bottom - piece->top) * 0.8);
	piece->bold = look.all > 0 && look.bold == look.all;
	piece->italic = look.all > 0 && look.italic == look.all;
	piece->bold_start = look.first_bold;
	piece->words = (guint)text_words(piece->plain);
	if (*piece->plain == '\0' || piece->right <= piece->left)
		pdf_piece_free(piece);
	else
		g_ptr_array_add(reading->text->pieces, piece);
}

static void
add_picture(Reading *reading, const char *tag, const char *end)
{
	double page = g_array_index(reading->text->widths, double, reading->page);
	PdfPiece *piece = g_new0(PdfPiece, 1);

	piece->page = reading->page;
	piece->left = number(tag, end, "left");
	piece->top = number(tag, end, "top");
	piece->right = piece->left + number(tag, end, "width");
	piece->bottom = piece->top + number(tag, end, "height");
	piece->picture = value(tag, end, "src");
	piece->html = g_strdup("");
	piece->plain = g_strdup("");
	/* Lines and bullets drawn as pictures on one side, the paper on the other. */
	if (piece->right - piece->left < 48 || piece->bottom - piece->top < 48 ||
		(piece->right - piece->left > page * 0.95 &&
			piece->bottom - piece->top > page * 0.95))
		pdf_piece_free(piece);
	else
		g_ptr_array_add(reading->text->pieces, piece);
}

static void
add_page(Reading *reading, const char *tag, const char *end)
{
	double height = number(tag, end, "height"), width = number(tag, end, "width");

	g_array_append_val(reading->text->heights, height);
	g_array_append_val(reading->text->widths, width);
	reading->page = (int)reading->text->heights->len - 1;
}

/* --- all of it
 * ------------------------------------------------------------------------------------------------
 */

static void
read_tags(Reading *reading, const char *xml)
{
	for (const char *p = xml; (p = strchr(p, '<')) != NULL;) {
		const char *end = p + strcspn(p, ">");

		if (*end == '\0' || reading->text->pieces->len >= PIECES_MOST)
			return;
		if (g_str_has_prefix(p, "<outline"))
			return;
		if (g_str_has_prefix(p, "<page ")) {
			add_page(reading, p, end);
		} else if (g_str_has_prefix(p, "<fontspec ") &&
			   g_hash_table_size(reading->sizes) < FONTS_MOST) {
			int id = (int)number(p, end, "id");
			int size = (int)(CLAMP(number(p, end, "size"), 0, 1000) * 100);

			g_hash_table_insert(
				reading->sizes, GINT_TO_POINTER(id), GINT_TO_POINTER(size));
		} else if (g_str_has_prefix(p, "<image ") && reading->page >= 0) {
			add_picture(reading, p, end);
		} else if (g_str_has_prefix(p, "<text ") && reading->page >= 0) {
			const char *close = strstr(end, "</text>");

			if (close == NULL)
				return;
			add_text(reading, p, end, end + 1, (size_t)(close - end - 1));
			end = close;
		}
		p = end;
	}
}

/* The size in which most is written, and how far its lines reach. */
static void
measure(PdfText *text)
{
	g_autofree guint *counts = g_new0(guint, 1001);
	guint best = 0, hyphens = 0, lines = 0;

	for (guint i = 0; i < text->pieces->len; i++) {
		const PdfPiece *piece = pdf_piece(text->pieces, i);

		if (piece->picture == NULL)
			counts[(guint)CLAMP(piece->size, 0, 1000)] += (guint)strlen(piece->plain);
	}
	for (guint i = 1; i <= 1000; i++)
		if (counts[i] > counts[best])
			best = i;
	text->size = MAX(best, 1);
	for (guint i = 0; i < text->pieces->len; i++) {
		const PdfPiece *piece = pdf_piece(text->pieces, i);

		if (piece->picture != NULL || piece->words < 4)
			continue;
		text->right = MAX(text->right, piece->right);
		lines++;
		hyphens += g_str_has_suffix(piece->plain, "-");
	}
	text->hyphens = hyphens >= 3 && hyphens * 25 > lines;
}

PdfText *
pdf_read(const char *xml, size_t length)
{
	PdfText *text = g_new0(PdfText, 1);
	Reading reading = {.text = text, .page = -1};
	g_autofree char *copy = g_strndup(xml, length);

	text->pieces = g_ptr_array_new_with_free_func(pdf_piece_free);
	text->heights = g_array_new(FALSE, FALSE, sizeof(double));
	text->widths = g_array_new(FALSE, FALSE, sizeof(double));
	text->furniture = g_ptr_array_new_with_free_func(g_free);
	reading.sizes = g_hash_table_new(NULL, NULL);
	read_tags(&reading, copy);
	g_hash_table_unref(reading.sizes);
	measure(text);
	return text;
}

void
pdf_piece_free(gpointer data)
{
	PdfPiece *piece = data;

	g_free(piece->html);
	g_free(piece->plain);
	g_free(piece->picture);
	g_free(piece);
}

void
pdf_text_free(PdfText *text)
{
	g_ptr_array_unref(text->pieces);
	g_ptr_array_unref(text->furniture);
	g_array_unref(text->heights);
	g_array_unref(text->widths);
	g_free(text);
}
