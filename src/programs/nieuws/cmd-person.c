/* nieuws person: what is kept about somebody. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

static void
put_trace(const DeskScreen *screen, const StoreTrace *trace)
{
	g_autofree char *where = *trace->path != '\0'
					 ? g_strdup(trace->path)
					 : g_strdup_printf("%" G_GINT64_FORMAT, trace->id);
	g_autofree char *what =
		trace->draft > 0 ? g_strdup_printf(_("draft %d, %s"), (int)trace->draft, where)
				 : g_strdup(where);

	desk_field(screen, trace->place, what, trace->own ? INK_NONE : INK_DIM);
}

static int
show(const Desk *desk, const char *address, bool mentions, bool json, GError **error)
{
	g_autoptr(GPtrArray) traces = desk_person(desk, address, mentions, error);
	DeskScreen screen = desk_screen(json);
	guint own = 0;

	if (traces == NULL)
		return EXIT_REFUSED;
	if (json) {
		desk_json(desk_person_json(address, traces));
		return EXIT_DONE;
	}
	for (guint i = 0; i < traces->len; i++) {
		put_trace(&screen, traces->pdata[i]);
		own += ((StoreTrace *)traces->pdata[i])->own;
	}
	printf(_("%u entries: %u of this person, %u of others that hold the address\n"),
		traces->len, own, traces->len - own);
	return EXIT_DONE;
}

static int export(
	const Desk *desk, const char *address, bool mentions, const char *folder, GError **error)
{
	g_autofree char *said = desk_person_export(desk, address, mentions, folder, error);

	if (said == NULL)
		return EXIT_REFUSED;
	puts(said);
	return EXIT_DONE;
}

int
cmd_person(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE, mentions = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{"mentions", 0, 0, G_OPTION_ARG_NONE, &mentions,
			N_("also articles of others that hold the address"), NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Desk) desk = NULL;
	bool shows, exports;

	if (!command_options(&argc, &argv, "show ADDRESS | export ADDRESS DIR", entries, error))
		return EXIT_USAGE;
	shows = argc == 3 && strcmp(argv[1], "show") == 0;
	exports = argc == 4 && strcmp(argv[1], "export") == 0;
	if (!shows && !exports) {
		nieuws_fail(error, NIEUWS_INPUT,
			_("there is: nieuws person show ADDRESS, export ADDRESS DIR"));
		return EXIT_USAGE;
	}
	desk = desk_open(context->config, RIGHT_ADMIN, STORE_READ, error);
	if (desk == NULL)
		return EXIT_REFUSED;
	return shows ? show(desk, argv[2], mentions, json, error)
		     : export(desk, argv[2], mentions, argv[3], error);
}
