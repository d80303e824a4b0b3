/* One query for list and search. SQL is put together from literals of this file alone; what was
 * typed is bound, and words go to FTS5 in quotes.
 */
#include <string.h>

#include "lexis.h"
#include "store-private.h"

enum {
	NEWEST = 400, /* hits weighed when they are ranked */
	IN_TITLES = 100, /* and those in titles */
	FURTHER_BACK = 20000, /* among so many drafts before them */
	DEADLINE_MS = 2000,
	OPS_BETWEEN_LOOKS = 20000,
	MOST_BOUND = 96,
};

static void
word_free(gpointer data)
{
	StoreWord *word = data;

	g_free(word->text);
	g_free(word);
}

StoreFind *
store_find_new(void)
{
	StoreFind *find = g_new0(StoreFind, 1);

	find->words = g_ptr_array_new_with_free_func(word_free);
	find->states = g_ptr_array_new_with_free_func(g_free);
	find->most = 50;
	return find;
}

void
store_find_free(StoreFind *find)
{
	if (find == NULL)
		return;
	g_ptr_array_unref(find->words);
	g_ptr_array_unref(find->states);
	g_free(find->taken_by);
	g_free(find);
}

/* --- words to a query of FTS5
 * --------------------------------------------------------------------------------- */

static void
append_word(GString *query, const StoreWord *word, bool in_title)
{
	static const char *const names[STORE_PLACES] = {
		"title", "body", "contributor", "asides", "files", "documents", "notes", "labels"};

	if (in_title || word->place < STORE_PLACES)
		g_string_append_printf(
			query, "%s : ", names[in_title ? STORE_PLACE_TITLE : word->place]);
	g_string_append_c(query, '"');
	for (const char *p = word->text; *p != '\0'; p++) {
		if (*p == '"')
			g_string_append_c(query, '"');
		g_string_append_c(query, *p);
	}
	g_string_append(query, word->prefix ? "\" *" : "\"");
}

/* What has no letter or digit is no word to FTS5; nothing may depend on it. */
static bool
is_word(const StoreWord *word)
{
	size_t at = 0;
	LexisWord found;

	return lexis_next(word->text, strlen(word->text), &at, &found);
}

static char *
fts_query(const StoreFind *find, bool negated, bool in_title)
{
	g_autoptr(GString) query = g_string_new(NULL);

	for (guint i = 0; i < MIN(find->words->len, (guint)STORE_FIND_WORDS); i++) {
		const StoreWord *word = find->words->pdata[i];

		if (word->negated != negated || !is_word(word))
			continue;
		if (query->len > 0)
			g_string_append(query, negated ? " OR " : " AND ");
		append_word(query, word, in_title && word->place == STORE_PLACE_ANY);
	}
	return query->len > 0 ? g_string_free(g_steal_pointer(&query), FALSE) : NULL;
}

/* --- filters to SQL
 * ------------------------------------------------------------------------------------------- */

typedef struct {
	GString *sql;
	int count;
	struct {
		const char *text; /* NULL: the number */
		gint64 number;
	} bound[MOST_BOUND];
} Statement;

static void
bind_text(Statement *s, const char *text)
{
	g_assert(s->count < MOST_BOUND);
	s->bound[s->count++].text = text;
}

static void
bind_number(Statement *s, gint64 number)
{
	g_assert(s->count < MOST_BOUND);
	s->bound[s->count++].number = number;
}

/* The same words as in the partial index draft_open, so that it is used. */
#define OPEN_STATES "d.state IN ('new', 'in_review', 'approved', 'hold')"

