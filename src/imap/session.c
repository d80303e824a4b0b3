/* Connecting, logging in, selecting, leaving. */
#include <string.h>

#include "imap-private.h"

enum {
	SMALL_ANSWER = 8 << 20,
	LIST_WINDOW = 5000, /* mails per command when listing */
	LIST_MOST = 1000000, /* mails of a folder: 16 MiB of numbers */
};

void
imap_budget(Imap *imap, gint64 seconds, gint64 bytes)
{
	guard_rearm(&imap->guard);
	net_set_budget(imap->net, seconds, bytes > 0 ? bytes : SMALL_ANSWER);
}

static bool
filter(void *context, char *bytes, size_t length)
{
	return guard_feed(context, bytes, length);
}

/* What the server said to the last command, for people. */
static const char *
server_words(Imap *imap)
{
	return imap->session->imap_response != NULL ? imap->session->imap_response : "";
}

bool
imap_check(Imap *imap, int result, const char *doing, GError **error)
{
	if (result == MAILIMAP_NO_ERROR)
		return true;
	if (*net_failure(imap->net) != '\0')
		return nieuws_fail(error, NIEUWS_LATER, "%s: cannot %s: %s", imap->host, doing,
			net_failure(imap->net));
	if (result == MAILIMAP_ERROR_PARSE || result == MAILIMAP_ERROR_STREAM ||
		result == MAILIMAP_ERROR_PROTOCOL)
		return nieuws_fail(error, NIEUWS_LATER,
			"%s: cannot %s: the server's answer makes no sense", imap->host, doing);
	return nieuws_fail(
		error, NIEUWS_LATER, "%s: cannot %s: %s", imap->host, doing, server_words(imap));
}

bool
imap_is_safe(const char *text, const char *what, GError **error)
{
	if (strpbrk(text, "\r\n") == NULL && strlen(text) < 4000)
		return true;
	return nieuws_fail(error, NIEUWS_CONFIG, "the %s holds a line end or is too long", what);
}

static bool
knows_capabilities(const Imap *imap)
{
	const struct mailimap_connection_info *info = imap->session->imap_connection_info;

	return info != NULL && info->imap_capability != NULL;
}

bool
imap_has(Imap *imap, const char *capability)
{
	/* A capability line may list nothing, and libetpan looks all the same. */
	return knows_capabilities(imap) &&
	       imap->session->imap_connection_info->imap_capability->cap_list != NULL &&
	       mailimap_has_extension(imap->session, (char *)(guintptr)capability) != 0;
}

static int
read_response(Imap *imap, struct mailimap_response **ret_response)
{
	if (mailimap_read_line(imap->session) == NULL)
		return MAILIMAP_ERROR_STREAM;
	return mailimap_parse_response(imap->session, ret_response);
}

/* --- raw lines
 * ------------------------------------------------------------------------------------------------
 */

const char *
imap_read_line(Imap *imap, GError **error)
{
	char *line;

	mmap_string_truncate(imap->session->imap_stream_buffer, 0);
	line = mailstream_read_line_remove_eol(
		imap->session->imap_stream, imap->session->imap_stream_buffer);
	if (line == NULL)
		nieuws_fail(error, NIEUWS_LATER, "%s: %s", imap->host, net_failure(imap->net));
	return line;
}

bool
imap_send_line(Imap *imap, bool tagged, const char *line, bool secret, GError **error)
{
	mailstream *stream = imap->session->imap_stream;
	bool sent = !tagged || mailimap_send_current_tag(imap->session) == MAILIMAP_NO_ERROR;

	(void)secret; /* no logger is ever set on the stream */
	sent = sent && mailstream_write(stream, line, strlen(line)) >= 0 &&
	       mailstream_write(stream, "\r\n", 2) >= 0 && mailstream_flush(stream) >= 0;
	return sent ||
	       nieuws_fail(error, NIEUWS_LATER, "%s: %s", imap->host, net_failure(imap->net));
}

bool
imap_is_answer(const Imap *imap, const char *line, bool *ret_good)
{
	g_autofree char *tag = g_strdup_printf("%d ", (int)imap->session->imap_tag);

	if (!g_str_has_prefix(line, tag))
		return false;
	*ret_good = g_ascii_strncasecmp(line + strlen(tag), "OK", 2) == 0;
	return true;
}

/* --- opening
 * --------------------------------------------------------------------------------------------------
 */

/* Not mailimap_capability: it crashes on a server that says OK and nothing else. */
static bool
learn_capabilities(Imap *imap, GError **error)
{
	struct mailimap_response *response = NULL;

	if (knows_capabilities(imap))
		return true;
	imap_budget(imap, imap->timeout, 0);
	if (!imap_send_line(imap, true, "CAPABILITY", false, error) ||
		!imap_check(imap, read_response(imap, &response), "ask what it can do", error))
		return false;
	mailimap_response_free(response);
	return knows_capabilities(imap) ||
	       nieuws_fail(error, NIEUWS_LATER, "%s does not say what it can do", imap->host);
}

