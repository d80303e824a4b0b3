/* Tags and places that the text suggests: proposals for an editor, never more. Names that recur,
 * organisations, hashtags; the place of the dateline and places that are known. */
#include <string.h>

#include "article-private.h"

enum {
	NAME_MOST = 60, /* bytes */
	WORDS_MOST = 4, /* in the name of a place */
	TOPICS_MOST = 8,
	PLACES_MOST = 5,
	READ_MOST = 60000, /* bytes of text that are looked at */
	RECURS = 2,
};

typedef struct {
	char *text;
	guint count, first; /* how often; the how manieth name */
	bool long_name; /* of several words */
} Topic;

static void
topic_free(gpointer data)
{
	Topic *topic = data;

	g_free(topic->text);
	g_free(topic);
}

typedef struct {
	GHashTable *known; /* text to Topic, which it owns */
	guint seen;
} Topics;

static void
count(Topics *topics, const char *text, guint times)
{
	Topic *topic = g_hash_table_lookup(topics->known, text);

	if (topic == NULL) {
		topic = g_new0(Topic, 1);
		topic->text = g_strdup(text);
		topic->first = topics->seen++;
		topic->long_name = strchr(text, ' ') != NULL;
		g_hash_table_insert(topics->known, topic->text, topic);
	}
	topic->count += times;
}

/* --- words
 * ----------------------------------------------------------------------------------------------------
 */

typedef struct {
	const char *at;
	size_t length; /* without the punctuation around it */
	bool capital, ends; /* begins with one; a sentence ends behind it */
	bool joined; /* no punctuation between it and the next */
} Word;

/* Most of any text is ASCII: asked there without a table of all of Unicode. */
static bool
is_letter(const char *p)
{
	return (*p & 0x80) == 0 ? g_ascii_isalnum(*p) : g_unichar_isalnum(g_utf8_get_char(p));
}

static bool
is_name_letter(const char *p)
{
	return is_letter(p) || *p == '-' || *p == '\'' || *p == '&' || g_str_has_prefix(p, "’");
}

/* Behind the letters of a name; one look at a table for each that is ASCII. */
static const char *
behind_name(const char *p)
{
	static guint8 letters[128];

	for (int c = 127; letters['&'] == 0 && c >= '&'; c--)
		letters[c] = g_ascii_isalnum(c) || strchr("-'&", c) != NULL;
	for (;;) {
		while ((*p & 0x80) == 0 && letters[(guint8)*p] != 0)
			p++;
		if ((*p & 0x80) == 0 || !is_name_letter(p))
			return p;
		p = g_utf8_next_char(p);
	}
}

/* The next word at *text, which moves behind it; false at the end. */
static bool
next_word(const char **text, Word *word)
{
	const char *p = *text;

	while (*p != '\0' && !is_letter(p) && *p != '#')
		p = g_utf8_next_char(p);
	if (*p == '\0')
		return false;
	word->at = p;
	word->capital =
		(*p & 0x80) == 0 ? g_ascii_isupper(*p) : g_unichar_isupper(g_utf8_get_char(p));
	if (*p == '#')
		p++;
	p = behind_name(p);
	word->length = (size_t)(p - word->at);
	while (word->length > 0 && strchr("-'&", word->at[word->length - 1]) != NULL)
		word->length--;
	word->joined =
		(*p == ' ' && is_letter(p + 1)) || (*p == '.' && word->length == 1 && p[1] == ' ');
	word->ends = *p == '\0' || *p == '\n' ||
		     (word->length > 1 && (*p == '.' || *p == '!' || *p == '?' || *p == ':'));
	*text = p;
	return true;
}

static bool
is_particle(const Word *word)
{
	static const char *const particles[] = {
		"van", "de", "der", "den", "te", "ten", "ter", "von", "zu", "'t"};

	for (size_t i = 0; word->length <= 3 && i < G_N_ELEMENTS(particles); i++)
		if (strlen(particles[i]) == word->length &&
			memcmp(particles[i], word->at, word->length) == 0)
			return true;
	return false;
}

/* --- names
 * ----------------------------------------------------------------------------------------------------
 */

static bool
is_word_of_calendar(const char *name)
{
	static const char *const days[] = {"Maandag", "Dinsdag", "Woensdag", "Donderdag", "Vrijdag",
		"Zaterdag", "Zondag", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
		"Saturday", "Sunday", "Foto", "Beeld", "Tekst", NULL};

	return when_month(name) > 0 || g_strv_contains(days, name);
}

