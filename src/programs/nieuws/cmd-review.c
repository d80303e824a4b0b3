/* nieuws review: the whole screen. */
#include "nieuws.h"

#include <signal.h>

#include "review.h"

int
cmd_review(Context *context, int argc, char **argv, GError **error)
{
	g_autoptr(Desk) desk = NULL;
	g_autofree char *query = NULL;
	ReviewOrder order = {.open = open_outside};
	int ended_by = 0;
	bool good;

	if (!command_options(&argc, &argv, "[QUERY]", NULL, error))
		return EXIT_USAGE;
	query = desk_query_join(argv + 1);
	order.query = query;
	desk = desk_open(context->config, RIGHT_REVIEW, STORE_WRITE, error);
	if (desk == NULL)
		return EXIT_REFUSED;
	good = review_run(desk, &order, &ended_by, error);
	/* Who sent the signal sees that it was heard. */
	if (ended_by != 0)
		raise(ended_by);
	return good ? EXIT_DONE : EXIT_USAGE;
}
