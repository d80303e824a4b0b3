/* Contributors: who they are, what they sent, what the newsroom thinks of them. */
#include "store-private.h"

#define STRING(f)                                                                                  \
	{                                                                                          \
#f, FIELD_STRING, offsetof(StoreContributor, f), NULL, NULL                        \
	}
#define INT(f)                                                                                     \
	{                                                                                          \
#f, FIELD_INT, offsetof(StoreContributor, f), NULL, NULL                           \
	}

/* In the order of COLUMNS. */
static const Field contributor_fields[] = {INT(id), STRING(address), STRING(name),
	STRING(organisation), INT(first_at), INT(last_at), INT(submissions), STRING(standing),
	STRING(standing_by), INT(standing_at), STRING(note), INT(placed), INT(rejected),
	{NULL, FIELD_INT, 0, NULL, NULL}};
const RecordType store_contributor_type = {
	"contributor", sizeof(StoreContributor), contributor_fields};

#define COLUMNS                                                                                    \
	"c.id, c.address, c.name, c.organisation, c.first_at, c.last_at, c.submissions, "          \
	"c.standing, c.standing_by, c.standing_at, c.note"

/* The plus keeps SQLite from counting by state, which nearly all drafts share; and not
 * c.address, whose collation is not that of the index. */
StoreContributor *
store_contributor_get(Store *store, const char *address, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT " COLUMNS ", (SELECT count(*) FROM draft d WHERE " STORE_CONTRIBUTOR
		" = lower(?1) AND +state = 'published'), (SELECT count(*) FROM draft d "
		"WHERE " STORE_CONTRIBUTOR " = lower(?1) AND +state = 'rejected') "
		"FROM contributor c WHERE c.address = lower(?1)",
		"s", address);
	StoreContributor *found;

	if (stmt == NULL || store_step(store, stmt, error) <= 0)
		return NULL;
	found = record_new(&store_contributor_type);
	store_read_record(stmt, 0, &store_contributor_type, found);
	sqlite3_reset(stmt);
	return found;
}

static void
contributor_free(gpointer data)
{
	store_contributor_free(data);
}

GPtrArray *
store_contributor_list(
	Store *store, const char *words, const char *standing, guint most, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(contributor_free);
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT " COLUMNS ", 0, 0 FROM contributor c WHERE (?1 = '' OR "
		"instr(lower(c.name || ' ' || c.address || ' ' || c.organisation), lower(?1)) > 0) "
		"AND (?2 = '' OR c.standing = ?2) ORDER BY c.last_at DESC, c.id DESC LIMIT ?3",
		"ssi", words, standing, (gint64)most);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0) {
		StoreContributor *found = record_new(&store_contributor_type);

		store_read_record(stmt, 0, &store_contributor_type, found);
		g_ptr_array_add(list, found);
	}
	return stepped == 0 ? g_steal_pointer(&list) : NULL;
}

bool
store_contributor_set(Store *store, const char *address, const char *standing, const char *note,
	const char *who, GError **error)
{
	return store_run(store, error,
		"INSERT INTO contributor (address, name, organisation, first_at, last_at, "
		"submissions, standing, standing_by, standing_at, note) VALUES (lower(?1), '', '', "
		"?5, 0, 0, ?2, ?4, ?5, ?3) ON CONFLICT (address) DO UPDATE SET standing = ?2, note "
		"= ?3, standing_by = CASE WHEN standing = ?2 THEN standing_by ELSE ?4 END, "
		"standing_at = CASE WHEN standing = ?2 THEN standing_at ELSE ?5 END",
		"ssssi", address, standing, note, who, when_now());
}

GPtrArray *
store_contributor_drafts(Store *store, const char *address, guint most, GError **error)
{
	return store_rows(store,
		store_query(store, error,
			"SELECT " STORE_ROW_COLUMNS " FROM draft d WHERE " STORE_CONTRIBUTOR
			" = lower(?1) ORDER BY d.id DESC LIMIT ?2",
			"si", address, (gint64)most),
		error);
}
