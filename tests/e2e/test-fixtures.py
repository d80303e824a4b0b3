#!/usr/bin/python3
"""Every fixture mail becomes the article that an editor wants: title, text block by block, everything that was set aside.

usage: test-fixtures.py PROGRAMS [ID]...

With numbers behind PROGRAMS only those mails are looked at."""
import collections
import datetime
import difflib
import json
import os
import re
import subprocess
import sys
import unicodedata
import urllib.parse
import zoneinfo

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.environ.get('NIEUWS_FIXTURES', os.path.join(HERE, '..', 'fixtures', 'articles'))
HOME = zoneinfo.ZoneInfo('Europe/Amsterdam')
INVISIBLE = dict.fromkeys(map(ord, '\u00ad\u200b\u200c\u200d\u2060\ufeff\u034f'))
# What an editor reads as one: where a line may stand in either, it is right in either.
ASIDES = {'signature': ('signature',), 'note or contact': ('notes_for_editor', 'contact'), 'forward header': ('forward_header', 'banner'),
          'footer': ('footer', 'preheader'), 'cover': ('cover',), 'label': ('label',), 'quoted': ('quoted',), 'embargo': ('embargo',)}
NOT_FILES = ('logo', 'signature', 'container', 'pixel')

Block = collections.namedtuple('Block', 'kind text')


def clean(text):
    return re.sub(r'\s+', ' ', unicodedata.normalize('NFC', text).translate(INVISIBLE)).strip()


# ---------------------------------------------------------------- CommonMark to blocks, as far as drafts use it
def inline(text):
    """Text without its marks. Bold and italic are looked at apart, see emphasised()."""
    text = re.sub(r'\\\n|<br ?/?>|  \n', ' ', text)
    held = []

    def hold(m):
        held.append(m.group(1))
        return '\ue000%d\ue001' % (len(held) - 1)
    text = re.sub(r'\\([!-/:-@\[-`{-~])', hold, text)
    text = re.sub(r'\[((?:[^\[\]]|\[[^\]]*\])*)\]\(<?[^)\s>]*>?(?: "[^"]*")?\)', r'\1', text)
    text = re.sub(r'<((?:https?://|mailto:|www\.)?[^\s<>]+[.@][^\s<>]+)>', r'\1', text)
    text = re.sub(r'(\*{1,3})(?=\S)(.+?)(?<=\S)\1', r'\2', text, flags=re.S)
    text = re.sub(r'(?<!\w)(_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)', r'\2', text, flags=re.S)
    text = text.replace('`', '')
    text = re.sub('\ue000(\\d+)\ue001', lambda m: held[int(m.group(1))], text)
    text = re.sub(r'<((?:https?://|www\.)[^\s<>]+)>', r'\1', text)
    return clean(re.sub(r'&(?:amp|lt|gt|nbsp);', lambda m: {'&amp;': '&', '&lt;': '<', '&gt;': '>', '&nbsp;': ' '}[m.group()], text))


def emphasised(markdown):
    """The words that are bold or italic in paragraphs and lists; in headings, quotes and tables that is a matter of style."""
    words = []
    for paragraph in re.split(r'\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)]) )', markdown):
        if not re.match(r'\s*(#|>|\|)', paragraph):
            bare = re.sub(r'^\s*(?:[-*+]|\d+[.)]) +', '', paragraph)
            for m in re.finditer(r'(?<!\\)(\*{1,3})(?=\S)(.+?)(?<=\S)(?<!\\)\1', bare, re.S):
                words += re.findall(r'\w+', inline(m.group(2)))
    return ' '.join(words)


def targets(markdown):
    """Where links lead, bare addresses too, in order."""
    found = re.findall(r'(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^)\s>]*)|((?:https?://|www\.)[^\s<>()\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)', markdown)
    found = [re.sub(r'^(https?://|mailto:)', '', (a or b).replace('\\', '')).rstrip('.,;:/').lower() for a, b in found]
    return sorted(set(urllib.parse.unquote(x) for x in found))


ITEM = re.compile(r'( {0,3})([-*+]|\d{1,9}[.)])( {1,4})(?=\S)')
RULE = re.compile(r' {0,3}([-*_])( *\1){2,} *$')


