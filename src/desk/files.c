/* The files of a draft, and its photos as they will be published. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "desk-private.h"
#include "sheet.h"

void
desk_file_free(DeskFile *file)
{
	if (file == NULL)
		return;
	record_free(&attachment_type, file->attachment);
	record_free(&picture_type, file->photo);
	g_free(file->name);
	g_free(file->path);
	g_free(file);
}

static DeskFile *
add_file(GPtrArray *files, const StoreDraft *draft, const Attachment *attachment)
{
	DeskFile *file = g_new0(DeskFile, 1);

	file->number = files->len + 1;
	file->attachment = record_copy(&attachment_type, attachment);
	file->name = g_strdup(attachment->filename);
	file->path = g_strdup(draft->path);
	g_ptr_array_add(files, file);
	return file;
}

/* A photo of the first mail is one of its files; one of a later mail comes behind them. */
static bool
add_photo(Store *store, GPtrArray *files, const StoreDraft *draft, const GPtrArray *pictures,
	guint place, GError **error)
{
	const Picture *photo = pictures->pdata[place];
	DeskFile *file = NULL;

	if (photo->submission == draft->submission_id && photo->number < (gint64)files->len)
		file = files->pdata[photo->number];
	if (file == NULL) {
		file = g_new0(DeskFile, 1);
		file->number = files->len + 1;
		if (!store_picture_source(store, photo, &file->path, &file->attachment, error)) {
			desk_file_free(file);
			return false;
		}
		g_ptr_array_add(files, file);
	}
	g_free(file->name);
	file->name = sheet_photo_name(pictures, place);
	file->place = place + 1;
	file->photo = record_copy(&picture_type, photo);
	return true;
}

bool
desk_is_infected(const StoreDraft *draft)
{
	const GPtrArray *warnings = draft->draft->warnings;

	for (guint i = 0; i < warnings->len; i++)
		if (strcmp(((Warning *)warnings->pdata[i])->code, "virus.found") == 0)
			return true;
	return false;
}

GPtrArray *
desk_file_list(Store *store, gint64 id, GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)desk_file_free);
	g_autoptr(StoreDraft) draft = store_draft_get_id(store, id, error);
	g_autoptr(StoreContent) content =
		draft != NULL ? store_content_get(store, id, error) : NULL;

	if (content == NULL)
		return NULL;
	for (guint i = 0; i < draft->message->attachments->len; i++)
		add_file(files, draft, draft->message->attachments->pdata[i]);
	for (guint i = 0; i < content->pictures->len; i++)
		if (!add_photo(store, files, draft, content->pictures, i, error))
			return NULL;
	for (guint i = 0; i < files->len; i++)
		((DeskFile *)files->pdata[i])->infected = desk_is_infected(draft);
	return g_steal_pointer(&files);
}

const DeskFile *
desk_file_pick(const GPtrArray *files, const char *typed, GError **error)
{
	char *end;
	gint64 number = g_ascii_strtoll(typed, &end, 10);

	for (guint i = 0; i < files->len; i++) {
		const DeskFile *file = files->pdata[i];

		if ((*end == '\0' && number == (gint64)file->number) ||
			strcmp(file->name, typed) == 0 ||
			strcmp(file->attachment->filename, typed) == 0)
			return file;
	}
	nieuws_fail(error, NIEUWS_NOT_FOUND, _("there is no file %s with this draft; it has %u"),
		typed, files->len);
	return NULL;
}

/* --- looking
 * --------------------------------------------------------------------------------------------------
 */

static int
by_place(gconstpointer a, gconstpointer b)
{
	const DeskFile *one = *(DeskFile *const *)a, *two = *(DeskFile *const *)b;
	guint left = one->place > 0 ? one->place : G_MAXUINT;
	guint right = two->place > 0 ? two->place : G_MAXUINT;

	if (left != right)
		return left < right ? -1 : 1;
	return (one->number > two->number) - (one->number < two->number);
}

