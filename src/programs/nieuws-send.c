/* nieuws-send: hands finished mails to the SMTP server, and says how it went. Knows nothing of
 * drafts. */
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

#include "base.h"
#include "config.h"
#include "smtp.h"
#include "wire.h"

enum {
	WARM_MS = 20000, /* a connection waits so long for the next mail */
	SULK_MS = 20000, /* after a connection that failed, the mails behind it fail too */
	MAIL_MOST = 4 << 20,
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

/* One failed connection is enough for a handful of mails. */
static bool
connect_or_sulk(const Config *config, Smtp **smtp, char **ret_reply)
{
	static gint64 failed_at;
	static char *failure;
	g_autoptr(GError) error = NULL;

	if (failure == NULL || when_monotonic_ms() - failed_at > SULK_MS) {
		*smtp = connect_now(config, &error);
		if (*smtp != NULL)
			return true;
		g_free(failure);
		failure = g_strdup(error->message);
		failed_at = when_monotonic_ms();
	}
	*ret_reply = g_strdup(failure);
	return false;
}

static SmtpOutcome
send_by_server(const Config *config, Smtp **smtp, const WireSend *job, const char *mail,
	size_t length, char **ret_reply)
{
	bool fresh = *smtp == NULL;
	SmtpOutcome outcome;

	if (fresh && !connect_or_sulk(config, smtp, ret_reply))
		return SMTP_LATER;
	outcome = smtp_send(*smtp, job->sender, job->recipient, mail, length, ret_reply);
	if (outcome == SMTP_LATER)
		g_clear_pointer(smtp, smtp_free);
	/* A warm connection may have been closed on us before the mail was taken: once more on a
	 * new one. */
	if (outcome == SMTP_LATER && !fresh && g_str_has_prefix(*ret_reply, "0 ")) {
		g_clear_pointer(ret_reply, g_free);
		return send_by_server(config, smtp, job, mail, length, ret_reply);
	}
	return outcome;
}

static bool
serve_one(const Config *config, WireChannel *channel, Smtp **smtp, const WireLetter *letter,
	GError **error)
{
	const WireSend *job = letter->record;
	size_t length;
	g_autofree char *mail =
		letter->fd >= 0 ? fs_pread_all(letter->fd, MAIL_MOST, &length, error) : NULL;
	g_autofree char *reply = NULL;
	WireSent sent = {.outbox = job->outbox};

	if (mail == NULL)
		return false;
	sent.outcome = *config->smtp.sendmail != '\0'
			       ? (gint64)smtp_sendmail(
					 config, job->sender, job->recipient, mail, length, &reply)
			       : (gint64)send_by_server(config, smtp, job, mail, length, &reply);
	{
		g_autofree char *valid = text_printable(reply != NULL ? reply : "", TEXT_ONE_LINE);

		sent.reply = valid;
		return wire_send(channel, WIRE_SENT, &sent, -1, error);
	}
}

static int
serve(const Config *config)
{
	g_autoptr(WireChannel) channel = wire_channel_new(WIRE_CHANNEL_FD);
	g_autoptr(GError) error = NULL;
	Smtp *smtp = NULL;

	fcntl(WIRE_CHANNEL_FD, F_SETFD, FD_CLOEXEC);
	for (;;) {
		g_autoptr(WireLetter) letter = NULL;
		struct pollfd poller = {.fd = WIRE_CHANNEL_FD, .events = POLLIN};

		if (smtp != NULL && poll(&poller, 1, WARM_MS) == 0)
			smtp_close(g_steal_pointer(&smtp));
		if (!wire_receive(channel, &letter, &error))
			break;
		if (letter->kind == WIRE_SEND && !serve_one(config, channel, &smtp, letter, &error))
			break;
	}
	smtp_close(smtp);
	return nieuws_error_is(error, NIEUWS_LATER) ? EXIT_DONE : EXIT_INTERNAL;
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
