/* What happened to a draft: every version and event, what differs between two, and going back. */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "compare.h"
#include "desk-private.h"
#include "sheet.h"

/* --- log
 * ------------------------------------------------------------------------------------------------------
 */

typedef struct {
	gint64 at, version; /* version 0: no new one */
	const char *kind, *who, *text;
} Entry;

/* The version that an event made, when it made one. */
static bool
made(const StoreEvent *event, const StoreRevision *revision)
{
	g_autofree char *undone = g_strdup_printf("undo %s", event->text);

	/* The first is made by the intake, which has no steps. */
	static const char *const kinds[] = {
		"edit", "restore", "revert", "files", "accept", "undo", "merge", "split", NULL};

	if (revision->number == 1)
		return strcmp(event->kind, "received") == 0;
	if (strcmp(event->kind, "undo") == 0 && strcmp(revision->why, undone) != 0)
		return false;
	return g_strv_contains(kinds, event->kind) && strcmp(event->who, revision->who) == 0 &&
	       ABS(event->at - revision->at) <= 2;
}

/* Events with the version that each made; a version without an event is an entry of its own. */
static GArray *
entries_of(const GPtrArray *events, const GPtrArray *revisions)
{
	GArray *entries = g_array_new(FALSE, TRUE, sizeof(Entry));
	guint next = 0;

	for (guint i = 0; i < events->len; i++) {
		const StoreEvent *event = events->pdata[i];
		Entry entry = {event->at, 0, event->kind, event->who, event->text};

		while (next < revisions->len) {
			const StoreRevision *revision = revisions->pdata[next];
			Entry alone = {revision->at, revision->number, "version", revision->who,
				revision->why};

			if (made(event, revision)) {
				entry.version = revision->number;
				next++;
				break;
			}
			if (revision->at > event->at - 2)
				break;
			g_array_append_val(entries, alone);
			next++;
		}
		g_array_append_val(entries, entry);
	}
	for (; next < revisions->len; next++) {
		const StoreRevision *revision = revisions->pdata[next];
		Entry alone = {
			revision->at, revision->number, "version", revision->who, revision->why};

		g_array_append_val(entries, alone);
	}
	return entries;
}

static bool
is_digest(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static void
print_entry(const DeskScreen *screen, const Desk *desk, const Entry *entry)
{
	g_autofree char *number =
		entry->version > 0 ? g_strdup_printf("%d", (int)entry->version) : g_strdup("");
	g_autofree char *when = when_local(entry->at);
	g_autofree char *head = g_strdup_printf("%4s  ", number);
	g_autofree char *who =
		g_strdup_printf("%s %s", desk_name(desk, entry->who), desk_did(entry->kind));
	g_autofree char *name = text_printable(who, TEXT_ONE_LINE);

	desk_put(screen, INK_BOLD, head);
	desk_put(screen, INK_DIM, when);
	printf("  ");
	desk_put(screen, INK_NONE, name);
	putchar('\n');
	/* Of mails that came in it is a digest; why we kept silent is our own sentence. */
	if (g_str_has_suffix(entry->kind, "-withheld") && *entry->text != '\0')
		desk_lines(screen, INK_NONE, _(entry->text), 8, 0);
	else if (*entry->text != '\0' && !is_digest(entry->text))
		desk_lines(screen, INK_NONE, entry->text, 8, 0);
}

static json_t *
entry_json(const Desk *desk, const Entry *entry)
{
	g_autofree char *at = when_iso(entry->at);
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s}", "at", at, "kind", entry->kind,
		"who", entry->who, "name", desk_name(desk, entry->who), "text", entry->text);

	json_object_set_new(object, "revision",
		entry->version > 0 ? json_integer(entry->version) : json_null());
	return object;
}

bool
desk_log(const DeskScreen *screen, Desk *desk, gint64 id, GError **error)
{
	g_autoptr(StoreDraft) draft = store_draft_get_id(desk->store, id, error);
	g_autoptr(GPtrArray) revisions =
		draft != NULL ? store_revision_list(desk->store, id, error) : NULL;
	g_autoptr(GArray) entries = NULL;
	json_t *list = screen->json ? json_array() : NULL;

	if (revisions == NULL) {
		json_decref(list);
		return false;
	}
	entries = entries_of(draft->events, revisions);
	if (!screen->json) {
		g_autofree char *head =
			g_strdup_printf("%s  %s\n", draft->row.reference, draft->draft->title);

		desk_put(screen, INK_BOLD, head);
	}
	/* The latest first. */
	for (guint i = entries->len; i-- > 0;) {
		const Entry *entry = &g_array_index(entries, Entry, i);

		if (screen->json)
			json_array_append_new(list, entry_json(desk, entry));
		else
			print_entry(screen, desk, entry);
	}
	if (screen->json)
		desk_json(json_pack(
			"{s:i, s:I, s:o}", "version", 1, "number", (json_int_t)id, "log", list));
	return true;
}

