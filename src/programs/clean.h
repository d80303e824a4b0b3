/* Part of nieuws-convert: one photo to the copy that may be published, in a process that can open,
 * connect, run and write nothing: it reads one descriptor and writes another. */
#pragma once

#include "wire.h"

typedef struct {
	gint64 memory; /* bytes of address space, beyond what the libraries take */
	gint64 cpu_seconds;
	gint64 megapixels;
	bool degraded; /* go on without Landlock */
} CleanPlan;

/* In a process of its own, which it seals: answers a WIRE_CLEAN. An exit code. */
int clean_answer(const CleanPlan *plan, WireChannel *channel, const WireLetter *letter);

/* The answer of one that came to nothing. */
void clean_fail(WireChannel *channel, const WireLetter *letter, const char *why);

/* In a process of its own, which it seals: from one file to another. An exit code. */
int clean_by_hand(const CleanPlan *plan, int in, int out, gint64 width);
