/* Sentences that readers and converters wrote in English, in the language of who looks at them.
 * They were kept with the names and numbers in them; here these are found again. */
#include <string.h>

#include "base.h"
#include "desk.h"
#include "words.h"

enum { HOLES_MOST = 4 };

/* With holes, or without. In the catalogue each hole is a %s. */
static const char *const sentences[] = {
	/* warnings: the mail */
	N_("The HTML of the mail is larger or deeper than the limit: its structure was "
	   "simplified."),
	N_("No article text was found in the mail."),
	N_("The photo %s is %s pixels wide: too small for the page (%s)."),
	N_("The files at %s can be fetched until %s."), N_("The files at %s may be gone after %s."),
	N_("There is an embargo, but no moment could be read from it."),
	N_("A header with too many addresses or groups was set aside."),
	N_("A header with too many parameters was set aside."),
	N_("The header of the mail was larger than the limit: the rest of it was left out."),
	N_("The mail has more parts than the limit: those behind were left out."),
	N_("The mail is signed; the signature was not checked."),
	N_("The mail is encrypted and cannot be read here: ask the sender for one that is not."),
	N_("The mail says that it has parts, but none could be found: all of it was taken as "
	   "text."),
	N_("The parts of the mail are nested deeper than the limit; look whether all of it is "
	   "here."),
	N_("The parts of the mail are nested deeper than the limit."),
	N_("The mail has more attachments than the limit: the rest is not listed."),
	N_("The mail names a wrong boundary between its parts: its text was found, files in it are "
	   "not listed."),
	N_("The mail says a wrong charset (%s); its text was repaired."),
	N_("A text of the mail is larger than the limit: the rest was left out."),
	N_("A file stands in the text of the mail (yEnc); it was left as it is."),
	N_("winmail.dat is damaged: what could be read of it was taken."),
	N_("A signed part of the mail (S/MIME) could not be opened."),
	N_("The mail holds an invitation: %s"), N_("The mail is empty."),
	/* warnings: who sent it */
	N_("The name of the sender reads as the address %s, but the mail comes from %s."),
	N_("The name of the sender, %s, mixes letters of different scripts."),
	N_("The domain of the sender reads as %s, but has letters of another script: it is really "
	   "%s."),
	N_("The domain of the sender, %s, is really %s."),
	N_("An answer to this mail would go to %s, not to its sender."),
	N_("The domain of the sender, %s, looks like %s, which is known here."),
	N_("The name of the sender, %s, is known here with another address: %s."),
	N_("The sender carries the name %s of our own newsroom, but writes from %s."),
	N_("The mail says that it comes from our own domain; our mail server could not verify "
	   "that."),
	N_("Our spam filter takes this mail for spam (%s)."),
	N_("A virus was found in this mail: %s."), N_("The mail was not scanned for viruses: %s."),
	N_("The mail is %s, larger than the limit: only its header was fetched."),
	/* warnings: documents */
	N_("%s: The document has more pages than the limit: the rest is missing here."),
	N_("%s: The document is longer than the limit: its end is missing here."),
	N_("%s: The document is far larger when it is unpacked than the limit."),
	N_("%s: The document holds more files than any document does."),
	N_("%s: The document needs more memory than the limit."),
	N_("%s: The document is damaged."), N_("%s: The document cannot be read."),
	N_("%s: The file is no document of a kind that can be read."),
	N_("%s: There is no text in the document: its pages are pictures."),
	N_("%s: Reading the document took longer than %s seconds."),
	N_("%s: The converter crashed on it (signal %s, %s)."),
	N_("%s: The converter failed on it."), N_("%s: %s is not installed."),
	N_("%s: %s crashed on it (signal %s, %s)."), N_("%s: %s could not read it (exit code %s)."),
	N_("The attached document could not be read."),
	/* reasons of asides */
	N_("added by the mail program"), N_("closing and signature"),
	N_("covering note above the article"), N_("covering note"), N_("embargo line"),
	N_("end mark"), N_("footer of a newsletter"), N_("header of a newsletter"),
	N_("hidden in the mail"), N_("label"), N_("legal text"), N_("letterhead of the document"),
	N_("press contact"), N_("question to the editor"), N_("quoted mail"),
	N_("repeated on the pages of the document"), N_("salutation"),
	N_("signature above the article"), N_("signature of the mail program"),
	N_("stands above the mail that is passed on"), N_("warning of a mail system"),
	N_("meant for the editor"),
	/* and more of both */
	N_("A header of the mail did not end as it should; it was repaired."),
	N_("A part of the mail says that it has parts, but none could be found: look whether all "
	   "of it is here."),
	N_("The mail has line ends of an old kind."), N_("legal text below the signature"),
	N_("postscript below the signature"), N_("says the beginning of the article once more"),
	N_("stands above the mail that was passed on"), N_("stands below the end of the article"),
	N_("text of the mail that the document came with"), N_("fields of a form on a site"),
	/* why this text */
	N_("The mail has an HTML text."), N_("The mail has a plain text only."),
	N_("The mail is a covering note; the article stands in the attached document."),
	N_("The mail only passes on another mail, which is attached to it."),
	N_("The sender sends an earlier mail again: the article is in the quotation."),
	N_("header of the mail that is passed on"), N_("The mail passes on another mail.")};

/* Does the text have the form? The holes' contents to g_free; shortest fits first. */
static bool
fits(const char *form, const char *text, char *holes[HOLES_MOST])
{
	g_auto(GStrv) pieces = g_strsplit(form, "%s", HOLES_MOST + 1);
	const char *at = text + strlen(pieces[0]);
	guint n = g_strv_length(pieces) - 1;

	if (!g_str_has_prefix(text, pieces[0]))
		return false;
	for (guint i = 0; i < n; i++) {
		const char *end = i + 1 < n || *pieces[i + 1] != '\0' ? strstr(at, pieces[i + 1])
								      : at + strlen(at);

		if (end != NULL && i + 1 == n && strlen(end) != strlen(pieces[i + 1]))
			end = g_str_has_suffix(at, pieces[i + 1])
				      ? at + strlen(at) - strlen(pieces[i + 1])
				      : NULL;
		if (end == NULL)
			return false;
		holes[i] = g_strndup(at, (size_t)(end - at));
		at = end + strlen(pieces[i + 1]);
	}
	return *at == '\0';
}

static char *
filled(const char *form, char *const holes[HOLES_MOST])
{
	g_auto(GStrv) pieces = g_strsplit(form, "%s", HOLES_MOST + 1);
	GString *text = g_string_new(pieces[0]);

	for (guint i = 0; pieces[i] != NULL && pieces[i + 1] != NULL; i++)
		g_string_append_printf(
			text, "%s%s", holes[i] != NULL ? holes[i] : "", pieces[i + 1]);
	return g_string_free(text, FALSE);
}

char *
desk_told(const char *english)
{
	for (size_t i = 0; *english != '\0' && i < G_N_ELEMENTS(sentences); i++) {
		char *holes[HOLES_MOST + 1] = {NULL};
		char *text =
			fits(sentences[i], english, holes) ? filled(_(sentences[i]), holes) : NULL;

		for (int hole = 0; hole < HOLES_MOST; hole++)
			g_free(holes[hole]);
		if (text != NULL)
			return text;
	}
	return g_strdup(english);
}
