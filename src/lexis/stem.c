/* Words and their stems. */
#include "lexis.h"

#include <libstemmer.h>
#include <string.h>

#include "text.h"

enum {
	LONGEST = 64, /* bytes of a stem */
	ROUNDS = 8, /* of the stemmer; three are needed at most for real words */
	CACHED = 4096, /* words remembered, a power of two */
	CACHED_LENGTH = 22,
	SHORTEST_DIMINUTIVE = 6,
};

/* --- where words are
 * ------------------------------------------------------------------------------------------ */

static bool
is_word_char(gunichar c)
{
	if (c < 0x80)
		return g_ascii_isalnum((char)c);
	return g_unichar_isalnum(c) || g_unichar_ismark(c);
}

/* What is invisible inside a word (a soft hyphen) does not end it. */
static bool
goes_on(gunichar c)
{
	return is_word_char(c) || (c >= 0x80 && text_is_hidden(c));
}

static gunichar
char_at(const char *text, size_t length, size_t at, size_t *ret_bytes)
{
	gunichar c;

	if (((guchar)text[at] & 0x80) == 0) {
		*ret_bytes = 1;
		return (guchar)text[at];
	}
	c = g_utf8_get_char_validated(text + at, (gssize)(length - at));
	if (c == (gunichar)-1 || c == (gunichar)-2) {
		*ret_bytes = 1;
		return ' ';
	}
	*ret_bytes = (size_t)g_unichar_to_utf8(c, NULL);
	return c;
}

/* "foto's": at stands on the apostrophe. Bytes that belong to the word, 0 none. */
static size_t
genitive(const char *text, size_t length, size_t at)
{
	size_t bytes, next, after;
	gunichar c = char_at(text, length, at, &bytes);

	if ((c != '\'' && c != 0x2019) || at + bytes >= length)
		return 0;
	c = char_at(text, length, at + bytes, &next);
	if (c != 's' && c != 'S')
		return 0;
	if (at + bytes + next < length && goes_on(char_at(text, length, at + bytes + next, &after)))
		return 0;
	return bytes + next;
}

bool
lexis_next(const char *text, size_t length, size_t *at, LexisWord *ret_word)
{
	size_t bytes = 0;

	while (*at < length && !is_word_char(char_at(text, length, *at, &bytes)))
		*at += bytes;
	if (*at >= length)
		return false;
	ret_word->start = *at;
	while (*at < length && goes_on(char_at(text, length, *at, &bytes)))
		*at += bytes;
	if (*at < length)
		*at += genitive(text, length, *at);
	ret_word->end = *at;
	return true;
}

/* --- stems
 * ----------------------------------------------------------------------------------------------------
 */

typedef struct {
	guint8 word_length, stem_length; /* word_length 0: empty */
	char word[CACHED_LENGTH], stem[CACHED_LENGTH];
} Remembered;

struct LexisStemmer {
	struct sb_stemmer *snowball;
	char stem[LONGEST + 1];
	Remembered cache[CACHED];
};

LexisStemmer *
lexis_stemmer_new(void)
{
	LexisStemmer *stemmer = g_new0(LexisStemmer, 1);

	stemmer->snowball = sb_stemmer_new("dutch", "UTF_8");
	return stemmer;
}

void
lexis_stemmer_free(LexisStemmer *stemmer)
{
	if (stemmer == NULL)
		return;
	if (stemmer->snowball != NULL)
		sb_stemmer_delete(stemmer->snowball);
	g_free(stemmer);
}

/* Letters that Unicode does not take apart. */
static const char *
plain_letter(gunichar c)
{
	switch (c) {
	case 0xe6: /* æ */
		return "ae";
	case 0x153: /* œ */
		return "oe";
	case 0xf8: /* ø */
		return "o";
	case 0x142: /* ł */
		return "l";
	case 0x111: /* đ */
	case 0xf0: /* ð */
		return "d";
	case 0xfe: /* þ */
		return "th";
	case 0x131: /* ı */
		return "i";
	default:
		return NULL;
	}
}

static size_t
fold_foreign(const char *word, size_t length, char out[LONGEST + 1])
{
	g_autofree char *valid = text_valid(word, (gssize)MIN(length, (size_t)8 * LONGEST));
	g_autofree char *folded = text_fold(valid);
	size_t used = 0;

	for (const char *p = folded; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		const char *plain = plain_letter(c);
		char utf8[7];
		size_t bytes;

		if (plain == NULL) {
			if (!is_word_char(c) || g_unichar_ismark(c))
				continue;
			utf8[g_unichar_to_utf8(c, utf8)] = '\0';
			plain = utf8;
		}
		bytes = strlen(plain);
		if (used + bytes > LONGEST)
			break;
		memcpy(out + used, plain, bytes);
		used += bytes;
	}
	return used;
}

