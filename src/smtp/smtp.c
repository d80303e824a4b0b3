#include "smtp.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net.h"

enum { ADDRESS_MOST = 254 };

struct Smtp {
	Net *net;
	mailsmtp *session;
	gint64 timeout;
	char *host, *helo;
	bool can_login, can_plain, can_xoauth2, has_starttls;
};

static bool
filter(void *context, char *bytes, size_t length)
{
	(void)context;
	/* A tab in EHLO sends libetpan's parser round and round. */
	for (size_t i = 0; i < length; i++)
		if (bytes[i] == '\t')
			bytes[i] = ' ';
	return true;
}

static void
budget(Smtp *smtp)
{
	net_set_budget(smtp->net, smtp->timeout, 1 << 20);
}

static const char *
words_of(const Smtp *smtp)
{
	if (*net_failure(smtp->net) != '\0')
		return net_failure(smtp->net);
	return smtp->session->response != NULL ? smtp->session->response : "";
}

/* --- lines, for what libetpan does in other ways than we want
 * ------------------------------------------------- */

/* The code of a whole reply, 0 when the line is gone. *ret_text (may be NULL): its lines. */
static int
read_reply(Smtp *smtp, GString *text)
{
	for (int lines = 0; lines < 100; lines++) {
		char *line;

		mmap_string_truncate(smtp->session->line_buffer, 0);
		line = mailstream_read_line_remove_eol(
			smtp->session->stream, smtp->session->line_buffer);
		if (line == NULL || strlen(line) < 3)
			return 0;
		if (text != NULL)
			g_string_append_printf(text, "%s\n", strlen(line) > 4 ? line + 4 : "");
		if (line[3] != '-')
			return (int)g_ascii_strtoll(line, NULL, 10);
	}
	return 0;
}

static bool
say(Smtp *smtp, const char *line)
{
	mailstream *stream = smtp->session->stream;

	budget(smtp);
	return mailstream_write(stream, line, strlen(line)) >= 0 &&
	       mailstream_write(stream, "\r\n", 2) >= 0 && mailstream_flush(stream) >= 0;
}

static int
command(Smtp *smtp, const char *line, GString *text)
{
	/* A reply that came before its command answers nothing: the line is out of step. */
	if (smtp->session->stream->read_buffer_len != 0)
		return 0;
	return say(smtp, line) ? read_reply(smtp, text) : 0;
}

static char *
last_line(GString *text)
{
	g_autofree char *flat = text_printable(g_strchomp(text->str), TEXT_ONE_LINE);

	return g_strndup(flat, 300);
}

/* --- opening
 * --------------------------------------------------------------------------------------------------
 */

static void
read_abilities(Smtp *smtp, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	smtp->has_starttls = smtp->can_login = smtp->can_plain = smtp->can_xoauth2 = false;
	for (char **line = lines; *line != NULL; line++) {
		g_autofree char *upper = g_ascii_strup(*line, -1);

		if (g_str_has_prefix(upper, "STARTTLS"))
			smtp->has_starttls = true;
		if (!g_str_has_prefix(upper, "AUTH"))
			continue;
		smtp->can_login = strstr(upper, "LOGIN") != NULL;
		smtp->can_plain = strstr(upper, "PLAIN") != NULL;
		smtp->can_xoauth2 = strstr(upper, "XOAUTH2") != NULL;
	}
}

static bool
hello(Smtp *smtp, GError **error)
{
	g_autofree char *line = g_strdup_printf("EHLO %s", smtp->helo);
	g_autoptr(GString) text = g_string_new(NULL);
	int code = command(smtp, line, text);

	if (code != 250)
		return nieuws_fail(error, NIEUWS_LATER, "%s does not greet us (EHLO: %d %s)",
			smtp->host, code, words_of(smtp));
	read_abilities(smtp, text->str);
	return true;
}

static bool
start_tls(Smtp *smtp, GError **error)
{
	if (!smtp->has_starttls)
		return nieuws_fail(error, NIEUWS_MAILBOX,
			"%s does not offer STARTTLS, so nothing was sent; use tls = implicit",
			smtp->host);
	if (command(smtp, "STARTTLS", NULL) != 220 || smtp->session->stream->read_buffer_len != 0)
		return nieuws_fail(error, NIEUWS_MAILBOX,
			"%s refused STARTTLS, so nothing was sent", smtp->host);
	return net_start_tls(smtp->net, error) && hello(smtp, error);
}

static int
login(Smtp *smtp, const char *user, const char *secret)
{
	g_autofree char *name = g_base64_encode((const guchar *)user, strlen(user));
	g_autofree char *word = g_base64_encode((const guchar *)secret, strlen(secret));
	int code = command(smtp, "AUTH LOGIN", NULL);

	if (code == 334)
		code = command(smtp, name, NULL);
	if (code == 334)
		code = command(smtp, word, NULL);
	explicit_bzero(word, strlen(word));
	return code;
}

