/* Bytes in any charset, rightly or wrongly declared, to UTF-8. */
#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "mime-private.h"

/* iconv loads modules from files: all that we may ever need are opened before the process is
 * sealed, and stay open. */
static GHashTable *converters;

static const char *const wanted[] = {"WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253",
	"WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258",
	"WINDOWS-874", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-5", "ISO-8859-6",
	"ISO-8859-7", "ISO-8859-8", "ISO-8859-9", "ISO-8859-10", "ISO-8859-13", "ISO-8859-14",
	"ISO-8859-15", "ISO-8859-16", "KOI8-R", "KOI8-U", "MACINTOSH", "IBM437", "IBM850", "IBM852",
	"IBM866", "SHIFT_JIS", "EUC-JP", "ISO-2022-JP", "ISO-2022-KR", "ISO-2022-CN", "EUC-KR",
	"CP949", "CP932", "BIG5", "BIG5-HKSCS", "GB18030", "GBK", "TIS-620", "UTF-7", "UTF-16",
	"UTF-16LE", "UTF-16BE", "UTF-32", "UTF-8", "US-ASCII",
	"ISO-8859-1" /* GMime asks for these by name */, NULL};

/* Labels that mean another charset in practice (WHATWG Encoding, 4.2). */
static const char *const aliases[][2] = {{"ISO-8859-1", "WINDOWS-1252"},
	{"ISO8859-1", "WINDOWS-1252"}, {"LATIN1", "WINDOWS-1252"},
	{"ISO-8859-1-WINDOWS-3.1-LATIN-1", "WINDOWS-1252"}, {"L1", "WINDOWS-1252"},
	{"ISO_8859-1", "WINDOWS-1252"}, {"CP1252", "WINDOWS-1252"}, {"X-CP1252", "WINDOWS-1252"},
	{"ANSI", "WINDOWS-1252"}, {"WIN-1252", "WINDOWS-1252"}, {"X-ANSI", "WINDOWS-1252"},
	{"CP-850", "IBM850"}, {"CP850", "IBM850"}, {"ISO-8859-8-I", "ISO-8859-8"},
	{"ISO-8859-9", "WINDOWS-1254"}, {"ISO-8859-11", "WINDOWS-874"}, {"GB2312", "GB18030"},
	{"GB_2312-80", "GB18030"}, {"GBK", "GB18030"}, {"X-GBK", "GB18030"},
	{"KS_C_5601-1987", "CP949"}, {"KS_C_5601", "CP949"}, {"KSC5601", "CP949"},
	{"EUC-KR", "CP949"}, {"X-SJIS", "CP932"}, {"SJIS", "CP932"}, {"SHIFT_JIS", "CP932"},
	{"MS_KANJI", "CP932"}, {"WINDOWS-31J", "CP932"}, {"MS932", "CP932"}, {"SHIFT-JIS", "CP932"},
	{"X-EUC-JP", "EUC-JP"}, {"UNICODE-1-1-UTF-7", "UTF-7"}, {"UTF8", "UTF-8"},
	{"X-UTF-8", "UTF-8"}, {"UNICODE-1-1-UTF-8", "UTF-8"}, {"UNICODE", "UTF-16"},
	{"MAC", "MACINTOSH"}, {"X-MAC-ROMAN", "MACINTOSH"}, {"MACROMAN", "MACINTOSH"},
	{"MAC-ROMAN", "MACINTOSH"}, {"MAC_ROMAN", "MACINTOSH"}, {"CP1250", "WINDOWS-1250"},
	{"CP1251", "WINDOWS-1251"}, {"CP1253", "WINDOWS-1253"}, {"CP1254", "WINDOWS-1254"},
	{"CP1255", "WINDOWS-1255"}, {"CP1256", "WINDOWS-1256"}, {"CP1257", "WINDOWS-1257"},
	{"LATIN-9", "ISO-8859-15"}, {"LATIN9", "ISO-8859-15"}, {"ISO8859-15", "ISO-8859-15"},
	{"ISO8859-2", "ISO-8859-2"}, {"LATIN2", "ISO-8859-2"}, {"KOI8R", "KOI8-R"},
	{"X-BIG5", "BIG5"}, {"CSISO2022JP", "ISO-2022-JP"}, {"ISO-2022-JP-1", "ISO-2022-JP"},
	{NULL, NULL}};

bool
mime_charset_start(void)
{
	if (converters != NULL)
		return true;
	converters = g_hash_table_new(g_str_hash, g_str_equal);
	for (const char *const *name = wanted; *name != NULL; name++) {
		iconv_t converter = iconv_open("UTF-8", *name);

		if (converter != (iconv_t)-1)
			g_hash_table_insert(converters, (gpointer)(guintptr)*name, converter);
	}
	return g_hash_table_contains(converters, "WINDOWS-1252");
}

/* "cp-1252", "win1252", "x-windows-1252", "iso8859_15": one name, written in many ways. Result to
 * g_free, NULL when it is none of these. */
