#include "edits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"

enum { FOLDER_MODE = 0770, FILE_MODE = 0660 };

struct SpoolEdits {
	char *path;
	int folder, lock;
	char *locked; /* the name that lock holds */
};

static bool
is_plain(const char *name)
{
	return *name != '\0' && *name != '.' && strchr(name, '/') == NULL && strlen(name) < 100;
}

static int
enter(int parent, const char *name, bool make, GError **error)
{
	int fd;

	if (make && mkdirat(parent, name, FOLDER_MODE) != 0 && errno != EEXIST) {
		nieuws_fail_errno(error, NIEUWS_CONFIG, errno,
			"cannot make the folder edits/%s in the spool", name);
		return -1;
	}
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		nieuws_fail_errno(error, errno == ENOENT ? NIEUWS_NOT_FOUND : NIEUWS_CONFIG, errno,
			"cannot open the folder edits/%s in the spool", name);
	return fd;
}

SpoolEdits *
spool_edits_open(const char *spool, const char *user, bool make, GError **error)
{
	g_autoptr(SpoolEdits) edits = g_new0(SpoolEdits, 1);
	fs_auto int root = fs_open_dir(spool, error);
	fs_auto int all = -1;

	edits->folder = edits->lock = -1;
	edits->path = g_build_filename(spool, "edits", user, NULL);
	if (!is_plain(user)) {
		nieuws_fail(error, NIEUWS_INPUT, "not the name of a user: %s", user);
		return NULL;
	}
	if (root >= 0)
		all = enter(root, "edits", make, error);
	if (all >= 0)
		edits->folder = enter(all, user, make, error);
	return edits->folder >= 0 ? g_steal_pointer(&edits) : NULL;
}

void
spool_edits_free(SpoolEdits *edits)
{
	if (edits == NULL)
		return;
	if (edits->locked != NULL) {
		g_autofree char *file = g_strconcat(edits->locked, ".lock", NULL);

		unlinkat(edits->folder, file, 0);
	}
	fs_close(&edits->lock);
	fs_close(&edits->folder);
	g_free(edits->locked);
	g_free(edits->path);
	g_free(edits);
}

/* --- one process each
 * ---------------------------------------------------------------------------------------- */

