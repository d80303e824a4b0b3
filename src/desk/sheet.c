/* What writing and reading the file of an editor share. */
#include <stdarg.h>
#include <string.h>

#include "base.h"
#include "desk-private.h"
#include "sheet.h"

#define MEMBER(f, type, record)                                                                    \
	{                                                                                          \
#f, type, offsetof(SheetState, f), record, NULL                                    \
	}

static const Field state_fields[] = {MEMBER(draft_id, FIELD_INT, NULL),
	MEMBER(version, FIELD_INT, NULL), MEMBER(started_at, FIELD_INT, NULL),
	MEMBER(reference, FIELD_STRING, NULL), MEMBER(presented, FIELD_STRING, NULL),
	MEMBER(cut, FIELD_STRING, NULL), MEMBER(why, FIELD_STRING, NULL),
	MEMBER(conflict, FIELD_BOOL, NULL), MEMBER(content, FIELD_RECORD, &store_content_type),
	MEMBER(asides, FIELD_LIST, &aside_type), MEMBER(below, FIELD_INTS, NULL),
	MEMBER(moved, FIELD_INTS, NULL), {NULL, FIELD_INT, 0, NULL, NULL}};
const RecordType sheet_state_type = {"edit", sizeof(SheetState), state_fields};

/* --- errors
 * ---------------------------------------------------------------------------------------------------
 */

static void
error_free(gpointer data)
{
	SheetError *error = data;

	g_free(error->field);
	g_free(error->text);
	g_free(error);
}

GPtrArray *
sheet_errors_new(void)
{
	return g_ptr_array_new_with_free_func(error_free);
}

void
sheet_error_add(GPtrArray *errors, guint line, const char *field, const char *format, ...)
{
	SheetError *error = g_new0(SheetError, 1);
	va_list arguments;

	va_start(arguments, format);
	error->text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	error->line = line;
	error->field = g_strdup(field);
	g_ptr_array_add(errors, error);
}

char *
sheet_error_text(const SheetError *error)
{
	if (error->line == 0)
		return g_strdup(error->text);
	if (*error->field == '\0')
		return g_strdup_printf(_("line %u: %s"), error->line, error->text);
	return g_strdup_printf(_("line %u, %s: %s"), error->line, error->field, error->text);
}

/* --- fields
 * ---------------------------------------------------------------------------------------------------
 */

const char *
sheet_key(const char *typed, bool photo)
{
	/* The first is what we write; the others are what a Dutch hand may type. */
	static const char *const article[][4] = {{"title", "titel", "kop", ""},
		{"lead", "inleiding", "intro", ""}, {"tags", "trefwoorden", "labels", ""},
		{"category", "rubriek", "categorie", ""}, {"embargo", "", "", ""},
		{"pictures", "photos", "fotos", "beelden"}, {"why", "waarom", "reden", ""}};
	static const char *const of_photo[][4] = {{"file", "bestand", "foto", ""},
		{"caption", "bijschrift", "onderschrift", ""}, {"credit", "fotograaf", "bron", ""},
		{"alt", "alttekst", "alt_text", ""}, {"lead", "hoofdfoto", "bovenaan", ""},
		{"dropped", "weggelaten", "weg", ""}};
	const char *const(*keys)[4] = photo ? of_photo : article;
	size_t n = photo ? G_N_ELEMENTS(of_photo) : G_N_ELEMENTS(article);
	g_autofree char *lower = g_ascii_strdown(typed, -1);

	for (size_t i = 0; i < n; i++)
		for (int j = 0; j < 4; j++)
			if (*keys[i][j] != '\0' && strcmp(keys[i][j], lower) == 0)
				return keys[i][0];
	return NULL;
}

static char *
plain_name(const Picture *photo)
{
	g_autofree char *name = text_collapse(photo->name);

	return *name != '\0' ? g_steal_pointer(&name) : g_strdup("photo");
}

char *
sheet_photo_name(const GPtrArray *pictures, guint index)
{
	g_autofree char *name = plain_name(pictures->pdata[index]);
	int same = 1;

	for (guint i = 0; i < index; i++) {
		g_autofree char *other = plain_name(pictures->pdata[i]);

		same += strcmp(name, other) == 0;
	}
	return same > 1 ? g_strdup_printf("%s (%d)", name, same) : g_steal_pointer(&name);
}

int
sheet_find_photo(const GPtrArray *pictures, const Picture *photo)
{
	for (guint i = 0; i < pictures->len; i++) {
		const Picture *one = pictures->pdata[i];

		if (one->submission == photo->submission && one->number == photo->number)
			return (int)i;
	}
	return -1;
}

void
sheet_clear_photos(GPtrArray *pictures)
{
	for (guint i = 0; i < pictures->len; i++)
		record_free(&picture_type, pictures->pdata[i]);
	g_ptr_array_set_size(pictures, 0);
}

char *
sheet_moment(gint64 moment)
{
	g_autoptr(GDateTime) then = moment != 0 ? g_date_time_new_from_unix_local(moment) : NULL;

	return then != NULL ? g_date_time_format(then, "%Y-%m-%d %H:%M") : g_strdup("");
}

bool
sheet_same(const StoreContent *one, const StoreContent *other)
{
	json_t *left = record_to_json(&store_content_type, one);
	json_t *right = record_to_json(&store_content_type, other);
	bool same = json_equal(left, right) != 0;

	json_decref(left);
	json_decref(right);
	return same;
}

/* --- what changed
 * ------------------------------------------------------------------------------------------- */

static void
add_word(GString *words, const char *word)
{
	g_string_append_printf(words, "%s%s", words->len > 0 ? ", " : "", word);
}

static bool
same_photo(const Picture *one, const Picture *other)
{
	return strcmp(one->alt, other->alt) == 0 && strcmp(one->caption, other->caption) == 0 &&
	       strcmp(one->credit, other->credit) == 0 && one->dropped == other->dropped &&
	       one->lead == other->lead;
}

static void
add_photos(GString *words, const GPtrArray *before, const GPtrArray *after)
{
	bool moved = before->len != after->len;

	for (guint i = 0; i < after->len; i++) {
		int old = sheet_find_photo(before, after->pdata[i]);
		g_autofree char *name = sheet_photo_name(after, i);
		g_autofree char *word = g_strdup_printf(_("photo %s"), name);

		moved = moved || old != (int)i;
		if (old < 0 || !same_photo(before->pdata[old], after->pdata[i]))
			add_word(words, word);
	}
	if (moved)
		add_word(words, _("order of photos"));
}

static bool
same_tags(const GPtrArray *one, const GPtrArray *other)
{
	bool same = one->len == other->len;

	for (guint i = 0; same && i < one->len; i++)
		same = strcmp(one->pdata[i], other->pdata[i]) == 0;
	return same;
}

char *
sheet_changes(const StoreContent *before, const StoreContent *after)
{
	g_autoptr(GString) words = g_string_new(NULL);

	if (strcmp(before->title, after->title) != 0)
		add_word(words, _("title"));
	if (strcmp(before->lead, after->lead) != 0)
		add_word(words, _("lead"));
	if (strcmp(before->body, after->body) != 0)
		add_word(words, _("text"));
	if (!same_tags(before->tags, after->tags))
		add_word(words, _("tags"));
	if (strcmp(before->category, after->category) != 0)
		add_word(words, _("category"));
	if (before->embargo_at != after->embargo_at || strcmp(before->embargo, after->embargo) != 0)
		add_word(words, _("embargo"));
	add_photos(words, before->pictures, after->pictures);
	return g_string_free(g_steal_pointer(&words), FALSE);
}
