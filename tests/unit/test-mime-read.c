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

/* Verdicts that a sender writes into what our own server repeats of him. */
static void
test_trust_forged(void)
{
	static const char *const ours[] = {"mx.example.nl", NULL};
	static const char *const forged[] = {
		"spf=none reason=\"x; dmarc=pass\"",
		"spf=none smtp.mailfrom=\"x dmarc=pass \"@evil.example",
		"spf=none smtp.mailfrom=\"\\\" dmarc=pass\"@evil.example",
		"spf=none smtp.mailfrom==?utf-8?q?x_dmarc=3Dpass?=@evil.example",
		"spf=none smtp.mailfrom==?utf-8?q?x;_dmarc=3Dpass?=@evil.example",
		"spf=none smtp.helo=a dmarc=pass",
		"spf=none (\\) dmarc=pass)",
		"spf=none (a (b) dmarc=pass)",
		"spf=none x.dmarc=pass",
		"dmarc=pass.evil.example",
		"dmarc=passing",
		"dmarc=temperror",
		"none",
	};

	mime_trust(ours);
	for (size_t i = 0; i < G_N_ELEMENTS(forged); i++) {
		g_autofree char *field =
			g_strdup_printf("Authentication-Results: mx.example.nl; %s\n", forged[i]);
		g_autofree char *shown = g_strescape(forged[i], NULL);

		g_test_message("%s", shown);
		g_assert_cmpint(trust_of(field), ==, TRUST_NONE);
	}
	g_assert_cmpint(trust_of("Authentication-Results: mx.example.nl 1; dmarc=pass "
				 "header.from=evil.example; dmarc=fail header.from=b.nl\n"),
		==, TRUST_FAIL);
	g_assert_cmpint(trust_of("Authentication-Results: (x) mx.example.nl 1;\n\tspf=pass "
				 "smtp.mailfrom=b.nl;\n\tdmarc = pass (p=none) header.from=b.nl\n"),
		==, TRUST_PASS);
	mime_trust(NULL);
}

static void
assert_from(const char *field, const char *name, const char *address)
{
	char *bytes;
	g_autofree char *text = g_strdup_printf("From: %s\nSubject: x\n\nhoi\n", field);
	MimeMail *mail = read_text(&bytes, text);

	g_assert_cmpstr(mime_message(mail)->from_name, ==, name);
	g_assert_cmpstr(mime_message(mail)->from_address, ==, address);
	mime_free(mail);
	g_free(bytes);
}

static void
test_from(void)
{
	assert_from("=?utf-8?B?eHB0bw?= <a@b.nl>", "xpto", "a@b.nl");
	assert_from("=?utf-8?Q?J=C3?= =?utf-8?Q?=A9?= <a@b.nl>", "Jé", "a@b.nl");
	assert_from("=?utf-8?Q?Jan=20:)?=\n <a@b.nl>", "Jan :)", "a@b.nl");
	assert_from("=?iso-8859-1?q?=93Jan=94?= <a@b.nl>", "“Jan”", "a@b.nl");
	assert_from("=?utf-8?q?Jan_=3Cx=40y=2Enl=3E?= <a@b.nl>", "Jan <x@y.nl>", "a@b.nl");
	assert_from("\"Jan \\\"JJ\\\" X\" <a@b.nl>", "Jan \"JJ\" X", "a@b.nl");
	assert_from("\"x <evil@x.nl>\" <a@b.nl>", "x <evil@x.nl>", "a@b.nl");
	assert_from(
		"Gemeente: Zutphen [pers] <mailto:a@B.nl>", "Gemeente: Zutphen [pers]", "a@b.nl");
	assert_from("Jan (x <evil@x.nl>) <a@b.nl>", "Jan", "a@b.nl");
	assert_from("a@b.nl (Jan)", "Jan", "a@b.nl");
	assert_from("Jan <a@b.nl>, Piet <c@d.nl>", "Jan", "a@b.nl");
	assert_from("Redactie: Jan <a@b.nl>, c@d.nl;", "Jan", "a@b.nl");
	/* What no grammar allows. */
	assert_from("Jan <a..b@c.nl>", "Jan", "a..b@c.nl");
	assert_from("Jan \\\"x\\\" <a@b.nl>", "Jan \\\"x\\\"", "a@b.nl");
	assert_from("=?utf-8?q?Jan_=3Ca=40b=2Enl=3E?=", "Jan", "a@b.nl");
	/* As SMTP wants it. */
	assert_from("Jan <a@bé.nl>", "Jan", "a@xn--b-bga.nl");
}

