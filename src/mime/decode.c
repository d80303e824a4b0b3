/* The content of a part: decoded once, digested on the way. */
#include <magic.h>
#include <string.h>

#include "mime-private.h"

enum {
	CHUNK = 32 * 1024,
	SNIFF = 4096,
	PICTURE_HEAD = 256 * 1024, /* a JPEG may carry that much before its size */
};

static magic_t magic;

bool
mime_start(GError **error)
{
	g_mime_init();
	if (!mime_charset_start())
		return nieuws_fail(error, NIEUWS_INTERNAL,
			"the charsets of iconv cannot be loaded; install libc-bin");
	magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR |
			   MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_TEXT | MAGIC_NO_CHECK_TOKENS |
			   MAGIC_NO_CHECK_ENCODING | MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_JSON |
			   MAGIC_NO_CHECK_APPTYPE);
	if (magic == NULL || magic_load(magic, NULL) != 0)
		return nieuws_fail(error, NIEUWS_INTERNAL,
			"the magic database cannot be loaded; install libmagic-mgc");
	return true;
}

/* --- decoding in chunks
 * --------------------------------------------------------------------------------------- */

typedef struct {
	GMimeEncoding state;
	const char *next, *end;
	bool flushed;
	char buffer[CHUNK + CHUNK / 2 + 64];
} Decoder;

static void
decoder_init(Decoder *decoder, const Leaf *leaf)
{
	g_mime_encoding_init_decode(&decoder->state, leaf->encoding);
	decoder->next = leaf->raw;
	decoder->end = leaf->raw + leaf->raw_length;
	decoder->flushed = false;
}

/* Base64 without its padding holds one or two bytes more. */
static size_t
flush_base64(Decoder *decoder)
{
	static const char padding[] = "===";
	int missing = decoder->state.state & 3;

	if (missing < 2)
		return 0;
	return g_mime_encoding_step(
		&decoder->state, padding, (size_t)(4 - missing), decoder->buffer);
}

static bool
needs_decoding(const Decoder *decoder)
{
	return decoder->state.encoding == GMIME_CONTENT_ENCODING_BASE64 ||
	       decoder->state.encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE ||
	       decoder->state.encoding == GMIME_CONTENT_ENCODING_UUENCODE;
}

/* Pieces until 0. Content that needs no decoding is not copied. */
static size_t
decoder_next(Decoder *decoder, const char **ret_bytes)
{
	while (decoder->next < decoder->end) {
		const char *from = decoder->next;
		size_t n = MIN(CHUNK, (size_t)(decoder->end - from));

		decoder->next += n;
		*ret_bytes = needs_decoding(decoder) ? decoder->buffer : from;
		if (needs_decoding(decoder))
			n = g_mime_encoding_step(&decoder->state, from, n, decoder->buffer);
		/* A chunk of line ends only must not look like the end. */
		if (n > 0)
			return n;
	}
	*ret_bytes = decoder->buffer;
	if (decoder->flushed || decoder->state.encoding != GMIME_CONTENT_ENCODING_BASE64)
		return 0;
	decoder->flushed = true;
	return flush_base64(decoder);
}

bool
mime_leaf_write(const Leaf *leaf, int fd, GError **error)
{
	g_autofree Decoder *decoder = g_new(Decoder, 1);
	const char *bytes;
	size_t n;

	decoder_init(decoder, leaf);
	while ((n = decoder_next(decoder, &bytes)) > 0)
		if (!fs_write_all(fd, bytes, n, error))
			return false;
	return true;
}

/* --- digests and facts
 * ---------------------------------------------------------------------------------------- */

/* CRLF and CR as LF, no LF at the end: parsers differ in those. */
typedef struct {
	Digest digest;
	bool last_cr;
	size_t pending; /* LFs not yet counted: they may be the last */
} LineDigest;

