/* What is wrong with the machine: looked for now and then, told once, and told when it is over. */
#include "alarms.h"

#include <string.h>

#include "intake-private.h"
#include "notice.h"

enum {
	SOON_MS = 200, /* the intake writes just now */
	CALM_LOOKS = 2, /* without the cause, then it is over */
	LOOKED_NOTED = 300, /* seconds: a quiet look is written down no more often */
	DAY = 86400,
	MIB = 1024 * 1024,
};

/* What a part of the keeper said last of itself. */
typedef struct {
	char *kind, *about, *detail;
	bool wrong;
	gint64 at;
} Signal;

struct Alarms {
	Intake *intake;
	guint timer;
	GPtrArray *signals; /* Signal *, one for each kind and about */
	GHashTable *calm; /* id of an alarm to looks without its cause */
	GHashTable *waiting_since; /* mailbox to the moment since its books are open */
	gint64 started_at, forgot_at;
};

/* What was found at one look. */
typedef struct {
	Alarms *alarms;
	gint64 now;
	GPtrArray *causes; /* StoreAlarm *: kind, about, detail, count */
	GPtrArray *folders; /* StoreFolder * */
} Look;

/* --- what parts of the keeper say
 * ----------------------------------------------------------------------------------------- */

static void
signal_free(gpointer data)
{
	Signal *signal = data;

	g_free(signal->kind);
	g_free(signal->about);
	g_free(signal->detail);
	g_free(signal);
}

static Signal *
find_signal(const Alarms *alarms, const char *kind, const char *about)
{
	for (guint i = 0; i < alarms->signals->len; i++) {
		Signal *signal = alarms->signals->pdata[i];

		if (strcmp(signal->kind, kind) == 0 && strcmp(signal->about, about) == 0)
			return signal;
	}
	return NULL;
}

void
alarms_signal(Alarms *alarms, const char *kind, const char *about, bool wrong, const char *detail)
{
	Signal *signal = find_signal(alarms, kind, about);

	if (signal == NULL) {
		signal = g_new0(Signal, 1);
		signal->kind = g_strdup(kind);
		signal->about = g_strdup(about);
		g_ptr_array_add(alarms->signals, signal);
	}
	g_free(signal->detail);
	signal->detail = text_printable(detail != NULL ? detail : "", TEXT_ONE_LINE);
	signal->wrong = wrong;
	signal->at = when_now();
}

/* --- looking for causes
 * ----------------------------------------------------------------------------------------- */

static void
add_cause(Look *look, const char *kind, const char *about, gint64 count, const char *detail)
{
	StoreAlarm *cause = g_new0(StoreAlarm, 1);

	cause->kind = g_strdup(kind);
	cause->about = g_strdup(about);
	cause->count = count;
	cause->detail = g_strdup(detail);
	g_ptr_array_add(look->causes, cause);
}

/* The folder of the mailbox that was looked at longest ago; NULL: none was ever. */
static const StoreFolder *
oldest_folder(const Look *look, const MailboxConfig *mailbox)
{
	const StoreFolder *oldest = NULL;

	for (guint i = 0; i < look->folders->len; i++) {
		const StoreFolder *folder = look->folders->pdata[i];
		bool read = false;

		for (guint f = 0; f < mailbox->folders->len; f++)
			read = read || strcmp(mailbox->folders->pdata[f], folder->folder) == 0;
		if (read && strcmp(folder->mailbox, mailbox->name) == 0 &&
			(oldest == NULL || folder->last_look_at < oldest->last_look_at))
			oldest = folder;
	}
	return oldest;
}

static gint64
looked_at(const Alarms *alarms, const char *mailbox)
{
	GPtrArray *fetchers = alarms->intake->fetchers;

	for (guint i = 0; i < fetchers->len; i++)
		if (strcmp(fetcher_name(fetchers->pdata[i]), mailbox) == 0)
			return fetcher_looked_at(fetchers->pdata[i]);
	return 0;
}

static void
look_at_mailbox(Look *look, const MailboxConfig *mailbox)
{
	Alarms *alarms = look->alarms;
	const StoreFolder *folder = oldest_folder(look, mailbox);
	gint64 last =
		MAX(folder != NULL ? folder->last_look_at : 0, looked_at(alarms, mailbox->name));
	/* While we did not run, nobody looked: that is no news. */
	gint64 base = alarms->intake->mode == INTAKE_ONCE && last > 0
			      ? last
			      : MAX(last, alarms->started_at);

	if (look->now - base > mailbox->alarm_after)
		add_cause(look, "mailbox", mailbox->name,
			(look->now - (last > 0 ? last : base)) / 60,
			folder != NULL ? folder->trouble : "");
}

