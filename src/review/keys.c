/* Which key does what, and the page that says so. */
#include <ncurses.h>
#include <string.h>

#include "base.h"
#include "review-private.h"

enum { CTRL_L = 12, OVERLAP = 2 };

static void
next(Review *review)
{
	queue_move(review, review->at + 1);
}

static void
previous(Review *review)
{
	queue_move(review, review->at - 1);
}

static void
first(Review *review)
{
	queue_move(review, 0);
}

static void
last(Review *review)
{
	queue_move(review, (int)review->rows->len - 1);
}

/* Where only the queue is shown, its pages turn. */
static void
scroll_by(Review *review, int by)
{
	int rows = review->layout.article.rows;

	if (rows == 0)
		queue_move(review, review->at + by / LAYOUT_ROW);
	else
		review->scroll = CLAMP(review->scroll + by, 0, article_bottom(review));
}

static int
page(const Review *review)
{
	return MAX(review->layout.body.rows - OVERLAP, 1);
}

static void
page_on(Review *review)
{
	scroll_by(review, page(review));
}

static void
page_back(Review *review)
{
	scroll_by(review, -page(review));
}

static void
line_on(Review *review)
{
	scroll_by(review, 1);
}

static void
line_back(Review *review)
{
	scroll_by(review, -1);
}

static void
swap_panes(Review *review)
{
	review->reading = !review->reading;
}

static void
read_it(Review *review)
{
	if (review->layout.one && !review->reading)
		review->reading = true;
	else
		line_on(review);
}

static void
leave(Review *review)
{
	if (review->layout.one && review->reading)
		review->reading = false;
	else
		review->quit = true;
}

static void
back(Review *review)
{
	review->reading = false;
}

static void
redraw(Review *review)
{
	queue_read(review, true, NULL);
	article_forget(review);
	term_redraw();
}

static void
ask_query(Review *review, const char *label, const char *text)
{
	g_autofree char *line = ask_line(review, label, text);
	g_autoptr(GError) error = NULL;

	if (line == NULL)
		return;
	if (!queue_ask(review, line, &error))
		say_error(review, error);
	else
		article_clear(review);
}

static void
search(Review *review)
{
	ask_query(review, _("Search (empty: what waits):"), NULL);
}

static void
narrow_down(Review *review)
{
	g_autofree char *text =
		*review->query != '\0' ? g_strdup_printf("%s ", review->query) : g_strdup("");

	ask_query(review, _("Filter:"), text);
}

static const struct {
	int keys[4]; /* ended by 0 */
	Verb verb;
	const char *shown, *what; /* for the help; NULL: another way to say the same */
} keys[] = {
	{{'n', 'j', -KEY_DOWN}, next, "n j ↓", N_("next draft")},
	{{'p', 'k', -KEY_UP}, previous, "p k ↑", N_("previous draft")},
	{{'g', -KEY_HOME}, first, "g Home", N_("first draft")},
	{{'G', -KEY_END}, last, "G End", N_("last draft")},
	{{' ', -KEY_NPAGE}, page_on, "Space PgDn", N_("a page on in the article")},
	{{'b', -KEY_PPAGE}, page_back, "b PgUp", N_("a page back")},
	{{'J', '\r', '\n', -KEY_ENTER}, read_it, "J Enter",
		N_("a line on; in a narrow window: read it")},
	{{'K'}, line_back, "K", N_("a line back")},
	{{'\t', -KEY_RIGHT}, swap_panes, "Tab", N_("narrow window: queue or article")},
	{{27, -KEY_LEFT, -KEY_BACKSPACE, 127}, back, NULL, NULL},
	{{0}, NULL, "", NULL},
	{{'t'}, verb_take, "t", N_("take it: it is yours")},
	{{'T'}, verb_release, "T", N_("let it go again")},
	{{'e'}, verb_edit, "e", N_("edit it")},
	{{'i'}, verb_restore, "i", N_("put an aside back into the text")},
	{{'o'}, verb_files, "o", N_("files: look at photos, open documents")},
	{{'m'}, verb_note, "m", N_("note for your colleagues")},
	{{'f'}, verb_later, "f", N_("follow-ups: what came after it")},
	{{0}, NULL, "", NULL},
	{{'a'}, verb_approve, "a", N_("approve")},
	{{'P'}, verb_publish, "P", N_("it was published; tells the contributor")},
	{{'h'}, verb_hold, "h", N_("hold, until a day")},
	{{'r'}, verb_reject, "r", N_("reject, with a reason and a mail")},
	{{'s'}, verb_spam, "s", N_("spam: nobody is told")},
	{{'O'}, verb_reopen, "O", N_("open again what was decided")},
	{{'u'}, verb_undo, "u", N_("undo your last step, with its mail")},
	{{0}, NULL, "", NULL},
	{{'v'}, verb_source, "v", N_("what came in, beside what it is now")},
	{{'d'}, verb_diff, "d", N_("what was changed since")},
	{{'L'}, verb_log, "L", N_("log: who did what, and when")},
	{{'R'}, verb_related, "R", N_("drafts that are like it")},
	{{'/'}, search, "/", N_("search; the words of nieuws search")},
	{{'l'}, narrow_down, "l", N_("limit the queue further")},
	{{CTRL_L}, redraw, "Ctrl-L", N_("read and paint all again")},
	{{'?', -KEY_F(1)}, keys_help, "?", N_("this page")},
	{{'q'}, leave, "q", N_("quit")},
};

const char *const *
keys_hints(guint *ret_count)
{
	static const char *const words[] = {N_("n next"), N_("t take"), N_("e edit"),
		N_("a approve"), N_("r reject"), N_("h hold"), N_("Space on"), N_("u undo"),
		N_("o files"), N_("m note"), N_("s spam"), N_("i aside back"), N_("f follow-ups"),
		N_("v source"), N_("/ search"), N_("? help  q quit")};
	static const char *hints[G_N_ELEMENTS(words)];

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		hints[i] = _(words[i]);
	*ret_count = G_N_ELEMENTS(words);
	return hints;
}

static bool
is_key(const int *wanted, int key)
{
	for (int i = 0; i < 4 && wanted[i] != 0; i++)
		if (wanted[i] == key)
			return true;
	return false;
}

void
keys_do(Review *review, int key)
{
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (is_key(keys[i].keys, key)) {
			keys[i].verb(review);
			return;
		}
	if (key == TERM_INTERRUPT)
		say(review, _("q quits."));
	else if (key != TERM_PASTED)
		say(review, _("This key does nothing; ? lists them."));
}

void
keys_help(Review *review)
{
	const char *const hints[] = {_("Space on"), _("b back"), _("Esc back to the article")};
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GPtrArray) lines = NULL;
	Front front = {
		.title = _("Keys"), .keys = "", .hints = hints, .hint_count = G_N_ELEMENTS(hints)};

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autofree char *shown = NULL;

		if (keys[i].shown == NULL)
			continue;
		shown = text_fit(keys[i].shown, 12);
		if (keys[i].what != NULL)
			g_string_append_printf(text, "\033[1m%s\033[0m%s", shown, _(keys[i].what));
		g_string_append_c(text, '\n');
	}
	g_string_append_printf(text, "\n%s\n",
		_("Marks: E embargo   ! warning   2 came twice   + follow-up   ~ like another"));
	lines = look_lines(text->str);
	front.lines = lines;
	front_run(review, &front);
}
