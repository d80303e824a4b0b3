/* Mails to ClamAV: a few at a time over clamd's Unix socket (INSTREAM, clamd(8)). Private to
 * intake.
 *
 * Bounded: `clamd_most` bytes of a mail, `clamd_timeout` seconds from connecting to the answer, a
 * few hundred bytes of answer. When clamd fails, mails pass unscanned for a while, so that nothing
 * waits for it. Its answer is only compared, and shown through text_printable.
 */
#pragma once

#include "config.h"

typedef struct Scanner Scanner;

typedef enum {
	SCAN_CLEAN,
	SCAN_INFECTED, /* text: what was found */
	SCAN_NOT, /* text: one sentence why not */
} ScanVerdict;

typedef struct {
	/* A descriptor of the raw bytes and their number; -1: cannot be read. */
	int (*open)(void *context, void *mail, gint64 *ret_size);
	/* Takes mail over. */
	void (*done)(void *context, void *mail, ScanVerdict verdict, const char *text);
	/* The scanner is freed with this mail unfinished; takes it over. */
	void (*drop)(void *context, void *mail);
	/* Whether clamd answers. detail NULL when good. */
	void (*health)(void *context, bool good, const char *detail);
	void *context;
} ScannerEvents;

/* config outlives it. filter.clamd is not "". */
Scanner *scanner_new(const Config *config, const ScannerEvents *events);
void scanner_free(Scanner *scanner);

/* mail comes back in done or drop; not before this has returned. */
void scanner_submit(Scanner *scanner, void *mail);

/* Mails submitted and not yet done. */
guint scanner_outstanding(const Scanner *scanner);

/* The answer of clamd to one stream. *ret_text (to g_free): what was found, or why not. */
ScanVerdict scanner_understand(const char *answer, char **ret_text);
