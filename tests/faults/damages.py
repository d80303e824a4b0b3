"""Seeded damages, and nieuws fsck: every one is found, none is repaired unasked, and --repair does what it says."""
import glob
import json
import os
import sqlite3
import time

from lib import Room, mail

OLD = time.time() - 7200


def rows(room, *statements):
    db = sqlite3.connect(room.spool('nieuws.db'), timeout=20)
    with db:
        for statement in statements:
            db.execute(statement)
    db.close()


def raw_of(room, chance):
    return chance.choice(sorted(glob.glob(room.spool('mail', '*', '*', '*.eml'))))


def old(path):
    os.utime(path, (OLD, OLD))


def put(path, data=b'bytes', mode=0o660):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.chmod(os.path.dirname(path), 0o770)
    with open(path, 'wb') as f:
        f.write(data)
    os.chmod(path, mode)
    old(path)


def flip(path, chance):
    with open(path, 'r+b') as f:
        data = bytearray(f.read())
        at = chance.randrange(len(data))
        data[at] ^= 1 << chance.randrange(8)
        f.seek(0)
        f.write(data)


def cut(path, chance):
    os.truncate(path, chance.randrange(os.path.getsize(path)))


def page(room, chance):
    """Bytes of a table or index, somewhere in the database."""
    db = sqlite3.connect(room.spool('nieuws.db'))
    db.execute('pragma wal_checkpoint(truncate)')
    root = db.execute("select rootpage from sqlite_master where name = 'submission'").fetchone()[0]
    size = db.execute('pragma page_size').fetchone()[0]
    db.close()
    with open(room.spool('nieuws.db'), 'r+b') as f:
        f.seek((root - 1) * size + 100)
        f.write(os.urandom(size - 200))


def as_before(room, chance):
    """The database of yesterday beside the raw mails of today: what a cut log leaves."""
    db = sqlite3.connect(room.spool('nieuws.db'))
    db.execute('pragma foreign_keys = off')
    with db:
        path, number, draft = db.execute('select path, id, draft_id from submission order by id desc limit 1').fetchone()
        db.execute('delete from submission where id = ?', (number,))
        db.execute('delete from ledger where submission_id = ?', (number,))
    db.close()


def link(room, chance):
    path = raw_of(room, chance)
    os.rename(path, path + '.away')
    os.symlink(path + '.away', path)


