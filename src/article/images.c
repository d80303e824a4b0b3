/* Pictures: which file of the mail each one in the text is, and which are only decoration. */
#include <string.h>

#include "article-private.h"

enum {
	LOGO_MOST = 200, /* pixels: smaller on its longer side is no news photo */
	LOGO_BYTES = 3000,
};

static int
find_attachment(const Article *article, const Block *block)
{
	const GPtrArray *list = article->message->attachments;
	const char *source = block->source != NULL ? block->source : "";
	const char *cid = g_ascii_strncasecmp(source, "cid:", 4) == 0 ? source + 4 : source;

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

static bool
is_tiny(const Block *block, const Attachment *attachment)
{
	gint64 width = block->width, height = block->height;

	if (attachment != NULL && attachment->width > 0) {
		width = attachment->width;
		height = attachment->height;
	}
	if (width > 0 && height > 0)
		return MAX(width, height) < LOGO_MOST || (MIN(width, height) < 40);
	if (width > 0)
		return width < 40;
	return attachment != NULL && attachment->width == 0 && attachment->size < LOGO_BYTES;
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

static void
place(Article *article, Block *block, int index, gint64 position)
{
	const Attachment *attachment =
		index >= 0 ? article->message->attachments->pdata[index] : NULL;
	Image *image = record_append(&image_type, article->draft->images);
	const char *name = name_of(block, attachment);

	record_set(&image->name, name);
	record_set(&image->alt, block->alt);
	record_set(&image->url, index < 0 ? block->source : "");
	record_set(&image->content_id, attachment != NULL ? attachment->content_id : "");
	image->attachment = index;
	image->after_block = position;
	if (block->source == NULL || strcmp(block->source, name) != 0)
		record_set(&block->source, name);
}

static void
judge_image(Article *article, guint i, gint64 position)
{
	Block *block = block_at(article, i);
	int index = find_attachment(article, block);
	Attachment *attachment = index >= 0 ? article->message->attachments->pdata[index] : NULL;
	bool remote = index < 0 && (g_str_has_prefix(block->source, "http://") ||
					   g_str_has_prefix(block->source, "https://"));

	if (article->verdicts[i] == IN_ARTICLE && (index >= 0 || remote) &&
		!is_tiny(block, attachment) && is_in_article(article, i)) {
		place(article, block, index, position);
		if (attachment != NULL)
			attachment->is_inline = true;
		return;
	}
	article->verdicts[i] = DROPPED;
	/* Shown in the mail, but not in the article: part of somebody's layout. */
	if (attachment != NULL && attachment->role == ROLE_PHOTO &&
		(is_tiny(block, attachment) || !is_in_article(article, i)))
		attachment->role = ROLE_LOGO;
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

	for (guint i = 0; i < article->n; i++) {
		if (block_at(article, i)->kind == BLOCK_IMAGE)
			judge_image(article, i, position);
		else if (article->verdicts[i] == IN_ARTICLE)
			position++;
	}
	warn_of_size(article);
}
