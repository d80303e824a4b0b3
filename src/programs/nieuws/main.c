/* nieuws: what editors and admins type. */
#include "nieuws.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const Command commands[] = {
	{"list", N_("drafts, newest first"), "[QUERY] [-n COUNT] [--all] [--json]", cmd_list, true,
		true, RIGHT_REVIEW},
	{"search", N_("drafts with these words"), "QUERY [-n COUNT] [--json]", cmd_search, true,
		true, RIGHT_REVIEW},
	{"related", N_("drafts that are like this one"), "NUMBER [--json]", cmd_related, true, true,
		RIGHT_REVIEW},
	{"followups", N_("what came after a draft, and waits"), "[NUMBER] [--json]", cmd_followups,
		true, true, RIGHT_REVIEW},
	{"accept", N_("take over what came after a draft"),
		"NUMBER [CHANGE...] [--part title,lead,body,photos,embargo]", cmd_accept, true,
		false, RIGHT_REVIEW},
	{"refuse", N_("leave what came after a draft"), "NUMBER...", cmd_refuse, true, false,
		RIGHT_REVIEW},
	{"merge", N_("make two drafts one"), "NUMBER OTHER...", cmd_merge, true, false,
		RIGHT_REVIEW},
	{"split", N_("make what came after a draft one of its own"), "NUMBER", cmd_split, true,
		false, RIGHT_REVIEW},
	{"show", N_("one draft, as it will read"), "NUMBER [--source | --pictures] [--json]",
		cmd_show, true, true, RIGHT_REVIEW},
	{"take", N_("make a draft yours"), "NUMBER... [--force REASON]", cmd_take, true, false,
		RIGHT_REVIEW},
	{"release", N_("let a draft go again"), "NUMBER... [--force REASON]", cmd_release, true,
		false, RIGHT_REVIEW},
	{"assign", N_("give a draft to somebody"), "NUMBER... USER [--force REASON]", cmd_assign,
		true, false, RIGHT_REVIEW},
	{"approve", N_("this may be published"), "NUMBER...", cmd_approve, true, false,
		RIGHT_APPROVE},
	{"publish", N_("it was published; tells the contributor"), "NUMBER... [URL] [--no-mail]",
		cmd_publish, true, false, RIGHT_APPROVE},
	{"hold", N_("not now: it comes back on a day"), "NUMBER... [--until DAY] [-m NOTE]",
		cmd_hold, true, false, RIGHT_REVIEW},
	{"reject", N_("this will not be published; tells the contributor why"),
		"NUMBER... [--reason KEY] [--edit] [--no-mail] | --reasons [--json]", cmd_reject,
		true, false, RIGHT_APPROVE},
	{"spam", N_("nobody is told"), "NUMBER...", cmd_spam, true, false, RIGHT_REVIEW},
	{"reopen", N_("what was decided is open again"), "NUMBER...", cmd_reopen, true, false,
		RIGHT_APPROVE},
	{"undo", N_("take your last step back, with the mail that has not left"), "[NUMBER...]",
		cmd_undo, true, false, RIGHT_REVIEW},
	{"note", N_("a word to your colleagues on a draft"), "NUMBER TEXT...", cmd_note, true,
		false, RIGHT_REVIEW},
	{"edit", N_("fields and text of a draft in your editor"), "NUMBER... [-m WHY]", cmd_edit,
		true, false, RIGHT_REVIEW},
	{"recover", N_("what you wrote that is in no version yet"),
		"[NUMBER [--show | --drop]] [--json]", cmd_recover, true, false, RIGHT_REVIEW},
	{"log", N_("every version and event of a draft"), "NUMBER [--json]", cmd_log, true, true,
		RIGHT_REVIEW},
	{"diff", N_("what differs between versions, word by word"), "NUMBER [FROM [TO]] [--json]",
		cmd_diff, true, true, RIGHT_REVIEW},
	{"revert", N_("as an earlier version; makes a new one"), "NUMBER VERSION [-m WHY]",
		cmd_revert, true, false, RIGHT_REVIEW},
	{"restore", N_("put what was set aside back into the text"), "NUMBER ASIDE", cmd_restore,
		true, false, RIGHT_REVIEW},
	{"contributors", N_("who writes to us: list, show, trust, block, note"),
		"[WORDS | ADDRESS [trust | block | forget | note TEXT]] [--json]", cmd_contributors,
		true, false, RIGHT_REVIEW},
	{"who", N_("the editors, and who you are"), "[--json]", cmd_who, true, false, RIGHT_REVIEW},
	{"files", N_("files of a draft; captions, credits and order of its photos"),
		"NUMBER [list | lead PHOTO | order PHOTO... | caption PHOTO TEXT | credit PHOTO "
		"TEXT | alt PHOTO TEXT | drop PHOTO... | restore PHOTO... | save [FILE...] | "
		"open FILE...] "
		"[--json]",
		cmd_files, true, false, RIGHT_REVIEW},
	{"look", N_("photos of a draft, in the terminal"), "NUMBER [FILE...]", cmd_look, true,
		false, RIGHT_REVIEW},
	{"open", N_("files of a draft in a program of yours, or their paths"), "NUMBER FILE...",
		cmd_open, true, false, RIGHT_REVIEW},
	{"save", N_("files of a draft to a folder"), "NUMBER [FILENUMBER...] [--to DIR]", cmd_save,
		true, false, RIGHT_REVIEW},
	{"export", N_("page, text and pictures of a draft as a folder or zip"),
		"NUMBER... [--zip] [--to DIR] [--force]", cmd_export, true, false, RIGHT_REVIEW},
	{"preview", N_("the page in a browser, or its path"), "NUMBER...", cmd_preview, true, false,
		RIGHT_REVIEW},
	{"inspect", N_("what would become of a mail; keeps nothing"), "[--json] FILE...",
		cmd_inspect, false, true, RIGHT_NONE},
	{"import", N_("mails from files, Maildirs or mboxes"), "FILE...", cmd_import, true, false,
		RIGHT_ADMIN},
	{"quarantine", N_("mails that could not be read"), "[list | show N | retry N]",
		cmd_quarantine, true, false, RIGHT_ADMIN},
	{"status", N_("how the mailboxes and the outbox are"), "[--json]", cmd_status, true, false,
		RIGHT_NONE},
	{"check", N_("configuration, servers and tools, with cures"), "", cmd_check, true, false,
		RIGHT_NONE},
	{"config", N_("the settings in force"), "", cmd_config, true, false, RIGHT_NONE},
};