static gint64
date_of(const char *field)
{
	char *bytes;
	g_autofree char *text =
		g_strdup_printf("From: a@b.nl\nDate: %s\nSubject: x\n\nhoi\n", field);
	MimeMail *mail = read_text(&bytes, text);
	gint64 date = mime_message(mail)->date;

	mime_free(mail);
	g_free(bytes);
	return date;
}

static void
test_dates(void)
{
	static const char *const same[] = {"Mon, 23 Nov 2026 10:00:00 +0100",
		"Mon, 23 Nov 2026 10:00:00 CET", "23 Nov 26 10:00 +0100",
		"Mon, 23 Nov 2026 10:00:00 (CET) +0100", "Mon, 23 Nov 2026 10:00:00 GMT+01:00",
		"Mon, 23 Nov 2026 10:00:00 +01:00", "Mon, 23 Nov 2026 09:00:00.882 0000",
		"Mon, 23 Nov 2026 03:00:00 -600", "Mon, 23 Nov 2026 03:00:00 cst",
		"Mon Nov 23 10:00:00 CET 2026", "2026-11-23T10:00:00+01:00",
		"Mon, 23 Nov 2026 09:00:00 AM +0000", "Mon, 23 Nov 126 09:00:00 +0000",
		"Mon, 23 Nov 2026 09.00.00 +0000", "Mon, 23 Nov 2026 05:00:00 AST",
		"Mon (x), 23 (y) Nov 2026 09:00:00 A"};

	for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
		g_test_message("%s", same[i]);
		g_assert_cmpint(date_of(same[i]), ==, 1795424400);
	}
	g_assert_cmpint(date_of("18 Feb 01 12:29:13 AM"), ==, 982456153);
	g_assert_cmpint(date_of("18 Feb 01 12:29:13 PM"), ==, 982456153 + 12 * 3600);
}

static const char *
body_of(MimeMail *mail)
{
	const GPtrArray *parts = mime_parts(mail);

	for (guint i = 0; i < parts->len; i++) {
		const MimePart *part = parts->pdata[i];

		if (part->is_body && part->level == 0)
			return mime_part_text(mail, part);
	}
	return "";
}

static void
assert_body(const char *type, const char *body, const char *wanted)
{
	char *bytes;
	g_autofree char *text =
		g_strdup_printf("From: a@b.nl\nSubject: x\nContent-Type: %s\n\n%s", type, body);
	MimeMail *mail = read_text(&bytes, text);

	g_assert_nonnull(strstr(body_of(mail), wanted));
	mime_free(mail);
	g_free(bytes);
}

/* Whatever is wrong with its boundaries, the text of a mail is there. */
static void
test_boundaries(void)
{
	static const char parts[] = "--b\nContent-Type: text/plain\n\nHallo\n--b--\n";

	assert_body("multipart/mixed; boundary=b", parts, "Hallo");
	assert_body("multipart/mixed", parts, "Hallo");
	assert_body("multipart/mixed; boundary=c", parts, "Hallo");
	assert_body("multipart/mixed; boundary=c", "Hallo\n", "Hallo");
	assert_body(
		"multipart/mixed; boundary=b", "--b\nContent-Type: text/plain\n\nHallo", "Hallo");
	/* Line ends of two kinds: the last letter is not part of the boundary. */
	assert_body("multipart/mixed; boundary=b\r",
		"\r\n--b\r\nContent-Type: text/plain\r\n\r\nHallo\n--b--\r\n", "Hallo");
	/* A header that is repeated: the first one counts, also in a part. */
	assert_body("multipart/mixed; boundary=b",
		"--b\nContent-Type: text/plain\nContent-Type: image/png\n\nHallo\n--b--\n",
		"Hallo");
}

