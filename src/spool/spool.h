/* spool: raw mails and files on disk, crash-safe. Uses base. The only room that touches the spool
 * folder (the database in it is the store's).
 *
 *   incoming/                    fetched by nieuws-fetch, not yet kept
 *   mail/YYYY-MM/DD/<sha256>.eml raw mails, by the day (UTC) they came
 *   attachments/ab/<sha256>      cache of extracted files
 *   quarantine/<sha256>.reason   why a raw mail could not be read
 *   edits/USER/                  what editors are writing (edits.h)
 *
 * Editors of one group share it: folders are 0770, files 0660, and a spool that we make ourselves
 * hands its group on (setgid); the world has no part in it. Names that come from other processes
 * are checked; no link is followed.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Spool Spool;

typedef enum {
	SPOOL_KEEPER, /* the one daemon: locks the spool */
	SPOOL_GUEST, /* writes beside a running keeper (import, save) */
} SpoolMode;

/* Makes what is missing. NIEUWS_CONFLICT when another keeper has it
 * (waits two seconds for one that is just ending); NIEUWS_CONFIG when it cannot
 * be made or written. */
Spool *spool_open(const char *path, SpoolMode mode, GError **error);
void spool_free(Spool *spool);

/* Names in incoming/ that nieuws-fetch wrote; after a crash these are leftovers. Result to
 * g_ptr_array_unref. */
GPtrArray *spool_incoming_list(Spool *spool, GError **error);
bool spool_incoming_drop(Spool *spool, const char *name, GError **error);

/* Writes a mail given by hand into incoming/ and makes it durable. *ret_name to g_free. */
bool spool_import(Spool *spool, const void *bytes, size_t length, char **ret_name, GError **error);

/* Moves a durable file of incoming/ to its place under mail/; *ret_path (to g_free) is relative to
 * the spool. Not durable before the next spool_sync. The same mail again: the new file is dropped,
 * the path is the old one's of this day. */
bool spool_adopt(Spool *spool, const char *name, const char *sha256, gint64 size, char **ret_path,
	GError **error);

/* Syncs the folders that spool_adopt changed, once each. Final when it fails (fs_sync). */
bool spool_sync(Spool *spool, GError **error);

/* Makes durable what was made in the spool's own folder. */
bool spool_sync_root(Spool *spool, GError **error);

/* O_RDONLY descriptor of a path from spool_adopt; -1 on failure. */
int spool_open_raw(Spool *spool, const char *path, GError **error);

/* The cache of extracted files: -1 with NIEUWS_NOT_FOUND when it is not there. */
int spool_open_attachment(Spool *spool, const char *sha256, GError **error);

/* Puts the bytes of fd there. The digest is checked by the caller. */
bool spool_put_attachment(Spool *spool, const char *sha256, int fd, GError **error);

/* Writes the reason beside: quarantine/<sha256>.reason, durable. The raw mail stays where it is. */
bool spool_quarantine(
	Spool *spool, const char *path, const char *sha256, const char *reason, GError **error);
bool spool_quarantine_lift(Spool *spool, const char *sha256, GError **error);

/* --- looking for damage (audit.c) --- */

typedef struct {
	const char *path; /* "mail/2026-11/24/<sha256>.eml" */
	bool is_folder, is_plain; /* plain: a file of one name; links and devices are neither */
	unsigned mode, owner;
	gint64 size, changed_at;
} SpoolEntry;

typedef void (*SpoolVisit)(void *context, const SpoolEntry *entry);

/* Everything under the four folders, and the database; folders before what is in them, no link
 * followed, four levels deep. */
bool spool_walk(Spool *spool, SpoolVisit visit, void *context, GError **error);

/* Whether a nieuwsd holds the spool now. */
bool spool_keeper_runs(Spool *spool);

/* Reads the file whole. */
bool spool_is_whole(Spool *spool, const char *path, const char *sha256);

/* Repairs. A raw mail is never dropped; it can be set aside into quarantine/ (*ret_path to g_free).
 */
bool spool_drop(Spool *spool, const char *path, GError **error);
bool spool_set_aside(Spool *spool, const char *path, char **ret_path, GError **error);

/* Takes away what the world may do with it. */
bool spool_shut(Spool *spool, const char *path, GError **error);

/* Bytes free for us; -1 when unknown. */
gint64 spool_free_bytes(const Spool *spool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spool, spool_free)
