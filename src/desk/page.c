/* An article as a page of HTML, and as CommonMark with its pictures beside it. */
#include "page.h"

#include <cmark-gfm-core-extensions.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "commonmark.h"
#include "table.h"

enum { DEEPEST = 24 /* quotes and lists in each other; deeper ones are text */ };

typedef struct {
	const Page *page;
	GString *out;
	int raise; /* added to the level of headings */
	int depth;
	int image; /* within an image: its words are no text */
	bool in_table_body;
	bool has_first; /* the first paragraph is behind us */
	bool lead_is_first;
	bool *placed; /* for each picture */
	GArray *figures; /* guint: pictures whose place is behind this block */
} Writer;

/* --- words
 * ----------------------------------------------------------------------------------------------------
 */

/* Joiners and soft hyphens are part of words; what turns or hides text is not. */
static bool
is_kept(gunichar c)
{
	return c == 0x200c || c == 0x200d || c == 0xad || c == '\n' || c == '\t' ||
	       (!text_is_hidden(c) && !g_unichar_iscntrl(c));
}

static void
add_escaped(GString *out, const char *text)
{
	g_autofree char *valid = text_valid(text != NULL ? text : "", -1);

	for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == '&')
			g_string_append(out, "&amp;");
		else if (c == '<')
			g_string_append(out, "&lt;");
		else if (c == '>')
			g_string_append(out, "&gt;");
		else if (c == '"')
			g_string_append(out, "&quot;");
		else if (c == '\'')
			g_string_append(out, "&#39;");
		else if (is_kept(c))
			g_string_append_unichar(out, c);
	}
}

static void
add_attribute(GString *out, const char *name, const char *value)
{
	g_autofree char *line = text_collapse(value != NULL ? value : "");

	g_string_append_printf(out, " %s=\"", name);
	add_escaped(out, line);
	g_string_append_c(out, '"');
}

static bool
is_safe_target(const char *url)
{
	static const char *const schemes[] = {"http://", "https://", "mailto:", "tel:"};

	for (size_t i = 0; url != NULL && i < G_N_ELEMENTS(schemes); i++)
		if (g_ascii_strncasecmp(url, schemes[i], strlen(schemes[i])) == 0 &&
			url[strlen(schemes[i])] != '\0')
			return true;
	return false;
}

/* What a URL cannot hold is written as %XX; what is so already stays. */
static char *
to_target(const char *url)
{
	GString *target = g_string_new(NULL);

	for (const char *p = url; *p != '\0'; p++) {
		guchar c = (guchar)*p;

		if (c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}", c) != NULL)
			g_string_append_printf(target, "%%%02X", c);
		else
			g_string_append_c(target, (char)c);
	}
	return g_string_free(target, FALSE);
}

/* --- pictures
 * -------------------------------------------------------------------------------------------------
 */

static int
find_picture(const Page *page, const char *url)
{
	g_autofree char *plain = g_uri_unescape_string(url != NULL ? url : "", NULL);

	for (guint i = 0; url != NULL && i < page->pictures->len; i++) {
		const PagePicture *picture = page->pictures->pdata[i];

		for (guint n = 0; n < picture->names->len; n++)
			if (strcmp(picture->names->pdata[n], url) == 0 ||
				g_strcmp0(picture->names->pdata[n], plain) == 0)
				return (int)i;
	}
	return -1;
}

static const char *
credit_word(const char *language)
{
	return strcmp(language, "en") == 0 ? "Photo: " : "Foto: ";
}

static void
add_caption(GString *out, const Page *page, const PagePicture *picture)
{
	bool says_so = g_ascii_strncasecmp(picture->credit, "foto", 4) == 0 ||
		       g_ascii_strncasecmp(picture->credit, "photo", 5) == 0;

	if (*picture->caption == '\0' && *picture->credit == '\0')
		return;
	g_string_append(out, "<figcaption>");
	add_escaped(out, picture->caption);
	if (*picture->credit != '\0') {
		g_string_append_printf(out, "%s<span class=\"credit\">%s",
			*picture->caption != '\0' ? " " : "",
			says_so ? "" : credit_word(page->language));
		add_escaped(out, picture->credit);
		g_string_append(out, "</span>");
	}
	g_string_append(out, "</figcaption>\n");
}

