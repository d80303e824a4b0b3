/* The keeper as a whole: makes the parts, passes mails between them, knows when all is done and
 * when to start over. */
#include "intake-private.h"

#include <string.h>

enum {
	START_OVER_SECONDS = 30, /* after a full disk or a locked store */
	ALARM_SECONDS = 3600, /* the same trouble is said once in this time */
	STOP_SECONDS = 3,
	REST_SECONDS = 20, /* without work, then spare readers go */
};

static void make_parts(Intake *intake);
static void free_parts(Intake *intake);
static bool clear_incoming(Intake *intake, GError **error);

void
mail_free(Mail *mail)
{
	if (mail == NULL)
		return;
	g_free(mail->mailbox);
	g_free(mail->folder);
	g_free(mail->sha256);
	g_free(mail->path);
	if (mail->first != NULL)
		record_free(wire_type(WIRE_DRAFT), mail->first);
	if (mail->documents != NULL)
		g_ptr_array_unref(mail->documents);
	g_free(mail->virus);
	g_free(mail->unscanned);
	g_free(mail);
}

static void
drop_source(guint *source)
{
	if (*source != 0)
		g_source_remove(*source);
	*source = 0;
}

/* --- the way through readers
 * ---------------------------------------------------------------------------------- */

static int
open_mail(void *context, void *mail)
{
	Intake *intake = context;
	g_autoptr(GError) error = NULL;
	GError *again = NULL;
	int fd = spool_open_raw(intake->spool, ((Mail *)mail)->path, &error);

	/* Nothing is wrong with the mail: it is fetched again, not set aside. */
	if (fd < 0) {
		log_event(LOG_ERR, "raw-not-opened", "reason", error->message, NULL);
		nieuws_fail(&again, NIEUWS_LATER, "%s", error->message);
		intake_fail(intake, again);
	}
	return fd;
}

static void
let_go(Mail *mail)
{
	if (mail->fetcher != NULL)
		fetcher_dropped(mail->fetcher, mail);
	mail_free(mail);
}

/* A mail that could be read is kept, whatever its documents did to the second reading. */
static void
keep_first(Intake *intake, Mail *mail, const char *failure)
{
	WireDraft *draft = g_steal_pointer(&mail->first);

	draft_warn(&draft->draft, "document.failed", failure);
	batch_add(intake->batch, mail, draft, NULL);
	record_free(wire_type(WIRE_DRAFT), draft);
}

static void
mail_read(void *context, void *data, WireDraft *draft, const char *failure)
{
	Intake *intake = context;
	Mail *mail = data;

	if (intake->failure != NULL) {
		let_go(mail);
	} else if (draft != NULL && mail->first == NULL && mail->virus == NULL &&
		   draft->draft.wishes->len > 0) {
		mail->first = record_copy(wire_type(WIRE_DRAFT), draft);
		converters_submit(intake->converters, mail, mail->first->draft.wishes);
	} else if (draft == NULL && mail->first != NULL) {
		keep_first(intake, mail, failure);
	} else {
		batch_add(intake->batch, mail, draft, failure);
	}
}

static const GPtrArray *
documents_of(void *context, void *mail)
{
	(void)context;
	return ((Mail *)mail)->documents;
}

static void
part_extracted(void *context, void *mail, int fd, const char *failure)
{
	converters_part(((Intake *)context)->converters, mail, fd, failure);
}

static void
readers_health(void *context, bool good, const char *detail)
{
	alarms_signal(((Intake *)context)->alarms, "readers", "", !good, detail);
}

static void
converters_health(void *context, bool good, const char *detail)
{
	alarms_signal(((Intake *)context)->alarms, "converters", "", !good, detail);
}

/* The documents are there: the mail is read once more, with them. */
static void
documents_converted(void *context, void *data, GPtrArray *documents)
{
	Intake *intake = context;
	Mail *mail = data;

	mail->documents = documents;
	if (intake->failure == NULL)
		intake_read(intake, mail);
	else
		let_go(mail);
}

static void
mail_unread(void *context, void *mail)
{
	(void)context;
	mail_free(mail);
}

static gboolean
on_rest(gpointer data)
{
	Intake *intake = data;

	intake->rest_source = 0;
	if (readers_outstanding(intake->readers) == 0)
		readers_rest(intake->readers);
	return G_SOURCE_REMOVE;
}

