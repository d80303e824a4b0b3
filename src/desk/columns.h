/* Words in columns. Private to desk. */
#pragma once

#include "desk.h"

typedef struct {
	char *text;
	DeskInk ink;
} DeskWord;

typedef enum {
	SIDE_LEFT, /* filled up with spaces */
	SIDE_RIGHT, /* spaces before: numbers below each other */
	SIDE_LAST, /* the last column: nothing behind it */
} DeskSide;

/* DeskWord *. */
GPtrArray *desk_words_new(void);

/* Splits at white space and filters (text_printable). */
void desk_words_add(GPtrArray *words, const char *text, DeskInk ink);

/* What follows begins a new line. */
void desk_words_break(GPtrArray *words);

/* Lines (GPtrArray * of DeskWord *) of at most so many columns; a longer word is broken. */
GPtrArray *desk_words_fold(const GPtrArray *words, int width);
int desk_words_width(const GPtrArray *words);

/* line NULL: an empty one. */
void desk_words_put(const DeskScreen *screen, const GPtrArray *line, int width, DeskSide side);
