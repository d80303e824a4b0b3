/* What is still to be told to whom. */
#include <string.h>

#include "store-private.h"

enum {
	FIRST_PAUSE = 300,
	LONGEST_PAUSE = 4000,
	GIVE_UP = 5 * 86400,
	LEAST_ATTEMPTS = 50, /* in five days there are more than a hundred */
	LONGEST_WAIT = 3 * 86400, /* digest, quiet hours and undo together are less */
	CLOCK_SLACK = 300, /* made later than now: the clock was put back */
};

const char *const store_outbox_kind_names[] = {"notice", "receipt", "oversize", "quarantine",
	"placed", "rejected", "told", "assigned", "joined", "followup", "alarm", "alarm-over",
	NULL};

bool
store_outbox_add(Store *store, const StoreOutbox *row, GError **error)
{
	g_autofree char *token = g_strdup_printf("%08x%08x", g_random_int(), g_random_int());

	return store_run(store, error,
		"INSERT OR IGNORE INTO outbox (kind, draft_id, submission_id, quarantine_id, "
		"recipient, editor, token, created_at, due_at, step_id, subject, text) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
		"siiisssiiiss", store_outbox_kind_names[row->kind], row->draft_id,
		row->submission_id, row->quarantine_id, row->recipient, row->editor, token,
		when_now(), row->due_at, row->step_id, row->subject, row->text);
}

static StoreOutboxKind
kind_of(const char *name)
{
	for (int i = 0; store_outbox_kind_names[i] != NULL; i++)
		if (strcmp(store_outbox_kind_names[i], name) == 0)
			return (StoreOutboxKind)i;
	return STORE_OUTBOX_NOTICE;
}

static void
outbox_free(gpointer data)
{
	StoreOutbox *row = data;

	g_free((char *)(guintptr)row->recipient);
	g_free((char *)(guintptr)row->editor);
	g_free((char *)(guintptr)row->token);
	g_free((char *)(guintptr)row->subject);
	g_free((char *)(guintptr)row->text);
	g_free(row);
}

static StoreOutbox *
read_row(sqlite3_stmt *stmt)
{
	StoreOutbox *row = g_new0(StoreOutbox, 1);

	row->id = store_int(stmt, 0);
	row->kind = kind_of((const char *)sqlite3_column_text(stmt, 1));
	row->draft_id = store_int(stmt, 2);
	row->submission_id = store_int(stmt, 3);
	row->quarantine_id = store_int(stmt, 4);
	row->recipient = store_text(stmt, 5);
	row->editor = store_text(stmt, 6);
	row->token = store_text(stmt, 7);
	row->created_at = store_int(stmt, 8);
	row->due_at = store_int(stmt, 9);
	row->attempts = store_int(stmt, 10);
	row->step_id = store_int(stmt, 11);
	row->subject = store_text(stmt, 12);
	row->text = store_text(stmt, 13);
	return row;
}

static bool
read_due(Store *store, gint64 now, guint most, GPtrArray *rows, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT id, kind, draft_id, submission_id, quarantine_id, recipient, editor, "
		"token, created_at, due_at, attempts, step_id, subject, text "
		"FROM outbox WHERE state = 'waiting' AND due_at <= ?1 ORDER BY due_at, id LIMIT ?2",
		"ii", now, (gint64)most);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		g_ptr_array_add(rows, read_row(stmt));
	return stepped == 0;
}

static bool
mark_sending(Store *store, const GPtrArray *rows, GError **error)
{
	for (guint i = 0; i < rows->len; i++)
		if (!store_run(store, error,
			    "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id "
			    "= ?1",
			    "i", ((StoreOutbox *)rows->pdata[i])->id))
			return false;
	return true;
}

/* Looking without the lock first: mostly nothing is due. What is due is read again under it, since
 * an editor may take a mail back in between. */
static bool
claim_rows(Store *store, gint64 now, guint most, GPtrArray *rows, GError **error)
{
	return read_due(store, now, most, rows, error) && mark_sending(store, rows, error) &&
	       store_commit(store, error);
}

GPtrArray *
store_outbox_claim(Store *store, gint64 now, guint most, GError **error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(outbox_free);
	gint64 due = 0;

	if (!store_outbox_next_due(store, &due, error))
		return NULL;
	if (due == 0 || due > now)
		return g_steal_pointer(&rows);
	if (!store_begin(store, error))
		return NULL;
	if (!claim_rows(store, now, most, rows, error)) {
		store_rollback(store);
		return NULL;
	}
	return g_steal_pointer(&rows);
}

