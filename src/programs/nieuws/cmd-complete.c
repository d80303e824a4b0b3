/* nieuws complete: what could stand where the cursor is, for the shells (config/completions).
 *
 * The words behind "nieuws", the last as far as it is typed. A line each: what could be typed, a
 * tab, what it is. ":files" and ":folders" ask the shell for names of its own. Never a word on
 * stderr, and never a failure: who types is not to be disturbed.
 */
#include <stdio.h>
#include <string.h>

#include "nieuws.h"
#include "notice.h"

enum { DRAFTS = 200, DRAFTS_SOUGHT = 2000, PEOPLE = 100, TITLE = 60 };

typedef struct {
	Context *context;
	Desk *desk;
	const Command *command;
	char **words; /* behind the command, without the last; no options */
	const char *typed;
	GHashTable *offered; /* set of values: usages name some words twice */
} Completion;

static void
offer(const Completion *c, const char *value, const char *what)
{
	g_autofree char *shown = NULL;
	g_autofree char *fitted = NULL;

	if (!g_str_has_prefix(value, c->typed) || !g_hash_table_add(c->offered, g_strdup(value)))
		return;
	shown = text_printable(what, TEXT_ONE_LINE);
	fitted = text_width(shown) > TITLE ? text_fit(shown, TITLE) : g_strdup(shown);
	printf("%s\t%s\n", value, g_strchomp(fitted));
}

static bool
load_config(Completion *c)
{
	if (c->context->config == NULL)
		c->context->config = config_load(c->context->config_path, NULL);
	return c->context->config != NULL;
}

static Desk *
desk_of(Completion *c)
{
	if (c->desk == NULL && load_config(c))
		c->desk = desk_open(c->context->config, RIGHT_REVIEW, STORE_READ, NULL);
	return c->desk;
}

/* --- what there is
 * ---------------------------------------------------------------------------------------------- */

static void
offer_commands(Completion *c)
{
	for (const Command *command = commands; command->name != NULL; command++)
		if (command->group != GROUP_HIDDEN)
			offer(c, command->name, _(command->summary));
}

static void
offer_aliases(Completion *c)
{
	for (guint i = 0; load_config(c) && i < c->context->config->aliases->len; i++) {
		const AliasConfig *alias = c->context->config->aliases->pdata[i];

		offer(c, alias->name, alias->words);
	}
}

static void
offer_topics(Completion *c)
{
	for (const char *const *topic = help_topics(); *topic != NULL; topic++)
		offer(c, *topic, _("topic"));
}

/* What the command could be meant for: publish offers what was approved. */
static const char *
states_of(const Command *command)
{
	static const char *const states[][2] = {{"publish", "state:approved"},
		{"reopen", "state:approved state:published state:rejected state:spam"},
		{"accept", "has:followup"}, {"refuse", "has:followup"}, {"split", "has:followup"},
		{"followups", "has:followup"}, {"release", "mine"}};

	for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
		if (strcmp(states[i][0], command->name) == 0)
			return states[i][1];
	return "";
}

static void
offer_row(Completion *c, const StoreDraftRow *row)
{
	g_autofree char *number = g_strdup_printf("%d", (int)row->id);
	g_autofree char *what = g_strdup_printf("%s (%s)", row->title, desk_state_word(row->state));
	bool by_number = *c->typed == '\0' || g_ascii_isdigit(*c->typed);

	if (!g_strv_contains((const char *const *)c->words, number))
		offer(c, by_number ? number : row->reference, what);
}

static void
offer_drafts(Completion *c)
{
	g_autoptr(StoreFind) find = NULL;
	g_autoptr(GPtrArray) rows = NULL;
	Desk *desk = desk_of(c);

	if (desk != NULL)
		find = desk_query(states_of(c->command), desk->user, when_now(), true, NULL);
	if (find == NULL)
		return;
	find->most = *c->typed != '\0' ? DRAFTS_SOUGHT : DRAFTS;
	rows = store_find(desk->store, find, NULL);
	for (guint i = 0; rows != NULL && i < rows->len; i++)
		offer_row(c, rows->pdata[i]);
}

