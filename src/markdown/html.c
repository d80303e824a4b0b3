/* HTML to blocks: an HTML5 parser and one walk over its tree. */
#include <gumbo.h>
#include <string.h>

#include "inline.h"

enum {
	TAGS_DEEP = 2000, /* open tags before the parser is spared */
	ATTRIBUTES_MOST = 400, /* of one tag */
	CELLS_MOST = 40, /* columns of a data table */
	HUGE = 1500000, /* bytes of HTML with many tags */
};

typedef struct {
	Doc *doc;
	MarkdownLimits *limits;
	gint64 nodes;
	Inline line;
	Look look;
	int quote;
	BlockZone zone;
	int list_depth;
	bool ordered[16];
	int numbers[16];
	bool item_open; /* the next block is the text of an item */
	int heading; /* level while in h1-h6 */
	int mso_level; /* of a Word list paragraph, 0 none */
	GString *mso_mark; /* its bullet or number as Word typed it */
	bool pre;
	guint cell; /* of the layout table */
	guint cells;
	const char *cls;
	bool linked;
} Walk;

static void walk_node(Walk *walk, const GumboNode *node, int depth);

/* --- attributes and styles
 * ------------------------------------------------------------------------------------ */

static const char *
attribute(const GumboElement *element, const char *name)
{
	const GumboAttribute *found = gumbo_get_attribute(&element->attributes, name);

	return found != NULL ? found->value : "";
}

static bool
style_has(const char *style, const char *property, const char *value)
{
	size_t n = strlen(property);

	for (const char *p = style; (p = strcasestr(p, property)) != NULL; p += n) {
		const char *q = p + n;

		if (p > style && (g_ascii_isalnum(p[-1]) || p[-1] == '-'))
			continue;
		q += strspn(q, " \t\r\n");
		if (*q != ':')
			continue;
		q++;
		q += strspn(q, " \t\r\n");
		if (g_ascii_strncasecmp(q, value, strlen(value)) == 0)
			return true;
	}
	return false;
}

static const char *
style_value(const char *style, const char *property)
{
	size_t n = strlen(property);

	for (const char *p = style; (p = strcasestr(p, property)) != NULL; p += n) {
		const char *q = p + n + strspn(p + n, " ");

		if ((p > style && (g_ascii_isalnum(p[-1]) || p[-1] == '-')) || *q != ':')
			continue;
		return q + 1 + strspn(q + 1, " ");
	}
	return NULL;
}

static double
size_of(const char *value)
{
	char *unit;
	double size = g_ascii_strtod(value, &unit);

	if (unit == value)
		return 0;
	if (g_ascii_strncasecmp(unit, "pt", 2) == 0)
		return size * 4 / 3;
	if (g_ascii_strncasecmp(unit, "px", 2) == 0)
		return size;
	if (g_ascii_strncasecmp(unit, "em", 2) == 0 || g_ascii_strncasecmp(unit, "rem", 3) == 0)
		return size * 16;
	if (*unit == '%')
		return size * 0.16;
	return 0;
}

/* <font size="5"> */
static double
font_size(const char *value)
{
	static const double sizes[] = {0, 10, 13, 16, 18, 24, 32, 48};
	int n = (int)g_ascii_strtoll(value, NULL, 10);

	if (*value == '+' || *value == '-')
		n += 3;
	return sizes[CLAMP(n, 0, 7)];
}

static bool
is_hidden(const GumboElement *element, const char *style)
{
	const char *height = style_value(style, "max-height");

	return style_has(style, "display", "none") || style_has(style, "visibility", "hidden") ||
	       style_has(style, "mso-hide", "all") ||
	       gumbo_get_attribute(&element->attributes, "hidden") != NULL ||
	       (height != NULL && g_ascii_strtod(height, NULL) == 0 &&
		       style_has(style, "overflow", "hidden")) ||
	       style_has(style, "font-size", "0px") || style_has(style, "font-size", "1px");
}

static bool
has_class(const char *cls, const char *word)
{
	return strcasestr(cls, word) != NULL;
}

