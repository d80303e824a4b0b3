#!/usr/bin/python3
"""What leaves the desk: export as folder and zip, preview, and what of a mail must not come along."""
import fcntl
import html.parser
import json
import os
import pty
import shutil
import stat
import struct
import subprocess
import termios
import time
import zipfile
import zlib
from email.message import EmailMessage

import world  # noqa: F401
from world import Newsroom

VOID = {'meta', 'link', 'img', 'br', 'hr'}


def png(width, height):
    rows = b''.join(b'\0' + bytes(((x * 255 // width), 90, (y * 255 // height))[c] for x in range(width) for c in range(3)) for y in range(height))

    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) + chunk(b'IDAT', zlib.compress(rows))
            + chunk(b'IEND', b''))


def article(number, name='brug.png', data=None, title='Nieuwe brug over de Vlierbeek opent in mei'):
    m = EmailMessage()
    m['From'] = 'Stichting De Vlierbrug <pers@vlierbrug.example.nl>'
    m['To'] = 'desk@example.nl'
    m['Subject'] = title
    m['Message-ID'] = '<brug%d@vlierbrug.example.nl>' % number
    m.set_content('zie de opmaak')
    m.add_alternative('<p>Beste redactie,</p><p>Hierbij ons bericht.</p><h1>%s</h1><p>De fietsbrug over de Vlierbeek gaat op 12 mei open, en dat '
                      'scheelt scholieren een kwartier.</p><h2>Kosten</h2><table><tr><th>Deel</th><th>Euro</th></tr><tr><td>Staal | beton</td>'
                      '<td>14</td></tr></table><p>&lt;script&gt;alert(1)&lt;/script&gt; <a href="https://example.nl/a?b=1&amp;c=2">Lees meer</a> '
                      '<img src="https://spoor.example.org/pixel.gif"></p><blockquote><p>Eindelijk.</p></blockquote><p>Met vriendelijke groet,<br>'
                      'Anneke Lubbers<br>06 12345678</p>' % title, subtype='html')
    m.add_attachment(data or png(1300, 400), maintype='image', subtype='png', filename=name)
    return bytes(m)


def keep(room, *mails):
    paths = []
    for i, raw in enumerate(mails):
        paths.append(os.path.join(room.folder, 'in%d.eml' % i))
        with open(paths[-1], 'wb') as f:
            f.write(raw)
    assert room.command('import', *paths).returncode == 0


class Page(html.parser.HTMLParser):
    """Every element is closed where it should be; what it names."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.named, self.words = [], [], [], ''
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.named += [(tag, k, v) for k, v in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data):
        self.words += data


def check_page(path, style=False):
    with open(path, encoding='utf-8') as f:
        text = f.read()
    assert text.startswith('<!DOCTYPE html>\n<html lang="nl">'), text[:60]
    page = Page(text)
    assert page.seen.count('h1') == page.seen.count('article') == page.seen.count('figure') == page.seen.count('table') == 1, page.seen
    assert not {'script', 'iframe', 'style', 'object'} & set(page.seen)
    assert not [n for n in page.named if n[1] == 'style' or n[1].startswith('on')], page.named
    assert [n[2] for n in page.named if n[1] == 'src'] == ['photo-1.jpg']
    assert ('link' in page.seen) == style
    assert ('a', 'href', 'https://example.nl/a?b=1&c=2') in page.named
    assert '<script>alert(1)</script>' in page.words and 'Staal | beton' in page.words
    assert '06 12345678' not in text and 'Beste redactie' not in text and 'spoor.example' not in text
    if shutil.which('tidy'):
        done = subprocess.run(['tidy', '-q', '-e', '--show-body-only', 'no', path], stderr=subprocess.PIPE)
        assert done.returncode == 0, done.stderr
    return text


def folder_and_zip(w, programs):
    room = Newsroom(w, programs)
    keep(room, article(1, name='../../etc/<b>brug".png'))
    out = os.path.join(room.folder, 'out')
    done = room.command('export', '1', '--to', out)
    assert done.returncode == 0, done
    place = done.stdout.decode().strip()
    assert os.path.basename(place).endswith('-nieuwe-brug-over-de-vlierbeek-opent-in-mei'), place
    assert sorted(os.listdir(place)) == ['article.html', 'article.md', 'meta.json', 'photo-1.jpg'] and os.listdir(out) == [os.path.basename(place)]
    check_page(os.path.join(place, 'article.html'))
    with open(os.path.join(place, 'photo-1.jpg'), 'rb') as f:
        assert f.read(3) == b'\xff\xd8\xff'
    meta = json.load(open(os.path.join(place, 'meta.json')))
    assert meta['version'] == 1 and meta['revision'] == 1 and meta['state'] == 'new' and meta['embargo'] is None
    assert meta['contributor'] == {'name': 'Stichting De Vlierbrug', 'organisation': ''} or 'Vlierbrug' in meta['contributor']['organisation'], meta
    assert meta['pictures'][0]['file'] == 'photo-1.jpg' and meta['pictures'][0]['width'] == 1300 and meta['pictures'][0]['height'] == 400
    everything = ''.join(open(os.path.join(place, n)).read() for n in ('article.md', 'meta.json'))
    assert 'pers@' not in everything and '06 123' not in everything and '<b>' not in everything
    text = open(os.path.join(place, 'article.md')).read()
    assert text.startswith('---\nversion: 1\n') and '\n## Kosten\n' in text and 'Staal \\| beton' in text, text
    # Never over what is there, unless it is said; never over what is not ours.
    again = room.command('export', '1', '--to', out)
    assert again.returncode == 1 and b'--force' in again.stderr and os.listdir(out) == [os.path.basename(place)]
    open(os.path.join(place, 'old'), 'w').close()
    assert room.command('export', '1', '--to', out, '--force').returncode == 0
    assert 'old' not in os.listdir(place) and os.listdir(out) == [os.path.basename(place)]
    os.remove(os.path.join(place, 'meta.json'))
    refused = room.command('export', '1', '--to', out, '--force')
    assert refused.returncode == 1 and b'no export of ours' in refused.stderr and 'meta.json' not in os.listdir(place)
    done = room.command('export', '1', '--zip', '--to', out)
    assert done.returncode == 0 and sorted(os.listdir(out)) == [os.path.basename(place), os.path.basename(place) + '.zip'], done
    with zipfile.ZipFile(done.stdout.decode().strip()) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [os.path.basename(place) + '/' + n for n in ('article.html', 'article.md', 'meta.json', 'photo-1.jpg')]
    assert room.command('export', '1', '--zip', '--to', out).returncode == 1
    assert room.command('export', '1', '--zip', '--force', '--to', out).returncode == 0
    assert room.command('export', '77', '--to', out).returncode == 1


def a_picture_that_is_none(w, programs):
    """An export is whole or not there; a preview says what is missing."""
    room = Newsroom(w, programs)
    good = png(1300, 400)
    keep(room, article(1, data=good[:len(good) // 2]))
    out = os.path.join(room.folder, 'out')
    done = room.command('export', '1', '--to', out)
    assert done.returncode == 1 and b'brug.png' in done.stderr and os.listdir(out) == [], done
    done = room.command('preview', '1')
    assert done.returncode == 0, done
    with open(done.stdout.decode().strip(), encoding='utf-8') as f:
        assert 'brug.png' in f.read()


def preview(w, programs):
    room = Newsroom(w, programs)
    keep(room, article(1))
    room.env.pop('DISPLAY', None)
    room.env.pop('WAYLAND_DISPLAY', None)
    shown = os.path.join(room.folder, 'shown')
    browser = os.path.join(room.folder, 'browser')
    with open(browser, 'w') as f:
        f.write('#!/bin/sh\necho "$1" > %s.new; mv %s.new %s\n' % (shown, shown, shown))
    os.chmod(browser, 0o755)
    path = room.command('preview', '1').stdout.decode().strip()
    check_page(path, style=True)
    assert sorted(os.listdir(os.path.dirname(path))) == ['article.html', 'photo-1.jpg', 'preview.css']
    assert not stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) & 0o007
    room.env['BROWSER'] = '/nonexistent:' + browser
    assert room.command('preview', '1').stdout.decode().strip() == path
    for _ in range(100):
        if os.path.exists(shown):
            break
        time.sleep(0.05)
    assert open(shown).read().strip() == 'file://' + path
    # Pages of days ago go.
    old = os.path.join(os.path.dirname(os.path.dirname(path)), '99')
    os.mkdir(old)
    os.utime(old, (1, 1))
    room.command('preview', '1')
    assert os.listdir(os.path.dirname(old)) == ['1']


def side_by_side(w, programs):
    """What came in beside the draft: asides at their place with their number, only what changed is marked."""
    room = Newsroom(w, programs)
    keep(room, article(1))
    room.env['COLUMNS'] = '120'
    lines = room.command('show', '1', '--source').stdout.decode().splitlines()
    assert all(len(line) <= 120 for line in lines) and all('│' in line for line in lines), lines
    assert not [line for line in lines if '[-' in line or '{+' in line], lines
    note = [i for i, line in enumerate(lines) if '(1 covering note: set aside)' in line.split('│')[1]]
    text = [i for i, line in enumerate(lines) if 'De fietsbrug over' in line.split('│')[0]]
    tail = [i for i, line in enumerate(lines) if 'Anneke Lubbers' in line.split('│')[0] and not line.split('│')[1].strip()]
    assert note and text and tail and note[0] < text[0] < tail[0], lines
    assert room.command('restore', '1', '1').returncode == 0
    lines = room.command('show', '1', '--source').stdout.decode().splitlines()
    assert [line for line in lines if 'Beste redactie' in line.split('│')[1]] and any('put back' in line for line in lines), lines
    room.env['COLUMNS'] = '80'
    narrow = room.command('show', '1', '--source').stdout.decode().splitlines()
    assert '+ Beste redactie,' in narrow and max(len(line) for line in narrow) < 80, narrow
    assert '  ## Kosten' in narrow and '- ## Kosten' not in narrow
    # On top of show: who has it, and where the sender is known from.
    shown = room.command('show', '1').stdout.decode()
    assert 'first mail of this sender' in shown and 'put back into the text' in shown and 'yours for' in shown, shown
    assert '────' in shown and 'Staal | beton' in shown


def in_terminal(room, terminal, *args, **more):
    """What a terminal of 80 x 24 gets."""
    env = dict(room.env, TERM=terminal, NIEUWS_NO_PAGER='1', **more)
    env.pop('COLORTERM', None)
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(room.nieuws, [room.nieuws, '--config', room.config, *args], env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
    got = b''
    while True:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        got += piece
    os.waitpid(pid, 0)
    return got.decode()


def pictures(w, programs):
    """Drawn as the terminal can; where it cannot, words alone. Nothing damaged or dangerous is opened."""
    room = Newsroom(w, programs)
    keep(room, article(1))
    keep(room, article(2, name='kapot.png', data=png(1300, 400)[:33] + b'x' * 500, title='Tweede bericht over iets heel anders'))
    piped = room.command('look', '1').stdout.decode()
    assert piped == '1 brug.png 1300 x 400\n', piped
    symbols = in_terminal(room, 'xterm-256color', 'look', '1')
    assert '\033[' in symbols and any(c in symbols for c in '▀▄█▌') and '\033P' not in symbols and '\033_G' not in symbols, symbols[:300]
    assert '\033_G' in in_terminal(room, 'xterm-kitty', 'look', '1')
    assert '\033P' in in_terminal(room, 'mlterm', 'look', '1')
    for terminal in ('xterm-kitty', 'mlterm', 'dumb'):
        plain = in_terminal(room, terminal, 'look', '1', NO_COLOR='1')
        assert '\033' not in plain and len(plain.splitlines()) > 5, (terminal, plain[:200])
    shown = in_terminal(room, 'xterm-256color', 'show', '1', '--pictures', NO_COLOR='1')
    assert len(shown.splitlines()) > len(room.command('show', '1').stdout.decode().splitlines()) + 5
    broken = in_terminal(room, 'xterm-kitty', 'look', '2', '1')
    assert '\033_G' not in broken and 'nieuws:' in broken, broken
    path = room.command('open', '1', '1').stdout.decode().strip()
    assert os.path.basename(path) == '1-1.jpg' and open(path, 'rb').read(3) == b'\xff\xd8\xff'
    assert room.command('open', '1', 'brug.png').returncode == 0
    assert room.command('open', '1', '9').returncode == 1 and room.command('look', '1', '9').returncode == 1
    m = EmailMessage()
    m['From'] = 'Mens <mens@example.nl>'
    m['Subject'] = 'Een bestand'
    m.set_content('Hierbij een bestand.')
    m.add_attachment(b'[Desktop Entry]\nType=Application\nExec=touch /tmp/x\n', maintype='application', subtype='x-desktop', filename='foto.desktop')
    m.add_attachment(b'<html><script>1</script></html>', maintype='text', subtype='html', filename='a.html')
    keep(room, bytes(m))
    for number in ('1', '2'):
        done = room.command('open', '3', number)
        name = done.stdout.decode().strip()
        assert done.returncode == 1 and b'nieuws save' in done.stderr or name.endswith('.txt'), done


world.run([folder_and_zip, a_picture_that_is_none, preview, side_by_side, pictures])
