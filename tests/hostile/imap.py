#!/usr/bin/python3
"""IMAP servers that lie, hang, flood and forge; by script, and at random. For each: nieuwsd ends or goes on by its own will, the
password went to nobody who was not verified, nieuws-fetch stayed below 64 MiB, and the next good server on the same address is
read. Prints what nieuws did and what it cost.

usage: imap.py PROGRAMS [--only PART-OF-A-NAME] [--random N] [--seed N]"""
import argparse
import base64
import concurrent.futures
import os
import random
import subprocess
import sys
import tempfile
import time

from liars import MAIL, Authority, Liar, Truth, Watch

PASSWORD = 'kanarie-7f3a9b'
SECRETS = (PASSWORD.encode(), base64.b64encode(b'\0desk\0' + PASSWORD.encode()))
MOST_MEMORY = 64
TIMEOUT = 2  # seconds, as configured
LONG = ('a million mails that are not there', 'more mails listed than asked')


class Room:
    def __init__(self, programs, authority, port, tls, folder):
        self.programs, self.folder = programs, folder
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.env = dict(os.environ, NIEUWS_LIBEXEC=programs, NIEUWS_DATA=os.path.join(root, 'config'), ASAN_OPTIONS='detect_leaks=0',
                        LC_ALL='C.UTF-8')
        self.config = os.path.join(folder, 'nieuws.conf')
        with open(os.path.join(folder, 'password'), 'w') as f:
            f.write(PASSWORD + '\n')
        os.chmod(os.path.join(folder, 'password'), 0o600)
        with open(self.config, 'w') as f:
            f.write('[nieuws]\nspool = spool\nnewsroom = Proef\nreference = PRF\n[limits]\nmessage = 4 MiB\n[receipt]\nsend = never\n'
                    '[mailbox desk]\nhost = localhost\nport = %d\ntls = %s\nca_file = %s\nuser = desk\npassword_file = password\n'
                    'address = desk@example.nl\ntimeout = %d s\n[editor sanne]\nname = Sanne\naddress = sanne@example.nl\n' % (
                        port, tls, authority.path('ca.pem'), TIMEOUT))

    def start(self, *args):
        return subprocess.Popen([os.path.join(self.programs, 'nieuwsd'), '--config', self.config, *args], env=self.env,
                                stderr=subprocess.PIPE)

    def once(self):
        began = time.monotonic()
        daemon = self.start('--once')
        watch = Watch(daemon.pid)
        try:
            _, said = daemon.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            daemon.kill()
            _, said = daemon.communicate()
            said += b' DID NOT END'
        return daemon.returncode, said.decode(errors='replace'), time.monotonic() - began, watch.end().get('nieuws-fetch', 0)

    def ask(self, sql):
        import sqlite3
        with sqlite3.connect('file:%s?mode=ro' % os.path.join(self.folder, 'spool', 'nieuws.db'), uri=True) as db:
            return db.execute(sql).fetchall()

    def kept(self):
        return [open(os.path.join(self.folder, 'spool', path), 'rb').read() for (path,) in self.ask('select path from submission')]


# --- the lies: name, lies of the conversation, and the transport ------------------------------------------------------


def hang(seconds=6):
    def silent(liar, client, tag, words):
        time.sleep(seconds)
        return False
    return silent


def shut(data=b''):
    def end(liar, client, tag, words):
        client.sendall(data.replace(b'%s', tag))
        return False
    return end


def trickle(data, pause=0.1, most=80):
    def drip(liar, client, tag, words):
        for i in range(most):
            client.sendall(data[i % len(data):][:1])
            time.sleep(pause)
        return False
    return drip


def flood(data, times):
    def pour(liar, client, tag, words):
        for _ in range(times):
            client.sendall(data)
        return False
    return pour


def body(uid=b'1', items=b'', size=None, text=MAIL):
    return b'* 1 FETCH (UID %s %sBODY[] {%d}\r\n%s)\r\n' % (uid, items, len(text) if size is None else size, text)


