/* store: the database. Uses base, model, SQLite. Every statement is prepared; every table has its
 * own file of queries.
 *
 * WAL with synchronous=FULL: when store_commit returns, the rows survive a power cut. One Store is
 * one connection and belongs to one process; others (the desk) open their own. A busy or full
 * database is NIEUWS_LATER.
 */
#pragma once

#include "model.h"

typedef struct Store Store;

typedef enum {
	STORE_WRITE, /* makes and migrates the database */
	STORE_READ, /* NIEUWS_NOT_FOUND when there is none yet */
} StoreMode;

Store *store_open(const char *path, StoreMode mode, GError **error);
void store_close(Store *store);

/* The prefix of public references (copied). */
void store_set_reference(Store *store, const char *prefix);

/* --- transactions --- */

bool store_begin_at(Store *store, const char *place, GError **error); /* BEGIN IMMEDIATE */
#define store_begin(store, error) store_begin_at(store, G_STRLOC, error)
bool store_commit(Store *store, GError **error);
void store_rollback(Store *store);

/* One mail within the transaction. */
bool store_savepoint(Store *store, GError **error);
bool store_release(Store *store, GError **error);
bool store_rollback_to(Store *store, GError **error);

/* --- keeping (within a transaction) --- */

typedef struct {
	const char *mailbox, *folder; /* mailbox "": by hand, no ledger row */
	gint64 uidvalidity, uid;
	const char *sha256, *path;
	gint64 size, received_at, kept_at;
	bool truncated;
	const Message *message;
	const Draft *draft;
} StoreKeep;

typedef struct {
	gint64 draft_id, submission_id;
	bool is_new; /* false: the same mail was kept before; noted there, no new draft */
} StoreKept;

bool store_keep(Store *store, const StoreKeep *keep, StoreKept *ret_kept, GError **error);

/* A raw mail that could not be read. The same mail again adds to what is there. */
bool store_quarantine_add(
	Store *store, const StoreKeep *keep, const char *reason, gint64 *ret_id, GError **error);

/* --- ledger and mailboxes --- */

typedef struct {
	const char *mailbox, *folder;
	gint64 uidvalidity, uidnext;
	bool whole; /* uids is all that the folder holds; else only what is new */
	const GArray *uids; /* gint64, ascending */
} StoreLook;

/* Notes a successful look at a folder. *ret_unknown: UIDs without a ledger row; *ret_untold: kept,
 * but the server was not told. Both to g_array_unref. */
bool store_look(Store *store, const StoreLook *look, GArray **ret_unknown, GArray **ret_untold,
	GError **error);

bool store_ledger_acknowledge(Store *store, const char *mailbox, const char *folder,
	gint64 uidvalidity, const GArray *uids, gint64 now, GError **error);
bool store_mailbox_trouble(Store *store, const char *mailbox, const char *text, GError **error);

/* --- outbox --- */

typedef enum {
	STORE_OUTBOX_NOTICE,
	STORE_OUTBOX_RECEIPT,
	STORE_OUTBOX_OVERSIZE,
	STORE_OUTBOX_QUARANTINE,
} StoreOutboxKind;

extern const char *const store_outbox_kind_names[];

typedef struct {
	gint64 id;
	StoreOutboxKind kind;
	gint64 draft_id, submission_id, quarantine_id;
	const char *recipient, *editor; /* editor "": a contributor */
	gint64 due_at, created_at, attempts;
	const char *token; /* random part of the Message-ID, made when the row was made */
} StoreOutbox;

/* Ignored when the same was queued before for this cause and recipient: nobody is told twice. */
bool store_outbox_add(Store *store, const StoreOutbox *row, GError **error);

/* Rows to be tried now, oldest first, marked as being sent (durable when the transaction is). Own
 * transaction. Array of StoreOutbox * to g_ptr_array_unref. */
GPtrArray *store_outbox_claim(Store *store, gint64 now, guint most, GError **error);

typedef enum {
	STORE_SENT,
	STORE_SEND_LATER, /* next try after a growing pause; given up after 5 days */
	STORE_SEND_REFUSED, /* for good */
} StoreSendOutcome;

/* Own transaction. */
bool store_outbox_finish(Store *store, gint64 id, StoreSendOutcome outcome, const char *reply,
	gint64 now, GError **error);

/* When the next row is due; 0: nothing waits. Rows left "sending" by a crash count as due. */
bool store_outbox_next_due(Store *store, gint64 *ret_due, GError **error);

/* After a start: what was being sent when we ended is tried again, with the same Message-ID. */
bool store_outbox_recover(Store *store, GError **error);

/* What notice_receipt_silence wants to know of an address. */
bool store_receipt_history(Store *store, const char *address, gint64 now, gint64 *ret_last,
	gint64 *ret_this_hour, GError **error);

/* --- events: append-only --- */

bool store_event_add(Store *store, gint64 draft_id, const char *kind, const char *who,
	const char *text, GError **error);

typedef struct {
	gint64 at;
	char *kind, *who, *text;
} StoreEvent;

/* --- reading for the desk --- */

typedef struct {
	gint64 id, created_at, words, photos, embargo_at, warnings, duplicates, trust;
	char *reference, *state, *title, *contributor, *address, *claimed_by;
} StoreDraftRow;

typedef struct {
	const char *state; /* NULL: all but rejected and spam; "all" */
	const char *words; /* full text; NULL none */
	gint64 before; /* ids below; 0 from the newest */
	guint most;
} StoreDraftFilter;

GPtrArray *store_draft_list(Store *store, const StoreDraftFilter *filter, GError **error);

typedef struct {
	StoreDraftRow row;
	gint64 submission_id, received_at, size;
	char *sha256, *path, *mailbox;
	Message *message; /* of the first submission, with attachments */
	Draft *draft; /* as it stands now */
	GPtrArray *events; /* StoreEvent * */
} StoreDraft;

/* NIEUWS_NOT_FOUND with a sentence. By number or by reference. */
StoreDraft *store_draft_get(Store *store, const char *number_or_reference, GError **error);
StoreDraft *store_draft_get_id(Store *store, gint64 id, GError **error);
void store_draft_free(StoreDraft *draft);

typedef struct {
	gint64 id, at, attempts, size;
	char *sha256, *path, *reason, *mailbox;
	bool resolved;
} StoreQuarantine;

GPtrArray *store_quarantine_list(Store *store, bool resolved_too, GError **error);
StoreQuarantine *store_quarantine_get(Store *store, gint64 id, GError **error);
void store_quarantine_free(StoreQuarantine *entry);

typedef struct {
	char *mailbox, *folder, *trouble;
	gint64 uidvalidity, server, kept, quarantined, waiting, last_look_at, untold;
} StoreFolder;

typedef struct {
	GPtrArray *folders; /* StoreFolder * */
	gint64 drafts, fresh, in_review, approved, published, hold, rejected, spam;
	gint64 submissions, quarantined;
	gint64 outbox_waiting, outbox_oldest, outbox_failed, outbox_sent;
} StoreStatus;

StoreStatus *store_status(Store *store, GError **error);
void store_status_free(StoreStatus *status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreDraft, store_draft_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreStatus, store_status_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreQuarantine, store_quarantine_free)
