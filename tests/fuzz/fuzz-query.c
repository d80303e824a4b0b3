#include "desk.h"
#include "fuzz.h"

void
fuzz_start(void)
{
}

void
fuzz_one(const uint8_t *bytes, size_t length)
{
	g_autofree char *text = fuzz_utf8(bytes, length);
	g_autoptr(GError) error = NULL;
	g_autoptr(StoreFind) find = desk_query(text, "sanne", 1795000000, false, &error);

	g_assert_true((find == NULL) == (error != NULL));
}
