/* nieuws who: the editors, what they may do, and who you are. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

static char *
rights_text(const EditorConfig *editor)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	for (guint i = 0; editor->rights != NULL && i < editor->rights->len; i++)
		g_ptr_array_add(words, editor->rights->pdata[i]);
	g_ptr_array_add(words, NULL);
	return g_strjoinv(" ", (char **)words->pdata);
}

static json_t *
editor_json(const EditorConfig *editor, bool me)
{
	g_autofree char *rights = rights_text(editor);

	return json_pack("{s:s, s:s, s:s, s:s, s:b}", "user", editor->user, "name", editor->name,
		"address", editor->address, "rights", rights, "me", (int)me);
}

static void
print_editor(const DeskScreen *screen, const EditorConfig *editor, bool me)
{
	g_autofree char *rights = rights_text(editor);
	g_autofree char *text = g_strdup_printf(
		"%s <%s>  %s%s", editor->name, editor->address, rights, me ? _("  (you)") : "");

	desk_field(screen, editor->user, text, me ? INK_BOLD : INK_NONE);
}

int
cmd_who(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(Desk) desk = NULL;
	const GPtrArray *editors;
	json_t *list;
	DeskScreen screen;

	if (!command_options(&argc, &argv, "", entries, error))
		return EXIT_USAGE;
	desk = desk_identify(context->config, RIGHT_REVIEW, error);
	if (desk == NULL)
		return EXIT_REFUSED;
	editors = context->config->editors;
	screen = desk_screen(json);
	list = json_array();
	for (guint i = 0; i < editors->len; i++) {
		const EditorConfig *editor = editors->pdata[i];
		bool me = strcmp(editor->user, desk->user) == 0;

		json_array_append_new(list, editor_json(editor, me));
		if (!json)
			print_editor(&screen, editor, me);
	}
	if (!json && desk->editor == NULL)
		printf(_("You are %s, admin without a section of your own.\n"), desk->user);
	if (json)
		desk_json(json_pack(
			"{s:i, s:s, s:o}", "version", 1, "me", desk->user, "editors", list));
	else
		json_decref(list);
	return EXIT_DONE;
}
