/* What the text says about its pictures: captions and who made them. The words stay where they
 * are; the picture gets them as well. */
#include <string.h>

#include "article-private.h"

enum {
	CAPTION_MOST = 500, /* bytes */
	CREDIT_MOST = 120,
	LINES_MOST = 400, /* lines of a mail that are looked at */
};

/* --- one line
 * -------------------------------------------------------------------------------------------------
 */

/* A credit begins the line, or follows a sentence, a bar, a dash or a bracket. */
static bool
may_begin_after(gunichar before)
{
	return before == 0 || before == 0x2013 || before == 0x2019 || before == 0x201d ||
	       (before < 0x80 && strchr(".!?|/;'\"-", (int)before) != NULL);
}

/* "... (foto: Jan Jansen)": where the credit begins and how long its mark is; NULL none. */
static const char *
find_credit(const Article *article, const char *line, size_t *ret_mark)
{
	gunichar before = 0;

	for (const char *p = line; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == ' ')
			continue;
		if (may_begin_after(before) || c == '(' || c == '[' || c == 0xa9) {
			*ret_mark = rules_match_length(article->rules, RULE_CREDIT, p);
			if (*ret_mark > 0 && p[*ret_mark] != '\0')
				return p;
		}
		before = c;
	}
	return NULL;
}

/* The name behind the mark: to the closing bracket or the end. */
static char *
credit_name(const char *mark, size_t length)
{
	const char *name = mark + length;
	size_t n = strcspn(name, *mark == '(' ? ")\n" : *mark == '[' ? "]\n" : "\n");
	g_autofree char *text = g_strndup(name, MIN(n, CREDIT_MOST * 2));
	g_autofree char *valid = text_valid(text, -1);
	char *line = text_collapse(g_str_has_prefix(valid, "©") ? valid + strlen("©") : valid);
	size_t end = strlen(line);

	while (end > 0 && strchr(".,;)", line[end - 1]) != NULL)
		line[--end] = '\0';
	return line;
}

static char *
words_before(const char *line, const char *end)
{
	g_autofree char *text = g_strndup(line, (size_t)(end - line));
	char *words = text_collapse(text);
	size_t n = strlen(words);

	while (n > 0 && strchr("|([/- ", words[n - 1]) != NULL)
		words[--n] = '\0';
	if (g_str_has_suffix(words, "–"))
		words[n - strlen("–")] = '\0';
	return g_strchomp(words);
}

typedef struct {
	char *caption, *credit; /* "" none */
	gint64 number; /* of the picture, from 1; 0 not said */
	bool announced; /* "Bijschrift: ..." */
} Words;

