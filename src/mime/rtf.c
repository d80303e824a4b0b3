/* Outlook's rich text. Compressed RTF as MS-OXRTFCP says, HTML that hides in RTF as MS-OXRTFEX
 * says, and what is left, real RTF, to simple HTML: paragraphs, bold and italic, sizes, lists,
 * links, table rows. One pass, a bounded stack, no recursion. */
#include <stdlib.h>
#include <string.h>

#include "mime-private.h"

enum {
	WINDOW = 4096,
	GROUPS_DEEP = 200, /* groups inside groups; what is deeper is read as if it stood there */
	LISTS_DEEP = 8,
	SYMBOL = -2, /* a codepage: the font draws signs */
	HTML_PER_BYTE = 12, /* the output is never larger than this times the input */
	INDENT_QUOTE = 300, /* twips */
};

/* --- compressed
 * -----------------------------------------------------------------------------------------------
 */

static const char dictionary[] =
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
	"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
	"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

static guint32
little32(const guint8 *p)
{
	return (guint32)p[0] | (guint32)p[1] << 8 | (guint32)p[2] << 16 | (guint32)p[3] << 24;
}

typedef struct {
	guint8 window[WINDOW];
	guint at;
	GByteArray *out;
} Unpacker;

static void
unpack_byte(Unpacker *unpacker, guint8 byte)
{
	unpacker->window[unpacker->at] = byte;
	unpacker->at = (unpacker->at + 1) % WINDOW;
	g_byte_array_append(unpacker->out, &byte, 1);
}

/* Copies an earlier piece; false at the mark of the end. */
static bool
unpack_piece(Unpacker *unpacker, const guint8 *p)
{
	guint from = (guint)p[0] << 4 | p[1] >> 4;
	guint length = (p[1] & 15U) + 2;

	if (from == unpacker->at)
		return false;
	for (guint i = 0; i < length; i++)
		unpack_byte(unpacker, unpacker->window[(from + i) % WINDOW]);
	return true;
}

static void
unpack_all(Unpacker *unpacker, const guint8 *p, const guint8 *end, size_t most)
{
	while (p < end && unpacker->out->len < most) {
		guint flags = *p++;

		for (int bit = 0; bit < 8 && p < end; bit++, flags >>= 1) {
			if ((flags & 1) == 0) {
				unpack_byte(unpacker, *p++);
				continue;
			}
			if (end - p < 2 || !unpack_piece(unpacker, p))
				return;
			p += 2;
		}
	}
}

GByteArray *
mime_rtf_unpack(const guint8 *bytes, size_t length, size_t most)
{
	Unpacker *unpacker;
	GByteArray *out;
	guint32 kind;

	if (length < 16)
		return NULL;
	kind = little32(bytes + 8);
	if (kind != 0x75465a4c && kind != 0x414c454d) /* "LZFu", "MELA": not compressed */
		return NULL;
	out = g_byte_array_new();
	if (kind == 0x414c454d) {
		g_byte_array_append(
			out, bytes + 16, (guint)MIN(MIN(length - 16, little32(bytes + 4)), most));
		return out;
	}
	unpacker = g_new0(Unpacker, 1);
	unpacker->out = out;
	memcpy(unpacker->window, dictionary, sizeof dictionary - 1);
	unpacker->at = sizeof dictionary - 1;
	unpack_all(unpacker, bytes + 16, bytes + length, MIN(most, (size_t)little32(bytes + 4)));
	g_free(unpacker);
	return out;
}

/* --- the state of reading
 * -------------------------------------------------------------------------------------
 */

typedef enum {
	IN_TEXT,
	IN_NOTHING, /* fonts of a style sheet, pictures, what we do not know */
	IN_FONTS,
	IN_TAG, /* HTML as it stood */
	IN_FIELD, /* what a field does */
	IN_BULLET, /* what stands before the item of a list */
} Where;

typedef struct {
	Where where;
	bool unwanted; /* between \htmlrtf and \htmlrtf0, hidden, or deleted */
	bool bold, italic;
	bool link; /* this group opened it */
	int size; /* half points */
	int unicode_skip;
	int codepage;
} Group;

