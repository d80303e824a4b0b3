#include "looks.h"

#include <string.h>

#include "text.h"

enum {
	MOST = 200, /* characters */
	NAME_LEAST = 6, /* shorter names are one letter from too many others */
};

typedef struct {
	gunichar c;
	char latin;
} Alike;

/* In order of code points. */
static const Alike alike[] = {{'0', 'o'}, {'1', 'l'}, {'i', 'l'}, {'|', 'l'}, {0xf8, 'o'},
	{0x111, 'd'}, {0x131, 'l'}, {0x142, 'l'}, {0x251, 'a'}, {0x261, 'g'}, {0x26a, 'l'},
	{0x3b1, 'a'}, {0x3b5, 'e'}, {0x3b7, 'n'}, {0x3b9, 'l'}, {0x3ba, 'k'}, {0x3bd, 'v'},
	{0x3bf, 'o'}, {0x3c1, 'p'}, {0x3c4, 't'}, {0x3c5, 'u'}, {0x3c7, 'x'}, {0x3c9, 'w'},
	{0x3f2, 'c'}, {0x430, 'a'}, {0x432, 'b'}, {0x433, 'r'}, {0x435, 'e'}, {0x43a, 'k'},
	{0x43c, 'm'}, {0x43d, 'h'}, {0x43e, 'o'}, {0x440, 'p'}, {0x441, 'c'}, {0x442, 't'},
	{0x443, 'y'}, {0x445, 'x'}, {0x44a, 'b'}, {0x44c, 'b'}, {0x455, 's'}, {0x456, 'l'},
	{0x458, 'j'}, {0x491, 'r'}, {0x4af, 'y'}, {0x4bb, 'h'}, {0x4cf, 'l'}, {0x501, 'd'},
	{0x51b, 'q'}, {0x51d, 'w'}, {0x561, 'w'}, {0x570, 'h'}, {0x578, 'n'}, {0x57d, 'u'},
	{0x585, 'o'}, {0x2113, 'l'}};

static gunichar
latin_of(gunichar c)
{
	for (size_t i = 0; i < G_N_ELEMENTS(alike); i++)
		if (alike[i].c == c)
			return (gunichar)alike[i].latin;
	return c;
}

static void
append_look(GString *out, gunichar c, const char *keep)
{
	gunichar latin = latin_of(c);
	char last = out->len > 0 ? out->str[out->len - 1] : ' ';

	if (latin == 'n' && last == 'r')
		out->str[out->len - 1] = 'm';
	else if (latin == 'v' && last == 'v')
		out->str[out->len - 1] = 'w';
	else if (g_unichar_isalnum(latin) || (latin < 128 && strchr(keep, (int)latin) != NULL))
		g_string_append_unichar(out, latin);
}

char *
looks_skeleton(const char *text, const char *keep)
{
	g_autofree char *cut = g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), MOST));
	g_autofree char *folded = text_fold(cut);
	GString *out = g_string_new(NULL);

	for (const char *p = folded; *p != '\0'; p = g_utf8_next_char(p))
		append_look(out, g_utf8_get_char(p), keep);
	return g_string_free(out, FALSE);
}

bool
looks_near(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), head = 0, tail = 0, shorter = MIN(la, lb);

	if (strcmp(a, b) == 0 || MAX(la, lb) - shorter > 1)
		return false;
	while (head < shorter && a[head] == b[head])
		head++;
	while (tail < shorter - head && a[la - 1 - tail] == b[lb - 1 - tail])
		tail++;
	/* What is left between equal ends. */
	la -= head + tail;
	lb -= head + tail;
	return (la <= 1 && lb <= 1) ||
	       (la == 2 && lb == 2 && a[head] == b[head + 1] && a[head + 1] == b[head]);
}

static GUnicodeScript
script_of(gunichar c)
{
	GUnicodeScript script =
		g_unichar_isalpha(c) ? g_unichar_get_script(c) : G_UNICODE_SCRIPT_COMMON;

	if (script == G_UNICODE_SCRIPT_HIRAGANA || script == G_UNICODE_SCRIPT_KATAKANA)
		return G_UNICODE_SCRIPT_HAN;
	return script == G_UNICODE_SCRIPT_INHERITED ? G_UNICODE_SCRIPT_COMMON : script;
}

bool
looks_mixed(const char *text)
{
	GUnicodeScript first = G_UNICODE_SCRIPT_COMMON;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		GUnicodeScript script = script_of(g_utf8_get_char(p));

		if (script == G_UNICODE_SCRIPT_COMMON)
			continue;
		if (first != G_UNICODE_SCRIPT_COMMON && script != first)
			return true;
		first = script;
	}
	return false;
}

bool
looks_foreign(const char *text)
{
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		GUnicodeScript script = script_of(g_utf8_get_char(p));

		if (script != G_UNICODE_SCRIPT_COMMON && script != G_UNICODE_SCRIPT_LATIN)
			return true;
	}
	return false;
}

/* "xn--..." as people see it. */
static char *
shown_domain(const char *domain)
{
	char *shown = strlen(domain) < 256 ? g_hostname_to_unicode(domain) : NULL;

	return shown != NULL ? shown : g_strdup(domain);
}

static bool
is_below(const char *domain, const char *other)
{
	size_t length = strlen(domain), n = strlen(other);

	return length > n && domain[length - n - 1] == '.' &&
	       strcmp(domain + length - n, other) == 0;
}

bool
looks_like_domain(const char *domain, const char *other)
{
	const char *end = strrchr(domain, '.'), *other_end = strrchr(other, '.');
	g_autofree char *shown = NULL, *other_shown = NULL;
	g_autofree char *a = NULL, *b = NULL;

	if (strcmp(domain, other) == 0 || end == NULL || other_end == NULL ||
		is_below(domain, other) || is_below(other, domain))
		return false;
	shown = shown_domain(domain);
	other_shown = shown_domain(other);
	a = looks_skeleton(shown, ".");
	b = looks_skeleton(other_shown, ".");
	if (strcmp(a, b) == 0)
		return true;
	return strcmp(end, other_end) == 0 && end - domain >= NAME_LEAST &&
	       other_end - other >= NAME_LEAST && looks_near(domain, other);
}
