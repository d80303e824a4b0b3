/* picture: what may be published of a photo, and what may not. The pictures are made here. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vips/vips.h>

#include "base.h"
#include "picture.h"

enum { WIDE = 600, HIGH = 400 };

static const char secret[] = "Geheime Straat 1, Hengelo";

/* Left half red, right half blue. */
static VipsImage *
two_halves(void)
{
	guint8 *pixels = g_malloc(WIDE * HIGH * 3);
	VipsImage *image, *owned;

	for (int i = 0; i < WIDE * HIGH; i++) {
		pixels[i * 3] = i % WIDE < WIDE / 2 ? 220 : 10;
		pixels[i * 3 + 1] = 20;
		pixels[i * 3 + 2] = i % WIDE < WIDE / 2 ? 10 : 220;
	}
	image = vips_image_new_from_memory_copy(
		pixels, WIDE * HIGH * 3, WIDE, HIGH, 3, VIPS_FORMAT_UCHAR);
	g_free(pixels);
	g_assert_nonnull(image);
	g_assert_cmpint(
		vips_copy(image, &owned, "interpretation", VIPS_INTERPRETATION_sRGB, NULL), ==, 0);
	g_object_unref(image);
	vips_image_set_string(owned, "exif-ifd0-ImageDescription", secret);
	vips_image_set_string(owned, "exif-ifd3-GPSLatitude", "52/1 15/1 0/1");
	vips_image_set_blob_copy(owned, "xmp-data", secret, strlen(secret));
	return owned;
}

static GBytes *
saved_as(VipsImage *image, const char *suffix)
{
	void *bytes = NULL;
	size_t length = 0;

	if (vips_image_write_to_buffer(image, suffix, &bytes, &length, NULL) != 0) {
		vips_error_clear();
		return NULL;
	}
	return g_bytes_new_take(bytes, length);
}

static GBytes *
made(const char *suffix, int orientation)
{
	VipsImage *image = two_halves();
	GBytes *bytes;

	if (orientation > 0)
		vips_image_set_int(image, "orientation", orientation);
	bytes = saved_as(image, suffix);
	g_object_unref(image);
	return bytes;
}

static GBytes *
cleaned(GBytes *bytes, const PictureLimits *limits, PictureCopy *copy, GError **error)
{
	gsize length = 0;
	const void *data = g_bytes_get_data(bytes, &length);
	fs_auto int in = fs_memfd("in", data, length, error);
	fs_auto int out = memfd_create("out", MFD_CLOEXEC);
	char *result;

	g_assert_true(in >= 0 && out >= 0);
	if (!picture_clean(in, limits, out, copy, error))
		return NULL;
	result = fs_pread_all(out, 64 << 20, &length, error);
	g_assert_nonnull(result);
	g_assert_cmpint((gint64)length, ==, copy->size);
	return g_bytes_new_take(result, length);
}

static bool
holds(GBytes *bytes, const char *text)
{
	return memmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), text, strlen(text)) !=
	       NULL;
}

/* The segments of a JPEG before its pixels: only what decoding needs, and nothing behind its end.
 */
static void
assert_bare(GBytes *bytes)
{
	gsize length = 0;
	const guint8 *p = g_bytes_get_data(bytes, &length);
	gsize i = 2;

	g_assert_cmpmem(p, 2, "\xff\xd8", 2);
	while (i + 4 < length && p[i + 1] != 0xda) {
		g_assert_cmpint(p[i], ==, 0xff);
		if (p[i + 1] == 0xe0)
			g_assert_cmpmem(p + i + 4, 5, "JFIF", 5);
		else
			g_assert_false((p[i + 1] > 0xe0 && p[i + 1] <= 0xef) || p[i + 1] == 0xfe);
		i += 2 + (gsize)(p[i + 2] << 8 | p[i + 3]);
	}
	g_assert_cmpmem(p + length - 2, 2, "\xff\xd9", 2);
	g_assert_false(holds(bytes, secret));
}

static void
assert_colour(GBytes *bytes, double x, double y, bool red)
{
	VipsImage *image = vips_image_new_from_buffer(
		g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "", NULL);
	double *point = NULL;
	int n = 0;

	g_assert_nonnull(image);
	g_assert_cmpint(vips_getpoint(image, &point, &n, (int)(x * vips_image_get_width(image)),
				(int)(y * vips_image_get_height(image)), NULL),
		==, 0);
	g_assert_cmpint(n, ==, 3);
	if (red)
		g_assert_cmpfloat(point[0], >, point[2] + 100);
	else
		g_assert_cmpfloat(point[2], >, point[0] + 100);
	g_free(point);
	g_object_unref(image);
}

