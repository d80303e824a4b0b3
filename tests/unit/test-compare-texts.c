/* Words that differ, and two versions of a text made one. */
#include <glib.h>
#include <string.h>

#include "compare.h"

static char *
marked(const char *before, const char *after)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) pieces = compare_words(before, after, &error);
	GString *out = g_string_new(NULL);

	g_assert_no_error(error);
	for (guint i = 0; i < pieces->len; i++) {
		const ComparePiece *piece = pieces->pdata[i];
		const char *const open[] = {"", "[-", "{+"}, *const close[] = {"", "-]", "+}"};

		g_string_append_printf(
			out, "%s%s%s", open[piece->kind], piece->text, close[piece->kind]);
	}
	return g_string_free(out, FALSE);
}

static void
assert_marked(const char *before, const char *after, const char *wanted)
{
	g_autofree char *got = marked(before, after);

	g_assert_cmpstr(got, ==, wanted);
}

static void
test_words(void)
{
	assert_marked("", "", "");
	assert_marked("De brug", "De brug", "De brug");
	assert_marked("", "Nieuw", "{+Nieuw+}");
	assert_marked("Weg", "", "[-Weg-]");
	assert_marked("De brug is klaar.", "De sluis is klaar.", "De [-brug-]{+sluis+} is klaar.");
	/* Words that changed side by side are one change. */
	assert_marked("op een dag", "in die nacht", "[-op een dag-]{+in die nacht+}");
	/* A mark or an accent is no reason to cut a word. */
	assert_marked("het café", "het cafe\xcc\x81", "het [-café-]{+cafe\xcc\x81+}");
	assert_marked("een, twee", "een; twee", "een[-,-]{+;+} twee");
	assert_marked("Een.\n\nTwee.", "Een.\n\nNieuw.\n\nTwee.", "Een.\n\n{+Nieuw.\n\n+}Twee.");
}

/* Whatever differs: the pieces give both texts back. */
static void
test_whole(void)
{
	static const char *const words[] = {"de", " ", "brug", "\n", ".", "\n\n", "één", ",", "  "};
	g_autoptr(GRand) dice = g_rand_new_with_seed(4);

	for (int round = 0; round < 400; round++) {
		g_autoptr(GString) a = g_string_new(NULL);
		g_autoptr(GString) b = g_string_new(NULL);
		g_autoptr(GString) old = g_string_new(NULL);
		g_autoptr(GString) new = g_string_new(NULL);
		g_autoptr(GPtrArray) pieces = NULL;

		for (int i = g_rand_int_range(dice, 0, 30); i > 0; i--)
			g_string_append(a, words[g_rand_int_range(dice, 0, 9)]);
		for (int i = g_rand_int_range(dice, 0, 30); i > 0; i--)
			g_string_append(b, words[g_rand_int_range(dice, 0, 9)]);
		pieces = compare_words(a->str, b->str, NULL);
		for (guint i = 0; i < pieces->len; i++) {
			const ComparePiece *piece = pieces->pdata[i];

			g_string_append(old, piece->kind != COMPARE_NEW ? piece->text : "");
			g_string_append(new, piece->kind != COMPARE_OLD ? piece->text : "");
		}
		g_assert_cmpstr(old->str, ==, a->str);
		g_assert_cmpstr(new->str, ==, b->str);
	}
}

static char *
merged(const char *base, const char *mine, const char *theirs, bool conflict)
{
	g_autoptr(GError) error = NULL;
	CompareMerge merge = {base, mine, theirs, "Sanne", "Pieter"};
	bool found = !conflict;
	char *text = compare_merge(&merge, &found, &error);

	g_assert_no_error(error);
	g_assert_true(found == conflict);
	return text;
}

#define BASE "Een brug.\n\nZaterdag is er feest. Iedereen mag komen. Er is koffie.\n\nTot dan.\n"

static void
test_merge(void)
{
	g_autofree char *paragraphs = merged(BASE,
		"Een mooie brug.\n\nZaterdag is er feest. Iedereen mag komen. Er is koffie.\n\nTot "
		"dan.\n",
		"Een brug.\n\nZaterdag is er feest. Iedereen mag komen. Er is koffie.\n\nTot "
		"zaterdag.\n",
		false);
	g_autofree char *sentences = merged(BASE,
		"Een brug.\n\nZondag is er feest. Iedereen mag komen. Er is koffie.\n\nTot dan.\n",
		"Een brug.\n\nZaterdag is er feest. Iedereen mag komen. Er is thee.\n\nTot dan.\n",
		false);
	g_autofree char *same = merged(BASE, "Alles anders.\n", "Alles anders.\n", false);
	g_autofree char *added = merged(BASE, BASE "\nMeer.\n", BASE, false);

	g_assert_cmpstr(paragraphs, ==,
		"Een mooie brug.\n\nZaterdag is er feest. Iedereen mag komen. Er is koffie.\n\nTot "
		"zaterdag.\n");
	g_assert_cmpstr(sentences, ==,
		"Een brug.\n\nZondag is er feest. Iedereen mag komen. Er is thee.\n\nTot dan.\n");
	g_assert_cmpstr(same, ==, "Alles anders.\n");
	g_assert_cmpstr(added, ==, BASE "\nMeer.\n");
}

static void
test_conflict(void)
{
	g_autofree char *both = merged("Een brug.\n\nTot dan.\n", "Een sluis.\n\nTot dan.\n",
		"Een tunnel.\n\nTot dan.\n", true);
	/* A sign that we use ourselves does no harm. */
	g_autofree char *signs = merged("a\001\n", "b\001\n", "c\001\n", true);

	g_assert_cmpstr(both, ==,
		"<<<<<<< Sanne\nEen sluis.\n=======\nEen tunnel.\n>>>>>>> Pieter\n\nTot dan.\n");
	g_assert_nonnull(strstr(signs, "b"));
	g_assert_nonnull(strstr(signs, "c"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/compare/words", test_words);
	g_test_add_func("/compare/whole", test_whole);
	g_test_add_func("/compare/merge", test_merge);
	g_test_add_func("/compare/conflict", test_conflict);
	return g_test_run();
}
