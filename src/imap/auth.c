/* Logging in. SASL by hand (RFC 4616, RFC 7628, Google's XOAUTH2): Cyrus brings plugins and no
 * OAuth. */
#include <string.h>

#include "imap-private.h"

static char *
initial_response(const ServerConfig *server, const char *secret)
{
	g_autoptr(GString) text = g_string_new(NULL);
	char *encoded;

	if (server->auth == AUTH_PLAIN) {
		g_string_append_c(text, '\0');
		g_string_append(text, server->user);
		g_string_append_c(text, '\0');
		g_string_append(text, secret);
	} else if (server->auth == AUTH_XOAUTH2) {
		g_string_append_printf(
			text, "user=%s\001auth=Bearer %s\001\001", server->user, secret);
	} else {
		g_string_append_printf(text,
			"n,a=%s,\001host=%s\001port=%d\001auth=Bearer %s\001\001", server->user,
			server->host, (int)server->port, secret);
	}
	encoded = g_base64_encode((const guchar *)text->str, text->len);
	explicit_bzero(text->str, text->len);
	return encoded;
}

/* The error details of OAuth come in base64. */
static void
remember_reason(char **reason, const char *line)
{
	gsize length;
	g_autofree guchar *decoded = NULL;

	line += strcspn(line, " ");
	line += strspn(line, " ");
	if (*line == '\0' || *reason != NULL)
		return;
	decoded = g_base64_decode(line, &length);
	*reason = text_valid((const char *)decoded, (gssize)length);
}

static bool
refuse(Imap *imap, const char *line, const char *reason, GError **error)
{
	bool passing = strstr(line, "[UNAVAILABLE]") != NULL || strstr(line, "[INUSE]") != NULL;
	g_autofree char *said = text_printable(reason != NULL ? reason : line, TEXT_ONE_LINE);

	return nieuws_fail(error, passing ? NIEUWS_LATER : NIEUWS_MAILBOX,
		"%s refuses to log us in (%s); check user and password, and whether the provider "
		"still allows this way",
		imap->host, said);
}

static bool
read_verdict(Imap *imap, bool response_sent, const char *response, GError **error)
{
	g_autofree char *reason = NULL;

	for (;;) {
		const char *line = imap_read_line(imap, error);
		bool good;

		if (line == NULL)
			return false;
		if (imap_is_answer(imap, line, &good))
			return good || refuse(imap, line, reason, error);
		if (*line != '+')
			continue;
		if (response_sent)
			remember_reason(&reason, line);
		/* The first + asks for the response; a later one tells why not, and wants an empty
		 * answer. */
		if (!imap_send_line(imap, false, response_sent ? "AQ==" : response, true, error))
			return false;
		response_sent = true;
	}
}

static bool
sasl(Imap *imap, const ServerConfig *server, const char *secret, GError **error)
{
	static const char *const names[] = {"", "PLAIN", "XOAUTH2", "OAUTHBEARER", ""};
	g_autofree char *response = initial_response(server, secret);
	bool at_once = imap_has(imap, "SASL-IR");
	g_autofree char *command = g_strdup_printf("AUTHENTICATE %s%s%s", names[server->auth],
		at_once ? " " : "", at_once ? response : "");
	bool good;

	imap_budget(imap, imap->timeout, 0);
	good = imap_send_line(imap, true, command, true, error) &&
	       read_verdict(imap, at_once, response, error);
	explicit_bzero(response, strlen(response));
	explicit_bzero(command, strlen(command));
	if (good)
		imap->session->imap_state = MAILIMAP_STATE_AUTHENTICATED;
	return good;
}

bool
imap_authenticate(Imap *imap, const ServerConfig *server, const char *secret, GError **error)
{
	int result;

	if (server->auth != AUTH_LOGIN)
		return sasl(imap, server, secret, error);
	imap_budget(imap, imap->timeout, 0);
	result = mailimap_login(imap->session, server->user, secret);
	if (result == MAILIMAP_ERROR_LOGIN && *net_failure(imap->net) == '\0')
		return refuse(imap,
			imap->session->imap_response != NULL ? imap->session->imap_response : "NO",
			NULL, error);
	return imap_check(imap, result, "log in", error);
}
