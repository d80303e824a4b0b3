/* nieuws help: all commands, one command, a topic. */
#include <stdio.h>
#include <string.h>

#include "nieuws.h"

static const char *const group_titles[GROUPS] = {
	[GROUP_FIND] = N_("Find and read"),
	[GROUP_WRITE] = N_("Work on a draft"),
	[GROUP_DECIDE] = N_("Decide"),
	[GROUP_AFTER] = N_("What came after"),
	[GROUP_FILES] = N_("Files and pages"),
	[GROUP_PEOPLE] = N_("People"),
	[GROUP_MACHINE] = N_("The machine"),
};

typedef struct {
	const char *name, *summary, *text;
} Topic;

static const Topic topics[] = {
	{"query", N_("how to ask for drafts"),
		N_("Words must all be there, in any form: fiets finds fietsen, cafe finds café.\n\n"
		   "  \"new bridge\"        these words in this order\n"
		   "  -school             without this word\n"
		   "  harb*               words that begin so\n"
		   "  mine                what you have\n"
		   "  state:hold          new, review, approved, published, hold, due, rejected,\n"
		   "                      spam, open, all\n"
		   "  from:anna           name or address of the sender\n"
		   "  since:3d            also 2w, monday, yesterday, 24-11, 2026-11-24\n"
		   "  before:2026-11-01   before a day; or before:40, below a number\n"
		   "  has:photo           photo, document, embargo, warning, followup, duplicate,\n"
		   "                      note\n"
		   "  tag: category: title: file:   a word in that field\n"
		   "  taken:sanne         who has it; is:free nobody has\n\n"
		   "A minus before a filter turns it round: -has:photo.\n"
		   "Without a state, list shows what is still to be decided; search shows all.\n")},
	{"states", N_("the way of a draft"),
		N_("  new ──take──▶ in review ──approve──▶ approved ──publish──▶ published\n\n"
		   "  hold      not now; on its day it is in the overview again\n"
		   "  rejected  the contributor was told why, unless --no-mail was given\n"
		   "  spam      nobody was told\n\n"
		   "reopen brings back what was decided. undo takes back your last step. A mail "
		   "to\n"
		   "the contributor waits a few minutes ([desk] undo_time): until then undo stops\n"
		   "it. One editor has a draft at a time: nieuws take makes it yours, release "
		   "lets\n"
		   "it go.\n")},
	{"files", N_("photos and documents"),
		N_("nieuws files 12 lists the files of a draft with their numbers. Photos that "
		   "are\n"
		   "too small for the page are marked.\n\n"
		   "  nieuws save 12             all files to this folder\n"
		   "  nieuws save 12 2 --web     one, and the copy for the page: turned upright,\n"
		   "                             without where and with what it was taken\n"
		   "  nieuws export 12           page, text and pictures\n\n"
		   "Names of files come from the mail: they are labels, and nothing that is there\n"
		   "is overwritten.\n")},
	{"json", N_("for scripts"),
		N_("Every listing takes --json: one object on one line, with \"version\": 1.\n"
		   "Fields may be added within a version; none changes its meaning. Moments are\n"
		   "in UTC, such as 2026-11-24T09:30:00Z. The fields stand in man nieuws-json.\n\n"
		   "  nieuws list state:new --json | jq -r '.drafts[].title'\n\n"
		   "What came from mail may hold any character: JSON escapes it; filter it before\n"
		   "it goes to a terminal.\n")},
	{"exit-codes", N_("what scripts can rely on"),
		N_("   0  done\n"
		   "   1  refused, not found, or somebody was quicker; stderr says which\n"
		   "   2  wrong usage\n"
		   "  70  our fault: please report it\n"
		   "  74  the output could not be written\n"
		   "  75  not now: try again later\n"
		   "  78  the configuration is wrong\n\n"
		   "With several drafts the code is that of the first that was refused; the "
		   "others\n"
		   "are done. Data goes to stdout, talk to stderr.\n")},
	{"colours", N_("colours and the pager"),
		N_("Colours are there on a terminal only, and not with NO_COLOR or --no-color.\n"
		   "No colour says what a word or mark does not say too.\n\n"
		   "Long output goes through NIEUWS_PAGER, else [desk] pager, else PAGER, else\n"
		   "less. Without LESS in the environment it is FRX: what fits does not wait.\n"
		   "--no-pager, or an empty NIEUWS_PAGER, switches it off.\n")},
	{"editors", N_("who may do what"),
		N_("Editors are users of this machine with a section of their own:\n\n"
		   "  [editor sanne]\n  name = Sanne de Vries\n  address = sanne@example.nl\n"
		   "  rights = review;approve\n\n"
		   "  review   read, take, edit, note, hold, spam, files\n"
		   "  approve  also approve, reject, publish, reopen\n"
		   "  admin    all, also for others: force, assign, quarantine, import\n\n"
		   "nieuws who shows them. Your editor for text is VISUAL, else EDITOR.\n")},
};

static const char *const topic_names[] = {
	"query", "states", "files", "json", "exit-codes", "colours", "editors", NULL};

G_STATIC_ASSERT(G_N_ELEMENTS(topic_names) == G_N_ELEMENTS(topics) + 1);

const char *const *
help_topics(void)
{
	return topic_names;
}

static const Topic *
find_topic(const char *name)
{
	if (strcmp(name, "colors") == 0)
		name = "colours";
	for (size_t i = 0; i < G_N_ELEMENTS(topics); i++)
		if (strcmp(topics[i].name, name) == 0)
			return &topics[i];
	return NULL;
}

