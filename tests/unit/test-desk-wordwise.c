/* desk: which paragraphs stand beside each other. */
#include <glib.h>
#include <string.h>

#include "wordwise.h"

static GPtrArray *
list_of(const char *const *items)
{
	GPtrArray *list = g_ptr_array_new();

	for (; *items != NULL; items++)
		g_ptr_array_add(list, (gpointer)(guintptr)*items);
	return list;
}

static char *
paired(const char *const *old, const char *const *new)
{
	g_autoptr(GPtrArray) a = list_of(old);
	g_autoptr(GPtrArray) b = list_of(new);
	g_autoptr(GArray) pairs = wordwise_pair(a, b);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < pairs->len; i++) {
		BlockPair pair = g_array_index(pairs, BlockPair, i);

		g_string_append_printf(text, "%d:%d ", pair.old, pair.new);
	}
	return g_string_free(text, FALSE);
}

/* A new paragraph on top does not move all others against each other. */
static void
test_like_ones_meet(void)
{
	const char *const old[] = {"een twee drie vier", "vijf zes zeven acht", "negen", NULL};
	const char *const new[] = {
		"heel iets anders", "een twee drie nieuw", "vijf zes zeven acht", NULL};
	const char *const none[] = {NULL};
	g_autofree char *text = paired(old, new);
	g_autofree char *gone = paired(old, none);

	g_assert_cmpstr(text, ==, "-1:0 0:1 1:2 2:-1 ");
	g_assert_cmpstr(gone, ==, "0:-1 1:-1 2:-1 ");
}

/* Texts of any size are paired, each block once and in order. */
static void
test_long_texts(void)
{
	const guint sizes[][2] = {{140, 149}, {1400, 1200}, {4000, 10}};

	for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
		g_autoptr(GPtrArray) old = g_ptr_array_new_with_free_func(g_free);
		g_autoptr(GPtrArray) new = g_ptr_array_new_with_free_func(g_free);
		g_autoptr(GArray) pairs = NULL;
		int left = 0, right = 0;

		for (guint i = 0; i < sizes[s][0]; i++)
			g_ptr_array_add(old, g_strdup_printf("a %u b c", i));
		for (guint i = 0; i < sizes[s][1]; i++)
			g_ptr_array_add(new, g_strdup_printf("a %u b c", i * 2));
		pairs = wordwise_pair(old, new);
		for (guint i = 0; i < pairs->len; i++) {
			BlockPair pair = g_array_index(pairs, BlockPair, i);

			g_assert_true(pair.old == -1 || pair.old == left++);
			g_assert_true(pair.new == -1 || pair.new == right++);
		}
		g_assert_cmpint(left, ==, (int)sizes[s][0]);
		g_assert_cmpint(right, ==, (int)sizes[s][1]);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/wordwise/pairs", test_like_ones_meet);
	g_test_add_func("/wordwise/long", test_long_texts);
	return g_test_run();
}
