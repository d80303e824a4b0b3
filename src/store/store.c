#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "store-private.h"

enum { BUSY_MS = 10000, PAGES_BEFORE_CHECKPOINT = 4000, CACHE_KIB = 16000 };

/* A failed sync is final; other trouble of the disk passes where its cause is want of room. */
static NieuwsErrorCode
kind_of_io(int extended, int errnum)
{
	switch (extended) {
	case SQLITE_IOERR_FSYNC:
	case SQLITE_IOERR_DIR_FSYNC:
		return NIEUWS_DISK;
	case SQLITE_IOERR_NOMEM:
		return NIEUWS_LATER;
	default:
		break;
	}
	switch (errnum) {
	case ENOSPC:
	case EDQUOT:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return NIEUWS_LATER;
	default:
		return NIEUWS_DISK;
	}
}

/* The same call says that a file may not be opened, and that it cannot be just now. */
static NieuwsErrorCode
kind_of_open(int errnum)
{
	switch (errnum) {
	case EACCES:
	case EPERM:
	case EROFS:
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
	case ELOOP:
		return NIEUWS_CONFIG;
	case EIO:
		return NIEUWS_DISK;
	default:
		return errnum != 0 ? NIEUWS_LATER : NIEUWS_CONFIG;
	}
}

bool
store_refuse(Store *store, const char *doing, GError **error)
{
	int code = sqlite3_extended_errcode(store->db);
	g_autofree char *text = g_strdup(sqlite3_errmsg(store->db));
	int errnum = sqlite3_system_errno(store->db);
	NieuwsErrorCode kind = NIEUWS_INTERNAL;

	switch (code & 0xff) {
	case SQLITE_IOERR:
		kind = kind_of_io(code, errnum);
		break;
	case SQLITE_CANTOPEN:
		kind = kind_of_open(errnum);
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return nieuws_fail(error, NIEUWS_INTERNAL,
			"the database is damaged (%s); nieuws fsck says where", text);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_FULL:
	case SQLITE_NOMEM:
		kind = NIEUWS_LATER;
		break;
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
		kind = NIEUWS_MESSAGE;
		break;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		kind = NIEUWS_CONFIG;
		break;
	default:
		break;
	}
	store->broken = store->broken || kind == NIEUWS_DISK;
	if ((code & 0xff) == SQLITE_IOERR && kind == NIEUWS_LATER)
		return nieuws_fail(error, kind, "the database cannot %s: %s", doing,
			g_strerror(errnum != 0 ? errnum : ENOMEM));
	return nieuws_fail(error, kind, "the database cannot %s: %s", doing, text);
}

/* --- statements
 * -----------------------------------------------------------------------------------------------
 */

static sqlite3_stmt *
prepare(Store *store, const char *sql, GError **error)
{
	sqlite3_stmt *stmt = g_hash_table_lookup(store->statements, sql);

	if (stmt != NULL) {
		sqlite3_reset(stmt);
		return stmt;
	}
	if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
		SQLITE_OK) {
		store_refuse(store, "understand a query", error);
		return NULL;
	}
	g_hash_table_insert(store->statements, (gpointer)(guintptr)sql, stmt);
	return stmt;
}

/* Texts are copied only where the statement outlives the call. */
static void
bind(sqlite3_stmt *stmt, sqlite3_destructor_type copy, const char *format, va_list args)
{
	for (int i = 1; *format != '\0'; format++, i++) {
		const char *text;

		switch (*format) {
		case 'i':
			sqlite3_bind_int64(stmt, i, va_arg(args, gint64));
			break;
		case 's':
			text = va_arg(args, const char *);
			sqlite3_bind_text(stmt, i, text != NULL ? text : "", -1, copy);
			break;
		default:
			sqlite3_bind_null(stmt, i);
			break;
		}
	}
}

sqlite3_stmt *
store_query(Store *store, GError **error, const char *sql, const char *format, ...)
{
	sqlite3_stmt *stmt = prepare(store, sql, error);
	va_list args;

	if (stmt == NULL)
		return NULL;
	va_start(args, format);
	bind(stmt, SQLITE_TRANSIENT, format, args);
	va_end(args);
	return stmt;
}

int
store_step(Store *store, sqlite3_stmt *stmt, GError **error)
{
	int code = sqlite3_step(stmt);

	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		store_refuse(store, "do this", error);
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? 0 : -1;
}

bool
store_run(Store *store, GError **error, const char *sql, const char *format, ...)
{
	sqlite3_stmt *stmt = prepare(store, sql, error);
	va_list args;
	int stepped;

	if (stmt == NULL)
		return false;
	va_start(args, format);
	bind(stmt, SQLITE_STATIC, format, args);
	va_end(args);
	while ((stepped = store_step(store, stmt, error)) > 0)
		continue;
	return stepped == 0;
}

