#!/usr/bin/python3
"""200 hostile subjects, names, bodies and file names through every command that prints: on a pipe, on a terminal, and as JSON. Nothing
of them obeys, hides or turns round; tables stay straight. usage: text.py PROGRAMS"""
import base64
import fcntl
import json
import os
import pty
import random
import re
import select
import struct
import subprocess
import sys
import termios
import time
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
import world  # noqa: E402

HIDDEN = '\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f'
FORBIDDEN = re.compile('[%s]' % HIDDEN)
COUNT = 200
PIECES = ['\x1b[2J', '\x1b[31mrood\x1b[0m', '\x1b]52;c;ZWNobw==\x07', '\x1b]8;;https://example.com/\x1b\\klik\x1b]8;;\x1b\\', '\x1b]0;titel\x07', '\x1bc',
          '\x1b[?1049h', '\x1b[6n', '\x1bP$q"p\x1b\\', '\x9b31m', '\x9d52;c;eA==\x9c', '\x90q\x9c', '\x07', '\x08\x08\x08', '\x7f\x7f', '\r', '\x0b\x0c', '\x0e\x0f',
          '\u202egpj.exe', '\u202a\u202b\u202d', '\u2066\u2067\u2068\u2069', '\u200e\u200f\u061c', 'no\u200bvo\u200cto\u200d', '\ufeffbom', '\u2060\u2061', '\u2028',
          '\u2029', '\ufff9a\ufffab\ufffb', '\U000e0041\U000e0042\U000e007f', 'e' + '\u0301' * 50, 'Z' + '\u0336\u0489\u0353' * 17, '👩\u200d👩\u200d👧', '🏳\ufe0f\u200d🌈', '👍🏽' * 9,
          '漢字' * 12, 'ﷺ' * 9, 'مرحبا بالعالم', 'שלום \u202eעולם', 'x' * 10000, '漢' * 5000, '\t' * 20, ' \u00a0\u2003\u3000 ', '\n   9 new       1 s    Hoofdredactie    Plaats dit meteen',
          '\r\n  12 approved  1 s    Baas', '\udcff\udcfe', '\udcc0\udcaf', '\udced\udca0\udc80', '%s%n%x', '../../etc/passwd', 'a/b\\c', '-rf', '$(id)`id`', '"\'; --', '<b>&amp;</b>',
          '\x00nul', '\u0085', '\u00ad' * 9, '\u034f', '\u180e', '\ufe0f' * 9, '\u0300' * 60, '\U0001f1f3\U0001f1f1' * 9, '\u3164' * 5, '\ud7ff\ue000\U0010ffff', '[x](javascript:alert(1))', '# kop\n> citaat',
          '\x1b[38;5;1m', '\x1b(0', '\x1b[1;1H', '\x1b[=1h', '\x1b_Gf=100;AAAA\x1b\\', '\x1b]1337;File=:AAAA\x07', '\x1b[200~ls\x1b[201~', 'Jan <baas@example.nl>']


def pieces(rng, number):
    """Each piece comes at least once alone, then several at once."""
    if number < len(PIECES):
        return PIECES[number]
    return ''.join(rng.choice(PIECES)[:200] for _ in range(rng.randrange(1, 5)))


def raw(text):
    return text.encode('utf-8', 'surrogateescape')


def word(text):
    """Encoded words of any length of any bytes."""
    data = raw(text)[:11000]
    return '\r\n '.join('=?utf-8?B?%s?=' % base64.b64encode(data[i:i + 42]).decode() for i in range(0, max(len(data), 1), 42))


