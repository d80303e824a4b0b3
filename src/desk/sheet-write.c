/* The file as an editor gets it. */
#include <string.h>
#include <yaml.h>

#include "base.h"
#include "compare.h"
#include "desk-private.h"
#include "sheet.h"

/* --- one field, by libyaml
 * ------------------------------------------------------------------------------------ */

static int
to_string(void *data, unsigned char *bytes, size_t length)
{
	g_string_append_len(data, (const char *)bytes, (gssize)length);
	return 1;
}

/* Line ends of Unicode are line ends to YAML: they can only stand escaped. */
static yaml_scalar_style_t
style_of(const char *text)
{
	if (strstr(text, "\xe2\x80\xa8") != NULL || strstr(text, "\xe2\x80\xa9") != NULL ||
		strstr(text, "\xc2\x85") != NULL || strchr(text, '\r') != NULL)
		return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	return strchr(text, '\n') != NULL ? YAML_LITERAL_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE;
}

static bool
emit_scalar(yaml_emitter_t *emitter, const char *text)
{
	yaml_event_t event;

	return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
		       (int)strlen(text), 1, 1, style_of(text)) &&
	       yaml_emitter_emit(emitter, &event);
}

static bool
emit_texts(yaml_emitter_t *emitter, const GPtrArray *texts)
{
	yaml_event_t event;
	bool good = yaml_sequence_start_event_initialize(
			    &event, NULL, NULL, 1, YAML_FLOW_SEQUENCE_STYLE) &&
		    yaml_emitter_emit(emitter, &event);

	for (guint i = 0; good && i < texts->len; i++)
		good = emit_scalar(emitter, texts->pdata[i]);
	return good && yaml_sequence_end_event_initialize(&event) &&
	       yaml_emitter_emit(emitter, &event);
}

static bool
emit_start(yaml_emitter_t *emitter)
{
	yaml_event_t event;

	return yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) &&
	       yaml_emitter_emit(emitter, &event) &&
	       yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) &&
	       yaml_emitter_emit(emitter, &event) &&
	       yaml_mapping_start_event_initialize(
		       &event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE) &&
	       yaml_emitter_emit(emitter, &event);
}

static bool
emit_end(yaml_emitter_t *emitter)
{
	yaml_event_t event;

	return yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event) &&
	       yaml_document_end_event_initialize(&event, 1) &&
	       yaml_emitter_emit(emitter, &event) && yaml_stream_end_event_initialize(&event) &&
	       yaml_emitter_emit(emitter, &event);
}

/* "key: value\n" of a text, or of a list. */
static char *
to_yaml(const char *key, const char *text, const GPtrArray *texts)
{
	GString *out = g_string_new(NULL);
	yaml_emitter_t emitter;
	bool good = yaml_emitter_initialize(&emitter);

	g_assert(good);
	yaml_emitter_set_output(&emitter, to_string, out);
	yaml_emitter_set_width(&emitter, -1);
	yaml_emitter_set_unicode(&emitter, 1);
	good = emit_start(&emitter) && emit_scalar(&emitter, key) &&
	       (texts != NULL ? emit_texts(&emitter, texts) : emit_scalar(&emitter, text)) &&
	       emit_end(&emitter);
	yaml_emitter_delete(&emitter);
	g_assert(good);
	/* What an open ended text needs at the end of a file is nothing here. */
	if (g_str_has_suffix(out->str, "\n...\n"))
		g_string_truncate(out, out->len - strlen("...\n"));
	return g_string_free(out, FALSE);
}

static char *
field_text(const char *key, const char *text)
{
	return *text == '\0' ? g_strdup_printf("%s:\n", key) : to_yaml(key, text, NULL);
}

/* --- the fields
 * ------------------------------------------------------------------------------------------------
 */

typedef struct {
	GString *out;
	const SheetState *state;
	const StoreContent *content;
	const GPtrArray *conflicts; /* may be NULL */
	const char *their_name;
} Writing;

/* Lines after the first begin below the first. */
static void
put_indented(GString *out, const char *first, const char *rest, const char *lines)
{
	g_auto(GStrv) each = g_strsplit(lines, "\n", -1);

	for (guint i = 0; each[i] != NULL; i++)
		if (*each[i] != '\0')
			g_string_append_printf(out, "%s%s\n", i == 0 ? first : rest, each[i]);
		else if (each[i + 1] != NULL)
			g_string_append_c(out, '\n');
}

