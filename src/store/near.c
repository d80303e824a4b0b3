/* Near-duplicates by their sketches, and drafts about the same things by the words they share.
 *
 * A draft stands in 32 bands. Two drafts are compared when they share one, so that nothing is
 * scanned. The number of a band begins with the age of its draft, coarsely: what is kept together
 * is written together, and a batch of mails does not touch a page for each of its bands.
 */
#include <math.h>
#include <string.h>

#include "lexis.h"
#include "store-private.h"

enum {
	DRAFTS_IN_EPOCH = 1 << 16,
	EPOCH_SHIFT = 40,
	MOST_CANDIDATES = 400,
	MOST_TERMS = 20, /* words by which similar drafts are looked for */
	MOST_OF_TERM = 200, /* the newest drafts with a word that are looked at */
	MOST_WORDS_READ = 2000,
	SHORTEST_TERM = 4, /* letters */
};

static gint64
band_key(gint64 band, gint64 epoch)
{
	return epoch << EPOCH_SHIFT | band;
}

/* --- functions for migrations
 * --------------------------------------------------------------------------------- */

static void
sketch_function(sqlite3_context *result, int count, sqlite3_value **values)
{
	const char *texts[4] = {NULL, NULL, NULL, NULL};
	LexisSketch sketch;

	for (int i = 0; i < MIN(count, 3); i++) {
		texts[i] = (const char *)sqlite3_value_text(values[i]);
		if (texts[i] == NULL)
			texts[i] = "";
	}
	if (lexis_sketch(texts, &sketch))
		sqlite3_result_blob(result, sketch.hash, sizeof sketch.hash, SQLITE_TRANSIENT);
}

static void
band_function(sqlite3_context *result, int count, sqlite3_value **values)
{
	const void *blob = sqlite3_value_blob(values[0]);
	int number = sqlite3_value_int(values[2]);
	LexisSketch sketch;
	gint64 bands[LEXIS_BANDS];

	(void)count;
	if (blob == NULL || sqlite3_value_bytes(values[0]) != (int)sizeof sketch.hash ||
		number < 0 || number >= LEXIS_BANDS)
		return;
	memcpy(sketch.hash, blob, sizeof sketch.hash);
	lexis_bands(&sketch, bands);
	sqlite3_result_int64(
		result, band_key(bands[number], sqlite3_value_int64(values[1]) / DRAFTS_IN_EPOCH));
}

bool
store_near_register(Store *store, GError **error)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;

	return (sqlite3_create_function(store->db, "near_sketch", 3, flags, NULL, sketch_function,
			NULL, NULL) == SQLITE_OK &&
		       sqlite3_create_function(store->db, "near_band", 3, flags, NULL,
			       band_function, NULL, NULL) == SQLITE_OK) ||
	       store_refuse(store, "set itself up", error);
}

/* --- keeping
 * ----------------------------------------------------------------------------------------------------
 */

static bool
sketch_of(const Draft *draft, LexisSketch *sketch)
{
	const char *texts[] = {draft->title, draft->lead, draft->body, NULL};

	return lexis_sketch(texts, sketch);
}

bool
store_near_keep(Store *store, gint64 draft_id, const Draft *draft, GError **error)
{
	LexisSketch sketch;
	gint64 bands[LEXIS_BANDS];
	sqlite3_stmt *stmt;

	if (!sketch_of(draft, &sketch))
		return true;
	stmt = store_query(store, error,
		"INSERT OR REPLACE INTO minhash (draft_id, signature) VALUES (?1, ?2)", "i",
		draft_id);
	if (stmt == NULL)
		return false;
	sqlite3_bind_blob(stmt, 2, sketch.hash, sizeof sketch.hash, SQLITE_STATIC);
	if (store_step(store, stmt, error) < 0)
		return false;
	lexis_bands(&sketch, bands);
	for (guint i = 0; i < LEXIS_BANDS; i++)
		if (!store_run(store, error,
			    "INSERT OR IGNORE INTO band (hash, draft_id) VALUES (?1, ?2)", "ii",
			    band_key(bands[i], draft_id / DRAFTS_IN_EPOCH), draft_id))
			return false;
	return true;
}

/* --- looking
 * ----------------------------------------------------------------------------------------------------
 */

static bool
read_sketch(sqlite3_stmt *stmt, LexisSketch *sketch)
{
	const void *blob = sqlite3_column_blob(stmt, 0);

	if (blob == NULL || sqlite3_column_bytes(stmt, 0) != (int)sizeof sketch->hash)
		return false;
	memcpy(sketch->hash, blob, sizeof sketch->hash);
	return true;
}

