/* Converting documents for the desk: the same nieuws-convert as the intake's. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base.h"
#include "desk-private.h"

enum { GRACE_MS = 5000 /* beyond the deadline that the converter keeps itself */ };

Document *
desk_no_document(const char *part, const char *kind, const char *why)
{
	Document *document = record_new(&document_type);
	Warning *warning = record_append(&warning_type, document->warnings);

	record_set(&document->part, part);
	record_set(&document->kind, kind);
	record_set(&document->error, why);
	record_set(&warning->code, "document.failed");
	record_set(&warning->text, why);
	return document;
}

static WireChannel *
start(const Config *config, GPid *ret_pid, GError **error)
{
	g_autoptr(GPtrArray) argv = config_converter(config);
	int target = WIRE_CHANNEL_FD;
	int fds[2];
	gboolean started;

	if (!wire_pair(fds, error))
		return NULL;
	started = g_spawn_async_with_pipes_and_fds(NULL, (const gchar *const *)argv->pdata, NULL,
		G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, -1, -1, -1, &fds[1], &target, 1, ret_pid,
		NULL, NULL, NULL, error);
	fs_close(&fds[1]);
	if (started)
		return wire_channel_new(fds[0]);
	fs_close(&fds[0]);
	return NULL;
}

static WireLetter *
ask(const Config *config, WireChannel *channel, WireKind kind, const void *job, int fd,
	GError **error)
{
	WireLetter *letter = NULL;
	struct pollfd poller = {.fd = wire_channel_fd(channel), .events = POLLIN};

	if (!wire_send(channel, kind, job, fd, error))
		return NULL;
	if (poll(&poller, 1, (int)config->limits.converter_deadline * 1000 + GRACE_MS) == 0) {
		nieuws_fail(error, NIEUWS_MESSAGE, "The converter did not answer.");
		return NULL;
	}
	if (!wire_receive(channel, &letter, NULL)) {
		nieuws_fail(error, NIEUWS_MESSAGE, "The converter ended on it.");
		return NULL;
	}
	return letter;
}

/* A document has been answered, and clearing up takes no time: waited for, so that no folder is
 * left. */
static void
end(GPid pid, bool answered)
{
	if (!answered)
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

Document *
desk_convert(const Config *config, int fd, const char *part, const char *kind, const char *picture,
	int *ret_picture)
{
	const WireConvert job = {.job = 1,
		.part = (char *)(guintptr)part,
		.kind = (char *)(guintptr)kind,
		.picture = (char *)(guintptr)picture};
	g_autoptr(GError) error = NULL;
	GPid pid = 0;
	g_autoptr(WireChannel) channel = start(config, &pid, &error);
	g_autoptr(WireLetter) letter =
		channel != NULL ? ask(config, channel, WIRE_CONVERT, &job, fd, &error) : NULL;
	WireConverted *answer;

	if (pid > 0)
		end(pid, letter != NULL);
	if (letter == NULL)
		return desk_no_document(part, kind, error->message);
	if (letter->kind != WIRE_CONVERTED)
		return desk_no_document(part, kind, "The converter is out of step.");
	answer = letter->record;
	/* What it says of is what was asked: it may have been taken over. */
	record_set(&answer->document.part, part);
	if (ret_picture != NULL)
		*ret_picture = fs_steal(&letter->fd);
	return record_copy(&document_type, &answer->document);
}

/* The answer to a picture, with its descriptor. */
static WireLetter *
ask_picture(const Config *config, const WireClean *job, int fd, GError **error)
{
	GPid pid = 0;
	g_autoptr(WireChannel) channel = start(config, &pid, error);
	g_autoptr(WireLetter) letter =
		channel != NULL ? ask(config, channel, WIRE_CLEAN, job, fd, error) : NULL;
	const WireCleaned *answer;

	if (pid > 0)
		end(pid, letter != NULL);
	if (letter == NULL)
		return NULL;
	answer = letter->record;
	if (letter->kind == WIRE_CLEANED && letter->fd >= 0)
		return g_steal_pointer(&letter);
	nieuws_fail(error, NIEUWS_MESSAGE, "%s",
		letter->kind == WIRE_CLEANED && *answer->error != '\0'
			? answer->error
			: "The converter is out of step.");
	return NULL;
}

int
desk_clean(const Config *config, int fd, gint64 width, GError **error)
{
	const WireClean job = {.job = 1, .width = width};
	g_autoptr(WireLetter) letter = ask_picture(config, &job, fd, error);

	return letter != NULL ? fs_steal(&letter->fd) : -1;
}

guint8 *
desk_pixels(const Config *config, int fd, int *width, int *height, GError **error)
{
	const WireClean job = {.job = 1, .width = *width, .height = *height, .pixels = true};
	g_autoptr(WireLetter) letter = ask_picture(config, &job, fd, error);
	const WireCleaned *answer;
	size_t wanted, length = 0;
	g_autofree char *pixels = NULL;

	if (letter == NULL)
		return NULL;
	/* The process that answers has read what a stranger made: its numbers are checked. */
	answer = letter->record;
	if (answer->width >= 1 && answer->width <= *width && answer->height >= 1 &&
		answer->height <= *height) {
		wanted = 3 * (size_t)answer->width * (size_t)answer->height;
		pixels = fs_pread_all(letter->fd, wanted, &length, NULL);
		if (pixels != NULL && length == wanted) {
			*width = (int)answer->width;
			*height = (int)answer->height;
			return (guint8 *)g_steal_pointer(&pixels);
		}
	}
	nieuws_fail(error, NIEUWS_MESSAGE, "The converter is out of step.");
	return NULL;
}
