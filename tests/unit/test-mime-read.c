#include <glib.h>
#include <string.h>

#include "base.h"
#include "mime.h"

static const MimeLimits limits = {1 << 20, 2000, 1000, 50, 4 << 20, 500};

static MimeMail *
read_text(char **bytes, const char *text)
{
	g_autoptr(GError) error = NULL;
	MimeMail *mail;

	*bytes = g_strdup(text);
	mail = mime_read(*bytes, strlen(*bytes), &limits, &error);
	g_assert_no_error(error);
	return mail;
}

static void
assert_decoded(const char *raw, const char *expected)
{
	g_autofree char *decoded = mime_decode_header(raw);

	g_assert_cmpstr(decoded, ==, expected);
}

static void
test_headers(void)
{
	assert_decoded("=?utf-8?Q?caf=C3=A9?= =?iso-8859-1?Q?_caf=E9?=", "café café");
	assert_decoded("=?utf-8?B?eHB0bw?=", "xpto");
	assert_decoded("=?iso-8859-1?q?=93ja=94?=", "“ja”");
	assert_decoded("=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x");
	assert_decoded("gewoon =? niets ?= aan", "gewoon =? niets ?= aan");
}

static void
test_charsets(void)
{
	bool repaired = false;
	g_autofree char *latin = mime_to_utf8("gr\xfc\xdf", 4, "utf-8", &repaired);
	g_autofree char *quotes = mime_to_utf8("\x93x\x94", 3, "iso-8859-1", NULL);
	g_autofree char *nul = mime_to_utf8("a\0b", 3, "us-ascii", NULL);

	g_assert_cmpstr(latin, ==, "grüß");
	g_assert_true(repaired);
	g_assert_cmpstr(quotes, ==, "“x”");
	g_assert_cmpstr(nul, ==, "ab");
}

static void
test_parts(void)
{
	char *bytes;
	MimeMail *mail = read_text(&bytes,
		"From: =?utf-8?q?Sanne?= <Sanne@Example.NL>\nSubject: Een\nSubject: "
		"Twee\nMessage-ID: <1@x>\nDate: Tue, 24 Nov 2026 "
		"10:00:00 JST\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
		"text/plain\n\nHallo\n--b\nContent-Type: "
		"application/octet-stream; name=\"../../x.jpg\"\nContent-Transfer-Encoding: "
		"base64\n\n/9j/4AAQSkY\n--b--\n");
	const Message *message = mime_message(mail);
	const Attachment *attachment = message->attachments->pdata[0];

	g_assert_cmpstr(message->subject, ==, "Een");
	g_assert_cmpstr(message->from_name, ==, "Sanne");
	g_assert_cmpstr(message->from_address, ==, "Sanne@example.nl");
	g_assert_cmpint(message->date, ==, 1795482000);
	g_assert_cmpstr(message->text, ==, "Hallo");
	g_assert_cmpstr(attachment->filename, ==, "x.jpg");
	g_assert_cmpstr(attachment->part, ==, "2");
	/* The last bytes are there without the padding. */
	g_assert_cmpint(attachment->size, ==, 8);
	g_assert_cmpstr(attachment->real_type, ==, "image/jpeg");
	mime_free(mail);
	g_free(bytes);
}

static void
assert_automatic(const char *header, bool automatic)
{
	char *bytes;
	g_autofree char *text = g_strdup_printf("From: a@b.nl\nSubject: x\n%s\n\nhoi\n", header);
	MimeMail *mail = read_text(&bytes, text);

	g_assert_true((*mime_message(mail)->automatic != '\0') == automatic);
	mime_free(mail);
	g_free(bytes);
}

static void
test_automatic(void)
{
	assert_automatic("X-Mailer: Outlook", false);
	assert_automatic("Auto-Submitted: no", false);
	assert_automatic("Auto-Submitted: auto-replied", true);
	assert_automatic("Return-Path: <>", true);
	assert_automatic("List-Id: <x.y>", true);
	assert_automatic("Precedence: bulk", true);
	assert_automatic("X-Nieuws: receipt", true);
	assert_automatic("X-Auto-Response-Suppress: All", true);
}

static int
trust_of(const char *headers)
{
	char *bytes;
	g_autofree char *text = g_strdup_printf("%sFrom: a@b.nl\nSubject: x\n\nhoi\n", headers);
	MimeMail *mail = read_text(&bytes, text);
	int trust = mime_message(mail)->trust;

	mime_free(mail);
	g_free(bytes);
	return trust;
}

static void
test_trust(void)
{
	static const char *const ours[] = {"mx.example.nl", NULL};

	mime_trust(ours);
	g_assert_cmpint(
		trust_of("Authentication-Results: mx.example.nl; dmarc=pass header.from=b.nl\n"),
		==, TRUST_PASS);
	g_assert_cmpint(
		trust_of("Authentication-Results: mx.example.nl; dmarc=fail\n"), ==, TRUST_FAIL);
	/* Forged: of another server, below ours, in a comment, as part of a word. */
	g_assert_cmpint(
		trust_of("Authentication-Results: evil.example; dmarc=pass\n"), ==, TRUST_NONE);
	g_assert_cmpint(trust_of("Authentication-Results: mx.example.nl; "
				 "dmarc=fail\nAuthentication-Results: mx.example.nl; dmarc=pass\n"),
		==, TRUST_FAIL);
	g_assert_cmpint(trust_of("Authentication-Results: evil.example; "
				 "x=y\nAuthentication-Results: mx.example.nl; dmarc=pass\n"),
		==, TRUST_NONE);
	g_assert_cmpint(trust_of("Authentication-Results: mx.example.nl; spf=none (dmarc=pass)\n"),
		==, TRUST_NONE);
	mime_trust(NULL);
}

static void
test_bombs(void)
{
	GString *groups = g_string_new("From: a@b.nl\nTo: ");
	char *bytes;
	MimeMail *mail;

	for (int i = 0; i < 60000; i++)
		g_string_append(groups, "a:");
	g_string_append(groups, "\nSubject: x\n\nhoi\n");
	mail = read_text(&bytes, groups->str);
	g_assert_cmpstr(mime_message(mail)->subject, ==, "x");
	g_assert_cmpint(mime_warnings(mail)->len, >, 0);
	mime_free(mail);
	g_free(bytes);
	g_string_free(groups, TRUE);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(mime_start(NULL));
	g_test_add_func("/mime/headers", test_headers);
	g_test_add_func("/mime/charsets", test_charsets);
	g_test_add_func("/mime/parts", test_parts);
	g_test_add_func("/mime/automatic", test_automatic);
	g_test_add_func("/mime/trust", test_trust);
	g_test_add_func("/mime/bombs", test_bombs);
	return g_test_run();
}
