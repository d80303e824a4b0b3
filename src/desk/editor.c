/* The editor's own editor on a file. */
#include <sys/wait.h>

#include "base.h"
#include "desk-private.h"

/* What the environment names, else what Debian has. */
static char **
editor_words(GError **error)
{
	const char *candidates[] = {
		g_getenv("VISUAL"), g_getenv("EDITOR"), "sensible-editor", "nano", "vi"};

	for (size_t i = 0; i < G_N_ELEMENTS(candidates); i++) {
		char **argv = NULL;
		g_autofree char *found = NULL;

		if (candidates[i] == NULL || *candidates[i] == '\0' ||
			!g_shell_parse_argv(candidates[i], NULL, &argv, NULL))
			continue;
		found = g_find_program_in_path(argv[0]);
		if (found != NULL)
			return argv;
		g_strfreev(argv);
	}
	nieuws_fail(error, NIEUWS_INPUT,
		_("there is no editor here; set EDITOR, for example: export EDITOR=nano"));
	return NULL;
}

bool
desk_editor(const char *path, GError **error)
{
	g_auto(GStrv) words = editor_words(error);
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	int status = 0;

	if (words == NULL)
		return false;
	for (char **word = words; *word != NULL; word++)
		g_ptr_array_add(argv, *word);
	g_ptr_array_add(argv, (gpointer)(guintptr)path);
	g_ptr_array_add(argv, NULL);
	if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL, NULL,
		    &status, error))
		return false;
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
	       nieuws_fail(error, NIEUWS_INPUT,
		       _("the editor %s ended with an error; nothing changed"), words[0]);
}
