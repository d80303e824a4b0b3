/* desk: what editors and admins do, without the words they type. Uses config, wire, spool, store,
 * lexis, cmark-gfm, chafa, libzip.
 *
 * Everything printed passes desk_put or desk_cell, which filter what came from mail
 * (text_printable). Data goes to stdout.
 */
#pragma once

#include <sys/types.h>

#include "config.h"
#include "model.h"
#include "spool.h"
#include "store.h"
#include "wire.h"

/* --- where it is printed --- */

typedef struct {
	int width; /* columns */
	bool colour; /* a terminal, and NO_COLOR is not set */
	bool json;
} DeskScreen;

DeskScreen desk_screen(bool json);

typedef enum {
	INK_NONE,
	INK_BOLD,
	INK_DIM,
	INK_ALERT,
	INK_GOOD,
	INK_LINK,
} DeskInk;

/* Text, coloured where there is colour; lines stay lines. */
void desk_put(const DeskScreen *screen, DeskInk ink, const char *text);

/* "  Label      value", wrapped to the width. Nothing for an empty value. */
void desk_field(const DeskScreen *screen, const char *label, const char *value, DeskInk ink);

/* Lines wrapped to the measure and indented; empty ones are left out. most 0: all; else an ellipsis
 * follows so many. */
void desk_lines(const DeskScreen *screen, DeskInk ink, const char *text, int indent, int most);

/* One paragraph of ours from where the cursor stands, at column indent; so are the lines after the
 * first. */
void desk_fold(const DeskScreen *screen, DeskInk ink, const char *text, int indent);

/* A line across, with a label in it. */
void desk_rule(const DeskScreen *screen, const char *label);

/* Columns of running text: the width, but never so wide that the eye loses the line. */
int desk_measure(const DeskScreen *screen);

/* A sentence that a reader or converter wrote in English (warnings, reasons) in the language of who
 * looks at it; as it is when it is not known. To g_free. */
char *desk_told(const char *english);

/* CommonMark as it will read; targets of links are numbered and stand below it. indent in columns.
 */
void desk_markdown(const DeskScreen *screen, const char *markdown, int indent);

/* One JSON document and a newline; takes it over. What a terminal might obey or hide is escaped,
 * too. */
void desk_json(json_t *document);

/* --- what is kept --- */

/* The database of this configuration. */
Store *desk_store(const Config *config, StoreMode mode, GError **error);

/* --- who is at the desk (who.c) --- */

typedef enum {
	RIGHT_NONE = 0,
	RIGHT_REVIEW = 1, /* read, take, edit, note, hold, spam, files */
	RIGHT_APPROVE = 2, /* approve, reject, publish, reopen; has review with it */
	RIGHT_ADMIN = 4, /* all, force, assign others, quarantine, import */
} DeskRight;

/* One editor at work. The fields are for reading. */
typedef struct {
	const Config *config;
	Store *store; /* NULL where opened for who alone */
	char *user; /* the Unix name of the real uid: never from the environment */
	const EditorConfig *editor; /* NULL: an admin without a section */
	guint rights; /* DeskRight */
	gint64 seen; /* the turn (StoreStanding) of the draft that the editor looked at when he
			decided; the next write is refused when the draft has had another since. 0:
			as it stands. A write sets it back to 0. */
} Desk;

/* Who the real uid is, with the rights of [editor USER]. root and the owner of the spool are admin;
 * so is everybody while the configuration names no editor. Without any of right: NIEUWS_INPUT with
 * a sentence. Opens no database. */
Desk *desk_identify(const Config *config, DeskRight right, GError **error);

/* The same with the database. Free with desk_free. */
Desk *desk_open(const Config *config, DeskRight right, StoreMode mode, GError **error);
void desk_free(Desk *desk);

/* For tests and for work on behalf: not the process's uid but this one. */
Desk *desk_open_uid(
	const Config *config, uid_t uid, DeskRight right, StoreMode mode, GError **error);

/* False with a sentence when this right is missing. */
bool desk_may(const Desk *desk, DeskRight right, GError **error);

