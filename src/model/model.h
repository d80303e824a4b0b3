/* model: the plain values that all rooms speak of. Uses base, jansson. No behaviour beyond the
 * record tables.
 *
 * Words as in docs/architecture.md: submission, contributor, draft, aside, attachment. All strings
 * are valid UTF-8 and never NULL ("" is nothing). Moments are seconds since 1970 UTC, 0 is none.
 */
#pragma once

#include "record.h"

/* A person or office behind an address. */
typedef struct {
	char *name; /* decoded display name */
	char *address; /* addr-spec, domain in lower case */
	char *organisation;
} Person;

/* What a piece of a submission is that does not belong to the article. Order and names are part of
 * the database and of
 * --json: add at the end. */
typedef enum {
	ASIDE_COVER, /* covering note: "Beste redactie, hierbij ..." */
	ASIDE_NOTE, /* note for the editor: "Noot voor de redactie", "niet voor publicatie" */
	ASIDE_CONTACT, /* press contact */
	ASIDE_EMBARGO, /* the embargo line as it stands */
	ASIDE_SIGNATURE, /* greeting and signature */
	ASIDE_DISCLAIMER,
	ASIDE_QUOTED, /* quoted mail */
	ASIDE_FORWARD_HEADER, /* "Van: ... Verzonden: ..." */
	ASIDE_FOOTER, /* newsletter header or footer, unsubscribe lines */
	ASIDE_LABEL, /* "PERSBERICHT", "-- einde persbericht --" */
	ASIDE_LETTERHEAD, /* letterhead or page footer of a document */
	ASIDE_PREHEADER, /* hidden preview text of a newsletter */
	ASIDE_BANNER, /* "LET OP: externe afzender" */
	ASIDE_OTHER_SOURCE, /* a text that was not chosen as the source */
} AsideKind;

typedef struct {
	int kind; /* AsideKind */
	char *text; /* CommonMark */
	char *reason; /* why it was set aside, for an editor */
	gint64 position; /* number of body blocks before it, so that it can be put back */
} Aside;

typedef enum {
	ROLE_PHOTO,
	ROLE_DOCUMENT,
	ROLE_OTHER,
	ROLE_LOGO, /* logo, icon, tracking pixel: set aside */
	ROLE_SIGNATURE, /* smime.p7s, PGP signature, vCard of a mail client */
	ROLE_CONTAINER, /* winmail.dat, a forwarded .eml: opened, its files stand beside it */
	ROLE_SOURCE, /* the document that the article was taken from */
	ROLE_COPY, /* the same bytes as another file of the mail, which counts instead */
} AttachmentRole;

typedef struct {
	char *part; /* where in the message: "1.2.1"; what the raw mail is asked for when the bytes
		       are wanted */
	char *filename; /* decoded, one line, no path; "" when none */
	char *type; /* declared, lower case type/subtype */
	char *real_type; /* by content; "" when not known */
	char *content_id; /* without <> */
	gint64 size; /* decoded bytes */
	char *sha256; /* of the decoded bytes */
	char *sha256_lf; /* with CRLF and CR as LF and no LF at the end; "" for base64 and uuencoded
			    parts */
	int role; /* AttachmentRole */
	gint64 width, height; /* pixels, 0 when not a picture */
	bool is_inline; /* stands in the text, or Content-Disposition inline */
	char *caption, *credit, *alt;
} Attachment;

/* A picture at its place in the article. */
typedef struct {
	char *name; /* as in the CommonMark: file name, "cid:..." or URL */
	char *content_id;
	char *url;
	char *alt, *caption, *credit;
	gint64 attachment; /* index in Message.attachments, -1 when not in the mail */
	gint64 after_block; /* body blocks (pictures not counted) before it */
} Image;

typedef struct {
	char *url; /* unwrapped, never fetched */
	char *service; /* "WeTransfer", ... */
	gint64 ends_at; /* when it is likely to be gone; 0 not known */
	bool said; /* the mail itself names that day; else it is what the service usually does */
} ShareLink;

typedef struct {
	char *code; /* stable, for scripts: "limit.parts", "charset.repaired" */
	char *text; /* one sentence for an editor (English source; translated when printed) */
} Warning;

