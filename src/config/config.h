/* config: nieuws.conf, read and checked against one table of settings. Uses base.
 *
 * The file is a key file (GKeyFile): [section] or [section NAME], key = value. The table in
 * settings.c names every setting with type, default, limits, unit and meaning; from it come the
 * reader, the check (all errors of a file in one run, "file:line: key: what, expected, example",
 * unknown keys with a did-you-mean), the dump, and a test that compares config/nieuws.conf with it.
 * Secrets are never in the file: it names where they are.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	TLS_IMPLICIT,
	TLS_STARTTLS,
	TLS_NONE, /* accepted for loopback hosts only */
} TlsMode;

typedef enum {
	AUTH_LOGIN, /* LOGIN (IMAP) / AUTH LOGIN (SMTP) */
	AUTH_PLAIN,
	AUTH_XOAUTH2,
	AUTH_OAUTHBEARER,
	AUTH_NONE, /* SMTP only */
} AuthMethod;

typedef enum {
	DONE_SEEN,
	DONE_MOVE,
	DONE_FLAG,
	DONE_DELETE,
	DONE_NONE,
} DoneAction;

/* How to reach a server. */
typedef struct {
	char *host;
	gint64 port; /* 0: the default of the protocol and TLS mode */
	int tls; /* TlsMode */
	char *ca_file; /* "" is the system's */
	int auth; /* AuthMethod */
	char *user;
	char *password_file; /* relative names are looked for in $CREDENTIALS_DIRECTORY ('/' as
				'_'), then beside the config file */
	char *password_command; /* a program and its arguments; its first output line is the
				   password or token */
	gint64 timeout; /* seconds for one command */
} ServerConfig;

typedef struct {
	char *name; /* of the section [mailbox NAME] */
	ServerConfig server;
	GPtrArray *folders; /* char *; default INBOX */
	char *address; /* our public address: nieuws@... */
	int done; /* DoneAction */
	char *done_folder; /* DONE_MOVE */
	char *done_keyword; /* DONE_FLAG */
	gint64 poll; /* seconds between looks where IDLE does not tell */
	bool idle;
	gint64 batch_messages, batch_bytes;
	char *authserv_id; /* of our own MX, for Authentication-Results; "" trusts none */
	gint64 alarm_after; /* seconds without a successful look */
	gint64 recount; /* seconds between counts of the whole folder */
} MailboxConfig;

typedef struct {
	ServerConfig server; /* host "" and sendmail "": nothing is sent */
	char *sendmail; /* path of a sendmail program instead of a server */
	char *from, *from_name; /* From of all that we send */
	char *helo;
} SmtpConfig;

typedef struct {
	char *user; /* of the section [editor USER]: the Unix user */
	char *name, *address;
	bool notify;
	gint64 digest_seconds; /* 0: one notice per draft */
	char *quiet; /* "22:00-07:00"; "" never */
	char *language; /* nl, en; "" is that of the newsroom */
	GPtrArray *rights; /* "review", "approve", "admin" */
} EditorConfig;

typedef struct {
	GPtrArray *require; /* what approving asks: "title", "lead", "alt", "credit", "embargo" */
	gint64 undo_time; /* seconds that a mail of an editor's step waits */
	bool tell_placed, tell_rejected; /* closing mails to contributors */
	char *reasons; /* folder with own reasons of rejection; "" is the installed one alone */
	char *pager; /* program for long output; "" is $PAGER, else less */
} DeskConfig;

/* [alias]: what stands for what. Whether words begin with a command is checked by who knows the
 * commands. */
typedef struct {
	char *name, *words;
} AliasConfig;

typedef enum {
	RECEIPTS_NEVER,
	RECEIPTS_TRUSTED, /* only where authentication passed */
	RECEIPTS_ALWAYS,
} ReceiptMode;

