/* Editing a draft as one file. The words are on disk from the first to the last moment: the file is
 * removed only when they are in the database, or when nothing was typed. */
#include <string.h>

#include "base.h"
#include "compare.h"
#include "desk-private.h"
#include "edits.h"
#include "sheet.h"

struct DeskEdit {
	Desk *desk;
	gint64 id;
	char *name, *path;
	SpoolEdits *edits;
	SheetState *state;
	bool resumed; /* there were words from before */
	guint rounds; /* times that it was given back to the editor */
	gint64 claim_turn; /* the turn after we took it; 0: it was ours before */
	guint line; /* where to look first */
	GString *wrong; /* why it was given back */
};

void
desk_edit_free(DeskEdit *edit)
{
	if (edit == NULL)
		return;
	spool_edits_free(edit->edits);
	record_free(&sheet_state_type, edit->state);
	g_string_free(edit->wrong, TRUE);
	g_free(edit->name);
	g_free(edit->path);
	g_free(edit);
}

const char *
desk_edit_path(const DeskEdit *edit)
{
	return edit->path;
}

/* Whatever failed: the words are where they were. False. */
static bool
keep_words(const DeskEdit *edit, GError **error)
{
	if (error != NULL && *error != NULL) {
		char *message = g_strdup_printf(
			_("%s\nWhat you wrote is kept; to go on with it: nieuws recover %d"),
			(*error)->message, (int)edit->id);

		g_free((*error)->message);
		(*error)->message = message;
	}
	return false;
}

/* --- beginning
 * -----------------------------------------------------------------------------------------------
 */

/* Others see from now on who has it. */
static bool
claim(DeskEdit *edit, GError **error)
{
	g_auto(DeskWrite) write = {0};

	if (!desk_write_begin(edit->desk, edit->id, RIGHT_REVIEW, &write, error) ||
		!desk_write_open(&write, error) || !desk_write_mine(&write, true, error))
		return false;
	if (strcmp(write.before->claimed_by, write.now->claimed_by) == 0)
		return true;
	if (!desk_write_step(&write, "take", "", "", error))
		return false;
	edit->claim_turn = write.now->turn;
	return desk_write_commit(&write, error);
}

static void
copy_content(StoreContent *to, const StoreContent *from)
{
	StoreContent *copy = record_copy(&store_content_type, from);

	record_clear(&store_content_type, to);
	*to = *copy;
	g_free(copy);
}

/* The draft as it stands, as the beginning of an edit. */
static SheetState *
new_state(Desk *desk, gint64 id, GError **error)
{
	g_autoptr(StoreDraft) draft = store_draft_get_id(desk->store, id, error);
	g_autoptr(StoreRevision) now =
		draft != NULL ? store_revision_get(desk->store, id, 0, error) : NULL;
	SheetState *state;

	if (now == NULL)
		return NULL;
	state = record_new(&sheet_state_type);
	state->draft_id = id;
	state->version = now->number;
	state->started_at = when_now();
	record_set(&state->reference, draft->row.reference);
	copy_content(&state->content, now->content);
	for (guint i = 0; i < draft->draft->asides->len; i++) {
		gint64 number = (gint64)i + 1;

		g_ptr_array_add(
			state->asides, record_copy(&aside_type, draft->draft->asides->pdata[i]));
		if (g_array_index(draft->restored, gint64, i) == 0)
			g_array_append_val(state->below, number);
	}
	return state;
}

/* State and text to the disk. */
static bool
present(DeskEdit *edit, const char *text, GError **error)
{
	g_autofree char *digest = digest_of(text, strlen(text));
	g_autofree char *state = NULL;
	json_t *object;

	record_set(&edit->state->presented, digest);
	object = record_to_json(&sheet_state_type, edit->state);
	state = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return spool_edits_put(edit->edits, edit->name, state, text, error);
}

/* Numbers that name no aside would lead nowhere. */
static bool
is_sound(const SheetState *state)
{
	for (guint i = 0; i < state->below->len; i++) {
		gint64 number = g_array_index(state->below, gint64, i);

		if (number < 1 || number > (gint64)state->asides->len)
			return false;
	}
	return true;
}

static SheetState *
read_state(const char *text)
{
	json_t *object = json_loads(text, 0, NULL);
	SheetState *state = object != NULL ? record_from_json(&sheet_state_type, object) : NULL;

	json_decref(object);
	if (state == NULL || is_sound(state))
		return state;
	record_free(&sheet_state_type, state);
	return NULL;
}

