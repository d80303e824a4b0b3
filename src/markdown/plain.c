/* Plain text to blocks: lines joined to paragraphs, columns to tables, quotes by their signs. */
#include <string.h>

#include "columns.h"
#include "typed.h"

enum { NARROWEST = 24, NARROW = 50 /* characters of a wrapped line */ };

/* --- lines
 * ----------------------------------------------------------------------------------------------------
 */

typedef struct {
	char *text; /* without quote signs, blanks in front and behind */
	int quote;
	int indent; /* columns */
	bool soft; /* flowed: goes on in the next line */
} Line;

typedef struct {
	Doc *doc;
	GArray *lines; /* Line */
	const char *whole;
	BlockZone zone;
	bool flowed, delsp;
	gint width; /* at which the text seems to be wrapped; 0 it is not */
	int budget; /* see typed_join */
	int tries; /* to find columns */
	guint groups;
} Plain;

static void
clear_line(gpointer data)
{
	g_free(((Line *)data)->text);
}

static const Line *
line_at(const Plain *plain, guint i)
{
	return &g_array_index(plain->lines, Line, i);
}

static const char *
skip_indent(const char *p, int *columns)
{
	for (; *p == ' ' || *p == '\t' || g_str_has_prefix(p, "\xc2\xa0"); p++) {
		*columns += *p == '\t' ? 8 - *columns % 8 : 1;
		p += *p == '\xc2';
	}
	return p;
}

static Line
read_line(const Plain *plain, const char *raw)
{
	Line line = {.quote = 0};
	const char *p = raw;
	size_t n;

	while (*p == '>' || (*p == ' ' && p[1] == '>' && line.quote > 0)) {
		line.quote += *p == '>';
		p++;
	}
	if ((plain->flowed || line.quote > 0) && *p == ' ')
		p++;
	n = strlen(p);
	line.soft = plain->flowed && n > 0 && p[n - 1] == ' ' && strcmp(p, "-- ") != 0;
	p = skip_indent(p, &line.indent);
	line.text = line.soft ? g_strdup(p) : g_strchomp(g_strdup(p));
	/* RFC 3676, section 4.2: the blank is the sign, not a blank. */
	if (line.soft && plain->delsp && *line.text != '\0')
		line.text[strlen(line.text) - 1] = '\0';
	return line;
}

static void
read_lines(Plain *plain, const char *text)
{
	g_auto(GStrv) raw = g_strsplit(text, "\n", -1);

	for (char **line = raw; *line != NULL; line++) {
		Line read_one = read_line(plain, *line);

		g_array_append_val(plain->lines, read_one);
	}
}

static bool
is_blank_line(const Line *line)
{
	return *line->text == '\0' || strspn(line->text, " ") == strlen(line->text);
}

static gint
columns_of(const Line *line)
{
	return line->indent + (gint)g_utf8_strlen(line->text, -1);
}

/* Only lines that are followed by another tell where a program broke them. */
static void
measure(Plain *plain)
{
	g_autoptr(GArray) lengths = g_array_new(FALSE, FALSE, sizeof(gint));
	guint lower = 0;

	if (plain->flowed)
		return;
	for (guint i = 0; i + 1 < plain->lines->len; i++) {
		gint length = columns_of(line_at(plain, i));
		const Line *next = line_at(plain, i + 1);

		if (length <= NARROWEST || is_blank_line(next))
			continue;
		g_array_append_val(lengths, length);
		lower += g_unichar_islower(g_utf8_get_char(next->text));
	}
	/* A column copied from a page goes on in the middle of sentences; a poem does not. */
	plain->width = typed_width(
		lengths, lengths->len > 3 && lower * 2 > lengths->len ? NARROWEST : NARROW);
}

static bool
is_bar(const char *text)
{
	return *text == '|' || (*text == '#' && text[strspn(text, "#")] == ' ');
}

