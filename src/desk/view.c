/* Drafts on the screen and as JSON. */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "commonmark.h"
#include "desk-private.h"

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

const char *
desk_aside_word(int kind)
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

static const char *
source_word(const char *source)
{
	static const char *const words[][2] = {{"html", N_("the formatted text of the mail")},
		{"plain", N_("the plain text of the mail")},
		{"docx", N_("the attached Word document")},
		{"doc", N_("the attached Word document")}, {"odt", N_("the attached document")},
		{"rtf", N_("the attached document")}, {"pdf", N_("the attached PDF")}};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i][0], source) == 0)
			return _(words[i][1]);
	return source;
}

static char *
joined(const GPtrArray *strings)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < strings->len; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", (char *)strings->pdata[i]);
	return g_string_free(text, FALSE);
}

/* --- what must be known first */

static void
put_embargo(const DeskScreen *screen, const Draft *draft)
{
	gint64 now = when_now();
	g_autofree char *moment = when_local(draft->embargo_at);
	g_autofree char *left = when_age(now, draft->embargo_at);
	g_autofree char *until = draft->embargo_at > now
					 ? g_strdup_printf(_("until %s, in %s"), moment, left)
					 : g_strdup_printf(_("passed: it was until %s"), moment);
	g_autofree char *sentence = g_strdup_printf("“%s”", draft->embargo);

	if (draft->embargo_at > 0)
		desk_field(
			screen, _("EMBARGO"), until, draft->embargo_at > now ? INK_ALERT : INK_DIM);
	if (*draft->embargo != '\0')
		desk_field(screen, draft->embargo_at > 0 ? "" : _("EMBARGO"), sentence,
			draft->embargo_at > 0 ? INK_NONE : INK_ALERT);
}

static void
put_warnings(const DeskScreen *screen, const Draft *draft)
{
	for (guint i = 0; i < draft->warnings->len; i++) {
		const Warning *warning = draft->warnings->pdata[i];
		g_autofree char *text = desk_told(warning->text);

		/* These stand with their link. */
		if (strcmp(warning->code, "link.expires") != 0)
			desk_field(screen, i == 0 ? _("Note") : "", text, INK_ALERT);
	}
}

static void
put_person(const DeskScreen *screen, const char *label, const Person *person)
{
	g_autofree char *text = person_text(person);

	desk_field(screen, label, text, INK_NONE);
	if (*person->organisation != '\0' && strcmp(person->organisation, person->name) != 0 &&
		!g_str_has_suffix(person->address, person->organisation))
		desk_field(screen, "", person->organisation, INK_NONE);
}

static void
put_sender(const DeskScreen *screen, const Message *message, const Draft *draft)
{
	g_autofree char *sent = when_local(message->date);

	if (draft->has_original) {
		put_person(screen, _("From"), &draft->original_sender);
		put_person(screen, _("Passed on by"), &draft->sender);
	} else {
		put_person(screen, _("From"), &draft->sender);
	}
	if (is_disguised(&draft->sender))
		desk_field(screen, _("Beware"),
			_("the name of the sender looks like another address"), INK_ALERT);
	if (message->trust == TRUST_FAIL)
		desk_field(screen, _("Beware"), _("our mail server could not verify this sender"),
			INK_ALERT);
	else if (message->trust == TRUST_PASS)
		desk_field(screen, _("Sender"), _("verified by our mail server"), INK_GOOD);
	desk_field(screen, _("Date"), sent, INK_NONE);
	/* The subject often says what the headline does not. */
	if (strcmp(draft->title_from, "subject") != 0)
		desk_field(screen, _("Subject"), message->subject, INK_NONE);
}

static char *
end_of_link(const ShareLink *link)
{
	g_autofree char *day = when_local(link->ends_at);

	if (link->ends_at == 0)
		return g_strdup(link->service);
	return g_strdup_printf(
		link->said ? _("%s, until %s") : _("%s, probably until %s"), link->service, day);
}

