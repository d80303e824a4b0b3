/* One line per event on stderr: "event key=value key=value", made for grep and for the journal.
 *
 * Rooms below the programs stay silent above LOG_DEBUG; programs log each failure once. Values are
 * quoted where they hold blanks, and every control, bidi or invalid byte in them is escaped, so no
 * mail can forge a line. At LOG_INFO and above only ids belong in values: no addresses, subjects or
 * texts.
 */
#pragma once

#include <stdbool.h>
#include <syslog.h>

/* Name of the program in front of lines on a terminal; "<N>" priorities instead when the journal
 * reads stderr. */
void log_open(const char *program);

/* Lines above this priority are dropped. Default LOG_INFO. */
void log_set_level(int level);

bool log_enabled(int level);

/* log_event(LOG_INFO, "kept", "mailbox", name, "draft", number, NULL): pairs of const char *, ended
 * by NULL. A NULL value ends the list too, so pass "" for nothing. A last pair "outcome", "..." is
 * customary. */
void log_event(int level, const char *event, ...) __attribute__((sentinel));
