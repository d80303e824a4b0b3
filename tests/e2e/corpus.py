#!/usr/bin/python3
"""Runs the shared corpus of nasty mails through nieuws-read (or nieuws inspect --json) and prints the comparer's tables.

usage: corpus.py [--limit-right PERCENT] PROGRAM [ARG...]
PROGRAM gets file names and prints one JSON object per line. Skips (exit 77) where the corpus is absent."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.environ.get('NIEUWS_CORPUS', os.path.join(HERE, '..', '..', '..', 'shared', 'corpus'))


def fields(answer):
    message = answer['message']
    own = [a for a in message['attachments'] if '.m' not in a.get('part', '') and '!' not in a.get('part', '')]
    return {
        'subject': message['subject'], 'from_address': message['from_address'], 'from_name': message['from_name'],
        'message_id': message['message_id'], 'date': message['date'] if message.get('has_date', message['date'] is not None) else None,
        'text': message['text'], 'has_html': message['has_html'], 'attachment_count': len(own),
        'attachments': own,
    }


def main():
    args = sys.argv[1:]
    least = 0.0
    if args and args[0] == '--limit-right':
        least = float(args[1])
        args = args[2:]
    if not os.path.isdir(CORPUS):
        print('skipped: there is no shared corpus here')
        sys.exit(77)
    with open(os.path.join(CORPUS, 'expected.jsonl')) as f:
        expected = [json.loads(line) for line in f]
    names = [os.path.join(CORPUS, e['file']) for e in expected]
    run = subprocess.run(args + names, stdout=subprocess.PIPE, timeout=600)
    lines = run.stdout.decode().splitlines()
    if run.returncode or len(lines) != len(names):
        sys.exit('exit code %d, %d answers for %d mails' % (run.returncode, len(lines), len(names)))
    with tempfile.NamedTemporaryFile('w', suffix='.jsonl') as out:
        for e, line in zip(expected, lines):
            answer = json.loads(line)
            if answer.get('error'):
                out.write(json.dumps({'id': e['id'], 'error': answer['error']}) + '\n')
            else:
                out.write(json.dumps({'id': e['id'], 'fields': fields(answer)}) + '\n')
        out.flush()
        table = subprocess.run([sys.executable, os.path.join(CORPUS, 'compare.py'), os.path.join(CORPUS, 'expected.jsonl'), out.name],
                               stdout=subprocess.PIPE, text=True).stdout
        print(table)
    whole = [line for line in table.splitlines() if 'whole' in line.lower()]
    if least and whole:
        import re
        right = float(re.findall(r'(\d+\.\d+) ?%?', whole[0])[-1])
        if right < least:
            sys.exit('%.1f %% whole messages right, %.1f wanted' % (right, least))


if __name__ == '__main__':
    main()