/* A list that goes on with the next line: the same kind of mark, the next number. */
static bool
continues_list(const char *item, const char *next)
{
	TypedMark a, b;

	if (!typed_mark(next, &b))
		return false;
	if (b.kind == MARK_BULLET || b.kind == MARK_EMOJI)
		return true;
	if (!typed_mark(item, &a))
		return strchr(".:;!?", item[MAX(strlen(item), 1) - 1]) != NULL &&
		       (mark_is_ordered(b.kind) ? b.number == 1 : *next != 'o');
	if (mark_is_ordered(b.kind))
		return b.number == 1 || (a.kind == b.kind && b.number == a.number + 1) ||
		       a.kind != b.kind;
	return true;
}

static bool
ends_in_hyphen(const char *text)
{
	size_t n = strlen(text);

	return n > 2 && text[n - 1] == '-' && g_ascii_isalpha(text[n - 2]);
}

/* Does the line end because the next word did not fit? item: the first line of what it belongs to.
 */
static bool
is_wrapped(const Plain *plain, const Line *line, const Line *next, const char *item)
{
	gint length = columns_of(line);
	gint word = (gint)g_utf8_strlen(next->text, (gssize)strcspn(next->text, " "));

	if (is_bar(line->text) || is_bar(next->text))
		return false;
	if (plain->flowed)
		return line->soft;
	if (plain->width == 0 || continues_list(item, next->text))
		return false;
	return length + word + 1 > plain->width - 2 || ends_in_hyphen(line->text) ||
	       (length > plain->width * 3 / 4 && g_unichar_islower(g_utf8_get_char(next->text)));
}

/* --- paragraphs
 * -----------------------------------------------------------------------------------------------
 */

static Block *
add_block(Plain *plain, BlockKind kind, const char *text, const Line *line)
{
	g_autofree char *clean = text_collapse(text);
	g_autofree char *escaped = markdown_escape(clean);
	Block *block = markdown_block_new(kind, escaped, clean);

	block->quote = line->quote;
	block->zone = plain->zone;
	block->indent = line->indent;
	block->typed = true;
	block->whole = true;
	g_ptr_array_add(plain->doc, block);
	return block;
}

static void
append_wrapped(Plain *plain, GString *text, const char *next)
{
	if (plain->delsp && plain->flowed)
		g_string_append(text, next);
	else
		typed_join(text, next, plain->whole, &plain->budget);
}

/* Joins line i and what is wrapped behind it, or hangs below an item; returns the index behind. */
static guint
join(Plain *plain, guint i, guint end, GString *text)
{
	const Line *first = line_at(plain, i);
	const Line *line = first;
	TypedMark mark;
	bool item = typed_mark(first->text, &mark);

	g_string_append(text, first->text);
	for (i++; i < end; i++) {
		const Line *next = line_at(plain, i);
		bool hangs = item && !plain->flowed && next->indent > first->indent &&
			     !typed_mark(next->text, &mark);

		if (!hangs && !is_wrapped(plain, line, next, first->text))
			break;
		append_wrapped(plain, text, next->text);
		line = next;
	}
	return i;
}

/* *Kop*: how programs write bold in plain text. */
static void
read_stars(Block *block)
{
	g_autofree char *escaped = NULL;
	size_t n = strlen(block->plain);
	char *core;

	if (n < 4 || *block->plain != '*' || block->plain[n - 1] != '*' || block->plain[1] == ' ' ||
		block->plain[1] == '*' || strchr(block->plain + 1, '*') != block->plain + n - 1)
		return;
	core = g_strndup(block->plain + 1, n - 2);
	g_free(block->plain);
	g_free(block->text);
	block->plain = core;
	escaped = markdown_escape(core);
	block->text = g_strdup_printf("**%s**", escaped);
	block->bold = true;
}

