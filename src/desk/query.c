/* The one query language of list, search and the review queue: words, "phrases", -word, word* and
 * filters as state:new. What people type is words; a filter is one only when its name is known.
 */
#include <string.h>

#include "base.h"
#include "desk.h"
#include "lexis.h"
#include "words.h"

enum {
	LONGEST = 1000, /* bytes of a query */
	LONGEST_WORD = 200,
	DAY = 24 * 60 * 60,
};

typedef struct {
	StoreFind *find;
	const char *me;
	gint64 now;
	bool told_states;
} Query;

/* One piece as typed: -key:value, -"a phrase", value. */
typedef struct {
	bool negated, quoted;
	char *key, *value; /* key "" */
	char *typed; /* for errors */
} Piece;

static void
piece_clear(Piece *piece)
{
	g_clear_pointer(&piece->key, g_free);
	g_clear_pointer(&piece->value, g_free);
	g_clear_pointer(&piece->typed, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Piece, piece_clear)

/* --- did you mean
 * --------------------------------------------------------------------------------------------- */

/* Letters to add, drop, change, or swap with the next, of short words (optimal string alignment).
 */
static size_t
distance(const char *a, const char *b)
{
	enum { MOST = 20 };
	size_t rows = MIN(strlen(a), (size_t)MOST), columns = MIN(strlen(b), (size_t)MOST);
	size_t cost[MOST + 1][MOST + 1];

	for (size_t i = 0; i <= rows; i++)
		cost[i][0] = i;
	for (size_t j = 0; j <= columns; j++)
		cost[0][j] = j;
	for (size_t i = 1; i <= rows; i++)
		for (size_t j = 1; j <= columns; j++) {
			size_t changed = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			size_t moved = MIN(cost[i - 1][j], cost[i][j - 1]) + 1;

			cost[i][j] = MIN(changed, moved);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				cost[i][j] = MIN(cost[i][j], cost[i - 2][j - 2] + 1);
		}
	return cost[rows][columns];
}

/* A name, what it means, and the Dutch for it. */
typedef struct {
	const char *name;
	int value;
} Name;

static const Name *
find_name(const Name *names, size_t count, const char *typed)
{
	for (size_t i = 0; i < count; i++)
		if (g_ascii_strcasecmp(names[i].name, typed) == 0)
			return &names[i];
	return NULL;
}

static const char *
nearest_name(const Name *names, size_t count, const char *typed)
{
	g_autofree char *lower = g_ascii_strdown(typed, -1);
	const char *best = NULL;
	size_t least = strlen(typed) <= 3 ? 2 : 3;

	for (size_t i = 0; i < count; i++) {
		size_t far = distance(names[i].name, lower);

		if (far < least) {
			least = far;
			best = names[i].name;
		}
	}
	return best;
}

/* "state:nwe: there is no state nwe; did you mean new?" or all that there are. */
static bool
refuse_value(const Piece *piece, const Name *names, size_t count, const char *all, GError **error)
{
	const char *near = nearest_name(names, count, piece->value);

	if (near != NULL)
		return nieuws_fail(error, NIEUWS_INPUT,
			_("%s: there is no %s; did you mean %s:%s?"), piece->typed, piece->value,
			piece->key, near);
	return nieuws_fail(error, NIEUWS_INPUT, _("%s: there is no %s; there is %s"), piece->typed,
		piece->value, all);
}

/* --- the filters
 * ---------------------------------------------------------------------------------------------- */

static const Name states[] = {{"new", 0}, {"nieuw", 0}, {"in_review", 1}, {"review", 1},
	{"approved", 2}, {"goedgekeurd", 2}, {"akkoord", 2}, {"published", 3}, {"placed", 3},
	{"geplaatst", 3}, {"gepubliceerd", 3}, {"hold", 4}, {"wacht", 4}, {"aangehouden", 4},
	{"rejected", 5}, {"afgewezen", 5}, {"afgekeurd", 5}, {"spam", 6}, {"open", 7}, {"all", 8},
	{"alle", 8}, {"alles", 8}, {"due", 9}, {"terug", 9}};
static const char *const state_names[] = {
	"new", "in_review", "approved", "published", "hold", "rejected", "spam"};

enum { STATE_OPEN = 7, STATE_ALL = 8, STATE_DUE = 9 };

#define STATES_TEXT "new, review, approved, published, hold, due, rejected, spam, open, all"

static bool
add_state(Query *query, const Piece *piece, int state)
{
	GPtrArray *list = query->find->states;

	query->told_states = true;
	if (state == STATE_OPEN)
		query->find->open = true;
	else if (state == STATE_DUE)
		query->find->due = when_now();
	else if (state < STATE_OPEN && !piece->negated)
		g_ptr_array_add(list, g_strdup(state_names[state]));
	else if (state < STATE_OPEN)
		for (int i = 0; i < STATE_OPEN; i++)
			if (i != state)
				g_ptr_array_add(list, g_strdup(state_names[i]));
	return true;
}

static bool
on_state(Query *query, const Piece *piece, GError **error)
{
	const Name *name = find_name(states, G_N_ELEMENTS(states), piece->value);

	if (name == NULL)
		return refuse_value(piece, states, G_N_ELEMENTS(states), STATES_TEXT, error);
	return add_state(query, piece, name->value);
}

static const Name kinds[] = {{"photo", STORE_HAS_PHOTO}, {"photos", STORE_HAS_PHOTO},
	{"foto", STORE_HAS_PHOTO}, {"document", STORE_HAS_DOCUMENT}, {"embargo", STORE_HAS_EMBARGO},
	{"warning", STORE_HAS_WARNING}, {"waarschuwing", STORE_HAS_WARNING},
	{"followup", STORE_HAS_FOLLOWUP}, {"aanvulling", STORE_HAS_FOLLOWUP},
	{"duplicate", STORE_HAS_DUPLICATE}, {"dubbel", STORE_HAS_DUPLICATE},
	{"note", STORE_HAS_NOTE}, {"notitie", STORE_HAS_NOTE}, {"taker", STORE_HAS_TAKER}};

static bool
on_has(Query *query, const Piece *piece, GError **error)
{
	const Name *name = find_name(kinds, G_N_ELEMENTS(kinds), piece->value);

	if (name == NULL)
		return refuse_value(piece, kinds, G_N_ELEMENTS(kinds),
			"photo, document, embargo, warning, followup, duplicate, note", error);
	if (piece->negated)
		query->find->lacks |= (guint)name->value;
	else
		query->find->has |= (guint)name->value;
	return true;
}

static bool
take_by(Query *query, const Piece *piece, const char *user, GError **error)
{
	if (piece->negated)
		return nieuws_fail(error, NIEUWS_INPUT,
			_("%s: this cannot be turned round; is:free finds what nobody has"),
			piece->typed);
	g_free(query->find->taken_by);
	query->find->taken_by = g_strdup(user);
	return true;
}

static bool
on_taken(Query *query, const Piece *piece, GError **error)
{
	static const char *const myself[] = {"me", "mij", "mine", "mijn", NULL};
	g_autofree char *lower = g_ascii_strdown(piece->value, -1);

	return take_by(
		query, piece, g_strv_contains(myself, lower) ? query->me : piece->value, error);
}

/* is:new, is:mine, is:free, and what has: knows too. */
static bool
on_is(Query *query, const Piece *piece, GError **error)
{
	static const Name own[] = {{"mine", 0}, {"mijn", 0}, {"free", 1}, {"vrij", 1}};
	const Name *name = find_name(own, G_N_ELEMENTS(own), piece->value);

	if (name != NULL)
		return take_by(query, piece, name->value == 0 ? query->me : "", error);
	if (find_name(kinds, G_N_ELEMENTS(kinds), piece->value) != NULL)
		return on_has(query, piece, error);
	name = find_name(states, G_N_ELEMENTS(states), piece->value);
	if (name == NULL)
		return refuse_value(
			piece, states, G_N_ELEMENTS(states), "mine, free, " STATES_TEXT, error);
	return add_state(query, piece, name->value);
}

/* --- days
 * -----------------------------------------------------------------------------------------------------
 */

static gint64
start_of_day(gint64 now, int days_ago)
{
	g_autoptr(GDateTime) today = g_date_time_new_from_unix_local(now);
	g_autoptr(GDateTime) day = g_date_time_add_days(today, -days_ago);
	g_autoptr(GDateTime) midnight = g_date_time_new_local(g_date_time_get_year(day),
		g_date_time_get_month(day), g_date_time_get_day_of_month(day), 0, 0, 0);

	return g_date_time_to_unix(midnight);
}

/* 3d, 2w, 5h, 30min: so long ago. */
static bool
parse_ago(const char *text, gint64 now, gint64 *ret_moment)
{
	static const Name units[] = {{"h", 3600}, {"u", 3600}, {"d", DAY}, {"w", 7 * DAY},
		{"min", 60}, {"m", 30 * DAY}, {"y", 365 * DAY}, {"j", 365 * DAY}};
	char *end;
	guint64 count = g_ascii_strtoull(text, &end, 10);
	const Name *unit = end != text ? find_name(units, G_N_ELEMENTS(units), end) : NULL;

	if (unit == NULL || count > 100000)
		return false;
	*ret_moment = MAX(now - (gint64)count * unit->value, 1);
	return true;
}

static bool
parse_day_name(const char *text, gint64 now, gint64 *ret_moment)
{
	static const Name days[] = {{"today", 0}, {"vandaag", 0}, {"yesterday", 1}, {"gisteren", 1},
		{"eergisteren", 2}};
	static const Name week[] = {{"monday", 1}, {"maandag", 1}, {"ma", 1}, {"mon", 1},
		{"tuesday", 2}, {"dinsdag", 2}, {"di", 2}, {"tue", 2}, {"wednesday", 3},
		{"woensdag", 3}, {"wo", 3}, {"wed", 3}, {"thursday", 4}, {"donderdag", 4},
		{"do", 4}, {"thu", 4}, {"friday", 5}, {"vrijdag", 5}, {"vr", 5}, {"fri", 5},
		{"saturday", 6}, {"zaterdag", 6}, {"za", 6}, {"sat", 6}, {"sunday", 7},
		{"zondag", 7}, {"zo", 7}, {"sun", 7}};
	const Name *name = find_name(days, G_N_ELEMENTS(days), text);
	g_autoptr(GDateTime) today = g_date_time_new_from_unix_local(now);

	if (name != NULL) {
		*ret_moment = start_of_day(now, name->value);
		return true;
	}
	name = find_name(week, G_N_ELEMENTS(week), text);
	if (name == NULL)
		return false;
	*ret_moment = start_of_day(now, (g_date_time_get_day_of_week(today) - name->value + 7) % 7);
	return true;
}

/* 2026-11-24, 24-11-2026, 24-11 (the last one). */
static bool
parse_date(const char *text, gint64 now, gint64 *ret_moment)
{
	g_auto(GStrv) parts = g_strsplit_set(text, "-/", 4);
	g_autoptr(GDateTime) today = g_date_time_new_from_unix_local(now);
	g_autoptr(GDateTime) day = NULL;
	gint64 numbers[3] = {0, 0, g_date_time_get_year(today)};
	guint count = g_strv_length(parts);

	if (count < 2 || count > 3)
		return false;
	for (guint i = 0; i < count; i++)
		if (!g_ascii_string_to_unsigned(
			    parts[i], 10, 1, 9999, (guint64 *)&numbers[i], NULL))
			return false;
	if (numbers[0] > 31)
		day = count == 3 ? g_date_time_new_local((int)numbers[0], (int)numbers[1],
					   (int)numbers[2], 0, 0, 0)
				 : NULL;
	else
		day = g_date_time_new_local(
			(int)numbers[2], (int)numbers[1], (int)numbers[0], 0, 0, 0);
	if (day == NULL)
		return false;
	*ret_moment = g_date_time_to_unix(day);
	if (count == 2 && *ret_moment > now) {
		g_autoptr(GDateTime) last = g_date_time_add_years(day, -1);

		*ret_moment = g_date_time_to_unix(last);
	}
	return true;
}

static bool
parse_moment(const Piece *piece, gint64 now, gint64 *ret_moment, GError **error)
{
	return parse_ago(piece->value, now, ret_moment) ||
	       parse_day_name(piece->value, now, ret_moment) ||
	       parse_date(piece->value, now, ret_moment) ||
	       nieuws_fail(error, NIEUWS_INPUT,
		       _("%s: %s is no day; write 2026-11-24, 24-11, 3d, 2w, monday or yesterday"),
		       piece->typed, piece->value);
}

static bool
on_since(Query *query, const Piece *piece, GError **error)
{
	return parse_moment(piece, query->now,
		piece->negated ? &query->find->until : &query->find->since, error);
}

/* before:1234 are the numbers below, for leafing through. */
static bool
on_before(Query *query, const Piece *piece, GError **error)
{
	guint64 number;

	if (!piece->negated &&
		g_ascii_string_to_unsigned(piece->value, 10, 1, G_MAXINT32, &number, NULL)) {
		query->find->before = (gint64)number;
		return true;
	}
	return parse_moment(piece, query->now,
		piece->negated ? &query->find->since : &query->find->until, error);
}

/* --- words
 * -----------------------------------------------------------------------------------------------------
 */

static bool
add_word(Query *query, const Piece *piece, StorePlace place, GError **error)
{
	size_t length = strlen(piece->value), at = 0;
	LexisWord found;
	StoreWord *word;

	if (!lexis_next(piece->value, length, &at, &found)) {
		/* "brug - Hengelo" and "wat?" are typed without a thought. */
		return place == STORE_PLACE_ANY ||
		       nieuws_fail(error, NIEUWS_INPUT,
			       _("%s: there is nothing to look for behind the colon"),
			       piece->typed);
	}
	if (query->find->words->len >= STORE_FIND_WORDS)
		return nieuws_fail(error, NIEUWS_INPUT, _("%s: more than %d words; leave some out"),
			piece->typed, (int)STORE_FIND_WORDS);
	word = g_new0(StoreWord, 1);
	word->text = g_strdup(piece->value);
	word->negated = piece->negated;
	word->place = place;
	word->prefix = !piece->quoted && length > 1 && piece->value[length - 1] == '*';
	g_ptr_array_add(query->find->words, word);
	return true;
}

static bool
on_from(Query *query, const Piece *piece, GError **error)
{
	return add_word(query, piece, STORE_PLACE_CONTRIBUTOR, error);
}

static bool
on_label(Query *query, const Piece *piece, GError **error)
{
	GPtrArray *words = query->find->words;
	guint before = words->len;

	if (!add_word(query, piece, STORE_PLACE_LABELS, error))
		return false;
	if (words->len > before)
		((StoreWord *)words->pdata[before])->exact = true;
	return true;
}

static bool
on_title(Query *query, const Piece *piece, GError **error)
{
	return add_word(query, piece, STORE_PLACE_TITLE, error);
}

static bool
on_file(Query *query, const Piece *piece, GError **error)
{
	return add_word(query, piece, STORE_PLACE_FILES, error);
}

/* --- pieces
 * ----------------------------------------------------------------------------------------------------
 */

typedef bool (*Filter)(Query *query, const Piece *piece, GError **error);

static const Filter filters[] = {on_state, on_from, on_since, on_before, on_has, on_label, on_taken,
	on_is, on_title, on_file};
static const Name filter_names[] = {{"state", 0}, {"status", 0}, {"staat", 0}, {"from", 1},
	{"van", 1}, {"since", 2}, {"sinds", 2}, {"vanaf", 2}, {"before", 3}, {"voor", 3},
	{"until", 3}, {"has", 4}, {"met", 4}, {"heeft", 4}, {"tag", 5}, {"category", 5},
	{"rubriek", 5}, {"label", 5}, {"taken", 6}, {"bij", 6}, {"is", 7}, {"title", 8},
	{"titel", 8}, {"kop", 8}, {"file", 9}, {"bestand", 9}};

static bool
is_key(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!g_ascii_isalpha(text[i]))
			return false;
	return length >= 2 && length <= 12;
}

