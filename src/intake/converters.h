/* Documents of mails to text, a few at a time, beside the reading of other mails. Private to
 * intake. */
#pragma once

#include "config.h"
#include "readers.h"
#include "wire.h"

typedef struct Converters Converters;

typedef struct {
	/* All wishes of the mail are answered; takes mail and documents (Document *) over. */
	void (*done)(void *context, void *mail, GPtrArray *documents);
	/* The pool is freed with this mail unfinished. */
	void (*drop)(void *context, void *mail);
	/* Whether the program starts at all; said when it may have changed. detail NULL when good.
	 */
	void (*health)(void *context, bool good, const char *detail);
	void *context;
} ConvertersEvents;

/* Bytes of documents are asked from the readers, one document at a time for each of the
 * limits.converters: no more of them are in memory. */
Converters *converters_new(const Config *config, Readers *readers, const ConvertersEvents *events);

/* Before its readers are freed. */
void converters_free(Converters *converters);

/* mail comes back in done or drop. Never fails: a document that cannot be converted is answered by
 * one that says why. wishes: Wish *, copied. */
void converters_submit(Converters *converters, void *mail, const GPtrArray *wishes);

/* What the readers answered to readers_extract: takes fd over; -1 and why. */
void converters_part(Converters *converters, void *mail, int fd, const char *failure);

/* Mails submitted and not yet done. */
guint converters_outstanding(const Converters *converters);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Converters, converters_free)