OK = b'%s OK zo\r\n'
SELECTED = b'* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 2] x\r\n%s OK [READ-WRITE] open\r\n'


def scripted():
    """name, {verb: lie}, how (tls, certificate); what may be kept of the lie: None no mail, else these bytes."""
    plain = ('none', None)
    greetings = {
        'BADCHARSET in the greeting': b'* OK [BADCHARSET ("utf-8")] dag\r\n',
        'PERMANENTFLAGS in the greeting': b'* OK [PERMANENTFLAGS (] dag\r\n',
        'ALERT without text': b'* OK [ALERT]\r\n',
        'PARSE without text': b'* OK [PARSE]\r\n',
        'no greeting but noise': bytes(range(1, 256)) * 20 + b'\r\n',
        'BYE as greeting': b'* BYE te druk\r\n',
        'HTTP instead of IMAP': b'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n',
        'a greeting of NULs': b'\0' * 5000 + b'\r\n',
    }
    for name, data in greetings.items():
        yield name, {'GREETING': data}, plain, None
    yield 'an endless greeting', {'GREETING': flood(b'* OK ' + b'a' * 100000, 200)}, plain, None
    yield 'PREAUTH in clear', {'GREETING': b'* PREAUTH [CAPABILITY IMAP4rev1] al binnen\r\n'}, ('starttls', 'good'), None
    yield 'PREAUTH behind TLS', {'GREETING': b'* PREAUTH [CAPABILITY IMAP4rev1] al binnen\r\n'}, ('implicit', 'good'), None
    for name, answer in (('refused', b'%s NO vandaag niet\r\n'), ('unknown', b'%s BAD wat\r\n'), ('injected', b'%s OK toe maar\r\n* OK er bij\r\n'),
                         ('injected log-in', b'%s OK toe maar\r\n3 OK binnen\r\n'), ('then noise', b'%s OK toe maar\r\n' + b'\x16\x03' * 400)):
        yield 'STARTTLS ' + name, {'GREETING': b'* OK [CAPABILITY IMAP4rev1 STARTTLS] dag\r\n', 'STARTTLS': answer}, ('starttls', None), None
    yield 'STARTTLS stripped', {}, ('starttls', None), None
    yield 'STARTTLS then silence', {'GREETING': b'* OK [CAPABILITY IMAP4rev1 STARTTLS] dag\r\n', 'STARTTLS': lambda l, c, t, w: (
        c.sendall(t + b' OK toe\r\n'), time.sleep(6), False)[2]}, ('starttls', None), None
    for certificate in ('selfsigned', 'wronghost', 'expired', 'otherca', 'noname', 'purpose'):
        yield 'certificate %s' % certificate, {}, ('implicit', certificate), None
        yield 'certificate %s, STARTTLS' % certificate, {'GREETING': b'* OK [CAPABILITY IMAP4rev1 STARTTLS] dag\r\n'}, ('starttls', certificate), None
    for stage in ('GREETING', 'LOGIN', 'SELECT', 'FETCH', 'BODY', 'STORE'):
        keeps = MAIL if stage == 'STORE' else None
        yield 'hangs at %s' % stage, {stage: hang()}, plain, keeps
        yield 'end of file at %s' % stage, {stage: shut()}, plain, keeps
        yield 'half a line at %s' % stage, {stage: shut(b'* OK [UIDVALI')}, plain, keeps
        yield 'BYE at %s' % stage, {stage: shut(b'* BYE tot nooit\r\n')}, plain, keeps
    yield 'refuses the log-in', {'LOGIN': b'%s NO [AUTHENTICATIONFAILED] nee\r\n'}, plain, None
    yield 'CAPABILITY without an answer', {'GREETING': b'* OK dag\r\n', 'LOGIN': OK, 'CAPABILITY': OK}, plain, None
    yield 'wrong tag', {'LOGIN': b'zzz OK binnen\r\n'}, plain, None
    yield 'nested parentheses', {'BODY': b'* 1 FETCH (BODYSTRUCTURE ' + b'(' * 20000 + b'\r\n' + OK}, plain, None
    yield 'nested parentheses, unasked, at LOGIN', {'LOGIN': b'* 1 FETCH (BODYSTRUCTURE ' + b'(' * 20000 + b'\r\n' + OK}, plain, None
    for size in (99999999999, 4294967296, 4294967295, 18446744073709551615, 2147483648):
        yield 'literal of %d' % size, {'BODY': b'* 1 FETCH (UID 1 BODY[] {%d}\r\nxx' % size}, plain, None
    yield 'literal of -5', {'BODY': b'* 1 FETCH (UID 1 BODY[] {-5}\r\n' + OK}, plain, None
    yield 'literal of 3 GB in ENVELOPE', {'BODY': b'* 1 FETCH (UID 1 ENVELOPE ({3000000000}\r\n'}, plain, None
    yield 'end of file in a literal', {'BODY': shut(b'* 1 FETCH (UID 1 BODY[] {500}\r\nxx')}, plain, None
    yield 'an endless line', {'BODY': flood(b'a' * 100000, 100)}, plain, None
    yield 'an endless quoted body', {'BODY': flood(b'* 1 FETCH (UID 1 BODY[] "' + b'a' * 100000, 100)}, plain, None
    yield 'EXISTS without end', {'SELECT': flood(b'* 5 EXISTS\r\n' * 10000, 60)}, plain, None
    yield 'blank lines without end', {'BODY': flood(b'\r\n' * 50000, 200)}, plain, None
    yield 'continuations without end', {'LOGIN': flood(b'+ toe maar\r\n' * 10000, 100)}, plain, None
    yield 'FETCH of flags without end', {'FETCH': flood(b'* 1 FETCH (FLAGS (\\Seen))\r\n' * 10000, 60)}, plain, None
    yield '4 billion mails', {'SELECT': b'* 4294967295 EXISTS\r\n' + SELECTED}, plain, None
    yield 'a million mails that are not there', {'SELECT': b'* 1000000 EXISTS\r\n' + SELECTED, 'FETCH': lambda l, c, t, w: (
        c.sendall(b''.join(b'* %d FETCH (UID %d RFC822.SIZE 9)\r\n' % (i, i) for i in range(*(int(n) for n in w[2].split(b':'))))),
        c.sendall(t + b' OK zo\r\n'), True)[2], 'BODY': shut()}, plain, None
    yield 'more mails listed than asked', {'SELECT': b'* 900000 EXISTS\r\n' + SELECTED, 'FETCH': lambda l, c, t, w: (
        c.sendall(b''.join(b'* 1 FETCH (UID %d RFC822.SIZE 9)\r\n' % i for i in range(1, 90000))), c.sendall(t + b' OK zo\r\n'), True)[2],
        'BODY': shut()}, plain, None
    for stage in ('GREETING', 'LOGIN', 'FETCH', 'BODY'):
        yield 'a byte every 0.1 s at %s' % stage, {stage: trickle(b'* OK hallo hallo ')}, plain, None
    yield 'a body, a byte every 0.1 s', {'BODY': lambda l, c, t, w: (
        c.sendall(b'* 1 FETCH (UID 1 BODY[] {5000}\r\n'), trickle(b'x')(l, c, t, w))[1]}, plain, None
    yield 'another UID', {'BODY': body(b'99') + OK}, plain, None
    yield 'UID 0', {'BODY': body(b'0') + OK}, plain, None
    yield 'a UID that wraps to 1', {'BODY': body(b'4294967297') + OK}, plain, None
    yield 'a wrapping UID behind padding', {'BODY': body(b'4294967297', b'', None).replace(b'(UID', b'(' + b'FLAGS (' + b'a ' * 2000 + b') UID') + OK}, plain, None
    yield 'the same mail twice', {'BODY': body() + body() + OK}, plain, MAIL
    yield 'no UID at all', {'BODY': b'* 1 FETCH (BODY[] {%d}\r\n%s)\r\n' % (len(MAIL), MAIL) + OK}, plain, None
    yield 'the body before its UID', {'BODY': b'* 1 FETCH (BODY[] {%d}\r\n%s UID 1)\r\n' % (len(MAIL), MAIL) + OK}, plain, MAIL
    yield 'two bodies in one answer', {'BODY': b'* 1 FETCH (UID 1 BODY[] {3}\r\nabc BODY[] {3}\r\ndef)\r\n' + OK}, plain, None
    yield 'NIL for a body', {'BODY': b'* 1 FETCH (UID 1 BODY[] NIL)\r\n' + OK}, plain, None
    yield 'no body', {'BODY': b'* 1 FETCH (UID 1 FLAGS ())\r\n' + OK}, plain, None
    yield 'NO after the body', {'BODY': body() + b'%s NO toch niet\r\n'}, plain, MAIL
    yield 'BAD after the body', {'BODY': body() + b'%s BAD wat\r\n'}, plain, MAIL
    yield 'BYE after the body', {'BODY': shut(body() + b'* BYE dag\r\n')}, plain, None
    yield 'a stray EXPUNGE before the body', {'BODY': b'* 1 EXPUNGE\r\n' + body() + OK}, plain, MAIL
    yield 'UIDVALIDITY changes within the session', {'BODY': b'* OK [UIDVALIDITY 6] nieuw\r\n' + body() + OK}, plain, None
    yield 'no UIDVALIDITY', {'SELECT': b'* 1 EXISTS\r\n%s OK open\r\n'}, plain, None
    yield 'SELECT refused', {'SELECT': b'%s NO die map is er niet\r\n'}, plain, None
    yield 'size lies low', {'FETCH': b'* 1 FETCH (UID 1 RFC822.SIZE 50)\r\n' + OK, 'BODY': body(text=b'x' * 3000000) + OK}, plain, None
    yield 'size lies high', {'FETCH': b'* 1 FETCH (UID 1 RFC822.SIZE 3000000)\r\n' + OK}, plain, MAIL
    yield 'STORE refused', {'STORE': b'%s NO mag niet\r\n'}, plain, MAIL
    yield 'garbage behind the log-in', {'LOGIN': OK + b'\xff\xfe\0\1' * 200 + b'\r\n'}, plain, None
    yield 'all kinds of codes', {'SELECT': b'* OK [' + b'A' * 3000 + b'] x\r\n* OK [PERMANENTFLAGS (%%)] x\r\n' + SELECTED}, plain, None


