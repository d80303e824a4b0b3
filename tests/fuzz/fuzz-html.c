#include "fuzz.h"
#include "markdown.h"

void
fuzz_start(void)
{
}

void
fuzz_one(const uint8_t *bytes, size_t length)
{
	g_autofree char *html = fuzz_utf8(bytes, length);
	MarkdownLimits limits = {100000, 200, false};
	Doc *doc = markdown_doc_new();

	markdown_add_html(doc, html, &limits);
	markdown_split_lines(doc);
	{
		g_autofree char *text = markdown_write(doc, 0, doc->len);
		g_autofree char *plain = markdown_write_plain(doc, 0, doc->len);

		g_assert_true(g_utf8_validate(text, -1, NULL));
		g_assert_true(g_utf8_validate(plain, -1, NULL));
	}
	g_ptr_array_unref(doc);
}