/* Mails that are neither kept nor set apart, for as long as a mailbox may go unread. */
static bool
look_at_books(Look *look, const MailboxConfig *mailbox, GError **error)
{
	GHashTable *since = look->alarms->waiting_since;
	gint64 waiting = 0;
	gint64 *began;

	if (!store_books_open(look->alarms->intake->store, mailbox->name, &waiting, error))
		return false;
	began = g_hash_table_lookup(since, mailbox->name);
	if (waiting == 0) {
		g_hash_table_remove(since, mailbox->name);
	} else if (began == NULL) {
		began = g_memdup2(&look->now, sizeof look->now);
		g_hash_table_insert(since, g_strdup(mailbox->name), began);
	}
	if (waiting != 0 && look->now - *began > mailbox->alarm_after)
		add_cause(look, "books", mailbox->name, ABS(waiting), "");
	return true;
}

static bool
look_at_mailboxes(Look *look, GError **error)
{
	const Config *config = look->alarms->intake->config;

	for (guint i = 0; i < config->mailboxes->len; i++) {
		look_at_mailbox(look, config->mailboxes->pdata[i]);
		if (!look_at_books(look, config->mailboxes->pdata[i], error))
			return false;
	}
	return true;
}

static bool
look_at_heaps(Look *look, GError **error)
{
	Intake *intake = look->alarms->intake;
	const AlarmConfig *limits = &intake->config->alarm;
	gint64 room = spool_free_bytes(intake->spool);
	StoreWorries worries = {0};

	if (!store_worries(intake->store, look->now, look->now - DAY, &worries, error))
		return false;
	if (room >= 0 && room < MAX(limits->disk, config_disk_reserve(intake->config)))
		add_cause(look, "disk", "", room / MIB, "");
	if (worries.quarantined >= limits->quarantine)
		add_cause(look, "quarantine", "", worries.quarantined, "");
	if (outgoing_possible(intake->outgoing) && worries.oldest_unsent > 0 &&
		look->now - worries.oldest_unsent > limits->outbox_after)
		add_cause(look, "outbox", "", worries.unsent, worries.reply);
	g_free(worries.reply);
	return true;
}

static bool
look_at_floods(Look *look, GError **error)
{
	Intake *intake = look->alarms->intake;
	g_autoptr(GPtrArray) rates = store_rate_over(
		intake->store, look->now - intake->config->alarm.flood_after, look->now, error);

	for (guint i = 0; rates != NULL && i < rates->len; i++) {
		const StoreRate *rate = rates->pdata[i];
		g_autofree char *minutes =
			g_strdup_printf("%d", (int)MAX((look->now - rate->since + 59) / 60, 1));

		add_cause(look, "flood", rate->who, rate->count, minutes);
	}
	return rates != NULL;
}

static void
look_at_signals(Look *look)
{
	for (guint i = 0; i < look->alarms->signals->len; i++) {
		const Signal *signal = look->alarms->signals->pdata[i];

		if (signal->wrong)
			add_cause(look, signal->kind, signal->about, 0, signal->detail);
	}
}

static const StoreAlarm *
cause_of(const Look *look, const StoreAlarm *alarm)
{
	for (guint i = 0; i < look->causes->len; i++) {
		const StoreAlarm *cause = look->causes->pdata[i];

		if (strcmp(cause->kind, alarm->kind) == 0 &&
			strcmp(cause->about, alarm->about) == 0)
			return cause;
	}
	return NULL;
}

/* Known by what happens only: as long as nothing has happened since our start, who knows? */
static bool
is_unknown(const Look *look, const StoreAlarm *alarm)
{
	static const char *const told[] = {"login", "readers", "converters", "clamd", NULL};
	const Alarms *alarms = look->alarms;
	const MailboxConfig *mailbox = config_mailbox(alarms->intake->config, alarm->about);

	if (strcmp(alarm->kind, "clamd") == 0 && *alarms->intake->config->filter.clamd == '\0')
		return false;
	if (*alarm->about != '\0' && strcmp(alarm->kind, "flood") != 0 && mailbox == NULL)
		return false;
	if (strcmp(alarm->kind, "mailbox") == 0)
		return looked_at(alarms, alarm->about) == 0;
	return g_strv_contains(told, alarm->kind) &&
	       find_signal(alarms, alarm->kind, alarm->about) == NULL;
}

