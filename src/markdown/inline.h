/* Runs of text with one look, on their way to CommonMark. Private to markdown. */
#pragma once

#include "markdown.h"

typedef struct {
	bool bold, italic, underline;
	guint32 color; /* as in Block */
	const char *href; /* NULL none; lives as long as the tree */
	double size;
} Look;

/* How one line of a block looks: all of its words, the largest of its sizes. */
typedef struct {
	int indent; /* columns of hard blanks in front */
	bool gap; /* an empty line above it */
	bool bold, italic, underline;
	guint32 color;
	double size;
	bool any; /* there are words */
} LineLook;

typedef struct {
	GPtrArray *runs; /* Run * */
	GArray *looks; /* LineLook of each line, empty ones too */
	LineLook now; /* the line that is being filled */
} Inline;

void inline_init(Inline *line);
void inline_clear(Inline *line);
bool inline_is_empty(const Inline *line);
void inline_drop(Inline *line);

/* Nothing in the line yet; an empty line at the end. */
bool inline_at_start(const Inline *line);
bool inline_ends_empty(const Inline *line);

/* White space is collapsed across calls; text is UTF-8. */
void inline_add(Inline *line, const char *text, size_t length, const Look *look, bool preserve);
void inline_break(Inline *line);

/* The block's text, plain and hints; block->lines too if there is more than one line. The line is
 * empty afterwards. */
void inline_finish(Inline *line, Block *block);

/* As markdown_escape, for text that does not stand at the start of a line. To g_free. */
char *inline_escape(const char *plain);
