/* Word lists, compiled. Private to article. */
#pragma once

#include "article.h"

typedef enum {
	RULE_SALUTATION,
	RULE_CLOSING,
	RULE_COVER,
	RULE_LABEL,
	RULE_EMBARGO,
	RULE_NOTE,
	RULE_CONTACT,
	RULE_FOOTER,
	RULE_BANNER,
	RULE_DISCLAIMER,
	RULE_DEVICE,
	RULE_FORWARD,
	RULE_WROTE,
	RULE_FROM,
	RULE_DATE,
	RULE_TO,
	RULE_SUBJECT,
	RULE_PREFIX,
	RULE_CREDIT,
	RULE_CAPTION,
	RULE_EXPIRY,
	RULE_ORGANISATION,
	RULE_END,
	RULE_PRESS,
	RULE_VOICE,
	RULE_PASSED,
	RULE_RELEASE,
	RULE_KINDS,
} RuleKind;

/* Europe/Amsterdam, loaded before the process is sealed. Belongs to the rules. */
GTimeZone *rules_zone(const ArticleRules *rules);

/* Does the text begin like that? Looks at its first 300 bytes only. */
bool rules_match(const ArticleRules *rules, RuleKind kind, const char *text);

/* The length in bytes of what matches at the beginning; 0 nothing. */
size_t rules_match_length(const ArticleRules *rules, RuleKind kind, const char *text);

/* Kinds that every block is asked for. Does the text begin like any of these? */
bool rules_is_common(const ArticleRules *rules, RuleKind kind);
bool rules_match_any(const ArticleRules *rules, const char *text);

/* A place with this name, written like that. */
bool rules_place(const ArticleRules *rules, const char *name);

/* Is this domain a provider's, where anybody has an address? */
bool rules_is_provider(const ArticleRules *rules, const char *domain);

typedef struct {
	char *host, *path; /* ends of a host name; begin of a path */
	char *name;
	int days; /* that a link usually lives, the shortest of its plans; 0 not known */
} ShareService;

/* The service behind a URL; NULL when it is none. */
const ShareService *rules_service(const ArticleRules *rules, const char *url);
