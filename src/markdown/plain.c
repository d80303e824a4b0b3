/* Plain text to blocks: lines joined to paragraphs, typed marks to lists, quotes by their signs. */
#include <string.h>

#include "markdown.h"

/* --- typed marks
 * ---------------------------------------------------------------------------------------------- */

static size_t
bullet_length(const char *line)
{
	static const char *const marks[] = {"•", "◦", "▪", "■", "‣", "●", "○", "·", "–", "—", "✓",
		"✔", "✔️", "☑", "✅", "➤", "►", "→", "-", "*", "+", "o", "§", "", "", "⁃", "∙",
		"👉", "🔹", "🔸", "▶", "▶️", "⭐", "📌"};
	size_t best = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		size_t n = strlen(marks[i]);

		if (strncmp(line, marks[i], n) == 0 && n > best &&
			(line[n] == ' ' || line[n] == '\t' ||
				g_str_has_prefix(line + n, "\xc2\xa0")))
			best = n;
	}
	return best;
}

bool
markdown_typed_item(const char *line, const char **ret_rest, bool *ret_ordered, int *ret_number)
{
	size_t n = bullet_length(line);
	size_t digits = strspn(line, "0123456789");

	*ret_ordered = false;
	*ret_number = 0;
	if (n == 0 && digits > 0 && digits <= 2 && (line[digits] == '.' || line[digits] == ')') &&
		line[digits + 1] == ' ') {
		*ret_ordered = true;
		*ret_number = (int)g_ascii_strtoll(line, NULL, 10);
		n = digits + 1;
	}
	if (n == 0 && g_ascii_islower(*line) && line[1] == ')' && line[2] == ' ') {
		*ret_ordered = true;
		*ret_number = *line - 'a' + 1;
		n = 2;
	}
	if (n == 0)
		return false;
	*ret_rest = line + n + strspn(line + n, " \t");
	return **ret_rest != '\0';
}

/* --- lines
 * ----------------------------------------------------------------------------------------------------
 */

typedef struct {
	char *text; /* without quote signs and trailing blanks */
	int quote;
	int indent;
	bool soft; /* flowed: goes on in the next line */
} Line;

typedef struct {
	Doc *doc;
	GArray *lines; /* Line */
	BlockZone zone;
	bool flowed, delsp;
	size_t width; /* at which the text seems to be wrapped; 0 it is not */
} Plain;

