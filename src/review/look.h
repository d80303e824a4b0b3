/* Printed lines with our own colours as runs of one look. Private to review. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
	LOOK_BOLD = 1 << 0,
	LOOK_DIM = 1 << 1,
	LOOK_ITALIC = 1 << 2,
	LOOK_UNDERLINE = 1 << 3,
	LOOK_REVERSE = 1 << 4,
	LOOK_RED = 1 << 5,
	LOOK_GREEN = 1 << 6,
	LOOK_YELLOW = 1 << 7,
	LOOK_BLUE = 1 << 8,
	LOOK_CYAN = 1 << 9,
	LOOK_COLOURS = LOOK_RED | LOOK_GREEN | LOOK_YELLOW | LOOK_BLUE | LOOK_CYAN,
};

typedef struct {
	char *text; /* no control, no bidi character, no line end */
	guint look;
} LookRun;

/* What the desk printed, as lines (GPtrArray *) of LookRun *. Knows ESC [ numbers m, which is all
 * that the desk writes; any other control character becomes visible. Tabs become spaces. */
GPtrArray *look_lines(const char *printed);

/* What print writes to stdout and stderr, as lines. */
typedef bool (*LookPrinter)(void *data, GError **error);
GPtrArray *look_capture(LookPrinter print, void *data, GError **error);

/* One line of one look: filtered, line ends and tabs made spaces. To g_free. */
char *look_plain(const char *text);

/* Text without our colours, for tests and searching. To g_free. */
char *look_text(const GPtrArray *line);
