/* One mailbox: its nieuws-fetch, what it found, what it brings, what it may tell the server. */
#include <string.h>
#include <sys/wait.h>

#include "child.h"
#include "intake-private.h"

enum {
	FIRST_PAUSE = 1,
	LONGEST_PAUSE = 900,
	ROOM_SECONDS = 15, /* between looks whether the disk has room again */
};

struct Fetcher {
	Intake *intake;
	const MailboxConfig *mailbox;
	Child *child;
	guint pause; /* seconds before the next start; 0 after a good look */
	guint pause_source;
	guint room_source; /* nothing is fetched: the disk is nearly full */
	bool stopped, settled;
	gint64 looked_at;
	char *folder; /* the one that letters speak of now */
	gint64 uidvalidity;
	GArray *listed; /* gint64: UIDs of FOLDER letters of which more follow */
	GHashTable *in_flight; /* "folder uidvalidity uid" of mails between FETCHED and durable */
	GArray *kept; /* gint64: durable, to be told */
	char *kept_folder;
	gint64 kept_uidvalidity;
};

static char *
flight_key(const char *folder, gint64 uidvalidity, gint64 uid)
{
	return g_strdup_printf(
		"%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT " %s", uidvalidity, uid, folder);
}

static bool
is_in_flight(const Fetcher *fetcher, gint64 uid)
{
	g_autofree char *key = flight_key(fetcher->folder, fetcher->uidvalidity, uid);

	return g_hash_table_contains(fetcher->in_flight, key);
}

static void
leave_flight(Fetcher *fetcher, const Mail *mail)
{
	g_autofree char *key = flight_key(mail->folder, mail->uidvalidity, mail->uid);

	g_hash_table_remove(fetcher->in_flight, key);
}

/* --- what the server has
 * -------------------------------------------------------------------------------------- */

static void
without_flight(Fetcher *fetcher, GArray *uids)
{
	guint n = 0;

	if (g_hash_table_size(fetcher->in_flight) == 0)
		return;
	for (guint i = 0; i < uids->len; i++) {
		gint64 uid = g_array_index(uids, gint64, i);

		if (!is_in_flight(fetcher, uid))
			g_array_index(uids, gint64, n++) = uid;
	}
	g_array_set_size(uids, n);
}

static gboolean
on_room(gpointer data)
{
	Fetcher *fetcher = data;

	if (!intake_has_room(fetcher->intake))
		return G_SOURCE_CONTINUE;
	log_event(LOG_NOTICE, "disk-has-room", "mailbox", fetcher->mailbox->name, NULL);
	fetcher->room_source = 0;
	/* It begins anew, with all that was left on the server. */
	if (fetcher->child != NULL)
		child_hang_up(fetcher->child);
	return G_SOURCE_REMOVE;
}

static void
wait_for_room(Fetcher *fetcher, GArray *uids)
{
	if (uids->len == 0)
		return;
	g_array_set_size(uids, 0);
	intake_note_trouble(
		fetcher->intake, NIEUWS_LATER, "The disk is nearly full: nothing is fetched.");
	if (fetcher->room_source == 0 && fetcher->intake->mode == INTAKE_FOREVER)
		fetcher->room_source = g_timeout_add_seconds(ROOM_SECONDS, on_room, fetcher);
}

static void
answer_folder(Fetcher *fetcher, const WireFolder *folder)
{
	Intake *intake = fetcher->intake;
	WireWant want = {.uidvalidity = folder->uidvalidity};
	g_autoptr(GError) error = NULL;
	StoreLook look = {.mailbox = fetcher->mailbox->name,
		.folder = folder->folder,
		.uidvalidity = folder->uidvalidity,
		.uidnext = folder->uidnext,
		.whole = folder->first <= 1 && folder->last == 0,
		.uids = fetcher->listed};

	if (!store_look(intake->store, &look, &want.uids, &want.acknowledge, &error)) {
		intake_fail(intake, g_steal_pointer(&error));
		return;
	}
	without_flight(fetcher, want.uids);
	if (!intake_has_room(intake))
		wait_for_room(fetcher, want.uids);
	intake->progress.wanted += want.uids->len;
	readers_warm(intake->readers, want.uids->len);
	child_send(fetcher->child, WIRE_WANT, &want, -1);
	g_array_unref(want.uids);
	g_array_unref(want.acknowledge);
	g_array_set_size(fetcher->listed, 0);
	fetcher->pause = 0;
	alarms_signal(intake->alarms, "login", fetcher->mailbox->name, false, NULL);
	intake_changed(intake);
}

static void
on_folder(Fetcher *fetcher, const WireFolder *folder)
{
	record_set(&fetcher->folder, folder->folder);
	fetcher->uidvalidity = folder->uidvalidity;
	if (folder->uids->len > 0)
		g_array_append_vals(fetcher->listed, folder->uids->data, folder->uids->len);
	if (!folder->more)
		answer_folder(fetcher, folder);
}

/* --- what it brings
 * ------------------------------------------------------------------------------------------- */

static Mail *
mail_from_letter(Fetcher *fetcher, const WireFetched *fetched)
{
	Mail *mail = g_new0(Mail, 1);

	mail->fetcher = fetcher;
	mail->mailbox = g_strdup(fetcher->mailbox->name);
	mail->folder = g_strdup(fetcher->folder);
	mail->uidvalidity = fetched->uidvalidity;
	mail->uid = fetched->uid;
	mail->sha256 = g_strdup(fetched->sha256);
	mail->size = fetched->size;
	mail->full_size = fetched->full_size;
	mail->internal_date = fetched->internal_date;
	mail->truncated = fetched->truncated;
	return mail;
}

static void
on_fetched(Fetcher *fetcher, const WireFetched *fetched)
{
	Intake *intake = fetcher->intake;
	g_autoptr(GError) error = NULL;
	Mail *mail;

	if (fetched->uidvalidity != fetcher->uidvalidity || is_in_flight(fetcher, fetched->uid)) {
		spool_incoming_drop(intake->spool, fetched->file, NULL);
		return;
	}
	if (!intake_has_room(intake)) {
		nieuws_fail(&error, NIEUWS_LATER, "The disk is nearly full.");
		intake_fail(intake, g_steal_pointer(&error));
		return;
	}
	mail = mail_from_letter(fetcher, fetched);
	if (!spool_adopt(intake->spool, fetched->file, fetched->sha256, fetched->size, &mail->path,
		    &error)) {
		mail_free(mail);
		intake_fail(intake, g_steal_pointer(&error));
		return;
	}
	g_hash_table_add(
		fetcher->in_flight, flight_key(mail->folder, mail->uidvalidity, mail->uid));
	intake_read(intake, mail);
}

static void
on_trouble(Fetcher *fetcher, const WireTrouble *trouble)
{
	g_autoptr(GError) error = NULL;

	log_event(trouble->code == NIEUWS_LATER ? LOG_WARNING : LOG_ERR, "mailbox-trouble",
		"mailbox", fetcher->mailbox->name, "reason", trouble->text, "outcome",
		trouble->retry_in < 0 ? "waits for an admin" : "later", NULL);
	if (!store_mailbox_trouble(
		    fetcher->intake->store, fetcher->mailbox->name, trouble->text, &error))
		log_event(LOG_WARNING, "trouble-not-noted", "reason", error->message, "outcome",
			"ignoring", NULL);
	if (trouble->code == NIEUWS_MAILBOX || trouble->code == NIEUWS_CONFIG)
		alarms_signal(fetcher->intake->alarms, "login", fetcher->mailbox->name, true,
			trouble->text);
	intake_note_trouble(fetcher->intake, (NieuwsErrorCode)trouble->code, trouble->text);
}

static void
on_letter(void *context, WireLetter *letter)
{
	Fetcher *fetcher = context;
	const WireUids *uids = letter->record;

	/* Everything is let go; what failed is not to be tried again by the next letter. */
	if (fetcher->intake->failure != NULL)
		return;
	switch (letter->kind) {
	case WIRE_FOLDER:
		on_folder(fetcher, letter->record);
		break;
	case WIRE_FETCHED:
		on_fetched(fetcher, letter->record);
		break;
	case WIRE_ACKED:
		batch_acknowledged(fetcher->intake->batch, fetcher->mailbox->name, fetcher->folder,
			uids->uidvalidity, uids->uids);
		break;
	case WIRE_IDLE:
		fetcher->settled = true;
		fetcher->looked_at = when_now();
		intake_changed(fetcher->intake);
		break;
	case WIRE_TROUBLE:
		on_trouble(fetcher, letter->record);
		break;
	default:
		log_event(LOG_ERR, "fetcher-out-of-step", "mailbox", fetcher->mailbox->name, NULL);
		break;
	}
}

/* --- its life
 * -------------------------------------------------------------------------------------------------
 */

static gboolean
on_pause_over(gpointer data)
{
	Fetcher *fetcher = data;

	fetcher->pause_source = 0;
	fetcher_start(fetcher);
	return G_SOURCE_REMOVE;
}

static void
restart_later(Fetcher *fetcher)
{
	fetcher->pause = CLAMP(fetcher->pause * 2, FIRST_PAUSE, LONGEST_PAUSE);
	if (fetcher->pause_source == 0)
		fetcher->pause_source =
			g_timeout_add_seconds(fetcher->pause, on_pause_over, fetcher);
}

static void
on_gone(void *context, int status)
{
	Fetcher *fetcher = context;
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	g_clear_pointer(&fetcher->child, child_free);
	g_array_set_size(fetcher->listed, 0);
	if (fetcher->stopped || (clean && fetcher->intake->mode == INTAKE_ONCE)) {
		fetcher->settled = true;
	} else if (fetcher->intake->mode == INTAKE_ONCE && WIFEXITED(status)) {
		/* It has said why; trying again is for the next run. */
		intake_note_trouble(fetcher->intake, NIEUWS_LATER, "A mailbox could not be read.");
		fetcher->settled = true;
	} else {
		log_event(LOG_WARNING, "fetcher-ended", "mailbox", fetcher->mailbox->name,
			"outcome", "restart", NULL);
		restart_later(fetcher);
	}
	intake_changed(fetcher->intake);
}

void
fetcher_start(Fetcher *fetcher)
{
	static const ChildEvents events = {on_letter, on_gone};
	g_autofree char *program = config_program("nieuws-fetch");
	g_autoptr(GError) error = NULL;
	const char *argv[] = {program, "--config", fetcher->intake->config->path, "--mailbox",
		fetcher->mailbox->name, fetcher->intake->mode == INTAKE_ONCE ? "--once" : NULL,
		NULL};

	if (fetcher->child != NULL || fetcher->stopped)
		return;
	fetcher->settled = false;
	fetcher->child = child_start(argv, &events, fetcher, &error);
	if (fetcher->child != NULL)
		return;
	log_event(LOG_ERR, "fetcher-not-started", "mailbox", fetcher->mailbox->name, "reason",
		error->message, NULL);
	restart_later(fetcher);
}

void
fetcher_stop(Fetcher *fetcher)
{
	WireNothing nothing = {false};

	fetcher->stopped = true;
	if (fetcher->pause_source != 0)
		g_source_remove(fetcher->pause_source);
	fetcher->pause_source = 0;
	if (fetcher->child != NULL)
		child_send(fetcher->child, WIRE_STOP, &nothing, -1);
	else
		fetcher->settled = true;
}

Fetcher *
fetcher_new(Intake *intake, const MailboxConfig *mailbox)
{
	Fetcher *fetcher = g_new0(Fetcher, 1);

	fetcher->intake = intake;
	fetcher->mailbox = mailbox;
	fetcher->folder = g_strdup("");
	fetcher->kept_folder = g_strdup("");
	fetcher->listed = g_array_new(FALSE, FALSE, sizeof(gint64));
	fetcher->kept = g_array_new(FALSE, FALSE, sizeof(gint64));
	fetcher->in_flight = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return fetcher;
}

void
fetcher_free(Fetcher *fetcher)
{
	if (fetcher == NULL)
		return;
	if (fetcher->pause_source != 0)
		g_source_remove(fetcher->pause_source);
	if (fetcher->room_source != 0)
		g_source_remove(fetcher->room_source);
	child_free(fetcher->child);
	g_array_unref(fetcher->listed);
	g_array_unref(fetcher->kept);
	g_hash_table_unref(fetcher->in_flight);
	g_free(fetcher->folder);
	g_free(fetcher->kept_folder);
	g_free(fetcher);
}

const char *
fetcher_name(const Fetcher *fetcher)
{
	return fetcher->mailbox->name;
}

gint64
fetcher_looked_at(const Fetcher *fetcher)
{
	return fetcher->looked_at;
}

bool
fetcher_settled(const Fetcher *fetcher)
{
	return fetcher->settled;
}

/* --- telling the server
 * --------------------------------------------------------------------------------------- */

void
fetcher_tell(Fetcher *fetcher)
{
	WireUids letter = {.uidvalidity = fetcher->kept_uidvalidity, .uids = fetcher->kept};

	/* Mails of a folder that is no longer selected are told when it is looked at again: the
	 * ledger knows. */
	if (fetcher->kept->len > 0 && fetcher->child != NULL &&
		strcmp(fetcher->kept_folder, fetcher->folder) == 0)
		child_send(fetcher->child, WIRE_KEPT, &letter, -1);
	g_array_set_size(fetcher->kept, 0);
}

void
fetcher_kept(Fetcher *fetcher, const Mail *mail)
{
	leave_flight(fetcher, mail);
	if (fetcher->kept->len > 0 && (fetcher->kept_uidvalidity != mail->uidvalidity ||
					      strcmp(fetcher->kept_folder, mail->folder) != 0))
		fetcher_tell(fetcher);
	record_set(&fetcher->kept_folder, mail->folder);
	fetcher->kept_uidvalidity = mail->uidvalidity;
	g_array_append_val(fetcher->kept, mail->uid);
}

void
fetcher_dropped(Fetcher *fetcher, const Mail *mail)
{
	leave_flight(fetcher, mail);
}
