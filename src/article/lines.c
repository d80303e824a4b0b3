/* What a line holds, whatever it says: a phone number, an address, the sender's name. Signatures
 * and contacts are told by this more than by words. */
#include <string.h>

#include "article-private.h"

enum {
	LOOK_AT = 400, /* bytes of a block */
	NAME_LINE = 90, /* bytes of a line with a name */
	PHONE_LEAST = 9, /* digits */
	PHONE_MOST = 15,
	FRAMED_MOST = 48, /* bytes of an end mark */
};

/* --- numbers and addresses */

/* "06 - 12 34 56 78", "+31 (0)53 123 45 67"; not a date, not an amount. */
static bool
is_phone_at(const char *text)
{
	const char *p = text;
	int digits = 0;

	for (; *p != '\0' && digits <= PHONE_MOST; p++) {
		if (g_ascii_isdigit(*p))
			digits++;
		else if (g_str_has_prefix(p, "–") || g_str_has_prefix(p, "‑"))
			p += strlen("–") - 1;
		else if (strchr(" -/().+", *p) == NULL)
			break;
	}
	return digits >= PHONE_LEAST && digits <= PHONE_MOST;
}

static bool
has_phone(const char *text)
{
	for (const char *p = text; *p != '\0' && p - text < LOOK_AT; p++) {
		bool begins = *p == '+' || (*p == '0' && g_ascii_isdigit(p[1])) ||
			      (*p == '(' && p[1] == '0');

		if (begins && (p == text || !(g_ascii_isalnum(p[-1]) || p[-1] == '-')) &&
			is_phone_at(p))
			return true;
	}
	return false;
}

/* "7521 AN", "Postbus 12", "Kerkstraat 12a": where somebody can be found. */
static bool
has_postcode(const char *text)
{
	if (strpbrk(text, "0123456789") == NULL)
		return false;
	for (const char *p = text; *p != '\0' && p - text < LOOK_AT; p++) {
		const char *q = p;

		if ((p > text && g_ascii_isalnum(p[-1])) || !g_ascii_isdigit(*p))
			continue;
		while (g_ascii_isdigit(*q))
			q++;
		if (q - p != 4 || *p == '0')
			continue;
		q += *q == ' ';
		if (g_ascii_isupper(q[0]) && g_ascii_isupper(q[1]) && !g_ascii_isalnum(q[2]))
			return true;
	}
	return strcasestr(text, "postbus ") != NULL || strcasestr(text, "postfach ") != NULL;
}

static bool
has_mail(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && at > text && (g_ascii_isalnum(at[-1]) || at[-1] == '_') &&
	       g_ascii_isalnum(at[1]) && strchr(at, '.') != NULL;
}

static bool
has_site(const char *text)
{
	/* Most lines are told apart by these two signs, which are found faster than words. */
	return (strchr(text, '.') != NULL && strcasestr(text, "www.") != NULL) ||
	       strstr(text, "://") != NULL;
}

/* --- the sender */

/* "Jan Jansen | Bureau X", "Jansen, Jan (Bureau X)": the person. */
static char *
person_of(const char *name)
{
	g_autofree char *folded = text_fold(name);
	g_autofree char *clean = text_collapse(folded);
	char *comma;

	clean[strcspn(clean, "|(/")] = '\0';
	for (const char *const *mark =
			(const char *const[]){" - ", " – ", " via ", " namens ", NULL};
		*mark != NULL; mark++)
		if (strstr(clean, *mark) != NULL)
			*strstr(clean, *mark) = '\0';
	g_strstrip(g_strdelimit(clean, "\"'", ' '));
	comma = strchr(clean, ',');
	if (comma != NULL && comma[1] != '\0') {
		*comma = '\0';
		return g_strdup_printf("%s %s", comma + 1 + (comma[1] == ' '), clean);
	}
	return g_steal_pointer(&clean);
}

void
article_know_person(Article *article, const char *name, const char *address)
{
	char *person = person_of(name);
	const char *at = strchr(address, '@');

	if (strlen(person) >= 2)
		g_ptr_array_add(article->persons, person);
	else
		g_free(person);
	if (at == NULL)
		return;
	g_ptr_array_add(article->places, g_ascii_strdown(address, -1));
	if (!rules_is_provider(article->rules, at + 1))
		g_ptr_array_add(article->places, g_ascii_strdown(at + 1, -1));
}

/* The whole name at the beginning, or nothing but its first words: "Sanne", "Harm Jan". */
static bool
is_name(const char *key, const char *person)
{
	size_t length = strlen(person), given = strlen(key);

	if (g_str_has_prefix(key, person))
		return !g_ascii_isalnum(key[length]) && given < length + 60;
	if (given >= 3 && given < length && g_str_has_prefix(person, key) && person[given] == ' ')
		return true;
	return given < length + 20 && length > 6 && strstr(key, person) != NULL;
}

