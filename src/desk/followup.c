/* What came after a draft: looking at it, taking it over whole or in part, leaving it; and drafts
 * that are one, or were made one by mistake.
 */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "desk-private.h"

/* --- looking
 * ----------------------------------------------------------------------------------------------------
 */

static const char *
why_word(const StoreProposal *proposal)
{
	static const char *const words[][2] = {{"reply", N_("an answer to a mail of this draft")},
		{"reference", N_("names our reference")},
		{"like", N_("nearly the same text of the same sender")},
		{"merged", N_("another draft, merged into this one")}};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i][0], proposal->why) == 0)
			return _(words[i][1]);
	return proposal->why;
}

static const char *
kind_word(const StoreProposal *proposal)
{
	static const char *const words[][2] = {{"text", N_("a new version of the text")},
		{"message", N_("a message to the editor")}, {"photos", N_("photos")},
		{"", N_("nothing new")}};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i][0], proposal->kind) == 0)
			return _(words[i][1]);
	return proposal->kind;
}

static const char *
verdict_word(const StoreProposal *proposal)
{
	static const char *const words[][2] = {{"open", N_("waits")},
		{"accepted", N_("taken over")}, {"partly", N_("taken over in part")},
		{"refused", N_("left")}, {"noted", N_("nothing to decide")},
		{"split", N_("a draft of its own")}};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i][0], proposal->state) == 0)
			return _(words[i][1]);
	return proposal->state;
}

static void
put_change(const DeskScreen *screen, const char *label, const char *before, const char *after)
{
	if (*after == '\0' || strcmp(before, after) == 0)
		return;
	desk_field(screen, label, before, INK_ALERT);
	desk_field(screen, "", after, INK_GOOD);
}

static void
put_proposal(const DeskScreen *screen, const StoreProposal *proposal, const StoreContent *content)
{
	g_autofree char *age = when_age(proposal->at, when_now());
	g_autofree char *head = g_strdup_printf(
		_("Follow-up %d, %s ago: %s"), (int)proposal->id, age, kind_word(proposal));
	g_autofree char *photos =
		proposal->photos > 0 ? g_strdup_printf("%d", (int)proposal->photos) : NULL;
	g_autoptr(GPtrArray) hunks = NULL;

	desk_put(screen, INK_BOLD, head);
	putchar('\n');
	desk_field(screen, _("From"), proposal->from, INK_NONE);
	desk_field(screen, _("Subject"), proposal->subject, INK_NONE);
	desk_field(screen, _("Because"), why_word(proposal), INK_DIM);
	if (strcmp(proposal->state, "open") != 0)
		desk_field(screen, _("Now"), verdict_word(proposal), INK_DIM);
	desk_field(screen, _("New photos"), photos, INK_NONE);
	if (strcmp(proposal->kind, "message") == 0) {
		desk_markdown(screen, proposal->body, 2);
		return;
	}
	if (strcmp(proposal->kind, "text") != 0)
		return;
	put_change(screen, _("Title"), content->title, proposal->title);
	put_change(screen, _("Lead"), content->lead, proposal->lead);
	put_change(screen, _("Embargo"), content->embargo, proposal->embargo);
	hunks = desk_hunks(content->body, proposal->body);
	desk_hunks_show(screen, hunks);
}

static bool
list_all(const DeskScreen *screen, Desk *desk, GError **error)
{
	g_autoptr(GPtrArray) list = store_proposal_list(desk->store, 0, true, error);

	if (list == NULL)
		return false;
	for (guint i = 0; i < list->len; i++) {
		const StoreProposal *proposal = list->pdata[i];
		g_autofree char *age = when_age(proposal->at, when_now());
		g_autofree char *line = g_strdup_printf("%5d  %-6s %s: %s", (int)proposal->draft_id,
			age, proposal->from, kind_word(proposal));
		g_autofree char *shown = text_printable(line, TEXT_ONE_LINE);
		g_autofree char *fitted = text_fit(shown, (size_t)screen->width - 1);

		desk_put(screen, INK_NONE, g_strchomp(fitted));
		putchar('\n');
	}
	if (list->len == 0)
		fprintf(stderr, "%s\n", _("Nothing waits that came after a draft."));
	return true;
}

