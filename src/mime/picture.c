/* What a picture says of itself in its first bytes: pixels, which way is up, caption and credit.
 * Reads numbers at fixed places only; anything odd is no picture. No pixel is decoded here. */
#include <string.h>

#include "mime-private.h"
#include "picture-private.h"

/* Application segments that carry words: APP1 (Exif, XMP) and APP13 (IPTC). */
static void
jpeg_segment(guint8 marker, Bytes segment, PictureFacts *facts)
{
	static const char xmp[] = "http://ns.adobe.com/xap/1.0/";
	static const char photoshop[] = "Photoshop 3.0";

	if (marker == 0xe1 && bytes_begin(segment, "Exif\0", 6))
		picture_read_tiff(bytes_from(segment, 6), facts);
	else if (marker == 0xe1 && bytes_begin(segment, xmp, sizeof xmp))
		picture_read_xmp(bytes_from(segment, sizeof xmp), facts);
	else if (marker == 0xed && bytes_begin(segment, photoshop, sizeof photoshop))
		picture_read_photoshop(bytes_from(segment, sizeof photoshop), facts);
}

static bool
is_frame_header(guint8 marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
	       marker != 0xcc;
}

/* The frame header (SOFn) holds height and width; what comes before it is gone through segment by
 * segment (ITU-T T.81, annex B). */
static bool
jpeg_look(const guint8 *bytes, size_t length, PictureFacts *facts)
{
	size_t i = 2;

	while (i + 9 < length) {
		guint8 marker = bytes[i + 1];
		size_t size = (size_t)big16(bytes + i + 2);

		if (bytes[i] != 0xff)
			return true;
		if (marker == 0xff) {
			i++;
			continue;
		}
		if (is_frame_header(marker)) {
			facts->height = big16(bytes + i + 5);
			facts->width = big16(bytes + i + 7);
			return true;
		}
		if (size >= 2 && i + 2 + size <= length)
			jpeg_segment(marker, (Bytes){bytes + i + 4, size - 2}, facts);
		i += 2 + size;
	}
	return false;
}

/* Chunks: length, name, content, checksum. Words stand before the pixels. */
static bool
png_look(const guint8 *bytes, size_t length, PictureFacts *facts)
{
	/* keyword, not compressed, no language, no translation */
	static const char xmp[] = "XML:com.adobe.xmp\0\0\0\0";
	size_t i = 8;

	facts->width = (gint64)big32(bytes + 16);
	facts->height = (gint64)big32(bytes + 20);
	while (i + 12 <= length) {
		guint64 size = big32(bytes + i);
		Bytes chunk = {bytes + i + 8, MIN(size, length - i - 8)};

		if (memcmp(bytes + i + 4, "IDAT", 4) == 0)
			return true;
		if (size > length - i - 8)
			return false;
		if (memcmp(bytes + i + 4, "eXIf", 4) == 0)
			picture_read_tiff(chunk, facts);
		else if (memcmp(bytes + i + 4, "iTXt", 4) == 0 &&
			 bytes_begin(chunk, xmp, sizeof xmp))
			picture_read_xmp(bytes_from(chunk, sizeof xmp), facts);
		i += 12 + size;
	}
	return false;
}

/* RIFF chunks; Exif and XMP stand behind the pixels, so only in small files are they seen. */
static void
webp_words(const guint8 *bytes, size_t length, PictureFacts *facts)
{
	size_t i = 12;

	while (i + 8 <= length) {
		guint64 size = little32(bytes + i + 4);
		Bytes chunk = {bytes + i + 8, size};

		if (size > length - i - 8)
			return;
		if (memcmp(bytes + i, "EXIF", 4) == 0)
			picture_read_tiff(
				bytes_begin(chunk, "Exif\0", 6) ? bytes_from(chunk, 6) : chunk,
				facts);
		else if (memcmp(bytes + i, "XMP ", 4) == 0)
			picture_read_xmp(chunk, facts);
		i += 8 + size + (size & 1);
	}
}

static bool
webp_look(const guint8 *b, size_t length, PictureFacts *facts)
{
	gint64 *ret_width = &facts->width, *ret_height = &facts->height;

	if (length < 30)
		return false;
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
	webp_words(b, length, facts);
	/* Flags: 8 Exif, 4 XMP. */
	return memcmp(b + 12, "VP8X", 4) != 0 || (b[20] & 12) == 0;
}

/* --- HEIF and AVIF: boxes in boxes (ISO/IEC 14496-12, 23008-12) */

typedef struct {
	const guint8 *bytes;
	size_t length;
} Box;

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

/* A box with version and flags (FullBox): what follows them. */
static bool
next_full_box(const Box *in, const char *name, Box *ret_box, guint8 *ret_version, guint8 *ret_flags)
{
	size_t at = 0;

	if (!next_box(in, &at, name, ret_box) || ret_box->length < 4)
		return false;
	*ret_version = ret_box->bytes[0];
	*ret_flags = ret_box->bytes[3];
	*ret_box = (Box){ret_box->bytes + 4, ret_box->length - 4};
	return true;
}

/* The item that is to be shown; 0 when it is not said. */
static guint64
primary_item(const Box *meta)
{
	Box box;
	guint8 version, flags;

	if (!next_full_box(meta, "pitm", &box, &version, &flags) ||
		box.length < (version == 0 ? 2U : 4U))
		return 0;
	return version == 0 ? (guint64)big16(box.bytes) : big32(box.bytes);
}

