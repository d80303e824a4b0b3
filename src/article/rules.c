#include "rules.h"

#include <stdio.h>
#include <string.h>

#include "base.h"

enum { LOOK_AT = 300 };

/* Expressions of one kind on their way to one regex. Those that begin with ".{0,N}" are looked for
 * from N characters on at most: one pass over the text, where matching them at the beginning would
 * try each of its places for each of their words. */
typedef struct {
	GString *beginning, *within, *words; /* words: within, at the beginning of a word */
	int reach;
} Patterns;

struct ArticleRules {
	GRegex *regexes[RULE_KINDS]; /* at the beginning */
	GRegex *within[RULE_KINDS]; /* NULL: none of this kind */
	GRegex *any; /* all that are sought at the beginning only */
	int reach[RULE_KINDS]; /* bytes in front of a match of within */
	GTimeZone *zone;
	GHashTable *places, *providers; /* sets of names */
	GPtrArray *services; /* ShareService */
};

static const char *const names[RULE_KINDS] = {"salutation", "closing", "cover", "label", "embargo",
	"note", "contact", "footer", "banner", "disclaimer", "device", "forward", "wrote", "from",
	"date", "to", "subject", "prefix", "credit", "caption", "expiry", "organisation", "end",
	"press", "voice", "passed", "release"};

static int
kind_of(const char *name, size_t length)
{
	for (int i = 0; i < RULE_KINDS; i++)
		if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
			return i;
	return -1;
}

static void
service_free(gpointer data)
{
	ShareService *service = data;

	g_free(service->host);
	g_free(service->path);
	g_free(service->name);
	g_free(service);
}

/* "we.tl/ 3 WeTransfer": where, days, name. */
static bool
add_service(ArticleRules *rules, const char *value)
{
	g_auto(GStrv) words = g_strsplit(value, " ", 3);
	ShareService *service;
	char *slash;

	if (g_strv_length(words) != 3 || *words[2] == '\0')
		return false;
	service = g_new0(ShareService, 1);
	slash = strchr(words[0], '/');
	service->path = g_strdup(slash != NULL ? slash : "/");
	service->host = g_strndup(words[0], strcspn(words[0], "/"));
	service->days = (int)g_ascii_strtoll(words[1], NULL, 10);
	service->name = g_strdup(words[2]);
	g_ptr_array_add(rules->services, service);
	return true;
}

/* Lines that are names, not expressions; false when the line is of another kind. */
static bool
read_name(ArticleRules *rules, const char *line, bool *ret_good)
{
	const char *value = strchr(line, ':');

	*ret_good = true;
	if (value == NULL)
		return false;
	value += 1 + strspn(value + 1, " \t");
	if (g_str_has_prefix(line, "place:"))
		g_hash_table_add(rules->places, g_strdup(value));
	else if (g_str_has_prefix(line, "provider:"))
		g_hash_table_add(rules->providers, g_ascii_strdown(value, -1));
	else if (g_str_has_prefix(line, "share:"))
		*ret_good = add_service(rules, value);
	else
		return false;
	return true;
}

/* Has an alternative outside all brackets. */
static bool
has_alternatives(const char *pattern)
{
	int depth = 0;

	for (const char *p = pattern; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '(' || *p == '[')
			depth++;
		else if (*p == ')' || *p == ']')
			depth--;
		else if (*p == '|' && depth == 0)
			return true;
	}
	return false;
}

static void
add_pattern(Patterns *patterns, const char *pattern)
{
	GString *list = patterns->beginning;
	int reach = 0, length = 0;

	if (sscanf(pattern, ".{0,%d}%n", &reach, &length) == 1 && length > 0 &&
		!has_alternatives(pattern)) {
		pattern += length;
		list = g_str_has_prefix(pattern, "\\b") ? patterns->words : patterns->within;
		pattern += g_str_has_prefix(pattern, "\\b") ? 2 : 0;
		patterns->reach = MAX(patterns->reach, reach);
	}
	g_string_append_printf(list, "%s(?:%s)", list->len > 0 ? "|" : "", pattern);
}

