/* Two editors' changes to one draft, put together field by field. */
#include <string.h>

#include "base.h"
#include "compare.h"
#include "desk-private.h"
#include "sheet.h"

typedef struct {
	const SheetMerge *merge;
	StoreContent *content; /* what comes of it; begins as mine */
	GPtrArray *conflicts, *remarks;
} Merging;

static void
conflict_free(gpointer data)
{
	SheetConflict *conflict = data;

	g_free(conflict->field);
	g_free(conflict->theirs);
	g_free(conflict);
}

GPtrArray *
sheet_conflicts_new(void)
{
	return g_ptr_array_new_with_free_func(conflict_free);
}

static void
add_conflict(GPtrArray *conflicts, const char *field, const char *theirs)
{
	SheetConflict *conflict = g_new0(SheetConflict, 1);

	conflict->field = g_strdup(field);
	conflict->theirs = g_strdup(theirs);
	g_ptr_array_add(conflicts, conflict);
}

/* Both changed it: perhaps other sentences of it. NULL: no. */
static char *
merge_sentences(const char *base, const char *mine, const char *theirs)
{
	CompareMerge texts = {base, mine, theirs, "", ""};
	bool conflict = true;
	g_autofree char *both = compare_merge(&texts, &conflict, NULL);

	return both != NULL && !conflict ? g_strdup(g_strchomp(both)) : NULL;
}

/* Who changed it has it; where both did, otherwise, it is a conflict. */
static void
merge_text(Merging *m, const char *field, const char *base, char **mine, const char *theirs)
{
	g_autofree char *both = NULL;

	if (strcmp(*mine, theirs) == 0 || strcmp(base, theirs) == 0)
		return;
	if (strcmp(*mine, base) != 0)
		both = merge_sentences(base, *mine, theirs);
	if (both != NULL || strcmp(*mine, base) == 0)
		record_set(mine, both != NULL ? both : theirs);
	else
		add_conflict(m->conflicts, field, theirs);
}

/* --- tags
 * ----------------------------------------------------------------------------------------------------
 */

static bool
has_tag(const GPtrArray *tags, const char *tag)
{
	for (guint i = 0; i < tags->len; i++)
		if (strcmp(tags->pdata[i], tag) == 0)
			return true;
	return false;
}

/* Without those that they took away, with those that they added. */
static void
merge_tags(const SheetMerge *merge, GPtrArray *tags)
{
	const GPtrArray *base = merge->base->tags, *theirs = merge->theirs->tags;

	for (guint i = tags->len; i-- > 0;)
		if (has_tag(base, tags->pdata[i]) && !has_tag(theirs, tags->pdata[i]))
			g_ptr_array_remove_index(tags, i);
	for (guint i = 0; i < theirs->len; i++)
		if (!has_tag(base, theirs->pdata[i]) && !has_tag(tags, theirs->pdata[i]))
			g_ptr_array_add(tags, g_strdup(theirs->pdata[i]));
}

/* --- embargo
 * --------------------------------------------------------------------------------------------------
 */

static bool
same_embargo(const StoreContent *one, const StoreContent *other)
{
	return one->embargo_at == other->embargo_at && strcmp(one->embargo, other->embargo) == 0;
}

static void
merge_embargo(Merging *m)
{
	const SheetMerge *merge = m->merge;
	g_autofree char *moment = sheet_moment(merge->theirs->embargo_at);

	if (same_embargo(merge->mine, merge->theirs) || same_embargo(merge->base, merge->theirs))
		return;
	if (same_embargo(merge->mine, merge->base)) {
		m->content->embargo_at = merge->theirs->embargo_at;
		record_set(&m->content->embargo, merge->theirs->embargo);
	} else {
		add_conflict(m->conflicts, "embargo", moment);
	}
}

/* --- photos
 * ---------------------------------------------------------------------------------------------------
 */

static const Picture *
same_in(const GPtrArray *pictures, const Picture *photo)
{
	int index = sheet_find_photo(pictures, photo);

	return index >= 0 ? pictures->pdata[index] : NULL;
}

static void
merge_photo(Merging *m, guint index, const Picture *base, const Picture *theirs)
{
	Picture *mine = m->content->pictures->pdata[index];
	const char *const keys[] = {"caption", "credit", "alt"};
	const char *const was[] = {base->caption, base->credit, base->alt};
	const char *const other[] = {theirs->caption, theirs->credit, theirs->alt};
	char **fields[] = {&mine->caption, &mine->credit, &mine->alt};

	for (int i = 0; i < 3; i++) {
		g_autofree char *path = g_strdup_printf("%u.%s", index, keys[i]);

		merge_text(m, path, was[i], fields[i], other[i]);
	}
	if (mine->dropped == base->dropped)
		mine->dropped = theirs->dropped;
}

