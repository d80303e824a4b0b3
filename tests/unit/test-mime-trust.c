/* mime: whom to believe. Authentication-Results that a sender forged, names and domains that look
 * like others, verdicts of a spam filter. */
#include <glib.h>
#include <string.h>

#include "base.h"
#include "mime.h"

static const MimeLimits limits = {1 << 20, 2000, 1000, 50, 4 << 20, 500};
static const char *const ours[] = {"mx.example.nl", NULL};

typedef struct {
	MimeMail *mail;
	char *bytes;
} Mail;

static Mail
read_mail(const char *headers)
{
	g_autoptr(GError) error = NULL;
	Mail mail = {.bytes = g_strdup_printf("%sSubject: x\n\nhoi\n", headers)};

	mail.mail = mime_read(mail.bytes, strlen(mail.bytes), &limits, &error);
	g_assert_no_error(error);
	return mail;
}

static void
free_mail(Mail *mail)
{
	mime_free(mail->mail);
	g_free(mail->bytes);
}

/* The text of the warning with this code; NULL: none. To g_free. */
static char *
warning_of(const char *headers, const char *code)
{
	Mail mail = read_mail(headers);
	const GPtrArray *warnings = mime_warnings(mail.mail);
	char *text = NULL;

	for (guint i = 0; i < warnings->len; i++) {
		const Warning *warning = warnings->pdata[i];

		if (strcmp(warning->code, code) == 0)
			text = g_strdup(warning->text);
	}
	free_mail(&mail);
	return text;
}

#define AR "Authentication-Results: "
#define FROM "From: a@b.nl\n"

typedef struct {
	const char *headers;
	int trust;
} Case;

/* What a sender can bring along, below and (with a server of his own on the way) above; none may
 * pass. */
static const Case forged[] = {
	/* below ours */
	{AR "mx.example.nl; dmarc=fail\n" AR "mx.example.nl; dmarc=pass\n", TRUST_FAIL},
	{AR "mx.example.nl; none\n" AR "mx.example.nl; dmarc=pass\n", TRUST_NONE},
	{AR "mx.example.nl; spf=none\n" AR "mx.example.nl; dmarc=pass\n", TRUST_NONE},
	{AR "mx.example.nl; spf=fail\n" AR "mx.example.nl; dmarc=pass\n", TRUST_FAIL},
	{AR "mx.example.nl\n" AR "mx.example.nl; dmarc=pass\n", TRUST_NONE},
	{"Received: x\n" AR "mx.example.nl; dmarc=none\nReceived: y\n" AR
	 "mx.example.nl; dmarc=pass\n",
		TRUST_NONE},
	/* above ours: of another server, which hides what is below */
	{AR "evil.example.org; dmarc=pass\n", TRUST_NONE},
	{AR "evil.example.org; dmarc=pass\n" AR "mx.example.nl; dmarc=pass\n", TRUST_NONE},
	{AR "; dmarc=pass\n" AR "mx.example.nl; dmarc=pass\n", TRUST_NONE},
	{AR "\n" AR "mx.example.nl; dmarc=pass\n", TRUST_NONE},
	/* names that are nearly ours */
	{AR "mx.example.nl.evil.example.org; dmarc=pass\n", TRUST_NONE},
	{AR "evil.mx.example.nl; dmarc=pass\n", TRUST_NONE},
	{AR "mx.example.n; dmarc=pass\n", TRUST_NONE},
	{AR "mx.example.nlx; dmarc=pass\n", TRUST_NONE},
	{AR "example.nl; dmarc=pass\n", TRUST_NONE},
	{AR "\"mx.example.nl\"; dmarc=pass\n", TRUST_NONE},
	{AR "(mx.example.nl) evil.example.org; dmarc=pass\n", TRUST_NONE},
	{AR "evil.example.org (mx.example.nl); dmarc=pass\n", TRUST_NONE},
	{AR "=?utf-8?q?mx.example.nl?=; dmarc=pass\n", TRUST_NONE},
	{AR "dmarc=pass; mx.example.nl\n", TRUST_NONE},
	{AR "mx.ex\u0430mple.nl; dmarc=pass\n", TRUST_NONE},
	/* other fields */
	{"X-Authentication-Results: mx.example.nl; dmarc=pass\n", TRUST_NONE},
	{"ARC-Authentication-Results: i=1; mx.example.nl; dmarc=pass\n", TRUST_NONE},
	{"Authentication-Results-Original: mx.example.nl; dmarc=pass\n", TRUST_NONE},
	{"Received-SPF: pass (mx.example.nl)\n", TRUST_NONE},
	{"X-Original-Authentication-Results: mx.example.nl; dmarc=pass\n", TRUST_NONE},
	/* a verdict in what our server repeats of the sender */
	{AR "mx.example.nl; spf=none smtp.mailfrom=\"x; dmarc=pass\"@evil.example.org\n",
		TRUST_NONE},
	{AR "mx.example.nl; spf=none (x; dmarc=pass)\n", TRUST_NONE},
	{AR "mx.example.nl; spf=none reason=\"a\\\"; dmarc=pass\"\n", TRUST_NONE},
	{AR "mx.example.nl; spf=none smtp.helo=dmarc=pass\n", TRUST_NONE},
	{AR "mx.example.nl; dkim=pass header.d=evil.example.org\n", TRUST_NONE},
	{AR "mx.example.nl; spf=pass smtp.mailfrom=evil.example.org\n", TRUST_NONE},
	{AR "mx.example.nl; x-dmarc=pass\n", TRUST_NONE},
	{AR "mx.example.nl; dmarc=pass(x\n", TRUST_PASS},
	{AR "mx.example.nl; dmarc=bestguesspass\n", TRUST_NONE},
	{AR "mx.example.nl; dmarc=pass header.from=a.nl; dmarc=fail header.from=b.nl\n",
		TRUST_FAIL},
};