def starttls_ok(lies, authority, certificate):
    """STARTTLS that works, for the certificate to be looked at."""
    def upgrade(liar, client, tag, words):
        client.sendall(tag + b' OK toe maar\r\n')
        client = authority.context(certificate).wrap_socket(client, server_side=True)
        while True:
            words = liar.line(client)
            client.sendall(words[0] + b' OK zo\r\n')
    return dict(lies, STARTTLS=upgrade)


def run_one(programs, authority, name, lies, how, may_keep):
    """One row of the table: (name, fine, seconds, MiB, what)."""
    tls, certificate = how
    if tls == 'starttls' and certificate and 'STARTTLS' not in lies:
        lies = starttls_ok(lies, authority, certificate)
    truth = Truth(validity=5, lies=lies)
    liar = Liar(truth, authority.context(certificate) if tls == 'implicit' else None)
    problems = []
    with tempfile.TemporaryDirectory(prefix='nieuws-liar-') as folder:
        room = Room(programs, authority, liar.port, tls, folder)
        code, said, took, peak = room.once()
        liar.close()
        if code not in (0, 1, 75):
            problems.append('ended with %d: %s' % (code, said[-300:]))
        # Two hundred commands have two hundred deadlines.
        if took > TIMEOUT * (20 if name in LONG else 6):
            problems.append('took too long')
        if peak > MOST_MEMORY and 'ASAN' not in os.environ:
            problems.append('too much memory')
        if tls != 'none' and certificate != 'good' and any(secret in liar.heard for secret in SECRETS):
            problems.append('the password was sent')
        if not os.path.isdir(os.path.join(folder, 'spool', 'incoming')):
            return name, ['did not start: ' + said], took, peak, ''
        kept = room.kept()
        if kept not in ([], [may_keep]):
            problems.append('kept %r' % [k[:60] for k in kept])
        if os.listdir(os.path.join(folder, 'spool', 'incoming')):
            problems.append('left files in incoming')
        # The same address, and now an honest server: its mail comes in whole.
        good = Liar(Truth(mail=MAIL.replace(b'goed@', b'eerlijk@')), authority.context('good') if tls != 'none' else None, port=liar.port)
        if tls == 'starttls':
            with open(room.config) as f:
                text = f.read()
            with open(room.config, 'w') as f:
                f.write(text.replace('tls = starttls', 'tls = implicit'))
        code, after, _, _ = room.once()
        good.close()
        if code != 0 or MAIL.replace(b'goed@', b'eerlijk@') not in room.kept():
            problems.append('the good server after it was not read: %d %s' % (code, after[-200:]))
    what = said.partition('reason=')[2].split('\n')[0] or ('kept the mail' if kept else 'nothing to do')
    return name, problems, took, peak, what


