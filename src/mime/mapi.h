/* Private to mime: what winmail.dat and .msg have in common. All readers take hostile bytes, are
 * bounded by them, and do not recurse deeper than MAPI_DEEP. */
#pragma once

#include "mime-private.h"

enum {
	MAPI_DEEP = 4, /* mails in mails */
	MAPI_FILES = 500, /* in one mail */
	/* types of properties (MS-OXCDATA 2.11.1) */
	MAPI_INT16 = 0x02,
	MAPI_INT32 = 0x03,
	MAPI_OBJECT = 0x0d,
	MAPI_STRING8 = 0x1e,
	MAPI_UNICODE = 0x1f,
	MAPI_TIME = 0x40,
	MAPI_BINARY = 0x102,
	MAPI_MANY = 0x1000,
};

typedef struct {
	guint id, type;
	const guint8 *data;
	size_t length;
} MapiValue;

/* Strings are UTF-8, NULL when there is none. */
typedef struct {
	char *subject, *from_name, *from_address;
	char *headers; /* as they came over the Internet */
	gint64 date;
	char *plain, *html;
	char *rich; /* of RTF: HTML, or plain text */
	bool rich_is_plain;
	int codepage, internet_codepage;
	GPtrArray *files; /* MapiFile */
} MapiItem;

typedef struct MapiFile {
	char *name, *type, *content_id;
	const guint8 *data; /* in the bytes of the container, or owned */
	size_t length;
	guint8 *owned;
	guint32 position; /* in the text; G_MAXUINT32 nowhere */
	guint32 method;
	MapiItem *item; /* a mail, not a file */
} MapiFile;

MapiItem *mapi_item_new(void);
void mapi_item_free(MapiItem *item);
MapiFile *mapi_file_new(MapiItem *item);
void mapi_file_free(MapiFile *file);

/* One property of a mail, of a file. most: bytes of unpacked RTF. */
void mapi_take(MapiItem *item, const MapiValue *value, size_t most);
void mapi_take_file(MapiFile *file, const MapiValue *value, int codepage);
void mapi_take_rtf(MapiItem *item, const guint8 *data, size_t length, size_t most);

/* tnef.c (MS-OXTNEF): NULL when it is none. The files point into the bytes. ret_cut: it ends too
 * soon. */
MapiItem *tnef_read(const guint8 *bytes, size_t length, size_t most, int deep, bool *ret_cut);

/* msg.c (MS-OXMSG in MS-CFB): NULL when it is none. */
MapiItem *msg_read(const guint8 *bytes, size_t length, size_t most);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MapiItem, mapi_item_free)
