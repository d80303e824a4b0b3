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

/* Without syncing a power cut takes the last rows: for tests and measurements only. */
void store_set_synchronous(Store *store, bool sync);

/* The prefix of public references (copied). */
void store_set_reference(Store *store, const char *prefix);

/* --- transactions --- */

bool store_begin_at(Store *store, const char *place, GError **error); /* BEGIN IMMEDIATE */
#define store_begin(store, error) store_begin_at(store, G_STRLOC, error)
bool store_commit(Store *store, GError **error);

/* A number that changes when another connection has written; cheap. */
bool store_data_version(Store *store, gint64 *ret_version, GError **error);
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
	const char *spam; /* why it is kept as spam at once, and nobody is told; NULL */
	const GPtrArray *editors; /* addresses (char *) that may send to any draft; NULL none */
	gint64 follow_seconds; /* a near text of the same contributor within this time is a
				  correction; 0 never */
} StoreKeep;

typedef struct {
	gint64 draft_id, submission_id;
	bool is_new; /* false: the same mail was kept before; noted there, no new draft */
	bool joined; /* a follow-up of a draft that was there (is_new is false) */
	bool waits; /* joined: an editor has to decide on it */
	bool blocked; /* of a blocked contributor: kept as spam, and nobody is told */
} StoreKept;

bool store_keep(Store *store, const StoreKeep *keep, StoreKept *ret_kept, GError **error);

/* Warns on the draft (codes trust.*) where its sender would be taken for another that is known: a
 * domain that looks like one of `ours` (char *) or of an earlier contributor, a name that another
 * address used first. Contributors that the newsroom trusts are not doubted. Within the
 * transaction, before store_keep. */
bool store_judge_sender(
	Store *store, Draft *draft, const GPtrArray *ours, gint64 now, GError **error);

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

/* Notes a successful look at a folder. *ret_unknown: UIDs without a ledger row, and those that had
 * gone and came back or stand in a mailbox whose UIDNEXT went back (restored: RFC 9051, 2.3.1.1
 * forbids that UIDs are used again, backups do it); *ret_untold: kept, but the server was not told.
 * Both to g_array_unref. */
bool store_look(Store *store, const StoreLook *look, GArray **ret_unknown, GArray **ret_untold,
	GError **error);

bool store_ledger_acknowledge(Store *store, const char *mailbox, const char *folder,
	gint64 uidvalidity, const GArray *uids, gint64 now, GError **error);
bool store_mailbox_trouble(Store *store, const char *mailbox, const char *text, GError **error);

/* The folders of the mailbox were looked at, and there was nothing new. */
bool store_mailbox_looked(Store *store, const char *mailbox, gint64 now, GError **error);

/* --- alarms (alarm.c) --- */

typedef struct {
	gint64 id, raised_at, over_at, told_at, tellings, times;
	char *kind, *about; /* "mailbox", "desk": see docs/nieuws-ops.7 */
	char *detail; /* what a server or the system said; "" */
	gint64 count; /* mails, minutes, MiB: by its kind */
} StoreAlarm;

void store_alarm_free(StoreAlarm *alarm);

/* It is so (still, or again): kind, about, detail and count of facts. *ret_new: it was not so
 * before. *ret_tell: admins are to be told now: no more often than once in `repeat` seconds for a
 * kind and what it is about. Returns its number; 0 on failure. */
gint64 store_alarm_raise(Store *store, const StoreAlarm *facts, gint64 now, gint64 repeat,
	bool *ret_new, bool *ret_tell, GError **error);

/* It is over. *ret_tell: admins were told of it and not yet that it is over. */
bool store_alarm_end(Store *store, gint64 id, gint64 now, bool *ret_tell, GError **error);

/* StoreAlarm *, the newest first; open: those that last. */
GPtrArray *store_alarm_list(Store *store, bool open, guint most, GError **error);
StoreAlarm *store_alarm_get(Store *store, gint64 id, GError **error);

/* What alarms are made of. */
typedef struct {
	gint64 oldest_unsent; /* created_at of the oldest mail of ours that should have left; 0 */
	gint64 unsent; /* how many wait */
	char *reply; /* what was said last to the oldest of them; to g_free */
	gint64 quarantined; /* set apart since then, and not resolved */
} StoreWorries;

