/* Full text: the tokenizer `nieuws` of FTS5, how hits are weighed, and a hit in its sentence.
 * https://www.sqlite.org/fts5.html, chapter 7.
 */
#include <string.h>

#include "lexis.h"
#include "store-private.h"

enum {
	MOST_HITS = 400, /* places in one draft that are looked at */
	FURTHEST = 12, /* words between two that count as close */
	MOST_MARKS = 12, /* hits marked in a snippet */
};

/* Columns of draft_fts in order. What they weigh, and which is shown first when several have it. */
static const struct {
	double weight;
	int shown;
} columns[STORE_PLACES] = {
	[STORE_PLACE_TITLE] = {10, 1},
	[STORE_PLACE_BODY] = {4, 9},
	[STORE_PLACE_CONTRIBUTOR] = {5, 3},
	[STORE_PLACE_ASIDES] = {1.5, 6},
	[STORE_PLACE_FILES] = {2, 4},
	[STORE_PLACE_DOCUMENTS] = {2, 7},
	[STORE_PLACE_NOTES] = {2, 5},
	[STORE_PLACE_LABELS] = {5, 2},
};

/* --- the tokenizer
 * -------------------------------------------------------------------------------------------- */

static int
tokenizer_create(void *context, const char **args, int count, Fts5Tokenizer **ret_tokenizer)
{
	(void)context;
	(void)args;
	(void)count;
	*ret_tokenizer = (Fts5Tokenizer *)lexis_stemmer_new();
	return SQLITE_OK;
}

static void
tokenizer_delete(Fts5Tokenizer *tokenizer)
{
	lexis_stemmer_free((LexisStemmer *)tokenizer);
}

/* One token for each word, so that positions can be counted again without stemming. */
static int
tokenizer_tokenize(Fts5Tokenizer *tokenizer, void *context, int flags, const char *text, int length,
	int (*on_token)(void *, int, const char *, int, int, int))
{
	size_t at = 0;
	LexisWord word;
	int code = SQLITE_OK;

	(void)flags;
	while (code == SQLITE_OK && length > 0 && lexis_next(text, (size_t)length, &at, &word)) {
		size_t size;
		const char *stem = lexis_stem(
			(LexisStemmer *)tokenizer, text + word.start, word.end - word.start, &size);

		if (size == 0) {
			stem = "-";
			size = 1;
		}
		code = on_token(context, 0, stem, (int)size, (int)word.start, (int)word.end);
	}
	return code;
}

/* --- weighing
 * -------------------------------------------------------------------------------------------------
 */

typedef struct {
	double best[32]; /* of each phrase, the weight of the best column where it stands */
	int places; /* hits in all */
	double closeness;
	int phrase, column, offset; /* of the hit before */
} Weighing;

static void
weigh_hit(Weighing *w, int phrase, int column, int offset)
{
	double weight = column >= 0 && column < STORE_PLACES ? columns[column].weight : 0;

	/* The lead counts as more than the rest. */
	if (column == STORE_PLACE_BODY && offset < 50)
		weight += 2;
	if (phrase >= 0 && phrase < (int)G_N_ELEMENTS(w->best))
		w->best[phrase] = MAX(w->best[phrase], weight);
	if (w->places > 0 && column == w->column && phrase != w->phrase &&
		offset - w->offset <= FURTHEST) {
		double near = weight / 2 / MAX(offset - w->offset, 1);

		w->closeness = MAX(w->closeness, phrase > w->phrase ? near : near / 2);
	}
	w->phrase = phrase;
	w->column = column;
	w->offset = offset;
	w->places++;
}

/* find_rank(draft_fts): larger is better. Needs no counts over all drafts, so it costs the same in
 * a large store as in a small one. */
static void
rank(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *result, int count,
	sqlite3_value **values)
{
	Weighing w = {.places = 0};
	double score = 0;
	int hits = 0;

	(void)count;
	(void)values;
	if (api->xInstCount(fts, &hits) != SQLITE_OK)
		hits = 0;
	for (int i = 0; i < MIN(hits, MOST_HITS); i++) {
		int phrase, column, offset;

		if (api->xInst(fts, i, &phrase, &column, &offset) == SQLITE_OK)
			weigh_hit(&w, phrase, column, offset);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(w.best); i++)
		score += w.best[i];
	sqlite3_result_double(result, score + w.closeness + 0.05 * MIN(w.places, 20));
}

