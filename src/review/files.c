/* The files of a draft: photos looked at here and given their words, others opened in their own
 * programs. */
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "review-private.h"

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* What one must know of a photo, behind its name. */
static void
add_photo(GString *text, const Picture *photo)
{
	if (photo->lead)
		g_string_append_printf(text, "  [%s]", _("lead picture"));
	if (photo->dropped)
		g_string_append_printf(text, "  [%s]", _("left out"));
	if (photo->dropped)
		return;
	if (is_blank(photo->alt))
		g_string_append_printf(text, "  \033[1;31m%s\033[0m", _("no alt text"));
	if (is_blank(photo->credit))
		g_string_append_printf(text, "  \033[1;31m%s\033[0m", _("no credit"));
}

static GPtrArray *
file_choices(const GPtrArray *files)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < files->len; i++) {
		const DeskFile *file = files->pdata[i];
		const Attachment *a = file->attachment;
		g_autofree char *name =
			look_plain(*file->name != '\0' ? file->name : _("(no name)"));
		g_autofree char *size = g_format_size((guint64)a->size);
		g_autofree char *pixels =
			a->width > 0 ? g_strdup_printf("  %d x %d", (int)a->width, (int)a->height)
				     : g_strdup("");

		g_string_append_printf(text, "%2u  %s%s  %s", file->number, name, pixels, size);
		if (file->photo != NULL)
			add_photo(text, file->photo);
		g_string_append_c(text, '\n');
	}
	return look_lines(text->str);
}

static void
wait_for_enter(void)
{
	int c;

	printf("\n%s ", _("Enter goes back."));
	fflush(stdout);
	while (term_signal() == 0 && (c = getchar()) != '\n' && c != EOF)
		continue;
	clearerr(stdin);
}

/* On the screen of the terminal itself: pictures are no letters. */
static bool
look(Review *review, const DeskFile *file, GError **error)
{
	g_autoptr(Spool) spool = spool_open(review->desk->config->spool, SPOOL_GUEST, error);
	DeskScreen screen;
	bool good;

	if (spool == NULL)
		return false;
	term_leave();
	screen = desk_screen(false);
	putchar('\n');
	good = desk_look(&screen, review->desk, spool, file, 0, error);
	if (good)
		wait_for_enter();
	term_return();
	return good;
}

static bool
open_file(Review *review, gint64 id, const DeskFile *file, GError **error)
{
	g_autofree char *path = desk_unpack(review->desk, id, file, error);

	if (path == NULL)
		return false;
	review->order->open(path, "xdg-open");
	say(review, path);
	return true;
}

/* The words of a photo, or whether it is there at all. */
static void
change_photo(Review *review, gint64 id, const DeskFile *file, int key)
{
	static const struct {
		char key;
		DeskPhotoChange change;
		const char *label;
	} changes[] = {{'a', DESK_PHOTO_ALT, N_("Alt text:")},
		{'c', DESK_PHOTO_CAPTION, N_("Caption:")}, {'p', DESK_PHOTO_CREDIT, N_("Credit:")},
		{'l', DESK_PHOTO_LEAD, NULL}, {'d', DESK_PHOTO_DROP, NULL}};
	g_autofree char *number = g_strdup_printf("%u", file->number);
	char *names[] = {number, NULL};
	DeskPhotos order = {.names = names};
	const char *const now[] = {file->photo->alt, file->photo->caption, file->photo->credit};
	g_autofree char *text = NULL;
	GError *error = NULL;
	gsize i = 0;
	char *said;

	while (changes[i].key != key)
		i++;
	order.change = changes[i].change;
	if (key == 'd' && file->photo->dropped)
		order.change = DESK_PHOTO_RESTORE;
	if (changes[i].label != NULL) {
		text = ask_line(review, _(changes[i].label), now[i]);
		if (text == NULL)
			return;
		order.text = text;
	}
	verb_draft(review);
	said = desk_photos(review->desk, id, &order, &error);
	verb_done(review, said, error, AFTER_STAYS);
}

static void
do_key(Review *review, gint64 id, const DeskFile *file, int key)
{
	g_autoptr(GError) error = NULL;

	if (key != '\r' && key != 'o' && file->photo == NULL)
		say(review, _("This is no photo."));
	else if (key != '\r' && key != 'o')
		change_photo(review, id, file, key);
	else if (key == '\r' && file->photo != NULL ? !look(review, file, &error)
						    : !open_file(review, id, file, &error))
		say_error(review, error);
}

/* Once shown, and what is asked of it; false: that was all. */
static bool
show(Review *review, gint64 id, int *chosen)
{
	const char *const hints[] = {_("Enter look"), _("a alt"), _("c caption"), _("p credit"),
		_("l lead"), _("d leave out"), _("o open outside"), _("Esc back")};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) files = desk_file_list(review->desk->store, id, &error);
	g_autoptr(GPtrArray) lines = files != NULL ? file_choices(files) : NULL;
	Front front = {.title = _("Files"),
		.lines = lines,
		.low = true,
		.keys = "acplod",
		.hints = hints,
		.hint_count = G_N_ELEMENTS(hints)};
	int key;

	if (lines == NULL)
		say_error(review, error);
	else if (lines->len == 0)
		say(review, _("This draft has no files."));
	if (lines == NULL || lines->len == 0)
		return false;
	front.choices = (int)lines->len;
	front.chosen = MIN(*chosen, front.choices - 1);
	key = front_run(review, &front);
	*chosen = front.chosen;
	if (key == 27)
		return false;
	do_key(review, id, files->pdata[front.chosen], key);
	return true;
}

void
verb_files(Review *review)
{
	gint64 id = verb_draft(review);
	int chosen = 0;

	while (id != 0 && show(review, id, &chosen))
		continue;
}
