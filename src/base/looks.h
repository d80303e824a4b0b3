/* What looks like something else: names and domains that a reader would take for others. After the
 * idea of Unicode's UTS 39 (skeletons of confusable characters), with a small table of our own:
 * what is drawn like a Latin letter or digit in common fonts.
 *
 * Pure, bounded by the length of the text; texts are valid UTF-8.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Two texts that look the same have the same skeleton: case, marks, look-alike letters of other
 * scripts, i l 1, o 0, rn m, vv w are one; of other characters only those in `keep` stay. At most
 * 200 characters are looked at. Result to g_free. */
char *looks_skeleton(const char *text, const char *keep);

/* One letter more, less or other, or two changed about. Equal texts are not near. */
bool looks_near(const char *a, const char *b);

/* Letters of more than one script (Japanese counts as one). */
bool looks_mixed(const char *text);

/* Letters of a script that is not Latin. */
bool looks_foreign(const char *text);

/* A domain that a reader would take for the other: the same skeleton, or one letter off in a name
 * of six letters or more under the same top level. Equal domains, and one below the other, do not
 * resemble. Both in lower case. */
bool looks_like_domain(const char *domain, const char *other);
