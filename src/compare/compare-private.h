/* Shared by the files of compare. */
#pragma once

#include "base.h"
#include "compare.h"

/* libgit2 wants to be told of its first use. False with a sentence. */
bool compare_ready(GError **error);

/* The last complaint of libgit2 as an error; false. */
bool compare_fail(GError **error);
