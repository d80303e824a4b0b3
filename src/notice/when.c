/* When to tell, and whom not to answer. */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "notice.h"

/* Said to editors: translated there. */
#define N_(text) (text)
#define UNPROVEN N_("the sender is not proven by our mail server")
#define TOO_MANY N_("too many receipts in this hour")

/* --- editors
 * --------------------------------------------------------------------------------------------------
 */

/* Minutes of the day; -1 when it is no time. */
static int
minutes_of(const char *text)
{
	int hour, minute;

	if (sscanf(text, "%2d:%2d", &hour, &minute) != 2 || hour > 23 || minute > 59 || hour < 0 ||
		minute < 0)
		return -1;
	return hour * 60 + minute;
}

/* The end of the quiet hours that hold this moment; the moment itself when none do. */
static gint64
after_quiet(const char *quiet, gint64 at)
{
	g_auto(GStrv) ends = g_strsplit(quiet, "-", 2);
	int from = ends[0] != NULL ? minutes_of(g_strstrip(ends[0])) : -1;
	int to = from >= 0 && ends[1] != NULL ? minutes_of(g_strstrip(ends[1])) : -1;
	g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(at);
	int now = g_date_time_get_hour(then) * 60 + g_date_time_get_minute(then);
	bool inside = from <= to ? now >= from && now < to : now >= from || now < to;

	if (from < 0 || to < 0 || from == to || !inside)
		return at;
	return at - at % 60 + ((to - now + 1440) % 1440) * 60;
}

gint64
notice_due_at(const EditorConfig *editor, gint64 now)
{
	gint64 due = now;

	/* Digests go at round times, so that all that came before share one. */
	if (editor->digest_seconds > 0)
		due = (now / editor->digest_seconds + 1) * editor->digest_seconds;
	return after_quiet(editor->quiet, due);
}

/* --- contributors
 * --------------------------------------------------------------------------------------------- */

char *
notice_receipt_recipient(const Message *message)
{
	const char *address = *message->reply_to.address != '\0' ? message->reply_to.address
								 : message->from_address;
	size_t length = strlen(address);

	if (length > 254 || strpbrk(address, "\r\n \t<>") != NULL || strchr(address, '@') == NULL)
		return g_strdup("");
	return g_strdup(address);
}

static bool
is_ours(const Config *config, const char *address)
{
	if (g_ascii_strcasecmp(address, config->smtp.from) == 0)
		return true;
	for (guint i = 0; i < config->mailboxes->len; i++) {
		const MailboxConfig *mailbox = config->mailboxes->pdata[i];

		if (g_ascii_strcasecmp(address, mailbox->address) == 0 ||
			g_ascii_strcasecmp(address, mailbox->server.user) == 0)
			return true;
	}
	return false;
}

const char *
notice_receipt_silence(
	const Config *config, const Message *message, const NoticeReceiptFacts *facts)
{
	g_autofree char *recipient = notice_receipt_recipient(message);

	if (config->receipts == RECEIPTS_NEVER)
		return N_("receipts are switched off");
	if (*recipient == '\0')
		return N_("the mail has no address to answer to");
	if (*message->automatic != '\0')
		return N_("the mail was sent automatically");
	if (is_ours(config, recipient) || is_ours(config, message->from_address))
		return N_("the address is our own");
	if (message->trust == TRUST_FAIL)
		return N_("the sender is not proven: authentication failed");
	if (config->receipts == RECEIPTS_TRUSTED && message->trust != TRUST_PASS)
		return UNPROVEN;
	if (facts->last_receipt_at > 0 &&
		facts->now - facts->last_receipt_at < config->receipt_interval)
		return N_("this contributor got a receipt a short time ago");
	if (facts->sent_this_hour >= config->receipts_hourly)
		return TOO_MANY;
	return NULL;
}

const char *
notice_closing_silence(const Config *config, const Message *message, bool trusted, bool blocked)
{
	NoticeReceiptFacts none = {0};
	const char *silence = notice_receipt_silence(config, message, &none);

	if (blocked)
		return N_("the contributor is blocked");
	/* The limits of receipts do not hold for what an editor decides. */
	if (silence != NULL && strcmp(silence, TOO_MANY) == 0)
		return NULL;
	return trusted && silence != NULL && strcmp(silence, UNPROVEN) == 0 ? NULL : silence;
}
