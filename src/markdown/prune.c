/* Most bytes of a mail's HTML are styles and text. The parser takes each of them in hand some
 * hundred times; here they are passed over. */
#include "prune.h"

#include <stdbool.h>
#include <string.h>

/* What the walk asks for: a word added there must be added here. An element has each once: the
 * first counts. */
static const char *const attributes[] = {"style", "class", "href", "src", "id", "color", "size",
	"face", "alt", "width", "height", "colspan", "rowspan", "border", "role", "type", "start",
	"value", "hidden", "data-src", "data-emoji"};
static const char *const properties[] = {"color", "font-size", "font-family", "font-weight",
	"font-style", "margin", "margin-left", "margin-bottom", "mso-list", "mso-hide", "display",
	"text-decoration", "visibility", "overflow", "max-height", "width", "height"};

/* Their content is text until their own end tag. */
static const char *const raw_tags[] = {
	"style", "title", "script", "textarea", "xmp", "iframe", "noembed", "noframes"};
/* Inside them, or from them on, other rules hold. */
static const char *const odd_tags[] = {
	"svg", "math", "select", "template", "plaintext", "isindex", "frameset"};

enum {
	CARRY_FIRST = 0xf0000, /* private use: stands for the first piece of text */
	CARRY_MOST = 60000, /* pieces */
	CARRY_LEAST = 12, /* bytes */
	CARRY_MARK = 0xf3, /* with what UTF-8 writes the characters of their plane */
};

typedef struct {
	const char *text;
	size_t length;
} Piece;

typedef struct {
	const char *at, *end;
	const char *kept; /* what is before it has been copied or dropped */
	GString *out;
	GArray *carried; /* NULL: text stays where it is */
	char initial; /* of the tag, as a small letter */
} Prune;

static bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static int
word_index(const char *const *words, size_t count, const char *word, size_t length)
{
	for (size_t i = 0; i < count; i++)
		if ((words[i][0] | 32) == (*word | 32) && strlen(words[i]) == length &&
			g_ascii_strncasecmp(words[i], word, length) == 0)
			return (int)i;
	return -1;
}

/* What stands from..to is not copied. */
static void
drop(Prune *prune, const char *from, const char *to)
{
	g_string_append_len(prune->out, prune->kept, from - prune->kept);
	prune->kept = to;
}

/* --- styles
 * ---------------------------------------------------------------------------------------------------
 */

/* Does the ; end a character reference? */
static bool
ends_reference(const char *begin, const char *semicolon)
{
	static const char *const names[] = {"&quot", "&#39", "&amp", "&nbsp", "&apos"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		size_t n = strlen(names[i]);

		if ((size_t)(semicolon - begin) >= n && memcmp(semicolon - n, names[i], n) == 0)
			return true;
	}
	return false;
}

static const char *
declaration_end(const char *begin, const char *end)
{
	const char *p = begin;

	while ((p = memchr(p, ';', (size_t)(end - p))) != NULL && ends_reference(begin, p))
		p++;
	return p != NULL ? p + 1 : end;
}

/* References that stand for a ; or a : would move the borders of declarations. */
static bool
is_plain_style(const char *begin, const char *end)
{
	for (const char *p = begin; (p = memchr(p, '&', (size_t)(end - p))) != NULL; p++) {
		const char *semicolon = memchr(p, ';', (size_t)MIN(end - p, 6));

		if (semicolon == NULL || !ends_reference(p, semicolon))
			return false;
	}
	return true;
}

/* Only fonts of signs matter. */
static bool
is_wanted_value(int property, const char *value, const char *end)
{
	if (strcmp(properties[property], "font-family") != 0)
		return true;
	while (value < end && (is_space(*value) || *value == '"' || *value == '\''))
		value++;
	return value < end && strchr("wWsS&", *value) != NULL;
}

/* Lines around a cell make a table of data. */
static bool
draws_cell(const Prune *prune, const char *begin, const char *end)
{
	return prune->initial == 't' && memmem(begin, (size_t)(end - begin), "solid", 5) != NULL;
}

