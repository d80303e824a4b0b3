/* What is printed or put in a header: nothing of what terminals and mail servers obey is left. */
#include <string.h>

#include "fuzz.h"
#include "notice.h"

void
fuzz_start(void)
{
}

static bool
is_obeyed(gunichar c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	       c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f) ||
	       (c >= 0xfff9 && c <= 0xfffb);
}

static void
check(const char *text, bool one_line)
{
	g_assert_true(g_utf8_validate(text, -1, NULL));
	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);

		g_assert_false(is_obeyed(c));
		g_assert_false(one_line && (c == '\n' || c == '\t'));
	}
}

/* A line end in a header is followed by a space, or by nothing. */
static void
check_header(const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		g_assert_true((unsigned char)*p < 0x7f);
		if (*p == '\n' || *p == '\r')
			g_assert_true(p[1] == ' ' || p[1] == '\t' || p[1] == '\n');
	}
}

void
fuzz_one(const uint8_t *bytes, size_t length)
{
	g_autofree char *raw = fuzz_text(bytes, length);
	g_autofree char *valid = text_valid(raw, -1);
	g_autofree char *line = text_printable(raw, TEXT_ONE_LINE);
	g_autofree char *body = text_printable(valid, TEXT_LINES);
	g_autofree char *fitted = text_fit(line, 20);
	g_autofree char *folded = text_fold(valid);
	g_autofree char *collapsed = text_collapse(valid);
	g_autofree char *header = notice_encode_header(valid);

	check(line, true);
	check(body, false);
	check(fitted, true);
	g_assert_cmpuint(text_width(fitted), <=, 20);
	check_header(header);
}
