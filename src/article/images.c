/* Pictures: which file of the mail each one in the text is, and which are only decoration. */
#include <string.h>

#include "article-private.h"

enum {
	LOGO_MOST = 200, /* pixels: smaller on its longer side is no news photo */
	LINE_MOST = 40, /* on its shorter side: a line or a spacer */
	ICON_MOST = 100, /* when only one side is known */
	BANNER_HIGH = 260, /* a strip, not a panorama ... */
	BANNER_RATIO = 3, /* ... when it is so many times longer than high */
	PHOTO_SHORT = 300,
	PHOTO_LONG = 400,
	LOGO_BYTES = 3000,
	DRAWN_BYTES = 60000, /* a photo kept as PNG is larger */
	TIMES_MOST = 2, /* in one text */
	REPEATS_LOOKED_FOR = 200, /* pictures in one text */
};

static int
find_attachment(const Article *article, const Block *block)
{
	const GPtrArray *list = article->message->attachments;
	const char *source = block->source != NULL ? block->source : "";
	const char *cid = g_ascii_strncasecmp(source, "cid:", 4) == 0 ? source + 4 : source;

	if (article->document != NULL)
		return article_lifted_picture(article, source);
	for (guint i = 0; i < list->len; i++) {
		const Attachment *a = list->pdata[i];

		if (*a->content_id != '\0' && strcmp(a->content_id, cid) == 0)
			return (int)i;
	}
	for (guint i = 0; i < list->len; i++) {
		const Attachment *a = list->pdata[i];

		if (*a->filename != '\0' && strcmp(a->filename, cid) == 0 && a->role == ROLE_PHOTO)
			return (int)i;
	}
	return -1;
}

typedef struct {
	gint64 width, height; /* of the file; 0 not known */
	gint64 shown_width, shown_height; /* as the mail wants it; 0 not said */
	gint64 bytes;
	bool drawn; /* PNG or GIF: the kinds that logos have */
	bool is_file; /* in the mail, not somewhere on the web */
} Look;

static Look
look_at(const Block *block, const Attachment *attachment)
{
	Look look = {.is_file = attachment != NULL};

	if (block != NULL) {
		look.shown_width = block->width;
		look.shown_height = block->height;
	}
	if (attachment != NULL) {
		look.width = attachment->width;
		look.height = attachment->height;
		look.bytes = attachment->size;
		look.drawn = strcmp(attachment->real_type, "image/png") == 0 ||
			     strcmp(attachment->real_type, "image/gif") == 0;
	}
	return look;
}

/* Icons, pixels, lines, banners: no news photo has such a form. */
static bool
is_small_or_flat(gint64 width, gint64 height)
{
	gint64 longer = MAX(width, height), shorter = MIN(width, height);

	return longer < LOGO_MOST || shorter < LINE_MOST ||
	       (shorter < BANNER_HIGH && longer >= shorter * BANNER_RATIO);
}

static bool
is_decoration(const Look *look)
{
	if (look->width > 0 && look->height > 0)
		return is_small_or_flat(look->width, look->height) ||
		       (look->drawn && look->shown_width > 0 && look->shown_width < LOGO_MOST &&
			       look->bytes < DRAWN_BYTES);
	if (look->shown_width > 0 && look->shown_height > 0)
		return is_small_or_flat(look->shown_width, look->shown_height);
	if (look->shown_width > 0 || look->shown_height > 0)
		return MAX(look->shown_width, look->shown_height) < ICON_MOST;
	return look->is_file && look->bytes < LOGO_BYTES;
}

/* Wherever it stands in the mail: a camera made it. */
static bool
is_surely_photo(const Look *look)
{
	return MIN(look->width, look->height) >= PHOTO_SHORT &&
	       MAX(look->width, look->height) >= PHOTO_LONG && !is_decoration(look) &&
	       (!look->drawn || look->bytes >= DRAWN_BYTES) &&
	       (look->shown_width == 0 || look->shown_width >= LOGO_MOST);
}