# --- at random ---------------------------------------------------------------------------------------------------------


def mutate(data, luck):
    """A good answer with up to four things wrong."""
    data = bytearray(data)
    for _ in range(luck.randint(1, 4)):
        at = luck.randrange(len(data) + 1)
        what = luck.randrange(7)
        if what == 0 and data:
            data[at % len(data)] = luck.randrange(256)
        elif what == 1:
            data[at:at] = luck.choice([b'(', b')', b'{', b'}', b'"', b'\\', b'\r\n', b'\0', b'[', b']', b'NIL ', b'* ', b'+ '])
        elif what == 2:
            del data[at:at + luck.randint(1, 12)]
        elif what == 3:
            data[at:at] = b'(' * luck.choice([3, 120, 20000])
        elif what == 4:
            data[at:at] = b'{%d}\r\n' % luck.choice([0, 5, 70000, 1 << 31, 1 << 32, 1 << 40])
        elif what == 5:
            data[at:at] = data[max(0, at - 30):at] * luck.randint(1, 40)
        else:
            data[at:at] = str(luck.choice([0, -1, 1 << 31, 1 << 32, 1 << 64])).encode()
    return bytes(data)


def random_one(programs, authority, seed):
    luck = random.Random(seed)
    answers = Truth(validity=5).answers()
    verbs = ['GREETING', 'LOGIN', 'SELECT', 'FETCH', 'BODY', 'STORE']
    lies = {verb: mutate(answers[verb], luck) for verb in luck.sample(verbs, luck.randint(1, 2))}
    # A mutation may leave a whole and honest-looking conversation, whose mail is then kept as it was sent.
    row = run_one(programs, authority, 'random %d' % seed, lies, ('none', None), MAIL)
    return row[0], [p for p in row[1] if not p.startswith('kept')], *row[2:]


