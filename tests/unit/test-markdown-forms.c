/* The forms that mail programs and people give to lists, quotations, tables and lines. */
#include <cmark-gfm.h>
#include <glib.h>
#include <string.h>

#include "markdown.h"

#define LONG                                                                                       \
	"De gemeente heeft besloten dat het oude zwembad in het voorjaar plaatsmaakt voor twaalf " \
	"huizen."
#define P "<p>" LONG "</p>"

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
from_plain(const char *text, bool flowed, bool delsp)
{
	g_autoptr(GPtrArray) doc = markdown_doc_new();

	markdown_add_plain(doc, text, flowed, delsp);
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
	g_autofree char *made = from_plain(text, false, false);

	g_assert_cmpstr(made, ==, expected);
}

static void
test_word_lists(void)
{
	/* Numbering that goes on behind a paragraph of an item, then another list. */
	assert_html("<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span "
		    "style='mso-list:Ignore'>1.<span>&nbsp;</span></span>een</p>"
		    "<p class=MsoNormal style='margin-left:36pt'>Meer over een.</p>"
		    "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span "
		    "style='mso-list:Ignore'>2.<span>&nbsp;</span></span>twee</p>"
		    "<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span "
		    "style='mso-list:Ignore'>1.<span>&nbsp;</span></span>ander</p>"
		    "<p class=MsoListParagraph style='mso-list:l1 level2 lfo2'><span "
		    "style='mso-list:Ignore'>a)<span>&nbsp;</span></span>onder</p>" P,
		"1. een\n\n   Meer over een.\n\n2. twee\n\n1) ander\n   1. onder\n\n" LONG);
	/* Only a class and a font of signs are left. */
	assert_html(
		"<p class=MsoListParagraph style='margin-left:36pt;text-indent:-18pt'><span "
		"style='font-family:Symbol'>·<span style='font:7pt'>&nbsp;&nbsp;</span></span>een"
		"</p><p class=MsoListParagraph style='margin-left:72pt;text-indent:-18pt'><span "
		"style=\"font-family:'Courier New'\">o<span>&nbsp;</span></span>onder</p>"
		"<p class=MsoListParagraph style='margin-left:36pt'><span "
		"style='font-family:Symbol'>·<span>&nbsp;</span></span>twee</p>" P,
		"- een\n  - onder\n- twee\n\n" LONG);
}

static void
test_html_lists(void)
{
	assert_html("<ul><li>een</li><ul><li>onder</li></ul><li>twee</li></ul>",
		"- een\n  - onder\n- twee");
	assert_html("<ol><li><p>een</p><p>nog iets</p></li><li>twee</li></ol>",
		"1. een\n\n   nog iets\n\n2. twee");
	assert_html("<ul><li>een</li></ul><ul><li>ander</li></ul>", "- een\n\n* ander");
	assert_html("<ul><li>een<ol start=3><li>drie</li></ol></li></ul>", "- een\n\n  3. drie");
	/* Typed, line by line. */
	assert_html("<div>Dit:</div><div>- een:</div><div>&nbsp;&nbsp;&nbsp;- onder</div><div>- "
		    "twee</div>",
		"Dit:\n\n- een:\n  - onder\n- twee");
	assert_html("<div>" LONG "<br><br>✅ een<br>✅ twee<br>👉 drie<br><br>" LONG "</div>",
		LONG "\n\n- een\n- twee\n- drie\n\n" LONG);
	assert_html("<div>1️⃣ <b>Een</b> stap</div><div>2️⃣ twee</div>",
		"1. **Een** stap\n2. twee");
	assert_html("<p>“Mooi.”</p><p>— Bets Kolk, voorzitter</p>",
		"“Mooi.”\n\n— Bets Kolk, voorzitter");
}

static void
test_quotes(void)
{
	assert_html(P "<p class=MsoQuote><i>Wij zijn blij.</i></p>" P,
		LONG "\n\n> Wij zijn blij.\n\n" LONG);
	assert_html(P
		"<p style='margin-left:36pt'>Een brief</p><p style='margin-left:36pt'>Wij zijn "
		"blij.</p>" P,
		LONG "\n\n> Een brief\n>\n> Wij zijn blij.\n\n" LONG);
	assert_html("<blockquote><ul><li>een</li></ul></blockquote>" P, "- een\n\n" LONG);
	assert_plain(LONG "\n\n    Wij zijn blij.\n\n    — Bets Kolk\n\n" LONG,
		LONG "\n\n> Wij zijn blij.\n>\n> — Bets Kolk\n\n" LONG);
}

