#!/usr/bin/python3
"""Every text that people see stands in the Dutch catalogue, and is translated. usage: test-catalogue.py ROOT"""
import os
import re
import subprocess
import sys
import tempfile

root = sys.argv[1]
po = os.path.join(root, 'src', 'po')
with tempfile.TemporaryDirectory() as folder:
    pot = os.path.join(folder, 'nieuws.pot')
    subprocess.run(['xgettext', '--from-code=UTF-8', '--keyword=_', '--keyword=N_', '--keyword=dngettext:2,3', '-o', pot, '-D', root,
                    '--files-from=' + os.path.join(po, 'POTFILES')], check=True)
    done = subprocess.run(['msgcmp', os.path.join(po, 'nl.po'), pot], stderr=subprocess.PIPE, text=True)
listed = set(open(os.path.join(po, 'POTFILES')).read().split())
for folder in ('src/desk', 'src/review', 'src/programs/nieuws'):
    for name in os.listdir(os.path.join(root, folder)):
        path = folder + '/' + name
        if name.endswith('.c') and re.search(r'\b[_N]_?\("', open(os.path.join(root, path)).read()) and path not in listed:
            sys.exit(path + ' is not in src/po/POTFILES')
print(done.stderr)
sys.exit(done.returncode)
