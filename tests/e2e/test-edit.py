#!/usr/bin/python3
"""Editing from outside: two Unix users on one draft, and words that survive whatever happens to the programs and the machine."""
import os
import signal
import subprocess
import time

import world
from editors import PIETER, SANNE, by, command_of, newsroom, said
from world import Skip

FIRST = 'Dit is een bericht. Nummer 1.'


def script(room, name, text):
    path = os.path.join(room.folder, name)
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n' + text)
    os.chmod(path, 0o755)
    return path


def sed(room, *expressions):
    """An editor that does this, and ends."""
    return {'VISUAL': script(room, 'sed-%d' % time.monotonic_ns(), 'sed -i %s "$1"\n' % ' '.join("-e '%s'" % e for e in expressions))}


def edit(room, user, *expressions, number='1', verb='edit'):
    return by(room, user, verb, number, env=sed(room, *expressions))


class Open:
    """nieuws edit with an editor that types at once, and closes when it is told to."""

    def __init__(self, room, user, expression):
        self.folder = os.path.join(room.folder, 'signs-%d' % time.monotonic_ns())
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o777)
        editor = script(room, 'slow-%d' % time.monotonic_ns(),
                        'cd %s || exit 1\n[ -e typed ] || sed -i "%s" "$1"\n: > typed\nwhile [ ! -e close ]; do sleep 0.05; done\n'
                        % (self.folder, expression))
        self.process = subprocess.Popen(command_of(room, user, 'edit', '1'), env=dict(room.env, VISUAL=editor), stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True)
        until = time.monotonic() + 20
        while not os.path.exists(self.folder + '/typed'):
            assert time.monotonic() < until and self.process.poll() is None, self.process.communicate()
            time.sleep(0.02)

    def close(self):
        open(self.folder + '/close', 'w').close()
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, (out + err).decode()


def body(room):
    return room.ask('select body from draft where id = 1')[0][0]


def versions(room):
    return room.ask('select number, who, why from revision where draft_id = 1 order by number')


def let_go(room):
    assert room.command('release', '1', '--force', 'proef').returncode == 0


def one_after_the_other(w, programs):
    room = newsroom(w, programs, shared=True, drafts=1)
    done = edit(room, SANNE, 's/^title:.*/title: De kop: "goed" #1/', 's/Nummer 1/Het eerste/')
    assert done.returncode == 0 and 'has version 2 (title, lead, text)' in said(done), done
    # Somebody else is told who has it; the words of the second are not asked for in vain.
    done = edit(room, PIETER, 's/Het eerste/Het laatste/')
    assert done.returncode == 1 and 'Sanne has had it' in said(done) and 'Het eerste' in body(room), done
    done = by(room, SANNE, 'edit', '1', '-m', 'spelling', env=sed(room, 's/Het eerste/Het allereerste/'))
    assert versions(room)[1:] == [(2, SANNE, 'title, lead, text'), (3, SANNE, 'spelling')], versions(room)
    text = said(by(room, PIETER, 'diff', '1', '2', '3'))
    assert 'Dit is een bericht. Het [-eerste-]{+allereerste+}.' in text and '\033' not in text, text
    log = room.json('log', '1')['log']
    assert [(e['kind'], e['who'], e['name'], e['text'], e['revision']) for e in log[:2]] == [
        ('edit', SANNE, 'Sanne', 'spelling', 3), ('edit', SANNE, 'Sanne', 'title, lead, text', 2)], log
    assert [e['revision'] for e in log if e['revision']] == [3, 2, 1], log
    assert by(room, SANNE, 'revert', '1', '1').returncode == 0 and FIRST in body(room)
    assert by(room, SANNE, 'undo', '1').returncode == 0 and 'Het allereerste' in body(room)
    assert by(room, SANNE, 'revert', '1', '77').returncode == 1 and by(room, SANNE, 'diff', '1', 'x').returncode == 1
    # Nothing changed, nothing made.
    done = by(room, SANNE, 'edit', '1', env={'VISUAL': 'true'})
    assert done.returncode == 0 and 'nothing changed' in said(done) and len(versions(room)) == 5, done
    done = by(room, SANNE, 'edit', '1', env={'VISUAL': 'false'})
    assert done.returncode == 1 and said(by(room, SANNE, 'recover')).startswith('All that you wrote'), done


