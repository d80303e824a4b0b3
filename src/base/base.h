/* base: what every room may use. GLib, nettle; knows no other room. */
#pragma once

#include "digest.h"
#include "error.h"
#include "fs.h"
#include "log.h"
#include "looks.h"
#include "text.h"
#include "when.h"
