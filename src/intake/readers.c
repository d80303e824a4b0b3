#include "readers.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "child.h"

enum {
	AHEAD = 4, /* jobs that one reader holds, so that it never waits for us */
	MAX_CRASHES = 2, /* of one mail, then it is given up */
	RESTART_PAUSE_MS = 100,
	MAX_PAUSE_MS = 30000,
	DEAD = 3, /* starts in a row that came to nothing: the pool is dead */
};

typedef struct {
	gint64 id;
	void *mail;
	char *part; /* NULL: the mail is to be read; else this part of it is wanted */
	int crashes;
	guint starts; /* readers that ended over it before they had answered anything */
	guint64 answers; /* of the pool, when the first of them did */
} Job;

typedef struct {
	Readers *readers;
	Child *child; /* NULL when not started */
	GQueue jobs; /* Job *, handed out, oldest first: that one is being read */
	guint deadline_source, pause_source;
	guint pause_ms; /* before the next start, after one that died without work */
	bool timed_out, retiring;
	bool served; /* it has answered since its start */
} Slot;

struct Readers {
	GPtrArray *argv;
	Slot *slots;
	guint n_slots;
	guint deadline_ms;
	GQueue waiting; /* Job * */
	guint outstanding;
	gint64 next_id;
	guint failures; /* starts in a row that came to nothing */
	guint64 answers;
	ReadersEvents events;
};

static void assign(Readers *readers);

static void
job_free(Job *job)
{
	g_free(job->part);
	g_free(job);
}

static void
finish(Readers *readers, Job *job, WireDraft *draft, const char *failure)
{
	if (job->part != NULL) {
		readers->events.part(readers->events.context, job->mail, -1, failure);
	} else {
		readers->outstanding--;
		readers->events.done(readers->events.context, job->mail, draft, failure);
	}
	job_free(job);
}

static void
finish_part(Readers *readers, Job *job, WireLetter *letter)
{
	const WirePart *part = letter->record;

	if (letter->fd < 0) {
		finish(readers, job, NULL, part->error);
		return;
	}
	readers->events.part(readers->events.context, job->mail, fs_steal(&letter->fd), NULL);
	job_free(job);
}

/* --- the deadline of the mail being read
 * ---------------------------------------------------------------------- */

static gboolean
on_deadline(gpointer data)
{
	Slot *slot = data;

	slot->deadline_source = 0;
	slot->timed_out = true;
	child_signal(slot->child, SIGKILL);
	return G_SOURCE_REMOVE;
}

static void
set_deadline(Slot *slot)
{
	if (slot->deadline_source != 0)
		g_source_remove(slot->deadline_source);
	slot->deadline_source = 0;
	if (!g_queue_is_empty(&slot->jobs))
		slot->deadline_source =
			g_timeout_add(slot->readers->deadline_ms, on_deadline, slot);
}

/* --- what readers say
 * ----------------------------------------------------------------------------------------- */

static void
note_answer(Readers *readers)
{
	if (readers->failures > 0 || readers->answers == 0)
		readers->events.health(readers->events.context, true, NULL);
	readers->failures = 0;
	readers->answers++;
}

static void
note_failed_start(Readers *readers, const char *why)
{
	if (++readers->failures == DEAD)
		readers->events.health(readers->events.context, false, why);
}

/* A reader answers its jobs in their order. */
static bool
answers(const WireLetter *letter, const Job *job)
{
	if (job == NULL)
		return false;
	if (job->part != NULL)
		return letter->kind == WIRE_PART && ((WirePart *)letter->record)->job == job->id;
	return letter->kind == WIRE_DRAFT && ((WireDraft *)letter->record)->job == job->id;
}

static void
on_letter(void *context, WireLetter *letter)
{
	Slot *slot = context;
	Readers *readers = slot->readers;
	WireDraft *draft = letter->record;
	Job *job = g_queue_peek_head(&slot->jobs);

	if (!answers(letter, job)) {
		log_event(LOG_ERR, "reader-out-of-step", "outcome", "killed", NULL);
		child_signal(slot->child, SIGKILL);
		return;
	}
	g_queue_pop_head(&slot->jobs);
	slot->pause_ms = 0;
	slot->served = true;
	note_answer(readers);
	set_deadline(slot);
	if (letter->kind == WIRE_PART)
		finish_part(readers, job, letter);
	else if (*draft->error != '\0')
		finish(readers, job, NULL, draft->error);
	else
		finish(readers, job, draft, NULL);
	assign(readers);
}

