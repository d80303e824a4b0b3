/* A backup while everything runs: the database of one moment first, then the raw mails that it
 * speaks of. A raw mail is there before a row points to it, so this order misses none. The list is
 * written last: before that the folder holds the backup before, whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "desk-private.h"
#include "manifest.h"

enum { DEPTH_MOST = 6 };

typedef struct {
	const Config *config;
	const char *folder;
	Manifest *manifest;
	GPtrArray *fresh; /* ManifestFile * of manifest that were written now */
	gint64 mails, bytes; /* bytes: written now */
	guint damaged; /* raw mails that the spool no longer has as they came */
	guint unreadable;
	int lock;
} Backup;

static void
backup_clear(Backup *backup)
{
	fs_close(&backup->lock);
	g_clear_pointer(&backup->manifest, manifest_free);
	g_clear_pointer(&backup->fresh, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Backup, backup_clear)

/* Two at once would clear each other's files away. */
static bool
begin(Backup *backup, GError **error)
{
	g_autofree char *lock = g_build_filename(backup->folder, "lock", NULL);

	if (!fs_mkdirs(backup->folder, 0700, error))
		return false;
	backup->manifest = record_new(&manifest_type);
	backup->manifest->format = MANIFEST_FORMAT;
	backup->manifest->made_at = when_now();
	backup->fresh = g_ptr_array_new();
	backup->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (backup->lock < 0)
		return nieuws_fail_errno(
			error, NIEUWS_INPUT, errno, _("cannot write in %s"), backup->folder);
	return flock(backup->lock, LOCK_EX | LOCK_NB) == 0 ||
	       nieuws_fail(error, NIEUWS_CONFLICT, _("another backup into %s is running"),
		       backup->folder);
}

static void
fill(ManifestFile *file, const char *path, const char *stored, const char *sha256, gint64 size)
{
	record_set(&file->path, path);
	record_set(&file->stored, stored);
	record_set(&file->sha256, sha256);
	file->size = size;
}

/* --- the database
 * ----------------------------------------------------------------------------------------------
 */

/* Under its digest: the one of the backup before stays until the list names this one. */
static bool
name_database(Backup *backup, const char *part, GError **error)
{
	g_autofree char *sha256 = NULL;
	g_autofree char *stored = NULL;
	g_autofree char *path = NULL;
	gint64 size = 0;

	if (!manifest_digest(part, &sha256, &size, error))
		return false;
	stored = g_strdup_printf("database/%s.db", sha256);
	path = g_build_filename(backup->folder, stored, NULL);
	if (rename(part, path) != 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, _("cannot write %s"), path);
	fill(&backup->manifest->database, "nieuws.db", stored, sha256, size);
	g_ptr_array_add(backup->fresh, &backup->manifest->database);
	backup->bytes += size;
	return true;
}

static GPtrArray *
copy_database(Backup *backup, Store *store, GError **error)
{
	g_autofree char *folder = g_build_filename(backup->folder, "database", NULL);
	g_autofree char *part = g_build_filename(folder, "nieuws.db.part", NULL);
	g_autoptr(GPtrArray) raw = NULL;

	if (!fs_mkdirs(folder, 0700, error))
		return NULL;
	unlink(part);
	raw = store_copy(store, part, error);
	return raw != NULL && name_database(backup, part, error) ? g_steal_pointer(&raw) : NULL;
}

/* --- raw mails
 * ---------------------------------------------------------------------------------------------
 */

static bool
is_there(const char *path, gint64 size)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == size;
}

/* A raw mail that is gone or damaged must not keep the others from being copied: that is told at
 * the end. One that the backup has from better days stays in it. */
