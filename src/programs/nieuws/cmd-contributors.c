/* nieuws contributors: who they are, what they sent, what the newsroom thinks of them. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 200, DRAFTS = 20 };

static json_t *
contributor_json(const StoreContributor *who)
{
	json_t *object = record_to_json(&store_contributor_type, who);
	static const char *const moments[] = {"first_at", "last_at", "standing_at"};
	const gint64 values[] = {who->first_at, who->last_at, who->standing_at};

	for (size_t i = 0; i < G_N_ELEMENTS(moments); i++) {
		g_autofree char *iso = when_iso(values[i]);

		json_object_set_new(object, moments[i], json_string(iso));
	}
	return object;
}

static const char *
standing_word(const char *standing)
{
	return strcmp(standing, "blocked") == 0   ? _("blocked")
	       : strcmp(standing, "trusted") == 0 ? _("trusted")
						  : "";
}

static void
print_row(const DeskScreen *screen, const StoreContributor *who)
{
	g_autofree char *age =
		who->last_at > 0 ? when_age(who->last_at, when_now()) : g_strdup("-");
	g_autofree char *count = g_strdup_printf("%4d", (int)who->submissions);
	const char *const cells[] = {
		count, age, standing_word(who->standing), who->name, who->address};
	int rest = screen->width - 5 - 7 - 11 - 1;
	const int widths[] = {4, 6, 10, rest * 2 / 5, rest - rest * 2 / 5 - 1};

	for (size_t i = 0; i < G_N_ELEMENTS(cells); i++) {
		g_autofree char *shown = text_printable(cells[i], TEXT_ONE_LINE);
		g_autofree char *cell = text_fit(shown, (size_t)MAX(widths[i], 4));

		desk_put(screen, i == 2 ? INK_ALERT : INK_NONE, cell);
		putchar(i + 1 < G_N_ELEMENTS(cells) ? ' ' : '\n');
	}
}

static int
list(Context *context, const char *words, const char *standing, bool json, GError **error)
{
	g_autoptr(Desk) desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	g_autoptr(GPtrArray) people =
		desk != NULL ? store_contributor_list(desk->store, words, standing, MOST, error)
			     : NULL;
	json_t *array = json ? json_array() : NULL;
	DeskScreen screen = desk_screen(json);

	if (people == NULL)
		return EXIT_INTERNAL;
	for (guint i = 0; i < people->len; i++)
		if (json)
			json_array_append_new(array, contributor_json(people->pdata[i]));
		else
			print_row(&screen, people->pdata[i]);
	if (json)
		desk_json(json_pack("{s:i, s:o}", "version", 1, "contributors", array));
	else if (people->len == 0)
		fputs(_("There are no contributors here.\n"), stderr);
	return EXIT_DONE;
}

/* --- one
 * ------------------------------------------------------------------------------------------------------
 */

static void
print_person(Desk *desk, const StoreContributor *who)
{
	DeskScreen screen = desk_screen(false);
	g_autofree char *first = when_local(who->first_at);
	g_autofree char *books = g_strdup_printf(
		dngettext(GETTEXT_PACKAGE, "%d mail, %d placed, %d rejected, since %s",
			"%d mails, %d placed, %d rejected, since %s", (gulong)who->submissions),
		(int)who->submissions, (int)who->placed, (int)who->rejected, first);
	g_autofree char *standing =
		*who->standing != '\0'
			? g_strdup_printf(_("%s, by %s"), standing_word(who->standing),
				  desk_name(desk, who->standing_by))
			: NULL;

	desk_field(&screen, _("Address"), who->address, INK_BOLD);
	desk_field(&screen, _("Name"), who->name, INK_NONE);
	desk_field(&screen, _("Organisation"), who->organisation, INK_NONE);
	desk_field(&screen, _("Standing"), standing, INK_ALERT);
	desk_field(&screen, _("Sent"), books, INK_NONE);
	desk_field(&screen, _("Note"), who->note, INK_NONE);
	putchar('\n');
}

static int
show(Context *context, const char *address, bool json, GError **error)
{
	g_autoptr(Desk) desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	g_autoptr(StoreContributor) who =
		desk != NULL ? store_contributor_get(desk->store, address, error) : NULL;
	g_autoptr(GPtrArray) drafts =
		who != NULL ? store_contributor_drafts(desk->store, address, DRAFTS, error) : NULL;
	DeskScreen screen = desk_screen(json);
	json_t *list;

	if (drafts == NULL) {
		if (error != NULL && *error == NULL)
			nieuws_fail(error, NIEUWS_NOT_FOUND,
				_("%s never wrote to us; see nieuws contributors"), address);
		return EXIT_REFUSED;
	}
	if (!json) {
		print_person(desk, who);
		desk_list(&screen, drafts);
		return EXIT_DONE;
	}
	list = json_array();
	for (guint i = 0; i < drafts->len; i++)
		json_array_append_new(list, desk_row_json(drafts->pdata[i]));
	desk_json(json_pack("{s:i, s:o, s:o}", "version", 1, "contributor", contributor_json(who),
		"drafts", list));
	return EXIT_DONE;
}

static int
change(Context *context, const char *address, const char *standing, const char *note,
	GError **error)
{
	g_autoptr(Desk) desk = desk_open(context->config, RIGHT_REVIEW, STORE_WRITE, error);
	g_autofree char *said =
		desk != NULL ? desk_contributor(desk, address, standing, note, error) : NULL;

	if (said == NULL)
		return EXIT_REFUSED;
	print_said(said);
	return EXIT_DONE;
}

/* trust, block, forget: what each makes of somebody. */
static const char *
standing_of(const char *verb)
{
	static const char *const verbs[][2] = {
		{"trust", "trusted"}, {"block", "blocked"}, {"forget", ""}};

	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
		if (strcmp(verb, verbs[i][0]) == 0)
			return verbs[i][1];
	return NULL;
}

int
cmd_contributors(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE, blocked = FALSE, trusted = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{"blocked", 0, 0, G_OPTION_ARG_NONE, &blocked, N_("only who is blocked"), NULL},
		{"trusted", 0, 0, G_OPTION_ARG_NONE, &trusted, N_("only who is trusted"), NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	const char *verb;

	if (!command_options(&argc, &argv, "[WORDS | ADDRESS [trust | block | forget | note TEXT]]",
		    entries, error))
		return EXIT_USAGE;
	/* "nieuws contributors block jan@example.nl" reads as well. */
	if (argc == 3 && standing_of(argv[1]) != NULL)
		return change(context, argv[2], standing_of(argv[1]), NULL, error);
	verb = argc > 2 ? argv[2] : "";
	if (argc == 3 && standing_of(verb) != NULL)
		return change(context, argv[1], standing_of(verb), NULL, error);
	if (argc > 3 && strcmp(verb, "note") == 0) {
		g_autofree char *text = g_strjoinv(" ", argv + 3);

		return change(context, argv[1], NULL, text, error);
	}
	if (argc == 2 && strchr(argv[1], '@') != NULL)
		return show(context, argv[1], json, error);
	if (argc <= 2)
		return list(context, argc > 1 ? argv[1] : NULL,
			blocked   ? "blocked"
			: trusted ? "trusted"
				  : NULL,
			json, error);
	nieuws_fail(error, NIEUWS_INPUT,
		_("there is: nieuws contributors ADDRESS trust, block, forget, note TEXT"));
	return EXIT_USAGE;
}
