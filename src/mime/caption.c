/* Words in a picture: EXIF (CIPA DC-008), IPTC-IIM 4.2 and XMP. All of it is hostile: every length
 * is checked against what is there, nothing is followed twice. */
#include <string.h>

#include "picture-private.h"

enum {
	WORDS_MOST = 2000, /* bytes of one field */
	ENTRIES_MOST = 512, /* of a directory */
	XMP_MOST = 64 * 1024,
	PEOPLE_MOST = 5,
};

/* Takes the text over. */
static void
note(PictureFacts *facts, WordKind kind, WordSource source, char *text)
{
	g_autofree char *valid = text_valid(text, -1);
	g_autofree char *line = text_collapse(valid);

	g_free(text);
	if (*line == '\0' || facts->sources[kind] > source)
		return;
	g_free(facts->words[kind]);
	facts->words[kind] = g_steal_pointer(&line);
	facts->sources[kind] = source;
}

static char *
decoded(const guint8 *bytes, size_t length)
{
	size_t n = strnlen((const char *)bytes, MIN(length, WORDS_MOST));

	/* Not within a character. */
	while (n > WORDS_MOST - 4 && n < length && (bytes[n] & 0xc0) == 0x80)
		n--;
	return mime_to_utf8((const char *)bytes, n, "", &(bool){false});
}

/* --- TIFF and EXIF
 * ------------------------------------------------------------------------------------------ */

typedef struct {
	Bytes part; /* what we have of the file */
	size_t offset; /* where in the file it begins */
	bool big_endian;
} Tiff;

static guint64
number16(const Tiff *tiff, const guint8 *p)
{
	return (guint64)(tiff->big_endian ? big16(p) : little16(p));
}

static guint64
number32(const Tiff *tiff, const guint8 *p)
{
	return tiff->big_endian ? big32(p) : little32(p);
}

/* The bytes of an entry: in it when they fit in four, else where it points to. */
static Bytes
value_of(const Tiff *tiff, const guint8 *entry)
{
	static const guint8 sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8};
	guint64 type = number16(tiff, entry + 2), count = number32(tiff, entry + 4);
	guint64 size = type < G_N_ELEMENTS(sizes) ? count * sizes[type] : 0;
	guint64 at = number32(tiff, entry + 8);

	if (size <= 4)
		return (Bytes){entry + 8, size};
	if (at < tiff->offset || at - tiff->offset > tiff->part.length ||
		size > tiff->part.length - (at - tiff->offset))
		return (Bytes){entry, 0};
	return (Bytes){tiff->part.at + (at - tiff->offset), size};
}

static gint64
number_of(const Tiff *tiff, const guint8 *entry)
{
	guint64 type = number16(tiff, entry + 2);

	return type == 3   ? (gint64)number16(tiff, entry + 8)
	       : type == 4 ? (gint64)number32(tiff, entry + 8)
			   : 0;
}

static void
read_entry(const Tiff *tiff, const guint8 *entry, PictureFacts *facts)
{
	Bytes value = value_of(tiff, entry);

	switch (number16(tiff, entry)) {
	case 0x0100:
		facts->width = number_of(tiff, entry);
		break;
	case 0x0101:
		facts->height = number_of(tiff, entry);
		break;
	case 0x0112:
		facts->orientation = (int)number_of(tiff, entry);
		break;
	case 0x010e:
		note(facts, WORDS_CAPTION, FROM_CAMERA, decoded(value.at, value.length));
		break;
	case 0x013b:
		note(facts, WORDS_CREATOR, FROM_CAMERA, decoded(value.at, value.length));
		break;
	case 0x8298:
		note(facts, WORDS_RIGHTS, FROM_CAMERA, decoded(value.at, value.length));
		break;
	case 0x02bc:
		picture_read_xmp(value, facts);
		break;
	case 0x83bb:
		picture_read_iptc(value, facts);
		break;
	default:
		break;
	}
}