bool
store_outbox_cancel(
	Store *store, gint64 step_id, gint64 *ret_cancelled, gint64 *ret_left, GError **error)
{
	if (!store_run(store, error,
		    "UPDATE outbox SET state = 'cancelled', finished_at = ?2 WHERE step_id = ?1 "
		    "AND state = 'waiting'",
		    "ii", step_id, when_now()))
		return false;
	*ret_cancelled = sqlite3_changes64(store->db);
	return store_number(store, 0, ret_left, error,
		"SELECT count(*) FROM outbox WHERE step_id = ?1 AND state != 'cancelled'", "i",
		step_id);
}

bool
store_outbox_recall(Store *store, gint64 draft_id, gint64 *ret_cancelled, GError **error)
{
	if (!store_run(store, error,
		    "UPDATE outbox SET state = 'cancelled', finished_at = ?2 WHERE draft_id = ?1 "
		    "AND kind IN ('placed', 'rejected') AND state = 'waiting'",
		    "ii", draft_id, when_now()))
		return false;
	*ret_cancelled = sqlite3_changes64(store->db);
	return true;
}

bool
store_outbox_revive(Store *store, gint64 draft_id, gint64 due, GError **error)
{
	return store_run(store, error,
		"UPDATE outbox SET state = 'waiting', finished_at = 0, due_at = ?2 WHERE draft_id "
		"= "
		"?1 AND kind IN ('placed', 'rejected') AND state = 'cancelled' AND step_id = "
		"(SELECT max(id) FROM step WHERE draft_id = ?1 AND verb IN ('publish', 'reject') "
		"AND undone_at = 0)",
		"ii", draft_id, due);
}

static bool
try_later(Store *store, gint64 id, const char *reply, gint64 now, GError **error)
{
	/* 300 s doubled with each try, up to LONGEST_PAUSE; then given up GIVE_UP after the row was
	 * made, if there were attempts: a clock that was put forth must not give up all. */
	return store_run(store, error,
		"UPDATE outbox SET state = CASE WHEN ?3 - created_at > ?6 AND attempts >= ?7 THEN "
		"'failed' ELSE 'waiting' END, reply = ?2, "
		"due_at = ?3 + min(?4 << min(attempts - 1, 10), ?5), "
		"finished_at = CASE WHEN ?3 - created_at > ?6 AND attempts >= ?7 THEN ?3 ELSE 0 "
		"END WHERE id = ?1",
		"isiiiii", id, reply, now, (gint64)FIRST_PAUSE, (gint64)LONGEST_PAUSE,
		(gint64)GIVE_UP, (gint64)LEAST_ATTEMPTS);
}

static bool
finish_row(Store *store, gint64 id, StoreSendOutcome outcome, const char *reply, gint64 now,
	GError **error)
{
	if (outcome == STORE_SEND_LATER)
		return try_later(store, id, reply, now, error);
	return store_run(store, error,
		"UPDATE outbox SET state = ?2, reply = ?3, finished_at = ?4 WHERE id = ?1", "issi",
		id, outcome == STORE_SENT ? "sent" : "failed", reply, now);
}

bool
store_outbox_finish(Store *store, gint64 id, StoreSendOutcome outcome, const char *reply,
	gint64 now, GError **error)
{
	/* Within the intake's transaction when one is open, else a transaction of its own. */
	return finish_row(store, id, outcome, reply, now, error);
}

bool
store_outbox_next_due(Store *store, gint64 *ret_due, GError **error)
{
	return store_number(store, 0, ret_due, error,
		"SELECT coalesce(min(due_at), 0) FROM outbox WHERE state = 'waiting'", "");
}

bool
store_outbox_recover(Store *store, GError **error)
{
	return store_run(store, error,
		       "UPDATE outbox SET state = 'waiting' WHERE state = 'sending'", "") &&
	       store_outbox_clock(store, when_now(), error);
}

bool
store_outbox_clock(Store *store, gint64 now, GError **error)
{
	return store_run(store, error,
		"UPDATE outbox SET due_at = CASE WHEN created_at > ?2 THEN max(?1, due_at - "
		"(created_at - ?1)) ELSE ?1 END, created_at = min(created_at, ?1) "
		"WHERE state = 'waiting' AND (created_at > ?2 OR due_at > ?3)",
		"iii", now, now + CLOCK_SLACK, now + LONGEST_WAIT);
}

bool
store_receipt_history(Store *store, const char *address, gint64 now, gint64 *ret_last,
	gint64 *ret_this_hour, GError **error)
{
	return store_number(store, 0, ret_last, error,
		       "SELECT coalesce(max(created_at), 0) FROM outbox WHERE recipient = ?1 AND "
		       "editor = '' AND step_id = 0 AND created_at <= ?2",
		       "si", address, now + CLOCK_SLACK) &&
	       store_number(store, 0, ret_this_hour, error,
		       "SELECT count(*) FROM outbox WHERE editor = '' AND step_id = 0 AND "
		       "created_at > ?1 AND created_at <= ?2",
		       "ii", now - 3600, now + CLOCK_SLACK);
}
