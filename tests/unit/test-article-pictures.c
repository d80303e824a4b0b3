/* article: which pictures are news and which are layout; what the text says about them. Each mail
 * is written here; pictures are only heads of files, with the size that matters. */
#include <glib.h>
#include <string.h>

#include "article.h"
#include "base.h"

static ArticleRules *rules;

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

static const char story[] = "<p>De nieuwe brug over het kanaal is zaterdag geopend door wethouder "
			    "Jansen van de gemeente, "
			    "die het lint doorknipte met een schaar van een meter lang.</p>";
static const char more[] = "<p>Volgens de aannemer is het werk binnen de tijd klaar gekomen en "
			   "kunnen fietsers er vanaf "
			   "vandaag overheen, ook na donker, want er staan nieuwe lampen.</p>";
static const char closing[] = "<p>Met vriendelijke groet,</p><p>Sanne de Vries<br>Brug BV</p>";

/* A JPEG or PNG of this size, told apart by its last byte; padded to `size` bytes. */
static char *
picture(bool drawn, int width, int height, guint size, guint8 last)
{
	g_autoptr(GByteArray) file = g_byte_array_new();
	const guint8 png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H',
		'D', 'R', 0, 0, (guint8)(width >> 8), (guint8)width, 0, 0, (guint8)(height >> 8),
		(guint8)height, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 'I', 'D', 'A', 'T'};
	const guint8 jpeg[] = {0xff, 0xd8, 0xff, 0xc0, 0, 0x11, 8, (guint8)(height >> 8),
		(guint8)height, (guint8)(width >> 8), (guint8)width, 3, 1, 0x22, 0, 0};

	if (drawn)
		g_byte_array_append(file, png, sizeof png);
	else
		g_byte_array_append(file, jpeg, sizeof jpeg);
	while (file->len < size)
		g_byte_array_append(file, (const guint8 *)"\x55", 1);
	file->data[file->len - 1] = last;
	return g_base64_encode(file->data, file->len);
}

typedef struct {
	const char *name; /* also its Content-ID */
	bool drawn;
	int width, height;
	guint size;
	guint8 last;
	bool attached; /* Content-Disposition: attachment, no Content-ID */
} File;

static Read
read_mail(const char *html, const File *files, size_t n)
{
	g_autoptr(GString) text =
		g_string_new("From: Brug BV <pers@example.nl>\nSubject: Nieuwe brug\n"
			     "MIME-Version: 1.0\nContent-Type: multipart/related; "
			     "boundary=x\n\n--x\nContent-Type: text/html; "
			     "charset=utf-8\n\n");
	const MimeLimits mime = {1 << 20, 2000, 1000, 50, 4 << 20, 500};
	static const ArticleLimits limits = {500000, 400, 1200};
	g_autoptr(GError) error = NULL;
	Read read;

	g_string_append_printf(text, "<html><body>%s</body></html>\n", html);
	for (size_t i = 0; i < n; i++) {
		const File *f = &files[i];
		g_autofree char *encoded = picture(f->drawn, f->width, f->height, f->size, f->last);

		g_string_append_printf(text,
			"--x\nContent-Type: image/%s; name=\"%s\"\nContent-Transfer-Encoding: "
			"base64\n",
			f->drawn ? "png" : "jpeg", f->name);
		if (f->attached)
			g_string_append_printf(text,
				"Content-Disposition: attachment; filename=\"%s\"\n\n%s\n", f->name,
				encoded);
		else
			g_string_append_printf(text, "Content-ID: <%s>\n\n%s\n", f->name, encoded);
	}
	g_string_append(text, "--x--\n");
	read.bytes = g_strdup(text->str);
	read.mail = mime_read(read.bytes, text->len, &mime, &error);
	g_assert_no_error(error);
	read.draft = article_make(read.mail, rules, &limits, NULL);
	return read;
}

