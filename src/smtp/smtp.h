/* smtp: handing one finished mail to a server or to a local sendmail. Uses base, config, net,
 * libetpan.
 *
 * Blocking, with an absolute deadline per step. A session may carry several mails.
 */
#pragma once

#include "base.h"
#include "config.h"

typedef struct Smtp Smtp;

typedef enum {
	SMTP_SENT,
	SMTP_LATER, /* 4xx, or the line is gone: try again later */
	SMTP_REFUSED, /* 5xx for this mail */
} SmtpOutcome;

/* Connects, verifies, says EHLO, logs in. A server that cannot be trusted or that refuses us is
 * NIEUWS_MAILBOX. */
Smtp *smtp_open(const Config *config, const char *secret, GError **error);
void smtp_close(Smtp *smtp); /* QUIT */
void smtp_free(Smtp *smtp);

/* False when the server has closed it or says something unasked (421): open another. Does not
 * block. */
bool smtp_is_usable(Smtp *smtp);

/* One mail (CRLF lines; dots are doubled here). sender "" is the null return-path. *ret_reply: the
 * server's words, to g_free. After SMTP_LATER the session is of no use. */
SmtpOutcome smtp_send(Smtp *smtp, const char *sender, const char *recipient, const char *mail,
	size_t length, char **ret_reply);

/* The same by a local program (no shell). */
SmtpOutcome smtp_sendmail(const Config *config, const char *sender, const char *recipient,
	const char *mail, size_t length, char **ret_reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Smtp, smtp_free)
