/* What is kept about one person, for who asks (AVG, article 15). Erasing is a work of its own. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "desk-private.h"
#include "manifest.h"

enum { HEADER_MOST = 256 << 10, EDIT_MOST = 16 << 20, FILES_MOST = 100000 };

static bool
is_address(const char *address)
{
	const char *at = strchr(address, '@');

	return at != NULL && at != address && at[1] != '\0' && strpbrk(address, " <>,;") == NULL;
}

static bool
file_holds(const char *path, gsize most, const char *address)
{
	g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
	gsize length = file != NULL ? MIN(g_mapped_file_get_length(file), most) : 0;

	return length > 0 && store_holds_address(g_mapped_file_get_contents(file), length, address);
}

/* A mail that could not be read is his when the address stands near its beginning. */
static void
drop_foreign(const Config *config, GPtrArray *traces, const char *address)
{
	for (guint i = traces->len; i-- > 0;) {
		StoreTrace *trace = traces->pdata[i];
		g_autofree char *path = g_build_filename(config->spool, trace->path, NULL);

		if (strcmp(trace->place, "quarantine") != 0)
			continue;
		trace->own = file_holds(path, HEADER_MOST, address);
		if (!trace->own)
			g_ptr_array_remove_index(traces, i);
	}
}

/* Texts that editors are writing, previews: spool/FOLDER/NAME/FILE. */
static void
look_into(const Config *config, const char *folder, const char *address, GPtrArray *traces)
{
	g_autofree char *top = g_build_filename(config->spool, folder, NULL);
	g_autoptr(GDir) users = g_dir_open(top, 0, NULL);
	const char *user, *name;

	while (users != NULL && (user = g_dir_read_name(users)) != NULL) {
		g_autofree char *below = g_build_filename(top, user, NULL);
		g_autoptr(GDir) files = g_dir_open(below, 0, NULL);

		while (files != NULL && traces->len < FILES_MOST &&
			(name = g_dir_read_name(files)) != NULL) {
			g_autofree char *path = g_build_filename(below, name, NULL);
			StoreTrace *trace;

			if (!file_holds(path, EDIT_MOST, address))
				continue;
			trace = record_append(&store_trace_type, traces);
			record_set(&trace->place, folder);
			g_free(trace->path);
			trace->path = g_build_filename(folder, user, name, NULL);
		}
	}
}

GPtrArray *
desk_person(const Desk *desk, const char *address, bool mentions, GError **error)
{
	g_autoptr(GPtrArray) traces = NULL;
	g_autofree char *folded = g_ascii_strdown(address, -1);

	if (!desk_may(desk, RIGHT_ADMIN, error))
		return NULL;
	if (!is_address(address)) {
		nieuws_fail(error, NIEUWS_INPUT, _("%s is not an address"), address);
		return NULL;
	}
	traces = store_person(desk->store, folded, mentions, error);
	if (traces == NULL)
		return NULL;
	drop_foreign(desk->config, traces, folded);
	look_into(desk->config, "edits", folded, traces);
	look_into(desk->config, "previews", folded, traces);
	return g_steal_pointer(&traces);
}

/* --- as JSON and files
 * ----------------------------------------------------------------------------------------
 */

json_t *
desk_person_json(const char *address, const GPtrArray *traces)
{
	json_t *list = json_array();

	for (guint i = 0; i < traces->len; i++) {
		const StoreTrace *trace = traces->pdata[i];
		json_t *object = record_to_json(&store_trace_type, trace);

		json_object_set_new(object, "row",
			*trace->row != '\0' ? json_loads(trace->row, 0, NULL) : json_object());
		json_array_append_new(list, object);
	}
	return json_pack("{s:i, s:s, s:o}", "version", 1, "address", address, "found", list);
}

static bool
write_list(const char *folder, const char *address, const GPtrArray *traces, GError **error)
{
	fs_auto int dir = fs_open_dir(folder, error);
	json_t *json = desk_person_json(address, traces);
	char *text = json_dumps(json, JSON_INDENT(2));
	bool good = dir >= 0 && text != NULL &&
		    fs_replace(dir, "person.json", text, strlen(text), 0600, error);

	free(text);
	json_decref(json);
	return good;
}

/* Mails that he sent. Those of others that name him are theirs: the list says where. */
static bool
write_mails(const Desk *desk, const char *folder, const GPtrArray *traces, gint64 *ret_count,
	GError **error)
{
	for (guint i = 0; i < traces->len; i++) {
		const StoreTrace *trace = traces->pdata[i];
		g_autofree char *name = g_path_get_basename(trace->path);
		g_autofree char *from = g_build_filename(desk->config->spool, trace->path, NULL);
		g_autofree char *to = g_build_filename(folder, "mails", name, NULL);
		gint64 size = 0;

		if (!trace->own || !g_str_has_suffix(trace->path, ".eml"))
			continue;
		if (!manifest_copy(from, to, NULL, NULL, &size, error))
			return false;
		++*ret_count;
	}
	return true;
}

char *
desk_person_export(
	const Desk *desk, const char *address, bool mentions, const char *folder, GError **error)
{
	g_autoptr(GPtrArray) traces = desk_person(desk, address, mentions, error);
	gint64 mails = 0;

	if (traces == NULL)
		return NULL;
	if (mkdir(folder, 0700) != 0) {
		nieuws_fail_errno(
			error, NIEUWS_INPUT, errno, _("cannot make the folder %s"), folder);
		return NULL;
	}
	if (!write_mails(desk, folder, traces, &mails, error) ||
		!write_list(folder, address, traces, error))
		return NULL;
	return g_strdup_printf(
		_("%s: %u entries in person.json and %d mails"), folder, traces->len, (int)mails);
}
