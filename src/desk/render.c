/* CommonMark as an editor reads it: headings, lists, quotes, links, in the width of the terminal.
 */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "commonmark.h"
#include "desk.h"
#include "table.h"

typedef struct {
	const DeskScreen *screen;
	int indent;
	int quote;
	GString *line; /* inline text of the block, marks already as terminal codes */
	GString *prefix; /* what the first line begins with */
	int lists[16]; /* number of the next item; -1 bullets */
	int depth;
	GPtrArray *links; /* targets, in order; the text has their numbers */
} Render;

static const char *
code(const Render *render, const char *sequence)
{
	return render->screen->colour ? sequence : "";
}

/* Width of what is seen: our own escape codes take none. */
static int
seen_width(const char *word)
{
	GString *bare = g_string_new(NULL);
	int width;

	for (const char *p = word; *p != '\0'; p++) {
		if (*p == '\033') {
			p += strcspn(p, "m");
			continue;
		}
		g_string_append_c(bare, *p);
	}
	width = (int)text_width(bare->str);
	g_string_free(bare, TRUE);
	return width;
}

static void
begin_line(const Render *render, const char *prefix)
{
	printf("%*s", render->indent, "");
	for (int i = 0; i < render->quote; i++)
		fputs("│ ", stdout);
	fputs(prefix, stdout);
}

static void
flush(Render *render)
{
	g_auto(GStrv) words = g_strsplit_set(render->line->str, " \n", -1);
	int hang = (int)text_width(render->prefix->str);
	int room = desk_measure(render->screen) - render->indent - render->quote * 2 - hang - 1;
	g_autofree char *blank = g_strnfill((gsize)hang, ' ');
	int column = 0;

	if (render->line->len == 0 && render->prefix->len == 0)
		return;
	begin_line(render, render->prefix->str);
	for (char **word = words; *word != NULL; word++) {
		int width = seen_width(*word);

		if (column > 0 && column + 1 + width > room) {
			putchar('\n');
			begin_line(render, blank);
			column = 0;
		} else if (column > 0) {
			putchar(' ');
			column++;
		}
		fputs(*word, stdout);
		column += width;
	}
	putchar('\n');
	g_string_truncate(render->line, 0);
	g_string_truncate(render->prefix, 0);
}

static void
add_text(Render *render, const char *text)
{
	g_autofree char *shown = text_printable(text != NULL ? text : "", TEXT_ONE_LINE);

	g_string_append(render->line, shown);
}

static void
enter_inline(Render *render, cmark_node *node)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
	case CMARK_NODE_CODE:
	case CMARK_NODE_HTML_INLINE:
		add_text(render, cmark_node_get_literal(node));
		break;
	case CMARK_NODE_SOFTBREAK:
	case CMARK_NODE_LINEBREAK:
		g_string_append_c(render->line, ' ');
		break;
	case CMARK_NODE_STRONG:
		g_string_append(render->line, code(render, "\033[1m"));
		break;
	case CMARK_NODE_EMPH:
		g_string_append(render->line, code(render, "\033[3m"));
		break;
	case CMARK_NODE_IMAGE:
		g_string_append(render->line, "[▣ ");
		break;
	default:
		break;
	}
}

/* The number of a target; the same one has one number. */
static guint
link_number(Render *render, const char *url)
{
	for (guint i = 0; i < render->links->len && i < 500; i++)
		if (strcmp(render->links->pdata[i], url) == 0)
			return i + 1;
	g_ptr_array_add(render->links, g_strdup(url));
	return render->links->len;
}

/* Only the name: where it lies stands with the files. */
static void
add_picture_name(Render *render, const char *url)
{
	const char *slash = url != NULL ? strrchr(url, '/') : NULL;

	add_text(render, slash != NULL && slash[1] != '\0' ? slash + 1 : url);
}

static void
put_links(Render *render)
{
	for (guint i = 0; i < render->links->len; i++) {
		g_autofree char *shown = text_printable(render->links->pdata[i], TEXT_ONE_LINE);
		g_autofree char *number = g_strdup_printf("%*s[%u] ", render->indent, "", i + 1);

		desk_put(render->screen, INK_DIM, number);
		desk_put(render->screen, INK_DIM, shown);
		putchar('\n');
	}
	if (render->links->len > 0)
		putchar('\n');
}

