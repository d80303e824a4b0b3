/* An article leaves the desk: a folder or a zip with page, text, pictures and what is known of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "base.h"
#include "desk-private.h"
#include "page.h"

#define STAGING ".nieuws-"

enum {
	META_VERSION = 1,
	PICTURE_MOST = 64 << 20,
	PREVIEW_KEPT = 86400, /* seconds */
};

typedef struct {
	Desk *desk;
	StoreDraft *draft;
	StoreContent *content;
	StoreStanding *standing;
	GPtrArray *pictures; /* PagePicture * */
	GPtrArray *sources; /* Picture * of content, beside it */
	GPtrArray *troubles; /* char *: pictures that could not be made */
	bool lenient; /* troubles are told, not refused */
	int folder; /* everything is written here first */
	char *staging; /* its path */
	Page page;
} Export;

static void
free_picture(gpointer data)
{
	PagePicture *picture = data;

	g_free((char *)(guintptr)picture->file);
	g_ptr_array_unref(picture->names);
	g_free(picture);
}

static void
export_clear(Export *export)
{
	fs_close(&export->folder);
	if (export->staging != NULL)
		fs_remove_tree(export->staging, NULL);
	g_free(export->staging);
	if (export->draft != NULL)
		store_draft_free(export->draft);
	if (export->content != NULL)
		store_content_free(export->content);
	if (export->standing != NULL)
		store_standing_free(export->standing);
	g_clear_pointer(&export->pictures, g_ptr_array_unref);
	g_clear_pointer(&export->sources, g_ptr_array_unref);
	g_clear_pointer(&export->troubles, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Export, export_clear)

static bool
load(Export *export, Desk *desk, gint64 id, GError **error)
{
	export->desk = desk;
	export->folder = -1;
	export->pictures = g_ptr_array_new_with_free_func(free_picture);
	export->sources = g_ptr_array_new();
	export->troubles = g_ptr_array_new_with_free_func(g_free);
	export->draft = store_draft_get_id(desk->store, id, error);
	export->content = export->draft != NULL ? store_content_get(desk->store, id, error) : NULL;
	export->standing =
		export->content != NULL ? store_standing_get(desk->store, id, error) : NULL;
	if (export->standing == NULL)
		return false;
	export->page = (Page){.title = export->content->title,
		.lead = export->content->lead,
		.body = export->content->body,
		.language = export->draft->draft->language,
		.pictures = export->pictures};
	return true;
}

/* --- where it is written
 * --------------------------------------------------------------------------------------
 */

/* Beside its place, so that a rename makes it whole at once. */
static bool
stage(Export *export, const char *to, GError **error)
{
	export->staging = g_build_filename(to, STAGING "XXXXXX", NULL);
	if (mkdtemp(export->staging) == NULL) {
		int problem = errno;

		nieuws_fail_errno(error, NIEUWS_INPUT, problem, _("cannot write in %s"), to);
		g_clear_pointer(&export->staging, g_free);
		return false;
	}
	export->folder = fs_open_dir(export->staging, error);
	return export->folder >= 0;
}

static bool
write_file(const Export *export, const char *name, const void *bytes, gsize length, GError **error)
{
	fs_auto int fd = openat(
		export->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);

	if (fd < 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, _("cannot write %s"), name);
	return fs_write_all(fd, bytes, length, error) && fs_sync(fd, name, error);
}

/* --- pictures
 * -------------------------------------------------------------------------------------------------
 */

/* The frame header of a JPEG (ITU T.81, B.2.2) that our own converter wrote: numbers at fixed
 * places, no pixel. */
static bool
size_of_jpeg(const guint8 *bytes, gsize length, int *ret_width, int *ret_height)
{
	gsize at = 2;

	if (length < 4 || bytes[0] != 0xff || bytes[1] != 0xd8)
		return false;
	while (at + 9 < length && bytes[at] == 0xff) {
		guint8 marker = bytes[at + 1];

		if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
			marker != 0xcc) {
			*ret_height = bytes[at + 5] << 8 | bytes[at + 6];
			*ret_width = bytes[at + 7] << 8 | bytes[at + 8];
			return *ret_width > 0 && *ret_height > 0;
		}
		at += 2 + (gsize)(bytes[at + 2] << 8 | bytes[at + 3]);
	}
	return false;
}

