/* base: what looks like something else. */
#include <glib.h>
#include <string.h>

#include "base.h"

static void
test_skeletons(void)
{
	/* Cyrillic and Greek letters, marks, digits, pairs of letters. */
	static const char *const same[][2] = {
		{"Gemeente Ommen", "G\u0435m\u0435\u0435nte \u039fmmen"},
		{"Sanne de Vries", "SANNE DE VRIE\u0405"}, {"Jan Smit", "Jan  Sm\u00edt"},
		{"modern", "modem"}, {"Willem", "VVillem"}, {"paypal", "paypa1"}, {"Oost", "00st"},
		{"lllinois", "Illinois"}};
	static const char *const other[][2] = {
		{"Jan Smit", "Jan Smid"}, {"Ommen", "Emmen"}, {"Anna", "Hanna"}};

	for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
		g_autofree char *a = looks_skeleton(same[i][0], "");
		g_autofree char *b = looks_skeleton(same[i][1], "");

		g_assert_cmpstr(a, ==, b);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(other); i++) {
		g_autofree char *a = looks_skeleton(other[i][0], "");
		g_autofree char *b = looks_skeleton(other[i][1], "");

		g_assert_cmpstr(a, !=, b);
	}
}

/* However long: only its beginning is looked at. */
static void
test_bounded(void)
{
	g_autofree char *text = g_strnfill(10 << 20, 'v');
	g_autofree char *look = looks_skeleton(text, "");

	g_assert_cmpuint(strlen(look), <=, 200);
}

static void
test_near(void)
{
	g_assert_true(looks_near("gemeente", "gemente"));
	g_assert_true(looks_near("gemeente", "gemeentes"));
	g_assert_true(looks_near("gemeente", "gemeemte"));
	g_assert_true(looks_near("gemeente", "geemente"));
	g_assert_true(looks_near("a", ""));
	g_assert_false(looks_near("gemeente", "gemeente"));
	g_assert_false(looks_near("gemeente", "gemnte"));
	g_assert_false(looks_near("abcd", "dcba"));
	g_assert_false(looks_near("", "ab"));
}

static void
test_domains(void)
{
	static const char *const alike[][2] = {
		{"gemeente-ommen.example.nl", "gemeente-onmen.example.nl"},
		{"waterschap.nl", "watersschap.nl"}, {"waterschap.nl", "waterschpa.nl"},
		{"waterschap.nl", "xn--wterschap-0yh.nl"}, {"brandweer.nl", "brandvveer.nl"},
		{"politie.nl", "po1itie.nl"}, {"kerk.nl", "\u043aerk.nl"},
		{"dorpskrant.nl", "dorpskramt.nl"}};
	static const char *const apart[][2] = {{"ommen.nl", "emmen.nl"}, {"a.nl", "b.nl"},
		{"waterschap.nl", "waterschap.nl"}, {"waterschap.nl", "mail.waterschap.nl"},
		{"waterschap.nl", "waterschap.be"}, {"waterschap.nl", "wetenschap.nl"},
		{"localhost", "localhos"}, {"gmail.com", "mail.com"}};

	for (size_t i = 0; i < G_N_ELEMENTS(alike); i++) {
		g_test_message("%s %s", alike[i][0], alike[i][1]);
		g_assert_true(looks_like_domain(alike[i][0], alike[i][1]));
		g_assert_true(looks_like_domain(alike[i][1], alike[i][0]));
	}
	for (size_t i = 0; i < G_N_ELEMENTS(apart); i++) {
		g_test_message("%s %s", apart[i][0], apart[i][1]);
		g_assert_false(looks_like_domain(apart[i][0], apart[i][1]));
	}
}

static void
test_scripts(void)
{
	g_assert_true(looks_mixed("G\u0435meente"));
	g_assert_false(looks_mixed("Gemeente 12"));
	g_assert_false(looks_mixed("\u041c\u043e\u0441\u043a\u0432\u0430"));
	g_assert_false(looks_mixed("\u6771\u4eac\u306e"));
	g_assert_true(looks_foreign("\u043a"));
	g_assert_false(looks_foreign("Caf\u00e9"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/looks/skeletons", test_skeletons);
	g_test_add_func("/looks/bounded", test_bounded);
	g_test_add_func("/looks/near", test_near);
	g_test_add_func("/looks/domains", test_domains);
	g_test_add_func("/looks/scripts", test_scripts);
	return g_test_run();
}
