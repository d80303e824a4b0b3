#!/usr/bin/python3
"""Every sentence and reason that readers and converters write in English is known to src/desk/told.c, which says it in the language of
who looks. usage: test-told.py ROOT"""
import glob
import os
import re
import sys

root = sys.argv[1]
LITERAL = r'"(?:[^"\\\n]|\\.)*"'


def literals(path):
    """String literals of a C file, those beside each other joined, each format as %s; with what stands before them."""
    with open(path) as f:
        text = re.sub(r'/\*.*?\*/', ' ', f.read(), flags=re.S)
    for found in re.finditer(r'%s(?:\s*(?:G_GINT64_FORMAT|G_GSIZE_FORMAT|%s))*' % (LITERAL, LITERAL), text):
        joined = ''.join('%' if piece.startswith('G_') else piece[1:-1] for piece in re.findall('%s|G_[A-Z0-9_]+' % LITERAL, found.group(0)))
        yield re.sub(r'%s(?:; %s)+', '%s', re.sub(r'%(?:\.\d+)?(?:%|[a-z]+)', '%s', joined)).replace('\\"', '"'), text[max(found.start() - 120, 0):found.start()]


known = {text for text, _ in literals(os.path.join(root, 'src', 'desk', 'told.c'))}
lacks, seen = [], 0
for room in ('article', 'mime', 'document'):
    for path in sorted(glob.glob(os.path.join(root, 'src', room, '*.c'))):
        for text, before in literals(path):
            # What warns, and what is said in whole sentences; an error of a whole mail stays in the log and the quarantine.
            warns = re.search(r'(?:mime_warn|draft_warn)\s*\([^;"]*(?:"[^"]*",\s*)$', before)
            if not warns and not re.fullmatch(r'(?:The|There|No|A|%s: The) [^\n]* [^\n]*\.', text):
                continue
            seen += 1
            if text not in known and '%s: ' + text not in known:
                lacks.append('%s: %s' % (os.path.relpath(path, root), text))
print('%d sentences, %d of them not in src/desk/told.c' % (seen, len(lacks)))
print('\n'.join(lacks))
sys.exit(1 if lacks or seen < 20 else 0)
