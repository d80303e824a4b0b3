/* Where things stand on the screen, and what of printed text gets there. */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "layout.h"
#include "look.h"

static void
fits(const Layout *l, int rows, int columns)
{
	const Box *boxes[] = {&l->head, &l->queue, &l->article, &l->status, &l->keys, &l->body};

	for (size_t i = 0; i < G_N_ELEMENTS(boxes); i++) {
		g_assert_cmpint(boxes[i]->top, >=, 0);
		g_assert_cmpint(boxes[i]->left + boxes[i]->columns, <=, columns);
		g_assert_cmpint(boxes[i]->top + boxes[i]->rows, <=, rows);
	}
	g_assert_cmpint(l->head.rows + l->body.rows + l->status.rows + l->keys.rows, ==, rows);
}

static void
test_every_size(void)
{
	for (int rows = 0; rows < 70; rows++)
		for (int columns = 0; columns < 260; columns++)
			for (int said = 0; said < 9; said++) {
				Layout l = layout_screen(rows, columns, said, said % 2 != 0);

				if (rows < LAYOUT_LEAST_ROWS || columns < LAYOUT_LEAST_COLUMNS) {
					g_assert_true(l.too_small);
					continue;
				}
				fits(&l, rows, columns);
				g_assert_cmpint(l.body.rows, >, 0);
				g_assert_cmpint(l.one, ==, columns < LAYOUT_NARROW);
				if (l.one)
					g_assert_cmpint(
						(l.queue.rows > 0) + (l.article.rows > 0), ==, 1);
				else
					g_assert_cmpint(l.article.left, >, l.queue.columns);
			}
}

static void
test_usual_sizes(void)
{
	Layout small = layout_screen(24, 80, 1, false);
	Layout large = layout_screen(50, 160, 1, false);

	g_assert_cmpint(small.body.rows, ==, 21);
	g_assert_cmpint(small.article.columns, >=, 50);
	g_assert_cmpint(large.article.columns, >=, 100);
	g_assert_cmpint(large.queue.columns, >=, 40);
}

static void
test_following(void)
{
	g_assert_cmpint(layout_follow(0, 5, 10, 100), ==, 0);
	g_assert_cmpint(layout_follow(0, 10, 10, 100), ==, 1);
	g_assert_cmpint(layout_follow(50, 20, 10, 100), ==, 20);
	g_assert_cmpint(layout_follow(95, 99, 10, 100), ==, 90);
	g_assert_cmpint(layout_follow(7, 0, 10, 0), ==, 0);
	g_assert_cmpint(layout_scroll(-3, 10, 100), ==, 0);
	g_assert_cmpint(layout_scroll(99, 10, 100), ==, 90);
	g_assert_cmpint(layout_scroll(4, 10, 3), ==, 0);
}

static void
test_hints(void)
{
	const char *const hints[] = {"n next", "t take", "e edit", "? help"};

	for (int columns = 6; columns < 60; columns++) {
		g_autofree char *line = layout_hints(hints, 4, columns);

		g_assert_cmpint((int)text_width(line), <=, columns);
		g_assert_true(g_str_has_suffix(line, "? help"));
	}
	g_autofree char *all = layout_hints(hints, 4, 60);
	g_autofree char *some = layout_hints(hints, 4, 22);

	g_assert_cmpstr(all, ==, "n next  t take  e edit  ? help");
	g_assert_cmpstr(some, ==, "n next  t take  ? help");
}

static void
test_wrapping(void)
{
	g_autoptr(GPtrArray) lines = layout_wrap("een twee drie\n\n  vier", 9, 10);
	g_autoptr(GPtrArray) few = layout_wrap("een twee drie vier vijf", 4, 2);
	g_autoptr(GPtrArray) none = layout_wrap("", 9, 10);

	g_assert_cmpuint(lines->len, ==, 3);
	g_assert_cmpstr(lines->pdata[0], ==, "een twee");
	g_assert_cmpstr(lines->pdata[1], ==, "drie");
	g_assert_cmpstr(lines->pdata[2], ==, "vier");
	g_assert_cmpuint(few->len, ==, 2);
	g_assert_cmpuint(none->len, ==, 0);
}