static int
sasl(Smtp *smtp, const char *mechanism, GString *response)
{
	g_autofree char *encoded = g_base64_encode((const guchar *)response->str, response->len);
	g_autofree char *line = g_strdup_printf("AUTH %s %s", mechanism, encoded);
	int code = command(smtp, line, NULL);

	/* OAuth tells the reason first, and wants an empty line. */
	if (code == 334)
		code = command(smtp, "", NULL);
	explicit_bzero(response->str, response->len);
	explicit_bzero(encoded, strlen(encoded));
	explicit_bzero(line, strlen(line));
	return code;
}

static bool
authenticate(Smtp *smtp, const ServerConfig *server, const char *secret, GError **error)
{
	g_autoptr(GString) response = g_string_new(NULL);
	int code;

	if (server->auth == AUTH_NONE)
		return true;
	if (strpbrk(server->user, "\r\n") != NULL || strpbrk(secret, "\r\n") != NULL)
		return nieuws_fail(error, NIEUWS_CONFIG,
			"the user or password for %s holds a line end", smtp->host);
	if (server->auth == AUTH_XOAUTH2 || server->auth == AUTH_OAUTHBEARER) {
		g_string_append_printf(
			response, "user=%s\001auth=Bearer %s\001\001", server->user, secret);
		code = sasl(smtp, "XOAUTH2", response);
	} else if (server->auth == AUTH_PLAIN || smtp->can_plain) {
		g_string_append_c(response, '\0');
		g_string_append(response, server->user);
		g_string_append_c(response, '\0');
		g_string_append(response, secret);
		code = sasl(smtp, "PLAIN", response);
	} else {
		code = login(smtp, server->user, secret);
	}
	return code == 235 || nieuws_fail(error, code >= 500 ? NIEUWS_MAILBOX : NIEUWS_LATER,
				      "%s refuses to log us in (%d %s); check user and password",
				      smtp->host, code, code == 0 ? words_of(smtp) : "");
}

static int
default_port(const ServerConfig *server)
{
	return server->tls == TLS_IMPLICIT ? 465 : server->tls == TLS_STARTTLS ? 587 : 25;
}

