/* Parts that hold a mail of their own: winmail.dat, opaque S/MIME, attached mails that GMime did
 * not see as such. Their texts and files become leaves behind the part, with paths such as "1.2!1".
 */
#include <string.h>

#include "mapi.h"

enum {
	NEST_MOST = 5, /* containers in containers */
	OPENED_MOST = 160 << 20, /* bytes of all that is opened */
	HEAD = 512, /* bytes that tell what a file is */
	CALENDAR_MOST = 256 * 1024,
	RICH_MOST = 16 << 20,
};

typedef enum {
	HOLDS_NOTHING,
	HOLDS_TNEF,
	HOLDS_PKCS7,
	HOLDS_MSG,
	HOLDS_MAIL,
	HOLDS_CALENDAR,
} Holds;

/* --- what it is
 * ----------------------------------------------------------------------------------------------
 */

static bool
ends_with(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n >= m && g_ascii_strcasecmp(name + n - m, suffix) == 0;
}

/* A header as mails begin with: fields, of which one is known. */
static bool
begins_like_mail(const char *head, size_t length)
{
	static const char *const known[] = {"Return-Path:", "Received:", "From:", "Date:",
		"Subject:", "Message-ID:", "MIME-Version:", "Delivered-To:", "X-"};
	const char *colon = memchr(head, ':', length);
	bool good = false;

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		good |= length > strlen(known[i]) &&
			g_ascii_strncasecmp(head, known[i], strlen(known[i])) == 0;
	for (const char *p = head; good && colon != NULL && p < colon; p++)
		good = g_ascii_isalnum(*p) || *p == '-';
	return good && colon != NULL &&
	       memmem(head, length, "\nFrom:", 6) != head + length /* cheap enough */ &&
	       memchr(head, '\n', length) != NULL;
}

/* Types that say nothing; then the first bytes are looked at. */
static bool
is_vague(const char *type)
{
	static const char *const vague[] = {"application/octet-stream", "application/x-msg",
		"application/msg", "application/vnd.ms-outlook", "application/outlook",
		"application/x-unknown", "application/unknown", "binary/octet-stream",
		"application/binary", "application/x-tnef", "application/x-ole-storage"};

	for (size_t i = 0; i < G_N_ELEMENTS(vague); i++)
		if (strcmp(type, vague[i]) == 0)
			return true;
	return false;
}

static Holds
holds_by_content(const Leaf *leaf)
{
	static const guint8 tnef[] = {0x78, 0x9f, 0x3e, 0x22};
	static const guint8 ole[] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};
	size_t length = 0;
	g_autofree char *head = mime_leaf_bytes(leaf, HEAD, &length);

	if (length > 4 && memcmp(head, tnef, sizeof tnef) == 0)
		return HOLDS_TNEF;
	if (length > 8 && memcmp(head, ole, sizeof ole) == 0)
		return HOLDS_MSG;
	return begins_like_mail(head, length) ? HOLDS_MAIL : HOLDS_NOTHING;
}

static Holds
what_it_holds(const Leaf *leaf)
{
	const char *type = leaf->part.type, *name = leaf->part.filename;

	if (leaf->part.kind == MIME_TEXT_PLAIN && !leaf->part.is_body && ends_with(name, ".eml"))
		return holds_by_content(leaf);
	if (leaf->part.kind != MIME_FILE)
		return HOLDS_NOTHING;
	if (g_str_has_suffix(type, "ms-tnef") || ends_with(name, "winmail.dat"))
		return HOLDS_TNEF;
	if (g_str_has_suffix(type, "pkcs7-mime") || ends_with(name, ".p7m"))
		return HOLDS_PKCS7;
	if (strcmp(type, "message/rfc822") == 0 || strcmp(type, "message/global") == 0)
		return HOLDS_MAIL;
	if (strcmp(type, "text/calendar") == 0 || strcmp(type, "application/ics") == 0)
		return HOLDS_CALENDAR;
	if (is_vague(type) || ends_with(name, ".msg") || ends_with(name, ".eml"))
		return holds_by_content(leaf);
	return HOLDS_NOTHING;
}

/* --- leaves that are not in the tree of MIME
 * -----------------------------------------------------------------
 */