static StoreDraft *
draft_named(Completion *c)
{
	Desk *desk = c->words[0] != NULL ? desk_of(c) : NULL;

	return desk != NULL ? store_draft_get(desk->store, c->words[0], NULL) : NULL;
}

static void
offer_some_files(Completion *c, bool photos)
{
	g_autoptr(GPtrArray) files = NULL;
	Desk *desk = c->words[0] != NULL ? desk_of(c) : NULL;
	gint64 id = 0;

	if (desk != NULL && store_draft_find(desk->store, c->words[0], &id, NULL))
		files = desk_file_list(desk->store, id, NULL);
	for (guint i = 0; files != NULL && i < files->len; i++) {
		const DeskFile *file = files->pdata[i];
		g_autofree char *number = g_strdup_printf("%d", (int)file->number);

		if (!photos || file->photo != NULL)
			offer(c, number, file->name);
	}
}

static void
offer_draft_files(Completion *c)
{
	offer_some_files(c, false);
}

static void
offer_photos(Completion *c)
{
	offer_some_files(c, true);
}

static void
offer_asides(Completion *c)
{
	g_autoptr(StoreDraft) draft = draft_named(c);

	for (guint i = 0; draft != NULL && i < draft->draft->asides->len; i++) {
		const Aside *aside = draft->draft->asides->pdata[i];
		g_autofree char *number = g_strdup_printf("%u", i + 1);

		offer(c, number, aside->text);
	}
}

static void
offer_editors(Completion *c)
{
	for (guint i = 0; load_config(c) && i < c->context->config->editors->len; i++) {
		const EditorConfig *editor = c->context->config->editors->pdata[i];

		offer(c, editor->user, editor->name);
	}
}

static void
offer_reasons(Completion *c)
{
	g_autoptr(GPtrArray) reasons = load_config(c) ? notice_reasons(c->context->config,
								c->context->config->language, NULL)
						      : NULL;

	for (guint i = 0; reasons != NULL && i < reasons->len; i++) {
		const NoticeReason *reason = reasons->pdata[i];

		offer(c, reason->key, reason->title);
	}
}

static void
offer_people(Completion *c)
{
	Desk *desk = desk_of(c);
	g_autoptr(GPtrArray) people =
		desk != NULL ? store_contributor_list(desk->store,
				       *c->typed != '\0' ? c->typed : NULL, NULL, PEOPLE, NULL)
			     : NULL;

	for (guint i = 0; people != NULL && i < people->len; i++) {
		const StoreContributor *who = people->pdata[i];

		/* An address that would break a command line is typed by hand. */
		if (strpbrk(who->address, " \t\n'\"\\$`;&|<>()") == NULL)
			offer(c, who->address, who->name);
	}
}

