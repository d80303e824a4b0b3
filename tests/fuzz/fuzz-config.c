#include <glib/gstdio.h>
#include <unistd.h>

#include "config.h"
#include "fuzz.h"

static char *path;

void
fuzz_start(void)
{
	g_autofree char *folder = g_dir_make_tmp("nieuws-fuzz-XXXXXX", NULL);

	path = g_build_filename(folder, "nieuws.conf", NULL);
}

void
fuzz_one(const uint8_t *bytes, size_t length)
{
	g_autoptr(GError) error = NULL;
	Config *config;

	if (!g_file_set_contents_full(path, (const char *)bytes, (gssize)length,
		    G_FILE_SET_CONTENTS_NONE, 0600, NULL))
		return;
	config = config_load(path, &error);
	g_assert_true((config == NULL) == (error != NULL));
	if (config != NULL) {
		g_autofree char *dump = config_dump(config);

		g_assert_nonnull(dump);
		config_free(config);
	}
}
