/* The write path of the intake: one mail into the open transaction. */
#include <string.h>

#include "store-private.h"

static bool
add_to_ledger(Store *store, const StoreKeep *keep, const char *outcome, gint64 submission_id,
	GError **error)
{
	if (*keep->mailbox == '\0')
		return true;
	return store_run(store, error,
		"INSERT INTO ledger (mailbox, folder, uidvalidity, uid, outcome, submission_id, "
		"kept_at) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET outcome = ?5, "
		"submission_id = ?6, gone = 0, acked_at = CASE WHEN gone = 1 THEN 0 ELSE acked_at "
		"END",
		"ssiisii", keep->mailbox, keep->folder, keep->uidvalidity, keep->uid, outcome,
		submission_id, keep->kept_at);
}

/* --- doubles
 * --------------------------------------------------------------------------------------------------
 */

/* The same bytes, or the same Message-ID with the same content. */
static bool
find_double(Store *store, const StoreKeep *keep, gint64 *ret_submission, GError **error)
{
	if (!store_number(store, 0, ret_submission, error,
		    "SELECT id FROM submission WHERE sha256 = ?1", "s", keep->sha256))
		return false;
	if (*ret_submission != 0 || *keep->message->message_id == '\0')
		return true;
	return store_number(store, 0, ret_submission, error,
		"SELECT id FROM submission WHERE message_id = ?1 AND message_id != '' AND "
		"content_digest = ?2",
		"ss", keep->message->message_id, keep->message->content_digest);
}

static bool
note_double(
	Store *store, const StoreKeep *keep, gint64 submission_id, StoreKept *kept, GError **error)
{
	g_autofree char *text = NULL;
	gint64 draft_id = 0;
	gint64 known = 0;

	if (!store_number(store, 0, &draft_id, error,
		    "SELECT draft_id FROM submission WHERE id = ?1", "i", submission_id) ||
		/* Read again after a restart or a restore, not sent again. */
		!store_number(store, 0, &known, error,
			"SELECT count(*) FROM ledger WHERE mailbox = ?1 AND folder = ?2 AND "
			"uidvalidity = ?3 AND uid = ?4 AND submission_id = ?5",
			"ssiii", keep->mailbox, keep->folder, keep->uidvalidity, keep->uid,
			submission_id))
		return false;
	kept->draft_id = draft_id;
	kept->submission_id = submission_id;
	kept->is_new = false;
	/* The file that came now is whole; the one of before may be what nieuws fsck set aside. */
	if (known > 0)
		return store_run(store, error,
			       "UPDATE ledger SET gone = 0 WHERE mailbox = ?1 AND folder = ?2 AND "
			       "uidvalidity = ?3 AND uid = ?4",
			       "ssii", keep->mailbox, keep->folder, keep->uidvalidity, keep->uid) &&
		       store_run(store, error,
			       "UPDATE submission SET path = ?2 WHERE id = ?1 AND sha256 = ?3",
			       "iss", submission_id, keep->path, keep->sha256);
	text = g_strdup_printf("%s %s %" G_GINT64_FORMAT ".%" G_GINT64_FORMAT " %s", keep->mailbox,
		keep->folder, keep->uidvalidity, keep->uid, keep->sha256);
	return add_to_ledger(store, keep, "duplicate", submission_id, error) &&
	       store_run(store, error, "UPDATE draft SET duplicates = duplicates + 1 WHERE id = ?1",
		       "i", draft_id) &&
	       store_event_add(store, draft_id, "duplicate", "nieuwsd", text, error);
}

/* --- a new draft
 * ---------------------------------------------------------------------------------------------- */

static gint64
count_photos(const Message *message)
{
	gint64 photos = 0;

	for (guint i = 0; i < message->attachments->len; i++)
		photos += ((Attachment *)message->attachments->pdata[i])->role == ROLE_PHOTO;
	return photos;
}

