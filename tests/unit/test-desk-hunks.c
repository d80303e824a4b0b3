/* Taking over some changes of a text, and never losing a word of the others. */
#include <glib.h>

#include "desk.h"

#define OLD "een\n\ntwee\n\ndrie\n\nvier\n"
#define NEW "een\n\nTWEE\n\ndrie\n\nvier\n\nvijf\n"

static char *
with(guint first, guint second)
{
	g_autoptr(GPtrArray) hunks = desk_hunks(OLD, NEW);
	g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(guint));

	g_array_append_val(numbers, first);
	g_array_append_val(numbers, second);
	return desk_hunks_apply(hunks, numbers);
}

static void
test_some(void)
{
	g_autofree char *first = with(1, 1);
	g_autofree char *second = with(2, 2);
	g_autofree char *both = with(1, 2);
	g_autofree char *none = with(0, 7);

	g_assert_cmpstr(first, ==, "een\n\nTWEE\n\ndrie\n\nvier\n");
	g_assert_cmpstr(second, ==, "een\n\ntwee\n\ndrie\n\nvier\n\nvijf\n");
	g_assert_cmpstr(both, ==, NEW);
	g_assert_cmpstr(none, ==, OLD);
}

static char *
any_text(GRand *rand)
{
	GString *text = g_string_new(NULL);

	for (int i = g_rand_int_range(rand, 0, 12); i > 0; i--)
		g_string_append_printf(
			text, "%s%d", text->len > 0 ? "\n\n" : "", g_rand_int_range(rand, 0, 5));
	if (text->len > 0)
		g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}

/* All changes give the new text, none the old one, whatever the texts. */
static void
test_all_and_none(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(4);
	g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(guint));

	for (int i = 0; i < 2000; i++) {
		g_autofree char *old = any_text(rand);
		g_autofree char *new = any_text(rand);
		g_autoptr(GPtrArray) hunks = desk_hunks(old, new);
		g_autofree char *all = desk_hunks_apply(hunks, NULL);
		g_autofree char *kept = desk_hunks_apply(hunks, none);

		g_assert_cmpstr(all, ==, new);
		g_assert_cmpstr(kept, ==, old);
	}
}

static void
test_long(void)
{
	GString *text = g_string_new(NULL);
	g_autoptr(GPtrArray) hunks = NULL;

	for (int i = 0; i < 20000; i++)
		g_string_append_printf(text, "%d\n\n", i);
	hunks = desk_hunks(text->str, "kort\n");
	g_assert_cmpuint(hunks->len, ==, 1);
	g_string_free(text, TRUE);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/hunks/some", test_some);
	g_test_add_func("/hunks/all-and-none", test_all_and_none);
	g_test_add_func("/hunks/long", test_long);
	return g_test_run();
}
