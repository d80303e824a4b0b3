/* What an editor must know of a draft before reading it. */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "desk-private.h"

enum { NEAR_SHOWN = 3, NOTES_SHOWN = 5 };

/* What editors wrote of a picture is what will be published. */
static void
take_over_words(DeskKept *kept)
{
	GPtrArray *files = kept->draft->message->attachments;

	for (guint i = 0; i < kept->content->pictures->len; i++) {
		const Picture *picture = kept->content->pictures->pdata[i];
		Attachment *file;

		if (picture->submission != kept->draft->submission_id || picture->number < 0 ||
			picture->number >= files->len)
			continue;
		file = files->pdata[picture->number];
		record_set(&file->caption, picture->caption);
		record_set(&file->credit, picture->credit);
		record_set(&file->alt, picture->alt);
	}
}

static bool
load(DeskKept *kept, GError **error)
{
	Store *store = kept->desk->store;
	const Draft *draft = kept->draft->draft;
	gint64 id = kept->draft->row.id;
	g_autoptr(GError) unknown = NULL;

	kept->standing = store_standing_get(store, id, error);
	kept->content = kept->standing != NULL ? store_content_get(store, id, error) : NULL;
	kept->notes = kept->content != NULL ? store_note_list(store, id, error) : NULL;
	kept->near = kept->notes != NULL ? store_near(store, id, DESK_ALMOST, error) : NULL;
	if (kept->near == NULL)
		return false;
	take_over_words(kept);
	if (kept->near->len > NEAR_SHOWN)
		g_ptr_array_set_size(kept->near, NEAR_SHOWN);
	kept->contributor = store_contributor_get(store,
		draft->has_original && *draft->original_sender.address != '\0'
			? draft->original_sender.address
			: draft->sender.address,
		&unknown);
	if (unknown == NULL)
		return true;
	g_propagate_error(error, g_steal_pointer(&unknown));
	return false;
}

DeskKept *
desk_kept(const Desk *desk, StoreDraft *draft, GError **error)
{
	g_autoptr(DeskKept) kept = g_new0(DeskKept, 1);

	kept->desk = desk;
	kept->draft = draft;
	return load(kept, error) ? g_steal_pointer(&kept) : NULL;
}

static void
unref(GPtrArray *array)
{
	if (array != NULL)
		g_ptr_array_unref(array);
}

void
desk_kept_free(DeskKept *kept)
{
	if (kept == NULL)
		return;
	if (kept->draft != NULL)
		store_draft_free(kept->draft);
	if (kept->standing != NULL)
		store_standing_free(kept->standing);
	if (kept->content != NULL)
		store_content_free(kept->content);
	if (kept->contributor != NULL)
		store_contributor_free(kept->contributor);
	unref(kept->notes);
	unref(kept->near);
	g_free(kept);
}

/* "review, with you for 3 min" */
static char *
state_text(const DeskKept *kept)
{
	const StoreStanding *now = kept->standing;
	const Desk *desk = kept->desk;
	g_autofree char *age = when_age(now->claimed_at, when_now());
	g_autofree char *day = when_local(now->hold_until);

	if (strcmp(now->state, "hold") == 0 && now->hold_until > 0)
		return g_strdup_printf(_("%s until %s"), desk_state_word(now->state), day);
	if (*now->claimed_by == '\0')
		return g_strdup(desk_state_word(now->state));
	if (strcmp(now->claimed_by, desk->user) == 0)
		return g_strdup_printf(_("%s, yours for %s"), desk_state_word(now->state), age);
	return g_strdup_printf(_("%s, with %s for %s"), desk_state_word(now->state),
		desk_name(desk, now->claimed_by), age);
}

static void
put_followups(const DeskScreen *screen, const StoreDraftRow *row)
{
	g_autofree char *text = NULL;

	if (row->followups == 0)
		return;
	text = g_strdup_printf(g_dngettext(GETTEXT_PACKAGE, "%d waits; see nieuws followups %d",
				       "%d wait; see nieuws followups %d", (gulong)row->followups),
		(int)row->followups, (int)row->id);
	desk_field(screen, _("Came later"), text, INK_ALERT);
}