static void
assert_attached(const char *header, const char *encoded, const char *wanted)
{
	char *bytes;
	g_autofree char *text = g_strdup_printf(
		"From: a@b.nl\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhoi\n--b\n"
		"%s\n\n%s\n--b\nContent-Type: text/plain\n\ndag\n--b--\n",
		header, encoded);
	g_autofree char *digest = digest_of(wanted, strlen(wanted));
	MimeMail *mail = read_text(&bytes, text);
	const GPtrArray *list = mime_message(mail)->attachments;

	g_assert_cmpint(list->len, >=, 1);
	g_assert_cmpstr(((Attachment *)list->pdata[0])->sha256, ==, digest);
	mime_free(mail);
	g_free(bytes);
}

static void
test_bytes(void)
{
	static const char inner[] =
		"Subject: y\nContent-Type: multipart/mixed; boundary=b2\n\n--b2\n\neen\n--b2\n\n"
		"twee\n--b2--";
	static const char open_ended[] =
		"Subject: y\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\neen";
	static const char no_mail[] = "dit is geen mail, sorry!";

	assert_attached("Content-Type: message/rfc822", inner, inner);
	assert_attached("Content-Type: message/rfc822", open_ended, open_ended);
	assert_attached("Content-Type: message/rfc822", no_mail, no_mail);
	assert_attached("Content-Type: image/x; name=a\nContent-Transfer-Encoding: x-uuencode",
		"begin 644 a\n%:&5L;&\\`\n`\nend", "hello");
	assert_attached("Content-Type: image/x; name=a\nContent-Transfer-Encoding: \"base64\";",
		"aGVsbG8=", "hello");
	assert_attached("Content-Type: image/x; name=a\nContent-Transfer-Encoding: base64",
		"aGVsbG8", "hello");
}

static void
assert_filename(const char *header, const char *wanted)
{
	char *bytes;
	g_autofree char *text = g_strdup_printf("From: a@b.nl\n%s\n\nx\n", header);
	MimeMail *mail = read_text(&bytes, text);
	const GPtrArray *list = mime_message(mail)->attachments;
	g_autofree char *shown = g_strescape(header, NULL);

	g_test_message("%s", shown);
	g_assert_cmpint(list->len, ==, 1);
	g_assert_cmpstr(((Attachment *)list->pdata[0])->filename, ==, wanted);
	mime_free(mail);
	g_free(bytes);
}

/* RFC 2231, RFC 2047 where it should not be, and what is no standard at all. */
static void
test_filenames(void)
{
#define FILE_OF "Content-Type: application/x\nContent-Disposition: attachment; "
	assert_filename(FILE_OF "filename*0*=utf-8''caf%C3;\n filename*1*=%A9; filename*2=.pdf",
		"café.pdf");
	assert_filename(FILE_OF "filename*1*=%A9.pdf; filename*0*=utf-8'nl'caf%C3", "café.pdf");
	assert_filename(FILE_OF "filename=cafe.pdf; filename*=utf-8''caf%C3%A9.pdf", "café.pdf");
	assert_filename(FILE_OF "filename*=iso-8859-15''%A4.pdf", "€.pdf");
	assert_filename(FILE_OF "filename*==?utf-8?Q?caf=C3=A9?=", "café");
	assert_filename(FILE_OF "filename=\"C:\\map\\a \\\"b\\\".pdf\"", "a \"b\".pdf");
	assert_filename(
		"Content-Type: application/x\nContent-Disposition: filename=a.pdf", "a.pdf");
	assert_filename(
		"Content-Type: application/x\nContent-Disposition: attachment filename=a.pdf",
		"a.pdf");
	assert_filename("Content-Type: application/x; name=\"a.pdf", "a.pdf");
	assert_filename("Content-Type: application/x;; (c) name = a b.pdf ; x=y", "a b.pdf");
	assert_filename("Content-Type: application/x; name=\"=?utf-8?q?caf=C3=A9?=\n "
			"=?utf-8?q?.pdf?=\"",
		"café.pdf");
	assert_filename("Content-Type: application/x; name=caf\xe9.pdf", "café.pdf");
#undef FILE_OF
}

