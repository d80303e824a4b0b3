/* Runs of text with one look, on their way to CommonMark. Private to markdown. */
#pragma once

#include "markdown.h"

typedef struct {
	bool bold, italic;
	const char *href; /* NULL none; lives as long as the tree */
	double size;
} Look;

typedef struct {
	GPtrArray *runs; /* Run * */
	double size; /* the largest so far */
} Inline;

void inline_init(Inline *line);
void inline_clear(Inline *line);
bool inline_is_empty(const Inline *line);

/* White space is collapsed across calls; text is UTF-8. */
void inline_add(Inline *line, const char *text, size_t length, const Look *look, bool preserve);
void inline_break(Inline *line);

/* The block's text, plain and hints. The line is empty afterwards. */
void inline_finish(Inline *line, Block *block);
