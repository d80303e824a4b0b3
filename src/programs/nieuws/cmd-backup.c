/* nieuws backup, and restore of one. */
#include "nieuws.h"

#include <stdio.h>

static int
say(char *said)
{
	g_autofree char *line = said;

	if (line == NULL)
		return EXIT_REFUSED;
	puts(line);
	return EXIT_DONE;
}

int
cmd_backup(Context *context, int argc, char **argv, GError **error)
{
	gboolean check = FALSE;
	const GOptionEntry entries[] = {
		{"check", 0, 0, G_OPTION_ARG_NONE, &check,
			N_("read the backup that is there, and change nothing"), NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Desk) desk = NULL;

	if (!command_options(&argc, &argv, "DIR", entries, error))
		return EXIT_USAGE;
	if (argc != 2) {
		nieuws_fail(error, NIEUWS_INPUT,
			_("into which folder? for example: nieuws backup /srv/backup/nieuws"));
		return EXIT_USAGE;
	}
	if (check)
		return say(desk_backup_check(argv[1], error));
	desk = desk_open(context->config, RIGHT_ADMIN, STORE_READ, error);
	return say(desk != NULL ? desk_backup(desk, argv[1], error) : NULL);
}

int
restore_backup(Context *context, const char *folder, const char *to, bool force, GError **error)
{
	g_autoptr(Desk) desk = desk_identify(context->config, RIGHT_ADMIN, error);

	return say(desk != NULL ? desk_bring_back(desk, folder, to, force, error) : NULL);
}
