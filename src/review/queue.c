/* The queue: the rows of a query, and the one that is chosen. */
#include <string.h>

#include "base.h"
#include "review-private.h"

enum { PAGE = 300 };

const StoreDraftRow *
queue_chosen(const Review *review)
{
	return review->rows != NULL && review->at < (int)review->rows->len
		       ? review->rows->pdata[review->at]
		       : NULL;
}

static int
place_of(const GPtrArray *rows, gint64 id)
{
	for (guint i = 0; i < rows->len; i++)
		if (((StoreDraftRow *)rows->pdata[i])->id == id)
			return (int)i;
	return -1;
}

/* Among the newest first; among the best first where it was. */
static int
place_for(const Review *review, const GPtrArray *rows, gint64 id)
{
	int place = 0;

	if (review->find->ranked)
		return CLAMP(review->at, 0, (int)rows->len);
	while (place < (int)rows->len && ((StoreDraftRow *)rows->pdata[place])->id > id)
		place++;
	return place;
}

/* A draft that the query does not find keeps its place among those that it does. */
static int
put_in(Review *review, GPtrArray *rows, gint64 id)
{
	int place = place_for(review, rows, id);

	StoreNear one = {.id = id};
	g_autoptr(GPtrArray) near = g_ptr_array_new();
	g_autoptr(GPtrArray) found = NULL;

	g_ptr_array_add(near, &one);
	found = store_rows_of(review->desk->store, near, NULL);
	if (found == NULL || found->len == 0)
		return -1;
	g_ptr_array_insert(rows, place, g_ptr_array_steal_index(found, 0));
	return place;
}

bool
queue_read(Review *review, bool keep, GError **error)
{
	const StoreDraftRow *chosen = queue_chosen(review);
	gint64 id = chosen != NULL ? chosen->id : 0;
	int place = -1;
	GPtrArray *rows;

	review->find->most = review->most + 1;
	/* Without a question: what asks for a decision now. */
	review->find->waits = *review->query == '\0' ? when_now() : 0;
	if (!store_data_version(review->desk->store, &review->version, error))
		return false;
	rows = store_find(review->desk->store, review->find, error);
	if (rows == NULL)
		return false;
	review->more = rows->len > review->most;
	if (review->more)
		g_ptr_array_set_size(rows, (gint)review->most);
	if (id != 0)
		place = place_of(rows, id);
	if (place < 0 && id != 0 && keep)
		place = put_in(review, rows, id);
	if (place < 0)
		place = CLAMP(review->at, 0, MAX((int)rows->len - 1, 0));
	g_clear_pointer(&review->rows, g_ptr_array_unref);
	review->rows = rows;
	review->at = place;
	return true;
}

bool
queue_ask(Review *review, const char *query, GError **error)
{
	StoreFind *find = desk_query(query, review->desk->user, when_now(), true, error);

	if (find == NULL)
		return false;
	g_clear_pointer(&review->find, store_find_free);
	g_clear_pointer(&review->rows, g_ptr_array_unref);
	g_free(review->query);
	review->query = g_strdup(query);
	review->find = find;
	review->most = PAGE;
	review->at = review->top = 0;
	return queue_read(review, false, error);
}

/* Of a draft that another wrote to while it was on the screen. */
static void
tell_change(Review *review, gint64 turn)
{
	g_autofree char *deed = NULL;

	if (review->kept == NULL || review->kept->standing->turn == turn)
		return;
	deed = desk_last_deed(review->desk, review->shown);
	if (deed != NULL) {
		say(review, deed);
		review->alert = true;
	}
}

bool
queue_poll(Review *review)
{
	g_autoptr(StoreStanding) standing = NULL;
	gint64 version = 0;

	if (!store_data_version(review->desk->store, &version, NULL) || version == review->version)
		return false;
	if (!queue_read(review, true, NULL))
		return false;
	if (review->shown != 0)
		standing = store_standing_get(review->desk->store, review->shown, NULL);
	if (standing != NULL)
		tell_change(review, standing->turn);
	article_forget(review);
	return true;
}

void
queue_move(Review *review, int to)
{
	int last = (int)review->rows->len - 1;

	if (to >= last && review->more) {
		review->most += PAGE;
		queue_read(review, true, NULL);
		last = (int)review->rows->len - 1;
	}
	review->at = CLAMP(to, 0, MAX(last, 0));
}

void
queue_choose(Review *review, gint64 id)
{
	int place = place_of(review->rows, id);

	if (place < 0)
		place = put_in(review, review->rows, id);
	if (place >= 0)
		review->at = place;
}

void
queue_clear(Review *review)
{
	g_clear_pointer(&review->rows, g_ptr_array_unref);
	g_clear_pointer(&review->find, store_find_free);
	g_clear_pointer(&review->query, g_free);
}
