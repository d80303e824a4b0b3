#include "converters.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base.h"
#include "child.h"

enum {
	GRACE_MS = 5000, /* beyond the deadline that the converter keeps itself */
	DEAD = 3, /* in a row that did not start */
};

typedef struct {
	void *mail;
	GPtrArray *wishes; /* Wish * */
	GPtrArray *documents; /* Document *, one for each wish that is answered */
} Job;

typedef struct {
	Converters *converters;
	Job *job; /* NULL: free */
	Child *child; /* while a document is being converted */
	bool answered;
	guint deadline_source;
} Slot;

struct Converters {
	GPtrArray *argv;
	Readers *readers;
	Slot *slots;
	guint n_slots;
	guint deadline_ms;
	GQueue waiting; /* Job * */
	guint outstanding;
	guint failures; /* in a row that did not start */
	ConvertersEvents events;
};

static void next_wish(Slot *slot);
static void assign(Converters *converters);

static void
free_wish(gpointer wish)
{
	record_free(&wish_type, wish);
}

static void
free_document(gpointer document)
{
	record_free(&document_type, document);
}

static void
job_free(Job *job)
{
	g_ptr_array_unref(job->wishes);
	if (job->documents != NULL)
		g_ptr_array_unref(job->documents);
	g_free(job);
}

static const Wish *
wish_of(const Slot *slot)
{
	return slot->job->wishes->pdata[slot->job->documents->len];
}

static void
set_deadline(Slot *slot, guint source)
{
	if (slot->deadline_source != 0)
		g_source_remove(slot->deadline_source);
	slot->deadline_source = source;
}

/* --- answers
 * --------------------------------------------------------------------------------------------------
 */

static void
add_failure(Slot *slot, const char *why)
{
	const Wish *wish = wish_of(slot);
	Document *document = record_new(&document_type);
	Warning *warning = record_append(&warning_type, document->warnings);

	record_set(&document->part, wish->part);
	record_set(&document->kind, wish->kind);
	record_set(&document->error, why);
	record_set(&warning->code, "document.failed");
	record_set(&warning->text, why);
	g_ptr_array_add(slot->job->documents, document);
}

static void
on_letter(void *context, WireLetter *letter)
{
	Slot *slot = context;
	WireConverted *answer = letter->record;

	if (slot->answered)
		return;
	if (letter->kind != WIRE_CONVERTED) {
		child_signal(slot->child, SIGKILL);
		return;
	}
	/* Whatever the converter says: it was asked for this one. */
	record_set(&answer->document.part, wish_of(slot)->part);
	slot->answered = true;
	slot->converters->failures = 0;
	slot->converters->events.health(slot->converters->events.context, true, NULL);
	g_ptr_array_add(slot->job->documents, record_copy(&document_type, &answer->document));
}

static void
note_failure(Converters *converters, const char *why)
{
	if (++converters->failures >= DEAD)
		converters->events.health(converters->events.context, false, why);
}

static void
on_gone(void *context, int status)
{
	Slot *slot = context;

	set_deadline(slot, 0);
	g_clear_pointer(&slot->child, child_free);
	if (!slot->answered) {
		g_autofree char *why =
			WIFSIGNALED(status)
				? g_strdup_printf("The converter crashed on it (signal %d, %s).",
					  WTERMSIG(status), strsignal(WTERMSIG(status)))
				: g_strdup_printf("The converter ended on it (exit code %d).",
					  WEXITSTATUS(status));

		/* What ends without a word, and was not killed, did not start. */
		if (!WIFSIGNALED(status))
			note_failure(slot->converters, why);
		log_event(LOG_WARNING, "converter-died", "reason", why, "outcome", "warning", NULL);
		add_failure(slot, why);
	}
	next_wish(slot);
}

static gboolean
on_deadline(gpointer data)
{
	Slot *slot = data;

	slot->deadline_source = 0;
	child_signal(slot->child, SIGKILL);
	return G_SOURCE_REMOVE;
}

/* --- handing out
 * ----------------------------------------------------------------------------------------------
 */

