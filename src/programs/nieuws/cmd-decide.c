/* nieuws approve, publish, hold, spam and reopen: what becomes of a draft. */
#include "nieuws.h"

#include <string.h>

static char *
approve(Desk *desk, gint64 id, void *data, GError **error)
{
	(void)data;
	return desk_approve(desk, id, error);
}

static char *
spam(Desk *desk, gint64 id, void *data, GError **error)
{
	(void)data;
	return desk_spam(desk, id, error);
}

static char *
reopen(Desk *desk, gint64 id, void *data, GError **error)
{
	(void)data;
	return desk_reopen(desk, id, error);
}

static int
plain(Context *context, int argc, char **argv, DeskRight right, DraftVerb verb, GError **error)
{
	if (!command_options(&argc, &argv, "NUMBER...", NULL, error))
		return EXIT_USAGE;
	return each_draft(context, right, argv + 1, verb, NULL, error);
}

int
cmd_approve(Context *context, int argc, char **argv, GError **error)
{
	return plain(context, argc, argv, RIGHT_APPROVE, approve, error);
}

int
cmd_spam(Context *context, int argc, char **argv, GError **error)
{
	return plain(context, argc, argv, RIGHT_REVIEW, spam, error);
}

int
cmd_reopen(Context *context, int argc, char **argv, GError **error)
{
	return plain(context, argc, argv, RIGHT_APPROVE, reopen, error);
}

/* --- publish
 * --------------------------------------------------------------------------------------------------
 */

typedef struct {
	const char *url;
	bool mail;
} Publish;

static char *
publish(Desk *desk, gint64 id, void *data, GError **error)
{
	const Publish *order = data;

	return desk_publish(desk, id, order->url, order->mail, error);
}

int
cmd_publish(Context *context, int argc, char **argv, GError **error)
{
	gboolean silent = FALSE;
	const GOptionEntry entries[] = {{"no-mail", 0, 0, G_OPTION_ARG_NONE, &silent,
						N_("do not tell the contributor"), NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autofree char *url = NULL;
	Publish order;

	if (!command_options(&argc, &argv, "NUMBER... [URL]", entries, error))
		return EXIT_USAGE;
	if (argc > 2 && strchr(argv[argc - 1], ':') != NULL) {
		url = g_strdup(argv[argc - 1]);
		argv[argc - 1] = NULL;
	}
	order.url = url;
	order.mail = !silent;
	return each_draft(context, RIGHT_APPROVE, argv + 1, publish, &order, error);
}

/* --- hold
 * -----------------------------------------------------------------------------------------------------
 */

typedef struct {
	gint64 until;
	const char *note;
} Hold;

static char *
hold(Desk *desk, gint64 id, void *data, GError **error)
{
	const Hold *order = data;

	return desk_hold(desk, id, order->until, order->note, error);
}

int
cmd_hold(Context *context, int argc, char **argv, GError **error)
{
	g_autofree char *until = NULL;
	g_autofree char *note = NULL;
	const GOptionEntry entries[] = {{"until", 'u', 0, G_OPTION_ARG_STRING, &until,
						N_("the day that it comes back"), "DAY"},
		{"message", 'm', 0, G_OPTION_ARG_STRING, &note, N_("a note for your colleagues"),
			"NOTE"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	Hold order = {0};

	if (!command_options(&argc, &argv, "NUMBER...", entries, error))
		return EXIT_USAGE;
	if (until != NULL && !desk_day(until, when_now(), &order.until, error))
		return EXIT_USAGE;
	order.note = note;
	return each_draft(context, RIGHT_REVIEW, argv + 1, hold, &order, error);
}