static const Command overview = {"", NULL, "", cmd_overview, true, false, RIGHT_REVIEW};

/* --- help
 * -----------------------------------------------------------------------------------------------------
 */

static void
print_help(FILE *to)
{
	fputs(_("usage: nieuws [--config FILE] [COMMAND ...]\n\n"), to);
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(to, "  %-12s %s\n", commands[i].name, _(commands[i].summary));
	fputs(_("\nnieuws COMMAND --help tells more; nieuws alone says where things stand.\n"), to);
}

static const Command *
find_command(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* Shared letters in order: good enough for a typo. */
static int
likeness(const char *a, const char *b)
{
	int score = 0;

	for (; *a != '\0' && *b != '\0'; a++) {
		const char *found = strchr(b, *a);

		if (found == NULL || found - b > 2)
			continue;
		score++;
		b = found + 1;
	}
	return score;
}

static const char *
nearest(const char *name)
{
	const char *best = NULL;
	int most = MAX((int)strlen(name) / 2, 1);

	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		int score = likeness(name, commands[i].name);

		if (score > most && strlen(commands[i].name) <= strlen(name) + 3) {
			most = score;
			best = commands[i].name;
		}
	}
	return best;
}

bool
command_options(
	int *argc, char ***argv, const char *arguments, const GOptionEntry *entries, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(arguments);

	if (entries != NULL)
		g_option_context_add_main_entries(context, entries, NULL);
	return g_option_context_parse(context, argc, argv, error);
}

/* --- the pager, as git has it
 * --------------------------------------------------------------------------------- */

static pid_t pager;

static bool
wants_pager(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "--help") == 0)
			return false;
	return isatty(STDOUT_FILENO) && g_getenv("NIEUWS_NO_PAGER") == NULL;
}

