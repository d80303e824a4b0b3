/* One photo, decoded, turned, made smaller and written anew: nothing of its metadata is copied. */
#include "picture.h"

#include <string.h>
#include <sys/stat.h>
#include <vips/vips.h>

enum {
	BYTES_MOST = 64 << 20,
	PIXELS_MOST = 60 * 1000 * 1000,
	SIDE_MOST = 65500, /* libjpeg writes no longer side */
	QUALITY = 85,
};

typedef VipsImage Picture;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, g_object_unref)

/* What newsrooms are sent. Everything else that libvips can read (PDF, SVG, ImageMagick, ...)
 * stays closed. */
static const char *const open_doors[] = {"VipsForeignLoadJpeg", "VipsForeignLoadPng",
	"VipsForeignLoadWebp", "VipsForeignLoadTiff", "VipsForeignLoadHeif", "VipsForeignLoadNsgif",
	NULL};

/* What is wrong with a picture is said once, in the error. */
static void
say_nothing(G_GNUC_UNUSED const char *domain, G_GNUC_UNUSED GLogLevelFlags level,
	G_GNUC_UNUSED const char *message, G_GNUC_UNUSED gpointer data)
{
}

bool
picture_start(GError **error)
{
	g_log_set_handler("VIPS",
		G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG,
		say_nothing, NULL);
	/* A picture too large for memory would go to a file in /tmp: we have neither. */
	g_setenv("VIPS_DISC_THRESHOLD", "4g", TRUE);
	/* Orc compiles while it runs; a sealed process has no memory that is both written and run.
	 */
	g_setenv("VIPS_NOVECTOR", "1", TRUE);
	if (VIPS_INIT("nieuws") != 0)
		return nieuws_fail(
			error, NIEUWS_INTERNAL, "libvips does not start: %s", vips_error_buffer());
	vips_block_untrusted_set(TRUE);
	vips_operation_block_set("VipsForeignLoad", TRUE);
	for (const char *const *door = open_doors; *door != NULL; door++)
		vips_operation_block_set(*door, FALSE);
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	vips_leak_set(FALSE);
	return true;
}

/* libvips says what went wrong in several lines, some of them for programmers. */
static bool
fail_vips(GError **error, const char *what)
{
	g_autofree char *all = g_strdup(vips_error_buffer());
	char *end = strchr(all, '\n');

	vips_error_clear();
	if (end != NULL)
		*end = '\0';
	return nieuws_fail(error, NIEUWS_MESSAGE, *all != '\0' ? "%s (%s)." : "%s%s.", what, all);
}

static bool
check_size(const Picture *picture, gint64 most, GError **error)
{
	gint64 width = vips_image_get_width(picture);
	gint64 height = vips_image_get_page_height((VipsImage *)(guintptr)picture);

	return width * height <= most ||
	       nieuws_fail(error, NIEUWS_MESSAGE,
		       "The picture has %" G_GINT64_FORMAT " megapixels: more than the limit.",
		       width * height / 1000000);
}

/* libvips asks whether a decoder is blocked only after the decoder has had a first look: it must
 * not come so far. */
static bool
is_photo(const char *bytes, size_t length)
{
	static const struct {
		const char *magic;
		size_t length, at;
	} known[] = {{"\xff\xd8\xff", 3, 0}, {"\x89PNG\r\n\x1a\n", 8, 0}, {"WEBP", 4, 8},
		{"II*\0", 4, 0}, {"MM\0*", 4, 0}, {"ftyp", 4, 4}, {"GIF8", 4, 0}};
	const char *decoder;
	GType type;

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		if (length < 16 ||
			memcmp(bytes + known[i].at, known[i].magic, known[i].length) != 0)
			continue;
		decoder = vips_foreign_find_load_buffer(bytes, length);
		type = decoder != NULL ? g_type_from_name(decoder) : 0;
		for (const char *const *door = open_doors; type != 0 && *door != NULL; door++)
			if (g_type_is_a(type, g_type_from_name(*door)))
				return true;
	}
	return false;
}

/* Only the header is read here: a picture of a terapixel costs nothing. */
static bool
check_header(const char *bytes, size_t length, gint64 most, GError **error)
{
	g_autoptr(Picture) picture = vips_image_new_from_buffer(
		bytes, length, "", "access", VIPS_ACCESS_SEQUENTIAL, NULL);

	if (picture == NULL)
		return fail_vips(error, "It is no picture that can be read");
	return check_size(picture, most, error);
}

/* On white, eight bits, three colours or grey. */
static Picture *
as_shown(Picture *loaded)
{
	g_autoptr(Picture) space = NULL;
	Picture *flat = NULL;
	VipsInterpretation wanted = vips_image_get_bands(loaded) < 3 ? VIPS_INTERPRETATION_B_W
								     : VIPS_INTERPRETATION_sRGB;
	double white[] = {255, 255, 255};
	VipsArrayDouble *paper = vips_array_double_new(white, G_N_ELEMENTS(white));
	int failed = vips_colourspace(loaded, &space, wanted, NULL);

	if (failed == 0)
		failed = vips_image_hasalpha(space)
				 ? vips_flatten(space, &flat, "background", paper, NULL)
				 : vips_copy(space, &flat, NULL);
	vips_area_unref(VIPS_AREA(paper));
	return failed == 0 ? flat : NULL;
}

