#!/usr/bin/python3
"""Servers that lie: wrong certificates, downgrades, answers that crash parsers. The password never goes out; nieuwsd stays."""
import os
import socket
import ssl
import threading
import time

import world  # noqa: F401
from world import Newsroom, mail


def certificates(w, programs):
    """Self-signed, wrong host, expired, other authority, on implicit TLS and STARTTLS."""
    for tls in ('implicit', 'starttls'):
        for address in ('127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'):
            before = w.log()
            room = Newsroom(w, programs, host=address, tls=tls, smtp=False)
            done = room.once(check=False)
            assert done.returncode != 0 and b'is not trusted' in done.stderr, (tls, address, done)
            assert 'Login: user=' not in w.log()[len(before):], 'somebody logged in'
        w.deliver('desk', mail(1 if tls == 'implicit' else 2))
        room = Newsroom(w, programs, tls=tls, smtp=False)
        room.once()
        assert room.number('select count(*) from draft') >= 1


class Liar:
    """Answers by a script, remembers what it was told."""

    def __init__(self, script):
        self.socket = socket.socket()
        self.socket.bind(('127.0.0.1', 0))
        self.socket.listen(5)
        self.port = self.socket.getsockname()[1]
        self.heard = b''
        self.script = script
        self.open = True
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while self.open:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            client.settimeout(8)
            try:
                self.script(self, client)
            except OSError:
                pass
            client.close()

    def line(self, client):
        got = b''
        while not got.endswith(b'\n'):
            byte = client.recv(1)
            if not byte:
                raise OSError
            got += byte
        self.heard += got
        return got.split()

    def close(self):
        self.open = False
        self.socket.close()


def conversation(greeting=b'* OK [CAPABILITY IMAP4rev1 STARTTLS IDLE MOVE UIDPLUS] hello\r\n', fetch=None, select=None, starttls=None):
    def script(liar, client):
        client.sendall(greeting)
        while True:
            words = liar.line(client)
            tag, verb = words[0], words[1].upper()
            if verb == b'STARTTLS':
                client.sendall((starttls or b'%s NO no\r\n') % tag)
            elif verb == b'SELECT':
                client.sendall((select or b'* 1 EXISTS\r\n* OK [UIDVALIDITY 5] ok\r\n* OK [UIDNEXT 9] ok\r\n%s OK [READ-WRITE] in\r\n') % tag)
            elif verb == b'FETCH':
                client.sendall(b'* 1 FETCH (UID 7 RFC822.SIZE 50)\r\n%s OK done\r\n' % tag)
            elif verb == b'UID' and words[2].upper() == b'FETCH' and fetch is not None:
                fetch(client, tag)
            elif verb == b'CAPABILITY':
                client.sendall(b'* CAPABILITY IMAP4rev1 IDLE\r\n%s OK done\r\n' % tag)
            elif verb == b'LOGOUT':
                client.sendall(b'* BYE\r\n%s OK bye\r\n' % tag)
                return
            else:
                client.sendall(b'%s OK fine\r\n' % tag)
    return script


def lie(w, programs, tls='none', **kw):
    liar = Liar(conversation(**kw))
    room = Newsroom(w, programs, host='127.0.0.1', port=liar.port, tls=tls, smtp=False, mailbox='timeout = 2 s')
    began = time.monotonic()
    done = room.once(check=False, timeout=40)
    liar.close()
    return liar, room, done, time.monotonic() - began


def no_password_in_clear(w, programs):
    for starttls, greeting in ((b'%s NO not today\r\n', None), (b'%s OK go\r\n* OK injected\r\n', None), (b'%s BAD what\r\n', None),
                               (None, b'* PREAUTH [CAPABILITY IMAP4rev1] you are in\r\n'),
                               (None, b'* OK [CAPABILITY IMAP4rev1] no STARTTLS here\r\n')):
        kw = {'starttls': starttls} if starttls else {}
        if greeting:
            kw['greeting'] = greeting
        liar, _, done, _ = lie(w, programs, tls='starttls', **kw)
        assert done.returncode != 0 and b'LOGIN' not in liar.heard.upper() and b'heim' not in liar.heard, (greeting, liar.heard)


def answers_that_crash_parsers(w, programs):
    def trickle(client, tag):
        client.sendall(b'* 1 FETCH (UID 7 BODY[] {5000}\r\n')
        for _ in range(60):
            client.sendall(b'x')
            time.sleep(0.1)

    def sender(data):
        return lambda client, tag: client.sendall(data.replace(b'%s', tag))

    cases = {
        'nested parentheses': sender(b'* 1 FETCH (BODYSTRUCTURE ' + b'(' * 20000 + b'\r\n%s OK\r\n'),
        'literal of 99 GB': sender(b'* 1 FETCH (UID 7 BODY[] {99999999999}\r\nx'),
        'negative literal': sender(b'* 1 FETCH (UID 7 BODY[] {-5}\r\n%s OK\r\n'),
        'bad charset code': sender(b'* OK [BADCHARSET ("x")] y\r\n%s OK\r\n'),
        'permanent flags': sender(b'* OK [PERMANENTFLAGS (] y\r\n%s OK\r\n'),
        'alert without text': sender(b'* OK [ALERT]\r\n%s OK\r\n'),
        'end within a literal': lambda client, tag: (client.sendall(b'* 1 FETCH (UID 7 BODY[] {500}\r\nxx'), client.close()),
        'trickle': trickle,
        'silence': lambda client, tag: time.sleep(4),
        'no body': sender(b'* 1 FETCH (UID 7 BODY[] NIL)\r\n%s OK done\r\n'),
        'another mail': sender(b'* 1 FETCH (UID 99 BODY[] {12}\r\nSubject: x\r\n)\r\n%s OK done\r\n'),
        'flood': lambda client, tag: client.sendall(b'* 5 EXISTS\r\n' * 300000),
        'one endless line': lambda client, tag: client.sendall(b'* OK ' + b'a' * 3000000 + b'\r\n'),
    }
    for name, fetch in cases.items():
        _, room, done, took = lie(w, programs, fetch=fetch)
        assert done.returncode in (0, 1, 75), (name, done)
        assert took < 12, (name, took)
        assert room.number('select count(*) from draft') == 0, name
        assert not [n for n in os.listdir(os.path.join(room.folder, 'spool', 'incoming'))] or done.returncode, name