static void
start_pager(void)
{
	const char *program = g_getenv("PAGER");
	g_auto(GStrv) argv = NULL;
	int fds[2];

	if (program == NULL || *program == '\0')
		program = "less";
	if (strcmp(program, "cat") == 0 || !g_shell_parse_argv(program, NULL, &argv, NULL) ||
		pipe(fds) != 0)
		return;
	/* Our own colours are let through; what came from mail has been filtered before. */
	g_setenv("LESS", "FRX", FALSE);
	g_setenv("LESSSECURE", "1", TRUE);
	g_setenv("NIEUWS_PAGER_COLOUR", "1", TRUE);
	fflush(stdout);
	pager = fork();
	if (pager == 0) {
		dup2(fds[0], STDIN_FILENO);
		close(fds[0]);
		close(fds[1]);
		execvp(argv[0], argv);
		execlp("cat", "cat", (char *)NULL);
		_exit(127);
	}
	if (pager > 0) {
		struct sigaction ignore = {.sa_handler = SIG_IGN};

		/* The reader may leave early. */
		sigaction(SIGPIPE, &ignore, NULL);
		dup2(fds[1], STDOUT_FILENO);
	}
	close(fds[0]);
	close(fds[1]);
}

static void
end_pager(void)
{
	if (pager <= 0)
		return;
	fflush(stdout);
	fclose(stdout);
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/* --- running
 * --------------------------------------------------------------------------------------------------
 */

static int
run_command(const Command *command, Context *context, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	bool wants_help =
		argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
	int code = EXIT_DONE;

	if (wants_help) {
		printf("nieuws %s %s\n\n%s\n", command->name, command->usage,
			command->summary != NULL ? _(command->summary) : "");
		return EXIT_DONE;
	}
	if (command->needs_config)
		context->config = config_load(context->config_path, &error);
	if (error == NULL && command->right != RIGHT_NONE)
		desk_free(desk_identify(context->config, command->right, &error));
	if (error == NULL && command->may_page && wants_pager(argc, argv))
		start_pager();
	if (error == NULL)
		code = command->run(context, argc, argv, &error);
	if (error != NULL) {
		g_autofree char *shown = text_printable(error->message, TEXT_LINES);

		fprintf(stderr, "nieuws: %s\n", shown);
		if (code != EXIT_USAGE || !nieuws_error_is(error, NIEUWS_INPUT))
			code = nieuws_exit_code(error);
	}
	g_clear_pointer(&context->config, config_free);
	return code;
}

static int
run_named(const char *name, Context *context, int argc, char **argv)
{
	const Command *command = find_command(name);
	const char *near;

	if (strcmp(name, "help") == 0 && argc > 1 && find_command(argv[1]) != NULL) {
		char *help[] = {argv[1], (char *)(guintptr) "--help", NULL};

		return run_command(find_command(argv[1]), context, 2, help);
	}
	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (command != NULL)
		return run_command(command, context, argc, argv);
	near = nearest(name);
	fprintf(stderr, _("nieuws: there is no command %s"), name);
	if (near != NULL)
		fprintf(stderr, _("; did you mean %s?"), near);
	fputs(_("\nnieuws help lists them all.\n"), stderr);
	return EXIT_USAGE;
}

/* A full disk behind stdout is an error, not a short list. */
static int
finish_output(int code)
{
	if (pager > 0) {
		end_pager();
		return code;
	}
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return code;
	fprintf(stderr, _("nieuws: cannot write: %s\n"), g_strerror(errno));
	return code == EXIT_DONE ? EXIT_IO : code;
}

int
main(int argc, char **argv)
{
	Context context = {.config_path = NULL};
	int i = 1;

	/* What is made in the spool belongs to the editors' group. */
	umask(0007);
	setlocale(LC_ALL, "");
	if (g_getenv("NIEUWS_LOCALE") != NULL)
		bindtextdomain(GETTEXT_PACKAGE, g_getenv("NIEUWS_LOCALE"));
	else
		bindtextdomain(GETTEXT_PACKAGE, NIEUWS_LOCALEDIR);
	bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
	log_open("nieuws");
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
	if (i + 1 == argc && strcmp(argv[i], "--json") == 0) {
		char *json[] = {(char *)(guintptr) "nieuws", argv[i], NULL};

		return finish_output(run_command(&overview, &context, 2, json));
	}
	if (i >= argc) {
		char *none[] = {(char *)(guintptr) "nieuws", NULL};

		return finish_output(run_command(&overview, &context, 1, none));
	}
	return finish_output(run_named(argv[i], &context, argc - i, argv + i));
}