# --- a daemon that goes on ----------------------------------------------------------------------------------------------


def goes_on(programs, authority):
    """The daemon meets four servers that crash, flood and hang; the pauses grow; the fifth is honest."""
    lies = [{'GREETING': b'* OK [ALERT]\r\n'}, {'BODY': b'* 1 FETCH (BODYSTRUCTURE ' + b'(' * 20000 + b'\r\n'}, {'LOGIN': shut()},
            {'SELECT': flood(b'* 5 EXISTS\r\n' * 10000, 30)}]
    turn = [0]

    def script(liar, client):
        number = turn[0]
        turn[0] += 1
        Truth(lies=lies[number] if number < len(lies) else {})(liar, client)

    liar = Liar(script)
    with tempfile.TemporaryDirectory(prefix='nieuws-liar-') as folder:
        room = Room(programs, authority, liar.port, 'none', folder)
        daemon = room.start()
        watch = Watch(daemon.pid)
        problems, began = [], time.monotonic()
        while time.monotonic() - began < 90:
            time.sleep(0.2)
            try:
                if room.kept():
                    break
            except Exception:  # the database is not there yet
                pass
        secret_left = secret_in_memory(daemon.pid)
        if daemon.poll() is not None or room.kept() != [MAIL]:
            problems.append('the daemon did not live to read the honest server')
        if secret_left:
            problems.append('the password is in memory after log-in: %s' % secret_left)
        problems += unsealed(daemon.pid)
        pauses = [b - a for a, b in zip(liar.moments, liar.moments[1:])]
        if sorted(pauses) != pauses or pauses[-1] < 3 * pauses[0]:
            problems.append('the pauses do not grow: %s' % pauses)
        daemon.terminate()
        daemon.wait(20)
        peak = watch.end().get('nieuws-fetch', 0)
        liar.close()
    return 'a daemon and five servers', problems, time.monotonic() - began, peak, 'pauses ' + ', '.join('%.1f' % p for p in pauses)


