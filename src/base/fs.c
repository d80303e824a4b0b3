#include "fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "error.h"

bool
fs_mkdirs(const char *path, mode_t mode, GError **error)
{
	if (g_mkdir_with_parents(path, (gint)mode) == 0)
		return true;
	return nieuws_fail_errno(error, NIEUWS_CONFIG, errno, "cannot make the folder %s", path);
}

int
fs_open_dir(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		nieuws_fail_errno(error, NIEUWS_CONFIG, errno, "cannot open the folder %s", path);
	return fd;
}

bool
fs_write_all(int fd, const void *bytes, size_t length, GError **error)
{
	const char *next = bytes;

	while (length > 0) {
		ssize_t written = write(fd, next, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot write");
		next += written;
		length -= (size_t)written;
	}
	return true;
}

bool
fs_sync(int fd, const char *what, GError **error)
{
	if (fsync(fd) == 0)
		return true;
	/* Whatever errno says, a full disk too: the kernel may have dropped the pages. */
	return nieuws_fail(
		error, NIEUWS_DISK, "cannot make %s durable (fsync): %s", what, g_strerror(errno));
}

char *
fs_pread_all(int fd, size_t limit, size_t *ret_length, GError **error)
{
	struct stat st;
	g_autofree char *bytes = NULL;
	size_t length = 0;

	if (fstat(fd, &st) != 0) {
		nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot look at a file");
		return NULL;
	}
	if (st.st_size < 0 || (size_t)st.st_size > limit) {
		nieuws_fail(error, NIEUWS_INPUT, "the file is larger than %zu bytes", limit);
		return NULL;
	}
	bytes = g_malloc((size_t)st.st_size + 1);
	while (length < (size_t)st.st_size) {
		ssize_t got = pread(fd, bytes + length, (size_t)st.st_size - length, (off_t)length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot read");
			return NULL;
		}
		if (got == 0)
			break;
		length += (size_t)got;
	}
	bytes[length] = '\0';
	if (ret_length != NULL)
		*ret_length = length;
	return g_steal_pointer(&bytes);
}

char *
fs_read_all(int dirfd, const char *name, size_t limit, size_t *ret_length, GError **error)
{
	fs_auto int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0) {
		nieuws_fail_errno(error, errno == ENOENT ? NIEUWS_NOT_FOUND : NIEUWS_INPUT, errno,
			"cannot open %s", name);
		return NULL;
	}
	return fs_pread_all(fd, limit, ret_length, error);
}

static bool
write_beside(
	int dirfd, const char *name, const void *bytes, size_t length, mode_t mode, GError **error)
{
	fs_auto int fd =
		openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);

	if (fd < 0)
		return nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot create %s", name);
	return fs_write_all(fd, bytes, length, error) && fs_sync(fd, name, error);
}

bool
fs_replace(
	int dirfd, const char *name, const void *bytes, size_t length, mode_t mode, GError **error)
{
	g_autofree char *beside = g_strdup_printf("%s.new", name);

	if (!write_beside(dirfd, beside, bytes, length, mode, error)) {
		unlinkat(dirfd, beside, 0);
		return false;
	}
	if (renameat(dirfd, beside, dirfd, name) != 0)
		return nieuws_fail_errno(
			error, NIEUWS_INTERNAL, errno, "cannot rename to %s", name);
	return fs_sync(dirfd, "a folder", error);
}

int
fs_memfd(const char *label, const void *bytes, size_t length, GError **error)
{
	fs_auto int fd = memfd_create(label, MFD_CLOEXEC);

	if (fd < 0) {
		nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot make a file in memory");
		return -1;
	}
	if (!fs_write_all(fd, bytes, length, error) || lseek(fd, 0, SEEK_SET) != 0)
		return -1;
	return fs_steal(&fd);
}

gint64
fs_free_bytes(int dirfd)
{
	struct statvfs st;

	if (fstatvfs(dirfd, &st) != 0)
		return -1;
	return (gint64)st.f_bavail * (gint64)st.f_frsize;
}

void
fs_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

enum { TREE_DEPTH = 100 };

static bool
remove_below(int dirfd, dev_t device, int depth)
{
	DIR *dir = fdopendir(dirfd);
	const struct dirent *entry;
	bool good = dir != NULL && depth < TREE_DEPTH;

	while (good && (entry = readdir(dir)) != NULL) {
		struct stat st;
		int fd;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd, entry->d_name, 0) == 0)
			continue;
		fd = openat(dirfd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		/* A folder closed to ourselves. */
		if (fd < 0 && errno == EACCES && fchmodat(dirfd, entry->d_name, 0700, 0) == 0)
			fd = openat(dirfd, entry->d_name,
				O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		good = fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == device;
		if (!good)
			fs_close(&fd);
		good = good && remove_below(fd, device, depth + 1) &&
		       unlinkat(dirfd, entry->d_name, AT_REMOVEDIR) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	else
		close(dirfd);
	return good;
}

bool
fs_remove_tree(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return nieuws_fail_errno(
			error, NIEUWS_INTERNAL, errno, "cannot open the folder %s", path);
	if (remove_below(fd, st.st_dev, 0) && rmdir(path) == 0)
		return true;
	return nieuws_fail_errno(
		error, NIEUWS_INTERNAL, errno, "cannot remove the folder %s", path);
}
