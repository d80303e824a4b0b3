/* Drafts as the desk sees them. */
#include <string.h>

#include "store-private.h"

static void
read_row(sqlite3_stmt *stmt, StoreDraftRow *row)
{
	g_autofree char *trust = store_text(stmt, 7);

	row->id = store_int(stmt, 0);
	row->created_at = store_int(stmt, 1);
	row->words = store_int(stmt, 2);
	row->photos = store_int(stmt, 3);
	row->embargo_at = store_int(stmt, 4);
	row->warnings = store_int(stmt, 5);
	row->duplicates = store_int(stmt, 6);
	for (int i = 0; trust_names[i] != NULL; i++)
		if (strcmp(trust_names[i], trust) == 0)
			row->trust = i;
	row->reference = store_text(stmt, 8);
	row->state = store_text(stmt, 9);
	row->title = store_text(stmt, 10);
	row->contributor = store_text(stmt, 11);
	row->address = store_text(stmt, 12);
	row->claimed_by = store_text(stmt, 13);
	row->followups = store_int(stmt, 14);
	row->near_id = store_int(stmt, 15);
	row->hold_until = store_int(stmt, 16);
}

static void
clear_row(StoreDraftRow *row)
{
	g_free(row->reference);
	g_free(row->state);
	g_free(row->title);
	g_free(row->contributor);
	g_free(row->address);
	g_free(row->claimed_by);
}

void
store_row_free(gpointer data)
{
	clear_row(data);
	g_free(data);
}

static sqlite3_stmt *
list_query(Store *store, const StoreDraftFilter *filter, GError **error)
{
	gint64 before = filter->before > 0 ? filter->before : G_MAXINT64;
	gint64 most = filter->most > 0 ? filter->most : 50;

	if (filter->state == NULL)
		return store_query(store, error,
			"SELECT " STORE_ROW_COLUMNS " FROM draft d WHERE state NOT IN ('rejected', "
			"'spam', 'published') AND id < ?1 "
			"ORDER BY id DESC LIMIT ?2",
			"ii", before, most);
	if (strcmp(filter->state, "all") == 0)
		return store_query(store, error,
			"SELECT " STORE_ROW_COLUMNS
			" FROM draft d WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
			"ii", before, most);
	return store_query(store, error,
		"SELECT " STORE_ROW_COLUMNS
		" FROM draft d WHERE state = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
		"sii", filter->state, before, most);
}

GPtrArray *
store_rows(Store *store, sqlite3_stmt *stmt, GError **error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(store_row_free);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0) {
		StoreDraftRow *row = g_new0(StoreDraftRow, 1);

		read_row(stmt, row);
		g_ptr_array_add(rows, row);
	}
	return stepped == 0 ? g_steal_pointer(&rows) : NULL;
}

GPtrArray *
store_draft_list(Store *store, const StoreDraftFilter *filter, GError **error)
{
	return store_rows(store, list_query(store, filter, error), error);
}

/* --- one draft
 * ------------------------------------------------------------------------------------------------
 */

static void
set_text(sqlite3_stmt *stmt, int column, char **field)
{
	g_free(*field);
	*field = store_text(stmt, column);
}

static void
split_column(sqlite3_stmt *stmt, int column, GPtrArray *lines)
{
	g_autofree char *text = store_text(stmt, column);

	store_split_lines(text, lines);
}

static bool
load_draft(Store *store, gint64 id, StoreDraft *found, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT " STORE_ROW_COLUMNS ", d.title_from, d.lead, d.body, d.language, d.source, "
		"d.source_reason, d.sender_name, "
		"d.sender_address, d.sender_organisation, d.original_name, d.original_address, "
		"d.embargo, d.original_organisation, d.proposed_tags, d.places FROM draft d WHERE "
		"id = ?1",
		"i", id);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;
	Draft *draft = found->draft;
	char **texts[] = {&draft->title_from, &draft->lead, &draft->body, &draft->language,
		&draft->source, &draft->source_reason, &draft->sender.name, &draft->sender.address,
		&draft->sender.organisation, &draft->original_sender.name,
		&draft->original_sender.address, &draft->embargo,
		&draft->original_sender.organisation};
	const int lists = STORE_ROW_COUNT + (int)G_N_ELEMENTS(texts);

	if (stepped == 0)
		return nieuws_fail(error, NIEUWS_NOT_FOUND,
			"there is no draft %" G_GINT64_FORMAT "; see nieuws list", id);
	if (stepped < 0)
		return false;
	read_row(stmt, &found->row);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		set_text(stmt, STORE_ROW_COUNT + (int)i, texts[i]);
	split_column(stmt, lists, draft->tags);
	split_column(stmt, lists + 1, draft->places);
	record_set(&draft->title, found->row.title);
	draft->has_original = *draft->original_sender.address != '\0';
	draft->embargo_at = found->row.embargo_at;
	draft->words = found->row.words;
	sqlite3_reset(stmt);
	return true;
}

