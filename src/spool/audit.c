/* Every file and folder of the spool, one after the other, and the few repairs that harm nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool-private.h"

enum { DEEPEST = 4 /* mail/YYYY-MM/DD/file */ };

static bool walk(Spool *spool, const char *folder, int depth, SpoolVisit visit, void *context,
	GError **error);

static bool
visit_one(
	Spool *spool, const char *path, int depth, SpoolVisit visit, void *context, GError **error)
{
	SpoolEntry entry = {.path = path};
	struct stat st;

	if (fstatat(spool->root, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || nieuws_fail_errno(error, NIEUWS_LATER, errno,
						  "cannot look at %s in the spool", path);
	entry.is_folder = S_ISDIR(st.st_mode);
	entry.is_plain = S_ISREG(st.st_mode) && st.st_nlink == 1;
	entry.mode = st.st_mode & 07777;
	entry.owner = st.st_uid;
	entry.size = st.st_size;
	entry.changed_at = st.st_mtime;
	visit(context, &entry);
	return !entry.is_folder || depth >= DEEPEST ||
	       walk(spool, path, depth + 1, visit, context, error);
}

static bool
walk(Spool *spool, const char *folder, int depth, SpoolVisit visit, void *context, GError **error)
{
	int fd = openat(spool->root, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	bool good = true;

	if (dir == NULL) {
		nieuws_fail_errno(
			error, NIEUWS_LATER, errno, "cannot list %s in the spool", folder);
		fs_close(&fd);
		return false;
	}
	while (good && (entry = readdir(dir)) != NULL) {
		g_autofree char *path = g_strdup_printf("%s/%s", folder, entry->d_name);

		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			good = visit_one(spool, path, depth, visit, context, error);
	}
	closedir(dir);
	return good;
}

bool
spool_walk(Spool *spool, SpoolVisit visit, void *context, GError **error)
{
	static const char *const tops[] = {"incoming", "mail", "attachments", "quarantine"};

	for (size_t i = 0; i < G_N_ELEMENTS(tops); i++)
		if (!visit_one(spool, tops[i], 1, visit, context, error))
			return false;
	return visit_one(spool, "nieuws.db", DEEPEST, visit, context, error);
}

bool
spool_keeper_runs(Spool *spool)
{
	fs_auto int fd = openat(spool->root, "lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	/* Let go again when it is closed. */
	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;
}

bool
spool_is_whole(Spool *spool, const char *path, const char *sha256)
{
	return digest_of_file(spool->root, path, sha256);
}

/* Only what is below our folders, by a path that cannot climb out of them. */
static bool
check_path(const char *path, GError **error)
{
	if (*path != '/' && strstr(path, "..") == NULL && strchr(path, '/') != NULL)
		return true;
	return nieuws_fail(error, NIEUWS_INTERNAL, "not a path in the spool: %s", path);
}

bool
spool_drop(Spool *spool, const char *path, GError **error)
{
	if (!check_path(path, error))
		return false;
	if (g_str_has_prefix(path, "mail/"))
		return nieuws_fail(error, NIEUWS_INTERNAL, "a raw mail is never dropped: %s", path);
	return unlinkat(spool->root, path, 0) == 0 || errno == ENOENT ||
	       nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot drop %s", path);
}

bool
spool_set_aside(Spool *spool, const char *path, char **ret_path, GError **error)
{
	const char *slash = strrchr(path, '/');

	if (!check_path(path, error))
		return false;
	for (int n = 1; n < 1000; n++) {
		g_autofree char *aside = g_strdup_printf("quarantine/%s.damaged.%d", slash + 1, n);

		if (renameat2(spool->root, path, spool->root, aside, RENAME_NOREPLACE) == 0) {
			*ret_path = g_steal_pointer(&aside);
			return fs_sync(spool->quarantine, "the folder quarantine", error);
		}
		if (errno != EEXIST)
			break;
	}
	return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot set %s aside", path);
}

bool
spool_shut(Spool *spool, const char *path, GError **error)
{
	fs_auto int fd = openat(spool->root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && fchmod(fd, st.st_mode & 07770) == 0)
		return true;
	return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot change the mode of %s", path);
}