static void
put_photo_field(const DeskScreen *screen, const Desk *desk, const char *field, const char *label,
	const char *value)
{
	bool missing = *value == '\0';
	bool asked = false;
	g_autofree char *text = g_strdup_printf("  %s", label);

	for (guint i = 0; i < desk->config->desk.require->len; i++)
		asked = asked || strcmp(desk->config->desk.require->pdata[i], field) == 0;
	if (!missing || asked)
		desk_field(screen, text, missing ? _("missing") : value,
			missing ? INK_ALERT : INK_NONE);
}

static void
put_photo(const DeskScreen *screen, const Desk *desk, const DeskFile *file)
{
	const Picture *photo = file->photo;

	if (photo->lead)
		desk_field(screen, "", _("lead picture"), INK_GOOD);
	if (photo->dropped) {
		desk_field(screen, "", _("left out: it will not be published"), INK_DIM);
		return;
	}
	put_photo_field(screen, desk, "caption", _("caption"), photo->caption);
	put_photo_field(screen, desk, "credit", _("credit"), photo->credit);
	put_photo_field(screen, desk, "alt", _("alt"), photo->alt);
}

static json_t *
file_json(const DeskFile *file)
{
	json_t *object = record_to_json(&attachment_type, file->attachment);

	json_object_set_new(object, "number", json_integer(file->number));
	if (file->photo == NULL)
		return object;
	/* As it will be published, which may be other than what was received. */
	json_object_set_new(object, "place", json_integer(file->place));
	json_object_set_new(object, "photo", record_to_json(&picture_type, file->photo));
	return object;
}

bool
desk_file_rows(const DeskScreen *screen, const Desk *desk, gint64 id, GError **error)
{
	g_autoptr(GPtrArray) files = desk_file_list(desk->store, id, error);
	json_t *list;

	if (files == NULL)
		return false;
	list = screen->json ? json_array() : NULL;
	if (!screen->json)
		g_ptr_array_sort(files, by_place);
	for (guint i = 0; i < files->len; i++) {
		const DeskFile *file = files->pdata[i];

		if (screen->json)
			json_array_append_new(list, file_json(file));
		else
			desk_put_file(screen, file->attachment, file->number);
		if (!screen->json && file->photo != NULL)
			put_photo(screen, desk, file);
	}
	if (screen->json)
		desk_json(json_pack("{s:i, s:o}", "version", 1, "files", list));
	return true;
}

/* --- changing
 * -------------------------------------------------------------------------------------------------
 */

static Picture *
photo_in(const StoreContent *content, const DeskFile *file)
{
	int index = sheet_find_photo(content->pictures, file->photo);

	return index >= 0 ? content->pictures->pdata[index] : NULL;
}

/* Those that are named come first, in this order; the others stay as they stood. */
static void
put_first(StoreContent *content, const GPtrArray *chosen)
{
	GPtrArray *pictures = content->pictures;

	for (guint i = 0; i < chosen->len; i++) {
		const DeskFile *file = chosen->pdata[i];
		int index = sheet_find_photo(pictures, file->photo);
		Picture *photo = index >= 0 ? pictures->pdata[index] : NULL;

		if (photo == NULL)
			continue;
		g_ptr_array_remove_index(pictures, (guint)index);
		g_ptr_array_insert(pictures, (int)i, photo);
	}
}

static void
make_lead(StoreContent *content, const Picture *chosen)
{
	for (guint i = 0; i < content->pictures->len; i++) {
		Picture *photo = content->pictures->pdata[i];

		photo->lead = photo == chosen;
	}
}

static void
change_one(StoreContent *content, Picture *photo, const DeskPhotos *order)
{
	g_autofree char *text = text_collapse(order->text != NULL ? order->text : "");

	switch (order->change) {
	case DESK_PHOTO_CAPTION:
		record_set(&photo->caption, text);
		break;
	case DESK_PHOTO_CREDIT:
		record_set(&photo->credit, text);
		break;
	case DESK_PHOTO_ALT:
		record_set(&photo->alt, text);
		break;
	case DESK_PHOTO_LEAD:
		photo->dropped = false;
		make_lead(content, photo);
		break;
	case DESK_PHOTO_DROP:
		photo->dropped = true;
		photo->lead = false;
		break;
	case DESK_PHOTO_RESTORE:
		photo->dropped = false;
		break;
	case DESK_PHOTO_ORDER:
		break;
	}
}