void
intake_read(Intake *intake, Mail *mail)
{
	drop_source(&intake->rest_source);
	/* Of a mail over the limit there is nothing here to scan. */
	if (intake->scanner != NULL && !mail->scanned && !mail->truncated)
		scanner_submit(intake->scanner, mail);
	else
		readers_submit(intake->readers, mail);
}

static int
open_for_scan(void *context, void *mail, gint64 *ret_size)
{
	*ret_size = ((Mail *)mail)->size;
	return open_mail(context, mail);
}

static void
mail_scanned(void *context, void *data, ScanVerdict verdict, const char *text)
{
	Intake *intake = context;
	Mail *mail = data;

	mail->scanned = true;
	if (verdict == SCAN_INFECTED)
		mail->virus = g_strdup(text);
	else if (verdict == SCAN_NOT)
		mail->unscanned = g_strdup(text);
	if (intake->failure == NULL)
		intake_read(intake, mail);
	else
		let_go(mail);
}

static void
scanner_health(void *context, bool good, const char *detail)
{
	alarms_signal(((Intake *)context)->alarms, "clamd", "", !good, detail);
}

/* --- done, or not yet
 * ----------------------------------------------------------------------------------------- */

static guint
scans_outstanding(const Intake *intake)
{
	return intake->scanner != NULL ? scanner_outstanding(intake->scanner) : 0;
}

static bool
all_settled(const Intake *intake)
{
	for (guint i = 0; i < intake->fetchers->len; i++)
		if (!fetcher_settled(intake->fetchers->pdata[i]))
			return false;
	return !intake->feeding && scans_outstanding(intake) == 0 &&
	       readers_outstanding(intake->readers) == 0 &&
	       converters_outstanding(intake->converters) == 0 && batch_is_empty(intake->batch);
}

static gboolean
on_finish(gpointer data)
{
	Intake *intake = data;

	intake->settle_source = 0;
	drop_source(&intake->stop_source);
	intake->events.done(intake->events.context, intake->verdict);
	return G_SOURCE_REMOVE;
}

/* In its own turn of the loop: whoever hears of it may free the intake. */
static void
finish(Intake *intake)
{
	if (intake->finished)
		return;
	intake->finished = true;
	drop_source(&intake->settle_source);
	intake->settle_source = g_idle_add(on_finish, intake);
}

static void
finish_when_told(Intake *intake)
{
	if (intake->mode == INTAKE_ONCE && !intake->stopping && !intake->outgoing_tried) {
		intake->outgoing_tried = true;
		alarms_look(intake->alarms);
		outgoing_kick(intake->outgoing);
	}
	if (intake->mode == INTAKE_IMPORT || outgoing_settled(intake->outgoing))
		finish(intake);
}

void
intake_changed(Intake *intake)
{
	if (intake->finished || intake->failure != NULL)
		return;
	intake->events.progress(intake->events.context, &intake->progress);
	if (!all_settled(intake))
		return;
	if (intake->mode != INTAKE_FOREVER || intake->stopping)
		finish_when_told(intake);
	else if (intake->rest_source == 0)
		intake->rest_source = g_timeout_add_seconds(REST_SECONDS, on_rest, intake);
}

void
intake_note_trouble(Intake *intake, NieuwsErrorCode code, const char *text)
{
	/* A daemon outlives its troubles; they stand in the log and in nieuws status. */
	if (intake->verdict == NULL && intake->mode == INTAKE_ONCE)
		nieuws_fail(&intake->verdict, code, "%s", text);
}

/* --- starting over
 * -------------------------------------------------------------------------------------------- */

bool
intake_may_alarm(Intake *intake)
{
	gint64 now = when_monotonic_ms();

	if (intake->alarmed_at != 0 && now - intake->alarmed_at < ALARM_SECONDS * 1000LL)
		return false;
	intake->alarmed_at = now;
	return true;
}

bool
intake_has_room(Intake *intake)
{
	gint64 bytes = spool_free_bytes(intake->spool);
	bool room = bytes < 0 || bytes >= config_disk_reserve(intake->config);

	if (!room && intake_may_alarm(intake))
		log_event(LOG_ERR, "disk-nearly-full", "outcome",
			"nothing is fetched; the mails stay on their servers", NULL);
	return room;
}

