/* nieuws-fetch: one mailbox. Connects, verifies, logs in; streams new mails into spool/incoming and
 * makes them durable; tells the keeper, and the server only when told. Everything it knows of the
 * world is its channel, its socket and that folder.
 *
 * Two processes: the first reads the configuration and paces the attempts; it never sees a byte of
 * the server. For each connection it forks the second, which connects, logs in, seals itself and
 * ends with the connection. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "config.h"
#include "imap.h"
#include "sandbox.h"
#include "wire.h"

enum {
	TELL_WINDOW = 500, /* mails per acknowledging command */
	WINDOW_MAILS = 1000, /* fetched, and not yet kept */
	WINDOW_BYTES = 64 << 20,
	LETTER_UIDS = 8000,
	SYNC_THREADS = 4,
	LOGIN_PAUSE = 15 * 60, /* after a refused password: accounts get locked */
	EXIT_SPOOL = 73, /* of the second process: it could not write (EX_CANTCREAT) */
	SPOOL_PAUSE = 20, /* the disk here is full: the server need not be spared */
	LONGEST_PAUSE = 15 * 60,
	SETTLE_MS = 500, /* the keeper's answer to common mails takes less */
	REIDLE = 10 * 60, /* routers forget quiet connections */
	MEMORY = 44 << 20, /* RLIMIT_DATA of a sealed connection: 64 MiB with the libraries */
	THREAD_STACK = 256 << 10,
};

/* A mail that is on disk, and not yet durable or not yet announced. */
typedef struct {
	int fd;
	WireFetched letter;
} Arrival;

typedef struct {
	const Config *config;
	const MailboxConfig *mailbox;
	bool once;
	WireChannel *channel;
	int incoming;
	Imap *imap;
	const char *folder;
	ImapFolder state;
	gint64 seen_uidnext; /* UIDs below are known to the keeper; 0: it has not been told any */
	GArray *sizes; /* gint64 pairs of uid and size, ascending: what the folder holds */
	WireWant *want; /* the keeper's answer, when it has come */
	GArray *kept; /* durable, the server is to be told */
	gint64 outstanding, outstanding_bytes;
	/* the mail that is coming in */
	int fd;
	char *name;
	guint serial;
	guint *announced; /* shared by both processes: files up to this serial are the keeper's */
	Digest digest;
	gint64 written;
	bool header_only;
	GPtrArray *arrivals; /* Arrival * of this batch */
	GThreadPool *syncers;
	gint sync_failed;
	bool spool_failed; /* the trouble is the disk here, not the server */
	bool stop;
} Fetch;

static volatile sig_atomic_t terminated;

static void
on_signal(int number)
{
	(void)number;
	terminated = 1;
}

/* --- the keeper
 * -----------------------------------------------------------------------------------------------
 */

static bool
say(Fetch *fetch, WireKind kind, const void *record, GError **error)
{
	return wire_send(fetch->channel, kind, record, -1, error);
}

/* Where the size of this mail stands; NULL: it was not listed. */
static gint64 *
find_size(const Fetch *fetch, gint64 uid)
{
	guint low = 0, high = fetch->sizes->len / 2;

	while (low < high) {
		guint middle = (low + high) / 2;

		if (g_array_index(fetch->sizes, gint64, 2 * middle) < uid)
			low = middle + 1;
		else
			high = middle;
	}
	if (2 * low >= fetch->sizes->len || g_array_index(fetch->sizes, gint64, 2 * low) != uid)
		return NULL;
	return &g_array_index(fetch->sizes, gint64, 2 * low + 1);
}

static gint64
size_of(const Fetch *fetch, gint64 uid)
{
	const gint64 *size = find_size(fetch, uid);

	return size != NULL ? *size : 0;
}

static void
note_kept(Fetch *fetch, const WireUids *letter)
{
	if (letter->uidvalidity != fetch->state.uidvalidity)
		return;
	g_array_append_vals(fetch->kept, letter->uids->data, letter->uids->len);
	for (guint i = 0; i < letter->uids->len; i++) {
		gint64 uid = g_array_index(letter->uids, gint64, i);

		fetch->outstanding--;
		fetch->outstanding_bytes -= size_of(fetch, uid);
	}
}

static void
forget_want(Fetch *fetch)
{
	if (fetch->want != NULL)
		record_free(wire_type(WIRE_WANT), g_steal_pointer(&fetch->want));
}

