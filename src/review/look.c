#include "look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"

enum { TAB = 8 };

static void
free_run(gpointer data)
{
	LookRun *run = data;

	g_free(run->text);
	g_free(run);
}

static GPtrArray *
new_line(GPtrArray *lines)
{
	GPtrArray *line = g_ptr_array_new_with_free_func(free_run);

	g_ptr_array_add(lines, line);
	return line;
}

static guint
one_code(guint look, int code)
{
	static const struct {
		int code;
		guint look;
	} codes[] = {{1, LOOK_BOLD}, {2, LOOK_DIM}, {3, LOOK_ITALIC}, {4, LOOK_UNDERLINE},
		{7, LOOK_REVERSE}, {31, LOOK_RED}, {32, LOOK_GREEN}, {33, LOOK_YELLOW},
		{34, LOOK_BLUE}, {36, LOOK_CYAN}};

	if (code == 0)
		return 0;
	if (code == 39)
		return look & ~(guint)LOOK_COLOURS;
	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
		if (codes[i].code == code)
			return look | codes[i].look;
	return look;
}

/* "[1;31m" behind an escape; returns how much of it was read, 0: it is none of ours. */
static size_t
read_codes(const char *text, guint *look)
{
	size_t length = strspn(text + (*text == '['), "0123456789;") + 1;
	g_auto(GStrv) codes = NULL;
	g_autofree char *inner = NULL;

	if (*text != '[' || text[length] != 'm' || length > 32)
		return 0;
	inner = g_strndup(text + 1, length - 1);
	codes = g_strsplit(inner, ";", -1);
	for (char **code = codes; *code != NULL; code++)
		*look = one_code(*look, (int)g_ascii_strtoll(*code, NULL, 10));
	if (*inner == '\0')
		*look = 0;
	return length + 1;
}

static void
end_run(GPtrArray *line, GString *text, guint look)
{
	LookRun *run;

	if (text->len == 0)
		return;
	run = g_new(LookRun, 1);
	run->text = text_printable(text->str, TEXT_ONE_LINE);
	run->look = look;
	g_ptr_array_add(line, run);
	g_string_truncate(text, 0);
}

static int
columns_of(const GPtrArray *line, const GString *text)
{
	int columns = (int)text_width(text->str);

	for (guint i = 0; i < line->len; i++)
		columns += (int)text_width(((LookRun *)line->pdata[i])->text);
	return columns;
}

GPtrArray *
look_lines(const char *printed)
{
	g_autofree char *valid = text_valid(printed, -1);
	GPtrArray *lines = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	g_autoptr(GString) text = g_string_new(NULL);
	GPtrArray *line = new_line(lines);
	guint look = 0;

	for (const char *p = valid; *p != '\0'; p++) {
		guint next = look;
		size_t codes = *p == '\033' ? read_codes(p + 1, &next) : 0;

		if (codes > 0 || *p == '\n')
			end_run(line, text, look);
		if (codes > 0) {
			p += codes;
			look = next;
		} else if (*p == '\n') {
			line = new_line(lines);
		} else if (*p == '\t') {
			for (int n = TAB - columns_of(line, text) % TAB; n > 0; n--)
				g_string_append_c(text, ' ');
		} else {
			g_string_append_c(text, *p);
		}
	}
	end_run(line, text, look);
	/* What is behind the last line end is no line. */
	if (line->len == 0)
		g_ptr_array_remove_index(lines, lines->len - 1);
	return lines;
}

GPtrArray *
look_capture(LookPrinter print, void *data, GError **error)
{
	FILE *usual = stdout, *alarm = stderr;
	char *printed = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&printed, &length);
	GPtrArray *lines = NULL;
	bool good;

	if (memory == NULL) {
		nieuws_fail(error, NIEUWS_INTERNAL, "no memory for a page");
		return NULL;
	}
	/* glibc: "normal variables that you can set". The desk prints to stdout; this page is
	 * where that is now. */
	stdout = memory;
	stderr = memory;
	good = print(data, error);
	stdout = usual;
	stderr = alarm;
	fclose(memory);
	if (good)
		lines = look_lines(printed);
	free(printed);
	return lines;
}

char *
look_plain(const char *text)
{
	g_autofree char *flat = text_valid(text, -1);

	for (char *p = flat; *p != '\0'; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	return text_printable(flat, TEXT_ONE_LINE);
}

char *
look_text(const GPtrArray *line)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < line->len; i++)
		g_string_append(text, ((LookRun *)line->pdata[i])->text);
	return g_string_free(text, FALSE);
}
