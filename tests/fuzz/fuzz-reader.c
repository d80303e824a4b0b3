/* A mail to a draft, end to end: pre-scan, GMime, every part, article. READER_KIND wraps the bytes:
 * 0 they are the mail, 1 winmail.dat, 2 .msg, 3 RTF, 4 S/MIME, 5 Authentication-Results. */
#include <string.h>
#include <unistd.h>

#include "article.h"
#include "fuzz.h"
#include "mime.h"

#ifndef READER_KIND
#define READER_KIND 0
#endif

static ArticleRules *rules;

void
fuzz_start(void)
{
	static const char *const trusted[] = {"mx.example.nl", NULL};
	g_autofree char *patterns = g_build_filename(g_getenv("NIEUWS_DATA"), "patterns", NULL);

	mime_trust(trusted);
	rules = mime_start(NULL) ? article_rules_load(patterns, NULL) : NULL;
	if (rules == NULL)
		g_error("NIEUWS_DATA must be the folder config of the source");
}

static GString *
wrap(const uint8_t *bytes, size_t length)
{
	static const char *const types[] = {"", "application/ms-tnef; name=winmail.dat",
		"application/vnd.ms-outlook; name=brief.msg", "text/rtf; name=a.rtf",
		"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", ""};
	GString *mail = g_string_new(NULL);

	if (READER_KIND == 5)
		g_string_append(mail, "Authentication-Results: mx.example.nl; ");
	else if (READER_KIND > 0)
		g_string_append_printf(mail,
			"From: a@example.nl\nMIME-Version: 1.0\nContent-Type: %s\n"
			"Content-Transfer-Encoding: binary\n\n",
			types[READER_KIND]);
	g_string_append_len(mail, (const char *)bytes, (gssize)length);
	if (READER_KIND == 5)
		g_string_append(mail, "\nFrom: a@example.nl\n\ntekst\n");
	return mail;
}

static void
check(const char *text)
{
	g_assert_true(text == NULL || g_utf8_validate(text, -1, NULL));
}

void
fuzz_one(const uint8_t *bytes, size_t length)
{
	static const MimeLimits limits = {1 << 20, 1000, 200, 50, 4 << 20, 100};
	static const ArticleLimits article = {100000, 200, 0};
	GString *text = wrap(bytes, length);
	MimeMail *mail = mime_read(text->str, text->len, &limits, NULL);

	if (mail != NULL) {
		Draft *draft = article_make(mail, rules, &article, NULL);
		Message *message = mime_message(mail);

		check(draft->title);
		check(draft->body);
		check(message->subject);
		check(message->from_name);
		record_free(&draft_type, draft);
		mime_free(mail);
	}
	g_string_free(text, TRUE);
}
