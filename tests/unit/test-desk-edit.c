/* Editing: the file that an editor gets, what he may type in it, and that no word of two editors is
 * lost. */
#include <glib.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "desk.h"
#include "sheet.h"

static const char *const users[] = {"daemon", "games"};

enum { SANNE, PIETER };

typedef struct {
	char *folder;
	Config *config;
	Desk *desks[2];
	gint64 id;
} Fixture;

static const char config_text[] =
	"[nieuws]\nspool = spool\nnewsroom = Proef\nreference = KON\n[mailbox desk]\nhost = "
	"localhost\nuser = u\npassword_file = p\naddress = nieuws@example.nl\n"
	"[editor daemon]\nname = Sanne\naddress = sanne@example.nl\nrights = admin\n"
	"[editor games]\nname = Pieter\naddress = pieter@example.nl\nrights = admin\n";

#define BODY                                                                                       \
	"De brug is klaar.\n\nZaterdag is er feest. Iedereen is welkom.\n\nDe burgemeester "       \
	"knipt het lint door."

static void
add_photo(Message *message, const char *name)
{
	Attachment *photo = record_append(&attachment_type, message->attachments);

	photo->role = ROLE_PHOTO;
	record_set(&photo->filename, name);
	record_set(&photo->sha256, name);
	record_set(&photo->credit, "Bauke: \"eigen foto\" #1");
}

static gint64
make_draft(Fixture *f)
{
	g_autoptr(Message) message = message_new();
	g_autoptr(Draft) draft = draft_new();
	StoreKeep keep = {.mailbox = "desk",
		.folder = "INBOX",
		.uidvalidity = 1,
		.uid = 1,
		.sha256 = "aa",
		.path = "mail/x",
		.kept_at = when_now(),
		.message = message,
		.draft = draft};
	StoreKept kept = {0};

	add_photo(message, "brug.jpg");
	add_photo(message, "lint.jpg");
	add_photo(message, "brug.jpg");
	record_set(&draft->title, "Nieuwe brug: open");
	record_set(&draft->lead, "De brug is klaar.");
	record_set(&draft->body, BODY);
	draft_set_aside(draft, ASIDE_COVER, "Beste redactie,\n\nGraag plaatsen.", "", 0);
	draft_set_aside(draft, ASIDE_NOTE, "Er is ook koffie.\n\n<!-- aside 9: x -->", "", 2);
	g_assert_true(store_begin(f->desks[SANNE]->store, NULL));
	g_assert_true(store_keep(f->desks[SANNE]->store, &keep, &kept, NULL));
	g_assert_true(store_commit(f->desks[SANNE]->store, NULL));
	return kept.draft_id;
}

static void
set_up(Fixture *f, gconstpointer unused)
{
	g_autofree char *file = NULL;
	g_autofree char *spool = NULL;
	g_autoptr(GError) error = NULL;

	(void)unused;
	f->folder = g_dir_make_tmp("nieuws-edit-XXXXXX", NULL);
	file = g_build_filename(f->folder, "nieuws.conf", NULL);
	spool = g_build_filename(f->folder, "spool", NULL);
	g_mkdir(spool, 0700);
	g_assert_true(g_file_set_contents(file, config_text, -1, NULL));
	f->config = config_load(file, &error);
	g_assert_no_error(error);
	for (int i = 0; i < 2; i++) {
		const struct passwd *entry = getpwnam(users[i]);

		f->desks[i] =
			desk_open_uid(f->config, entry->pw_uid, RIGHT_REVIEW, STORE_WRITE, &error);
		g_assert_no_error(error);
		store_set_synchronous(f->desks[i]->store, false);
	}
	f->id = make_draft(f);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
	(void)unused;
	for (int i = 0; i < 2; i++)
		desk_free(f->desks[i]);
	config_free(f->config);
	g_assert_true(fs_remove_tree(f->folder, NULL));
	g_free(f->folder);
}

/* --- what an editor's hands do
 * -------------------------------------------------------------------------------- */

static DeskEdit *
begin(Fixture *f, int who)
{
	g_autoptr(GError) error = NULL;
	DeskEdit *edit = desk_edit_begin(f->desks[who], f->id, NULL, &error);

	g_assert_no_error(error);
	return edit;
}