typedef struct {
	char kind; /* 'u', 'o' */
	int indent;
} List;

typedef struct {
	const char *next, *end;
	size_t most;
	GArray *groups; /* Group */
	guint too_deep; /* groups that are open beyond the last one */
	Group now;
	bool star; /* "\*" has just been read */
	bool html, plain; /* \fromhtml1, \fromtext */
	int codepage, font;
	GHashTable *fonts; /* number to codepage */
	int skip; /* characters that stand for one that was given as Unicode */
	gunichar high; /* first half of a pair */
	GString *bytes; /* of bytes_codepage, not yet decoded */
	int bytes_codepage;
	GString *out;
	/* of rich text */
	GString *line, *bullet, *field, *row;
	bool bold, italic, linked; /* what is open in line */
	int size;
	bool in_table, table_open;
	int indent, level, outline;
	List lists[LISTS_DEEP];
	int n_lists;
	int pictures;
} Rtf;

static bool
is_shown(const Rtf *rtf)
{
	return !rtf->now.unwanted && rtf->now.where != IN_NOTHING && rtf->now.where != IN_FONTS;
}

/* --- text on its way out
 * --------------------------------------------------------------------------------------
 */

static const char *
codepage_name(int codepage)
{
	static const struct {
		int number;
		const char *name;
	} known[] = {{65001, "utf-8"}, {932, "cp932"}, {936, "gb18030"}, {949, "cp949"},
		{950, "big5"}, {10000, "macintosh"}, {20127, "us-ascii"}, {20866, "koi8-r"},
		{21866, "koi8-u"}, {28591, "windows-1252"}, {28592, "iso-8859-2"},
		{28595, "iso-8859-5"}, {28605, "iso-8859-15"}, {50220, "iso-2022-jp"},
		{50221, "iso-2022-jp"}, {50222, "iso-2022-jp"}, {51932, "euc-jp"}, {51949, "cp949"},
		{54936, "gb18030"}, {437, "ibm437"}, {850, "ibm850"}, {852, "ibm852"},
		{866, "ibm866"}, {874, "windows-874"}, {1250, "windows-1250"},
		{1251, "windows-1251"}, {1253, "windows-1253"}, {1254, "windows-1254"},
		{1255, "windows-1255"}, {1256, "windows-1256"}, {1257, "windows-1257"},
		{1258, "windows-1258"}};

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (known[i].number == codepage)
			return known[i].name;
	return "windows-1252";
}

const char *
mime_codepage(gint64 number)
{
	return number > 0 && number < 70000 ? codepage_name((int)number) : "";
}

static void
append_escaped(GString *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '<')
			g_string_append(out, "&lt;");
		else if (*p == '>')
			g_string_append(out, "&gt;");
		else if (*p == '&')
			g_string_append(out, "&amp;");
		else if (*p == '"')
			g_string_append(out, "&quot;");
		else
			g_string_append_c(out, *p);
	}
}

static void
close_runs(Rtf *rtf)
{
	if (rtf->italic)
		g_string_append(rtf->line, "</i>");
	if (rtf->bold)
		g_string_append(rtf->line, "</b>");
	if (rtf->size != 0)
		g_string_append(rtf->line, "</span>");
	rtf->italic = rtf->bold = false;
	rtf->size = 0;
}

/* Opens what the text to come looks like. */
static void
open_runs(Rtf *rtf)
{
	const Group *now = &rtf->now;

	if (rtf->bold == now->bold && rtf->italic == now->italic && rtf->size == now->size)
		return;
	close_runs(rtf);
	rtf->bold = now->bold;
	rtf->italic = now->italic;
	rtf->size = now->size;
	if (rtf->size != 0)
		g_string_append_printf(rtf->line, "<span style=\"font-size:%d.%dpt\">",
			rtf->size / 2, rtf->size % 2 * 5);
	if (rtf->bold)
		g_string_append(rtf->line, "<b>");
	if (rtf->italic)
		g_string_append(rtf->line, "<i>");
}