static const SheetConflict *
find_conflict(const Writing *w, const char *path)
{
	for (guint i = 0; w->conflicts != NULL && i < w->conflicts->len; i++) {
		const SheetConflict *conflict = w->conflicts->pdata[i];

		if (strcmp(conflict->field, path) == 0)
			return conflict;
	}
	return NULL;
}

/* One field; where there are two versions of it both, between marks. */
static void
put_field(const Writing *w, const char *path, const char *key, const char *text, int photo)
{
	const SheetConflict *conflict = find_conflict(w, path);
	g_autofree char *mine = field_text(key, text);
	const char *rest = photo >= 0 ? "  " : "";

	if (conflict != NULL)
		g_string_append_printf(w->out, "%s %s\n", COMPARE_BEGIN, _("yours"));
	put_indented(w->out, rest, rest, mine);
	if (conflict != NULL) {
		g_autofree char *theirs = field_text(key, conflict->theirs);

		g_string_append_printf(w->out, "%s\n", COMPARE_MIDDLE);
		put_indented(w->out, rest, rest, theirs);
		g_string_append_printf(w->out, "%s %s\n", COMPARE_END, w->their_name);
	}
}

static void
put_photo(const Writing *w, guint index)
{
	const Picture *photo = w->content->pictures->pdata[index];
	int known = sheet_find_photo(w->state->content.pictures, photo);
	g_autofree char *name = known >= 0
					? sheet_photo_name(w->state->content.pictures, (guint)known)
					: sheet_photo_name(w->content->pictures, index);
	g_autofree char *file = to_yaml("file", name, NULL);
	const char *const keys[] = {"caption", "credit", "alt"};
	const char *const texts[] = {photo->caption, photo->credit, photo->alt};

	put_indented(w->out, "- ", "  ", file);
	for (int i = 0; i < 3; i++) {
		g_autofree char *path = g_strdup_printf("%u.%s", index, keys[i]);

		put_field(w, path, keys[i], texts[i], (int)index);
	}
	g_string_append_printf(w->out, "  lead: %s\n", photo->lead ? _("yes") : _("no"));
	g_string_append_printf(w->out, "  dropped: %s\n", photo->dropped ? _("yes") : _("no"));
}

static void
put_embargo(const Writing *w)
{
	g_autofree char *moment = sheet_moment(w->content->embargo_at);
	g_autofree char *line = text_collapse(w->content->embargo);
	g_autofree char *shown = text_printable(line, TEXT_ONE_LINE);

	if (*shown != '\0') {
		g_string_append(w->out, "# ");
		g_string_append_printf(w->out, _("the mail says: %s"), shown);
		g_string_append_c(w->out, '\n');
	}
	put_field(w, "embargo", "embargo", moment, -1);
}

static void
put_fields(const Writing *w)
{
	const StoreContent *content = w->content;
	g_autofree char *tags = to_yaml("tags", NULL, content->tags);

	put_field(w, "title", "title", content->title, -1);
	put_field(w, "lead", "lead", content->lead, -1);
	g_string_append(w->out, tags);
	put_field(w, "category", "category", content->category, -1);
	put_embargo(w);
	if (content->pictures->len > 0)
		g_string_append(w->out, "pictures:\n");
	for (guint i = 0; i < content->pictures->len; i++)
		put_photo(w, i);
	g_string_append_printf(w->out, "# %s\n", _("why, for the log; may stay empty"));
	put_field(w, "why", "why", w->state->why, -1);
}

/* --- around them
 * --------------------------------------------------------------------------------------------- */

/* Four lines or more: what came by mail never stands where an editor's program looks for orders to
 * itself (vim: the first and last five lines). */
static void
put_head(GString *out, const SheetState *state, const GPtrArray *errors)
{
	for (guint i = 0; i < errors->len; i++) {
		g_autofree char *text = sheet_error_text(errors->pdata[i]);
		g_autofree char *shown = text_printable(text, TEXT_ONE_LINE);

		g_string_append_printf(out, "# !! %s\n", shown);
	}
	g_string_append_printf(out,
		_("# %s, version %d. Save and close, and it becomes a new version.\n"),
		state->reference, (int)state->version);
	g_string_append(
		out, _("# Close without a change, or empty the file: all stays as it is.\n"));
	g_string_append(out,
		_("# Above the second --- are the fields, below it is the text in Markdown.\n"));
	g_string_append(out, _("# What was set aside stands at the end; move up what belongs in "
			       "the article.\n"));
}