bool store_worries(
	Store *store, gint64 now, gint64 since, StoreWorries *ret_worries, GError **error);

/* StoreFolder * without kept, quarantined, waiting: what was read when, quick. */
GPtrArray *store_folders(Store *store, GError **error);

/* Mails on the server that are neither kept nor quarantined, by the last count. */
bool store_books_open(Store *store, const char *mailbox, gint64 *ret_waiting, GError **error);

/* --- rates: within a transaction --- */

/* One mail more of who ("" for all) in this hour; *ret_count how many now. */
bool store_rate_count(
	Store *store, const char *who, gint64 now, gint64 most, gint64 *ret_count, GError **error);

typedef struct {
	char *who;
	gint64 since, count, over_since;
} StoreRate;

/* StoreRate *: whose hour has not ended, and who is over the limit since before this moment. */
GPtrArray *store_rate_over(Store *store, gint64 before, gint64 now, GError **error);

/* Hours that ended long ago. Within a transaction. */
bool store_rate_forget(Store *store, gint64 now, GError **error);

/* --- outbox --- */

typedef enum {
	STORE_OUTBOX_NOTICE,
	STORE_OUTBOX_RECEIPT,
	STORE_OUTBOX_OVERSIZE,
	STORE_OUTBOX_QUARANTINE,
	STORE_OUTBOX_PLACED, /* to a contributor: it was published */
	STORE_OUTBOX_REJECTED, /* to a contributor: it was not placed */
	STORE_OUTBOX_TOLD, /* to an editor: somebody took over what was his */
	STORE_OUTBOX_ASSIGNED, /* to an editor: here is work */
	STORE_OUTBOX_JOINED, /* to a contributor: his mail was added to a draft */
	STORE_OUTBOX_FOLLOWUP, /* to an editor: something came after a draft */
	STORE_OUTBOX_ALARM, /* to an admin: step_id is below 0, the alarm's number;
			       quarantine_id counts the tellings */
	STORE_OUTBOX_ALARM_OVER,
} StoreOutboxKind;

extern const char *const store_outbox_kind_names[];

