/* The frame of every write: one transaction, a look at the draft as it stands, a step, an event. */
#include <string.h>

#include "base.h"
#include "desk-private.h"

const char *
desk_did(const char *verb)
{
	static const char *const words[][2] = {{"take", N_("took it")},
		{"release", N_("let it go")}, {"assign", N_("assigned it")},
		{"approve", N_("approved it")}, {"publish", N_("placed it")},
		{"hold", N_("put it on hold")}, {"reject", N_("rejected it")},
		{"spam", N_("marked it as spam")}, {"reopen", N_("reopened it")},
		{"restore", N_("put an aside back")}, {"edit", N_("edited it")},
		{"undo", N_("took a step back")}, {"revert", N_("went back to an earlier version")},
		{"files", N_("changed the photos")}, {"note", N_("noted")},
		{"accept", N_("took over a follow-up")}, {"refuse", N_("left a follow-up")},
		{"merge", N_("merged it with another")}, {"split", N_("split it")},
		{"received", N_("received it")}, {"duplicate", N_("received it once more")},
		{"followup", N_("received something after it")},
		{"mail-withheld", N_("sent no mail")}, {"receipt-withheld", N_("sent no receipt")}};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i][0], verb) == 0)
			return _(words[i][1]);
	return _("changed it");
}

char *
desk_last_deed(const Desk *desk, gint64 id)
{
	g_autoptr(StoreEvent) last = store_event_last(desk->store, id, NULL);
	g_autofree char *reference = NULL;
	g_autofree char *age = NULL;
	g_autofree char *what = NULL;

	if (last == NULL || !store_draft_reference(desk->store, id, &reference, NULL))
		return NULL;
	age = when_age(last->at, when_now());
	what = g_strdup_printf(
		_("%s %s %s ago"), desk_name(desk, last->who), desk_did(last->kind), age);
	return g_strdup_printf("%s: %s", reference, what);
}

bool
desk_write_conflict(const DeskWrite *write, const char *advice, GError **error)
{
	g_autoptr(StoreEvent) last = store_event_last(write->desk->store, write->draft_id, NULL);
	g_autofree char *age = last != NULL ? when_age(last->at, when_now()) : NULL;
	g_autofree char *what =
		last != NULL ? g_strdup_printf(_("%s %s %s ago"), desk_name(write->desk, last->who),
				       desk_did(last->kind), age)
			     : g_strdup(_("it is not as it was"));

	return nieuws_fail(error, NIEUWS_CONFLICT, "%s: %s%s%s", write->reference, what,
		*advice != '\0' ? "; " : "", advice);
}

static bool
load(DeskWrite *write, GError **error)
{
	Store *store = write->desk->store;
	g_autoptr(StoreContent) content = NULL;

	write->before = store_standing_get(store, write->draft_id, error);
	if (write->before == NULL)
		return false;
	write->now = record_copy(&store_standing_type, write->before);
	content = store_content_get(store, write->draft_id, error);
	if (content == NULL)
		return false;
	write->title = g_strdup(content->title);
	return store_draft_reference(store, write->draft_id, &write->reference, error);
}

bool
desk_write_begin(Desk *desk, gint64 draft_id, DeskRight right, DeskWrite *write, GError **error)
{
	gint64 seen = desk->seen;

	desk->seen = 0;
	if (!desk_may(desk, right, error) || !store_begin(desk->store, error))
		return false;
	write->desk = desk;
	write->draft_id = draft_id;
	if (!load(write, error))
		return false;
	if (seen != 0 && seen != write->before->turn)
		return desk_write_conflict(write, _("look at it again"), error);
	return true;
}

static void
become_mine(DeskWrite *write)
{
	record_set(&write->now->claimed_by, write->desk->user);
	write->now->claimed_at = when_now();
	if (strcmp(write->now->state, "new") == 0)
		record_set(&write->now->state, "in_review");
}

bool
desk_write_mine(DeskWrite *write, bool take, GError **error)
{
	const StoreStanding *now = write->now;
	bool free_to_take = *now->claimed_by == '\0';
	g_autofree char *age = when_age(now->claimed_at, when_now());

	if (!free_to_take && strcmp(now->claimed_by, write->desk->user) != 0)
		return nieuws_fail(error, NIEUWS_CONFLICT,
			_("%s: %s has had it for %s; to take it over: nieuws take %d --force "
			  "REASON"),
			write->reference, desk_name(write->desk, now->claimed_by), age,
			(int)write->draft_id);
	if (free_to_take && take)
		become_mine(write);
	return true;
}

bool
desk_write_open(DeskWrite *write, GError **error)
{
	static const char *const closed[] = {"published", "rejected", "spam", NULL};
	g_autofree char *advice =
		g_strdup_printf(_("to go on with it: nieuws reopen %d"), (int)write->draft_id);

	if (write->now->merged_into > 0)
		return nieuws_fail(error, NIEUWS_CONFLICT, _("%s: it was merged into %d"),
			write->reference, (int)write->now->merged_into);
	return !g_strv_contains(closed, write->now->state) ||
	       desk_write_conflict(write, advice, error);
}

/* What was approved was that text: with another it is in review again. */
static bool
approval_lapses(DeskWrite *write, GError **error)
{
	g_autoptr(StoreStanding) stored = NULL;

	if (strcmp(write->before->state, "approved") != 0 ||
		strcmp(write->now->state, "approved") != 0)
		return true;
	stored = store_standing_get(write->desk->store, write->draft_id, error);
	if (stored != NULL && stored->version != write->before->version)
		record_set(&write->now->state, "in_review");
	return stored != NULL;
}

bool
desk_write_step(
	DeskWrite *write, const char *verb, const char *text, const char *extra, GError **error)
{
	Desk *desk = write->desk;

	return approval_lapses(write, error) &&
	       store_standing_put(desk->store, write->draft_id, write->now, error) &&
	       store_step_add(desk->store, write->draft_id, desk->user, verb, write->before, extra,
		       write->now->turn, &write->step_id, error) &&
	       store_event_add(desk->store, write->draft_id, verb, desk->user, text, error);
}

bool
desk_write_commit(DeskWrite *write, GError **error)
{
	if (!store_commit(write->desk->store, error))
		return false;
	write->desk = NULL;
	return true;
}

void
desk_write_clear(DeskWrite *write)
{
	if (write->desk != NULL)
		store_rollback(write->desk->store);
	write->desk = NULL;
	g_clear_pointer(&write->before, store_standing_free);
	g_clear_pointer(&write->now, store_standing_free);
	g_clear_pointer(&write->reference, g_free);
	g_clear_pointer(&write->title, g_free);
}
