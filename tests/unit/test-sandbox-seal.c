/* A child seals itself and then tries to get out: each try must end it, or be refused. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"

typedef int (*Try)(void);

static int
try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int
try_fork(void)
{
	return fork();
}

static int
try_exec(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static int
try_kill(void)
{
	return kill(getppid(), SIGTERM);
}

static int
try_ptrace(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int
try_unlink(void)
{
	return unlink("/tmp/nieuws-none");
}

static int
try_sleep(void)
{
	struct timespec moment = {0, 1};

	return nanosleep(&moment, NULL);
}

#ifndef __SANITIZE_ADDRESS__
static int
try_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}
#endif

static void *
do_nothing(void *unused)
{
	return unused;
}

static int
try_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, do_nothing, NULL) == 0 &&
			       pthread_join(thread, NULL) == 0
		       ? 0
		       : -1;
}

static int
status_with(Try attempt, bool threads)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		SandboxPlan plan = {.allow_degraded = true, .threads = threads};

		if (!sandbox_seal(&plan, NULL))
			_exit(99);
		_exit(attempt() >= 0 ? 0 : 42);
	}
	waitpid(child, &status, 0);
	return status;
}

static int
status_of(Try attempt)
{
	return status_with(attempt, false);
}

static void
assert_killed_with(Try attempt, bool threads)
{
	int status = status_with(attempt, threads);

	g_assert_true(WIFSIGNALED(status));
	g_assert_cmpint(WTERMSIG(status), ==, SIGSYS);
}

static void
assert_killed(Try attempt)
{
	assert_killed_with(attempt, false);
}

/* A plan with threads gives threads, and no process, program or connection. */
static void
test_threads(void)
{
	int status = status_with(try_thread, true);

	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), ==, 0);
	assert_killed_with(try_fork, true);
	assert_killed_with(try_exec, true);
	assert_killed_with(try_socket, true);
	assert_killed_with(try_kill, true);
	assert_killed_with(try_unlink, true);
}

static void
test_killed(void)
{
	assert_killed(try_socket);
	assert_killed(try_fork);
	assert_killed(try_exec);
	assert_killed(try_kill);
	assert_killed(try_ptrace);
	assert_killed(try_unlink);
	assert_killed(try_sleep);
#ifndef __SANITIZE_ADDRESS__
	assert_killed(try_code);
#endif
}

static int
try_open(void)
{
	int fd = open("/etc/passwd", O_RDONLY);

	return fd < 0 && errno == EACCES ? -1 : 0;
}

static int
try_memory(void)
{
	void *memory =
		mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? -1 : 0;
}

static void
test_refused_and_allowed(void)
{
	int status = status_of(try_open);

	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), ==, 42);
	status = status_of(try_memory);
	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sandbox/killed", test_killed);
	g_test_add_func("/sandbox/threads", test_threads);
	g_test_add_func("/sandbox/refused-and-allowed", test_refused_and_allowed);
	return g_test_run();
}