/* Words from before: they are gone on with. */
static bool
resume(DeskEdit *edit)
{
	g_autofree char *state = NULL;
	g_autofree char *text = NULL;

	if (!spool_edits_get(edit->edits, edit->name, NULL, &text, NULL, NULL))
		return false;
	edit->resumed = true;
	if (spool_edits_get(edit->edits, edit->name, &state, NULL, NULL, NULL))
		edit->state = read_state(state);
	return true;
}

static bool
prepare(DeskEdit *edit, const char *why, GError **error)
{
	g_autofree char *text = NULL;
	bool resumed = resume(edit);

	if (edit->state == NULL || edit->state->draft_id != edit->id) {
		record_free(&sheet_state_type, edit->state);
		edit->state = new_state(edit->desk, edit->id, error);
	}
	if (edit->state == NULL)
		return false;
	if (why != NULL)
		record_set(&edit->state->why, why);
	if (resumed && *edit->state->cut != '\0')
		return true;
	text = sheet_write(edit->state, &edit->state->content, NULL, NULL);
	edit->line = SHEET_FIRST_FIELD;
	return resumed || present(edit, text, error);
}

DeskEdit *
desk_edit_begin(Desk *desk, gint64 id, const char *why, GError **error)
{
	g_autoptr(DeskEdit) edit = g_new0(DeskEdit, 1);
	g_autoptr(GError) busy = NULL;

	edit->desk = desk;
	edit->id = id;
	edit->wrong = g_string_new(NULL);
	edit->name = g_strdup_printf("%" G_GINT64_FORMAT, id);
	if (!desk_may(desk, RIGHT_REVIEW, error))
		return NULL;
	edit->edits = spool_edits_open(desk->config->spool, desk->user, true, error);
	if (edit->edits == NULL)
		return NULL;
	edit->path = spool_edits_path(edit->edits, edit->name);
	if (!spool_edits_lock(edit->edits, edit->name, &busy)) {
		if (nieuws_error_is(busy, NIEUWS_CONFLICT))
			nieuws_fail(error, NIEUWS_CONFLICT,
				_("you are editing draft %d already, in another window"), (int)id);
		else
			g_propagate_error(error, g_steal_pointer(&busy));
		return NULL;
	}
	return claim(edit, error) && prepare(edit, why, error) ? g_steal_pointer(&edit) : NULL;
}

/* --- ending
 * --------------------------------------------------------------------------------------------------
 */

/* Nothing came of it: what was taken for it is let go again, when nobody did anything since. */
static void
unclaim(DeskEdit *edit)
{
	g_autoptr(StoreStanding) now = store_standing_get(edit->desk->store, edit->id, NULL);

	if (edit->claim_turn > 0 && now != NULL && now->turn == edit->claim_turn)
		g_free(desk_undo(edit->desk, edit->id, NULL));
}

static bool
let_be(DeskEdit *edit, char **ret_said, GError **error)
{
	if (!spool_edits_drop(edit->edits, edit->name, error))
		return false;
	unclaim(edit);
	*ret_said =
		g_strdup_printf(_("%s: nothing changed, no new version"), edit->state->reference);
	return true;
}

/* The same wrong words again: the editor wants out. */
static bool
give_up(DeskEdit *edit, GError **error)
{
	nieuws_fail(error, NIEUWS_INPUT, _("%s is as it was:%s"), edit->state->reference,
		edit->wrong->str);
	return keep_words(edit, error);
}

static bool
again_with_errors(DeskEdit *edit, const char *typed, GPtrArray *errors, GError **error)
{
	g_autofree char *text = sheet_with_errors(edit->state, typed, errors);

	g_string_truncate(edit->wrong, 0);
	for (guint i = 0; i < errors->len; i++) {
		g_autofree char *line = sheet_error_text(errors->pdata[i]);

		g_string_append_printf(edit->wrong, "\n  %s", line);
	}
	edit->line = ((SheetError *)errors->pdata[0])->line;
	edit->rounds++;
	return present(edit, text, error) || keep_words(edit, error);
}

/* --- keeping
 * -------------------------------------------------------------------------------------------------
 */

