/* Days as editors type them, in the newsroom's time. */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "desk-private.h"

enum { MORNING = 7 }; /* the hour where only a day is given */

static const char *const weekdays[7][4] = {{"ma", "maandag", "mon", "monday"},
	{"di", "dinsdag", "tue", "tuesday"}, {"wo", "woensdag", "wed", "wednesday"},
	{"do", "donderdag", "thu", "thursday"}, {"vr", "vrijdag", "fri", "friday"},
	{"za", "zaterdag", "sat", "saturday"}, {"zo", "zondag", "sun", "sunday"}};
static const char *const months[12][3] = {{"jan", "januari", "january"},
	{"feb", "februari", "february"}, {"mrt", "maart", "march"}, {"apr", "april", "april"},
	{"mei", "mei", "may"}, {"jun", "juni", "june"}, {"jul", "juli", "july"},
	{"aug", "augustus", "august"}, {"sep", "september", "september"},
	{"okt", "oktober", "october"}, {"nov", "november", "november"},
	{"dec", "december", "december"}};

static bool
is_one_of(const char *word, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, names[i]) == 0)
			return true;
	return false;
}

static GDateTime *
from_weekday(GDateTime *today, const char *word)
{
	for (int day = 1; day <= 7; day++)
		if (is_one_of(word, weekdays[day - 1], 4))
			return g_date_time_add_days(
				today, (day - g_date_time_get_day_of_week(today) + 6) % 7 + 1);
	return NULL;
}

/* 3d, 2w, 1m */
static GDateTime *
from_distance(GDateTime *today, const char *word)
{
	char *end;
	gint64 n = g_ascii_strtoll(word, &end, 10);

	if (end == word || n < 1 || n > 400 || end[0] == '\0' || end[1] != '\0')
		return NULL;
	return *end == 'd'   ? g_date_time_add_days(today, (int)n)
	       : *end == 'w' ? g_date_time_add_weeks(today, (int)n)
	       : *end == 'm' ? g_date_time_add_months(today, (int)n)
			     : NULL;
}

static int
month_of(const char *word)
{
	for (int month = 1; month <= 12; month++)
		if (is_one_of(word, months[month - 1], 3))
			return month;
	if (strcmp(word, "mar") == 0)
		return 3;
	return strcmp(word, "may") == 0 ? 5 : strcmp(word, "oct") == 0 ? 10 : 0;
}

/* A day and month without a year: the next one to come. */
static GDateTime *
next_date(GDateTime *today, int month, int day)
{
	int year = g_date_time_get_year(today);
	GDateTime *date = g_date_time_new_local(year, month, day, 0, 0, 0);

	if (date != NULL && g_date_time_compare(date, today) < 0) {
		g_date_time_unref(date);
		date = g_date_time_new_local(year + 1, month, day, 0, 0, 0);
	}
	return date;
}

static GDateTime *
from_date(GDateTime *today, const char *word)
{
	int a, b, c, length = 0;

	if (sscanf(word, "%4d-%2d-%2d%n", &a, &b, &c, &length) == 3 && word[length] == '\0')
		return a > 31 ? g_date_time_new_local(a, b, c, 0, 0, 0)
			      : g_date_time_new_local(c, b, a, 0, 0, 0);
	if (sscanf(word, "%2d-%2d-%4d%n", &a, &b, &c, &length) == 3 && word[length] == '\0')
		return g_date_time_new_local(c, b, a, 0, 0, 0);
	if ((sscanf(word, "%2d-%2d%n", &a, &b, &length) == 2 && word[length] == '\0') ||
		(sscanf(word, "%2d/%2d%n", &a, &b, &length) == 2 && word[length] == '\0'))
		return next_date(today, b, a);
	return NULL;
}