static BlockZone
zone_of(const GumboElement *element, const char *cls, const char *id, const char *style)
{
	if (has_class(cls, "gmail_signature") || has_class(cls, "moz-signature") ||
		strcasecmp(id, "Signature") == 0 || has_class(id, "AppleMailSignature") ||
		has_class(id, "ms-outlook-mobile-signature") || has_class(id, "x_Signature") ||
		has_class(id, "lineBreakAtBeginningOfSignature"))
		return ZONE_SIGNATURE;
	if ((has_class(cls, "gmail_quote") && element->tag != GUMBO_TAG_BLOCKQUOTE &&
		    !has_class(cls, "gmail_quote_attribution")) ||
		has_class(cls, "moz-cite-prefix") || has_class(cls, "gmail_attr") ||
		has_class(id, "divRplyFwdMsg") || has_class(id, "appendonsend") ||
		has_class(id, "mail-editor-reference-message-container") ||
		has_class(id, "OLK_SRC_BODY") ||
		(element->tag == GUMBO_TAG_BLOCKQUOTE &&
			strcasecmp(attribute(element, "type"), "cite") == 0))
		return ZONE_QUOTED;
	if (is_hidden(element, style) || has_class(cls, "preheader") ||
		has_class(cls, "mcnPreviewText"))
		return ZONE_HIDDEN;
	return ZONE_NONE;
}

/* --- blocks
 * ---------------------------------------------------------------------------------------------------
 */

static void
dress(Walk *walk, Block *block)
{
	block->quote = walk->quote;
	block->zone = walk->zone;
	block->table = walk->cell;
	if (walk->cls != NULL && block->cls == NULL)
		block->cls = g_strdup(walk->cls);
}

static void
make_item(Walk *walk, Block *block)
{
	int depth = MAX(walk->list_depth, 1);

	block->kind = BLOCK_ITEM;
	block->level = depth;
	block->ordered = walk->ordered[MIN(depth, 15)];
	block->number = block->ordered ? walk->numbers[MIN(depth, 15)] : 0;
	walk->item_open = false;
}

static void
make_mso_item(Walk *walk, Block *block)
{
	const char *mark = walk->mso_mark->str + strspn(walk->mso_mark->str, " ");
	bool letters = g_ascii_isalpha(mark[0]) && (mark[1] == '.' || mark[1] == ')');

	block->kind = BLOCK_ITEM;
	block->level = walk->mso_level;
	block->ordered = g_ascii_isdigit(*mark) || (letters && *mark != 'o');
	block->number = g_ascii_isdigit(*mark) ? (int)g_ascii_strtoll(mark, NULL, 10) : 0;
}

static void
flush(Walk *walk)
{
	Block *block;

	if (inline_is_empty(&walk->line)) {
		g_ptr_array_set_size(walk->line.runs, 0);
		return;
	}
	block = markdown_block_new(BLOCK_PARAGRAPH, NULL, NULL);
	inline_finish(&walk->line, block);
	if (walk->heading > 0) {
		block->kind = BLOCK_HEADING;
		block->level = walk->heading;
	} else if (walk->mso_level > 0) {
		make_mso_item(walk, block);
	} else if (walk->item_open) {
		make_item(walk, block);
	} else if (walk->pre) {
		block->pre_line = true;
	}
	dress(walk, block);
	g_ptr_array_add(walk->doc, block);
}

static void
add_image(Walk *walk, const GumboElement *element)
{
	const char *style = attribute(element, "style");
	Block *block;

	if (*attribute(element, "src") == '\0' && *attribute(element, "data-src") == '\0')
		return;
	flush(walk);
	block = markdown_block_new(BLOCK_IMAGE, NULL, NULL);
	block->source = g_strstrip(g_strdup(attribute(element, "src")));
	block->alt = text_collapse(attribute(element, "alt"));
	block->width = (int)g_ascii_strtoll(attribute(element, "width"), NULL, 10);
	block->height = (int)g_ascii_strtoll(attribute(element, "height"), NULL, 10);
	if (block->width == 0 && style_value(style, "width") != NULL)
		block->width = (int)size_of(style_value(style, "width"));
	if (block->height == 0 && style_value(style, "height") != NULL)
		block->height = (int)size_of(style_value(style, "height"));
	block->linked = walk->look.href != NULL;
	dress(walk, block);
	g_ptr_array_add(walk->doc, block);
}

/* --- tables
 * ---------------------------------------------------------------------------------------------------
 */

