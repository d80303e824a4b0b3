#!/usr/bin/python3
"""What editors type, and what they see: every command on the twelve samples, hostile text, exit codes."""
import json
import os
import re
import subprocess
import unicodedata

import world  # noqa: F401
from world import Newsroom

HIDDEN = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]')


def samples(room):
    import make
    folder = os.path.join(room.folder, 'samples')
    os.makedirs(folder)
    for i, (name, raw) in enumerate(make.submissions(), 1):
        with open(os.path.join(folder, '%02d.eml' % i), 'wb') as f:
            f.write(raw)
    return [os.path.join(folder, n) for n in sorted(os.listdir(folder))]


def every_command(w, programs):
    room = Newsroom(w, programs)
    done = room.command('list')
    assert done.returncode == 1 and b'nieuwsd has not run here' in done.stderr, done
    assert room.command('import', *samples(room)).returncode == 0
    drafts = room.json('list')['drafts']
    assert len(drafts) == 12 and drafts[0]['number'] == 12
    by = {d['title']: d['number'] for d in drafts}
    show = room.command('show', str(by['Molenfonds redt wieken van de Vlijtige Haas'])).stdout.decode()
    assert '• maart: oude wieken eraf' in show and 'Met vriendelijke groet' in show.split('Set aside')[1]
    assert 'Met vriendelijke groet' not in show.split('Set aside')[0]
    draft = room.json('show', str(by['Schaatsclub opent natuurijsbaan']))['draft']
    assert draft['original_sender']['email'] == 'bauke@ijsclub.example.nl' and draft['sender']['email'] == 'balie@redactie.test'
    draft = room.json('show', str(by['Cultuurprijs naar poppentheater De Lappenkist']))['draft']
    assert draft['embargo_iso'] == '2026-11-27T19:00:00Z' and '06 00' in draft['notes_for_editor'] and '06 00' not in draft['body_markdown']
    assert any(x['code'] == 'photo.small' for x in draft['warnings'])
    draft = room.json('show', str(by['Buurtmoestuin wint groenprijs']))['draft']
    assert '![](moestuin.png)' in draft['body_markdown'] and draft['images'][0]['after_block'] == 1
    assert [d['title'] for d in room.json('search', 'otters')['drafts']] == ['Otters gezien in de Wierdense Beek']
    files = room.json('files', str(by['Wegwerkzaamheden N348: omleiding vanaf maandag']))['files']
    assert files[0]['real_type'] == 'application/pdf' and files[0]['type'] == 'application/octet-stream'
    out = os.path.join(room.folder, 'out')
    assert room.command('save', str(by['Wegwerkzaamheden N348: omleiding vanaf maandag']), '--to', out).returncode == 0
    with open(os.path.join(out, 'kaart.pdf'), 'rb') as f:
        assert f.read().startswith(b'%PDF-1.4')
    # Never over what is there.
    room.command('save', str(by['Wegwerkzaamheden N348: omleiding vanaf maandag']), '--to', out)
    assert len(os.listdir(out)) == 2
    # The copy for the page beside the photo; the second time from the cache.
    web = os.path.join(room.folder, 'web')
    for names in (['moestuin.png', 'moestuin.web.jpg'], None):
        done = room.command('save', str(by['Buurtmoestuin wint groenprijs']), '--web', '--to', web)
        assert done.returncode == 0, done
        assert names is None or sorted(os.listdir(web)) == names, os.listdir(web)
    with open(os.path.join(web, 'moestuin.web.jpg'), 'rb') as f:
        assert f.read(3) == b'\xff\xd8\xff'
    again = room.command('import', *samples_again(room), '--json')
    assert json.loads(again.stdout) == {'version': 1, 'new': 0, 'joined': 0, 'doubles': 12, 'quarantined': 0}, again


def samples_again(room):
    folder = os.path.join(room.folder, 'samples')
    return [os.path.join(folder, n) for n in sorted(os.listdir(folder))]


