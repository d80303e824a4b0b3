/* Group commit: many mails in one transaction, and nobody told before it is durable. */
#include <string.h>

#include "intake-private.h"
#include "notice.h"
#include "ours.h"

enum {
	MOST_MAILS = 200, /* in one transaction */
	JOINED_INTERVAL = 600, /* seconds between receipts of follow-ups */
	LONGEST_OPEN_MS = 150, /* a transaction that waits for a slow mail is closed; desks wait for
				  us meanwhile */
};

/* UIDs of which a server was told. */
typedef struct {
	char *mailbox, *folder;
	gint64 uidvalidity;
	GArray *uids;
} Acknowledged;

struct Batch {
	Intake *intake;
	bool open;
	GPtrArray *mails; /* Mail *, in the open transaction */
	GPtrArray *acknowledged; /* Acknowledged *, to be written */
	guint open_source, idle_source;
};

static void
acknowledged_free(gpointer data)
{
	Acknowledged *entry = data;

	g_free(entry->mailbox);
	g_free(entry->folder);
	g_array_unref(entry->uids);
	g_free(entry);
}

Batch *
batch_new(Intake *intake)
{
	Batch *batch = g_new0(Batch, 1);

	batch->intake = intake;
	batch->mails = g_ptr_array_new();
	batch->acknowledged = g_ptr_array_new_with_free_func(acknowledged_free);
	return batch;
}

static void
drop_source(guint *source)
{
	if (*source != 0)
		g_source_remove(*source);
	*source = 0;
}

void
batch_free(Batch *batch)
{
	if (batch == NULL)
		return;
	batch_abandon(batch);
	drop_source(&batch->idle_source);
	g_ptr_array_unref(batch->mails);
	g_ptr_array_unref(batch->acknowledged);
	g_free(batch);
}

bool
batch_is_empty(const Batch *batch)
{
	return !batch->open && batch->acknowledged->len == 0;
}

void
batch_abandon(Batch *batch)
{
	drop_source(&batch->open_source);
	if (batch->open)
		store_rollback(batch->intake->store);
	batch->open = false;
	for (guint i = 0; i < batch->mails->len; i++) {
		Mail *mail = batch->mails->pdata[i];

		if (mail->fetcher != NULL)
			fetcher_dropped(mail->fetcher, mail);
		mail_free(mail);
	}
	g_ptr_array_set_size(batch->mails, 0);
	g_ptr_array_set_size(batch->acknowledged, 0);
}

/* --- closing
 * --------------------------------------------------------------------------------------------------
 */

static bool
write_acknowledged(Batch *batch, GError **error)
{
	for (guint i = 0; i < batch->acknowledged->len; i++) {
		const Acknowledged *entry = batch->acknowledged->pdata[i];

		if (!store_ledger_acknowledge(batch->intake->store, entry->mailbox, entry->folder,
			    entry->uidvalidity, entry->uids, when_now(), error))
			return false;
	}
	return true;
}

/* The folder of the raw mails is synced before the rows that point there are committed. */
static bool
make_durable(Batch *batch, GError **error)
{
	return write_acknowledged(batch, error) && spool_sync(batch->intake->spool, error) &&
	       store_commit(batch->intake->store, error);
}

static void
tell_fetchers(Batch *batch)
{
	Intake *intake = batch->intake;

	for (guint i = 0; i < batch->mails->len; i++) {
		Mail *mail = batch->mails->pdata[i];

		if (mail->fetcher != NULL)
			fetcher_kept(mail->fetcher, mail);
		mail_free(mail);
	}
	g_ptr_array_set_size(batch->mails, 0);
	for (guint i = 0; i < intake->fetchers->len; i++)
		fetcher_tell(intake->fetchers->pdata[i]);
}

static void
commit(Batch *batch)
{
	GError *error = NULL;

	drop_source(&batch->open_source);
	if (!make_durable(batch, &error)) {
		intake_fail(batch->intake, error);
		return;
	}
	batch->open = false;
	alarms_signal(batch->intake->alarms, "store", "", false, NULL);
	g_ptr_array_set_size(batch->acknowledged, 0);
	tell_fetchers(batch);
	outgoing_kick(batch->intake->outgoing);
	intake_changed(batch->intake);
}

static gboolean
on_open_too_long(gpointer data)
{
	Batch *batch = data;

	batch->open_source = 0;
	commit(batch);
	return G_SOURCE_REMOVE;
}

