/* Typed bullets of a docx keep the place at which they stood. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "document-private.h"

static char *
make_docx(const char *xml)
{
	char *path = NULL;
	int fd = g_file_open_tmp("indents-XXXXXX", &path, NULL);
	zip_source_t *source;
	zip_t *zip;

	close(fd);
	zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	g_assert_nonnull(zip);
	source = zip_source_buffer(zip, xml, strlen(xml), 0);
	g_assert_cmpint(zip_file_add(zip, "word/document.xml", source, 0), >=, 0);
	g_assert_cmpint(zip_close(zip), ==, 0);
	return path;
}

static void
assert_applied(const char *xml, const char *html, const char *wanted)
{
	g_autofree char *path = make_docx(xml);
	g_autofree char *got = indents_apply(path, g_strdup(html));

	g_assert_cmpstr(got, ==, wanted);
	g_unlink(path);
}

#define PARA(twips, text)                                                                          \
	"<w:p w:x='1'><w:pPr><w:ind w:hanging=\"9\" w:left=\"" twips "\"/></w:pPr><w:r><w:t>" text \
	"</w:t></w:r></w:p>"

static void
test_levels(void)
{
	assert_applied(PARA("360", "• een") PARA("720", "• on<w:b/>der") PARA("360", "• twee"),
		"<p>• een</p><p>•\n<b>onder</b></p><p>• twee</p>",
		"<p style=\"margin-left:18pt\">• een</p><p "
		"style=\"margin-left:36pt\">•\n<b>onder</b></p>"
		"<p style=\"margin-left:18pt\">• twee</p>");
	/* Text that is set off has no sign, and stays a quotation. */
	assert_applied(PARA("360", "• een") PARA("720", "Wat iemand zei") PARA("360", "• twee"),
		"<p>• een</p><p>Wat iemand zei</p><p>• twee</p>",
		"<p style=\"margin-left:18pt\">• een</p><p>Wat iemand zei</p>"
		"<p style=\"margin-left:18pt\">• twee</p>");
}

static void
test_damaged(void)
{
	g_autofree char *got = indents_apply("/nonexistent.docx", g_strdup("<p>• een</p>"));

	g_assert_cmpstr(got, ==, "<p>• een</p>");
	assert_applied("<w:p><w:ind w:left=\"9", "<p>• een</p>", "<p>• een</p>");
	assert_applied(PARA("360", "• een") PARA("99999999999", "• twee") "<w:p",
		"<p>• een</p><p>• twee</p><p>• drie",
		"<p style=\"margin-left:18pt\">• een</p><p style=\"margin-left:400pt\">• twee</p>"
		"<p>• drie");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/document/indents/levels", test_levels);
	g_test_add_func("/document/indents/damaged", test_damaged);
	return g_test_run();
}
