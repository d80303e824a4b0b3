#include "digest.h"

#include <string.h>

void
digest_init(Digest *digest)
{
	sha256_init(&digest->state);
}

void
digest_update(Digest *digest, const void *bytes, size_t length)
{
	sha256_update(&digest->state, length, bytes);
}

void
digest_hex(Digest *digest, char hex[DIGEST_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";
	guint8 raw[SHA256_DIGEST_SIZE];

	sha256_digest(&digest->state, sizeof raw, raw);
	for (size_t i = 0; i < sizeof raw; i++) {
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	hex[DIGEST_HEX] = '\0';
}

char *
digest_of(const void *bytes, size_t length)
{
	Digest digest;
	char hex[DIGEST_HEX + 1];

	digest_init(&digest);
	digest_update(&digest, bytes, length);
	digest_hex(&digest, hex);
	return g_strdup(hex);
}

gboolean
digest_is_hex(const char *text)
{
	return text != NULL && strlen(text) == DIGEST_HEX &&
	       strspn(text, "0123456789abcdef") == DIGEST_HEX;
}
