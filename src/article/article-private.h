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
	guint8 *asked; /* of each block and rule, then of each block and any rule: 0 not asked yet,
			  1 yes, 2 no */
	unsigned *lines; /* of each block: LINE_ flags, 0 not looked at yet */
	GPtrArray *persons; /* char *, folded: who may sign here */
	GPtrArray *places; /* char *: their addresses and domains */
	guint n;
	bool cut; /* a limit of the HTML reader was met */
	char *subject; /* of a mail that is passed on, as its header says; NULL: that of the mail */
	guint head; /* blocks of the mail itself above those of an attached one */
	const Document *document; /* that the text comes from; NULL: from the mail itself */
} Article;

static inline Block *
block_at(const Article *article, guint i)
{
	return article->doc->pdata[i];
}

/* Does the block begin like that? Asked often, answered once. */
bool article_matches(const Article *article, RuleKind kind, guint i);

/* lines.c: what a line holds. */
enum {
	LINE_KNOWN = 1,
	LINE_PHONE = 2,
	LINE_MAIL = 4,
	LINE_SITE = 8,
	LINE_ADDRESS = 16, /* of a house */
	LINE_NAME = 32, /* the sender's, at its beginning */
	LINE_OWN = 64, /* the sender's address or domain */
	LINE_SIGNS = 128, /* nothing but signs: an end mark, or a rule */
	LINE_FRAMED = 256, /* a few words between signs */
	LINE_CARD = LINE_PHONE | LINE_MAIL | LINE_SITE | LINE_ADDRESS,
};
unsigned article_line(const Article *article, guint i);

/* A few letters, all of them capitals. */
bool article_is_capitals(const char *text);

/* A line with the name of somebody who may have signed, or only his first name. */
bool article_is_name(const Article *article, const char *plain);

/* Somebody who may have signed; before the judging. */
void article_know_person(Article *article, const char *name, const char *address);

/* The text without the signs around it, and how many those are. To g_free. */
char *article_unframed(const char *plain, int *ret_before, int *ret_behind);

/* letter.c: the letter around an article: salutation, covering note, greeting, signature. */

/* A few words that greet or address, at i of the blocks up to end. */
bool article_salutes(const Article *article, guint i, guint end);
bool article_closes(const Article *article, guint i);

/* Where the signature begins among the blocks from..end, its greeting included; end: there is
 * none. */
guint article_find_signature(const Article *article, guint from, guint end);

/* Blocks that are a letter and nothing else: covering note, and signature from its greeting on. */
void article_set_letter(Article *article, guint from, guint end, const char *reason);

/* Blocks from..to that are long enough to be text and are no legal text. */
guint article_long_texts(const Article *article, guint from, guint to);
bool article_stands_out(const Block *block);
bool article_is_long_text(const Block *block);
bool article_is_open(const Article *article, guint i);

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
void article_force(Article *article, guint i, int verdict, const char *reason);
guint article_words(const Article *article, guint from, guint to);

/* form.c: the fields of a contact form on top; the number of their blocks, 0 when there are none.
 */
guint article_judge_form(Article *article);

/* quoted.c: forwarded, answered and sent again. Returns where the text of the
 * sender, or of the one whose mail is passed on, ends; *ret_begin is where it begins. */
guint article_judge_quoted(Article *article, guint *ret_begin);

/* facts.c */
void article_find_title(Article *article);
const char *article_subject(const Article *article);
bool article_is_subject(const Article *article, const char *plain);
void article_find_embargo(Article *article);
void article_find_language(Article *article);
char *article_clean_subject(const ArticleRules *rules, const char *subject);

/* moment.c: the date and hour in a line, as a moment where the newsroom is; 0: none. A day without
 * a year or a weekday counts from the mail's date. */
gint64 article_moment(const Article *article, const char *line);

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

/* Then: short lines of one paragraph become one block with its breaks. */
void article_join_lines(Article *article);
