/* nieuws quarantine: mails that could not be read. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HEADER_SHOWN = 32 << 10, HEADER_LINES = 60 };

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
		g_autofree char *reason = desk_told(entry->reason);

		if (json)
			json_array_append_new(array, entry_json(entry));
		else
			desk_field(&screen, number, reason, INK_NONE);
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

/* The raw mail as far as its header goes: what a stranger wrote, for desk_put to filter. */
static char *
header_of(Context *context, const StoreQuarantine *entry)
{
	g_autoptr(Spool) spool = spool_open(context->config->spool, SPOOL_GUEST, NULL);
	fs_auto int fd = spool != NULL ? spool_open_raw(spool, entry->path, NULL) : -1;
	g_autofree char *bytes = g_malloc0(HEADER_SHOWN + 1);
	ssize_t got = fd >= 0 ? read(fd, bytes, HEADER_SHOWN) : -1;
	char *end;

	if (got <= 0)
		return NULL;
	/* NUL would end it for us, not for those who read the mail. */
	for (ssize_t i = 0; i < got; i++)
		if (bytes[i] == '\0')
			bytes[i] = '?';
	end = strstr(bytes, "\r\n\r\n");
	if (end == NULL)
		end = strstr(bytes, "\n\n");
	if (end != NULL)
		*end = '\0';
	return g_utf8_make_valid(bytes, -1);
}

static void
print_header(const DeskScreen *screen, const char *header)
{
	g_auto(GStrv) lines = g_strsplit(header != NULL ? header : "", "\n", HEADER_LINES + 1);

	putchar('\n');
	for (int i = 0; lines[i] != NULL && i < HEADER_LINES; i++) {
		g_autofree char *cut = text_fit(g_strchomp(lines[i]), screen->width - 3);

		fputs("  ", stdout);
		desk_put(screen, INK_NONE, g_strchomp(cut));
		putchar('\n');
	}
	if (header == NULL)
		desk_put(screen, INK_ALERT,
			_("Its raw mail is not there; nieuws fsck says more.\n"));
}

static int
show(Context *context, const char *number, bool json, GError **error)
{
	g_autoptr(StoreQuarantine) entry = load(context, number, error);
	g_autofree char *at = entry != NULL ? when_local(entry->at) : NULL;
	g_autofree char *path =
		entry != NULL ? g_build_filename(context->config->spool, entry->path, NULL) : NULL;
	g_autofree char *header = entry != NULL ? header_of(context, entry) : NULL;
	g_autofree char *size = NULL;
	g_autofree char *attempts = NULL;
	g_autofree char *reason = NULL;
	DeskScreen screen = desk_screen(json);

	if (entry == NULL)
		return EXIT_REFUSED;
	if (json) {
		json_t *object = entry_json(entry);

		json_object_set_new(object, "version", json_integer(1));
		json_object_set_new(object, "header", json_string(header != NULL ? header : ""));
		desk_json(object);
		return EXIT_DONE;
	}
	size = g_format_size_full((guint64)entry->size, G_FORMAT_SIZE_IEC_UNITS);
	attempts = g_strdup_printf("%d", (int)entry->attempts);
	reason = desk_told(entry->reason);
	desk_field(&screen, _("Reason"), reason, INK_ALERT);
	desk_field(&screen, _("Came"), at, INK_NONE);
	desk_field(&screen, _("Mailbox"), entry->mailbox, INK_NONE);
	desk_field(&screen, _("Size"), size, INK_NONE);
	desk_field(&screen, _("Tried"), attempts, INK_NONE);
	desk_field(&screen, _("Raw mail"), path, INK_NONE);
	print_header(&screen, header);
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

static char *
bytes_of(Context *context, Spool *spool, const StoreQuarantine *entry, size_t *ret_length,
	GError **error)
{
	fs_auto int fd = spool_open_raw(spool, entry->path, error);

	if (fd >= 0 && !spool_is_whole(spool, entry->path, entry->sha256)) {
		nieuws_fail(error, NIEUWS_MESSAGE, _("its raw mail is damaged; see nieuws fsck"));
		return NULL;
	}
	return fd >= 0 ? fs_pread_all(fd, (size_t)context->config->limits.message + (2 << 20),
				 ret_length, error)
		       : NULL;
}

static bool
retry_one(Context *context, const StoreQuarantine *entry, GError **error)
{
	g_autoptr(Spool) spool = spool_open(context->config->spool, SPOOL_GUEST, error);
	size_t length;
	char *bytes = spool != NULL ? bytes_of(context, spool, entry, &length, error) : NULL;
	One one = {.bytes = bytes != NULL ? g_bytes_new_take(bytes, length) : NULL};
	MailFeed feed = {next_one, &one, NULL};
	MailCounts counts = {0};

	if (bytes == NULL || !import_mails(context, &feed, &counts, error))
		return false;
	if (counts.quarantined > 0)
		return nieuws_fail(error, NIEUWS_MESSAGE,
			_("it could not be read this time either; see nieuws quarantine show %d"),
			(int)entry->id);
	spool_quarantine_lift(spool, entry->sha256, NULL);
	return true;
}

/* One that fails does not stop the others. */
static int
retry_list(Context *context, const GPtrArray *entries)
{
	int code = EXIT_DONE;

	for (guint i = 0; i < entries->len; i++) {
		const StoreQuarantine *entry = entries->pdata[i];
		g_autoptr(GError) problem = NULL;

		if (entries->len > 1)
			printf("%d: ", (int)entry->id);
		fflush(stdout);
		if (retry_one(context, entry, &problem)) {
			puts(_("It could be read, and is a draft now: nieuws list"));
			continue;
		}
		print_refusal(problem);
		code = code == EXIT_DONE ? nieuws_exit_code(problem) : code;
	}
	return code;
}

static GPtrArray *
chosen(Context *context, char **numbers, GError **error)
{
	g_autoptr(GPtrArray) entries =
		g_ptr_array_new_with_free_func((GDestroyNotify)store_quarantine_free);
	g_autoptr(Store) store = desk_store(context->config, STORE_READ, error);

	if (store == NULL)
		return NULL;
	if (strcmp(numbers[0], "all") == 0 && numbers[1] == NULL)
		return store_quarantine_list(store, false, error);
	for (; *numbers != NULL; numbers++) {
		StoreQuarantine *entry =
			store_quarantine_get(store, g_ascii_strtoll(*numbers, NULL, 10), error);

		if (entry == NULL)
			return NULL;
		g_ptr_array_add(entries, entry);
	}
	return g_steal_pointer(&entries);
}

static int
retry(Context *context, char **numbers, GError **error)
{
	g_autoptr(GPtrArray) entries = chosen(context, numbers, error);

	return entries != NULL ? retry_list(context, entries) : EXIT_REFUSED;
}

int
cmd_quarantine(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};

	if (!command_options(&argc, &argv, "[list | show ENTRY | retry ENTRY... | retry all]",
		    entries, error))
		return EXIT_USAGE;
	if (argc < 2 || strcmp(argv[1], "list") == 0)
		return list(context, json, error);
	if (argc == 3 && strcmp(argv[1], "show") == 0)
		return show(context, argv[2], json, error);
	if (argc >= 3 && strcmp(argv[1], "retry") == 0)
		return retry(context, argv + 2, error);
	nieuws_fail(error, NIEUWS_INPUT,
		_("there is: nieuws quarantine list, show ENTRY, retry ENTRY..., retry all"));
	return EXIT_USAGE;
}
