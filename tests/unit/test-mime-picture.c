/* mime: what a picture says of itself. Each picture here is put together byte by byte. */
#include <glib.h>
#include <string.h>

#include "base.h"
#include "mime.h"

static const MimeLimits limits = {1 << 20, 2000, 1000, 50, 4 << 20, 500};

typedef GByteArray Bytes;

static void
add(Bytes *to, const void *bytes, size_t length)
{
	g_byte_array_append(to, bytes, (guint)length);
}

static void
add16(Bytes *to, guint value)
{
	add(to, (guint8[]){(guint8)(value >> 8), (guint8)value}, 2);
}

static void
add32(Bytes *to, guint32 value)
{
	add16(to, value >> 16);
	add16(to, value & 0xffff);
}

static void
add_zeros(Bytes *to, guint n)
{
	guint from = to->len;

	g_byte_array_set_size(to, from + n);
	memset(to->data + from, 0, n);
}

/* The file as the only part of a mail; asks what the reader says of it. To record_free. */
static Attachment *
seen(const Bytes *file, const char *type, const char *name)
{
	g_autofree char *encoded = g_base64_encode(file->data, file->len);
	g_autofree char *text = g_strdup_printf("From: a@example.nl\nContent-Type: %s; name=%s\n"
						"Content-Transfer-Encoding: base64\n\n%s\n",
		type, name, encoded);
	g_autoptr(GError) error = NULL;
	g_autoptr(MimeMail) mail = mime_read(text, strlen(text), &limits, &error);

	g_assert_no_error(error);
	g_assert_cmpint(mime_message(mail)->attachments->len, ==, 1);
	return record_copy(&attachment_type, mime_message(mail)->attachments->pdata[0]);
}

static void
assert_size(const Bytes *file, gint64 width, gint64 height)
{
	Attachment *a = seen(file, "application/octet-stream", "bestand.bin");

	g_assert_cmpint(a->width, ==, width);
	g_assert_cmpint(a->height, ==, height);
	g_assert_cmpint(a->role, ==, ROLE_PHOTO);
	record_free(&attachment_type, a);
}

static void
assert_words(const Bytes *file, const char *caption, const char *credit)
{
	Attachment *a = seen(file, "image/jpeg", "foto.jpg");

	g_assert_cmpstr(a->caption, ==, caption);
	g_assert_cmpstr(a->credit, ==, credit);
	record_free(&attachment_type, a);
}

/* --- JPEG */

static void
add_segment(Bytes *jpeg, guint8 marker, const Bytes *content)
{
	add(jpeg, (guint8[]){0xff, marker}, 2);
	add16(jpeg, content->len + 2);
	add(jpeg, content->data, content->len);
}

static Bytes *
jpeg_with(guint8 marker, const Bytes *content, guint width, guint height)
{
	Bytes *jpeg = g_byte_array_new();

	add(jpeg, "\xff\xd8", 2);
	if (content != NULL)
		add_segment(jpeg, marker, content);
	add(jpeg, "\xff\xc0\0\x11\x08", 5);
	add16(jpeg, height);
	add16(jpeg, width);
	add_zeros(jpeg, 64);
	return jpeg;
}

/* An Exif segment with one word in it and one text. */
static Bytes *
exif(guint orientation, guint tag, const char *text)
{
	Bytes *all = g_byte_array_new();

	add(all, "Exif\0", 6);
	add(all, "MM\0*", 4);
	add32(all, 8);
	add16(all, 2);
	add16(all, 0x0112);
	add16(all, 3);
	add32(all, 1);
	add16(all, orientation);
	add16(all, 0);
	add16(all, tag);
	add16(all, 2);
	add32(all, (guint32)strlen(text) + 1);
	add32(all, 38);
	add32(all, 0);
	add(all, text, strlen(text) + 1);
	return all;
}

