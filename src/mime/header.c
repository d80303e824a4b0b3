/* Header fields: found, decoded, cleaned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mime-private.h"

enum {
	VALUE_MOST = 64 * 1024,
	NAME_MOST = 255, /* bytes of a file name */
};

const char *
mime_header(GMimeObject *object, const char *name)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	int n = g_mime_header_list_get_count(list);

	for (int i = 0; i < n; i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);

		if (g_ascii_strcasecmp(g_mime_header_get_name(header), name) == 0)
			return g_mime_header_get_raw_value(header);
	}
	return NULL;
}

/* --- RFC 2047
 * -------------------------------------------------------------------------------------------------
 */

/* =?charset?encoding?text?= at p: its end, or NULL. */
static const char *
encoded_word_end(const char *p, const char **ret_charset_end, const char **ret_text)
{
	const char *charset_end = strchr(p + 2, '?');
	const char *end;

	if (charset_end == NULL || charset_end - p > 80 || charset_end[1] == '\0' ||
		charset_end[2] != '?' || strchr("bBqQ", charset_end[1]) == NULL ||
		charset_end == p + 2)
		return NULL;
	*ret_charset_end = charset_end;
	*ret_text = charset_end + 3;
	end = strstr(charset_end + 3, "?=");
	return end != NULL && memchr(p, '\n', (size_t)(end - p)) == NULL ? end + 2 : NULL;
}

static void
append_q(GString *out, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '_')
			g_string_append_c(out, ' ');
		else if (*p == '=' && end - p > 2 && g_ascii_isxdigit(p[1]) &&
			 g_ascii_isxdigit(p[2])) {
			g_string_append_c(out, (char)(g_ascii_xdigit_value(p[1]) << 4 |
						       g_ascii_xdigit_value(p[2])));
			p += 2;
		} else
			g_string_append_c(out, *p);
	}
}

/* Padding may be missing, or stand in the middle where words were joined. */
static void
append_b(GString *out, const char *p, const char *end)
{
	g_autoptr(GString) clean = g_string_new(NULL);
	g_autofree guchar *decoded = NULL;
	gsize n;

	for (; p < end; p++)
		if (g_ascii_isalnum(*p) || *p == '+' || *p == '/')
			g_string_append_c(clean, *p);
	while (clean->len % 4 != 0)
		g_string_append_c(clean, '=');
	decoded = g_base64_decode(clean->str, &n);
	g_string_append_len(out, (const char *)decoded, (gssize)n);
}

typedef struct {
	GString *out;
	GString *
		bytes; /* of adjacent words with one charset: a character may be cut between them */
	char *charset;
} WordReader;

static void
flush_words(WordReader *reader)
{
	g_autofree char *text = NULL;

	if (reader->charset == NULL)
		return;
	text = mime_to_utf8(reader->bytes->str, reader->bytes->len, reader->charset, NULL);
	g_string_append(reader->out, text);
	g_string_truncate(reader->bytes, 0);
	g_clear_pointer(&reader->charset, g_free);
}