static bool
load_submission(Store *store, StoreDraft *found, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT id, received_at, size, sha256, path, mailbox, subject, from_address, "
		"from_name, message_id, in_reply_to, "
		"return_path, automatic, trust_detail, date, has_html, reply_to FROM submission "
		"WHERE draft_id = ?1 ORDER BY EXISTS (SELECT 1 FROM proposal p WHERE "
		"p.submission_id "
		"= submission.id AND p.draft_id = ?1), id LIMIT 1",
		"i", found->row.id);
	int stepped = stmt != NULL ? store_step(store, stmt, error) : -1;
	Message *message = found->message;
	char **texts[] = {&message->subject, &message->from_address, &message->from_name,
		&message->message_id, &message->in_reply_to, &message->return_path,
		&message->automatic, &message->trust_detail};

	if (stepped <= 0)
		return stepped == 0;
	found->submission_id = store_int(stmt, 0);
	found->received_at = store_int(stmt, 1);
	found->size = store_int(stmt, 2);
	set_text(stmt, 3, &found->sha256);
	set_text(stmt, 4, &found->path);
	set_text(stmt, 5, &found->mailbox);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		set_text(stmt, 6 + (int)i, texts[i]);
	message->date = store_int(stmt, 14);
	message->has_html = store_int(stmt, 15) != 0;
	set_text(stmt, 16, &message->reply_to.address);
	message->trust = (int)found->row.trust;
	sqlite3_reset(stmt);
	return true;
}

#define ATTACHMENTS_OF                                                                             \
	"SELECT part, filename, type, real_type, content_id, size, sha256, sha256_lf, role, "      \
	"width, height, is_inline, caption, credit, alt FROM attachment WHERE submission_id = ?1 " \
	"ORDER BY number"

static bool
load_parts(Store *store, StoreDraft *found, GError **error)
{
	gint64 id = found->row.id;
	Draft *draft = found->draft;

	return store_load_records(store,
		       "SELECT kind, text, reason, position FROM aside WHERE draft_id = ?1 ORDER "
		       "BY number",
		       &aside_type, draft->asides, id, error) &&
	       store_load_records(store,
		       "SELECT name, content_id, url, alt, caption, credit, attachment, "
		       "after_block FROM image WHERE draft_id = ?1 "
		       "ORDER BY number",
		       &image_type, draft->images, id, error) &&
	       store_load_records(store,
		       "SELECT url, service, ends_at, said FROM link WHERE draft_id = ?1 ORDER BY "
		       "number",
		       &share_link_type, draft->links, id, error) &&
	       store_load_records(store,
		       "SELECT code, text FROM warning WHERE draft_id = ?1 ORDER BY number",
		       &warning_type, draft->warnings, id, error) &&
	       store_load_records(store, ATTACHMENTS_OF, &attachment_type,
		       found->message->attachments, found->submission_id, error);
}

bool
store_picture_source(Store *store, const Picture *picture, char **ret_path,
	Attachment **ret_attachment, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	sqlite3_stmt *stmt = store_query(store, error, "SELECT path FROM submission WHERE id = ?1",
		"i", picture->submission);
	g_autofree char *path = NULL;

	if (stmt == NULL || store_step(store, stmt, error) < 0)
		return false;
	path = store_text(stmt, 0);
	sqlite3_reset(stmt);
	if (!store_load_records(
		    store, ATTACHMENTS_OF, &attachment_type, list, picture->submission, error))
		return false;
	for (guint i = 0; i < list->len; i++) {
		Attachment *attachment = list->pdata[i];

		if ((gint64)i == picture->number &&
			strcmp(attachment->sha256, picture->sha256) == 0)
			*ret_attachment = attachment;
		else
			record_free(&attachment_type, attachment);
	}
	*ret_path = g_steal_pointer(&path);
	return *ret_attachment != NULL ||
	       nieuws_fail(error, NIEUWS_NOT_FOUND, "the picture %s is in no mail of this draft",
		       picture->name);
}

