/* Words in columns: folded to a width, each in its own ink. */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "columns.h"

static void
word_free(gpointer data)
{
	DeskWord *word = data;

	g_free(word->text);
	g_free(word);
}

static void
line_free(gpointer data)
{
	g_ptr_array_unref(data);
}

GPtrArray *
desk_words_new(void)
{
	return g_ptr_array_new_with_free_func(word_free);
}

static void
add_word(GPtrArray *words, const char *text, gsize length, DeskInk ink)
{
	DeskWord *word = g_new0(DeskWord, 1);

	word->text = g_strndup(text, length);
	word->ink = ink;
	g_ptr_array_add(words, word);
}

void
desk_words_add(GPtrArray *words, const char *text, DeskInk ink)
{
	g_autofree char *shown = text_printable(text, TEXT_LINES);
	const char *p = shown;

	while (*p != '\0') {
		size_t length = strcspn(p, " \n\t");

		if (length > 0)
			add_word(words, p, length, ink);
		p += length;
		p += strspn(p, " \n\t");
	}
}

void
desk_words_break(GPtrArray *words)
{
	if (words->len > 0)
		add_word(words, "\n", 1, INK_NONE);
}

/* Bytes of the text that fit into so many columns; at least one character. */
static gsize
bytes_that_fit(const char *text, int width)
{
	const char *p = text;
	int used = 0;

	while (*p != '\0') {
		const char *next = g_utf8_next_char(p);
		char one[8] = "";

		memcpy(one, p, MIN((gsize)(next - p), sizeof one - 1));
		used += (int)text_width(one);
		if (used > width && p > text)
			break;
		p = next;
	}
	return (gsize)(p - text);
}

static GPtrArray *
new_line(GPtrArray *lines)
{
	GPtrArray *line = desk_words_new();

	g_ptr_array_add(lines, line);
	return line;
}

GPtrArray *
desk_words_fold(const GPtrArray *words, int width)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(line_free);
	GPtrArray *line = NULL;
	int column = 0;

	for (guint i = 0; i < words->len; i++) {
		const DeskWord *word = words->pdata[i];
		const char *rest = word->text;

		if (*rest == '\n') {
			line = NULL;
			continue;
		}
		while (*rest != '\0') {
			int length = (int)text_width(rest);
			gsize bytes = length <= width ? strlen(rest) : bytes_that_fit(rest, width);

			if (line == NULL ||
				(line->len > 0 && column + 1 + MIN(length, width) > width)) {
				line = new_line(lines);
				column = 0;
			}
			add_word(line, rest, bytes, word->ink);
			column += MIN(length, width) + (column > 0);
			rest += bytes;
		}
	}
	return lines;
}

int
desk_words_width(const GPtrArray *words)
{
	int width = 0;

	for (guint i = 0; i < words->len; i++)
		width += (int)text_width(((DeskWord *)words->pdata[i])->text) + (i > 0);
	return width;
}

static void
put_spaces(int count)
{
	if (count > 0)
		printf("%*s", count, "");
}

void
desk_words_put(const DeskScreen *screen, const GPtrArray *line, int width, DeskSide side)
{
	int used = line != NULL ? desk_words_width(line) : 0;

	if (side == SIDE_RIGHT)
		put_spaces(width - used);
	for (guint i = 0; line != NULL && i < line->len; i++) {
		const DeskWord *word = line->pdata[i];

		if (i > 0)
			putchar(' ');
		desk_put(screen, word->ink, word->text);
	}
	if (side == SIDE_LEFT)
		put_spaces(width - used);
}
