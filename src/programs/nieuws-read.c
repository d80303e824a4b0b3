/* nieuws-read: the bytes of one mail to a message and a draft, in a sealed process.
 *
 * Two processes: the first has loaded everything (charsets, magic, word lists) and reads nothing;
 * it forks the second, which seals itself and serves the channel. After limits.reader_messages
 * mails the second ends and a fresh fork takes over, so that nothing a mail did to the memory lives
 * on. When the second is killed, the first ends too: the keeper sees it. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "article.h"
#include "base.h"
#include "config.h"
#include "mime.h"
#include "sandbox.h"
#include "wire.h"

enum {
	WORKER_DONE = 3, /* exit code: enough mails read, a fresh one please */
	MAPPED_FROM = 1 << 20, /* bytes of a mail */
};

typedef struct {
	MimeLimits mime;
	ArticleLimits article;
	gint64 message, cpu, memory, messages;
	bool degraded, seal;
	ArticleRules *rules;
} Reader;

/* --- one mail
 * -------------------------------------------------------------------------------------------------
 */

/* A small mail is read sooner than mapped. */
static char *
copy_mail(int fd, size_t length, GError **error)
{
	char *bytes = g_malloc(length + 1);

	if (pread(fd, bytes, length, 0) == (ssize_t)length)
		return bytes;
	g_free(bytes);
	nieuws_fail(error, NIEUWS_MESSAGE, "The mail cannot be read.");
	return NULL;
}

/* A private, writable view of the raw bytes: changes stay ours. */
static char *
map_mail(int fd, gint64 most, size_t *ret_length, GError **error)
{
	struct stat st;
	char *bytes;

	if (fstat(fd, &st) != 0) {
		nieuws_fail_errno(error, NIEUWS_MESSAGE, errno, "The mail cannot be looked at");
		return NULL;
	}
	if (st.st_size > most) {
		nieuws_fail(error, NIEUWS_MESSAGE, "The mail is larger than the limit.");
		return NULL;
	}
	*ret_length = (size_t)st.st_size;
	if (*ret_length < MAPPED_FROM)
		return copy_mail(fd, *ret_length, error);
	bytes = mmap(NULL, *ret_length, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) {
		nieuws_fail_errno(error, NIEUWS_MESSAGE, errno, "The mail cannot be mapped");
		return NULL;
	}
	return bytes;
}

static void
unmap_mail(char *bytes, size_t length)
{
	if (length < MAPPED_FROM)
		g_free(bytes);
	else
		munmap(bytes, length);
}

static void
move_record(const RecordType *type, void *to, void *from)
{
	record_clear(type, to);
	memcpy(to, from, type->size);
	record_init(type, from);
}

static void
read_mail(Reader *reader, char *bytes, size_t length, const GPtrArray *documents, WireDraft *answer)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(MimeMail) mail = mime_read(bytes, length, &reader->mime, &error);
	g_autoptr(Draft) draft = NULL;

	if (mail == NULL) {
		record_set(&answer->error, error->message);
		return;
	}
	draft = article_make(mail, reader->rules, &reader->article, documents);
	move_record(&draft_type, &answer->draft, draft);
	move_record(&message_type, &answer->message, mime_message(mail));
}

static WireDraft *
answer_for(Reader *reader, int fd, gint64 job, const GPtrArray *documents)
{
	WireDraft *answer = record_new(wire_type(WIRE_DRAFT));
	g_autoptr(GError) error = NULL;
	size_t length;
	char *bytes = map_mail(fd, reader->message + (2 << 20), &length, &error);

	answer->job = job;
	if (bytes == NULL) {
		record_set(&answer->error, error->message);
		return answer;
	}
	read_mail(reader, bytes, length, documents, answer);
	unmap_mail(bytes, length);
	return answer;
}

/* --- one part
 * -------------------------------------------------------------------------------------------------
 */

static int
extract(Reader *reader, int fd, const char *part, GError **error)
{
	size_t length;
	char *bytes = map_mail(fd, reader->message + (2 << 20), &length, error);
	g_autoptr(MimeMail) mail =
		bytes != NULL ? mime_read(bytes, length, &reader->mime, error) : NULL;
	fs_auto int out = memfd_create("nieuws-part", MFD_CLOEXEC);
	bool good = mail != NULL && out >= 0 && mime_part_write(mail, part, out, error);

	g_clear_pointer(&mail, mime_free);
	if (bytes != NULL)
		unmap_mail(bytes, length);
	return good ? fs_steal(&out) : -1;
}

static bool
answer_extract(Reader *reader, WireChannel *channel, const WireLetter *letter, GError **error)
{
	const WireExtract *wish = letter->record;
	g_autoptr(GError) problem = NULL;
	fs_auto int out = extract(reader, letter->fd, wish->part, &problem);
	WirePart part = {.job = wish->job,
		.error = problem != NULL ? problem->message : (char *)(guintptr) ""};

	if (out >= 0)
		part.size = lseek(out, 0, SEEK_END);
	return wire_send(channel, WIRE_PART, &part, out, error);
}