static void
test_every_format_becomes_a_bare_jpeg(void)
{
	static const char *const suffixes[] = {
		".jpg", ".png", ".webp", ".tif", ".heic", ".avif", ".gif"};
	const PictureLimits limits = {.width = 300};
	int tried = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autoptr(GBytes) bytes = made(suffixes[i], 0);
		g_autoptr(GBytes) jpeg = NULL;
		g_autoptr(GError) error = NULL;
		PictureCopy copy;

		/* An encoder that is not installed here: the others count. */
		if (bytes == NULL) {
			g_test_message("%s cannot be written here", suffixes[i]);
			continue;
		}
		jpeg = cleaned(bytes, &limits, &copy, &error);
		g_assert_no_error(error);
		g_assert_cmpint(copy.width, ==, 300);
		g_assert_cmpint(copy.height, ==, 200);
		assert_bare(jpeg);
		assert_colour(jpeg, 0.25, 0.5, true);
		assert_colour(jpeg, 0.75, 0.5, false);
		tried++;
	}
	g_assert_cmpint(tried, >=, 5);
}

static void
test_turned_before_it_is_measured(void)
{
	/* 6: the right side of the stored picture is the bottom of the shown one. */
	g_autoptr(GBytes) bytes = made(".jpg", 6);
	const PictureLimits limits = {.width = 200};
	g_autoptr(GError) error = NULL;
	PictureCopy copy;
	g_autoptr(GBytes) jpeg = cleaned(bytes, &limits, &copy, &error);

	g_assert_no_error(error);
	g_assert_true(holds(bytes, secret));
	g_assert_cmpint(copy.width, ==, 200);
	g_assert_cmpint(copy.height, ==, 300);
	assert_bare(jpeg);
	assert_colour(jpeg, 0.5, 0.25, true);
	assert_colour(jpeg, 0.5, 0.75, false);
}

static void
test_never_enlarged(void)
{
	g_autoptr(GBytes) bytes = made(".png", 0);
	const PictureLimits limits = {.width = 1600};
	const PictureLimits none = {.width = 0};
	g_autoptr(GError) error = NULL;
	PictureCopy copy;
	g_autoptr(GBytes) jpeg = cleaned(bytes, &limits, &copy, &error);
	g_autoptr(GBytes) same = cleaned(bytes, &none, &copy, &error);

	g_assert_no_error(error);
	g_assert_nonnull(jpeg);
	g_assert_nonnull(same);
	g_assert_cmpint(copy.width, ==, WIDE);
}

static void
test_what_lies_behind_is_gone(void)
{
	g_autoptr(GBytes) bytes = made(".jpg", 0);
	g_autoptr(GByteArray) more = g_byte_array_new();
	g_autoptr(GBytes) longer = NULL;
	const PictureLimits limits = {.width = 300};
	g_autoptr(GError) error = NULL;
	PictureCopy copy;
	g_autoptr(GBytes) jpeg = NULL;

	g_byte_array_append(more, g_bytes_get_data(bytes, NULL), (guint)g_bytes_get_size(bytes));
	g_byte_array_append(more, (const guint8 *)"PK\3\4 payload", 12);
	longer = g_byte_array_free_to_bytes(g_steal_pointer(&more));
	jpeg = cleaned(longer, &limits, &copy, &error);
	g_assert_no_error(error);
	g_assert_false(holds(jpeg, "payload"));
	assert_bare(jpeg);
}

static void
test_see_through_is_white(void)
{
	VipsImage *image, *clear;
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GBytes) jpeg = NULL;
	const PictureLimits limits = {.width = 100};
	g_autoptr(GError) error = NULL;
	PictureCopy copy;
	double *point = NULL;
	int n = 0;

	g_assert_cmpint(vips_black(&image, 100, 100, "bands", 4, NULL), ==, 0);
	g_assert_cmpint(
		vips_copy(image, &clear, "interpretation", VIPS_INTERPRETATION_sRGB, NULL), ==, 0);
	bytes = saved_as(clear, ".png");
	g_object_unref(clear);
	g_object_unref(image);
	jpeg = cleaned(bytes, &limits, &copy, &error);
	g_assert_no_error(error);
	image = vips_image_new_from_buffer(
		g_bytes_get_data(jpeg, NULL), g_bytes_get_size(jpeg), "", NULL);
	g_assert_cmpint(vips_getpoint(image, &point, &n, 50, 50, NULL), ==, 0);
	g_assert_cmpfloat(point[0], >, 250);
	g_free(point);
	g_object_unref(image);
}

static void
assert_refused(const void *data, gsize length, const PictureLimits *limits)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, length);
	g_autoptr(GError) error = NULL;
	PictureCopy copy;

	g_assert_null(cleaned(bytes, limits, &copy, &error));
	g_assert_true(nieuws_error_is(error, NIEUWS_MESSAGE));
}

/* A PNG that says 50,000 by 50,000: refused by its header. The checksum of the header is right. */
static void
test_too_many_pixels(void)
{
	static const guint8 huge[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I',
		'H', 'D', 'R', 0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50, 8, 2, 0, 0, 0, 0, 0, 0, 0};
	const PictureLimits small = {.pixels = WIDE * HIGH - 1};
	const PictureLimits few = {.bytes = 100};
	g_autoptr(GBytes) bytes = made(".png", 0);

	assert_refused(huge, sizeof huge, &(const PictureLimits){.width = 100});
	assert_refused(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), &small);
	assert_refused(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), &few);
}

