"""The faults, one function each: (world, programs, size, chance). What it prints is what was done."""
import glob
import os
import random
import re
import signal
import subprocess
import time

import lib
import world
from lib import Injector, Room, check, mail


def say(text, *args):
    print('# ' + text % args, flush=True)


# --- kill -9 ---

def daemon_is_killed(w, programs, size, chance):
    """kill -9 of nieuwsd at random instants while mails drain."""
    count, kills = size.drain, 0
    w.deliver_many('desk', [mail(i, 'Lang genoeg om iets te doen. ' * 20) for i in range(1, count + 1)])
    raws = {raw for _, raw in w.messages('desk')}
    room = Room(w, programs)
    while kills < size.kills:
        daemon = room.daemon()
        time.sleep(chance.uniform(0.02, 0.8))
        daemon.kill()
        daemon.wait()
        kills += 1
        if room.number('select count(*) from draft') >= count:
            # All in: check, and begin again, so that kills fall in mid-drain.
            check(room, raws)
            room.remove()
            room = Room(w, programs)
    check(room, raws)
    room.remove()
    say('%d kills of nieuwsd, %d mails: 0 lost, 0 twice', kills, count)


def children_are_killed(w, programs, size, chance):
    """kill -9 of nieuws-fetch and nieuws-read: nieuwsd stays."""
    count, kills, rounds = size.drain, {'nieuws-fetch': 0, 'nieuws-read': 0}, 0
    w.deliver_many('desk', [mail(i, 'Lang genoeg om iets te doen. ' * 20) for i in range(1, count + 1)])
    raws = {raw for _, raw in w.messages('desk')}
    while sum(kills.values()) < size.kills:
        room = Room(w, programs)
        daemon = room.daemon()
        began = time.monotonic()
        while room.number('select count(*) from draft') < count and sum(kills.values()) < size.kills and time.monotonic() - began < 60:
            time.sleep(chance.uniform(0.01, 0.25))
            victim = chance.choice(list(kills))
            found = lib.children(daemon.pid, victim)
            for pid in [chance.choice(found)] if found else []:
                try:
                    os.kill(pid, signal.SIGKILL)
                    kills[victim] += 1
                except ProcessLookupError:
                    pass
            assert daemon.poll() is None, 'nieuwsd ended with %s' % daemon.returncode
        world.end(daemon)
        # A reader that was killed twice on one mail leaves it in quarantine, which is what it should do: retry it.
        room.once()
        room.command('quarantine', 'retry', 'all')
        check(room, raws)
        room.remove()
        rounds += 1
    say('%d kills of nieuws-fetch, %d of nieuws-read in %d drains of %d: nieuwsd stayed, 0 lost, 0 twice', kills['nieuws-fetch'],
        kills['nieuws-read'], rounds, count)


def telling_is_killed(w, programs, size, chance):
    """nieuwsd and nieuws-send die while notices and receipts leave."""
    count, kills, again = 25, 0, 0
    w.deliver_many('desk', [mail(i) for i in range(1, count + 1)])
    raws = {raw for _, raw in w.messages('desk')}
    while kills < size.sender_kills:
        room = Room(w, programs, sends=True)
        for _ in range(8):
            daemon = room.daemon()
            time.sleep(chance.uniform(0.1, 0.9))
            for pid in lib.children(daemon.pid, 'nieuws-send')[:1] if chance.random() < 0.7 else []:
                os.kill(pid, signal.SIGKILL)
                kills += 1
                time.sleep(0.1)
            daemon.kill()
            daemon.wait()
            kills += 1
            if os.path.exists(room.spool('nieuws.db')):
                room.due_now()
        check(room, raws, sends=True)
        again += len(room.sent_ids()) - len(set(room.sent_ids()))
        room.remove()
    say('%d kills while mails left: each once by its Message-ID; %d left again under the same one', kills, again)


