/* desk: what editors and admins do, without the words they type. Uses config, wire, spool, store,
 * cmark.
 *
 * Everything printed passes desk_put or desk_cell, which filter what came from mail
 * (text_printable). Data goes to stdout.
 */
#pragma once

#include "config.h"
#include "model.h"
#include "spool.h"
#include "store.h"
#include "wire.h"

/* --- where it is printed --- */

typedef struct {
	int width; /* columns */
	bool colour; /* a terminal, and NO_COLOR is not set */
	bool json;
} DeskScreen;

DeskScreen desk_screen(bool json);

typedef enum {
	INK_NONE,
	INK_BOLD,
	INK_DIM,
	INK_ALERT,
	INK_GOOD,
	INK_LINK,
} DeskInk;

/* Text, coloured where there is colour; lines stay lines. */
void desk_put(const DeskScreen *screen, DeskInk ink, const char *text);

/* "  Label      value", wrapped to the width. Nothing for an empty value. */
void desk_field(const DeskScreen *screen, const char *label, const char *value, DeskInk ink);

/* CommonMark as it will read. indent in columns. */
void desk_markdown(const DeskScreen *screen, const char *markdown, int indent);

/* One JSON document and a newline; takes it over. */
void desk_json(json_t *document);

/* --- what is kept --- */

/* The database of this configuration. */
Store *desk_store(const Config *config, StoreMode mode, GError **error);

/* One row a draft, fitted to the width. */
void desk_list(const DeskScreen *screen, const GPtrArray *rows);
json_t *desk_row_json(const StoreDraftRow *row);

/* A draft whole. row NULL: it is not kept (inspect). */
void desk_show(const DeskScreen *screen, const StoreDraftRow *row, const Message *message,
	const Draft *draft);
void desk_files(const DeskScreen *screen, const GPtrArray *attachments);

/* The object of nieuws inspect --json and nieuws show --json. */
json_t *desk_draft_json(const Message *message, const Draft *draft);

/* --- sealed reading --- */

typedef struct DeskReader DeskReader;

/* A nieuws-read of our own. Ended with desk_reader_free. */
DeskReader *desk_reader_new(const Config *config, GError **error);
void desk_reader_free(DeskReader *reader);

/* Reads one mail; waits at most limits.reader_deadline. NULL with a sentence; after a crash or a
 * deadline the reader is replaced by itself. To record_free(wire_type(WIRE_DRAFT)). */
WireDraft *desk_reader_read(DeskReader *reader, int fd, GError **error);

/* The decoded bytes of a part: a descriptor, or -1. */
int desk_reader_extract(DeskReader *reader, int fd, const char *part, GError **error);

/* A file of a draft: from the cache, else extracted, checked against its digest, and cached. A
 * descriptor, or -1. */
int desk_file(const Config *config, Spool *spool, const char *raw_path,
	const Attachment *attachment, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeskReader, desk_reader_free)
