/* Which texts of the mail are read, and in what order. */
#include <string.h>

#include "article-private.h"

static const MimePart *
part_at(const Article *article, guint i)
{
	return mime_parts(article->mail)->pdata[i];
}

/* Within an alternative HTML is taken, unless it holds nothing. */
static bool
has_better(const Article *article, const MimePart *part)
{
	const GPtrArray *parts = mime_parts(article->mail);

	if (part->kind != MIME_TEXT_PLAIN || part->alternative == 0)
		return false;
	for (guint i = 0; i < parts->len; i++) {
		const MimePart *other = parts->pdata[i];

		if (other->kind == MIME_TEXT_HTML && other->is_body &&
			other->level == part->level && other->alternative >= part->alternative &&
			strlen(mime_part_text(article->mail, other)) > 20)
			return true;
	}
	return false;
}

static void
add_text(Article *article, const MimePart *part)
{
	const char *text = mime_part_text(article->mail, part);
	MarkdownLimits limits = {article->limits->html_nodes, article->limits->html_depth, false};
	guint before = article->doc->len;

	if (part->kind == MIME_TEXT_HTML)
		markdown_add_html(article->doc, text, &limits);
	else
		markdown_add_plain(article->doc, text, part->flowed, part->delsp);
	article->cut |= limits.cut;
	for (guint i = before; i < article->doc->len; i++)
		((Block *)article->doc->pdata[i])->part = part->path;
}

/* A picture that the mail shows between its texts (Apple Mail, iPhone). */
static void
add_picture(Article *article, const MimePart *part)
{
	Block *block = markdown_block_new(BLOCK_IMAGE, NULL, NULL);

	block->source = g_strdup(part->filename);
	block->part = part->path;
	g_ptr_array_add(article->doc, block);
}

static bool
is_shown_picture(const Article *article, const MimePart *part)
{
	const Attachment *attachment;

	if (part->kind != MIME_FILE || part->attachment < 0 || part->related > 0)
		return false;
	attachment = article->message->attachments->pdata[part->attachment];
	return attachment->role == ROLE_PHOTO && strcmp(part->disposition, "inline") == 0;
}

/* The last text of this level: pictures behind it are attachments at the end, not pictures in the
 * text. */
static guint
last_text(const Article *article, int level)
{
	const GPtrArray *parts = mime_parts(article->mail);
	guint last = 0;

	for (guint i = 0; i < parts->len; i++)
		if (part_at(article, i)->is_body && part_at(article, i)->level == level &&
			*mime_part_text(article->mail, part_at(article, i)) != '\0')
			last = i;
	return last;
}

static void
read_level(Article *article, int level)
{
	const GPtrArray *parts = mime_parts(article->mail);
	guint last = last_text(article, level);
	bool html = false, plain = false;

	for (guint i = 0; i < parts->len; i++) {
		const MimePart *part = part_at(article, i);

		if (part->level != level)
			continue;
		if (part->is_body && !has_better(article, part)) {
			add_text(article, part);
			html |= part->kind == MIME_TEXT_HTML;
			plain |= part->kind == MIME_TEXT_PLAIN;
		} else if (is_shown_picture(article, part) && i < last) {
			add_picture(article, part);
		}
	}
	record_set(&article->draft->source, html ? "html" : plain ? "plain" : "");
}

static guint
words_of(const Doc *doc)
{
	guint words = 0;

	for (guint i = 0; i < doc->len; i++)
		words += markdown_words(doc->pdata[i]);
	return words;
}

/* The first attached mail, when the mail itself says little more than "see below". */
static const MimePart *
attached_mail(const Article *article)
{
	const GPtrArray *parts = mime_parts(article->mail);

	for (guint i = 0; i < parts->len; i++)
		if (part_at(article, i)->kind == MIME_MESSAGE && part_at(article, i)->level == 0)
			return parts->pdata[i];
	return NULL;
}

static void
read_attached(Article *article, const MimePart *part)
{
	Draft *draft = article->draft;

	/* What stands above it is judged as a letter. */
	markdown_split_lines(article->doc);
	article->head = article->doc->len;
	read_level(article, 1);
	record_set(&draft->source_reason,
		"The mail only passes on another mail, which is attached to it.");
	draft->has_original = true;
	record_set(&draft->original_sender.name, part->from_name);
	record_set(&draft->original_sender.address, part->from_address);
}

void
article_choose_source(Article *article)
{
	const MimePart *attached = attached_mail(article);

	article->doc = markdown_doc_new();
	read_level(article, 0);
	record_set(&article->draft->source_reason, strcmp(article->draft->source, "html") == 0
							   ? "The mail has an HTML text."
							   : "The mail has a plain text only.");
	if (attached != NULL && words_of(article->doc) < 80)
		read_attached(article, attached);
	if (article->cut)
		draft_warn(article->draft, "limit.html",
			"The HTML of the mail is larger or deeper than the limit: its structure "
			"was simplified.");
}
