/* From the parts of a mail to a draft: the order of the steps. */
#include "article-private.h"

#include <string.h>

/* --- what comes out
 * ------------------------------------------------------------------------------------------- */

static void
write_body(Article *article)
{
	Doc *kept = g_ptr_array_new();

	for (guint i = 0; i < article->n; i++)
		if (article->verdicts[i] == IN_ARTICLE)
			g_ptr_array_add(kept, block_at(article, i));
	g_free(article->draft->body);
	article->draft->body = markdown_write(kept, 0, kept->len);
	article->draft->words = (gint64)text_words(article->draft->body);
	g_ptr_array_unref(kept);
}

/* Only the blocks of this kind: what was dropped between them, such as the title, stands elsewhere.
 */
static char *
text_of_kind(Article *article, guint from, guint end, int verdict)
{
	GString *text = g_string_new(NULL);

	for (guint i = from; i < end; i++) {
		if (article->verdicts[i] != verdict || *block_at(article, i)->plain == '\0')
			continue;
		if (text->len > 0)
			g_string_append(text, "\n\n");
		g_string_append(text, block_at(article, i)->plain);
	}
	return g_string_free(text, FALSE);
}

/* Neighbours of one kind are one aside. */
static void
write_asides(Article *article)
{
	gint64 position = 0;

	for (guint i = 0; i < article->n;) {
		int verdict = article->verdicts[i];
		guint end = i + 1;
		g_autofree char *text = NULL;

		if (verdict < 0) {
			position +=
				verdict == IN_ARTICLE && block_at(article, i)->kind != BLOCK_IMAGE;
			i++;
			continue;
		}
		while (end < article->n &&
			(article->verdicts[end] == verdict || article->verdicts[end] == DROPPED))
			end++;
		text = text_of_kind(article, i, end, verdict);
		if (*text != '\0')
			draft_set_aside(article->draft, (AsideKind)verdict, text,
				article->reasons[i], position);
		i = end;
	}
}

static void
add_mime_warnings(Article *article)
{
	const GPtrArray *warnings = mime_warnings(article->mail);

	for (guint i = 0; i < warnings->len; i++) {
		const Warning *warning = warnings->pdata[i];

		draft_warn(article->draft, warning->code, warning->text);
	}
	if (article->draft->words == 0)
		draft_warn(article->draft, "text.none", "No article text was found in the mail.");
}

/* A block that begins like none of the kinds answers for all of them. */
static void
ask_any(const Article *article, guint i)
{
	guint8 *answers = &article->asked[(gsize)i * RULE_KINDS];
	guint8 *any = &article->asked[(gsize)article->n * RULE_KINDS + i];

	if (*any != 0)
		return;
	*any = rules_match_any(article->rules, block_at(article, i)->plain) ? 1 : 2;
	for (int kind = 0; *any == 2 && kind < RULE_KINDS; kind++)
		if (rules_is_common(article->rules, (RuleKind)kind))
			answers[kind] = 2;
}

bool
article_matches(const Article *article, RuleKind kind, guint i)
{
	guint8 *answer = &article->asked[(gsize)i * RULE_KINDS + kind];

	if (*answer == 0 && rules_is_common(article->rules, kind))
		ask_any(article, i);
	if (*answer == 0)
		*answer = rules_match(article->rules, kind, block_at(article, i)->plain) ? 1 : 2;
	return *answer == 1;
}

/* From the text to a whole draft. */
static void
make_draft(Article *article)
{
	record_set(&article->draft->sender.name, article->message->from_name);
	record_set(&article->draft->sender.address, article->message->from_address);
	if (article->document != NULL)
		article_read_document(article);
	else
		article_choose_source(article);
	markdown_split_lines(article->doc);
	article->n = article->doc->len;
	article->verdicts = g_new0(int, article->n + 1);
	article->reasons = g_new0(const char *, article->n + 1);
	article->asked = g_new0(guint8, (gsize)article->n * (RULE_KINDS + 1) + 1);
	article->lines = g_new0(unsigned, article->n + 1);
	article->persons = g_ptr_array_new_with_free_func(g_free);
	article->places = g_ptr_array_new_with_free_func(g_free);
	article_judge(article);
	article_judge_letterhead(article);
	article_find_title(article);
	article_find_embargo(article);
	article_find_headings(article);
	article_join_lines(article);
	article_place_images(article);
	article_find_links(article);
	write_body(article);
	write_asides(article);
	article_find_language(article);
}

static void
clear(Article *article)
{
	g_clear_pointer(&article->verdicts, g_free);
	g_clear_pointer(&article->reasons, g_free);
	g_clear_pointer(&article->asked, g_free);
	g_clear_pointer(&article->lines, g_free);
	g_clear_pointer(&article->persons, g_ptr_array_unref);
	g_clear_pointer(&article->places, g_ptr_array_unref);
	g_clear_pointer(&article->subject, g_free);
	article->head = 0;
	g_clear_pointer(&article->doc, g_ptr_array_unref);
}

/* The mail is a covering note: the draft comes from the document, the note stands beside it. */
static void
remake(Article *article)
{
	g_autoptr(Draft) mail = article->draft;

	clear(article);
	article->draft = draft_new();
	make_draft(article);
	article_join_cover(article, mail);
}

Draft *
article_make(MimeMail *mail, const ArticleRules *rules, const ArticleLimits *limits,
	const GPtrArray *documents)
{
	Article article = {.mail = mail,
		.message = mime_message(mail),
		.rules = rules,
		.limits = limits,
		.documents = documents,
		.draft = draft_new()};

	make_draft(&article);
	if (documents == NULL || documents->len == 0) {
		article_wish(&article);
	} else {
		article.document = article_best_document(&article);
		if (article.document != NULL)
			remake(&article);
	}
	article_find_organisation(&article);
	article_find_topics(&article);
	add_mime_warnings(&article);
	clear(&article);
	return article.draft;
}
