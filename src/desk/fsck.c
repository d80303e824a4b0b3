/* nieuws fsck: rows against files, files against their digests. */
#include "fsck.h"

#include <string.h>

#include "base.h"
#include "desk.h"
#include "spool.h"
#include "store.h"
#include "words.h"

enum { HOUR = 3600 };

G_STATIC_ASSERT((int)FSCK_STUCK == (int)STORE_DAMAGE_STUCK);

typedef struct {
	const FsckOptions *options;
	GPtrArray *findings;
	Spool *spool;
	Store *store; /* NULL: too damaged to be opened */
	GPtrArray *raws; /* StoreRaw * */
	GHashTable *by_path, *by_digest; /* of raws */
	GHashTable *seen; /* paths of raws that are there */
	bool keeper_runs;
	unsigned owner; /* of the folder mail: whose the spool is */
	gint64 now;
} Fsck;

const char *const desk_fsck_names[] = {"database", "foreign-key", "index", "revision", "ledger",
	"draft", "outbox", "stuck", "raw-missing", "raw-damaged", "raw-unknown", "strange",
	"incoming", "cache", "reason", "open", "owner", "link", NULL};

const char *
desk_fsck_meaning(FsckKind kind)
{
	static const char *const meanings[] = {N_("The database is damaged"),
		N_("A row names another that is not there"),
		N_("The search index is not what the drafts say"),
		N_("The revisions of a draft do not follow each other"),
		N_("A mail counts as kept, and is not"),
		N_("Draft and mail do not belong together"),
		N_("A mail of ours tells of what is not there"),
		N_("A mail of ours does not leave"), N_("A raw mail is not there"),
		N_("A raw mail is damaged"), N_("A raw mail belongs to no draft"),
		N_("A file that nieuws did not put there"), N_("A fetched mail was left lying"),
		N_("A cached file is damaged"), N_("A reason for quarantine belongs to no mail"),
		N_("The world may read it"), N_("It belongs to a user of its own"),
		N_("A link or device in place of a file")};

	G_STATIC_ASSERT(G_N_ELEMENTS(meanings) == FSCK_KINDS);
	return _(meanings[kind]);
}

const char *
desk_fsck_cure(FsckKind kind)
{
	static const char *const cures[] = {N_("stop nieuwsd, put the last backup of nieuws.db in "
					       "its place and start it: what came since is fetched "
					       "again"),
		N_("put the last backup of nieuws.db in its place; what came since is fetched "
		   "again"),
		N_("nieuws fsck --repair writes it anew"),
		N_("compare with the last backup; nothing is repaired here"),
		N_("nieuws fsck --repair has it fetched again"),
		N_("put the last backup of nieuws.db in its place; what came since is fetched "
		   "again"),
		N_("nothing leaves for it; it does no harm"),
		N_("see nieuws status and nieuws check; is nieuwsd running?"),
		N_("nieuws fsck --repair has it fetched again where the server still has it; else "
		   "take it from the backup"),
		N_("nieuws fsck --repair sets it aside and has it fetched again where the server "
		   "still has it; else take it "
		   "from the backup"),
		N_("a crash may leave it, and its mail was fetched again; nieuws import FILE makes "
		   "sure"),
		N_("look what it is, and remove it by hand"),
		N_("nieuws fsck --repair removes it; it is still on the server"),
		N_("nieuws fsck --repair removes it; it is made again"),
		N_("nieuws fsck --repair removes it"), N_("nieuws fsck --repair closes it"),
		N_("chown it to the owner of the spool"),
		N_("look where it points, and remove it by hand")};

	G_STATIC_ASSERT(G_N_ELEMENTS(cures) == FSCK_KINDS);
	return _(cures[kind]);
}

static void
finding_free(gpointer data)
{
	FsckFinding *finding = data;

	g_free(finding->subject);
	g_free(finding->repaired);
	g_free(finding);
}

static FsckFinding *
find(Fsck *fsck, FsckKind kind, const char *subject)
{
	FsckFinding *finding = g_new0(FsckFinding, 1);

	finding->kind = kind;
	finding->subject = g_strdup(subject);
	g_ptr_array_add(fsck->findings, finding);
	return finding;
}

/* done: a sentence, taken where good. */
static void
note_repair(FsckFinding *finding, bool good, const char *done, const GError *problem)
{
	finding->repaired =
		good ? g_strdup(done) : g_strdup_printf(_("not repaired: %s"), problem->message);
}

/* --- files
 * --------------------------------------------------------------------------------------------------
 */

static void
repair_file(Fsck *fsck, FsckFinding *finding, bool drop)
{
	g_autoptr(GError) problem = NULL;
	bool good;

	if (!fsck->options->repair)
		return;
	good = drop ? spool_drop(fsck->spool, finding->subject, &problem)
		    : spool_shut(fsck->spool, finding->subject, &problem);
	note_repair(finding, good, drop ? _("removed") : _("closed to the world"), problem);
}

