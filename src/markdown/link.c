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

/* v3 puts a star for each byte that it replaced, "**A" for a run of them, and the bytes in base64
 * behind the address. */
static char *
urldefense_v3(const char *start, const char *end)
{
	static const char runs[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	g_autofree char *code = g_strndup(end + 3, strcspn(end + 3, "!$"));
	g_autofree char *padded = NULL;
	g_autofree guchar *bytes = NULL;
	GString *url = g_string_new(NULL);
	gsize n, used = 0;

	padded = g_strconcat(code, strlen(code) % 4 != 0 ? &"==="[strlen(code) % 4 - 1] : "", NULL);
	g_strdelimit(g_strdelimit(padded, "-", '+'), "_", '/');
	bytes = g_base64_decode(padded, &n);
	for (const char *p = start; p < end; p++) {
		const char *run = p[0] == '*' && p[1] == '*' && p + 2 < end && p[2] != '\0'
					  ? strchr(runs, p[2])
					  : NULL;
		gsize count = run != NULL ? (gsize)(run - runs) + 2 : 1;

		if (*p != '*' || used + count > n) {
			g_string_append_c(url, *p);
			continue;
		}
		g_string_append_len(url, (const char *)bytes + used, (gssize)count);
		used += count;
		p += run != NULL ? 2 : 0;
	}
	return g_string_free(url, FALSE);
}

/* https://urldefense.com/v3/__https://example.nl/page__;!!... and the older v2 and v1 */
static char *
urldefense(const char *url)
{
	const char *start = strstr(url, "/v3/__");
	const char *end = start != NULL ? strstr(start + 6, "__;") : NULL;

	if (end != NULL)
		return urldefense_v3(start + 6, end);
	if (strstr(url, "/v2/url") != NULL) {
		g_autofree char *wrapped = query_value(url, "u");

		if (wrapped != NULL) {
			g_strdelimit(wrapped, "_", '/');
			g_strdelimit(wrapped, "-", '%');
			return g_uri_unescape_string(wrapped, NULL);
		}
	}
	return NULL;
}

/* An address in base64, as some counters and filters carry it. */
static char *
from_base64(const char *text)
{
	g_autofree char *code = g_strndup(text, strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij"
							     "klmnopqrstuvwxyz0123456789+/-_="));
	size_t n = strcspn(code, "=");
	g_autofree char *padded = NULL;
	g_autofree guchar *bytes = NULL;
	gsize length;

	if (n < 16 || (!g_str_has_prefix(code, "aHR0c")))
		return NULL;
	code[n] = '\0';
	padded = g_strconcat(code, n % 4 != 0 ? &"==="[n % 4 - 1] : "", NULL);
	g_strdelimit(g_strdelimit(padded, "-", '+'), "_", '/');
	bytes = g_base64_decode(padded, &length);
	return g_strndup((const char *)bytes, length);
}

/* Any value or part of the path that is an address in base64. */
static char *
base64_inside(const char *url)
{
	for (const char *p = url; (p = strstr(p, "aHR0c")) != NULL; p++)
		if (p > url && strchr("/=:", p[-1]) != NULL)
			return from_base64(p);
	return NULL;
}

/* https://secure-web.example.com/CODE/https%3A%2F%2Fexample.nl%2Fpage */
static char *
escaped_inside(const char *url)
{
	const char *found = strcasestr(url + 8, "/https%3A%2F%2F");
	g_autofree char *part = NULL;

	if (found == NULL)
		found = strcasestr(url + 8, "/http%3A%2F%2F");
	if (found == NULL)
		return NULL;
	part = g_strndup(found + 1, strcspn(found + 1, "/?&#"));
	return g_uri_unescape_string(part, NULL);
}

/* Buttons to share, and doors that send on whoever has logged in, mean themselves. */
static bool
means_itself(const char *url)
{
	static const char *const parts[] = {"/share", "sharer", "shareArticle", "/intent/", "login",
		"signin", "logon", "oauth", "/auth", "web.archive.org", "//wa.me/", "api.whatsapp"};
	g_autofree char *path = g_strndup(url, strcspn(url, "?"));

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (strcasestr(path, parts[i]) != NULL)
			return true;
	return false;
}

static char *
unwrap_once(const char *url)
{
	static const char *const keys[] = {"url", "u", "a", "target", "redirect", "redirect_url",
		"dest", "destination", "link", "q", "to", "uddg", NULL};
	char *inner = NULL;

	if (!is_web(url) || means_itself(url))
		return NULL;
	if (strstr(url, "urldefense") != NULL)
		inner = urldefense(url);
	for (const char *const *key = keys; inner == NULL && *key != NULL; key++) {
		inner = query_value(url, *key);
		if (!is_web(inner))
			g_clear_pointer(&inner, g_free);
	}
	if (inner == NULL)
		inner = base64_inside(url);
	if (inner == NULL)
		inner = escaped_inside(url);
	if (!is_web(inner))
		g_clear_pointer(&inner, g_free);
	return inner;
}

/* What a newsletter adds to know who came from where; the page is the same without. */
static char *
without_tracking(const char *url)
{
	static const char *const keys[] = {"utm_",
		"mc_cid=", "mc_eid=", "fbclid=", "gclid=", "_hsenc=", "_hsmi=", "vgo_ee=", "ac_",
		NULL};
	const char *query = strchr(url, '?');
	const char *fragment = query != NULL ? strchr(query, '#') : NULL;
	g_autofree char *inner = NULL;
	g_auto(GStrv) pairs = NULL;
	GString *kept;
	bool first = true;

	if (query == NULL)
		return g_strdup(url);
	inner = g_strndup(
		query + 1, fragment != NULL ? (gsize)(fragment - query - 1) : strlen(query + 1));
	pairs = g_strsplit(inner, "&", 200);
	kept = g_string_new_len(url, query - url);
	for (char **pair = pairs; *pair != NULL; pair++) {
		const char *name = g_str_has_prefix(*pair, "amp;") ? *pair + 4 : *pair;
		bool tracks = false;

		for (const char *const *key = keys; *key != NULL; key++)
			tracks |= g_str_has_prefix(name, *key);
		if (tracks)
			continue;
		g_string_append_printf(kept, "%c%s", first ? '?' : '&', *pair);
		first = false;
	}
	g_string_append(kept, fragment != NULL ? fragment : "");
	return g_string_free(kept, FALSE);
}

char *
markdown_unwrap_link(const char *url)
{
	char *found = g_strstrip(g_strdup(url));
	char *clean;

	if (strchr(found, '?') == NULL && strstr(found, "urldefense") == NULL &&
		strstr(found, "aHR0c") == NULL && strcasestr(found, "%3A%2F%2F") == NULL)
		return found;
	for (int i = 0; i < 4 && strlen(found) < 8192; i++) {
		char *inner = unwrap_once(found);

		if (inner == NULL)
			break;
		g_free(found);
		found = inner;
	}
	clean = without_tracking(found);
	g_free(found);
	return clean;
}
