/* What an editor typed, understood; with errors that name line and field. */
#include <string.h>
#include <yaml.h>

#include "base.h"
#include "compare.h"
#include "desk-private.h"
#include "sheet.h"

enum { TITLE_MOST = 300, LEAD_MOST = 4000, WORD_MOST = 100, TAGS_MOST = 40, BODY_MOST = 4 << 20 };

typedef struct {
	const SheetState *state;
	Sheet *sheet;
	GPtrArray *errors;
	gint64 now;
	yaml_document_t *yaml;
	guint first; /* line of the file that is line 0 of the YAML */
	guint photos_line;
} Reading;

void
sheet_free(Sheet *sheet)
{
	if (sheet == NULL)
		return;
	store_content_free(sheet->content);
	g_free(sheet->why);
	g_array_unref(sheet->moved);
	g_ptr_array_unref(sheet->remarks);
	g_free(sheet);
}

/* --- texts
 * ----------------------------------------------------------------------------------------------------
 */

static guint
line_of(const Reading *r, const yaml_node_t *node)
{
	return r->first + (guint)node->start_mark.line;
}

static char *
text_of(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE ? text_valid((const char *)node->data.scalar.value,
							(gssize)node->data.scalar.length)
					      : NULL;
}

/* A text of at most so many characters; as it was where only its spaces differ. NULL: an error was
 * added. */
static char *
read_text(Reading *r, const yaml_node_t *node, const char *key, const char *before, glong most)
{
	g_autofree char *typed = text_of(node);
	g_autofree char *was = g_strstrip(g_strdup(before));

	if (typed == NULL) {
		sheet_error_add(
			r->errors, line_of(r, node), key, _("here stands one text, no list"));
		return NULL;
	}
	g_strstrip(typed);
	if (strcmp(typed, was) == 0)
		return g_strdup(before);
	if (g_utf8_strlen(typed, -1) > most) {
		sheet_error_add(
			r->errors, line_of(r, node), key, _("longer than %ld characters"), most);
		return NULL;
	}
	return g_steal_pointer(&typed);
}

static void
take_text(Reading *r, const yaml_node_t *node, const char *key, char **field, glong most)
{
	char *text = read_text(r, node, key, *field, most);

	if (text == NULL)
		return;
	g_free(*field);
	*field = text;
}

static bool
is_word(const char *text, const char *const *words)
{
	g_autofree char *lower = g_utf8_strdown(text, -1);

	return g_strv_contains(words, lower);
}

static void
take_bool(Reading *r, const yaml_node_t *node, const char *key, bool *field)
{
	static const char *const yes[] = {"yes", "ja", "true", "j", "y", "x", "1", NULL};
	static const char *const no[] = {"no", "nee", "false", "n", "", "0", NULL};
	g_autofree char *typed = text_of(node);

	if (typed != NULL && is_word(typed, yes))
		*field = true;
	else if (typed != NULL && is_word(typed, no))
		*field = false;
	else
		sheet_error_add(r->errors, line_of(r, node), key, _("'%s' is neither yes nor no"),
			typed != NULL ? typed : "");
}

/* --- tags, embargo
 * -------------------------------------------------------------------------------------------- */

static void
add_tags(GPtrArray *tags, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, ",", TAGS_MOST * 4);

	for (char **word = words; *word != NULL; word++) {
		g_autofree char *tag = text_collapse(*word);
		bool known = false;

		for (guint i = 0; i < tags->len; i++)
			known = known || strcmp(tags->pdata[i], tag) == 0;
		if (*tag != '\0' && !known)
			g_ptr_array_add(tags, g_steal_pointer(&tag));
	}
}

static void
take_tags(Reading *r, const yaml_node_t *node)
{
	GPtrArray *tags = r->sheet->content->tags;
	g_autofree char *text = text_of(node);

	g_ptr_array_set_size(tags, 0);
	if (text != NULL)
		add_tags(tags, text);
	for (yaml_node_item_t *item =
			node->type == YAML_SEQUENCE_NODE ? node->data.sequence.items.start : NULL;
		item != NULL && item < node->data.sequence.items.top; item++) {
		g_autofree char *tag = text_of(yaml_document_get_node(r->yaml, *item));

		if (tag != NULL)
			add_tags(tags, tag);
	}
	if (node->type == YAML_MAPPING_NODE)
		sheet_error_add(r->errors, line_of(r, node), "tags",
			_("write them with commas: bridges, traffic"));
	if (tags->len > TAGS_MOST)
		sheet_error_add(r->errors, line_of(r, node), "tags", _("more than %d"), TAGS_MOST);
	for (guint i = 0; i < tags->len; i++)
		if (g_utf8_strlen(tags->pdata[i], -1) > WORD_MOST)
			sheet_error_add(r->errors, line_of(r, node), "tags",
				_("longer than %ld characters"), (glong)WORD_MOST);
}