typedef struct {
	gint64 id;
	StoreOutboxKind kind;
	gint64 draft_id, submission_id, quarantine_id;
	const char *recipient, *editor; /* editor "": a contributor */
	gint64 due_at, created_at, attempts;
	const char *token; /* random part of the Message-ID, made when the row was made */
	gint64 step_id; /* of the editor's step that caused it; 0: the intake; below 0: the
			   submission that was added (each is told of) */
	const char *subject, *text; /* of mails that an editor caused, whole; "" or NULL: from the
				       template when it leaves */
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

/* After the clock was put back: what was made or is due in a future that will not come soon is due
 * now, or as long after now as it was after its making. */
bool store_outbox_clock(Store *store, gint64 now, GError **error);

/* What a step was going to send and what has not left is cancelled. *ret_left: rows that are with
 * the server or beyond. Within a transaction. */
bool store_outbox_cancel(
	Store *store, gint64 step_id, gint64 *ret_cancelled, gint64 *ret_left, GError **error);

/* Closing mails of a draft that have not left are cancelled: it was decided anew. Within a
 * transaction. */
bool store_outbox_recall(Store *store, gint64 draft_id, gint64 *ret_cancelled, GError **error);

/* That was undone: the mails of the decision that holds again wait once more, until due. */
bool store_outbox_revive(Store *store, gint64 draft_id, gint64 due, GError **error);

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

void store_event_free(StoreEvent *event);

/* --- finding (find.c, fulltext.c, near.c) --- */

/* Where a word may stand; the columns of the index. */
typedef enum {
	STORE_PLACE_TITLE,
	STORE_PLACE_BODY, /* lead and text */
	STORE_PLACE_CONTRIBUTOR,
	STORE_PLACE_ASIDES,
	STORE_PLACE_FILES, /* names, captions, credits */
	STORE_PLACE_DOCUMENTS, /* texts that were not chosen as the source */
	STORE_PLACE_NOTES,
	STORE_PLACE_LABELS, /* tags, category */
	STORE_PLACES,
	STORE_PLACE_ANY = STORE_PLACES,
} StorePlace;

typedef enum {
	STORE_HAS_PHOTO = 1 << 0,
	STORE_HAS_DOCUMENT = 1 << 1,
	STORE_HAS_EMBARGO = 1 << 2,
	STORE_HAS_WARNING = 1 << 3,
	STORE_HAS_FOLLOWUP = 1 << 4, /* one that waits */
	STORE_HAS_DUPLICATE = 1 << 5, /* came more than once, or is like another */
	STORE_HAS_NOTE = 1 << 6,
	STORE_HAS_TAKER = 1 << 7, /* somebody has it */
} StoreHas;

#define STORE_HAS_KINDS 8

typedef struct {
	char *text; /* a word or phrase as typed, with at least one letter or digit */
	bool negated, prefix;
	StorePlace place; /* STORE_PLACE_ANY */
	bool exact; /* STORE_PLACE_LABELS: the whole tag or category, not a form of it */
} StoreWord;

enum { STORE_FIND_WORDS = 24 }; /* at most in one query */

typedef struct {
	GPtrArray *words; /* StoreWord * */
	GPtrArray *states; /* char *; empty: all */
	bool open; /* what is still to be decided (also: not merged away) */
	gint64 waits; /* new, in review, or on hold and their day has come by this moment; 0: no
			 matter */
	gint64 due; /* on hold, and their day has come by this moment; 0: no matter */
	guint has, lacks; /* StoreHas */
	gint64 since, until; /* received from, and before; 0 none */
	gint64 before; /* numbers below; 0 from the newest */
	char *taken_by; /* NULL: whoever */
	guint most;
	bool ranked; /* best first; else newest first */
} StoreFind;

StoreFind *store_find_new(void);
void store_find_free(StoreFind *find);

/* StoreDraftRow *. With ranked the newest 400 hits are weighed, and the hits in titles of the 20000
 * drafts before them: title above text above the rest, words that stand together above words apart,
 * the newest first among equals. Nothing of a word is ever read as SQL or as a query of FTS5.
 * NIEUWS_INPUT when it takes longer than two seconds. */
GPtrArray *store_find(Store *store, const StoreFind *find, GError **error);

/* Bytes around words that were found, in a snippet. */
#define STORE_HIT_BEGIN '\002'
#define STORE_HIT_END '\003'

/* Where the words of find stand in this draft, and the sentence around the first (at most about so
 * many bytes), as plain text with the marks above. "" when it has no words. To g_free. */
bool store_find_hit(Store *store, const StoreFind *find, gint64 draft_id, guint bytes,
	StorePlace *ret_place, char **ret_snippet, GError **error);

typedef struct {
	gint64 id;
	double likeness; /* 0 to 1 */
} StoreNear;

/* Drafts that are nearly this one by their text as received (estimated Jaccard likeness of at least
 * `least` over three words in a row), the likest first: StoreNear *. */
GPtrArray *store_near(Store *store, gint64 draft_id, double least, GError **error);

/* The same for a text that is not kept yet. */
GPtrArray *store_near_text(Store *store, const Draft *draft, double least, GError **error);

/* Drafts about the same things: they share the rarest words. likeness is the part of the weight of
 * those words that they have. StoreNear *, at most `most`. */
GPtrArray *store_similar(Store *store, gint64 draft_id, guint most, GError **error);

/* Rows of these drafts in this order; what is not there is left out. */
GPtrArray *store_rows_of(Store *store, const GPtrArray *near, GError **error);

/* --- follow-ups (follow.c) --- */

/* A mail that came after a draft, and waits. */
typedef struct {
	gint64 id, draft_id, submission_id, at;
	char *title, *lead, *body, *embargo;
	gint64 embargo_at, photos; /* photos: that the draft had not */
	char *kind; /* "text": a new version; "message": words to the editor; "photos"; "" nothing
		       new */
	char *why; /* "reply", "reference", "like", "merged" */
	char *state; /* "open", "accepted", "partly", "refused", "noted", "split" */
	char *decided_by;
	gint64 decided_at;
	char *parts; /* what was accepted */
	char *from, *subject; /* of the mail */
	char *asides; /* JSON of Aside */
} StoreProposal;

extern const RecordType store_proposal_type;

/* StoreProposal *, oldest first. draft_id 0: the open ones of all drafts. */
GPtrArray *store_proposal_list(Store *store, gint64 draft_id, bool open, GError **error);

/* Within a transaction. who "": it waits again. */
bool store_proposal_decide(Store *store, gint64 id, const char *state, const char *who,
	const char *parts, GError **error);

/* Within a transaction: what other holds waits at id. */
bool store_proposal_merge(
	Store *store, gint64 id, gint64 other, gint64 *ret_proposal, GError **error);

/* Within a transaction: the mail of a follow-up as a new draft. */
bool store_proposal_split(
	Store *store, const StoreProposal *proposal, gint64 *ret_draft, GError **error);

/* Picture * of a mail that the draft has not had, appended. */
bool store_proposal_pictures(
	Store *store, gint64 submission_id, gint64 draft_id, GPtrArray *pictures, GError **error);

/* --- reading for the desk --- */

typedef struct {
	gint64 id, created_at, words, photos, embargo_at, warnings, duplicates, trust;
	gint64 followups; /* that wait */
	gint64 near_id; /* a draft of another sender that this one is nearly; 0 none */
	gint64 hold_until; /* of a draft on hold: its day; 0 none */
	char *reference, *state, *title, *contributor, *address, *claimed_by;
} StoreDraftRow;

typedef struct {
	const char *state; /* NULL: all but rejected and spam; "all" */
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
	GArray *restored; /* gint64 for each aside: the version it was put back in; 0: aside */
} StoreDraft;

/* NIEUWS_NOT_FOUND with a sentence. By number or by reference. */
StoreDraft *store_draft_get(Store *store, const char *number_or_reference, GError **error);
StoreDraft *store_draft_get_id(Store *store, gint64 id, GError **error);
void store_draft_free(StoreDraft *draft);

/* The raw mail and the attachment that a picture of a draft came in: *ret_path to g_free,
 * *ret_attachment to record_free(&attachment_type). NIEUWS_NOT_FOUND with a sentence. */
bool store_picture_source(Store *store, const Picture *picture, char **ret_path,
	Attachment **ret_attachment, GError **error);

/* --- writing for the desk: all within a transaction (change.c) --- */

/* Where a draft stands, light. A record, so that a step can keep it. */
typedef struct {
	gint64 version; /* current revision */
	gint64 turn; /* raised by every write of an editor but notes */
	char *state; /* new, in_review, approved, published, hold, rejected, spam */
	char *claimed_by;
	gint64 claimed_at, hold_until;
	char *reason; /* key of the rejection */
	char *decided_by;
	gint64 decided_at, published_at;
	char *published_url;
	gint64 merged_into;
} StoreStanding;

extern const RecordType store_standing_type;

/* By number or reference; NIEUWS_NOT_FOUND with a sentence. */
bool store_draft_find(
	Store *store, const char *number_or_reference, gint64 *ret_id, GError **error);

/* "KON-2026-0042"; *ret_reference to g_free. */
bool store_draft_reference(Store *store, gint64 id, char **ret_reference, GError **error);

/* To record_free(&store_standing_type). */
StoreStanding *store_standing_get(Store *store, gint64 draft_id, GError **error);

/* Writes everything but version; turn becomes one more, in standing too. */
bool store_standing_put(Store *store, gint64 draft_id, StoreStanding *standing, GError **error);

/* All that an edit can change. */
typedef struct {
	char *title, *lead, *body, *category, *embargo;
	gint64 embargo_at;
	GPtrArray *tags; /* char * */
	GPtrArray *pictures; /* Picture */
} StoreContent;

extern const RecordType store_content_type;

typedef struct {
	gint64 number, parent, at;
	char *who, *why;
	StoreContent *content;
} StoreRevision;

/* The content as it stands: pictures from the photos of all mails of the draft until an editor has
 * written others. To record_free(&store_content_type). */
StoreContent *store_content_get(Store *store, gint64 draft_id, GError **error);

/* A new current revision; draft row, words and search index follow. Turn is not raised: the step
 * does. *ret_number its number. */
bool store_revision_add(Store *store, gint64 draft_id, const StoreContent *content, const char *who,
	const char *why, gint64 *ret_number, GError **error);

/* number 0: the current one. NIEUWS_NOT_FOUND with a sentence. */
StoreRevision *store_revision_get(Store *store, gint64 draft_id, gint64 number, GError **error);
void store_revision_free(StoreRevision *revision);

/* StoreRevision *, oldest first; content NULL. */
GPtrArray *store_revision_list(Store *store, gint64 draft_id, GError **error);

/* The aside (counted from 0) was put back in this version; 0: it is aside again. */
bool store_aside_restored(
	Store *store, gint64 draft_id, gint64 number, gint64 version, GError **error);

typedef struct {
	gint64 id, draft_id, at, after_turn;
	char *who, *verb, *extra; /* extra: what the verb needs to be undone */
	StoreStanding *before;
} StoreStep;

/* A row that undo can find; *ret_id may be NULL. */
bool store_step_add(Store *store, gint64 draft_id, const char *who, const char *verb,
	const StoreStanding *before, const char *extra, gint64 after_turn, gint64 *ret_id,
	GError **error);

/* The last step of who that is not undone, on this draft (0: on any). NULL without error: none. */
StoreStep *store_step_last(Store *store, const char *who, gint64 draft_id, GError **error);
bool store_step_undone(Store *store, gint64 step_id, GError **error);
void store_step_free(StoreStep *step);

/* The newest step of anybody on the draft that is not undone and no note. NULL: none. */
StoreStep *store_step_newest(Store *store, gint64 draft_id, GError **error);

/* What an editor did last to the draft (notes aside), for who lost a race. NULL: nothing. To
 * store_event_free. */
StoreEvent *store_event_last(Store *store, gint64 draft_id, GError **error);

typedef struct {
	gint64 number, at;
	char *who, *text;
} StoreNote;

bool store_note_add(Store *store, gint64 draft_id, const char *who, const char *text,
	gint64 *ret_number, GError **error);
bool store_note_withdraw(Store *store, gint64 draft_id, gint64 number, GError **error);

/* StoreNote *, oldest first, without the withdrawn. */
GPtrArray *store_note_list(Store *store, gint64 draft_id, GError **error);

/* --- contributors --- */

typedef struct {
	gint64 id, first_at, last_at, submissions, standing_at;
	char *address, *name, *organisation;
	char *standing; /* "", "trusted", "blocked" */
	char *standing_by, *note;
	gint64 placed, rejected; /* of his drafts; filled by store_contributor_get */
} StoreContributor;

extern const RecordType store_contributor_type;

/* By address, in any case. NULL without error: not known. To
 * record_free(&store_contributor_type). */
StoreContributor *store_contributor_get(Store *store, const char *address, GError **error);

/* The latest to write first; words (may be NULL) in name, address or organisation. standing NULL:
 * all. */
GPtrArray *store_contributor_list(
	Store *store, const char *words, const char *standing, guint most, GError **error);

/* Within a transaction. The address may be one that never wrote. */
bool store_contributor_set(Store *store, const char *address, const char *standing,
	const char *note, const char *who, GError **error);

/* Drafts of an address, newest first: StoreDraftRow *. */
GPtrArray *store_contributor_drafts(Store *store, const char *address, guint most, GError **error);

/* --- what waits (overview) --- */

typedef struct {
	gint64 fresh, mine, others; /* others: in review with somebody else */
	gint64 approved, held, due; /* due: held, and the day has come */
	gint64 followups; /* open proposals */
	gint64 embargo_today; /* not yet published, embargo ends before midnight */
	gint64 told_waiting; /* mails to contributors that have not left */
} StoreWaiting;

bool store_waiting(
	Store *store, const char *who, gint64 now, StoreWaiting *ret_waiting, GError **error);

/* Rows of one of these heaps, the most urgent first: StoreDraftRow *. */
typedef enum {
	STORE_HEAP_NEW, /* oldest first */
	STORE_HEAP_MINE,
	STORE_HEAP_DUE,
	STORE_HEAP_EMBARGO,
	STORE_HEAP_FOLLOWUPS,
	STORE_HEAP_APPROVED,
} StoreHeap;

GPtrArray *store_heap(
	Store *store, StoreHeap heap, const char *who, gint64 now, guint most, GError **error);

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
	gint64 counted_at; /* all of it, against the server */
} StoreFolder;

