/* nieuws-send: hands finished mails to the SMTP server, and says how it went. Knows nothing of
 * drafts.
 *
 * Two processes: the first waits for work; for each connection it forks the second, which connects,
 * logs in, seals itself, and ends with the connection. Letters that it did not take wait in the
 * channel for the next. A local sendmail is a program to run, so there nothing is sealed. */
#include <fcntl.h>
#include <glib.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "config.h"
#include "sandbox.h"
#include "smtp.h"
#include "wire.h"

enum {
	WARM_MS = 20000, /* a connection waits so long for the next mail */
	SULK_MS = 20000, /* after a connection that failed, the mails behind it fail too */
	MAIL_MOST = 4 << 20,
	MEMORY = 44 << 20, /* RLIMIT_DATA of a sealed connection */
};

static Smtp *
connect_now(const Config *config, GError **error)
{
	char *secret = NULL;
	Smtp *smtp;

	if (config->smtp.server.auth != AUTH_NONE) {
		secret = config_secret(config, &config->smtp.server, error);
		if (secret == NULL)
			return NULL;
	}
	smtp = smtp_open(config, secret, error);
	config_secret_free(secret);
	return smtp;
}

/* What one connection works with. */
typedef struct {
	const Config *config;
	WireChannel *channel;
	Smtp *smtp; /* NULL: could not be made, as failure says, or broke */
	char *failure;
	gint64 began;
} Line;

static SmtpOutcome
send_by_server(Line *line, const WireSend *job, const char *mail, size_t length, char **ret_reply)
{
	SmtpOutcome outcome;

	if (line->smtp == NULL) {
		*ret_reply = g_strdup(line->failure);
		return SMTP_LATER;
	}
	outcome = smtp_send(line->smtp, job->sender, job->recipient, mail, length, ret_reply);
	if (outcome == SMTP_LATER)
		g_clear_pointer(&line->smtp, smtp_free);
	return outcome;
}

static bool
serve_one(Line *line, const WireLetter *letter, GError **error)
{
	const WireSend *job = letter->record;
	const Config *config = line->config;
	size_t length;
	g_autofree char *mail =
		letter->fd >= 0 ? fs_pread_all(letter->fd, MAIL_MOST, &length, error) : NULL;
	g_autofree char *reply = NULL;
	g_autofree char *valid = NULL;
	WireSent sent = {.outbox = job->outbox};

	if (mail == NULL)
		return false;
	sent.outcome = *config->smtp.sendmail != '\0'
			       ? (gint64)smtp_sendmail(
					 config, job->sender, job->recipient, mail, length, &reply)
			       : (gint64)send_by_server(line, job, mail, length, &reply);
	valid = text_printable(reply != NULL ? reply : "", TEXT_ONE_LINE);
	sent.reply = valid;
	return wire_send(line->channel, WIRE_SENT, &sent, -1, error);
}

static bool
is_readable(int milliseconds)
{
	struct pollfd poller = {.fd = WIRE_CHANNEL_FD, .events = POLLIN};

	return poll(&poller, 1, milliseconds) > 0;
}

/* May this process take one more letter? One connection that failed is enough for a handful of
 * mails; one that broke, or that the server has ended, is not used again. */
static bool
wants_more(Line *line)
{
	if (*line->config->smtp.sendmail != '\0')
		return true;
	if (line->failure != NULL)
		return is_readable((int)MAX(0, line->began + SULK_MS - when_monotonic_ms()));
	return line->smtp != NULL && is_readable(WARM_MS) && smtp_is_usable(line->smtp);
}

/* Until the connection is of no use. EXIT_LATER: there may be more letters for the next one. */
static int
talk(Line *line)
{
	g_autoptr(GError) error = NULL;

	while (wants_more(line)) {
		g_autoptr(WireLetter) letter = NULL;

		if (!wire_receive(line->channel, &letter, &error) ||
			(letter->kind == WIRE_SEND && !serve_one(line, letter, &error)))
			break;
	}
	if (line->smtp != NULL)
		smtp_close(g_steal_pointer(&line->smtp));
	if (error == NULL)
		return EXIT_LATER;
	/* The keeper hanging up is how we end. */
	return nieuws_error_is(error, NIEUWS_LATER) ? EXIT_DONE : EXIT_INTERNAL;
}

