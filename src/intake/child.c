#include "child.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/wait.h>

#include "base.h"

struct Child {
	GPid pid;
	bool running;
	WireChannel *channel; /* NULL after hanging up */
	guint in_source, out_source, watch_source;
	ChildEvents events;
	void *context;
};

static void
drop_source(guint *source)
{
	if (*source != 0)
		g_source_remove(*source);
	*source = 0;
}

/* Delivers what is there; false at the end of the stream or when the child talks nonsense. */
static bool
deliver_letters(Child *child, int most)
{
	while (child->channel != NULL && most-- > 0) {
		g_autoptr(WireLetter) letter = NULL;
		g_autoptr(GError) error = NULL;

		if (!wire_receive(child->channel, &letter, &error)) {
			if (nieuws_error_is(error, NIEUWS_MESSAGE)) {
				log_event(LOG_ERR, "malformed-letter", "reason", error->message,
					"outcome", "killed", NULL);
				child_signal(child, SIGKILL);
			}
			return false;
		}
		if (letter == NULL)
			return true;
		child->events.letter(child->context, letter);
	}
	return child->channel != NULL;
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
	Child *child = data;

	(void)fd;
	(void)condition;
	/* In portions, so that one busy child does not starve the others. */
	if (deliver_letters(child, 64))
		return G_SOURCE_CONTINUE;
	child->in_source = 0;
	return G_SOURCE_REMOVE;
}

static gboolean
on_writable(gint fd, GIOCondition condition, gpointer data)
{
	Child *child = data;
	bool empty = true;

	(void)fd;
	(void)condition;
	if (wire_flush(child->channel, &empty, NULL) && !empty)
		return G_SOURCE_CONTINUE;
	child->out_source = 0;
	return G_SOURCE_REMOVE;
}

static void
on_end(GPid pid, gint status, gpointer data)
{
	Child *child = data;

	(void)pid;
	child->watch_source = 0;
	child->running = false;
	deliver_letters(child, G_MAXINT);
	drop_source(&child->in_source);
	drop_source(&child->out_source);
	child->events.gone(child->context, status);
}

Child *
child_start(const char *const *argv, const ChildEvents *events, void *context, GError **error)
{
	int fds[2];
	int target = WIRE_CHANNEL_FD;
	GPid pid;
	Child *child;
	gboolean started;

	if (!wire_pair(fds, error))
		return NULL;
	started = g_spawn_async_with_pipes_and_fds(NULL, (const gchar *const *)argv, NULL,
		G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, -1, -1, -1,
		&fds[1], &target, 1, &pid, NULL, NULL, NULL, error);
	fs_close(&fds[1]);
	if (!started) {
		fs_close(&fds[0]);
		return NULL;
	}
	child = g_new0(Child, 1);
	child->pid = pid;
	child->running = true;
	child->channel = wire_channel_new(fds[0]);
	wire_set_blocking(child->channel, false);
	child->events = *events;
	child->context = context;
	child->in_source = g_unix_fd_add(fds[0], G_IO_IN | G_IO_HUP, on_readable, child);
	child->watch_source = g_child_watch_add(pid, on_end, child);
	return child;
}

void
child_send(Child *child, WireKind kind, const void *record, int fd)
{
	g_autoptr(GError) error = NULL;

	if (child->channel == NULL)
		return;
	if (!wire_send(child->channel, kind, record, fd, &error))
		log_event(LOG_DEBUG, "letter-not-sent", "reason", error->message, NULL);
	else if (wire_pending(child->channel) && child->out_source == 0)
		child->out_source = g_unix_fd_add(
			wire_channel_fd(child->channel), G_IO_OUT, on_writable, child);
}

void
child_signal(Child *child, int signal_number)
{
	if (child->running)
		kill(child->pid, signal_number);
}

void
child_hang_up(Child *child)
{
	drop_source(&child->in_source);
	drop_source(&child->out_source);
	g_clear_pointer(&child->channel, wire_channel_free);
}

void
child_free(Child *child)
{
	if (child == NULL)
		return;
	child_hang_up(child);
	drop_source(&child->watch_source);
	if (child->running) {
		kill(child->pid, SIGKILL);
		while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	g_free(child);
}
