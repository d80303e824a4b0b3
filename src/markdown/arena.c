#include "arena.h"

#include <stdlib.h>

enum {
	PIECE = 256 * 1024,
	PIECES_MOST = 96, /* 24 MiB: no ordinary mail */
	ALIGNED = 16,
};

void
arena_init(Arena *arena)
{
	*arena = (Arena){.pieces = g_ptr_array_new_with_free_func(g_free)};
}

void *
arena_take(void *data, size_t size)
{
	Arena *arena = data;
	void *block;

	size = (size + ALIGNED - 1) & ~(size_t)(ALIGNED - 1);
	if (size > arena->left) {
		if (size > PIECE / 4 || arena->pieces->len >= PIECES_MOST) {
			arena->taken++;
			return malloc(size);
		}
		arena->at = g_malloc(PIECE);
		arena->left = PIECE;
		g_ptr_array_add(arena->pieces, arena->at);
	}
	block = arena->at;
	arena->at += size;
	arena->left -= size;
	return block;
}

static gboolean
is_in_pieces(const Arena *arena, const char *block)
{
	for (guint i = arena->pieces->len; i > 0; i--) {
		const char *piece = arena->pieces->pdata[i - 1];

		if (block >= piece && block < piece + PIECE)
			return TRUE;
	}
	return FALSE;
}

void
arena_give(void *data, void *block)
{
	Arena *arena = data;

	if (block != NULL && arena->taken > 0 && !is_in_pieces(arena, block))
		free(block);
}

gboolean
arena_is_whole(const Arena *arena)
{
	return arena->taken == 0;
}

void
arena_clear(Arena *arena)
{
	g_ptr_array_unref(arena->pieces);
}
