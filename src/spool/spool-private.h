/* What the files of the spool share. Private to spool. */
#pragma once

#include "base.h"
#include "spool.h"

struct Spool {
	int root, incoming, mail, attachments, quarantine;
	int lock;
	char *day; /* "2026-11/24" of day_fd */
	int day_fd;
	bool day_dirty;
	guint imported;
};
