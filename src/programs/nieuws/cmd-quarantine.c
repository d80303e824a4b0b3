/* nieuws quarantine: mails that could not be read. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

static json_t *
entry_json(const StoreQuarantine *entry)
{
	g_autofree char *at = when_iso(entry->at);

	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:b}", "number",
		(json_int_t)entry->id, "at", at, "reason", entry->reason, "sha256", entry->sha256,
		"path", entry->path, "size", (json_int_t)entry->size, "attempts",
		(json_int_t)entry->attempts, "resolved", (int)entry->resolved);
}

static int
list(Context *context, bool json, GError **error)
{
	g_autoptr(Store) store = desk_store(context->config, STORE_READ, error);
	g_autoptr(GPtrArray) entries =
		store != NULL ? store_quarantine_list(store, false, error) : NULL;
	json_t *array = json ? json_array() : NULL;
	DeskScreen screen = desk_screen(json);

	if (entries == NULL)
		return EXIT_INTERNAL;
	for (guint i = 0; i < entries->len; i++) {
		const StoreQuarantine *entry = entries->pdata[i];
		g_autofree char *number = g_strdup_printf("%d", (int)entry->id);

		if (json)
			json_array_append_new(array, entry_json(entry));
		else
			desk_field(&screen, number, entry->reason, INK_NONE);
	}
	if (json)
		desk_json(json_pack("{s:i, s:o}", "version", 1, "quarantine", array));
	else if (entries->len == 0)
		fputs(_("Nothing is in quarantine.\n"), stderr);
	else
		fputs(_("nieuws quarantine retry NUMBER reads one again.\n"), stderr);
	return EXIT_DONE;
}

static StoreQuarantine *
load(Context *context, const char *number, GError **error)
{
	g_autoptr(Store) store = desk_store(context->config, STORE_READ, error);

	return store != NULL ? store_quarantine_get(store, g_ascii_strtoll(number, NULL, 10), error)
			     : NULL;
}

static int
show(Context *context, const char *number, bool json, GError **error)
{
	g_autoptr(StoreQuarantine) entry = load(context, number, error);
	g_autofree char *at = entry != NULL ? when_local(entry->at) : NULL;
	g_autofree char *path =
		entry != NULL ? g_build_filename(context->config->spool, entry->path, NULL) : NULL;
	DeskScreen screen = desk_screen(json);

	if (entry == NULL)
		return EXIT_REFUSED;
	if (json) {
		json_t *object = entry_json(entry);

		json_object_set_new(object, "version", json_integer(1));
		desk_json(object);
		return EXIT_DONE;
	}
	desk_field(&screen, _("Reason"), entry->reason, INK_ALERT);
	desk_field(&screen, _("Came"), at, INK_NONE);
	desk_field(&screen, _("Mailbox"), entry->mailbox, INK_NONE);
	desk_field(&screen, _("Raw mail"), path, INK_NONE);
	return EXIT_DONE;
}

/* The mail is its own source. */
typedef struct {
	GBytes *bytes;
} One;

static GBytes *
next_one(void *source, GError **error)
{
	(void)error;
	return g_steal_pointer(&((One *)source)->bytes);
}

static int
retry(Context *context, const char *number, GError **error)
{
	g_autoptr(StoreQuarantine) entry = load(context, number, error);
	g_autoptr(Spool) spool =
		entry != NULL ? spool_open(context->config->spool, SPOOL_GUEST, error) : NULL;
	fs_auto int fd = spool != NULL ? spool_open_raw(spool, entry->path, error) : -1;
	size_t length;
	char *bytes =
		fd >= 0 ? fs_pread_all(fd, (size_t)context->config->limits.message + (2 << 20),
				  &length, error)
			: NULL;
	One one = {.bytes = bytes != NULL ? g_bytes_new_take(bytes, length) : NULL};
	MailFeed feed = {next_one, &one, NULL};
	gint64 fresh = 0, doubles = 0, quarantined = 0;

	if (bytes == NULL || !import_mails(context, &feed, &fresh, &doubles, &quarantined, error))
		return EXIT_REFUSED;
	if (quarantined > 0) {
		nieuws_fail(error, NIEUWS_MESSAGE,
			_("it could not be read this time either; see nieuws quarantine show %s"),
			number);
		return EXIT_REFUSED;
	}
	spool_quarantine_lift(spool, entry->sha256, NULL);
	puts(_("It could be read, and is a draft now: nieuws list"));
	return EXIT_DONE;
}

int
cmd_quarantine(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};

	if (!command_options(&argc, &argv, "[list | show NUMBER | retry NUMBER]", entries, error))
		return EXIT_USAGE;
	if (argc < 2 || strcmp(argv[1], "list") == 0)
		return list(context, json, error);
	if (argc == 3 && strcmp(argv[1], "show") == 0)
		return show(context, argv[2], json, error);
	if (argc == 3 && strcmp(argv[1], "retry") == 0)
		return retry(context, argv[2], error);
	nieuws_fail(error, NIEUWS_INPUT,
		_("there is: nieuws quarantine list, show NUMBER, retry NUMBER"));
	return EXIT_USAGE;
}