static void
add_figure(GString *out, const Page *page, const PagePicture *picture)
{
	g_string_append(out, "<figure>\n<img");
	add_attribute(out, "src", picture->file);
	add_attribute(out, "alt", picture->alt);
	if (picture->width > 0)
		g_string_append_printf(
			out, " width=\"%d\" height=\"%d\"", picture->width, picture->height);
	g_string_append(out, ">\n");
	add_caption(out, page, picture);
	g_string_append(out, "</figure>\n");
}

static void
add_waiting_figures(Writer *writer)
{
	for (guint i = 0; i < writer->figures->len; i++)
		add_figure(writer->out, writer->page,
			writer->page->pictures->pdata[g_array_index(writer->figures, guint, i)]);
	g_array_set_size(writer->figures, 0);
}

static void
enter_image(Writer *writer, cmark_node *node)
{
	int found = find_picture(writer->page, cmark_node_get_url(node));

	writer->image++;
	if (found < 0 || writer->placed[found])
		return;
	writer->placed[found] = true;
	g_array_append_val(writer->figures, found);
}

/* --- the walk
 * -------------------------------------------------------------------------------------------------
 */

static void
add_tag(Writer *writer, bool entering, const char *tag, const char *behind)
{
	if (writer->image == 0)
		g_string_append_printf(
			writer->out, "<%s%s>%s", entering ? "" : "/", tag, entering ? "" : behind);
}

static void
walk_link(Writer *writer, cmark_node *node, bool entering)
{
	const char *url = cmark_node_get_url(node);
	g_autofree char *target = NULL;

	if (writer->image > 0 || !is_safe_target(url))
		return;
	if (!entering) {
		g_string_append(writer->out, "</a>");
		return;
	}
	target = to_target(url);
	g_string_append(writer->out, "<a");
	add_attribute(writer->out, "href", target);
	g_string_append_c(writer->out, '>');
}

static void
walk_literal(Writer *writer, cmark_node *node, const char *tag)
{
	if (writer->image > 0)
		return;
	if (tag != NULL)
		add_tag(writer, true, tag, "");
	add_escaped(writer->out, cmark_node_get_literal(node));
	if (tag != NULL)
		add_tag(writer, false, tag, "");
}

static void
walk_inline(Writer *writer, cmark_node *node, bool entering)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
	case CMARK_NODE_HTML_INLINE:
		walk_literal(writer, node, NULL);
		break;
	case CMARK_NODE_CODE:
		walk_literal(writer, node, "code");
		break;
	case CMARK_NODE_SOFTBREAK:
		g_string_append_c(writer->out, writer->image > 0 ? ' ' : '\n');
		break;
	case CMARK_NODE_LINEBREAK:
		g_string_append(writer->out, writer->image > 0 ? " " : "<br>\n");
		break;
	case CMARK_NODE_STRONG:
		add_tag(writer, entering, "strong", "");
		break;
	case CMARK_NODE_EMPH:
		add_tag(writer, entering, "em", "");
		break;
	case CMARK_NODE_LINK:
		walk_link(writer, node, entering);
		break;
	case CMARK_NODE_IMAGE:
		if (entering)
			enter_image(writer, node);
		else
			writer->image--;
		break;
	default:
		break;
	}
}

/* In a tight list the items are lines, not paragraphs. */
static bool
is_tight(cmark_node *node)
{
	cmark_node *item = cmark_node_parent(node);
	cmark_node *list = item != NULL && cmark_node_get_type(item) == CMARK_NODE_ITEM
				   ? cmark_node_parent(item)
				   : NULL;

	return list != NULL && cmark_node_get_list_tight(list);
}

static bool
is_lead_paragraph(const Writer *writer, cmark_node *node)
{
	cmark_node *parent = cmark_node_parent(node);

	return writer->lead_is_first && !writer->has_first && parent != NULL &&
	       cmark_node_get_type(parent) == CMARK_NODE_DOCUMENT;
}

