/* Mails that a contact form on a site makes: fields on top, the text below. The one who filled it
 * in is the contributor, not the site. */
#include <string.h>

#include "article-private.h"

enum {
	FIELD_NAME = 28, /* bytes before the colon */
	FIELD_VALUE = 160,
	FIELDS_LEAST = 3,
	FIELDS_MOST = 14,
};

/* "E-mail: jan@example.nl": the value, NULL when the block is no field. */
static const char *
field_value(const Block *block)
{
	const char *colon = strchr(block->plain, ':');
	const char *p = block->plain;

	if (block->kind != BLOCK_PARAGRAPH || block->quote > 0 || colon == NULL ||
		colon - p > FIELD_NAME || colon == p || strchr(p, '\n') != NULL)
		return NULL;
	for (; p < colon; p = g_utf8_next_char(p))
		if (!g_unichar_isalpha(g_utf8_get_char(p)) && strchr(" -/*()", *p) == NULL)
			return NULL;
	p = colon + 1 + strspn(colon + 1, " *");
	return strlen(p) < FIELD_VALUE ? p : NULL;
}

static void
take_field(Article *article, guint i, const char *value, Person *person)
{
	if (strchr(value, '@') != NULL && *person->address == '\0')
		record_set(&person->address, value);
	else if (article_matches(article, RULE_SUBJECT, i) && article->subject == NULL &&
		 text_words(value) >= 2)
		article->subject = g_strdup(value);
	else if (*person->name == '\0' && *value != '\0' && strpbrk(value, "0123456789/") == NULL)
		record_set(&person->name, value);
}

static void
take_form(Article *article, guint end, const Person *person)
{
	Draft *draft = article->draft;

	for (guint i = 0; i < end; i++)
		article_force(article, i, ASIDE_FORWARD_HEADER, "fields of a form on a site");
	draft->has_original = true;
	record_set(&draft->original_sender.name, person->name);
	record_set(&draft->original_sender.address, person->address);
	record_set(&draft->source_reason, "The mail was made by a form on a site.");
}

/* The fields are all that stands above the text, one of them is an address, and it is not that of
 * the sender of the mail. */
guint
article_judge_form(Article *article)
{
	Person *person = record_new(&person_type);
	guint fields = 0, i = 0;
	bool good;

	for (; i < article->n && fields < FIELDS_MOST; i++) {
		const char *value = field_value(block_at(article, i));

		if (value == NULL && block_at(article, i)->kind != BLOCK_RULE)
			break;
		fields += value != NULL;
		if (value != NULL)
			take_field(article, i, value, person);
	}
	good = fields >= FIELDS_LEAST && i < article->n && *person->address != '\0' &&
	       strchr(person->address, ' ') == NULL &&
	       g_ascii_strcasecmp(person->address, article->message->from_address) != 0 &&
	       article_words(article, i, article->n) >= 20;
	if (good)
		take_form(article, i, person);
	else
		g_clear_pointer(&article->subject, g_free);
	record_free(&person_type, person);
	return good ? i : 0;
}