/* `at` in the part. */
static void
read_directory(const Tiff *tiff, guint64 at, PictureFacts *facts)
{
	guint64 entries;

	if (at + 2 > tiff->part.length)
		return;
	entries = MIN(number16(tiff, tiff->part.at + at), ENTRIES_MOST);
	at += 2;
	for (; entries > 0 && at + 12 <= tiff->part.length; entries--, at += 12)
		read_entry(tiff, tiff->part.at + at, facts);
}

void
picture_read_directory(Bytes part, size_t offset, bool big_endian, PictureFacts *facts)
{
	const Tiff tiff = {part, offset, big_endian};

	read_directory(&tiff, 0, facts);
}

void
picture_read_tiff(Bytes bytes, PictureFacts *facts)
{
	Tiff tiff = {bytes, 0, bytes_begin(bytes, "MM\0*", 4)};

	if (bytes.length >= 8 && (tiff.big_endian || bytes_begin(bytes, "II*\0", 4)))
		read_directory(&tiff, number32(&tiff, bytes.at + 4), facts);
}

/* --- IPTC
 * ---------------------------------------------------------------------------------------------------
 */

static void
read_dataset(guint8 dataset, Bytes value, PictureFacts *facts)
{
	switch (dataset) {
	case 120:
		note(facts, WORDS_CAPTION, FROM_IPTC, decoded(value.at, value.length));
		break;
	case 110:
		note(facts, WORDS_CREDIT, FROM_IPTC, decoded(value.at, value.length));
		break;
	case 80:
		note(facts, WORDS_CREATOR, FROM_IPTC, decoded(value.at, value.length));
		break;
	case 116:
		note(facts, WORDS_RIGHTS, FROM_IPTC, decoded(value.at, value.length));
		break;
	default:
		break;
	}
}

void
picture_read_iptc(Bytes iim, PictureFacts *facts)
{
	size_t i = 0;

	while (i + 5 <= iim.length && iim.at[i] == 0x1c) {
		size_t size = (size_t)big16(iim.at + i + 3);

		/* Extended sizes (bit 15) are for pictures in it. */
		if (size > 0x7fff || size > iim.length - i - 5)
			return;
		if (iim.at[i + 1] == 2)
			read_dataset(iim.at[i + 2], (Bytes){iim.at + i + 5, size}, facts);
		i += 5 + size;
	}
}

void
picture_read_photoshop(Bytes resources, PictureFacts *facts)
{
	size_t i = 0;

	while (i + 12 <= resources.length && memcmp(resources.at + i, "8BIM", 4) == 0) {
		gint64 id = big16(resources.at + i + 4);
		/* A name with its length, made even; then the size. */
		size_t at = i + 6 + ((resources.at[i + 6] + 2U) & ~1U);
		guint64 size;

		if (at + 4 > resources.length)
			return;
		size = big32(resources.at + at);
		at += 4;
		if (size > resources.length - at)
			return;
		if (id == 0x0404)
			picture_read_iptc((Bytes){resources.at + at, size}, facts);
		i = at + size + (size & 1);
	}
}

/* --- XMP
 * ----------------------------------------------------------------------------------------------------
 */

