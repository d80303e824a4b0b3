#include "layout.h"

#include <string.h>

#include "base.h"

static int
queue_columns(int columns)
{
	if (columns >= 140)
		return 46;
	return columns >= 100 ? 34 : 26;
}

Layout
layout_screen(int rows, int columns, int said, bool reading)
{
	Layout l = {.one = columns < LAYOUT_NARROW};
	int status = CLAMP(said, 1, MAX(rows / 2 - 2, 1));
	int body = rows - status - 2;
	int queue = l.one ? columns : queue_columns(columns);

	l.too_small = rows < LAYOUT_LEAST_ROWS || columns < LAYOUT_LEAST_COLUMNS;
	if (l.too_small)
		return l;
	l.head = (Box){0, 0, 1, columns};
	l.body = (Box){1, 0, body, columns};
	l.status = (Box){1 + body, 0, status, columns};
	l.keys = (Box){rows - 1, 0, 1, columns};
	if (!l.one || !reading)
		l.queue = (Box){1, 0, body, queue};
	if (!l.one)
		l.article = (Box){1, queue + 2, body, columns - queue - 2};
	else if (reading)
		l.article = l.body;
	return l;
}

int
layout_follow(int top, int chosen, int shown, int all)
{
	if (chosen < top)
		top = chosen;
	if (chosen >= top + shown)
		top = chosen - shown + 1;
	return layout_scroll(top, shown, all);
}

int
layout_scroll(int wanted, int shown, int all)
{
	return CLAMP(wanted, 0, MAX(all - shown, 0));
}

char *
layout_hints(const char *const *hints, guint count, int columns)
{
	GString *line = g_string_new(NULL);
	int left = columns;

	if (count == 0)
		return g_string_free(line, FALSE);
	left -= (int)text_width(hints[count - 1]);
	for (guint i = 0; i + 1 < count; i++) {
		int width = (int)text_width(hints[i]) + 2;

		if (width > left)
			break;
		g_string_append_printf(line, "%s  ", hints[i]);
		left -= width;
	}
	g_string_append(line, hints[count - 1]);
	return g_string_free(line, FALSE);
}

/* One line of the text to lines of the screen. */
static void
wrap_line(GPtrArray *lines, const char *text, int columns)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	GString *line = g_string_new(NULL);

	for (char **word = words; *word != NULL; word++) {
		int width = (int)text_width(line->str);

		if (**word == '\0')
			continue;
		if (line->len > 0 && width + 1 + (int)text_width(*word) > columns) {
			g_ptr_array_add(lines, g_strdup(line->str));
			g_string_truncate(line, 0);
		} else if (line->len > 0) {
			g_string_append_c(line, ' ');
		}
		g_string_append(line, *word);
	}
	g_ptr_array_add(lines, g_string_free(line, FALSE));
}

GPtrArray *
layout_wrap(const char *text, int columns, guint most)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) split = g_strsplit(text, "\n", -1);

	for (char **line = split; *line != NULL && lines->len < most; line++)
		if (**line != '\0')
			wrap_line(lines, *line, MAX(columns, 1));
	if (lines->len > most)
		g_ptr_array_set_size(lines, (gint)most);
	return lines;
}