typedef struct {
	GPtrArray *folders; /* StoreFolder * */
	gint64 drafts, fresh, in_review, approved, published, hold, rejected, spam;
	gint64 submissions, quarantined;
	gint64 outbox_waiting, outbox_oldest, outbox_failed, outbox_sent;
	GPtrArray *alarms; /* StoreAlarm * that last */
} StoreStatus;

StoreStatus *store_status(Store *store, GError **error);

/* --- looking for damage (audit.c) --- */

typedef enum {
	STORE_DAMAGE_DATABASE, /* SQLite's own check */
	STORE_DAMAGE_FOREIGN_KEY,
	STORE_DAMAGE_INDEX, /* the search index is not what the tables say */
	STORE_DAMAGE_REVISION, /* the chain of a draft's revisions */
	STORE_DAMAGE_LEDGER, /* a mail counts as kept, and is not */
	STORE_DAMAGE_DRAFT, /* draft and mails do not belong together */
	STORE_DAMAGE_OUTBOX, /* tells of what is not there */
	STORE_DAMAGE_STUCK, /* a mail of ours that does not leave */
} StoreDamage;

/* subject: one sentence part, to be copied. */
typedef void (*StoreAudit)(void *context, StoreDamage damage, const char *subject);

typedef struct {
	gint64 now;
	bool keeper_runs; /* then mails may be on their way */
} StoreAuditFacts;

