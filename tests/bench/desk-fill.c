/* A store full of drafts, for measuring: desk-fill DATABASE COUNT SEED. Texts are made of a
 * vocabulary with the frequencies of a language (Zipf); one in fifty is a corrected version of an
 * earlier one by another sender, one in five has a photo, and all but the newest 300 are decided.
 */
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "store.h"

enum { VOCABULARY = 40000, TOPICS = 400, WORDS = 180, BATCH = 500, OPEN = 300, DAY = 86400 };

typedef struct {
	GRand *rand;
	char **words;
	GPtrArray *earlier; /* bodies that a copy can be made of */
} Maker;

/* The commonest are words of the language of newsrooms, so that queries can be typed. */
static char **
make_words(GRand *rand)
{
	static const char *const common[] = {"de", "het", "een", "van", "en", "in", "is", "op",
		"te", "dat", "voor", "met", "zijn", "aan", "gemeente", "wethouder", "brug",
		"straat", "school", "verkeer", "bewoners", "feest", "markt", "vereniging"};
	static const char *const syllables[] = {"ba", "ker", "lo", "men", "sta", "den", "vri", "zo",
		"mer", "huis", "water", "land", "veld", "weg", "tui", "nen", "kra", "lin", "gen",
		"hof"};
	char **words = g_new0(char *, VOCABULARY + 1);

	for (guint i = 0; i < VOCABULARY; i++) {
		GString *word = g_string_new(NULL);
		int count = g_rand_int_range(rand, 2, 5);

		for (int n = 0; n < count; n++)
			g_string_append(word,
				syllables[g_rand_int_range(rand, 0, G_N_ELEMENTS(syllables))]);
		words[i] = i < G_N_ELEMENTS(common) ? g_strdup(common[i]) : g_strdup(word->str);
		g_string_free(word, TRUE);
	}
	return words;
}

/* Zipf: the word of rank r comes with a chance of 1/r. */
static const char *
pick(Maker *maker)
{
	double x = g_rand_double(maker->rand);

	return maker->words[MIN((guint)(pow(VOCABULARY, x) - 1), VOCABULARY - 1u)];
}

static char *
make_body(Maker *maker, guint topic)
{
	GString *body = g_string_new(NULL);
	int count = g_rand_int_range(maker->rand, WORDS / 2, WORDS * 3 / 2);

	for (int i = 0; i < count; i++) {
		if (i % 15 == 7)
			g_string_append_printf(body, "naam%u ", topic + (guint)(i % 45 / 15) * 77);
		g_string_append(body, pick(maker));
		g_string_append(body, i % 12 == 11 ? (i % 48 == 47 ? ".\n\n" : ". ") : " ");
	}
	return g_string_free(body, FALSE);
}

static char *
copy_of(Maker *maker)
{
	const char *text =
		maker->earlier->pdata[g_rand_int_range(maker->rand, 0, (gint)maker->earlier->len)];

	return g_strconcat("Gewijzigd bericht. ", text, "En nog een zin.", NULL);
}

static void
fill_draft(Maker *maker, gint64 number, Message *message, Draft *draft)
{
	guint topic = (guint)g_rand_int_range(maker->rand, 0, TOPICS);
	int sender = g_rand_int_range(maker->rand, 0, 3000);
	bool copy = maker->earlier->len > 0 && number % 50 == 49;

	g_free(draft->body);
	draft->body = copy ? copy_of(maker) : make_body(maker, topic);
	if (number % 40 == 0)
		g_ptr_array_add(maker->earlier, g_strdup(draft->body));
	g_free(draft->title);
	draft->title =
		g_strdup_printf("%s %s naam%u %s", pick(maker), pick(maker), topic, pick(maker));
	g_free(draft->sender.address);
	draft->sender.address = g_strdup_printf("persoon%d@example.nl", sender);
	record_set(&draft->sender.name, draft->sender.address);
	draft->words = (gint64)text_words(draft->body);
	draft_set_aside(draft, ASIDE_SIGNATURE, "Met vriendelijke groet, persoon", "greeting", 3);
	if (number % 5 == 0) {
		Attachment *photo = record_append(&attachment_type, message->attachments);

		record_set(&photo->filename, "foto.jpg");
		photo->role = ROLE_PHOTO;
	}
}

static bool
keep_one(Store *store, Maker *maker, gint64 number, gint64 at, gint64 *ret_us, GError **error)
{
	g_autoptr(Message) message = message_new();
	g_autoptr(Draft) draft = draft_new();
	g_autofree char *mark = g_strdup_printf("%d", (int)number);
	g_autofree char *sha256 = digest_of(mark, strlen(mark));
	StoreKeep keep = {.mailbox = "",
		.folder = "",
		.sha256 = sha256,
		.path = "mail/none",
		.received_at = at,
		.kept_at = at,
		.message = message,
		.draft = draft};
	StoreKept kept;
	gint64 began;
	bool good;

	record_set(&message->content_digest, sha256);
	fill_draft(maker, number, message, draft);
	began = g_get_monotonic_time();
	good = store_keep(store, &keep, &kept, error);
	*ret_us += g_get_monotonic_time() - began;
	return good;
}

static bool
decide(Store *store, gint64 id, GError **error)
{
	g_autoptr(StoreStanding) standing = store_standing_get(store, id, error);

	if (standing == NULL)
		return false;
	record_set(&standing->state, id % 4 == 0 ? "rejected" : "published");
	return store_standing_put(store, id, standing, error);
}

static bool
fill(Store *store, Maker *maker, gint64 count, gint64 *ret_us, GError **error)
{
	for (gint64 number = 0; number < count; number++) {
		if (number % BATCH == 0 && !store_begin(store, error))
			return false;
		if (!keep_one(store, maker, number, when_now() - (count - number) * DAY / 60,
			    ret_us, error) ||
			(number < count - OPEN && !decide(store, number + 1, error)))
			return false;
		if ((number % BATCH == BATCH - 1 || number == count - 1) &&
			!store_commit(store, error))
			return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = NULL;
	Maker maker = {0};
	gint64 count, us = 0;

	if (argc != 4)
		return EXIT_USAGE;
	count = g_ascii_strtoll(argv[2], NULL, 10);
	store = store_open(argv[1], STORE_WRITE, &error);
	maker.rand = g_rand_new_with_seed((guint32)g_ascii_strtoull(argv[3], NULL, 10));
	maker.words = make_words(maker.rand);
	maker.earlier = g_ptr_array_new_with_free_func(g_free);
	if (store != NULL)
		store_set_reference(store, "KON");
	if (store == NULL || !fill(store, &maker, count, &us, &error)) {
		fprintf(stderr, "%s\n", error->message);
		return EXIT_INTERNAL;
	}
	printf("%.0f us a mail in the store\n", (double)us / (double)MAX(count, 1));
	g_strfreev(maker.words);
	g_rand_free(maker.rand);
	g_ptr_array_unref(maker.earlier);
	return EXIT_DONE;
}