/* "Sanne de Vries" of a user; the user name where there is no section. Result lives as long as
 * both.
 */
const char *desk_name(const Desk *desk, const char *user);

/* --- backups (backup.c, bring-back.c) --- */

/* The database of this moment and all raw mails that it speaks of into folder, while others work:
 * only what is new is copied, what was written is read again, and the list (manifest.h) is written
 * last, so that an interrupted backup leaves the one before. Raw mails are copies, never links: one
 * bad sector must not take both. What the spool no longer has goes from the folder, too. For
 * admins; blocks as long as the disk needs. What was done, to g_free. */
char *desk_backup(const Desk *desk, const char *folder, GError **error);

/* Reads every file of the backup. What it holds, to g_free. */
char *desk_backup_check(const char *folder, GError **error);

/* Checks all of the backup, then writes it to the spool `to` (NULL: the configured one).
 * NIEUWS_CONFLICT while nieuwsd runs there, and where there are drafts unless force, which keeps
 * the old database as nieuws.db.before. desk needs no database. What was done, to g_free. */
char *desk_bring_back(
	const Desk *desk, const char *folder, const char *to, bool force, GError **error);

/* --- one person (person.c) --- */

/* StoreTrace *: database, mails in quarantine, edits and previews. For admins. */
GPtrArray *desk_person(const Desk *desk, const char *address, bool mentions, GError **error);
json_t *desk_person_json(const char *address, const GPtrArray *traces);

/* A new folder with person.json and the raw mails that he sent. What was done, to g_free. */
char *desk_person_export(
	const Desk *desk, const char *address, bool mentions, const char *folder, GError **error);

/* --- every write (write.c) ---
 *
 * BEGIN IMMEDIATE, look at the draft as it stands now, refuse or change, note the step and an
 * event, commit. What was decided on an older state is NIEUWS_CONFLICT: who did what, when. Verbs
 * of other files are made of these:
 *
 *     g_auto(DeskWrite) write = {0};
 *
 *     if (!desk_write_begin(desk, id, RIGHT_REVIEW, &write, error) ||
 *             !desk_write_mine(&write, true, error))
 *             return NULL;
 *     ... change write.now, or store_revision_add ...
 *     if (!desk_write_step(&write, "edit", "why", "", error) || !desk_write_commit(&write, error))
 *             return NULL;
 */
typedef struct {
	Desk *desk; /* NULL: nothing open */
	gint64 draft_id, step_id;
	StoreStanding *before, *now;
	char *reference, *title;
} DeskWrite;

bool desk_write_begin(
	Desk *desk, gint64 draft_id, DeskRight right, DeskWrite *write, GError **error);

/* Refuses when somebody else has the draft. Where nobody has it and take is set it becomes ours,
 * and from new it goes to review. */
bool desk_write_mine(DeskWrite *write, bool take, GError **error);

/* Refuses when the draft is in a state where nothing is edited any more (published, rejected,
 * spam, merged away). */
bool desk_write_open(DeskWrite *write, GError **error);

/* An approved draft that got a revision since begin goes back to review.
 * Writes now, the step (undo finds it: extra says what to take back beyond the standing and the
 * revision, see undo.c) and an event with this text. */
bool desk_write_step(
	DeskWrite *write, const char *verb, const char *text, const char *extra, GError **error);
bool desk_write_commit(DeskWrite *write, GError **error);

/* Rolls back what was not committed. */
void desk_write_clear(DeskWrite *write);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DeskWrite, desk_write_clear)

/* NIEUWS_CONFLICT: "Pieter rejected it 3 min ago" and the advice behind it. False. */
bool desk_write_conflict(const DeskWrite *write, const char *advice, GError **error);

/* --- the verbs (verbs.c, claim.c, undo.c) ---
 *
 * Each returns what was done, in one or more lines fit to print (to g_free), or NULL with why not:
 * NIEUWS_CONFLICT where somebody was quicker or has the draft, NIEUWS_INPUT where the draft or the
 * editor's rights do not allow it. One transaction each. Desk must be open for STORE_WRITE.
 */

