/* Outlook's .msg: streams in a compound file (MS-CFB), one for each property (MS-OXMSG). The reader
 * is our own: libgsf would bring libxml2 into the sealed process, and its reader of these files has
 * had holes of its own. */
#include <string.h>

#include "mapi.h"

enum {
	HEADER = 512,
	ENTRY = 128, /* bytes in the directory */
	ENTRIES_MOST = 8000,
	NAME_MOST = 32,
	ROOT = 0,
	NONE = -1,
	STORAGE = 1,
	STREAM = 2,
	AMPLIFY = 2, /* bytes read in all, as a multiple of the file */
};

static const guint32 SECTORS_END = 0xfffffffa; /* and above: no sector */

typedef struct {
	char name[NAME_MOST + 1]; /* ASCII; other letters are '?' */
	int kind;
	guint32 left, right, child, start;
	guint64 size;
	int parent;
} Entry;

typedef struct {
	const guint8 *bytes;
	size_t length, sector_size;
	GArray *fat, *mini_fat; /* guint32 */
	guint8 *mini;
	size_t mini_length, mini_cutoff;
	GArray *entries; /* Entry */
	size_t budget;
} Ole;

static guint32
at16(const guint8 *p)
{
	return (guint32)p[0] | (guint32)p[1] << 8;
}

static guint32
at32(const guint8 *p)
{
	return at16(p) | at16(p + 2) << 16;
}

/* NULL when the file has no such sector; the last one may be shorter, then too. */
static const guint8 *
sector_at(const Ole *ole, guint32 sector)
{
	guint64 start = ((guint64)sector + 1) * ole->sector_size;

	return start + ole->sector_size <= ole->length ? ole->bytes + start : NULL;
}

static void
add_numbers(GArray *numbers, const guint8 *p, size_t bytes)
{
	for (size_t i = 0; i + 4 <= bytes; i += 4) {
		guint32 number = at32(p + i);

		g_array_append_val(numbers, number);
	}
}

/* The sectors of the table of sectors: 109 in the header, more in a chain. */
static void
read_fat(Ole *ole)
{
	size_t sectors_most = ole->length / ole->sector_size + 1;
	size_t per_sector = ole->sector_size / 4 - 1;
	g_autoptr(GArray) where = g_array_new(FALSE, FALSE, 4);
	guint32 next = at32(ole->bytes + 68);

	add_numbers(where, ole->bytes + 76, (size_t)109 * 4);
	for (size_t i = 0; i < sectors_most && next < SECTORS_END; i++) {
		const guint8 *p = sector_at(ole, next);

		if (p == NULL)
			break;
		add_numbers(where, p, per_sector * 4);
		next = at32(p + per_sector * 4);
	}
	for (guint i = 0; i < where->len && ole->fat->len < sectors_most; i++) {
		const guint8 *p = sector_at(ole, g_array_index(where, guint32, i));

		if (p != NULL)
			add_numbers(ole->fat, p, ole->sector_size);
	}
}

/* A chain of sectors, at most this many bytes of it. Each sector costs; a chain that bites its tail
 * ends with the budget. */
static GByteArray *
read_chain(Ole *ole, guint32 sector, size_t size)
{
	GByteArray *out = g_byte_array_new();

	while (sector < SECTORS_END && out->len < size && ole->budget >= ole->sector_size) {
		const guint8 *p = sector_at(ole, sector);

		if (p == NULL)
			break;
		ole->budget -= ole->sector_size;
		g_byte_array_append(out, p, (guint)MIN(ole->sector_size, size - out->len));
		sector = sector < ole->fat->len ? g_array_index(ole->fat, guint32, sector)
						: SECTORS_END;
	}
	return out;
}

static GByteArray *
read_mini_chain(Ole *ole, guint32 sector, size_t size)
{
	GByteArray *out = g_byte_array_new();

	while (sector < ole->mini_fat->len && out->len < size && ole->budget >= 64) {
		size_t start = (size_t)sector * 64;

		if (start + 64 > ole->mini_length)
			break;
		ole->budget -= 64;
		g_byte_array_append(out, ole->mini + start, (guint)MIN(64, size - out->len));
		sector = g_array_index(ole->mini_fat, guint32, sector);
	}
	return out;
}

static GByteArray *
read_stream(Ole *ole, const Entry *entry)
{
	if (entry->size < ole->mini_cutoff)
		return read_mini_chain(ole, entry->start, (size_t)entry->size);
	return read_chain(ole, entry->start, (size_t)MIN(entry->size, ole->length));
}

