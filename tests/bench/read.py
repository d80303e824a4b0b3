#!/usr/bin/python3
"""What a reader that is kept running spends on one mail, in microseconds of processor time, as one table.

usage: read.py BUILDDIR [--times N] FILE|FOLDER...

Folders are searched for *.eml. The anchor of issue 3: at most 1,000 us at the median of mails without documents."""
import argparse
import glob
import json
import os
import statistics
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def mails(paths):
    for path in paths:
        if os.path.isdir(path):
            yield from sorted(glob.glob(os.path.join(path, '**', '*.eml'), recursive=True))
        else:
            yield path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build')
    parser.add_argument('paths', nargs='+')
    parser.add_argument('--times', type=int, default=20)
    args = parser.parse_args()
    env = dict(os.environ, NIEUWS_DATA=os.path.join(ROOT, 'config'))
    program = os.path.join(args.build, 'src', 'programs', 'nieuws-read')
    names = list(mails(args.paths))
    lines = subprocess.run([program, '--time', str(args.times)] + names, env=env, check=True, stdout=subprocess.PIPE).stdout.splitlines()
    spent = sorted((json.loads(line)['cpu_us'], os.path.getsize(name), name) for line, name in zip(lines, names))
    costs = [cost for cost, _, _ in spent]
    print('%d mails, %d readings each, processor time per reading:' % (len(costs), args.times))
    for label, value in (('least', costs[0]), ('median', statistics.median(costs)), ('95 of 100', costs[int(len(costs) * 0.95)]), ('most', costs[-1])):
        print('  %-10s %6d us' % (label, value))
    print('the dearest:')
    for cost, size, name in spent[:-6:-1]:
        print('  %6d us  %7d bytes  %s' % (cost, size, os.path.basename(name)))


if __name__ == '__main__':
    main()