static void
take_property(const Box *container, guint wanted, PictureFacts *facts)
{
	size_t at = 0;

	/* They count from 1. A file of many is no photo. */
	if (wanted > 512)
		return;
	for (guint i = 1; i <= wanted && at + 8 <= container->length; i++) {
		const guint8 *p = container->bytes + at;
		guint64 size = big32(p);

		if (size < 8 || size > container->length - at)
			return;
		at += size;
		if (i != wanted)
			continue;
		if (memcmp(p + 4, "ispe", 4) == 0 && size >= 20) {
			facts->width = (gint64)big32(p + 12);
			facts->height = (gint64)big32(p + 16);
		} else if (memcmp(p + 4, "irot", 4) == 0 && size >= 9 && (p[8] & 1) != 0) {
			facts->orientation = 6; /* a quarter: only that sides change matters */
		}
		return;
	}
}

/* ipma: for each item the numbers of its properties. */
static void
take_properties(const Box *properties, const Box *container, guint64 item, PictureFacts *facts)
{
	Box box;
	guint8 version, flags;
	size_t at = 4;

	if (!next_full_box(properties, "ipma", &box, &version, &flags) || box.length < 4)
		return;
	for (guint64 n = MIN(big32(box.bytes), 4096); n > 0; n--) {
		size_t id_size = version == 0 ? 2 : 4, each = (flags & 1) != 0 ? 2 : 1;
		const guint8 *p = box.bytes + at;
		guint count;

		if (at + id_size + 1 > box.length)
			return;
		count = p[id_size];
		at += id_size + 1 + count * each;
		if (at > box.length)
			return;
		if ((version == 0 ? (guint64)big16(p) : big32(p)) != item)
			continue;
		for (p += id_size + 1; count > 0; count--, p += each)
			take_property(container,
				each == 2 ? (guint)big16(p) & 0x7fff : p[0] & 0x7fU, facts);
		return;
	}
}

/* Without a word about which item is shown it is the largest of tiles and previews. */
static void
take_largest(const Box *container, PictureFacts *facts)
{
	size_t at = 0;
	Box extent;

	while (next_box(container, &at, "ispe", &extent)) {
		gint64 width, height;

		if (extent.length < 12)
			continue;
		width = (gint64)big32(extent.bytes + 4);
		height = (gint64)big32(extent.bytes + 8);
		if (width > facts->width) {
			facts->width = width;
			facts->height = height;
		}
	}
}

static bool
heif_look(const guint8 *bytes, size_t length, PictureFacts *facts)
{
	const Box file = {bytes, length};
	Box meta, properties, container;
	size_t at_properties = 0, at_container = 0;
	guint8 version, flags;

	if (!next_full_box(&file, "meta", &meta, &version, &flags) ||
		!next_box(&meta, &at_properties, "iprp", &properties) ||
		!next_box(&properties, &at_container, "ipco", &container))
		return false;
	take_properties(&properties, &container, primary_item(&meta), facts);
	if (facts->width == 0)
		take_largest(&container, facts);
	return facts->width > 0;
}

/* --- all of them
 * --------------------------------------------------------------------------------------------- */

/* Sides change places when the picture lies on its side. */
static void
tell(PictureFacts *facts, Attachment *attachment)
{
	bool lies = facts->orientation >= 5 && facts->orientation <= 8;
	g_autofree char *caption = picture_caption(facts);
	g_autofree char *credit = picture_credit(facts);

	attachment->width = lies ? facts->height : facts->width;
	attachment->height = lies ? facts->width : facts->height;
	record_set(&attachment->caption, caption);
	record_set(&attachment->credit, credit);
	picture_facts_clear(facts);
}

static bool
is_tiff(const guint8 *bytes, size_t length)
{
	return length >= 8 && (memcmp(bytes, "II*\0", 4) == 0 || memcmp(bytes, "MM\0*", 4) == 0);
}

static bool
look(const guint8 *bytes, size_t length, PictureFacts *facts)
{
	if (bytes[0] == 0xff && bytes[1] == 0xd8)
		return jpeg_look(bytes, length, facts);
	if (length >= 24 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
		return png_look(bytes, length, facts);
	if (memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0)
		return webp_look(bytes, length, facts);
	if (memcmp(bytes + 4, "ftyp", 4) == 0)
		return heif_look(bytes, length, facts);
	if (is_tiff(bytes, length)) {
		picture_read_tiff((Bytes){bytes, length}, facts);
		return facts->width > 0;
	}
	if (memcmp(bytes, "GIF8", 4) == 0) {
		facts->width = little16(bytes + 6);
		facts->height = little16(bytes + 8);
	} else if (memcmp(bytes, "BM", 2) == 0 && length >= 26) {
		gint32 height = (gint32)(guint32)little32(bytes + 22);

		/* Rows from above have a negative height. */
		facts->width = (gint64)little32(bytes + 18);
		facts->height = ABS((gint64)height);
	}
	return true;
}

bool
mime_picture_look(const guint8 *bytes, size_t length, Attachment *attachment)
{
	PictureFacts facts = {.width = 0};
	bool done;

	if (length < 16)
		return false;
	done = look(bytes, length, &facts);
	tell(&facts, attachment);
	return done;
}

size_t
mime_tiff_directory(const guint8 *bytes, size_t length)
{
	if (!is_tiff(bytes, length))
		return 0;
	return *bytes == 'M' ? big32(bytes + 4) : little32(bytes + 4);
}

void
mime_tiff_look(const guint8 *head, const guint8 *directory, size_t length, size_t offset,
	Attachment *attachment)
{
	PictureFacts facts = {.width = 0};

	picture_read_directory((Bytes){directory, length}, offset, *head == 'M', &facts);
	tell(&facts, attachment);
}