static void
put_notes(const DeskScreen *screen, const DeskKept *kept)
{
	guint from = kept->notes->len > NOTES_SHOWN ? kept->notes->len - NOTES_SHOWN : 0;

	for (guint i = from; i < kept->notes->len; i++) {
		const StoreNote *note = kept->notes->pdata[i];
		g_autofree char *age = when_age(note->at, when_now());
		g_autofree char *text = g_strdup_printf(
			_("%s, %s ago: %s"), desk_name(kept->desk, note->who), age, note->text);

		desk_field(screen, i == from ? _("Colleagues") : "", text, INK_BOLD);
	}
}

void
desk_put_standing(const DeskScreen *screen, const DeskKept *kept)
{
	const StoreDraftRow *row = &kept->draft->row;
	g_autofree char *state = state_text(kept);
	g_autofree char *number =
		g_strdup_printf("%d  %s  %s", (int)row->id, row->reference, state);

	desk_field(screen, _("Draft"), number, INK_BOLD);
	if (kept->standing->merged_into > 0) {
		g_autofree char *into = g_strdup_printf("%d", (int)kept->standing->merged_into);

		desk_field(screen, _("Merged into"), into, INK_ALERT);
	}
	desk_field(screen, _("Published"), kept->standing->published_url, INK_GOOD);
	put_followups(screen, row);
	put_notes(screen, kept);
}

static void
put_contributor(const DeskScreen *screen, const DeskKept *kept)
{
	const StoreContributor *known = kept->contributor;
	g_autofree char *text = NULL;

	if (known == NULL || known->submissions <= 1) {
		desk_field(screen, _("Known"), _("first mail of this sender"), INK_BOLD);
	} else {
		text = g_strdup_printf(_("%d mails, %d placed, %d not placed"),
			(int)known->submissions, (int)known->placed, (int)known->rejected);
		desk_field(screen, _("Known"), text, INK_NONE);
	}
	if (known == NULL)
		return;
	if (strcmp(known->standing, "trusted") == 0)
		desk_field(screen, "", _("trusted by the newsroom"), INK_GOOD);
	else if (strcmp(known->standing, "blocked") == 0)
		desk_field(screen, "", _("blocked by the newsroom"), INK_ALERT);
	desk_field(screen, "", known->note, INK_NONE);
}

static void
put_near(const DeskScreen *screen, const DeskKept *kept, StoreNear *near, const char *label)
{
	g_autoptr(GPtrArray) one = g_ptr_array_new();
	g_autoptr(GPtrArray) rows = NULL;
	g_autofree char *text = NULL;
	const StoreDraftRow *other;

	g_ptr_array_add(one, near);
	rows = store_rows_of(kept->desk->store, one, NULL);
	if (rows == NULL || rows->len == 0)
		return;
	other = rows->pdata[0];
	text = g_strdup_printf("%d (%d %%): %s — %s", (int)other->id,
		(int)(near->likeness * 100 + 0.5), other->title, other->contributor);
	desk_field(screen, label, text, INK_ALERT);
}

static void
put_labels(const DeskScreen *screen, const DeskKept *kept)
{
	GString *tags = g_string_new(NULL);

	for (guint i = 0; i < kept->content->tags->len; i++)
		g_string_append_printf(
			tags, "%s%s", i > 0 ? ", " : "", (char *)kept->content->tags->pdata[i]);
	desk_field(screen, _("Category"), kept->content->category, INK_NONE);
	desk_field(screen, _("Tags"), tags->str, INK_NONE);
	g_string_free(tags, TRUE);
}

void
desk_put_around(const DeskScreen *screen, const DeskKept *kept)
{
	const StoreDraftRow *row = &kept->draft->row;

	put_contributor(screen, kept);
	put_labels(screen, kept);
	if (row->duplicates > 0)
		desk_field(screen, _("Doubles"), _("the same mail came more than once"), INK_NONE);
	for (guint i = 0; i < kept->near->len; i++)
		put_near(screen, kept, kept->near->pdata[i], i == 0 ? _("Nearly") : "");
}
