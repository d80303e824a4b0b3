/* A mail as a list of leaves, and as a Message. */
#include "mime-private.h"

#include <stdarg.h>
#include <string.h>

enum { LEVELS_MOST = 5 }; /* mails attached to mails */

void
mime_warn(MimeMail *mail, const char *code, const char *format, ...)
{
	Warning *warning;
	va_list args;

	for (guint i = 0; i < mail->warnings->len; i++)
		if (strcmp(((Warning *)mail->warnings->pdata[i])->code, code) == 0)
			return;
	warning = record_append(&warning_type, mail->warnings);
	record_set(&warning->code, code);
	g_free(warning->text);
	va_start(args, format);
	warning->text = g_strdup_vprintf(format, args);
	va_end(args);
}

void
mime_warn_signed(MimeMail *mail)
{
	mime_warn(mail, "mark.signed", "The mail is signed; the signature was not checked.");
}

void
mime_warn_encrypted(MimeMail *mail)
{
	mime_warn(mail, "mark.encrypted",
		"The mail is encrypted and cannot be read here: ask the sender for one that is "
		"not.");
}

/* --- the walk
 * -------------------------------------------------------------------------------------------------
 */

/* Where the walk stands. */
typedef struct {
	int level, depth, alternative, related;
	bool digest; /* directly inside multipart/digest */
} Place;

static const char *
keep_string(MimeMail *mail, char *text)
{
	const char *kept = g_string_chunk_insert(mail->strings, text != NULL ? text : "");

	g_free(text);
	return kept;
}

/* GMime understands some that are broken in other ways ("text / plain"). */
static char *
gmime_type(GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	g_autofree char *text = type != NULL ? g_mime_content_type_get_mime_type(type) : NULL;
	const char *raw = mime_header(object, "Content-Type");

	if (text == NULL || strchr(raw, '/') == NULL)
		return g_strdup("text/plain");
	return g_ascii_strdown(text, -1);
}

/* As it stands there, but of a good form: what has no subtype is text/plain (RFC 2045, 5.2). */
static char *
type_of(GMimeObject *object, const Place *place)
{
	const char *raw = mime_header(object, "Content-Type");
	g_autofree char *word = NULL;
	const char *slash;

	if (raw != NULL)
		raw += strspn(raw, " \t\r\n\"'");
	if (raw == NULL || *raw == '\0' || *raw == ';')
		return g_strdup(place->digest ? "message/rfc822" : "text/plain");
	word = g_strndup(raw, strcspn(raw, "; \t\r\n\"',("));
	slash = strchr(word, '/');
	if (slash == NULL || slash == word || slash[1] == '\0' || strchr(slash + 1, '/') != NULL)
		return gmime_type(object);
	{
		g_autofree char *valid = mime_to_utf8(word, strlen(word), "", NULL);

		return g_ascii_strdown(valid, -1);
	}
}

static MimeKind
kind_of(GMimeObject *object, const char *type)
{
	if (GMIME_IS_MESSAGE_PART(object))
		return MIME_MESSAGE;
	if (strcmp(type, "text/plain") == 0)
		return MIME_TEXT_PLAIN;
	return strcmp(type, "text/html") == 0 ? MIME_TEXT_HTML : MIME_FILE;
}

/* The encoding as it is meant: some programs quote it or put a semicolon behind it. */
static GMimeContentEncoding
encoding_of(GMimeObject *object)
{
	const char *raw = mime_header(object, "Content-Transfer-Encoding");
	g_autofree char *word = NULL;

	if (raw == NULL)
		return GMIME_CONTENT_ENCODING_DEFAULT;
	raw += strspn(raw, " \t\r\n\"'");
	word = g_strndup(raw, strcspn(raw, " \t\r\n\"';,("));
	return g_mime_content_encoding_from_string(word);
}

/* GMime takes the line end before a boundary to be as long as the others: where a mail has both
 * kinds, it cuts off a byte too many. */
static gint64
true_end(const MimeMail *mail, gint64 start, gint64 end)
{
	const char *p = mail->bytes + end;

	if (end > start && (gint64)mail->length - end > 3 && p[0] != '\n' && p[0] != '\r' &&
		p[1] == '\n' && p[2] == '-' && p[3] == '-')
		return end + 1;
	return end;
}

