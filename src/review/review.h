/* review: the desk on the whole screen, one key a verb. Uses desk, store, notice, ncursesw.
 *
 * What came from mail reaches the screen only through look.c, which lets no control or bidi
 * character by, whatever it was given.
 */
#pragma once

#include "desk.h"

typedef struct {
	const char *query; /* "": what waits */
	/* Starts one of these programs (a list with colons) on a file, and goes on. */
	void (*open)(const char *path, const char *programs);
} ReviewOrder;

/* The queue of the query and an article beside it, until the editor quits.
 * Blocks. desk must be open for STORE_WRITE. The terminal is as it was afterwards, also when a
 * signal ended it: *ret_signal is that signal, else 0. NIEUWS_INPUT without a terminal that can
 * place its cursor. */
bool review_run(Desk *desk, const ReviewOrder *order, int *ret_signal, GError **error);
