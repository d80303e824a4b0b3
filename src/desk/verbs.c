/* What becomes of a draft: approve, publish, hold, reject, spam, reopen. */
#include <string.h>

#include "base.h"
#include "desk-private.h"
#include "sheet.h"

char *
desk_say(const DeskWrite *write, const char *what)
{
	return g_strdup_printf("%s %s: %s", write->reference, what,
		*write->title != '\0' ? write->title : _("(no title)"));
}

char *
desk_finish(DeskWrite *write, const char *what, const GString *said, GError **error)
{
	g_autofree char *first = desk_say(write, what);

	if (!desk_write_commit(write, error))
		return NULL;
	return g_strconcat(first, said != NULL ? said->str : "", NULL);
}

void
desk_let_go(DeskWrite *write)
{
	record_set(&write->now->claimed_by, "");
	write->now->claimed_at = 0;
}

/* A new state by decision: the draft is in nobody's hands any more. */
static void
decide(DeskWrite *write, const char *state)
{
	record_set(&write->now->state, state);
	record_set(&write->now->decided_by, write->desk->user);
	write->now->decided_at = when_now();
	write->now->hold_until = 0;
	desk_let_go(write);
}

static bool
is_in(const DeskWrite *write, const char *state)
{
	return strcmp(write->now->state, state) == 0;
}

/* The usual beginning: the right, an open draft, nobody else's. */
static bool
begin(Desk *desk, gint64 id, DeskRight right, DeskWrite *write, GError **error)
{
	return desk_write_begin(desk, id, right, write, error) && desk_write_open(write, error) &&
	       desk_write_mine(write, false, error);
}

/* --- what the house requires
 * ---------------------------------------------------------------------------------- */

