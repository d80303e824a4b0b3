#include <glib.h>
#include <string.h>

#include "guard.h"

static bool
feed_whole(const char *text)
{
	Guard guard;

	guard_init(&guard, 1 << 20);
	return guard_feed(&guard, text, strlen(text));
}

/* However the network cuts it. */
static bool
feed_bytes(const char *text)
{
	Guard guard;

	guard_init(&guard, 1 << 20);
	for (; *text != '\0'; text++)
		if (!guard_feed(&guard, text, 1))
			return false;
	return true;
}

static void
assert_greeting(const char *text, bool good)
{
	g_assert_true(feed_whole(text) == good);
	g_assert_true(feed_bytes(text) == good);
}

/* Of what a server says behind its greeting. */
static void
assert_verdict(const char *text, bool good)
{
	g_autofree char *all = g_strconcat("* OK ready (at last)\r\n", text, NULL);

	assert_greeting(all, good);
}

static void
test_greeting(void)
{
	assert_greeting("* OK [CAPABILITY IMAP4rev1 IDLE] ready (1)\r\n", true);
	assert_greeting("* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n", false);
	assert_greeting("*  OK [PERMANENTFLAGS (\\Seen)] x\r\n", false);
	assert_greeting("* PREAUTH [X (a)] x\r\n", false);
	assert_greeting(" * OK [PERMANENTFLAGS (a)] x\r\n", false);
	assert_greeting("* OK [PERMANENTFLAGS (\\Seen x\r\n", false);
}

static void
test_honest(void)
{
	assert_verdict("* OK [CAPABILITY IMAP4rev1 IDLE] Dovecot ready.\r\n", true);
	assert_verdict(
		"* OK [PERMANENTFLAGS (\\Answered \\Seen $Label1 \\*)] Flags permitted.\r\n", true);
	assert_verdict("* OK [ALERT] The disk is nearly full\r\n", true);
	assert_verdict(
		"* 1 FETCH (UID 7 BODY[] {5}\r\n((((( FLAGS (\\Seen))\r\n3 OK Done\r\n", true);
	assert_verdict("* OK [UIDVALIDITY 5] {text in braces}\r\n", true);
}

static void
test_crashers(void)
{
	assert_verdict("* OK [BADCHARSET (\"utf-8\")] hi\r\n", false);
	assert_verdict("* OK [PERMANENTFLAGS (]\r\n", false);
	assert_verdict("* OK [PERMANENTFLAGS (%] x\r\n", false);
	assert_verdict("* OK [PERMANENTFLAGS ()] x\r\n", true);
	assert_verdict("* OK [PERMANENTFLAGS (\\\\*ene S)] x\r\n", false);
	assert_verdict("* OK [PERMANENTFLAGS (\\*a)] x\r\n", false);
	assert_verdict("* OK [PERMANENTFLAGS ( \\Seen)] x\r\n", false);
	assert_verdict("* OK [PERMANENTFLAGS (\\Seen )] x\r\n", false);
	assert_verdict("* OK [ALERT]\r\n", false);
	assert_verdict("3 NO [PARSE]\r\n", false);
	/* The parser takes blanks as they come. */
	assert_verdict("*  OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n", true);
	assert_verdict("*  OK  [BADCHARSET (x)] hi\r\n", false);
	assert_verdict("*OK [BADCHARSET (x)] hi\r\n", false);
	assert_verdict("* OK[BADCHARSET (x)] hi\r\n", false);
	assert_verdict("* OK [ PERMANENTFLAGS (]\r\n", false);
	assert_verdict("3  NO [ALERT]   \r\n", false);
	assert_verdict("* 1 FETCH (BODY[] {99999999999}\r\n", false);
	assert_verdict("* 1 FETCH (BODY[] {-5}\r\n", false);
	assert_verdict("* OK hello {1000}\r\n", false);
}

/* What the parser takes modulo 2^32. */
static void
test_numbers(void)
{
	assert_verdict("* 1 FETCH (UID 4294967295 FLAGS ())\r\n", true);
	assert_verdict("* 1 FETCH (UID 4294967297 FLAGS ())\r\n", false);
	assert_verdict("* 1 fetch (FLAGS () RFC822.SIZE 4294967296)\r\n", false);
	assert_verdict("* 1 FETCH (BODY[] {5}\r\n 9999999999 UID 7)\r\n", true);
	assert_verdict("* 1 FETCH (BODY[] {5}\r\nabcde UID 99999999999)\r\n", false);
	assert_verdict("* OK [HIGHESTMODSEQ 718239812398123] x\r\n", true);
	assert_verdict("* 1 FETCH (UID 7 INTERNALDATE \"24-Nov-2026 10:00:00 +0100\")\r\n", true);
}

static void
test_nesting(void)
{
	g_autofree char *deep = g_strnfill(150, '(');
	g_autofree char *line = g_strdup_printf("* 1 FETCH (BODYSTRUCTURE %s\r\n", deep);

	assert_verdict(line, false);
}

static void
test_long_line(void)
{
	g_autofree char *filler = g_strnfill(GUARD_LINE + 10, 'a');

	assert_verdict(filler, false);
}

static void
test_flood(void)
{
	Guard guard;
	bool good = true;

	guard_init(&guard, 1 << 20);
	for (int i = 0; i < GUARD_LINES + 10 && good; i++)
		good = guard_feed(&guard, "* 5 EXISTS\r\n", 12);
	g_assert_false(good);
	guard_init(&guard, 1 << 20);
	for (int i = 0; i < GUARD_LINES + 10; i++) {
		guard_rearm(&guard);
		g_assert_true(guard_feed(&guard, "* 5 EXISTS\r\n", 12));
	}
}

/* Cut anywhere, the verdict is the same as whole. */
static void
test_random_cuts(void)
{
	static const char session[] = "* OK ready\r\n1 OK [CAPABILITY IMAP4rev1] in\r\n* 3 FETCH "
				      "(UID 9 RFC822.SIZE 20 BODY[] {20}\r\n"
				      "Subject: a\r\n\r\n{9}((())\r\n2 OK fetched\r\n";
	guint32 seed = g_test_rand_int_range(0, G_MAXINT);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

	g_test_message("seed %u", seed);
	for (int round = 0; round < 20000; round++) {
		char bytes[sizeof session];
		size_t length = sizeof session - 1, cut;
		Guard whole, parts;
		bool good, same;

		memcpy(bytes, session, sizeof session);
		for (int i = g_rand_int_range(rand, 0, 4); i > 0; i--)
			bytes[g_rand_int_range(rand, 0, (gint32)length)] =
				(char)g_rand_int_range(rand, 1, 256);
		cut = (size_t)g_rand_int_range(rand, 0, (gint32)length);
		guard_init(&whole, 100);
		guard_init(&parts, 100);
		good = guard_feed(&whole, bytes, length);
		same = guard_feed(&parts, bytes, cut) &&
		       guard_feed(&parts, bytes + cut, length - cut);
		g_assert_true(good == same);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/imap/guard/greeting", test_greeting);
	g_test_add_func("/imap/guard/honest", test_honest);
	g_test_add_func("/imap/guard/crashers", test_crashers);
	g_test_add_func("/imap/guard/numbers", test_numbers);
	g_test_add_func("/imap/guard/nesting", test_nesting);
	g_test_add_func("/imap/guard/long-line", test_long_line);
	g_test_add_func("/imap/guard/flood", test_flood);
	g_test_add_func("/imap/guard/random-cuts", test_random_cuts);
	return g_test_run();
}