static void
put_facts(const DeskScreen *screen, const DeskKept *kept, const Draft *draft)
{
	g_autofree char *why = desk_told(draft->source_reason);
	g_autofree char *words = g_strdup_printf(
		_("%d words, from %s"), (int)draft->words, source_word(draft->source));
	g_autofree char *places = joined(draft->places);
	g_autofree char *tags = joined(draft->tags);

	desk_field(screen, _("Text"), words, INK_NONE);
	desk_field(screen, "", why, INK_DIM);
	desk_field(screen, _("Places"), places, INK_NONE);
	/* Proposals, until an editor chose. */
	if (kept == NULL || kept->content->tags->len == 0)
		desk_field(screen, _("Tags"), tags, INK_NONE);
	for (guint i = 0; i < draft->links->len; i++) {
		const ShareLink *link = draft->links->pdata[i];
		g_autofree char *end = end_of_link(link);

		desk_field(screen, i == 0 ? _("Files at") : "", end,
			link->ends_at > 0 ? INK_ALERT : INK_NONE);
		desk_field(screen, "", link->url, INK_DIM);
	}
}

static void
put_head(const DeskScreen *screen, const DeskKept *kept, const Message *message, const Draft *draft)
{
	if (kept != NULL)
		desk_put_standing(screen, kept);
	put_embargo(screen, draft);
	put_warnings(screen, draft);
	put_sender(screen, message, draft);
	if (kept != NULL)
		desk_put_around(screen, kept);
	put_facts(screen, kept, draft);
}

/* --- what was set aside */

/* Nobody reads these to the end. */
static bool
is_long_winded(int kind)
{
	return kind == ASIDE_DISCLAIMER || kind == ASIDE_QUOTED || kind == ASIDE_FOOTER ||
	       kind == ASIDE_OTHER_SOURCE;
}

static void
put_aside(const DeskScreen *screen, const Aside *aside, guint number, gint64 restored)
{
	g_autofree char *head = g_strdup_printf("%2u  %s", number, desk_aside_word(aside->kind));
	g_autofree char *reason = desk_told(aside->reason);
	int most = restored > 0 ? 1 : is_long_winded(aside->kind) ? 6 : 0;

	desk_put(screen, INK_BOLD, head);
	/* A reason that only says the kind again says nothing. */
	if (*reason != '\0' && strcmp(reason, desk_aside_word(aside->kind)) != 0) {
		g_autofree char *why = g_strdup_printf("  (%s)", reason);

		desk_put(screen, INK_DIM, why);
	}
	if (restored > 0)
		desk_put(screen, INK_GOOD, _("  put back into the text"));
	putchar('\n');
	desk_lines(screen, restored > 0 ? INK_DIM : INK_NONE, aside->text, 4, most);
}

static void
put_asides(const DeskScreen *screen, const DeskKept *kept, const Draft *draft)
{
	if (draft->asides->len == 0)
		return;
	desk_rule(screen, _("Set aside"));
	for (guint i = 0; i < draft->asides->len; i++)
		put_aside(screen, draft->asides->pdata[i], i + 1,
			kept != NULL && i < kept->draft->restored->len
				? g_array_index(kept->draft->restored, gint64, i)
				: 0);
	putchar('\n');
}

/* --- files */

static void
put_words_of_file(const DeskScreen *screen, const Attachment *a)
{
	g_autofree char *credit =
		*a->credit != '\0' ? g_strdup_printf(_("photo: %s"), a->credit) : g_strdup("");
	g_autofree char *all = g_strdup_printf(
		"%s%s%s", a->caption, *a->caption != '\0' && *credit != '\0' ? " — " : "", credit);

	desk_lines(screen, INK_DIM, all, 14, 3);
}