static void
put_advice(const DeskScreen *screen, gint64 id)
{
	g_autofree char *text = g_strdup_printf(
		_("nieuws accept %d takes it over (--part title,lead,body,photos or the "
		  "numbers behind @), nieuws refuse %d leaves it."),
		(int)id, (int)id);

	desk_lines(screen, INK_NONE, text, 0, 0);
}

bool
desk_followups(const DeskScreen *screen, Desk *desk, gint64 id, GError **error)
{
	g_autoptr(GPtrArray) list = NULL;
	g_autoptr(StoreContent) content = NULL;
	bool waits = false;

	if (id == 0)
		return list_all(screen, desk, error);
	list = store_proposal_list(desk->store, id, false, error);
	content = list != NULL ? store_content_get(desk->store, id, error) : NULL;
	if (content == NULL)
		return false;
	for (guint i = 0; i < list->len; i++) {
		put_proposal(screen, list->pdata[i], content);
		putchar('\n');
		waits = waits || strcmp(((StoreProposal *)list->pdata[i])->state, "open") == 0;
	}
	if (list->len == 0)
		fprintf(stderr, "%s\n", _("Nothing came after this draft."));
	if (waits)
		put_advice(screen, id);
	return true;
}

static void
set_moment(json_t *object, const char *name, gint64 at)
{
	g_autofree char *iso = when_iso(at);

	json_object_set_new(object, name, json_string(iso));
}

/* The record, with moments and asides as other listings have them. */
static json_t *
proposal_json(const StoreProposal *proposal)
{
	json_t *object = record_to_json(&store_proposal_type, proposal);
	json_t *asides = json_loads(proposal->asides, 0, NULL);

	set_moment(object, "at", proposal->at);
	set_moment(object, "decided_at", proposal->decided_at);
	set_moment(object, "embargo_at", proposal->embargo_at);
	json_object_set_new(object, "asides", asides != NULL ? asides : json_array());
	return object;
}

json_t *
desk_followups_json(Desk *desk, gint64 id, GError **error)
{
	g_autoptr(GPtrArray) list = store_proposal_list(desk->store, id, id == 0, error);
	json_t *array;

	if (list == NULL)
		return NULL;
	array = json_array();
	for (guint i = 0; i < list->len; i++)
		json_array_append_new(array, proposal_json(list->pdata[i]));
	return json_pack("{s:i, s:o}", "version", 1, "followups", array);
}

/* --- deciding
 * ---------------------------------------------------------------------------------------------------
 */

/* The one with this number, or the oldest that waits. */
static StoreProposal *
find_proposal(const DeskWrite *write, gint64 number, GError **error)
{
	g_autoptr(GPtrArray) list =
		store_proposal_list(write->desk->store, write->draft_id, true, error);

	if (list == NULL)
		return NULL;
	for (guint i = 0; i < list->len; i++)
		if (number == 0 || ((StoreProposal *)list->pdata[i])->id == number)
			return record_copy(&store_proposal_type, list->pdata[i]);
	nieuws_fail(error, NIEUWS_NOT_FOUND, _("%s: nothing waits that came after it%s"),
		write->reference, number != 0 ? _(" with this number; see nieuws followups") : "");
	return NULL;
}

static bool
set_text(char **field, const char *value)
{
	if (*value == '\0' || strcmp(*field, value) == 0)
		return false;
	record_set(field, value);
	return true;
}