static void
take_embargo(Reading *r, const yaml_node_t *node)
{
	static const char *const none[] = {"", "-", "none", "geen", "no", "nee", NULL};
	StoreContent *content = r->sheet->content;
	g_autofree char *was = sheet_moment(r->state->content.embargo_at);
	g_autofree char *typed = text_of(node);
	gint64 moment = 0;

	if (typed != NULL && strcmp(g_strstrip(typed), was) == 0)
		return;
	if (typed != NULL && is_word(typed, none)) {
		content->embargo_at = 0;
		record_set(&content->embargo, "");
		return;
	}
	if (typed == NULL || !desk_moment(typed, r->now, &moment)) {
		sheet_error_add(r->errors, line_of(r, node), "embargo",
			_("'%s' is no date; for example 2026-12-03 10:00"),
			typed != NULL ? typed : "");
		return;
	}
	if (moment <= r->now) {
		sheet_error_add(r->errors, line_of(r, node), "embargo",
			_("'%s' has passed already; empty it when there is none"), typed);
		return;
	}
	content->embargo_at = moment;
	if (*content->embargo == '\0')
		record_set(&content->embargo, typed);
}

/* --- photos
 * ---------------------------------------------------------------------------------------------------
 */

static int
photo_named(const GPtrArray *pictures, const char *name)
{
	g_autofree char *wanted = text_collapse(name);

	for (guint i = 0; i < pictures->len; i++) {
		g_autofree char *known = sheet_photo_name(pictures, i);

		if (strcmp(known, wanted) == 0)
			return (int)i;
	}
	return -1;
}

static char *
all_names(const GPtrArray *pictures)
{
	GString *all = g_string_new(NULL);

	for (guint i = 0; i < MIN(pictures->len, 12); i++) {
		g_autofree char *name = sheet_photo_name(pictures, i);

		g_string_append_printf(all, "%s%s", i > 0 ? ", " : "", name);
	}
	return g_string_free(all, FALSE);
}

/* Which photo it is, and that it has not stood above. A copy of it, or NULL with an error. */
static Picture *
photo_of(Reading *r, const yaml_node_t *item, const yaml_node_t *file)
{
	const GPtrArray *known = r->state->content.pictures;
	g_autofree char *name = file != NULL ? text_of(file) : NULL;
	int index = name != NULL ? photo_named(known, name) : -1;
	guint line = line_of(r, file != NULL ? file : item);

	if (name == NULL) {
		sheet_error_add(r->errors, line, "file", _("which photo is this?"));
		return NULL;
	}
	if (index < 0) {
		g_autofree char *all = all_names(known);

		sheet_error_add(r->errors, line, "file",
			_("there is no photo '%s' with this draft; there are: %s"), name, all);
		return NULL;
	}
	if (sheet_find_photo(r->sheet->content->pictures, known->pdata[index]) >= 0) {
		sheet_error_add(r->errors, line, "file", _("'%s' stands here twice"), name);
		return NULL;
	}
	return record_copy(&picture_type, known->pdata[index]);
}

static void
take_photo_field(Reading *r, Picture *photo, const char *key, const yaml_node_t *value)
{
	if (strcmp(key, "caption") == 0)
		take_text(r, value, key, &photo->caption, SHEET_CAPTION_MOST);
	else if (strcmp(key, "credit") == 0)
		take_text(r, value, key, &photo->credit, SHEET_CAPTION_MOST);
	else if (strcmp(key, "alt") == 0)
		take_text(r, value, key, &photo->alt, SHEET_CAPTION_MOST);
	else if (strcmp(key, "lead") == 0)
		take_bool(r, value, key, &photo->lead);
	else if (strcmp(key, "dropped") == 0)
		take_bool(r, value, key, &photo->dropped);
}

typedef void (*TakeField)(Reading *r, void *data, const char *key, const yaml_node_t *value);

