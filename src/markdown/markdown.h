/* markdown: HTML and plain text to blocks, blocks to CommonMark. Uses base, gumbo. Knows nothing of
 * mail.
 *
 * A Doc is a flat list of blocks in reading order. Blocks carry hints of how they looked, so that
 * others can judge what they are: this room says "bold, alone, 18 px", not "title".
 */
#pragma once

#include "base.h"

typedef enum {
	BLOCK_PARAGRAPH,
	BLOCK_HEADING,
	BLOCK_ITEM,
	BLOCK_TABLE, /* text is a whole pipe table */
	BLOCK_IMAGE,
	BLOCK_CODE,
	BLOCK_RULE,
	BLOCK_RAW, /* text is written as it stands: CommonMark typed by the sender */
} BlockKind;

/* What the mail's markup says about a place; never from wording. */
typedef enum {
	ZONE_NONE,
	ZONE_SIGNATURE, /* a client's own signature element */
	ZONE_QUOTED, /* a client's own quote of another mail */
	ZONE_HIDDEN, /* not meant to be seen: preheader */
	ZONE_BANNER,
} BlockZone;

typedef struct {
	BlockKind kind;
	int level; /* heading 1-6; item depth from 1; others: of the item that they stand in, 0 none
		    */
	bool ordered; /* item */
	int number; /* item: as it was numbered; 0 not */
	int quote; /* depth of quotation around it */
	BlockZone zone;
	char *text; /* CommonMark inline; lines separated by \n */
	char *plain; /* the same without marks, white space collapsed, lines by \n */
	bool bold; /* all of it */
	bool italic;
	bool underline;
	guint32 color; /* of all of it: 0 none or mixed, else 1 + RGB */
	int indent; /* columns that it stands to the right of the margin */
	bool gap; /* a blank line or the distance of paragraphs above it */
	bool whole; /* its lines are joined already */
	guint group; /* of the lines of one paragraph, which br or the sender broke; 0 none */
	guint list; /* item: of the list it belongs to, so that two lists stay two */
	GArray *lines; /* how its lines look; for markdown alone, until the lines are split */
	bool typed; /* item or heading recognised from typed text, not from markup */
	double size; /* font size in px, 0 unknown */
	char *source; /* image: src as given */
	char *alt;
	int width, height; /* image: as the markup wants it, 0 unknown */
	bool linked; /* image: inside a link */
	bool pre_line; /* lines are meant as such (br), not wrapped */
	guint table; /* number of the layout table cell it stands in; 0 none */
	char *cls; /* class of the paragraph, for clients that say what they mean (MsoTitle) */
	const char *part; /* for others to mark where it came from */
	int words; /* of plain; -1: not counted yet */
} Block;

typedef GPtrArray Doc; /* of Block *; frees them */

typedef struct {
	gint64 nodes, depth;
	bool cut; /* set when a limit was met: the text is there, its structure is not */
} MarkdownLimits;

Doc *markdown_doc_new(void);
Block *markdown_block_new(BlockKind kind, const char *text, const char *plain);
void markdown_block_free(Block *block);

/* Appends the blocks of an HTML text. */
void markdown_add_html(Doc *doc, const char *html, MarkdownLimits *limits);

/* Appends the blocks of a plain text (RFC 3676 flowed or not). */
void markdown_add_plain(Doc *doc, const char *text, bool flowed, bool delsp);

/* What only the whole document tells: lines that were wrapped are joined, others become blocks of
 * their own (a bold line above a text), typed marks become lists with their nesting, typed Markdown
 * and aligned columns what they mean, set-off paragraphs quotes. Once, when all texts are added. */
void markdown_split_lines(Doc *doc);

/* CommonMark of the blocks from..to (exclusive). To g_free. */
char *markdown_write(const Doc *doc, guint from, guint to);

/* Plain text of the blocks from..to, paragraphs by a blank line. To g_free. */
char *markdown_write_plain(const Doc *doc, guint from, guint to);

/* Words of a block; counted once. */
guint markdown_words(Block *block);

/* Inline text with everything that CommonMark would take for a mark escaped. To g_free. */
char *markdown_escape(const char *plain);

/* The target behind a Safe Link, urldefense or newsletter tracker, as far as the URL itself tells.
 * To g_free. */
char *markdown_unwrap_link(const char *url);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Block, markdown_block_free)
