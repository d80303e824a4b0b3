#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "settings.h"

/* Reading one file or drop-in. */
typedef struct {
	Config *config;
	const char *path;
	char *folder;
	GString *errors;
} Reader;

static void *
find_section(GPtrArray *list, const char *name)
{
	for (guint i = 0; i < list->len; i++)
		if (strcmp(*(char **)list->pdata[i], name) == 0)
			return list->pdata[i];
	return NULL;
}

static void
set_defaults(const char *section, const char *folder, void *base)
{
	for (const Setting *setting = settings; setting->section != NULL; setting++) {
		g_autofree char *wrong = NULL;

		if (strcmp(setting->section, section) == 0)
			wrong = setting_parse(setting, setting->initial, folder, base);
	}
}

/* Those without a name, which fill the Config itself. */
static const char *const plain_sections[] = {
	"nieuws", "receipt", "limits", "alarm", "filter", "desk", "smtp", NULL};

static void *
add_section(GPtrArray *list, const char *section, const char *name, const char *folder, size_t size)
{
	void *base = g_malloc0(size);

	*(char **)base = g_strdup(name);
	set_defaults(section, folder, base);
	g_ptr_array_add(list, base);
	return base;
}

/* --- errors that name line and cure
 * --------------------------------------------------------------------------- */

/* GKeyFile does not tell lines: find the key again. */
static int
find_line(const char *path, const char *group, const char *key)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	bool inside = false;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		char *line = g_strstrip(lines[i]);

		if (*line == '[') {
			inside = strlen(line) == strlen(group) + 2 &&
				 strncmp(line + 1, group, strlen(group)) == 0;
			if (inside && key == NULL)
				return i + 1;
		}
		if (inside && key != NULL && g_str_has_prefix(line, key) &&
			strcspn(line + strlen(key), " \t=") == 0)
			return i + 1;
	}
	return 0;
}

static void add_error(Reader *reader, const char *group, const char *key, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

static void
add_error(Reader *reader, const char *group, const char *key, const char *format, ...)
{
	va_list args;

	if (reader->errors->len > 0)
		g_string_append_c(reader->errors, '\n');
	g_string_append_printf(reader->errors, "%s:%d: %s: ", reader->path,
		find_line(reader->path, group, key), key != NULL ? key : group);
	va_start(args, format);
	g_string_append_vprintf(reader->errors, format, args);
	va_end(args);
}

static guint
distance(const char *a, const char *b)
{
	guint row[64];
	size_t width = strlen(b);

	if (width >= G_N_ELEMENTS(row))
		return G_MAXUINT;
	for (guint j = 0; j <= width; j++)
		row[j] = j;
	for (guint i = 1; a[i - 1] != '\0'; i++) {
		guint corner = row[0];

		row[0] = i;
		for (guint j = 1; j <= width; j++) {
			guint replaced = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			row[j] = MIN(MIN(row[j], row[j - 1]) + 1, replaced);
		}
	}
	return row[width];
}

static const char *
nearest_key(const char *section, const char *key)
{
	const char *best = NULL;
	guint least = 4;

	for (const Setting *setting = settings; setting->section != NULL; setting++) {
		guint d = strcmp(setting->section, section) == 0 ? distance(key, setting->key)
								 : least;

		if (d < least) {
			least = d;
			best = setting->key;
		}
	}
	return best;
}

static const Setting *
find_setting(const char *section, const char *key)
{
	for (const Setting *setting = settings; setting->section != NULL; setting++)
		if (strcmp(setting->section, section) == 0 && strcmp(setting->key, key) == 0)
			return setting;
	return NULL;
}

/* --- one file
 * -------------------------------------------------------------------------------------------------
 */

static void
read_key(Reader *reader, GKeyFile *file, const char *group, const char *section, const char *key,
	void *base)
{
	const Setting *setting = find_setting(section, key);
	g_autofree char *text = NULL;
	g_autofree char *expected = NULL;

	if (setting == NULL) {
		const char *near = nearest_key(section, key);

		add_error(reader, group, key, "there is no such setting in [%s]%s%s%s", section,
			near != NULL ? "; did you mean " : "", near != NULL ? near : "",
			near != NULL ? "?" : "");
		return;
	}
	text = g_key_file_get_string(file, group, key, NULL);
	expected = text == NULL ? g_strdup("one line of text")
				: setting_parse(setting, text, reader->folder, base);
	if (expected != NULL)
		add_error(reader, group, key, "\"%s\" is not %s, for example: %s = %s",
			text != NULL ? text : "", expected, key, setting->example);
}

/* The struct that a group fills; NULL after an error. */
static void *
group_base(Reader *reader, const char *group, const char *section, const char *name)
{
	Config *config = reader->config;
	bool named = strcmp(section, "mailbox") == 0 || strcmp(section, "editor") == 0;
	GPtrArray *list = strcmp(section, "mailbox") == 0 ? config->mailboxes : config->editors;
	void *base;

	if (!named && !g_strv_contains(plain_sections, section)) {
		add_error(reader, group, NULL,
			"there is no such section; there are [nieuws], [receipt], [limits], "
			"[alarm], [filter], [desk], [alias], [smtp], [mailbox NAME], [editor "
			"USER]");
		return NULL;
	}
	if (named != (name != NULL)) {
		add_error(reader, group, NULL,
			named ? "a name is missing, for example: [%s desk]" : "[%s] has no name",
			section);
		return NULL;
	}
	if (!named)
		return config;
	base = find_section(list, name);
	if (base == NULL)
		base = add_section(list, section, name, reader->folder,
			list == config->mailboxes ? sizeof(MailboxConfig) : sizeof(EditorConfig));
	return base;
}

static void
free_alias(gpointer data)
{
	AliasConfig *alias = data;

	g_free(alias->name);
	g_free(alias->words);
	g_free(alias);
}

/* A later file may give a name another meaning. */
static void
read_aliases(Reader *reader, GKeyFile *file, const char *group)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);

	for (char **key = keys; key != NULL && *key != NULL; key++) {
		GPtrArray *all = reader->config->aliases;
		AliasConfig *alias = g_new0(AliasConfig, 1);

		alias->name = g_strdup(*key);
		alias->words = g_key_file_get_string(file, group, *key, NULL);
		if (alias->words == NULL || *g_strstrip(alias->words) == '\0') {
			add_error(reader, group, *key,
				"a command is missing, for example: %s = list mine", *key);
			free_alias(alias);
			continue;
		}
		for (guint i = all->len; i > 0; i--)
			if (strcmp(((AliasConfig *)all->pdata[i - 1])->name, *key) == 0)
				g_ptr_array_remove_index(all, i - 1);
		g_ptr_array_add(all, alias);
	}
}