static void
add_word(WordReader *reader, const char *p, const char *charset_end, const char *text,
	const char *end)
{
	g_autofree char *charset = g_strndup(p + 2, (gsize)(charset_end - p - 2));
	char *language = strchr(charset, '*');

	if (language != NULL)
		*language = '\0';
	if (reader->charset != NULL && g_ascii_strcasecmp(reader->charset, charset) != 0)
		flush_words(reader);
	if (reader->charset == NULL)
		reader->charset = g_steal_pointer(&charset);
	if (charset_end[1] == 'q' || charset_end[1] == 'Q')
		append_q(reader->bytes, text, end - 2);
	else
		append_b(reader->bytes, text, end - 2);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char *
mime_decode_header(const char *raw)
{
	g_autofree char *valid = NULL;
	g_autofree char *unfolded = NULL;
	WordReader reader = {g_string_new(NULL), g_string_new(NULL), NULL};
	const char *p;

	valid = mime_to_utf8(raw, MIN(strlen(raw), VALUE_MOST), "", NULL);
	unfolded = g_strdelimit(g_steal_pointer(&valid), "\r\n", ' ');
	for (p = g_strstrip(unfolded); *p != '\0';) {
		const char *charset_end, *text, *end = NULL;
		size_t blank = 0;

		while (is_space(p[blank]))
			blank++;
		if (p[blank] == '=' && p[blank + 1] == '?')
			end = encoded_word_end(p + blank, &charset_end, &text);
		if (end != NULL) {
			/* Blanks between encoded words are not text. */
			if (reader.charset == NULL)
				g_string_append_len(reader.out, p, (gssize)blank);
			add_word(&reader, p + blank, charset_end, text, end);
			p = end;
			continue;
		}
		flush_words(&reader);
		g_string_append_len(reader.out, p, (gssize)blank + 1);
		p += blank + 1;
	}
	flush_words(&reader);
	g_string_free(reader.bytes, TRUE);
	{
		g_autofree char *joined = g_string_free(reader.out, FALSE);

		/* An encoded line end is no line end. */
		return text_collapse(joined);
	}
}

/* --- addresses
 * ------------------------------------------------------------------------------------------------
 */

static char *
clean_address(const char *address)
{
	g_autofree char *valid = text_valid(address != NULL ? address : "", -1);
	char *at = strrchr(valid, '@');

	g_strdelimit(valid, "\r\n\t", ' ');
	if (at != NULL) {
		g_autofree char *domain = g_utf8_strdown(at + 1, -1);
		/* As SMTP wants it; and a look-alike shows itself. */
		g_autofree char *ascii = g_hostname_to_ascii(domain);

		*at = '\0';
		return g_strconcat(g_strstrip(valid), "@", ascii != NULL ? ascii : domain, NULL);
	}
	return g_strdup(g_strstrip(valid));
}

static InternetAddressMailbox *
first_mailbox(InternetAddressList *list)
{
	int n = list != NULL ? internet_address_list_length(list) : 0;

	for (int i = 0; i < n; i++) {
		InternetAddress *address = internet_address_list_get_address(list, i);

		if (INTERNET_ADDRESS_IS_MAILBOX(address))
			return INTERNET_ADDRESS_MAILBOX(address);
		if (INTERNET_ADDRESS_IS_GROUP(address)) {
			InternetAddressMailbox *inner =
				first_mailbox(internet_address_group_get_members(
					INTERNET_ADDRESS_GROUP(address)));

			if (inner != NULL)
				return inner;
		}
	}
	return NULL;
}

static char *
without_quotes(char *name)
{
	size_t n = strlen(name);

	if (n > 1 && name[0] == '"' && name[n - 1] == '"') {
		name[n - 1] = '\0';
		memmove(name, name + 1, n - 1);
	}
	return name;
}

/* Copies what a quoted string says; returns its closing quote, NULL when there is none. */
static const char *
copy_quoted(GString *out, const char *p)
{
	for (p++; *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		if (*p == '\0')
			return NULL;
		g_string_append_c(out, *p);
	}
	return p;
}

static const char *
skip_comment(const char *p)
{
	int depth = 0;

	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p;
	}
	return NULL;
}

/* "Name <address>": copies the name up to the first bracket. NULL when it is another form: a list,
 * a group, an address alone, something broken. */
static const char *
copy_phrase(GString *name, const char *p)
{
	bool group = strchr(p, ';') != NULL;

	for (; p != NULL && *p != '\0'; p++) {
		const char *charset_end, *text;
		const char *word_end = p[0] == '=' && p[1] == '?'
					       ? encoded_word_end(p, &charset_end, &text)
					       : NULL;

		if (word_end != NULL) {
			g_string_append_len(name, p, word_end - p);
			p = word_end - 1;
		} else if (*p == '<')
			return p;
		else if (*p == ',' || (*p == ':' && group))
			return NULL;
		else if (*p == '"')
			p = copy_quoted(name, p);
		else if (*p == '(')
			p = skip_comment(p);
		else
			g_string_append_c(name, is_space(*p) ? ' ' : *p);
		if (p == NULL)
			return NULL;
	}
	return NULL;
}

