/* winmail.dat: a list of attributes, the mail's first, then those of each file (MS-OXTNEF). */
#include <string.h>

#include "mapi.h"

enum {
	SIGNATURE = 0x223e9f78,
	ATT_SUBJECT = 0x8004,
	ATT_BODY = 0x800c,
	ATT_DATA = 0x800f,
	ATT_TITLE = 0x8010,
	ATT_RENDER = 0x9002,
	ATT_PROPERTIES = 0x9003,
	ATT_FILE_PROPERTIES = 0x9005,
	ATT_CODEPAGE = 0x9007,
	FIXED_MOST = 16,
	VALUES_MOST = 4096,
	NAMES_OF_OWN = 0x8000, /* property ids from here on have a name */
	GUID = 16,
};

typedef struct {
	const guint8 *next, *end;
	bool failed;
} Cursor;

static const guint8 *
take(Cursor *cursor, size_t n)
{
	const guint8 *p = cursor->next;

	if (cursor->failed || n > (size_t)(cursor->end - p)) {
		cursor->failed = true;
		return NULL;
	}
	cursor->next += n;
	return p;
}

static guint32
take32(Cursor *cursor)
{
	const guint8 *p = take(cursor, 4);

	return p != NULL ? (guint32)p[0] | (guint32)p[1] << 8 | (guint32)p[2] << 16 |
				   (guint32)p[3] << 24
			 : 0;
}

static guint32
take16(Cursor *cursor)
{
	const guint8 *p = take(cursor, 2);

	return p != NULL ? (guint32)p[0] | (guint32)p[1] << 8 : 0;
}

/* Values stand at multiples of four. */
static const guint8 *
take_padded(Cursor *cursor, size_t n)
{
	const guint8 *p = take(cursor, n);

	if (p != NULL && n % 4 != 0)
		cursor->next += MIN((ptrdiff_t)(4 - n % 4), cursor->end - cursor->next);
	return p;
}

static size_t
fixed_size(guint type)
{
	switch (type & (MAPI_MANY - 1)) {
	case 0x05:
	case 0x06:
	case 0x07:
	case 0x14:
	case MAPI_TIME:
		return 8;
	case 0x48:
		return FIXED_MOST;
	default:
		return 4;
	}
}

static bool
is_variable(guint type)
{
	type &= MAPI_MANY - 1;
	return type == MAPI_STRING8 || type == MAPI_UNICODE || type == MAPI_BINARY ||
	       type == MAPI_OBJECT;
}

static void
skip_name(Cursor *cursor)
{
	take(cursor, GUID);
	if (take32(cursor) == 0)
		take(cursor, 4);
	else
		take_padded(cursor, take32(cursor));
}

/* The first value of a property; false at the end or when it is broken. */
static bool
next_property(Cursor *cursor, MapiValue *value)
{
	guint32 count = 1;

	value->type = take16(cursor);
	value->id = take16(cursor);
	value->data = NULL;
	if (value->id >= NAMES_OF_OWN)
		skip_name(cursor);
	if (is_variable(value->type) || (value->type & MAPI_MANY) != 0)
		count = take32(cursor);
	for (guint32 i = 0; i < count && !cursor->failed && i < VALUES_MOST; i++) {
		size_t n = is_variable(value->type) ? take32(cursor) : fixed_size(value->type);
		const guint8 *data = take_padded(cursor, n);

		if (i == 0) {
			value->data = data;
			value->length = n;
		}
	}
	return !cursor->failed && count < VALUES_MOST;
}

static bool
find_property(const guint8 *bytes, size_t length, guint id, MapiValue *value)
{
	Cursor cursor = {bytes, bytes + length, false};
	guint32 count = take32(&cursor);

	for (guint32 i = 0; i < count && next_property(&cursor, value); i++)
		if (value->id == id && value->data != NULL)
			return true;
	return false;
}

/* Codepages first: they say how the others are to be read. */
static void
read_properties(MapiItem *item, const guint8 *bytes, size_t length, size_t most)
{
	Cursor cursor = {bytes, bytes + length, false};
	guint32 count = take32(&cursor);
	MapiValue value;

	if (find_property(bytes, length, 0x3fde, &value))
		mapi_take(item, &value, most);
	for (guint32 i = 0; i < count && next_property(&cursor, &value); i++)
		if (value.data != NULL)
			mapi_take(item, &value, most);
}

