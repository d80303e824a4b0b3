/* HTML to blocks: an HTML5 parser and one walk over its tree. */
#include <string.h>

#include "arena.h"
#include "inline.h"
#include "prune.h"
#include "tree.h"
#include "typed.h"

enum {
	TAGS_DEEP = 2000, /* open tags before the parser is spared */
	ATTRIBUTES_MOST = 400, /* of one tag */
	COLUMN = 8, /* px */
	MSO_INDENT = 6, /* columns that Word moves a level of its lists */
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
	guint list_ids[16];
	guint lists;
	bool item_open; /* the next block is the text of an item */
	int in_item; /* depth of the item around; 0 none */
	bool gap; /* there is a distance to what comes next */
	double margin; /* px that the paragraph is moved to the right */
	bool superscript;
	int heading; /* level while in h1-h6 */
	int mso_level; /* of a Word list paragraph, 0 none */
	guint mso_list;
	GString *mso_mark; /* its bullet or number as Word typed it */
	bool pre;
	guint cell; /* of the layout table */
	guint cells;
	const char *cls;
	bool linked;
} Walk;

static void walk_node(Walk *walk, const GumboNode *node, int depth);
static void walk_children(Walk *walk, const GumboNode *node, int depth);

/* --- zones
 * ----------------------------------------------------------------------------------------------------
 */

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
	return *cls != '\0' && strcasestr(cls, word) != NULL;
}

static BlockZone
zone_of(const GumboElement *element, const char *cls, const char *id, const char *style)
{
	if (*cls == '\0' && *id == '\0' && element->tag != GUMBO_TAG_BLOCKQUOTE)
		return is_hidden(element, style) ? ZONE_HIDDEN : ZONE_NONE;
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
			strcasecmp(tree_attribute(element, "type"), "cite") == 0))
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
	block->gap = walk->gap;
	block->indent += (int)(CLAMP(walk->margin, 0, 800) / COLUMN);
	walk->gap = false;
	if (block->kind != BLOCK_HEADING && block->kind != BLOCK_ITEM)
		block->level = walk->in_item;
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
	block->list = walk->list_ids[MIN(depth, 15)];
	walk->item_open = false;
}

/* "1.", "a)", "1.2.", "·": as Word typed it into the paragraph. */
static void
make_mso_item(Walk *walk, Block *block)
{
	const char *text = walk->mso_mark->str + strspn(walk->mso_mark->str, " \r\n\t");
	g_autofree char *mark = g_strndup(text, strcspn(text, " \r\n\t\xc2"));
	g_autofree char *line = NULL;
	char *last = strrchr(mark, '.');
	TypedMark read;

	/* Of "1.2." the last number counts. */
	while (last != NULL && last > mark && g_ascii_isdigit(last[-1]))
		last--;
	line = g_strconcat(last != NULL && g_ascii_isdigit(*last) ? last : mark, " x", NULL);
	block->kind = BLOCK_ITEM;
	block->level = walk->mso_level;
	block->list = walk->mso_list;
	if (walk->margin == 0)
		block->indent = MSO_INDENT * walk->mso_level;
	if (typed_mark(line, &read) && mark_is_ordered(read.kind)) {
		block->ordered = true;
		block->number = read.number;
	}
}

static void
flush(Walk *walk)
{
	Block *block;
	bool ends_empty;

	if (inline_is_empty(&walk->line)) {
		walk->gap |= walk->line.looks->len > 0;
		inline_drop(&walk->line);
		return;
	}
	ends_empty = inline_ends_empty(&walk->line);
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
	walk->gap = ends_empty;
	g_ptr_array_add(walk->doc, block);
}

/* An emoji that a program made a picture of. */
static bool
add_emoji(Walk *walk, const GumboElement *element)
{
	const char *alt = tree_attribute(element, "data-emoji");
	size_t n;

	if (*alt == '\0')
		alt = tree_attribute(element, "alt");
	n = typed_emoji(alt);
	if (n == 0 || alt[n] != '\0')
		return false;
	inline_add(&walk->line, alt, n, &walk->look, false);
	return true;
}