/* The second process. */
static int
converse(const Config *config, pid_t parent)
{
	const SandboxTalkPlan plan = {
		.folder = -1, .memory = MEMORY, .allow_degraded = config->sandbox_degraded};
	g_autoptr(WireChannel) channel = wire_channel_new(WIRE_CHANNEL_FD);
	g_autoptr(GError) error = NULL;
	Line line = {.config = config, .channel = channel, .began = when_monotonic_ms()};
	int code = EXIT_INTERNAL;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		return EXIT_LATER;
	line.smtp = connect_now(config, &error);
	if (line.smtp == NULL)
		line.failure = g_strdup(error->message);
	g_clear_error(&error);
	if (sandbox_seal_talk(&plan, &error))
		code = talk(&line);
	else
		log_event(LOG_CRIT, "not-sealed", "reason", error->message, NULL);
	g_free(line.failure);
	return code;
}

static int
serve(const Config *config)
{
	fcntl(WIRE_CHANNEL_FD, F_SETFD, FD_CLOEXEC);
	if (*config->smtp.sendmail != '\0') {
		g_autoptr(WireChannel) channel = wire_channel_new(WIRE_CHANNEL_FD);
		Line line = {.config = config, .channel = channel};

		return talk(&line);
	}
	for (;;) {
		pid_t parent = getpid(), child;
		int status = 0;

		is_readable(-1);
		child = fork();
		if (child == 0)
			_exit(converse(config, parent));
		if (child < 0)
			return EXIT_INTERNAL;
		while (waitpid(child, &status, 0) < 0)
			continue;
		/* One that was killed took its letter with it: the keeper sees us end, and tries
		 * again later. */
		if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_LATER)
			return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_INTERNAL;
	}
}

static int
check(const Config *config)
{
	g_autoptr(GError) error = NULL;
	Smtp *smtp;

	if (*config->smtp.sendmail != '\0') {
		bool there = g_file_test(config->smtp.sendmail, G_FILE_TEST_IS_EXECUTABLE);

		printf(there ? "ok: sends by %s\n" : "%s cannot be run; check sendmail\n",
			config->smtp.sendmail);
		return there ? EXIT_DONE : EXIT_CONFIG;
	}
	if (*config->smtp.server.host == '\0') {
		puts("nothing is sent: set host in [smtp] to send notices and receipts");
		return EXIT_REFUSED;
	}
	smtp = connect_now(config, &error);
	if (smtp == NULL) {
		puts(error->message);
		return nieuws_exit_code(error);
	}
	printf("ok: %s takes mail from us\n", config->smtp.server.host);
	smtp_close(smtp);
	return EXIT_DONE;
}

static bool
has_channel(void)
{
	int type = 0;
	socklen_t length = sizeof type;

	return getsockopt(WIRE_CHANNEL_FD, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
	       type == SOCK_SEQPACKET;
}

int
main(int argc, char **argv)
{
	g_autofree char *path = NULL;
	gboolean only_check = FALSE;
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "Read this configuration", "FILE"},
		{"check", 0, 0, G_OPTION_ARG_NONE, &only_check, "Connect, say how it went, and end",
			NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	g_autoptr(GOptionContext) options = g_option_context_new("- send what is in the outbox");
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;
	struct rlimit no_core = {0, 0};

	setlocale(LC_ALL, "");
	log_open("nieuws-send");
	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_DUMPABLE, 0);
	g_option_context_add_main_entries(options, entries, NULL);
	if (!g_option_context_parse(options, &argc, &argv, &error)) {
		fprintf(stderr, "nieuws-send: %s\n", error->message);
		return EXIT_USAGE;
	}
	config = config_load(path, &error);
	if (config == NULL) {
		fprintf(stderr, "nieuws-send: %s\n", error->message);
		return nieuws_exit_code(error);
	}
	if (only_check)
		return check(config);
	if (!has_channel()) {
		fputs("nieuws-send: it is started by nieuwsd; by hand there is: nieuws-send "
		      "--config FILE --check\n",
			stderr);
		return EXIT_USAGE;
	}
	return serve(config);
}
