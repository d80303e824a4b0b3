#!/usr/bin/python3
"""The way of a mail over a real Dovecot (TLS) and a real mail server."""
import email
import email.policy
import glob
import os
import random
import subprocess
import time

import world  # noqa: F401
from world import Newsroom, end, mail


def drain_and_books(w, programs):
    sent = [mail(i) for i in range(1, 41)]
    w.deliver_many('desk', sent)
    room = Newsroom(w, programs)
    room.once()
    assert room.number('select count(*) from draft') == 40
    folder = room.json('status')['folders'][0]
    assert (folder['server'], folder['kept'], folder['quarantined'], folder['waiting']) == (40, 40, 0, 0), folder
    assert all('\\Seen' in flags for flags, _ in w.messages('desk'))
    # Byte for byte what the server holds.
    kept = {room.raw(path) for path, in room.ask('select path from submission')}
    assert kept == {raw for _, raw in w.messages('desk')}
    # Again: nothing comes twice.
    room.once()
    assert room.number('select count(*) from draft') == 40
    assert not glob.glob(os.path.join(room.folder, 'spool', 'incoming', '*'))


def colleague_reads_first(w, programs):
    w.deliver('desk', mail(1))
    client = w.imap_login('desk')
    client.select('INBOX')
    client.store('1', '+FLAGS', '\\Seen')
    client.logout()
    room = Newsroom(w, programs)
    room.once()
    assert room.number('select count(*) from draft') == 1


def done_move(w, programs):
    w.deliver_many('desk', [mail(i) for i in range(1, 8)])
    room = Newsroom(w, programs, done='move')
    room.once()
    assert len(w.messages('desk')) == 0
    assert len(w.messages('desk', 'Verwerkt')) == 7
    room.once()
    folder = room.json('status')['folders'][0]
    assert (folder['server'], folder['kept'], folder['waiting']) == (0, 0, 0), folder


def done_flag_and_delete(w, programs):
    w.deliver_many('flag', [mail(1), mail(2)])
    Newsroom(w, programs, user='flag', done='flag').once()
    assert all('$Nieuws' in flags for flags, _ in w.messages('flag'))
    w.deliver_many('del', [mail(3), mail(4)])
    room = Newsroom(w, programs, user='del', done='delete')
    room.once()
    assert w.messages('del') == [] and room.number('select count(*) from draft') == 2


def same_mail_twice(w, programs):
    """To two of our addresses, or restored: one draft, noted."""
    for user in ('desk', 'tips'):
        w.deliver(user, mail(1))
    room = Newsroom(w, programs)
    with open(room.config, 'a') as f:
        f.write(w.mailbox_section('tips'))
    room.once()
    assert room.number('select count(*) from draft') == 1
    assert room.number("select count(*) from event where kind = 'duplicate'") == 1
    assert room.number('select count(*) from ledger') == 2


def uidvalidity_changes(w, programs):
    w.deliver_many('desk', [mail(i) for i in range(1, 11)])
    room = Newsroom(w, programs)
    room.once()
    for name in glob.glob(w.path('mail', 'desk', 'Maildir', 'dovecot*')):
        os.unlink(name)
    w.restart_dovecot()
    room = Newsroom(w, programs, folder=room.folder)
    room.once()
    assert room.number('select count(distinct uidvalidity) from ledger') == 2
    assert room.number('select count(*) from draft') == 10


def idle_tells(w, programs):
    room = Newsroom(w, programs)
    daemon = room.daemon()
    try:
        room.wait_for('select count(*) from folder', 1)
        for i in range(1, 4):
            w.deliver('desk', mail(i))
            room.wait_for('select count(*) from draft', i, 30)
        # The connection is cut: it comes back by itself.
        w.doveadm('kick', 'desk')
        w.deliver('desk', mail(4))
        room.wait_for('select count(*) from draft', 4, 40)
    finally:
        took = end(daemon)
    assert daemon.returncode == 0 and took < 5, (daemon.returncode, took)