static char *
family_name(const char *upper)
{
	static const struct {
		const char *prefix, *real;
	} families[] = {{"XWINDOWS", "WINDOWS-"}, {"WINDOWS", "WINDOWS-"}, {"XCP", "WINDOWS-"},
		{"WIN", "WINDOWS-"}, {"CP", "WINDOWS-"}, {"XISO8859", "ISO-8859-"},
		{"ISO8859", "ISO-8859-"}, {"8859", "ISO-8859-"}, {"IBM", "IBM"}};
	g_autoptr(GString) squeezed = g_string_new(NULL);

	for (const char *p = upper; *p != '\0' && squeezed->len < 40; p++)
		if (g_ascii_isalnum(*p))
			g_string_append_c(squeezed, *p);
	for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
		size_t n = strlen(families[i].prefix);
		const char *digits = squeezed->str + n;

		if (strncmp(squeezed->str, families[i].prefix, n) == 0 && *digits != '\0' &&
			strspn(digits, "0123456789") == strlen(digits))
			return g_strconcat(families[i].real, digits, NULL);
	}
	return NULL;
}

static iconv_t
find_converter(const char *label)
{
	g_autofree char *name = g_ascii_strup(label, -1);
	g_autofree char *family = NULL;
	const char *real;
	gpointer found;

	g_strstrip(name);
	family = family_name(name);
	real = family != NULL && g_hash_table_contains(converters, family) ? family : name;
	for (size_t i = 0; aliases[i][0] != NULL; i++)
		if (strcmp(real, aliases[i][0]) == 0) {
			real = aliases[i][1];
			break;
		}
	found = g_hash_table_lookup(converters, real);
	return found != NULL ? found : (iconv_t)-1;
}

/* Some converters hold the last character back: an accent may follow (windows-1255, -1258). */
static void
convert_rest(iconv_t converter, GString *out)
{
	char buffer[64];
	char *to = buffer;
	size_t left = sizeof buffer;

	if (iconv(converter, NULL, NULL, &to, &left) != (size_t)-1)
		g_string_append_len(out, buffer, to - buffer);
}

/* NULL when a byte does not fit, unless lossy: then U+FFFD for unit bytes. */
static char *
convert(iconv_t converter, const char *bytes, size_t length, size_t unit, bool lossy)
{
	GString *out = g_string_sized_new(length + length / 8 + 64);
	char *in = (char *)(guintptr)bytes;

	iconv(converter, NULL, NULL, NULL, NULL);
	while (length > 0) {
		char buffer[4096];
		char *to = buffer;
		size_t left = sizeof buffer;
		size_t done = iconv(converter, &in, &length, &to, &left);

		g_string_append_len(out, buffer, to - buffer);
		if (done != (size_t)-1 || errno == E2BIG)
			continue;
		if (!lossy) {
			g_string_free(out, TRUE);
			return NULL;
		}
		g_string_append(out, "\xef\xbf\xbd");
		in += MIN(unit, length);
		length -= MIN(unit, length);
	}
	convert_rest(converter, out);
	return g_string_free(out, FALSE);
}

static char *
without_nul(const char *bytes, size_t *length)
{
	char *copy = g_malloc(*length + 1);
	size_t n = 0;

	for (size_t i = 0; i < *length; i++)
		if (bytes[i] != '\0')
			copy[n++] = bytes[i];
	copy[n] = '\0';
	*length = n;
	return copy;
}

static bool
is_wide(const char *charset)
{
	return g_ascii_strncasecmp(charset, "utf-16", 6) == 0 ||
	       g_ascii_strncasecmp(charset, "utf-32", 6) == 0 ||
	       g_ascii_strncasecmp(charset, "unicode", 7) == 0 ||
	       g_ascii_strncasecmp(charset, "ucs", 3) == 0;
}

/* ASCII in escapes: what looks like UTF-8 is only the carrier. */
static bool
is_escaped(const char *charset)
{
	return g_ascii_strncasecmp(charset, "iso-2022", 8) == 0 ||
	       g_ascii_strncasecmp(charset, "utf-7", 5) == 0 ||
	       g_ascii_strncasecmp(charset, "hz", 2) == 0 || strstr(charset, "utf-7") != NULL;
}

/* Bytes that are no UTF-8 as windows-1252, the rest as it is. */
static char *
mend_utf8(const char *bytes, size_t length)
{
	GString *out = g_string_sized_new(length + 64);
	const char *end = bytes + length;

	while (bytes < end) {
		g_autofree char *one = NULL;
		const char *bad;

		if (g_utf8_validate(bytes, end - bytes, &bad)) {
			g_string_append_len(out, bytes, end - bytes);
			break;
		}
		g_string_append_len(out, bytes, bad - bytes);
		one = convert(find_converter("WINDOWS-1252"), bad, 1, 1, true);
		g_string_append(out, one);
		bytes = bad + 1;
	}
	return g_string_free(out, FALSE);
}