Leaf *
mime_add_inside(MimeMail *mail, const Leaf *outer, const char *suffix)
{
	Leaf *leaf = g_new0(Leaf, 1);
	g_autofree char *path = g_strdup_printf("%s!%s", outer->part.path, suffix);

	leaf->raw = "";
	leaf->encoding = GMIME_CONTENT_ENCODING_BINARY;
	leaf->inside = true;
	leaf->nest = outer->nest + 1;
	leaf->part = (MimePart){.kind = MIME_FILE,
		.path = g_string_chunk_insert(mail->strings, path),
		.type = "application/octet-stream",
		.filename = "",
		.content_id = "",
		.disposition = "",
		.charset = "",
		.level = outer->part.level,
		.attachment = -1,
		.from_name = "",
		.from_address = "",
		.subject = ""};
	g_ptr_array_insert(mail->parts, (int)mail->insert_at++, leaf);
	if ((gint64)mail->parts->len >= mail->limits->parts)
		mail->too_many = true;
	return leaf;
}

static const char *
keep(MimeMail *mail, const char *text)
{
	return g_string_chunk_insert(mail->strings, text != NULL ? text : "");
}

/* Bytes that live as long as the mail. */
static char *
keep_bytes(MimeMail *mail, char *bytes)
{
	g_ptr_array_add(mail->blobs, bytes);
	return bytes;
}

static char *
decoded(MimeMail *mail, const Leaf *leaf, size_t *ret_length)
{
	size_t left = OPENED_MOST - MIN(mail->opened, (size_t)OPENED_MOST);
	char *bytes = mime_leaf_bytes(leaf, left, ret_length);

	mail->opened += *ret_length;
	return keep_bytes(mail, bytes);
}

/* --- what Outlook made
 * ---------------------------------------------------------------------------------------
 */

static bool
says_something(const char *text)
{
	return text != NULL && text[strspn(text, " \t\r\n")] != '\0';
}

/* Texts that stand beside the container: of one kind, with something in it. */
static Leaf *
text_beside(MimeMail *mail, const Leaf *outer, MimeKind kind)
{
	for (guint i = 0; i < mail->parts->len; i++) {
		Leaf *leaf = mail->parts->pdata[i];

		if (leaf->part.is_body && leaf->part.level == outer->part.level &&
			leaf->part.kind == kind && leaf->nest == outer->nest &&
			says_something(mime_part_text(mail, &leaf->part)))
			return leaf;
	}
	return NULL;
}

static void
add_body(MimeMail *mail, const Leaf *outer, int level, char *text, bool html, int alternative)
{
	Leaf *leaf = mime_add_inside(mail, outer, html ? "html" : "text");

	leaf->part.kind = html ? MIME_TEXT_HTML : MIME_TEXT_PLAIN;
	leaf->part.type = html ? "text/html" : "text/plain";
	leaf->part.charset = "utf-8";
	leaf->part.is_body = true;
	leaf->part.level = level;
	leaf->part.alternative = alternative;
	leaf->raw = keep_bytes(mail, text);
	leaf->raw_length = strlen(text);
}

static int
compare_position(gconstpointer a, gconstpointer b)
{
	const MapiFile *const *one = a, *const *other = b;

	return ((*one)->position > (*other)->position) - ((*one)->position < (*other)->position);
}

/* Rich text only says that a file stands there; the files know their order. Result to g_free. */
static char *
with_pictures(const MapiItem *item, const char *html)
{
	g_autoptr(GPtrArray) shown = g_ptr_array_new();
	GString *out = g_string_new(NULL);
	const char *mark;

	for (guint i = 0; i < item->files->len; i++)
		if (((MapiFile *)item->files->pdata[i])->position != G_MAXUINT32)
			g_ptr_array_add(shown, item->files->pdata[i]);
	g_ptr_array_sort(shown, compare_position);
	while ((mark = strstr(html, RTF_PICTURE)) != NULL) {
		char *end;
		guint64 n = g_ascii_strtoull(mark + strlen(RTF_PICTURE), &end, 10);
		const MapiFile *file = n < shown->len ? shown->pdata[n] : NULL;
		g_autofree char *name = g_markup_escape_text(
			file != NULL && file->name != NULL ? file->name : "", -1);

		g_string_append_len(out, html, mark - html);
		if (out->len < RICH_MOST)
			g_string_append(out, name);
		html = end;
	}
	g_string_append(out, html);
	return g_string_free(out, FALSE);
}

/* The text with most structure. One that stands beside winmail.dat as plain text is the same text,
 * poorer. */
