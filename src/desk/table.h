/* Tables on the screen. Private to desk. */
#pragma once

#include "commonmark.h"
#include "desk.h"

bool desk_is_table(cmark_node *node);
void desk_table(const DeskScreen *screen, cmark_node *node, int indent);
