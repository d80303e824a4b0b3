/* The mails that an editor's step causes: to contributors how it ended, to editors what happened to
 * their work. */
#include <string.h>

#include "base.h"
#include "desk-private.h"

static bool
can_send(const Config *config)
{
	return *config->smtp.server.host != '\0' || *config->smtp.sendmail != '\0';
}

static void
say_line(GString *said, const char *line)
{
	g_string_append_printf(said, "\n%s", line);
}

static void
say_when(GString *said, const DeskWrite *write, const char *recipient, gint64 due)
{
	g_autofree char *moment = when_local(due);
	g_autofree char *line =
		g_strdup_printf(_("A mail to %s leaves %s; nieuws undo %d stops it until then."),
			recipient, moment, (int)write->draft_id);

	say_line(said, line);
}

static bool
queue(DeskWrite *write, StoreOutbox *row, GString *said, GError **error)
{
	row->draft_id = write->draft_id;
	row->step_id = write->step_id;
	if (!store_outbox_add(write->desk->store, row, error))
		return false;
	say_when(said, write, row->recipient, row->due_at);
	return true;
}

static void
fill_facts(NoticeFacts *facts, const StoreDraft *draft)
{
	facts->number = draft->row.id;
	facts->reference = draft->row.reference;
	facts->draft = draft->draft;
	facts->message = draft->message;
	facts->size = draft->size;
}

/* --- editors
 * --------------------------------------------------------------------------------------------------
 */

/* Personal, so no digest; but quiet hours are quiet. */
static gint64
due_for(const Desk *desk, const EditorConfig *editor)
{
	EditorConfig personal = *editor;

	personal.digest_seconds = 0;
	return notice_due_at(&personal, when_now() + desk->config->desk.undo_time);
}

bool
desk_tell_editor(DeskWrite *write, NoticeKind kind, const char *user, const char *reason,
	GString *said, GError **error)
{
	Desk *desk = write->desk;
	const EditorConfig *editor = config_editor(desk->config, user);
	g_autoptr(StoreDraft) draft = NULL;
	g_autofree char *subject = NULL;
	g_autofree char *text = NULL;
	NoticeFacts facts = {.editor = desk_name(desk, desk->user), .reason = reason};
	StoreOutbox row = {.kind = kind == NOTICE_TOLD ? STORE_OUTBOX_TOLD : STORE_OUTBOX_ASSIGNED};
	const char *language;

	if (editor == NULL || *editor->address == '\0' || !can_send(desk->config)) {
		g_autofree char *line = g_strdup_printf(
			_("%s gets no mail of it; please tell."), desk_name(desk, user));

		say_line(said, line);
		return true;
	}
	draft = store_draft_get_id(desk->store, write->draft_id, error);
	if (draft == NULL)
		return false;
	fill_facts(&facts, draft);
	language = *editor->language != '\0' ? editor->language : desk->config->language;
	if (!notice_text(desk->config, kind, &facts, language, &subject, &text, error))
		return false;
	row.recipient = editor->address;
	row.editor = user;
	row.due_at = due_for(desk, editor);
	row.subject = subject;
	row.text = text;
	return queue(write, &row, said, error);
}

/* --- contributors
 * --------------------------------------------------------------------------------------------- */

static const NoticeReason *
find_reason(const GPtrArray *reasons, const char *key)
{
	for (guint i = 0; i < reasons->len; i++)
		if (strcmp(((NoticeReason *)reasons->pdata[i])->key, key) == 0)
			return reasons->pdata[i];
	return NULL;
}

char *
desk_reason_key(const Config *config, const char *typed, GError **error)
{
	g_autoptr(GPtrArray) reasons = notice_reasons(config, config->language, error);
	g_autoptr(GString) all = g_string_new(NULL);
	g_autofree char *wanted = text_fold(typed != NULL ? typed : "general");

	if (reasons == NULL)
		return NULL;
	if (find_reason(reasons, wanted) != NULL)
		return g_steal_pointer(&wanted);
	for (guint i = 0; i < reasons->len; i++) {
		const NoticeReason *reason = reasons->pdata[i];
		g_autofree char *title = text_fold(reason->title);

		if (*wanted != '\0' && g_str_has_prefix(title, wanted))
			return g_strdup(reason->key);
		g_string_append_printf(all, "\n  %-12s %s", reason->key, reason->title);
	}
	nieuws_fail(error, NIEUWS_INPUT, _("there is no reason %s; there are:%s"), typed, all->str);
	return NULL;
}

