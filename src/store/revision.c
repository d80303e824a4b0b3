/* Revisions: all that an edit can change, whole, and never overwritten. */
#include <string.h>

#include "store-private.h"

#define STRING(f)                                                                                  \
	{                                                                                          \
#f, FIELD_STRING, offsetof(StoreContent, f), NULL, NULL                            \
	}

static const Field content_fields[] = {STRING(title), STRING(lead), STRING(body), STRING(category),
	STRING(embargo), {"embargo_at", FIELD_INT, offsetof(StoreContent, embargo_at), NULL, NULL},
	{"tags", FIELD_STRINGS, offsetof(StoreContent, tags), NULL, NULL},
	{"pictures", FIELD_LIST, offsetof(StoreContent, pictures), &picture_type, NULL},
	{NULL, FIELD_INT, 0, NULL, NULL}};
const RecordType store_content_type = {"content", sizeof(StoreContent), content_fields};

/* --- pictures as they were received
 * --------------------------------------------------------------------------- */

void
store_add_received(sqlite3_stmt *stmt, GPtrArray *pictures)
{
	Picture *picture = record_append(&picture_type, pictures);

	picture->submission = store_int(stmt, 0);
	picture->number = store_int(stmt, 1);
	g_free(picture->sha256);
	g_free(picture->name);
	g_free(picture->alt);
	g_free(picture->caption);
	g_free(picture->credit);
	picture->sha256 = store_text(stmt, 2);
	picture->name = store_text(stmt, 3);
	picture->alt = store_text(stmt, 4);
	picture->caption = store_text(stmt, 5);
	picture->credit = store_text(stmt, 6);
}

/* What the text says of a picture at its place counts where the file itself says nothing. */
static void
add_placed(sqlite3_stmt *stmt, GPtrArray *pictures)
{
	gint64 number = store_int(stmt, 0);

	for (guint i = 0; i < pictures->len; i++) {
		Picture *picture = pictures->pdata[i];
		char **fields[] = {&picture->alt, &picture->caption, &picture->credit};

		if (picture->number != number ||
			picture->submission != ((Picture *)pictures->pdata[0])->submission)
			continue;
		for (int f = 0; f < 3; f++)
			if (*fields[f][0] == '\0')
				record_set(
					fields[f], (const char *)sqlite3_column_text(stmt, f + 1));
	}
}

static bool
received_pictures(Store *store, gint64 draft_id, GPtrArray *pictures, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT a.submission_id, a.number, a.sha256, a.filename, a.alt, a.caption, "
		"a.credit FROM submission s JOIN attachment a ON a.submission_id = s.id WHERE "
		"s.draft_id = ?1 AND a.role = 'photo' AND NOT EXISTS (SELECT 1 FROM proposal p "
		"WHERE "
		"p.submission_id = s.id AND p.draft_id = s.draft_id) ORDER BY s.id, a.number",
		"i", draft_id);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		store_add_received(stmt, pictures);
	if (stepped < 0)
		return false;
	stmt = store_query(store, error,
		"SELECT attachment, alt, caption, credit FROM image WHERE draft_id = ?1 AND "
		"attachment >= 0",
		"i", draft_id);
	stepped = -1;
	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		add_placed(stmt, pictures);
	return stepped == 0;
}

/* --- content
 * --------------------------------------------------------------------------------------------------
 */

#define CONTENT_COLUMNS "title, lead, body, category, embargo, embargo_at, tags, pictures"

/* *ret_received: nobody has written pictures yet. */
static StoreContent *
read_content(sqlite3_stmt *stmt, int column, bool *ret_received)
{
	StoreContent *content = record_new(&store_content_type);
	char **texts[] = {&content->title, &content->lead, &content->body, &content->category,
		&content->embargo};
	g_autofree char *tags = store_text(stmt, column + 6);
	g_autofree char *pictures = store_text(stmt, column + 7);

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_free(*texts[i]);
		*texts[i] = store_text(stmt, column + (int)i);
	}
	content->embargo_at = store_int(stmt, column + 5);
	store_split_lines(tags, content->tags);
	record_list_from_text(&picture_type, pictures, content->pictures);
	*ret_received = *pictures == '\0';
	return content;
}

StoreContent *
store_content_get(Store *store, gint64 draft_id, GError **error)
{
	sqlite3_stmt *stmt = store_query(
		store, error, "SELECT " CONTENT_COLUMNS " FROM draft WHERE id = ?1", "i", draft_id);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;
	g_autoptr(StoreContent) content = NULL;
	bool received;

	if (stepped == 0)
		nieuws_fail(error, NIEUWS_NOT_FOUND,
			"there is no draft %" G_GINT64_FORMAT "; see nieuws list", draft_id);
	if (stepped <= 0)
		return NULL;
	content = read_content(stmt, 0, &received);
	sqlite3_reset(stmt);
	if (received && !received_pictures(store, draft_id, content->pictures, error))
		return NULL;
	return g_steal_pointer(&content);
}

