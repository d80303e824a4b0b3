/* article: what stands around an article, in the many forms that people give it. Each case is one
 * small mail; wordings differ on purpose. */
#include <glib.h>
#include <string.h>

#include "article.h"
#include "base.h"

static ArticleRules *rules;

#define STORY                                                                                      \
	"De nieuwe voetbrug over de Luttel is zaterdag geopend door wethouder Ria Tempel. Zij "    \
	"liep "                                                                                    \
	"als eerste naar de overkant, met twintig schoolkinderen achter zich aan en een vlag in "  \
	"de "                                                                                      \
	"hand.\n\n"                                                                                \
	"Volgens aannemer Van Loo is het werk binnen de tijd klaar gekomen. Fietsers kunnen er "   \
	"ook "                                                                                     \
	"na donker overheen, want er staan negen nieuwe lampen langs het pad.\n\n"                 \
	"In het voorjaar komt er een bankje bij. Dat betaalt de buurt zelf, met de opbrengst van " \
	"de "                                                                                      \
	"rommelmarkt van vorig jaar en van een loterij.\n\n"
#define HEADLINE "Voetbrug over de Luttel is open"

typedef struct {
	const char *what;
	const char *subject; /* NULL: HEADLINE */
	const char *above, *below;
	AsideKind kind;
	const char *aside; /* must be in an aside of this kind */
	const char *not_in_body; /* must not be in the body */
} Case;

static const Case cases[] = {
	{"a greeting that nobody wrote down", NULL, "", "Tot op de brug,\nGerrit Smeltink\n",
		ASIDE_SIGNATURE, "Tot op de brug", "Gerrit"},
	{"only the first name", NULL, "", "Liefs uit Eltermark,\nGerrit\n06-12345678\n",
		ASIDE_SIGNATURE, "06-12345678", "Gerrit"},
	{"name, number and domain, no greeting", NULL, "",
		"Stichting Brug\nKade 3, 7000 AB Luttel\n0570 - 12 34 56\nwww.brug.example.nl\n",
		ASIDE_SIGNATURE, "0570", "Kade 3"},
	{"greeting and name in one line", NULL, "", "Groetjes, Gerrit\n", ASIDE_SIGNATURE,
		"Groetjes", "Groetjes"},
	{"legal text below the signature", NULL, "",
		"Mvg,\nGerrit Smeltink\n\nDit bericht is uitsluitend bestemd voor wie het is "
		"toegezonden. Bent u dat niet, wilt u het dan verwijderen en ons dat laten "
		"weten?\n",
		ASIDE_DISCLAIMER, "uitsluitend bestemd", "uitsluitend"},
	{"a salutation that nobody wrote down", NULL, "Ha dorpsgenoten van de krant,\n\n", "",
		ASIDE_COVER, "dorpsgenoten", "dorpsgenoten"},
	{"a covering note above a typed headline", NULL,
		"Goedemiddag,\n\nZouden jullie hier iets mee kunnen? Ik hoor het graag.\n\n", "",
		ASIDE_COVER, "iets mee kunnen", "iets mee"},
	{"a covering note without salutation", NULL, "Zie hieronder ons bericht voor de krant.\n\n",
		"", ASIDE_COVER, "ons bericht", "ons bericht"},
	{"a framed end mark", NULL, "", "*** slot ***\n\n", ASIDE_LABEL, "slot", "slot"},
	{"what follows an end mark", NULL, "",
		"-- EINDE --\n\nWethouder Tempel is maandag te spreken.\n\n", ASIDE_NOTE,
		"maandag te spreken", "te spreken"},
	{"signs for an end", NULL, "", "# # #\n\nBel Gerrit: 06 - 12 34 56 78\n", ASIDE_CONTACT,
		"06 - 12", "12 34"},
	{"a spaced label", NULL, "P E R S B E R I C H T\n\n", "", ASIDE_LABEL, "P E R S",
		"P E R S"},
	{"a label with an organisation", NULL, "Persbericht Stichting Brug\n\n", "", ASIDE_LABEL,
		"Stichting Brug", "Persbericht"},
	{"a press contact in one line", NULL, "",
		"Vragen van de pers? Bel Gerrit Smeltink, 0570 12 34 56.\n\nGroet,\nGerrit\n",
		ASIDE_CONTACT, "0570", "0570"},
	{"a note with the signature below it", NULL, "",
		"Noot voor de redactie: foto's volgen maandag.\n\nWarme groet,\nGerrit Smeltink\n",
		ASIDE_SIGNATURE, "Warme groet", "foto's"},
	{"a postscript", NULL, "", "Groet,\nGerrit\n\nP.S. De foto's volgen.\n", ASIDE_NOTE,
		"foto's volgen", "volgen"},
	{"an embargo as a sentence", NULL,
		"Deze tekst mag gebruikt worden vanaf vrijdag 27 november 9.00 uur.\n\n", "",
		ASIDE_EMBARGO, "vanaf vrijdag", "vanaf vrijdag"},
	{"a banner of a mail system", NULL,
		"LET OP: deze e-mail komt van buiten de organisatie.\n\n", "", ASIDE_BANNER,
		"LET OP", "LET OP"},
};

