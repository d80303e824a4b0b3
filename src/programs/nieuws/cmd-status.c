/* nieuws status: the books. */
#include "nieuws.h"

#include <stdio.h>

static json_t *
folder_json(const StoreFolder *f)
{
	g_autofree char *look = when_iso(f->last_look_at);

	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:b}", "mailbox",
		f->mailbox, "folder", f->folder, "server", (json_int_t)f->server, "kept",
		(json_int_t)f->kept, "quarantined", (json_int_t)f->quarantined, "waiting",
		(json_int_t)f->waiting, "untold", (json_int_t)f->untold, "last_look", look,
		"trouble", f->trouble, "balances", (int)(f->waiting >= 0));
}

static gint64
free_bytes(const Context *context)
{
	fs_auto int fd = fs_open_dir(context->config->spool, NULL);

	return fd >= 0 ? fs_free_bytes(fd) : -1;
}

static bool
has_room(const Context *context)
{
	gint64 bytes = free_bytes(context);

	return bytes < 0 || bytes >= config_disk_reserve(context->config);
}

static void
print_disk(const Context *context)
{
	DeskScreen screen = desk_screen(false);
	gint64 bytes = MAX(free_bytes(context), 0);
	g_autofree char *size = g_format_size_full((guint64)bytes, G_FORMAT_SIZE_IEC_UNITS);
	g_autofree char *text =
		g_strdup_printf(has_room(context) ? _("%s free")
						  : _("%s free: the disk is nearly full, "
						      "nothing is fetched"),
			size);

	desk_field(&screen, _("Disk"), text, has_room(context) ? INK_NONE : INK_ALERT);
}

static void
print_json(const Context *context, const StoreStatus *s, bool healthy)
{
	json_t *folders = json_array();
	g_autofree char *oldest = when_iso(s->outbox_oldest);

	for (guint i = 0; i < s->folders->len; i++)
		json_array_append_new(folders, folder_json(s->folders->pdata[i]));
	desk_json(json_pack("{s:i, s:b, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}, s:I, "
			    "s:{s:I, s:I, s:I, s:s}, s:{s:I, s:I, s:b}}",
		"version", 1, "healthy", (int)healthy, "folders", folders, "drafts", "all",
		(json_int_t)s->drafts, "new", (json_int_t)s->fresh, "in_review",
		(json_int_t)s->in_review, "approved", (json_int_t)s->approved, "published",
		(json_int_t)s->published, "hold", (json_int_t)s->hold, "rejected",
		(json_int_t)s->rejected, "spam", (json_int_t)s->spam, "quarantined",
		(json_int_t)s->quarantined, "outbox", "waiting", (json_int_t)s->outbox_waiting,
		"failed", (json_int_t)s->outbox_failed, "sent", (json_int_t)s->outbox_sent,
		"oldest", oldest, "disk", "free", (json_int_t)free_bytes(context), "reserve",
		(json_int_t)config_disk_reserve(context->config), "room", (int)has_room(context)));
}

static void
print_folder(const DeskScreen *screen, const StoreFolder *f)
{
	g_autofree char *age = when_age(f->last_look_at, when_now());
	g_autofree char *name = g_strdup_printf("%s, %s", f->mailbox, f->folder);
	g_autofree char *books =
		g_strdup_printf(_("server %d = kept %d + quarantined %d + waiting %d"),
			(int)f->server, (int)f->kept, (int)f->quarantined, (int)f->waiting);
	g_autofree char *look = g_strdup_printf(_("read %s ago"), age);

	desk_put(screen, INK_BOLD, name);
	putchar('\n');
	desk_field(screen, _("Books"), books, f->waiting == 0 ? INK_GOOD : INK_NONE);
	desk_field(screen, _("Looked"), f->last_look_at > 0 ? look : _("never"), INK_NONE);
	desk_field(screen, _("Trouble"), f->trouble, INK_ALERT);
}

static void
print_human(const Context *context, const StoreStatus *s)
{
	DeskScreen screen = desk_screen(false);
	g_autofree char *drafts =
		g_strdup_printf(_("%d in all, %d new"), (int)s->drafts, (int)s->fresh);
	g_autofree char *outbox = g_strdup_printf(_("%d waiting, %d sent, %d given up"),
		(int)s->outbox_waiting, (int)s->outbox_sent, (int)s->outbox_failed);
	g_autofree char *quarantine =
		g_strdup_printf(_("%d mails could not be read"), (int)s->quarantined);

	for (guint i = 0; i < s->folders->len; i++)
		print_folder(&screen, s->folders->pdata[i]);
	desk_put(&screen, INK_BOLD, _("Here"));
	putchar('\n');
	desk_field(&screen, _("Drafts"), drafts, INK_NONE);
	desk_field(&screen, _("Outbox"), outbox, s->outbox_failed > 0 ? INK_ALERT : INK_NONE);
	desk_field(&screen, _("Quarantine"), quarantine, s->quarantined > 0 ? INK_ALERT : INK_NONE);
	print_disk(context);
}

/* Not read for too long, no room, or somebody must act. */
static bool
is_healthy(Context *context, const StoreStatus *s)
{
	if (!has_room(context))
		return false;
	for (guint i = 0; i < s->folders->len; i++) {
		const StoreFolder *f = s->folders->pdata[i];
		const MailboxConfig *mailbox = config_mailbox(context->config, f->mailbox);

		if (*f->trouble != '\0' ||
			(mailbox != NULL && when_now() - f->last_look_at > mailbox->alarm_after))
			return false;
	}
	return s->outbox_failed == 0;
}

int
cmd_status(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Store) store = NULL;
	g_autoptr(StoreStatus) status = NULL;
	bool healthy;

	if (!command_options(&argc, &argv, "", entries, error))
		return EXIT_USAGE;
	store = desk_store(context->config, STORE_READ, error);
	status = store != NULL ? store_status(store, error) : NULL;
	if (status == NULL)
		return EXIT_INTERNAL;
	healthy = is_healthy(context, status);
	if (json)
		print_json(context, status, healthy);
	else
		print_human(context, status);
	return healthy ? EXIT_DONE : EXIT_REFUSED;
}
