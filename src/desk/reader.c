/* Sealed reading for the desk: the same nieuws-read as the intake's. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "desk-private.h"

struct DeskReader {
	const Config *config;
	WireChannel *channel;
	GPid pid;
	gint64 jobs;
};

static void
stop(DeskReader *reader)
{
	g_clear_pointer(&reader->channel, wire_channel_free);
	if (reader->pid > 0) {
		kill(reader->pid, SIGKILL);
		while (waitpid(reader->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	reader->pid = 0;
}

static bool
start(DeskReader *reader, GError **error)
{
	g_autofree char *program = config_program("nieuws-read");
	g_autofree char *limit =
		g_strdup_printf("message=%" G_GINT64_FORMAT, reader->config->limits.message);
	g_autofree char *width = g_strdup_printf(
		"picture_width=%" G_GINT64_FORMAT, reader->config->limits.picture_width);
	const char *argv[] = {program, "--limit", limit, "--limit", width,
		reader->config->sandbox_degraded ? "--degraded" : NULL, NULL};
	int target = WIRE_CHANNEL_FD;
	int fds[2];
	gboolean started;

	if (reader->channel != NULL)
		return true;
	if (!wire_pair(fds, error))
		return false;
	started = g_spawn_async_with_pipes_and_fds(NULL, (const gchar *const *)argv, NULL,
		G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, -1, -1, -1, &fds[1], &target, 1,
		&reader->pid, NULL, NULL, NULL, error);
	fs_close(&fds[1]);
	reader->channel = wire_channel_new(fds[0]);
	if (!started)
		stop(reader);
	return started;
}

DeskReader *
desk_reader_new(const Config *config, GError **error)
{
	g_autoptr(DeskReader) reader = g_new0(DeskReader, 1);

	reader->config = config;
	return start(reader, error) ? g_steal_pointer(&reader) : NULL;
}

void
desk_reader_free(DeskReader *reader)
{
	if (reader == NULL)
		return;
	stop(reader);
	g_free(reader);
}

static char *
describe_end(DeskReader *reader)
{
	int status = 0;
	pid_t ended = waitpid(reader->pid, &status, 0);

	reader->pid = 0;
	if (ended > 0 && WIFSIGNALED(status))
		return g_strdup_printf("The reader crashed on it (signal %d, %s).",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	return g_strdup("The reader ended on it.");
}

/* The answer to one job, or why there is none. */
static WireLetter *
ask(DeskReader *reader, WireKind kind, const void *job, int fd, GError **error)
{
	WireLetter *letter = NULL;
	int patience = (int)reader->config->limits.reader_deadline * 1000;
	struct pollfd poller = {.events = POLLIN};

	if (!start(reader, error) || !wire_send(reader->channel, kind, job, fd, error))
		return NULL;
	poller.fd = wire_channel_fd(reader->channel);
	if (poll(&poller, 1, patience) == 0) {
		stop(reader);
		nieuws_fail(error, NIEUWS_MESSAGE, "Reading it took longer than %d seconds.",
			patience / 1000);
		return NULL;
	}
	if (!wire_receive(reader->channel, &letter, NULL)) {
		g_autofree char *why = describe_end(reader);

		stop(reader);
		nieuws_fail(error, NIEUWS_MESSAGE, "%s", why);
		return NULL;
	}
	return letter;
}

static WireDraft *
read_once(DeskReader *reader, int fd, GPtrArray *documents, GError **error)
{
	WireRead job = {.job = ++reader->jobs, .documents = documents};
	g_autoptr(WireLetter) letter = ask(reader, WIRE_READ, &job, fd, error);
	WireDraft *draft;

	if (letter == NULL)
		return NULL;
	draft = letter->record;
	if (letter->kind != WIRE_DRAFT || *draft->error != '\0') {
		nieuws_fail(error, NIEUWS_MESSAGE, "%s",
			letter->kind == WIRE_DRAFT ? draft->error : "The reader is out of step.");
		return NULL;
	}
	return g_steal_pointer(&letter->record);
}

static int
extract_part(DeskReader *reader, int fd, const char *part, GError **error)
{
	WireExtract job = {.job = ++reader->jobs, .part = (char *)(guintptr)part};
	g_autoptr(WireLetter) letter = ask(reader, WIRE_EXTRACT, &job, fd, error);

	if (letter == NULL)
		return -1;
	if (letter->kind != WIRE_PART || letter->fd < 0) {
		const WirePart *answer = letter->record;

		nieuws_fail(error, NIEUWS_MESSAGE, "%s",
			letter->kind == WIRE_PART ? answer->error : "The reader is out of step.");
		return -1;
	}
	return fs_steal(&letter->fd);
}

static void
free_document(gpointer document)
{
	record_free(&document_type, document);
}

