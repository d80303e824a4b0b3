/* A database in a folder of its own, for the tests of the store. */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>

#include "base.h"
#include "store.h"

typedef struct {
	char *folder, *path;
	Store *store;
} Fixture;

static inline void
fixture_make_folder(Fixture *f)
{
	f->folder = g_dir_make_tmp("nieuws-store-XXXXXX", NULL);
	f->path = g_build_filename(f->folder, "nieuws.db", NULL);
}

static inline void
fixture_open(Fixture *f)
{
	g_autoptr(GError) error = NULL;

	f->store = store_open(f->path, STORE_WRITE, &error);
	g_assert_no_error(error);
}

static inline void
set_up_empty(Fixture *f, gconstpointer unused)
{
	(void)unused;
	fixture_make_folder(f);
	fixture_open(f);
	store_set_reference(f->store, "KON");
}

static inline void
tear_down(Fixture *f, gconstpointer unused)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};

	(void)unused;
	store_close(f->store);
	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *name = g_strconcat(f->path, suffixes[i], NULL);

		g_unlink(name);
	}
	g_rmdir(f->folder);
	g_free(f->folder);
	g_free(f->path);
}