/* From *at on; false at the end. */
static bool
next_piece(const char **at, Piece *piece)
{
	const char *start, *end, *colon;

	while (g_ascii_isspace(**at))
		(*at)++;
	if (**at == '\0')
		return false;
	start = *at;
	piece->negated = *start == '-' && start[1] != '\0' && !g_ascii_isspace(start[1]);
	start += piece->negated;
	end = start + strcspn(start, " \t\r\n\"");
	colon = memchr(start, ':', (size_t)(end - start));
	if (colon != NULL && is_key(start, (size_t)(colon - start)) &&
		strncmp(colon, "://", 3) != 0) {
		piece->key = g_strndup(start, (gsize)(colon - start));
		start = colon + 1;
	} else {
		piece->key = g_strdup("");
	}
	piece->quoted = *start == '"';
	if (piece->quoted) {
		start++;
		end = start + strcspn(start, "\"");
	}
	piece->value = g_strndup(start, (gsize)(end - start));
	if (piece->quoted && *end == '"')
		end++;
	piece->typed = g_strndup(*at, (gsize)(end - *at));
	*at = end;
	return true;
}

/* A word with a colon in it that is no filter is a word, unless it looks like a slip. */
static bool
unknown_key(Query *query, Piece *piece, GError **error)
{
	const char *near = nearest_name(filter_names, G_N_ELEMENTS(filter_names), piece->key);
	char *whole;

	if (near != NULL && strlen(piece->key) > 2)
		return nieuws_fail(error, NIEUWS_INPUT,
			_("%s: there is no filter %s:; did you mean %s:%s? (in quotes it is "
			  "looked for as it stands)"),
			piece->typed, piece->key, near, piece->value);
	whole = g_strdup_printf("%s %s", piece->key, piece->value);
	g_free(piece->value);
	piece->value = whole;
	return add_word(query, piece, STORE_PLACE_ANY, error);
}

