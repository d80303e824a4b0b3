#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BUFFER = 128 * 1024, /* received and filtered, not yet read */
	ETPAN_BUFFER = 64 * 1024, /* what libetpan asks for at once */
	DEAD_PEER_MS = 60000,
};

#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SAFE_RENEGOTIATION"

struct Net {
	int fd;
	char *host;
	char *ca_file;
	gint64 deadline; /* monotonic ms */
	gint64 bytes_left; /* -1: no limit */
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
	gnutls_typed_vdata_st expected[2];
	bool encrypted, broken;
	char *failure;
	NetFilter filter;
	void *filter_context;
	char *buffer;
	size_t start, end; /* of what waits in buffer */
};

static void
set_failure(Net *net, const char *text)
{
	if (net->failure == NULL)
		net->failure = g_strdup(text);
	net->broken = true;
}

const char *
net_failure(const Net *net)
{
	return net->failure != NULL ? net->failure : "";
}

int
net_fd(const Net *net)
{
	return net->fd;
}

bool
net_is_encrypted(const Net *net)
{
	return net->encrypted;
}

void
net_set_filter(Net *net, NetFilter filter, void *context)
{
	net->filter = filter;
	net->filter_context = context;
}

void
net_set_budget(Net *net, gint64 seconds, gint64 bytes)
{
	net->deadline = when_monotonic_ms() + seconds * 1000;
	net->bytes_left = bytes > 0 ? bytes : -1;
}

/* --- waiting with an absolute deadline
 * ------------------------------------------------------------------------ */

static bool
wait_for(Net *net, short events)
{
	for (;;) {
		struct pollfd poller = {.fd = net->fd, .events = events};
		gint64 left = net->deadline - when_monotonic_ms();
		int ready;

		if (left <= 0) {
			set_failure(net, "the server took too long");
			return false;
		}
		ready = poll(&poller, 1, (int)MIN(left, G_MAXINT));
		if (ready > 0)
			return true;
		if (ready < 0 && errno != EINTR) {
			set_failure(net, g_strerror(errno));
			return false;
		}
	}
}

/* --- bytes in and out
 * ----------------------------------------------------------------------------------------- */

/* >0 bytes, 0 would block, -1 gone. */
static ssize_t
receive_some(Net *net, void *bytes, size_t length)
{
	ssize_t got;

	if (net->encrypted) {
		do
			got = gnutls_record_recv(net->session, bytes, length);
		while (got == GNUTLS_E_INTERRUPTED);
		if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_REHANDSHAKE)
			return 0;
		if (got < 0)
			set_failure(net, gnutls_strerror((int)got));
	} else {
		do
			got = recv(net->fd, bytes, length, 0);
		while (got < 0 && errno == EINTR);
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (got < 0)
			set_failure(net, g_strerror(errno));
	}
	if (got == 0)
		set_failure(net, "the server closed the connection");
	return got > 0 ? got : -1;
}

static bool
admit(Net *net, char *bytes, size_t length)
{
	if (net->bytes_left >= 0) {
		net->bytes_left -= (gint64)length;
		if (net->bytes_left < 0) {
			net->bytes_left = 0;
			set_failure(net, "the server sent more than it was asked for");
			return false;
		}
	}
	if (net->filter != NULL && !net->filter(net->filter_context, bytes, length)) {
		set_failure(net, "the server sent what no honest server sends");
		return false;
	}
	return true;
}

/* 1 something waits in the buffer, 0 nothing yet, -1 gone. */
static int
fill(Net *net)
{
	ssize_t got;

	if (net->start < net->end)
		return 1;
	if (net->broken)
		return -1;
	got = receive_some(net, net->buffer, BUFFER);
	if (got <= 0)
		return (int)got;
	if (!admit(net, net->buffer, (size_t)got))
		return -1;
	net->start = 0;
	net->end = (size_t)got;
	return 1;
}

int
net_poll(Net *net)
{
	return fill(net);
}

static ssize_t
low_read(mailstream_low *low, void *bytes, size_t length)
{
	Net *net = low->data;
	int state;
	size_t n;

	while ((state = fill(net)) == 0)
		if (!wait_for(net, POLLIN))
			return -1;
	if (state < 0)
		return -1;
	n = MIN(length, net->end - net->start);
	memcpy(bytes, net->buffer + net->start, n);
	net->start += n;
	return (ssize_t)n;
}

static ssize_t
send_some(Net *net, const void *bytes, size_t length)
{
	ssize_t sent;

	if (net->encrypted) {
		sent = gnutls_record_send(net->session, bytes, length);
		if (sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED)
			return 0;
		if (sent < 0)
			set_failure(net, gnutls_strerror((int)sent));
	} else {
		sent = send(net->fd, bytes, length, MSG_NOSIGNAL);
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
			return 0;
		if (sent < 0)
			set_failure(net, g_strerror(errno));
	}
	return sent >= 0 ? sent : -1;
}

