/* Moments: int64 seconds since 1970 in UTC; 0 means none. Pauses use the monotonic clock. */
#pragma once

#include <glib.h>

/* Seconds since 1970, UTC. */
gint64 when_now(void);

/* Monotonic milliseconds: for deadlines and pauses only. */
gint64 when_monotonic_ms(void);

/* "2026-11-24T12:00:00Z"; "" for 0. Result to g_free. */
char *when_iso(gint64 moment);

/* For people, in local time: "di 24 nov 12:00" in the language of the process. "" for 0. Result to
 * g_free. */
char *when_local(gint64 moment);

/* Age in one short word: "3 min", "2 h", "5 d". Result to g_free. */
char *when_age(gint64 moment, gint64 now);

/* RFC 5322 section 3.3 date in UTC for a header, e.g. "Tue, 24 Nov 2026 12:00:00 +0000". Result to
 * g_free. */
char *when_rfc5322(gint64 moment);

/* 1 to 12 for the name of a month in Dutch, English or German, whole or cut to three letters and
 * more ("mrt" too), capitals or not; 0 for anything else. What follows the letters is not looked
 * at. */
int when_month(const char *word);