static void
read_group(Reader *reader, GKeyFile *file, const char *group)
{
	g_auto(GStrv) words = g_strsplit(group, " ", 2);
	const char *name = words[0] != NULL && words[1] != NULL ? g_strstrip(words[1]) : NULL;
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
	void *base = NULL;

	if (strcmp(group, "alias") == 0) {
		read_aliases(reader, file, group);
		return;
	}
	base = group_base(reader, group, words[0], name);

	for (char **key = keys; base != NULL && key != NULL && *key != NULL; key++)
		read_key(reader, file, group, words[0], *key, base);
}

static void
read_file(Config *config, const char *path, GString *errors)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *folder = g_path_get_dirname(path);
	Reader reader = {config, path, folder, errors};
	g_auto(GStrv) groups = NULL;

	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error)) {
		g_string_append_printf(
			errors, "%s%s: %s", errors->len > 0 ? "\n" : "", path, error->message);
		return;
	}
	groups = g_key_file_get_groups(file, NULL);
	for (char **group = groups; *group != NULL; group++)
		read_group(&reader, file, *group);
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
read_drop_ins(Config *config, const char *path, GString *errors)
{
	g_autofree char *parent = g_path_get_dirname(path);
	/* Several newsrooms may live side by side: conf.d is that of the first. */
	g_autofree char *folder = g_str_has_suffix(path, "/nieuws.conf")
					  ? g_build_filename(parent, "conf.d", NULL)
					  : g_strconcat(path, ".d", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(name, ".conf"))
			g_ptr_array_add(names, g_build_filename(folder, name, NULL));
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++)
		read_file(config, names->pdata[i], errors);
}

/* --- what must fit together
 * ----------------------------------------------------------------------------------- */

static bool
is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || g_str_has_prefix(host, "127.") ||
	       strcmp(host, "::1") == 0;
}

static void
check_server(Reader *reader, const char *group, const ServerConfig *server)
{
	bool secret = *server->password_file != '\0' || *server->password_command != '\0';

	if (*server->host == '\0')
		return;
	if (server->tls == TLS_NONE && !is_loopback(server->host))
		add_error(reader, group, "tls",
			"none is for this machine only (127.0.0.1); use implicit or starttls");
	if (server->auth != AUTH_NONE && (*server->user == '\0' || !secret))
		add_error(reader, group, "auth",
			"logging in needs user and password_file or password_command, for example: "
			"user = nieuws@example.nl");
}