/* What was in flight when we let go is as after a crash. */
static bool
recover(Intake *intake, GError **error)
{
	return intake->mode == INTAKE_IMPORT ||
	       (clear_incoming(intake, error) && store_outbox_recover(intake->store, error));
}

static gboolean
on_start_over(gpointer data)
{
	Intake *intake = data;
	GError *error = NULL;

	intake->settle_source = 0;
	g_clear_error(&intake->failure);
	make_parts(intake);
	if (recover(intake, &error))
		intake_start(intake);
	else
		intake_fail(intake, error);
	return G_SOURCE_REMOVE;
}

static gboolean
on_failed(gpointer data)
{
	Intake *intake = data;
	bool again = nieuws_error_is(intake->failure, NIEUWS_LATER) &&
		     intake->mode == INTAKE_FOREVER && !intake->stopping;

	intake->settle_source = 0;
	log_event(!again                     ? LOG_CRIT
		  : intake_may_alarm(intake) ? LOG_ERR
					     : LOG_INFO,
		"intake-failed", "reason", intake->failure->message, "outcome",
		again ? "starts over" : "ends", NULL);
	alarms_signal(intake->alarms, "store", "", true, intake->failure->message);
	free_parts(intake);
	if (again) {
		intake->settle_source =
			g_timeout_add_seconds(START_OVER_SECONDS, on_start_over, intake);
	} else {
		g_clear_error(&intake->verdict);
		intake->verdict = g_steal_pointer(&intake->failure);
		intake->finished = true;
		intake->events.done(intake->events.context, intake->verdict);
	}
	return G_SOURCE_REMOVE;
}

/* In its own turn of the loop: the parts are in the middle of their work. Until then they only let
 * go. */
void
intake_fail(Intake *intake, GError *error)
{
	if (intake->failure != NULL || intake->finished) {
		g_error_free(error);
		return;
	}
	intake->failure = error;
	batch_abandon(intake->batch);
	drop_source(&intake->settle_source);
	intake->settle_source = g_idle_add_full(G_PRIORITY_HIGH, on_failed, intake, NULL);
}

/* --- mails given by hand
 * -------------------------------------------------------------------------------------- */

bool
intake_import(Intake *intake, const void *bytes, size_t length, GError **error)
{
	Mail *mail = g_new0(Mail, 1);
	g_autofree char *file = NULL;

	mail->mailbox = g_strdup("");
	mail->folder = g_strdup("");
	mail->size = mail->full_size = (gint64)length;
	mail->sha256 = digest_of(bytes, length);
	if (!spool_import(intake->spool, bytes, length, &file, error) ||
		!spool_adopt(intake->spool, file, mail->sha256, mail->size, &mail->path, error)) {
		mail_free(mail);
		return false;
	}
	intake->progress.wanted++;
	intake_read(intake, mail);
	return true;
}

static gboolean
on_feed(gpointer data)
{
	Intake *intake = data;

	if (intake->failure != NULL)
		return G_SOURCE_REMOVE;
	/* Few at a time: what waits is held in memory only as names. */
	if (scans_outstanding(intake) + readers_outstanding(intake->readers) +
			converters_outstanding(intake->converters) <
		100)
		intake->feeding = !intake->stopping && intake->events.feed(intake->events.context);
	if (intake->feeding)
		return G_SOURCE_CONTINUE;
	intake->feed_source = 0;
	intake_changed(intake);
	return G_SOURCE_REMOVE;
}

/* --- its life
 * -------------------------------------------------------------------------------------------------
 */

static void
make_parts(Intake *intake)
{
	const ReadersEvents events = {.open = open_mail,
		.done = mail_read,
		.drop = mail_unread,
		.documents = documents_of,
		.part = part_extracted,
		.health = readers_health,
		.context = intake};
	const ScannerEvents scans = {
		open_for_scan, mail_scanned, mail_unread, scanner_health, intake};
	const ConvertersEvents conversions = {
		documents_converted, mail_unread, converters_health, intake};

	if (*intake->config->filter.clamd != '\0')
		intake->scanner = scanner_new(intake->config, &scans);
	intake->readers = readers_new(intake->config, &events);
	intake->converters = converters_new(intake->config, intake->readers, &conversions);
	intake->batch = batch_new(intake);
	intake->outgoing = outgoing_new(intake);
	intake->fetchers = g_ptr_array_new_with_free_func((GDestroyNotify)fetcher_free);
	for (guint i = 0; intake->mode != INTAKE_IMPORT && i < intake->config->mailboxes->len; i++)
		g_ptr_array_add(
			intake->fetchers, fetcher_new(intake, intake->config->mailboxes->pdata[i]));
}

