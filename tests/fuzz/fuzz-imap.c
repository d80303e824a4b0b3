/* A whole session with a server that says these bytes: log-in, listing, fetching, telling, IDLE;
 * through the guard and libetpan. In the place of net there is a stream from memory. */
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "imap.h"
#include "net.h"

struct Net {
	const uint8_t *bytes;
	size_t length, at;
	bool broken;
	NetFilter filter;
	void *filter_context;
	gint64 left;
	char buffer[512];
	size_t start, end;
};

static const uint8_t *input;
static size_t input_length;

/* --- net
 * ------------------------------------------------------------------------------------------------------
 */

Net *
net_connect(const ServerConfig *server, int default_port, GError **error)
{
	Net *net = g_new0(Net, 1);

	(void)server;
	(void)default_port;
	(void)error;
	net->bytes = input;
	net->length = input_length;
	net->left = -1;
	return net;
}

void
net_free(Net *net)
{
	g_free(net);
}

static int
fill(Net *net)
{
	size_t n = MIN(sizeof net->buffer, net->length - net->at);

	if (net->start < net->end)
		return 1;
	if (net->broken || n == 0) {
		net->broken = true;
		return -1;
	}
	memcpy(net->buffer, net->bytes + net->at, n);
	net->at += n;
	if (net->left >= 0 && (net->left -= (gint64)n) < 0) {
		net->broken = true;
		return -1;
	}
	if (net->filter != NULL && !net->filter(net->filter_context, net->buffer, n)) {
		net->broken = true;
		return -1;
	}
	net->start = 0;
	net->end = n;
	return 1;
}

static ssize_t
low_read(mailstream_low *low, void *bytes, size_t length)
{
	Net *net = low->data;
	size_t n;

	if (fill(net) < 0)
		return -1;
	n = MIN(length, net->end - net->start);
	memcpy(bytes, net->buffer + net->start, n);
	net->start += n;
	return (ssize_t)n;
}

static ssize_t
low_write(mailstream_low *low, const void *bytes, size_t length)
{
	(void)bytes;
	return ((Net *)low->data)->broken || length == 0 ? -1 : (ssize_t)length;
}

static int
low_nothing(mailstream_low *low)
{
	(void)low;
	return 0;
}

static void
low_free(mailstream_low *low)
{
	g_free(low);
}

static mailstream_low_driver driver = {.mailstream_read = low_read,
	.mailstream_write = low_write,
	.mailstream_close = low_nothing,
	.mailstream_get_fd = low_nothing,
	.mailstream_free = low_free};

mailstream *
net_stream(Net *net)
{
	mailstream_low *low = g_new0(mailstream_low, 1);

	low->data = net;
	low->driver = &driver;
	return mailstream_new(low, 64 * 1024);
}

bool
net_start_tls(Net *net, GError **error)
{
	return net->start >= net->end ||
	       nieuws_fail(error, NIEUWS_MAILBOX, "more behind the answer");
}

void
net_set_filter(Net *net, NetFilter filter, void *context)
{
	net->filter = filter;
	net->filter_context = context;
}

void
net_set_budget(Net *net, gint64 seconds, gint64 bytes)
{
	(void)seconds;
	net->left = bytes > 0 ? bytes : -1;
}

const char *
net_failure(const Net *net)
{
	return net->broken ? "broken" : "";
}

int
net_poll(Net *net)
{
	return fill(net);
}

int
net_fd(const Net *net)
{
	(void)net;
	return -1;
}

/* --- the session
 * ----------------------------------------------------------------------------------------------
 */

static bool
on_write(void *context, const char *bytes, size_t length)
{
	(void)bytes;
	*(gint64 *)context += (gint64)length;
	return true;
}

static bool
on_done(void *context, gint64 uid, gint64 size, gint64 internal_date, bool whole)
{
	(void)context;
	(void)size;
	(void)internal_date;
	(void)whole;
	/* Never one that was not asked for. */
	g_assert_true(uid == 1 || uid == 2 || uid == 7);
	return true;
}

static void
on_drop(void *context)
{
	*(gint64 *)context = 0;
}

void
fuzz_start(void)
{
}

static void
talk(Imap *imap, MailboxConfig *mailbox)
{
	static const gint64 uids[] = {1, 2, 7};
	gint64 written = 0;
	const ImapSink sink = {on_write, on_done, on_drop, &written};
	ImapFolder folder = {0};
	g_autoptr(GArray) pairs = NULL;

	if (!imap_select(imap, "INBOX", &folder, NULL))
		return;
	pairs = imap_list(imap, 1, folder.exists, NULL);
	if (pairs == NULL || !imap_fetch(imap, uids, 3, false, 1 << 16, &sink, NULL) ||
		!imap_tell(imap, mailbox, uids, 3, NULL))
		return;
	if (imap_wait(imap, true, -1, 0, NULL) < 0)
		return;
	g_clear_pointer(&pairs, g_array_unref);
	pairs = imap_list(imap, 8, -1, NULL);
}

void
fuzz_one(const uint8_t *bytes, size_t length)
{
	uint8_t how = length > 0 ? bytes[0] : 0;
	char host[] = "mail.example.nl", user[] = "desk", folder[] = "Klaar", keyword[] = "Klaar";
	ServerConfig server = {.host = host, .user = user, .timeout = 5};
	MailboxConfig mailbox = {.done_folder = folder, .done_keyword = keyword};
	g_autoptr(Imap) imap = NULL;

	input = bytes + (length > 0);
	input_length = length - (length > 0);
	server.tls = (how & 1) != 0 ? TLS_STARTTLS : TLS_IMPLICIT;
	server.auth = (how & 2) != 0 ? AUTH_PLAIN : AUTH_LOGIN;
	mailbox.done = (how >> 2) % 5;
	imap = imap_open(&server, "geheim", 1 << 20, NULL);
	if (imap != NULL)
		talk(imap, &mailbox);
}
