/* article: what stands around an article is set aside, what only looks like it stays. */
#include <glib.h>
#include <string.h>

#include "article.h"
#include "base.h"

static ArticleRules *rules;

/* Of Mieke Vaandrager, sent on Monday 2 March 2026. */
static Draft *
draft_of(const char *subject, const char *body)
{
	const MimeLimits mime = {1 << 20, 2000, 1000, 50, 4 << 20, 500};
	static const ArticleLimits limits = {500000, 400, 1200};
	g_autofree char *text =
		g_strdup_printf("From: Mieke Vaandrager <mieke@zeilmakerij.example.nl>\nTo: "
				"redactie@krant.example.nl\n"
				"Subject: %s\nDate: Mon, 2 Mar 2026 10:00:00 +0100\n"
				"Content-Type: text/plain; charset=utf-8\n\n%s\n",
			subject, body);
	g_autoptr(GError) error = NULL;
	g_autoptr(MimeMail) mail = mime_read(text, strlen(text), &mime, &error);

	g_assert_no_error(error);
	return article_make(mail, rules, &limits, NULL);
}

static const char title[] = "Zeilmakerij viert honderd jaar aan de haven";

static const char story[] =
	"De zeilmakerij aan de Havenkade bestaat deze maand honderd jaar. In de loods waar ooit de "
	"zeilen van de vissersvloot werden genaaid, hangen nu huiken voor sloepen en tenten.\n\n"
	"De eerste zeilmaker begon in 1926 met een tafel en drie naalden. Zijn kleindochter leidt "
	"het bedrijf en zoekt twee leerlingen, die het vak in de praktijk kunnen leren bij "
	"haar.\n\n"
	"Bezoekers zijn op zaterdag 14 maart welkom tussen 10.00 en 16.00 uur. Dan draaien alle "
	"machines en is er een veiling van oude lappen zeildoek voor het goede doel.";

/* The story with something above and below it. */
static Draft *
framed(const char *above, const char *below)
{
	g_autofree char *body = g_strdup_printf("%s%s\n\n%s%s", above, title, story, below);

	return draft_of("Persbericht: honderd jaar zeilmakerij", body);
}

static bool
aside_holds(const Draft *draft, AsideKind kind, const char *text)
{
	g_autofree char *all = draft_aside_text(draft, kind);

	return strstr(all, text) != NULL;
}

static void
assert_story(const Draft *draft)
{
	g_assert_cmpstr(draft->title, ==, title);
	g_assert_true(g_str_has_prefix(draft->body, "De zeilmakerij aan de"));
	g_assert_true(g_str_has_suffix(g_strchomp(draft->body), "het goede doel."));
}

static void
test_above(void)
{
	static const struct {
		const char *text;
		AsideKind kind;
	} cases[] = {{"Ha krantenmensen,\n\nHebben jullie hier een plekje voor?\n\n", ASIDE_COVER},
		{"L.S.,\n\nGraag plaatsen wij dit bij u.\n\n", ASIDE_COVER},
		{"Goeie morgen!\n\nHierbij ons verhaal, alvast dank.\n\n", ASIDE_COVER},
		{"Dear editor,\n\nPlease find our news below.\n\n", ASIDE_COVER},
		{"Guten Tag zusammen,\n\nanbei unser Text zur Veröffentlichung.\n\n", ASIDE_COVER},
		{"PERSBERICHT\n\n", ASIDE_LABEL}, {"P E R S B E R I C H T\n\n", ASIDE_LABEL},
		{"Mediabericht\n\n", ASIDE_LABEL},
		{"Persbericht - direct te publiceren\n\n", ASIDE_LABEL},
		{"Embargo tot donderdag 12 maart 10.00 uur\n\n", ASIDE_EMBARGO},
		{"Gelieve dit bericht niet eerder te plaatsen dan 12 maart 2026, 10.00u\n\n",
			ASIDE_EMBARGO},
		{"Niet voor publicatie vóór 12 maart 2026 10.00 uur\n\n", ASIDE_EMBARGO}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Draft) draft = framed(cases[i].text, "");
		g_autofree char *first = g_strndup(cases[i].text, strcspn(cases[i].text, "\n"));

		g_test_message("%s", first);
		assert_story(draft);
		g_assert_true(aside_holds(draft, cases[i].kind, first));
	}
}

