/* nieuws look and open: the files of a draft, to be seen. */
#include "nieuws.h"

#include <stdio.h>

typedef struct {
	Desk *desk;
	gint64 id;
	GPtrArray *files; /* DeskFile * */
} Opened;

static void
opened_clear(Opened *opened)
{
	g_clear_pointer(&opened->files, g_ptr_array_unref);
	g_clear_pointer(&opened->desk, desk_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Opened, opened_clear)

/* What both begin with. */
static bool
load(Context *context, int argc, char **argv, int least, Opened *opened, GError **error)
{
	if (argc < least)
		return nieuws_fail(error, NIEUWS_INPUT,
			least == 2 ? _("which draft? for example: nieuws %s 1")
				   : _("which file? for example: nieuws %s 1 2"),
			argv[0]);
	opened->desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	if (opened->desk == NULL ||
		!store_draft_find(opened->desk->store, argv[1], &opened->id, error))
		return false;
	opened->files = desk_file_list(opened->desk->store, opened->id, error);
	return opened->files != NULL;
}

bool
look_at_photos(const DeskScreen *screen, const Desk *desk, const GPtrArray *files, int rows,
	GError **error)
{
	g_autoptr(Spool) spool = spool_open(desk->config->spool, SPOOL_GUEST, error);

	for (guint i = 0; spool != NULL && i < files->len; i++) {
		const DeskFile *file = files->pdata[i];
		g_autoptr(GError) problem = NULL;
		g_autofree char *told = NULL;

		if (file->photo == NULL || file->photo->dropped ||
			desk_look(screen, desk, spool, file, rows, &problem))
			continue;
		/* One that is damaged does not hide the others. */
		told = desk_told(problem->message);
		desk_lines(screen, INK_ALERT, told, 3, 0);
	}
	return spool != NULL;
}

static bool
look_at_named(const DeskScreen *screen, const Opened *opened, char **names, GError **error)
{
	g_autoptr(Spool) spool = spool_open(opened->desk->config->spool, SPOOL_GUEST, error);

	for (char **name = names; spool != NULL && *name != NULL; name++) {
		const DeskFile *file = desk_file_pick(opened->files, *name, error);

		if (file == NULL || !desk_look(screen, opened->desk, spool, file, 0, error))
			return false;
	}
	return spool != NULL;
}

int
cmd_look(Context *context, int argc, char **argv, GError **error)
{
	g_auto(Opened) opened = {0};
	DeskScreen screen;
	bool good;

	if (!command_options(&argc, &argv, "NUMBER [FILE...]", NULL, error))
		return EXIT_USAGE;
	if (!load(context, argc, argv, 2, &opened, error))
		return EXIT_REFUSED;
	screen = desk_screen(false);
	good = argc > 2 ? look_at_named(&screen, &opened, argv + 2, error)
			: look_at_photos(&screen, opened.desk, opened.files, 0, error);
	return good ? EXIT_DONE : EXIT_REFUSED;
}

int
cmd_open(Context *context, int argc, char **argv, GError **error)
{
	g_auto(Opened) opened = {0};

	if (!command_options(&argc, &argv, "NUMBER FILE...", NULL, error))
		return EXIT_USAGE;
	if (!load(context, argc, argv, 3, &opened, error))
		return EXIT_REFUSED;
	for (int i = 2; i < argc; i++) {
		const DeskFile *file = desk_file_pick(opened.files, argv[i], error);
		g_autofree char *path =
			file != NULL ? desk_unpack(opened.desk, opened.id, file, error) : NULL;

		if (path == NULL)
			return EXIT_REFUSED;
		open_outside(path, "xdg-open");
		puts(path);
	}
	return EXIT_DONE;
}
