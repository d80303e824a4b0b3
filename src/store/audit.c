/* Looking for damage: what the database says of itself, and where its tables contradict each other.
 * Changes nothing but by the two repairs at the end. */
#include <string.h>

#include "store-private.h"

enum { MOST_LINES = 100 /* of one kind: who has more needs a backup, not a list */ };

typedef struct {
	StoreDamage damage;
	const char *sql; /* rows of one text: what is damaged */
} Question;

#define DRAFT_NAME "'draft ' || d.id || ' (' || d.reference || ')'"

static const Question questions[] = {
	{STORE_DAMAGE_FOREIGN_KEY, "SELECT \"table\" || ' row ' || coalesce(rowid, '?') || ' names "
				   "a row of ' || parent || "
				   "' that is not there' FROM pragma_foreign_key_check"},
	{STORE_DAMAGE_INDEX,
		"SELECT " DRAFT_NAME " FROM draft d LEFT JOIN draft_fts f ON f.rowid = d.id WHERE "
		"f.rowid IS NULL"},
	{STORE_DAMAGE_INDEX, "SELECT 'row ' || rowid || ' of the index' FROM draft_fts WHERE rowid "
			     "NOT IN (SELECT id "
			     "FROM draft)"},
	{STORE_DAMAGE_INDEX,
		"SELECT 'draft ' || id FROM (" STORE_INDEX_SELECT
		" EXCEPT SELECT " STORE_INDEX_COLUMNS " FROM draft_fts) JOIN draft USING (id)"},
	{STORE_DAMAGE_REVISION,
		"SELECT " DRAFT_NAME
		" || ': its revisions are not 1 to ' || d.version FROM draft d "
		"WHERE (SELECT count(*) FROM revision r WHERE r.draft_id = d.id) != d.version OR "
		"(SELECT coalesce(max(number), 0) FROM revision r WHERE r.draft_id = d.id) != "
		"d.version"},
	{STORE_DAMAGE_REVISION,
		"SELECT " DRAFT_NAME
		" || ': its text is not that of revision ' || d.version FROM draft "
		"d JOIN revision r ON r.draft_id = d.id AND r.number = d.version WHERE r.title != "
		"d.title OR r.lead != d.lead OR r.body != d.body"},
	{STORE_DAMAGE_REVISION,
		"SELECT " DRAFT_NAME
		" || ', revision ' || r.number || ' comes after ' || r.parent || "
		"', which is not there' FROM revision r JOIN draft d ON d.id = r.draft_id WHERE "
		"r.parent "
		"!= 0 AND NOT EXISTS (SELECT 1 FROM revision p WHERE p.draft_id = r.draft_id AND "
		"p.number = r.parent)"},
	{STORE_DAMAGE_LEDGER, "SELECT mailbox || ', ' || folder || ', mail ' || uid FROM ledger "
			      "WHERE submission_id > 0 "
			      "AND submission_id NOT IN (SELECT id FROM submission)"},
	{STORE_DAMAGE_LEDGER, "SELECT mailbox || ', ' || folder || ', mail ' || uid FROM ledger "
			      "WHERE submission_id <= "
			      "0 AND -submission_id NOT IN (SELECT id FROM quarantine)"},
	{STORE_DAMAGE_DRAFT,
		"SELECT 'submission ' || id || ' has no draft ' || draft_id FROM submission WHERE "
		"draft_id NOT IN (SELECT id FROM draft)"},
	{STORE_DAMAGE_DRAFT, "SELECT " DRAFT_NAME
			     " || ' has no mail' FROM draft d WHERE NOT EXISTS (SELECT 1 FROM "
			     "submission s WHERE s.draft_id = d.id) AND d.merged_into = 0"},
	{STORE_DAMAGE_DRAFT,
		"SELECT 'proposal ' || id || ' has no mail ' || submission_id FROM proposal WHERE "
		"submission_id NOT IN (SELECT id FROM submission)"},
	{STORE_DAMAGE_OUTBOX,
		"SELECT 'mail ' || id || ' tells of draft ' || draft_id || ', which is not there' "
		"FROM "
		"outbox WHERE draft_id > 0 AND draft_id NOT IN (SELECT id FROM draft)"},
};

/* A repair must not write into a table that is damaged itself. */
static bool
ask(Store *store, const Question *question, StoreAudit audit, void *context, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error, question->sql, "");
	int stepped = -1;
	int lines = 0;

	while (stmt != NULL && lines < MOST_LINES &&
		(stepped = store_step(store, stmt, error)) > 0) {
		g_autofree char *subject = store_text(stmt, 0);

		audit(context, question->damage, subject);
		lines++;
	}
	if (stepped > 0)
		sqlite3_reset(stmt);
	return stepped >= 0;
}

