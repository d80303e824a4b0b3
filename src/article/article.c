#include "article.h"
struct ArticleRules { int x; };
ArticleRules *article_rules_load(const char *folder, GError **error) { (void)folder; (void)error; return g_new0(ArticleRules, 1); }
void article_rules_free(ArticleRules *rules) { g_free(rules); }
Draft *article_make(MimeMail *mail, const ArticleRules *rules, const ArticleLimits *limits) { Draft *d = draft_new(); (void)rules; (void)limits; record_set(&d->title, mime_message(mail)->subject); record_set(&d->body, mime_message(mail)->text); return d; }
