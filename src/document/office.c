/* docx by pandoc; all other documents of word processors by LibreOffice to docx first, which keeps
 * more of their styles than pandoc's own reader of odt does. */
#include <string.h>
#include <unistd.h>

#include "document-private.h"

enum {
	HEAP_EXHAUSTED = 251, /* exit code of programs in Haskell */
	RESTART = 81, /* exit code of soffice.bin after it has made its profile: start it again */
};

/* --- LibreOffice
 * ----------------------------------------------------------------------------------------------
 */

/* The program itself: the script around it looks for folders that are closed to us. */
static char *
find_office(void)
{
	g_autofree char *script = g_find_program_in_path("soffice");
	g_autofree char *real = script != NULL ? realpath(script, NULL) : NULL;
	g_autofree char *program = real != NULL ? g_strconcat(real, ".bin", NULL) : NULL;

	if (program != NULL && access(program, X_OK) == 0)
		return g_steal_pointer(&program);
	return g_strdup("soffice");
}

static bool
to_docx(const DocumentPlan *plan, const char *kind, GError **error)
{
	g_autofree char *office = find_office();
	g_autofree char *profile = g_filename_to_uri(plan->folder, NULL, NULL);
	g_autofree char *environment = g_strdup_printf("-env:UserInstallation=%s/profile", profile);
	g_autofree char *file = g_strconcat("document.", kind, NULL);
	const char *argv[] = {office, environment, "--headless", "--invisible", "--nologo",
		"--norestore", "--nolockcheck", "--nodefault", "--convert-to",
		"docx:MS Word 2007 XML", "--outdir", "docx", file, NULL};
	g_autofree char *result = g_build_filename(plan->folder, "docx", "document.docx", NULL);
	int code = 0;

	if (!run_tool(plan, argv, "", &code, error)) {
		if (code != RESTART)
			return false;
		g_clear_error(error);
		if (!run_tool(plan, argv, "", NULL, error))
			return false;
	}
	return access(result, R_OK) == 0 ||
	       nieuws_fail(error, NIEUWS_MESSAGE, "LibreOffice could not read it.");
}

/* --- pandoc
 * --------------------------------------------------------------------------------------------------
 */

static bool
to_html(const DocumentPlan *plan, const char *from, const char *file, GError **error)
{
	/* The run-time system of Haskell does not give memory back in time to meet the limit by
	 * itself. */
	g_autofree char *memory =
		g_strdup_printf("-M%" G_GINT64_FORMAT "m", plan->memory / 2 >> 20);
	const char *argv[] = {"pandoc", "+RTS", memory, "-RTS", "--sandbox", "--from", from, "--to",
		"html", "--wrap=none", "--track-changes=accept", "--extract-media=.", "--output",
		"document.html", file, NULL};
	int code = 0;

	if (run_tool(plan, argv, "", &code, error))
		return true;
	if (code == HEAP_EXHAUSTED) {
		g_clear_error(error);
		nieuws_fail(
			error, NIEUWS_MESSAGE, "The document needs more memory than the limit.");
	}
	return false;
}

/* --- the HTML of pandoc
 * ---------------------------------------------------------------------------------------
 */

static void
append_until(GString *out, const char **at, const char *mark)
{
	const char *found = strstr(*at, mark);

	if (found == NULL)
		found = *at + strlen(*at);
	g_string_append_len(out, *at, found - *at);
	*at = found;
}

/* A style of the whole document's head: in the languages that Word speaks here. */
static bool
is_title_style(const char *name, size_t n)
{
	static const char *const names[] = {"Title", "Titel", "Titre"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (strlen(names[i]) == n && g_ascii_strncasecmp(names[i], name, n) == 0)
			return true;
	return false;
}

static bool
is_quote_style(const char *name, size_t n)
{
	g_autofree char *style = g_ascii_strdown(name, (gssize)n);

	return strstr(style, "quot") != NULL || strstr(style, "citaat") != NULL ||
	       strstr(style, "zitat") != NULL;
}

/* Past the end tags of what got an element of its own. */
static void
skip_end(const char **at)
{
	const char *end = strstr(*at, "</div>");

	*at = end != NULL ? end + strlen("</div>") : *at + strlen(*at);
}

/* One quotation, though pandoc makes another one of an indent. */
static void
append_quote(GString *out, const char **at)
{
	GString *inner = g_string_new(NULL);

	append_until(inner, at, "</div>");
	g_string_replace(inner, "<blockquote>", "", 0);
	g_string_replace(inner, "</blockquote>", "", 0);
	g_string_append_printf(out, "<blockquote>%s</blockquote>", inner->str);
	g_string_free(inner, TRUE);
	skip_end(at);
}

/* <div data-custom-style="Titel"> <p>...</p> </div>: the styles that pandoc has no element for. */
static char *
apply_styles(const char *html)
{
	static const char mark[] = "<div data-custom-style=\"";
	GString *out = g_string_new(NULL);
	const char *at = html;

	for (;;) {
		const char *name;
		size_t n;
		const char *tag;

		append_until(out, &at, mark);
		if (*at == '\0')
			return g_string_free(out, FALSE);
		name = at + strlen(mark);
		n = strcspn(name, "\"");
		tag = is_title_style(name, n) ? "h1" : is_quote_style(name, n) ? "blockquote" : "";
		at = name + n + strspn(name + n, "\">\n");
		if (strcmp(tag, "h1") == 0 && g_str_has_prefix(at, "<p>")) {
			at += 3;
			g_string_append(out, "<h1>");
			append_until(out, &at, "</p>");
			g_string_append(out, "</h1>");
			skip_end(&at);
		} else if (strcmp(tag, "blockquote") == 0) {
			append_quote(out, &at);
		} else {
			g_string_append(out, "<div>");
		}
	}
}

/* Underlined is how a link looks, and how a tool shows emphasis; neither says anything here. */
static char *
drop_tag(char *html, const char *open, const char *close)
{
	g_auto(GStrv) first = g_strsplit(html, open, -1);
	g_autofree char *half = g_strjoinv("", first);
	g_auto(GStrv) second = g_strsplit(half, close, -1);

	g_free(html);
	return g_strjoinv("", second);
}

static char *
read_html(const DocumentPlan *plan, const char *file, Document *document, GError **error)
{
	g_autofree char *path = g_build_filename(plan->folder, file, NULL);
	size_t length = 0;
	bool cut = false;
	g_autofree char *bytes =
		run_result(plan, "document.html", plan->html, &length, &cut, error);
	g_autofree char *valid = bytes != NULL ? text_valid(bytes, (gssize)length) : NULL;

	if (valid == NULL)
		return NULL;
	if (cut)
		document_warn(document, "document.limit",
			"The document is longer than the limit: its end is missing here.");
	return pictures_lift(
		plan, document, indents_apply(path, drop_tag(apply_styles(valid), "<u>", "</u>")));
}

static char *
read_docx(const DocumentPlan *plan, const char *file, Document *document, GError **error)
{
	return to_html(plan, "docx+styles", file, error) ? read_html(plan, file, document, error)
							 : NULL;
}

char *
office_convert(const DocumentPlan *plan, const char *kind, Document *document, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (strcmp(kind, "docx") == 0)
		return read_docx(plan, "document.docx", document, error);
	if (to_docx(plan, kind, &problem))
		return read_docx(plan, "docx/document.docx", document, error);
	if (strcmp(kind, "odt") == 0 && to_html(plan, "odt", "document.odt", NULL))
		return read_html(plan, "document.odt", document, error);
	g_propagate_error(error, g_steal_pointer(&problem));
	return NULL;
}
