/* The command line of nieuws: one file per command, thin doors to the desk. Private to this folder.
 *
 * A new command: a file cmd-NAME.c with one function, a line in the table of main.c, a line in
 * docs/nieuws.1, a test.
 */
#pragma once

#include <glib.h>

#include "base.h"
#include "desk.h"
#include "words.h"

typedef struct {
	const char *config_path; /* NULL: the usual places */
	Config *config; /* loaded where the command's needs say so */
} Context;

/* Returns an exit code; on a failure sets error and returns anything. */
typedef int (*CommandFunction)(Context *context, int argc, char **argv, GError **error);

typedef struct {
	const char *name, *summary, *usage;
	CommandFunction run;
	bool needs_config, may_page;
	DeskRight right; /* what the user must have before the command runs; verbs ask again */
} Command;

int cmd_take(Context *context, int argc, char **argv, GError **error);
int cmd_release(Context *context, int argc, char **argv, GError **error);
int cmd_assign(Context *context, int argc, char **argv, GError **error);
int cmd_approve(Context *context, int argc, char **argv, GError **error);
int cmd_publish(Context *context, int argc, char **argv, GError **error);
int cmd_hold(Context *context, int argc, char **argv, GError **error);
int cmd_reject(Context *context, int argc, char **argv, GError **error);
int cmd_spam(Context *context, int argc, char **argv, GError **error);
int cmd_reopen(Context *context, int argc, char **argv, GError **error);
int cmd_undo(Context *context, int argc, char **argv, GError **error);
int cmd_note(Context *context, int argc, char **argv, GError **error);
int cmd_restore(Context *context, int argc, char **argv, GError **error);
int cmd_edit(Context *context, int argc, char **argv, GError **error);
int cmd_recover(Context *context, int argc, char **argv, GError **error);
int cmd_log(Context *context, int argc, char **argv, GError **error);
int cmd_diff(Context *context, int argc, char **argv, GError **error);
int cmd_revert(Context *context, int argc, char **argv, GError **error);
int cmd_contributors(Context *context, int argc, char **argv, GError **error);
int cmd_who(Context *context, int argc, char **argv, GError **error);
int cmd_overview(Context *context, int argc, char **argv, GError **error);
int cmd_list(Context *context, int argc, char **argv, GError **error);
int cmd_followups(Context *context, int argc, char **argv, GError **error);
int cmd_accept(Context *context, int argc, char **argv, GError **error);
int cmd_refuse(Context *context, int argc, char **argv, GError **error);
int cmd_merge(Context *context, int argc, char **argv, GError **error);
int cmd_split(Context *context, int argc, char **argv, GError **error);
int cmd_related(Context *context, int argc, char **argv, GError **error);
int cmd_search(Context *context, int argc, char **argv, GError **error);
int cmd_show(Context *context, int argc, char **argv, GError **error);
int cmd_export(Context *context, int argc, char **argv, GError **error);
int cmd_preview(Context *context, int argc, char **argv, GError **error);
int cmd_look(Context *context, int argc, char **argv, GError **error);
int cmd_open(Context *context, int argc, char **argv, GError **error);
int cmd_files(Context *context, int argc, char **argv, GError **error);
int cmd_save(Context *context, int argc, char **argv, GError **error);
int cmd_inspect(Context *context, int argc, char **argv, GError **error);
int cmd_import(Context *context, int argc, char **argv, GError **error);
int cmd_quarantine(Context *context, int argc, char **argv, GError **error);
int cmd_status(Context *context, int argc, char **argv, GError **error);
int cmd_check(Context *context, int argc, char **argv, GError **error);
int cmd_config(Context *context, int argc, char **argv, GError **error);

/* Options of a command; what is left stays in argv. --help prints and ends. */
bool command_options(int *argc, char ***argv, const char *arguments, const GOptionEntry *entries,
	GError **error);

/* One verb on one draft: what was done (to g_free), or NULL with why not. */
typedef char *(*DraftVerb)(Desk *desk, gint64 id, void *data, GError **error);

/* The verb on each of the drafts (numbers or references, ended by NULL): prints what was done or
 * why not, and goes on. The exit code of the first refusal. */
int each_draft(Context *context, DeskRight right, char **numbers, DraftVerb verb, void *data,
	GError **error);

/* Starts one of these programs (a list with colons) on a file and goes on; xdg-open only where
 * there is a display. Silent when none is there. */
void open_outside(const char *path, const char *programs);

/* All photos of a draft, each of at most so many rows (0: of the terminal). */
bool look_at_photos(const DeskScreen *screen, const Desk *desk, const StoreDraft *draft, int rows,
	GError **error);

/* "nieuws: why not", to stderr. */
void print_refusal(const GError *error);

/* Gives raw mails (one after the other from next, NULL at the end) to the intake. next's bytes are
 * its own. */
typedef struct {
	GBytes *(*next)(void *source, GError **error);
	void *source;
	GError *failure;
} MailFeed;

bool import_mails(Context *context, MailFeed *feed, gint64 *ret_new, gint64 *ret_doubles,
	gint64 *ret_quarantined, GError **error);