/* Types that are none. */
static void
test_types(void)
{
	assert_body("text", "Hallo\n", "Hallo");
	assert_body("\"text/plain\"; charset=utf-8", "Hallo\n", "Hallo");
	assert_body("text/plain charset='utf-8'", "caf\xc3\xa9\n", "café");
	assert_body("text/plain; charset=hz-gb-2312", "~{VPND~} ~~\n", "中文 ~");
	assert_body("text/plain; charset=mac-roman", "caf\x8e\n", "café");
	assert_body("text/plain\nContent-Transfer-Encoding: quoted-printable",
		"lange= \t\nregel =e9=ZZ=\n", "langeregel é=ZZ");
}

/* A header that does not end as it should. */
static void
test_header_ends(void)
{
	char *bytes;
	MimeMail *mail = read_text(&bytes, "From: a@b.nl\rSubject: Oud\r\rHallo\rdaar");

	g_assert_cmpstr(mime_message(mail)->subject, ==, "Oud");
	g_assert_cmpstr(mime_message(mail)->text, ==, "Hallo\ndaar");
	mime_free(mail);
	g_free(bytes);
	mail = read_text(&bytes, "From: a@b.nl\nSubject: Afgeb");
	g_assert_cmpstr(mime_message(mail)->subject, ==, "Afgeb");
	mime_free(mail);
	g_free(bytes);
	assert_body("multipart/mixed; boundary=b\nX-Y: z\n--b\n", "Hallo\n--b--\n", "Hallo");
}

/* Segments before its size, as EXIF data and colour profiles are. */
static void
assert_jpeg(guint before)
{
	g_autoptr(GByteArray) jpeg = g_byte_array_new();
	g_autofree char *encoded = NULL;
	g_autofree char *text = NULL;
	const Attachment *attachment;
	char *bytes;
	MimeMail *mail;

	g_byte_array_append(jpeg, (const guint8 *)"\xff\xd8", 2);
	while (jpeg->len < before) {
		g_byte_array_append(jpeg, (const guint8 *)"\xff\xe1\x7f\xff", 4);
		g_byte_array_set_size(jpeg, jpeg->len + 0x7ffd);
	}
	g_byte_array_append(jpeg, (const guint8 *)"\xff\xc0\0\x11\x08\x07\xd0\x0b\xb8\3\1\x22", 12);
	g_byte_array_set_size(jpeg, jpeg->len + 100000);
	encoded = g_base64_encode(jpeg->data, jpeg->len);
	text = g_strdup_printf("From: a@b.nl\nContent-Type: image/jpeg; name=a.jpg\n"
			       "Content-Transfer-Encoding: base64\n\n%s\n",
		encoded);
	mail = read_text(&bytes, text);
	attachment = mime_message(mail)->attachments->pdata[0];
	g_assert_cmpstr(attachment->real_type, ==, "image/jpeg");
	g_assert_cmpint(attachment->width, ==, 3000);
	g_assert_cmpint(attachment->height, ==, 2000);
	mime_free(mail);
	g_free(bytes);
}

static void
test_pictures(void)
{
	assert_jpeg(0);
	assert_jpeg(30000);
	assert_jpeg(200000);
}

static void
assert_text(const char *bytes, size_t length, const char *charset, const char *wanted)
{
	g_autofree char *text = mime_to_utf8(bytes, length, charset, NULL);

	g_assert_cmpstr(text, ==, wanted);
}