static bool
is_tag(const GumboNode *node, GumboTag tag)
{
	return node->type == GUMBO_NODE_ELEMENT && node->v.element.tag == tag;
}

static void
collect(const GumboNode *node, GumboTag tag, GumboTag stop, GPtrArray *found, int depth)
{
	const GumboVector *children;

	if (node->type != GUMBO_NODE_ELEMENT || depth > 400)
		return;
	children = &node->v.element.children;
	for (unsigned i = 0; i < children->length; i++) {
		const GumboNode *child = children->data[i];

		if (is_tag(child, tag))
			g_ptr_array_add(found, (gpointer)(guintptr)child);
		else if (!is_tag(child, stop))
			collect(child, tag, stop, found, depth + 1);
	}
}

static bool
contains_tag(const GumboNode *node, GumboTag tag, int depth)
{
	if (node->type != GUMBO_NODE_ELEMENT || depth > 400)
		return false;
	for (unsigned i = 0; i < node->v.element.children.length; i++) {
		const GumboNode *child = node->v.element.children.data[i];

		if (is_tag(child, tag) || contains_tag(child, tag, depth + 1))
			return true;
	}
	return false;
}

static GPtrArray *
cells_of(const GumboNode *row)
{
	GPtrArray *cells = g_ptr_array_new();

	for (unsigned i = 0; i < row->v.element.children.length; i++) {
		const GumboNode *child = row->v.element.children.data[i];

		if (is_tag(child, GUMBO_TAG_TD) || is_tag(child, GUMBO_TAG_TH))
			g_ptr_array_add(cells, (gpointer)(guintptr)child);
	}
	return cells;
}

/* The blocks of a cell, on a document of their own. */
static Doc *
cell_doc(Walk *walk, const GumboNode *cell, int depth)
{
	Walk inner = *walk;
	Doc *doc = markdown_doc_new();

	inner.doc = doc;
	inline_init(&inner.line);
	for (unsigned i = 0; i < cell->v.element.children.length; i++)
		walk_node(&inner, cell->v.element.children.data[i], depth + 1);
	flush(&inner);
	inline_clear(&inner.line);
	walk->nodes = inner.nodes;
	return doc;
}

static void
append_cell(GString *out, const Doc *doc)
{
	for (guint i = 0; i < doc->len; i++) {
		const Block *block = doc->pdata[i];
		g_autofree char *one = g_strdelimit(g_strdup(block->text), "\n", ' ');
		g_auto(GStrv) parts = g_strsplit(one, "|", -1);
		g_autofree char *safe = g_strjoinv("\\|", parts);

		g_string_append_printf(out, "%s%s", i > 0 ? " " : "", safe);
	}
}

/* Rows of short cells, most of them with the same number: data. Everything else is layout. */
static bool
is_data_table(const GumboNode *table, const GPtrArray *rows)
{
	guint columns = 0, same = 0;

	if (rows->len < 2 ||
		strcasecmp(attribute(&table->v.element, "role"), "presentation") == 0 ||
		contains_tag(table, GUMBO_TAG_TABLE, 0) || contains_tag(table, GUMBO_TAG_IMG, 0))
		return false;
	for (guint i = 0; i < rows->len; i++) {
		g_autoptr(GPtrArray) cells = cells_of(rows->pdata[i]);

		columns = MAX(columns, cells->len);
		same += cells->len == columns;
	}
	return columns >= 2 && columns <= CELLS_MOST && same * 2 >= rows->len;
}

static void
append_row(Walk *walk, GString *out, const GumboNode *row, guint columns, bool first, int depth)
{
	g_autoptr(GPtrArray) cells = cells_of(row);

	for (guint i = 0; i < columns; i++) {
		g_string_append(out, "| ");
		if (i < cells->len) {
			g_autoptr(GPtrArray) doc = cell_doc(walk, cells->pdata[i], depth);

			append_cell(out, doc);
		}
		g_string_append_c(out, ' ');
	}
	g_string_append(out, "|\n");
	for (guint i = 0; first && i < columns; i++)
		g_string_append(out, i + 1 < columns ? "| --- " : "| --- |\n");
}

