/* nieuws log, diff and revert. */
#include "nieuws.h"

#include <stdio.h>

/* The draft of the first argument, in a desk to read. */
static Desk *
open_draft(Context *context, int argc, char **argv, gint64 *ret_id, GError **error)
{
	g_autoptr(Desk) desk = NULL;

	if (argc < 2) {
		nieuws_fail(
			error, NIEUWS_INPUT, _("which draft? for example: nieuws %s 1"), argv[0]);
		return NULL;
	}
	desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	return desk != NULL && store_draft_find(desk->store, argv[1], ret_id, error)
		       ? g_steal_pointer(&desk)
		       : NULL;
}

/* The number of a version; 0 with an error where it is none. */
static gint64
version_of(const char *text, GError **error)
{
	char *end;
	gint64 number = g_ascii_strtoll(text, &end, 10);

	if (end != text && *end == '\0' && number > 0)
		return number;
	nieuws_fail(error, NIEUWS_INPUT, _("%s is no number of a version; see nieuws log"), text);
	return 0;
}

int
cmd_log(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Desk) desk = NULL;
	DeskScreen screen;
	gint64 id = 0;

	if (!command_options(&argc, &argv, "NUMBER", entries, error))
		return EXIT_USAGE;
	desk = open_draft(context, argc, argv, &id, error);
	screen = desk_screen(json);
	return desk != NULL && desk_log(&screen, desk, id, error) ? EXIT_DONE : EXIT_REFUSED;
}

int
cmd_diff(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Desk) desk = NULL;
	DeskScreen screen;
	gint64 id = 0, from = 0, to = 0;

	if (!command_options(&argc, &argv, "NUMBER [FROM [TO]]", entries, error))
		return EXIT_USAGE;
	desk = open_draft(context, argc, argv, &id, error);
	if (desk == NULL || (argc > 2 && (from = version_of(argv[2], error)) == 0) ||
		(argc > 3 && (to = version_of(argv[3], error)) == 0))
		return EXIT_REFUSED;
	screen = desk_screen(json);
	return desk_diff(&screen, desk, id, from, to, error) ? EXIT_DONE : EXIT_REFUSED;
}

typedef struct {
	gint64 version;
	const char *why;
} Revert;

static char *
revert(Desk *desk, gint64 id, void *data, GError **error)
{
	const Revert *order = data;

	return desk_revert(desk, id, order->version, order->why, error);
}

int
cmd_revert(Context *context, int argc, char **argv, GError **error)
{
	g_autofree char *why = NULL;
	const GOptionEntry entries[] = {
		{"message", 'm', 0, G_OPTION_ARG_STRING, &why, N_("why, for the log"), "WHY"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	Revert order = {0};

	if (!command_options(&argc, &argv, "NUMBER VERSION", entries, error))
		return EXIT_USAGE;
	if (argc != 3) {
		nieuws_fail(error, NIEUWS_INPUT,
			_("which version of which draft? for example: nieuws revert 4 2"));
		return EXIT_USAGE;
	}
	order.version = version_of(argv[2], error);
	order.why = why;
	argv[2] = NULL;
	return order.version > 0
		       ? each_draft(context, RIGHT_REVIEW, argv + 1, revert, &order, error)
		       : EXIT_USAGE;
}
