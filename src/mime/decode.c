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

/* Behind the line "begin 644 name"; where there is none, all of it is taken. */
static void
skip_to_begin(Decoder *decoder)
{
	for (const char *line = decoder->next; line < decoder->end;) {
		const char *newline = memchr(line, '\n', (size_t)(decoder->end - line));

		if (newline == NULL)
			break;
		if (newline - line > 6 && strncmp(line, "begin ", 6) == 0 &&
			g_ascii_isdigit(line[6])) {
			decoder->next = newline + 1;
			break;
		}
		line = newline + 1;
	}
}

/* One line: a letter that says how many bytes it holds, then four letters for three bytes. What is
 * missing at its end counts as blanks, which programs cut off. A line with a fault spoils only
 * itself. */
static size_t
decode_uu_line(const char *p, const char *end, char *out)
{
	size_t wanted = p < end ? (size_t)((guchar)(*p++ - 32) & 63) : 0;
	size_t n = 0;

	while (n < wanted) {
		guint32 group = 0;

		for (int i = 0; i < 4; i++)
			group = group << 6 | (p < end ? (guint32)((guchar)*p++ - 32) & 63 : 0);
		for (int shift = 16; shift >= 0 && n < wanted; shift -= 8)
			out[n++] = (char)(group >> shift & 0xff);
	}
	return n;
}

static size_t
decode_uu(Decoder *decoder)
{
	size_t n = 0;

	while (decoder->next < decoder->end && n < CHUNK) {
		const char *line = decoder->next;
		const char *newline = memchr(line, '\n', (size_t)(decoder->end - line));
		const char *end = newline != NULL ? newline : decoder->end;

		decoder->next = newline != NULL ? newline + 1 : decoder->end;
		while (end > line && end[-1] == '\r')
			end--;
		if (end - line == 3 && strncmp(line, "end", 3) == 0)
			decoder->next = decoder->end;
		else
			n += decode_uu_line(line, end, decoder->buffer + n);
	}
	return n;
}

static void
decoder_init(Decoder *decoder, const Leaf *leaf)
{
	g_mime_encoding_init_decode(&decoder->state, leaf->encoding);
	decoder->next = leaf->raw;
	decoder->end = leaf->raw + leaf->raw_length;
	decoder->flushed = false;
	if (leaf->encoding == GMIME_CONTENT_ENCODING_UUENCODE)
		skip_to_begin(decoder);
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
	       decoder->state.encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
}

/* Pieces until 0. Content that needs no decoding is not copied. */
static size_t
decoder_next(Decoder *decoder, const char **ret_bytes)
{
	if (decoder->state.encoding == GMIME_CONTENT_ENCODING_UUENCODE) {
		*ret_bytes = decoder->buffer;
		return decode_uu(decoder);
	}
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

char *
mime_leaf_bytes(const Leaf *leaf, size_t most, size_t *ret_length)
{
	g_autofree Decoder *decoder = g_new(Decoder, 1);
	GByteArray *all = g_byte_array_new();
	const char *bytes;
	size_t n;

	decoder_init(decoder, leaf);
	while (all->len < most && (n = decoder_next(decoder, &bytes)) > 0)
		g_byte_array_append(all, (const guint8 *)bytes, (guint)MIN(n, most - all->len));
	*ret_length = all->len;
	g_byte_array_append(all, (const guint8 *)"", 1);
	return (char *)g_byte_array_free(all, FALSE);
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

/* Bytes before the next line end. */
static size_t
line_run(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && *p != '\n' && *p != '\r')
		p++;
	return (size_t)(p - start);
}

static void
line_digest_update(LineDigest *lines, const char *bytes, size_t length)
{
	const char *end = bytes + length;

	while (bytes < end) {
		size_t run = line_run(bytes, end);

		if (run > 0) {
			for (; lines->pending > 0; lines->pending--)
				digest_update(&lines->digest, "\n", 1);
			digest_update(&lines->digest, bytes, run);
			lines->last_cr = false;
			bytes += run;
			continue;
		}
		if (*bytes == '\r' || !lines->last_cr)
			lines->pending++;
		lines->last_cr = *bytes++ == '\r';
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
}

/* What is looked at of a file while it passes by. */
typedef struct {
	GByteArray *head; /* its first bytes */
	bool typed, done;
	size_t directory; /* of a TIFF: where it stands, when it is not in the head */
	GByteArray *part; /* the bytes from there on */
} Look;

/* The type stands in the first bytes, the size of a photo sometimes far behind them: its EXIF data,
 * preview and colour profile come first. */
static void
look_at_head(Look *look, Attachment *attachment, bool at_end)
{
	GByteArray *head = look->head;

	if (head->len < SNIFF && !at_end)
		return;
	if (!look->typed && head->len > 0)
		sniff_type(attachment, head);
	look->typed = true;
	look->done = !g_str_has_prefix(attachment->real_type, "image/") ||
		     mime_picture_look(head->data, head->len, attachment) ||
		     head->len >= PICTURE_HEAD;
	look->directory = mime_tiff_directory(head->data, head->len);
	if (look->directory < PICTURE_HEAD || attachment->width > 0)
		look->directory = 0;
}

/* Bytes that begin at `offset` of the file. */
static void
look_on(Look *look, Attachment *attachment, const char *bytes, size_t n, size_t offset)
{
	size_t skip;

	if (!look->done) {
		g_byte_array_append(look->head, (const guint8 *)bytes,
			(guint)MIN(n, PICTURE_HEAD - look->head->len));
		look_at_head(look, attachment, false);
		return;
	}
	if (look->directory == 0 || offset + n <= look->directory || look->part->len >= SNIFF)
		return;
	skip = look->directory > offset ? look->directory - offset : 0;
	g_byte_array_append(look->part, (const guint8 *)bytes + skip,
		(guint)MIN(n - skip, SNIFF - look->part->len));
}

static void
look_back(Look *look, Attachment *attachment)
{
	if (!look->done)
		look_at_head(look, attachment, true);
	if (look->part->len > 0)
		mime_tiff_look(look->head->data, look->part->data, look->part->len, look->directory,
			attachment);
}

void
mime_digest_leaf(Leaf *leaf, Attachment *attachment, bool sniff)
{
	g_autofree Decoder *decoder = g_new(Decoder, 1);
	g_autoptr(GByteArray) head = g_byte_array_new();
	g_autoptr(GByteArray) part = g_byte_array_new();
	Look look = {.head = head, .part = part};
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
		if (!binary)
			line_digest_update(&lines, bytes, n);
		if (sniff)
			look_on(&look, attachment, bytes, n, (size_t)attachment->size);
		attachment->size += (gint64)n;
	}
	if (sniff)
		look_back(&look, attachment);
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

/* Where a text that is too long may be cut: behind a line, or else behind a whole character, so
 * that what is left is still good. */
static guint
cut_at(const GByteArray *all)
{
	guint n = all->len;
	guint least = n > 65536 ? n - 65536 : 0;

	/* UTF-16 and UTF-32 count in fours; a line end is not to be trusted there. */
	if (memchr(all->data, '\0', MIN(n, 64)) != NULL)
		return n & ~3U;
	for (guint i = n; i > least; i--)
		if (all->data[i - 1] == '\n')
			return i;
	for (guint i = 1; i <= 4 && i <= n; i++)
		if ((all->data[n - i] & 0xc0) != 0x80)
			return n - i;
	return n;
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
	if (*ret_cut)
		g_byte_array_set_size(all, cut_at(all));
	text = mime_to_utf8((const char *)all->data, all->len, leaf->part.charset, ret_repaired);
	unify_line_ends(text);
	return text;
}
