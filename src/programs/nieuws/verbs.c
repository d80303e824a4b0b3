/* All commands: what help, completion and the checks of rights know of them. */
#include <string.h>

#include "nieuws.h"

const Command overview = {"", N_("where things stand"), "[--json]", cmd_overview, true, false,
	RIGHT_REVIEW, GROUP_HIDDEN, NULL};

const Command commands[] = {
	{"review", N_("what waits, on the whole screen: one key a verb"), "[QUERY...]", cmd_review,
		true, false, RIGHT_REVIEW, GROUP_FIND,
		N_("review\tthe queue and the article beside it; ? lists the keys\nreview mine\t"
		   "only what you have")},
	{"list", N_("drafts, newest first"), "[QUERY...]", cmd_list, true, true, RIGHT_REVIEW,
		GROUP_FIND,
		N_("list\twhat is still to be decided\nlist mine\twhat you have\nlist state:hold "
		   "since:1w\ton hold, of the last week\nlist has:embargo --json\tfor a script")},
	{"search", N_("drafts with these words"), "QUERY...", cmd_search, true, true, RIGHT_REVIEW,
		GROUP_FIND,
		N_("search bridge hengelo\tboth words, in any form\nsearch \"new bridge\" -school\t"
		   "this phrase, without that word\nsearch from:fire has:photo\tsender and photo")},
	{"show", N_("one draft, as it will read"), "NUMBER", cmd_show, true, true, RIGHT_REVIEW,
		GROUP_FIND,
		N_("show 12\tthe article, what was set aside, the files\nshow 12 --source\twhat "
		   "came "
		   "in beside what it is now")},
	{"related", N_("drafts that are like this one"), "NUMBER", cmd_related, true, true,
		RIGHT_REVIEW, GROUP_FIND, N_("related 12\tnearly the same, and about the same")},

	{"take", N_("make a draft yours"), "NUMBER...", cmd_take, true, false, RIGHT_REVIEW,
		GROUP_WRITE,
		N_("take 12\tothers are kept out until you decide\ntake 12 --force \"Jan is ill\"\t"
		   "an admin takes over; Jan is told")},
	{"release", N_("let a draft go again"), "NUMBER...", cmd_release, true, false, RIGHT_REVIEW,
		GROUP_WRITE, N_("release 12 14\ttwo at once")},
	{"assign", N_("give a draft to somebody"), "NUMBER... USER", cmd_assign, true, false,
		RIGHT_REVIEW, GROUP_WRITE, N_("assign 12 sanne\tSanne is told by mail")},
	{"edit", N_("fields and text of a draft in your editor"), "NUMBER...", cmd_edit, true,
		false, RIGHT_REVIEW, GROUP_WRITE,
		N_("edit 12\ttitle, lead, captions and text in one file\nedit 12 -m \"shorter "
		   "lead\"\tsays why, for the log")},
	{"note", N_("a word to your colleagues on a draft"), "NUMBER TEXT...", cmd_note, true,
		false, RIGHT_REVIEW, GROUP_WRITE,
		N_("note 12 called her, rings back\tshown with the draft")},
	{"restore", N_("put what was set aside back into the text; or a backup in its place"),
		"NUMBER ASIDE | DIR", cmd_restore, true, false, RIGHT_REVIEW, GROUP_WRITE,
		N_("restore 12 2\tthe second that was set aside, at its place\nrestore "
		   "/srv/backup/nieuws --to /tmp/look\ta backup, somewhere else (admin)")},
	{"log", N_("every version and event of a draft"), "NUMBER", cmd_log, true, true,
		RIGHT_REVIEW, GROUP_WRITE, N_("log 12\twho did what, and when")},
	{"diff", N_("what differs between versions, word by word"), "NUMBER [VERSION [VERSION]]",
		cmd_diff, true, true, RIGHT_REVIEW, GROUP_WRITE,
		N_("diff 12\tthe last change\ndiff 12 1 3\tbetween these two")},
	{"revert", N_("as an earlier version; makes a new one"), "NUMBER VERSION", cmd_revert, true,
		false, RIGHT_REVIEW, GROUP_WRITE, N_("revert 12 1\tas it came in")},
	{"recover", N_("what you wrote that is in no version yet"), "[NUMBER]", cmd_recover, true,
		false, RIGHT_REVIEW, GROUP_WRITE,
		N_("recover\twhat there is\nrecover 12\tgo on with it\nrecover 12 --show\tread it "
		   "only")},

	{"approve", N_("this may be published"), "NUMBER...", cmd_approve, true, false,
		RIGHT_APPROVE, GROUP_DECIDE, N_("approve 12\twhat the house requires is checked")},
	{"publish", N_("it was published; tells the contributor"), "NUMBER... [URL]", cmd_publish,
		true, false, RIGHT_APPROVE, GROUP_DECIDE,
		N_("publish 12 https://example.nl/haven\twith the link\npublish 12 14 --no-mail\t"
		   "nobody is told")},
	{"hold", N_("not now: it comes back on a day"), "NUMBER...", cmd_hold, true, false,
		RIGHT_REVIEW, GROUP_DECIDE,
		N_("hold 12 --until monday\tback in the list on Monday\nhold 12 -u 1-12 -m \"wait "
		   "for the council\"\twith a note")},
	{"reject", N_("this will not be published; tells the contributor why"), "NUMBER...",
		cmd_reject, true, false, RIGHT_APPROVE, GROUP_DECIDE,
		N_("reject 12 --reason region\twith the mail of that reason\nreject 12 -r general "
		   "--edit\tchange the mail first\nreject --reasons\tthe reasons there are")},
	{"spam", N_("nobody is told"), "NUMBER...", cmd_spam, true, false, RIGHT_REVIEW,
		GROUP_DECIDE, N_("spam 12 13 14\tthree at once")},
	{"reopen", N_("what was decided is open again"), "NUMBER...", cmd_reopen, true, false,
		RIGHT_APPROVE, GROUP_DECIDE, N_("reopen 12\ta mail that has not left stays here")},
	{"undo", N_("take your last step back, with the mail that has not left"), "[NUMBER...]",
		cmd_undo, true, false, RIGHT_REVIEW, GROUP_DECIDE,
		N_("undo\tyour last step\nundo 12\tyour last step on this draft")},

	{"followups", N_("what came after a draft, and waits"), "[NUMBER]", cmd_followups, true,
		true, RIGHT_REVIEW, GROUP_AFTER,
		N_("followups\tall that wait\nfollowups 12\twhat changes in this draft")},
	{"accept", N_("take over what came after a draft"), "NUMBER [CHANGE...]", cmd_accept, true,
		false, RIGHT_REVIEW, GROUP_AFTER,
		N_("accept 12\tall of it\naccept 12 1 3\tonly these changes of the text\naccept 12 "
		   "--part title,photos\tonly these parts")},
	{"refuse", N_("leave what came after a draft"), "NUMBER...", cmd_refuse, true, false,
		RIGHT_REVIEW, GROUP_AFTER, N_("refuse 12\tit is kept beside the draft")},
	{"merge", N_("make two drafts one"), "NUMBER OTHER...", cmd_merge, true, false,
		RIGHT_REVIEW, GROUP_AFTER, N_("merge 12 15\t15 goes; its text waits at 12")},
	{"split", N_("make what came after a draft one of its own"), "NUMBER...", cmd_split, true,
		false, RIGHT_REVIEW, GROUP_AFTER, N_("split 12\tit was other news after all")},

	{"files", N_("files of a draft; captions, credits and order of its photos"),
		"NUMBER [list | lead PHOTO | order PHOTO... | caption PHOTO TEXT | credit PHOTO "
		"TEXT | alt PHOTO TEXT | drop PHOTO... | restore PHOTO... | save [FILENUMBER...] | "
		"open FILENUMBER...]",
		cmd_files, true, false, RIGHT_REVIEW, GROUP_FILES,
		N_("files 12\twith numbers, sizes and what they are for\nfiles 12 credit 1 Anna de "
		   "Boer\twho made the first photo\nfiles 12 lead 2\tthe second stands on "
		   "top\nfiles 12 drop 3\tthe third is left out")},
	{"look", N_("photos of a draft, in the terminal"), "NUMBER [FILE...]", cmd_look, true,
		false, RIGHT_REVIEW, GROUP_FILES,
		N_("look 12\tall of them\nlook 12 2\tthe second file")},
	{"open", N_("files of a draft in a program of yours, or their paths"), "NUMBER FILE...",
		cmd_open, true, false, RIGHT_REVIEW, GROUP_FILES, N_("open 12 1\tthe first file")},
	{"save", N_("files of a draft to a folder"), "NUMBER [FILENUMBER...]", cmd_save, true,
		false, RIGHT_REVIEW, GROUP_FILES,
		N_("save 12 --to photos\tall files\nsave 12 2 --web\tone, and its copy for the "
		   "page")},
	{"export", N_("page, text and pictures of a draft as a folder or zip"), "NUMBER...",
		cmd_export, true, false, RIGHT_REVIEW, GROUP_FILES,
		N_("export 12\ta folder here\nexport 12 14 --zip --to out\ttwo files in out")},
	{"preview", N_("the page in a browser, or its path"), "NUMBER...", cmd_preview, true, false,
		RIGHT_REVIEW, GROUP_FILES, N_("preview 12\tas it will stand on a page")},

	{"contributors", N_("who writes to us: list, show, trust, block, note"),
		"[WORDS | ADDRESS [trust | block | forget | note TEXT]]", cmd_contributors, true,
		false, RIGHT_REVIEW, GROUP_PEOPLE,
		N_("contributors\tthe latest first\ncontributors anna@example.nl\twhat she sent\n"
		   "contributors anna@example.nl trust\tshe is known here")},
	{"who", N_("the editors, and who you are"), "", cmd_who, true, false, RIGHT_REVIEW,
		GROUP_PEOPLE, N_("who\teditors and their rights")},

	{"status", N_("how the mailboxes and the outbox are"), "", cmd_status, true, false,
		RIGHT_NONE, GROUP_MACHINE,
		N_("status\tthe books of each mailbox\nstatus --json\tfor a monitor; the exit code "
		   "is 1 when "
		   "somebody must act\nstatus --nagios\tone line, and the exit codes of a plugin")},
	{"alarms", N_("what is wrong with the machine, and the cure"), "", cmd_alarms, true, true,
		RIGHT_NONE, GROUP_MACHINE, N_("alarms\tthose that last, then those that are over")},
	{"check", N_("configuration, servers and tools, with cures"), "", cmd_check, true, false,
		RIGHT_NONE, GROUP_MACHINE, N_("check\twhat fails names its cure")},
	{"config", N_("the settings in force"), "", cmd_config, true, false, RIGHT_NONE,
		GROUP_MACHINE, N_("config\tevery setting with its value")},
	{"inspect", N_("what would become of a mail; keeps nothing"), "FILE...", cmd_inspect, false,
		true, RIGHT_NONE, GROUP_MACHINE,
		N_("inspect mail.eml\tas show would show it\ninspect --json - < mail.eml\tfor a "
		   "script")},
	{"import", N_("mails from files, Maildirs or mboxes"), "FILE...", cmd_import, true, false,
		RIGHT_ADMIN, GROUP_MACHINE,
		N_("import archive.mbox\tas if they had come by mail\nimport Maildir/\ta whole "
		   "folder")},
	{"quarantine", N_("mails that could not be read"),
		"[list | show ENTRY | retry ENTRY... | retry all]", cmd_quarantine, true, false,
		RIGHT_ADMIN, GROUP_MACHINE,
		N_("quarantine\twhat lies there\nquarantine show 1\twhy, and the header\n"
		   "quarantine retry 1\tread it once more\nquarantine retry all\tafter an "
		   "upgrade")},
	{"fsck", N_("is all that is kept as it should be?"), "[--quick] [--repair]", cmd_fsck, true,
		false, RIGHT_ADMIN, GROUP_MACHINE,
		N_("fsck\teach damage, with its cure\nfsck --quick\treads no raw mails\n"
		   "fsck --repair\tmends what can be mended without losing anything")},
	{"person", N_("all that is kept about somebody: show, export"),
		"show ADDRESS | export ADDRESS DIR", cmd_person, true, true, RIGHT_ADMIN,
		GROUP_PEOPLE,
		N_("person show anna@example.nl\twhere it stands\nperson export "
		   "anna@example.nl anna\ta folder to hand over")},
	{"backup", N_("database and raw mails to a folder, while all runs"), "DIR", cmd_backup,
		true, false, RIGHT_ADMIN, GROUP_MACHINE,
		N_("backup /srv/backup/nieuws\tonly what is new is copied\nbackup --check "
		   "/srv/backup/nieuws\tread it all, change nothing")},
	{"help", N_("commands and topics"), "[COMMAND]", cmd_help, false, true, RIGHT_NONE,
		GROUP_MACHINE, N_("help reject\tone command\nhelp query\thow to ask for drafts")},
	{"complete", NULL, "WORD...", cmd_complete, false, false, RIGHT_NONE, GROUP_HIDDEN, NULL},
	{NULL, NULL, NULL, NULL, false, false, RIGHT_NONE, GROUP_HIDDEN, NULL}};