/* Bullets, lines and spacers come again and again. */
static guint
times_shown(const Article *article, const char *source)
{
	guint times = 0;

	for (guint i = 0; i < article->n && *source != '\0'; i++) {
		const Block *block = block_at(article, i);

		times += block->kind == BLOCK_IMAGE && block->source != NULL &&
			 strcmp(block->source, source) == 0;
	}
	return times;
}

/* Above the first word of the article, and its words are the sender's name: a letterhead. */
static bool
is_head_of_sender(const Article *article, guint i)
{
	const Block *block = block_at(article, i);
	g_autofree char *alt = NULL;
	g_autofree char *name = NULL;

	for (guint above = 0; above < i; above++)
		if (article->verdicts[above] == IN_ARTICLE &&
			block_at(article, above)->kind != BLOCK_IMAGE)
			return false;
	if (block->alt == NULL || strlen(block->alt) < 3)
		return false;
	alt = text_fold(block->alt);
	name = text_fold(article->message->from_name);
	return strstr(name, alt) != NULL || (strlen(name) >= 3 && strstr(alt, name) != NULL) ||
	       g_str_has_prefix(alt, "logo");
}

/* A picture stands where its neighbours stand: next to a signature it is part of it. */
static bool
is_in_article(const Article *article, guint i)
{
	guint above = i, below = i;

	while (above > 0 && (article->verdicts[above - 1] == DROPPED ||
				    block_at(article, above - 1)->kind == BLOCK_IMAGE))
		above--;
	while (below < article->n && (article->verdicts[below] == DROPPED ||
					     block_at(article, below)->kind == BLOCK_IMAGE))
		below++;
	if (above > 0 && article->verdicts[above - 1] == IN_ARTICLE)
		return true;
	return below < article->n && article->verdicts[below] == IN_ARTICLE && above == 0;
}

static const char *
name_of(const Block *block, const Attachment *attachment)
{
	if (attachment != NULL && *attachment->filename != '\0')
		return attachment->filename;
	return block->source != NULL ? block->source : "";
}

/* What programs write where a person wrote nothing: a name of a file, or Word's own guess. */
static bool
is_alt_of_program(const char *alt)
{
	static const char *const ends[] = {
		".jpg", ".jpeg", ".png", ".gif", ".heic", ".webp", ".tif", ".tiff", ".bmp"};
	g_autofree char *folded = text_fold(alt);

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
		if (g_str_has_suffix(folded, ends[i]))
			return true;
	return strstr(folded, "automatisch gegenereerde") != NULL ||
	       strstr(folded, "automatically generated") != NULL ||
	       strstr(folded, "automatisch generierte") != NULL ||
	       strstr(folded, "door ai gegenereerde") != NULL ||
	       strstr(folded, "ai-generated content") != NULL ||
	       g_str_has_prefix(folded, "description: ") || g_str_has_prefix(folded, "cid:") ||
	       (text_words(alt) == 1 && strpbrk(alt, "0123456789_") != NULL);
}

static void
clean_alt(Block *block)
{
	if (block->alt != NULL && is_alt_of_program(block->alt))
		record_set(&block->alt, "");
}

static void
place(Article *article, Block *block, int index, gint64 position)
{
	Attachment *attachment = index >= 0 ? article->message->attachments->pdata[index] : NULL;
	Image *image = record_append(&image_type, article->draft->images);
	const char *name = name_of(block, attachment);

	clean_alt(block);
	record_set(&image->name, name);
	record_set(&image->alt, block->alt);
	record_set(&image->url, index < 0 ? block->source : "");
	record_set(&image->content_id, attachment != NULL ? attachment->content_id : "");
	image->attachment = index;
	image->after_block = position;
	if (attachment != NULL) {
		attachment->is_inline = true;
		record_set(&attachment->alt, image->alt);
		record_set(&image->caption, attachment->caption);
		record_set(&image->credit, attachment->credit);
	}
	if (block->source == NULL || strcmp(block->source, name) != 0)
		record_set(&block->source, name);
}