static void
add_states(Statement *s, const StoreFind *find)
{
	guint count = MIN(find->states->len, 8u);

	if (find->open)
		g_string_append(s->sql, " AND " OPEN_STATES " AND d.merged_into = 0");
	if (find->waits > 0) {
		g_string_append(s->sql, " AND (d.state IN ('new', 'in_review') OR (d.state = "
					"'hold' AND d.hold_until > 0 AND d.hold_until <= ?))");
		bind_number(s, find->waits);
	}
	if (find->due > 0) {
		g_string_append(
			s->sql, " AND d.state = 'hold' AND d.hold_until > 0 AND d.hold_until <= ?");
		bind_number(s, find->due);
	}
	for (guint i = 0; i < count; i++) {
		g_string_append(s->sql, i == 0 ? " AND d.state IN (?" : ", ?");
		bind_text(s, find->states->pdata[i]);
	}
	if (count > 0)
		g_string_append(s->sql, ")");
}

static void
add_has(Statement *s, const StoreFind *find)
{
	static const char *const conditions[STORE_HAS_KINDS] = {"d.photos > 0",
		"d.id IN (SELECT s.draft_id FROM attachment a JOIN submission s ON s.id = "
		"a.submission_id WHERE a.role IN ('document', 'source'))",
		"d.embargo_at > 0", "d.warnings > 0",
		"d.id IN (SELECT draft_id FROM proposal WHERE state = 'open')",
		"d.id IN (SELECT id FROM draft WHERE duplicates > 0 UNION SELECT id FROM draft "
		"WHERE near_id > 0)",
		"d.id IN (SELECT draft_id FROM note WHERE withdrawn_at = 0)", "d.claimed_by != ''"};

	for (guint i = 0; i < STORE_HAS_KINDS; i++) {
		if ((find->has & (1u << i)) != 0)
			g_string_append_printf(s->sql, " AND %s", conditions[i]);
		if ((find->lacks & (1u << i)) != 0)
			g_string_append_printf(s->sql, " AND NOT (%s)", conditions[i]);
	}
}

static void
add_moments(Statement *s, const StoreFind *find)
{
	if (find->before > 0) {
		g_string_append(s->sql, " AND d.id < ?");
		bind_number(s, find->before);
	}
	/* Numbers rise with time: the index gives where to stop. +id, or SQLite looks for the
	 * least by walking the table. */
	if (find->since > 0) {
		g_string_append(s->sql,
			" AND d.id >= (SELECT coalesce(min(+id), 0x7fffffff) FROM draft WHERE "
			"created_at >= ?) AND d.created_at >= ?");
		bind_number(s, find->since);
		bind_number(s, find->since);
	}
	if (find->until > 0) {
		g_string_append(s->sql,
			" AND d.id <= (SELECT coalesce(max(+id), 0) FROM draft WHERE "
			"created_at < ?) AND d.created_at < ?");
		bind_number(s, find->until);
		bind_number(s, find->until);
	}
}

/* A tag is itself, not a form of it; the index has found the candidates. What was proposed counts
 * until an editor has chosen. */
static void
add_labels(Statement *s, const StoreFind *find)
{
	for (guint i = 0; i < MIN(find->words->len, (guint)STORE_FIND_WORDS); i++) {
		const StoreWord *word = find->words->pdata[i];

		if (word->place != STORE_PLACE_LABELS || !word->exact)
			continue;
		g_string_append_printf(s->sql,
			" AND %sinstr(char(10) || lower(CASE WHEN d.tags != '' THEN d.tags ELSE "
			"d.proposed_tags END) || char(10) || lower(d.category) || char(10), "
			"char(10) || lower(?) || char(10))",
			word->negated ? "NOT " : "");
		bind_text(s, word->text);
	}
}

static void
add_filters(Statement *s, const StoreFind *find, const char *negated)
{
	add_states(s, find);
	add_has(s, find);
	add_moments(s, find);
	add_labels(s, find);
	if (find->taken_by != NULL) {
		g_string_append(s->sql, *find->taken_by != '\0'
						? " AND d.claimed_by = ? AND d.claimed_by != ''"
						: " AND d.claimed_by = ?");
		bind_text(s, find->taken_by);
	}
	if (negated != NULL) {
		g_string_append(s->sql,
			" AND d.id NOT IN (SELECT rowid FROM draft_fts WHERE draft_fts MATCH ?)");
		bind_text(s, negated);
	}
}

