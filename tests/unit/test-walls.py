#!/usr/bin/python3
"""Holds the walls between the rooms: what the include paths cannot catch. usage: test-walls.py ROOT"""
import os
import re
import sys
import tempfile

LIBRARIES = {'sqlite3.h': {'store'}, 'libstemmer.h': {'lexis'}, 'libetpan/': {'net', 'imap', 'smtp'}, 'gmime/': {'mime'}, 'gumbo.h': {'markdown'}, 'seccomp.h': {'sandbox'},
             'gnutls/': {'net', 'mime'}, 'magic.h': {'mime'}, 'cmark-gfm': {'desk'}, 'chafa.h': {'desk'}, 'ncurses.h': {'review'}, 'term.h': set(), 'zip.h': {'desk', 'document'}, 'vips/': {'picture'}, 'git2.h': {'compare'}, 'yaml.h': {'desk'}, 'nettle/': {'base'}, 'iconv.h': {'mime'}}
BANNED = re.compile(r'\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|system|popen)\(')


def complaints(root):
    found = []
    src = os.path.join(root, 'src')
    for folder, _, files in os.walk(src):
        room = os.path.relpath(folder, src).split(os.sep)[0]
        own = set(files)
        for name in files:
            if not name.endswith(('.c', '.h')):
                continue
            path = os.path.join(folder, name)
            with open(path, encoding='utf-8') as f:
                text = f.read()
            for kind, header in re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)', text, re.M):
                if kind == '"' and '/' in header:
                    found.append('%s: reaches into a folder: %s' % (path, header))
                if kind == '"' and 'private' in header and header not in own:
                    found.append('%s: a private header of another room: %s' % (path, header))
                for library, rooms in LIBRARIES.items():
                    if header.startswith(library) and room not in rooms:
                        found.append('%s: %s belongs to %s' % (path, header, ', '.join(sorted(rooms))))
            for line in text.splitlines():
                if BANNED.search(line):
                    found.append('%s: a call that we do without: %s' % (path, line.strip()))
    return found


def can_fail():
    """A wall that lets everything through is none."""
    with tempfile.TemporaryDirectory() as root:
        os.makedirs(os.path.join(root, 'src', 'desk'))
        with open(os.path.join(root, 'src', 'desk', 'bad.c'), 'w') as f:
            f.write('#include <sqlite3.h>\n#include "../store/store.h"\n#include "mime-private.h"\nint x = atoi("1");\n')
        return len(complaints(root)) == 4


if __name__ == '__main__':
    if not can_fail():
        sys.exit('the test does not see a seeded violation')
    bad = complaints(sys.argv[1])
    print('\n'.join(bad))
    sys.exit(1 if bad else 0)
