/* nieuwsd: the keeper. Starts and watches the other programs, owns the spool and every write of the
 * intake. */
#include <glib-unix.h>
#include <glib.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "config.h"
#include "intake.h"
#include "notify.h"

typedef struct {
	char *config_path;
	gboolean once, check, version, debug;
} Options;

typedef struct {
	Options options;
	GMainLoop *loop;
	Intake *intake;
	bool reload;
	int exit_code;
	bool progress_shown;
} Daemon;

static bool
parse_options(int *argc, char ***argv, Options *options, GError **error)
{
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config_path,
			"Read this configuration", "FILE"},
		{"once", 0, 0, G_OPTION_ARG_NONE, &options->once,
			"Drain every mailbox, try the outbox once, and end", NULL},
		{"check", 0, 0, G_OPTION_ARG_NONE, &options->check,
			"Check configuration, servers and tools, and end", NULL},
		{"debug", 0, 0, G_OPTION_ARG_NONE, &options->debug, "Log every step", NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	g_autoptr(GOptionContext) context = g_option_context_new("- keep the mail of the newsroom");

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, error))
		return false;
	if (*argc > 1)
		return nieuws_fail(
			error, NIEUWS_INPUT, "nieuwsd takes no arguments; see nieuwsd --help");
	return true;
}

/* --- what is shown while it runs
 * ------------------------------------------------------------------------------ */

static void
show_progress(Daemon *daemon, const IntakeProgress *progress)
{
	fprintf(stderr,
		"\r%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " mails kept, %" G_GINT64_FORMAT
		" in quarantine, %" G_GINT64_FORMAT " notices sent ",
		progress->kept, progress->wanted, progress->quarantined, progress->sent);
	daemon->progress_shown = true;
}

static void
on_progress(void *context, const IntakeProgress *progress)
{
	Daemon *daemon = context;

	if (daemon->options.once && isatty(STDERR_FILENO))
		show_progress(daemon, progress);
	if (!daemon->options.once)
		notify_systemd("STATUS=%" G_GINT64_FORMAT " mails kept, %" G_GINT64_FORMAT
			       " in quarantine",
			progress->kept, progress->quarantined);
}

static void
on_done(void *context, const GError *error)
{
	Daemon *daemon = context;

	daemon->exit_code = nieuws_exit_code(error);
	if (error != NULL)
		log_event(LOG_ERR, "intake-ended", "reason", error->message, NULL);
	g_main_loop_quit(daemon->loop);
}

/* --- signals and the watchdog
 * --------------------------------------------------------------------------------- */

static gboolean
on_terminate(gpointer data)
{
	Daemon *daemon = data;

	/* It may come while a reload waits for the end of what was. */
	daemon->reload = false;
	notify_systemd("STOPPING=1\nSTATUS=Ending what is under way");
	intake_stop(daemon->intake);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_hangup(gpointer data)
{
	Daemon *daemon = data;

	daemon->reload = true;
	notify_systemd("RELOADING=1\nSTATUS=Reading the configuration again");
	intake_stop(daemon->intake);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_watchdog(gpointer data)
{
	(void)data;
	notify_systemd("WATCHDOG=1");
	return G_SOURCE_CONTINUE;
}

/* --- one life of the intake, from configuration to stop
 * ------------------------------------------------------- */

static bool
run_intake(Daemon *daemon, GError **error)
{
	g_autoptr(Config) config = config_load(daemon->options.config_path, error);
	const IntakeEvents events = {.progress = on_progress, .done = on_done, .context = daemon};

	if (config == NULL)
		return false;
	daemon->intake = intake_new(
		config, daemon->options.once ? INTAKE_ONCE : INTAKE_FOREVER, &events, error);
	if (daemon->intake == NULL)
		return false;
	intake_start(daemon->intake);
	notify_systemd("READY=1\nSTATUS=Reading %u mailboxes", config->mailboxes->len);
	log_event(LOG_NOTICE, "started", "version", NIEUWS_VERSION, "config", config->path, NULL);
	g_main_loop_run(daemon->loop);
	g_clear_pointer(&daemon->intake, intake_free);
	return true;
}

/* A reload with a broken file must not end the service: say so and go on with what was. */
static bool
reload_is_good(Daemon *daemon)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = config_load(daemon->options.config_path, &error);

	if (config == NULL)
		log_event(LOG_ERR, "reload-refused", "reason", error->message, "outcome",
			"old configuration stays", NULL);
	return config != NULL;
}

static gboolean
on_hangup_checked(gpointer data)
{
	return reload_is_good(data) ? on_hangup(data) : G_SOURCE_CONTINUE;
}

static bool
run(Daemon *daemon, GError **error)
{
	guint watchdog = notify_watchdog_ms();

	daemon->loop = g_main_loop_new(NULL, FALSE);
	g_unix_signal_add(SIGTERM, on_terminate, daemon);
	g_unix_signal_add(SIGINT, on_terminate, daemon);
	g_unix_signal_add(SIGHUP, on_hangup_checked, daemon);
	if (watchdog > 0)
		g_timeout_add(watchdog / 3, on_watchdog, daemon);
	do {
		daemon->reload = false;
		if (!run_intake(daemon, error))
			return false;
	} while (daemon->reload);
	return true;
}

/* The checks are the desk's: nieuwsd --check is the same program under another name. */
static int
run_check(const Options *options)
{
	g_autofree char *nieuws = config_program("nieuws");

	if (options->config_path != NULL)
		execl(nieuws, "nieuws", "--config", options->config_path, "check", (char *)NULL);
	else
		execl(nieuws, "nieuws", "check", (char *)NULL);
	/* Installed, it lies where people's commands are. */
	if (options->config_path != NULL)
		execlp("nieuws", "nieuws", "--config", options->config_path, "check", (char *)NULL);
	else
		execlp("nieuws", "nieuws", "check", (char *)NULL);
	fprintf(stderr, "nieuwsd: cannot run %s\n", nieuws);
	return EXIT_INTERNAL;
}

int
main(int argc, char **argv)
{
	Daemon daemon = {.exit_code = EXIT_DONE};
	g_autoptr(GError) error = NULL;
	struct rlimit no_core = {0, 0};

	setlocale(LC_ALL, "");
	log_open("nieuwsd");
	signal(SIGPIPE, SIG_IGN);
	umask(0007);
	setrlimit(RLIMIT_CORE, &no_core);
	if (!parse_options(&argc, &argv, &daemon.options, &error)) {
		fprintf(stderr, "nieuwsd: %s\n", error->message);
		return EXIT_USAGE;
	}
	if (daemon.options.version) {
		puts("nieuwsd " NIEUWS_VERSION);
		return EXIT_DONE;
	}
	if (daemon.options.check)
		return run_check(&daemon.options);
	if (daemon.options.debug)
		log_set_level(LOG_DEBUG);
	if (!run(&daemon, &error)) {
		fprintf(stderr, "nieuwsd: %s\n", error->message);
		daemon.exit_code = nieuws_exit_code(error);
	}
	if (daemon.progress_shown)
		fputc('\n', stderr);
	g_clear_pointer(&daemon.loop, g_main_loop_unref);
	g_free(daemon.options.config_path);
	return daemon.exit_code;
}