static Bytes *
xmp_segment(const char *rdf)
{
	Bytes *all = g_byte_array_new();
	g_autofree char *text = g_strdup_printf(
		"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF>%s</rdf:RDF></x:xmpmeta>", rdf);

	add(all, "http://ns.adobe.com/xap/1.0/", 29);
	add(all, text, strlen(text));
	return all;
}

static void
add_dataset(Bytes *iim, guint8 dataset, const char *text)
{
	add(iim, (guint8[]){0x1c, 2, dataset}, 3);
	add16(iim, (guint)strlen(text));
	add(iim, text, strlen(text));
}

static Bytes *
photoshop(const Bytes *iim)
{
	Bytes *all = g_byte_array_new();

	add(all, "Photoshop 3.0", 14);
	/* Another resource first, of an odd size. */
	add(all, "8BIM\x04\x0a\0\0\0\0\0\1x\0", 14);
	add(all, "8BIM\x04\x04\0\0", 8);
	add32(all, iim->len);
	add(all, iim->data, iim->len);
	return all;
}

static void
test_lying_jpeg_is_measured_as_shown(void)
{
	g_autoptr(GByteArray) upright = exif(1, 0x010e, "x");
	g_autoptr(GByteArray) lying = exif(6, 0x010e, "x");
	g_autoptr(GByteArray) a = jpeg_with(0xe1, upright, 3000, 2000);
	g_autoptr(GByteArray) b = jpeg_with(0xe1, lying, 3000, 2000);

	assert_size(a, 3000, 2000);
	assert_size(b, 2000, 3000);
}

static void
test_exif_words(void)
{
	g_autoptr(GByteArray) words = exif(1, 0x010e, "De brug bij het invaren van de sluis");
	g_autoptr(GByteArray) camera = exif(1, 0x010e, "OLYMPUS DIGITAL CAMERA");
	g_autoptr(GByteArray) artist = exif(1, 0x013b, "Merel Bruins");
	g_autoptr(GByteArray) rights = exif(1, 0x8298, "(c) Studio De Zwaan");
	g_autoptr(GByteArray) a = jpeg_with(0xe1, words, 10, 10);
	g_autoptr(GByteArray) b = jpeg_with(0xe1, camera, 10, 10);
	g_autoptr(GByteArray) c = jpeg_with(0xe1, artist, 10, 10);
	g_autoptr(GByteArray) d = jpeg_with(0xe1, rights, 10, 10);

	assert_words(a, "De brug bij het invaren van de sluis", "");
	assert_words(b, "", "");
	assert_words(c, "", "Merel Bruins");
	assert_words(d, "", "(c) Studio De Zwaan");
}

static void
test_iptc_words(void)
{
	g_autoptr(GByteArray) iim = g_byte_array_new();
	g_autoptr(GByteArray) segment = NULL;
	g_autoptr(GByteArray) jpeg = NULL;

	add_dataset(iim, 120, "Caf\xe9 De Zon na de brand");
	add_dataset(iim, 80, "Merel Bruins");
	add_dataset(iim, 110, "Persbureau Oost");
	segment = photoshop(iim);
	jpeg = jpeg_with(0xed, segment, 10, 10);
	assert_words(jpeg, "Café De Zon na de brand", "Merel Bruins / Persbureau Oost");
}

static void
test_xmp_words(void)
{
	g_autoptr(GByteArray) lists = xmp_segment(
		"<rdf:Description photoshop:Credit=\"Foto Bruins &amp; Zn\">"
		"<dc:creator><rdf:Seq><rdf:li>Bruins</rdf:li></rdf:Seq></dc:creator>"
		"<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">Opening &#x201c;De "
		"Hal&#8221;\n in Goor</rdf:li></rdf:Alt></dc:description></rdf:Description>");
	g_autoptr(GByteArray) a = jpeg_with(0xe1, lists, 10, 10);

	assert_words(a, "Opening “De Hal” in Goor", "Foto Bruins & Zn");
}

/* --- the others */