def starts(line):
    return bool(re.match(r' {0,3}(#{1,6} |>|```)', line) or ITEM.match(line) or RULE.match(line))


def taken(lines, i, inside):
    """[i, end) of the lines for which inside(line, blank before) holds, without blank lines at the end."""
    j, blank, end = i, False, i
    while j < len(lines):
        if not lines[j].strip():
            blank = True
        elif inside(lines[j], blank):
            blank, end = False, j + 1
        else:
            break
        j += 1
    return end


def blocks(lines, quote=0, lists=()):
    out, i, first = [], 0, bool(lists)

    def put(kind, text):
        nonlocal first
        for n, piece in enumerate(re.split(r'!\[(?:[^\]\\]|\\.)*\]\(<?([^)>]*?)>?(?: "[^"]*")?\)', text)):
            if n % 2:
                out.append(Block('>' * quote + 'picture', urllib.parse.unquote(piece.replace('\\', ''))))
            elif inline(piece):
                name = kind
                if first and kind == 'text':
                    name = '%s item, level %d' % (lists[-1], len(lists))
                    first = False
                out.append(Block('>' * quote + name, inline(piece)))
    while i < len(lines):
        line = lines[i]
        item, heading = ITEM.match(line), re.match(r' {0,3}#{1,6} +(.*?)(?: #+)?$', line)
        if not line.strip() or RULE.match(line):
            i += 1
        elif heading:
            put('heading', heading.group(1))
            i += 1
        elif line.lstrip().startswith('>'):
            j = taken(lines, i, lambda s, blank: s.lstrip().startswith('>') or not blank and not starts(s))
            out += blocks([re.sub(r'^ {0,3}> ?', '', s) for s in lines[i:j]], quote + 1)
            i = j
        elif item:
            wide = item.end()
            j = max(i + 1, taken(lines, i + 1, lambda s, blank: s.startswith(' ' * wide) or not blank and not starts(s)))
            inner = [line[wide:]] + [s[wide:] if s.startswith(' ' * wide) else s for s in lines[i + 1:j]]
            out += blocks(inner, quote, lists + ('numbered' if item.group(2)[0].isdigit() else 'bullet',))
            i = j
        elif line.lstrip().startswith('|') and i + 1 < len(lines) and re.match(r'\s*\|?[\s:|-]*-[\s:|-]*$', lines[i + 1]):
            j = i
            while j < len(lines) and lines[j].lstrip().startswith('|'):
                cells = re.split(r'(?<!\\)\|', lines[j].strip().strip('|'))
                if j != i + 1 and any(c.strip() for c in cells):
                    put('row', ' / '.join(c.strip().replace('\\|', '|') for c in cells))
                j += 1
            i = j
        else:
            j = i + 1
            while j < len(lines) and lines[j].strip() and not starts(lines[j]):
                j += 1
            put('text', '\n'.join(s.strip(' ') if not s.endswith('  ') else s for s in lines[i:j]))
            i = j
    return out


# ---------------------------------------------------------------- comparing
def named(block, images):
    """A picture may be called by its file, its content id, its address or its digest."""
    if not block.kind.endswith('picture'):
        return block
    source = block.text.lower()
    for image in images:
        if image['file'].lower() == source.split('?')[0].rsplit('/', 1)[-1] or image.get('content_id', '\0').lower() == re.sub('^cid:', '', source) or \
                image.get('url', '\0').lower() == source or image.get('sha256', '\0' * 16)[:16] in source:
            return block._replace(text=image['file'])
    return block


def shouted(line):
    """Headings in capitals are as good."""
    return line.casefold() if 'heading: ' in line[:12] else line


def moment(text):
    if not text:
        return None
    at = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
    return (at if at.tzinfo else at.replace(tzinfo=HOME)).astimezone(datetime.timezone.utc).isoformat()


def person(value):
    return (value or {}).get('name', ''), (value or {}).get('email', '').lower()


def bag(result, fields):
    """The words of the fields. A field that stands in another too (the disclaimer below its signature) counts once."""
    text = ''
    for field in fields:
        more = clean(result.get(field) or '')
        text += '' if more in text else ' ' + more
    text = re.sub(r'\]\(([^)]*)\)', '] ', text)
    return collections.Counter(re.findall(r'[^\W_]+', text))


