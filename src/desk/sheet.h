/* The file that an editor edits: fields above, CommonMark below, and what was set aside at the end.
 *
 *     ---
 *     # four lines or more of help, and of errors when there are some
 *     title: Nieuwe brug
 *     ...
 *     ---
 *
 *     The text.
 *
 *     <!-- the line that parts the article from what was set aside -->
 *
 *     <!-- aside 1: signature -->
 *
 *     Met vriendelijke groet
 *
 * Private to desk. No file, no clock but what is handed in, no output.
 */
#pragma once

#include "desk.h"

/* What is kept beside the file until the words are in the database. A record. */
typedef struct {
	gint64 draft_id, version; /* version: what content is */
	gint64 started_at;
	char *reference;
	char *presented; /* digest of the file as the editor's program got it */
	char *cut; /* the line that parts article and asides */
	char *why;
	bool conflict; /* there are two versions of something in the file */
	StoreContent content; /* what the changes are counted from */
	GPtrArray *asides; /* Aside: all of the draft */
	GArray *below; /* gint64: those that stand at the end, counted from 1 */
	GArray *moved; /* gint64: those that were moved up before */
} SheetState;

extern const RecordType sheet_state_type;

/* Something of which two versions stand in the file. */
typedef struct {
	char *field; /* "title", "2.caption" (photo of content, from 0); the text has its marks
			within */
	char *theirs; /* as it is written in the file */
} SheetConflict;

typedef struct {
	guint line; /* from 1; 0: of the whole file */
	char *field; /* may be "" */
	char *text;
} SheetError;

/* The whole file. conflicts (SheetConflict *) and their_name may be NULL. Sets state->cut. */
char *sheet_write(SheetState *state, const StoreContent *content, const GPtrArray *conflicts,
	const char *their_name);

/* The file as it was typed, with these errors (SheetError *) on top of it; their lines are made
 * those of the new file. */
char *sheet_with_errors(const SheetState *state, const char *typed, GPtrArray *errors);

typedef struct {
	StoreContent *content;
	char *why;
	GArray *moved; /* gint64: asides that went into the article, counted from 1 */
	GPtrArray *remarks; /* char *: what the editor should know of how it was understood */
} Sheet;

/* What mine and theirs changed since base, in one. Where both changed the same text otherwise, the
 * result has mine and conflicts (SheetConflict *, from sheet_conflicts_new) theirs; of the body
 * both stand between marks, and *ret_marks is set. remarks (char *) gets what was decided by
 * itself. NULL on failure. */
typedef struct {
	const StoreContent *base, *mine, *theirs;
	const char *their_name;
} SheetMerge;

GPtrArray *sheet_conflicts_new(void);
StoreContent *sheet_merge(const SheetMerge *merge, GPtrArray *conflicts, bool *ret_marks,
	GPtrArray *remarks, GError **error);

/* What was typed. errors (SheetError *) gets what cannot be; then the result is good for nothing
 * but sheet_free. */
Sheet *sheet_read(
	const SheetState *state, const char *typed, gsize length, gint64 now, GPtrArray *errors);
void sheet_free(Sheet *sheet);

GPtrArray *sheet_errors_new(void);
void sheet_error_add(GPtrArray *errors, guint line, const char *field, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

/* "line 4, embargo: ..." To g_free. */
char *sheet_error_text(const SheetError *error);

/* Fields as editors type them to strict YAML with as many lines: a colon, a quote or a # in a text
 * needs no quotes, and long lines may be broken. */
char *sheet_forgive(const char *front);

/* "title" of "titel" too; NULL: no such field. photo: of a photo. */
const char *sheet_key(const char *typed, bool photo);

/* The name of a photo in the file: that of its file, with a number where several share it. */
char *sheet_photo_name(const GPtrArray *pictures, guint index);

/* The index of the same photo; -1: not there. */
int sheet_find_photo(const GPtrArray *pictures, const Picture *photo);

/* A list of Picture without its photos, which are freed. */
void sheet_clear_photos(GPtrArray *pictures);

/* "2026-12-03 10:00" in the newsroom's time; "" for 0. */
char *sheet_moment(gint64 moment);

bool sheet_same(const StoreContent *one, const StoreContent *other);

/* The fields in which they differ, in words: "title, text, photo brug.jpg". "" where they do not.
 */
char *sheet_changes(const StoreContent *before, const StoreContent *after);

enum { SHEET_FIRST_FIELD = 6 }; /* line of the title in a file without errors */
enum { SHEET_CAPTION_MOST = 2000 }; /* characters of a caption, credit or alt text */

/* The beginnings of lines that the reader knows. */
#define SHEET_ASIDE "<!-- aside "
#define SHEET_END "<!-- end of "

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sheet, sheet_free)