/* The first declaration of a property is the one that counts. */
static bool
is_wanted(const char *begin, const char *end, guint32 *seen)
{
	const char *colon = memchr(begin, ':', (size_t)(end - begin));
	const char *name_end = colon;
	int property;

	if (colon == NULL)
		return false;
	while (name_end > begin && is_space(name_end[-1]))
		name_end--;
	property =
		word_index(properties, G_N_ELEMENTS(properties), begin, (size_t)(name_end - begin));
	if (property < 0 || (*seen & 1U << property) != 0)
		return false;
	*seen |= 1U << property;
	return is_wanted_value(property, colon + 1, end);
}

static void
prune_style(Prune *prune, const char *begin, const char *end)
{
	guint32 seen = 0;

	if (!is_plain_style(begin, end))
		return;
	for (const char *p = begin, *next; p < end; p = next) {
		const char *name = p;

		while (name < end && is_space(*name))
			name++;
		next = declaration_end(name, end);
		if (!is_wanted(name, next, &seen) && !draws_cell(prune, name, next))
			drop(prune, p, next);
	}
}

/* --- tags
 * -----------------------------------------------------------------------------------------------------
 */

typedef struct {
	const char *name, *name_end;
	const char *value, *value_end; /* NULL: none */
	char quote;
	const char *end;
} Attribute;

/* HTML, 13.2.5.32 to 13.2.5.39. FALSE: the text ends within it. */
static bool
read_attribute(const Prune *prune, Attribute *found)
{
	const char *p = prune->at + 1, *end = prune->end;

	*found = (Attribute){.name = prune->at};
	while (p < end && !is_space(*p) && *p != '/' && *p != '>' && *p != '=')
		p++;
	found->name_end = found->end = p;
	while (p < end && is_space(*p))
		p++;
	if (p == end || *p != '=')
		return p < end;
	do
		p++;
	while (p < end && is_space(*p));
	found->value = p;
	if (p < end && (*p == '"' || *p == '\'')) {
		found->quote = *p;
		found->value = p + 1;
		p = memchr(p + 1, *p, (size_t)(end - p - 1));
		if (p == NULL)
			return false;
		found->value_end = p;
		found->end = p + 1;
		return true;
	}
	while (p < end && !is_space(*p) && *p != '>')
		p++;
	found->value_end = found->end = p;
	return p < end;
}

/* Pictures alone have a size, for the walk. */
static int
attribute_index(const Prune *prune, const Attribute *attribute)
{
	size_t length = (size_t)(attribute->name_end - attribute->name);
	int index = word_index(attributes, G_N_ELEMENTS(attributes), attribute->name, length);

	if (prune->initial != 'i' && index >= 0 &&
		(strcmp(attributes[index], "width") == 0 ||
			strcmp(attributes[index], "height") == 0))
		return -1;
	return index;
}

/* from: the end of what is before it. */
static void
prune_attribute(Prune *prune, const char *from, const Attribute *attribute, guint32 *seen)
{
	int index = attribute_index(prune, attribute);

	if (index >= 0 && (*seen & 1U << index) == 0) {
		*seen |= 1U << index;
		if (index == 0 && attribute->quote != '\0')
			prune_style(prune, attribute->value, attribute->value_end);
	} else if (*attribute->end == '>' || is_space(*attribute->end)) {
		drop(prune, from, attribute->end);
	} else {
		/* What comes next may not grow together with what comes before. */
		drop(prune, attribute->name, attribute->end);
		g_string_append_c(prune->out, ' ');
	}
}

/* From behind a tag's name to behind its >. FALSE: it has none. */
static bool
prune_tag(Prune *prune)
{
	guint32 seen = 0;
	Attribute attribute;

	while (prune->at < prune->end) {
		const char *from = prune->at;

		while (prune->at < prune->end && (is_space(*prune->at) || *prune->at == '/'))
			prune->at++;
		if (prune->at < prune->end && *prune->at == '>') {
			prune->at++;
			return true;
		}
		if (prune->at == prune->end || !read_attribute(prune, &attribute))
			return false;
		prune_attribute(prune, from, &attribute, &seen);
		prune->at = attribute.end;
	}
	return false;
}