static void
add_data_table(Walk *walk, const GPtrArray *rows, int depth)
{
	GString *text = g_string_new(NULL);
	guint columns = 0;
	Block *block;

	flush(walk);
	for (guint i = 0; i < rows->len; i++) {
		g_autoptr(GPtrArray) cells = cells_of(rows->pdata[i]);

		columns = MAX(columns, cells->len);
	}
	for (guint i = 0; i < rows->len; i++)
		append_row(walk, text, rows->pdata[i], columns, i == 0, depth);
	g_strchomp(text->str);
	block = markdown_block_new(BLOCK_TABLE, text->str, text->str);
	dress(walk, block);
	g_ptr_array_add(walk->doc, block);
	g_string_free(text, TRUE);
}

static void
walk_children(Walk *walk, const GumboNode *node, int depth)
{
	const GumboVector *children = &node->v.element.children;

	for (unsigned i = 0; i < children->length; i++)
		walk_node(walk, children->data[i], depth + 1);
}

static void
walk_table(Walk *walk, const GumboNode *node, int depth)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new();

	collect(node, GUMBO_TAG_TR, GUMBO_TAG_TABLE, rows, 0);
	if (is_data_table(node, rows))
		add_data_table(walk, rows, depth);
	else
		walk_children(walk, node, depth);
}

/* --- elements
 * -------------------------------------------------------------------------------------------------
 */

static bool
is_block_tag(GumboTag tag)
{
	switch (tag) {
	case GUMBO_TAG_P:
	case GUMBO_TAG_DIV:
	case GUMBO_TAG_TD:
	case GUMBO_TAG_TH:
	case GUMBO_TAG_TR:
	case GUMBO_TAG_TABLE:
	case GUMBO_TAG_BLOCKQUOTE:
	case GUMBO_TAG_UL:
	case GUMBO_TAG_OL:
	case GUMBO_TAG_LI:
	case GUMBO_TAG_SECTION:
	case GUMBO_TAG_ARTICLE:
	case GUMBO_TAG_HEADER:
	case GUMBO_TAG_FOOTER:
	case GUMBO_TAG_CENTER:
	case GUMBO_TAG_H1:
	case GUMBO_TAG_H2:
	case GUMBO_TAG_H3:
	case GUMBO_TAG_H4:
	case GUMBO_TAG_H5:
	case GUMBO_TAG_H6:
	case GUMBO_TAG_PRE:
	case GUMBO_TAG_HR:
	case GUMBO_TAG_FIGURE:
	case GUMBO_TAG_FIGCAPTION:
	case GUMBO_TAG_DL:
	case GUMBO_TAG_DT:
	case GUMBO_TAG_DD:
	case GUMBO_TAG_ADDRESS:
	case GUMBO_TAG_BODY:
	case GUMBO_TAG_MAIN:
		return true;
	default:
		return false;
	}
}

static bool
is_skipped_tag(GumboTag tag)
{
	return tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_HEAD ||
	       tag == GUMBO_TAG_TITLE || tag == GUMBO_TAG_NOSCRIPT || tag == GUMBO_TAG_TEMPLATE ||
	       tag == GUMBO_TAG_OBJECT || tag == GUMBO_TAG_SVG || tag == GUMBO_TAG_SELECT ||
	       tag == GUMBO_TAG_TEXTAREA || tag == GUMBO_TAG_IFRAME;
}

static void
look_at(Walk *walk, const GumboElement *element, const char *style)
{
	const char *weight = style_value(style, "font-weight");
	const char *size = style_value(style, "font-size");

	if (element->tag == GUMBO_TAG_B || element->tag == GUMBO_TAG_STRONG ||
		element->tag == GUMBO_TAG_TH)
		walk->look.bold = true;
	if (element->tag == GUMBO_TAG_I || element->tag == GUMBO_TAG_EM)
		walk->look.italic = true;
	if (weight != NULL)
		walk->look.bold = g_ascii_strncasecmp(weight, "bold", 4) == 0 ||
				  g_ascii_strtod(weight, NULL) >= 600;
	if (style_has(style, "font-style", "italic"))
		walk->look.italic = true;
	if (style_has(style, "font-style", "normal"))
		walk->look.italic = false;
	if (size != NULL && size_of(size) > 0)
		walk->look.size = size_of(size);
	if (element->tag == GUMBO_TAG_FONT && *attribute(element, "size") != '\0')
		walk->look.size = font_size(attribute(element, "size"));
	if (element->tag == GUMBO_TAG_A) {
		const char *href = attribute(element, "href");

		if (*href != '\0' && *href != '#' &&
			g_ascii_strncasecmp(href, "javascript:", 11) != 0)
			walk->look.href = href;
	}
}