static bool
load_sketch(Store *store, gint64 draft_id, LexisSketch *sketch, bool *ret_there, GError **error)
{
	sqlite3_stmt *stmt = store_query(
		store, error, "SELECT signature FROM minhash WHERE draft_id = ?1", "i", draft_id);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;

	*ret_there = stepped > 0 && read_sketch(stmt, sketch);
	if (stepped > 0)
		sqlite3_reset(stmt);
	return stepped >= 0;
}

static bool
add_candidates(Store *store, gint64 key, GHashTable *candidates, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT draft_id FROM band WHERE hash = ?1 ORDER BY draft_id DESC LIMIT 60", "i",
		key);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		if (g_hash_table_size(candidates) < MOST_CANDIDATES)
			g_hash_table_add(candidates, GSIZE_TO_POINTER((gsize)store_int(stmt, 0)));
	return stepped == 0;
}

static gint
by_likeness(gconstpointer a, gconstpointer b)
{
	const StoreNear *x = *(StoreNear *const *)a, *y = *(StoreNear *const *)b;

	if (x->likeness < y->likeness || x->likeness > y->likeness)
		return x->likeness < y->likeness ? 1 : -1;
	return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

static void
add_near(GPtrArray *list, gint64 id, double likeness)
{
	StoreNear *near = g_new0(StoreNear, 1);

	near->id = id;
	near->likeness = likeness;
	g_ptr_array_add(list, near);
}

static GPtrArray *
compare(Store *store, const LexisSketch *sketch, GHashTable *candidates, double least,
	GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, candidates);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		LexisSketch other;
		bool there;
		double likeness;

		if (!load_sketch(store, (gint64)GPOINTER_TO_SIZE(key), &other, &there, error))
			return NULL;
		likeness = there ? lexis_likeness(sketch, &other) : 0;
		if (likeness >= least)
			add_near(list, (gint64)GPOINTER_TO_SIZE(key), likeness);
	}
	g_ptr_array_sort(list, by_likeness);
	return g_steal_pointer(&list);
}

static GPtrArray *
near_sketch(Store *store, const LexisSketch *sketch, gint64 but, double least, GError **error)
{
	g_autoptr(GHashTable) candidates = g_hash_table_new(NULL, NULL);
	gint64 bands[LEXIS_BANDS];
	gint64 newest = 0;

	if (!store_number(store, 0, &newest, error, "SELECT max(id) FROM draft", ""))
		return NULL;
	lexis_bands(sketch, bands);
	for (gint64 epoch = newest / DRAFTS_IN_EPOCH; epoch >= 0; epoch--)
		for (guint i = 0; i < LEXIS_BANDS; i++)
			if (!add_candidates(store, band_key(bands[i], epoch), candidates, error))
				return NULL;
	g_hash_table_remove(candidates, GSIZE_TO_POINTER((gsize)but));
	return compare(store, sketch, candidates, least, error);
}

GPtrArray *
store_near(Store *store, gint64 draft_id, double least, GError **error)
{
	LexisSketch sketch;
	bool there = false;

	if (!load_sketch(store, draft_id, &sketch, &there, error))
		return NULL;
	return there ? near_sketch(store, &sketch, draft_id, least, error)
		     : g_ptr_array_new_with_free_func(g_free);
}

GPtrArray *
store_near_text(Store *store, const Draft *draft, double least, GError **error)
{
	LexisSketch sketch;

	return sketch_of(draft, &sketch) ? near_sketch(store, &sketch, 0, least, error)
					 : g_ptr_array_new_with_free_func(g_free);
}

bool
store_near_to(
	Store *store, const Draft *draft, gint64 draft_id, double *ret_likeness, GError **error)
{
	LexisSketch mine, other;
	bool there = false;

	*ret_likeness = 0;
	if (!sketch_of(draft, &mine))
		return true;
	if (!load_sketch(store, draft_id, &other, &there, error))
		return false;
	if (there)
		*ret_likeness = lexis_likeness(&mine, &other);
	return true;
}

/* --- about the same things
 * ------------------------------------------------------------------------------------ */

typedef struct {
	char *stem;
	double weight; /* how much it looks like a word that tells what the draft is about */
} Term;

static void
term_free(gpointer data)
{
	Term *term = data;

	g_free(term->stem);
	g_free(term);
}

/* Names tell most: a capital within a sentence. */
static bool
is_name(const char *text, const LexisWord *word)
{
	return g_ascii_isupper(text[word->start]) && word->start >= 2 &&
	       text[word->start - 1] == ' ' && strchr(".!?:>", text[word->start - 2]) == NULL;
}

