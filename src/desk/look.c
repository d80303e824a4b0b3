/* Looking at pictures in the terminal, and handing files to programs of the editor. */
#include <chafa.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "desk-private.h"

enum {
	ROWS_USUAL = 24,
	CELL_WIDE = 10, /* pixels, where the terminal does not say */
	CELL_HIGH = 20,
	PIXELS_MOST = 2000, /* a side of what is asked for */
};

/* Where it is drawn. */
typedef struct {
	int columns, rows; /* at most */
	int cell_wide, cell_high;
	ChafaPixelMode pixels;
	ChafaCanvasMode colours;
	ChafaTermInfo *terminal;
} Easel;

bool
desk_draws(const DeskScreen *screen)
{
	return !screen->json && (isatty(STDOUT_FILENO) || g_getenv("NIEUWS_PAGER_COLOUR") != NULL);
}

/* A pager passes colours on, but no pictures. */
static void
choose_modes(const DeskScreen *screen, Easel *easel)
{
	g_auto(GStrv) environment = g_get_environ();
	const ChafaTermInfo *terminal;

	easel->terminal = chafa_term_db_detect(chafa_term_db_get_default(), environment);
	terminal = easel->terminal;
	easel->pixels = CHAFA_PIXEL_MODE_SYMBOLS;
	easel->colours = CHAFA_CANVAS_MODE_FGBG;
	if (!screen->colour)
		return;
	if (chafa_term_info_have_seq(terminal, CHAFA_TERM_SEQ_SET_COLOR_FGBG_DIRECT))
		easel->colours = CHAFA_CANVAS_MODE_TRUECOLOR;
	else if (chafa_term_info_have_seq(terminal, CHAFA_TERM_SEQ_SET_COLOR_FGBG_256))
		easel->colours = CHAFA_CANVAS_MODE_INDEXED_240;
	else if (chafa_term_info_have_seq(terminal, CHAFA_TERM_SEQ_SET_COLOR_FGBG_16))
		easel->colours = CHAFA_CANVAS_MODE_INDEXED_16;
	if (!isatty(STDOUT_FILENO))
		return;
	if (chafa_term_info_have_seq(terminal, CHAFA_TERM_SEQ_BEGIN_KITTY_IMMEDIATE_IMAGE_V1))
		easel->pixels = CHAFA_PIXEL_MODE_KITTY;
	else if (chafa_term_info_have_seq(terminal, CHAFA_TERM_SEQ_BEGIN_SIXELS))
		easel->pixels = CHAFA_PIXEL_MODE_SIXELS;
	if (easel->pixels != CHAFA_PIXEL_MODE_SYMBOLS)
		easel->colours = CHAFA_CANVAS_MODE_TRUECOLOR;
}

static void
set_up(const DeskScreen *screen, int rows, Easel *easel)
{
	struct winsize size = {0};
	bool known = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
		     size.ws_col > 0 && size.ws_row > 0;
	/* Below it the words on it and the prompt. */
	int high = known ? MAX(size.ws_row - 5, 8) : ROWS_USUAL;

	easel->columns = desk_measure(screen) - 2;
	easel->rows = rows > 0 ? MIN(rows, high) : high;
	easel->cell_wide =
		known && size.ws_xpixel >= size.ws_col ? size.ws_xpixel / size.ws_col : CELL_WIDE;
	easel->cell_high =
		known && size.ws_ypixel >= size.ws_row ? size.ws_ypixel / size.ws_row : CELL_HIGH;
	choose_modes(screen, easel);
}

static void
draw(const Easel *easel, const guint8 *pixels, int width, int height)
{
	ChafaCanvasConfig *config = chafa_canvas_config_new();
	ChafaSymbolMap *symbols = chafa_symbol_map_new();
	int columns = easel->columns, rows = easel->rows;
	ChafaCanvas *canvas;
	GString *drawn;

	chafa_calc_canvas_geometry(width, height, &columns, &rows,
		(float)easel->cell_wide / (float)easel->cell_high, TRUE, FALSE);
	/* Without colour only dots can show what is light and what is dark. */
	chafa_symbol_map_add_by_tags(
		symbols, easel->colours == CHAFA_CANVAS_MODE_FGBG
				 ? CHAFA_SYMBOL_TAG_BRAILLE
				 : CHAFA_SYMBOL_TAG_BLOCK | CHAFA_SYMBOL_TAG_SPACE);
	if (easel->colours == CHAFA_CANVAS_MODE_FGBG)
		chafa_canvas_config_set_dither_mode(config, CHAFA_DITHER_MODE_DIFFUSION);
	chafa_canvas_config_set_symbol_map(config, symbols);
	chafa_canvas_config_set_geometry(config, MAX(columns, 1), MAX(rows, 1));
	chafa_canvas_config_set_cell_geometry(config, easel->cell_wide, easel->cell_high);
	chafa_canvas_config_set_canvas_mode(config, easel->colours);
	chafa_canvas_config_set_pixel_mode(config, easel->pixels);
	canvas = chafa_canvas_new(config);
	chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGB8, pixels, width, height, width * 3);
	drawn = chafa_canvas_print(canvas, easel->terminal);
	fwrite(drawn->str, 1, drawn->len, stdout);
	putchar('\n');
	g_string_free(drawn, TRUE);
	chafa_canvas_unref(canvas);
	chafa_symbol_map_unref(symbols);
	chafa_canvas_config_unref(config);
}

