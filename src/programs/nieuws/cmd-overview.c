/* nieuws alone: where things stand, and what to type next. */
#include "nieuws.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 6, HEAPS = 5 };

typedef struct {
	StoreHeap heap;
	const char *name, *title;
	size_t count; /* offset in StoreWaiting */
	GPtrArray *rows;
} Heap;

typedef struct {
	Desk *desk;
	StoreWaiting waiting;
	StoreStatus *status;
	Heap heaps[HEAPS];
	guint unsaved; /* texts that are in no version, and in no editor */
} Overview;

static gint64
count_of(const Overview *o, const Heap *heap)
{
	return *(const gint64 *)(const void *)((const char *)&o->waiting + heap->count);
}

static void
clear(Overview *o)
{
	for (int i = 0; i < HEAPS; i++)
		if (o->heaps[i].rows != NULL)
			g_ptr_array_unref(o->heaps[i].rows);
	store_status_free(o->status);
	desk_free(o->desk);
}

static guint
count_unsaved(const Desk *desk)
{
	/* It must not keep anybody from looking. */
	g_autoptr(GPtrArray) list = desk_unsaved(desk, NULL);
	guint count = 0;

	for (guint i = 0; list != NULL && i < list->len; i++)
		count += !((DeskUnsaved *)list->pdata[i])->busy;
	return count;
}

static bool
load(Context *context, Overview *o, GError **error)
{
	gint64 now = when_now();

	o->desk = desk_open(context->config, RIGHT_REVIEW, STORE_READ, error);
	if (o->desk == NULL)
		return false;
	o->status = store_glance(o->desk->store, error);
	if (o->status == NULL ||
		!store_waiting(o->desk->store, o->desk->user, now, &o->waiting, error))
		return false;
	o->unsaved = count_unsaved(o->desk);
	for (int i = 0; i < HEAPS; i++) {
		o->heaps[i].rows = store_heap(
			o->desk->store, o->heaps[i].heap, o->desk->user, now, ROWS, error);
		if (o->heaps[i].rows == NULL)
			return false;
	}
	return true;
}

/* --- for people
 * -----------------------------------------------------------------------------------------------
 */

static void
print_heap(const DeskScreen *screen, const Overview *o, const Heap *heap)
{
	g_autofree char *title = g_strdup_printf("%s (%d)", _(heap->title), (int)count_of(o, heap));

	if (heap->rows->len == 0)
		return;
	desk_put(screen, INK_BOLD, title);
	putchar('\n');
	desk_rows(screen, heap->rows);
	putchar('\n');
}

static void
print_mailbox(const DeskScreen *screen, const StoreFolder *folder)
{
	g_autofree char *age = when_age(folder->last_look_at, when_now());
	g_autofree char *name = g_strdup_printf("%s, %s", folder->mailbox, folder->folder);
	g_autofree char *text = g_strdup_printf(_("read %s ago"), age);

	if (*folder->trouble != '\0')
		desk_field(screen, name, folder->trouble, INK_ALERT);
	else
		desk_field(screen, name, folder->last_look_at > 0 ? text : _("never read yet"),
			INK_NONE);
}

static void
add_part(GString *line, const char *format, gint64 number)
{
	if (number > 0)
		g_string_append_printf(
			line, "%s%d %s", line->len > 0 ? ", " : "", (int)number, format);
}

static void
print_rest(const DeskScreen *screen, const Overview *o)
{
	const StoreWaiting *w = &o->waiting;
	g_autoptr(GString) line = g_string_new(NULL);
	g_autoptr(GString) mail = g_string_new(NULL);

	add_part(line, _("with others"), w->others);
	add_part(line, _("on hold"), w->held - w->due);
	add_part(line, _("approved"), w->approved);
	add_part(line, _("with a follow-up"), w->followups);
	desk_field(screen, _("Besides"), line->str, INK_NONE);
	for (guint i = 0; i < o->status->folders->len; i++)
		print_mailbox(screen, o->status->folders->pdata[i]);
	add_part(mail, _("to be sent"), o->status->outbox_waiting);
	add_part(mail, _("could not be delivered"), o->status->outbox_failed);
	desk_field(screen, _("Our mails"), mail->str,
		o->status->outbox_failed > 0 ? INK_ALERT : INK_NONE);
}

static void
print_hint(const DeskScreen *screen, const char *command, gint64 number, const char *what)
{
	g_autofree char *text =
		number > 0 ? g_strdup_printf("%s %d", command, (int)number) : g_strdup(command);
	g_autofree char *fitted = text_fit(text, 22);

	fputs("  ", stdout);
	desk_put(screen, INK_BOLD, fitted);
	printf(" %s\n", what);
}