/* Blanks between "=" and the line end do not make it another thing (RFC 2045, 6.7, rule 3). */
static const char *
soft_break(const char *p, const char *end)
{
	const char *from = p + 1;

	for (p++; p < end && (*p == ' ' || *p == '\t'); p++)
		continue;
	if (p == from || p >= end || (*p != '\n' && (*p != '\r' || p + 1 == end || p[1] != '\n')))
		return NULL;
	return p;
}

static void
mend_soft_breaks(MimeMail *mail, Leaf *leaf)
{
	const char *end = leaf->raw + leaf->raw_length, *from = leaf->raw;
	GByteArray *out = NULL;

	for (const char *p = from; (p = memchr(p, '=', (size_t)(end - p))) != NULL; p++) {
		const char *line_ends = soft_break(p, end);

		if (line_ends == NULL)
			continue;
		if (out == NULL)
			out = g_byte_array_sized_new((guint)leaf->raw_length);
		g_byte_array_append(out, (const guint8 *)from, (guint)(p + 1 - from));
		from = line_ends;
	}
	if (out == NULL)
		return;
	g_byte_array_append(out, (const guint8 *)from, (guint)(end - from));
	leaf->raw_length = out->len;
	leaf->raw = (const char *)g_byte_array_free(out, FALSE);
	g_ptr_array_add(mail->blobs, (gpointer)(guintptr)leaf->raw);
}

/* The encoded bytes of a part within the bytes of the mail: GMime's content stream is a window on
 * them. */
static void
find_raw(MimeMail *mail, Leaf *leaf)
{
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(leaf->object));
	GMimeStream *stream = content != NULL ? g_mime_data_wrapper_get_stream(content) : NULL;
	gint64 start, end;

	if (stream == NULL)
		return;
	start = stream->bound_start;
	end = stream->bound_end >= 0 ? stream->bound_end : (gint64)mail->length;
	if (start < 0 || end > (gint64)mail->length || start > end)
		return;
	end = true_end(mail, start, end);
	leaf->raw = mail->bytes + start;
	mail->cursor = mail->bytes + end;
	leaf->raw_length = (size_t)(end - start);
	leaf->encoding = encoding_of(leaf->object);
	if (leaf->encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
		mend_soft_breaks(mail, leaf);
}

/* --- attached mails as they stand: GMime would write them anew, and not always to the same bytes
 */

static const char *
line_end(const char *p, const char *end)
{
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	return newline != NULL ? newline + 1 : end;
}

/* Behind "--" and the boundary only "--" and blanks may stand (RFC 2046, 5.1.1). */
static bool
ends_boundary_line(const char *p, const char *end, bool *ret_last)
{
	*ret_last = end - p >= 2 && p[0] == '-' && p[1] == '-';
	if (*ret_last)
		p += 2;
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p == end || *p == '\n';
}

/* The next line with this boundary; the end of the mail when there is none. */
static const char *
find_boundary(const MimeMail *mail, const char *from, const char *end, const char *boundary,
	bool *ret_last)
{
	g_autofree char *line = g_strdup_printf("--%s", boundary);
	size_t n = strlen(line);

	*ret_last = false;
	while (n > 2 && (from = memmem(from, (size_t)(end - from), line, n)) != NULL) {
		if ((from == mail->bytes || from[-1] == '\n') &&
			ends_boundary_line(from + n, end, ret_last))
			return from;
		from++;
	}
	return end;
}

/* The cursor to the header of the next part. */
static void
enter_part(MimeMail *mail, const char *boundary)
{
	const char *end = mail->bytes + mail->length;
	bool last;
	const char *line = find_boundary(mail, mail->cursor, end, boundary, &last);

	if (line < end && !last)
		mail->cursor = line_end(line, end);
}

