/* picture: a photo as it came in to the copy that may be published. Uses base, libvips.
 *
 * The bytes are hostile and the decoders are large: this runs in a sealed process that ends after
 * one picture. Only the decoders of the formats named below can be reached; all others of libvips
 * are switched off, whatever the bytes say they are.
 */
#pragma once

#include "base.h"

typedef struct {
	gint64 bytes; /* of the file; larger ones are refused; 0: 64 MiB */
	gint64 pixels; /* width times height, by the header alone; 0: 60 million */
	int width; /* of the copy at most; smaller pictures are never enlarged; 0: as it is */
	int height; /* the same; 0: as it is */
	int quality; /* of the JPEG, 1 to 100; 0: 85 */
} PictureLimits;

typedef struct {
	gint64 size; /* bytes */
	int width, height; /* as shown */
} PictureCopy;

/* Loads libvips and closes the doors to its other decoders. Once, before the process is sealed;
 * after it no call here opens a file. One picture is worked on by one thread. */
bool picture_start(GError **error);

/* Reads JPEG, PNG, WebP, TIFF, HEIF, AVIF or GIF (first frame) from `in` and writes a JPEG to
 * `out`: turned as EXIF orientation says (CIPA DC-008, tag 0x0112), in sRGB, transparent places
 * white, without EXIF, GPS, XMP, IPTC, profile, comments or anything behind the picture. Both
 * descriptors stay the caller's; `in` is read from its start, `out` is written where it stands.
 * Memory: the bytes of the file and at most 8 bytes a pixel.
 * NIEUWS_MESSAGE with a sentence for an editor when it is no such picture, damaged or too large. */
bool picture_clean(
	int in, const PictureLimits *limits, int out, PictureCopy *ret_copy, GError **error);

/* The same picture for a screen: 3 * width * height bytes of sRGB, row by row from the top, no
 * head. */
bool picture_pixels(
	int in, const PictureLimits *limits, int out, PictureCopy *ret_copy, GError **error);
