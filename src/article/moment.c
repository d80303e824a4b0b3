/* When an embargo ends: a date and an hour out of a line as people type it, in Dutch, English and
 * German. */
#include <string.h>

#include "article-private.h"

enum {
	WORDS_MOST = 60,
	LONG_AGO = 60, /* days: a date without a year that lies further back is of next year */
};

typedef struct {
	int year, month, day, hour, minute;
	int weekday; /* 1 Monday to 7, 0 none */
	bool has_time, is_today;
	bool universal; /* GMT */
} Moment;

/* A number at the beginning; *ret_rest behind it. -1: there is none. */
static int
number_at(const char *text, const char **ret_rest)
{
	char *end;
	gint64 number;

	if (!g_ascii_isdigit(*text))
		return -1;
	number = g_ascii_strtoll(text, &end, 10);
	*ret_rest = end;
	return number > 9999 ? -1 : (int)number;
}

static bool
set_date(Moment *moment, int day, int month, int year)
{
	if (moment->day != 0 || day < 1 || day > 31 || month < 1 || month > 12)
		return false;
	moment->day = day;
	moment->month = month;
	if (year > 0)
		moment->year = year < 100 ? 2000 + year : year;
	return true;
}

static bool
set_time(Moment *moment, int hour, int minute)
{
	if (moment->has_time || hour < 0 || hour > 24 || minute < 0 || minute > 59)
		return false;
	moment->hour = hour;
	moment->minute = minute;
	moment->has_time = true;
	return true;
}

/* "12-3-2026", "12/03/26", "12.3.2026", "2026-03-12", "12-3", "12.3." */
static bool
read_date(const char *word, Moment *moment)
{
	const char *rest = word;
	int a = number_at(word, &rest);
	char sign = *rest;
	int b = a >= 0 && sign != '\0' && strchr("-/.", sign) ? number_at(rest + 1, &rest) : -1;
	int c = b >= 0 && *rest == sign ? number_at(rest + 1, &rest) : -1;

	if (b < 0 || (*rest != '\0' && g_ascii_isalnum(*rest)))
		return false;
	if (c >= 0)
		return a > 1900 ? set_date(moment, c, b, a) : set_date(moment, a, b, c);
	/* "12.30" is an hour, "12.3." a day. */
	return (sign != '.' || *rest == '.') && set_date(moment, a, b, 0);
}

static bool
starts(const char *word, const char *const *stems)
{
	for (; word != NULL && *stems != NULL; stems++)
		if (g_ascii_strncasecmp(word, *stems, strlen(*stems)) == 0)
			return true;
	return false;
}

static const char *const hour_words[] = {"uur", "uhr", "hrs", "o'clock", NULL};
static const char *const afternoon[] = {"pm", "p.m", "avonds", "middags", "’s avonds", NULL};
static const char *const forenoon[] = {"am", "a.m", "ochtends", "morgens", NULL};
static const char *const midnight[] = {"middernacht", "midnight", "mitternacht", NULL};
static const char *const noon[] = {"noon", "twaalf", "mittag", NULL};
static const char *const today[] = {"vandaag", "today", "heute", NULL};
static const char *const universal[] = {"gmt", "utc", NULL};

/* "10.00", "10:00u", "14u30", "9h", "9am", and "10" before "uur". */
static bool
read_time(const char *word, const char *after, Moment *moment)
{
	const char *rest = word;
	int hour = number_at(word, &rest);
	int minute = 0;

	if (hour < 0 || hour > 24)
		return false;
	if (*rest != '\0' && strchr(":.uUhH", *rest) != NULL && g_ascii_isdigit(rest[1])) {
		minute = number_at(rest + 1, &rest);
		return (*rest == '\0' || !g_ascii_isdigit(rest[-2]) ||
			       strchr(".:", *rest) == NULL) &&
		       set_time(moment, hour, minute);
	}
	if (starts(rest, afternoon))
		return set_time(moment, hour < 12 ? hour + 12 : hour, 0);
	if (starts(rest, forenoon) || g_ascii_strcasecmp(rest, "u") == 0 ||
		g_ascii_strcasecmp(rest, "h") == 0 || starts(rest, hour_words))
		return set_time(moment, hour, 0);
	if (*rest != '\0' || after == NULL)
		return false;
	if (starts(after, hour_words) || g_ascii_strcasecmp(after, "u") == 0 ||
		g_ascii_strcasecmp(after, "h") == 0 || starts(after, forenoon))
		return set_time(moment, hour, 0);
	return starts(after, afternoon) && set_time(moment, hour < 12 ? hour + 12 : hour, 0);
}

static int
weekday_of(const char *word)
{
	static const char *const names[7][3] = {{"maandag", "monday", "montag"},
		{"dinsdag", "tuesday", "dienstag"}, {"woensdag", "wednesday", "mittwoch"},
		{"donderdag", "thursday", "donnerstag"}, {"vrijdag", "friday", "freitag"},
		{"zaterdag", "saturday", "samstag"}, {"zondag", "sunday", "sonntag"}};

	for (int day = 0; day < 7; day++)
		for (int language = 0; language < 3; language++)
			if (g_ascii_strncasecmp(
				    word, names[day][language], strlen(names[day][language])) == 0)
				return day + 1;
	return 0;
}

