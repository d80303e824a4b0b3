#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store-fixture.h"

/* Keeps one mail in a transaction of its own. */
static StoreKept
keep(Store *store, gint64 uid, const char *mark, const char *message_id, const char *content)
{
	g_autoptr(Message) message = message_new();
	g_autoptr(Draft) draft = draft_new();
	ShareLink *link;
	g_autofree char *sha256 = digest_of(mark, strlen(mark));
	Attachment *photo = record_append(&attachment_type, message->attachments);
	StoreKeep mail = {.mailbox = "desk",
		.folder = "INBOX",
		.uidvalidity = 1,
		.uid = uid,
		.sha256 = sha256,
		.path = "mail/x",
		.size = 10,
		.received_at = 1,
		.kept_at = when_now(),
		.message = message,
		.draft = draft};
	StoreKept kept = {0};
	g_autoptr(GError) error = NULL;

	record_set(&message->message_id, message_id);
	record_set(&message->content_digest, content);
	record_set(&photo->filename, "brug.jpg");
	photo->role = ROLE_PHOTO;
	photo->width = 1400;
	record_set(&draft->title, "Nieuwe brug bij Café De Zon");
	record_set(&draft->body, "De **brug** gaat open.");
	record_set(&draft->sender.address, "sanne@example.nl");
	draft_set_aside(draft, ASIDE_CONTACT, "Bel Sanne", "stands below", 1);
	draft_warn(draft, "photo.small", "Too small.");
	draft->has_original = true;
	record_set(&draft->original_sender.address, "jan@example.org");
	record_set(&draft->original_sender.organisation, "Brug BV");
	g_ptr_array_add(draft->tags, g_strdup("Café De Zon"));
	g_ptr_array_add(draft->places, g_strdup("Goor"));
	g_ptr_array_add(draft->places, g_strdup("Hof van Twente"));
	link = record_append(&share_link_type, draft->links);
	link->ends_at = 1800000000;
	link->said = true;
	g_assert_true(store_begin(store, &error));
	g_assert_true(store_keep(store, &mail, &kept, &error));
	g_assert_true(store_commit(store, &error));
	g_assert_no_error(error);
	return kept;
}

static void
test_keep(Fixture *f, gconstpointer unused)
{
	StoreKept kept = keep(f->store, 5, "a", "m1@x", "c1");
	g_autoptr(StoreDraft) draft = NULL;
	g_autoptr(GError) error = NULL;

	(void)unused;
	g_assert_true(kept.is_new);
	draft = store_draft_get(f->store, "1", &error);
	g_assert_no_error(error);
	g_assert_cmpstr(draft->draft->title, ==, "Nieuwe brug bij Café De Zon");
	g_assert_true(g_str_has_prefix(draft->row.reference, "KON-20"));
	g_assert_true(g_str_has_suffix(draft->row.reference, "-0001"));
	g_assert_cmpint(draft->row.photos, ==, 1);
	g_assert_cmpint(draft->draft->asides->len, ==, 1);
	g_assert_cmpint(((Aside *)draft->draft->asides->pdata[0])->kind, ==, ASIDE_CONTACT);
	g_assert_cmpint(((Attachment *)draft->message->attachments->pdata[0])->width, ==, 1400);
	g_assert_cmpstr(draft->draft->original_sender.organisation, ==, "Brug BV");
	g_assert_cmpstr(draft->draft->tags->pdata[0], ==, "Café De Zon");
	g_assert_cmpint(draft->draft->places->len, ==, 2);
	g_assert_cmpstr(draft->draft->places->pdata[1], ==, "Hof van Twente");
	g_assert_true(((ShareLink *)draft->draft->links->pdata[0])->said);
	g_assert_cmpint(draft->events->len, ==, 1);
}

static void
test_doubles(Fixture *f, gconstpointer unused)
{
	StoreKept first = keep(f->store, 1, "bytes", "m@x", "c");
	StoreKept same_bytes = keep(f->store, 2, "bytes", "m@x", "c");
	StoreKept same_mail = keep(f->store, 3, "other headers", "m@x", "c");
	StoreKept changed = keep(f->store, 4, "corrected", "m@x", "another content");
	StoreKept nameless = keep(f->store, 5, "no id 1", "", "c");
	StoreKept nameless_too = keep(f->store, 6, "no id 2", "", "c");

	(void)unused;
	g_assert_false(same_bytes.is_new);
	g_assert_cmpint(same_bytes.draft_id, ==, first.draft_id);
	g_assert_false(same_mail.is_new);
	g_assert_cmpint(same_mail.draft_id, ==, first.draft_id);
	/* A recycled Message-ID must not swallow another mail. */
	g_assert_true(changed.is_new);
	g_assert_true(nameless.is_new);
	g_assert_true(nameless_too.is_new);
}