/* The five entities of XML and numbers. */
static char *
unescape(const char *text, size_t length)
{
	static const struct {
		const char *name;
		const char *is;
	} known[] = {
		{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};
	GString *plain = g_string_new(NULL);
	const char *end = text + MIN(length, WORDS_MOST);

	while (text < end) {
		char *after = NULL;
		guint64 number = 0;
		size_t i = 0;

		while (i < G_N_ELEMENTS(known) && *text == '&' &&
			!g_str_has_prefix(text, known[i].name))
			i++;
		if (*text == '&' && i < G_N_ELEMENTS(known)) {
			g_string_append(plain, known[i].is);
			text += strlen(known[i].name);
			continue;
		}
		if (g_str_has_prefix(text, "&#"))
			number = g_ascii_strtoull(
				text + (text[2] == 'x' ? 3 : 2), &after, text[2] == 'x' ? 16 : 10);
		if (number >= 0x20 && number <= 0x10ffff && after != NULL && *after == ';' &&
			g_unichar_validate((gunichar)number)) {
			g_string_append_unichar(plain, (gunichar)number);
			text = after + 1;
			continue;
		}
		g_string_append_c(plain, *text++);
	}
	return g_string_free(plain, FALSE);
}

/* <rdf:li>...</rdf:li> from here to the end of the property: one, or several joined. */
static char *
list_text(const char *from, const char *end, guint most)
{
	GString *all = g_string_new(NULL);

	for (guint n = 0; n < most; n++) {
		const char *open = g_strstr_len(from, end - from, "<rdf:li");
		const char *text = open != NULL ? memchr(open, '>', (size_t)(end - open)) : NULL;
		const char *close =
			text != NULL ? g_strstr_len(text, end - text, "</rdf:li") : NULL;
		g_autofree char *plain = NULL;

		if (close == NULL)
			break;
		plain = unescape(text + 1, (size_t)(close - text - 1));
		if (all->len > 0)
			g_string_append(all, ", ");
		g_string_append(all, plain);
		from = close;
	}
	return g_string_free(all, FALSE);
}

/* Either name="text" in a tag, or <name>text</name>, or a list in it. */
static char *
property(const char *xmp, const char *name, guint most)
{
	g_autofree char *close = g_strdup_printf("</%s>", name);
	g_autofree char *open = g_strdup_printf("<%s>", name);
	g_autofree char *attribute = g_strdup_printf(" %s=\"", name);
	const char *from = strstr(xmp, open);
	const char *end = from != NULL ? strstr(from, close) : NULL;

	if (end != NULL) {
		from += strlen(open);
		return g_strstr_len(from, end - from, "<rdf:li") != NULL
			       ? list_text(from, end, most)
			       : unescape(from, (size_t)(end - from));
	}
	from = strstr(xmp, attribute);
	if (from == NULL)
		return g_strdup("");
	from += strlen(attribute);
	return unescape(from, strcspn(from, "\""));
}

void
picture_read_xmp(Bytes xmp, PictureFacts *facts)
{
	g_autofree char *text = text_valid((const char *)xmp.at, (gssize)MIN(xmp.length, XMP_MOST));

	note(facts, WORDS_CAPTION, FROM_XMP, property(text, "dc:description", 1));
	note(facts, WORDS_CREDIT, FROM_XMP, property(text, "photoshop:Credit", 1));
	note(facts, WORDS_CREATOR, FROM_XMP, property(text, "dc:creator", PEOPLE_MOST));
	note(facts, WORDS_RIGHTS, FROM_XMP, property(text, "dc:rights", 1));
}

/* --- to one line
 * ---------------------------------------------------------------------------------------------- */

static bool
has_lower(const char *text)
{
	for (; *text != '\0'; text = g_utf8_next_char(text))
		if (g_unichar_islower(g_utf8_get_char(text)))
			return true;
	return false;
}

char *
picture_caption(const PictureFacts *facts)
{
	const char *text = facts->words[WORDS_CAPTION];

	/* "OLYMPUS DIGITAL CAMERA", "SONY DSC", "DCIM\100MEDIA\DJI_0001.JPG": no words for people.
	 */
	if (text == NULL || (facts->sources[WORDS_CAPTION] == FROM_CAMERA &&
				    (!has_lower(text) || text_words(text) < 3)))
		return g_strdup("");
	return g_strdup(text);
}

char *
picture_credit(const PictureFacts *facts)
{
	const char *credit = facts->words[WORDS_CREDIT], *creator = facts->words[WORDS_CREATOR];
	const char *rights = facts->words[WORDS_RIGHTS];

	if (credit != NULL && creator != NULL && strstr(credit, creator) == NULL &&
		strstr(creator, credit) == NULL)
		return g_strdup_printf("%s / %s", creator, credit);
	if (credit != NULL && creator != NULL)
		return g_strdup(strlen(credit) >= strlen(creator) ? credit : creator);
	return g_strdup(credit != NULL    ? credit
			: creator != NULL ? creator
			: rights != NULL  ? rights
					  : "");
}

void
picture_facts_clear(PictureFacts *facts)
{
	for (int i = 0; i < WORDS_KINDS; i++)
		g_clear_pointer(&facts->words[i], g_free);
}
