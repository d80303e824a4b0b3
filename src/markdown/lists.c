/* Typed marks to lists: which are meant as such, and how they nest. */
#include <string.h>

#include "lines.h"
#include "typed.h"

enum {
	DEEP = 8,
	SINGLE_INDENT = 2, /* columns that make a level */
	HANGING_MOST = 4, /* paragraphs of one item */
};

typedef struct {
	Block *block;
	TypedMark mark;
	int level;
} Entry;

typedef struct {
	GArray *entries; /* Entry: a run of marked lines, one below the other */
	const Block *above; /* what stands above the run; may be NULL */
	int after; /* number of the last item of an ordered list not far above */
	MarkKind after_kind;
	guint lists; /* lists so far */
} Run;

static Entry *
entry_at(const Run *run, guint i)
{
	return &g_array_index(run->entries, Entry, i);
}

/* Marks that people use for one and the same list. */
static bool
same_mark(const TypedMark *a, const TypedMark *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == MARK_EMOJI)
		return true;
	return a->sign == b->sign;
}

/* - and –: programs make the one of the other. */
static bool
is_dash(const TypedMark *mark)
{
	return mark->sign == '-' || mark->sign == 0x2013;
}

static bool
ends_with_colon(const Block *block)
{
	return block != NULL && g_str_has_suffix(block->plain, ":");
}

/* --- nesting
 * --------------------------------------------------------------------------------------------------
 */

typedef struct {
	int indent[DEEP + 1];
	TypedMark mark[DEEP + 1];
	int depth;
	guint last_first; /* the last entry with the mark of the first */
} Nest;

static int
find_open(const Nest *nest, const Entry *entry)
{
	for (int d = nest->depth; d > 0; d--)
		if (nest->indent[d] == entry->block->indent &&
			same_mark(&nest->mark[d], &entry->mark))
			return d;
	return 0;
}

static void
open_level(Nest *nest, const Entry *entry)
{
	nest->depth = MIN(nest->depth + 1, DEEP);
	nest->indent[nest->depth] = entry->block->indent;
	nest->mark[nest->depth] = entry->mark;
}

/* Another mark at the same place: a list below the item above, or a list of its own. */
static bool
is_below(const Run *run, const Nest *nest, guint i)
{
	const Entry *above = entry_at(run, i - 1), *entry = entry_at(run, i);

	if (entry->mark.kind == MARK_EMOJI && above->mark.kind == MARK_EMOJI)
		return false;
	if (is_dash(&entry->mark) && is_dash(&above->mark))
		return ends_with_colon(above->block);
	return ends_with_colon(above->block) || (i < nest->last_first && nest->depth == 1);
}

static void
place(const Run *run, Nest *nest, guint i)
{
	Entry *entry = entry_at(run, i);
	int indent = entry->block->indent;
	int open = find_open(nest, entry);

	if (entry->mark.kind == MARK_NONE) {
		entry->level = nest->depth;
		return;
	}
	if (open > 0) {
		nest->depth = open;
	} else if (nest->depth == 0 || indent >= nest->indent[nest->depth] + SINGLE_INDENT) {
		open_level(nest, entry);
	} else if (indent < nest->indent[1] - 1 && ends_with_colon(entry_at(run, i - 1)->block)) {
		/* Clients that lose the indentation of what is nested. */
		open_level(nest, entry);
	} else {
		while (nest->depth > 1 && indent < nest->indent[nest->depth] - 1)
			nest->depth--;
		if (!same_mark(&nest->mark[nest->depth], &entry->mark) && is_below(run, nest, i))
			open_level(nest, entry);
		nest->indent[nest->depth] = indent;
		nest->mark[nest->depth] = entry->mark;
	}
	entry->level = nest->depth;
}

static void
nest_run(const Run *run)
{
	Nest nest = {.depth = 0};
	const TypedMark *first = &entry_at(run, 0)->mark;

	for (guint i = 0; i < run->entries->len; i++)
		if (same_mark(first, &entry_at(run, i)->mark) &&
			entry_at(run, i)->block->indent <= entry_at(run, 0)->block->indent + 1)
			nest.last_first = i;
	for (guint i = 0; i < run->entries->len; i++)
		place(run, &nest, i);
}

/* --- meant as a list?
 * ----------------------------------------------------------------------------------------- */

