/* Follow-ups: mails that belong to a draft that is there. They wait as proposals and change nothing
 * by themselves.
 */
#include <string.h>

#include "store-private.h"

enum {
	MOST_IDS = 30, /* of In-Reply-To and References that are looked up */
	LONGEST_MERGE = 10,
	FEWEST_WORDS = 40, /* a text that may join by its likeness alone */
	MOST_ALIKE = 20,
};

#define ALIKE 0.5
#define CORRECTED 0.2 /* a reply at least so like its draft is a new version of it */

#define STRING(f)                                                                                  \
	{                                                                                          \
#f, FIELD_STRING, offsetof(StoreProposal, f), NULL, NULL                           \
	}
#define INT(f)                                                                                     \
	{                                                                                          \
#f, FIELD_INT, offsetof(StoreProposal, f), NULL, NULL                              \
	}

static const Field proposal_fields[] = {INT(id), INT(draft_id), INT(submission_id), INT(at),
	STRING(title), STRING(lead), STRING(body), STRING(embargo), INT(embargo_at), INT(photos),
	STRING(kind), STRING(why), STRING(state), STRING(decided_by), INT(decided_at),
	STRING(parts), STRING(from), STRING(subject), STRING(asides),
	{NULL, FIELD_INT, 0, NULL, NULL}};
const RecordType store_proposal_type = {"proposal", sizeof(StoreProposal), proposal_fields};

static void
aside_free(gpointer aside)
{
	record_free(&aside_type, aside);
}

/* --- which draft
 * ---------------------------------------------------------------------------------------------- */

/* A Message-ID of ours: nieuws.ROW.TOKEN@host. The token was told to nobody but the recipient. */
static bool
draft_of_notice(Store *store, const char *id, gint64 *ret_draft, GError **error)
{
	g_auto(GStrv) parts = g_strsplit_set(id, ".@", 5);

	if (g_strv_length(parts) < 4 || strcmp(parts[0], "nieuws") != 0)
		return true;
	return store_number(store, 0, ret_draft, error,
		"SELECT draft_id FROM outbox WHERE id = ?1 AND token = ?2", "is",
		g_ascii_strtoll(parts[1], NULL, 10), parts[2]);
}

static bool
draft_of_id(Store *store, const char *id, StoreFollow *follow, GError **error)
{
	if (*id == '\0' || strlen(id) > 400)
		return true;
	if (!store_number(store, 0, &follow->draft_id, error,
		    "SELECT draft_id FROM submission WHERE message_id = ?1 AND message_id != '' "
		    "ORDER BY id DESC LIMIT 1",
		    "s", id))
		return false;
	return follow->draft_id != 0 || draft_of_notice(store, id, &follow->draft_id, error);
}

static bool
by_references(Store *store, const Message *message, StoreFollow *follow, GError **error)
{
	guint left = MOST_IDS;

	if (!draft_of_id(store, message->in_reply_to, follow, error))
		return false;
	for (guint i = message->references->len; i > 0 && left > 0 && follow->draft_id == 0;
		i--, left--)
		if (!draft_of_id(store, message->references->pdata[i - 1], follow, error))
			return false;
	follow->why = "reply";
	return true;
}

/* KON-2026-0042 anywhere in the subject, in any case. To g_free; NULL none. */
static char *
reference_in(const Store *store, const char *subject)
{
	g_autofree char *upper = g_ascii_strup(subject, -1);
	g_autofree char *stem = g_strdup_printf("%s-", store->reference);

	for (const char *at = strstr(upper, stem); at != NULL; at = strstr(at + 1, stem)) {
		const char *year = at + strlen(stem);
		size_t digits = strspn(year, "0123456789");
		size_t number = year[digits] == '-' ? strspn(year + digits + 1, "0123456789") : 0;

		if (digits == 4 && number >= 1 && number <= 9)
			return g_strndup(at, strlen(stem) + digits + 1 + number);
	}
	return NULL;
}

static bool
is_listed(const GPtrArray *addresses, const char *address)
{
	for (guint i = 0; addresses != NULL && i < addresses->len; i++)
		if (g_ascii_strcasecmp(addresses->pdata[i], address) == 0)
			return true;
	return false;
}

/* A reference is printed in mails, so knowing it proves nothing: the sender must be one of the
 * draft's, or an editor, and not shown to be somebody else. */
