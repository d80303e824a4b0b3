/* nieuws files: the files of a draft, and what becomes of its photos. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

typedef struct {
	const char *name;
	DeskPhotoChange change;
	bool has_text, many;
} Sub;

static const Sub subs[] = {{"lead", DESK_PHOTO_LEAD, false, false},
	{"order", DESK_PHOTO_ORDER, false, true}, {"caption", DESK_PHOTO_CAPTION, true, false},
	{"credit", DESK_PHOTO_CREDIT, true, false}, {"alt", DESK_PHOTO_ALT, true, false},
	{"drop", DESK_PHOTO_DROP, false, true}, {"restore", DESK_PHOTO_RESTORE, false, true}};

static const Sub *
find_sub(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(subs); i++)
		if (strcmp(subs[i].name, name) == 0)
			return &subs[i];
	return NULL;
}

static int
list(Context *context, const char *number, bool json, GError **error)
{
	g_autoptr(Desk) desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	DeskScreen screen = desk_screen(json);
	gint64 id = 0;

	return desk != NULL && store_draft_find(desk->store, number, &id, error) &&
			       desk_file_rows(&screen, desk, id, error)
		       ? EXIT_DONE
		       : EXIT_REFUSED;
}

static char *
change(Desk *desk, gint64 id, void *data, GError **error)
{
	return desk_photos(desk, id, data, error);
}

/* nieuws files 4 caption 1 The bridge in the mist */
static int
run_sub(Context *context, const Sub *sub, char **words, GError **error)
{
	char *number[] = {words[0], NULL};
	char *one[] = {words[2], NULL};
	bool lacks = words[2] == NULL || (sub->has_text && words[3] == NULL);
	bool has_more = !sub->many && !sub->has_text && words[2] != NULL && words[3] != NULL;
	g_autofree char *text = !lacks && sub->has_text ? g_strjoinv(" ", words + 3) : NULL;
	DeskPhotos order = {sub->change, sub->many ? words + 2 : one, text};

	if (lacks || has_more) {
		nieuws_fail(error, NIEUWS_INPUT,
			sub->has_text
				? _("which photo, and which words? for example: nieuws files %s %s "
				    "1 \"The bridge in the mist\"")
				: _("which photo? for example: nieuws files %s %s 1"),
			words[0], sub->name);
		return EXIT_USAGE;
	}
	return each_draft(context, RIGHT_REVIEW, number, change, &order, error);
}

/* nieuws files 4 save 1 is nieuws save 4 1 */
static int
hand_on(Context *context, CommandFunction command, int argc, char **argv, GError **error)
{
	g_autofree char **words = g_new0(char *, (gsize)argc + 1);

	words[0] = argv[2];
	words[1] = argv[1];
	for (int i = 3; i < argc; i++)
		words[i - 1] = argv[i];
	return command(context, argc - 1, words, error);
}

int
cmd_files(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	const Sub *sub;

	/* Options behind them are theirs. */
	if (argc > 2 && strcmp(argv[2], "save") == 0)
		return hand_on(context, cmd_save, argc, argv, error);
	if (argc > 2 && strcmp(argv[2], "open") == 0)
		return hand_on(context, cmd_open, argc, argv, error);
	if (!command_options(&argc, &argv, "NUMBER [WHAT PHOTO... [TEXT]]", entries, error))
		return EXIT_USAGE;
	if (argc < 2) {
		nieuws_fail(
			error, NIEUWS_INPUT, _("which draft? for example: nieuws %s 1"), argv[0]);
		return EXIT_USAGE;
	}
	if (argc == 2 || strcmp(argv[2], "list") == 0)
		return list(context, argv[1], json, error);
	sub = find_sub(argv[2]);
	if (sub != NULL)
		return run_sub(context, sub, argv + 1, error);
	nieuws_fail(error, NIEUWS_INPUT,
		_("files has no %s; there are list, lead, order, caption, credit, alt, drop, "
		  "restore, save and open"),
		argv[2]);
	return EXIT_USAGE;
}
