/* document: an attached document to HTML of its text, with its pictures lifted out. Uses base,
 * model; runs pandoc, LibreOffice and poppler's tools. Knows nothing of mail.
 *
 * The process that calls document_convert is sealed (sandbox_seal_tools) and has a folder of its
 * own: the tools are as trustworthy as the document. What comes out is hostile, too: it is read
 * again by the sealed reader.
 */
#pragma once

#include "model.h"

typedef struct {
	const char *folder; /* absolute; empty at first; all files of the job stand there */
	gint64 unpacked; /* bytes of a packed document when unpacked */
	gint64 pages; /* of a PDF; those behind are left out with a warning */
	gint64 html; /* bytes of the result; what is more is left out with a warning */
	gint64 memory; /* bytes that a tool may use */
} DocumentPlan;

/* Converts the bytes of fd, whatever their name said: the kind is told by content, and by wish only
 * where the content does not tell. Always a Document, with error and a warning
 * (document.tool-missing, document.limit, document.kind, document.failed) where it could not be
 * converted. To record_free(&document_type). Blocks for seconds. */
Document *document_convert(const DocumentPlan *plan, int fd, const char *part, const char *wish);

/* The bytes of one picture of a document that has just been converted in this folder: a descriptor
 * to read from, or -1. picture as in Document.pictures. */
int document_picture(
	const DocumentPlan *plan, const Document *document, const char *picture, GError **error);

/* The kind by the first bytes and the list of a zip: "docx", "odt", "rtf", "doc", "pdf", ""
 * unknown. Checks a zip against the limits (entries, bytes unpacked, as its list says): false with
 * NIEUWS_MESSAGE when it is too much. */
bool document_kind(int fd, gint64 unpacked, const char **ret_kind, GError **error);

/* What is installed: one line for people, and whether all of it is there. Result to g_free. */
char *document_tools(bool *ret_all);

/* pdf.c, exposed for tests: the HTML of what pdftohtml -xml wrote. Result to g_free. */
char *document_pdf_html(const char *xml, size_t length, gint64 most, bool *ret_cut);
