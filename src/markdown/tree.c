/* What the tree of an HTML text says, without walking it. */
#include "tree.h"

#include <string.h>

/* --- attributes and styles
 * ------------------------------------------------------------------------------------ */

const char *
tree_attribute(const GumboElement *element, const char *name)
{
	const GumboAttribute *found = gumbo_get_attribute(&element->attributes, name);

	return found != NULL ? found->value : "";
}

const char *
style_value(const char *style, const char *property)
{
	size_t n = strlen(property);

	for (const char *p = style; *p != '\0';) {
		const char *end;

		p += strspn(p, " \t\r\n;");
		if (g_ascii_strncasecmp(p, property, n) == 0) {
			const char *q = p + n + strspn(p + n, " \t\r\n");

			if (*q == ':')
				return q + 1 + strspn(q + 1, " \t\r\n");
		}
		end = strchr(p, ';');
		if (end == NULL)
			break;
		p = end;
	}
	return NULL;
}

bool
style_has(const char *style, const char *property, const char *value)
{
	const char *found = *style != '\0' ? style_value(style, property) : NULL;

	return found != NULL && g_ascii_strncasecmp(found, value, strlen(value)) == 0;
}

double
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
double
font_size(const char *value)
{
	static const double sizes[] = {0, 10, 13, 16, 18, 24, 32, 48};
	int n = (int)g_ascii_strtoll(value, NULL, 10);

	if (*value == '+' || *value == '-')
		n += 3;
	return sizes[CLAMP(n, 0, 7)];
}

bool
tree_is(const GumboNode *node, GumboTag tag)
{
	return node->type == GUMBO_NODE_ELEMENT && node->v.element.tag == tag;
}

void
tree_collect(const GumboNode *node, GumboTag tag, GumboTag stop, GPtrArray *found, int depth)
{
	const GumboVector *children;

	if (node->type != GUMBO_NODE_ELEMENT || depth > 400)
		return;
	children = &node->v.element.children;
	for (unsigned i = 0; i < children->length; i++) {
		const GumboNode *child = children->data[i];

		if (tree_is(child, tag))
			g_ptr_array_add(found, (gpointer)(guintptr)child);
		else if (!tree_is(child, stop))
			tree_collect(child, tag, stop, found, depth + 1);
	}
}

bool
tree_contains(const GumboNode *node, GumboTag tag, int depth)
{
	if (node->type != GUMBO_NODE_ELEMENT || depth > 400)
		return false;
	for (unsigned i = 0; i < node->v.element.children.length; i++) {
		const GumboNode *child = node->v.element.children.data[i];

		if (tree_is(child, tag) || tree_contains(child, tag, depth + 1))
			return true;
	}
	return false;
}

GPtrArray *
tree_cells(const GumboNode *row)
{
	GPtrArray *cells = g_ptr_array_new();

	for (unsigned i = 0; i < row->v.element.children.length; i++) {
		const GumboNode *child = row->v.element.children.data[i];

		if (tree_is(child, GUMBO_TAG_TD) || tree_is(child, GUMBO_TAG_TH))
			g_ptr_array_add(cells, (gpointer)(guintptr)child);
	}
	return cells;
}

void
tree_text(const GumboNode *node, GString *out, int depth)
{
	if (depth > TREE_DEEPEST)
		return;
	if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE)
		g_string_append(out, node->v.text.text);
	if (node->type != GUMBO_NODE_ELEMENT)
		return;
	for (unsigned i = 0; i < node->v.element.children.length; i++)
		tree_text(node->v.element.children.data[i], out, depth + 1);
}

static guint32
rgb(guint32 r, guint32 g, guint32 b)
{
	guint32 most = MAX(r, MAX(g, b)), least = MIN(r, MIN(g, b));

	/* Greys are print, and so is what is nearly black. */
	if (most - least < 48)
		return 0;
	return 1 + ((r & 255) << 16 | (g & 255) << 8 | (b & 255));
}

guint32
color_of(const char *value)
{
	static const struct {
		const char *name;
		guint32 color;
	} names[] = {{"red", 0xff0000}, {"blue", 0x0000ff}, {"green", 0x008000}, {"navy", 0x000080},
		{"teal", 0x008080}, {"purple", 0x800080}, {"orange", 0xffa500},
		{"maroon", 0x800000}, {"darkblue", 0x00008b}, {"darkred", 0x8b0000}};
	guint32 c;
	size_t n;

	if (g_ascii_strncasecmp(value, "rgb", 3) == 0) {
		guint32 part[3] = {0};

		value += strcspn(value, "0123456789;");
		for (int i = 0; i < 3; i++) {
			part[i] = (guint32)g_ascii_strtoull(value, NULL, 10) & 255;
			value += strspn(value, "0123456789");
			value += strspn(value, ", ");
		}
		return rgb(part[0], part[1], part[2]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_ascii_strncasecmp(value, names[i].name, strlen(names[i].name)) == 0)
			return 1 + names[i].color;
	if (*value != '#')
		return 0;
	n = strspn(value + 1, "0123456789abcdefABCDEF");
	c = (guint32)g_ascii_strtoull(value + 1, NULL, 16);
	if (n == 3)
		return rgb((c >> 8 & 15) * 17, (c >> 4 & 15) * 17, (c & 15) * 17);
	return n == 6 ? rgb(c >> 16 & 255, c >> 8 & 255, c & 255) : 0;
}