/* True when there are words: a paragraph of pictures alone is none. */
static bool
has_words(cmark_node *node)
{
	for (cmark_node *child = cmark_node_first_child(node); child != NULL;
		child = cmark_node_next(child))
		if (cmark_node_get_type(child) != CMARK_NODE_IMAGE &&
			cmark_node_get_type(child) != CMARK_NODE_SOFTBREAK)
			return true;
	return false;
}

static void
walk_paragraph(Writer *writer, cmark_node *node, bool entering)
{
	if (is_tight(node) || !has_words(node)) {
		if (!entering && cmark_node_next(node) != NULL && is_tight(node))
			g_string_append_c(writer->out, '\n');
		return;
	}
	if (entering && is_lead_paragraph(writer, node))
		g_string_append(writer->out, "<p class=\"lead\">");
	else
		add_tag(writer, entering, "p", "\n");
	writer->has_first = true;
}

static void
walk_list(Writer *writer, cmark_node *node, bool entering)
{
	bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
	int start = cmark_node_get_list_start(node);

	if (entering && ordered && start != 1)
		g_string_append_printf(writer->out, "<ol start=\"%d\">\n", start);
	else
		g_string_append_printf(
			writer->out, "<%s%s>\n", entering ? "" : "/", ordered ? "ol" : "ul");
}

static void
walk_container(Writer *writer, cmark_node *node, bool entering)
{
	bool quote = cmark_node_get_type(node) == CMARK_NODE_BLOCK_QUOTE;

	writer->depth += entering ? 1 : 0;
	if (writer->depth <= DEEPEST) {
		if (quote)
			g_string_append(
				writer->out, entering ? "<blockquote>\n" : "</blockquote>\n");
		else
			walk_list(writer, node, entering);
	}
	writer->depth -= entering ? 0 : 1;
}

static void
walk_heading(Writer *writer, cmark_node *node, bool entering)
{
	int level = CLAMP(cmark_node_get_heading_level(node) + writer->raise, 2, 6);
	char tag[] = {'h', (char)('0' + level), '\0'};

	add_tag(writer, entering, tag, "\n");
}

/* Rows and cells of the table extension, by their names. */
static void
walk_table(Writer *writer, cmark_node *node, bool entering)
{
	const char *type = cmark_node_get_type_string(node);
	cmark_node *parent = cmark_node_parent(node);
	bool head = cmark_gfm_extensions_get_table_row_is_header(
			    strcmp(type, "table_cell") == 0 ? parent : node) != 0;

	if (strcmp(type, "table") == 0) {
		if (!entering && writer->in_table_body)
			g_string_append(writer->out, "</tbody>\n");
		writer->in_table_body = false;
		g_string_append(writer->out, entering ? "<table>\n" : "</table>\n");
	} else if (strcmp(type, "table_row") == 0 || strcmp(type, "table_header") == 0) {
		if (entering && !head && !writer->in_table_body) {
			g_string_append(writer->out, "<tbody>\n");
			writer->in_table_body = true;
		}
		g_string_append(writer->out, entering ? head ? "<thead>\n<tr>" : "<tr>"
					     : head   ? "</tr>\n</thead>\n"
						      : "</tr>\n");
	} else if (strcmp(type, "table_cell") == 0) {
		g_string_append(writer->out, entering ? head ? "<th scope=\"col\">" : "<td>"
					     : head   ? "</th>"
						      : "</td>");
	}
}

static void
walk_block(Writer *writer, cmark_node *node, bool entering)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_PARAGRAPH:
		walk_paragraph(writer, node, entering);
		break;
	case CMARK_NODE_HEADING:
		walk_heading(writer, node, entering);
		break;
	case CMARK_NODE_BLOCK_QUOTE:
	case CMARK_NODE_LIST:
		walk_container(writer, node, entering);
		break;
	case CMARK_NODE_ITEM:
		if (writer->depth <= DEEPEST)
			add_tag(writer, entering, "li", "\n");
		break;
	case CMARK_NODE_CODE_BLOCK:
		g_string_append(writer->out, "<pre><code>");
		add_escaped(writer->out, cmark_node_get_literal(node));
		g_string_append(writer->out, "</code></pre>\n");
		break;
	case CMARK_NODE_HTML_BLOCK:
		walk_literal(writer, node, "p");
		g_string_append_c(writer->out, '\n');
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		g_string_append(writer->out, "<hr>\n");
		break;
	default:
		walk_table(writer, node, entering);
		break;
	}
}

