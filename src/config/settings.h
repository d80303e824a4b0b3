/* The one table of settings. Private to config. */
#pragma once

#include <stddef.h>

#include "config.h"

typedef enum {
	SET_STRING,
	SET_PATH, /* relative ones count from the folder of the file */
	SET_LIST, /* separated by ";" */
	SET_BOOL,
	SET_INT,
	SET_SIZE, /* bytes, with KiB, MiB, GiB */
	SET_DURATION, /* seconds, with s, min, h, d */
	SET_ENUM,
} SettingType;

typedef struct {
	const char *section, *key;
	SettingType type;
	size_t offset; /* in Config, MailboxConfig or EditorConfig */
	const char *initial, *example;
	gint64 least, most;
	const char *const *names; /* SET_ENUM */
	const char *help;
} Setting;

extern const Setting settings[]; /* ended by an entry without section */

/* Parses text into the field; NULL when good, else what was expected. */
char *setting_parse(const Setting *setting, const char *text, const char *folder, void *base);

/* The value of the field as it would stand in a file. */
char *setting_print(const Setting *setting, const void *base);