static void
put(Rtf *rtf, const char *text)
{
	if (!is_shown(rtf) || rtf->out->len + rtf->line->len + rtf->row->len > rtf->most)
		return;
	if (rtf->now.where == IN_BULLET)
		g_string_append(rtf->bullet, text);
	else if (rtf->now.where == IN_FIELD)
		g_string_append(rtf->field, text);
	else if (rtf->now.where == IN_TAG || rtf->plain)
		g_string_append(rtf->out, text);
	else if (rtf->html)
		append_escaped(rtf->out, text);
	else {
		open_runs(rtf);
		append_escaped(rtf->line, text);
	}
}

static void
put_symbols(Rtf *rtf)
{
	for (gsize i = 0; i < rtf->bytes->len; i++) {
		guchar c = (guchar)rtf->bytes->str[i];
		const char one[2] = {(char)c, '\0'};

		put(rtf, c < 0x80 ? one : "•");
	}
}

/* Decodes the bytes that have come so far. Before whatever changes how text looks or where it
 * goes. */
static void
flush(Rtf *rtf)
{
	g_autofree char *text = NULL;

	if (rtf->bytes->len == 0)
		return;
	if (rtf->bytes_codepage == SYMBOL) {
		put_symbols(rtf);
	} else {
		text = mime_to_utf8(
			rtf->bytes->str, rtf->bytes->len, codepage_name(rtf->bytes_codepage), NULL);
		put(rtf, text);
	}
	g_string_truncate(rtf->bytes, 0);
}

static void
add_byte(Rtf *rtf, char byte)
{
	if (rtf->skip > 0) {
		rtf->skip--;
		return;
	}
	rtf->high = 0;
	if (!is_shown(rtf))
		return;
	if (rtf->bytes->len > 0 && rtf->bytes_codepage != rtf->now.codepage)
		flush(rtf);
	rtf->bytes_codepage = rtf->now.codepage;
	g_string_append_c(rtf->bytes, byte);
}

static void
add_unicode(Rtf *rtf, int value)
{
	gunichar c = (gunichar)(value < 0 ? value + 65536 : value);
	char text[8] = "";

	flush(rtf);
	rtf->skip = rtf->now.unicode_skip;
	if (c >= 0xd800 && c < 0xdc00) {
		rtf->high = c;
		return;
	}
	if (c >= 0xdc00 && c < 0xe000 && rtf->high != 0)
		c = 0x10000 + ((rtf->high - 0xd800) << 10) + (c - 0xdc00);
	rtf->high = 0;
	if (rtf->now.codepage == SYMBOL && c >= 0xf000 && c <= 0xf0ff)
		c = c < 0xf080 ? c - 0xf000 : 0x2022;
	if (c == 0 || !g_unichar_validate(c))
		return;
	text[g_unichar_to_utf8(c, text)] = '\0';
	put(rtf, text);
}

/* --- paragraphs, lists, rows
 * ----------------------------------------------------------------------------------
 */

static void
close_link(Rtf *rtf)
{
	if (!rtf->linked)
		return;
	close_runs(rtf);
	g_string_append(rtf->line, "</a>");
	rtf->linked = false;
}

static void
close_list(Rtf *rtf)
{
	g_string_append_printf(rtf->out, "</li></%cl>\n", rtf->lists[--rtf->n_lists].kind);
}

static void
close_lists(Rtf *rtf)
{
	while (rtf->n_lists > 0)
		close_list(rtf);
}

static void
close_table(Rtf *rtf)
{
	if (rtf->table_open)
		g_string_append(rtf->out, "</table>\n");
	rtf->table_open = false;
}

/* "3." or "b)": numbered. What else stands before an item is a sign. */
static bool
is_number(const char *bullet, int *ret_number)
{
	size_t n = strspn(bullet, "0123456789");

	*ret_number = n > 0 && n < 6 ? (int)strtol(bullet, NULL, 10) : 1;
	if (n == 0 && g_ascii_isalpha(*bullet))
		n = 1;
	return n > 0 && (bullet[n] == '.' || bullet[n] == ')');
}

