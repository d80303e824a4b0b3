/* A template and values to a whole mail. */
#include <string.h>

#include "base.h"
#include "notice-private.h"

enum {
	LINE_MOST = 72, /* of encoded header words and quoted-printable */
	VALUE_MOST = 2000,
	TITLE_MOST = 150,
};

static const char *const template_names[NOTICE_KINDS] = {"notice", "digest", "receipt", "oversize",
	"quarantine", "placed", "rejected", "told", "assigned", "joined", "followup", "alarm",
	"alarm-over"};

const char *const notice_alarms[] = {"mailbox", "login", "books", "disk", "store", "readers",
	"converters", "outbox", "quarantine", "clamd", "flood", NULL};

static const char *const placeholders[] = {"reference", "title", "contributor", "name", "words",
	"photos", "documents", "embargo", "warnings", "lead", "number", "newsroom", "small",
	"empty", "size", "limit", "mailbox", "reason", "list", "count", "url", "editor",
	"explanation", "alarm", "about", "detail", "since", NULL};

/* --- values
 * ---------------------------------------------------------------------------------------------------
 */

static char *
one_line(const char *text, glong most)
{
	g_autofree char *shown = text_printable(text != NULL ? text : "", TEXT_ONE_LINE);
	g_autofree char *flat = text_collapse(shown);

	if (g_utf8_strlen(flat, -1) <= most)
		return g_steal_pointer(&flat);
	{
		g_autofree char *cut = g_utf8_substring(flat, 0, most - 1);

		return g_strconcat(cut, "…", NULL);
	}
}

static void
put(GHashTable *values, const char *name, char *value)
{
	g_hash_table_insert(values, (gpointer)(guintptr)name, value);
}

static void
put_number(GHashTable *values, const char *name, gint64 number)
{
	put(values, name,
		number != 0 ? g_strdup_printf("%" G_GINT64_FORMAT, number) : g_strdup(""));
}

static void
put_files(GHashTable *values, const Message *message, gint64 picture_width)
{
	g_autoptr(GString) small = g_string_new(NULL);
	gint64 photos = 0, documents = 0;

	for (guint i = 0; i < message->attachments->len; i++) {
		const Attachment *a = message->attachments->pdata[i];
		g_autofree char *name = one_line(a->filename, 60);

		photos += a->role == ROLE_PHOTO;
		documents += a->role == ROLE_DOCUMENT || a->role == ROLE_SOURCE;
		if (a->role == ROLE_PHOTO && a->width > 0 && a->width < picture_width)
			g_string_append_printf(small, "%s%s (%d x %d)", small->len > 0 ? ", " : "",
				name, (int)a->width, (int)a->height);
	}
	put_number(values, "photos", photos);
	put_number(values, "documents", documents);
	put(values, "small", g_strdup(small->str));
}

static char *
warnings_of(const Draft *draft)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < draft->warnings->len && i < 5; i++) {
		g_autofree char *line = one_line(((Warning *)draft->warnings->pdata[i])->text, 200);

		g_string_append_printf(text, "%s%s", i > 0 ? "\n              " : "", line);
	}
	return g_string_free(text, FALSE);
}

static char *
contributor_of(const Draft *draft)
{
	const Person *person = draft->has_original ? &draft->original_sender : &draft->sender;
	g_autofree char *name = one_line(person->name, 80);
	g_autofree char *address = one_line(person->address, 120);

	return *name != '\0' ? g_strdup_printf("%s <%s>", name, address)
			     : g_steal_pointer(&address);
}