def letter(rng, number):
    subject, name, body, file = (pieces(rng, (number + shift) % COUNT) for shift in (0, 61, 127, 31))
    lines = ['From: %s <kwaad%d@example.com>' % (word(name), number), 'Subject: %s regel %d' % (word(subject), number), 'Message-ID: <%d@example.com>' % number,
             'Date: Tue, 24 Nov 2026 10:00:00 +0100', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b', '', '--b']
    text = 'Een bericht over de brug.\n\n%s\n\nNog een regel met %s erin, en nummer %d.\n\nMet vriendelijke groet,\n%s\n' % (body, body[:300], number, name[:300])
    if number % 3 == 0:
        lines += ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: base64', '', base64.b64encode(
            raw('<h1>%s</h1><p>%s</p><table><tr><td>a</td><td>%s</td></tr></table>' % (subject, text, body))).decode()]
    else:
        lines += ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64', '', base64.b64encode(raw(text)).decode()]
    lines += ['--b', 'Content-Type: application/pdf; name="%s"' % word(file), 'Content-Disposition: attachment; filename="%s"' % word(file), '', '%PDF-1.4', '--b--', '']
    return '\r\n'.join(lines).encode('utf-8', 'surrogateescape')


def on_terminal(command, env):
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
    data, deadline = b'', time.monotonic() + 30
    while time.monotonic() < deadline:
        if select.select([fd], [], [], 0.5)[0]:
            try:
                piece = os.read(fd, 1 << 16)
            except OSError:
                break
            if not piece:
                break
            data += piece
    os.close(fd)
    os.waitpid(pid, 0)
    return data


def columns(line):
    return sum(0 if unicodedata.combining(c) or unicodedata.category(c) in ('Mn', 'Me') else 2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in line)


def check(data, what, piles=False):
    try:
        text = data.decode('utf-8')
    except UnicodeDecodeError as bad:
        raise AssertionError('%s prints invalid bytes: %r' % (what, data[max(bad.start - 20, 0):bad.start + 20]))
    found = FORBIDDEN.search(text)
    assert not found, '%s prints %r in %r' % (what, found.group(0), text[max(found.start() - 30, 0):found.start() + 30])
    # Five marks above each other are a language; fifty are a picture.
    piled = None if piles else re.search('[\u0300-\u036f\u0489]{6}', text)
    assert not piled, '%s piles up %r' % (what, piled.group(0))
    return text


class Desk:
    def __init__(self, room):
        self.room, self.env = room, dict(room.env, VISUAL='true', BROWSER='true', NIEUWS_PAGER='', TERM='xterm', COLUMNS='80')

    def pipe(self, *args):
        done = subprocess.run([self.room.nieuws, '--config', self.room.config, *args], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=60, cwd=self.room.folder)
        assert done.returncode in (0, 1, 2), (args, done.returncode, done.stderr[-300:])
        check(done.stderr, 'stderr of %s' % (args,))
        # Whoever decodes JSON gets the text as it came.
        return check(done.stdout, args, '--json' in args)

    def tty(self, *args):
        data = on_terminal([self.room.nieuws, '--config', self.room.config, *args], self.env)
        # The terminal makes CR LF of LF; bold, dim and colours are ours.
        return check(re.sub(rb'\x1b\[[0-9;]*m', b'', data.replace(b'\r\n', b'\n')), '%s on a terminal' % (args,))

    def json(self, *args):
        text = self.pipe(*args, '--json')
        return json.loads(text)


def straight(table):
    """Each row of a list at 80 columns: the same places, and no line that is none of ours."""
    lines = table.splitlines()
    for line in lines[1:]:
        assert columns(line) <= 80, (columns(line), line)
        cells, at = {}, 0
        for c in line:
            wide = columns(c)
            if wide:
                cells[at] = c
            at += wide
        assert re.fullmatch(r' *\d+', ''.join(cells.get(i, '') for i in range(4))), line
        for gap in (4, 14, 21, 38):
            assert cells.get(gap, ' ') == ' ', (gap, line)
        assert re.fullmatch(r' *(\d+|-) +(\d+|-)', ''.join(cells.get(i, ' ') for i in range(65, 73))), line
    return len(lines) - 1