static void
test_books(Fixture *f, gconstpointer unused)
{
	gint64 uids[] = {1, 2, 7, 9};
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autoptr(GArray) unknown = NULL;
	g_autoptr(GArray) untold = NULL;
	g_autoptr(StoreStatus) status = NULL;
	StoreLook look = {.mailbox = "desk",
		.folder = "INBOX",
		.uidvalidity = 1,
		.uidnext = 10,
		.whole = true,
		.uids = all};
	const StoreFolder *folder;

	(void)unused;
	keep(f->store, 2, "a", "", "a");
	keep(f->store, 9, "b", "", "b");
	g_array_append_vals(all, uids, 4);
	g_assert_true(store_look(f->store, &look, &unknown, &untold, NULL));
	g_assert_cmpint(unknown->len, ==, 2);
	g_assert_cmpint(g_array_index(unknown, gint64, 0), ==, 1);
	g_assert_cmpint(g_array_index(unknown, gint64, 1), ==, 7);
	g_assert_cmpint(untold->len, ==, 2);
	status = store_status(f->store, NULL);
	folder = status->folders->pdata[0];
	g_assert_cmpint(folder->server, ==, 4);
	g_assert_cmpint(folder->kept, ==, 2);
	g_assert_cmpint(folder->waiting, ==, 2);
}

static void
test_nobody_is_told_twice(Fixture *f, gconstpointer unused)
{
	StoreKept kept = keep(f->store, 1, "a", "", "a");
	StoreOutbox row = {.kind = STORE_OUTBOX_NOTICE,
		.draft_id = kept.draft_id,
		.recipient = "sanne@x",
		.editor = "sanne",
		.due_at = 1};
	g_autoptr(GPtrArray) first = NULL;
	g_autoptr(GPtrArray) second = NULL;
	g_autoptr(GPtrArray) again = NULL;

	(void)unused;
	g_assert_true(store_outbox_add(f->store, &row, NULL));
	g_assert_true(store_outbox_add(f->store, &row, NULL));
	first = store_outbox_claim(f->store, when_now(), 10, NULL);
	g_assert_cmpint(first->len, ==, 1);
	second = store_outbox_claim(f->store, when_now(), 10, NULL);
	g_assert_cmpint(second->len, ==, 0);
	/* After a crash in between it is tried again, with the same token, so the same Message-ID.
	 */
	g_assert_true(store_outbox_recover(f->store, NULL));
	again = store_outbox_claim(f->store, when_now(), 10, NULL);
	g_assert_cmpint(again->len, ==, 1);
	g_assert_cmpstr(((StoreOutbox *)again->pdata[0])->token, ==,
		((StoreOutbox *)first->pdata[0])->token);
}

static guint
unknown_of(Store *store, const gint64 *uids, guint n, gint64 uidnext)
{
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autoptr(GArray) unknown = NULL;
	g_autoptr(GArray) untold = NULL;
	StoreLook look = {.mailbox = "desk",
		.folder = "INBOX",
		.uidvalidity = 1,
		.uidnext = uidnext,
		.whole = true,
		.uids = all};

	g_array_append_vals(all, uids, n);
	g_assert_true(store_look(store, &look, &unknown, &untold, NULL));
	return unknown->len;
}

/* UIDs of a restored mailbox may mean other mails; those that we have are known by their bytes. */
static void
test_restored(Fixture *f, gconstpointer unused)
{
	static const gint64 uids[] = {1, 2, 3};
	g_autoptr(StoreStatus) status = NULL;
	const StoreFolder *folder;

	(void)unused;
	for (gint64 uid = 1; uid <= 3; uid++) {
		g_autofree char *mark = g_strdup_printf("mail %d", (int)uid);

		keep(f->store, uid, mark, "", mark);
	}
	g_assert_cmpuint(unknown_of(f->store, uids, 3, 9), ==, 0);
	/* Gone, and there again. */
	g_assert_cmpuint(unknown_of(f->store, uids, 2, 9), ==, 0);
	g_assert_cmpuint(unknown_of(f->store, uids, 3, 9), ==, 1);
	keep(f->store, 3, "mail 3", "", "mail 3");
	g_assert_cmpuint(unknown_of(f->store, uids, 3, 9), ==, 0);
	/* UIDNEXT goes back. */
	g_assert_cmpuint(unknown_of(f->store, uids, 3, 4), ==, 3);
	g_assert_cmpuint(unknown_of(f->store, uids, 3, 4), ==, 3);
	keep(f->store, 1, "mail 1", "", "mail 1");
	g_assert_true(keep(f->store, 2, "another", "", "another").is_new);
	keep(f->store, 3, "mail 3", "", "mail 3");
	g_assert_cmpuint(unknown_of(f->store, uids, 3, 4), ==, 0);
	status = store_status(f->store, NULL);
	folder = status->folders->pdata[0];
	g_assert_cmpint(folder->kept, ==, 3);
	g_assert_cmpint(status->drafts, ==, 4);
}