static const Attachment *
file(const Read *read, guint i)
{
	const GPtrArray *list = mime_message(read->mail)->attachments;

	g_assert_cmpint(i, <, list->len);
	return list->pdata[i];
}

static void
assert_role(const Read *read, guint i, AttachmentRole role)
{
	g_assert_cmpstr(
		attachment_role_names[file(read, i)->role], ==, attachment_role_names[role]);
}

static bool
is_warned(const Read *read, const char *code)
{
	for (guint i = 0; i < read->draft->warnings->len; i++)
		if (strcmp(((Warning *)read->draft->warnings->pdata[i])->code, code) == 0)
			return true;
	return false;
}

/* --- which pictures */

static void
test_photo_in_place_and_logo_below(void)
{
	const File files[] = {{"a.jpg", false, 2400, 1600, 90000, 1, false},
		{"image001.png", true, 320, 96, 4000, 2, false},
		{"image002.png", true, 24, 24, 700, 3, false}};
	g_autofree char *html = g_strconcat(story, "<p><img src=\"cid:a.jpg\"></p>", more, closing,
		"<p><img src=\"cid:image001.png\"><a href=\"https://example.nl/in\"><img "
		"src=\"cid:image002.png\"></a></p>",
		NULL);
	g_auto(Read) read = read_mail(html, files, G_N_ELEMENTS(files));

	assert_role(&read, 0, ROLE_PHOTO);
	assert_role(&read, 1, ROLE_LOGO);
	assert_role(&read, 2, ROLE_LOGO);
	g_assert_cmpint(read.draft->images->len, ==, 1);
	g_assert_nonnull(strstr(read.draft->body, "![](a.jpg)"));
	g_assert_false(is_warned(&read, "photo.small"));
}

/* What a telephone puts below its signature. */
static void
test_large_photo_below_signature_is_kept(void)
{
	const File files[] = {{"IMG_1.jpg", false, 4032, 3024, 90000, 1, false},
		{"portret.jpg", false, 150, 150, 9000, 2, false}};
	g_autofree char *html = g_strconcat(story, more, closing,
		"<div><img src=\"cid:portret.jpg\"></div><div><img src=\"cid:IMG_1.jpg\"></div>",
		NULL);
	g_auto(Read) read = read_mail(html, files, G_N_ELEMENTS(files));

	assert_role(&read, 0, ROLE_PHOTO);
	assert_role(&read, 1, ROLE_LOGO);
	g_assert_cmpint(read.draft->images->len, ==, 0);
}

static void
test_banner_is_no_photo_but_panorama_is(void)
{
	const File files[] = {{"kop.jpg", false, 1200, 200, 30000, 1, false},
		{"panorama.jpg", false, 3000, 800, 90000, 2, false}};
	g_autofree char *html = g_strconcat("<p><img src=\"cid:kop.jpg\"></p>", story,
		"<p><img src=\"cid:panorama.jpg\"></p>", more, NULL);
	g_auto(Read) read = read_mail(html, files, G_N_ELEMENTS(files));

	assert_role(&read, 0, ROLE_LOGO);
	assert_role(&read, 1, ROLE_PHOTO);
	g_assert_cmpint(read.draft->images->len, ==, 1);
}

static void
test_picture_again_and_again_is_layout(void)
{
	const File files[] = {{"streep.png", true, 600, 220, 9000, 1, false}};
	g_autofree char *html = g_strconcat(story, "<p><img src=\"cid:streep.png\"></p>", more,
		"<p><img src=\"cid:streep.png\"></p>", story, "<p><img src=\"cid:streep.png\"></p>",
		more, NULL);
	g_auto(Read) read = read_mail(html, files, G_N_ELEMENTS(files));

	g_assert_cmpint(read.draft->images->len, ==, 0);
	assert_role(&read, 0, ROLE_LOGO);
}

