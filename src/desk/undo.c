/* Taking back one's last step; notes; putting an aside back; contributors. */
#include <string.h>

#include "base.h"
#include "commonmark.h"
#include "desk-private.h"

/* --- undo
 * -----------------------------------------------------------------------------------------------------
 */

/* What a step did beyond standing and revision stands in its extra: "note:3 aside:2". */
static bool
take_back_extra(DeskWrite *write, const char *word, GError **error)
{
	const char *colon = strchr(word, ':');
	gint64 number = colon != NULL ? g_ascii_strtoll(colon + 1, NULL, 10) : 0;
	Store *store = write->desk->store;

	if (g_str_has_prefix(word, "note:"))
		return store_note_withdraw(store, write->draft_id, number, error);
	if (strcmp(word, "recalled") == 0)
		return store_outbox_revive(store, write->draft_id,
			when_now() + write->desk->config->desk.undo_time, error);
	if (g_str_has_prefix(word, "aside:"))
		return store_aside_restored(store, write->draft_id, number, 0, error);
	if (g_str_has_prefix(word, "proposal:"))
		return store_proposal_decide(store, number, "open", "", "", error);
	if (g_str_has_prefix(word, "merged:"))
		return store_proposal_decide(
			store, number, "refused", write->desk->user, "", error);
	return true;
}

/* The words of before, as one more revision. */
static bool
take_back_text(DeskWrite *write, const StoreStep *step, GError **error)
{
	g_autoptr(StoreRevision) before = NULL;
	g_autofree char *why = g_strdup_printf("undo %s", step->verb);
	gint64 number;

	if (step->before->version == write->now->version)
		return true;
	before = store_revision_get(
		write->desk->store, write->draft_id, step->before->version, error);
	if (before == NULL)
		return false;
	record_set(&write->title, before->content->title);
	return store_revision_add(write->desk->store, write->draft_id, before->content,
		write->desk->user, why, &number, error);
}

static bool
take_back_standing(DeskWrite *write, const StoreStep *step, GError **error)
{
	gint64 turn = write->now->turn;

	if (strcmp(step->verb, "note") == 0)
		return true;
	store_standing_free(write->now);
	write->now = record_copy(&store_standing_type, step->before);
	write->now->turn = turn;
	return store_standing_put(write->desk->store, write->draft_id, write->now, error);
}

static bool
take_back(DeskWrite *write, const StoreStep *step, GString *said, GError **error)
{
	Store *store = write->desk->store;
	g_auto(GStrv) extras = g_strsplit(step->extra, " ", -1);
	gint64 cancelled = 0, left = 0;

	for (char **extra = extras; *extra != NULL; extra++)
		if (!take_back_extra(write, *extra, error))
			return false;
	if (!take_back_text(write, step, error) || !take_back_standing(write, step, error) ||
		!store_outbox_cancel(store, step->id, &cancelled, &left, error) ||
		!store_step_undone(store, step->id, error) ||
		!store_event_add(
			store, write->draft_id, "undo", write->desk->user, step->verb, error))
		return false;
	if (cancelled > 0)
		g_string_append_printf(said, "\n%s", _("The mail about it will not leave."));
	if (left > 0)
		g_string_append_printf(said, "\n%s", _("The mail about it had left already."));
	return true;
}

/* Nobody did anything to the draft since. */
static bool
is_last(const DeskWrite *write, const StoreStep *step, GError **error)
{
	g_autoptr(StoreStep) newest = store_step_newest(write->desk->store, write->draft_id, NULL);

	return strcmp(step->verb, "note") == 0 || (newest != NULL && newest->id == step->id) ||
	       desk_write_conflict(write, _("it can be undone no more"), error);
}