/* --- diff: what is printed
 * ------------------------------------------------------------------------------------ */

typedef struct {
	const DeskScreen *screen;
	json_t *fields; /* JSON: instead of printing */
	guint shown;
	GError **error;
} Diff;

/* A text between its marks, line by line, so that no mark is alone on a line. */
static void
add_marked(GString *out, const char *text, const char *open, const char *close)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		if (line > lines)
			g_string_append_c(out, '\n');
		if (**line != '\0')
			g_string_append_printf(out, "%s%s%s", open, *line, close);
	}
}

/* One row of words with their ink: the marks stay, so that colour is never all there is to see. */
typedef struct {
	const DeskScreen *screen;
	int column, indent, width;
	bool space; /* before the next word */
} Row;

static void
put_word(Row *row, DeskInk ink, const char *word, bool space)
{
	int length = (int)text_width(word);

	if (row->column > 0 && space && row->column + 1 + length > row->width) {
		putchar('\n');
		row->column = 0;
	} else if (row->column > 0 && space) {
		putchar(' ');
		row->column++;
	}
	if (row->column == 0)
		printf("%*s", row->indent, "");
	desk_put(row->screen, ink, word);
	row->column += length;
}

/* A line of text in its ink goes on in the row. */
static void
put_words(Row *row, DeskInk ink, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	for (char **word = words; *word != NULL; word++) {
		row->space = row->space || word > words;
		if (**word == '\0')
			continue;
		put_word(row, ink, *word, row->space);
		row->space = false;
	}
}

/* Lines of pieces: those that changed are shown. */
typedef struct {
	GPtrArray *pieces; /* ComparePiece, borrowed texts */
	bool changed;
} Line;

static void
line_free(gpointer data)
{
	Line *line = data;

	for (guint i = 0; i < line->pieces->len; i++) {
		ComparePiece *piece = line->pieces->pdata[i];

		g_free(piece->text);
		g_free(piece);
	}
	g_ptr_array_unref(line->pieces);
	g_free(line);
}

static Line *
add_line(GPtrArray *lines)
{
	Line *line = g_new0(Line, 1);

	line->pieces = g_ptr_array_new();
	g_ptr_array_add(lines, line);
	return line;
}

static GPtrArray *
lines_of(const GPtrArray *pieces)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(line_free);
	Line *line = add_line(lines);

	for (guint i = 0; i < pieces->len; i++) {
		const ComparePiece *piece = pieces->pdata[i];
		g_auto(GStrv) parts = g_strsplit(piece->text, "\n", -1);

		for (char **part = parts; *part != NULL; part++) {
			ComparePiece *copy;

			if (part > parts)
				line = add_line(lines);
			if (**part == '\0')
				continue;
			copy = g_new0(ComparePiece, 1);
			copy->kind = piece->kind;
			copy->text = g_strdup(*part);
			g_ptr_array_add(line->pieces, copy);
			line->changed = line->changed || piece->kind != COMPARE_SAME;
		}
	}
	return lines;
}

static void
put_line(const DeskScreen *screen, const Line *line)
{
	Row row = {screen, 0, 4, desk_measure(screen) - 2, false};

	for (guint i = 0; i < line->pieces->len; i++) {
		const ComparePiece *piece = line->pieces->pdata[i];
		g_autofree char *shown = text_printable(piece->text, TEXT_ONE_LINE);
		g_autoptr(GString) marked = g_string_new(NULL);

		if (piece->kind == COMPARE_SAME)
			put_words(&row, INK_NONE, shown);
		else if (screen->colour)
			put_words(&row, piece->kind == COMPARE_OLD ? INK_ALERT : INK_GOOD, shown);
		else {
			add_marked(marked, shown, piece->kind == COMPARE_OLD ? "[-" : "{+",
				piece->kind == COMPARE_OLD ? "-]" : "+}");
			put_words(&row, INK_NONE, marked->str);
		}
	}
	putchar('\n');
}

