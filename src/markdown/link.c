/* Links that lead through somebody's counter, unwrapped as far as the URL itself tells. Nothing is
 * ever fetched. */
#include <string.h>

#include "markdown.h"

static char *
query_value(const char *url, const char *key)
{
	const char *query = strchr(url, '?');
	g_auto(GStrv) pairs = query != NULL ? g_strsplit_set(query + 1, "&#", 60) : NULL;
	size_t n = strlen(key);

	for (char **pair = pairs; pair != NULL && *pair != NULL; pair++) {
		const char *text = g_str_has_prefix(*pair, "amp;") ? *pair + 4 : *pair;

		if (strncmp(text, key, n) == 0 && text[n] == '=')
			return g_uri_unescape_string(text + n + 1, NULL);
	}
	return NULL;
}

static bool
is_web(const char *url)
{
	return url != NULL &&
	       (g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://")) &&
	       g_utf8_validate(url, -1, NULL);
}

/* https://urldefense.com/v3/__https://example.nl/page__;!!... */
static char *
urldefense(const char *url)
{
	const char *start = strstr(url, "/v3/__");
	const char *end = start != NULL ? strstr(start + 6, "__;") : NULL;

	if (end != NULL)
		return g_strndup(start + 6, (gsize)(end - start - 6));
	if (strstr(url, "urldefense.proofpoint.com/v2/") != NULL) {
		g_autofree char *wrapped = query_value(url, "u");

		if (wrapped != NULL) {
			g_strdelimit(wrapped, "_", '/');
			g_strdelimit(wrapped, "-", '%');
			return g_uri_unescape_string(wrapped, NULL);
		}
	}
	return NULL;
}

static char *
unwrap_once(const char *url)
{
	static const char *const keys[] = {"url", "u", "target", "redirect", "redirect_url", "dest",
		"destination", "link", "q", "to", NULL};
	char *inner = NULL;

	if (strstr(url, "urldefense") != NULL)
		inner = urldefense(url);
	for (const char *const *key = keys; inner == NULL && *key != NULL; key++) {
		inner = query_value(url, *key);
		if (!is_web(inner))
			g_clear_pointer(&inner, g_free);
	}
	if (!is_web(inner))
		g_clear_pointer(&inner, g_free);
	return inner;
}

char *
markdown_unwrap_link(const char *url)
{
	char *found = g_strstrip(g_strdup(url));

	for (int i = 0; i < 4 && strlen(found) < 8192; i++) {
		char *inner = unwrap_once(found);

		if (inner == NULL)
			break;
		g_free(found);
		found = inner;
	}
	return found;
}
