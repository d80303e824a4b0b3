#!/usr/bin/python3
"""The command line: help, hints, aliases, colours, pager, exit codes, completion, the manual, and the JSON of every listing."""
import json
import os
import pty
import re
import select
import shutil
import sqlite3
import subprocess
import time

import shapes
import world
from world import Newsroom, Skip

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ALIASES = '\n[alias]\nst = status\ntodo = list mine\nlaat = reject --reason late\nbad = nosuch\nlist = status\n'
EDITOR = '\n[editor root]\nname = Roos de Vries\naddress = roos@example.nl\nrights = admin\n'


def filled(w, programs, extra=''):
    import make
    room = Newsroom(w, programs)
    with open(room.config, 'a') as f:
        f.write(EDITOR + extra)
    folder = os.path.join(room.folder, 'samples')
    os.makedirs(folder)
    for i, (name, raw) in enumerate(make.submissions(), 1):
        with open(os.path.join(folder, '%02d.eml' % i), 'wb') as f:
            f.write(raw)
        # One by one: the numbers follow the order of the samples.
        assert room.command('import', f.name).returncode == 0
    return room


def out(room, *args):
    done = room.command(*args)
    assert done.returncode == 0, (args, done)
    return done.stdout.decode()


def verbs(room):
    """Name and summary of every command, and of each its options: what completion offers."""
    names = [line.split('\t')[0] for line in out(room, 'complete', '').splitlines()]
    options = {name: {line.split('\t')[0] for line in out(room, 'complete', name, '--').splitlines()} for name in names}
    return options


def screen(command, env, typed=b'', rows=24, columns=80):
    """What a terminal gets, and the exit code."""
    import fcntl
    import struct
    import termios
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
    data, deadline = b'', time.monotonic() + 20
    if typed:
        os.write(fd, typed)
    while time.monotonic() < deadline:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                piece = os.read(fd, 65536)
            except OSError:
                break
            if not piece:
                break
            data += piece
    return data.decode(errors='replace'), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def help_for_every_command(w, programs):
    room = filled(w, programs)
    main = out(room, 'help')
    assert main == out(room, '--help')
    for name in verbs(room):
        assert re.search(r'^  %s +\S' % name, main, re.M), name
        told = out(room, name, '--help')
        assert told.startswith('nieuws ' + name), told
        assert told == out(room, 'help', name) and 'Examples\n  nieuws ' + name in told, told
        assert max(map(len, told.splitlines())) <= 80, told
        for option in re.findall(r'--[a-z][a-z-]*', told.split('Options')[1].split('Examples')[0]) if 'Options' in told else []:
            line = next(x for x in told.splitlines() if option in x)
            assert len(line.strip()) > len(option) + 8, (name, line)
    for topic in ('query', 'states', 'files', 'json', 'exit-codes', 'colours', 'editors'):
        text = out(room, 'help', topic)
        assert max(map(len, text.splitlines())) < 80, text
        assert '  ' + topic in main
    # A draft is not touched by asking for help.
    before = room.number('select count(*) from event')
    room.command('spam', '3', '--help')
    assert room.number('select count(*) from event') == before


def nearest_words(w, programs):
    room = filled(w, programs)
    for typed, meant in (('lits', 'list'), ('serach', 'search'), ('aprove', 'approve'), ('shwo', 'show'), ('rej', 'reject'), ('ls', 'list'),
                         ('contributers', 'contributors'), ('toon', 'show')):
        done = room.command(typed)
        assert done.returncode == 2 and b'did you mean %s?' % meant.encode() in done.stderr and not done.stdout, (typed, done)
    done = room.command('xyzzy')
    assert done.returncode == 2 and b'did you mean' not in done.stderr and b'nieuws help' in done.stderr, done
    for args, meant in ((('list', '--limt', '3'), '--limit'), (('reject', '3', '--raeson', 'x'), '--reason'), (('list', '--jsno'), '--json')):
        done = room.command(*args)
        assert done.returncode == 2 and ('did you mean %s?' % meant).encode() in done.stderr, done
    done = room.command('help', 'queri')
    assert done.returncode == 2 and b'nieuws help' in done.stderr, done


