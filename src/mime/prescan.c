/* What GMime cannot bear is found in one pass over the raw bytes and cut or defused in place. GMime
 * recurses in address groups, is quadratic in parameters, and pays kilobytes per part and header
 * (docs/architecture.md). */
#include <string.h>

#include "mime-private.h"

enum {
	FIELD_MOST = 64 * 1024, /* bytes of one folded field */
	PARAMETERS_MOST = 100, /* semicolons in a Content-* field */
	GROUPS_MOST = 50, /* colons in an address field */
	ADDRESSES_MOST = 2000, /* commas in an address field */
	CR_LOOK = 65536, /* bytes without a line end before CRs are taken for one */
	GAPS_MOST = 50, /* headers without a blank line behind that are looked at */
	DASH_LINES_PER_PART = 4, /* lines that begin with --, before parts are no longer believed */
};

static const char *
line_end(const char *p, const char *end)
{
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	return newline != NULL ? newline + 1 : end;
}

/* The end of the folded field that begins at p. */
static const char *
field_end(const char *p, const char *end)
{
	p = line_end(p, end);
	while (p < end && (*p == ' ' || *p == '\t'))
		p = line_end(p, end);
	return p;
}

static bool
is_blank_line(const char *p, const char *end)
{
	return p < end && (*p == '\n' || (*p == '\r' && p + 1 < end && p[1] == '\n'));
}

static bool
is_field(const char *p, const char *end)
{
	const char *start = p;

	while (p<end && * p> ' ' && *p < 0x7f && *p != ':')
		p++;
	while (p < end && (*p == ' ' || *p == '\t') && p > start)
		p++;
	return p > start && p < end && *p == ':';
}

static bool
named(const char *p, const char *end, const char *name)
{
	size_t n = strlen(name);

	return (size_t)(end - p) > n && g_ascii_strncasecmp(p, name, n) == 0;
}

static size_t
count(const char *p, const char *end, char wanted)
{
	size_t n = 0;

	while (p < end && (p = memchr(p, wanted, (size_t)(end - p))) != NULL) {
		n++;
		p++;
	}
	return n;
}

/* --- where the header begins
 * ---------------------------------------------------------------------------------- */

