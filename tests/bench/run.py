#!/usr/bin/python3
"""Benchmarks as one table: nieuwsd beside mbsync in the same run, on a private Dovecot. Never part of the tests.

usage: run.py BUILDDIR [--mails N] [--size BYTES] [--rounds N] [--tls]

Per round each contestant drains a fresh copy of the same mailbox into a folder of its own, with all syncs on. mbsync only
downloads; nieuwsd also reads, stores and indexes. Also: memory of all nieuws processes together (PSS), and the time from
delivery to the durable draft. Run it on the file system in question (TMPDIR chooses it)."""
import argparse
import glob
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(ROOT, 'tests', 'lab')]
import lab  # noqa: E402


def mail(number, size):
    words = 'de gemeente opent een nieuwe brug over het kanaal en de buurt viert dat met een feest op zaterdag '
    body = ''.join('<p>%s %d.</p>\r\n' % (words * 2, i) for i in range(max(1, min(size, 6000) // 200)))
    rest = max(0, size - 6000)
    attachment = ''
    if rest:
        import base64
        data = base64.encodebytes(os.urandom(rest * 3 // 4)).replace(b'\n', b'\r\n').decode()
        attachment = '--b\r\nContent-Type: image/jpeg; name="foto%d.jpg"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s' % (number, data)
    return ('From: Mens %d <mens%d@example.nl>\r\nTo: desk@x.test\r\nSubject: Bericht %d\r\nMessage-ID: <%d.bench@x>\r\nDate: Tue, 24 Nov 2026 '
            '10:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; '
            'charset=utf-8\r\n\r\n%s%s--b--\r\n' % (number, number, number, number, body, attachment)).encode()


def pss(pid):
    total = 0
    for folder in glob.glob('/proc/[0-9]*'):
        try:
            with open(folder + '/stat') as f:
                fields = f.read().rsplit(')', 1)[1].split()
            mine = int(os.path.basename(folder))
            if mine != pid and int(fields[1]) not in family:
                continue
            family.add(mine)
            with open(folder + '/smaps_rollup') as f:
                total += next(int(line.split()[1]) for line in f if line.startswith('Pss:'))
        except (OSError, StopIteration, ProcessLookupError):
            pass
    return total


family = set()


def watch(process, peak):
    family.clear()
    family.add(process.pid)
    while process.poll() is None:
        peak[0] = max(peak[0], pss(process.pid))
        time.sleep(0.02)


class Bench:
    def __init__(self, args, world):
        self.args, self.world = args, world
        programs = os.path.join(os.path.abspath(args.build), 'src', 'programs')
        self.nieuwsd = os.path.join(programs, 'nieuwsd')
        self.env = dict(os.environ, NIEUWS_LIBEXEC=programs, NIEUWS_DATA=os.path.join(ROOT, 'config'))
        self.results = {}

    def fill(self):
        cur = self.world.path('mail', 'desk', 'Maildir', 'cur')
        self.world.deliver('desk', mail(0, 300))
        for i in range(1, self.args.mails):
            raw = mail(i, self.args.size)
            with open(os.path.join(cur, '%d.M%d.bench:2,' % (1700000000 + i, i)), 'wb') as f:
                f.write(raw.replace(b'\r\n', b'\n'))
        if os.geteuid() == 0:
            subprocess.run(['chown', '-R', self.world.user, self.world.path('mail')], check=True)
        self.world.imap_login('desk').select()

    def mbsync(self, folder):
        path = os.path.join(folder, 'mbsyncrc')
        with open(path, 'w') as f:
            f.write('IMAPAccount a\nHost localhost\nPort %d\nUser desk\nPassCmd "cat %s/pw"\nSSLType IMAPS\nAuthMechs PLAIN LOGIN\nCertificateFile %s\n\n'
                    'IMAPStore far\nAccount a\n\nMaildirStore near\nPath %s/m/\nInbox %s/m/INBOX\n\nChannel c\nFar :far:\nNear :near:\nPatterns INBOX\n'
                    'Sync Pull\nCreate Near\nSyncState *\n' % (self.world.imaps, folder, self.world.path('tls', 'ca.pem'), folder, folder))
        with open(os.path.join(folder, 'pw'), 'w') as f:
            f.write(lab.PASSWORD + '\n')
        os.mkdir(os.path.join(folder, 'm'))
        subprocess.run(['mbsync', '-q', '-c', path, '-a'], check=True, stderr=subprocess.DEVNULL)
        return len(glob.glob(folder + '/m/INBOX/*/*:2,*')) or len(glob.glob(folder + '/m/INBOX/new/*'))

    def drain(self, folder, done):
        config = self.world.config(folder, receipts='never', editors=(), done=done)
        subprocess.run([self.nieuwsd, '--config', config, '--once'], env=self.env, check=True, stderr=subprocess.DEVNULL)
        with sqlite3.connect(os.path.join(folder, 'spool', 'nieuws.db')) as db:
            return db.execute('select count(*) from draft').fetchone()[0]

    def once(self, name, function):
        folder = tempfile.mkdtemp(prefix='nieuws-bench-')
        os.sync()
        began = time.monotonic()
        got = function(folder)
        took = time.monotonic() - began
        shutil.rmtree(folder)
        if got != self.args.mails:
            raise SystemExit('%s got %d of %d mails' % (name, got, self.args.mails))
        self.results.setdefault(name, []).append(took)

    def drains(self):
        contestants = [('nieuwsd', lambda f: self.drain(f, 'none')), ('nieuwsd, seen', lambda f: self.drain(f, 'seen'))]
        if shutil.which('mbsync'):
            contestants.insert(0, ('mbsync', self.mbsync))
        for _ in range(self.args.rounds):
            for name, function in contestants:
                self.once(name, function)
        base = self.results.get('mbsync')
        print('%-16s %9s %9s %12s' % ('drain', 'median s', 'mails/s', 'to mbsync'))
        for name, times in self.results.items():
            ratio = statistics.median(t / b for t, b in zip(times, base)) if base else float('nan')
            print('%-16s %9.3f %9.0f %11.2fx' % (name, statistics.median(times), self.args.mails / statistics.median(times), ratio))

    def memory_and_latency(self):
        folder = tempfile.mkdtemp(prefix='nieuws-bench-')
        config = self.world.config(folder, receipts='never', editors=())
        peak = [0]
        daemon = subprocess.Popen([self.nieuwsd, '--config', config], env=self.env, stderr=subprocess.DEVNULL)
        threading.Thread(target=watch, args=(daemon, peak), daemon=True).start()
        db = os.path.join(folder, 'spool', 'nieuws.db')
        while self.count(db) < self.args.mails:
            time.sleep(0.05)
        print('memory of all processes while draining: %.1f MiB PSS' % (peak[0] / 1024))
        took = []
        for i in range(10):
            want = self.count(db) + 1
            self.world.deliver('desk', mail(100000 + i, 3000))
            began = time.monotonic()
            while self.count(db) < want:
                time.sleep(0.0005)
            took.append(1000 * (time.monotonic() - began))
            time.sleep(0.2)
        print('delivery to durable draft: median %.0f ms, worst %.0f ms (500 of them are Dovecot\'s own)' % (statistics.median(took), max(took)))
        time.sleep(25)
        print('idle: %.1f MiB PSS' % (pss(daemon.pid) / 1024))
        daemon.terminate()
        daemon.wait(10)
        shutil.rmtree(folder)

    @staticmethod
    def count(path):
        try:
            with sqlite3.connect('file:%s?mode=ro' % path, uri=True) as db:
                return db.execute('select count(*) from draft').fetchone()[0]
        except sqlite3.OperationalError:
            return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build')
    parser.add_argument('--mails', type=int, default=1000)
    parser.add_argument('--size', type=int, default=5600)
    parser.add_argument('--rounds', type=int, default=5)
    args = parser.parse_args()
    with lab.Lab(smtp=False) as world:
        bench = Bench(args, world)
        bench.fill()
        print('%d mails of about %d bytes, over TLS, everything synced' % (args.mails, args.size))
        bench.drains()
        bench.memory_and_latency()


if __name__ == '__main__':
    main()