static void
test_letterhead_on_the_web(void)
{
	g_autofree char *html = g_strconcat(
		"<p><img src=\"https://example.nl/kop.png\" alt=\"Brug BV\" width=\"564\"></p>",
		"<h1>Nieuwe brug</h1>", story,
		"<p><img src=\"https://example.nl/foto.jpg\" alt=\"De brug\" width=\"564\"></p>",
		more, NULL);
	g_auto(Read) read = read_mail(html, NULL, 0);

	g_assert_cmpint(read.draft->images->len, ==, 1);
	g_assert_cmpstr(
		((Image *)read.draft->images->pdata[0])->url, ==, "https://example.nl/foto.jpg");
}

static void
test_small_file_that_was_given_stays(void)
{
	const File files[] = {{"logo.png", true, 160, 60, 4000, 1, true},
		{"pixel.png", true, 1, 1, 100, 2, true},
		{"rest.png", true, 160, 60, 4000, 3, false}};
	g_autofree char *html = g_strconcat(story, more, NULL);
	g_auto(Read) read = read_mail(html, files, G_N_ELEMENTS(files));

	assert_role(&read, 0, ROLE_PHOTO);
	assert_role(&read, 1, ROLE_LOGO);
	assert_role(&read, 2, ROLE_LOGO);
	g_assert_true(is_warned(&read, "photo.small"));
}

static void
test_same_photo_twice_counts_once(void)
{
	const File files[] = {{"los.jpg", false, 2400, 1600, 9000, 1, true},
		{"in.jpg", false, 2400, 1600, 9000, 1, false},
		{"ander.jpg", false, 2400, 1600, 9000, 2, true}};
	g_autofree char *html = g_strconcat(story, "<p><img src=\"cid:in.jpg\"></p>", more, NULL);
	g_auto(Read) read = read_mail(html, files, G_N_ELEMENTS(files));

	assert_role(&read, 0, ROLE_COPY);
	assert_role(&read, 1, ROLE_PHOTO);
	assert_role(&read, 2, ROLE_PHOTO);
	g_assert_cmpint(((Image *)read.draft->images->pdata[0])->attachment, ==, 1);
}

/* --- what the text says */

static void
assert_below(const char *below, const char *caption, const char *credit)
{
	const File files[] = {{"a.jpg", false, 2400, 1600, 9000, 1, false}};
	g_autofree char *html =
		g_strconcat(story, "<p><img src=\"cid:a.jpg\"></p>", below, more, NULL);
	g_auto(Read) read = read_mail(html, files, G_N_ELEMENTS(files));
	const Image *image = read.draft->images->pdata[0];

	g_assert_cmpstr(image->caption, ==, caption);
	g_assert_cmpstr(image->credit, ==, credit);
	g_assert_cmpstr(file(&read, 0)->caption, ==, caption);
	g_assert_cmpstr(file(&read, 0)->credit, ==, credit);
}

static void
test_captions_below(void)
{
	assert_below("<p><i>De brug bij avond. Foto: Merel Bruins</i></p>", "De brug bij avond.",
		"Merel Bruins");
	assert_below("<p>Foto: Merel Bruins</p>", "", "Merel Bruins");
	assert_below("<p>De brug bij avond (foto: Merel Bruins).</p>", "De brug bij avond",
		"Merel Bruins");
	assert_below("<p>© Merel Bruins</p>", "", "Merel Bruins");
	assert_below("<p>De brug | Beeld: Studio Zuid</p>", "De brug", "Studio Zuid");
	assert_below("<p>Onderschrift: De brug bij avond</p>", "De brug bij avond", "");
	assert_below("<p><em>De brug bij avond</em></p>", "De brug bij avond", "");
	assert_below("<p>[Foto: © Merel Bruins]</p>", "", "Merel Bruins");
	assert_below("<p>Foto Merel Bruins</p>", "", "Merel Bruins");
	assert_below("<p>Foto door Merel Bruins</p>", "", "Merel Bruins");
	/* Text that is only text. */
	assert_below("<p>Foto van de brug die openging.</p>", "", "");
	assert_below("<p>De brug ging daarna open.</p>", "", "");
}