def reload_by_hup(w, programs):
    import signal
    w.deliver('desk', mail(1))
    w.deliver('tips', mail(2))
    room = Newsroom(w, programs)
    daemon = room.daemon()
    try:
        room.wait_for('select count(*) from draft', 1)
        with open(room.config, 'a') as f:
            f.write('[mailbox tips]\nport = no number\n')
        daemon.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        assert daemon.poll() is None, 'a broken file ended the service'
        with open(room.config) as f:
            text = f.read().replace('[mailbox tips]\nport = no number\n', w.mailbox_section('tips'))
        with open(room.config, 'w') as f:
            f.write(text)
        daemon.send_signal(signal.SIGHUP)
        room.wait_for('select count(*) from draft', 2)
    finally:
        end(daemon)


def oversize(w, programs):
    big = mail(1, 'x' * 70 + '\r\n' + ('y' * 70 + '\r\n') * 2000)
    w.deliver_many('desk', [big, mail(2)])
    room = Newsroom(w, programs)
    with open(room.config, 'a') as f:
        f.write('[limits]\nmessage = 100 KiB\n')
    room.once()
    assert room.number('select count(*) from draft') == 2
    assert room.number("select count(*) from warning where code = 'limit.message'") == 1
    assert room.number("select count(*) from ledger where outcome = 'oversize'") == 1


def poison_holds_nobody_up(w, programs):
    """What cannot be read goes to quarantine, what kills a reader as well; the others are kept in the same run."""
    import make
    w.deliver_many('desk', [mail(1), make.poison(), mail(2)])
    room = Newsroom(w, programs)
    # A raw mail without a header cannot come by LMTP: a reader sees it by import.
    junk = os.path.join(room.folder, 'junk.eml')
    with open(junk, 'wb') as f:
        f.write(b'\x00\x01\x02 no header here\n')
    room.once()
    assert room.number('select count(*) from draft') == 3
    done = room.command('import', junk, '--json')
    assert b'"quarantined":1' in done.stdout, done
    assert room.json('quarantine')['quarantine'][0]['reason'].startswith('It is not a mail')
    assert room.command('quarantine', 'retry', '1').returncode == 1
    assert os.path.exists(os.path.join(room.folder, 'spool', room.json('quarantine')['quarantine'][0]['path']))


def notices_and_receipts(w, programs):
    w.deliver('desk', mail(1, 'Een lang verhaal over een brug die eindelijk open is.'))
    w.deliver('desk', mail(2, extra='Auto-Submitted: auto-replied\r\n'))
    w.deliver('desk', mail(3, sender='nieuws@' + world.lab.DOMAIN))
    room = Newsroom(w, programs)
    room.once()
    for _ in range(100):
        if len(w.messages('sanne')) == 3 and len(w.messages('mens')) == 1:
            break
        time.sleep(0.05)
    assert len(w.messages('sanne')) == 3
    receipts = w.messages('mens')
    assert len(receipts) == 1, receipts
    answer = email.message_from_bytes(receipts[0][1], policy=email.policy.default)
    assert answer['Auto-Submitted'] == 'auto-replied' and answer['In-Reply-To'] == '<1.mens@example.nl>'
    assert answer['Return-Path'] == '<>' and 'LAB-' in answer.get_content() and 'Bericht 1' in answer['Subject']
    # Nobody is told twice.
    room.once()
    time.sleep(0.3)
    assert len(w.messages('sanne')) == 3 and len(w.messages('mens')) == 1
    assert room.number("select count(*) from event where kind = 'receipt-withheld'") == 2


notices_and_receipts.smtp = True


def mail_server_is_down(w, programs):
    w.deliver('desk', mail(1))
    room = Newsroom(w, programs)
    with open(room.config, 'a') as f:
        f.write('[smtp]\nhost = 127.0.0.1\nport = 1\ntls = none\nfrom = nieuws@example.nl\n')
    room.once()
    assert room.number("select count(*) from outbox where state = 'waiting' and due_at > created_at") == 2
    assert room.number('select count(*) from draft') == 1


def one_keeper(w, programs):
    room = Newsroom(w, programs)
    daemon = room.daemon()
    try:
        room.wait_for('select count(*) from folder', 1)
        done = room.once(check=False)
        assert done.returncode == 1 and b'another nieuwsd' in done.stderr, done
    finally:
        end(daemon)


