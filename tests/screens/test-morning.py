#!/usr/bin/python3
"""The morning of record.py goes as it was recorded: the same screens in the same order, each with something on it, none too wide."""
import os
import re
import shutil
import sys
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import record  # noqa: E402
import world  # noqa: E402


def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in line)


def morning(w, programs):
    if shutil.which('tmux') is None:
        raise world.Skip('tmux is not installed')
    with open(os.path.join(HERE, 'en-80x24.txt')) as f:
        names = re.findall(r'^=== ([a-z-]+):', f.read(), re.M)
    kept = record.morning(w, programs, 'en', 80, 24)
    screens = {re.match(r'=== ([a-z-]+):', text).group(1): text.split('\n', 1)[1] for text in kept}
    assert list(screens) == names, list(screens)
    for name, text in screens.items():
        assert len(text.split()) > 5, (name, text)
        assert max(map(columns, text.splitlines())) <= 80, (name, text)
    # Who knows nothing finds the next step on the screen.
    assert 'nieuws review' in screens['overview'] and 'nieuws show' in screens['overview'] and 'nieuws help' in screens['overview']
    assert 'e edit' in screens['review'] and 'a approve' in screens['review'] and '? help' in screens['review'], screens['review']
    for name, words in (('approve-refused', 'nieuws edit 2'), ('reject', 'is rejected: Koor zoekt bassen'), ('typo', 'did you mean approve')):
        assert words in ' '.join(screens[name].split()), (name, screens[name])


if __name__ == '__main__':
    world.run([morning])
