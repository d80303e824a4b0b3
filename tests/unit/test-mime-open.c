/* What stands inside parts: winmail.dat, .msg, S/MIME, PGP, mails attached as something else. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "mime.h"

static const MimeLimits limits = {1 << 20, 2000, 1000, 50, 4 << 20, 500};

/* --- making
 * --------------------------------------------------------------------------------------------------
 */

static void
add(GByteArray *out, const void *bytes, size_t length)
{
	g_byte_array_append(out, bytes, (guint)length);
}

static void
add_little(GByteArray *out, guint64 value, int bytes)
{
	for (int i = 0; i < bytes; i++, value >>= 8) {
		guint8 byte = (guint8)(value & 0xff);

		add(out, &byte, 1);
	}
}

static void
add_attribute(GByteArray *out, int level, guint32 id, const void *data, size_t length)
{
	add_little(out, (guint64)level, 1);
	add_little(out, id, 4);
	add_little(out, length, 4);
	add(out, data, length);
	add_little(out, 0, 2);
}

static void
add_property(GByteArray *out, guint type, guint id, const void *data, size_t length)
{
	add_little(out, type, 2);
	add_little(out, id, 2);
	add_little(out, 1, 4);
	add_little(out, length, 4);
	add(out, data, length);
	add_little(out, 0, (int)((4 - length % 4) % 4));
}

/* RTF in the frame of compressed RTF, each byte for itself. */
static GByteArray *
literal_rtf(const char *rtf)
{
	GByteArray *out = g_byte_array_new();
	size_t n = strlen(rtf);

	add_little(out, 0, 4);
	add_little(out, n, 4);
	add(out, "LZFu", 4);
	add_little(out, 0, 4);
	for (size_t i = 0; i < n; i += 8) {
		add_little(out, 0, 1);
		add(out, rtf + i, MIN(8, n - i));
	}
	return out;
}

static GByteArray *
make_tnef(const char *rtf, const char *plain)
{
	GByteArray *out = g_byte_array_new();
	g_autoptr(GByteArray) properties = g_byte_array_new();
	g_autoptr(GByteArray) file = g_byte_array_new();
	g_autoptr(GByteArray) packed = rtf != NULL ? literal_rtf(rtf) : NULL;
	static const guint8 render[14] = {1, 0, 3, 0, 0, 0};

	add_little(out, 0x223e9f78, 4);
	add_little(out, 1, 2);
	add_attribute(out, 1, 0x69007, "\xe4\4\0\0\0\0\0\0", 8);
	if (plain != NULL)
		add_attribute(out, 1, 0x2800c, plain, strlen(plain) + 1);
	add_little(properties, packed != NULL ? 1 : 0, 4);
	if (packed != NULL)
		add_property(properties, 0x102, 0x1009, packed->data, packed->len);
	add_attribute(out, 1, 0x69003, properties->data, properties->len);
	add_attribute(out, 2, 0x69002, render, sizeof render);
	add_attribute(out, 2, 0x6800f, "hello", 5);
	add_attribute(out, 2, 0x18010, "KORT~1.TXT", 11);
	add_little(file, 1, 4);
	add_property(file, 0x1e, 0x3707, "lange naam.txt", 15);
	add_attribute(out, 2, 0x69005, file->data, file->len);
	return out;
}

static char *
mail_with(const char *type, const guint8 *bytes, size_t length, const char *beside)
{
	g_autofree char *encoded = g_base64_encode(bytes, length);

	return g_strdup_printf("From: a@b.nl\nSubject: x\nContent-Type: multipart/mixed; "
			       "boundary=b\n\n--b\n\n%s\n--b\nContent-Type: %s\n"
			       "Content-Transfer-Encoding: base64\n\n%s\n--b--\n",
		beside, type, encoded);
}

/* --- looking
 * -------------------------------------------------------------------------------------------------
 */

typedef struct {
	char *bytes;
	MimeMail *mail;
} Opened;

