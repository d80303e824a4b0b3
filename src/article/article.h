/* article: the parts of a mail to the draft that a good editor would have made of it. Uses base,
 * model, mime, markdown.
 *
 * Structure decides first (where a block stands, what it looks like, what repeats); wordings come
 * from data files (config/patterns), which an admin can extend. What is not article becomes an
 * aside, never nothing; when in doubt a text stays in the article.
 */
#pragma once

#include "mime.h"
#include "model.h"

typedef struct ArticleRules ArticleRules;

typedef struct {
	gint64 html_nodes, html_depth;
	gint64 picture_width; /* narrower photos get a warning; 0: none do */
} ArticleLimits;

/* Reads the word lists of a folder. Before the process is sealed. */
ArticleRules *article_rules_load(const char *folder, GError **error);
void article_rules_free(ArticleRules *rules);

/* Makes the draft. documents: Document *, the answers to the wishes of an earlier draft of this
 * mail; NULL or empty at first. A draft with wishes is whole, but would be better with them. Also
 * sets roles, captions and credits in mime_message(mail)->attachments. Never fails: a mail without
 * text is a draft without text, with a warning. */
Draft *article_make(MimeMail *mail, const ArticleRules *rules, const ArticleLimits *limits,
	const GPtrArray *documents);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArticleRules, article_rules_free)
