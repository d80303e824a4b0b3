/* Which paragraphs of two texts are the same ones, by their words. */
#include "wordwise.h"

#include <stdlib.h>
#include <string.h>

enum { LIKE_MOST = 150, PAIR_MOST = 1500 };

#define LIKE_LEAST 0.3F /* below, two paragraphs are different ones */

/* --- how alike
 * --------------------------------------------------------------------------------------------------
 */

static int
compare_hashes(const void *a, const void *b)
{
	guint x = *(const guint *)a, y = *(const guint *)b;

	return x < y ? -1 : x > y;
}

/* The words of a block as sorted numbers. */
static GArray *
hash_words(const char *block)
{
	GArray *hashes = g_array_new(FALSE, FALSE, sizeof(guint));
	g_auto(GStrv) words = g_strsplit_set(block, " \n\t", -1);

	for (char **word = words; *word != NULL; word++)
		if (**word != '\0') {
			guint hash = g_str_hash(*word);

			g_array_append_val(hashes, hash);
		}
	if (hashes->len > 0)
		qsort(hashes->data, hashes->len, sizeof(guint), compare_hashes);
	return hashes;
}

/* The part of the words that both have (Dice). */
static float
likeness(const GArray *a, const GArray *b)
{
	guint i = 0, j = 0, common = 0;

	while (i < a->len && j < b->len) {
		guint x = g_array_index(a, guint, i), y = g_array_index(b, guint, j);

		common += x == y;
		i += x <= y;
		j += y <= x;
	}
	return a->len + b->len > 0 ? 2.0F * (float)common / (float)(a->len + b->len) : 0;
}

static GPtrArray *
hash_blocks(const GPtrArray *blocks)
{
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);

	for (guint i = 0; i < blocks->len; i++)
		g_ptr_array_add(all, hash_words(blocks->pdata[i]));
	return all;
}

/* worth[i * columns + j]: of putting block i beside block j; 0 never. */
static float *
worths(const GPtrArray *old, const GPtrArray *new)
{
	float *worth = g_new0(float, (gsize)old->len *new->len + 1);
	bool by_words = old->len <= LIKE_MOST && new->len <= LIKE_MOST;
	g_autoptr(GPtrArray) a = hash_blocks(old);
	g_autoptr(GPtrArray) b = hash_blocks(new);

	for (guint i = 0; i < old->len; i++)
		for (guint j = 0; j < new->len; j++) {
			float *here = &worth[(gsize)i * new->len + j];

			if (strcmp(old->pdata[i], new->pdata[j]) == 0)
				*here = 1.2F;
			else if (by_words)
				*here = likeness(a->pdata[i], b->pdata[j]);
			if (*here < LIKE_LEAST)
				*here = 0;
		}
	return worth;
}

/* --- pairs
 * ------------------------------------------------------------------------------------------------------
 */

static void
add_pair(GArray *pairs, int old, int new)
{
	BlockPair pair = {old, new};

	g_array_append_val(pairs, pair);
}

static GArray *
pair_in_order(guint rows, guint columns)
{
	GArray *pairs = g_array_new(FALSE, FALSE, sizeof(BlockPair));

	for (guint i = 0; i < MAX(rows, columns); i++)
		add_pair(pairs, i < rows ? (int)i : -1, i < columns ? (int)i : -1);
	return pairs;
}

/* best[i][j]: of the blocks from i and j on. */
static float *
best_of(const float *worth, guint rows, guint columns)
{
	float *best = g_new0(float, (gsize)(rows + 1) * (columns + 1));

	for (guint i = rows; i-- > 0;)
		for (guint j = columns; j-- > 0;) {
			float *here = &best[(gsize)i * (columns + 1) + j];
			float pair = worth[(gsize)i * columns + j];

			*here = MAX(here[columns + 1], here[1]);
			if (pair > 0)
				*here = MAX(*here, here[columns + 2] + pair);
		}
	return best;
}

GArray *
wordwise_pair(const GPtrArray *old, const GPtrArray *new)
{
	guint rows = old->len, columns = new->len, i = 0, j = 0;
	g_autofree float *worth = NULL;
	g_autofree float *best = NULL;
	GArray *pairs;

	if (rows > PAIR_MOST || columns > PAIR_MOST)
		return pair_in_order(rows, columns);
	worth = worths(old, new);
	best = best_of(worth, rows, columns);
	pairs = g_array_new(FALSE, FALSE, sizeof(BlockPair));
	while (i < rows || j < columns) {
		const float *here = &best[(gsize)i * (columns + 1) + j];
		float pair = i < rows && j < columns ? worth[(gsize)i * columns + j] : 0;

		if (pair > 0 && here[0] <= here[columns + 2] + pair)
			add_pair(pairs, (int)i++, (int)j++);
		else if (j >= columns || (i < rows && here[columns + 1] >= here[1]))
			add_pair(pairs, (int)i++, -1);
		else
			add_pair(pairs, -1, (int)j++);
	}
	return pairs;
}
