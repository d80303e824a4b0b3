#include <glib.h>
#include <string.h>

#include "base.h"

static void
assert_shown(const char *text, TextShape shape, const char *expected)
{
	g_autofree char *shown = text_printable(text, shape);

	g_assert_cmpstr(shown, ==, expected);
}

static void
test_printable(void)
{
	assert_shown("Nieuwe brug", TEXT_ONE_LINE, "Nieuwe brug");
	assert_shown("a\x1b]52;c;ZQ==\x07z", TEXT_ONE_LINE, "a␛]52;c;ZQ==␇z");
	assert_shown("a\nb\tc", TEXT_ONE_LINE, "a␊b␉c");
	assert_shown("a\nb\tc", TEXT_LINES, "a\nb\tc");
	assert_shown("x\xe2\x80\xaetxt.exe", TEXT_ONE_LINE, "x\\u202etxt.exe");
	assert_shown("c1:\xc2\x9b", TEXT_LINES, "c1:\\u009b");
	assert_shown("raw:\x9b", TEXT_LINES, "raw:\xef\xbf\xbd");
	assert_shown("Café", TEXT_ONE_LINE, "Café");
}

static void
test_no_hidden_byte_survives(void)
{
	guint32 seed = g_test_rand_int_range(0, G_MAXINT);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

	g_test_message("seed %u", seed);
	for (int round = 0; round < 2000; round++) {
		char bytes[64] = {0};
		g_autofree char *shown = NULL;

		for (size_t i = 0; i + 1 < sizeof bytes; i++)
			bytes[i] = (char)g_rand_int_range(rand, 1, 256);
		shown = text_printable(bytes, TEXT_ONE_LINE);
		g_assert_true(g_utf8_validate(shown, -1, NULL));
		for (const char *p = shown; *p != '\0'; p = g_utf8_next_char(p))
			g_assert_false(text_is_hidden(g_utf8_get_char(p)));
	}
}

static void
test_marks_do_not_smear(void)
{
	GString *zalgo = g_string_new("e");
	g_autofree char *shown = NULL;

	for (int i = 0; i < 50; i++)
		g_string_append_unichar(zalgo, 0x301);
	shown = text_printable(zalgo->str, TEXT_ONE_LINE);
	g_assert_cmpint(g_utf8_strlen(shown, -1), ==, 6);
	g_string_free(zalgo, TRUE);
}

static void
test_fit(void)
{
	g_autofree char *cut = text_fit("Enschede krijgt een nieuwe brug", 10);
	g_autofree char *padded = text_fit("Borne", 8);
	g_autofree char *wide = text_fit("日本語日本語", 7);

	g_assert_cmpstr(cut, ==, "Enschede …");
	g_assert_cmpstr(padded, ==, "Borne   ");
	g_assert_cmpuint(text_width(wide), ==, 7);
}

static void
test_valid(void)
{
	static const char bytes[] = "a\0b\xffz";
	g_autofree char *valid = text_valid(bytes, 5);

	g_assert_cmpstr(valid, ==, "ab\xef\xbf\xbdz");
}

static void
test_words_and_fold(void)
{
	g_autofree char *folded = text_fold("Größe CAFÉ IJssel");
	g_autofree char *collapsed = text_collapse("  een\xc2\xa0 \n twee ");

	g_assert_cmpuint(text_words("## Een **kop** — met 3 woorden!"), ==, 5);
	g_assert_cmpstr(folded, ==, "grosse cafe ijssel");
	g_assert_cmpstr(collapsed, ==, "een twee");
}

static void
test_digest(void)
{
	g_autofree char *hex = digest_of("abc", 3);

	g_assert_cmpstr(
		hex, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	g_assert_true(digest_is_hex(hex));
	g_assert_false(digest_is_hex("../../etc/passwd"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/base/text/printable", test_printable);
	g_test_add_func("/base/text/no-hidden-byte-survives", test_no_hidden_byte_survives);
	g_test_add_func("/base/text/marks", test_marks_do_not_smear);
	g_test_add_func("/base/text/fit", test_fit);
	g_test_add_func("/base/text/valid", test_valid);
	g_test_add_func("/base/text/words-and-fold", test_words_and_fold);
	g_test_add_func("/base/digest", test_digest);
	return g_test_run();
}