static char *
describe_end(const Slot *slot, int status)
{
	if (slot->timed_out)
		return g_strdup_printf("Reading it took longer than %u seconds.",
			slot->readers->deadline_ms / 1000);
	if (WIFSIGNALED(status))
		return g_strdup_printf("The reader crashed on it (signal %d, %s).",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	return g_strdup_printf("The reader ended on it (exit code %d).", WEXITSTATUS(status));
}

/* The mail that was being read is to blame; those behind it go back to the front of the queue. */
static void
blame_head(Slot *slot, int status)
{
	Readers *readers = slot->readers;
	Job *job = g_queue_pop_head(&slot->jobs);
	g_autofree char *failure = describe_end(slot, status);

	while (!g_queue_is_empty(&slot->jobs))
		g_queue_push_head(&readers->waiting, g_queue_pop_tail(&slot->jobs));
	job->crashes++;
	log_event(LOG_WARNING, "reader-died", "reason", failure, "outcome",
		slot->timed_out || job->crashes >= MAX_CRASHES ? "quarantine" : "again", NULL);
	if (slot->timed_out || job->crashes >= MAX_CRASHES)
		finish(readers, job, NULL, failure);
	else
		g_queue_push_head(&readers->waiting, job);
}

/* It ended before it had answered anything, by itself: the program is at fault, unless others read
 * on meanwhile and it is always this mail. */
static bool
is_dead_start(Slot *slot, int status)
{
	Job *job = g_queue_peek_head(&slot->jobs);

	if (slot->served || slot->timed_out || !WIFEXITED(status) || WEXITSTATUS(status) == 0)
		return false;
	if (job == NULL)
		return true;
	if (job->starts++ == 0)
		job->answers = slot->readers->answers;
	return job->starts < DEAD || job->answers == slot->readers->answers;
}

static gboolean
on_pause_over(gpointer data)
{
	Slot *slot = data;

	slot->pause_source = 0;
	assign(slot->readers);
	return G_SOURCE_REMOVE;
}

/* It died without work: it cannot start at all, so do not spin. */
static void
pause_slot(Slot *slot)
{
	slot->pause_ms = CLAMP(slot->pause_ms * 2, RESTART_PAUSE_MS, MAX_PAUSE_MS);
	slot->pause_source = g_timeout_add(slot->pause_ms, on_pause_over, slot);
}

static void
on_gone(void *context, int status)
{
	Slot *slot = context;
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	bool timed_out = slot->timed_out;
	bool dead = is_dead_start(slot, status);

	g_clear_pointer(&slot->child, child_free);
	if (dead) {
		g_autofree char *why = describe_end(slot, status);

		note_failed_start(slot->readers, why);
	}
	if (!dead && !g_queue_is_empty(&slot->jobs) && !(clean && !timed_out)) {
		blame_head(slot, status);
	} else {
		while (!g_queue_is_empty(&slot->jobs))
			g_queue_push_head(&slot->readers->waiting, g_queue_pop_tail(&slot->jobs));
		if (!clean && !slot->retiring)
			log_event(LOG_ERR, "reader-failed", "outcome", "paused", NULL);
	}
	slot->timed_out = false;
	set_deadline(slot);
	if (!clean && !timed_out && !WIFSIGNALED(status))
		pause_slot(slot);
	slot->retiring = false;
	assign(slot->readers);
}

/* --- handing out
 * ---------------------------------------------------------------------------------------------- */

static bool
slot_start(Slot *slot)
{
	static const ChildEvents events = {on_letter, on_gone};
	g_autoptr(GError) error = NULL;

	if (slot->child != NULL)
		return true;
	if (slot->pause_source != 0)
		return false;
	slot->served = false;
	slot->child =
		child_start((const char *const *)slot->readers->argv->pdata, &events, slot, &error);
	if (slot->child != NULL)
		return true;
	log_event(
		LOG_ERR, "reader-not-started", "reason", error->message, "outcome", "later", NULL);
	note_failed_start(slot->readers, error->message);
	pause_slot(slot);
	return false;
}

static void
send_job(Slot *slot, const Job *job, int fd)
{
	Readers *readers = slot->readers;
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	const GPtrArray *documents;
	WireExtract extract = {.job = job->id, .part = job->part};
	WireRead read = {.job = job->id, .brief = true};

	if (job->part != NULL) {
		child_send(slot->child, WIRE_EXTRACT, &extract, fd);
		return;
	}
	documents = readers->events.documents(readers->events.context, job->mail);
	read.documents = documents != NULL ? (GPtrArray *)(guintptr)documents : none;
	child_send(slot->child, WIRE_READ, &read, fd);
}

static void
slot_give(Slot *slot, Job *job)
{
	Readers *readers = slot->readers;
	fs_auto int fd = readers->events.open(readers->events.context, job->mail);

	if (fd < 0) {
		finish(readers, job, NULL, "Its raw bytes cannot be opened in the spool.");
		return;
	}
	g_queue_push_tail(&slot->jobs, job);
	send_job(slot, job, fd);
	if (slot->jobs.length == 1)
		set_deadline(slot);
}

/* The slot with the fewest jobs that can take one; started ones first. */
static Slot *
best_slot(Readers *readers)
{
	Slot *best = NULL;

	for (guint i = 0; i < readers->n_slots; i++) {
		Slot *slot = &readers->slots[i];

		if (slot->retiring || slot->jobs.length >= AHEAD ||
			(slot->child == NULL && slot->pause_source != 0))
			continue;
		if (best == NULL || slot->jobs.length < best->jobs.length)
			best = slot;
	}
	return best;
}

static void
assign(Readers *readers)
{
	while (!g_queue_is_empty(&readers->waiting)) {
		Slot *slot = best_slot(readers);

		if (slot == NULL)
			return;
		if (slot_start(slot))
			slot_give(slot, g_queue_pop_head(&readers->waiting));
	}
}

static void
submit(Readers *readers, void *mail, const char *part)
{
	Job *job = g_new0(Job, 1);

	job->id = ++readers->next_id;
	job->mail = mail;
	job->part = g_strdup(part);
	g_queue_push_tail(&readers->waiting, job);
	assign(readers);
}

void
readers_submit(Readers *readers, void *mail)
{
	readers->outstanding++;
	submit(readers, mail, NULL);
}

void
readers_extract(Readers *readers, void *mail, const char *part)
{
	submit(readers, mail, part);
}

guint
readers_outstanding(const Readers *readers)
{
	return readers->outstanding;
}

void
readers_warm(Readers *readers, guint jobs)
{
	for (guint i = 0; i < MIN(jobs, readers->n_slots); i++)
		slot_start(&readers->slots[i]);
}

void
readers_rest(Readers *readers)
{
	for (guint i = 1; i < readers->n_slots; i++) {
		Slot *slot = &readers->slots[i];

		if (slot->child == NULL || !g_queue_is_empty(&slot->jobs) || slot->retiring)
			continue;
		slot->retiring = true;
		child_hang_up(slot->child);
	}
}

/* --- making the pool
 * ------------------------------------------------------------------------------------------ */

static void
add_limit(GPtrArray *argv, const char *name, gint64 value)
{
	g_ptr_array_add(argv, g_strdup("--limit"));
	g_ptr_array_add(argv, g_strdup_printf("%s=%" G_GINT64_FORMAT, name, value));
}

static GPtrArray *
make_argv(const Config *config)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	const LimitsConfig *limits = &config->limits;

	g_ptr_array_add(argv, config_program("nieuws-read"));
	add_limit(argv, "message", limits->message);
	add_limit(argv, "header_bytes", limits->header_bytes);
	add_limit(argv, "headers", limits->headers);
	add_limit(argv, "parts", limits->parts);
	add_limit(argv, "depth", limits->depth);
	add_limit(argv, "text", limits->text);
	add_limit(argv, "html_nodes", limits->html_nodes);
	add_limit(argv, "html_depth", limits->html_depth);
	add_limit(argv, "attachments", limits->attachments);
	add_limit(argv, "picture_width", limits->picture_width);
	add_limit(argv, "reader_cpu", limits->reader_cpu);
	add_limit(argv, "reader_memory", limits->reader_memory);
	add_limit(argv, "reader_messages", limits->reader_messages);
	for (guint i = 0; i < config->mailboxes->len; i++) {
		const MailboxConfig *mailbox = config->mailboxes->pdata[i];

		if (*mailbox->authserv_id == '\0')
			continue;
		g_ptr_array_add(argv, g_strdup("--authserv-id"));
		g_ptr_array_add(argv, g_strdup(mailbox->authserv_id));
	}
	for (guint i = 0; i < config->filter.spam_headers->len; i++) {
		g_ptr_array_add(argv, g_strdup("--spam-header"));
		g_ptr_array_add(argv, g_strdup(config->filter.spam_headers->pdata[i]));
	}
	if (config->filter.spam_headers_anywhere)
		g_ptr_array_add(argv, g_strdup("--spam-anywhere"));
	if (config->sandbox_degraded)
		g_ptr_array_add(argv, g_strdup("--degraded"));
	g_ptr_array_add(argv, NULL);
	return argv;
}