/* --- what stands between < and > */

/* </name, with what may follow a name. */
static const char *
find_end_tag(const Prune *prune, const char *name, size_t length)
{
	for (const char *p = prune->at; (p = memchr(p, '<', (size_t)(prune->end - p))) != NULL; p++)
		if ((size_t)(prune->end - p) > length + 2 && p[1] == '/' &&
			g_ascii_strncasecmp(p + 2, name, length) == 0 &&
			(is_space(p[length + 2]) || p[length + 2] == '/' || p[length + 2] == '>'))
			return p;
	return NULL;
}

static bool
pass_raw(Prune *prune, const char *name, size_t length)
{
	const char *close = find_end_tag(prune, name, length);

	if (close == NULL)
		return false;
	/* A comment in a script can hide its end. */
	if (prune->initial == 's' &&
		memmem(prune->at, (size_t)(close - prune->at), "<!--", 4) != NULL &&
		length == strlen("script"))
		return false;
	if (prune->initial == 's')
		drop(prune, prune->at, close);
	prune->at = close;
	return true;
}

static bool
pass_tag(Prune *prune)
{
	bool closes = prune->at[1] == '/';
	const char *name = prune->at + (closes ? 2 : 1);
	size_t length = 0;

	while (name + length < prune->end && !is_space(name[length]) && name[length] != '/' &&
		name[length] != '>')
		length++;
	if (word_index(odd_tags, G_N_ELEMENTS(odd_tags), name, length) >= 0)
		return false;
	prune->at = name + length;
	prune->initial = (char)(*name | 32);
	if (!prune_tag(prune))
		return false;
	if (closes || word_index(raw_tags, G_N_ELEMENTS(raw_tags), name, length) < 0)
		return true;
	return pass_raw(prune, name, length);
}

/* The comment stays, empty: what it parts stays parted. */
static bool
pass_comment(Prune *prune)
{
	const char *begin = prune->at + 4;
	const char *p = begin;

	if (p >= prune->end || *p == '>' || (*p == '-' && p[1] == '>'))
		return false;
	while ((p = memchr(p, '-', (size_t)(prune->end - p))) != NULL) {
		if (p[1] == '-' && p[2] == '!')
			return false;
		if (p[1] == '-' && p[2] == '>') {
			drop(prune, begin, p);
			prune->at = p + 3;
			return true;
		}
		p++;
	}
	return false;
}

/* At a <. FALSE: the rest is left as it is. */
static bool
pass(Prune *prune)
{
	const char *p = prune->at;

	if (g_ascii_isalpha(p[1]) || (p[1] == '/' && g_ascii_isalpha(p[2])))
		return pass_tag(prune);
	if (g_str_has_prefix(p, "<!--"))
		return pass_comment(prune);
	if (g_str_has_prefix(p, "<![CDATA["))
		return false;
	if (p[1] == '!' || p[1] == '?' || p[1] == '/') {
		p = memchr(p, '>', (size_t)(prune->end - p));
		prune->at = p != NULL ? p + 1 : prune->end;
		return true;
	}
	prune->at++;
	return true;
}

/* --- text
 * -----------------------------------------------------------------------------------------------------
 */

/* Does it come out of the parser as it goes in? Not control characters and what else HTML,
 * 13.2.3.5 replaces. */
static bool
is_carried(const char *p)
{
	guchar c = (guchar)*p;

	if (c < 0x7f)
		return (c >= ' ' && c != '&') || c == '\n' || c == '\t';
	if (c == 0xc2)
		return (guchar)p[1] >= 0xa0;
	return c >= 0x80 && c < 0xef;
}

/* Behind what may be a character reference. */
static const char *
pass_reference(const char *p, const char *end)
{
	p++;
	while (p < end && (*p == '#' || g_ascii_isalnum(*p)))
		p++;
	return p < end && *p == ';' ? p + 1 : p;
}

