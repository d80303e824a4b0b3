/* nieuws take, release and assign: who has a draft. */
#include "nieuws.h"

static char *
take(Desk *desk, gint64 id, void *data, GError **error)
{
	return desk_take(desk, id, data, error);
}

static char *
release(Desk *desk, gint64 id, void *data, GError **error)
{
	return desk_release(desk, id, data, error);
}

static int
claim(Context *context, int argc, char **argv, DraftVerb verb, GError **error)
{
	g_autofree char *force = NULL;
	const GOptionEntry entries[] = {
		{"force", 'f', 0, G_OPTION_ARG_STRING, &force,
			N_("take it from somebody else, and say why"), "REASON"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};

	if (!command_options(&argc, &argv, "NUMBER...", entries, error))
		return EXIT_USAGE;
	return each_draft(context, RIGHT_REVIEW, argv + 1, verb, force, error);
}

int
cmd_take(Context *context, int argc, char **argv, GError **error)
{
	return claim(context, argc, argv, take, error);
}

int
cmd_release(Context *context, int argc, char **argv, GError **error)
{
	return claim(context, argc, argv, release, error);
}

typedef struct {
	const char *user;
	char *force;
} Assign;

static char *
assign(Desk *desk, gint64 id, void *data, GError **error)
{
	const Assign *order = data;

	return desk_assign(desk, id, order->user, order->force, error);
}

int
cmd_assign(Context *context, int argc, char **argv, GError **error)
{
	g_autofree char *force = NULL;
	const GOptionEntry entries[] = {
		{"force", 'f', 0, G_OPTION_ARG_STRING, &force,
			N_("take it from somebody else, and say why"), "REASON"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autofree char *user = NULL;
	Assign order;

	if (!command_options(&argc, &argv, "NUMBER... USER", entries, error))
		return EXIT_USAGE;
	if (argc < 3) {
		nieuws_fail(error, NIEUWS_INPUT,
			_("whom, and what? for example: nieuws assign 4 sanne"));
		return EXIT_USAGE;
	}
	user = g_strdup(argv[argc - 1]);
	argv[argc - 1] = NULL;
	order.user = user;
	order.force = force;
	return each_draft(context, RIGHT_REVIEW, argv + 1, assign, &order, error);
}
