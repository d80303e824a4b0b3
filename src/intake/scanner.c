#include "scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base.h"

enum {
	AT_ONCE = 4,
	CHUNK = 65536,
	LENGTH = 4, /* of a chunk, big-endian, in front of it */
	ANSWER_MOST = 512,
	SAID_MOST = 100, /* characters of it that are shown */
	AWAY_SECONDS = 30, /* after a failure, before clamd is asked again */
};

typedef struct {
	Scanner *scanner;
	void *mail;
	int socket, file;
	guint io_source, deadline_source, idle_source;
	char out[LENGTH + CHUNK];
	size_t out_length, out_at;
	bool all_read; /* of the mail */
	char answer[ANSWER_MOST + 1];
	size_t answer_length;
} Scan;

struct Scanner {
	const Config *config;
	ScannerEvents events;
	GQueue waiting; /* mails */
	GPtrArray *scans; /* Scan *, under way */
	gint64 away_until; /* monotonic ms */
};

static void assign(Scanner *scanner);

static void
drop_source(guint *source)
{
	if (*source != 0)
		g_source_remove(*source);
	*source = 0;
}

static void
scan_free(Scan *scan)
{
	drop_source(&scan->io_source);
	drop_source(&scan->deadline_source);
	drop_source(&scan->idle_source);
	fs_close(&scan->socket);
	fs_close(&scan->file);
	g_free(scan);
}

static void
finish(Scan *scan, ScanVerdict verdict, const char *text)
{
	Scanner *scanner = scan->scanner;
	void *mail = scan->mail;

	g_ptr_array_remove_fast(scanner->scans, scan);
	scan_free(scan);
	scanner->events.done(scanner->events.context, mail, verdict, text);
	assign(scanner);
}

/* clamd itself is at fault: the next mails do not wait for it. */
static void
fail(Scan *scan, const char *why)
{
	Scanner *scanner = scan->scanner;

	scanner->away_until = when_monotonic_ms() + AWAY_SECONDS * 1000;
	scanner->events.health(scanner->events.context, false, why);
	finish(scan, SCAN_NOT, why);
}

/* --- what clamd says
 * ----------------------------------------------------------------------------------------- */

ScanVerdict
scanner_understand(const char *answer, char **ret_text)
{
	g_autofree char *shown = text_printable(answer, TEXT_ONE_LINE);
	g_autofree char *line = text_collapse(shown);
	const char *said = g_str_has_prefix(line, "stream: ") ? line + strlen("stream: ") : line;

	if (strcmp(said, "OK") == 0) {
		*ret_text = g_strdup("");
		return SCAN_CLEAN;
	}
	if (g_str_has_suffix(said, " FOUND") && said != line) {
		*ret_text = g_strndup(said, strlen(said) - strlen(" FOUND"));
		return SCAN_INFECTED;
	}
	{
		g_autofree char *cut =
			g_utf8_substring(line, 0, MIN(g_utf8_strlen(line, -1), SAID_MOST));

		*ret_text = g_strdup_printf("clamd said: %s", *cut != '\0' ? cut : "nothing");
	}
	return SCAN_NOT;
}

static void
conclude(Scan *scan)
{
	g_autofree char *text = NULL;
	ScanVerdict verdict;
	bool about_size;

	scan->answer[scan->answer_length] = '\0';
	verdict = scanner_understand(scan->answer, &text);
	/* Its own limit is no fault of clamd. */
	about_size = strstr(scan->answer, "size limit exceeded") != NULL;
	if (verdict == SCAN_NOT && !about_size) {
		fail(scan, text);
		return;
	}
	scan->scanner->events.health(scan->scanner->events.context, true, NULL);
	finish(scan, verdict, text);
}

/* False: the scan is over. */
static bool
hear(Scan *scan)
{
	ssize_t n = recv(scan->socket, scan->answer + scan->answer_length,
		ANSWER_MOST - scan->answer_length, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n > 0) {
		scan->answer_length += (size_t)n;
		if (memchr(scan->answer, '\0', scan->answer_length) == NULL &&
			scan->answer_length < ANSWER_MOST)
			return true;
	}
	conclude(scan);
	return false;
}

/* --- what clamd gets
 * ----------------------------------------------------------------------------------------- */

/* The next chunk of the mail behind its length; one of length 0 ends it. */
static bool
next_chunk(Scan *scan)
{
	ssize_t n = read(scan->file, scan->out + LENGTH, CHUNK);
	guint32 length = GUINT32_TO_BE((guint32)MAX(n, 0));

	if (n < 0)
		return false;
	memcpy(scan->out, &length, LENGTH);
	scan->out_length = LENGTH + (size_t)n;
	scan->out_at = 0;
	scan->all_read = n == 0;
	return true;
}

