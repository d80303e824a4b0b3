/* From the bytes of a document to a Document. */
#include "document.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document-private.h"

void
document_warn(Document *document, const char *code, const char *text)
{
	Warning *warning = record_append(&warning_type, document->warnings);

	record_set(&warning->code, code);
	record_set(&warning->text, text);
}

static void
fail(Document *document, const char *code, const char *text)
{
	record_set(&document->error, text);
	document_warn(document, code, text);
}

/* The tools read files by name: a copy in the job's own folder. */
static bool
copy_in(const DocumentPlan *plan, int fd, const char *kind, GError **error)
{
	g_autofree char *name = g_strdup_printf("%s/document.%s", plan->folder, kind);
	fs_auto int out = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	g_autofree char *buffer = g_malloc(1 << 16);
	off_t offset = 0;
	ssize_t n;

	if (out < 0)
		return nieuws_fail(error, NIEUWS_LATER, "the work folder cannot be written");
	while ((n = pread(fd, buffer, 1 << 16, offset)) > 0) {
		if (!fs_write_all(out, buffer, (size_t)n, error))
			return false;
		offset += n;
	}
	return n == 0 || nieuws_fail(error, NIEUWS_MESSAGE, "The document cannot be read.");
}

static void
convert(const DocumentPlan *plan, int fd, const char *kind, Document *document)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *html = NULL;

	if (copy_in(plan, fd, kind, &error))
		html = strcmp(kind, "pdf") == 0 ? pdf_convert(plan, document, &error)
						: office_convert(plan, kind, document, &error);
	if (html != NULL)
		record_set(&document->html, html);
	else
		fail(document,
			nieuws_error_is(error, NIEUWS_NOT_FOUND) ? "document.tool-missing"
								 : "document.failed",
			error->message);
}

Document *
document_convert(const DocumentPlan *plan, int fd, const char *part, const char *wish)
{
	Document *document = record_new(&document_type);
	g_autoptr(GError) error = NULL;
	const char *kind = "";

	record_set(&document->part, part);
	record_set(&document->kind, wish);
	if (!document_kind(fd, plan->unpacked, &kind, &error)) {
		fail(document, "document.limit", error->message);
		return document;
	}
	if (*kind == '\0') {
		fail(document, "document.kind",
			"The file is no document of a kind that can be read.");
		return document;
	}
	record_set(&document->kind, kind);
	convert(plan, fd, kind, document);
	return document;
}

char *
document_tools(bool *ret_all)
{
	static const struct {
		const char *program, *package, *kinds;
	} tools[] = {{"pandoc", "pandoc", "docx"},
		{"soffice", "libreoffice-writer-nogui", "doc, rtf, odt"},
		{"pdftohtml", "poppler-utils", "pdf"}};
	GString *good = g_string_new(NULL);
	g_autoptr(GString) cure = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(tools); i++) {
		g_autofree char *found = g_find_program_in_path(tools[i].program);

		if (found != NULL)
			g_string_append_printf(
				good, "%s%s", good->len > 0 ? ", " : "", tools[i].kinds);
		else
			g_string_append_printf(cure, " %s", tools[i].package);
	}
	*ret_all = cure->len == 0;
	g_string_append(good, good->len > 0 ? " are read" : "no documents are read");
	if (cure->len > 0)
		g_string_append_printf(good, "; for all: apt-get install%s", cure->str);
	return g_string_free(good, FALSE);
}
