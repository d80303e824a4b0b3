#!/usr/bin/python3
"""Alarms, trust of senders, scans and rates over a real Dovecot and a real mail server."""
import email
import email.policy
import json
import os
import signal
import socket
import subprocess
import threading
import time

import world
from world import Newsroom, end, mail

ADMIN = '\nrights = review;approve;admin\n'


def admin(room, extra='', check=1):
    """sanne is admin, and looks every second."""
    with open(room.config, 'a') as f:
        f.write(ADMIN + '[alarm]\ncheck = %d s\ndisk = 0\n' % check + extra)
    return room


def open_alarms(room):
    said = room.command('alarms', '--json').stdout
    return [(a['kind'], a['about']) for a in json.loads(said)['alarms'] if a['lasts']] if said else None


def wait_open(room, wanted, seconds=20):
    for _ in range(seconds * 10):
        if open_alarms(room) == wanted:
            return
        time.sleep(0.1)
    raise AssertionError('alarms are %r, not %r; log: %s' % (open_alarms(room), wanted, room.log()[-800:]))


def texts(w, user):
    found = [email.message_from_bytes(raw, policy=email.policy.default) for _, raw in w.messages(user)]
    return [(m['Subject'], m.get_content(), m) for m in found]


def wait_mails(w, user, count, seconds=15):
    for _ in range(seconds * 10):
        if len(w.messages(user)) >= count:
            break
        time.sleep(0.1)
    found = texts(w, user)
    assert len(found) == count, [s for s, _, _ in found]
    return found


def nagios(room):
    done = room.command('status', '--nagios')
    return done.returncode, done.stdout.decode().strip()


def disk_alarm_over_restarts(w, programs):
    """One mail when it begins, one when it is over, none for a restart in between."""
    room = Newsroom(w, programs)
    admin(room, extra='', check=1)
    with open(room.config) as f:
        text = f.read()
    with open(room.config, 'w') as f:
        f.write(text.replace('disk = 0', 'disk = 1000 GiB'))
    for _ in range(2):
        daemon = room.daemon()
        try:
            wait_open(room, [('disk', '')])
            time.sleep(2.5)
        finally:
            end(daemon)
    assert room.log().count('alarm kind=disk') == 1, room.log()
    found = wait_mails(w, 'sanne', 1)
    assert found[0][0].startswith('Alarm: de schijf is bijna vol'), found[0][0]
    assert 'Doen:' in found[0][1] and found[0][2]['Auto-Submitted'] == 'auto-generated'
    code, line = nagios(room)
    assert code == 2 and line.startswith('NIEUWS CRITICAL') and 'alarm disk' in line, line
    with open(room.config, 'w') as f:
        f.write(text)
    daemon = room.daemon()
    try:
        wait_open(room, [])
        found = wait_mails(w, 'sanne', 2)
    finally:
        end(daemon)
    assert [s for s, _, _ in found][1].startswith('Voorbij: Alarm: de schijf'), found
    code, line = nagios(room)
    assert code == 0 and line.startswith('NIEUWS OK'), line
    # Again within a day: it stands in the list, and nobody is mailed.
    with open(room.config, 'w') as f:
        f.write(text.replace('disk = 0', 'disk = 1000 GiB'))
    daemon = room.daemon()
    try:
        wait_open(room, [('disk', '')])
        time.sleep(2)
    finally:
        end(daemon)
    assert len(w.messages('sanne')) == 2
    assert room.json('alarms')['alarms'][0]['times'] == 2


disk_alarm_over_restarts.smtp = True


def refused_login(w, programs):
    room = admin(Newsroom(w, programs))
    password = os.path.join(room.folder, 'password')
    with open(password, 'w') as f:
        f.write('wrong\n')
    daemon = room.daemon()
    try:
        wait_open(room, [('login', 'desk')])
        assert 'weigert ons' in wait_mails(w, 'sanne', 1)[0][0]
        assert room.command('status').returncode == 1
        with open(password, 'w') as f:
            f.write(world.lab.PASSWORD + '\n')
        daemon.send_signal(signal.SIGHUP)
        wait_open(room, [])
        assert wait_mails(w, 'sanne', 2)[1][0].startswith('Voorbij: ')
    finally:
        end(daemon)
    assert nagios(room)[0] == 0