static void
clear_line(gpointer data)
{
	g_free(((Line *)data)->text);
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
	line.indent = (int)strspn(p, " \t");
	n = strlen(p);
	line.soft = plain->flowed && n > 0 && p[n - 1] == ' ' && strcmp(p, "-- ") != 0;
	line.text =
		plain->flowed && line.soft && !plain->delsp ? g_strdup(p) : g_strchomp(g_strdup(p));
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

static gint
compare_lengths(gconstpointer a, gconstpointer b)
{
	return *(const gint *)a - *(const gint *)b;
}

/* Wrapped by a program: many lines end within a few columns of the same width, and few are longer.
 */
static void
measure(Plain *plain)
{
	g_autoptr(GArray) lengths = g_array_new(FALSE, FALSE, sizeof(gint));
	gint high;
	guint near = 0;

	for (guint i = 0; i < plain->lines->len; i++) {
		gint length = (gint)g_utf8_strlen(g_array_index(plain->lines, Line, i).text, -1);

		if (length > 30)
			g_array_append_val(lengths, length);
	}
	if (lengths->len < 2)
		return;
	g_array_sort(lengths, compare_lengths);
	high = g_array_index(lengths, gint, lengths->len * 95 / 100);
	if (high > 100)
		return;
	for (guint i = 0; i < lengths->len; i++)
		near += g_array_index(lengths, gint, i) > high - 16;
	if (near * 3 > lengths->len)
		plain->width = (size_t)high;
}

/* Does the line end because the next word did not fit? */
static bool
is_wrapped(const Plain *plain, const Line *line, const Line *next)
{
	size_t length = (size_t)g_utf8_strlen(line->text, -1);
	size_t word = strcspn(next->text, " ");

	if (plain->flowed)
		return line->soft;
	if (plain->width == 0)
		return false;
	return length + word + 1 > plain->width - 2 ||
	       (length > plain->width * 3 / 4 && g_ascii_islower(next->text[0]));
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
	block->typed = true;
	g_ptr_array_add(plain->doc, block);
	return block;
}

/* Joins line i and what is wrapped behind it; returns the index behind. */
static guint
join(Plain *plain, guint i, guint end, GString *text)
{
	const Line *line = &g_array_index(plain->lines, Line, i);

	g_string_append(text, line->text);
	for (i++; i < end; i++) {
		const Line *next = &g_array_index(plain->lines, Line, i);
		const char *rest;
		bool ordered;
		int number;

		if (!is_wrapped(plain, line, next))
			break;
		if (!plain->flowed &&
			markdown_typed_item(
				next->text + strspn(next->text, " \t"), &rest, &ordered, &number) &&
			*next->text != '-' && !g_ascii_isdigit(*next->text))
			break;
		if (!plain->delsp)
			g_string_append_c(text, ' ');
		g_string_append(text, next->text + strspn(next->text, " \t"));
		line = next;
	}
	return i;
}

/* Lines of an item that hang below its text. */
static guint
join_item(Plain *plain, guint i, guint end, GString *text)
{
	int indent = g_array_index(plain->lines, Line, i).indent;

	i = join(plain, i, end, text);
	for (; i < end; i++) {
		const Line *next = &g_array_index(plain->lines, Line, i);
		const char *rest;
		bool ordered;
		int number;

		if (next->indent <= indent ||
			markdown_typed_item(next->text + next->indent, &rest, &ordered, &number))
			break;
		g_string_append_c(text, ' ');
		i = join(plain, i, end, text) - 1;
	}
	return i;
}

static guint
add_item(Plain *plain, guint i, guint end, int base, bool ordered, int number, int level)
{
	const Line *line = &g_array_index(plain->lines, Line, i);
	g_autoptr(GString) text = g_string_new(NULL);
	const char *rest = NULL;
	bool unused;
	int unused_number;
	Block *block;

	(void)base;
	i = join_item(plain, i, end, text);
	if (!markdown_typed_item(
		    text->str + strspn(text->str, " \t"), &rest, &unused, &unused_number))
		rest = text->str;
	block = add_block(plain, BLOCK_ITEM, rest, line);
	block->ordered = ordered;
	block->number = number;
	block->level = level;
	return i;
}

/* A paragraph of lines from..end. */
static void
add_paragraph(Plain *plain, guint from, guint end)
{
	int base = -1;

	for (guint i = from; i < end;) {
		const Line *line = &g_array_index(plain->lines, Line, i);
		const char *rest;
		bool ordered;
		int number;
		g_autoptr(GString) text = NULL;
		Block *block;

		if (markdown_typed_item(
			    line->text + strspn(line->text, " \t"), &rest, &ordered, &number)) {
			int level;

			if (base < 0)
				base = line->indent;
			level = line->indent >= base + 2 ? 2 : 1;
			if (line->text[strspn(line->text, " ")] == 'o' && plain->doc->len > 0)
				level = 2;
			i = add_item(plain, i, end, base, ordered, number, level);
			continue;
		}
		text = g_string_new(NULL);
		i = join(plain, i, end, text);
		block = add_block(plain, BLOCK_PARAGRAPH, text->str, line);
		block->pre_line = true;
		if (i - from == 1 && end - from == 1)
			block->pre_line = false;
	}
}

/* --- the whole
 * ------------------------------------------------------------------------------------------------
 */

static bool
is_separator(const Line *line)
{
	const char *p = line->text + line->indent;

	return strlen(p) >= 3 && strspn(p, "-=_*~#") == strlen(p);
}

static void
add_lines(Plain *plain)
{
	guint i = 0;

	while (i < plain->lines->len) {
		const Line *line = &g_array_index(plain->lines, Line, i);
		guint end = i + 1;

		if (strcmp(line->text, "--") == 0 || strcmp(line->text, "-- ") == 0) {
			plain->zone = ZONE_SIGNATURE;
			i++;
			continue;
		}
		if (line->text[line->indent] == '\0' || line->text[0] == '\0') {
			i++;
			continue;
		}
		if (is_separator(line)) {
			Block *rule = add_block(plain, BLOCK_RULE, line->text, line);

			rule->typed = true;
			i++;
			continue;
		}
		while (end < plain->lines->len) {
			const Line *next = &g_array_index(plain->lines, Line, end);

			if (next->text[strspn(next->text, " \t")] == '\0' ||
				next->quote != line->quote || is_separator(next) ||
				strcmp(next->text, "--") == 0 || strcmp(next->text, "-- ") == 0)
				break;
			end++;
		}
		add_paragraph(plain, i, end);
		i = end;
	}
}

void
markdown_add_plain(Doc *doc, const char *text, bool flowed, bool delsp)
{
	Plain plain = {.doc = doc, .flowed = flowed, .delsp = delsp};

	plain.lines = g_array_new(FALSE, FALSE, sizeof(Line));
	g_array_set_clear_func(plain.lines, clear_line);
	read_lines(&plain, text);
	measure(&plain);
	add_lines(&plain);
	g_array_unref(plain.lines);
}

/* --- lines that were meant as blocks
 * -------------------------------------------------------------------------- */

static bool
is_bold_line(const char *line)
{
	size_t n = strlen(line);

	return n > 4 && g_str_has_prefix(line, "**") && g_str_has_suffix(line, "**") &&
	       strstr(line + 2, "**") == line + n - 2;
}

static Block *
block_like(const Block *model, BlockKind kind, const char *text, const char *plain)
{
	Block *block = markdown_block_new(kind, text, plain);

	block->quote = model->quote;
	block->zone = model->zone;
	block->table = model->table;
	block->size = model->size;
	block->cls = g_strdup(model->cls);
	block->typed = true;
	return block;
}

/* Escapes that the writer put before a typed mark. */
static const char *
unescaped_start(const char *text)
{
	return *text == '\\' ? text + 1 : text;
}

static void
split_one(Doc *out, const Block *block)
{
	g_auto(GStrv) texts = g_strsplit(block->text, "\n", -1);
	g_auto(GStrv) plains = g_strsplit(block->plain, "\n", -1);
	guint n = g_strv_length(texts);

	for (guint i = 0; i < n; i++) {
		const char *plain_rest, *rest;
		bool ordered, unused;
		int number, unused_number;
		Block *made;

		if (n == g_strv_length(plains) &&
			markdown_typed_item(plains[i], &plain_rest, &ordered, &number)) {
			const char *start = unescaped_start(texts[i]);

			if (!markdown_typed_item(start, &rest, &unused, &unused_number)) {
				const char *dot = strstr(start, ordered ? ". " : " ");

				rest = dot != NULL ? dot + (ordered ? 2 : 1) : start;
			}
			made = block_like(block, BLOCK_ITEM, rest, plain_rest);
			made->ordered = ordered;
			made->number = number;
			made->level = 1;
		} else {
			made = block_like(block, BLOCK_PARAGRAPH, texts[i],
				i < g_strv_length(plains) ? plains[i] : texts[i]);
			made->bold = is_bold_line(texts[i]);
		}
		g_ptr_array_add(out, made);
	}
}

/* Lines that somebody's program wrapped: long enough, and going on in the middle of a sentence. */
static bool
is_wrapped_text(char **lines, guint n)
{
	guint wrapped = 0;

	for (guint i = 0; i + 1 < n; i++) {
		size_t length = strlen(lines[i]);
		bool goes_on = length > 0 && strchr(".!?:;", lines[i][length - 1]) == NULL;

		/* "Van: ..." is a field, whatever its length. */
		if (memchr(lines[i], ':', MIN(length, 16)) != NULL)
			return false;
		wrapped += length >= 40 && length <= 110 &&
			   (goes_on || g_unichar_islower(g_utf8_get_char(lines[i + 1])));
	}
	return n > 2 && wrapped * 10 >= (n - 1) * 7;
}

static void
join_lines(Block *block)
{
	g_strdelimit(block->text, "\n", ' ');
	g_strdelimit(block->plain, "\n", ' ');
	block->pre_line = false;
}

static bool
wants_split(Block *block)
{
	g_auto(GStrv) lines = g_strsplit(block->plain, "\n", -1);
	guint n = g_strv_length(lines);
	guint marks = 0;

	for (guint i = 0; i < n; i++) {
		const char *rest;
		bool ordered;
		int number;

		marks += markdown_typed_item(lines[i], &rest, &ordered, &number);
	}
	if (marks == 0 && is_wrapped_text(lines, n)) {
		join_lines(block);
		return false;
	}
	return n > 1 || marks > 0;
}

void
markdown_split_lines(Doc *doc)
{
	g_autoptr(GPtrArray) out = g_ptr_array_new();
	guint n = doc->len;

	for (guint i = 0; i < n; i++) {
		Block *block = doc->pdata[i];

		if (block->kind == BLOCK_PARAGRAPH && wants_split(block)) {
			split_one(out, block);
			markdown_block_free(block);
		} else {
			g_ptr_array_add(out, block);
		}
	}
	g_ptr_array_set_free_func(doc, NULL);
	g_ptr_array_set_size(doc, 0);
	for (guint i = 0; i < out->len; i++)
		g_ptr_array_add(doc, out->pdata[i]);
	g_ptr_array_set_free_func(doc, (GDestroyNotify)markdown_block_free);
}