typedef enum {
	TRUST_NONE, /* no trusted Authentication-Results, or none configured */
	TRUST_PASS,
	TRUST_FAIL,
} Trust;

/* A picture of the draft as editors keep it: the photos of its mails, in their order. Text that was
 * received stays in Attachment; this is what will be published. */
typedef struct {
	gint64 submission, number; /* of the attachment; number counts from 0 within the mail */
	char *sha256; /* its bytes */
	char *name; /* file name */
	char *alt, *caption, *credit;
	bool dropped; /* not to be published; stays in the list */
	bool lead; /* the one on top; at most one */
} Picture;

/* A part of the mail that must be converted before the draft can be made of it. */
typedef struct {
	char *part; /* as in Attachment.part */
	char *kind; /* "docx", "odt", "rtf", "doc", "pdf" */
	gint64 size; /* bytes */
} Wish;

/* A document as its converter understood it. */
typedef struct {
	char *part, *kind; /* as in the Wish */
	char *error; /* "" or one sentence: why there is no text */
	char *html; /* headings, paragraphs, lists, tables, quotes, links, pictures by name;
		       nothing of its layout */
	GPtrArray *pictures; /* Attachment: lifted out of it; part is "2!media/image1.png" and
				stands in html as src */
	GPtrArray *warnings; /* Warning */
} Document;

/* The mail as it stands. Header fields of the outermost message, the first one when repeated. */
typedef struct {
	char *subject;
	char *from_address, *from_name;
	char *message_id; /* without <> */
	gint64 date;
	bool has_date;
	char *text; /* the text/plain body parts joined by a newline */
	bool has_text;
	bool has_html;
	GPtrArray
		*attachments; /* Attachment: every leaf part that is not body, in document order */
	/* For telling people and for joining follow-ups */
	Person sender, reply_to;
	GPtrArray *recipients; /* addresses of To and Cc */
	char *in_reply_to;
	GPtrArray *references; /* message-ids without <> */
	char *return_path; /* address; "<>" when null, "" when absent */
	char *automatic; /* why no receipt may follow (RFC 3834, lists, bounces ...); "" when a
			    person wrote it */
	int trust; /* Trust, by the topmost Authentication-Results of our own MX */
	char *trust_detail; /* "spf=pass dkim=pass dmarc=pass" as it stood */
	char *content_digest; /* SHA-256 over the texts and attachment digests, independent of
				 transport headers */
} Message;

typedef struct {
	char *title, *title_from; /* title_from: "body", "subject", "document" */
	char *lead;
	char *body; /* CommonMark, title not repeated */
	char *language; /* "nl", "en", "de", "" */
	char *source, *source_reason; /* "html", "plain", "docx", "pdf", ...; why, for an editor */
	Person sender; /* the From of the mail */
	bool has_original;
	Person original_sender; /* of a forward: who really wrote it */
	char *embargo; /* the line as it stands */
	gint64 embargo_at;
	GPtrArray *asides; /* Aside, in the order of the mail */
	GPtrArray *images; /* Image */
	GPtrArray *links; /* ShareLink */
	GPtrArray *tags; /* char *: proposed from the text */
	GPtrArray *warnings; /* Warning */
	gint64 words;
	GPtrArray *wishes; /* Wish: convert these and read the mail again with them */
	GPtrArray *places; /* char *: proposed from the text, the dateline's first */
} Draft;

extern const char *const aside_kind_names[]; /* "cover", "note", ... ended by NULL */
extern const char *const attachment_role_names[]; /* "photo", ... */
extern const char *const trust_names[];

extern const RecordType person_type, aside_type, attachment_type, image_type, share_link_type,
	picture_type, warning_type, wish_type, document_type, message_type, draft_type;

Message *message_new(void);
void message_free(Message *message);
Draft *draft_new(void);
void draft_free(Draft *draft);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Message, message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Draft, draft_free)

/* Shorthands that copy their strings. */
void draft_warn(Draft *draft, const char *code, const char *text);
Aside *draft_set_aside(
	Draft *draft, AsideKind kind, const char *text, const char *reason, gint64 position);

/* The texts of all asides of a kind, joined by a blank line; "" when none. Result to g_free. */
char *draft_aside_text(const Draft *draft, AsideKind kind);