static bool
load_restored(Store *store, StoreDraft *found, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT restored FROM aside WHERE draft_id = ?1 ORDER BY number", "i",
		found->row.id);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0) {
		gint64 version = store_int(stmt, 0);

		g_array_append_val(found->restored, version);
	}
	return stepped == 0;
}

void
store_event_free(StoreEvent *event)
{
	if (event == NULL)
		return;
	g_free(event->kind);
	g_free(event->who);
	g_free(event->text);
	g_free(event);
}

static StoreEvent *
read_event(sqlite3_stmt *stmt)
{
	StoreEvent *event = g_new0(StoreEvent, 1);

	event->at = store_int(stmt, 0);
	event->kind = store_text(stmt, 1);
	event->who = store_text(stmt, 2);
	event->text = store_text(stmt, 3);
	return event;
}

StoreEvent *
store_event_last(Store *store, gint64 draft_id, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT at, kind, who, text FROM event WHERE draft_id = ?1 AND who != 'nieuwsd' "
		"AND kind NOT IN ('note', 'mail-withheld') AND NOT (kind = 'undo' AND text = "
		"'note') ORDER BY id DESC LIMIT 1",
		"i", draft_id);
	StoreEvent *event;

	if (stmt == NULL || store_step(store, stmt, error) <= 0)
		return NULL;
	event = read_event(stmt);
	sqlite3_reset(stmt);
	return event;
}

static bool
load_events(Store *store, StoreDraft *found, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT at, kind, who, text FROM event WHERE draft_id = ?1 ORDER BY id", "i",
		found->row.id);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		g_ptr_array_add(found->events, read_event(stmt));
	return stepped == 0;
}

StoreDraft *
store_draft_get_id(Store *store, gint64 id, GError **error)
{
	g_autoptr(StoreDraft) found = g_new0(StoreDraft, 1);

	found->message = message_new();
	found->draft = draft_new();
	found->sha256 = g_strdup("");
	found->path = g_strdup("");
	found->mailbox = g_strdup("");
	found->restored = g_array_new(FALSE, FALSE, sizeof(gint64));
	found->events = g_ptr_array_new_with_free_func((GDestroyNotify)store_event_free);
	if (!load_draft(store, id, found, error) || !load_submission(store, found, error) ||
		!load_parts(store, found, error) || !load_restored(store, found, error) ||
		!load_events(store, found, error))
		return NULL;
	return g_steal_pointer(&found);
}

bool
store_draft_find(Store *store, const char *number_or_reference, gint64 *ret_id, GError **error)
{
	char *end;
	gint64 id = g_ascii_strtoll(number_or_reference, &end, 10);

	if ((*end != '\0' || end == number_or_reference) &&
		!store_number(store, 0, &id, error,
			"SELECT id FROM draft WHERE reference = upper(?1)", "s",
			number_or_reference))
		return false;
	if (id <= 0)
		return nieuws_fail(error, NIEUWS_NOT_FOUND, "there is no draft %s; see nieuws list",
			number_or_reference);
	*ret_id = id;
	return true;
}

StoreDraft *
store_draft_get(Store *store, const char *number_or_reference, GError **error)
{
	gint64 id = 0;

	return store_draft_find(store, number_or_reference, &id, error)
		       ? store_draft_get_id(store, id, error)
		       : NULL;
}

void
store_draft_free(StoreDraft *draft)
{
	if (draft == NULL)
		return;
	clear_row(&draft->row);
	g_free(draft->sha256);
	g_free(draft->path);
	g_free(draft->mailbox);
	message_free(draft->message);
	draft_free(draft->draft);
	g_ptr_array_unref(draft->events);
	g_array_unref(draft->restored);
	g_free(draft);
}