/* Each field of a mapping once, by its own name; a photo's where data is one. *seen gets the keys.
 */
static void
each_field(Reading *r, const yaml_node_t *map, void *data, TakeField take, GHashTable *seen)
{
	for (yaml_node_pair_t *pair = map->data.mapping.pairs.start;
		pair < map->data.mapping.pairs.top; pair++) {
		const yaml_node_t *name = yaml_document_get_node(r->yaml, pair->key);
		const yaml_node_t *value = yaml_document_get_node(r->yaml, pair->value);
		g_autofree char *typed = text_of(name);
		const char *key = typed != NULL ? sheet_key(typed, data != NULL) : NULL;

		if (key == NULL)
			sheet_error_add(r->errors, line_of(r, name), typed != NULL ? typed : "",
				data != NULL
					? _("no such field; a photo has file, caption, credit, "
					    "alt, lead and dropped")
					: _("no such field; there are title, lead, tags, "
					    "category, embargo, pictures and why"));
		else if (!g_hash_table_add(seen, g_strdup(key)))
			sheet_error_add(r->errors, line_of(r, name), key, _("stands here twice"));
		else
			take(r, data, key, value);
	}
}

static void
take_of_photo(Reading *r, void *data, const char *key, const yaml_node_t *value)
{
	take_photo_field(r, data, key, value);
}

static const yaml_node_t *
file_of(const Reading *r, const yaml_node_t *map)
{
	for (yaml_node_pair_t *pair = map->data.mapping.pairs.start;
		pair < map->data.mapping.pairs.top; pair++) {
		g_autofree char *typed = text_of(yaml_document_get_node(r->yaml, pair->key));
		const char *key = typed != NULL ? sheet_key(typed, true) : NULL;

		if (key != NULL && strcmp(key, "file") == 0)
			return yaml_document_get_node(r->yaml, pair->value);
	}
	return NULL;
}

/* A line that was taken out was a text that was taken out. */
static void
clear_unseen(Picture *photo, GHashTable *seen)
{
	if (!g_hash_table_contains(seen, "caption"))
		record_set(&photo->caption, "");
	if (!g_hash_table_contains(seen, "credit"))
		record_set(&photo->credit, "");
	if (!g_hash_table_contains(seen, "alt"))
		record_set(&photo->alt, "");
}

static bool
has_lead(const GPtrArray *pictures)
{
	for (guint i = 0; i < pictures->len; i++)
		if (((Picture *)pictures->pdata[i])->lead)
			return true;
	return false;
}

static void
take_photo(Reading *r, const yaml_node_t *item)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *pictures = r->sheet->content->pictures;
	Picture *photo;

	if (item->type != YAML_MAPPING_NODE) {
		sheet_error_add(r->errors, line_of(r, item), "pictures",
			_("a photo begins with - file: and its name"));
		return;
	}
	photo = photo_of(r, item, file_of(r, item));
	if (photo == NULL)
		return;
	each_field(r, item, photo, take_of_photo, seen);
	clear_unseen(photo, seen);
	if (photo->lead && has_lead(pictures))
		sheet_error_add(r->errors, line_of(r, item), "lead",
			_("two photos cannot both be the lead picture"));
	g_ptr_array_add(pictures, photo);
}

/* What is listed no more is not published, but it is still there. */
static void
drop_unlisted(Reading *r)
{
	const GPtrArray *known = r->state->content.pictures;
	GPtrArray *pictures = r->sheet->content->pictures;

	for (guint i = 0; i < known->len; i++) {
		Picture *photo;
		g_autofree char *name = NULL;

		if (sheet_find_photo(pictures, known->pdata[i]) >= 0)
			continue;
		photo = record_copy(&picture_type, known->pdata[i]);
		name = sheet_photo_name(known, i);
		if (!photo->dropped)
			g_ptr_array_add(r->sheet->remarks,
				g_strdup_printf(_("The photo %s is left out; nieuws files %d "
						  "restore brings it back."),
					name, (int)r->state->draft_id));
		photo->dropped = true;
		photo->lead = false;
		g_ptr_array_add(pictures, photo);
	}
}