/* Words of a list that mean nothing. */
static void
check_words(Reader *reader, const char *group, const char *key, const GPtrArray *list,
	const char *const *known)
{
	g_autofree char *all = g_strjoinv(", ", (char **)(guintptr)known);

	for (guint i = 0; i < list->len; i++)
		if (!g_strv_contains(known, list->pdata[i]))
			add_error(reader, group, key, "\"%s\" is none of %s",
				(char *)list->pdata[i], all);
}

static void
check_desk(Reader *reader, const Config *config)
{
	static const char *const fields[] = {"title", "lead", "alt", "credit", "embargo", NULL};
	static const char *const rights[] = {"review", "approve", "admin", NULL};

	check_words(reader, "desk", "require", config->desk.require, fields);
	for (guint i = 0; i < config->editors->len; i++) {
		const EditorConfig *editor = config->editors->pdata[i];
		g_autofree char *group = g_strdup_printf("editor %s", editor->user);

		check_words(reader, group, "rights", editor->rights, rights);
	}
}

static void
check_whole(Config *config, const char *path, GString *errors)
{
	g_autofree char *folder = g_path_get_dirname(path);
	Reader reader = {config, path, folder, errors};

	for (guint i = 0; i < config->mailboxes->len; i++) {
		const MailboxConfig *mailbox = config->mailboxes->pdata[i];
		g_autofree char *group = g_strdup_printf("mailbox %s", mailbox->name);

		if (*mailbox->server.host == '\0')
			add_error(&reader, group, NULL,
				"host is missing, for example: host = imap.example.nl");
		check_server(&reader, group, &mailbox->server);
		if (mailbox->folders->len == 0)
			add_error(&reader, group, "folders",
				"at least one folder, for example: folders = INBOX");
	}
	check_desk(&reader, config);
	check_server(&reader, "smtp", &config->smtp.server);
	if ((*config->smtp.server.host != '\0' || *config->smtp.sendmail != '\0') &&
		strchr(config->smtp.from, '@') == NULL)
		add_error(&reader, "smtp", "from",
			"our own address is needed to send, for example: from = nieuws@example.nl");
}

/* --- the door
 * -------------------------------------------------------------------------------------------------
 */

static char *
default_path(void)
{
	const char *candidates[] = {"config/nieuws.conf", "/etc/nieuws/nieuws.conf"};

	for (size_t i = 0; i < G_N_ELEMENTS(candidates); i++)
		if (g_file_test(candidates[i], G_FILE_TEST_EXISTS))
			return g_canonicalize_filename(candidates[i], NULL);
	return NULL;
}

Config *
config_load(const char *path, GError **error)
{
	g_autoptr(Config) config = g_new0(Config, 1);
	g_autoptr(GString) errors = g_string_new(NULL);
	g_autofree char *folder = NULL;

	config->mailboxes = g_ptr_array_new();
	config->editors = g_ptr_array_new();
	config->aliases = g_ptr_array_new_with_free_func(free_alias);
	config->path = path != NULL ? g_canonicalize_filename(path, NULL) : default_path();
	if (config->path == NULL) {
		nieuws_fail(error, NIEUWS_CONFIG,
			"there is no configuration: neither config/nieuws.conf nor "
			"/etc/nieuws/nieuws.conf; name one with "
			"--config FILE");
		return NULL;
	}
	folder = g_path_get_dirname(config->path);
	for (const char *const *section = plain_sections; *section != NULL; section++)
		set_defaults(*section, folder, config);
	read_file(config, config->path, errors);
	read_drop_ins(config, config->path, errors);
	check_whole(config, config->path, errors);
	if (errors->len > 0) {
		nieuws_fail(error, NIEUWS_CONFIG, "%s", errors->str);
		return NULL;
	}
	/* Quiet hours, years of references and what people read are in the newsroom's time. */
	g_setenv("TZ", config->timezone, TRUE);
	return g_steal_pointer(&config);
}

static void
clear_settings(const char *section, void *base)
{
	for (const Setting *setting = settings; setting->section != NULL; setting++) {
		char *field = (char *)base + setting->offset;

		if (strcmp(setting->section, section) != 0)
			continue;
		if (setting->type == SET_STRING || setting->type == SET_PATH)
			g_clear_pointer((char **)(void *)field, g_free);
		else if (setting->type == SET_LIST)
			g_clear_pointer((GPtrArray **)(void *)field, g_ptr_array_unref);
	}
}