static size_t
fold(const char *word, size_t length, char out[LONGEST + 1])
{
	size_t used = 0;

	/* The genitive of lexis_next. */
	if (length > 2 && (word[length - 1] == 's' || word[length - 1] == 'S')) {
		if (word[length - 2] == '\'')
			length -= 2;
		else if (length > 4 && memcmp(word + length - 4, "\xe2\x80\x99", 3) == 0)
			length -= 4;
		/* cafés: the accent, which is about to go, is what tells the plural. */
		else if (length > 3 && (memcmp(word + length - 3, "\xc3\xa9", 2) == 0 ||
					       memcmp(word + length - 3, "\xc3\x89", 2) == 0))
			length -= 1;
	}
	for (size_t i = 0; i < length; i++)
		if (((guchar)word[i] & 0x80) != 0)
			return fold_foreign(word, length, out);
	for (size_t i = 0; i < length && used < LONGEST; i++)
		if (g_ascii_isalnum(word[i]))
			out[used++] = g_ascii_tolower(word[i]);
	return used;
}

static bool
is_vowel(char c)
{
	return memchr("aeiouy", c, 6) != NULL;
}

/* huisje, feestjes, straatje: Snowball leaves them. */
static size_t
drop_diminutive(const char *word, size_t length)
{
	size_t bare = length;

	if (length >= SHORTEST_DIMINUTIVE + 1 && memcmp(word + length - 3, "jes", 3) == 0)
		bare = length - 3;
	else if (length >= SHORTEST_DIMINUTIVE && memcmp(word + length - 2, "je", 2) == 0)
		bare = length - 2;
	return is_vowel(word[bare - 1]) || !g_ascii_isalpha(word[bare - 1]) ? length : bare;
}

static size_t
take_off(LexisStemmer *stemmer, size_t length)
{
	char *word = stemmer->stem;
	const sb_symbol *stem;

	length = drop_diminutive(word, length);
	stem = stemmer->snowball != NULL
		       ? sb_stemmer_stem(stemmer->snowball, (const sb_symbol *)word, (int)length)
		       : NULL;
	if (stem != NULL) {
		length = MIN((size_t)sb_stemmer_length(stemmer->snowball), (size_t)LONGEST);
		memcpy(word, stem, length);
	}
	/* Snowball knows kk, dd and tt; bruggen and ballen have the others. */
	if (length > 3 && word[length - 1] == word[length - 2] &&
		g_ascii_isalpha(word[length - 1]) && !is_vowel(word[length - 1]))
		length--;
	if (length > 2 && word[length - 1] == 'z')
		word[length - 1] = 's';
	else if (length > 2 && word[length - 1] == 'v')
		word[length - 1] = 'f';
	return length;
}

/* Snowball alone gives fiet for fiets and fiets for fietsen; until nothing changes, both meet. */
static size_t
to_the_end(LexisStemmer *stemmer, size_t length)
{
	char before[LONGEST];

	for (int round = 0; round < ROUNDS && length > 0; round++) {
		size_t was = length;

		memcpy(before, stemmer->stem, length);
		length = take_off(stemmer, length);
		if (length == was && memcmp(before, stemmer->stem, length) == 0)
			break;
	}
	return length;
}

static Remembered *
place_of(LexisStemmer *stemmer, const char *word, size_t length)
{
	guint hash = 5381;

	for (size_t i = 0; i < length; i++)
		hash = hash * 33 + (guchar)word[i];
	return &stemmer->cache[(hash ^ (hash >> 15)) % CACHED];
}

const char *
lexis_stem(LexisStemmer *stemmer, const char *word, size_t length, size_t *ret_length)
{
	Remembered *place = place_of(stemmer, word, MIN(length, (size_t)LONGEST));
	size_t used;

	if (place->word_length == length && length <= CACHED_LENGTH && length > 0 &&
		memcmp(place->word, word, length) == 0) {
		memcpy(stemmer->stem, place->stem, place->stem_length);
		stemmer->stem[place->stem_length] = '\0';
		*ret_length = place->stem_length;
		return stemmer->stem;
	}
	used = to_the_end(stemmer, fold(word, length, stemmer->stem));
	stemmer->stem[used] = '\0';
	if (length <= CACHED_LENGTH && used <= CACHED_LENGTH) {
		place->word_length = (guint8)length;
		place->stem_length = (guint8)used;
		memcpy(place->word, word, length);
		memcpy(place->stem, stemmer->stem, used);
	}
	*ret_length = used;
	return stemmer->stem;
}