def children_hang(w, programs, size, chance):
    """A reader and a sender that stand still are killed at their deadlines and replaced; nobody waits longer than that."""
    count = 40
    w.deliver('desk', mail(1))
    room = Room(w, programs, sends=True)
    text = open(room.config).read().replace('[smtp]\n', '[limits]\nreader_deadline = 1 s\n[smtp]\ntimeout = 1 s\n')
    with open(room.config, 'w') as f:
        f.write(text)
    script = os.path.join(room.folder, 'sendmail')
    good = open(script).read()
    with open(script, 'w') as f:
        f.write('#!/bin/sh\nexec > /dev/null\necho $$ >> "$0.stopped"\nkill -STOP $PPID $$\n')
    daemon = room.daemon()
    try:
        room.wait_for('select count(*) from draft', 1)
        readers = lib.children(daemon.pid, 'nieuws-read')
        for pid in readers:
            os.kill(pid, signal.SIGSTOP)
        w.deliver_many('desk', [mail(i) for i in range(2, count + 1)])
        began = time.monotonic()
        assert lib.sleep_until(lambda: room.number('select count(*) from draft') + room.number('select count(*) from quarantine') == count,
                               60), room.log()[-500:]
        took = time.monotonic() - began
        assert lib.sleep_until(lambda: 'sender-hangs' in room.log(), 25), room.log()[-500:]
        with open(script, 'w') as f:
            f.write(good)
        assert daemon.poll() is None
    finally:
        world.end(daemon)
        # The sender is killed by nieuwsd; what it had started stands still until now.
        with open(script + '.stopped') as f:
            for pid in f.read().split():
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass
    held = room.number('select count(*) from quarantine where resolved_at = 0')
    assert 1 <= held <= len(readers), held
    raws = {raw for _, raw in w.messages('desk')}
    room.command('quarantine', 'retry', 'all')
    room.due_now()
    room.once()
    assert room.number('select count(*) from draft') == count and room.number('select count(*) from quarantine where resolved_at = 0') == 0
    assert {room.raw(path) for path, in room.ask('select path from submission')} == raws
    say('%d readers stood still: %d mails in quarantine for it, all others in %.1f s; retried, all are drafts', len(readers), held, took)
    room.remove()


# --- injected errors ---

def inject_all(w, programs, victim, some, chance):
    injector = Injector(w, programs, victim)
    points = injector.points()
    if some and len(points) > some:
        points = sorted(chance.sample(points, some))
    ends, bad = {}, []
    for point in points:
        room, code = injector.inject(point)
        ends[code] = ends.get(code, 0) + 1
        try:
            check(room, injector.raws)
            room.remove()
        except Exception as problem:
            bad.append((point, code, str(problem)[:200], room.folder))
            say('BAD %s: %s', point, bad[-1])
        if sum(ends.values()) % 200 == 0:
            say('%d of %d points of %s', sum(ends.values()), len(points), victim)
    say('%d points of %s; ended with %s', len(points), victim, ends)
    assert not bad, '%d of %d points: %s' % (len(bad), len(points), bad[0])


def errors_of_nieuwsd(w, programs, size, chance):
    """An error at each call of the keeper, once and for good."""
    w.deliver_many('desk', [mail(i) for i in range(1, 4)])
    inject_all(w, programs, 'nieuwsd', size.points, chance)


def errors_of_fetch(w, programs, size, chance):
    w.deliver_many('desk', [mail(i) for i in range(1, 7)])
    inject_all(w, programs, 'nieuws-fetch', size.points, chance)


def one_sync_fails(w, programs, call, error, n):
    room = Room(w, programs)
    log = os.path.join(room.folder, 'trace')
    injector = Injector(w, programs, 'nieuwsd')
    code = injector.run(room, ['strace', '-y', '-o', log, '-e', 'trace=fsync,fdatasync', '-e',
                               'inject=%s:error=%s:when=%d' % (call, error, n)], 25)
    failed, main, after = None, False, 0
    for line in open(log):
        match = re.match(r'\w+\((\d+<[^>]*>)\)', line)
        after += match is not None and 'INJECTED' not in line and (main or failed is not None)
        assert failed is None or match is None or match[1] != failed, 'synced again: ' + line
        # SQLite writes the database anew from its log before it syncs it again, and we end after a commit that says so.
        if 'INJECTED' in line and '/nieuws.db>' not in match[1]:
            failed = match[1]
        elif 'INJECTED' in line:
            main = True
    # What fails while all is being closed has been durable in the log before. The folder is synced by us after SQLite has, which
    # passes over a failure.
    closing = after <= 1 and (main or failed and failed.endswith('-wal>')) or failed and failed.endswith('/spool>')
    reached = main or failed
    assert code == 74 or (code == 0 and (closing or not reached)), '%s %s:%d (%s) ended with %s: %s' % (
        call, error, n, failed, code, room.log()[-300:])
    check(room, injector.raws)
    room.remove()


