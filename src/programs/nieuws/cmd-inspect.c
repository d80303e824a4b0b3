/* nieuws inspect: mails as the intake would read them; nothing is kept. */
#include "nieuws.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A run without any configuration uses the limits that are built in. */
static Config *
load_or_default(const char *path, GError **error)
{
	g_autoptr(GError) problem = NULL;
	Config *config = config_load(path, &problem);
	g_autofree char *empty = NULL;
	int fd;

	if (config != NULL)
		return config;
	if (path != NULL || !g_str_has_prefix(problem->message, "there is no configuration")) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	fd = g_file_open_tmp("nieuws-XXXXXX.conf", &empty, error);
	if (fd < 0)
		return NULL;
	close(fd);
	config = config_load(empty, error);
	unlink(empty);
	return config;
}

static int
open_input(const char *name, GError **error)
{
	int fd;

	if (strcmp(name, "-") == 0) {
		g_autoptr(GByteArray) bytes = g_byte_array_new();
		guint8 buffer[65536];
		ssize_t n;

		while ((n = read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
			g_byte_array_append(bytes, buffer, (guint)n);
		return fs_memfd("stdin", bytes->data, bytes->len, error);
	}
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		nieuws_fail_errno(error, NIEUWS_INPUT, errno, "%s", name);
	return fd;
}

static void
print_json(const char *name, WireDraft *draft, const GError *problem)
{
	json_t *object =
		draft != NULL ? desk_draft_json(&draft->message, &draft->draft) : json_object();
	g_autofree char *valid = text_valid(name, -1);

	json_object_set_new(object, "file", json_string(valid));
	if (problem != NULL)
		json_object_set_new(object, "error", json_string(problem->message));
	desk_json(object);
}

static void
print_human(const DeskScreen *screen, const char *name, WireDraft *draft, const GError *problem,
	bool several)
{
	if (several) {
		desk_put(screen, INK_DIM, name);
		putchar('\n');
	}
	if (problem != NULL) {
		desk_put(screen, INK_ALERT, problem->message);
		putchar('\n');
	} else {
		desk_show(screen, NULL, &draft->message, &draft->draft);
	}
	if (several)
		putchar('\n');
}

static bool
inspect_one(DeskReader *reader, const DeskScreen *screen, const char *name, bool several)
{
	g_autoptr(GError) problem = NULL;
	fs_auto int fd = open_input(name, &problem);
	WireDraft *draft = fd >= 0 ? desk_reader_read(reader, fd, &problem) : NULL;

	if (screen->json)
		print_json(name, draft, problem);
	else
		print_human(screen, name, draft, problem, several);
	if (draft != NULL)
		record_free(wire_type(WIRE_DRAFT), draft);
	return problem == NULL;
}

int
cmd_inspect(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	g_autoptr(DeskReader) reader = NULL;
	DeskScreen screen;
	bool all_good = true;

	if (!command_options(&argc, &argv, "FILE...", entries, error))
		return EXIT_USAGE;
	if (argc < 2) {
		nieuws_fail(error, NIEUWS_INPUT,
			_("which mail? for example: nieuws inspect bericht.eml, or - for standard "
			  "input"));
		return EXIT_USAGE;
	}
	context->config = load_or_default(context->config_path, error);
	reader = context->config != NULL ? desk_reader_new(context->config, error) : NULL;
	if (reader == NULL)
		return EXIT_INTERNAL;
	screen = desk_screen(json);
	for (int i = 1; i < argc; i++)
		all_good = inspect_one(reader, &screen, argv[i], argc > 2) && all_good;
	/* In JSON each file says for itself how it went. */
	return all_good || json ? EXIT_DONE : EXIT_REFUSED;
}