static void
print_pieces(const DeskScreen *screen, const char *label, const GPtrArray *pieces)
{
	g_autoptr(GPtrArray) lines = lines_of(pieces);
	bool skipped = false, any = false;

	printf("  ");
	desk_put(screen, INK_BOLD, label);
	putchar('\n');
	for (guint i = 0; i < lines->len; i++) {
		const Line *line = lines->pdata[i];

		if (!line->changed) {
			skipped = skipped || line->pieces->len > 0;
			continue;
		}
		if (skipped)
			desk_put(screen, INK_DIM, "    …\n");
		else if (any)
			putchar('\n');
		skipped = false;
		any = true;
		put_line(screen, line);
	}
	if (skipped && any)
		desk_put(screen, INK_DIM, "    …\n");
}

static json_t *
pieces_json(const GPtrArray *pieces)
{
	static const char *const names[] = {"same", "old", "new"};
	json_t *list = json_array();

	for (guint i = 0; i < pieces->len; i++) {
		const ComparePiece *piece = pieces->pdata[i];

		json_array_append_new(list,
			json_pack("{s:s, s:s}", "kind", names[piece->kind], "text", piece->text));
	}
	return list;
}

/* --- diff: what differs
 * --------------------------------------------------------------------------------------- */

static void
show_pieces(Diff *diff, const char *field, const char *label, const GPtrArray *pieces)
{
	diff->shown++;
	if (diff->fields == NULL)
		print_pieces(diff->screen, label, pieces);
	else
		json_array_append_new(diff->fields,
			json_pack("{s:s, s:o}", "field", field, "pieces", pieces_json(pieces)));
}

/* field is for programs, label for people. */
static bool
differ(Diff *diff, const char *field, const char *label, const char *before, const char *after)
{
	g_autoptr(GPtrArray) pieces = NULL;

	if (strcmp(before, after) == 0)
		return true;
	pieces = compare_words(before, after, diff->error);
	if (pieces != NULL)
		show_pieces(diff, field, label, pieces);
	return pieces != NULL;
}

/* Where words within are no words: names of files. */
static void
differ_whole(Diff *diff, const char *field, const char *label, char *before, char *after)
{
	g_autoptr(GPtrArray) pieces = g_ptr_array_new();
	ComparePiece old = {COMPARE_OLD, before}, new = {COMPARE_NEW, after};

	if (strcmp(before, after) == 0)
		return;
	g_ptr_array_add(pieces, &old);
	g_ptr_array_add(pieces, &new);
	show_pieces(diff, field, label, pieces);
}

static char *
join(const GPtrArray *texts)
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < texts->len; i++)
		g_string_append_printf(all, "%s%s", i > 0 ? ", " : "", (char *)texts->pdata[i]);
	return g_string_free(all, FALSE);
}

/* What is published of the photos, in their order. */
static char *
photo_list(const GPtrArray *pictures)
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < pictures->len; i++) {
		const Picture *photo = pictures->pdata[i];
		g_autofree char *name = sheet_photo_name(pictures, i);

		g_string_append_printf(all, "%s%s%s%s", i > 0 ? ", " : "", name,
			photo->lead ? _(" (lead picture)") : "",
			photo->dropped ? _(" (left out)") : "");
	}
	return g_string_free(all, FALSE);
}

static bool
differ_in_photo(Diff *diff, const char *name, const Picture *before, const Picture *after)
{
	const char *const keys[] = {N_("caption"), N_("credit"), N_("alt")};
	const char *const old[] = {before->caption, before->credit, before->alt};
	const char *const new[] = {after->caption, after->credit, after->alt};

	for (int i = 0; i < 3; i++) {
		g_autofree char *label = g_strdup_printf("%s, %s", name, _(keys[i]));
		g_autofree char *field = g_strdup_printf("%s.%s", name, keys[i]);

		if (!differ(diff, field, label, old[i], new[i]))
			return false;
	}
	return true;
}