def fsync_is_final(w, programs, size, chance):
    """A failed fsync ends the process with 74; nothing is synced again on that descriptor."""
    w.deliver_many('desk', [mail(i) for i in range(1, 4)])
    counted = Injector(w, programs, 'nieuwsd').count()
    points = [(call, error, n) for call in ('fsync', 'fdatasync') for error in ('EIO', 'ENOSPC')
              for n in range(counted.get(call, (1, 0))[0], counted.get(call, (1, 0))[1] + 1)]
    for call, error, n in chance.sample(points, size.syncs) if size.syncs else points:
        one_sync_fails(w, programs, call, error, n)
    injector = Injector(w, programs, 'nieuws-fetch')
    first, last = injector.count()['fsync']
    for n in chance.sample(range(first, last + 1), min(3, last + 1 - first)) if size.syncs else range(first, last + 1):
        room, code = injector.inject(('fsync', n, False))
        check(room, injector.raws)
        room.remove()


def fault_in_recovery(w, programs, size, chance):
    """kill -9 in mid-drain, then an error while it recovers, then a clean start."""
    w.deliver_many('desk', [mail(i) for i in range(1, 41)])
    injector = Injector(w, programs, 'nieuwsd')
    points = [p for p in injector.points() if p[0] != 'mmap']
    for _ in range(size.pairs):
        room = Room(w, programs)
        daemon = room.daemon()
        time.sleep(chance.uniform(0.03, 0.4))
        daemon.kill()
        daemon.wait()
        point = chance.choice(points)
        injector.inject(point, room)
        try:
            check(room, injector.raws)
        except Exception as problem:
            raise AssertionError('after a kill and %s: %s' % (point, problem))
        room.remove()
    say('%d pairs', size.pairs)


# --- the order ---