/* --- a hit in its sentence
 * ------------------------------------------------------------------------------------ */

typedef struct {
	int column;
	int starts[MOST_MARKS], ends[MOST_MARKS], count; /* in words; ends is behind */
} Place;

/* The column to show: most words of the query, then the order of the table above. */
static int
choose_column(const Fts5ExtensionApi *api, Fts5Context *fts, int hits)
{
	guint32 seen[STORE_PLACES] = {0};
	int best = -1, best_value = -1;

	for (int i = 0; i < MIN(hits, MOST_HITS); i++) {
		int phrase, column, offset;

		if (api->xInst(fts, i, &phrase, &column, &offset) == SQLITE_OK && column >= 0 &&
			column < STORE_PLACES)
			seen[column] |= 1u << (phrase & 31);
	}
	for (int column = 0; column < STORE_PLACES; column++) {
		int value = 16 * __builtin_popcount(seen[column]) + columns[column].shown;

		if (seen[column] != 0 && value > best_value) {
			best = column;
			best_value = value;
		}
	}
	return best;
}

static void
find_place(const Fts5ExtensionApi *api, Fts5Context *fts, Place *place)
{
	int hits = 0;

	place->count = 0;
	if (api->xInstCount(fts, &hits) != SQLITE_OK)
		hits = 0;
	place->column = choose_column(api, fts, hits);
	for (int i = 0; i < MIN(hits, MOST_HITS) && place->count < MOST_MARKS; i++) {
		int phrase, column, offset;

		if (api->xInst(fts, i, &phrase, &column, &offset) != SQLITE_OK ||
			column != place->column)
			continue;
		place->starts[place->count] = offset;
		place->ends[place->count++] = offset + api->xPhraseSize(fts, phrase);
	}
}

/* From words to bytes. */
static int
mark_bytes(const char *text, size_t length, Place *place)
{
	int found = 0;
	int number = 0;
	size_t at = 0;
	LexisWord word;

	while (found < place->count && lexis_next(text, length, &at, &word)) {
		if (number == place->starts[found])
			place->starts[found] = (int)word.start;
		if (++number >= place->ends[found]) {
			place->ends[found++] = (int)word.end;
			/* Hits may overlap: what began before the end of this one is dropped. */
			while (found < place->count && place->starts[found] < number) {
				memmove(&place->starts[found], &place->starts[found + 1],
					(size_t)(place->count - found - 1) * sizeof(int));
				memmove(&place->ends[found], &place->ends[found + 1],
					(size_t)(place->count - found - 1) * sizeof(int));
				place->count--;
			}
		}
	}
	return found;
}

/* A line that goes on in small letters is wrapped, not ended. */
static bool
ends_sentence(const char *text, size_t at)
{
	if (text[at] == '\n')
		return !g_ascii_islower(text[at + 1]);
	return strchr(".!?", text[at]) != NULL && (text[at + 1] == ' ' || text[at + 1] == '\n');
}

/* Where to begin: at the sentence, or at a word when that is too far. */
static size_t
begin_of(const char *text, size_t hit, size_t most)
{
	size_t at = hit;

	while (at > 0 && hit - at < most && !ends_sentence(text, at - 1))
		at--;
	if (at > 0 && !ends_sentence(text, at - 1)) {
		while (at < hit && text[at] != ' ')
			at++;
	}
	while (at < hit && (g_ascii_isspace(text[at]) || strchr("#*>", text[at]) != NULL))
		at++;
	return at;
}