static char *
look(const DeskEdit *edit)
{
	char *text = NULL;

	g_assert_true(g_file_get_contents(desk_edit_path(edit), &text, NULL, NULL));
	return text;
}

static void
put(const DeskEdit *edit, const char *text)
{
	g_assert_true(g_file_set_contents(desk_edit_path(edit), text, -1, NULL));
}

/* Other words in the place of these, which must be there. */
static void
type(const DeskEdit *edit, const char *old, const char *new)
{
	g_autofree char *text = look(edit);
	char *at = strstr(text, old);
	g_autofree char *typed = NULL;

	if (at == NULL)
		g_error("\"%s\" is not in the file:\n%s", old, text);
	*at = '\0';
	typed = g_strconcat(text, new, at + strlen(old), NULL);
	put(edit, typed);
}

static char *
finish(DeskEdit *edit)
{
	g_autoptr(GError) error = NULL;
	char *said = NULL;
	bool again = true;

	g_assert_true(desk_edit_finish(edit, &again, &said, &error));
	g_assert_no_error(error);
	if (again) {
		g_autofree char *text = look(edit);

		g_error("not done:\n%s", text);
	}
	return said;
}

static void
finish_done(DeskEdit *edit, const char *words)
{
	g_autofree char *said = finish(edit);

	if (strstr(said, words) == NULL)
		g_error("\"%s\" does not say \"%s\"", said, words);
	desk_edit_free(edit);
}

/* Given back, with this in the file. */
static void
finish_again(DeskEdit *edit, const char *words)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *said = NULL;
	g_autofree char *text = NULL;
	bool again = false;

	g_assert_true(desk_edit_finish(edit, &again, &said, &error));
	g_assert_no_error(error);
	g_assert_true(again);
	g_assert_null(said);
	text = look(edit);
	if (strstr(text, words) == NULL)
		g_error("\"%s\" is not in:\n%s", words, text);
}

static StoreContent *
content_of(Fixture *f)
{
	g_autoptr(GError) error = NULL;
	StoreContent *content = store_content_get(f->desks[SANNE]->store, f->id, &error);

	g_assert_no_error(error);
	return content;
}

static gint64
version_of(Fixture *f)
{
	g_autoptr(StoreStanding) standing = store_standing_get(f->desks[SANNE]->store, f->id, NULL);

	return standing->version;
}

static void
release(Fixture *f)
{
	for (int i = 0; i < 2; i++)
		g_free(desk_release(f->desks[i], f->id, "proef", NULL));
}

/* --- the file
 * ---------------------------------------------------------------------------------------------------
 */

static SheetState *
new_state(const char *title, const char *lead, const char *body)
{
	SheetState *state = record_new(&sheet_state_type);
	Picture *photo = record_append(&picture_type, state->content.pictures);

	record_set(&state->reference, "KON-2026-0001");
	record_set(&state->content.title, title);
	record_set(&state->content.lead, lead);
	record_set(&state->content.body, body);
	record_set(&photo->name, title);
	record_set(&photo->caption, lead);
	return state;
}

/* Whatever stands in a draft: read as it was written it is the same. */
static void
test_round_trip(void)
{
	static const char *const texts[] = {"", "gewoon", "met: dubbele punt", "- streepje",
		"\"aanhaling\"", "'t Hof", "eind'", "# hekje", "een #twee", "a\nb",
		"\n  ingesprongen\n", "[x]", "{y}", "*ster", "&anker", "!merk", "%procent", "@apen",
		"|pijp", ">groter", "ja", "null", "1e3", "---", "title: x", "x\n---\ny", "é ü 😀",
		"a\\nb", "tab\thier", "  spatie ervoor", "komma, komma", "vi: set x",
		"\xe2\x80\xa8regel", "`", "?vraag", "~"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(texts); j++) {
			SheetState *state = new_state(texts[i], texts[j], "# Kop\n\n---\n\nTekst.");
			g_autoptr(GPtrArray) errors = sheet_errors_new();
			g_autofree char *file = NULL;
			g_autofree char *flat = text_collapse(texts[i]);
			g_autoptr(Sheet) sheet = NULL;

			g_ptr_array_add(state->content.tags, g_strdup("bruggen"));
			if (texts[i][0] != '\0' && strchr(texts[i], ',') == NULL &&
				strcmp(flat, texts[i]) == 0)
				g_ptr_array_add(state->content.tags, g_strdup(texts[i]));
			file = sheet_write(state, &state->content, NULL, NULL);
			sheet = sheet_read(state, file, strlen(file), 1000, errors);
			if (errors->len > 0) {
				g_autofree char *said = sheet_error_text(errors->pdata[0]);

				g_error("%s\n%s", said, file);
			}
			if (!sheet_same(sheet->content, &state->content))
				g_error("not the same as before:\n%s", file);
			record_free(&sheet_state_type, state);
		}
}