static bool
is_top(cmark_node *node)
{
	cmark_node *parent = cmark_node_parent(node);

	return parent != NULL && cmark_node_get_type(parent) == CMARK_NODE_DOCUMENT;
}

static void
walk(Writer *writer, cmark_node *document)
{
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);
		bool entering = event == CMARK_EVENT_ENTER;

		if (desk_is_inline(node))
			walk_inline(writer, node, entering);
		else if (node != document)
			walk_block(writer, node, entering);
		/* Code, lines and raw HTML have no end of their own. */
		if (is_top(node) && (!entering || cmark_node_first_child(node) == NULL))
			add_waiting_figures(writer);
	}
	cmark_iter_free(iter);
}

/* --- the page
 * -------------------------------------------------------------------------------------------------
 */

/* The highest heading of the text comes below the title. */
static int
raise_of(cmark_node *document)
{
	int highest = 6;

	for (cmark_node *node = cmark_node_first_child(document); node != NULL;
		node = cmark_node_next(node))
		if (cmark_node_get_type(node) == CMARK_NODE_HEADING)
			highest = MIN(highest, cmark_node_get_heading_level(node));
	return 2 - highest;
}

/* Pictures that the text has a place for. */
static void
find_places(const Page *page, cmark_node *document, bool *in_text)
{
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);
		int found =
			event == CMARK_EVENT_ENTER && cmark_node_get_type(node) == CMARK_NODE_IMAGE
				? find_picture(page, cmark_node_get_url(node))
				: -1;

		if (found >= 0)
			in_text[found] = true;
	}
	cmark_iter_free(iter);
}

/* The chosen one, else the first without a place in the text; -1 none. */
static int
lead_picture(const Page *page, const bool *in_text)
{
	for (guint i = 0; i < page->pictures->len; i++)
		if (((const PagePicture *)page->pictures->pdata[i])->lead)
			return (int)i;
	for (guint i = 0; i < page->pictures->len; i++)
		if (!in_text[i])
			return (int)i;
	return -1;
}

