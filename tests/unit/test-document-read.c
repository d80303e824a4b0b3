/* What a PDF looks like to what it says, and what a file really is. The pages are written as
 * pdftohtml writes them. */
#include <glib.h>
#include <string.h>

#include "base.h"
#include "document.h"

static GString *
begin_page(GString *xml, int number)
{
	g_string_append_printf(xml,
		"<page number=\"%d\" position=\"absolute\" top=\"0\" left=\"0\" height=\"1188\" "
		"width=\"918\">\n<fontspec id=\"0\" size=\"17\" family=\"A\" color=\"#000\"/>\n"
		"<fontspec id=\"1\" size=\"27\" family=\"A\" color=\"#000\"/>\n"
		"<fontspec id=\"2\" size=\"20\" family=\"A\" color=\"#000\"/>\n",
		number);
	return xml;
}

/* A text; 7.2 pixels a letter, so that lines are as long as they look. */
static void
put(GString *xml, int top, int left, int font, const char *html)
{
	g_string_append_printf(xml,
		"<text top=\"%d\" left=\"%d\" width=\"%d\" height=\"%d\" font=\"%d\">%s</text>\n",
		top, left, (int)(7.2 * (double)strlen(html)), font == 0 ? 21 : 30, font, html);
}

static char *
read_xml(GString *xml)
{
	bool cut = false;
	char *html = document_pdf_html(xml->str, xml->len, 1 << 20, &cut);

	g_string_free(xml, TRUE);
	g_assert_false(cut);
	return html;
}

static void
assert_order(const char *html, const char *const *wanted)
{
	const char *at = html;

	for (; *wanted != NULL; wanted++) {
		const char *found = strstr(at, *wanted);

		if (found == NULL)
			g_error("not there in this order: %s\nin %s", *wanted, html);
		at = found + strlen(*wanted);
	}
}

static const char *const left_lines[] = {"De fanfare van het dorp bestaat een",
	"eeuw en geeft daarom een concert op", "het plein, met werk dat de leden zelf",
	"hebben uitgekozen. Ook oud-leden spe-", "len mee. Het begint om acht uur en de",
	"toegang is vrij. Wie wil, neemt zelf een", "stoel mee van huis, want op het plein"};
static const char *const right_lines[] = {"staan er maar veertig. Bij regen wijkt",
	"het gezelschap uit naar de kerk, waar", "honderd mensen in kunnen. De dirigent",
	"hoopt op droog weer en op veel publi-", "ek. Het bestuur zoekt nog helpers voor",
	"het opruimen en het wegbrengen van de", "lessenaars. Zij krijgen koffie en koek."};

/* Both columns are drawn line by line: the order of drawing must not matter. */
static void
test_columns(void)
{
	GString *xml = begin_page(g_string_new(NULL), 1);
	g_autofree char *html = NULL;

	put(xml, 100, 107, 1, "Fanfare speelt een eeuw op het plein van het dorp");
	for (size_t i = 0; i < G_N_ELEMENTS(left_lines); i++) {
		put(xml, 200 + 23 * (int)i, 107, 0, left_lines[i]);
		put(xml, 200 + 23 * (int)i, 480, 0, right_lines[i]);
	}
	/* One more broken word: three make it a habit. */
	put(xml, 361, 107, 0, "brengt de harmonie er de laatste stoe-");
	put(xml, 384, 107, 0, "len bij. Het wordt een mooie avond zo.");
	html = read_xml(xml);
	assert_order(
		html, (const char *const[]){"<h1>Fanfare", "De fanfare", "oud-leden spelen mee",
			      "laatste stoelen bij", "staan er maar veertig", "veel publiek",
			      "koffie en koek", NULL});
}

static void
test_furniture(void)
{
	GString *xml = g_string_new(NULL);
	g_autofree char *html = NULL;

	for (int page = 1; page <= 3; page++) {
		g_autofree char *number = g_strdup_printf("pagina %d van 3", page);

		begin_page(xml, page);
		put(xml, 54, 107, 0, "<b>Stichting Dorpshuis</b>");
		put(xml, 300, 107, 0, "Een regel van het bericht die op deze bladzijde staat.");
		put(xml, 1120, 400, 0, number);
		g_string_append(xml, "</page>\n");
	}
	html = read_xml(xml);
	g_assert_null(strstr(html, "<p><b>Stichting"));
	assert_order(
		html, (const char *const[]){"<p>Een regel", "class=\"nieuws-letterhead\">Stichting",
			      "class=\"nieuws-letterhead\">pagina", NULL});
	g_assert_null(strstr(html, "pagina 2"));
}

static void
test_lists_and_tables(void)
{
	GString *xml = begin_page(g_string_new(NULL), 1);
	g_autofree char *html = NULL;

	put(xml, 100, 107, 0,
		"De plannen voor het plein zijn deze, zegt de wethouder, en zij worden snel "
		"gemaakt:");
	put(xml, 140, 134, 0, "1.");
	put(xml, 140, 161, 0, "een nieuwe bank voor de kerk, die na jaren van praten eindelijk is");
	put(xml, 163, 161, 0, "aangekocht;");
	put(xml, 186, 188, 0, "o");
	put(xml, 186, 215, 0, "van eikenhout");
	put(xml, 209, 134, 0, "2.");
	put(xml, 209, 161, 0, "een fontein.");
	put(xml, 260, 342, 0, "<b>2024</b>");
	put(xml, 260, 577, 0, "<b>2025</b>");
	put(xml, 281, 107, 0, "Banken");
	put(xml, 281, 342, 0, "3");
	put(xml, 281, 577, 0, "7");
	put(xml, 302, 107, 0, "Bomen");
	put(xml, 302, 342, 0, "12");
	put(xml, 302, 577, 0, "9");
	html = read_xml(xml);
	assert_order(html, (const char *const[]){"<ol start=\"1\"><li>een nieuwe bank",
				   "eindelijk is aangekocht;<ul><li>van eikenhout</li></ul>",
				   "<li>een fontein.",
				   "<tr><td></td><td><b>2024</b></td><td><b>2025</b></td></tr>",
				   "<tr><td>Banken</td><td>3</td><td>7</td></tr>",
				   "<tr><td>Bomen</td><td>12</td><td>9</td></tr>", NULL});
}

