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
	Attachment *attachment = record_new(&attachment_type);

	mime_picture_look(bytes, length, attachment);
	g_assert_true(
		attachment->caption == NULL || g_utf8_validate(attachment->caption, -1, NULL));
	g_assert_true(attachment->credit == NULL || g_utf8_validate(attachment->credit, -1, NULL));
	record_free(&attachment_type, attachment);
}
