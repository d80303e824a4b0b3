#!/usr/bin/python3
"""Alarms, trust of senders, scans and rates over a real Dovecot and a real mail server."""
import base64
import email
import email.policy
import json
import os
import shutil
import signal
import subprocess
import tempfile
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


PART = ('From: Mens <mens@example.nl>\r\nTo: desk@example.nl\r\nSubject: %s\r\nMessage-ID: <%s@example.nl>\r\nMIME-Version: 1.0\r\n'
        'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nDit is een bericht over de brug.\r\n--x\r\n'
        'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=bijlage.bin\r\n'
        'Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--x--\r\n')


class Clamd:
    """The real one, with one signature of our own: nothing is downloaded."""

    def __init__(self, mark):
        if shutil.which('clamd', path=world.lab.PATH) is None:
            raise world.Skip('clamd is not installed (clamav-daemon)')
        self.folder = tempfile.mkdtemp(prefix='nwclam')
        os.chmod(self.folder, 0o755)
        self.socket = os.path.join(self.folder, 'ctl')
        os.makedirs(os.path.join(self.folder, 'db'))
        with open(os.path.join(self.folder, 'db', 'own.ndb'), 'w') as f:
            f.write('Proef.Virus:0:*:%s\n' % mark.hex())
        self.conf = os.path.join(self.folder, 'clamd.conf')
        with open(self.conf, 'w') as f:
            f.write('LocalSocket %s\nLocalSocketMode 666\nDatabaseDirectory %s/db\nForeground yes\nUser root\nStreamMaxLength 1M\n' % (
                self.socket, self.folder))
        self.start()

    def start(self):
        self.process = subprocess.Popen(['/usr/sbin/clamd', '-c', self.conf], stdout=open(os.path.join(self.folder, 'log'), 'w'),
                                        stderr=subprocess.STDOUT)
        for _ in range(200):
            if os.path.exists(self.socket):
                return
            if self.process.poll() is not None:
                raise world.Skip('clamd does not start here: ' + open(os.path.join(self.folder, 'log')).read()[-200:])
            time.sleep(0.1)
        raise AssertionError('clamd did not start')

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def clear(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def real_clamd(w, programs):
    """Found in an attachment: spam, nobody is told, files only by force. Away: kept, said, alarm; back: over."""
    mark = b'nieuws-proefvirus-7f3a'
    clamd = Clamd(mark)
    try:
        w.deliver('desk', (PART % ('Virus', 'v', base64.b64encode(b'x' * 50 + mark).decode())).encode())
        w.deliver('desk', (PART % ('Schoon', 's', base64.b64encode(b'y' * 50).decode())).encode())
        room = Newsroom(w, programs)
        admin(room, '[filter]\nclamd = %s\n' % clamd.socket)
        room.once()
        assert room.ask('select d.state, s.subject from draft d join submission s on s.draft_id = d.id order by 2') == [
            ('new', 'Schoon'), ('spam', 'Virus')], room.ask('select * from draft')
        infected = room.number("select draft_id from submission where subject = 'Virus'")
        said = room.ask("select text from warning where code = 'virus.found'")
        assert said == [('A virus was found in this mail: Proef.Virus.UNOFFICIAL.',)], said
        assert room.number('select count(*) from outbox where draft_id = %d' % infected) == 0
        assert room.number("select count(*) from warning where code = 'virus.unscanned'") == 0
        to = os.path.join(room.folder, 'files')
        done = room.command('save', str(infected), '--to', to)
        assert done.returncode == 1 and b'virus' in done.stderr and not os.path.exists(os.path.join(to, 'bijlage.bin')), done
        assert room.command('open', str(infected), '1').returncode == 1
        assert room.command('save', str(infected), '--to', to, '--force').returncode == 0 and os.listdir(to)
        clamd.stop()
        w.deliver('desk', mail(5))
        room.once()
        assert room.number('select count(*) from draft') == 3
        assert room.number("select count(*) from warning where code = 'virus.unscanned'") == 1
        assert ('clamd', '') in open_alarms(room), open_alarms(room)
        if os.path.exists(clamd.socket):
            os.unlink(clamd.socket)
        clamd.start()
        w.deliver('desk', mail(6))
        room.once()
        assert ('clamd', '') not in open_alarms(room) and room.number('select count(*) from draft') == 4
    finally:
        clamd.clear()


def real_spamassassin(w, programs):
    """Its own header on its own test mail (GTUBE), put in front as a mail server does."""
    if shutil.which('spamassassin', path=world.lab.PATH) is None:
        raise world.Skip('spamassassin is not installed')
    gtube = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'
    raw = mail(1, gtube)
    done = subprocess.run(['spamassassin', '-L', '-x', '--prefspath=/dev/null'], input=raw, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    if done.returncode or b'X-Spam' not in done.stdout:
        raise world.Skip('spamassassin has no rules here: ' + done.stderr.decode()[-150:].replace('\n', ' '))
    said = email.message_from_bytes(done.stdout)
    header = 'X-Spam-Status: ' + ' '.join(said['X-Spam-Status'].split())
    received = 'Received: from x by mx.example.nl; Tue, 24 Nov 2026 10:00:00 +0100\r\n'
    room = Newsroom(w, programs)
    with open(room.config, 'a') as f:
        f.write('[filter]\nspam_headers = X-Spam-Status\n')
    # LMTP puts a Received of its own on top: the file goes in as a server would keep it.
    for name, text in (('ours', header + '\r\n' + received + raw.decode()), ('theirs', received + header + '\r\n' + raw.decode())):
        path = os.path.join(room.folder, name + '.eml')
        with open(path, 'w', newline='') as f:
            f.write(text.replace('<1.mens', '<%s.mens' % name).replace('Bericht 1', name))
        assert room.command('import', path).returncode == 0
    found = room.ask("select s.subject, s.automatic from submission s join warning w on w.draft_id = s.draft_id where w.code = 'spam.verdict'")
    assert found == [('ours', 'spam filter')], found
    assert room.number("select count(*) from outbox where kind = 'receipt'") == 1


TESTS = [real_clamd, real_spamassassin, disk_alarm_over_restarts, refused_login, mailbox_not_read, quiet_mailbox_is_no_alarm, dead_readers, outbox_does_not_move,
         growing_quarantine, flood, one_byte_over_the_limit]

if __name__ == '__main__':
    world.run(TESTS)
