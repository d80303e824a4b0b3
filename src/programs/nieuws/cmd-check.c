/* nieuws check and nieuws config: is everything there that is needed? */
#include "nieuws.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* One line each: what, ok or not, and the cure. */
static bool
report(const char *what, bool good, const char *text)
{
	DeskScreen screen = desk_screen(false);
	g_autofree char *fitted = text_fit(what, 20);

	desk_put(&screen, good ? INK_GOOD : INK_ALERT, good ? "ok    " : "FAIL  ");
	desk_put(&screen, INK_NONE, fitted);
	putchar(' ');
	desk_put(&screen, INK_NONE, text);
	putchar('\n');
	fflush(stdout);
	return good;
}

/* A helper's own check: it prints one line. */
static bool
report_program(const char *what, const char *const *argv)
{
	g_autofree char *output = NULL;
	g_autoptr(GError) error = NULL;
	int status = -1;
	const char *text;

	if (!g_spawn_sync(NULL, (char **)(guintptr)argv, NULL, 0, NULL, NULL, &output, NULL,
		    &status, &error))
		return report(what, false, error->message);
	text = g_strchomp(output);
	if (g_str_has_prefix(text, "ok: "))
		text += 4;
	return report(what, WIFEXITED(status) && WEXITSTATUS(status) == 0, text);
}

static bool
check_config(Context *context)
{
	g_autoptr(GError) error = NULL;
	bool good = alias_check(context->config, &error);

	return report("configuration", good, good ? context->config->path : error->message);
}

static bool
check_spool(Context *context)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Spool) spool = spool_open(context->config->spool, SPOOL_GUEST, &error);
	gint64 bytes = spool != NULL ? spool_free_bytes(spool) : 0;
	g_autofree char *size = g_format_size_full((guint64)bytes, G_FORMAT_SIZE_IEC_UNITS);
	gint64 least = config_disk_reserve(context->config);
	g_autofree char *wanted = g_format_size_full((guint64)least, G_FORMAT_SIZE_IEC_UNITS);
	g_autofree char *cure = g_strdup_printf("; nothing is fetched below %s: make room", wanted);
	g_autofree char *text = g_strdup_printf(
		"%s, %s free%s", context->config->spool, size, bytes < least ? cure : "");

	if (spool == NULL)
		return report("spool", false, error->message);
	return report("spool", bytes >= least, text);
}

static bool
check_store(Context *context)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = desk_store(context->config, STORE_WRITE, &error);
	g_autoptr(StoreStatus) status = store != NULL ? store_status(store, &error) : NULL;
	g_autofree char *text =
		status != NULL ? g_strdup_printf("%d drafts", (int)status->drafts) : NULL;

	return report("database", status != NULL, status != NULL ? text : error->message);
}

/* Reads a mail of two lines in a sealed process. */
static bool
check_reader(Context *context)
{
	static const char mail[] = "From: proef@example.nl\nSubject: Proef\n\nDit is een proef.\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(DeskReader) reader = desk_reader_new(context->config, &error);
	fs_auto int fd = fs_memfd("check", mail, strlen(mail), NULL);
	WireDraft *draft = reader != NULL ? desk_reader_read(reader, fd, &error) : NULL;
	bool good = draft != NULL && strcmp(draft->draft.title, "Proef") == 0;

	if (draft != NULL)
		record_free(wire_type(WIRE_DRAFT), draft);
	return report("sealed reader", good,
		good            ? "reads, and is sealed"
		: error != NULL ? error->message
				: "reads wrong");
}

static bool
check_editors(Context *context)
{
	g_autofree char *text = g_strdup_printf("%d%s", (int)context->config->editors->len,
		context->config->editors->len == 0 ? "; nobody is told: add a section [editor USER]"
						   : " get notices");

	return report("editors", context->config->editors->len > 0, text);
}

/* An editor with an account of his own needs the spool's group. */
static bool
needs_sharing(Context *context, uid_t owner)
{
	for (guint i = 0; i < context->config->editors->len; i++) {
		const EditorConfig *editor = context->config->editors->pdata[i];
		const struct passwd *entry = getpwnam(editor->user);

		if (entry != NULL && entry->pw_uid != 0 && entry->pw_uid != owner)
			return true;
	}
	return false;
}

static bool
check_sharing(Context *context)
{
	const char *spool = context->config->spool;
	struct stat st;
	g_autofree char *cure = g_strdup_printf("editors cannot write in %s; chgrp it to their "
						"group, and chmod 2770",
		spool);

	if (stat(spool, &st) != 0 || !needs_sharing(context, st.st_uid))
		return true;
	if ((st.st_mode & 02070) != 02070)
		return report("sharing", false, cure);
	return report("sharing", true, "the spool belongs to the editors' group");
}

int
cmd_check(Context *context, int argc, char **argv, GError **error)
{
	const char *path = context->config != NULL ? context->config->path : "";
	g_autofree char *fetch = config_program("nieuws-fetch");
	g_autofree char *send = config_program("nieuws-send");
	g_autofree char *convert = config_program("nieuws-convert");
	const char *convert_argv[] = {convert, "--check", NULL};
	const char *send_argv[] = {send, "--config", path, "--check", NULL};
	bool good;

	if (!command_options(&argc, &argv, "", NULL, error))
		return EXIT_USAGE;
	good = check_config(context);
	good = check_spool(context) && good;
	good = check_sharing(context) && good;
	good = check_store(context) && good;
	good = check_reader(context) && good;
	good = report_program("documents", convert_argv) && good;
	if (context->config->mailboxes->len == 0)
		good = report("mailboxes", false,
			"there are none: add a section [mailbox NAME] with host, user and "
			"password_file");
	for (guint i = 0; i < context->config->mailboxes->len; i++) {
		const MailboxConfig *mailbox = context->config->mailboxes->pdata[i];
		const char *fetch_argv[] = {
			fetch, "--config", path, "--mailbox", mailbox->name, "--check", NULL};
		g_autofree char *what = g_strdup_printf("mailbox %s", mailbox->name);

		good = report_program(what, fetch_argv) && good;
	}
	good = report_program("outgoing mail", send_argv) && good;
	good = check_editors(context) && good;
	return good ? EXIT_DONE : EXIT_REFUSED;
}

int
cmd_config(Context *context, int argc, char **argv, GError **error)
{
	g_autofree char *text = NULL;

	if (!command_options(&argc, &argv, "", NULL, error))
		return EXIT_USAGE;
	text = config_dump(context->config);
	fputs(text, stdout);
	return EXIT_DONE;
}
