#!/usr/bin/python3
"""Mails that only pass a document on: the article comes out of it, and whatever a document does, the mail is kept."""
import email.message
import io
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import zipfile

import world
from world import Newsroom, Skip, end, mail

TITLE = 'Dorpshuis Holterweg krijgt zonnedak'
LEAD = ('De vrijwilligers van het dorpshuis aan de Holterweg leggen dit najaar tachtig zonnepanelen op het dak. Daarmee wekt het gebouw '
        'meer stroom op dan het in een heel jaar verbruikt, en dat is in de streek nog niet eerder vertoond.')
MORE = ('De stichting heeft twee jaar gespaard voor de panelen. De rest van het geld komt van de gemeente en van een fonds voor kleine kernen, '
        'dat vorige week het laatste bedrag heeft toegezegd aan de penningmeester.')
ITEMS = ['tachtig panelen op het zuiden', 'een batterij in de kelder', 'een scherm in de hal dat laat zien wat er binnenkomt']
PARTS = ('docx', 'odt', 'rtf', 'pdf')


def docx():
    def p(text, style='', bold=False):
        head = '<w:pPr><w:pStyle w:val="%s"/></w:pPr>' % style if style else ''
        return '<w:p>%s<w:r>%s<w:t>%s</w:t></w:r></w:p>' % (head, '<w:rPr><w:b/></w:rPr>' if bold else '', text)
    gone = '<w:p><w:r><w:t>Vast staat dat </w:t></w:r><w:del w:id="1" w:author="x"><w:r><w:delText>de wethouder faalde en </w:delText></w:r></w:del>' \
           '<w:r><w:t>de panelen er komen.</w:t></w:r></w:p>'
    body = p('PERSBERICHT', bold=True) + p(TITLE, 'Title') + p(LEAD, bold=True) + p('Twee jaar sparen', 'Heading1') + p(MORE) + gone
    body += ''.join(p('• ' + item) for item in ITEMS)
    return pack({'[Content_Types].xml': '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                 '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
                 'ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
                 'officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.'
                 'openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>',
                 '_rels/.rels': '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                 '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
                 'Target="word/document.xml"/></Relationships>',
                 'word/_rels/document.xml.rels': '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
                 'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" '
                 'Target="styles.xml"/></Relationships>',
                 'word/styles.xml': '<?xml version="1.0"?><w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
                 '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style><w:style w:type="paragraph" '
                 'w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>',
                 'word/document.xml': '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
                 '<w:body>%s</w:body></w:document>' % body})


def odt():
    body = '<text:p>PERSBERICHT</text:p><text:h text:outline-level="1">%s</text:h><text:p>%s</text:p>' % (TITLE, LEAD)
    body += '<text:h text:outline-level="2">Twee jaar sparen</text:h><text:p>%s</text:p><text:list>%s</text:list>' % (
        MORE, ''.join('<text:list-item><text:p>%s</text:p></text:list-item>' % item for item in ITEMS))
    ns = ' '.join('xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % pair for pair in (('office', 'office'), ('text', 'text')))
    return pack({'mimetype': 'application/vnd.oasis.opendocument.text',
                 'META-INF/manifest.xml': '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                 '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
                 '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
                 'content.xml': '<?xml version="1.0" encoding="UTF-8"?><office:document-content %s office:version="1.2"><office:body><office:text>%s'
                 '</office:text></office:body></office:document-content>' % (ns, body)})


def rtf():
    lines = ['{\\b PERSBERICHT}', '{\\b\\fs36 %s}' % TITLE, LEAD, '{\\b Twee jaar sparen}', MORE] + ['\\bullet  ' + item for item in ITEMS]
    return ('{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}\\fs22\n' + '\\par\n'.join(lines) + '\\par\n}').encode()


def wrap(text, columns=88):
    lines, line = [], ''
    for word in text.split():
        if len(line) + len(word) > columns:
            lines.append(line)
            line = ''
        line = (line + ' ' + word).strip()
    return lines + [line]


def pdf(pages=1):
    """A PDF with a head, a title, a subhead, items and a page number on every page; only the first page says something."""
    def text(x, y, size, words, bold=False):
        return 'BT /F%d %d Tf %d %d Td (%s) Tj ET\n' % (2 if bold else 1, size, x, y, words.replace('(', '\\('))
    out = [text(72, 800, 9, 'Stichting Dorpshuis Holterweg'), text(72, 760, 14, 'PERSBERICHT', True), text(72, 730, 20, TITLE, True)]
    y = 700
    for part in (LEAD, None, MORE):
        if part is None:
            out.append(text(72, y - 8, 13, 'Twee jaar sparen', True))
            y -= 24
        for line in wrap(part) if part else []:
            out.append(text(72, y, 11, line))
            y -= 14
        y -= 10
    for item in ITEMS:
        out.append(text(84, y, 11, '-') + text(98, y, 11, item))
        y -= 14
    first = ''.join(out)
    objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Count %d /Kids [%s] >>' % (pages, ' '.join('%d 0 R' % (5 + 2 * i) for i in range(pages))),
               '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
               '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>']
    for i in range(pages):
        stream = (first if i == 0 else text(72, 760, 11, 'Bladzijde met weinig tekst.')) + text(280, 30, 9, 'pagina %d van %d' % (i + 1, pages))
        objects.append('<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents %d 0 R >>' % (6 + 2 * i))
        objects.append('<< /Length %d >>\nstream\n%s\nendstream' % (len(stream), stream))
    data, places = b'%PDF-1.4\n', []
    chunks = [data]
    at = len(data)
    for i, body in enumerate(objects, 1):
        places.append(at)
        chunk = ('%d 0 obj\n%s\nendobj\n' % (i, body)).encode('latin-1')
        chunks.append(chunk)
        at += len(chunk)
    chunks.append(('xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % (
        len(objects) + 1, ''.join('%010d 00000 n \n' % p for p in places), len(objects) + 1, at)).encode())
    return b''.join(chunks)