/* What was said in clear does not count any more. */
static void
forget_capabilities(Imap *imap)
{
	struct mailimap_connection_info *info = imap->session->imap_connection_info;

	if (!knows_capabilities(imap))
		return;
	mailimap_capability_data_free(info->imap_capability);
	info->imap_capability = NULL;
}

static bool
start_tls(Imap *imap, GError **error)
{
	if (!learn_capabilities(imap, error))
		return false;
	if (!imap_has(imap, "STARTTLS"))
		return nieuws_fail(error, NIEUWS_MAILBOX,
			"%s does not offer STARTTLS, so no password was sent; use tls = implicit, "
			"or ask its admin",
			imap->host);
	imap_budget(imap, imap->timeout, 0);
	if (mailimap_starttls(imap->session) != MAILIMAP_NO_ERROR ||
		imap->session->imap_stream->read_buffer_len != 0)
		return nieuws_fail(error, NIEUWS_MAILBOX,
			"%s refused STARTTLS, so no password was sent", imap->host);
	forget_capabilities(imap);
	return net_start_tls(imap->net, error);
}

static bool
greet(Imap *imap, const ServerConfig *server, GError **error)
{
	int result;

	imap_budget(imap, imap->timeout, 0);
	result = mailimap_connect(imap->session, net_stream(imap->net));
	if (result == MAILIMAP_NO_ERROR_AUTHENTICATED)
		return nieuws_fail(error, NIEUWS_MAILBOX,
			"%s says that we are logged in before we were (PREAUTH); that is refused",
			imap->host);
	if (result != MAILIMAP_NO_ERROR_NON_AUTHENTICATED && result != MAILIMAP_NO_ERROR)
		return imap_check(imap, result, "greet it", error);
	return server->tls != TLS_STARTTLS || start_tls(imap, error);
}

static void
no_progress(size_t current, size_t maximum, void *context)
{
	(void)current;
	(void)maximum;
	(void)context;
}

Imap *
imap_open(const ServerConfig *server, const char *secret, gint64 literal_most, GError **error)
{
	g_autoptr(Imap) imap = g_new0(Imap, 1);

	imap->host = g_strdup(server->host);
	imap->timeout = server->timeout;
	if (!imap_is_safe(server->user, "user name", error) ||
		!imap_is_safe(secret, "password", error))
		return NULL;
	imap->net = net_connect(server, server->tls == TLS_IMPLICIT ? 993 : 143, error);
	if (imap->net == NULL)
		return NULL;
	guard_init(&imap->guard, literal_most);
	net_set_filter(imap->net, filter, &imap->guard);
	imap->session = mailimap_new(0, NULL);
	/* Without it libetpan ignores the handler for each fetched mail. */
	mailimap_set_progress_callback(imap->session, no_progress, no_progress, NULL);
	if (!greet(imap, server, error) || !imap_authenticate(imap, server, secret, error) ||
		!learn_capabilities(imap, error))
		return NULL;
	/* The password went through it. */
	explicit_bzero(imap->session->imap_stream->write_buffer,
		imap->session->imap_stream->buffer_max_size);
	return g_steal_pointer(&imap);
}

void
imap_free(Imap *imap)
{
	if (imap == NULL)
		return;
	if (imap->session != NULL) {
		/* mailimap_free would log out and wait. */
		if (imap->session->imap_stream != NULL) {
			mailstream_close(imap->session->imap_stream);
			imap->session->imap_stream = NULL;
		}
		mailimap_free(imap->session);
	}
	net_free(imap->net);
	g_free(imap->host);
	g_free(imap);
}

void
imap_close(Imap *imap)
{
	if (imap == NULL)
		return;
	/* All that matters has been answered: nobody waits for a farewell. */
	imap_budget(imap, 1, 0);
	imap_send_line(imap, true, "LOGOUT", false, NULL);
	imap_free(imap);
}

/* --- folders
 * --------------------------------------------------------------------------------------------------
 */

bool
imap_select(Imap *imap, const char *folder, ImapFolder *ret_folder, GError **error)
{
	const struct mailimap_selection_info *info;
	int result;

	if (!imap_is_safe(folder, "folder name", error))
		return false;
	imap_budget(imap, imap->timeout, 0);
	result = mailimap_select(imap->session, folder);
	if (result == MAILIMAP_ERROR_SELECT && *net_failure(imap->net) == '\0')
		return nieuws_fail(error, NIEUWS_NOT_FOUND, "%s has no folder %s; check folders",
			imap->host, folder);
	if (!imap_check(imap, result, "open the folder", error))
		return false;
	info = imap->session->imap_selection_info;
	if (info == NULL || info->sel_uidvalidity == 0)
		return nieuws_fail(error, NIEUWS_MAILBOX,
			"%s gives no UIDVALIDITY for %s: mails cannot be told apart", imap->host,
			folder);
	imap->uidvalidity = ret_folder->uidvalidity = info->sel_uidvalidity;
	ret_folder->uidnext = info->sel_uidnext;
	ret_folder->exists = info->sel_exists;
	return true;
}

