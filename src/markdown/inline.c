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

void
inline_init(Inline *line)
{
	line->runs = g_ptr_array_new_with_free_func(run_free);
	line->size = 0;
}

void
inline_clear(Inline *line)
{
	g_clear_pointer(&line->runs, g_ptr_array_unref);
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
	       c == 0x34f || c == 0x200e || c == 0x200f;
}

void
inline_add(Inline *line, const char *text, size_t length, const Look *look, bool preserve)
{
	const char *end = text + length;
	Run *run = NULL;

	for (const char *p = text; p < end; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (preserve && c == '\n') {
			inline_break(line);
			run = NULL;
			continue;
		}
		if (c >= 0x80 && is_invisible(c))
			continue;
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0xa0 ||
			c == 0x202f || c == 0x3000 || (c >= 0x2000 && c <= 0x200a)) {
			if (ends_in_space(line))
				continue;
			c = ' ';
		} else if (look->size > line->size) {
			line->size = look->size;
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
}

/* --- to CommonMark
 * -------------------------------------------------------------------------------------------- */

static bool
is_url_text(const char *text)
{
	return g_str_has_prefix(text, "http://") || g_str_has_prefix(text, "https://") ||
	       g_str_has_prefix(text, "www.");
}

static void
append_escaped(GString *out, const char *text, bool at_start)
{
	for (const char *p = text; *p != '\0'; p++) {
		bool special = strchr("\\`*[]<", *p) != NULL;

		/* _ within a word is harmless. */
		if (*p == '_' && !(p > text && g_ascii_isalnum(p[-1]) && g_ascii_isalnum(p[1])))
			special = true;
		if (*p == '&' && (p[1] == '#' || g_ascii_isalpha(p[1])) && strchr(p, ';') != NULL)
			special = true;
		if (at_start && p == text && strchr("#+->=~|", *p) != NULL)
			special = true;
		if (special)
			g_string_append_c(out, '\\');
		g_string_append_c(out, *p);
		/* "12." at the start would be a list. */
		if (at_start && g_ascii_isdigit(*p) &&
			strspn(text, "0123456789") == (size_t)(p - text + 1) && p - text < 9 &&
			(p[1] == '.' || p[1] == ')') && (p[2] == ' ' || p[2] == '\0')) {
			g_string_append_c(out, '\\');
		}
	}
}

char *
markdown_escape(const char *plain)
{
	GString *out = g_string_new(NULL);

	append_escaped(out, plain, true);
	return g_string_free(out, FALSE);
}

static void
append_link(GString *out, const Run *run, const char *text)
{
	g_autofree char *url = markdown_unwrap_link(run->href);
	bool odd = strpbrk(url, " ()<>") != NULL;

	if (is_url_text(text) && strcmp(text, url) == 0 && !odd) {
		g_string_append_printf(out, "<%s>", url);
		return;
	}
	g_string_append_c(out, '[');
	append_escaped(out, text, false);
	if (strpbrk(url, " <>\n") != NULL) {
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
		if ((*text & 0x80) == 0 ? g_ascii_isalnum(*text)
					: g_unichar_isalnum(g_utf8_get_char(text)))
			return true;
	return false;
}

/* Marks stand at the words, not at the blanks around them. */
static void
append_run(GString *out, const Run *run, bool at_start)
{
	g_autofree char *core = g_strdup(run->text->str);
	size_t lead = strspn(core, " ");
	const char *mark = run->bold && run->italic ? "***"
			   : run->bold              ? "**"
			   : run->italic            ? "*"
						    : "";
	size_t length;

	g_string_append_len(out, core, (gssize)lead);
	memmove(core, core + lead, strlen(core + lead) + 1);
	length = strlen(core);
	g_strchomp(core);
	if (*core == '\0')
		return;
	/* A mark around punctuation alone would not be read as one. */
	if (*mark != '\0' && !has_word(core))
		mark = "";
	g_string_append(out, mark);
	if (run->href != NULL)
		append_link(out, run, core);
	else
		append_escaped(out, core, at_start && *mark == '\0');
	g_string_append(out, mark);
	if (strlen(core) < length)
		g_string_append_c(out, ' ');
}

/* Trailing blanks of lines and empty lines at both ends go. */
static char *
tidy(GString *text)
{
	g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
	GString *out = g_string_new(NULL);

	for (char **line = lines; *line != NULL; line++) {
		g_strstrip(*line);
		if (**line == '\0')
			continue;
		if (out->len > 0)
			g_string_append_c(out, '\n');
		g_string_append(out, *line);
	}
	g_string_free(text, TRUE);
	return g_string_free(out, FALSE);
}

static bool
all_have(const Inline *line, bool bold)
{
	bool any = false;

	for (guint i = 0; i < line->runs->len; i++) {
		const Run *run = line->runs->pdata[i];

		if (run->is_break || !has_word(run->text->str))
			continue;
		if (bold ? !run->bold : !run->italic)
			return false;
		any = true;
	}
	return any;
}

/* Bold cut in pieces: a blank between two bold runs is bold too. */
static void
heal(Inline *line)
{
	for (guint i = 1; i + 1 < line->runs->len; i++) {
		Run *left = line->runs->pdata[i - 1], *run = line->runs->pdata[i],
		    *right = line->runs->pdata[i + 1];
		bool blank = !run->is_break && strspn(run->text->str, " ") == run->text->len;

		if (!blank || left->is_break || right->is_break || left->bold != right->bold ||
			left->italic != right->italic || g_strcmp0(left->href, right->href) != 0)
			continue;
		g_string_append(left->text, run->text->str);
		g_string_append(left->text, right->text->str);
		g_ptr_array_remove_range(line->runs, i, 2);
		i--;
	}
}

void
inline_finish(Inline *line, Block *block)
{
	GString *text = g_string_new(NULL);
	GString *plain = g_string_new(NULL);

	heal(line);
	for (guint i = 0; i < line->runs->len; i++) {
		const Run *run = line->runs->pdata[i];

		if (run->is_break) {
			g_string_append_c(text, '\n');
			g_string_append_c(plain, '\n');
			block->pre_line = true;
			continue;
		}
		append_run(text, run, text->len == 0 || text->str[text->len - 1] == '\n');
		g_string_append(plain, run->text->str);
	}
	block->bold = all_have(line, true);
	block->italic = all_have(line, false);
	block->size = line->size;
	g_free(block->text);
	g_free(block->plain);
	block->text = tidy(text);
	block->plain = tidy(plain);
	g_ptr_array_set_size(line->runs, 0);
	line->size = 0;
}
