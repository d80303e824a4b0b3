/* imap: reading one mailbox. Uses base, config, net, libetpan (as formatter and parser only).
 *
 * Blocking, with an absolute deadline per command (ServerConfig.timeout, longer for bodies in
 * proportion to their size). After any failure other than NIEUWS_NOT_FOUND the session is of no
 * use: imap_free and connect anew. A wrong password or certificate is NIEUWS_MAILBOX; what passes
 * is NIEUWS_LATER.
 */
#pragma once

#include "base.h"
#include "config.h"

typedef struct Imap Imap;

typedef struct {
	gint64 uidvalidity, uidnext, exists;
} ImapFolder;

/* Connects, verifies, logs in. literal_most: the largest mail that will be asked for. */
Imap *imap_open(
	const ServerConfig *server, const char *secret, gint64 literal_most, GError **error);

/* LOGOUT, without waiting for the answer. */
void imap_close(Imap *imap);
void imap_free(Imap *imap);

/* NIEUWS_NOT_FOUND when there is no such folder (or NIEUWS_INPUT for a name that cannot be one). */
bool imap_select(Imap *imap, const char *folder, ImapFolder *ret_folder, GError **error);

/* UID and size (gint64 pairs alternating), ascending, to g_array_unref: of all mails of a folder
 * with so many (exists), or with exists -1 of those from first_uid on. */
GArray *imap_list(Imap *imap, gint64 first_uid, gint64 exists, GError **error);

/* Where fetched bodies go. write may fail (disk full): then the session ends. done is told once per
 * mail, with whole = false where the server gave no body or not exactly one. Mails that were not
 * asked for are ignored. */
typedef struct {
	bool (*write)(void *context, const char *bytes, size_t length);
	bool (*done)(void *context, gint64 uid, gint64 size, gint64 internal_date, bool whole);
	void (*drop)(void *context); /* what was written since the last done belongs to nobody */
	void *context;
} ImapSink;

/* One FETCH for all of uids (ascending). header_only asks for the header alone. bytes: what is
 * expected in all, for the deadline and the byte budget. */
bool imap_fetch(Imap *imap, const gint64 *uids, guint n, bool header_only, gint64 bytes,
	const ImapSink *sink, GError **error);

/* Tells the server that these mails are done, in one command (two or three where MOVE is missing).
 */
bool imap_tell(
	Imap *imap, const MailboxConfig *mailbox, const gint64 *uids, guint n, GError **error);

/* Waits for news: 1 the folder changed, 0 other_fd is readable or seconds have passed, -1 failed.
 * IDLE where use_idle and the server can; else it just waits. */
int imap_wait(Imap *imap, bool use_idle, int other_fd, gint64 seconds, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Imap, imap_free)