static guint
head_lines(const GPtrArray *errors)
{
	return 4 + errors->len;
}

/* A line that the article has itself would part it in the middle. */
static char *
choose_cut(const StoreContent *content, const GPtrArray *asides)
{
	g_autoptr(GString) dashes = g_string_new("----");

	while (dashes->len < 60) {
		g_autofree char *cut = g_strdup_printf("<!-- %s %s %s -->", dashes->str,
			_("set aside: nothing below this line is in the article"), dashes->str);
		bool taken = strstr(content->body, cut) != NULL;

		for (guint i = 0; !taken && i < asides->len; i++)
			taken = strstr(((Aside *)asides->pdata[i])->text, cut) != NULL;
		if (!taken)
			return g_steal_pointer(&cut);
		g_string_append_c(dashes, '-');
	}
	/* Somebody had all of them in his text. */
	return g_strdup_printf("<!-- %08x%08x -->", g_random_int(), g_random_int());
}

/* A line of a mail that looks like one of ours is told apart by a backslash. */
static void
put_aside(GString *out, const Aside *aside, gint64 number)
{
	g_auto(GStrv) lines = g_strsplit(aside->text, "\n", -1);

	g_string_append_printf(
		out, "\n" SHEET_ASIDE "%d: %s -->\n\n", (int)number, desk_aside_word(aside->kind));
	for (char **line = lines; *line != NULL; line++)
		g_string_append_printf(
			out, "%s%s\n", g_str_has_prefix(*line, "<!-- ") ? "\\" : "", *line);
}

static void
put_tail(GString *out, const SheetState *state)
{
	if (state->below->len > 0)
		g_string_append_printf(out, "\n%s\n", state->cut);
	for (guint i = 0; i < state->below->len; i++) {
		gint64 number = g_array_index(state->below, gint64, i);

		put_aside(out, state->asides->pdata[number - 1], number);
	}
	if (state->below->len == 0)
		return;
	g_string_append_printf(out, "\n" SHEET_END "%s\n", state->reference);
	g_string_append(out, _("     Markdown in short:\n"
			       "     ## heading          **bold**          *italic*\n"
			       "     - item of a list    1. numbered item  > quotation\n"
			       "     [words](https://www.example.nl) is a link\n"));
	g_string_append(out, "-->\n");
}

char *
sheet_write(SheetState *state, const StoreContent *content, const GPtrArray *conflicts,
	const char *their_name)
{
	GString *out = g_string_new("---\n");
	g_autoptr(GPtrArray) none = sheet_errors_new();
	Writing writing = {out, state, content, conflicts, their_name};
	g_autofree char *cut = choose_cut(content, state->asides);

	record_set(&state->cut, cut);
	put_head(out, state, none);
	put_fields(&writing);
	g_string_append_printf(out, "---\n\n%s", content->body);
	if (out->str[out->len - 1] != '\n')
		g_string_append_c(out, '\n');
	put_tail(out, state);
	return g_string_free(out, FALSE);
}

/* --- once more, with errors
 * ---------------------------------------------------------------------------------- */

static const char *
next_line(const char *at)
{
	const char *end = strchr(at, '\n');

	return end != NULL ? end + 1 : at + strlen(at);
}

/* The lines of help right below the first line; 0 where they are gone. */
static guint
old_head(const char *typed, const char **ret_after)
{
	guint lines = 0;
	const char *at = typed;

	if (g_str_has_prefix(typed, "---\n") || g_str_has_prefix(typed, "---\r\n"))
		at = next_line(typed);
	else if (!g_str_has_prefix(typed, "# !!"))
		at = "";
	for (; *at == '#'; at = next_line(at))
		lines++;
	*ret_after = lines > 0 || *at != '\0' ? at : typed;
	return lines;
}

char *
sheet_with_errors(const SheetState *state, const char *typed, GPtrArray *errors)
{
	const char *after;
	guint old = old_head(typed, &after), new = head_lines(errors);
	bool fenced = g_str_has_prefix(typed, "---") && after != typed;
	GString *out = g_string_new(fenced ? "---\n" : "");

	for (guint i = 0; i < errors->len; i++) {
		SheetError *error = errors->pdata[i];

		if (error->line > old)
			error->line = error->line + new - old;
	}
	put_head(out, state, errors);
	g_string_append(out, after);
	return g_string_free(out, FALSE);
}