static void
test_tables(void)
{
	assert_html("<table border=1><tr><td><b>Naam</b></td><td colspan=2>Tijd</td></tr><tr><td "
		    "rowspan=2>Jan<br>Piet</td><td>1</td><td>a|b</td></tr><tr><td>2</td><td>c</td>"
		    "</tr></table>",
		"| Naam | Tijd |  |\n| --- | --- | --- |\n| Jan Piet | 1 | a\\|b |\n|  | 2 | c |");
	/* Spacers and columns of text are layout. */
	assert_html("<table><tr><td width=9></td><td>een</td></tr><tr><td></td><td>twee</td></tr>"
		    "</table>",
		"een\n\ntwee");
	assert_html("<table><tr><td>" P P "</td><td>" P "</td></tr><tr><td>" P P P "</td><td>" P
		    "</td></tr></table>",
		LONG "\n\n" LONG "\n\n" LONG "\n\n" LONG "\n\n" LONG "\n\n" LONG "\n\n" LONG);
	assert_plain("          2025  2026\nOmzet     96,4  101,7\nMensen    187   192\n",
		"|  | 2025 | 2026 |\n| --- | --- | --- |\n| Omzet | 96,4 | 101,7 |\n"
		"| Mensen | 187 | 192 |");
	assert_plain("Naam\tTijd\nJan\t10.00\n", "| Naam | Tijd |\n| --- | --- |\n| Jan | 10.00 |");
	assert_plain("6. Dezember   14 Uhr   Markt\n7. Dezember   15 Uhr   Kirche\n",
		"| 6. Dezember | 14 Uhr | Markt |\n| --- | --- | --- |\n| 7. Dezember | 15 Uhr | "
		"Kirche |");
}

static void
test_typed_lists(void)
{
	assert_plain("a. een\nb. twee\n\ni) een\nii) twee\niii) drie\n",
		"1. een\n2. twee\n\n1) een\n2) twee\n3) drie");
	assert_plain("(1) een\n(2) twee\n", "1. een\n2. twee");
	assert_plain("* een\n   - onder een\n   - onder twee\n* twee\n",
		"- een\n  - onder een\n  - onder twee\n- twee");
	assert_plain("1. een\n- onder\n2. twee\n", "1. een\n   - onder\n2. twee");
	assert_plain("1. Eerste.\n\n   Meer erover.\n\n2. Tweede.\n",
		"1. Eerste.\n\n   Meer erover.\n\n2. Tweede.");
	/* A date, an amount and a dash are no lists. */
	assert_plain(
		"12. oktober was de dag\n\n- zei hij\n", "12\\. oktober was de dag\n\n\\- zei hij");
}

static void
test_wrapped(void)
{
	assert_plain("De gemeente wil een toekomst-\n"
		     "bestendig plan voor het cen-\n"
		     "trum, samen met de VNO-\n"
		     "NCW. Ook zijn er zij-\n"
		     "instromers nodig bij alle in-\n"
		     "en uitvoerders van de stad\n"
		     "en bij de winkels daar.\n",
		"De gemeente wil een toekomstbestendig plan voor het centrum, samen met de "
		"VNO-NCW. "
		"Ook zijn er zij-instromers nodig bij alle in- en uitvoerders van de stad en bij "
		"de "
		"winkels daar.");
	assert_plain("In september worden alle machines geplaatst en ingeregeld, zegt\nhij:\n"
		     "1. In oktober draait de hal proef met orders van vaste klanten.\n"
		     "2. Op vrijdag 13 november opent de wethouder het nieuwe gebouw,\n"
		     "   met koek.\n",
		"In september worden alle machines geplaatst en ingeregeld, zegt hij:\n\n"
		"1. In oktober draait de hal proef met orders van vaste klanten.\n"
		"2. Op vrijdag 13 november opent de wethouder het nieuwe gebouw, met koek.");
	assert_plain("1. Kop\n======\n\nTekst\n", "## 1. Kop\n\nTekst");
	/* One line of the page, one div. */
	assert_html("<div>De gemeente heeft vandaag besloten dat het oude zwembad aan de</div><div>"
		    "Kerkstraat in het voorjaar wordt afgebroken, omdat het dak al</div><div>jaren "
		    "lekt en de reparatie te duur is. Op die plek komen twaalf</div><div>huizen."
		    "</div><div><br></div><div>Klaar.</div>",
		"De gemeente heeft vandaag besloten dat het oude zwembad aan de Kerkstraat in het "
		"voorjaar wordt afgebroken, omdat het dak al jaren lekt en de reparatie te duur "
		"is. "
		"Op die plek komen twaalf huizen.\n\nKlaar.");
}

static void
test_flowed(void)
{
	g_autofree char *flowed = from_plain("Een zin die \ndoorgaat.\nEen andere.\n", true, false);
	g_autofree char *delsp = from_plain("Een zin  \ndoor \ngaat.\n", true, true);

	g_assert_nonnull(strstr(flowed, "Een zin die doorgaat."));
	g_assert_cmpstr(delsp, ==, "Een zin doorgaat.");
}

static void
test_chatbot(void)
{
	assert_html("<div># Kop</div><div><br></div><div>**Vet** en [hier](https://example.nl/a_b)."
		    "</div><div>| a | b |</div><div>|---|---|</div><div>| 1 | 2 |</div>"
		    "<div>---</div><div>Einde</div>",
		"## Kop\n\n**Vet** en [hier](https://example.nl/a_b).\n\n"
		"| a | b |\n| --- | --- |\n| 1 | 2 |\n\n---\n\nEinde");
	/* A star alone is a star. */
	assert_plain("2 * 3 en 4*5 *\n", "2 * 3 en 4\\*5 \\*");
}

