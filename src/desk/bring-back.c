/* From a backup to a spool: everything is checked before a byte is written, the database comes
 * last. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "desk-private.h"
#include "fsck.h"
#include "manifest.h"

static const char *const suffixes[] = {"", "-wal", "-shm"};

char *
desk_backup_check(const char *folder, GError **error)
{
	g_autoptr(Manifest) manifest = manifest_read(folder, error);
	g_autofree char *when = NULL;

	if (manifest == NULL || !manifest_verify(folder, &manifest->database, error))
		return NULL;
	for (guint i = 0; i < manifest->files->len; i++)
		if (!manifest_verify(folder, manifest->files->pdata[i], error))
			return NULL;
	when = when_local(manifest->made_at);
	return g_strdup_printf(_("the backup of %s is whole: %u files and the database"), when,
		manifest->files->len);
}

static bool
has_drafts(const char *spool, bool *ret_has, GError **error)
{
	g_autofree char *path = g_build_filename(spool, "nieuws.db", NULL);
	g_autoptr(Store) store = NULL;
	g_autoptr(StoreStatus) status = NULL;

	*ret_has = false;
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return true;
	store = store_open(path, STORE_READ, error);
	status = store != NULL ? store_glance(store, error) : NULL;
	*ret_has = status == NULL || status->drafts > 0;
	return status != NULL;
}

static bool
may_replace(const char *spool, bool force, GError **error)
{
	bool has = false;

	/* What cannot be opened is a reason to restore, for who says so. */
	if (force || !has_drafts(spool, &has, error))
		return force;
	return !has || nieuws_fail(error, NIEUWS_CONFLICT,
			       _("%s holds drafts: restore to another folder (--to DIR), or with "
				 "--force, which sets the database that is there aside as "
				 "nieuws.db.before"),
			       spool);
}

static bool
bring_files(const char *folder, const Manifest *manifest, const char *spool, GError **error)
{
	for (guint i = 0; i < manifest->files->len; i++) {
		const ManifestFile *file = manifest->files->pdata[i];
		g_autofree char *from = g_build_filename(folder, file->stored, NULL);
		g_autofree char *to = g_build_filename(spool, file->path, NULL);
		gint64 size = 0;

		if (!manifest_copy(from, to, file->sha256, NULL, &size, error))
			return false;
	}
	return true;
}

/* The database that is there with its journals, which belong to it by name. */
static bool
set_aside(const char *spool, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *from = g_strdup_printf("%s/nieuws.db%s", spool, suffixes[i]);
		g_autofree char *to = g_strdup_printf("%s/nieuws.db.before%s", spool, suffixes[i]);

		if (rename(from, to) == 0)
			continue;
		if (errno != ENOENT)
			return nieuws_fail_errno(
				error, NIEUWS_LATER, errno, _("cannot move %s"), from);
		unlink(to);
	}
	return true;
}

static bool
bring_database(const char *folder, const Manifest *manifest, const char *spool, GError **error)
{
	g_autofree char *from = g_build_filename(folder, manifest->database.stored, NULL);
	g_autofree char *beside = g_build_filename(spool, "nieuws.db.restored", NULL);
	g_autofree char *to = g_build_filename(spool, "nieuws.db", NULL);
	fs_auto int dir = fs_open_dir(spool, error);
	gint64 size = 0;

	if (dir < 0 || !manifest_copy(from, beside, manifest->database.sha256, NULL, &size, error))
		return false;
	if (syncfs(dir) != 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno,
			_("what was restored could not be made durable in %s"), spool);
	if (!set_aside(spool, error))
		return false;
	if (rename(beside, to) != 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, _("cannot write %s"), to);
	return fs_sync(dir, spool, error);
}

static bool
is_sound(const char *spool, GError **error)
{
	g_autofree char *path = g_build_filename(spool, "nieuws.db", NULL);
	g_autoptr(Store) store = store_open(path, STORE_WRITE, error);

	return store != NULL && store_sound(store, error);
}

/* As it lies there now, not as it was copied. */
static char *
look_again(const Config *config, const char *spool, const Manifest *manifest, GError **error)
{
	Config there = *config;
	FsckOptions options = {.quick = true};
	g_autoptr(GPtrArray) findings = NULL;
	g_autofree char *when = when_local(manifest->made_at);
	GString *said;

	there.spool = (char *)(guintptr)spool;
	findings = is_sound(spool, error) ? desk_fsck(&there, &options, error) : NULL;
	if (findings == NULL)
		return NULL;
	said = g_string_new(NULL);
	g_string_printf(said,
		_("%s is as it was on %s: %u files and the database, checked. Mails "
		  "that came later are fetched again, where the server still has "
		  "them"),
		spool, when, manifest->files->len);
	if (findings->len > 0)
		g_string_append_printf(said,
			_("\nnieuws fsck has something to say there: %u times"), findings->len);
	return g_string_free(said, FALSE);
}

char *
desk_bring_back(const Desk *desk, const char *folder, const char *to, bool force, GError **error)
{
	const char *place = to != NULL ? to : desk->config->spool;
	g_autofree char *whole = NULL;
	g_autoptr(Manifest) manifest = NULL;
	g_autoptr(Spool) spool = NULL;

	if (!desk_may(desk, RIGHT_ADMIN, error))
		return NULL;
	whole = desk_backup_check(folder, error);
	manifest = whole != NULL ? manifest_read(folder, error) : NULL;
	/* As keeper: no nieuwsd may run on what is replaced. */
	spool = manifest != NULL ? spool_open(place, SPOOL_KEEPER, error) : NULL;
	if (spool == NULL || !may_replace(place, force, error) ||
		!bring_files(folder, manifest, place, error) ||
		!bring_database(folder, manifest, place, error))
		return NULL;
	return look_again(desk->config, place, manifest, error);
}