/* In the language of the mail and the zone of the newsroom, whatever the process runs with. */
static char *
moment_text(const Config *config, const char *language, gint64 moment)
{
	static const char *const days[] = {
		"maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"};
	static const char *const months[] = {"januari", "februari", "maart", "april", "mei", "juni",
		"juli", "augustus", "september", "oktober", "november", "december"};
	static const char *const english_days[] = {
		"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
	static const char *const english_months[] = {"January", "February", "March", "April", "May",
		"June", "July", "August", "September", "October", "November", "December"};
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(config->timezone);
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(moment);
	g_autoptr(GDateTime) then =
		zone != NULL ? g_date_time_to_timezone(utc, zone) : g_date_time_ref(utc);
	bool english = strcmp(language, "en") == 0;
	int day = g_date_time_get_day_of_week(then) - 1, month = g_date_time_get_month(then) - 1;

	return g_strdup_printf("%s %d %s %d, %02d:%02d", english ? english_days[day] : days[day],
		g_date_time_get_day_of_month(then), english ? english_months[month] : months[month],
		g_date_time_get_year(then), g_date_time_get_hour(then),
		g_date_time_get_minute(then));
}

static void
put_draft(GHashTable *values, const Config *config, const char *language, const NoticeFacts *facts)
{
	const Draft *draft = facts->draft;
	const char *title = *draft->title != '\0'         ? draft->title
			    : strcmp(language, "en") == 0 ? "(no title)"
							  : "(zonder titel)";

	put(values, "title", one_line(title, TITLE_MOST));
	put(values, "contributor", contributor_of(draft));
	put(values, "name",
		*draft->sender.name != '\0' ? one_line(draft->sender.name, 80)
					    : one_line(draft->sender.address, 80));
	put_number(values, "words", draft->words);
	put(values, "empty", g_strdup(draft->words == 0 ? "x" : ""));
	put(values, "embargo",
		draft->embargo_at > 0 ? moment_text(config, language, draft->embargo_at)
				      : one_line(draft->embargo, 200));
	put(values, "warnings", warnings_of(draft));
	put(values, "lead", one_line(draft->lead, 500));
	if (facts->message != NULL)
		put_files(values, facts->message, config->limits.picture_width);
}

static GHashTable *
values_of(const Config *config, const char *language, const NoticeFacts *facts)
{
	GHashTable *values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

	put(values, "newsroom", one_line(config->newsroom, 100));
	put(values, "reference", one_line(facts->reference, 40));
	put_number(values, "number", facts->number);
	put_number(values, "count", facts->count);
	put(values, "about", one_line(facts->about, 200));
	put(values, "detail", one_line(facts->detail, 300));
	put(values, "since",
		facts->since > 0 ? moment_text(config, language, facts->since) : g_strdup(""));
	put(values, "mailbox", one_line(facts->mailbox, 80));
	put(values, "reason", one_line(facts->reason, 300));
	put(values, "url", one_line(facts->url, 500));
	put(values, "editor", one_line(facts->editor, 80));
	put(values, "explanation",
		facts->explanation != NULL ? text_printable(facts->explanation, TEXT_LINES)
					   : g_strdup(""));
	put(values, "list",
		facts->list != NULL ? text_printable(facts->list, TEXT_LINES) : g_strdup(""));
	put(values, "size", g_format_size_full((guint64)facts->size, G_FORMAT_SIZE_IEC_UNITS));
	put(values, "limit",
		g_format_size_full((guint64)config->limits.message, G_FORMAT_SIZE_IEC_UNITS));
	if (facts->draft != NULL)
		put_draft(values, config, language, facts);
	return values;
}

/* --- templates
 * ------------------------------------------------------------------------------------------------
 */

/* The admin's folder first, file by file, then what is installed; the language asked for, then
 * Dutch. */
static char *
load_template(const Config *config, const char *name, const char *language, char **ret_path,
	GError **error)
{
	g_autofree char *shipped = config_data("templates");
	const char *folders[] = {config->templates, shipped};
	g_autofree char *file = g_strdup_printf("%s.txt", name);
	const char *languages[] = {language, "nl"};
	char *text = NULL;

	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++)
		for (size_t f = 0; f < G_N_ELEMENTS(folders) && text == NULL; f++) {
			g_autofree char *path =
				*folders[f] != '\0'
					? g_build_filename(folders[f], languages[l], file, NULL)
					: NULL;

			if (path != NULL && g_file_get_contents(path, &text, NULL, NULL) &&
				ret_path != NULL)
				*ret_path = g_steal_pointer(&path);
		}
	if (text == NULL)
		nieuws_fail(error, NIEUWS_CONFIG,
			"there is no mail template %s/%s; install nieuws anew, or set templates",
			language, file);
	return text;
}

static bool
is_placeholder(const char *name)
{
	return g_strv_contains(placeholders, name);
}

