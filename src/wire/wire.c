#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"

enum {
	INLINE_MAX = 48 * 1024, /* above this a record travels in a memfd */
	MAX_FDS = 2,
	SOCKET_BUFFER = 1 << 20,
};

/* What stands in front of each record. Both ends are the same build on the same machine. */
typedef struct {
	guint32 kind;
	guint32 length; /* of the record */
	guint8 spilled; /* the record is in the first descriptor */
	guint8 has_fd; /* the last descriptor is the letter's */
	guint8 zero[6];
} Header;

typedef struct {
	GBytes *packet; /* header and, unless spilled, the record */
	int fds[MAX_FDS];
	int n_fds;
} Packet;

struct WireChannel {
	int fd;
	GQueue queue; /* Packet * that the socket would not take */
	guint8 *buffer;
};

#define BUFFER_SIZE (sizeof(Header) + INLINE_MAX)

WireChannel *
wire_channel_new(int fd)
{
	WireChannel *channel = g_new0(WireChannel, 1);

	channel->fd = fd;
	g_queue_init(&channel->queue);
	channel->buffer = g_malloc(BUFFER_SIZE);
	return channel;
}

static void
packet_free(Packet *packet)
{
	for (int i = 0; i < packet->n_fds; i++)
		fs_close(&packet->fds[i]);
	g_bytes_unref(packet->packet);
	g_free(packet);
}

void
wire_channel_free(WireChannel *channel)
{
	Packet *packet;

	if (channel == NULL)
		return;
	while ((packet = g_queue_pop_head(&channel->queue)) != NULL)
		packet_free(packet);
	fs_close(&channel->fd);
	g_free(channel->buffer);
	g_free(channel);
}

int
wire_channel_fd(const WireChannel *channel)
{
	return channel->fd;
}

bool
wire_pair(int ret_fds[2], GError **error)
{
	int size = SOCKET_BUFFER;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_fds) != 0)
		return nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot make a channel");
	/* Best effort: the kernel caps it; large letters go in memfds anyway. */
	for (int i = 0; i < 2; i++)
		setsockopt(ret_fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	return true;
}

void
wire_set_blocking(WireChannel *channel, bool blocking)
{
	int flags = fcntl(channel->fd, F_GETFL);

	fcntl(channel->fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

/* --- sending
 * --------------------------------------------------------------------------------------------------
 */

static bool
spill(Packet *packet, GBytes *record, GError **error)
{
	gsize length;
	const void *bytes = g_bytes_get_data(record, &length);
	int fd = fs_memfd("nieuws-letter", bytes, length, error);

	if (fd < 0)
		return false;
	packet->fds[packet->n_fds++] = fd;
	return true;
}

static Packet *
packet_new(WireKind kind, GBytes *record, int fd, GError **error)
{
	Packet *packet = g_new0(Packet, 1);
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	gsize length = g_bytes_get_size(record);
	Header header = {.kind = (guint32)kind, .length = (guint32)length, .has_fd = fd >= 0};

	header.spilled = length > INLINE_MAX;
	g_byte_array_append(bytes, (const guint8 *)&header, sizeof header);
	if (!header.spilled && length > 0)
		g_byte_array_append(bytes, g_bytes_get_data(record, NULL), (guint)length);
	packet->packet = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
	if (header.spilled && !spill(packet, record, error)) {
		packet_free(packet);
		return NULL;
	}
	if (fd >= 0) {
		packet->fds[packet->n_fds] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (packet->fds[packet->n_fds] < 0) {
			nieuws_fail_errno(error, NIEUWS_LATER, errno, "cannot pass a file on");
			packet_free(packet);
			return NULL;
		}
		packet->n_fds++;
	}
	return packet;
}

/* 1 sent, 0 the socket is full, -1 failed (errno). */
static int
packet_send(int socket, const Packet *packet)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(MAX_FDS * sizeof(int))];
	} control = {.bytes = {0}};
	gsize length;
	struct iovec part = {
		.iov_base = (void *)(guintptr)g_bytes_get_data(packet->packet, &length)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t sent;

	part.iov_len = length;
	if (packet->n_fds > 0) {
		size_t size = (size_t)packet->n_fds * sizeof(int);

		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(size);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(&control.header), packet->fds, size);
	}
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return 1;
	return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
}

bool
wire_flush(WireChannel *channel, bool *ret_empty, GError **error)
{
	Packet *packet;

	while ((packet = g_queue_peek_head(&channel->queue)) != NULL) {
		int outcome = packet_send(channel->fd, packet);

		if (outcome < 0)
			return nieuws_fail_errno(
				error, NIEUWS_LATER, errno, "the other process is gone");
		if (outcome == 0)
			break;
		packet_free(g_queue_pop_head(&channel->queue));
	}
	if (ret_empty != NULL)
		*ret_empty = packet == NULL;
	return true;
}

bool
wire_pending(const WireChannel *channel)
{
	return channel->queue.length > 0;
}

