/* Editors at work on the same drafts: who may what, what is refused with which sentence, and that
 * two of them never lose each other's words. */
#include <glib.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "desk.h"

/* Users that every Debian has. */
static const char *const users[] = {"daemon", "games", "man"};

enum { SANNE, PIETER, JAN, ASIDES = 12 };

typedef struct {
	char *folder, *path;
	Config *config;
	Desk *desks[3];
	sqlite3 *db; /* to look behind the store */
	gint64 uid;
} Fixture;

static uid_t
uid_of(int who)
{
	const struct passwd *entry = getpwnam(users[who]);

	g_assert_nonnull(entry);
	return entry->pw_uid;
}

static const char config_text[] =
	"[nieuws]\nspool = spool\nnewsroom = Proef\nreference = KON\n[receipt]\nsend = trusted\n"
	"[desk]\nundo_time = 1 h\n[smtp]\nsendmail = /bin/true\nfrom = nieuws@example.nl\n"
	"[mailbox desk]\nhost = localhost\nuser = u\npassword_file = p\naddress = "
	"nieuws@example.nl\n"
	"[editor daemon]\nname = Sanne\naddress = sanne@example.nl\nrights = admin\n"
	"[editor games]\nname = Pieter\naddress = pieter@example.nl\nrights = admin\n"
	"[editor man]\nname = Jan\naddress = jan@example.nl\nrights = review\n";

static void
open_desks(Fixture *f)
{
	for (int i = 0; i < 3; i++) {
		g_autoptr(GError) error = NULL;

		f->desks[i] =
			desk_open_uid(f->config, uid_of(i), RIGHT_REVIEW, STORE_WRITE, &error);
		g_assert_no_error(error);
	}
}

static void
set_up(Fixture *f, gconstpointer unused)
{
	g_autofree char *file = NULL;
	g_autofree char *spool = NULL;
	g_autoptr(GError) error = NULL;

	(void)unused;
	f->folder = g_dir_make_tmp("nieuws-desk-XXXXXX", NULL);
	file = g_build_filename(f->folder, "nieuws.conf", NULL);
	spool = g_build_filename(f->folder, "spool", NULL);
	f->path = g_build_filename(spool, "nieuws.db", NULL);
	g_mkdir(spool, 0700);
	g_assert_true(g_file_set_contents(file, config_text, -1, NULL));
	f->config = config_load(file, &error);
	g_assert_no_error(error);
	open_desks(f);
	g_assert_cmpint(sqlite3_open(f->path, &f->db), ==, SQLITE_OK);
	sqlite3_busy_timeout(f->db, 5000);
	sqlite3_exec(f->db, "PRAGMA synchronous=OFF", NULL, NULL, NULL);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
	static const char *const names[] = {"spool/nieuws.db-wal", "spool/nieuws.db-shm",
		"spool/nieuws.db", "nieuws.conf", "spool", ""};

	(void)unused;
	sqlite3_close(f->db);
	for (int i = 0; i < 3; i++)
		desk_free(f->desks[i]);
	config_free(f->config);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *name = g_build_filename(f->folder, names[i], NULL);

		g_remove(name);
	}
	g_free(f->folder);
	g_free(f->path);
}

/* --- looking and preparing
 * ------------------------------------------------------------------------------------ */