static void
open_list(Rtf *rtf, char kind, int number)
{
	rtf->lists[rtf->n_lists++] = (List){kind, rtf->indent};
	if (kind == 'o' && number > 1)
		g_string_append_printf(rtf->out, "<ol start=\"%d\">", number);
	else
		g_string_append_printf(rtf->out, "<%cl>", kind);
}

static void
end_item(Rtf *rtf)
{
	int number;
	char kind = is_number(g_strstrip(rtf->bullet->str), &number) ? 'o' : 'u';

	while (rtf->n_lists > 0 && rtf->lists[rtf->n_lists - 1].indent > rtf->indent)
		close_list(rtf);
	if (rtf->n_lists > 0 && rtf->lists[rtf->n_lists - 1].indent == rtf->indent) {
		if (rtf->lists[rtf->n_lists - 1].kind != kind)
			close_list(rtf);
		else
			g_string_append(rtf->out, "</li>");
	}
	if (rtf->n_lists == 0 ||
		(rtf->lists[rtf->n_lists - 1].indent < rtf->indent && rtf->n_lists < LISTS_DEEP))
		open_list(rtf, kind, number);
	g_string_append_printf(rtf->out, "<li>%s", rtf->line->str);
}

static void
end_plain_paragraph(Rtf *rtf)
{
	bool empty = rtf->line->len == 0;
	const char *text = empty ? "&nbsp;" : rtf->line->str;

	close_lists(rtf);
	if (rtf->outline >= 0 && rtf->outline < 6 && !empty)
		g_string_append_printf(
			rtf->out, "<h%d>%s</h%d>\n", rtf->outline + 1, text, rtf->outline + 1);
	else if (rtf->indent >= INDENT_QUOTE && !empty)
		g_string_append_printf(rtf->out, "<blockquote><p>%s</p></blockquote>\n", text);
	else
		g_string_append_printf(rtf->out, "<p>%s</p>\n", text);
}

static void
end_paragraph(Rtf *rtf)
{
	close_link(rtf);
	close_runs(rtf);
	if (rtf->in_table) {
		g_string_append(rtf->line, "<br>");
		return;
	}
	close_table(rtf);
	if (rtf->bullet->len > 0 && rtf->line->len > 0)
		end_item(rtf);
	else
		end_plain_paragraph(rtf);
	g_string_truncate(rtf->line, 0);
	g_string_truncate(rtf->bullet, 0);
}

static void
end_cell(Rtf *rtf)
{
	close_link(rtf);
	close_runs(rtf);
	g_string_append_printf(
		rtf->row, "<td>%s %s</td>", g_strstrip(rtf->bullet->str), rtf->line->str);
	g_string_truncate(rtf->line, 0);
	g_string_truncate(rtf->bullet, 0);
}

static void
end_row(Rtf *rtf)
{
	if (rtf->line->len > 0)
		end_cell(rtf);
	close_lists(rtf);
	if (rtf->row->len > 0) {
		g_string_append(rtf->out, rtf->table_open ? "" : "<table>\n");
		rtf->table_open = true;
		g_string_append_printf(rtf->out, "<tr>%s</tr>\n", rtf->row->str);
	}
	g_string_truncate(rtf->row, 0);
}

/* --- control words
 * --------------------------------------------------------------------------------------------
 */

typedef enum {
	DO_BIN,
	DO_BOLD,
	DO_CELL,
	DO_CODEPAGE,
	DO_FIELD,
	DO_FONT,
	DO_FONT_CHARSET,
	DO_FONTS,
	DO_FROM_HTML,
	DO_FROM_TEXT,
	DO_HIDE,
	DO_INDENT,
	DO_IN_TABLE,
	DO_ITALIC,
	DO_LINE,
	DO_NOT_RTF,
	DO_NOTHING,
	DO_OUTLINE,
	DO_PAR,
	DO_PARD,
	DO_PICTURE,
	DO_PLAIN,
	DO_RESULT,
	DO_BULLET,
	DO_ROW,
	DO_SIZE,
	DO_TAG,
	DO_TEXT,
	DO_UNICODE,
	DO_UNICODE_SKIP,
} Action;