/* "12 maart", "3rd March", "March 3". */
static bool
read_month(const char *word, const char *before, const char *after, Moment *moment)
{
	int month = g_ascii_isdigit(*word) ? 0 : when_month(word);
	const char *rest;
	int day;

	if (month == 0)
		return false;
	day = before != NULL ? number_at(before, &rest) : -1;
	if (day < 1 || day > 31)
		day = after != NULL ? number_at(after, &rest) : -1;
	return set_date(moment, day, month, 0);
}

static void
read_word(const char *word, const char *before, const char *after, Moment *moment)
{
	const char *rest;
	int number = number_at(word, &rest);

	if (read_date(word, moment) || read_time(word, after, moment) ||
		read_month(word, before, after, moment))
		return;
	if (number > 1990 && number < 2100 && moment->year == 0)
		moment->year = number;
	else if (moment->weekday == 0 && weekday_of(word) > 0)
		moment->weekday = weekday_of(word);
	else if (starts(word, midnight) || starts(word, noon))
		set_time(moment, starts(word, noon) ? 12 : 0, 0);
	else if (starts(word, afternoon) && moment->has_time && moment->hour < 12)
		moment->hour += 12;
	moment->is_today |= starts(word, today);
	moment->universal |= starts(word, universal);
}

static Moment
read_line(const char *line)
{
	g_autofree char *clean = text_collapse(line);
	g_auto(GStrv) words = g_strsplit_set(g_strdelimit(clean, ",();", ' '), " ", WORDS_MOST);
	Moment moment = {0};
	const char *before = NULL;

	for (char **word = words; *word != NULL; word++) {
		char **next = word + 1;

		if (**word == '\0')
			continue;
		while (*next != NULL && **next == '\0')
			next++;
		read_word(*word, before, *next, &moment);
		before = *word;
	}
	return moment;
}

/* A weekday without a date is the next one after the mail was sent. */
static void
complete(Moment *moment, GDateTime *sent)
{
	g_autoptr(GDateTime) day = NULL;
	int ahead;

	if (moment->day != 0 || (moment->weekday == 0 && !moment->is_today))
		return;
	ahead = moment->is_today ? 0
				 : (moment->weekday - g_date_time_get_day_of_week(sent) + 7) % 7;
	if (ahead == 0 && !moment->is_today)
		ahead = 7;
	day = g_date_time_add_days(sent, ahead);
	g_date_time_get_ymd(day, &moment->year, &moment->month, &moment->day);
}

static gint64
to_unix(Moment *moment, GDateTime *sent, GTimeZone *zone)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) then = NULL;
	bool guessed = moment->year == 0;

	complete(moment, sent);
	if (moment->day == 0 || moment->month == 0)
		return 0;
	if (moment->year == 0)
		moment->year = g_date_time_get_year(sent);
	then = g_date_time_new(moment->universal ? utc : zone, moment->year, moment->month,
		moment->day, moment->hour % 24, moment->minute, 0);
	if (then != NULL && moment->hour == 24) {
		g_autoptr(GDateTime) next = g_date_time_add_days(then, 1);

		return g_date_time_to_unix(next);
	}
	if (then != NULL && guessed &&
		g_date_time_difference(sent, then) > (gint64)LONG_AGO * G_TIME_SPAN_DAY) {
		g_autoptr(GDateTime) next = g_date_time_add_years(then, 1);

		return g_date_time_to_unix(next);
	}
	return then != NULL ? g_date_time_to_unix(then) : 0;
}

/* Behind "tot", "until", "ab": what stands before it may be another date. */
static const char *
behind_preposition(const char *line)
{
	static const char *const words[] = {" tot ", " vanaf ", " voor ", " vóór ", " until ",
		" till ", " before ", " from ", " bis ", " ab ", " vor ", " na ", " after ", NULL};
	const char *first = NULL;

	for (const char *const *word = words; *word != NULL; word++) {
		const char *found = strcasestr(line, *word);

		if (found != NULL && (first == NULL || found < first))
			first = found + strlen(*word) - 1;
	}
	return first;
}

gint64
article_moment(const Article *article, const char *line)
{
	GTimeZone *zone = rules_zone(article->rules);
	gint64 date = article->message->date;
	g_autoptr(GDateTime) sent_utc = g_date_time_new_from_unix_utc(date > 0 ? date : when_now());
	g_autoptr(GDateTime) sent = g_date_time_to_timezone(sent_utc, zone);
	const char *behind = behind_preposition(line);
	Moment moment;
	gint64 found = 0;

	if (behind != NULL) {
		moment = read_line(behind);
		found = to_unix(&moment, sent, zone);
	}
	if (found != 0)
		return found;
	moment = read_line(line);
	return to_unix(&moment, sent, zone);
}
