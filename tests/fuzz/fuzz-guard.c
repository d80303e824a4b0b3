/* However the network cuts them, the same bytes get the same verdict. */
#include <string.h>

#include "fuzz.h"
#include "guard.h"

void
fuzz_start(void)
{
}

void
fuzz_one(const uint8_t *bytes, size_t length)
{
	Guard *whole = g_new0(Guard, 1);
	Guard *cut = g_new0(Guard, 1);
	bool good, good_cut = true;
	size_t step = length > 0 ? bytes[0] % 7 + 1 : 1;

	guard_init(whole, 1 << 20);
	guard_init(cut, 1 << 20);
	good = guard_feed(whole, (const char *)bytes, length);
	for (size_t i = 0; i < length && good_cut; i += step)
		good_cut = guard_feed(cut, (const char *)bytes + i, MIN(step, length - i));
	g_assert_true(good == good_cut);
	g_free(whole);
	g_free(cut);
}