typedef struct {
	gint64 message, header_bytes, headers, parts, depth, text, html_nodes, html_depth,
		attachments;
	gint64 reader_cpu, reader_memory, reader_deadline, reader_messages;
	gint64 picture_width; /* "too small for the page" below this */
	gint64 picture_published; /* the copy that is published is at most so wide */
	gint64 picture_pixels; /* megapixels; larger ones are not decoded */
	gint64 converters, converter_deadline, converter_memory, document_unpacked;
} LimitsConfig;

/* When admins are told. Times in seconds. */
typedef struct {
	gint64 check; /* between looks at what could be wrong */
	gint64 disk; /* bytes that must be free */
	gint64 outbox_after; /* a mail of ours that does not leave */
	gint64 quarantine; /* mails set apart within a day */
	gint64 repeat; /* the same alarm is told again at most once in this time */
	gint64 contributor_hourly, hourly; /* mails; more are kept, and told of in one digest; 0:
					      no limit */
	gint64 flood_after; /* after the first mail too many, the digest leaves */
} AlarmConfig;

/* What other programs say of a mail. Each is off by default. */
typedef struct {
	char *clamd; /* path of clamd's socket; "": no scan */
	gint64 clamd_timeout, clamd_most; /* seconds and bytes of one scan */
	GPtrArray *spam_headers; /* char *: names of verdicts to believe; empty: none */
	bool spam_headers_anywhere; /* our own mail server removes those of others */
} FilterConfig;

typedef struct {
	char *path; /* of the file; "" for the built-in defaults */
	/* [nieuws] */
	char *spool; /* absolute after loading */
	char *newsroom; /* name in mails: "Kijk op Oost-Nederland" */
	char *reference; /* prefix of public references: "KON" */
	char *language; /* of mails to contributors and default of editors */
	char *timezone;
	gint64 followup_within; /* seconds: a near text of the same contributor is a correction */
	char *templates; /* folder; "" is the installed one */
	gint64 disk_reserve; /* bytes that stay free: see config_disk_reserve */
	gint64 readers; /* 0: the number of processors */
	bool sandbox_degraded; /* accept a kernel without Landlock */
	/* [receipt] */
	int receipts; /* ReceiptMode */
	gint64 receipt_interval; /* seconds: one receipt per contributor */
	gint64 receipts_hourly;
	LimitsConfig limits;
	AlarmConfig alarm;
	FilterConfig filter;
	DeskConfig desk;
	SmtpConfig smtp;
	GPtrArray *mailboxes; /* MailboxConfig * */
	GPtrArray *editors; /* EditorConfig * */
	GPtrArray *aliases; /* AliasConfig * */
} Config;

/* Reads and checks. On errors NULL, NIEUWS_CONFIG, and the message holds one line per error found.
 * path NULL: the first of
 * ./config/nieuws.conf (a checkout), /etc/nieuws/nieuws.conf. Relative paths in the file count from
 * the file's folder. Drop-ins: the folder conf.d beside nieuws.conf, NAME.conf.d beside any
 * NAME.conf; *.conf in it in order of name. */
Config *config_load(const char *path, GError **error);
void config_free(Config *config);

/* Bytes that must be free in the spool for mails to be fetched: disk_reserve, and at least twice
 * the largest mail; 0 when it is switched off. */
gint64 config_disk_reserve(const Config *config);

const MailboxConfig *config_mailbox(const Config *config, const char *name);
const EditorConfig *config_editor(const Config *config, const char *user);

/* The secret of a server: file or command, first line without its end. CR, LF and NUL in it are
 * refused. Blocks for the command (at most 30 s). The result is wiped by config_secret_free. */
char *config_secret(const Config *config, const ServerConfig *server, GError **error);
void config_secret_free(char *secret);

/* Effective values with where they come from, secrets' places only; text as of `nieuws config`.
 * Result to g_free. */
char *config_dump(const Config *config);

/* A path of ours: NIEUWS_LIBEXEC / NIEUWS_DATA in the environment (a run from the build), else the
 * installed place. */
char *config_program(const char *name);
char *config_data(const char *name);

/* The command line of nieuws-convert with the limits of this configuration: strings, ended by NULL.
 * To g_ptr_array_unref. */
GPtrArray *config_converter(const Config *config);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)
