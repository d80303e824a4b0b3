/* wire: what the programs say to each other. Uses base, model.
 *
 * A channel is one end of a SOCK_SEQPACKET pair. A letter is a kind, one record and up to one
 * descriptor. Small letters go in the packet; a larger record goes in a memfd beside it, so that
 * nobody holds long frames. Whatever comes in is length-checked and typed (record_from_bytes): a
 * worker that was taken over can lie, but not confuse.
 */
#pragma once

#include "model.h"

#define WIRE_MAX_RECORD (64u << 20) /* larger records are refused */
#define WIRE_CHANNEL_FD 3 /* the descriptor on which a child finds its channel */

typedef enum {
	/* keeper -> fetch */
	WIRE_WANT = 1, /* WireWant: fetch these UIDs */
	WIRE_KEPT, /* WireUids: durable now; tell the server */
	WIRE_STOP, /* WireNothing: finish, log out, exit 0 */
	/* fetch -> keeper */
	WIRE_FOLDER, /* WireFolder: selected, these UIDs are there; answer with WANT */
	WIRE_FETCHED, /* WireFetched: one mail durable in spool/incoming */
	WIRE_ACKED, /* WireUids: the server has been told */
	WIRE_IDLE, /* WireNothing: all that was wanted has been fetched and acknowledged; waiting
		      for new mail */
	WIRE_TROUBLE, /* WireTrouble: what went wrong; fetch goes on or exits as it says */
	/* keeper -> read, with a descriptor of the raw bytes */
	WIRE_READ, /* WireRead */
	/* read -> keeper */
	WIRE_DRAFT, /* WireDraft */
	/* keeper -> read, with a descriptor of the raw bytes: one part, decoded; answer WIRE_PART
	   with a memfd */
	WIRE_EXTRACT, /* WireExtract */
	WIRE_PART, /* WirePart, with a descriptor of the decoded bytes */
	/* keeper -> convert, with a descriptor of the document; one job, then it exits */
	WIRE_CONVERT, /* WireConvert; answer WIRE_CONVERTED */
	WIRE_CONVERTED, /* WireConverted, with a memfd of the picture when one was asked for */
	/* keeper -> convert, with a descriptor of a picture; one job, then it exits */
	WIRE_CLEAN, /* WireClean; answer WIRE_CLEANED */
	WIRE_CLEANED, /* WireCleaned, with a memfd of a JPEG without metadata, or of pixels */
	/* keeper -> send, with a memfd of the whole RFC 5322 message */
	WIRE_SEND, /* WireSend */
	/* send -> keeper */
	WIRE_SENT, /* WireSent */
} WireKind;

typedef struct {
	bool nothing;
} WireNothing;

typedef struct {
	gint64 uidvalidity;
	GArray *uids; /* gint64, ascending */
} WireUids;

typedef struct {
	gint64 uidvalidity;
	GArray *uids; /* fetch these, ascending; may be empty */
	GArray *acknowledge; /* already kept, but the server was not told: tell it */
} WireWant;

typedef struct {
	char *folder;
	gint64 uidvalidity;
	gint64 uidnext;
	gint64 first,
		last; /* this letter speaks of UIDs first..last (0 = to the end of the mailbox) */
	GArray *uids; /* all that exist in that range; at most 8,000 a letter */
	bool more; /* another FOLDER follows before WANT is awaited */
} WireFolder;

typedef struct {
	gint64 uidvalidity, uid;
	char *file; /* name in spool/incoming; synced, its folder too */
	char *sha256;
	gint64 size;
	gint64 internal_date;
	bool truncated; /* larger than the limit: only the header was kept */
	gint64 full_size; /* RFC822.SIZE */
} WireFetched;

typedef struct {
	gint64 code; /* NieuwsErrorCode */
	char *text;
	gint64 retry_in; /* seconds until fetch tries again; -1 when it waits for an admin */
} WireTrouble;

typedef struct {
	gint64 job;
	bool brief; /* without Message.text: the keeper does not store it */
	GPtrArray *documents; /* Document: the answers to Draft.wishes of an earlier reading */
} WireRead;

typedef struct {
	gint64 job;
	char *error; /* "" or why there is no draft */
	Message message;
	Draft draft;
} WireDraft;

typedef struct {
	gint64 job;
	char *part;
} WireExtract;

typedef struct {
	gint64 job;
	char *error;
	gint64 size;
} WirePart;

typedef struct {
	gint64 job;
	char *part, *kind; /* of the Wish */
	char *picture; /* "" or the part of one picture in it, whose bytes are wanted instead */
} WireConvert;

typedef struct {
	gint64 job;
	Document document;
	gint64 size; /* of the picture */
} WireConverted;

typedef struct {
	gint64 job;
	gint64 width; /* at most, pixels; smaller pictures are never enlarged; 0: as it is */
	gint64 height; /* the same */
	bool pixels; /* no JPEG but 3 * width * height bytes: red, green, blue, row by row */
} WireClean;

typedef struct {
	gint64 job;
	char *error;
	gint64 size, width, height; /* of the copy */
} WireCleaned;

typedef struct {
	gint64 outbox;
	char *sender; /* envelope; "" is the null return-path */
	char *recipient;
} WireSend;

typedef struct {
	gint64 outbox;
	gint64 outcome; /* 0 sent, 1 try later, 2 refused for good */
	char *reply; /* the server's words, or ours; one line */
} WireSent;

typedef struct WireChannel WireChannel;

/* A letter as received. The caller owns all of it. */
typedef struct {
	WireKind kind;
	void *record; /* of wire_type(kind) */
	int fd; /* -1 when none */
} WireLetter;

/* The record type of a kind; NULL for an unknown kind. */
const RecordType *wire_type(WireKind kind);

/* Takes the descriptor over. The channel itself never blocks the keeper: see wire_send. */
WireChannel *wire_channel_new(int fd);
void wire_channel_free(WireChannel *channel);
int wire_channel_fd(const WireChannel *channel);

/* A connected pair of close-on-exec descriptors. */
bool wire_pair(int ret_fds[2], GError **error);

/* Sends, or queues what the socket does not take now (non-blocking channels). fd is duplicated into
 * the packet and stays the caller's; -1 for none. A peer that is gone is NIEUWS_LATER. */
bool wire_send(WireChannel *channel, WireKind kind, const void *record, int fd, GError **error);

/* Sends what is queued; true when nothing is left. For the writable event of a loop. */
bool wire_flush(WireChannel *channel, bool *ret_empty, GError **error);
bool wire_pending(const WireChannel *channel);

/* The next letter. Blocking channel: waits. Non-blocking: *ret_letter NULL and true when there is
 * none. At the end of the stream false with NIEUWS_LATER; a malformed letter false with
 * NIEUWS_MESSAGE. */
bool wire_receive(WireChannel *channel, WireLetter **ret_letter, GError **error);
void wire_letter_free(WireLetter *letter);

void wire_set_blocking(WireChannel *channel, bool blocking);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WireChannel, wire_channel_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WireLetter, wire_letter_free)