/* A run of capitals with particles between: from..end are whole words of one sentence. */
static void
note_name(const Article *article, Topics *topics, const char *from, const char *end, guint words)
{
	char name[NAME_MOST + 1];
	size_t length = (size_t)(end - from);

	if (length < 3 || length > NAME_MOST)
		return;
	memcpy(name, from, length);
	name[length] = '\0';
	for (char *p = name; *p != '\0'; p++)
		if (*p == '\n')
			return;
	if (words == 1 && (is_word_of_calendar(name) || rules_place(article->rules, name)))
		return;
	count(topics, name, 1);
}

static void
read_names(const Article *article, Topics *topics, const char *text)
{
	const char *from = NULL, *end = NULL;
	bool starts = true, open = false;
	guint words = 0;
	Word word;

	while (next_word(&text, &word)) {
		/* "Jan van den Berg", but not "Jan Bos van de gemeente". */
		bool goes_on = open && (word.capital || (words < 2 && is_particle(&word)));

		if (from != NULL && !goes_on) {
			note_name(article, topics, from, end, words);
			from = NULL;
		}
		if (word.at[0] == '#' && word.length > 2 && word.length < NAME_MOST &&
			!g_ascii_isdigit(word.at[1])) {
			g_autofree char *tag = g_strndup(word.at + 1, word.length - 1);

			count(topics, tag, RECURS);
		}
		if (word.capital) {
			/* The first word of a sentence has its capital for that. */
			if (from == NULL && !starts) {
				from = word.at;
				words = 0;
			}
			end = word.at + word.length;
			words++;
		}
		open = from != NULL && word.joined && !word.ends;
		starts = word.ends;
	}
	if (from != NULL)
		note_name(article, topics, from, end, words);
}

/* --- places
 * ---------------------------------------------------------------------------------------------------
 */

/* "HENGELO" as "Hengelo": datelines are in capitals. */
static void
lower_after_first(char *name)
{
	bool first = true;

	for (char *p = name; *p != '\0'; p++) {
		if (!first && g_ascii_isupper(*p) && !(p[-1] == 'I' && *p == 'J' && p - 1 == name))
			*p = g_ascii_tolower(*p);
		first = *p == ' ' || *p == '-';
	}
}

static bool
is_all_capitals(const char *text)
{
	for (; *text != '\0'; text++)
		if (g_ascii_islower(*text))
			return false;
	return true;
}

/* The longest known place that begins at the word; returns where it ends, NULL none. */
static const char *
place_at(const Article *article, Word word, char name[NAME_MOST + 1])
{
	const char *from = word.at, *found = NULL;

	for (int n = 0; n < WORDS_MOST; n++) {
		const char *rest = word.at + word.length;
		size_t length = (size_t)(rest - from);
		char tried[NAME_MOST + 1];

		if (length > NAME_MOST)
			break;
		memcpy(tried, from, length);
		tried[length] = '\0';
		if (length > 3 && is_all_capitals(tried))
			lower_after_first(tried);
		if (rules_place(article->rules, tried)) {
			memcpy(name, tried, length + 1);
			found = rest;
		}
		if (!word.joined || !next_word(&rest, &word))
			break;
	}
	return found;
}

static void
read_places(const Article *article, Topics *places, const char *text, guint weight)
{
	bool after_van = false, capital_before = false, capital = false;
	Word word;

	while (next_word(&text, &word)) {
		char name[NAME_MOST + 1];
		const char *end = word.capital ? place_at(article, word, name) : NULL;

		/* "Jan van Goor" is a person. */
		if (end != NULL && !(after_van && capital_before)) {
			count(places, name, weight);
			text = end;
		}
		if (!is_particle(&word)) {
			capital_before = capital = word.capital && word.joined;
			after_van = false;
		} else {
			after_van = true;
			capital_before = capital;
		}
	}
}