/* What nearly all mails have is read here, and with our own decoder: GMime drops the end of
 * unpadded words and characters that are cut in two. */
static bool
simple_mailbox(const char *raw, char **ret_name, char **ret_address)
{
	g_autoptr(GString) name = g_string_new(NULL);
	g_autofree char *address = NULL;
	const char *open = copy_phrase(name, raw);
	size_t n;

	if (open == NULL)
		return false;
	open += strspn(open, "< \t\r\n");
	if (g_ascii_strncasecmp(open, "mailto:", 7) == 0)
		open += 7;
	n = strcspn(open, ">\"(,;:<[ \t\r\n");
	address = g_strndup(open, n);
	if (open[n + strspn(open + n, " \t\r\n")] != '>' || strchr(address, '@') == NULL)
		return false;
	g_free(*ret_name);
	g_free(*ret_address);
	*ret_name = without_quotes(mime_decode_header(name->str));
	*ret_address = clean_address(address);
	return true;
}

static bool
has_at(InternetAddressMailbox *mailbox)
{
	const char *address = internet_address_mailbox_get_addr(mailbox);

	return address != NULL && strchr(address, '@') != NULL;
}

/* What no grammar allows, but everybody understands: the first word with an "@" in it
 * ("a..b@c.nl"), and what stands before its bracket. */
static bool
broken_mailbox(const char *raw, char **ret_name, char **ret_address)
{
	const char *at = strchr(raw, '@');
	const char *start = at, *end = at;
	g_autofree char *name = NULL;
	g_autofree char *address = NULL;

	if (at == NULL)
		return false;
	while (start > raw && strchr("<>,;:\"() \t\r\n", start[-1]) == NULL)
		start--;
	end += strcspn(end, "<>,;:\"() \t\r\n");
	if (start == at || end == at + 1)
		return false;
	if (start > raw && start[-1] == '<')
		name = g_strndup(raw, (gsize)(start - 1 - raw));
	address = g_strndup(start, (gsize)(end - start));
	g_free(*ret_name);
	g_free(*ret_address);
	*ret_name = without_quotes(mime_decode_header(name != NULL ? name : ""));
	*ret_address = clean_address(address);
	return true;
}

void
mime_first_mailbox(const char *raw, char **ret_name, char **ret_address)
{
	g_autoptr(InternetAddressList) list = NULL;
	InternetAddressMailbox *mailbox = NULL;
	g_autofree char *clipped = raw != NULL ? g_strndup(raw, VALUE_MOST) : NULL;

	*ret_name = g_strdup("");
	*ret_address = g_strdup("");
	if (clipped == NULL || simple_mailbox(clipped, ret_name, ret_address))
		return;
	/* Some encode the address too. */
	if (strchr(clipped, '@') == NULL && strstr(clipped, "=?") != NULL) {
		char *decoded = mime_decode_header(clipped);

		g_free(clipped);
		clipped = decoded;
		if (simple_mailbox(clipped, ret_name, ret_address))
			return;
	}
	list = internet_address_list_parse(NULL, clipped);
	mailbox = first_mailbox(list);
	if ((mailbox == NULL || !has_at(mailbox)) && broken_mailbox(clipped, ret_name, ret_address))
		return;
	if (mailbox == NULL) {
		/* "MAILER-DAEMON <>": a name alone */
		clipped[strcspn(clipped, "<")] = '\0';
		if (strchr(clipped, '@') == NULL) {
			g_free(*ret_name);
			*ret_name = without_quotes(mime_decode_header(clipped));
		}
		return;
	}
	if (internet_address_get_name(INTERNET_ADDRESS(mailbox)) != NULL) {
		g_free(*ret_name);
		*ret_name = without_quotes(
			mime_decode_header(internet_address_get_name(INTERNET_ADDRESS(mailbox))));
	}
	g_free(*ret_address);
	*ret_address = clean_address(internet_address_mailbox_get_addr(mailbox));
}