/* --- serving
 * --------------------------------------------------------------------------------------------------
 */

static bool
serve_one(Reader *reader, WireChannel *channel, const WireLetter *letter, GError **error)
{
	const WireRead *job;
	WireDraft *answer;
	bool sent;

	if (letter->fd < 0)
		return nieuws_fail(error, NIEUWS_INTERNAL, "a job without a mail");
	if (letter->kind == WIRE_EXTRACT)
		return answer_extract(reader, channel, letter, error);
	if (letter->kind != WIRE_READ)
		return nieuws_fail(error, NIEUWS_INTERNAL, "a letter that is no job");
	job = letter->record;
	answer = answer_for(reader, letter->fd, job->job, job->documents);
	if (job->brief)
		record_set(&answer->message.text, "");
	sent = wire_send(channel, WIRE_DRAFT, answer, -1, error);
	record_free(wire_type(WIRE_DRAFT), answer);
	return sent;
}

static int
serve(Reader *reader)
{
	g_autoptr(WireChannel) channel = wire_channel_new(WIRE_CHANNEL_FD);
	const SandboxPlan plan = {.memory = reader->memory,
		.cpu_seconds = reader->cpu + reader->messages,
		.allow_degraded = reader->degraded};
	g_autoptr(GError) error = NULL;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!sandbox_seal(&plan, &error)) {
		log_event(LOG_CRIT, "not-sealed", "reason", error->message, NULL);
		return EXIT_INTERNAL;
	}
	for (gint64 served = 0; served < reader->messages; served++) {
		g_autoptr(WireLetter) letter = NULL;

		/* The keeper hanging up is how we end. */
		if (!wire_receive(channel, &letter, &error))
			return nieuws_error_is(error, NIEUWS_LATER) ? EXIT_DONE : EXIT_INTERNAL;
		if (!serve_one(reader, channel, letter, &error))
			return EXIT_INTERNAL;
	}
	return WORKER_DONE;
}

static int
keep_serving(Reader *reader)
{
	for (;;) {
		int status = 0;
		pid_t worker = fork();

		if (worker == 0)
			_exit(serve(reader));
		if (worker < 0)
			return EXIT_LATER;
		while (waitpid(worker, &status, 0) < 0 && errno == EINTR)
			continue;
		if (WIFSIGNALED(status)) {
			/* End as it ended, so that the keeper knows why. */
			signal(WTERMSIG(status), SIG_DFL);
			raise(WTERMSIG(status));
			return EXIT_INTERNAL;
		}
		if (WEXITSTATUS(status) != WORKER_DONE)
			return WEXITSTATUS(status);
	}
}

/* --- by hand
 * --------------------------------------------------------------------------------------------------
 */

static void
print_answer(WireDraft *answer, const char *name, gint64 cpu_us)
{
	json_t *object = record_to_json(wire_type(WIRE_DRAFT), answer);

	json_object_set_new(object, "file", json_string(name));
	if (cpu_us >= 0)
		json_object_set_new(object, "cpu_us", json_integer(cpu_us));
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

static gint64
cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* What a reader that is kept running spends on a mail: the mean of a few readings, after one that
 * does not count. -1: nobody asked. */
static gint64
measure(Reader *reader, int fd, int times)
{
	gint64 began = 0;

	for (int i = 0; i <= times; i++) {
		WireDraft *answer;

		if (i == 1)
			began = cpu_now();
		answer = answer_for(reader, fd, 0, NULL);
		record_free(wire_type(WIRE_DRAFT), answer);
	}
	return times > 0 ? (cpu_now() - began) / times : -1;
}

static int
read_files(Reader *reader, char **names, int times)
{
	const SandboxPlan plan = {.allow_degraded = reader->degraded};
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(int));

	for (char **name = names; *name != NULL; name++) {
		int fd = open(*name, O_RDONLY | O_CLOEXEC);

		g_array_append_val(fds, fd);
	}
	if (reader->seal && !sandbox_seal(&plan, &error)) {
		fprintf(stderr, "nieuws-read: %s\n", error->message);
		return EXIT_INTERNAL;
	}
	for (guint i = 0; i < fds->len; i++) {
		int fd = g_array_index(fds, int, i);
		gint64 cpu_us = times > 0 ? measure(reader, fd, times) : -1;
		WireDraft *answer = answer_for(reader, fd, 0, NULL);

		print_answer(answer, names[i], cpu_us);
		record_free(wire_type(WIRE_DRAFT), answer);
	}
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_IO;
}

/* --- starting
 * -------------------------------------------------------------------------------------------------
 */

