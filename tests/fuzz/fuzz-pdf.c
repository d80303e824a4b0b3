#include "document.h"
#include <string.h>

#include "fuzz.h"

void
fuzz_start(void)
{
}

void
fuzz_one(const uint8_t *bytes, size_t length)
{
	bool cut;
	g_autofree char *xml = fuzz_utf8(bytes, length);
	g_autofree char *html = document_pdf_html(xml, strlen(xml), 1 << 20, &cut);

	g_assert_true(html == NULL || g_utf8_validate(html, -1, NULL));
}