bool
store_next_reference(Store *store, gint64 at, char **ret_reference, GError **error)
{
	g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(at);
	g_autofree char *stem =
		g_strdup_printf("%s-%d-", store->reference, g_date_time_get_year(then));
	gint64 last = 0;

	/* References are made in order, so the newest draft of this stem has the highest number. */
	if (!store_number(store, 0, &last, error,
		    "SELECT CAST(substr(reference, length(?1) + 1) AS INTEGER) FROM draft "
		    "WHERE substr(reference, 1, length(?1)) = ?1 ORDER BY id DESC LIMIT 1",
		    "s", stem))
		return false;
	*ret_reference = g_strdup_printf("%s%04d", stem, (int)last + 1);
	return true;
}

static const Person *
contributor_of(const Draft *draft)
{
	return draft->has_original ? &draft->original_sender : &draft->sender;
}

/* Of a blocked contributor: kept, as spam. */
static bool
is_blocked(Store *store, const StoreKeep *keep, bool *ret_blocked, GError **error)
{
	gint64 blocked = 0;

	if (!store_number(store, 0, &blocked, error,
		    "SELECT count(*) FROM contributor WHERE address = lower(?1) AND standing = "
		    "'blocked'",
		    "s", contributor_of(keep->draft)->address))
		return false;
	*ret_blocked = blocked > 0;
	return true;
}

static bool
insert_draft(Store *store, const StoreKeep *keep, gint64 *ret_id, GError **error)
{
	const Draft *draft = keep->draft;
	g_autofree char *reference = NULL;
	g_autofree char *tags = store_join_lines(draft->tags);
	g_autofree char *places = store_join_lines(draft->places);

	if (!store_next_reference(store, keep->kept_at, &reference, error))
		return false;
	if (!store_run(store, error,
		    "INSERT INTO draft (reference, created_at, updated_at, title, title_from, "
		    "lead, body, language, source, "
		    "source_reason, sender_name, sender_address, sender_organisation, "
		    "original_name, original_address, "
		    "embargo, embargo_at, words, photos, warnings, trust, "
		    "original_organisation, proposed_tags, places) VALUES (?1, ?2, ?2, ?3, "
		    "?4, ?5, ?6, ?7, ?8, ?9, "
		    "?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
		    "sisssssssssssssiiiissss", reference, keep->kept_at, draft->title,
		    draft->title_from, draft->lead, draft->body, draft->language, draft->source,
		    draft->source_reason, draft->sender.name, draft->sender.address,
		    draft->sender.organisation,
		    draft->has_original ? draft->original_sender.name : "",
		    draft->has_original ? draft->original_sender.address : "", draft->embargo,
		    draft->embargo_at, draft->words, count_photos(keep->message),
		    (gint64)draft->warnings->len, trust_names[keep->message->trust],
		    draft->has_original ? draft->original_sender.organisation : "", tags, places))
		return false;
	*ret_id = sqlite3_last_insert_rowid(store->db);
	return store_run(store, error,
		"INSERT INTO revision (draft_id, number, at, who, why, title, lead, body, embargo, "
		"embargo_at) VALUES (?1, 1, ?2, 'nieuwsd', 'as received', ?3, ?4, ?5, ?6, ?7)",
		"iissssi", *ret_id, keep->kept_at, draft->title, draft->lead, draft->body,
		draft->embargo, draft->embargo_at);
}

static bool
insert_submission(
	Store *store, const StoreKeep *keep, gint64 draft_id, gint64 *ret_id, GError **error)
{
	const Message *m = keep->message;

	if (!store_run(store, error,
		    "INSERT INTO submission (sha256, path, size, mailbox, received_at, draft_id, "
		    "truncated, subject, "
		    "from_address, from_name, reply_to, message_id, in_reply_to, date, has_html, "
		    "return_path, automatic, trust, "
		    "trust_detail, content_digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
		    "?10, ?11, ?12, ?13, ?14, ?15, "
		    "?16, ?17, ?18, ?19, ?20)",
		    "ssisiiissssssiisssss", keep->sha256, keep->path, keep->size, keep->mailbox,
		    keep->received_at, draft_id, (gint64)keep->truncated, m->subject,
		    m->from_address, m->from_name, m->reply_to.address, m->message_id,
		    m->in_reply_to, m->date, (gint64)m->has_html, m->return_path, m->automatic,
		    trust_names[m->trust], m->trust_detail, m->content_digest))
		return false;
	*ret_id = sqlite3_last_insert_rowid(store->db);
	return true;
}