static bool
may_join(Store *store, const StoreKeep *keep, gint64 draft_id, bool *ret_may, GError **error)
{
	const char *from = keep->message->from_address;
	gint64 known = 0;

	if (*from == '\0' || keep->message->trust == TRUST_FAIL) {
		*ret_may = false;
		return true;
	}
	if (!store_number(store, 0, &known, error,
		    "SELECT EXISTS (SELECT 1 FROM submission WHERE draft_id = ?1 AND lower(?2) IN "
		    "(lower(from_address), lower(reply_to))) OR EXISTS (SELECT 1 FROM draft WHERE "
		    "id = ?1 AND lower(?2) IN (lower(sender_address), lower(original_address)))",
		    "is", draft_id, from))
		return false;
	*ret_may = known > 0 || is_listed(keep->editors, from);
	return true;
}

static bool
by_subject(Store *store, const StoreKeep *keep, StoreFollow *follow, GError **error)
{
	g_autofree char *reference = reference_in(store, keep->message->subject);
	gint64 draft_id = 0;
	bool may = false;

	if (reference == NULL)
		return true;
	if (!store_number(store, 0, &draft_id, error, "SELECT id FROM draft WHERE reference = ?1",
		    "s", reference))
		return false;
	if (draft_id == 0)
		return true;
	if (!may_join(store, keep, draft_id, &may, error))
		return false;
	if (may)
		follow->draft_id = draft_id;
	follow->why = "reference";
	return true;
}

/* The numbers in a title, in order: "12 2026". To g_free. */
static char *
numbers_in(const char *title)
{
	GString *numbers = g_string_new(NULL);

	for (const char *p = title; *p != '\0'; p++)
		if (g_ascii_isdigit(*p))
			g_string_append_c(numbers, *p);
		else if (numbers->len > 0 && numbers->str[numbers->len - 1] != ' ')
			g_string_append_c(numbers, ' ');
	return g_strchomp(g_string_free(numbers, FALSE));
}

/* Club evening 12 and club evening 13 are two, however alike their texts. */
static bool
is_of_a_series(Store *store, const Draft *draft, gint64 id, bool *ret_is, GError **error)
{
	g_autoptr(StoreRevision) first = store_revision_get(store, id, 1, error);
	g_autofree char *mine = numbers_in(draft->title);
	g_autofree char *other = first != NULL ? numbers_in(first->content->title) : NULL;

	if (first == NULL)
		return false;
	*ret_is = *mine != '\0' && *other != '\0' && strcmp(mine, other) != 0;
	return true;
}

/* The same contributor, and lately: only then is a near text a correction; else it is marked. */
static bool
by_likeness(Store *store, const StoreKeep *keep, const char *address, StoreFollow *follow,
	GError **error)
{
	g_autoptr(GPtrArray) near = store_near_text(store, keep->draft, ALIKE, error);

	if (near == NULL)
		return false;
	for (guint i = 0; i < MIN(near->len, (guint)MOST_ALIKE) && follow->draft_id == 0; i++) {
		const StoreNear *one = near->pdata[i];
		gint64 fits = 0;
		bool series = false;

		if (!store_number(store, 0, &fits, error,
			    "SELECT count(*) FROM draft d WHERE d.id = ?1 AND " STORE_CONTRIBUTOR
			    " = lower(?2) AND ?2 != '' AND d.created_at >= ?3 AND d.state NOT IN "
			    "('rejected', 'spam')",
			    "isi", one->id, address, keep->kept_at - keep->follow_seconds))
			return false;
		if (fits > 0 && !is_of_a_series(store, keep->draft, one->id, &series, error))
			return false;
		if (fits > 0 && !series && keep->follow_seconds > 0 &&
			keep->draft->words >= FEWEST_WORDS)
			follow->draft_id = one->id;
		else if (follow->near_id == 0)
			follow->near_id = one->id;
	}
	follow->why = "like";
	return true;
}

static bool
to_the_end(Store *store, StoreFollow *follow, GError **error)
{
	for (int i = 0; i < LONGEST_MERGE; i++) {
		gint64 next = 0;

		if (!store_number(store, 0, &next, error,
			    "SELECT merged_into FROM draft WHERE id = ?1", "i", follow->draft_id))
			return false;
		if (next == 0)
			return true;
		follow->draft_id = next;
	}
	return true;
}

