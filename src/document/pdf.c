/* PDF by poppler's pdftohtml: positions and fonts of the text; what they mean is found here. */
#include <string.h>

#include "pdf-private.h"

enum { XML_MOST = 64 << 20 };

static bool
run_pdftohtml(const DocumentPlan *plan, GError **error)
{
	g_autofree char *last = g_strdup_printf("%d", (int)plan->pages);
	const char *argv[] = {"pdftohtml", "-xml", "-q", "-enc", "UTF-8", "-noroundcoord", "-l",
		last, "document.pdf", "picture", NULL};

	return run_tool(plan, argv, "", NULL, error);
}

/* The number of pages is said once, in the head of the result of pdfinfo. */
static void
warn_of_pages(const DocumentPlan *plan, Document *document)
{
	const char *argv[] = {"pdfinfo", "document.pdf", NULL};
	size_t length;
	bool cut;
	g_autofree char *text = NULL;
	const char *pages;

	if (run_tool(plan, argv, "info", NULL, NULL))
		text = run_result(plan, "info", 1 << 16, &length, &cut, NULL);
	pages = text != NULL ? strstr(text, "\nPages:") : NULL;
	if (pages != NULL && g_ascii_strtoll(pages + 7, NULL, 10) > plan->pages)
		document_warn(document, "document.limit",
			"The document has more pages than the limit: the rest is missing here.");
}

char *
document_pdf_html(const char *xml, size_t length, gint64 most, bool *ret_cut)
{
	PdfText *text = pdf_read(xml, length);
	char *html;

	pdf_order(text);
	html = pdf_flow(text);
	pdf_text_free(text);
	*ret_cut = (gint64)strlen(html) > most;
	if (*ret_cut) {
		/* Not within a character. */
		while (most > 0 && ((guchar)html[most] & 0xc0) == 0x80)
			most--;
		html[most] = '\0';
	}
	return html;
}

char *
pdf_convert(const DocumentPlan *plan, Document *document, GError **error)
{
	size_t length = 0;
	bool cut = false, too_long = false;
	g_autofree char *xml = NULL;
	g_autofree char *valid = NULL;
	char *html;

	if (!run_pdftohtml(plan, error))
		return NULL;
	xml = run_result(plan, "picture.xml", XML_MOST, &length, &cut, error);
	if (xml == NULL)
		return NULL;
	valid = text_valid(xml, (gssize)length);
	html = document_pdf_html(valid, strlen(valid), plan->html, &too_long);
	if (cut || too_long)
		document_warn(document, "document.limit",
			"The document is longer than the limit: its end is missing here.");
	else
		warn_of_pages(plan, document);
	if (*html == '\0') {
		g_free(html);
		nieuws_fail(error, NIEUWS_MESSAGE,
			"There is no text in the document: its pages are pictures.");
		return NULL;
	}
	return pictures_lift(plan, document, html);
}
