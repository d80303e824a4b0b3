/* What editors type to find drafts, and what they are told when it is wrong. */
#include <glib.h>
#include <string.h>

#include "base.h"
#include "desk.h"

enum { NOW = 1795521600 }; /* a Tuesday, 24 November 2026, 12:00 UTC */

static StoreFind *
parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	StoreFind *find = desk_query(text, "sanne", NOW, true, &error);

	g_assert_no_error(error);
	return find;
}

static void
refused(const char *text, const char *cure)
{
	g_autoptr(GError) error = NULL;
	StoreFind *find = desk_query(text, "sanne", NOW, true, &error);

	g_assert_null(find);
	g_test_message("%s", error->message);
	g_assert_true(nieuws_error_is(error, NIEUWS_INPUT));
	g_assert_nonnull(strstr(error->message, cure));
}

static const StoreWord *
word(const StoreFind *find, guint i)
{
	g_assert_cmpuint(find->words->len, >, i);
	return find->words->pdata[i];
}

static void
test_words(void)
{
	g_autoptr(StoreFind) find = parse(
		"brug \"nieuwe weg\" -markt hengel* wat? -\"oude brug\" - http://x.nl/a 10:30");

	g_assert_cmpuint(find->words->len, ==, 8);
	g_assert_cmpstr(word(find, 1)->text, ==, "nieuwe weg");
	g_assert_true(word(find, 2)->negated);
	g_assert_true(word(find, 3)->prefix);
	g_assert_cmpstr(word(find, 5)->text, ==, "oude brug");
	g_assert_true(word(find, 5)->negated);
	g_assert_true(find->open);
}

static void
test_filters(void)
{
	g_autoptr(StoreFind) find = parse("state:new STATUS:review has:photo -has:embargo "
					  "from:jansen tag:verkeer mine since:3d");
	g_autoptr(StoreFind) dutch =
		parse("staat:geplaatst sinds:gisteren met:foto van:\"jan de boer\"");
	g_autoptr(StoreFind) page = parse("before:1234 is:free");

	g_assert_false(find->open);
	g_assert_cmpuint(find->states->len, ==, 2);
	g_assert_cmpuint(find->has, ==, STORE_HAS_PHOTO);
	g_assert_cmpuint(find->lacks, ==, STORE_HAS_EMBARGO);
	g_assert_cmpstr(find->taken_by, ==, "sanne");
	g_assert_cmpint(find->since, ==, NOW - 3 * 86400);
	g_assert_cmpint(word(find, 0)->place, ==, STORE_PLACE_CONTRIBUTOR);
	g_assert_true(word(find, 1)->exact);
	g_assert_cmpstr(dutch->states->pdata[0], ==, "published");
	g_assert_cmpint(dutch->since, ==, NOW - 36 * 3600);
	g_assert_cmpstr(word(dutch, 0)->text, ==, "jan de boer");
	g_assert_cmpint(page->before, ==, 1234);
	g_assert_cmpstr(page->taken_by, ==, "");
}

static void
test_days(void)
{
	static const struct {
		const char *text;
		gint64 wanted;
	} days[] = {{"since:2026-11-01", 1793491200}, {"since:1-11-2026", 1793491200},
		{"since:1-11", 1793491200}, {"since:25-12", NOW - 43200 - 334 * 86400},
		{"since:monday", NOW - 36 * 3600}, {"since:di", NOW - 12 * 3600},
		{"since:today", NOW - 12 * 3600}, {"since:2w", NOW - 14 * 86400}};

	for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
		g_autoptr(StoreFind) find = parse(days[i].text);

		g_test_message("%s", days[i].text);
		g_assert_cmpint(find->since, ==, days[i].wanted);
	}
}

static void
test_refusals(void)
{
	refused("sate:new", "state:new");
	refused("state:nwe", "state:new");
	refused("state:bananen", "published");
	refused("has:foot", "has:foto");
	refused("since:soon", "yesterday");
	refused("since:2026-13-01", "2026-13-01");
	refused("from:", "from:");
	refused("-mine", "is:free");
}

static void
test_hostile(void)
{
	g_autofree char *long_word = g_strnfill(300, 'a');
	g_autofree char *long_query = g_strnfill(5000, 'a');
	g_autoptr(GString) many = g_string_new(NULL);

	for (int i = 0; i < 100; i++)
		g_string_append_printf(many, "w%d ", i);
	refused(long_word, "300");
	refused(long_query, "1000");
	refused(many->str, "24");
	for (int round = 0; round < 2000; round++) {
		static const char letters[] = "ab:-\"* \t\n\xff\xc3(stae;'%";
		char text[40];
		int length = g_test_rand_int_range(0, 39);

		for (int i = 0; i < length; i++)
			text[i] = letters[g_test_rand_int_range(0, (int)strlen(letters))];
		text[length] = '\0';
		g_autoptr(GError) error = NULL;
		g_autoptr(StoreFind) find = desk_query(text, "sanne", NOW, true, &error);

		g_assert_true((find == NULL) == (error != NULL));
	}
}

static void
test_join(void)
{
	char *argv[] = {(char *)"nieuwe brug", (char *)"-x y", (char *)"state:new",
		(char *)"\"a b\"", NULL};
	g_autofree char *text = desk_query_join(argv);

	g_assert_cmpstr(text, ==, "\"nieuwe brug\" -\"x y\" state:new \"a b\"");
}

int
main(int argc, char **argv)
{
	g_setenv("TZ", "UTC", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/query/words", test_words);
	g_test_add_func("/query/filters", test_filters);
	g_test_add_func("/query/days", test_days);
	g_test_add_func("/query/refusals", test_refusals);
	g_test_add_func("/query/hostile", test_hostile);
	g_test_add_func("/query/join", test_join);
	return g_test_run();
}
