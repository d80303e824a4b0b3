#!/usr/bin/python3
"""The desk from outside: who may what, sharing by group, conflicts and exit codes, and mails that leave or are taken back."""
import grp
import json
import os
import re
import subprocess
import time

import world
from editors import GROUP, PIETER, SANNE, STRANGER, by, newsroom, said
from world import end, lab, mail


def who_may_what(w, programs):
    room = newsroom(w, programs, shared=True)
    # Names come from the uid, never from the environment.
    done = by(room, STRANGER, 'list', env={'USER': SANNE, 'LOGNAME': SANNE, 'SUDO_USER': SANNE})
    assert done.returncode == 1 and done.stderr.decode().startswith(
        'nieuws: nobody is no editor of this newsroom; ask the admin for a section [editor nobody] in ' + room.config), done
    for args in (['list'], ['show', '1'], ['search', 'bericht'], ['take', '1'], ['note', '1', 'x'], ['undo'], ['contributors'], []):
        done = by(room, STRANGER, *args)
        assert done.returncode == 1 and 'Bericht' not in said(done) and 'no editor' in said(done), (args, done)
    assert 'Bericht 1' in said(by(room, PIETER, 'list'))
    for args in (['approve', '1'], ['reject', '1'], ['publish', '1'], ['reopen', '1']):
        done = by(room, PIETER, *args)
        assert done.returncode == 1 and 'Pieter may not do this; it needs the right approve' in said(done), (args, done)
    assert by(room, PIETER, 'quarantine').returncode == 1 and by(room, SANNE, 'import', '/dev/null').returncode == 1
    assert json.loads(by(room, SANNE, 'who', '--json').stdout)['me'] == SANNE


def shared_by_group(w, programs):
    room = newsroom(w, programs, shared=True)
    gid = grp.getgrnam(GROUP).gr_gid
    # Each of the two makes files that the other writes on.
    for args in ([SANNE, 'take', '1'], [PIETER, 'take', '2'], [SANNE, 'note', '2', 'mooi'], [PIETER, 'note', '1', 'ook mooi']):
        done = by(room, *args)
        assert done.returncode == 0, done
    spool = os.path.join(room.folder, 'spool')
    for folder, folders, files in os.walk(spool):
        for name in folders + files:
            st = os.stat(os.path.join(folder, name))
            assert st.st_gid == gid and st.st_mode & 0o007 == 0 and st.st_mode & 0o060 == 0o060, (folder, name, oct(st.st_mode), st.st_gid)
    assert b'ok    sharing' in room.command('check').stdout
    os.chmod(spool, 0o755)
    assert b'FAIL  sharing' in room.command('check').stdout
    os.chmod(spool, 0o2770)
    # An editor whose account lost the group gets a sentence, and nothing is broken.
    done = by(room, SANNE, 'list', member=False)
    assert done.returncode not in (0, 70) and done.stderr, done
    assert by(room, PIETER, 'list').returncode == 0
    room.once()


def told_who_was_first(w, programs):
    room = newsroom(w, programs, shared=True)
    assert by(room, SANNE, 'take', '1').returncode == 0
    done = by(room, PIETER, 'take', '1')
    assert done.returncode == 1 and re.search(r'LAB-\d+-0001: Sanne has had it for \d+ s; to take it over: nieuws take 1 --force REASON',
                                              said(done)), done
    assert by(room, PIETER, 'take', '1', '--force', 'haast').returncode == 1
    assert room.command('take', '1', '--force', 'zij is ziek').returncode == 0
    assert by(room, SANNE, 'hold', '1').returncode == 1 and 'root has had it' in said(by(room, SANNE, 'hold', '1'))
    # Several at once: what can be done is done, and the code tells that something was not.
    done = by(room, SANNE, 'spam', '1', '2', '99', '3')
    assert done.returncode == 1 and done.stdout.count(b'is spam') == 2 and b'there is no draft 99' in done.stderr, done
    assert by(room, PIETER, 'note', '2', 'geen spam').returncode == 0
    done = by(room, PIETER, 'take', '2')
    assert done.returncode == 1 and 'Sanne marked it as spam' in said(done) and 'nieuws reopen 2' in said(done), done
    assert by(room, SANNE, 'hold', '4', '--until', 'gisteren').returncode == 2
    assert by(room, SANNE, 'hold', '4', '--until', 'morgen 9:00', '-m', 'belt terug').returncode == 0
    assert by(room, SANNE, 'take').returncode == 2 and by(room, SANNE, 'take', 'x').returncode == 1


