/* Word by word: each word becomes a line, and git compares lines. */
#include <git2.h>
#include <string.h>

#include "compare-private.h"

bool
compare_fail(GError **error)
{
	const git_error *last = git_error_last();

	return nieuws_fail(error, NIEUWS_INTERNAL, "cannot compare the texts: %s",
		last != NULL ? last->message : "?");
}

bool
compare_ready(GError **error)
{
	return git_libgit2_init() > 0 || compare_fail(error);
}

/* --- words
 * ----------------------------------------------------------------------------------------------------
 */

typedef struct {
	const char *text;
	GArray *starts; /* gsize of each word, and of the end */
	GString *lines; /* a word a line; a newline is a word of its own */
} Words;

typedef enum { SORT_WORD, SORT_SPACE, SORT_MARK } Sort;

static Sort
sort_of(gunichar c)
{
	if (g_unichar_isalnum(c) || g_unichar_ismark(c))
		return SORT_WORD;
	return c != '\n' && g_unichar_isspace(c) ? SORT_SPACE : SORT_MARK;
}

static const char *
end_of_word(const char *at)
{
	Sort sort = sort_of(g_utf8_get_char(at));

	do
		at = g_utf8_next_char(at);
	while (*at != '\0' && sort != SORT_MARK && sort_of(g_utf8_get_char(at)) == sort);
	return at;
}

static void
split(Words *words, const char *text)
{
	const char *at = text;

	words->text = text;
	words->starts = g_array_new(FALSE, FALSE, sizeof(gsize));
	words->lines = g_string_new(NULL);
	while (*at != '\0') {
		const char *end = end_of_word(at);
		gsize start = (gsize)(at - text);

		g_array_append_val(words->starts, start);
		/* A line that is empty stands for the newline. */
		if (*at != '\n')
			g_string_append_len(words->lines, at, end - at);
		g_string_append_c(words->lines, '\n');
		at = end;
	}
	{
		gsize end = (gsize)(at - text);

		g_array_append_val(words->starts, end);
	}
}

static void
words_clear(Words *words)
{
	g_array_unref(words->starts);
	g_string_free(words->lines, TRUE);
}

static char *
cut(const Words *words, guint from, guint to)
{
	gsize start = g_array_index(words->starts, gsize, from);

	return g_strndup(words->text + start, g_array_index(words->starts, gsize, to) - start);
}

/* --- pieces
 * ---------------------------------------------------------------------------------------------------
 */

typedef struct {
	Words old, new;
	guint at_old, at_new; /* words done */
	GPtrArray *pieces;
} Comparing;

static void
piece_free(gpointer data)
{
	ComparePiece *piece = data;

	g_free(piece->text);
	g_free(piece);
}

static void
add_piece(GPtrArray *pieces, CompareKind kind, char *text)
{
	ComparePiece *piece;

	if (*text == '\0') {
		g_free(text);
		return;
	}
	piece = g_new0(ComparePiece, 1);
	piece->kind = kind;
	piece->text = text;
	g_ptr_array_add(pieces, piece);
}

/* Lines are counted from 1; a side without lines names the line before. */
static int
on_hunk(const git_diff_delta *delta, const git_diff_hunk *hunk, void *data)
{
	Comparing *c = data;
	guint old = (guint)(hunk->old_lines > 0 ? hunk->old_start - 1 : hunk->old_start);
	guint new = (guint)(hunk->new_lines > 0 ? hunk->new_start - 1 : hunk->new_start);

	(void)delta;
	add_piece(c->pieces, COMPARE_SAME, cut(&c->old, c->at_old, old));
	c->at_old = old + (guint)hunk->old_lines;
	c->at_new = new + (guint)hunk->new_lines;
	add_piece(c->pieces, COMPARE_OLD, cut(&c->old, old, c->at_old));
	add_piece(c->pieces, COMPARE_NEW, cut(&c->new, new, c->at_new));
	return 0;
}

static bool
is_gap(const ComparePiece *piece)
{
	return piece->kind == COMPARE_SAME && strchr(piece->text, '\n') == NULL &&
	       piece->text[strspn(piece->text, " \t")] == '\0';
}

/* "[-old-]{+new+} [-words-]{+ones+}" reads better as "[-old words-]{+new ones+}". */
static GPtrArray *
join_over_gaps(const GPtrArray *pieces)
{
	GPtrArray *joined = g_ptr_array_new_with_free_func(piece_free);
	g_autoptr(GString) old = g_string_new(NULL);
	g_autoptr(GString) new = g_string_new(NULL);

	for (guint i = 0; i < pieces->len; i++) {
		const ComparePiece *piece = pieces->pdata[i];
		bool gap = is_gap(piece) && i > 0 && i + 1 < pieces->len && old->len > 0 &&
			   new->len > 0;

		if (gap || piece->kind == COMPARE_OLD)
			g_string_append(old, piece->text);
		if (gap || piece->kind == COMPARE_NEW)
			g_string_append(new, piece->text);
		if (gap || piece->kind != COMPARE_SAME)
			continue;
		add_piece(joined, COMPARE_OLD, g_strdup(old->str));
		add_piece(joined, COMPARE_NEW, g_strdup(new->str));
		g_string_truncate(old, 0);
		g_string_truncate(new, 0);
		add_piece(joined, COMPARE_SAME, g_strdup(piece->text));
	}
	add_piece(joined, COMPARE_OLD, g_strdup(old->str));
	add_piece(joined, COMPARE_NEW, g_strdup(new->str));
	return joined;
}

static bool
run(Comparing *c, GError **error)
{
	git_diff_options options;

	if (git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) != 0)
		return compare_fail(error);
	options.flags = GIT_DIFF_FORCE_TEXT | GIT_DIFF_MINIMAL;
	options.context_lines = 0;
	options.interhunk_lines = 0;
	if (git_diff_buffers(c->old.lines->str, c->old.lines->len, NULL, c->new.lines->str,
		    c->new.lines->len, NULL, &options, NULL, NULL, on_hunk, NULL, c) != 0)
		return compare_fail(error);
	add_piece(c->pieces, COMPARE_SAME, cut(&c->old, c->at_old, c->old.starts->len - 1));
	return true;
}

GPtrArray *
compare_words(const char *before, const char *after, GError **error)
{
	Comparing c = {0};
	GPtrArray *joined = NULL;

	if (!compare_ready(error))
		return NULL;
	c.pieces = g_ptr_array_new_with_free_func(piece_free);
	split(&c.old, before);
	split(&c.new, after);
	if (run(&c, error))
		joined = join_over_gaps(c.pieces);
	g_ptr_array_unref(c.pieces);
	words_clear(&c.old);
	words_clear(&c.new);
	git_libgit2_shutdown();
	return joined;
}
