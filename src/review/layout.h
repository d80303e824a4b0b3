/* Where things stand on the screen: numbers in, numbers out. Private to review. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
	LAYOUT_NARROW = 60, /* below: one pane at a time */
	LAYOUT_LEAST_ROWS = 6,
	LAYOUT_LEAST_COLUMNS = 20,
	LAYOUT_ROW = 2, /* lines of a draft in the queue */
};

typedef struct {
	int top, left, rows, columns; /* rows 0 or columns 0: not shown */
} Box;

typedef struct {
	Box head, queue, article, status, keys;
	Box body; /* queue and article */
	bool one; /* one pane at a time */
	bool too_small; /* nothing can be shown */
} Layout;

/* said: lines that the status wants; it gets no more than half of the screen. reading: which of
 * both where there is room for one. */
Layout layout_screen(int rows, int columns, int said, bool reading);

/* The first line to show so that the chosen one is in sight, moved as little as can be. */
int layout_follow(int top, int chosen, int shown, int all);

/* A line to begin with that leaves no empty space below, and is not before the first. */
int layout_scroll(int wanted, int shown, int all);

/* As many of these hints as fit, two spaces apart; the last one (help) always does. To g_free. */
char *layout_hints(const char *const *hints, guint count, int columns);

/* Text in lines of at most so many columns, at most `most` of them: char *. */
GPtrArray *layout_wrap(const char *text, int columns, guint most);