bool
store_number(Store *store, gint64 otherwise, gint64 *ret, GError **error, const char *sql,
	const char *format, ...)
{
	sqlite3_stmt *stmt = prepare(store, sql, error);
	va_list args;
	int stepped;

	if (stmt == NULL)
		return false;
	va_start(args, format);
	bind(stmt, SQLITE_STATIC, format, args);
	va_end(args);
	stepped = store_step(store, stmt, error);
	if (stepped < 0)
		return false;
	*ret = stepped > 0 ? sqlite3_column_int64(stmt, 0) : otherwise;
	sqlite3_reset(stmt);
	return true;
}

bool
store_data_version(Store *store, gint64 *ret_version, GError **error)
{
	return store_number(store, 0, ret_version, error, "PRAGMA data_version", "");
}

char *
store_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return g_strdup(text != NULL ? text : "");
}

gint64
store_int(sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt, column);
}

/* --- opening
 * --------------------------------------------------------------------------------------------------
 */

/* A pragma that does not take must not go unnoticed. */
static bool
expect_pragma(Store *store, const char *sql, const char *expected, GError **error)
{
	sqlite3_stmt *stmt = NULL;
	bool good = false;

	if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return store_refuse(store, "set itself up", error);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		good = strcmp((const char *)sqlite3_column_text(stmt, 0), expected) == 0;
	/* Its row comes before its write to the disk. */
	if (good && sqlite3_step(stmt) != SQLITE_DONE)
		good = store_refuse(store, "set itself up", error);
	else if (!good)
		store_refuse(store, "set itself up (it needs a local file system)", error);
	sqlite3_finalize(stmt);
	return good;
}

static bool
execute(Store *store, const char *sql, GError **error)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       store_refuse(store, "set itself up", error);
}

static bool
set_up(Store *store, StoreMode mode, GError **error)
{
	g_autofree char *tuning =
		g_strdup_printf("PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=%d; "
				"PRAGMA cache_size=-%d; PRAGMA temp_store=MEMORY;",
			PAGES_BEFORE_CHECKPOINT, CACHE_KIB);

	sqlite3_busy_timeout(store->db, BUSY_MS);
	sqlite3_extended_result_codes(store->db, 0);
	if (!store_fulltext_register(store, error) || !store_near_register(store, error) ||
		!store_known_register(store, error))
		return false;
	if (mode == STORE_READ)
		return store_migrate(store, error) && execute(store, "PRAGMA query_only=ON", error);
	return expect_pragma(store, "PRAGMA journal_mode=WAL", "wal", error) &&
	       execute(store, "PRAGMA synchronous=FULL", error) &&
	       expect_pragma(store, "PRAGMA synchronous", "2", error) &&
	       execute(store, tuning, error) && store_migrate(store, error);
}

static void
finalize(gpointer stmt)
{
	sqlite3_finalize(stmt);
}

/* SQLite would make it 0644, and its journals after it: editors of the group write too. */
static bool
make_file(const char *path, GError **error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);

	if (fd < 0)
		return nieuws_fail_errno(
			error, NIEUWS_CONFIG, errno, "the database cannot be opened");
	close(fd);
	return true;
}

Store *
store_open(const char *path, StoreMode mode, GError **error)
{
	g_autoptr(Store) store = NULL;
	/* A reader also opens for writing: WAL needs its shared memory; query_only keeps it from
	 * changing anything. */
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		    (mode == STORE_WRITE ? SQLITE_OPEN_CREATE : 0);

	if (mode == STORE_READ && !g_file_test(path, G_FILE_TEST_EXISTS)) {
		nieuws_fail(error, NIEUWS_NOT_FOUND,
			"there are no drafts yet: nieuwsd has not run here (looked for %s); start "
			"it, or see nieuws check",
			path);
		return NULL;
	}
	if (mode == STORE_WRITE && !make_file(path, error))
		return NULL;
	store = g_new0(Store, 1);
	store->statements = g_hash_table_new_full(NULL, NULL, NULL, finalize);
	store->reference = g_strdup("NWS");
	if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK) {
		store_refuse(store, "be opened", error);
		return NULL;
	}
	if (!set_up(store, mode, error))
		return NULL;
	return g_steal_pointer(&store);
}

void
store_close(Store *store)
{
	if (store == NULL)
		return;
	g_hash_table_unref(store->statements);
	/* Closing would sync again what could not be synced. The next to open it looks at the log.
	 */
	if (store->broken)
		sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_close(store->db);
	g_free(store->reference);
	g_free(store);
}

void
store_set_reference(Store *store, const char *prefix)
{
	record_set(&store->reference, prefix);
}