/* False: nothing more to send, or clamd hears no more; its answer says why. */
static bool
say(Scan *scan)
{
	ssize_t n;

	if (scan->out_at == scan->out_length && (scan->all_read || !next_chunk(scan)))
		return false;
	n = send(scan->socket, scan->out + scan->out_at, scan->out_length - scan->out_at,
		MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	scan->out_at += (size_t)n;
	return true;
}

static gboolean
on_ready(gint fd, GIOCondition condition, gpointer data)
{
	Scan *scan = data;

	/* After its end the scan is gone, with this source. */
	if ((condition & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0)
		return hear(scan) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
	if (say(scan))
		return G_SOURCE_CONTINUE;
	scan->io_source = g_unix_fd_add(fd, G_IO_IN, on_ready, scan);
	return G_SOURCE_REMOVE;
}

static gboolean
on_deadline(gpointer data)
{
	Scan *scan = data;

	scan->deadline_source = 0;
	fail(scan, "clamd did not answer in time");
	return G_SOURCE_REMOVE;
}

/* --- beginning
 * ----------------------------------------------------------------------------------------- */

static bool
connect_to(Scan *scan, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	scan->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return scan->socket >= 0 &&
	       connect(scan->socket, (struct sockaddr *)(void *)&address, sizeof address) == 0;
}

/* In its own turn of the loop: whoever submitted is in the middle of something. */
static gboolean
on_begin(gpointer data)
{
	static const char command[] = "zINSTREAM"; /* with its NUL */
	Scan *scan = data;
	const FilterConfig *filter = &scan->scanner->config->filter;
	ScannerEvents *events = &scan->scanner->events;
	gint64 size = 0;
	g_autofree char *why = NULL;

	scan->idle_source = 0;
	scan->file = events->open(events->context, scan->mail, &size);
	if (scan->file < 0) {
		finish(scan, SCAN_NOT, "its raw bytes cannot be opened in the spool");
	} else if (size > filter->clamd_most) {
		finish(scan, SCAN_NOT, "it is larger than the limit for scans");
	} else if (when_monotonic_ms() < scan->scanner->away_until) {
		finish(scan, SCAN_NOT, "clamd does not answer");
	} else if (!connect_to(scan, filter->clamd)) {
		why = g_strdup_printf("clamd does not answer: %s", g_strerror(errno));
		fail(scan, why);
	} else {
		memcpy(scan->out, command, sizeof command);
		scan->out_length = sizeof command;
		scan->io_source = g_unix_fd_add(scan->socket, G_IO_IN | G_IO_OUT, on_ready, scan);
		scan->deadline_source =
			g_timeout_add_seconds((guint)filter->clamd_timeout, on_deadline, scan);
	}
	return G_SOURCE_REMOVE;
}

static void
assign(Scanner *scanner)
{
	while (scanner->scans->len < AT_ONCE && !g_queue_is_empty(&scanner->waiting)) {
		Scan *scan = g_new0(Scan, 1);

		scan->scanner = scanner;
		scan->mail = g_queue_pop_head(&scanner->waiting);
		scan->socket = scan->file = -1;
		scan->idle_source = g_idle_add(on_begin, scan);
		g_ptr_array_add(scanner->scans, scan);
	}
}

void
scanner_submit(Scanner *scanner, void *mail)
{
	g_queue_push_tail(&scanner->waiting, mail);
	assign(scanner);
}

guint
scanner_outstanding(const Scanner *scanner)
{
	return scanner->scans->len + scanner->waiting.length;
}

Scanner *
scanner_new(const Config *config, const ScannerEvents *events)
{
	Scanner *scanner = g_new0(Scanner, 1);

	scanner->config = config;
	scanner->events = *events;
	scanner->scans = g_ptr_array_new();
	return scanner;
}

void
scanner_free(Scanner *scanner)
{
	if (scanner == NULL)
		return;
	for (guint i = 0; i < scanner->scans->len; i++) {
		Scan *scan = scanner->scans->pdata[i];

		scanner->events.drop(scanner->events.context, scan->mail);
		scan_free(scan);
	}
	while (!g_queue_is_empty(&scanner->waiting))
		scanner->events.drop(scanner->events.context, g_queue_pop_head(&scanner->waiting));
	g_ptr_array_unref(scanner->scans);
	g_free(scanner);
}
