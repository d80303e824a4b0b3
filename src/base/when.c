#include "when.h"

gint64
when_now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

gint64
when_monotonic_ms(void)
{
	return g_get_monotonic_time() / 1000;
}

static char *
format_moment(gint64 moment, gboolean local, const char *format)
{
	g_autoptr(GDateTime) then = NULL;
	char *text = NULL;

	if (moment != 0)
		then = local ? g_date_time_new_from_unix_local(moment)
			     : g_date_time_new_from_unix_utc(moment);
	if (then != NULL)
		text = g_date_time_format(then, format);
	return text != NULL ? text : g_strdup("");
}

char *
when_iso(gint64 moment)
{
	return format_moment(moment, FALSE, "%Y-%m-%dT%H:%M:%SZ");
}

char *
when_local(gint64 moment)
{
	return format_moment(moment, TRUE, "%a %-d %b %H:%M");
}

char *
when_age(gint64 moment, gint64 now)
{
	gint64 seconds = MAX(now - moment, 0);

	if (seconds < 60)
		return g_strdup_printf("%d s", (int)seconds);
	if (seconds < 3600)
		return g_strdup_printf("%d min", (int)(seconds / 60));
	if (seconds < 86400)
		return g_strdup_printf("%d h", (int)(seconds / 3600));
	return g_strdup_printf("%" G_GINT64_FORMAT " d", seconds / 86400);
}

char *
when_rfc5322(gint64 moment)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	g_autoptr(GDateTime) then = g_date_time_new_from_unix_utc(moment);

	/* Not by strftime: the names must not follow the locale. */
	return g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d +0000",
		days[g_date_time_get_day_of_week(then) - 1], g_date_time_get_day_of_month(then),
		months[g_date_time_get_month(then) - 1], g_date_time_get_year(then),
		g_date_time_get_hour(then), g_date_time_get_minute(then),
		g_date_time_get_second(then));
}

int
when_month(const char *word)
{
	static const char *const months[12][3] = {{"januari", "january", "januar"},
		{"februari", "february", "februar"}, {"maart", "march", "märz"},
		{"april", "april", "april"}, {"mei", "may", "mai"}, {"juni", "june", "juni"},
		{"juli", "july", "juli"}, {"augustus", "august", "august"},
		{"september", "september", "september"}, {"oktober", "october", "oktober"},
		{"november", "november", "november"}, {"december", "december", "dezember"}};
	size_t n = 0;

	while (g_ascii_isalpha(word[n]) || (word[n] & 0x80) != 0)
		n++;
	if (n == 3 && g_ascii_strncasecmp(word, "mrt", 3) == 0)
		return 3;
	for (int m = 0; m < 12 && n >= 3; m++)
		for (int l = 0; l < 3; l++)
			if (n <= strlen(months[m][l]) &&
				g_ascii_strncasecmp(word, months[m][l], n) == 0)
				return m + 1;
	return 0;
}
