/* Bodies in, verdicts out. */
#include <string.h>

#include "imap-private.h"

enum {
	SLOWEST_RATE = 20 * 1024, /* bytes a second on which the deadline for bodies counts */
	OVERHEAD = 4096, /* of a FETCH response around a body */
	MIB = 1 << 20,
};

/* One FETCH command under way. */
typedef struct {
	const gint64 *uids;
	guint n;
	guint8 *answered; /* one for each of uids */
	const ImapSink *sink;
	gint64 written; /* of the mail whose body is coming in */
	bool failed;
} Transfer;

static bool
on_body(int type, struct mailimap_msg_att_body_section *section, const char *bytes, size_t length,
	void *context)
{
	Transfer *transfer = context;

	(void)type;
	(void)section;
	if (transfer->failed)
		return false;
	transfer->written += (gint64)length;
	transfer->failed = !transfer->sink->write(transfer->sink->context, bytes, length);
	return !transfer->failed;
}

/* Asked for, and not answered yet: a server may give a mail twice. */
static bool
is_awaited(const Transfer *transfer, gint64 uid, guint *ret_place)
{
	guint low = 0, high = transfer->n;

	while (low < high) {
		guint middle = (low + high) / 2;

		if (transfer->uids[middle] < uid)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_place = low;
	return low < transfer->n && transfer->uids[low] == uid && !transfer->answered[low];
}

/* 0 for a date that is none. */
static gint64
moment_of(const struct mailimap_date_time *date)
{
	g_autoptr(GTimeZone) zone = NULL;
	g_autoptr(GDateTime) moment = NULL;

	/* "+hhmm" as a number, as the server said it: any number. */
	if (date->dt_zone < -2400 || date->dt_zone > 2400)
		return 0;
	zone = g_time_zone_new_offset(((date->dt_zone / 100) * 60 + date->dt_zone % 100) * 60);
	moment = g_date_time_new(zone, date->dt_year, date->dt_month, date->dt_day, date->dt_hour,
		date->dt_min, date->dt_sec);

	return moment != NULL ? g_date_time_to_unix(moment) : 0;
}

typedef struct {
	gint64 uid, size, internal_date;
	int bodies;
} Answer;

static void
read_item(const struct mailimap_msg_att_static *item, Answer *answer)
{
	switch (item->att_type) {
	case MAILIMAP_MSG_ATT_UID:
		answer->uid = item->att_data.att_uid;
		break;
	case MAILIMAP_MSG_ATT_RFC822_SIZE:
		answer->size = item->att_data.att_rfc822_size;
		break;
	case MAILIMAP_MSG_ATT_INTERNALDATE:
		if (item->att_data.att_internal_date != NULL)
			answer->internal_date = moment_of(item->att_data.att_internal_date);
		break;
	case MAILIMAP_MSG_ATT_BODY_SECTION:
		/* NIL has no part at all; a body that was streamed an empty one. */
		answer->bodies += item->att_data.att_body_section->sec_body_part != NULL ? 1 : 100;
		break;
	default:
		break;
	}
}

static void
on_answer(struct mailimap_msg_att *att, void *context)
{
	Transfer *transfer = context;
	Answer answer = {0};
	guint place;
	bool has_body = transfer->written > 0;

	for (clistiter *cur = clist_begin(att->att_list); cur != NULL; cur = clist_next(cur)) {
		const struct mailimap_msg_att_item *item = clist_content(cur);

		if (item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC)
			read_item(item->att_data.att_static, &answer);
	}
	transfer->written = 0;
	if (transfer->failed)
		return;
	/* A stray FETCH (flags changed by a colleague), or a mail that nobody asked for. */
	if (answer.bodies == 0 || !is_awaited(transfer, answer.uid, &place)) {
		if (has_body)
			transfer->sink->drop(transfer->sink->context);
		return;
	}
	transfer->answered[place] = 1;
	transfer->failed = !transfer->sink->done(transfer->sink->context, answer.uid, answer.size,
		answer.internal_date, answer.bodies == 1);
}

static struct mailimap_set *
set_of(const gint64 *uids, guint n)
{
	struct mailimap_set *set = mailimap_set_new_empty();

	for (guint i = 0; i < n;) {
		guint end = i;

		while (end + 1 < n && uids[end + 1] == uids[end] + 1)
			end++;
		mailimap_set_add_interval(set, (uint32_t)uids[i], (uint32_t)uids[end]);
		i = end + 1;
	}
	return set;
}

static struct mailimap_fetch_type *
body_type(bool header_only)
{
	struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();
	struct mailimap_section *section =
		header_only ? mailimap_section_new_header() : mailimap_section_new(NULL);

	mailimap_fetch_type_new_fetch_att_list_add(type, mailimap_fetch_att_new_uid());
	mailimap_fetch_type_new_fetch_att_list_add(type, mailimap_fetch_att_new_rfc822_size());
	mailimap_fetch_type_new_fetch_att_list_add(type, mailimap_fetch_att_new_internaldate());
	mailimap_fetch_type_new_fetch_att_list_add(
		type, mailimap_fetch_att_new_body_peek_section(section));
	return type;
}

bool
imap_fetch(Imap *imap, const gint64 *uids, guint n, bool header_only, gint64 bytes,
	const ImapSink *sink, GError **error)
{
	g_autofree guint8 *answered = g_malloc0(n + 1);
	Transfer transfer = {.uids = uids, .n = n, .answered = answered, .sink = sink};
	struct mailimap_set *set = set_of(uids, n);
	struct mailimap_fetch_type *type = body_type(header_only);
	clist *none = NULL;
	int result;

	/* A server that says small and sends large is cut off a MiB later. */
	imap_budget(imap, imap->timeout + bytes / SLOWEST_RATE, bytes + (gint64)n * OVERHEAD + MIB);
	mailimap_set_msg_body_handler(imap->session, on_body, &transfer);
	mailimap_set_msg_att_handler(imap->session, on_answer, &transfer);
	result = mailimap_uid_fetch(imap->session, set, type, &none);
	mailimap_set_msg_body_handler(imap->session, NULL, NULL);
	mailimap_set_msg_att_handler(imap->session, NULL, NULL);
	if (result == MAILIMAP_NO_ERROR && none != NULL)
		mailimap_fetch_list_free(none);
	mailimap_fetch_type_free(type);
	mailimap_set_free(set);
	if (transfer.failed)
		return nieuws_fail(error, NIEUWS_LATER,
			"a mail from %s could not be written to the spool", imap->host);
	if (result == MAILIMAP_ERROR_UID_FETCH && *net_failure(imap->net) == '\0')
		result = MAILIMAP_NO_ERROR;
	return imap_check(imap, result, "fetch mails", error) && imap_is_same_folder(imap, error);
}

/* --- telling
 * --------------------------------------------------------------------------------------------------
 */

static bool
add_flag(Imap *imap, struct mailimap_set *set, struct mailimap_flag *flag, GError **error)
{
	struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
	struct mailimap_store_att_flags *store;
	int result;

	mailimap_flag_list_add(flags, flag);
	store = mailimap_store_att_flags_new_add_flags_silent(flags);
	imap_budget(imap, imap->timeout, 0);
	result = mailimap_uid_store(imap->session, set, store);
	mailimap_store_att_flags_free(store);
	return imap_check(imap, result, "mark mails", error);
}

static bool
expunge(Imap *imap, struct mailimap_set *set, GError **error)
{
	if (!add_flag(imap, set, mailimap_flag_new_deleted(), error))
		return false;
	/* A plain EXPUNGE would also take what a colleague has marked. */
	if (!imap_has(imap, "UIDPLUS"))
		return nieuws_fail(error, NIEUWS_MAILBOX,
			"%s cannot remove single mails (no UIDPLUS); use done = seen or done = "
			"flag",
			imap->host);
	imap_budget(imap, imap->timeout, 0);
	return imap_check(imap, mailimap_uid_expunge(imap->session, set), "remove mails", error);
}

static int
move_once(Imap *imap, struct mailimap_set *set, const char *folder, bool can_move)
{
	struct mailimap_set *from = NULL, *to = NULL;
	uint32_t validity;
	int result;

	imap_budget(imap, imap->timeout * 4, 0);
	result = can_move ? mailimap_uidplus_uid_move(
				    imap->session, set, folder, &validity, &from, &to)
			  : mailimap_uid_copy(imap->session, set, folder);
	if (from != NULL)
		mailimap_set_free(from);
	if (to != NULL)
		mailimap_set_free(to);
	return result;
}

static bool
was_refused(Imap *imap, int result)
{
	return (result == MAILIMAP_ERROR_UID_MOVE || result == MAILIMAP_ERROR_UID_COPY ||
		       result == MAILIMAP_ERROR_MOVE || result == MAILIMAP_ERROR_COPY) &&
	       *net_failure(imap->net) == '\0';
}

/* A folder that is not there yet is made (RFC 3501, 6.4.7: TRYCREATE). */
static bool
move(Imap *imap, struct mailimap_set *set, const char *folder, GError **error)
{
	bool can_move = imap_has(imap, "MOVE");
	int result = move_once(imap, set, folder, can_move);

	if (was_refused(imap, result)) {
		imap_budget(imap, imap->timeout, 0);
		mailimap_create(imap->session, folder);
		result = move_once(imap, set, folder, can_move);
	}
	if (was_refused(imap, result))
		return nieuws_fail(error, NIEUWS_MAILBOX,
			"%s cannot move mails to %s: %s; make that folder, or check done_folder",
			imap->host, folder,
			imap->session->imap_response != NULL ? imap->session->imap_response : "");
	return imap_check(imap, result, "move mails", error) &&
	       (can_move || expunge(imap, set, error));
}

bool
imap_tell(Imap *imap, const MailboxConfig *mailbox, const gint64 *uids, guint n, GError **error)
{
	struct mailimap_set *set;
	bool told = true;

	if (!imap_is_same_folder(imap, error))
		return false;
	set = set_of(uids, n);
	switch ((DoneAction)mailbox->done) {
	case DONE_SEEN:
		told = add_flag(imap, set, mailimap_flag_new_seen(), error);
		break;
	case DONE_FLAG:
		told = imap_is_safe(mailbox->done_keyword, "done_keyword", error) &&
		       add_flag(imap, set,
			       mailimap_flag_new_flag_keyword(strdup(mailbox->done_keyword)),
			       error);
		break;
	case DONE_MOVE:
		told = imap_is_safe(mailbox->done_folder, "done_folder", error) &&
		       move(imap, set, mailbox->done_folder, error);
		break;
	case DONE_DELETE:
		told = expunge(imap, set, error);
		break;
	case DONE_NONE:
		break;
	}
	mailimap_set_free(set);
	return told;
}
