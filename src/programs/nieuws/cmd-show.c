/* nieuws show and save. */
#include "nieuws.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PICTURE_ROWS = 16 /* of one in the middle of a text */ };

static bool
has_number(int argc, char **argv, GError **error)
{
	return argc > 1 || nieuws_fail(error, NIEUWS_INPUT,
				   _("which draft? for example: nieuws %s 1"), argv[0]);
}

static StoreDraft *
load(Context *context, int argc, char **argv, GError **error)
{
	g_autoptr(Store) store = NULL;

	if (!has_number(argc, argv, error))
		return NULL;
	store = desk_store(context->config, STORE_READ, error);
	return store != NULL ? store_draft_get(store, argv[1], error) : NULL;
}

static json_t *
events_json(const GPtrArray *events)
{
	json_t *list = json_array();

	for (guint i = 0; i < events->len; i++) {
		const StoreEvent *event = events->pdata[i];
		g_autofree char *at = when_iso(event->at);

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s}", "at", at, "kind", event->kind,
				      "who", event->who, "text", event->text));
	}
	return list;
}

static void
print_json(const StoreDraft *draft)
{
	json_t *object = desk_row_json(&draft->row);

	json_object_set_new(object, "version", json_integer(1));
	json_object_set_new(object, "draft", desk_draft_json(draft->message, draft->draft));
	json_object_set_new(object, "events", events_json(draft->events));
	desk_json(object);
}

static bool
show_photos(const DeskScreen *screen, const Desk *desk, gint64 id, GError **error)
{
	g_autoptr(GPtrArray) files = desk_file_list(desk->store, id, error);

	return files != NULL && look_at_photos(screen, desk, files, PICTURE_ROWS, error);
}

int
cmd_show(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE, source = FALSE, pictures = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{"source", 0, 0, G_OPTION_ARG_NONE, &source,
			N_("what came in beside what it is now"), NULL},
		{"pictures", 0, 0, G_OPTION_ARG_NONE, &pictures,
			N_("with its photos, where the terminal can show them"), NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Desk) desk = NULL;
	StoreDraft *draft = NULL;
	g_autoptr(DeskKept) kept = NULL;
	DeskScreen screen;

	if (!command_options(&argc, &argv, "NUMBER", entries, error))
		return EXIT_USAGE;
	if (!has_number(argc, argv, error))
		return EXIT_REFUSED;
	desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	draft = desk != NULL ? store_draft_get(desk->store, argv[1], error) : NULL;
	kept = draft != NULL ? desk_kept(desk, draft, error) : NULL;
	if (kept == NULL)
		return EXIT_REFUSED;
	screen = desk_screen(json);
	if (json)
		print_json(draft);
	else if (source && !desk_source(&screen, kept, error))
		return EXIT_REFUSED;
	else if (!source)
		desk_show(&screen, kept, draft->message, draft->draft);
	if (pictures && !json && !show_photos(&screen, desk, draft->row.id, error))
		return EXIT_REFUSED;
	return EXIT_DONE;
}

/* --- save
 * -----------------------------------------------------------------------------------------------------
 */