static void
add_entry(Ole *ole, const guint8 *p)
{
	Entry entry = {.parent = NONE};
	guint n = MIN(at16(p + 64) / 2, NAME_MOST);

	for (guint i = 0; i < n; i++) {
		guint32 c = at16(p + (size_t)i * 2);

		entry.name[i] = (char)(c < 0x80 ? c : '?');
	}
	entry.kind = p[66];
	entry.left = at32(p + 68);
	entry.right = at32(p + 72);
	entry.child = at32(p + 76);
	entry.start = at32(p + 116);
	entry.size = at32(p + 120);
	g_array_append_val(ole->entries, entry);
}

/* Entries know their neighbours in a tree; who visits each one once cannot be sent in circles. */
static void
find_parents(Ole *ole)
{
	g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(int[2]));
	int first[2] = {(int)MIN(g_array_index(ole->entries, Entry, ROOT).child, G_MAXINT), ROOT};

	g_array_append_val(open, first);
	while (open->len > 0) {
		int *last = &g_array_index(open, int, (open->len - 1) * 2);
		int at = last[0], parent = last[1];
		Entry *entry;
		int more[3][2];

		g_array_set_size(open, open->len - 1);
		if (at <= 0 || (guint)at >= ole->entries->len)
			continue;
		entry = &g_array_index(ole->entries, Entry, at);
		if (entry->parent != NONE)
			continue;
		entry->parent = parent;
		for (int i = 0; i < 3; i++) {
			guint32 to = i == 0 ? entry->left : i == 1 ? entry->right : entry->child;

			more[i][0] = (int)MIN(to, G_MAXINT);
			more[i][1] = i == 2 ? at : parent;
			g_array_append_val(open, more[i]);
		}
	}
}

static bool
read_directory(Ole *ole)
{
	g_autoptr(GByteArray) directory =
		read_chain(ole, at32(ole->bytes + 48), (size_t)ENTRIES_MOST * ENTRY);
	g_autoptr(GByteArray) mini_fat = NULL;
	const Entry *root;

	for (guint i = 0; i + ENTRY <= directory->len; i += ENTRY)
		add_entry(ole, directory->data + i);
	if (ole->entries->len == 0)
		return false;
	find_parents(ole);
	root = &g_array_index(ole->entries, Entry, ROOT);
	mini_fat = read_chain(ole, at32(ole->bytes + 60), ole->length);
	add_numbers(ole->mini_fat, mini_fat->data, mini_fat->len);
	{
		GByteArray *mini =
			read_chain(ole, root->start, (size_t)MIN(root->size, ole->length));

		ole->mini_length = mini->len;
		ole->mini = g_byte_array_free(mini, FALSE);
	}
	return true;
}

static void
ole_clear(Ole *ole)
{
	g_array_unref(ole->fat);
	g_array_unref(ole->mini_fat);
	g_array_unref(ole->entries);
	g_free(ole->mini);
}

static bool
ole_open(Ole *ole, const guint8 *bytes, size_t length)
{
	static const guint8 signature[] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};
	guint shift;

	if (length < HEADER || memcmp(bytes, signature, sizeof signature) != 0)
		return false;
	shift = at16(bytes + 30);
	if (shift != 9 && shift != 12)
		return false;
	ole->bytes = bytes;
	ole->length = length;
	ole->sector_size = (size_t)1 << shift;
	ole->mini_cutoff = MIN(at32(bytes + 56), 65536);
	ole->budget = length * (AMPLIFY + 2);
	ole->fat = g_array_new(FALSE, FALSE, 4);
	ole->mini_fat = g_array_new(FALSE, FALSE, 4);
	ole->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
	read_fat(ole);
	if (read_directory(ole))
		return true;
	ole_clear(ole);
	return false;
}

/* --- the mail in it
 * -------------------------------------------------------------------------------------------
 */

typedef struct {
	Ole ole;
	size_t most;
} Msg;

static const Entry *
entry_at(const Msg *msg, guint i)
{
	return &g_array_index(msg->ole.entries, Entry, i);
}

/* "__substg1.0_0037001F": property 0037 of type 001F. */
static bool
is_property(const Entry *entry, MapiValue *value)
{
	char *end = NULL;
	guint64 number;

	if (!g_str_has_prefix(entry->name, "__substg1.0_") || strlen(entry->name) != 20)
		return false;
	number = g_ascii_strtoull(entry->name + 12, &end, 16);
	value->id = (guint)(number >> 16);
	value->type = (guint)(number & 0xffff);
	return *end == '\0' && (value->type & MAPI_MANY) == 0;
}

