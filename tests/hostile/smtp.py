#!/usr/bin/python3
"""SMTP servers that lie, hang and forge: nieuwsd goes on, the mail is noted as waiting or sent and never lost, the password goes
to nobody who was not verified, nieuws-send stays below 64 MiB. And the stream itself: what leaves has CRLF line ends, doubled dots and
lines of at most 998 bytes.

usage: smtp.py PROGRAMS [PART-OF-A-NAME]"""
import base64
import concurrent.futures
import email
import email.policy
import os
import re
import subprocess
import sys
import tempfile
import time

from liars import Authority, Liar, Truth, Watch

PASSWORD = 'kanarie-7f3a9b'
SECRETS = [PASSWORD.encode(), base64.b64encode(PASSWORD.encode()), base64.b64encode(b'\0post\0' + PASSWORD.encode())]
TIMEOUT = 2
BAIT = (b'From: Mens <mens@example.nl>\r\nReturn-Path: <mens@example.nl>\r\nTo: desk@example.nl\r\nMessage-ID: <1@example.nl>\r\nSubject: %s\r\n\r\n'
        b'.een punt\r\n..twee\r\n.\r\nMAIL FROM:<x@example.nl>\r\n' + b'lang' * 600 + b'\r\nKaal\rhier\nen hier\r\n')


class Post:
    """An SMTP server that tells the truth, but for its lies: verb to bytes or function(liar, client)."""

    def __init__(self, lies=None):
        self.lies, self.mails, self.raw = dict(lies or {}), [], b''

    def __call__(self, liar, client):
        if not self.say(liar, client, 'GREETING', b'220 post\r\n'):
            return
        while True:
            words = liar.line(client)
            verb = words[0].upper().decode() if words else ''
            if verb == 'EHLO':
                good = self.say(liar, client, 'EHLO', b'250-post\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n')
            elif verb == 'AUTH':
                good = self.say(liar, client, 'AUTH', b'235 binnen\r\n')
            elif verb == 'DATA':
                good = self.say(liar, client, 'DATA', b'354 kom maar\r\n')
                if good and 'DATA' not in self.lies:
                    good = self.data(liar, client)
            elif verb == 'QUIT':
                self.say(liar, client, 'QUIT', b'221 dag\r\n')
                return
            else:
                good = self.say(liar, client, verb, b'250 goed\r\n')
            if not good:
                return

    def data(self, liar, client):
        text = b''
        while not text.endswith(b'\r\n.\r\n'):
            got = client.recv(65536)
            if not got:
                return False
            text += got
        self.raw = text
        if 'BODY' not in self.lies:
            self.mails.append(text)
        return self.say(liar, client, 'BODY', b'250 aangenomen\r\n')

    def say(self, liar, client, verb, truth):
        answer = self.lies.get(verb, truth)
        if callable(answer):
            return answer(liar, client)
        client.sendall(answer)
        return True


def hang(liar, client):
    time.sleep(TIMEOUT * 3)
    return False


def shut(data=b''):
    def end(liar, client):
        client.sendall(data)
        return False
    return end


def pour(data, times):
    def flood(liar, client):
        for _ in range(times):
            client.sendall(data)
        return True
    return flood


def trickle(liar, client):
    for _ in range(60):
        client.sendall(b'2')
        time.sleep(0.1)
    return False