static bool
insert_attachments(Store *store, const StoreKeep *keep, gint64 submission_id, GError **error)
{
	return store_insert_records(store,
		"INSERT INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		&attachment_type, keep->message->attachments, submission_id, error);
}

static bool
insert_parts(Store *store, const StoreKeep *keep, const StoreKept *kept, GError **error)
{
	const Draft *draft = keep->draft;

	return store_insert_records(store,
		       "INSERT INTO aside (draft_id, number, kind, text, reason, position) VALUES "
		       "(?, ?, ?, ?, ?, ?)",
		       &aside_type, draft->asides, kept->draft_id, error) &&
	       store_insert_records(store,
		       "INSERT INTO image VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", &image_type,
		       draft->images, kept->draft_id, error) &&
	       store_insert_records(store, "INSERT INTO link VALUES (?, ?, ?, ?, ?, ?)",
		       &share_link_type, draft->links, kept->draft_id, error) &&
	       store_insert_records(store, "INSERT INTO warning VALUES (?, ?, ?, ?)", &warning_type,
		       draft->warnings, kept->draft_id, error) &&
	       insert_attachments(store, keep, kept->submission_id, error);
}

static bool
note_contributor(Store *store, const StoreKeep *keep, GError **error)
{
	const Draft *draft = keep->draft;
	const Person *person = contributor_of(draft);

	if (*person->address == '\0')
		return true;
	return store_run(store, error,
		"INSERT INTO contributor (address, name, organisation, first_at, last_at, "
		"submissions, looks) "
		"VALUES (lower(?1), ?2, ?3, ?4, ?4, 1, looks_of(?2)) ON CONFLICT (address) DO "
		"UPDATE SET last_at "
		"= ?4, "
		"submissions = submissions + 1",
		"sssi", person->address, person->name, person->organisation, keep->kept_at);
}

/* The mail could be read after all: its ledger rows, which point to the quarantine by -id, now
 * count as kept. */
static bool
leave_quarantine(Store *store, const StoreKeep *keep, gint64 submission_id, GError **error)
{
	gint64 id = 0;

	if (!store_number(store, 0, &id, error,
		    "SELECT id FROM quarantine WHERE sha256 = ?1 AND resolved_at = 0", "s",
		    keep->sha256))
		return false;
	return id == 0 ||
	       (store_run(store, error, "UPDATE quarantine SET resolved_at = ?2 WHERE id = ?1",
			"ii", id, keep->kept_at) &&
		       store_run(store, error,
			       "UPDATE ledger SET outcome = 'kept', submission_id = ?2 WHERE "
			       "submission_id = ?1",
			       "ii", -id, submission_id));
}

static bool
set_blocked_aside(Store *store, const StoreKeep *keep, StoreKept *kept, GError **error)
{
	if (!is_blocked(store, keep, &kept->blocked, error))
		return false;
	kept->blocked = kept->blocked || keep->spam != NULL;
	return !kept->blocked ||
	       (store_run(store, error,
			"UPDATE draft SET state = 'spam', decided_by = 'nieuwsd', decided_at = ?2 "
			"WHERE id = ?1",
			"ii", kept->draft_id, keep->kept_at) &&
		       store_event_add(store, kept->draft_id, "spam", "nieuwsd",
			       keep->spam != NULL ? keep->spam : "the contributor is blocked",
			       error));
}

/* The mail is one more of a draft that is there, and waits beside it. */
static bool
join(Store *store, const StoreKeep *keep, const StoreFollow *follow, StoreKept *kept,
	GError **error)
{
	gint64 photos = 0;

	kept->draft_id = follow->draft_id;
	kept->is_new = false;
	kept->joined = true;
	return store_follow_photos(store, keep, follow->draft_id, &photos, error) &&
	       insert_submission(store, keep, follow->draft_id, &kept->submission_id, error) &&
	       insert_attachments(store, keep, kept->submission_id, error) &&
	       store_follow_propose(
		       store, keep, follow, kept->submission_id, photos, &kept->waits, error) &&
	       note_contributor(store, keep, error) &&
	       store_index_draft(store, follow->draft_id, error) &&
	       add_to_ledger(store, keep, "kept", kept->submission_id, error) &&
	       leave_quarantine(store, keep, kept->submission_id, error);
}

static bool
keep_new(Store *store, const StoreKeep *keep, gint64 near_id, StoreKept *kept, GError **error)
{
	return insert_draft(store, keep, &kept->draft_id, error) &&
	       insert_submission(store, keep, kept->draft_id, &kept->submission_id, error) &&
	       insert_parts(store, keep, kept, error) && note_contributor(store, keep, error) &&
	       store_index_draft(store, kept->draft_id, error) &&
	       store_near_keep(store, kept->draft_id, keep->draft, error) &&
	       (near_id == 0 ||
		       store_run(store, error, "UPDATE draft SET near_id = ?2 WHERE id = ?1", "ii",
			       kept->draft_id, near_id)) &&
	       add_to_ledger(store, keep, keep->truncated ? "oversize" : "kept",
		       kept->submission_id, error) &&
	       store_event_add(store, kept->draft_id, "received", "nieuwsd", keep->sha256, error) &&
	       set_blocked_aside(store, keep, kept, error) &&
	       leave_quarantine(store, keep, kept->submission_id, error);
}

bool
store_keep(Store *store, const StoreKeep *keep, StoreKept *ret_kept, GError **error)
{
	StoreKept kept = {.is_new = true};
	StoreFollow follow = {0};
	bool blocked = false;
	gint64 again = 0;

	if (!find_double(store, keep, &again, error))
		return false;
	if (again != 0)
		return note_double(store, keep, again, ret_kept, error);
	if (!is_blocked(store, keep, &blocked, error) ||
		(!blocked && keep->spam == NULL &&
			!store_follow_find(
				store, keep, contributor_of(keep->draft)->address, &follow, error)))
		return false;
	if (follow.draft_id != 0 ? !join(store, keep, &follow, &kept, error)
				 : !keep_new(store, keep, follow.near_id, &kept, error))
		return false;
	*ret_kept = kept;
	return true;
}

bool
store_quarantine_add(
	Store *store, const StoreKeep *keep, const char *reason, gint64 *ret_id, GError **error)
{
	return store_run(store, error,
		       "INSERT INTO quarantine (sha256, path, size, mailbox, reason, at) VALUES "
		       "(?1, ?2, ?3, ?4, ?5, ?6) "
		       "ON CONFLICT (sha256) DO UPDATE SET path = ?2, reason = ?5, at = ?6, "
		       "attempts = "
		       "attempts + 1, resolved_at = 0",
		       "ssissi", keep->sha256, keep->path, keep->size, keep->mailbox, reason,
		       keep->kept_at) &&
	       store_number(store, 0, ret_id, error, "SELECT id FROM quarantine WHERE sha256 = ?1",
		       "s", keep->sha256) &&
	       add_to_ledger(store, keep, "quarantined", -*ret_id, error);
}

bool
store_event_add(Store *store, gint64 draft_id, const char *kind, const char *who, const char *text,
	GError **error)
{
	return store_run(store, error,
		"INSERT INTO event (draft_id, at, kind, who, text) VALUES (?1, ?2, ?3, ?4, ?5)",
		"iisss", draft_id, when_now(), kind, who, text);
}
