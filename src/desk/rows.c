/* Drafts in a list: one row each, fitted to the width. */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "desk.h"
#include "words.h"

const char *
desk_state_word(const char *state)
{
	static const char *const words[][2] = {{"new", N_("new")}, {"in_review", N_("review")},
		{"approved", N_("approved")}, {"published", N_("placed")}, {"hold", N_("on hold")},
		{"rejected", N_("rejected")}, {"spam", N_("spam")}};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i][0], state) == 0)
			return _(words[i][1]);
	return state;
}

/* How wide each column is; 0 leaves it out. The title gets the rest. */
typedef struct {
	int number, state, taker, age, who, title;
} Layout;

enum { WORDS = 5, PHOTOS = 2, MARKS = 5, LEAST_TITLE = 10 };

static Layout
lay_out(const DeskScreen *screen, const GPtrArray *rows)
{
	Layout l = {.number = 4, .state = 9, .age = 6};
	int columns = 7;

	for (guint i = 0; i < rows->len; i++)
		for (gint64 id = ((StoreDraftRow *)rows->pdata[i])->id; id >= 10000; id /= 10)
			l.number = MAX(l.number, 5 + (id >= 100000) + (id >= 1000000));
	l.taker = screen->width >= 100 ? 8 : 0;
	l.who = screen->width >= 120 ? 26 : screen->width >= 70 ? 16 : 0;
	columns += (l.taker > 0) + (l.who > 0);
	l.title = screen->width - l.number - l.state - l.taker - l.age - l.who - WORDS - PHOTOS -
		  MARKS - columns;
	l.title = MAX(l.title, LEAST_TITLE);
	return l;
}

static void
put_cell(const DeskScreen *screen, DeskInk ink, const char *text, int columns)
{
	g_autofree char *shown = NULL;
	g_autofree char *fitted = NULL;

	if (columns <= 0)
		return;
	shown = text_printable(text, TEXT_ONE_LINE);
	fitted = text_fit(shown, (size_t)columns);
	desk_put(screen, ink, fitted);
	putchar(' ');
}

static void
put_number(const DeskScreen *screen, DeskInk ink, gint64 number, int columns)
{
	g_autofree char *text = number > 0 ? g_strdup_printf("%*" G_GINT64_FORMAT, columns, number)
					   : g_strdup_printf("%*s", columns, "-");

	put_cell(screen, ink, text, columns);
}

/* E embargo, ! warning, 2 came more than once, + something came after it, ~ nearly another draft */
static void
put_marks(const DeskScreen *screen, const StoreDraftRow *row)
{
	char marks[MARKS + 1] = {row->embargo_at > 0 ? 'E' : ' ', row->warnings > 0 ? '!' : ' ',
		row->duplicates > 0 ? '2' : ' ', row->followups > 0 ? '+' : ' ',
		row->near_id > 0 ? '~' : ' ', '\0'};

	desk_put(screen, INK_ALERT, g_strchomp(marks));
}

/* On hold, and its day has come. */
static bool
is_due(const StoreDraftRow *row)
{
	return strcmp(row->state, "hold") == 0 && row->hold_until > 0 &&
	       row->hold_until <= when_now();
}

static DeskInk
state_ink(const StoreDraftRow *row)
{
	if (is_due(row))
		return INK_ALERT;
	if (strcmp(row->state, "new") == 0)
		return INK_GOOD;
	return strcmp(row->state, "rejected") == 0 || strcmp(row->state, "spam") == 0 ? INK_DIM
										      : INK_NONE;
}

static void
put_row(const DeskScreen *screen, const Layout *l, const StoreDraftRow *row)
{
	g_autofree char *age = when_age(row->created_at, when_now());
	g_autofree char *taker =
		*row->claimed_by != '\0' && l->taker == 0
			? g_strdup_printf("@%s", row->claimed_by)
			: g_strdup(is_due(row) ? _("due") : desk_state_word(row->state));

	put_number(screen, INK_BOLD, row->id, l->number);
	put_cell(screen, state_ink(row), taker, l->state);
	put_cell(screen, INK_NONE, row->claimed_by, l->taker);
	put_cell(screen, INK_DIM, age, l->age);
	put_cell(screen, INK_NONE, *row->contributor != '\0' ? row->contributor : row->address,
		l->who);
	put_cell(screen, INK_BOLD, *row->title != '\0' ? row->title : _("(no title)"), l->title);
	put_number(screen, INK_DIM, row->words, WORDS);
	put_number(screen, INK_DIM, row->photos, PHOTOS);
	put_marks(screen, row);
	putchar('\n');
}

static void
put_head(const DeskScreen *screen, const char *text, int columns)
{
	/* Over numbers, at their end. */
	int width = (int)text_width(text);
	g_autofree char *shifted = g_strdup_printf("%*s%s", MAX(columns - width, 0), "", text);

	put_cell(screen, INK_DIM, shifted, columns);
}

static void
put_heads(const DeskScreen *screen, const Layout *l)
{
	put_head(screen, _("No"), l->number);
	put_cell(screen, INK_DIM, _("state"), l->state);
	put_cell(screen, INK_DIM, _("with"), l->taker);
	put_cell(screen, INK_DIM, _("age"), l->age);
	put_cell(screen, INK_DIM, _("from"), l->who);
	put_cell(screen, INK_DIM, _("title"), l->title);
	put_head(screen, _("words"), WORDS);
	put_head(screen, _("ph"), PHOTOS);
	putchar('\n');
}