def full_disk(w, programs):
    """The spool fills up in mid-drain: nieuwsd stays, says so, and goes on by itself when there is room again."""
    w.deliver_many('desk', [mail(i, ('woord ' * 11 + '\r\n') * 600) for i in range(1, 101)])
    room = Newsroom(w, programs, receipts='never')
    spool = os.path.join(room.folder, 'spool')
    os.makedirs(spool)
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=3M', 'tmpfs', spool], stderr=subprocess.DEVNULL).returncode:
        raise world.Skip('cannot mount a small file system here')
    try:
        daemon = room.daemon()
        time.sleep(3)
        assert daemon.poll() is None and room.number('select count(*) from draft') < 100
        assert 'could not be written' in room.log() or 'disk is full' in room.log(), room.log()[-500:]
        subprocess.run(['mount', '-o', 'remount,size=100M', spool], check=True)
        room.wait_for('select count(*) from draft', 100, 60)
        end(daemon)
        check_whole(w, room, 100)
    finally:
        subprocess.run(['umount', '-l', spool], check=True)



def kill_any_program(w, programs):
    """kill -9 of nieuwsd and of each of its children at random instants while mails drain: nothing lost, nothing twice."""
    kills = int(os.environ.get('NIEUWS_KILLS', '16'))
    random.seed(world.SEED)
    count = 500
    sent = [mail(i, 'Lang genoeg om iets te doen. ' * 20) for i in range(1, count + 1)]
    w.deliver_many('desk', sent)
    room = Newsroom(w, programs, receipts='never')
    done = 0
    while done < kills:
        if room.number('select count(*) from draft') >= count - 20:
            # All in: begin again on a fresh spool, so that every kill falls in mid-drain.
            check_whole(w, room, count)
            room = Newsroom(w, programs, receipts='never')
        daemon = room.daemon()
        time.sleep(random.uniform(0.02, 0.3))
        victim = random.choice(['nieuwsd', 'nieuws-fetch', 'nieuws-read'])
        kill_one(daemon, victim)
        done += 1
        time.sleep(random.uniform(0, 0.05))
        daemon.kill()
        daemon.wait()
    room.once()
    check_whole(w, room, count)
    print('# %d kills' % done)


def kill_one(daemon, victim):
    if victim == 'nieuwsd':
        daemon.kill()
        return
    found = subprocess.run(['pgrep', '-P', str(daemon.pid), '-f', victim], stdout=subprocess.PIPE, text=True).stdout.split()
    for pid in found[:1]:
        try:
            os.kill(int(pid), 9)
        except ProcessLookupError:
            pass


def check_whole(w, room, count):
    room.once()
    assert room.number('select count(*) from draft') == count, room.number('select count(*) from draft')
    assert room.number('select count(distinct message_id) from submission') == count
    assert room.number('pragma integrity_check') == 'ok'
    twice = room.number('select count(*) from (select 1 from outbox group by kind, draft_id, recipient having count(*) > 1)')
    assert twice == 0
    kept = {room.raw(path) for path, in room.ask('select path from submission')}
    assert kept == {raw for _, raw in w.messages('desk')}


def notices_survive_kills(w, programs):
    """The sender and nieuwsd die while notices go out: each editor mail arrives, at most with the same Message-ID again."""
    random.seed(world.SEED + 1)
    w.deliver_many('desk', [mail(i) for i in range(1, 31)])
    room = Newsroom(w, programs, receipts='never')
    for _ in range(6):
        daemon = room.daemon()
        time.sleep(random.uniform(0.05, 0.4))
        kill_one(daemon, random.choice(['nieuwsd', 'nieuws-send']))
        daemon.kill()
        daemon.wait()
    for _ in range(20):
        room.once()
        if room.number("select count(*) from outbox where state = 'sent'") == 30:
            break
        time.sleep(0.2)
        import sqlite3
        with sqlite3.connect(os.path.join(room.folder, 'spool', 'nieuws.db')) as db:
            db.execute("update outbox set due_at = 1 where state = 'waiting'")
    ids = []
    for _ in range(60):
        # The mail server hands on in its own time.
        ids = [email.message_from_bytes(raw)['Message-ID'] for _, raw in w.messages('sanne')]
        if len(set(ids)) == 30:
            break
        time.sleep(0.5)
    assert len(set(ids)) == 30, (len(ids), len(set(ids)))


notices_survive_kills.smtp = True


world.run([drain_and_books, colleague_reads_first, done_move, done_flag_and_delete, same_mail_twice, uidvalidity_changes, idle_tells,
           reload_by_hup, oversize, poison_holds_nobody_up, notices_and_receipts, mail_server_is_down, one_keeper, full_disk, kill_any_program,
           notices_survive_kills])
