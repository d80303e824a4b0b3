/* What waits for somebody: the numbers and rows of the overview. */
#include "store-private.h"

/* Up to the midnight that comes, local time. */
static gint64
end_of_day(gint64 now)
{
	g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(now);
	g_autoptr(GDateTime) next = g_date_time_add_days(then, 1);
	g_autoptr(GDateTime) midnight = g_date_time_new_local(g_date_time_get_year(next),
		g_date_time_get_month(next), g_date_time_get_day_of_month(next), 0, 0, 0);

	return g_date_time_to_unix(midnight);
}

#define OPEN "state NOT IN ('published', 'rejected', 'spam')"

bool
store_waiting(Store *store, const char *who, gint64 now, StoreWaiting *ret_waiting, GError **error)
{
	StoreWaiting w = {0};

	if (!store_number(store, 0, &w.fresh, error,
		    "SELECT count(*) FROM draft WHERE state = 'new'", "") ||
		!store_number(store, 0, &w.mine, error,
			"SELECT count(*) FROM draft WHERE claimed_by = ?1 AND claimed_by != '' "
			"AND " OPEN,
			"s", who) ||
		!store_number(store, 0, &w.others, error,
			"SELECT count(*) FROM draft WHERE claimed_by != '' AND claimed_by != ?1 "
			"AND " OPEN,
			"s", who) ||
		!store_number(store, 0, &w.approved, error,
			"SELECT count(*) FROM draft WHERE state = 'approved'", "") ||
		!store_number(store, 0, &w.held, error,
			"SELECT count(*) FROM draft WHERE state = 'hold'", "") ||
		!store_number(store, 0, &w.due, error,
			"SELECT count(*) FROM draft INDEXED BY draft_hold WHERE state = 'hold' AND "
			"hold_until > 0 AND "
			"hold_until <= ?1",
			"i", now) ||
		!store_number(store, 0, &w.followups, error,
			"SELECT count(*) FROM proposal WHERE state = 'open'", "") ||
		!store_number(store, 0, &w.embargo_today, error,
			"SELECT count(*) FROM draft WHERE embargo_at > 0 AND embargo_at > ?1 AND "
			"embargo_at <= ?2 "
			"AND " OPEN,
			"ii", now, end_of_day(now)) ||
		!store_number(store, 0, &w.told_waiting, error,
			"SELECT count(*) FROM outbox WHERE step_id > 0 AND state = 'waiting' AND "
			"editor = ''",
			""))
		return false;
	*ret_waiting = w;
	return true;
}

static sqlite3_stmt *
heap_query(Store *store, StoreHeap heap, const char *who, gint64 now, gint64 most, GError **error)
{
	switch (heap) {
	case STORE_HEAP_NEW:
		return store_query(store, error,
			"SELECT " STORE_ROW_COLUMNS
			" FROM draft d WHERE state = 'new' ORDER BY id LIMIT ?1",
			"i", most);
	case STORE_HEAP_MINE:
		return store_query(store, error,
			"SELECT " STORE_ROW_COLUMNS
			" FROM draft d WHERE claimed_by = ?1 AND claimed_by != '' AND " OPEN
			" ORDER BY claimed_at LIMIT ?2",
			"si", who, most);
	case STORE_HEAP_DUE:
		return store_query(store, error,
			"SELECT " STORE_ROW_COLUMNS
			" FROM draft d INDEXED BY draft_hold WHERE state = 'hold' AND hold_until > "
			"0 AND hold_until <= "
			"?1 ORDER BY hold_until LIMIT ?2",
			"ii", now, most);
	case STORE_HEAP_EMBARGO:
		return store_query(store, error,
			"SELECT " STORE_ROW_COLUMNS " FROM draft d WHERE embargo_at > 0 AND "
			"embargo_at > ?1 AND embargo_at <= ?2 AND " OPEN
			" ORDER BY embargo_at LIMIT ?3",
			"iii", now, end_of_day(now), most);
	case STORE_HEAP_FOLLOWUPS:
		return store_query(store, error,
			"SELECT " STORE_ROW_COLUMNS
			" FROM draft d WHERE id IN (SELECT draft_id FROM proposal WHERE state = "
			"'open') ORDER BY id LIMIT ?1",
			"i", most);
	case STORE_HEAP_APPROVED:
		return store_query(store, error,
			"SELECT " STORE_ROW_COLUMNS
			" FROM draft d WHERE state = 'approved' ORDER BY decided_at LIMIT ?1",
			"i", most);
	}
	return NULL;
}

GPtrArray *
store_heap(Store *store, StoreHeap heap, const char *who, gint64 now, guint most, GError **error)
{
	return store_rows(store, heap_query(store, heap, who, now, (gint64)most, error), error);
}
