/* What talks to a server is sealed: its connection, its folder and its threads work on; a new
 * connection, another file or a program end it or are refused. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

static int folder; /* the one that may be written */
static int line[2]; /* a connection made before */

typedef bool (*Try)(void);

/* 0 what was tried worked, 1 it was refused; killed by SIGSYS -SIGSYS. */
static int
outcome_of(Try attempt, int folder_of_plan)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		const SandboxTalkPlan plan = {
			.folder = folder_of_plan, .memory = 40 << 20, .threads = true};

		if (!sandbox_seal_talk(&plan, NULL))
			_exit(99);
		_exit(attempt() ? 0 : 1);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
assert_works(Try attempt)
{
	g_assert_cmpint(outcome_of(attempt, folder), ==, 0);
}

static void
assert_refused(Try attempt)
{
	g_assert_cmpint(outcome_of(attempt, folder), ==, 1);
	g_assert_cmpint(outcome_of(attempt, -1), ==, 1);
}

static void
assert_killed(Try attempt)
{
	g_assert_cmpint(outcome_of(attempt, folder), ==, -SIGSYS);
	g_assert_cmpint(outcome_of(attempt, -1), ==, -SIGSYS);
}

/* --- what must work
 * -------------------------------------------------------------------------------------------
 */

static bool
keeps_a_mail(void)
{
	int fd = openat(folder, "mail", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0660);

	return fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0 && close(fd) == 0 &&
	       fsync(folder) == 0 && unlinkat(folder, "mail", 0) == 0;
}

static void
sync_it(gpointer fd, gpointer failed)
{
	if (fsync(GPOINTER_TO_INT(fd)) != 0)
		*(int *)failed = errno;
}

static bool
syncs_in_threads(void)
{
	int failed = 0;
	int fd = openat(folder, "threads", O_WRONLY | O_CREAT, 0660);
	GThreadPool *pool = g_thread_pool_new(sync_it, &failed, 4, FALSE, NULL);

	for (int i = 0; i < 64; i++)
		g_thread_pool_push(pool, GINT_TO_POINTER(fd), NULL);
	g_thread_pool_free(pool, FALSE, TRUE);
	return fd >= 0 && failed == 0 && unlinkat(folder, "threads", 0) == 0;
}

static bool
talks_on(void)
{
	char byte;

	return send(line[0], "a", 1, MSG_NOSIGNAL) == 1 && recv(line[1], &byte, 1, 0) == 1;
}

static void
test_works(void)
{
	assert_works(keeps_a_mail);
	assert_works(syncs_in_threads);
	assert_works(talks_on);
	g_assert_cmpint(outcome_of(talks_on, -1), ==, 0);
}

/* --- what must not
 * -------------------------------------------------------------------------------------------
 */

static bool
reads_passwords(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool
reads_relative(void)
{
	return openat(folder, "../outside", O_RDONLY) >= 0;
}

static bool
reads_own_folder(void)
{
	return openat(folder, "there", O_RDONLY) >= 0;
}

static bool
writes_outside(void)
{
	return openat(folder, "../outside", O_WRONLY) >= 0 ||
	       openat(folder, "../new", O_WRONLY | O_CREAT, 0600) >= 0;
}

static bool
removes_outside(void)
{
	return unlinkat(folder, "../outside", 0) == 0;
}

static bool
connects(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool
connects_by_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool
connects_what_it_has(void)
{
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(9)};

	return connect(line[0], (struct sockaddr *)&there, sizeof there) == 0;
}

static bool
sends_elsewhere(void)
{
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(9)};

	return sendto(line[0], "x", 1, MSG_NOSIGNAL, (struct sockaddr *)&there, sizeof there) == 1;
}

static bool
listens(void)
{
	return listen(line[0], 1) == 0;
}

static bool
runs(void)
{
	return execl("/bin/true", "true", (char *)NULL) == 0;
}

#ifndef __SANITIZE_ADDRESS__
static bool
forks(void)
{
	return fork() >= 0;
}
#endif

static bool
kills(void)
{
	return kill(getppid(), 0) == 0;
}

static bool
traces(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static bool
renames(void)
{
	return rename("/tmp/a", "/tmp/b") == 0;
}

#ifndef __SANITIZE_ADDRESS__
static bool
makes_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
	       MAP_FAILED;
}

static bool
takes_memory(void)
{
	return mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
	       MAP_FAILED;
}
#endif

static void
test_refused(void)
{
	assert_refused(reads_passwords);
	g_assert_cmpint(outcome_of(reads_relative, folder), ==, 1);
	g_assert_cmpint(outcome_of(reads_own_folder, folder), ==, 1);
	g_assert_cmpint(outcome_of(writes_outside, folder), ==, 1);
	g_assert_cmpint(outcome_of(removes_outside, folder), ==, 1);
#ifndef __SANITIZE_ADDRESS__
	assert_refused(takes_memory);
#endif
}

static void
test_killed(void)
{
	assert_killed(connects);
	assert_killed(connects_by_unix);
	assert_killed(connects_what_it_has);
	assert_killed(sends_elsewhere);
	assert_killed(listens);
	assert_killed(runs);
	assert_killed(kills);
	assert_killed(traces);
	assert_killed(renames);
#ifndef __SANITIZE_ADDRESS__
	assert_killed(forks);
	assert_killed(makes_code);
#endif
}

int
main(int argc, char **argv)
{
	g_autofree char *root = g_dir_make_tmp("nieuws-talk-XXXXXX", NULL);
	g_autofree char *within = g_build_filename(root, "within", NULL);
	g_autofree char *there = g_build_filename(within, "there", NULL);
	g_autofree char *outside = g_build_filename(root, "outside", NULL);
	int result;

	g_test_init(&argc, &argv, NULL);
	if (sandbox_landlock_abi() == 0) {
		g_print("1..0 # SKIP this kernel has no Landlock\n");
		return 77;
	}
	g_mkdir(within, 0700);
	g_file_set_contents(there, "x", 1, NULL);
	g_file_set_contents(outside, "x", 1, NULL);
	folder = open(within, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, line), ==, 0);
	g_test_add_func("/sandbox-talk/works", test_works);
	g_test_add_func("/sandbox-talk/refused", test_refused);
	g_test_add_func("/sandbox-talk/killed", test_killed);
	result = g_test_run();
	g_unlink(there);
	g_rmdir(within);
	g_unlink(outside);
	g_rmdir(root);
	return result;
}