static void
add_chunk(Bytes *png, const char *name, const void *bytes, size_t length)
{
	add32(png, (guint32)length);
	add(png, name, 4);
	add(png, bytes, length);
	add32(png, 0);
}

static void
test_png(void)
{
	static const char words[] =
		"XML:com.adobe.xmp\0\0\0\0\0<dc:rights>Gemeente Oost</dc:rights>";
	g_autoptr(GByteArray) png = g_byte_array_new();

	add(png, "\x89PNG\r\n\x1a\n", 8);
	add_chunk(png, "IHDR", "\0\0\6\x40\0\0\4\xb0\x08\2\0\0\0", 13);
	add_chunk(png, "iTXt", words, sizeof words - 1);
	add_chunk(png, "IDAT", words, 4);
	assert_size(png, 1600, 1200);
	assert_words(png, "", "Gemeente Oost");
}

static void
test_gif_and_bmp(void)
{
	g_autoptr(GByteArray) gif = g_byte_array_new();
	g_autoptr(GByteArray) bmp = g_byte_array_new();

	add(gif, "GIF89a\x40\1\xf0\0\0\0\0", 13);
	add_zeros(gif, 40);
	assert_size(gif, 320, 240);
	add(bmp, "BM\x9a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", 18);
	add(bmp, "\x20\3\0\0\xa8\xfd\xff\xff\1\0\x18\0\0\0\0\0", 16);
	add_zeros(bmp, 100);
	assert_size(bmp, 800, 600);
}

/* Little-endian, its directory in front or far behind the pixels. */
static Bytes *
tiff(guint32 directory)
{
	Bytes *all = g_byte_array_new();
	static const guint8 entries[] = {3, 0, 0, 1, 3, 0, 1, 0, 0, 0, 0xd0, 7, 0, 0, 1, 1, 4, 0, 1,
		0, 0, 0, 0xdc, 5, 0, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0};

	add(all, "II*\0", 4);
	add(all,
		(guint8[]){(guint8)directory, (guint8)(directory >> 8), (guint8)(directory >> 16),
			(guint8)(directory >> 24)},
		4);
	add_zeros(all, directory - 8);
	add(all, entries, sizeof entries);
	add_zeros(all, 50);
	return all;
}

static void
test_tiff(void)
{
	g_autoptr(GByteArray) near = tiff(8);
	g_autoptr(GByteArray) far = tiff(900000);

	assert_size(near, 1500, 2000);
	assert_size(far, 1500, 2000);
}

static void
add_box(Bytes *to, const char *name, const Bytes *content)
{
	add32(to, content->len + 8);
	add(to, name, 4);
	add(to, content->data, content->len);
}

/* A telephone's HEIC: tiles, a preview, and the whole that lies on its side. */
static Bytes *
heic(void)
{
	Bytes *file = g_byte_array_new();
	g_autoptr(GByteArray) container = g_byte_array_new();
	g_autoptr(GByteArray) properties = g_byte_array_new();
	g_autoptr(GByteArray) meta = g_byte_array_new();

	add(file,
		"\0\0\0\x18"
		"ftypheic\0\0\0\0mif1heic",
		24);
	add(container, "\0\0\0\x14ispe\0\0\0\0\0\0\x10\0\0\0\x10\0", 20); /* 4096 x 4096 */
	add(container, "\0\0\0\x14ispe\0\0\0\0\0\0\x0f\xc0\0\0\x0b\xd0", 20); /* 4032 x 3024 */
	add(container, "\0\0\0\x09irot\1", 9);
	add_box(properties, "ipco", container);
	add(properties, "\0\0\0\x1aipma\0\0\0\0\0\0\0\2\0\1\1\x81\0\7\2\x82\x83", 25);
	properties->data[properties->len - 25 + 3] = 25;
	add(meta, "\0\0\0\0\0\0\0\x0epitm\0\0\0\0\0\7", 18);
	add_box(meta, "iprp", properties);
	add_box(file, "meta", meta);
	return file;
}

