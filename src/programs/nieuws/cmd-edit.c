/* nieuws edit and recover. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

static char *
edit(Desk *desk, gint64 id, void *data, GError **error)
{
	return desk_edit(desk, id, data, error);
}

int
cmd_edit(Context *context, int argc, char **argv, GError **error)
{
	g_autofree char *why = NULL;
	const GOptionEntry entries[] = {
		{"message", 'm', 0, G_OPTION_ARG_STRING, &why, N_("why, for the log"), "WHY"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};

	if (!command_options(&argc, &argv, "NUMBER...", entries, error))
		return EXIT_USAGE;
	return each_draft(context, RIGHT_REVIEW, argv + 1, edit, why, error);
}

/* --- recover
 * -------------------------------------------------------------------------------------------------
 */

static void
print_one(const DeskScreen *screen, const DeskUnsaved *one)
{
	g_autofree char *age = when_age(one->written_at, when_now());
	g_autofree char *number = g_strdup_printf("%5d  ", (int)one->draft_id);
	g_autofree char *text =
		one->busy ? g_strdup_printf(_("%s (open in an editor now)"), one->title)
			  : g_strdup_printf(_("%s (%s ago)"), one->title, age);
	g_autofree char *shown = text_printable(text, TEXT_ONE_LINE);
	g_autofree char *fitted = text_fit(shown, (size_t)MAX(screen->width - 24, 20));

	desk_put(screen, INK_BOLD, number);
	desk_put(screen, INK_DIM, one->reference);
	fputs("  ", stdout);
	desk_put(screen, INK_NONE, g_strchomp(fitted));
	putchar('\n');
}

static json_t *
one_json(const DeskUnsaved *one)
{
	g_autofree char *at = when_iso(one->written_at);

	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:b}", "number", (json_int_t)one->draft_id,
		"reference", one->reference, "title", one->title, "path", one->path, "written_at",
		at, "open", (int)one->busy);
}

static int
print_all(Desk *desk, bool json, GError **error)
{
	DeskScreen screen = desk_screen(json);
	g_autoptr(GPtrArray) list = desk_unsaved(desk, error);
	json_t *array;

	if (list == NULL)
		return EXIT_REFUSED;
	if (json) {
		array = json_array();
		for (guint i = 0; i < list->len; i++)
			json_array_append_new(array, one_json(list->pdata[i]));
		desk_json(json_pack("{s:i, s:o}", "version", 1, "unsaved", array));
		return EXIT_DONE;
	}
	for (guint i = 0; i < list->len; i++)
		print_one(&screen, list->pdata[i]);
	if (list->len == 0)
		puts(_("All that you wrote is in the drafts."));
	else
		puts(_("\nnieuws recover NUMBER goes on with it, --show prints it, --drop throws "
		       "it "
		       "away."));
	return EXIT_DONE;
}

static int
recover_one(Desk *desk, const char *number, bool show, bool drop, GError **error)
{
	g_autofree char *said = NULL;
	g_autofree char *shown = NULL;
	gint64 id = 0;

	if (!store_draft_find(desk->store, number, &id, error))
		return EXIT_REFUSED;
	if (show)
		said = desk_unsaved_text(desk, id, error);
	else
		said = drop ? desk_unsaved_drop(desk, id, error) : desk_recover(desk, id, error);
	if (said == NULL)
		return EXIT_REFUSED;
	shown = text_printable(said, TEXT_LINES);
	fputs(shown, stdout);
	if (!g_str_has_suffix(shown, "\n"))
		putchar('\n');
	return EXIT_DONE;
}

int
cmd_recover(Context *context, int argc, char **argv, GError **error)
{
	gboolean show = FALSE, drop = FALSE, json = FALSE;
	const GOptionEntry entries[] = {
		{"show", 0, 0, G_OPTION_ARG_NONE, &show, N_("read it only"), NULL},
		{"drop", 0, 0, G_OPTION_ARG_NONE, &drop, N_("throw it away"), NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Desk) desk = NULL;

	if (!command_options(&argc, &argv, "[NUMBER]", entries, error))
		return EXIT_USAGE;
	desk = desk_open(context->config, RIGHT_REVIEW, STORE_WRITE, error);
	if (desk == NULL)
		return EXIT_REFUSED;
	if (argc < 2 && (show || drop)) {
		nieuws_fail(error, NIEUWS_INPUT, _("of which draft? see nieuws recover"));
		return EXIT_USAGE;
	}
	return argc < 2 ? print_all(desk, json, error)
			: recover_one(desk, argv[1], show, drop, error);
}
