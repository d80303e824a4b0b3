/* Shared by the files of article: the mail as blocks, and a verdict for each block. */
#pragma once

#include "article.h"
#include "markdown.h"
#include "rules.h"

enum { IN_ARTICLE = -1, DROPPED = -2 /* rules, empty things: nobody misses them */ };

typedef struct {
	MimeMail *mail;
	Message *message;
	const ArticleRules *rules;
	const ArticleLimits *limits;
	const GPtrArray *documents; /* Document *, may be NULL */
	Draft *draft;
	Doc *doc;
	int *verdicts; /* of each block: IN_ARTICLE, DROPPED or an AsideKind */
	const char **reasons;
	guint8 *asked; /* of each block and rule: 0 not asked yet, 1 yes, 2 no */
	guint n;
	bool cut; /* a limit of the HTML reader was met */
	const Document *document; /* that the text comes from; NULL: from the mail itself */
} Article;

static inline Block *
block_at(const Article *article, guint i)
{
	return article->doc->pdata[i];
}

/* Does the block begin like that? Asked often, answered once. */
bool article_matches(const Article *article, RuleKind kind, guint i);

/* source.c: the texts of the mail as one document. */
void article_choose_source(Article *article);

/* attached.c: the article in an attached document. */

/* Own words of the sender when all that is not his is set aside; after the judging. */
guint article_own_words(const Article *article);

/* Lists the documents that may hold the article as wishes, where the mail says little itself. */
void article_wish(Article *article);

/* The answer to a wish that the draft should be made of, NULL when the mail's own text is better.
 */
const Document *article_best_document(Article *article);

/* Its blocks as the text to judge; its pictures join the attachments of the message. */
void article_read_document(Article *article);
int article_lifted_picture(const Article *article, const char *source);
void article_judge_letterhead(Article *article);

/* The draft of a document (article) takes over what the draft of the mail itself had beside it. */
void article_join_cover(Article *article, Draft *mail);

/* zones.c: what each block is. */
void article_judge(Article *article);
void article_set(Article *article, guint from, guint to, int verdict, const char *reason);
guint article_words(const Article *article, guint from, guint to);

/* quoted.c: forwarded, answered and sent again. Returns where the sender's own text ends. */
guint article_judge_quoted(Article *article);

/* facts.c */
void article_find_title(Article *article);
void article_find_embargo(Article *article);
void article_find_language(Article *article);
char *article_clean_subject(const ArticleRules *rules, const char *subject);

/* images.c: pictures to their places and roles, then captions.c */
void article_place_images(Article *article);

/* captions.c: captions and credits that stand in the text. The text stays as it is. */
void article_find_captions(Article *article);

/* links.c: where more files wait, and until when. */
void article_find_links(Article *article);

/* organisation.c: of the sender, and of the original one; after the asides are written. */
void article_find_organisation(Article *article);

/* topics.c: tags and places, proposed; after the language is known. */
void article_find_topics(Article *article);

/* headings.c: lines that are headings by their look alone, and the levels of all. */
void article_find_headings(Article *article);