static void
add_image(Walk *walk, const GumboElement *element)
{
	const char *style = tree_attribute(element, "style");
	Block *block;

	if (*tree_attribute(element, "src") == '\0' && *tree_attribute(element, "data-src") == '\0')
		return;
	if (add_emoji(walk, element))
		return;
	flush(walk);
	block = markdown_block_new(BLOCK_IMAGE, NULL, NULL);
	block->source = g_strstrip(g_strdup(tree_attribute(element, "src")));
	block->alt = text_collapse(tree_attribute(element, "alt"));
	block->width = (int)g_ascii_strtoll(tree_attribute(element, "width"), NULL, 10);
	block->height = (int)g_ascii_strtoll(tree_attribute(element, "height"), NULL, 10);
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

/* The blocks of a cell, on a document of their own. */
static Doc *
cell_doc(Walk *walk, const GumboNode *cell, int depth)
{
	Walk inner = *walk;
	Doc *doc = markdown_doc_new();

	inner.doc = doc;
	inner.item_open = false;
	inner.in_item = 0;
	inner.mso_level = 0;
	inner.heading = 0;
	inline_init(&inner.line);
	for (unsigned i = 0; i < cell->v.element.children.length; i++)
		walk_node(&inner, cell->v.element.children.data[i], depth + 1);
	flush(&inner);
	inline_clear(&inner.line);
	walk->nodes = inner.nodes;
	return doc;
}

static void
append_cell(GString *out, const Doc *doc, bool first)
{
	for (guint i = 0; i < doc->len; i++) {
		const Block *block = doc->pdata[i];
		g_autofree char *one = NULL;
		g_auto(GStrv) parts = NULL;
		g_autofree char *safe = NULL;

		/* A head is bold by itself. */
		one = first && block->bold && strstr(block->text, "](") == NULL
			      ? inline_escape(block->plain)
			      : g_strdup(block->text);
		parts = g_strsplit(g_strdelimit(one, "\n", ' '), "|", -1);
		safe = g_strjoinv("\\|", parts);
		g_string_append_printf(out, "%s%s", i > 0 && *safe != '\0' ? " " : "", safe);
	}
}

static void
append_row(Walk *walk, GString *out, const gpointer *cells, guint columns, int depth)
{
	bool first = out->len == 0;

	for (guint i = 0; i < columns; i++) {
		g_string_append(out, "| ");
		if (cells[i] != NULL) {
			g_autoptr(GPtrArray) doc = cell_doc(walk, cells[i], depth);

			append_cell(out, doc, first);
		}
		g_string_append_c(out, ' ');
	}
	g_string_append(out, "|\n");
	for (guint i = 0; first && i < columns; i++)
		g_string_append(out, i + 1 < columns ? "| --- " : "| --- |\n");
}

/* A first row of one cell is what the table is called. */
static guint
add_table_title(Walk *walk, const GPtrArray *cells, guint columns, int depth)
{
	guint full = 0;

	for (guint i = 0; i < columns; i++)
		full += cells->pdata[i] != NULL;
	if (full != 1 || cells->pdata[0] == NULL || cells->len < 3 * columns)
		return 0;
	walk_children(walk, cells->pdata[0], depth);
	flush(walk);
	return columns;
}

static void
add_data_table(Walk *walk, const GPtrArray *cells, guint columns, int depth)
{
	GString *text = g_string_new(NULL);
	Block *block;
	guint from;

	flush(walk);
	from = add_table_title(walk, cells, columns, depth);
	for (guint i = from; i < cells->len; i += columns)
		append_row(walk, text, cells->pdata + i, columns, depth);
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
	guint columns = 0;
	g_autoptr(GPtrArray) cells = table_grid(node, &columns);

	if (cells != NULL)
		add_data_table(walk, cells, columns, depth);
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
	       tag == GUMBO_TAG_TEXTAREA || tag == GUMBO_TAG_IFRAME || tag == GUMBO_TAG_DEL;
}

static void
look_at(Walk *walk, const GumboElement *element, const char *style)
{
	const char *weight = style_value(style, "font-weight");
	const char *size = style_value(style, "font-size");
	const char *color = style_value(style, "color");

	if (element->tag == GUMBO_TAG_B || element->tag == GUMBO_TAG_STRONG ||
		element->tag == GUMBO_TAG_TH)
		walk->look.bold = true;
	if (element->tag == GUMBO_TAG_I || element->tag == GUMBO_TAG_EM)
		walk->look.italic = true;
	if (weight != NULL)
		walk->look.bold = g_ascii_strncasecmp(weight, "bold", 4) == 0 ||
				  g_ascii_strtod(weight, NULL) >= 600;
	if (element->tag == GUMBO_TAG_U || style_has(style, "text-decoration", "underline"))
		walk->look.underline = true;
	if (color == NULL && element->tag == GUMBO_TAG_FONT)
		color = tree_attribute(element, "color");
	if (color != NULL && *color != '\0')
		walk->look.color = color_of(color);
	if (style_has(style, "font-style", "italic"))
		walk->look.italic = true;
	if (style_has(style, "font-style", "normal"))
		walk->look.italic = false;
	if (size != NULL && size_of(size) > 0)
		walk->look.size = size_of(size);
	if (element->tag == GUMBO_TAG_FONT && *tree_attribute(element, "size") != '\0')
		walk->look.size = font_size(tree_attribute(element, "size"));
	if (element->tag == GUMBO_TAG_A) {
		const char *href = tree_attribute(element, "href");

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

/* l0 and lfo1 of "l0 level1 lfo1": which list it is. */
static guint
mso_list_id(const char *style)
{
	const char *list = style_value(style, "mso-list");
	const char *lfo = list != NULL ? strstr(list, "lfo") : NULL;

	if (lfo == NULL || *list != 'l')
		return 0;
	return 2000000 + (guint)(g_ascii_strtoull(list + 1, NULL, 10) % 1000) * 1000 +
	       (guint)(g_ascii_strtoull(lfo + 3, NULL, 10) % 1000);
}

static void
enter_list(Walk *walk, const GumboElement *element)
{
	int depth;

	if (element->tag != GUMBO_TAG_UL && element->tag != GUMBO_TAG_OL)
		return;
	walk->list_depth = MIN(walk->list_depth + 1, 15);
	depth = walk->list_depth;
	walk->list_ids[depth] = ++walk->lists;
	walk->ordered[depth] = element->tag == GUMBO_TAG_OL;
	walk->numbers[depth] = (int)g_ascii_strtoll(tree_attribute(element, "start"), NULL, 10);
	walk->numbers[depth] = walk->numbers[depth] > 0 ? walk->numbers[depth] - 1 : 0;
}

static void
enter_item(Walk *walk, Walk *saved, const GumboElement *element)
{
	int value = (int)g_ascii_strtoll(tree_attribute(element, "value"), NULL, 10);

	walk->item_open = true;
	walk->in_item = MAX(walk->list_depth, 1);
	walk->numbers[walk->list_depth]++;
	if (value > 0)
		walk->numbers[walk->list_depth] = value;
	saved->numbers[walk->list_depth] = walk->numbers[walk->list_depth];
}

/* margin-left, or the last of margin: 0 0 0 40px */
static double
left_margin(const char *style)
{
	const char *left = style_value(style, "margin-left");
	const char *all = style_value(style, "margin");

	if (left != NULL)
		return size_of(left);
	if (all == NULL)
		return 0;
	for (int i = 0; i < 3; i++) {
		all += strcspn(all, " ;");
		all += strspn(all, " ");
	}
	return size_of(all);
}

/* Paragraphs have a distance between them, unless a style takes it away. */
static bool
has_distance(const GumboElement *element, const char *cls, const char *style)
{
	switch (element->tag) {
	case GUMBO_TAG_P:
		return strstr(cls, "Mso") == NULL && !style_has(style, "margin", "0") &&
		       !style_has(style, "margin-bottom", "0");
	case GUMBO_TAG_DIV:
	case GUMBO_TAG_TD:
	case GUMBO_TAG_TR:
	case GUMBO_TAG_LI:
	case GUMBO_TAG_CENTER:
	case GUMBO_TAG_BODY:
		return false;
	default:
		return true;
	}
}

/* MsoQuote, and what other programs made of it: x_MsoQuote, m_-318MsoQuote. */
static bool
is_quote_class(const char *cls)
{
	return strcmp(cls, "Quote") == 0 || strcmp(cls, "IntenseQuote") == 0 ||
	       g_str_has_suffix(cls, "MsoQuote") || g_str_has_suffix(cls, "MsoIntenseQuote") ||
	       g_str_has_suffix(cls, "MsoBlockText");
}

static void
enter_paragraph(Walk *walk, const char *cls, const char *style)
{
	double margin = left_margin(style);

	walk->mso_level = mso_list_level(style);
	walk->mso_list = mso_list_id(style);
	g_string_truncate(walk->mso_mark, 0);
	walk->cls = *cls != '\0' ? cls : walk->cls;
	if (is_quote_class(cls))
		walk->quote++;
	else if (margin > 0)
		walk->margin += margin;
}

/* Letters of a font of signs: a bullet at the start of a line, else Word's smileys and arrows. */
static bool
add_sign(Walk *walk, const GumboNode *node, const char *style)
{
	const GumboElement *element = &node->v.element;
	const char *font = style_value(style, "font-family");
	g_autoptr(GString) text = NULL;

	if (font == NULL)
		font = tree_attribute(element, "face");
	font += strspn(font, "\"' ");
	if ((g_ascii_strncasecmp(font, "Wingdings", 9) != 0 &&
		    g_ascii_strncasecmp(font, "Symbol", 6) != 0) ||
		element->children.length > 2)
		return false;
	text = g_string_new(NULL);
	tree_text(node, text, TREE_DEEPEST - 3);
	g_strstrip(text->str);
	if (g_utf8_strlen(text->str, 8) != 1)
		return false;
	if (inline_at_start(&walk->line))
		inline_add(&walk->line, "• ", strlen("• "), &walk->look, false);
	else if (strchr("JKL", *text->str) != NULL)
		inline_add(&walk->line, *text->str == 'L' ? "🙁" : "🙂", 4, &walk->look, false);
	else if (strcmp(text->str, "à") == 0)
		inline_add(&walk->line, "→", strlen("→"), &walk->look, false);
	else
		return false;
	return true;
}

static void
enter(Walk *walk, Walk *saved, const GumboNode *node, BlockZone zone)
{
	const GumboElement *element = &node->v.element;
	const char *style = tree_attribute(element, "style");
	const char *cls = tree_attribute(element, "class");

	look_at(walk, element, style);
	if (zone != ZONE_NONE && walk->zone == ZONE_NONE)
		walk->zone = zone;
	if (element->tag == GUMBO_TAG_BLOCKQUOTE && zone != ZONE_QUOTED)
		walk->quote++;
	if (heading_level(element->tag) > 0)
		walk->heading = heading_level(element->tag);
	if (element->tag == GUMBO_TAG_PRE)
		walk->pre = true;
	if (element->tag == GUMBO_TAG_SUP)
		walk->superscript = true;
	if (element->tag == GUMBO_TAG_P || element->tag == GUMBO_TAG_DIV)
		enter_paragraph(walk, cls, style);
	if (element->tag == GUMBO_TAG_TD)
		walk->cell = ++walk->cells;
	enter_list(walk, element);
	if (element->tag == GUMBO_TAG_LI)
		enter_item(walk, saved, element);
}

/* Back to what was before the element; what counts on stays. */
static void
leave(Walk *walk, Walk *saved, const GumboElement *element)
{
	saved->nodes = walk->nodes;
	saved->line = walk->line;
	saved->cells = walk->cells;
	saved->lists = walk->lists;
	saved->gap = walk->gap;
	/* A list inside an item, or a paragraph, has used up the item's mark. */
	if (element->tag != GUMBO_TAG_LI)
		saved->item_open = saved->item_open && walk->item_open;
	*walk = *saved;
}

/* Hidden words within a line are blocks of their own in front of it: the line goes on. */
static void
walk_hidden(Walk *walk, const GumboNode *node, int depth)
{
	Walk inner = *walk;

	inner.zone = ZONE_HIDDEN;
	inner.item_open = false;
	inline_init(&inner.line);
	walk_children(&inner, node, depth);
	flush(&inner);
	inline_clear(&inner.line);
	walk->nodes = inner.nodes;
	walk->cells = inner.cells;
	walk->lists = inner.lists;
}

static void
walk_element(Walk *walk, const GumboNode *node, int depth)
{
	const GumboElement *element = &node->v.element;
	const char *style = tree_attribute(element, "style");
	const char *cls = tree_attribute(element, "class");
	BlockZone zone = zone_of(element, cls, tree_attribute(element, "id"), style);
	bool block = is_block_tag(element->tag);
	bool distance = block && has_distance(element, cls, style);
	guint before = walk->doc->len;
	Walk saved;

	if (style_has(style, "mso-list", "Ignore")) {
		tree_text(node, walk->mso_mark, 0);
		return;
	}
	if (!block && add_sign(walk, node, style))
		return;
	if (!block && zone == ZONE_HIDDEN && walk->zone == ZONE_NONE) {
		walk_hidden(walk, node, depth);
		return;
	}
	if (block)
		flush(walk);
	walk->gap |= distance;
	saved = *walk;
	enter(walk, &saved, node, zone);
	if (element->tag == GUMBO_TAG_TABLE)
		walk_table(walk, node, depth);
	else
		walk_children(walk, node, depth);
	if (block)
		flush(walk);
	/* An empty paragraph is a distance too. */
	walk->gap |=
		distance || (block && walk->doc->len == before &&
				    (element->tag == GUMBO_TAG_P || element->tag == GUMBO_TAG_DIV));
	leave(walk, &saved, element);
}

/* m<sup>2</sup> */
static void
add_superscript(Walk *walk, const char *digits)
{
	static const char *const high[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};

	for (const char *p = digits; g_ascii_isdigit(*p); p++)
		inline_add(&walk->line, high[*p - '0'], strlen(high[*p - '0']), &walk->look, false);
}

static void
add_text(Walk *walk, const char *text)
{
	size_t n = strlen(text);

	if (walk->superscript && n > 0 && n < 4 && strspn(text, "0123456789") == n)
		add_superscript(walk, text);
	else
		inline_add(&walk->line, text, n, &walk->look, walk->pre);
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
		add_text(walk, node->v.text.text);
		return;
	}
	if (node->type != GUMBO_NODE_ELEMENT || is_skipped_tag(node->v.element.tag))
		return;
	if (depth > walk->limits->depth) {
		g_autoptr(GString) text = g_string_new(NULL);

		walk->limits->cut = true;
		tree_text(node, text, 0);
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

static void
walk_tree(Walk *walk, const GumboNode *root)
{
	inline_init(&walk->line);
	walk->mso_mark = g_string_new(NULL);
	walk_node(walk, root, 0);
	flush(walk);
	inline_clear(&walk->line);
	g_string_free(walk->mso_mark, TRUE);
}

static void
parse(Walk *walk, const Pruned *pruned)
{
	GumboOptions options = kGumboDefaultOptions;
	GumboOutput *output;
	Arena arena;

	arena_init(&arena);
	options.max_errors = 0;
	options.allocator = arena_take;
	options.deallocator = arena_give;
	options.userdata = &arena;
	output = gumbo_parse_with_options(&options, pruned->html->str, pruned->html->len);
	html_restore(pruned, output->root, &arena);
	walk_tree(walk, output->root);
	if (!arena_is_whole(&arena))
		gumbo_destroy_output(&options, output);
	arena_clear(&arena);
}

void
markdown_add_html(Doc *doc, const char *html, MarkdownLimits *limits)
{
	Pruned pruned = html_prune(html, strlen(html));
	Walk walk = {.doc = doc, .limits = limits};

	if (is_bomb(pruned.html->str)) {
		limits->cut = true;
		add_stripped(doc, html);
	} else {
		parse(&walk, &pruned);
	}
	html_pruned_clear(&pruned);
}