static void
test_below(void)
{
	static const struct {
		const char *text;
		const char *part;
		AsideKind kind;
	} cases[] = {{"\n\n*** einde ***", "einde", ASIDE_LABEL}, {"\n\n- 30 -", "30", ASIDE_LABEL},
		{"\n\n-o-o-o-", "o-o", ASIDE_LABEL}, {"\n\nEINDE", "EINDE", ASIDE_LABEL},
		{"\n\nMet zilte groet,\n\nMieke Vaandrager\nZeilmakerij\n0515 - 12 34 56", "zilte",
			ASIDE_SIGNATURE},
		{"\n\nAhoi!\n\nMieke", "Ahoi", ASIDE_SIGNATURE},
		{"\n\nLiefs, Mieke", "Liefs", ASIDE_SIGNATURE},
		{"\n\nMieke Vaandrager | zeilmaker | 06 - 12 34 56 78", "zeilmaker",
			ASIDE_SIGNATURE},
		{"\n\nPerscontact: Jan Reef, 06 - 12 34 56 78", "Jan Reef", ASIDE_CONTACT},
		{"\n\nVragen van journalisten kan Jan Reef beantwoorden: 06 - 12 34 56 78.",
			"Jan Reef", ASIDE_CONTACT},
		{"\n\nNoot voor de redactie: foto's maken mag op vrijdag.", "vrijdag", ASIDE_NOTE},
		{"\n\n=== Niet voor publicatie ===\n\nFoto's maken mag op vrijdag.",
			"Niet voor publicatie", ASIDE_NOTE},
		{"\n\nNoot voor de eindredacteur (niet plaatsen)\n\nFoto's maken mag op vrijdag.",
			"vrijdag", ASIDE_NOTE},
		{"\n\nNot for publication: photos can be taken on Friday.", "Friday", ASIDE_NOTE}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Draft) draft = framed("", cases[i].text);

		g_test_message("%s", cases[i].text);
		assert_story(draft);
		g_assert_true(aside_holds(draft, cases[i].kind, cases[i].part));
	}
}

/* Each zone ends where the next begins. */
static void
test_all_around(void)
{
	g_autoptr(Draft) draft = framed(
		"Beste redactie,\n\nZie ons bericht hieronder.\n\nPERSBERICHT\n\n"
		"Embargo tot 12-3-2026, 06:00\n\n",
		"\n\n///\n\nNoot voor de redactie:\n\nFoto's maken mag op vrijdag.\n\n"
		"Perscontact: Jan Reef, 06 - 12 34 56 78\n\nTot horens,\n\nMieke Vaandrager\n"
		"Havenkade 3, 8601 AB Sneek\n\nDit bericht is uitsluitend bestemd voor de "
		"geadresseerde.");

	assert_story(draft);
	g_assert_true(aside_holds(draft, ASIDE_NOTE, "vrijdag"));
	g_assert_false(aside_holds(draft, ASIDE_NOTE, "Tot horens"));
	g_assert_true(aside_holds(draft, ASIDE_CONTACT, "Jan Reef"));
	g_assert_true(aside_holds(draft, ASIDE_SIGNATURE, "Tot horens"));
	g_assert_true(aside_holds(draft, ASIDE_SIGNATURE, "Havenkade"));
	g_assert_true(aside_holds(draft, ASIDE_DISCLAIMER, "geadresseerde"));
}

