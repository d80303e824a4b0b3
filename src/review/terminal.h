/* The terminal: taken, given back, read. Private to review. One per process. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* False without a terminal, or with one that cannot place its cursor. */
bool term_open(GError **error);

/* As it was before. Also after a half opening; twice is once. */
void term_close(void);

/* Another program may have the terminal; and ours again, painted anew. */
void term_leave(void);
void term_return(void);

/* Keys: a character, or below 0 a special key (-KEY_UP of ncurses). */
enum {
	TERM_NOTHING = 0, /* time is up, or a signal came: see term_signal */
	TERM_RESIZED = -100000,
	TERM_PASTE, /* what follows was pasted, until */
	TERM_PASTED,
	TERM_INTERRUPT, /* Ctrl-C */
};

/* The next key; waits at most so long (0: only what is there). */
int term_key(int milliseconds);

/* The signal that asked us to end, or that the terminal is gone (SIGHUP); 0: none. */
int term_signal(void);

/* Text from this place, cut at so many columns; returns how many it took. Any text: what the
 * terminal has no width for becomes "?". */
int term_put(int row, int column, int columns, const char *text, guint look);

/* So many columns of blanks. */
void term_blank(int row, int column, int columns, guint look);

/* A line from top to bottom. */
void term_fence(int row, int column, int rows);

/* Columns that term_put would take. */
int term_width(const char *text);

void term_size(int *ret_rows, int *ret_columns);
void term_erase(void);

/* Shows what was put; the cursor at this place, hidden when row is below 0. */
void term_show(int row, int column);

/* Everything again, for a screen that something else wrote on. */
void term_redraw(void);
void term_beep(void);

/* Whether colours are to be had and wanted (NO_COLOR). */
bool term_colours(void);
