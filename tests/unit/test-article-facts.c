/* article: whose mail it is, what and where it is about, and where more files wait. */
#include <glib.h>
#include <string.h>

#include "article.h"
#include "base.h"

static ArticleRules *rules;

/* Sent on 3 May 2026. */
static Draft *
draft_of(const char *from, const char *body)
{
	const MimeLimits mime = {1 << 20, 2000, 1000, 50, 4 << 20, 500};
	static const ArticleLimits limits = {500000, 400, 1200};
	g_autofree char *text = g_strdup_printf("From: %s\nSubject: Nieuws\nDate: Sun, 3 May 2026 "
						"10:00:00 +0200\nContent-Type: text/plain; "
						"charset=utf-8\n\n%s\n",
		from, body);
	g_autoptr(GError) error = NULL;
	g_autoptr(MimeMail) mail = mime_read(text, strlen(text), &mime, &error);

	g_assert_no_error(error);
	return article_make(mail, rules, &limits, NULL);
}

static bool
has(const GPtrArray *list, const char *text)
{
	for (guint i = 0; i < list->len; i++)
		if (strcmp(list->pdata[i], text) == 0)
			return true;
	return false;
}

/* --- share links */

static void
assert_link(const char *body, const char *service, const char *ends, bool said)
{
	g_autofree char *whole = g_strconcat("De nieuwe brug over het kanaal is open voor fietsers "
					     "en wandelaars.\n\n",
		body, NULL);
	g_autoptr(Draft) draft = draft_of("pers@brug.example.nl", whole);
	g_autofree char *day = NULL;
	const ShareLink *link;

	g_assert_cmpint(draft->links->len, ==, 1);
	link = draft->links->pdata[0];
	day = when_iso(link->ends_at);
	g_assert_cmpstr(link->service, ==, service);
	g_assert_true(g_str_has_prefix(day, ends));
	g_assert_cmpint(link->said, ==, said);
}

static void
test_share_links(void)
{
	assert_link("Foto's: https://we.tl/t-AbC", "WeTransfer", "2026-05-06", false);
	assert_link(
		"Beeld staat op https://www.dropbox.com/scl/fo/x?rlkey=1", "Dropbox", "", false);
	assert_link("https://brugbv-my.sharepoint.com/:f:/g/x", "SharePoint", "", false);
	assert_link("https://drive.google.com/drive/folders/1x", "Google Drive", "", false);
	assert_link("https://fromsmash.com/brug-foto", "Smash", "2026-05-10", false);
}

static void
test_day_that_is_said(void)
{
	assert_link("Foto's: https://we.tl/t-AbC (beschikbaar tot 12 mei)", "WeTransfer",
		"2026-05-12", true);
	assert_link("Foto's: https://we.tl/t-AbC\n\nDe link verloopt op vrijdag 5 juni 2026.",
		"WeTransfer", "2026-06-05", true);
	assert_link(
		"https://www.dropbox.com/s/x geldig t/m 20-05-2026", "Dropbox", "2026-05-20", true);
	assert_link("https://we.tl/t-AbC is nog 14 dagen beschikbaar", "WeTransfer", "2026-05-17",
		true);
	assert_link("Pictures: https://we.tl/t-AbC, available until May 12", "WeTransfer",
		"2026-05-12", true);
	/* A day in the next year. */
	assert_link("https://we.tl/t-AbC (beschikbaar tot 2 januari)", "WeTransfer", "2027-01-02",
		true);
}

static void
test_other_links_are_none(void)
{
	g_autoptr(Draft) draft = draft_of("pers@brug.example.nl",
		"Meer op https://www.brug.example.nl/dropbox.com/x en "
		"https://nietdropbox.com/x en https://wetransfer.com.example.org/x\n");

	g_assert_cmpint(draft->links->len, ==, 0);
}

static void
test_end_is_warned_of(void)
{
	g_autoptr(Draft) draft =
		draft_of("pers@brug.example.nl", "De brug is open. Foto's: https://we.tl/t-AbC\n");

	for (guint i = 0; i < draft->warnings->len; i++) {
		const Warning *warning = draft->warnings->pdata[i];

		if (strcmp(warning->code, "link.expires") == 0) {
			g_assert_nonnull(strstr(warning->text, "2026-05-06"));
			return;
		}
	}
	g_assert_not_reached();
}

/* --- organisation */

