"""A terminal of our own: a program on a pty, and what an editor would see of it (python3-pyte)."""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

from world import Skip

try:
    import pyte
except ImportError:
    pyte = None

UP, DOWN, ESCAPE, ENTER, CTRL_C = '\x1b[A', '\x1b[B', '\x1b', '\r', '\x03'


class Terminal:
    """with Terminal(command, env, columns, rows) as t: t.type('a'); t.wait_for('is approved')"""

    def __init__(self, command, env, columns=80, rows=24, term='xterm-256color'):
        if pyte is None:
            raise Skip('needs python3-pyte')
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b''
        self.master, self.slave = pty.openpty()
        self.size(columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(command, env=dict(env, TERM=term), stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)
        os.close(self.master)
        os.close(self.slave)

    def size(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

    def resize(self, columns, rows):
        self.read(0.2)
        self.screen.resize(rows, columns)
        self.size(columns, rows)

    def read(self, seconds):
        """What comes until it is quiet for so long; how many bytes."""
        count = 0
        while select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            if not data:
                break
            count += len(data)
            self.raw += data
            self.stream.feed(data)
        return count

    def type(self, keys):
        os.write(self.master, keys.encode())

    def text(self):
        return '\n'.join(line.rstrip() for line in self.screen.display)

    def last(self, lines=3):
        """Status and keys."""
        return ' '.join(' '.join(self.screen.display[-lines:]).split())

    def wait_for(self, wanted, seconds=15, gone=False):
        until = time.monotonic() + seconds
        while True:
            self.read(0.05)
            flat = ' '.join(self.text().split())
            if (wanted in flat or wanted in self.text()) != gone:
                return self.text()
            if time.monotonic() > until or (self.process.poll() is not None and self.read(0.1) == 0):
                raise AssertionError('%r is %s on the screen:\n%s' % (wanted, 'still' if gone else 'not', self.text()))

    def do(self, keys, wanted):
        self.type(keys)
        return self.wait_for(wanted)

    def end(self, seconds=10):
        until = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < until:
            self.read(0.05)
        self.read(0.05)
        return self.process.wait(1)

    def is_as_before(self):
        return termios.tcgetattr(self.slave) == self.before