Readers *
readers_new(const Config *config, const ReadersEvents *events)
{
	Readers *readers = g_new0(Readers, 1);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	readers->argv = make_argv(config);
	readers->n_slots =
		config->readers > 0 ? (guint)config->readers : (guint)CLAMP(processors, 1, 64);
	readers->slots = g_new0(Slot, readers->n_slots);
	for (guint i = 0; i < readers->n_slots; i++)
		readers->slots[i].readers = readers;
	readers->deadline_ms = (guint)config->limits.reader_deadline * 1000;
	readers->events = *events;
	return readers;
}

static void
drop_jobs(Readers *readers, GQueue *jobs)
{
	while (!g_queue_is_empty(jobs)) {
		Job *job = g_queue_pop_head(jobs);

		if (job->part == NULL)
			readers->events.drop(readers->events.context, job->mail);
		job_free(job);
	}
}

void
readers_free(Readers *readers)
{
	if (readers == NULL)
		return;
	for (guint i = 0; i < readers->n_slots; i++) {
		Slot *slot = &readers->slots[i];

		drop_jobs(readers, &slot->jobs);
		set_deadline(slot);
		if (slot->pause_source != 0)
			g_source_remove(slot->pause_source);
		child_free(slot->child);
	}
	drop_jobs(readers, &readers->waiting);
	g_ptr_array_unref(readers->argv);
	g_free(readers->slots);
	g_free(readers);
}
