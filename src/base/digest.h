/* SHA-256 by nettle (uses the processor's own instructions where it has them). */
#pragma once

#include <glib.h>
#include <nettle/sha2.h>
#include <stddef.h>

#define DIGEST_HEX (2 * SHA256_DIGEST_SIZE)

typedef struct {
	struct sha256_ctx state;
} Digest;

void digest_init(Digest *digest);
void digest_update(Digest *digest, const void *bytes, size_t length);

/* Lower-case hex, NUL ended, into a buffer of DIGEST_HEX + 1; the digest starts anew. */
void digest_hex(Digest *digest, char hex[DIGEST_HEX + 1]);

/* In one call. Result to g_free. */
char *digest_of(const void *bytes, size_t length);

/* True when the file (no link is followed) can be read whole and has this digest. Blocks for the
 * reading. */
gboolean digest_of_file(int dirfd, const char *name, const char *sha256);

/* True for exactly 64 lower-case hex digits: checked wherever a digest comes from another process
 * or becomes a path. */
gboolean digest_is_hex(const char *text);
