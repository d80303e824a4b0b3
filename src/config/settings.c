#include "settings.h"

#include <string.h>

static const char *const tls_names[] = {"implicit", "starttls", "none", NULL};
static const char *const auth_names[] = {"login", "plain", "xoauth2", "oauthbearer", "none", NULL};
static const char *const done_names[] = {"seen", "move", "flag", "delete", "none", NULL};
static const char *const receipt_names[] = {"never", "trusted", "always", NULL};

#define MIB (1024 * 1024)
#define C(f) offsetof(Config, f)
#define L(f) offsetof(Config, limits.f)
#define S(f) offsetof(Config, smtp.f)
#define D(f) offsetof(Config, desk.f)
#define A(f) offsetof(Config, alarm.f)
#define F(f) offsetof(Config, filter.f)
#define M(f) offsetof(MailboxConfig, f)
#define E(f) offsetof(EditorConfig, f)
#define STR(s, k, o, i, e, h)                                                                      \
	{                                                                                          \
		s, k, SET_STRING, o, i, e, 0, 0, NULL, h                                           \
	}
#define PATH(s, k, o, i, e, h)                                                                     \
	{                                                                                          \
		s, k, SET_PATH, o, i, e, 0, 0, NULL, h                                             \
	}
#define LIST(s, k, o, i, e, h)                                                                     \
	{                                                                                          \
		s, k, SET_LIST, o, i, e, 0, 0, NULL, h                                             \
	}
#define BOOL(s, k, o, i, h)                                                                        \
	{                                                                                          \
		s, k, SET_BOOL, o, i, "yes", 0, 0, NULL, h                                         \
	}
#define INT(s, k, o, i, lo, hi, h)                                                                 \
	{                                                                                          \
		s, k, SET_INT, o, i, i, lo, hi, NULL, h                                            \
	}
#define SIZE(s, k, o, i, lo, hi, h)                                                                \
	{                                                                                          \
		s, k, SET_SIZE, o, i, i, lo, hi, NULL, h                                           \
	}
#define TIME(s, k, o, i, lo, hi, h)                                                                \
	{                                                                                          \
		s, k, SET_DURATION, o, i, i, lo, hi, NULL, h                                       \
	}
#define ENUM(s, k, o, i, n, h)                                                                     \
	{                                                                                          \
		s, k, SET_ENUM, o, i, i, 0, 0, n, h                                                \
	}