typedef struct {
	const char *word;
	Action action;
	const char *text;
} Control;

/* In the order of strcmp. */
static const Control controls[] = {
	{"ansicpg", DO_CODEPAGE, NULL},
	{"b", DO_BOLD, NULL},
	{"bin", DO_BIN, NULL},
	{"bullet", DO_TEXT, "•"},
	{"cell", DO_CELL, NULL},
	{"colortbl", DO_NOTHING, NULL},
	{"deleted", DO_HIDE, NULL},
	{"emdash", DO_TEXT, "—"},
	{"emspace", DO_TEXT, " "},
	{"endash", DO_TEXT, "–"},
	{"enspace", DO_TEXT, " "},
	{"f", DO_FONT, NULL},
	{"fcharset", DO_FONT_CHARSET, NULL},
	{"fldinst", DO_FIELD, NULL},
	{"fldrslt", DO_RESULT, NULL},
	{"fonttbl", DO_FONTS, NULL},
	{"footer", DO_NOTHING, NULL},
	{"footerf", DO_NOTHING, NULL},
	{"footerl", DO_NOTHING, NULL},
	{"footerr", DO_NOTHING, NULL},
	{"fromhtml", DO_FROM_HTML, NULL},
	{"fromtext", DO_FROM_TEXT, NULL},
	{"fs", DO_SIZE, NULL},
	{"header", DO_NOTHING, NULL},
	{"headerf", DO_NOTHING, NULL},
	{"headerl", DO_NOTHING, NULL},
	{"headerr", DO_NOTHING, NULL},
	{"htmlrtf", DO_NOT_RTF, NULL},
	{"htmltag", DO_TAG, NULL},
	{"i", DO_ITALIC, NULL},
	{"info", DO_NOTHING, NULL},
	{"intbl", DO_IN_TABLE, NULL},
	{"ldblquote", DO_TEXT, "“"},
	{"li", DO_INDENT, NULL},
	{"line", DO_LINE, NULL},
	{"listtext", DO_BULLET, NULL},
	{"lquote", DO_TEXT, "‘"},
	{"mhtmltag", DO_NOTHING, NULL},
	{"nestcell", DO_CELL, NULL},
	{"nestrow", DO_ROW, NULL},
	{"nonshppict", DO_NOTHING, NULL},
	{"objattph", DO_PICTURE, NULL},
	{"objdata", DO_NOTHING, NULL},
	{"outlinelevel", DO_OUTLINE, NULL},
	{"page", DO_PAR, NULL},
	{"par", DO_PAR, NULL},
	{"pard", DO_PARD, NULL},
	{"pict", DO_NOTHING, NULL},
	{"plain", DO_PLAIN, NULL},
	{"pntext", DO_BULLET, NULL},
	{"rdblquote", DO_TEXT, "”"},
	{"row", DO_ROW, NULL},
	{"rquote", DO_TEXT, "’"},
	{"sect", DO_PAR, NULL},
	{"stylesheet", DO_NOTHING, NULL},
	{"tab", DO_TEXT, "\t"},
	{"trowd", DO_IN_TABLE, NULL},
	{"u", DO_UNICODE, NULL},
	{"uc", DO_UNICODE_SKIP, NULL},
	{"v", DO_HIDE, NULL},
	{"zwj", DO_TEXT, "\342\200\215"},
	{"zwnj", DO_TEXT, "\342\200\214"},
};

static int
compare_control(const void *word, const void *control)
{
	return strcmp(word, ((const Control *)control)->word);
}