static bool
set_body(StoreContent *content, const StoreProposal *proposal, const DeskAccept *accept,
	bool *ret_changed, GError **error)
{
	g_autoptr(GPtrArray) hunks = desk_hunks(content->body, proposal->body);
	g_autofree char *body = NULL;
	guint most = 0;

	for (guint i = 0; i < hunks->len; i++)
		most = MAX(most, ((DeskHunk *)hunks->pdata[i])->number);
	for (guint i = 0; accept->hunks != NULL && i < accept->hunks->len; i++) {
		guint wanted = g_array_index(accept->hunks, guint, i);

		if (wanted < 1 || wanted > most)
			return nieuws_fail(error, NIEUWS_INPUT,
				_("there is no change %u; they go from 1 to %u"), wanted, most);
	}
	body = accept->hunks != NULL ? desk_hunks_apply(hunks, accept->hunks)
				     : g_strdup(proposal->body);
	*ret_changed = set_text(&content->body, body) || *ret_changed;
	return true;
}

static bool
take_over(DeskWrite *write, StoreContent *content, const StoreProposal *proposal,
	const DeskAccept *accept, guint parts, bool *ret_changed, GError **error)
{
	guint pictures = content->pictures->len;
	bool changed = false;

	if ((parts & DESK_PART_TITLE) != 0)
		changed = set_text(&content->title, proposal->title) || changed;
	if ((parts & DESK_PART_LEAD) != 0)
		changed = set_text(&content->lead, proposal->lead) || changed;
	if ((parts & DESK_PART_EMBARGO) != 0 &&
		(proposal->embargo_at != 0 || *proposal->embargo != '\0')) {
		changed = set_text(&content->embargo, proposal->embargo) || changed;
		changed = changed || content->embargo_at != proposal->embargo_at;
		content->embargo_at = proposal->embargo_at;
	}
	if ((parts & DESK_PART_BODY) != 0 && !set_body(content, proposal, accept, &changed, error))
		return false;
	if ((parts & DESK_PART_PHOTOS) != 0 &&
		!store_proposal_pictures(write->desk->store, proposal->submission_id,
			write->draft_id, content->pictures, error))
		return false;
	*ret_changed = changed || content->pictures->len > pictures;
	return true;
}

static guint
usual_parts(const StoreProposal *proposal)
{
	return strcmp(proposal->kind, "text") == 0 ? DESK_PARTS_ALL : DESK_PART_PHOTOS;
}

static char *
parts_text(guint parts, const DeskAccept *accept)
{
	static const char *const names[] = {"title", "lead", "body", "photos", "embargo"};
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		if ((parts & (1u << i)) != 0)
			g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", names[i]);
	for (guint i = 0; accept->hunks != NULL && i < accept->hunks->len; i++)
		g_string_append_printf(text, " %u", g_array_index(accept->hunks, guint, i));
	return g_string_free(text, FALSE);
}

static bool
write_accepted(
	DeskWrite *write, const StoreProposal *proposal, const DeskAccept *accept, GError **error)
{
	Store *store = write->desk->store;
	guint parts = accept->hunks != NULL ? accept->parts | DESK_PART_BODY
		      : accept->parts != 0  ? accept->parts
					    : usual_parts(proposal);
	bool whole =
		accept->hunks == NULL && (parts & usual_parts(proposal)) == usual_parts(proposal);
	g_autoptr(StoreContent) content = store_content_get(store, write->draft_id, error);
	g_autofree char *text = parts_text(parts, accept);
	g_autofree char *why = g_strdup_printf("follow-up %d", (int)proposal->id);
	g_autofree char *extra = g_strdup_printf("proposal:%d", (int)proposal->id);
	bool changed = false;
	gint64 number;

	return content != NULL &&
	       take_over(write, content, proposal, accept, parts, &changed, error) &&
	       (!changed || store_revision_add(store, write->draft_id, content, write->desk->user,
				    why, &number, error)) &&
	       store_proposal_decide(store, proposal->id, whole ? "accepted" : "partly",
		       write->desk->user, text, error) &&
	       desk_write_step(write, "accept", text, extra, error);
}