void
desk_put_file(const DeskScreen *screen, const Attachment *a, guint number)
{
	g_autofree char *count = g_strdup_printf("%2u", number);
	g_autofree char *bytes = g_format_size_full((guint64)a->size, G_FORMAT_SIZE_DEFAULT);
	g_autofree char *pixels =
		a->width > 0 ? g_strdup_printf("%d x %d", (int)a->width, (int)a->height)
			     : g_strdup("");
	int rest = screen->width >= 110 ? 24 : 0;

	put_cell(screen, INK_BOLD, count, 2);
	put_cell(screen, INK_DIM, role_word(a->role), 10);
	put_cell(screen, INK_NONE, *a->filename != '\0' ? a->filename : _("(no name)"),
		MAX(MIN(screen->width - 38 - rest, 60), 14));
	put_cell(screen, INK_NONE, pixels, 11);
	put_cell(screen, INK_NONE, bytes, 10);
	if (rest > 0)
		put_cell(screen, INK_DIM, *a->real_type != '\0' ? a->real_type : a->type, rest);
	putchar('\n');
}

void
desk_files(const DeskScreen *screen, const GPtrArray *attachments)
{
	for (guint i = 0; i < attachments->len; i++) {
		desk_put_file(screen, attachments->pdata[i], i + 1);
		put_words_of_file(screen, attachments->pdata[i]);
	}
}

/* What the page shows above the text; a lead that the text itself begins with stands there. */
static void
put_lead(const DeskScreen *screen, const Draft *draft)
{
	if (*draft->lead == '\0' || desk_begins_with(draft->body, draft->lead))
		return;
	desk_lines(screen, INK_BOLD, draft->lead, 0, 0);
	putchar('\n');
}

void
desk_show(
	const DeskScreen *screen, const DeskKept *kept, const Message *message, const Draft *draft)
{
	put_head(screen, kept, message, draft);
	putchar('\n');
	desk_rule(screen, "");
	putchar('\n');
	desk_lines(screen, INK_BOLD, *draft->title != '\0' ? draft->title : _("(no title)"), 0, 0);
	putchar('\n');
	put_lead(screen, draft);
	desk_markdown(screen, draft->body, 0);
	put_asides(screen, kept, draft);
	if (message->attachments->len > 0) {
		desk_rule(screen, _("Files"));
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
	json_object_set_new(object, "inline", json_boolean(a->is_inline));
	json_object_set_new(object, "caption", json_string(a->caption));
	json_object_set_new(object, "credit", json_string(a->credit));
	json_object_set_new(object, "alt", json_string(a->alt));
	return object;
}

/* The mail as it stands: what lies within an attached mail or document is not its own. */
static json_t *
message_json(const Message *message)
{
	json_t *list = json_array();

	for (guint i = 0; i < message->attachments->len; i++) {
		const Attachment *a = message->attachments->pdata[i];

		if (strstr(a->part, ".m") == NULL && strchr(a->part, '!') == NULL)
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
	return json_pack("{s:s, s:s, s:s}", "name", person->name, "email", person->address,
		"organisation", person->organisation);
}

static json_t *
strings_json(const GPtrArray *strings)
{
	json_t *list = json_array();

	for (guint i = 0; i < strings->len; i++)
		json_array_append_new(list, json_string(strings->pdata[i]));
	return list;
}

static json_t *
share_links_json(const GPtrArray *links)
{
	json_t *list = json_array();

	for (guint i = 0; i < links->len; i++) {
		const ShareLink *link = links->pdata[i];
		g_autofree char *ends = when_iso(link->ends_at);

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:b}", "url", link->url, "service",
				      link->service, "ends", ends, "said", (int)link->said));
	}
	return list;
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
	json_object_set_new(object, "tags", strings_json(draft->tags));
	json_object_set_new(object, "places", strings_json(draft->places));
	json_object_set_new(object, "organisation",
		json_string(draft->has_original ? draft->original_sender.organisation
						: draft->sender.organisation));
	json_object_set_new(object, "share_links", share_links_json(draft->links));
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
