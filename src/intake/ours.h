/* Who says that he is one of us? Private to intake. */
#pragma once

#include "config.h"
#include "model.h"

/* Warns on the draft (trust.our-name, trust.our-domain) where the sender carries the name of the
 * newsroom or of an editor with another address, or our domain without being verified. */
void ours_judge(const Config *config, const Message *message, Draft *draft);

/* Domains of our own addresses, in lower case (char *), to g_ptr_array_unref. */
GPtrArray *ours_domains(const Config *config);