/* A filter, and behind its colon what it takes. */
static void
offer_query(Completion *c)
{
	static const char *const words[] = {"state:new", "state:review", "state:approved",
		"state:published", "state:hold", "state:due", "state:rejected", "state:spam",
		"state:open", "state:all", "has:photo", "has:document", "has:embargo",
		"has:warning", "has:followup", "has:duplicate", "has:note", "is:mine", "is:free",
		"since:today", "since:yesterday", "since:3d", "since:1w", "before:today"};
	static const char *const filters[][2] = {{"state:", N_("where a draft is")},
		{"from:", N_("name or address of the sender")}, {"since:", N_("from a day on")},
		{"before:", N_("before a day, or below a number")}, {"has:", N_("what is in it")},
		{"is:", N_("mine or free")}, {"tag:", N_("a tag")}, {"category:", N_("a category")},
		{"title:", N_("a word of the title")}, {"file:", N_("the name of a file")},
		{"taken:", N_("who has it")}, {"mine", N_("what you have")}};

	if (strchr(c->typed, ':') == NULL) {
		for (size_t i = 0; i < G_N_ELEMENTS(filters); i++)
			offer(c, filters[i][0], _(filters[i][1]));
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		offer(c, words[i], "");
	for (guint i = 0; g_str_has_prefix(c->typed, "taken:") && load_config(c) &&
			  i < c->context->config->editors->len;
		i++) {
		const EditorConfig *editor = c->context->config->editors->pdata[i];
		g_autofree char *word = g_strconcat("taken:", editor->user, NULL);

		offer(c, word, editor->name);
	}
}

static void
offer_words(Completion *c, const char *const *words)
{
	for (; *words != NULL; words++)
		offer(c, *words, "");
}

static void
offer_days(Completion *c)
{
	static const char *const days[] = {"tomorrow", "monday", "tuesday", "wednesday", "thursday",
		"friday", "3d", "1w", "2w", NULL};

	offer_words(c, days);
}

static void
offer_parts(Completion *c)
{
	static const char *const parts[] = {"title", "lead", "body", "photos", "embargo", NULL};

	offer_words(c, parts);
}

static void
ask_files(Completion *c)
{
	(void)c;
	puts(":files");
}

static void
ask_folders(Completion *c)
{
	(void)c;
	puts(":folders");
}

/* --- where the cursor is
 * ---------------------------------------------------------------------------------------- */

/* The words in capitals of usages and options. */
static const struct {
	const char *name;
	void (*offer)(Completion *c);
} kinds[] = {{"NUMBER", offer_drafts}, {"OTHER", offer_drafts}, {"FILENUMBER", offer_draft_files},
	{"ASIDE", offer_asides}, {"PHOTO", offer_photos}, {"USER", offer_editors},
	{"KEY", offer_reasons}, {"ADDRESS", offer_people}, {"QUERY", offer_query},
	{"COMMAND", offer_commands}, {"DAY", offer_days}, {"PART", offer_parts},
	{"FILE", ask_files}, {"DIR", ask_folders}};

static void
offer_kind(Completion *c, const char *kind)
{
	if (strcmp(kind, "COMMAND") == 0)
		offer_topics(c);
	/* A file behind a draft is one of that draft. */
	if (strcmp(kind, "FILE") == 0 && g_str_has_prefix(c->command->usage, "NUMBER"))
		kind = "FILENUMBER";
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i].name, kind) == 0)
			kinds[i].offer(c);
	if (g_ascii_islower(*kind))
		offer(c, kind, "");
}

/* A usage, read from the left: each word has a place. After "..." it and what follows stand at
 * every place from there on; "|" goes back to where its bracket opened; words in small letters that
 * were not typed end their alternative. */
typedef struct {
	guint opened[4], depth, place;
	bool repeats, dead;
} Usage;

static void
read_token(Completion *c, Usage *usage, char *token, guint wanted)
{
	bool repeats = strstr(token, "...") != NULL;
	char *end = token + strlen(token);
	guint closed = 0;

	for (; *token == '['; token++)
		if (usage->depth + 1 < G_N_ELEMENTS(usage->opened))
			usage->opened[++usage->depth] = usage->place;
	if (strcmp(token, "|") == 0) {
		usage->place = usage->opened[usage->depth];
		usage->repeats = usage->dead = false;
		return;
	}
	while (end > token && end[-1] == ']') {
		*--end = '\0';
		closed++;
	}
	token[strcspn(token, ".]")] = '\0';
	usage->repeats = usage->repeats || repeats;
	if (g_ascii_islower(*token) && usage->place < wanted &&
		strcmp(c->words[usage->place], token) != 0)
		usage->dead = true;
	if (!usage->dead && (usage->place == wanted || (usage->repeats && usage->place <= wanted)))
		offer_kind(c, token);
	usage->place++;
	usage->depth -= MIN(closed, usage->depth);
}

static void
offer_arguments(Completion *c)
{
	g_auto(GStrv) tokens = g_strsplit(c->command->usage, " ", -1);
	Usage usage = {.depth = 0};

	for (char **token = tokens; *token != NULL; token++)
		if (**token != '\0')
			read_token(c, &usage, *token, g_strv_length(c->words));
}

