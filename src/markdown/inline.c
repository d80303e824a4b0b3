#include "inline.h"

#include <string.h>

typedef struct {
	GString *text;
	bool bold, italic;
	char *href;
	bool is_break;
} Run;

static void
run_free(gpointer data)
{
	Run *run = data;

	g_string_free(run->text, TRUE);
	g_free(run->href);
	g_free(run);
}

static void
begin_line(Inline *line)
{
	line->now = (LineLook){.bold = true, .italic = true, .underline = true};
}

void
inline_init(Inline *line)
{
	line->runs = g_ptr_array_new_with_free_func(run_free);
	line->looks = g_array_new(FALSE, FALSE, sizeof(LineLook));
	begin_line(line);
}

void
inline_clear(Inline *line)
{
	g_clear_pointer(&line->runs, g_ptr_array_unref);
	g_clear_pointer(&line->looks, g_array_unref);
}

void
inline_drop(Inline *line)
{
	g_ptr_array_set_size(line->runs, 0);
	g_array_set_size(line->looks, 0);
	begin_line(line);
}

bool
inline_is_empty(const Inline *line)
{
	for (guint i = 0; i < line->runs->len; i++) {
		const Run *run = line->runs->pdata[i];

		if (!run->is_break && strspn(run->text->str, " ") != run->text->len)
			return false;
	}
	return true;
}

static Run *
last_run(const Inline *line)
{
	return line->runs->len > 0 ? line->runs->pdata[line->runs->len - 1] : NULL;
}

static bool
ends_in_space(const Inline *line)
{
	const Run *run = last_run(line);

	return run == NULL || run->is_break ||
	       (run->text->len > 0 && run->text->str[run->text->len - 1] == ' ');
}

static Run *
run_for(Inline *line, const Look *look)
{
	Run *run = last_run(line);

	if (run != NULL && !run->is_break && run->bold == look->bold &&
		run->italic == look->italic && g_strcmp0(run->href, look->href) == 0)
		return run;
	run = g_new0(Run, 1);
	run->text = g_string_new(NULL);
	run->bold = look->bold;
	run->italic = look->italic;
	run->href = g_strdup(look->href);
	g_ptr_array_add(line->runs, run);
	return run;
}

static bool
is_invisible(gunichar c)
{
	/* Soft hyphens, zero-width joiners of newsletters, BOMs: layout, not text. Variation
	 * selectors and the joiner of emoji stay. */
	return c == 0xad || c == 0x200b || c == 0x200c || c == 0x2060 || c == 0xfeff ||
	       c == 0x34f || c == 0x200e || c == 0x200f || c == 0x61c ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfffc;
}

static bool
is_blank(gunichar c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0xa0 ||
	       c == 0x202f || c == 0x3000 || (c >= 0x2000 && c <= 0x200a);
}

/* A blank at the start of a line: only hard ones, and those among them, set it off. */
static void
add_indent(Inline *line, gunichar c)
{
	if (line->now.any || line->now.indent > 200)
		return;
	if (c >= 0x80 || (c == ' ' && line->now.indent > 0))
		line->now.indent += c == 0x2003 || c == 0x3000 ? 2 : 1;
	else if (c == '\t' && line->now.indent > 0)
		line->now.indent += 4;
}

static bool
is_word_start(const char *p)
{
	return (*p & 0x80) == 0 ? g_ascii_isalnum(*p) : g_unichar_isalnum(g_utf8_get_char(p));
}

/* The line looks like that as far as its words do. */
static void
add_look(Inline *line, const Look *look)
{
	LineLook *now = &line->now;

	now->bold &= look->bold;
	now->italic &= look->italic;
	now->underline &= look->underline;
	now->color = !now->any || now->color == look->color ? look->color : 0;
	now->any = true;
}

static bool
at_line_start(const Inline *line)
{
	const Run *run = last_run(line);

	return run == NULL || run->is_break;
}

bool
inline_at_start(const Inline *line)
{
	return at_line_start(line);
}

/* Does it end in an empty line? */
bool
inline_ends_empty(const Inline *line)
{
	guint n = line->runs->len;

	return n > 1 && ((Run *)line->runs->pdata[n - 1])->is_break &&
	       ((Run *)line->runs->pdata[n - 2])->is_break;
}

