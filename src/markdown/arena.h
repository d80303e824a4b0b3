/* Memory for one HTML tree: taken from large pieces, given back all at once. Private to markdown.
 *
 * A tree is some ten thousand small blocks; freeing them one by one takes longer than walking them.
 */
#pragma once

#include <glib.h>

typedef struct {
	GPtrArray *pieces; /* char * */
	char *at; /* free room of the last piece */
	size_t left;
	size_t taken; /* blocks that came from malloc */
} Arena;

void arena_init(Arena *arena);

/* Aligned for anything. Past a limit blocks come from malloc, so that what is freed can be used
 * again. */
void *arena_take(void *arena, size_t size);

/* A block of malloc's is freed; one of a piece stays until the end. */
void arena_give(void *arena, void *block);

/* All pieces; blocks of malloc's must have been given back. */
void arena_clear(Arena *arena);

/* Did all blocks come from pieces? Then none need be given back. */
gboolean arena_is_whole(const Arena *arena);