static void
test_forged(void)
{
	mime_trust(ours);
	for (size_t i = 0; i < G_N_ELEMENTS(forged); i++) {
		g_autofree char *headers = g_strconcat(forged[i].headers, FROM, NULL);
		Mail mail = read_mail(headers);

		g_test_message("%s", forged[i].headers);
		g_assert_cmpint(mime_message(mail.mail)->trust, ==, forged[i].trust);
		free_mail(&mail);
	}
	mime_trust(NULL);
}

static void
test_genuine(void)
{
	static const char *const good[] = {AR "mx.example.nl; dmarc=pass\n",
		AR "MX.Example.NL 1; dmarc=pass\n",
		AR "mx.example.nl;\n\tspf=pass;\n\tdmarc=PASS\n",
		AR " (our own) mx.example.nl (x) 1 (y); dmarc = pass (p=reject)\n"};

	mime_trust(ours);
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autofree char *headers = g_strconcat(good[i], FROM, NULL);
		Mail mail = read_mail(headers);

		g_test_message("%s", good[i]);
		g_assert_cmpint(mime_message(mail.mail)->trust, ==, TRUST_PASS);
		free_mail(&mail);
	}
	mime_trust(NULL);
}

/* --- who the sender seems to be */

typedef struct {
	const char *headers, *code, *said; /* said: in the sentence */
} Spoof;

static const Spoof spoofs[] = {
	{"From: \"sanne@example.nl\" <x@evil.example.org>\n", "trust.name", "sanne@example.nl"},
	{"From: sanne@example.nl <x@evil.example.org>\n", "trust.name", "evil.example.org"},
	{"From: \"Sanne (sanne@example.nl)\" <x@evil.example.org>\n", "trust.name",
		"sanne@example.nl"},
	{"From: =?utf-8?q?Sanne_=3Csanne=40example=2Enl=3E?= <x@evil.example.org>\n", "trust.name",
		"sanne@example.nl"},
	{"From: \"sanne@example.nl via Formulier\" <x@evil.example.org>\n", "trust.name",
		"reads as the address"},
	{"From: =?utf-8?q?G=D0=B5meente_Ommen?= <x@example.org>\n", "trust.name", "scripts"},
	{"From: =?utf-8?q?S=CE=B1nne?= <x@example.org>\n", "trust.name", "scripts"},
	{"From: a@xn--xample-2of.nl\n", "trust.domain", "xn--xample-2of.nl"},
	{"From: a@xn--80ak6aa92e.com\n", "trust.domain", "another script"},
	{"From: a@xn--caf-dma.nl\n", "trust.domain", "is really xn--caf-dma.nl"},
	{"From: a@example.nl\nReply-To: b@evil.example.org\n", "trust.reply", "b@evil.example.org"},
	{"From: a@example.nl\nReply-To: <a@exampel.nl>\n", "trust.reply", "a@exampel.nl"},
	{"From: a@example.nl\nReply-To: \"a@example.nl\" <x@other.example>\n", "trust.reply",
		"x@other.example"},
};

