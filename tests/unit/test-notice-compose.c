#include <glib.h>
#include <string.h>

#include "base.h"
#include "notice.h"

static Config *
make_config(void)
{
	Config *config = g_new0(Config, 1);

	config->newsroom = (char *)(guintptr) "Kijk op Oost";
	config->templates = (char *)(guintptr) "";
	config->language = (char *)(guintptr) "nl";
	config->timezone = (char *)(guintptr) "Europe/Amsterdam";
	config->smtp.from = (char *)(guintptr) "nieuws@example.nl";
	config->smtp.from_name = (char *)(guintptr) "";
	config->desk.reasons = (char *)(guintptr) "";
	config->limits.picture_width = 1200;
	config->limits.message = 64 << 20;
	config->receipts = RECEIPTS_ALWAYS;
	config->receipt_interval = 86400;
	config->receipts_hourly = 100;
	config->mailboxes = g_ptr_array_new();
	config->editors = g_ptr_array_new();
	return config;
}

static void
free_config(Config *config)
{
	g_ptr_array_unref(config->mailboxes);
	g_ptr_array_unref(config->editors);
	g_free(config);
}

static char *
compose(Config *config, NoticeKind kind, const Draft *draft, const Message *message)
{
	NoticeFacts facts = {
		.number = 7, .reference = "KON-2026-0007", .draft = draft, .message = message};
	NoticeAddress address = {.recipient = "a@example.nl",
		.language = "nl",
		.outbox = 12,
		.token = "abcd",
		.now = 1795510800};
	g_autoptr(GError) error = NULL;
	GBytes *bytes = notice_compose(config, kind, &facts, &address, &error);
	gsize length;
	char *text;

	g_assert_no_error(error);
	text = g_strndup(g_bytes_get_data(bytes, &length), g_bytes_get_size(bytes));
	g_bytes_unref(bytes);
	return text;
}

/* Whatever stands in a title: the header keeps its lines, and is ASCII. */
static void
test_injection(void)
{
	static const char *const titles[] = {"a\r\nBcc: x@y", "b\nX: y", "\x1b]52;c;x\x07",
		"\xe2\x80\xaegnp.exe", "Ünïcödé brug", "=?utf-8?q?x?=", "", "a\tb", "\xef\xbb\xbf",
		"....."};
	Config *config = make_config();

	for (size_t i = 0; i < G_N_ELEMENTS(titles); i++) {
		g_autoptr(Draft) draft = draft_new();
		g_autoptr(Message) message = message_new();
		g_autofree char *mail = NULL;
		char *end;

		record_set(&draft->title, titles[i]);
		record_set(&draft->sender.name, titles[i]);
		record_set(&message->message_id, "x@y>\r\nEvil: 1");
		mail = compose(config, NOTICE_RECEIPT, draft, message);
		end = strstr(mail, "\r\n\r\n");
		*end = '\0';
		g_assert_null(strstr(mail, "\r\nBcc:"));
		g_assert_null(strstr(mail, "\r\nX: y"));
		g_assert_null(strstr(mail, "Evil"));
		for (const char *p = mail; *p != '\0'; p++)
			g_assert_true((*p >= 0x20 && *p < 0x7f) || *p == '\r' || *p == '\n');
		g_assert_nonnull(strstr(mail, "Auto-Submitted: auto-replied"));
		g_assert_nonnull(strstr(mail, "Message-ID: <nieuws.12.abcd@example.nl>"));
	}
	free_config(config);
}

static void
test_receipt_tells_what_was_understood(void)
{
	Config *config = make_config();
	g_autoptr(Draft) draft = draft_new();
	g_autoptr(Message) message = message_new();
	Attachment *photo = record_append(&attachment_type, message->attachments);
	g_autofree char *mail = NULL;

	record_set(&draft->title, "Brug open");
	draft->words = 120;
	draft->embargo_at = 1795805999 + 1;
	photo->role = ROLE_PHOTO;
	photo->width = 640;
	photo->height = 480;
	record_set(&photo->filename, "brug.jpg");
	mail = compose(config, NOTICE_RECEIPT, draft, message);
	g_assert_nonnull(strstr(mail, "120 woorden"));
	g_assert_nonnull(strstr(mail, "brug.jpg (640 x 480)"));
	g_assert_nonnull(strstr(mail, "KON-2026-0007"));
	g_assert_nonnull(strstr(mail, "Embargo"));
	free_config(config);
}

static void
test_silence(void)
{
	Config *config = make_config();
	g_autoptr(Message) message = message_new();
	NoticeReceiptFacts facts = {.now = 1000000};

	record_set(&message->from_address, "mens@example.nl");
	g_assert_null(notice_receipt_silence(config, message, &facts));
	facts.last_receipt_at = 999000;
	g_assert_nonnull(notice_receipt_silence(config, message, &facts));
	facts.last_receipt_at = 0;
	facts.sent_this_hour = 100;
	g_assert_nonnull(notice_receipt_silence(config, message, &facts));
	facts.sent_this_hour = 0;
	record_set(&message->automatic, "Auto-Submitted");
	g_assert_nonnull(notice_receipt_silence(config, message, &facts));
	record_set(&message->automatic, "");
	record_set(&message->from_address, "nieuws@example.nl");
	g_assert_nonnull(notice_receipt_silence(config, message, &facts));
	record_set(&message->from_address, "mens@example.nl");
	message->trust = TRUST_FAIL;
	g_assert_nonnull(notice_receipt_silence(config, message, &facts));
	message->trust = TRUST_NONE;
	config->receipts = RECEIPTS_TRUSTED;
	g_assert_nonnull(notice_receipt_silence(config, message, &facts));
	free_config(config);
}

static void
test_templates(void)
{
	Config *config = make_config();
	g_autoptr(GError) error = NULL;

	g_assert_true(notice_templates_check(config, &error));
	g_assert_no_error(error);
	free_config(config);
}

static void
test_quiet_hours(void)
{
	EditorConfig editor = {.quiet = (char *)(guintptr) "22:00-07:00"};
	gint64 night, noon;

	g_setenv("TZ", "Europe/Amsterdam", TRUE);
	night = 1795475400; /* 24 November 2026, 01:10 */
	noon = 1795516200;
	g_assert_cmpint(notice_due_at(&editor, noon), ==, noon);
	g_assert_cmpint(notice_due_at(&editor, night) - night, >, 0);
	g_assert_cmpint(notice_due_at(&editor, night) - night, <, 9 * 3600);
	editor.quiet = (char *)(guintptr) "";
	editor.digest_seconds = 900;
	g_assert_cmpint(notice_due_at(&editor, noon) % 900, ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/notice/injection", test_injection);
	g_test_add_func("/notice/receipt", test_receipt_tells_what_was_understood);
	g_test_add_func("/notice/silence", test_silence);
	g_test_add_func("/notice/templates", test_templates);
	g_test_add_func("/notice/quiet-hours", test_quiet_hours);
	return g_test_run();
}