/* Takes what letters there are. False when the keeper is gone or says stop. */
static bool
hear(Fetch *fetch, GError **error)
{
	for (;;) {
		g_autoptr(WireLetter) letter = NULL;

		if (!wire_receive(fetch->channel, &letter, error))
			return false;
		if (letter == NULL)
			return true;
		if (letter->kind == WIRE_KEPT)
			note_kept(fetch, letter->record);
		if (letter->kind == WIRE_WANT) {
			forget_want(fetch);
			fetch->want = g_steal_pointer(&letter->record);
			/* An answer to the process before this one. */
			if (fetch->want->uidvalidity != fetch->state.uidvalidity)
				forget_want(fetch);
		}
		if (letter->kind == WIRE_STOP)
			fetch->stop = true;
	}
}

/* Waits until the keeper says something, or our letters are out. */
static bool
wait_for_keeper(Fetch *fetch, GError **error)
{
	struct pollfd poller = {.fd = wire_channel_fd(fetch->channel), .events = POLLIN};

	if (wire_pending(fetch->channel))
		poller.events |= POLLOUT;
	if (poll(&poller, 1, 1000) < 0 && errno != EINTR)
		return nieuws_fail_errno(error, NIEUWS_INTERNAL, errno, "cannot wait");
	if (terminated)
		fetch->stop = true;
	return wire_flush(fetch->channel, NULL, error) && hear(fetch, error);
}

/* --- one mail onto the disk
 * ----------------------------------------------------------------------------------- */

static bool
open_incoming(Fetch *fetch)
{
	g_free(fetch->name);
	fetch->name = g_strdup_printf("fetch.%d.%u", (int)getpid(), ++fetch->serial);
	fetch->fd = openat(fetch->incoming, fetch->name,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0660);
	digest_init(&fetch->digest);
	fetch->written = 0;
	fetch->spool_failed = fetch->fd < 0;
	return fetch->fd >= 0;
}

static bool
on_write(void *context, const char *bytes, size_t length)
{
	Fetch *fetch = context;

	if (fetch->fd < 0 && !open_incoming(fetch))
		return false;
	if (fetch->written + (gint64)length > fetch->config->limits.message + (1 << 20))
		return false;
	digest_update(&fetch->digest, bytes, length);
	fetch->written += (gint64)length;
	fetch->spool_failed = !fs_write_all(fetch->fd, bytes, length, NULL);
	return !fetch->spool_failed;
}

static void
on_drop(void *context)
{
	Fetch *fetch = context;

	if (fetch->fd < 0)
		return;
	fs_close(&fetch->fd);
	unlinkat(fetch->incoming, fetch->name, 0);
}

