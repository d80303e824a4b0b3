/* Waiting for news. libetpan's own IDLE hangs on some servers and misses wake-ups on others, so
 * lines are read raw. */
#include <poll.h>
#include <string.h>

#include "imap-private.h"

enum { DONE_SECONDS = 30 };

static bool
is_news(const char *line)
{
	return line[0] == '*' &&
	       (strstr(line, " EXISTS") != NULL || strstr(line, " RECENT") != NULL);
}

static bool
is_goodbye(const char *line)
{
	return g_ascii_strncasecmp(line, "* BYE", 5) == 0;
}

static bool
said_goodbye(Imap *imap, GError **error)
{
	return nieuws_fail(error, NIEUWS_LATER, "%s said goodbye", imap->host);
}

/* Until the + that starts idling. News may come before it, or with it. */
static bool
begin(Imap *imap, bool *ret_news, GError **error)
{
	imap_budget(imap, imap->timeout, 0);
	if (!imap_send_line(imap, true, "IDLE", false, error))
		return false;
	for (;;) {
		const char *line = imap_read_line(imap, error);
		bool good;

		if (line == NULL)
			return false;
		if (*line == '+')
			return true;
		if (is_goodbye(line))
			return said_goodbye(imap, error);
		if (imap_is_answer(imap, line, &good))
			return nieuws_fail(
				error, NIEUWS_LATER, "%s refuses IDLE; set idle = no", imap->host);
		*ret_news = *ret_news || is_news(line);
	}
}

static bool
end(Imap *imap, bool *ret_news, GError **error)
{
	imap_budget(imap, DONE_SECONDS, 0);
	if (!imap_send_line(imap, false, "DONE", false, error))
		return false;
	for (;;) {
		const char *line = imap_read_line(imap, error);
		bool good;

		if (line == NULL)
			return false;
		if (imap_is_answer(imap, line, &good))
			return true;
		*ret_news = *ret_news || is_news(line);
	}
}

/* Lines that are there already: in libetpan's buffer, in ours, in TLS. 1 read one, 0 none, -1 gone.
 */
static int
take_line(Imap *imap, bool *ret_news, GError **error)
{
	const char *line;
	int ready = imap->session->imap_stream->read_buffer_len > 0 ? 1 : net_poll(imap->net);

	if (ready < 0)
		nieuws_fail(error, NIEUWS_LATER, "%s: %s", imap->host, net_failure(imap->net));
	if (ready <= 0)
		return ready;
	imap_budget(imap, imap->timeout, 0);
	line = imap_read_line(imap, error);
	if (line == NULL)
		return -1;
	if (is_goodbye(line)) {
		said_goodbye(imap, error);
		return -1;
	}
	*ret_news = *ret_news || is_news(line);
	return 1;
}

/* 1 news, 0 time is up or the other descriptor has something, -1 failed. */
static int
wait_for_news(Imap *imap, int other_fd, gint64 until_ms, bool *ret_news, GError **error)
{
	struct pollfd polls[2] = {
		{.fd = net_fd(imap->net), .events = POLLIN}, {.fd = other_fd, .events = POLLIN}};

	for (;;) {
		gint64 left = until_ms - when_monotonic_ms();
		int taken;

		while ((taken = take_line(imap, ret_news, error)) > 0)
			continue;
		if (taken < 0)
			return -1;
		if (*ret_news)
			return 1;
		if (left <= 0)
			return 0;
		/* A signal, too, is something that the caller should look at. */
		if (poll(polls, 2, (int)MIN(left, G_MAXINT)) < 0)
			return 0;
		if (polls[1].revents != 0)
			return 0;
	}
}

int
imap_wait(Imap *imap, bool use_idle, int other_fd, gint64 seconds, GError **error)
{
	gint64 until = when_monotonic_ms() + seconds * 1000;
	bool news = false;
	int outcome;

	if (!use_idle || !imap_has(imap, "IDLE"))
		return wait_for_news(imap, other_fd, until, &news, error);
	if (!begin(imap, &news, error))
		return -1;
	outcome = news ? 1 : wait_for_news(imap, other_fd, until, &news, error);
	if (outcome < 0 || !end(imap, &news, error))
		return -1;
	return news ? 1 : outcome;
}