static void
test_heic(void)
{
	g_autoptr(GByteArray) file = heic();

	assert_size(file, 3024, 4032);
}

static void
test_webp(void)
{
	g_autoptr(GByteArray) webp = g_byte_array_new();
	g_autoptr(GByteArray) words = exif(6, 0x013b, "Merel Bruins");

	add(webp, "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x08\0\0\0\x7f\7\0\x37\4\0", 30);
	add(webp, "EXIF", 4);
	add(webp, (guint8[]){(guint8)words->len, 0, 0, 0}, 4);
	add(webp, words->data, words->len);
	assert_size(webp, 1080, 1920);
	assert_words(webp, "", "Merel Bruins");
}

/* --- hostile */

static void
spoil(const Bytes *good, guint32 seed)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);
	g_autoptr(GByteArray) bad = g_byte_array_new();
	Attachment *a;

	add(bad, good->data, good->len);
	for (int i = 0; i < 6; i++)
		bad->data[g_rand_int_range(random, 2, (gint32)bad->len)] =
			(guint8)g_rand_int_range(random, 0, 256);
	g_byte_array_set_size(bad, (guint)g_rand_int_range(random, 1, (gint32)bad->len));
	a = seen(bad, "image/jpeg", "foto.jpg");
	g_assert_true(g_utf8_validate(a->caption, -1, NULL));
	g_assert_true(g_utf8_validate(a->credit, -1, NULL));
	g_assert_cmpint(a->width, >=, 0);
	g_assert_cmpint(a->height, >=, 0);
	record_free(&attachment_type, a);
}

static void
test_spoilt(void)
{
	g_autoptr(GByteArray) words = exif(6, 0x010e, "De brug bij de sluis");
	g_autoptr(GByteArray) xmp = xmp_segment("<dc:creator><rdf:li>&#233;</rdf:li></dc:creator>");
	g_autoptr(GByteArray) iim = g_byte_array_new();
	g_autoptr(GByteArray) segment = NULL;
	GByteArray *files[5];

	add_dataset(iim, 120, "De brug bij de sluis");
	segment = photoshop(iim);
	files[0] = jpeg_with(0xe1, words, 300, 200);
	files[1] = jpeg_with(0xe1, xmp, 300, 200);
	files[2] = jpeg_with(0xed, segment, 300, 200);
	files[3] = heic();
	files[4] = tiff(8);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		for (guint32 seed = 0; seed < 2000; seed++)
			spoil(files[i], seed);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		g_byte_array_unref(files[i]);
}

/* A directory that says it has 65,535 entries, each pointing to itself. */
static void
test_lying_counts(void)
{
	g_autoptr(GByteArray) words = exif(6, 0x010e, "x");
	g_autoptr(GByteArray) jpeg = NULL;

	words->data[14] = 0xff;
	words->data[15] = 0xff;
	memset(words->data + 32, 0xff, 8);
	jpeg = jpeg_with(0xe1, words, 300, 200);
	assert_size(jpeg, 200, 300);
	assert_words(jpeg, "", "");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	if (!mime_start(NULL))
		return 1;
	g_test_add_func("/mime/picture/turned", test_lying_jpeg_is_measured_as_shown);
	g_test_add_func("/mime/picture/exif", test_exif_words);
	g_test_add_func("/mime/picture/iptc", test_iptc_words);
	g_test_add_func("/mime/picture/xmp", test_xmp_words);
	g_test_add_func("/mime/picture/png", test_png);
	g_test_add_func("/mime/picture/gif-bmp", test_gif_and_bmp);
	g_test_add_func("/mime/picture/tiff", test_tiff);
	g_test_add_func("/mime/picture/heic", test_heic);
	g_test_add_func("/mime/picture/webp", test_webp);
	g_test_add_func("/mime/picture/spoilt", test_spoilt);
	g_test_add_func("/mime/picture/lying-counts", test_lying_counts);
	return g_test_run();
}