static bool
on_done(void *context, gint64 uid, gint64 size, gint64 internal_date, bool whole)
{
	Fetch *fetch = context;
	Arrival *arrival;
	char hex[DIGEST_HEX + 1];

	if (!whole) {
		on_drop(fetch);
		return true;
	}
	if (fetch->fd < 0 && !open_incoming(fetch))
		return false;
	digest_hex(&fetch->digest, hex);
	arrival = g_new0(Arrival, 1);
	arrival->fd = fs_steal(&fetch->fd);
	/* The disk begins now; fsync at the end of the batch finds most of the work done. */
	sync_file_range(arrival->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	arrival->letter = (WireFetched){.uidvalidity = fetch->state.uidvalidity,
		.uid = uid,
		.file = g_steal_pointer(&fetch->name),
		.sha256 = g_strdup(hex),
		.size = fetch->written,
		.internal_date = internal_date,
		.truncated = fetch->header_only,
		.full_size = size};
	g_ptr_array_add(fetch->arrivals, arrival);
	return true;
}

static void
arrival_free(gpointer data)
{
	Arrival *arrival = data;

	fs_close(&arrival->fd);
	g_free(arrival->letter.file);
	g_free(arrival->letter.sha256);
	g_free(arrival);
}

/* --- a batch: durable, then announced
 * ------------------------------------------------------------------------- */

/* The one thing that threads do here: journals commit many syncs at once when they come together.
 */
static void
sync_one(gpointer data, gpointer user_data)
{
	Arrival *arrival = data;
	Fetch *fetch = user_data;

	if (fsync(arrival->fd) != 0)
		g_atomic_int_set(&fetch->sync_failed, errno);
	fs_close(&arrival->fd);
}

static bool
sync_batch(Fetch *fetch, GError **error)
{
	g_atomic_int_set(&fetch->sync_failed, 0);
	if (fetch->arrivals->len > 4) {
		GThreadPool *pool = g_thread_pool_new(sync_one, fetch, SYNC_THREADS, FALSE, NULL);

		for (guint i = 0; i < fetch->arrivals->len; i++)
			g_thread_pool_push(pool, fetch->arrivals->pdata[i], NULL);
		g_thread_pool_free(pool, FALSE, TRUE);
	} else {
		for (guint i = 0; i < fetch->arrivals->len; i++)
			sync_one(fetch->arrivals->pdata[i], fetch);
	}
	/* A failed fsync is never tried again: the mails are still on the server. */
	if (fetch->sync_failed != 0)
		return nieuws_fail(error, NIEUWS_DISK, "cannot make mails durable (fsync): %s",
			g_strerror(fetch->sync_failed));
	return fs_sync(fetch->incoming, "the folder incoming", error);
}

static bool
announce_batch(Fetch *fetch, GError **error)
{
	if (fetch->arrivals->len == 0)
		return true;
	if (!sync_batch(fetch, error))
		return false;
	for (guint i = 0; i < fetch->arrivals->len; i++) {
		const Arrival *arrival = fetch->arrivals->pdata[i];

		gint64 *size = find_size(fetch, arrival->letter.uid);

		if (size != NULL)
			*size = arrival->letter.size;
		fetch->outstanding++;
		fetch->outstanding_bytes += arrival->letter.size;
		if (!say(fetch, WIRE_FETCHED, &arrival->letter, error))
			return false;
	}
	g_ptr_array_set_size(fetch->arrivals, 0);
	*fetch->announced = fetch->serial;
	return true;
}

/* --- telling the server
 * --------------------------------------------------------------------------------------- */

static gint
compare_uids(gconstpointer a, gconstpointer b)
{
	const gint64 *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static bool
tell(Fetch *fetch, guint at_least, GError **error)
{
	while (fetch->kept->len > 0 && fetch->kept->len >= at_least) {
		guint n = MIN(fetch->kept->len, TELL_WINDOW);
		g_autoptr(GArray) told = g_array_new(FALSE, FALSE, sizeof(gint64));
		WireUids letter = {.uidvalidity = fetch->state.uidvalidity, .uids = told};

		g_array_append_vals(told, fetch->kept->data, n);
		g_array_sort(told, compare_uids);
		if (!imap_tell(fetch->imap, fetch->mailbox, (const gint64 *)(void *)told->data, n,
			    error))
			return false;
		g_array_remove_range(fetch->kept, 0, n);
		if (!say(fetch, WIRE_ACKED, &letter, error))
			return false;
	}
	return true;
}

/* --- fetching what the keeper wants
 * --------------------------------------------------------------------------- */

static bool
fetch_batch(
	Fetch *fetch, const gint64 *uids, guint n, gint64 bytes, bool header_only, GError **error)
{
	const ImapSink sink = {on_write, on_done, on_drop, fetch};

	fetch->header_only = header_only;
	if (!imap_fetch(fetch->imap, uids, n, header_only, bytes, &sink, error)) {
		on_drop(fetch);
		return false;
	}
	on_drop(fetch);
	return announce_batch(fetch, error);
}

/* How many of uids fit in one command; a mail over the limit goes alone, for its header. */
static guint
batch_length(Fetch *fetch, const gint64 *uids, guint n, gint64 *ret_bytes)
{
	gint64 bytes = 0;
	guint i;

	for (i = 0; i < n && i < (guint)fetch->mailbox->batch_messages; i++) {
		gint64 size = size_of(fetch, uids[i]);

		if (i > 0 && (size > fetch->config->limits.message ||
				     bytes + size > fetch->mailbox->batch_bytes))
			break;
		bytes += size;
		if (size > fetch->config->limits.message) {
			i++;
			break;
		}
	}
	*ret_bytes = bytes;
	return i;
}

static bool
window_is_full(const Fetch *fetch)
{
	return fetch->outstanding >= WINDOW_MAILS || fetch->outstanding_bytes >= WINDOW_BYTES;
}

static bool
fetch_wanted(Fetch *fetch, const GArray *uids, GError **error)
{
	const gint64 *all = (const gint64 *)(void *)uids->data;
	guint i = 0;

	while (i < uids->len && !fetch->stop) {
		gint64 bytes;
		guint n = batch_length(fetch, all + i, uids->len - i, &bytes);
		bool header_only = n == 1 && bytes > fetch->config->limits.message;

		if (!fetch_batch(fetch, all + i, n,
			    header_only ? fetch->config->limits.header_bytes : bytes, header_only,
			    error))
			return false;
		i += n;
		if (!hear(fetch, error))
			return false;
		while (window_is_full(fetch) && !fetch->stop)
			if (!wait_for_keeper(fetch, error))
				return false;
		if (!tell(fetch, TELL_WINDOW, error))
			return false;
	}
	return true;
}

/* Until the keeper has answered for everything and the server has heard of it. What takes longer,
 * since a document is converted, is told when it comes: new mails do not wait for it. Where folders
 * take turns all of it is waited for, so that no answer meets another folder. */
static bool
settle(Fetch *fetch, GError **error)
{
	bool patient = fetch->once || fetch->mailbox->folders->len > 1;
	gint64 end = when_monotonic_ms() + SETTLE_MS;

	while (fetch->outstanding > 0 && !fetch->stop && (patient || when_monotonic_ms() < end))
		if (!wait_for_keeper(fetch, error))
			return false;
	return tell(fetch, 1, error);
}

/* --- one look at one folder
 * ----------------------------------------------------------------------------------- */

static bool
send_listing(Fetch *fetch, const GArray *pairs, gint64 first, GError **error)
{
	guint i = 0;

	do {
		g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(gint64));
		WireFolder letter = {.folder = (char *)(guintptr)fetch->folder,
			.uidvalidity = fetch->state.uidvalidity,
			.uidnext = fetch->state.uidnext,
			.first = first,
			.uids = uids};

		for (; i < pairs->len && uids->len < LETTER_UIDS; i += 2) {
			gint64 uid = g_array_index(pairs, gint64, i);

			g_array_append_val(uids, uid);
		}
		letter.more = i < pairs->len;
		if (!say(fetch, WIRE_FOLDER, &letter, error))
			return false;
	} while (i < pairs->len);
	return true;
}

static bool
ask_keeper(Fetch *fetch, GError **error)
{
	while (fetch->want == NULL && !fetch->stop)
		if (!wait_for_keeper(fetch, error))
			return false;
	return true;
}

/* What is new in the selected folder, and what was kept before without the server being told. */
static bool
look(Fetch *fetch, GError **error)
{
	bool whole = fetch->seen_uidnext == 0;
	gint64 first = MAX(fetch->seen_uidnext, 1);
	g_autoptr(GArray) pairs =
		imap_list(fetch->imap, first, whole ? fetch->state.exists : -1, error);
	bool good;

	if (pairs == NULL)
		return false;
	if (!whole && pairs->len == 0)
		return true;
	if (fetch->sizes->len == 0) {
		g_array_unref(fetch->sizes);
		fetch->sizes = g_array_ref(pairs);
	} else if (pairs->len > 0) {
		g_array_append_vals(fetch->sizes, pairs->data, pairs->len);
	}
	if (!send_listing(fetch, pairs, first, error) || !ask_keeper(fetch, error))
		return false;
	fetch->seen_uidnext =
		pairs->len > 0 ? g_array_index(pairs, gint64, pairs->len - 2) + 1 : first;
	if (fetch->want == NULL)
		return true;
	g_array_append_vals(
		fetch->kept, fetch->want->acknowledge->data, fetch->want->acknowledge->len);
	good = fetch_wanted(fetch, fetch->want->uids, error) && settle(fetch, error);
	record_free(wire_type(WIRE_WANT), g_steal_pointer(&fetch->want));
	return good;
}

static bool
enter_folder(Fetch *fetch, const char *folder, GError **error)
{
	fetch->folder = folder;
	fetch->seen_uidnext = 0;
	fetch->outstanding = fetch->outstanding_bytes = 0;
	g_array_set_size(fetch->kept, 0);
	g_array_set_size(fetch->sizes, 0);
	return imap_select(fetch->imap, folder, &fetch->state, error) && look(fetch, error);
}

static void
report(Fetch *fetch, const GError *problem, gint64 retry_in)
{
	WireTrouble letter = {
		.code = problem->code, .text = problem->message, .retry_in = retry_in};

	if (problem->domain == NIEUWS_ERROR)
		say(fetch, WIRE_TROUBLE, &letter, NULL);
}

/* A folder that is missing must not keep the others from being read. */
static bool
look_at_all(Fetch *fetch, GError **error)
{
	for (guint i = 0; i < fetch->mailbox->folders->len && !fetch->stop; i++) {
		g_autoptr(GError) problem = NULL;

		if (enter_folder(fetch, fetch->mailbox->folders->pdata[i], &problem))
			continue;
		if (!nieuws_error_is(problem, NIEUWS_NOT_FOUND)) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
		report(fetch, problem, fetch->mailbox->poll);
	}
	return true;
}

/* --- the life of a connection
 * --------------------------------------------------------------------------------- */

static bool
stay(Fetch *fetch, GError **error)
{
	WireNothing nothing = {false};
	bool several = fetch->mailbox->folders->len > 1;
	/* One folder is read as the server tells; all of it is counted now and then (recount). */
	gint64 round = several ? MIN(fetch->mailbox->poll, fetch->mailbox->recount)
			       : fetch->mailbox->recount;
	gint64 next_round = when_monotonic_ms() + round * 1000;

	while (!fetch->stop) {
		gint64 left = MAX((next_round - when_monotonic_ms() + 999) / 1000, 1);
		gint64 most = fetch->mailbox->idle ? REIDLE : fetch->mailbox->poll;
		/* Each look is told, so that a quiet mailbox is not taken for one that is not read.
		 */
		gint64 pause = MIN(
			several ? left : MIN(left, most), MAX(fetch->mailbox->alarm_after / 3, 1));
		int outcome;

		if (!say(fetch, WIRE_IDLE, &nothing, error))
			return false;
		outcome = imap_wait(fetch->imap, fetch->mailbox->idle,
			wire_channel_fd(fetch->channel), pause, error);
		if (outcome < 0 || !hear(fetch, error))
			return false;
		if (terminated)
			fetch->stop = true;
		if (fetch->stop)
			break;
		if (when_monotonic_ms() >= next_round) {
			next_round = when_monotonic_ms() + round * 1000;
			if (!look_at_all(fetch, error))
				return false;
		} else if (!tell(fetch, 1, error) || !look(fetch, error)) {
			return false;
		}
	}
	return true;
}

/* The server can be as hostile as it likes: what reads it can do no more than talk to it, to the
 * keeper, and write new files into spool/incoming. */
static bool
seal(const Fetch *fetch, GError **error)
{
	const SandboxTalkPlan plan = {.folder = fetch->incoming,
		.memory = MEMORY,
		.threads = true,
		.allow_degraded = fetch->config->sandbox_degraded};
	pthread_attr_t small;

	/* Stacks count; a thread that syncs needs next to none. */
	if (pthread_attr_init(&small) == 0) {
		pthread_attr_setstacksize(&small, THREAD_STACK);
		pthread_setattr_default_np(&small);
		pthread_attr_destroy(&small);
	}
	return sandbox_seal_talk(&plan, error);
}

static bool
run_connection(Fetch *fetch, GError **error)
{
	WireNothing nothing = {false};
	char *secret = config_secret(fetch->config, &fetch->mailbox->server, error);

	if (secret == NULL)
		return false;
	fetch->imap = imap_open(
		&fetch->mailbox->server, secret, fetch->config->limits.message + (2 << 20), error);
	config_secret_free(secret);
	if (fetch->imap == NULL || !seal(fetch, error) || !look_at_all(fetch, error))
		return false;
	if (fetch->once)
		return say(fetch, WIRE_IDLE, &nothing, error);
	return stay(fetch, error);
}

/* Sleeps, but hears the keeper. */
static bool
pause_for(Fetch *fetch, gint64 seconds, GError **error)
{
	gint64 until = when_monotonic_ms() + seconds * 1000;

	while (!fetch->stop && when_monotonic_ms() < until)
		if (!wait_for_keeper(fetch, error))
			return false;
	return true;
}

static void
drop_arrivals(Fetch *fetch)
{
	for (guint i = 0; i < fetch->arrivals->len; i++)
		unlinkat(fetch->incoming, ((Arrival *)fetch->arrivals->pdata[i])->letter.file, 0);
	g_ptr_array_set_size(fetch->arrivals, 0);
}

static gint64
next_pause(int code, gint64 pause)
{
	/* Until an admin acts. */
	if (code == EXIT_REFUSED || code == EXIT_CONFIG)
		return LOGIN_PAUSE;
	/* Growing, and spread, so that many clients do not come back at once. */
	return MIN(pause * 2, LONGEST_PAUSE) + g_random_int_range(0, (gint32)MIN(pause, 30) + 1);
}

static void
send_what_waits(Fetch *fetch)
{
	for (int i = 0; i < 20 && wire_pending(fetch->channel); i++)
		if (!wait_for_keeper(fetch, NULL))
			return;
}

/* The second process: one connection. The exit code says what the first one should do. */
static int
converse(Fetch *fetch, gint64 pause, pid_t parent)
{
	g_autoptr(GError) problem = NULL;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		return EXIT_LATER;
	if (run_connection(fetch, &problem)) {
		g_clear_pointer(&fetch->imap, imap_close);
	} else {
		g_clear_pointer(&fetch->imap, imap_free);
		drop_arrivals(fetch);
		report(fetch, problem, fetch->once ? -1 : pause);
	}
	send_what_waits(fetch);
	return fetch->spool_failed && nieuws_error_is(problem, NIEUWS_LATER)
		       ? EXIT_SPOOL
		       : nieuws_exit_code(problem);
}

/* What a connection that was killed left half done. What it had announced is the keeper's. */
static void
sweep(const Fetch *fetch, pid_t child)
{
	g_autofree char *prefix = g_strdup_printf("fetch.%d.", (int)child);
	int fd = openat(fetch->incoming, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		if (g_str_has_prefix(entry->d_name, prefix) &&
			g_ascii_strtoull(entry->d_name + strlen(prefix), NULL, 10) >
				*fetch->announced)
			unlinkat(fetch->incoming, entry->d_name, 0);
	if (folder != NULL)
		closedir(folder);
}

/* Its exit code; EXIT_LATER, and a report, when it was killed. */
static int
verdict(Fetch *fetch, pid_t child, int status, gint64 pause)
{
	g_autoptr(GError) problem = NULL;

	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	sweep(fetch, child);
	nieuws_fail(&problem, NIEUWS_LATER,
		"the process that talked to %s was killed by signal %d: the server sent what "
		"breaks "
		"it, or more than fits",
		fetch->mailbox->server.host, WTERMSIG(status));
	report(fetch, problem, fetch->once ? -1 : pause);
	send_what_waits(fetch);
	return EXIT_LATER;
}

/* Waits for the second process, and hands on the wish to end. */
static int
await(pid_t child, const sigset_t *signals)
{
	int status = 0;

	while (waitpid(child, &status, WNOHANG) == 0)
		if (sigwaitinfo(signals, NULL) != SIGCHLD) {
			terminated = 1;
			kill(child, SIGTERM);
		}
	return status;
}

static int
connect_once(Fetch *fetch, gint64 pause)
{
	pid_t parent = getpid(), child;
	sigset_t signals, before;
	int status;

	forget_want(fetch);
	*fetch->announced = 0;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, &before);
	child = fork();
	if (child == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		_exit(converse(fetch, pause, parent));
	}
	status = child > 0 ? await(child, &signals) : EXIT_LATER << 8;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return verdict(fetch, child, status, pause);
}

static int
run(Fetch *fetch)
{
	gint64 pause = 1;

	while (!fetch->stop && !terminated) {
		gint64 began = when_monotonic_ms();
		int code = connect_once(fetch, pause);

		if (code == EXIT_DONE || fetch->once || code == EXIT_INTERNAL || code == EXIT_IO)
			return code;
		if (when_monotonic_ms() - began > 60000)
			pause = 1;
		if (code == EXIT_SPOOL)
			pause = MIN(pause, SPOOL_PAUSE);
		if (!pause_for(fetch, pause, NULL))
			return EXIT_LATER;
		pause = next_pause(code, pause);
	}
	return EXIT_DONE;
}

/* --- starting
 * -------------------------------------------------------------------------------------------------
 */

static int
check(const Config *config, const MailboxConfig *mailbox)
{
	g_autoptr(GError) error = NULL;
	char *secret = config_secret(config, &mailbox->server, &error);
	g_autoptr(Imap) imap =
		secret != NULL ? imap_open(&mailbox->server, secret, 1 << 20, &error) : NULL;
	ImapFolder state;

	config_secret_free(secret);
	for (guint i = 0; imap != NULL && i < mailbox->folders->len; i++)
		if (!imap_select(imap, mailbox->folders->pdata[i], &state, &error))
			break;
	if (error != NULL) {
		puts(error->message);
		return nieuws_exit_code(error);
	}
	printf("ok: logged in as %s; %s holds %d mails\n", mailbox->server.user,
		(const char *)mailbox->folders->pdata[mailbox->folders->len - 1],
		(int)state.exists);
	imap_close(g_steal_pointer(&imap));
	return EXIT_DONE;
}

static bool
is_channel(int fd)
{
	int type = 0;
	socklen_t length = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_SEQPACKET;
}

static bool
set_up(Fetch *fetch, GError **error)
{
	g_autofree char *incoming = g_build_filename(fetch->config->spool, "incoming", NULL);

	if (!is_channel(WIRE_CHANNEL_FD))
		return nieuws_fail(error, NIEUWS_INPUT,
			"nieuws-fetch is started by nieuwsd; by hand there is: nieuws-fetch "
			"--config FILE --mailbox NAME --check");
	fetch->incoming = fs_open_dir(incoming, error);
	if (fetch->incoming < 0)
		return false;
	fcntl(WIRE_CHANNEL_FD, F_SETFD, FD_CLOEXEC);
	fetch->channel = wire_channel_new(WIRE_CHANNEL_FD);
	wire_set_blocking(fetch->channel, false);
	fetch->fd = -1;
	fetch->announced = mmap(NULL, sizeof *fetch->announced, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fetch->announced == MAP_FAILED)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, "no memory to share");
	fetch->sizes = g_array_new(FALSE, FALSE, sizeof(gint64));
	fetch->kept = g_array_new(FALSE, FALSE, sizeof(gint64));
	fetch->arrivals = g_ptr_array_new_with_free_func(arrival_free);
	return true;
}

