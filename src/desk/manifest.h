/* What a backup holds: one list, written last. Private to desk.
 *
 *   manifest.json            what belongs to the backup, with size and SHA-256 of each
 *   database/<sha256>.db     the database, one file
 *   mail/YYYY-MM/DD/...      raw mails, as in the spool
 *   files/<sha256>           what has no name of its own: edits, reasons of the quarantine
 */
#pragma once

#include "model.h"

#define MANIFEST_FILE "manifest.json"

typedef struct {
	char *path; /* in the spool, relative */
	char *stored; /* in the backup, relative */
	char *sha256;
	gint64 size;
} ManifestFile;

typedef struct {
	gint64 format; /* MANIFEST_FORMAT */
	gint64 made_at;
	ManifestFile database;
	GPtrArray *files; /* ManifestFile * */
} Manifest;

enum { MANIFEST_FORMAT = 1 };

extern const RecordType manifest_file_type, manifest_type;

/* NIEUWS_NOT_FOUND with a sentence where there is no finished backup. Every path in it is checked:
 * none leaves its folder. */
Manifest *manifest_read(const char *folder, GError **error);

/* Whole or as it was, and durable. */
bool manifest_write(const char *folder, const Manifest *manifest, GError **error);

/* The digest and size of a file; no link is followed. */
bool manifest_digest(const char *path, char **ret_sha256, gint64 *ret_size, GError **error);

/* Bytes from one path to another by a name beside it, synced, then renamed; makes the folder.
 * Returns the digest of what was read; sha256 (may be NULL) is what it must be: NIEUWS_MESSAGE when
 * it is not, and nothing is written. */
bool manifest_copy(const char *from, const char *to, const char *sha256, char **ret_sha256,
	gint64 *ret_size, GError **error);

/* The file of an entry lies in the backup and is what the list says. */
bool manifest_verify(const char *folder, const ManifestFile *file, GError **error);

/* Folder of path made durable. */
bool manifest_sync_folder(const char *path, GError **error);

static inline void
manifest_free(Manifest *manifest)
{
	record_free(&manifest_type, manifest);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Manifest, manifest_free)