/* The words stay in the article. */
static void
test_words_stay(void)
{
	const File files[] = {{"a.jpg", false, 2400, 1600, 9000, 1, false}};
	g_autofree char *html = g_strconcat(
		story, "<p><img src=\"cid:a.jpg\"></p><p>Foto: Merel Bruins</p>", more, NULL);
	g_auto(Read) read = read_mail(html, files, G_N_ELEMENTS(files));

	g_assert_nonnull(strstr(read.draft->body, "Foto: Merel Bruins"));
}

static void
test_captions_by_number_and_name(void)
{
	const File files[] = {{"IMG_10.jpg", false, 2400, 1600, 9000, 1, true},
		{"IMG_11.jpg", false, 2400, 1600, 9000, 2, true},
		{"IMG_12.jpg", false, 2400, 1600, 9000, 3, true}};
	g_autofree char *html = g_strconcat(story, more,
		"<p>Bijschrift foto 1: De schaar</p><p>Foto 2: Het lint (foto: Jan Bos)</p>"
		"<p>IMG_12.jpg: Het publiek</p><p>Foto's: Merel Bruins</p>",
		NULL);
	g_auto(Read) read = read_mail(html, files, G_N_ELEMENTS(files));

	g_assert_cmpstr(file(&read, 0)->caption, ==, "De schaar");
	g_assert_cmpstr(file(&read, 1)->caption, ==, "Het lint");
	g_assert_cmpstr(file(&read, 1)->credit, ==, "Jan Bos");
	g_assert_cmpstr(file(&read, 2)->caption, ==, "Het publiek");
	g_assert_cmpstr(file(&read, 0)->credit, ==, "Merel Bruins");
	g_assert_cmpstr(file(&read, 2)->credit, ==, "Merel Bruins");
}

static void
assert_alt(const char *alt, const char *wanted)
{
	const File files[] = {{"a.jpg", false, 2400, 1600, 9000, 1, false}};
	g_autofree char *html =
		g_strconcat(story, "<p><img src=\"cid:a.jpg\" alt=\"", alt, "\"></p>", more, NULL);
	g_auto(Read) read = read_mail(html, files, G_N_ELEMENTS(files));

	g_assert_cmpstr(((Image *)read.draft->images->pdata[0])->alt, ==, wanted);
}

static void
test_alt_is_what_a_person_wrote(void)
{
	assert_alt("De brug bij avond", "De brug bij avond");
	assert_alt("Brug", "Brug");
	assert_alt("IMG_4024.jpeg", "");
	assert_alt("image001", "");
	assert_alt("Afbeelding met buiten, water. Automatisch gegenereerde beschrijving", "");
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
	g_test_add_func("/article/pictures/place-and-logo", test_photo_in_place_and_logo_below);
	g_test_add_func(
		"/article/pictures/below-signature", test_large_photo_below_signature_is_kept);
	g_test_add_func("/article/pictures/banner", test_banner_is_no_photo_but_panorama_is);
	g_test_add_func("/article/pictures/repeated", test_picture_again_and_again_is_layout);
	g_test_add_func("/article/pictures/letterhead", test_letterhead_on_the_web);
	g_test_add_func("/article/pictures/given", test_small_file_that_was_given_stays);
	g_test_add_func("/article/pictures/twice", test_same_photo_twice_counts_once);
	g_test_add_func("/article/captions/below", test_captions_below);
	g_test_add_func("/article/captions/stay", test_words_stay);
	g_test_add_func("/article/captions/number-name", test_captions_by_number_and_name);
	g_test_add_func("/article/captions/alt", test_alt_is_what_a_person_wrote);
	failed = g_test_run();
	article_rules_free(rules);
	return failed;
}