static bool
open_transaction(Batch *batch, GError **error)
{
	if (batch->open)
		return true;
	if (!store_begin(batch->intake->store, error))
		return false;
	batch->open = true;
	batch->open_source = g_timeout_add(LONGEST_OPEN_MS, on_open_too_long, batch);
	return true;
}

static gboolean
on_idle(gpointer data)
{
	Batch *batch = data;

	batch->idle_source = 0;
	if (readers_outstanding(batch->intake->readers) == 0)
		batch_settle(batch);
	return G_SOURCE_REMOVE;
}

void
batch_settle(Batch *batch)
{
	g_autoptr(GError) error = NULL;

	if (batch_is_empty(batch))
		return;
	if (open_transaction(batch, &error))
		commit(batch);
	else
		intake_fail(batch->intake, g_steal_pointer(&error));
}

/* At idle, so that letters that are already there join the same transaction. */
static void
settle_soon(Batch *batch)
{
	if (batch->idle_source == 0)
		batch->idle_source = g_idle_add(on_idle, batch);
}

/* --- one mail into the open transaction
 * ----------------------------------------------------------------------- */

static bool
queue_notices(Intake *intake, const StoreKept *kept, GError **error)
{
	gint64 now = when_now();

	for (guint i = 0; i < intake->config->editors->len; i++) {
		const EditorConfig *editor = intake->config->editors->pdata[i];
		StoreOutbox row = {.kind = STORE_OUTBOX_NOTICE,
			.draft_id = kept->draft_id,
			.submission_id = kept->submission_id,
			.recipient = editor->address,
			.editor = editor->user,
			.due_at = notice_due_at(editor, now)};

		if (editor->notify && !store_outbox_add(intake->store, &row, error))
			return false;
	}
	return true;
}

static bool
queue_receipt(Intake *intake, const Mail *mail, const StoreKept *kept, const Message *message,
	GError **error)
{
	StoreOutbox row = {.kind = kept->joined      ? STORE_OUTBOX_JOINED
				   : mail->truncated ? STORE_OUTBOX_OVERSIZE
						     : STORE_OUTBOX_RECEIPT,
		.step_id = kept->joined ? -kept->submission_id : 0,
		.draft_id = kept->draft_id,
		.submission_id = kept->submission_id,
		.due_at = when_now()};
	NoticeReceiptFacts facts = {.now = row.due_at};
	g_autofree char *recipient = NULL;
	const char *silence;

	if (intake->config->receipts == RECEIPTS_NEVER)
		return true;
	recipient = notice_receipt_recipient(message);
	if (!store_receipt_history(intake->store, recipient, row.due_at, &facts.last_receipt_at,
		    &facts.sent_this_hour, error))
		return false;
	/* That a mail was added is worth saying, though not at once again. */
	if (kept->joined && facts.last_receipt_at < row.due_at - JOINED_INTERVAL)
		facts.last_receipt_at = 0;
	silence = notice_receipt_silence(intake->config, message, &facts);
	if (silence != NULL)
		return store_event_add(intake->store, kept->draft_id, "receipt-withheld", "nieuwsd",
			silence, error);
	row.recipient = recipient;
	return store_outbox_add(intake->store, &row, error);
}

/* Who has the draft is told; where nobody has it, all who hear of new drafts. */
static bool
tell_editors_of_follow_up(Intake *intake, const StoreKept *kept, GError **error)
{
	g_autoptr(StoreStanding) standing =
		store_standing_get(intake->store, kept->draft_id, error);

	if (standing == NULL)
		return false;
	for (guint i = 0; i < intake->config->editors->len; i++) {
		const EditorConfig *editor = intake->config->editors->pdata[i];
		bool has_it = strcmp(editor->user, standing->claimed_by) == 0;
		StoreOutbox row = {.kind = STORE_OUTBOX_FOLLOWUP,
			.draft_id = kept->draft_id,
			.submission_id = kept->submission_id,
			.step_id = -kept->submission_id,
			.recipient = editor->address,
			.editor = editor->user,
			.due_at = notice_due_at(editor, when_now())};

		if ((has_it || (*standing->claimed_by == '\0' && editor->notify)) &&
			*editor->address != '\0' && !store_outbox_add(intake->store, &row, error))
			return false;
	}
	return true;
}

