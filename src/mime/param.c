/* Parameters of Content-Type and Content-Disposition, as they are written in practice: without a
 * semicolon, without the closing quote, in pieces that stand in any order (RFC 2045, 2231). */
#include <stdlib.h>
#include <string.h>

#include "mime-private.h"

enum {
	VALUE_MOST = 64 * 1024,
	PARAMETERS_MOST = 100,
	PIECES_MOST = 100, /* of one parameter */
};

typedef struct {
	char *name; /* lower case, without what stands behind "*" */
	int piece; /* -1: whole */
	bool encoded; /* %XX, and a charset in the first piece */
	char *value;
} Parameter;

struct MimeParameters {
	GArray *all; /* Parameter */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Blanks and comments. */
static const char *
skip_blanks(const char *p)
{
	int depth = 0;

	for (; *p != '\0'; p++) {
		if (depth > 0 && *p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '(')
			depth++;
		else if (depth > 0)
			depth -= *p == ')';
		else if (!is_blank(*p))
			break;
	}
	return p;
}

/* "..." with its backslashes undone, where they stand before a quote or another backslash: a path
 * of Windows keeps them. Line ends are folding. Without a closing quote up to the next semicolon.
 */
static const char *
read_quoted(const char *p, GString *out)
{
	const char *start = p;

	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		if (*p != '\r' && *p != '\n')
			g_string_append_c(out, *p);
	}
	if (*p == '"')
		return p + 1;
	g_string_truncate(out, 0);
	for (p = start + 1; *p != '\0' && *p != ';' && *p != '\r' && *p != '\n'; p++)
		g_string_append_c(out, *p);
	return p;
}

/* Up to the semicolon: blanks belong to it, if what follows them is not another parameter. */
static const char *
read_bare(const char *p, GString *out)
{
	const char *end = p;

	while (*end != '\0' && *end != ';') {
		const char *blank = end;

		while (is_blank(*blank))
			blank++;
		if (blank > end && (*blank == '(' || *blank == ';' || *blank == '\0'))
			break;
		if (blank > end && blank[strcspn(blank, " \t\r\n;\"=")] == '=' &&
			strncmp(blank, "=?", 2) != 0)
			break;
		end = blank > end ? blank : end + 1;
	}
	for (; p < end; p++)
		if (*p != '\r' && *p != '\n')
			g_string_append_c(out, *p);
	return end;
}

static void
add_parameter(MimeParameters *parameters, const char *name, size_t n, char *value)
{
	Parameter parameter = {.piece = -1, .value = value};
	char *star;

	parameter.name = g_ascii_strdown(name, (gssize)n);
	star = strchr(parameter.name, '*');
	if (star != NULL) {
		*star++ = '\0';
		if (g_ascii_isdigit(*star)) {
			long piece = strtol(star, &star, 10);

			parameter.piece = (int)CLAMP(piece, 0, PIECES_MOST);
		}
		star += *star == '*';
		parameter.encoded = star[-1] == '*' || (parameter.piece < 0);
	}
	g_array_append_val(parameters->all, parameter);
}

/* Returns behind it; NULL at the end. */
static const char *
read_parameter(MimeParameters *parameters, const char *p)
{
	g_autoptr(GString) value = g_string_new(NULL);
	const char *name, *end;

	while (*p == ';' || *p == ',' || is_blank(*p) || *p == '(') {
		const char *next = *p == ';' || *p == ',' ? p + 1 : skip_blanks(p);

		p = next > p ? next : p + 1;
	}
	if (*p == '\0')
		return NULL;
	name = p;
	p += strcspn(p, "=; \t\r\n");
	end = p;
	p = skip_blanks(p);
	if (*p != '=')
		/* a word without a value */
		return p > name ? p : p + 1;
	p = skip_blanks(p + 1);
	p = *p == '"' ? read_quoted(p, value) : read_bare(p, value);
	add_parameter(parameters, name, (size_t)(end - name), g_strdup(g_strstrip(value->str)));
	return p;
}

static void
clear_parameter(gpointer data)
{
	Parameter *parameter = data;

	g_free(parameter->name);
	g_free(parameter->value);
}