/* The names by which the text calls a picture. */
static void
add_names(const Export *export, const Picture *picture, PagePicture *made)
{
	const GPtrArray *images = export->draft->draft->images;

	g_ptr_array_add(made->names, g_strdup(made->file));
	if (*picture->name != '\0')
		g_ptr_array_add(made->names, g_strdup(picture->name));
	for (guint i = 0; i < images->len; i++) {
		const Image *image = images->pdata[i];

		if (picture->submission == export->draft->submission_id &&
			image->attachment == picture->number && *image->name != '\0')
			g_ptr_array_add(made->names, g_strdup(image->name));
	}
}

static char *
read_picture(const Export *export, Spool *spool, const Picture *picture, gsize *ret_length,
	GError **error)
{
	g_autofree char *path = NULL;
	Attachment *attachment = NULL;
	fs_auto int fd = -1;

	if (store_picture_source(export->desk->store, picture, &path, &attachment, error))
		fd = desk_published_picture(export->desk->config, spool, path, attachment, error);
	record_free(&attachment_type, attachment);
	return fd >= 0 ? fs_pread_all(fd, PICTURE_MOST, ret_length, error) : NULL;
}

static bool
note_trouble(Export *export, const Picture *picture, GError *problem, GError **error)
{
	g_autofree char *why = desk_told(problem->message);

	if (!export->lenient)
		return nieuws_fail(error, NIEUWS_MESSAGE,
			_("the picture %s cannot be made ready for the page: %s"), picture->name,
			why);
	g_ptr_array_add(export->troubles, g_strdup_printf("%s: %s", picture->name, why));
	return true;
}

static bool
add_picture(Export *export, Spool *spool, Picture *picture, GError **error)
{
	g_autoptr(GError) problem = NULL;
	gsize length = 0;
	g_autofree char *bytes = read_picture(export, spool, picture, &length, &problem);
	PagePicture *made;

	if (bytes == NULL)
		return note_trouble(export, picture, problem, error);
	made = g_new0(PagePicture, 1);
	made->file = g_strdup_printf("photo-%u.jpg", export->pictures->len + 1);
	made->alt = picture->alt;
	made->caption = picture->caption;
	made->credit = picture->credit;
	made->lead = picture->lead;
	made->names = g_ptr_array_new_with_free_func(g_free);
	add_names(export, picture, made);
	size_of_jpeg((const guint8 *)bytes, length, &made->width, &made->height);
	g_ptr_array_add(export->pictures, made);
	g_ptr_array_add(export->sources, picture);
	return write_file(export, made->file, bytes, length, error);
}

static bool
add_pictures(Export *export, GError **error)
{
	g_autoptr(Spool) spool = spool_open(export->desk->config->spool, SPOOL_GUEST, error);

	for (guint i = 0; spool != NULL && i < export->content->pictures->len; i++) {
		Picture *picture = export->content->pictures->pdata[i];

		if (!picture->dropped && !add_picture(export, spool, picture, error))
			return false;
	}
	return spool != NULL;
}

/* --- what is known of it
 * --------------------------------------------------------------------------------------
 */

/* Who it is from, as a page may say it: no address, no number. */
static json_t *
contributor_json(const Draft *draft)
{
	const Person *person = draft->has_original ? &draft->original_sender : &draft->sender;
	const char *name = strchr(person->name, '@') == NULL ? person->name : "";
	/* A domain stands in for an organisation that nobody named. */
	bool is_domain = g_str_has_suffix(person->address, person->organisation);

	return json_pack(
		"{s:s, s:s}", "name", name, "organisation", is_domain ? "" : person->organisation);
}