/* --- telling
 * ----------------------------------------------------------------------------------------- */

static bool
is_admin(const EditorConfig *editor)
{
	for (guint i = 0; i < editor->rights->len; i++)
		if (strcmp(editor->rights->pdata[i], "admin") == 0)
			return *editor->address != '\0';
	return false;
}

static bool
queue_mail(const Look *look, const StoreAlarm *alarm, NoticeKind kind, const EditorConfig *editor,
	GError **error)
{
	Intake *intake = look->alarms->intake;
	NoticeFacts facts = {.alarm = alarm->kind,
		.about = alarm->about,
		.detail = alarm->detail,
		.count = alarm->count,
		.since = alarm->raised_at};
	g_autofree char *subject = NULL;
	g_autofree char *text = NULL;
	StoreOutbox row = {
		.kind = kind == NOTICE_ALARM ? STORE_OUTBOX_ALARM : STORE_OUTBOX_ALARM_OVER,
		.quarantine_id = alarm->tellings,
		.step_id = -alarm->id,
		.recipient = editor->address,
		.editor = editor->user,
		.due_at = look->now};

	if (!notice_text(intake->config, kind, &facts,
		    *editor->language != '\0' ? editor->language : intake->config->language,
		    &subject, &text, error))
		return false;
	row.subject = subject;
	row.text = text;
	return store_outbox_add(intake->store, &row, error);
}

static bool
tell_admins(const Look *look, gint64 id, NoticeKind kind, GError **error)
{
	Intake *intake = look->alarms->intake;
	g_autoptr(StoreAlarm) alarm = store_alarm_get(intake->store, id, error);
	const GPtrArray *editors = intake->config->editors;

	if (alarm == NULL)
		return false;
	for (guint i = 0; i < editors->len; i++)
		if (is_admin(editors->pdata[i]) &&
			!queue_mail(look, alarm, kind, editors->pdata[i], error))
			return false;
	return true;
}

/* Addresses do not belong in the journal. */
static void
log_alarm(int level, const char *event, const StoreAlarm *alarm)
{
	bool address = strcmp(alarm->kind, "flood") == 0;
	g_autofree char *count = g_strdup_printf("%" G_GINT64_FORMAT, alarm->count);

	log_event(level, event, "kind", alarm->kind, "about", address ? "" : alarm->about, "count",
		count, "reason", alarm->detail, NULL);
}

static bool
raise_cause(const Look *look, const StoreAlarm *cause, GError **error)
{
	Intake *intake = look->alarms->intake;
	bool fresh = false, tell = false;
	gint64 id = store_alarm_raise(intake->store, cause, look->now, intake->config->alarm.repeat,
		&fresh, &tell, error);

	if (id == 0)
		return false;
	g_hash_table_remove(look->alarms->calm, GSIZE_TO_POINTER((gsize)id));
	if (tell)
		log_alarm(LOG_ERR, "alarm", cause);
	return !tell || tell_admins(look, id, NOTICE_ALARM, error);
}

static bool
end_alarm(const Look *look, const StoreAlarm *alarm, GError **error)
{
	bool tell = false;

	if (!store_alarm_end(look->alarms->intake->store, alarm->id, look->now, &tell, error))
		return false;
	if (tell)
		log_alarm(LOG_NOTICE, "alarm-over", alarm);
	return !tell || tell_admins(look, alarm->id, NOTICE_ALARM_OVER, error);
}

/* What has no cause any more is over after a few looks, so that nothing flickers. */
static bool
end_calm(const Look *look, GError **error)
{
	Alarms *alarms = look->alarms;
	int most = alarms->intake->mode == INTAKE_ONCE ? 1 : CALM_LOOKS;
	g_autoptr(GPtrArray) open = store_alarm_list(alarms->intake->store, true, 1000, error);

	for (guint i = 0; open != NULL && i < open->len; i++) {
		const StoreAlarm *alarm = open->pdata[i];
		gpointer key = GSIZE_TO_POINTER((gsize)alarm->id);
		int calm = GPOINTER_TO_INT(g_hash_table_lookup(alarms->calm, key)) + 1;

		if (cause_of(look, alarm) != NULL || is_unknown(look, alarm))
			continue;
		g_hash_table_insert(alarms->calm, key, GINT_TO_POINTER(calm));
		if (calm < most)
			continue;
		g_hash_table_remove(alarms->calm, key);
		if (!end_alarm(look, alarm, error))
			return false;
	}
	return open != NULL;
}

