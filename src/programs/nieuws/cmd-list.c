/* nieuws list and nieuws search. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

enum { LIST_USUAL = 200, SEARCH_USUAL = 20, LIMIT_MOST = 10000 };

/* What both understand. */
typedef struct {
	gboolean json, all;
	gint limit, before;
	char *text;
} Asked;

static bool
read_options(Asked *asked, bool open, int *argc, char ***argv, GError **error)
{
	const GOptionEntry entries[] = {
		{"all", 'a', 0, G_OPTION_ARG_NONE, &asked->all, N_("whatever the state"), NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &asked->json, NULL, NULL},
		{"limit", 'n', 0, G_OPTION_ARG_INT, &asked->limit, N_("at most so many"), "COUNT"},
		{"before", 0, 0, G_OPTION_ARG_INT, &asked->before, N_("go on below this number"),
			"NUMBER"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};

	/* Only where open ones alone are listed, --all means something. -word is a word that must
	 * not be there, not an option. */
	for (int i = 1; i < *argc; i++)
		if ((*argv)[i][0] == '-' && (*argv)[i][1] != '-' && strlen((*argv)[i]) > 2 &&
			!g_ascii_isdigit((*argv)[i][2]))
			(*argv)[i] = g_strconcat(" ", (*argv)[i], NULL);
	if (!command_options(argc, argv, "[QUERY]", open ? entries : entries + 1, error))
		return false;
	for (int i = 1; i < *argc; i++)
		if (g_str_has_prefix((*argv)[i], " -"))
			(*argv)[i]++;
	if (asked->limit < 1 || asked->limit > LIMIT_MOST)
		return nieuws_fail(
			error, NIEUWS_INPUT, _("--limit goes from 1 to %d"), (int)LIMIT_MOST);
	asked->text = desk_query_join(*argv + 1);
	return true;
}

static StoreFind *
read_query(const Desk *desk, const Asked *asked, bool open, GError **error)
{
	StoreFind *find =
		desk_query(asked->text, desk->user, when_now(), open && !asked->all, error);

	if (find == NULL)
		return NULL;
	find->most = (guint)asked->limit + 1;
	if (asked->before > 0)
		find->before = asked->before;
	return find;
}

static bool
print_json(
	const Desk *desk, const StoreFind *find, const GPtrArray *rows, bool more, GError **error)
{
	json_t *list = desk_hits_json(desk->store, find, rows, error);

	if (list == NULL)
		return false;
	desk_json(json_pack("{s:i, s:b, s:o}", "version", 1, "more", (int)more, "drafts", list));
	return true;
}

/* Whether there is more, and how to get it. */
static void
print_more(const Asked *asked, const StoreFind *find, const GPtrArray *rows)
{
	const StoreDraftRow *last = rows->pdata[rows->len - 1];

	if (find->ranked)
		printf(_("The best %d; -n %d shows more.\n"), (int)rows->len, asked->limit * 2);
	else
		printf(_("There are more: add before:%d\n"), (int)last->id);
}

static int
find_and_print(const Desk *desk, const Asked *asked, const StoreFind *find, GError **error)
{
	DeskScreen screen = desk_screen(asked->json);
	g_autoptr(GPtrArray) rows = store_find(desk->store, find, error);
	bool more;

	if (rows == NULL)
		return EXIT_INTERNAL;
	more = rows->len > (guint)asked->limit;
	if (more)
		g_ptr_array_set_size(rows, asked->limit);
	if (asked->json)
		return print_json(desk, find, rows, more, error) ? EXIT_DONE : EXIT_INTERNAL;
	if (find->ranked ? !desk_hits(&screen, desk->store, find, rows, error)
			 : (desk_list(&screen, rows), false))
		return EXIT_INTERNAL;
	if (more)
		print_more(asked, find, rows);
	if (rows->len == 0)
		fprintf(stderr, "%s\n",
			find->words->len > 0 ? _("No draft has all of this.")
					     : _("There are no drafts here."));
	return EXIT_DONE;
}

int
cmd_list(Context *context, int argc, char **argv, GError **error)
{
	Asked asked = {.limit = LIST_USUAL};
	g_autofree char *text = NULL;
	g_autoptr(Desk) desk = NULL;
	g_autoptr(StoreFind) find = NULL;

	if (!read_options(&asked, true, &argc, &argv, error))
		return EXIT_USAGE;
	text = asked.text;
	desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	if (desk != NULL)
		find = read_query(desk, &asked, true, error);
	return find != NULL ? find_and_print(desk, &asked, find, error) : EXIT_USAGE;
}

int
cmd_search(Context *context, int argc, char **argv, GError **error)
{
	Asked asked = {.limit = SEARCH_USUAL};
	g_autofree char *text = NULL;
	g_autoptr(Desk) desk = NULL;
	g_autoptr(StoreFind) find = NULL;

	if (!read_options(&asked, false, &argc, &argv, error))
		return EXIT_USAGE;
	text = asked.text;
	if (*text == '\0') {
		nieuws_fail(error, NIEUWS_INPUT,
			_("what words? for example: nieuws search brug hengelo"));
		return EXIT_USAGE;
	}
	desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	if (desk != NULL)
		find = read_query(desk, &asked, false, error);
	if (find == NULL)
		return EXIT_USAGE;
	find->ranked = find->words->len > 0;
	return find_and_print(desk, &asked, find, error);
}
