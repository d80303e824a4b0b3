/* The pool of sealed readers: jobs in, drafts out, nobody waits for one mail. Private to intake. */
#pragma once

#include "config.h"
#include "wire.h"

typedef struct Readers Readers;

typedef struct {
	/* A descriptor of the raw bytes, when a reader is free for them; -1: the job ends without a
	 * draft. */
	int (*open)(void *context, void *mail);
	/* The end of a job; takes mail over. draft NULL: it could not be read, and failure says why
	 * in one sentence. */
	void (*done)(void *context, void *mail, WireDraft *draft, const char *failure);
	/* The pool is freed with this job unfinished. Not called for readers_extract. */
	void (*drop)(void *context, void *mail);
	/* The documents (Document *) that the mail is read with, NULL for none. */
	const GPtrArray *(*documents)(void *context, void *mail);
	/* The end of readers_extract: a descriptor to take over, or -1 and why in one sentence. */
	void (*part)(void *context, void *mail, int fd, const char *failure);
	/* Whether the programs start at all; said when it changes. detail NULL when good. */
	void (*health)(void *context, bool good, const char *detail);
	void *context;
} ReadersEvents;

Readers *readers_new(const Config *config, const ReadersEvents *events);
void readers_free(Readers *readers);

/* Starts the programs ahead of the first job. */
void readers_warm(Readers *readers, guint jobs);

/* mail comes back in done or drop. */
void readers_submit(Readers *readers, void *mail);

/* Asks for the decoded bytes of one part of the mail; answered by the event part. mail stays the
 * caller's. */
void readers_extract(Readers *readers, void *mail, const char *part);

/* Mails submitted and not yet done. */
guint readers_outstanding(const Readers *readers);

/* Stops all but one of the readers that have nothing to do. */
void readers_rest(Readers *readers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Readers, readers_free)
