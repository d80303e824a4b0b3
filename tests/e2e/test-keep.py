#!/usr/bin/python3
"""Keeping: a backup while mails come in, brought back elsewhere."""
import glob
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile

import world  # noqa: F401
from world import Newsroom, end, mail

MAILS = 300
ROUNDS = int(os.environ.get('NIEUWS_ROUNDS', '5'))  # 20 before a release


def looks_whole(place):
    """integrity_check, every raw mail that the database knows, byte by byte, and nothing half."""
    with sqlite3.connect('file:%s/nieuws.db?mode=ro' % place, uri=True) as db:
        assert db.execute('pragma integrity_check').fetchall() == [('ok',)]
        rows = db.execute('select path, sha256 from submission').fetchall()
        assert db.execute('select count(*) from ledger where submission_id > 0').fetchone()[0] == len(rows)
    for path, digest in rows:
        with open(os.path.join(place, path), 'rb') as f:
            assert hashlib.sha256(f.read()).hexdigest() == digest, path
    assert glob.glob(place + '/incoming/*') == []
    return len(rows)


def backup_while_draining(w, programs):
    seen = []
    for round_number in range(ROUNDS):
        user = 'desk%d' % round_number
        w.deliver_many(user, [mail(1000 * round_number + i) for i in range(MAILS)])
        room = Newsroom(w, programs, user=user)
        folder = os.path.join(room.folder, 'kept')
        daemon = room.daemon()
        try:
            room.wait_for('select count(*) > %d from draft' % (round_number * 40 % 280), 1)
            done = room.command('backup', folder)
            assert done.returncode == 0, done.stderr
            room.wait_for('select count(*) from draft', MAILS, 60)
        finally:
            end(daemon)
        elsewhere = os.path.join(room.folder, 'elsewhere')
        done = room.command('restore', folder, '--to', elsewhere)
        assert done.returncode == 0, done.stderr
        seen.append(looks_whole(elsewhere))
        # The next one brings what is new, and no more.
        assert room.command('backup', folder).returncode == 0
        assert room.command('backup', '--check', folder).returncode == 0
        assert len(glob.glob(folder + '/database/*')) == 1
        assert len(glob.glob(folder + '/mail/*/*/*.eml')) == MAILS
        shutil.rmtree(room.folder)
    print('# mails in the snapshots: %s of %d' % (seen, MAILS), flush=True)
    assert min(seen) > 0


def goes_on_from_a_backup(w, programs):
    """The restored spool is worked with, and the mailbox brings nothing twice and what came later once."""
    w.deliver_many('desk', [mail(i) for i in range(5)])
    room = Newsroom(w, programs)
    room.once()
    room.command('take', '1')
    folder = os.path.join(room.folder, 'kept')
    assert room.command('backup', folder).returncode == 0
    w.deliver_many('desk', [mail(i) for i in range(5, 8)])
    room.once()
    assert room.command('restore', folder).returncode == 1, 'drafts were replaced without a word'
    assert room.number('select count(*) from draft') == 8
    assert room.command('restore', folder, '--force').returncode == 0
    assert room.number('select count(*) from draft') == 5
    with sqlite3.connect(os.path.join(room.folder, 'spool', 'nieuws.db.before')) as db:
        assert db.execute("select count(*) from sqlite_master where name = 'draft'").fetchone() == (1,)
    room.once()
    assert room.number('select count(*) from draft') == 8
    assert looks_whole(os.path.join(room.folder, 'spool')) == 8


