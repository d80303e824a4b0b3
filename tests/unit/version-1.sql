-- A database as nieuws made it with schema 1, with two drafts: what every later version must still open.
CREATE TABLE folder ( mailbox TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uidnext INTEGER NOT NULL, server INTEGER NOT NULL, last_look_at INTEGER NOT NULL, trouble TEXT NOT NULL DEFAULT '', PRIMARY KEY (mailbox, folder)) WITHOUT ROWID;
CREATE TABLE submission ( id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, path TEXT NOT NULL, size INTEGER NOT NULL, mailbox TEXT NOT NULL, received_at INTEGER NOT NULL, draft_id INTEGER NOT NULL, truncated INTEGER NOT NULL, subject TEXT NOT NULL, from_address TEXT NOT NULL, from_name TEXT NOT NULL, reply_to TEXT NOT NULL, message_id TEXT NOT NULL, in_reply_to TEXT NOT NULL, date INTEGER NOT NULL, has_html INTEGER NOT NULL, return_path TEXT NOT NULL, automatic TEXT NOT NULL, trust TEXT NOT NULL, trust_detail TEXT NOT NULL, content_digest TEXT NOT NULL);
CREATE INDEX submission_message_id ON submission (message_id) WHERE message_id != '';
CREATE INDEX submission_draft ON submission (draft_id);
CREATE TABLE contributor ( id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, name TEXT NOT NULL, organisation TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, submissions INTEGER NOT NULL);
CREATE TABLE draft ( id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, state TEXT NOT NULL DEFAULT 'new', claimed_by TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, title TEXT NOT NULL, title_from TEXT NOT NULL, lead TEXT NOT NULL, body TEXT NOT NULL, language TEXT NOT NULL, source TEXT NOT NULL, source_reason TEXT NOT NULL, sender_name TEXT NOT NULL, sender_address TEXT NOT NULL, sender_organisation TEXT NOT NULL, original_name TEXT, original_address TEXT, embargo TEXT NOT NULL, embargo_at INTEGER NOT NULL, words INTEGER NOT NULL, photos INTEGER NOT NULL, warnings INTEGER NOT NULL, duplicates INTEGER NOT NULL DEFAULT 0, trust TEXT NOT NULL);
CREATE INDEX draft_state ON draft (state, id);
CREATE TABLE revision ( draft_id INTEGER NOT NULL REFERENCES draft, number INTEGER NOT NULL, at INTEGER NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, title TEXT NOT NULL, lead TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (draft_id, number)) WITHOUT ROWID;
CREATE TABLE aside ( draft_id INTEGER NOT NULL REFERENCES draft, number INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, reason TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (draft_id, number)) WITHOUT ROWID;
CREATE TABLE attachment ( submission_id INTEGER NOT NULL REFERENCES submission, number INTEGER NOT NULL, part TEXT NOT NULL, filename TEXT NOT NULL, type TEXT NOT NULL, real_type TEXT NOT NULL, content_id TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, sha256_lf TEXT NOT NULL, role TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, is_inline INTEGER NOT NULL, caption TEXT NOT NULL, credit TEXT NOT NULL, alt TEXT NOT NULL, PRIMARY KEY (submission_id, number)) WITHOUT ROWID;
CREATE TABLE image ( draft_id INTEGER NOT NULL REFERENCES draft, number INTEGER NOT NULL, name TEXT NOT NULL, content_id TEXT NOT NULL, url TEXT NOT NULL, alt TEXT NOT NULL, caption TEXT NOT NULL, credit TEXT NOT NULL, attachment INTEGER NOT NULL, after_block INTEGER NOT NULL, PRIMARY KEY (draft_id, number)) WITHOUT ROWID;
CREATE TABLE link ( draft_id INTEGER NOT NULL REFERENCES draft, number INTEGER NOT NULL, url TEXT NOT NULL, service TEXT NOT NULL, ends_at INTEGER NOT NULL, PRIMARY KEY (draft_id, number)) WITHOUT ROWID;
CREATE TABLE warning ( draft_id INTEGER NOT NULL REFERENCES draft, number INTEGER NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (draft_id, number)) WITHOUT ROWID;
CREATE TABLE ledger ( mailbox TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL, outcome TEXT NOT NULL, submission_id INTEGER NOT NULL, kept_at INTEGER NOT NULL, acked_at INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (mailbox, folder, uidvalidity, uid)) WITHOUT ROWID;
CREATE TABLE quarantine ( id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, path TEXT NOT NULL, size INTEGER NOT NULL, mailbox TEXT NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 1, at INTEGER NOT NULL, resolved_at INTEGER NOT NULL DEFAULT 0);
CREATE TABLE event ( id INTEGER PRIMARY KEY, draft_id INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX event_draft ON event (draft_id);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are never edited');
END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are never deleted');
END;
CREATE TABLE outbox ( id INTEGER PRIMARY KEY, kind TEXT NOT NULL, draft_id INTEGER NOT NULL, submission_id INTEGER NOT NULL, quarantine_id INTEGER NOT NULL, recipient TEXT NOT NULL, editor TEXT NOT NULL, token TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, finished_at INTEGER NOT NULL DEFAULT 0, reply TEXT NOT NULL DEFAULT '', UNIQUE (kind, draft_id, quarantine_id, recipient));
CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX outbox_receipts ON outbox (recipient, created_at) WHERE editor = '';
CREATE VIRTUAL TABLE draft_fts USING fts5 ( title, body, contributor, asides, files, tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO folder VALUES ('desk', 'INBOX', 7, 3, 2, 1790000300, '');
INSERT INTO draft (id, reference, state, claimed_by, created_at, updated_at, title, title_from, lead, body, language, source, source_reason,
 sender_name, sender_address, sender_organisation, original_name, original_address, embargo, embargo_at, words, photos, warnings, trust)
 VALUES (1, 'KON-2026-0001', 'new', '', 1790000000, 1790000000, 'Nieuwe brug', 'subject', 'De brug is klaar.', 'De brug is klaar. Zaterdag is het feest.', 'nl',
 'plain', 'the only text', 'Bauke', 'Bauke@ijsclub.example.nl', 'IJsclub', '', '', 'Embargo tot zaterdag 12.00 uur', 1790200000, 8, 1, 0, 'none');
INSERT INTO draft (id, reference, state, claimed_by, created_at, updated_at, title, title_from, lead, body, language, source, source_reason,
 sender_name, sender_address, sender_organisation, original_name, original_address, embargo, embargo_at, words, photos, warnings, trust)
 VALUES (2, 'KON-2026-0002', 'in_review', 'sanne', 1790000100, 1790000200, 'Otters gezien', 'body', '', 'Er zijn otters gezien.', 'nl', 'html', '', 'Els',
 'els@example.nl', '', NULL, NULL, '', 0, 4, 0, 0, 'pass');
INSERT INTO revision VALUES (1, 1, 1790000000, 'nieuwsd', 'as received', 'Nieuwe brug', 'De brug is klaar.', 'De brug is klaar. Zaterdag is het feest.');
INSERT INTO submission VALUES (1, 'aa', 'mail/2026-09/21/aa.eml', 900, 'desk', 1790000000, 1, 0, 'Nieuwe brug', 'Bauke@ijsclub.example.nl', 'Bauke', '',
 'm1@x', '', 1790000000, 0, '', '', 'none', '', 'c1');
INSERT INTO submission VALUES (2, 'bb', 'mail/2026-09/21/bb.eml', 900, 'desk', 1790000100, 2, 0, 'Otters', 'els@example.nl', 'Els', '', 'm2@x', '',
 1790000100, 1, '', '', 'pass', '', 'c2');
INSERT INTO attachment VALUES (1, 0, '2', 'brug.jpg', 'image/jpeg', 'image/jpeg', '', 90000, 'dd', '', 'photo', 1600, 900, 0, 'De brug', '', '');
INSERT INTO image VALUES (1, 0, 'brug.jpg', '', '', 'Een brug over water', '', 'Bauke', 0, 2);
INSERT INTO aside VALUES (1, 0, 'contact', 'Bel Bauke', 'stands below', 2);
INSERT INTO contributor VALUES (1, 'bauke@ijsclub.example.nl', 'Bauke', 'IJsclub', 1790000000, 1790000000, 1);
INSERT INTO ledger VALUES ('desk', 'INBOX', 7, 1, 'kept', 1, 1790000000, 1790000001, 0);
INSERT INTO ledger VALUES ('desk', 'INBOX', 7, 2, 'kept', 2, 1790000100, 0, 0);
INSERT INTO event (draft_id, at, kind, who, text) VALUES (1, 1790000000, 'received', 'nieuwsd', 'aa'), (2, 1790000100, 'received', 'nieuwsd', 'bb');
INSERT INTO outbox (kind, draft_id, submission_id, quarantine_id, recipient, editor, token, state, created_at, due_at)
 VALUES ('receipt', 1, 1, 0, 'bauke@ijsclub.example.nl', '', 'abcd', 'sent', 1790000000, 1790000000),
 ('notice', 2, 2, 0, 'sanne@example.nl', 'sanne', 'ef01', 'waiting', 1790000100, 1790000100);
INSERT INTO draft_fts (rowid, title, body, contributor, asides, files) VALUES (1, 'Nieuwe brug', 'De brug is klaar. Zaterdag is het feest.', 'Bauke', 'Bel Bauke',
 'brug.jpg'), (2, 'Otters gezien', 'Er zijn otters gezien.', 'Els', '', '');
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