char *
desk_accept(Desk *desk, gint64 id, const DeskAccept *accept, GError **error)
{
	g_auto(DeskWrite) write = {0};
	StoreProposal *proposal;
	bool good;

	if (!desk_write_begin(desk, id, RIGHT_REVIEW, &write, error) ||
		!desk_write_open(&write, error) || !desk_write_mine(&write, true, error))
		return NULL;
	proposal = find_proposal(&write, accept->proposal, error);
	if (proposal == NULL)
		return NULL;
	good = write_accepted(&write, proposal, accept, error);
	record_free(&store_proposal_type, proposal);
	return good ? desk_finish(&write, _("has the follow-up in it"), NULL, error) : NULL;
}

char *
desk_refuse(Desk *desk, gint64 id, gint64 number, GError **error)
{
	g_auto(DeskWrite) write = {0};
	StoreProposal *proposal;
	g_autofree char *extra = NULL;
	bool good;

	if (!desk_write_begin(desk, id, RIGHT_REVIEW, &write, error) ||
		!desk_write_mine(&write, false, error))
		return NULL;
	proposal = find_proposal(&write, number, error);
	if (proposal == NULL)
		return NULL;
	extra = g_strdup_printf("proposal:%d", (int)proposal->id);
	good = store_proposal_decide(desk->store, proposal->id, "refused", desk->user, "", error) &&
	       desk_write_step(&write, "refuse", "", extra, error);
	record_free(&store_proposal_type, proposal);
	return good ? desk_finish(&write, _("stays as it is; the follow-up is kept beside it"),
			      NULL, error)
		    : NULL;
}

/* --- merge and split
 * ------------------------------------------------------------------------------------------- */

char *
desk_merge(Desk *desk, gint64 id, gint64 other, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(StoreStanding) into = NULL;
	g_autofree char *extra = NULL;
	g_autofree char *sentence = NULL;
	gint64 proposal = 0;

	if (id == other) {
		nieuws_fail(error, NIEUWS_INPUT, _("a draft cannot be merged into itself"));
		return NULL;
	}
	/* The step is one of the draft that goes: undo brings it back. */
	if (!desk_write_begin(desk, other, RIGHT_REVIEW, &write, error) ||
		!desk_write_open(&write, error) || !desk_write_mine(&write, false, error))
		return NULL;
	into = store_standing_get(desk->store, id, error);
	if (into == NULL)
		return NULL;
	if (into->merged_into > 0) {
		nieuws_fail(error, NIEUWS_CONFLICT, _("%d was itself merged into %d"), (int)id,
			(int)into->merged_into);
		return NULL;
	}
	if (!store_proposal_merge(desk->store, id, other, &proposal, error))
		return NULL;
	write.now->merged_into = id;
	record_set(&write.now->state, "rejected");
	record_set(&write.now->claimed_by, "");
	extra = g_strdup_printf("merged:%d", (int)proposal);
	sentence =
		g_strdup_printf(_("is merged into %d, where its text waits: nieuws followups %d"),
			(int)id, (int)id);
	if (!desk_write_step(&write, "merge", "", extra, error))
		return NULL;
	return desk_finish(&write, sentence, NULL, error);
}

char *
desk_split(Desk *desk, gint64 id, gint64 number, GError **error)
{
	g_auto(DeskWrite) write = {0};
	StoreProposal *proposal;
	g_autofree char *sentence = NULL;
	g_autofree char *text = NULL;
	gint64 made = 0;
	bool good;

	if (!desk_write_begin(desk, id, RIGHT_REVIEW, &write, error) ||
		!desk_write_mine(&write, false, error))
		return NULL;
	proposal = find_proposal(&write, number, error);
	if (proposal == NULL)
		return NULL;
	good = store_proposal_split(desk->store, proposal, &made, error);
	record_free(&store_proposal_type, proposal);
	text = g_strdup_printf("%d", (int)made);
	if (!good || !desk_write_step(&write, "split", text, "", error))
		return NULL;
	sentence = g_strdup_printf(_("stays as it is; what came after it is draft %d"), (int)made);
	return desk_finish(&write, sentence, NULL, error);
}

