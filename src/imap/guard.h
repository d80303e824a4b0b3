/* A filter in front of libetpan's IMAP parser, which a hostile server can crash or fill
 * (docs/architecture.md). It sees every received byte before the parser does. Private to imap, and
 * to its tests and fuzzers. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	GUARD_LINE = 1 << 20, /* bytes of one line, literals not counted */
	GUARD_DEPTH = 100, /* open parentheses */
	GUARD_LINES = 100000, /* between two guard_rearm */
	GUARD_HEAD = 2048, /* of each line, kept to look at its response code */
};

typedef struct {
	gint64 literal_most;
	gint64 literal_left;
	size_t line_length, lines;
	int depth;
	bool greeted; /* the first line is through (RFC 3501, 7.1.5: it comes before any command) */
	bool continued; /* this line goes on behind a literal */
	bool fetch; /* it is an answer to FETCH: its numbers have 32 bits (RFC 3501, 9) */
	gint64 number; /* the one that is coming in; -1: none */
	char head[GUARD_HEAD + 1];
	size_t head_length;
	char tail[32]; /* the last bytes of the line: where {123} stands */
	size_t tail_length;
} Guard;

void guard_init(Guard *guard, gint64 literal_most);

/* Before each command: lines count anew. */
void guard_rearm(Guard *guard);

/* False: what no honest server sends. After that the connection must go. */
bool guard_feed(Guard *guard, const char *bytes, size_t length);