const Setting settings[] = {
	PATH("nieuws", "spool", C(spool), "../spool", "/var/lib/nieuws",
		"folder of raw mails and database"),
	STR("nieuws", "newsroom", C(newsroom), "De redactie", "Kijk op Oost-Nederland",
		"name of the newsroom in mails"),
	STR("nieuws", "reference", C(reference), "NWS", "KON",
		"prefix of public references (KON-2026-0042)"),
	STR("nieuws", "language", C(language), "nl", "nl",
		"language of mails to contributors: nl or en"),
	TIME("nieuws", "followup_within", C(followup_within), "5 d", 0, 7776000,
		"a nearly equal text of the same contributor within this time is a correction of "
		"his draft; 0 never"),
	STR("nieuws", "timezone", C(timezone), "Europe/Amsterdam", "Europe/Amsterdam",
		"of embargoes and quiet hours"),
	PATH("nieuws", "templates", C(templates), "", "templates",
		"folder with own mail templates; empty: those shipped"),
	SIZE("nieuws", "disk_reserve", C(disk_reserve), "1 GiB", 0, 1024LL * 1024 * MIB,
		"with less free in the spool nothing is fetched; 0: never mind"),
	INT("nieuws", "readers", C(readers), "0", 0, 64, "reading processes; 0: one per processor"),
	BOOL("nieuws", "sandbox_degraded", C(sandbox_degraded), "no",
		"accept a kernel without Landlock"),
	ENUM("receipt", "send", C(receipts), "trusted", receipt_names,
		"receipts to contributors: never, trusted (sender authenticated by our mail "
		"server), always"),
	TIME("receipt", "interval", C(receipt_interval), "24 h", 60, 2592000,
		"at most one receipt per contributor in this time"),
	INT("receipt", "hourly", C(receipts_hourly), "100", 0, 100000, "receipts per hour in all"),
	SIZE("limits", "message", L(message), "64 MiB", 65536, 1024LL * MIB,
		"a larger mail is not fetched, only its header"),
	SIZE("limits", "header_bytes", L(header_bytes), "1 MiB", 8192, 16 * MIB,
		"header of one mail or part"),
	INT("limits", "headers", L(headers), "2000", 50, 100000, "header fields of one mail"),
	INT("limits", "parts", L(parts), "1000", 10, 10000, "MIME parts of one mail"),
	INT("limits", "depth", L(depth), "50", 3, 200, "nesting of MIME parts"),
	SIZE("limits", "text", L(text), "4 MiB", 65536, 32 * MIB, "text of one body"),
	INT("limits", "html_nodes", L(html_nodes), "500000", 1000, 2000000,
		"nodes of an HTML body"),
	INT("limits", "html_depth", L(html_depth), "400", 20, 1000,
		"nesting of an HTML body; deeper is flattened"),
	INT("limits", "attachments", L(attachments), "500", 1, 10000,
		"attachments listed for one mail"),
	TIME("limits", "reader_cpu", L(reader_cpu), "10 s", 1, 300, "processor time for one mail"),
	SIZE("limits", "reader_memory", L(reader_memory), "512 MiB", 64 * MIB, 4096LL * MIB,
		"memory of a reader"),
	TIME("limits", "reader_deadline", L(reader_deadline), "5 s", 1, 300,
		"time for one mail, then quarantine"),
	INT("limits", "reader_messages", L(reader_messages), "100", 1, 100000,
		"mails, then a reader is replaced"),
	INT("limits", "converters", L(converters), "2", 1, 16,
		"attached documents converted at one time"),
	TIME("limits", "converter_deadline", L(converter_deadline), "30 s", 1, 600,
		"time for one document, then the draft says so"),
	SIZE("limits", "converter_memory", L(converter_memory), "1 GiB", 128 * MIB, 16384LL * MIB,
		"memory of a program that converts"),
	SIZE("limits", "document_unpacked", L(document_unpacked), "256 MiB", MIB, 4096LL * MIB,
		"a document when it is unpacked"),
	INT("limits", "picture_width", L(picture_width), "1200", 0, 10000,
		"pixels; narrower photos are marked as small"),
	INT("limits", "picture_published", L(picture_published), "2560", 200, 20000,
		"pixels; the copy of a photo that is published is at most so wide"),
	INT("limits", "picture_pixels", L(picture_pixels), "60", 1, 500,
		"megapixels; of larger photos no copy is made"),
	TIME("alarm", "check", A(check), "30 s", 1, 3600,
		"between looks at disk, mailboxes, readers and outbox"),
	SIZE("alarm", "disk", A(disk), "1 GiB", 0, 1024LL * 1024 * MIB,
		"less than this free on the disk of the spool, then alarm"),
	TIME("alarm", "outbox_after", A(outbox_after), "1 h", 10, 432000,
		"a mail of ours that has not left after this time, then alarm"),
	INT("alarm", "quarantine", A(quarantine), "5", 1, 100000,
		"so many mails set apart within a day, then alarm"),
	TIME("alarm", "repeat", A(repeat), "24 h", 3600, 2592000,
		"the same alarm is mailed again at most once in this time"),
	INT("alarm", "contributor_hourly", A(contributor_hourly), "60", 0, 100000,
		"mails of one contributor in an hour; more are kept, with one digest to the admins "
		"in place of notices and receipts; 0 no limit"),
	INT("alarm", "hourly", A(hourly), "1000", 0, 1000000,
		"the same for all contributors together"),
	TIME("alarm", "flood_after", A(flood_after), "10 min", 1, 3600,
		"the digest leaves so long after the first mail too many"),
	PATH("filter", "clamd", F(clamd), "", "/run/clamav/clamd.ctl",
		"socket of ClamAV's clamd, which then looks at every mail; empty: nothing is "
		"scanned"),
	TIME("filter", "clamd_timeout", F(clamd_timeout), "60 s", 1, 600, "for one scan"),
	SIZE("filter", "clamd_most", F(clamd_most), "25 MiB", 65536, 1024LL * MIB,
		"a larger mail is not scanned, and its draft says so (clamd has a "
		"StreamMaxLength of its own)"),
	LIST("filter", "spam_headers", F(spam_headers), "", "X-Spam-Status;X-Rspamd-Action",
		"headers in which our own spam filter gives its verdict (SpamAssassin, rspamd); "
		"empty: none is believed"),
	BOOL("filter", "spam_headers_anywhere", F(spam_headers_anywhere), "no",
		"they count wherever they stand, because our mail server removes those of others; "
		"else only above what our server wrote itself"),
	LIST("desk", "require", D(require), "title;lead;alt;credit;embargo",
		"title;lead;alt;credit;embargo",
		"what approving asks: title, lead, alt and credit of each photo, embargo with a "
		"moment"),
	TIME("desk", "undo_time", D(undo_time), "2 min", 0, 86400,
		"mails of an editor's step leave after this time; nieuws undo stops them until "
		"then"),
	BOOL("desk", "tell_placed", D(tell_placed), "yes",
		"tell contributors that they were placed"),
	BOOL("desk", "tell_rejected", D(tell_rejected), "yes",
		"tell contributors that they were not placed, and why"),
	PATH("desk", "reasons", D(reasons), "", "reasons",
		"folder with own reasons of rejection (nl/KEY.txt, en/KEY.txt), beside those "
		"shipped"),
	STR("desk", "pager", D(pager), "", "less -S",
		"program for long output on a terminal; empty: that of $PAGER, else less"),
	STR("smtp", "host", S(server.host), "", "smtp.example.nl",
		"server for outgoing mail; empty: nothing is sent"),
	INT("smtp", "port", S(server.port), "0", 0, 65535,
		"0: 465 implicit, 587 STARTTLS, 25 without TLS"),
	ENUM("smtp", "tls", S(server.tls), "implicit", tls_names,
		"implicit, starttls; none for loopback only"),
	PATH("smtp", "ca_file", S(server.ca_file), "", "/etc/ssl/certs/own-ca.pem",
		"trusted authorities; empty: the system's"),
	ENUM("smtp", "auth", S(server.auth), "none", auth_names, "login, plain, xoauth2, none"),
	STR("smtp", "user", S(server.user), "", "nieuws@example.nl", "user name"),
	PATH("smtp", "password_file", S(server.password_file), "", "smtp.password",
		"file with the password; sought in $CREDENTIALS_DIRECTORY, then here"),
	STR("smtp", "password_command", S(server.password_command), "", "/usr/bin/pass smtp",
		"prints the password or token"),
	TIME("smtp", "timeout", S(server.timeout), "60 s", 1, 600, "for one command"),
	PATH("smtp", "sendmail", S(sendmail), "", "/usr/sbin/sendmail",
		"local program in place of a server"),
	STR("smtp", "from", S(from), "", "nieuws@example.nl", "sender of all our mails"),
	STR("smtp", "from_name", S(from_name), "", "Redactie Kijk op Oost",
		"its name; empty: the newsroom"),
	STR("smtp", "helo", S(helo), "", "mail.example.nl",
		"our name in EHLO; empty: the domain of from"),
	STR("mailbox", "host", M(server.host), "", "imap.example.nl", "IMAP server"),
	INT("mailbox", "port", M(server.port), "0", 0, 65535, "0: 993 implicit, 143 else"),
	ENUM("mailbox", "tls", M(server.tls), "implicit", tls_names,
		"implicit, starttls; none for loopback only"),
	PATH("mailbox", "ca_file", M(server.ca_file), "", "/etc/ssl/certs/own-ca.pem",
		"trusted authorities; empty: the system's"),
	ENUM("mailbox", "auth", M(server.auth), "login", auth_names,
		"login, plain, xoauth2, oauthbearer"),
	STR("mailbox", "user", M(server.user), "", "nieuws@example.nl", "user name"),
	PATH("mailbox", "password_file", M(server.password_file), "", "imap.password",
		"file with the password; sought in $CREDENTIALS_DIRECTORY, then here"),
	STR("mailbox", "password_command", M(server.password_command), "", "/usr/bin/pass imap",
		"prints the password or the token"),
	TIME("mailbox", "timeout", M(server.timeout), "60 s", 1, 600, "for one command"),
	LIST("mailbox", "folders", M(folders), "INBOX", "INBOX;Persberichten",
		"folders to read, separated by ;"),
	STR("mailbox", "address", M(address), "", "nieuws@example.nl",
		"our public address; it never gets a receipt"),
	ENUM("mailbox", "done", M(done), "seen", done_names,
		"what happens on the server with a kept mail"),
	STR("mailbox", "done_folder", M(done_folder), "Verwerkt", "Verwerkt",
		"where done = move puts it"),
	STR("mailbox", "done_keyword", M(done_keyword), "$Nieuws", "$Nieuws",
		"the flag of done = flag"),
	TIME("mailbox", "poll", M(poll), "5 min", 5, 86400,
		"between looks where the server does not tell"),
	BOOL("mailbox", "idle", M(idle), "yes", "be told by the server (IMAP IDLE)"),
	INT("mailbox", "batch_messages", M(batch_messages), "200", 1, 500, "mails per fetch"),
	SIZE("mailbox", "batch_bytes", M(batch_bytes), "16 MiB", 65536, 256 * MIB,
		"bytes per fetch"),
	STR("mailbox", "authserv_id", M(authserv_id), "", "mx.example.nl",
		"name of our own mail server in Authentication-Results; empty: senders are never "
		"authenticated"),
	TIME("mailbox", "alarm_after", M(alarm_after), "2 h", 60, 2592000,
		"without a look at the mailbox, then alarm"),
	TIME("mailbox", "recount", M(recount), "24 h", 5, 604800,
		"between counts of all that the folder holds, for the books"),
	STR("editor", "name", E(name), "", "Sanne de Vries", "name"),
	STR("editor", "address", E(address), "", "sanne@example.nl", "mail address"),
	BOOL("editor", "notify", E(notify), "yes", "send notices"),
	TIME("editor", "digest", E(digest_seconds), "0 s", 0, 86400,
		"0: a notice per draft; else one mail per this time"),
	STR("editor", "quiet", E(quiet), "", "22:00-07:00", "no notices in these hours"),
	STR("editor", "language", E(language), "", "nl", "nl or en; empty: that of the newsroom"),
	LIST("editor", "rights", E(rights), "review;approve", "review;approve;admin",
		"what this editor may do"),
	{NULL, NULL, SET_STRING, 0, NULL, NULL, 0, 0, NULL, NULL},
};

