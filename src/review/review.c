/* The loop: keys, and what others do meanwhile. */
#include "base.h"
#include "review-private.h"

enum { LOOK_AGAIN_MS = 1000, OLD_MS = 30000 };

/* Pasted where no line is asked for: not a row of commands. */
static void
swallow_paste(Review *review)
{
	int key;

	while (!review->quit && (key = term_key(LOOK_AGAIN_MS)) != TERM_PASTED &&
		key != TERM_NOTHING)
		continue;
}

int
review_key(Review *review)
{
	gint64 painted = 0;
	bool stale = true;

	for (;;) {
		/* Keys that wait already are done first: no page is made that nobody sees. */
		int key = stale ? term_key(0) : term_key(LOOK_AGAIN_MS);

		if (term_signal() != 0) {
			review->quit = true;
			return 27;
		}
		if (key == TERM_PASTE && review->prompt == NULL) {
			swallow_paste(review);
			continue;
		}
		if (key != TERM_NOTHING && key != TERM_RESIZED)
			return key;
		/* Ages grow, too. */
		if (stale || key == TERM_RESIZED || queue_poll(review) ||
			when_monotonic_ms() - painted > OLD_MS) {
			paint(review);
			painted = when_monotonic_ms();
		}
		stale = false;
	}
}

static void
work(Review *review)
{
	while (!review->quit) {
		int key = review_key(review);

		if (review->quit)
			break;
		say_clear(review);
		keys_do(review, key);
	}
}

bool
review_run(Desk *desk, const ReviewOrder *order, int *ret_signal, GError **error)
{
	Review review = {.desk = desk, .order = order};
	bool good = queue_ask(&review, order->query, error) && term_open(error);

	*ret_signal = 0;
	if (good)
		work(&review);
	term_close();
	*ret_signal = term_signal();
	say_clear(&review);
	article_clear(&review);
	queue_clear(&review);
	return good;
}
