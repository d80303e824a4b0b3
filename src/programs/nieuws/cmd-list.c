/* nieuws list and nieuws search. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 200 };

static void
print_rows(bool json, const GPtrArray *rows)
{
	DeskScreen screen = desk_screen(json);
	json_t *list = json ? json_array() : NULL;

	for (guint i = 0; json && i < rows->len; i++)
		json_array_append_new(list, desk_row_json(rows->pdata[i]));
	if (json)
		desk_json(json_pack("{s:i, s:o}", "version", 1, "drafts", list));
	else
		desk_list(&screen, rows);
}

static int
list(Context *context, const StoreDraftFilter *filter, bool json, const char *nothing,
	GError **error)
{
	g_autoptr(Store) store = desk_store(context->config, STORE_READ, error);
	g_autoptr(GPtrArray) rows = store != NULL ? store_draft_list(store, filter, error) : NULL;

	if (rows == NULL)
		return EXIT_INTERNAL;
	print_rows(json, rows);
	if (rows->len == 0 && !json)
		fprintf(stderr, "%s\n", nothing);
	return EXIT_DONE;
}

static bool
is_state(const char *state)
{
	static const char *const states[] = {"new", "in_review", "approved", "published", "hold",
		"rejected", "spam", "all", NULL};

	return g_strv_contains(states, state);
}

int
cmd_list(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE, all = FALSE;
	gint before = 0;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{"all", 0, 0, G_OPTION_ARG_NONE, &all, NULL, NULL},
		{"before", 0, 0, G_OPTION_ARG_INT, &before, NULL, "NUMBER"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	StoreDraftFilter filter = {.most = MOST};

	if (!command_options(&argc, &argv, "", entries, error))
		return EXIT_USAGE;
	filter.before = before;
	filter.state = all ? "all" : NULL;
	for (int i = 1; i < argc; i++) {
		if (!g_str_has_prefix(argv[i], "state:") || !is_state(argv[i] + 6)) {
			nieuws_fail(error, NIEUWS_INPUT,
				_("%s is no filter; there is state:new, in_review, approved, "
				  "published, hold, rejected, spam or all"),
				argv[i]);
			return EXIT_USAGE;
		}
		filter.state = argv[i] + 6;
	}
	return list(context, &filter, json, _("There are no drafts here."), error);
}

int
cmd_search(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autofree char *words = NULL;
	StoreDraftFilter filter = {.most = MOST};

	if (!command_options(&argc, &argv, "WORD...", entries, error))
		return EXIT_USAGE;
	if (argc < 2) {
		nieuws_fail(error, NIEUWS_INPUT,
			_("what words? for example: nieuws search brug hengelo"));
		return EXIT_USAGE;
	}
	words = g_strjoinv(" ", argv + 1);
	filter.words = words;
	return list(context, &filter, json, _("No draft has all these words."), error);
}
