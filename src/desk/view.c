/* Drafts on the screen and as JSON. */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "desk.h"
#include "words.h"

static void
put_cell(const DeskScreen *screen, DeskInk ink, const char *text, int columns)
{
	g_autofree char *shown = text_printable(text, TEXT_ONE_LINE);
	g_autofree char *fitted = text_fit(shown, (size_t)columns);

	desk_put(screen, ink, fitted);
	putchar(' ');
}

/* --- one draft
 * ------------------------------------------------------------------------------------------------
 */

static const char *
kind_word(int kind)
{
	static const char *const words[] = {N_("covering note"), N_("note for the editor"),
		N_("press contact"), N_("embargo line"), N_("signature"), N_("disclaimer"),
		N_("quoted mail"), N_("forward header"), N_("newsletter footer"), N_("label"),
		N_("letterhead"), N_("preheader"), N_("security banner"), N_("other source")};

	return _(words[kind]);
}

static const char *
role_word(int role)
{
	static const char *const words[] = {N_("photo"), N_("document"), N_("file"), N_("logo"),
		N_("signature"), N_("mail"), N_("source"), N_("double")};

	return _(words[role]);
}

static char *
person_text(const Person *person)
{
	return *person->name != '\0' ? g_strdup_printf("%s <%s>", person->name, person->address)
				     : g_strdup(person->address);
}

/* A display name that is itself an address, and another one than the real. */
static bool
is_disguised(const Person *person)
{
	return strchr(person->name, '@') != NULL &&
	       strcasestr(person->name, person->address) == NULL;
}

static void
put_sender(const DeskScreen *screen, const Message *message, const Draft *draft)
{
	g_autofree char *sender = person_text(&draft->sender);
	g_autofree char *original = person_text(&draft->original_sender);

	if (draft->has_original) {
		desk_field(screen, _("From"), original, INK_NONE);
		desk_field(screen, _("Passed on by"), sender, INK_NONE);
	} else {
		desk_field(screen, _("From"), sender, INK_NONE);
	}
	if (is_disguised(&draft->sender))
		desk_field(screen, _("Beware"),
			_("the name of the sender looks like another address"), INK_ALERT);
	if (message->trust == TRUST_FAIL)
		desk_field(screen, _("Beware"), _("our mail server could not verify this sender"),
			INK_ALERT);
	else if (message->trust == TRUST_PASS)
		desk_field(screen, _("Sender"), _("verified by our mail server"), INK_GOOD);
}

static void
put_head(const DeskScreen *screen, const StoreDraftRow *row, const Message *message,
	const Draft *draft)
{
	g_autofree char *moment = when_local(draft->embargo_at);
	g_autofree char *words = g_strdup_printf(
		_("%d words, read from the %s text"), (int)draft->words, draft->source);

	if (row != NULL) {
		g_autofree char *number = g_strdup_printf(
			"%d  %s  %s", (int)row->id, row->reference, desk_state_word(row->state));

		desk_field(screen, _("Draft"), number, INK_BOLD);
	}
	if (*draft->embargo != '\0')
		desk_field(
			screen, _("EMBARGO"), *moment != '\0' ? moment : draft->embargo, INK_ALERT);
	for (guint i = 0; i < draft->warnings->len; i++)
		desk_field(
			screen, _("Note"), ((Warning *)draft->warnings->pdata[i])->text, INK_ALERT);
	put_sender(screen, message, draft);
	if (row != NULL && row->duplicates > 0)
		desk_field(screen, _("Doubles"), _("the same mail came more than once"), INK_NONE);
	for (guint i = 0; i < draft->links->len; i++)
		desk_field(screen, _("Files at"), ((ShareLink *)draft->links->pdata[i])->url,
			INK_ALERT);
	desk_field(screen, _("Text"), words, INK_NONE);
}

static void
put_asides(const DeskScreen *screen, const Draft *draft)
{
	if (draft->asides->len == 0)
		return;
	desk_put(screen, INK_DIM, _("Set aside"));
	putchar('\n');
	for (guint i = 0; i < draft->asides->len; i++) {
		const Aside *aside = draft->asides->pdata[i];
		g_autofree char *head = g_strdup_printf("  %u. %s", i + 1, kind_word(aside->kind));
		g_autofree char *shown = text_printable(aside->text, TEXT_LINES);
		g_auto(GStrv) lines = g_strsplit(shown, "\n", -1);

		desk_put(screen, INK_BOLD, head);
		putchar('\n');
		for (char **line = lines; *line != NULL; line++) {
			g_autofree char *fitted =
				**line != '\0' ? text_fit(*line, (size_t)screen->width - 6) : NULL;

			if (fitted != NULL)
				printf("     %s\n", g_strchomp(fitted));
		}
	}
	putchar('\n');
}

void
desk_files(const DeskScreen *screen, const GPtrArray *attachments)
{
	for (guint i = 0; i < attachments->len; i++) {
		const Attachment *a = attachments->pdata[i];
		g_autofree char *number = g_strdup_printf("%3u", i + 1);
		g_autofree char *bytes =
			g_format_size_full((guint64)a->size, G_FORMAT_SIZE_DEFAULT);
		g_autofree char *pixels =
			a->width > 0 ? g_strdup_printf("%dx%d", (int)a->width, (int)a->height)
				     : g_strdup("");

		put_cell(screen, INK_BOLD, number, 3);
		put_cell(screen, INK_DIM, role_word(a->role), 9);
		put_cell(screen, INK_NONE, *a->filename != '\0' ? a->filename : _("(no name)"),
			MAX(screen->width - 66, 20));
		put_cell(screen, INK_NONE, pixels, 10);
		put_cell(screen, INK_NONE, bytes, 9);
		put_cell(screen, INK_DIM, *a->real_type != '\0' ? a->real_type : a->type, 26);
		putchar('\n');
	}
}