/* The photos that were named; NULL: one is none. */
static GPtrArray *
choose(const GPtrArray *files, char **names, GError **error)
{
	g_autoptr(GPtrArray) chosen = g_ptr_array_new();

	for (char **name = names; *name != NULL; name++) {
		const DeskFile *file = desk_file_pick(files, *name, error);

		if (file == NULL)
			return NULL;
		if (file->photo == NULL) {
			nieuws_fail(error, NIEUWS_INPUT, _("%s is no photo"), *name);
			return NULL;
		}
		if (g_ptr_array_find(chosen, file, NULL)) {
			nieuws_fail(error, NIEUWS_INPUT, _("%s is named twice"), *name);
			return NULL;
		}
		g_ptr_array_add(chosen, (gpointer)(guintptr)file);
	}
	if (chosen->len > 0)
		return g_steal_pointer(&chosen);
	nieuws_fail(error, NIEUWS_INPUT, _("which photo? see the numbers of nieuws files"));
	return NULL;
}

static bool
change(const DeskPhotos *order, StoreContent *content, const GPtrArray *files, GError **error)
{
	g_autoptr(GPtrArray) chosen = choose(files, order->names, error);
	glong length = order->text != NULL ? g_utf8_strlen(order->text, -1) : 0;

	if (chosen == NULL)
		return false;
	if (length > SHEET_CAPTION_MOST)
		return nieuws_fail(error, NIEUWS_INPUT, _("longer than %ld characters"),
			(glong)SHEET_CAPTION_MOST);
	if (order->change == DESK_PHOTO_ORDER)
		put_first(content, chosen);
	for (guint i = 0; i < chosen->len; i++) {
		Picture *photo = photo_in(content, chosen->pdata[i]);

		if (photo != NULL)
			change_one(content, photo, order);
	}
	return true;
}

/* "photo brug.jpg: caption". All names have been found before. */
static char *
why_of(const DeskPhotos *order, const GPtrArray *files)
{
	static const char *const words[] = {N_("lead picture"), N_("order"), N_("caption"),
		N_("credit"), N_("alt"), N_("left out"), N_("not left out any more")};
	g_autoptr(GString) names = g_string_new(NULL);

	for (char **name = order->names; *name != NULL; name++) {
		const DeskFile *file = desk_file_pick(files, *name, NULL);

		g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
			file != NULL ? file->name : *name);
	}
	return g_strdup_printf(_("photo %s: %s"), names->str, _(words[order->change]));
}

char *
desk_photos(Desk *desk, gint64 id, const DeskPhotos *order, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(GPtrArray) files = NULL;
	g_autoptr(StoreContent) before = NULL;
	g_autoptr(StoreContent) after = NULL;
	g_autofree char *why = NULL;
	g_autofree char *sentence = NULL;
	gint64 number = 0;

	if (!desk_write_begin(desk, id, RIGHT_REVIEW, &write, error) ||
		!desk_write_open(&write, error) || !desk_write_mine(&write, true, error))
		return NULL;
	files = desk_file_list(desk->store, id, error);
	before = files != NULL ? store_content_get(desk->store, id, error) : NULL;
	if (before == NULL)
		return NULL;
	after = record_copy(&store_content_type, before);
	if (!change(order, after, files, error))
		return NULL;
	if (sheet_same(before, after))
		return desk_say(&write, _("is like that already"));
	why = why_of(order, files);
	if (!store_revision_add(desk->store, id, after, desk->user, why, &number, error) ||
		!desk_write_step(&write, "files", why, "", error))
		return NULL;
	sentence = g_strdup_printf(_("has version %d (%s)"), (int)number, why);
	return desk_finish(&write, sentence, NULL, error);
}
