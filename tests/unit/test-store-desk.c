/* What the desk keeps: an old database brought up to date, revisions, steps, notes, contributors.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "store-fixture.h"

/* Opens a database as an older nieuws left it. */
static void
set_up(Fixture *f, gconstpointer unused)
{
	g_autofree char *file = g_test_build_filename(G_TEST_DIST, "version-1.sql", NULL);
	g_autofree char *sql = NULL;
	sqlite3 *db;

	(void)unused;
	fixture_make_folder(f);
	g_assert_true(g_file_get_contents(file, &sql, NULL, NULL));
	g_assert_cmpint(sqlite3_open(f->path, &db), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
	sqlite3_close(db);
	fixture_open(f);
	g_assert_true(store_begin(f->store, NULL));
}

static void
roll_back(Fixture *f, gconstpointer unused)
{
	store_rollback(f->store);
	tear_down(f, unused);
}

static void
test_old_rows(Fixture *f, gconstpointer unused)
{
	g_autoptr(StoreStanding) standing = store_standing_get(f->store, 2, NULL);
	g_autoptr(StoreRevision) revision = store_revision_get(f->store, 2, 0, NULL);
	g_autoptr(StoreRevision) first = store_revision_get(f->store, 1, 1, NULL);
	g_autoptr(StoreContributor) who =
		store_contributor_get(f->store, "BAUKE@ijsclub.example.nl", NULL);
	g_autoptr(StoreStatus) status = store_status(f->store, NULL);
	const Picture *picture;

	(void)unused;
	g_assert_cmpint(standing->version, ==, 1);
	g_assert_cmpstr(standing->claimed_by, ==, "sanne");
	g_assert_cmpint(standing->claimed_at, ==, 1790000200);
	/* A draft that never got a revision has one now, of what it is. */
	g_assert_cmpstr(revision->content->title, ==, "Otters gezien");
	g_assert_cmpint(revision->at, ==, 1790000100);
	g_assert_cmpint(first->content->embargo_at, ==, 1790200000);
	g_assert_cmpint(first->content->pictures->len, ==, 1);
	picture = first->content->pictures->pdata[0];
	g_assert_cmpstr(picture->caption, ==, "De brug");
	g_assert_cmpstr(picture->credit, ==, "Bauke");
	g_assert_cmpstr(picture->alt, ==, "Een brug over water");
	g_assert_cmpstr(who->standing, ==, "");
	g_assert_cmpint(status->outbox_sent, ==, 1);
	g_assert_cmpint(status->outbox_waiting, ==, 1);
	g_assert_cmpint(((StoreFolder *)status->folders->pdata[0])->waiting, ==, 0);
}

static void
test_revisions(Fixture *f, gconstpointer unused)
{
	g_autoptr(StoreContent) content = store_content_get(f->store, 1, NULL);
	g_autoptr(StoreRevision) first = NULL;
	g_autoptr(StoreRevision) second = NULL;
	g_autoptr(GPtrArray) list = NULL;
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(StoreFind) find = store_find_new();
	StoreWord *word = g_new0(StoreWord, 1);
	gint64 number = 0;

	(void)unused;
	record_set(&content->title, "Nieuw viaduct");
	g_ptr_array_add(content->tags, g_strdup("verkeer"));
	((Picture *)content->pictures->pdata[0])->dropped = true;
	g_assert_true(
		store_revision_add(f->store, 1, content, "sanne", "beter woord", &number, NULL));
	g_assert_cmpint(number, ==, 2);
	first = store_revision_get(f->store, 1, 1, NULL);
	second = store_revision_get(f->store, 1, 0, NULL);
	g_assert_cmpstr(first->content->title, ==, "Nieuwe brug");
	g_assert_false(((Picture *)first->content->pictures->pdata[0])->dropped);
	g_assert_cmpstr(second->content->title, ==, "Nieuw viaduct");
	g_assert_cmpstr(second->content->tags->pdata[0], ==, "verkeer");
	g_assert_true(((Picture *)second->content->pictures->pdata[0])->dropped);
	g_assert_cmpint(second->parent, ==, 1);
	list = store_revision_list(f->store, 1, NULL);
	g_assert_cmpint(list->len, ==, 2);
	word->text = g_strdup("viaducten");
	word->place = STORE_PLACE_ANY;
	g_ptr_array_add(find->words, word);
	rows = store_find(f->store, find, NULL);
	g_assert_cmpint(rows->len, ==, 1);
	g_assert_cmpint(((StoreDraftRow *)rows->pdata[0])->photos, ==, 0);
}

static void
test_steps(Fixture *f, gconstpointer unused)
{
	g_autoptr(StoreStanding) before = store_standing_get(f->store, 1, NULL);
	g_autoptr(StoreStanding) now = store_standing_get(f->store, 1, NULL);
	g_autoptr(StoreStep) step = NULL;
	g_autoptr(StoreStep) none = NULL;

	(void)unused;
	record_set(&now->state, "hold");
	now->hold_until = 1790300000;
	g_assert_true(store_standing_put(f->store, 1, now, NULL));
	g_assert_true(store_step_add(
		f->store, 1, "sanne", "hold", before, "note:1", now->turn, NULL, NULL));
	g_assert_null(store_step_last(f->store, "pieter", 1, NULL));
	step = store_step_last(f->store, "sanne", 0, NULL);
	g_assert_cmpstr(step->verb, ==, "hold");
	g_assert_cmpstr(step->before->state, ==, "new");
	g_assert_cmpstr(step->extra, ==, "note:1");
	g_assert_cmpint(step->after_turn, ==, before->turn + 1);
	g_assert_true(store_step_undone(f->store, step->id, NULL));
	none = store_step_last(f->store, "sanne", 1, NULL);
	g_assert_null(none);
}

/* A mail that has not left can be taken back; one that is with the server cannot. */
static void
test_taking_mail_back(Fixture *f, gconstpointer unused)
{
	StoreOutbox row = {.kind = STORE_OUTBOX_REJECTED,
		.draft_id = 1,
		.recipient = "bauke@ijsclub.example.nl",
		.editor = "",
		.due_at = 5,
		.step_id = 3,
		.subject = "Niet geplaatst",
		.text = "Beste Bauke,"};
	g_autoptr(GPtrArray) claimed = NULL;
	gint64 cancelled = 0, left = 0;

	(void)unused;
	g_assert_true(store_outbox_add(f->store, &row, NULL));
	g_assert_true(store_outbox_cancel(f->store, 3, &cancelled, &left, NULL));
	g_assert_cmpint(cancelled, ==, 1);
	g_assert_cmpint(left, ==, 0);
	row.step_id = 4;
	g_assert_true(store_outbox_add(f->store, &row, NULL));
	g_assert_true(store_commit(f->store, NULL));
	claimed = store_outbox_claim(f->store, 100, 10, NULL);
	g_assert_cmpint(claimed->len, ==, 1);
	g_assert_cmpstr(((StoreOutbox *)claimed->pdata[0])->text, ==, "Beste Bauke,");
	g_assert_true(store_begin(f->store, NULL));
	g_assert_true(store_outbox_cancel(f->store, 4, &cancelled, &left, NULL));
	g_assert_cmpint(cancelled, ==, 0);
	g_assert_cmpint(left, ==, 1);
}

static void
test_notes_and_contributors(Fixture *f, gconstpointer unused)
{
	g_autoptr(GPtrArray) notes = NULL;
	g_autoptr(GPtrArray) blocked = NULL;
	g_autoptr(GPtrArray) drafts = NULL;
	gint64 first = 0, second = 0;

	(void)unused;
	g_assert_true(store_note_add(f->store, 1, "sanne", "Bel even", &first, NULL));
	g_assert_true(store_note_add(f->store, 1, "pieter", "Gebeld", &second, NULL));
	g_assert_true(store_note_withdraw(f->store, 1, first, NULL));
	notes = store_note_list(f->store, 1, NULL);
	g_assert_cmpint(notes->len, ==, 1);
	g_assert_cmpstr(((StoreNote *)notes->pdata[0])->text, ==, "Gebeld");
	g_assert_true(store_contributor_set(
		f->store, "Bauke@IJsclub.example.nl", "blocked", "reclame", "sanne", NULL));
	blocked = store_contributor_list(f->store, NULL, "blocked", 10, NULL);
	g_assert_cmpint(blocked->len, ==, 1);
	g_assert_cmpstr(((StoreContributor *)blocked->pdata[0])->name, ==, "Bauke");
	drafts = store_contributor_drafts(f->store, "bauke@ijsclub.example.nl", 5, NULL);
	g_assert_cmpint(drafts->len, ==, 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/store/old-rows", Fixture, NULL, set_up, test_old_rows, roll_back);
	g_test_add("/store/revisions", Fixture, NULL, set_up, test_revisions, roll_back);
	g_test_add("/store/steps", Fixture, NULL, set_up, test_steps, roll_back);
	g_test_add("/store/mail-back", Fixture, NULL, set_up, test_taking_mail_back, roll_back);
	g_test_add("/store/people", Fixture, NULL, set_up, test_notes_and_contributors, roll_back);
	return g_test_run();
}
