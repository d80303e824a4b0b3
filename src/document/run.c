/* Running the tools. They inherit the seal, the process group and the limits of this process;
 * whoever started us watches the clock. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "document-private.h"

/* A whole environment: nothing of ours goes in, nothing of theirs goes elsewhere. */
static char **
environment_of(const DocumentPlan *plan)
{
	const char *path = g_getenv("PATH");
	char **list = NULL;

	list = g_environ_setenv(list, "PATH", path != NULL ? path : "/usr/bin:/bin", TRUE);
	list = g_environ_setenv(list, "HOME", plan->folder, TRUE);
	list = g_environ_setenv(list, "TMPDIR", plan->folder, TRUE);
	list = g_environ_setenv(list, "XDG_RUNTIME_DIR", plan->folder, TRUE);
	list = g_environ_setenv(list, "XDG_CACHE_HOME", plan->folder, TRUE);
	/* Where LibreOffice listens; short, since a socket's name is. */
	list = g_environ_setenv(list, "OSL_SOCKET_PATH", ".", TRUE);
	return g_environ_setenv(list, "LC_ALL", "C.UTF-8", TRUE);
}

static void
become(const DocumentPlan *plan, const char *program, const char *const *argv, const char *out,
	char **environment)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int output = *out != '\0' && chdir(plan->folder) == 0
			     ? open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
			     : null;

	/* With us killed it must not go on. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (chdir(plan->folder) != 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 ||
		dup2(null, 2) < 0)
		_exit(126);
	execve(program, (char *const *)(guintptr)argv, environment);
	_exit(127);
}

static bool
judge_end(const char *name, int status, int *ret_code, GError **error)
{
	if (WIFSIGNALED(status))
		return nieuws_fail(error, NIEUWS_MESSAGE, "%s crashed on it (signal %d, %s).", name,
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (ret_code != NULL)
		*ret_code = WEXITSTATUS(status);
	return WEXITSTATUS(status) == 0 ||
	       nieuws_fail(error, NIEUWS_MESSAGE, "%s could not read it (exit code %d).", name,
		       WEXITSTATUS(status));
}

bool
run_tool(const DocumentPlan *plan, const char *const *argv, const char *out, int *ret_code,
	GError **error)
{
	g_autofree char *program = g_find_program_in_path(argv[0]);
	g_autofree char *name = g_path_get_basename(argv[0]);
	g_auto(GStrv) environment = environment_of(plan);
	int status = 0;
	pid_t child;

	if (program == NULL)
		return nieuws_fail(error, NIEUWS_NOT_FOUND, "%s is not installed.", name);
	child = fork();
	if (child == 0)
		become(plan, program, argv, out, environment);
	if (child < 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot start %s", name);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return judge_end(name, status, ret_code, error);
}

char *
run_result(const DocumentPlan *plan, const char *name, gint64 most, size_t *ret_length,
	bool *ret_cut, GError **error)
{
	g_autofree char *path = g_build_filename(plan->folder, name, NULL);
	fs_auto int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	char *bytes;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		nieuws_fail(error, NIEUWS_MESSAGE, "Nothing came out of it.");
		return NULL;
	}
	*ret_cut = st.st_size > most;
	bytes = g_malloc((gsize)MIN(st.st_size, most) + 1);
	n = pread(fd, bytes, (size_t)MIN(st.st_size, most), 0);
	*ret_length = n > 0 ? (size_t)n : 0;
	bytes[*ret_length] = '\0';
	return bytes;
}
