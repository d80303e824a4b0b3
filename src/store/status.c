/* The books, and what waits. */
#include "store-private.h"

static void
folder_free(gpointer data)
{
	StoreFolder *folder = data;

	g_free(folder->mailbox);
	g_free(folder->folder);
	g_free(folder->trouble);
	g_free(folder);
}

static StoreFolder *
read_folder(sqlite3_stmt *stmt)
{
	StoreFolder *folder = g_new0(StoreFolder, 1);

	folder->mailbox = store_text(stmt, 0);
	folder->folder = store_text(stmt, 1);
	folder->trouble = store_text(stmt, 2);
	folder->uidvalidity = store_int(stmt, 3);
	folder->server = store_int(stmt, 4);
	folder->last_look_at = store_int(stmt, 5);
	folder->counted_at = store_int(stmt, 6);
	return folder;
}

/* Only what is still on the server counts: kept + quarantined + waiting = server. */
static bool
read_folders(Store *store, StoreStatus *status, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT f.mailbox, f.folder, f.trouble, f.uidvalidity, f.server, f.last_look_at, "
		"f.counted_at, coalesce(sum(outcome != 'quarantined'), 0), coalesce(sum(outcome = "
		"'quarantined'), 0), coalesce(sum(acked_at = 0), 0) "
		"FROM folder f LEFT JOIN ledger l ON l.mailbox = f.mailbox AND l.folder = f.folder "
		"AND l.uidvalidity = f.uidvalidity AND gone = 0 "
		"GROUP BY f.mailbox, f.folder ORDER BY f.mailbox, f.folder",
		"");
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0) {
		StoreFolder *folder = read_folder(stmt);

		folder->kept = store_int(stmt, 7);
		folder->quarantined = store_int(stmt, 8);
		folder->untold = store_int(stmt, 9);
		folder->waiting = folder->server - folder->kept - folder->quarantined;
		g_ptr_array_add(status->folders, folder);
	}
	return stepped == 0;
}

static bool
read_counts(Store *store, StoreStatus *s, GError **error)
{
	return store_number(store, 0, &s->drafts, error, "SELECT count(*) FROM draft", "") &&
	       store_number(store, 0, &s->fresh, error,
		       "SELECT count(*) FROM draft WHERE state = 'new'", "") &&
	       store_number(store, 0, &s->in_review, error,
		       "SELECT count(*) FROM draft WHERE state = 'in_review'", "") &&
	       store_number(store, 0, &s->approved, error,
		       "SELECT count(*) FROM draft WHERE state = 'approved'", "") &&
	       store_number(store, 0, &s->published, error,
		       "SELECT count(*) FROM draft WHERE state = 'published'", "") &&
	       store_number(store, 0, &s->hold, error,
		       "SELECT count(*) FROM draft WHERE state = 'hold'", "") &&
	       store_number(store, 0, &s->rejected, error,
		       "SELECT count(*) FROM draft WHERE state = 'rejected'", "") &&
	       store_number(store, 0, &s->spam, error,
		       "SELECT count(*) FROM draft WHERE state = 'spam'", "") &&
	       store_number(
		       store, 0, &s->submissions, error, "SELECT count(*) FROM submission", "") &&
	       store_number(store, 0, &s->quarantined, error,
		       "SELECT count(*) FROM quarantine WHERE resolved_at = 0", "") &&
	       store_number(store, 0, &s->outbox_waiting, error,
		       "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')", "") &&
	       store_number(store, 0, &s->outbox_oldest, error,
		       "SELECT coalesce(min(created_at), 0) FROM outbox WHERE state IN ('waiting', "
		       "'sending')",
		       "") &&
	       store_number(store, 0, &s->outbox_failed, error,
		       "SELECT count(*) FROM outbox WHERE state = 'failed'", "") &&
	       store_number(store, 0, &s->outbox_sent, error,
		       "SELECT count(*) FROM outbox WHERE state = 'sent'", "");
}

StoreStatus *
store_status(Store *store, GError **error)
{
	g_autoptr(StoreStatus) status = g_new0(StoreStatus, 1);

	status->folders = g_ptr_array_new_with_free_func(folder_free);
	status->alarms = store_alarm_list(store, true, 100, error);
	if (status->alarms == NULL || !read_folders(store, status, error) ||
		!read_counts(store, status, error))
		return NULL;
	return g_steal_pointer(&status);
}