static ssize_t
low_write(mailstream_low *low, const void *bytes, size_t length)
{
	Net *net = low->data;
	ssize_t sent;

	if (net->broken || length == 0)
		return -1;
	while ((sent = send_some(net, bytes, length)) == 0)
		if (!wait_for(net, POLLOUT))
			return -1;
	return sent;
}

/* --- the driver that libetpan sees
 * ---------------------------------------------------------------------------- */

static int
low_close(mailstream_low *low)
{
	Net *net = low->data;

	net->broken = true;
	fs_close(&net->fd);
	return 0;
}

static int
low_get_fd(mailstream_low *low)
{
	return ((Net *)low->data)->fd;
}

static void
low_free(mailstream_low *low)
{
	/* The Net outlives its stream; its owner frees it. */
	g_free(low);
}

static void
low_cancel(mailstream_low *low)
{
	((Net *)low->data)->broken = true;
}

static struct mailstream_cancel *
low_get_cancel(mailstream_low *low)
{
	(void)low;
	return NULL;
}

static carray *
low_certificates(mailstream_low *low)
{
	(void)low;
	return NULL;
}

static int
low_no_idle(mailstream_low *low)
{
	(void)low;
	return -1;
}

static mailstream_low_driver driver = {
	.mailstream_read = low_read,
	.mailstream_write = low_write,
	.mailstream_close = low_close,
	.mailstream_get_fd = low_get_fd,
	.mailstream_free = low_free,
	.mailstream_cancel = low_cancel,
	.mailstream_get_cancel = low_get_cancel,
	.mailstream_get_certificate_chain = low_certificates,
	.mailstream_setup_idle = low_no_idle,
	.mailstream_unsetup_idle = low_no_idle,
	.mailstream_interrupt_idle = low_no_idle,
};

mailstream *
net_stream(Net *net)
{
	mailstream_low *low = g_new0(mailstream_low, 1);

	low->data = net;
	low->driver = &driver;
	return mailstream_new(low, ETPAN_BUFFER);
}

/* --- TLS
 * ------------------------------------------------------------------------------------------------------
 */

static bool
load_trust(Net *net, GError **error)
{
	int loaded;

	if (gnutls_certificate_allocate_credentials(&net->credentials) != 0)
		return nieuws_fail(error, NIEUWS_LATER, "cannot set up TLS");
	loaded = *net->ca_file != '\0' ? gnutls_certificate_set_x509_trust_file(net->credentials,
						 net->ca_file, GNUTLS_X509_FMT_PEM)
				       : gnutls_certificate_set_x509_system_trust(net->credentials);
	if (loaded > 0)
		return true;
	return nieuws_fail(error, NIEUWS_MAILBOX,
		"no certificate authority could be read from %s; %s",
		*net->ca_file != '\0' ? net->ca_file : "the system's store",
		*net->ca_file != '\0' ? "mend ca_file" : "install the package ca-certificates");
}

static bool
is_address(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1;
}

/* The name, and a certificate for servers: one for persons or programs does not do (RFC 5280,
 * 4.2.1.12). GnuTLS keeps the pointers. */
static void
expect_server(Net *net)
{
	net->expected[0] = (gnutls_typed_vdata_st){
		.type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *)net->host, .size = 0};
	net->expected[1] = (gnutls_typed_vdata_st){.type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = (unsigned char *)(guintptr)GNUTLS_KP_TLS_WWW_SERVER,
		.size = 0};
	gnutls_session_set_verify_cert2(net->session, net->expected, 2, 0);
}

static bool
prepare_session(Net *net, GError **error)
{
	if (gnutls_init(&net->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) != 0 ||
		gnutls_priority_set_direct(net->session, PRIORITY, NULL) != 0 ||
		gnutls_credentials_set(net->session, GNUTLS_CRD_CERTIFICATE, net->credentials) != 0)
		return nieuws_fail(error, NIEUWS_LATER, "cannot set up TLS");
	if (!is_address(net->host))
		gnutls_server_name_set(net->session, GNUTLS_NAME_DNS, net->host, strlen(net->host));
	expect_server(net);
	gnutls_transport_set_int(net->session, net->fd);
	return true;
}

static bool
refuse_certificate(Net *net, GError **error)
{
	gnutls_datum_t text = {NULL, 0};
	unsigned status = gnutls_session_get_verify_cert_status(net->session);

	gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0);
	nieuws_fail(error, NIEUWS_MAILBOX,
		"the certificate of %s is not trusted, so no password was sent: %s Check host; for "
		"an authority of your own "
		"set ca_file",
		net->host, text.data != NULL ? (const char *)text.data : "");
	gnutls_free(text.data);
	return false;
}