static bool
draw_file(const DeskScreen *screen, const Config *config, int fd, int rows, GError **error)
{
	Easel easel = {0};
	int width, height;
	g_autofree guint8 *pixels = NULL;

	set_up(screen, rows, &easel);
	width = CLAMP(easel.columns * easel.cell_wide, 1, PIXELS_MOST);
	height = CLAMP(easel.rows * easel.cell_high, 1, PIXELS_MOST);
	pixels = desk_pixels(config, fd, &width, &height, error);
	if (pixels != NULL)
		draw(&easel, pixels, width, height);
	chafa_term_info_unref(easel.terminal);
	return pixels != NULL;
}

static bool
refuse_infected(GError **error)
{
	return nieuws_fail(error, NIEUWS_CONFLICT,
		_("a virus was found in this mail: its files are not opened"));
}

bool
desk_look(const DeskScreen *screen, const Desk *desk, Spool *spool, const DeskFile *file, int rows,
	GError **error)
{
	const Attachment *attachment = file->attachment;
	const Picture *photo = file->photo;
	g_autofree char *head = g_strdup_printf("%u  %s  %d x %d", file->number, file->name,
		(int)attachment->width, (int)attachment->height);
	const char *by = photo != NULL ? photo->credit : attachment->credit;
	g_autofree char *credit = *by != '\0' ? g_strdup_printf(_("photo: %s"), by) : g_strdup("");
	fs_auto int fd = -1;

	if (file->infected)
		return refuse_infected(error);
	if (attachment->width == 0)
		return nieuws_fail(error, NIEUWS_INPUT, _("%s is no picture; nieuws open opens it"),
			file->name);
	desk_lines(screen, INK_BOLD, head, 0, 0);
	if (desk_draws(screen)) {
		fd = desk_file(desk->config, spool, file->path, attachment, error);
		if (fd < 0 || !draw_file(screen, desk->config, fd, rows, error))
			return false;
	}
	desk_lines(screen, INK_NONE, photo != NULL ? photo->caption : attachment->caption, 3, 0);
	desk_lines(screen, INK_DIM, credit, 3, 0);
	desk_lines(screen, INK_DIM, photo != NULL ? photo->alt : attachment->alt, 3, 0);
	return true;
}

/* --- files
 * ------------------------------------------------------------------------------------------------------
 */

/* By what it is, not by what it is called: a name that a desktop would run is never made. */
static const char *
suffix_of(const Attachment *attachment)
{
	static const char *const known[][2] = {{"image/", ".jpg"}, {"application/pdf", ".pdf"},
		{"application/vnd.openxmlformats-officedocument.wordprocessingml", ".docx"},
		{"application/vnd.openxmlformats-officedocument.spreadsheetml", ".xlsx"},
		{"application/vnd.openxmlformats-officedocument.presentationml", ".pptx"},
		{"application/vnd.oasis.opendocument.text", ".odt"}, {"application/msword", ".doc"},
		{"text/rtf", ".rtf"}, {"application/rtf", ".rtf"}, {"text/plain", ".txt"},
		{"text/calendar", ".ics.txt"}, {"audio/mpeg", ".mp3"}, {"video/mp4", ".mp4"}};

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (g_str_has_prefix(attachment->real_type, known[i][0]))
			return known[i][1];
	return NULL;
}

static bool
copy(int from, const char *folder, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	fs_auto int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0440);
	struct stat st;
	off_t offset = 0;

	if (to < 0 || fstat(from, &st) != 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, _("cannot write %s"), name);
	while (offset < st.st_size)
		if (sendfile(to, from, &offset, (size_t)(st.st_size - offset)) <= 0)
			return nieuws_fail_errno(
				error, NIEUWS_LATER, errno, _("cannot write %s"), name);
	return true;
}

char *
desk_unpack(const Desk *desk, gint64 id, const DeskFile *file, GError **error)
{
	const Config *config = desk->config;
	const Attachment *attachment = file->attachment;
	const char *suffix = suffix_of(attachment);
	g_autoptr(Spool) spool = NULL;
	g_autofree char *previews = NULL;
	g_autofree char *folder = NULL;
	g_autofree char *name = NULL;
	fs_auto int from = -1;

	if (file->infected) {
		refuse_infected(error);
		return NULL;
	}
	if (suffix == NULL) {
		nieuws_fail(error, NIEUWS_INPUT,
			_("%s is of a kind that is not opened; nieuws save %d %d saves it"),
			file->name, (int)id, (int)file->number);
		return NULL;
	}
	spool = spool_open(config->spool, SPOOL_GUEST, error);
	previews = spool != NULL ? desk_previews(config, error) : NULL;
	if (previews == NULL)
		return NULL;
	from = g_str_has_prefix(attachment->real_type, "image/")
		       ? desk_published_picture(config, spool, file->path, attachment, error)
		       : desk_file(config, spool, file->path, attachment, error);
	folder = g_build_filename(previews, "file-XXXXXX", NULL);
	if (from < 0)
		return NULL;
	if (mkdtemp(folder) == NULL) {
		nieuws_fail_errno(error, NIEUWS_LATER, errno, _("cannot write in %s"), previews);
		return NULL;
	}
	name = g_strdup_printf("%d-%u%s", (int)id, file->number, suffix);
	return copy(from, folder, name, error) ? g_build_filename(folder, name, NULL) : NULL;
}