static bool
compose(const Desk *desk, const StoreDraft *draft, const DeskClosing *closing, char **ret_subject,
	char **ret_text, GError **error)
{
	const Config *config = desk->config;
	const char *language = config->language;
	NoticeFacts facts = {.url = closing->url};
	g_autoptr(GPtrArray) reasons = NULL;
	g_autofree char *explanation = NULL;
	const NoticeReason *reason;

	fill_facts(&facts, draft);
	if (closing->reason != NULL) {
		reasons = notice_reasons(config, language, error);
		reason = reasons != NULL ? find_reason(reasons, closing->reason) : NULL;
		if (reason == NULL)
			return reasons == NULL ||
			       nieuws_fail(error, NIEUWS_INPUT, _("there is no reason %s"),
				       closing->reason);
		explanation = notice_reason_text(config, reason, language, &facts, error);
		if (explanation == NULL)
			return false;
		facts.explanation = explanation;
	}
	return notice_text(config, closing->kind, &facts, language, ret_subject, ret_text, error);
}

/* Why none goes out, in the words of the process's language; "" where one does. NULL: failed. */
static char *
silence_of(const Desk *desk, const StoreDraft *draft, GError **error)
{
	g_autoptr(GError) failed = NULL;
	g_autoptr(StoreContributor) who =
		store_contributor_get(desk->store, draft->row.address, &failed);
	const char *standing = who != NULL ? who->standing : "";
	const char *silence;

	if (failed != NULL) {
		g_propagate_error(error, g_steal_pointer(&failed));
		return NULL;
	}
	if (!can_send(desk->config))
		return g_strdup(_("no outgoing mail is set up ([smtp])"));
	silence = notice_closing_silence(desk->config, draft->message,
		strcmp(standing, "trusted") == 0, strcmp(standing, "blocked") == 0);
	return g_strdup(silence != NULL ? _(silence) : "");
}

static bool
withhold(DeskWrite *write, const char *silence, GString *said, GError **error)
{
	g_autofree char *line = g_strdup_printf(_("The contributor gets no mail: %s."), silence);

	say_line(said, line);
	return store_event_add(write->desk->store, write->draft_id, "mail-withheld",
		write->desk->user, silence, error);
}

bool
desk_tell_contributor(DeskWrite *write, const DeskClosing *closing, GString *said, GError **error)
{
	Desk *desk = write->desk;
	g_autoptr(StoreDraft) draft = store_draft_get_id(desk->store, write->draft_id, error);
	g_autofree char *silence = draft != NULL ? silence_of(desk, draft, error) : NULL;
	g_autofree char *subject = g_strdup(closing->subject);
	g_autofree char *text = g_strdup(closing->text);
	g_autofree char *recipient = NULL;
	StoreOutbox row = {.kind = closing->kind == NOTICE_PLACED ? STORE_OUTBOX_PLACED
								  : STORE_OUTBOX_REJECTED};

	if (silence == NULL)
		return false;
	if (*silence != '\0')
		return withhold(write, silence, said, error);
	if (text == NULL && !compose(desk, draft, closing, &subject, &text, error))
		return false;
	recipient = notice_receipt_recipient(draft->message);
	row.recipient = recipient;
	row.editor = "";
	row.submission_id = draft->submission_id;
	row.due_at = when_now() + desk->config->desk.undo_time;
	row.subject = subject;
	row.text = text;
	return queue(write, &row, said, error);
}

bool
desk_reject_mail(Desk *desk, gint64 id, const char *reason, char **ret_subject, char **ret_text,
	char **ret_silence, GError **error)
{
	g_autofree char *key = desk_reason_key(desk->config, reason, error);
	g_autoptr(StoreDraft) draft =
		key != NULL ? store_draft_get_id(desk->store, id, error) : NULL;
	g_autofree char *silence = draft != NULL ? silence_of(desk, draft, error) : NULL;
	DeskClosing closing = {.kind = NOTICE_REJECTED, .reason = key};

	if (silence == NULL || !compose(desk, draft, &closing, ret_subject, ret_text, error))
		return false;
	if (ret_silence != NULL)
		*ret_silence = *silence != '\0' ? g_steal_pointer(&silence) : NULL;
	return true;
}
