#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base.h"
#include "config.h"

enum { MOST_SECRET = 65536 };

/* The first line, without its end. */
static char *
first_line(char *text, const char *where, GError **error)
{
	text[strcspn(text, "\r\n")] = '\0';
	if (*text != '\0' && g_utf8_validate(text, -1, NULL))
		return text;
	config_secret_free(text);
	nieuws_fail(error, NIEUWS_CONFIG, "%s holds no password in its first line", where);
	return NULL;
}

/* A credential of its own, or one of a folder of them: systemd.exec(5) calls secrets/imap.password
 * then secrets_imap.password. */
static char *
find_credential(const char *name)
{
	const char *credentials = g_getenv("CREDENTIALS_DIRECTORY");
	g_autofree char *id = g_strdelimit(g_strdup(name), "/", '_');
	g_autofree char *path =
		credentials != NULL ? g_build_filename(credentials, id, NULL) : NULL;

	return path != NULL && g_file_test(path, G_FILE_TEST_EXISTS) ? g_steal_pointer(&path)
								     : NULL;
}

static char *
secret_from_file(const char *path, bool credential, GError **error)
{
	fs_auto int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text;

	if (fd < 0 || fstat(fd, &st) != 0) {
		nieuws_fail_errno(
			error, NIEUWS_CONFIG, errno, "cannot read the password file %s", path);
		return NULL;
	}
	if ((st.st_mode & 077) != 0 && !credential) {
		nieuws_fail(error, NIEUWS_CONFIG,
			"others may read the password file %s; mend it with: chmod 600 %s", path,
			path);
		return NULL;
	}
	text = fs_pread_all(fd, MOST_SECRET, NULL, error);
	return text == NULL ? NULL : first_line(text, path, error);
}

static char *
secret_from_command(const char *command, GError **error)
{
	g_auto(GStrv) argv = NULL;
	char *output = NULL;
	int status;

	if (!g_shell_parse_argv(command, NULL, &argv, NULL)) {
		nieuws_fail(error, NIEUWS_CONFIG, "password_command is no command: %s", command);
		return NULL;
	}
	if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, &status,
		    error)) {
		g_prefix_error(error, "password_command: ");
		(*error)->domain = NIEUWS_ERROR;
		(*error)->code = NIEUWS_CONFIG;
		return NULL;
	}
	if (status != 0) {
		config_secret_free(output);
		nieuws_fail(error, NIEUWS_LATER, "password_command failed: %s", argv[0]);
		return NULL;
	}
	return first_line(output, "the output of password_command", error);
}

char *
config_secret(const Config *config, const ServerConfig *server, GError **error)
{
	const char *name = server->password_file;
	g_autofree char *credential = NULL;
	g_autofree char *folder = NULL;
	g_autofree char *path = NULL;

	if (*server->password_command != '\0')
		return secret_from_command(server->password_command, error);
	credential = g_path_is_absolute(name) ? NULL : find_credential(name);
	if (credential != NULL)
		return secret_from_file(credential, true, error);
	folder = g_path_get_dirname(config->path);
	path = g_canonicalize_filename(name, folder);
	return secret_from_file(path, false, error);
}

void
config_secret_free(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	g_free(secret);
}
