/* Shared by the files of document. */
#pragma once

#include "base.h"
#include "document.h"

/* run.c: runs argv[0] (sought in PATH) in the folder, its output going to the file `out` there (""
 * for none). False with NIEUWS_NOT_FOUND when there is no such program, NIEUWS_MESSAGE when it
 * failed; the exit code goes to ret_code (may be NULL) where there is one. */
bool run_tool(const DocumentPlan *plan, const char *const *argv, const char *out, int *ret_code,
	GError **error);

/* A file of the folder, at most so many bytes of it (*ret_cut says whether that was not all). */
char *run_result(const DocumentPlan *plan, const char *name, gint64 most, size_t *ret_length,
	bool *ret_cut, GError **error);

/* office.c, pdf.c: "document.KIND" in the folder to HTML; NULL with the reason. */
char *office_convert(
	const DocumentPlan *plan, const char *kind, Document *document, GError **error);
char *pdf_convert(const DocumentPlan *plan, Document *document, GError **error);

/* indents.c: html as pandoc made it of the docx at path; paragraphs that begin with a typed sign
 * get the indent that they have there. Takes html over; as it was if the indents cannot be read. */
char *indents_apply(const char *path, char *html);

/* pictures.c: the files below `media` that the HTML shows become Document.pictures; their src
 * becomes their part. Takes html over. */
char *pictures_lift(const DocumentPlan *plan, Document *document, char *html);

void document_warn(Document *document, const char *code, const char *text);