/* Where the part ends that starts here: before the first boundary of any multipart around it. */
static const char *
find_end(const MimeMail *mail, const char *start)
{
	const char *end = mail->bytes + mail->length;
	bool last;

	for (guint i = mail->boundaries->len; i > 0; i--)
		end = find_boundary(mail, start, end, mail->boundaries->pdata[i - 1], &last);
	if (end == mail->bytes + mail->length)
		return end;
	/* The line end before a boundary belongs to it. */
	if (end > start)
		end--;
	return end > start && end[-1] == '\r' ? end - 1 : end;
}

/* Behind the blank line after the header at the cursor. */
static const char *
behind_header(const MimeMail *mail, const char *end)
{
	const char *p = mail->cursor;

	while (p < end) {
		const char *next = line_end(p, end);
		bool blank = *p == '\n' || (*p == '\r' && next - p == 2);

		p = next;
		if (blank)
			break;
	}
	return p;
}

static void
find_raw_message(MimeMail *mail, Leaf *leaf)
{
	const char *end = find_end(mail, mail->cursor);

	leaf->encoding = GMIME_CONTENT_ENCODING_BINARY;
	leaf->raw = behind_header(mail, end);
	leaf->raw_length = (size_t)(end - leaf->raw);
	mail->cursor = leaf->raw;
}

static char *
content_id_of(GMimeObject *object)
{
	const char *raw = mime_header(object, "Content-ID");
	g_autofree char *text = raw != NULL ? mime_decode_header(raw) : g_strdup("");

	g_strdelimit(text, "<>", ' ');
	return g_strdup(g_strstrip(text));
}

static char *
disposition_of(GMimeObject *object)
{
	GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);
	const char *text = disposition != NULL
				   ? g_mime_content_disposition_get_disposition(disposition)
				   : NULL;

	return text != NULL ? g_ascii_strdown(text, -1) : g_strdup("");
}

static Leaf *
add_leaf(MimeMail *mail, GMimeObject *object, const char *path, const Place *place)
{
	Leaf *leaf = g_new0(Leaf, 1);
	char *filename, *charset;

	mime_part_names(object, &filename, &charset, &leaf->part.flowed, &leaf->part.delsp);
	leaf->object = object;
	leaf->unlisted = mail->repaired;
	leaf->raw = "";
	leaf->part.path = g_string_chunk_insert(mail->strings, path);
	leaf->part.type = keep_string(mail, type_of(object, place));
	leaf->part.kind = kind_of(object, leaf->part.type);
	leaf->part.filename = keep_string(mail, filename);
	leaf->part.charset = keep_string(mail, charset);
	leaf->part.content_id = keep_string(mail, content_id_of(object));
	leaf->part.disposition = keep_string(mail, disposition_of(object));
	leaf->part.level = place->level;
	leaf->part.alternative = place->alternative;
	leaf->part.related = place->related;
	leaf->part.attachment = -1;
	leaf->part.from_name = leaf->part.from_address = leaf->part.subject = "";
	leaf->part.is_body =
		(leaf->part.kind == MIME_TEXT_PLAIN || leaf->part.kind == MIME_TEXT_HTML) &&
		*leaf->part.filename == '\0' && strcmp(leaf->part.disposition, "attachment") != 0;
	if (GMIME_IS_PART(object))
		find_raw(mail, leaf);
	else if (GMIME_IS_MESSAGE_PART(object))
		find_raw_message(mail, leaf);
	g_ptr_array_add(mail->parts, leaf);
	return leaf;
}

static void walk(MimeMail *mail, GMimeObject *object, const char *path, Place place);

static bool
has_body(const MimeMail *mail)
{
	for (guint i = 0; i < mail->parts->len; i++) {
		const Leaf *leaf = mail->parts->pdata[i];

		if (leaf->part.is_body && leaf->part.level == 0)
			return true;
	}
	return false;
}

/* A mail without any text, but with a multipart without parts: its boundary is missing, or never
 * comes. What stands there instead is its text. */