static bool
ask_integrity(Store *store, StoreAudit audit, void *context, bool *ret_whole, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error, "PRAGMA integrity_check", "");
	int stepped = -1;

	*ret_whole = true;
	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0) {
		g_autofree char *line = store_text(stmt, 0);

		if (strcmp(line, "ok") == 0)
			continue;
		*ret_whole = false;
		audit(context, STORE_DAMAGE_DATABASE, line);
	}
	return stepped == 0;
}

/* The index against itself; needs to write, in name. */
static void
ask_index(Store *store, StoreAudit audit, void *context)
{
	g_autoptr(GError) problem = NULL;

	if (!store_run(store, &problem,
		    "INSERT INTO draft_fts (draft_fts) VALUES ('integrity-check')", ""))
		audit(context, STORE_DAMAGE_INDEX, problem->message);
}

/* now: mails that should have left a day ago are stuck; those being sent are, when nobody sends. */
static bool
ask_outbox(
	Store *store, const StoreAuditFacts *facts, StoreAudit audit, void *context, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT 'mail ' || id || ' (' || kind || ', ' || state || ', ' || attempts || ' "
		"attempts)"
		"' FROM outbox WHERE (state = 'waiting' AND (due_at < ?1 - 86400 OR created_at > "
		"?1 + "
		"86400)) OR (state = 'sending' AND ?2 = 0) OR state NOT IN ('waiting', 'sending', "
		"'sent', 'failed', 'cancelled') ORDER BY id LIMIT 100",
		"ii", facts->now, (gint64)facts->keeper_runs);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0) {
		g_autofree char *subject = store_text(stmt, 0);

		audit(context, STORE_DAMAGE_STUCK, subject);
	}
	return stepped == 0;
}

bool
store_audit(
	Store *store, const StoreAuditFacts *facts, StoreAudit audit, void *context, GError **error)
{
	bool whole;

	if (!ask_integrity(store, audit, context, &whole, error))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
		g_autoptr(GError) problem = NULL;

		if (ask(store, &questions[i], audit, context, &problem))
			continue;
		audit(context,
			questions[i].damage == STORE_DAMAGE_INDEX ? STORE_DAMAGE_INDEX
								  : STORE_DAMAGE_DATABASE,
			problem->message);
	}
	if (whole)
		ask_index(store, audit, context);
	return ask_outbox(store, facts, audit, context, error);
}

/* --- the files that the tables speak of
 * ------------------------------------------------------------------- */

static void
raw_free(gpointer data)
{
	StoreRaw *raw = data;

	g_free(raw->path);
	g_free(raw->sha256);
	g_free(raw->name);
	g_free(raw);
}

GPtrArray *
store_raw_list(Store *store, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(raw_free);
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT path, sha256, size, id, 0, 'draft ' || draft_id, EXISTS (SELECT 1 FROM "
		"ledger "
		"WHERE submission_id = s.id AND gone = 0) FROM submission s UNION ALL SELECT path, "
		"sha256, size, id, 1, 'quarantine ' || id, EXISTS (SELECT 1 FROM ledger WHERE "
		"submission_id = -q.id AND gone = 0) FROM quarantine q WHERE resolved_at = 0",
		"");
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0) {
		StoreRaw *raw = g_new0(StoreRaw, 1);

		raw->path = store_text(stmt, 0);
		raw->sha256 = store_text(stmt, 1);
		raw->size = store_int(stmt, 2);
		raw->id = store_int(stmt, 3);
		raw->quarantined = store_int(stmt, 4) != 0;
		raw->name = store_text(stmt, 5);
		raw->on_server = store_int(stmt, 6) != 0;
		g_ptr_array_add(list, raw);
	}
	return stepped == 0 ? g_steal_pointer(&list) : NULL;
}

/* --- repairs
 * ------------------------------------------------------------------------------------------------
 */

bool
store_rebuild_index(Store *store, GError **error)
{
	if (!store_begin(store, error))
		return false;
	/* Dropped, since deleting from a damaged index fails on the damage. */
	if (store_run(store, error, "DROP TABLE draft_fts", "") &&
		store_run(store, error, STORE_INDEX_TABLE, "") &&
		store_run(store, error,
			"INSERT INTO draft_fts (" STORE_INDEX_COLUMNS ") " STORE_INDEX_SELECT,
			"") &&
		store_commit(store, error))
		return true;
	store_rollback(store);
	return false;
}

bool
store_fetch_again(Store *store, const StoreRaw *raw, GError **error)
{
	return store_run(store, error, "UPDATE ledger SET gone = 1 WHERE submission_id = ?1", "i",
		raw->quarantined ? -raw->id : raw->id);
}
