/* Who may be believed, and whom not to answer (RFC 8601, RFC 3834). */
#include <string.h>

#include "mime-private.h"

static const char *const *trusted_ids;

void
mime_trust(const char *const *authserv_ids)
{
	trusted_ids = authserv_ids;
}

static bool
is_trusted(const char *id)
{
	for (const char *const *trusted = trusted_ids; trusted != NULL && *trusted != NULL;
		trusted++)
		if (g_ascii_strcasecmp(*trusted, id) == 0)
			return true;
	return false;
}

/* Copies a quoted string as one opaque word: what stands in it was chosen by the sender. Returns
 * its last byte, or the last byte of the text. */
static const char *
skip_quoted(const char *p)
{
	for (p++; *p != '\0' && *p != '"'; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	return *p == '\0' ? p - 1 : p;
}

static const char *
skip_comment(const char *p)
{
	int depth = 0;

	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p;
	}
	return p - 1;
}

/* The field in lower case, without comments, quoted strings as "", single blanks and none around
 * the equals signs. Encoded words are not decoded: they are not allowed here, and a sender could
 * hide a verdict in his address with them. */
static char *
plain_results(const char *raw)
{
	GString *out = g_string_new(NULL);

	for (const char *p = raw; *p != '\0'; p++) {
		char last = out->len > 0 ? out->str[out->len - 1] : ' ';

		if (*p == '(') {
			p = skip_comment(p);
		} else if (*p == '"') {
			p = skip_quoted(p);
			g_string_append(out, "\"\"");
		} else if (g_ascii_isspace(*p) || g_ascii_iscntrl(*p)) {
			if (last != ' ' && last != '=')
				g_string_append_c(out, ' ');
		} else {
			if (*p == '=' && last == ' ' && out->len > 0)
				g_string_truncate(out, out->len - 1);
			g_string_append_c(out, g_ascii_tolower(*p));
		}
	}
	return g_string_free(out, FALSE);
}

/* Only the first word of a result is the verdict (RFC 8601, 2.2); properties and reasons behind it
 * repeat what the sender said. */
static bool
has_result(char **results, const char *method, const char *result)
{
	g_autofree char *wanted = g_strdup_printf("%s=%s", method, result);
	size_t n = strlen(wanted);

	for (char **text = results; *text != NULL; text++) {
		const char *word = *text + strspn(*text, " ");

		if (strncmp(word, wanted, n) == 0 && (word[n] == ' ' || word[n] == '\0'))
			return true;
	}
	return false;
}

static Trust
verdict(char **results)
{
	/* Two From lines, two verdicts: the worse one. */
	if (has_result(results, "dmarc", "fail"))
		return TRUST_FAIL;
	if (has_result(results, "dmarc", "pass"))
		return TRUST_PASS;
	if (has_result(results, "spf", "fail") || has_result(results, "dkim", "fail"))
		return TRUST_FAIL;
	return TRUST_NONE;
}

/* Only the topmost field counts: what stands below may have come with the mail. DMARC decides,
 * because it speaks of the From that people see; without it nothing is proven. */
void
mime_judge_sender(MimeMail *mail)
{
	const char *raw = mime_header(GMIME_OBJECT(mail->gmime), "Authentication-Results");
	g_autofree char *valid = raw != NULL ? text_valid(raw, -1) : NULL;
	g_autofree char *plain = valid != NULL ? plain_results(valid) : NULL;
	g_auto(GStrv) results = plain != NULL ? g_strsplit(plain, ";", 100) : NULL;
	g_auto(GStrv) words = NULL;
	g_autofree char *detail = NULL;

	if (results == NULL || results[0] == NULL || results[1] == NULL)
		return;
	/* The name may be followed by a version. */
	words = g_strsplit(g_strstrip(results[0]), " ", 2);
	if (words[0] == NULL || !is_trusted(words[0]))
		return;
	detail = g_strjoinv(";", results + 1);
	record_set(&mail->message->trust_detail, g_strstrip(detail));
	mail->message->trust = (int)verdict(results + 1);
}

/* --- mail that nobody wrote
 * ----------------------------------------------------------------------------------- */

static char *
lower_header(MimeMail *mail, const char *name)
{
	const char *raw = mime_header(GMIME_OBJECT(mail->gmime), name);
	g_autofree char *text = raw != NULL ? mime_decode_header(raw) : NULL;

	return text != NULL ? g_utf8_strdown(text, -1) : NULL;
}

