/* nieuws fsck: each damage a line, with its cure. */
#include <stdio.h>

#include "fsck.h"
#include "nieuws.h"

static json_t *
finding_json(const FsckFinding *finding)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s?}", "kind", desk_fsck_names[finding->kind],
		"subject", finding->subject, "meaning", desk_fsck_meaning(finding->kind), "cure",
		desk_fsck_cure(finding->kind), "repaired", finding->repaired);
}

static void
print_json(const GPtrArray *findings)
{
	json_t *array = json_array();

	for (guint i = 0; i < findings->len; i++)
		json_array_append_new(array, finding_json(findings->pdata[i]));
	desk_json(json_pack("{s:i, s:o}", "version", 1, "findings", array));
}

static void
print_finding(const DeskScreen *screen, const FsckFinding *finding)
{
	desk_put(screen, INK_ALERT, desk_fsck_meaning(finding->kind));
	fputs(": ", stdout);
	desk_put(screen, INK_NONE, finding->subject);
	fputs(finding->repaired != NULL ? "\n    -> " : "\n    ", stdout);
	desk_put(screen, finding->repaired != NULL ? INK_GOOD : INK_NONE,
		finding->repaired != NULL ? finding->repaired : desk_fsck_cure(finding->kind));
	putchar('\n');
}

static void
print_human(const GPtrArray *findings)
{
	DeskScreen screen = desk_screen(false);

	for (guint i = 0; i < findings->len; i++)
		print_finding(&screen, findings->pdata[i]);
	if (findings->len == 0)
		puts(_("Database, raw mails and outbox are as they should be."));
}

int
cmd_fsck(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE, quick = FALSE, repair = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{"quick", 0, 0, G_OPTION_ARG_NONE, &quick, N_("Compare lengths, read no files"),
			NULL},
		{"repair", 0, 0, G_OPTION_ARG_NONE, &repair,
			N_("Repair what can be repaired without losing anything"), NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	FsckOptions options = {0};
	g_autoptr(GPtrArray) findings = NULL;

	if (!command_options(&argc, &argv, "", entries, error))
		return EXIT_USAGE;
	options.quick = quick;
	options.repair = repair;
	findings = desk_fsck(context->config, &options, error);
	if (findings == NULL)
		return EXIT_INTERNAL;
	if (json)
		print_json(findings);
	else
		print_human(findings);
	return findings->len == 0 ? EXIT_DONE : EXIT_REFUSED;
}
