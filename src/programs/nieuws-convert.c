/* nieuws-convert: one document to its text, by programs of others, in a sealed process; or one
 * photo to the copy that may be published (clean.c).
 *
 * Two processes: the first takes the job, makes the work folder, watches the clock and clears up;
 * it reads nothing of the document. The second seals itself, runs the tools and answers. One job,
 * then both end. A work folder that a killed process left behind is removed by the next one:
 * whoever works in a folder holds a lock on it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "clean.h"
#include "document.h"
#include "sandbox.h"
#include "wire.h"

#define FOLDER_PREFIX "nieuws-convert-"

typedef struct {
	gint64 deadline, memory, unpacked, megapixels;
	bool degraded;
	char *place; /* work folders are made here */
	char *folder; /* of this job */
	int lock;
	CleanPlan cleaning;
} Converter;

/* --- the work folder
 * ------------------------------------------------------------------------------------------
 */

static void
remove_folder(const char *path)
{
	g_autoptr(GError) error = NULL;

	if (!fs_remove_tree(path, &error))
		log_event(LOG_WARNING, "work-folder-left", "reason", error->message, NULL);
}

/* A folder that nobody has locked belongs to nobody. */
static void
sweep(const Converter *converter)
{
	g_autoptr(GDir) dir = g_dir_open(converter->place, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(converter->place, name, NULL);
		struct stat st;
		fs_auto int fd = -1;

		if (!g_str_has_prefix(name, FOLDER_PREFIX))
			continue;
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
			flock(fd, LOCK_EX | LOCK_NB) == 0)
			remove_folder(path);
	}
}

/* The new folder is locked under a name that no sweep looks for, then gets its own. */
static bool
make_folder(Converter *converter, GError **error)
{
	g_autofree char *made = g_build_filename(converter->place, ".convert-XXXXXX", NULL);

	if (mkdtemp(made) == NULL)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno,
			"cannot make a work folder in %s", converter->place);
	converter->lock = open(made, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	converter->folder = g_strdup_printf(
		"%s/" FOLDER_PREFIX "%s", converter->place, made + strlen(made) - 6);
	if (converter->lock < 0 || flock(converter->lock, LOCK_EX | LOCK_NB) != 0 ||
		rename(made, converter->folder) != 0)
		return nieuws_fail_errno(
			error, NIEUWS_LATER, errno, "cannot use the work folder %s", made);
	return true;
}

/* --- the sealed process
 * ---------------------------------------------------------------------------------------
 */

static bool
seal(const Converter *converter, GError **error)
{
	const SandboxToolsPlan plan = {.folder = converter->folder,
		.memory = converter->memory,
		.cpu_seconds = converter->deadline,
		.file_size = converter->unpacked,
		.processes = 500,
		.allow_degraded = converter->degraded};

	/* Whatever it starts is killed with it as one group. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return sandbox_seal_tools(&plan, error);
}

static Document *
convert(const Converter *converter, int fd, const char *part, const char *kind, int *ret_picture,
	const char *picture)
{
	const DocumentPlan plan = {.folder = converter->folder,
		.unpacked = converter->unpacked,
		.pages = 200,
		.html = 8 << 20,
		.memory = converter->memory};
	Document *document = document_convert(&plan, fd, part, kind);
	g_autoptr(GError) error = NULL;

	if (*picture == '\0' || *document->error != '\0')
		return document;
	*ret_picture = document_picture(&plan, document, picture, &error);
	if (*ret_picture < 0)
		record_set(&document->error, error->message);
	return document;
}

static int
work_on_document(const Converter *converter, WireChannel *channel, const WireLetter *letter)
{
	const WireConvert *job = letter->record;
	WireConverted *answer = record_new(wire_type(WIRE_CONVERTED));
	fs_auto int picture = -1;
	struct stat st;
	Document *document =
		convert(converter, letter->fd, job->part, job->kind, &picture, job->picture);
	bool sent;

	record_clear(&document_type, &answer->document);
	answer->document = *document;
	g_free(document);
	answer->job = job->job;
	if (picture >= 0 && fstat(picture, &st) == 0)
		answer->size = st.st_size;
	sent = wire_send(channel, WIRE_CONVERTED, answer, picture, NULL);
	record_free(wire_type(WIRE_CONVERTED), answer);
	return sent ? EXIT_DONE : EXIT_LATER;
}

static int
work(const Converter *converter, WireChannel *channel, const WireLetter *letter)
{
	g_autoptr(GError) error = NULL;

	if (letter->kind == WIRE_CLEAN)
		return clean_answer(&converter->cleaning, channel, letter);
	if (!seal(converter, &error)) {
		log_event(LOG_CRIT, "not-sealed", "reason", error->message, NULL);
		return EXIT_INTERNAL;
	}
	switch (letter->kind) {
	case WIRE_CONVERT:
		return work_on_document(converter, channel, letter);
	default:
		return EXIT_INTERNAL;
	}
}

/* --- the clock
 * --------------------------------------------------------------------------------------------------
 */

/* Waits for the sealed process; NULL when it ended well, else why not. */
static char *
watch(const Converter *converter, pid_t worker)
{
	struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, worker, 0), .events = POLLIN};
	bool late = end.fd >= 0 && poll(&end, 1, (int)converter->deadline * 1000) == 0;
	int status = 0;

	if (late)
		kill(worker, SIGKILL);
	while (waitpid(worker, &status, 0) < 0 && errno == EINTR)
		continue;
	kill(-worker, SIGKILL);
	fs_close(&end.fd);
	if (late)
		return g_strdup_printf(
			"Reading it took longer than %d seconds.", (int)converter->deadline);
	if (WIFSIGNALED(status))
		return g_strdup_printf("The converter crashed on it (signal %d, %s).",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) != EXIT_DONE)
		return g_strdup("The converter failed on it.");
	return NULL;
}