static void
line_digest_update(LineDigest *lines, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = bytes[i];
		bool lf = c == '\n' || c == '\r';

		if (lf && !(c == '\n' && lines->last_cr))
			lines->pending++;
		lines->last_cr = c == '\r';
		if (lf)
			continue;
		for (; lines->pending > 0; lines->pending--)
			digest_update(&lines->digest, "\n", 1);
		digest_update(&lines->digest, &c, 1);
	}
}

static bool
is_binary_encoding(GMimeContentEncoding encoding)
{
	return encoding == GMIME_CONTENT_ENCODING_BASE64 ||
	       encoding == GMIME_CONTENT_ENCODING_UUENCODE;
}

static void
sniff_type(Attachment *attachment, const GByteArray *head)
{
	const char *type = magic_buffer(magic, head->data, MIN(head->len, SNIFF));

	if (type != NULL && strcmp(type, "application/octet-stream") != 0 &&
		strchr(type, '/') != NULL)
		record_set(&attachment->real_type, type);
	else if (g_str_has_prefix(attachment->type, "text/"))
		record_set(&attachment->real_type, attachment->type);
	mime_picture_size(head->data, head->len, &attachment->width, &attachment->height);
}

void
mime_digest_leaf(Leaf *leaf, Attachment *attachment, bool sniff)
{
	g_autofree Decoder *decoder = g_new(Decoder, 1);
	g_autoptr(GByteArray) head = g_byte_array_new();
	LineDigest lines = {.pending = 0};
	bool binary = is_binary_encoding(leaf->encoding);
	char hex[DIGEST_HEX + 1];
	const char *bytes;
	Digest digest;
	size_t n;

	digest_init(&digest);
	digest_init(&lines.digest);
	decoder_init(decoder, leaf);
	while ((n = decoder_next(decoder, &bytes)) > 0) {
		digest_update(&digest, bytes, n);
		attachment->size += (gint64)n;
		if (!binary)
			line_digest_update(&lines, bytes, n);
		if (sniff && head->len < PICTURE_HEAD)
			g_byte_array_append(head, (const guint8 *)bytes,
				(guint)MIN(n, PICTURE_HEAD - head->len));
		/* Most pictures tell their size early. */
		if (sniff && head->len >= SNIFF && attachment->width == 0 &&
			*attachment->real_type == '\0')
			sniff_type(attachment, head);
		sniff = sniff && (attachment->width == 0 && head->len < PICTURE_HEAD);
	}
	if (sniff && *attachment->real_type == '\0' && head->len > 0)
		sniff_type(attachment, head);
	digest_hex(&digest, hex);
	record_set(&attachment->sha256, hex);
	digest_hex(&lines.digest, hex);
	record_set(&attachment->sha256_lf, binary ? "" : hex);
}

/* --- text
 * -----------------------------------------------------------------------------------------------------
 */

/* CRLF and CR to LF, in place. */
static void
unify_line_ends(char *text)
{
	char *to = text;

	if (strchr(text, '\r') == NULL)
		return;
	for (const char *from = text; *from != '\0'; from++) {
		if (*from != '\r')
			*to++ = *from;
		else if (from[1] != '\n')
			*to++ = '\n';
	}
	*to = '\0';
}

char *
mime_leaf_text(Leaf *leaf, gint64 most, bool *ret_repaired, bool *ret_cut)
{
	g_autofree Decoder *decoder = g_new(Decoder, 1);
	g_autoptr(GByteArray) all = g_byte_array_new();
	const char *bytes;
	char *text;
	size_t n;

	decoder_init(decoder, leaf);
	while ((n = decoder_next(decoder, &bytes)) > 0 && (gint64)all->len < most)
		g_byte_array_append(
			all, (const guint8 *)bytes, (guint)MIN((gint64)n, most - (gint64)all->len));
	*ret_cut = n > 0;
	text = mime_to_utf8((const char *)all->data, all->len, leaf->part.charset, ret_repaired);
	unify_line_ends(text);
	return text;
}