def scripted():
    """name, lies, (tls, certificate), state of the outbox afterwards."""
    good = ('implicit', 'good')
    yield 'an honest server', {}, good, 'sent'
    yield 'AUTH with a tab', {'EHLO': b'250-post\r\n250-AUTH\tPLAIN LOGIN\r\n250 OK\r\n'}, good, 'sent'
    yield 'AUTH and tabs without end', {'EHLO': b'250-post\r\n250-AUTH ' + b'\t' * 4000 + b'\r\n250 OK\r\n'}, good, 'sent'
    for stage in ('GREETING', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'BODY'):
        final = stage in ('MAIL', 'RCPT', 'DATA', 'BODY')
        yield '4xx at %s' % stage, {stage: b'451 later\r\n'}, good, 'waiting'
        yield '5xx at %s' % stage, {stage: b'554 nee\r\n'}, good, 'failed' if final else 'waiting'
        yield 'hangs at %s' % stage, {stage: hang}, good, 'waiting'
        yield 'end of file at %s' % stage, {stage: shut()}, good, 'waiting'
        yield 'half a reply at %s' % stage, {stage: shut(b'25')}, good, 'waiting'
    yield 'trickles its greeting', {'GREETING': trickle}, good, 'waiting'
    yield 'trickles after the mail', {'BODY': trickle}, good, 'waiting'
    yield 'a reply of 20 MB', {'EHLO': pour(b'250-' + b'x' * 100000, 200)}, good, 'waiting'
    yield 'a reply of a million lines', {'EHLO': pour(b'250-x\r\n' * 10000, 100)}, good, 'waiting'
    yield 'a reply of escapes', {'RCPT': b'550 \x1b]52;c;x\x07\xff\x9b31m nee\r\n'}, good, 'failed'
    yield 'replies that nobody asked for', {'MAIL': b'250 een\r\n250 twee\r\n354 drie\r\n250 vier\r\n'}, good, 'waiting'
    yield 'noise instead of a code', {'MAIL': b'hallo daar\r\n'}, good, 'waiting'
    yield 'taken, and the answer lost', {'BODY': shut()}, good, 'waiting'
    for certificate in ('selfsigned', 'wronghost', 'expired', 'otherca', 'noname', 'purpose'):
        yield 'certificate %s' % certificate, {}, ('implicit', certificate), 'waiting'
    yield 'STARTTLS not offered', {}, ('starttls', None), 'waiting'
    yield 'STARTTLS refused', {'EHLO': b'250-post\r\n250 STARTTLS\r\n', 'STARTTLS': b'454 nu niet\r\n'}, ('starttls', None), 'waiting'
    yield 'STARTTLS injected', {'EHLO': b'250-post\r\n250 STARTTLS\r\n', 'STARTTLS': b'220 toe\r\n250-post\r\n250 AUTH PLAIN\r\n'}, ('starttls', None), 'waiting'


def configure(folder, authority, imap, smtp, tls, extra=''):
    with open(os.path.join(folder, 'password'), 'w') as f:
        f.write(PASSWORD + '\n')
    os.chmod(os.path.join(folder, 'password'), 0o600)
    path = os.path.join(folder, 'nieuws.conf')
    with open(path, 'w') as f:
        f.write('[nieuws]\nspool = spool\nnewsroom = Proef\nreference = PRF\n[receipt]\nsend = always\n'
                '[mailbox desk]\nhost = 127.0.0.1\nport = %d\ntls = none\nuser = desk\npassword_file = password\naddress = desk@example.nl\n'
                'timeout = %d s\n[smtp]\nhost = localhost\nport = %d\ntls = %s\nca_file = %s\nuser = post\npassword_file = password\nauth = plain\n'
                'from = nieuws@example.nl\ntimeout = %d s\n%s' % (imap, TIMEOUT, smtp, tls, authority.path('ca.pem'), TIMEOUT, extra))
    return path


def daemon(programs, config, seconds=60):
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    env = dict(os.environ, NIEUWS_LIBEXEC=programs, NIEUWS_DATA=os.path.join(root, 'config'), ASAN_OPTIONS='detect_leaks=0', LC_ALL='C.UTF-8')
    began = time.monotonic()
    process = subprocess.Popen([os.path.join(programs, 'nieuwsd'), '--config', config, '--once'], env=env, stderr=subprocess.PIPE)
    watch = Watch(process.pid, every=0.01)
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        said = process.communicate()[1] + b' DID NOT END'
    return process.returncode, said.decode(errors='replace'), time.monotonic() - began, watch.end().get('nieuws-send', 0)