static bool
copy_mail(Backup *backup, const StoreRaw *raw, GError **error)
{
	g_autofree char *from = g_build_filename(backup->config->spool, raw->path, NULL);
	g_autofree char *to = g_build_filename(backup->folder, raw->path, NULL);
	g_autoptr(GError) problem = NULL;
	bool there = is_there(to, raw->size);
	ManifestFile *file;
	gint64 size = 0;

	if (!there && !manifest_copy(from, to, raw->sha256, NULL, &size, &problem)) {
		backup->damaged++;
		if (nieuws_error_is(problem, NIEUWS_NOT_FOUND) ||
			nieuws_error_is(problem, NIEUWS_MESSAGE))
			return true;
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	file = record_append(&manifest_file_type, backup->manifest->files);
	fill(file, raw->path, raw->path, raw->sha256, there ? raw->size : size);
	backup->mails++;
	backup->bytes += size;
	if (!there)
		g_ptr_array_add(backup->fresh, file);
	return true;
}

/* --- what else there is: edits, reasons
 * ---------------------------------------------------------------------- */

/* What an editor is writing may change or go between two calls: then it is in the next backup. */
static bool
copy_other(Backup *backup, const char *path, GError **error)
{
	g_autofree char *from = g_build_filename(backup->config->spool, path, NULL);
	g_autofree char *part = g_build_filename(backup->folder, "files", "other", NULL);
	g_autofree char *sha256 = NULL;
	g_autofree char *stored = NULL;
	g_autofree char *to = NULL;
	g_autoptr(GError) problem = NULL;
	ManifestFile *file;
	gint64 size = 0;

	if (!manifest_copy(from, part, NULL, &sha256, &size, &problem)) {
		if (access(from, R_OK) != 0) {
			backup->unreadable += errno == EACCES;
			return true;
		}
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	stored = g_strdup_printf("files/%s", sha256);
	to = g_build_filename(backup->folder, stored, NULL);
	if (rename(part, to) != 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, _("cannot write %s"), to);
	file = record_append(&manifest_file_type, backup->manifest->files);
	fill(file, path, stored, sha256, size);
	g_ptr_array_add(backup->fresh, file);
	return true;
}

static bool
copy_folder(Backup *backup, const char *path, int depth, GError **error)
{
	g_autofree char *full = g_build_filename(backup->config->spool, path, NULL);
	g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
	const char *name;

	backup->unreadable += dir == NULL && errno == EACCES;
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *below = g_build_filename(path, name, NULL);
		g_autofree char *there = g_build_filename(full, name, NULL);
		struct stat st;

		if (lstat(there, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth > 0 &&
			!copy_folder(backup, below, depth - 1, error))
			return false;
		if (S_ISREG(st.st_mode) && !copy_other(backup, below, error))
			return false;
	}
	return true;
}

/* --- the end
 * -------------------------------------------------------------------------------------------------
 */

/* One call for all files and folders of it; their bytes are with the disk before the list is. */
static bool
make_durable(const Backup *backup, GError **error)
{
	return syncfs(backup->lock) == 0 ||
	       nieuws_fail_errno(error, NIEUWS_LATER, errno,
		       _("the backup could not be made durable in %s"), backup->folder);
}

static bool
verify_fresh(const Backup *backup, GError **error)
{
	for (guint i = 0; i < backup->fresh->len; i++)
		if (!manifest_verify(backup->folder, backup->fresh->pdata[i], error))
			return false;
	return true;
}

/* What the list does not name goes: what was erased or expired in the spool does not live on here.
 */
static void
sweep(const char *folder, const char *path, GHashTable *named, int depth)
{
	g_autofree char *full = g_build_filename(folder, path, NULL);
	g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *below = g_build_filename(path, name, NULL);
		g_autofree char *there = g_build_filename(full, name, NULL);
		struct stat st;

		if (lstat(there, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth > 0)
			sweep(folder, below, named, depth - 1);
		else if (!S_ISDIR(st.st_mode) && !g_hash_table_contains(named, below))
			unlink(there);
	}
}

static void
sweep_all(const Backup *backup)
{
	static const char *const ours[] = {"database", "mail", "files"};
	g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);

	g_hash_table_add(named, backup->manifest->database.stored);
	for (guint i = 0; i < backup->manifest->files->len; i++)
		g_hash_table_add(
			named, ((ManifestFile *)backup->manifest->files->pdata[i])->stored);
	for (size_t i = 0; i < G_N_ELEMENTS(ours); i++)
		sweep(backup->folder, ours[i], named, DEPTH_MOST);
}

static bool
copy_all(Backup *backup, const GPtrArray *raw, GError **error)
{
	for (guint i = 0; i < raw->len; i++)
		if (!copy_mail(backup, raw->pdata[i], error))
			return false;
	return copy_folder(backup, "edits", 1, error) &&
	       copy_folder(backup, "quarantine", 0, error);
}

static char *
tell(const Backup *backup)
{
	g_autofree char *size = g_format_size((guint64)backup->bytes);
	GString *said = g_string_new(NULL);

	g_string_printf(said, _("%s holds %d mails and the database; %s were new"), backup->folder,
		(int)backup->mails, size);
	if (backup->unreadable > 0)
		g_string_append_printf(said,
			_("\n%u files that editors are writing could not be read; run it as root"),
			backup->unreadable);
	return g_string_free(said, FALSE);
}

char *
desk_backup(const Desk *desk, const char *folder, GError **error)
{
	g_auto(Backup) backup = {.config = desk->config, .folder = folder, .lock = -1};
	g_autoptr(GPtrArray) raw = NULL;

	if (!desk_may(desk, RIGHT_ADMIN, error) || !begin(&backup, error))
		return NULL;
	raw = copy_database(&backup, desk->store, error);
	if (raw == NULL || !copy_all(&backup, raw, error) || !make_durable(&backup, error) ||
		!verify_fresh(&backup, error) || !manifest_write(folder, backup.manifest, error))
		return NULL;
	sweep_all(&backup);
	if (backup.damaged > 0) {
		nieuws_fail(error, NIEUWS_MESSAGE,
			_("the backup is made, but for %u raw mails that are missing or damaged in "
			  "the spool; see nieuws fsck"),
			backup.damaged);
		return NULL;
	}
	return tell(&backup);
}
