/* What came in beside the draft as it stands: two columns, or one below the other. */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "columns.h"
#include "commonmark.h"
#include "compare.h"
#include "desk-private.h"
#include "wordwise.h"

enum { TWO_COLUMNS = 100, GAP = 3 };

typedef struct {
	const DeskScreen *screen;
	const DeskKept *kept;
	int width; /* of a column; 0: one below the other */
	gint64 blocks; /* of what came in, pictures not counted, so far */
	guint aside; /* the next one */
} Sides;

/* --- one row
 * ----------------------------------------------------------------------------------------------------
 */

static void
put_folded(const Sides *sides, const char *mark, DeskInk ink, const GPtrArray *words)
{
	int width = desk_measure(sides->screen) - (int)text_width(mark) - 1;
	g_autoptr(GPtrArray) lines = desk_words_fold(words, width);

	for (guint i = 0; i < lines->len; i++) {
		desk_put(sides->screen, ink, mark);
		desk_words_put(sides->screen, lines->pdata[i], width, SIDE_LAST);
		putchar('\n');
	}
}

static void
put_beside(const Sides *sides, const GPtrArray *left, const GPtrArray *right)
{
	g_autoptr(GPtrArray) lefts = desk_words_fold(left, sides->width);
	g_autoptr(GPtrArray) rights = desk_words_fold(right, sides->width);

	for (guint i = 0; i < MAX(lefts->len, rights->len); i++) {
		desk_words_put(sides->screen, i < lefts->len ? lefts->pdata[i] : NULL, sides->width,
			SIDE_LEFT);
		desk_put(sides->screen, INK_DIM, " │");
		if (i < rights->len)
			putchar(' ');
		desk_words_put(sides->screen, i < rights->len ? rights->pdata[i] : NULL,
			sides->width, SIDE_LAST);
		putchar('\n');
	}
	desk_words_put(sides->screen, NULL, sides->width, SIDE_LEFT);
	desk_put(sides->screen, INK_DIM, " │");
	putchar('\n');
}

/* --- words that changed
 * ---------------------------------------------------------------------------------------
 */

/* Lines stay lines: a list is no paragraph. */
static GPtrArray *
plain_words(const char *text, DeskInk ink)
{
	GPtrArray *words = desk_words_new();
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		if (**line == '\0')
			continue;
		desk_words_break(words);
		desk_words_add(words, *line, ink);
	}
	return words;
}

static bool
is_break(const DeskWord *word)
{
	return *word->text == '\n';
}

/* In colour, and without it between brackets, as wdiff has it. */
static void
mark_words(const Sides *sides, GPtrArray *words, const bool *stays, DeskInk ink, const char *open,
	const char *close)
{
	bool marks = !sides->screen->colour && open != NULL;

	for (guint i = 0; i < words->len; i++) {
		DeskWord *word = words->pdata[i];
		bool first = i == 0 || stays[i - 1] || is_break(words->pdata[i - 1]);
		bool last = i + 1 == words->len || stays[i + 1] || is_break(words->pdata[i + 1]);
		char *marked;

		if (stays[i] || is_break(word))
			continue;
		word->ink = ink;
		if (!marks)
			continue;
		marked = g_strconcat(first ? open : "", word->text, last ? close : NULL, NULL);
		g_free(word->text);
		word->text = marked;
	}
}

/* For each byte of a text whether the other has it, too. */
static bool *
bytes_that_stay(const GPtrArray *pieces, CompareKind side, gsize length)
{
	bool *stays = g_new0(bool, length + 1);
	gsize at = 0;

	for (guint i = 0; i < pieces->len; i++) {
		const ComparePiece *piece = pieces->pdata[i];
		gsize bytes = strlen(piece->text);

		if (piece->kind != COMPARE_SAME && piece->kind != side)
			continue;
		for (gsize n = 0; n < bytes && at < length; n++)
			stays[at++] = piece->kind == COMPARE_SAME;
	}
	return stays;
}

/* The same for each word: one that changed in part has changed. */
static bool *
words_that_stay(const GPtrArray *words, const char *text, const bool *bytes)
{
	bool *stays = g_new0(bool, words->len + 1);
	gsize at = 0, end = strlen(text);

	for (guint i = 0; i < words->len; i++) {
		const DeskWord *word = words->pdata[i];
		gsize length = strlen(word->text);

		stays[i] = true;
		if (is_break(word))
			continue;
		at = MIN(at, end);
		at += strspn(text + at, " \n\t");
		for (gsize n = 0; n < length; n++)
			stays[i] = stays[i] && at + n < end && bytes[at + n];
		at += length;
	}
	return stays;
}

static void
mark_changes(const Sides *sides, GPtrArray *left, const char *before, GPtrArray *right,
	const char *after)
{
	g_autoptr(GPtrArray) pieces = compare_words(before, after, NULL);
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	const GPtrArray *known = pieces != NULL ? pieces : none;
	g_autofree bool *old = bytes_that_stay(known, COMPARE_OLD, strlen(before));
	g_autofree bool *new = bytes_that_stay(known, COMPARE_NEW, strlen(after));
	g_autofree bool *old_words = words_that_stay(left, before, old);
	g_autofree bool *new_words = words_that_stay(right, after, new);
	/* A paragraph that is all new says so by where it stands. */
	bool whole = *before == '\0' || *after == '\0';

	mark_words(sides, left, old_words, INK_ALERT, whole ? NULL : "[-", "-]");
	mark_words(sides, right, new_words, INK_GOOD, whole ? NULL : "{+", "+}");
}