static size_t
end_of(const char *text, size_t length, size_t hit_end, size_t last)
{
	size_t at = hit_end;

	while (at < MIN(length, last) && !ends_sentence(text, at))
		at++;
	if (at < length && at == last) {
		while (at > hit_end && text[at] != ' ')
			at--;
	}
	if (at < length && text[at] != '\n' && text[at] != ' ')
		at++;
	while (at < length && ((guchar)text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* Marks of CommonMark and line ends do not read well in a row. */
static void
append_plain(GString *out, const char *text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if ((guchar)text[i] <= ' ') {
			if (out->len > 0 && out->str[out->len - 1] != ' ')
				g_string_append_c(out, ' ');
		} else if (strchr("*`#", text[i]) == NULL) {
			g_string_append_c(out, text[i]);
		}
	}
}

static char *
cut_out(const char *text, size_t length, Place *place, size_t most)
{
	GString *out = g_string_sized_new(most + 64);
	int marks = mark_bytes(text, length, place);
	size_t from, to, at;

	if (marks == 0)
		return g_string_free(out, FALSE);
	from = begin_of(text, (size_t)place->starts[0], most / 2);
	to = end_of(text, length, (size_t)place->ends[0], MAX(from + most, (size_t)place->ends[0]));
	at = from;
	if (from > 0 && !ends_sentence(text, from - 1) && text[from - 1] != ' ')
		g_string_append(out, "…");
	else if (from > 1 && text[from - 1] == ' ' && !ends_sentence(text, from - 2))
		g_string_append(out, "… ");
	for (int i = 0; i < marks && (size_t)place->ends[i] <= to; i++) {
		append_plain(out, text, at, (size_t)place->starts[i]);
		g_string_append_c(out, STORE_HIT_BEGIN);
		append_plain(out, text, (size_t)place->starts[i], (size_t)place->ends[i]);
		g_string_append_c(out, STORE_HIT_END);
		at = (size_t)place->ends[i];
	}
	append_plain(out, text, at, to);
	while (out->len > 0 && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	if (to < length && !ends_sentence(text, to - 1) && text[to] != '\n')
		g_string_append(out, " …");
	return g_string_free(out, FALSE);
}

/* find_snippet(draft_fts, bytes): the column as one letter from 'a', and the sentence. */
static void
snippet(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *result, int count,
	sqlite3_value **values)
{
	Place place;
	const char *text = NULL;
	int length = 0;
	g_autofree char *sentence = NULL;
	g_autofree char *valid = NULL;
	g_autofree char *whole = NULL;

	find_place(api, fts, &place);
	if (count != 1 || place.column < 0 ||
		api->xColumnText(fts, place.column, &text, &length) != SQLITE_OK || length <= 0)
		return;
	whole = g_strndup(text, (size_t)length);
	sentence = cut_out(whole, strlen(whole), &place, (size_t)sqlite3_value_int(values[0]));
	valid = g_strdup_printf("%c%s", 'a' + place.column, sentence);
	sqlite3_result_text(result, valid, -1, SQLITE_TRANSIENT);
}

/* --- registering
 * ---------------------------------------------------------------------------------------------- */

static fts5_api *
api_of(sqlite3 *db)
{
	fts5_api *api = NULL;
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &stmt, NULL) == SQLITE_OK) {
		sqlite3_bind_pointer(stmt, 1, (void *)&api, "fts5_api_ptr", NULL);
		sqlite3_step(stmt);
	}
	sqlite3_finalize(stmt);
	return api;
}

bool
store_fulltext_register(Store *store, GError **error)
{
	static fts5_tokenizer tokenizer = {tokenizer_create, tokenizer_delete, tokenizer_tokenize};
	fts5_api *api = api_of(store->db);

	if (api != NULL &&
		api->xCreateTokenizer(api, "nieuws", NULL, &tokenizer, NULL) == SQLITE_OK &&
		api->xCreateFunction(api, "find_rank", NULL, rank, NULL) == SQLITE_OK &&
		api->xCreateFunction(api, "find_snippet", NULL, snippet, NULL) == SQLITE_OK)
		return true;
	return nieuws_fail(error, NIEUWS_INTERNAL, "this SQLite has no full-text search (FTS5)");
}

bool
store_index_draft(Store *store, gint64 draft_id, GError **error)
{
	return store_run(store, error,
		"INSERT OR REPLACE INTO draft_fts (" STORE_INDEX_COLUMNS ") " STORE_INDEX_SELECT
		" WHERE d.id = ?1",
		"i", draft_id);
}
