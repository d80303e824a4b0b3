/* A mail that an editor writes: to a file, the editor on it, and back. */
#include <glib/gstdio.h>
#include <string.h>

#include "base.h"
#include "desk-private.h"

bool
desk_mail_edit(const char *path, char **subject, char **text, GError **error)
{
	g_autofree char *before = g_strdup_printf("Subject: %s\n\n%s", *subject, *text);
	g_autofree char *after = NULL;
	char *body;

	if (!g_file_set_contents(path, before, -1, error) || !desk_editor(path, error) ||
		!g_file_get_contents(path, &after, NULL, error))
		return false;
	body = strstr(after, "\n\n");
	if (after[strspn(after, " \t\r\n")] == '\0')
		g_unlink(path);
	if (!g_str_has_prefix(after, "Subject: ") || body == NULL || *g_strstrip(body) == '\0')
		return nieuws_fail(error, NIEUWS_INPUT,
			_("the mail has no subject or no text any more; nothing was rejected"));
	body = strstr(after, "\n");
	g_free(*subject);
	*subject =
		g_strndup(after + strlen("Subject: "), (gsize)(body - after) - strlen("Subject: "));
	g_free(*text);
	*text = g_strdup(body + strspn(body, "\n"));
	return true;
}
