/* Alarms: what is wrong with the machine, raised once and ended, durable in the store. Private to
 * intake.
 *
 * The kinds are those of notice_alarms. A look finds what disk, mailboxes, outbox, quarantine and
 * rates say by themselves; what only happens (a refused log-in, readers that do not start, clamd
 * away) is said by the part that it happens to. An alarm ends when two looks in a row find no
 * cause; one that only happens waits for the proof that it is well again.
 */
#pragma once

#include <stdbool.h>

typedef struct Intake Intake;
typedef struct Alarms Alarms;

/* The intake must outlive it; its store is used outside of the intake's transactions only. */
Alarms *alarms_new(Intake *intake);
void alarms_free(Alarms *alarms);

/* Looks every alarm.check seconds from now on; again: nothing more. */
void alarms_start(Alarms *alarms);

/* Looks now, in a transaction of its own. */
void alarms_look(Alarms *alarms);

/* wrong or well; what the alarm is about ("" for all) and detail are copied. Cheap: nothing is
 * written before the next look. */
void alarms_signal(
	Alarms *alarms, const char *kind, const char *about, bool wrong, const char *detail);
