/* What came after a draft: its changes, taken over whole or in part, or left. */
#include <string.h>

#include "base.h"
#include "review-private.h"

static bool
print_followups(const DeskScreen *screen, Review *review, gint64 id, GError **error)
{
	return desk_followups(screen, review->desk, id, error);
}

/* The one that waits; of several the one that is named. 0: none. */
static gint64
which(Review *review, gint64 id)
{
	g_autoptr(GPtrArray) list = store_proposal_list(review->desk->store, id, true, NULL);
	g_autofree char *typed = NULL;
	g_autofree char *first = NULL;

	if (list == NULL || list->len == 0) {
		say(review, _("Nothing waits that came after this draft."));
		return 0;
	}
	if (list->len == 1)
		return ((StoreProposal *)list->pdata[0])->id;
	first = g_strdup_printf("%" G_GINT64_FORMAT, ((StoreProposal *)list->pdata[0])->id);
	typed = ask_line(review, _("Which follow-up (its number)?"), first);
	return typed != NULL ? g_ascii_strtoll(typed, NULL, 10) : 0;
}

/* "1 3 title" to what is taken over; false: a word that is none of them. */
static bool
read_parts(const char *typed, DeskAccept *accept, GArray *hunks, GError **error)
{
	static const char *const names[] = {"title", "lead", "body", "photos", "embargo"};
	g_auto(GStrv) words = g_strsplit_set(typed, " ,", -1);

	for (char **word = words; *word != NULL; word++) {
		guint number = (guint)g_ascii_strtoull(*word, NULL, 10);
		bool known = **word == '\0';

		for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
			if (strcmp(*word, names[i]) != 0 && strcmp(*word, _(names[i])) != 0)
				continue;
			accept->parts |= 1u << i;
			known = true;
		}
		if (known)
			continue;
		if (number == 0)
			return nieuws_fail(error, NIEUWS_INPUT,
				_("%s: type numbers of changes, or title, lead, body, photos, "
				  "embargo"),
				*word);
		g_array_append_val(hunks, number);
	}
	accept->hunks = hunks->len > 0 ? hunks : NULL;
	return true;
}

static void
take_over(Review *review, gint64 id, bool parts)
{
	DeskAccept accept = {.proposal = which(review, id)};
	g_autoptr(GArray) hunks = g_array_new(FALSE, FALSE, sizeof(guint));
	g_autofree char *typed = NULL;
	GError *error = NULL;
	char *said;

	if (accept.proposal == 0)
		return;
	if (parts) {
		typed = ask_line(review, _("Which changes (1 3, or title, lead, photos)?"), NULL);
		if (typed == NULL || *typed == '\0')
			return;
		if (!read_parts(typed, &accept, hunks, &error)) {
			verb_done(review, NULL, error, AFTER_STAYS);
			return;
		}
	}
	said = desk_accept(review->desk, id, &accept, &error);
	verb_done(review, said, error, AFTER_STAYS);
}

typedef char *(*OnProposal)(Desk *desk, gint64 id, gint64 proposal, GError **error);

static void
decide(Review *review, gint64 id, OnProposal verb)
{
	gint64 proposal = which(review, id);
	GError *error = NULL;
	char *said;

	if (proposal == 0)
		return;
	said = verb(review->desk, id, proposal, &error);
	verb_done(review, said, error, AFTER_STAYS);
}

void
verb_later(Review *review)
{
	const char *const hints[] = {_("a take over"), _("c some changes only"), _("r leave it"),
		_("s a draft of its own"), _("Esc nothing now")};
	g_autoptr(GPtrArray) lines = article_lines(review, print_followups);
	gint64 id = review->shown;
	gint64 seen = review->desk->seen;
	Front front = {.title = _("What came after it"),
		.lines = lines,
		.keys = "acrs",
		.hints = hints,
		.hint_count = G_N_ELEMENTS(hints)};
	int key;

	if (lines == NULL)
		return;
	key = front_run(review, &front);
	review->desk->seen = seen;
	if (key == 'a' || key == 'c')
		take_over(review, id, key == 'c');
	else if (key == 'r')
		decide(review, id, desk_refuse);
	else if (key == 's')
		decide(review, id, desk_split);
}