static json_t *
pictures_json(const Export *export)
{
	json_t *list = json_array();

	for (guint i = 0; i < export->pictures->len; i++) {
		const PagePicture *picture = export->pictures->pdata[i];

		json_array_append_new(list,
			json_pack("{s:s, s:i, s:i, s:s, s:s, s:s, s:b}", "file", picture->file,
				"width", picture->width, "height", picture->height, "alt",
				picture->alt, "caption", picture->caption, "credit",
				picture->credit, "lead", (int)picture->lead));
	}
	return list;
}

static json_t *
tags_json(const Export *export)
{
	json_t *list = json_array();

	for (guint i = 0; i < export->content->tags->len; i++)
		json_array_append_new(list, json_string(export->content->tags->pdata[i]));
	return list;
}

static json_t *
moment_json(gint64 moment)
{
	g_autofree char *iso = when_iso(moment);

	return moment > 0 ? json_string(iso) : json_null();
}

static json_t *
meta_json(const Export *export)
{
	const StoreContent *content = export->content;
	const StoreDraft *draft = export->draft;

	return json_pack("{s:i, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:s}",
		"version", META_VERSION, "reference", draft->row.reference, "revision",
		(json_int_t) export->standing->version, "state", export->standing->state, "title",
		content->title, "lead", content->lead, "language", export->page.language,
		"category", content->category, "tags", tags_json(export), "embargo",
		moment_json(content->embargo_at), "received", moment_json(draft->received_at),
		"published", moment_json(export->standing->published_at), "contributor",
		contributor_json(draft->draft), "pictures", pictures_json(export), "url",
		export->standing->published_url);
}

/* JSON on one line is YAML too (YAML 1.2, 1.2): strings from mail need no rules of their own. */
static char *
front_matter(json_t *meta)
{
	GString *text = g_string_new("---\n");
	const char *key;
	json_t *value;

	json_object_foreach(meta, key, value)
	{
		char *line = json_dumps(value, JSON_ENCODE_ANY);

		g_string_append_printf(text, "%s: %s\n", key, line);
		free(line);
	}
	g_string_append(text, "---\n\n");
	return g_string_free(text, FALSE);
}

static bool
write_texts(const Export *export, GError **error)
{
	json_t *meta = meta_json(export);
	char *json = meta != NULL ? json_dumps(meta, JSON_INDENT(2)) : NULL;
	g_autofree char *head = meta != NULL ? front_matter(meta) : NULL;
	g_autofree char *body = page_markdown(&export->page);
	g_autofree char *html = page_html(&export->page);
	g_autofree char *markdown = g_strconcat(head != NULL ? head : "", body, NULL);
	g_autofree char *lines = g_strconcat(json != NULL ? json : "", "\n", NULL);

	json_decref(meta);
	free(json);
	if (head == NULL)
		return nieuws_fail(error, NIEUWS_INTERNAL, "the draft cannot be written as JSON");
	return write_file(export, "article.html", html, strlen(html), error) &&
	       write_file(export, "article.md", markdown, strlen(markdown), error) &&
	       write_file(export, "meta.json", lines, strlen(lines), error);
}

/* --- zip
 * ------------------------------------------------------------------------------------------------------
 */

static bool
add_to_zip(zip_t *archive, const char *staging, const char *inside, const char *name)
{
	g_autofree char *path = g_build_filename(staging, name, NULL);
	g_autofree char *entry = g_build_filename(inside, name, NULL);
	zip_source_t *source = zip_source_file(archive, path, 0, -1);
	zip_int64_t index =
		source != NULL ? zip_file_add(archive, entry, source, ZIP_FL_ENC_UTF_8) : -1;

	if (source != NULL && index < 0)
		zip_source_free(source);
	/* A JPEG does not get smaller. */
	return index >= 0 && (!g_str_has_suffix(name, ".jpg") ||
				     zip_set_file_compression(
					     archive, (zip_uint64_t)index, ZIP_CM_STORE, 0) == 0);
}

