#!/usr/bin/python3
"""Twelve very different submissions, as a regional newsroom gets them. All people, places and sentences are invented.

    make.submissions()  ->  [(name, bytes)]

Pictures and documents are made here, so that nothing binary lies in the repository."""
import email.utils
import io
import struct
import zipfile
import zlib
from email.message import EmailMessage

DATE = 'Tue, 24 Nov 2026 09:%02d:00 +0100'


def png(width, height, shade):
    """A real PNG: a field with a diagonal."""
    rows = b''.join(b'\0' + bytes((shade if (x * height) // width != y else 255 - shade) for x in range(width)) for y in range(height))

    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows, 9)) + chunk(b'IEND', b''))


def docx(title, paragraphs):
    def p(text, style=''):
        return '<w:p>%s<w:r><w:t>%s</w:t></w:r></w:p>' % ('<w:pPr><w:pStyle w:val="%s"/></w:pPr>' % style if style else '', text)
    body = p(title, 'Heading1') + ''.join(p(t) for t in paragraphs)
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('[Content_Types].xml', '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                   '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
                   '"/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
        z.writestr('_rels/.rels', '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                   '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
                   'Target="word/document.xml"/></Relationships>')
        z.writestr('word/document.xml', '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
                   '<w:body>%s</w:body></w:document>' % body)
    return out.getvalue()


def pdf(lines):
    text = 'BT /F1 12 Tf 60 780 Td 16 TL ' + ' '.join('(%s) Tj T*' % line for line in lines) + ' ET'
    objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
               '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
               '<< /Length %d >>\nstream\n%s\nendstream' % (len(text), text), '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>']
    out, places = b'%PDF-1.4\n', []
    for i, o in enumerate(objects):
        places.append(len(out))
        out += b'%d 0 obj\n%s\nendobj\n' % (i + 1, o.encode())
    start = len(out)
    out += b'xref\n0 %d\n0000000000 65535 f \n' % (len(objects) + 1) + b''.join(b'%010d 00000 n \n' % p for p in places)
    return out + b'trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % (len(objects) + 1, start)


def mail(number, sender, subject, to='nieuws@redactie.test'):
    message = EmailMessage()
    message['From'], message['To'], message['Subject'] = sender, to, subject
    message['Date'] = DATE % number
    message['Message-ID'] = '<%d.sample@%s>' % (number, email.utils.parseaddr(sender)[1].split('@')[1])
    return message


def outlook():
    m = mail(1, 'Marijke Ploeg <m.ploeg@molenfonds.example.nl>', 'Persbericht: Molenfonds redt wieken van de Vlijtige Haas')
    item = ('<p class=MsoListParagraph style="text-indent:-18.0pt;mso-list:l0 level1 lfo1"><![if !supportLists]><span '
            'style="mso-list:Ignore">·<span style="font:7.0pt">&nbsp;&nbsp; </span></span><![endif]>%s<o:p></o:p></p>')
    html = ('<html><body lang=NL><div class=WordSection1><p class=MsoNormal>Beste redactie,</p><p class=MsoNormal>Hierbij ons persbericht, '
            'graag plaatsing.</p><p class=MsoNormal><b>PERSBERICHT</b></p><p class=MsoNormal><b><span style="font-size:16.0pt">Molenfonds '
            'redt wieken van de Vlijtige Haas</span></b></p><p class=MsoNormal>LOENERBROEK - De korenmolen van Loenerbroek krijgt twee '
            'nieuwe wieken. Het Molenfonds betaalt de helft, het dorp haalde de andere helft op met een rommelmarkt.</p><p class=MsoNormal>'
            '<b>Wat er gebeurt</b></p><p class=MsoNormal>In het voorjaar komt er een kraan op de dijk. De planning:</p>' +
            item % 'maart: oude wieken eraf' + item % 'april: nieuwe wieken erop' + item % 'mei: eerste zak meel' +
            '<p class=MsoNormal>&#8220;We malen weer voor de bakker&#8221;, zegt molenaar Tjeerd Kolk.</p><p class=MsoNormal>Met vriendelijke '
            'groet,</p><p class=MsoNormal>Marijke Ploeg<br>Molenfonds Oost</p></div></body></html>')
    m.set_content('Zie de opgemaakte tekst.')
    m.add_alternative(html, subtype='html')
    return m


def iphone():
    m = mail(2, 'Joris Beek <joris@example.nl>', 'Ooievaar terug op het oude gemeentehuis')
    m.set_content('Hoi,\n\nVanochtend zat hij er weer: de ooievaar op het oude gemeentehuis van Terwinkel. Volgens de buren is het dezelfde '
                  'vogel als vorig jaar, te herkennen aan de witte ring.\n\nDe gemeente heeft het nest in de winter laten schoonmaken.\n\n'
                  'Verstuurd vanaf mijn iPhone\n')
    m.add_attachment(png(1400, 900, 90), maintype='image', subtype='png', filename='IMG_2231.png')
    return m