static bool
read_line(Patterns *patterns, const char *path, int number, char *line, GError **error)
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
	add_pattern(&patterns[kind], pattern);
	return true;
}

static bool
read_file(ArticleRules *rules, Patterns *patterns, const char *path, GError **error)
{
	bool good;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, error))
		return false;
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		char *line = g_strstrip(lines[i]);

		if (!read_name(rules, line, &good) &&
			!read_line(patterns, path, i + 1, line, error))
			return false;
		if (!good)
			return nieuws_fail(error, NIEUWS_CONFIG,
				"%s:%d: a service is \"share: HOST[/PATH] DAYS NAME\"", path,
				i + 1);
	}
	return true;
}

static GRegex *
compile_one(const char *expression, GError **error)
{
	GRegex *regex = g_regex_new(expression, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, error);

	/* The first match makes the machine code, and later the process is sealed. */
	if (regex != NULL)
		g_regex_match(regex, "warm", 0, NULL);
	return regex;
}

/* The boundary of a word is asked for once, before any of the words are tried. */
static bool
compile_within(ArticleRules *rules, int kind, const Patterns *patterns, GError **error)
{
	const char *words = patterns->words->str, *within = patterns->within->str;
	g_autofree char *whole = NULL;

	if (*words == '\0' && *within == '\0')
		return true;
	whole = g_strdup_printf(*words != '\0' ? "\\b(?:%s)%s%s" : "%s%s%s", words,
		*words != '\0' && *within != '\0' ? "|" : "", within);
	rules->within[kind] = compile_one(whole, error);
	return rules->within[kind] != NULL;
}

bool
rules_is_common(const ArticleRules *rules, RuleKind kind)
{
	static const guint32 asked = 1u << RULE_SALUTATION | 1u << RULE_CLOSING | 1u << RULE_LABEL |
				     1u << RULE_NOTE | 1u << RULE_CONTACT | 1u << RULE_BANNER |
				     1u << RULE_DEVICE | 1u << RULE_FROM | 1u << RULE_FORWARD |
				     1u << RULE_WROTE;

	return (asked >> kind & 1) != 0 && rules->within[kind] == NULL;
}

/* Most blocks begin like none of them: one question instead of a dozen. */
static bool
compile_any(ArticleRules *rules, const Patterns *patterns, GError **error)
{
	g_autoptr(GString) all = g_string_new("^(?:(?!)");

	for (int i = 0; i < RULE_KINDS; i++)
		if (rules_is_common(rules, (RuleKind)i) && patterns[i].beginning->len > 0)
			g_string_append_printf(all, "|%s", patterns[i].beginning->str);
	g_string_append_c(all, ')');
	rules->any = compile_one(all->str, error);
	return rules->any != NULL;
}

static bool
compile(ArticleRules *rules, Patterns *patterns, GError **error)
{
	for (int i = 0; i < RULE_KINDS; i++) {
		const char *beginning = patterns[i].beginning->str;
		g_autofree char *whole =
			g_strdup_printf("^(?:%s)", *beginning != '\0' ? beginning : "(?!)");

		rules->regexes[i] = compile_one(whole, error);
		if (rules->regexes[i] == NULL)
			return false;
		rules->reach[i] = patterns[i].reach;
		if (!compile_within(rules, i, &patterns[i], error))
			return false;
	}
	return compile_any(rules, patterns, error);
}

