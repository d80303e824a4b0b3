/* nieuws look and open: the files of a draft, to be seen. */
#include "nieuws.h"

#include <stdio.h>

/* What both begin with. NULL with a sentence. */
static StoreDraft *
load(Context *context, int argc, char **argv, int least, Desk **ret_desk, GError **error)
{
	if (argc < least) {
		nieuws_fail(error, NIEUWS_INPUT,
			least == 2 ? _("which draft? for example: nieuws %s 1")
				   : _("which file? for example: nieuws %s 1 2"),
			argv[0]);
		return NULL;
	}
	*ret_desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	return *ret_desk != NULL ? store_draft_get((*ret_desk)->store, argv[1], error) : NULL;
}

bool
look_at_photos(const DeskScreen *screen, const Desk *desk, const StoreDraft *draft, int rows,
	GError **error)
{
	g_autoptr(Spool) spool = spool_open(desk->config->spool, SPOOL_GUEST, error);
	const GPtrArray *list = draft->message->attachments;

	for (guint i = 0; spool != NULL && i < list->len; i++) {
		const Attachment *attachment = list->pdata[i];
		g_autoptr(GError) problem = NULL;
		g_autofree char *told = NULL;

		if (attachment->role != ROLE_PHOTO ||
			desk_look(screen, desk, spool, draft, (int)i, rows, &problem))
			continue;
		/* One that is damaged does not hide the others. */
		told = desk_told(problem->message);
		desk_lines(screen, INK_ALERT, told, 3, 0);
	}
	return spool != NULL;
}

static bool
look_at_named(const DeskScreen *screen, const Desk *desk, const StoreDraft *draft, char **names,
	GError **error)
{
	g_autoptr(Spool) spool = spool_open(desk->config->spool, SPOOL_GUEST, error);

	for (char **name = names; spool != NULL && *name != NULL; name++) {
		int index = desk_file_named(draft, *name, error);

		if (index < 0 || !desk_look(screen, desk, spool, draft, index, 0, error))
			return false;
	}
	return spool != NULL;
}

int
cmd_look(Context *context, int argc, char **argv, GError **error)
{
	g_autoptr(Desk) desk = NULL;
	g_autoptr(StoreDraft) draft = NULL;
	DeskScreen screen;
	bool good;

	if (!command_options(&argc, &argv, "NUMBER [FILE...]", NULL, error))
		return EXIT_USAGE;
	draft = load(context, argc, argv, 2, &desk, error);
	if (draft == NULL)
		return EXIT_REFUSED;
	screen = desk_screen(false);
	good = argc > 2 ? look_at_named(&screen, desk, draft, argv + 2, error)
			: look_at_photos(&screen, desk, draft, 0, error);
	return good ? EXIT_DONE : EXIT_REFUSED;
}

int
cmd_open(Context *context, int argc, char **argv, GError **error)
{
	g_autoptr(Desk) desk = NULL;
	g_autoptr(StoreDraft) draft = NULL;

	if (!command_options(&argc, &argv, "NUMBER FILE...", NULL, error))
		return EXIT_USAGE;
	draft = load(context, argc, argv, 3, &desk, error);
	for (int i = 2; draft != NULL && i < argc; i++) {
		int index = desk_file_named(draft, argv[i], error);
		g_autofree char *path = index >= 0 ? desk_unpack(desk, draft, index, error) : NULL;

		if (path == NULL)
			return EXIT_REFUSED;
		open_outside(path, "xdg-open");
		puts(path);
	}
	return draft != NULL ? EXIT_DONE : EXIT_REFUSED;
}