/* The staged files as one archive, staged too: "all.zip". */
static bool
make_zip(const Export *export, const char *inside, GError **error)
{
	g_autofree char *path = g_build_filename(export->staging, "all.zip", NULL);
	zip_t *archive = zip_open(path, ZIP_CREATE | ZIP_EXCL, NULL);
	static const char *const names[] = {"article.html", "article.md", "meta.json"};
	bool good = archive != NULL;
	fs_auto int fd = -1;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		good = good && add_to_zip(archive, export->staging, inside, names[i]);
	for (guint i = 0; i < export->pictures->len; i++)
		good = good && add_to_zip(archive, export->staging, inside,
				       ((PagePicture *)export->pictures->pdata[i])->file);
	if (archive != NULL && (!good || zip_close(archive) != 0)) {
		zip_discard(archive);
		good = false;
	}
	fd = good ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return nieuws_fail(error, NIEUWS_LATER, _("the zip file cannot be written"));
	return fs_sync(fd, "all.zip", error);
}

/* --- putting it in its place
 * ----------------------------------------------------------------------------------
 */

/* "KON-2026-0042-brug-over-de-ijssel" */
static char *
name_of(const Export *export)
{
	g_autofree char *reference = g_strcanon(g_strdup(export->draft->row.reference),
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", '-');
	g_autofree char *slug = page_slug(export->content->title);

	return g_strdup_printf("%s%s%s", reference, *slug != '\0' ? "-" : "", slug);
}

/* Only what an export made is replaced. */
static bool
is_export(const char *path)
{
	g_autofree char *meta = g_build_filename(path, "meta.json", NULL);
	g_autofree char *page = g_build_filename(path, "article.html", NULL);

	return g_file_test(meta, G_FILE_TEST_IS_REGULAR) &&
	       g_file_test(page, G_FILE_TEST_IS_REGULAR);
}

static bool
replace(const char *from, const char *place, bool zip, GError **error)
{
	if (zip)
		return rename(from, place) == 0 ||
		       nieuws_fail_errno(error, NIEUWS_INPUT, errno, _("cannot replace %s"), place);
	if (!is_export(place))
		return nieuws_fail(
			error, NIEUWS_INPUT, _("%s is no export of ours; it is left alone"), place);
	/* The old one lies where the new one was, and goes with it. */
	return renameat2(AT_FDCWD, from, AT_FDCWD, place, RENAME_EXCHANGE) == 0 ||
	       nieuws_fail_errno(error, NIEUWS_INPUT, errno, _("cannot replace %s"), place);
}

static bool
put_in_place(
	Export *export, const char *to, const char *place, const DeskExport *how, GError **error)
{
	g_autofree char *zip = g_build_filename(export->staging, "all.zip", NULL);
	const char *from = how->zip ? zip : export->staging;
	fs_auto int parent = fs_open_dir(to, error);
	mode_t mask = umask(077);

	umask(mask);
	if (parent < 0 || fsync(export->folder) != 0)
		return false;
	/* mkdtemp is for its maker alone; an export is for whom the umask says. */
	if (!how->zip && fchmod(export->folder, 0777 & ~mask) != 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, _("cannot write in %s"), to);
	if (renameat2(AT_FDCWD, from, AT_FDCWD, place, RENAME_NOREPLACE) != 0) {
		if (errno != EEXIST)
			return nieuws_fail_errno(
				error, NIEUWS_INPUT, errno, _("cannot make %s"), place);
		if (!how->force)
			return nieuws_fail(error, NIEUWS_INPUT,
				_("%s is there already; --force replaces it"), place);
		if (!replace(from, place, how->zip, error))
			return false;
	} else if (!how->zip) {
		g_clear_pointer(&export->staging, g_free);
	}
	return fs_sync(parent, to, error);
}

char *
desk_export(Desk *desk, gint64 id, const DeskExport *how, GError **error)
{
	g_auto(Export) export = {.folder = -1};
	const char *to = how->to != NULL ? how->to : ".";
	g_autofree char *name = NULL;
	g_autofree char *file = NULL;
	g_autofree char *place = NULL;

	if (!desk_may(desk, RIGHT_REVIEW, error) || !load(&export, desk, id, error) ||
		!fs_mkdirs(to, 0777, error) || !stage(&export, to, error) ||
		!add_pictures(&export, error) || !write_texts(&export, error))
		return NULL;
	name = name_of(&export);
	file = g_strconcat(name, how->zip ? ".zip" : NULL, NULL);
	place = g_build_filename(to, file, NULL);
	if ((how->zip && !make_zip(&export, name, error)) ||
		!put_in_place(&export, to, place, how, error))
		return NULL;
	return g_steal_pointer(&place);
}

/* --- preview
 * --------------------------------------------------------------------------------------------------
 */

/* Pages of yesterday, and what a crash left. */
static void
sweep(const char *folder, gint64 now)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct stat st;

		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
			now - st.st_mtime > PREVIEW_KEPT)
			fs_remove_tree(path, NULL);
	}
}

