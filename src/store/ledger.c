/* What each server has, and what of it is kept and told. */
#include "store-private.h"

static GArray *
new_uids(void)
{
	return g_array_new(FALSE, FALSE, sizeof(gint64));
}

/* Rows of the ledger and the server's UIDs, both ascending, side by side. */
static bool
merge(Store *store, const StoreLook *look, GArray *unknown, GArray *untold, GArray *vanished,
	GError **error)
{
	gint64 first =
		look->whole || look->uids->len == 0 ? 0 : g_array_index(look->uids, gint64, 0);
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT uid, acked_at, gone FROM ledger WHERE mailbox = ?1 AND folder = ?2 AND "
		"uidvalidity = ?3 AND uid >= ?4 "
		"ORDER BY uid",
		"ssii", look->mailbox, look->folder, look->uidvalidity, first);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;
	guint i = 0;

	while (stepped > 0) {
		gint64 known = store_int(stmt, 0);

		for (; i < look->uids->len && g_array_index(look->uids, gint64, i) < known; i++)
			g_array_append_val(unknown, g_array_index(look->uids, gint64, i));
		if (i < look->uids->len && g_array_index(look->uids, gint64, i) == known) {
			/* What had gone and is there again may be another mail: see store_look. */
			if (store_int(stmt, 2) != 0)
				g_array_append_val(unknown, known);
			else if (store_int(stmt, 1) == 0)
				g_array_append_val(untold, known);
			i++;
		} else if (look->whole && store_int(stmt, 2) == 0) {
			g_array_append_val(vanished, known);
		}
		stepped = store_step(store, stmt, error);
	}
	for (; stepped == 0 && i < look->uids->len; i++)
		g_array_append_val(unknown, g_array_index(look->uids, gint64, i));
	return stepped == 0;
}

static bool
mark_vanished(Store *store, const StoreLook *look, const GArray *vanished, GError **error)
{
	for (guint i = 0; i < vanished->len; i++)
		if (!store_run(store, error,
			    "UPDATE ledger SET gone = 1 WHERE mailbox = ?1 AND folder = ?2 AND "
			    "uidvalidity = ?3 AND uid = ?4",
			    "ssii", look->mailbox, look->folder, look->uidvalidity,
			    g_array_index(vanished, gint64, i)))
			return false;
	return true;
}

/* UIDNEXT went back: a backup was put in place. UIDs that were given out since may mean other mails
 * now, so none is believed: all are fetched again, and those that we have are known by their bytes.
 */
static bool
distrust_restored(Store *store, const StoreLook *look, GError **error)
{
	gint64 uidnext = 0;

	if (!look->whole || look->uidnext <= 0)
		return true;
	if (!store_number(store, 0, &uidnext, error,
		    "SELECT uidnext FROM folder WHERE mailbox = ?1 AND folder = ?2 AND uidvalidity "
		    "= ?3",
		    "ssi", look->mailbox, look->folder, look->uidvalidity))
		return false;
	return uidnext <= look->uidnext ||
	       store_run(store, error,
		       "UPDATE ledger SET gone = 1 WHERE mailbox = ?1 AND folder = ?2 AND "
		       "uidvalidity = ?3",
		       "ssi", look->mailbox, look->folder, look->uidvalidity);
}

/* The server said UIDNEXT before it listed what is there. */
static gint64
uidnext_of(const StoreLook *look)
{
	gint64 last =
		look->uids->len > 0 ? g_array_index(look->uids, gint64, look->uids->len - 1) : 0;

	return MAX(look->uidnext, last + 1);
}

static bool
note_look(Store *store, const StoreLook *look, const GArray *unknown, GError **error)
{
	gint64 now = when_now();

	if (look->whole)
		return store_run(store, error,
			"INSERT INTO folder (mailbox, folder, uidvalidity, uidnext, server, "
			"last_look_at, counted_at) "
			"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT DO UPDATE SET uidvalidity "
			"= ?3, uidnext = ?4, server = ?5, "
			"last_look_at = ?6, counted_at = ?6, trouble = ''",
			"ssiiii", look->mailbox, look->folder, look->uidvalidity, uidnext_of(look),
			(gint64)look->uids->len, now);
	return store_run(store, error,
		"UPDATE folder SET uidnext = ?3, server = server + ?4, last_look_at = ?5, trouble "
		"= '' "
		"WHERE mailbox = ?1 AND folder = ?2",
		"ssiii", look->mailbox, look->folder, uidnext_of(look), (gint64)unknown->len, now);
}

static bool
look_in_transaction(
	Store *store, const StoreLook *look, GArray *unknown, GArray *untold, GError **error)
{
	g_autoptr(GArray) vanished = new_uids();

	return distrust_restored(store, look, error) &&
	       merge(store, look, unknown, untold, vanished, error) &&
	       mark_vanished(store, look, vanished, error) &&
	       note_look(store, look, unknown, error);
}

bool
store_look(Store *store, const StoreLook *look, GArray **ret_unknown, GArray **ret_untold,
	GError **error)
{
	g_autoptr(GArray) unknown = new_uids();
	g_autoptr(GArray) untold = new_uids();
	bool own = store->place == NULL;

	if (own && !store_begin(store, error))
		return false;
	if (!look_in_transaction(store, look, unknown, untold, error) ||
		(own && !store_commit(store, error))) {
		if (own)
			store_rollback(store);
		return false;
	}
	*ret_unknown = g_steal_pointer(&unknown);
	*ret_untold = g_steal_pointer(&untold);
	return true;
}

bool
store_ledger_acknowledge(Store *store, const char *mailbox, const char *folder, gint64 uidvalidity,
	const GArray *uids, gint64 now, GError **error)
{
	for (guint i = 0; i < uids->len; i++)
		if (!store_run(store, error,
			    "UPDATE ledger SET acked_at = ?5 WHERE mailbox = ?1 AND folder = ?2 "
			    "AND uidvalidity = ?3 AND uid = ?4",
			    "ssiii", mailbox, folder, uidvalidity, g_array_index(uids, gint64, i),
			    now))
			return false;
	return true;
}

bool
store_mailbox_trouble(Store *store, const char *mailbox, const char *text, GError **error)
{
	return store_run(store, error,
		       "INSERT OR IGNORE INTO folder (mailbox, folder, uidvalidity, uidnext, "
		       "server, last_look_at) "
		       "SELECT ?1, 'INBOX', 0, 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM folder "
		       "WHERE mailbox = ?1)",
		       "s", mailbox) &&
	       store_run(store, error, "UPDATE folder SET trouble = ?2 WHERE mailbox = ?1", "ss",
		       mailbox, text);
}

bool
store_mailbox_looked(Store *store, const char *mailbox, gint64 now, GError **error)
{
	return store_run(store, error,
		"UPDATE folder SET last_look_at = ?2 WHERE mailbox = ?1 AND uidvalidity > 0", "si",
		mailbox, now);
}