/* "HENGELO – ", "Enschede, 3 mei 2026 - ": also a place that is not in the list. */
static void
read_dateline(Topics *places, const char *text)
{
	static const char *const dashes[] = {" – ", " - ", " — ", "/"};
	char name[NAME_MOST + 1];
	size_t n = 0;

	while (text[n] != '\0' && n < 32 && text[n] != ',' && text[n] != '\n' && text[n] != '/' &&
		!g_str_has_prefix(text + n, " –") && !g_str_has_prefix(text + n, " -") &&
		!g_str_has_prefix(text + n, " —"))
		n++;
	if (n < 3 || n >= 32 || !g_unichar_isupper(g_utf8_get_char(text)))
		return;
	memcpy(name, text, n);
	name[n] = '\0';
	text += n;
	if (*text == ',') {
		/* A day must follow, and a dash behind it. */
		text += 1 + strspn(text + 1, " ");
		if (!g_ascii_isdigit(*text) || when_month(text + strspn(text, "0123456789 ")) == 0)
			return;
		text += strspn(text, "0123456789 ");
		text += strcspn(text, " ");
		text += strspn(text, " 0123456789");
		while (text[-1] == ' ')
			text--;
	} else if (!is_all_capitals(name)) {
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(dashes); i++)
		if (g_str_has_prefix(text, dashes[i])) {
			if (is_all_capitals(name))
				lower_after_first(name);
			count(places, name, 100);
			return;
		}
}

/* --- the choice
 * -----------------------------------------------------------------------------------------------
 */

static int
compare(gconstpointer a, gconstpointer b)
{
	const Topic *left = *(const Topic *const *)a, *right = *(const Topic *const *)b;

	if (left->count != right->count)
		return left->count < right->count ? 1 : -1;
	return left->first < right->first ? -1 : 1;
}

/* "Wensink" is in "Anouk Wensink": the longer name takes the count over. */
static void
join_short_names(GPtrArray *all)
{
	for (guint i = 0; i < all->len; i++) {
		Topic *shorter = all->pdata[i];
		size_t n = strlen(shorter->text);

		for (guint j = 0; j < all->len && shorter->count > 0; j++) {
			Topic *longer = all->pdata[j];
			size_t m = strlen(longer->text);

			if (m <= n || longer->count == 0 ||
				!((g_str_has_prefix(longer->text, shorter->text) &&
					  longer->text[n] == ' ') ||
					(g_str_has_suffix(longer->text, shorter->text) &&
						longer->text[m - n - 1] == ' ')))
				continue;
			longer->count += shorter->count;
			shorter->count = 0;
		}
	}
}

static void
choose(Topics *topics, guint least, guint most, bool join, GPtrArray *to)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	GHashTableIter iter;
	gpointer topic;

	g_hash_table_iter_init(&iter, topics->known);
	/* Bounded: what joins is quadratic. */
	while (g_hash_table_iter_next(&iter, NULL, &topic) && all->len < 400)
		g_ptr_array_add(all, topic);
	g_ptr_array_sort(all, compare);
	if (join)
		join_short_names(all);
	g_ptr_array_sort(all, compare);
	for (guint i = 0; i < all->len && to->len < most; i++)
		if (((Topic *)all->pdata[i])->count >= least)
			g_ptr_array_add(to, g_strdup(((Topic *)all->pdata[i])->text));
}

void
article_find_topics(Article *article)
{
	Topics tags = {g_hash_table_new_full(g_str_hash, g_str_equal, NULL, topic_free), 0};
	Topics places = {g_hash_table_new_full(g_str_hash, g_str_equal, NULL, topic_free), 0};
	bool first = true;
	size_t read = 0;

	read_places(article, &places, article->draft->title, 2);
	for (guint i = 0; i < article->n && read < READ_MOST; i++) {
		const Block *block = block_at(article, i);

		if (article->verdicts[i] != IN_ARTICLE || *block->plain == '\0' ||
			block->kind == BLOCK_IMAGE || block->kind == BLOCK_CODE)
			continue;
		if (first && block->kind == BLOCK_PARAGRAPH)
			read_dateline(&places, block->plain);
		first = first && block->kind != BLOCK_PARAGRAPH;
		read += strlen(block->plain);
		read_places(article, &places, block->plain, 1);
		/* Headings and cells begin with capitals for other reasons. */
		if (block->kind != BLOCK_HEADING && block->kind != BLOCK_TABLE)
			read_names(article, &tags, block->plain);
	}
	choose(&tags, RECURS, TOPICS_MOST, true, article->draft->tags);
	choose(&places, 1, PLACES_MOST, false, article->draft->places);
	g_hash_table_unref(tags.known);
	g_hash_table_unref(places.known);
}