static void
words_clear(Words *words)
{
	g_free(words->caption);
	g_free(words->credit);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

/* Typed text marks its captions with stars. */
static char *
without_stars(const char *line)
{
	size_t marks = strspn(line, "*_");
	size_t n = strlen(line + marks);

	while (marks > 0 && n > 0 && strchr("*_", line[marks + n - 1]) != NULL)
		n--;
	return g_strndup(line + marks, n);
}

static gint64
number_in(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (g_ascii_isdigit(text[i]))
			return g_ascii_strtoll(text + i, NULL, 10);
	return 0;
}

static Words
read_line(const Article *article, const char *typed)
{
	Words words = {0};
	g_autofree char *bare = without_stars(typed);
	const char *line = bare;
	size_t announced = rules_match_length(article->rules, RULE_CAPTION, line);
	size_t mark = 0;
	const char *text = line + announced;
	const char *credit = find_credit(article, text, &mark);

	words.announced = announced > 0;
	words.number = number_in(line, announced);
	words.credit = credit != NULL ? credit_name(credit, mark) : g_strdup("");
	if (strlen(words.credit) > CREDIT_MOST) {
		/* A sentence, not a name. */
		record_set(&words.credit, "");
		credit = NULL;
	}
	words.caption = words_before(text, credit != NULL ? credit : text + strlen(text));
	return words;
}

/* --- to the picture
 * ------------------------------------------------------------------------------------------- */

static void
give(Article *article, Image *image, Attachment *attachment, const Words *words)
{
	for (guint i = 0; image == NULL && i < article->draft->images->len; i++) {
		Image *shown = article->draft->images->pdata[i];

		if (shown->attachment >= 0 && attachment != NULL &&
			article->message->attachments->pdata[shown->attachment] == attachment)
			image = shown;
	}
	if (image != NULL && *words->caption != '\0')
		record_set(&image->caption, words->caption);
	if (image != NULL && *words->credit != '\0')
		record_set(&image->credit, words->credit);
	if (attachment != NULL && *words->caption != '\0')
		record_set(&attachment->caption, words->caption);
	if (attachment != NULL && *words->credit != '\0')
		record_set(&attachment->credit, words->credit);
}

static Attachment *
attachment_of(const Article *article, const Image *image)
{
	return image->attachment >= 0 ? article->message->attachments->pdata[image->attachment]
				      : NULL;
}

/* "[Foto: ...]" has the look of a label. */
static bool
is_read(int verdict)
{
	return verdict == IN_ARTICLE || verdict == ASIDE_NOTE || verdict == ASIDE_COVER ||
	       verdict == ASIDE_CONTACT || verdict == ASIDE_LABEL;
}

/* --- directly below a picture
 * --------------------------------------------------------------------------------- */

static bool
looks_like_caption(const Block *block, const Block *picture, const Words *words)
{
	if (block->kind != BLOCK_PARAGRAPH || strlen(block->plain) > CAPTION_MOST)
		return false;
	if (block->italic || words->announced || *words->credit != '\0')
		return true;
	if (block->cls != NULL && strcasestr(block->cls, "caption") != NULL)
		return true;
	return picture->alt != NULL && strlen(picture->alt) > 8 &&
	       strcmp(picture->alt, block->plain) == 0;
}

static void
read_below(Article *article, guint i, Image *image)
{
	guint next = i + 1;
	const Block *block;

	while (next < article->n && article->verdicts[next] == DROPPED)
		next++;
	if (next >= article->n || !is_read(article->verdicts[next]))
		return;
	block = block_at(article, next);
	if (block->kind == BLOCK_PARAGRAPH && strlen(block->plain) <= CAPTION_MOST) {
		g_auto(Words) words = read_line(article, block->plain);

		if (looks_like_caption(block, block_at(article, i), &words))
			give(article, image, attachment_of(article, image), &words);
	}
}

static void
read_captions_below(Article *article)
{
	guint n = 0;

	for (guint i = 0; i < article->n && n < article->draft->images->len; i++)
		if (block_at(article, i)->kind == BLOCK_IMAGE && article->verdicts[i] == IN_ARTICLE)
			read_below(article, i, article->draft->images->pdata[n++]);
}

/* --- by number, by name, or for all of them
 * --------------------------------------------------------------------- */

static GPtrArray *
photos_of(const Article *article)
{
	GPtrArray *photos = g_ptr_array_new();

	for (guint i = 0; i < article->message->attachments->len; i++) {
		Attachment *a = article->message->attachments->pdata[i];

		if (a->role == ROLE_PHOTO)
			g_ptr_array_add(photos, a);
	}
	return photos;
}

/* "IMG_4024.jpeg: De wethouder opent de hal" */
static bool
read_by_name(Article *article, const char *line, const GPtrArray *photos)
{
	for (guint i = 0; i < photos->len; i++) {
		Attachment *a = photos->pdata[i];
		size_t n = strlen(a->filename);
		const char *rest;

		if (n < 3 || g_ascii_strncasecmp(line, a->filename, n) != 0)
			continue;
		rest = line + n + strspn(line + n, " ");
		if (g_str_has_prefix(rest, "–") || *rest == ':' || *rest == '-') {
			g_auto(Words) words = read_line(article,
				g_utf8_next_char(rest) + strspn(g_utf8_next_char(rest), " "));

			give(article, NULL, a, &words);
			return true;
		}
	}
	return false;
}

static void
give_to_all(Article *article, const GPtrArray *photos, Words *words)
{
	record_set(&words->caption, "");
	for (guint i = 0; i < photos->len; i++) {
		Attachment *a = photos->pdata[i];

		if (*a->credit == '\0')
			give(article, NULL, a, words);
	}
}

static bool
is_about_several(const char *line)
{
	return g_ascii_strncasecmp(line, "foto's", 6) == 0 ||
	       g_ascii_strncasecmp(line, "foto’s", strlen("foto’s")) == 0 ||
	       g_ascii_strncasecmp(line, "photos", 6) == 0 ||
	       g_ascii_strncasecmp(line, "fotos", 5) == 0 ||
	       g_ascii_strncasecmp(line, "fotografie", 10) == 0;
}

static void
read_anywhere(Article *article, const char *line, const GPtrArray *photos)
{
	bool credited =
		rules_match(article->rules, RULE_CREDIT, line) && !g_str_has_prefix(line, "©");
	bool announced = rules_match(article->rules, RULE_CAPTION, line);

	if (strlen(line) > CAPTION_MOST || read_by_name(article, line, photos) ||
		(!credited && !announced))
		return;
	if (announced) {
		g_auto(Words) words = read_line(article, line);
		gint64 number = words.number > 0 ? words.number : photos->len == 1 ? 1 : 0;

		if (number > 0 && number <= (gint64)photos->len)
			give(article, NULL, photos->pdata[number - 1], &words);
	} else if (photos->len == 1 || is_about_several(line)) {
		g_auto(Words) words = read_line(article, line);

		give_to_all(article, photos, &words);
	}
}

static void
read_lines(Article *article, const GPtrArray *photos)
{
	int left = LINES_MOST;

	for (guint i = 0; i < article->n && left > 0; i++) {
		const Block *block = block_at(article, i);
		const char *line = block->plain;

		if (!is_read(article->verdicts[i]) || block->kind == BLOCK_IMAGE)
			continue;
		for (; line != NULL && *line != '\0' && left > 0; left--) {
			const char *end = strchrnul(line, '\n');
			g_autofree char *one =
				g_strndup(line, MIN((size_t)(end - line), CAPTION_MOST + 1));

			if (end - line <= CAPTION_MOST)
				read_anywhere(article, one, photos);
			line = *end != '\0' ? end + 1 : NULL;
		}
	}
}

void
article_find_captions(Article *article)
{
	g_autoptr(GPtrArray) photos = photos_of(article);

	if (photos->len > 0)
		read_lines(article, photos);
	/* What stands directly below a picture is the surest: it comes last. */
	read_captions_below(article);
}