static const char *
carry(Prune *prune, const char *from, const char *end)
{
	Piece piece = {.text = from};
	const char *p = from;

	while (p < end && is_carried(p))
		p++;
	piece.length = (size_t)(p - from);
	if (piece.length >= CARRY_LEAST && prune->carried->len < CARRY_MOST) {
		drop(prune, from, p);
		g_string_append_unichar(prune->out, CARRY_FIRST + prune->carried->len);
		g_array_append_val(prune->carried, piece);
	}
	return MAX(p, from + 1);
}

/* Blanks at the start stay: the parser asks whether there is more than blanks. */
static void
carry_text(Prune *prune, const char *from, const char *end)
{
	for (const char *p = from; prune->carried != NULL && p < end;) {
		if (is_space(*p) || ((guchar)*p & 0xc0) == 0x80)
			p++;
		else if (*p == '&')
			p = pass_reference(p, end);
		else
			p = carry(prune, p, end);
	}
}

/* Nothing in it may be taken for the sign of a piece: no such character, no reference to one. */
static bool
may_carry(const char *html, size_t length)
{
	if (memchr(html, CARRY_MARK, length) != NULL ||
		!g_utf8_validate(html, (gssize)length, NULL))
		return false;
	for (const char *p = html; (p = strstr(p, "&#")) != NULL;) {
		bool hex = (p[2] | 32) == 'x';

		p += hex ? 3 : 2;
		p += strspn(p, "0");
		if (strspn(p, hex ? "0123456789abcdefABCDEF" : "0123456789") >= (hex ? 5 : 6))
			return false;
	}
	return true;
}

Pruned
html_prune(const char *html, size_t length)
{
	Prune prune = {.at = html, .end = html + length, .kept = html};
	const char *from = html;

	prune.out = g_string_sized_new(length + 1);
	if (may_carry(html, length))
		prune.carried = g_array_new(FALSE, FALSE, sizeof(Piece));
	while ((prune.at = memchr(from, '<', (size_t)(prune.end - from))) != NULL) {
		carry_text(&prune, from, prune.at);
		if (!pass(&prune))
			break;
		from = prune.at;
	}
	drop(&prune, prune.end, prune.end);
	return (Pruned){prune.out, prune.carried};
}

void
html_pruned_clear(Pruned *pruned)
{
	g_string_free(pruned->html, TRUE);
	g_clear_pointer(&pruned->carried, g_array_unref);
}

static void
restore_text(const GArray *carried, GumboText *text, Arena *arena)
{
	g_autoptr(GString) whole = NULL;
	const char *from = text->text, *mark;
	char *copy;

	if (strchr(from, CARRY_MARK) == NULL)
		return;
	whole = g_string_new(NULL);
	while ((mark = strchr(from, CARRY_MARK)) != NULL) {
		guint index = g_utf8_get_char(mark) - CARRY_FIRST;
		const Piece *piece =
			index < carried->len ? &g_array_index(carried, Piece, index) : NULL;

		g_string_append_len(whole, from, mark - from);
		if (piece != NULL)
			g_string_append_len(whole, piece->text, (gssize)piece->length);
		from = g_utf8_next_char(mark);
	}
	g_string_append(whole, from);
	copy = arena_take(arena, whole->len + 1);
	memcpy(copy, whole->str, whole->len + 1);
	arena_give(arena, (gpointer)(guintptr)text->text);
	text->text = copy;
}

void
html_restore(const Pruned *pruned, GumboNode *root, Arena *arena)
{
	g_autoptr(GPtrArray) open = g_ptr_array_new();

	if (pruned->carried == NULL || pruned->carried->len == 0)
		return;
	g_ptr_array_add(open, root);
	while (open->len > 0) {
		GumboNode *node = g_ptr_array_steal_index_fast(open, open->len - 1);

		if (node->type == GUMBO_NODE_TEXT)
			restore_text(pruned->carried, &node->v.text, arena);
		if (node->type != GUMBO_NODE_ELEMENT)
			continue;
		for (unsigned i = 0; i < node->v.element.children.length; i++)
			g_ptr_array_add(open, node->v.element.children.data[i]);
	}
}
