/* A program that the keeper starts and watches: its channel, its end. Private to intake. */
#pragma once

#include "wire.h"

typedef struct Child Child;

typedef struct {
	/* One letter came. The callee may take letter->fd and letter->record (setting them to -1
	 * and NULL). */
	void (*letter)(void *context, WireLetter *letter);
	/* It ended: wait status as of waitpid. All its letters have been delivered. The child is
	 * still to be freed. */
	void (*gone)(void *context, int status);
} ChildEvents;

/* Starts argv[0] (a path) with its channel at WIRE_CHANNEL_FD. Never blocks later: letters that the
 * child does not take are queued. */
Child *child_start(
	const char *const *argv, const ChildEvents *events, void *context, GError **error);

/* Queues a letter; a child that is gone is noticed by its gone event, not here. */
void child_send(Child *child, WireKind kind, const void *record, int fd);

void child_signal(Child *child, int signal_number);

/* Closes the channel: every program of ours ends by that. No letters are delivered any more, gone
 * still is. */
void child_hang_up(Child *child);

/* Frees without any further event. A child that still runs is killed and reaped. */
void child_free(Child *child);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Child, child_free)
