/* What people type above the text is nearly YAML: here it becomes YAML, line by line. */
#include <string.h>

#include "base.h"
#include "sheet.h"

typedef struct {
	const char *line;
	int indent; /* of the key */
	bool dash;
	char *key; /* as typed; NULL: no field begins here */
	const char *value;
} Line;

static Line
look(const char *text)
{
	Line line = {.line = text};
	const char *at = text + strspn(text, " \t");
	const char *end;

	if (at[0] == '-' && (at[1] == ' ' || at[1] == '\t')) {
		line.dash = true;
		at += 1 + strspn(at + 1, " \t");
	}
	line.indent = (int)(at - text);
	end = at;
	while (g_ascii_isalpha(*end) || *end == '_')
		end++;
	if (end == at || end - at > 24 || *end != ':' ||
		(end[1] != ' ' && end[1] != '\t' && end[1] != '\0'))
		return line;
	line.key = g_strndup(at, (gsize)(end - at));
	line.value = end + 1 + strspn(end + 1, " \t");
	return line;
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r")] == '\0';
}

static int
indent_of(const char *text)
{
	return (int)strspn(text, " \t");
}

/* "|", ">-", "|2": what follows is taken as it stands. */
static bool
is_block(const char *value)
{
	return (*value == '|' || *value == '>') &&
	       value[1 + strspn(value + 1, "+-0123456789 \t\r")] == '\0';
}

/* From the opening quote to a closing one at the very end, and none between. */
static bool
is_quoted(const char *value)
{
	char quote = *value;
	const char *at = value + 1;

	if (quote != '"' && quote != '\'')
		return false;
	for (; *at != '\0'; at++) {
		if (quote == '"' && *at == '\\' && at[1] != '\0')
			at++;
		else if (*at == quote && quote == '\'' && at[1] == quote)
			at++;
		else if (*at == quote)
			break;
	}
	return *at == quote && is_blank(at + 1);
}

/* A line that goes on with the value of key. */
static bool
goes_on(const Line *key, const char *text)
{
	Line next = look(text);
	bool photo = next.indent > 0;
	bool known = next.key != NULL &&
		     (next.indent <= key->indent || sheet_key(next.key, photo) != NULL);

	g_free(next.key);
	return !known && !next.dash && !is_blank(text) && text[strspn(text, " \t")] != '#' &&
	       !(*key->value == '\0' && indent_of(text) <= key->indent);
}

static void
put_key(GString *out, const Line *line, const char *value)
{
	/* Tabs are spaces here. */
	for (const char *at = line->line; at < line->line + line->indent; at++)
		g_string_append_c(out, *at == '\t' ? ' ' : *at);
	g_string_append_printf(out, "%s: %s\n", line->key, value);
}

static char *
quoted(const char *value)
{
	g_auto(GStrv) parts = g_strsplit(value, "'", -1);
	g_autofree char *doubled = g_strjoinv("''", parts);

	return g_strconcat("'", doubled, "'", NULL);
}

/* yes, no and moments may have a remark behind them; texts may have a # in them. */
static void
cut_remark(const Line *line, char *value)
{
	const char *key = sheet_key(line->key, line->indent > 0);
	char *remark = strstr(value, " #");
	bool text = key == NULL || (strcmp(key, "embargo") != 0 && strcmp(key, "dropped") != 0 &&
					   !(strcmp(key, "lead") == 0 && line->indent > 0));

	if (!text && remark != NULL)
		*remark = '\0';
	g_strchomp(value);
}

static bool
is_list(const Line *line, const char *value)
{
	const char *key = sheet_key(line->key, line->indent > 0);

	return *value == '[' && key != NULL &&
	       (strcmp(key, "tags") == 0 || strcmp(key, "pictures") == 0);
}

/* The field at i with all its lines; how many they are. */
static guint
put_field(GString *out, char **lines, guint i, const Line *line)
{
	g_autoptr(GString) value = g_string_new(line->value);
	g_autofree char *text = NULL;
	guint next = i + 1;

	g_strchomp(value->str);
	value->len = strlen(value->str);
	for (; lines[next] != NULL && goes_on(line, lines[next]); next++) {
		g_autofree char *more = g_strstrip(g_strdup(lines[next]));

		g_string_append_printf(value, "%s%s", value->len > 0 ? " " : "", more);
	}
	cut_remark(line, value->str);
	if (*value->str == '\0' || is_quoted(value->str) || is_list(line, value->str))
		text = g_strdup(value->str);
	else
		text = quoted(value->str);
	put_key(out, line, text);
	for (guint n = i + 1; n < next; n++)
		g_string_append_c(out, '\n');
	return next - i;
}

static guint
put_block(GString *out, char **lines, guint i, const Line *line)
{
	guint next = i + 1;

	put_key(out, line, line->value);
	for (; lines[next] != NULL &&
		(is_blank(lines[next]) || indent_of(lines[next]) > line->indent);
		next++)
		g_string_append_printf(out, "%s\n", lines[next]);
	return next - i;
}

char *
sheet_forgive(const char *front)
{
	g_auto(GStrv) lines = g_strsplit(front, "\n", -1);
	GString *out = g_string_new(NULL);

	for (guint i = 0; lines[i] != NULL;) {
		Line line = look(lines[i]);

		if (line.key == NULL) {
			g_string_append_printf(out, "%s\n", lines[i]);
			i++;
		} else if (is_block(line.value)) {
			i += put_block(out, lines, i, &line);
		} else {
			i += put_field(out, lines, i, &line);
		}
		g_free(line.key);
	}
	return g_string_free(out, FALSE);
}
