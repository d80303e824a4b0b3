/* desk: the page of an article. Nothing of a mail gets out of its place, and the structure is what
 * a browser and a screen reader expect. */
#include <glib.h>
#include <string.h>

#include "base.h"
#include "page.h"

static PagePicture
picture(const char *file, const char *name)
{
	PagePicture made = {.file = file, .alt = "", .caption = "", .credit = ""};

	made.names = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(made.names, g_strdup(name));
	return made;
}

/* The page of a text, with at most two pictures; what stands between <body> and its end. */
static char *
body_of(const char *markdown, const char *lead, PagePicture *one, PagePicture *two)
{
	g_autoptr(GPtrArray) pictures = g_ptr_array_new();
	const Page page = {.title = "Titel",
		.lead = lead,
		.body = markdown,
		.language = "nl",
		.pictures = pictures};
	g_autofree char *html = NULL;
	const char *from, *to;

	if (one != NULL)
		g_ptr_array_add(pictures, one);
	if (two != NULL)
		g_ptr_array_add(pictures, two);
	html = page_html(&page);
	from = strstr(html, "</header>\n");
	to = strstr(html, "</article>");
	g_assert_true(from != NULL && to != NULL);
	from += strlen("</header>\n");
	return g_strndup(from, (gsize)(to - from));
}

static void
assert_body(const char *markdown, const char *expected)
{
	g_autofree char *html = body_of(markdown, "", NULL, NULL);

	g_assert_cmpstr(html, ==, expected);
}

static void
test_structure(void)
{
	assert_body("een\ntwee  \ndrie", "<p>een\ntwee<br>\ndrie</p>\n");
	assert_body(
		"**a** _b_ `c<d`", "<p><strong>a</strong> <em>b</em> <code>c&lt;d</code></p>\n");
	assert_body("- a\n- b\n  1. c\n",
		"<ul>\n<li>a</li>\n<li>b\n<ol>\n<li>c</li>\n</ol>\n</li>\n</ul>\n");
	assert_body("7. a\n8. b", "<ol start=\"7\">\n<li>a</li>\n<li>b</li>\n</ol>\n");
	assert_body("> zegt", "<blockquote>\n<p>zegt</p>\n</blockquote>\n");
	assert_body("| A | B |\n|---|---|\n| x \\| y | **2** |",
		"<table>\n<thead>\n<tr><th scope=\"col\">A</th><th scope=\"col\">B</th></tr>\n"
		"</thead>\n<tbody>\n<tr><td>x | y</td><td><strong>2</strong></td></tr>\n</tbody>\n"
		"</table>\n");
	assert_body("| A |\n|---|",
		"<table>\n<thead>\n<tr><th scope=\"col\">A</th></tr>\n</thead>\n"
		"</table>\n");
	assert_body("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>\n");
}

/* The title is h1: the highest heading of the text is h2, whatever it was. */
static void
test_headings_begin_at_two(void)
{
	assert_body("### a\n\n#### b", "<h2>a</h2>\n<h3>b</h3>\n");
	assert_body("# a\n\n###### b", "<h2>a</h2>\n<h6>b</h6>\n");
}

static void
test_lead_is_never_twice(void)
{
	g_autofree char *in = body_of("Dit is de *lead*.\n\nMeer.", "Dit is de lead.", NULL, NULL);
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	const Page page = {
		.title = "T", .lead = "<lead>", .body = "Tekst.", .language = "", .pictures = none};
	g_autofree char *out = page_html(&page);

	g_assert_cmpstr(in, ==, "<p class=\"lead\">Dit is de <em>lead</em>.</p>\n<p>Meer.</p>\n");
	g_assert_nonnull(strstr(out, "<p class=\"lead\">&lt;lead&gt;</p>\n</header>"));
	g_assert_nonnull(strstr(out, "<html>"));
}

static void
test_hostile_text(void)
{
	assert_body("a <script>alert(1)</script> <b onclick=x>",
		"<p>a &lt;script&gt;alert(1)&lt;/script"
		"&gt; &lt;b onclick=x&gt;</p>\n");
	assert_body("<iframe src=x></iframe>", "<p>&lt;iframe src=x&gt;&lt;/iframe&gt;\n</p>\n");
	assert_body("[x](javascript:alert(1)) [y](JAVASCRIPT:a) [z](data:text/html,a) [w](//a.nl)",
		"<p>x y z w</p>\n");
	assert_body("[x](<https://a.nl/\"onload='a'>)",
		"<p><a href=\"https://a.nl/%22onload=&#39;a&#39;\">x</a></p>\n");
	assert_body("a\u202etxt\u200bb\007\x9b", "<p>atxtb\ufffd</p>\n");
	assert_body("![x](https://spoor.example.org/pixel.gif) b", "<p> b</p>\n");
	assert_body("![](\"onerror=)", "");
}