typedef struct {
	DeskEdit *edit;
	DeskWrite write;
	const Sheet *sheet;
	StoreContent *content; /* what will be the new revision */
	StoreRevision *theirs; /* what is there now */
	bool again;
} Keeping;

static void
keeping_clear(Keeping *k)
{
	desk_write_clear(&k->write);
	store_content_free(k->content);
	store_revision_free(k->theirs);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Keeping, keeping_clear)

/* The first line where two versions stand. */
static guint
line_of_mark(const char *text)
{
	const char *mark = strstr(text, "\n" COMPARE_BEGIN " ");
	guint line = 1;

	for (const char *at = text; mark != NULL && at <= mark; at++)
		line += *at == '\n';
	return line;
}

/* Both versions to the file, counted from theirs from now on; asides that were moved up stay up. */
static bool
again_with_both(Keeping *k, const StoreContent *both, const GPtrArray *conflicts, GError **error)
{
	DeskEdit *edit = k->edit;
	SheetState *state = edit->state;
	const char *name = desk_name(edit->desk, k->theirs->who);
	g_autofree char *text = NULL;

	copy_content(&state->content, k->theirs->content);
	state->version = k->theirs->number;
	state->conflict = true;
	record_set(&state->why, k->sheet->why);
	g_array_set_size(state->moved, 0);
	for (guint i = 0; i < k->sheet->moved->len; i++) {
		gint64 number = g_array_index(k->sheet->moved, gint64, i);

		g_array_append_val(state->moved, number);
		for (guint j = state->below->len; j-- > 0;)
			if (g_array_index(state->below, gint64, j) == number)
				g_array_remove_index(state->below, j);
	}
	text = sheet_write(state, both, conflicts, name);
	g_string_printf(edit->wrong,
		_("\n  %s changed the same meanwhile; both versions stand in the file, between "
		  "<<<<<<< and >>>>>>>"),
		name);
	edit->line = line_of_mark(text);
	edit->rounds++;
	k->again = true;
	return present(edit, text, error);
}

/* What somebody else wrote meanwhile goes together with what was typed. */
static bool
merge(Keeping *k, GString *said, GError **error)
{
	DeskEdit *edit = k->edit;
	g_autoptr(GPtrArray) conflicts = sheet_conflicts_new();
	g_autoptr(GPtrArray) remarks = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(StoreContent) both = NULL;
	SheetMerge order = {&edit->state->content, k->sheet->content, NULL, NULL};
	bool marks = false;

	k->theirs = store_revision_get(edit->desk->store, edit->id, 0, error);
	if (k->theirs == NULL)
		return false;
	order.theirs = k->theirs->content;
	order.their_name = desk_name(edit->desk, k->theirs->who);
	both = sheet_merge(&order, conflicts, &marks, remarks, error);
	if (both == NULL)
		return false;
	if (conflicts->len > 0 || marks)
		return again_with_both(k, both, conflicts, error);
	g_string_append_printf(said,
		_("\n%s changed it meanwhile (version %d); what both of you wrote is in it."),
		order.their_name, (int)k->theirs->number);
	for (guint i = 0; i < remarks->len; i++)
		g_string_append_printf(said, "\n%s", (char *)remarks->pdata[i]);
	k->content = g_steal_pointer(&both);
	return true;
}

/* Asides that went into the article, unless somebody was quicker; extra is for undo. */
static bool
note_moved(Keeping *k, gint64 version, GString *extra, GError **error)
{
	g_autoptr(StoreDraft) draft = store_draft_get_id(k->edit->desk->store, k->edit->id, error);

	for (guint i = 0; draft != NULL && i < k->sheet->moved->len; i++) {
		gint64 number = g_array_index(k->sheet->moved, gint64, i);

		if (number < 1 || number > (gint64)draft->restored->len ||
			g_array_index(draft->restored, gint64, number - 1) > 0)
			continue;
		if (!store_aside_restored(
			    k->edit->desk->store, k->edit->id, number - 1, version, error))
			return false;
		g_string_append_printf(
			extra, "%saside:%" G_GINT64_FORMAT, extra->len > 0 ? " " : "", number - 1);
	}
	return draft != NULL;
}

