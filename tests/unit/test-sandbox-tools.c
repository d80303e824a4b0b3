/* A converter and what it runs can work in their folder, and reach nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "sandbox.h"

static char *folder; /* of the converter */
static char *secret; /* a file beside it: the spool of somebody */

typedef bool (*Try)(void);

static bool
can_reach_network(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_INET6, SOCK_DGRAM, 0) >= 0 ||
	       socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool
can_connect_locally(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	g_strlcpy(address.sun_path, "socket", sizeof address.sun_path);
	return (chdir(folder) == 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
		       listen(fd, 1) == 0 &&
		       connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address,
			       sizeof address) == 0) ||
	       socket(AF_UNIX, SOCK_DGRAM, 0) >= 0;
}

static bool
can_read_shadow(void)
{
	return open("/etc/shadow", O_RDONLY) >= 0 || open("/etc/passwd", O_RDONLY) >= 0;
}

static bool
can_read_spool(void)
{
	return open(secret, O_RDONLY) >= 0;
}

static bool
can_change_spool(void)
{
	return open(secret, O_WRONLY) >= 0 || truncate(secret, 0) == 0 || unlink(secret) == 0 ||
	       chmod(secret, 0) == 0 || rename(secret, folder) == 0;
}

static bool
can_signal(void)
{
	return kill(getppid(), 0) == 0;
}

static bool
can_leave_group(void)
{
	return setsid() >= 0 || setpgid(0, 0) == 0;
}

static bool
can_trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

/* The same for a program that it starts. */
static bool
can_child_read(void)
{
	g_autofree char *command = g_strdup_printf("cat %s", secret);
	int status;
	pid_t child = fork();

	if (child == 0)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
can_write_much(void)
{
	static char block[1 << 16];
	g_autofree char *path = g_build_filename(folder, "much", NULL);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; i < 32; i++)
		if (write(fd, block, sizeof block) != (ssize_t)sizeof block)
			return false;
	return true;
}

static bool
can_work(void)
{
	g_autofree char *path = g_build_filename(folder, "file", NULL);
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	int status;
	pid_t child;

	if (write(fd, "x", 1) != 1 || unlink(path) != 0)
		return false;
	child = fork();
	if (child == 0)
		execl("/bin/true", "true", (char *)NULL);
	return waitpid(child, &status, 0) == child && status == 0;
}

static bool
sealed_can(Try attempt)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		const SandboxToolsPlan plan = {
			.folder = folder, .cpu_seconds = 5, .file_size = 1 << 20, .processes = 0};

		if (!sandbox_seal_tools(&plan, NULL))
			_exit(99);
		_exit(attempt() ? 1 : 0);
	}
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	g_assert_true(WIFEXITED(status));
	g_assert_cmpint(WEXITSTATUS(status), !=, 99);
	return WEXITSTATUS(status) == 1;
}

static void
test_closed(void)
{
	const struct {
		const char *what;
		Try attempt;
	} tries[] = {{"network", can_reach_network}, {"local sockets", can_connect_locally},
		{"passwords", can_read_shadow}, {"reading the spool", can_read_spool},
		{"changing the spool", can_change_spool}, {"signals", can_signal},
		{"leaving the group", can_leave_group}, {"tracing", can_trace},
		{"a child that reads", can_child_read}, {"large files", can_write_much}};

	for (size_t i = 0; i < G_N_ELEMENTS(tries); i++) {
		g_test_message("%s", tries[i].what);
		g_assert_false(sealed_can(tries[i].attempt));
		g_assert_true(g_file_test(secret, G_FILE_TEST_IS_REGULAR));
	}
}

static void
test_open(void)
{
	g_assert_true(sealed_can(can_work));
}

int
main(int argc, char **argv)
{
	g_autofree char *base = g_dir_make_tmp("nieuws-tools-XXXXXX", NULL);
	int code;

	g_test_init(&argc, &argv, NULL);
	if (sandbox_landlock_abi() == 0) {
		puts("1..0 # SKIP this kernel has no Landlock");
		return 0;
	}
	folder = g_build_filename(base, "work", NULL);
	secret = g_build_filename(base, "secret", NULL);
	g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
	g_assert_true(g_file_set_contents(secret, "secret", -1, NULL));
	g_test_add_func("/tools/closed", test_closed);
	g_test_add_func("/tools/open", test_open);
	code = g_test_run();
	fs_remove_tree(base, NULL);
	return code;
}
