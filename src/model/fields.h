/* How the tables of records are written: a line a field (record.h). For the files that hold such
 * tables, and for no header. */
#pragma once

#include "record.h"

#define STRING(s, f)                                                                               \
	{                                                                                          \
#f, FIELD_STRING, offsetof(s, f), NULL, NULL                                       \
	}
#define INT(s, f)                                                                                  \
	{                                                                                          \
#f, FIELD_INT, offsetof(s, f), NULL, NULL                                          \
	}
#define BOOL(s, f)                                                                                 \
	{                                                                                          \
#f, FIELD_BOOL, offsetof(s, f), NULL, NULL                                         \
	}
#define ENUM(s, f, names)                                                                          \
	{                                                                                          \
#f, FIELD_ENUM, offsetof(s, f), NULL, names                                        \
	}
#define STRINGS(s, f)                                                                              \
	{                                                                                          \
#f, FIELD_STRINGS, offsetof(s, f), NULL, NULL                                      \
	}
#define INTS(s, f)                                                                                 \
	{                                                                                          \
#f, FIELD_INTS, offsetof(s, f), NULL, NULL                                         \
	}
#define RECORD(s, f, type)                                                                         \
	{                                                                                          \
#f, FIELD_RECORD, offsetof(s, f), &(type), NULL                                    \
	}
#define LIST(s, f, type)                                                                           \
	{                                                                                          \
#f, FIELD_LIST, offsetof(s, f), &(type), NULL                                      \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, FIELD_INT, 0, NULL, NULL                                                     \
	}