static GDateTime *
from_word(GDateTime *today, const char *word)
{
	static const char *const days[3][2] = {
		{"vandaag", "today"}, {"morgen", "tomorrow"}, {"overmorgen", "overmorgen"}};
	GDateTime *date;

	for (int i = 0; i < 3; i++)
		if (is_one_of(word, days[i], 2))
			return g_date_time_add_days(today, i);
	date = from_weekday(today, word);
	if (date == NULL)
		date = from_distance(today, word);
	return date != NULL ? date : from_date(today, word);
}

/* Minutes of the day; -1: it is no time. */
static int
minutes_of(const char *word)
{
	int hour, minute, length = 0;

	if ((sscanf(word, "%2d:%2d%n", &hour, &minute, &length) != 2 &&
		    sscanf(word, "%2d.%2d%n", &hour, &minute, &length) != 2) ||
		word[length] != '\0' || hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return -1;
	return hour * 60 + minute;
}

/* The day of the words, and how many words it took. */
static GDateTime *
parse_day(GDateTime *today, char **words, guint n, guint *ret_used)
{
	char *end;
	gint64 day = g_ascii_strtoll(words[0], &end, 10);
	int month = n > 1 && *end == '\0' ? month_of(words[1]) : 0;

	if (month > 0 && n > 2 && day >= 1 && day <= 31 && strlen(words[2]) == 4 &&
		strspn(words[2], "0123456789") == 4) {
		*ret_used = 3;
		return g_date_time_new_local(
			(int)g_ascii_strtoll(words[2], NULL, 10), month, (int)day, 0, 0, 0);
	}
	*ret_used = month > 0 ? 2 : 1;
	if (month > 0 && day >= 1 && day <= 31)
		return next_date(today, month, (int)day);
	return from_word(today, words[0]);
}

/* usual: minutes of the day where no time is given. */
static gint64
moment_of(GDateTime *today, char **words, guint n, int usual)
{
	guint used = 0;
	g_autoptr(GDateTime) date = n > 0 ? parse_day(today, words, n, &used) : NULL;
	int minutes = n == used + 1 ? minutes_of(words[used]) : usual;
	g_autoptr(GDateTime) then = NULL;

	if (n == 1 && date == NULL && minutes_of(words[0]) >= 0) {
		date = g_date_time_ref(today);
		minutes = minutes_of(words[0]);
		used = 1;
	}
	if (date == NULL || minutes < 0 || n > used + 1)
		return 0;
	then = g_date_time_new_local(g_date_time_get_year(date), g_date_time_get_month(date),
		g_date_time_get_day_of_month(date), minutes / 60, minutes % 60, 0);
	return then != NULL ? g_date_time_to_unix(then) : 0;
}

static gint64
read_moment(const char *text, gint64 now, int usual)
{
	g_autofree char *lower = g_utf8_strdown(text, -1);
	g_autofree char *flat = text_collapse(lower);
	g_auto(GStrv) words = g_strsplit(flat, " ", 6);
	guint n = g_strv_length(words);
	g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(now);
	g_autoptr(GDateTime) today = g_date_time_new_local(g_date_time_get_year(then),
		g_date_time_get_month(then), g_date_time_get_day_of_month(then), 0, 0, 0);

	/* "3 dec 10:00 uur" */
	if (n > 1 && strcmp(words[n - 1], "uur") == 0)
		n--;
	return moment_of(today, words, n, usual);
}

bool
desk_moment(const char *text, gint64 now, gint64 *ret_moment)
{
	*ret_moment = read_moment(text, now, 0);
	return *ret_moment != 0;
}

bool
desk_day(const char *text, gint64 now, gint64 *ret_moment, GError **error)
{
	gint64 moment = read_moment(text, now, MORNING * 60);

	if (moment == 0)
		return nieuws_fail(error, NIEUWS_INPUT,
			_("%s is no day; for example: 2026-12-01, 1 dec, monday, tomorrow 14:30, "
			  "3d, 2w"),
			text);
	if (moment <= now)
		return nieuws_fail(error, NIEUWS_INPUT, _("%s has passed already"), text);
	*ret_moment = moment;
	return true;
}
