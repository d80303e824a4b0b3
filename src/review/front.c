/* A page or a menu before the panes. */
#include <ncurses.h>
#include <string.h>

#include "base.h"
#include "review-private.h"

int
front_rows(const Review *review, const Front *front)
{
	int body = review->layout.body.rows;

	return front->low ? MIN((int)front->lines->len + 1, MAX(body * 2 / 3, 3)) : body;
}

static int
step(const Review *review, const Front *front, int key)
{
	int page = MAX(front_rows(review, front) - 2, 1);

	switch (key) {
	case 'j':
	case 'n':
	case -KEY_DOWN:
		return 1;
	case 'k':
	case 'p':
	case -KEY_UP:
		return -1;
	case ' ':
	case -KEY_NPAGE:
		return page;
	case 'b':
	case -KEY_PPAGE:
		return -page;
	case 'g':
	case -KEY_HOME:
		return -100000;
	case 'G':
	case -KEY_END:
		return 100000;
	default:
		return 0;
	}
}

static void
move_by(Front *front, int by)
{
	if (front->choices > 0)
		front->chosen = CLAMP(front->chosen + by, 0, front->choices - 1);
	else
		front->top += by;
}

/* 1 to 9 choose, and that is it. */
static bool
by_number(Front *front, int key)
{
	if (key < '1' || key > '9' || key - '1' >= front->choices)
		return false;
	front->chosen = key - '1';
	return true;
}

int
front_run(Review *review, Front *front)
{
	Front *behind = review->front;
	int key;

	review->front = front;
	for (;;) {
		key = review_key(review);
		say_clear(review);
		if (key > 0 && key < 0x80 && strchr(front->keys, key) != NULL)
			break;
		if (key == 27 || key == 'q' || key == TERM_INTERRUPT || review->quit) {
			key = 27;
			break;
		}
		if (key == '\r' || key == '\n' || key == -KEY_ENTER || by_number(front, key)) {
			key = '\r';
			break;
		}
		move_by(front, step(review, front, key));
	}
	review->front = behind;
	return key;
}