static int
codepage_of_charset(int charset, int otherwise)
{
	static const int known[][2] = {{2, SYMBOL}, {77, 10000}, {128, 932}, {129, 949}, {134, 936},
		{136, 950}, {161, 1253}, {162, 1254}, {163, 1258}, {177, 1255}, {178, 1256},
		{186, 1257}, {204, 1251}, {222, 874}, {238, 1250}, {255, 850}};

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (known[i][0] == charset)
			return known[i][1];
	return otherwise;
}

static void
choose_font(Rtf *rtf, int font)
{
	gpointer found;

	if (rtf->now.where == IN_FONTS) {
		rtf->font = font;
		return;
	}
	found = g_hash_table_lookup(rtf->fonts, GINT_TO_POINTER(font));
	rtf->now.codepage = found != NULL ? GPOINTER_TO_INT(found) : rtf->codepage;
}

static void
reset_look(Rtf *rtf)
{
	Group *now = &rtf->now;

	now->bold = now->italic = false;
	now->size = 0;
	now->codepage = rtf->codepage;
}

static void
reset_paragraph(Rtf *rtf)
{
	rtf->in_table = false;
	rtf->indent = 0;
	rtf->outline = -1;
}

static void
break_line(Rtf *rtf, bool paragraph)
{
	if (!is_shown(rtf) || rtf->now.where == IN_FIELD || rtf->now.where == IN_BULLET)
		return;
	if (rtf->html || rtf->plain)
		g_string_append_c(rtf->out, '\n');
	else if (paragraph)
		end_paragraph(rtf);
	else
		g_string_append(rtf->line, "<br>");
}

/* What follows HYPERLINK, in quotes or not. Result to g_free. */
static char *
link_of(const char *field)
{
	const char *p = strstr(field, "HYPERLINK");

	if (p == NULL)
		return NULL;
	p += strlen("HYPERLINK");
	p += strspn(p, " \t");
	if (*p == '"')
		return g_strndup(p + 1, strcspn(p + 1, "\""));
	return *p != '\\' && *p != '\0' ? g_strndup(p, strcspn(p, " \t")) : NULL;
}

static void
begin_result(Rtf *rtf)
{
	g_autofree char *url = link_of(rtf->field->str);

	rtf->now.where = IN_TEXT;
	g_string_truncate(rtf->field, 0);
	if (url == NULL || rtf->html || rtf->plain || rtf->linked || !is_shown(rtf))
		return;
	close_runs(rtf);
	g_string_append(rtf->line, "<a href=\"");
	append_escaped(rtf->line, url);
	g_string_append(rtf->line, "\">");
	rtf->linked = rtf->now.link = true;
}

/* Where a file stands in the text: which one is known only to the mail around it. */
static void
put_picture(Rtf *rtf)
{
	if (rtf->html || rtf->plain || !is_shown(rtf))
		return;
	g_string_append_printf(rtf->line, "<img src=\"" RTF_PICTURE "%d\">", rtf->pictures++);
}

static void
go_to(Rtf *rtf, Where where)
{
	if (rtf->now.where != IN_NOTHING)
		rtf->now.where = where;
}

/* What only rich text has. */
static void
do_layout(Rtf *rtf, Action action, int value)
{
	bool rich = !rtf->html && !rtf->plain && is_shown(rtf);

	if (action == DO_PARD)
		reset_paragraph(rtf);
	else if (action == DO_INDENT)
		rtf->indent = CLAMP(value, 0, 30000);
	else if (action == DO_OUTLINE)
		rtf->outline = value;
	else if (action == DO_IN_TABLE)
		rtf->in_table = true;
	else if (action == DO_CELL && rich)
		end_cell(rtf);
	else if (action == DO_ROW && rich)
		end_row(rtf);
	else if (action == DO_PICTURE)
		put_picture(rtf);
}

static void
do_look(Rtf *rtf, Action action, int value)
{
	if (action == DO_BOLD)
		rtf->now.bold = value != 0;
	else if (action == DO_ITALIC)
		rtf->now.italic = value != 0;
	else if (action == DO_SIZE)
		rtf->now.size = CLAMP(value, 0, 400);
	else if (action == DO_HIDE || action == DO_NOT_RTF)
		rtf->now.unwanted = value != 0;
	else if (action == DO_PLAIN)
		reset_look(rtf);
	else if (action == DO_FONT)
		choose_font(rtf, value);
	else
		do_layout(rtf, action, value);
}

