/* nieuws status: the books, and whether all is well. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

/* As plugins of Nagios and its kin say it. */
typedef enum { WELL, WARNING, CRITICAL, UNKNOWN } Health;

enum { COUNT_OLD = 2 * 86400 }; /* seconds; the books are held against the server every day */

typedef struct {
	Health health;
	GString *why; /* the worst first */
} Verdict;

/* --- is all well?
 * ----------------------------------------------------------------------------------------------
 */

static void find(Verdict *verdict, Health health, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void
find(Verdict *verdict, Health health, const char *format, ...)
{
	va_list args;
	g_autofree char *text = NULL;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	if (health > verdict->health && verdict->why->len > 0) {
		g_string_prepend(verdict->why, "; ");
		g_string_prepend(verdict->why, text);
	} else {
		g_string_append_printf(
			verdict->why, "%s%s", verdict->why->len > 0 ? "; " : "", text);
	}
	verdict->health = MAX(verdict->health, health);
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
judge_folder(Verdict *verdict, Context *context, const StoreFolder *f)
{
	const MailboxConfig *mailbox = config_mailbox(context->config, f->mailbox);
	gint64 now = when_now();

	if (mailbox == NULL)
		return;
	if (now - f->last_look_at > mailbox->alarm_after)
		find(verdict, CRITICAL, _("%s: not read for %d minutes"), f->mailbox,
			(int)((now - f->last_look_at) / 60));
	else if (*f->trouble != '\0')
		find(verdict, WARNING, "%s: %s", f->mailbox, f->trouble);
	if (f->waiting < 0)
		find(verdict, CRITICAL, _("%s: the books do not balance"), f->mailbox);
	if (f->counted_at > 0 && now - f->counted_at > MAX(COUNT_OLD, 2 * mailbox->recount))
		find(verdict, WARNING, _("%s: not counted for %d hours"), f->mailbox,
			(int)((now - f->counted_at) / 3600));
}

/* Each alarm that lasts is critical but those that cost no mail. */
static void
judge_alarm(Verdict *verdict, const StoreAlarm *alarm)
{
	static const char *const mild[] = {"flood", "quarantine", "clamd", "converters", NULL};
	Health health = g_strv_contains(mild, alarm->kind) ? WARNING : CRITICAL;

	/* The mailbox says so itself, above. */
	if (strcmp(alarm->kind, "mailbox") != 0)
		find(verdict, health, _("alarm %s %s"), alarm->kind, alarm->about);
}

static Verdict
judge(Context *context, const StoreStatus *s)
{
	Verdict verdict = {WELL, g_string_new(NULL)};

	for (guint i = 0; i < s->folders->len; i++)
		judge_folder(&verdict, context, s->folders->pdata[i]);
	for (guint i = 0; i < s->alarms->len; i++)
		judge_alarm(&verdict, s->alarms->pdata[i]);
	if (!has_room(context))
		find(&verdict, CRITICAL, "%s", _("the disk is nearly full"));
	if (s->outbox_failed > 0)
		find(&verdict, WARNING, _("%d mails of ours were given up"), (int)s->outbox_failed);
	return verdict;
}

/* --- for scripts
 * ----------------------------------------------------------------------------------------------
 */

static json_t *
folder_json(const StoreFolder *f)
{
	g_autofree char *look = when_iso(f->last_look_at);
	g_autofree char *counted = when_iso(f->counted_at);

	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:b}", "mailbox",
		f->mailbox, "folder", f->folder, "server", (json_int_t)f->server, "kept",
		(json_int_t)f->kept, "quarantined", (json_int_t)f->quarantined, "waiting",
		(json_int_t)f->waiting, "untold", (json_int_t)f->untold, "last_look", look,
		"counted", counted, "trouble", f->trouble, "balances", (int)(f->waiting >= 0));
}

static json_t *
alarms_json(const StoreStatus *s)
{
	json_t *list = json_array();

	for (guint i = 0; i < s->alarms->len; i++) {
		const StoreAlarm *alarm = s->alarms->pdata[i];
		g_autofree char *raised = when_iso(alarm->raised_at);

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s}", "kind", alarm->kind, "about",
				      alarm->about, "detail", alarm->detail, "raised", raised));
	}
	return list;
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
print_json(const Context *context, const StoreStatus *s, const Verdict *verdict)
{
	static const char *const names[] = {"ok", "warning", "critical", "unknown"};
	json_t *folders = json_array();
	g_autofree char *oldest = when_iso(s->outbox_oldest);

	for (guint i = 0; i < s->folders->len; i++)
		json_array_append_new(folders, folder_json(s->folders->pdata[i]));
	desk_json(json_pack("{s:i, s:b, s:s, s:s, s:o, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
			    "s:I}, s:I, s:{s:I, s:I, s:I, s:s}, s:{s:I, s:I, s:b}}",
		"version", 1, "healthy", (int)(verdict->health == WELL), "health",
		names[verdict->health], "why", verdict->why->str, "alarms", alarms_json(s),
		"folders", folders, "drafts", "all", (json_int_t)s->drafts, "new",
		(json_int_t)s->fresh, "in_review", (json_int_t)s->in_review, "approved",
		(json_int_t)s->approved, "published", (json_int_t)s->published, "hold",
		(json_int_t)s->hold, "rejected", (json_int_t)s->rejected, "spam",
		(json_int_t)s->spam, "quarantined", (json_int_t)s->quarantined, "outbox", "waiting",
		(json_int_t)s->outbox_waiting, "failed", (json_int_t)s->outbox_failed, "sent",
		(json_int_t)s->outbox_sent, "oldest", oldest, "disk", "free",
		(json_int_t)free_bytes(context), "reserve",
		(json_int_t)config_disk_reserve(context->config), "room", (int)has_room(context)));
}

