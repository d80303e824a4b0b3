#!/usr/bin/python3
"""A morning at the desk, recorded in tmux over the lab: ten mails come in, and an editor reads, edits, decides, searches and reviews. Each
screen is kept as text, in both languages, small and large. usage: record.py PROGRAMS FOLDER [LANGUAGE-COLUMNSxROWS...]

A screen begins with a line "=== name: what was typed"; names are the same in all recordings."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'e2e'), os.path.join(HERE, '..', 'lab'), os.path.join(HERE, '..', 'samples')]
import lab  # noqa: E402
import make  # noqa: E402
import world  # noqa: E402

ALL = ('nl-80x24', 'nl-160x50', 'en-80x24', 'en-160x50')
BRIDGE = ('From: Gerda ten Hove <gerda@fietsersbond.example.nl>\nTo: desk@%s\nSubject: Persbericht: Fietsbrug over de Regge gaat open\n'
          'Message-ID: <%s@fietsersbond.example.nl>\n%sDate: Tue, 24 Nov 2026 09:0%d:00 +0100\nContent-Type: text/plain; charset=utf-8\n\n'
          'NIJVERDAL - De nieuwe fietsbrug over de Regge gaat zaterdag 28 november open. Wethouder Anna Bos knipt om %s het lint door.\n\n'
          'De brug is zestig meter lang en van hout uit de streek. Fietsers sparen er tien minuten mee op weg naar het station.\n\n'
          'Om %s rijden leerlingen van De Marke als eersten naar de overkant.\n\nMet vriendelijke groet,\nGerda ten Hove\nFietsersbond, afdeling Nijverdal\n')
# What an editor does in a few minutes: a better title, and a comma.
EDITOR = '#!/bin/sh\nsed -i "s/^title: .*/title: Fietsbrug Nijverdal opent zaterdag/; s/opent zaterdag haar/opent zaterdag, als het vriest, haar/" "$1"\n'


def locale_of(language, folder):
    """A locale of the lab's own: an installation need not have any. None: it cannot be made here."""
    if language == 'en':
        return {'LC_ALL': 'C.UTF-8'}
    if shutil.which('localedef') is None or subprocess.run(['localedef', '-i', 'nl_NL', '-f', 'UTF-8', os.path.join(folder, 'nl_NL.UTF-8')],
                                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode > 1:
        return None
    return {'LC_ALL': 'nl_NL.UTF-8', 'LOCPATH': folder}


def wrapper(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, 'w') as f:
        f.write(text)
    os.chmod(path, 0o755)
    return path


class Screen:
    def __init__(self, folder, env, columns, rows):
        self.socket, self.env = os.path.join(folder, 'tmux'), env
        self.tmux('-f', '/dev/null', 'new-session', '-d', '-x', str(columns), '-y', str(rows), 'exec bash --noprofile --rcfile %s' % wrapper(folder, 'rc', "PS1='$ '\n"))
        self.tmux('set', '-g', 'status', 'off')
        self.wait()
        self.kept = []

    def tmux(self, *args):
        return subprocess.run(['tmux', '-S', self.socket, *args], env=self.env, stdout=subprocess.PIPE, check=True).stdout.decode()

    def look(self):
        return re.sub(r'[ \n]*$', '', re.sub(r' +$', '', self.tmux('capture-pane', '-p'), flags=re.M)) + '\n'

    def wait(self, seconds=20):
        """Until the screen has stood still for a moment, and a prompt, a pager or a full screen waits."""
        before, since, deadline = None, time.monotonic(), time.monotonic() + seconds
        while time.monotonic() < deadline:
            now = self.look()
            if now != before:
                before, since = now, time.monotonic()
            elif now.strip() and time.monotonic() - since > (0.25 if now.rstrip().endswith('$') else 1.2):
                return now
            time.sleep(0.05)
        return before

    def type(self, name, line, keep=True):
        self.tmux('send-keys', '-l', line)
        self.tmux('send-keys', 'Enter')
        now = self.wait()
        if keep:
            self.kept.append('=== %s: %s\n%s' % (name, line, now))
        if now.rstrip().endswith((':', '(END)')):
            self.tmux('send-keys', 'q')
            self.wait()
        self.clear()
        return now

    def clear(self):
        self.tmux('send-keys', '-R', 'C-l')
        self.tmux('clear-history')
        self.wait()

    def keys(self, name, *keys):
        self.tmux('send-keys', *keys)
        now = self.wait()
        self.kept.append('=== %s: %s\n%s' % (name, ' '.join(keys), now))
        return now

    def end(self):
        self.tmux('kill-server')


def morning(w, programs, language, columns, rows):
    room = world.Newsroom(w, programs, editors=())
    places = locale_of(language, room.folder)
    if places is None:
        return None
    with open(room.config, 'a') as f:
        f.write('[editor root]\nname = Roos de Vries\naddress = roos@%s\nrights = admin\nnotify = no\n[editor daemon]\nname = Jan Pieters\naddress = jan@%s\n'
                % (lab.DOMAIN, lab.DOMAIN))
    folder = os.path.join(room.folder, 'bin')
    os.makedirs(folder)
    wrapper(folder, 'nieuws', '#!/bin/sh\nexec %s --config %s "$@"\n' % (room.nieuws, room.config))
    env = {'PATH': folder + ':' + lab.PATH, 'HOME': room.folder, 'TERM': 'xterm-256color', 'PS1': '$ ', 'VISUAL': wrapper(folder, 'ed-it', EDITOR),
           'NIEUWS_LIBEXEC': room.env['NIEUWS_LIBEXEC'], 'NIEUWS_DATA': room.env['NIEUWS_DATA'], 'NIEUWS_LOCALE': os.path.join(programs, '..', 'po'), **places}
    for name, raw in make.submissions()[:9]:
        w.deliver('desk', raw)
        room.once()
    w.deliver('desk', (BRIDGE % (lab.DOMAIN, 'een', '', 0, 'elf uur', 'kwart over elf')).encode())
    room.once()
    numbers = {title: number for number, title in room.ask('select id, title from draft')}

    def find(words):
        return next(n for t, n in numbers.items() if words in t)

    bridge, club = find('Fietsbrug'), find('Schaats')
    s = Screen(room.folder, env, columns, rows)
    try:
        s.clear()
        s.type('overview', 'nieuws')
        s.type('list', 'nieuws list')
        s.type('show', 'nieuws show %d' % bridge)
        s.type('take', 'nieuws take %d' % bridge)
        s.type('edit', 'nieuws edit %d -m "korter"' % bridge)
        s.type('diff', 'nieuws diff %d' % bridge)
        s.type('approve', 'nieuws approve %d' % bridge)
        s.type('approve-refused', 'nieuws approve %d' % find('Ooievaar'))
        s.type('reasons', 'nieuws reject --reasons')
        s.type('reject', 'nieuws reject %d --reason region' % find('Koor'))
        s.type('undo', 'nieuws undo')
        s.type('hold', 'nieuws hold %d --until 1-12 -m "eerst bellen"' % club)
        w.deliver('desk', (BRIDGE % (lab.DOMAIN, 'twee', 'In-Reply-To: <een@fietsersbond.example.nl>\n', 5, 'twaalf uur', 'kwart over twaalf')).encode())
        room.once()
        s.type('overview-followup', 'nieuws')
        s.type('followup', 'nieuws followups %d' % bridge)
        s.type('accept', 'nieuws accept %d' % bridge)
        s.type('search', 'nieuws search otter beek')
        s.type('files', 'nieuws files %d' % find('Ooievaar'))
        s.type('contributor', 'nieuws contributors gerda@fietsersbond.example.nl')
        s.type('log', 'nieuws log %d' % bridge)
        s.type('typo', 'nieuws aprove 3')
        s.type('help', 'nieuws help')
        s.type('help-verb', 'nieuws help reject')
        s.type('status', 'nieuws status')
        s.tmux('send-keys', '-l', 'nieuws review')
        s.keys('review', 'Enter')
        s.keys('review-next', 'n')
        s.keys('review-keys', '?')
        s.tmux('send-keys', 'q')
        s.wait()
        s.tmux('send-keys', 'q')
        s.wait()
    finally:
        s.end()
    return s.kept


def main():
    programs, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    os.makedirs(folder, exist_ok=True)
    for name in sys.argv[3:] or ALL:
        language, columns, rows = re.fullmatch(r'(\w\w)-(\d+)x(\d+)', name).groups()
        with lab.Lab() as w:
            kept = morning(w, programs, language, int(columns), int(rows))
        if kept is None:
            print('%s: no Dutch locale can be made here' % name)
            continue
        with open(os.path.join(folder, name + '.txt'), 'w') as f:
            f.write('\n'.join(kept))
        print('%s: %d screens' % (name, len(kept)))


if __name__ == '__main__':
    main()
