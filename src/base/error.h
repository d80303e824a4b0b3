/* Errors say what the caller should do next, not where they came from.
 *
 * Every fallible function returns bool (or a pointer, NULL on failure) and takes GError ** last.
 * The message is one sentence fit to print as it is: what is wrong and, where a person can mend it,
 * the cure.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define NIEUWS_ERROR (nieuws_error_quark())

typedef enum {
	NIEUWS_LATER, /* passing: try the same again later */
	NIEUWS_MESSAGE, /* this mail cannot be handled: set it aside, go on with the next */
	NIEUWS_MAILBOX, /* this account cannot go on until an admin acts (wrong password, untrusted
			   certificate) */
	NIEUWS_INPUT, /* what the user gave is wrong */
	NIEUWS_NOT_FOUND, /* no such draft, file, folder */
	NIEUWS_CONFLICT, /* somebody else changed it meanwhile */
	NIEUWS_CONFIG, /* the configuration is wrong */
	NIEUWS_INTERNAL, /* our fault */
	NIEUWS_DISK, /* what was written may not be durable: end, begin again from what is (EXIT_IO)
		      */
} NieuwsErrorCode;

/* Exit codes that scripts rely on (sysexits.h values). */
enum {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	EXIT_INTERNAL = 70,
	EXIT_IO = 74,
	EXIT_LATER = 75,
	EXIT_CONFIG = 78,
};

GQuark nieuws_error_quark(void);

/* Sets *error and returns false, so that refusing is one line. */
bool nieuws_fail(GError **error, NieuwsErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* As nieuws_fail, with ": " and the text of errnum behind it. ENOSPC, EDQUOT, EMFILE, ENFILE,
 * ENOMEM and EINTR become NIEUWS_LATER whatever code says. */
bool nieuws_fail_errno(GError **error, NieuwsErrorCode code, int errnum, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

/* True when error is set and carries this code. */
bool nieuws_error_is(const GError *error, NieuwsErrorCode code);

/* The exit code that fits the error; EXIT_DONE for NULL, EXIT_INTERNAL for errors of other domains.
 */
int nieuws_exit_code(const GError *error);