def exit_codes(w, programs):
    room = Newsroom(w, programs)
    room.command('import', *samples(room))
    assert room.command('show', '999').returncode == 1
    assert room.command('show').returncode == 1
    assert room.command('lst').returncode == 2 and b'did you mean list?' in room.command('lst').stderr
    assert room.command('list', '--nonsense').returncode == 2
    broken = subprocess.run([room.nieuws, '--config', '/nonexistent', 'list'], env=room.env, stderr=subprocess.PIPE)
    assert broken.returncode == 78, broken
    with open('/dev/full', 'wb') as full:
        done = subprocess.run([room.nieuws, '--config', room.config, 'list'], env=room.env, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 74, done


def hostile_text(w, programs):
    """Escapes, bidi, newlines, zero width, endless words, in every place a mail can put text."""
    evil = ['\x1b]52;c;ZQ==\x07', '\x1b[2J', '\u202etxt.exe', 'a\u200bb', '\x9b31m', 'x' * 3000, 'e' + '\u0301' * 60, '\u2066', '\U000e0041', '👩\u200d🚀', '\t\t']
    room = Newsroom(w, programs)
    paths = []
    for i, text in enumerate(evil):
        import base64
        word = base64.b64encode(text.encode()).decode()
        words = ' '.join('=?utf-8?B?%s?=' % base64.b64encode(c.encode()).decode() for c in [text[j:j + 12] for j in range(0, min(len(text), 240), 12)])
        raw = ('From: %s <e%d@example.com>\r\nSubject: %s regel\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; '
               'charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b\r\nContent-Type: application/pdf; name="%s"\r\n\r\nx\r\n--b--\r\n'
               % (words, i, words, word, words))
        path = os.path.join(room.folder, '%d.eml' % i)
        with open(path, 'w') as f:
            f.write(raw)
        paths.append(path)
    room.command('import', *paths)
    assert room.number('select count(*) from draft') == len(evil)
    for args in (['list'], [], ['contributors'], ['take', '1'], ['hold', '1'], ['contributors', 'e0@example.com'], ['search', 'regel'], ['inspect'] + paths) + tuple([c, str(n)] for c in ('show', 'files', 'look') for n in range(1, len(evil) + 1)) + tuple(
            ['show', str(n), '--source'] for n in range(1, len(evil) + 1)):
        done = room.command(*args)
        text = (done.stdout + done.stderr).decode()
        assert not HIDDEN.search(text), (args, HIDDEN.search(text).group(0).encode())
    # Pages, too, but for joiners, which are part of words; and their names are ours.
    out = os.path.join(room.folder, 'pages')
    for n in range(1, len(evil) + 1):
        assert room.command('export', str(n), '--to', out).returncode == 0
    for name in os.listdir(out):
        assert re.fullmatch('[A-Za-z0-9-]+', name), name
        with open(os.path.join(out, name, 'article.html'), encoding='utf-8') as f:
            text = f.read()
        assert not HIDDEN.search(re.sub('[\u200c\u200d]', '', text)), (name, text)
    width = {columns(line) for line in room.command('list').stdout.decode().splitlines()}
    assert max(width) <= 80, width
    for args in (['list'], ['show', '1'], ['files', '1'], ['status'], ['quarantine']):
        json.loads(room.command(*args, '--json').stdout)


def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in line)


def inspect_speaks_for_each_file(w, programs):
    room = Newsroom(w, programs)
    good = samples(room)[0]
    bad = os.path.join(room.folder, 'empty.eml')
    open(bad, 'wb').close()
    done = room.command('inspect', '--json', good, bad, '/nonexistent.eml', good)
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [os.path.basename(x['file']) for x in lines] == ['01.eml', 'empty.eml', 'nonexistent.eml', '01.eml']
    assert 'error' in lines[1] and 'error' in lines[2] and lines[3]['title'] == lines[0]['title']
    assert lines[0]['message']['subject'].startswith('Persbericht: ') and not lines[0]['title'].startswith('Persbericht')
    assert not os.path.exists(os.path.join(room.folder, 'spool'))


world.run([every_command, exit_codes, hostile_text, inspect_speaks_for_each_file])