static void
add_recipients(MimeMail *mail, const char *field)
{
	const char *raw = mime_header(GMIME_OBJECT(mail->gmime), field);
	g_autofree char *clipped = raw != NULL ? g_strndup(raw, VALUE_MOST) : NULL;
	g_autoptr(InternetAddressList) list =
		clipped != NULL ? internet_address_list_parse(NULL, clipped) : NULL;
	int n = list != NULL ? MIN(internet_address_list_length(list), 200) : 0;

	for (int i = 0; i < n; i++) {
		InternetAddress *address = internet_address_list_get_address(list, i);

		if (INTERNET_ADDRESS_IS_MAILBOX(address))
			g_ptr_array_add(mail->message->recipients,
				clean_address(internet_address_mailbox_get_addr(
					INTERNET_ADDRESS_MAILBOX(address))));
	}
}

/* --- dates
 * ----------------------------------------------------------------------------------------------------
 */

/* Zones that GMime does not know, or reads as something else. */
static const struct {
	const char *name, *offset;
} zones[] = {{"JST", "+0900"}, {"KST", "+0900"}, {"CET", "+0100"}, {"CEST", "+0200"},
	{"MET", "+0100"}, {"MEST", "+0200"}, {"BST", "+0100"}, {"WET", "+0000"}, {"WEST", "+0100"},
	{"EET", "+0200"}, {"EEST", "+0300"}, {"MSK", "+0300"}, {"IST", "+0530"}, {"AEST", "+1000"},
	{"AEDT", "+1100"}, {"AST", "-0400"}, {"ADT", "-0300"}, {"NZST", "+1200"}, {"NZDT", "+1300"},
	{"HST", "-1000"}, {"AKST", "-0900"}, {"AKDT", "-0800"}, {"PST", "-0800"}, {"PDT", "-0700"},
	{"MST", "-0700"}, {"MDT", "-0600"}, {"CST", "-0600"}, {"CDT", "-0500"}, {"EST", "-0500"},
	{"EDT", "-0400"}, {"MEZ", "+0100"}, {"MESZ", "+0200"}, {"GMT", "+0000"}, {"UTC", "+0000"},
	{"UT", "+0000"}, {"Z", "+0000"}};

/* "+1:00", "-600", "0000", "GMT+01:00" as "+0100"; NULL when it is no offset. */
static char *
known_offset(const char *word)
{
	char sign = '+';
	char digits[5] = "";
	size_t n = 0;

	if (g_ascii_strncasecmp(word, "GMT", 3) == 0 || g_ascii_strncasecmp(word, "UTC", 3) == 0)
		word += 3;
	if (*word == '+' || *word == '-')
		sign = *word++;
	else if (strcmp(word, "0000") != 0)
		return NULL;
	for (; *word != '\0' && n < 4; word++) {
		if (g_ascii_isdigit(*word))
			digits[n++] = *word;
		else if (*word != ':' || n == 0)
			return NULL;
	}
	if (*word != '\0' || n < 3)
		return NULL;
	return g_strdup_printf("%c%s%s", sign, n == 3 ? "0" : "", digits);
}

static char *
known_zone(const char *word)
{
	char *offset;

	for (size_t i = 0; i < G_N_ELEMENTS(zones); i++)
		if (g_ascii_strcasecmp(word, zones[i].name) == 0)
			return g_strdup(zones[i].offset);
	/* Letters of the military say nothing (RFC 5322, 4.3). */
	if (g_ascii_isalpha(word[0]) && word[1] == '\0')
		return g_strdup("+0000");
	offset = known_offset(word);
	return offset != NULL ? offset : g_strdup(word);
}

