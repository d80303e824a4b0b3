#include <cmark-gfm.h>
#include <glib.h>
#include <string.h>

#include "base.h"
#include "markdown.h"

static char *
from_html(const char *html)
{
	g_autoptr(GPtrArray) doc = markdown_doc_new();
	MarkdownLimits limits = {500000, 400, false};

	markdown_add_html(doc, html, &limits);
	markdown_split_lines(doc);
	return markdown_write(doc, 0, doc->len);
}

static char *
from_plain(const char *text)
{
	g_autoptr(GPtrArray) doc = markdown_doc_new();

	markdown_add_plain(doc, text, false, false);
	markdown_split_lines(doc);
	return markdown_write(doc, 0, doc->len);
}

static void
assert_html(const char *html, const char *expected)
{
	g_autofree char *made = from_html(html);

	g_assert_cmpstr(made, ==, expected);
}

static void
assert_plain(const char *text, const char *expected)
{
	g_autofree char *made = from_plain(text);

	g_assert_cmpstr(made, ==, expected);
}

static void
test_html(void)
{
	assert_html(
		"<p>Een <b>vet</b> en <i>schuin</i> woord</p>", "Een **vet** en *schuin* woord");
	assert_html("<h1>Kop</h1><p>Tekst</p>", "## Kop\n\nTekst");
	assert_html("<ul><li>een<ul><li>onder</li></ul></li><li>twee</li></ul>",
		"- een\n  - onder\n- twee");
	assert_html("<ol start=3><li>drie</li><li>vier</li></ol>", "3. drie\n4. vier");
	assert_html("<b>ve</b><b>t</b>", "**vet**");
	assert_html("<p>a&shy;b&nbsp;c</p>", "ab c");
	assert_html("<p>2 * 3 [x] _y_</p>", "2 * 3 [x] \\_y\\_");
	assert_html("<p>1. geen lijst</p><p># geen kop</p>", "1\\. geen lijst\n\n\\# geen kop");
	assert_html("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
		"| a | b |\n| --- | --- |\n| 1 | 2 |");
	assert_html("<p><a "
		    "href='https://eur.safelinks.protection.outlook.com/"
		    "?url=https%3A%2F%2Fexample.nl%2Fx&data=1'>hier</a></p>",
		"[hier](https://example.nl/x)");
	assert_html("<p>a<script>alert(1)</script>b</p>", "ab");
	assert_html("<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if "
		    "!supportLists]><span style='mso-list:Ignore'>·<span>&nbsp;"
		    "</span></span><![endif]>punt</p>",
		"- punt");
}

static void
test_plain(void)
{
	assert_plain("Een regel die door het mailprogramma op een vaste breedte is\nafgebroken en "
		     "dus op de volgende regel verder gaat tot het\n"
		     "einde van de zin.\n",
		"Een regel die door het mailprogramma op een vaste breedte is afgebroken en dus op "
		"de volgende regel verder gaat tot het "
		"einde van de zin.");
	assert_plain("• een\n• twee\n", "- een\n- twee");
	assert_plain("1. een\n2. twee\n", "1. een\n2. twee");
	assert_plain("> wat jij zei\n\nwat ik zeg\n", "> wat jij zei\n\nwat ik zeg");
}

static void
test_bombs(void)
{
	GString *deep = g_string_new(NULL);
	GString *wide = g_string_new("<p");
	g_autofree char *one = NULL;
	g_autofree char *two = NULL;
	gint64 began = when_monotonic_ms();

	for (int i = 0; i < 100000; i++)
		g_string_append(deep, "<div>");
	g_string_append(deep, "schat");
	for (int i = 0; i < 100000; i++)
		g_string_append_printf(wide, " a%d=1", i);
	g_string_append(wide, ">schat</p>");
	one = from_html(deep->str);
	two = from_html(wide->str);
	g_assert_nonnull(strstr(one, "schat"));
	g_assert_nonnull(strstr(two, "schat"));
	/* Without the guard this takes half a minute. */
	g_assert_cmpint(when_monotonic_ms() - began, <, 10000);
	g_string_free(deep, TRUE);
	g_string_free(wide, TRUE);
}

/* Any bytes: no crash, valid UTF-8, and cmark can read what comes out. */
static void
test_random(void)
{
	static const char *const pieces[] = {"<p>", "</p>", "<b>", "</i>", "<li>", "<ol>", "</ul>",
		"<table>", "<tr><td>", "</table>", "<blockquote>", "tekst ", "- ", "1. ", "\n",
		"> ", "&nbsp;", "é", "<br>", "**", "<a href='x'>", "</a>",
		"<div class=gmail_quote>", "\t", "<!--", "-->", "<h2>", "|", "_",
		"<img src=cid:1>"};
	guint32 seed = g_test_rand_int_range(0, G_MAXINT);
	g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

	g_test_message("seed %u", seed);
	for (int round = 0; round < 3000; round++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autofree char *html = NULL;
		g_autofree char *plain = NULL;
		char *again;

		for (int i = g_rand_int_range(rand, 0, 60); i > 0; i--)
			g_string_append(
				text, pieces[g_rand_int_range(rand, 0, G_N_ELEMENTS(pieces))]);
		html = from_html(text->str);
		plain = from_plain(text->str);
		g_assert_true(g_utf8_validate(html, -1, NULL));
		g_assert_true(g_utf8_validate(plain, -1, NULL));
		again = cmark_markdown_to_html(html, strlen(html), CMARK_OPT_DEFAULT);
		g_assert_nonnull(again);
		g_assert_null(strstr(again, "<script"));
		free(again);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/markdown/html", test_html);
	g_test_add_func("/markdown/plain", test_plain);
	g_test_add_func("/markdown/bombs", test_bombs);
	g_test_add_func("/markdown/random", test_random);
	return g_test_run();
}
