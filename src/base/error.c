#include "error.h"

#include <errno.h>
#include <string.h>

G_DEFINE_QUARK(nieuws - error - quark, nieuws_error)

bool
nieuws_fail(GError **error, NieuwsErrorCode code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (error != NULL)
		*error = g_error_new_valist(NIEUWS_ERROR, (gint)code, format, args);
	va_end(args);
	return false;
}

static NieuwsErrorCode
code_for_errno(NieuwsErrorCode code, int errnum)
{
	switch (errnum) {
	case ENOSPC:
	case EDQUOT:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EINTR:
		return NIEUWS_LATER;
	default:
		return code;
	}
}

bool
nieuws_fail_errno(GError **error, NieuwsErrorCode code, int errnum, const char *format, ...)
{
	va_list args;
	g_autofree char *text = NULL;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	return nieuws_fail(error, code_for_errno(code, errnum), "%s: %s", text, g_strerror(errnum));
}

bool
nieuws_error_is(const GError *error, NieuwsErrorCode code)
{
	return g_error_matches(error, NIEUWS_ERROR, (gint)code);
}

int
nieuws_exit_code(const GError *error)
{
	if (error == NULL)
		return EXIT_DONE;
	if (error->domain != NIEUWS_ERROR)
		return error->domain == G_OPTION_ERROR ? EXIT_USAGE : EXIT_INTERNAL;
	switch ((NieuwsErrorCode)error->code) {
	case NIEUWS_LATER:
		return EXIT_LATER;
	case NIEUWS_MESSAGE:
	case NIEUWS_NOT_FOUND:
	case NIEUWS_CONFLICT:
	case NIEUWS_MAILBOX:
	case NIEUWS_INPUT:
		return EXIT_REFUSED;
	case NIEUWS_CONFIG:
		return EXIT_CONFIG;
	case NIEUWS_DISK:
		return EXIT_IO;
	case NIEUWS_INTERNAL:
		break;
	}
	return EXIT_INTERNAL;
}