/* Mostly UTF-8: characters of more bytes are there, and bad bytes are rare beside them. In any
 * other charset well-formed ones hardly come by chance. */
static bool
is_mostly_utf8(const char *bytes, size_t length)
{
	const char *end = bytes + length;
	size_t good = 0, bad = 0;

	while (bytes < end) {
		gunichar c =
			(*bytes & 0x80) == 0 ? 'a' : g_utf8_get_char_validated(bytes, end - bytes);
		bool wrong = c == (gunichar)-1 || c == (gunichar)-2;

		good += !wrong && c >= 0x80;
		bad += wrong;
		bytes += wrong ? 1 : g_utf8_skip[*(const guchar *)bytes];
	}
	return bad <= good / 4;
}

static char *
repair(const char *bytes, size_t length)
{
	if (g_utf8_validate(bytes, (gssize)length, NULL))
		return g_strndup(bytes, length);
	if (is_mostly_utf8(bytes, length))
		return mend_utf8(bytes, length);
	return convert(find_converter("WINDOWS-1252"), bytes, length, 1, true);
}

/* Declared Latin-1 or nothing, but good UTF-8: that does not happen by chance. */
static bool
is_weak_claim(const char *charset)
{
	return *charset == '\0' || g_ascii_strcasecmp(charset, "us-ascii") == 0 ||
	       g_ascii_strcasecmp(charset, "ascii") == 0 ||
	       g_ascii_strcasecmp(charset, "iso-8859-1") == 0 ||
	       g_ascii_strncasecmp(charset, "unknown", 7) == 0 ||
	       g_ascii_strncasecmp(charset, "x-unknown", 9) == 0 ||
	       g_ascii_strcasecmp(charset, "default") == 0;
}

static bool
is_ascii(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((bytes[i] & 0x80) != 0)
			return false;
	return true;
}

/* HZ (RFC 1843): pairs of ASCII between "~{" and "~}" are GB 2312. iconv does not know it. */
static char *
convert_hz(const char *bytes, size_t length)
{
	g_autoptr(GString) wide = g_string_sized_new(length);
	const char *end = bytes + length;
	bool inside = false;

	for (; bytes < end; bytes++) {
		if (*bytes == '~' && end - bytes > 1 && strchr("{}~\n", bytes[1]) != NULL) {
			bytes++;
			if (*bytes == '~')
				g_string_append_c(wide, '~');
			else if (*bytes != '\n')
				inside = *bytes == '{';
			continue;
		}
		/* It ends with the line at the latest. */
		inside = inside && *bytes != '\n';
		g_string_append_c(wide, (char)(inside && *bytes > ' ' ? *bytes | 0x80 : *bytes));
	}
	return convert(find_converter("GB18030"), wide->str, wide->len, 1, true);
}

static char *
convert_narrow(const char *bytes, size_t length, const char *charset, bool *ret_repaired)
{
	iconv_t converter;
	char *text = NULL;
	bool utf8 = g_ascii_strcasecmp(charset, "utf-8") == 0 ||
		    g_ascii_strcasecmp(charset, "utf8") == 0;

	if (!is_escaped(charset) && is_ascii(bytes, length))
		return g_strndup(bytes, length);
	if (g_ascii_strcasecmp(charset, "hz") == 0 ||
		g_ascii_strcasecmp(charset, "hz-gb-2312") == 0)
		return convert_hz(bytes, length);
	if ((utf8 || is_weak_claim(charset)) && g_utf8_validate(bytes, (gssize)length, NULL)) {
		*ret_repaired = !utf8;
		return g_strndup(bytes, length);
	}
	converter = utf8 || is_weak_claim(charset) ? (iconv_t)-1 : find_converter(charset);
	if (converter != (iconv_t)-1) {
		text = convert(converter, bytes, length, 1, false);
		if (text == NULL) {
			*ret_repaired = true;
			text = g_utf8_validate(bytes, (gssize)length, NULL)
				       ? g_strndup(bytes, length)
				       : convert(converter, bytes, length, 1, true);
		}
		return text;
	}
	*ret_repaired = g_ascii_strcasecmp(charset, "iso-8859-1") != 0;
	return repair(bytes, length);
}

char *
mime_to_utf8(const char *bytes, size_t length, const char *charset, bool *ret_repaired)
{
	g_autofree char *clean = NULL;
	bool repaired = false;
	char *text;

	if (length == 0)
		return g_strdup("");
	if (is_wide(charset) && find_converter(charset) != (iconv_t)-1) {
		size_t unit = strstr(charset, "32") != NULL ? 4 : 2;
		g_autofree char *wide = convert(find_converter(charset), bytes, length, unit, true);

		text = text_valid(wide, -1);
	} else {
		if (memchr(bytes, '\0', length) != NULL) {
			clean = without_nul(bytes, &length);
			bytes = clean;
		}
		text = convert_narrow(bytes, length, charset, &repaired);
	}
	if (ret_repaired != NULL && repaired)
		*ret_repaired = true;
	return text;
}