static void
answer_failure(WireChannel *channel, const WireLetter *letter, const char *failure)
{
	const WireConvert *job = letter->record;
	WireConverted *answer;
	Warning *warning;

	if (letter->kind == WIRE_CLEAN)
		clean_fail(channel, letter, failure);
	if (letter->kind != WIRE_CONVERT)
		return;
	answer = record_new(wire_type(WIRE_CONVERTED));
	answer->job = job->job;
	record_set(&answer->document.part, job->part);
	record_set(&answer->document.kind, job->kind);
	record_set(&answer->document.error, failure);
	warning = record_append(&warning_type, answer->document.warnings);
	record_set(&warning->code, "document.failed");
	record_set(&warning->text, failure);
	wire_send(channel, WIRE_CONVERTED, answer, -1, NULL);
	record_free(wire_type(WIRE_CONVERTED), answer);
}

static int
serve(Converter *converter)
{
	g_autoptr(WireChannel) channel = wire_channel_new(WIRE_CHANNEL_FD);
	g_autoptr(WireLetter) letter = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *failure = NULL;
	pid_t worker;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!wire_receive(channel, &letter, &error))
		return nieuws_error_is(error, NIEUWS_LATER) ? EXIT_DONE : EXIT_INTERNAL;
	if (letter->fd < 0)
		return EXIT_INTERNAL;
	sweep(converter);
	/* A photo needs no place to write. */
	if (letter->kind != WIRE_CLEAN && !make_folder(converter, &error)) {
		answer_failure(channel, letter, error->message);
		return EXIT_LATER;
	}
	worker = fork();
	if (worker == 0)
		_exit(work(converter, channel, letter));
	failure = worker > 0 ? watch(converter, worker) : g_strdup("No process could be started.");
	if (failure != NULL)
		answer_failure(channel, letter, failure);
	if (converter->folder != NULL)
		remove_folder(converter->folder);
	return EXIT_DONE;
}

/* --- by hand
 * --------------------------------------------------------------------------------------------------
 */

static int
print_document(const Converter *converter, int fd)
{
	g_autoptr(GError) error = NULL;
	int picture = -1;
	Document *document;
	json_t *object;

	if (!seal(converter, &error)) {
		fprintf(stderr, "nieuws-convert: %s\n", error->message);
		return EXIT_INTERNAL;
	}
	document = convert(converter, fd, "1", "", &picture, "");
	object = record_to_json(&document_type, document);
	json_dumpf(object, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(object);
	record_free(&document_type, document);
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_IO;
}

static int
convert_file(Converter *converter, const char *name)
{
	fs_auto int fd = open(name, O_RDONLY | O_CLOEXEC);
	g_autoptr(GError) error = NULL;
	g_autofree char *failure = NULL;
	pid_t worker;

	if (fd < 0) {
		fprintf(stderr, "nieuws-convert: %s: %s\n", name, strerror(errno));
		return EXIT_REFUSED;
	}
	sweep(converter);
	if (!make_folder(converter, &error)) {
		fprintf(stderr, "nieuws-convert: %s\n", error->message);
		return EXIT_LATER;
	}
	worker = fork();
	if (worker == 0)
		_exit(print_document(converter, fd));
	failure = worker > 0 ? watch(converter, worker) : g_strdup("No process could be started.");
	remove_folder(converter->folder);
	if (failure != NULL)
		fprintf(stderr, "nieuws-convert: %s\n", failure);
	return failure == NULL ? EXIT_DONE : EXIT_REFUSED;
}

/* The copy must not be there yet, and is gone again when nothing came of it. */
static int
clean_file(const Converter *converter, const char *from, const char *to, gint64 width)
{
	fs_auto int in = open(from, O_RDONLY | O_CLOEXEC);
	fs_auto int out =
		in >= 0 ? open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644) : -1;
	g_autofree char *failure = NULL;
	pid_t worker;

	if (out < 0) {
		fprintf(stderr, "nieuws-convert: %s: %s\n", in < 0 ? from : to, strerror(errno));
		return EXIT_REFUSED;
	}
	worker = fork();
	if (worker == 0)
		_exit(clean_by_hand(&converter->cleaning, in, out, width));
	failure = worker > 0 ? watch(converter, worker) : g_strdup("No process could be started.");
	if (failure == NULL)
		return EXIT_DONE;
	fprintf(stderr, "nieuws-convert: %s: %s\n", from, failure);
	unlink(to);
	return EXIT_REFUSED;
}

