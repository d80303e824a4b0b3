/* The service manager's notification socket (sd_notify(3) describes the protocol). Silent without
 * one. */
#pragma once

#include <glib.h>

void notify_systemd(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Milliseconds within which WATCHDOG=1 must come; 0: nobody watches. */
guint notify_watchdog_ms(void);