void
inline_add(Inline *line, const char *text, size_t length, const Look *look, bool preserve)
{
	const char *end = text + length;
	bool counted = false;
	Run *run = NULL;

	for (const char *p = text; p < end; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (preserve && c == '\n') {
			inline_break(line);
			run = NULL;
			counted = false;
			continue;
		}
		if (c >= 0x80 && is_invisible(c))
			continue;
		if (is_blank(c)) {
			if (at_line_start(line))
				add_indent(line, preserve && c == ' ' ? 0xa0 : c);
			if (ends_in_space(line))
				continue;
			c = ' ';
		} else {
			line->now.size = MAX(line->now.size, look->size);
			if (!counted && is_word_start(p)) {
				add_look(line, look);
				counted = true;
			}
		}
		if (run == NULL)
			run = run_for(line, look);
		if (c < 0x80)
			g_string_append_c(run->text, (char)c);
		else
			g_string_append_unichar(run->text, c);
	}
}

void
inline_break(Inline *line)
{
	Run *run = g_new0(Run, 1);

	run->text = g_string_new(NULL);
	run->is_break = true;
	g_ptr_array_add(line->runs, run);
	g_array_append_val(line->looks, line->now);
	begin_line(line);
}

/* --- to CommonMark
 * -------------------------------------------------------------------------------------------- */

static bool
is_url_text(const char *text)
{
	return g_str_has_prefix(text, "http://") || g_str_has_prefix(text, "https://");
}

/* &amp; and &#38; would be read as what they stand for. */
static bool
is_entity(const char *p)
{
	size_t n = p[1] == '#' ? 2 : 1;
	size_t name = n;

	while (g_ascii_isalnum(p[name]) && name < 34)
		name++;
	return name > n && p[name] == ';';
}

/* Would CommonMark take the character within a line for a mark? */
static bool
is_special(const char *text, const char *p, bool in_link)
{
	bool blank_before = p == text || p[-1] == ' ';
	bool blank_behind = p[1] == '\0' || p[1] == ' ';

	switch (*p) {
	case '\\':
		return p[1] == '\0' || g_ascii_ispunct(p[1]);
	case '`':
		return true;
	case '*':
		return p == text || p[1] == '\0' || !blank_before || !blank_behind;
	case '_':
		/* _ within a word is harmless. */
		return !(p > text && g_ascii_isalnum(p[-1]) && g_ascii_isalnum(p[1])) &&
		       !(p > text && blank_before && blank_behind);
	case '[':
		return in_link || (p > text && p[-1] == '!');
	case ']':
		return in_link || p[1] == '(' || p[1] == ':';
	case '<':
		return g_ascii_isalpha(p[1]) || strchr("/!?", p[1]) != NULL;
	case '&':
		return is_entity(p);
	default:
		return false;
	}
}

/* Would it begin a heading, a list, a quotation or a rule at the start of a line? */
static bool
is_special_start(const char *text)
{
	size_t n = strspn(text, "#");
	char behind = *text != '\0' ? text[1] : '\0';

	switch (*text) {
	case '#':
		return n <= 6 && (text[n] == ' ' || text[n] == '\0');
	case '+':
	case '-':
		return behind == ' ' || behind == '\0' || strspn(text, "-+ ") == strlen(text);
	case '=':
		return strspn(text, "= ") == strlen(text);
	case '~':
		return g_str_has_prefix(text, "~~~");
	case '|':
		return behind == '-' || behind == ' ' || behind == ':';
	case '>':
		return true;
	default:
		return false;
	}
}

/* "12." at the start would be a list: the length of its digits. */
static size_t
list_number(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n > 0 && n < 10 && (text[n] == '.' || text[n] == ')') &&
			       (text[n + 1] == ' ' || text[n + 1] == '\0')
		       ? n
		       : 0;
}

static void
append_escaped(GString *out, const char *text, bool at_start, bool in_link)
{
	const char *p = text;

	if (at_start && is_special_start(text)) {
		g_string_append_c(out, '\\');
		g_string_append_c(out, *p++);
	} else if (at_start && list_number(text) > 0) {
		size_t n = list_number(text);

		g_string_append_len(out, text, (gssize)n);
		g_string_append_c(out, '\\');
		p = text + n;
		g_string_append_c(out, *p++);
	}
	for (; *p != '\0'; p++) {
		if (is_special(text, p, in_link))
			g_string_append_c(out, '\\');
		g_string_append_c(out, *p);
	}
}

char *
markdown_escape(const char *plain)
{
	GString *out = g_string_new(NULL);

	append_escaped(out, plain, true, false);
	return g_string_free(out, FALSE);
}

char *
inline_escape(const char *plain)
{
	GString *out = g_string_new(NULL);

	append_escaped(out, plain, false, false);
	return g_string_free(out, FALSE);
}

/* Text that is its own target needs no brackets. */
static bool
is_autolink(const char *text, const char *url)
{
	if (strpbrk(text, " <>\\`") != NULL)
		return false;
	if (is_url_text(text))
		return strcmp(text, url) == 0;
	return g_ascii_strncasecmp(url, "mailto:", 7) == 0 && strcmp(url + 7, text) == 0 &&
	       strchr(text, '@') != NULL && g_str_is_ascii(text);
}