def damage_is_found(w, programs):
    w.deliver_many('desk', [mail(i) for i in range(4)])
    room = Newsroom(w, programs)
    room.once()
    folder = os.path.join(room.folder, 'kept')
    assert room.command('backup', folder).returncode == 0
    elsewhere = os.path.join(room.folder, 'elsewhere')
    victims = glob.glob(folder + '/mail/*/*/*.eml')[:1] + glob.glob(folder + '/database/*.db')
    for victim in victims:
        with open(victim, 'rb') as f:
            whole = f.read()
        with open(victim, 'wb') as f:
            f.write(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
        assert room.command('backup', '--check', folder).returncode != 0
        done = room.command('restore', folder, '--to', elsewhere)
        assert done.returncode != 0 and not os.path.exists(elsewhere + '/nieuws.db'), done.stdout
        with open(victim, 'wb') as f:
            f.write(whole)
    assert room.command('backup', '--check', folder).returncode == 0


def interrupted(w, programs):
    """Killed on its way at many places: the backup before is whole, and the next run completes it."""
    w.deliver_many('desk', [mail(i) for i in range(20)])
    room = Newsroom(w, programs)
    room.once()
    folder = os.path.join(room.folder, 'kept')
    assert room.command('backup', folder).returncode == 0
    w.deliver_many('desk', [mail(i) for i in range(20, 60)])
    room.once()
    before = json.load(open(folder + '/manifest.json'))
    for delay in range(1, 13):
        process = subprocess.Popen([room.nieuws, '--config', room.config, 'backup', folder], env=room.env, stdout=subprocess.DEVNULL)
        try:
            process.wait(delay * 0.004)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert room.command('backup', '--check', folder).returncode == 0, delay
    assert room.command('backup', folder).returncode == 0
    after = json.load(open(folder + '/manifest.json'))
    assert (len(before['files']), len(after['files'])) == (20, 60)
    assert not glob.glob(folder + '/**/*.part', recursive=True)
    with tempfile.TemporaryDirectory() as elsewhere:
        assert room.command('restore', folder, '--to', elsewhere).returncode == 0
        assert looks_whole(elsewhere) == 60


WHO = 'kanarie@example.nl'


def seed(room):
    """What editors and the machine may have written about somebody, at drafts of others: 32 rows."""
    path = os.path.join(room.folder, 'spool', 'nieuws.db')
    theirs = room.number("select min(id) from draft where sender_address = 'ander@example.nl'")
    text = 'gebeld met KANARIE@example.nl. Morgen weer'
    with sqlite3.connect(path, timeout=20) as db:
        for i in range(5):
            db.execute('insert into note (draft_id, number, at, who, text) values (?, ?, 0, ?, ?)', (theirs, 100 + i, 'sanne', text))
            db.execute("insert into event (draft_id, at, kind, who, text) values (?, 0, 'note', 'sanne', ?)", (theirs, text))
            db.execute('insert into aside (draft_id, number, kind, text, reason, position) values (?, ?, ?, ?, ?, 0)',
                       (theirs, 100 + i, 'contact', text, 'test'))
            db.execute("insert into step (draft_id, at, who, verb, before, extra, after_turn) values (?, 0, 'sanne', 'edit', '{}', ?, 1)",
                       (theirs, text))
            db.execute("insert into outbox (kind, draft_id, submission_id, quarantine_id, recipient, editor, token, created_at, due_at, state, "
                       "step_id) values ('rejected', 0, 0, 0, ?, '', 'x', 0, 0, 'sent', ?)", (WHO, 900 + i))
            db.execute('insert into warning (draft_id, number, code, text) values (?, ?, ?, ?)', (theirs, 100 + i, 'test', text))
        db.execute("insert into contributor (address, name, organisation, first_at, last_at, submissions, note) values "
                   "('derde@example.nl', '', '', 0, 0, 0, ?)", (text,))
        db.execute("insert into link (draft_id, number, url, service, ends_at) values (?, 100, 'mailto:' || ?, '', 0)", (theirs, WHO))
        # Not the same person.
        db.execute("insert into note (draft_id, number, at, who, text) values (?, 200, 0, 'sanne', 'grote-kanarie@example.nl')", (theirs,))
        db.execute("insert into note (draft_id, number, at, who, text) values (?, 201, 0, 'sanne', 'kanarie@example.nl.example.org')", (theirs,))


def person_is_found(w, programs):
    """50 items in every place where there can be something: all found, none of somebody else."""
    own = [mail(i, sender=WHO) for i in range(14)]
    own += [mail(20 + i, sender='kantoor@example.nl', extra='Reply-To: Kanarie <%s>\r\n' % WHO.title()) for i in range(2)]
    others = [mail(40, sender='ander@example.nl'), mail(41, sender='nog@example.nl', text='Meer weten? Mail naar %s.' % WHO)]
    w.deliver_many('desk', own + others)
    room = Newsroom(w, programs)
    room.once()
    seed(room)
    edits = os.path.join(room.folder, 'spool', 'edits', 'sanne')
    os.makedirs(edits)
    with open(edits + '/1.md', 'w') as f:
        f.write('Volgens %s' % WHO)
    found = room.json('person', 'show', WHO, '--mentions')['found']
    kinds = {}
    for trace in found:
        kinds.setdefault(trace['place'], []).append(trace)
    text = [t for t in found if not t['own']]
    assert len([t for t in kinds['submission'] if t['own']]) == 16
    assert len([t for t in kinds['draft'] if t['own']]) == 14
    for place in ('note', 'event', 'aside', 'step', 'warning'):
        assert len([t for t in text if t['place'] == place and 'gebeld met' in json.dumps(t['row'])]) == 5, (place, kinds[place])
    assert len([t for t in kinds['outbox'] if t['row']['kind'] == 'rejected']) == 5
    assert len(kinds['contributor']) == 2 and len(kinds['link']) == 1 and len(kinds['edits']) == 1
    assert 'grote-kanarie' not in json.dumps(found) and 'example.org' not in json.dumps(kinds['note'])
    # The article of somebody else only when it was asked for.
    mentions = [t for t in text if t['place'] == 'draft']
    assert len(mentions) == 1 and 'Meer weten' in mentions[0]['row']['body'] + mentions[0]['row']['lead'], mentions
    assert not [t for t in room.json('person', 'show', WHO)['found'] if t['place'] == 'draft' and not t['own']]
    folder = os.path.join(room.folder, 'uit')
    done = room.command('person', 'export', WHO, folder, '--mentions')
    assert done.returncode == 0, done.stderr
    assert len(json.load(open(folder + '/person.json'))['found']) == len(found)
    assert len(os.listdir(folder + '/mails')) == 16
    assert room.command('person', 'export', WHO, folder).returncode != 0, 'written over'
    assert room.command('person', 'show', 'niemand').returncode != 0
    assert room.json('person', 'show', 'niemand@example.nl')['found'] == []


world.run([backup_while_draining, goes_on_from_a_backup, damage_is_found, interrupted, person_is_found])
