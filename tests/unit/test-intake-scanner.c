/* intake: mails to clamd, whatever it does; and who says that he is one of us. clamd is played by a
 * thread of this test. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base.h"
#include "ours.h"
#include "scanner.h"

typedef struct {
	const char *answer; /* NULL: closes at once */
	size_t length; /* with its NULs */
	bool hangs, early; /* early: answers before it has read all */
	int listener;
	GByteArray *got;
} Clamd;

typedef struct {
	GMainLoop *loop;
	const char *bytes;
	size_t length;
	guint wanted, done, dropped;
	ScanVerdict verdict;
	char *text;
	int health; /* -1 not said, 0 wrong, 1 good */
} Keeper;

static gpointer
play(gpointer data)
{
	Clamd *clamd = data;
	int peer = accept(clamd->listener, NULL, NULL);
	guint8 buffer[4096];
	ssize_t n;

	while (!clamd->early && (n = read(peer, buffer, sizeof buffer)) > 0) {
		g_byte_array_append(clamd->got, buffer, (guint)n);
		if (clamd->got->len >= 14 &&
			memcmp(clamd->got->data + clamd->got->len - 4, "\0\0\0\0", 4) == 0)
			break;
	}
	if (clamd->hangs)
		g_usleep(3 * G_USEC_PER_SEC);
	/* The scanner may have left. */
	if (clamd->answer != NULL && send(peer, clamd->answer, clamd->length, MSG_NOSIGNAL) < 0)
		g_test_message("it had left");
	close(peer);
	return NULL;
}

static int
open_bytes(void *context, void *mail, gint64 *ret_size)
{
	Keeper *keeper = context;

	(void)mail;
	*ret_size = (gint64)keeper->length;
	return fs_memfd("mail", keeper->bytes, keeper->length, NULL);
}

static void
on_done(void *context, void *mail, ScanVerdict verdict, const char *text)
{
	Keeper *keeper = context;

	(void)mail;
	keeper->verdict = verdict;
	g_free(keeper->text);
	keeper->text = g_strdup(text);
	if (++keeper->done == keeper->wanted)
		g_main_loop_quit(keeper->loop);
}

static void
on_drop(void *context, void *mail)
{
	(void)mail;
	((Keeper *)context)->dropped++;
}

