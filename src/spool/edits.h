/* What editors are writing: spool/edits/USER/NAME.md and NAME.state beside it. An editor's words
 * stay here until they are kept in the database: through crashes, full disks and lost lines.
 * Folders 0770 and files 0660 with the spool's group, as all of the spool. Names are ours: letters,
 * digits and dashes. What nano leaves as NAME.md.save when it is killed becomes the text, once
 * nobody holds the name.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct SpoolEdits SpoolEdits;

/* The folder of one user below the spool folder. make: with what is missing; else NULL with
 * NIEUWS_NOT_FOUND where there is none. */
SpoolEdits *spool_edits_open(const char *spool, const char *user, bool make, GError **error);
void spool_edits_free(SpoolEdits *edits);

/* Holds a name until spool_edits_free; NIEUWS_CONFLICT while another process does. */
bool spool_edits_lock(SpoolEdits *edits, const char *name, GError **error);

/* Another process holds it. */
bool spool_edits_busy(SpoolEdits *edits, const char *name);

/* The path of the text, for the editor's program. To g_free. */
char *spool_edits_path(const SpoolEdits *edits, const char *name);

/* First the state, then the text; each is whole or as it was, and durable. NULL: as it is. */
bool spool_edits_put(
	SpoolEdits *edits, const char *name, const char *state, const char *text, GError **error);

enum { SPOOL_EDITS_MOST = 8 << 20 }; /* bytes of a text or a state */

/* Either may be NULL when it is not wanted. What was left by a program is made durable first. */
bool spool_edits_get(SpoolEdits *edits, const char *name, char **ret_state, char **ret_text,
	gsize *ret_length, GError **error);

/* Seconds since 1970 that the text was last written. */
gint64 spool_edits_written(SpoolEdits *edits, const char *name);

/* Names with a text (char *), sorted. */
GPtrArray *spool_edits_list(SpoolEdits *edits, GError **error);

/* Text and state go. */
bool spool_edits_drop(SpoolEdits *edits, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpoolEdits, spool_edits_free)