def aliases(w, programs):
    room = filled(w, programs, ALIASES)
    assert out(room, 'todo') == out(room, 'list', 'mine')
    room.command('take', '3')
    assert [d['number'] for d in json.loads(out(room, 'todo', '--json'))['drafts']] == [3]
    assert '--reason' in out(room, 'help', 'reject') and b'no draft' not in room.command('laat', '3').stderr
    assert room.number("select state from draft where id = 3") == 'rejected'
    done = room.command('bad')
    assert done.returncode == 78 and b'alias bad = nosuch: there is no command nosuch' in done.stderr, done
    # A command stays what it is; check says what is wrong.
    assert 'drafts' in json.loads(out(room, 'list', '--json'))
    done = room.command('check')
    assert done.returncode == 1 and re.search('FAIL +configuration +alias (bad|list)', done.stdout.decode()), done
    assert 'st = status' in out(room, 'config')
    with open(room.config, 'a') as f:
        f.write('\n[alias]\nleeg =\n')
    done = room.command('list')
    assert done.returncode == 78 and b'leeg: a command is missing' in done.stderr, done


def exit_codes(w, programs):
    room = filled(w, programs)
    path = os.path.join(room.folder, 'spool', 'nieuws.db')
    assert room.command('list').returncode == 0
    assert room.command('show', '999').returncode == 1
    assert room.command('reject', '999', '3', '--no-mail').returncode == 1 and room.number("select state from draft where id = 3") == 'rejected'
    for args in (('lits',), ('list', '--nonsense'), ('search',), ('assign', '3'), ('hold', '3', '--until', 'never')):
        assert room.command(*args).returncode == 2, args
    with open('/dev/full', 'wb') as full:
        done = subprocess.run([room.nieuws, '--config', room.config, 'list'], env=room.env, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 74 and b'cannot write' in done.stderr, done
    assert subprocess.run([room.nieuws, '--config', '/nonexistent', 'list'], env=room.env, stderr=subprocess.PIPE).returncode == 78
    # Somebody holds the database, and does not let go.
    db = sqlite3.connect(path, isolation_level=None)
    db.execute('begin immediate')
    done = room.command('note', '4', 'hoi')
    assert done.returncode == 75, done
    db.execute('rollback')
    db.close()
    for name in os.listdir(os.path.dirname(path)):
        if name.startswith('nieuws.db'):
            with open(os.path.join(os.path.dirname(path), name), 'wb') as f:
                f.write(b'no database at all' * 300)
    done = room.command('list')
    assert done.returncode == 70 and done.stderr.startswith(b'nieuws: ') and not done.stdout, done


def data_and_talk(w, programs):
    """Nothing but data on stdout, also where there is none."""
    room = filled(w, programs)
    for args in (('list', 'title:zzz'), ('search', 'zzzz'), ('followups',), ('quarantine',), ('contributors', 'zzzz')):
        done = room.command(*args)
        assert done.returncode == 0 and done.stdout == b'' and done.stderr, (args, done)
    done = room.command('show', '99')
    assert done.stdout == b'' and done.stderr.startswith(b'nieuws: '), done


def colours_and_pager(w, programs):
    room = filled(w, programs)
    env = {k: v for k, v in room.env.items() if k not in ('NO_COLOR', 'PAGER', 'NIEUWS_PAGER', 'LESS', 'COLUMNS')}
    env['TERM'] = 'xterm'
    command = [room.nieuws, '--config', room.config]
    assert '\033' not in out(room, 'show', '1')
    assert '\033[' in screen(command + ['--no-pager', 'show', '1'], env)[0]
    for args, more in ((['--no-color'], {}), (['--no-colour'], {}), ([], {'NO_COLOR': '1'}), ([], {'TERM': 'dumb'})):
        text = screen(command + ['--no-pager', 'show', '1'] + args, dict(env, **more))[0]
        assert '\033' not in text and 'Molenfonds' in text, (args, more, text)
    assert '\033[' in screen(command + ['--no-pager', 'show', '1'], dict(env, NO_COLOR=''))[0]
    # The pager is found in its order, and told what git tells it.
    tell = os.path.join(room.folder, 'pager')
    with open(tell, 'w') as f:
        f.write('#!/bin/sh\necho "$1 LESS=$LESS SECURE=$LESSSECURE"\ncat > /dev/null\n')
    os.chmod(tell, 0o755)
    more = dict(env, NIEUWS_PAGER=tell + ' own', PAGER=tell + ' general')
    assert 'own LESS=FRX SECURE=1' in screen(command + ['list'], more)[0]
    del more['NIEUWS_PAGER']
    assert 'general LESS=FRX' in screen(command + ['list'], more)[0]
    assert 'general LESS=S SECURE=1' in screen(command + ['list'], dict(more, LESS='S'))[0]
    with open(room.config, 'a') as f:
        f.write('\n[desk]\npager = %s house\n' % tell)
    assert 'house LESS=FRX' in screen(command + ['list'], more)[0]
    for args, changes in ((['list'], {'NIEUWS_PAGER': ''}), (['--no-pager', 'list'], {}), (['list', '--no-pager'], {}), (['list', '--json'], {})):
        text = screen(command + args, dict(more, **changes))[0]
        assert 'LESS=' not in text and 'Molenfonds' in text, (args, text)
    # Behind a pager the width is that of the terminal.
    wide = screen(command + ['list'], dict(env, NIEUWS_PAGER='sed s/^/:/'), columns=150)[0]
    assert '\033' not in room.command('list').stdout.decode() and max(len(x) for x in wide.splitlines()) > 100, wide
    # Who leaves the pager early ends nothing badly.
    assert screen(command + ['list'], dict(env, NIEUWS_PAGER='head -1'))[1] == 0


def manual(w, programs):
    """Every command and option stands in the manual, and nothing else does; the pages are clean."""
    room = filled(w, programs)
    with open(os.path.join(ROOT, 'docs', 'nieuws.1')) as f:
        page = f.read()
    commands = page[page.index('.Ss Find and read'):page.index('.Sh QUERIES')]
    items = re.findall(r'^\.It Cm ([a-z]+)(.*(?:\n(?!\.It ).*)*)', commands, re.M)
    told = {}
    for name, text in items:
        told.setdefault(name, set()).update('--' + x for x in re.findall(r'Fl Fl ([a-z][a-z-]*)', text))
    known = verbs(room)
    assert set(told) == set(known), set(told) ^ set(known)
    common = {'--json', '--help', '--no-color', '--no-pager'}
    for name, options in known.items():
        short = {'--limit': 'Fl n', '--message': 'Fl m', '--before': None}
        lacks = {o for o in options - common - told[name] if o not in short or
                 (short[o] and not any(short[o] in t for n, t in items if n == name))}
        assert not lacks, (name, lacks)
        assert not told[name] - options - common, (name, told[name] - options)
    with open(os.path.join(ROOT, 'docs', 'nieuws-json.5')) as f:
        words = set(re.findall(r'[a-z_0-9]+', ' '.join(re.findall(r'^\.(?:It )?Va (.*)', f.read(), re.M))))
    assert not fields(shapes.SHAPES) - words, fields(shapes.SHAPES) - words
    if shutil.which('mandoc') is None:
        raise Skip('mandoc is not installed; commands and options were compared')
    for name in ('nieuws.1', 'nieuws-json.5'):
        done = subprocess.run(['mandoc', '-Tlint', os.path.join(ROOT, 'docs', name)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        lines = [x for x in done.stdout.decode().splitlines() if not re.search('referenced manual not found|mandoc.db|longer than 80 bytes', x)]
        assert not lines, '\n'.join(lines)


def fields(shape):
    """The names of all fields of these shapes."""
    names, todo = set(), list(shape.values())
    while todo:
        one = todo.pop()
        if isinstance(one, shapes.Maybe):
            todo.append(one.shape)
        elif isinstance(one, list):
            todo += one
        elif isinstance(one, dict):
            names.update(one)
            todo += one.values()
    return names


def every_json(w, programs):
    room = filled(w, programs)
    for name, hour in (('first', 'tien'), ('again', 'elf')):
        with open(os.path.join(room.folder, name + '.eml'), 'w') as f:
            f.write('From: Mens <mens@example.nl>\nTo: desk@example.nl\nSubject: Brug gaat open\nMessage-ID: <%s@example.nl>\n'
                    'In-Reply-To: <first@example.nl>\nDate: Tue, 24 Nov 2026 10:00:00 +0100\n\n%s\n\nDe wethouder knipt om %s uur het lint door; daarna mogen fietsers als '
                    'eersten over.\n' % (name, 'De nieuwe brug over het kanaal gaat maandag open voor al het verkeer, zo meldt de gemeente.', hour))
    room.command('import', os.path.join(room.folder, 'first.eml'))
    got = {'import': room.json('import', os.path.join(room.folder, 'again.eml'))}
    empty = os.path.join(room.folder, 'broken.eml')
    open(empty, 'wb').close()
    room.command('import', empty)
    room.command('note', '3', 'gebeld')
    room.command('take', '3')
    room.command('restore', '5', '1')
    room.command('hold', '4', '--until', 'monday')
    room.command('reject', '12', '--no-mail')
    room.command('contributors', 'joris@example.nl', 'block')
    for name, args in (('nieuws', ()), ('list', ('list', 'state:all')), ('search', ('search', 'otters')), ('show', ('show', '10')),
                       ('related', ('related', '1')), ('log', ('log', '3')), ('diff', ('diff', '5')), ('recover', ('recover',)),
                       ('reject', ('reject', '--reasons')), ('followups', ('followups',)), ('files', ('files', '10')),
                       ('contributors', ('contributors',)), ('contributors ADDRESS', ('contributors', 'joris@example.nl')), ('who', ('who',)),
                       ('quarantine', ('quarantine',)), ('quarantine show', ('quarantine', 'show', '1')), ('status', ('status',)), ('fsck', ('fsck',)),
                       ('person show', ('person', 'show', 'anna@example.nl')), ('alarms', ('alarms',))):
        done = room.command(*args, '--json')
        assert done.stdout.count(b'\n') == 1, (name, done)
        got[name] = json.loads(done.stdout)
    assert set(got) == set(shapes.SHAPES), set(got) ^ set(shapes.SHAPES)
    for name, value in got.items():
        problem = shapes.wrong(value, shapes.SHAPES[name])
        assert problem is None, (name, problem)
    # The shapes were tried on something.
    assert got['followups']['followups'] and got['search']['drafts'][0]['hit'] and got['diff']['fields'] and got['list']['drafts'], str(got)[:500]
    assert got['quarantine']['quarantine'] and got['files']['files'][0]['photo'] and got['log']['log'], str(got)[:500]
    # Whoever takes --json is among them.
    takes = {name for name, options in verbs(room).items() if '--json' in options}
    assert takes - {name.split()[0] for name in got} == {'inspect'}, takes


def completion(w, programs):
    room = filled(w, programs, '[editor sanne]\nname = Sanne\naddress = sanne@example.nl\n' + ALIASES)
    room.command('approve', '1')
    offers = {
        ('sh',): ['show'], ('zz',): [], ('todo', 'sta'): ['state:'], ('list', 'state:h'): ['state:hold'], ('reject', '3', '--reason', 'r'): ['region', 'rights'],
        ('assign', '3', 'sa'): ['sanne'], ('hold', '3', '--until', 'tom'): ['tomorrow'], ('save', '10', ''): ['1'], ('files', '10', 'lead', ''): ['1'],
        ('contributors', 'jo'): ['joris@example.nl'], ('contributors', 'joris@example.nl', 'b'): ['block'], ('quarantine', 'r'): ['retry'],
        ('help', 'exit'): ['exit-codes'], ('show', '3', '--so'): ['--source'], ('import', ''): [':files'], ('export', '3', '--to', ''): [':folders'],
        ('accept', '3', '--part', 'ti'): ['title'], ('show', '1', ''): [], ('list', 'taken:sa'): ['taken:sanne'],
    }
    for words, wanted in offers.items():
        got = [line.split('\t')[0] for line in out(room, 'complete', *words).splitlines()]
        assert got == wanted, (words, got)
    lines = dict(line.split('\t') for line in out(room, 'complete', 'show', '').splitlines())
    assert len(lines) == 12 and lines['5'].startswith('Otters gezien in de Wierdense Beek'), lines
    assert set(dict(line.split('\t') for line in out(room, 'complete', 'show', '1').splitlines())) == {'1', '10', '11', '12'}
    assert '3' not in dict(line.split('\t') for line in out(room, 'complete', 'reject', '3', '').splitlines())
    reference = room.ask('select reference from draft where id = 3')[0][0]
    assert out(room, 'complete', 'show', reference).split('\t')[0] == reference
    # Every filter that is offered is one.
    for words in ('',) + tuple(x + ':' for x in ('state', 'has', 'is', 'since', 'before')):
        for line in out(room, 'complete', 'list', words).splitlines():
            word = line.split('\t')[0]
            done = room.command('list', word if not word.endswith(':') else word + ('3d' if word in ('since:', 'before:') else 'new' if word == 'state:' else
                                'photo' if word == 'has:' else 'free' if word == 'is:' else 'x'))
            assert done.returncode == 0, (word, done)
    # Without a configuration, and with nonsense, it keeps quiet.
    for words in ((), ('',), ('show',), ('nosuch', ''), ('--config',), ('show', '--', '\033[2J')):
        done = subprocess.run([room.nieuws, 'complete', *words], env=dict(room.env, HOME='/nonexistent'), cwd='/', stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == 0 and done.stderr == b'', (words, done)
    times = []
    for _ in range(9):
        began = time.monotonic()
        room.command('complete', 'show', '')
        times.append(time.monotonic() - began)
    # Others work on this machine: the quickest tells what it takes.
    print('# complete show: %.0f ms' % (min(times) * 1000))
    assert min(times) < 0.05, times


def env_for_shells(room):
    folder = os.path.join(room.folder, 'bin')
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, 'nieuws')
    if not os.path.exists(path):
        os.symlink(room.nieuws, path)
    return dict(room.env, PATH=folder + ':' + os.environ['PATH'], HOME=room.folder, TERM='xterm')


BASH = r'''
source "$1"
complete -p nieuws | grep -q -- "-F _nieuws" || exit 3
COMP_LINE=$2; COMP_POINT=${#2}; COMPREPLY=()
_nieuws 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
'''
ZSH = r'''
compdef() { : }
_files() { print -r -- files }
_describe() { local -a list; list=("${(@P)3}"); print -rl -- $list }
words=("${(@)argv[2,-1]}"); CURRENT=$#words
source $1
'''


def completion_in_bash(w, programs):
    room = filled(w, programs)
    script = os.path.join(ROOT, 'config', 'completions', 'nieuws.bash')

    def offered(line):
        done = subprocess.run(['bash', '--norc', '-c', BASH, 'bash', script, 'nieuws --config %s %s' % (room.config, line)], env=env_for_shells(room),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
        assert done.stderr == b'', done
        return done.stdout.decode().split('\n')[:-1]

    assert offered('sho') == ['show']
    drafts = offered('show ')
    assert len(drafts) == 12 and drafts[-5].startswith('5  (Otters gezien in de Wierdense Beek'), drafts
    # One alone is typed as it is; what all share is typed before words are shown.
    assert offered('show 3') == ['3'] and offered('list state:h') == ['hold'] and offered('list sta') == ['state:']
    assert 'release' in offered('r') and 'release  (let a draft go again)' in offered('re')
    assert offered('reject 3 --reason reg') == ['region']
    assert offered('import /etc/pass')[:1] == ['/etc/passwd'] or '/etc/passwd' in offered('import /etc/pass')
    assert offered('note 3 "een wo') == ['']


def completion_in_zsh(w, programs):
    if shutil.which('zsh') is None:
        raise Skip('zsh is not installed')
    room = filled(w, programs)
    script = os.path.join(ROOT, 'config', 'completions', '_nieuws')

    def offered(*words):
        done = subprocess.run(['zsh', '-f', '-c', ZSH, 'zsh', script, 'nieuws', '--config', room.config, *words], env=env_for_shells(room),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
        assert done.stderr == b'', done
        return [x for x in done.stdout.decode().split('\n') if x]

    assert [x.split(':')[0] for x in offered('sho')] == ['show']
    assert any(x.startswith('5:Otters gezien') for x in offered('show', ''))
    assert offered('list', 'sta') == ['state\\::where a draft is'], offered('list', 'sta')
    assert offered('import', '') == ['files']


def completion_in_fish(w, programs):
    if shutil.which('fish') is None:
        raise Skip('fish is not installed')
    room = filled(w, programs)
    script = os.path.join(ROOT, 'config', 'completions', 'nieuws.fish')

    def offered(line):
        done = subprocess.run(['fish', '--no-config', '-c', 'source %s; complete -C "nieuws --config %s %s"' % (script, room.config, line)],
                              env=env_for_shells(room), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
        return dict((line.split('\t') + [''])[:2] for line in done.stdout.decode().splitlines())

    assert 'show' in offered('sho')
    assert offered('show ').get('5', '').startswith('Otters gezien')
    assert list(offered('list state:h')) == ['state:hold']
    assert '/etc/passwd' in offered('import /etc/pass')


if __name__ == '__main__':
    world.run([help_for_every_command, nearest_words, aliases, exit_codes, data_and_talk, colours_and_pager, manual, every_json, completion,
               completion_in_bash, completion_in_zsh, completion_in_fish])