typedef void (*TakeValue)(Msg *msg, void *target, const MapiValue *value);

static void
take_of_item(Msg *msg, void *target, const MapiValue *value)
{
	mapi_take(target, value, msg->most);
}

static void
take_of_file(Msg *msg, void *target, const MapiValue *value)
{
	MapiFile *file = target;

	mapi_take_file(file, value, 0);
	if (value->id != 0x3701 || file->owned != NULL || value->type != MAPI_BINARY)
		return;
	file->owned = g_memdup2(value->data, value->length);
	file->data = file->owned;
	file->length = value->length;
	(void)msg;
}

/* Numbers and times stand together in one stream. The mail's own has a longer head than those of
 * files; an entry is 16 bytes in all of them. */
static void
take_fixed(Msg *msg, const GByteArray *bytes, size_t head, void *target, TakeValue take_value)
{
	for (size_t i = head; i + 16 <= bytes->len; i += 16) {
		MapiValue value = {.type = at16(bytes->data + i),
			.id = at16(bytes->data + i + 2),
			.data = bytes->data + i + 8,
			.length = 8};

		if (value.type == MAPI_INT16 || value.type == MAPI_INT32 || value.type == MAPI_TIME)
			take_value(msg, target, &value);
	}
}

static void
take_properties(Msg *msg, int storage, size_t head, void *target, TakeValue take_value)
{
	static const guint8 nothing[2];

	for (guint i = 0; i < msg->ole.entries->len; i++) {
		const Entry *entry = entry_at(msg, i);

		if (entry->parent == storage &&
			strcmp(entry->name, "__properties_version1.0") == 0) {
			g_autoptr(GByteArray) fixed = read_stream(&msg->ole, entry);

			take_fixed(msg, fixed, head, target, take_value);
		}
	}
	for (guint i = 0; i < msg->ole.entries->len; i++) {
		const Entry *entry = entry_at(msg, i);
		MapiValue value;

		if (entry->parent == storage && entry->kind == STREAM &&
			is_property(entry, &value)) {
			g_autoptr(GByteArray) bytes = read_stream(&msg->ole, entry);

			value.data = bytes->data != NULL ? bytes->data : nothing;
			value.length = bytes->len;
			take_value(msg, target, &value);
		}
	}
}

static void read_item(Msg *msg, int storage, size_t head, MapiItem *item, int deep);

static void
read_file(Msg *msg, int storage, MapiItem *item, int deep)
{
	MapiFile *file = mapi_file_new(item);

	take_properties(msg, storage, 8, file, take_of_file);
	for (guint i = 0; i < msg->ole.entries->len && deep < MAPI_DEEP; i++)
		if (entry_at(msg, i)->parent == storage && entry_at(msg, i)->kind == STORAGE &&
			strcmp(entry_at(msg, i)->name, "__substg1.0_3701000D") == 0 &&
			file->item == NULL) {
			file->item = mapi_item_new();
			read_item(msg, (int)i, 24, file->item, deep + 1);
		}
}

static void
read_item(Msg *msg, int storage, size_t head, MapiItem *item, int deep)
{
	take_properties(msg, storage, head, item, take_of_item);
	for (guint i = 0; i < msg->ole.entries->len && item->files->len < MAPI_FILES; i++)
		if (entry_at(msg, i)->parent == storage && entry_at(msg, i)->kind == STORAGE &&
			g_str_has_prefix(entry_at(msg, i)->name, "__attach_version1.0_"))
			read_file(msg, (int)i, item, deep);
}

static bool
has_properties(const Msg *msg)
{
	for (guint i = 0; i < msg->ole.entries->len; i++)
		if (entry_at(msg, i)->parent == ROOT &&
			strcmp(entry_at(msg, i)->name, "__properties_version1.0") == 0)
			return true;
	return false;
}

MapiItem *
msg_read(const guint8 *bytes, size_t length, size_t most)
{
	Msg msg = {.most = most};
	MapiItem *item = NULL;

	if (!ole_open(&msg.ole, bytes, length))
		return NULL;
	if (has_properties(&msg)) {
		item = mapi_item_new();
		read_item(&msg, ROOT, 32, item, 0);
	}
	ole_clear(&msg.ole);
	return item;
}