static char *
without_comments(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text != '\0'; text++) {
		const char *close = *text == '(' ? skip_comment(text) : NULL;

		if (*text == '(' && close == NULL)
			break;
		g_string_append_c(out, close != NULL ? ' ' : *text);
		text = close != NULL ? close : text;
	}
	return g_string_free(out, FALSE);
}

/* "22:23:35.882" without its fraction; "12:29:13" with the AM or PM behind it. */
static char *
plain_time(const char *word, const char *half)
{
	int hour = 0, minute = 0, second = 0;

	if ((sscanf(word, "%2d:%2d:%2d", &hour, &minute, &second) < 2 &&
		    sscanf(word, "%2d.%2d.%2d", &hour, &minute, &second) < 3) ||
		hour > 23)
		return g_strdup(word);
	if (g_ascii_strcasecmp(half, "PM") == 0 && hour < 12)
		hour += 12;
	else if (g_ascii_strcasecmp(half, "AM") == 0 && hour == 12)
		hour = 0;
	return g_strdup_printf("%02d:%02d:%02d", hour, minute, second);
}

/* "10:00:00", and "10.00.00" with dots. */
static bool
is_time(const char *word)
{
	const char *dot = strchr(word, '.');

	return strchr(word, ':') != NULL || (dot != NULL && strchr(dot + 1, '.') != NULL);
}

/* What programs write that GMime does not read, in its own terms. The zone is the last word, or
 * stands before the year ("Mon Nov 23 10:00:00 CET 2026"). */
static char *
with_known_zone(const char *raw)
{
	g_autofree char *bare = without_comments(raw);
	g_autofree char *text = text_collapse(bare);
	g_auto(GStrv) words = g_strsplit(text, " ", 12);
	guint n = g_strv_length(words);

	for (guint i = 2; i < n; i++) {
		bool timed = g_ascii_isdigit(words[i][0]) && is_time(words[i]);
		bool behind_time = strchr(words[i - 1], ':') != NULL;
		char *better;

		if (i <= 3 && strlen(words[i]) == 3 && strspn(words[i], "0123456789") == 3)
			/* years since 1900 (RFC 5322, 4.3) */
			better = g_strdup_printf("%d", 1900 + (int)strtol(words[i], NULL, 10));
		else if (timed)
			better = plain_time(words[i], i + 1 < n ? words[i + 1] : "");
		else if (g_ascii_strcasecmp(words[i], "AM") == 0 ||
			 g_ascii_strcasecmp(words[i], "PM") == 0)
			better = g_strdup("");
		else if (i > 2 && (i == n - 1 || behind_time))
			better = known_zone(words[i]);
		else
			continue;
		g_free(words[i]);
		words[i] = better;
	}
	return g_strjoinv(" ", words);
}

/* "2026-11-23T10:00:00+01:00" (RFC 3339) is not a mail's date, but programs write it. */
static GDateTime *
parse_iso_date(const char *text)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();

	if (strlen(text) < 19 || text[4] != '-' || text[7] != '-' || text[10] != 'T')
		return NULL;
	return g_date_time_new_from_iso8601(text, utc);
}

gint64
mime_parse_date(const char *raw, bool *ret_good)
{
	g_autofree char *valid = raw != NULL ? mime_decode_header(raw) : NULL;
	g_autofree char *text = valid != NULL ? with_known_zone(valid) : NULL;
	g_autoptr(GDateTime) date = valid != NULL ? parse_iso_date(valid) : NULL;

	if (date == NULL && text != NULL && *text != '\0')
		date = g_mime_utils_header_decode_date(text);

	*ret_good = date != NULL;
	return date != NULL ? g_date_time_to_unix(date) : 0;
}

/* --- names of files
 * ------------------------------------------------------------------------------------------- */

