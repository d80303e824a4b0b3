/* Is the sender who he seems to be? What is known of contributors and their domains, held against a
 * mail. */
#include <string.h>

#include "store-private.h"

enum { NAME_LEAST = 5 }; /* letters; shorter names say nothing */

static void
looks_function(sqlite3_context *context, int n, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);

	(void)n;
	if (text == NULL || !g_utf8_validate(text, -1, NULL))
		sqlite3_result_text(context, "", -1, SQLITE_STATIC);
	else
		sqlite3_result_text(context, looks_skeleton(text, ""), -1, g_free);
}

bool
store_known_register(Store *store, GError **error)
{
	return sqlite3_create_function(store->db, "looks_of", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
		       NULL, looks_function, NULL, NULL) == SQLITE_OK ||
	       store_refuse(store, "set itself up", error);
}

static void
warn(Draft *draft, const char *code, const char *format, const char *seems, const char *is)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) pieces = g_strsplit(format, "%s", 3);

	text = g_strconcat(pieces[0], seems, pieces[1], is, pieces[2], NULL);
	draft_warn(draft, code, text);
}

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at != NULL ? at + 1 : "";
}

/* A known domain that this new one would be taken for; to g_free. */
static bool
find_resembled(
	Store *store, const char *domain, const GPtrArray *ours, char **ret_known, GError **error)
{
	sqlite3_stmt *stmt;
	int stepped = -1;

	for (guint i = 0; i < ours->len && *ret_known == NULL; i++)
		if (looks_like_domain(domain, ours->pdata[i]))
			*ret_known = g_strdup(ours->pdata[i]);
	if (*ret_known != NULL)
		return true;
	stmt = store_query(store, error, "SELECT name FROM domain WHERE resembles = ''", "");
	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0) {
		const char *known = (const char *)sqlite3_column_text(stmt, 0);

		if (!looks_like_domain(domain, known))
			continue;
		*ret_known = g_strdup(known);
		sqlite3_reset(stmt);
		return true;
	}
	return stepped == 0;
}

/* Looked for once, when the domain is new: who wrote first is the known one. */
static bool
resembled(Store *store, const char *domain, const GPtrArray *ours, gint64 now, char **ret_known,
	GError **error)
{
	sqlite3_stmt *stmt = store_query(
		store, error, "SELECT resembles FROM domain WHERE name = ?1", "s", domain);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;

	if (stepped < 0)
		return false;
	if (stepped > 0) {
		*ret_known = store_text(stmt, 0);
		sqlite3_reset(stmt);
		return true;
	}
	return find_resembled(store, domain, ours, ret_known, error) &&
	       store_run(store, error,
		       "INSERT INTO domain (name, first_at, resembles) VALUES (?1, ?2, ?3)", "sis",
		       domain, now, *ret_known != NULL ? *ret_known : "");
}

static bool
judge_domain(Store *store, Draft *draft, const char *domain, const GPtrArray *ours, gint64 now,
	GError **error)
{
	g_autofree char *known = NULL;

	if (!resembled(store, domain, ours, now, &known, error))
		return false;
	if (known != NULL && *known != '\0')
		warn(draft, "trust.domain",
			"The domain of the sender, %s, looks like %s, which is known here.", domain,
			known);
	return true;
}

/* The same name from another domain. Who used it first keeps it. */
static bool
judge_name(Store *store, Draft *draft, const char *domain, GError **error)
{
	g_autofree char *looks = looks_skeleton(draft->sender.name, "");
	g_autofree char *known = NULL;
	sqlite3_stmt *stmt;
	int stepped;

	if (g_utf8_strlen(looks, -1) < NAME_LEAST)
		return true;
	stmt = store_query(store, error,
		"SELECT address FROM contributor WHERE looks = ?1 AND looks != '' ORDER BY "
		"first_at, id LIMIT 1",
		"s", looks);
	stepped = stmt != NULL ? store_step(store, stmt, error) : -1;
	if (stepped <= 0)
		return stepped == 0;
	known = store_text(stmt, 0);
	sqlite3_reset(stmt);
	if (strcmp(domain_of(known), domain) == 0)
		return true;
	warn(draft, "trust.known-name",
		"The name of the sender, %s, is known here with another address: %s.",
		draft->sender.name, known);
	return true;
}

bool
store_judge_sender(Store *store, Draft *draft, const GPtrArray *ours, gint64 now, GError **error)
{
	g_autofree char *address = g_utf8_strdown(draft->sender.address, -1);
	const char *domain = domain_of(address);
	gint64 trusted = 0;

	if (*domain == '\0' || strlen(domain) > 253)
		return true;
	if (!store_number(store, 0, &trusted, error,
		    "SELECT count(*) FROM contributor WHERE address = ?1 AND standing = 'trusted'",
		    "s", address))
		return false;
	return trusted > 0 || (judge_domain(store, draft, domain, ours, now, error) &&
				      judge_name(store, draft, domain, error));
}
