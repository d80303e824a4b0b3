/* Reading CommonMark with tables, in one place. */
#include <cmark-gfm-core-extensions.h>
#include <string.h>

#include "base.h"
#include "commonmark.h"

cmark_node *
desk_commonmark(const char *markdown)
{
	cmark_parser *parser = cmark_parser_new(CMARK_OPT_DEFAULT);
	cmark_syntax_extension *table;
	cmark_node *document;

	cmark_gfm_core_extensions_ensure_registered();
	table = cmark_find_syntax_extension("table");
	if (table != NULL)
		cmark_parser_attach_syntax_extension(parser, table);
	cmark_parser_feed(parser, markdown, strlen(markdown));
	document = cmark_parser_finish(parser);
	cmark_parser_free(parser);
	return document;
}

bool
desk_is_picture(cmark_node *node)
{
	cmark_node *child = cmark_node_get_type(node) == CMARK_NODE_PARAGRAPH
				    ? cmark_node_first_child(node)
				    : NULL;

	return child != NULL && cmark_node_get_type(child) == CMARK_NODE_IMAGE &&
	       cmark_node_next(child) == NULL;
}

bool
desk_is_inline(cmark_node *node)
{
	return (cmark_node_get_type(node) & CMARK_NODE_TYPE_MASK) == CMARK_NODE_TYPE_INLINE;
}

char *
desk_inline_text(cmark_node *node)
{
	GString *text = g_string_new(NULL);
	cmark_iter *iter = cmark_iter_new(node);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *here = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(here);

		if (event != CMARK_EVENT_ENTER || here == node)
			continue;
		if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
			g_string_append_c(text, ' ');
		else if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)
			g_string_append(text, cmark_node_get_literal(here));
	}
	cmark_iter_free(iter);
	return g_string_free(text, FALSE);
}

bool
desk_begins_with(const char *markdown, const char *words)
{
	cmark_node *document = desk_commonmark(markdown);
	cmark_node *first = cmark_node_first_child(document);
	g_autofree char *text = NULL;
	g_autofree char *said = NULL;
	g_autofree char *wanted = text_collapse(words);

	while (first != NULL && desk_is_picture(first))
		first = cmark_node_next(first);
	text = first != NULL ? desk_inline_text(first) : g_strdup("");
	said = text_collapse(text);
	cmark_node_free(document);
	return *wanted == '\0' || g_str_has_prefix(said, wanted);
}

GPtrArray *
desk_blocks(const char *markdown, GByteArray *ret_pictures)
{
	GPtrArray *blocks = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) lines = g_strsplit(markdown, "\n", -1);
	int count = (int)g_strv_length(lines);
	cmark_node *document = desk_commonmark(markdown);

	for (cmark_node *node = cmark_node_first_child(document); node != NULL;
		node = cmark_node_next(node)) {
		cmark_node *next = cmark_node_next(node);
		/* The end of a block is not always known; the beginning of the next one is. */
		int from = CLAMP(cmark_node_get_start_line(node) - 1, 0, count);
		int to = next != NULL ? CLAMP(cmark_node_get_start_line(next) - 1, from, count)
				      : count;
		guint8 picture = desk_is_picture(node) ? 1 : 0;
		GString *block = g_string_new(NULL);

		for (int i = from; i < to; i++)
			g_string_append_printf(block, "%s\n", lines[i]);
		g_ptr_array_add(blocks, g_strchomp(g_string_free(block, FALSE)));
		if (ret_pictures != NULL)
			g_byte_array_append(ret_pictures, &picture, 1);
	}
	cmark_node_free(document);
	return blocks;
}