def files(entries):
    # The document that the article was taken from is a document.
    return collections.Counter((a['sha256'], 'document' if a['role'] == 'source' else a['role']) for a in entries if a['role'] not in NOT_FILES)


def diff(wanted, got):
    return [line for line in difflib.unified_diff(wanted, got, 'wanted', 'got', n=1, lineterm='')][2:]


def compare(wanted, got):
    """{what: lines that show the difference}"""
    wrong = {}

    def same(what, a, b):
        if a != b:
            wrong[what] = ['wanted: %s' % (a,), 'got:    %s' % (b,)]
    if got.get('error'):
        return {'reading': [got['error']]}
    same('title', clean(wanted['title']).casefold(), clean(got['title']).casefold())
    a, b = (['%s: %s' % named(x, wanted['images']) for x in blocks(r['body_markdown'].split('\n'))] for r in (wanted, got))
    a, b = list(map(shouted, a)), list(map(shouted, b))
    if a != b:
        wrong['text'] = diff(a, b)
    else:
        same('bold and italic', emphasised(wanted['body_markdown']), emphasised(got['body_markdown']))
        same('links', targets(wanted['body_markdown']), targets(got['body_markdown']))
    same('language', wanted['language'], got['language'])
    credits = {named(Block('picture', i['name']), wanted['images']).text: i['credit'] for i in got['images']}
    for image in wanted['images']:
        if 'credit' in image:
            same('credit of a picture', image['credit'], credits.get(image['file'], ''))
    same('sender', person(wanted['sender']), person(got['sender']))
    same('original sender', person(wanted['original_sender']), person(got['original_sender']))
    same('embargo as a moment', moment(wanted['embargo_iso']), moment(got['embargo_iso']))
    for what, fields in ASIDES.items():
        x, y = bag(wanted, fields), bag(got, fields)
        if x != y:
            wrong[what] = ['missing: ' + ' '.join((x - y).elements()), 'too much: ' + ' '.join((y - x).elements())]
    x, y = files(wanted['attachments']), files(got['attachments'])
    if x != y:
        names = {e['sha256']: e['filename'] for e in got['attachments'] + wanted['attachments']}
        wrong['files'] = ['missing: %s' % [(names[s], r) for s, r in (x - y).elements()], 'too much: %s' % [(names[s], r) for s, r in (y - x).elements()]]
    return wrong


def inspect(programs, names):
    environment = dict(os.environ, NIEUWS_LIBEXEC=programs, NIEUWS_DATA=os.environ.get('NIEUWS_DATA') or os.path.join(HERE, '..', '..', 'config'))
    run = subprocess.run([os.path.join(programs, 'nieuws', 'nieuws'), 'inspect', '--json'] + names, stdout=subprocess.PIPE, timeout=600, env=environment)
    lines = run.stdout.decode().splitlines()
    if len(lines) != len(names):
        sys.exit('Bail out! exit code %d, %d answers for %d mails' % (run.returncode, len(lines), len(names)))
    return [json.loads(line) for line in lines]


def main():
    programs, only = os.path.abspath(sys.argv[1]), sys.argv[2:]
    folder = os.path.join(FIXTURES, 'mails')
    ids = [n.split('.')[0] for n in sorted(os.listdir(folder)) if n.endswith('.eml')]
    ids = [n for n in ids if not only or n in only]
    answers = inspect(programs, [os.path.join(folder, n + '.eml') for n in ids])
    failed = 0
    print('1..%d' % len(ids))
    for number, (name, got) in enumerate(zip(ids, answers), 1):
        with open(os.path.join(folder, name + '.expected.json'), encoding='utf-8') as f:
            wanted = json.load(f)
        wrong = compare(wanted, got)
        label = '%s %s %s, %s' % (name, wanted['article'], wanted['style'], wanted['variant'] or 'plain case')
        failed += bool(wrong)
        print('%s %d - %s' % ('not ok' if wrong else 'ok', number, label))
        for what, lines in wrong.items():
            print('#   %s' % what)
            for line in lines:
                print('#      %s' % line)
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