/* Editors look for orders to themselves in the first and the last five lines. */
static void
test_no_orders(Fixture *f, gconstpointer unused)
{
	g_autoptr(DeskEdit) edit = begin(f, SANNE);
	g_autofree char *text = look(edit);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint n = g_strv_length(lines);

	(void)unused;
	g_assert_cmpstr(lines[0], ==, "---");
	for (guint i = 1; i < 5; i++)
		g_assert_true(g_str_has_prefix(lines[i], "# "));
	/* The last line is empty: what stands behind the last newline. */
	g_assert_true(g_str_has_prefix(lines[n - 7], SHEET_END));
	g_assert_cmpstr(lines[n - 2], ==, "-->");
	/* What looks like a line of ours in a mail is none. */
	g_assert_nonnull(strstr(text, "\n\\<!-- aside 9: x -->"));
}

static void
test_what_hands_type(Fixture *f, gconstpointer unused)
{
	DeskEdit *edit = begin(f, SANNE);
	g_autoptr(StoreContent) content = NULL;

	(void)unused;
	type(edit, "title: 'Nieuwe brug: open'", "Titel: \"De brug\": 't is zover # ja");
	type(edit, "lead: De brug is klaar.", "lead: De brug\nover de Berkel\n  is klaar: feest");
	type(edit, "tags: []", "tags: bruggen, sint nicolaas,bruggen");
	type(edit, "category:", "rubriek:   Verkeer");
	type(edit, "embargo:", "embargo: 3 december 2099 10:00 uur   # zeker");
	type(edit, "- file: lint.jpg\n  caption:",
		"- file: lint.jpg\n  bijschrift: Het lint: rood\n  lead: ja\n  dropped: nee\n  "
		"alt: x\n  credit: y\n- file: brug.jpg (2)\n  caption: tweede");
	type(edit,
		"  credit: 'Bauke: \"eigen foto\" #1'\n  alt:\n  lead: no\n  dropped: no\n- file: "
		"brug.jpg (2)\n  caption:\n",
		"");
	finish_done(edit, "title, lead, tags, category, embargo, photo");
	content = content_of(f);
	g_assert_cmpstr(content->title, ==, "\"De brug\": 't is zover # ja");
	g_assert_cmpstr(content->lead, ==, "De brug over de Berkel is klaar: feest");
	g_assert_cmpint(content->tags->len, ==, 2);
	g_assert_cmpstr(content->tags->pdata[1], ==, "sint nicolaas");
	g_assert_cmpstr(content->category, ==, "Verkeer");
	g_assert_cmpint(content->embargo_at, ==, 4099971600);
}

static void
test_nothing_changed(Fixture *f, gconstpointer unused)
{
	g_autoptr(StoreStanding) standing = NULL;
	DeskEdit *edit = begin(f, SANNE);

	(void)unused;
	finish_done(edit, "nothing changed");
	edit = begin(f, SANNE);
	put(edit, "  \n");
	finish_done(edit, "nothing changed");
	edit = begin(f, SANNE);
	type(edit, "---\n\nDe brug", "---\n\n\n\nDe brug");
	finish_done(edit, "nothing changed");
	g_assert_cmpint(version_of(f), ==, 1);
	/* Who looked and did nothing has not taken it. */
	standing = store_standing_get(f->desks[SANNE]->store, f->id, NULL);
	g_assert_cmpstr(standing->claimed_by, ==, "");
	g_assert_cmpstr(standing->state, ==, "new");
}

/* --- errors
 * -----------------------------------------------------------------------------------------------------
 */