/* --- related
 * ----------------------------------------------------------------------------------------------------
 */

enum { WHEN = 16 }; /* columns of a moment */

static void
put_related(const DeskScreen *screen, const char *head, const GPtrArray *near,
	const GPtrArray *rows, double least, double most, bool *ret_any)
{
	bool first = true;

	for (guint i = 0, n = 0; i < near->len && n < rows->len; i++) {
		const StoreNear *one = near->pdata[i];
		const StoreDraftRow *row = rows->pdata[n];
		g_autofree char *moment = when_local(row->created_at);
		g_autofree char *when = text_fit(moment, WHEN);
		g_autofree char *line = NULL;
		g_autofree char *shown = NULL;
		g_autofree char *fitted = NULL;

		if (row->id != one->id)
			continue;
		n++;
		if (one->likeness < least || one->likeness >= most)
			continue;
		if (first) {
			desk_put(screen, INK_BOLD, head);
			putchar('\n');
		}
		first = false;
		*ret_any = true;
		line = g_strdup_printf("%6d  %s  %-9s %3d%%  %s", (int)row->id, when,
			desk_state_word(row->state), (int)(one->likeness * 100 + 0.5), row->title);
		shown = text_printable(line, TEXT_ONE_LINE);
		fitted = text_fit(shown, (size_t)screen->width - 1);
		desk_put(screen, INK_NONE, g_strchomp(fitted));
		putchar('\n');
	}
}

/* What is nearly this draft is not also listed as similar. */
static void
drop_near(GPtrArray *similar, const GPtrArray *near)
{
	for (guint i = 0; i < near->len; i++)
		for (guint j = 0; j < similar->len; j++)
			if (((StoreNear *)near->pdata[i])->id ==
				((StoreNear *)similar->pdata[j])->id) {
				g_ptr_array_remove_index(similar, j);
				break;
			}
}

static void
add_related(json_t *list, const char *how, const GPtrArray *near, const GPtrArray *rows)
{
	for (guint i = 0, n = 0; i < near->len && n < rows->len; i++) {
		const StoreNear *one = near->pdata[i];
		json_t *object;

		if (((StoreDraftRow *)rows->pdata[n])->id != one->id)
			continue;
		object = desk_row_json(rows->pdata[n++]);
		json_object_set_new(object, "how",
			json_string(strcmp(how, "similar") == 0    ? how
				    : one->likeness >= DESK_ALMOST ? "same"
								   : "near"));
		json_object_set_new(object, "likeness", json_real(one->likeness));
		json_array_append_new(list, object);
	}
}

bool
desk_related(const DeskScreen *screen, Desk *desk, gint64 id, GError **error)
{
	g_autoptr(GPtrArray) near = store_near(desk->store, id, DESK_NEAR, error);
	g_autoptr(GPtrArray) similar =
		near != NULL ? store_similar(desk->store, id, DESK_SIMILAR, error) : NULL;
	g_autoptr(GPtrArray) near_rows =
		similar != NULL ? store_rows_of(desk->store, near, error) : NULL;
	g_autoptr(GPtrArray) rows = NULL;
	bool any = false;

	if (near_rows == NULL)
		return false;
	drop_near(similar, near);
	rows = store_rows_of(desk->store, similar, error);
	if (rows == NULL)
		return false;
	if (screen->json) {
		json_t *list = json_array();

		add_related(list, "near", near, near_rows);
		add_related(list, "similar", similar, rows);
		desk_json(json_pack("{s:i, s:o}", "version", 1, "related", list));
		return true;
	}
	put_related(screen, _("Almost the same"), near, near_rows, DESK_ALMOST, 2, &any);
	put_related(screen, _("Much alike"), near, near_rows, 0, DESK_ALMOST, &any);
	put_related(screen, _("About the same"), similar, rows, 0, 2, &any);
	if (!any)
		fprintf(stderr, "%s\n", _("Nothing here is like it."));
	return true;
}