static bool
take_piece(Query *query, Piece *piece, GError **error)
{
	const Name *name;

	if (strlen(piece->value) > LONGEST_WORD)
		return nieuws_fail(error, NIEUWS_INPUT, _("a word of %d letters is too long"),
			(int)strlen(piece->value));
	if (*piece->key == '\0' && !piece->quoted && g_ascii_strcasecmp(piece->value, "mine") == 0)
		return take_by(query, piece, query->me, error);
	if (*piece->key == '\0')
		return add_word(query, piece, STORE_PLACE_ANY, error);
	name = find_name(filter_names, G_N_ELEMENTS(filter_names), piece->key);
	if (name == NULL)
		return unknown_key(query, piece, error);
	if (*piece->value == '\0')
		return nieuws_fail(error, NIEUWS_INPUT,
			_("%s: there is nothing to look for behind the colon"), piece->typed);
	return filters[name->value](query, piece, error);
}

StoreFind *
desk_query(const char *text, const char *me, gint64 now, bool open, GError **error)
{
	g_autofree char *valid = text_valid(text, -1);
	g_autoptr(StoreFind) find = store_find_new();
	Query query = {.find = find, .me = me, .now = now};
	const char *at = valid;

	if (strlen(valid) > LONGEST) {
		nieuws_fail(error, NIEUWS_INPUT, _("this query is longer than %d letters"),
			(int)LONGEST);
		return NULL;
	}
	for (;;) {
		g_auto(Piece) piece = {0};

		if (!next_piece(&at, &piece))
			break;
		if (!take_piece(&query, &piece, error))
			return NULL;
	}
	if (open && !query.told_states)
		find->open = true;
	return g_steal_pointer(&find);
}

char *
desk_query_join(char **words)
{
	GString *text = g_string_new(NULL);

	for (char **word = words; *word != NULL; word++) {
		bool phrase = strpbrk(*word, " \t") != NULL && strpbrk(*word, "\":") == NULL;
		bool negated = phrase && **word == '-';

		g_string_append_printf(text, "%s%s%s%s%s", text->len > 0 ? " " : "",
			negated ? "-" : "", phrase ? "\"" : "", *word + negated,
			phrase ? "\"" : "");
	}
	return g_string_free(text, FALSE);
}