def gmail():
    m = mail(3, 'Yvonne Smeets <yvonne.smeets@example.nl>', 'Koor zoekt bassen')
    m.set_content('Koor zoekt bassen')
    m.add_alternative('<div dir="ltr"><div>Koor zoekt bassen</div><div><br></div><div>Het gemengd koor Polyhymnia uit Oosterwaard heeft '
                      'veertig sopranen en drie bassen. Dat klinkt <b>mooi hoog</b>, maar niet diep genoeg voor het kerstconcert.</div><div><br>'
                      '</div><div>Meezingen kan elke dinsdag in <a href="https://www.example.nl/zaal">zaal De Kroon</a>.</div><div><br></div>'
                      '<div>-- <br></div><div class="gmail_signature">Yvonne Smeets<br>secretaris</div></div>', subtype='html')
    return m


def plain_wrong_charset():
    head = ('From: Th. Nijenhuis <th.nijenhuis@example.nl>\r\nTo: nieuws@redactie.test\r\nSubject: =?iso-8859-1?Q?Caf=E9_De_Brug_na_veertig_jaar'
            '_dicht?=\r\nDate: ' + DATE % 4 + '\r\nMessage-ID: <4.sample@example.nl>\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n')
    body = ('CAFÉ DE BRUG NA VEERTIG JAAR DICHT\r\n\r\nNa veertig jaar sluit café De Brug in Hofveen de deuren. Uitbater Geert\r\n'
            'Wolbers vindt geen opvolger: “de jeugd wil geen avonden meer werken”, zegt\r\nhij zelf.\r\n\r\nLAATSTE RONDE\r\n\r\n'
            'Op zaterdag 12 december is er een laatste ronde. Daarna komen er drie\r\nappartementen in het pand.\r\n\r\nMvg, Theo Nijenhuis\r\n')
    return head.encode('ascii') + body.encode('windows-1252')


def newsletter():
    m = mail(5, 'Natuurclub Elzenbos <nieuwsbrief@natuurclub.example.nl>', 'Otters gezien in de Wierdense Beek')
    m['List-Unsubscribe'] = '<mailto:uit@natuurclub.example.nl>'
    m['Precedence'] = 'bulk'
    m.set_content('Bekijk online')
    m.add_alternative('<html><body><div style="display:none;max-height:0;overflow:hidden">Voor het eerst in zestig jaar</div><table role='
                      '"presentation" width="600"><tr><td><a href="https://track.example.nl/c?url=https%3A%2F%2Fwww.natuurclub.example.nl">Bekijk '
                      'deze mail in uw browser</a></td></tr><tr><td><h1>Otters gezien in de Wierdense Beek</h1><p>Voor het eerst in zestig jaar '
                      'zwemmen er otters in de Wierdense Beek. Een wildcamera filmde een moeder met twee jongen.</p><p>De natuurclub vraagt '
                      'wandelaars om honden aan te lijnen.</p></td></tr><tr><td>U ontvangt deze mail omdat u lid bent. <a href='
                      '"https://example.nl/uit">Uitschrijven</a><img src="https://track.example.nl/open.gif" width="1" height="1"></td></tr>'
                      '</table></body></html>', subtype='html')
    return m


def agency_docx():
    m = mail(6, 'Bureau Helder <pers@helder.example.nl>', 'Persbericht Zwembad De Waterlelie')
    m.set_content('Beste redactie,\n\nIn de bijlage ons persbericht over zwembad De Waterlelie.\n\nMet vriendelijke groet,\nAnouk Terpstra\nBureau Helder\n')
    m.add_attachment(docx('Zwembad De Waterlelie krijgt warmtepomp', [
        'NOORDIJK - Het zwembad van Noordijk gaat van het gas af. In de zomer komt er een warmtepomp die zijn warmte uit het Twentekanaal haalt.',
        'De pomp kost acht ton. De helft betaalt de gemeente, de rest leent de stichting bij haar eigen zwemmers, die er drie procent rente voor krijgen.',
        '“Wie hier baantjes trekt, verwarmt straks zijn eigen water”, zegt beheerder Kees Otten. Tijdens het werk blijft het bad open.']),
                     maintype='application', subtype='vnd.openxmlformats-officedocument.wordprocessingml.document', filename='Persbericht zwembad.docx')
    return m


def with_pdf():
    m = mail(7, 'Gemeente Rijnveen <communicatie@rijnveen.example.nl>', 'Wegwerkzaamheden N348: omleiding vanaf maandag')
    m.set_content('Vanaf maandag is de N348 tussen Rijnveen en Olsterdam drie weken dicht. Het verkeer wordt omgeleid over de Veerweg; bussen '
                  'rijden door.\n\nDe weg krijgt nieuw asfalt en een vrij fietspad. De kaart zit in de bijlage.\n\nMet vriendelijke groet,\n'
                  'Afdeling communicatie\n')
    m.add_attachment(pdf(['Omleiding N348', 'Via de Veerweg en de Kanaaldijk']), maintype='application', subtype='octet-stream', filename='kaart.pdf')
    return m


