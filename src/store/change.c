/* Where a draft stands, who did what to it, and notes: the light writes of the desk. */
#include <stdlib.h>

#include "store-private.h"

#define STRING(f)                                                                                  \
	{                                                                                          \
#f, FIELD_STRING, offsetof(StoreStanding, f), NULL, NULL                           \
	}
#define INT(f)                                                                                     \
	{                                                                                          \
#f, FIELD_INT, offsetof(StoreStanding, f), NULL, NULL                              \
	}

static const Field standing_fields[] = {INT(version), INT(turn), STRING(state), STRING(claimed_by),
	INT(claimed_at), INT(hold_until), STRING(reason), STRING(decided_by), INT(decided_at),
	INT(published_at), STRING(published_url), INT(merged_into),
	{NULL, FIELD_INT, 0, NULL, NULL}};
const RecordType store_standing_type = {"standing", sizeof(StoreStanding), standing_fields};

StoreStanding *
store_standing_get(Store *store, gint64 draft_id, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT version, turn, state, claimed_by, claimed_at, hold_until, reason, "
		"decided_by, decided_at, published_at, published_url, merged_into FROM draft WHERE "
		"id = ?1",
		"i", draft_id);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;
	StoreStanding *standing;

	if (stepped == 0)
		nieuws_fail(error, NIEUWS_NOT_FOUND,
			"there is no draft %" G_GINT64_FORMAT "; see nieuws list", draft_id);
	if (stepped <= 0)
		return NULL;
	standing = record_new(&store_standing_type);
	store_read_record(stmt, 0, &store_standing_type, standing);
	sqlite3_reset(stmt);
	return standing;
}

bool
store_standing_put(Store *store, gint64 draft_id, StoreStanding *standing, GError **error)
{
	standing->turn++;
	return store_run(store, error,
		"UPDATE draft SET turn = ?2, state = ?3, claimed_by = ?4, claimed_at = ?5, "
		"hold_until = ?6, reason = ?7, decided_by = ?8, decided_at = ?9, published_at = "
		"?10, published_url = ?11, merged_into = ?12, updated_at = ?13 WHERE id = ?1",
		"iissiissiisii", draft_id, standing->turn, standing->state, standing->claimed_by,
		standing->claimed_at, standing->hold_until, standing->reason, standing->decided_by,
		standing->decided_at, standing->published_at, standing->published_url,
		standing->merged_into, when_now());
}

bool
store_draft_reference(Store *store, gint64 id, char **ret_reference, GError **error)
{
	sqlite3_stmt *stmt =
		store_query(store, error, "SELECT reference FROM draft WHERE id = ?1", "i", id);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;

	if (stepped == 0)
		return nieuws_fail(error, NIEUWS_NOT_FOUND,
			"there is no draft %" G_GINT64_FORMAT "; see nieuws list", id);
	if (stepped < 0)
		return false;
	*ret_reference = store_text(stmt, 0);
	sqlite3_reset(stmt);
	return true;
}

/* --- steps
 * ----------------------------------------------------------------------------------------------------
 */

static char *
standing_text(const StoreStanding *standing)
{
	json_t *object = record_to_json(&store_standing_type, standing);
	char *dumped = json_dumps(object, JSON_COMPACT);
	char *text = g_strdup(dumped);

	free(dumped);
	json_decref(object);
	return text;
}

