/* A copy of the whole database while others write, and which raw mails it speaks of. */
#include <string.h>

#include "store-private.h"

static bool
answers_ok(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	bool good = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
		    sqlite3_step(stmt) == SQLITE_ROW &&
		    g_strcmp0((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;

	sqlite3_finalize(stmt);
	return good;
}

bool
store_sound(Store *store, GError **error)
{
	return answers_ok(store->db, "PRAGMA integrity_check") ||
	       nieuws_fail(error, NIEUWS_INTERNAL,
		       "the database is damaged: integrity_check does not say ok");
}

/* One step: within our read transaction the pages are those of one moment, and writers of a WAL
 * wait for no reader. A copy in several steps would begin anew whenever somebody writes. */
static bool
copy_pages(Store *store, sqlite3 *to, GError **error)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", store->db, "main");
	int code = backup != NULL ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(to);

	if (backup != NULL && sqlite3_backup_finish(backup) == SQLITE_OK && code == SQLITE_DONE)
		return true;
	return nieuws_fail(
		error, NIEUWS_LATER, "the database cannot be copied: %s", sqlite3_errmsg(to));
}

/* Without a WAL of its own: one file is all of it. */
static bool
finish_copy(sqlite3 *to, GError **error)
{
	if (sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) != SQLITE_OK)
		return nieuws_fail(error, NIEUWS_LATER, "the copy of the database fails: %s",
			sqlite3_errmsg(to));
	return answers_ok(to, "PRAGMA integrity_check") ||
	       nieuws_fail(error, NIEUWS_INTERNAL,
		       "the copy of the database is not sound: the database itself may be "
		       "damaged, or the disk of the backup");
}

static bool
copy_to(Store *store, const char *path, GError **error)
{
	sqlite3 *to = NULL;
	bool good;

	if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
		SQLITE_OK) {
		nieuws_fail(error, NIEUWS_INPUT, "cannot write %s: %s", path, sqlite3_errmsg(to));
		sqlite3_close(to);
		return false;
	}
	good = copy_pages(store, to, error) && finish_copy(to, error);
	sqlite3_close(to);
	return good;
}

GPtrArray *
store_copy(Store *store, const char *path, GError **error)
{
	g_autoptr(GPtrArray) list = NULL;
	bool good;

	if (!store_run(store, error, "BEGIN", ""))
		return NULL;
	list = store_raw_list(store, error);
	good = list != NULL && copy_to(store, path, error);
	store_rollback(store);
	return good ? g_steal_pointer(&list) : NULL;
}