def doc():
    """Word's old format is nothing to write by hand."""
    if not shutil.which('soffice'):
        raise Skip('needs libreoffice-writer-nogui')
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'a.rtf'), 'wb') as f:
            f.write(rtf())
        subprocess.run(['soffice', '-env:UserInstallation=file://%s/profile' % folder, '--headless', '--convert-to', 'doc:MS Word 97', '--outdir', folder,
                        os.path.join(folder, 'a.rtf')], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        with open(os.path.join(folder, 'a.doc'), 'rb') as f:
            return f.read()


def pack(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, text in files.items():
            z.writestr(name, text)
    return out.getvalue()


def note(number, name, document, kind='application/octet-stream'):
    message = email.message.EmailMessage()
    message['From'] = 'Ilse Kamphuis <ilse%d@example.nl>' % number
    message['To'] = 'desk@example.nl'
    message['Subject'] = 'Verzoek tot plaatsing'
    message['Message-ID'] = '<document.%d@example.nl>' % number
    message['Date'] = 'Tue, 24 Nov 2026 10:00:00 +0100'
    message.set_content('Beste redactie,\n\nIn de bijlage vindt u ons bericht.\n\nMet vriendelijke groet,\n\nIlse Kamphuis\nDorpshuis Holterweg\n')
    message.add_attachment(document, *kind.split('/'), filename=name)
    return message.as_bytes(policy=email.policy.SMTP)


def drafts(room):
    return [room.json('show', str(number))['draft'] for number, in room.ask('select id from draft order by id')]


def check_article(draft, kind):
    assert draft['title'] == TITLE, (kind, draft['title'])
    assert draft['source'] == kind, draft['source']
    body = draft['body_markdown']
    assert '## Twee jaar sparen' in body, (kind, body)
    assert LEAD[:60] in body and 'penningmeester' in body, (kind, body)
    assert [line for line in body.splitlines() if line[:2] in ('- ', '* ')] == [body_item % item for item in ITEMS for body_item in ('- %s',)], (kind, body)
    for word in ('PERSBERICHT', 'Beste redactie', 'faalde', 'pagina 1', 'vriendelijke groet'):
        assert word not in body, (kind, word, body)


def need_tools():
    for tool in ('pandoc', 'soffice', 'pdftohtml'):
        if not shutil.which(tool):
            raise Skip('needs ' + tool)


def documents_become_articles(w, programs):
    """Types and names lie: what counts is the content."""
    need_tools()
    made = [('docx', docx(), 'bericht.doc'), ('odt', odt(), 'bericht.odt'), ('rtf', rtf(), 'bericht.doc'), ('pdf', pdf(), 'bericht.pdf'),
            ('doc', doc(), 'bericht.docx')]
    w.deliver_many('desk', [note(i, name, data) for i, (_, data, name) in enumerate(made)])
    room = Newsroom(w, programs)
    room.env['TMPDIR'] = tempfile.mkdtemp(dir=room.folder)
    room.once()
    found = {draft['source']: draft for draft in drafts(room)}
    assert sorted(found) == ['doc', 'docx', 'odt', 'pdf', 'rtf'], found.keys()
    for kind, draft in found.items():
        check_article(draft, kind)
    assert room.number('select count(*) from quarantine') == 0
    assert os.listdir(room.env['TMPDIR']) == []


def by_hand_the_same(w, programs):
    """inspect and import do as the intake does."""
    need_tools()
    room = Newsroom(w, programs)
    path = os.path.join(room.folder, 'mail.eml')
    with open(path, 'wb') as f:
        f.write(note(1, 'bericht.docx', docx()))
    check_article(room.json('inspect', path), 'docx')
    assert room.command('import', path).returncode == 0
    check_article(drafts(room)[0], 'docx')


def tool_is_missing(w, programs):
    """A clear warning and the file; never quarantine."""
    w.deliver_many('desk', [note(i, 'bericht.' + kind, data) for i, (kind, data) in enumerate((('docx', docx()), ('rtf', rtf()), ('pdf', pdf())))])
    room = Newsroom(w, programs)
    room.env['PATH'] = room.folder
    room.once()
    assert room.number('select count(*) from quarantine') == 0
    found = drafts(room)
    assert len(found) == 3
    for draft in found:
        assert [x['code'] for x in draft['warnings'] if x['code'].startswith('document.')] == ['document.tool-missing'], draft['warnings']
        assert any('is not installed' in x['text'] for x in draft['warnings'])
        assert [a['filename'] for a in draft['attachments']][0].startswith('bericht.'), draft['attachments']
    assert b'pandoc' in room.command('check').stdout


def bomb_docx():
    """Zeros that unpack to 400 MB, said openly, and a list that lies about it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('word/document.xml', b'\0' * (400 << 20))
    return out.getvalue()


def huge_docx():
    paragraph = '<w:p><w:r><w:t>%s</w:t></w:r></w:p>' % MORE
    with zipfile.ZipFile(io.BytesIO(docx())) as z:
        files = {name: z.read(name).decode() for name in z.namelist()}
    files['word/document.xml'] = files['word/document.xml'].replace('</w:body>', paragraph * 150000 + '</w:body>')
    return pack(files)


def bombs_hold_nobody_up(w, programs):
    need_tools()
    room = Newsroom(w, programs)
    with open(room.config, 'a') as f:
        f.write('[limits]\nconverter_deadline = 10\n')
    daemon = room.daemon()
    try:
        room.wait_for('select count(*) from folder', 1)
        w.deliver_many('desk', [note(1, 'a.docx', bomb_docx()), note(2, 'b.docx', huge_docx()), note(3, 'c.pdf', pdf(10000))])
        time.sleep(1)
        began = time.monotonic()
        w.deliver('desk', mail(4))
        room.wait_for("select count(*) from draft where title = 'Bericht 4'", 1, 60)
        took = time.monotonic() - began
        room.wait_for('select count(*) from draft', 4, 60)
    finally:
        end(daemon)
    # Three deadlines one after the other would be thirty seconds: nobody waited for them.
    assert took < 25, took
    assert room.number('select count(*) from quarantine') == 0
    codes = [sorted({x['code'] for x in draft['warnings'] if x['code'].startswith('document.')}) for draft in drafts(room)]
    assert ['document.limit'] in codes, codes
    assert room.ask('select count(*) from ledger where acked_at is null')[0][0] == 0


def fake_converter(room, programs, text):
    folder = os.path.join(room.folder, 'fake')
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, 'nieuws-convert')
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n' + text + '\n')
    os.chmod(path, 0o755)
    room.env['NIEUWS_LIBEXEC'] = folder + ':' + programs


def converter_crashes(w, programs):
    w.deliver_many('desk', [note(1, 'a.docx', docx()), mail(2)])
    room = Newsroom(w, programs)
    fake_converter(room, programs, 'kill -SEGV $$')
    room.once()
    assert room.number('select count(*) from quarantine') == 0
    texts = [x['text'] for draft in drafts(room) for x in draft['warnings'] if x['code'] == 'document.failed']
    assert len(texts) == 1 and 'crashed' in texts[0], texts


def keeper_dies_meanwhile(w, programs):
    """Killed while a document is being converted: nothing was told, nothing comes twice."""
    need_tools()
    w.deliver_many('desk', [note(1, 'a.docx', docx()), mail(2)])
    room = Newsroom(w, programs)
    fake_converter(room, programs, 'exec sleep 60')
    daemon = room.daemon()
    room.wait_for('select count(*) from draft', 1)
    daemon.send_signal(signal.SIGKILL)
    daemon.wait(5)
    assert sorted('\\Seen' in flags for flags, _ in w.messages('desk')) in ([False, True], [False, False])
    room.env['NIEUWS_LIBEXEC'] = programs
    room.once()
    assert room.number('select count(*) from draft') == 2
    check_article([draft for draft in drafts(room) if draft['source'] == 'docx'][0], 'docx')
    assert all('\\Seen' in flags for flags, _ in w.messages('desk'))


def work_folders_are_swept(w, programs):
    """What a killed converter left behind is gone after the next one."""
    need_tools()
    room = Newsroom(w, programs)
    room.env['TMPDIR'] = os.path.join(room.folder, 'tmp')
    os.makedirs(os.path.join(room.folder, 'tmp', 'nieuws-convert-left00', 'deep'))
    w.deliver('desk', note(1, 'a.docx', docx()))
    room.once()
    assert os.listdir(os.path.join(room.folder, 'tmp')) == []
    assert stat.S_ISDIR(os.stat(room.folder).st_mode)


if __name__ == '__main__':
    world.run([documents_become_articles, by_hand_the_same, tool_is_missing, bombs_hold_nobody_up, converter_crashes, keeper_dies_meanwhile,
               work_folders_are_swept])