/* One editor at a time. force: why it is taken from another (told by mail; what he has unsaved
 * stays in spool/edits); NULL: refuses then. */
char *desk_take(Desk *desk, gint64 id, const char *force, GError **error);
char *desk_release(Desk *desk, gint64 id, const char *force, GError **error);

/* Others than oneself need admin. The editor is told by mail. */
char *desk_assign(Desk *desk, gint64 id, const char *user, const char *force, GError **error);

/* Checks what [desk] require asks. */
char *desk_approve(Desk *desk, gint64 id, GError **error);

/* What is missing for approving: one sentence each (char *), empty: nothing. */
GPtrArray *desk_missing(const Config *config, const StoreContent *content, gint64 now);

/* url "" or NULL: none yet; a second publish with a URL adds it. mail: tell the contributor. */
char *desk_publish(Desk *desk, gint64 id, const char *url, bool mail, GError **error);

/* until 0: no day. note may be NULL. */
char *desk_hold(Desk *desk, gint64 id, gint64 until, const char *note, GError **error);

typedef struct {
	const char *reason; /* key; NULL: the first */
	bool silent; /* no mail */
	const char *subject, *text; /* the mail as the editor wrote it; NULL: from the template */
} DeskReject;

char *desk_reject(Desk *desk, gint64 id, const DeskReject *reject, GError **error);
char *desk_spam(Desk *desk, gint64 id, GError **error);
char *desk_reopen(Desk *desk, gint64 id, GError **error);

/* Takes back one's last step on this draft (0: one's last step), also a mail that has not left. */
char *desk_undo(Desk *desk, gint64 id, GError **error);
char *desk_note(Desk *desk, gint64 id, const char *text, GError **error);

/* Puts an aside (numbered from 1 as shown) back into the text, at its place. */
char *desk_restore(Desk *desk, gint64 id, gint64 number, GError **error);

/* standing "", "trusted", "blocked" or NULL: as it is; the same for note. */
char *desk_contributor(
	Desk *desk, const char *address, const char *standing, const char *note, GError **error);

/* The mail that reject would send, for --edit. *ret_silence (may be NULL): why none goes out, or
 * NULL. All to g_free. */
bool desk_reject_mail(Desk *desk, gint64 id, const char *reason, char **ret_subject,
	char **ret_text, char **ret_silence, GError **error);

/* A day that an editor typed: 2026-12-01, 1-12, 1 dec, morgen, tomorrow, ma, monday, 3d, 2w, with
 * an optional time 14:30 behind it. In the newsroom's time; the past is refused. */
bool desk_day(const char *text, gint64 now, gint64 *ret_moment, GError **error);

/* $VISUAL, $EDITOR or sensible-editor, nano, vi on a file; blocks. */
bool desk_editor(const char *path, GError **error);

/* The same, at a line (from 1; 0: wherever) in editors that can. */
bool desk_editor_at(const char *path, guint line, GError **error);

/* A mail in the editor's own program by way of this file, which is kept: subject and text are
 * replaced by what was written. NIEUWS_INPUT when nothing is left of one of them (where all was
 * taken away, the file is too). Blocks. */
bool desk_mail_edit(const char *path, char **subject, char **text, GError **error);

/* "KON-2026-0004: Pieter rejected it 3 min ago": what an editor did last. NULL: nothing. To g_free.
 */
char *desk_last_deed(const Desk *desk, gint64 id);

/* --- editing (edit.c, recover.c; the file itself: sheet.h) --- */

typedef struct DeskEdit DeskEdit;

/* The draft is ours from now on, and stands as a file in spool/edits/USER: fields above, text
 * below, asides at the end. What was left there by an edit that did not come to its end is gone on
 * with. why (may be NULL): for the log. NIEUWS_CONFLICT when another has the draft, or another
 * window of ours. Free with desk_edit_free; the file stays until its words are kept. */
DeskEdit *desk_edit_begin(Desk *desk, gint64 id, const char *why, GError **error);
const char *desk_edit_path(const DeskEdit *edit);