/* What a mail calls its file is a label: no folders, no leading dot, never over what is there. */
static int
create(int folder, const Attachment *attachment, guint number, char **ret_name)
{
	g_autofree char *shown = text_printable(attachment->filename, TEXT_ONE_LINE);

	g_strdelimit(shown, "/\\", '_');
	for (int attempt = 0; attempt < 100; attempt++) {
		const char *base = *shown == '\0' || *shown == '.' ? "bestand" : shown;
		g_autofree char *name =
			attempt == 0 && base == shown
				? g_strdup(base)
				: g_strdup_printf("%u-%d-%s", number, attempt, base);
		int fd = openat(
			folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

		if (fd >= 0) {
			*ret_name = g_steal_pointer(&name);
			return fd;
		}
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static bool
copy(int to, int from, GError **error)
{
	struct stat st;
	off_t offset = 0;

	if (fstat(from, &st) != 0)
		return nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, _("cannot read the file"));
	while (offset < st.st_size)
		if (sendfile(to, from, &offset, (size_t)(st.st_size - offset)) <= 0)
			return nieuws_fail_errno(
				error, NIEUWS_LATER, errno, _("cannot write the file"));
	return true;
}

static bool
save_one(Context *context, Spool *spool, const StoreDraft *draft, guint index, int folder,
	const char *to, GError **error)
{
	const Attachment *attachment = draft->message->attachments->pdata[index];
	fs_auto int from = desk_file(context->config, spool, draft->path, attachment, error);
	g_autofree char *name = NULL;
	fs_auto int out = -1;

	if (from < 0)
		return false;
	out = create(folder, attachment, index + 1, &name);
	if (out < 0)
		return nieuws_fail_errno(error, NIEUWS_INPUT, errno, _("cannot write in %s"), to);
	if (!copy(out, from, error))
		return false;
	printf("%s/%s\n", to, name);
	return true;
}

/* "foto.heic" to "foto.web.jpg": beside the original, never in its place. */
static bool
save_copy(Context *context, Spool *spool, const StoreDraft *draft, guint index, int folder,
	const char *to, GError **error)
{
	Attachment *attachment = draft->message->attachments->pdata[index];
	fs_auto int from = -1;
	Attachment named = *attachment;
	const char *dot = strrchr(attachment->filename, '.');
	size_t stem =
		dot != NULL ? (size_t)(dot - attachment->filename) : strlen(attachment->filename);
	g_autofree char *web = g_strdup_printf(
		"%.*s.web.jpg", (int)MIN(stem, 200), stem > 0 ? attachment->filename : "foto");
	g_autofree char *name = NULL;
	fs_auto int out = -1;

	if (attachment->role != ROLE_PHOTO && attachment->role != ROLE_COPY)
		return true;
	from = desk_published_picture(context->config, spool, draft->path, attachment, error);
	if (from < 0)
		return false;
	named.filename = web;
	out = create(folder, &named, index + 1, &name);
	if (out < 0)
		return nieuws_fail_errno(error, NIEUWS_INPUT, errno, _("cannot write in %s"), to);
	if (!copy(out, from, error))
		return false;
	printf("%s/%s\n", to, name);
	return true;
}

static bool
is_wanted(const StoreDraft *draft, guint index, int argc, char **argv)
{
	const Attachment *attachment = draft->message->attachments->pdata[index];

	if (argc <= 2)
		return attachment->role != ROLE_LOGO && attachment->role != ROLE_SIGNATURE &&
		       attachment->role != ROLE_COPY;
	for (int i = 2; i < argc; i++)
		if (g_ascii_strtoll(argv[i], NULL, 10) == index + 1 ||
			strcmp(argv[i], attachment->filename) == 0)
			return true;
	return false;
}

int
cmd_save(Context *context, int argc, char **argv, GError **error)
{
	g_autofree char *to = NULL;
	gboolean web = FALSE, force = FALSE;
	const GOptionEntry entries[] = {{"force", 0, 0, G_OPTION_ARG_NONE, &force,
						N_("although a virus was found in the mail"), NULL},
		{"to", 0, 0, G_OPTION_ARG_FILENAME, &to, N_("folder; made where it is missing"),
			"DIR"},
		{"web", 0, 0, G_OPTION_ARG_NONE, &web,
			N_("with the copy of each photo that may be published"), NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(StoreDraft) draft = NULL;
	g_autoptr(Spool) spool = NULL;
	fs_auto int folder = -1;
	guint saved = 0;

	if (!command_options(&argc, &argv, "NUMBER [FILE...]", entries, error))
		return EXIT_USAGE;
	draft = load(context, argc, argv, error);
	if (draft != NULL && desk_is_infected(draft) && !force) {
		nieuws_fail(error, NIEUWS_CONFLICT,
			_("a virus was found in this mail; --force saves its files nevertheless"));
		return EXIT_REFUSED;
	}
	spool = draft != NULL ? spool_open(context->config->spool, SPOOL_GUEST, error) : NULL;
	if (spool == NULL || (to != NULL && !fs_mkdirs(to, 0755, error)))
		return EXIT_REFUSED;
	folder = fs_open_dir(to != NULL ? to : ".", error);
	for (guint i = 0; folder >= 0 && i < draft->message->attachments->len; i++) {
		if (!is_wanted(draft, i, argc, argv))
			continue;
		if (!save_one(context, spool, draft, i, folder, to != NULL ? to : ".", error))
			return EXIT_REFUSED;
		if (web &&
			!save_copy(context, spool, draft, i, folder, to != NULL ? to : ".", error))
			return EXIT_REFUSED;
		saved++;
	}
	if (saved == 0 && *error == NULL)
		nieuws_fail(error, NIEUWS_NOT_FOUND,
			_("the draft has no such file; see nieuws files %s"), argv[1]);
	return EXIT_DONE;
}
