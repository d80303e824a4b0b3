/* Where more files wait: services for sending large files, and until when. Nothing is fetched. */
#include <string.h>

#include "article-private.h"

enum {
	LINKS_MOST = 20,
	NEAR = 600, /* bytes of a block in which a day is looked for */
	DAY = 86400,
	DAYS_MOST = 400,
};

/* --- the day that the text names
 * ------------------------------------------------------------------------------- */

/* The end of that day in the newsroom's zone; a day without a year is the next one that comes. */
static gint64
end_of_day(const Article *article, int year, int month, int day)
{
	GTimeZone *zone = rules_zone(article->rules);
	g_autoptr(GDateTime) sent = g_date_time_new_from_unix_local(article->message->date);
	gint64 moment = 0;

	for (int later = 0; later < 2 && moment == 0; later++) {
		int in = year > 0 ? year : g_date_time_get_year(sent) + later;
		g_autoptr(GDateTime) end = g_date_time_new(zone, in, month, day, 23, 59, 0);

		if (end != NULL && (year > 0 || g_date_time_to_unix(end) >= article->message->date))
			moment = g_date_time_to_unix(end);
	}
	return moment;
}

static int
year_of(const char *text)
{
	gint64 year = g_ascii_strtoll(text, NULL, 10);

	return year >= 1990 && year < 2200 ? (int)year : 0;
}

/* "12 mei 2026", "12-05-2026", "7 dagen", "May 12", from the beginning of the text; 0 none. */
static gint64
read_day(const Article *article, const char *text)
{
	char *rest;
	gint64 number, second;
	int month;

	while (*text != '\0' && !g_ascii_isdigit(*text) && when_month(text) == 0) {
		/* "op vrijdag 12 mei": a few words may come between. */
		text += strcspn(text, " \n");
		text += strspn(text, " \n");
	}
	month = when_month(text);
	if (month > 0) {
		text += strcspn(text, " ");
		number = g_ascii_strtoll(text, &rest, 10);
		return number > 0 && number < 32
			       ? end_of_day(article, year_of(rest + strspn(rest, ", ")), month,
					 (int)number)
			       : 0;
	}
	number = g_ascii_strtoll(text, &rest, 10);
	if (number <= 0 || number > DAYS_MOST)
		return 0;
	if ((*rest == '-' || *rest == '/') && g_ascii_isdigit(rest[1])) {
		second = g_ascii_strtoll(rest + 1, &rest, 10);
		return second > 0 && second < 13 && number < 32
			       ? end_of_day(article, *rest != '\0' ? year_of(rest + 1) : 0,
					 (int)second, (int)number)
			       : 0;
	}
	rest += strspn(rest, " .");
	month = when_month(rest);
	if (month > 0 && number < 32) {
		rest += strcspn(rest, " ");
		return end_of_day(article, year_of(rest + strspn(rest, " ")), month, (int)number);
	}
	if (g_str_has_prefix(rest, "dag") || g_str_has_prefix(rest, "day") ||
		g_str_has_prefix(rest, "Tag"))
		return article->message->date + number * DAY;
	return 0;
}

/* At the start of each word: does here begin "beschikbaar tot"? */
static gint64
day_in(const Article *article, const char *text)
{
	const char *end = text + strnlen(text, NEAR);

	while (text < end) {
		size_t n = rules_match_length(article->rules, RULE_EXPIRY, text);
		gint64 day = n > 0 ? read_day(article, text + n) : 0;

		if (day > 0)
			return day;
		text += strcspn(text, " \n(");
		text += strspn(text, " \n(");
	}
	return 0;
}

/* In the block with the link, below it, or above it. */
static gint64
said_near(const Article *article, guint i)
{
	gint64 day = day_in(article, block_at(article, i)->plain);

	if (day == 0 && i + 1 < article->n)
		day = day_in(article, block_at(article, i + 1)->plain);
	if (day == 0 && i > 0)
		day = day_in(article, block_at(article, i - 1)->plain);
	return day;
}

/* --- the links
 * ---------------------------------------------------------------------------------------------- */

static bool
is_known(const Article *article, const char *url)
{
	for (guint i = 0; i < article->draft->links->len; i++)
		if (strcmp(((ShareLink *)article->draft->links->pdata[i])->url, url) == 0)
			return true;
	return false;
}

static void
note_link(Article *article, guint i, const char *url)
{
	const ShareService *service = rules_service(article->rules, url);
	ShareLink *link;

	if (service == NULL || is_known(article, url))
		return;
	link = record_append(&share_link_type, article->draft->links);
	record_set(&link->url, url);
	record_set(&link->service, service->name);
	link->ends_at = article->message->date > 0 ? said_near(article, i) : 0;
	link->said = link->ends_at > 0;
	if (!link->said && service->days > 0 && article->message->date > 0)
		link->ends_at = article->message->date + service->days * DAY;
}

static void
warn_of_end(Article *article, const ShareLink *link)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(link->ends_at);
	g_autoptr(GDateTime) local =
		utc != NULL ? g_date_time_to_timezone(utc, rules_zone(article->rules)) : NULL;
	g_autofree char *day = local != NULL ? g_date_time_format(local, "%Y-%m-%d") : NULL;
	g_autofree char *text = NULL;

	if (day == NULL)
		return;
	text = g_strdup_printf(link->said ? "The files at %s can be fetched until %s."
					  : "The files at %s may be gone after %s.",
		link->service, day);
	draft_warn(article->draft, "link.expires", text);
}

void
article_find_links(Article *article)
{
	for (guint i = 0; i < article->n && article->draft->links->len < LINKS_MOST; i++) {
		/* In older mail a link has gone long ago, and is not this sender's. */
		if (article->verdicts[i] == ASIDE_QUOTED)
			continue;
		for (const char *p = block_at(article, i)->text; (p = strstr(p, "http")) != NULL;) {
			size_t n = strcspn(p, " )>\n\"]");
			g_autofree char *url = g_strndup(p, n);

			note_link(article, i, url);
			p += MAX(n, 1);
		}
	}
	for (guint i = 0; i < article->draft->links->len; i++) {
		const ShareLink *link = article->draft->links->pdata[i];

		if (link->ends_at > 0)
			warn_of_end(article, link);
	}
}