static int
heading_level(GumboTag tag)
{
	switch (tag) {
	case GUMBO_TAG_H1:
		return 1;
	case GUMBO_TAG_H2:
		return 2;
	case GUMBO_TAG_H3:
		return 3;
	case GUMBO_TAG_H4:
		return 4;
	case GUMBO_TAG_H5:
		return 5;
	case GUMBO_TAG_H6:
		return 6;
	default:
		return 0;
	}
}

/* <p class=MsoListParagraph style='mso-list:l0 level2 lfo1'> */
static int
mso_list_level(const char *style)
{
	const char *list = style_value(style, "mso-list");
	const char *level = list != NULL ? strstr(list, "level") : NULL;

	if (level == NULL || g_ascii_strncasecmp(list, "none", 4) == 0 ||
		g_ascii_strncasecmp(list, "ignore", 6) == 0)
		return 0;
	return CLAMP((int)g_ascii_strtoll(level + 5, NULL, 10), 1, 9);
}

static void
text_of(const GumboNode *node, GString *out, int depth)
{
	if (depth > 50)
		return;
	if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE)
		g_string_append(out, node->v.text.text);
	if (node->type != GUMBO_NODE_ELEMENT)
		return;
	for (unsigned i = 0; i < node->v.element.children.length; i++)
		text_of(node->v.element.children.data[i], out, depth + 1);
}

static void
enter_list(Walk *walk, const GumboElement *element)
{
	int depth;

	if (element->tag != GUMBO_TAG_UL && element->tag != GUMBO_TAG_OL)
		return;
	walk->list_depth = MIN(walk->list_depth + 1, 15);
	depth = walk->list_depth;
	walk->ordered[depth] = element->tag == GUMBO_TAG_OL;
	walk->numbers[depth] = (int)g_ascii_strtoll(attribute(element, "start"), NULL, 10);
	walk->numbers[depth] = walk->numbers[depth] > 0 ? walk->numbers[depth] - 1 : 0;
}

static void
walk_element(Walk *walk, const GumboNode *node, int depth)
{
	const GumboElement *element = &node->v.element;
	const char *style = attribute(element, "style");
	const char *cls = attribute(element, "class");
	BlockZone zone = zone_of(element, cls, attribute(element, "id"), style);
	bool block = is_block_tag(element->tag);
	Walk saved;

	if (style_has(style, "mso-list", "Ignore")) {
		text_of(node, walk->mso_mark, 0);
		return;
	}
	if (block)
		flush(walk);
	saved = *walk;
	look_at(walk, element, style);
	if (zone != ZONE_NONE && walk->zone == ZONE_NONE)
		walk->zone = zone;
	if (element->tag == GUMBO_TAG_BLOCKQUOTE && zone != ZONE_QUOTED &&
		!has_class(style, "margin:0 0 0 40px;border:none"))
		walk->quote++;
	if (heading_level(element->tag) > 0)
		walk->heading = heading_level(element->tag);
	if (element->tag == GUMBO_TAG_PRE)
		walk->pre = true;
	if (element->tag == GUMBO_TAG_P || element->tag == GUMBO_TAG_DIV) {
		walk->mso_level = mso_list_level(style);
		g_string_truncate(walk->mso_mark, 0);
		walk->cls = *cls != '\0' ? cls : walk->cls;
	}
	if (element->tag == GUMBO_TAG_TD)
		walk->cell = ++walk->cells;
	enter_list(walk, element);
	if (element->tag == GUMBO_TAG_LI) {
		walk->item_open = true;
		walk->numbers[walk->list_depth]++;
		saved.numbers[walk->list_depth] = walk->numbers[walk->list_depth];
	}
	if (element->tag == GUMBO_TAG_TABLE)
		walk_table(walk, node, depth);
	else
		walk_children(walk, node, depth);
	if (block)
		flush(walk);
	saved.nodes = walk->nodes;
	saved.line = walk->line;
	saved.cells = walk->cells;
	/* A list inside an item, or a paragraph, has used up the item's mark. */
	if (element->tag != GUMBO_TAG_LI)
		saved.item_open = saved.item_open && walk->item_open;
	*walk = saved;
}

