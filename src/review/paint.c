/* The whole screen, from what is known. ncurses sends what differs. */
#include <string.h>

#include "base.h"
#include "review-private.h"

enum { SAID_MOST = 8, NUMBER = 5, TITLE_MOST = 2 };

/* --- the status
 * -------------------------------------------------------------------------------------------------
 */

void
say_clear(Review *review)
{
	g_clear_pointer(&review->said, g_free);
	review->alert = false;
}

void
say(Review *review, const char *text)
{
	say_clear(review);
	review->said = text_printable(text, TEXT_LINES);
}

void
say_done(Review *review, const char *text)
{
	g_autofree char *whole = g_strdup_printf(_("%s (u takes it back)"), text);

	say(review, whole);
}

void
say_error(Review *review, const GError *error)
{
	say(review, error->message);
	review->alert = true;
}

static int
said_lines(const Review *review, int columns)
{
	g_autoptr(GPtrArray) lines =
		layout_wrap(review->said != NULL ? review->said : "", columns - 1, SAID_MOST);

	return (int)lines->len + (review->prompt != NULL ? 1 : 0);
}

static void
paint_prompt(const Review *review, const Box *box, int *ret_column)
{
	int row = box->top + box->rows - 1;
	const Prompt *prompt = review->prompt;
	int label = term_put(row, 0, box->columns, prompt->label, LOOK_BOLD) + 1;
	int room = MAX(box->columns - label - 1, 4);
	const char *cursor = g_utf8_offset_to_pointer(prompt->text->str, prompt->cursor);
	const char *from = prompt->text->str;
	g_autofree char *before = NULL;

	/* The end of a long line stays in sight. */
	for (;;) {
		g_free(before);
		before = g_strndup(from, (gsize)(cursor - from));
		if (term_width(before) <= room || from >= cursor)
			break;
		from = g_utf8_next_char(from);
	}
	*ret_column = label + term_width(before);
	term_put(row, label, room + 1, from, 0);
}

static void
paint_status(const Review *review)
{
	const Box *box = &review->layout.status;
	int rows = box->rows - (review->prompt != NULL ? 1 : 0);
	guint look = review->alert ? LOOK_BOLD | LOOK_RED : LOOK_BOLD;
	g_autoptr(GPtrArray) lines = NULL;

	if (review->said == NULL || rows <= 0)
		return;
	lines = layout_wrap(review->said, box->columns - 1, (guint)rows);
	for (guint i = 0; i < lines->len; i++)
		term_put(box->top + (int)i, 0, box->columns, lines->pdata[i], look);
}

/* --- head and keys
 * ----------------------------------------------------------------------------------------------
 */

/* By a page; a menu leaves the panes in sight. */
static bool
is_covered(const Review *review)
{
	return review->front != NULL && !review->front->low;
}

static char *
head_left(const Review *review)
{
	gulong count = review->rows->len;
	g_autofree char *number = g_strdup_printf(review->more ? "%lu+" : "%lu", count);
	g_autofree char *drafts =
		g_strdup_printf(dngettext(GETTEXT_PACKAGE, "%s draft", "%s drafts", count), number);
	g_autofree char *query =
		look_plain(*review->query != '\0' ? review->query : _("what waits"));

	if (is_covered(review))
		return g_strdup_printf(" %s", review->front->title);
	return g_strdup_printf(" nieuws · %s · %s", drafts, query);
}

static char *
head_right(const Review *review)
{
	const StoreDraftRow *row = queue_chosen(review);
	int all = review->lines != NULL ? (int)review->lines->len : 0;
	int last = MIN(review->scroll + review->layout.article.rows, all);

	if (row == NULL || review->layout.article.rows == 0 || is_covered(review))
		return g_strdup(" ");
	return g_strdup_printf("%s · %d/%d ", row->reference, last, all);
}

static void
paint_head(const Review *review)
{
	const Box *box = &review->layout.head;
	g_autofree char *left = head_left(review);
	g_autofree char *right = head_right(review);
	int width = term_width(right);
	int used;

	term_blank(box->top, 0, box->columns, LOOK_REVERSE);
	used = term_put(box->top, 0, box->columns - 1, left, LOOK_REVERSE | LOOK_BOLD);
	if (used + width + 2 <= box->columns)
		term_put(box->top, box->columns - width, width, right, LOOK_REVERSE);
}