static void
add_terms(LexisStemmer *stemmer, const char *text, double weight, GHashTable *terms)
{
	size_t length = strlen(text);
	size_t at = 0, size;
	LexisWord word;

	for (int n = 0; n < MOST_WORDS_READ && lexis_next(text, length, &at, &word); n++) {
		const char *stem =
			lexis_stem(stemmer, text + word.start, word.end - word.start, &size);
		Term *term;

		if (size < SHORTEST_TERM)
			continue;
		term = g_hash_table_lookup(terms, stem);
		if (term == NULL) {
			term = g_new0(Term, 1);
			term->stem = g_strdup(stem);
			g_hash_table_insert(terms, term->stem, term);
		}
		term->weight += weight * (is_name(text, &word) ? 3 : 1) * (size >= 8 ? 1.5 : 1);
	}
}

static gint
by_weight(gconstpointer a, gconstpointer b)
{
	const Term *x = *(Term *const *)a, *y = *(Term *const *)b;

	if (x->weight < y->weight || x->weight > y->weight)
		return x->weight < y->weight ? 1 : -1;
	return strcmp(x->stem, y->stem);
}

static bool
choose_terms(
	Store *store, gint64 draft_id, GHashTable *terms, GPtrArray *ret_chosen, GError **error)
{
	g_autoptr(StoreContent) content = store_content_get(store, draft_id, error);
	g_autoptr(LexisStemmer) stemmer = lexis_stemmer_new();
	GHashTableIter iter;
	gpointer term;

	if (content == NULL)
		return false;
	add_terms(stemmer, content->title, 4, terms);
	add_terms(stemmer, content->lead, 2, terms);
	add_terms(stemmer, content->body, 1, terms);
	g_hash_table_iter_init(&iter, terms);
	while (g_hash_table_iter_next(&iter, NULL, &term))
		g_ptr_array_add(ret_chosen, term);
	g_ptr_array_sort(ret_chosen, by_weight);
	if (ret_chosen->len > MOST_TERMS)
		g_ptr_array_set_size(ret_chosen, MOST_TERMS);
	return true;
}

/* The newest drafts with a word. How rare the word is follows from how far back they reach: no
 * counting over the whole store. */
static bool
weigh_term(Store *store, const Term *term, gint64 newest, GHashTable *scores, GError **error)
{
	g_autofree char *match = g_strdup_printf("{title body} : \"%s\"", term->stem);
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT rowid FROM draft_fts WHERE draft_fts MATCH ?1 ORDER BY rowid DESC LIMIT ?2",
		"si", match, (gint64)MOST_OF_TERM);
	gint64 ids[MOST_OF_TERM];
	double portion, weight;
	int count = 0, stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		if (count < MOST_OF_TERM)
			ids[count++] = store_int(stmt, 0);
	if (stepped < 0)
		return false;
	if (count < 2)
		return true;
	portion = count < MOST_OF_TERM ? (double)count / (double)newest
				       : (double)count / (double)(newest - ids[count - 1] + 1);
	weight = log(1 / CLAMP(portion, 1e-9, 1));
	for (int i = 0; weight > 1 && i < count; i++) {
		double *score = g_hash_table_lookup(scores, GSIZE_TO_POINTER((gsize)ids[i]));

		if (score == NULL) {
			score = g_new0(double, 1);
			g_hash_table_insert(scores, GSIZE_TO_POINTER((gsize)ids[i]), score);
		}
		*score += weight * MIN(term->weight, 6);
	}
	return true;
}

static GPtrArray *
best_scores(GHashTable *scores, gint64 draft_id, guint most)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
	double *whole = g_hash_table_lookup(scores, GSIZE_TO_POINTER((gsize)draft_id));
	GHashTableIter iter;
	gpointer key, score;

	g_hash_table_iter_init(&iter, scores);
	while (whole != NULL && g_hash_table_iter_next(&iter, &key, &score))
		if ((gint64)GPOINTER_TO_SIZE(key) != draft_id && *(double *)score >= *whole / 5)
			add_near(list, (gint64)GPOINTER_TO_SIZE(key), *(double *)score / *whole);
	g_ptr_array_sort(list, by_likeness);
	if (list->len > most)
		g_ptr_array_set_size(list, (gint)most);
	return list;
}

GPtrArray *
store_similar(Store *store, gint64 draft_id, guint most, GError **error)
{
	g_autoptr(GHashTable) terms =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, term_free);
	g_autoptr(GPtrArray) chosen = g_ptr_array_new();
	g_autoptr(GHashTable) scores = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	gint64 newest = 0;

	if (!choose_terms(store, draft_id, terms, chosen, error) ||
		!store_number(store, 0, &newest, error, "SELECT max(id) FROM draft", ""))
		return NULL;
	for (guint i = 0; i < chosen->len; i++)
		if (!weigh_term(store, chosen->pdata[i], newest, scores, error))
			return NULL;
	return best_scores(scores, draft_id, most);
}
