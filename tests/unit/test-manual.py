#!/usr/bin/python3
"""Every setting stands in nieuws.conf(5) with its default, and none besides; the pages are clean. usage: test-manual.py ROOT

config/nieuws.conf is compared with the table of settings by test-config-read."""
import os
import re
import shutil
import subprocess
import sys

root = sys.argv[1]
docs = os.path.join(root, 'docs')
bad = []


def settings_of_file():
    section, found = None, []
    for line in open(os.path.join(root, 'config', 'nieuws.conf'), encoding='utf-8'):
        head = re.match(r'#?\[(\w+).*\]$', line)
        key = re.match(r'#([a-z_]+) =(.*)$', line)
        if head:
            section = head.group(1)
        elif key and section:
            found.append((section, key.group(1), key.group(2).strip()))
    return found


def settings_of_page():
    section, found = None, []
    for line in open(os.path.join(docs, 'nieuws.conf.5'), encoding='utf-8'):
        head = re.match(r'\.Ss \[(\w+)', line)
        key = re.match(r'\.It Cm ([a-z_]+) Li =(.*)$', line)
        if head:
            section = head.group(1)
        elif key:
            found.append((section, key.group(1), key.group(2).strip()))
    return found


def compare(file, page):
    return ['nieuws.conf(5) lacks [%s] %s = %s' % s for s in file if s not in page] + [
        'nieuws.conf(5) has [%s] %s = %s, the configuration has not' % s for s in page if s not in file]


def options_of(source):
    text = open(os.path.join(root, source), encoding='utf-8').read()
    return re.findall(r'\{"([a-z-]+)",', text)


file, page = settings_of_file(), settings_of_page()
if len(file) < 50 or not compare(file, page[1:]):
    sys.exit('the test does not see a missing setting')
bad += compare(file, page)

manual = open(os.path.join(docs, 'nieuwsd.8'), encoding='utf-8').read()
bad += ['nieuwsd(8) lacks --' + o for o in options_of('src/programs/nieuwsd.c') if 'Fl Fl ' + o not in manual]

# Pages that are not installed cannot be looked up.
if shutil.which('mandoc'):
    for name in sorted(os.listdir(docs)):
        if re.search(r'\.[1-8]$', name):
            said = subprocess.run(['mandoc', '-Tlint', os.path.join(docs, name)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            bad += [line for line in said.stdout.decode().splitlines()
                    if not re.search('referenced manual not found|outdated mandoc.db', line)]

print('\n'.join(bad))
sys.exit(1 if bad else 0)