static bool
differ_in_photos(Diff *diff, const GPtrArray *before, const GPtrArray *after)
{
	g_autofree char *old = photo_list(before);
	g_autofree char *new = photo_list(after);
	Picture *none = record_new(&picture_type);
	bool good = true;

	differ_whole(diff, "pictures", _("photos"), old, new);
	for (guint i = 0; good && i < after->len; i++) {
		int index = sheet_find_photo(before, after->pdata[i]);
		g_autofree char *name = sheet_photo_name(after, i);

		good = differ_in_photo(
			diff, name, index >= 0 ? before->pdata[index] : none, after->pdata[i]);
	}
	record_free(&picture_type, none);
	return good;
}

static bool
differ_in_all(Diff *diff, const StoreContent *old, const StoreContent *new)
{
	g_autofree char *old_tags = join(old->tags);
	g_autofree char *new_tags = join(new->tags);
	g_autofree char *old_moment = sheet_moment(old->embargo_at);
	g_autofree char *new_moment = sheet_moment(new->embargo_at);

	return differ(diff, "title", _("title"), old->title, new->title) &&
	       differ(diff, "lead", _("lead"), old->lead, new->lead) &&
	       differ(diff, "tags", _("tags"), old_tags, new_tags) &&
	       differ(diff, "category", _("category"), old->category, new->category) &&
	       differ(diff, "embargo", _("embargo"), old_moment, new_moment) &&
	       differ_in_photos(diff, old->pictures, new->pictures) &&
	       differ(diff, "body", _("text"), old->body, new->body);
}

static void
print_head(
	const DeskScreen *screen, const Desk *desk, const StoreRevision *a, const StoreRevision *b)
{
	const StoreRevision *both[] = {a, b};

	for (int i = 0; i < 2; i++) {
		g_autofree char *when = when_local(both[i]->at);
		g_autofree char *text =
			g_strdup_printf(_("%s version %d, %s, %s\n"), i == 0 ? "-" : "+",
				(int)both[i]->number, desk_name(desk, both[i]->who), when);

		desk_put(screen, i == 0 ? INK_ALERT : INK_GOOD, text);
	}
}

bool
desk_diff(const DeskScreen *screen, Desk *desk, gint64 id, gint64 from, gint64 to, GError **error)
{
	g_autoptr(StoreRevision) a = store_revision_get(desk->store, id, MAX(from, 1), error);
	g_autoptr(StoreRevision) b =
		a != NULL ? store_revision_get(desk->store, id, to, error) : NULL;
	Diff diff = {screen, screen->json ? json_array() : NULL, 0, error};

	if (b != NULL && !screen->json)
		print_head(screen, desk, a, b);
	if (b == NULL || !differ_in_all(&diff, a->content, b->content)) {
		json_decref(diff.fields);
		return false;
	}
	if (screen->json)
		desk_json(json_pack("{s:i, s:I, s:I, s:I, s:o}", "version", 1, "number",
			(json_int_t)id, "from", (json_int_t)a->number, "to", (json_int_t)b->number,
			"fields", diff.fields));
	else if (diff.shown == 0)
		printf("  %s\n", _("nothing differs"));
	return true;
}

/* --- revert
 * ---------------------------------------------------------------------------------------------------
 */

char *
desk_revert(Desk *desk, gint64 id, gint64 number, const char *why, GError **error)
{
	g_auto(DeskWrite) write = {0};
	g_autoptr(StoreRevision) old = NULL;
	g_autoptr(StoreContent) now = NULL;
	g_autofree char *usual = g_strdup_printf(_("as version %d"), (int)number);
	g_autofree char *sentence = NULL;
	const char *reason = why != NULL && *why != '\0' ? why : usual;
	gint64 version = 0;

	if (!desk_write_begin(desk, id, RIGHT_REVIEW, &write, error) ||
		!desk_write_open(&write, error) || !desk_write_mine(&write, true, error))
		return NULL;
	old = store_revision_get(desk->store, id, MAX(number, 1), error);
	now = old != NULL ? store_content_get(desk->store, id, error) : NULL;
	if (now == NULL)
		return NULL;
	if (sheet_same(old->content, now))
		return desk_say(&write, _("is like that already"));
	if (!store_revision_add(
		    desk->store, id, old->content, desk->user, reason, &version, error) ||
		!desk_write_step(&write, "revert", reason, "", error))
		return NULL;
	record_set(&write.title, old->content->title);
	sentence = g_strdup_printf(
		_("has version %d, which is version %d again"), (int)version, (int)old->number);
	return desk_finish(&write, sentence, NULL, error);
}
