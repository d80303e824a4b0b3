/* The outbox: rows that are due become mails, one sender hands them on, and each outcome is noted.
 */
#include <signal.h>
#include <string.h>

#include "child.h"
#include "intake-private.h"
#include "notice.h"

enum {
	AT_ONCE = 20, /* rows claimed together */
	LOOK_AGAIN = 5, /* seconds between looks: the desk is another process and writes rows too */
	DEADLINE_COMMANDS = 10, /* of smtp.timeout each: more than any mail takes */
	CLOCK_STEP = 60, /* seconds; less is drift */
	RETIRE_SECONDS = 30, /* a sender without work */
};

struct Outgoing {
	Intake *intake;
	Child *sender;
	GHashTable *under_way; /* outbox id to GArray of ids told by one mail (a digest) */
	guint timer, retire_source;
	guint deadline_source; /* the sender has so long to answer for a mail */
	gint64 clock; /* wall clock less monotonic, seconds: falls when the clock is put back */
	bool stopped;
};

bool
outgoing_possible(const Outgoing *outgoing)
{
	const SmtpConfig *smtp = &outgoing->intake->config->smtp;

	return *smtp->server.host != '\0' || *smtp->sendmail != '\0';
}

static void
drop_source(guint *source)
{
	if (*source != 0)
		g_source_remove(*source);
	*source = 0;
}

/* --- what one row says
 * ---------------------------------------------------------------------------------------- */

typedef struct {
	const StoreOutbox *row;
	NoticeKind kind;
	NoticeFacts facts;
	StoreDraft *draft;
	StoreQuarantine *quarantine;
	char *list;
} Mailing;

static void
mailing_clear(Mailing *mailing)
{
	store_draft_free(mailing->draft);
	store_quarantine_free(mailing->quarantine);
	g_free(mailing->list);
}

static bool
load_facts(Outgoing *outgoing, Mailing *mailing, GError **error)
{
	static const NoticeKind kinds[] = {NOTICE_EDITOR, NOTICE_RECEIPT, NOTICE_OVERSIZE,
		NOTICE_QUARANTINE, NOTICE_PLACED, NOTICE_REJECTED, NOTICE_TOLD, NOTICE_ASSIGNED,
		NOTICE_JOINED, NOTICE_FOLLOWUP, NOTICE_ALARM, NOTICE_ALARM_OVER};
	const StoreOutbox *row = mailing->row;
	Store *store = outgoing->intake->store;

	mailing->kind = kinds[row->kind];
	/* These were written whole when they were raised. */
	if (row->kind == STORE_OUTBOX_ALARM || row->kind == STORE_OUTBOX_ALARM_OVER)
		return true;
	if (row->kind == STORE_OUTBOX_QUARANTINE) {
		mailing->quarantine = store_quarantine_get(store, row->quarantine_id, error);
		if (mailing->quarantine == NULL)
			return false;
		mailing->facts.number = row->quarantine_id;
		mailing->facts.mailbox = mailing->quarantine->mailbox;
		mailing->facts.reason = mailing->quarantine->reason;
		return true;
	}
	mailing->draft = store_draft_get_id(store, row->draft_id, error);
	if (mailing->draft == NULL)
		return false;
	mailing->facts.number = row->draft_id;
	mailing->facts.reference = mailing->draft->row.reference;
	mailing->facts.draft = mailing->draft->draft;
	mailing->facts.message = mailing->draft->message;
	mailing->facts.size = mailing->draft->size;
	return true;
}

static const char *
language_of(Outgoing *outgoing, const StoreOutbox *row)
{
	const EditorConfig *editor = config_editor(outgoing->intake->config, row->editor);

	return editor != NULL && *editor->language != '\0' ? editor->language
							   : outgoing->intake->config->language;
}

static GBytes *
compose(Outgoing *outgoing, Mailing *mailing, GError **error)
{
	const StoreOutbox *row = mailing->row;
	NoticeAddress address = {.recipient = row->recipient,
		.language = language_of(outgoing, row),
		.outbox = row->id,
		.token = row->token,
		.now = when_now(),
		.subject = row->subject,
		.text = row->text};

	return notice_compose(
		outgoing->intake->config, mailing->kind, &mailing->facts, &address, error);
}