bool
article_is_name(const Article *article, const char *plain)
{
	g_autofree char *folded = NULL;
	g_autofree char *key = NULL;
	const char *behind;

	if (*plain == '\0' || strlen(plain) > NAME_LINE)
		return false;
	folded = text_fold(plain);
	key = text_collapse(folded);
	while (*key != '\0' && strchr(" .,-!*", key[strlen(key) - 1]) != NULL)
		key[strlen(key) - 1] = '\0';
	/* "Liefs, Gea" */
	behind = strrchr(key, ',');
	for (guint i = 0; i < article->persons->len; i++)
		if (*key != '\0' &&
			(is_name(key, article->persons->pdata[i]) ||
				(behind != NULL && behind[1] == ' ' &&
					is_name(behind + 2, article->persons->pdata[i]))))
			return true;
	return false;
}

/* A dot within a word; most stand at the end of a sentence. */
static bool
has_inner_dot(const char *text)
{
	for (const char *p = text; (p = strchr(p, '.')) != NULL; p++)
		if (g_ascii_isalnum(p[1]))
			return true;
	return false;
}

static bool
holds_place(const Article *article, const char *plain)
{
	if (!has_inner_dot(plain))
		return false;
	for (guint i = 0; i < article->places->len; i++)
		if (strcasestr(plain, article->places->pdata[i]) != NULL)
			return true;
	return false;
}

bool
article_is_capitals(const char *text)
{
	int upper = 0, lower = 0;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		upper += g_unichar_isupper(g_utf8_get_char(p));
		lower += g_unichar_islower(g_utf8_get_char(p));
	}
	return upper >= 4 && lower == 0;
}

/* --- signs */

static bool
is_sign(gunichar c)
{
	return c < 128 ? strchr("-#*=_~/\\<>|.()[]{}+ ", (int)c) != NULL && c != 0
		       : c == 0x2013 || c == 0x2014 || c == 0x2022 || c == 0xb7 || c == 0x2026 ||
				 c == 0xa0;
}

/* What stands between the signs around a text; the number of signs before and behind it. */
char *
article_unframed(const char *plain, int *ret_before, int *ret_behind)
{
	const char *from = plain, *to = plain + strlen(plain);

	*ret_before = *ret_behind = 0;
	while (*from != '\0' && is_sign(g_utf8_get_char(from))) {
		*ret_before += *from != ' ';
		from = g_utf8_next_char(from);
	}
	while (to > from && is_sign(g_utf8_get_char(g_utf8_prev_char(to)))) {
		to = g_utf8_prev_char(to);
		*ret_behind += *to != ' ';
	}
	return g_strndup(from, (gsize)(to - from));
}

/* "///", "-0-", "- 30 -", "-o-o-o-": what stands for the end without a word. */
static bool
is_only_signs(const char *inner)
{
	if (*inner == '\0' || strcmp(inner, "30") == 0)
		return true;
	for (const char *p = inner; *p != '\0'; p = g_utf8_next_char(p))
		if (!is_sign(g_utf8_get_char(p)) && strchr("0oO", *p) == NULL)
			return false;
	return true;
}

static unsigned
signs_of(const char *plain)
{
	g_autofree char *inner = NULL;
	int before, behind;

	if (*plain == '\0' || strlen(plain) > FRAMED_MOST)
		return 0;
	inner = article_unframed(plain, &before, &behind);
	if (before + behind >= 2 && is_only_signs(inner))
		return LINE_SIGNS;
	return before > 0 && behind > 0 && text_words(inner) <= 4 && strchr(inner, '.') == NULL
		       ? LINE_FRAMED
		       : 0;
}

unsigned
article_line(const Article *article, guint i)
{
	const char *plain = block_at(article, i)->plain;
	unsigned *known = &article->lines[i];

	if ((*known & LINE_KNOWN) != 0)
		return *known;
	*known = LINE_KNOWN | signs_of(plain);
	/* A long text is none of these, whatever stands in it. */
	if (strnlen(plain, LOOK_AT) == LOOK_AT)
		return *known;
	if (has_phone(plain))
		*known |= LINE_PHONE;
	if (has_mail(plain))
		*known |= LINE_MAIL;
	if (has_site(plain))
		*known |= LINE_SITE;
	if (has_postcode(plain))
		*known |= LINE_ADDRESS;
	if (article_is_name(article, plain))
		*known |= LINE_NAME;
	if (holds_place(article, plain))
		*known |= LINE_OWN;
	return *known;
}
