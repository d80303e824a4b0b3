/* Words of an editor that are in no revision yet. */
#include <string.h>

#include "base.h"
#include "desk-private.h"
#include "edits.h"
#include "sheet.h"

void
desk_unsaved_free(DeskUnsaved *kept)
{
	if (kept == NULL)
		return;
	g_free(kept->reference);
	g_free(kept->title);
	g_free(kept->path);
	g_free(kept);
}

/* The folder is made with the first edit: without one there is nothing. NULL with or without an
 * error. */
static SpoolEdits *
open_edits(const Desk *desk, GError **error)
{
	g_autoptr(GError) failed = NULL;
	SpoolEdits *edits = spool_edits_open(desk->config->spool, desk->user, false, &failed);

	if (edits == NULL && !nieuws_error_is(failed, NIEUWS_NOT_FOUND))
		g_propagate_error(error, g_steal_pointer(&failed));
	return edits;
}

static DeskUnsaved *
look(SpoolEdits *edits, const char *name)
{
	DeskUnsaved *kept = g_new0(DeskUnsaved, 1);
	g_autofree char *text = NULL;
	json_t *state;

	kept->draft_id = g_ascii_strtoll(name, NULL, 10);
	kept->path = spool_edits_path(edits, name);
	kept->written_at = spool_edits_written(edits, name);
	kept->busy = spool_edits_busy(edits, name);
	if (!spool_edits_get(edits, name, &text, NULL, NULL, NULL))
		text = g_strdup("{}");
	state = json_loads(text, 0, NULL);
	{
		const char *reference = json_string_value(json_object_get(state, "reference"));
		const char *title = json_string_value(
			json_object_get(json_object_get(state, "content"), "title"));

		kept->reference = g_strdup(reference != NULL ? reference : name);
		kept->title = g_strdup(title != NULL ? title : "");
	}
	json_decref(state);
	return kept;
}

GPtrArray *
desk_unsaved(const Desk *desk, GError **error)
{
	g_autoptr(GError) failed = NULL;
	g_autoptr(SpoolEdits) edits = open_edits(desk, &failed);
	g_autoptr(GPtrArray) names = NULL;
	GPtrArray *list = NULL;

	if (edits != NULL)
		names = spool_edits_list(edits, &failed);
	if (failed != NULL) {
		g_propagate_error(error, g_steal_pointer(&failed));
		return NULL;
	}
	list = g_ptr_array_new_with_free_func((GDestroyNotify)desk_unsaved_free);
	for (guint i = 0; names != NULL && i < names->len; i++)
		if (g_ascii_strtoll(names->pdata[i], NULL, 10) > 0)
			g_ptr_array_add(list, look(edits, names->pdata[i]));
	return list;
}

/* The edits with a text of this draft in them. */
static SpoolEdits *
edits_with(const Desk *desk, gint64 id, char **ret_text, GError **error)
{
	g_autoptr(GError) failed = NULL;
	g_autoptr(SpoolEdits) edits = open_edits(desk, &failed);
	g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT, id);

	if (edits != NULL && spool_edits_get(edits, name, NULL, ret_text, NULL, &failed))
		return g_steal_pointer(&edits);
	if (failed != NULL && !nieuws_error_is(failed, NIEUWS_NOT_FOUND))
		g_propagate_error(error, g_steal_pointer(&failed));
	else
		nieuws_fail(error, NIEUWS_NOT_FOUND,
			_("nothing of yours is kept for draft %d; see nieuws recover"), (int)id);
	return NULL;
}

char *
desk_unsaved_text(const Desk *desk, gint64 id, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(SpoolEdits) edits = edits_with(desk, id, &text, error);

	return edits != NULL ? g_steal_pointer(&text) : NULL;
}

char *
desk_recover(Desk *desk, gint64 id, GError **error)
{
	g_autofree char *text = desk_unsaved_text(desk, id, error);

	return text != NULL ? desk_edit(desk, id, NULL, error) : NULL;
}

char *
desk_unsaved_drop(Desk *desk, gint64 id, GError **error)
{
	g_autofree char *text = NULL;
	g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT, id);
	g_autoptr(SpoolEdits) edits = edits_with(desk, id, &text, error);

	if (edits == NULL)
		return NULL;
	if (!spool_edits_lock(edits, name, NULL)) {
		nieuws_fail(error, NIEUWS_CONFLICT,
			_("you are editing draft %d already, in another window"), (int)id);
		return NULL;
	}
	return spool_edits_drop(edits, name, error)
		       ? g_strdup_printf(_("what you wrote on draft %d is thrown away"), (int)id)
		       : NULL;
}
