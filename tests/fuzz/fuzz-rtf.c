#include "fuzz.h"
#include "mime-private.h"
#include "mime.h"

void
fuzz_start(void)
{
	if (!mime_start(NULL))
		g_error("no charsets");
}

void
fuzz_one(const uint8_t *bytes, size_t length)
{
	GByteArray *unpacked = mime_rtf_unpack(bytes, length, 1 << 20);
	bool plain;
	g_autofree char *html = mime_rtf_to_html((const char *)bytes, length, &plain);

	g_assert_true(html == NULL || g_utf8_validate(html, -1, NULL));
	if (unpacked != NULL)
		g_byte_array_unref(unpacked);
}
