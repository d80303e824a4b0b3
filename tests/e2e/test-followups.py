#!/usr/bin/python3
"""What comes after a draft: over the real intake, to what the editor and the contributor see."""
import email
import email.message
import email.policy
import time

import world
from world import Newsroom

PARAGRAPHS = ['De nieuwe brug over het kanaal bij Vroomshoop gaat maandag open voor al het verkeer, zo meldt de gemeente deze week aan alle omwonenden.',
              'Wethouder Van Dijk knipt om tien uur het lint door; daarna mogen fietsers als eersten naar de overkant rijden.',
              'Het werk duurde veertien maanden en kostte vier miljoen euro, waarvan de provincie de helft heeft betaald.',
              'Vrachtwagens rijden tot de zomer nog om, omdat de toerit aan de noordkant eerst moet inklinken.']


def letter(number, subject, text, sender='Mens <mens@example.nl>', photo=None, **headers):
    m = email.message.EmailMessage()
    m['From'], m['To'], m['Subject'] = sender, 'desk@' + world.lab.DOMAIN, subject
    m['Date'] = 'Tue, 24 Nov 2026 10:00:00 +0100'
    m['Message-ID'] = '<%s@example.nl>' % number
    for name, value in headers.items():
        m[name.replace('_', '-')] = value
    m.set_content(text)
    if photo:
        m.add_attachment(photo, maintype='image', subtype='png', filename='brug-%s.png' % number)
    return m.as_bytes()


def png(shade):
    import struct
    import zlib
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = b''.join(b'\x00' + bytes((shade + x + y) % 256 for x in range(1300)) for y in range(800))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 1300, 800, 8, 0, 0, 0, 0)) + chunk(b'IDAT', zlib.compress(rows)) +
            chunk(b'IEND', b''))


def article(changed=None):
    return '\n\n'.join(changed or PARAGRAPHS) + '\n'


def corrected():
    return article([PARAGRAPHS[0], PARAGRAPHS[1].replace('tien uur', 'elf uur'), PARAGRAPHS[2], PARAGRAPHS[3]])


def wait_mails(w, user, count):
    for _ in range(100):
        if len(w.messages(user)) >= count:
            break
        time.sleep(0.05)
    return [email.message_from_bytes(raw, policy=email.policy.default) for _, raw in w.messages(user)]


def correction(w, programs):
    """Nearly the same text of the same sender waits beside the draft; accepted by its change, and taken back."""
    w.deliver('desk', letter(1, 'Brug Vroomshoop open', article()))
    room = Newsroom(w, programs)
    room.once()
    w.deliver('desk', letter(2, 'Correctie: Brug Vroomshoop open', corrected(), photo=png(0)))
    room.once()
    drafts = room.json('list')['drafts']
    assert len(drafts) == 1 and drafts[0]['followups'] == 1 and drafts[0]['photos'] == 0, drafts
    assert 'tien uur' in room.json('show', '1')['draft']['body_markdown']
    assert room.ask('select why, kind, photos from proposal') == [('like', 'text', 1)]
    shown = room.command('followups', '1').stdout.decode()
    assert '- Wethouder' in shown and '+ Wethouder' in shown and 'elf uur' in shown and 'veertien' not in shown, shown
    assert '+' in room.command('list').stdout.decode().splitlines()[1][-6:]
    done = room.command('accept', '1', '--part', 'body')
    assert done.returncode == 0, done
    assert 'elf uur' in room.json('show', '1')['draft']['body_markdown']
    assert room.ask("select state, parts from proposal") == [('partly', 'body')]
    assert room.json('list')['drafts'][0]['followups'] == 0
    assert room.command('undo', '1').returncode == 0
    assert 'tien uur' in room.json('show', '1')['draft']['body_markdown'] and room.json('list')['drafts'][0]['followups'] == 1
    assert room.command('accept', '1').returncode == 0
    assert room.ask('select draft.photos, proposal.state from draft join proposal on draft.id = draft_id') == [(1, 'accepted')]
    assert room.command('refuse', '1').returncode == 1