/* {{name}}, and {{#name}}...{{/name}} for what stands only where there is a value. */
static char *
fill(const char *template, GHashTable *values, GError **error)
{
	g_autoptr(GString) out = g_string_new(NULL);
	const char *p = template;
	int hidden = 0;

	for (;;) {
		const char *open = strstr(p, "{{");
		const char *close = open != NULL ? strstr(open, "}}") : NULL;
		g_autofree char *name =
			close != NULL ? g_strndup(open + 2, (gsize)(close - open - 2)) : NULL;
		const char *bare = name != NULL && (*name == '#' || *name == '/') ? name + 1 : name;
		const char *value;

		if (hidden == 0)
			g_string_append_len(out, p, close != NULL ? open - p : (gssize)strlen(p));
		if (close == NULL)
			return g_strdup(out->str);
		p = close + 2;
		if (!is_placeholder(bare)) {
			nieuws_fail(error, NIEUWS_CONFIG, "there is no placeholder {{%s}}", bare);
			return NULL;
		}
		value = values != NULL ? g_hash_table_lookup(values, bare) : "x";
		value = value != NULL ? value : "";
		if (*name == '#')
			hidden += hidden > 0 || *value == '\0';
		else if (*name == '/')
			hidden -= hidden > 0;
		else if (hidden == 0)
			g_string_append(out, *value != '\0' ? value
					     : strcmp(bare, "words") == 0 ||
							     strcmp(bare, "count") == 0 ||
							     strcmp(bare, "photos") == 0 ||
							     strcmp(bare, "documents") == 0
						     ? "0"
						     : "");
	}
}

static bool
check_reasons(const Config *config, const char *language, GError **error)
{
	g_autoptr(GPtrArray) reasons = notice_reasons(config, language, error);

	for (guint i = 0; reasons != NULL && i < reasons->len; i++) {
		const NoticeReason *reason = reasons->pdata[i];
		g_autofree char *filled = fill(reason->text, NULL, error);

		if (filled == NULL) {
			g_prefix_error(error, "reason %s/%s.txt: ", language, reason->key);
			return false;
		}
	}
	return reasons != NULL;
}

static bool
check_template(const Config *config, const char *name, GError **error)
{
	static const char *const languages[] = {"nl", "en"};

	for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
		g_autofree char *path = NULL;
		g_autofree char *text = load_template(config, name, languages[l], &path, error);
		g_autofree char *filled = text != NULL ? fill(text, NULL, error) : NULL;

		if (filled == NULL) {
			g_prefix_error(error, "%s: ", path != NULL ? path : name);
			return false;
		}
		if (!g_str_has_prefix(text, "Subject: "))
			return nieuws_fail(error, NIEUWS_CONFIG,
				"%s: the first line must be \"Subject: ...\"", path);
	}
	return true;
}

static char *
alarm_template(const char *alarm)
{
	return g_strdup_printf("alarm-%s", alarm);
}

bool
notice_templates_check(const Config *config, GError **error)
{
	for (int kind = 0; kind < NOTICE_KINDS; kind++)
		if (kind != NOTICE_ALARM && !check_template(config, template_names[kind], error))
			return false;
	for (const char *const *alarm = notice_alarms; *alarm != NULL; alarm++) {
		g_autofree char *name = alarm_template(*alarm);

		if (!check_template(config, name, error))
			return false;
	}
	return check_reasons(config, "nl", error) && check_reasons(config, "en", error);
}

/* --- the mail
 * -------------------------------------------------------------------------------------------------
 */

char *
notice_encode_header(const char *text)
{
	g_autofree char *line = one_line(text, VALUE_MOST);
	GString *out = g_string_new(NULL);
	bool plain = strstr(line, "=?") == NULL && strlen(line) < LINE_MOST;

	for (const char *p = line; *p != '\0' && plain; p++)
		plain = (*p & 0x80) == 0;
	if (plain) {
		g_string_append(out, line);
		return g_string_free(out, FALSE);
	}
	/* Words of at most 45 bytes, never within a character: 60 in base64. */
	for (const char *p = line; *p != '\0';) {
		const char *end = p;
		g_autofree char *word = NULL;

		while (*end != '\0' && g_utf8_next_char(end) - p <= 42)
			end = g_utf8_next_char(end);
		word = g_base64_encode((const guchar *)p, (gsize)(end - p));
		g_string_append_printf(out, "%s=?UTF-8?B?%s?=", p > line ? "\r\n " : "", word);
		p = end;
	}
	return g_string_free(out, FALSE);
}

static void
append_quoted(GString *out, const char *text)
{
	size_t column = 0;

	for (const guint8 *p = (const guint8 *)text; *p != '\0'; p++) {
		bool last = p[1] == '\n' || p[1] == '\0';
		bool plain = *p >= 33 && *p <= 126 && *p != '=' && !(column == 0 && *p == '.');

		if (*p == '\n') {
			g_string_append(out, "\r\n");
			column = 0;
			continue;
		}
		if (column > LINE_MOST) {
			g_string_append(out, "=\r\n");
			column = 0;
		}
		if (plain || (*p == ' ' && !last)) {
			g_string_append_c(out, (char)*p);
			column++;
		} else {
			g_string_append_printf(out, "=%02X", *p);
			column += 3;
		}
	}
	g_string_append(out, "\r\n");
}

static const char *
host_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at != NULL ? at + 1 : "localhost";
}