/* Tells of each damage (the first hundred of a kind); reads every page. False only when it could
 * not look. Changes nothing; the store is opened for writing, since FTS5 checks itself by an
 * INSERT. */
bool store_audit(Store *store, const StoreAuditFacts *facts, StoreAudit audit, void *context,
	GError **error);

/* A raw mail that rows speak of. */
typedef struct {
	char *path, *sha256, *name; /* name: "draft 12", "quarantine 3" */
	gint64 id, size;
	bool quarantined;
	bool on_server; /* at the last look */
} StoreRaw;

/* StoreRaw *. */
GPtrArray *store_raw_list(Store *store, GError **error);

/* Writes the search index anew from the tables, in one transaction. */
bool store_rebuild_index(Store *store, GError **error);

/* At the next whole look at its folder (the next start) the mail is fetched again, and its row then
 * points to the new file. */
bool store_fetch_again(Store *store, const StoreRaw *raw, GError **error);

/* What the overview shows, quick with any number of drafts: folders without their books,
 * quarantined, outbox_waiting and outbox_failed; drafts is 1 where there are any; the rest is 0. */
StoreStatus *store_glance(Store *store, GError **error);
void store_status_free(StoreStatus *status);

/* --- a copy of all (copy.c) --- */

/* The database as it is at this moment, its WAL included, as one file at path (what is there is
 * overwritten), checked and durable; others may write meanwhile (SQLite Online Backup API). Returns
 * the raw mails of the same moment (StoreRaw *) to g_ptr_array_unref; NULL on failure. Not
 * within a transaction. */
