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
            room.wait_for('select count(*) > %d from draft' % (round_number * 40), 1)
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


world.run([backup_while_draining, goes_on_from_a_backup, damage_is_found, interrupted])
