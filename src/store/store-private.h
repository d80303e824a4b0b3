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
	bool broken; /* a disk failed: nothing that was written is sure */
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
	"d.claimed_by, d.followups, d.near_id, d.hold_until"

enum { STORE_ROW_COUNT = 17 }; /* of them */

void store_row_free(gpointer row);

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

/* --- search (fulltext.c, find.c) --- */

#define STORE_INDEX_COLUMNS                                                                        \
	"rowid, title, body, contributor, asides, files, documents, notes, labels"

#define STORE_INDEX_TABLE                                                                          \
	"CREATE VIRTUAL TABLE draft_fts USING fts5 (title, body, contributor, asides, files, "     \
	"documents, notes, labels, columnsize = 0, tokenize = 'nieuws')"

/* What is found under a draft d, in the order of StorePlace. */
#define STORE_INDEX_SELECT                                                                         \
	"SELECT d.id, d.title, d.lead || char(10) || d.body, d.sender_name || ' ' || "             \
	"d.sender_address || ' ' || d.sender_organisation || ' ' || coalesce(d.original_name, "    \
	"'') "                                                                                     \
	"|| ' ' || coalesce(d.original_address, '') || ' ' || d.original_organisation, "           \
	"(SELECT group_concat(text, char(10)) FROM aside WHERE draft_id = d.id AND kind != "       \
	"'other_source' AND restored = 0), "                                                       \
	"(SELECT group_concat(a.filename || ' ' || a.caption || ' ' || a.credit || ' ' || a.alt, " \
	"char(10)) FROM submission s JOIN attachment a ON a.submission_id = s.id WHERE "           \
	"s.draft_id = d.id AND a.role NOT IN ('logo', 'signature')), "                             \
	"(SELECT group_concat(text, char(10)) FROM aside WHERE draft_id = d.id AND kind = "        \
	"'other_source' AND restored = 0), "                                                       \
	"(SELECT group_concat(text, char(10)) FROM note WHERE draft_id = d.id AND withdrawn_at = " \
	"0), d.tags || char(10) || d.category || char(10) || d.proposed_tags || char(10) || "      \
	"d.places FROM draft d"

/* Tokenizer and functions of this connection. */
bool store_fulltext_register(Store *store, GError **error);

/* Writes the row of draft_fts anew from what the tables hold: after every change of them. */
bool store_index_draft(Store *store, gint64 draft_id, GError **error);

/* The function looks_of(text). */
bool store_known_register(Store *store, GError **error);

/* --- near-duplicates (near.c) --- */

/* The functions near_sketch(text...) and near_band(sketch, id, number), for migrations. */
bool store_near_register(Store *store, GError **error);

/* The sketch of a new draft; nothing for a text too short to tell. */
bool store_near_keep(Store *store, gint64 draft_id, const Draft *draft, GError **error);

/* Plain fields of records as columns, in the order of the record's table. */
bool store_insert_records(Store *store, const char *sql, const RecordType *type,
	const GPtrArray *list, gint64 owner, GError **error);
bool store_load_records(Store *store, const char *sql, const RecordType *type, GPtrArray *list,
	gint64 owner, GError **error);

/* How like a text is to a kept draft, 0 when either is too short. */
bool store_near_to(
	Store *store, const Draft *draft, gint64 draft_id, double *ret_likeness, GError **error);

/* --- follow-ups (follow.c) --- */

typedef struct {
	gint64 draft_id; /* that the mail belongs to; 0: to none */
	const char *why; /* "reply", "reference", "like" */
	gint64 near_id; /* a draft that it is nearly, where it belongs to none */
} StoreFollow;

bool store_follow_find(Store *store, const StoreKeep *keep, const char *contributor,
	StoreFollow *ret_follow, GError **error);

/* Photos in the mail that the draft has not: before its attachments are written. */
bool store_follow_photos(
	Store *store, const StoreKeep *keep, gint64 draft_id, gint64 *ret_count, GError **error);

/* The proposal of a joined submission and its event. *ret_waits: somebody has to decide on it. */
bool store_follow_propose(Store *store, const StoreKeep *keep, const StoreFollow *follow,
	gint64 submission_id, gint64 new_photos, bool *ret_waits, GError **error);
bool store_follow_count(Store *store, gint64 draft_id, GError **error);

/* A row of submission, number, sha256, filename, alt, caption, credit as a Picture. */
void store_add_received(sqlite3_stmt *stmt, GPtrArray *pictures);

/* "KON-2026-0043", the next of its year. To g_free. */
bool store_next_reference(Store *store, gint64 at, char **ret_reference, GError **error);
