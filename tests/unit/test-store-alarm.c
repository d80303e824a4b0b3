/* store: alarms that neither storm nor get lost, rates, and senders that look like others. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "store-fixture.h"

enum { DAY = 86400, NOW = 1800000000 };

/* True when admins are to be told. */
static bool
raise_at(Fixture *f, gint64 now, gint64 *ret_id)
{
	const StoreAlarm facts = {.kind = (char *)(guintptr) "disk",
		.about = (char *)(guintptr) "",
		.detail = (char *)(guintptr) "",
		.count = 12};
	bool fresh = false, tell = false;
	g_autoptr(GError) error = NULL;

	*ret_id = store_alarm_raise(f->store, &facts, now, DAY, &fresh, &tell, &error);
	g_assert_no_error(error);
	g_assert_cmpint(*ret_id, >, 0);
	return tell;
}

static bool
end_at(Fixture *f, gint64 id, gint64 now)
{
	bool tell = false;
	g_autoptr(GError) error = NULL;

	g_assert_true(store_alarm_end(f->store, id, now, &tell, &error));
	g_assert_no_error(error);
	return tell;
}

static void
test_no_storm(Fixture *f, gconstpointer unused)
{
	gint64 id = 0, again = 0;
	int told = 0;

	(void)unused;
	g_assert_true(raise_at(f, NOW, &id));
	g_assert_false(raise_at(f, NOW + 30, &again));
	g_assert_cmpint(id, ==, again);
	g_assert_true(end_at(f, id, NOW + 60));
	/* It comes and goes a hundred times in an hour: one alarm, nobody is told again. */
	for (int i = 0; i < 100; i++) {
		told += raise_at(f, NOW + 100 + i * 36, &again);
		g_assert_cmpint(id, ==, again);
		told += end_at(f, id, NOW + 110 + i * 36);
	}
	g_assert_cmpint(told, ==, 0);
	/* A day later it is news. */
	g_assert_true(raise_at(f, NOW + DAY + 1, &again));
	g_assert_cmpint(again, !=, id);
	/* And once a day while it lasts. */
	g_assert_false(raise_at(f, NOW + 2 * DAY, &id));
	g_assert_true(raise_at(f, NOW + 2 * DAY + 1, &id));
	g_assert_cmpint(again, ==, id);
	g_assert_true(end_at(f, id, NOW + 3 * DAY));
	/* A clock that was set back hides nothing. */
	g_assert_true(raise_at(f, NOW - 30 * DAY, &id));
}

static void
test_lists_survive(Fixture *f, gconstpointer unused)
{
	g_autoptr(GPtrArray) open = NULL;
	g_autoptr(GPtrArray) all = NULL;
	gint64 id = 0;
	g_autoptr(GError) error = NULL;

	(void)unused;
	raise_at(f, NOW, &id);
	store_close(f->store);
	f->store = store_open(f->path, STORE_WRITE, &error);
	open = store_alarm_list(f->store, true, 10, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(open->len, ==, 1);
	g_assert_cmpstr(((StoreAlarm *)open->pdata[0])->kind, ==, "disk");
	g_assert_cmpint(((StoreAlarm *)open->pdata[0])->count, ==, 12);
	end_at(f, id, NOW + 5);
	all = store_alarm_list(f->store, false, 10, &error);
	g_assert_cmpint(((StoreAlarm *)all->pdata[0])->over_at, ==, NOW + 5);
}

static gint64
count_at(Fixture *f, const char *who, gint64 now)
{
	gint64 count = 0;
	g_autoptr(GError) error = NULL;

	g_assert_true(store_rate_count(f->store, who, now, 3, &count, &error));
	return count;
}

static guint
over_at(Fixture *f, gint64 before, gint64 now)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) over = store_rate_over(f->store, before, now, &error);

	g_assert_no_error(error);
	return over->len;
}

static void
test_rates(Fixture *f, gconstpointer unused)
{
	g_autoptr(GError) error = NULL;

	(void)unused;
	for (int i = 1; i <= 3; i++)
		g_assert_cmpint(count_at(f, "A@example.nl", NOW + i), ==, i);
	g_assert_cmpuint(over_at(f, NOW + 600, NOW + 600), ==, 0);
	g_assert_cmpint(count_at(f, "a@Example.nl", NOW + 10), ==, 4);
	g_assert_cmpint(count_at(f, "b@example.nl", NOW + 10), ==, 1);
	g_assert_cmpuint(over_at(f, NOW + 9, NOW + 12), ==, 0);
	g_assert_cmpuint(over_at(f, NOW + 10, NOW + 12), ==, 1);
	/* The hour is over, and forgotten later. */
	g_assert_cmpuint(over_at(f, NOW + 4000, NOW + 4000), ==, 0);
	g_assert_cmpint(count_at(f, "a@example.nl", NOW + 4000), ==, 1);
	g_assert_true(store_rate_forget(f->store, NOW + 5 * 3600, &error));
	g_assert_cmpint(count_at(f, "a@example.nl", NOW + 4001), ==, 1);
	/* A clock that was set back begins a new hour. */
	g_assert_cmpint(count_at(f, "a@example.nl", NOW - DAY), ==, 1);
}

/* --- who looks like whom */

static Draft *
draft_of(const char *name, const char *address)
{
	Draft *draft = draft_new();

	record_set(&draft->title, "Titel");
	record_set(&draft->sender.name, name);
	record_set(&draft->sender.address, address);
	return draft;
}

