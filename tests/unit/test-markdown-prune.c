/* What is kept from the parser changes nothing in the tree that comes out of it. */
#include <string.h>

#include "prune.h"
#include "tree.h"

static const char *const pieces[] = {"<p class=MsoNormal style='margin:0;font-family:Symbol'>",
	"<span lang=nl style=\"color:red;mso-bidi-font-size:11pt;COLOR : blue;display:none\">",
	"<td width=\"4\"style='border:solid 1px;width:5px'class=x>", "<table border=1>", "<tr>",
	"</table>", "</p>", "</span >", "<!-- a > b -- c -->", "<!--[if !supportLists]-->",
	"<![endif]>", "<!-->", "<!--->", "<!-- x --!>", "<!--", "-->",
	"<style><!-- p {color:red} -->", "</style>", "</STYLE x='>'>", "<title>a <b> c", "</title>",
	"<textarea>", "</textarea>", "<script>if (a<b) '</scr';", "<script><!-- <script>",
	"</script>", "<svg><style>a<b>", "<select>", "<br/>", "<br title=a/>",
	"<a title='b'href=c>", "<a href=x title=\"y\"/>",
	"<img alt=\"a>b\" src=1 src=2 width=3 onload='<p>'>", "<a =b id>",
	"<p style='content:\"&quot;;color:green;a&#59;color:red'>",
	"<p style='font-family:&quot;Arial&quot;,x;color:teal;'>", "<p style=color:red;a:b/>", "<",
	"</", "</>", "<?x>", "&", "&amp", "&amp;", "&nbsp;", "&#", "&#983040;", "\xf3\xb0\x80\x80",
	"Het zwembad in Laren gaat op dinsdag 4 mei weer open.",
	"Eén lange zin met een é en een €.", "twee\r\nregels met een einde van een ander",
	"\xc2\x85 en meer dan twaalf tekens", "x", " ", "\n", "'", "\"", "=", "/", ">", "<pre>",
	"<o:p></o:p>", "</body>", "<head>", "<b>", "</b>", "<svg>",
	"<![CDATA[ een stuk van een tekst ]]>", "<template>", "<noscript>", "<math>"};

static void
describe_style(const char *style, GString *out)
{
	static const char *const names[] = {"color", "display", "margin", "width", "mso-list"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *value = style_value(style, names[i]);

		g_string_append_printf(out, " %s=%.*s", names[i],
			value != NULL ? (int)strcspn(value, ";") : 0, value != NULL ? value : "");
	}
	g_string_append(out, style_has(style, "font-family", "Symbol") ? " signs" : "");
	g_string_append(out, strstr(style, "solid") != NULL ? " solid" : "");
}

static void
describe(const GumboNode *node, GString *out)
{
	static const char *const names[] = {"class", "href", "id", "src", "alt", "border"};
	const GumboElement *element = &node->v.element;

	if (node->type == GUMBO_NODE_COMMENT)
		g_string_append(out, "(comment)");
	if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
		node->type == GUMBO_NODE_CDATA)
		g_string_append_printf(out, "(%d '%s')", node->type, node->v.text.text);
	if (node->type != GUMBO_NODE_ELEMENT || element->tag == GUMBO_TAG_STYLE ||
		element->tag == GUMBO_TAG_SCRIPT)
		return;
	g_string_append_printf(out, "\n(%d", element->tag);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		g_string_append_printf(out, " %s", tree_attribute(element, names[i]));
	if (element->tag == GUMBO_TAG_TD || element->tag == GUMBO_TAG_P)
		describe_style(tree_attribute(element, "style"), out);
	for (unsigned i = 0; i < element->children.length; i++)
		describe(element->children.data[i], out);
	g_string_append_c(out, ')');
}

static char *
tree_of(const char *html, size_t length, const Pruned *pruned)
{
	GumboOptions options = kGumboDefaultOptions;
	GString *out = g_string_new(NULL);
	GumboOutput *output;
	Arena arena;

	arena_init(&arena);
	options.allocator = arena_take;
	options.deallocator = arena_give;
	options.userdata = &arena;
	output = gumbo_parse_with_options(&options, html, length);
	if (pruned != NULL)
		html_restore(pruned, output->root, &arena);
	describe(output->root, out);
	arena_clear(&arena);
	return g_string_free(out, FALSE);
}

