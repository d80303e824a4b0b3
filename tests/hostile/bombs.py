#!/usr/bin/python3
"""Mails made to kill: each must end as a draft or as a named error within 6 seconds and 512 MiB, and the next mail is read at
once. Prints what each one cost.

usage: bombs.py PROGRAMS"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import time

from liars import Watch

HEAD = b'From: x@example.com\r\nSubject: bom\r\nMIME-Version: 1.0\r\n'


def html(body):
    return HEAD + b'Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>schat ' + body


def nested(n, kind=b'mixed'):
    out = HEAD + b'Content-Type: multipart/%s; boundary=b0\r\n\r\n' % kind
    for i in range(n):
        out += b'--b%d\r\nContent-Type: multipart/%s; boundary=b%d\r\n\r\n' % (i, kind, i + 1)
    return out + b'--b%d\r\n\r\nschat\r\n' % n


def parts(n, header=b''):
    return HEAD + b'Content-Type: multipart/mixed; boundary=b\r\n\r\n' + (b'--b\r\n' + header + b'\r\nx\r\n') * n + b'--b--\r\n'


def bombs():
    yield 'empty', b''
    yield 'no header', b'\x00\x01nothing\n'
    yield 'only newlines', b'\n' * 1000000
    for field in (b'To', b'From', b'Cc', b'Reply-To'):
        yield 'groups in %s' % field.decode(), field + b': ' + b'g:' * 60000 + b'\r\n' + HEAD + b'\r\nschat\r\n'
    yield '300,000 addresses', b'To: ' + b'a@b.nl, ' * 300000 + b'\r\n' + HEAD + b'\r\nschat\r\n'
    yield '100,000 parameters', HEAD + b'Content-Type: text/plain' + b''.join(b'; p%d=v' % i for i in range(100000)) + b'\r\n\r\nschat\r\n'
    yield '100,000 parameters in a part', HEAD + b'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain' + b''.join(
        b';\r\n p%d=v' % i for i in range(100000)) + b'\r\n\r\nschat\r\n--b--\r\n'
    yield '1,000,000 headers', HEAD + b'X-A: b\r\n' * 1000000 + b'\r\nschat\r\n'
    yield 'one header of 50 MB', HEAD + b'X-A: ' + b'b' * 50000000 + b'\r\n\r\nschat\r\n'
    yield '20,000 nested multiparts', nested(20000)
    yield '20,000 nested mails', HEAD + b'Content-Type: message/rfc822\r\n\r\n' * 20000 + b'schat\r\n'
    yield '100,000 parts', parts(100000)
    yield '1,000,000 parts', parts(1000000)
    yield '50,000 parts with headers', parts(50000, b'Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: attachment; filename=a.txt\r\n')
    yield '60 MB in one line', HEAD + b'\r\n' + b'y' * 60000000
    yield '30 MB of NULs', HEAD + b'\r\n' + b'\0' * 30000000
    yield 'open boundaries', HEAD + b'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n' + b'--bx' * 20 + b'\r\n' + b'--b-\r\n' * 300000
    yield 'encoded words', HEAD + b'Subject: ' + b'=?utf-8?B?AAAA?= ' * 100000 + b'\r\n\r\nschat\r\n'
    yield 'base64 of newlines', HEAD + b'Content-Transfer-Encoding: base64\r\n\r\n' + b'\r\n' * 5000000
    yield 'div x 100,000', html(b'<div>' * 100000)
    yield 'a b x 50,000', html(b'<a><b>' * 50000)
    yield 'font x 20,000', html(b''.join(b'<font color=%d>' % i for i in range(20000)))
    yield '100,000 attributes', html(b'<p' + b''.join(b' a%d=1' % i for i in range(100000)) + b'>')
    yield 'NULs in HTML', html(b'\0' * 4000000)
    yield 'tables in tables', html(b'<table><tr><td>' * 5000)
    yield 'lists in lists', html(b'<ul><li>' * 20000)
    yield 'quotes in quotes', html(b'<blockquote>' * 20000)
    yield 'entities', html(b'&amp;&lt;&nbsp;' * 300000)
    yield 'unclosed comment', html(b'<!--' * 200000)
    yield '200,000 links', html(b'<a href="http://x/?url=http%3A%2F%2Fy">l</a> ' * 60000)
    yield 'bullets', HEAD + b'\r\n' + b'- a\r\n  - b\r\n' * 200000
    yield 'quote signs', HEAD + b'\r\n' + b'>' * 2000000 + b' schat\r\n'
    yield 'regex bait', HEAD + b'\r\nBeste ' + b'a ' * 200000 + b'\r\n\r\n' + (b'Op ' + b'a' * 100 + b' ') * 20000 + b'\r\n'
    yield 'capitals', HEAD + b'\r\n' + b'KOP\r\n\r\n' * 200000
    yield 'header forgeries', HEAD + b'\r\n' + b'Van: a\r\nVerzonden: b\r\nAan: c\r\nOnderwerp: d\r\n\r\n' * 30000
    yield 'CR LF in the subject', b'From: x@example.com\r\nSubject: =?utf-8?q?a=0D=0ABcc:_y=40z?=\r\n\r\nschat\r\n'
    yield 'UTF-16 without end', HEAD + b'Content-Type: text/plain; charset=utf-16\r\n\r\n' + b'\xd8' * 3000001
    yield 'base64 picture bomb', HEAD + b'Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n' + base64.b64encode(
        b'\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff' + b'\0' * 1000000)


def inspect(programs, paths):
    env = dict(os.environ, NIEUWS_LIBEXEC=programs)
    began = time.monotonic()
    process = subprocess.Popen([os.path.join(programs, 'nieuws', 'nieuws'), 'inspect', '--json', *paths], env=env, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    watch = Watch(process.pid, every=0.005)
    out, said = process.communicate(timeout=60)
    took = time.monotonic() - began
    peak = watch.end().get('nieuws-read', 0)
    return [json.loads(line) for line in out.decode().splitlines()], took, peak, said.decode()


def main():
    programs = os.path.abspath(sys.argv[1])
    bad = worst = 0
    all_bombs = list(bombs())
    print('1..%d' % len(all_bombs))
    with tempfile.TemporaryDirectory() as folder:
        good = os.path.join(folder, 'good.eml')
        with open(good, 'wb') as f:
            f.write(b'From: a@b.nl\r\nSubject: Goed\r\n\r\nEen gewone mail.\r\n')
        for i, (name, raw) in enumerate(all_bombs, 1):
            path = os.path.join(folder, 'bomb.eml')
            with open(path, 'wb') as f:
                f.write(raw)
            answers, took, peak, said = inspect(programs, [path, good])
            fine = len(answers) == 2 and answers[1].get('title') == 'Goed' and took < 6.5 and (peak <= 512 or 'ASAN_OPTIONS' in os.environ)
            what = answers[0].get('error') or 'draft "%s"' % answers[0].get('title', '') if answers else said[:100]
            print('%s %d - %s # %.2f s, reader %.0f MiB, %d MB sent: %s' % ('ok' if fine else 'not ok', i, name, took, peak, len(raw) // 1000000, what[:80]), flush=True)
            bad += not fine
            worst = max(worst, peak)
        print('# the largest reader took %.0f MiB' % worst)
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
