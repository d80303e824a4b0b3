#!/usr/bin/python3
"""Runs the shared articles through nieuws-read (or nieuws inspect --json) and prints the scorer's tables.

usage: articles.py [--least PERCENT] [--score ARG]... PROGRAM [ARG...]
PROGRAM gets file names and prints one JSON object per line. Skips (exit 77) where the articles are absent."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ARTICLES = os.environ.get('NIEUWS_ARTICLES', os.path.join(HERE, '..', '..', '..', 'shared', 'articles'))


def aside(draft, kind):
    return '\n\n'.join(a['text'] for a in draft['asides'] if a['kind'] == kind)


def from_reader(answer):
    """The scorer's keys from a WireDraft; nieuws inspect prints them itself."""
    draft, message = answer['draft'], answer['message']
    roles = ('logo', 'signature', 'container', 'copy')
    result = {'title': draft['title'], 'body_markdown': draft['body'],
              'sender': {'name': draft['sender']['name'], 'email': draft['sender']['address']}, 'embargo': draft['embargo'],
              'attachments': [a for a in message['attachments'] if a['role'] not in roles]}
    for key, kind in (('notes_for_editor', 'note'), ('contact', 'contact'), ('signature', 'signature'), ('quoted', 'quoted'),
                      ('cover', 'cover'), ('label', 'label'), ('forward_header', 'forward_header'), ('footer', 'footer')):
        result[key] = aside(draft, kind)
    return result


def main():
    args, least, score = sys.argv[1:], 0.0, []
    while args and args[0] in ('--least', '--score'):
        if args[0] == '--least':
            least = float(args[1])
        else:
            score.append(args[1])
        args = args[2:]
    if not os.path.isdir(ARTICLES):
        print('skipped: there are no shared articles here')
        sys.exit(77)
    names = sorted(glob.glob(os.path.join(ARTICLES, 'mails', '*.eml')))
    run = subprocess.run(args + names, stdout=subprocess.PIPE, timeout=600)
    lines = run.stdout.decode().splitlines()
    if run.returncode or len(lines) != len(names):
        sys.exit('exit code %d, %d answers for %d mails' % (run.returncode, len(lines), len(names)))
    with tempfile.TemporaryDirectory() as out:
        for name, line in zip(names, lines):
            answer = json.loads(line)
            if not answer.get('error'):
                result = from_reader(answer) if 'draft' in answer else answer
                number = os.path.basename(name).split('.')[0]
                with open(os.path.join(out, number + '.json'), 'w') as f:
                    json.dump(result, f)
        # The scorer wants Debian's python3-markdown-it.
        table = subprocess.run(['/usr/bin/python3', os.path.join(ARTICLES, 'score.py'), ARTICLES, out] + score,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    print(table)
    reached = re.search(r'fidelity \(mean block F1\)\s+(\d+\.\d+)', table)
    if least and (reached is None or float(reached.group(1)) < least):
        sys.exit('%s %% article fidelity, %.1f wanted' % (reached.group(1) if reached else '?', least))


if __name__ == '__main__':
    main()
