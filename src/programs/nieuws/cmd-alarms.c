/* nieuws alarms: what is wrong with the machine, and what was; each with its cure. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

#include "notice.h"

enum { MOST = 50 };

static json_t *
alarm_json(const StoreAlarm *alarm, const char *title, const char *text)
{
	g_autofree char *raised = when_iso(alarm->raised_at);
	g_autofree char *over = when_iso(alarm->over_at);
	g_autofree char *told = when_iso(alarm->told_at);

	return json_pack("{s:I, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:I, s:s, s:s, s:b}", "number",
		(json_int_t)alarm->id, "kind", alarm->kind, "about", alarm->about, "detail",
		alarm->detail, "count", (json_int_t)alarm->count, "raised", raised, "over", over,
		"told", told, "times", (json_int_t)alarm->times, "title", title, "text", text,
		"lasts", (int)(alarm->over_at == 0));
}

static void
print_alarm(const DeskScreen *screen, const StoreAlarm *alarm, const char *title, const char *text)
{
	g_autofree char *raised = when_local(alarm->raised_at);
	g_autofree char *over = when_local(alarm->over_at);
	g_autofree char *times = g_strdup_printf("%d", (int)alarm->times);
	g_autofree char *squeezed = text_collapse(text);

	desk_put(screen, alarm->over_at == 0 ? INK_ALERT : INK_BOLD, title);
	putchar('\n');
	desk_field(screen, _("Since"), raised, INK_NONE);
	desk_field(screen, _("Over"), over, INK_GOOD);
	if (alarm->times > 1)
		desk_field(screen, _("Times"), times, INK_NONE);
	if (alarm->over_at == 0)
		desk_field(screen, _("What"), squeezed, INK_NONE);
	putchar('\n');
}

/* The words of the mail that admins got, so that both say the same. */
static bool
show(Context *context, const StoreAlarm *alarm, const DeskScreen *screen, json_t *list,
	GError **error)
{
	NoticeFacts facts = {.alarm = alarm->kind,
		.about = alarm->about,
		.detail = alarm->detail,
		.count = alarm->count,
		.since = alarm->raised_at};
	g_autofree char *title = NULL;
	g_autofree char *text = NULL;

	/* Translators: the language of this catalogue, as in the folder of mail templates. */
	if (!notice_text(context->config, NOTICE_ALARM, &facts, _("en"), &title, &text, error))
		return false;
	if (list != NULL)
		json_array_append_new(list, alarm_json(alarm, title, text));
	else
		print_alarm(screen, alarm, title, text);
	return true;
}

int
cmd_alarms(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Store) store = NULL;
	g_autoptr(GPtrArray) alarms = NULL;
	DeskScreen screen;
	json_t *list;

	if (!command_options(&argc, &argv, "", entries, error))
		return EXIT_USAGE;
	store = desk_store(context->config, STORE_READ, error);
	alarms = store != NULL ? store_alarm_list(store, false, MOST, error) : NULL;
	if (alarms == NULL)
		return EXIT_INTERNAL;
	screen = desk_screen(json);
	list = json ? json_array() : NULL;
	for (guint i = 0; i < alarms->len; i++)
		if (!show(context, alarms->pdata[i], &screen, list, error))
			return EXIT_INTERNAL;
	if (json)
		desk_json(json_pack("{s:i, s:o}", "version", 1, "alarms", list));
	else if (alarms->len == 0)
		fputs(_("There were no alarms.\n"), stderr);
	return EXIT_DONE;
}