refused_login.smtp = True


def mailbox_not_read(w, programs):
    """The server is away for longer than alarm_after; then it is back."""
    w.deliver('desk', mail(1))
    room = Newsroom(w, programs, mailbox='alarm_after = 60 s')
    admin(room)
    daemon = room.daemon()
    try:
        room.wait_for('select count(*) from draft', 1)
        w.dovecot.send_signal(signal.SIGSTOP)
        for pid in children(w.dovecot.pid):
            os.kill(pid, 9)
        time.sleep(1)
        wait_open(room, [('mailbox', 'desk')], 75)
        code, line = nagios(room)
        assert code == 2 and 'not read for' in line, line
        w.dovecot.send_signal(signal.SIGCONT)
        w.restart_dovecot()
        wait_open(room, [], 60)
    finally:
        end(daemon)


def children(pid):
    done = subprocess.run(['pgrep', '-P', str(pid)], stdout=subprocess.PIPE, text=True)
    return [int(x) for x in done.stdout.split()]


def quiet_mailbox_is_no_alarm(w, programs):
    """Nothing comes for longer than alarm_after while the server only idles; and all of it is counted again."""
    w.deliver('desk', mail(1))
    room = Newsroom(w, programs, mailbox='alarm_after = 60 s\nrecount = 5 s')
    admin(room)
    daemon = room.daemon()
    try:
        room.wait_for('select count(*) from draft', 1)
        first = room.json('status')['folders'][0]
        # A colleague throws a mail away: IDLE tells nothing that we fetch, the count does.
        client = w.imap_login('desk')
        client.select('INBOX')
        client.store('1', '+FLAGS', '\\Deleted')
        client.expunge()
        client.logout()
        for _ in range(200):
            folder = room.json('status')['folders'][0]
            if folder['server'] == 0:
                break
            time.sleep(0.1)
        assert (folder['server'], folder['kept'], folder['waiting']) == (0, 0, 0), folder
        assert folder['counted'] > first['counted'], folder
        time.sleep(65)
        assert open_alarms(room) == [] and nagios(room)[0] == 0, nagios(room)
    finally:
        end(daemon)


def dead_readers(w, programs):
    """Readers that cannot start: no mail is blamed for it, and all are read when they can."""
    room = admin(Newsroom(w, programs))
    libexec = os.path.join(room.folder, 'libexec')
    os.makedirs(libexec)
    for name in os.listdir(programs):
        if name.startswith('nieuws-') and os.access(os.path.join(programs, name), os.X_OK) and not os.path.isdir(os.path.join(programs, name)):
            os.symlink(os.path.join(programs, name), os.path.join(libexec, name))
    os.unlink(os.path.join(libexec, 'nieuws-read'))
    with open(os.path.join(libexec, 'nieuws-read'), 'w') as f:
        f.write('#!/bin/sh\nexit 127\n')
    os.chmod(os.path.join(libexec, 'nieuws-read'), 0o755)
    room.env['NIEUWS_LIBEXEC'] = libexec
    w.deliver_many('desk', [mail(1), mail(2)])
    daemon = room.daemon()
    try:
        wait_open(room, [('readers', '')])
        assert 'starten niet' in wait_mails(w, 'sanne', 1)[0][0]
        assert room.number('select count(*) from quarantine') == 0
        os.unlink(os.path.join(libexec, 'nieuws-read'))
        os.symlink(os.path.join(programs, 'nieuws-read'), os.path.join(libexec, 'nieuws-read'))
        room.wait_for('select count(*) from draft', 2, 60)
        wait_open(room, [])
    finally:
        end(daemon)
    assert room.number('select count(*) from quarantine') == 0


dead_readers.smtp = True


def outbox_does_not_move(w, programs):
    w.deliver('desk', mail(1))
    room = Newsroom(w, programs)
    admin(room, 'outbox_after = 10 s\n[smtp]\nhost = 127.0.0.1\nport = 1\ntls = none\nfrom = nieuws@example.nl\n')
    daemon = room.daemon()
    try:
        wait_open(room, [('outbox', '')], 30)
    finally:
        end(daemon)
    alarm = room.json('alarms')['alarms'][0]
    assert alarm['count'] >= 2 and alarm['detail'], alarm
    assert 'Do: run "nieuws check"' in alarm['text'], alarm


