/* The parts of the keeper and what they say to each other. Private to intake.
 *
 *   fetchers --Mail--> readers --Mail, draft--> batch --kept--> fetchers (tell the server)
 *                 |      ^                         \---kick---> outgoing (tell people)
 *                 wishes |
 *                 v      documents
 *                converters
 */
#pragma once

#include "alarms.h"
#include "base.h"
#include "converters.h"
#include "intake.h"
#include "model.h"
#include "readers.h"
#include "scanner.h"
#include "spool.h"
#include "store.h"
#include "wire.h"

typedef struct Fetcher Fetcher;
typedef struct Batch Batch;
typedef struct Outgoing Outgoing;

/* One raw mail on its way through the keeper. */
typedef struct {
	Fetcher *fetcher; /* NULL: imported by hand */
	char *mailbox, *folder;
	gint64 uidvalidity, uid;
	char *sha256, *path; /* path: in the spool */
	gint64 size, full_size, internal_date;
	bool truncated; /* larger than the limit: only its header is here */
	WireDraft *first; /* read without its documents; NULL when there are none to wait for */
	GPtrArray *documents; /* Document *, the answers to its wishes */
	bool scanned; /* there is a verdict, whatever it is */
	char *virus, *unscanned; /* what was found; why it was not scanned; NULL */
} Mail;

void mail_free(Mail *mail);

struct Intake {
	const Config *config;
	IntakeMode mode;
	IntakeEvents events;
	IntakeProgress progress;
	Spool *spool;
	Store *store;
	GPtrArray *fetchers; /* Fetcher * */
	Scanner *scanner; /* NULL: nothing is scanned */
	Readers *readers;
	Converters *converters;
	Batch *batch;
	Outgoing *outgoing;
	Alarms *alarms; /* outlives the other parts */
	bool stopping, finished, feeding, outgoing_tried;
	GError *failure; /* of store or spool: everything in flight is being let go */
	GError *verdict; /* what done will say */
	guint stop_source, rest_source, settle_source, feed_source;
	gint64 alarmed_at; /* when_monotonic_ms; 0 never */
};

/* --- intake.c: what the parts report --- */

/* A mail is raw and durable in the spool: have it read. Takes it over. */
void intake_read(Intake *intake, Mail *mail);

/* Something moved: show it, and see whether everything is done. */
void intake_changed(Intake *intake);

/* The store or the spool failed: nothing in flight may be trusted. Rolls back and starts over after
 * a pause, or ends where starting over cannot help. Takes the error over. */
void intake_fail(Intake *intake, GError *error);

/* Whether trouble that lasts may be said aloud (priority 3) now: once an hour. */
bool intake_may_alarm(Intake *intake);

/* False below the disk's reserve, and says so: nothing is to be fetched. */
bool intake_has_room(Intake *intake);

/* Remembers the first trouble; done will report it. */
void intake_note_trouble(Intake *intake, NieuwsErrorCode code, const char *text);

/* --- fetcher.c: one mailbox --- */

Fetcher *fetcher_new(Intake *intake, const MailboxConfig *mailbox);
void fetcher_free(Fetcher *fetcher);
void fetcher_start(Fetcher *fetcher);

/* Ends its program; nothing more is fetched. */
void fetcher_stop(Fetcher *fetcher);

/* The mail's transaction is durable: its server may be told, at the next fetcher_tell. */
void fetcher_kept(Fetcher *fetcher, const Mail *mail);
void fetcher_tell(Fetcher *fetcher);

/* The mail was given up without a trace in the ledger: it may be fetched again. */
void fetcher_dropped(Fetcher *fetcher, const Mail *mail);

const char *fetcher_name(const Fetcher *fetcher);

/* When it last told that all is read, since our start; 0 never. */
gint64 fetcher_looked_at(const Fetcher *fetcher);

/* Nothing more to expect in INTAKE_ONCE mode: drained and told, or failed. */
bool fetcher_settled(const Fetcher *fetcher);

/* --- batch.c: many mails, one transaction --- */

Batch *batch_new(Intake *intake);
void batch_free(Batch *batch);

/* Takes mail over. draft NULL: to quarantine, failure says why. */
void batch_add(Batch *batch, Mail *mail, WireDraft *draft, const char *failure);

/* Commits what there is, when nothing is being read any more; also called when the last job is
 * done. */
void batch_settle(Batch *batch);

/* UIDs of which the server has been told: written with the next transaction, or soon. */
void batch_acknowledged(Batch *batch, const char *mailbox, const char *folder, gint64 uidvalidity,
	const GArray *uids);

/* Forgets the open transaction and its mails. */
void batch_abandon(Batch *batch);
bool batch_is_empty(const Batch *batch);

/* --- outgoing.c: the outbox --- */

Outgoing *outgoing_new(Intake *intake);
void outgoing_free(Outgoing *outgoing);

/* There is a way to send. */
bool outgoing_possible(const Outgoing *outgoing);

/* There may be something due. */
void outgoing_kick(Outgoing *outgoing);

/* Everything due has been tried (INTAKE_ONCE waits for it). */
bool outgoing_settled(const Outgoing *outgoing);
void outgoing_stop(Outgoing *outgoing);