typedef struct {
	MimeMail *mail;
	Draft *draft;
	char *bytes;
} Read;

static void
read_clear(Read *read)
{
	draft_free(read->draft);
	mime_free(read->mail);
	g_free(read->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Read, read_clear)

static Read
read_text(const char *subject, const char *text)
{
	static const MimeLimits mime = {1 << 20, 2000, 1000, 50, 4 << 20, 500};
	static const ArticleLimits limits = {500000, 400, 1200};
	g_autoptr(GError) error = NULL;
	Read read = {.bytes = g_strdup_printf("From: Gerrit Smeltink <gerrit@brug.example.nl>\n"
					      "To: Redactie <redactie@krant.example.nl>\n"
					      "Subject: %s\n"
					      "Date: Tue, 24 Nov 2026 10:00:00 +0100\n"
					      "Content-Type: text/plain; charset=utf-8\n\n%s",
			     subject, text)};

	read.mail = mime_read(read.bytes, strlen(read.bytes), &mime, &error);
	g_assert_no_error(error);
	read.draft = article_make(read.mail, rules, &limits, NULL);
	return read;
}

static void
test_around(gconstpointer data)
{
	const Case *c = data;
	g_autofree char *text = g_strconcat(c->above, HEADLINE "\n\n", STORY, c->below, NULL);
	g_auto(Read) read = read_text(c->subject != NULL ? c->subject : "Brug open", text);
	g_autofree char *aside = draft_aside_text(read.draft, c->kind);

	g_assert_cmpstr(read.draft->title, ==, HEADLINE);
	g_assert_nonnull(strstr(read.draft->body, "negen nieuwe lampen"));
	g_assert_nonnull(strstr(read.draft->body, "loterij"));
	if (strstr(aside, c->aside) == NULL || strstr(read.draft->body, c->not_in_body) != NULL)
		g_error("%s\n--- aside:\n%s\n--- body:\n%s", c->what, aside, read.draft->body);
}

/* What looks like something to cut, and is not. */
static void
test_stays(void)
{
	static const char *const traps[] = {
		"Op 14 januari schreef de gemeente een brief aan de buurt; daarna niets.",
		"De brief eindigde met: hoogachtend, uw gemeente.",
		"Meer informatie over de rommelmarkt: www.rommelmarkt.example.nl.",
		"Kaarten zijn te bestellen via 0570 98 76 54.",
		"Over Stichting Brug: de stichting bestaat sinds 1974 en telt veertig leden.",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(traps); i++) {
		g_autofree char *text = g_strconcat(
			HEADLINE "\n\n", STORY, traps[i], "\n\n", STORY, "Groet,\nGerrit\n", NULL);
		g_auto(Read) read = read_text("Brug open", text);

		if (strstr(read.draft->body, traps[i]) == NULL)
			g_error("gone: %s\n%s", traps[i], read.draft->body);
	}
}

static void
test_forwarded(void)
{
	g_auto(Read) read = read_text("Fwd: iets voor jullie",
		"Kijk eens, zie onder.\n\nGr.\nGerrit\n\n"
		"---------- Forwarded message ---------\n"
		"Van: Anja Kuipers <anja@dorp.example.nl>\n"
		"Date: di 24 nov 2026 om 09:00\n"
		"Subject: " HEADLINE "\n"
		"To: Gerrit Smeltink <gerrit@brug.example.nl>\n\n\n"
		"Hoi Gerrit,\n\nHierbij het verhaal van de brug.\n\n" STORY "Groetjes,\nAnja\n");
	g_autofree char *cover = draft_aside_text(read.draft, ASIDE_COVER);
	g_autofree char *signature = draft_aside_text(read.draft, ASIDE_SIGNATURE);

	g_assert_true(read.draft->has_original);
	g_assert_cmpstr(read.draft->original_sender.address, ==, "anja@dorp.example.nl");
	g_assert_cmpstr(read.draft->original_sender.name, ==, "Anja Kuipers");
	g_assert_cmpstr(read.draft->title, ==, HEADLINE);
	g_assert_true(g_str_has_prefix(read.draft->body, "De nieuwe voetbrug"));
	g_assert_nonnull(strstr(cover, "zie onder"));
	g_assert_nonnull(strstr(signature, "Gr."));
	g_assert_nonnull(strstr(signature, "Anja"));
}

static void
test_form(void)
{
	g_auto(Read) read = read_text("Nieuw bericht via de site",
		"Naam: Anja Kuipers\nE-mailadres: anja@dorp.example.nl\nOnderwerp: " HEADLINE
		"\nBericht:\n\n" STORY);

	g_assert_cmpstr(read.draft->original_sender.address, ==, "anja@dorp.example.nl");
	g_assert_cmpstr(read.draft->title, ==, HEADLINE);
	g_assert_true(g_str_has_prefix(read.draft->body, "De nieuwe voetbrug"));
}

/* The same moment, typed in many ways; the mail is of Tuesday 24 November 2026. */
static void
test_embargo(void)
{
	static const struct {
		const char *line, *iso;
	} moments[] = {
		{"EMBARGO tot vrijdag 27 november 2026, 09.00 uur", "2026-11-27T09:00:00+0100"},
		{"Embargo tot 27-11-2026 om 9:00u", "2026-11-27T09:00:00+0100"},
		{"Onder embargo tot vrijdag 9 uur", "2026-11-27T09:00:00+0100"},
		{"Embargo: 27/11, 14u30", "2026-11-27T14:30:00+0100"},
		{"EMBARGO tot 3 januari 12.00 uur", "2027-01-03T12:00:00+0100"},
		{"EMBARGOED UNTIL 00:01 GMT, 3 March 2027", "2027-03-03T01:01:00+0100"},
		{"Embargoed until March 3, 2027, 9 am", "2027-03-03T09:00:00+0100"},
		{"Sperrfrist: 3. März 2027, 10 Uhr", "2027-03-03T10:00:00+0100"},
		{"Persbericht 20 november 2026, embargo tot 27 november 2026 24.00 uur",
			"2026-11-28T00:00:00+0100"},
		{"Embargo tot 1 juli 2027 10.00 uur", "2027-07-01T10:00:00+0200"},
	};
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Europe/Amsterdam");

	for (size_t i = 0; i < G_N_ELEMENTS(moments); i++) {
		g_autofree char *text =
			g_strconcat(moments[i].line, "\n\n" HEADLINE "\n\n", STORY, NULL);
		g_auto(Read) read = read_text("Brug open", text);
		g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(read.draft->embargo_at);
		g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
		g_autofree char *iso = g_date_time_format(local, "%Y-%m-%dT%H:%M:%S%z");

		g_assert_cmpstr(read.draft->embargo, ==, moments[i].line);
		if (strcmp(iso, moments[i].iso) != 0)
			g_error("%s: %s, not %s", moments[i].line, iso, moments[i].iso);
	}
}

int
main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *patterns = NULL;

	g_test_init(&argc, &argv, NULL);
	patterns = g_build_filename(g_getenv("NIEUWS_DATA"), "patterns", NULL);
	rules = article_rules_load(patterns, &error);
	g_assert_no_error(error);
	g_assert_true(mime_start(&error));
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = g_strdup_printf("/article/letter/%s", cases[i].what);

		g_test_add_data_func(name, &cases[i], test_around);
	}
	g_test_add_func("/article/letter/stays", test_stays);
	g_test_add_func("/article/letter/forwarded", test_forwarded);
	g_test_add_func("/article/letter/form", test_form);
	g_test_add_func("/article/letter/embargo", test_embargo);
	return g_test_run();
}