static void
test_errors(Fixture *f, gconstpointer unused)
{
	static const char *const cases[][3] = {{"embargo:", "embargo: 31 febuari",
						       "# !! line 11, embargo: '31 febuari' is no "
						       "date; for example 2026-12-03 10:00"},
		{"embargo:", "embargo: 2001-01-01", "line 11, embargo: '2001-01-01' has passed"},
		{"title:", "titels:", "line 7, titels: no such field; there are title"},
		{"  lead: no", "  lead: misschien",
			"line 17, lead: 'misschien' is neither yes nor no"},
		{"file: lint.jpg", "file: lant.jpg",
			"line 19, file: there is no photo 'lant.jpg' with this draft; there are: "
			"brug.jpg, lint.jpg, brug.jpg (2)"},
		{"file: lint.jpg", "file: brug.jpg", "line 19, file: 'brug.jpg' stands here twice"},
		{"category:", "title: x", "line 10, title: stands here twice"},
		{"tags: []", "tags: [a, b", "no field"},
		{"why:\n---\n", "why:\n", "the fields stand between two lines of ---"},
		{"Zaterdag is er", "<<<<<<< x\nZaterdag is er", "two versions stand here"},
		{"Zaterdag", "\xff\xfe", "is no UTF-8"}};

	(void)unused;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		DeskEdit *edit = begin(f, SANNE);
		g_autofree char *typed = NULL;
		g_autofree char *back = NULL;
		g_autofree char *said = NULL;
		g_autoptr(GError) error = NULL;
		bool again = false;

		type(edit, cases[i][0], cases[i][1]);
		finish_again(edit, cases[i][2]);
		/* The text is there as it was typed. */
		back = look(edit);
		g_assert_nonnull(strstr(back, cases[i][1]));
		/* Closing it like that gives up, and keeps the words. */
		g_assert_false(desk_edit_finish(edit, &again, &said, &error));
		g_assert_error(error, NIEUWS_ERROR, NIEUWS_INPUT);
		g_assert_nonnull(strstr(error->message, "nieuws recover 1"));
		desk_edit_free(edit);
		typed = desk_unsaved_text(f->desks[SANNE], f->id, NULL);
		g_assert_cmpstr(typed, ==, back);
		g_free(desk_unsaved_drop(f->desks[SANNE], f->id, NULL));
	}
	g_assert_cmpint(version_of(f), ==, 1);
}

/* The line of an error is that of the file in which it stands, also the second time. */
static void
test_lines_of_errors(Fixture *f, gconstpointer unused)
{
	DeskEdit *edit = begin(f, SANNE);

	(void)unused;
	type(edit, "embargo:", "embargo: ooit");
	type(edit, "category:", "categorei: x");
	finish_again(edit, "# !! line 11, categorei: no such field");
	type(edit, "categorei: x", "category: x");
	finish_again(edit, "# !! line 11, embargo: 'ooit' is no date");
	type(edit, "embargo: ooit", "embargo:");
	finish_done(edit, "category");
}

/* --- asides
 * ------------------------------------------------------------------------------------------------------
 */

static void
test_asides(Fixture *f, gconstpointer unused)
{
	DeskEdit *edit = begin(f, SANNE);
	g_autoptr(StoreDraft) draft = NULL;
	g_autoptr(StoreDraft) undone = NULL;
	g_autofree char *text = NULL;
	g_autofree char *again = NULL;

	(void)unused;
	/* Cut below, pasted above, with its head. */
	type(edit,
		"<!-- aside 2: note for the editor -->\n\nEr is ook koffie.\n\n\\<!-- aside 9: x "
		"-->\n",
		"");
	type(edit, "Iedereen is welkom.",
		"Iedereen is welkom.\n\n<!-- aside 2: note for the editor -->\n\nEr is ook "
		"koffie.");
	finish_done(edit, "Aside 2 (note for the editor) is in the article now.");
	draft = store_draft_get_id(f->desks[SANNE]->store, f->id, NULL);
	g_assert_nonnull(strstr(draft->draft->body, "welkom.\n\nEr is ook koffie."));
	g_assert_null(strstr(draft->draft->body, "<!-- aside"));
	g_assert_cmpint(g_array_index(draft->restored, gint64, 0), ==, 0);
	g_assert_cmpint(g_array_index(draft->restored, gint64, 1), ==, 2);
	/* It stands below no more. */
	edit = begin(f, SANNE);
	text = look(edit);
	g_assert_null(strstr(text, "aside 2"));
	g_assert_nonnull(strstr(text, "<!-- aside 1: covering note"));
	/* What is thrown away below stays aside. */
	type(edit, "Beste redactie,\n\nGraag plaatsen.\n", "");
	type(edit, "klaar.\n\nZaterdag", "klaar!\n\nZaterdag");
	finish_done(edit, "version 3 (text)");
	again = desk_undo(f->desks[SANNE], f->id, NULL);
	g_free(desk_undo(f->desks[SANNE], f->id, NULL));
	undone = store_draft_get_id(f->desks[SANNE]->store, f->id, NULL);
	g_assert_cmpint(g_array_index(undone->restored, gint64, 1), ==, 0);
	g_assert_cmpstr(undone->draft->body, ==, BODY);
}

