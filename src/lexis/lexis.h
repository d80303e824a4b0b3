/* lexis: words and their forms, and how alike two texts are. Uses base, libstemmer. Pure: no I/O.
 *
 * Takes any bytes; what is not UTF-8 separates words. Linear in its input.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* --- words --- */

typedef struct {
	size_t start, end; /* bytes */
} LexisWord;

/* The next word at or after *at: a run of letters, digits and marks, with what is invisible inside
 * it; an apostrophe and a last s belong to it ("foto's"). False at the end. */
bool lexis_next(const char *text, size_t length, size_t *at, LexisWord *ret_word);

typedef struct LexisStemmer LexisStemmer;

/* Belongs to one thread. */
LexisStemmer *lexis_stemmer_new(void);
void lexis_stemmer_free(LexisStemmer *stemmer);

/* The form under which a word is found: case and diacritics folded (NFKD; ß is ss, ĳ is ij, ø is
 * o), diminutives and endings taken off (Snowball Dutch until nothing changes), a doubled last
 * consonant once, a last z as s and v as f. The stem of a stem is itself. Cut at 64 bytes. "" for a
 * word of marks alone. Valid until the next call. */
const char *lexis_stem(LexisStemmer *stemmer, const char *word, size_t length, size_t *ret_length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LexisStemmer, lexis_stemmer_free)

/* --- likeness --- */

enum {
	LEXIS_HASHES = 96, /* standard error of the likeness at most 0.051 */
	LEXIS_BANDS =
		32, /* of three hashes: two texts with J 0.5 share one with 99 %, J 0.3 58 % */
};

/* MinHash over the shingles of three folded words (Broder 1997), the low 16 bits of each. */
typedef struct {
	guint16 hash[LEXIS_HASHES];
} LexisSketch;

/* texts ended by NULL, read one after the other. At most 20000 shingles count. False, and nothing
 * is set, for fewer than eight words: too short to tell. */
bool lexis_sketch(const char *const *texts, LexisSketch *ret_sketch);

/* Estimated Jaccard likeness, 0 to 1. */
double lexis_likeness(const LexisSketch *a, const LexisSketch *b);

/* Keys of 40 bits; two texts that share one are worth comparing. */
void lexis_bands(const LexisSketch *sketch, gint64 ret_bands[LEXIS_BANDS]);