/* --- handing over
 * --------------------------------------------------------------------------------------------- */

/* It hangs: on_gone puts off what it had, and another is started. */
static gboolean
on_deadline(gpointer data)
{
	Outgoing *outgoing = data;

	outgoing->deadline_source = 0;
	log_event(LOG_ERR, "sender-hangs", "outcome", "killed", NULL);
	if (outgoing->sender != NULL)
		child_signal(outgoing->sender, SIGKILL);
	return G_SOURCE_REMOVE;
}

static void
set_deadline(Outgoing *outgoing)
{
	gint64 seconds = DEADLINE_COMMANDS * outgoing->intake->config->smtp.server.timeout;

	drop_source(&outgoing->deadline_source);
	if (g_hash_table_size(outgoing->under_way) > 0)
		outgoing->deadline_source =
			g_timeout_add_seconds((guint)seconds, on_deadline, outgoing);
}

static void
finish_rows(Outgoing *outgoing, const GArray *ids, StoreSendOutcome outcome, const char *reply)
{
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < ids->len; i++) {
		if (!store_outbox_finish(outgoing->intake->store, g_array_index(ids, gint64, i),
			    outcome, reply, when_now(), &error)) {
			intake_fail(outgoing->intake, g_steal_pointer(&error));
			return;
		}
		outgoing->intake->progress.sent += outcome == STORE_SENT;
	}
}

static void
give_to_sender(Outgoing *outgoing, const StoreOutbox *row, GBytes *mail, GArray *ids)
{
	/* An answer to a contributor has no return-path: its bounce must not come back to us (RFC
	 * 3834, 3.3). */
	bool answer = *row->editor == '\0';
	WireSend job = {.outbox = row->id,
		.sender = answer ? (char *)(guintptr) "" : outgoing->intake->config->smtp.from,
		.recipient = (char *)(guintptr)row->recipient};
	gsize length;
	const void *bytes = g_bytes_get_data(mail, &length);
	g_autoptr(GError) error = NULL;
	fs_auto int fd = fs_memfd("nieuws-mail", bytes, length, &error);

	g_hash_table_insert(
		outgoing->under_way, GSIZE_TO_POINTER((gsize)row->id), g_array_ref(ids));
	if (fd >= 0) {
		child_send(outgoing->sender, WIRE_SEND, &job, fd);
		if (outgoing->deadline_source == 0)
			set_deadline(outgoing);
		return;
	}
	finish_rows(outgoing, ids, STORE_SEND_LATER, error->message);
	g_hash_table_remove(outgoing->under_way, GSIZE_TO_POINTER((gsize)row->id));
}

static void
send_row(Outgoing *outgoing, Mailing *mailing, GArray *ids)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) mail = NULL;

	mail = compose(outgoing, mailing, &error);
	if (mail == NULL) {
		log_event(LOG_ERR, "mail-not-composed", "reason", error->message, NULL);
		finish_rows(outgoing, ids, STORE_SEND_LATER, error->message);
		return;
	}
	give_to_sender(outgoing, mailing->row, mail, ids);
}

/* One editor, several drafts at the same time: one mail. */
static void
send_digest(Outgoing *outgoing, const GPtrArray *rows, const StoreOutbox *first)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autoptr(GString) list = g_string_new(NULL);
	Mailing mailing = {.row = first, .kind = NOTICE_EDITOR};
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < rows->len; i++) {
		StoreOutbox *row = rows->pdata[i];
		g_autoptr(StoreDraft) draft = NULL;

		if (row->kind != STORE_OUTBOX_NOTICE ||
			strcmp(row->recipient, first->recipient) != 0 || row->attempts < 0)
			continue;
		draft = store_draft_get_id(outgoing->intake->store, row->draft_id, NULL);
		row->attempts = -1; /* taken */
		g_array_append_val(ids, row->id);
		if (draft != NULL)
			g_string_append_printf(list, "%4d  %s\n      %s, %d woorden/words\n",
				(int)row->draft_id, draft->row.title, draft->row.contributor,
				(int)draft->row.words);
	}
	if (load_facts(outgoing, &mailing, &error)) {
		if (ids->len > 1) {
			mailing.kind = NOTICE_DIGEST;
			mailing.facts.count = ids->len;
			mailing.facts.list = list->str;
		}
		send_row(outgoing, &mailing, ids);
	} else {
		finish_rows(outgoing, ids, STORE_SEND_LATER, error->message);
	}
	mailing_clear(&mailing);
}