static StoreStep *
find_step(Desk *desk, gint64 id, GError **error)
{
	g_autoptr(GError) failed = NULL;
	StoreStep *step = store_step_last(desk->store, desk->user, id, &failed);

	if (failed != NULL)
		g_propagate_error(error, g_steal_pointer(&failed));
	else if (step == NULL)
		nieuws_fail(error, NIEUWS_NOT_FOUND, _("there is nothing of yours to undo"));
	return step;
}

char *
desk_undo(Desk *desk, gint64 id, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(GString) said = g_string_new(NULL);
	g_autoptr(StoreStep) guess = id == 0 ? find_step(desk, 0, error) : NULL;
	g_autoptr(StoreStep) step = NULL;
	g_autofree char *sentence = NULL;

	if (id == 0 && guess == NULL)
		return NULL;
	if (!desk_write_begin(desk, id != 0 ? id : guess->draft_id, RIGHT_REVIEW, &write, error))
		return NULL;
	step = find_step(desk, write.draft_id, error);
	if (step == NULL || !is_last(&write, step, error) || !take_back(&write, step, said, error))
		return NULL;
	sentence = g_strdup_printf(_("is as it was before %s"), step->verb);
	return desk_finish(&write, sentence, said, error);
}

/* --- notes
 * ----------------------------------------------------------------------------------------------------
 */

enum { NOTE_MOST = 8000 };

char *
desk_note(Desk *desk, gint64 id, const char *text, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autofree char *clean = g_strstrip(text_valid(text, -1));
	g_autofree char *extra = NULL;
	gint64 number = 0;

	if (*clean == '\0' || strlen(clean) > NOTE_MOST) {
		nieuws_fail(error, NIEUWS_INPUT, _("a note has 1 to %d characters"), NOTE_MOST);
		return NULL;
	}
	desk->seen = 0;
	if (!desk_write_begin(desk, id, RIGHT_REVIEW, &write, error) ||
		!store_note_add(desk->store, id, desk->user, clean, &number, error))
		return NULL;
	extra = g_strdup_printf("note:%" G_GINT64_FORMAT, number);
	/* The standing stays, and the turn: a note is in nobody's way. */
	if (!store_step_add(desk->store, id, desk->user, "note", write.before, extra,
		    write.before->turn, NULL, error) ||
		!store_event_add(desk->store, id, "note", desk->user, clean, error))
		return NULL;
	return desk_finish(&write, _("has your note"), NULL, error);
}

/* --- putting an aside back
 * ------------------------------------------------------------------------------------ */

/* The line (from 1) where the block of this number begins; 0: behind all. */
static int
line_of_block(const char *body, gint64 position)
{
	cmark_node *document = desk_commonmark(body);
	gint64 blocks = 0;
	int line = 0;

	for (cmark_node *node = cmark_node_first_child(document); node != NULL && line == 0;
		node = cmark_node_next(node)) {
		/* A picture alone is no block of text: asides do not count it. */
		if (desk_is_picture(node))
			continue;
		if (blocks++ == position)
			line = cmark_node_get_start_line(node);
	}
	cmark_node_free(document);
	return line;
}

static char *
insert_at(const char *body, const char *text, gint64 position)
{
	int line = line_of_block(body, position);
	const char *at = body;

	if (line == 0)
		return g_strconcat(body, *body != '\0' ? "\n\n" : "", text, NULL);
	while (--line > 0) {
		const char *end = strchr(at, '\n');

		at = end != NULL ? end + 1 : at + strlen(at);
	}
	{
		g_autofree char *head = g_strndup(body, (gsize)(at - body));

		return g_strconcat(head, text, "\n\n", at, NULL);
	}
}

/* The body with the aside in it as a new revision. */
static bool
write_restored(DeskWrite *write, const Aside *aside, gint64 number, GError **error)
{
	Store *store = write->desk->store;
	g_autoptr(StoreContent) content = store_content_get(store, write->draft_id, error);
	g_autofree char *why = g_strdup_printf("aside %" G_GINT64_FORMAT " put back", number);
	char *body;
	gint64 version = 0;

	if (content == NULL)
		return false;
	body = insert_at(content->body, aside->text, aside->position);
	g_free(content->body);
	content->body = body;
	return store_revision_add(
		       store, write->draft_id, content, write->desk->user, why, &version, error) &&
	       store_aside_restored(store, write->draft_id, number - 1, version, error);
}