static void
fetch_again(Fsck *fsck, FsckFinding *finding, const StoreRaw *raw, const char *aside)
{
	g_autoptr(GError) problem = NULL;
	bool good;

	if (!raw->on_server) {
		finding->repaired =
			aside != NULL
				? g_strdup_printf(
					  _("set aside as %s; the server has it no longer"), aside)
				: NULL;
		return;
	}
	good = store_fetch_again(fsck->store, raw, &problem);
	note_repair(
		finding, good, _("will be fetched again when nieuwsd is started anew"), problem);
}

static void
raw_is_damaged(Fsck *fsck, const StoreRaw *raw)
{
	g_autofree char *subject = g_strdup_printf("%s (%s)", raw->path, raw->name);
	FsckFinding *finding = find(fsck, FSCK_RAW_DAMAGED, subject);
	g_autofree char *aside = NULL;
	g_autoptr(GError) problem = NULL;

	if (!fsck->options->repair)
		return;
	if (spool_set_aside(fsck->spool, raw->path, &aside, &problem))
		fetch_again(fsck, finding, raw, aside);
	else
		note_repair(finding, false, NULL, problem);
}

static bool
is_raw_name(const char *name)
{
	g_autofree char *stem = g_strndup(name, DIGEST_HEX);

	return strlen(name) == DIGEST_HEX + 4 && digest_is_hex(stem) &&
	       g_str_has_suffix(name, ".eml");
}

static void
look_at_mail(Fsck *fsck, const SpoolEntry *entry, const char *name)
{
	const StoreRaw *raw = g_hash_table_lookup(fsck->by_path, entry->path);
	g_autofree char *digest = g_strndup(name, DIGEST_HEX);

	if (!is_raw_name(name)) {
		find(fsck, FSCK_STRANGE, entry->path);
	} else if (raw != NULL) {
		g_hash_table_add(fsck->seen, g_strdup(entry->path));
		if (entry->size != raw->size ||
			(!fsck->options->quick &&
				!spool_is_whole(fsck->spool, entry->path, raw->sha256)))
			raw_is_damaged(fsck, raw);
	} else if (!g_hash_table_contains(fsck->by_digest, digest) &&
		   /* One that came just now may wait for its transaction. */
		   (!fsck->keeper_runs || entry->changed_at < fsck->now - HOUR)) {
		find(fsck, FSCK_RAW_UNKNOWN, entry->path);
	}
}

static void
look_at_cache(Fsck *fsck, const SpoolEntry *entry, const char *name)
{
	g_autofree char *digest = g_strndup(name, DIGEST_HEX);

	if (!digest_is_hex(digest) || (name[DIGEST_HEX] != '\0' && name[DIGEST_HEX] != '.')) {
		find(fsck, FSCK_STRANGE, entry->path);
	} else if (name[DIGEST_HEX] == '.') {
		/* Being written, or what a crash left of that. */
		if (entry->changed_at < fsck->now - HOUR)
			repair_file(fsck, find(fsck, FSCK_CACHE, entry->path), true);
	} else if (!fsck->options->quick && !spool_is_whole(fsck->spool, entry->path, digest)) {
		repair_file(fsck, find(fsck, FSCK_CACHE, entry->path), true);
	}
}

static void
look_at_quarantine(Fsck *fsck, const SpoolEntry *entry, const char *name)
{
	g_autofree char *digest = g_strndup(name, DIGEST_HEX);
	const StoreRaw *raw = g_hash_table_lookup(fsck->by_digest, digest);

	if (strstr(name, ".damaged.") != NULL)
		return;
	if (!digest_is_hex(digest) || (strcmp(name + DIGEST_HEX, ".reason") != 0 &&
					      strcmp(name + DIGEST_HEX, ".reason.new") != 0))
		find(fsck, FSCK_STRANGE, entry->path);
	else if ((raw == NULL || !raw->quarantined) &&
		 (!fsck->keeper_runs || entry->changed_at < fsck->now - HOUR))
		repair_file(fsck, find(fsck, FSCK_REASON, entry->path), true);
}

static void
look_at_incoming(Fsck *fsck, const SpoolEntry *entry)
{
	/* A running keeper's fetchers write here, and an import of somebody. */
	if (entry->changed_at < fsck->now - HOUR)
		repair_file(fsck, find(fsck, FSCK_INCOMING, entry->path), true);
}