static void
test_what_is_no_photo(void)
{
	static const char *const others[] = {
		"<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>",
		"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n", "P6 2 2 255\n............",
		"#define x_width 8\n#define x_height 1\nstatic char x_bits[] = {0};\n",
		"push graphic-context\nviewbox 0 0 1 1\n", "GIF89a", "\xff\xd8\xff\xe0"};
	const PictureLimits limits = {.width = 100};

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		assert_refused(others[i], strlen(others[i]), &limits);
}

/* Every kind, cut and spoilt in many places: an error or a picture, never a crash. */
static void
test_damaged(void)
{
	static const char *const suffixes[] = {".jpg", ".png", ".webp", ".tif", ".heic", ".gif"};
	const PictureLimits limits = {.width = 64};

	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autoptr(GBytes) bytes = made(suffixes[i], 0);
		gsize length = bytes != NULL ? g_bytes_get_size(bytes) : 0;

		for (guint step = 1; length > 0 && step < 12; step++) {
			g_autofree guint8 *spoilt =
				g_memdup2(g_bytes_get_data(bytes, NULL), length);
			gsize most = length * step / 12;
			g_autoptr(GBytes) cut = NULL;
			g_autoptr(GBytes) jpeg = NULL;
			PictureCopy copy;

			for (gsize at = step; at < most; at += length / 7 + 13)
				spoilt[at] ^= (guint8)(0x11 * step);
			cut = g_bytes_new(spoilt, most);
			jpeg = cleaned(cut, &limits, &copy, NULL);
			if (jpeg != NULL)
				assert_bare(jpeg);
		}
	}
}

/* The page would show grey where the rest is missing. */
static void
test_half_is_none(void)
{
	static const char *const suffixes[] = {".jpg", ".png", ".webp", ".tif", ".heic", ".gif"};
	const PictureLimits limits = {.width = 64};

	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autoptr(GBytes) bytes = made(suffixes[i], 0);
		g_autoptr(GBytes) half = NULL;
		g_autoptr(GBytes) jpeg = NULL;
		g_autoptr(GError) error = NULL;
		PictureCopy copy;

		if (bytes == NULL)
			continue;
		half = g_bytes_new_from_bytes(bytes, 0, g_bytes_get_size(bytes) * 2 / 3);
		jpeg = cleaned(half, &limits, &copy, &error);
		if (jpeg != NULL)
			g_test_message("%s", suffixes[i]);
		g_assert_null(jpeg);
		g_assert_error(error, NIEUWS_ERROR, NIEUWS_MESSAGE);
	}
}

/* Red, green and blue for a screen, never larger than was asked for, and exactly as many bytes. */
static void
test_pixels(void)
{
	const PictureLimits limits = {.width = 100, .height = 50};
	const PictureLimits wide = {.width = 2000, .height = 2000};
	g_autoptr(GBytes) bytes = made(".jpg", 6);
	gsize length = 0;
	const void *data = g_bytes_get_data(bytes, &length);
	g_autoptr(GError) error = NULL;
	fs_auto int in = fs_memfd("in", data, length, &error);
	fs_auto int out = memfd_create("out", MFD_CLOEXEC);
	fs_auto int large = memfd_create("large", MFD_CLOEXEC);
	PictureCopy copy = {0};
	g_autofree guint8 *pixels = NULL;

	g_assert_true(picture_pixels(in, &limits, out, &copy, &error));
	/* Turned: higher than wide, so the height decides. */
	g_assert_cmpint(copy.height, ==, 50);
	g_assert_cmpint(copy.width, ==, 33);
	pixels = (guint8 *)fs_pread_all(out, 1 << 20, &length, &error);
	g_assert_cmpint((gint64)length, ==, 3LL * copy.width * copy.height);
	g_assert_cmpint((gint64)length, ==, copy.size);
	/* Left is on top now. */
	g_assert_cmpint(pixels[3 * 16], >, pixels[3 * 16 + 2] + 100);
	g_assert_cmpint(pixels[length - 3 * 16 + 2 - 3], >, pixels[length - 3 * 16 - 3] + 100);
	g_assert_true(picture_pixels(in, &wide, large, &copy, &error));
	g_assert_cmpint(copy.height, ==, WIDE);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	if (!picture_start(NULL))
		return 1;
	g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
	g_test_add_func("/picture/formats", test_every_format_becomes_a_bare_jpeg);
	g_test_add_func("/picture/turned", test_turned_before_it_is_measured);
	g_test_add_func("/picture/never-enlarged", test_never_enlarged);
	g_test_add_func("/picture/payload", test_what_lies_behind_is_gone);
	g_test_add_func("/picture/transparent", test_see_through_is_white);
	g_test_add_func("/picture/too-many-pixels", test_too_many_pixels);
	g_test_add_func("/picture/no-photo", test_what_is_no_photo);
	g_test_add_func("/picture/damaged", test_damaged);
	g_test_add_func("/picture/half", test_half_is_none);
	g_test_add_func("/picture/pixels", test_pixels);
	return g_test_run();
}