static bool
tell_of_follow_up(Intake *intake, const Mail *mail, const StoreKept *kept, const Message *message,
	GError **error)
{
	/* An editor who sends something after needs no receipt. */
	for (guint i = 0; i < intake->config->editors->len; i++)
		if (g_ascii_strcasecmp(((EditorConfig *)intake->config->editors->pdata[i])->address,
			    message->from_address) == 0)
			return !kept->waits || tell_editors_of_follow_up(intake, kept, error);
	return (!kept->waits || tell_editors_of_follow_up(intake, kept, error)) &&
	       queue_receipt(intake, mail, kept, message, error);
}

static void
note_truncation(const Mail *mail, Draft *draft)
{
	g_autofree char *size =
		g_format_size_full((guint64)mail->full_size, G_FORMAT_SIZE_IEC_UNITS);
	g_autofree char *text = NULL;

	if (!mail->truncated)
		return;
	text = g_strdup_printf(
		"The mail is %s, larger than the limit: only its header was fetched.", size);
	draft_warn(draft, "limit.message", text);
}

static void
fill_keep(StoreKeep *keep, const Mail *mail)
{
	keep->mailbox = mail->mailbox;
	keep->folder = mail->folder;
	keep->uidvalidity = mail->uidvalidity;
	keep->uid = mail->uid;
	keep->sha256 = mail->sha256;
	keep->path = mail->path;
	keep->size = mail->size;
	keep->received_at = mail->internal_date != 0 ? mail->internal_date : when_now();
	keep->kept_at = when_now();
	keep->truncated = mail->truncated;
}

static void
note_scan(const Mail *mail, Draft *draft)
{
	const char *said = mail->virus != NULL ? mail->virus : mail->unscanned;
	g_autofree char *text = NULL;

	if (said == NULL)
		return;
	text = g_strdup_printf(mail->virus != NULL ? "A virus was found in this mail: %s."
						   : "The mail was not scanned for viruses: %s.",
		said);
	draft_warn(draft, mail->virus != NULL ? "virus.found" : "virus.unscanned", text);
}

/* What the keeper knows of the mail, and the reader could not. */
static bool
judge(Intake *intake, const Mail *mail, WireDraft *draft, GError **error)
{
	g_autoptr(GPtrArray) domains = ours_domains(intake->config);

	note_truncation(mail, &draft->draft);
	note_scan(mail, &draft->draft);
	ours_judge(intake->config, &draft->message, &draft->draft);
	return store_judge_sender(intake->store, &draft->draft, domains, when_now(), error);
}

static bool
count_one(Intake *intake, const char *who, gint64 limit, bool *ret_flood, GError **error)
{
	gint64 count = 0;

	if (limit == 0)
		return true;
	if (!store_rate_count(intake->store, who, when_now(), limit, &count, error))
		return false;
	*ret_flood = *ret_flood || count > limit;
	return true;
}

/* More mails than anybody wants to be told of one by one: kept and marked, one digest stands for
 * all. What is given by hand is nobody's flood. */
static bool
count_mail(Intake *intake, const Mail *mail, const StoreKept *kept, const Message *message,
	bool *ret_flood, GError **error)
{
	const AlarmConfig *limits = &intake->config->alarm;

	if (*mail->mailbox == '\0')
		return true;
	if (!count_one(intake, message->from_address,
		    *message->from_address != '\0' ? limits->contributor_hourly : 0, ret_flood,
		    error) ||
		!count_one(intake, "", limits->hourly, ret_flood, error))
		return false;
	return !*ret_flood ||
	       store_event_add(intake->store, kept->draft_id, "flood", "nieuwsd",
		       "more mails within an hour than the limit: nobody was told of each", error);
}

/* What joins a draft brings no warnings of its own: those on its sender stand in the history. */
static bool
note_doubts(Intake *intake, const StoreKept *kept, const Draft *draft, GError **error)
{
	for (guint i = 0; i < draft->warnings->len; i++) {
		const Warning *warning = draft->warnings->pdata[i];

		if ((g_str_has_prefix(warning->code, "trust.") ||
			    g_str_has_prefix(warning->code, "virus.") ||
			    g_str_has_prefix(warning->code, "spam.")) &&
			!store_event_add(intake->store, kept->draft_id, "warning", "nieuwsd",
				warning->text, error))
			return false;
	}
	return true;
}

