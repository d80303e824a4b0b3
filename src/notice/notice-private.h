/* What the files of notice share. Private to notice. */
#pragma once

#include "notice.h"

/* A template's text with its values in it; NIEUWS_CONFIG for a placeholder that there is not. */
char *notice_fill(const Config *config, const char *template, const char *language,
	const NoticeFacts *facts, GError **error);