static void
clean_up(Fetch *fetch)
{
	imap_free(fetch->imap);
	wire_channel_free(fetch->channel);
	fs_close(&fetch->incoming);
	g_array_unref(fetch->sizes);
	g_array_unref(fetch->kept);
	g_ptr_array_unref(fetch->arrivals);
	forget_want(fetch);
	g_free(fetch->name);
}

static void
guard_process(void)
{
	struct rlimit no_core = {0, 0};
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_DUMPABLE, 0);
	umask(0007);
}

int
main(int argc, char **argv)
{
	g_autofree char *config_path = NULL;
	g_autofree char *name = NULL;
	gboolean once = FALSE, only_check = FALSE;
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &config_path, "Read this configuration",
			"FILE"},
		{"mailbox", 'm', 0, G_OPTION_ARG_STRING, &name, "The mailbox to read", "NAME"},
		{"once", 0, 0, G_OPTION_ARG_NONE, &once, "End when everything is fetched", NULL},
		{"check", 0, 0, G_OPTION_ARG_NONE, &only_check, "Log in, say how it went, and end",
			NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	g_autoptr(GOptionContext) options = g_option_context_new("- fetch the mail of one mailbox");
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;
	Fetch fetch = {.incoming = -1};
	int code;

	setlocale(LC_ALL, "");
	log_open("nieuws-fetch");
	guard_process();
	g_option_context_add_main_entries(options, entries, NULL);
	if (!g_option_context_parse(options, &argc, &argv, &error) || name == NULL) {
		fprintf(stderr, "nieuws-fetch: %s\n",
			error != NULL ? error->message : "--mailbox NAME is needed");
		return EXIT_USAGE;
	}
	config = config_load(config_path, &error);
	if (config != NULL && config_mailbox(config, name) == NULL)
		nieuws_fail(&error, NIEUWS_CONFIG, "%s: there is no section [mailbox %s]",
			config->path, name);
	if (error == NULL && only_check)
		return check(config, config_mailbox(config, name));
	fetch.config = config;
	fetch.mailbox = error == NULL ? config_mailbox(config, name) : NULL;
	fetch.once = once;
	if (error != NULL || !set_up(&fetch, &error)) {
		fprintf(stderr, "nieuws-fetch: %s\n", error->message);
		return error->code == NIEUWS_INPUT ? EXIT_USAGE : nieuws_exit_code(error);
	}
	code = run(&fetch);
	clean_up(&fetch);
	return code;
}