/* i. ii. iii.: the first was taken for a letter, and so was v. */
static void
fix_romans(const Run *run)
{
	for (guint i = 0; i < run->entries->len; i++) {
		Entry *entry = entry_at(run, i);
		const Entry *other = i > 0 && entry_at(run, i - 1)->mark.kind == MARK_ROMAN
					     ? entry_at(run, i - 1)
				     : i + 1 < run->entries->len ? entry_at(run, i + 1)
								 : NULL;

		if (entry->mark.kind != MARK_LETTER || other == NULL ||
			other->mark.kind != MARK_ROMAN)
			continue;
		if (entry->mark.number == 'i' - 'a' + 1)
			entry->mark.number = 1;
		else if (entry->mark.number == 'v' - 'a' + 1)
			entry->mark.number = 5;
		else if (entry->mark.number == 'x' - 'a' + 1)
			entry->mark.number = 10;
		else
			continue;
		entry->mark.kind = MARK_ROMAN;
	}
}

/* Numbers of one list follow each other; dates and amounts do not. */
static bool
counts_up(const Run *run)
{
	int last[DEEP + 1] = {0};
	guint ordered = 0, right = 0;

	for (guint i = 0; i < run->entries->len; i++) {
		const Entry *entry = entry_at(run, i);

		for (int d = entry->level + 1; d <= DEEP; d++)
			last[d] = 0;
		if (!mark_is_ordered(entry->mark.kind))
			continue;
		ordered++;
		right += last[entry->level] == 0 || entry->mark.number == last[entry->level] + 1 ||
			 entry->mark.number == 1;
		last[entry->level] = entry->mark.number;
	}
	return right == ordered || (ordered > 3 && right * 4 >= ordered * 3);
}

static bool
is_single_meant(const Run *run)
{
	const Entry *entry = entry_at(run, 0);
	bool announced = ends_with_colon(run->above);

	switch (entry->mark.kind) {
	case MARK_BULLET:
		return announced || entry->mark.sign > 0x2000;
	case MARK_DASH:
		/* A dash in a quotation leads to who said it. */
		return announced && entry->block->quote == 0;
	case MARK_NUMBER:
	case MARK_PAREN:
		return (announced && entry->mark.number == 1) ||
		       (run->after_kind == entry->mark.kind && run->after > 0 &&
			       entry->mark.number == run->after + 1);
	default:
		return false;
	}
}

/* A dash or a number that stands alone between others is none of a list. */
static bool
is_stray(const Run *run, guint i)
{
	const Entry *entry = entry_at(run, i);
	const Entry *above = i > 0 ? entry_at(run, i - 1) : NULL;
	const Entry *below = i + 1 < run->entries->len ? entry_at(run, i + 1) : NULL;

	if (entry->level != 1 ||
		(!mark_is_ordered(entry->mark.kind) && entry->mark.kind != MARK_DASH))
		return false;
	return (above == NULL || (above->level == 1 && !same_mark(&above->mark, &entry->mark) &&
					 above->mark.kind != MARK_NONE)) &&
	       (below == NULL || (below->level == 1 && !same_mark(&below->mark, &entry->mark) &&
					 below->mark.kind != MARK_NONE));
}

/* The list goes on behind a paragraph of an item as it was before. */
static bool
resumes(const Run *run, guint i)
{
	guint above = i, below = i;

	while (above > 0 && entry_at(run, above)->mark.kind == MARK_NONE)
		above--;
	while (below + 1 < run->entries->len && entry_at(run, below)->mark.kind == MARK_NONE)
		below++;
	return same_mark(&entry_at(run, above)->mark, &entry_at(run, below)->mark);
}

static bool
is_meant(const Run *run)
{
	const Entry *first = entry_at(run, 0);

	for (guint i = 0; run->entries->len > 1 && i < run->entries->len; i++)
		if (is_stray(run, i) ||
			(entry_at(run, i)->mark.kind == MARK_NONE && (i == 0 || !resumes(run, i))))
			return false;

	if (run->entries->len == 1)
		return is_single_meant(run);
	if ((first->mark.kind == MARK_LETTER || first->mark.kind == MARK_ROMAN) &&
		first->mark.number != 1)
		return false;
	return counts_up(run);
}

/* --- to items
 * -------------------------------------------------------------------------------------------------
 */

static void
to_item(const Entry *entry, guint list)
{
	Block *block = entry->block;
	char *text = typed_strip(block->text, block->plain, entry->mark.length);
	char *plain = g_strdup(block->plain + entry->mark.length);

	if (text == NULL)
		text = markdown_escape(plain);
	g_free(block->text);
	g_free(block->plain);
	block->text = text;
	block->plain = plain;
	block->kind = BLOCK_ITEM;
	block->level = entry->level;
	block->ordered = mark_is_ordered(entry->mark.kind);
	block->number = entry->mark.number;
	block->list = list;
	block->typed = true;
	block->words = -1;
}

