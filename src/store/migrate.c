/* The schema, step by step. Each step runs in one transaction; a database is at its version or at
 * the next, never between. Steps are never edited once released: a change is a new step.
 *
 * Versions:
 *   1  the main job: submissions, drafts, ledger, outbox, events, search
 *   2  the desk: states with their moments, whole revisions, notes, steps to undo, proposals,
 *      standing of contributors, bands of near-duplicates, mails that can be taken back
 *   3  facts: proposed tags and places, the original sender's organisation, days that were said
 *   4  finding: an index that knows word forms, sketches, heaps of the open drafts, follow-ups
 *   5  what kind of follow-up, and what was set aside in it
 *   6  alarms, how many mails came from whom, domains that look like others, when a folder was
 *      counted
 */
#include "store-private.h"

static const char *const steps[] = {
	"CREATE TABLE folder ("
	"  mailbox TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uidnext "
	"INTEGER NOT NULL,"
	"  server INTEGER NOT NULL, last_look_at INTEGER NOT NULL, trouble TEXT NOT NULL DEFAULT "
	"'',"
	"  PRIMARY KEY (mailbox, folder)) WITHOUT ROWID;"

	"CREATE TABLE submission ("
	"  id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, path TEXT NOT NULL, size INTEGER "
	"NOT NULL,"
	"  mailbox TEXT NOT NULL, received_at INTEGER NOT NULL, draft_id INTEGER NOT NULL, "
	"truncated INTEGER NOT NULL,"
	"  subject TEXT NOT NULL, from_address TEXT NOT NULL, from_name TEXT NOT NULL, reply_to "
	"TEXT NOT NULL,"
	"  message_id TEXT NOT NULL, in_reply_to TEXT NOT NULL, date INTEGER NOT NULL, has_html "
	"INTEGER NOT NULL,"
	"  return_path TEXT NOT NULL, automatic TEXT NOT NULL, trust TEXT NOT NULL, trust_detail "
	"TEXT NOT NULL,"
	"  content_digest TEXT NOT NULL);"
	"CREATE INDEX submission_message_id ON submission (message_id) WHERE message_id != '';"
	"CREATE INDEX submission_draft ON submission (draft_id);"

	"CREATE TABLE contributor ("
	"  id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, name TEXT NOT NULL, organisation "
	"TEXT NOT NULL,"
	"  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, submissions INTEGER NOT NULL);"

	"CREATE TABLE draft ("
	"  id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, state TEXT NOT NULL DEFAULT "
	"'new',"
	"  claimed_by TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER "
	"NOT NULL,"
	"  title TEXT NOT NULL, title_from TEXT NOT NULL, lead TEXT NOT NULL, body TEXT NOT NULL, "
	"language TEXT NOT NULL,"
	"  source TEXT NOT NULL, source_reason TEXT NOT NULL, sender_name TEXT NOT NULL, "
	"sender_address TEXT NOT NULL,"
	"  sender_organisation TEXT NOT NULL, original_name TEXT, original_address TEXT, embargo "
	"TEXT NOT NULL,"
	"  embargo_at INTEGER NOT NULL, words INTEGER NOT NULL, photos INTEGER NOT NULL, warnings "
	"INTEGER NOT NULL,"
	"  duplicates INTEGER NOT NULL DEFAULT 0, trust TEXT NOT NULL);"
	"CREATE INDEX draft_state ON draft (state, id);"

	"CREATE TABLE revision ("
	"  draft_id INTEGER NOT NULL REFERENCES draft, number INTEGER NOT NULL, at INTEGER NOT "
	"NULL, who TEXT NOT NULL,"
	"  why TEXT NOT NULL, title TEXT NOT NULL, lead TEXT NOT NULL, body TEXT NOT NULL,"
	"  PRIMARY KEY (draft_id, number)) WITHOUT ROWID;"

	"CREATE TABLE aside ("
	"  draft_id INTEGER NOT NULL REFERENCES draft, number INTEGER NOT NULL, kind TEXT NOT "
	"NULL, text TEXT NOT NULL,"
	"  reason TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (draft_id, number)) "
	"WITHOUT ROWID;"

	"CREATE TABLE attachment ("
	"  submission_id INTEGER NOT NULL REFERENCES submission, number INTEGER NOT NULL, part "
	"TEXT NOT NULL,"
	"  filename TEXT NOT NULL, type TEXT NOT NULL, real_type TEXT NOT NULL, content_id TEXT "
	"NOT NULL,"
	"  size INTEGER NOT NULL, sha256 TEXT NOT NULL, sha256_lf TEXT NOT NULL, role TEXT NOT "
	"NULL,"
	"  width INTEGER NOT NULL, height INTEGER NOT NULL, is_inline INTEGER NOT NULL, caption "
	"TEXT NOT NULL,"
	"  credit TEXT NOT NULL, alt TEXT NOT NULL, PRIMARY KEY (submission_id, number)) WITHOUT "
	"ROWID;"

	"CREATE TABLE image ("
	"  draft_id INTEGER NOT NULL REFERENCES draft, number INTEGER NOT NULL, name TEXT NOT "
	"NULL, content_id TEXT NOT NULL,"
	"  url TEXT NOT NULL, alt TEXT NOT NULL, caption TEXT NOT NULL, credit TEXT NOT NULL, "
	"attachment INTEGER NOT NULL,"
	"  after_block INTEGER NOT NULL, PRIMARY KEY (draft_id, number)) WITHOUT ROWID;"

	"CREATE TABLE link ("
	"  draft_id INTEGER NOT NULL REFERENCES draft, number INTEGER NOT NULL, url TEXT NOT NULL, "
	"service TEXT NOT NULL,"
	"  ends_at INTEGER NOT NULL, PRIMARY KEY (draft_id, number)) WITHOUT ROWID;"

	"CREATE TABLE warning ("
	"  draft_id INTEGER NOT NULL REFERENCES draft, number INTEGER NOT NULL, code TEXT NOT "
	"NULL, text TEXT NOT NULL,"
	"  PRIMARY KEY (draft_id, number)) WITHOUT ROWID;"

	"CREATE TABLE ledger ("
	"  mailbox TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER "
	"NOT NULL,"
	"  outcome TEXT NOT NULL, submission_id INTEGER NOT NULL, kept_at INTEGER NOT NULL,"
	"  acked_at INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0,"
	"  PRIMARY KEY (mailbox, folder, uidvalidity, uid)) WITHOUT ROWID;"

	"CREATE TABLE quarantine ("
	"  id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, path TEXT NOT NULL, size INTEGER "
	"NOT NULL,"
	"  mailbox TEXT NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 1, at "
	"INTEGER NOT NULL,"
	"  resolved_at INTEGER NOT NULL DEFAULT 0);"

	"CREATE TABLE event ("
	"  id INTEGER PRIMARY KEY, draft_id INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT "
	"NULL, who TEXT NOT NULL,"
	"  text TEXT NOT NULL);"
	"CREATE INDEX event_draft ON event (draft_id);"
	"CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events "
	"are never edited'); END;"
	"CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events "
	"are never deleted'); END;"

	"CREATE TABLE outbox ("
	"  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, draft_id INTEGER NOT NULL, submission_id "
	"INTEGER NOT NULL,"
	"  quarantine_id INTEGER NOT NULL, recipient TEXT NOT NULL, editor TEXT NOT NULL, token "
	"TEXT NOT NULL,"
	"  state TEXT NOT NULL DEFAULT 'waiting', created_at INTEGER NOT NULL, due_at INTEGER NOT "
	"NULL,"
	"  attempts INTEGER NOT NULL DEFAULT 0, finished_at INTEGER NOT NULL DEFAULT 0, reply TEXT "
	"NOT NULL DEFAULT '',"
	"  UNIQUE (kind, draft_id, quarantine_id, recipient));"
	"CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('waiting', 'sending');"
	"CREATE INDEX outbox_receipts ON outbox (recipient, created_at) WHERE editor = '';"

	"CREATE VIRTUAL TABLE draft_fts USING fts5 ("
	"  title, body, contributor, asides, files, tokenize = 'unicode61 remove_diacritics 2');",

	/* version: the number of the current revision. turn: raised by every write of an editor
	 * but notes; who saw another turn has lost a race. pictures: JSON, '' as received. */
	"ALTER TABLE draft ADD COLUMN version INTEGER NOT NULL DEFAULT 1;"
	"ALTER TABLE draft ADD COLUMN turn INTEGER NOT NULL DEFAULT 1;"
	"ALTER TABLE draft ADD COLUMN category TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE draft ADD COLUMN tags TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE draft ADD COLUMN pictures TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE draft ADD COLUMN claimed_at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE draft ADD COLUMN hold_until INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE draft ADD COLUMN reason TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE draft ADD COLUMN decided_at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE draft ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE draft ADD COLUMN published_at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE draft ADD COLUMN published_url TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE draft ADD COLUMN merged_into INTEGER NOT NULL DEFAULT 0;"
	"UPDATE draft SET claimed_at = updated_at WHERE claimed_by != '';"
	"CREATE INDEX draft_hold ON draft (hold_until) WHERE state = 'hold';"
	"CREATE INDEX draft_claimed ON draft (claimed_by, state) WHERE claimed_by != '';"
	"CREATE INDEX draft_embargo ON draft (embargo_at, state) WHERE embargo_at > 0;"
	"CREATE INDEX draft_contributor ON draft (lower(CASE WHEN original_address != '' THEN "
	"original_address ELSE sender_address END), id);"

	"ALTER TABLE revision ADD COLUMN parent INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE revision ADD COLUMN category TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE revision ADD COLUMN tags TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE revision ADD COLUMN embargo TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE revision ADD COLUMN embargo_at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE revision ADD COLUMN pictures TEXT NOT NULL DEFAULT '';"
	"UPDATE revision SET embargo = (SELECT embargo FROM draft WHERE id = draft_id), "
	"  embargo_at = (SELECT embargo_at FROM draft WHERE id = draft_id);"
	"INSERT INTO revision (draft_id, number, at, who, why, title, lead, body, embargo, "
	"  embargo_at) SELECT id, 1, created_at, 'nieuwsd', 'as received', title, lead, body, "
	"  embargo, embargo_at FROM draft WHERE NOT EXISTS (SELECT 1 FROM revision r WHERE "
	"  r.draft_id = draft.id);"
	"UPDATE draft SET version = (SELECT max(number) FROM revision r WHERE r.draft_id = "
	"draft.id);"
	"CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision BEGIN SELECT RAISE(ABORT, "
	"'revisions are never edited'); END;"
	"CREATE TRIGGER revision_no_delete BEFORE DELETE ON revision BEGIN SELECT RAISE(ABORT, "
	"'revisions are never deleted'); END;"

	/* restored: the version that it was put back in; 0 still set aside. */
	"ALTER TABLE aside ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;"

	"CREATE TABLE note ("
	"  draft_id INTEGER NOT NULL REFERENCES draft, number INTEGER NOT NULL, at INTEGER NOT "
	"NULL, who TEXT NOT NULL,"
	"  text TEXT NOT NULL, withdrawn_at INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (draft_id, "
	"number)) WITHOUT ROWID;"

	/* What an editor did last, and how it was before: what undo needs. */
	"CREATE TABLE step ("
	"  id INTEGER PRIMARY KEY, draft_id INTEGER NOT NULL REFERENCES draft, at INTEGER NOT "
	"NULL, who TEXT NOT NULL,"
	"  verb TEXT NOT NULL, before TEXT NOT NULL, extra TEXT NOT NULL DEFAULT '', after_turn "
	"INTEGER NOT NULL,"
	"  undone_at INTEGER NOT NULL DEFAULT 0);"
	"CREATE INDEX step_who ON step (who, id) WHERE undone_at = 0;"
	"CREATE INDEX step_draft ON step (draft_id, id);"

	"CREATE TABLE proposal ("
	"  id INTEGER PRIMARY KEY, draft_id INTEGER NOT NULL REFERENCES draft, submission_id "
	"INTEGER NOT NULL,"
	"  at INTEGER NOT NULL, title TEXT NOT NULL, lead TEXT NOT NULL, body TEXT NOT NULL,"
	"  state TEXT NOT NULL DEFAULT 'open', decided_by TEXT NOT NULL DEFAULT '', decided_at "
	"INTEGER NOT NULL DEFAULT 0,"
	"  parts TEXT NOT NULL DEFAULT '');"
	"CREATE INDEX proposal_open ON proposal (draft_id) WHERE state = 'open';"
	"CREATE INDEX proposal_draft ON proposal (draft_id, id);"

	"ALTER TABLE contributor ADD COLUMN standing TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE contributor ADD COLUMN standing_by TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE contributor ADD COLUMN standing_at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE contributor ADD COLUMN note TEXT NOT NULL DEFAULT '';"
	"CREATE INDEX contributor_last ON contributor (last_at);"

	"CREATE TABLE minhash (draft_id INTEGER PRIMARY KEY REFERENCES draft, signature BLOB NOT "
	"NULL);"
	"CREATE TABLE band (hash INTEGER NOT NULL, draft_id INTEGER NOT NULL, PRIMARY KEY (hash, "
	"draft_id)) WITHOUT ROWID;"

	/* One row for each cause: a step that was undone and done again tells again. */
	"CREATE TABLE outbox_2 ("
	"  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, draft_id INTEGER NOT NULL, submission_id "
	"INTEGER NOT NULL,"
	"  quarantine_id INTEGER NOT NULL, step_id INTEGER NOT NULL DEFAULT 0, recipient TEXT NOT "
	"NULL,"
	"  editor TEXT NOT NULL, token TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',"
	"  created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT "
	"0,"
	"  finished_at INTEGER NOT NULL DEFAULT 0, reply TEXT NOT NULL DEFAULT '',"
	"  subject TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '',"
	"  UNIQUE (kind, draft_id, quarantine_id, recipient, step_id));"
	"INSERT INTO outbox_2 (id, kind, draft_id, submission_id, quarantine_id, recipient, "
	"editor, "
	"  token, state, created_at, due_at, attempts, finished_at, reply) SELECT id, kind, "
	"  draft_id, submission_id, quarantine_id, recipient, editor, token, state, created_at, "
	"  due_at, attempts, finished_at, reply FROM outbox;"
	"DROP TABLE outbox;"
	"ALTER TABLE outbox_2 RENAME TO outbox;"
	"CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('waiting', 'sending');"
	"CREATE INDEX outbox_receipts ON outbox (recipient, created_at) WHERE editor = '';"
	"CREATE INDEX outbox_step ON outbox (step_id) WHERE step_id > 0;"
	"CREATE INDEX outbox_draft ON outbox (draft_id);"
	"CREATE INDEX outbox_failed ON outbox (id) WHERE state = 'failed';",

	/* proposed_tags, places: one a line, as the reader proposed them; draft.tags is the
	 * editors'. */
	"ALTER TABLE draft ADD COLUMN original_organisation TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE draft ADD COLUMN proposed_tags TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE draft ADD COLUMN places TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE link ADD COLUMN said INTEGER NOT NULL DEFAULT 0;",

	/* When STORE_INDEX_TABLE or _SELECT changes, its present text stays here.
	 * followups: proposals that wait. near_id: a draft of another sender that this is nearly.
	 */
	"ALTER TABLE draft ADD COLUMN followups INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE draft ADD COLUMN near_id INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX draft_open ON draft (id) WHERE state IN ('new', 'in_review', 'approved', "
	"'hold');"
	"CREATE INDEX draft_created ON draft (created_at);"
	"CREATE INDEX draft_photos ON draft (id) WHERE photos > 0;"
	"CREATE INDEX draft_warnings ON draft (id) WHERE warnings > 0;"
	"CREATE INDEX draft_duplicates ON draft (id) WHERE duplicates > 0;"
	"CREATE INDEX draft_near ON draft (id) WHERE near_id > 0;"
	"CREATE INDEX attachment_documents ON attachment (submission_id) WHERE role IN "
	"('document', 'source');"
	/* why: how the mail was known to belong here. photos: those it brought. */
	"ALTER TABLE proposal ADD COLUMN why TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE proposal ADD COLUMN photos INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE proposal ADD COLUMN embargo TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE proposal ADD COLUMN embargo_at INTEGER NOT NULL DEFAULT 0;"
	"CREATE UNIQUE INDEX proposal_submission ON proposal (submission_id, draft_id);"
	"DROP TABLE draft_fts;" STORE_INDEX_TABLE ";"
	"INSERT INTO draft_fts (" STORE_INDEX_COLUMNS ") " STORE_INDEX_SELECT ";"
	"DELETE FROM minhash;"
	"DELETE FROM band;"
	"INSERT INTO minhash (draft_id, signature) SELECT id, near_sketch(title, lead, body) FROM "
	"draft WHERE near_sketch(title, lead, body) IS NOT NULL;"
	"WITH RECURSIVE band_number (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM band_number "
	"WHERE n < 31) INSERT OR IGNORE INTO band (hash, draft_id) SELECT near_band(signature, "
	"draft_id, n), draft_id FROM minhash, band_number;",

	("ALTER TABLE proposal ADD COLUMN kind TEXT NOT NULL DEFAULT 'text';"
	 "ALTER TABLE proposal ADD COLUMN asides TEXT NOT NULL DEFAULT '';"),

	/* over_at: 0 while it lasts. told_at: when admins were told last, whichever alarm of this
	 * kind it was. tellings: mails of it so far. */
	("CREATE TABLE alarm ("
	 "  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, about TEXT NOT NULL, detail TEXT NOT "
	 "NULL, count INTEGER NOT NULL,"
	 "  raised_at INTEGER NOT NULL, over_at INTEGER NOT NULL DEFAULT 0, told_at INTEGER NOT "
	 "NULL DEFAULT 0, tellings INTEGER NOT NULL DEFAULT 0, times INTEGER NOT NULL DEFAULT 1, "
	 "over_told INTEGER NOT NULL DEFAULT 0);"
	 "CREATE UNIQUE INDEX alarm_open ON alarm (kind, about) WHERE over_at = 0;"
	 "CREATE INDEX alarm_kind ON alarm (kind, about, id);"
	 /* who '': all. since: where the hour began. over_since: when there were too many. */
	 "CREATE TABLE rate ("
	 "  who TEXT PRIMARY KEY, since INTEGER NOT NULL, count INTEGER NOT NULL, over_since "
	 "INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
	 /* resembles: the domain that was known before it; '': none. */
	 "CREATE TABLE domain ("
	 "  name TEXT PRIMARY KEY, first_at INTEGER NOT NULL, resembles TEXT NOT NULL DEFAULT '') "
	 "WITHOUT ROWID;"
	 "INSERT OR IGNORE INTO domain (name, first_at) SELECT substr(address, instr(address, '@') "
	 "+ 1), first_at FROM contributor WHERE instr(address, '@') > 0 ORDER BY first_at;"
	 "ALTER TABLE contributor ADD COLUMN looks TEXT NOT NULL DEFAULT '';"
	 "UPDATE contributor SET looks = looks_of(name);"
	 "CREATE INDEX contributor_looks ON contributor (looks) WHERE looks != '';"
	 "ALTER TABLE folder ADD COLUMN counted_at INTEGER NOT NULL DEFAULT 0;"
	 "CREATE INDEX quarantine_at ON quarantine (at) WHERE resolved_at = 0;"),
};