/* Two columns: what, and the words for it, folded to the width. */
static void
put_pair(const DeskScreen *screen, int width, const char *left, const char *right)
{
	g_autofree char *fitted = text_fit(left, MAX((size_t)width, text_width(left)));
	int indent = width + 3;

	fputs("  ", stdout);
	if (text_width(left) > (size_t)width) {
		desk_put(screen, INK_BOLD, left);
		printf("\n%*s", indent, "");
	} else {
		desk_put(screen, INK_BOLD, fitted);
		putchar(' ');
	}
	desk_fold(screen, INK_NONE, right, indent);
}

/* --- one command
 * -----------------------------------------------------------------------------------------------
 */

static char *
option_words(const GOptionEntry *entry)
{
	g_autofree char *letter = entry->short_name != 0
					  ? g_strdup_printf("-%c, ", entry->short_name)
					  : g_strdup("    ");
	const char *wanted = entry->arg_description;

	return g_strdup_printf("%s--%s%s%s", letter, entry->long_name, wanted != NULL ? " " : "",
		wanted != NULL ? wanted : "");
}

static void
put_options(const DeskScreen *screen, const GOptionEntry *entries)
{
	if (entries->long_name == NULL)
		return;
	putchar('\n');
	desk_put(screen, INK_BOLD, _("Options"));
	putchar('\n');
	for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++) {
		g_autofree char *words = option_words(entry);

		put_pair(screen, 22, words, option_summary(entry));
	}
}

static void
put_examples(const DeskScreen *screen, const char *examples)
{
	g_auto(GStrv) lines = g_strsplit(examples, "\n", -1);
	size_t widest = 0;

	putchar('\n');
	desk_put(screen, INK_BOLD, _("Examples"));
	putchar('\n');
	for (char **line = lines; *line != NULL; line++)
		widest = MAX(widest, strcspn(*line, "\t"));
	widest = MIN(widest, 38);
	for (char **line = lines; *line != NULL; line++) {
		g_auto(GStrv) halves = g_strsplit(*line, "\t", 2);
		g_autofree char *typed = g_strdup_printf("nieuws %s", halves[0]);

		put_pair(screen, (int)widest + 7, typed, halves[1] != NULL ? halves[1] : "");
	}
}

static const char *
right_sentence(DeskRight right)
{
	return right == RIGHT_APPROVE ? _("Needs the right to approve.")
	       : right == RIGHT_ADMIN ? _("For admins.")
				      : NULL;
}

void
help_command(const Command *command)
{
	DeskScreen screen = desk_screen(false);
	const GOptionEntry *entries = command_entries(command);
	const char *summary = command->summary != NULL ? _(command->summary) : "";
	g_autofree char *usage = g_strconcat(
		command->usage, entries->long_name != NULL ? _(" [OPTION...]") : "", NULL);

	desk_put(&screen, INK_BOLD, "nieuws ");
	desk_put(&screen, INK_BOLD, command->name);
	putchar(' ');
	desk_fold(&screen, INK_NONE, usage, (int)strlen(command->name) + 8);
	putchar('\n');
	printf("  %s\n", summary);
	if (right_sentence(command->right) != NULL)
		printf("  %s\n", right_sentence(command->right));
	put_options(&screen, entries);
	if (command->examples != NULL)
		put_examples(&screen, _(command->examples));
	if (strstr(command->usage, "QUERY") != NULL)
		printf("\n%s\n", _("nieuws help query says what can be asked."));
}

/* --- all
 * -------------------------------------------------------------------------------------------------------
 */

static void
put_group(const DeskScreen *screen, CommandGroup group)
{
	putchar('\n');
	desk_put(screen, INK_BOLD, _(group_titles[group]));
	putchar('\n');
	for (const Command *command = commands; command->name != NULL; command++)
		if (command->group == group)
			put_pair(screen, 12, command->name, _(command->summary));
}

int
help_main(const char *topic)
{
	DeskScreen screen = desk_screen(false);
	const Topic *found = topic != NULL ? find_topic(topic) : NULL;

	if (topic != NULL && found == NULL)
		return EXIT_USAGE;
	if (found != NULL) {
		fputs(_(found->text), stdout);
		return EXIT_DONE;
	}
	puts(_("nieuws [--config FILE] [--no-color] [--no-pager] [COMMAND ...]"));
	puts(_("nieuws alone says where things stand."));
	for (int group = 0; group < GROUPS; group++)
		put_group(&screen, (CommandGroup)group);
	putchar('\n');
	desk_put(&screen, INK_BOLD, _("Topics"));
	putchar('\n');
	for (size_t i = 0; i < G_N_ELEMENTS(topics); i++)
		put_pair(&screen, 12, topics[i].name, _(topics[i].summary));
	puts(_("\nnieuws help COMMAND or TOPIC tells more; man nieuws tells all."));
	return EXIT_DONE;
}

int
cmd_help(Context *context, int argc, char **argv, GError **error)
{
	const Command *command = argc > 1 ? command_find(argv[1]) : NULL;
	const char *near;

	(void)context;
	if (command != NULL && command->group != GROUP_HIDDEN) {
		help_command(command);
		return EXIT_DONE;
	}
	if (help_main(argc > 1 ? argv[1] : NULL) == EXIT_DONE)
		return EXIT_DONE;
	near = command_nearest(argv[1]);
	if (near != NULL)
		nieuws_fail(error, NIEUWS_INPUT,
			_("there is no command or topic %s; did you mean %s?"), argv[1], near);
	else
		nieuws_fail(error, NIEUWS_INPUT,
			_("there is no command or topic %s; nieuws help lists them"), argv[1]);
	return EXIT_USAGE;
}
