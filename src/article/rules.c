#include "rules.h"

#include <string.h>

#include "base.h"

enum { LOOK_AT = 300 };

struct ArticleRules {
	GRegex *regexes[RULE_KINDS];
	GTimeZone *zone;
};

static const char *const names[RULE_KINDS] = {"salutation", "closing", "cover", "label", "embargo",
	"note", "contact", "footer", "banner", "disclaimer", "device", "forward", "wrote", "from",
	"date", "to", "subject", "prefix", "credit", "caption"};

static int
kind_of(const char *name, size_t length)
{
	for (int i = 0; i < RULE_KINDS; i++)
		if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
			return i;
	return -1;
}

static bool
read_line(GString *patterns[], const char *path, int number, char *line, GError **error)
{
	char *colon = strchr(line, ':');
	int kind = colon != NULL ? kind_of(line, (size_t)(colon - line)) : -1;
	const char *pattern = colon != NULL ? colon + 1 + strspn(colon + 1, " \t") : NULL;
	g_autoptr(GRegex) regex = NULL;
	g_autoptr(GError) problem = NULL;

	if (*line == '\0' || *line == '#')
		return true;
	if (kind < 0)
		return nieuws_fail(error, NIEUWS_CONFIG,
			"%s:%d: a line is \"kind: expression\", and the kinds stand in README.md",
			path, number);
	regex = g_regex_new(pattern, G_REGEX_CASELESS, 0, &problem);
	if (regex == NULL)
		return nieuws_fail(
			error, NIEUWS_CONFIG, "%s:%d: %s", path, number, problem->message);
	g_string_append_printf(
		patterns[kind], "%s(?:%s)", patterns[kind]->len > 0 ? "|" : "", pattern);
	return true;
}

static bool
read_file(GString *patterns[], const char *path, GError **error)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, error))
		return false;
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++)
		if (!read_line(patterns, path, i + 1, g_strstrip(lines[i]), error))
			return false;
	return true;
}

static bool
compile(ArticleRules *rules, GString *patterns[], GError **error)
{
	for (int i = 0; i < RULE_KINDS; i++) {
		g_autofree char *whole = g_strdup_printf(
			"^(?:%s)", patterns[i]->len > 0 ? patterns[i]->str : "(?!)");

		rules->regexes[i] =
			g_regex_new(whole, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, error);
		if (rules->regexes[i] == NULL)
			return false;
		/* The first match makes the machine code, and later the process is sealed. */
		g_regex_match(rules->regexes[i], "warm", 0, NULL);
	}
	return true;
}

static bool
read_folder(const char *folder, GString *patterns[], GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;
	int files = 0;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (!g_str_has_suffix(name, ".txt"))
			continue;
		files++;
		if (!read_file(patterns, path, error))
			return false;
	}
	return files > 0 ||
	       nieuws_fail(error, NIEUWS_CONFIG,
		       "there are no word lists in %s; install nieuws anew, or set NIEUWS_DATA",
		       folder);
}

ArticleRules *
article_rules_load(const char *folder, GError **error)
{
	g_autoptr(ArticleRules) rules = g_new0(ArticleRules, 1);
	GString *patterns[RULE_KINDS];
	bool good;

	for (int i = 0; i < RULE_KINDS; i++)
		patterns[i] = g_string_new(NULL);
	rules->zone = g_time_zone_new_identifier("Europe/Amsterdam");
	if (rules->zone == NULL)
		rules->zone = g_time_zone_new_utc();
	good = read_folder(folder, patterns, error) && compile(rules, patterns, error);
	for (int i = 0; i < RULE_KINDS; i++)
		g_string_free(patterns[i], TRUE);
	return good ? g_steal_pointer(&rules) : NULL;
}

void
article_rules_free(ArticleRules *rules)
{
	if (rules == NULL)
		return;
	for (int i = 0; i < RULE_KINDS; i++)
		if (rules->regexes[i] != NULL)
			g_regex_unref(rules->regexes[i]);
	if (rules->zone != NULL)
		g_time_zone_unref(rules->zone);
	g_free(rules);
}

GTimeZone *
rules_zone(const ArticleRules *rules)
{
	return rules->zone;
}

size_t
rules_match_length(const ArticleRules *rules, RuleKind kind, const char *text)
{
	char clipped[LOOK_AT + 8];
	size_t length = MIN(strlen(text), LOOK_AT);
	g_autoptr(GMatchInfo) info = NULL;
	int start, end = 0;

	memcpy(clipped, text, length);
	/* Not within a character. */
	while (length > 0 && length == LOOK_AT && (clipped[length - 1] & 0x80) != 0)
		length--;
	clipped[length] = '\0';
	if (!g_regex_match(rules->regexes[kind], clipped, 0, &info))
		return 0;
	g_match_info_fetch_pos(info, 0, &start, &end);
	return (size_t)end;
}

bool
rules_match(const ArticleRules *rules, RuleKind kind, const char *text)
{
	return rules_match_length(rules, kind, text) > 0;
}
