/* Text from strangers: made valid, made printable, measured. All text inside nieuws is valid UTF-8
 * without NUL. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum {
	TEXT_ONE_LINE, /* newlines and tabs are shown as escapes too: one mail, one row */
	TEXT_LINES, /* newlines and tabs stay */
} TextShape;

/* Valid UTF-8 from any bytes: NUL dropped, every invalid byte becomes U+FFFD. length -1: up to NUL.
 * Result to g_free. */
char *text_valid(const char *bytes, gssize length);

/* The one filter for everything printed that came from mail (RELIABILITY T-1, T-2): controls, C1,
 * bidi, zero-width, tag and other invisible characters become visible escapes such as \u202e or ␛,
 * invalid bytes U+FFFD, and at most five combining marks stay on one character. Takes any bytes.
 * Result to g_free. */
char *text_printable(const char *text, TextShape shape);

/* Every run of white space (also NBSP) becomes one space, ends trimmed. Result to g_free. */
char *text_collapse(const char *text);

/* Display columns of a valid UTF-8 string: wide characters count two, combining marks none. */
size_t text_width(const char *text);

/* Cut or padded with spaces to exactly this many columns; what was cut ends in "…". Result to
 * g_free. */
char *text_fit(const char *text, size_t columns);

/* Words as an editor counts them: runs with at least one letter or digit. Markdown marks do not
 * count. */
size_t text_words(const char *text);

/* "nieuws", "Nieuws" and "NIËUWS" to the same key: NFKD, marks dropped, case folded, ß to ss. For
 * comparing and for the search index. Result to g_free. */
char *text_fold(const char *text);

/* True for the code points that text_printable hides (see there). */
bool text_is_hidden(gunichar c);