static bool
write_jpeg(Picture *picture, const PictureLimits *limits, int out, PictureCopy *ret_copy,
	GError **error)
{
	void *jpeg = NULL;
	size_t length = 0;
	bool good;

	if (vips_jpegsave_buffer(picture, &jpeg, &length, "Q",
		    limits->quality > 0 ? limits->quality : QUALITY, "strip", TRUE,
		    "optimize_coding", TRUE, NULL) != 0)
		return fail_vips(error, "The picture is damaged");
	ret_copy->size = (gint64)length;
	ret_copy->width = vips_image_get_width(picture);
	ret_copy->height = vips_image_get_height(picture);
	good = fs_write_all(out, jpeg, length, error);
	g_free(jpeg);
	return good;
}

static bool
write_pixels(Picture *picture, G_GNUC_UNUSED const PictureLimits *limits, int out,
	PictureCopy *ret_copy, GError **error)
{
	g_autoptr(Picture) colours = NULL;
	size_t length = 0;
	void *pixels;
	bool good;

	if (vips_colourspace(picture, &colours, VIPS_INTERPRETATION_sRGB, NULL) != 0)
		return fail_vips(error, "The picture is damaged");
	pixels = vips_image_write_to_memory(colours, &length);
	if (pixels == NULL)
		return fail_vips(error, "The picture is damaged");
	ret_copy->size = (gint64)length;
	ret_copy->width = vips_image_get_width(colours);
	ret_copy->height = vips_image_get_height(colours);
	good = (gint64)length == 3LL * ret_copy->width * ret_copy->height
		       ? fs_write_all(out, pixels, length, error)
		       : nieuws_fail(error, NIEUWS_MESSAGE,
				 "It is no picture of a kind that is known.");
	g_free(pixels);
	return good;
}

typedef bool (*Writer)(Picture *picture, const PictureLimits *limits, int out,
	PictureCopy *ret_copy, GError **error);

static bool
clean(char *bytes, size_t length, const PictureLimits *limits, Writer write, int out,
	PictureCopy *ret_copy, GError **error)
{
	gint64 pixels = limits->pixels > 0 ? limits->pixels : PIXELS_MOST;
	int width = limits->width > 0 ? MIN(limits->width, SIDE_MOST) : SIDE_MOST;
	int height = limits->height > 0 ? MIN(limits->height, SIDE_MOST) : SIDE_MOST;
	g_autoptr(Picture) loaded = NULL;
	g_autoptr(Picture) shown = NULL;

	if (!is_photo(bytes, length))
		return nieuws_fail(
			error, NIEUWS_MESSAGE, "It is no picture of a kind that is known.");
	if (!check_header(bytes, length, pixels, error))
		return false;
	/* Turns first and measures then; from an embedded profile to sRGB on the way. Half a
	 * picture is none: nobody would see that it goes on below. The loader is told so by its
	 * options, since libvips 8.14 forgets to hand fail_on down. */
	if (vips_thumbnail_buffer(bytes, length, &loaded, width, "height", height, "size",
		    VIPS_SIZE_DOWN, "export_profile", "srgb", "option_string", "[fail_on=error]",
		    NULL) != 0)
		return fail_vips(error, "The picture is damaged");
	shown = as_shown(loaded);
	if (shown == NULL)
		return fail_vips(error, "The picture is damaged");
	return write(shown, limits, out, ret_copy, error);
}

static bool
work(int in, const PictureLimits *limits, Writer write, int out, PictureCopy *ret_copy,
	GError **error)
{
	gint64 most = limits->bytes > 0 ? limits->bytes : BYTES_MOST;
	size_t length = 0;
	g_autofree char *bytes = NULL;
	struct stat st;

	if (fstat(in, &st) != 0 || st.st_size == 0)
		return nieuws_fail(error, NIEUWS_MESSAGE, "There is no picture.");
	if (st.st_size > most)
		return nieuws_fail(
			error, NIEUWS_MESSAGE, "The picture has more bytes than the limit.");
	bytes = fs_pread_all(in, (size_t)most, &length, error);
	return bytes != NULL && clean(bytes, length, limits, write, out, ret_copy, error);
}

bool
picture_clean(int in, const PictureLimits *limits, int out, PictureCopy *ret_copy, GError **error)
{
	return work(in, limits, write_jpeg, out, ret_copy, error);
}

bool
picture_pixels(int in, const PictureLimits *limits, int out, PictureCopy *ret_copy, GError **error)
{
	return work(in, limits, write_pixels, out, ret_copy, error);
}
