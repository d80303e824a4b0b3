/* Shared by the files of mime. */
#pragma once

#include <gmime/gmime.h>

#include "base.h"
#include "mime.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(InternetAddressList, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeContentType, g_object_unref)

typedef struct {
	MimePart part;
	GMimeObject *object;
	const char *raw; /* encoded content */
	size_t raw_length;
	GMimeContentEncoding encoding;
	char *text;
	char *clean; /* text without what is armour; NULL when it is the same */
	bool unlisted; /* for the article only: by the letter of MIME it is not there */
	bool inside; /* of a container that MIME knows nothing of */
	bool container; /* it was opened */
	int nest; /* containers around it */
} Leaf;

struct MimeMail {
	char *bytes; /* what GMime reads: the caller's, or own */
	size_t length;
	char *own;
	const MimeLimits *limits;
	GByteArray window; /* bytes and length, as GMime's stream wants them */
	GMimeMessage *gmime;
	GPtrArray *parts; /* Leaf *; a Leaf begins with its MimePart */
	GStringChunk *strings;
	Message *message;
	GPtrArray *warnings;
	const char *cursor; /* in the header of the part at hand, or behind the parts before it */
	GPtrArray *boundaries; /* of the multiparts around it, the innermost last */
	int alternatives, relateds;
	GMimeMultipart *empty; /* the first one without parts */
	bool too_many;
	GArray *gaps; /* size_t: where blank lines are missing; NULL none */
	guint gap_looks;
	GPtrArray *blobs; /* decoded bytes that leaves point into */
	GPtrArray *inner; /* MimeMail *: mails inside */
	guint insert_at; /* where leaves of the container at hand go */
	size_t opened; /* bytes */
	bool repaired; /* leaves added now are unlisted */
};

void mime_warn(MimeMail *mail, const char *code, const char *format, ...) G_GNUC_PRINTF(3, 4);

void mime_warn_signed(MimeMail *mail);
void mime_warn_encrypted(MimeMail *mail);

/* A mail inside: parts only. */
MimeMail *mime_read_inner(char *bytes, size_t length, const MimeLimits *limits, GError **error);

/* The text as it stands; mime_part_text is without armour. */
const char *mime_letter_text(MimeMail *mail, Leaf *leaf);

/* open.c: opens containers. */
void mime_open(MimeMail *mail);
Leaf *mime_add_inside(MimeMail *mail, const Leaf *outer, const char *suffix);

/* armour.c */
void mime_clean_text(MimeMail *mail, Leaf *leaf);

/* pkcs7.c. PKCS7_SIGNED: ret_content is to be freed with g_free. */
typedef enum { PKCS7_SIGNED, PKCS7_ENCRYPTED, PKCS7_BROKEN, PKCS7_OTHER } Pkcs7Kind;

Pkcs7Kind mime_pkcs7_read(const char *bytes, size_t length, char **ret_content, size_t *ret_length);

/* rtf.c. most: bytes of the result. NULL when it is no compressed RTF. */
GByteArray *mime_rtf_unpack(const guint8 *bytes, size_t length, size_t most);
/* UTF-8; plain when it says that it was plain text, else HTML. NULL when it is no RTF. */
char *mime_rtf_to_html(const char *bytes, size_t length, bool *ret_plain);
/* The charset's name for a Windows codepage; "" for none. */
const char *mime_codepage(gint64 number);
/* Source of pictures in it, before their number. */
#define RTF_PICTURE "nieuws-object:"

/* prescan.c: cuts and defuses in mail->bytes, mail->length. */
bool mime_prescan(MimeMail *mail, GError **error);

/* header.c: the first field of this name, unfolded, raw; NULL when there is none. Valid as long as
 * the object. */
const char *mime_header(GMimeObject *object, const char *name);
void mime_fill_message(MimeMail *mail);
char *mime_clean_filename(const char *decoded);
gint64 mime_parse_date(const char *raw, bool *ret_good);
void mime_first_mailbox(const char *raw, char **ret_name, char **ret_address);
void mime_part_names(GMimeObject *object, char **ret_filename, char **ret_charset, bool *ret_flowed,
	bool *ret_delsp);

/* param.c: of a raw Content-Type or Content-Disposition; NULL counts as empty. */
typedef struct MimeParameters MimeParameters;

MimeParameters *mime_parameters_read(const char *raw);
void mime_parameters_free(MimeParameters *parameters);
/* Decoded; g_free it. NULL when there is none. */
char *mime_parameter(const MimeParameters *parameters, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MimeParameters, mime_parameters_free)

/* trust.c */
void mime_judge_sender(MimeMail *mail);
void mime_judge_automatic(MimeMail *mail);
void mime_judge_spam(MimeMail *mail); /* after these two */
void mime_judge_look(MimeMail *mail);

/* decode.c */
void mime_digest_leaf(Leaf *leaf, Attachment *attachment, bool sniff);
/* At most so many decoded bytes, with a NUL behind them. Result to g_free. */
char *mime_leaf_bytes(const Leaf *leaf, size_t most, size_t *ret_length);
bool mime_leaf_write(const Leaf *leaf, int fd, GError **error);
char *mime_leaf_text(Leaf *leaf, gint64 most, bool *ret_repaired, bool *ret_cut);

/* A TIFF keeps its directory anywhere: where it begins, 0 when this is none. From such a place in
 * the file, the same as above. */
size_t mime_tiff_directory(const guint8 *bytes, size_t length);
void mime_tiff_look(const guint8 *head, const guint8 *directory, size_t length, size_t offset,
	Attachment *attachment);

/* charset.c */
bool mime_charset_start(void);