static void
paint_keys(const Review *review)
{
	static const char *const asked[] = {N_("Enter"), N_("Esc takes it back")};
	const Box *box = &review->layout.keys;
	const char *line_hints[] = {_(asked[0]), _(asked[1])};
	const char *const *hints = line_hints;
	guint count = G_N_ELEMENTS(line_hints);
	g_autofree char *line = NULL;

	if (review->prompt == NULL && review->front != NULL) {
		hints = review->front->hints;
		count = review->front->hint_count;
	} else if (review->prompt == NULL) {
		hints = keys_hints(&count);
	}
	line = layout_hints(hints, count, box->columns - 1);
	term_put(box->top, 0, box->columns, line, LOOK_DIM);
}

/* --- the queue
 * -------------------------------------------------------------------------------------------------
 */

static void
marks_of(const StoreDraftRow *row, char marks[6])
{
	char *p = marks;

	if (row->embargo_at > 0)
		*p++ = 'E';
	if (row->warnings > 0)
		*p++ = '!';
	if (row->duplicates > 0)
		*p++ = '2';
	if (row->followups > 0)
		*p++ = '+';
	if (row->near_id > 0)
		*p++ = '~';
	*p = '\0';
}

static char *
state_of(const Review *review, const StoreDraftRow *row)
{
	bool due = strcmp(row->state, "hold") == 0 && row->hold_until > 0 &&
		   row->hold_until <= when_now();

	if (*row->claimed_by != '\0' && strcmp(row->claimed_by, review->desk->user) == 0)
		return g_strdup(_("yours"));
	if (*row->claimed_by != '\0')
		return g_strdup_printf("@%s", row->claimed_by);
	return g_strdup(due ? _("due") : desk_state_word(row->state));
}

static void
paint_row(const Review *review, const Box *box, int line, const StoreDraftRow *row, bool chosen)
{
	guint base = chosen ? LOOK_REVERSE : 0;
	g_autofree char *number = g_strdup_printf("%*" G_GINT64_FORMAT " ", NUMBER - 1, row->id);
	g_autofree char *title = look_plain(*row->title != '\0' ? row->title : _("(no title)"));
	g_autofree char *age = when_age(row->created_at, when_now());
	g_autofree char *state = state_of(review, row);
	g_autofree char *who =
		look_plain(*row->contributor != '\0' ? row->contributor : row->address);
	g_autofree char *fitted = NULL;
	guint ink = strcmp(row->state, "new") == 0 && *row->claimed_by == '\0' ? LOOK_GREEN : 0;
	char marks[6];
	int at = box->left + NUMBER, end = box->left + box->columns;
	int used;

	marks_of(row, marks);
	term_blank(line, box->left, box->columns, base);
	term_blank(line + 1, box->left, box->columns, base);
	used = term_put(line, box->left, box->columns, number, base | LOOK_DIM);
	fitted = text_fit(title, (size_t)MAX(box->columns - used, 1));
	term_put(line, box->left + used, box->columns - used, g_strchomp(fitted), base | LOOK_BOLD);
	if (line + 1 >= box->top + box->rows)
		return;
	at += term_put(line + 1, at, 10, state, base | ink) + 1;
	at += term_put(line + 1, at, end - at, age, base | LOOK_DIM) + 1;
	end -= (int)strlen(marks);
	if (end - at > 4) {
		g_free(fitted);
		fitted = text_fit(who, (size_t)(end - at - 1));
		term_put(line + 1, at, end - at - 1, fitted, base);
	}
	term_put(line + 1, end, (int)strlen(marks), marks, base | LOOK_RED | LOOK_BOLD);
}

static void
paint_queue(Review *review)
{
	const Box *box = &review->layout.queue;
	int shown = MAX(box->rows / LAYOUT_ROW, 1);

	if (box->rows == 0)
		return;
	review->top = layout_follow(review->top, review->at, shown, (int)review->rows->len);
	for (int i = 0; i < shown && review->top + i < (int)review->rows->len; i++)
		paint_row(review, box, box->top + i * LAYOUT_ROW,
			review->rows->pdata[review->top + i], review->top + i == review->at);
	if (review->rows->len == 0)
		term_put(box->top + 1, box->left + 1, box->columns - 1,
			*review->query != '\0' ? _("No draft has all of this.")
					       : _("Nothing waits."),
			LOOK_DIM);
	if (!review->layout.one)
		term_fence(box->top, box->left + box->columns, box->rows);
}