static void
assert_organisation(const char *from, const char *signature, const char *wanted)
{
	g_autofree char *body = g_strconcat(
		"De nieuwe brug over het kanaal is zaterdag geopend door de wethouder, die het "
		"lint doorknipte.\n\nMet vriendelijke groet,\n\n",
		signature, NULL);
	g_autoptr(Draft) draft = draft_of(from, body);

	g_assert_cmpstr(draft->sender.organisation, ==, wanted);
}

static void
test_organisation(void)
{
	assert_organisation(
		"\"Sanne Bos | Atelier Noord\" <sanne@gmail.com>", "Sanne", "Atelier Noord");
	assert_organisation("\"Sanne Bos (Gemeente Oostveen)\" <s.bos@example.nl>", "Sanne",
		"Gemeente Oostveen");
	assert_organisation("Sanne Bos <s.bos@bruggenbouw.example.nl>",
		"Sanne Bos\nBruggenbouw B.V.\nKade 1\n1234 AB Oostveen", "Bruggenbouw B.V.");
	assert_organisation("Sanne Bos <s.bos@gmail.com>",
		"Sanne Bos\nsecretaris\nStichting Kanaalfeest", "Stichting Kanaalfeest");
	assert_organisation("Sanne Bos <s.bos@kanaal.example.nl>", "Sanne", "kanaal.example.nl");
	assert_organisation("Sanne Bos <s.bos@gmail.com>", "Sanne", "");
}

/* --- tags and places */

static void
assert_places(const char *text, const char *first, const char *second)
{
	g_autoptr(Draft) draft = draft_of("pers@brug.example.nl", text);

	g_assert_cmpint(draft->places->len, >=, second != NULL ? 2 : 1);
	g_assert_cmpstr(draft->places->pdata[0], ==, first);
	if (second != NULL)
		g_assert_cmpstr(draft->places->pdata[1], ==, second);
}

static void
test_places(void)
{
	static const char rest[] =
		" De brug is open. In Goor is het feest, en in Goor kwam iedereen kijken.";
	g_autofree char *dateline = g_strconcat("HENGELO – ", rest, NULL);
	g_autofree char *dated = g_strconcat("Enschede, 3 mei 2026 - ", rest, NULL);
	g_autofree char *unknown = g_strconcat("KLEINDORP – ", rest, NULL);
	g_autofree char *several = g_strconcat("Hof van Twente en Goor werken samen.", rest, NULL);

	assert_places(dateline, "Hengelo", "Goor");
	assert_places(dated, "Enschede", "Goor");
	assert_places(unknown, "Kleindorp", "Goor");
	assert_places(several, "Goor", "Hof van Twente");
}

static void
test_person_is_no_place(void)
{
	g_autoptr(Draft) draft = draft_of("pers@brug.example.nl",
		"De brug is geopend door wethouder Jan van Goor, die het lint doorknipte en zei "
		"dat hij blij was.\n");

	g_assert_cmpint(draft->places->len, ==, 0);
}

static void
test_tags(void)
{
	g_autoptr(Draft) draft = draft_of("pers@brug.example.nl",
		"Directeur Anouk Wensink van het Kanaalmuseum is blij met de brug. “Nu komt "
		"iedereen langs”, zegt Wensink. Het is dinsdag open. Vrijdag sluit het "
		"Kanaalmuseum eerder. Morgen is er feest. Morgen komt ook de fanfare. #brugopen\n");

	g_assert_true(has(draft->tags, "Anouk Wensink"));
	g_assert_true(has(draft->tags, "Kanaalmuseum"));
	g_assert_true(has(draft->tags, "brugopen"));
	g_assert_false(has(draft->tags, "Wensink"));
	g_assert_false(has(draft->tags, "Morgen"));
	g_assert_cmpint(draft->tags->len, ==, 3);
}

int
main(int argc, char **argv)
{
	g_autofree char *patterns = NULL;
	int failed;

	g_test_init(&argc, &argv, NULL);
	patterns = g_build_filename(g_getenv("NIEUWS_DATA"), "patterns", NULL);
	rules = article_rules_load(patterns, NULL);
	if (rules == NULL || !mime_start(NULL))
		return 1;
	g_test_add_func("/article/links/services", test_share_links);
	g_test_add_func("/article/links/said", test_day_that_is_said);
	g_test_add_func("/article/links/others", test_other_links_are_none);
	g_test_add_func("/article/links/warned", test_end_is_warned_of);
	g_test_add_func("/article/organisation", test_organisation);
	g_test_add_func("/article/places", test_places);
	g_test_add_func("/article/places/person", test_person_is_no_place);
	g_test_add_func("/article/tags", test_tags);
	failed = g_test_run();
	article_rules_free(rules);
	return failed;
}
