#!/usr/bin/python3
"""Runs the shared articles through nieuws-read (or nieuws inspect --json) and prints the scorer's tables.

usage: articles.py [--least PERCENT] [--score ARG]... PROGRAM [ARG...]
PROGRAM gets file names and prints one JSON object per line. Skips (exit 77) where the articles are absent."""
import datetime
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import zoneinfo

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
    # What is wanted as a signature has its legal text below it.
    result['signature'] = '\n\n'.join(t for t in (result['signature'], aside(draft, 'disclaimer')) if t)
    result['original_sender'] = draft.get('original_sender') if draft.get('has_original') else None
    at = draft.get('embargo_at')
    result['embargo_iso'] = datetime.datetime.fromtimestamp(at, datetime.timezone.utc).isoformat() if at else ''
    return result


def local_minute(iso):
    """A moment as an editor in the newsroom says it: 2026-03-12T10:00."""
    if not iso:
        return ''
    moment = datetime.datetime.fromisoformat(iso.replace('Z', '+00:00'))
    if moment.tzinfo is not None:
        moment = moment.astimezone(zoneinfo.ZoneInfo('Europe/Amsterdam'))
    return moment.strftime('%Y-%m-%dT%H:%M')


def facts(results):
    """A line about the facts that the scorer does not look at."""
    seen = {'embargo as a moment': [0, 0], 'original sender': [0, 0]}
    for number, result in sorted(results.items()):
        with open(os.path.join(ARTICLES, 'mails', number + '.expected.json')) as f:
            wanted = json.load(f)
        wanted_at, at = local_minute(wanted.get('embargo_iso')), local_minute(result.get('embargo_iso'))
        if wanted_at or at:
            seen['embargo as a moment'][0] += wanted_at == at
            seen['embargo as a moment'][1] += 1
        wanted_who, who = (x or {} for x in (wanted.get('original_sender'), result.get('original_sender')))
        if wanted_who or who:
            same = wanted_who.get('name') == who.get('name') and wanted_who.get('email') == who.get('email', who.get('address'))
            seen['original sender'][0] += same
            seen['original sender'][1] += 1
    return ', '.join('%s right %d of %d' % (name, *counts) for name, counts in seen.items())


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
    results = {}
    with tempfile.TemporaryDirectory() as out:
        for name, line in zip(names, lines):
            answer = json.loads(line)
            if not answer.get('error'):
                result = from_reader(answer) if 'draft' in answer else answer
                number = os.path.basename(name).split('.')[0]
                results[number] = result
                with open(os.path.join(out, number + '.json'), 'w') as f:
                    json.dump(result, f)
        # The scorer wants Debian's python3-markdown-it.
        table = subprocess.run(['/usr/bin/python3', os.path.join(ARTICLES, 'score.py'), ARTICLES, out] + score,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    print(table)
    print(facts(results))
    reached = re.search(r'fidelity \(mean block F1\)\s+(\d+\.\d+)', table)
    if least and (reached is None or float(reached.group(1)) < least):
        sys.exit('%s %% article fidelity, %.1f wanted' % (reached.group(1) if reached else '?', least))


if __name__ == '__main__':
    main()