bool
store_follow_find(Store *store, const StoreKeep *keep, const char *contributor,
	StoreFollow *ret_follow, GError **error)
{
	StoreFollow follow = {0};

	if (!keep->truncated &&
		(!by_references(store, keep->message, &follow, error) ||
			(follow.draft_id == 0 && !by_subject(store, keep, &follow, error))))
		return false;
	if (!keep->truncated && follow.draft_id == 0 &&
		!by_likeness(store, keep, contributor, &follow, error))
		return false;
	if (follow.draft_id != 0 && !to_the_end(store, &follow, error))
		return false;
	*ret_follow = follow;
	return true;
}

/* --- what it brings
 * ------------------------------------------------------------------------------------------- */

/* Photos that the draft has not had before. */
static bool
count_new_photos(
	Store *store, const StoreKeep *keep, gint64 draft_id, gint64 *ret_count, GError **error)
{
	const GPtrArray *list = keep->message->attachments;

	for (guint i = 0; i < list->len; i++) {
		const Attachment *a = list->pdata[i];
		gint64 there = 0;

		if (a->role != ROLE_PHOTO)
			continue;
		if (!store_number(store, 0, &there, error,
			    "SELECT count(*) FROM submission s JOIN attachment a ON "
			    "a.submission_id = s.id WHERE s.draft_id = ?1 AND a.sha256 = ?2",
			    "is", draft_id, a->sha256))
			return false;
		*ret_count += there == 0;
	}
	return true;
}

/* A new version of the text, a message to the editor, or photos alone. "" when it brings nothing
 * that is not there. */
static bool
judge(Store *store, const StoreKeep *keep, const StoreFollow *follow, gint64 photos,
	const char **ret_kind, GError **error)
{
	const Draft *draft = keep->draft;
	g_autoptr(StoreRevision) first = store_revision_get(store, follow->draft_id, 1, error);
	gint64 words = 0;
	double likeness = 0;

	if (first == NULL ||
		!store_number(store, 0, &words, error, "SELECT words FROM draft WHERE id = ?1", "i",
			follow->draft_id) ||
		!store_near_to(store, draft, follow->draft_id, &likeness, error))
		return false;
	if (strcmp(draft->body, first->content->body) == 0 &&
		strcmp(draft->title, first->content->title) == 0 &&
		strcmp(draft->lead, first->content->lead) == 0)
		*ret_kind = photos > 0 ? "photos" : "";
	else if (likeness >= CORRECTED ||
		 (draft->words >= FEWEST_WORDS && draft->words * 10 >= words * 6))
		*ret_kind = "text";
	else if (draft->words == 0)
		*ret_kind = photos > 0 ? "photos" : "";
	else
		*ret_kind = "message";
	return true;
}

bool
store_follow_propose(Store *store, const StoreKeep *keep, const StoreFollow *follow,
	gint64 submission_id, gint64 new_photos, bool *ret_waits, GError **error)
{
	const Draft *draft = keep->draft;
	g_autofree char *asides = record_list_to_text(&aside_type, draft->asides);
	/* What a machine answers is kept and noted; nobody has to decide on it. */
	bool automatic = *keep->message->automatic != '\0';
	const char *kind = "", *title = draft->title;

	if (!judge(store, keep, follow, new_photos, &kind, error))
		return false;
	*ret_waits = !automatic && *kind != '\0';
	/* "Re: ..." is no new title. */
	if (strcmp(follow->why, "like") != 0 && strcmp(draft->title_from, "subject") == 0)
		title = "";
	return store_run(store, error,
		       "INSERT INTO proposal (draft_id, submission_id, at, title, lead, body, "
		       "state, why, photos, embargo, embargo_at, kind, asides) VALUES (?1, ?2, "
		       "?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
		       "iiisssssisiss", follow->draft_id, submission_id, keep->kept_at, title,
		       draft->lead, draft->body, *ret_waits ? "open" : "noted", follow->why,
		       new_photos, draft->embargo, draft->embargo_at, kind, asides) &&
	       store_follow_count(store, follow->draft_id, error) &&
	       store_event_add(store, follow->draft_id,
		       automatic ? "auto-reply" : (*ret_waits ? "followup" : "again"), "nieuwsd",
		       keep->sha256, error);
}