static GPtrArray *
convert_wishes(DeskReader *reader, int fd, const GPtrArray *wishes)
{
	GPtrArray *documents = g_ptr_array_new_with_free_func(free_document);

	for (guint i = 0; i < wishes->len; i++) {
		const Wish *wish = wishes->pdata[i];
		g_autoptr(GError) error = NULL;
		fs_auto int part = desk_reader_extract(reader, fd, wish->part, &error);

		g_ptr_array_add(documents,
			part >= 0 ? desk_convert(
					    reader->config, part, wish->part, wish->kind, "", NULL)
				  : desk_no_document(wish->part, wish->kind, error->message));
	}
	return documents;
}

WireDraft *
desk_reader_read(DeskReader *reader, int fd, GError **error)
{
	WireDraft *draft = read_once(reader, fd, NULL, error);
	g_autoptr(GPtrArray) documents = NULL;
	WireDraft *better;

	if (draft == NULL || draft->draft.wishes->len == 0)
		return draft;
	documents = convert_wishes(reader, fd, draft->draft.wishes);
	better = read_once(reader, fd, documents, NULL);
	if (better == NULL) {
		draft_warn(&draft->draft, "document.failed",
			"The attached document could not be read.");
		return draft;
	}
	record_free(wire_type(WIRE_DRAFT), draft);
	return better;
}

/* A picture in a document: the document is converted again, in this call's own converter. */
static int
extract_picture(DeskReader *reader, int fd, const char *part, GError **error)
{
	g_autofree char *outer = g_strndup(part, strcspn(part, "!"));
	fs_auto int whole = desk_reader_extract(reader, fd, outer, error);
	int picture = -1;
	Document *document;

	if (whole < 0)
		return -1;
	document = desk_convert(reader->config, whole, outer, "", part, &picture);
	if (picture < 0)
		nieuws_fail(error, NIEUWS_MESSAGE, "%s",
			*document->error != '\0' ? document->error
						 : "the picture is not in the document");
	record_free(&document_type, document);
	return picture;
}

int
desk_reader_extract(DeskReader *reader, int fd, const char *part, GError **error)
{
	if (strchr(part, '!') != NULL)
		return extract_picture(reader, fd, part, error);
	return extract_part(reader, fd, part, error);
}

/* --- files of a draft
 * ----------------------------------------------------------------------------------------- */

/* The reader handled hostile bytes: what it gives must be what the intake saw. */
static bool
is_what_it_was(int fd, const Attachment *attachment, GError **error)
{
	Digest digest;
	char hex[DIGEST_HEX + 1];
	char buffer[65536];
	ssize_t n;
	off_t offset = 0;

	digest_init(&digest);
	while ((n = pread(fd, buffer, sizeof buffer, offset)) > 0) {
		digest_update(&digest, buffer, (size_t)n);
		offset += n;
	}
	digest_hex(&digest, hex);
	return strcmp(hex, attachment->sha256) == 0 ||
	       nieuws_fail(error, NIEUWS_INTERNAL,
		       "the file %s is not what came in; see nieuws check", attachment->filename);
}

int
desk_file(const Config *config, Spool *spool, const char *raw_path, const Attachment *attachment,
	GError **error)
{
	g_autoptr(DeskReader) reader = NULL;
	fs_auto int raw = -1;
	fs_auto int fd = spool_open_attachment(spool, attachment->sha256, NULL);

	if (fd >= 0)
		return is_what_it_was(fd, attachment, error) ? fs_steal(&fd) : -1;
	raw = spool_open_raw(spool, raw_path, error);
	reader = raw >= 0 ? desk_reader_new(config, error) : NULL;
	fd = reader != NULL ? desk_reader_extract(reader, raw, attachment->part, error) : -1;
	if (fd < 0 || !is_what_it_was(fd, attachment, error))
		return -1;
	/* The cache is a convenience. */
	spool_put_attachment(spool, attachment->sha256, fd, NULL);
	return fs_steal(&fd);
}

/* A name for the cache: not the digest of its bytes, which nobody knows before it is made. */
static void
copy_key(const Attachment *attachment, gint64 width, char hex[DIGEST_HEX + 1])
{
	g_autofree char *name =
		g_strdup_printf("published %s %" G_GINT64_FORMAT "\n", attachment->sha256, width);
	Digest digest;

	digest_init(&digest);
	digest_update(&digest, name, strlen(name));
	digest_hex(&digest, hex);
}

int
desk_published_picture(const Config *config, Spool *spool, const char *raw_path,
	const Attachment *attachment, GError **error)
{
	gint64 width = config->limits.picture_published;
	char key[DIGEST_HEX + 1];
	fs_auto int original = -1;
	fs_auto int copy = -1;

	copy_key(attachment, width, key);
	copy = spool_open_attachment(spool, key, NULL);
	if (copy >= 0)
		return fs_steal(&copy);
	original = desk_file(config, spool, raw_path, attachment, error);
	copy = original >= 0 ? desk_clean(config, original, width, error) : -1;
	if (copy >= 0)
		spool_put_attachment(spool, key, copy, NULL);
	return fs_steal(&copy);
}