static void
set_codepage(Rtf *rtf, int value)
{
	rtf->codepage = rtf->now.codepage = value;
}

static void
skip_bytes(Rtf *rtf, int value)
{
	rtf->next += MIN((ptrdiff_t)MAX(value, 0), rtf->end - rtf->next);
}

static void
act(Rtf *rtf, const Control *control, int value)
{
	switch (control->action) {
	case DO_TEXT:
		put(rtf, control->text);
		break;
	case DO_PAR:
	case DO_LINE:
		break_line(rtf, control->action == DO_PAR);
		break;
	case DO_UNICODE:
		add_unicode(rtf, value);
		break;
	case DO_UNICODE_SKIP:
		rtf->now.unicode_skip = CLAMP(value, 0, 8);
		break;
	case DO_BIN:
		skip_bytes(rtf, value);
		break;
	case DO_CODEPAGE:
		set_codepage(rtf, value);
		break;
	case DO_FONT_CHARSET:
		g_hash_table_insert(rtf->fonts, GINT_TO_POINTER(rtf->font),
			GINT_TO_POINTER(codepage_of_charset(value, rtf->codepage)));
		break;
	case DO_FROM_HTML:
		rtf->html = true;
		break;
	case DO_FROM_TEXT:
		rtf->plain = true;
		break;
	case DO_TAG:
		go_to(rtf, rtf->html ? IN_TAG : IN_NOTHING);
		break;
	case DO_NOTHING:
		go_to(rtf, IN_NOTHING);
		break;
	case DO_FONTS:
		go_to(rtf, IN_FONTS);
		break;
	case DO_FIELD:
		go_to(rtf, IN_FIELD);
		break;
	case DO_BULLET:
		go_to(rtf, rtf->html || rtf->plain ? IN_NOTHING : IN_BULLET);
		break;
	case DO_RESULT:
		begin_result(rtf);
		break;
	default:
		do_look(rtf, control->action, value);
	}
}

static void
read_word(Rtf *rtf)
{
	char word[32];
	size_t n = 0;
	int sign = 1, value = 0;
	bool has_value = false;
	const Control *control;

	while (rtf->next < rtf->end && g_ascii_isalpha(*rtf->next)) {
		if (n < sizeof word - 1)
			word[n++] = *rtf->next;
		rtf->next++;
	}
	word[n] = '\0';
	if (rtf->end - rtf->next > 1 && *rtf->next == '-' && g_ascii_isdigit(rtf->next[1])) {
		sign = -1;
		rtf->next++;
	}
	for (; rtf->next < rtf->end && g_ascii_isdigit(*rtf->next); rtf->next++, has_value = true)
		value = MIN(value, 100000000) * 10 + (*rtf->next - '0');
	if (rtf->next < rtf->end && *rtf->next == ' ')
		rtf->next++;
	control = bsearch(word, controls, G_N_ELEMENTS(controls), sizeof(Control), compare_control);
	flush(rtf);
	if (control == NULL || control->action != DO_UNICODE)
		rtf->skip = 0;
	if (control != NULL)
		act(rtf, control, has_value ? sign * value : 1);
	else if (rtf->star)
		go_to(rtf, IN_NOTHING);
	rtf->star = false;
}

static void
read_hex(Rtf *rtf)
{
	if (rtf->end - rtf->next >= 2 && g_ascii_isxdigit(rtf->next[0]) &&
		g_ascii_isxdigit(rtf->next[1])) {
		add_byte(rtf, (char)(g_ascii_xdigit_value(rtf->next[0]) << 4 |
				      g_ascii_xdigit_value(rtf->next[1])));
		rtf->next += 2;
	}
}

