/* Two texts, paragraph by paragraph and word by word. Private to desk. Pure: no I/O. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	int old, new; /* index of a block; -1: it has no partner */
} BlockPair;

/* Blocks (char *) of two texts in the order of both, like ones beside each other. Beyond 150 blocks
 * only equal ones are partners; beyond 1500 they are taken by their order. BlockPair, to
 * g_array_unref. */
GArray *wordwise_pair(const GPtrArray *old, const GPtrArray *new);

/* Which of the words (char *) stay: for each one true where the other text has it, too. Beyond 1000
 * words on a side none does. To g_free, both. */
void wordwise_compare(
	const GPtrArray *old, const GPtrArray *new, bool **ret_old_stays, bool **ret_new_stays);