static void
keep_prologue(MimeMail *mail)
{
	const char *prologue =
		mail->empty != NULL ? g_mime_multipart_get_prologue(mail->empty) : NULL;
	Leaf *leaf;

	if (prologue == NULL || prologue[strspn(prologue, " \t\r\n")] == '\0')
		return;
	if (has_body(mail)) {
		mime_warn(mail, "parts.lost",
			"A part of the mail says that it has parts, but none could be found: look "
			"whether all of it is here.");
		return;
	}
	mail->repaired = true;
	leaf = add_leaf(mail, GMIME_OBJECT(mail->empty), "0", &(Place){0});
	leaf->part.type = "text/plain";
	leaf->part.kind = MIME_TEXT_PLAIN;
	leaf->part.is_body = true;
	leaf->raw = g_string_chunk_insert(mail->strings, prologue);
	leaf->raw_length = strlen(leaf->raw);
	leaf->encoding = encoding_of(leaf->object);
	mime_warn(mail, "parts.none",
		"The mail says that it has parts, but none could be found: all of it was taken as "
		"text.");
}

static void
walk_multipart(MimeMail *mail, GMimeMultipart *multipart, const char *path, Place place)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(multipart));
	const char *boundary = g_mime_multipart_get_boundary(multipart);
	int n = g_mime_multipart_get_count(multipart);

	if (boundary == NULL)
		boundary = "";
	if (g_mime_content_type_is_type(type, "multipart", "alternative"))
		place.alternative = ++mail->alternatives;
	if (g_mime_content_type_is_type(type, "multipart", "related"))
		place.related = ++mail->relateds;
	if (g_mime_content_type_is_type(type, "multipart", "signed") && place.level == 0)
		mime_warn_signed(mail);
	if (g_mime_content_type_is_type(type, "multipart", "encrypted"))
		mime_warn_encrypted(mail);
	place.digest = g_mime_content_type_is_type(type, "multipart", "digest");
	place.depth++;
	if (n == 0 && place.level == 0 && mail->empty == NULL)
		mail->empty = multipart;
	g_ptr_array_add(mail->boundaries, (gpointer)(guintptr)boundary);
	for (int i = 0; i < n && !mail->too_many; i++) {
		g_autofree char *below = *path != '\0' ? g_strdup_printf("%s.%d", path, i + 1)
						       : g_strdup_printf("%d", i + 1);

		enter_part(mail, boundary);
		walk(mail, g_mime_multipart_get_part(multipart, i), below, place);
	}
	g_ptr_array_set_size(mail->boundaries, (int)mail->boundaries->len - 1);
}

static void
walk_message(MimeMail *mail, GMimeMessagePart *part, const char *path, Place place)
{
	GMimeMessage *inner = g_mime_message_part_get_message(part);
	Leaf *leaf = add_leaf(mail, GMIME_OBJECT(part), *path != '\0' ? path : "1", &place);
	const char *subject;
	char *name, *address;
	bool good;

	if (inner == NULL || place.level >= LEVELS_MOST)
		return;
	mime_first_mailbox(mime_header(GMIME_OBJECT(inner), "From"), &name, &address);
	leaf->part.from_name = keep_string(mail, name);
	leaf->part.from_address = keep_string(mail, address);
	subject = mime_header(GMIME_OBJECT(inner), "Subject");
	leaf->part.subject =
		keep_string(mail, subject != NULL ? mime_decode_header(subject) : NULL);
	leaf->part.date = mime_parse_date(mime_header(GMIME_OBJECT(inner), "Date"), &good);
	place.level++;
	place.depth++;
	place.alternative = place.related = 0;
	place.digest = false;
	if (g_mime_message_get_mime_part(inner) != NULL) {
		g_autofree char *below = g_strdup_printf("%s.m", leaf->part.path);

		walk(mail, g_mime_message_get_mime_part(inner), below, place);
	}
}

static void
walk(MimeMail *mail, GMimeObject *object, const char *path, Place place)
{
	if ((gint64)mail->parts->len >= mail->limits->parts) {
		mail->too_many = true;
		mime_warn(mail, "limit.parts",
			"The mail has more parts than the limit: those behind were left out.");
		return;
	}
	/* GMime itself ends at 1024 levels; a text that stands this deep is still the mail's. */
	if (place.depth >= mail->limits->depth)
		mime_warn(mail, "limit.depth",
			"The parts of the mail are nested deeper than the limit; look whether all "
			"of it is here.");
	if (GMIME_IS_MULTIPART(object))
		walk_multipart(mail, GMIME_MULTIPART(object), path, place);
	else if (GMIME_IS_MESSAGE_PART(object))
		walk_message(mail, GMIME_MESSAGE_PART(object), path, place);
	else if (GMIME_IS_PART(object))
		add_leaf(mail, object, *path != '\0' ? path : "1", &place);
}