static Opened
open_text(char *text)
{
	g_autoptr(GError) error = NULL;
	Opened opened = {text, mime_read(text, strlen(text), &limits, &error)};

	g_assert_no_error(error);
	return opened;
}

static void
close_opened(Opened *opened)
{
	mime_free(opened->mail);
	g_free(opened->bytes);
}

/* The text of the first body of this kind and level; NULL when there is none. */
static const char *
body(const Opened *opened, MimeKind kind, int level)
{
	const GPtrArray *parts = mime_parts(opened->mail);

	for (guint i = 0; i < parts->len; i++) {
		const MimePart *part = parts->pdata[i];

		if (part->is_body && part->kind == kind && part->level == level &&
			*mime_part_text(opened->mail, part) != '\0')
			return mime_part_text(opened->mail, part);
	}
	return NULL;
}

static const Attachment *
file_named(const Opened *opened, const char *name)
{
	const GPtrArray *list = mime_message(opened->mail)->attachments;

	for (guint i = 0; i < list->len; i++)
		if (strcmp(((Attachment *)list->pdata[i])->filename, name) == 0)
			return list->pdata[i];
	return NULL;
}

static bool
warned(const Opened *opened, const char *code)
{
	const GPtrArray *warnings = mime_warnings(opened->mail);

	for (guint i = 0; i < warnings->len; i++)
		if (strcmp(((Warning *)warnings->pdata[i])->code, code) == 0)
			return true;
	return false;
}

static void
assert_hello(const Attachment *file)
{
	g_autofree char *digest = digest_of("hello", 5);

	g_assert_nonnull(file);
	g_assert_cmpstr(file->sha256, ==, digest);
	g_assert_cmpint(file->size, ==, 5);
}

/* --- winmail.dat
 * ---------------------------------------------------------------------------------------------
 */

static Opened
open_tnef(const char *rtf, const char *plain, const char *beside)
{
	g_autoptr(GByteArray) tnef = make_tnef(rtf, plain);

	return open_text(mail_with("application/ms-tnef", tnef->data, tnef->len, beside));
}

static void
test_tnef(void)
{
	Opened opened = open_tnef("{\\rtf1\\ansi Hallo \\b daar\\b0\\par}", NULL, "Hallo daar");
	const Attachment *file = file_named(&opened, "lange naam.txt");
	const MimePart *plain = mime_parts(opened.mail)->pdata[0];

	assert_hello(file);
	g_assert_cmpstr(file->part, ==, "2!1");
	g_assert_nonnull(strstr(body(&opened, MIME_TEXT_HTML, 0), "<b>daar</b>"));
	/* The poorer text beside it stands in an alternative with it, and is still the mail's. */
	g_assert_cmpint(plain->alternative, >, 0);
	g_assert_cmpstr(mime_message(opened.mail)->text, ==, "Hallo daar");
	g_assert_cmpint(((Attachment *)mime_message(opened.mail)->attachments->pdata[0])->role, ==,
		ROLE_CONTAINER);
	close_opened(&opened);
	/* Without rich text its plain one counts, but only where no other is. */
	opened = open_tnef(NULL, "alleen hier", "");
	g_assert_cmpstr(body(&opened, MIME_TEXT_PLAIN, 0), ==, "alleen hier");
	close_opened(&opened);
	opened = open_tnef(NULL, "dubbel", "naast");
	g_assert_cmpstr(body(&opened, MIME_TEXT_PLAIN, 0), ==, "naast");
	close_opened(&opened);
}

static void
test_tnef_extract(void)
{
	Opened opened = open_tnef(NULL, "x", "y");
	g_autoptr(GError) error = NULL;
	char bytes[16] = "";
	g_autofree char *name = NULL;
	int fd = g_file_open_tmp("nieuws-XXXXXX", &name, NULL);

	g_assert_true(mime_part_write(opened.mail, "2!1", fd, &error));
	g_assert_no_error(error);
	g_assert_cmpint(pread(fd, bytes, sizeof bytes, 0), ==, 5);
	g_assert_cmpstr(bytes, ==, "hello");
	close(fd);
	g_unlink(name);
	close_opened(&opened);
}