static void
put_changed(const Sides *sides, const char *before, const char *after)
{
	/* Filtered first: words are found again by their bytes. */
	g_autofree char *old = text_printable(before, TEXT_LINES);
	g_autofree char *new = text_printable(after, TEXT_LINES);
	g_autoptr(GPtrArray) left = plain_words(old, INK_NONE);
	g_autoptr(GPtrArray) right = plain_words(new, INK_NONE);

	mark_changes(sides, left, old, right, new);
	if (sides->width > 0) {
		put_beside(sides, left, right);
		return;
	}
	put_folded(sides, "- ", INK_ALERT, left);
	put_folded(sides, "+ ", INK_GOOD, right);
	putchar('\n');
}

/* before or after may be "": it is only in the other. */
static void
put_row(const Sides *sides, const char *before, const char *after)
{
	g_autoptr(GPtrArray) words = NULL;

	if (strcmp(before, after) != 0) {
		put_changed(sides, before, after);
		return;
	}
	words = plain_words(before, INK_NONE);
	if (sides->width > 0) {
		put_beside(sides, words, words);
		return;
	}
	put_folded(sides, "  ", INK_NONE, words);
	putchar('\n');
}

/* --- what was set aside, at its place
 * -------------------------------------------------------------------------
 */

static void
put_aside(const Sides *sides, guint index)
{
	const Aside *aside = sides->kept->draft->draft->asides->pdata[index];
	const GArray *restored = sides->kept->draft->restored;
	bool back = index < restored->len && g_array_index(restored, gint64, index) > 0;
	g_autofree char *what = g_strdup_printf("%u %s", index + 1, desk_aside_word(aside->kind));
	g_autofree char *where =
		g_strdup_printf(back ? _("(%s: put back)") : _("(%s: set aside)"), what);
	g_autoptr(GPtrArray) left = desk_words_new();
	g_autoptr(GPtrArray) right = desk_words_new();
	g_autoptr(GPtrArray) text = plain_words(aside->text, INK_DIM);

	desk_words_add(left, where, INK_BOLD);
	desk_words_add(right, where, INK_DIM);
	if (sides->width == 0) {
		put_folded(sides, "| ", INK_DIM, left);
		put_folded(sides, "| ", INK_DIM, text);
		putchar('\n');
		return;
	}
	desk_words_break(left);
	for (guint i = 0; i < text->len; i++) {
		const DeskWord *word = text->pdata[i];

		if (is_break(word))
			desk_words_break(left);
		else
			desk_words_add(left, word->text, INK_DIM);
	}
	put_beside(sides, left, right);
}

static void
put_asides_here(Sides *sides, bool all)
{
	const GPtrArray *asides = sides->kept->draft->draft->asides;

	while (sides->aside < asides->len &&
		(all || ((Aside *)asides->pdata[sides->aside])->position <= sides->blocks))
		put_aside(sides, sides->aside++);
}

/* --- all of it
 * --------------------------------------------------------------------------------------------------
 */

static void
put_heads(const Sides *sides)
{
	g_autoptr(GPtrArray) left = desk_words_new();
	g_autoptr(GPtrArray) right = desk_words_new();
	g_autofree char *now =
		g_strdup_printf(_("The draft, revision %d"), (int)sides->kept->standing->version);

	if (sides->width == 0) {
		g_autofree char *line = g_strdup_printf(_("What came in (-), and revision %d (+)"),
			(int)sides->kept->standing->version);

		desk_lines(sides->screen, INK_BOLD, line, 0, 0);
		putchar('\n');
		return;
	}
	desk_words_add(left, _("What came in"), INK_BOLD);
	desk_words_add(right, now, INK_BOLD);
	put_beside(sides, left, right);
}

static void
put_bodies(Sides *sides, const char *before, const char *after)
{
	g_autoptr(GByteArray) pictures = g_byte_array_new();
	g_autoptr(GPtrArray) old = desk_blocks(before, pictures);
	g_autoptr(GPtrArray) new = desk_blocks(after, NULL);
	g_autoptr(GArray) pairs = wordwise_pair(old, new);

	for (guint i = 0; i < pairs->len; i++) {
		BlockPair pair = g_array_index(pairs, BlockPair, i);

		put_asides_here(sides, false);
		put_row(sides, pair.old >= 0 ? old->pdata[pair.old] : "",
			pair.new >= 0 ? new->pdata[pair.new] : "");
		if (pair.old >= 0 && !pictures->data[pair.old])
			sides->blocks++;
	}
	put_asides_here(sides, true);
}

static void
put_line_of(const Sides *sides, const char *before, const char *after)
{
	if (*before != '\0' || *after != '\0')
		put_row(sides, before, after);
}

bool
desk_source(const DeskScreen *screen, const DeskKept *kept, GError **error)
{
	Sides sides = {.screen = screen, .kept = kept};
	g_autoptr(StoreRevision) first =
		store_revision_get(kept->desk->store, kept->draft->row.id, 1, error);
	const Draft *now = kept->draft->draft;

	if (first == NULL)
		return false;
	if (screen->width >= TWO_COLUMNS)
		sides.width = (screen->width - GAP - 1) / 2;
	put_heads(&sides);
	put_line_of(&sides, first->content->title, now->title);
	if (!desk_begins_with(first->content->body, first->content->lead) ||
		!desk_begins_with(now->body, now->lead))
		put_line_of(&sides, first->content->lead, now->lead);
	put_bodies(&sides, first->content->body, now->body);
	return true;
}