/* --- running it
 * -----------------------------------------------------------------------------------------------
 */

static int
is_too_late(void *data)
{
	return when_monotonic_ms() > *(gint64 *)data;
}

static sqlite3_stmt *
prepare(Store *store, const Statement *s, GError **error)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(store->db, s->sql->str, -1, &stmt, NULL) != SQLITE_OK) {
		store_refuse(store, "understand a query", error);
		return NULL;
	}
	for (int i = 0; i < s->count; i++) {
		if (s->bound[i].text != NULL)
			sqlite3_bind_text(stmt, i + 1, s->bound[i].text, -1, SQLITE_STATIC);
		else
			sqlite3_bind_int64(stmt, i + 1, s->bound[i].number);
	}
	return stmt;
}

typedef struct {
	gint64 id;
	double score;
} Scored;

/* Numbers and scores, in the order of the statement. False when it failed or took too long. */
static bool
collect(Store *store, Statement *s, GArray *scored, GError **error)
{
	gint64 deadline = when_monotonic_ms() + DEADLINE_MS;
	sqlite3_stmt *stmt = prepare(store, s, error);
	int code = SQLITE_DONE;

	if (stmt == NULL)
		return false;
	sqlite3_progress_handler(store->db, OPS_BETWEEN_LOOKS, is_too_late, &deadline);
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
		Scored one = {store_int(stmt, 0), sqlite3_column_double(stmt, 1)};

		g_array_append_val(scored, one);
	}
	sqlite3_progress_handler(store->db, 0, NULL, NULL);
	if (code == SQLITE_INTERRUPT)
		nieuws_fail(error, NIEUWS_INPUT,
			"this search takes too long; add a word or a filter, such as since:30d");
	else if (code != SQLITE_DONE)
		store_refuse(store, "search", error);
	sqlite3_finalize(stmt);
	return code == SQLITE_DONE;
}

static bool
collect_newest(Store *store, const StoreFind *find, const char *match, const char *negated,
	gint64 after, guint most, GArray *scored, GError **error)
{
	g_autoptr(GString) sql = g_string_new(NULL);
	Statement s = {.sql = sql};
	g_autoptr(GString) filters = g_string_new(NULL);
	Statement wanted = {.sql = filters};

	/* Filters are looked at first: without any, the drafts themselves need no look. */
	add_filters(&wanted, find, negated);
	if (match != NULL) {
		g_string_append_printf(sql,
			"SELECT f.rowid, %s FROM draft_fts f %s WHERE draft_fts MATCH ?",
			find->ranked ? "find_rank(draft_fts)" : "0",
			filters->len > 0 ? "CROSS JOIN draft d ON d.id = f.rowid" : "");
		bind_text(&s, match);
		g_string_append(sql, " AND f.rowid > ? AND f.rowid < ?");
		bind_number(&s, after);
		bind_number(&s, find->before > 0 ? find->before : G_MAXINT64);
	} else {
		g_string_append_printf(sql, "SELECT d.id, 0 FROM draft d %s WHERE 1",
			find->open ? "INDEXED BY draft_open" : "");
	}
	g_string_append(sql, filters->str);
	for (int i = 0; i < wanted.count; i++)
		s.bound[s.count++] = wanted.bound[i];
	g_string_append(sql,
		match != NULL ? " ORDER BY f.rowid DESC LIMIT ?" : " ORDER BY d.id DESC LIMIT ?");
	bind_number(&s, most);
	return collect(store, &s, scored, error);
}