/* One line, figures for graphs behind the bar, and the code of a plugin. */
static int
print_nagios(const StoreStatus *s, const Verdict *verdict)
{
	static const char *const names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
	g_autofree char *why = text_printable(verdict->why->str, TEXT_ONE_LINE);
	gint64 waiting = 0;

	g_strdelimit(why, "|", '/');
	for (guint i = 0; i < s->folders->len; i++)
		waiting += ((StoreFolder *)s->folders->pdata[i])->waiting;
	printf("NIEUWS %s - %s | drafts=%d waiting=%d quarantined=%d outbox=%d alarms=%d\n",
		names[verdict->health], *why != '\0' ? why : _("all is well"), (int)s->drafts,
		(int)waiting, (int)s->quarantined, (int)s->outbox_waiting, (int)s->alarms->len);
	return (int)verdict->health;
}

/* --- for people
 * ----------------------------------------------------------------------------------------------
 */

static void
print_folder(const DeskScreen *screen, const StoreFolder *f)
{
	g_autofree char *age = when_age(f->last_look_at, when_now());
	g_autofree char *name = g_strdup_printf("%s, %s", f->mailbox, f->folder);
	g_autofree char *books =
		g_strdup_printf(_("server %d = kept %d + quarantined %d + waiting %d"),
			(int)f->server, (int)f->kept, (int)f->quarantined, (int)f->waiting);
	g_autofree char *look = g_strdup_printf(_("read %s ago"), age);
	g_autofree char *counted = when_local(f->counted_at);

	desk_put(screen, INK_BOLD, name);
	putchar('\n');
	desk_field(screen, _("Books"), books, f->waiting == 0 ? INK_GOOD : INK_NONE);
	desk_field(screen, _("Counted"), counted, INK_NONE);
	desk_field(screen, _("Looked"), f->last_look_at > 0 ? look : _("never"), INK_NONE);
	desk_field(screen, _("Trouble"), f->trouble, INK_ALERT);
}

static void
print_human(const Context *context, const StoreStatus *s, const Verdict *verdict)
{
	DeskScreen screen = desk_screen(false);
	g_autofree char *drafts =
		g_strdup_printf(_("%d in all, %d new"), (int)s->drafts, (int)s->fresh);
	g_autofree char *outbox = g_strdup_printf(_("%d waiting, %d sent, %d given up"),
		(int)s->outbox_waiting, (int)s->outbox_sent, (int)s->outbox_failed);
	g_autofree char *quarantine =
		g_strdup_printf(_("%d mails could not be read"), (int)s->quarantined);
	bool well = verdict->health == WELL;

	for (guint i = 0; i < s->folders->len; i++)
		print_folder(&screen, s->folders->pdata[i]);
	desk_put(&screen, INK_BOLD, _("Here"));
	putchar('\n');
	desk_field(&screen, _("Drafts"), drafts, INK_NONE);
	desk_field(&screen, _("Outbox"), outbox, s->outbox_failed > 0 ? INK_ALERT : INK_NONE);
	desk_field(&screen, _("Quarantine"), quarantine, s->quarantined > 0 ? INK_ALERT : INK_NONE);
	print_disk(context);
	desk_field(&screen, _("In all"), well ? _("all is well") : verdict->why->str,
		well ? INK_GOOD : INK_ALERT);
	if (s->alarms->len > 0)
		fputs(_("nieuws alarms tells what each means, and what to do.\n"), stderr);
}

int
cmd_status(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE, nagios = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{"nagios", 0, 0, G_OPTION_ARG_NONE, &nagios,
			N_("one line for Nagios and its kin; ends with 0, 1 or 2"), NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Store) store = NULL;
	g_autoptr(StoreStatus) status = NULL;
	g_autoptr(GError) problem = NULL;
	Verdict verdict;
	int code;

	if (!command_options(&argc, &argv, "", entries, error))
		return EXIT_USAGE;
	store = desk_store(context->config, STORE_READ, &problem);
	status = store != NULL ? store_status(store, &problem) : NULL;
	if (status == NULL && nagios) {
		g_autofree char *why = text_printable(problem->message, TEXT_ONE_LINE);

		printf("NIEUWS UNKNOWN - %s\n", why);
		return UNKNOWN;
	}
	if (status == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return EXIT_INTERNAL;
	}
	verdict = judge(context, status);
	code = verdict.health == WELL ? EXIT_DONE : EXIT_REFUSED;
	if (nagios)
		code = print_nagios(status, &verdict);
	else if (json)
		print_json(context, status, &verdict);
	else
		print_human(context, status, &verdict);
	g_string_free(verdict.why, TRUE);
	return code;
}