Smtp *
smtp_open(const Config *config, const char *secret, GError **error)
{
	const ServerConfig *server = &config->smtp.server;
	g_autoptr(Smtp) smtp = g_new0(Smtp, 1);
	const char *at = strrchr(config->smtp.from, '@');

	smtp->host = g_strdup(server->host);
	smtp->timeout = server->timeout;
	smtp->helo = g_strdup(*config->smtp.helo != '\0' ? config->smtp.helo
			      : at != NULL               ? at + 1
							 : "localhost");
	if (strspn(smtp->helo,
		    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-[]:") !=
		strlen(smtp->helo)) {
		nieuws_fail(error, NIEUWS_CONFIG,
			"helo = %s is not a host name, for example: helo = mail.example.nl",
			smtp->helo);
		return NULL;
	}
	smtp->net = net_connect(server, default_port(server), error);
	if (smtp->net == NULL)
		return NULL;
	net_set_filter(smtp->net, filter, NULL);
	smtp->session = mailsmtp_new(0, NULL);
	smtp->session->stream = net_stream(smtp->net);
	budget(smtp);
	if (read_reply(smtp, NULL) != 220) {
		nieuws_fail(error, NIEUWS_LATER, "%s does not take mail now: %s", smtp->host,
			words_of(smtp));
		return NULL;
	}
	if (!hello(smtp, error) || (server->tls == TLS_STARTTLS && !start_tls(smtp, error)) ||
		!authenticate(smtp, server, secret, error))
		return NULL;
	/* The password went through it. */
	explicit_bzero(smtp->session->stream->write_buffer, smtp->session->stream->buffer_max_size);
	return g_steal_pointer(&smtp);
}

bool
smtp_is_usable(Smtp *smtp)
{
	return smtp->session->stream->read_buffer_len == 0 && net_poll(smtp->net) == 0;
}

void
smtp_free(Smtp *smtp)
{
	if (smtp == NULL)
		return;
	if (smtp->session != NULL) {
		if (smtp->session->stream != NULL) {
			mailstream_close(smtp->session->stream);
			smtp->session->stream = NULL;
		}
		mailsmtp_free(smtp->session);
	}
	net_free(smtp->net);
	g_free(smtp->host);
	g_free(smtp->helo);
	g_free(smtp);
}

void
smtp_close(Smtp *smtp)
{
	if (smtp == NULL)
		return;
	net_set_budget(smtp->net, 2, 4096);
	if (say(smtp, "QUIT"))
		read_reply(smtp, NULL);
	smtp_free(smtp);
}

/* --- sending
 * --------------------------------------------------------------------------------------------------
 */

static bool
is_address(const char *address)
{
	return strlen(address) <= ADDRESS_MOST && strpbrk(address, "\r\n\t <>") == NULL;
}

static SmtpOutcome
outcome_of(int code)
{
	return code >= 200 && code < 400 ? SMTP_SENT : code >= 500 ? SMTP_REFUSED : SMTP_LATER;
}

/* Dots doubled at line starts, nothing but CRLF as line end (RFC 5321, 4.5.2). */
static bool
send_data(Smtp *smtp, const char *mail, size_t length)
{
	mailstream *stream = smtp->session->stream;
	const char *end = mail + length;

	budget(smtp);
	while (mail < end) {
		const char *newline = memchr(mail, '\n', (size_t)(end - mail));
		const char *stop = newline != NULL ? newline : end;
		size_t n = (size_t)(stop - mail);

		if (n > 0 && mail[n - 1] == '\r')
			n--;
		if (*mail == '.' && mailstream_write(stream, ".", 1) < 0)
			return false;
		if ((n > 0 && mailstream_write(stream, mail, n) < 0) ||
			mailstream_write(stream, "\r\n", 2) < 0)
			return false;
		mail = newline != NULL ? newline + 1 : end;
	}
	return mailstream_write(stream, ".\r\n", 3) >= 0 && mailstream_flush(stream) >= 0;
}

static SmtpOutcome
step(Smtp *smtp, const char *line, char **ret_reply)
{
	g_autoptr(GString) text = g_string_new(NULL);
	int code = command(smtp, line, text);
	SmtpOutcome outcome = outcome_of(code);

	if (outcome != SMTP_SENT) {
		g_autofree char *words = last_line(text);

		*ret_reply = g_strdup_printf("%d %s", code, code != 0 ? words : words_of(smtp));
		/* Ready for the next mail. */
		if (outcome == SMTP_REFUSED)
			command(smtp, "RSET", NULL);
	}
	return outcome;
}

SmtpOutcome
smtp_send(Smtp *smtp, const char *sender, const char *recipient, const char *mail, size_t length,
	char **ret_reply)
{
	g_autofree char *from = g_strdup_printf("MAIL FROM:<%s>", sender);
	g_autofree char *to = g_strdup_printf("RCPT TO:<%s>", recipient);
	g_autoptr(GString) text = g_string_new(NULL);
	SmtpOutcome outcome;
	int code;

	*ret_reply = NULL;
	if (!is_address(sender) || !is_address(recipient) || *recipient == '\0') {
		*ret_reply = g_strdup("the address is malformed");
		return SMTP_REFUSED;
	}
	if ((outcome = step(smtp, from, ret_reply)) != SMTP_SENT ||
		(outcome = step(smtp, to, ret_reply)) != SMTP_SENT ||
		(outcome = step(smtp, "DATA", ret_reply)) != SMTP_SENT)
		return outcome;
	code = send_data(smtp, mail, length) ? read_reply(smtp, text) : 0;
	{
		g_autofree char *words = last_line(text);

		*ret_reply = g_strdup_printf("%d %s", code, code != 0 ? words : words_of(smtp));
	}
	return outcome_of(code);
}

/* --- a local program
 * ------------------------------------------------------------------------------------------ */

SmtpOutcome
smtp_sendmail(const Config *config, const char *sender, const char *recipient, const char *mail,
	size_t length, char **ret_reply)
{
	const char *argv[] = {config->smtp.sendmail, "-i", "-f", *sender != '\0' ? sender : "<>",
		"--", recipient, NULL};
	g_autoptr(GError) error = NULL;
	int input, status;
	GPid pid;
	bool written;

	if (!is_address(sender) || !is_address(recipient) || *recipient == '\0' ||
		*recipient == '-') {
		*ret_reply = g_strdup("the address is malformed");
		return SMTP_REFUSED;
	}
	if (!g_spawn_async_with_pipes(NULL, (char **)(guintptr)argv, NULL,
		    G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &input, NULL, NULL, &error)) {
		*ret_reply = g_strdup(error->message);
		return SMTP_LATER;
	}
	written = fs_write_all(input, mail, length, NULL);
	close(input);
	while (waitpid(pid, &status, 0) < 0)
		continue;
	*ret_reply = g_strdup_printf(
		"sendmail ended with %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	if (written && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return SMTP_SENT;
	return WIFEXITED(status) && WEXITSTATUS(status) == 75   ? SMTP_LATER
	       : WIFEXITED(status) && WEXITSTATUS(status) == 67 ? SMTP_REFUSED
								: SMTP_LATER;
}
