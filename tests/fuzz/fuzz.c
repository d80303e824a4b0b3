/* Fuzz targets for libFuzzer: one program per FUZZ_TARGET, all from this file. Besides what the
 * sanitizers find, each asserts what its callers rely on. */
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Text with a NUL behind it, to g_free; NULs in it become question marks. */
char *
fuzz_text(const uint8_t *bytes, size_t length)
{
	char *text = g_malloc(length + 1);

	for (size_t i = 0; i < length; i++)
		text[i] = bytes[i] != 0 ? (char)bytes[i] : '?';
	text[length] = '\0';
	return text;
}

/* Valid UTF-8, as every text is before it gets to markdown, desk or notice. */
char *
fuzz_utf8(const uint8_t *bytes, size_t length)
{
	g_autofree char *text = fuzz_text(bytes, length);

	return text_valid(text, (gssize)length);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	/* A warning of GLib is a finding: it means that we called it wrongly. */
	g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
	fuzz_start();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	fuzz_one(bytes, length);
	return 0;
}