def errors_reopen(w, programs):
    room = newsroom(w, programs, shared=True, drafts=1)
    # The second time the editor sees what was wrong, and mends it.
    editor = script(room, 'mends', 'if grep -q "^# !! line 11, embargo: .31 febuari. is no date; for example 2026-12-03 10:00" "$1"; then\n'
                    'sed -i "s/^embargo:.*/embargo: 2099-02-28 10:00/" "$1"; else sed -i "s/^embargo:.*/embargo: 31 febuari/" "$1"; fi\n')
    done = by(room, SANNE, 'edit', '1', env={'VISUAL': editor})
    assert done.returncode == 0 and versions(room)[1][2] == 'embargo', done
    assert room.ask('select embargo_at from draft') == [(4075952400,)], room.ask('select embargo_at from draft')
    # Left as it was, it is kept, and said.
    done = edit(room, SANNE, 's/^category:/rubreik: x/')
    assert done.returncode == 1 and 'line 10, rubreik: no such field' in said(done) and 'nieuws recover 1' in said(done), done


def both_go_together(w, programs):
    room = newsroom(w, programs, shared=True, drafts=1)
    window = Open(room, SANNE, 's/Nummer 1/Het eerste/')
    assert said(by(room, SANNE, 'recover')).count('open in an editor now') == 1
    assert by(room, SANNE, 'edit', '1', env={'VISUAL': 'true'}).returncode == 1
    let_go(room)
    assert edit(room, PIETER, 's/Dit is een bericht/Dit is een verhaal/', 's/^tags:.*/tags: verhalen/').returncode == 0
    let_go(room)
    code, text = window.close()
    assert code == 0 and 'Pieter changed it meanwhile (version 2); what both of you wrote is in it.' in text, text
    assert 'Dit is een verhaal. Het eerste.' in body(room) and room.ask('select tags from draft') == [('verhalen',)], body(room)


def both_are_kept(w, programs):
    room = newsroom(w, programs, shared=True, drafts=1)
    window = Open(room, SANNE, '/^lead/!s/Nummer 1/Het eerste/;s/^title:.*/title: Van Sanne/')
    let_go(room)
    assert edit(room, PIETER, '/^lead/!s/Nummer 1/Het enige/', 's/^title:.*/title: Van Pieter/').returncode == 0
    let_go(room)
    # The editor types the same once more and leaves it: both are there, in the draft nothing is lost.
    code, text = window.close()
    assert code == 1 and 'Pieter changed the same meanwhile' in text and 'nieuws recover 1' in text, (code, text)
    shown = said(by(room, SANNE, 'recover', '1', '--show'))
    assert '<<<<<<< yours\ntitle: Van Sanne\n=======\ntitle: Van Pieter\n>>>>>>> Pieter\n' in shown, shown
    assert 'Het eerste.\n=======\n' in shown and 'Het enige.\n>>>>>>> Pieter\n' in shown, shown
    assert 'Het enige' in body(room) and 'nieuws recover' in said(by(room, SANNE))
    done = edit(room, SANNE, '/^<<<<<<</d', '/^=======$/,/^>>>>>>>/d', verb='recover')
    assert done.returncode == 0 and 'Het eerste' in body(room) and room.ask('select title from draft') == [('Van Sanne',)], done
    assert [v[1] for v in versions(room)[1:]] == [PIETER, SANNE] and 'nieuws recover' not in said(by(room, SANNE))