static void
free_sections(GPtrArray *list, const char *section)
{
	for (guint i = 0; i < list->len; i++) {
		clear_settings(section, list->pdata[i]);
		g_free(*(char **)list->pdata[i]);
		g_free(list->pdata[i]);
	}
	g_ptr_array_unref(list);
}

void
config_free(Config *config)
{
	if (config == NULL)
		return;
	for (const char *const *section = plain_sections; *section != NULL; section++)
		clear_settings(*section, config);
	free_sections(config->mailboxes, "mailbox");
	free_sections(config->editors, "editor");
	g_ptr_array_unref(config->aliases);
	g_free(config->path);
	g_free(config);
}

gint64
config_disk_reserve(const Config *config)
{
	return config->disk_reserve > 0 ? MAX(config->disk_reserve, 2 * config->limits.message) : 0;
}

const MailboxConfig *
config_mailbox(const Config *config, const char *name)
{
	for (guint i = 0; i < config->mailboxes->len; i++)
		if (strcmp(((MailboxConfig *)config->mailboxes->pdata[i])->name, name) == 0)
			return config->mailboxes->pdata[i];
	return NULL;
}

const EditorConfig *
config_editor(const Config *config, const char *user)
{
	for (guint i = 0; i < config->editors->len; i++)
		if (strcmp(((EditorConfig *)config->editors->pdata[i])->user, user) == 0)
			return config->editors->pdata[i];
	return NULL;
}

static void
dump_section(GString *text, const char *section, const char *name, const void *base)
{
	g_string_append_printf(
		text, "[%s%s%s]\n", section, name != NULL ? " " : "", name != NULL ? name : "");
	for (const Setting *setting = settings; setting->section != NULL; setting++) {
		g_autofree char *value = NULL;

		if (strcmp(setting->section, section) != 0)
			continue;
		value = setting_print(setting, base);
		g_string_append_printf(text, "%s = %s\n", setting->key, value);
	}
	g_string_append_c(text, '\n');
}

char *
config_dump(const Config *config)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "# %s\n\n", config->path);
	for (const char *const *section = plain_sections; *section != NULL; section++)
		dump_section(text, *section, NULL, config);
	g_string_append(text, "[alias]\n");
	for (guint i = 0; i < config->aliases->len; i++) {
		const AliasConfig *alias = config->aliases->pdata[i];

		g_string_append_printf(text, "%s = %s\n", alias->name, alias->words);
	}
	g_string_append_c(text, '\n');
	for (guint i = 0; i < config->mailboxes->len; i++)
		dump_section(text, "mailbox", *(char **)config->mailboxes->pdata[i],
			config->mailboxes->pdata[i]);
	for (guint i = 0; i < config->editors->len; i++)
		dump_section(text, "editor", *(char **)config->editors->pdata[i],
			config->editors->pdata[i]);
	return g_string_free(text, FALSE);
}

/* --- our own places
 * ------------------------------------------------------------------------------------------- */

char *
config_program(const char *name)
{
	const char *places = g_getenv("NIEUWS_LIBEXEC");
	g_auto(GStrv) folders = g_strsplit(places != NULL ? places : NIEUWS_LIBEXECDIR, ":", -1);

	for (char **folder = folders; *folder != NULL; folder++) {
		g_autofree char *path = g_build_filename(*folder, name, NULL);

		if (access(path, X_OK) == 0)
			return g_steal_pointer(&path);
	}
	return g_build_filename(NIEUWS_LIBEXECDIR, name, NULL);
}

char *
config_data(const char *name)
{
	const char *place = g_getenv("NIEUWS_DATA");

	return g_build_filename(place != NULL ? place : NIEUWS_DATADIR, name, NULL);
}

GPtrArray *
config_converter(const Config *config)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	const struct {
		const char *name;
		gint64 value;
	} limits[] = {{"converter_deadline", config->limits.converter_deadline},
		{"converter_memory", config->limits.converter_memory},
		{"picture_pixels", config->limits.picture_pixels},
		{"document_unpacked", config->limits.document_unpacked}};

	g_ptr_array_add(argv, config_program("nieuws-convert"));
	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
		g_ptr_array_add(argv, g_strdup("--limit"));
		g_ptr_array_add(argv,
			g_strdup_printf("%s=%" G_GINT64_FORMAT, limits[i].name, limits[i].value));
	}
	if (config->sandbox_degraded)
		g_ptr_array_add(argv, g_strdup("--degraded"));
	g_ptr_array_add(argv, NULL);
	return argv;
}
