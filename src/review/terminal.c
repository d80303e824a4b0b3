#include "terminal.h"

#include <errno.h>
#include <langinfo.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base.h"
#include "look.h"
#include "words.h"

enum { PAST_ASCII = 0x80, PASTE_KEY = KEY_MAX - 2, PASTED_KEY, ESCAPE_MS = 50 };

static struct {
	bool open, away, colours, wide;
	SCREEN *screen;
	struct termios before;
	struct sigaction stop; /* how ncurses handles Ctrl-Z */
} term;

/* For handlers: all that they touch. */
static volatile sig_atomic_t ended_by, interrupted;
static char farewell[256];
static size_t farewell_length;

/* --- signals
 * ----------------------------------------------------------------------------------------------------
 */

static void
on_end(int number)
{
	ended_by = number;
}

static void
on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* Our own fault or abort(): the terminal first, then the death that it was. Only calls that are
 * safe in a handler. */
static void
on_crash(int number)
{
	ssize_t ignored = write(STDOUT_FILENO, farewell, farewell_length);

	(void)ignored;
	tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
	raise(number); /* SA_RESETHAND */
}

static void
add_farewell(const char *capability)
{
	const char *text = tigetstr(capability);
	size_t length;

	if (text == NULL || text == (const char *)-1)
		return;
	length = strlen(text);
	if (farewell_length + length < sizeof farewell) {
		memcpy(farewell + farewell_length, text, length);
		farewell_length += length;
	}
}

static void
catch_signals(void)
{
	static const int ends[] = {SIGTERM, SIGHUP, SIGQUIT};
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
	struct sigaction end = {.sa_handler = on_end};
	struct sigaction interrupt = {.sa_handler = on_interrupt};
	struct sigaction crash = {.sa_handler = on_crash, .sa_flags = SA_RESETHAND | SA_NODEFER};

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
		sigaction(ends[i], &end, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(crashes); i++)
		sigaction(crashes[i], &crash, NULL);
	sigaction(SIGINT, &interrupt, NULL);
}

static void
release_signals(void)
{
	static const int all[] = {SIGTERM, SIGHUP, SIGQUIT, SIGINT, SIGTSTP, SIGSEGV, SIGBUS,
		SIGABRT, SIGFPE, SIGILL};
	struct sigaction usual = {.sa_handler = SIG_DFL};

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		sigaction(all[i], &usual, NULL);
}

int
term_signal(void)
{
	return ended_by;
}

/* --- taking and giving back
 * -------------------------------------------------------------------------------------
 */

/* After newterm: it knows what the terminal can. */
static bool
can_place(void)
{
	const char *place = tigetstr("cup");

	return place != NULL && place != (const char *)-1;
}

static bool
cannot(const char *name, GError **error)
{
	return nieuws_fail(error, NIEUWS_INPUT,
		_("review cannot place its cursor on a terminal of type “%s” (TERM); nieuws "
		  "list and nieuws show work there"),
		name != NULL ? name : "");
}

/* Pasted text is no command: terminals that can say where it begins and ends. */
static void
bracket_paste(bool on)
{
	if (tigetstr("kmous") == NULL)
		return;
	putp(on ? "\033[?2004h" : "\033[?2004l");
	fflush(stdout);
}

static void
set_up_screen(void)
{
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	define_key("\033[200~", PASTE_KEY);
	define_key("\033[201~", PASTED_KEY);
	/* Some terminals do not change their arrows when they are asked to. */
	define_key("\033[A", KEY_UP);
	define_key("\033[B", KEY_DOWN);
	define_key("\033[C", KEY_RIGHT);
	define_key("\033[D", KEY_LEFT);
	curs_set(0);
	term.colours = getenv("NO_COLOR") == NULL && has_colors();
	if (!term.colours)
		return;
	start_color();
	use_default_colors();
	for (short i = 1; i < 8; i++)
		init_pair(i, i, -1);
}

bool
term_open(GError **error)
{
	const char *name = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return nieuws_fail(error, NIEUWS_INPUT,
			_("review needs a terminal; nieuws list and nieuws show work without"));
	tcgetattr(STDIN_FILENO, &term.before);
	term.screen = name != NULL && *name != '\0' ? newterm(NULL, stdout, stdin) : NULL;
	if (term.screen == NULL)
		return cannot(name, error);
	if (!can_place()) {
		endwin();
		delscreen(term.screen);
		tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
		return cannot(name, error);
	}
	term.open = true;
	term.wide = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	farewell_length = 0;
	add_farewell("sgr0");
	add_farewell("rmkx");
	add_farewell("cnorm");
	add_farewell("rmcup");
	catch_signals();
	set_up_screen();
	bracket_paste(true);
	return true;
}

void
term_close(void)
{
	if (!term.open)
		return;
	term.open = false;
	bracket_paste(false);
	endwin();
	delscreen(term.screen);
	term.screen = NULL;
	release_signals();
}

void
term_leave(void)
{
	struct sigaction usual = {.sa_handler = SIG_DFL};

	bracket_paste(false);
	def_prog_mode();
	endwin();
	/* Ctrl-Z within another program stops us both, and must not paint over it. */
	sigaction(SIGTSTP, &usual, &term.stop);
}

void
term_return(void)
{
	sigaction(SIGTSTP, &term.stop, NULL);
	reset_prog_mode();
	interrupted = 0;
	bracket_paste(true);
	term_redraw();
}