/* --- what stands in the message
 * ------------------------------------------------------------------------------- */

static AttachmentRole
role_of(const MimePart *part, const Attachment *attachment)
{
	const char *type = *attachment->real_type != '\0' ? attachment->real_type : part->type;

	if (part->kind == MIME_MESSAGE)
		return ROLE_CONTAINER;
	if (strcmp(part->type, "application/pgp-signature") == 0 ||
		g_str_has_suffix(part->type, "pkcs7-signature") ||
		g_str_has_suffix(part->filename, ".p7s"))
		return ROLE_SIGNATURE;
	if (strcmp(part->type, "application/pgp-keys") == 0 ||
		strcmp(part->type, "text/vcard") == 0 || strcmp(part->type, "text/x-vcard") == 0 ||
		g_str_has_suffix(part->filename, ".vcf"))
		return ROLE_SIGNATURE;
	if (strcmp(part->type, "application/ms-tnef") == 0 || ((const Leaf *)part)->container)
		return ROLE_CONTAINER;
	if (g_str_has_prefix(type, "image/") && strcmp(type, "image/svg+xml") != 0)
		return ROLE_PHOTO;
	if (g_str_has_prefix(type, "application/vnd.openxmlformats") ||
		g_str_has_prefix(type, "application/vnd.oasis") ||
		strcmp(type, "application/pdf") == 0 || strcmp(type, "application/msword") == 0 ||
		strcmp(type, "text/rtf") == 0 || strcmp(type, "application/rtf") == 0)
		return ROLE_DOCUMENT;
	return ROLE_OTHER;
}

static void
list_attachment(MimeMail *mail, Leaf *leaf)
{
	Attachment *attachment;

	if ((gint64)mail->message->attachments->len >= mail->limits->attachments) {
		mime_warn(mail, "limit.attachments",
			"The mail has more attachments than the limit: the rest is not listed.");
		return;
	}
	leaf->part.attachment = (int)mail->message->attachments->len;
	attachment = record_append(&attachment_type, mail->message->attachments);
	record_set(&attachment->part, leaf->part.path);
	record_set(&attachment->filename, leaf->part.filename);
	record_set(&attachment->type, leaf->part.type);
	record_set(&attachment->content_id, leaf->part.content_id);
	attachment->is_inline = strcmp(leaf->part.disposition, "inline") == 0;
	mime_digest_leaf(leaf, attachment, leaf->part.kind != MIME_MESSAGE);
	if (leaf->part.kind == MIME_MESSAGE && !leaf->container)
		record_set(&attachment->real_type, "message/rfc822");
	attachment->role = (int)role_of(&leaf->part, attachment);
}

static void
join_texts(MimeMail *mail)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < mail->parts->len; i++) {
		Leaf *leaf = mail->parts->pdata[i];

		if (leaf->part.level > 0 || !leaf->part.is_body || leaf->unlisted || leaf->inside)
			continue;
		mail->message->has_html |= leaf->part.kind == MIME_TEXT_HTML;
		if (leaf->part.kind != MIME_TEXT_PLAIN)
			continue;
		mail->message->has_text = true;
		if (text->len > 0)
			g_string_append_c(text, '\n');
		g_string_append(text, mime_letter_text(mail, leaf));
	}
	g_free(mail->message->text);
	mail->message->text = g_string_free(text, FALSE);
}

