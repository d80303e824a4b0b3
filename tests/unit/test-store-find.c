/* Finding: word forms, ranks, where a hit is, near-duplicates, and queries that mean harm. */
#include <glib/gstdio.h>
#include <string.h>

#include "store-fixture.h"

typedef struct {
	const char *title, *body, *from, *aside, *file;
	gint64 at;
} Mail;

static gint64
keep(Store *store, const Mail *mail)
{
	static int number;
	g_autoptr(Message) message = message_new();
	g_autoptr(Draft) draft = draft_new();
	g_autofree char *mark = g_strdup_printf("mail %d", ++number);
	g_autofree char *sha256 = digest_of(mark, strlen(mark));
	StoreKeep entry = {.mailbox = "",
		.folder = "",
		.sha256 = sha256,
		.path = "mail/x",
		.received_at = 1,
		.kept_at = mail->at > 0 ? mail->at : when_now(),
		.message = message,
		.draft = draft};
	StoreKept kept = {0};
	g_autoptr(GError) error = NULL;

	record_set(&message->content_digest, sha256);
	record_set(&draft->title, mail->title);
	record_set(&draft->body, mail->body != NULL ? mail->body : "");
	record_set(&draft->sender.address, mail->from != NULL ? mail->from : "sanne@example.nl");
	if (mail->aside != NULL)
		draft_set_aside(draft, ASIDE_CONTACT, mail->aside, "", 1);
	if (mail->file != NULL) {
		Attachment *photo = record_append(&attachment_type, message->attachments);

		record_set(&photo->filename, mail->file);
		photo->role = ROLE_PHOTO;
	}
	g_assert_true(store_begin(store, &error));
	g_assert_true(store_keep(store, &entry, &kept, &error));
	g_assert_true(store_commit(store, &error));
	g_assert_no_error(error);
	return kept.draft_id;
}

static StoreFind *
words(const char *text)
{
	StoreFind *find = store_find_new();
	g_auto(GStrv) parts = g_strsplit(text, " ", -1);

	for (char **part = parts; *part != NULL; part++) {
		StoreWord *word = g_new0(StoreWord, 1);

		word->negated = **part == '-';
		word->text = g_strdup(*part + word->negated);
		word->prefix = g_str_has_suffix(*part, "*");
		word->place = STORE_PLACE_ANY;
		g_ptr_array_add(find->words, word);
	}
	find->ranked = true;
	return find;
}

/* The numbers found, as text: "3 1". */
static char *
found(Store *store, const StoreFind *find)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) rows = store_find(store, find, &error);
	GString *text = g_string_new(NULL);

	g_assert_no_error(error);
	for (guint i = 0; i < rows->len; i++)
		g_string_append_printf(
			text, "%s%d", i > 0 ? " " : "", (int)((StoreDraftRow *)rows->pdata[i])->id);
	return g_string_free(text, FALSE);
}

static void
expect(Store *store, const char *query, const char *wanted)
{
	g_autoptr(StoreFind) find = words(query);
	g_autofree char *got = found(store, find);

	g_test_message("%s", query);
	g_assert_cmpstr(got, ==, wanted);
}

static void
test_forms(Fixture *f, gconstpointer unused)
{
	const Mail mails[] = {{.title = "Fietsen gestolen in Café De Zon"},
		{.title = "Brieven aan de raad", .body = "Twee huizen staan leeg."},
		{.title = "Straßenfest", .body = "English words are still found: bridges."}};

	(void)unused;
	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++)
		keep(f->store, &mails[i]);
	expect(f->store, "fiets", "1");
	expect(f->store, "FIETSEN cafe", "1");
	expect(f->store, "brief huis", "2");
	expect(f->store, "strassenfest", "3");
	expect(f->store, "bridges", "3");
	expect(f->store, "fiets -zon", "");
	expect(f->store, "hui*", "2");
	expect(f->store, "-fiets", "3 2");
}

static void
test_ranks(Fixture *f, gconstpointer unused)
{
	const Mail mails[] = {{.title = "Nieuwe brug", .body = "In Hengelo.", .at = 1000},
		{.title = "Verkeer",
			.body = "Over de brug in een ander dorp. En dan ook eens naar "
				"het mooie oude Hengelo, waar niets gebeurt."},
		{.title = "Brug Hengelo open", .at = 2000},
		{.title = "Markt", .body = "x", .aside = "brug, Hengelo"},
		{.title = "Verkeer", .body = "De brug Hengelo is dicht."}};

	(void)unused;
	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++)
		keep(f->store, &mails[i]);
	expect(f->store, "brug hengelo", "3 1 5 2 4");
}

static void
expect_hit(Store *store, gint64 id, const char *query, StorePlace place, const char *wanted)
{
	g_autoptr(StoreFind) find = words(query);
	g_autofree char *snippet = NULL;
	StorePlace where;

	g_assert_true(store_find_hit(store, find, id, 60, &where, &snippet, NULL));
	g_test_message("%s", snippet);
	g_assert_cmpint(where, ==, place);
	g_assert_cmpstr(snippet, ==, wanted);
}

static void
test_hits(Fixture *f, gconstpointer unused)
{
	const Mail mail = {.title = "Nieuwe brug",
		.body = "Dit is de eerste zin. De **bruggen** over het kanaal gaan\nopen. En "
			"verder "
			"staat er nog heel veel in dit bericht over zwemmen in het bad van de "
			"buren.",
		.aside = "Bel Sanne op 06",
		.file = "foto-kanaal.jpg"};
	gint64 id = keep(f->store, &mail);

	(void)unused;
	expect_hit(f->store, id, "brug", STORE_PLACE_BODY,
		"De \002bruggen\003 over het kanaal gaan open.");
	expect_hit(f->store, id, "sanne", STORE_PLACE_ASIDES, "Bel \002Sanne\003 op 06");
	expect_hit(f->store, id, "jpg", STORE_PLACE_FILES, "foto-kanaal.\002jpg\003");
	expect_hit(f->store, id, "nieuw*", STORE_PLACE_TITLE, "\002Nieuwe\003 brug");
}