static void
append_link(GString *out, const Run *run, const char *text)
{
	g_autofree char *url = markdown_unwrap_link(run->href);
	bool odd = strpbrk(url, "()\\") != NULL;

	if (is_autolink(text, url)) {
		g_string_append_printf(out, "<%s>", text);
		return;
	}
	/* "!" in front would make it a picture. */
	if (out->len > 0 && out->str[out->len - 1] == '!')
		g_string_insert_c(out, (gssize)out->len - 1, '\\');
	g_string_append_c(out, '[');
	append_escaped(out, text, false, true);
	if (strpbrk(url, " <>\n\t") != NULL) {
		g_autofree char *encoded = g_uri_escape_string(url, ":/?#@!$&'*+,;=%", FALSE);

		g_string_append_printf(out, "](%s)", encoded);
	} else {
		g_string_append_printf(out, odd ? "](<%s>)" : "](%s)", url);
	}
}

static bool
has_word(const char *text)
{
	for (; *text != '\0'; text = g_utf8_next_char(text))
		if (is_word_start(text))
			return true;
	return false;
}

/* What CommonMark counts as part of a word when it looks at a mark's neighbours. */
static bool
is_wordy(gunichar c)
{
	return c != 0 && !g_unichar_isspace(c) && !g_unichar_ispunct(c);
}

static gunichar
last_char(const GString *out)
{
	const char *p = g_utf8_find_prev_char(out->str, out->str + out->len);

	return p != NULL ? g_utf8_get_char(p) : 0;
}

/* A closing mark behind punctuation, with a letter behind it, would not close: the punctuation
 * moves out. Returns what moved. */
static char *
peel_end(char *core, gunichar next)
{
	size_t n = strlen(core);

	if (!is_wordy(next))
		return g_strdup("");
	while (n > 0) {
		const char *p = g_utf8_find_prev_char(core, core + n);

		if (p == NULL || is_wordy(g_utf8_get_char(p)))
			break;
		n = (size_t)(p - core);
	}
	return g_strdup(core + n);
}

static size_t
peel_start(const char *core, gunichar before)
{
	const char *p = core;

	if (!is_wordy(before))
		return 0;
	while (*p != '\0' && !is_wordy(g_utf8_get_char(p)))
		p = g_utf8_next_char(p);
	return (size_t)(p - core);
}

static const char *
marks_of(const Run *run)
{
	return run->bold && run->italic ? "***" : run->bold ? "**" : run->italic ? "*" : "";
}

static void
append_marked(GString *out, const Run *run, char *core, const char *mark, gunichar next)
{
	g_autofree char *tail = NULL;
	size_t lead;

	if (run->href != NULL) {
		bool fits = !is_wordy(next) && !is_wordy(last_char(out));

		g_string_append(out, fits ? mark : "");
		append_link(out, run, core);
		g_string_append(out, fits ? mark : "");
		return;
	}
	lead = peel_start(core, last_char(out));
	tail = peel_end(core + lead, next);
	core[strlen(core) - strlen(tail)] = '\0';
	if (lead > 0) {
		g_autofree char *head = g_strndup(core, lead);

		append_escaped(out, head, false, false);
	}
	g_string_append(out, mark);
	append_escaped(out, core + lead, false, false);
	g_string_append(out, mark);
	append_escaped(out, tail, false, false);
}

/* Marks stand at the words, not at the blanks around them. */
static void
append_run(GString *out, const Run *run, const Run *behind)
{
	g_autofree char *core = g_strdup(run->text->str);
	size_t lead = strspn(core, " ");
	const char *mark = marks_of(run);
	bool at_start = out->len == 0;
	bool spaced;
	gunichar next;
	size_t length;

	if (out->len > 0)
		g_string_append_len(out, core, (gssize)lead);
	memmove(core, core + lead, strlen(core + lead) + 1);
	length = strlen(core);
	g_strchomp(core);
	if (*core == '\0')
		return;
	spaced = strlen(core) < length;
	next = spaced || behind == NULL || behind->is_break ? ' '
							    : g_utf8_get_char(behind->text->str);
	/* A mark around punctuation alone would not be read as one, nor one that touches another.
	 */
	if (*mark != '\0' && (!has_word(core) || last_char(out) == '*'))
		mark = "";
	/* "]" that this one would make a link of. */
	if (last_char(out) == ']' && (*core == '(' || *core == ':'))
		g_string_insert_c(out, (gssize)out->len - 1, '\\');
	if (*mark != '\0')
		append_marked(out, run, core, mark, next);
	else if (run->href != NULL)
		append_link(out, run, core);
	else
		append_escaped(out, core, at_start, false);
	if (spaced)
		g_string_append_c(out, ' ');
}