static bool
read_folder(ArticleRules *rules, const char *folder, Patterns *patterns, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;
	int files = 0;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (!g_str_has_suffix(name, ".txt"))
			continue;
		files++;
		if (!read_file(rules, patterns, path, error))
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
	Patterns patterns[RULE_KINDS] = {{0}};
	bool good;

	for (int i = 0; i < RULE_KINDS; i++) {
		patterns[i].beginning = g_string_new(NULL);
		patterns[i].within = g_string_new(NULL);
		patterns[i].words = g_string_new(NULL);
	}
	rules->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	rules->providers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	rules->services = g_ptr_array_new_with_free_func(service_free);
	rules->zone = g_time_zone_new_identifier("Europe/Amsterdam");
	if (rules->zone == NULL)
		rules->zone = g_time_zone_new_utc();
	good = read_folder(rules, folder, patterns, error) && compile(rules, patterns, error);
	for (int i = 0; i < RULE_KINDS; i++) {
		g_string_free(patterns[i].beginning, TRUE);
		g_string_free(patterns[i].within, TRUE);
		g_string_free(patterns[i].words, TRUE);
	}
	return good ? g_steal_pointer(&rules) : NULL;
}

void
article_rules_free(ArticleRules *rules)
{
	if (rules == NULL)
		return;
	for (int i = 0; i < RULE_KINDS; i++) {
		g_clear_pointer(&rules->regexes[i], g_regex_unref);
		g_clear_pointer(&rules->within[i], g_regex_unref);
	}
	g_clear_pointer(&rules->any, g_regex_unref);
	if (rules->zone != NULL)
		g_time_zone_unref(rules->zone);
	g_hash_table_unref(rules->places);
	g_hash_table_unref(rules->providers);
	g_ptr_array_unref(rules->services);
	g_free(rules);
}

GTimeZone *
rules_zone(const ArticleRules *rules)
{
	return rules->zone;
}

static size_t
match_end(const GRegex *regex, const char *text, int reach)
{
	g_autoptr(GMatchInfo) info = NULL;
	int start = 0, end = 0;

	if (regex == NULL || !g_regex_match(regex, text, 0, &info) ||
		!g_match_info_fetch_pos(info, 0, &start, &end) || start > reach)
		return 0;
	return (size_t)end;
}

/* The first bytes of a text, never half a character. */
static void
clip(char clipped[static LOOK_AT + 1], const char *text)
{
	size_t length = strnlen(text, LOOK_AT);

	memcpy(clipped, text, length);
	while (length > 0 && length == LOOK_AT && (clipped[length - 1] & 0x80) != 0)
		length--;
	clipped[length] = '\0';
}

size_t
rules_match_length(const ArticleRules *rules, RuleKind kind, const char *text)
{
	char clipped[LOOK_AT + 1];
	size_t end;

	clip(clipped, text);
	end = match_end(rules->regexes[kind], clipped, 0);
	return end > 0 ? end : match_end(rules->within[kind], clipped, rules->reach[kind]);
}

bool
rules_match_any(const ArticleRules *rules, const char *text)
{
	char clipped[LOOK_AT + 1];

	clip(clipped, text);
	return g_regex_match(rules->any, clipped, 0, NULL);
}

bool
rules_match(const ArticleRules *rules, RuleKind kind, const char *text)
{
	return rules_match_length(rules, kind, text) > 0;
}

bool
rules_place(const ArticleRules *rules, const char *name)
{
	return g_hash_table_contains(rules->places, name);
}

bool
rules_is_provider(const ArticleRules *rules, const char *domain)
{
	return g_hash_table_contains(rules->providers, domain);
}

static bool
host_ends_with(const char *host, size_t length, const char *end)
{
	size_t n = strlen(end);

	return length >= n && g_ascii_strncasecmp(host + length - n, end, n) == 0 &&
	       (length == n || host[length - n - 1] == '.' || *end == '.');
}

const ShareService *
rules_service(const ArticleRules *rules, const char *url)
{
	const char *host = strstr(url, "://");
	size_t length;

	if (host == NULL)
		return NULL;
	host += 3;
	length = strcspn(host, "/:?#");
	for (guint i = 0; i < rules->services->len; i++) {
		const ShareService *service = rules->services->pdata[i];
		const char *path = host + length;

		if (host_ends_with(host, length, service->host) &&
			(strcmp(service->path, "/") == 0 || g_str_has_prefix(path, service->path)))
			return service;
	}
	return NULL;
}