bool
wire_send(WireChannel *channel, WireKind kind, const void *record, int fd, GError **error)
{
	g_autoptr(GBytes) bytes = record_to_bytes(wire_type(kind), record);
	Packet *packet;

	if (g_bytes_get_size(bytes) > WIRE_MAX_RECORD)
		return nieuws_fail(error, NIEUWS_MESSAGE, "a letter of %zu bytes is too large",
			g_bytes_get_size(bytes));
	packet = packet_new(kind, bytes, fd, error);
	if (packet == NULL)
		return false;
	g_queue_push_tail(&channel->queue, packet);
	return wire_flush(channel, NULL, error);
}

/* --- receiving
 * ------------------------------------------------------------------------------------------------
 */

static int
take_fds(struct msghdr *message, int fds[MAX_FDS])
{
	int n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
		size_t count;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (n < MAX_FDS)
				fds[n++] = fd;
			else
				close(fd);
		}
	}
	return n;
}

/* The length of the packet, 0 at the end, -1 with errno. */
static ssize_t
receive_packet(WireChannel *channel, int fds[MAX_FDS], int *ret_n_fds, bool *ret_cut)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(MAX_FDS * sizeof(int))];
	} control;
	struct iovec part = {.iov_base = channel->buffer, .iov_len = BUFFER_SIZE};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes};
	ssize_t length;

	do
		length = recvmsg(channel->fd, &message, MSG_CMSG_CLOEXEC);
	while (length < 0 && errno == EINTR);
	*ret_n_fds = length >= 0 ? take_fds(&message, fds) : 0;
	*ret_cut = length >= 0 && (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
	return length;
}

static GBytes *
unspill(int fd, guint32 expected, GError **error)
{
	size_t length;
	char *bytes = fs_pread_all(fd, WIRE_MAX_RECORD, &length, error);

	if (bytes == NULL)
		return NULL;
	if (length != expected) {
		g_free(bytes);
		nieuws_fail(error, NIEUWS_MESSAGE, "a letter has another length than it says");
		return NULL;
	}
	return g_bytes_new_take(bytes, length);
}

static GBytes *
record_bytes(
	WireChannel *channel, const Header *header, size_t length, const int *fds, GError **error)
{
	if (header->spilled)
		return unspill(fds[0], header->length, error);
	if (header->length != length - sizeof *header) {
		nieuws_fail(error, NIEUWS_MESSAGE, "a letter has another length than it says");
		return NULL;
	}
	return g_bytes_new(channel->buffer + sizeof *header, header->length);
}

static WireLetter *
letter_new(WireChannel *channel, size_t length, int fds[MAX_FDS], int n_fds, GError **error)
{
	Header header;
	const RecordType *type;
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(WireLetter) letter = g_new0(WireLetter, 1);

	letter->fd = -1;
	if (length < sizeof header) {
		nieuws_fail(error, NIEUWS_MESSAGE, "a letter is too short");
		return NULL;
	}
	memcpy(&header, channel->buffer, sizeof header);
	letter->kind = (WireKind)header.kind;
	type = wire_type(letter->kind);
	if (type == NULL || header.spilled > 1 || header.has_fd > 1 ||
		n_fds != header.spilled + header.has_fd) {
		nieuws_fail(error, NIEUWS_MESSAGE, "a letter of an unknown kind came");
		return NULL;
	}
	bytes = record_bytes(channel, &header, length, fds, error);
	if (bytes == NULL)
		return NULL;
	letter->record = record_from_bytes(type, bytes, error);
	if (letter->record == NULL)
		return NULL;
	if (header.has_fd)
		letter->fd = fs_steal(&fds[n_fds - 1]);
	return g_steal_pointer(&letter);
}

bool
wire_receive(WireChannel *channel, WireLetter **ret_letter, GError **error)
{
	int fds[MAX_FDS] = {-1, -1};
	int n_fds;
	bool cut;
	ssize_t length = receive_packet(channel, fds, &n_fds, &cut);
	WireLetter *letter;

	if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		*ret_letter = NULL;
		return true;
	}
	if (length < 0)
		return nieuws_fail_errno(
			error, NIEUWS_LATER, errno, "cannot hear the other process");
	if (length == 0)
		return nieuws_fail(error, NIEUWS_LATER, "the other process has ended");
	letter = cut ? NULL : letter_new(channel, (size_t)length, fds, n_fds, error);
	for (int i = 0; i < MAX_FDS; i++)
		fs_close(&fds[i]);
	if (cut)
		return nieuws_fail(error, NIEUWS_MESSAGE, "a letter was too large for its packet");
	if (letter == NULL)
		return false;
	*ret_letter = letter;
	return true;
}

void
wire_letter_free(WireLetter *letter)
{
	if (letter == NULL)
		return;
	if (letter->record != NULL)
		record_free(wire_type(letter->kind), letter->record);
	fs_close(&letter->fd);
	g_free(letter);
}