static gint
by_score(gconstpointer a, gconstpointer b)
{
	const Scored *x = a, *y = b;

	if (x->score < y->score || x->score > y->score)
		return x->score < y->score ? 1 : -1;
	return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

static bool
collect_ranked(Store *store, const StoreFind *find, const char *match, const char *negated,
	GArray *scored, GError **error)
{
	g_autofree char *titles = fts_query(find, false, true);

	if (!collect_newest(store, find, match, negated, 0, NEWEST, scored, error))
		return false;
	if (scored->len == NEWEST &&
		!collect_newest(store, find, titles, negated,
			MAX(g_array_index(scored, Scored, NEWEST - 1).id - FURTHER_BACK, 0),
			IN_TITLES, scored, error))
		return false;
	g_array_sort(scored, by_score);
	/* What stands in both is scored the same, so it stands together. */
	for (guint i = 1; i < scored->len;)
		if (g_array_index(scored, Scored, i).id == g_array_index(scored, Scored, i - 1).id)
			g_array_remove_index(scored, i);
		else
			i++;
	if (scored->len > find->most)
		g_array_set_size(scored, find->most);
	return true;
}

static StoreDraftRow *
row_of(Store *store, gint64 id, GError **error)
{
	sqlite3_stmt *stmt = store_query(
		store, error, "SELECT " STORE_ROW_COLUMNS " FROM draft d WHERE d.id = ?1", "i", id);
	g_autoptr(GPtrArray) rows = store_rows(store, stmt, error);

	return rows != NULL && rows->len > 0 ? g_ptr_array_steal_index(rows, 0) : NULL;
}

static GPtrArray *
load_rows(Store *store, const GArray *scored, GError **error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(store_row_free);
	g_autoptr(GError) failure = NULL;

	for (guint i = 0; i < scored->len; i++) {
		StoreDraftRow *row = row_of(store, g_array_index(scored, Scored, i).id, &failure);

		if (failure != NULL) {
			g_propagate_error(error, g_steal_pointer(&failure));
			return NULL;
		}
		if (row != NULL)
			g_ptr_array_add(rows, row);
	}
	return g_steal_pointer(&rows);
}

GPtrArray *
store_find(Store *store, const StoreFind *find, GError **error)
{
	g_autofree char *match = fts_query(find, false, false);
	g_autofree char *negated = fts_query(find, true, false);
	g_autoptr(GArray) scored = g_array_new(FALSE, FALSE, sizeof(Scored));

	if (match != NULL && find->ranked
			? !collect_ranked(store, find, match, negated, scored, error)
			: !collect_newest(
				  store, find, match, negated, 0, find->most, scored, error))
		return NULL;
	return load_rows(store, scored, error);
}

GPtrArray *
store_rows_of(Store *store, const GPtrArray *near, GError **error)
{
	g_autoptr(GArray) scored = g_array_new(FALSE, FALSE, sizeof(Scored));

	for (guint i = 0; i < near->len; i++) {
		const StoreNear *one = near->pdata[i];
		Scored entry = {one->id, one->likeness};

		g_array_append_val(scored, entry);
	}
	return load_rows(store, scored, error);
}

bool
store_find_hit(Store *store, const StoreFind *find, gint64 draft_id, guint bytes,
	StorePlace *ret_place, char **ret_snippet, GError **error)
{
	g_autofree char *match = fts_query(find, false, false);
	sqlite3_stmt *stmt;
	g_autofree char *found = NULL;
	int stepped;

	*ret_place = STORE_PLACE_ANY;
	*ret_snippet = g_strdup("");
	if (match == NULL)
		return true;
	stmt = store_query(store, error,
		"SELECT find_snippet(draft_fts, ?3) FROM draft_fts WHERE draft_fts MATCH ?1 AND "
		"rowid = ?2",
		"sii", match, draft_id, (gint64)bytes);
	stepped = stmt != NULL ? store_step(store, stmt, error) : -1;
	if (stepped <= 0)
		return stepped == 0;
	found = store_text(stmt, 0);
	sqlite3_reset(stmt);
	if (*found == '\0')
		return true;
	*ret_place = (StorePlace)(*found - 'a');
	g_free(*ret_snippet);
	*ret_snippet = text_valid(found + 1, -1);
	return true;
}
