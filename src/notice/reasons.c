/* Reasons of rejection: one file each, its name the key. "Title: ..." on the first line, then an
 * empty line and what the contributor is told. */
#include <string.h>

#include "base.h"
#include "notice-private.h"

enum { KEY_MOST = 40, FILE_MOST = 16384, REASONS_MOST = 100 };

static void
reason_free(gpointer data)
{
	NoticeReason *reason = data;

	g_free(reason->key);
	g_free(reason->title);
	g_free(reason->text);
	g_free(reason);
}

static NoticeReason *
find(const GPtrArray *reasons, const char *key)
{
	for (guint i = 0; i < reasons->len; i++)
		if (strcmp(((NoticeReason *)reasons->pdata[i])->key, key) == 0)
			return reasons->pdata[i];
	return NULL;
}

static bool
read_reason(GPtrArray *reasons, const char *path, const char *key, GError **error)
{
	g_autofree char *content = NULL;
	gsize length = 0;
	char *end;
	NoticeReason *reason;

	if (!g_file_get_contents(path, &content, &length, NULL))
		return nieuws_fail(error, NIEUWS_CONFIG, "%s: cannot be read", path);
	end = strstr(content, "\n\n");
	if (end == NULL || length > FILE_MOST || !g_str_has_prefix(content, "Title: ") ||
		!g_utf8_validate(content, -1, NULL))
		return nieuws_fail(error, NIEUWS_CONFIG,
			"%s: a reason is \"Title: ...\", an empty line, and text", path);
	*end = '\0';
	reason = g_new0(NoticeReason, 1);
	reason->key = g_strdup(key);
	reason->title = g_strdup(content + strlen("Title: "));
	reason->text = g_strdup(g_strchomp(end + 2));
	g_ptr_array_add(reasons, reason);
	return true;
}

/* What is there already stays: the admin's folder comes first. */
static bool
read_folder(GPtrArray *reasons, const char *folder, const char *language, GError **error)
{
	g_autofree char *path = g_build_filename(folder, language, NULL);
	g_autoptr(GDir) dir = *folder != '\0' ? g_dir_open(path, 0, NULL) : NULL;
	const char *name;

	while (dir != NULL && reasons->len < REASONS_MOST &&
		(name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		g_autofree char *key = g_strndup(name, strcspn(name, "."));

		if (!g_str_has_suffix(name, ".txt") || *key == '\0' || strlen(key) > KEY_MOST ||
			find(reasons, key) != NULL)
			continue;
		if (!read_reason(reasons, file, key, error))
			return false;
	}
	return true;
}

/* "general" first, then by title. */
static gint
compare(gconstpointer a, gconstpointer b)
{
	const NoticeReason *left = *(NoticeReason *const *)a, *right = *(NoticeReason *const *)b;
	bool first = strcmp(left->key, "general") == 0, second = strcmp(right->key, "general") == 0;

	return first != second ? (first ? -1 : 1) : g_utf8_collate(left->title, right->title);
}

GPtrArray *
notice_reasons(const Config *config, const char *language, GError **error)
{
	g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func(reason_free);
	g_autofree char *shipped = config_data("reasons");

	if (!read_folder(reasons, config->desk.reasons, language, error) ||
		!read_folder(reasons, shipped, language, error) ||
		!read_folder(reasons, config->desk.reasons, "nl", error) ||
		!read_folder(reasons, shipped, "nl", error))
		return NULL;
	if (find(reasons, "general") == NULL) {
		nieuws_fail(error, NIEUWS_CONFIG,
			"there is no reason of rejection general.txt; install nieuws anew");
		return NULL;
	}
	g_ptr_array_sort(reasons, compare);
	return g_steal_pointer(&reasons);
}

char *
notice_reason_text(const Config *config, const NoticeReason *reason, const char *language,
	const NoticeFacts *facts, GError **error)
{
	char *text = notice_fill(config, reason->text, language, facts, error);

	if (text == NULL)
		g_prefix_error(error, "reason %s: ", reason->key);
	return text;
}
