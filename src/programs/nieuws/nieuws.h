/* The command line of nieuws: one file per command, thin doors to the desk. Private to this folder.
 *
 * A new command: a file cmd-NAME.c with one function that asks for its options first, an entry in
 * the table of verbs.c, its words in docs/nieuws.1, a test. Help and completion come from these.
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

typedef enum {
	GROUP_FIND,
	GROUP_WRITE,
	GROUP_DECIDE,
	GROUP_AFTER,
	GROUP_FILES,
	GROUP_PEOPLE,
	GROUP_MACHINE,
	GROUPS,
	GROUP_HIDDEN = GROUPS, /* for programs: in no list */
} CommandGroup;

/* usage: what stands behind the name. Words in capitals say what is wanted there, and with that
 * what completion offers: NUMBER (draft), OTHER, FILENUMBER, ASIDE, REVISION, FILE, DIR, USER,
 * ADDRESS, QUERY, COMMAND; words in small letters are typed as they are.
 * examples: a line each, what is typed behind "nieuws", a tab, what it does. */
typedef struct {
	const char *name, *summary, *usage;
	CommandFunction run;
	bool needs_config, may_page;
	DeskRight right; /* what the user must have before the command runs; verbs ask again */
	CommandGroup group;
	const char *examples;
} Command;

/* --- the table (verbs.c) --- */

extern const Command commands[]; /* ended by one without a name */
extern const Command overview; /* nieuws alone */

/* NULL: there is none. */
const Command *command_find(const char *name);

/* What somebody may have meant with this; NULL: nothing is near. */
const char *command_nearest(const char *name);

/* How many letters were added, dropped, changed or swapped: at most `most`, else a number above. */
guint likeness_distance(const char *a, const char *b);

/* --- options (options.c) --- */

/* The options of a command, asked of the command itself: GOptionEntry, ended by one without a name.
 * Valid until the next call. */
const GOptionEntry *command_entries(const Command *command);

/* What an option does, in the language of the terminal; "" where nothing is said. */
const char *option_summary(const GOptionEntry *entry);

/* --- help (help.c), pager (pager.c), aliases (alias.c) --- */

int help_main(const char *topic); /* NULL: all commands; an exit code */
void help_command(const Command *command);
const char *const *help_topics(void); /* ended by NULL */

void pager_start(const Config *config);
bool pager_is_on(void);
void pager_end(void);

/* argv with the alias in its first word replaced (to g_strfreev), or NULL: it is none, or it is
 * wrong and error is set. */
char **alias_expand(const Config *config, char **argv, GError **error);

/* Whether each alias leads to a command. */
bool alias_check(const Config *config, GError **error);

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
int cmd_review(Context *context, int argc, char **argv, GError **error);
int cmd_show(Context *context, int argc, char **argv, GError **error);
int cmd_export(Context *context, int argc, char **argv, GError **error);
int cmd_preview(Context *context, int argc, char **argv, GError **error);
int cmd_look(Context *context, int argc, char **argv, GError **error);
int cmd_open(Context *context, int argc, char **argv, GError **error);
int cmd_files(Context *context, int argc, char **argv, GError **error);
int cmd_save(Context *context, int argc, char **argv, GError **error);
int cmd_inspect(Context *context, int argc, char **argv, GError **error);
int cmd_import(Context *context, int argc, char **argv, GError **error);
int cmd_backup(Context *context, int argc, char **argv, GError **error);
int cmd_person(Context *context, int argc, char **argv, GError **error);
int cmd_quarantine(Context *context, int argc, char **argv, GError **error);
int cmd_fsck(Context *context, int argc, char **argv, GError **error);
int cmd_alarms(Context *context, int argc, char **argv, GError **error);
int cmd_status(Context *context, int argc, char **argv, GError **error);
int cmd_check(Context *context, int argc, char **argv, GError **error);
int cmd_config(Context *context, int argc, char **argv, GError **error);

int cmd_help(Context *context, int argc, char **argv, GError **error);
int cmd_complete(Context *context, int argc, char **argv, GError **error);

/* Options of a command; what is left stays in argv. First of all that a command does: what the
 * options are is asked this way, too, and then it returns false. */
bool command_options(int *argc, char ***argv, const char *arguments, const GOptionEntry *entries,
	GError **error);

/* One verb on one draft: what was done (to g_free), or NULL with why not. */
typedef char *(*DraftVerb)(Desk *desk, gint64 id, void *data, GError **error);

/* The verb on each of the drafts (numbers or references, ended by NULL): prints what was done or
 * why not, and goes on. The exit code of the first refusal. */
int each_draft(Context *context, DeskRight right, char **numbers, DraftVerb verb, void *data,
	GError **error);

/* cmd-backup.c: what "restore DIR" is. */
int restore_backup(
	Context *context, const char *folder, const char *to, bool force, GError **error);

/* Starts one of these programs (a list with colons) on a file and goes on; xdg-open only where
 * there is a display. Silent when none is there. */
void open_outside(const char *path, const char *programs);

/* All photos of these files (DeskFile *) that will be published, each of at most so many rows (0:
 * of the terminal). */
bool look_at_photos(const DeskScreen *screen, const Desk *desk, const GPtrArray *files, int rows,
	GError **error);

/* What a verb did. */
void print_said(const char *said);

/* "nieuws: why not", to stderr. */
void print_refusal(const GError *error);

/* Gives raw mails (one after the other from next, NULL at the end) to the intake. next's bytes are
 * its own. */
typedef struct {
	GBytes *(*next)(void *source, GError **error);
	void *source;
	GError *failure;
} MailFeed;

typedef struct {
	gint64 fresh, joined, doubles, quarantined;
} MailCounts;

bool import_mails(Context *context, MailFeed *feed, MailCounts *ret_counts, GError **error);