static void
test_cut_line_gone(Fixture *f, gconstpointer unused)
{
	DeskEdit *edit = begin(f, SANNE);
	g_autoptr(StoreContent) content = NULL;

	(void)unused;
	type(edit, "<!-- ---- set aside", "<!-- ---- weg");
	finish_again(edit, "the line that ends the article is gone");
	type(edit, "<!-- ---- weg", "<!-- ---- set aside");
	type(edit, "De burgemeester", "De oud-burgemeester");
	finish_done(edit, "version 2");
	content = content_of(f);
	g_assert_null(strstr(content->body, "redactie"));
}

/* --- two editors
 * -------------------------------------------------------------------------------------------------
 */

/* What somebody else keeps while a file is open. */
static void
meanwhile(Fixture *f, int who, const char *old, const char *new)
{
	DeskEdit *edit;

	release(f);
	edit = begin(f, who);
	type(edit, old, new);
	g_free(finish(edit));
	desk_edit_free(edit);
	release(f);
}

static void
test_merge(Fixture *f, gconstpointer unused)
{
	DeskEdit *edit = begin(f, SANNE);
	g_autoptr(StoreContent) content = NULL;

	(void)unused;
	type(edit, "Iedereen is welkom.", "Kom ook!");
	type(edit, "lead: De brug is klaar.", "lead: De brug ligt er.");
	type(edit, "tags: []", "tags: bruggen");
	meanwhile(f, PIETER, "Zaterdag is er feest.", "Zondag is er feest.");
	meanwhile(f, PIETER, "title: 'Nieuwe brug: open'", "title: Brug open");
	meanwhile(f, PIETER, "tags: []", "tags: feest");
	meanwhile(f, PIETER, "  alt:", "  alt: De brug");
	finish_done(
		edit, "Pieter changed it meanwhile (version 5); what both of you wrote is in it.");
	content = content_of(f);
	g_assert_nonnull(strstr(content->body, "Zondag is er feest. Kom ook!"));
	g_assert_cmpstr(content->title, ==, "Brug open");
	g_assert_cmpstr(content->lead, ==, "De brug ligt er.");
	g_assert_cmpint(content->tags->len, ==, 2);
	g_assert_cmpstr(((Picture *)content->pictures->pdata[0])->alt, ==, "De brug");
	g_assert_cmpint(version_of(f), ==, 6);
}

static void
test_conflict(Fixture *f, gconstpointer unused)
{
	DeskEdit *edit = begin(f, SANNE);
	g_autoptr(StoreContent) content = NULL;
	g_autofree char *text = NULL;

	(void)unused;
	type(edit, "Zaterdag is er feest.", "Zaterdag is er groot feest.");
	type(edit, "title: 'Nieuwe brug: open'", "title: Van Sanne");
	meanwhile(f, PIETER, "Zaterdag is er feest.", "Zondag is er feest.");
	meanwhile(f, PIETER, "title: 'Nieuwe brug: open'", "title: Van Pieter");
	finish_again(edit,
		"<<<<<<< yours\ntitle: Van Sanne\n=======\ntitle: Van Pieter\n>>>>>>> Pieter\n");
	text = look(edit);
	g_assert_nonnull(strstr(text,
		"<<<<<<< yours\nZaterdag is er groot feest. Iedereen is welkom.\n=======\nZondag "
		"is er feest. Iedereen is welkom.\n>>>>>>> Pieter\n"));
	/* With the marks in it, it is no article. */
	type(edit, "<<<<<<< yours\ntitle: Van Sanne\n=======\ntitle: Van Pieter\n>>>>>>> Pieter\n",
		"title: Van beiden\n");
	finish_again(edit, "two versions stand here");
	type(edit, "<<<<<<< yours\nZaterdag is er groot feest. Iedereen is welkom.\n=======\n", "");
	finish_again(edit, "two versions stand here");
	type(edit, ">>>>>>> Pieter\n", "");
	finish_done(edit, "version 4");
	content = content_of(f);
	g_assert_cmpstr(content->title, ==, "Van beiden");
	g_assert_nonnull(strstr(content->body, "klaar.\n\nZondag is er feest."));
}