static void
add_bodies(MimeMail *mail, const Leaf *outer, int level, MapiItem *item, bool beside)
{
	Leaf *plain = beside ? text_beside(mail, outer, MIME_TEXT_PLAIN) : NULL;
	int alternative = outer->part.alternative;
	char *html = NULL;

	if (beside && text_beside(mail, outer, MIME_TEXT_HTML) != NULL)
		return;
	if (says_something(item->html))
		html = g_steal_pointer(&item->html);
	else if (says_something(item->rich) && !item->rich_is_plain)
		html = with_pictures(item, item->rich);
	if (html != NULL) {
		if (!beside || alternative == 0)
			alternative = ++mail->alternatives;
		if (plain != NULL && plain->part.alternative == 0)
			plain->part.alternative = alternative;
		add_body(mail, outer, level, html, true, alternative);
	} else {
		alternative = 0;
	}
	if (plain == NULL && says_something(item->plain))
		add_body(mail, outer, level, g_steal_pointer(&item->plain), false, alternative);
	else if (plain == NULL && html == NULL && says_something(item->rich))
		add_body(mail, outer, level, g_steal_pointer(&item->rich), false, 0);
}

static void
take_sender(MimeMail *mail, Leaf *leaf, const MapiItem *item)
{
	const char *from = item->headers != NULL ? strstr(item->headers, "\nFrom:") : NULL;
	g_autofree char *name = NULL;
	g_autofree char *address = NULL;

	if (from == NULL && item->headers != NULL && g_str_has_prefix(item->headers, "From:"))
		from = item->headers - 1;
	leaf->part.kind = MIME_MESSAGE;
	leaf->part.is_body = false;
	leaf->part.from_name = keep(mail, item->from_name);
	leaf->part.from_address = keep(mail, item->from_address);
	leaf->part.subject = keep(mail, item->subject);
	leaf->part.date = item->date;
	if (from == NULL || strchr(leaf->part.from_address, '@') != NULL)
		return;
	{
		g_autofree char *field = g_strndup(from + 6, strcspn(from + 6, "\r\n"));

		mime_first_mailbox(field, &name, &address);
	}
	leaf->part.from_name = keep(mail, name);
	leaf->part.from_address = keep(mail, address);
}

static void add_item(MimeMail *mail, const Leaf *outer, int level, MapiItem *item, bool beside);

static void
add_file(MimeMail *mail, const Leaf *outer, int level, MapiFile *file, guint number)
{
	g_autofree char *suffix = g_strdup_printf("%u", number);
	g_autofree char *name = mime_clean_filename(file->name != NULL ? file->name : "");
	Leaf *leaf = mime_add_inside(mail, outer, suffix);

	leaf->part.level = level;
	leaf->part.filename = keep(mail, name);
	leaf->part.content_id = keep(mail, file->content_id);
	leaf->part.disposition = "attachment";
	if (file->type != NULL && strchr(file->type, '/') != NULL) {
		g_autofree char *type = g_ascii_strdown(file->type, -1);

		leaf->part.type = keep(mail, type);
	}
	if (file->owned != NULL)
		keep_bytes(mail, (char *)g_steal_pointer(&file->owned));
	if (file->data != NULL) {
		leaf->raw = (const char *)file->data;
		leaf->raw_length = file->length;
	}
	if (file->item == NULL)
		return;
	leaf->part.type = "message/rfc822";
	take_sender(mail, leaf, file->item);
	if (*leaf->part.filename == '\0')
		leaf->part.filename = leaf->part.subject;
	add_item(mail, leaf, level + 1, file->item, false);
}

static void
add_item(MimeMail *mail, const Leaf *outer, int level, MapiItem *item, bool beside)
{
	add_bodies(mail, outer, level, item, beside);
	for (guint i = 0; i < item->files->len && !mail->too_many; i++)
		add_file(mail, outer, level, item->files->pdata[i], i + 1);
}

static void
open_tnef(MimeMail *mail, Leaf *leaf)
{
	size_t length;
	const guint8 *bytes = (const guint8 *)decoded(mail, leaf, &length);
	bool cut = false;
	g_autoptr(MapiItem) item =
		tnef_read(bytes, length, (size_t)mail->limits->text * 4, 0, &cut);

	if (item == NULL || cut)
		mime_warn(mail, "tnef.broken",
			"winmail.dat is damaged: what could be read of it was taken.");
	if (item == NULL)
		return;
	leaf->container = true;
	add_item(mail, leaf, leaf->part.level, item, true);
}

