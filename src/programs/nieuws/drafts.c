/* What commands on several drafts share: nieuws reject 3 4 KON-2026-0009. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
print_refusal(const GError *error)
{
	g_autofree char *shown = text_printable(error->message, TEXT_LINES);

	fflush(stdout);
	fprintf(stderr, "nieuws: %s\n", shown);
}

/* Data stays a line for programs; who looks at it gets lines of words. A path stays whole. */
void
print_said(const char *said)
{
	DeskScreen screen = desk_screen(false);
	g_autofree char *shown = text_printable(said, TEXT_LINES);

	if (isatty(STDOUT_FILENO) && *said != '/')
		desk_lines(&screen, INK_NONE, said, 0, 0);
	else
		puts(shown);
}

static char *
one_draft(Desk *desk, const char *number, DraftVerb verb, void *data, GError **error)
{
	gint64 id = 0;

	return store_draft_find(desk->store, number, &id, error) ? verb(desk, id, data, error)
								 : NULL;
}

static bool
print_one(Desk *desk, const char *number, DraftVerb verb, void *data, int *code)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *said = one_draft(desk, number, verb, data, &error);

	if (said != NULL) {
		print_said(said);
		return true;
	}
	print_refusal(error);
	/* The first refusal is the one that the exit code tells. */
	if (*code == EXIT_DONE)
		*code = nieuws_exit_code(error);
	return true;
}

int
each_draft(Context *context, DeskRight right, char **numbers, DraftVerb verb, void *data,
	GError **error)
{
	g_autoptr(Desk) desk = NULL;
	int code = EXIT_DONE;

	if (*numbers == NULL) {
		nieuws_fail(error, NIEUWS_INPUT, _("which draft? see nieuws list"));
		return EXIT_USAGE;
	}
	desk = desk_open(context->config, right, STORE_WRITE, error);
	if (desk == NULL)
		return EXIT_REFUSED;
	for (char **number = numbers; *number != NULL; number++)
		print_one(desk, *number, verb, data, &code);
	return code;
}