/* The words of the file as a new revision; with those of another who wrote one meanwhile.
 * *ret_again: it could not be, the file says why or has both versions in it, and the editor is to
 * look at it again. Else *ret_said (to g_free) is what was done. On a failure the words are kept
 * for desk_recover, and the sentence says so. */
bool desk_edit_finish(DeskEdit *edit, bool *ret_again, char **ret_said, GError **error);
void desk_edit_free(DeskEdit *edit);

/* All of that around the editor's own program; blocks as long as that runs. A verb as those above.
 */
char *desk_edit(Desk *desk, gint64 id, const char *why, GError **error);

/* --- files and photos (files.c) --- */

typedef struct {
	guint number; /* of the file, from 1: as nieuws show, save and files have it */
	guint place; /* of a photo, from 1: in this order they are published; 0: it is none */
	Attachment *attachment; /* as it came */
	Picture *photo; /* as it will be published; NULL: it is no photo of the draft */
	char *name; /* of the file; of photos no two have the same */
	char *path; /* of the raw mail that it is in */
	bool infected; /* a virus was found in the mail: it is neither shown nor opened */
} DeskFile;

/* DeskFile *: the files of the mail, then the photos of what came after and was taken over. */
/* A virus was found in the mail of the draft. */
bool desk_is_infected(const StoreDraft *draft);

GPtrArray *desk_file_list(Store *store, gint64 id, GError **error);
void desk_file_free(DeskFile *file);

/* By number or name. NIEUWS_NOT_FOUND. */
const DeskFile *desk_file_pick(const GPtrArray *files, const char *typed, GError **error);

/* The photos in their order, with what is missing, then the others. */
bool desk_file_rows(const DeskScreen *screen, const Desk *desk, gint64 id, GError **error);

typedef enum {
	DESK_PHOTO_LEAD,
	DESK_PHOTO_ORDER, /* those that are named first */
	DESK_PHOTO_CAPTION,
	DESK_PHOTO_CREDIT,
	DESK_PHOTO_ALT,
	DESK_PHOTO_DROP,
	DESK_PHOTO_RESTORE,
} DeskPhotoChange;

typedef struct {
	DeskPhotoChange change;
	char **names; /* numbers or names */
	const char *text; /* of caption, credit, alt */
} DeskPhotos;

/* A verb; makes a version. */
char *desk_photos(Desk *desk, gint64 id, const DeskPhotos *order, GError **error);

/* --- looking back (history.c) --- */

/* Every version and event, the latest first. */
bool desk_log(const DeskScreen *screen, Desk *desk, gint64 id, GError **error);

/* What differs between two versions, field by field and word by word: coloured, else
 * [-old-]{+new+}. from 0: as it was received; to 0: as it is. */
bool desk_diff(
	const DeskScreen *screen, Desk *desk, gint64 id, gint64 from, gint64 to, GError **error);

/* A verb: one more version that is like that one. why may be NULL. */
char *desk_revert(Desk *desk, gint64 id, gint64 number, const char *why, GError **error);

/* Words that are in no revision yet. */
typedef struct {
	gint64 draft_id, written_at;
	char *reference, *title, *path;
	bool busy; /* open in an editor right now */
} DeskUnsaved;

/* One's own: DeskUnsaved *. */
GPtrArray *desk_unsaved(const Desk *desk, GError **error);
void desk_unsaved_free(DeskUnsaved *kept);

/* The file as it is. To g_free. */
char *desk_unsaved_text(const Desk *desk, gint64 id, GError **error);

/* Goes on with it as desk_edit; throws it away. */
char *desk_recover(Desk *desk, gint64 id, GError **error);
char *desk_unsaved_drop(Desk *desk, gint64 id, GError **error);

/* One row a draft, fitted to the width. */
void desk_list(const DeskScreen *screen, const GPtrArray *rows);
void desk_rows(const DeskScreen *screen, const GPtrArray *rows); /* without heads */
json_t *desk_row_json(const StoreDraftRow *row);