static bool
read_version(Store *store, gint64 *ret_version, GError **error)
{
	return store_number(store, 0, ret_version, error, "PRAGMA user_version", "");
}

/* Under the lock: another program may have begun at the same moment, and be done by now. */
static bool
run_step(Store *store, gint64 *version, GError **error)
{
	gint64 now = 0;
	g_autofree char *sql = NULL;

	if (!store_begin(store, error))
		return false;
	if (!read_version(store, &now, error)) {
		store_rollback(store);
		return false;
	}
	if (now != *version) {
		store_rollback(store);
		*version = now;
		return true;
	}
	sql = g_strdup_printf("%s PRAGMA user_version=%d;", steps[now], (int)now + 1);
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		store_refuse(store, "be brought up to date", error);
		store_rollback(store);
		return false;
	}
	*version = now + 1;
	return store_commit(store, error);
}

bool
store_migrate(Store *store, GError **error)
{
	gint64 version = 0;

	if (!read_version(store, &version, error))
		return false;
	while (version < (gint64)G_N_ELEMENTS(steps))
		if (!run_step(store, &version, error))
			return false;
	if (version > (gint64)G_N_ELEMENTS(steps))
		return nieuws_fail(error, NIEUWS_CONFIG,
			"the database is of a newer nieuws (schema %d, this one knows %d); install "
			"that one again",
			(int)version, (int)G_N_ELEMENTS(steps));
	return true;
}