static void
add_top(GString *out, const Page *page)
{
	g_string_append(out, "<!DOCTYPE html>\n<html");
	if (*page->language != '\0')
		add_attribute(out, "lang", page->language);
	g_string_append(out, ">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	add_escaped(out, page->title);
	g_string_append(out, "</title>\n<meta name=\"viewport\" content=\"width=device-width, "
			     "initial-scale=1\">\n");
	if (*page->lead != '\0') {
		g_string_append(out, "<meta name=\"description\"");
		add_attribute(out, "content", page->lead);
		g_string_append(out, ">\n");
	}
	if (page->style != NULL) {
		g_string_append(out, "<link rel=\"stylesheet\"");
		add_attribute(out, "href", page->style);
		g_string_append(out, ">\n");
	}
	g_string_append(out, "</head>\n<body>\n");
	if (page->banner != NULL) {
		g_string_append(out, "<p class=\"banner\">");
		add_escaped(out, page->banner);
		g_string_append(out, "</p>\n");
	}
}

static void
add_article(Writer *writer, cmark_node *document, int lead)
{
	const Page *page = writer->page;

	g_string_append(writer->out, "<article>\n<header>\n<h1>");
	add_escaped(writer->out, page->title);
	g_string_append(writer->out, "</h1>\n");
	if (*page->lead != '\0' && !writer->lead_is_first) {
		g_string_append(writer->out, "<p class=\"lead\">");
		add_escaped(writer->out, page->lead);
		g_string_append(writer->out, "</p>\n");
	}
	g_string_append(writer->out, "</header>\n");
	if (lead >= 0) {
		guint first = (guint)lead;

		writer->placed[lead] = true;
		g_array_append_val(writer->figures, first);
	}
	/* Below the lead, which may be the first block of the text. */
	if (!writer->lead_is_first)
		add_waiting_figures(writer);
	walk(writer, document);
	add_waiting_figures(writer);
	for (guint i = 0; i < page->pictures->len; i++)
		if (!writer->placed[i])
			add_figure(writer->out, page, page->pictures->pdata[i]);
	g_string_append(writer->out, "</article>\n");
}

char *
page_html(const Page *page)
{
	cmark_node *document = desk_commonmark(page->body);
	g_autofree bool *in_text = g_new0(bool, page->pictures->len + 1);
	g_autofree bool *placed = g_new0(bool, page->pictures->len + 1);
	Writer writer = {.page = page,
		.out = g_string_new(NULL),
		.placed = placed,
		.raise = raise_of(document),
		.lead_is_first = *page->lead != '\0' && desk_begins_with(page->body, page->lead),
		.figures = g_array_new(FALSE, FALSE, sizeof(guint))};

	find_places(page, document, in_text);
	add_top(writer.out, page);
	add_article(&writer, document, lead_picture(page, in_text));
	g_string_append(writer.out, "</body>\n</html>\n");
	g_array_unref(writer.figures);
	cmark_node_free(document);
	return g_string_free(writer.out, FALSE);
}

/* --- CommonMark
 * -----------------------------------------------------------------------------------------------
 */

/* A picture that is not published goes, and the paragraph that held nothing else. */
static void
remove_image(cmark_node *image)
{
	cmark_node *parent = cmark_node_parent(image);

	cmark_node_unlink(image);
	cmark_node_free(image);
	if (parent == NULL || cmark_node_first_child(parent) != NULL ||
		cmark_node_get_type(parent) != CMARK_NODE_PARAGRAPH)
		return;
	cmark_node_unlink(parent);
	cmark_node_free(parent);
}

static void
rename_image(cmark_node *image, const PagePicture *picture)
{
	cmark_node *text;

	while (cmark_node_first_child(image) != NULL) {
		cmark_node *child = cmark_node_first_child(image);

		cmark_node_unlink(child);
		cmark_node_free(child);
	}
	text = cmark_node_new(CMARK_NODE_TEXT);
	cmark_node_set_literal(text, picture->alt);
	cmark_node_append_child(image, text);
	cmark_node_set_url(image, picture->file);
	cmark_node_set_title(image, "");
}

/* An image within an image is part of its words. */
static GPtrArray *
outer_images(cmark_node *document)
{
	GPtrArray *images = g_ptr_array_new();
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;
	int depth = 0;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);

		if (cmark_node_get_type(node) != CMARK_NODE_IMAGE)
			continue;
		if (event == CMARK_EVENT_ENTER && depth == 0)
			g_ptr_array_add(images, node);
		depth += event == CMARK_EVENT_ENTER ? 1 : -1;
	}
	cmark_iter_free(iter);
	return images;
}

char *
page_markdown(const Page *page)
{
	cmark_node *document = desk_commonmark(page->body);
	g_autoptr(GPtrArray) images = outer_images(document);
	char *made;
	char *text;

	for (guint i = 0; i < images->len; i++) {
		int found = find_picture(page, cmark_node_get_url(images->pdata[i]));

		if (found < 0)
			remove_image(images->pdata[i]);
		else
			rename_image(images->pdata[i], page->pictures->pdata[found]);
	}
	made = cmark_render_commonmark(document, CMARK_OPT_DEFAULT, 0);
	text = g_strdup(made);
	free(made);
	cmark_node_free(document);
	return text;
}

char *
page_slug(const char *title)
{
	g_autofree char *folded = text_fold(title);
	GString *slug = g_string_new(NULL);

	for (const char *p = folded; *p != '\0' && slug->len < 60; p++) {
		if (g_ascii_isalnum(*p))
			g_string_append_c(slug, g_ascii_tolower(*p));
		else if (slug->len > 0 && slug->str[slug->len - 1] != '-')
			g_string_append_c(slug, '-');
	}
	if (slug->len == 60 && strchr(slug->str, '-') != NULL)
		g_string_truncate(slug, (gsize)(strrchr(slug->str, '-') - slug->str));
	while (slug->len > 0 && slug->str[slug->len - 1] == '-')
		g_string_truncate(slug, slug->len - 1);
	return g_string_free(slug, FALSE);
}