bool
store_follow_photos(
	Store *store, const StoreKeep *keep, gint64 draft_id, gint64 *ret_count, GError **error)
{
	*ret_count = 0;
	return count_new_photos(store, keep, draft_id, ret_count, error);
}

bool
store_follow_count(Store *store, gint64 draft_id, GError **error)
{
	return store_run(store, error,
		"UPDATE draft SET followups = (SELECT count(*) FROM proposal WHERE draft_id = ?1 "
		"AND state = 'open') WHERE id = ?1",
		"i", draft_id);
}

/* --- for the desk
 * --------------------------------------------------------------------------------------------- */

#define PROPOSAL_COLUMNS                                                                           \
	"p.id, p.draft_id, p.submission_id, p.at, p.title, p.lead, p.body, p.embargo, "            \
	"p.embargo_at, p.photos, p.kind, p.why, p.state, p.decided_by, p.decided_at, p.parts, "    \
	"coalesce(CASE WHEN s.from_name != '' THEN s.from_name ELSE s.from_address END, ''), "     \
	"coalesce(s.subject, ''), p.asides FROM proposal p LEFT JOIN submission s ON s.id = "      \
	"p.submission_id "

static void
proposal_free(gpointer proposal)
{
	record_free(&store_proposal_type, proposal);
}

static GPtrArray *
read_proposals(Store *store, sqlite3_stmt *stmt, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(proposal_free);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		store_read_record(
			stmt, 0, &store_proposal_type, record_append(&store_proposal_type, list));
	return stepped == 0 ? g_steal_pointer(&list) : NULL;
}

GPtrArray *
store_proposal_list(Store *store, gint64 draft_id, bool open, GError **error)
{
	if (draft_id == 0)
		return read_proposals(store,
			store_query(store, error,
				"SELECT " PROPOSAL_COLUMNS
				"WHERE p.state = 'open' ORDER BY p.id LIMIT 500",
				""),
			error);
	return read_proposals(store,
		store_query(store, error,
			"SELECT " PROPOSAL_COLUMNS "WHERE p.draft_id = ?1 AND (p.state = 'open' OR "
			"NOT ?2) ORDER BY p.id",
			"ii", draft_id, (gint64)open),
		error);
}

bool
store_proposal_decide(Store *store, gint64 id, const char *state, const char *who,
	const char *parts, GError **error)
{
	gint64 draft_id = 0;

	return store_run(store, error,
		       "UPDATE proposal SET state = ?2, decided_by = ?3, decided_at = ?4, parts = "
		       "?5 WHERE id = ?1",
		       "issis", id, state, who, *who != '\0' ? when_now() : 0, parts) &&
	       store_number(store, 0, &draft_id, error,
		       "SELECT draft_id FROM proposal WHERE id = ?1", "i", id) &&
	       store_follow_count(store, draft_id, error);
}

bool
store_proposal_pictures(
	Store *store, gint64 submission_id, gint64 draft_id, GPtrArray *pictures, GError **error)
{
	sqlite3_stmt *stmt = store_query(store, error,
		"SELECT a.submission_id, a.number, a.sha256, a.filename, a.alt, a.caption, "
		"a.credit FROM attachment a WHERE a.submission_id = ?1 AND a.role = 'photo' AND "
		"NOT EXISTS (SELECT 1 FROM submission s JOIN attachment o ON o.submission_id = "
		"s.id WHERE s.draft_id = ?2 AND s.id != ?1 AND o.sha256 = a.sha256) ORDER BY "
		"a.number",
		"ii", submission_id, draft_id);
	int stepped = -1;

	while (stmt != NULL && (stepped = store_step(store, stmt, error)) > 0)
		store_add_received(stmt, pictures);
	return stepped == 0;
}

/* --- merge and split
 * ------------------------------------------------------------------------------------------- */