/* --- rich text
 * -----------------------------------------------------------------------------------------------
 */

static void
assert_rtf(const char *rtf, const char *wanted)
{
	Opened opened = open_tnef(rtf, NULL, "");
	const char *html = body(&opened, MIME_TEXT_HTML, 0);

	g_test_message("%s", html);
	g_assert_nonnull(html);
	g_assert_nonnull(strstr(html, wanted));
	close_opened(&opened);
}

static void
test_rtf(void)
{
	assert_rtf("{\\rtf1\\ansi\\ansicpg1252 caf\\'e9 \\u8364?\\par}", "<p>café €</p>");
	assert_rtf("{\\rtf1\\ansi {\\field{\\*\\fldinst{HYPERLINK \"https://x.example.nl/a\"}}"
		   "{\\fldrslt{hier}}} na\\par}",
		"<a href=\"https://x.example.nl/a\">hier</a> na");
	assert_rtf("{\\rtf1\\ansi \\trowd\\pard\\intbl a\\cell b\\cell\\row\\pard c\\par}",
		"<tr><td> a</td><td> b</td></tr>");
	assert_rtf("{\\rtf1\\ansi {\\pntext\\'b7\\tab}\\fi-360\\li720 een\\par"
		   "{\\pntext\\'b7\\tab}\\li1440 twee\\par \\pard na\\par}",
		"<ul><li>een<ul><li>twee</li></ul>\n</li></ul>\n<p>na</p>");
	assert_rtf("{\\rtf1\\ansi {\\pntext 3.\\tab}\\li720 drie\\par}",
		"<ol start=\"3\"><li>drie</li></ol>");
	assert_rtf("{\\rtf1\\ansi {\\*\\onbekend weg}{\\pict 00ff}\\'3cb\\'3e\\par}",
		"<p>&lt;b&gt;</p>");
	assert_rtf("{\\rtf1{\\fonttbl{\\f0\\fcharset204 A;}{\\f1\\fcharset0 B;}}\\f0 \\'e4\\'e0"
		   "\\f1  \\'e4\\par}",
		"да ä");
	/* A pair for one character; what stands for it elsewhere is not shown. */
	assert_rtf("{\\rtf1\\ansi \\uc1\\u-10179?\\u-8704?!\\par}", "😀!");
}

/* HTML that hides in RTF. */
static void
test_rtf_html(void)
{
	assert_rtf("{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p class=\"a\">}\\htmlrtf {\\htmlrtf0 "
		   "caf\\'e9{\\*\\htmltag84 &amp;}\\htmlrtf &\\htmlrtf0 a\\{b\\}"
		   "{\\*\\mhtmltag64 <p>}{\\*\\htmltag72 </p>}\\htmlrtf }\\htmlrtf0 }",
		"<p class=\"a\">café&amp;a{b}</p>");
}

/* --- S/MIME
 * --------------------------------------------------------------------------------------------------
 */

static void
wrap(GByteArray *inner, guint8 tag)
{
	guint8 head[6] = {tag, 0x84, (guint8)(inner->len >> 24), (guint8)(inner->len >> 16),
		(guint8)(inner->len >> 8), (guint8)inner->len};

	g_byte_array_prepend(inner, head, sizeof head);
}

