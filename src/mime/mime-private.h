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
	bool unlisted; /* for the article only: by the letter of MIME it is not there */
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
	bool repaired; /* leaves added now are unlisted */
};

void mime_warn(MimeMail *mail, const char *code, const char *format, ...) G_GNUC_PRINTF(3, 4);

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

/* trust.c */
void mime_judge_sender(MimeMail *mail);
void mime_judge_automatic(MimeMail *mail);

/* decode.c */
void mime_digest_leaf(Leaf *leaf, Attachment *attachment, bool sniff);
bool mime_leaf_write(const Leaf *leaf, int fd, GError **error);
char *mime_leaf_text(Leaf *leaf, gint64 most, bool *ret_repaired, bool *ret_cut);

/* picture.c: pixels (as shown, EXIF orientation and HEIF rotation considered), caption and credit
 * of JPEG, PNG, GIF, WebP, HEIF, AVIF, TIFF, BMP from the first bytes to width, height, caption,
 * credit. False when more bytes may say more. */
bool mime_picture_look(const guint8 *bytes, size_t length, Attachment *attachment);

/* A TIFF keeps its directory anywhere: where it begins, 0 when this is none. From such a place in
 * the file, the same as above. */
size_t mime_tiff_directory(const guint8 *bytes, size_t length);
void mime_tiff_look(const guint8 *head, const guint8 *directory, size_t length, size_t offset,
	Attachment *attachment);

/* charset.c */
bool mime_charset_start(void);