def joins(w, programs):
    """By References to a mail of the draft or to our receipt, by our reference from who may; not from who may not; a series is no correction."""
    w.deliver('desk', letter(1, 'Brug Vroomshoop open', article()))
    room = Newsroom(w, programs)
    room.once()
    receipt = wait_mails(w, 'mens', 1)[0]
    reference = room.json('list')['drafts'][0]['reference']
    w.deliver_many('desk', [
        letter(2, 'Re: Brug Vroomshoop open', 'In de tweede alinea moet het elf uur zijn.', In_Reply_To='<1@example.nl>'),
        letter(3, 'Antw: iets anders', 'Hier nog een foto erbij voor in de krant.', photo=png(9), References='<x@y> ' + receipt['Message-ID']),
        letter(4, 'Nog iets over %s graag' % reference.lower(), 'De wethouder heet Van Dijck, met ck.'),
        letter(5, 'Over %s' % reference, 'Ik ben een vreemde en wil ook iets.', sender='Vreemd <vreemd@example.org>'),
        letter(6, 'Over %s' % reference, 'Van onze eigen redacteur, die het navroeg.', sender='Sanne <sanne@%s>' % world.lab.DOMAIN),
        letter(7, 'Afwezig: uw bericht', 'Ik ben er deze week niet.', In_Reply_To=receipt['Message-ID'], Auto_Submitted='auto-replied'),
        letter(8, 'Brug Vroomshoop open', article(), sender='Ander <ander@example.org>')])
    room.once()
    got = [(d['number'], d['near'], d['title']) for d in room.json('list')['drafts']]
    assert len(got) == 3 and {x[1:] for x in got} == {(1, 'Brug Vroomshoop open'), (0, 'Over %s' % reference), (0, 'Brug Vroomshoop open')}, got
    assert room.ask('select why, kind, state, count(*) from proposal group by 1, 2, 3 order by 1, 2, 3') == [
        ('reference', 'message', 'open', 2), ('reply', 'message', 'noted', 1), ('reply', 'message', 'open', 2)]
    assert room.number("select count(*) from event where kind = 'auto-reply'") == 1
    copy = next(x[0] for x in got if x[1] == 1)
    assert room.json('related', str(copy))['related'][0]['how'] == 'same'
    for _ in range(3):
        room.once()
    told = [m for m in wait_mails(w, 'sanne', 7) if 'followups 1' in m.get_content()]
    assert len(told) == 4, len(told)
    # The same bytes again, and the same Message-ID: noted as doubles, nothing more.
    before = room.number('select count(*) from proposal')
    w.deliver('desk', letter(2, 'Re: Brug Vroomshoop open', 'In de tweede alinea moet het elf uur zijn.', In_Reply_To='<1@example.nl>'))
    room.once()
    assert room.number('select count(*) from proposal') == before
    # Weekly news: near texts, other numbers.
    w.deliver_many('desk', [letter('w%d' % i, 'Weekbericht %d' % i, article() + 'Week %d.' % i, sender='Club <club@example.nl>') for i in (46, 47)])
    room.once()
    assert len(room.json('list')['drafts']) == 5


joins.smtp = True


def receipt_says_where(w, programs):
    w.deliver('desk', letter(1, 'Brug Vroomshoop open', article()))
    room = Newsroom(w, programs)
    room.once()
    wait_mails(w, 'mens', 1)
    import os
    import sqlite3
    with sqlite3.connect(os.path.join(room.folder, 'spool', 'nieuws.db')) as db:
        db.execute('update outbox set created_at = created_at - 3600')
    w.deliver('desk', letter(2, 'Re: Brug', 'Het moet elf uur zijn.', In_Reply_To='<1@example.nl>'))
    room.once()
    receipts = wait_mails(w, 'mens', 2)
    assert len(receipts) == 2 and 'LAB-' in receipts[1]['Subject'] and 'toegevoegd' in receipts[1].get_content(), receipts
    assert receipts[1]['Auto-Submitted'] == 'auto-replied'


receipt_says_where.smtp = True


def merge_and_split(w, programs):
    w.deliver('desk', letter(1, 'Brug Vroomshoop open', article()))
    w.deliver('desk', letter(2, 'Feest bij de brug', 'Zondag is er feest bij de nieuwe brug met muziek en taart.', sender='Ander <ander@example.org>'))
    room = Newsroom(w, programs)
    room.once()
    by = {d['title']: str(d['number']) for d in room.json('list')['drafts']}
    bridge, feast = by['Brug Vroomshoop open'], by['Feest bij de brug']
    assert room.command('merge', bridge, feast).returncode == 0
    assert len(room.json('list')['drafts']) == 1 and room.json('list')['drafts'][0]['followups'] == 1
    assert room.command('merge', bridge, feast).returncode == 1 and room.command('merge', bridge, bridge).returncode == 1
    assert room.command('undo', feast).returncode == 0 and len(room.json('list')['drafts']) == 2
    assert room.json('list')['drafts'][0]['followups'] == 0 and room.json('list')['drafts'][1]['followups'] == 0
    w.deliver('desk', letter(3, 'Re: Brug', 'Dit gaat over iets heel anders: de bibliotheek van Den Ham sluit.', In_Reply_To='<1@example.nl>'))
    room.once()
    assert room.command('split', bridge).returncode == 0
    drafts = room.json('list')['drafts']
    assert len(drafts) == 3 and 'bibliotheek' in room.json('show', str(drafts[0]['number']))['draft']['body_markdown']
    assert [d['number'] for d in room.json('search', 'bibliotheken')['drafts']] == [drafts[0]['number']]


def killed(w, programs):
    """Killed while follow-ups come in: each is there once."""
    import random
    random.seed(world.SEED)
    w.deliver('desk', letter(1, 'Brug Vroomshoop open', article()))
    room = Newsroom(w, programs, receipts='never')
    room.once()
    w.deliver_many('desk', [letter(i, 'Re: Brug', 'Aanvulling nummer %d van mij.' % i, In_Reply_To='<1@example.nl>') for i in range(2, 102)])
    for _ in range(6):
        daemon = room.daemon()
        time.sleep(random.uniform(0.03, 0.2))
        daemon.kill()
        daemon.wait()
    room.once()
    assert room.number('select count(*) from draft') == 1
    assert room.number('select count(*) from proposal') == 100 and room.number('select count(distinct submission_id) from proposal') == 100
    assert room.number('select followups from draft') == 100 and room.number('pragma integrity_check') == 'ok'


world.run([correction, joins, receipt_says_where, merge_and_split, killed])
