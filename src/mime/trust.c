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

/* --- what our own spam filter says
 * ----------------------------------------------------------------------------------- */

static const char *const *spam_names;
static bool spam_anywhere;

void
mime_trust_spam(const char *const *names, bool anywhere)
{
	spam_names = names;
	spam_anywhere = anywhere;
}

static bool
is_spam_header(const char *name)
{
	for (const char *const *wanted = spam_names; wanted != NULL && *wanted != NULL; wanted++)
		if (g_ascii_strcasecmp(*wanted, name) == 0)
			return true;
	return false;
}

/* Fields above this place were written on our side: whoever sends a mail cannot write above what
 * our server wrote, its Received (RFC 5321, 4.4: prepended) or its verdict on the sender. */
static int
first_foreign(GMimeHeaderList *list, bool trusted)
{
	int n = g_mime_header_list_get_count(list), end = 0;
	bool received = false, results = !trusted;

	for (int i = 0; i < n && !(received && results); i++) {
		const char *name =
			g_mime_header_get_name(g_mime_header_list_get_header_at(list, i));

		if (!received && g_ascii_strcasecmp(name, "Received") == 0) {
			received = true;
			end = i;
		} else if (!results && g_ascii_strcasecmp(name, "Authentication-Results") == 0) {
			results = true;
			end = i;
		}
	}
	return end;
}

/* X-Spam-Status: Yes, score=... X-Spam-Flag: YES. X-Spamd-Result: default: True [...].
 * X-Rspamd-Action: add header. */
static bool
says_spam(const char *value)
{
	static const char *const words[] = {"yes", "true", "spam", "reject", "add header",
		"rewrite subject", "soft reject", "default: true"};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		size_t length = strlen(words[i]);

		if (g_ascii_strncasecmp(value, words[i], length) == 0 &&
			!g_ascii_isalnum(value[length]))
			return true;
	}
	return false;
}

void
mime_judge_spam(MimeMail *mail)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(mail->gmime));
	bool trusted = *mail->message->trust_detail != '\0';
	int end = spam_anywhere ? g_mime_header_list_get_count(list) : first_foreign(list, trusted);

	for (int i = 0; i < end && spam_names != NULL; i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
		g_autofree char *value = NULL;
		g_autofree char *said = NULL;

		if (!is_spam_header(g_mime_header_get_name(header)))
			continue;
		value = mime_decode_header(g_mime_header_get_raw_value(header));
		if (!says_spam(value))
			continue;
		said = g_utf8_substring(value, 0, MIN(g_utf8_strlen(value, -1), 60));
		mime_warn(mail, "spam.verdict", "Our spam filter takes this mail for spam (%s).",
			said);
		record_set(&mail->message->automatic, "spam filter");
		return;
	}
}

/* --- who the sender seems to be
 * ----------------------------------------------------------------------------------- */

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at != NULL ? at + 1 : "";
}

/* An address within a display name; "" when there is none. To g_free. */
static char *
address_in(const char *name)
{
	g_auto(GStrv) words = g_strsplit_set(name, " \t<>()[]\"',;:", 50);

	for (char **word = words; *word != NULL; word++) {
		const char *at = strchr(*word, '@');

		if (at != NULL && at > *word && strchr(at, '.') != NULL && at[1] != '.')
			return g_strdup(*word);
	}
	return g_strdup("");
}

static void
judge_name(MimeMail *mail)
{
	const Message *message = mail->message;
	g_autofree char *claimed = address_in(message->from_name);

	if (*claimed != '\0' && g_ascii_strcasecmp(claimed, message->from_address) != 0)
		mime_warn(mail, "trust.name",
			"The name of the sender reads as the address %s, but the mail comes from "
			"%s.",
			claimed, message->from_address);
	else if (looks_mixed(message->from_name) && looks_foreign(message->from_name))
		mime_warn(mail, "trust.name",
			"The name of the sender, %s, mixes letters of different scripts.",
			message->from_name);
}

/* RFC 5891: "xn--" labels are other letters; people read the letters. */
static void
judge_domain(MimeMail *mail)
{
	const char *domain = domain_of(mail->message->from_address);
	g_autofree char *shown = strlen(domain) < 256 ? g_hostname_to_unicode(domain) : NULL;
	g_autofree char *written = strlen(domain) < 256 ? g_hostname_to_ascii(domain) : NULL;

	if (shown == NULL || written == NULL || g_ascii_strcasecmp(shown, written) == 0)
		return;
	if (looks_foreign(shown))
		mime_warn(mail, "trust.domain",
			"The domain of the sender reads as %s, but has letters of another script: "
			"it is really %s.",
			shown, written);
	else
		mime_warn(mail, "trust.domain", "The domain of the sender, %s, is really %s.",
			shown, written);
}

/* The last two labels: mail.example.nl and example.nl are one house. */
static const char *
house_of(const char *domain)
{
	const char *dot = strrchr(domain, '.');

	while (dot != NULL && dot > domain && dot[-1] != '.')
		dot--;
	return dot != NULL ? dot : domain;
}

static void
judge_reply(MimeMail *mail)
{
	const Message *message = mail->message;
	const char *reply = message->reply_to.address;

	if (*reply != '\0' && *message->from_address != '\0' &&
		g_ascii_strcasecmp(house_of(domain_of(reply)),
			house_of(domain_of(message->from_address))) != 0)
		mime_warn(mail, "trust.reply",
			"An answer to this mail would go to %s, not to its sender.", reply);
}

void
mime_judge_look(MimeMail *mail)
{
	judge_name(mail);
	judge_domain(mail);
	judge_reply(mail);
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
