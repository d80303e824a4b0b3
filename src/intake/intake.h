/* intake: the keeper's work. Starts fetchers, readers and the sender, moves mails from
 * spool/incoming into the spool and the store, many in one transaction, and has servers and people
 * told only after that. Uses config, model, wire, spool, store, notice. Parses nothing that came
 * from outside.
 *
 * One GMainLoop (the default context) drives it; no function blocks longer than a commit takes.
 */
#pragma once

#include "config.h"

typedef struct Intake Intake;

typedef enum {
	INTAKE_FOREVER, /* the daemon */
	INTAKE_ONCE, /* drain every mailbox, try the outbox once, done */
	INTAKE_IMPORT, /* no mailboxes: what intake_import gives, done */
} IntakeMode;

typedef struct {
	gint64 wanted; /* mails seen on the servers or given, and not yet kept before */
	gint64 kept; /* durable drafts, with those that were there already */
	gint64 duplicates; /* of these, the ones that were there already */
	gint64 joined; /* of these, the ones that came after a draft and wait beside it */
	gint64 quarantined;
	gint64 sent; /* mails of ours that left */
} IntakeProgress;

typedef struct {
	void (*progress)(void *context, const IntakeProgress *progress);
	/* Called once: nothing more will come. error NULL: all is kept. */
	void (*done)(void *context, const GError *error);
	/* INTAKE_IMPORT: there is room for more; call intake_import some times, return false when
	 * there is nothing more. */
	bool (*feed)(void *context);
	void *context;
} IntakeEvents;

/* Opens spool and store (one keeper per spool: NIEUWS_CONFLICT when another runs). config must
 * outlive the intake. */
Intake *intake_new(
	const Config *config, IntakeMode mode, const IntakeEvents *events, GError **error);

void intake_start(Intake *intake);

/* Gives one raw mail, from within feed. The bytes are made durable in the spool before it returns.
 */
bool intake_import(Intake *intake, const void *bytes, size_t length, GError **error);

/* What is in flight is finished or given up within 3 seconds, then done is called. */
void intake_stop(Intake *intake);

/* Everything that still runs is killed. */
void intake_free(Intake *intake);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Intake, intake_free)