/* Lines far apart are one paragraph where all lines are. */
static void
test_wide_lines(void)
{
	GString *xml = begin_page(g_string_new(NULL), 1);
	g_autofree char *html = NULL;

	put(xml, 100, 107, 0,
		"De gemeente legt in het voorjaar een nieuw fietspad aan langs het kanaal, met");
	put(xml, 138, 107, 0,
		"verlichting die pas aangaat als er iemand langs komt en die dan langzaam weer");
	put(xml, 176, 107, 0,
		"dooft. Dat scheelt stroom en het is beter voor de vleermuizen, zegt men.");
	put(xml, 240, 107, 0, "Het pad is in mei klaar.");
	html = read_xml(xml);
	assert_order(html, (const char *const[]){"kanaal, met verlichting", "langzaam weer dooft.",
				   "</p>\n<p>Het pad", NULL});
}

/* A hyphen that was typed stays one where words are not broken. */
static void
test_typed_hyphen(void)
{
	GString *xml = begin_page(g_string_new(NULL), 1);
	g_autofree char *html = NULL;

	put(xml, 100, 107, 0,
		"De winnaars zijn twaalf leerlingen en een docent van de school, samen met de "
		"mbo-");
	put(xml, 123, 107, 0, "studenten uit Almelo.");
	html = read_xml(xml);
	g_assert_nonnull(strstr(html, "de mbo-studenten uit Almelo."));
}

/* No page may crash or hang what reads it. */
static void
test_nonsense(void)
{
	static const char *const texts[] = {"", "<page", "<page number=\"1\"><text",
		"<text top=\"1\">x</text>",
		"<page height=\"1\"><text top=\"nan\" left=\"inf\" width=\"1e308\" height=\"-5\" "
		"font=\"0\">x</text><text top=\"-1e308\" left=\"0\" width=\"5\" "
		"height=\"5\">&amp</text>",
		"<page><fontspec id=\"0\" size=\"nan\"/><text top=\"nan\">x</text>",
		"<page height=\"9\" width=\"9\"><text width=\"9\" height=\"9\"><b>a<i></text>"};
	GString *many = begin_page(g_string_new(NULL), 1);
	g_autofree char *html = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		bool cut;

		g_free(document_pdf_html(texts[i], strlen(texts[i]), 1 << 20, &cut));
	}
	for (int i = 0; i < 30000; i++)
		put(many, (i * 79) % 1100, (i * 1047) % 900, 0, "ab");
	html = read_xml(many);
	g_assert_nonnull(strstr(html, "ab"));
}

static const char *
kind_of(const void *bytes, size_t length, gint64 unpacked, bool *ret_good)
{
	fs_auto int fd = fs_memfd("test", bytes, length, NULL);
	const char *kind = "";

	*ret_good = document_kind(fd, unpacked, &kind, NULL);
	return kind;
}

/* A zip of one stored file, whose list says so many bytes of it. */
static GByteArray *
make_zip(const char *name, guint32 unpacked)
{
	GByteArray *zip = g_byte_array_new();
	guint8 entry[46] = {'P', 'K', 1, 2}, end[22] = {'P', 'K', 5, 6};

	g_byte_array_append(zip, (const guint8 *)"PK\3\4", 4);
	for (int i = 0; i < 4; i++)
		entry[24 + i] = (guint8)(unpacked >> (8 * i));
	entry[20] = 100;
	entry[28] = (guint8)strlen(name);
	end[10] = 1;
	end[12] = (guint8)(46 + strlen(name));
	end[16] = 4;
	g_byte_array_append(zip, entry, sizeof entry);
	g_byte_array_append(zip, (const guint8 *)name, (guint)strlen(name));
	g_byte_array_append(zip, end, sizeof end);
	return zip;
}

static void
test_kinds(void)
{
	g_autoptr(GByteArray) word = make_zip("word/document.xml", 5000);
	g_autoptr(GByteArray) bomb = make_zip("word/document.xml", 300 << 20);
	bool good;

	g_assert_cmpstr(kind_of(word->data, word->len, 256 << 20, &good), ==, "docx");
	g_assert_true(good);
	kind_of(bomb->data, bomb->len, 256 << 20, &good);
	g_assert_false(good);
	/* A zip without its list. */
	kind_of(word->data, word->len - 10, 256 << 20, &good);
	g_assert_false(good);
	g_assert_cmpstr(kind_of("%PDF-1.4\n", 9, 1 << 20, &good), ==, "pdf");
	g_assert_cmpstr(kind_of("{\\rtf1 x}", 9, 1 << 20, &good), ==, "rtf");
	g_assert_cmpstr(kind_of("just a text", 11, 1 << 20, &good), ==, "");
	g_assert_true(good);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/document/columns", test_columns);
	g_test_add_func("/document/furniture", test_furniture);
	g_test_add_func("/document/lists-and-tables", test_lists_and_tables);
	g_test_add_func("/document/wide-lines", test_wide_lines);
	g_test_add_func("/document/typed-hyphen", test_typed_hyphen);
	g_test_add_func("/document/nonsense", test_nonsense);
	g_test_add_func("/document/kinds", test_kinds);
	return g_test_run();
}