static gint64
first_of(const Overview *o, StoreHeap heap)
{
	for (int i = 0; i < HEAPS; i++)
		if (o->heaps[i].heap == heap && o->heaps[i].rows->len > 0)
			return ((StoreDraftRow *)o->heaps[i].rows->pdata[0])->id;
	return 0;
}

/* What fits what there is; never more than fits a glance. */
static void
print_hints(const DeskScreen *screen, const Overview *o)
{
	gint64 mine = first_of(o, STORE_HEAP_MINE), due = first_of(o, STORE_HEAP_DUE);
	gint64 fresh = first_of(o, STORE_HEAP_NEW);

	putchar('\n');
	if (o->unsaved > 0)
		print_hint(
			screen, "nieuws recover", 0, _("what you wrote that is in no version yet"));
	if (o->status->drafts == 0)
		print_hint(screen, "nieuws check", 0, _("is everything there that is needed?"));
	if (mine > 0) {
		print_hint(screen, "nieuws edit", mine, _("go on with yours"));
		print_hint(screen, "nieuws approve", mine, _("when it is good"));
	}
	if (due > 0)
		print_hint(screen, "nieuws take", due, _("its day has come"));
	if (fresh > 0 && mine == 0) {
		print_hint(screen, "nieuws show", fresh, _("read what waits longest"));
		print_hint(screen, "nieuws take", fresh, _("make it yours"));
	}
	if (o->status->drafts > 0)
		print_hint(screen, "nieuws review", 0, _("go through them all, full screen"));
	if (o->waiting.followups > 0)
		print_hint(screen, "nieuws followups", first_of(o, STORE_HEAP_FOLLOWUPS),
			_("what was sent after it"));
	if (o->status->quarantined > 0)
		print_hint(screen, "nieuws quarantine", 0, _("mails that could not be read"));
	print_hint(screen, "nieuws help", 0, _("all commands"));
}

static void
print_human(const Context *context, const Overview *o)
{
	DeskScreen screen = desk_screen(false);
	const gint64 fresh = o->waiting.fresh;

	printf(dngettext(GETTEXT_PACKAGE, "%s: %d new draft", "%s: %d new drafts", (gulong)fresh),
		context->config->newsroom, (int)fresh);
	printf(" · %s\n\n", desk_name(o->desk, o->desk->user));
	for (int i = 0; i < HEAPS; i++)
		print_heap(&screen, o, &o->heaps[i]);
	print_rest(&screen, o);
	print_hints(&screen, o);
}

/* --- for programs
 * --------------------------------------------------------------------------------------------- */

static json_t *
heap_json(const GPtrArray *rows)
{
	json_t *list = json_array();

	for (guint i = 0; i < rows->len; i++)
		json_array_append_new(list, desk_row_json(rows->pdata[i]));
	return list;
}

static void
print_json(const Overview *o)
{
	const StoreWaiting *w = &o->waiting;
	json_t *document =
		json_pack("{s:i, s:s, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}}",
			"version", 1, "me", o->desk->user, "counts", "new", (json_int_t)w->fresh,
			"mine", (json_int_t)w->mine, "others", (json_int_t)w->others, "approved",
			(json_int_t)w->approved, "hold", (json_int_t)w->held, "due",
			(json_int_t)w->due, "followups", (json_int_t)w->followups, "embargo_today",
			(json_int_t)w->embargo_today, "mails_waiting", (json_int_t)w->told_waiting,
			"quarantined", (json_int_t)o->status->quarantined);

	json_object_set_new(
		json_object_get(document, "counts"), "unsaved", json_integer(o->unsaved));
	for (int i = 0; i < HEAPS; i++)
		json_object_set_new(document, o->heaps[i].name, heap_json(o->heaps[i].rows));
	desk_json(document);
}

int
cmd_overview(Context *context, int argc, char **argv, GError **error)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
	Overview o = {
		.heaps = {
			{STORE_HEAP_MINE, "mine", N_("Yours"), offsetof(StoreWaiting, mine), NULL},
			{STORE_HEAP_DUE, "due", N_("Their day has come"),
				offsetof(StoreWaiting, due), NULL},
			{STORE_HEAP_EMBARGO, "embargo_today", N_("Embargo ends today"),
				offsetof(StoreWaiting, embargo_today), NULL},
			{STORE_HEAP_FOLLOWUPS, "followups", N_("Something was sent after"),
				offsetof(StoreWaiting, followups), NULL},
			{STORE_HEAP_NEW, "new", N_("New, oldest first"),
				offsetof(StoreWaiting, fresh), NULL},
		}};
	bool good;

	if (!command_options(&argc, &argv, "", entries, error))
		return EXIT_USAGE;
	good = load(context, &o, error);
	if (good && json)
		print_json(&o);
	else if (good)
		print_human(context, &o);
	clear(&o);
	return good ? EXIT_DONE : EXIT_INTERNAL;
}