/* Neither a clock put forth nor one put back costs a mail of ours. */
static void
test_clock(Fixture *f, gconstpointer unused)
{
	enum { YEAR = 365 * 86400 };
	StoreKept kept = keep(f->store, 1, "a", "", "a");
	gint64 now = when_now();
	StoreOutbox row = {.kind = STORE_OUTBOX_NOTICE,
		.draft_id = kept.draft_id,
		.recipient = "sanne@x",
		.editor = "sanne",
		.due_at = now};
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GPtrArray) later = NULL;
	gint64 due = 0, id;

	(void)unused;
	g_assert_true(store_outbox_add(f->store, &row, NULL));
	rows = store_outbox_claim(f->store, now + YEAR, 10, NULL);
	g_assert_cmpuint(rows->len, ==, 1);
	id = ((StoreOutbox *)rows->pdata[0])->id;
	g_assert_true(store_outbox_finish(f->store, id, STORE_SEND_LATER, "451", now + YEAR, NULL));
	g_assert_true(store_outbox_next_due(f->store, &due, NULL));
	g_assert_cmpint(due, >, now + YEAR);
	g_assert_true(store_outbox_clock(f->store, now, NULL));
	later = store_outbox_claim(f->store, now, 10, NULL);
	g_assert_cmpuint(later->len, ==, 1);
}

static void
note_damage(void *context, StoreDamage damage, const char *subject)
{
	g_assert_nonnull(subject);
	*(guint *)context |= 1U << damage;
}

static void
test_audit(Fixture *f, gconstpointer unused)
{
	StoreAuditFacts facts = {.now = when_now()};
	guint found = 0;

	(void)unused;
	keep(f->store, 1, "a", "", "a");
	g_assert_true(store_audit(f->store, &facts, note_damage, &found, NULL));
	g_assert_cmpuint(found, ==, 0);
	g_assert_true(store_rebuild_index(f->store, NULL));
	g_assert_true(store_audit(f->store, &facts, note_damage, &found, NULL));
	g_assert_cmpuint(found, ==, 0);
}

/* A child is killed at a random instant while it keeps mails; what it said was kept is there. */
static void
test_killed(Fixture *f, gconstpointer unused)
{
	guint32 seed = g_test_rand_int_range(0, G_MAXINT);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	gint64 base = 0;

	(void)unused;
	g_test_message("seed %u", seed);
	g_clear_pointer(&f->store, store_close);
	for (int round = 0; round < 12; round++) {
		int pipe_fds[2];
		gint64 last = 0, uid;
		pid_t child;

		g_assert_cmpint(pipe(pipe_fds), ==, 0);
		child = fork();
		if (child == 0) {
			Store *store = store_open(f->path, STORE_WRITE, NULL);

			for (uid = base + 1;; uid++) {
				g_autofree char *mark = g_strdup_printf("mail %d", (int)uid);

				keep(store, uid, mark, "", mark);
				if (write(pipe_fds[1], &uid, sizeof uid) < 0)
					_exit(1);
			}
		}
		close(pipe_fds[1]);
		g_usleep((gulong)g_rand_int_range(rand, 3000, 60000));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		while (read(pipe_fds[0], &uid, sizeof uid) == sizeof uid)
			last = uid;
		close(pipe_fds[0]);
		f->store = store_open(f->path, STORE_WRITE, NULL);
		g_assert_nonnull(f->store);
		if (last > 0) {
			g_autoptr(StoreStatus) status = store_status(f->store, NULL);

			g_assert_cmpint(status->drafts, >=, last);
			base = status->drafts;
		}
		g_clear_pointer(&f->store, store_close);
	}
	f->store = store_open(f->path, STORE_WRITE, NULL);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/store/keep", Fixture, NULL, set_up_empty, test_keep, tear_down);
	g_test_add("/store/doubles", Fixture, NULL, set_up_empty, test_doubles, tear_down);
	g_test_add("/store/books", Fixture, NULL, set_up_empty, test_books, tear_down);
	g_test_add("/store/told-once", Fixture, NULL, set_up_empty, test_nobody_is_told_twice,
		tear_down);
	g_test_add("/store/restored", Fixture, NULL, set_up_empty, test_restored, tear_down);
	g_test_add("/store/clock", Fixture, NULL, set_up_empty, test_clock, tear_down);
	g_test_add("/store/audit", Fixture, NULL, set_up_empty, test_audit, tear_down);
	g_test_add("/store/killed", Fixture, NULL, set_up_empty, test_killed, tear_down);
	return g_test_run();
}