static const GOptionEntry *
entry_of(const GOptionEntry *entries, const char *word)
{
	for (; entries->long_name != NULL; entries++)
		if ((g_str_has_prefix(word, "--") && strcmp(word + 2, entries->long_name) == 0) ||
			(word[0] == '-' && word[1] != '\0' && word[1] == entries->short_name &&
				word[2] == '\0'))
			return entries;
	return NULL;
}

static void
offer_options(Completion *c, const GOptionEntry *entries)
{
	for (; entries->long_name != NULL; entries++) {
		g_autofree char *word = g_strconcat("--", entries->long_name, NULL);

		offer(c, word, option_summary(entries));
	}
	offer(c, "--help", _("what it does, with examples"));
	offer(c, "--no-color", _("no colours"));
	offer(c, "--no-pager", _("straight to the screen"));
}

/* Leaves the arguments in c->words; the option whose value is being typed, or NULL. */
static const GOptionEntry *
sort_words(Completion *c, const GOptionEntry *entries, char **words, int count)
{
	g_autoptr(GStrvBuilder) arguments = g_strv_builder_new();
	const GOptionEntry *open = NULL;

	for (int i = 0; i < count; i++) {
		if (open != NULL)
			open = NULL;
		else if (words[i][0] == '-')
			open = entry_of(entries, words[i]);
		else
			g_strv_builder_add(arguments, words[i]);
		if (open != NULL && open->arg == G_OPTION_ARG_NONE)
			open = NULL;
	}
	c->words = g_strv_builder_end(arguments);
	return open;
}

static void
complete_command(Completion *c, char **words, int count)
{
	const GOptionEntry *entries = command_entries(c->command);
	const GOptionEntry *open = sort_words(c, entries, words, count);

	if (open != NULL && open->arg_description != NULL)
		offer_kind(c, open->arg_description);
	else if (open == NULL && *c->typed == '-')
		offer_options(c, entries);
	else if (open == NULL)
		offer_arguments(c);
	g_strfreev(c->words);
	c->words = NULL;
}

static void
complete_first(Completion *c)
{
	if (*c->typed != '-') {
		offer_commands(c);
		offer_aliases(c);
		return;
	}
	offer(c, "--config", _("which configuration"));
	offer(c, "--json", _("where things stand, for scripts"));
	offer(c, "--no-color", _("no colours"));
	offer(c, "--no-pager", _("straight to the screen"));
	offer(c, "--version", _("which version this is"));
	offer(c, "--help", _("all commands"));
}

/* An alias stands for its words. */
static void
complete_alias(Completion *c, char **words, int count)
{
	g_auto(GStrv) expanded = NULL;
	g_autofree char **given = g_memdup2(words, sizeof(char *) * (gsize)(count + 1));

	given[count] = NULL;
	if (load_config(c))
		expanded = alias_expand(c->context->config, given, NULL);
	if (expanded == NULL)
		return;
	c->command = command_find(expanded[0]);
	complete_command(c, expanded + 1, (int)g_strv_length(expanded) - 1);
}

int
cmd_complete(Context *context, int argc, char **argv, GError **error)
{
	Completion c = {.context = context, .typed = argc > 1 ? argv[argc - 1] : ""};
	int first = 1;

	(void)error;
	for (; first < argc - 1 && argv[first][0] == '-'; first++)
		if (strcmp(argv[first], "--config") == 0 || strcmp(argv[first], "-c") == 0) {
			if (first + 1 >= argc - 1) {
				puts(":files");
				return EXIT_DONE;
			}
			context->config_path = argv[++first];
		}
	c.offered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (first >= argc - 1) {
		complete_first(&c);
	} else {
		c.command = command_find(argv[first]);
		if (c.command != NULL)
			complete_command(&c, argv + first + 1, argc - first - 2);
		else
			complete_alias(&c, argv + first, argc - first - 1);
	}
	g_hash_table_unref(c.offered);
	g_clear_pointer(&c.desk, desk_free);
	return EXIT_DONE;
}