static void
look_at(void *context, const SpoolEntry *entry)
{
	Fsck *fsck = context;
	const char *slash = strrchr(entry->path, '/');

	if (strcmp(entry->path, "incoming") == 0)
		fsck->owner = entry->owner;
	if (!entry->is_folder && !entry->is_plain) {
		find(fsck, FSCK_LINK, entry->path);
		return;
	}
	if ((entry->mode & 07) != 0)
		repair_file(fsck, find(fsck, FSCK_OPEN, entry->path), false);
	/* Editors of the group own what they wrote themselves; only folders and the database tell.
	 */
	if ((entry->is_folder || slash == NULL) && entry->owner != fsck->owner)
		find(fsck, FSCK_OWNER, entry->path);
	if (entry->is_folder || slash == NULL)
		return;
	if (g_str_has_prefix(entry->path, "mail/"))
		look_at_mail(fsck, entry, slash + 1);
	else if (g_str_has_prefix(entry->path, "attachments/"))
		look_at_cache(fsck, entry, slash + 1);
	else if (g_str_has_prefix(entry->path, "quarantine/"))
		look_at_quarantine(fsck, entry, slash + 1);
	else
		look_at_incoming(fsck, entry);
}

static void
look_for_missing(Fsck *fsck)
{
	for (guint i = 0; i < fsck->raws->len; i++) {
		const StoreRaw *raw = fsck->raws->pdata[i];
		g_autofree char *subject = g_strdup_printf("%s (%s)", raw->path, raw->name);
		FsckFinding *finding;

		if (g_hash_table_contains(fsck->seen, raw->path))
			continue;
		finding = find(fsck, FSCK_RAW_MISSING, subject);
		if (fsck->options->repair)
			fetch_again(fsck, finding, raw, NULL);
	}
}

/* --- rows
 * ---------------------------------------------------------------------------------------------------
 */

static void
on_damage(void *context, StoreDamage damage, const char *subject)
{
	find(context, (FsckKind)damage, subject);
}

static void
repair_rows(Fsck *fsck)
{
	g_autoptr(GError) problem = NULL;
	bool rebuilt = false, good = true;

	for (guint i = 0; i < fsck->findings->len; i++) {
		FsckFinding *finding = fsck->findings->pdata[i];

		/* One writing of it mends all. */
		if (finding->kind == FSCK_INDEX && !rebuilt) {
			good = store_rebuild_index(fsck->store, &problem);
			rebuilt = true;
		}
		if (finding->kind == FSCK_INDEX)
			note_repair(finding, good, _("written anew"), problem);
	}
}

static bool
look_at_rows(Fsck *fsck, GError **error)
{
	StoreAuditFacts facts = {.now = fsck->now, .keeper_runs = fsck->keeper_runs};

	if (!store_audit(fsck->store, &facts, on_damage, fsck, error))
		return false;
	if (fsck->options->repair)
		repair_rows(fsck);
	fsck->raws = store_raw_list(fsck->store, error);
	for (guint i = 0; fsck->raws != NULL && i < fsck->raws->len; i++) {
		StoreRaw *raw = fsck->raws->pdata[i];

		g_hash_table_insert(fsck->by_path, raw->path, raw);
		g_hash_table_insert(fsck->by_digest, raw->sha256, raw);
	}
	return fsck->raws != NULL;
}

static bool
look_everywhere(Fsck *fsck, const Config *config, GError **error)
{
	g_autoptr(GError) problem = NULL;

	fsck->spool = spool_open(config->spool, SPOOL_GUEST, error);
	if (fsck->spool == NULL)
		return false;
	fsck->keeper_runs = spool_keeper_runs(fsck->spool);
	fsck->store = desk_store(config, STORE_WRITE, &problem);
	if (fsck->store == NULL || !look_at_rows(fsck, &problem))
		find(fsck, FSCK_DATABASE, problem->message);
	if (!spool_walk(fsck->spool, look_at, fsck, error))
		return false;
	if (fsck->raws != NULL)
		look_for_missing(fsck);
	return true;
}

GPtrArray *
desk_fsck(const Config *config, const FsckOptions *options, GError **error)
{
	Fsck fsck = {.options = options, .now = when_now()};
	bool good;

	fsck.findings = g_ptr_array_new_with_free_func(finding_free);
	fsck.by_path = g_hash_table_new(g_str_hash, g_str_equal);
	fsck.by_digest = g_hash_table_new(g_str_hash, g_str_equal);
	fsck.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	good = look_everywhere(&fsck, config, error);
	g_hash_table_unref(fsck.by_path);
	g_hash_table_unref(fsck.by_digest);
	g_hash_table_unref(fsck.seen);
	if (fsck.raws != NULL)
		g_ptr_array_unref(fsck.raws);
	store_close(fsck.store);
	spool_free(fsck.spool);
	if (good)
		return fsck.findings;
	g_ptr_array_unref(fsck.findings);
	return NULL;
}