/* --- lines of others
 * -------------------------------------------------------------------------------------------
 */

static void
paint_line(int row, int column, int columns, const GPtrArray *line, guint more)
{
	int used = 0;

	for (guint i = 0; i < line->len && used < columns; i++) {
		const LookRun *run = line->pdata[i];

		used += term_put(row, column + used, columns - used, run->text, run->look | more);
	}
}

static void
paint_article(Review *review)
{
	const Box *box = &review->layout.article;
	g_autoptr(GPtrArray) trouble = NULL;

	if (box->rows == 0)
		return;
	if (review->trouble != NULL) {
		trouble = layout_wrap(review->trouble, box->columns - 1, (guint)box->rows);
		for (guint i = 0; i < trouble->len; i++)
			term_put(box->top + (int)i, box->left, box->columns, trouble->pdata[i],
				LOOK_RED);
		return;
	}
	if (review->lines == NULL || review->shown == 0)
		return;
	review->scroll = layout_scroll(review->scroll, box->rows, (int)review->lines->len);
	for (int i = 0; i < box->rows && review->scroll + i < (int)review->lines->len; i++)
		paint_line(box->top + i, box->left, box->columns,
			review->lines->pdata[review->scroll + i], 0);
}

/* The whole title, above the article: the queue has no room for it. */
static void
paint_title(Review *review)
{
	Box *box = &review->layout.article;
	const StoreDraftRow *row = queue_chosen(review);
	g_autofree char *title = NULL;
	g_autoptr(GPtrArray) lines = NULL;

	if (row == NULL || box->rows < TITLE_MOST + 4)
		return;
	title = look_plain(*row->title != '\0' ? row->title : _("(no title)"));
	lines = layout_wrap(title, box->columns, TITLE_MOST);
	for (guint i = 0; i < lines->len; i++) {
		term_put(box->top++, box->left, box->columns, lines->pdata[i], LOOK_BOLD);
		box->rows--;
	}
}

static void
paint_front(const Review *review, Front *front)
{
	int rows = front_rows(review, front);
	const Box *body = &review->layout.body;
	int top = body->top + body->rows - rows;

	for (int i = 0; i < rows; i++)
		term_blank(top + i, 0, body->columns, 0);
	if (front->low) {
		g_autofree char *title = g_strdup_printf("── %s ", front->title);
		g_autofree char *shown = look_plain(title);
		int used = term_put(top++, 0, body->columns, shown, LOOK_BOLD);

		for (; used < body->columns; used++)
			term_put(top - 1, used, 1, "─", LOOK_DIM);
		rows--;
	}
	if (front->choices > 0)
		front->top = layout_follow(front->top, front->chosen, rows, (int)front->lines->len);
	front->top = layout_scroll(front->top, rows, (int)front->lines->len);
	for (int i = 0; i < rows && front->top + i < (int)front->lines->len; i++) {
		bool chosen = front->choices > 0 && front->top + i == front->chosen;

		if (chosen)
			term_blank(top + i, 0, body->columns, LOOK_REVERSE);
		paint_line(top + i, 1, body->columns - 1, front->lines->pdata[front->top + i],
			chosen ? LOOK_REVERSE : 0);
	}
}

void
paint(Review *review)
{
	int rows, columns, column = 0;

	term_size(&rows, &columns);
	review->layout = layout_screen(rows, columns, said_lines(review, columns), review->reading);
	term_erase();
	if (review->layout.too_small) {
		term_put(0, 0, columns, _("too small"), LOOK_BOLD);
		term_show(-1, 0);
		return;
	}
	article_ready(review);
	paint_queue(review);
	paint_title(review);
	paint_article(review);
	paint_head(review);
	if (review->front != NULL)
		paint_front(review, review->front);
	paint_status(review);
	paint_keys(review);
	if (review->prompt != NULL)
		paint_prompt(review, &review->layout.status, &column);
	term_show(review->prompt != NULL ? review->layout.keys.top - 1 : -1, column);
}
