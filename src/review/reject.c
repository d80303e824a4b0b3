/* Rejecting: why, and the mail that the contributor gets of it. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "notice.h"
#include "review-private.h"

typedef struct {
	gint64 id, seen;
	char *key; /* the reason */
	char *subject, *text, *silence;
	char *path; /* of what the editor wrote; NULL: the mail is as the house has it */
	bool silent;
} Rejection;

static void
clear(Rejection *rejection)
{
	g_free(rejection->key);
	g_free(rejection->subject);
	g_free(rejection->text);
	g_free(rejection->silence);
	g_free(rejection->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rejection, clear)

static GPtrArray *
reason_choices(const GPtrArray *reasons)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < reasons->len; i++)
		g_string_append_printf(
			text, "%2u  %s\n", i + 1, ((NoticeReason *)reasons->pdata[i])->title);
	return look_lines(text->str);
}

/* The key of the one that was chosen; NULL: none. */
static char *
choose_reason(Review *review)
{
	const char *const hints[] = {
		_("1-9 or Enter: this is why"), _("j k choose"), _("Esc nothing")};
	const Config *config = review->desk->config;
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) reasons = notice_reasons(config, config->language, &error);
	g_autoptr(GPtrArray) lines = reasons != NULL ? reason_choices(reasons) : NULL;
	Front front = {.title = _("Why will it not be published?"),
		.lines = lines,
		.low = true,
		.keys = "",
		.hints = hints,
		.hint_count = G_N_ELEMENTS(hints)};

	if (lines == NULL) {
		say_error(review, error);
		return NULL;
	}
	front.choices = (int)lines->len;
	if (front_run(review, &front) != '\r')
		return NULL;
	return g_strdup(((NoticeReason *)reasons->pdata[front.chosen])->key);
}

static GPtrArray *
mail_lines(const Review *review, const Rejection *rejection)
{
	g_autoptr(GString) text = g_string_new(NULL);
	int columns = MIN(review->layout.body.columns - 2, 76);
	g_auto(GStrv) split = g_strsplit(rejection->text, "\n", -1);

	if (rejection->silence != NULL) {
		g_string_append_printf(
			text, "\033[1;31m%s\033[0m\n", _("The contributor gets no mail:"));
		g_string_append_printf(text, "%s.\n", rejection->silence);
		return look_lines(text->str);
	}
	g_string_append_printf(
		text, "\033[2m%s\033[0m \033[1m%s\033[0m\n\n", _("Subject"), rejection->subject);
	for (char **line = split; *line != NULL; line++) {
		/* Ours is filtered with what came from mail in it. */
		g_autofree char *plain = look_plain(*line);
		g_autoptr(GPtrArray) wrapped = layout_wrap(plain, columns, 500);

		for (guint i = 0; i < wrapped->len; i++)
			g_string_append_printf(text, "%s\n", (char *)wrapped->pdata[i]);
		if (wrapped->len == 0)
			g_string_append_c(text, '\n');
	}
	return look_lines(text->str);
}

/* In the editor's own program. What was written stays in a file until the draft is rejected. */
static void
edit_mail(Review *review, Rejection *rejection)
{
	g_autoptr(GError) error = NULL;
	bool good;

	if (rejection->path == NULL) {
		int fd = g_file_open_tmp("nieuws-mail-XXXXXX", &rejection->path, &error);

		if (fd >= 0)
			close(fd);
	}
	if (error == NULL) {
		term_leave();
		good = desk_mail_edit(
			rejection->path, &rejection->subject, &rejection->text, &error);
		term_return();
		if (good)
			return;
	}
	say_error(review, error);
}

/* What is to leave, until Enter; false: nothing is rejected. */
static bool
show_mail(Review *review, Rejection *rejection)
{
	const char *const hints[] = {_("Enter rejects and sends this"), _("e edit it"),
		_("w no mail"), _("Esc nothing")};
	const char *const silent[] = {_("Enter rejects"), _("Esc nothing")};
	bool mute = rejection->silence != NULL;
	int key;

	do {
		g_autoptr(GPtrArray) lines = mail_lines(review, rejection);
		Front front = {.title = _("The mail to the contributor"),
			.lines = lines,
			.low = mute,
			.keys = mute ? "" : "ew",
			.hints = mute ? silent : hints,
			.hint_count = mute ? G_N_ELEMENTS(silent) : G_N_ELEMENTS(hints)};

		key = front_run(review, &front);
		if (key == 'e')
			edit_mail(review, rejection);
	} while (key == 'e');
	rejection->silent = key == 'w';
	return key != 27;
}

static char *
decide(Review *review, const Rejection *rejection, GError **error)
{
	bool written = rejection->path != NULL && !rejection->silent;
	DeskReject order = {.reason = rejection->key, .silent = rejection->silent};
	char *said;

	if (written) {
		order.subject = rejection->subject;
		order.text = rejection->text;
	}
	review->desk->seen = rejection->seen;
	said = desk_reject(review->desk, rejection->id, &order, error);
	if (said == NULL && written)
		g_prefix_error(error, _("what you wrote is kept in %s; "), rejection->path);
	else if (rejection->path != NULL)
		g_unlink(rejection->path);
	return said;
}

void
verb_reject(Review *review)
{
	g_auto(Rejection) rejection = {.id = verb_draft(review), .seen = review->desk->seen};
	GError *error = NULL;
	char *said;

	if (rejection.id == 0 || !desk_may(review->desk, RIGHT_APPROVE, &error)) {
		if (error != NULL)
			verb_done(review, NULL, error, AFTER_STAYS);
		return;
	}
	rejection.key = choose_reason(review);
	if (rejection.key == NULL)
		return;
	if (!desk_reject_mail(review->desk, rejection.id, rejection.key, &rejection.subject,
		    &rejection.text, &rejection.silence, &error)) {
		verb_done(review, NULL, error, AFTER_STAYS);
		return;
	}
	if (!show_mail(review, &rejection)) {
		if (rejection.path != NULL)
			g_unlink(rejection.path);
		say(review, _("Nothing was rejected."));
		return;
	}
	said = decide(review, &rejection, &error);
	verb_done(review, said, error, AFTER_DECIDED);
}
