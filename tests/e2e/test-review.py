#!/usr/bin/python3
"""nieuws review as an editor sees it: keys typed on a terminal, screens read back."""
import os
import re
import shutil
import signal
import struct
import subprocess
import time
import unicodedata
import zlib
from email.message import EmailMessage

import world
from screen import CTRL_C, DOWN, ENTER, ESCAPE, Terminal
from world import Newsroom, Skip, lab, mail


def newsroom(w, programs, desk='require = title', mails=5):
    room = Newsroom(w, programs, editors=())
    with open(room.config, 'a') as f:
        f.write('[desk]\n%s\n[smtp]\nsendmail = /bin/true\nfrom = nieuws@%s\n' % (desk, lab.DOMAIN))
    texts = ('De brug bij de sluis is weer open.', 'Morgen begint het zomerfeest in het park.', 'De bieb zoekt vrijwilligers voor zaterdag.',
             'Wandelclub loopt voor het goede doel.', 'Zwembad sluit twee weken voor onderhoud.')
    for i in range(1, mails + 1):
        keep(room, mail(i, text=texts[i % 5], sender='mens%d@example.nl' % i))
    return room


def keep(room, raw):
    path = os.path.join(room.folder, 'mail.eml')
    with open(path, 'wb') as f:
        f.write(raw)
    done = room.command('import', path)
    assert done.returncode == 0 and b'1 new' in done.stdout, done


def review(room, *query, columns=80, rows=24, **env):
    t = Terminal([room.nieuws, '--config', room.config, 'review', *query], dict(room.env, **env), columns, rows)
    t.wait_for('nieuws ·')
    return t


def states(room):
    return dict(room.ask('select id, state from draft order by id'))


def script(room, text):
    # Not called editor: that one is told the line to open at.
    path = os.path.join(room.folder, 'pen')
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n' + text)
    os.chmod(path, 0o755)
    return path


def chosen(t):
    """The number of the draft in reverse."""
    for row in range(1, t.screen.lines - 2):
        cells = t.screen.buffer[row]
        number = ''.join(cells[x].data for x in range(5)).strip()
        if cells[0].reverse and number.isdigit():
            return int(number)
    return 0


def triage(w, programs):
    room = newsroom(w, programs)
    with review(room) as t:
        text = t.wait_for('5 drafts')
        # Queue and article side by side, the newest first; nothing is wider than the screen.
        assert 'Bericht 5' in text and 'Bericht 1' in text and 'mens5@example.nl' in text and '│' in text, text
        assert 't take' in t.last(1) and '? help q quit' in t.last(1) and chosen(t) == 5, t.text()
        t.do('t', 'LAB-2026-0005 is yours: Bericht 5 (u takes it back)')
        assert 'yours' in t.text()
        t.do('a', 'LAB-2026-0005 is approved')
        t.wait_for('4 drafts')
        assert chosen(t) == 4, t.text()
        t.do('s', 'LAB-2026-0004 is spam')
        t.do('h', 'On hold until')
        t.do('nooit' + ENTER, 'nooit is no day')
        # What was typed stands there still.
        t.do('\x15' + '3d' + ENTER, 'LAB-2026-0003 waits until')
        t.wait_for('2 drafts')
        t.do('m', 'Note for your colleagues:')
        t.do('belde\x7f\x7f Mieke – 14 uur' + ENTER, 'Mieke – 14 uur')
        t.do('r', 'Why will it not be published?')
        t.do(DOWN + ENTER, 'Over dit onderwerp hebben wij al een bericht.')
        t.do(ENTER, 'LAB-2026-0002 is rejected')
        t.do('a', 'LAB-2026-0001 is approved')
        t.wait_for('Nothing waits.')
        t.do('a', 'There is no draft here.')
        t.type('q')
        assert t.end() == 0 and t.is_as_before()
    assert states(room) == {5: 'approved', 4: 'spam', 3: 'hold', 2: 'rejected', 1: 'approved'}, states(room)
    assert room.ask('select text from note') == [('bel Mieke – 14 uur',)]