static void
read_return_path(MimeMail *mail)
{
	g_autofree char *text = lower_header(mail, "Return-Path");
	g_autofree char *bare = NULL;

	if (text == NULL)
		return;
	bare = g_strdelimit(g_strdup(text), "<>", ' ');
	g_strstrip(bare);
	record_set(&mail->message->return_path, *bare == '\0' ? "<>" : bare);
}

static const char *
automatic_by_header(MimeMail *mail)
{
	/* RFC 2369, 2919, 8058. */
	static const char *const lists[] = {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
		"List-Post", "List-Help", "List-Subscribe", "List-Owner", "List-Archive",
		"Mailing-List", "X-Mailman-Version", "Feedback-ID"};
	g_autofree char *submitted = lower_header(mail, "Auto-Submitted");
	g_autofree char *precedence = lower_header(mail, "Precedence");
	g_autofree char *suppress = lower_header(mail, "X-Auto-Response-Suppress");

	if (submitted != NULL && !g_str_has_prefix(submitted, "no"))
		return "Auto-Submitted";
	if (precedence != NULL &&
		(strcmp(precedence, "bulk") == 0 || strcmp(precedence, "list") == 0 ||
			strcmp(precedence, "junk") == 0 || strcmp(precedence, "auto_reply") == 0))
		return "Precedence";
	if (suppress != NULL &&
		(strstr(suppress, "all") != NULL || strstr(suppress, "oof") != NULL ||
			strstr(suppress, "autoreply") != NULL))
		return "X-Auto-Response-Suppress";
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		if (mime_header(GMIME_OBJECT(mail->gmime), lists[i]) != NULL)
			return "mailing list";
	if (mime_header(GMIME_OBJECT(mail->gmime), "X-Nieuws") != NULL)
		return "our own mail";
	if (mime_header(GMIME_OBJECT(mail->gmime), "X-Autoreply") != NULL ||
		mime_header(GMIME_OBJECT(mail->gmime), "X-Autorespond") != NULL ||
		mime_header(GMIME_OBJECT(mail->gmime), "X-Autogenerated") != NULL ||
		mime_header(GMIME_OBJECT(mail->gmime), "X-Loop") != NULL)
		return "automatic answer";
	return NULL;
}

static bool
is_robot(const char *address)
{
	static const char *const names[] = {"mailer-daemon", "postmaster", "no-reply", "noreply",
		"no_reply", "donotreply", "do-not-reply", "niet-beantwoorden", "nietbeantwoorden",
		"bounce", "bounces", "daemon", "listserv", "majordomo", "owner-"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_ascii_strncasecmp(address, names[i], strlen(names[i])) == 0)
			return true;
	return strstr(address, "-request@") != NULL || strstr(address, "-bounces@") != NULL ||
	       *address == '\0';
}

static bool
is_report(MimeMail *mail)
{
	GMimeObject *root = g_mime_message_get_mime_part(mail->gmime);
	GMimeContentType *type = root != NULL ? g_mime_object_get_content_type(root) : NULL;

	return type != NULL && g_mime_content_type_is_type(type, "multipart", "report");
}

static bool
is_absence(const char *subject)
{
	static const char *const starts[] = {"automatisch antwoord", "automatic reply",
		"out of office", "afwezig", "autoreply", "automatische antwort", "abwesenheit",
		"undeliverable", "undelivered", "onbestelbaar", "delivery status"};
	g_autofree char *lower = g_utf8_strdown(subject, -1);

	for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
		if (g_str_has_prefix(lower, starts[i]))
			return true;
	return false;
}

void
mime_judge_automatic(MimeMail *mail)
{
	Message *message = mail->message;
	const char *why = automatic_by_header(mail);

	read_return_path(mail);
	if (why == NULL && strcmp(message->return_path, "<>") == 0)
		why = "null return-path";
	if (why == NULL && is_report(mail))
		why = "delivery report";
	if (why == NULL &&
		(is_robot(message->from_address) ||
			is_robot(message->return_path[0] != '\0' ? message->return_path : "x")))
		why = "sender takes no mail";
	if (why == NULL && is_absence(message->subject))
		why = "absence notice";
	record_set(&message->automatic, why);
}