void
desk_show(const DeskScreen *screen, const StoreDraftRow *row, const Message *message,
	const Draft *draft)
{
	put_head(screen, row, message, draft);
	putchar('\n');
	desk_put(screen, INK_BOLD, *draft->title != '\0' ? draft->title : _("(no title)"));
	fputs("\n\n", stdout);
	desk_markdown(screen, draft->body, 0);
	put_asides(screen, draft);
	if (message->attachments->len > 0) {
		desk_put(screen, INK_DIM, _("Files"));
		putchar('\n');
		desk_files(screen, message->attachments);
	}
}

/* --- JSON
 * -----------------------------------------------------------------------------------------------------
 */

static json_t *
attachment_json(const Attachment *a, bool with_role)
{
	json_t *object = json_pack("{s:s, s:s, s:I, s:s, s:s}", "filename", a->filename, "type",
		a->type, "size", (json_int_t)a->size, "sha256", a->sha256, "sha256_lf",
		a->sha256_lf);

	if (!with_role)
		return object;
	json_object_set_new(object, "role", json_string(attachment_role_names[a->role]));
	json_object_set_new(object, "real_type", json_string(a->real_type));
	json_object_set_new(object, "width", json_integer(a->width));
	json_object_set_new(object, "height", json_integer(a->height));
	return object;
}

/* The mail as it stands: what lies within an attached mail is not its own. */
static json_t *
message_json(const Message *message)
{
	json_t *list = json_array();

	for (guint i = 0; i < message->attachments->len; i++) {
		const Attachment *a = message->attachments->pdata[i];

		if (strstr(a->part, ".m") == NULL)
			json_array_append_new(list, attachment_json(a, false));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:b, s:i, s:o}", "subject",
		message->subject, "from_address", message->from_address, "from_name",
		message->from_name, "message_id", message->message_id, "date",
		message->has_date ? json_integer(message->date) : json_null(), "text",
		message->text, "has_html", (int)message->has_html, "attachment_count",
		(int)json_array_size(list), "attachments", list);
}

/* Logos and signatures stay in the list with their role; containers are opened and do not count. */
static json_t *
files_json(const Message *message)
{
	json_t *list = json_array();

	for (guint i = 0; i < message->attachments->len; i++) {
		const Attachment *a = message->attachments->pdata[i];

		if (a->role != ROLE_CONTAINER && a->role != ROLE_LOGO &&
			a->role != ROLE_SIGNATURE && a->role != ROLE_COPY)
			json_array_append_new(list, attachment_json(a, true));
	}
	return list;
}

static json_t *
list_json(const RecordType *type, const GPtrArray *records)
{
	json_t *list = json_array();

	for (guint i = 0; i < records->len; i++)
		json_array_append_new(list, record_to_json(type, records->pdata[i]));
	return list;
}

static json_t *
person_json(const Person *person)
{
	return json_pack("{s:s, s:s}", "name", person->name, "email", person->address);
}

static void
add_asides(json_t *object, const Draft *draft)
{
	static const struct {
		const char *key;
		AsideKind kind;
	} keys[] = {{"notes_for_editor", ASIDE_NOTE}, {"contact", ASIDE_CONTACT},
		{"signature", ASIDE_SIGNATURE}, {"quoted", ASIDE_QUOTED}, {"cover", ASIDE_COVER},
		{"label", ASIDE_LABEL}, {"forward_header", ASIDE_FORWARD_HEADER},
		{"footer", ASIDE_FOOTER}, {"letterhead", ASIDE_LETTERHEAD},
		{"preheader", ASIDE_PREHEADER}, {"disclaimer", ASIDE_DISCLAIMER},
		{"banner", ASIDE_BANNER}};

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autofree char *text = draft_aside_text(draft, keys[i].kind);
		g_autofree char *legal = NULL;
		g_autofree char *both = NULL;

		/* Legal text below a signature is part of it, and also has a key of its own. */
		if (keys[i].kind == ASIDE_SIGNATURE)
			legal = draft_aside_text(draft, ASIDE_DISCLAIMER);
		if (legal != NULL && *legal != '\0')
			both = *text != '\0' ? g_strdup_printf("%s\n\n%s", text, legal)
					     : g_strdup(legal);
		json_object_set_new(object, keys[i].key, json_string(both != NULL ? both : text));
	}
}

json_t *
desk_draft_json(const Message *message, const Draft *draft)
{
	g_autofree char *embargo = when_iso(draft->embargo_at);
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:I}",
		"title", draft->title, "title_from", draft->title_from, "lead", draft->lead,
		"body_markdown", draft->body, "language", draft->language, "source", draft->source,
		"source_reason", draft->source_reason, "sender", person_json(&draft->sender),
		"original_sender",
		draft->has_original ? person_json(&draft->original_sender) : json_null(), "embargo",
		draft->embargo, "embargo_iso", embargo, "words", (json_int_t)draft->words);

	add_asides(object, draft);
	json_object_set_new(object, "images", list_json(&image_type, draft->images));
	json_object_set_new(object, "links", list_json(&share_link_type, draft->links));
	json_object_set_new(object, "asides", list_json(&aside_type, draft->asides));
	json_object_set_new(object, "attachments", files_json(message));
	json_object_set_new(object, "warnings", list_json(&warning_type, draft->warnings));
	json_object_set_new(object, "message", message_json(message));
	return object;
}

/* --- the database
 * --------------------------------------------------------------------------------------------- */

Store *
desk_store(const Config *config, StoreMode mode, GError **error)
{
	g_autofree char *path = g_build_filename(config->spool, "nieuws.db", NULL);

	return store_open(path, mode, error);
}