def fetchers(pid):
    from liars import descendants
    return [p for p in descendants(pid) if open('/proc/%d/comm' % p).read().strip() == 'nieuws-fetch']


def secret_in_memory(pid):
    """Where the password still is. Root may look; others are refused, which is as it should be."""
    found = []
    for process in fetchers(pid):
        try:
            maps = [line.split() for line in open('/proc/%d/maps' % process)]
            with open('/proc/%d/mem' % process, 'rb', 0) as memory:
                for line in maps:
                    start, end = (int(n, 16) for n in line[0].split('-'))
                    if 'r' not in line[1] or line[-1] in ('[vvar]', '[vsyscall]', '[vdso]'):
                        continue
                    memory.seek(start)
                    if PASSWORD.encode() in memory.read(end - start):
                        found.append('%d %s' % (process, line[-1]))
        except OSError:
            pass
    return found


def unsealed(pid):
    """The one that holds the connection must run under seccomp, without new privileges."""
    sealed = 0
    for process in fetchers(pid):
        fields = dict(line.split(':', 1) for line in open('/proc/%d/status' % process))
        sealed += fields['Seccomp'].strip() == '2' and fields['NoNewPrivs'].strip() == '1'
    return [] if sealed == 1 else ['no sealed nieuws-fetch']


def main():
    args = argparse.ArgumentParser()
    args.add_argument('programs')
    args.add_argument('--only', default='')
    args.add_argument('--random', type=int, default=30)
    args.add_argument('--seed', type=int, default=int(os.environ.get('NIEUWS_SEED', random.randrange(1 << 30))))
    args = args.parse_args()
    programs = os.path.abspath(args.programs)
    with tempfile.TemporaryDirectory(prefix='nieuws-tls-') as folder:
        authority = Authority(folder)
        jobs = [lambda s=s: run_one(programs, authority, *s) for s in scripted() if args.only in s[0]]
        if args.only in 'a daemon and five servers':
            jobs.append(lambda: goes_on(programs, authority))
        if not args.only:
            jobs += [lambda i=i: random_one(programs, authority, args.seed + i) for i in range(args.random)]
        print('# seed %d\n1..%d' % (args.seed, len(jobs)), flush=True)
        worst = bad = 0
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for i, future in enumerate(pool.map(lambda job: job(), jobs), 1):
                name, problems, took, peak, what = future
                print('%s %d - %-44s # %5.2f s %5.1f MiB  %s' % ('not ok' if problems else 'ok', i, name, took, peak, what[:110]), flush=True)
                for problem in problems:
                    print('# ' + problem.replace('\n', '\n# '))
                worst, bad = max(worst, peak), bad + bool(problems)
        print('# the largest nieuws-fetch took %.1f MiB' % worst)
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
