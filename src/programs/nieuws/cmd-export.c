/* nieuws export and preview. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

static char *
export_one(Desk *desk, gint64 id, void *data, GError **error)
{
	return desk_export(desk, id, data, error);
}

int
cmd_export(Context *context, int argc, char **argv, GError **error)
{
	g_autofree char *to = NULL;
	gboolean zip = FALSE, force = FALSE;
	const GOptionEntry entries[] = {{"to", 0, 0, G_OPTION_ARG_FILENAME, &to,
						N_("folder; made where it is missing"), "DIR"},
		{"zip", 0, 0, G_OPTION_ARG_NONE, &zip, N_("one file in place of a folder"), NULL},
		{"force", 'f', 0, G_OPTION_ARG_NONE, &force, N_("replace an export that is there"),
			NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	DeskExport how;

	if (!command_options(&argc, &argv, "NUMBER...", entries, error))
		return EXIT_USAGE;
	how = (DeskExport){.to = to, .zip = zip, .force = force};
	return each_draft(context, RIGHT_REVIEW, argv + 1, export_one, &how, error);
}

/* --- preview
 * --------------------------------------------------------------------------------------------------
 */

static bool
has_display(void)
{
	const char *x = g_getenv("DISPLAY"), *wayland = g_getenv("WAYLAND_DISPLAY");

	return (x != NULL && *x != '\0') || (wayland != NULL && *wayland != '\0');
}

/* A list with colons, as other programs read $BROWSER; the first that is there. */
static char **
program_words(const char *programs)
{
	g_auto(GStrv) list = g_strsplit(programs, ":", -1);

	for (char **entry = list; *entry != NULL; entry++) {
		char **words = NULL;
		g_autofree char *found = NULL;

		if (**entry == '\0' || !g_shell_parse_argv(*entry, NULL, &words, NULL))
			continue;
		found = g_find_program_in_path(words[0]);
		if (found != NULL)
			return words;
		g_strfreev(words);
	}
	return NULL;
}

void
open_outside(const char *path, const char *programs)
{
	g_auto(GStrv) words =
		has_display() || strcmp(programs, "xdg-open") != 0 ? program_words(programs) : NULL;
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *uri = g_filename_to_uri(path, NULL, NULL);
	bool placed = false;

	for (char **word = words; word != NULL && *word != NULL; word++) {
		bool here = strcmp(*word, "%s") == 0;

		g_ptr_array_add(argv, g_strdup(here ? uri : *word));
		placed |= here;
	}
	if (words == NULL || uri == NULL)
		return;
	if (!placed)
		g_ptr_array_add(argv, g_strdup(uri));
	g_ptr_array_add(argv, NULL);
	/* Its own words belong to nobody; the path stands below. */
	g_spawn_async(NULL, (char **)argv->pdata, NULL,
		G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
		NULL, NULL, NULL);
}

static char *
preview_one(Desk *desk, gint64 id, G_GNUC_UNUSED void *data, GError **error)
{
	char *path = desk_preview(desk, id, error);
	const char *browser = g_getenv("BROWSER");

	if (path != NULL)
		open_outside(path, browser != NULL ? browser : "xdg-open");
	return path;
}

int
cmd_preview(Context *context, int argc, char **argv, GError **error)
{
	if (!command_options(&argc, &argv, "NUMBER...", NULL, error))
		return EXIT_USAGE;
	return each_draft(context, RIGHT_REVIEW, argv + 1, preview_one, NULL, error);
}