static bool
same_order(const GPtrArray *one, const GPtrArray *other)
{
	for (guint i = 0; i < one->len; i++)
		if (sheet_find_photo(other, one->pdata[i]) != (int)i)
			return false;
	return one->len == other->len;
}

/* The photos of mine in the order of theirs, which may have more. */
static GPtrArray *
in_their_order(const GPtrArray *mine, const GPtrArray *theirs)
{
	GPtrArray *ordered = g_ptr_array_new();

	for (guint i = 0; i < theirs->len; i++) {
		const Picture *photo = same_in(mine, theirs->pdata[i]);

		g_ptr_array_add(ordered,
			record_copy(&picture_type, photo != NULL ? photo : theirs->pdata[i]));
	}
	return ordered;
}

static void
reorder(StoreContent *content, const GPtrArray *theirs)
{
	g_autoptr(GPtrArray) ordered = in_their_order(content->pictures, theirs);

	sheet_clear_photos(content->pictures);
	for (guint i = 0; i < ordered->len; i++)
		g_ptr_array_add(content->pictures, ordered->pdata[i]);
}

static const Picture *
lead_of(const GPtrArray *pictures)
{
	for (guint i = 0; i < pictures->len; i++)
		if (((Picture *)pictures->pdata[i])->lead)
			return pictures->pdata[i];
	return NULL;
}

static bool
same_lead(const GPtrArray *one, const GPtrArray *other)
{
	const Picture *left = lead_of(one), *right = lead_of(other);

	return left == NULL || right == NULL
		       ? left == right
		       : left->submission == right->submission && left->number == right->number;
}

/* At most one: theirs where only they chose. */
static void
merge_lead(Merging *m)
{
	const SheetMerge *merge = m->merge;
	const Picture *theirs = lead_of(merge->theirs->pictures);

	if (same_lead(merge->base->pictures, merge->theirs->pictures) ||
		same_lead(merge->mine->pictures, merge->theirs->pictures))
		return;
	if (!same_lead(merge->base->pictures, merge->mine->pictures)) {
		g_ptr_array_add(m->remarks,
			g_strdup_printf(_("%s chose another lead picture; yours stays."),
				merge->their_name));
		return;
	}
	for (guint i = 0; i < m->content->pictures->len; i++) {
		Picture *photo = m->content->pictures->pdata[i];

		photo->lead = theirs != NULL && photo->submission == theirs->submission &&
			      photo->number == theirs->number;
	}
}

static void
merge_photos(Merging *m)
{
	const SheetMerge *merge = m->merge;
	GPtrArray *photos = m->content->pictures;

	if (same_order(merge->base->pictures, merge->mine->pictures))
		reorder(m->content, merge->theirs->pictures);
	for (guint i = 0; i < merge->theirs->pictures->len; i++)
		if (sheet_find_photo(photos, merge->theirs->pictures->pdata[i]) < 0)
			g_ptr_array_add(photos,
				record_copy(&picture_type, merge->theirs->pictures->pdata[i]));
	for (guint i = 0; i < photos->len; i++) {
		const Picture *base = same_in(merge->base->pictures, photos->pdata[i]);
		const Picture *theirs = same_in(merge->theirs->pictures, photos->pdata[i]);

		if (base != NULL && theirs != NULL)
			merge_photo(m, i, base, theirs);
	}
	merge_lead(m);
}

/* --- all
 * ------------------------------------------------------------------------------------------------------
 */

static bool
merge_body(Merging *m, bool *ret_marks, GError **error)
{
	const SheetMerge *merge = m->merge;
	CompareMerge texts = {merge->base->body, merge->mine->body, merge->theirs->body, _("yours"),
		merge->their_name};
	g_autofree char *body = NULL;

	*ret_marks = false;
	if (strcmp(merge->base->body, merge->theirs->body) == 0)
		return true;
	body = compare_merge(&texts, ret_marks, error);
	if (body == NULL)
		return false;
	if (!g_str_has_suffix(merge->theirs->body, "\n"))
		g_strchomp(body);
	record_set(&m->content->body, body);
	return true;
}

StoreContent *
sheet_merge(const SheetMerge *merge, GPtrArray *conflicts, bool *ret_marks, GPtrArray *remarks,
	GError **error)
{
	g_autoptr(StoreContent) content = record_copy(&store_content_type, merge->mine);
	Merging m = {merge, content, conflicts, remarks};
	const StoreContent *base = merge->base, *theirs = merge->theirs;

	merge_text(&m, "title", base->title, &content->title, theirs->title);
	merge_text(&m, "lead", base->lead, &content->lead, theirs->lead);
	merge_text(&m, "category", base->category, &content->category, theirs->category);
	merge_tags(merge, content->tags);
	merge_embargo(&m);
	merge_photos(&m);
	return merge_body(&m, ret_marks, error) ? g_steal_pointer(&content) : NULL;
}
