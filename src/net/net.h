/* net: a stream for libetpan that can be trusted. Uses base, config, libetpan's mailstream, GnuTLS.
 *
 * libetpan's own TLS verifies nothing and its time-outs are per read. Here: certificate chain and
 * host name are verified before a byte of ours is sent, TLS 1.2 or later, SNI; each command has an
 * absolute deadline and a budget of bytes; a filter sees every received byte before libetpan's
 * parser does.
 */
#pragma once

#include <libetpan/libetpan.h>

#include "base.h"
#include "config.h"

typedef struct Net Net;

/* Looks at (and may change in place) received bytes; false refuses them and ends the connection. */
typedef bool (*NetFilter)(void *context, char *bytes, size_t length);

/* Connects, and for TLS_IMPLICIT shakes hands. port as in the config, default_port otherwise.
 * Blocks at most server->timeout seconds. A certificate that is not trusted is NIEUWS_MAILBOX,
 * everything that passes NIEUWS_LATER. */
Net *net_connect(const ServerConfig *server, int default_port, GError **error);

/* Closes at once, without farewell. A stream made by net_stream is closed with it. */
void net_free(Net *net);

/* The libetpan stream on it; owned by whoever gets it (libetpan's session). Once. */
mailstream *net_stream(Net *net);

/* STARTTLS: from now on the same stream is encrypted. Refused when received bytes wait unread
 * (injection). */
bool net_start_tls(Net *net, GError **error);

void net_set_filter(Net *net, NetFilter filter, void *context);

/* All until the next call must be done in this many seconds, with at most this many received bytes
 * (0: no limit). */
void net_set_budget(Net *net, gint64 seconds, gint64 bytes);

/* Why the last read or write failed, for people; "" when it did not. */
const char *net_failure(const Net *net);

/* Is there something to read now, without blocking? Readable TLS records without data in them do
 * not count. 1 yes, 0 no, -1 the connection is gone. */
int net_poll(Net *net);

int net_fd(const Net *net);
bool net_is_encrypted(const Net *net);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Net, net_free)