static void
open_msg(MimeMail *mail, Leaf *leaf)
{
	size_t length;
	const guint8 *bytes = (const guint8 *)decoded(mail, leaf, &length);
	g_autoptr(MapiItem) item = msg_read(bytes, length, (size_t)mail->limits->text * 4);

	if (item == NULL)
		return;
	leaf->container = true;
	take_sender(mail, leaf, item);
	add_item(mail, leaf, leaf->part.level + 1, item, false);
}

/* --- MIME in a part
 * ------------------------------------------------------------------------------------------
 */

static void
take_over(MimeMail *mail, const Leaf *outer, Leaf *leaf, const MimeMail *inner, int level)
{
	g_autofree char *path = g_strdup_printf("%s!%s", outer->part.path, leaf->part.path);

	leaf->part.path = g_string_chunk_insert(mail->strings, path);
	leaf->part.level += level;
	leaf->nest = outer->nest + 1;
	leaf->inside = true;
	if (leaf->part.alternative > 0)
		leaf->part.alternative += mail->alternatives;
	if (leaf->part.related > 0)
		leaf->part.related += mail->relateds;
	g_ptr_array_insert(mail->parts, (int)mail->insert_at++, leaf);
	(void)inner;
}

/* The leaves of a mail inside become leaves of this one. */
static void
graft(MimeMail *mail, const Leaf *outer, MimeMail *inner, int level)
{
	g_ptr_array_set_free_func(inner->parts, NULL);
	for (guint i = 0; i < inner->parts->len; i++)
		take_over(mail, outer, inner->parts->pdata[i], inner, level);
	g_ptr_array_set_size(inner->parts, 0);
	mail->alternatives += inner->alternatives;
	mail->relateds += inner->relateds;
	for (guint i = 0; i < inner->warnings->len; i++) {
		const Warning *warning = inner->warnings->pdata[i];

		mime_warn(mail, warning->code, "%s", warning->text);
	}
	if ((gint64)mail->parts->len >= mail->limits->parts)
		mail->too_many = true;
	g_ptr_array_add(mail->inner, inner);
}

static void
open_mail(MimeMail *mail, Leaf *leaf)
{
	size_t length;
	char *bytes = decoded(mail, leaf, &length);
	MimeMail *inner = mime_read_inner(bytes, length, mail->limits, NULL);
	GMimeObject *top;
	const char *subject;
	char *name, *address;
	bool good;

	if (inner == NULL)
		return;
	top = GMIME_OBJECT(inner->gmime);
	subject = mime_header(top, "Subject");
	mime_first_mailbox(mime_header(top, "From"), &name, &address);
	leaf->part.kind = MIME_MESSAGE;
	leaf->part.is_body = false;
	leaf->part.from_name = keep(mail, name);
	leaf->part.from_address = keep(mail, address);
	g_free(name);
	g_free(address);
	name = subject != NULL ? mime_decode_header(subject) : NULL;
	leaf->part.subject = keep(mail, name);
	g_free(name);
	leaf->part.date = mime_parse_date(mime_header(top, "Date"), &good);
	graft(mail, leaf, inner, leaf->part.level + 1);
}

/* What was signed may be no MIME at all: then it is text. */
static void
open_signed(MimeMail *mail, Leaf *leaf, char *bytes, size_t length)
{
	MimeMail *inner = mime_read_inner(bytes, length, mail->limits, NULL);

	leaf->container = true;
	if (inner != NULL)
		graft(mail, leaf, inner, leaf->part.level);
	else if (length > 0)
		add_body(mail, leaf, leaf->part.level, mime_to_utf8(bytes, length, "", NULL), false,
			0);
}

static void
open_pkcs7(MimeMail *mail, Leaf *leaf)
{
	size_t length, inside = 0;
	const char *bytes = decoded(mail, leaf, &length);
	char *content = NULL;

	switch (mime_pkcs7_read(bytes, length, &content, &inside)) {
	case PKCS7_SIGNED:
		keep_bytes(mail, content);
		if (leaf->part.level == 0)
			mime_warn_signed(mail);
		open_signed(mail, leaf, content, inside);
		break;
	case PKCS7_ENCRYPTED:
		mime_warn_encrypted(mail);
		break;
	case PKCS7_BROKEN:
		mime_warn(mail, "signed.broken",
			"A signed part of the mail (S/MIME) could not be opened.");
		break;
	case PKCS7_OTHER:
		break;
	}
}

