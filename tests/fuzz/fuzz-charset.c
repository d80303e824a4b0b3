/* The first line names the charset. */
#include <string.h>

#include "fuzz.h"
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
	const uint8_t *end = length > 0 ? memchr(bytes, '\n', length) : NULL;
	size_t name = end != NULL ? (size_t)(end - bytes) : 0;
	g_autofree char *charset = fuzz_text(bytes, MIN(name, 60));
	size_t from = end != NULL ? name + 1 : 0;
	bool repaired;
	g_autofree char *text =
		mime_to_utf8((const char *)bytes + from, length - from, charset, &repaired);
	g_autofree char *raw = fuzz_text(bytes, length);
	g_autofree char *header = mime_decode_header(raw);

	g_assert_true(g_utf8_validate(text, -1, NULL));
	g_assert_true(header == NULL || g_utf8_validate(header, -1, NULL));
}
