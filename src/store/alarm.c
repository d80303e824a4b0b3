/* What is wrong with the machine, since when, and who was told; how many mails come from whom. */
#include "store-private.h"

enum { HOUR = 3600 };

#define COLUMNS "id, raised_at, over_at, told_at, tellings, times, kind, about, detail, count"

void
store_alarm_free(StoreAlarm *alarm)
{
	if (alarm == NULL)
		return;
	g_free(alarm->kind);
	g_free(alarm->about);
	g_free(alarm->detail);
	g_free(alarm);
}

static StoreAlarm *
read_alarm(sqlite3_stmt *stmt)
{
	StoreAlarm *alarm = g_new0(StoreAlarm, 1);

	alarm->id = store_int(stmt, 0);
	alarm->raised_at = store_int(stmt, 1);
	alarm->over_at = store_int(stmt, 2);
	alarm->told_at = store_int(stmt, 3);
	alarm->tellings = store_int(stmt, 4);
	alarm->times = store_int(stmt, 5);
	alarm->kind = store_text(stmt, 6);
	alarm->about = store_text(stmt, 7);
	alarm->detail = store_text(stmt, 8);
	alarm->count = store_int(stmt, 9);
	return alarm;
}

static void
alarm_free(gpointer data)
{
	store_alarm_free(data);
}

GPtrArray *
store_alarm_list(Store *store, bool open, guint most, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(alarm_free);
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT " COLUMNS " FROM alarm WHERE over_at = 0 OR ?1 ORDER BY over_at != 0, id "
		"DESC LIMIT ?2",
		"ii", (gint64)!open, (gint64)most);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		g_ptr_array_add(list, read_alarm(stmt));
	return stepped == 0 ? g_steal_pointer(&list) : NULL;
}

StoreAlarm *
store_alarm_get(Store *store, gint64 id, GError **error)
{
	sqlite3_stmt *stmt =
		store_query(store, error, "SELECT " COLUMNS " FROM alarm WHERE id = ?1", "i", id);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;
	StoreAlarm *alarm = NULL;

	if (stepped > 0) {
		alarm = read_alarm(stmt);
		sqlite3_reset(stmt);
	} else if (stepped == 0) {
		nieuws_fail(error, NIEUWS_NOT_FOUND,
			"there is no alarm %" G_GINT64_FORMAT "; see nieuws alarms", id);
	}
	return alarm;
}

/* The last one of this kind: open, or over. NULL without error: none. */
static bool
last_of(Store *store, const char *kind, const char *about, StoreAlarm **ret_alarm, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT " COLUMNS " FROM alarm WHERE kind = ?1 AND about = ?2 ORDER BY id DESC "
		"LIMIT 1",
		"ss", kind, about);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;

	if (stepped < 0)
		return false;
	if (stepped > 0) {
		*ret_alarm = read_alarm(stmt);
		sqlite3_reset(stmt);
	}
	return true;
}

/* The same alarm again within the time of its last telling is that one, going on. */
static bool
write_raised(Store *store, const StoreAlarm *last, bool tell, const StoreAlarm *facts, gint64 now,
	GError **error)
{
	if (last->over_at == 0 && !tell && last->count == facts->count &&
		g_strcmp0(last->detail, facts->detail) == 0)
		return true;
	return store_run(store, error,
		"UPDATE alarm SET times = times + (over_at != 0), over_at = 0, detail = ?2, count "
		"= ?5, told_at "
		"= CASE WHEN ?3 THEN ?4 ELSE told_at END, tellings = tellings + ?3, over_told = "
		"CASE WHEN ?3 THEN 0 ELSE over_told END WHERE id = ?1",
		"isiii", last->id, facts->detail, (gint64)tell, now, facts->count);
}

gint64
store_alarm_raise(Store *store, const StoreAlarm *facts, gint64 now, gint64 repeat, bool *ret_new,
	bool *ret_tell, GError **error)
{
	g_autoptr(StoreAlarm) last = NULL;
	bool recent;

	if (!last_of(store, facts->kind, facts->about, &last, error))
		return 0;
	/* A clock that was set back must not silence anything. */
	recent = last != NULL && now - last->told_at < repeat && now >= last->told_at;
	*ret_new = last == NULL || last->over_at != 0;
	*ret_tell = !recent;
	if (last != NULL && (last->over_at == 0 || recent))
		return write_raised(store, last, *ret_tell, facts, now, error) ? last->id : 0;
	if (!store_run(store, error,
		    "INSERT INTO alarm (kind, about, detail, count, raised_at, told_at, "
		    "tellings) VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1)",
		    "sssii", facts->kind, facts->about, facts->detail, facts->count, now))
		return 0;
	return sqlite3_last_insert_rowid(store->db);
}

