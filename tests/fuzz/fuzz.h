/* What the fuzz targets share: targets.c is libFuzzer's side, each fuzz-NAME.c one parser. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"

void fuzz_start(void);
void fuzz_one(const uint8_t *bytes, size_t length);

char *fuzz_text(const uint8_t *bytes, size_t length);
char *fuzz_utf8(const uint8_t *bytes, size_t length);
