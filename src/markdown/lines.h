/* The steps of markdown_split_lines; each takes and leaves owned Block * in reading order. Private
 * to markdown. */
#pragma once

#include "markdown.h"

/* A block of the same zone, quotation, size and place. */
Block *lines_block_like(const Block *model, BlockKind kind, const char *text, const char *plain);

/* Markdown that somebody, or a chatbot, typed. */
void lines_read_markdown(GPtrArray *blocks);

/* Typed marks to lists with nesting. */
void lines_read_lists(GPtrArray *blocks);

/* Paragraphs that are set off to quotations. */
void lines_read_quotes(GPtrArray *blocks);
