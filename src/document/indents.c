/* How far typed bullets stand to the right. pandoc makes every indent one and the same block quote;
 * to who typed the bullets, twice the indent is a list within the list. */
#include <string.h>
#include <zip.h>

#include "document-private.h"

enum {
	XML_MOST = 16 << 20,
	PARAGRAPHS_MOST = 20000,
	BYTES_MOST = 8192, /* of a paragraph, in which its indent and its first words stand */
	KEY = 40, /* bytes by which a paragraph is known again */
	NEXT_MOST = 200, /* paragraphs that may have got lost on the way */
	TWIPS = 20, /* of a point */
};

typedef struct {
	char key[KEY + 1];
	int points;
} Indent;

/* word/document.xml; NULL if it cannot be had. */
static char *
read_text(const char *path)
{
	zip_t *zip = zip_open(path, ZIP_RDONLY, NULL);
	zip_file_t *file = zip != NULL ? zip_fopen(zip, "word/document.xml", 0) : NULL;
	g_autofree char *bytes = file != NULL ? g_malloc(XML_MOST + 1) : NULL;
	zip_int64_t n = file != NULL ? zip_fread(file, bytes, XML_MOST) : -1;

	if (file != NULL)
		zip_fclose(file);
	if (zip != NULL)
		zip_discard(zip);
	return n > 0 ? g_strndup(bytes, (gsize)n) : NULL;
}

/* The first bytes of the text from..end, without tags and blanks. */
static void
make_key(const char *from, const char *end, char *key)
{
	size_t n = 0;

	for (const char *p = from; p < end && n < KEY; p++) {
		if (*p == '<')
			p = memchr(p, '>', (size_t)(end - p));
		else if (!g_ascii_isspace(*p) && *p != '\\')
			key[n++] = *p;
		if (p == NULL)
			break;
	}
	key[n] = '\0';
}

/* What a list is typed with: a sign, or a short number. The text behind it may not be there. */
static bool
begins_with_sign(const char *key)
{
	static const char *const signs[] = {
		"•", "·", "▪", "■", "○", "◦", "●", "–", "-", "*", "o", "✓", "→", "➔"};

	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		if (g_str_has_prefix(key, signs[i]))
			return true;
	return g_ascii_isalnum(*key) &&
	       (strchr(".)", key[1]) != NULL ||
		       (g_ascii_isdigit(key[1]) && strchr(".)", key[2]) != NULL));
}

/* <w:ind w:left="720" .../> of the paragraph from..end, in points. */
static int
indent_of(const char *from, const char *end)
{
	const char *tag = g_strstr_len(from, end - from, "<w:ind ");
	const char *close = tag != NULL ? memchr(tag, '>', (size_t)(end - tag)) : NULL;
	const char *left;

	if (close == NULL)
		return 0;
	left = g_strstr_len(tag, close - tag, "w:left=\"");
	if (left == NULL)
		left = g_strstr_len(tag, close - tag, "w:start=\"");
	if (left == NULL)
		return 0;
	return (int)CLAMP(g_ascii_strtoll(strchr(left, '"') + 1, NULL, 10) / TWIPS, 0, 400);
}

static GArray *
find_indents(const char *xml)
{
	GArray *found = g_array_new(FALSE, FALSE, sizeof(Indent));
	const char *close = NULL;
	guint count = 0;

	for (const char *p = strstr(xml, "<w:p"); p != NULL; p = strstr(p + 4, "<w:p")) {
		const char *end;
		Indent indent;

		if (p[4] != '>' && p[4] != ' ')
			continue;
		if (close == NULL || close < p)
			close = strstr(p, "</w:p>");
		if (close == NULL || ++count > PARAGRAPHS_MOST)
			break;
		end = MIN(close, p + BYTES_MOST);
		make_key(p, end, indent.key);
		indent.points = indent_of(p, end);
		if (indent.points > 0 && begins_with_sign(indent.key))
			g_array_append_val(found, indent);
	}
	return found;
}

/* The next one with that beginning; they come in the same order. */
static int
take(const GArray *indents, guint *next, const char *key)
{
	for (guint i = *next; i < indents->len && i < *next + NEXT_MOST; i++) {
		const Indent *indent = &g_array_index(indents, Indent, i);

		if (strcmp(indent->key, key) != 0)
			continue;
		*next = i + 1;
		return indent->points;
	}
	return 0;
}

char *
indents_apply(const char *path, char *html)
{
	g_autofree char *xml = read_text(path);
	g_autoptr(GArray) indents = xml != NULL ? find_indents(xml) : NULL;
	GString *out;
	const char *from = html;
	guint next = 0;

	if (indents == NULL || indents->len < 2)
		return html;
	out = g_string_new(NULL);
	for (const char *p; next < indents->len && (p = strstr(from, "<p>")) != NULL;) {
		const char *end = strstr(p, "</p>");
		char key[KEY + 1];
		int points;

		if (end == NULL)
			break;
		make_key(p, end, key);
		points = take(indents, &next, key);
		g_string_append_len(out, from, p - from);
		if (points > 0)
			g_string_append_printf(out, "<p style=\"margin-left:%dpt\">", points);
		else
			g_string_append(out, "<p>");
		from = p + strlen("<p>");
	}
	g_string_append(out, from);
	g_free(html);
	return g_string_free(out, FALSE);
}