char *
mime_clean_filename(const char *decoded)
{
	g_autofree char *line = text_collapse(decoded);
	const char *slash = strrchr(line, '/');
	const char *base = slash != NULL ? slash + 1 : line;
	const char *backslash = strrchr(base, '\\');
	GString *clean = g_string_new(NULL);

	if (backslash != NULL)
		base = backslash + 1;
	for (const char *p = base; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (clean->len + 6 > NAME_MOST)
			break;
		if (!text_is_hidden(c))
			g_string_append_unichar(clean, c);
	}
	return g_string_free(clean, FALSE);
}

void
mime_part_names(GMimeObject *object, char **ret_filename, char **ret_charset, bool *ret_flowed,
	bool *ret_delsp)
{
	g_autoptr(MimeParameters) type = mime_parameters_read(mime_header(object, "Content-Type"));
	g_autoptr(MimeParameters) disposition =
		mime_parameters_read(mime_header(object, "Content-Disposition"));
	g_autofree char *name = mime_parameter(disposition, "filename");
	g_autofree char *format = mime_parameter(type, "format");
	g_autofree char *delsp = mime_parameter(type, "delsp");

	if (name == NULL || *name == '\0') {
		g_free(name);
		name = mime_parameter(type, "name");
	}
	*ret_filename = mime_clean_filename(name != NULL ? name : "");
	*ret_charset = mime_parameter(type, "charset");
	if (*ret_charset == NULL)
		*ret_charset = g_strdup("");
	*ret_flowed = format != NULL && g_ascii_strcasecmp(format, "flowed") == 0;
	*ret_delsp = delsp != NULL && g_ascii_strcasecmp(delsp, "yes") == 0;
}

/* --- the message
 * ---------------------------------------------------------------------------------------------- */

static char *
message_id_of(const char *raw)
{
	g_autofree char *text = raw != NULL ? mime_decode_header(raw) : g_strdup("");
	char *open = strchr(text, '<');
	char *close = open != NULL ? strchr(open, '>') : NULL;

	if (close != NULL) {
		*close = '\0';
		return g_strdup(g_strstrip(open + 1));
	}
	return g_strdup(g_strstrip(text));
}

static void
add_references(MimeMail *mail)
{
	const char *raw = mime_header(GMIME_OBJECT(mail->gmime), "References");
	g_autofree char *text = raw != NULL ? mime_decode_header(raw) : g_strdup("");
	g_auto(GStrv) words = g_strsplit_set(text, " <>", 400);

	for (char **word = words; *word != NULL && mail->message->references->len < 100; word++)
		if (strchr(*word, '@') != NULL)
			g_ptr_array_add(mail->message->references, g_strdup(*word));
}

static void
take_string(char **field, char *value)
{
	g_free(*field);
	*field = value;
}

void
mime_fill_message(MimeMail *mail)
{
	GMimeObject *top = GMIME_OBJECT(mail->gmime);
	Message *message = mail->message;
	const char *subject = mime_header(top, "Subject");

	take_string(
		&message->subject, subject != NULL ? mime_decode_header(subject) : g_strdup(""));
	g_free(message->from_name);
	g_free(message->from_address);
	mime_first_mailbox(mime_header(top, "From"), &message->from_name, &message->from_address);
	record_set(&message->sender.name, message->from_name);
	record_set(&message->sender.address, message->from_address);
	g_free(message->reply_to.name);
	g_free(message->reply_to.address);
	mime_first_mailbox(
		mime_header(top, "Reply-To"), &message->reply_to.name, &message->reply_to.address);
	take_string(&message->message_id, message_id_of(mime_header(top, "Message-ID")));
	take_string(&message->in_reply_to, message_id_of(mime_header(top, "In-Reply-To")));
	message->date = mime_parse_date(mime_header(top, "Date"), &message->has_date);
	add_recipients(mail, "To");
	add_recipients(mail, "Cc");
	add_references(mail);
}
