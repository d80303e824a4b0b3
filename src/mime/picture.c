/* How many pixels a picture has, from its first bytes. Reads numbers at fixed places only; anything
 * odd is no picture. */
#include <string.h>

#include "mime-private.h"

static gint64
big16(const guint8 *p)
{
	return (gint64)p[0] << 8 | p[1];
}

static gint64
little16(const guint8 *p)
{
	return (gint64)p[1] << 8 | p[0];
}

/* The frame header (SOFn) holds height and width; segments before it are skipped by their length.
 */
static void
jpeg_size(const guint8 *bytes, size_t length, gint64 *ret_width, gint64 *ret_height)
{
	size_t i = 2;

	while (i + 9 < length) {
		guint8 marker = bytes[i + 1];

		if (bytes[i] != 0xff)
			return;
		if (marker == 0xff) {
			i++;
			continue;
		}
		if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
			marker != 0xcc) {
			*ret_height = big16(bytes + i + 5);
			*ret_width = big16(bytes + i + 7);
			return;
		}
		i += 2 + (size_t)big16(bytes + i + 2);
	}
}

static void
webp_size(const guint8 *b, size_t length, gint64 *ret_width, gint64 *ret_height)
{
	if (length < 30)
		return;
	if (memcmp(b + 12, "VP8X", 4) == 0) {
		*ret_width = 1 + (little16(b + 24) | (gint64)b[26] << 16);
		*ret_height = 1 + (little16(b + 27) | (gint64)b[29] << 16);
	} else if (memcmp(b + 12, "VP8 ", 4) == 0) {
		*ret_width = little16(b + 26) & 0x3fff;
		*ret_height = little16(b + 28) & 0x3fff;
	} else if (memcmp(b + 12, "VP8L", 4) == 0) {
		*ret_width = 1 + ((b[21] | (gint64)b[22] << 8) & 0x3fff);
		*ret_height =
			1 + ((b[22] >> 6 | (gint64)b[23] << 2 | (gint64)b[24] << 10) & 0x3fff);
	}
}

/* --- HEIF and AVIF: boxes in boxes (ISO/IEC 14496-12, 23008-12) */

typedef struct {
	const guint8 *bytes;
	size_t length;
} Box;

static guint64
big32(const guint8 *p)
{
	return (guint64)big16(p) << 16 | (guint64)big16(p + 2);
}

/* The next box of this name in the box, behind the bytes before *offset; false when there is none.
 * A box that is cut off is as long as what is there. */
static bool
next_box(const Box *in, size_t *offset, const char *name, Box *ret_box)
{
	while (*offset + 8 <= in->length) {
		const guint8 *p = in->bytes + *offset;
		guint64 size = big32(p);
		size_t left = in->length - *offset;

		if (size < 8)
			return false;
		size = MIN(size, left);
		*offset += size;
		if (memcmp(p + 4, name, 4) != 0)
			continue;
		*ret_box = (Box){p + 8, size - 8};
		return true;
	}
	return false;
}

/* The picture is the largest of its tiles and previews. */
static void
heif_size(const guint8 *bytes, size_t length, gint64 *ret_width, gint64 *ret_height)
{
	const Box file = {bytes, length};
	Box meta, properties, container, extent;
	size_t at = 0, at_meta = 0, at_properties = 0, at_extent = 0;

	/* meta begins with a version and flags. */
	if (!next_box(&file, &at, "meta", &meta) || meta.length < 4)
		return;
	meta = (Box){meta.bytes + 4, meta.length - 4};
	if (!next_box(&meta, &at_meta, "iprp", &properties) ||
		!next_box(&properties, &at_properties, "ipco", &container))
		return;
	while (next_box(&container, &at_extent, "ispe", &extent)) {
		gint64 width, height;

		if (extent.length < 12)
			continue;
		width = (gint64)big32(extent.bytes + 4);
		height = (gint64)big32(extent.bytes + 8);
		if (width > *ret_width) {
			*ret_width = width;
			*ret_height = height;
		}
	}
}

void
mime_picture_size(const guint8 *bytes, size_t length, gint64 *ret_width, gint64 *ret_height)
{
	if (length < 16)
		return;
	if (bytes[0] == 0xff && bytes[1] == 0xd8) {
		jpeg_size(bytes, length, ret_width, ret_height);
	} else if (length >= 24 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0) {
		*ret_width = big16(bytes + 16) << 16 | big16(bytes + 18);
		*ret_height = big16(bytes + 20) << 16 | big16(bytes + 22);
	} else if (memcmp(bytes, "GIF8", 4) == 0) {
		*ret_width = little16(bytes + 6);
		*ret_height = little16(bytes + 8);
	} else if (memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0) {
		webp_size(bytes, length, ret_width, ret_height);
	} else if (memcmp(bytes + 4, "ftyp", 4) == 0) {
		heif_size(bytes, length, ret_width, ret_height);
	}
}
