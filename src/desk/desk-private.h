/* Shared by the files of desk. */
#pragma once

#include "desk.h"
#include "notice.h"
#include "words.h"

/* convert.c: one document in a nieuws-convert of its own. Never NULL: where there is no answer, the
 * Document says why. The bytes of a picture go to ret_picture (may be NULL), -1 when there is none.
 * Blocks for at most limits.converter_deadline and a little. To record_free(&document_type). */
Document *desk_convert(const Config *config, int fd, const char *part, const char *kind,
	const char *picture, int *ret_picture);

/* convert.c: a photo to the JPEG that may be published, in a nieuws-convert of its own. A
 * descriptor, or -1 with a sentence. Blocks as desk_convert. */
int desk_clean(const Config *config, int fd, gint64 width, GError **error);

/* convert.c: a photo as pixels for a screen, decoded in a nieuws-convert of its own: 3 * *width *
 * *height bytes of sRGB, at most as wide and high as *width and *height (each at least 1) said
 * before. To g_free. Blocks as desk_convert. */
guint8 *desk_pixels(const Config *config, int fd, int *width, int *height, GError **error);

/* export.c: spool/previews, made and swept. To g_free; NULL on failure. */
char *desk_previews(const Config *config, GError **error);

/* convert.c: a Document that only says why there is none. */
Document *desk_no_document(const char *part, const char *kind, const char *why);

/* --- what the verbs share --- */

/* "KON-2026-0004 is yours: Title of it". To g_free. */
char *desk_say(const DeskWrite *write, const char *what);

/* Commits, and says it with the lines of said below. NULL on failure. */
char *desk_finish(DeskWrite *write, const char *what, const GString *said, GError **error);

/* Nobody has it any more. */
void desk_let_go(DeskWrite *write);

/* The mails of a step: after desk_write_step, before desk_finish. Each appends a line to said: when
 * it leaves, or why there is none. */
bool desk_tell_editor(DeskWrite *write, NoticeKind kind, const char *user, const char *reason,
	GString *said, GError **error);

/* subject and text NULL: from the template. url, reason (of rejection): may be NULL. */
typedef struct {
	NoticeKind kind;
	const char *url, *reason, *subject, *text;
} DeskClosing;

bool desk_tell_contributor(
	DeskWrite *write, const DeskClosing *closing, GString *said, GError **error);

/* day.c: as desk_day, but a day alone is its first minute, and the past is let through. False: it
 * is none. */
bool desk_moment(const char *text, gint64 now, gint64 *ret_moment);

/* "rejected it" for reject, as in "Sanne rejected it 3 min ago", in the language of the terminal.
 */
const char *desk_did(const char *verb);

/* view.c: one row of a list of files. */
void desk_put_file(const DeskScreen *screen, const Attachment *a, guint number);

/* The reason of rejection by its key, or by the beginning of its title: its key, to g_free. */
char *desk_reason_key(const Config *config, const char *typed, GError **error);

/* kept.c: the lines above and below the sender. */
void desk_put_standing(const DeskScreen *screen, const DeskKept *kept);
void desk_put_around(const DeskScreen *screen, const DeskKept *kept);
