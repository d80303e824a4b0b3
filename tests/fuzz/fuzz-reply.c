/* What a worker that was taken over may say: the first byte is the kind of letter. */
#include "fuzz.h"
#include "wire.h"

void
fuzz_start(void)
{
}

void
fuzz_one(const uint8_t *bytes, size_t length)
{
	const RecordType *type =
		length > 0
			? wire_type((WireKind)(WIRE_WANT + bytes[0] % (WIRE_SENT - WIRE_WANT + 1)))
			: NULL;
	g_autoptr(GBytes) letter = NULL;
	g_autoptr(GBytes) again = NULL;
	void *record;

	if (type == NULL)
		return;
	letter = g_bytes_new(bytes + 1, length - 1);
	record = record_from_bytes(type, letter, NULL);
	if (record == NULL)
		return;
	/* What was let in can be written and shown. */
	again = record_to_bytes(type, record);
	json_decref(record_to_json(type, record));
	record_free(type, record);
}
