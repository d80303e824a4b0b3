#include "manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "words.h"

enum { MANIFEST_MOST = 1 << 30, CHUNK = 1 << 16 };

#define NO_FIELD                                                                                   \
	{                                                                                          \
		NULL, 0, 0, NULL, NULL                                                             \
	}

static const Field file_fields[] = {
	{"path", FIELD_STRING, offsetof(ManifestFile, path), NULL, NULL},
	{"stored", FIELD_STRING, offsetof(ManifestFile, stored), NULL, NULL},
	{"sha256", FIELD_STRING, offsetof(ManifestFile, sha256), NULL, NULL},
	{"size", FIELD_INT, offsetof(ManifestFile, size), NULL, NULL}, NO_FIELD};

const RecordType manifest_file_type = {"file", sizeof(ManifestFile), file_fields};

static const Field fields[] = {{"format", FIELD_INT, offsetof(Manifest, format), NULL, NULL},
	{"made_at", FIELD_INT, offsetof(Manifest, made_at), NULL, NULL},
	{"database", FIELD_RECORD, offsetof(Manifest, database), &manifest_file_type, NULL},
	{"files", FIELD_LIST, offsetof(Manifest, files), &manifest_file_type, NULL}, NO_FIELD};

const RecordType manifest_type = {"manifest", sizeof(Manifest), fields};

/* --- the list
 * --------------------------------------------------------------------------------------------------
 */

/* Relative, and no step of it goes up. */
static bool
stays_inside(const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);

	for (char **part = parts; *part != NULL; part++)
		if (**part == '\0' || strcmp(*part, ".") == 0 || strcmp(*part, "..") == 0)
			return false;
	return *parts != NULL;
}

static bool
is_good(const ManifestFile *file)
{
	return stays_inside(file->path) && stays_inside(file->stored) &&
	       digest_is_hex(file->sha256) && file->size >= 0;
}

static bool
check(const Manifest *manifest, GError **error)
{
	bool good = is_good(&manifest->database);

	if (manifest->format != MANIFEST_FORMAT)
		return nieuws_fail(error, NIEUWS_INPUT,
			_("this backup is of another nieuws (format %d, this one knows %d)"),
			(int)manifest->format, MANIFEST_FORMAT);
	for (guint i = 0; good && i < manifest->files->len; i++)
		good = is_good(manifest->files->pdata[i]);
	return good || nieuws_fail(error, NIEUWS_INPUT, _("the list of this backup is damaged"));
}

/* record_from_json reads lists that it may bound; this one is as long as the archive. */
static void
read_files(Manifest *manifest, const json_t *list)
{
	g_ptr_array_set_size(manifest->files, 0);
	for (size_t i = 0; i < json_array_size(list); i++)
		g_ptr_array_add(manifest->files,
			record_from_json(&manifest_file_type, json_array_get(list, i)));
}

Manifest *
manifest_read(const char *folder, GError **error)
{
	fs_auto int dir = fs_open_dir(folder, error);
	gsize length = 0;
	g_autofree char *text =
		dir >= 0 ? fs_read_all(dir, MANIFEST_FILE, MANIFEST_MOST, &length, NULL) : NULL;
	json_t *json = text != NULL ? json_loadb(text, length, 0, NULL) : NULL;
	g_autoptr(Manifest) manifest = NULL;

	if (dir < 0)
		return NULL;
	if (json == NULL) {
		nieuws_fail(error, NIEUWS_NOT_FOUND,
			_("there is no finished backup in %s (no list in %s)"), folder,
			MANIFEST_FILE);
		return NULL;
	}
	manifest = record_from_json(&manifest_type, json);
	read_files(manifest, json_object_get(json, "files"));
	json_decref(json);
	return check(manifest, error) ? g_steal_pointer(&manifest) : NULL;
}

bool
manifest_write(const char *folder, const Manifest *manifest, GError **error)
{
	fs_auto int dir = fs_open_dir(folder, error);
	json_t *json = record_to_json(&manifest_type, manifest);
	char *text = json_dumps(json, JSON_INDENT(1));
	bool good = dir >= 0 && text != NULL &&
		    fs_replace(dir, MANIFEST_FILE, text, strlen(text), 0600, error);

	free(text);
	json_decref(json);
	return good;
}

/* --- files
 * -----------------------------------------------------------------------------------------------------
 */

static int
open_file(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		nieuws_fail_errno(error, errno == ENOENT ? NIEUWS_NOT_FOUND : NIEUWS_LATER, errno,
			_("cannot read %s"), path);
	return fd;
}

/* From one descriptor through the digest to another (-1: nowhere). */
static bool
pass_bytes(int from, int to, char **ret_sha256, gint64 *ret_size, GError **error)
{
	char hex[DIGEST_HEX + 1];
	guint8 chunk[CHUNK];
	Digest digest;
	ssize_t got;

	digest_init(&digest);
	*ret_size = 0;
	while ((got = read(from, chunk, sizeof chunk)) > 0) {
		digest_update(&digest, chunk, (size_t)got);
		*ret_size += got;
		if (to >= 0 && !fs_write_all(to, chunk, (size_t)got, error))
			return false;
	}
	if (got < 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, _("a file cannot be read"));
	digest_hex(&digest, hex);
	*ret_sha256 = g_strdup(hex);
	return true;
}

bool
manifest_digest(const char *path, char **ret_sha256, gint64 *ret_size, GError **error)
{
	fs_auto int fd = open_file(path, error);

	return fd >= 0 && pass_bytes(fd, -1, ret_sha256, ret_size, error);
}

bool
manifest_sync_folder(const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	fs_auto int fd = fs_open_dir(folder, error);

	return fd >= 0 && fs_sync(fd, folder, error);
}

static bool
write_beside(const char *from, const char *beside, const char *sha256, char **ret_sha256,
	gint64 *ret_size, GError **error)
{
	fs_auto int in = open_file(from, error);
	fs_auto int out = -1;

	if (in < 0)
		return false;
	unlink(beside);
	out = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0660);
	if (out < 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, _("cannot write %s"), beside);
	if (!pass_bytes(in, out, ret_sha256, ret_size, error) || !fs_sync(out, beside, error))
		return false;
	return sha256 == NULL || strcmp(sha256, *ret_sha256) == 0 ||
	       nieuws_fail(error, NIEUWS_MESSAGE,
		       _("%s is damaged: its bytes are not those that were kept"), from);
}

bool
manifest_copy(const char *from, const char *to, const char *sha256, char **ret_sha256,
	gint64 *ret_size, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(to);
	g_autofree char *beside = g_strconcat(to, ".part", NULL);
	g_autofree char *found = NULL;

	if (!fs_mkdirs(folder, 0770, error))
		return false;
	if (!write_beside(from, beside, sha256, &found, ret_size, error)) {
		unlink(beside);
		return false;
	}
	if (rename(beside, to) != 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, _("cannot write %s"), to);
	if (ret_sha256 != NULL)
		*ret_sha256 = g_steal_pointer(&found);
	return true;
}

bool
manifest_verify(const char *folder, const ManifestFile *file, GError **error)
{
	g_autofree char *path = g_build_filename(folder, file->stored, NULL);
	g_autofree char *sha256 = NULL;
	gint64 size = 0;

	if (!manifest_digest(path, &sha256, &size, error))
		return false;
	return (size == file->size && strcmp(sha256, file->sha256) == 0) ||
	       nieuws_fail(error, NIEUWS_MESSAGE,
		       _("%s is damaged: its bytes are not those that were kept"), path);
}