/* What two copies of one mail share, whatever servers did to their headers. */
static void
digest_content(MimeMail *mail)
{
	Digest digest;
	char hex[DIGEST_HEX + 1];

	digest_init(&digest);
	for (guint i = 0; i < mail->parts->len; i++) {
		const Leaf *leaf = mail->parts->pdata[i];
		const Attachment *attachment = NULL;

		if (leaf->part.attachment >= 0)
			attachment = mail->message->attachments->pdata[leaf->part.attachment];
		else if (leaf->part.kind != MIME_FILE)
			digest_update(&digest, mime_part_text(mail, &leaf->part),
				strlen(mime_part_text(mail, &leaf->part)));
		if (attachment != NULL)
			digest_update(&digest,
				attachment->sha256_lf[0] != '\0' ? attachment->sha256_lf
								 : attachment->sha256,
				DIGEST_HEX);
	}
	digest_update(&digest, mail->message->subject, strlen(mail->message->subject));
	digest_hex(&digest, hex);
	record_set(&mail->message->content_digest, hex);
}

static void
fill(MimeMail *mail)
{
	mime_fill_message(mail);
	mime_judge_sender(mail);
	mime_judge_automatic(mail);
	mime_judge_spam(mail);
	mime_judge_look(mail);
	for (guint i = 0; i < mail->parts->len; i++) {
		Leaf *leaf = mail->parts->pdata[i];

		if (!leaf->part.is_body && !leaf->unlisted)
			list_attachment(mail, leaf);
	}
	join_texts(mail);
	digest_content(mail);
}

/* --- reading
 * --------------------------------------------------------------------------------------------------
 */

static void
leaf_free(gpointer data)
{
	g_free(((Leaf *)data)->text);
	g_free(((Leaf *)data)->clean);
	g_free(data);
}

static bool
parse(MimeMail *mail, GError **error)
{
	GMimeStream *stream = g_mime_stream_mem_new();
	GMimeParser *parser;

	mail->window.data = (guint8 *)mail->bytes;
	mail->window.len = (guint)mail->length;
	/* The stream only looks at our bytes. It lives as long as the parts that point into it. */
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	GMIME_STREAM_MEM(stream)->buffer = &mail->window;
	stream->bound_end = -1;
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_persist_stream(parser, TRUE);
	mail->gmime = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	return mail->gmime != NULL ||
	       nieuws_fail(error, NIEUWS_MESSAGE, "It is not a mail: no header could be read.");
}

/* A boundary that the header does not name, but that stands there: a line of its own with a header
 * of a part below it. Result to g_free; NULL when there is none. */
static char *
guess_boundary(const MimeMail *mail)
{
	const char *end = mail->bytes + mail->length;

	for (const char *p = mail->bytes; p < end;) {
		const char *next = line_end(p, end);

		if (next - p > 4 && next - p < 200 && p[0] == '-' && p[1] == '-' &&
			end - next > 8 && g_ascii_strncasecmp(next, "Content-", 8) == 0) {
			g_autofree char *line = g_strndup(p + 2, (gsize)(next - p - 2));

			g_strchomp(line);
			if (*line != '\0' && strpbrk(line, "\"\\") == NULL)
				return g_steal_pointer(&line);
		}
		p = next;
	}
	return NULL;
}

/* Puts another type above the header: the first one counts. */
static void
retype(MimeMail *mail, const char *subtype, const char *boundary)
{
	g_autofree char *field = g_strdup_printf(
		"Content-Type: multipart/%s; boundary=\"%s\"\r\n", subtype, boundary);
	size_t n = strlen(field);
	char *copy = g_malloc(n + mail->length);

	memcpy(copy, field, n);
	memcpy(copy + n, mail->bytes, mail->length);
	g_free(mail->own);
	mail->bytes = mail->own = copy;
	mail->length += n;
}

/* Once, when no part of a multipart could be found under the boundary that its header names. */
static bool
parse_again(MimeMail *mail, GError **error)
{
	GMimeObject *root = g_mime_message_get_mime_part(mail->gmime);
	g_autofree char *boundary = NULL;
	GMimeContentType *type;

	if (root == NULL || !GMIME_IS_MULTIPART(root) ||
		g_mime_multipart_get_count(GMIME_MULTIPART(root)) > 0)
		return true;
	boundary = guess_boundary(mail);
	if (boundary == NULL)
		return true;
	type = g_mime_object_get_content_type(root);
	retype(mail, g_mime_content_type_get_media_subtype(type), boundary);
	g_clear_object(&mail->gmime);
	mail->repaired = true;
	mime_warn(mail, "boundary.repaired",
		"The mail names a wrong boundary between its parts: its text was found, files in "
		"it are not listed.");
	return mime_prescan(mail, error) && parse(mail, error);
}

