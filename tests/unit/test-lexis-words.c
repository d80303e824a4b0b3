/* Word forms that must meet, words that must not, and how alike texts are. */
#include <glib.h>
#include <string.h>

#include "lexis.h"

static char *
stem(LexisStemmer *stemmer, const char *word)
{
	size_t length;
	const char *found = lexis_stem(stemmer, word, strlen(word), &length);

	return g_strndup(found, length);
}

static void
test_meet(void)
{
	static const char *const pairs[][2] = {{"fiets", "fietsen"}, {"Fiets", "FIETSEN"},
		{"brief", "brieven"}, {"huis", "huizen"}, {"huis", "huisje"}, {"huis", "huisjes"},
		{"feest", "feestje"}, {"foto", "foto's"}, {"foto", "foto’s"}, {"raam", "ramen"},
		{"gemeente", "gemeenten"}, {"bewoner", "bewoners"}, {"straat", "straatje"},
		{"café", "cafe"}, {"CAFÉ", "cafés"}, {"coördinatie", "coordinatie"},
		{"Ĳssel", "ijssel"}, {"Straße", "strasse"}, {"Søren", "soren"}, {"duif", "duiven"},
		{"reis", "reizen"}, {"krant", "kranten"}, {"brug", "bruggen"},
		{"woord\xc2\xad"
		 "deel",
			"woorddeel"},
		{"cafe\xcc\x81", "café"}};
	g_autoptr(LexisStemmer) stemmer = lexis_stemmer_new();

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autofree char *a = stem(stemmer, pairs[i][0]);
		g_autofree char *b = stem(stemmer, pairs[i][1]);
		g_autofree char *again = stem(stemmer, a);

		g_test_message("%s %s", pairs[i][0], pairs[i][1]);
		g_assert_cmpstr(a, ==, b);
		g_assert_cmpstr(again, ==, a);
	}
}

static void
test_do_not_meet(void)
{
	static const char *const pairs[][2] = {{"brug", "brood"}, {"markt", "mark"},
		{"kerk", "kelk"}, {"wijk", "wijn"}, {"gast", "gas"}, {"police", "policy"},
		{"the", "then"}, {"2025", "2026"}, {"a1", "a12"}};
	g_autoptr(LexisStemmer) stemmer = lexis_stemmer_new();

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autofree char *a = stem(stemmer, pairs[i][0]);
		g_autofree char *b = stem(stemmer, pairs[i][1]);

		g_test_message("%s %s", pairs[i][0], pairs[i][1]);
		g_assert_cmpstr(a, !=, b);
	}
}

static void
test_words(void)
{
	const char *text = "Zo'n foto’s — 's-Hertogenbosch\xff"
			   "a\xe2\x82 jan@example.nl";
	static const char *const wanted[] = {
		"Zo", "n", "foto’s", "s", "Hertogenbosch", "a", "jan", "example", "nl"};
	size_t at = 0;
	LexisWord word;

	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
		g_autofree char *found = NULL;

		g_assert_true(lexis_next(text, strlen(text), &at, &word));
		found = g_strndup(text + word.start, word.end - word.start);
		g_assert_cmpstr(found, ==, wanted[i]);
	}
	g_assert_false(lexis_next(text, strlen(text), &at, &word));
}

/* Any bytes: nothing to see, but nothing breaks, and a stem is never longer than promised. */
static void
test_hostile(void)
{
	g_autoptr(LexisStemmer) stemmer = lexis_stemmer_new();
	g_autofree char *bytes = g_malloc(20000);

	for (int round = 0; round < 50; round++) {
		size_t at = 0, length, words = 0;
		LexisWord word;

		for (int i = 0; i < 20000; i++)
			bytes[i] = (char)(round % 2 == 0 ? g_test_rand_int_range(0, 256)
							 : g_test_rand_int_range(0x60, 0x140));
		while (lexis_next(bytes, 20000, &at, &word)) {
			g_assert_cmpuint(word.end, >, word.start);
			g_assert_cmpuint(word.end, <=, 20000);
			lexis_stem(stemmer, bytes + word.start, word.end - word.start, &length);
			g_assert_cmpuint(length, <=, 64);
			words++;
		}
		g_assert_cmpuint(words, >, 0);
	}
}

static char *
make_text(guint32 seed, int words, int changed_in_100)
{
	g_autoptr(GRand) base = g_rand_new_with_seed(seed);
	g_autoptr(GRand) noise = g_rand_new_with_seed(seed + 1000000);
	GString *text = g_string_new(NULL);

	for (int i = 0; i < words; i++) {
		int word = g_rand_int_range(base, 0, 5000);

		if (g_rand_int_range(noise, 0, 100) < changed_in_100)
			word += 5000;
		g_string_append_printf(text, "w%d ", word);
	}
	return g_string_free(text, FALSE);
}

/* The estimate stands near the real likeness, and near texts share a band. */
static void
test_likeness(void)
{
	guint near_found = 0, far_found = 0;

	for (guint32 i = 0; i < 200; i++) {
		g_autofree char *text = make_text(i, 200, 0);
		g_autofree char *near = make_text(i, 200, 8);
		g_autofree char *far = make_text(i + 5000, 200, 0);
		const char *texts[3][2] = {{text, NULL}, {near, NULL}, {far, NULL}};
		LexisSketch sketch[3];
		gint64 bands[3][LEXIS_BANDS];

		for (int n = 0; n < 3; n++) {
			g_assert_true(lexis_sketch(texts[n], &sketch[n]));
			lexis_bands(&sketch[n], bands[n]);
		}
		g_assert_cmpfloat(lexis_likeness(&sketch[0], &sketch[0]), ==, 1.0);
		g_assert_cmpfloat(lexis_likeness(&sketch[0], &sketch[1]), >, 0.3);
		g_assert_cmpfloat(lexis_likeness(&sketch[0], &sketch[2]), <, 0.1);
		for (int b = 0, hit = 0; b < LEXIS_BANDS && hit == 0; b++)
			near_found += hit = bands[0][b] == bands[1][b];
		for (int b = 0, hit = 0; b < LEXIS_BANDS && hit == 0; b++)
			far_found += hit = bands[0][b] == bands[2][b];
	}
	g_assert_cmpuint(near_found, >=, 196);
	g_assert_cmpuint(far_found, <=, 2);
}

static void
test_too_short(void)
{
	const char *texts[] = {"zie bijlage", "groet", NULL};
	LexisSketch sketch;

	g_assert_false(lexis_sketch(texts, &sketch));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lexis/meet", test_meet);
	g_test_add_func("/lexis/apart", test_do_not_meet);
	g_test_add_func("/lexis/words", test_words);
	g_test_add_func("/lexis/hostile", test_hostile);
	g_test_add_func("/lexis/likeness", test_likeness);
	g_test_add_func("/lexis/too-short", test_too_short);
	return g_test_run();
}