static GByteArray *
make_signed(const char *content, guint8 kind)
{
	GByteArray *out = g_byte_array_new();

	add(out, content, strlen(content));
	wrap(out, 0x04);
	wrap(out, 0xa0);
	g_byte_array_prepend(
		out, (const guint8 *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", 11);
	wrap(out, 0x30);
	g_byte_array_prepend(out, (const guint8 *)"\x02\x01\x01\x31\x00", 5);
	add(out, "\x31\x00", 2);
	wrap(out, 0x30);
	wrap(out, 0xa0);
	g_byte_array_prepend(out, &kind, 1);
	g_byte_array_prepend(out, (const guint8 *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", 10);
	wrap(out, 0x30);
	return out;
}

static void
test_smime(void)
{
	g_autoptr(GByteArray) mail = make_signed("Content-Type: multipart/mixed; boundary=c\r\n\r\n"
						 "--c\r\n\r\nGetekend\r\n--c\r\nContent-Type: "
						 "text/x; name=a.txt\r\n\r\nhello\r\n--c--\r\n",
		2);
	g_autoptr(GByteArray) secret = make_signed("x", 3);
	Opened opened = open_text(
		mail_with("application/pkcs7-mime; name=smime.p7m", mail->data, mail->len, ""));

	g_assert_cmpstr(body(&opened, MIME_TEXT_PLAIN, 0), ==, "Getekend");
	assert_hello(file_named(&opened, "a.txt"));
	g_assert_true(warned(&opened, "mark.signed"));
	close_opened(&opened);
	opened = open_text(mail_with("application/x-pkcs7-mime", secret->data, secret->len, "dag"));
	g_assert_true(warned(&opened, "mark.encrypted"));
	close_opened(&opened);
}

/* --- armour
 * --------------------------------------------------------------------------------------------------
 */

static void
test_pgp(void)
{
	static const char text[] =
		"From: a@b.nl\n\nvoor\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHallo\n"
		"- -- \nJan\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n";
	Opened opened = open_text(g_strdup(text));

	g_assert_cmpstr(body(&opened, MIME_TEXT_PLAIN, 0), ==, "voor\nHallo\n-- \nJan\n");
	g_assert_true(warned(&opened, "mark.signed"));
	/* By the letter of MIME all of it is text. */
	g_assert_nonnull(strstr(mime_message(opened.mail)->text, "END PGP SIGNATURE"));
	close_opened(&opened);
	opened = open_text(g_strdup("From: a@b.nl\n\n-----BEGIN PGP MESSAGE-----\n\nhQ==\n"
				    "-----END PGP MESSAGE-----\n"));
	g_assert_true(warned(&opened, "mark.encrypted"));
	close_opened(&opened);
}

static void
test_uuencoded(void)
{
	Opened opened = open_text(g_strdup("From: a@b.nl\n\nvoor\nbegin 644 een bestand.txt\n"
					   "%:&5L;&\\`\n`\nend\nbegin 2027 met ons\nna\n"));

	g_assert_cmpstr(body(&opened, MIME_TEXT_PLAIN, 0), ==, "voor\nbegin 2027 met ons\nna\n");
	assert_hello(file_named(&opened, "een bestand.txt"));
	g_assert_nonnull(strstr(mime_message(opened.mail)->text, "begin 644"));
	close_opened(&opened);
}

/* --- mails as files
 * ------------------------------------------------------------------------------------------
 */

static const char inner[] =
	"From: Sanne <sanne@example.nl>\nSubject: Oogst\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n\n"
	"Binnen\n";

static void
assert_attached_mail(const char *type)
{
	Opened opened =
		open_text(mail_with(type, (const guint8 *)inner, sizeof inner - 1, "buiten"));
	const MimePart *part = mime_parts(opened.mail)->pdata[1];

	g_test_message("%s", type);
	g_assert_cmpint(part->kind, ==, MIME_MESSAGE);
	g_assert_cmpstr(part->from_address, ==, "sanne@example.nl");
	g_assert_cmpstr(part->subject, ==, "Oogst");
	g_assert_cmpint(part->date, ==, 1795424400);
	g_assert_cmpstr(body(&opened, MIME_TEXT_PLAIN, 1), ==, "Binnen\n");
	g_assert_cmpstr(mime_message(opened.mail)->text, ==, "buiten");
	close_opened(&opened);
}

static void
test_mail_as_file(void)
{
	assert_attached_mail("message/rfc822");
	assert_attached_mail("application/octet-stream; name=oogst.eml");
	assert_attached_mail("application/octet-stream");
	assert_attached_mail("text/plain; name=oogst.eml");
}

static void
test_calendar(void)
{
	static const char event[] =
		"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY;LANGUAGE=nl:Persmo\r\n ment\\, stal\r\n"
		"DTSTART;TZID=X:20261201T130000\r\nEND:VEVENT\r\n";
	Opened opened = open_text(
		mail_with("text/calendar", (const guint8 *)event, sizeof event - 1, "dag"));
	const Warning *warning = mime_warnings(opened.mail)->pdata[0];

	g_assert_cmpstr(warning->code, ==, "calendar");
	g_assert_nonnull(strstr(warning->text, "Persmoment, stal; 2026-12-01 13:00"));
	close_opened(&opened);
}

/* --- .msg
 * ----------------------------------------------------------------------------------------------------
 */

enum { SECTOR = 512 };

static void
add_entry(GByteArray *out, const char *name, int kind, guint32 right, guint32 child, guint32 start,
	guint32 size)
{
	guint from = out->len;

	for (const char *p = name; *p != '\0'; p++)
		add_little(out, (guint8)*p, 2);
	add_little(out, 0, (int)(64 - (out->len - from)));
	memset(out->data + from + strlen(name) * 2, 0, 64 - strlen(name) * 2);
	add_little(out, strlen(name) * 2 + 2, 2);
	add_little(out, (guint64)kind, 1);
	add_little(out, 1, 1);
	add_little(out, 0xffffffff, 4);
	add_little(out, right, 4);
	add_little(out, child, 4);
	for (int i = 0; i < 9; i++)
		add_little(out, 0, 4);
	add_little(out, start, 4);
	add_little(out, size, 4);
	add_little(out, 0, 4);
}

static void
add_stream(GByteArray *out, const char *bytes, guint room)
{
	guint from = out->len;

	add(out, bytes, strlen(bytes));
	g_byte_array_set_size(out, from + room);
	memset(out->data + from + strlen(bytes), 0, room - strlen(bytes));
}

static void
add_header(GByteArray *out, bool small)
{
	add(out, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
	for (int i = 0; i < 4; i++)
		add_little(out, 0, 4);
	add_little(out, 0x0003003e, 4);
	add_little(out, 0x0009fffe, 4);
	add_little(out, 6, 4);
	add_little(out, 0, 4);
	add_little(out, 0, 4);
	add_little(out, 1, 4);
	add_little(out, 1, 4);
	add_little(out, 0, 4);
	add_little(out, small ? 4096 : 0, 4);
	add_little(out, small ? 3 : 0xfffffffe, 4);
	add_little(out, small ? 1 : 0, 4);
	add_little(out, 0xfffffffe, 4);
	add_little(out, 0, 4);
	add_little(out, 0, 4);
	while (out->len < SECTOR)
		add_little(out, 0xffffffff, 4);
}

/* Sector 0: table of sectors; 1 and 2: directory; then one sector for each stream. Or, small: 3 the
 * table of small sectors, 4 all streams, 64 bytes each. */
static GByteArray *
make_msg(bool small)
{
	static const char *const streams[] = {
		"", "Oogst", "Binnen", "sanne@example.nl", "hello", "a.txt"};
	guint32 first = small ? 0 : 3;
	GByteArray *out = g_byte_array_new();

	add_header(out, small);
	for (guint32 i = 0; i < SECTOR / 4; i++)
		add_little(out, i == 0 ? 0xfffffffd : i == 1 ? 2 : 0xfffffffe, 4);
	add_entry(out, "Root Entry", 5, 0xffffffff, 1, small ? 4 : 0xfffffffe, small ? 384 : 0);
	add_entry(out, "__properties_version1.0", 2, 2, 0xffffffff, first, 32);
	add_entry(out, "__substg1.0_0037001E", 2, 3, 0xffffffff, first + 1, 5);
	add_entry(out, "__substg1.0_1000001E", 2, 4, 0xffffffff, first + 2, 6);
	add_entry(out, "__substg1.0_5D01001E", 2, 5, 0xffffffff, first + 3, 16);
	add_entry(out, "__attach_version1.0_#00000000", 1, 0xffffffff, 6, 0, 0);
	add_entry(out, "__substg1.0_37010102", 2, 7, 0xffffffff, first + 4, 5);
	add_entry(out, "__substg1.0_3707001E", 2, 0xffffffff, 0xffffffff, first + 5, 5);
	for (guint32 i = 0; small && i < SECTOR / 4; i++)
		add_little(out, 0xfffffffe, 4);
	for (size_t i = 0; i < G_N_ELEMENTS(streams); i++)
		add_stream(out, streams[i], small ? 64 : SECTOR);
	if (small)
		add_stream(out, "", 128);
	return out;
}

static void
assert_msg(bool small)
{
	g_autoptr(GByteArray) msg = make_msg(small);
	Opened opened = open_text(
		mail_with("application/octet-stream; name=x.msg", msg->data, msg->len, "buiten"));
	const MimePart *part = mime_parts(opened.mail)->pdata[1];

	g_assert_cmpint(part->kind, ==, MIME_MESSAGE);
	g_assert_cmpstr(part->subject, ==, "Oogst");
	g_assert_cmpstr(part->from_address, ==, "sanne@example.nl");
	g_assert_cmpstr(body(&opened, MIME_TEXT_PLAIN, 1), ==, "Binnen");
	assert_hello(file_named(&opened, "a.txt"));
	close_opened(&opened);
}

static void
test_msg(void)
{
	assert_msg(false);
	assert_msg(true);
}

/* --- hostile
 * -------------------------------------------------------------------------------------------------
 */

/* Reads it whole: every text, every file. */
static void
read_whole(char *text)
{
	MimeMail *mail = mime_read(text, strlen(text), &limits, NULL);
	const GPtrArray *parts = mail != NULL ? mime_parts(mail) : NULL;

	for (guint i = 0; parts != NULL && i < parts->len; i++)
		g_assert_true(g_utf8_validate(mime_part_text(mail, parts->pdata[i]), -1, NULL));
	mime_free(mail);
	g_free(text);
}

/* Single bytes, numbers at the edge, pieces cut off or doubled; the same ones each time. */
static void
mutate(GByteArray *bytes, GRand *random)
{
	static const guint32 edges[] = {
		0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff};
	int n = g_rand_int_range(random, 1, 6);

	for (int i = 0; i < n && bytes->len > 8; i++) {
		guint at = (guint)g_rand_int_range(random, 0, (gint32)bytes->len - 4);
		int how = g_rand_int_range(random, 0, 8);

		if (how < 4)
			bytes->data[at] = (guint8)g_rand_int(random);
		else if (how < 7)
			memcpy(bytes->data + at,
				&edges[g_rand_int_range(random, 0, G_N_ELEMENTS(edges))], 4);
		else
			g_byte_array_set_size(bytes, at);
	}
}

static void
mutate_often(const char *type, const GByteArray *good, guint32 seed)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);

	for (int i = 0; i < 3000; i++) {
		g_autoptr(GByteArray) bad = g_byte_array_new();

		add(bad, good->data, good->len);
		mutate(bad, random);
		read_whole(mail_with(type, bad->data, bad->len, "buiten"));
	}
	for (guint n = 0; n < good->len; n += 3)
		read_whole(mail_with(type, good->data, n, ""));
}

static void
test_mutated(void)
{
	g_autoptr(GByteArray) msg = make_msg(false);
	g_autoptr(GByteArray) small = make_msg(true);
	g_autoptr(GByteArray) wrapped = make_signed(inner, 2);
	g_autoptr(GByteArray) html = make_tnef("{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}a"
					       "\\htmlrtf {\\htmlrtf0 \\'e9\\u233?}",
		"x");
	g_autoptr(GByteArray) rich =
		make_tnef("{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset128 A;}}{\\pntext 1.\\tab}"
			  "\\li720 a\\par\\trowd\\intbl b\\cell\\row\\pard{\\field{\\*\\fldinst "
			  "HYPERLINK x}{\\fldrslt y}}\\objattph\\bin3 abc\\u-10179?\\par}",
			"x");

	mutate_often("application/octet-stream", msg, 1);
	mutate_often("application/octet-stream", small, 5);
	mutate_often("application/pkcs7-mime", wrapped, 2);
	mutate_often("application/ms-tnef", html, 3);
	mutate_often("application/ms-tnef", rich, 4);
}

/* Work grows with the mail, not with its square. */
static void
test_patient(void)
{
	GString *blocks = g_string_new("From: a@b.nl\n\n");
	GString *groups = g_string_new("{\\rtf1 ");
	gint64 before = g_get_monotonic_time();

	while (blocks->len < 4 << 20)
		g_string_append(blocks, "-----BEGIN PGP SIGNATURE-----\nbegin 644 a\nM\n");
	read_whole(g_string_free(blocks, FALSE));
	while (groups->len < 1 << 20)
		g_string_append(groups, "{\\pntext x}\\b{\\field{\\*\\fldinst HYPERLINK a}");
	{
		g_autoptr(GByteArray) tnef = make_tnef(groups->str, NULL);

		read_whole(mail_with("application/ms-tnef", tnef->data, tnef->len, ""));
	}
	g_string_free(groups, TRUE);
	g_assert_cmpint(g_get_monotonic_time() - before, <, 10 * G_USEC_PER_SEC);
}

/* Containers in containers end somewhere, and nothing is lost without a word. */
static void
test_deep(void)
{
	g_autofree char *text = g_strdup(inner);
	Opened opened;

	for (int i = 0; i < 12; i++) {
		char *outer =
			mail_with("message/rfc822", (const guint8 *)text, strlen(text), "laag");

		g_free(text);
		text = outer;
	}
	opened = open_text(g_steal_pointer(&text));
	g_assert_true(warned(&opened, "limit.depth"));
	close_opened(&opened);
	{
		GString *nested = g_string_new("From: a@b.nl\n");

		for (int i = 0; i < 120; i++)
			g_string_append_printf(nested,
				"Content-Type: multipart/mixed; boundary=b%dx\n\n--b%dx\n", i, i);
		g_string_append(nested, "\nonderin\n");
		opened = open_text(g_string_free(nested, FALSE));
	}
	g_assert_cmpstr(body(&opened, MIME_TEXT_PLAIN, 0), ==, "onderin\n");
	g_assert_true(warned(&opened, "limit.depth"));
	close_opened(&opened);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(mime_start(NULL));
	g_test_add_func("/open/tnef", test_tnef);
	g_test_add_func("/open/tnef-extract", test_tnef_extract);
	g_test_add_func("/open/rtf", test_rtf);
	g_test_add_func("/open/rtf-html", test_rtf_html);
	g_test_add_func("/open/smime", test_smime);
	g_test_add_func("/open/pgp", test_pgp);
	g_test_add_func("/open/uuencoded", test_uuencoded);
	g_test_add_func("/open/mail-as-file", test_mail_as_file);
	g_test_add_func("/open/calendar", test_calendar);
	g_test_add_func("/open/msg", test_msg);
	g_test_add_func("/open/mutated", test_mutated);
	g_test_add_func("/open/patient", test_patient);
	g_test_add_func("/open/deep", test_deep);
	return g_test_run();
}
