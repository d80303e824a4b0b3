/* What the files of the store share: statements by their text, values by a short format. Private to
 * store. */
#pragma once

#include <sqlite3.h>

#include "base.h"
#include "store.h"

struct Store {
	sqlite3 *db;
	GHashTable *statements; /* SQL literal (by address) to sqlite3_stmt * */
	char *reference;
	const char *place; /* where the open transaction began; NULL: none */
};

/* The error of the last call on the connection as a GError: LATER for busy, full and I/O, MESSAGE
 * for a refused row. */
bool store_refuse(Store *store, const char *doing, GError **error);

/* A reset statement with values bound: s text, i gint64, 0 NULL. sql must be a literal. NULL on
 * failure. */
sqlite3_stmt *store_query(Store *store, GError **error, const char *sql, const char *format, ...);

/* 1 a row, 0 none (statement reset), -1 failed. */
int store_step(Store *store, sqlite3_stmt *stmt, GError **error);

/* Runs a statement that gives no rows. */
bool store_run(Store *store, GError **error, const char *sql, const char *format, ...);

/* One number, or otherwise when there is no row. */
bool store_number(Store *store, gint64 otherwise, gint64 *ret, GError **error, const char *sql,
	const char *format, ...);

/* Columns as owned values; NULL columns are "". */
char *store_text(sqlite3_stmt *stmt, int column);
gint64 store_int(sqlite3_stmt *stmt, int column);

/* A draft row as lists have it, of a draft d. */
#define STORE_ROW_COLUMNS                                                                          \
	"d.id, d.created_at, d.words, d.photos, d.embargo_at, d.warnings, d.duplicates, d.trust, " \
	"d.reference, d.state, "                                                                   \
	"d.title, CASE WHEN d.original_address != '' THEN d.original_name ELSE d.sender_name "     \
	"END, "                                                                                    \
	"CASE WHEN d.original_address != '' THEN d.original_address ELSE d.sender_address END, "   \
	"d.claimed_by"

/* The contributor of a draft d, as indexed. */
#define STORE_CONTRIBUTOR                                                                          \
	"lower(CASE WHEN d.original_address != '' THEN d.original_address ELSE "                   \
	"d.sender_address END)"

/* The rows of a query that begins with STORE_ROW_COLUMNS; NULL stmt: NULL. */
GPtrArray *store_rows(Store *store, sqlite3_stmt *stmt, GError **error);

/* A row of plain columns into a record, from this column on. */
void store_read_record(sqlite3_stmt *stmt, int column, const RecordType *type, void *record);

/* Strings without line ends as one column, and back. To g_free. */
char *store_join_lines(const GPtrArray *lines);
void store_split_lines(const char *text, GPtrArray *lines);

bool store_migrate(Store *store, GError **error);

/* Plain fields of records as columns, in the order of the record's table. */
bool store_insert_records(Store *store, const char *sql, const RecordType *type,
	const GPtrArray *list, gint64 owner, GError **error);
bool store_load_records(Store *store, const char *sql, const RecordType *type, GPtrArray *list,
	gint64 owner, GError **error);