static void
test_inline(void)
{
	assert_html("<p><b>Te</b> <b>Brake </b><b>Metaal</b>, <b>nieuw:</b>hal</p>",
		"**Te Brake Metaal**, **nieuw**:hal");
	assert_html("<p>40 m<sup>2</sup> <img src=a.png alt='😀'> hoi!<a href='https://example.nl/'>"
		    "site</a></p>",
		"40 m² 😀 hoi\\![site](https://example.nl/)");
	assert_html("<p>mail <a href='mailto:a@example.nl'>a@example.nl</a>, [x] (y)</p>",
		"mail <a@example.nl>, [x] (y)");
	/* What is hidden within a line does not split it. */
	assert_html(
		"<p>een <span style='display:none'>geheim</span>twee</p>", "geheim\n\neen twee");
}

static void
assert_link(const char *url, const char *expected)
{
	g_autofree char *made = markdown_unwrap_link(url);

	g_assert_cmpstr(made, ==, expected);
}

static void
test_links(void)
{
	assert_link("https://urldefense.com/v3/__https://example.nl/a?b=*c__;Kw!!x$",
		"https://example.nl/a?b=+c");
	assert_link("https://urldefense.proofpoint.com/v2/url?u=https-3A__example.nl_a&d=x",
		"https://example.nl/a");
	assert_link("https://linkprotect.example.org/url?a=https%3a%2f%2fexample.nl%2fa&c=E",
		"https://example.nl/a");
	assert_link("https://filter.example.org/?d=example.nl&u=aHR0cHM6Ly9leGFtcGxlLm5sL2E=&i=1",
		"https://example.nl/a");
	assert_link("https://web.example.org/1AbC/https%3A%2F%2Fexample.nl%2Fa",
		"https://example.nl/a");
	assert_link("https://example.nl/a?utm_source=mail&id=3&mc_eid=12#kop",
		"https://example.nl/a?id=3#kop");
	assert_link("https://example.nl/a?u=1", "https://example.nl/a?u=1");
	assert_link("https://social.example.org/sharer.php?u=https%3A%2F%2Fexample.nl",
		"https://social.example.org/sharer.php?u=https%3A%2F%2Fexample.nl");
}

static guint
count(const char *text, const char *part)
{
	guint n = 0;

	for (const char *p = text; (p = strstr(p, part)) != NULL; p += strlen(part))
		n++;
	return n;
}

/* cmark sees the same lists, quotations and headings. */
static void
test_read_back(void)
{
	g_autofree char *made = from_html(
		"<ul><li>een<ol "
		"start=4><li>vier<ul><li>diep</li></ul></li><li>vijf</li></ol></li></ul>"
		"<ul><li>apart</li></ul><blockquote><p>zegt:</p><ul><li>a</li><li>b</li></ul>"
		"</blockquote><ol start=7><li>zeven</li></ol><h2>C #</h2><p>slot</p>");
	char *html = cmark_markdown_to_html(made, strlen(made), CMARK_OPT_DEFAULT);

	g_assert_cmpuint(count(html, "<ul>"), ==, 4);
	g_assert_cmpuint(count(html, "<ol start=\"4\">"), ==, 1);
	g_assert_cmpuint(count(html, "<ol start=\"7\">"), ==, 1);
	g_assert_cmpuint(count(html, "<li>"), ==, 8);
	g_assert_cmpuint(count(html, "<blockquote>"), ==, 1);
	g_assert_nonnull(strstr(html, "<h2>C #</h2>"));
	free(html);
}

/* Deep but honest: all of the text is there. */
static void
test_deep(void)
{
	GString *html = g_string_new(NULL);
	g_autofree char *made = NULL;

	for (int i = 0; i < 300; i++)
		g_string_append_printf(html, "<div>w%d ", i);
	made = from_html(html->str);
	g_assert_nonnull(strstr(made, "w0"));
	g_assert_nonnull(strstr(made, "w299"));
	g_string_free(html, TRUE);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/markdown/word-lists", test_word_lists);
	g_test_add_func("/markdown/html-lists", test_html_lists);
	g_test_add_func("/markdown/quotes", test_quotes);
	g_test_add_func("/markdown/tables", test_tables);
	g_test_add_func("/markdown/typed-lists", test_typed_lists);
	g_test_add_func("/markdown/wrapped", test_wrapped);
	g_test_add_func("/markdown/flowed", test_flowed);
	g_test_add_func("/markdown/chatbot", test_chatbot);
	g_test_add_func("/markdown/inline", test_inline);
	g_test_add_func("/markdown/links", test_links);
	g_test_add_func("/markdown/read-back", test_read_back);
	g_test_add_func("/markdown/deep", test_deep);
	return g_test_run();
}
