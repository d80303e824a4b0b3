/* Whose voice it is: from the sender's name, the signature, the domain of the address. */
#include <string.h>

#include "article-private.h"

enum {
	NAME_MOST = 80, /* bytes */
	LINES_MOST = 30, /* of a signature */
	KEY_LEAST = 4, /* letters that a name and a domain share at least */
};

/* Letters and digits, folded. */
static char *
key_of(const char *text, size_t length)
{
	g_autofree char *some = g_strndup(text, length);
	g_autofree char *valid = text_valid(some, -1);
	g_autofree char *folded = text_fold(valid);
	char *to = folded;

	for (const char *p = folded; *p != '\0'; p++)
		if (g_ascii_isalnum(*p))
			*to++ = *p;
	*to = '\0';
	return g_strdup(folded);
}

/* "Te Brake Metaal B.V." and tebrakemetaal.nl. */
static bool
is_of_domain(const char *name, const char *address)
{
	const char *domain = strrchr(address, '@');
	g_autofree char *key = key_of(name, MIN(strlen(name), NAME_MOST));

	if (domain == NULL || strlen(key) < KEY_LEAST)
		return false;
	for (domain++; strchr(domain, '.') != NULL; domain = strchr(domain, '.') + 1) {
		g_autofree char *label = key_of(domain, strcspn(domain, "."));

		if (strlen(label) >= KEY_LEAST &&
			(g_str_has_prefix(key, label) || g_str_has_prefix(label, key)))
			return true;
	}
	return false;
}

static bool
is_organisation(const Article *article, const char *name, const char *address)
{
	return is_of_domain(name, address) || rules_match(article->rules, RULE_ORGANISATION, name);
}

/* "Sanne Bos | Brug BV", "Sanne Bos (Brug BV)", "Sanne Bos - Brug BV": the part that is not the
 * person. */
static char *
part_of_name(const Article *article, const Person *person)
{
	static const char *const between[] = {
		" | ", " – ", " - ", " / ", " @ ", " (", ", ", " via "};
	const char *name = person->name;

	for (size_t i = 0; i < G_N_ELEMENTS(between); i++) {
		const char *at = strstr(name, between[i]);
		g_autofree char *left = NULL;
		g_autofree char *right = NULL;
		size_t n;

		if (at == NULL || at == name)
			continue;
		left = g_strndup(name, (size_t)(at - name));
		right = g_strdup(at + strlen(between[i]));
		n = strlen(right);
		if (n > 0 && right[n - 1] == ')')
			right[n - 1] = '\0';
		if (is_organisation(article, right, person->address))
			return g_steal_pointer(&right);
		if (is_organisation(article, left, person->address))
			return g_steal_pointer(&left);
		/* A bar is drawn for this. */
		if (i == 0)
			return g_steal_pointer(&right);
	}
	return is_organisation(article, name, person->address) ? g_strdup(name) : NULL;
}

/* A line of the signature that bears the name of the domain, else one that is of that kind. */
static char *
line_of_signature(const Article *article, const Person *person)
{
	g_autofree char *text = draft_aside_text(article->draft, ASIDE_SIGNATURE);
	g_auto(GStrv) lines = g_strsplit_set(text, "\n|", LINES_MOST);
	char *found = NULL;

	for (char **line = lines; *line != NULL; line++) {
		char *bare = g_strstrip(*line);
		size_t n = strlen(bare);

		if (n < KEY_LEAST || n > NAME_MOST || strchr(bare, '@') != NULL ||
			strstr(bare, "www.") != NULL || strstr(bare, "://") != NULL ||
			strcmp(bare, person->name) == 0)
			continue;
		/* "tebrakemetaal.nl" says no more than the address. */
		if (strchr(bare, ' ') == NULL && strchr(bare, '.') != NULL)
			continue;
		if (is_of_domain(bare, person->address)) {
			g_free(found);
			return g_strdup(bare);
		}
		if (found == NULL && rules_match(article->rules, RULE_ORGANISATION, bare))
			found = g_strdup(bare);
	}
	return found;
}

static char *
own_domain(const Article *article, const Person *person)
{
	const char *domain = strrchr(person->address, '@');

	return domain != NULL && !rules_is_provider(article->rules, domain + 1)
		       ? g_strdup(domain + 1)
		       : g_strdup("");
}

static void
find(Article *article, Person *person, bool signs)
{
	g_autofree char *found = part_of_name(article, person);

	if (found == NULL && signs)
		found = line_of_signature(article, person);
	if (found == NULL)
		found = own_domain(article, person);
	record_set(&person->organisation, found);
}

void
article_find_organisation(Article *article)
{
	Draft *draft = article->draft;

	/* The signature is the author's; who only passes on signs with another. */
	find(article, &draft->sender, !draft->has_original);
	if (draft->has_original)
		find(article, &draft->original_sender, true);
}