bool
store_alarm_end(Store *store, gint64 id, gint64 now, bool *ret_tell, GError **error)
{
	gint64 told = 0;

	if (!store_number(
		    store, 1, &told, error, "SELECT over_told FROM alarm WHERE id = ?1", "i", id))
		return false;
	*ret_tell = told == 0;
	return store_run(store, error,
		"UPDATE alarm SET over_at = ?2, over_told = 1 WHERE id = ?1 AND over_at = 0", "ii",
		id, now);
}

/* What keeps the oldest mail from leaving. */
static bool
last_reply(Store *store, char **ret_reply, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT reply FROM outbox WHERE state IN ('waiting', 'sending') AND reply != '' "
		"ORDER BY id LIMIT 1",
		"");
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;

	if (stepped < 0)
		return false;
	*ret_reply = stepped > 0 ? store_text(stmt, 0) : g_strdup("");
	if (stepped > 0)
		sqlite3_reset(stmt);
	return true;
}

bool
store_worries(Store *store, gint64 now, gint64 since, StoreWorries *ret_worries, GError **error)
{
	return store_number(store, 0, &ret_worries->oldest_unsent, error,
		       "SELECT coalesce(min(max(created_at, CASE WHEN attempts = 0 THEN due_at "
		       "ELSE 0 END)), 0) FROM outbox WHERE state IN ('waiting', 'sending') AND "
		       "(attempts > 0 OR due_at <= ?1)",
		       "i", now) &&
	       store_number(store, 0, &ret_worries->unsent, error,
		       "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending') AND "
		       "(attempts > 0 OR due_at <= ?1)",
		       "i", now) &&
	       store_number(store, 0, &ret_worries->quarantined, error,
		       "SELECT count(*) FROM quarantine WHERE resolved_at = 0 AND at > ?1", "i",
		       since) &&
	       last_reply(store, &ret_worries->reply, error);
}

/* --- rates
 * ----------------------------------------------------------------------------------------------------
 */

bool
store_rate_count(
	Store *store, const char *who, gint64 now, gint64 most, gint64 *ret_count, GError **error)
{
	/* The hour begins with the first mail of it; a clock that was set back begins a new one. */
	return store_run(store, error,
		       "INSERT INTO rate (who, since, count) VALUES (lower(?1), ?2, 1) ON CONFLICT "
		       "(who) DO UPDATE SET count = CASE WHEN ?2 - since BETWEEN 0 AND ?3 THEN "
		       "count + 1 ELSE 1 END, over_since = CASE WHEN ?2 - since NOT BETWEEN 0 AND "
		       "?3 THEN 0 WHEN over_since = 0 AND count >= ?4 THEN ?2 ELSE over_since END, "
		       "since = CASE WHEN ?2 - since BETWEEN 0 AND ?3 THEN since ELSE ?2 END",
		       "siii", who, now, (gint64)HOUR, most) &&
	       store_number(store, 0, ret_count, error,
		       "SELECT count FROM rate WHERE who = lower(?1)", "s", who);
}

static void
rate_free(gpointer data)
{
	StoreRate *rate = data;

	g_free(rate->who);
	g_free(rate);
}

GPtrArray *
store_rate_over(Store *store, gint64 before, gint64 now, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(rate_free);
	sqlite3_stmt *stmt;
	int stepped = -1;

	stmt = store_query(store, error,
		"SELECT who, since, count, over_since FROM rate WHERE over_since BETWEEN 1 AND ?1 "
		"AND since > ?2",
		"ii", before, now - HOUR);
	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0) {
		StoreRate *rate = g_new0(StoreRate, 1);

		rate->who = store_text(stmt, 0);
		rate->since = store_int(stmt, 1);
		rate->count = store_int(stmt, 2);
		rate->over_since = store_int(stmt, 3);
		g_ptr_array_add(list, rate);
	}
	return stepped == 0 ? g_steal_pointer(&list) : NULL;
}

bool
store_rate_forget(Store *store, gint64 now, GError **error)
{
	return store_run(store, error, "DELETE FROM rate WHERE since < ?1 OR since > ?2", "ii",
		now - 2 * HOUR, now + HOUR);
}
