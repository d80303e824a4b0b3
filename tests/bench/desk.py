#!/usr/bin/python3
"""How long the desk takes to answer, with 1,000 and with 100,000 drafts. usage: desk.py PROGRAMS [COUNT] [--notmuch] [--keep DIR]

The drafts are made through the store (tests/bench/fill), not by IMAP; seeded, so that two runs measure the same. Each figure is the
median of whole processes, from start to end, output to a pipe. With --notmuch the same texts go to a notmuch database, for comparison."""
import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

SEED = 2026
WORDS = ('brug', 'wethouder')


def config(folder):
    path = os.path.join(folder, 'nieuws.conf')
    with open(path, 'w') as f:
        f.write('[nieuws]\nspool = spool\nreference = KON\n[mailbox desk]\nhost = localhost\nuser = x\npassword_file = x\naddress = desk@example.nl\n')
    os.makedirs(os.path.join(folder, 'spool'), exist_ok=True)
    return path


def fill(programs, folder, count):
    database = os.path.join(folder, 'spool', 'nieuws.db')
    if not os.path.exists(database):
        began = time.monotonic()
        out = subprocess.run([os.path.join(programs, '..', '..', 'tests', 'bench', 'desk-fill'), database, str(count), str(SEED)],
                             check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        print('%d drafts made in %.1f s, %.0f MB; %s' % (count, time.monotonic() - began, os.path.getsize(database) / 1e6, out), flush=True)


def median_ms(command, env, rounds):
    """Wall clock and processor time, ms. The second says more on a machine that others use too."""
    wall, processor = [], []
    for _ in range(rounds + 2):
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wall.append((time.perf_counter() - began) * 1000)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append((after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime) * 1000)
        if done.returncode:
            sys.exit('%s: %s' % (' '.join(command), done.stderr.decode()))
    return statistics.median(wall[2:]), statistics.median(processor[2:])


def measure(programs, folder, count, rounds):
    nieuws = os.path.join(programs, 'nieuws', 'nieuws')
    env = dict(os.environ, NIEUWS_LIBEXEC=programs, LC_ALL='nl_NL.UTF-8')
    middle = str(count // 2 + 7)
    commands = {'--version': ['--version'], 'list': ['list'], 'list state:new has:photo': ['list', 'state:new', 'has:photo'], 'show': ['show', middle],
                'search two words': ['search', *WORDS], 'search rare words': ['search', 'naam77', 'naam154'],
                'search a phrase': ['search', '"%s"' % ' '.join(WORDS)], 'search from: since:': ['search', 'from:persoon7', 'since:30d'],
                'related': ['related', middle], 'overview': []}
    return {name: median_ms([nieuws, '--config', config(folder)] + args, env, rounds) for name, args in commands.items()}


def notmuch(folder, count, rounds):
    """The same texts as mails: title as subject, text as body."""
    import sqlite3
    mails = os.path.join(folder, 'mail')
    env = dict(os.environ, NOTMUCH_CONFIG=os.path.join(folder, 'notmuch'))
    if not os.path.exists(mails):
        os.makedirs(os.path.join(mails, 'cur'))
        with sqlite3.connect(os.path.join(folder, 'spool', 'nieuws.db')) as db:
            for number, title, body, sender in db.execute('select id, title, body, sender_address from draft'):
                with open(os.path.join(mails, 'cur', '%d:2,S' % number), 'w') as f:
                    f.write('From: %s\nTo: desk@example.nl\nSubject: %s\nDate: Tue, 24 Nov 2026 10:%02d:%02d +0100\nMessage-ID: <%d@example.nl>\n'
                            'Content-Type: text/plain; charset=utf-8\n\n%s\n' % (sender, title, number // 60 % 60, number % 60, number, body))
        with open(env['NOTMUCH_CONFIG'], 'w') as f:
            f.write('[database]\npath=%s\n[user]\nname=x\nprimary_email=x@example.nl\n[new]\ntags=new\n' % mails)
        subprocess.run(['notmuch', 'new', '--quiet'], env=env, check=True)
    base = ['notmuch', 'search', '--limit=20']
    return {'search two words': median_ms(base + ['%s and %s' % WORDS], env, rounds),
            'search rare words': median_ms(base + ['naam77 and naam154'], env, rounds),
            'search a phrase': median_ms(base + ['"%s"' % ' '.join(WORDS)], env, rounds), 'list': median_ms(base + ['*'], env, rounds),
            '--version': median_ms(['notmuch', '--version'], env, rounds)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('programs')
    parser.add_argument('count', nargs='?', type=int, default=100000)
    parser.add_argument('--notmuch', action='store_true')
    parser.add_argument('--keep', help='folder that stays, so that the drafts are made once')
    parser.add_argument('--rounds', type=int, default=15)
    args = parser.parse_args()
    programs = os.path.abspath(args.programs)
    place = args.keep or tempfile.mkdtemp(prefix='nieuws-bench-')
    figures = {}
    for count in (1000, args.count):
        folder = os.path.join(place, str(count))
        os.makedirs(folder, exist_ok=True)
        config(folder)
        fill(programs, folder, count)
        figures[count] = measure(programs, folder, count, args.rounds)
    other = notmuch(os.path.join(place, str(args.count)), args.count, args.rounds) if args.notmuch else {}
    print('%-26s %16s %16s %6s %16s' % ('median ms (processor)', 1000, args.count, 'ratio', 'notmuch'))
    for name, small in figures[1000].items():
        big = figures[args.count][name]
        print('%-26s %8.1f (%5.1f) %8.1f (%5.1f) %6.2f %16s' % (name, *small, *big, big[0] / small[0], '%8.1f (%5.1f)' % other[name] if name in other else ''))


main()