static void
walk_node(Walk *walk, const GumboNode *node, int depth)
{
	if (++walk->nodes > walk->limits->nodes) {
		walk->limits->cut = true;
		return;
	}
	if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
		node->type == GUMBO_NODE_CDATA) {
		inline_add(&walk->line, node->v.text.text, strlen(node->v.text.text), &walk->look,
			walk->pre);
		return;
	}
	if (node->type != GUMBO_NODE_ELEMENT || is_skipped_tag(node->v.element.tag))
		return;
	if (depth > walk->limits->depth) {
		g_autoptr(GString) text = g_string_new(NULL);

		walk->limits->cut = true;
		text_of(node, text, 0);
		inline_add(&walk->line, text->str, text->len, &walk->look, false);
		return;
	}
	if (node->v.element.tag == GUMBO_TAG_BR) {
		inline_break(&walk->line);
	} else if (node->v.element.tag == GUMBO_TAG_IMG) {
		add_image(walk, &node->v.element);
	} else if (node->v.element.tag == GUMBO_TAG_HR) {
		flush(walk);
		g_ptr_array_add(walk->doc, markdown_block_new(BLOCK_RULE, NULL, NULL));
		dress(walk, walk->doc->pdata[walk->doc->len - 1]);
	} else {
		walk_element(walk, node, depth);
	}
}

/* --- sparing the parser
 * --------------------------------------------------------------------------------------- */

static bool
is_void(const char *name, size_t n)
{
	static const char *const names[] = {"br", "img", "hr", "meta", "link", "input", "col",
		"base", "area", "wbr", "p", "li", "td", "tr", "th"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strlen(names[i]) == n && g_ascii_strncasecmp(names[i], name, n) == 0)
			return true;
	return false;
}

/* gumbo is quadratic in depth and in attributes: what is deeper than any mail is read as text
 * alone. */
static bool
is_bomb(const char *html)
{
	gint64 open = 0, deepest = 0, equals = 0, tags = 0;

	for (const char *p = html; (p = strchr(p, '<')) != NULL;) {
		size_t n;

		p++;
		if (*p == '/') {
			open--;
			continue;
		}
		if (!g_ascii_isalpha(*p))
			continue;
		n = strcspn(p, " \t\r\n/>");
		tags++;
		if (!is_void(p, n))
			deepest = MAX(deepest, ++open);
		equals = 0;
		for (; *p != '\0' && *p != '>' && *p != '<'; p++)
			equals += *p == ' ' || *p == '\n' || *p == '\t';
		if (equals > ATTRIBUTES_MOST * 4 || deepest > TAGS_DEEP)
			return true;
	}
	return tags > 200000;
}

/* The text between tags, and nothing else. */
static void
add_stripped(Doc *doc, const char *html)
{
	g_autoptr(GString) text = g_string_new(NULL);
	bool inside = false;

	for (const char *p = html; *p != '\0'; p++) {
		if (*p == '<')
			inside = true;
		if (!inside)
			g_string_append_c(text, *p);
		if (*p == '>') {
			inside = false;
			if (text->len > 0 && text->str[text->len - 1] != ' ')
				g_string_append_c(text, ' ');
		}
	}
	markdown_add_plain(doc, text->str, false, false);
}

void
markdown_add_html(Doc *doc, const char *html, MarkdownLimits *limits)
{
	GumboOptions options = kGumboDefaultOptions;
	Walk walk = {.doc = doc, .limits = limits};
	GumboOutput *output;

	if (is_bomb(html)) {
		limits->cut = true;
		add_stripped(doc, html);
		return;
	}
	options.max_errors = 0;
	output = gumbo_parse_with_options(&options, html, strlen(html));
	inline_init(&walk.line);
	walk.mso_mark = g_string_new(NULL);
	walk_node(&walk, output->root, 0);
	flush(&walk);
	inline_clear(&walk.line);
	g_string_free(walk.mso_mark, TRUE);
	gumbo_destroy_output(&options, output);
}