/* Without counting the ledger. */
GPtrArray *
store_folders(Store *store, GError **error)
{
	g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func(folder_free);
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT mailbox, folder, trouble, uidvalidity, server, last_look_at, counted_at "
		"FROM folder ORDER BY mailbox, folder",
		"");
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		g_ptr_array_add(folders, read_folder(stmt));
	return stepped == 0 ? g_steal_pointer(&folders) : NULL;
}

bool
store_books_open(Store *store, const char *mailbox, gint64 *ret_waiting, GError **error)
{
	return store_number(store, 0, ret_waiting, error,
		"SELECT coalesce(sum(server - (SELECT count(*) FROM ledger l WHERE l.mailbox = "
		"f.mailbox AND l.folder = f.folder AND l.uidvalidity = f.uidvalidity AND gone = "
		"0)), 0) FROM folder f WHERE mailbox = ?1",
		"s", mailbox);
}

StoreStatus *
store_glance(Store *store, GError **error)
{
	g_autoptr(StoreStatus) s = g_new0(StoreStatus, 1);

	s->folders = store_folders(store, error);
	s->alarms = s->folders != NULL ? store_alarm_list(store, true, 100, error) : NULL;
	if (s->alarms == NULL ||
		!store_number(
			store, 0, &s->drafts, error, "SELECT EXISTS (SELECT 1 FROM draft)", "") ||
		!store_number(store, 0, &s->quarantined, error,
			"SELECT count(*) FROM quarantine WHERE resolved_at = 0", "") ||
		!store_number(store, 0, &s->outbox_waiting, error,
			"SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')", "") ||
		!store_number(store, 0, &s->outbox_failed, error,
			"SELECT count(*) FROM outbox WHERE state = 'failed'", ""))
		return NULL;
	return g_steal_pointer(&s);
}

void
store_status_free(StoreStatus *status)
{
	if (status == NULL)
		return;
	if (status->folders != NULL)
		g_ptr_array_unref(status->folders);
	if (status->alarms != NULL)
		g_ptr_array_unref(status->alarms);
	g_free(status);
}

/* --- quarantine
 * -----------------------------------------------------------------------------------------------
 */

static StoreQuarantine *
read_entry(sqlite3_stmt *stmt)
{
	StoreQuarantine *entry = g_new0(StoreQuarantine, 1);

	entry->id = store_int(stmt, 0);
	entry->at = store_int(stmt, 1);
	entry->attempts = store_int(stmt, 2);
	entry->size = store_int(stmt, 3);
	entry->sha256 = store_text(stmt, 4);
	entry->path = store_text(stmt, 5);
	entry->reason = store_text(stmt, 6);
	entry->mailbox = store_text(stmt, 7);
	entry->resolved = store_int(stmt, 8) != 0;
	return entry;
}

void
store_quarantine_free(StoreQuarantine *entry)
{
	if (entry == NULL)
		return;
	g_free(entry->sha256);
	g_free(entry->path);
	g_free(entry->reason);
	g_free(entry->mailbox);
	g_free(entry);
}

#define ENTRY_COLUMNS "id, at, attempts, size, sha256, path, reason, mailbox, resolved_at"

GPtrArray *
store_quarantine_list(Store *store, bool resolved_too, GError **error)
{
	g_autoptr(GPtrArray) list =
		g_ptr_array_new_with_free_func((GDestroyNotify)store_quarantine_free);
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT " ENTRY_COLUMNS " FROM quarantine WHERE resolved_at = 0 OR ?1 ORDER BY id",
		"i", (gint64)resolved_too);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		g_ptr_array_add(list, read_entry(stmt));
	return stepped == 0 ? g_steal_pointer(&list) : NULL;
}

StoreQuarantine *
store_quarantine_get(Store *store, gint64 id, GError **error)
{
	sqlite3_stmt *stmt = store_query(
		store, error, "SELECT " ENTRY_COLUMNS " FROM quarantine WHERE id = ?1", "i", id);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;
	StoreQuarantine *entry = NULL;

	if (stepped > 0) {
		entry = read_entry(stmt);
		sqlite3_reset(stmt);
	} else if (stepped == 0) {
		nieuws_fail(error, NIEUWS_NOT_FOUND,
			"there is no mail %" G_GINT64_FORMAT
			" in quarantine; see nieuws quarantine",
			id);
	}
	return entry;
}
