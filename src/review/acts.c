/* What one key does to a draft. */
#include <string.h>

#include "base.h"
#include "review-private.h"

gint64
verb_draft(Review *review)
{
	article_ready(review);
	review->desk->seen = 0;
	if (review->shown == 0) {
		say(review, _("There is no draft here."));
		return 0;
	}
	if (review->kept != NULL)
		review->desk->seen = review->kept->standing->turn;
	return review->shown;
}

bool
verb_done(Review *review, char *said, GError *error, After after)
{
	g_autoptr(GError) unread = NULL;
	bool good = said != NULL;

	review->desk->seen = 0;
	if (good)
		say_done(review, said);
	else
		say_error(review, error);
	if (!queue_read(review, !good || after == AFTER_STAYS, &unread))
		say_error(review, unread);
	/* It may still be in the queue: on to the next all the same. */
	if (good && after == AFTER_DECIDED && queue_chosen(review) != NULL &&
		queue_chosen(review)->id == review->shown)
		queue_move(review, review->at + 1);
	article_forget(review);
	g_free(said);
	g_clear_error(&error);
	return good;
}

typedef char *(*Simple)(Desk *desk, gint64 id, GError **error);

static void
simply(Review *review, Simple verb, After after)
{
	gint64 id = verb_draft(review);
	GError *error = NULL;
	char *said;

	if (id == 0)
		return;
	said = verb(review->desk, id, &error);
	verb_done(review, said, error, after);
}

static char *
take(Desk *desk, gint64 id, GError **error)
{
	return desk_take(desk, id, NULL, error);
}

static char *
release(Desk *desk, gint64 id, GError **error)
{
	return desk_release(desk, id, NULL, error);
}

static char *
edit(Desk *desk, gint64 id, GError **error)
{
	return desk_edit(desk, id, NULL, error);
}

void
verb_take(Review *review)
{
	simply(review, take, AFTER_STAYS);
}

void
verb_release(Review *review)
{
	simply(review, release, AFTER_STAYS);
}

void
verb_approve(Review *review)
{
	simply(review, desk_approve, AFTER_DECIDED);
}

void
verb_spam(Review *review)
{
	simply(review, desk_spam, AFTER_DECIDED);
}

void
verb_reopen(Review *review)
{
	simply(review, desk_reopen, AFTER_STAYS);
}

void
verb_edit(Review *review)
{
	gint64 id = verb_draft(review);
	GError *error = NULL;
	char *said;

	if (id == 0)
		return;
	/* An edit merges what others write; it need not be refused for it. */
	review->desk->seen = 0;
	term_leave();
	said = edit(review->desk, id, &error);
	term_return();
	verb_done(review, said, error, AFTER_STAYS);
}

void
verb_publish(Review *review)
{
	gint64 id = verb_draft(review);
	gint64 seen = review->desk->seen;
	g_autofree char *url = NULL;
	GError *error = NULL;
	char *said;

	if (id == 0)
		return;
	url = ask_line(review, _("Address of the page (may stay empty):"), NULL);
	if (url == NULL)
		return;
	review->desk->seen = seen;
	said = desk_publish(review->desk, id, url, true, &error);
	verb_done(review, said, error, AFTER_DECIDED);
}

/* Asks until it is a day, or nothing; false: taken back. */
static bool
ask_day(Review *review, gint64 *ret_until)
{
	g_autofree char *text = NULL;

	*ret_until = 0;
	for (;;) {
		g_autoptr(GError) error = NULL;
		char *typed = ask_line(
			review, _("On hold until (3d, friday 9:00, 1-12; empty: no day):"), text);

		say_clear(review);
		g_free(text);
		text = typed;
		if (text == NULL)
			return false;
		if (*text == '\0' || desk_day(text, when_now(), ret_until, &error))
			return true;
		say_error(review, error);
	}
}