bool
imap_is_same_folder(const Imap *imap, GError **error)
{
	const struct mailimap_selection_info *info = imap->session->imap_selection_info;

	if (info != NULL && info->sel_uidvalidity == imap->uidvalidity)
		return true;
	return nieuws_fail(error, NIEUWS_LATER,
		"%s has numbered the mails of a folder anew (UIDVALIDITY)", imap->host);
}

/* --- what is there
 * -------------------------------------------------------------------------------------------- */

static void
collect(struct mailimap_msg_att *att, void *context)
{
	GArray *found = context;
	gint64 pair[2] = {0, 0};

	for (clistiter *cur = clist_begin(att->att_list); cur != NULL; cur = clist_next(cur)) {
		const struct mailimap_msg_att_item *item = clist_content(cur);

		if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
			continue;
		if (item->att_data.att_static->att_type == MAILIMAP_MSG_ATT_UID)
			pair[0] = item->att_data.att_static->att_data.att_uid;
		if (item->att_data.att_static->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE)
			pair[1] = item->att_data.att_static->att_data.att_rfc822_size;
	}
	if (pair[0] > 0)
		g_array_append_vals(found, pair, 2);
}

static struct mailimap_fetch_type *
uid_and_size(void)
{
	struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();

	mailimap_fetch_type_new_fetch_att_list_add(type, mailimap_fetch_att_new_uid());
	mailimap_fetch_type_new_fetch_att_list_add(type, mailimap_fetch_att_new_rfc822_size());
	return type;
}

static bool
list_range(Imap *imap, bool by_uid, gint64 first, gint64 last, GArray *found, GError **error)
{
	struct mailimap_set *set = mailimap_set_new_interval((uint32_t)first, (uint32_t)last);
	struct mailimap_fetch_type *type = uid_and_size();
	clist *none = NULL;
	int result;

	imap_budget(imap, imap->timeout, 0);
	mailimap_set_msg_att_handler(imap->session, collect, found);
	result = by_uid ? mailimap_uid_fetch(imap->session, set, type, &none)
			: mailimap_fetch(imap->session, set, type, &none);
	mailimap_set_msg_att_handler(imap->session, NULL, NULL);
	if (result == MAILIMAP_NO_ERROR && none != NULL)
		mailimap_fetch_list_free(none);
	mailimap_fetch_type_free(type);
	mailimap_set_free(set);
	/* With a handler libetpan finds its list empty and calls that an error of the command. */
	if (result == MAILIMAP_ERROR_FETCH || result == MAILIMAP_ERROR_UID_FETCH)
		result = *net_failure(imap->net) == '\0' ? MAILIMAP_NO_ERROR : result;
	return imap_check(imap, result, "list its mails", error);
}

static gint
compare_pairs(gconstpointer a, gconstpointer b)
{
	const gint64 *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* Ascending, each UID once, none below the first asked for (n:* gives the last mail even when it is
 * older). */
static GArray *
tidy(GArray *pairs, gint64 first_uid)
{
	gint64 *all = (gint64 *)(void *)pairs->data;
	gint64 last = first_uid - 1;
	guint n = 0;

	if (pairs->len > 0)
		qsort(all, pairs->len / 2, 2 * sizeof(gint64), compare_pairs);
	for (guint i = 0; i + 1 < pairs->len; i += 2) {
		if (all[i] <= last)
			continue;
		last = all[i];
		all[n++] = all[i];
		all[n++] = all[i + 1];
	}
	g_array_set_size(pairs, n);
	return g_array_ref(pairs);
}

GArray *
imap_list(Imap *imap, gint64 first_uid, gint64 exists, GError **error)
{
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(gint64));

	if (exists > LIST_MOST) {
		nieuws_fail(error, NIEUWS_MAILBOX,
			"%s says that a folder holds %" G_GINT64_FORMAT
			" mails; more than %d are not read: move old ones to another folder",
			imap->host, exists, LIST_MOST);
		return NULL;
	}
	if (exists < 0) {
		if (!list_range(imap, true, first_uid, 0, found, error))
			return NULL;
		return tidy(found, first_uid);
	}
	for (gint64 first = 1; first <= exists; first += LIST_WINDOW) {
		if (!list_range(
			    imap, false, first, MIN(first + LIST_WINDOW - 1, exists), found, error))
			return NULL;
		/* Unasked ones come along, but not without end. */
		if (found->len / 2 > LIST_MOST) {
			nieuws_fail(error, NIEUWS_LATER, "%s lists more mails than it holds",
				imap->host);
			return NULL;
		}
	}
	return tidy(found, 1);
}
