/* The editor's own editor on a file. */
#include <signal.h>
#include <string.h>
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

/* Ctrl-C at the keyboard is the editor program's own affair. */
typedef struct {
	struct sigaction interrupt, quit;
} Signals;

static Signals
ignore_keyboard(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	Signals before;

	sigaction(SIGINT, &ignore, &before.interrupt);
	sigaction(SIGQUIT, &ignore, &before.quit);
	return before;
}

static void
heed_keyboard(gpointer data)
{
	const Signals *before = data;

	sigaction(SIGINT, &before->interrupt, NULL);
	sigaction(SIGQUIT, &before->quit, NULL);
}

/* "+12" opens at that line in those that are known to take it. */
static bool
takes_line(const char *program)
{
	static const char *const names[] = {"vi", "vim", "nvim", "view", "nano", "pico", "emacs",
		"emacsclient", "joe", "jed", "micro", "mcedit", "kak", "editor", "sensible-editor",
		NULL};
	g_autofree char *name = g_path_get_basename(program);

	return g_strv_contains(names, name);
}

bool
desk_editor(const char *path, GError **error)
{
	return desk_editor_at(path, 0, error);
}

bool
desk_editor_at(const char *path, guint line, GError **error)
{
	g_autofree char *at = g_strdup_printf("+%u", line);
	g_auto(GStrv) words = editor_words(error);
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	Signals before;
	bool ran;
	int status = 0;

	if (words == NULL)
		return false;
	for (char **word = words; *word != NULL; word++)
		g_ptr_array_add(argv, *word);
	if (line > 0 && takes_line(words[0]))
		g_ptr_array_add(argv, at);
	g_ptr_array_add(argv, (gpointer)(guintptr)path);
	g_ptr_array_add(argv, NULL);
	before = ignore_keyboard();
	ran = g_spawn_sync(NULL, (char **)argv->pdata, NULL,
		G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, heed_keyboard, &before, NULL,
		NULL, &status, error);
	heed_keyboard(&before);
	if (!ran)
		return false;
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
	       nieuws_fail(error, NIEUWS_INPUT,
		       _("the editor %s ended with an error; nothing changed"), words[0]);
}
