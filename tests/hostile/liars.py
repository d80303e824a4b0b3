"""Servers that lie, for the tests beside this file: they answer by a script and remember what they were told. Python standard
library only."""
import os
import socket
import ssl
import subprocess
import threading
import time

MAIL = b'From: Mens <mens@example.nl>\r\nTo: desk@example.nl\r\nSubject: Na de leugens\r\nMessage-ID: <goed@example.nl>\r\n\r\nDit is een gewoon bericht.\r\n'


class Authority:
    """Real certificates, made by openssl: one of each kind of wrong."""

    def __init__(self, folder):
        self.folder = folder
        self.make('ca', ['-x509', '-days', '30', '-addext', 'basicConstraints=critical,CA:TRUE'])
        self.make('other', ['-x509', '-days', '30', '-addext', 'basicConstraints=critical,CA:TRUE'])
        self.make('selfsigned', ['-x509', '-days', '30', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'])
        self.sign('good', 'DNS:localhost,IP:127.0.0.1')
        self.sign('wronghost', 'DNS:elders.example.nl')
        self.sign('expired', 'DNS:localhost,IP:127.0.0.1', days='-1')
        self.sign('otherca', 'DNS:localhost,IP:127.0.0.1', authority='other')
        self.sign('noname', 'email:post@example.nl')
        self.sign('purpose', 'DNS:localhost,IP:127.0.0.1', usage='clientAuth')

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *args):
        subprocess.run(['openssl', *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def make(self, name, more):
        self.run('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=Proef ' + name, '-keyout',
                 self.path(name + '.key'), '-out', self.path(name + '.pem'), *more)

    def sign(self, name, names, authority='ca', days='30', usage='serverAuth'):
        with open(self.path(name + '.ext'), 'w') as f:
            f.write('subjectAltName=%s\nextendedKeyUsage=%s\n' % (names, usage))
        self.run('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=proef', '-keyout',
                 self.path(name + '.key'), '-out', self.path(name + '.csr'))
        self.run('x509', '-req', '-in', self.path(name + '.csr'), '-CA', self.path(authority + '.pem'), '-CAkey',
                 self.path(authority + '.key'), '-CAcreateserial', '-days', days, '-extfile', self.path(name + '.ext'), '-out',
                 self.path(name + '.pem'))

    def context(self, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(name + '.pem'), self.path(name + '.key'))
        return context


class Liar:
    """Serves connections on loopback by a script(liar, client), each in a thread of its own."""

    def __init__(self, script, context=None, port=0):
        self.script, self.context = script, context
        self.heard, self.moments = b'', []
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(('127.0.0.1', port))
        self.socket.listen(20)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            self.moments.append(time.monotonic())
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        client.settimeout(20)
        try:
            if self.context:
                client = self.context.wrap_socket(client, server_side=True)
            self.script(self, client)
        except (OSError, ValueError, IndexError):
            pass
        try:
            client.close()
        except OSError:
            pass

    def line(self, client):
        got = b''
        while not got.endswith(b'\n'):
            byte = client.recv(1)
            if not byte:
                raise OSError('closed')
            got += byte
        self.heard += got
        return got.split()

    def close(self):
        # Shutting down wakes accept; closing alone does not.
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


class Truth:
    """An IMAP server that tells the truth, in pieces that a lie can replace: a dict of verb to bytes (%s is the tag) or to a
    function (liar, client, tag, words) that says whether the conversation goes on."""

    def __init__(self, mail=MAIL, validity=777, lies=None, size=None):
        self.mail, self.validity, self.lies = mail, validity, dict(lies or {})
        self.size = size if size is not None else len(mail)

    def answers(self):
        body = b'* 1 FETCH (UID 1 RFC822.SIZE %d INTERNALDATE "24-Nov-2026 10:00:00 +0100" BODY[] {%d}\r\n%s)\r\n' % (
            self.size, len(self.mail), self.mail)
        return {
            'GREETING': b'* OK [CAPABILITY IMAP4rev1 IDLE] dag\r\n',
            'CAPABILITY': b'* CAPABILITY IMAP4rev1 IDLE\r\n%s OK zo\r\n',
            'LOGIN': b'%s OK [CAPABILITY IMAP4rev1 IDLE] binnen\r\n',
            'SELECT': b'* 1 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY ' + str(self.validity).encode() + b'] x\r\n* OK [UIDNEXT 2] x\r\n'
                      b'%s OK [READ-WRITE] open\r\n',
            'FETCH': b'* 1 FETCH (UID 1 RFC822.SIZE %d)\r\n' % self.size + b'%s OK zo\r\n',
            'BODY': body.replace(b'%', b'%%') + b'%s OK zo\r\n',
            'STORE': b'%s OK zo\r\n',
            'LOGOUT': b'* BYE dag\r\n%s OK zo\r\n',
            'IDLE': b'+ wacht\r\n',
            'DONE': b'',
        }

    def __call__(self, liar, client):
        answers = dict(self.answers(), **self.lies)
        if not self.say(liar, client, answers['GREETING'], b'*', []):
            return
        idle = b''
        while True:
            words = liar.line(client)
            if words and words[0].upper() == b'DONE':
                if not self.say(liar, client, answers['DONE'] or b'%s OK zo\r\n', idle, words):
                    return
                continue
            tag, verb = words[0], words[1].upper().decode()
            if verb == 'UID':
                verb = words[2].upper().decode()
                verb = 'BODY' if verb == 'FETCH' and b'BODY' in b' '.join(words).upper() else verb
            if verb == 'IDLE':
                idle = tag
            if not self.say(liar, client, answers.get(verb, b'%s OK zo\r\n'), tag, words) or verb == 'LOGOUT':
                return

    @staticmethod
    def say(liar, client, answer, tag, words):
        if callable(answer):
            return answer(liar, client, tag, words)
        client.sendall(answer.replace(b'%%', b'\0').replace(b'%s', tag).replace(b'\0', b'%'))
        return True


def descendants(pid):
    """Of process pid, itself included; from /proc."""
    parents = {}
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                with open('/proc/%s/stat' % name) as f:
                    parents.setdefault(int(f.read().rpartition(')')[2].split()[1]), []).append(int(name))
            except (OSError, IndexError, ValueError):
                pass
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo += parents.get(one, [])
    return found


class Watch:
    """The peak memory (VmHWM, MiB) of each program below a process, looked at every few milliseconds."""

    def __init__(self, pid, every=0.02):
        self.pid, self.every, self.peaks, self.going = pid, every, {}, True
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while self.going:
            for pid in descendants(self.pid):
                try:
                    with open('/proc/%d/status' % pid) as f:
                        fields = dict(line.split(':', 1) for line in f)
                    name = fields['Name'].strip()
                    self.peaks[name] = max(self.peaks.get(name, 0), int(fields['VmHWM'].split()[0]) / 1024)
                except (OSError, KeyError, ValueError):
                    pass
            time.sleep(self.every)

    def end(self):
        self.going = False
        self.thread.join()
        return self.peaks