static bool
write_revision(Keeping *k, GString *said, char **ret_said, GError **error)
{
	DeskEdit *edit = k->edit;
	const StoreContent *before = k->theirs != NULL ? k->theirs->content : &edit->state->content;
	g_autofree char *changes = sheet_changes(before, k->content);
	const char *why = *k->sheet->why != '\0' ? k->sheet->why : changes;
	g_autoptr(GString) extra = g_string_new(NULL);
	g_autofree char *sentence = NULL;
	gint64 number = 0;

	if (!store_revision_add(edit->desk->store, edit->id, k->content, edit->desk->user, why,
		    &number, error) ||
		!note_moved(k, number, extra, error) ||
		!desk_write_step(&k->write, "edit", why, extra->str, error))
		return false;
	for (guint i = 0; i < k->sheet->remarks->len; i++)
		g_string_append_printf(said, "\n%s", (char *)k->sheet->remarks->pdata[i]);
	sentence = g_strdup_printf(_("has version %d (%s)"), (int)number, why);
	record_set(&k->write.title, k->content->title);
	*ret_said = desk_finish(&k->write, sentence, said, error);
	return *ret_said != NULL;
}

static bool
keep(Keeping *k, char **ret_said, GError **error)
{
	DeskEdit *edit = k->edit;
	g_autoptr(GString) said = g_string_new(NULL);

	if (sheet_same(k->sheet->content, &edit->state->content) && k->sheet->moved->len == 0)
		return let_be(edit, ret_said, error);
	if (!desk_write_begin(edit->desk, edit->id, RIGHT_REVIEW, &k->write, error) ||
		!desk_write_open(&k->write, error) || !desk_write_mine(&k->write, true, error))
		return false;
	if (k->write.now->version == edit->state->version)
		k->content = record_copy(&store_content_type, k->sheet->content);
	else if (!merge(k, said, error) || k->again)
		return k->again && *error == NULL;
	if (!write_revision(k, said, ret_said, error))
		return false;
	/* They are kept: what stays behind in the spool would only be shown again. */
	spool_edits_drop(edit->edits, edit->name, NULL);
	return true;
}

bool
desk_edit_finish(DeskEdit *edit, bool *ret_again, char **ret_said, GError **error)
{
	g_autoptr(GPtrArray) errors = sheet_errors_new();
	g_autoptr(Sheet) sheet = NULL;
	g_autofree char *typed = NULL;
	g_autofree char *digest = NULL;
	g_auto(Keeping) keeping = {.edit = edit};
	gsize length = 0;
	bool same, good;

	*ret_again = false;
	if (!spool_edits_get(edit->edits, edit->name, NULL, &typed, &length, error))
		return keep_words(edit, error);
	digest = digest_of(typed, length);
	same = strcmp(digest, edit->state->presented) == 0;
	if (same && edit->rounds > 0)
		return give_up(edit, error);
	if ((same && !edit->resumed) || typed[strspn(typed, " \t\r\n")] == '\0')
		return let_be(edit, ret_said, error);
	sheet = sheet_read(edit->state, typed, length, when_now(), errors);
	if (errors->len > 0) {
		*ret_again = true;
		return again_with_errors(edit, typed, errors, error);
	}
	keeping.sheet = sheet;
	good = keep(&keeping, ret_said, error);
	*ret_again = good && keeping.again;
	return good || keep_words(edit, error);
}

/* The program ended badly: what it left counts, unless that is nothing. */
static void
after_failure(DeskEdit *edit, GError **error)
{
	g_autofree char *typed = NULL;
	g_autofree char *digest = NULL;
	gsize length = 0;

	if (spool_edits_get(edit->edits, edit->name, NULL, &typed, &length, NULL))
		digest = digest_of(typed, length);
	if (digest != NULL && !edit->resumed && edit->rounds == 0 &&
		strcmp(digest, edit->state->presented) == 0) {
		spool_edits_drop(edit->edits, edit->name, NULL);
		unclaim(edit);
	} else {
		keep_words(edit, error);
	}
}

char *
desk_edit(Desk *desk, gint64 id, const char *why, GError **error)
{
	g_autoptr(DeskEdit) edit = desk_edit_begin(desk, id, why, error);
	char *said = NULL;
	bool again = edit != NULL;

	while (again) {
		if (!desk_editor_at(edit->path, edit->line, error)) {
			after_failure(edit, error);
			return NULL;
		}
		if (!desk_edit_finish(edit, &again, &said, error))
			return NULL;
	}
	return said;
}
