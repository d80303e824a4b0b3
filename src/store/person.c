/* All that is kept about one address. */
#include <string.h>

#include "store-private.h"

#define FIELD_AT(f, type)                                                                          \
	{                                                                                          \
#f, type, offsetof(StoreTrace, f), NULL, NULL                                      \
	}

static const Field trace_fields[] = {FIELD_AT(place, FIELD_STRING), FIELD_AT(draft, FIELD_INT),
	FIELD_AT(id, FIELD_INT), FIELD_AT(own, FIELD_BOOL), FIELD_AT(path, FIELD_STRING),
	FIELD_AT(row, FIELD_STRING), {NULL, FIELD_INT, 0, NULL, NULL}};
const RecordType store_trace_type = {"trace", sizeof(StoreTrace), trace_fields};

/* mine: drafts of this person. A row is his own where he is named as its sender, or where it
 * belongs to such a draft; others come along as candidates when they hold the address anywhere.
 * Values are one object of JSON for each row, so that nothing of it is left out. */
#define BELONGS "draft_id IN (SELECT id FROM mine)"
#define HOLDS(object) "instr(lower(" object "), ?1) > 0"
#define ROWS(place, id, path, table, own, object)                                                  \
	"SELECT '" place "', draft_id, " id ", " own ", " path ", " object " FROM " table          \
	" WHERE " own " OR " HOLDS(object)
#define NEXT " UNION ALL "

#define SUBMISSION                                                                                 \
	"json_object('subject', subject, 'from_name', from_name, 'from_address', from_address, "   \
	"'reply_to', reply_to, 'return_path', return_path, 'message_id', message_id, "             \
	"'received_at', received_at, 'trust_detail', trust_detail)"
#define IS_SENDER                                                                                  \
	"(" BELONGS " OR ?1 IN (lower(from_address), lower(reply_to), lower(return_path)))"
#define OF_SENDER "(submission_id IN (SELECT id FROM submission WHERE " IS_SENDER "))"

static const char traces[] =
	"WITH mine (id) AS (SELECT id FROM draft WHERE ?1 IN (lower(sender_address), "
	"lower(original_address))) "
	"SELECT 'contributor', 0, id, address = ?1, '', json_object('address', address, 'name', "
	"name, 'organisation', organisation, 'first_at', first_at, 'last_at', last_at, "
	"'submissions', submissions, 'standing', standing, 'note', note) FROM contributor WHERE "
	"address = ?1 OR instr(lower(note), ?1) > 0" NEXT ROWS(
		"submission", "id", "path", "submission", IS_SENDER, SUBMISSION) NEXT
	"SELECT 'draft', id, id, id IN (SELECT id FROM mine), '', json_object('reference', "
	"reference, 'state', state, 'created_at', created_at, 'title', title, 'lead', lead, "
	"'body', body, 'sender_name', sender_name, 'sender_address', sender_address, "
	"'sender_organisation', sender_organisation, 'original_name', original_name, "
	"'original_address', original_address) FROM draft WHERE id IN (SELECT id FROM mine) OR "
	"(?2 AND instr(lower(title || char(10) || lead || char(10) || body), ?1) > "
	"0)" NEXT "SELECT 'revision', draft_id, number, " BELONGS
	", '', json_object('at', at, 'who', who, "
	"'why', why, 'title', title, 'lead', lead, 'body', body, 'pictures', pictures) FROM "
	"revision WHERE " BELONGS " OR (?2 AND instr(lower(title || char(10) || lead || char(10) "
	"|| body || char(10) || pictures), ?1) > 0)" NEXT ROWS("aside", "number", "''", "aside",
		BELONGS, "json_object('kind', kind, 'text', text)") NEXT ROWS("note", "number",
		"''", "note", BELONGS,
		"json_object('at', at, 'who', who, 'text', text)") NEXT ROWS("event", "id", "''",
		"event", BELONGS,
		"json_object('at', at, 'kind', kind, 'who', who, 'text', text)") NEXT ROWS("step",
		"id", "''", "step", BELONGS,
		"json_object('at', at, 'who', who, 'verb', verb, 'extra', extra)")
		NEXT ROWS("warning", "number", "''", "warning", BELONGS,
			"json_object('code', code, 'text', text)") NEXT ROWS("link", "number", "''",
			"link", BELONGS, "json_object('url', url)") NEXT ROWS("proposal", "id",
			"''", "proposal", "(" BELONGS " OR " OF_SENDER ")",
			"json_object('at', at, 'title', title, 'lead', lead, 'body', body, "
			"'asides', asides, 'state', state)") NEXT ROWS("outbox", "id", "''",
			"outbox", "((editor = '' AND " BELONGS ") OR lower(recipient) = ?1)",
			"json_object('kind', kind, 'recipient', recipient, 'subject', subject, "
			"'text', text, 'state', state, 'created_at', created_at, 'reply', "
			"reply)") NEXT
	"SELECT 'attachment', draft_id, number, 1, '', json_object('filename', filename, 'type', "
	"real_type, 'sha256', a.sha256, 'caption', caption, 'credit', credit, 'alt', alt) FROM "
	"attachment a JOIN submission s ON s.id = a.submission_id WHERE " IS_SENDER NEXT
	"SELECT 'attachment', draft_id, number, 0, '', json_object('filename', filename, "
	"'caption', caption, 'credit', credit, 'alt', alt) FROM attachment a JOIN submission s ON "
	"s.id = a.submission_id WHERE NOT " IS_SENDER " AND instr(lower(filename || ' ' || "
	"caption || ' ' || credit || ' ' || alt), ?1) > 0" NEXT
	/* Nobody has read it: whose it is, its raw mail says. */
	"SELECT 'quarantine', 0, id, 0, path, json_object('at', at, 'mailbox', mailbox, 'reason', "
	"reason) FROM quarantine WHERE resolved_at = 0";

static void
trace_free(gpointer trace)
{
	record_free(&store_trace_type, trace);
}

static bool
is_of_address(char letter)
{
	return g_ascii_isalnum(letter) || strchr("._%+-@", letter) != NULL;
}

bool
store_holds_address(const char *text, gsize length, const char *address)
{
	gsize size = strlen(address);

	for (gsize i = 0; i + size <= length; i++) {
		const char *end = text + i + size;

		if (g_ascii_tolower(text[i]) != *address ||
			g_ascii_strncasecmp(text + i, address, size) != 0)
			continue;
		/* joanna@ is not anna@, and example.nl is not example.nl.example.org; a full stop
		 * may follow. */
		if (i > 0 && is_of_address(text[i - 1]) && text[i - 1] != '.')
			continue;
		if (end == text + length || !is_of_address(*end) ||
			(*end == '.' && (end + 1 == text + length || !g_ascii_isalnum(end[1]))))
			return true;
	}
	return false;
}

GPtrArray *
store_person(Store *store, const char *address, bool mentions, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(trace_free);
	g_autofree char *folded = g_ascii_strdown(address, -1);
	sqlite3_stmt *stmt = store_query(store, error, traces, "si", folded, (gint64)mentions);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0) {
		StoreTrace *trace = record_append(&store_trace_type, list);

		store_read_record(stmt, 0, &store_trace_type, trace);
		if (!trace->own && strcmp(trace->place, "quarantine") != 0 &&
			!store_holds_address(trace->row, strlen(trace->row), folded))
			g_ptr_array_remove_index(list, list->len - 1);
	}
	return stepped == 0 ? g_steal_pointer(&list) : NULL;
}