MimeMail *
mime_read_inner(char *bytes, size_t length, const MimeLimits *limits, GError **error)
{
	g_autoptr(MimeMail) mail = g_new0(MimeMail, 1);
	GMimeObject *root;

	mail->bytes = bytes;
	mail->length = length;
	mail->limits = limits;
	mail->parts = g_ptr_array_new_with_free_func(leaf_free);
	mail->strings = g_string_chunk_new(512);
	mail->message = message_new();
	mail->warnings = g_ptr_array_new();
	mail->boundaries = g_ptr_array_new();
	mail->blobs = g_ptr_array_new_with_free_func(g_free);
	mail->inner = g_ptr_array_new_with_free_func((GDestroyNotify)mime_free);
	if (length == 0) {
		nieuws_fail(error, NIEUWS_MESSAGE, "The mail is empty.");
		return NULL;
	}
	if (!mime_prescan(mail, error) || !parse(mail, error) || !parse_again(mail, error))
		return NULL;
	mail->cursor = mail->bytes;
	root = g_mime_message_get_mime_part(mail->gmime);
	if (root != NULL)
		walk(mail, root, "", (Place){0});
	keep_prologue(mail);
	return g_steal_pointer(&mail);
}

MimeMail *
mime_read(char *bytes, size_t length, const MimeLimits *limits, GError **error)
{
	MimeMail *mail = mime_read_inner(bytes, length, limits, error);

	if (mail == NULL)
		return NULL;
	mime_open(mail);
	fill(mail);
	return mail;
}

void
mime_free(MimeMail *mail)
{
	if (mail == NULL)
		return;
	g_clear_object(&mail->gmime);
	g_ptr_array_unref(mail->parts);
	g_ptr_array_unref(mail->boundaries);
	g_ptr_array_unref(mail->blobs);
	g_ptr_array_unref(mail->inner);
	g_string_chunk_free(mail->strings);
	message_free(mail->message);
	for (guint i = 0; i < mail->warnings->len; i++)
		record_free(&warning_type, mail->warnings->pdata[i]);
	g_ptr_array_unref(mail->warnings);
	g_clear_pointer(&mail->gaps, g_array_unref);
	g_free(mail->own);
	g_free(mail);
}

const GPtrArray *
mime_parts(const MimeMail *mail)
{
	return mail->parts;
}

Message *
mime_message(MimeMail *mail)
{
	return mail->message;
}

const GPtrArray *
mime_warnings(const MimeMail *mail)
{
	return mail->warnings;
}

const char *
mime_part_text(MimeMail *mail, const MimePart *part)
{
	Leaf *leaf = (Leaf *)(guintptr)part;

	return leaf->clean != NULL ? leaf->clean : mime_letter_text(mail, leaf);
}

const char *
mime_letter_text(MimeMail *mail, Leaf *leaf)
{
	const MimePart *part = &leaf->part;
	bool repaired = false, cut = false;

	if (leaf->text == NULL && (part->kind == MIME_TEXT_PLAIN || part->kind == MIME_TEXT_HTML)) {
		leaf->text = mime_leaf_text(leaf, mail->limits->text, &repaired, &cut);
		if (repaired)
			mime_warn(mail, "charset.repaired",
				"The mail says a wrong charset (%s); its text was repaired.",
				*part->charset != '\0' ? part->charset : "none");
		if (cut)
			mime_warn(mail, "limit.text",
				"A text of the mail is larger than the limit: the rest was left "
				"out.");
	}
	return leaf->text != NULL ? leaf->text : "";
}

bool
mime_part_write(MimeMail *mail, const char *path, int fd, GError **error)
{
	for (guint i = 0; i < mail->parts->len; i++) {
		const Leaf *leaf = mail->parts->pdata[i];

		if (strcmp(leaf->part.path, path) == 0)
			return mime_leaf_write(leaf, fd, error);
	}
	return nieuws_fail(error, NIEUWS_NOT_FOUND, "the mail has no part %s", path);
}