static void
take_photos(Reading *r, const yaml_node_t *node)
{
	g_autofree char *text = text_of(node);

	sheet_clear_photos(r->sheet->content->pictures);
	if (node->type == YAML_SEQUENCE_NODE)
		for (yaml_node_item_t *item = node->data.sequence.items.start;
			item < node->data.sequence.items.top; item++)
			take_photo(r, yaml_document_get_node(r->yaml, *item));
	else if (text == NULL || *text != '\0')
		sheet_error_add(r->errors, line_of(r, node), "pictures",
			_("a photo begins with - file: and its name"));
	drop_unlisted(r);
}

/* --- the fields
 * ------------------------------------------------------------------------------------------------
 */

static void
take_field(Reading *r, void *data, const char *key, const yaml_node_t *value)
{
	StoreContent *content = r->sheet->content;

	(void)data;
	if (strcmp(key, "title") == 0)
		take_text(r, value, key, &content->title, TITLE_MOST);
	else if (strcmp(key, "lead") == 0)
		take_text(r, value, key, &content->lead, LEAD_MOST);
	else if (strcmp(key, "category") == 0)
		take_text(r, value, key, &content->category, WORD_MOST);
	else if (strcmp(key, "why") == 0)
		take_text(r, value, key, &r->sheet->why, LEAD_MOST);
	else if (strcmp(key, "tags") == 0)
		take_tags(r, value);
	else if (strcmp(key, "embargo") == 0)
		take_embargo(r, value);
	else
		take_photos(r, value);
}

static void
take_fields(Reading *r, const yaml_node_t *root)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	StoreContent *content = r->sheet->content;

	each_field(r, root, NULL, take_field, seen);
	if (!g_hash_table_contains(seen, "title"))
		record_set(&content->title, "");
	if (!g_hash_table_contains(seen, "lead"))
		record_set(&content->lead, "");
	if (!g_hash_table_contains(seen, "category"))
		record_set(&content->category, "");
	if (!g_hash_table_contains(seen, "tags"))
		g_ptr_array_set_size(content->tags, 0);
}

static void
read_yaml(Reading *r, const char *front)
{
	g_autofree char *strict = sheet_forgive(front);
	yaml_parser_t parser;
	yaml_document_t document;
	const yaml_node_t *root;

	g_assert(yaml_parser_initialize(&parser) != 0);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)strict, strlen(strict));
	if (!yaml_parser_load(&parser, &document)) {
		sheet_error_add(r->errors, r->first + (guint)parser.problem_mark.line, "",
			_("this is no field; one is written as   title: the words"));
		yaml_parser_delete(&parser);
		return;
	}
	r->yaml = &document;
	root = yaml_document_get_root_node(&document);
	if (root != NULL && root->type == YAML_MAPPING_NODE)
		take_fields(r, root);
	else
		sheet_error_add(r->errors, r->first, "",
			_("this is no field; one is written as   title: the words"));
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
}

/* --- the text, and what was moved up
 * --------------------------------------------------------------------------- */

/* Two versions that nobody chose from. */
static void
find_marks(Reading *r, const char *text, guint line)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++)
		if (g_str_has_prefix(lines[i], COMPARE_BEGIN " ") ||
			g_str_has_prefix(lines[i], COMPARE_END " ") ||
			(r->state->conflict && strcmp(lines[i], COMPARE_MIDDLE) == 0)) {
			sheet_error_add(r->errors, line + i, "",
				_("two versions stand here; keep one, or join them, and remove the "
				  "lines of %s"),
				COMPARE_BEGIN " " COMPARE_MIDDLE " " COMPARE_END);
			return;
		}
}

static gint64
aside_header(const char *line)
{
	return g_str_has_prefix(line, SHEET_ASIDE)
		       ? g_ascii_strtoll(line + strlen(SHEET_ASIDE), NULL, 10)
		       : 0;
}

/* The article without our own lines in it; *ret_headers gets the numbers of those (gint64). */
static char *
clean_body(const char *text, GArray *headers)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *body = g_string_new(NULL);

	for (char **line = lines; *line != NULL; line++) {
		gint64 number = aside_header(*line);

		if (number > 0) {
			g_array_append_val(headers, number);
			/* The blank line below it was ours, too. */
			line += line[1] != NULL && *line[1] == '\0';
		} else {
			g_string_append_printf(body, "%s%s", line > lines ? "\n" : "", *line);
		}
	}
	return g_string_free(body, FALSE);
}

static const char *
bare(const char *line)
{
	return g_str_has_prefix(line, "\\<!-- ") ? line + 1 : line;
}