static bool requires(const Config *config, const char *field)
{
	for (guint i = 0; i < config->desk.require->len; i++)
		if (strcmp(config->desk.require->pdata[i], field) == 0)
			return true;
	return false;
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static void
miss_in_picture(const Config *config, const GPtrArray *pictures, guint index, GPtrArray *missing)
{
	const Picture *picture = pictures->pdata[index];
	g_autofree char *name = sheet_photo_name(pictures, index);

	if (requires(config, "alt") && is_blank(picture->alt))
		g_ptr_array_add(missing, g_strdup_printf(_("photo %s has no alt text"), name));
	if (requires(config, "credit") && is_blank(picture->credit))
		g_ptr_array_add(missing, g_strdup_printf(_("photo %s has no credit"), name));
}

GPtrArray *
desk_missing(const Config *config, const StoreContent *content, gint64 now)
{
	GPtrArray *missing = g_ptr_array_new_with_free_func(g_free);

	(void)now;
	if (requires(config, "title") && is_blank(content->title))
		g_ptr_array_add(missing, g_strdup(_("there is no title")));
	if (requires(config, "lead") && is_blank(content->lead))
		g_ptr_array_add(missing, g_strdup(_("there is no lead")));
	for (guint i = 0; i < content->pictures->len; i++) {
		const Picture *picture = content->pictures->pdata[i];

		if (!picture->dropped)
			miss_in_picture(config, content->pictures, i, missing);
	}
	if (requires(config, "embargo") && !is_blank(content->embargo) && content->embargo_at == 0)
		g_ptr_array_add(missing,
			g_strdup_printf(_("the embargo has no moment (%s)"), content->embargo));
	return missing;
}

static bool
check_house(const DeskWrite *write, GError **error)
{
	g_autoptr(StoreContent) content =
		store_content_get(write->desk->store, write->draft_id, error);
	g_autoptr(GPtrArray) missing = NULL;
	g_autofree char *list = NULL;

	if (content == NULL)
		return false;
	missing = desk_missing(write->desk->config, content, when_now());
	if (missing->len == 0)
		return true;
	g_ptr_array_add(missing, NULL);
	list = g_strjoinv("\n  ", (char **)missing->pdata);
	return nieuws_fail(error, NIEUWS_INPUT,
		_("%s cannot be approved yet:\n  %s\nnieuws edit %d mends it"), write->reference,
		list, (int)write->draft_id);
}

/* --- the verbs
 * ------------------------------------------------------------------------------------------------
 */

char *
desk_approve(Desk *desk, gint64 id, GError **error)
{
	g_auto(DeskWrite) write = {0};

	if (!begin(desk, id, RIGHT_APPROVE, &write, error))
		return NULL;
	if (is_in(&write, "approved")) {
		desk_write_conflict(&write, "", error);
		return NULL;
	}
	if (!check_house(&write, error))
		return NULL;
	decide(&write, "approved");
	if (!desk_write_step(&write, "approve", "", "", error))
		return NULL;
	return desk_finish(&write, _("is approved"), NULL, error);
}

static bool
may_publish(DeskWrite *write, const char *url, GError **error)
{
	g_autoptr(StoreContent) content =
		store_content_get(write->desk->store, write->draft_id, error);
	g_autofree char *moment = content != NULL ? when_local(content->embargo_at) : NULL;

	if (content == NULL)
		return false;
	if (is_in(write, "published")) {
		if (*url != '\0' && strcmp(url, write->now->published_url) != 0)
			return true;
		return desk_write_conflict(write, "", error);
	}
	if (!is_in(write, "approved"))
		return desk_write_open(write, error) &&
		       nieuws_fail(error, NIEUWS_INPUT,
			       _("%s is not approved; first: nieuws approve %d"), write->reference,
			       (int)write->draft_id);
	if (content->embargo_at > when_now())
		return nieuws_fail(error, NIEUWS_INPUT, _("%s is under embargo until %s"),
			write->reference, moment);
	return true;
}

static bool
is_link(const char *url, GError **error)
{
	if (*url == '\0' ||
		((g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://")) &&
			strpbrk(url, " \t\r\n<>\"") == NULL && strlen(url) < 2000))
		return true;
	return nieuws_fail(error, NIEUWS_INPUT,
		_("%s is no link; for example: https://www.example.nl/nieuws/brug"), url);
}

char *
desk_publish(Desk *desk, gint64 id, const char *given, bool mail, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(GString) said = g_string_new(NULL);
	const char *url = given != NULL ? given : "";
	DeskClosing closing = {.kind = NOTICE_PLACED, .url = url};
	bool first;

	if (!is_link(url, error) || !desk_write_begin(desk, id, RIGHT_APPROVE, &write, error) ||
		!desk_write_mine(&write, false, error) || !may_publish(&write, url, error))
		return NULL;
	first = !is_in(&write, "published");
	if (first) {
		decide(&write, "published");
		write.now->published_at = when_now();
	}
	record_set(&write.now->published_url, url);
	if (!desk_write_step(&write, "publish", url, "", error))
		return NULL;
	if (first && mail && desk->config->desk.tell_placed &&
		!desk_tell_contributor(&write, &closing, said, error))
		return NULL;
	return desk_finish(&write, _("is placed"), said, error);
}

static bool
add_note(DeskWrite *write, const char *note, char **ret_extra, GError **error)
{
	gint64 number = 0;

	*ret_extra = g_strdup("");
	if (note == NULL || is_blank(note))
		return true;
	if (!store_note_add(
		    write->desk->store, write->draft_id, write->desk->user, note, &number, error))
		return false;
	g_free(*ret_extra);
	*ret_extra = g_strdup_printf("note:%" G_GINT64_FORMAT, number);
	return true;
}

char *
desk_hold(Desk *desk, gint64 id, gint64 until, const char *note, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autofree char *extra = NULL;
	g_autofree char *moment = when_local(until);
	g_autofree char *sentence =
		until > 0 ? g_strdup_printf(_("waits until %s"), moment) : g_strdup(_("waits"));

	if (!begin(desk, id, RIGHT_REVIEW, &write, error) || !add_note(&write, note, &extra, error))
		return NULL;
	record_set(&write.now->state, "hold");
	write.now->hold_until = until;
	desk_let_go(&write);
	if (!desk_write_step(&write, "hold", moment, extra, error))
		return NULL;
	return desk_finish(&write, sentence, NULL, error);
}

char *
desk_reject(Desk *desk, gint64 id, const DeskReject *reject, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(GString) said = g_string_new(NULL);
	g_autofree char *key = desk_reason_key(desk->config, reject->reason, error);
	DeskClosing closing = {.kind = NOTICE_REJECTED,
		.reason = key,
		.subject = reject->subject,
		.text = reject->text};

	if (key == NULL || !begin(desk, id, RIGHT_APPROVE, &write, error))
		return NULL;
	decide(&write, "rejected");
	record_set(&write.now->reason, key);
	if (!desk_write_step(&write, "reject", key, "", error))
		return NULL;
	if (!reject->silent && desk->config->desk.tell_rejected &&
		!desk_tell_contributor(&write, &closing, said, error))
		return NULL;
	return desk_finish(&write, _("is rejected"), said, error);
}

char *
desk_spam(Desk *desk, gint64 id, GError **error)
{
	g_auto(DeskWrite) write = {0};

	if (!begin(desk, id, RIGHT_REVIEW, &write, error))
		return NULL;
	decide(&write, "spam");
	if (!desk_write_step(&write, "spam", "", "", error))
		return NULL;
	return desk_finish(&write, _("is spam"), NULL, error);
}

char *
desk_reopen(Desk *desk, gint64 id, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(GString) said = g_string_new(NULL);
	gint64 recalled = 0;

	if (!desk_write_begin(desk, id, RIGHT_APPROVE, &write, error) ||
		!desk_write_mine(&write, false, error))
		return NULL;
	if (is_in(&write, "new") || is_in(&write, "in_review"))
		return desk_say(&write, _("is open"));
	if (write.now->merged_into > 0) {
		desk_write_open(&write, error);
		return NULL;
	}
	record_set(&write.now->state, "new");
	record_set(&write.now->reason, "");
	write.now->hold_until = write.now->decided_at = 0;
	record_set(&write.now->decided_by, "");
	if (!store_outbox_recall(desk->store, id, &recalled, error) ||
		!desk_write_step(&write, "reopen", write.before->state,
			recalled > 0 ? "recalled" : "", error))
		return NULL;
	if (recalled > 0)
		g_string_append_printf(
			said, "\n%s", _("The mail to the contributor had not left, and will not."));
	return desk_finish(&write, _("is open again"), said, error);
}
