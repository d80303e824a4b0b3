/* What other programs put inside a plain text: PGP's armour (RFC 9580, 6 and 7) and uuencoded
 * files. The text of the mail keeps them; the text for the article does not. */
#include <string.h>

#include "mime-private.h"

enum { FILES_MOST = 50 };

typedef struct {
	MimeMail *mail;
	Leaf *leaf;
	const char *next; /* line */
	GString *out;
	bool in_signed; /* lines that begin with a dash have "- " before it */
	guint files;
	bool open_ended; /* a block had no end: none behind it is looked for again */
} Cleaner;

static const char *
behind_line(const char *p)
{
	const char *end = strchr(p, '\n');

	return end != NULL ? end + 1 : p + strlen(p);
}

/* The line says this and nothing more than blanks behind. */
static bool
is_line(const char *p, const char *wanted)
{
	size_t n = strlen(wanted);

	if (strncmp(p, wanted, n) != 0)
		return false;
	p += n;
	p += strspn(p, " \t");
	return *p == '\0' || *p == '\n';
}

/* Behind the next line that says this; NULL when there is none. */
static const char *
behind(const char *p, const char *wanted)
{
	while (*p != '\0') {
		const char *next = behind_line(p);

		if (is_line(p, wanted))
			return next;
		p = next;
	}
	return NULL;
}

static Leaf *
add_file(Cleaner *cleaner, const char *end, const char *type)
{
	g_autofree char *suffix = g_strdup_printf("%u", ++cleaner->files);
	Leaf *file = mime_add_inside(cleaner->mail, cleaner->leaf, suffix);

	file->raw = cleaner->next;
	file->raw_length = (size_t)(end - cleaner->next);
	file->part.type = type;
	file->part.disposition = "attachment";
	cleaner->next = end;
	return file;
}

static bool
can_add(const Cleaner *cleaner)
{
	return cleaner->files < FILES_MOST && !cleaner->mail->too_many;
}

static bool
read_signed(Cleaner *cleaner)
{
	if (!is_line(cleaner->next, "-----BEGIN PGP SIGNED MESSAGE-----"))
		return false;
	mime_warn_signed(cleaner->mail);
	cleaner->in_signed = true;
	cleaner->next = behind_line(cleaner->next);
	/* "Hash: SHA256", then an empty line */
	while (*cleaner->next != '\0' && !is_line(cleaner->next, "") &&
		cleaner->next[strcspn(cleaner->next, ": \n")] == ':')
		cleaner->next = behind_line(cleaner->next);
	if (is_line(cleaner->next, ""))
		cleaner->next = behind_line(cleaner->next);
	return true;
}

static bool
read_block(Cleaner *cleaner, const char *begin, const char *end, const char *type)
{
	const char *after;

	if (!is_line(cleaner->next, begin) || cleaner->open_ended)
		return false;
	after = behind(cleaner->next, end);
	cleaner->open_ended = after == NULL;
	if (after == NULL || !can_add(cleaner))
		return false;
	add_file(cleaner, after, type);
	return true;
}

static bool
read_pgp(Cleaner *cleaner)
{
	if (strncmp(cleaner->next, "-----BEGIN PGP ", 15) != 0)
		return false;
	if (is_line(cleaner->next, "-----BEGIN PGP MESSAGE-----"))
		mime_warn_encrypted(cleaner->mail);
	if (read_block(cleaner, "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----",
		    "application/pgp-signature")) {
		cleaner->in_signed = false;
		return true;
	}
	return read_signed(cleaner) ||
	       read_block(cleaner, "-----BEGIN PGP PUBLIC KEY BLOCK-----",
		       "-----END PGP PUBLIC KEY BLOCK-----", "application/pgp-keys");
}

/* The first letter of a line says how many bytes it holds. */
static bool
is_uuencoded(const char *p)
{
	size_t n = strcspn(p, "\r\n");
	size_t bytes = (size_t)((guchar)(*p - 32) & 63);
	size_t wanted = (bytes + 2) / 3 * 4;

	return n > 0 && *p >= 32 && *p < 97 && n - 1 <= wanted + 4 && n - 1 + 4 >= wanted;
}

/* Behind "end"; NULL when these lines are no file. */
static const char *
uuencoded_end(const char *p)
{
	for (p = behind_line(p); *p != '\0'; p = behind_line(p)) {
		if (is_line(p, "end"))
			return behind_line(p);
		/* The last line holds nothing; its letter may be lost. */
		if (!is_uuencoded(p) && !is_line(p, "") && !is_line(p, "`"))
			return NULL;
	}
	return NULL;
}

static bool
read_uuencoded(Cleaner *cleaner)
{
	const char *name = cleaner->next + 6;
	const char *end;
	g_autofree char *decoded = NULL;
	g_autofree char *line = NULL;
	g_autofree char *clean = NULL;
	Leaf *file;

	if (strncmp(cleaner->next, "begin ", 6) != 0 || strspn(name, "01234567") < 3 ||
		!can_add(cleaner))
		return false;
	end = uuencoded_end(cleaner->next);
	if (end == NULL)
		return false;
	name += strspn(name, "01234567");
	line = g_strndup(name, strcspn(name, "\r\n"));
	decoded = mime_decode_header(line);
	clean = mime_clean_filename(decoded);
	file = add_file(cleaner, end, "application/octet-stream");
	file->part.filename = g_string_chunk_insert(cleaner->mail->strings, clean);
	file->encoding = GMIME_CONTENT_ENCODING_UUENCODE;
	return true;
}

static void
clean_line(Cleaner *cleaner)
{
	const char *line = cleaner->next;

	if (read_pgp(cleaner) || read_uuencoded(cleaner))
		return;
	cleaner->next = behind_line(line);
	if (strncmp(line, "=ybegin ", 8) == 0)
		mime_warn(cleaner->mail, "yenc",
			"A file stands in the text of the mail (yEnc); it was left as it is.");
	if (cleaner->in_signed && line[0] == '-' && line[1] == ' ')
		line += 2;
	g_string_append_len(cleaner->out, line, cleaner->next - line);
}

/* At the start of the text or of a line. */
static bool
has_line(const char *text, const char *begin)
{
	const char *p = text;

	while ((p = strstr(p, begin)) != NULL) {
		if (p == text || p[-1] == '\n')
			return true;
		p++;
	}
	return false;
}

void
mime_clean_text(MimeMail *mail, Leaf *leaf)
{
	Cleaner cleaner = {.mail = mail, .leaf = leaf};
	const char *text = mime_letter_text(mail, leaf);

	if (!has_line(text, "-----BEGIN PGP ") && !has_line(text, "begin ") &&
		!has_line(text, "=ybegin "))
		return;
	cleaner.next = text;
	cleaner.out = g_string_sized_new(strlen(text) + 1);
	while (*cleaner.next != '\0')
		clean_line(&cleaner);
	leaf->clean = g_string_free(cleaner.out, FALSE);
}