MimeParameters *
mime_parameters_read(const char *raw)
{
	MimeParameters *parameters = g_new0(MimeParameters, 1);
	g_autofree char *clipped = raw != NULL ? g_strndup(raw, VALUE_MOST) : g_strdup("");
	const char *p = skip_blanks(clipped);
	const char *word = p + strcspn(p, "; \t\r\n=");

	parameters->all = g_array_new(FALSE, FALSE, sizeof(Parameter));
	g_array_set_clear_func(parameters->all, clear_parameter);
	/* "filename=x" where "attachment" should stand is a parameter. */
	if (*word != '=')
		p = word;
	for (int i = 0; p != NULL && i < PARAMETERS_MOST; i++)
		p = read_parameter(parameters, p);
	return parameters;
}

void
mime_parameters_free(MimeParameters *parameters)
{
	if (parameters == NULL)
		return;
	g_array_unref(parameters->all);
	g_free(parameters);
}

static void
append_percent(GString *out, const char *p)
{
	for (; *p != '\0'; p++) {
		if (*p == '%' && g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2])) {
			g_string_append_c(out, (char)(g_ascii_xdigit_value(p[1]) << 4 |
						       g_ascii_xdigit_value(p[2])));
			p += 2;
		} else {
			g_string_append_c(out, *p);
		}
	}
}

/* "utf-8'nl'caf%C3%A9": the charset, and where the text begins. */
static const char *
split_charset(const char *value, char **ret_charset)
{
	const char *one = strchr(value, '\'');
	const char *two = one != NULL ? strchr(one + 1, '\'') : NULL;

	if (two == NULL || two - value > 80)
		return value;
	*ret_charset = g_strndup(value, (gsize)(one - value));
	return two + 1;
}

static const Parameter *
find_piece(const MimeParameters *parameters, const char *name, int piece)
{
	for (guint i = 0; i < parameters->all->len; i++) {
		const Parameter *one = &g_array_index(parameters->all, Parameter, i);

		if (one->piece == piece && strcmp(one->name, name) == 0)
			return one;
	}
	return NULL;
}

/* The one with a charset says more than the one for old programs beside it. */
static const Parameter *
find_whole(const MimeParameters *parameters, const char *name)
{
	const Parameter *found = NULL;

	for (guint i = 0; i < parameters->all->len; i++) {
		const Parameter *one = &g_array_index(parameters->all, Parameter, i);

		if (one->piece < 0 && strcmp(one->name, name) == 0 &&
			(found == NULL || (one->encoded && !found->encoded)))
			found = one;
	}
	return found;
}

static char *
decode_pieces(const MimeParameters *parameters, const char *name, const Parameter *first)
{
	g_autoptr(GString) bytes = g_string_new(NULL);
	g_autofree char *charset = NULL;
	bool encoded = first->encoded;

	for (int i = MAX(first->piece, 0); first != NULL; first = find_piece(parameters, name, i)) {
		const char *value = first->value;

		if (first->encoded && charset == NULL && bytes->len == 0)
			value = split_charset(value, &charset);
		encoded |= first->encoded;
		if (first->encoded)
			append_percent(bytes, value);
		else
			g_string_append(bytes, value);
		if (first->piece < 0)
			break;
		i++;
	}
	/* Without a charset it may be what RFC 2047 says, and should not be here. */
	if (!encoded || charset == NULL)
		return mime_decode_header(bytes->str);
	return mime_to_utf8(bytes->str, bytes->len, charset, NULL);
}

char *
mime_parameter(const MimeParameters *parameters, const char *name)
{
	const Parameter *whole = find_whole(parameters, name);
	const Parameter *first = find_piece(parameters, name, 0);

	if (first == NULL)
		first = find_piece(parameters, name, 1);
	if (whole != NULL && (whole->encoded || first == NULL))
		first = whole;
	if (first == NULL)
		return NULL;
	if (first->encoded || first->piece >= 0)
		return decode_pieces(parameters, name, first);
	return mime_decode_header(first->value);
}
