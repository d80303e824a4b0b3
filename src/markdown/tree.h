/* Looking at gumbo's tree: attributes, styles, children. Private to markdown. Depth is bounded
 * everywhere. */
#pragma once

#include <gumbo.h>

#include "markdown.h"

enum { TREE_DEEPEST = 3000 /* tags; what is deeper is not parsed at all */ };

/* "" if it is not there. */
const char *tree_attribute(const GumboElement *element, const char *name);

/* style='property: value...': does the value begin like that; where it begins, or NULL. */
bool style_has(const char *style, const char *property, const char *value);
const char *style_value(const char *style, const char *property);

/* A length in px; 0 unknown. */
double size_of(const char *value);
double font_size(const char *value);

/* 1 + RGB of a color; 0 for black, none and what cannot be read. */
guint32 color_of(const char *value);

bool tree_is(const GumboNode *node, GumboTag tag);
bool tree_contains(const GumboNode *node, GumboTag tag, int depth);
void tree_text(const GumboNode *node, GString *out, int depth);

/* The elements below node, but not below another stop. */
void tree_collect(const GumboNode *node, GumboTag tag, GumboTag stop, GPtrArray *found, int depth);

/* td and th of a row. Free with g_ptr_array_unref. */
GPtrArray *tree_cells(const GumboNode *row);

/* The cells of a data table, row by row, NULL where there is none (spans, short rows); columns
 * without text are gone. NULL if the table only arranges what is on the page. */
GPtrArray *table_grid(const GumboNode *table, guint *ret_columns);
