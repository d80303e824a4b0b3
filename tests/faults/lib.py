"""What the fault tests share: small newsrooms, what must hold after each fault, injected errors. Python standard library only."""
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'e2e')]
import world  # noqa: E402

# What the intake calls, and with what each may fail.
CALLS = {'write': 'ENOSPC', 'pwrite64': 'EIO', 'fsync': 'EIO', 'fdatasync': 'EIO', 'renameat': 'EIO', 'renameat2': 'EIO', 'openat': 'EMFILE',
         'close': 'EIO', 'read': 'EIO', 'pread64': 'EIO', 'mmap': 'ENOMEM', 'ftruncate': 'ENOSPC', 'unlink': 'EIO', 'unlinkat': 'EIO'}


def mail(number, text='Dit is een bericht van de vereniging over de brug.'):
    """Each of another sender, so that each earns a receipt."""
    return world.mail(number, text, 'mens%d@example.nl' % number)


class Room(world.Newsroom):
    """A newsroom whose mails go to a program that keeps them in a folder."""

    def __init__(self, w, programs, sends=False, **config):
        # In memory: what a disk does is the power cut's part.
        folder = tempfile.mkdtemp(prefix='nwfault-', dir=os.environ.get('NIEUWS_FAULT_DIR'))
        super().__init__(w, programs, folder=folder, smtp=False, receipts='always' if sends else 'never', **config)
        self.out = os.path.join(folder, 'out')
        text = open(self.config).read().replace('[receipt]\n', '[receipt]\nhourly = 100000\n')
        if sends:
            os.makedirs(self.out)
            script = os.path.join(folder, 'sendmail')
            with open(script, 'w') as f:
                f.write('#!/bin/sh\nf=$(mktemp %s/mail.XXXXXX) && cat > "$f"\n' % self.out)
            os.chmod(script, 0o755)
            text += '[smtp]\nsendmail = %s\nfrom = nieuws@example.nl\n' % script
        with open(self.config, 'w') as f:
            f.write(text)

    def spool(self, *names):
        return os.path.join(self.folder, 'spool', *names)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def sent_ids(self):
        found = []
        for path in glob.glob(os.path.join(self.out, 'mail.*')):
            found += re.findall(rb'(?im)^Message-ID: *(\S+)', open(path, 'rb').read())[:1]
        return found

    def due_now(self):
        import sqlite3
        db = sqlite3.connect(self.spool('nieuws.db'), timeout=20)
        with db:
            db.execute("update outbox set due_at = 1 where state = 'waiting'")
        db.close()


def check(room, raws, sends=False, quarantined=0):
    """What must hold after a clean restart. raws: {bytes} that the server holds."""
    room.once()
    count = len(raws)
    asked = room.ask('select path, sha256, message_id from submission')
    assert len(asked) == count - quarantined, '%d submissions for %d mails' % (len(asked), count)
    assert room.number('select count(*) from draft') == count - quarantined, 'drafts'
    assert room.number('select count(*) from quarantine where resolved_at = 0') == quarantined, room.ask('select reason from quarantine')
    assert len({row[2] for row in asked}) == len(asked), 'a Message-ID twice'
    kept = [room.raw(path) for path, _, _ in asked]
    assert quarantined or set(kept) == raws, 'raw bytes differ'
    assert all(hashlib.sha256(raw).hexdigest() == row[1] for raw, row in zip(kept, asked)), 'digests'
    assert room.number('pragma integrity_check') == 'ok'
    assert not room.ask('pragma foreign_key_check'), 'foreign keys'
    twice = room.ask('select kind, draft_id, recipient, step_id from outbox group by 1, 2, 3, 4 having count(*) > 1')
    assert not twice, twice
    assert room.number("select count(*) from outbox where kind = 'notice'") == count - quarantined, 'notices'
    assert not glob.glob(room.spool('incoming', '*')), 'left in incoming'
    folder = room.json('status')['folders'][0]
    assert (folder['kept'] + folder['quarantined'], folder['waiting'], folder['untold']) == (folder['server'], 0, 0), folder
    if sends:
        check_sent(room, count)
    found = room.command('fsck', '--json')
    assert found.returncode == 0, found.stdout.decode() + found.stderr.decode()