static void
on_health(void *context, bool good, const char *detail)
{
	(void)detail;
	((Keeper *)context)->health = good;
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	g_assert_cmpint(bind(fd, (struct sockaddr *)(void *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(fd, 8), ==, 0);
	return fd;
}

/* One mail of so many bytes against this clamd; NULL: nobody listens. To be freed: text. */
static Keeper
scan(Clamd *clamd, size_t length)
{
	g_autofree char *folder = g_dir_make_tmp("nieuws-clamd-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "ctl", NULL);
	g_autofree char *bytes = g_strnfill(length, 'x');
	Config config = {.filter = {.clamd = path, .clamd_timeout = 1, .clamd_most = 1 << 20}};
	Keeper keeper = {.loop = g_main_loop_new(NULL, FALSE),
		.bytes = bytes,
		.length = length,
		.wanted = 1,
		.health = -1};
	const ScannerEvents events = {open_bytes, on_done, on_drop, on_health, &keeper};
	Scanner *scanner = scanner_new(&config, &events);
	GThread *thread = NULL;

	if (clamd != NULL) {
		clamd->listener = listen_at(path);
		clamd->got = g_byte_array_new();
		thread = g_thread_new("clamd", play, clamd);
	}
	scanner_submit(scanner, &keeper);
	g_assert_cmpuint(scanner_outstanding(scanner), ==, 1);
	g_main_loop_run(keeper.loop);
	g_assert_cmpuint(scanner_outstanding(scanner), ==, 0);
	scanner_free(scanner);
	if (clamd != NULL) {
		shutdown(clamd->listener, SHUT_RDWR);
		g_thread_join(thread);
		close(clamd->listener);
	}
	g_main_loop_unref(keeper.loop);
	g_unlink(path);
	g_rmdir(folder);
	return keeper;
}

#define ANSWER(text) .answer = (text), .length = sizeof(text)

static void
test_clean(void)
{
	Clamd clamd = {ANSWER("stream: OK")};
	Keeper keeper = scan(&clamd, 200000);
	guint32 first;

	g_assert_cmpint(keeper.verdict, ==, SCAN_CLEAN);
	g_assert_cmpint(keeper.health, ==, 1);
	/* The command, chunks behind their lengths, an empty one. */
	g_assert_cmpmem(clamd.got->data, 10, "zINSTREAM", 10);
	memcpy(&first, clamd.got->data + 10, 4);
	g_assert_cmpuint(GUINT32_FROM_BE(first), ==, 65536);
	g_assert_cmpuint(clamd.got->len, ==, 10 + 200000 + 4 * (4 + 1));
	g_byte_array_unref(clamd.got);
	g_free(keeper.text);
}

static void
test_infected(void)
{
	Clamd clamd = {ANSWER("stream: Proef.Virus-1\x1b]52;x FOUND")};
	Keeper keeper = scan(&clamd, 10);

	g_assert_cmpint(keeper.verdict, ==, SCAN_INFECTED);
	g_assert_true(g_str_has_prefix(keeper.text, "Proef.Virus-1"));
	g_assert_null(strchr(keeper.text, '\x1b'));
	g_byte_array_unref(clamd.got);
	g_free(keeper.text);
}

/* Each ends as not scanned, in time, and the mail comes back. */
static void
test_broken(void)
{
	g_autofree char *flood = g_strnfill(5000, 'x');
	Clamd clamds[] = {{.answer = NULL}, {.answer = NULL, .early = true},
		{ANSWER("stream: Can't allocate memory ERROR")}, {.answer = "O", .length = 1},
		{.answer = flood, .length = 5000}, {ANSWER("stream: OK"), .hangs = true},
		{ANSWER("FOUND")}, {ANSWER("INSTREAM size limit exceeded. ERROR"), .early = true}};

	for (size_t i = 0; i < G_N_ELEMENTS(clamds); i++) {
		gint64 began = when_monotonic_ms();
		Keeper keeper = scan(&clamds[i], 100000);

		g_test_message("%zu: %s", i, keeper.text);
		g_assert_cmpint(keeper.verdict, ==, SCAN_NOT);
		g_assert_cmpint(when_monotonic_ms() - began, <, 6000);
		g_assert_cmpint(keeper.health, ==, i == 7);
		g_byte_array_unref(clamds[i].got);
		g_free(keeper.text);
	}
}

static void
test_away(void)
{
	Keeper keeper = scan(NULL, 10);

	g_assert_cmpint(keeper.verdict, ==, SCAN_NOT);
	g_assert_cmpint(keeper.health, ==, 0);
	g_free(keeper.text);
}

static void
test_too_large(void)
{
	Keeper keeper = scan(NULL, (1 << 20) + 1);

	g_assert_cmpint(keeper.verdict, ==, SCAN_NOT);
	g_assert_nonnull(strstr(keeper.text, "larger"));
	g_assert_cmpint(keeper.health, ==, -1);
	g_free(keeper.text);
}

static void
test_freed_in_between(void)
{
	Config config = {.filter = {.clamd = (char *)(guintptr) "/nowhere",
				 .clamd_timeout = 1,
				 .clamd_most = 100}};
	Keeper keeper = {.health = -1};
	const ScannerEvents events = {open_bytes, on_done, on_drop, on_health, &keeper};
	Scanner *scanner = scanner_new(&config, &events);

	for (int i = 0; i < 9; i++)
		scanner_submit(scanner, &keeper);
	g_assert_cmpuint(scanner_outstanding(scanner), ==, 9);
	scanner_free(scanner);
	g_assert_cmpuint(keeper.dropped, ==, 9);
}

/* --- one of us? */

static char *
codes_of(const Config *config, const char *name, const char *address, int trust)
{
	g_autoptr(Message) message = message_new();
	g_autoptr(Draft) draft = draft_new();
	GString *codes = g_string_new(NULL);

	record_set(&draft->sender.name, name);
	record_set(&draft->sender.address, address);
	message->trust = trust;
	ours_judge(config, message, draft);
	for (guint i = 0; i < draft->warnings->len; i++)
		g_string_append_printf(codes, "%s ", ((Warning *)draft->warnings->pdata[i])->code);
	return g_string_free(codes, FALSE);
}

static void
test_ours(void)
{
	static const struct {
		const char *name, *address;
		int trust;
		const char *codes;
	} senders[] = {
		{"Sanne de Vries", "sanne@redactie.example.nl", TRUST_PASS, ""},
		{"Sanne de Vries", "sanne@evil.example.org", TRUST_PASS, "trust.our-name "},
		{"SANNE DE VRIES", "sanne@evil.example.org", TRUST_NONE, "trust.our-name "},
		{"S\u0430nne de Vries", "sanne@evil.example.org", TRUST_NONE, "trust.our-name "},
		{"Kijk op Oost", "x@evil.example.org", TRUST_NONE, "trust.our-name "},
		{"Redactie Oost", "x@evil.example.org", TRUST_NONE, "trust.our-name "},
		{"Iemand", "baas@redactie.example.nl", TRUST_NONE, "trust.our-domain "},
		{"Iemand", "baas@Redactie.Example.NL", TRUST_FAIL, "trust.our-domain "},
		{"Iemand", "baas@redactie.example.nl", TRUST_PASS, ""},
		{"Sanne de Vries", "x@redactie.example.nl", TRUST_NONE,
			"trust.our-name trust.our-domain "},
		{"Iemand", "x@example.org", TRUST_NONE, ""},
		{"", "", TRUST_NONE, ""},
	};
	EditorConfig sanne = {.name = (char *)(guintptr) "Sanne de Vries",
		.address = (char *)(guintptr) "sanne@redactie.example.nl"};
	MailboxConfig desk = {.address = (char *)(guintptr) "nieuws@redactie.example.nl",
		.authserv_id = (char *)(guintptr) "mx.example.nl"};
	Config config = {.newsroom = (char *)(guintptr) "Kijk op Oost",
		.smtp = {.from = (char *)(guintptr) "nieuws@redactie.example.nl",
			.from_name = (char *)(guintptr) "Redactie Oost"},
		.editors = g_ptr_array_new(),
		.mailboxes = g_ptr_array_new()};

	g_ptr_array_add(config.editors, &sanne);
	g_ptr_array_add(config.mailboxes, &desk);
	for (size_t i = 0; i < G_N_ELEMENTS(senders); i++) {
		g_autofree char *codes =
			codes_of(&config, senders[i].name, senders[i].address, senders[i].trust);

		g_test_message("%s <%s>", senders[i].name, senders[i].address);
		g_assert_cmpstr(codes, ==, senders[i].codes);
	}
	g_ptr_array_unref(config.editors);
	g_ptr_array_unref(config.mailboxes);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/scanner/clean", test_clean);
	g_test_add_func("/scanner/infected", test_infected);
	g_test_add_func("/scanner/broken", test_broken);
	g_test_add_func("/scanner/away", test_away);
	g_test_add_func("/scanner/too-large", test_too_large);
	g_test_add_func("/scanner/freed", test_freed_in_between);
	g_test_add_func("/ours", test_ours);
	return g_test_run();
}
