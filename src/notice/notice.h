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

/* --- what --- */

typedef enum {
	NOTICE_EDITOR,
	NOTICE_DIGEST,
	NOTICE_RECEIPT,
	NOTICE_OVERSIZE,
	NOTICE_QUARANTINE,
	NOTICE_KINDS,
} NoticeKind;

/* All that templates may speak of. Strings may be NULL; texts from mail are made printable here. */
typedef struct {
	gint64 number;
	const char *reference;
	const Draft *draft;
	const Message *message;
	gint64 size; /* of the mail, bytes */
	const char *mailbox, *reason; /* quarantine */
	const char *list; /* digest */
	gint64 count;
} NoticeFacts;

typedef struct {
	const char *recipient, *language;
	gint64 outbox; /* the row: makes the Message-ID */
	const char *token;
	gint64 now;
} NoticeAddress;

/* One whole RFC 5322 message with CRLF line ends, 7-bit clean (RFC 2047, quoted-printable). Text of
 * a wrong template is NIEUWS_CONFIG. */
GBytes *notice_compose(const Config *config, NoticeKind kind, const NoticeFacts *facts,
	const NoticeAddress *address, GError **error);

/* Every template, with every placeholder known: NIEUWS_CONFIG with file and name when not. */
bool notice_templates_check(const Config *config, GError **error);

/* One header value encoded (RFC 2047), folded, without any line end of its own: for tests too. To
 * g_free. */
char *notice_encode_header(const char *text);