void
desk_list(const DeskScreen *screen, const GPtrArray *rows)
{
	Layout l = lay_out(screen, rows);

	if (rows->len > 0)
		put_heads(screen, &l);
	desk_rows(screen, rows);
}

void
desk_rows(const DeskScreen *screen, const GPtrArray *rows)
{
	Layout l = lay_out(screen, rows);

	for (guint i = 0; i < rows->len; i++)
		put_row(screen, &l, rows->pdata[i]);
}

/* --- hits
 * -----------------------------------------------------------------------------------------------------
 */

static const char *
place_word(StorePlace place)
{
	static const char *const words[STORE_PLACES] = {"", "", N_("sender"), N_("set aside"),
		N_("file"), N_("document"), N_("note"), N_("tag")};

	return place < STORE_PLACES && *words[place] != '\0' ? _(words[place]) : "";
}

/* Text with its marked words, cut at the width. */
static void
put_marked(const DeskScreen *screen, const char *text, int columns)
{
	while (*text != '\0' && columns > 0) {
		bool hit = *text == STORE_HIT_BEGIN;
		size_t length;
		g_autofree char *part = NULL;
		g_autofree char *shown = NULL;
		g_autofree char *fitted = NULL;

		text += hit;
		length = strcspn(text, "\002\003");
		part = g_strndup(text, length);
		shown = text_printable(part, TEXT_ONE_LINE);
		fitted = text_fit(shown, (size_t)MIN((int)text_width(shown), columns));
		desk_put(screen, hit ? INK_ALERT : INK_NONE, fitted);
		columns -= (int)text_width(fitted);
		text += length;
		text += *text == STORE_HIT_END;
	}
}

static bool
put_hit(const DeskScreen *screen, Store *store, const StoreFind *find, gint64 id, int indent,
	GError **error)
{
	g_autofree char *snippet = NULL;
	StorePlace place;
	const char *word;
	int room = screen->width - indent;

	if (!store_find_hit(store, find, id, (guint)MAX(room - 4, 40), &place, &snippet, error))
		return false;
	/* The title stands in the row above. */
	if (*snippet == '\0' || place == STORE_PLACE_TITLE)
		return true;
	printf("%*s", indent, "");
	word = place_word(place);
	if (*word != '\0') {
		g_autofree char *label = g_strdup_printf("[%s] ", word);

		desk_put(screen, INK_DIM, label);
		room -= (int)text_width(label);
	}
	put_marked(screen, snippet, room);
	putchar('\n');
	return true;
}

bool
desk_hits(const DeskScreen *screen, Store *store, const StoreFind *find, const GPtrArray *rows,
	GError **error)
{
	Layout l = lay_out(screen, rows);

	if (rows->len > 0)
		put_heads(screen, &l);
	for (guint i = 0; i < rows->len; i++) {
		const StoreDraftRow *row = rows->pdata[i];

		put_row(screen, &l, row);
		if (find->words->len > 0 &&
			!put_hit(screen, store, find, row->id, l.number + 1, error))
			return false;
	}
	return true;
}

/* --- JSON
 * -----------------------------------------------------------------------------------------------------
 */

json_t *
desk_row_json(const StoreDraftRow *row)
{
	g_autofree char *created = when_iso(row->created_at);
	g_autofree char *embargo = when_iso(row->embargo_at);
	g_autofree char *until = when_iso(row->hold_until);

	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:I, s:I, s:I, "
			 "s:I, s:s, s:s}",
		"number", (json_int_t)row->id, "reference", row->reference, "state", row->state,
		"taken_by", row->claimed_by, "created", created, "contributor", row->contributor,
		"address", row->address, "title", row->title, "words", (json_int_t)row->words,
		"photos", (json_int_t)row->photos, "embargo", embargo, "warnings",
		(json_int_t)row->warnings, "duplicates", (json_int_t)row->duplicates, "followups",
		(json_int_t)row->followups, "near", (json_int_t)row->near_id, "hold_until", until,
		"trust", trust_names[row->trust]);
}

static void
add_hit(json_t *object, StorePlace place, const char *snippet)
{
	static const char *const names[] = {
		"title", "text", "contributor", "aside", "file", "document", "note", "label"};
	g_autoptr(GString) plain = g_string_new(NULL);
	json_t *words = json_array();

	if (place >= STORE_PLACES) {
		json_decref(words);
		return;
	}
	for (const char *p = snippet; *p != '\0'; p++) {
		if (*p == STORE_HIT_BEGIN)
			json_array_append_new(words, json_stringn(p + 1, strcspn(p + 1, "\003")));
		else if (*p != STORE_HIT_END)
			g_string_append_c(plain, *p);
	}
	json_object_set_new(object, "hit",
		json_pack("{s:s, s:s, s:o}", "where", names[place], "text", plain->str, "words",
			words));
}

json_t *
desk_hits_json(Store *store, const StoreFind *find, const GPtrArray *rows, GError **error)
{
	json_t *list = json_array();

	for (guint i = 0; i < rows->len; i++) {
		const StoreDraftRow *row = rows->pdata[i];
		json_t *object = desk_row_json(row);
		g_autofree char *snippet = NULL;
		StorePlace place;

		json_array_append_new(list, object);
		if (!store_find_hit(store, find, row->id, 160, &place, &snippet, error)) {
			json_decref(list);
			return NULL;
		}
		add_hit(object, place, snippet);
	}
	return list;
}