def ask(folder, sql):
    import sqlite3
    with sqlite3.connect('file:%s?mode=ro' % os.path.join(folder, 'spool', 'nieuws.db'), uri=True) as db:
        return db.execute(sql).fetchall()


def run_one(programs, authority, name, lies, how, wanted):
    tls, certificate = how
    post = Post(lies)
    server = Liar(post, authority.context(certificate) if tls == 'implicit' else None)
    imap = Liar(Truth(mail=BAIT % b'Gewoon'))
    problems = []
    with tempfile.TemporaryDirectory(prefix='nieuws-post-') as folder:
        code, said, took, peak = daemon(programs, configure(folder, authority, imap.port, server.port, tls))
        rows = ask(folder, 'select state, attempts, reply from outbox')
        server.close()
        imap.close()
    if code not in (0, 1, 75):
        problems.append('ended with %d: %s' % (code, said[-300:]))
    if took > TIMEOUT * 6 or peak > 64:
        problems.append('cost too much')
    if len(rows) != 1 or (wanted and rows[0][0] != wanted):
        problems.append('the outbox is %r, wanted %s' % (rows, wanted))
    if (tls == 'starttls' or certificate != 'good') and any(secret in server.heard for secret in SECRETS):
        problems.append('the password was sent')
    if any(ord(c) < 32 and c != '\n' for c in said):
        problems.append('control characters in the log')
    if wanted == 'sent':
        problems += check_stream(post.raw)
    return name, problems, took, peak, '%s: %s' % (rows[0][0], rows[0][2]) if rows else ''


# --- what leaves -------------------------------------------------------------------------------------------------------


def check_stream(raw):
    """RFC 5321, 4.5.2 and 4.5.3.1.6; no smuggling."""
    problems = []
    if re.search(rb'(?<!\r)\n|\r(?!\n)', raw):
        problems.append('a bare CR or LF')
    body = raw[:-5] if raw.endswith(b'\r\n.\r\n') else raw
    if re.search(rb'\r\n\.(?!\.)', body):
        problems.append('a dot at the start of a line is not doubled')
    if max(len(line) for line in raw.split(b'\r\n')) > 998:
        problems.append('a line over 998 bytes')
    return problems


