/* What people type: list marks, wrapped lines, hyphens. Private to markdown. */
#pragma once

#include "markdown.h"

typedef enum {
	MARK_NONE,
	MARK_BULLET, /* one that means nothing else: a dot, a check, an arrow */
	MARK_DASH, /* one that also means other things */
	MARK_EMOJI,
	MARK_NUMBER, /* 1. */
	MARK_PAREN, /* 1) */
	MARK_LETTER, /* a. a) */
	MARK_ROMAN, /* ii. */
} MarkKind;

typedef struct {
	MarkKind kind;
	gunichar sign; /* the bullet, or the sign behind the number */
	int number;
	size_t length; /* bytes up to the text, blanks too */
} TypedMark;

/* Reads the mark at the start of a line (without blanks in front). There is text behind it. */
bool typed_mark(const char *line, TypedMark *mark);

static inline bool
mark_is_ordered(MarkKind kind)
{
	return kind >= MARK_NUMBER;
}

/* text (CommonMark of the line) without its mark; plain is the same line without CommonMark's
 * signs. NULL if they do not fit. To g_free. */
char *typed_strip(const char *text, const char *plain, size_t length);

/* The width, of at least least, at which a program wrapped lines of these lengths (gint); 0: it did
 * not. */
gint typed_width(GArray *lengths, gint least);

/* Joins a line to what is wrapped behind it: with a blank, or without and with or without its
 * hyphen. whole: the text they stand in, which may know the word; NULL unknown. budget: looks into
 * it that are left. */
void typed_join(GString *text, const char *next, const char *whole, int *budget);

/* A picture of a feeling or a thing that is one character to the eye: its bytes; 0 none. */
size_t typed_emoji(const char *p);