/* Codes of the warnings, with a blank behind each; the mail is kept. */
static char *
judged(Fixture *f, const char *name, const char *address)
{
	static int number;
	g_autoptr(Draft) draft = draft_of(name, address);
	g_autoptr(Message) message = message_new();
	g_autoptr(GPtrArray) ours = g_ptr_array_new();
	g_autofree char *mark = g_strdup_printf("mail %d", ++number);
	g_autofree char *sha256 = digest_of(mark, strlen(mark));
	StoreKeep keep = {.mailbox = "desk",
		.folder = "INBOX",
		.uidvalidity = 1,
		.uid = number,
		.sha256 = sha256,
		.path = "mail/x",
		.received_at = NOW + number,
		.kept_at = NOW + number,
		.message = message,
		.draft = draft};
	StoreKept kept;
	GString *codes = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	g_ptr_array_add(ours, (gpointer)(guintptr) "redactie-oost.nl");
	record_set(&message->from_address, address);
	g_assert_true(store_begin(f->store, &error));
	g_assert_true(store_judge_sender(f->store, draft, ours, NOW + number, &error));
	g_assert_true(store_keep(f->store, &keep, &kept, &error));
	g_assert_true(store_commit(f->store, &error));
	g_assert_no_error(error);
	for (guint i = 0; i < draft->warnings->len; i++)
		g_string_append_printf(codes, "%s ", ((Warning *)draft->warnings->pdata[i])->code);
	return g_string_free(codes, FALSE);
}

typedef struct {
	const char *name, *address, *codes;
} Sender;

/* In this order: who comes first is the known one. */
static const Sender senders[] = {
	{"Gemeente Ommerveld", "voorlichting@ommerveld.nl", ""},
	{"Anke Dijkstra", "anke@waterschap-oost.nl", ""},
	{"Brandweer", "pers@brandweer-oost.nl", ""},
	/* domains that look like these, and like our own */
	{"Piet", "a@ommerveId.nl", "trust.domain "},
	{"Piet", "a@omrnerveld.nl", "trust.domain "},
	{"Piet", "a@0mmerveld.nl", "trust.domain "},
	{"Piet", "a@ommervelt.nl", "trust.domain "},
	{"Piet", "a@ommreveld.nl", "trust.domain "},
	{"Piet", "a@ommervelld.nl", "trust.domain "},
	{"Piet", "a@xn--mmerveld-mbh.nl", "trust.domain "},
	{"Piet", "a@waterschap-00st.nl", "trust.domain "},
	{"Piet", "a@waterschapoost.nl", "trust.domain "},
	{"Piet", "a@brandvveer-oost.nl", "trust.domain "},
	{"Piet", "a@redactie-oosf.nl", "trust.domain "},
	{"Piet", "a@redactle-oost.nl", "trust.domain "},
	/* again from there: still said */
	{"Piet", "b@ommervelt.nl", "trust.domain "},
	/* names that another address used first */
	{"Anke Dijkstra", "anke.d@example.org", "trust.known-name "},
	{"ANKE DIJKSTRA", "x@example.org", "trust.known-name "},
	{"Anke D\u0456jkstra", "y@example.org", "trust.known-name "},
	{"Anke  Dijkstr\u0430", "z@example.org", "trust.known-name "},
	{"Gemeente Ommerveld", "g@0mmerveld.nl", "trust.domain trust.known-name "},
	{"Brandweer", "b@example.org", "trust.known-name "},
	/* nothing to say of these */
	{"Anke Dijkstra", "a.dijkstra@waterschap-oost.nl", ""},
	{"Anke Dijkstra", "anke@waterschap-oost.nl", ""},
	{"Anke Dijksma", "q@example.org", ""},
	{"Gemeente Emmerveld", "pers@emmerdal.nl", ""},
	{"Jan", "jan@mail.ommerveld.nl", ""},
	{"", "r@example.org", ""},
	{"Jan", "", ""},
};

static void
test_senders(Fixture *f, gconstpointer unused)
{
	(void)unused;
	for (size_t i = 0; i < G_N_ELEMENTS(senders); i++) {
		g_autofree char *codes = judged(f, senders[i].name, senders[i].address);

		g_test_message("%s <%s>", senders[i].name, senders[i].address);
		g_assert_cmpstr(codes, ==, senders[i].codes);
	}
}

static void
test_trusted_is_not_doubted(Fixture *f, gconstpointer unused)
{
	g_autoptr(GError) error = NULL;
	/* Known first, so that the second one looks like her. */
	g_autofree char *known = judged(f, "Anke Dijkstra", "anke@waterschap-oost.nl");
	g_autofree char *before = judged(f, "Anke Dijkstra", "anke@home.example.org");
	g_autofree char *after = NULL;

	(void)unused;
	g_assert_nonnull(known);
	g_assert_cmpstr(before, ==, "trust.known-name ");
	g_assert_true(store_contributor_set(
		f->store, "anke@home.example.org", "trusted", "", "sanne", &error));
	after = judged(f, "Anke Dijkstra", "anke@home.example.org");
	g_assert_cmpstr(after, ==, "");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/alarm/no-storm", Fixture, NULL, set_up_empty, test_no_storm, tear_down);
	g_test_add(
		"/alarm/lists-survive", Fixture, NULL, set_up_empty, test_lists_survive, tear_down);
	g_test_add("/alarm/rates", Fixture, NULL, set_up_empty, test_rates, tear_down);
	g_test_add("/known/senders", Fixture, NULL, set_up_empty, test_senders, tear_down);
	g_test_add("/known/trusted", Fixture, NULL, set_up_empty, test_trusted_is_not_doubted,
		tear_down);
	return g_test_run();
}