/* The lines that stand below each aside's head: "2:the line". */
static GHashTable *
lines_below(const char *below)
{
	GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) lines = g_strsplit(below, "\n", -1);
	gint64 current = 0;

	for (char **line = lines; *line != NULL; line++) {
		g_autofree char *flat = text_collapse(bare(*line));

		if (g_str_has_prefix(*line, SHEET_END))
			break;
		if (aside_header(*line) > 0)
			current = aside_header(*line);
		else if (*flat != '\0')
			g_hash_table_add(set, g_strdup_printf("%d:%s", (int)current, flat));
	}
	return set;
}

typedef struct {
	gsize whole, gone, found; /* bytes */
} Moved;

/* How much of an aside left its place, and how much of that is in the article now. */
static Moved
weigh(const Aside *aside, gint64 number, GHashTable *below, const char *article, int *budget)
{
	g_auto(GStrv) lines = g_strsplit(aside->text, "\n", -1);
	Moved moved = {0};

	for (char **line = lines; *line != NULL; line++) {
		g_autofree char *flat = text_collapse(bare(*line));
		g_autofree char *key = g_strdup_printf("%d:%s", (int)number, flat);
		gsize size = strlen(flat);

		moved.whole += size;
		if (size == 0 || g_hash_table_contains(below, key))
			continue;
		moved.gone += size;
		/* Looking has a price: a mail of ten thousand lines is not looked through. */
		if ((*budget)-- > 0 && strstr(article, flat) != NULL)
			moved.found += size;
	}
	return moved;
}

static bool
holds(const GArray *numbers, gint64 number)
{
	for (guint i = 0; i < numbers->len; i++)
		if (g_array_index(numbers, gint64, i) == number)
			return true;
	return false;
}

static void
note_moved(Reading *r, gint64 number, const Moved *moved, bool headed)
{
	GPtrArray *remarks = r->sheet->remarks;
	const char *word = desk_aside_word(((Aside *)r->state->asides->pdata[number - 1])->kind);

	if (moved->gone == 0)
		return;
	if (moved->gone == moved->whole && (headed || moved->found * 2 >= moved->gone)) {
		g_array_append_val(r->sheet->moved, number);
		g_ptr_array_add(remarks, g_strdup_printf(_("Aside %d (%s) is in the article now."),
						 (int)number, word));
	} else if (moved->found > 0) {
		g_ptr_array_add(remarks,
			g_strdup_printf(_("Of aside %d (%s) a part is in the article now; the "
					  "aside stays whole."),
				(int)number, word));
	}
}

static void
find_moved(Reading *r, const char *below, const GArray *headers)
{
	g_autoptr(GHashTable) lines = lines_below(below);
	g_autofree char *article = text_collapse(r->sheet->content->body);
	int budget = 500;

	for (guint i = 0; i < r->state->moved->len; i++)
		g_array_append_val(r->sheet->moved, g_array_index(r->state->moved, gint64, i));
	for (guint i = 0; i < r->state->below->len; i++) {
		gint64 number = g_array_index(r->state->below, gint64, i);
		Moved moved =
			weigh(r->state->asides->pdata[number - 1], number, lines, article, &budget);

		note_moved(r, number, &moved, holds(headers, number));
	}
}

/* Blank lines around it are no part of it; where only they differ it is as it was. */
static void
take_body(Reading *r, const char *text, guint line, GArray *headers)
{
	StoreContent *content = r->sheet->content;
	g_autofree char *body = clean_body(text, headers);
	g_autofree char *was = g_strchomp(g_strdup(content->body));
	const char *begin = body + strspn(body, "\n");

	g_strchomp(body);
	find_marks(r, text, line);
	if (strlen(body) > BODY_MOST)
		sheet_error_add(
			r->errors, line, "", _("the text is longer than %d MB"), BODY_MOST >> 20);
	if (strcmp(begin, was + strspn(was, "\n")) == 0)
		return;
	/* Where a text ends does not differ by who wrote it. */
	{
		bool newline = g_str_has_suffix(content->body, "\n");

		g_free(content->body);
		content->body = g_strconcat(begin, newline ? "\n" : "", NULL);
	}
}

/* --- the parts of the file
 * ----------------------------------------------------------------------------------- */

typedef struct {
	char *front, *body, *below;
	guint front_line, body_line;
} Parts;