static void
send_single(Outgoing *outgoing, const StoreOutbox *row)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	Mailing mailing = {.row = row};
	g_autoptr(GError) error = NULL;

	g_array_append_val(ids, row->id);
	if (load_facts(outgoing, &mailing, &error))
		send_row(outgoing, &mailing, ids);
	else
		finish_rows(outgoing, ids, STORE_SEND_REFUSED, error->message);
	mailing_clear(&mailing);
}

static bool
wants_digest(Outgoing *outgoing, const StoreOutbox *row)
{
	const EditorConfig *editor = config_editor(outgoing->intake->config, row->editor);

	return row->kind == STORE_OUTBOX_NOTICE && editor != NULL && editor->digest_seconds > 0;
}

static void
send_rows(Outgoing *outgoing, const GPtrArray *rows)
{
	for (guint i = 0; i < rows->len; i++) {
		const StoreOutbox *row = rows->pdata[i];

		if (row->attempts < 0)
			continue;
		if (wants_digest(outgoing, row))
			send_digest(outgoing, rows, row);
		else
			send_single(outgoing, row);
	}
}

/* --- the sender's life
 * ---------------------------------------------------------------------------------------- */

static gboolean
on_retire(gpointer data)
{
	Outgoing *outgoing = data;

	outgoing->retire_source = 0;
	if (outgoing->sender != NULL && g_hash_table_size(outgoing->under_way) == 0)
		child_hang_up(outgoing->sender);
	else if (outgoing->sender != NULL)
		outgoing->retire_source =
			g_timeout_add_seconds(RETIRE_SECONDS, on_retire, outgoing);
	return G_SOURCE_REMOVE;
}

static void
on_letter(void *context, WireLetter *letter)
{
	Outgoing *outgoing = context;
	const WireSent *sent = letter->record;
	GArray *ids;

	if (letter->kind != WIRE_SENT)
		return;
	ids = g_hash_table_lookup(outgoing->under_way, GSIZE_TO_POINTER((gsize)sent->outbox));
	if (ids == NULL)
		return;
	if (sent->outcome != STORE_SENT)
		log_event(LOG_WARNING, "mail-not-sent", "reply", sent->reply, "outcome",
			sent->outcome == STORE_SEND_LATER ? "later" : "given up", NULL);
	finish_rows(outgoing, ids,
		(StoreSendOutcome)CLAMP(sent->outcome, STORE_SENT, STORE_SEND_REFUSED),
		sent->reply);
	g_hash_table_remove(outgoing->under_way, GSIZE_TO_POINTER((gsize)sent->outbox));
	set_deadline(outgoing);
	if (g_hash_table_size(outgoing->under_way) == 0)
		outgoing_kick(outgoing);
	intake_changed(outgoing->intake);
}

static void
on_gone(void *context, int status)
{
	Outgoing *outgoing = context;
	GHashTableIter iter;
	gpointer ids;

	(void)status;
	g_clear_pointer(&outgoing->sender, child_free);
	g_hash_table_iter_init(&iter, outgoing->under_way);
	while (g_hash_table_iter_next(&iter, NULL, &ids))
		finish_rows(outgoing, ids, STORE_SEND_LATER, "the sender ended");
	g_hash_table_remove_all(outgoing->under_way);
	set_deadline(outgoing);
	if (!outgoing->stopped)
		outgoing_kick(outgoing);
	intake_changed(outgoing->intake);
}

