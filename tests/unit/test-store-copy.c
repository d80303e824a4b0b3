/* A copy of the database while another connection writes. */
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base.h"
#include "store.h"

static void
add_contributor(Store *store, const char *address)
{
	g_assert_true(store_begin(store, NULL));
	g_assert_true(store_contributor_set(store, address, "trusted", "", "sanne", NULL));
	g_assert_true(store_commit(store, NULL));
}

static void
remove_database(const char *path)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};

	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *name = g_strconcat(path, suffixes[i], NULL);

		g_unlink(name);
	}
}

/* What is committed is in it though it stands in the WAL alone; what is not, is not; nobody waits.
 */
static void
test_moment(void)
{
	g_autofree char *folder = g_dir_make_tmp("nieuws-copy-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "nieuws.db", NULL);
	g_autofree char *copy = g_build_filename(folder, "copy.db", NULL);
	g_autofree char *wal = g_strconcat(copy, "-wal", NULL);
	g_autoptr(Store) writer = store_open(path, STORE_WRITE, NULL);
	g_autoptr(Store) reader = NULL;
	g_autoptr(Store) copied = NULL;
	g_autoptr(GPtrArray) raw = NULL;
	g_autoptr(StoreContributor) first = NULL;
	g_autoptr(StoreContributor) second = NULL;

	add_contributor(writer, "anna@example.nl");
	g_assert_true(store_begin(writer, NULL));
	g_assert_true(
		store_contributor_set(writer, "bram@example.nl", "trusted", "", "sanne", NULL));
	reader = store_open(path, STORE_READ, NULL);
	raw = store_copy(reader, copy, NULL);
	g_assert_nonnull(raw);
	g_assert_cmpint(raw->len, ==, 0);
	g_assert_false(g_file_test(wal, G_FILE_TEST_EXISTS));
	g_assert_true(store_commit(writer, NULL));
	copied = store_open(copy, STORE_READ, NULL);
	g_assert_true(store_sound(copied, NULL));
	first = store_contributor_get(copied, "anna@example.nl", NULL);
	second = store_contributor_get(copied, "bram@example.nl", NULL);
	g_assert_nonnull(first);
	g_assert_null(second);
	g_clear_pointer(&copied, store_close);
	remove_database(copy);
	g_clear_pointer(&reader, store_close);
	g_clear_pointer(&writer, store_close);
	remove_database(path);
	g_rmdir(folder);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/copy/moment", test_moment);
	return g_test_run();
}