static gint64
number(Fixture *f, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	gint64 value = -1;

	g_assert_cmpint(sqlite3_prepare_v2(f->db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

static char *
text(Fixture *f, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	char *value = NULL;

	g_assert_cmpint(sqlite3_prepare_v2(f->db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		value = g_strdup((const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return value;
}

static void
run(Fixture *f, const char *sql)
{
	g_assert_cmpint(sqlite3_exec(f->db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

/* A draft with a photo that lacks nothing, and some asides. */
static gint64
make_draft(Fixture *f, const char *address, Trust trust)
{
	Store *store = f->desks[SANNE]->store;
	g_autoptr(Message) message = message_new();
	g_autoptr(Draft) draft = draft_new();
	g_autofree char *mark = g_strdup_printf("mail %d", (int)++f->uid);
	g_autofree char *sha256 = digest_of(mark, strlen(mark));
	Attachment *photo = record_append(&attachment_type, message->attachments);
	StoreKeep keep = {.mailbox = "desk",
		.folder = "INBOX",
		.uidvalidity = 1,
		.uid = f->uid,
		.sha256 = sha256,
		.path = "mail/x",
		.kept_at = when_now(),
		.message = message,
		.draft = draft};
	StoreKept kept = {0};

	record_set(&message->from_address, address);
	record_set(&draft->sender.address, address);
	record_set(&draft->sender.name, "Bauke");
	message->trust = (int)trust;
	photo->role = ROLE_PHOTO;
	record_set(&photo->filename, "brug.jpg");
	record_set(&photo->alt, "De brug in de mist");
	record_set(&photo->credit, "Bauke");
	record_set(&draft->title, "Nieuwe brug");
	record_set(&draft->lead, "De brug is klaar.");
	record_set(
		&draft->body, "De brug is klaar.\n\nZaterdag is er feest.\n\nIedereen is welkom.");
	for (int i = 0; i < ASIDES; i++)
		draft_set_aside(draft, ASIDE_NOTE, "Alleen voor u.", "", i % 4);
	g_assert_true(store_begin(store, NULL));
	g_assert_true(store_keep(store, &keep, &kept, NULL));
	g_assert_true(store_commit(store, NULL));
	return kept.draft_id;
}

static void
assert_done(char *said, GError *error)
{
	g_assert_no_error(error);
	g_assert_nonnull(said);
	g_free(said);
}

#define done(call)                                                                                 \
	do {                                                                                       \
		GError *error = NULL;                                                              \
		char *result = (call);                                                             \
		assert_done(result, error);                                                        \
	} while (0)

static void
assert_refused(char *said, GError *error, NieuwsErrorCode code, const char *words)
{
	g_assert_null(said);
	g_assert_error(error, NIEUWS_ERROR, (int)code);
	if (strstr(error->message, words) == NULL)
		g_error("\"%s\" does not say \"%s\"", error->message, words);
	g_error_free(error);
}

#define refused(call, code, words)                                                                 \
	do {                                                                                       \
		GError *error = NULL;                                                              \
		char *result = (call);                                                             \
		assert_refused(result, error, code, words);                                        \
	} while (0)

/* --- claims and states
 * ---------------------------------------------------------------------------------------- */

static void
test_claims(Fixture *f, gconstpointer unused)
{
	Desk *sanne = f->desks[SANNE], *pieter = f->desks[PIETER], *jan = f->desks[JAN];
	gint64 id = make_draft(f, "a@example.nl", TRUST_PASS);

	(void)unused;
	done(desk_take(sanne, id, NULL, &error));
	done(desk_take(sanne, id, NULL, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM step"), ==, 1);
	refused(desk_take(pieter, id, NULL, &error), NIEUWS_CONFLICT, "Sanne has had it");
	refused(desk_take(pieter, id, "", &error), NIEUWS_INPUT, "needs a reason");
	refused(desk_take(jan, id, "ze is weg", &error), NIEUWS_INPUT, "admin");
	refused(desk_hold(jan, id, 0, NULL, &error), NIEUWS_CONFLICT, "Sanne");
	refused(desk_assign(jan, id, "games", NULL, &error), NIEUWS_INPUT, "admin");
	refused(desk_assign(pieter, id, "nobody", NULL, &error), NIEUWS_INPUT, "no editor");
	done(desk_take(pieter, id, "ze is ziek", &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox WHERE kind = 'told' AND recipient = "
				  "'sanne@example.nl' AND text LIKE '%ze is ziek%'"),
		==, 1);
	done(desk_undo(pieter, id, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox WHERE kind = 'told' AND state = "
				  "'cancelled'"),
		==, 1);
	g_assert_cmpint(number(f, "SELECT count(*) FROM draft WHERE claimed_by = 'daemon'"), ==, 1);
	done(desk_release(sanne, id, NULL, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM draft WHERE state = 'new'"), ==, 1);
	done(desk_assign(sanne, id, "man", NULL, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox WHERE kind = 'assigned'"), ==, 1);
}

/* Which verb may follow which state: a letter each. */
static const char *const states[] = {
	"new", "in_review", "approved", "published", "hold", "rejected", "spam"};

static const struct {
	const char *verb;
	const char *from; /* "y" allowed, "n" refused, one for each of states */
	const char *to;
} transitions[] = {
	{"take", "yyynynn", NULL},
	{"approve", "yynnynn", "approved"},
	{"publish", "nnynnnn", "published"},
	{"hold", "yyynynn", "hold"},
	{"reject", "yyynynn", "rejected"},
	{"spam", "yyynynn", "spam"},
	{"reopen", "yyyyyyy", NULL},
};

static char *
do_verb(Desk *desk, gint64 id, const char *verb, GError **error)
{
	DeskReject why = {.reason = "late"};

	if (strcmp(verb, "take") == 0)
		return desk_take(desk, id, NULL, error);
	if (strcmp(verb, "approve") == 0)
		return desk_approve(desk, id, error);
	if (strcmp(verb, "publish") == 0)
		return desk_publish(desk, id, NULL, true, error);
	if (strcmp(verb, "hold") == 0)
		return desk_hold(desk, id, 0, NULL, error);
	if (strcmp(verb, "reject") == 0)
		return desk_reject(desk, id, &why, error);
	if (strcmp(verb, "spam") == 0)
		return desk_spam(desk, id, error);
	return desk_reopen(desk, id, error);
}

static void
try_transition(Fixture *f, gint64 id, size_t t, size_t s)
{
	g_autofree char *prepare = g_strdup_printf(
		"UPDATE draft SET state = '%s', claimed_by = '' WHERE id = %d", states[s], (int)id);
	g_autofree char *where = g_strdup_printf("SELECT state FROM draft WHERE id = %d", (int)id);
	g_autoptr(GError) error = NULL;
	g_autofree char *said = NULL;
	g_autofree char *state = NULL;
	bool allowed = transitions[t].from[s] == 'y';

	run(f, prepare);
	said = do_verb(f->desks[SANNE], id, transitions[t].verb, &error);
	state = text(f, where);
	if ((said != NULL) != allowed)
		g_error("%s from %s: %s", transitions[t].verb, states[s],
			said != NULL ? said : error->message);
	if (!allowed)
		g_assert_cmpstr(state, ==, states[s]);
	else if (transitions[t].to != NULL)
		g_assert_cmpstr(state, ==, transitions[t].to);
}

static void
test_transitions(Fixture *f, gconstpointer unused)
{
	gint64 id = make_draft(f, "a@example.nl", TRUST_PASS);

	(void)unused;
	for (size_t t = 0; t < G_N_ELEMENTS(transitions); t++)
		for (size_t s = 0; s < G_N_ELEMENTS(states); s++)
			try_transition(f, id, t, s);
	/* Who comes second is told by whom and what. */
	run(f, "UPDATE draft SET state = 'new', claimed_by = ''");
	done(desk_spam(f->desks[SANNE], id, &error));
	refused(desk_hold(f->desks[PIETER], id, 0, NULL, &error), NIEUWS_CONFLICT,
		"Sanne marked it as spam");
	refused(desk_approve(f->desks[JAN], id, &error), NIEUWS_INPUT, "right approve");
}

static void
test_house(Fixture *f, gconstpointer unused)
{
	Desk *sanne = f->desks[SANNE];
	gint64 id = make_draft(f, "a@example.nl", TRUST_PASS);

	(void)unused;
	run(f, "UPDATE attachment SET credit = '', alt = ' '");
	refused(desk_approve(sanne, id, &error), NIEUWS_INPUT, "photo brug.jpg has no alt text");
	refused(desk_approve(sanne, id, &error), NIEUWS_INPUT, "photo brug.jpg has no credit");
	run(f, "UPDATE attachment SET credit = 'B', alt = 'x'; UPDATE draft SET title = '', lead = "
	       "'', embargo = 'Embargo tot straks'");
	refused(desk_approve(sanne, id, &error), NIEUWS_INPUT, "there is no title");
	refused(desk_approve(sanne, id, &error), NIEUWS_INPUT, "there is no lead");
	refused(desk_approve(sanne, id, &error), NIEUWS_INPUT, "Embargo tot straks");
	run(f, "UPDATE draft SET title = 'T', lead = 'L', embargo_at = 4000000000");
	done(desk_approve(sanne, id, &error));
	refused(desk_publish(sanne, id, NULL, true, &error), NIEUWS_INPUT, "under embargo");
	run(f, "UPDATE draft SET embargo_at = 1000");
	refused(desk_publish(sanne, id, "javascript:x", true, &error), NIEUWS_INPUT, "no link");
	done(desk_publish(sanne, id, "https://www.example.nl/brug", true, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox WHERE kind = 'placed' AND text LIKE "
				  "'%https://www.example.nl/brug%'"),
		==, 1);
	/* A link that comes later is noted, and nobody is told twice. */
	done(desk_publish(sanne, id, "https://www.example.nl/brug-2", true, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox"), ==, 1);
}

/* --- mails
 * ----------------------------------------------------------------------------------------------------
 */

static void
expect_silence(Fixture *f, const char *address, Trust trust, const char *why)
{
	DeskReject reject = {.reason = "advert"};
	gint64 id = make_draft(f, address, trust);
	gint64 before = number(f, "SELECT count(*) FROM outbox");
	g_autofree char *said = desk_reject(f->desks[SANNE], id, &reject, NULL);

	g_assert_nonnull(strstr(said, why));
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox"), ==, before);
}

static void
test_silence(Fixture *f, gconstpointer unused)
{
	Desk *sanne = f->desks[SANNE];
	DeskReject silent = {.reason = "late", .silent = true};
	DeskReject written = {.subject = "Helaas", .text = "Beste Bauke,\n\nNee.\n"};
	gint64 id;

	(void)unused;
	expect_silence(f, "b@example.nl", TRUST_NONE, "not proven");
	expect_silence(f, "b@example.nl", TRUST_FAIL, "not proven");
	expect_silence(f, "nieuws@example.nl", TRUST_PASS, "our own");
	expect_silence(f, "", TRUST_PASS, "no address");
	done(desk_contributor(sanne, "C@example.nl", "blocked", NULL, &error));
	id = make_draft(f, "c@example.nl", TRUST_PASS);
	g_assert_cmpint(number(f, "SELECT count(*) FROM draft WHERE state = 'spam'"), ==, 1);
	done(desk_reopen(sanne, id, &error));
	run(f, "UPDATE draft SET reason = 'x'");
	{
		DeskReject late = {.reason = "late"};
		g_autofree char *said = desk_reject(sanne, id, &late, NULL);

		g_assert_nonnull(strstr(said, "blocked"));
	}
	done(desk_contributor(sanne, "d@example.nl", "trusted", NULL, &error));
	id = make_draft(f, "d@example.nl", TRUST_NONE);
	done(desk_reject(sanne, id, &written, &error));
	g_assert_cmpint(
		number(f, "SELECT count(*) FROM outbox WHERE recipient = 'd@example.nl' AND "
			  "subject = 'Helaas'"),
		==, 1);
	id = make_draft(f, "e@example.nl", TRUST_PASS);
	done(desk_reject(sanne, id, &silent, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox"), ==, 1);
	refused(desk_contributor(f->desks[JAN], "e@example.nl", "blocked", NULL, &error),
		NIEUWS_INPUT, "approve");
}

static void
test_undo(Fixture *f, gconstpointer unused)
{
	Desk *sanne = f->desks[SANNE], *pieter = f->desks[PIETER];
	DeskReject late = {.reason = "Te laat"};
	gint64 id = make_draft(f, "a@example.nl", TRUST_PASS);
	g_autofree char *said = NULL;

	(void)unused;
	refused(desk_undo(sanne, 0, &error), NIEUWS_NOT_FOUND, "nothing of yours");
	done(desk_take(sanne, id, NULL, &error));
	done(desk_restore(sanne, id, 2, &error));
	done(desk_reject(sanne, id, &late, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox WHERE state = 'waiting'"), ==, 1);
	refused(desk_undo(pieter, id, &error), NIEUWS_NOT_FOUND, "nothing of yours");
	/* One after the other, back to the beginning; words stay as revisions. */
	done(desk_undo(sanne, 0, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox WHERE state = 'cancelled'"), ==, 1);
	done(desk_undo(sanne, id, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM draft WHERE version = 3 AND body NOT LIKE "
				  "'%Alleen voor u%'"),
		==, 1);
	g_assert_cmpint(number(f, "SELECT count(*) FROM aside WHERE restored != 0"), ==, 0);
	done(desk_undo(sanne, id, &error));
	g_assert_cmpint(
		number(f, "SELECT count(*) FROM draft WHERE state = 'new' AND claimed_by = ''"), ==,
		1);
	/* What has left cannot be taken back, and one is told. */
	done(desk_reject(sanne, id, &late, &error));
	run(f, "UPDATE outbox SET state = 'sent' WHERE state = 'waiting'");
	said = desk_undo(sanne, id, NULL);
	g_assert_nonnull(strstr(said, "had left already"));
	/* Not when somebody went on with it. */
	done(desk_hold(sanne, id, 0, "wacht op foto", &error));
	done(desk_take(pieter, id, NULL, &error));
	refused(desk_undo(sanne, id, &error), NIEUWS_CONFLICT, "Pieter took it");
	/* Who decides anew takes the mail back as well. */
	done(desk_reject(pieter, id, &late, &error));
	done(desk_reopen(sanne, id, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox WHERE state = 'waiting'"), ==, 0);
	/* Unless that is undone: then the contributor hears of it after all, once. */
	done(desk_undo(sanne, id, &error));
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox WHERE state = 'waiting'"), ==, 1);
}

static void
test_hold(Fixture *f, gconstpointer unused)
{
	Desk *sanne = f->desks[SANNE];
	gint64 id = make_draft(f, "a@example.nl", TRUST_PASS), now = when_now();
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(GPtrArray) after = NULL;

	(void)unused;
	done(desk_hold(sanne, id, now + 3600, NULL, &error));
	before = store_heap(sanne->store, STORE_HEAP_DUE, "", now, 5, NULL);
	after = store_heap(sanne->store, STORE_HEAP_DUE, "", now + 3601, 5, NULL);
	g_assert_cmpint(before->len, ==, 0);
	g_assert_cmpint(after->len, ==, 1);
}

static void
test_days(void)
{
	static const struct {
		const char *text, *moment;
	} cases[] = {{"morgen", "2026-11-25T07:00"}, {"tomorrow 14:30", "2026-11-25T14:30"},
		{"16:00", "2026-11-24T16:00"}, {"vandaag 16.15", "2026-11-24T16:15"},
		{"di", "2026-12-01T07:00"}, {"Wednesday", "2026-11-25T07:00"},
		{"2026-12-01", "2026-12-01T07:00"}, {"1-12-2026 9:05", "2026-12-01T09:05"},
		{"1 dec", "2026-12-01T07:00"}, {"3 maart", "2027-03-03T07:00"},
		{"1-12", "2026-12-01T07:00"}, {"3d", "2026-11-27T07:00"},
		{"2w", "2026-12-08T07:00"}, {"gisteren", NULL}, {"2020-01-01", NULL},
		{"31-2-2027", NULL}, {"08:00", NULL}, {"", NULL}, {"1 dec 25:00", NULL},
		{"morgen x", NULL}};
	gint64 now;
	g_autoptr(GDateTime) moment = NULL;

	g_setenv("TZ", "Europe/Amsterdam", TRUE);
	moment = g_date_time_new_local(2026, 11, 24, 10, 0, 0);
	now = g_date_time_to_unix(moment);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		gint64 at = 0;
		bool good = desk_day(cases[i].text, now, &at, NULL);
		g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(at);
		g_autofree char *shown = g_date_time_format(then, "%Y-%m-%dT%H:%M");

		if (good != (cases[i].moment != NULL))
			g_error("\"%s\" gives %s", cases[i].text, good ? shown : "nothing");
		if (good)
			g_assert_cmpstr(shown, ==, cases[i].moment);
	}
}

/* --- two at once
 * ---------------------------------------------------------------------------------------------- */

enum { COMMANDS = 16 };

/* An edit as nieuws edit makes it: words of one's own in the text. */
static char *
edit(Fixture *f, Desk *desk, gint64 id, const char *words, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(StoreContent) content = NULL;
	gint64 version;

	(void)f;
	if (!desk_write_begin(desk, id, RIGHT_REVIEW, &write, error) ||
		!desk_write_open(&write, error) || !desk_write_mine(&write, true, error))
		return NULL;
	content = store_content_get(desk->store, id, error);
	record_set(&content->body, words);
	if (!store_revision_add(desk->store, id, content, desk->user, "test", &version, error) ||
		!desk_write_step(&write, "edit", "", "", error) ||
		!desk_write_commit(&write, error))
		return NULL;
	return g_strdup("edited");
}

static char *
command(Fixture *f, Desk *desk, gint64 id, int which, GRand *rand, const char *words,
	GError **error)
{
	DeskReject why = {.reason = "late"};
	const char *other = strcmp(desk->user, "daemon") == 0 ? "games" : "daemon";

	switch (which) {
	case 0:
		return desk_take(desk, id, NULL, error);
	case 1:
		return desk_take(desk, id, "haast", error);
	case 2:
		return desk_release(desk, id, NULL, error);
	case 3:
		return desk_release(desk, id, "weg", error);
	case 4:
		return desk_assign(desk, id, other, NULL, error);
	case 5:
		return desk_assign(desk, id, "man", "druk", error);
	case 6:
		return desk_approve(desk, id, error);
	case 7:
		return desk_publish(desk, id, "https://www.example.nl/a", true, error);
	case 8:
		return desk_hold(desk, id, when_now() + 999, "later", error);
	case 9:
		return desk_reject(desk, id, &why, error);
	case 10:
		return desk_spam(desk, id, error);
	case 11:
		return desk_reopen(desk, id, error);
	case 12:
		return desk_undo(desk, id, error);
	case 13:
		return desk_note(desk, id, words, error);
	case 14:
		return desk_restore(desk, id, g_rand_int_range(rand, 1, ASIDES + 1), error);
	default:
		return edit(f, desk, id, words, error);
	}
}

/* All of a draft that anybody can see. */
static char *
snapshot(Fixture *f, gint64 id)
{
	g_autofree char *sql = g_strdup_printf(
		"SELECT state || claimed_by || turn || '.' || version || body || reason || "
		"hold_until || (SELECT count(*) FROM step WHERE draft_id = %d AND undone_at = 0) "
		"|| "
		"'.' || (SELECT count(*) FROM event WHERE draft_id = %d) || '.' || (SELECT "
		"count(*) FROM outbox WHERE draft_id = %d AND state = 'waiting') || '.' || (SELECT "
		"count(*) FROM note WHERE draft_id = %d) FROM draft WHERE id = %d",
		(int)id, (int)id, (int)id, (int)id, (int)id);

	return text(f, sql);
}

static gint64
turn_of(Fixture *f, gint64 id)
{
	g_autofree char *sql = g_strdup_printf("SELECT turn FROM draft WHERE id = %d", (int)id);

	return number(f, sql);
}

/* Every write but notes raised the turn exactly once: none went over another. */
static void
assert_books(Fixture *f)
{
	g_assert_cmpint(number(f, "SELECT count(*) FROM draft d WHERE turn - 1 != (SELECT count(*) "
				  "FROM step WHERE draft_id = d.id AND verb != 'note') + (SELECT "
				  "count(*) FROM event WHERE draft_id = d.id AND kind = 'undo' AND "
				  "text != 'note')"),
		==, 0);
	g_assert_cmpint(
		number(f, "SELECT count(*) FROM draft d JOIN revision r ON r.draft_id = d.id "
			  "AND r.number = d.version WHERE r.body != d.body OR r.title != "
			  "d.title"),
		==, 0);
	g_assert_cmpint(number(f, "SELECT count(*) FROM outbox o JOIN step s ON s.id = o.step_id "
				  "WHERE s.undone_at != 0 AND o.state = 'waiting'"),
		==, 0);
}

typedef struct {
	Desk *desk;
	int which;
	gint64 seen; /* 0: did not look yet */
	char *words;
} Actor;

static void
act(Fixture *f, Actor *actor, const Actor *other, gint64 id, GRand *rand)
{
	gint64 now = turn_of(f, id);
	bool stale = actor->seen != now && actor->which != 13;
	g_autofree char *before = snapshot(f, id);
	g_autofree char *after = NULL;
	g_autofree char *said = NULL;
	g_autoptr(GError) error = NULL;
	const char *name = other->desk == f->desks[SANNE] ? "Sanne" : "Pieter";

	actor->desk->seen = actor->seen;
	said = command(f, actor->desk, id, actor->which, rand, actor->words, &error);
	after = snapshot(f, id);
	if (said == NULL) {
		/* Refused is refused: nothing of it is there. */
		g_assert_cmpstr(before, ==, after);
		g_assert_true(error->code == NIEUWS_CONFLICT || error->code == NIEUWS_INPUT ||
			      error->code == NIEUWS_NOT_FOUND);
	}
	if (stale) {
		g_assert_null(said);
		g_assert_error(error, NIEUWS_ERROR, NIEUWS_CONFLICT);
		if (strstr(error->message, name) == NULL)
			g_error("%s is not named: %s", name, error->message);
	}
	if (said != NULL && actor->which == 15) {
		g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM revision WHERE body = "
						       "'%s'",
			actor->words);

		g_assert_cmpint(number(f, sql), ==, 1);
	}
}

/* Look and write of two editors, in one of the six orders that there are. */
static void
interleave(Fixture *f, gint64 id, Actor *actors, GRand *rand)
{
	static const char *const orders[] = {"aAbB", "abAB", "abBA", "baAB", "baBA", "bBaA"};
	const char *order = orders[g_rand_int_range(rand, 0, 6)];

	for (const char *p = order; *p != '\0'; p++) {
		Actor *actor = &actors[g_ascii_tolower(*p) - 'a'];
		const Actor *other = &actors['b' - g_ascii_tolower(*p)];

		if (g_ascii_islower(*p))
			actor->seen = turn_of(f, id);
		else
			act(f, actor, other, id, rand);
	}
}

static void
quicken(Fixture *f)
{
	/* A power cut is not what is tested here. */
	for (int i = 0; i < 3; i++)
		store_set_synchronous(f->desks[i]->store, false);
}

static void
test_interleavings(Fixture *f, gconstpointer unused)
{
	guint32 seed = g_test_rand_int_range(0, G_MAXINT);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	g_autoptr(GPtrArray) written = g_ptr_array_new_with_free_func(g_free);

	(void)unused;
	g_test_message("seed %u", seed);
	quicken(f);
	for (int i = 0; i < 1024; i++) {
		gint64 id = make_draft(f, "a@example.nl", TRUST_PASS);
		Actor actors[2] = {{f->desks[SANNE], i % COMMANDS, 0, NULL},
			{f->desks[PIETER], i / COMMANDS % COMMANDS, 0, NULL}};

		/* First something happened to it. */
		for (int n = g_rand_int_range(rand, 0, 4); n > 0; n--) {
			g_autofree char *words = g_strdup_printf("eerst %d %d", i, n);

			g_free(command(f, f->desks[g_rand_int_range(rand, 0, 2)], id,
				g_rand_int_range(rand, 0, COMMANDS), rand, words, NULL));
		}
		for (int a = 0; a < 2; a++) {
			actors[a].words = g_strdup_printf("woorden %d van %c", i, 'a' + a);
			g_ptr_array_add(written, actors[a].words);
		}
		interleave(f, id, actors, rand);
	}
	assert_books(f);
}

/* The same by two processes at the same time, that know nothing of each other. */
static void
hammer(Fixture *f, int who, guint32 seed, int drafts)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	g_autoptr(GError) failed = NULL;
	Desk *desk = desk_open_uid(f->config, uid_of(who), RIGHT_REVIEW, STORE_WRITE, &failed);

	if (desk == NULL)
		_exit(3);
	store_set_synchronous(desk->store, false);
	for (int i = 0; i < 300; i++) {
		g_autofree char *words = g_strdup_printf("proces %d woord %d", who, i);
		g_autoptr(GError) error = NULL;
		g_autofree char *said = command(f, desk, g_rand_int_range(rand, 1, drafts + 1),
			g_rand_int_range(rand, 0, COMMANDS), rand, words, &error);

		if (said == NULL && (error->code == NIEUWS_INTERNAL || error->code == NIEUWS_LATER))
			_exit(4);
	}
	_exit(0);
}

static void
test_two_processes(Fixture *f, gconstpointer unused)
{
	guint32 seed = g_test_rand_int_range(0, G_MAXINT);
	pid_t children[2];

	(void)unused;
	g_test_message("seed %u", seed);
	for (int i = 0; i < 3; i++)
		make_draft(f, "a@example.nl", TRUST_PASS);
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0)
			hammer(f, i, seed + (guint32)i, 3);
	}
	for (int i = 0; i < 2; i++) {
		int status = 0;

		waitpid(children[i], &status, 0);
		g_assert_cmpint(status, ==, 0);
	}
	assert_books(f);
	g_assert_cmpint(number(f, "SELECT count(DISTINCT who) FROM step"), ==, 2);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/desk/claims", Fixture, NULL, set_up, test_claims, tear_down);
	g_test_add("/desk/transitions", Fixture, NULL, set_up, test_transitions, tear_down);
	g_test_add("/desk/house", Fixture, NULL, set_up, test_house, tear_down);
	g_test_add("/desk/silence", Fixture, NULL, set_up, test_silence, tear_down);
	g_test_add("/desk/undo", Fixture, NULL, set_up, test_undo, tear_down);
	g_test_add("/desk/hold", Fixture, NULL, set_up, test_hold, tear_down);
	g_test_add_func("/desk/days", test_days);
	g_test_add("/desk/interleavings", Fixture, NULL, set_up, test_interleavings, tear_down);
	g_test_add("/desk/two-processes", Fixture, NULL, set_up, test_two_processes, tear_down);
	return g_test_run();
}