def overview(w, programs):
    room = newsroom(w, programs, shared=True)
    first = json.loads(by(room, SANNE, '--json').stdout)
    assert first['me'] == SANNE and first['counts']['new'] == 4 and [d['number'] for d in first['new']] == [1, 2, 3, 4], first
    by(room, SANNE, 'take', '2')
    by(room, SANNE, 'hold', '3', '--until', '1d')
    text = said(by(room, SANNE))
    assert 'Yours (1)' in text and 'New, oldest first (2)' in text and 'nieuws edit 2' in text and '1 on hold' in text, text
    assert '1 with others' in said(by(room, PIETER))
    # Its day comes, and nobody has to wake it.
    with world.sqlite3.connect(os.path.join(room.folder, 'spool', 'nieuws.db')) as db:
        db.execute("update draft set hold_until = 1 where id = 3")
    counts = json.loads(by(room, PIETER, '--json').stdout)['counts']
    assert counts['due'] == 1 and counts['others'] == 1, counts
    assert 'Their day has come (1)' in said(by(room, PIETER))
    assert [d['number'] for d in json.loads(by(room, PIETER, 'list', 'state:due', '--json').stdout)['drafts']] == [3]
    assert re.search(r'^ +3 due ', said(by(room, PIETER, 'list')), re.M)
    assert max(len(line) for line in text.splitlines()) <= 80


def reasons_and_editor(w, programs):
    room = newsroom(w, programs, shared=True, desk='reasons = redenen\n')
    os.makedirs(os.path.join(room.folder, 'redenen', 'nl'))
    with open(os.path.join(room.folder, 'redenen', 'nl', 'poes.txt'), 'w') as f:
        f.write('Title: Over poezen\n\nWij schrijven niet over poezen, {{name}}.\n')
    keys = [r['key'] for r in json.loads(by(room, SANNE, 'reject', '--reasons', '--json').stdout)['reasons']]
    assert keys[0] == 'general' and 'poes' in keys and 'late' in keys, keys
    done = by(room, SANNE, 'reject', '1', '--reason', 'hond')
    assert done.returncode == 1 and 'Over poezen' in said(done), done
    assert by(room, SANNE, 'reject', '1', '--reason', 'poes', stdin=subprocess.DEVNULL).returncode == 0
    # Sendmail stands in for the server: what an editor writes on a mail is what is kept for it.
    with open(room.config, 'a') as f:
        f.write('[smtp]\nsendmail = /bin/true\nfrom = nieuws@%s\n' % lab.DOMAIN)
    script = os.path.join(room.folder, 'editor')
    with open(script, 'w') as f:
        f.write('#!/bin/sh\nsed -i "s/^Met vriendelijke groet.*/Groet van Sanne/" "$1"\n')
    os.chmod(script, 0o755)
    done = by(room, SANNE, 'reject', '2', '--reason', 'poes', '--edit', env={'VISUAL': script})
    assert done.returncode == 0 and 'A mail to mens2@example.nl leaves' in said(done), done
    text = room.ask('select text from outbox where kind = "rejected"')[0][0]
    assert 'Groet van Sanne' in text and 'niet over poezen, Mens' in text and '{{' not in text, text
    with open(script, 'w') as f:
        f.write('#!/bin/sh\n: > "$1"\n')
    assert by(room, SANNE, 'reject', '3', '--edit', env={'VISUAL': script}).returncode == 1
    assert room.number('select count(*) from draft where state = "rejected"') == 2
    # Somebody else decides while the mail is being written: the words are kept, and one is told.
    with open(script, 'w') as f:
        f.write('#!/bin/sh\nsed -i "s/^Met vriendelijke groet.*/Groet/" "$1"\n%s --config %s spam 3 > /dev/null\n' % (room.nieuws, room.config))
    done = by(room, SANNE, 'reject', '3', '--edit', env={'VISUAL': script})
    assert done.returncode == 1 and 'games marked it as spam' not in said(done) and 'marked it as spam' in said(done), done
    kept = re.search(r'kept in (\S+);', said(done)).group(1)
    with open(kept) as f:
        assert '\nGroet\n' in f.read()
    os.unlink(kept)
    assert room.command('undo', '3').returncode == 1 and by(room, SANNE, 'reopen', '3').returncode == 0
    assert by(room, SANNE, 'undo').returncode == 0 and by(room, SANNE, 'undo', '2').returncode == 0
    assert by(room, SANNE, 'reopen', '3').returncode == 0
    assert room.number('select count(*) from outbox where state = "cancelled"') == 1
    assert by(room, SANNE, 'reject', '3', '--no-mail', stdin=subprocess.DEVNULL).returncode == 0
    assert room.number('select count(*) from outbox where kind = "rejected" and state = "waiting"') == 0