/* Quiet looks are in no letter's transaction. */
static bool
note_quiet_looks(const Look *look, GError **error)
{
	const Intake *intake = look->alarms->intake;

	for (guint i = 0; i < intake->config->mailboxes->len; i++) {
		const MailboxConfig *mailbox = intake->config->mailboxes->pdata[i];
		const StoreFolder *folder = oldest_folder(look, mailbox);
		gint64 at = looked_at(look->alarms, mailbox->name);

		if (folder != NULL &&
			at - folder->last_look_at >= MIN(LOOKED_NOTED, mailbox->alarm_after / 3) &&
			!store_mailbox_looked(intake->store, mailbox->name, at, error))
			return false;
	}
	return true;
}

static bool
write_down(const Look *look, GError **error)
{
	for (guint i = 0; i < look->causes->len; i++)
		if (!raise_cause(look, look->causes->pdata[i], error))
			return false;
	return note_quiet_looks(look, error) && end_calm(look, error) &&
	       store_rate_forget(look->alarms->intake->store, look->now, error) &&
	       store_commit(look->alarms->intake->store, error);
}

static bool
gather(Look *look, GError **error)
{
	look->folders = store_folders(look->alarms->intake->store, error);
	if (look->folders == NULL || !look_at_mailboxes(look, error) ||
		!look_at_heaps(look, error) || !look_at_floods(look, error))
		return false;
	look_at_signals(look);
	return true;
}

static void
free_cause(gpointer data)
{
	store_alarm_free(data);
}

void
alarms_look(Alarms *alarms)
{
	Store *store = alarms->intake->store;
	Look look = {.alarms = alarms, .now = when_now()};
	g_autoptr(GPtrArray) causes = g_ptr_array_new_with_free_func(free_cause);
	g_autoptr(GError) error = NULL;
	bool good;

	look.causes = causes;
	good = gather(&look, &error) && store_begin(store, &error);
	if (good && !write_down(&look, &error)) {
		store_rollback(store);
		good = false;
	}
	g_clear_pointer(&look.folders, g_ptr_array_unref);
	/* What cannot be written now is found again at the next look. */
	if (!good)
		log_event(LOG_WARNING, "alarms-not-written", "reason", error->message, "outcome",
			"later", NULL);
	else
		outgoing_kick(alarms->intake->outgoing);
}

/* --- its life
 * ----------------------------------------------------------------------------------------- */

static gboolean
on_timer(gpointer data)
{
	Alarms *alarms = data;
	Intake *intake = alarms->intake;
	bool busy =
		intake->batch == NULL || intake->failure != NULL || !batch_is_empty(intake->batch);

	/* Never within the transaction of mails. */
	if (!busy)
		alarms_look(alarms);
	alarms->timer =
		busy ? g_timeout_add(SOON_MS, on_timer, alarms)
		     : g_timeout_add_seconds((guint)intake->config->alarm.check, on_timer, alarms);
	return G_SOURCE_REMOVE;
}

void
alarms_start(Alarms *alarms)
{
	if (alarms->timer == 0)
		alarms->timer = g_timeout_add_seconds(
			(guint)alarms->intake->config->alarm.check, on_timer, alarms);
}

Alarms *
alarms_new(Intake *intake)
{
	Alarms *alarms = g_new0(Alarms, 1);

	alarms->intake = intake;
	alarms->signals = g_ptr_array_new_with_free_func(signal_free);
	alarms->calm = g_hash_table_new(NULL, NULL);
	alarms->waiting_since = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	alarms->started_at = when_now();
	return alarms;
}

void
alarms_free(Alarms *alarms)
{
	if (alarms == NULL)
		return;
	if (alarms->timer != 0)
		g_source_remove(alarms->timer);
	g_ptr_array_unref(alarms->signals);
	g_hash_table_unref(alarms->calm);
	g_hash_table_unref(alarms->waiting_since);
	g_free(alarms);
}
