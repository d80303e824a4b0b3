"""What the end-to-end tests share: a lab, nieuwsd beside it, questions to the database. Python standard library only."""
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'lab'), os.path.join(HERE, '..', 'samples')]
import lab  # noqa: E402

SEED = int(os.environ.get('NIEUWS_SEED', random.randrange(1 << 30)))


def mail(number, text='Dit is een bericht.', sender='mens@example.nl', extra=''):
    return ('From: Mens <%s>\r\nTo: desk@%s\r\nSubject: Bericht %d\r\nMessage-ID: <%d.%s>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0100\r\n%s\r\n%s '
            'Nummer %d.\r\n' % (sender, lab.DOMAIN, number, number, sender, extra, text, number)).encode()


class Newsroom:
    """One spool and configuration; programs from the build."""

    def __init__(self, world, programs, folder=None, **config):
        self.world = world
        self.folder = folder or tempfile.mkdtemp(prefix='nieuws-e2e-')
        self.programs = programs
        self.nieuwsd = os.path.join(programs, 'nieuwsd')
        self.nieuws = os.path.join(programs, 'nieuws', 'nieuws')
        root = os.path.dirname(os.path.dirname(HERE))
        self.env = dict(os.environ, NIEUWS_LIBEXEC=programs, NIEUWS_DATA=os.path.join(root, 'config'), ASAN_OPTIONS='detect_leaks=0',
                        LC_ALL='C.UTF-8')
        self.config = world.config(self.folder, **config)

    def once(self, check=True, timeout=120):
        done = subprocess.run([self.nieuwsd, '--config', self.config, '--once'], env=self.env, stderr=subprocess.PIPE, timeout=timeout)
        if check and done.returncode:
            raise AssertionError('nieuwsd ended with %d: %s' % (done.returncode, done.stderr.decode()))
        return done

    def daemon(self):
        return subprocess.Popen([self.nieuwsd, '--config', self.config], env=self.env, stderr=open(os.path.join(self.folder, 'log'), 'ab'))

    def command(self, *args):
        return subprocess.run([self.nieuws, '--config', self.config, *args], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)

    def json(self, *args):
        return json.loads(self.command(*args, '--json').stdout)

    def ask(self, sql):
        path = os.path.join(self.folder, 'spool', 'nieuws.db')
        with sqlite3.connect('file:%s?mode=ro' % path, uri=True, timeout=20) as db:
            return db.execute(sql).fetchall()

    def number(self, sql):
        try:
            return self.ask(sql)[0][0]
        except sqlite3.OperationalError:
            return 0

    def wait_for(self, sql, value, seconds=60):
        for _ in range(seconds * 20):
            if self.number(sql) == value:
                return
            time.sleep(0.05)
        raise AssertionError('%s is %r, not %r; log: %s' % (sql, self.number(sql), value, self.log()[-800:]))

    def log(self):
        path = os.path.join(self.folder, 'log')
        return open(path, errors='replace').read() if os.path.exists(path) else ''

    def raw(self, path):
        with open(os.path.join(self.folder, 'spool', path), 'rb') as f:
            return f.read()


class Skip(Exception):
    """This machine cannot do it; the text says why."""


def end(process, seconds=8):
    """SIGTERM, and how long it took."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(seconds)
    return time.monotonic() - began


def run(tests):
    """Every test in turn, as TAP. sys.argv[1] is the folder of the programs."""
    programs = os.path.abspath(sys.argv[1])
    only = sys.argv[2:]
    failed = 0
    chosen = [t for t in tests if not only or t.__name__ in only]
    print('# seed %d\n1..%d' % (SEED, len(chosen)), flush=True)
    for i, test in enumerate(chosen, 1):
        try:
            with lab.Lab(smtp=getattr(test, 'smtp', False)) as world:
                if getattr(test, 'smtp', False) and world.smtpd is None:
                    print('ok %d - %s # SKIP needs root and opensmtpd' % (i, test.__name__), flush=True)
                    continue
                test(world, programs)
            print('ok %d - %s' % (i, test.__name__), flush=True)
        except Skip as why:
            print('ok %d - %s # SKIP %s' % (i, test.__name__, why), flush=True)
        except Exception as problem:  # a test that fails must not stop the others
            import traceback
            failed += 1
            print('# ' + traceback.format_exc().replace('\n', '\n# '))
            print('not ok %d - %s: %s' % (i, test.__name__, str(problem).replace('\n', ' ')[:300]), flush=True)
    sys.exit(1 if failed else 0)
