#!/usr/bin/python3
"""The main job on an embedded mailbox: a private Dovecot and mail server on loopback, twelve sample submissions, nieuwsd, and
what editors and contributors see of it. Leaves nothing running and nothing behind.

usage: first_run.py BUILDDIR"""
import email
import email.policy
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, 'tests', 'samples')]
import lab  # noqa: E402
import make  # noqa: E402


def title(text):
    print('\n\033[1m== %s\033[0m' % text if sys.stdout.isatty() else '\n== %s' % text, flush=True)


def show_mail(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for name in ('From', 'To', 'Subject', 'Auto-Submitted'):
        print('  | %s: %s' % (name, message[name]))
    print('  |')
    for line in message.get_content().splitlines():
        print('  | ' + line)
    sys.stdout.flush()


class Run:
    def __init__(self, build, world, folder):
        self.world, self.folder = world, folder
        programs = os.path.join(build, 'src', 'programs')
        self.nieuwsd = os.path.join(programs, 'nieuwsd')
        self.nieuws = os.path.join(programs, 'nieuws', 'nieuws')
        self.env = dict(os.environ, NIEUWS_LIBEXEC=programs + ':' + os.path.join(programs, 'nieuws'),
                        NIEUWS_DATA=os.path.join(ROOT, 'config'), NIEUWS_NO_PAGER='1')
        self.config = world.config(folder, receipts='always')

    def command(self, *args, **kw):
        return subprocess.run([self.nieuws, '--config', self.config, *args], env=self.env, **kw)

    def status(self):
        done = self.command('status', '--json', stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(done.stdout) if done.stdout.startswith(b'{') else None

    def keep_all(self, count):
        """nieuwsd as a daemon, until all is kept and the outbox is empty."""
        with open(os.path.join(self.folder, 'nieuwsd.log'), 'wb') as log:
            daemon = subprocess.Popen([self.nieuwsd, '--config', self.config], env=self.env, stderr=log)
        try:
            for _ in range(300):
                time.sleep(0.1)
                status = self.status()
                if status is None:
                    continue
                kept = sum(f['kept'] + f['quarantined'] for f in status['folders'])
                print('\r  %d of %d mails kept, %d in quarantine, %d mails sent ' % (
                    kept, count, status['quarantined'], status['outbox']['sent']), end='', flush=True)
                if kept >= count and status['outbox']['waiting'] == 0:
                    break
            else:
                raise SystemExit('\nthe mails were not kept in 30 seconds; see above')
            print()
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(10)


def find_draft(run, word):
    drafts = json.loads(run.command('list', '--json', stdout=subprocess.PIPE).stdout)['drafts']
    return next(d for d in drafts if word in d['title'])


def main():
    build = os.path.abspath(sys.argv[1])
    samples = make.submissions()
    title('A private mail world on loopback')
    with lab.Lab() as world, tempfile.TemporaryDirectory(prefix='nieuws-first-run-') as folder:
        print('  Dovecot on port %d (TLS)%s' % (world.imaps, ', OpenSMTPD on port %d' % world.smtp if world.smtpd else
                                                '; no mail server: run as root to see notices and receipts'))
        run = Run(build, world, folder)
        for name, raw in samples:
            world.deliver('desk', raw)
        print('  %d submissions delivered: %s' % (len(samples), ', '.join(name for name, _ in samples)))
        title('nieuwsd keeps them')
        run.keep_all(len(samples))
        title('nieuws list')
        sys.stdout.flush()
        run.command('list')
        draft = find_draft(run, 'Molenfonds')
        title('nieuws show %d' % draft['number'])
        sys.stdout.flush()
        run.command('show', str(draft['number']))
        if world.smtpd:
            time.sleep(0.5)
            title('What the editor got (one of %d notices)' % len(world.messages('sanne')))
            notices = [raw for _, raw in world.messages('sanne')]
            show_mail(next((raw for raw in notices if b'Molenfonds' in raw), notices[0]))
            title('What a contributor got')
            receipts = world.messages('s.wiersma')
            show_mail(receipts[0][1] if receipts else b'Subject: none\n\nnone\n')
        title('The books (nieuws status)')
        sys.stdout.flush()
        code = run.command('status').returncode
    title('Done: everything above has been cleaned up')
    print('  To read a real mailbox:  cp config/nieuws.conf my.conf, fill in [mailbox desk], then\n'
          '  build/src/programs/nieuws/nieuws --config my.conf check   (README.md tells the rest)')
    return code


if __name__ == '__main__':
    sys.exit(main())
