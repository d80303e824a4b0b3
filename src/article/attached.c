/* The article in an attached document: when to ask for it, which one, and how it joins the mail. */
#include <string.h>

#include "article-private.h"

enum {
	WISHES_MOST = 4,
	BYTES_MOST = 48 << 20,
	OWN_LEAST = 60, /* so few own words are no article, beside a document */
	OWN_MOST = 190, /* own words of a covering note that speaks of what is attached */
	OWN_MAYBE = 300, /* more than this is an article, whatever is attached */
	LEAST = 40, /* words of a document that holds an article */
	HEAD_BLOCKS = 8, /* a letterhead stands in these */
	HEAD_LINE = 120, /* bytes */
};

/* --- documents
 * ------------------------------------------------------------------------------------------------
 */

static const char *
kind_by_type(const char *type)
{
	static const struct {
		const char *type, *kind;
	} known[] = {
		{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
		{"application/vnd.oasis.opendocument.text", "odt"}, {"application/pdf", "pdf"},
		{"application/rtf", "rtf"}, {"text/rtf", "rtf"}, {"application/msword", "doc"}};

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (strcmp(known[i].type, type) == 0)
			return known[i].kind;
	return "";
}

static const char *
kind_by_name(const char *name)
{
	static const char *const kinds[] = {"docx", "odt", "pdf", "rtf", "doc"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < G_N_ELEMENTS(kinds); i++)
		if (g_ascii_strcasecmp(dot + 1, kinds[i]) == 0)
			return kinds[i];
	return "";
}

/* Containers that many kinds of files share: there the sender is believed, the converter looks. */
static bool
is_container(const char *type)
{
	return *type == '\0' || strcmp(type, "application/zip") == 0 ||
	       strcmp(type, "application/octet-stream") == 0 || strstr(type, "ole") != NULL ||
	       strcasestr(type, "cdf") != NULL;
}

static const char *
kind_of(const Attachment *attachment)
{
	const char *kind = kind_by_type(attachment->real_type);

	if (*kind != '\0' || !is_container(attachment->real_type))
		return kind;
	kind = kind_by_type(attachment->type);
	return *kind != '\0' ? kind : kind_by_name(attachment->filename);
}

/* --- when to ask
 * ----------------------------------------------------------------------------------------------
 */

guint
article_own_words(const Article *article)
{
	guint words = 0;

	for (guint i = 0; i < article->n; i++)
		if (article->verdicts[i] == IN_ARTICLE || article->verdicts[i] == ASIDE_COVER)
			words += markdown_words(block_at(article, i));
	return words;
}

/* An article has a headline, subheads, lists or long texts; a covering note has none of them. */
static bool
has_structure(const Article *article)
{
	guint structure = 0;

	for (guint i = 0; i < article->n; i++) {
		const Block *block = block_at(article, i);

		if (article->verdicts[i] == IN_ARTICLE)
			structure += block->kind == BLOCK_HEADING || block->kind == BLOCK_TABLE ||
				     strlen(block->plain) > 500;
	}
	return structure > 1;
}

static bool
speaks_of_attachment(const Article *article)
{
	for (guint i = 0; i < article->n; i++)
		if ((article->verdicts[i] == IN_ARTICLE || article->verdicts[i] == ASIDE_COVER) &&
			article_matches(article, RULE_COVER, i))
			return true;
	return false;
}

/* How much the mail says itself: 0 a covering note, 1 perhaps, 2 an article. */
static int
own_weight(const Article *article)
{
	guint words = article_own_words(article);

	if (words <= OWN_LEAST ||
		(words <= OWN_MOST && !has_structure(article) && speaks_of_attachment(article)))
		return 0;
	return words <= OWN_MAYBE ? 1 : 2;
}

void
article_wish(Article *article)
{
	const GPtrArray *list = article->message->attachments;

	if (own_weight(article) > 1)
		return;
	for (guint i = 0; i < list->len && article->draft->wishes->len < WISHES_MOST; i++) {
		const Attachment *a = list->pdata[i];
		const char *kind = kind_of(a);
		Wish *wish;

		if (*kind == '\0' || a->size == 0 || a->size > BYTES_MOST)
			continue;
		wish = record_append(&wish_type, article->draft->wishes);
		record_set(&wish->part, a->part);
		record_set(&wish->kind, kind);
		wish->size = a->size;
	}
}

/* --- which one
 * ------------------------------------------------------------------------------------------------
 */

static Attachment *
attachment_of(const Article *article, const char *part)
{
	const GPtrArray *list = article->message->attachments;

	for (guint i = 0; i < list->len; i++)
		if (strcmp(((Attachment *)list->pdata[i])->part, part) == 0)
			return list->pdata[i];
	return NULL;
}

static Doc *
read_html(Article *article, const Document *document)
{
	MarkdownLimits limits = {article->limits->html_nodes, article->limits->html_depth, false};
	Doc *doc = markdown_doc_new();

	markdown_add_html(doc, document->html, &limits);
	article->cut |= limits.cut;
	return doc;
}

/* "PB_Firma_v3.pdf", "Persbericht opening.docx": labels with other marks between the words. */
static bool
is_named_as_article(const Article *article, const Attachment *attachment)
{
	g_autofree char *name = g_strdelimit(g_strdup(attachment->filename), "_-.", ' ');

	return rules_match(article->rules, RULE_PREFIX, name) ||
	       rules_match(article->rules, RULE_LABEL, name) ||
	       strcasestr(name, "persbericht") != NULL || strcasestr(name, "press") != NULL ||
	       g_str_has_prefix(name, "PB ");
}

static bool
has_headline(const Article *article, const Doc *doc)
{
	g_autofree char *subject = article_clean_subject(article->rules, article->message->subject);
	g_autofree char *wanted = text_fold(subject);

	for (guint i = 0; i < doc->len && i < HEAD_BLOCKS; i++) {
		g_autofree char *have = text_fold(((Block *)doc->pdata[i])->plain);

		if (strlen(have) > 12 && strlen(wanted) > 12 &&
			(strstr(wanted, have) != NULL || strstr(have, wanted) != NULL))
			return true;
	}
	return false;
}

static bool
has_label(const Article *article, const Doc *doc)
{
	for (guint i = 0; i < doc->len && i < HEAD_BLOCKS; i++)
		if (rules_match(article->rules, RULE_LABEL, ((Block *)doc->pdata[i])->plain))
			return true;
	return false;
}

/* Signs of a press release count for more than length: an annex may be long. */
static gint64
weigh(Article *article, const Document *document, guint *ret_words)
{
	const Attachment *attachment = attachment_of(article, document->part);
	g_autoptr(GPtrArray) doc = NULL;
	gint64 weight;

	*ret_words = 0;
	if (*document->error != '\0' || attachment == NULL)
		return 0;
	doc = read_html(article, document);
	for (guint i = 0; i < doc->len; i++)
		*ret_words += markdown_words(doc->pdata[i]);
	if (*ret_words < LEAST)
		return 0;
	weight = MIN(*ret_words, 800) + (has_headline(article, doc) ? 1000 : 0) +
		 (has_label(article, doc) ? 800 : 0) +
		 (is_named_as_article(article, attachment) ? 500 : 0);
	/* Of the same text twice, the one that keeps its structure. */
	weight += strcmp(document->kind, "pdf") != 0 ? 100 : 0;
	return *ret_words > 4000 ? weight - 700 : weight;
}

static void
pass_on_warnings(Article *article)
{
	for (guint i = 0; i < article->documents->len; i++) {
		const Document *document = article->documents->pdata[i];
		const Attachment *attachment = attachment_of(article, document->part);

		if (attachment == NULL)
			continue;
		for (guint k = 0; k < document->warnings->len; k++) {
			const Warning *warning = document->warnings->pdata[k];
			g_autofree char *text =
				g_strdup_printf("%s: %s", attachment->filename, warning->text);

			draft_warn(article->draft, warning->code, text);
		}
	}
}

const Document *
article_best_document(Article *article)
{
	const Document *best = NULL;
	gint64 most = 0;
	guint best_words = 0;
	int own = own_weight(article);

	pass_on_warnings(article);
	for (guint i = 0; i < article->documents->len; i++) {
		guint words;
		gint64 weight = weigh(article, article->documents->pdata[i], &words);

		if (weight <= most)
			continue;
		best = article->documents->pdata[i];
		best_words = words;
		most = weight;
	}
	/* A mail that may be an article itself gives way to one that is much longer only. */
	if (best == NULL || own > 1 || (own == 1 && best_words < article_own_words(article) * 2))
		return NULL;
	return best;
}

/* --- as the text
 * ----------------------------------------------------------------------------------------------
 */

/* A picture that is attached as a file, too, is that file. */
static void
add_picture(Article *article, const Attachment *picture)
{
	GPtrArray *list = article->message->attachments;

	for (guint i = 0; i < list->len; i++)
		if (strcmp(((Attachment *)list->pdata[i])->sha256, picture->sha256) == 0)
			return;
	g_ptr_array_add(list, record_copy(&attachment_type, picture));
}

void
article_read_document(Article *article)
{
	Attachment *attachment = attachment_of(article, article->document->part);
	Draft *draft = article->draft;

	article->doc = read_html(article, article->document);
	for (guint i = 0; i < article->doc->len; i++)
		((Block *)article->doc->pdata[i])->part = attachment->part;
	for (guint i = 0; i < article->document->pictures->len; i++)
		add_picture(article, article->document->pictures->pdata[i]);
	attachment->role = ROLE_SOURCE;
	record_set(&draft->source, article->document->kind);
	record_set(&draft->source_reason,
		"The mail is a covering note; the article stands in the attached document.");
}

int
article_lifted_picture(const Article *article, const char *source)
{
	const GPtrArray *pictures = article->document->pictures;
	const GPtrArray *list = article->message->attachments;

	for (guint i = 0; i < pictures->len; i++) {
		const Attachment *picture = pictures->pdata[i];

		for (guint k = 0; strcmp(picture->part, source) == 0 && k < list->len; k++)
			if (strcmp(((Attachment *)list->pdata[k])->sha256, picture->sha256) == 0)
				return (int)k;
	}
	return -1;
}

static bool
is_head_line(const Block *block)
{
	return block->kind != BLOCK_ITEM && block->kind != BLOCK_TABLE && block->quote == 0 &&
	       strlen(block->plain) < HEAD_LINE && block->level != 1;
}

/* What stands above the label of a document is its letterhead. */
void
article_judge_letterhead(Article *article)
{
	guint label = 0;

	if (article->document == NULL)
		return;
	for (guint i = 0; i < article->n; i++)
		if (block_at(article, i)->cls != NULL &&
			strcmp(block_at(article, i)->cls, "nieuws-letterhead") == 0) {
			article->verdicts[i] = ASIDE_LETTERHEAD;
			article->reasons[i] = "repeated on the pages of the document";
		}
	while (label < article->n && label < HEAD_BLOCKS &&
		article->verdicts[label] != ASIDE_LABEL && is_head_line(block_at(article, label)))
		label++;
	if (label < article->n && article->verdicts[label] == ASIDE_LABEL)
		article_set(article, 0, label, ASIDE_LETTERHEAD, "letterhead of the document");
}

/* --- beside it
 * ------------------------------------------------------------------------------------------------
 */

static bool
has_warning(const Draft *draft, const Warning *warning)
{
	for (guint i = 0; i < draft->warnings->len; i++)
		if (strcmp(((Warning *)draft->warnings->pdata[i])->text, warning->text) == 0)
			return true;
	return false;
}

/* What both readings saw is said once. */
static void
join_warnings(Draft *draft, const Draft *mail)
{
	for (guint i = 0; i < mail->warnings->len; i++) {
		const Warning *warning = mail->warnings->pdata[i];

		if (!has_warning(draft, warning))
			draft_warn(draft, warning->code, warning->text);
	}
}

static void
join_links(Draft *draft, const Draft *mail)
{
	for (guint i = 0; i < mail->links->len; i++)
		g_ptr_array_add(draft->links, record_copy(&share_link_type, mail->links->pdata[i]));
}

static void
move_asides(Draft *draft, const Draft *mail)
{
	g_autoptr(GPtrArray) own = g_ptr_array_new();

	/* The mail came first. */
	for (guint i = 0; i < draft->asides->len; i++)
		g_ptr_array_add(own, draft->asides->pdata[i]);
	while (draft->asides->len > 0)
		g_ptr_array_steal_index(draft->asides, draft->asides->len - 1);
	for (guint i = 0; i < mail->asides->len; i++) {
		Aside *aside = record_copy(&aside_type, mail->asides->pdata[i]);

		aside->position = 0;
		g_ptr_array_add(draft->asides, aside);
	}
	if (*mail->body != '\0')
		draft_set_aside(draft, ASIDE_COVER, mail->body,
			"text of the mail that the document came with", 0);
	for (guint i = 0; i < own->len; i++)
		g_ptr_array_add(draft->asides, own->pdata[i]);
}

void
article_join_cover(Article *article, Draft *mail)
{
	Draft *draft = article->draft;

	move_asides(draft, mail);
	join_warnings(draft, mail);
	join_links(draft, mail);
	if (*draft->embargo == '\0') {
		record_set(&draft->embargo, mail->embargo);
		draft->embargo_at = mail->embargo_at;
	}
	if (mail->has_original) {
		draft->has_original = true;
		record_set(&draft->original_sender.name, mail->original_sender.name);
		record_set(&draft->original_sender.address, mail->original_sender.address);
	}
	if (strcmp(draft->title_from, "body") == 0)
		record_set(&draft->title_from, "document");
}
