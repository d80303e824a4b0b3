/* One line from the editor, below. */
#include <ncurses.h>
#include <string.h>

#include "base.h"
#include "review-private.h"

enum { MOST = 2000, CTRL_A = 1, CTRL_E = 5, CTRL_K = 11, CTRL_U = 21, CTRL_W = 23 };

static gsize
bytes_at(const Prompt *prompt, glong character)
{
	return (gsize)(g_utf8_offset_to_pointer(prompt->text->str, character) - prompt->text->str);
}

static void
cut(Prompt *prompt, glong from, glong to)
{
	gsize begin, end;

	if (from < 0 || from >= to || to > g_utf8_strlen(prompt->text->str, -1))
		return;
	begin = bytes_at(prompt, from);
	end = bytes_at(prompt, to);
	g_string_erase(prompt->text, (gssize)begin, (gssize)(end - begin));
	if (prompt->cursor > from)
		prompt->cursor = MAX(from, prompt->cursor - (to - from));
}

static glong
word_begins(const Prompt *prompt)
{
	glong at = prompt->cursor;
	const char *text = prompt->text->str;

	while (at > 0 && text[bytes_at(prompt, at - 1)] == ' ')
		at--;
	while (at > 0 && text[bytes_at(prompt, at - 1)] != ' ')
		at--;
	return at;
}

static void
insert(Prompt *prompt, gunichar c)
{
	char bytes[8] = {0};

	if (prompt->text->len > MOST || !g_unichar_validate(c))
		return;
	/* A line that was pasted is one line here. */
	if (c == '\r' || c == '\n' || c == '\t')
		c = ' ';
	if (text_is_hidden(c))
		return;
	g_unichar_to_utf8(c, bytes);
	g_string_insert(prompt->text, (gssize)bytes_at(prompt, prompt->cursor), bytes);
	prompt->cursor++;
}

static void
edit(Prompt *prompt, int key)
{
	glong length = g_utf8_strlen(prompt->text->str, -1);

	switch (key) {
	case -KEY_LEFT:
		prompt->cursor = MAX(prompt->cursor - 1, 0);
		break;
	case -KEY_RIGHT:
		prompt->cursor = MIN(prompt->cursor + 1, length);
		break;
	case CTRL_A:
	case -KEY_HOME:
		prompt->cursor = 0;
		break;
	case CTRL_E:
	case -KEY_END:
		prompt->cursor = length;
		break;
	case 8:
	case 127:
	case -KEY_BACKSPACE:
		cut(prompt, prompt->cursor - 1, prompt->cursor);
		break;
	case 4:
	case -KEY_DC:
		cut(prompt, prompt->cursor, prompt->cursor + 1);
		break;
	case CTRL_U:
		cut(prompt, 0, prompt->cursor);
		break;
	case CTRL_K:
		cut(prompt, prompt->cursor, length);
		break;
	case CTRL_W:
		cut(prompt, word_begins(prompt), prompt->cursor);
		break;
	default:
		if (key >= ' ')
			insert(prompt, (gunichar)key);
		break;
	}
}

static char *
run(Review *review, Prompt *prompt)
{
	bool pasted = false;

	for (;;) {
		int key = review_key(review);

		if (review->quit || key == 27 || key == TERM_INTERRUPT)
			return NULL;
		if (key == TERM_PASTE || key == TERM_PASTED)
			pasted = key == TERM_PASTE;
		else if (pasted && key > 0)
			insert(prompt, (gunichar)key);
		else if (key == '\r' || key == '\n' || key == -KEY_ENTER)
			return g_strdup(g_strstrip(prompt->text->str));
		else
			edit(prompt, key);
	}
}

char *
ask_line(Review *review, const char *label, const char *text)
{
	g_autoptr(GString) typed = g_string_new(text);
	Prompt prompt = {.label = label, .text = typed, .cursor = g_utf8_strlen(typed->str, -1)};
	char *line;

	review->prompt = &prompt;
	line = run(review, &prompt);
	review->prompt = NULL;
	return line;
}
