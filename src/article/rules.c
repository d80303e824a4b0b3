#include "rules.h"

#include <string.h>

#include "base.h"

enum { LOOK_AT = 300 };

struct ArticleRules {
	GRegex *regexes[RULE_KINDS];
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
read_file(ArticleRules *rules, GString *patterns[], const char *path, GError **error)
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
read_folder(ArticleRules *rules, const char *folder, GString *patterns[], GError **error)
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
	GString *patterns[RULE_KINDS];
	bool good;

	for (int i = 0; i < RULE_KINDS; i++)
		patterns[i] = g_string_new(NULL);
	rules->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	rules->providers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	rules->services = g_ptr_array_new_with_free_func(service_free);
	rules->zone = g_time_zone_new_identifier("Europe/Amsterdam");
	if (rules->zone == NULL)
		rules->zone = g_time_zone_new_utc();
	good = read_folder(rules, folder, patterns, error) && compile(rules, patterns, error);
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
