/* Who has a draft: take, release, assign. */
#include <string.h>

#include "base.h"
#include "desk-private.h"

static bool
is_mine(const DeskWrite *write)
{
	return strcmp(write->now->claimed_by, write->desk->user) == 0;
}

/* Taking from another needs a reason and the right to. */
static bool
may_force(DeskWrite *write, const char *force, GError **error)
{
	if (*write->now->claimed_by == '\0' || is_mine(write))
		return true;
	if (force == NULL)
		return desk_write_mine(write, false, error);
	if (*force == '\0')
		return nieuws_fail(error, NIEUWS_INPUT,
			_("taking over needs a reason, for example: nieuws take %d --force \"she "
			  "is ill\""),
			(int)write->draft_id);
	return desk_may(write->desk, RIGHT_ADMIN, error);
}

/* What is new, or was waiting, is now in somebody's hands. */
static void
give_to(DeskWrite *write, const char *user)
{
	StoreStanding *now = write->now;

	record_set(&now->claimed_by, user);
	now->claimed_at = when_now();
	if (strcmp(now->state, "new") == 0 || strcmp(now->state, "hold") == 0)
		record_set(&now->state, "in_review");
	now->hold_until = 0;
}

/* The one who had it, where that is somebody else. */
static bool
tell_loser(DeskWrite *write, const char *force, GString *said, GError **error)
{
	const char *loser = write->before->claimed_by;

	if (*loser == '\0' || strcmp(loser, write->desk->user) == 0)
		return true;
	return desk_tell_editor(write, NOTICE_TOLD, loser, force, said, error);
}

static char *
takeover_text(const DeskWrite *write, const char *force)
{
	if (*write->before->claimed_by == '\0' || force == NULL)
		return g_strdup("");
	return g_strdup_printf("from %s: %s", write->before->claimed_by, force);
}

char *
desk_take(Desk *desk, gint64 id, const char *force, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(GString) said = g_string_new(NULL);
	g_autofree char *text = NULL;

	if (!desk_write_begin(desk, id, RIGHT_REVIEW, &write, error) ||
		!desk_write_open(&write, error))
		return NULL;
	if (is_mine(&write))
		return desk_say(&write, _("is yours already"));
	if (!may_force(&write, force, error))
		return NULL;
	text = takeover_text(&write, force);
	give_to(&write, desk->user);
	if (!desk_write_step(&write, "take", text, "", error) ||
		!tell_loser(&write, force, said, error))
		return NULL;
	return desk_finish(&write, _("is yours"), said, error);
}

char *
desk_release(Desk *desk, gint64 id, const char *force, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(GString) said = g_string_new(NULL);
	g_autofree char *text = NULL;

	if (!desk_write_begin(desk, id, RIGHT_REVIEW, &write, error))
		return NULL;
	if (*write.now->claimed_by == '\0')
		return desk_say(&write, _("is nobody's"));
	if (!may_force(&write, force, error))
		return NULL;
	text = takeover_text(&write, is_mine(&write) ? NULL : force);
	desk_let_go(&write);
	if (strcmp(write.now->state, "in_review") == 0)
		record_set(&write.now->state, "new");
	if (!desk_write_step(&write, "release", text, "", error) ||
		!tell_loser(&write, force, said, error))
		return NULL;
	return desk_finish(&write, _("is free for everybody"), said, error);
}

static bool
may_get(Desk *desk, const char *user, GError **error)
{
	if (config_editor(desk->config, user) == NULL)
		return nieuws_fail(error, NIEUWS_INPUT,
			_("%s is no editor of this newsroom; see nieuws who"), user);
	return desk_may(desk, RIGHT_ADMIN, error);
}

char *
desk_assign(Desk *desk, gint64 id, const char *user, const char *force, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(GString) said = g_string_new(NULL);
	g_autofree char *text = NULL;
	g_autofree char *sentence = NULL;

	if (strcmp(user, desk->user) == 0)
		return desk_take(desk, id, force, error);
	if (!may_get(desk, user, error) ||
		!desk_write_begin(desk, id, RIGHT_ADMIN, &write, error) ||
		!desk_write_open(&write, error))
		return NULL;
	sentence = g_strdup_printf(_("is with %s"), desk_name(desk, user));
	if (strcmp(write.now->claimed_by, user) == 0)
		return desk_say(&write, sentence);
	if (!may_force(&write, force, error))
		return NULL;
	text = g_strdup_printf(
		"%s%s%s", user, force != NULL ? ": " : "", force != NULL ? force : "");
	give_to(&write, user);
	if (!desk_write_step(&write, "assign", text, "", error) ||
		!tell_loser(&write, force, said, error) ||
		!desk_tell_editor(&write, NOTICE_ASSIGNED, user, force, said, error))
		return NULL;
	return desk_finish(&write, sentence, said, error);
}