static bool
start_sender(Outgoing *outgoing)
{
	static const ChildEvents events = {on_letter, on_gone};
	g_autofree char *program = config_program("nieuws-send");
	const char *argv[] = {program, "--config", outgoing->intake->config->path, NULL};
	g_autoptr(GError) error = NULL;

	if (outgoing->sender == NULL)
		outgoing->sender = child_start(argv, &events, outgoing, &error);
	if (outgoing->sender == NULL)
		log_event(LOG_ERR, "sender-not-started", "reason", error->message, NULL);
	return outgoing->sender != NULL;
}

/* --- when there is something to do
 * ---------------------------------------------------------------------------- */

static gboolean
on_timer(gpointer data)
{
	Outgoing *outgoing = data;

	outgoing->timer = 0;
	outgoing_kick(outgoing);
	return G_SOURCE_REMOVE;
}

static void
sleep_until_due(Outgoing *outgoing)
{
	gint64 due = 0;
	gint64 seconds = LOOK_AGAIN;

	if (store_outbox_next_due(outgoing->intake->store, &due, NULL) && due > 0)
		seconds = CLAMP(due - when_now(), 1, LOOK_AGAIN);
	drop_source(&outgoing->timer);
	if (outgoing->intake->mode == INTAKE_FOREVER)
		outgoing->timer = g_timeout_add_seconds((guint)seconds, on_timer, outgoing);
	if (outgoing->sender != NULL && outgoing->retire_source == 0)
		outgoing->retire_source =
			g_timeout_add_seconds(RETIRE_SECONDS, on_retire, outgoing);
}

/* Claimed, and no sender to be had. */
static void
put_off(Outgoing *outgoing, const GPtrArray *rows)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));

	for (guint i = 0; i < rows->len; i++)
		g_array_append_val(ids, ((StoreOutbox *)rows->pdata[i])->id);
	finish_rows(outgoing, ids, STORE_SEND_LATER, "the sender could not be started");
}

static bool
follow_clock(Outgoing *outgoing, GError **error)
{
	gint64 clock = when_now() - when_monotonic_ms() / 1000;
	bool back = clock < outgoing->clock - CLOCK_STEP;

	outgoing->clock = clock;
	if (back)
		log_event(LOG_WARNING, "clock-put-back", "outcome", "waiting mails are due", NULL);
	return !back || store_outbox_clock(outgoing->intake->store, when_now(), error);
}

void
outgoing_kick(Outgoing *outgoing)
{
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GError) error = NULL;

	/* Not within the intake's transaction, and one handful at a time. */
	if (outgoing->stopped || !outgoing_possible(outgoing) ||
		outgoing->intake->mode == INTAKE_IMPORT || outgoing->intake->failure != NULL ||
		g_hash_table_size(outgoing->under_way) > 0 ||
		!batch_is_empty(outgoing->intake->batch))
		return;
	if (follow_clock(outgoing, &error))
		rows = store_outbox_claim(outgoing->intake->store, when_now(), AT_ONCE, &error);
	if (rows == NULL) {
		intake_fail(outgoing->intake, g_steal_pointer(&error));
		return;
	}
	if (rows->len > 0)
		drop_source(&outgoing->retire_source);
	if (rows->len > 0 && start_sender(outgoing))
		send_rows(outgoing, rows);
	else if (rows->len > 0)
		put_off(outgoing, rows);
	if (g_hash_table_size(outgoing->under_way) == 0)
		sleep_until_due(outgoing);
}

bool
outgoing_settled(const Outgoing *outgoing)
{
	return g_hash_table_size(outgoing->under_way) == 0;
}

void
outgoing_stop(Outgoing *outgoing)
{
	outgoing->stopped = true;
	drop_source(&outgoing->timer);
}

Outgoing *
outgoing_new(Intake *intake)
{
	Outgoing *outgoing = g_new0(Outgoing, 1);

	outgoing->intake = intake;
	outgoing->clock = when_now() - when_monotonic_ms() / 1000;
	outgoing->under_way =
		g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
	return outgoing;
}

void
outgoing_free(Outgoing *outgoing)
{
	if (outgoing == NULL)
		return;
	drop_source(&outgoing->timer);
	drop_source(&outgoing->retire_source);
	drop_source(&outgoing->deadline_source);
	child_free(outgoing->sender);
	g_hash_table_unref(outgoing->under_way);
	g_free(outgoing);
}
