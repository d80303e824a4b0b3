/* Translation of what people see. Private to desk, review and the command line. */
#pragma once

#include <libintl.h>

#define _(text) dgettext(GETTEXT_PACKAGE, text)
#define N_(text) (text)