/* Taken by force while it was open: refused with who has it, and the words are there. */
static void
test_taken(Fixture *f, gconstpointer unused)
{
	DeskEdit *edit = begin(f, SANNE);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) kept = NULL;
	g_autofree char *said = NULL;
	bool again = false;

	(void)unused;
	type(edit, "Zaterdag", "Zondag");
	g_free(desk_take(f->desks[PIETER], f->id, "haast", NULL));
	g_assert_false(desk_edit_finish(edit, &again, &said, &error));
	g_assert_error(error, NIEUWS_ERROR, NIEUWS_CONFLICT);
	g_assert_nonnull(strstr(error->message, "Pieter has had it"));
	g_assert_nonnull(strstr(error->message, "nieuws recover 1"));
	desk_edit_free(edit);
	kept = desk_unsaved(f->desks[SANNE], NULL);
	g_assert_cmpint(kept->len, ==, 1);
	g_assert_false(((DeskUnsaved *)kept->pdata[0])->busy);
	g_assert_cmpstr(((DeskUnsaved *)kept->pdata[0])->title, ==, "Nieuwe brug: open");
	release(f);
	/* Going on with it needs no typing. */
	edit = begin(f, SANNE);
	finish_done(edit, "version 2");
	g_assert_cmpint(version_of(f), ==, 2);
}

static void
test_one_window(Fixture *f, gconstpointer unused)
{
	g_autoptr(DeskEdit) open = begin(f, SANNE);
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) other = NULL;
	g_autoptr(GPtrArray) kept = desk_unsaved(f->desks[SANNE], NULL);

	(void)unused;
	g_assert_nonnull(open);
	g_assert_null(desk_edit_begin(f->desks[SANNE], f->id, NULL, &error));
	g_assert_error(error, NIEUWS_ERROR, NIEUWS_CONFLICT);
	g_assert_nonnull(strstr(error->message, "in another window"));
	g_assert_null(desk_edit_begin(f->desks[PIETER], f->id, NULL, &other));
	g_assert_nonnull(strstr(other->message, "Sanne has had it"));
	g_assert_true(((DeskUnsaved *)kept->pdata[0])->busy);
	g_assert_null(desk_unsaved_drop(f->desks[SANNE], f->id, NULL));
}