typedef struct {
	const char *name;
	gint64 factor;
} Unit;

static const Unit size_units[] = {{"", 1}, {"b", 1}, {"kib", 1024}, {"k", 1024}, {"mib", MIB},
	{"m", MIB}, {"gib", 1024LL * MIB}, {"g", 1024LL * MIB}, {NULL, 0}};
static const Unit time_units[] = {
	{"", 1}, {"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}, {"d", 86400}, {NULL, 0}};
static const Unit plain_units[] = {{"", 1}, {NULL, 0}};

static const Unit *
units_of(SettingType type)
{
	return type == SET_SIZE ? size_units : type == SET_DURATION ? time_units : plain_units;
}

static bool
parse_number(const char *text, const Unit *units, gint64 *ret_number)
{
	char *end;
	gint64 number = g_ascii_strtoll(text, &end, 10);
	g_autofree char *unit = g_ascii_strdown(g_strchug(end), -1);

	if (end == text || number < 0 || number > G_MAXINT32 * 1024LL)
		return false;
	for (; units->name != NULL; units++) {
		if (strcmp(g_strchomp(unit), units->name) != 0)
			continue;
		*ret_number = number * units->factor;
		return true;
	}
	return false;
}

static char *
print_number(const Setting *setting, gint64 number)
{
	const Unit *best = NULL;

	for (const Unit *unit = units_of(setting->type); unit->name != NULL; unit++)
		if (number != 0 && number % unit->factor == 0 && strlen(unit->name) != 1 &&
			(best == NULL || unit->factor >= best->factor))
			best = unit;
	if (setting->type == SET_DURATION && number != 0 && number % 3600 == 0)
		return g_strdup_printf("%" G_GINT64_FORMAT " h", number / 3600);
	if (best == NULL || best->factor == 1)
		return g_strdup_printf("%" G_GINT64_FORMAT "%s", number,
			setting->type == SET_DURATION ? " s" : "");
	if (setting->type == SET_SIZE)
		return g_strdup_printf("%" G_GINT64_FORMAT " %s", number / best->factor,
			best->factor == 1024  ? "KiB"
			: best->factor == MIB ? "MiB"
					      : "GiB");
	return g_strdup_printf("%" G_GINT64_FORMAT " %s", number / best->factor, best->name);
}

static char *
parse_int(const Setting *setting, char *text, gint64 *field)
{
	gint64 number;

	if (parse_number(text, units_of(setting->type), &number) && number >= setting->least &&
		number <= setting->most) {
		*field = number;
		return NULL;
	}
	{
		g_autofree char *least = print_number(setting, setting->least);
		g_autofree char *most = print_number(setting, setting->most);

		return g_strdup_printf("a value from %s to %s", least, most);
	}
}

static char *
parse_enum(const Setting *setting, const char *text, int *field)
{
	g_autofree char *all = NULL;

	for (int i = 0; setting->names[i] != NULL; i++) {
		if (strcmp(setting->names[i], text) != 0)
			continue;
		*field = i;
		return NULL;
	}
	all = g_strjoinv(", ", (char **)(guintptr)setting->names);
	return g_strdup_printf("one of %s", all);
}

static char *
parse_bool(const char *text, bool *field)
{
	static const char *const yes[] = {"yes", "true", "on", "1", "ja", NULL};
	static const char *const no[] = {"no", "false", "off", "0", "nee", NULL};

	if (!g_strv_contains(yes, text) && !g_strv_contains(no, text))
		return g_strdup("yes or no");
	*field = g_strv_contains(yes, text);
	return NULL;
}

static void
parse_list(const char *text, GPtrArray **field)
{
	g_auto(GStrv) items = g_strsplit(text, ";", -1);

	g_clear_pointer(field, g_ptr_array_unref);
	*field = g_ptr_array_new_with_free_func(g_free);
	for (char **item = items; *item != NULL; item++)
		if (*g_strstrip(*item) != '\0')
			g_ptr_array_add(*field, g_strdup(*item));
}

static void
parse_string(const Setting *setting, const char *text, const char *folder, char **field)
{
	bool relative = setting->type == SET_PATH && *text != '\0' && !g_path_is_absolute(text);
	/* Secrets keep their bare name: they are sought in more than one folder. */
	bool secret = strcmp(setting->key, "password_file") == 0;

	g_free(*field);
	*field = relative && !secret ? g_canonicalize_filename(text, folder) : g_strdup(text);
}

char *
setting_parse(const Setting *setting, const char *given, const char *folder, void *base)
{
	g_autofree char *text = g_strstrip(g_strdup(given));
	char *field = (char *)base + setting->offset;

	if (strpbrk(text, "\r\n") != NULL || !g_utf8_validate(text, -1, NULL))
		return g_strdup("one line of text");
	switch (setting->type) {
	case SET_STRING:
	case SET_PATH:
		parse_string(setting, text, folder, (char **)(void *)field);
		return NULL;
	case SET_LIST:
		parse_list(text, (GPtrArray **)(void *)field);
		return NULL;
	case SET_BOOL:
		return parse_bool(text, (bool *)field);
	case SET_ENUM:
		return parse_enum(setting, text, (int *)(void *)field);
	case SET_INT:
	case SET_SIZE:
	case SET_DURATION:
		return parse_int(setting, text, (gint64 *)(void *)field);
	}
	return NULL;
}

static char *
print_list(const GPtrArray *items)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; items != NULL && i < items->len; i++)
		g_string_append_printf(
			text, "%s%s", i > 0 ? ";" : "", (const char *)items->pdata[i]);
	return g_string_free(text, FALSE);
}

char *
setting_print(const Setting *setting, const void *base)
{
	const char *field = (const char *)base + setting->offset;

	switch (setting->type) {
	case SET_STRING:
	case SET_PATH:
		return g_strdup(*(char *const *)(const void *)field);
	case SET_LIST:
		return print_list(*(GPtrArray *const *)(const void *)field);
	case SET_BOOL:
		return g_strdup(*(const bool *)field ? "yes" : "no");
	case SET_ENUM:
		return g_strdup(setting->names[*(const int *)(const void *)field]);
	case SET_INT:
	case SET_SIZE:
	case SET_DURATION:
		return print_number(setting, *(const gint64 *)(const void *)field);
	}
	return NULL;
}
