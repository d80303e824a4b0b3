/* Shared by picture.c and caption.c: reading numbers and words out of the head of a picture. */
#pragma once

#include "mime-private.h"

typedef struct {
	const guint8 *at;
	size_t length;
} Bytes;

/* Where words come from: the higher, the more likely that a person wrote them for readers. */
typedef enum { FROM_CAMERA = 1, FROM_IPTC, FROM_XMP } WordSource;

typedef enum { WORDS_CAPTION, WORDS_CREDIT, WORDS_CREATOR, WORDS_RIGHTS, WORDS_KINDS } WordKind;

typedef struct {
	gint64 width, height; /* as stored */
	int orientation; /* EXIF, 1 to 8; 0 not said */
	char *words[WORDS_KINDS]; /* NULL none */
	WordSource sources[WORDS_KINDS];
} PictureFacts;

static inline gint64
big16(const guint8 *p)
{
	return (gint64)p[0] << 8 | p[1];
}

static inline gint64
little16(const guint8 *p)
{
	return (gint64)p[1] << 8 | p[0];
}

static inline guint64
big32(const guint8 *p)
{
	return (guint64)big16(p) << 16 | (guint64)big16(p + 2);
}

static inline guint64
little32(const guint8 *p)
{
	return (guint64)little16(p + 2) << 16 | (guint64)little16(p);
}

static inline bool
bytes_begin(Bytes bytes, const char *with, size_t length)
{
	return bytes.length >= length && memcmp(bytes.at, with, length) == 0;
}

/* Behind the first n, which must be there. */
static inline Bytes
bytes_from(Bytes bytes, size_t n)
{
	return (Bytes){bytes.at + n, bytes.length - n};
}

/* TIFF 6.0, section 2: also the content of an Exif segment. */
void picture_read_tiff(Bytes tiff, PictureFacts *facts);
/* One directory (IFD) that stands at `offset` of its file; values beyond its bytes are not read. */
void picture_read_directory(Bytes part, size_t offset, bool big_endian, PictureFacts *facts);
/* XMP specification part 1: RDF in XML; only four properties, found by name. */
void picture_read_xmp(Bytes xmp, PictureFacts *facts);
/* Photoshop image resources ("8BIM"), of which 0x0404 is IPTC-IIM 4.2. */
void picture_read_photoshop(Bytes resources, PictureFacts *facts);
void picture_read_iptc(Bytes iim, PictureFacts *facts);

/* One line of who made it, from credit, creator and rights; "" when nobody says. To g_free. */
char *picture_credit(const PictureFacts *facts);
/* The caption, unless it is what cameras write. To g_free. */
char *picture_caption(const PictureFacts *facts);
void picture_facts_clear(PictureFacts *facts);