static bool
keep_draft(Batch *batch, const Mail *mail, WireDraft *draft, GError **error)
{
	Intake *intake = batch->intake;
	StoreKeep keep = {.message = &draft->message, .draft = &draft->draft};
	StoreKept kept = {0};
	g_autoptr(GPtrArray) editors = g_ptr_array_new();
	g_autofree char *spam =
		mail->virus != NULL ? g_strdup_printf("a virus was found: %s", mail->virus) : NULL;
	bool flood = false;

	keep.spam = spam;
	for (guint i = 0; i < intake->config->editors->len; i++)
		g_ptr_array_add(
			editors, ((EditorConfig *)intake->config->editors->pdata[i])->address);
	keep.editors = editors;
	keep.follow_seconds = intake->config->followup_within;
	fill_keep(&keep, mail);
	if (!judge(intake, mail, draft, error) || !store_keep(intake->store, &keep, &kept, error))
		return false;
	intake->progress.kept++;
	intake->progress.joined += kept.joined;
	if ((kept.joined || kept.is_new) && !kept.blocked &&
		!count_mail(intake, mail, &kept, &draft->message, &flood, error))
		return false;
	if (kept.joined && !note_doubts(intake, &kept, &draft->draft, error))
		return false;
	if (flood)
		return true;
	if (kept.joined)
		return tell_of_follow_up(intake, mail, &kept, &draft->message, error);
	if (!kept.is_new) {
		intake->progress.duplicates++;
		return true;
	}
	if (kept.blocked)
		return true;
	return queue_notices(intake, &kept, error) &&
	       queue_receipt(intake, mail, &kept, &draft->message, error);
}

static bool
queue_quarantine_notices(Intake *intake, gint64 quarantine_id, GError **error)
{
	for (guint i = 0; i < intake->config->editors->len; i++) {
		const EditorConfig *editor = intake->config->editors->pdata[i];
		StoreOutbox row = {.kind = STORE_OUTBOX_QUARANTINE,
			.quarantine_id = quarantine_id,
			.recipient = editor->address,
			.editor = editor->user,
			.due_at = notice_due_at(editor, when_now())};

		if (editor->notify && !store_outbox_add(intake->store, &row, error))
			return false;
	}
	return true;
}

static bool
keep_failure(Batch *batch, const Mail *mail, const char *failure, GError **error)
{
	Intake *intake = batch->intake;
	StoreKeep keep = {0};
	gint64 quarantine_id = 0;

	fill_keep(&keep, mail);
	if (!spool_quarantine(intake->spool, mail->path, mail->sha256, failure, error) ||
		!store_quarantine_add(intake->store, &keep, failure, &quarantine_id, error) ||
		!queue_quarantine_notices(intake, quarantine_id, error))
		return false;
	intake->progress.quarantined++;
	log_event(LOG_WARNING, "quarantined", "mailbox", mail->mailbox, "sha256", mail->sha256,
		"reason", failure, NULL);
	return true;
}

/* A draft that the store refuses (and not for want of space) must not hold up the others. */
static bool
keep_one(Batch *batch, const Mail *mail, WireDraft *draft, const char *failure, GError **error)
{
	Store *store = batch->intake->store;
	g_autoptr(GError) refused = NULL;

	if (!store_savepoint(store, error))
		return false;
	if (draft != NULL ? keep_draft(batch, mail, draft, &refused)
			  : keep_failure(batch, mail, failure, &refused))
		return store_release(store, error);
	if (!nieuws_error_is(refused, NIEUWS_MESSAGE) || draft == NULL) {
		g_propagate_error(error, g_steal_pointer(&refused));
		return false;
	}
	return store_rollback_to(store, error) &&
	       keep_failure(batch, mail, refused->message, error);
}

void
batch_add(Batch *batch, Mail *mail, WireDraft *draft, const char *failure)
{
	GError *error = NULL;

	g_ptr_array_add(batch->mails, mail);
	if (!open_transaction(batch, &error) || !keep_one(batch, mail, draft, failure, &error)) {
		intake_fail(batch->intake, error);
		return;
	}
	if (batch->mails->len >= MOST_MAILS)
		commit(batch);
	else if (readers_outstanding(batch->intake->readers) == 0)
		settle_soon(batch);
}

void
batch_acknowledged(Batch *batch, const char *mailbox, const char *folder, gint64 uidvalidity,
	const GArray *uids)
{
	Acknowledged *entry = g_new0(Acknowledged, 1);

	entry->mailbox = g_strdup(mailbox);
	entry->folder = g_strdup(folder);
	entry->uidvalidity = uidvalidity;
	entry->uids = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_array_append_vals(entry->uids, uids->data, uids->len);
	g_ptr_array_add(batch->acknowledged, entry);
	if (readers_outstanding(batch->intake->readers) == 0)
		settle_soon(batch);
}