/* --- keys
 * -----------------------------------------------------------------------------------------------------------
 */

static int
special(wint_t key)
{
	if (key == KEY_RESIZE)
		return TERM_RESIZED;
	if (key == PASTE_KEY)
		return TERM_PASTE;
	return key == PASTED_KEY ? TERM_PASTED : -(int)key;
}

static int
key_there(void)
{
	wint_t key = 0;
	int kind;

	if (interrupted) {
		interrupted = 0;
		return TERM_INTERRUPT;
	}
	kind = get_wch(&key);
	if (kind == KEY_CODE_YES)
		return special(key);
	return kind == OK ? (int)key : TERM_NOTHING;
}

int
term_key(int milliseconds)
{
	struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
	int key = key_there();

	if (key != TERM_NOTHING || milliseconds == 0 || ended_by != 0)
		return key;
	if (poll(&terminal, 1, milliseconds) > 0) {
		if ((terminal.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
			ended_by = SIGHUP;
	}
	return key_there();
}

/* --- painting
 * ---------------------------------------------------------------------------------------------------
 */

/* In a terminal that speaks no UTF-8 the signs that we draw with ourselves. */
static wchar_t
plain_sign(gunichar c)
{
	static const struct {
		gunichar sign;
		wchar_t plain;
	} signs[] = {{0x2026, L'~'}, {0x2500, L'-'}, {0x2502, L'|'}, {0x2022, L'*'}, {0x25b8, L'>'},
		{0x2018, L'\''}, {0x2019, L'\''}, {0x201c, L'"'}, {0x201d, L'"'}, {0x2013, L'-'},
		{0x2014, L'-'}, {0x00b7, L'-'}, {0x25a3, L'#'}, {0x2191, L'^'}, {0x2193, L'v'}};

	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		if (signs[i].sign == c)
			return signs[i].plain;
	return L'?';
}

/* The character as the terminal gets it, and its columns. */
static wchar_t
shown(gunichar c, int *ret_width)
{
	wchar_t wide = (wchar_t)c;

	*ret_width = 1;
	if (c >= 0x20 && c < 0x7f)
		return wide;
	if (text_is_hidden(c))
		return L'?';
	if (!term.wide)
		return plain_sign(c);
	*ret_width = wcwidth(wide);
	if (*ret_width >= 0)
		return wide;
	*ret_width = 1;
	return L'?';
}

int
term_width(const char *text)
{
	int columns = 0, width;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		shown(g_utf8_get_char(p), &width);
		columns += width;
	}
	return columns;
}

static attr_t
attributes(guint look)
{
	attr_t attr = A_NORMAL;

	attr |= (look & LOOK_BOLD) != 0 ? A_BOLD : 0;
	attr |= (look & LOOK_DIM) != 0 ? A_DIM : 0;
	attr |= (look & LOOK_ITALIC) != 0 ? A_ITALIC : 0;
	attr |= (look & LOOK_UNDERLINE) != 0 ? A_UNDERLINE : 0;
	attr |= (look & LOOK_REVERSE) != 0 ? A_REVERSE : 0;
	return attr;
}

static short
colour_pair(guint look)
{
	static const struct {
		guint look;
		short pair;
	} pairs[] = {{LOOK_RED, COLOR_RED}, {LOOK_GREEN, COLOR_GREEN}, {LOOK_YELLOW, COLOR_YELLOW},
		{LOOK_BLUE, COLOR_BLUE}, {LOOK_CYAN, COLOR_CYAN}};

	for (size_t i = 0; term.colours && i < G_N_ELEMENTS(pairs); i++)
		if ((look & pairs[i].look) != 0)
			return pairs[i].pair;
	return 0;
}

int
term_put(int row, int column, int columns, const char *text, guint look)
{
	glong letters = g_utf8_strlen(text, -1);
	g_autofree wchar_t *wide = g_new(wchar_t, (gsize)letters + 2);
	int used = 0, n = 0;

	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		int width;
		wchar_t c = shown(g_utf8_get_char(p), &width);

		/* A mark without a letter would go to what stands before. */
		if (n == 0 && width == 0) {
			wide[n++] = L' ';
			used++;
		}
		if (used + width > columns)
			break;
		wide[n++] = c;
		used += width;
	}
	wide[n] = L'\0';
	if (n == 0)
		return 0;
	attr_set(attributes(look), colour_pair(look), NULL);
	mvaddnwstr(row, column, wide, n);
	attr_set(A_NORMAL, 0, NULL);
	return used;
}

void
term_blank(int row, int column, int columns, guint look)
{
	g_autofree char *blanks = g_strnfill((gsize)MAX(columns, 0), ' ');

	term_put(row, column, columns, blanks, look);
}

void
term_fence(int row, int column, int rows)
{
	for (int i = 0; i < rows; i++)
		term_put(row + i, column, 1, "│", LOOK_DIM);
}

void
term_size(int *ret_rows, int *ret_columns)
{
	*ret_rows = LINES;
	*ret_columns = COLS;
}

void
term_erase(void)
{
	erase();
}

void
term_show(int row, int column)
{
	curs_set(row >= 0);
	if (row >= 0)
		move(row, column);
	refresh();
}

void
term_redraw(void)
{
	clearok(stdscr, TRUE);
}

void
term_beep(void)
{
	beep();
}

bool
term_colours(void)
{
	return term.colours;
}
