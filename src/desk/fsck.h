/* Is what is kept as it should be? Damage in database, spool and outbox, each with a cure; repairs
 * only those that lose nothing, and only when asked. */
#pragma once

#include "config.h"

typedef enum {
	/* the first are those of the store, in its order */
	FSCK_DATABASE,
	FSCK_FOREIGN_KEY,
	FSCK_INDEX,
	FSCK_REVISION,
	FSCK_LEDGER,
	FSCK_DRAFT,
	FSCK_OUTBOX,
	FSCK_STUCK,
	FSCK_RAW_MISSING, /* a row without its raw mail */
	FSCK_RAW_DAMAGED, /* another length or digest */
	FSCK_RAW_UNKNOWN, /* a raw mail without a row */
	FSCK_STRANGE, /* a name that is not ours */
	FSCK_INCOMING, /* old, and nobody's */
	FSCK_CACHE, /* a cached file with another digest */
	FSCK_REASON, /* why a mail is in quarantine, of no such mail */
	FSCK_OPEN, /* the world may read it */
	FSCK_OWNER, /* owned by nobody of ours */
	FSCK_LINK, /* a link or a device where a file should be */
	FSCK_KINDS,
} FsckKind;

typedef struct {
	FsckKind kind;
	char *subject; /* what is damaged */
	char *repaired; /* what was done about it; NULL: nothing */
} FsckFinding;

typedef struct {
	bool quick; /* lengths only, no digests */
	bool repair;
} FsckOptions;

/* Names for scripts, in the order of FsckKind. */
extern const char *const desk_fsck_names[];

/* What it is and what helps, translated; static. */
const char *desk_fsck_meaning(FsckKind kind);
const char *desk_fsck_cure(FsckKind kind);

/* FsckFinding *, to g_ptr_array_unref; NULL when it could not look at all. */
GPtrArray *desk_fsck(const Config *config, const FsckOptions *options, GError **error);