char *
desk_previews(const Config *config, GError **error)
{
	g_autofree char *folder = g_build_filename(config->spool, "previews", NULL);

	if (!fs_mkdirs(folder, 0770, error))
		return NULL;
	sweep(folder, when_now());
	return g_steal_pointer(&folder);
}

static char *
banner_of(const Export *export)
{
	gint64 embargo = export->content->embargo_at;
	g_autofree char *moment = when_local(embargo);
	g_autofree char *until = embargo > when_now()
					 ? g_strdup_printf(_(" · embargo until %s"), moment)
					 : g_strdup("");
	GString *text = g_string_new(NULL);

	g_string_printf(text, _("Preview · %s · %s · revision %d%s"), export->draft->row.reference,
		desk_state_word(export->standing->state), (int)export->standing->version, until);
	for (guint i = 0; i < export->troubles->len; i++)
		g_string_append_printf(text, " · %s", (char *)export->troubles->pdata[i]);
	return g_string_free(text, FALSE);
}

static bool
write_preview(Export *export, GError **error)
{
	g_autofree char *css = config_data("pages/preview.css");
	g_autofree char *style = NULL;
	g_autofree char *banner = banner_of(export);
	g_autofree char *html = NULL;
	gsize length = 0;

	export->page.banner = banner;
	if (g_file_get_contents(css, &style, &length, NULL)) {
		export->page.style = "preview.css";
		if (!write_file(export, "preview.css", style, length, error))
			return false;
	}
	html = page_html(&export->page);
	return write_file(export, "article.html", html, strlen(html), error);
}

char *
desk_preview(Desk *desk, gint64 id, GError **error)
{
	g_auto(Export) export = {.folder = -1};
	g_autofree char *folder = NULL;
	g_autofree char *name = NULL;
	g_autofree char *place = NULL;

	if (!desk_may(desk, RIGHT_REVIEW, error))
		return NULL;
	folder = desk_previews(desk->config, error);
	if (folder == NULL || !load(&export, desk, id, error) || !stage(&export, folder, error))
		return NULL;
	export.lenient = true;
	if (!add_pictures(&export, error) || !write_preview(&export, error) ||
		fchmod(export.folder, 0770) != 0)
		return NULL;
	/* A name that stays: a browser that has the page open only has to load it again. */
	name = g_strdup_printf("%d", (int)id);
	place = g_build_filename(folder, name, NULL);
	if (rename(export.staging, place) == 0)
		g_clear_pointer(&export.staging, g_free);
	else if (renameat2(AT_FDCWD, export.staging, AT_FDCWD, place, RENAME_EXCHANGE) != 0) {
		nieuws_fail_errno(error, NIEUWS_LATER, errno, _("cannot make %s"), place);
		return NULL;
	}
	return g_build_filename(place, "article.html", NULL);
}