static void
test_pictures(void)
{
	PagePicture one = picture("photo-1.jpg", "brug bij nacht.jpg");
	PagePicture two = picture("photo-2.jpg", "cid:2");
	g_autofree char *html = NULL;
	const char *figure, *text;

	one.alt = "\"><script>";
	one.caption = "<b>De brug</b>";
	one.credit = "J. & K.";
	one.width = 800;
	one.height = 600;
	html = body_of("Eerst.\n\n![weg](brug%20bij%20nacht.jpg)\n\nDan.", "", &one, &two);
	figure = strstr(html,
		"<figure>\n<img src=\"photo-1.jpg\" alt=\"&quot;&gt;&lt;script&gt;\" "
		"width=\"800\" height=\"600\">\n<figcaption>&lt;b&gt;De brug&lt;/b&gt; "
		"<span class=\"credit\">Foto: J. &amp; K.</span></figcaption>\n</figure>");
	text = strstr(html, "<p>Dan.</p>");
	g_assert_true(figure != NULL && text != NULL && figure < text);
	/* What has no place in the text stands on top. */
	g_assert_true(g_str_has_prefix(html, "<figure>\n<img src=\"photo-2.jpg\" alt=\"\">"));
	g_assert_null(strstr(html, "weg"));
	g_ptr_array_unref(one.names);
	g_ptr_array_unref(two.names);
}

static void
test_markdown_has_new_names(void)
{
	PagePicture one = picture("photo-1.jpg", "../brug.jpg");
	g_autoptr(GPtrArray) pictures = g_ptr_array_new();
	const Page page = {.title = "",
		.lead = "",
		.language = "",
		.pictures = pictures,
		.body = "A | "
			"b\n\n![oud](../brug.jpg)\n\n![](https://a.nl/x.gif)\n\n![![](in)](uit)\n\n"
			"| K |\n|---|\n| ![](x) |\n\nSlot"};
	g_autofree char *markdown = NULL;

	one.alt = "Een [brug]";
	g_ptr_array_add(pictures, &one);
	markdown = page_markdown(&page);
	g_assert_nonnull(strstr(markdown, "![Een \\[brug\\]](photo-1.jpg)\n"));
	g_assert_null(strstr(markdown, "a.nl"));
	g_assert_null(strstr(markdown, "uit"));
	g_assert_nonnull(strstr(markdown, "Slot"));
	g_ptr_array_unref(one.names);
}

static void
assert_slug(const char *title, const char *expected)
{
	g_autofree char *slug = page_slug(title);

	g_assert_cmpstr(slug, ==, expected);
}

static void
test_slug(void)
{
	assert_slug("Café ‘De Brug’ – 40 jaar!", "cafe-de-brug-40-jaar");
	assert_slug("../../etc/passwd", "etc-passwd");
	assert_slug("漢字", "");
	assert_slug(
		"een lange titel die niet op een regel past maar wel een naam van een map wordt",
		"een-lange-titel-die-niet-op-een-regel-past-maar-wel-een");
}

/* Deep and long texts: all words are there, at no great cost. */
static void
test_deep(void)
{
	GString *text = g_string_new(NULL);
	g_autofree char *html = NULL;

	for (int i = 0; i < 3000; i++)
		g_string_append(text, "> ");
	g_string_append(text, "diep\n\n");
	for (int i = 0; i < 5000; i++)
		g_string_append(text, "![a[b](c ");
	html = body_of(text->str, "", NULL, NULL);
	g_assert_nonnull(strstr(html, "diep"));
	g_string_free(text, TRUE);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/page/structure", test_structure);
	g_test_add_func("/page/headings", test_headings_begin_at_two);
	g_test_add_func("/page/lead", test_lead_is_never_twice);
	g_test_add_func("/page/hostile", test_hostile_text);
	g_test_add_func("/page/pictures", test_pictures);
	g_test_add_func("/page/markdown", test_markdown_has_new_names);
	g_test_add_func("/page/slug", test_slug);
	g_test_add_func("/page/deep", test_deep);
	return g_test_run();
}
