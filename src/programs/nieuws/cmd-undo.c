/* nieuws undo, note and restore. */
#include "nieuws.h"

#include <stdio.h>
#include <unistd.h>

enum { NOTE_MOST = 8000 };

static char *
undo(Desk *desk, gint64 id, void *data, GError **error)
{
	(void)data;
	return desk_undo(desk, id, error);
}

/* One's last step, whatever draft it was on. */
static int
undo_last(Context *context, GError **error)
{
	g_autoptr(Desk) desk = desk_open(context->config, RIGHT_REVIEW, STORE_WRITE, error);
	g_autofree char *said = desk != NULL ? desk_undo(desk, 0, error) : NULL;

	if (said == NULL)
		return EXIT_REFUSED;
	print_said(said);
	return EXIT_DONE;
}

int
cmd_undo(Context *context, int argc, char **argv, GError **error)
{
	if (!command_options(&argc, &argv, "[NUMBER...]", NULL, error))
		return EXIT_USAGE;
	if (argc < 2)
		return undo_last(context, error);
	return each_draft(context, RIGHT_REVIEW, argv + 1, undo, NULL, error);
}

/* What is piped in, up to a little more than a note may have. */
static char *
read_input(void)
{
	g_autofree char *bytes = g_malloc(NOTE_MOST + 2);
	size_t length = fread(bytes, 1, NOTE_MOST + 1, stdin);

	return text_valid(bytes, (gssize)length);
}

static char *
note(Desk *desk, gint64 id, void *data, GError **error)
{
	return desk_note(desk, id, data, error);
}

int
cmd_note(Context *context, int argc, char **argv, GError **error)
{
	char *number[] = {NULL, NULL};
	g_autofree char *text = NULL;

	if (!command_options(&argc, &argv, "NUMBER TEXT...", NULL, error))
		return EXIT_USAGE;
	number[0] = argc > 1 ? argv[1] : NULL;
	if (argc > 2)
		text = g_strjoinv(" ", argv + 2);
	else if (argc == 2 && !isatty(STDIN_FILENO))
		text = read_input();
	if (text == NULL) {
		nieuws_fail(error, NIEUWS_INPUT,
			_("what note? for example: nieuws note 4 called her, rings back"));
		return EXIT_USAGE;
	}
	return each_draft(context, RIGHT_REVIEW, number, note, text, error);
}

static char *
restore(Desk *desk, gint64 id, void *data, GError **error)
{
	return desk_restore(desk, id, *(gint64 *)data, error);
}

int
cmd_restore(Context *context, int argc, char **argv, GError **error)
{
	g_autofree char *to = NULL;
	gboolean force = FALSE;
	const GOptionEntry entries[] = {
		{"to", 0, 0, G_OPTION_ARG_FILENAME, &to,
			N_("of a backup: another spool than the configured one"), "DIR"},
		{"force", 'f', 0, G_OPTION_ARG_NONE, &force,
			N_("of a backup: although drafts are there; their database is set aside"),
			NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	gint64 number;

	if (!command_options(&argc, &argv, "NUMBER ASIDE | DIR", entries, error))
		return EXIT_USAGE;
	if (argc == 2 && g_file_test(argv[1], G_FILE_TEST_IS_DIR))
		return restore_backup(context, argv[1], to, force, error);
	if (argc != 3) {
		nieuws_fail(error, NIEUWS_INPUT,
			_("which aside of which draft? for example: nieuws restore 4 2; or the "
			  "folder of a backup"));
		return EXIT_USAGE;
	}
	number = g_ascii_strtoll(argv[2], NULL, 10);
	argv[2] = NULL;
	return each_draft(context, RIGHT_REVIEW, argv + 1, restore, &number, error);
}
