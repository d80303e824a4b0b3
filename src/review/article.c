/* The draft on the screen: loaded when it is looked at, rendered by the desk to the pane. */
#include "base.h"
#include "review-private.h"

typedef struct {
	DeskScreen screen;
	Review *review;
	ArticlePrinter print;
} Page;

static DeskScreen
screen_of(int columns, bool colour)
{
	/* The desk keeps the last column of a terminal free; a pane need not. */
	return (DeskScreen){.width = MAX(columns + 1, 24), .colour = colour};
}

static bool
print_page(void *data, GError **error)
{
	Page *page = data;

	return page->print(&page->screen, page->review, page->review->shown, error);
}

static bool
print_article(const DeskScreen *screen, Review *review, gint64 id, GError **error)
{
	const StoreDraft *draft = review->kept->draft;

	(void)id;
	(void)error;
	desk_show(screen, review->kept, draft->message, draft->draft);
	return true;
}

void
article_forget(Review *review)
{
	g_clear_pointer(&review->kept, desk_kept_free);
	review->width = 0;
}

void
article_clear(Review *review)
{
	article_forget(review);
	g_clear_pointer(&review->lines, g_ptr_array_unref);
	g_clear_pointer(&review->trouble, g_free);
	review->shown = 0;
}

static bool
load(Review *review, GError **error)
{
	StoreDraft *draft = store_draft_get_id(review->desk->store, review->shown, error);

	if (draft != NULL)
		review->kept = desk_kept(review->desk, draft, error);
	return review->kept != NULL;
}

static GPtrArray *
make_lines(Review *review, const DeskScreen *screen, ArticlePrinter print, GError **error)
{
	Page page = {.screen = *screen, .review = review, .print = print};

	return look_capture(print_page, &page, error);
}

static void
make_article(Review *review, int columns, GError **error)
{
	/* Bold is bold without colours, too. */
	DeskScreen screen = screen_of(columns, true);
	GPtrArray *lines = make_lines(review, &screen, print_article, error);

	g_clear_pointer(&review->lines, g_ptr_array_unref);
	review->lines = lines;
	review->width = columns;
}

void
article_ready(Review *review)
{
	const StoreDraftRow *chosen = queue_chosen(review);
	gint64 id = chosen != NULL ? chosen->id : 0;
	int columns = review->layout.article.columns;
	g_autoptr(GError) error = NULL;

	if (id != review->shown) {
		article_clear(review);
		review->shown = id;
		review->scroll = 0;
	}
	if (id == 0 || (review->width == columns && review->kept != NULL))
		return;
	g_clear_pointer(&review->trouble, g_free);
	if ((review->kept != NULL || load(review, &error)) && columns > 0)
		make_article(review, columns, &error);
	if (error != NULL)
		review->trouble = g_strdup(error->message);
}

int
article_bottom(const Review *review)
{
	return review->lines != NULL ? MAX((int)review->lines->len - review->layout.article.rows, 0)
				     : 0;
}

static void
run_page(Review *review, const char *title, GPtrArray *lines)
{
	const char *const hints[] = {
		_("Space on"), _("b back"), _("j k a line"), _("Esc back to the article")};
	Front front = {.title = title,
		.lines = lines,
		.keys = "",
		.hints = hints,
		.hint_count = G_N_ELEMENTS(hints)};

	front_run(review, &front);
}

GPtrArray *
article_lines(Review *review, ArticlePrinter print)
{
	/* Pages that compare mark what differs by brackets where there are no colours. */
	DeskScreen screen = screen_of(review->layout.body.columns - 1, term_colours());
	g_autoptr(GError) error = NULL;
	GPtrArray *lines = NULL;

	if (verb_draft(review) == 0 || review->kept == NULL)
		return NULL;
	lines = make_lines(review, &screen, print, &error);
	if (lines == NULL)
		say_error(review, error);
	return lines;
}

void
article_page(Review *review, const char *title, ArticlePrinter print)
{
	g_autoptr(GPtrArray) lines = article_lines(review, print);

	if (lines != NULL)
		run_page(review, title, lines);
}
