/* Printing: one filter for all that came from mail, widths, colours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base.h"
#include "desk.h"

enum {
	WIDTH_USUAL = 80,
	WIDTH_LEAST = 40,
	WIDTH_MOST = 200,
	LABEL = 13,
	MEASURE = 96 /* longer lines are hard to read */
};

static const char *const inks[] = {"", "\033[1m", "\033[2m", "\033[1;31m", "\033[32m", "\033[4m"};

static bool
is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0';
}

DeskScreen
desk_screen(bool json)
{
	DeskScreen screen = {.width = WIDTH_USUAL, .json = json};
	struct winsize size;
	const char *columns = getenv("COLUMNS");

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
		size.ws_col > 0)
		screen.width = size.ws_col;
	else if (columns != NULL && g_ascii_strtoll(columns, NULL, 10) > 0)
		screen.width = (int)g_ascii_strtoll(columns, NULL, 10);
	screen.width = CLAMP(screen.width, WIDTH_LEAST, WIDTH_MOST);
	/* A pager that we started ourselves shows colours as well. */
	screen.colour = !json && !is_set("NO_COLOR") && g_strcmp0(getenv("TERM"), "dumb") != 0 &&
			(isatty(STDOUT_FILENO) || is_set("NIEUWS_PAGER_COLOUR"));
	return screen;
}

void
desk_put(const DeskScreen *screen, DeskInk ink, const char *text)
{
	g_autofree char *shown = text_printable(text, TEXT_LINES);

	if (!screen->colour || ink == INK_NONE)
		fputs(shown, stdout);
	else
		printf("%s%s\033[0m", inks[ink], shown);
}

/* Words to lines of at most width columns, the lines after the first indented. */
static void
put_wrapped(const DeskScreen *screen, DeskInk ink, const char *text, int indent, int width)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);
	int column = 0;

	for (char **word = words; *word != NULL; word++) {
		int length = (int)text_width(*word);

		if (length == 0)
			continue;
		if (column > 0 && column + 1 + length > width) {
			printf("\n%*s", indent, "");
			column = 0;
		} else if (column > 0) {
			putchar(' ');
			column++;
		}
		desk_put(screen, ink, *word);
		column += length;
	}
	putchar('\n');
}

void
desk_fold(const DeskScreen *screen, DeskInk ink, const char *text, int indent)
{
	put_wrapped(screen, ink, text, indent, desk_measure(screen) - indent - 1);
}

int
desk_measure(const DeskScreen *screen)
{
	return MIN(screen->width, MEASURE);
}

void
desk_lines(const DeskScreen *screen, DeskInk ink, const char *text, int indent, int most)
{
	g_autofree char *shown = text_printable(text, TEXT_LINES);
	g_auto(GStrv) lines = g_strsplit(shown, "\n", -1);
	int left = most;

	for (char **line = lines; *line != NULL; line++) {
		if (**line == '\0')
			continue;
		if (most > 0 && left-- == 0) {
			printf("%*s…\n", indent, "");
			return;
		}
		printf("%*s", indent, "");
		put_wrapped(screen, ink, *line, indent, desk_measure(screen) - indent - 1);
	}
}

void
desk_rule(const DeskScreen *screen, const char *label)
{
	g_autoptr(GString) line = g_string_new("──");

	if (*label != '\0')
		g_string_append_printf(line, " %s ", label);
	for (int n = (int)text_width(line->str); n < desk_measure(screen) - 1; n++)
		g_string_append(line, "─");
	desk_put(screen, INK_DIM, line->str);
	putchar('\n');
}

void
desk_field(const DeskScreen *screen, const char *label, const char *value, DeskInk ink)
{
	g_autofree char *shown = NULL;
	g_autofree char *name = text_fit(label, LABEL);

	if (value == NULL || *value == '\0')
		return;
	shown = text_printable(value, TEXT_ONE_LINE);
	fputs("  ", stdout);
	desk_put(screen, INK_DIM, name);
	put_wrapped(screen, ink, shown, LABEL + 2, desk_measure(screen) - LABEL - 3);
}

/* Outside of strings JSON is printable ASCII; in them these may stand as escapes. */
static void
put_escaped(GString *out, gunichar c)
{
	if (c > 0xffff)
		g_string_append_printf(
			out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
	else
		g_string_append_printf(out, "\\u%04x", c);
}

void
desk_json(json_t *document)
{
	g_autoptr(GString) out = g_string_new(NULL);
	char *text = json_dumps(document, JSON_COMPACT);

	for (const char *p = text; p != NULL && *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if ((c < 0x7f && c >= 0x20) || !text_is_hidden(c))
			g_string_append_len(out, p, g_utf8_next_char(p) - p);
		else
			put_escaped(out, c);
	}
	puts(out->str);
	free(text);
	json_decref(document);
}