static bool
set_limit(Reader *reader, const char *text, GError **error)
{
	const struct {
		const char *name;
		gint64 *field;
	} known[] = {{"message", &reader->message}, {"header_bytes", &reader->mime.header_bytes},
		{"headers", &reader->mime.headers}, {"parts", &reader->mime.parts},
		{"depth", &reader->mime.depth}, {"text", &reader->mime.text},
		{"attachments", &reader->mime.attachments},
		{"html_nodes", &reader->article.html_nodes},
		{"html_depth", &reader->article.html_depth},
		{"picture_width", &reader->article.picture_width}, {"reader_cpu", &reader->cpu},
		{"reader_memory", &reader->memory}, {"reader_messages", &reader->messages}};
	const char *equals = strchr(text, '=');
	gint64 value;

	for (size_t i = 0; equals != NULL && i < G_N_ELEMENTS(known); i++)
		if (strlen(known[i].name) == (size_t)(equals - text) &&
			strncmp(text, known[i].name, (size_t)(equals - text)) == 0 &&
			g_ascii_string_to_signed(equals + 1, 10, 0, G_MAXINT64 / 4, &value, NULL)) {
			*known[i].field = value;
			return true;
		}
	return nieuws_fail(error, NIEUWS_INPUT, "--limit wants NAME=NUMBER, not %s", text);
}

static bool
start(Reader *reader, char **limits, char **ids, GError **error)
{
	g_autofree char *patterns = config_data("patterns");

	for (char **limit = limits; limit != NULL && *limit != NULL; limit++)
		if (!set_limit(reader, *limit, error))
			return false;
	mime_trust((const char *const *)ids);
	reader->rules = article_rules_load(patterns, error);
	return reader->rules != NULL && mime_start(error) &&
	       (!reader->seal || sandbox_prepare(error));
}

static bool
has_channel(void)
{
	int type = 0;
	socklen_t length = sizeof type;

	return getsockopt(WIRE_CHANNEL_FD, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
	       type == SOCK_SEQPACKET;
}

/* Files by hand, else the channel of the keeper. */
static int
run(Reader *reader, char **files, int times)
{
	if (files != NULL)
		return read_files(reader, files, times);
	if (has_channel())
		return keep_serving(reader);
	fputs("nieuws-read: it is started by nieuwsd; by hand there is: nieuws-read FILE...\n",
		stderr);
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	Reader reader = {.mime = {1 << 20, 2000, 1000, 50, 4 << 20, 500},
		.article = {500000, 400, 1200},
		.message = 64 << 20,
		.cpu = 10,
		.memory = 512 << 20,
		.messages = 100};
	gboolean degraded = FALSE, seal = FALSE, anywhere = FALSE;
	int times = 0;
	g_auto(GStrv) limits = NULL;
	g_auto(GStrv) ids = NULL;
	g_auto(GStrv) spam = NULL;
	g_auto(GStrv) files = NULL;
	const GOptionEntry entries[] = {
		{"limit", 0, 0, G_OPTION_ARG_STRING_ARRAY, &limits, "Set one of the limits",
			"NAME=NUMBER"},
		{"authserv-id", 0, 0, G_OPTION_ARG_STRING_ARRAY, &ids,
			"Believe this server's Authentication-Results", "NAME"},
		{"spam-header", 0, 0, G_OPTION_ARG_STRING_ARRAY, &spam,
			"Believe this header of our own spam filter", "NAME"},
		{"spam-anywhere", 0, 0, G_OPTION_ARG_NONE, &anywhere,
			"Believe it wherever it stands", NULL},
		{"degraded", 0, 0, G_OPTION_ARG_NONE, &degraded, "Go on without Landlock", NULL},
		{"seal", 0, 0, G_OPTION_ARG_NONE, &seal, "By hand: seal before reading", NULL},
		{"time", 0, 0, G_OPTION_ARG_INT, &times,
			"By hand: read each so often and add cpu_us, the mean", "TIMES"},
		{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "[FILE...]"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	g_autoptr(GOptionContext) options =
		g_option_context_new("- mails to drafts, as JSON lines by hand");
	g_autoptr(GError) error = NULL;

	setlocale(LC_ALL, "C.UTF-8");
	/* Memory goes from mail to mail, not back to the kernel in between: the limit of the
	 * process holds anyway. */
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
	mallopt(M_TOP_PAD, 1 << 20);
	mallopt(M_MMAP_THRESHOLD, 16 << 20);
	log_open("nieuws-read");
	g_option_context_add_main_entries(options, entries, NULL);
	if (g_option_context_parse(options, &argc, &argv, &error)) {
		reader.degraded = degraded;
		mime_trust_spam((const char *const *)spam, anywhere);
		/* By hand only where it is asked for: debuggers cannot look into a sealed process.
		 */
		reader.seal = seal || files == NULL;
	}
	if (error != NULL || !start(&reader, limits, ids, &error)) {
		fprintf(stderr, "nieuws-read: %s\n", error->message);
		return nieuws_exit_code(error) == EXIT_REFUSED ? EXIT_USAGE
							       : nieuws_exit_code(error);
	}
	return run(&reader, files, times);
}