const Command *
command_find(const char *name)
{
	for (const Command *command = commands; command->name != NULL; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

/* --- did you mean
 * --------------------------------------------------------------------------------------------- */

enum { LONGEST = 24 };

/* Optimal string alignment: two letters that changed places count one. */
guint
likeness_distance(const char *a, const char *b)
{
	size_t rows = strnlen(a, LONGEST), columns = strnlen(b, LONGEST);
	guint cost[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= rows; i++)
		cost[i][0] = (guint)i;
	for (size_t j = 0; j <= columns; j++)
		cost[0][j] = (guint)j;
	for (size_t i = 1; i <= rows; i++)
		for (size_t j = 1; j <= columns; j++) {
			guint best = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			best = MIN(best, MIN(cost[i - 1][j], cost[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = MIN(best, cost[i - 2][j - 2] + 1);
			cost[i][j] = best;
		}
	return cost[rows][columns];
}

/* What other programs and Dutch hands call it. */
static const char *const other_names[][2] = {{"ls", "list"}, {"find", "search"}, {"grep", "search"},
	{"zoek", "search"}, {"cat", "show"}, {"view", "show"}, {"toon", "show"}, {"claim", "take"},
	{"neem", "take"}, {"accepteer", "accept"}, {"ok", "approve"}, {"akkoord", "approve"},
	{"wacht", "hold"}, {"wijs-af", "reject"}, {"delete", "reject"}, {"rm", "reject"},
	{"senders", "contributors"}, {"whoami", "who"}, {"blame", "log"}, {"history", "log"},
	{"st", "status"}, {"hulp", "help"}, {"man", "help"}};

const char *
command_nearest(const char *name)
{
	guint least = strlen(name) <= 3 ? 2 : 3;
	const char *best = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(other_names); i++)
		if (strcmp(other_names[i][0], name) == 0 && command_find(other_names[i][1]) != NULL)
			return other_names[i][1];
	for (const Command *command = commands; command->name != NULL; command++) {
		guint far = likeness_distance(name, command->name);
		bool begins = strlen(name) >= 3 && g_str_has_prefix(command->name, name);

		if (command->group == GROUP_HIDDEN || (far >= least && !begins))
			continue;
		least = MIN(far, least);
		best = command->name;
	}
	return best;
}
