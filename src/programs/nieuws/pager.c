/* Long output on a terminal goes through a pager, as git has it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nieuws.h"

static pid_t pager;

bool
pager_is_on(void)
{
	return pager > 0;
}

/* The first that is set; an empty one, or cat, means none. */
static const char *
program_of(const Config *config)
{
	const char *program = g_getenv("NIEUWS_PAGER");

	if (program == NULL && config != NULL && *config->desk.pager != '\0')
		program = config->desk.pager;
	if (program == NULL)
		program = g_getenv("PAGER");
	if (program == NULL)
		program = "less";
	return *program == '\0' || strcmp(program, "cat") == 0 ? NULL : program;
}

static void
run_pager(char **argv, const int fds[2])
{
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	close(fds[1]);
	execvp(argv[0], argv);
	execlp("cat", "cat", (char *)NULL);
	_exit(127);
}

/* Behind the pager nobody can ask the terminal any more. */
static void
keep_width(void)
{
	struct winsize size;
	g_autofree char *text = NULL;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return;
	text = g_strdup_printf("%d", (int)size.ws_col);
	g_setenv("COLUMNS", text, TRUE);
}

void
pager_start(const Config *config)
{
	const char *program = program_of(config);
	g_auto(GStrv) argv = NULL;
	int fds[2];

	if (program == NULL || !isatty(STDOUT_FILENO) || g_getenv("NIEUWS_NO_PAGER") != NULL ||
		!g_shell_parse_argv(program, NULL, &argv, NULL) || pipe(fds) != 0)
		return;
	/* Our own colours are let through; what came from mail has been filtered before. */
	g_setenv("LESS", "FRX", FALSE);
	g_setenv("LV", "-c", FALSE);
	g_setenv("LESSSECURE", "1", TRUE);
	g_setenv("NIEUWS_PAGER_COLOUR", "1", TRUE);
	keep_width();
	fflush(stdout);
	pager = fork();
	if (pager == 0)
		run_pager(argv, fds);
	if (pager > 0) {
		struct sigaction ignore = {.sa_handler = SIG_IGN};

		/* The reader may leave early. */
		sigaction(SIGPIPE, &ignore, NULL);
		dup2(fds[1], STDOUT_FILENO);
	}
	close(fds[0]);
	close(fds[1]);
}

void
pager_end(void)
{
	if (pager <= 0)
		return;
	fflush(stdout);
	fclose(stdout);
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		continue;
}