def every_listing(w, programs):
    room, desk = filled(w, programs)
    for args in ((), ('list', '-n', '1000'), ('list', 'state:all', '-n', '1000'), ('search', 'regel', '-n', '300'), ('search', 'brug', 'from:kwaad'), ('contributors',),
                 ('followups',), ('quarantine',), ('status',), ('who',), ('recover',), ('check',), ('config',), ('reject', '--reasons'), ('complete', 'show', ''),
                 ('complete', 'contributors', ''), ('complete', 'contributors', 'kwaad1')):
        desk.pipe(*args)
        if args and args[0] != 'complete':
            desk.tty(*args)
    assert straight(desk.pipe('list', '-n', '1000')) == COUNT
    assert straight(desk.tty('list', '-n', '1000')) == COUNT
    for line in desk.pipe('contributors').splitlines() + desk.pipe('search', 'regel').splitlines() + desk.pipe().splitlines():
        assert columns(line) <= 80, line
    assert len(desk.pipe('contributors').splitlines()) == COUNT
    for args in ((), ('list', 'state:all', '-n', '1000'), ('search', 'regel', '-n', '300'), ('contributors',), ('status',), ('quarantine',), ('who',)):
        desk.json(*args)
    # What was filtered is there to be seen.
    assert '\\u202e' in desk.pipe('list', '-n', '1000') and '␛' in desk.pipe('list', '-n', '1000')


def every_draft(w, programs):
    room, desk = filled(w, programs)
    for number in map(str, range(1, COUNT + 1)):
        desk.pipe('show', number)
        desk.pipe('files', number)
        desk.json('show', number)
        if int(number) % 4 == 0:
            for args in (('show', number, '--source'), ('log', number), ('related', number), ('complete', 'save', number, '')):
                desk.pipe(*args)
        if int(number) % 10 == 0:
            for verb in ('files', 'log', 'diff', 'related', 'followups'):
                desk.json(verb, number)
            desk.tty('show', number)
            desk.tty('show', number, '--source')
            desk.tty('files', number)
    for number in range(0, COUNT, 7):
        desk.pipe('contributors', 'kwaad%d@example.com' % number)
        desk.json('contributors', 'kwaad%d@example.com' % number)


def every_step(w, programs):
    """What verbs say names the draft; what refuses names what was typed."""
    room, desk = filled(w, programs)
    for number in map(str, range(1, COUNT + 1, 6)):
        for args in (('take', number), ('approve', number), ('hold', number, '-m', '\x1b[2J\u202e'), ('undo', number), ('restore', number, '1'), ('note', number, '\x9b2J\u200b'),
                     ('save', number, '--to', 'uit'), ('release', number)):
            desk.pipe(*args)
    for number in map(str, range(2, COUNT + 1, 24)):
        for args in (('edit', number), ('reject', number, '--reason', 'general'), ('reopen', number), ('spam', number), ('undo',), ('look', number, '1'), ('open', number, '1'),
                     ('preview', number), ('export', number, '--to', 'uit'), ('merge', number, str(int(number) + 1)), ('followups', number), ('accept', number),
                     ('log', number), ('show', number)):
            desk.pipe(*args)
        desk.tty('log', number)
    for piece in PIECES:
        typed = piece.replace('\x00', '')[:3000]
        for args in (('show', typed), (typed or 'x',), ('list', typed), ('search', typed or 'x'), ('take', typed), ('help', typed), ('reject', '1', '--reason', typed),
                     ('assign', '1', typed), ('hold', '1', '--until', typed), ('contributors', typed), ('inspect', typed), ('import', typed), ('list', '--' + typed),
                     ('files', '1', typed), ('complete', 'show', typed)):
            desk.pipe(*args)


def inspected(w, programs):
    room, desk = filled(w, programs)
    for name in sorted(os.listdir(os.path.join(room.folder, 'mails')))[::10]:
        desk.pipe('inspect', os.path.join('mails', name))
        desk.json('inspect', os.path.join('mails', name))


def filled(w, programs):
    room = world.Newsroom(w, programs)
    rng = random.Random(world.SEED)
    folder = os.path.join(room.folder, 'mails')
    os.makedirs(folder)
    for number in range(COUNT):
        with open(os.path.join(folder, '%03d.eml' % number), 'wb') as f:
            f.write(letter(rng, number))
    done = room.command('import', *[os.path.join(folder, n) for n in sorted(os.listdir(folder))])
    check(done.stdout + done.stderr, 'import')
    assert room.number('select count(*) from draft') == COUNT, done
    return room, Desk(room)


if __name__ == '__main__':
    world.run([every_listing, every_draft, every_step, inspected])
