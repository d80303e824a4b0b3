#include "text.h"

#include <string.h>

enum {
	MAX_MARKS = 5
}; /* combining marks kept on one character: enough for any script, too few to smear a screen */

static const struct {
	gunichar first, last;
} hidden_ranges[] = {
	{0x00ad, 0x00ad}, /* soft hyphen */
	{0x034f, 0x034f},
	{0x061c, 0x061c},
	{0x115f, 0x1160},
	{0x17b4, 0x17b5},
	{0x180b, 0x180f},
	{0x200b, 0x200f},
	{0x2028, 0x202e},
	{0x2060, 0x206f},
	{0x3164, 0x3164},
	{0xfeff, 0xfeff},
	{0xffa0, 0xffa0},
	{0xfff0, 0xfffb},
	{0x1d173, 0x1d17a},
	{0xe0000, 0xe0fff},
};

bool
text_is_hidden(gunichar c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(hidden_ranges); i++)
		if (c >= hidden_ranges[i].first && c <= hidden_ranges[i].last)
			return true;
	/* What stands for nothing has no width that two terminals agree on. New emoji lie above. */
	return (c & 0xfffe) == 0xfffe ||
	       (c >= 0x80 && c < 0x10000 && g_unichar_type(c) == G_UNICODE_UNASSIGNED);
}

char *
text_valid(const char *bytes, gssize length)
{
	size_t left = length < 0 ? strlen(bytes) : (size_t)length;
	GString *text = g_string_sized_new(left + 1);

	while (left > 0) {
		const char *end;
		size_t good;

		(void)!g_utf8_validate_len(bytes, left, &end);
		good = (size_t)(end - bytes);
		g_string_append_len(text, bytes, (gssize)good);
		bytes += good;
		left -= good;
		if (left == 0)
			break;
		if (*bytes != '\0')
			g_string_append(text, "\xef\xbf\xbd");
		bytes++;
		left--;
	}
	return g_string_free(text, FALSE);
}

static void
append_hidden(GString *shown, gunichar c)
{
	/* U+2400 and up are the pictures of the control characters. */
	if (c < 0x20)
		g_string_append_unichar(shown, 0x2400 + c);
	else if (c == 0x7f)
		g_string_append_unichar(shown, 0x2421);
	else if (c > 0xffff)
		g_string_append_printf(shown, "\\U%08x", c);
	else
		g_string_append_printf(shown, "\\u%04x", c);
}

static bool
is_plain_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text >= 0x7f)
			return false;
	return true;
}

char *
text_printable(const char *text, TextShape shape)
{
	g_autofree char *valid = NULL;
	GString *shown;
	int marks = 0;

	if (is_plain_ascii(text))
		return g_strdup(text);
	valid = text_valid(text, -1);
	shown = g_string_sized_new(strlen(valid) + 16);
	for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		marks = g_unichar_iszerowidth(c) ? marks + 1 : 0;
		if (shape == TEXT_LINES && (c == '\n' || c == '\t'))
			g_string_append_unichar(shown, c);
		else if (text_is_hidden(c))
			append_hidden(shown, c);
		else if (marks <= MAX_MARKS)
			g_string_append_unichar(shown, c);
	}
	return g_string_free(shown, FALSE);
}

char *
text_collapse(const char *text)
{
	GString *out = g_string_sized_new(strlen(text) + 1);
	bool space = false;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		bool ascii = (*p & 0x80) == 0;
		gunichar c = ascii ? (gunichar)*p : g_utf8_get_char(p);

		if (ascii ? g_ascii_isspace(*p)
			  : g_unichar_isspace(c) || c == 0xa0 || c == 0xfeff) {
			space = out->len > 0;
			continue;
		}
		if (space)
			g_string_append_c(out, ' ');
		space = false;
		if (ascii)
			g_string_append_c(out, *p);
		else
			g_string_append_unichar(out, c);
	}
	return g_string_free(out, FALSE);
}

static size_t
char_width(gunichar c)
{
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

size_t
text_width(const char *text)
{
	size_t width = 0;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
		width += char_width(g_utf8_get_char(p));
	return width;
}

char *
text_fit(const char *text, size_t columns)
{
	GString *out = g_string_sized_new(columns + 8);
	bool cut = text_width(text) > columns;
	size_t room = cut && columns > 0 ? columns - 1 : columns;
	size_t used = 0;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (used + char_width(c) > room)
			break;
		used += char_width(c);
		g_string_append_unichar(out, c);
	}
	if (cut && columns > 0) {
		g_string_append(out, "…");
		used++;
	}
	for (; used < columns; used++)
		g_string_append_c(out, ' ');
	return g_string_free(out, FALSE);
}

size_t
text_words(const char *text)
{
	size_t words = 0;
	bool counted = false;

	/* Nearly all text is ASCII: the tables of Unicode are asked only for the rest. Words begin
	 * and end at places that no processor guesses, so nothing is decided by a jump. */
	for (const char *p = text; *p != '\0';) {
		bool ascii = (*p & 0x80) == 0;
		gunichar c = ascii ? (gunichar)(guchar)*p : g_utf8_get_char(p);
		bool space = ascii ? g_ascii_isspace(*p) : g_unichar_isspace(c);
		bool letter = ascii ? g_ascii_isalnum(*p) : g_unichar_isalnum(c);

		words += letter && !counted;
		counted = (counted | letter) && !space;
		p = ascii ? p + 1 : g_utf8_next_char(p);
	}
	return words;
}

char *
text_fold(const char *text)
{
	g_autofree char *decomposed = NULL;
	g_autofree char *folded = NULL;
	GString *out;

	if (is_plain_ascii(text))
		return g_ascii_strdown(text, -1);
	decomposed = g_utf8_normalize(text, -1, G_NORMALIZE_ALL);
	folded = g_utf8_casefold(decomposed != NULL ? decomposed : "", -1);
	out = g_string_sized_new(strlen(folded) + 1);
	for (const char *p = folded; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (g_unichar_type(c) != G_UNICODE_NON_SPACING_MARK)
			g_string_append_unichar(out, c);
	}
	return g_string_free(out, FALSE);
}
