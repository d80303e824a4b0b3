/* The page that an article becomes. Private to desk. Pure: no I/O. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	const char *file; /* name beside the page; made by us */
	const char *alt, *caption, *credit;
	int width, height; /* pixels; 0 not known */
	bool lead; /* the one on top */
	GPtrArray *names; /* char *: what the text calls it */
} PagePicture;

typedef struct {
	const char *title, *lead, *body; /* plain, plain, CommonMark */
	const char *language; /* "nl"; "" is not said */
	const GPtrArray *pictures; /* PagePicture *, in order */
	const char *banner; /* above the article, of a preview; NULL none */
	const char *style; /* file of a style sheet beside the page; NULL none */
} Page;

/* HTML5 (WHATWG): header with h1 and p.lead, the text, each picture as figure with what is said of
 * it. Headings begin at h2. Every word is escaped, invisible characters are left out, links go to
 * http, https, mailto and tel alone; no script, no style, nothing that is fetched from elsewhere:
 * pictures that are not in `pictures` are left out. To g_free. */
char *page_html(const Page *page);

/* The body as CommonMark, its pictures under their new names. To g_free. */
char *page_markdown(const Page *page);

/* "brug-over-de-ijssel": letters, digits and hyphens of ASCII, at most 60; may be "". To g_free. */
char *page_slug(const char *title);