def taken_by_force(w, programs):
    room = newsroom(w, programs, shared=True, drafts=1)
    window = Open(room, SANNE, 's/Nummer 1/Het eerste/')
    assert room.command('take', '1', '--force', 'haast').returncode == 0
    code, text = window.close()
    assert code == 1 and 'root has had it' in text and 'What you wrote is kept' in text, text
    assert FIRST in body(room) and 'Het eerste' in said(by(room, SANNE, 'recover', '1', '--show'))
    # Each has his own words only.
    assert said(by(room, PIETER, 'recover')).startswith('All that you wrote')
    assert room.command('release', '1').returncode == 0
    assert by(room, SANNE, 'recover', '1', env={'VISUAL': 'true'}).returncode == 0 and 'Het eerste' in body(room)


def killed(w, programs):
    room = newsroom(w, programs, shared=True, drafts=1)
    for number in (signal.SIGKILL, signal.SIGHUP, signal.SIGTERM):
        word = number.name.lower()
        window = Open(room, SANNE, 's/bericht/bericht %s/' % word)
        if number == signal.SIGHUP:
            os.killpg(window.process.pid, number)  # as a line that is lost: to all that run in it
        else:
            window.process.send_signal(number)
        code, _ = window.close()
        assert code == -number, code
        assert 'nieuws recover' in said(by(room, SANNE)) and b'LAB-2026-0001  Bericht 1 (' in by(room, SANNE, 'recover').stdout
        assert 'bericht %s' % word in said(by(room, SANNE, 'recover', '1', '--show'))
        assert word not in body(room)
        done = by(room, SANNE, 'recover', '1', env={'VISUAL': 'true'})
        assert done.returncode == 0 and 'bericht %s' % word in body(room), done
        assert os.listdir(os.path.join(room.folder, 'spool', 'edits', SANNE)) in ([], ['1.lock'])
    window = Open(room, SANNE, 's/Dit/Weg/')
    window.process.kill()
    window.close()
    assert by(room, SANNE, 'recover', '1', '--drop').returncode == 0 and by(room, SANNE, 'recover', '1').returncode == 1
    assert 'Weg' not in body(room)


def full_disk(w, programs):
    if os.geteuid() != 0:
        raise Skip('needs root')
    room = newsroom(w, programs, shared=True, drafts=0)
    spool = os.path.join(room.folder, 'spool')
    st = os.stat(spool)
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=12m,mode=2770,gid=%d' % st.st_gid, 'tmpfs', spool], stderr=subprocess.DEVNULL).returncode:
        raise Skip('no file system can be mounted here')
    try:
        path = os.path.join(room.folder, 'mail.eml')
        with open(path, 'wb') as f:
            f.write(world.mail(1))
        assert room.command('import', path).returncode == 0
        full = os.path.join(spool, 'full')
        fill = 'dd if=/dev/zero of=%s bs=4096 2> /dev/null; :\n' % full
        # Full before: nothing begins, and a sentence says why.
        subprocess.run(['sh', '-c', fill])
        done = edit(room, SANNE, 's/Nummer 1/Het eerste/')
        assert done.returncode == 75 and done.stderr and 'Traceback' not in said(done), done
        os.unlink(full)
        # Full while the editor is open: the words are on disk, the draft is as it was.
        editor = script(room, 'fills', 'sed -i "s/Nummer 1/Het eerste/" "$1"; ' + fill)
        done = by(room, SANNE, 'edit', '1', env={'VISUAL': editor})
        assert done.returncode == 75 and 'What you wrote is kept' in said(done), done
        assert 'Het eerste' in said(by(room, SANNE, 'recover', '1', '--show')) and FIRST in body(room)
        os.unlink(full)
        done = by(room, SANNE, 'recover', '1', env={'VISUAL': 'true'})
        assert done.returncode == 0 and 'Het eerste' in body(room), done
    finally:
        # Lazily: a reader may still be ending.
        subprocess.run(['umount', '-l', spool], check=True)


world.run([one_after_the_other, errors_reopen, both_go_together, both_are_kept, taken_by_force, killed, full_disk])
