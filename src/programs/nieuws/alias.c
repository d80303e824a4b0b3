/* Short names of the house: [alias] st = status. */
#include <string.h>

#include "nieuws.h"

/* One alias: a command, and words that stand before what is typed behind it. */
static char **
words_of(const AliasConfig *alias, GError **error)
{
	g_auto(GStrv) words = NULL;

	if (command_find(alias->name) != NULL) {
		nieuws_fail(error, NIEUWS_CONFIG,
			_("alias %s: that is a command already; choose another name"), alias->name);
		return NULL;
	}
	if (!g_shell_parse_argv(alias->words, NULL, &words, NULL)) {
		nieuws_fail(error, NIEUWS_CONFIG,
			_("alias %s = %s: words or quotes are missing, for example: st = status"),
			alias->name, alias->words);
		return NULL;
	}
	if (command_find(words[0]) == NULL) {
		nieuws_fail(error, NIEUWS_CONFIG,
			_("alias %s = %s: there is no command %s; see nieuws help"), alias->name,
			alias->words, words[0]);
		return NULL;
	}
	return g_steal_pointer(&words);
}

char **
alias_expand(const Config *config, char **argv, GError **error)
{
	for (guint i = 0; i < config->aliases->len; i++) {
		const AliasConfig *alias = config->aliases->pdata[i];
		g_autoptr(GStrvBuilder) all = NULL;
		g_auto(GStrv) words = NULL;

		if (strcmp(alias->name, argv[0]) != 0)
			continue;
		words = words_of(alias, error);
		if (words == NULL)
			return NULL;
		all = g_strv_builder_new();
		g_strv_builder_addv(all, (const char **)words);
		g_strv_builder_addv(all, (const char **)argv + 1);
		return g_strv_builder_end(all);
	}
	return NULL;
}

bool
alias_check(const Config *config, GError **error)
{
	for (guint i = 0; i < config->aliases->len; i++) {
		g_auto(GStrv) words = words_of(config->aliases->pdata[i], error);

		if (words == NULL)
			return false;
	}
	return true;
}
