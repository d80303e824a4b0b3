#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base.h"
#include "wire.h"

typedef struct {
	WireChannel *here, *there;
} Pair;

static void
pair_up(Pair *pair, gconstpointer unused)
{
	int fds[2];

	(void)unused;
	g_assert_true(wire_pair(fds, NULL));
	pair->here = wire_channel_new(fds[0]);
	pair->there = wire_channel_new(fds[1]);
}

static void
pair_down(Pair *pair, gconstpointer unused)
{
	(void)unused;
	wire_channel_free(pair->here);
	wire_channel_free(pair->there);
}

static void
fill(WireDraft *letter, size_t body_length)
{
	Attachment *attachment = record_append(&attachment_type, letter->message.attachments);

	letter->job = 42;
	g_free(letter->draft.body);
	letter->draft.body = g_strnfill(body_length, 'x');
	record_set(&letter->draft.title, "Brug bij Hengelo geopend");
	draft_set_aside(&letter->draft, ASIDE_CONTACT, "Bel Sanne", "stands below the text", 7);
	draft_warn(&letter->draft, "limit.parts", "Too many parts.");
	record_set(&attachment->filename, "brug.jpg");
	attachment->role = ROLE_LOGO;
	attachment->size = 123456789012;
}

static void
round_trip(Pair *pair, size_t body_length)
{
	WireDraft *sent = record_new(wire_type(WIRE_DRAFT));
	g_autoptr(WireLetter) got = NULL;
	const WireDraft *draft;
	const Aside *aside;
	const Attachment *attachment;

	fill(sent, body_length);
	g_assert_true(wire_send(pair->here, WIRE_DRAFT, sent, -1, NULL));
	g_assert_true(wire_receive(pair->there, &got, NULL));
	g_assert_cmpint(got->kind, ==, WIRE_DRAFT);
	g_assert_cmpint(got->fd, ==, -1);
	draft = got->record;
	aside = draft->draft.asides->pdata[0];
	attachment = draft->message.attachments->pdata[0];
	g_assert_cmpint(draft->job, ==, 42);
	g_assert_cmpuint(strlen(draft->draft.body), ==, body_length);
	g_assert_cmpstr(aside->text, ==, "Bel Sanne");
	g_assert_cmpint(aside->kind, ==, ASIDE_CONTACT);
	g_assert_cmpint(aside->position, ==, 7);
	g_assert_cmpint(attachment->size, ==, 123456789012);
	g_assert_cmpint(attachment->role, ==, ROLE_LOGO);
	record_free(wire_type(WIRE_DRAFT), sent);
}

static void
test_small(Pair *pair, gconstpointer unused)
{
	(void)unused;
	round_trip(pair, 100);
}

static void
test_spilled(Pair *pair, gconstpointer unused)
{
	(void)unused;
	round_trip(pair, 3 << 20);
}

static void
test_descriptor(Pair *pair, gconstpointer unused)
{
	WireRead read_job = {.job = 7};
	g_autoptr(WireLetter) got = NULL;
	fs_auto int fd = fs_memfd("test", "raw mail", 8, NULL);
	g_autofree char *bytes = NULL;

	(void)unused;
	g_assert_true(wire_send(pair->here, WIRE_READ, &read_job, fd, NULL));
	g_assert_true(wire_receive(pair->there, &got, NULL));
	g_assert_cmpint(got->fd, >=, 0);
	bytes = fs_pread_all(got->fd, 100, NULL, NULL);
	g_assert_cmpstr(bytes, ==, "raw mail");
}

static void
test_queue(Pair *pair, gconstpointer unused)
{
	WireRead job = {.job = 0};
	bool empty = false;

	(void)unused;
	wire_set_blocking(pair->here, false);
	for (int i = 0; i < 5000; i++) {
		job.job = i;
		g_assert_true(wire_send(pair->here, WIRE_READ, &job, -1, NULL));
	}
	g_assert_true(wire_pending(pair->here));
	for (int i = 0; i < 5000; i++) {
		g_autoptr(WireLetter) got = NULL;

		g_assert_true(wire_receive(pair->there, &got, NULL));
		g_assert_cmpint(((WireRead *)got->record)->job, ==, i);
		g_assert_true(wire_flush(pair->here, &empty, NULL));
	}
	g_assert_true(empty);
}

static void
test_end(Pair *pair, gconstpointer unused)
{
	WireLetter *got = NULL;
	g_autoptr(GError) error = NULL;

	(void)unused;
	g_clear_pointer(&pair->here, wire_channel_free);
	g_assert_false(wire_receive(pair->there, &got, &error));
	g_assert_true(nieuws_error_is(error, NIEUWS_LATER));
}

/* A worker that was taken over sends whatever it likes: refused, never a crash. */
static void
test_garbage(Pair *pair, gconstpointer unused)
{
	guint32 seed = g_test_rand_int_range(0, G_MAXINT);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
	g_autoptr(GBytes) good = NULL;
	WireDraft *sent = record_new(wire_type(WIRE_DRAFT));

	(void)unused;
	g_test_message("seed %u", seed);
	fill(sent, 50);
	good = record_to_bytes(wire_type(WIRE_DRAFT), sent);
	for (int round = 0; round < 20000; round++) {
		guint8 packet[2048] = {0};
		gsize length = g_bytes_get_size(good);
		WireLetter *got = NULL;
		guint32 header[2] = {(guint32)g_rand_int_range(rand, 0, 16), (guint32)length};

		if (g_rand_int_range(rand, 0, 4) > 0)
			header[0] = WIRE_DRAFT;
		memcpy(packet, header, sizeof header);
		memcpy(packet + 16, g_bytes_get_data(good, NULL), length);
		for (int i = g_rand_int_range(rand, 0, 6); i > 0; i--)
			packet[g_rand_int_range(rand, 8, (gint32)(16 + length))] =
				(guint8)g_rand_int(rand);
		g_assert_cmpint(send(wire_channel_fd(pair->here), packet, 16 + length, 0), >, 0);
		if (wire_receive(pair->there, &got, NULL))
			wire_letter_free(got);
	}
	record_free(wire_type(WIRE_DRAFT), sent);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/wire/small", Pair, NULL, pair_up, test_small, pair_down);
	g_test_add("/wire/spilled", Pair, NULL, pair_up, test_spilled, pair_down);
	g_test_add("/wire/descriptor", Pair, NULL, pair_up, test_descriptor, pair_down);
	g_test_add("/wire/queue", Pair, NULL, pair_up, test_queue, pair_down);
	g_test_add("/wire/end", Pair, NULL, pair_up, test_end, pair_down);
	g_test_add("/wire/garbage", Pair, NULL, pair_up, test_garbage, pair_down);
	return g_test_run();
}