static const Aside *
find_aside(const StoreDraft *draft, gint64 number, GError **error)
{
	const GPtrArray *asides = draft->draft->asides;

	if (number < 1 || number > (gint64)asides->len) {
		nieuws_fail(error, NIEUWS_NOT_FOUND, _("%s has no aside %d; it has %d"),
			draft->row.reference, (int)number, (int)asides->len);
		return NULL;
	}
	if (g_array_index(draft->restored, gint64, number - 1) > 0) {
		nieuws_fail(error, NIEUWS_CONFLICT, _("%s: aside %d stands in the text already"),
			draft->row.reference, (int)number);
		return NULL;
	}
	return asides->pdata[number - 1];
}

char *
desk_restore(Desk *desk, gint64 id, gint64 number, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(StoreDraft) draft = NULL;
	g_autofree char *extra = g_strdup_printf("aside:%" G_GINT64_FORMAT, number - 1);
	g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
	const Aside *aside;

	if (!desk_write_begin(desk, id, RIGHT_REVIEW, &write, error) ||
		!desk_write_open(&write, error) || !desk_write_mine(&write, true, error))
		return NULL;
	draft = store_draft_get_id(desk->store, id, error);
	aside = draft != NULL ? find_aside(draft, number, error) : NULL;
	if (aside == NULL || !write_restored(&write, aside, number, error) ||
		!desk_write_step(&write, "restore", text, extra, error))
		return NULL;
	return desk_finish(&write, _("has the aside back in its text"), NULL, error);
}

/* --- contributors
 * --------------------------------------------------------------------------------------------- */

static char *
standing_sentence(const char *address, const char *standing)
{
	if (strcmp(standing, "blocked") == 0)
		return g_strdup_printf(
			_("%s is blocked: new mails become spam, and nobody is told"), address);
	if (strcmp(standing, "trusted") == 0)
		return g_strdup_printf(_("%s is trusted"), address);
	return g_strdup_printf(_("%s is a contributor like others"), address);
}

static bool
write_contributor(
	Desk *desk, const char *address, const char *standing, const char *note, GError **error)
{
	g_autoptr(GError) failed = NULL;
	g_autoptr(StoreContributor) known = store_contributor_get(desk->store, address, &failed);
	g_autofree char *text =
		g_strdup_printf("%s %s", address, standing != NULL ? standing : "note");

	if (failed != NULL) {
		g_propagate_error(error, g_steal_pointer(&failed));
		return false;
	}
	if (standing == NULL)
		standing = known != NULL ? known->standing : "";
	if (note == NULL)
		note = known != NULL ? known->note : "";
	return store_contributor_set(desk->store, address, standing, note, desk->user, error) &&
	       store_event_add(desk->store, 0, "contributor", desk->user, text, error) &&
	       store_commit(desk->store, error);
}

char *
desk_contributor(
	Desk *desk, const char *address, const char *standing, const char *note, GError **error)
{
	if (strchr(address, '@') == NULL || strpbrk(address, " \t\r\n<>") != NULL ||
		strlen(address) > 254) {
		nieuws_fail(error, NIEUWS_INPUT, _("%s is no mail address"), address);
		return NULL;
	}
	if (!desk_may(desk, standing != NULL ? RIGHT_APPROVE : RIGHT_REVIEW, error) ||
		!store_begin(desk->store, error))
		return NULL;
	if (!write_contributor(desk, address, standing, note, error)) {
		store_rollback(desk->store);
		return NULL;
	}
	return standing != NULL ? standing_sentence(address, standing)
				: g_strdup_printf(_("the note on %s is kept"), address);
}