typedef struct {
	MapiItem *item;
	MapiFile *file; /* the one at hand */
	int codepage;
	size_t most;
	int deep;
} Tnef;

static void
take_object(Tnef *tnef, const MapiValue *value)
{
	const guint8 *data = value->data;
	size_t length = value->length;
	bool cut = false;

	/* The interface's name stands before what it is. */
	if (value->type == MAPI_OBJECT && length >= GUID) {
		data += GUID;
		length -= GUID;
	}
	tnef->file->data = data;
	tnef->file->length = length;
	if (tnef->deep < MAPI_DEEP)
		tnef->file->item = tnef_read(data, length, tnef->most, tnef->deep + 1, &cut);
}

static void
read_file_properties(Tnef *tnef, const guint8 *bytes, size_t length)
{
	Cursor cursor = {bytes, bytes + length, false};
	guint32 count = take32(&cursor);
	MapiValue value;

	for (guint32 i = 0; i < count && next_property(&cursor, &value); i++) {
		if (value.data == NULL)
			continue;
		mapi_take_file(tnef->file, &value, tnef->codepage);
		if (value.id == 0x3701 && (value.type == MAPI_OBJECT || tnef->file->data == NULL))
			take_object(tnef, &value);
	}
}

static void
take_short_text(char **field, const guint8 *data, size_t length, int codepage)
{
	const char *text = (const char *)data;

	if (*field == NULL)
		*field = mime_to_utf8(text, strnlen(text, length), mime_codepage(codepage), NULL);
}

static void
take_file_attribute(Tnef *tnef, guint id, const guint8 *data, size_t length)
{
	if (tnef->file == NULL)
		return;
	if (id == ATT_DATA) {
		tnef->file->data = data;
		tnef->file->length = length;
	} else if (id == ATT_TITLE) {
		take_short_text(&tnef->file->name, data, length, tnef->codepage);
	} else if (id == ATT_FILE_PROPERTIES) {
		read_file_properties(tnef, data, length);
	}
}

static void
take_attribute(Tnef *tnef, guint id, const guint8 *data, size_t length)
{
	switch (id) {
	case ATT_RENDER:
		tnef->file = tnef->item->files->len < MAPI_FILES ? mapi_file_new(tnef->item) : NULL;
		if (tnef->file != NULL && length >= 6)
			tnef->file->position = (guint32)data[2] | (guint32)data[3] << 8 |
					       (guint32)data[4] << 16 | (guint32)data[5] << 24;
		break;
	case ATT_CODEPAGE:
		if (length >= 4)
			tnef->codepage = tnef->item->codepage =
				(int)((guint)data[0] | (guint)data[1] << 8);
		break;
	case ATT_SUBJECT:
		take_short_text(&tnef->item->subject, data, length, tnef->codepage);
		break;
	case ATT_BODY:
		take_short_text(&tnef->item->plain, data, length, tnef->codepage);
		break;
	case ATT_PROPERTIES:
		read_properties(tnef->item, data, length, tnef->most);
		break;
	default:
		take_file_attribute(tnef, id, data, length);
	}
}

MapiItem *
tnef_read(const guint8 *bytes, size_t length, size_t most, int deep, bool *ret_cut)
{
	Cursor cursor = {bytes, bytes + length, false};
	Tnef tnef = {.most = most, .deep = deep};

	if (take32(&cursor) != SIGNATURE)
		return NULL;
	take(&cursor, 2);
	tnef.item = mapi_item_new();
	while (cursor.next < cursor.end && !cursor.failed) {
		const guint8 *level = take(&cursor, 1);
		guint32 id = take32(&cursor) & 0xffff;
		guint32 size = take32(&cursor);
		const guint8 *data;

		/* What is there of a file that was cut off is better than nothing. */
		if (level != NULL && !cursor.failed && size > (size_t)(cursor.end - cursor.next)) {
			*ret_cut = true;
			size = (guint32)(cursor.end - cursor.next);
		}
		data = take(&cursor, size);
		if (data != NULL)
			take_attribute(&tnef, id, data, size);
		if (!*ret_cut)
			take(&cursor, 2);
	}
	/* A few bytes at the end are rubbish of the way, not a loss. */
	return tnef.item;
}
