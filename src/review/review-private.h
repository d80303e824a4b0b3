/* Shared by the files of review. */
#pragma once

#include "layout.h"
#include "look.h"
#include "review.h"
#include "terminal.h"
#include "words.h"

/* A page or a menu before the two panes. */
typedef struct {
	const char *title;
	GPtrArray *lines; /* as of look_lines; owned by who shows it */
	int choices; /* the first so many lines can be chosen; 0: a page */
	int chosen, top;
	bool low; /* only as high as it needs, at the bottom */
	const char *keys; /* letters that end it, beside Enter and Escape */
	const char *const *hints;
	guint hint_count;
} Front;

typedef struct {
	const char *label;
	GString *text;
	glong cursor; /* in characters */
} Prompt;

typedef struct {
	Desk *desk;
	const ReviewOrder *order;

	/* the queue */
	char *query;
	StoreFind *find;
	GPtrArray *rows; /* StoreDraftRow * */
	guint most; /* rows asked for so far */
	bool more; /* there are others behind them */
	int at, top; /* the chosen row, the first row shown */
	gint64 version; /* of the database, as far as it was read */

	/* the article */
	gint64 shown; /* number; 0: none */
	DeskKept *kept;
	GPtrArray *lines;
	int width; /* that lines were made for; 0: make them again */
	int scroll;
	char *trouble; /* why it cannot be shown */

	/* the screen */
	Layout layout;
	bool reading; /* one pane: the article is shown */
	char *said; /* the status; NULL: nothing */
	bool alert;
	Front *front;
	Prompt *prompt;
	bool quit;
} Review;

/* --- queue.c --- */

/* Another query; the old one stays when this one cannot be read. */
bool queue_ask(Review *review, const char *query, GError **error);

/* Reads the rows again. The chosen draft stays chosen; when it is no longer among them it keeps its
 * place (keep), or the next one has it. */
bool queue_read(Review *review, bool keep, GError **error);

/* Cheap: reads again where another program has written since. False: nothing changed. */
bool queue_poll(Review *review);

const StoreDraftRow *queue_chosen(const Review *review); /* NULL: the queue is empty */
void queue_move(Review *review, int to);

/* This draft is chosen, in the queue or put there. */
void queue_choose(Review *review, gint64 id);
void queue_clear(Review *review);

/* --- article.c --- */

/* The chosen draft is loaded and its lines are made for the pane. */
void article_ready(Review *review);
void article_forget(Review *review);
void article_clear(Review *review);
int article_bottom(const Review *review); /* the last line to begin with */

/* The page that a function of the desk prints, at this width, over all. Returns the key that ended
 * it. */
typedef bool (*ArticlePrinter)(const DeskScreen *screen, Review *review, gint64 id, GError **error);
void article_page(Review *review, const char *title, ArticlePrinter print);

/* The lines of such a page. NULL with a sentence on the screen. */
GPtrArray *article_lines(Review *review, ArticlePrinter print);

/* --- paint.c --- */

void paint(Review *review);

/* The status, until the next key. */
void say(Review *review, const char *text);
void say_done(Review *review, const char *text); /* "u takes it back" behind it */
void say_error(Review *review, const GError *error);
void say_clear(Review *review);

/* --- review.c --- */

/* The next key. Meanwhile what others do appears, and the screen follows its size. 27 when we are
 * asked to end. */
int review_key(Review *review);

/* --- front.c --- */

/* Shows it until a key of it, Enter (13) or Escape (27), which is returned. */
int front_run(Review *review, Front *front);
int front_rows(const Review *review, const Front *front);

/* --- ask.c --- */

/* One line; text (may be NULL) stands there to begin with. NULL: taken back. To g_free. */
char *ask_line(Review *review, const char *label, const char *text);

/* --- acts.c, reject.c, later.c, files.c: one a key --- */

typedef void (*Verb)(Review *review);

void verb_take(Review *review);
void verb_release(Review *review);
void verb_edit(Review *review);
void verb_approve(Review *review);
void verb_publish(Review *review);
void verb_hold(Review *review);
void verb_spam(Review *review);
void verb_reopen(Review *review);
void verb_note(Review *review);
void verb_restore(Review *review);
void verb_undo(Review *review);
void verb_log(Review *review);
void verb_diff(Review *review);
void verb_source(Review *review);
void verb_related(Review *review);
void verb_reject(Review *review);
void verb_later(Review *review);
void verb_files(Review *review);

/* The draft that is worked on; 0 with a sentence on the screen: there is none. What is decided now
 * is decided on what the screen shows (Desk.seen). */
gint64 verb_draft(Review *review);

/* What came of it: what was said (undoable: with the way back), or the error. Both are taken over.
 * The queue is read again; a draft that is decided need not keep its place in it. */
typedef enum { AFTER_STAYS, AFTER_DECIDED } After;
bool verb_done(Review *review, char *said, GError *error, After after);

/* --- keys.c --- */

void keys_do(Review *review, int key);
void keys_help(Review *review);
const char *const *keys_hints(guint *ret_count);
