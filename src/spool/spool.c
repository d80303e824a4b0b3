#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool-private.h"

/* Of a group: see spool.h. */
enum { LOCK_TRIES = 40, LOCK_PAUSE_US = 50000, FOLDER_MODE = 0770, FILE_MODE = 0660 };

static bool
open_folder(int parent, const char *name, int *ret_fd, GError **error)
{
	if (mkdirat(parent, name, FOLDER_MODE) != 0 && errno != EEXIST)
		return nieuws_fail_errno(error, NIEUWS_CONFIG, errno,
			"cannot make the folder %s in the spool", name);
	*ret_fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (*ret_fd < 0)
		return nieuws_fail_errno(error, NIEUWS_CONFIG, errno,
			"cannot open the folder %s in the spool", name);
	return true;
}

static bool
take_lock(Spool *spool, GError **error)
{
	spool->lock =
		openat(spool->root, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (spool->lock < 0)
		return nieuws_fail_errno(error, NIEUWS_CONFIG, errno, "cannot write in the spool");
	/* A keeper that was killed while it started a child leaves the lock with that child, until
	 * the child becomes its program: moments later, on a busy machine. */
	for (int tries = 0; tries < LOCK_TRIES; tries++) {
		if (flock(spool->lock, LOCK_EX | LOCK_NB) == 0)
			return true;
		g_usleep(LOCK_PAUSE_US);
	}
	return nieuws_fail(error, NIEUWS_CONFLICT,
		"another nieuwsd keeps this spool; stop that one first (systemctl stop nieuwsd)");
}

/* Where the folder is ours to make, its group goes to all that is made in it. */
static bool
make_root(const char *path, GError **error)
{
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		return true;
	if (!fs_mkdirs(path, FOLDER_MODE, error))
		return false;
	/* A sandbox may forbid it; then only one user works here. */
	return chmod(path, FOLDER_MODE | S_ISGID) == 0 || errno == EPERM ||
	       nieuws_fail_errno(error, NIEUWS_CONFIG, errno, "cannot share the folder %s", path);
}

Spool *
spool_open(const char *path, SpoolMode mode, GError **error)
{
	g_autoptr(Spool) spool = g_new0(Spool, 1);

	spool->root = spool->incoming = spool->mail = spool->attachments = -1;
	spool->quarantine = spool->lock = spool->day_fd = -1;
	if (!make_root(path, error))
		return NULL;
	spool->root = fs_open_dir(path, error);
	if (spool->root < 0 || !open_folder(spool->root, "incoming", &spool->incoming, error) ||
		!open_folder(spool->root, "mail", &spool->mail, error) ||
		!open_folder(spool->root, "attachments", &spool->attachments, error) ||
		!open_folder(spool->root, "quarantine", &spool->quarantine, error))
		return NULL;
	if (mode == SPOOL_KEEPER && !take_lock(spool, error))
		return NULL;
	if (!spool_sync_root(spool, error))
		return NULL;
	return g_steal_pointer(&spool);
}

void
spool_free(Spool *spool)
{
	if (spool == NULL)
		return;
	fs_close(&spool->day_fd);
	fs_close(&spool->quarantine);
	fs_close(&spool->attachments);
	fs_close(&spool->mail);
	fs_close(&spool->incoming);
	fs_close(&spool->lock);
	fs_close(&spool->root);
	g_free(spool->day);
	g_free(spool);
}

/* --- incoming
 * -------------------------------------------------------------------------------------------------
 */

static bool
is_plain_name(const char *name)
{
	return *name != '\0' && *name != '.' && strchr(name, '/') == NULL && strlen(name) < 200;
}

GPtrArray *
spool_incoming_list(Spool *spool, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	int fd = openat(spool->incoming, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (dir == NULL) {
		nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot list the folder incoming");
		fs_close(&fd);
		return NULL;
	}
	while ((entry = readdir(dir)) != NULL)
		/* Imports of a guest that runs beside us are its own. */
		if (is_plain_name(entry->d_name) && !g_str_has_prefix(entry->d_name, "import."))
			g_ptr_array_add(names, g_strdup(entry->d_name));
	closedir(dir);
	return g_steal_pointer(&names);
}

bool
spool_incoming_drop(Spool *spool, const char *name, GError **error)
{
	if (!is_plain_name(name))
		return nieuws_fail(error, NIEUWS_INPUT, "not the name of a fetched mail");
	if (unlinkat(spool->incoming, name, 0) != 0 && errno != ENOENT)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot drop a fetched mail");
	return true;
}

bool
spool_import(Spool *spool, const void *bytes, size_t length, char **ret_name, GError **error)
{
	g_autofree char *name = g_strdup_printf("import.%d.%u", (int)getpid(), ++spool->imported);
	fs_auto int fd = openat(spool->incoming, name,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);

	if (fd < 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot write in the spool");
	if (!fs_write_all(fd, bytes, length, error) || !fs_sync(fd, "a mail", error) ||
		!fs_sync(spool->incoming, "the folder incoming", error)) {
		unlinkat(spool->incoming, name, 0);
		return false;
	}
	*ret_name = g_steal_pointer(&name);
	return true;
}

/* --- mail
 * -----------------------------------------------------------------------------------------------------
 */

/* New folders are synced into their parents at once; that happens twice a day at most. */
static bool
make_day(Spool *spool, const char *day, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(day, "/", 2);
	fs_auto int month = -1;
	int fd = -1;

	if (!open_folder(spool->mail, parts[0], &month, error) ||
		!open_folder(month, parts[1], &fd, error))
		return false;
	fs_close(&spool->day_fd);
	spool->day_fd = fd;
	return fs_sync(spool->mail, "the folder mail", error) &&
	       fs_sync(month, "a folder of mails", error);
}

static bool
enter_day(Spool *spool, GError **error)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *day = g_date_time_format(now, "%Y-%m/%d");

	if (g_strcmp0(day, spool->day) == 0)
		return true;
	if (!spool_sync(spool, error) || !make_day(spool, day, error))
		return false;
	g_free(spool->day);
	spool->day = g_steal_pointer(&day);
	return true;
}

static bool
check_incoming(Spool *spool, const char *name, gint64 size, GError **error)
{
	struct stat st;

	if (fstatat(spool->incoming, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, "a fetched mail is not there");
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_size != size)
		return nieuws_fail(
			error, NIEUWS_LATER, "a fetched mail is not what its fetcher said");
	return true;
}

/* The file is there already: what a crash left, or the same mail to another address. Bytes that a
 * disk has spoiled give way to good ones. */
static bool
put_again(Spool *spool, const char *name, const char *file, const char *sha256)
{
	bool good = digest_of_file(spool->day_fd, file, sha256);

	return good ? unlinkat(spool->incoming, name, 0) == 0 || errno == ENOENT
		    : renameat(spool->incoming, name, spool->day_fd, file) == 0;
}

bool
spool_adopt(Spool *spool, const char *name, const char *sha256, gint64 size, char **ret_path,
	GError **error)
{
	g_autofree char *file = NULL;

	if (!is_plain_name(name) || !digest_is_hex(sha256))
		return nieuws_fail(error, NIEUWS_LATER, "a fetcher gave a malformed name");
	if (!check_incoming(spool, name, size, error) || !enter_day(spool, error))
		return false;
	file = g_strdup_printf("%s.eml", sha256);
	/* Renaming over the same bytes would be harmless too, but this keeps the file that rows
	 * point to. */
	if (renameat2(spool->incoming, name, spool->day_fd, file, RENAME_NOREPLACE) != 0 &&
		(errno != EEXIST || !put_again(spool, name, file, sha256)))
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot move a fetched mail");
	spool->day_dirty = true;
	*ret_path = g_strdup_printf("mail/%s/%s", spool->day, file);
	return true;
}

bool
spool_sync(Spool *spool, GError **error)
{
	if (!spool->day_dirty)
		return true;
	spool->day_dirty = false;
	return fs_sync(spool->day_fd, "a folder of mails", error);
}

bool
spool_sync_root(Spool *spool, GError **error)
{
	return fs_sync(spool->root, "the spool", error);
}

static bool
is_mail_path(const char *path)
{
	/* mail/YYYY-MM/DD/<sha256>.eml */
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);

	return g_strv_length(parts) == 4 && strcmp(parts[0], "mail") == 0 &&
	       strlen(parts[1]) == 7 && strlen(parts[2]) == 2 &&
	       strspn(parts[1], "0123456789-") == 7 && strspn(parts[2], "0123456789") == 2 &&
	       strlen(parts[3]) == DIGEST_HEX + 4 &&
	       strspn(parts[3], "0123456789abcdef") == DIGEST_HEX;
}

int
spool_open_raw(Spool *spool, const char *path, GError **error)
{
	int fd;

	if (!is_mail_path(path)) {
		nieuws_fail(error, NIEUWS_INTERNAL, "not the path of a raw mail: %s", path);
		return -1;
	}
	fd = openat(spool->root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		nieuws_fail_errno(error, errno == ENOENT ? NIEUWS_NOT_FOUND : NIEUWS_LATER, errno,
			"cannot open the raw mail %s", path);
	return fd;
}

/* --- attachments
 * ---------------------------------------------------------------------------------------------- */

static bool
attachment_folder(Spool *spool, const char *sha256, int *ret_fd, GError **error)
{
	char two[3] = {sha256[0], sha256[1], '\0'};

	return open_folder(spool->attachments, two, ret_fd, error);
}

int
spool_open_attachment(Spool *spool, const char *sha256, GError **error)
{
	fs_auto int folder = -1;
	int fd;

	if (!digest_is_hex(sha256)) {
		nieuws_fail(error, NIEUWS_INTERNAL, "not a digest");
		return -1;
	}
	if (!attachment_folder(spool, sha256, &folder, error))
		return -1;
	fd = openat(folder, sha256, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		nieuws_fail_errno(error, errno == ENOENT ? NIEUWS_NOT_FOUND : NIEUWS_LATER, errno,
			"cannot open a file");
	return fd;
}

static bool
copy_bytes(int to, int from, GError **error)
{
	off_t offset = 0;
	struct stat st;

	if (fstat(from, &st) != 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot read a file");
	while (offset < st.st_size)
		if (sendfile(to, from, &offset, (size_t)(st.st_size - offset)) <= 0)
			return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot copy a file");
	return true;
}

bool
spool_put_attachment(Spool *spool, const char *sha256, int fd, GError **error)
{
	fs_auto int folder = -1;
	fs_auto int out = -1;
	g_autofree char *beside = NULL;

	if (!digest_is_hex(sha256) || !attachment_folder(spool, sha256, &folder, error))
		return false;
	beside = g_strdup_printf("%s.%d", sha256, (int)getpid());
	out = openat(
		folder, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (out < 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot write in the spool");
	if (!copy_bytes(out, fd, error) || !fs_sync(out, "a file", error)) {
		unlinkat(folder, beside, 0);
		return false;
	}
	if (renameat(folder, beside, folder, sha256) != 0)
		return nieuws_fail_errno(
			error, NIEUWS_LATER, errno, "cannot move a file to its place");
	return true;
}

/* --- quarantine
 * -----------------------------------------------------------------------------------------------
 */

bool
spool_quarantine(
	Spool *spool, const char *path, const char *sha256, const char *reason, GError **error)
{
	g_autofree char *name = g_strdup_printf("%s.reason", sha256);
	g_autofree char *text = g_strdup_printf("%s\n%s\n", path, reason);

	return fs_replace(spool->quarantine, name, text, strlen(text), FILE_MODE, error);
}

bool
spool_quarantine_lift(Spool *spool, const char *sha256, GError **error)
{
	g_autofree char *name = g_strdup_printf("%s.reason", sha256);

	if (unlinkat(spool->quarantine, name, 0) != 0 && errno != ENOENT)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot lift a quarantine");
	return true;
}

gint64
spool_free_bytes(const Spool *spool)
{
	return fs_free_bytes(spool->root);
}