static bool
same_look(const Run *a, const Run *b)
{
	return !a->is_break && !b->is_break && a->bold == b->bold && a->italic == b->italic &&
	       g_strcmp0(a->href, b->href) == 0;
}

/* Bold cut in pieces: a blank between two bold runs is bold too, and blanks have no look of their
 * own. */
static void
heal(Inline *line)
{
	g_autoptr(GPtrArray) healed = g_ptr_array_new();
	guint n = line->runs->len;

	for (guint i = 0; i < n; i++) {
		Run *run = line->runs->pdata[i];
		Run *left = healed->len > 0 ? healed->pdata[healed->len - 1] : NULL;
		Run *right = i + 1 < n ? line->runs->pdata[i + 1] : NULL;
		bool blank = !run->is_break && strspn(run->text->str, " ") == run->text->len;
		bool joins =
			left != NULL && (same_look(left, run) ||
						(blank && right != NULL && same_look(left, right)));

		if (!joins) {
			g_ptr_array_add(healed, run);
			continue;
		}
		g_string_append(left->text, run->text->str);
		run_free(run);
	}
	g_ptr_array_set_free_func(line->runs, NULL);
	g_ptr_array_set_size(line->runs, 0);
	for (guint i = 0; i < healed->len; i++)
		g_ptr_array_add(line->runs, healed->pdata[i]);
	g_ptr_array_set_free_func(line->runs, run_free);
}

typedef struct {
	GString *text, *plain; /* of the block */
	GString *line, *line_plain; /* of the line */
	GArray *looks; /* of the lines that are not empty */
	bool gap;
} Finish;

static void
append_line(GString *out, const char *line)
{
	if (out->len > 0)
		g_string_append_c(out, '\n');
	g_string_append(out, line);
}

static void
finish_line(Finish *finish, const LineLook *look)
{
	LineLook kept = *look;

	g_strchomp(finish->line->str);
	g_strstrip(finish->line_plain->str);
	if (*finish->line->str == '\0') {
		finish->gap |= finish->text->len > 0;
	} else {
		append_line(finish->text, finish->line->str);
		append_line(finish->plain, finish->line_plain->str);
		kept.gap = finish->gap;
		kept.bold &= kept.any;
		kept.italic &= kept.any;
		kept.underline &= kept.any;
		g_array_append_val(finish->looks, kept);
		finish->gap = false;
	}
	g_string_truncate(finish->line, 0);
	g_string_truncate(finish->line_plain, 0);
}

/* The block looks as all of its lines do. */
static void
dress_block(Block *block, GArray *looks)
{
	bool any = false;

	block->bold = block->italic = block->underline = looks->len > 0;
	for (guint i = 0; i < looks->len; i++) {
		const LineLook *look = &g_array_index(looks, LineLook, i);

		block->size = MAX(block->size, look->size);
		if (!look->any)
			continue;
		block->bold &= look->bold;
		block->italic &= look->italic;
		block->underline &= look->underline;
		block->color = !any || block->color == look->color ? look->color : 0;
		any = true;
	}
	block->bold &= any;
	block->italic &= any;
	block->underline &= any;
	if (looks->len > 0)
		block->indent = g_array_index(looks, LineLook, 0).indent;
	if (looks->len > 1)
		block->lines = g_array_ref(looks);
}

void
inline_finish(Inline *line, Block *block)
{
	Finish finish = {.text = g_string_new(NULL),
		.plain = g_string_new(NULL),
		.line = g_string_new(NULL),
		.line_plain = g_string_new(NULL),
		.looks = g_array_new(FALSE, FALSE, sizeof(LineLook))};
	guint number = 0;

	heal(line);
	for (guint i = 0; i < line->runs->len; i++) {
		const Run *run = line->runs->pdata[i];

		if (run->is_break) {
			finish_line(&finish, &g_array_index(line->looks, LineLook, number++));
			block->pre_line |= finish.text->len > 0;
			continue;
		}
		append_run(finish.line, run,
			i + 1 < line->runs->len ? line->runs->pdata[i + 1] : NULL);
		g_string_append(finish.line_plain, run->text->str);
	}
	finish_line(&finish, &line->now);
	dress_block(block, finish.looks);
	g_free(block->text);
	g_free(block->plain);
	block->text = g_string_free(finish.text, FALSE);
	block->plain = g_string_free(finish.plain, FALSE);
	g_string_free(finish.line, TRUE);
	g_string_free(finish.line_plain, TRUE);
	g_array_unref(finish.looks);
	inline_drop(line);
}
