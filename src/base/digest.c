#include "digest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fs.h"

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
digest_of_file(int dirfd, const char *name, const char *sha256)
{
	fs_auto int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	g_autofree char *buffer = g_malloc(1 << 16);
	char hex[DIGEST_HEX + 1];
	Digest digest;
	ssize_t got;

	if (fd < 0)
		return FALSE;
	digest_init(&digest);
	do {
		got = read(fd, buffer, 1 << 16);
		if (got > 0)
			digest_update(&digest, buffer, (size_t)got);
	} while (got > 0 || (got < 0 && errno == EINTR));
	digest_hex(&digest, hex);
	return got == 0 && strcmp(hex, sha256) == 0;
}

gboolean
digest_is_hex(const char *text)
{
	return text != NULL && strlen(text) == DIGEST_HEX &&
	       strspn(text, "0123456789abcdef") == DIGEST_HEX;
}