static void
test_spoofs(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(spoofs); i++) {
		g_autofree char *text = warning_of(spoofs[i].headers, spoofs[i].code);

		g_test_message("%s: %s", spoofs[i].headers, text);
		g_assert_nonnull(text);
		g_assert_nonnull(strstr(text, spoofs[i].said));
	}
}

/* Nothing to say of these. */
static void
test_honest(void)
{
	static const char *const honest[] = {"From: Sanne de Vries <sanne@example.nl>\n",
		"From: sanne@example.nl\n", "From: \"sanne@example.nl\" <Sanne@Example.nl>\n",
		"From: Jos\u00e9 <a@example.nl>\nReply-To: b@example.nl\n",
		"From: a@mail.example.nl\nReply-To: a@example.nl\n",
		"From: \u041c\u043e\u0441\u043a\u0432\u0430 <a@example.nl>\n",
		"From: \"Redactie @ Oost\" <a@example.nl>\n", "From: \n"};
	static const char *const codes[] = {"trust.name", "trust.domain", "trust.reply"};

	for (size_t i = 0; i < G_N_ELEMENTS(honest); i++)
		for (size_t c = 0; c < G_N_ELEMENTS(codes); c++) {
			g_autofree char *text = warning_of(honest[i], codes[c]);

			g_test_message("%s: %s", honest[i], text);
			g_assert_null(text);
		}
}

/* --- verdicts of a spam filter */

static void
test_spam(void)
{
	static const char *const names[] = {
		"X-Spam-Status", "X-Rspamd-Action", "X-Spam", "X-Spamd-Result", NULL};
	static const Spoof said[] = {
		{"X-Spam-Status: Yes, score=9.1 required=5.0\nReceived: x\n" FROM, "yes", ""},
		{"X-Rspamd-Action: add header\nReceived: x\n" FROM, "yes", ""},
		{"X-Rspamd-Action: reject\nReceived: x\n" FROM, "yes", ""},
		{"X-Spam: Yes\nReceived: x\n" FROM, "yes", ""},
		{"X-Spamd-Result: default: True [15.00 / 15.00];\n\tBAYES(1)\nReceived: x\n" FROM,
			"yes", ""},
		{"Received: x\nX-Spam: Yes\n" AR "mx.example.nl; dmarc=none\n" FROM, "yes", ""},
		/* below what our server wrote: the sender's own words */
		{"Received: x\nX-Spam: Yes\n" FROM, NULL, ""},
		{"X-Spam: Yes\n" FROM, NULL, ""},
		{AR "evil.example; dmarc=pass\nReceived: x\nX-Spam: Yes\n" FROM, NULL, ""},
		{"X-Rspamd-Action: no action\nReceived: x\n" FROM, NULL, ""},
		{"X-Rspamd-Action: greylist\nReceived: x\n" FROM, NULL, ""},
		{"X-Spam-Status: No, score=1 yes=1\nReceived: x\n" FROM, NULL, ""},
		{"X-Spam-Flag: YES\nReceived: x\n" FROM, NULL, ""},
		{"X-Spam: Yesterday\nReceived: x\n" FROM, NULL, ""},
	};

	mime_trust(ours);
	mime_trust_spam(names, false);
	for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
		g_autofree char *text = warning_of(said[i].headers, "spam.verdict");

		g_test_message("%s: %s", said[i].headers, text);
		g_assert_true((text != NULL) == (said[i].code != NULL));
	}
	mime_trust_spam(names, true);
	{
		g_autofree char *text =
			warning_of("Received: x\nX-Spam: Yes\n" FROM, "spam.verdict");

		g_assert_nonnull(text);
	}
	mime_trust_spam(NULL, false);
	mime_trust(NULL);
}

int
main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	g_test_init(&argc, &argv, NULL);
	mime_start(&error);
	g_assert_no_error(error);
	g_test_add_func("/trust/forged", test_forged);
	g_test_add_func("/trust/genuine", test_genuine);
	g_test_add_func("/trust/spoofs", test_spoofs);
	g_test_add_func("/trust/honest", test_honest);
	g_test_add_func("/trust/spam", test_spam);
	return g_test_run();
}
