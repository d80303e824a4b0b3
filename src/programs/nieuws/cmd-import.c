/* nieuws import: mails from files, Maildirs and mboxes, through the same intake as those from the
 * server. */
#include "nieuws.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "intake.h"

/* --- the intake as a function
 * --------------------------------------------------------------------------------- */

typedef struct {
	GMainLoop *loop;
	Intake *intake;
	MailFeed *feed;
	GError *error;
	IntakeProgress progress;
} Run;

static void
on_progress(void *context, const IntakeProgress *progress)
{
	((Run *)context)->progress = *progress;
}

static void
on_done(void *context, const GError *error)
{
	Run *run = context;

	if (error != NULL && run->error == NULL)
		run->error = g_error_copy(error);
	g_main_loop_quit(run->loop);
}

static bool
on_feed(void *context)
{
	Run *run = context;

	for (int i = 0; i < 20; i++) {
		g_autoptr(GBytes) bytes = run->feed->next(run->feed->source, &run->error);
		gsize length;

		if (bytes == NULL)
			return false;
		if (!intake_import(run->intake, g_bytes_get_data(bytes, &length),
			    g_bytes_get_size(bytes), &run->error))
			return false;
	}
	return true;
}

bool
import_mails(Context *context, MailFeed *feed, MailCounts *ret_counts, GError **error)
{
	Run run = {.feed = feed};
	const IntakeEvents events = {
		.progress = on_progress, .done = on_done, .feed = on_feed, .context = &run};

	run.intake = intake_new(context->config, INTAKE_IMPORT, &events, error);
	if (run.intake == NULL)
		return false;
	run.loop = g_main_loop_new(NULL, FALSE);
	intake_start(run.intake);
	g_main_loop_run(run.loop);
	intake_free(run.intake);
	g_main_loop_unref(run.loop);
	*ret_counts = (MailCounts){
		.fresh = run.progress.kept - run.progress.duplicates - run.progress.joined,
		.joined = run.progress.joined,
		.doubles = run.progress.duplicates,
		.quarantined = run.progress.quarantined};
	if (run.error != NULL)
		g_propagate_error(error, run.error);
	return run.error == NULL;
}

/* --- where mails come from
 * ------------------------------------------------------------------------------------ */

typedef struct {
	GPtrArray *files; /* paths still to be read */
	GBytes *mbox; /* the one being taken apart */
	gsize offset;
	gint64 most; /* bytes of one mail */
} Source;

static void
add_folder(Source *source, const char *path)
{
	static const char *const parts[] = {"new", "cur"};

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *folder = g_build_filename(path, parts[i], NULL);
		g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
		const char *name;

		while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
			g_ptr_array_add(source->files, g_build_filename(folder, name, NULL));
	}
}

static bool
add_path(Source *source, const char *path, GError **error)
{
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return nieuws_fail(error, NIEUWS_NOT_FOUND, _("there is no file %s"), path);
	if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
		g_ptr_array_add(source->files, g_strdup(path));
		return true;
	}
	add_folder(source, path);
	return source->files->len > 0 ||
	       nieuws_fail(error, NIEUWS_INPUT,
		       _("%s is no Maildir: it has no mails in new and cur"), path);
}

/* ">From " at a line start was "From " once (mboxrd: one > less). */
static GBytes *
unquote(const char *bytes, gsize length)
{
	GByteArray *out = g_byte_array_sized_new((guint)length);
	const char *end = bytes + length;

	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *stop = newline != NULL ? newline + 1 : end;
		size_t marks = 0;

		while (bytes + marks < stop && bytes[marks] == '>')
			marks++;
		if (marks > 0 && (size_t)(stop - bytes) > marks + 5 &&
			strncmp(bytes + marks, "From ", 5) == 0)
			bytes++;
		g_byte_array_append(out, (const guint8 *)bytes, (guint)(stop - bytes));
		bytes = stop;
	}
	return g_byte_array_free_to_bytes(out);
}

/* One mail of the mbox; its From line is left out. */
static GBytes *
next_of_mbox(Source *source)
{
	gsize size;
	const char *all = g_bytes_get_data(source->mbox, &size);
	const char *start = memchr(all + source->offset, '\n', size - source->offset);
	const char *end = start;

	if (start == NULL) {
		g_clear_pointer(&source->mbox, g_bytes_unref);
		return NULL;
	}
	start++;
	do
		end = memmem(end, size - (size_t)(end - all), "\nFrom ", 6);
	/* Only behind an empty line does a mail begin. */
	while (end != NULL && end > all && end[-1] != '\n' && !(end[-1] == '\r') && (end++, true));
	source->offset = end != NULL ? (gsize)(end + 1 - all) : size;
	if (source->offset >= size) {
		GBytes *last = unquote(start, size - (size_t)(start - all));

		g_clear_pointer(&source->mbox, g_bytes_unref);
		return last;
	}
	return unquote(start, (gsize)(end - start));
}

static GBytes *
next_mail(void *data, GError **error)
{
	Source *source = data;
	GBytes *mail = source->mbox != NULL ? next_of_mbox(source) : NULL;

	while (mail == NULL && source->files->len > 0) {
		g_autofree char *path = g_ptr_array_steal_index(source->files, 0);
		g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, error);
		g_autoptr(GBytes) bytes = file != NULL ? g_mapped_file_get_bytes(file) : NULL;

		if (bytes == NULL)
			return NULL;
		if (g_bytes_get_size(bytes) > 5 &&
			memcmp(g_bytes_get_data(bytes, NULL), "From ", 5) == 0) {
			source->mbox = g_bytes_ref(bytes);
			source->offset = 0;
			mail = next_of_mbox(source);
		} else {
			mail = g_bytes_ref(bytes);
		}
	}
	return mail;
}

int
cmd_import(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	Source source = {.files = g_ptr_array_new_with_free_func(g_free)};
	MailFeed feed = {next_mail, &source, NULL};
	MailCounts counts = {0};
	bool good = command_options(&argc, &argv, "FILE...", entries, error);

	if (good && argc < 2)
		good = nieuws_fail(error, NIEUWS_INPUT,
			_("which mails? for example: nieuws import archief.mbox"));
	for (int i = 1; good && i < argc; i++)
		good = add_path(&source, argv[i], error);
	good = good && import_mails(context, &feed, &counts, error);
	g_ptr_array_unref(source.files);
	g_clear_pointer(&source.mbox, g_bytes_unref);
	if (!good)
		return EXIT_REFUSED;
	if (json)
		desk_json(json_pack("{s:i, s:I, s:I, s:I, s:I}", "version", 1, "new",
			(json_int_t)counts.fresh, "joined", (json_int_t)counts.joined, "doubles",
			(json_int_t)counts.doubles, "quarantined", (json_int_t)counts.quarantined));
	else
		printf(_("%d new drafts, %d that came after one, %d that were here already, %d in "
			 "quarantine\n"),
			(int)counts.fresh, (int)counts.joined, (int)counts.doubles,
			(int)counts.quarantined);
	return EXIT_DONE;
}