/* Aligned columns from line i on to a table; returns the index behind it, i if there is none. */
static guint
add_columns(Plain *plain, guint i, guint end)
{
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(ColumnLine));
	g_autofree char *table = NULL;
	Block *block;
	guint used;

	if (plain->tries <= 0 || (strstr(line_at(plain, i)->text, "  ") == NULL &&
					 strchr(line_at(plain, i)->text, '\t') == NULL))
		return i;
	for (guint k = i; k < end && k < i + 200; k++) {
		ColumnLine line = {line_at(plain, k)->text, line_at(plain, k)->indent};

		g_array_append_val(lines, line);
	}
	table = columns_read((const ColumnLine *)(void *)lines->data, lines->len, &used);
	if (table == NULL) {
		plain->tries--;
		return i;
	}
	block = add_block(plain, BLOCK_TABLE, "", line_at(plain, i));
	g_free(block->text);
	block->text = g_strdup(table);
	g_free(block->plain);
	block->plain = g_strdup(table);
	return i + used;
}

/* A paragraph of lines from..end. */
static void
add_paragraph(Plain *plain, guint from, guint end)
{
	plain->groups++;
	for (guint i = from; i < end;) {
		g_autoptr(GString) text = g_string_new(NULL);
		guint next = add_columns(plain, i, end);
		Block *block;

		if (next > i) {
			i = next;
			continue;
		}
		next = join(plain, i, end, text);
		block = add_block(plain, BLOCK_PARAGRAPH, text->str, line_at(plain, i));
		block->gap = i == from;
		block->group = plain->groups;
		block->pre_line = i > from || next < end;
		read_stars(block);
		i = next;
	}
}

/* --- the whole
 * ------------------------------------------------------------------------------------------------
 */

static bool
is_separator(const Line *line)
{
	return strlen(line->text) >= 3 && strspn(line->text, "-=_*~#") == strlen(line->text);
}

static bool
is_signature_mark(const Line *line)
{
	return line->indent == 0 &&
	       (strcmp(line->text, "--") == 0 || strcmp(line->text, "-- ") == 0);
}

/* "Kop" with a line of = or - of about its length below it. */
static bool
is_underlined(const Plain *plain, guint i)
{
	const Line *line = line_at(plain, i), *below;
	glong length = g_utf8_strlen(line->text, -1);
	glong rule;

	if (i + 1 >= plain->lines->len)
		return false;
	below = line_at(plain, i + 1);
	rule = (glong)strlen(below->text);
	return is_separator(below) && below->quote == line->quote && length < 100 &&
	       strchr("=-~", *below->text) != NULL && rule <= length + 6 && rule * 2 > length;
}

static guint
paragraph_end(const Plain *plain, guint i)
{
	const Line *line = line_at(plain, i);

	for (i++; i < plain->lines->len; i++) {
		const Line *next = line_at(plain, i);

		if (is_blank_line(next) || next->quote != line->quote || is_separator(next) ||
			is_signature_mark(next) || is_underlined(plain, i))
			break;
	}
	return i;
}

static guint
add_heading(Plain *plain, guint i)
{
	Block *block = add_block(plain, BLOCK_HEADING, line_at(plain, i)->text, line_at(plain, i));

	block->level = *line_at(plain, i + 1)->text == '=' ? 2 : 3;
	block->gap = true;
	return i + 2;
}

static void
add_lines(Plain *plain)
{
	for (guint i = 0; i < plain->lines->len;) {
		const Line *line = line_at(plain, i);
		guint end;

		if (is_signature_mark(line)) {
			plain->zone = ZONE_SIGNATURE;
			i++;
		} else if (is_blank_line(line)) {
			i++;
		} else if (is_separator(line)) {
			add_block(plain, BLOCK_RULE, line->text, line);
			i++;
		} else if (is_underlined(plain, i)) {
			i = add_heading(plain, i);
		} else {
			end = paragraph_end(plain, i);
			add_paragraph(plain, i, end);
			i = end;
		}
	}
}

void
markdown_add_plain(Doc *doc, const char *text, bool flowed, bool delsp)
{
	Plain plain = {.doc = doc,
		.flowed = flowed,
		.delsp = delsp,
		.whole = text,
		.budget = 200,
		.tries = 300};

	plain.lines = g_array_new(FALSE, FALSE, sizeof(Line));
	g_array_set_clear_func(plain.lines, clear_line);
	read_lines(&plain, text);
	measure(&plain);
	add_lines(&plain);
	g_array_unref(plain.lines);
}