/* Behind a backslash. */
static void
read_control(Rtf *rtf)
{
	char c;

	if (rtf->next >= rtf->end)
		return;
	if (g_ascii_isalpha(*rtf->next)) {
		read_word(rtf);
		return;
	}
	c = *rtf->next++;
	if (c == '\'') {
		read_hex(rtf);
	} else if (c == '*') {
		rtf->star = true;
	} else if (c == '{' || c == '}' || c == '\\') {
		add_byte(rtf, c);
	} else if (c == '\n' || c == '\r') {
		flush(rtf);
		break_line(rtf, true);
	} else if (c == '~' || c == '_') {
		flush(rtf);
		put(rtf, c == '~' ? (rtf->html ? "&nbsp;" : "\302\240") : "-");
	}
}

/* --- groups
 * ---------------------------------------------------------------------------------------------------
 */

static void
open_group(Rtf *rtf)
{
	flush(rtf);
	rtf->skip = 0;
	rtf->star = false;
	if (rtf->groups->len >= GROUPS_DEEP) {
		rtf->too_deep++;
		return;
	}
	g_array_append_val(rtf->groups, rtf->now);
	rtf->now.link = false;
}

static void
close_group(Rtf *rtf)
{
	flush(rtf);
	rtf->skip = 0;
	rtf->star = false;
	if (rtf->too_deep > 0) {
		rtf->too_deep--;
		return;
	}
	if (rtf->now.link)
		close_link(rtf);
	if (rtf->groups->len == 0)
		return;
	rtf->now = g_array_index(rtf->groups, Group, rtf->groups->len - 1);
	g_array_set_size(rtf->groups, rtf->groups->len - 1);
}

static void
read_all(Rtf *rtf)
{
	while (rtf->next < rtf->end) {
		char c = *rtf->next++;

		if (c == '{')
			open_group(rtf);
		else if (c == '}')
			close_group(rtf);
		else if (c == '\\')
			read_control(rtf);
		else if (c != '\r' && c != '\n' && c != '\0')
			add_byte(rtf, c);
	}
	flush(rtf);
}

static void
rtf_init(Rtf *rtf, const char *bytes, size_t length)
{
	rtf->next = bytes;
	rtf->end = bytes + length;
	rtf->most = length * HTML_PER_BYTE;
	rtf->groups = g_array_new(FALSE, FALSE, sizeof(Group));
	rtf->fonts = g_hash_table_new(NULL, NULL);
	rtf->codepage = 1252;
	rtf->now = (Group){.unicode_skip = 1, .codepage = 1252};
	rtf->outline = -1;
	rtf->bytes = g_string_new(NULL);
	rtf->out = g_string_new(NULL);
	rtf->line = g_string_new(NULL);
	rtf->bullet = g_string_new(NULL);
	rtf->field = g_string_new(NULL);
	rtf->row = g_string_new(NULL);
}

static void
rtf_clear(Rtf *rtf)
{
	g_array_unref(rtf->groups);
	g_hash_table_unref(rtf->fonts);
	g_string_free(rtf->bytes, TRUE);
	g_string_free(rtf->line, TRUE);
	g_string_free(rtf->bullet, TRUE);
	g_string_free(rtf->field, TRUE);
	g_string_free(rtf->row, TRUE);
}

static void
finish(Rtf *rtf)
{
	rtf->in_table = false;
	if (rtf->row->len > 0)
		end_row(rtf);
	if (rtf->line->len > 0)
		end_paragraph(rtf);
	close_lists(rtf);
	close_table(rtf);
}

char *
mime_rtf_to_html(const char *bytes, size_t length, bool *ret_plain)
{
	Rtf rtf = {0};
	char *text;

	if (length < 5 || strncmp(bytes, "{\\rtf", 5) != 0)
		return NULL;
	rtf_init(&rtf, bytes, length);
	read_all(&rtf);
	if (!rtf.html && !rtf.plain)
		finish(&rtf);
	*ret_plain = rtf.plain;
	rtf_clear(&rtf);
	text = g_string_free(rtf.out, FALSE);
	return text;
}