/* A legal sentence that newsletters have, too, takes no signature with it. */
static void
test_letter_is_no_newsletter(void)
{
	g_autoptr(Draft) draft = framed("",
		"\n\nMet vriendelijke groet,\n\nMieke Vaandrager\nHavenkade 3, 8601 AB Sneek\n\n"
		"U ontvangt dit bericht omdat wij denken dat het voor u bestemd is.");

	assert_story(draft);
	g_assert_true(aside_holds(draft, ASIDE_SIGNATURE, "Havenkade"));
	g_assert_false(aside_holds(draft, ASIDE_FOOTER, "Mieke"));
}

/* What looks like something to cut, but is the story's. */
static void
test_traps(void)
{
	static const char *const stay[] = {
		"In zijn brief stond: ‘Geachte heer, uw zeil is klaar.’ De knecht bewaarde hem "
		"veertig "
		"jaar lang in een la van de werkbank, bij de naalden en de was.",
		"Over de zeilmakerij: het bedrijf telt acht mensen en levert in heel Europa, van "
		"de "
		"Oostzee tot de Middellandse Zee, aan werven en schippers.",
		"Kaarten voor de veiling zijn te krijgen via 0515 - 65 43 21 of aan de deur van de "
		"loods, zolang er plaats is op de banken.",
		"Op 14 januari schreef de burgemeester nog dat de loods een monument moest worden, "
		"en "
		"dat hij dat graag zelf kwam vertellen."};

	for (size_t i = 0; i < G_N_ELEMENTS(stay); i++) {
		g_autofree char *below = g_strdup_printf(
			"\n\n%s\n\nMet vriendelijke groet,\n\nMieke Vaandrager", stay[i]);
		g_autoptr(Draft) draft = framed("", below);

		g_test_message("%s", stay[i]);
		g_assert_nonnull(strstr(draft->body, strrchr(stay[i], ',')));
		g_assert_true(aside_holds(draft, ASIDE_SIGNATURE, "vriendelijke"));
		g_assert_null(strstr(draft->body, "vriendelijke groet"));
	}
}

static void
test_embargo_moments(void)
{
	static const struct {
		const char *line, *moment;
	} cases[] = {{"Embargo tot donderdag 12 maart 10.00 uur", "2026-03-12T09:00"},
		{"EMBARGO tot 12-3-2026, 06:00", "2026-03-12T05:00"},
		{"Onder embargo tot vrijdag 9.00 uur", "2026-03-06T08:00"},
		{"Embargo: 12/3, 14u30", "2026-03-12T13:30"},
		{"Embargo tot 12 maart, 3 uur 's middags", "2026-03-12T14:00"},
		{"EMBARGOED UNTIL 00:01 GMT, 5 March", "2026-03-05T00:01"},
		{"Sperrfrist: 12. März 2026, 9 Uhr", "2026-03-12T08:00"},
		{"Embargo tot 1 juli 2026 00.01 uur", "2026-06-30T22:01"}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *above = g_strconcat(cases[i].line, "\n\n", NULL);
		g_autoptr(Draft) draft = framed(above, "");
		g_autofree char *moment = when_iso(draft->embargo_at);

		g_test_message("%s: %s", cases[i].line, moment);
		g_assert_cmpstr(draft->embargo, ==, cases[i].line);
		g_assert_true(g_str_has_prefix(moment, cases[i].moment));
	}
}

int
main(int argc, char **argv)
{
	g_autofree char *folder = g_build_filename(g_getenv("NIEUWS_DATA"), "patterns", NULL);
	g_autoptr(GError) error = NULL;
	int result;

	g_test_init(&argc, &argv, NULL);
	if (!mime_start(NULL))
		return 1;
	rules = article_rules_load(folder, &error);
	g_assert_no_error(error);
	g_test_add_func("/article/zones/above", test_above);
	g_test_add_func("/article/zones/below", test_below);
	g_test_add_func("/article/zones/all-around", test_all_around);
	g_test_add_func("/article/zones/no-newsletter", test_letter_is_no_newsletter);
	g_test_add_func("/article/zones/traps", test_traps);
	g_test_add_func("/article/zones/embargo-moments", test_embargo_moments);
	result = g_test_run();
	article_rules_free(rules);
	return result;
}
