#include "model.h"
#include "fields.h"

const char *const aside_kind_names[] = {"cover", "note", "contact", "embargo", "signature",
	"disclaimer", "quoted", "forward_header", "footer", "label", "letterhead", "preheader",
	"banner", "other_source", NULL};
const char *const attachment_role_names[] = {
	"photo", "document", "other", "logo", "signature", "container", "source", "copy", NULL};
const char *const trust_names[] = {"none", "pass", "fail", NULL};

static const Field person_fields[] = {
	STRING(Person, name), STRING(Person, address), STRING(Person, organisation), END};
const RecordType person_type = {"person", sizeof(Person), person_fields};

static const Field aside_fields[] = {ENUM(Aside, kind, aside_kind_names), STRING(Aside, text),
	STRING(Aside, reason), INT(Aside, position), END};
const RecordType aside_type = {"aside", sizeof(Aside), aside_fields};

static const Field attachment_fields[] = {STRING(Attachment, part), STRING(Attachment, filename),
	STRING(Attachment, type), STRING(Attachment, real_type), STRING(Attachment, content_id),
	INT(Attachment, size), STRING(Attachment, sha256), STRING(Attachment, sha256_lf),
	ENUM(Attachment, role, attachment_role_names), INT(Attachment, width),
	INT(Attachment, height), BOOL(Attachment, is_inline), STRING(Attachment, caption),
	STRING(Attachment, credit), STRING(Attachment, alt), END};
const RecordType attachment_type = {"attachment", sizeof(Attachment), attachment_fields};

static const Field image_fields[] = {STRING(Image, name), STRING(Image, content_id),
	STRING(Image, url), STRING(Image, alt), STRING(Image, caption), STRING(Image, credit),
	INT(Image, attachment), INT(Image, after_block), END};
const RecordType image_type = {"image", sizeof(Image), image_fields};

static const Field share_link_fields[] = {STRING(ShareLink, url), STRING(ShareLink, service),
	INT(ShareLink, ends_at), BOOL(ShareLink, said), END};
const RecordType share_link_type = {"link", sizeof(ShareLink), share_link_fields};

static const Field picture_fields[] = {INT(Picture, submission), INT(Picture, number),
	STRING(Picture, sha256), STRING(Picture, name), STRING(Picture, alt),
	STRING(Picture, caption), STRING(Picture, credit), BOOL(Picture, dropped),
	BOOL(Picture, lead), END};
const RecordType picture_type = {"picture", sizeof(Picture), picture_fields};

static const Field warning_fields[] = {STRING(Warning, code), STRING(Warning, text), END};
const RecordType warning_type = {"warning", sizeof(Warning), warning_fields};

static const Field wish_fields[] = {STRING(Wish, part), STRING(Wish, kind), INT(Wish, size), END};
const RecordType wish_type = {"wish", sizeof(Wish), wish_fields};

static const Field document_fields[] = {STRING(Document, part), STRING(Document, kind),
	STRING(Document, error), STRING(Document, html), LIST(Document, pictures, attachment_type),
	LIST(Document, warnings, warning_type), END};
const RecordType document_type = {"document", sizeof(Document), document_fields};

static const Field message_fields[] = {STRING(Message, subject), STRING(Message, from_address),
	STRING(Message, from_name), STRING(Message, message_id), INT(Message, date),
	BOOL(Message, has_date), STRING(Message, text), BOOL(Message, has_text),
	BOOL(Message, has_html), LIST(Message, attachments, attachment_type),
	RECORD(Message, sender, person_type), RECORD(Message, reply_to, person_type),
	STRINGS(Message, recipients), STRING(Message, in_reply_to), STRINGS(Message, references),
	STRING(Message, return_path), STRING(Message, automatic), ENUM(Message, trust, trust_names),
	STRING(Message, trust_detail), STRING(Message, content_digest), END};
const RecordType message_type = {"message", sizeof(Message), message_fields};

static const Field draft_fields[] = {STRING(Draft, title), STRING(Draft, title_from),
	STRING(Draft, lead), STRING(Draft, body), STRING(Draft, language), STRING(Draft, source),
	STRING(Draft, source_reason), RECORD(Draft, sender, person_type), BOOL(Draft, has_original),
	RECORD(Draft, original_sender, person_type), STRING(Draft, embargo), INT(Draft, embargo_at),
	LIST(Draft, asides, aside_type), LIST(Draft, images, image_type),
	LIST(Draft, links, share_link_type), STRINGS(Draft, tags),
	LIST(Draft, warnings, warning_type), INT(Draft, words), LIST(Draft, wishes, wish_type),
	STRINGS(Draft, places), END};
const RecordType draft_type = {"draft", sizeof(Draft), draft_fields};

Message *
message_new(void)
{
	return record_new(&message_type);
}

void
message_free(Message *message)
{
	record_free(&message_type, message);
}

Draft *
draft_new(void)
{
	return record_new(&draft_type);
}

void
draft_free(Draft *draft)
{
	record_free(&draft_type, draft);
}

void
draft_warn(Draft *draft, const char *code, const char *text)
{
	Warning *warning = record_append(&warning_type, draft->warnings);

	record_set(&warning->code, code);
	record_set(&warning->text, text);
}

Aside *
draft_set_aside(Draft *draft, AsideKind kind, const char *text, const char *reason, gint64 position)
{
	Aside *aside = record_append(&aside_type, draft->asides);

	aside->kind = (int)kind;
	record_set(&aside->text, text);
	record_set(&aside->reason, reason);
	aside->position = position;
	return aside;
}

char *
draft_aside_text(const Draft *draft, AsideKind kind)
{
	GString *joined = g_string_new(NULL);

	for (guint i = 0; i < draft->asides->len; i++) {
		const Aside *aside = draft->asides->pdata[i];

		if (aside->kind != (int)kind)
			continue;
		if (joined->len > 0)
			g_string_append(joined, "\n\n");
		g_string_append(joined, aside->text);
	}
	return g_string_free(joined, FALSE);
}