void
verb_hold(Review *review)
{
	gint64 id = verb_draft(review);
	gint64 seen = review->desk->seen, until;
	GError *error = NULL;
	char *said;

	if (id == 0 || !ask_day(review, &until))
		return;
	review->desk->seen = seen;
	said = desk_hold(review->desk, id, until, NULL, &error);
	verb_done(review, said, error, AFTER_DECIDED);
}

void
verb_note(Review *review)
{
	gint64 id = verb_draft(review);
	g_autofree char *text = NULL;
	GError *error = NULL;
	char *said;

	if (id == 0)
		return;
	text = ask_line(review, _("Note for your colleagues:"), NULL);
	if (text == NULL || *text == '\0')
		return;
	review->desk->seen = 0;
	said = desk_note(review->desk, id, text, &error);
	verb_done(review, said, error, AFTER_STAYS);
}

static GPtrArray *
aside_choices(const Review *review)
{
	const GPtrArray *asides = review->kept->draft->draft->asides;
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < asides->len; i++) {
		const Aside *aside = asides->pdata[i];
		bool back = i < review->kept->draft->restored->len &&
			    g_array_index(review->kept->draft->restored, gint64, i) > 0;
		g_autofree char *line = look_plain(aside->text);

		g_string_append_printf(text, "%2u  %s%s: %s\n", i + 1, desk_aside_word(aside->kind),
			back ? _(" (put back)") : "", line);
	}
	return look_lines(text->str);
}

void
verb_restore(Review *review)
{
	const char *const hints[] = {
		_("1-9 or Enter puts it back into the text"), _("j k choose"), _("Esc nothing")};
	gint64 id = verb_draft(review);
	gint64 seen = review->desk->seen;
	g_autoptr(GPtrArray) lines = NULL;
	Front front = {.title = _("Put back into the text"),
		.low = true,
		.keys = "",
		.hints = hints,
		.hint_count = G_N_ELEMENTS(hints)};
	GError *error = NULL;
	char *said;

	if (id == 0 || review->kept == NULL)
		return;
	lines = aside_choices(review);
	front.lines = lines;
	front.choices = (int)lines->len;
	if (lines->len == 0) {
		say(review, _("Nothing was set aside."));
		return;
	}
	if (front_run(review, &front) != '\r')
		return;
	review->desk->seen = seen;
	said = desk_restore(review->desk, id, front.chosen + 1, &error);
	verb_done(review, said, error, AFTER_STAYS);
}

void
verb_undo(Review *review)
{
	Desk *desk = review->desk;
	g_autoptr(StoreStep) last = store_step_last(desk->store, desk->user, 0, NULL);
	GError *error = NULL;
	char *said;

	desk->seen = 0;
	said = desk_undo(desk, 0, &error);
	if (said == NULL) {
		verb_done(review, NULL, error, AFTER_STAYS);
		return;
	}
	say(review, said);
	g_free(said);
	if (queue_read(review, true, NULL) && last != NULL && last->draft_id != 0)
		queue_choose(review, last->draft_id);
	article_forget(review);
}

/* --- pages
 * --------------------------------------------------------------------------------------------------------
 */

static bool
print_log(const DeskScreen *screen, Review *review, gint64 id, GError **error)
{
	return desk_log(screen, review->desk, id, error);
}

static bool
print_diff(const DeskScreen *screen, Review *review, gint64 id, GError **error)
{
	return desk_diff(screen, review->desk, id, 0, 0, error);
}

static bool
print_source(const DeskScreen *screen, Review *review, gint64 id, GError **error)
{
	(void)id;
	return desk_source(screen, review->kept, error);
}

static bool
print_related(const DeskScreen *screen, Review *review, gint64 id, GError **error)
{
	return desk_related(screen, review->desk, id, error);
}

void
verb_log(Review *review)
{
	article_page(review, _("What happened to it"), print_log);
}

void
verb_diff(Review *review)
{
	article_page(review, _("What was changed since it came in"), print_diff);
}

void
verb_source(Review *review)
{
	article_page(review, _("What came in, and what it is now"), print_source);
}

void
verb_related(Review *review)
{
	article_page(review, _("What is like it"), print_related);
}