static const LookRun *
run(const GPtrArray *lines, guint line, guint i)
{
	g_assert_cmpuint(lines->len, >, line);
	g_assert_cmpuint(((GPtrArray *)lines->pdata[line])->len, >, i);
	return ((GPtrArray *)lines->pdata[line])->pdata[i];
}

static void
test_colours(void)
{
	g_autoptr(GPtrArray) lines = look_lines("een \033[1;31mtwee\033[0m\n\n\033[3;4mdrie");

	g_assert_cmpuint(lines->len, ==, 3);
	g_assert_cmpstr(run(lines, 0, 0)->text, ==, "een ");
	g_assert_cmpuint(run(lines, 0, 0)->look, ==, 0);
	g_assert_cmpstr(run(lines, 0, 1)->text, ==, "twee");
	g_assert_cmpuint(run(lines, 0, 1)->look, ==, LOOK_BOLD | LOOK_RED);
	g_assert_cmpuint(((GPtrArray *)lines->pdata[1])->len, ==, 0);
	g_assert_cmpuint(run(lines, 2, 0)->look, ==, LOOK_ITALIC | LOOK_UNDERLINE);
}

/* Even what the desk let through by mistake would not reach the screen. */
static void
test_nothing_else(void)
{
	static const char *const hostile[] = {"\033]52;c;eA==\007x", "\033[2Jx", "\033[10;10Hx",
		"\033[31", "\033", "\033[", "\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16mx",
		"a\xe2\x80\xae"
		"b",
		"\xc2\x9b"
		"2J",
		"\x80\xff\xfe", "\033[?25l", "a\rb\bc\fd", "\033(0x"};

	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		g_autoptr(GPtrArray) lines = look_lines(hostile[i]);

		for (guint n = 0; n < lines->len; n++) {
			g_autofree char *text = look_text(lines->pdata[n]);

			for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
				g_assert_false(text_is_hidden(g_utf8_get_char(p)));
			g_assert_true(g_utf8_validate(text, -1, NULL));
		}
	}
}

static void
test_tabs(void)
{
	g_autoptr(GPtrArray) lines = look_lines("a\tb\n\xe6\xbc\xa2\tc\n");
	g_autofree char *first = look_text(lines->pdata[0]);
	g_autofree char *second = look_text(lines->pdata[1]);
	g_autofree char *plain = look_plain("a\tb\nc\x1b");

	g_assert_cmpuint(lines->len, ==, 2);
	g_assert_cmpstr(first, ==, "a       b");
	g_assert_cmpstr(second, ==, "\xe6\xbc\xa2      c");
	g_assert_cmpstr(plain, ==, "a b c\xe2\x90\x9b");
}

static bool
print(void *data, GError **error)
{
	printf("%s\n", (const char *)data);
	fprintf(stderr, "zo\n");
	return data != NULL || nieuws_fail(error, NIEUWS_INPUT, "never"); /* both go to the page */
}

static void
test_capture(void)
{
	g_autoptr(GError) error = NULL;
	FILE *before = stdout;
	g_autoptr(GPtrArray) lines =
		look_capture(print, (void *)(guintptr) "\033[1mdag\033[0m", &error);

	g_assert_no_error(error);
	g_assert_true(stdout == before);
	g_assert_cmpuint(lines->len, ==, 2);
	g_assert_cmpstr(run(lines, 0, 0)->text, ==, "dag");
	g_assert_cmpstr(run(lines, 1, 0)->text, ==, "zo");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/layout/every-size", test_every_size);
	g_test_add_func("/layout/usual-sizes", test_usual_sizes);
	g_test_add_func("/layout/following", test_following);
	g_test_add_func("/layout/hints", test_hints);
	g_test_add_func("/layout/wrapping", test_wrapping);
	g_test_add_func("/look/colours", test_colours);
	g_test_add_func("/look/nothing-else", test_nothing_else);
	g_test_add_func("/look/tabs", test_tabs);
	g_test_add_func("/look/capture", test_capture);
	return g_test_run();
}