static void
assert_same_tree(const char *html)
{
	Pruned pruned = html_prune(html, strlen(html));
	g_autofree char *wanted = tree_of(html, strlen(html), NULL);
	g_autofree char *got = tree_of(pruned.html->str, pruned.html->len, &pruned);

	if (strcmp(wanted, got) != 0)
		g_test_message("%s\n -> %s", html, pruned.html->str);
	g_assert_cmpstr(got, ==, wanted);
	g_assert_cmpuint(pruned.html->len, <=, strlen(html));
	html_pruned_clear(&pruned);
}

static void
assert_pruned(const char *html, const char *wanted)
{
	Pruned pruned = html_prune(html, strlen(html));

	g_assert_cmpstr(pruned.html->str, ==, wanted);
	html_pruned_clear(&pruned);
}

static void
test_drops(void)
{
	assert_pruned("<!-- a --><style type=x>p {}</style>x", "<!----><style type=x></style>x");
	assert_pruned("<p lang=nl class=a data-x='1'>", "<p class=a>");
	assert_pruned("<p style='color:red;mso-x:1;color:blue; font-family:Arial;margin:0'>",
		"<p style='color:red;margin:0'>");
	assert_pruned("<img width=1><td width=1>", "<img width=1><td>");
	/* Nothing more from there on. */
	assert_pruned("<svg><p lang=nl><!-- a -->", "<svg><p lang=nl><!-- a -->");
}

static void
test_carries_text(void)
{
	assert_pruned("<p> Een zin die lang genoeg is.</p>", "<p> \xf3\xb0\x80\x80</p>");
	assert_pruned("<p>Kort.</p>", "<p>Kort.</p>");
	/* Its own sign in the mail, or a reference to one. */
	assert_pruned("<p>Een zin die lang genoeg is.&#xF0000;</p>",
		"<p>Een zin die lang genoeg is.&#xF0000;</p>");
}

static void
test_each_beginning(void)
{
	g_autoptr(GString) some = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
		g_string_assign(some, "<p>begin ");
		g_string_append(some, pieces[i]);
		g_string_append(some, " en een einde dat lang genoeg is<b title=c>");
		for (size_t n = some->len; n > 0; n--) {
			g_autofree char *part = g_strndup(some->str, n);

			assert_same_tree(part);
		}
	}
}

static void
test_random(void)
{
	g_autoptr(GRand) dice = g_rand_new_with_seed(20261124);
	g_autoptr(GString) html = g_string_new(NULL);

	for (int turn = 0; turn < 20000; turn++) {
		gint32 count = g_rand_int_range(dice, 1, 12);

		g_string_truncate(html, 0);
		for (gint32 i = 0; i < count; i++)
			g_string_append(
				html, pieces[g_rand_int_range(dice, 0, G_N_ELEMENTS(pieces))]);
		assert_same_tree(html->str);
	}
}

static void
test_linear(void)
{
	static const char *const bombs[] = {"<", "<!--", "<a b='", "<style>", "&#0", "<a b ",
		"<p style=';", "</", "<title>", "-"};

	for (size_t i = 0; i < G_N_ELEMENTS(bombs); i++) {
		g_autoptr(GString) html = g_string_new("<!--");
		gint64 start = g_get_monotonic_time();
		Pruned pruned;

		while (html->len < 1000000)
			g_string_append(html, bombs[i]);
		for (int from = 0; from <= 4; from += 4) {
			pruned = html_prune(html->str + from, html->len - (size_t)from);
			html_pruned_clear(&pruned);
		}
		g_assert_cmpint(g_get_monotonic_time() - start, <, 2 * G_USEC_PER_SEC);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/markdown/prune/drops", test_drops);
	g_test_add_func("/markdown/prune/carries-text", test_carries_text);
	g_test_add_func("/markdown/prune/each-beginning", test_each_beginning);
	g_test_add_func("/markdown/prune/random", test_random);
	g_test_add_func("/markdown/prune/linear", test_linear);
	return g_test_run();
}