def blocked_and_trusted(w, programs):
    room = newsroom(w, programs, shared=True, drafts=2)
    assert by(room, SANNE, 'contributors', 'MENS1@example.nl', 'block').returncode == 0
    assert by(room, SANNE, 'contributors', 'trust', 'mens2@example.nl').returncode == 0
    assert by(room, PIETER, 'contributors', 'mens1@example.nl', 'note', 'belt', 'elke', 'dag').returncode == 0
    notices = room.number('select count(*) from outbox')
    path = os.path.join(room.folder, 'again.eml')
    with open(path, 'wb') as f:
        f.write(mail(77, sender='mens1@example.nl'))
    assert room.command('import', path).returncode == 0
    assert room.ask('select state from draft order by id desc limit 1') == [('spam',)]
    assert room.number('select count(*) from outbox') == notices
    person = json.loads(by(room, PIETER, 'contributors', 'mens1@example.nl', '--json').stdout)
    assert person['contributor']['standing'] == 'blocked' and person['contributor']['standing_by'] == SANNE, person
    assert person['contributor']['note'] == 'belt elke dag' and person['contributor']['submissions'] == 2 and len(person['drafts']) == 2, person
    blocked = json.loads(by(room, PIETER, 'contributors', '--blocked', '--json').stdout)['contributors']
    assert [p['address'] for p in blocked] == ['mens1@example.nl'], blocked
    assert by(room, PIETER, 'contributors', 'ergens@example.nl').returncode == 1


def mails_leave_and_are_taken_back(w, programs):
    room = newsroom(w, programs, drafts=3, desk='undo_time = 4 s\nrequire = title\n')
    daemon = room.daemon()
    try:
        room.wait_for("select count(*) from outbox where state = 'waiting'", 0, 30)
        began = time.monotonic()
        for args in (['reject', '1', '--reason', 'late'], ['reject', '2', '--reason', 'late'], ['approve', '3'],
                     ['publish', '3', 'https://www.example.nl/drie']):
            done = room.command(*args)
            assert done.returncode == 0, done
        assert b'will not leave' in room.command('undo', '2').stdout
        # nieuwsd is another process, and hears of it within seconds.
        room.wait_for("select count(*) from outbox where step_id > 0 and state = 'sent'", 2, 30)
        assert 3 < time.monotonic() - began < 25, time.monotonic() - began
        assert room.ask("select draft_id, state from outbox where kind = 'rejected' order by draft_id") == [(1, 'sent'), (2, 'cancelled')]
        assert b'had left already' in room.command('undo', '1').stdout
        assert room.number("select count(*) from draft where state = 'new'") == 2
        time.sleep(6)
        assert room.number("select count(*) from outbox where state = 'sent' and kind = 'rejected'") == 1
    finally:
        end(daemon)


mails_leave_and_are_taken_back.smtp = True

world.run([who_may_what, shared_by_group, told_who_was_first, overview, reasons_and_editor, blocked_and_trusted, mails_leave_and_are_taken_back])
