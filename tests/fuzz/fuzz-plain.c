#include "fuzz.h"
#include "markdown.h"

void
fuzz_start(void)
{
}

void
fuzz_one(const uint8_t *bytes, size_t length)
{
	uint8_t how = length > 0 ? bytes[0] : 0;
	g_autofree char *text = fuzz_utf8(bytes + (length > 0), length - (length > 0));
	Doc *doc = markdown_doc_new();

	markdown_add_plain(doc, text, (how & 1) != 0, (how & 2) != 0);
	markdown_split_lines(doc);
	{
		g_autofree char *written = markdown_write(doc, 0, doc->len);
		g_autofree char *link = markdown_unwrap_link(text);

		g_assert_true(g_utf8_validate(written, -1, NULL));
	}
	g_ptr_array_unref(doc);
}
