/* CommonMark (0.29) with the tables of GFM (4.10), as the desk reads it everywhere. Private to
 * desk. Text is bounded by limits.text and by what an editor saves. */
#pragma once

#include <cmark-gfm.h>
#include <glib.h>
#include <stdbool.h>

/* To cmark_node_free. Never NULL. */
cmark_node *desk_commonmark(const char *markdown);

/* A paragraph that is one picture. */
bool desk_is_picture(cmark_node *node);
bool desk_is_inline(cmark_node *node);

/* The words below a node, without marks. To g_free. */
char *desk_inline_text(cmark_node *node);

/* The text begins with these words, marks and white space aside. */
bool desk_begins_with(const char *markdown, const char *words);

/* The blocks of the text as they stand in its source (char *), a list or table as one. Pictures
 * alone are blocks, too: ret_pictures (guint8, may be NULL) says which. */
GPtrArray *desk_blocks(const char *markdown, GByteArray *ret_pictures);