static bool
update_draft(Store *store, gint64 draft_id, gint64 number, const StoreContent *content,
	const char *tags, const char *pictures, GError **error)
{
	gint64 photos = 0;

	for (guint i = 0; i < content->pictures->len; i++)
		photos += !((Picture *)content->pictures->pdata[i])->dropped;
	return store_run(store, error,
		       "UPDATE draft SET version = ?2, title = ?3, lead = ?4, body = ?5, category "
		       "= ?6, embargo = ?7, embargo_at = ?8, tags = ?9, pictures = ?10, words = "
		       "?11, photos = ?12, updated_at = ?13 WHERE id = ?1",
		       "iisssssissiii", draft_id, number, content->title, content->lead,
		       content->body, content->category, content->embargo, content->embargo_at,
		       tags, pictures, (gint64)text_words(content->body), photos, when_now()) &&
	       store_index_draft(store, draft_id, error);
}

bool
store_revision_add(Store *store, gint64 draft_id, const StoreContent *content, const char *who,
	const char *why, gint64 *ret_number, GError **error)
{
	g_autofree char *tags = store_join_lines(content->tags);
	g_autofree char *pictures = record_list_to_text(&picture_type, content->pictures);
	gint64 parent = 0, last = 0;

	if (!store_number(store, 0, &parent, error, "SELECT version FROM draft WHERE id = ?1", "i",
		    draft_id) ||
		!store_number(store, 0, &last, error,
			"SELECT max(number) FROM revision WHERE draft_id = ?1", "i", draft_id))
		return false;
	*ret_number = last + 1;
	return store_run(store, error,
		       "INSERT INTO revision (draft_id, number, parent, at, who, why, title, lead, "
		       "body, category, embargo, embargo_at, tags, pictures) VALUES (?1, ?2, ?3, "
		       "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
		       "iiiisssssssiss", draft_id, last + 1, parent, when_now(), who, why,
		       content->title, content->lead, content->body, content->category,
		       content->embargo, content->embargo_at, tags, pictures) &&
	       update_draft(store, draft_id, last + 1, content, tags, pictures, error);
}

/* --- looking back
 * ---------------------------------------------------------------------------------------------- */

void
store_revision_free(StoreRevision *revision)
{
	if (revision == NULL)
		return;
	g_free(revision->who);
	g_free(revision->why);
	store_content_free(revision->content);
	g_free(revision);
}

static StoreRevision *
read_revision(sqlite3_stmt *stmt)
{
	StoreRevision *revision = g_new0(StoreRevision, 1);

	revision->number = store_int(stmt, 0);
	revision->parent = store_int(stmt, 1);
	revision->at = store_int(stmt, 2);
	revision->who = store_text(stmt, 3);
	revision->why = store_text(stmt, 4);
	return revision;
}

StoreRevision *
store_revision_get(Store *store, gint64 draft_id, gint64 number, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT number, parent, at, who, why, " CONTENT_COLUMNS
		" FROM revision WHERE draft_id = ?1 AND number = CASE WHEN ?2 > 0 THEN ?2 ELSE "
		"(SELECT version FROM draft WHERE id = ?1) END",
		"ii", draft_id, number);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;
	g_autoptr(StoreRevision) revision = NULL;
	bool received;

	if (stepped == 0)
		nieuws_fail(error, NIEUWS_NOT_FOUND,
			"draft %" G_GINT64_FORMAT " has no revision %" G_GINT64_FORMAT
			"; see nieuws log %" G_GINT64_FORMAT,
			draft_id, number, draft_id);
	if (stepped <= 0)
		return NULL;
	revision = read_revision(stmt);
	revision->content = read_content(stmt, 5, &received);
	sqlite3_reset(stmt);
	if (received && !received_pictures(store, draft_id, revision->content->pictures, error))
		return NULL;
	return g_steal_pointer(&revision);
}

GPtrArray *
store_revision_list(Store *store, gint64 draft_id, GError **error)
{
	g_autoptr(GPtrArray) list =
		g_ptr_array_new_with_free_func((GDestroyNotify)store_revision_free);
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT number, parent, at, who, why FROM revision WHERE draft_id = ?1 ORDER BY "
		"number",
		"i", draft_id);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		g_ptr_array_add(list, read_revision(stmt));
	return stepped == 0 ? g_steal_pointer(&list) : NULL;
}

bool
store_aside_restored(Store *store, gint64 draft_id, gint64 number, gint64 version, GError **error)
{
	return store_run(store, error,
		       "UPDATE aside SET restored = ?3 WHERE draft_id = ?1 AND number = ?2", "iii",
		       draft_id, number, version) &&
	       store_index_draft(store, draft_id, error);
}
