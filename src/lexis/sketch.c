/* MinHash: the likeness of two texts by their sketches alone. */
#include <string.h>

#include "lexis.h"

enum {
	SHINGLE = 3, /* words */
	FEWEST_WORDS = 8,
	MOST_SHINGLES = 20000,
	ROWS = LEXIS_HASHES / LEXIS_BANDS,
};

#define BAND_MASK ((G_GUINT64_CONSTANT(1) << 40) - 1)

/* splitmix64, of Steele, Lea and Flood 2014. */
static guint64
mix(guint64 x)
{
	x += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* Case does not count; diacritics do, there is no need to be cleverer. */
static guint64
word_hash(const char *word, size_t length)
{
	guint64 hash = G_GUINT64_CONSTANT(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (guchar)g_ascii_tolower(word[i])) *
		       G_GUINT64_CONSTANT(0x100000001b3);
	return hash;
}

typedef struct {
	guint32 least[LEXIS_HASHES];
	guint32 factor[LEXIS_HASHES], offset[LEXIS_HASHES];
	guint64 words[SHINGLE];
	guint count, shingles;
} Sketching;

/* One good hash, and then 96 multiplications that a compiler makes into few. */
static void
add_shingle(Sketching *s)
{
	guint64 hash = 0;
	guint32 low;

	for (guint i = 0; i < SHINGLE; i++)
		hash = mix(hash ^ s->words[(s->count + i) % SHINGLE]);
	low = (guint32)hash;
	for (guint i = 0; i < LEXIS_HASHES; i++) {
		guint32 value = low * s->factor[i] + s->offset[i];

		value ^= value >> 15;
		s->least[i] = MIN(s->least[i], value);
	}
	s->shingles++;
}

static void
add_text(Sketching *s, const char *text)
{
	size_t length = strlen(text);
	size_t at = 0;
	LexisWord word;

	while (s->shingles < MOST_SHINGLES && lexis_next(text, length, &at, &word)) {
		s->words[s->count++ % SHINGLE] =
			word_hash(text + word.start, word.end - word.start);
		if (s->count >= SHINGLE)
			add_shingle(s);
	}
}

bool
lexis_sketch(const char *const *texts, LexisSketch *ret_sketch)
{
	Sketching s = {.count = 0};

	for (guint i = 0; i < LEXIS_HASHES; i++) {
		guint64 random = mix(i + 1);

		s.least[i] = G_MAXUINT32;
		s.factor[i] = (guint32)random | 1;
		s.offset[i] = (guint32)(random >> 32);
	}
	for (; *texts != NULL; texts++)
		add_text(&s, *texts);
	if (s.count < FEWEST_WORDS)
		return false;
	for (guint i = 0; i < LEXIS_HASHES; i++)
		ret_sketch->hash[i] = (guint16)mix(s.least[i]);
	return true;
}

double
lexis_likeness(const LexisSketch *a, const LexisSketch *b)
{
	guint same = 0;

	for (guint i = 0; i < LEXIS_HASHES; i++)
		same += a->hash[i] == b->hash[i];
	return (double)same / LEXIS_HASHES;
}

void
lexis_bands(const LexisSketch *sketch, gint64 ret_bands[LEXIS_BANDS])
{
	for (guint i = 0; i < LEXIS_BANDS; i++) {
		guint64 hash = i;

		for (guint row = 0; row < ROWS; row++)
			hash = mix(hash << 16 ^ sketch->hash[i * ROWS + row]);
		ret_bands[i] = (gint64)(hash & BAND_MASK);
	}
}
