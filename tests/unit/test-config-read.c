#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base.h"
#include "config.h"

static Config *
load(const char *text, char **ret_message)
{
	g_autofree char *folder = g_dir_make_tmp("nieuws-config-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "nieuws.conf", NULL);
	g_autoptr(GError) error = NULL;
	Config *config;

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	config = config_load(path, &error);
	if (ret_message != NULL)
		*ret_message = error != NULL ? g_strdup(error->message) : NULL;
	if (error != NULL)
		g_assert_cmpint(nieuws_exit_code(error), ==, EXIT_CONFIG);
	g_unlink(path);
	g_rmdir(folder);
	return config;
}

static void
test_good(void)
{
	g_autoptr(Config) config =
		load("[nieuws]\nspool = data\n[limits]\nmessage = 10 MiB\n[mailbox desk]\nhost = "
		     "imap.example.nl\nuser = u\n"
		     "password_file = p\npoll = 2 min\nfolders = INBOX; Pers\ndone = move\n[editor "
		     "sanne]\naddress = s@example.nl\n",
			NULL);
	const MailboxConfig *mailbox = config_mailbox(config, "desk");

	g_assert_true(g_str_has_suffix(config->spool, "/data"));
	g_assert_cmpint(config->limits.message, ==, 10 << 20);
	g_assert_cmpint(config->limits.parts, ==, 1000);
	g_assert_cmpint(mailbox->poll, ==, 120);
	g_assert_cmpint(mailbox->done, ==, DONE_MOVE);
	g_assert_cmpint(mailbox->folders->len, ==, 2);
	g_assert_cmpstr(mailbox->folders->pdata[1], ==, "Pers");
	g_assert_true(config_editor(config, "sanne")->notify);
}

/* All errors of a file at once, each with its line, what was expected and an example. */
static void
test_errors(void)
{
	g_autofree char *message = NULL;
	Config *config = load("[nieuws]\nspol = x\nreaders = many\n\n[mailbox desk]\nhost = "
			      "imap.example.nl\ntls = none\nuser = u\n"
			      "password_file = p\n[mailbox]\n[newsroom]\n",
		&message);

	g_assert_null(config);
	g_assert_nonnull(strstr(message, "nieuws.conf:2: spol: "));
	g_assert_nonnull(strstr(message, "did you mean spool?"));
	g_assert_nonnull(strstr(message, "nieuws.conf:3: readers: \"many\" is not a value from 0 "
					 "to 64, for example: readers = 0"));
	g_assert_nonnull(strstr(message, "nieuws.conf:7: tls: "));
	g_assert_nonnull(strstr(message, "nieuws.conf:10: mailbox: a name is missing"));
	g_assert_nonnull(strstr(message, "nieuws.conf:11: newsroom: there is no such section"));
}

/* The file that we ship names every setting, with its real default. */
static void
test_annotated_file(void)
{
	g_autofree char *shipped = NULL;
	g_autoptr(Config) config = NULL;
	g_autofree char *dump = NULL;
	g_auto(GStrv) lines = NULL;

	g_assert_true(g_file_get_contents(
		g_test_get_filename(G_TEST_DIST, "..", "..", "config", "nieuws.conf", NULL),
		&shipped, NULL, NULL));
	config = load("[mailbox x]\nhost=h\nuser=u\npassword_file=p\n[editor y]\n", NULL);
	dump = config_dump(config);
	lines = g_strsplit(dump, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		g_autofree char *key = g_strndup(*line, strcspn(*line, "="));
		g_autofree char *wanted = g_strdup_printf("\n#%s=", key);

		if (strchr(*line, '=') == NULL)
			continue;
		if (strstr(shipped, wanted) == NULL)
			g_error("config/nieuws.conf does not name %s", key);
	}
}

static void
test_secret(void)
{
	g_autofree char *folder = g_dir_make_tmp("nieuws-config-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "nieuws.conf", NULL);
	g_autofree char *secret_path = g_build_filename(folder, "p", NULL);
	g_autoptr(Config) config = NULL;
	g_autoptr(GError) error = NULL;
	const MailboxConfig *mailbox;
	char *secret;

	g_file_set_contents(path, "[mailbox x]\nhost=h\nuser=u\npassword_file=p\n", -1, NULL);
	g_file_set_contents(secret_path, "geheim\nmore\n", -1, NULL);
	config = config_load(path, &error);
	g_assert_no_error(error);
	mailbox = config_mailbox(config, "x");
	g_chmod(secret_path, 0644);
	g_assert_null(config_secret(config, &mailbox->server, &error));
	g_assert_nonnull(strstr(error->message, "chmod 600"));
	g_clear_error(&error);
	g_chmod(secret_path, 0600);
	secret = config_secret(config, &mailbox->server, &error);
	g_assert_cmpstr(secret, ==, "geheim");
	config_secret_free(secret);
	g_unlink(path);
	g_unlink(secret_path);
	g_rmdir(folder);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/good", test_good);
	g_test_add_func("/config/errors", test_errors);
	g_test_add_func("/config/annotated-file", test_annotated_file);
	g_test_add_func("/config/secret", test_secret);
	return g_test_run();
}