def lying_size(w, programs):
    """It says 50 bytes and sends without end."""
    liar, room, done, took = lie(w, programs, fetch=lambda client, tag: client.sendall(
        b'* 1 FETCH (UID 7 RFC822.SIZE 50 BODY[] {5000000}\r\n' + b'x' * 5000000 + b')\r\n%s OK done\r\n' % tag))
    assert done.returncode == 75 and room.number('select count(*) from draft') == 0, done


class Post:
    """A mail server with a certificate of the lab's, on implicit TLS or STARTTLS, that wants PLAIN or LOGIN."""

    def __init__(self, w, certificate, starttls=False, offer=True):
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(w.path('tls', certificate + '.pem'), w.path('tls', certificate + '.key'))
        self.starttls, self.offer = starttls, offer
        self.heard, self.mails = [], []
        self.socket = socket.socket()
        self.socket.bind(('127.0.0.1', 0))
        self.socket.listen(5)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
                client.settimeout(5)
                self.talk(client if self.starttls else self.context.wrap_socket(client, server_side=True))
            except (OSError, ssl.SSLError, IndexError):
                if self.socket.fileno() < 0:
                    return

    def talk(self, client):
        encrypted = not self.starttls
        client.sendall(b'220 post ready\r\n')
        lines = client.makefile('rb')
        while True:
            line = lines.readline().decode().strip()
            if not line:
                return
            self.heard.append((encrypted, line))
            verb = line.split()[0].upper()
            if verb == 'EHLO':
                client.sendall(b'250-post\r\n250-AUTH\tPLAIN LOGIN\r\n' + (b'250-STARTTLS\r\n' if self.offer and not encrypted else b'') + b'250 OK\r\n')
            elif verb == 'STARTTLS':
                client.sendall(b'220 go\r\n')
                client = self.context.wrap_socket(client, server_side=True)
                lines, encrypted = client.makefile('rb'), True
            elif verb == 'AUTH':
                client.sendall(b'235 in\r\n')
            elif verb == 'DATA':
                client.sendall(b'354 send\r\n')
                text = b''
                while not text.endswith(b'\r\n.\r\n'):
                    text += lines.readline()
                self.mails.append(text)
                client.sendall(b'250 taken\r\n')
            else:
                client.sendall(b'250 fine\r\n')


def outgoing_mail(w, programs):
    """Good certificates on both TLS modes get the mail and the password; all others get neither."""
    w.deliver('desk', mail(1))
    cases = [('good', False, True, True), ('good', True, True, True), ('selfsigned', False, True, False), ('wronghost', True, True, False),
             ('expired', False, True, False), ('othercaleaf', True, True, False), ('good', True, False, False)]
    for certificate, starttls, offer, welcome in cases:
        post = Post(w, certificate, starttls, offer)
        room = Newsroom(w, programs, smtp=False, receipts='never')
        with open(room.config, 'a') as f:
            f.write('[smtp]\nhost = localhost\nport = %d\ntls = %s\nca_file = %s\nauth = plain\nuser = post\npassword_file = password\nfrom = '
                    'nieuws@example.nl\ntimeout = 5 s\n' % (post.port, 'starttls' if starttls else 'implicit', w.path('tls', 'ca.pem')))
        room.once()
        post.socket.close()
        said = [line for _, line in post.heard if line.upper().startswith('AUTH')]
        assert (len(post.mails) == 1) == welcome and (len(said) == 1) == welcome, (certificate, starttls, offer, post.heard)
        assert all(encrypted for encrypted, line in post.heard if line.upper().startswith(('AUTH', 'MAIL', 'RCPT'))), post.heard
        want = 'sent' if welcome else 'waiting'
        assert room.number("select count(*) from outbox where state = '%s'" % want) == 1, (certificate, room.ask('select state, reply from outbox'))


def wrong_password_is_not_hammered(w, programs):
    room = Newsroom(w, programs, smtp=False)
    with open(os.path.join(room.folder, 'password'), 'w') as f:
        f.write('wrong\n')
    daemon = room.daemon()
    try:
        time.sleep(4)
        assert w.log().count('auth failed') <= 2, w.log()[-500:]
        assert 'refuses to log us in' in room.json('status')['folders'][0]['trouble']
    finally:
        world.end(daemon)


world.run([certificates, no_password_in_clear, answers_that_crash_parsers, lying_size, outgoing_mail, wrong_password_is_not_hammered])