static void
to_items(Run *run)
{
	const Entry *above = NULL;

	run->lists++;
	for (guint i = 0; i < run->entries->len; i++) {
		const Entry *entry = entry_at(run, i);

		if (entry->mark.kind == MARK_NONE) {
			entry->block->level = entry->level;
			continue;
		}
		/* 1 2 3 1 2: two lists. */
		run->lists += above != NULL && entry->level == 1 && entry->mark.number == 1 &&
			      above->mark.number > 0 && above->level == 1;
		to_item(entry, 1000000 + run->lists);
		above = entry;
		if (entry->level == 1) {
			run->after = entry->mark.number;
			run->after_kind = entry->mark.kind;
		}
	}
}

/* The entries from..end as a run of their own. */
static bool
judge_part(Run *run, guint from, guint end)
{
	g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(Entry));
	Run part = *run;
	bool meant;

	if (from == end)
		return true;
	g_array_append_vals(entries, entry_at(run, from), end - from);
	part.entries = entries;
	if (from > 0)
		part.above = entry_at(run, from - 1)->block;
	fix_romans(&part);
	nest_run(&part);
	meant = is_meant(&part);
	if (meant)
		to_items(&part);
	part.entries = run->entries;
	part.above = run->above;
	*run = part;
	return meant;
}

static void
finish_run(Run *run)
{
	guint n = run->entries->len;
	guint from = 0;

	/* Paragraphs below the last item are not the item's. */
	while (n > 0 && entry_at(run, n - 1)->mark.kind == MARK_NONE)
		n--;
	g_array_set_size(run->entries, n);
	if (n > 0 && !judge_part(run, 0, n)) {
		/* Several lists below each other, or one with something that only looks alike. */
		for (guint i = 1; i <= n; i++) {
			if (i < n && (!entry_at(run, i)->block->gap ||
					     same_mark(&entry_at(run, i - 1)->mark,
						     &entry_at(run, i)->mark)))
				continue;
			if (i - from < n)
				judge_part(run, from, i);
			from = i;
		}
	}
	g_array_set_size(run->entries, 0);
}

static const Block *
last_of(const Run *run)
{
	return entry_at(run, run->entries->len - 1)->block;
}

static bool
goes_on(const Run *run, const Block *block)
{
	const Block *last;

	if (run->entries->len == 0)
		return true;
	last = last_of(run);
	return last->quote == block->quote && last->zone == block->zone &&
	       last->table == block->table;
}

/* A paragraph that stands where the text of the item above stands. */
static bool
hangs(const Run *run, const Block *block)
{
	const Block *last;

	if (run->entries->len == 0 || block->kind != BLOCK_PARAGRAPH || block->level > 0)
		return false;
	if (run->entries->len > HANGING_MOST &&
		entry_at(run, run->entries->len - HANGING_MOST)->mark.kind == MARK_NONE)
		return false;
	last = last_of(run);
	return block->indent >=
		       last->indent + (entry_at(run, run->entries->len - 1)->mark.kind == MARK_NONE
						      ? 0
						      : SINGLE_INDENT) &&
	       block->indent <= last->indent + 6 && !block->bold &&
	       strchr(".!?:;", block->plain[MAX(strlen(block->plain), 1) - 1]) != NULL;
}

void
lines_read_lists(GPtrArray *blocks)
{
	Run run = {.entries = g_array_new(FALSE, FALSE, sizeof(Entry))};

	for (guint i = 0; i < blocks->len; i++) {
		Entry entry = {.block = blocks->pdata[i]};
		bool marked = entry.block->kind == BLOCK_PARAGRAPH && entry.block->level == 0 &&
			      typed_mark(entry.block->plain, &entry.mark);
		bool hanging = !marked && hangs(&run, entry.block);

		if (hanging)
			entry.mark = (TypedMark){MARK_NONE, 0, 0, 0};
		if ((!marked && !hanging) || !goes_on(&run, entry.block))
			finish_run(&run);
		if (!marked && (!hanging || run.entries->len == 0))
			continue;
		if (run.entries->len == 0)
			run.above = i > 0 ? blocks->pdata[i - 1] : NULL;
		g_array_append_val(run.entries, entry);
	}
	finish_run(&run);
	g_array_unref(run.entries);
}
