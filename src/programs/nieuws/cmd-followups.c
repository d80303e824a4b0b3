/* nieuws followups, accept, refuse, merge, split and related. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

int
cmd_followups(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Desk) desk = NULL;
	DeskScreen screen;
	json_t *document;
	gint64 id = 0;

	if (!command_options(&argc, &argv, "[NUMBER]", entries, error))
		return EXIT_USAGE;
	screen = desk_screen(json);
	desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	if (desk == NULL || (argc > 1 && !store_draft_find(desk->store, argv[1], &id, error)))
		return EXIT_REFUSED;
	if (!json)
		return desk_followups(&screen, desk, id, error) ? EXIT_DONE : EXIT_REFUSED;
	document = desk_followups_json(desk, id, error);
	if (document != NULL)
		desk_json(document);
	return document != NULL ? EXIT_DONE : EXIT_REFUSED;
}

int
cmd_related(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Desk) desk = NULL;
	DeskScreen screen;
	gint64 id = 0;

	if (!command_options(&argc, &argv, "NUMBER", entries, error))
		return EXIT_USAGE;
	if (argc != 2) {
		nieuws_fail(error, NIEUWS_INPUT, _("which draft? see nieuws list"));
		return EXIT_USAGE;
	}
	screen = desk_screen(json);
	desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	return desk != NULL && store_draft_find(desk->store, argv[1], &id, error) &&
			       desk_related(&screen, desk, id, error)
		       ? EXIT_DONE
		       : EXIT_REFUSED;
}

/* "title,body" and "title" "body" are the same. */
static bool
add_parts(const char *text, guint *parts, GError **error)
{
	static const char *const names[] = {"title", "lead", "body", "photos", "embargo"};
	g_auto(GStrv) words = g_strsplit_set(text, ", ", -1);

	for (char **word = words; *word != NULL; word++) {
		guint found = 0;

		for (guint i = 0; i < G_N_ELEMENTS(names); i++)
			if (strcmp(names[i], *word) == 0)
				found = 1u << i;
		if (found == 0 && **word != '\0')
			return nieuws_fail(error, NIEUWS_INPUT,
				_("%s is no part; there is title, lead, body, photos, embargo"),
				*word);
		*parts |= found;
	}
	return true;
}

static char *
accept_one(Desk *desk, gint64 id, void *data, GError **error)
{
	return desk_accept(desk, id, data, error);
}

/* Numbers behind the draft are changes of its body. */
static bool
read_hunks(int argc, char **argv, GArray *hunks, GError **error)
{
	for (int i = 2; i < argc; i++) {
		guint64 number;
		guint hunk;

		if (!g_ascii_string_to_unsigned(argv[i], 10, 1, 100000, &number, NULL))
			return nieuws_fail(error, NIEUWS_INPUT,
				_("%s is no number of a change; see nieuws followups %s"), argv[i],
				argv[1]);
		hunk = (guint)number;
		g_array_append_val(hunks, hunk);
	}
	return true;
}

int
cmd_accept(Context *context, int argc, char **argv, GError **error)
{
	g_auto(GStrv) parts = NULL;
	gint64 number = 0;
	const GOptionEntry entries[] = {{"part", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &parts,
						N_("title, lead, body, photos or embargo"), "PART"},
		{"follow-up", 0, 0, G_OPTION_ARG_INT64, &number, N_("which one, when several wait"),
			"NUMBER"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(GArray) hunks = g_array_new(FALSE, FALSE, sizeof(guint));
	DeskAccept accept = {0};

	if (!command_options(&argc, &argv, "NUMBER [CHANGE...]", entries, error))
		return EXIT_USAGE;
	for (char **part = parts; part != NULL && *part != NULL; part++)
		if (!add_parts(*part, &accept.parts, error))
			return EXIT_USAGE;
	if (!read_hunks(argc, argv, hunks, error))
		return EXIT_USAGE;
	accept.proposal = number;
	accept.hunks = hunks->len > 0 ? hunks : NULL;
	if (argc > 2)
		argv[2] = NULL;
	return each_draft(context, RIGHT_REVIEW, argv + 1, accept_one, &accept, error);
}

static char *
refuse_one(Desk *desk, gint64 id, void *data, GError **error)
{
	return desk_refuse(desk, id, *(gint64 *)data, error);
}

static char *
split_one(Desk *desk, gint64 id, void *data, GError **error)
{
	return desk_split(desk, id, *(gint64 *)data, error);
}

static int
decide(Context *context, int argc, char **argv, DraftVerb verb, GError **error)
{
	gint64 number = 0;
	const GOptionEntry entries[] = {{"follow-up", 0, 0, G_OPTION_ARG_INT64, &number,
						N_("which one, when several wait"), "NUMBER"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};

	if (!command_options(&argc, &argv, "NUMBER...", entries, error))
		return EXIT_USAGE;
	return each_draft(context, RIGHT_REVIEW, argv + 1, verb, &number, error);
}

int
cmd_refuse(Context *context, int argc, char **argv, GError **error)
{
	return decide(context, argc, argv, refuse_one, error);
}

int
cmd_split(Context *context, int argc, char **argv, GError **error)
{
	return decide(context, argc, argv, split_one, error);
}

static char *
merge_one(Desk *desk, gint64 other, void *data, GError **error)
{
	gint64 id = 0;

	return store_draft_find(desk->store, data, &id, error) ? desk_merge(desk, id, other, error)
							       : NULL;
}

int
cmd_merge(Context *context, int argc, char **argv, GError **error)
{
	if (!command_options(&argc, &argv, "NUMBER OTHER...", NULL, error))
		return EXIT_USAGE;
	if (argc < 3) {
		nieuws_fail(error, NIEUWS_INPUT, _("which drafts? nieuws merge 4 7 puts 7 into 4"));
		return EXIT_USAGE;
	}
	return each_draft(context, RIGHT_REVIEW, argv + 2, merge_one, argv[1], error);
}