static void
parts_clear(Parts *parts)
{
	g_free(parts->front);
	g_free(parts->body);
	g_free(parts->below);
}

static bool
is_fence(const char *line)
{
	return g_str_has_prefix(line, "---") && line[3 + strspn(line + 3, " \t")] == '\0';
}

static char *
join(char **lines, guint from, guint to)
{
	GString *text = g_string_new(NULL);

	for (guint i = from; i < to; i++)
		g_string_append_printf(text, "%s\n", lines[i]);
	return g_string_free(text, FALSE);
}

/* Where the asides begin; n where they are gone. Without the line that parts them, but with what
 * stood below it, nobody knows what is article: an error. */
static guint
find_cut(Reading *r, char **lines, guint from, guint n)
{
	gsize length = strlen(r->state->cut);

	for (guint i = from; length > 0 && i < n; i++)
		if (strncmp(lines[i], r->state->cut, length) == 0 &&
			lines[i][length + strspn(lines[i] + length, " \t")] == '\0')
			return i;
	for (guint i = from; r->state->below->len > 0 && i < n; i++)
		if (g_str_has_prefix(lines[i], SHEET_END)) {
			sheet_error_add(r->errors, i + 1, "",
				_("the line that ends the article is gone; put it back below the "
				  "article: %s"),
				r->state->cut);
			break;
		}
	return n;
}

static bool
part(Reading *r, const char *typed, Parts *parts)
{
	g_auto(GStrv) pieces = g_strsplit(typed, "\r\n", -1);
	g_autofree char *text = g_strjoinv("\n", pieces);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint n = g_strv_length(lines), open = 0, close, cut;

	while (open < n && (lines[open][strspn(lines[open], " \t")] == '\0' || *lines[open] == '#'))
		open++;
	for (close = open + 1; close < n && !is_fence(lines[close]);)
		close++;
	if (open >= n || !is_fence(lines[open]) || close >= n) {
		sheet_error_add(r->errors, open < n && is_fence(lines[open]) ? n : 1, "",
			_("the fields stand between two lines of ---; one of these is gone"));
		return false;
	}
	cut = find_cut(r, lines, close + 1, n);
	parts->front = join(lines, open + 1, close);
	parts->front_line = open + 2;
	parts->body = join(lines, close + 1, cut);
	parts->body_line = close + 2;
	parts->below = join(lines, MIN(cut + 1, n), n);
	return true;
}

static int
by_line(gconstpointer a, gconstpointer b)
{
	const SheetError *one = *(SheetError *const *)a, *two = *(SheetError *const *)b;

	return (one->line > two->line) - (one->line < two->line);
}

static void
read_parts(Reading *r, const Parts *parts)
{
	g_autoptr(GArray) headers = g_array_new(FALSE, FALSE, sizeof(gint64));

	r->first = parts->front_line;
	find_marks(r, parts->front, parts->front_line);
	/* Marks are no fields: one error is enough. */
	if (r->errors->len == 0)
		read_yaml(r, parts->front);
	take_body(r, parts->body, parts->body_line, headers);
	find_moved(r, parts->below, headers);
	g_ptr_array_sort(r->errors, by_line);
}

static guint
line_at(const char *text, gsize offset)
{
	guint line = 1;

	for (gsize i = 0; i < offset; i++)
		line += text[i] == '\n';
	return line;
}

Sheet *
sheet_read(const SheetState *state, const char *typed, gsize length, gint64 now, GPtrArray *errors)
{
	Sheet *sheet = g_new0(Sheet, 1);
	Reading reading = {.state = state, .sheet = sheet, .errors = errors, .now = now};
	Parts parts = {0};
	const char *bad = NULL;

	sheet->content = record_copy(&store_content_type, &state->content);
	sheet->why = g_strdup(state->why);
	sheet->moved = g_array_new(FALSE, FALSE, sizeof(gint64));
	sheet->remarks = g_ptr_array_new_with_free_func(g_free);
	if (!g_utf8_validate(typed, (gssize)length, &bad))
		sheet_error_add(errors, line_at(typed, (gsize)(bad - typed)), "",
			_("here stands something that is no UTF-8; save the file as UTF-8"));
	else if (part(&reading, g_str_has_prefix(typed, "\xef\xbb\xbf") ? typed + 3 : typed,
			 &parts))
		read_parts(&reading, &parts);
	parts_clear(&parts);
	return sheet;
}