/* The process died at any moment: what was typed is found again, with or without its state. */
static void
test_crash(Fixture *f, gconstpointer unused)
{
	DeskEdit *edit = begin(f, SANNE);
	g_autofree char *path = g_strdup(desk_edit_path(edit));
	g_autofree char *state = g_strdup_printf("%.*s.state", (int)strlen(path) - 3, path);
	g_autoptr(StoreContent) content = NULL;

	(void)unused;
	type(edit, "Zaterdag", "Zondag");
	desk_edit_free(edit);
	g_assert_cmpint(g_remove(state), ==, 0);
	edit = begin(f, SANNE);
	finish_done(edit, "version 2 (text)");
	content = content_of(f);
	g_assert_nonnull(strstr(content->body, "Zondag is er feest"));
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* What nano saves when its line is lost is what was typed last. */
static void
test_nano(Fixture *f, gconstpointer unused)
{
	DeskEdit *edit = begin(f, SANNE);
	g_autofree char *path = g_strdup(desk_edit_path(edit));
	g_autofree char *rescued = g_strconcat(path, ".save", NULL);
	g_autofree char *text = look(edit);
	g_autoptr(GPtrArray) kept = NULL;
	g_autofree char *found = NULL;

	(void)unused;
	type(edit, "Zaterdag", "Vrijdag");
	g_assert_cmpint(g_rename(path, rescued), ==, 0);
	put(edit, text);
	desk_edit_free(edit);
	kept = desk_unsaved(f->desks[SANNE], NULL);
	g_assert_cmpint(kept->len, ==, 1);
	found = desk_unsaved_text(f->desks[SANNE], f->id, NULL);
	/* Within the second that clocks of files tell apart, the rescued one is the later. */
	g_assert_nonnull(strstr(found, "Vrijdag"));
	edit = begin(f, SANNE);
	finish_done(edit, "version 2 (text)");
}

/* --- looking back, photos
 * ----------------------------------------------------------------------------------------- */

static void
test_revert(Fixture *f, gconstpointer unused)
{
	g_autoptr(StoreContent) content = NULL;
	g_autofree char *said = NULL;
	g_autofree char *same = NULL;

	(void)unused;
	meanwhile(f, PIETER, "Zaterdag", "Zondag");
	said = desk_revert(f->desks[SANNE], f->id, 1, NULL, NULL);
	g_assert_nonnull(strstr(said, "has version 3, which is version 1 again"));
	same = desk_revert(f->desks[SANNE], f->id, 1, NULL, NULL);
	g_assert_nonnull(strstr(same, "is like that already"));
	content = content_of(f);
	g_assert_cmpstr(content->body, ==, BODY);
	g_assert_cmpint(version_of(f), ==, 3);
}

static char *
photos(Fixture *f, DeskPhotoChange change, const char *names, const char *text)
{
	g_auto(GStrv) words = g_strsplit(names, " ", -1);
	DeskPhotos order = {change, words, text};
	g_autoptr(GError) error = NULL;
	char *said = desk_photos(f->desks[SANNE], f->id, &order, &error);

	return said != NULL ? said : g_strdup(error->message);
}

static void
test_photos(Fixture *f, gconstpointer unused)
{
	static const char *const names[] = {"brug.jpg", "lint.jpg", "brug.jpg"};
	g_autoptr(StoreContent) content = NULL;
	g_autofree char *bad = NULL;
	const Picture *first;

	(void)unused;
	g_free(photos(f, DESK_PHOTO_CAPTION, "lint.jpg", "  Het \n lint "));
	g_free(photos(f, DESK_PHOTO_ORDER, "3 2", NULL));
	g_free(photos(f, DESK_PHOTO_LEAD, "3", NULL));
	g_free(photos(f, DESK_PHOTO_LEAD, "2", NULL));
	g_free(photos(f, DESK_PHOTO_DROP, "1", NULL));
	bad = photos(f, DESK_PHOTO_ALT, "7", "x");
	g_assert_nonnull(strstr(bad, "there is no file 7"));
	content = content_of(f);
	first = content->pictures->pdata[0];
	g_assert_cmpint(first->number, ==, 2);
	for (guint i = 0; i < 3; i++) {
		const Picture *photo = content->pictures->pdata[i];

		g_assert_cmpstr(photo->name, ==, names[photo->number]);
		g_assert_true(photo->lead == (photo->number == 1));
		g_assert_true(photo->dropped == (photo->number == 0));
		g_assert_cmpstr(photo->caption, ==, photo->number == 1 ? "Het lint" : "");
	}
	g_assert_cmpint(version_of(f), ==, 6);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/edit/round-trip", test_round_trip);
#define ADD(name, function) g_test_add("/edit/" name, Fixture, NULL, set_up, function, tear_down)
	ADD("no-orders", test_no_orders);
	ADD("what-hands-type", test_what_hands_type);
	ADD("nothing-changed", test_nothing_changed);
	ADD("errors", test_errors);
	ADD("lines-of-errors", test_lines_of_errors);
	ADD("asides", test_asides);
	ADD("cut-line-gone", test_cut_line_gone);
	ADD("merge", test_merge);
	ADD("conflict", test_conflict);
	ADD("taken", test_taken);
	ADD("one-window", test_one_window);
	ADD("crash", test_crash);
	ADD("nano", test_nano);
	ADD("revert", test_revert);
	ADD("photos", test_photos);
	return g_test_run();
}