static int
check(void)
{
	bool all = false;
	g_autofree char *text = document_tools(&all);

	printf("%s%s\n", all ? "ok: " : "", text);
	return all ? EXIT_DONE : EXIT_REFUSED;
}

/* --- starting
 * -------------------------------------------------------------------------------------------------
 */

static bool
set_limits(Converter *converter, char **limits, GError **error)
{
	const struct {
		const char *name;
		gint64 *field;
	} known[] = {{"converter_deadline", &converter->deadline},
		{"converter_memory", &converter->memory},
		{"document_unpacked", &converter->unpacked},
		{"picture_pixels", &converter->megapixels}};

	for (char **limit = limits; limit != NULL && *limit != NULL; limit++) {
		g_auto(GStrv) pair = g_strsplit(*limit, "=", 2);
		bool found = false;

		for (size_t i = 0; g_strv_length(pair) == 2 && i < G_N_ELEMENTS(known); i++)
			found |= strcmp(pair[0], known[i].name) == 0 &&
				 g_ascii_string_to_signed(
					 pair[1], 10, 1, G_MAXINT32 * 1024LL, known[i].field, NULL);
		if (!found)
			return nieuws_fail(
				error, NIEUWS_INPUT, "--limit wants NAME=NUMBER, not %s", *limit);
	}
	return true;
}

static bool
has_channel(void)
{
	int type = 0;
	socklen_t length = sizeof type;

	return getsockopt(WIRE_CHANNEL_FD, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
	       type == SOCK_SEQPACKET;
}

int
main(int argc, char **argv)
{
	Converter converter = {.deadline = 30,
		.memory = 1 << 30,
		.unpacked = 256 << 20,
		.megapixels = 60,
		.lock = -1};
	gboolean degraded = FALSE, checking = FALSE, cleaning = FALSE;
	gint width = 0;
	g_auto(GStrv) limits = NULL;
	g_auto(GStrv) files = NULL;
	g_autofree char *place = NULL;
	const GOptionEntry entries[] = {
		{"limit", 0, 0, G_OPTION_ARG_STRING_ARRAY, &limits, "Set one of the limits",
			"NAME=NUMBER"},
		{"work", 0, 0, G_OPTION_ARG_FILENAME, &place, "Make work folders here", "FOLDER"},
		{"degraded", 0, 0, G_OPTION_ARG_NONE, &degraded, "Go on without Landlock", NULL},
		{"check", 0, 0, G_OPTION_ARG_NONE, &checking, "Say which tools are there", NULL},
		{"clean", 0, 0, G_OPTION_ARG_NONE, &cleaning,
			"Make the copy of a photo that may be published: FILE COPY", NULL},
		{"width", 0, 0, G_OPTION_ARG_INT, &width, "With --clean: at most so wide",
			"PIXELS"},
		{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL,
			"[FILE [COPY]]"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	g_autoptr(GOptionContext) options =
		g_option_context_new("- a document to its text, as JSON by hand");
	g_autoptr(GError) error = NULL;

	setlocale(LC_ALL, "C.UTF-8");
	log_open("nieuws-convert");
	g_option_context_add_main_entries(options, entries, NULL);
	if (!g_option_context_parse(options, &argc, &argv, &error) ||
		!set_limits(&converter, limits, &error)) {
		fprintf(stderr, "nieuws-convert: %s\n", error->message);
		return EXIT_USAGE;
	}
	if (checking)
		return check();
	converter.degraded = degraded;
	converter.cleaning = (CleanPlan){
		converter.memory, converter.deadline, converter.megapixels, converter.degraded};
	converter.place = g_canonicalize_filename(place != NULL ? place : g_get_tmp_dir(), NULL);
	if (cleaning && files != NULL && g_strv_length(files) == 2)
		return clean_file(&converter, files[0], files[1], width);
	if (cleaning) {
		fputs("nieuws-convert: --clean wants the photo and the name of the copy\n", stderr);
		return EXIT_USAGE;
	}
	if (files != NULL)
		return convert_file(&converter, files[0]);
	if (!has_channel()) {
		fputs("nieuws-convert: it is started by nieuwsd; by hand there is: nieuws-convert "
		      "FILE\n",
			stderr);
		return EXIT_USAGE;
	}
	return serve(&converter);
}
