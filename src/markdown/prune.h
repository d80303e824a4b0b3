/* HTML without what the parser need not see. Private to markdown. */
#pragma once

#include <gumbo.h>

#include "arena.h"

typedef struct {
	GString *html;
	GArray *carried; /* pieces of text that stand in html as one character each */
} Pruned;

/* The same HTML with less to parse: what stands in comments and <style>, attributes that the walk
 * never asks for and declarations of styles that it never asks for are gone; long pieces of text
 * are carried past the parser. The tree that a parser makes of it (HTML, section 13.2) has the
 * same nodes; html_restore gives them the same text. From the first thing on that would have to be
 * parsed to be understood (SVG, templates, select, what never ends), the HTML is left as it is.
 * Linear in length, no longer than html, which must live as long as the result and end in NUL. */
Pruned html_prune(const char *html, size_t length);

/* Puts the carried text back into the tree below root. Memory comes from the arena of the tree. */
void html_restore(const Pruned *pruned, GumboNode *root, Arena *arena);

void html_pruned_clear(Pruned *pruned);