GPtrArray *store_copy(Store *store, const char *path, GError **error);

/* SQLite's own check of every page and index: reads all of it. */
bool store_sound(Store *store, GError **error);

/* --- one person (person.c) --- */

/* A row about somebody. */
typedef struct {
	char *place; /* the table; of files: "edits", "previews" */
	gint64 draft, id; /* draft 0: of none */
	bool own; /* he sent it, or it belongs to a draft of his; else it holds his address */
	char *path; /* of a file, relative to the spool; else "" */
	char *row; /* its content, an object of JSON */
} StoreTrace;

extern const RecordType store_trace_type;

/* StoreTrace *: every row of and about an address, in any case; articles of others that hold it
 * only with mentions. Mails in quarantine are all in it: whose they are, their files say. */
GPtrArray *store_person(Store *store, const char *address, bool mentions, GError **error);

/* The address (small letters) as a whole stands in the text: joanna@ is not anna@. */
bool store_holds_address(const char *text, gsize length, const char *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreFind, store_find_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreDraft, store_draft_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreStatus, store_status_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreQuarantine, store_quarantine_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreRevision, store_revision_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreStep, store_step_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreEvent, store_event_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreAlarm, store_alarm_free)

static inline void
store_standing_free(StoreStanding *standing)
{
	record_free(&store_standing_type, standing);
}

static inline void
store_content_free(StoreContent *content)
{
	record_free(&store_content_type, content);
}

static inline void
store_contributor_free(StoreContributor *contributor)
{
	record_free(&store_contributor_type, contributor);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreStanding, store_standing_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreContent, store_content_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreContributor, store_contributor_free)
