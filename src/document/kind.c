/* What a document really is, and whether it is a bomb: by its first bytes, and by the list at the
 * end of a zip (APPNOTE.TXT of PKWARE, 4.3.12 and 4.3.16). */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document-private.h"

enum {
	END_BYTES = 22, /* of the end record */
	ENTRY_BYTES = 46,
	TAIL = 66000, /* the end record stands here, before a comment of at most 65,535 bytes */
	ENTRIES_MOST = 5000,
	LIST_MOST = 4 << 20,
	RATIO_MOST = 200, /* unpacked to packed, above RATIO_FROM */
	RATIO_FROM = 16 << 20,
};

static guint32
little(const guint8 *p, int bytes)
{
	guint32 value = 0;

	for (int i = bytes; i-- > 0;)
		value = value << 8 | p[i];
	return value;
}

static char *
read_at(int fd, gint64 offset, gint64 length)
{
	char *bytes = g_malloc0((gsize)length + 1);

	if (length < 0 || offset < 0 || pread(fd, bytes, (size_t)length, offset) != length)
		g_clear_pointer(&bytes, g_free);
	return bytes;
}

/* The list of the files in a zip. NULL when there is none that can be believed. */
static guint8 *
read_list(int fd, gint64 size, gint64 *ret_length, guint *ret_entries)
{
	gint64 length = MIN(size, TAIL);
	g_autofree char *tail = read_at(fd, size - length, length);
	const guint8 *end = NULL;
	gint64 offset;

	for (gint64 i = length - END_BYTES; tail != NULL && i >= 0 && end == NULL; i--)
		if (memcmp(tail + i, "PK\5\6", 4) == 0)
			end = (const guint8 *)tail + i;
	if (end == NULL)
		return NULL;
	*ret_entries = little(end + 10, 2);
	*ret_length = little(end + 12, 4);
	offset = little(end + 16, 4);
	if (*ret_length > LIST_MOST || offset + *ret_length > size)
		return NULL;
	return (guint8 *)read_at(fd, offset, *ret_length);
}

static bool
is_name(const guint8 *name, guint length, const char *wanted)
{
	return length == strlen(wanted) && memcmp(name, wanted, length) == 0;
}

typedef struct {
	bool word, text, content;
	gint64 packed, unpacked;
	guint entries;
} ZipFacts;

static void
look_through(const guint8 *list, gint64 length, ZipFacts *facts)
{
	gint64 i = 0;

	while (i + ENTRY_BYTES <= length && memcmp(list + i, "PK\1\2", 4) == 0) {
		const guint8 *entry = list + i;
		guint name = little(entry + 28, 2);

		if (i + ENTRY_BYTES + name > length)
			return;
		facts->entries++;
		facts->packed += little(entry + 20, 4);
		facts->unpacked += little(entry + 24, 4);
		facts->word |= is_name(entry + ENTRY_BYTES, name, "word/document.xml");
		facts->content |= is_name(entry + ENTRY_BYTES, name, "content.xml");
		i += ENTRY_BYTES + name + little(entry + 30, 2) + little(entry + 32, 2);
	}
}

static bool
check_zip(int fd, gint64 size, gint64 unpacked, const char **ret_kind, GError **error)
{
	ZipFacts facts = {0};
	gint64 length = 0;
	guint entries = 0;
	g_autofree guint8 *list = read_list(fd, size, &length, &entries);

	if (list == NULL)
		return nieuws_fail(error, NIEUWS_MESSAGE, "The document is damaged.");
	look_through(list, length, &facts);
	if (facts.entries > ENTRIES_MOST || entries > ENTRIES_MOST)
		return nieuws_fail(error, NIEUWS_MESSAGE,
			"The document holds more files than any document does.");
	if (facts.unpacked > unpacked ||
		(facts.unpacked > RATIO_FROM && facts.unpacked / RATIO_MOST > facts.packed))
		return nieuws_fail(error, NIEUWS_MESSAGE,
			"The document is far larger when it is unpacked than the limit.");
	*ret_kind = facts.word ? "docx" : facts.content ? "odt" : "";
	return true;
}

bool
document_kind(int fd, gint64 unpacked, const char **ret_kind, GError **error)
{
	struct stat st;
	char head[1024] = {0};
	ssize_t n = pread(fd, head, sizeof head - 1, 0);

	*ret_kind = "";
	if (n < 0 || fstat(fd, &st) != 0)
		return nieuws_fail(error, NIEUWS_MESSAGE, "The document cannot be read.");
	if (memcmp(head, "PK\3\4", 4) == 0)
		return check_zip(fd, st.st_size, unpacked, ret_kind, error);
	if (memmem(head, (size_t)n, "%PDF-", 5) != NULL)
		*ret_kind = "pdf";
	else if (memcmp(head, "{\\rt", 4) == 0)
		*ret_kind = "rtf";
	else if (memcmp(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0)
		*ret_kind = "doc";
	return true;
}
