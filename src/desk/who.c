/* Who is at the desk, and what he may do. */
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "desk.h"
#include "words.h"

static char *
user_name(uid_t uid)
{
	const struct passwd *entry = getpwuid(uid);

	return entry != NULL ? g_strdup(entry->pw_name) : g_strdup_printf("uid%u", (unsigned)uid);
}

static bool
has_right(const EditorConfig *editor, const char *right)
{
	for (guint i = 0; editor->rights != NULL && i < editor->rights->len; i++)
		if (strcmp(editor->rights->pdata[i], right) == 0)
			return true;
	return false;
}

static guint
rights_of(const EditorConfig *editor)
{
	if (has_right(editor, "admin"))
		return RIGHT_REVIEW | RIGHT_APPROVE | RIGHT_ADMIN;
	if (has_right(editor, "approve"))
		return RIGHT_REVIEW | RIGHT_APPROVE;
	return has_right(editor, "review") ? RIGHT_REVIEW : RIGHT_NONE;
}

/* root, the service itself, and whoever tries nieuws before editors are named. */
static bool
is_admin_by_nature(const Config *config, uid_t uid)
{
	struct stat st;

	return uid == 0 || config->editors->len == 0 ||
	       (stat(config->spool, &st) == 0 && st.st_uid == uid);
}

bool
desk_may(const Desk *desk, DeskRight right, GError **error)
{
	static const char *const names[] = {
		[RIGHT_REVIEW] = "review", [RIGHT_APPROVE] = "approve", [RIGHT_ADMIN] = "admin"};

	if (right == RIGHT_NONE || (desk->rights & right) != 0)
		return true;
	if (desk->rights == RIGHT_NONE && desk->editor == NULL)
		return nieuws_fail(error, NIEUWS_INPUT,
			_("%s is no editor of this newsroom; ask the admin for a section [editor "
			  "%s] in %s"),
			desk->user, desk->user, desk->config->path);
	return nieuws_fail(error, NIEUWS_INPUT,
		_("%s may not do this; it needs the right %s in [editor %s] of %s"),
		desk_name(desk, desk->user), names[right], desk->user, desk->config->path);
}

static Desk *
identify(const Config *config, uid_t uid, DeskRight right, GError **error)
{
	g_autoptr(Desk) desk = g_new0(Desk, 1);

	desk->config = config;
	desk->user = user_name(uid);
	desk->editor = config_editor(config, desk->user);
	if (desk->editor != NULL)
		desk->rights = rights_of(desk->editor);
	if (is_admin_by_nature(config, uid))
		desk->rights = RIGHT_REVIEW | RIGHT_APPROVE | RIGHT_ADMIN;
	return desk_may(desk, right, error) ? g_steal_pointer(&desk) : NULL;
}

Desk *
desk_identify(const Config *config, DeskRight right, GError **error)
{
	return identify(config, getuid(), right, error);
}

Desk *
desk_open_uid(const Config *config, uid_t uid, DeskRight right, StoreMode mode, GError **error)
{
	g_autoptr(Desk) desk = identify(config, uid, right, error);

	if (desk != NULL)
		desk->store = desk_store(config, mode, error);
	return desk != NULL && desk->store != NULL ? g_steal_pointer(&desk) : NULL;
}

Desk *
desk_open(const Config *config, DeskRight right, StoreMode mode, GError **error)
{
	return desk_open_uid(config, getuid(), right, mode, error);
}

void
desk_free(Desk *desk)
{
	if (desk == NULL)
		return;
	store_close(desk->store);
	g_free(desk->user);
	g_free(desk);
}

const char *
desk_name(const Desk *desk, const char *user)
{
	const EditorConfig *editor = config_editor(desk->config, user);

	return editor != NULL && *editor->name != '\0' ? editor->name : user;
}