bool
store_step_add(Store *store, gint64 draft_id, const char *who, const char *verb,
	const StoreStanding *before, const char *extra, gint64 after_turn, gint64 *ret_id,
	GError **error)
{
	g_autofree char *text = standing_text(before);

	if (!store_run(store, error,
		    "INSERT INTO step (draft_id, at, who, verb, before, extra, after_turn) VALUES "
		    "(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		    "iissssi", draft_id, when_now(), who, verb, text, extra, after_turn))
		return false;
	if (ret_id != NULL)
		*ret_id = sqlite3_last_insert_rowid(store->db);
	return true;
}

void
store_step_free(StoreStep *step)
{
	if (step == NULL)
		return;
	g_free(step->who);
	g_free(step->verb);
	g_free(step->extra);
	store_standing_free(step->before);
	g_free(step);
}

static StoreStep *
read_step(Store *store, sqlite3_stmt *stmt, GError **error)
{
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;
	json_t *before;
	StoreStep *step;

	if (stepped <= 0)
		return NULL;
	step = g_new0(StoreStep, 1);
	step->id = store_int(stmt, 0);
	step->draft_id = store_int(stmt, 1);
	step->at = store_int(stmt, 2);
	step->after_turn = store_int(stmt, 3);
	step->who = store_text(stmt, 4);
	step->verb = store_text(stmt, 5);
	step->extra = store_text(stmt, 6);
	before = json_loads((const char *)sqlite3_column_text(stmt, 7), 0, NULL);
	step->before = record_from_json(&store_standing_type, before);
	json_decref(before);
	sqlite3_reset(stmt);
	return step;
}

#define STEP_COLUMNS "id, draft_id, at, after_turn, who, verb, extra, before"

StoreStep *
store_step_last(Store *store, const char *who, gint64 draft_id, GError **error)
{
	if (draft_id > 0)
		return read_step(store,
			store_query(store, error,
				"SELECT " STEP_COLUMNS " FROM step WHERE draft_id = ?1 AND who = "
				"?2 AND undone_at = 0 ORDER BY id DESC LIMIT 1",
				"is", draft_id, who),
			error);
	return read_step(store,
		store_query(store, error,
			"SELECT " STEP_COLUMNS " FROM step WHERE who = ?1 AND undone_at = 0 ORDER "
			"BY id DESC LIMIT 1",
			"s", who),
		error);
}

StoreStep *
store_step_newest(Store *store, gint64 draft_id, GError **error)
{
	return read_step(store,
		store_query(store, error,
			"SELECT " STEP_COLUMNS " FROM step WHERE draft_id = ?1 AND undone_at = 0 "
			"AND verb != 'note' ORDER BY id DESC LIMIT 1",
			"i", draft_id),
		error);
}

bool
store_step_undone(Store *store, gint64 step_id, GError **error)
{
	return store_run(store, error, "UPDATE step SET undone_at = ?2 WHERE id = ?1", "ii",
		step_id, when_now());
}

/* --- notes
 * ----------------------------------------------------------------------------------------------------
 */

bool
store_note_add(Store *store, gint64 draft_id, const char *who, const char *text, gint64 *ret_number,
	GError **error)
{
	return store_number(store, 0, ret_number, error,
		       "SELECT coalesce(max(number), 0) + 1 FROM note WHERE draft_id = ?1", "i",
		       draft_id) &&
	       store_run(store, error,
		       "INSERT INTO note (draft_id, number, at, who, text) VALUES (?1, ?2, ?3, ?4, "
		       "?5)",
		       "iiiss", draft_id, *ret_number, when_now(), who, text) &&
	       store_index_draft(store, draft_id, error);
}

bool
store_note_withdraw(Store *store, gint64 draft_id, gint64 number, GError **error)
{
	return store_run(store, error,
		       "UPDATE note SET withdrawn_at = ?3 WHERE draft_id = ?1 AND number = ?2",
		       "iii", draft_id, number, when_now()) &&
	       store_index_draft(store, draft_id, error);
}

static void
note_free(gpointer data)
{
	StoreNote *note = data;

	g_free(note->who);
	g_free(note->text);
	g_free(note);
}

GPtrArray *
store_note_list(Store *store, gint64 draft_id, GError **error)
{
	g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(note_free);
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT number, at, who, text FROM note WHERE draft_id = ?1 AND withdrawn_at = 0 "
		"ORDER BY number",
		"i", draft_id);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0) {
		StoreNote *note = g_new0(StoreNote, 1);

		note->number = store_int(stmt, 0);
		note->at = store_int(stmt, 1);
		note->who = store_text(stmt, 2);
		note->text = store_text(stmt, 3);
		g_ptr_array_add(notes, note);
	}
	return stepped == 0 ? g_steal_pointer(&notes) : NULL;
}
