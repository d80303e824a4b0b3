/* nieuws reject: with a reason, and what the contributor reads of it. */
#include "nieuws.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "notice.h"

typedef struct {
	DeskReject reject;
	bool edit;
} Reject;

static bool
print_reasons(Context *context, bool json, GError **error)
{
	g_autoptr(GPtrArray) reasons =
		notice_reasons(context->config, context->config->language, error);
	json_t *list = json ? json_array() : NULL;

	for (guint i = 0; reasons != NULL && i < reasons->len; i++) {
		const NoticeReason *reason = reasons->pdata[i];

		if (json)
			json_array_append_new(
				list, json_pack("{s:s, s:s, s:s}", "key", reason->key, "title",
					      reason->title, "text", reason->text));
		else
			printf("  %-12s %s\n", reason->key, reason->title);
	}
	if (json)
		desk_json(json_pack("{s:i, s:o}", "version", 1, "reasons", list));
	return reasons != NULL;
}

/* On a terminal one is asked; a script without --reason means the general one. */
static bool
ask_reason(Context *context, char **reason, GError **error)
{
	char line[200];

	if (*reason != NULL || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return true;
	if (!print_reasons(context, false, error))
		return false;
	fputs(_("Why? (general) "), stderr);
	if (fgets(line, sizeof line, stdin) == NULL)
		return nieuws_fail(error, NIEUWS_INPUT, _("nothing was rejected"));
	g_strstrip(line);
	*reason = g_strdup(*line != '\0' ? line : "general");
	return true;
}

static char *
reject_edited(Desk *desk, gint64 id, const Reject *order, GError **error)
{
	g_autofree char *subject = NULL;
	g_autofree char *text = NULL;
	g_autofree char *silence = NULL;
	g_autofree char *path = NULL;
	g_autoptr(StoreStanding) standing = NULL;
	DeskReject reject = order->reject;
	char *said = NULL;
	int fd;

	if (!desk_reject_mail(desk, id, reject.reason, &subject, &text, &silence, error))
		return NULL;
	if (silence != NULL)
		return desk_reject(desk, id, &reject, error);
	/* Writing takes its time: what happens to the draft meanwhile must be told. */
	standing = store_standing_get(desk->store, id, error);
	if (standing == NULL)
		return NULL;
	fd = g_file_open_tmp("nieuws-mail-XXXXXX", &path, error);
	if (fd < 0)
		return NULL;
	fs_close(&fd);
	if (desk_mail_edit(path, &subject, &text, error)) {
		desk->seen = standing->turn;
		reject.subject = subject;
		reject.text = text;
		said = desk_reject(desk, id, &reject, error);
	}
	if (said != NULL)
		g_unlink(path);
	else if (g_file_test(path, G_FILE_TEST_EXISTS))
		g_prefix_error(error, _("what you wrote is kept in %s; "), path);
	return said;
}

static char *
reject(Desk *desk, gint64 id, void *data, GError **error)
{
	const Reject *order = data;

	return order->edit ? reject_edited(desk, id, order, error)
			   : desk_reject(desk, id, &order->reject, error);
}

int
cmd_reject(Context *context, int argc, char **argv, GError **error)
{
	gboolean silent = FALSE, edit = FALSE, reasons = FALSE, json = FALSE;
	g_autofree char *reason = NULL;
	const GOptionEntry entries[] = {
		{"reason", 'r', 0, G_OPTION_ARG_STRING, &reason,
			N_("which reason; the contributor reads its text"), "KEY"},
		{"no-mail", 0, 0, G_OPTION_ARG_NONE, &silent, N_("do not tell the contributor"),
			NULL},
		{"edit", 'e', 0, G_OPTION_ARG_NONE, &edit,
			N_("change the mail in your editor first"), NULL},
		{"reasons", 0, 0, G_OPTION_ARG_NONE, &reasons, N_("list the reasons"), NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	Reject order = {0};

	if (!command_options(&argc, &argv, "NUMBER...", entries, error))
		return EXIT_USAGE;
	if (reasons)
		return print_reasons(context, json, error) ? EXIT_DONE : EXIT_CONFIG;
	if (argc > 1 && !ask_reason(context, &reason, error))
		return EXIT_REFUSED;
	order.reject.reason = reason;
	order.reject.silent = silent;
	order.edit = edit && !silent;
	return each_draft(context, RIGHT_APPROVE, argv + 1, reject, &order, error);
}
