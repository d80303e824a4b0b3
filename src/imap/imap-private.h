/* Shared by the files of imap. */
#pragma once

#include <libetpan/libetpan.h>

#include "guard.h"
#include "imap.h"
#include "net.h"

struct Imap {
	Net *net;
	mailimap *session;
	Guard guard;
	gint64 timeout;
	char *host;
	gint64 uidvalidity; /* of the selected folder */
};

/* Deadline, byte budget (0: a few MiB) and guard for the next command. */
void imap_budget(Imap *imap, gint64 seconds, gint64 bytes);

/* Turns a libetpan result into an error; true when it is MAILIMAP_NO_ERROR. */
bool imap_check(Imap *imap, int result, const char *doing, GError **error);

/* False, with an error, when the server has numbered the folder anew since it was selected. */
bool imap_is_same_folder(const Imap *imap, GError **error);

/* Raw lines, for what libetpan does wrong (IDLE, SASL). The line is valid until the next read;
 * NULL: gone. */
const char *imap_read_line(Imap *imap, GError **error);
bool imap_send_line(Imap *imap, bool tagged, const char *line, bool secret, GError **error);

/* Is this the tagged answer to the command just sent? Then *ret_good says OK. */
bool imap_is_answer(const Imap *imap, const char *line, bool *ret_good);

/* False, with an error, when text holds what could start a command of its own. */
bool imap_is_safe(const char *text, const char *what, GError **error);

bool imap_authenticate(Imap *imap, const ServerConfig *server, const char *secret, GError **error);
bool imap_has(Imap *imap, const char *capability);
