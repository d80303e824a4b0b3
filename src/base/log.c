#include "log.h"

#include <glib.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

static const char *log_program = "nieuws";
static int log_level = LOG_INFO;
static bool log_to_journal;

void
log_open(const char *program)
{
	log_program = program;
	log_to_journal = getenv("JOURNAL_STREAM") != NULL;
}

void
log_set_level(int level)
{
	log_level = level;
}

bool
log_enabled(int level)
{
	return level <= log_level;
}

static void
append_value(GString *line, const char *value)
{
	g_autofree char *shown = text_printable(value, TEXT_ONE_LINE);
	bool quote = *shown == '\0' || strpbrk(shown, " \"=") != NULL;

	if (!quote) {
		g_string_append(line, shown);
		return;
	}
	g_string_append_c(line, '"');
	for (const char *p = shown; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_c(line, '\\');
		g_string_append_c(line, *p);
	}
	g_string_append_c(line, '"');
}

void
log_event(int level, const char *event, ...)
{
	g_autoptr(GString) line = NULL;
	const char *key;
	va_list args;
	ssize_t written;

	if (!log_enabled(level))
		return;
	line = g_string_sized_new(160);
	if (log_to_journal)
		g_string_append_printf(line, "<%d>%s", level, event);
	else
		g_string_append_printf(line, "%s: %s", log_program, event);
	va_start(args, event);
	while ((key = va_arg(args, const char *)) != NULL) {
		const char *value = va_arg(args, const char *);

		if (value == NULL)
			break;
		g_string_append_printf(line, " %s=", key);
		append_value(line, value);
	}
	va_end(args);
	g_string_append_c(line, '\n');
	/* One write, so that lines of several processes do not mix; a closed stderr is nobody's
	 * loss. */
	written = write(STDERR_FILENO, line->str, line->len);
	(void)written;
}
