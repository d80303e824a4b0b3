/* Shared by the files of desk. */
#pragma once

#include "desk.h"

/* convert.c: one document in a nieuws-convert of its own. Never NULL: where there is no answer, the
 * Document says why. The bytes of a picture go to ret_picture (may be NULL), -1 when there is none.
 * Blocks for at most limits.converter_deadline and a little. To record_free(&document_type). */
Document *desk_convert(const Config *config, int fd, const char *part, const char *kind,
	const char *picture, int *ret_picture);

/* convert.c: a Document that only says why there is none. */
Document *desk_no_document(const char *part, const char *kind, const char *why);