static void
append_headers(GString *out, const Config *config, NoticeKind kind, const NoticeFacts *facts,
	const NoticeAddress *address, const char *subject)
{
	bool answer = kind == NOTICE_RECEIPT || kind == NOTICE_OVERSIZE || kind == NOTICE_JOINED;
	bool thread = answer || kind == NOTICE_PLACED || kind == NOTICE_REJECTED;
	g_autofree char *name = notice_encode_header(
		*config->smtp.from_name != '\0' ? config->smtp.from_name : config->newsroom);
	g_autofree char *encoded = notice_encode_header(subject);
	g_autofree char *date = when_rfc5322(address->now);
	const char *id = facts->message != NULL ? facts->message->message_id : "";

	g_string_append_printf(out, "From: %s%s%s <%s>\r\n",
		g_str_has_prefix(name, "=?") ? "" : "\"", name,
		g_str_has_prefix(name, "=?") ? "" : "\"", config->smtp.from);
	g_string_append_printf(
		out, "To: <%s>\r\nSubject: %s\r\nDate: %s\r\n", address->recipient, encoded, date);
	g_string_append_printf(out, "Message-ID: <nieuws.%" G_GINT64_FORMAT ".%s@%s>\r\n",
		address->outbox, address->token, host_of(config->smtp.from));
	if (thread && strchr(id, '@') != NULL && strpbrk(id, " \t\r\n<>") == NULL &&
		strlen(id) < 250)
		g_string_append_printf(out, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", id, id);
	g_string_append_printf(
		out, "Auto-Submitted: %s\r\n", answer ? "auto-replied" : "auto-generated");
	/* Our own sign: what carries it is never answered. */
	g_string_append_printf(out, "X-Nieuws: %s\r\nPrecedence: bulk\r\n", template_names[kind]);
	g_string_append(out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
			     "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
}

char *
notice_fill(const Config *config, const char *template, const char *language,
	const NoticeFacts *facts, GError **error)
{
	g_autoptr(GHashTable) values = values_of(config, language, facts);

	return fill(template, values, error);
}

/* What is over carries the subject of the alarm that it was. */
static char *
fill_over(const Config *config, const char *template, const char *language,
	const NoticeFacts *facts, GError **error)
{
	g_autoptr(GHashTable) values = values_of(config, language, facts);
	g_autofree char *subject = NULL;
	g_autofree char *text = NULL;

	if (!notice_text(config, NOTICE_ALARM, facts, language, &subject, &text, error))
		return NULL;
	put(values, "alarm", one_line(subject, TITLE_MOST));
	return fill(template, values, error);
}

bool
notice_text(const Config *config, NoticeKind kind, const NoticeFacts *facts, const char *language,
	char **ret_subject, char **ret_text, GError **error)
{
	g_autofree char *name = kind == NOTICE_ALARM ? alarm_template(facts->alarm)
						     : g_strdup(template_names[kind]);
	g_autofree char *template = load_template(config, name, language, NULL, error);
	g_autofree char *text = NULL;
	char *body;

	if (template != NULL)
		text = kind == NOTICE_ALARM_OVER
			       ? fill_over(config, template, language, facts, error)
			       : notice_fill(config, template, language, facts, error);
	body = text != NULL ? strstr(text, "\n\n") : NULL;

	if (text == NULL)
		return false;
	if (body == NULL || !g_str_has_prefix(text, "Subject: "))
		return nieuws_fail(
			error, NIEUWS_CONFIG, "the template %s has no subject and text", name);
	*body = '\0';
	*ret_subject = g_strdup(text + strlen("Subject: "));
	*ret_text = g_strdup(body + 2);
	return true;
}

GBytes *
notice_compose(const Config *config, NoticeKind kind, const NoticeFacts *facts,
	const NoticeAddress *address, GError **error)
{
	g_autofree char *subject = NULL;
	g_autofree char *text = NULL;
	bool written = address->text != NULL && *address->text != '\0';
	GString *out;

	if (strpbrk(address->recipient, "\r\n<>") != NULL) {
		nieuws_fail(error, NIEUWS_CONFIG, "not an address: %s", address->recipient);
		return NULL;
	}
	if (written) {
		subject = g_strdup(address->subject);
		text = text_printable(address->text, TEXT_LINES);
	} else if (!notice_text(config, kind, facts, address->language, &subject, &text, error)) {
		return NULL;
	}
	out = g_string_new(NULL);
	append_headers(out, config, kind, facts, address, subject);
	append_quoted(out, text);
	return g_string_free_to_bytes(out);
}