def growing_quarantine(w, programs):
    room = admin(Newsroom(w, programs), 'quarantine = 3\n')
    junk = []
    for i in range(3):
        path = os.path.join(room.folder, 'junk%d.eml' % i)
        with open(path, 'wb') as f:
            f.write(b'\x00\x01\x02 no header here %d\n' % i)
        junk.append(path)
    room.command('import', *junk)
    room.once()
    assert open_alarms(room) == [('quarantine', '')], open_alarms(room)
    code, line = nagios(room)
    assert code == 1 and line.startswith('NIEUWS WARNING'), line


def flood(w, programs):
    """Too many mails of one sender: all are kept, one digest stands for the notices and receipts."""
    room = admin(Newsroom(w, programs), 'contributor_hourly = 5\nflood_after = 2 s\n')
    w.deliver_many('desk', [mail(i) for i in range(1, 38)] + [mail(99, sender='ander@example.nl')])
    daemon = room.daemon()
    try:
        room.wait_for('select count(*) from draft', 38)
        wait_open(room, [('flood', 'mens@example.nl')])
        room.wait_for("select count(*) from outbox where state in ('waiting', 'sending')", 0)
        time.sleep(0.5)
    finally:
        end(daemon)
    subjects = [s for s, _, _ in texts(w, 'sanne')]
    assert len(subjects) == 7 and len([s for s in subjects if '37 mails van mens@example.nl' in s]) == 1, subjects
    assert len(w.messages('mens')) == 1
    assert room.number("select count(*) from event where kind = 'flood'") == 32
    assert 'mens@example.nl' not in room.log()


flood.smtp = True


def one_byte_over_the_limit(w, programs):
    """At the limit a mail is fetched whole, at limit + 1 its header only: never its body, and both sides are told."""
    limit = 102400
    head = mail(1, '').replace(b' Nummer 1.\r\n', b'')
    w.deliver('desk', head)
    added = len(w.messages('desk')[0][1]) - len(head)
    client = w.imap_login('desk')
    client.select('INBOX')
    client.store('1', '+FLAGS', '\\Deleted')
    client.expunge()
    client.logout()

    def sized(size):
        body = (b'x' * 70 + b'\r\n') * 2000
        return head + body[:size - added - len(head) - 2] + b'\r\n'
    w.deliver('desk', sized(limit))
    w.deliver('desk', sized(limit + 1).replace(b'Bericht 1', b'Bericht 2').replace(b'<1.', b'<2.'))
    sizes = [len(raw) for _, raw in w.messages('desk')]
    assert sizes == [limit, limit + 1], sizes
    room = Newsroom(w, programs)
    with open(room.config, 'a') as f:
        f.write('[limits]\nmessage = 100 KiB\n')
    room.once()
    kept = room.ask('select size, truncated from submission order by size desc')
    assert kept[0] == (limit, 0) and kept[1][1] == 1 and kept[1][0] < 2000, kept
    stored = sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(os.path.join(room.folder, 'spool', 'mail')) for f in files)
    assert stored < limit + 2000, stored
    assert room.ask("select kind from outbox where recipient = 'mens@example.nl' and draft_id = (select draft_id from submission where truncated = 1)") == [('oversize',)] or \
        room.number("select count(*) from event where kind = 'receipt-withheld'") == 1
    assert room.number("select count(*) from outbox where editor = 'sanne' and draft_id = (select draft_id from submission where truncated = 1)") == 1
    assert room.number("select count(*) from warning where code = 'limit.message' and draft_id = (select draft_id from submission where truncated = 1)") == 1


TESTS = [disk_alarm_over_restarts, refused_login, mailbox_not_read, quiet_mailbox_is_no_alarm, dead_readers, outbox_does_not_move,
         growing_quarantine, flood, one_byte_over_the_limit]

if __name__ == '__main__':
    world.run(TESTS)