/* --- invitations
 * ---------------------------------------------------------------------------------------------
 */

/* The value of a line such as "SUMMARY;LANGUAGE=nl:Persmoment". Result to g_free. */
static char *
calendar_value(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = strstr(text, "BEGIN:VEVENT"); p != NULL; p = strchr(p, '\n')) {
		const char *colon;

		p += *p == '\n';
		if (strncmp(p, name, n) != 0 || (p[n] != ':' && p[n] != ';'))
			continue;
		colon = p + strcspn(p, ":\n");
		if (*colon == ':') {
			g_autofree char *value = g_strndup(colon + 1, strcspn(colon + 1, "\n"));
			g_auto(GStrv) pieces = g_strsplit(value, "\\", 100);

			/* "\," is a comma, "\n" a line end */
			for (char **piece = pieces + 1; pieces[0] != NULL && *piece; piece++)
				if (**piece == 'n' || **piece == 'N')
					**piece = ' ';
			g_free(value);
			value = g_strjoinv("", pieces);
			return text_collapse(value);
		}
	}
	return g_strdup("");
}

/* "20260910T130000Z" for people. */
static char *
calendar_moment(const char *value)
{
	if (strlen(value) < 8 || strspn(value, "0123456789") != 8)
		return g_strdup(value);
	if (value[8] != 'T' || strlen(value) < 13)
		return g_strdup_printf("%.4s-%.2s-%.2s", value, value + 4, value + 6);
	return g_strdup_printf("%.4s-%.2s-%.2s %.2s:%.2s%s", value, value + 4, value + 6, value + 9,
		value + 11, g_str_has_suffix(value, "Z") ? " UTC" : "");
}

static void
note_calendar(MimeMail *mail, const Leaf *leaf)
{
	size_t length;
	g_autofree char *bytes = mime_leaf_bytes(leaf, CALENDAR_MOST, &length);
	g_autofree char *text = mime_to_utf8(bytes, length, leaf->part.charset, NULL);
	g_auto(GStrv) folded = NULL;
	g_autofree char *lines = NULL;
	g_autofree char *what = NULL;
	g_autofree char *when = NULL;
	g_autofree char *where = NULL;
	g_autofree char *moment = NULL;

	for (char *p = text; *p != '\0'; p++)
		if (*p == '\t')
			*p = ' ';
	folded = g_strsplit(text, "\r\n", -1);
	g_free(text);
	text = g_strjoinv("\n", folded);
	g_strfreev(folded);
	folded = g_strsplit(text, "\n ", -1);
	lines = g_strjoinv("", folded);
	what = calendar_value(lines, "SUMMARY");
	when = calendar_value(lines, "DTSTART");
	where = calendar_value(lines, "LOCATION");
	moment = calendar_moment(when);
	if (*what != '\0' || *moment != '\0')
		mime_warn(mail, "calendar", "The mail holds an invitation: %.200s; %.40s; %.200s",
			*what != '\0' ? what : "–", *moment != '\0' ? moment : "–",
			*where != '\0' ? where : "–");
}

/* --- all of them
 * ---------------------------------------------------------------------------------------------
 */

static void
open_leaf(MimeMail *mail, Leaf *leaf)
{
	Holds holds = what_it_holds(leaf);

	if (holds == HOLDS_NOTHING)
		return;
	if (leaf->nest >= NEST_MOST || mail->opened >= OPENED_MOST) {
		mime_warn(mail, "limit.depth",
			"The parts of the mail are nested deeper than the limit.");
		return;
	}
	if (holds == HOLDS_TNEF)
		open_tnef(mail, leaf);
	else if (holds == HOLDS_MSG)
		open_msg(mail, leaf);
	else if (holds == HOLDS_PKCS7)
		open_pkcs7(mail, leaf);
	else if (holds == HOLDS_MAIL && leaf->part.level < NEST_MOST)
		open_mail(mail, leaf);
	else if (holds == HOLDS_CALENDAR)
		note_calendar(mail, leaf);
}

void
mime_open(MimeMail *mail)
{
	for (guint i = 0; i < mail->parts->len && !mail->too_many; i++) {
		Leaf *leaf = mail->parts->pdata[i];

		mail->insert_at = i + 1;
		if (leaf->part.kind == MIME_TEXT_PLAIN && leaf->part.is_body)
			mime_clean_text(mail, leaf);
		else
			open_leaf(mail, leaf);
	}
}
