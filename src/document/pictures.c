/* The pictures that a tool laid beside the text. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document-private.h"
#include "mime.h"

enum {
	PICTURES_MOST = 100,
	PICTURE_BYTES = 64 << 20,
};

static const char *
type_of(const guint8 *bytes, size_t n)
{
	static const struct {
		const char *magic;
		size_t length;
		const char *type;
	} known[] = {{"\xff\xd8\xff", 3, "image/jpeg"}, {"\x89PNG\r\n\x1a\n", 8, "image/png"},
		{"GIF8", 4, "image/gif"}, {"II*\0", 4, "image/tiff"}, {"MM\0*", 4, "image/tiff"},
		{"\1\0\0\0", 4, "image/emf"}, {"\xd7\xcd\xc6\x9a", 4, "image/wmf"},
		{"BM", 2, "image/bmp"}};

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (n > known[i].length && memcmp(bytes, known[i].magic, known[i].length) == 0)
			return known[i].type;
	return n > 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0
		       ? "image/webp"
		       : "application/octet-stream";
}

/* Files of the job's own folder only, whatever the HTML says. */
static char *
safe_name(const char *source, size_t n)
{
	g_autofree char *name = g_strndup(source, n);
	const char *start = g_str_has_prefix(name, "./") ? name + 2 : name;

	if (*start == '/' || strstr(start, "..") != NULL || strpbrk(start, "!\\&<>\n:") != NULL)
		return NULL;
	return g_strdup(start);
}

static Attachment *
lift(const DocumentPlan *plan, Document *document, const char *name)
{
	size_t length = 0;
	bool cut = false;
	g_autofree char *bytes = run_result(plan, name, PICTURE_BYTES, &length, &cut, NULL);
	g_autofree char *part = g_strconcat(document->part, "!", name, NULL);
	g_autofree char *sha256 = NULL;
	g_autofree char *base = g_path_get_basename(name);
	Attachment *picture;

	if (bytes == NULL || cut || document->pictures->len >= PICTURES_MOST)
		return NULL;
	for (guint i = 0; i < document->pictures->len; i++)
		if (strcmp(((Attachment *)document->pictures->pdata[i])->part, part) == 0)
			return document->pictures->pdata[i];
	picture = record_append(&attachment_type, document->pictures);
	sha256 = digest_of(bytes, length);
	record_set(&picture->part, part);
	record_set(&picture->filename, base);
	record_set(&picture->type, type_of((const guint8 *)bytes, length));
	record_set(&picture->real_type, picture->type);
	record_set(&picture->sha256, sha256);
	picture->size = (gint64)length;
	picture->role = ROLE_PHOTO;
	picture->is_inline = true;
	mime_picture_look((const guint8 *)bytes, length, picture);
	return picture;
}

char *
pictures_lift(const DocumentPlan *plan, Document *document, char *html)
{
	static const char mark[] = "<img src=\"";
	GString *out = g_string_new(NULL);
	const char *at = html;
	const char *found;

	while ((found = strstr(at, mark)) != NULL) {
		const char *source = found + strlen(mark);
		size_t n = strcspn(source, "\"");
		g_autofree char *name = safe_name(source, n);
		const Attachment *picture = name != NULL ? lift(plan, document, name) : NULL;

		g_string_append_len(out, at, source - at);
		if (picture != NULL)
			g_string_append(out, picture->part);
		at = source + n;
	}
	g_string_append(out, at);
	g_free(html);
	return g_string_free(out, FALSE);
}

int
document_picture(
	const DocumentPlan *plan, const Document *document, const char *picture, GError **error)
{
	const char *name = strchr(picture, '!');

	for (guint i = 0; name != NULL && i < document->pictures->len; i++) {
		const Attachment *one = document->pictures->pdata[i];
		g_autofree char *path = g_build_filename(plan->folder, name + 1, NULL);
		int fd = -1;

		if (strcmp(one->part, picture) == 0)
			fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	nieuws_fail(error, NIEUWS_NOT_FOUND, "there is no such picture in the document");
	return -1;
}
