/* Shared by the files of document that read PDF: what pdftohtml -xml says of a page. Lengths in its
 * own pixels. */
#pragma once

#include "document-private.h"

/* Text on one line, with no wide gap in it; or a picture. */
typedef struct {
	int page;
	double left, right, top, bottom;
	double size; /* of its font, 0 for a picture */
	bool bold, italic; /* all of it */
	bool bold_start;
	char *html; /* inline, escaped */
	char *plain;
	char *picture; /* file, NULL for text */
	guint words;
} PdfPiece;

typedef struct {
	GPtrArray *pieces; /* PdfPiece *, as they come */
	GArray *heights, *widths; /* double, of the pages */
	double size; /* of the running text */
	double right; /* where its lines end at most */
	bool hyphens; /* words are broken at the ends of lines */
	GPtrArray *furniture; /* char *: heads and feet of pages, each once */
} PdfText;

/* pdf-read.c */
PdfText *pdf_read(const char *xml, size_t length);
void pdf_text_free(PdfText *text);
void pdf_piece_free(gpointer piece);

/* pdf-order.c: pieces in reading order, without what repeats on the pages. */
void pdf_order(PdfText *text);

/* pdf-flow.c: pieces to HTML. */
char *pdf_flow(const PdfText *text);

static inline PdfPiece *
pdf_piece(const GPtrArray *pieces, guint i)
{
	return pieces->pdata[i];
}

/* Do they stand on one line? */
static inline bool
pdf_same_line(const PdfPiece *a, const PdfPiece *b)
{
	double overlap = MIN(a->bottom, b->bottom) - MAX(a->top, b->top);

	return a->page == b->page && overlap > 0.5 * MIN(a->bottom - a->top, b->bottom - b->top);
}
