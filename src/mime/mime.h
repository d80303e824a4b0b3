/* mime: the bytes of one mail to its parts and to a Message. Uses base, model, GMime, libmagic,
 * iconv, GnuTLS.
 *
 * Everything in a mail is hostile. What GMime cannot bear is cut or defused before it sees it
 * (prescan.c), and noted as a warning; run it in a sealed process all the same. After mime_start
 * nothing here opens a file.
 */
#pragma once

#include "model.h"

typedef struct {
	gint64 header_bytes, headers, parts, depth, text, attachments;
} MimeLimits;

typedef struct MimeMail MimeMail;

typedef enum {
	MIME_TEXT_PLAIN,
	MIME_TEXT_HTML,
	MIME_FILE, /* every other leaf */
	MIME_MESSAGE, /* an attached mail; its parts follow, one level deeper */
} MimeKind;

/* A leaf of the mail, in document order. Strings belong to the mail. */
typedef struct {
	MimeKind kind;
	bool is_body; /* text without a name and not an attachment (RFC 2183) */
	const char *path; /* "1.2.1"; "1.2!1" for what stands in a container that MIME knows nothing
			     of */
	const char *type; /* declared, lower case; text/plain when none is */
	const char *filename, *content_id, *disposition, *charset;
	bool flowed, delsp; /* RFC 3676 */
	int level; /* 0: of this mail; 1: of a mail attached to it ... */
	int alternative; /* number of the multipart/alternative it stands in, 0 none */
	int related; /* number of the multipart/related, 0 none */
	int attachment; /* index in Message.attachments, -1 none */
	const char *from_name, *from_address, *subject; /* MIME_MESSAGE: of that mail */
	gint64 date;
} MimePart;

/* Loads charsets and the magic database. Once, before the process is sealed. */
bool mime_start(GError **error);

/* Trusted names of our own mail server for Authentication-Results; NULL-ended, may be NULL. Kept,
 * not copied. */
void mime_trust(const char *const *authserv_ids);

/* Names of headers in which our own spam filter gives its verdict; NULL-ended, may be NULL. Kept,
 * not copied. They count above what our own mail server wrote, or anywhere. */
void mime_trust_spam(const char *const *names, bool anywhere);

/* Reads a mail from memory, which is changed in places and must live as long as the result.
 * NIEUWS_MESSAGE when nothing can be made of it (empty, no header at all). */
MimeMail *mime_read(char *bytes, size_t length, const MimeLimits *limits, GError **error);
void mime_free(MimeMail *mail);

/* Array of MimePart *. */
const GPtrArray *mime_parts(const MimeMail *mail);

/* The mail as it stands; the caller may steal its contents. */
Message *mime_message(MimeMail *mail);

/* Array of Warning *: limits met, things repaired. */
const GPtrArray *mime_warnings(const MimeMail *mail);

/* Containers are opened: winmail.dat (MS-OXTNEF), opaque S/MIME (RFC 8551; never decrypted, never
 * verified), .msg (MS-OXMSG) and mails attached as something else. Their texts and files are parts
 * behind the container; Message.text and has_html tell of the mail by the letter of MIME and leave
 * them out, Message.attachments lists the files. Warnings "mark.signed" and "mark.encrypted" say
 * what the mail claims to be. */

/* Text of a part as valid UTF-8 with \n line ends, without PGP's armour and uuencoded files
 * (those are attachments); belongs to the mail. "" for what is no text. */
const char *mime_part_text(MimeMail *mail, const MimePart *part);

/* The decoded bytes of a part to a descriptor. NIEUWS_NOT_FOUND when there is no such part. */
bool mime_part_write(MimeMail *mail, const char *path, int fd, GError **error);

/* Exposed for tests: one header value decoded (RFC 2047), one text decoded. Results to g_free. */
char *mime_decode_header(const char *raw);
char *mime_to_utf8(const char *bytes, size_t length, const char *charset, bool *ret_repaired);

/* Pixels (as shown, EXIF orientation and HEIF rotation considered), caption and credit
 * of JPEG, PNG, GIF, WebP, HEIF, AVIF, TIFF, BMP from the first bytes to width, height, caption,
 * credit. False when more bytes may say more. */
bool mime_picture_look(const guint8 *bytes, size_t length, Attachment *attachment);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MimeMail, mime_free)