static void
leave_inline(Render *render, cmark_node *node)
{
	const char *url;

	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_STRONG:
	case CMARK_NODE_EMPH:
		g_string_append(render->line, code(render, "\033[0m"));
		break;
	case CMARK_NODE_LINK:
		url = cmark_node_get_url(node);
		if (url != NULL && strstr(render->line->str, url) == NULL &&
			g_ascii_strncasecmp(url, "mailto:", 7) != 0) {
			g_string_append_printf(render->line, "[%u]", link_number(render, url));
		}
		break;
	case CMARK_NODE_IMAGE:
		if (cmark_node_first_child(node) != NULL)
			g_string_append(render->line, " · ");
		add_picture_name(render, cmark_node_get_url(node));
		g_string_append_c(render->line, ']');
		break;
	default:
		break;
	}
}

static void
enter_item(Render *render)
{
	int *number = &render->lists[MIN(render->depth, 15)];

	flush(render);
	g_string_printf(render->prefix, "%*s", (render->depth - 1) * 3, "");
	if (*number >= 0)
		g_string_append_printf(render->prefix, "%d. ", (*number)++);
	else
		g_string_append(render->prefix, "• ");
}

static void
put_literal(Render *render, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);

	for (char **line = lines; *line != NULL; line++) {
		g_autofree char *shown = text_printable(*line, TEXT_ONE_LINE);

		if (**line == '\0')
			continue;
		begin_line(render, "    ");
		puts(shown);
	}
}

static void
enter_block(Render *render, cmark_node *node)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_HEADING:
		g_string_append(render->line, code(render, "\033[1;4m"));
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		render->quote++;
		break;
	case CMARK_NODE_LIST:
		render->depth++;
		render->lists[MIN(render->depth, 15)] =
			cmark_node_get_list_type(node) == CMARK_ORDERED_LIST
				? cmark_node_get_list_start(node)
				: -1;
		break;
	case CMARK_NODE_ITEM:
		enter_item(render);
		break;
	case CMARK_NODE_CODE_BLOCK:
	case CMARK_NODE_HTML_BLOCK:
		put_literal(render, cmark_node_get_literal(node));
		putchar('\n');
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		begin_line(render, "───\n\n");
		break;
	default:
		break;
	}
}

static bool
in_item(cmark_node *node)
{
	cmark_node *parent = cmark_node_parent(node);

	return parent != NULL && cmark_node_get_type(parent) == CMARK_NODE_ITEM;
}

static void
leave_block(Render *render, cmark_node *node)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_HEADING:
		g_string_append(render->line, code(render, "\033[0m"));
		flush(render);
		putchar('\n');
		break;
	case CMARK_NODE_PARAGRAPH:
		flush(render);
		if (!in_item(node))
			putchar('\n');
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		render->quote--;
		break;
	case CMARK_NODE_LIST:
		render->depth--;
		if (render->depth == 0)
			putchar('\n');
		break;
	case CMARK_NODE_ITEM:
		flush(render);
		break;
	default:
		break;
	}
}

static void
walk(Render *render, cmark_node *document)
{
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);
		bool entering = event == CMARK_EVENT_ENTER;

		if (entering && desk_is_table(node)) {
			desk_table(render->screen, node, render->indent + render->quote * 2);
			cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
			continue;
		}
		if (desk_is_inline(node) && entering)
			enter_inline(render, node);
		else if (desk_is_inline(node))
			leave_inline(render, node);
		else if (entering)
			enter_block(render, node);
		else
			leave_block(render, node);
	}
	cmark_iter_free(iter);
}

void
desk_markdown(const DeskScreen *screen, const char *markdown, int indent)
{
	Render render = {.screen = screen,
		.indent = indent,
		.line = g_string_new(NULL),
		.prefix = g_string_new(NULL),
		.links = g_ptr_array_new_with_free_func(g_free)};
	cmark_node *document = desk_commonmark(markdown);

	walk(&render, document);
	flush(&render);
	put_links(&render);
	cmark_node_free(document);
	g_ptr_array_unref(render.links);
	g_string_free(render.line, TRUE);
	g_string_free(render.prefix, TRUE);
}