def undo(w, programs):
    room = newsroom(w, programs, mails=3)
    with review(room) as t:
        t.do('s', 'LAB-2026-0003 is spam')
        t.do('a', 'LAB-2026-0002 is approved')
        t.wait_for('1 draft ')
        t.do('u', 'LAB-2026-0002 is as it was before approve')
        t.wait_for('2 drafts')
        assert chosen(t) == 2, t.text()
        t.do('u', 'LAB-2026-0003 is as it was before spam')
        assert chosen(t) == 3, t.text()
        t.do('u', 'there is nothing')
        assert states(room) == {1: 'new', 2: 'new', 3: 'new'}


def photo():
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = b''.join(b'\0' + bytes((x * 255 // 1300, 90, y * 255 // 400)[c] for x in range(1300) for c in range(3)) for y in range(400))
    data = (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 1300, 400, 8, 2, 0, 0, 0)) + chunk(b'IDAT', zlib.compress(rows)) +
            chunk(b'IEND', b''))
    m = EmailMessage()
    m['From'] = 'Stichting De Vlierbrug <pers@vlierbrug.example.nl>'
    m['Subject'] = 'Nieuwe brug over de Vlierbeek opent in mei'
    m['Message-ID'] = '<brug@vlierbrug.example.nl>'
    m.set_content('De fietsbrug over de Vlierbeek gaat op 12 mei open, en dat scheelt scholieren een kwartier.\n')
    m.add_attachment(data, maintype='image', subtype='png', filename='brug.png')
    return bytes(m)


def approve_refused_then_fixed(w, programs):
    room = newsroom(w, programs, desk='require = title;alt;credit', mails=0)
    keep(room, photo())
    with review(room) as t:
        t.do('a', 'cannot be approved yet')
        t.wait_for('photo brug.png has no alt text')
        t.wait_for('photo brug.png has no credit')
        t.do('o', '1 brug.png 1300 x 400')
        t.do('a', 'Alt text:')
        t.do('Een brug van staal' + ENTER, 'has version 2')
        t.do('p', 'Credit:')
        t.do('Anneke' + ENTER, 'has version 3')
        t.wait_for('no credit', gone=True)
        t.do(ESCAPE, 't take')
        t.do('a', 'is approved')
    assert states(room) == {1: 'approved'}


def edit(w, programs):
    room = newsroom(w, programs, mails=1)
    editor = script(room, 'stty -a < /dev/tty > "$0.tty"\nsed -i "s/Bericht 1/Brug weer open/" "$1"\n')
    with review(room, VISUAL=editor) as t:
        t.do('e', 'has version 2')
        t.wait_for('Brug weer open')
        # The editor had a terminal as other programs have it.
        with open(editor + '.tty') as f:
            assert ' icanon' in f.read()
        t.do('d', 'What was changed since it came in')
        t.wait_for('Brug')
        t.do(ESCAPE, 't take')
        t.do('L', 'What happened to it')
        t.do('q', 't take')
        t.do('v', 'What came in')
        t.do(CTRL_C, 't take')
        t.type('q')
        assert t.end() == 0 and t.is_as_before()
    assert room.ask('select title from draft') == [('Brug weer open',)]


def reject_with_mail(w, programs):
    room = newsroom(w, programs, mails=2)
    for i in (1, 2):
        assert room.command('contributors', 'mens%d@example.nl' % i, 'trust').returncode == 0
    editor = script(room, 'sed -i "s/^Met vriendelijke groet.*/Groet van de redactie/" "$1"\n')
    with review(room, VISUAL=editor) as t:
        t.do('r', 'Why will it not be published?')
        t.do(ESCAPE, 't take')
        t.do('r', 'Why will it not be published?')
        text = t.do('1', 'Enter rejects and sends this')
        assert 'Subject' in text and 'Met vriendelijke groet' in text, text
        t.do('e', 'Groet van de redactie')
        t.do(ENTER, 'LAB-2026-0002 is rejected')
        t.wait_for('A mail to mens2@example.nl leaves')
        row = room.ask("select state, text from outbox where kind = 'rejected'")
        assert len(row) == 1 and row[0][0] == 'waiting' and 'Groet van de redactie' in row[0][1], row
        t.do('u', 'is as it was before reject')
        assert room.ask("select state from outbox where kind = 'rejected'") == [('cancelled',)] and states(room)[2] == 'new'
        # Without a mail.
        t.do('r', 'Why will it not be published?')
        t.do(ENTER, 'w no mail')
        t.do('w', 'LAB-2026-0002 is rejected')
        assert room.number("select count(*) from outbox where kind = 'rejected' and state = 'waiting'") == 0
        # Taken back at the mail: nothing happens.
        t.do('r', 'Why will it not be published?')
        t.do(ENTER, 'w no mail')
        t.do(ESCAPE, 'Nothing was rejected.')
    assert states(room) == {1: 'new', 2: 'rejected'}


HOSTILE = ['\x1b]52;c;ZXZpbA==\x07 klembord', '\x1b[2J\x1b[31m leeg', 'a\u202egnp.exe \u2066b', '\u009b2J\u009d0;x\u009c', 'e' + '\u0301' * 60 + ' tekens',
           '漢字漢字漢字漢字漢字漢字漢字漢字 breed', '\U000e0041\u200b\ufeff onzichtbaar', 'a\tb\nc', '😀' * 40, '\u0301 los']


def hostile(number, text):
    m = EmailMessage()
    m['Message-ID'] = '<h%d@example.nl>' % number
    m['Date'] = 'Tue, 24 Nov 2026 10:00:00 +0100'
    m.set_content('%s\n\nWie wat waar %d staat hier, in een zin van enige lengte over %s.\n' % (text, number, text))
    encoded = '=?utf-8?q?' + ''.join('=%02X' % b for b in text.encode()) + '?='
    return ('From: %s <mens%d@example.nl>\r\nSubject: %s %d\r\n' % (encoded, number, encoded, number)).encode() + bytes(m)


def nothing_hostile_on_the_screen(w, programs):
    room = newsroom(w, programs, mails=0)
    for i, text in enumerate(HOSTILE, 1):
        keep(room, hostile(i, text))
    for columns in (80, 160, 50):
        with review(room, columns=columns) as t:
            t.wait_for('10 drafts' if columns != 50 else '10 dr')
            fence = 26 if columns == 80 else 46
            for keys in ['\r\t' if columns == 50 else ' '] + ['n'] * 10 + ['v', ESCAPE, 'L', ESCAPE, 'R', ESCAPE, 'm', ESCAPE]:
                t.type(keys)
                t.read(0.15)
                for row in t.screen.display[1:-2]:
                    for c in row:
                        assert c == ' ' or unicodedata.category(c) not in ('Cc', 'Cf', 'Zl', 'Zp', 'Cs'), (hex(ord(c)), row)
                if keys in (' ', 'n') and columns != 50:
                    # The panes stay straight, whatever stands in them.
                    assert all(t.screen.buffer[row][fence].data == '│' for row in range(1, 21)), t.text()
            assert b'\x1b]' not in t.raw, 'the mail spoke to the terminal'
            t.type('q')
            t.type('q')
            assert t.end() == 0


def resize(w, programs):
    room = newsroom(w, programs, mails=3)
    with review(room) as t:
        t.do('n', 'LAB-2026-0002')
        for columns, rows in ((160, 50), (100, 30), (50, 20), (30, 8), (80, 24)):
            t.resize(columns, rows)
            t.wait_for('q quit')
            assert len(t.screen.display[-1].rstrip()) < columns and 'q quit' in t.screen.display[-1], t.text()
            assert chosen(t) == 2, t.text()
        t.resize(50, 20)
        t.wait_for('│', gone=True)
        t.do(ENTER, 'mens2@example.nl')
        t.do(ESCAPE, 'Bericht 1')
        t.resize(15, 4)
        t.wait_for('too small')
        t.resize(80, 24)
        t.wait_for('Bericht 3')
        t.do('?', 'next draft')
        t.resize(100, 40)
        t.wait_for('quit')
        t.do(ESCAPE, 'Bericht 3')
        t.type('q')
        assert t.end() == 0


def terminal_given_back(w, programs):
    room = newsroom(w, programs, mails=1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT, signal.SIGSEGV):
        with review(room) as t:
            assert not t.is_as_before()
            t.process.send_signal(number)
            code = t.end()
            assert t.is_as_before(), number
            # Out of the second screen, and the cursor is there again.
            assert t.raw.rfind(b'\x1b[?1049l') > t.raw.rfind(b'\x1b[?1049h') and t.raw.rfind(b'\x1b[?25h') > t.raw.rfind(b'\x1b[?25l'), (number, t.raw[-200:])
            assert code == -number, (number, code)
    with review(room) as t:
        t.do(CTRL_C, 'q quits.')
        t.do('m', 'Note for your colleagues:')
        t.type(CTRL_C)
        t.wait_for('Note for', gone=True)
        t.type('m')
        t.wait_for('Note for')
        t.process.send_signal(signal.SIGTERM)
        t.end()
        assert t.is_as_before()


def without_a_terminal(w, programs):
    room = newsroom(w, programs, mails=1)
    done = room.command('review')
    assert done.returncode == 2 and b'review needs a terminal' in done.stderr and done.stdout == b'', done
    for term in ('dumb', 'there-is-none', ''):
        with Terminal([room.nieuws, '--config', room.config, 'review'], room.env, term=term) as t:
            code = t.end()
            assert code == 2 and 'cannot place its cursor' in ' '.join(t.text().split()) and t.is_as_before(), (term, code, t.text())
    done = room.command('review', 'state:nieuwer')
    assert done.returncode == 2 and b'nieuwer' in done.stderr, done


def others_at_work(w, programs):
    room = newsroom(w, programs, mails=4)
    with review(room) as t:
        t.do('n', 'LAB-2026-0003')
        t.do(' ', 'LAB-2026-0003')
        # Somebody else decides on another draft: it goes, and the place stays.
        assert room.command('spam', '4').returncode == 0
        t.wait_for('3 drafts', seconds=5)
        assert chosen(t) == 3, t.text()
        # And on the one that is read: it stays in sight, and one is told.
        assert room.command('note', '3', 'hier niet aankomen').returncode == 0
        t.wait_for('hier niet aankomen', seconds=5)
        assert room.command('hold', '3').returncode == 0
        t.wait_for('put it on hold', seconds=5)
        assert chosen(t) == 3 and 'on hold' in t.text(), t.text()
        keep(room, mail(9, text='Iets heel anders uit de haven.', sender='mens9@example.nl'))
        t.wait_for('Bericht 9', seconds=5)
        assert chosen(t) == 3, t.text()
        # A race: decided on a screen that was old.
        t.do(DOWN, 'LAB-2026-0002')
        t.process.send_signal(signal.SIGSTOP)
        assert room.command('take', '2').returncode == 0
        t.type('s')
        t.process.send_signal(signal.SIGCONT)
        t.wait_for('look at it again')
        assert 'took it' in t.last(4), t.text()
        assert states(room)[2] == 'in_review'
        t.type('q')
        assert t.end() == 0


def search_and_limit(w, programs):
    room = newsroom(w, programs)
    assert room.command('spam', '1').returncode == 0
    with review(room) as t:
        t.do('/', 'Search (empty: what waits):')
        t.do('zwembad' + ENTER, '1 draft · zwembad')
        t.do('/', 'Search')
        t.do('state:spam' + ENTER, '1 draft · state:spam')
        assert chosen(t) == 1
        t.do('O', 'is open again')
        t.do('/', 'Search')
        t.do('staat:nieuwer' + ENTER, 'did you mean staat:nieuw?')
        t.do('/', 'Search')
        t.do(ENTER, '5 drafts · what waits')
        t.do('l', 'Filter:')
        t.do('from:mens3@example.nl' + ENTER, '1 draft')
        assert chosen(t) == 3
        # What is pasted is text, and never commands.
        t.type('\x1b[200~sssa\x1b[201~')
        t.read(0.3)
        assert states(room)[3] == 'new'
        t.do('m', 'Note for')
        t.do('\x1b[200~een\rtwee\x1b[201~', 'een twee')
        t.type(ENTER)
        t.wait_for('Note for', gone=True)
    assert room.ask('select text from note') == [('een twee',)]


def little_is_sent(w, programs):
    room = newsroom(w, programs)
    with review(room, columns=160, rows=50) as t:
        t.read(0.5)
        quiet = len(t.raw)
        t.read(2.5)
        assert len(t.raw) == quiet, 'nothing happens, and %d bytes are sent' % (len(t.raw) - quiet)
        t.do('n', 'LAB-2026-0004')
        t.read(0.3)
        assert len(t.raw) - quiet < 2500, len(t.raw) - quiet
        quiet = len(t.raw)
        t.type('K')
        t.read(0.3)
        # The ages of the rows at most.
        assert len(t.raw) - quiet < 200, len(t.raw) - quiet


def in_dutch(w, programs):
    room = newsroom(w, programs)
    folder = os.path.join(room.folder, 'locale')
    os.makedirs(folder)
    made = shutil.which('localedef') and subprocess.run(['localedef', '-i', 'nl_NL', '-f', 'UTF-8', os.path.join(folder, 'nl_NL.UTF-8')],
                                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    if not made:
        raise Skip('needs localedef and the sources of the locale')
    dutch = {'LOCPATH': folder, 'LC_ALL': 'nl_NL.UTF-8', 'NIEUWS_LOCALE': os.path.join(programs, '..', 'po')}
    english = re.compile(r'\b(draft|drafts|edit|approve|reject|quit|next|waits|hold until|nothing|back|page|yours)\b')
    for columns, rows in ((80, 24), (160, 50)):
        with review(room, columns=columns, rows=rows, **dutch) as t:
            for keys, wanted in (('', 'concepten · wat wacht'), ('?', 'volgend concept'), (ESCAPE, 't nemen'), ('r', 'Waarom wordt het niet geplaatst?'),
                                 (ESCAPE, 't nemen'), ('h', 'Laten wachten tot'), (ESCAPE, 't nemen'), ('t', 'draait het terug'),
                                 ('u', 'is weer als voor'), ('L', 'Wat ermee gebeurd is'), (ESCAPE, 't nemen')):
                t.do(keys, wanted)
                found = english.search(t.text())
                assert not found, (found.group(0), t.text())
            assert 'r afwijzen' in t.last(1) and '? hulp q stop' in t.last(1), t.text()
            assert re.search(r'Datum +di 24 nov', t.text()), t.text()


def quick(w, programs):
    """A key is answered before one notices, and keys that are held down are not queued behind pages."""
    room = newsroom(w, programs, mails=5)
    with review(room) as t:
        t.read(0.3)
        t.type('n' * 4 + 'p' * 200 + 'n' * 2)
        began = time.monotonic()
        t.wait_for('LAB-2026-0003')
        assert time.monotonic() - began < 1.5
        t.type('q')
        assert t.end() == 0


if __name__ == '__main__':
    world.run([triage, undo, approve_refused_then_fixed, edit, reject_with_mail, nothing_hostile_on_the_screen, resize, terminal_given_back,
               without_a_terminal, others_at_work, search_and_limit, little_is_sent, in_dutch, quick])