def order_of_one_mail(w, programs, size, chance):
    """write, fsync file, fsync folder, rename, fsync folder, commit, and only then \\Seen."""
    w.deliver('desk', mail(1))
    room = Room(w, programs, tls='none')
    log = os.path.join(room.folder, 'trace')
    strace = ['strace', '-f', '-y', '-s', '400', '-o', log, '-e', 'trace=write,sendto,sendmsg,fsync,fdatasync,renameat2,pwrite64']
    done = subprocess.run(strace + [room.nieuwsd, '--config', room.config, '--once'], env=room.env, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    lines = [line for line in open(log, errors='replace') if 'resumed' not in line]

    def last(pattern):
        found = [i for i, line in enumerate(lines) if re.search(pattern, line)]
        assert found, pattern + ' is not in the trace'
        return found[-1]

    def first(pattern):
        return next(i for i, line in enumerate(lines) if re.search(pattern, line))

    seen = first(r'(write|sendto|sendmsg)\(.*STORE.*Seen')
    committed = max(i for i, line in enumerate(lines[:seen]) if re.search(r'(fsync|fdatasync)\(\d+<[^>]*nieuws\.db-wal>', line))
    steps = [last(r'write\(\d+<[^>]*/incoming/fetch\.'), last(r'fsync\(\d+<[^>]*/incoming/fetch\.'), last(r'fsync\(\d+<[^>]*/incoming>'),
             last(r'renameat2\(.*/incoming.*\.eml'), last(r'fsync\(\d+<[^>]*/mail/\d{4}-\d\d/\d\d>'), committed, seen]
    assert steps == sorted(steps), '\n'.join(lines[i] for i in steps)
    rows = [i for i, line in enumerate(lines[:seen]) if re.search(r'pwrite64\(\d+<[^>]*nieuws\.db-wal>', line)]
    assert rows[-1] < committed, 'written to the log after its sync'
    room.remove()


# --- disks ---

def disk_grows(w, programs, size, chance):
    """The spool's file system is full from the start or in mid-drain: nieuwsd stays, and goes on when there is room."""
    count = 60
    w.deliver_many('desk', [mail(i, ('woord ' * 11 + '\r\n') * 100) for i in range(1, count + 1)])
    raws = {raw for _, raw in w.messages('desk')}
    for kib in size.disks:
        room = Room(w, programs, extra='disk_reserve = 0')
        os.makedirs(room.spool())
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=%dk' % kib, 'tmpfs', room.spool()], stderr=subprocess.DEVNULL).returncode:
            raise world.Skip('cannot mount a small file system here')
        try:
            daemon = room.daemon()
            time.sleep(3)
            alive = daemon.poll() is None
            subprocess.run(['mount', '-o', 'remount,size=100M', room.spool()], check=True)
            if not alive:
                # Not even an empty database fits: it says so and ends, and systemd starts it again.
                assert daemon.returncode == 75, (kib, daemon.returncode, room.log())
                daemon = room.daemon()
            began = time.monotonic()
            room.wait_for('select count(*) from draft', count, 65)
            took = time.monotonic() - began
            world.end(daemon)
            check(room, raws)
            said = len(re.findall('could not be written|disk is full|No space', room.log()))
            say('%d KiB: %s, all in %.1f s after there was room; said %d times', kib, 'stayed' if alive else 'ended with 75', took, said)
        finally:
            subprocess.run(['umount', '-l', room.spool()], check=True)


def reserve_is_kept(w, programs, size, chance):
    """Below the reserve nothing is fetched, the desk works, and nieuws status says so."""
    w.deliver_many('desk', [mail(i) for i in range(1, 4)])
    room = Room(w, programs, extra='disk_reserve = 60 MiB')
    os.makedirs(room.spool())
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=20M', 'tmpfs', room.spool()], stderr=subprocess.DEVNULL).returncode:
        raise world.Skip('cannot mount a small file system here')
    try:
        daemon = room.daemon()
        time.sleep(2)
        assert daemon.poll() is None and room.number('select count(*) from draft') == 0
        assert room.command('list').returncode == 0
        status = room.command('status')
        assert status.returncode == 1 and b'disk' in status.stdout, status
        subprocess.run(['mount', '-o', 'remount,size=200M', room.spool()], check=True)
        room.wait_for('select count(*) from draft', 3, 60)
        world.end(daemon)
    finally:
        subprocess.run(['umount', '-l', room.spool()], check=True)


# --- memory ---

def preload(programs):
    path = os.path.join(os.path.dirname(os.path.dirname(programs)), 'tests', 'faults', 'libfaults.so')
    if not os.path.exists(path):
        raise world.Skip('libfaults.so is not built')
    return path


def memory_fails(w, programs, size, chance):
    """malloc fails at the Nth call of nieuwsd, once and for good."""
    w.deliver_many('desk', [mail(i) for i in range(1, 4)])
    raws = {raw for _, raw in w.messages('desk')}
    library = preload(programs)
    room = Room(w, programs)
    tally = os.path.join(room.folder, 'tally')
    clean = room.env
    room.env = dict(clean, LD_PRELOAD=library, FAULTS_PROGRAM='nieuwsd', FAULTS_TALLY=tally)
    room.once()
    total = int(open(tally).read())
    room.remove()
    ends = {}
    for _ in range(size.mallocs):
        n, sticky = chance.randrange(1, total), chance.random() < 0.5
        room = Room(w, programs)
        clean = room.env
        room.env = dict(clean, LD_PRELOAD=library, FAULTS_PROGRAM='nieuwsd', FAULTS_MALLOC='%d%s' % (n, '+' if sticky else ''))
        try:
            code = room.once(check=False, timeout=15).returncode
        except subprocess.TimeoutExpired:
            code = 'stopped'
        ends[code] = ends.get(code, 0) + 1
        room.env = clean
        try:
            check(room, raws)
        except Exception as problem:
            raise AssertionError('malloc %d%s: %s' % (n, '+' if sticky else '', problem))
        room.remove()
    say('%d of %d calls of malloc; nieuwsd ended with %s', size.mallocs, total, ends)


# --- servers that forget ---

def uidvalidity_changes(w, programs, size, chance):
    count = size.known
    w.deliver_many('desk', [mail(i) for i in range(1, count + 1)])
    raws = {raw for _, raw in w.messages('desk')}
    room = Room(w, programs)
    room.once()
    for name in glob.glob(w.path('mail', 'desk', 'Maildir', 'dovecot*')):
        os.unlink(name)
    w.restart_dovecot()
    w.config(room.folder, smtp=False, receipts='never')
    check(room, raws)
    assert room.number('select count(distinct uidvalidity) from ledger') == 2
    say('%d known mails under new numbers: 0 lost, 0 twice', count)


def mailbox_is_restored(w, programs, size, chance):
    """A backup comes back: UIDs that were given out mean other mails now."""
    box = w.path('mail', 'desk', 'Maildir')
    w.deliver_many('desk', [mail(i) for i in range(1, 11)])
    room = Room(w, programs)
    room.once()
    for after in (3, 12):
        # Here the backup is made; what follows is kept by us and lost by the server.
        w.dovecot.terminate()
        w.dovecot.wait(15)
        subprocess.run(['cp', '-a', box, box + '.backup'], check=True)
        w.processes.remove(w.dovecot)
        w.start_dovecot()
        w.deliver_many('desk', [mail(100 * after + i) for i in range(1, 6)])
        w.config(room.folder, smtp=False, receipts='never')
        room.once()
        known = room.number('select count(*) from draft')
        w.dovecot.terminate()
        w.dovecot.wait(15)
        subprocess.run(['rm', '-rf', box], check=True)
        os.rename(box + '.backup', box)
        w.processes.remove(w.dovecot)
        w.start_dovecot()
        w.config(room.folder, smtp=False, receipts='never')
        if after == 12:
            # It is looked at before and after other mails come.
            room.once()
        # Fewer than were lost, or more.
        w.deliver_many('desk', [mail(1000 * after + i) for i in range(1, 4 if after == 3 else 13)])
        room.once()
        new = 3 if after == 3 else 12
        assert room.number('select count(*) from draft') == known + new, (after, known, room.number('select count(*) from draft'))
    assert room.number('select count(distinct message_id) from submission') == room.number('select count(*) from draft')
    room.remove()


# --- clocks ---

def clock_steps(w, programs, size, chance):
    """The clock of nieuwsd is put forth and back by a day and a year: mails come, notices leave, nothing expires."""
    library = preload(programs)
    for step in (365 * 86400, -86400, 86400, -365 * 86400, 3600, -3600)[:size.steps]:
        room = Room(w, programs, sends=True, user='klok%d' % (step % 1000003))
        user = 'klok%d' % (step % 1000003)
        clock = os.path.join(room.folder, 'clock')
        with open(clock, 'wb') as f:
            f.write(step.to_bytes(8, 'little', signed=True) if step > 0 else bytes(8))
        room.env = dict(room.env, LD_PRELOAD=library, FAULTS_PROGRAM='nieuwsd', FAULTS_CLOCK=clock)
        daemon = room.daemon()
        try:
            room.wait_for('select count(*) from folder', 1)
            for i in range(1, 4):
                w.deliver(user, mail(i))
            room.wait_for('select count(*) from draft', 3, 20)
            with open(clock, 'r+b') as f:
                f.write((0 if step > 0 else step).to_bytes(8, 'little', signed=True))
            for i in range(4, 7):
                w.deliver(user, mail(i))
            room.wait_for('select count(*) from draft', 6, 20)
            with open(clock, 'r+b') as f:
                f.write(bytes(8))
            w.deliver(user, mail(7))
            room.wait_for('select count(*) from draft', 7, 20)
            room.wait_for("select count(*) from outbox where state = 'sent'", 14, 30)
            assert room.number("select count(*) from outbox where state = 'failed'") == 0
        finally:
            world.end(daemon)
        assert len(set(room.sent_ids())) == 14
        room.remove()


# --- what an upgrade meets ---

def upgrade_is_killed(w, programs, size, chance):
    """A database of schema 1 is brought up to date and killed meanwhile: it opens as one version or the next."""
    import sqlite3
    script = open(os.path.join(lib.HERE, '..', 'unit', 'version-1.sql')).read()
    versions = set()
    for i in range(size.upgrades):
        room = Room(w, programs)
        os.makedirs(room.spool())
        db = sqlite3.connect(room.spool('nieuws.db'))
        db.executescript(script)
        db.execute('pragma user_version = 1')
        db.close()
        process = subprocess.Popen([room.nieuwsd, '--config', room.config, '--once'], env=room.env, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.005, 0.12))
        process.kill()
        process.wait()
        versions.add(room.number('pragma user_version'))
        room.once()
        assert room.number('pragma integrity_check') == 'ok'
        room.remove()
    say('%d kills; found at versions %s', size.upgrades, sorted(versions))


# --- damages ---

def fsck_finds_all(w, programs, size, chance):
    import damages
    damages.run(w, programs, size, chance)


ALL = [order_of_one_mail, fsck_finds_all, fsync_is_final, mailbox_is_restored, uidvalidity_changes, disk_grows, reserve_is_kept, clock_steps,
       upgrade_is_killed, memory_fails, errors_of_nieuwsd, errors_of_fetch, fault_in_recovery, daemon_is_killed, children_are_killed,
       children_hang, telling_is_killed]
