/* Two texts block by block: what to show of a follow-up, and taking over only some of it. */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "desk-private.h"

enum { MOST_BLOCKS = 600 }; /* beyond, the whole text is one hunk: the table is quadratic */

/* Blocks between blank lines; a fence keeps its blank lines apart only on the screen. */
static char **
to_blocks(const char *text)
{
	GPtrArray *blocks = g_ptr_array_new();
	g_auto(GStrv) parts = g_strsplit(text, "\n\n", -1);

	for (char **part = parts; *part != NULL; part++) {
		char *block = g_strdup(g_strchomp(*part));

		if (*block != '\0')
			g_ptr_array_add(blocks, block);
		else
			g_free(block);
	}
	g_ptr_array_add(blocks, NULL);
	return (char **)g_ptr_array_free(blocks, FALSE);
}

/* length[i][j]: the longest common run of blocks from i and j on. */
static guint16 *
common_lengths(char **old, guint rows, char **new, guint columns)
{
	guint16 *length = g_new0(guint16, (gsize)(rows + 1) * (columns + 1));

	for (guint i = rows; i-- > 0;)
		for (guint j = columns; j-- > 0;) {
			guint16 *here = &length[i * (columns + 1) + j];

			*here = strcmp(old[i], new[j]) == 0 ? (guint16)(here[columns + 2] + 1)
							    : MAX(here[columns + 1], here[1]);
		}
	return length;
}

static void
hunk_free(gpointer data)
{
	DeskHunk *hunk = data;

	g_free(hunk->before);
	g_free(hunk->after);
	g_free(hunk);
}

static char *
join_blocks(char **blocks, guint from, guint to)
{
	GString *text = g_string_new(NULL);

	for (guint i = from; i < to; i++)
		g_string_append_printf(text, "%s%s", i > from ? "\n\n" : "", blocks[i]);
	return g_string_free(text, FALSE);
}

static void
add_hunk(GPtrArray *hunks, bool same, char *before, char *after)
{
	DeskHunk *hunk = g_new0(DeskHunk, 1);
	guint number = 0;

	for (guint i = 0; i < hunks->len; i++)
		number += ((DeskHunk *)hunks->pdata[i])->number > 0;
	hunk->number = same ? 0 : number + 1;
	hunk->before = before;
	hunk->after = after;
	g_ptr_array_add(hunks, hunk);
}

GPtrArray *
desk_hunks(const char *before, const char *after)
{
	GPtrArray *hunks = g_ptr_array_new_with_free_func(hunk_free);
	g_auto(GStrv) old = to_blocks(before);
	g_auto(GStrv) new = to_blocks(after);
	guint rows = g_strv_length(old), columns = g_strv_length(new);
	g_autofree guint16 *length = NULL;
	guint i = 0, j = 0;

	if (rows > MOST_BLOCKS || columns > MOST_BLOCKS) {
		add_hunk(hunks, strcmp(before, after) == 0, g_strdup(before), g_strdup(after));
		return hunks;
	}
	length = common_lengths(old, rows, new, columns);
	while (i < rows || j < columns) {
		guint from_i = i, from_j = j;

		while (i < rows && j < columns && strcmp(old[i], new[j]) == 0)
			i++, j++;
		if (i > from_i) {
			add_hunk(hunks, true, join_blocks(old, from_i, i),
				join_blocks(new, from_j, j));
			continue;
		}
		while ((i < rows || j < columns) &&
			!(i < rows && j < columns && strcmp(old[i], new[j]) == 0)) {
			if (j >= columns || (i < rows && length[(i + 1) * (columns + 1) + j] >=
								 length[i * (columns + 1) + j + 1]))
				i++;
			else
				j++;
		}
		add_hunk(hunks, false, join_blocks(old, from_i, i), join_blocks(new, from_j, j));
	}
	return hunks;
}

char *
desk_hunks_apply(const GPtrArray *hunks, const GArray *numbers)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < hunks->len; i++) {
		const DeskHunk *hunk = hunks->pdata[i];
		bool take = numbers == NULL;
		const char *part;

		for (guint n = 0; numbers != NULL && n < numbers->len; n++)
			take = take || g_array_index(numbers, guint, n) == hunk->number;
		part = hunk->number > 0 && take ? hunk->after : hunk->before;
		if (*part != '\0')
			g_string_append_printf(text, "%s%s", text->len > 0 ? "\n\n" : "", part);
	}
	if (text->len > 0)
		g_string_append_c(text, '\n');
	return g_string_free(text, FALSE);
}

static void
put_lines(const DeskScreen *screen, DeskInk ink, const char *mark, const char *text)
{
	g_autofree char *shown = text_printable(text, TEXT_LINES);
	g_auto(GStrv) lines = g_strsplit(shown, "\n", -1);

	for (char **line = lines; *text != '\0' && *line != NULL; line++) {
		printf("  ");
		desk_put(screen, ink, mark);
		desk_fold(screen, ink, *line, 4);
	}
}

void
desk_hunks_show(const DeskScreen *screen, const GPtrArray *hunks)
{
	for (guint i = 0; i < hunks->len; i++) {
		const DeskHunk *hunk = hunks->pdata[i];
		g_autofree char *head = g_strdup_printf("@ %u\n", hunk->number);

		if (hunk->number == 0)
			continue;
		desk_put(screen, INK_DIM, head);
		put_lines(screen, INK_ALERT, "- ", hunk->before);
		put_lines(screen, INK_GOOD, "+ ", hunk->after);
	}
}
