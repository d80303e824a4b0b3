"""Editors who are Unix users, and a newsroom of theirs with some drafts."""
import grp
import os
import pwd
import shutil
import subprocess

from world import Newsroom, Skip, lab, mail

# Users that every Debian has: an editor, a reviewer, and somebody from elsewhere in the building.
SANNE, PIETER, STRANGER = 'games', 'man', 'nobody'
GROUP = 'users'

EDITORS = '''
[editor games]
name = Sanne
address = sanne@%s
rights = review;approve
[editor man]
name = Pieter
address = pieter@%s
rights = review
language = en
''' % (lab.DOMAIN, lab.DOMAIN)


def newsroom(w, programs, shared=False, drafts=4, desk='', **config):
    room = Newsroom(w, programs, editors=(), **config)
    with open(room.config, 'a') as f:
        f.write(EDITORS + '[desk]\n' + desk)
    if shared:
        share(room)
    folder = os.path.join(room.folder, 'mails')
    os.makedirs(folder)
    for i in range(1, drafts + 1):
        path = os.path.join(folder, '%d.eml' % i)
        with open(path, 'wb') as f:
            f.write(mail(i, sender='mens%d@example.nl' % i))
        # One by one: the readers may end in any order.
        done = room.command('import', path)
        assert done.returncode == 0, done
    return room


def share(room):
    """As an installation does: the spool belongs to the editors' group, and hands it on."""
    if os.geteuid() != 0 or shutil.which('setpriv') is None:
        raise Skip('needs root and setpriv')
    os.chmod(room.folder, 0o755)
    os.chmod(room.config, 0o644)
    spool = os.path.join(room.folder, 'spool')
    os.makedirs(spool)
    os.chown(spool, 0, grp.getgrnam(GROUP).gr_gid)
    os.chmod(spool, 0o2770)


def command_of(room, user, *args, member=True):
    """nieuws with these arguments, run by this user."""
    entry = pwd.getpwnam(user)
    groups = str(grp.getgrnam(GROUP).gr_gid) if member else str(entry.pw_gid)
    return ['setpriv', '--reuid', str(entry.pw_uid), '--regid', str(entry.pw_gid), '--groups', groups, room.nieuws, '--config', room.config, *args]


def by(room, user, *args, member=True, env=None, **kw):
    return subprocess.run(command_of(room, user, *args, member=member), env=dict(room.env, **(env or {})), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60, **kw)


def said(done):
    return (done.stdout + done.stderr).decode()