static void
finish(Slot *slot)
{
	Converters *converters = slot->converters;
	Job *job = g_steal_pointer(&slot->job);

	converters->outstanding--;
	converters->events.done(
		converters->events.context, job->mail, g_steal_pointer(&job->documents));
	job_free(job);
	assign(converters);
}

static void
next_wish(Slot *slot)
{
	slot->answered = false;
	if (slot->job->documents->len < slot->job->wishes->len)
		readers_extract(slot->converters->readers, slot->job->mail, wish_of(slot)->part);
	else
		finish(slot);
}

static Slot *
slot_of(Converters *converters, const void *mail)
{
	for (guint i = 0; i < converters->n_slots; i++)
		if (converters->slots[i].job != NULL && converters->slots[i].job->mail == mail)
			return &converters->slots[i];
	return NULL;
}

void
converters_part(Converters *converters, void *mail, int fd, const char *failure)
{
	static const ChildEvents events = {on_letter, on_gone};
	Slot *slot = slot_of(converters, mail);
	fs_auto int part = fd;
	g_autoptr(GError) error = NULL;
	WireConvert letter;

	if (slot == NULL)
		return;
	if (part < 0) {
		add_failure(slot, failure);
		next_wish(slot);
		return;
	}
	slot->child =
		child_start((const char *const *)converters->argv->pdata, &events, slot, &error);
	if (slot->child == NULL) {
		log_event(LOG_ERR, "converter-not-started", "reason", error->message, "outcome",
			"warning", NULL);
		note_failure(converters, error->message);
		add_failure(slot, error->message);
		next_wish(slot);
		return;
	}
	letter = (WireConvert){.job = 1,
		.part = wish_of(slot)->part,
		.kind = wish_of(slot)->kind,
		.picture = (char *)(guintptr) ""};
	child_send(slot->child, WIRE_CONVERT, &letter, part);
	set_deadline(slot, g_timeout_add(converters->deadline_ms, on_deadline, slot));
}

static void
assign(Converters *converters)
{
	for (guint i = 0; i < converters->n_slots; i++) {
		Slot *slot = &converters->slots[i];

		if (slot->job != NULL || g_queue_is_empty(&converters->waiting))
			continue;
		slot->job = g_queue_pop_head(&converters->waiting);
		next_wish(slot);
	}
}

void
converters_submit(Converters *converters, void *mail, const GPtrArray *wishes)
{
	Job *job = g_new0(Job, 1);

	job->mail = mail;
	job->wishes = g_ptr_array_new_with_free_func(free_wish);
	job->documents = g_ptr_array_new_with_free_func(free_document);
	for (guint i = 0; i < wishes->len; i++)
		g_ptr_array_add(job->wishes, record_copy(&wish_type, wishes->pdata[i]));
	converters->outstanding++;
	g_queue_push_tail(&converters->waiting, job);
	assign(converters);
}

guint
converters_outstanding(const Converters *converters)
{
	return converters->outstanding;
}

/* --- making the pool
 * ------------------------------------------------------------------------------------------
 */

Converters *
converters_new(const Config *config, Readers *readers, const ConvertersEvents *events)
{
	Converters *converters = g_new0(Converters, 1);

	converters->argv = config_converter(config);
	converters->readers = readers;
	converters->n_slots = (guint)config->limits.converters;
	converters->slots = g_new0(Slot, converters->n_slots);
	for (guint i = 0; i < converters->n_slots; i++)
		converters->slots[i].converters = converters;
	converters->deadline_ms = (guint)config->limits.converter_deadline * 1000 + GRACE_MS;
	converters->events = *events;
	return converters;
}

static void
drop(Converters *converters, Job *job)
{
	converters->events.drop(converters->events.context, job->mail);
	job_free(job);
}

void
converters_free(Converters *converters)
{
	if (converters == NULL)
		return;
	for (guint i = 0; i < converters->n_slots; i++) {
		Slot *slot = &converters->slots[i];

		set_deadline(slot, 0);
		child_free(slot->child);
		if (slot->job != NULL)
			drop(converters, slot->job);
	}
	while (!g_queue_is_empty(&converters->waiting))
		drop(converters, g_queue_pop_head(&converters->waiting));
	g_ptr_array_unref(converters->argv);
	g_free(converters->slots);
	g_free(converters);
}