def forwarded():
    m = mail(8, 'Karin van de Balie <balie@redactie.test>', 'FW: Schaatsclub opent natuurijsbaan')
    m.set_content('Voor jullie, kwam bij mij binnen.\n\nGroet, Karin\n\n________________________________\nVan: Bauke Idzinga '
                  '<bauke@ijsclub.example.nl>\nVerzonden: maandag 23 november 2026 20:14\nAan: Karin van de Balie <balie@redactie.test>\n'
                  'Onderwerp: Schaatsclub opent natuurijsbaan\n\nSchaatsclub opent natuurijsbaan\n\nIJsclub De Noordenwind opent zaterdag haar '
                  'nieuwe baan achter de sporthal. De baan is vierhonderd meter en heeft led-verlichting.\n\nZodra het drie nachten vijf graden '
                  'vriest, kan er geschaatst worden.\n')
    return m


def corrected():
    m = mail(9, 'Peter Oonk <p.oonk@harmonie.example.nl>', 'Re: Harmonie speelt in de haven')
    m.set_content('Harmonie speelt in de haven\n\nDe harmonie van Aaldrik speelt op zondag 6 december om 15.00 uur in de haven, en niet om 14.00 '
                  'uur zoals ik eerder schreef. De schepen liggen in een halve kring, zodat het publiek op de kade droog staat. Er is '
                  'warme chocolademelk voor iedereen, en de opbrengst gaat naar nieuwe uniformen voor de jeugd.\n\nOp 23 november 2026 om 18:02 '
                  'schreef redactie <nieuws@redactie.test>:\n> Dank, we plaatsen het. Klopt de tijd?\n')
    return m


def embargo():
    m = mail(10, 'Sophie Wiersma <s.wiersma@stadsfonds.example.nl>', 'ONDER EMBARGO: Cultuurprijs naar poppentheater')
    m.set_content('EMBARGO TOT VRIJDAG 27 NOVEMBER 2026, 20.00 UUR\n\nCultuurprijs naar poppentheater De Lappenkist\n\nPoppentheater De '
                  'Lappenkist wint de Cultuurprijs van de regio. De jury prijst de voorstellingen voor kinderen met een beperking.\n\nDe prijs '
                  'bestaat uit vijfduizend euro en een bronzen spreeuw.\n\nNoot voor de redactie (niet voor publicatie):\nDe uitreiking is '
                  'besloten. Fotografen melden zich bij Sophie Wiersma, 06 00 00 00 00.\n')
    m.add_attachment(png(640, 480, 140), maintype='image', subtype='png', filename='lappenkist klein.png')
    return m


def apple():
    m = mail(11, 'Hanneke Roelofs <hanneke@example.nl>', 'Buurtmoestuin wint groenprijs')
    m.make_mixed()
    text = EmailMessage()
    text.set_content('<html><body><div><b>Buurtmoestuin wint groenprijs</b></div><div><br></div><div>De buurtmoestuin aan de Lindelaan is de '
                     'groenste plek van Vaarwold.</div><div><br></div></body></html>', subtype='html')
    m.attach(text)
    photo = EmailMessage()
    photo.set_content(png(1600, 1000, 60), maintype='image', subtype='png', disposition='inline', filename='moestuin.png')
    m.attach(photo)
    after = EmailMessage()
    after.set_content('<html><body><div>De tuinders kregen een kruiwagen vol bloembollen en de eeuwige roem.</div></body></html>', subtype='html')
    m.attach(after)
    return m


def poison():
    """Opens groups in groups in its To, on which GMime falls over."""
    return (b'From: Onbekend <x@example.com>\r\nTo: ' + b'a:' * 60000 + b'\r\nSubject: Gefeliciteerd\r\nDate: ' + (DATE % 12).encode() +
            b'\r\nMessage-ID: <12.sample@example.com>\r\n\r\nU heeft gewonnen.\r\n')


def submissions():
    made = []
    for make in (outlook, iphone, gmail, plain_wrong_charset, newsletter, agency_docx, with_pdf, forwarded, corrected, embargo, apple, poison):
        m = make()
        made.append((make.__name__, m if isinstance(m, bytes) else m.as_bytes().replace(b'\n', b'\r\n').replace(b'\r\r\n', b'\r\n')))
    return made


if __name__ == '__main__':
    import os
    import sys
    for number, (name, raw) in enumerate(submissions(), 1):
        with open(os.path.join(sys.argv[1], '%02d-%s.eml' % (number, name)), 'wb') as f:
            f.write(raw)