void
store_set_synchronous(Store *store, bool sync)
{
	execute(store, sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF", NULL);
}

/* --- transactions
 * --------------------------------------------------------------------------------------------- */

bool
store_begin_at(Store *store, const char *place, GError **error)
{
	if (store->place != NULL)
		return nieuws_fail(error, NIEUWS_INTERNAL,
			"a transaction of %s is still open at %s", store->place, place);
	if (!store_run(store, error, "BEGIN IMMEDIATE", ""))
		return false;
	store->place = place;
	return true;
}

bool
store_commit(Store *store, GError **error)
{
	if (!store_run(store, error, "COMMIT", ""))
		return false;
	store->place = NULL;
	return true;
}

void
store_rollback(Store *store)
{
	/* SQLite may have rolled back already (disk full): then there is nothing left to do. */
	if (!sqlite3_get_autocommit(store->db))
		store_run(store, NULL, "ROLLBACK", "");
	store->place = NULL;
}

bool
store_savepoint(Store *store, GError **error)
{
	return store_run(store, error, "SAVEPOINT mail", "");
}

bool
store_release(Store *store, GError **error)
{
	return store_run(store, error, "RELEASE mail", "");
}

bool
store_rollback_to(Store *store, GError **error)
{
	return store_run(store, error, "ROLLBACK TO mail", "") &&
	       store_run(store, error, "RELEASE mail", "");
}

/* --- lists of strings in one column
 * ----------------------------------------------------------------------------- */

char *
store_join_lines(const GPtrArray *lines)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < lines->len; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "", (char *)lines->pdata[i]);
	return g_string_free(text, FALSE);
}

void
store_split_lines(const char *text, GPtrArray *lines)
{
	g_auto(GStrv) parts = g_strsplit(text, "\n", -1);

	for (char **part = parts; *part != NULL; part++)
		if (**part != '\0')
			g_ptr_array_add(lines, g_strdup(*part));
}

/* --- records as rows
 * ------------------------------------------------------------------------------------------ */

static void
bind_field(sqlite3_stmt *stmt, int i, const Field *field, const void *record)
{
	const char *at = (const char *)record + field->offset;

	switch (field->type) {
	case FIELD_STRING:
		sqlite3_bind_text(stmt, i, *(char *const *)(const void *)at, -1, SQLITE_STATIC);
		break;
	case FIELD_INT:
		sqlite3_bind_int64(stmt, i, *(const gint64 *)(const void *)at);
		break;
	case FIELD_BOOL:
		sqlite3_bind_int(stmt, i, *(const bool *)at);
		break;
	case FIELD_ENUM:
		sqlite3_bind_text(
			stmt, i, field->names[*(const int *)(const void *)at], -1, SQLITE_STATIC);
		break;
	default:
		g_assert_not_reached();
	}
}

bool
store_insert_records(Store *store, const char *sql, const RecordType *type, const GPtrArray *list,
	gint64 owner, GError **error)
{
	for (guint n = 0; n < list->len; n++) {
		sqlite3_stmt *stmt = prepare(store, sql, error);
		int i = 3;

		if (stmt == NULL)
			return false;
		sqlite3_bind_int64(stmt, 1, owner);
		sqlite3_bind_int64(stmt, 2, n);
		for (const Field *field = type->fields; field->name != NULL; field++)
			bind_field(stmt, i++, field, list->pdata[n]);
		if (store_step(store, stmt, error) < 0)
			return false;
	}
	return true;
}

static void
read_field(sqlite3_stmt *stmt, int column, const Field *field, void *record)
{
	char *at = (char *)record + field->offset;
	g_autofree char *text = NULL;

	switch (field->type) {
	case FIELD_STRING:
		g_free(*(char **)(void *)at);
		*(char **)(void *)at = store_text(stmt, column);
		break;
	case FIELD_INT:
		*(gint64 *)(void *)at = store_int(stmt, column);
		break;
	case FIELD_BOOL:
		*(bool *)at = store_int(stmt, column) != 0;
		break;
	case FIELD_ENUM:
		text = store_text(stmt, column);
		for (int i = 0; field->names[i] != NULL; i++)
			if (strcmp(field->names[i], text) == 0)
				*(int *)(void *)at = i;
		break;
	default:
		g_assert_not_reached();
	}
}

void
store_read_record(sqlite3_stmt *stmt, int column, const RecordType *type, void *record)
{
	for (const Field *field = type->fields; field->name != NULL; field++)
		read_field(stmt, column++, field, record);
}

bool
store_load_records(Store *store, const char *sql, const RecordType *type, GPtrArray *list,
	gint64 owner, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error, sql, "i", owner);
	int stepped;

	if (stmt == NULL)
		return false;
	while ((stepped = store_step(store, stmt, error)) > 0) {
		store_read_record(stmt, 0, type, record_append(type, list));
	}
	return stepped == 0;
}