DIGEST = 'ab' * 32
# name: (damage, kinds of which one must be named, is it mended by --repair)
KINDS = {
    'a byte of a raw mail': (lambda r, c: flip(raw_of(r, c), c), 'raw-damaged', True),
    'a raw mail cut short': (lambda r, c: cut(raw_of(r, c), c), 'raw-damaged', True),
    'a raw mail of no bytes': (lambda r, c: os.truncate(raw_of(r, c), 0), 'raw-damaged', True),
    'a raw mail deleted': (lambda r, c: os.unlink(raw_of(r, c)), 'raw-missing', True),
    'a day deleted': (lambda r, c: os.rename(os.path.dirname(raw_of(r, c)), r.folder + '/day'), 'raw-missing', True),
    'an orphan': (lambda r, c: put(r.spool('mail', '2026-11', '01', DIGEST + '.eml')), 'raw-unknown', False),
    'a strange file': (lambda r, c: put(os.path.join(os.path.dirname(raw_of(r, c)), 'notes.txt')), 'strange', False),
    'left in incoming': (lambda r, c: put(r.spool('incoming', 'import.1.1')), 'incoming', True),
    'a bad cached file': (lambda r, c: put(r.spool('attachments', 'ab', DIGEST)), 'cache', True),
    'half a cached file': (lambda r, c: put(r.spool('attachments', 'ab', DIGEST + '.77')), 'cache', None),
    'a reason of no mail': (lambda r, c: put(r.spool('quarantine', DIGEST + '.reason')), 'reason', True),
    'a raw mail open to all': (lambda r, c: os.chmod(raw_of(r, c), 0o664), 'open', True),
    'a folder open to all': (lambda r, c: os.chmod(r.spool('mail'), 0o775), 'open', True),
    'the database open to all': (lambda r, c: os.chmod(r.spool('nieuws.db'), 0o666), 'open', None),
    'a link for a raw mail': (link, 'link', False),
    'bytes of a table': (page, 'database', False),
    'a cut log': (as_before, 'raw-unknown', False),
    'a draft without mail': (as_before, 'draft', False),
    'no row in the index': (lambda r, c: rows(r, 'delete from draft_fts_content where id = (select max(id) from draft)'), 'index', True),
    'an index of other words': (lambda r, c: rows(r, "update draft_fts_content set c1 = 'anders' where id = 2"), 'index', True),
    'an index cut': (lambda r, c: rows(r, 'delete from draft_fts_data where id > 10'), 'index', True),
    'a revision lost': (lambda r, c: rows(r, 'drop trigger revision_no_delete', 'delete from revision where draft_id = 2'), 'revision', False),
    'a revision changed': (lambda r, c: rows(r, 'drop trigger revision_no_update', "update revision set body = 'x' where draft_id = 2"),
                           'revision', False),
    'a draft changed past its revisions': (lambda r, c: rows(r, "update draft set body = 'x' where id = 3"), 'revision', False),
    'a ledger row of nothing': (lambda r, c: rows(r, 'update ledger set submission_id = 9999 where uid = 2'), 'ledger', False),
    'a ledger row of no quarantine': (lambda r, c: rows(r, 'update ledger set submission_id = -9999 where uid = 2'), 'ledger', False),
    'a submission of no draft': (lambda r, c: rows(r, 'update submission set draft_id = 9999 where id = 2'), 'draft', False),
    'a foreign key': (lambda r, c: rows(r, "insert into warning values (9999, 1, 'a', 'b')"), 'foreign-key', False),
    'a notice of no draft': (lambda r, c: rows(r, 'update outbox set draft_id = 9999 where id = 1'), 'outbox', False),
    'a notice that was being sent': (lambda r, c: rows(r, "update outbox set state = 'sending' where id = 1"), 'stuck', False),
    'a notice of last week': (lambda r, c: rows(r, 'update outbox set due_at = due_at - 700000 where id = 1'), 'stuck', False),
    'a notice of next year': (lambda r, c: rows(r, 'update outbox set created_at = created_at + 31000000 where id = 1'), 'stuck', False),
    'a notice in no state': (lambda r, c: rows(r, "update outbox set state = 'lost' where id = 1"), 'stuck', False),
}


def fsck(room, *options):
    done = room.command('fsck', '--json', *options)
    assert done.returncode in (0, 1), done
    return done.returncode, json.loads(done.stdout)['findings']


def run(w, programs, size, chance):
    w.deliver_many('desk', [mail(i) for i in range(1, 6)])
    names = list(KINDS)
    chosen = names + [chance.choice(names) for _ in range(max(0, size.damages - len(names)))]
    if size.damages < len(names):
        chosen = chance.sample(names, size.damages)
    bad = []
    for name in chosen:
        damage, kind, mends = KINDS[name]
        room = Room(w, programs)
        room.once()
        code, findings = fsck(room)
        assert code == 0, ('clean', findings)
        damage(room, chance)
        code, findings = fsck(room)
        if code == 0 or kind not in [f['kind'] for f in findings]:
            bad.append((name, findings))
            continue
        assert all(f['cure'] and 'repaired' not in f or f['repaired'] is None for f in findings), findings
        # Looking repairs nothing.
        assert [f['kind'] for f in fsck(room)[1]] == [f['kind'] for f in findings], name
        if mends:
            code, repaired = fsck(room, '--repair')
            assert all(f['repaired'] for f in repaired if f['kind'] == kind), repaired
            room.once()
            code, findings = fsck(room)
            if code != 0:
                bad.append((name, 'after repair and a restart', findings))
                continue
            assert room.number('select count(*) from draft') == 5
            assert {room.raw(path) for path, in room.ask('select path from submission')} == {raw for _, raw in w.messages('desk')}
        room.remove()
    assert not bad, '%d of %d: %s' % (len(bad), len(chosen), bad)
    print('# %d seeded damages of %d kinds: all found, none repaired unasked' % (len(chosen), len(set(chosen))), flush=True)