static int
open_lock(SpoolEdits *edits, const char *name, int flags)
{
	g_autofree char *file = g_strconcat(name, ".lock", NULL);

	return openat(edits->folder, file, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
}

/* The file may have been removed between opening and locking it: then what we hold is no lock. */
static bool
is_still_there(SpoolEdits *edits, const char *name, int fd)
{
	g_autofree char *file = g_strconcat(name, ".lock", NULL);
	struct stat mine, there;

	return fstat(fd, &mine) == 0 &&
	       fstatat(edits->folder, file, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

/* What nano leaves when its line is lost, NAME.md.save, is later than what it was told to save. */
static void
adopt_rescued(SpoolEdits *edits, const char *name)
{
	g_autofree char *text = g_strconcat(name, ".md", NULL);
	g_autofree char *rescued = g_strconcat(text, ".save", NULL);
	struct stat mine, later;

	if (fstatat(edits->folder, rescued, &later, AT_SYMLINK_NOFOLLOW) != 0 ||
		!S_ISREG(later.st_mode) || later.st_size == 0)
		return;
	if (fstatat(edits->folder, text, &mine, AT_SYMLINK_NOFOLLOW) != 0 ||
		mine.st_mtime <= later.st_mtime)
		renameat(edits->folder, rescued, edits->folder, text);
}

bool
spool_edits_lock(SpoolEdits *edits, const char *name, GError **error)
{
	fs_auto int fd = is_plain(name) ? open_lock(edits, name, O_CREAT) : -1;

	if (fd < 0)
		return nieuws_fail_errno(
			error, NIEUWS_CONFIG, errno, "cannot write in %s", edits->path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 || !is_still_there(edits, name, fd))
		return nieuws_fail(
			error, NIEUWS_CONFLICT, "%s/%s.md is open already", edits->path, name);
	edits->lock = fs_steal(&fd);
	edits->locked = g_strdup(name);
	adopt_rescued(edits, name);
	return true;
}

bool
spool_edits_busy(SpoolEdits *edits, const char *name)
{
	fs_auto int fd = open_lock(edits, name, 0);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;
}

/* --- texts
 * ----------------------------------------------------------------------------------------------------
 */

char *
spool_edits_path(const SpoolEdits *edits, const char *name)
{
	return g_strdup_printf("%s/%s.md", edits->path, name);
}

static bool
put(SpoolEdits *edits, const char *name, const char *suffix, const char *bytes, GError **error)
{
	g_autofree char *file = g_strconcat(name, suffix, NULL);

	return bytes == NULL ||
	       fs_replace(edits->folder, file, bytes, strlen(bytes), FILE_MODE, error);
}

bool
spool_edits_put(
	SpoolEdits *edits, const char *name, const char *state, const char *text, GError **error)
{
	return put(edits, name, ".state", state, error) && put(edits, name, ".md", text, error);
}

static bool
get(SpoolEdits *edits, const char *name, const char *suffix, char **ret, gsize *ret_length,
	GError **error)
{
	g_autofree char *file = g_strconcat(name, suffix, NULL);
	size_t length = 0;

	if (ret == NULL)
		return true;
	*ret = fs_read_all(edits->folder, file, SPOOL_EDITS_MOST, &length, error);
	if (*ret != NULL && ret_length != NULL)
		*ret_length = length;
	return *ret != NULL;
}

/* A program that saves does not always sync. A failure is not the end: the text is still read. */
static void
sync_text(SpoolEdits *edits, const char *name)
{
	g_autofree char *file = g_strconcat(name, ".md", NULL);
	fs_auto int fd = openat(edits->folder, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd >= 0 && fs_sync(fd, file, NULL))
		fs_sync(edits->folder, "a folder", NULL);
}

bool
spool_edits_get(SpoolEdits *edits, const char *name, char **ret_state, char **ret_text,
	gsize *ret_length, GError **error)
{
	if (ret_text != NULL)
		sync_text(edits, name);
	return get(edits, name, ".state", ret_state, NULL, error) &&
	       get(edits, name, ".md", ret_text, ret_length, error);
}

gint64
spool_edits_written(SpoolEdits *edits, const char *name)
{
	g_autofree char *file = g_strconcat(name, ".md", NULL);
	struct stat st;

	return fstatat(edits->folder, file, &st, AT_SYMLINK_NOFOLLOW) == 0 ? (gint64)st.st_mtime
									   : 0;
}

static int
by_number(gconstpointer a, gconstpointer b)
{
	const char *one = *(char *const *)a, *two = *(char *const *)b;
	gint64 left = g_ascii_strtoll(one, NULL, 10), right = g_ascii_strtoll(two, NULL, 10);

	return left != right ? (left > right) - (left < right) : strcmp(one, two);
}

GPtrArray *
spool_edits_list(SpoolEdits *edits, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	int fd = openat(edits->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (dir == NULL) {
		nieuws_fail_errno(error, NIEUWS_CONFIG, errno, "cannot list %s", edits->path);
		fs_close(&fd);
		return NULL;
	}
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' && g_str_has_suffix(entry->d_name, ".md"))
			g_ptr_array_add(names,
				g_strndup(entry->d_name, strlen(entry->d_name) - strlen(".md")));
	closedir(dir);
	for (guint i = 0; i < names->len; i++)
		if (!spool_edits_busy(edits, names->pdata[i]))
			adopt_rescued(edits, names->pdata[i]);
	g_ptr_array_sort(names, by_number);
	return g_steal_pointer(&names);
}

bool
spool_edits_drop(SpoolEdits *edits, const char *name, GError **error)
{
	/* The text goes first: a state alone says nothing. */
	static const char *const suffixes[] = {".md", ".state"};

	for (size_t i = 0; is_plain(name) && i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *file = g_strconcat(name, suffixes[i], NULL);

		if (unlinkat(edits->folder, file, 0) != 0 && errno != ENOENT)
			return nieuws_fail_errno(error, NIEUWS_CONFIG, errno, "cannot remove %s/%s",
				edits->path, file);
	}
	return fs_sync(edits->folder, "a folder", error);
}
