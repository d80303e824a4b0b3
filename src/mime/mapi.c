/* What Outlook keeps of a mail: properties (MS-OXPROPS), the same in winmail.dat and in .msg. */
#include <string.h>

#include "mapi.h"

enum { FILETIME_TO_UNIX = 10000000 };

MapiItem *
mapi_item_new(void)
{
	MapiItem *item = g_new0(MapiItem, 1);

	item->files = g_ptr_array_new_with_free_func((GDestroyNotify)mapi_file_free);
	return item;
}

void
mapi_item_free(MapiItem *item)
{
	if (item == NULL)
		return;
	g_ptr_array_unref(item->files);
	g_free(item->subject);
	g_free(item->from_name);
	g_free(item->from_address);
	g_free(item->headers);
	g_free(item->plain);
	g_free(item->html);
	g_free(item->rich);
	g_free(item);
}

void
mapi_file_free(MapiFile *file)
{
	g_free(file->name);
	g_free(file->type);
	g_free(file->content_id);
	g_free(file->owned);
	mapi_item_free(file->item);
	g_free(file);
}

MapiFile *
mapi_file_new(MapiItem *item)
{
	MapiFile *file = g_new0(MapiFile, 1);

	file->position = G_MAXUINT32;
	g_ptr_array_add(item->files, file);
	return file;
}

/* A string property as UTF-8; the first one of a kind stays. */
static void
take_text(char **field, const MapiValue *value, int codepage)
{
	const char *bytes = (const char *)value->data;
	char *text;

	if (*field != NULL && **field != '\0')
		return;
	if ((value->type & (MAPI_MANY - 1)) == MAPI_UNICODE) {
		text = mime_to_utf8(bytes, value->length & ~(size_t)1, "utf-16le", NULL);
	} else if ((value->type & (MAPI_MANY - 1)) == MAPI_STRING8) {
		text = mime_to_utf8(
			bytes, strnlen(bytes, value->length), mime_codepage(codepage), NULL);
	} else {
		return;
	}
	g_free(*field);
	*field = text;
	/* Some write the closing NUL too. */
	g_strchomp(text);
}

static gint64
unix_time(const MapiValue *value)
{
	guint64 ticks = 0;

	if (value->type != MAPI_TIME || value->length < 8)
		return 0;
	for (int i = 7; i >= 0; i--)
		ticks = ticks << 8 | value->data[i];
	return ticks > 116444736000000000ULL
		       ? (gint64)((ticks - 116444736000000000ULL) / FILETIME_TO_UNIX)
		       : 0;
}

static guint32
number_of(const MapiValue *value)
{
	guint32 number = 0;

	for (size_t i = MIN(value->length, 4); i > 0; i--)
		number = number << 8 | value->data[i - 1];
	return number;
}

static void
take_html(MapiItem *item, const MapiValue *value)
{
	if (value->type == MAPI_BINARY && item->html == NULL)
		item->html = mime_to_utf8((const char *)value->data, value->length,
			mime_codepage(item->internet_codepage), NULL);
	else
		take_text(&item->html, value, item->codepage);
}

void
mapi_take_rtf(MapiItem *item, const guint8 *data, size_t length, size_t most)
{
	GByteArray *rtf = mime_rtf_unpack(data, length, most);

	if (rtf == NULL || item->rich != NULL) {
		g_clear_pointer(&rtf, g_byte_array_unref);
		return;
	}
	item->rich = mime_rtf_to_html((const char *)rtf->data, rtf->len, &item->rich_is_plain);
	g_byte_array_unref(rtf);
}

void
mapi_take(MapiItem *item, const MapiValue *value, size_t most)
{
	switch (value->id) {
	case 0x0037:
		take_text(&item->subject, value, item->codepage);
		break;
	case 0x1000:
		take_text(&item->plain, value, item->codepage);
		break;
	case 0x1013:
		take_html(item, value);
		break;
	case 0x1009:
		if (value->type == MAPI_BINARY)
			mapi_take_rtf(item, value->data, value->length, most);
		break;
	case 0x0042: /* of whom it is; the secretary who sent it comes after that */
	case 0x0c1a:
		take_text(&item->from_name, value, item->codepage);
		break;
	case 0x5d02:
	case 0x5d01:
	case 0x0065:
	case 0x0c1f:
		/* "/O=COMPANY/OU=..." is an address inside Exchange only. */
		if (item->from_address != NULL && strchr(item->from_address, '@') == NULL)
			g_clear_pointer(&item->from_address, g_free);
		take_text(&item->from_address, value, item->codepage);
		break;
	case 0x007d:
		take_text(&item->headers, value, item->codepage);
		break;
	case 0x0039:
		item->date = unix_time(value);
		break;
	case 0x3fde:
		item->internet_codepage = (int)MIN(number_of(value), 70000U);
		break;
	case 0x3ffd:
		item->codepage = (int)MIN(number_of(value), 70000U);
		break;
	default:
		break;
	}
}

void
mapi_take_file(MapiFile *file, const MapiValue *value, int codepage)
{
	switch (value->id) {
	case 0x3707: /* the long name; the short one has eight letters */
		g_clear_pointer(&file->name, g_free);
		take_text(&file->name, value, codepage);
		break;
	case 0x3704:
	case 0x3001:
		take_text(&file->name, value, codepage);
		break;
	case 0x370e:
		take_text(&file->type, value, codepage);
		break;
	case 0x3712:
		take_text(&file->content_id, value, codepage);
		break;
	case 0x370b:
		file->position = number_of(value);
		break;
	case 0x3705:
		file->method = number_of(value);
		break;
	default:
		break;
	}
}
