/* notice: what is told to whom, and when to be silent. Uses base, model, config. Pure: values in,
 * bytes out; sends nothing.
 */
#pragma once

#include "config.h"
#include "model.h"

/* --- when --- */

/* When an editor may be told of something that happens now: at once, at the next digest, after the
 * quiet hours. */
gint64 notice_due_at(const EditorConfig *editor, gint64 now);

/* What is known of a contributor before a receipt. */
typedef struct {
	gint64 now, last_receipt_at, sent_this_hour;
} NoticeReceiptFacts;

/* Who gets the receipt: Reply-To, else From. To g_free; "" when nobody can. */
char *notice_receipt_recipient(const Message *message);

/* Why no receipt may be sent (RFC 3834: automatic mail, our own addresses, limits, unproven
 * senders); NULL: send it. */
const char *notice_receipt_silence(
	const Config *config, const Message *message, const NoticeReceiptFacts *facts);

/* Why no closing mail (placed, rejected) goes to who sent this; NULL: send it. trusted and blocked
 * are what the newsroom says of him; trusted stands for an authentication that is missing, never
 * for one that failed. */
const char *notice_closing_silence(
	const Config *config, const Message *message, bool trusted, bool blocked);

/* --- what --- */

typedef enum {
	NOTICE_EDITOR,
	NOTICE_DIGEST,
	NOTICE_RECEIPT,
	NOTICE_OVERSIZE,
	NOTICE_QUARANTINE,
	NOTICE_PLACED,
	NOTICE_REJECTED,
	NOTICE_TOLD, /* an editor: somebody took over what was his */
	NOTICE_ASSIGNED,
	NOTICE_JOINED, /* a contributor: his mail was added to a draft */
	NOTICE_FOLLOWUP, /* an editor: something came after a draft */
	NOTICE_ALARM, /* an admin: something is wrong with the machine; template alarm-KIND */
	NOTICE_ALARM_OVER,
	NOTICE_KINDS,
} NoticeKind;

/* All that templates may speak of. Strings may be NULL; texts from mail are made printable here. */
typedef struct {
	gint64 number;
	const char *reference;
	const Draft *draft;
	const Message *message;
	gint64 size; /* of the mail, bytes */
	const char *mailbox, *reason; /* quarantine; told: why */
	const char *url; /* placed: where */
	const char *editor; /* told, assigned: the name of who did it */
	const char *explanation; /* rejected: lines of text */
	const char *list; /* digest */
	gint64 count; /* alarm: mails, minutes or MiB */
	const char *alarm; /* one of notice_alarms */
	const char *about, *detail; /* alarm: which mailbox or address; what the system said */
	gint64 since; /* alarm */
} NoticeFacts;

/* Kinds of alarms, each with a template alarm-KIND that says what it means and what to do. Ended
 * by NULL. */
extern const char *const notice_alarms[];

typedef struct {
	const char *recipient, *language;
	gint64 outbox; /* the row: makes the Message-ID */
	const char *token;
	gint64 now;
	const char *subject,
		*text; /* as an editor wrote it, in place of the template; "" or NULL */
} NoticeAddress;

/* Subject and text of a template filled, both to g_free: for an editor to write on. */
bool notice_text(const Config *config, NoticeKind kind, const NoticeFacts *facts,
	const char *language, char **ret_subject, char **ret_text, GError **error);

/* One whole RFC 5322 message with CRLF line ends, 7-bit clean (RFC 2047, quoted-printable). Text of
 * a wrong template is NIEUWS_CONFIG. */
GBytes *notice_compose(const Config *config, NoticeKind kind, const NoticeFacts *facts,
	const NoticeAddress *address, GError **error);

/* --- reasons of rejection --- */

typedef struct {
	char *key; /* of the file: "late" */
	char *title; /* for the list */
	char *text; /* for the contributor; may hold placeholders */
} NoticeReason;

/* All in this language (where one lacks it: Dutch), by key. "general" is always among them. Array
 * of NoticeReason * to g_ptr_array_unref. */
GPtrArray *notice_reasons(const Config *config, const char *language, GError **error);

/* The text with its placeholders filled; to g_free. */
char *notice_reason_text(const Config *config, const NoticeReason *reason, const char *language,
	const NoticeFacts *facts, GError **error);

/* Every template, with every placeholder known: NIEUWS_CONFIG with file and name when not. */
bool notice_templates_check(const Config *config, GError **error);

/* One header value encoded (RFC 2047), folded, without any line end of its own: for tests too. To
 * g_free. */
char *notice_encode_header(const char *text);
