/* The options of commands: read, and told to help and completion. A command names its options where
 * it reads them, and nowhere else. */
#include <stdlib.h>
#include <string.h>

#include "nieuws.h"

enum { ENTRIES_MOST = 32 };

/* Set while a command is asked what its options are. */
static bool asked;
static GOptionEntry told[ENTRIES_MOST + 1];

static const struct {
	const char *name, *summary;
} common[] = {{"json", N_("for scripts: JSON, see nieuws help json")},
	{"force", N_("although somebody else has it, or it is there already")}};

const char *
option_summary(const GOptionEntry *entry)
{
	if (entry->description != NULL)
		return _(entry->description);
	for (size_t i = 0; i < G_N_ELEMENTS(common); i++)
		if (strcmp(common[i].name, entry->long_name) == 0)
			return _(common[i].summary);
	return "";
}

static void
tell(const GOptionEntry *entries)
{
	int count = 0;

	for (; entries != NULL && entries[count].long_name != NULL && count < ENTRIES_MOST; count++)
		told[count] = entries[count];
	told[count].long_name = NULL;
}

const GOptionEntry *
command_entries(const Command *command)
{
	g_autoptr(GError) ignored = NULL;
	char *argv[] = {(char *)(guintptr)command->name, NULL};
	Context context = {0};

	told[0].long_name = NULL;
	if (command->run == cmd_help || command->run == cmd_complete)
		return told;
	asked = true;
	command->run(&context, 1, argv, &ignored);
	asked = false;
	return told;
}

/* "--nonsens" to "; did you mean --nonsense?" */
static void
add_hint(const GOptionEntry *entries, char **argv, int argc, GError **error)
{
	const char *best = NULL;
	guint least = 3;

	for (int i = 1; i < argc; i++) {
		g_autofree char *word = NULL;

		if (!g_str_has_prefix(argv[i], "--") || strstr((*error)->message, argv[i]) == NULL)
			continue;
		word = g_strndup(argv[i] + 2, strcspn(argv[i] + 2, "="));
		for (const GOptionEntry *e = entries; e != NULL && e->long_name != NULL; e++) {
			guint far = likeness_distance(word, e->long_name);

			if (far < least || (strlen(word) > 2 && best == NULL &&
						   g_str_has_prefix(e->long_name, word))) {
				least = MIN(far, least);
				best = e->long_name;
			}
		}
	}
	if (best != NULL) {
		g_autofree char *message =
			g_strdup_printf(_("%s; did you mean --%s?"), (*error)->message, best);

		g_free((*error)->message);
		(*error)->message = g_steal_pointer(&message);
	}
}

bool
command_options(
	int *argc, char ***argv, const char *arguments, const GOptionEntry *entries, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(arguments);
	int given = *argc;
	g_autofree char **words = NULL;
	bool good;

	if (asked) {
		tell(entries);
		return nieuws_fail(error, NIEUWS_INPUT, "asked for its options only");
	}
	words = g_memdup2(*argv, sizeof(char *) * (gsize)(given + 1));
	if (entries != NULL)
		g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_help_enabled(context, FALSE);
	good = g_option_context_parse(context, argc, argv, error);
	if (!good && error != NULL &&
		g_error_matches(*error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
		add_hint(entries, words, given, error);
	if (!good && error != NULL && (*error)->domain != G_OPTION_ERROR) {
		g_clear_error(error);
		return nieuws_fail(error, NIEUWS_INPUT, _("what was typed is not valid UTF-8"));
	}
	return good;
}