/* All that an editor must know of a draft first (kept.c). The fields are for reading. */
typedef struct {
	const Desk *desk;
	StoreDraft *draft;
	StoreStanding *standing;
	StoreContent *content;
	StoreContributor *contributor; /* of the sender, or who wrote what was passed on; NULL:
					  unknown */
	GPtrArray *notes; /* StoreNote * */
	GPtrArray *near; /* StoreNear *: almost the same, the likest first */
} DeskKept;

/* Takes draft over. Free with desk_kept_free. */
DeskKept *desk_kept(const Desk *desk, StoreDraft *draft, GError **error);
void desk_kept_free(DeskKept *kept);

/* A draft whole. kept NULL: it is not kept (inspect). */
void desk_show(
	const DeskScreen *screen, const DeskKept *kept, const Message *message, const Draft *draft);
void desk_files(const DeskScreen *screen, const GPtrArray *attachments);

/* "covering note" of an AsideKind, in the language of the terminal. */
const char *desk_aside_word(int kind);

/* The object of nieuws inspect --json and nieuws show --json. */
json_t *desk_draft_json(const Message *message, const Draft *draft);

/* --- looking at files (look.c) --- */

/* Whether pictures can be drawn where it is printed: a terminal, or our pager. */
bool desk_draws(const DeskScreen *screen);

/* A photo of at most so many rows (0: as high as the terminal), decoded in a sealed process: sixel
 * or kitty where the terminal has it, else symbols; without colour where the screen has none. What
 * is said of it stands above and below. Where nothing can be drawn, only that. False with a
 * sentence when it is no photo or damaged. */
bool desk_look(const DeskScreen *screen, const Desk *desk, Spool *spool, const DeskFile *file,
	int rows, GError **error);

/* A file to be opened by a program of the editor, under a name of ours, in spool/previews: a photo
 * as the copy that may be published, a document as it came. NIEUWS_INPUT for kinds that might run.
 * Its path, to g_free. */
char *desk_unpack(const Desk *desk, gint64 id, const DeskFile *file, GError **error);

/* What came in beside what it is now (source.c): paragraph by paragraph, what was set aside at its
 * place, words that changed marked. Two columns from a width of 100, else one below the other. */
bool desk_source(const DeskScreen *screen, const DeskKept *kept, GError **error);

/* --- leaving the desk (export.c) --- */

typedef struct {
	const char *to; /* folder; made where it is missing; NULL: the current one */
	bool zip, force; /* force: an export that is there is replaced */
} DeskExport;

/* article.md, article.html, meta.json and the pictures in web size, as a folder or zip named after
 * reference and title: whole or not there at all. Its path, to g_free. NIEUWS_INPUT when it is
 * there already, NIEUWS_MESSAGE when a picture cannot be made. Blocks for the converter, picture by
 * picture, where the copies are not cached. */
char *desk_export(Desk *desk, gint64 id, const DeskExport *how, GError **error);

/* The page in spool/previews, with a style sheet; a picture that cannot be made is told on it. Path
 * of the page, to g_free; absolute where the spool is. Pages of more than a day go. */
char *desk_preview(Desk *desk, gint64 id, GError **error);

/* --- finding (query.c) --- */

/* The query language: words, "phrases", -word, word*, and filters: state: from: since: before: has:
 * tag: category: taken: is: title: file:, with Dutch names too, and the word mine. All must hold.
 * me is the Unix name behind mine. open: without a state, only what is still to be decided. Takes
 * any bytes. NIEUWS_INPUT points at the word and names the cure. To store_find_free. */
StoreFind *desk_query(const char *text, const char *me, gint64 now, bool open, GError **error);

/* Words of a command line as one query: an argument with a space in it is a phrase. To g_free. */
char *desk_query_join(char **words);

/* The heading and the rows of store_find, each with its sentence below (find NULL: none). */
bool desk_hits(const DeskScreen *screen, Store *store, const StoreFind *find, const GPtrArray *rows,
	GError **error);

/* The same as objects; a row that has words gets "hit". NULL on failure. */
json_t *desk_hits_json(Store *store, const StoreFind *find, const GPtrArray *rows, GError **error);

/* "review" for in_review, in the language of the terminal. */
const char *desk_state_word(const char *state);

