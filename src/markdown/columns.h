/* Tables that were typed with blanks or tabs. Private to markdown. */
#pragma once

#include "markdown.h"

typedef struct {
	const char *text; /* without blanks in front */
	int indent; /* columns of them */
} ColumnLine;

/* A pipe table of the first of the n lines, as many as ret_used says; NULL if they are none. To
 * g_free. */
char *columns_read(const ColumnLine *lines, guint n, guint *ret_used);