static const char *
skip_rubbish(const char *p, const char *end)
{
	const char *start = p;

	if (end - p > 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	for (int lines = 0; p < end && lines < 20; lines++) {
		const char *next = line_end(p, end);

		if (is_field(p, end) && !named(p, end, ">From "))
			return p;
		/* An mbox line, an empty line, or the rest of something that was cut off above. */
		if (!named(p, end, "From ") && !named(p, end, ">From ") && !g_ascii_isspace(*p))
			break;
		p = next;
	}
	return is_field(p, end) ? p : start;
}

/* --- a header within its limits
 * ------------------------------------------------------------------------------- */

/* First byte of a field's name to X: it stays in the raw mail, but nobody parses it any more. */
static void
defuse(const char *field)
{
	*(char *)(guintptr)field = 'X';
}

/* Blanks may stand before the colon. */
static bool
is_field_named(const char *p, const char *end, const char *name)
{
	if (!named(p, end, name))
		return false;
	for (p += strlen(name); p < end && (*p == ' ' || *p == '\t'); p++)
		continue;
	return p < end && *p == ':';
}

static bool
is_address_field(const char *p, const char *end)
{
	static const char *const names[] = {
		"From", "To", "Cc", "Bcc", "Reply-To", "Sender", "Disposition-Notification-To"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (is_field_named(p, end, names[i]))
			return true;
	return named(p, end, "Resent-");
}

static void
judge_field(MimeMail *mail, const char *field, const char *end)
{
	if (is_address_field(field, end) &&
		(count(field, end, ':') > GROUPS_MOST || count(field, end, ',') > ADDRESSES_MOST)) {
		defuse(field);
		mime_warn(mail, "limit.addresses",
			"A header with too many addresses or groups was set aside.");
	} else if (named(field, end, "Content-") &&
		   (count(field, end, ';') > PARAMETERS_MOST || end - field > FIELD_MOST)) {
		defuse(field);
		mime_warn(mail, "limit.parameters",
			"A header with too many parameters was set aside.");
	}
}

/* GMime reads an attached mail only where it stands as it is. */
typedef struct {
	bool message, encoded;
} Inner;

static bool
field_says(const char *p, const char *end, const char *word)
{
	g_autofree char *text = g_ascii_strdown(p, MIN(end - p, 1000));

	return strstr(text, word) != NULL;
}

static void
look_for_inner(Inner *inner, const char *p, const char *end)
{
	if (is_field_named(p, end, "Content-Type"))
		inner->message |= field_says(p, end, "message/rfc") ||
				  field_says(p, end, "message/news") ||
				  field_says(p, end, "message/global");
	else if (is_field_named(p, end, "Content-Transfer-Encoding"))
		inner->encoded |= field_says(p, end, "base64") || field_says(p, end, "quoted") ||
				  field_says(p, end, "uu");
}

/* Does the header above say "boundary=" of this line? */
static bool
is_declared(const char *header, const char *line, const char *end)
{
	static const char word[] = "boundary=";
	const char *name = line + 2, *p = header, *found;
	size_t n = (size_t)(line_end(line, end) - name);

	while (n > 0 && g_ascii_isspace(name[n - 1]))
		n--;
	if (n > 4 && name[n - 1] == '-' && name[n - 2] == '-')
		n -= 2;
	while (n > 0 && (found = memmem(p, (size_t)(line - p), name, n)) != NULL) {
		const char *before = found > header && found[-1] == '"' ? found - 1 : found;
		size_t m = sizeof word - 1;

		if ((size_t)(before - header) > m && g_ascii_strncasecmp(before - m, word, m) == 0)
			return true;
		p = found + 1;
	}
	return false;
}

/* A header that runs into a boundary: the blank line that is missing is put there in a copy. */
static void
note_gap(MimeMail *mail, const char *header, const char *line, const char *end)
{
	size_t at = (size_t)(line - mail->bytes);

	if (mail->gap_looks++ >= GAPS_MOST || !is_declared(header, line, end))
		return;
	if (mail->gaps == NULL)
		mail->gaps = g_array_new(FALSE, FALSE, sizeof(size_t));
	g_array_append_val(mail->gaps, at);
}

static bool
is_dashes(const char *p, const char *end)
{
	return end - p > 2 && p[0] == '-' && p[1] == '-' && !is_field(p, line_end(p, end));
}

static void
fill_gaps(MimeMail *mail)
{
	GByteArray *out = g_byte_array_sized_new((guint)(mail->length + mail->gaps->len));
	size_t from = 0;

	for (guint i = 0; i < mail->gaps->len; i++) {
		size_t at = g_array_index(mail->gaps, size_t, i);

		g_byte_array_append(out, (const guint8 *)mail->bytes + from, (guint)(at - from));
		g_byte_array_append(out, (const guint8 *)"\n", 1);
		from = at;
	}
	g_byte_array_append(out, (const guint8 *)mail->bytes + from, (guint)(mail->length - from));
	mail->length = out->len;
	g_free(mail->own);
	mail->bytes = mail->own = (char *)g_byte_array_free(out, FALSE);
	g_array_set_size(mail->gaps, 0);
	mime_warn(mail, "header.repaired",
		"A header of the mail did not end as it should; it was repaired.");
}

typedef struct {
	size_t fields, longest;
	const char *end; /* of the header, before the blank line */
	bool seen_type, seen_encoding;
	Inner inner;
} HeaderShape;

/* Of repeated fields the first counts; GMime takes the last of these two. */
static void
keep_first(const char *p, const char *end, const char *name, bool *seen)
{
	if (!is_field_named(p, end, name))
		return;
	if (*seen)
		defuse(p);
	*seen = true;
}

static void
walk_header(MimeMail *mail, const char *start, const char *end, HeaderShape *shape)
{
	const char *p = start;

	while (p < end && !is_blank_line(p, end)) {
		const char *next = field_end(p, end);

		if (is_dashes(p, end)) {
			note_gap(mail, start, p, end);
			if (mail->gaps != NULL && mail->gaps->len > 0)
				break;
		}
		shape->fields++;
		shape->longest = MAX(shape->longest, (size_t)(next - p));
		judge_field(mail, p, next);
		look_for_inner(&shape->inner, p, next);
		keep_first(p, next, "Content-Type", &shape->seen_type);
		keep_first(p, next, "Content-Transfer-Encoding", &shape->seen_encoding);
		p = next;
	}
	shape->end = p;
}

/* Another copy of the mail, with fewer and shorter fields. */
static void
rebuild_header(MimeMail *mail, const char *start, const char *header_end, const char *end)
{
	GByteArray *out = g_byte_array_sized_new((guint)(end - header_end) + 65536);
	gint64 fields = 0;

	for (const char *p = start; p < header_end && fields < mail->limits->headers;) {
		const char *next = field_end(p, header_end);
		size_t length = MIN((size_t)(next - p), FIELD_MOST);

		if ((gint64)(out->len + length) > mail->limits->header_bytes)
			break;
		g_byte_array_append(out, (const guint8 *)p, (guint)length);
		if (length < (size_t)(next - p))
			g_byte_array_append(out, (const guint8 *)"\n", 1);
		fields++;
		p = next;
	}
	g_byte_array_append(out, (const guint8 *)header_end, (guint)(end - header_end));
	mail->length = out->len;
	g_free(mail->own);
	mail->own = (char *)g_byte_array_free(out, FALSE);
	mail->bytes = mail->own;
	mime_warn(mail, "limit.header",
		"The header of the mail was larger than the limit: the rest of it was left out.");
}

/* --- the parts below
 * ------------------------------------------------------------------------------------------ */

typedef struct {
	bool inside, seen_type, seen_encoding;
	const char *start;
	Inner inner;
	gint64 fields;
} PartHeader;

/* Headers below cannot be rebuilt as the first one is. The fields too many become one, one too long
 * is continued in another, and nobody reads either. */
static void
judge_part_field(MimeMail *mail, PartHeader *header, const char *p, const char *end)
{
	static const char rest[] = "\nX-Rest:";

	judge_field(mail, p, end);
	keep_first(p, end, "Content-Type", &header->seen_type);
	keep_first(p, end, "Content-Transfer-Encoding", &header->seen_encoding);
	look_for_inner(&header->inner, p, end);
	if (end - p > FIELD_MOST + (gint64)sizeof rest)
		memcpy((char *)(guintptr)p + FIELD_MOST, rest, sizeof rest - 1);
	else if (++header->fields == mail->limits->headers + 1)
		defuse(p);
	else if (header->fields > mail->limits->headers)
		*(char *)(guintptr)p = ' ';
	else
		return;
	mime_warn(mail, "limit.header",
		"The header of the mail was larger than the limit: the rest of it was left out.");
}

/* Returns where the next line to look at begins. */
static const char *
walk_part_header(MimeMail *mail, PartHeader *header, const char *p, const char *end)
{
	const char *next = field_end(p, end);

	if (is_blank_line(p, end)) {
		*header = (PartHeader){.inside = header->inner.message && !header->inner.encoded,
			.start = line_end(p, end)};
		return line_end(p, end);
	}
	judge_part_field(mail, header, p, next);
	return next;
}

/* Returns where the mail must end: before the part that is one too many. */
static const char *
walk_body(MimeMail *mail, const char *p, const char *end, Inner inner)
{
	gint64 dashes = 0;
	gint64 most = mail->limits->parts * DASH_LINES_PER_PART;
	/* The blank line after the first header is still to come: a message may begin behind it. */
	PartHeader header = {.inside = true, .start = p, .inner = inner};

	while (p < end) {
		if (*p == '-' && end - p > 2 && p[1] == '-') {
			if (++dashes > most) {
				mime_warn(mail, "limit.parts",
					"The mail has more parts than the limit: those behind were "
					"left out.");
				return p;
			}
			if (header.inside && header.fields > 0)
				note_gap(mail, header.start, p, end);
			p = line_end(p, end);
			header = (PartHeader){.inside = true, .start = p};
			continue;
		}
		if (header.inside) {
			p = walk_part_header(mail, &header, p, end);
			continue;
		}
		if ((*p == 'C' || *p == 'c') && named(p, end, "Content-")) {
			const char *next = field_end(p, end);

			judge_field(mail, p, next);
			p = next;
			continue;
		}
		if ((*p | 0x20) == 't' || (*p | 0x20) == 'f' || (*p | 0x20) == 'c' ||
			(*p | 0x20) == 'r') {
			if (is_address_field(p, end))
				judge_field(mail, p, field_end(p, end));
		}
		p = line_end(p, end);
	}
	return end;
}

/* A mail whose lines end with CR alone, as old Macs wrote them. */
static void
mend_line_ends(MimeMail *mail)
{
	char *end = mail->bytes + mail->length;

	if (memchr(mail->bytes, '\n', MIN(mail->length, CR_LOOK)) != NULL ||
		memchr(mail->bytes, '\r', MIN(mail->length, CR_LOOK)) == NULL)
		return;
	for (char *p = mail->bytes; p < end && (p = memchr(p, '\r', (size_t)(end - p))) != NULL;
		p++)
		if (p + 1 == end || p[1] != '\n')
			*p = '\n';
	mime_warn(mail, "lines.repaired", "The mail has line ends of an old kind.");
}

/* A header up to the last byte of the mail: GMime wants a blank line behind it. */
static void
note_open_end(MimeMail *mail)
{
	if (mail->gaps == NULL)
		mail->gaps = g_array_new(FALSE, FALSE, sizeof(size_t));
	for (int i = 0; i < 2; i++)
		g_array_append_val(mail->gaps, mail->length);
}

bool
mime_prescan(MimeMail *mail, GError **error)
{
	const char *end = mail->bytes + mail->length;
	const char *start;
	HeaderShape shape = {0};
	size_t skipped;

	mend_line_ends(mail);
	start = skip_rubbish(mail->bytes, end);
	skipped = (size_t)(start - mail->bytes);
	if (start >= end || !is_field(start, end))
		return nieuws_fail(error, NIEUWS_MESSAGE,
			"It is not a mail: it does not begin with a header.");
	walk_header(mail, start, end, &shape);
	if (shape.end == end)
		note_open_end(mail);
	end = walk_body(mail, shape.end, end, shape.inner);
	mail->bytes += start - mail->bytes;
	mail->length = (size_t)(end - start);
	if (mail->gaps != NULL && mail->gaps->len > 0) {
		for (guint i = 0; i < mail->gaps->len; i++)
			g_array_index(mail->gaps, size_t, i) -= skipped;
		fill_gaps(mail);
		return mime_prescan(mail, error);
	}
	if ((gint64)shape.fields > mail->limits->headers || shape.longest > FIELD_MOST ||
		shape.end - start > mail->limits->header_bytes)
		rebuild_header(mail, start, shape.end, end);
	return true;
}