/* --- what came after a draft, and what is like it (followup.c, hunks.c) --- */

enum {
	DESK_PART_TITLE = 1 << 0,
	DESK_PART_LEAD = 1 << 1,
	DESK_PART_BODY = 1 << 2,
	DESK_PART_PHOTOS = 1 << 3,
	DESK_PART_EMBARGO = 1 << 4,
	DESK_PARTS_ALL = (1 << 5) - 1,
};

typedef struct {
	gint64 proposal; /* number of the follow-up; 0: the oldest that waits */
	guint parts; /* 0: what fits its kind */
	const GArray *hunks; /* guint: these changes of the body only; NULL: all */
} DeskAccept;

/* Each follow-up with its changes; id 0: all that wait, a row each. */
bool desk_followups(const DeskScreen *screen, Desk *desk, gint64 id, GError **error);
json_t *desk_followups_json(Desk *desk, gint64 id, GError **error);

/* Verbs as above. Accepting writes a revision where something changes. */
char *desk_accept(Desk *desk, gint64 id, const DeskAccept *accept, GError **error);
char *desk_refuse(Desk *desk, gint64 id, gint64 proposal, GError **error);

/* other goes: it points to id, where its text and photos wait as a follow-up. */
char *desk_merge(Desk *desk, gint64 id, gint64 other, GError **error);

/* A follow-up that waits becomes a draft of its own. */
char *desk_split(Desk *desk, gint64 id, gint64 proposal, GError **error);

#define DESK_ALMOST 0.5 /* almost the same */
#define DESK_NEAR 0.3 /* look */
#define DESK_SIMILAR 8 /* at most */

/* Near-duplicates and drafts about the same, with their likeness; JSON where the screen says so. */
bool desk_related(const DeskScreen *screen, Desk *desk, gint64 id, GError **error);

typedef struct {
	guint number; /* from 1; 0: the same in both */
	char *before, *after;
} DeskHunk;

/* Two texts by their blocks: DeskHunk *. Beyond 600 blocks it is one hunk. */
GPtrArray *desk_hunks(const char *before, const char *after);

/* The old text with these changes (guint) in it; NULL: all. To g_free. */
char *desk_hunks_apply(const GPtrArray *hunks, const GArray *numbers);
void desk_hunks_show(const DeskScreen *screen, const GPtrArray *hunks);

/* --- sealed reading --- */

typedef struct DeskReader DeskReader;

/* A nieuws-read of our own. Ended with desk_reader_free. */
DeskReader *desk_reader_new(const Config *config, GError **error);
void desk_reader_free(DeskReader *reader);

/* Reads one mail, and converts the documents that its draft wishes; waits at most
 * limits.reader_deadline for each reading and limits.converter_deadline for each document. A
 * document that cannot be converted is a warning on the draft. NULL with a sentence; after a crash
 * or a deadline the reader is replaced by itself. To record_free(wire_type(WIRE_DRAFT)). */
WireDraft *desk_reader_read(DeskReader *reader, int fd, GError **error);

/* The decoded bytes of a part: a descriptor, or -1. The part may be a picture in a document
 * ("2!media/image1.png"). */
int desk_reader_extract(DeskReader *reader, int fd, const char *part, GError **error);

/* A file of a draft: from the cache, else extracted, checked against its digest, and cached. A
 * descriptor, or -1. */
int desk_file(const Config *config, Spool *spool, const char *raw_path,
	const Attachment *attachment, GError **error);

/* The copy of a photo of a draft that may be published: a JPEG, turned, in sRGB, without metadata,
 * at most limits.picture_published wide. From the cache, else made in a sealed process and cached
 * by the photo's digest and the width. The photo itself stays as it is. A descriptor, or -1 with a
 * sentence. Blocks for at most limits.converter_deadline and a little. */
int desk_published_picture(const Config *config, Spool *spool, const char *raw_path,
	const Attachment *attachment, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeskReader, desk_reader_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeskEdit, desk_edit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeskFile, desk_file_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desk, desk_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeskKept, desk_kept_free)