static bool
handshake(Net *net, GError **error)
{
	int code;

	while ((code = gnutls_handshake(net->session)) != 0) {
		if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
			return refuse_certificate(net, error);
		if (gnutls_error_is_fatal(code))
			return nieuws_fail(error, NIEUWS_LATER, "TLS with %s failed: %s", net->host,
				gnutls_strerror(code));
		if (!wait_for(net, gnutls_record_get_direction(net->session) ? POLLOUT : POLLIN))
			return nieuws_fail(error, NIEUWS_LATER, "TLS with %s failed: %s", net->host,
				net_failure(net));
	}
	net->encrypted = true;
	return true;
}

bool
net_start_tls(Net *net, GError **error)
{
	if (net->start < net->end) {
		net->broken = true;
		return nieuws_fail(error, NIEUWS_MAILBOX,
			"%s sent more behind its answer to STARTTLS: somebody may be in the line, "
			"nothing was sent",
			net->host);
	}
	if (load_trust(net, error) && prepare_session(net, error) && handshake(net, error))
		return true;
	net->broken = true;
	return false;
}

/* --- connecting
 * -----------------------------------------------------------------------------------------------
 */

static void
set_options(int fd)
{
	int on = 1;
	unsigned dead = DEAD_PEER_MS;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof dead);
}

static int
connect_one(Net *net, const struct addrinfo *address)
{
	int problem = 0;
	socklen_t length = sizeof problem;

	net->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (net->fd < 0)
		return errno;
	set_options(net->fd);
	if (connect(net->fd, address->ai_addr, address->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	if (!wait_for(net, POLLOUT))
		return ETIMEDOUT;
	getsockopt(net->fd, SOL_SOCKET, SO_ERROR, &problem, &length);
	return problem;
}

static bool
connect_any(Net *net, int port, GError **error)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct addrinfo *addresses = NULL;
	g_autofree char *service = g_strdup_printf("%d", port);
	int problem = getaddrinfo(net->host, service, &hints, &addresses);

	/* AI_ADDRCONFIG hides ::1 and 127.0.0.1 on a machine without other addresses. */
	if (problem != 0) {
		hints.ai_flags = 0;
		problem = getaddrinfo(net->host, service, &hints, &addresses);
	}
	if (problem != 0)
		return nieuws_fail(error, NIEUWS_LATER, "the name %s is not found: %s; check host",
			net->host, gai_strerror(problem));
	problem = ECONNREFUSED;
	for (const struct addrinfo *a = addresses; a != NULL && problem != 0; a = a->ai_next) {
		fs_close(&net->fd);
		problem = connect_one(net, a);
	}
	freeaddrinfo(addresses);
	if (problem == 0)
		return true;
	return nieuws_fail(error, NIEUWS_LATER, "cannot reach %s port %d: %s", net->host, port,
		g_strerror(problem));
}

static bool
is_loopback(int fd)
{
	struct sockaddr_storage peer;
	socklen_t length = sizeof peer;

	if (getpeername(fd, (struct sockaddr *)&peer, &length) != 0)
		return false;
	if (peer.ss_family == AF_INET)
		return (ntohl(((struct sockaddr_in *)(void *)&peer)->sin_addr.s_addr) >> 24) == 127;
	return peer.ss_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)(void *)&peer)->sin6_addr);
}

Net *
net_connect(const ServerConfig *server, int default_port, GError **error)
{
	g_autoptr(Net) net = g_new0(Net, 1);

	net->fd = -1;
	net->host = g_strdup(server->host);
	net->ca_file = g_strdup(server->ca_file);
	net->buffer = g_malloc(BUFFER);
	net_set_budget(net, server->timeout, 0);
	if (!connect_any(net, server->port > 0 ? (int)server->port : default_port, error))
		return NULL;
	if (server->tls == TLS_NONE && !is_loopback(net->fd)) {
		nieuws_fail(error, NIEUWS_MAILBOX,
			"tls = none is for this machine only, and %s is another one", server->host);
		return NULL;
	}
	if (server->tls == TLS_IMPLICIT && !net_start_tls(net, error))
		return NULL;
	return g_steal_pointer(&net);
}

void
net_free(Net *net)
{
	if (net == NULL)
		return;
	fs_close(&net->fd);
	if (net->session != NULL)
		gnutls_deinit(net->session);
	if (net->credentials != NULL)
		gnutls_certificate_free_credentials(net->credentials);
	g_free(net->host);
	g_free(net->ca_file);
	g_free(net->failure);
	g_free(net->buffer);
	g_free(net);
}