static void
test_charsets_odd(void)
{
	/* One bad byte does not spoil a text. */
	assert_text("caf\xc3\xa9 \xc3\xab\xc3\xaf\xc3\xbc \x93", 14, "utf-8", "café ëïü “");
	/* The last letter is held back by iconv. */
	assert_text("\xf9\xec\xe5\xed", 4, "windows-1255", "שלום");
	/* Half a pair: the next character is where it was. */
	assert_text("a\0\0\xd8"
		    "b\0",
		6, "utf-16le",
		"a\xef\xbf\xbd"
		"b");
	assert_text("\x93\xfa\x87\x40", 4, "cp932", "日①");
	assert_text("\x93\xfa\x87\x40", 4, "Shift_JIS", "日①");
	assert_text("\xb9", 1, "cp-1250", "ą");
	assert_text("\xa4", 1, "iso8859_15", "€");
	assert_text("\x93", 1, "Windows1252", "“");
}

/* A text that is cut at the limit is cut between two characters. */
static void
test_text_limit(void)
{
	GString *mail_text = g_string_new("From: a@b.nl\nContent-Type: text/plain; "
					  "charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nx");
	const char *body;
	MimeMail *mail;
	char *bytes;

	for (int i = 0; i < 3 << 20; i++)
		g_string_append(mail_text, "é");
	mail = read_text(&bytes, mail_text->str);
	body = body_of(mail);
	g_assert_true(g_str_has_prefix(body, "xéé"));
	g_assert_true(g_str_has_suffix(body, "éé"));
	mime_free(mail);
	g_free(bytes);
	g_string_free(mail_text, TRUE);
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

/* The same bombs one level below, where the header cannot be rebuilt. */
static void
assert_defused_below(const char *field, int times)
{
	GString *text = g_string_new("From: a@b.nl\nContent-Type: multipart/mixed; "
				     "boundary=b\n\n--b\n\nhoi\n--b\nContent-Type: "
				     "message/rfc822\n\nSubject: y\n");
	char *bytes;
	MimeMail *mail;

	for (int i = 0; i < times; i++)
		g_string_append(text, field);
	g_string_append(text, "\n\ndag\n--b--\n");
	mail = read_text(&bytes, text->str);
	g_assert_cmpstr(mime_message(mail)->text, ==, "hoi");
	g_assert_cmpint(mime_message(mail)->attachments->len, ==, 1);
	g_assert_cmpint(mime_warnings(mail)->len, >, 0);
	mime_free(mail);
	g_free(bytes);
	g_string_free(text, TRUE);
}

static void
test_bombs_below(void)
{
	assert_defused_below("To: b\n", 100000);
	assert_defused_below("To : b, c: d\n\t", 100000);
	assert_defused_below("X-A: =?a?q?\n =?a?q?", 100000);
}

/* What looks like a header in an encoded attachment is left alone. */
static void
test_encoded_mail_untouched(void)
{
	GString *inner = g_string_new("Subject: y\n\n");
	g_autofree char *encoded = NULL;
	g_autoptr(GString) lines = g_string_new(NULL);

	for (int i = 0; i < 20000; i++)
		g_string_append(inner, "regel tekst\n");
	encoded = g_base64_encode((const guchar *)inner->str, inner->len);
	for (size_t i = 0; i < strlen(encoded); i += 76) {
		g_string_append_len(lines, encoded + i, (gssize)MIN(76, strlen(encoded + i)));
		g_string_append_c(lines, '\n');
	}
	assert_attached("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64",
		lines->str, inner->str);
	g_string_free(inner, TRUE);
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
	g_test_add_func("/mime/trust-forged", test_trust_forged);
	g_test_add_func("/mime/from", test_from);
	g_test_add_func("/mime/dates", test_dates);
	g_test_add_func("/mime/boundaries", test_boundaries);
	g_test_add_func("/mime/bytes", test_bytes);
	g_test_add_func("/mime/filenames", test_filenames);
	g_test_add_func("/mime/types", test_types);
	g_test_add_func("/mime/header-ends", test_header_ends);
	g_test_add_func("/mime/pictures", test_pictures);
	g_test_add_func("/mime/charsets-odd", test_charsets_odd);
	g_test_add_func("/mime/text-limit", test_text_limit);
	g_test_add_func("/mime/bombs", test_bombs);
	g_test_add_func("/mime/bombs-below", test_bombs_below);
	g_test_add_func("/mime/encoded-mail-untouched", test_encoded_mail_untouched);
	return g_test_run();
}