static void
judge_image(Article *article, guint i, gint64 position, bool look_for_repeats)
{
	Block *block = block_at(article, i);
	const char *source = block->source != NULL ? block->source : "";
	int index = find_attachment(article, block);
	Attachment *attachment = index >= 0 ? article->message->attachments->pdata[index] : NULL;
	const Look look = look_at(block, attachment);
	bool remote = index < 0 &&
		      (g_str_has_prefix(source, "http://") || g_str_has_prefix(source, "https://"));
	bool decoration = is_decoration(&look) || is_head_of_sender(article, i) ||
			  (look_for_repeats && times_shown(article, source) > TIMES_MOST);
	bool inside = is_in_article(article, i);

	if (article->verdicts[i] == IN_ARTICLE && (index >= 0 || remote) && !decoration && inside) {
		place(article, block, index, position);
		return;
	}
	article->verdicts[i] = DROPPED;
	/* Shown in the mail, but not in the article: part of somebody's layout, unless it is
	 * clearly a photo, such as those below the signature of a telephone. */
	if (attachment != NULL && attachment->role == ROLE_PHOTO &&
		(decoration || (!inside && !is_surely_photo(&look))))
		attachment->role = ROLE_LOGO;
}

/* --- files that the text does not show
 * ------------------------------------------------------------------------ */

static bool
is_given_as_file(const Article *article, guint index)
{
	const GPtrArray *parts = mime_parts(article->mail);

	for (guint i = 0; i < parts->len; i++) {
		const MimePart *part = parts->pdata[i];

		if (part->attachment == (int)index)
			return strcmp(part->disposition, "attachment") == 0 &&
			       *part->content_id == '\0';
	}
	return true;
}

/* The text was taken from elsewhere (a document, the plain part), so its logos are not in it. A
 * small picture that was given as a file may be just what the sender wants to give. */
static void
judge_unshown(Article *article)
{
	const GPtrArray *list = article->message->attachments;

	for (guint i = 0; i < list->len; i++) {
		Attachment *a = list->pdata[i];
		const Look look = look_at(NULL, a);
		bool pixel = a->width > 0 && MAX(a->width, a->height) < LINE_MOST;

		if (a->role == ROLE_PHOTO && !a->is_inline &&
			(pixel || (is_decoration(&look) && !is_given_as_file(article, i))))
			a->role = ROLE_LOGO;
	}
}

static bool
is_counted(const Attachment *a)
{
	return a->role == ROLE_PHOTO || a->role == ROLE_DOCUMENT || a->role == ROLE_OTHER;
}

/* The same bytes twice are one file: the one that stands in the text, else the first. */
static void
join_copies(Article *article)
{
	const GPtrArray *list = article->message->attachments;
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

	for (int shown = 1; shown >= 0; shown--)
		for (guint i = 0; i < list->len; i++) {
			Attachment *a = list->pdata[i];

			if (!is_counted(a) || (int)a->is_inline != shown || a->size == 0)
				continue;
			if (g_hash_table_contains(known, a->sha256))
				a->role = ROLE_COPY;
			else
				g_hash_table_add(known, a->sha256);
		}
}

static void
warn_of_size(Article *article)
{
	for (guint i = 0; i < article->message->attachments->len; i++) {
		const Attachment *a = article->message->attachments->pdata[i];
		g_autofree char *text = NULL;

		if (a->role != ROLE_PHOTO || a->width == 0 ||
			a->width >= article->limits->picture_width)
			continue;
		text = g_strdup_printf(
			"The photo %s is %d pixels wide: too small for the page (%d).", a->filename,
			(int)a->width, (int)article->limits->picture_width);
		draft_warn(article->draft, "photo.small", text);
	}
}

void
article_place_images(Article *article)
{
	gint64 position = 0;
	guint pictures = 0;

	for (guint i = 0; i < article->n; i++)
		pictures += block_at(article, i)->kind == BLOCK_IMAGE;
	for (guint i = 0; i < article->n; i++) {
		if (block_at(article, i)->kind == BLOCK_IMAGE)
			judge_image(article, i, position, pictures <= REPEATS_LOOKED_FOR);
		else if (article->verdicts[i] == IN_ARTICLE)
			position++;
	}
	judge_unshown(article);
	join_copies(article);
	article_find_captions(article);
	warn_of_size(article);
}