bool
store_proposal_merge(Store *store, gint64 id, gint64 other, gint64 *ret_proposal, GError **error)
{
	/* Merged before and taken back: the same row waits again, with the text of today. */
	return store_run(store, error,
		       "INSERT INTO proposal (draft_id, submission_id, at, title, lead, body, "
		       "why, photos, embargo, embargo_at, kind) SELECT ?1, coalesce((SELECT "
		       "min(id) FROM submission WHERE draft_id = ?2), 0), ?3, title, lead, body, "
		       "'merged', photos, embargo, embargo_at, 'text' FROM draft WHERE id = ?2 ON "
		       "CONFLICT (submission_id, draft_id) DO UPDATE SET state = 'open', title = "
		       "excluded.title, lead = excluded.lead, body = excluded.body, decided_by = "
		       "'', decided_at = 0",
		       "iii", id, other, when_now()) &&
	       store_number(store, 0, ret_proposal, error,
		       "SELECT id FROM proposal WHERE draft_id = ?1 ORDER BY state = 'open' DESC, "
		       "id DESC LIMIT 1",
		       "i", id) &&
	       store_follow_count(store, id, error) &&
	       store_event_add(store, id, "followup", "nieuws", "merged", error);
}

static bool
insert_split(Store *store, const StoreProposal *proposal, gint64 *ret_draft, GError **error)
{
	g_autofree char *reference = NULL;
	gint64 now = when_now();

	if (!store_next_reference(store, now, &reference, error) ||
		!store_run(store, error,
			"INSERT INTO draft (reference, created_at, updated_at, title, title_from, "
			"lead, body, language, source, source_reason, sender_name, "
			"sender_address, sender_organisation, original_name, original_address, "
			"embargo, embargo_at, words, photos, warnings, trust) SELECT ?1, ?2, ?2, "
			"CASE WHEN ?3 != '' THEN ?3 ELSE s.subject END, 'subject', ?4, ?5, "
			"d.language, d.source, '', s.from_name, s.from_address, '', '', '', ?6, "
			"?7, ?8, (SELECT count(*) FROM attachment a WHERE a.submission_id = s.id "
			"AND a.role = 'photo'), 0, s.trust FROM submission s JOIN draft d ON d.id "
			"= s.draft_id WHERE s.id = ?9",
			"sissssiii", reference, now, proposal->title, proposal->lead,
			proposal->body, proposal->embargo, proposal->embargo_at,
			(gint64)text_words(proposal->body), proposal->submission_id))
		return false;
	*ret_draft = sqlite3_last_insert_rowid(store->db);
	return store_run(store, error,
		"INSERT INTO revision (draft_id, number, at, who, why, title, lead, body, embargo, "
		"embargo_at) SELECT id, 1, created_at, 'nieuwsd', 'as received', title, lead, "
		"body, embargo, embargo_at FROM draft WHERE id = ?1",
		"i", *ret_draft);
}

bool
store_proposal_split(Store *store, const StoreProposal *proposal, gint64 *ret_draft, GError **error)
{
	g_autoptr(GPtrArray) asides = g_ptr_array_new_with_free_func(aside_free);
	g_autoptr(Draft) draft = draft_new();
	gint64 own = 0;

	/* A merged draft has its mail still: undoing the merge is the way back. */
	if (!store_number(store, 0, &own, error,
		    "SELECT count(*) FROM submission WHERE id = ?1 AND draft_id = ?2", "ii",
		    proposal->submission_id, proposal->draft_id))
		return false;
	if (own == 0)
		return nieuws_fail(error, NIEUWS_INPUT,
			"this follow-up is a merged draft; undo the merge instead");
	record_list_from_text(&aside_type, proposal->asides, asides);
	record_set(&draft->title, proposal->title);
	record_set(&draft->lead, proposal->lead);
	record_set(&draft->body, proposal->body);
	return insert_split(store, proposal, ret_draft, error) &&
	       store_run(store, error, "UPDATE submission SET draft_id = ?2 WHERE id = ?1", "ii",
		       proposal->submission_id, *ret_draft) &&
	       store_insert_records(store,
		       "INSERT INTO aside (draft_id, number, kind, text, reason, position) VALUES "
		       "(?, ?, ?, ?, ?, ?)",
		       &aside_type, asides, *ret_draft, error) &&
	       store_proposal_decide(store, proposal->id, "split", "nieuws", "", error) &&
	       store_near_keep(store, *ret_draft, draft, error) &&
	       store_index_draft(store, *ret_draft, error) &&
	       store_index_draft(store, proposal->draft_id, error) &&
	       store_event_add(store, *ret_draft, "received", "nieuws", "split", error);
}