def injections():
    """A hundred subjects that want to become headers."""
    bare = ['\r\nBcc: dief@example.org', '\nBcc: dief@example.org', '\rBcc: dief@example.org', '\0Bcc: dief@example.org', '\r\n\r\ntekst',
            '\u2028Bcc: dief@example.org', '\x85Bcc: dief@example.org', '\r\n Bcc: dief@example.org', '\r\n.\r\nMAIL FROM:<x>', '\x0bBcc: x', '\x0cBcc: x', '=?utf-8?q?x=0D=0ABcc:_y?=']
    for i in range(100):
        text = 'Kop %d%s' % (i, bare[i % len(bare)] * (1 + i // 50))
        if i % 3 == 0:
            yield ('=?utf-8?b?%s?=' % base64.b64encode(text.encode()).decode()).encode()
        elif i % 3 == 1:
            yield b'=?utf-8?q?' + b''.join(b'=%02X' % c for c in text.encode()) + b'?='
        else:
            yield b'=?iso-8859-1?q?' + b''.join(b'=%02X' % c for c in text.encode('latin-1', 'replace')) + b'?='


def header_injection(programs, authority):
    """Each as a mail; the receipts and notices that they cause have exactly the headers that were meant, says a second parser."""
    mails = [BAIT.replace(b'<1@', b'<%d@' % i).replace(b'mens@', b'mens%d@' % i) % subject for i, subject in enumerate(injections())]
    listing = b''.join(b'* %d FETCH (UID %d RFC822.SIZE %d)\r\n' % (i + 1, i + 1, len(m)) for i, m in enumerate(mails))
    bodies = b''.join(b'* %d FETCH (UID %d RFC822.SIZE %d BODY[] {%d}\r\n%s)\r\n' % (i + 1, i + 1, len(m), len(m), m) for i, m in enumerate(mails))

    def fetch(liar, client, tag, words):
        first, last = (int(n) for n in words[3].split(b':')) if b':' in words[3] else (int(words[3]),) * 2
        for i in range(first - 1, last):
            client.sendall(b'* %d FETCH (UID %d RFC822.SIZE %d BODY[] {%d}\r\n%s)\r\n' % (i + 1, i + 1, len(mails[i]), len(mails[i]), mails[i]))
        client.sendall(tag + b' OK zo\r\n')
        return True

    imap = Liar(Truth(lies={'SELECT': b'* 100 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* OK [UIDNEXT 101] x\r\n%s OK [READ-WRITE] x\r\n',
                            'FETCH': lambda l, c, t, w: (c.sendall(listing + t + b' OK zo\r\n'), True)[1], 'BODY': fetch}))
    post = Post()
    server = Liar(post, authority.context('good'))
    problems = []
    with tempfile.TemporaryDirectory(prefix='nieuws-post-') as folder:
        config = configure(folder, authority, imap.port, server.port, 'implicit', '[editor sanne]\nname = Sanne\naddress = sanne@example.nl\n')
        code, said, took, peak = daemon(programs, config)
        for _ in range(12):  # the outbox goes out a handful at a time
            if not ask(folder, "select 1 from outbox where state = 'waiting'"):
                break
            daemon(programs, config)
        kinds = ask(folder, 'select kind, state, count(*) from outbox group by 1, 2')
        imap.close()
        server.close()
    allowed = {'from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type', 'content-transfer-encoding', 'auto-submitted',
               'in-reply-to', 'references', 'reply-to', 'x-auto-response-suppress', 'precedence', 'x-nieuws', 'x-nieuws-loop', 'x-loop'}
    for raw in post.mails:
        problems += check_stream(raw)
        parsed = email.message_from_bytes(raw[:-5], policy=email.policy.default)
        names = [name.lower() for name in parsed.keys()]
        if set(names) - allowed or len(set(names)) != len(names):
            problems.append('headers %s' % sorted(set(names) - allowed))
        if re.search(r'[\x00-\x1f\x7f-\x9f\u2028\u2029]', str(parsed['subject'])):
            problems.append('subject %r' % str(parsed['subject']))
        if parsed['auto-submitted'] is None:
            problems.append('no Auto-Submitted')
        if len(parsed.get_all('to', [])) != 1 or str(parsed['to']).count('@') != 1:
            problems.append('to %r' % parsed.get_all('to'))
    if code != 0 or len(post.mails) < 100:
        problems.append('%d, only %d mails left: %s %s' % (code, len(post.mails), kinds, said[-300:]))
    return 'a hundred subjects', sorted(set(problems))[:10], took, peak, '%d mails looked at' % len(post.mails)


def main():
    programs = os.path.abspath(sys.argv[1])
    only = sys.argv[2] if len(sys.argv) > 2 else ''
    with tempfile.TemporaryDirectory(prefix='nieuws-tls-') as folder:
        authority = Authority(folder)
        jobs = [lambda s=s: run_one(programs, authority, *s) for s in scripted() if only in s[0]]
        if only in 'a hundred subjects':
            jobs.append(lambda: header_injection(programs, authority))
        print('1..%d' % len(jobs), flush=True)
        bad = 0
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for i, (name, problems, took, peak, what) in enumerate(pool.map(lambda job: job(), jobs), 1):
                what = ''.join(c if c.isprintable() else '?' for c in what)
                print('%s %d - %-34s # %5.2f s %5.1f MiB  %s' % ('not ok' if problems else 'ok', i, name, took, peak, what[:110]), flush=True)
                for problem in problems:
                    print('# ' + problem.replace('\n', '\n# '))
                bad += bool(problems)
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
