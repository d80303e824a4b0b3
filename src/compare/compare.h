/* compare: two texts word by word, and two versions of one text made one. Uses base, libgit2.
 *
 * Pure: no file, no clock, no output. Texts are valid UTF-8; time and memory grow with their size
 * times their difference, as in git.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	COMPARE_SAME,
	COMPARE_OLD, /* only in the text before */
	COMPARE_NEW, /* only in the text after */
} CompareKind;

typedef struct {
	CompareKind kind;
	char *text;
} ComparePiece;

/* Both texts as one row of pieces (ComparePiece *): the SAME and OLD ones give before, the SAME and
 * NEW ones after. Words, single marks, and runs of spaces are never cut; of a change the OLD piece
 * stands first. NULL on failure. To g_ptr_array_unref. */
GPtrArray *compare_words(const char *before, const char *after, GError **error);

/* Three-way merge (git's): what mine and theirs changed since base. Changes in different lines go
 * together, and changes in different sentences of one line. Where they cannot, both stand between
 * lines of COMPARE_BEGIN, COMPARE_MIDDLE and COMPARE_END with the names, and *ret_conflict is set.
 * NULL on failure. To g_free. */
#define COMPARE_BEGIN "<<<<<<<"
#define COMPARE_MIDDLE "======="
#define COMPARE_END ">>>>>>>"

typedef struct {
	const char *base, *mine, *theirs;
	const char *my_name, *their_name;
} CompareMerge;

char *compare_merge(const CompareMerge *merge, bool *ret_conflict, GError **error);
