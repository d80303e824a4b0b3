#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "spool.h"

static const char bytes[] = "From: mens@example.nl\nSubject: Brug\n\nDe brug is open.\n";

typedef struct {
	char *folder;
	Spool *spool;
} Fixture;

static void
set_up(Fixture *f, gconstpointer unused)
{
	g_autoptr(GError) error = NULL;

	(void)unused;
	umask(0007);
	f->folder = g_dir_make_tmp("nieuws-spool-XXXXXX", NULL);
	g_assert_cmpint(chmod(f->folder, 0770), ==, 0);
	f->spool = spool_open(f->folder, SPOOL_KEEPER, &error);
	g_assert_no_error(error);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
	(void)unused;
	spool_free(f->spool);
	g_assert_true(fs_remove_tree(f->folder, NULL));
	g_free(f->folder);
}

/* The path of the mail after its adoption. */
static char *
take_in(Fixture *f)
{
	g_autofree char *sha256 = digest_of(bytes, strlen(bytes));
	g_autofree char *name = NULL;
	g_autoptr(GError) error = NULL;
	char *path = NULL;

	g_assert_true(spool_import(f->spool, bytes, strlen(bytes), &name, &error));
	g_assert_true(spool_adopt(f->spool, name, sha256, (gint64)strlen(bytes), &path, &error));
	g_assert_true(spool_sync(f->spool, &error));
	g_assert_no_error(error);
	return path;
}

static void
assert_whole(Fixture *f, const char *path)
{
	g_autofree char *sha256 = digest_of(bytes, strlen(bytes));

	g_assert_true(spool_is_whole(f->spool, path, sha256));
}

/* The same mail once more keeps the file; a spoiled file gives way. */
static void
test_again(Fixture *f, gconstpointer unused)
{
	g_autofree char *path = take_in(f);
	g_autofree char *full = g_build_filename(f->folder, path, NULL);
	g_autofree char *again = NULL;
	g_autofree char *mended = NULL;
	struct stat before, after;

	(void)unused;
	assert_whole(f, path);
	g_assert_cmpint(stat(full, &before), ==, 0);
	again = take_in(f);
	g_assert_cmpstr(again, ==, path);
	g_assert_cmpint(stat(full, &after), ==, 0);
	g_assert_cmpuint(before.st_ino, ==, after.st_ino);
	g_assert_cmpint(truncate(full, 5), ==, 0);
	mended = take_in(f);
	g_assert_cmpstr(mended, ==, path);
	assert_whole(f, path);
}

static void
count(void *context, const SpoolEntry *entry)
{
	if (g_str_has_suffix(entry->path, ".eml")) {
		g_assert_true(entry->is_plain);
		g_assert_cmpuint(entry->mode & 07, ==, 0);
		(*(guint *)context)++;
	}
}

static void
test_repairs(Fixture *f, gconstpointer unused)
{
	g_autofree char *path = take_in(f);
	g_autofree char *aside = NULL;
	g_autofree char *second = NULL;
	guint mails = 0;

	(void)unused;
	g_assert_true(spool_walk(f->spool, count, &mails, NULL));
	g_assert_cmpuint(mails, ==, 1);
	g_assert_true(spool_keeper_runs(f->spool));
	/* A raw mail is never dropped, and nothing outside is reached. */
	g_assert_false(spool_drop(f->spool, path, NULL));
	g_assert_false(spool_drop(f->spool, "attachments/../nieuws.db", NULL));
	g_assert_false(spool_drop(f->spool, "/etc/passwd", NULL));
	assert_whole(f, path);
	g_assert_true(spool_set_aside(f->spool, path, &aside, NULL));
	assert_whole(f, aside);
	g_free(g_steal_pointer(&path));
	path = take_in(f);
	g_assert_true(spool_set_aside(f->spool, path, &second, NULL));
	g_assert_cmpstr(aside, !=, second);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/spool/again", Fixture, NULL, set_up, test_again, tear_down);
	g_test_add("/spool/repairs", Fixture, NULL, set_up, test_repairs, tear_down);
	return g_test_run();
}
