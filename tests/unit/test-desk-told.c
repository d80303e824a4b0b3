/* desk: what readers say, in the language of who looks; and an article as it is read. */
#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "desk.h"

/* Without a catalogue every sentence comes back as it was: its names and numbers are where they
 * stood. */
static void
test_sentences_keep_their_names(void)
{
	static const char *const said[] = {
		"The photo a.jpg is 480 pixels wide: too small for the page (1200).",
		"The photo is pixels wide is 480 pixels wide: too small for the page (1200).",
		"The files at WeTransfer may be gone after 2026-05-06.",
		"The mail says a wrong charset (x%sy); its text was repaired.",
		"The mail holds an invitation: 100 %s; morgen", "Nobody ever wrote this %s %n.",
		""};

	for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
		g_autofree char *told = desk_told(said[i]);

		g_assert_cmpstr(told, ==, said[i]);
	}
}

/* What desk_markdown prints on a screen of this width. */
static char *
printed(const char *markdown, int width)
{
	const DeskScreen screen = {.width = width};
	fs_auto int file = fs_memfd("out", "", 0, NULL);
	fs_auto int real = dup(STDOUT_FILENO);
	char *text;

	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	desk_markdown(&screen, markdown, 0);
	fflush(stdout);
	dup2(real, STDOUT_FILENO);
	text = fs_pread_all(file, 1 << 20, NULL, NULL);
	g_assert_nonnull(text);
	return text;
}

static void
test_links_are_numbered_below(void)
{
	g_autofree char *text = printed("Zie [hier](https://example.nl/a) en "
					"[daar](https://example.nl/b), of weer "
					"[hier](https://example.nl/a).",
		80);

	g_assert_cmpstr(text, ==,
		"Zie hier[1] en daar[2], of weer hier[1].\n\n[1] https://example.nl/a\n[2] "
		"https://example.nl/b\n\n");
}

static void
test_table_stands_in_columns(void)
{
	g_autofree char *text = printed(
		"| Soort | 2025 |\n|---|---|\n| Omzet | 96,4 |\n| Gaslicht en zo | 3 |", 80);

	g_assert_cmpstr(text, ==,
		"Soort           2025\n──────────────  ────\nOmzet           96,4\n"
		"Gaslicht en zo     3\n\n");
}

/* Pipes and marks within cells; long cells fold and lose no word. */
static void
test_table_keeps_cells(void)
{
	g_autofree char *text =
		printed("| A | B |\n|---|---|\n| een \\| twee | **vet** `x \\| y` |", 80);
	g_autofree char *folded =
		printed("| A | B |\n|---|---|\n| kort | een lange cel die niet "
			"op de regel van dit scherm past maar wel gelezen wordt |",
			40);
	g_autofree char *listed = printed("| A | B | C | D | E | F |\n|---|---|---|---|---|---|\n"
					  "| eenlangwoord | tweelangwoord | drielangwoord | "
					  "vierlangwoord | vijflangwoord | zeslangwoord |",
		40);

	g_assert_nonnull(strstr(text, "een | twee  vet x | y\n"));
	g_assert_nonnull(strstr(folded, "gelezen"));
	g_assert_null(strstr(folded, "…"));
	g_assert_nonnull(strstr(listed, "F: zeslangwoord\n"));
}

static void
test_lines_are_never_too_wide(void)
{
	g_autofree char *words = g_strnfill(40, 'a');
	g_autoptr(GString) long_text = g_string_new(NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	for (int i = 0; i < 30; i++)
		g_string_append_printf(long_text, "%s ", words);
	text = printed(long_text->str, 200);
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		g_assert_cmpint((gint64)text_width(*line), <, 100);
}

int
main(int argc, char **argv)
{
	setlocale(LC_ALL, "C.UTF-8");
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/desk/told", test_sentences_keep_their_names);
	g_test_add_func("/desk/links", test_links_are_numbered_below);
	g_test_add_func("/desk/table", test_table_stands_in_columns);
	g_test_add_func("/desk/cells", test_table_keeps_cells);
	g_test_add_func("/desk/measure", test_lines_are_never_too_wide);
	return g_test_run();
}