/* No query, whatever it holds, is read as SQL or as a query of FTS5; each answers. */
static void
test_hostile(Fixture *f, gconstpointer unused)
{
	static const char *const texts[] = {"\"", "\" OR 1=1 --", "NEAR(a b)", "title:x", "{title}",
		"a\"b", "^brug", "+", "*", "brug OR", "(", "';DROP TABLE draft;--", "\xff\xfe",
		"AND", "NOT", "-", "a*b*c*", "\001\002\003"};
	const Mail mail = {.title = "Brug", .body = "En and or not near."};

	(void)unused;
	keep(f->store, &mail);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(StoreFind) find = store_find_new();
		StoreWord *word = g_new0(StoreWord, 1);
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) rows = NULL;

		word->text = g_strdup(texts[i]);
		word->place = STORE_PLACE_ANY;
		word->prefix = i % 2 == 0;
		g_ptr_array_add(find->words, word);
		rows = store_find(f->store, find, &error);
		g_assert_no_error(error);
		g_assert_cmpuint(rows->len, <=, 1);
	}
	expect(f->store, "brug", "1");
}

static char *
text_of(guint32 seed, int count)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	GString *text = g_string_new(NULL);

	for (int i = 0; i < count; i++)
		g_string_append_printf(text, "woord%d ", g_rand_int_range(rand, 0, 3000));
	return g_string_free(text, FALSE);
}

static void
test_near(Fixture *f, gconstpointer unused)
{
	g_autofree char *text = text_of(1, 200);
	g_autofree char *corrected = g_strconcat(text, "en nog een zin erbij.", NULL);
	g_autofree char *other = text_of(2, 200);
	const Mail mails[] = {{.title = "Bericht", .body = text}, {.title = "x", .body = other},
		{.title = "Correctie bericht", .body = corrected}};
	g_autoptr(GPtrArray) near = NULL;
	const StoreNear *one;

	(void)unused;
	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++)
		keep(f->store, &mails[i]);
	near = store_near(f->store, 3, 0.3, NULL);
	g_assert_cmpuint(near->len, ==, 1);
	one = near->pdata[0];
	g_assert_cmpint(one->id, ==, 1);
	g_assert_cmpfloat(one->likeness, >, 0.8);
}

static void
test_similar(Fixture *f, gconstpointer unused)
{
	g_autoptr(GPtrArray) similar = NULL;

	(void)unused;
	for (guint32 i = 0; i < 60; i++) {
		g_autofree char *noise = text_of(100 + i, 60);
		g_autofree char *body = g_strconcat(noise,
			i % 20 == 0 ? "De wethouder opent de Vechtbrug bij Ommen." : "", NULL);
		const Mail mail = {
			.title = i % 20 == 0 ? "Vechtbrug Ommen" : "Bericht", .body = body};

		keep(f->store, &mail);
	}
	similar = store_similar(f->store, 1, 5, NULL);
	g_assert_cmpuint(similar->len, ==, 2);
	g_assert_cmpint(((StoreNear *)similar->pdata[0])->id % 20, ==, 1);
	g_assert_cmpint(((StoreNear *)similar->pdata[1])->id % 20, ==, 1);
}

static void
test_filters(Fixture *f, gconstpointer unused)
{
	const Mail mails[] = {{.title = "een", .file = "a.jpg", .at = 1000},
		{.title = "twee", .from = "piet@example.org", .at = 2000},
		{.title = "drie", .at = 3000}};
	g_autoptr(StoreFind) find = store_find_new();
	g_autofree char *all = NULL, *photo = NULL, *between = NULL, *from = NULL;

	(void)unused;
	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++)
		keep(f->store, &mails[i]);
	find->open = true;
	all = found(f->store, find);
	g_assert_cmpstr(all, ==, "3 2 1");
	find->has = STORE_HAS_PHOTO;
	photo = found(f->store, find);
	g_assert_cmpstr(photo, ==, "1");
	find->has = 0;
	find->since = 2000;
	find->until = 3000;
	between = found(f->store, find);
	g_assert_cmpstr(between, ==, "2");
	find->since = find->until = 0;
	g_ptr_array_add(find->words, g_new0(StoreWord, 1));
	((StoreWord *)find->words->pdata[0])->text = g_strdup("piet@example.org");
	((StoreWord *)find->words->pdata[0])->place = STORE_PLACE_CONTRIBUTOR;
	from = found(f->store, find);
	g_assert_cmpstr(from, ==, "2");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/find/forms", Fixture, NULL, set_up_empty, test_forms, tear_down);
	g_test_add("/find/ranks", Fixture, NULL, set_up_empty, test_ranks, tear_down);
	g_test_add("/find/hits", Fixture, NULL, set_up_empty, test_hits, tear_down);
	g_test_add("/find/hostile", Fixture, NULL, set_up_empty, test_hostile, tear_down);
	g_test_add("/find/near", Fixture, NULL, set_up_empty, test_near, tear_down);
	g_test_add("/find/similar", Fixture, NULL, set_up_empty, test_similar, tear_down);
	g_test_add("/find/filters", Fixture, NULL, set_up_empty, test_filters, tear_down);
	return g_test_run();
}
