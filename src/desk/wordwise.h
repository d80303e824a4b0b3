/* Two texts, paragraph by paragraph. Private to desk. Pure: no I/O. */
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
