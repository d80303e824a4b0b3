/* Files that survive. Directories are held as descriptors; names never contain '/' unless said; no
 * link is followed. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* mkdir -p with this mode for what is made; existing folders are left as they are. */
bool fs_mkdirs(const char *path, mode_t mode, GError **error);

/* A descriptor of the folder (O_DIRECTORY | O_CLOEXEC), -1 on failure. */
int fs_open_dir(const char *path, GError **error);

/* All length bytes, through short writes and EINTR. */
bool fs_write_all(int fd, const void *bytes, size_t length, GError **error);

/* fsync. A failure is final for this descriptor (the kernel may have dropped the pages): never
 * called twice for the same bytes; the caller gives the file up. */
bool fs_sync(int fd, const char *what, GError **error);

/* A whole small file, refused past limit bytes. Result to g_free, NUL ended, *ret_length may be
 * NULL. */
char *fs_read_all(int dirfd, const char *name, size_t limit, size_t *ret_length, GError **error);

/* The same from an open descriptor, from its start (pread; the offset is left alone). */
char *fs_pread_all(int fd, size_t limit, size_t *ret_length, GError **error);

/* Writes name beside itself, syncs, renames over it and syncs the folder: afterwards either the old
 * or the new bytes are there, whole. */
bool fs_replace(
	int dirfd, const char *name, const void *bytes, size_t length, mode_t mode, GError **error);

/* An anonymous file (memfd, sealed against nothing) with these bytes, offset 0; -1 on failure. */
int fs_memfd(const char *label, const void *bytes, size_t length, GError **error);

/* Removes a folder and all that is in it, whatever it is: no link is followed, no other file system
 * entered, depth bounded. */
bool fs_remove_tree(const char *path, GError **error);

/* Bytes free for us on the file system of this folder; -1 when unknown. */
gint64 fs_free_bytes(int dirfd);

/* close for g_autofd-like use: closes *fd when >= 0 and sets it to -1. */
void fs_close(int *fd);
#define fs_auto __attribute__((cleanup(fs_close)))

/* Hands a descriptor over: returns *fd and sets it to -1. */
static inline int
fs_steal(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}