def check_sent(room, count):
    """Notice and receipt of each, once. A mail that left just before a crash may leave again under the same Message-ID."""
    for _ in range(40):
        if room.number("select count(*) from outbox where state != 'sent'") == 0:
            break
        room.due_now()
        room.once()
    assert room.number("select count(*) from outbox where state != 'sent'") == 0, room.ask('select state, reply from outbox')
    ids = room.sent_ids()
    assert len(set(ids)) == 2 * count, '%d mails left for %d' % (len(set(ids)), 2 * count)
    return len(ids) - len(set(ids))


# --- injected errors ---

class Injector:
    """Runs nieuwsd --once with one of its programs under strace."""

    def __init__(self, w, programs, victim):
        self.w, self.programs, self.victim = w, programs, victim
        self.raws = {raw for _, raw in w.messages('desk')}

    def command(self, room, strace):
        if self.victim == 'nieuwsd':
            return strace + [room.nieuwsd, '--config', room.config, '--once']
        # The victim is found in a folder of its own, behind a script.
        shims = os.path.join(room.folder, 'libexec')
        os.makedirs(shims)
        for name in os.listdir(self.programs):
            if name != self.victim:
                os.symlink(os.path.join(self.programs, name), os.path.join(shims, name))
        path = os.path.join(shims, self.victim)
        with open(path, 'w') as f:
            f.write('#!/bin/sh\nexec %s "$@"\n' % ' '.join(strace + [os.path.join(self.programs, self.victim)]))
        os.chmod(path, 0o755)
        room.env = dict(room.env, NIEUWS_LIBEXEC=shims)
        return [room.nieuwsd, '--config', room.config, '--once']

    def run(self, room, strace, seconds):
        clean = room.env
        process = subprocess.Popen(self.command(room, strace), env=room.env, stderr=open(os.path.join(room.folder, 'log'), 'ab'),
                                   start_new_session=True)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            sleep_until(lambda: not group_lives(process.pid), 10)
            code = 'stopped'
        room.env = clean if self.victim == 'nieuwsd' else dict(clean, NIEUWS_LIBEXEC=self.programs)
        return code

    def count(self):
        """{call: (first, last)} of a run without faults, from where the configuration is read."""
        room = Room(self.w, self.programs)
        log = os.path.join(room.folder, 'trace')
        self.run(room, ['strace', '-f', '-o', log, '-e', 'trace=' + ','.join(CALLS)] if self.victim != 'nieuwsd' else
                 ['strace', '-o', log, '-e', 'trace=' + ','.join(CALLS)], 60)
        # strace counts for each process; an error comes at the Nth call of every one.
        seen, first, last, started = {}, {}, {}, False
        for line in open(log, errors='replace'):
            match = re.match(r'(?:(\d+) +)?([a-z0-9]+)\(', line)
            if match is None:
                continue
            started = started or 'nieuws.conf' in line
            n = seen[match[1], match[2]] = seen.get((match[1], match[2]), 0) + 1
            if started:
                first[match[2]] = min(first.get(match[2], n), n)
                last[match[2]] = max(last.get(match[2], n), n)
        room.remove()
        return {call: (first[call], last[call]) for call in first}

    def points(self):
        return [(call, n, sticky) for call, (first, last) in self.count().items() for n in range(first, last + 1) for sticky in (False, True)]

    def inject(self, point, room=None):
        """One error; what nieuwsd ended with. The room is left as it is."""
        call, n, sticky = point
        room = room or Room(self.w, self.programs)
        strace = ['strace'] + (['-f'] if self.victim != 'nieuwsd' else []) + [
            '-o', '/dev/null', '-e', 'trace=' + call, '-e', 'inject=%s:error=%s:when=%d%s' % (call, CALLS[call], n, '+' if sticky else '')]
        return room, self.run(room, strace, 12 if sticky else 25)


def group_lives(group):
    try:
        os.killpg(group, 0)
        return True
    except ProcessLookupError:
        return False


def children(pid, name):
    """Processes of this name below nieuwsd, and what they forked: the sealed ones."""
    found = subprocess.run(['pgrep', '-P', str(pid), '-f', name], stdout=subprocess.PIPE, text=True).stdout.split()
    for parent in list(found):
        found += subprocess.run(['pgrep', '-P', parent], stdout=subprocess.PIPE, text=True).stdout.split()
    return [int(p) for p in found]


def sleep_until(test, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if test():
            return True
        time.sleep(0.05)
    return False