static void
free_parts(Intake *intake)
{
	drop_source(&intake->rest_source);
	drop_source(&intake->feed_source);
	g_clear_pointer(&intake->outgoing, outgoing_free);
	g_clear_pointer(&intake->scanner, scanner_free);
	g_clear_pointer(&intake->converters, converters_free);
	g_clear_pointer(&intake->readers, readers_free);
	if (intake->batch != NULL)
		batch_abandon(intake->batch);
	g_clear_pointer(&intake->batch, batch_free);
	g_clear_pointer(&intake->fetchers, g_ptr_array_unref);
}

/* What a crash left in incoming/ is still on its server and in no ledger: it is fetched again. */
static bool
clear_incoming(Intake *intake, GError **error)
{
	g_autoptr(GPtrArray) names = spool_incoming_list(intake->spool, error);

	if (names == NULL)
		return false;
	for (guint i = 0; i < names->len; i++)
		if (!spool_incoming_drop(intake->spool, names->pdata[i], error))
			return false;
	return true;
}

static bool
open_stores(Intake *intake, GError **error)
{
	SpoolMode mode = intake->mode == INTAKE_IMPORT ? SPOOL_GUEST : SPOOL_KEEPER;
	g_autofree char *database = g_build_filename(intake->config->spool, "nieuws.db", NULL);

	intake->spool = spool_open(intake->config->spool, mode, error);
	if (intake->spool == NULL)
		return false;
	intake->store = store_open(database, STORE_WRITE, error);
	if (intake->store == NULL)
		return false;
	/* The names of the database and its log, new on a first start: SQLite passes over a failure
	 * to sync their folder. */
	if (!spool_sync_root(intake->spool, error))
		return false;
	store_set_reference(intake->store, intake->config->reference);
	return recover(intake, error);
}

Intake *
intake_new(const Config *config, IntakeMode mode, const IntakeEvents *events, GError **error)
{
	g_autoptr(Intake) intake = g_new0(Intake, 1);

	intake->config = config;
	intake->mode = mode;
	intake->events = *events;
	if (!open_stores(intake, error))
		return NULL;
	intake->alarms = alarms_new(intake);
	make_parts(intake);
	return g_steal_pointer(&intake);
}

void
intake_start(Intake *intake)
{
	for (guint i = 0; i < intake->fetchers->len; i++)
		fetcher_start(intake->fetchers->pdata[i]);
	if (intake->mode == INTAKE_IMPORT) {
		intake->feeding = true;
		intake->feed_source = g_idle_add(on_feed, intake);
	}
	if (intake->mode == INTAKE_FOREVER) {
		alarms_start(intake->alarms);
		outgoing_kick(intake->outgoing);
	}
	intake_changed(intake);
}

static gboolean
on_stop_too_long(gpointer data)
{
	Intake *intake = data;

	intake->stop_source = 0;
	finish(intake);
	return G_SOURCE_REMOVE;
}

void
intake_stop(Intake *intake)
{
	if (intake->stopping || intake->finished)
		return;
	intake->stopping = true;
	if (intake->failure != NULL || intake->fetchers == NULL) {
		finish(intake);
		return;
	}
	intake->stop_source = g_timeout_add_seconds(STOP_SECONDS, on_stop_too_long, intake);
	for (guint i = 0; i < intake->fetchers->len; i++)
		fetcher_stop(intake->fetchers->pdata[i]);
	outgoing_stop(intake->outgoing);
	intake_changed(intake);
}

void
intake_free(Intake *intake)
{
	if (intake == NULL)
		return;
	drop_source(&intake->settle_source);
	drop_source(&intake->stop_source);
	free_parts(intake);
	alarms_free(intake->alarms);
	g_clear_error(&intake->failure);
	g_clear_error(&intake->verdict);
	store_close(intake->store);
	spool_free(intake->spool);
	g_free(intake);
}
