/* nieuws: what editors and admins type. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nieuws.h"

static bool
wants_pager(const Command *command, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			return false;
	return command->may_page;
}

static bool
wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int
run_command(const Command *command, Context *context, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	int code = EXIT_DONE;

	if (command->run != cmd_complete && wants_help(argc, argv)) {
		pager_start(NULL);
		help_command(command);
		return EXIT_DONE;
	}
	if (command->needs_config && context->config == NULL)
		context->config = config_load(context->config_path, &error);
	if (error == NULL && command->right != RIGHT_NONE)
		desk_free(desk_identify(context->config, command->right, &error));
	if (error == NULL && wants_pager(command, argc, argv))
		pager_start(context->config);
	if (error == NULL)
		code = command->run(context, argc, argv, &error);
	if (error != NULL) {
		print_refusal(error);
		if (code != EXIT_USAGE || !nieuws_error_is(error, NIEUWS_INPUT))
			code = error->domain == G_OPTION_ERROR ? EXIT_USAGE
							       : nieuws_exit_code(error);
	}
	g_clear_pointer(&context->config, config_free);
	return code;
}

/* Neither a command nor an alias. */
static int
refuse_name(const char *name)
{
	const char *near = command_nearest(name);
	g_autofree char *shown = text_printable(name, TEXT_ONE_LINE);

	fprintf(stderr, _("nieuws: there is no command %s"), shown);
	if (near != NULL)
		fprintf(stderr, _("; did you mean %s?"), near);
	fputs(_("\nnieuws help lists them all.\n"), stderr);
	return EXIT_USAGE;
}

/* A name of the house. Without a configuration there are none, and nothing to say about it. */
static int
run_alias(Context *context, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) words = NULL;
	g_autofree char **given = NULL;

	context->config = config_load(context->config_path, NULL);
	if (context->config != NULL)
		words = alias_expand(context->config, argv, &error);
	if (error != NULL) {
		print_refusal(error);
		return nieuws_exit_code(error);
	}
	if (words == NULL) {
		g_clear_pointer(&context->config, config_free);
		return refuse_name(argv[0]);
	}
	/* Reading options takes words out of the list: the words themselves stay with us. */
	given = g_memdup2(words, sizeof(char *) * (g_strv_length(words) + 1));
	return run_command(command_find(given[0]), context, (int)g_strv_length(given), given);
}

static int
run_named(Context *context, int argc, char **argv)
{
	const Command *command = command_find(argv[0]);

	if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
		pager_start(NULL);
		return help_main(NULL);
	}
	if (command != NULL)
		return run_command(command, context, argc, argv);
	if (argv[0][0] != '-')
		return run_alias(context, argv);
	return refuse_name(argv[0]);
}

/* A full disk behind stdout is an error, not a short list. */
static int
finish_output(int code)
{
	if (pager_is_on()) {
		pager_end();
		return code;
	}
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return code;
	fprintf(stderr, _("nieuws: cannot write: %s\n"), g_strerror(errno));
	return code == EXIT_DONE ? EXIT_IO : code;
}

/* Options about the screen may stand anywhere before "--": they are taken out. */
static int
take_screen_options(int argc, char **argv)
{
	bool ours = argc < 2 || strcmp(argv[1], "complete") != 0;
	int kept = 1;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			ours = false;
		if (ours &&
			(strcmp(argv[i], "--no-color") == 0 || strcmp(argv[i], "--no-colour") == 0))
			g_setenv("NO_COLOR", "1", TRUE);
		else if (ours && strcmp(argv[i], "--no-pager") == 0)
			g_setenv("NIEUWS_PAGER", "", TRUE);
		else
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	return kept;
}

static void
open_catalogue(void)
{
	const char *place = g_getenv("NIEUWS_LOCALE");

	setlocale(LC_ALL, "");
	bindtextdomain(GETTEXT_PACKAGE, place != NULL ? place : NIEUWS_LOCALEDIR);
	bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
}

int
main(int argc, char **argv)
{
	Context context = {.config_path = NULL};
	char *none[] = {(char *)(guintptr) "nieuws", NULL, NULL};
	int i = 1;

	/* What is made in the spool belongs to the editors' group. */
	umask(0007);
	open_catalogue();
	log_open("nieuws");
	argc = take_screen_options(argc, argv);
	for (; i < argc && argv[i][0] == '-'; i++) {
		if ((strcmp(argv[i], "--config") == 0 || strcmp(argv[i], "-c") == 0) &&
			i + 1 < argc)
			context.config_path = argv[++i];
		else if (g_str_has_prefix(argv[i], "--config="))
			context.config_path = argv[i] + strlen("--config=");
		else if (strcmp(argv[i], "--version") == 0)
			return puts("nieuws " NIEUWS_VERSION) == EOF ? EXIT_IO : EXIT_DONE;
		else
			break;
	}
	if (i + 1 == argc && strcmp(argv[i], "--json") == 0)
		none[1] = argv[i];
	if (i >= argc || none[1] != NULL)
		return finish_output(
			run_command(&overview, &context, none[1] != NULL ? 2 : 1, none));
	return finish_output(run_named(&context, argc - i, argv + i));
}
