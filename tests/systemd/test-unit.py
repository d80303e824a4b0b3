#!/usr/bin/python3
"""The package and its unit in a Debian that boots: start, credentials, documents, reload, stop, crashes, watchdog, exit codes.

    test-unit.py [TEST ...]        Needs root, mmdebstrap and systemd-nspawn; says so and ends with 77 where it cannot run.

The tree of Debian is made once (some minutes, from the mirror) and kept in NIEUWS_TREE, by default /var/cache/nieuws-test/tree; what a
run changes lies in memory and is gone after it. It is not made unasked: NIEUWS_TREE names a place, or the default is there already.
NIEUWS_DEB names the package; else config/debian/build makes one."""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from email.message import EmailMessage

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(ROOT, 'tests', 'lab'), os.path.join(ROOT, 'tests', 'samples')]
import lab  # noqa: E402
import make  # noqa: E402

os.environ['PATH'] = '/usr/sbin:/usr/bin:/sbin:/bin'
TREE = os.environ.get('NIEUWS_TREE', '/var/cache/nieuws-test/tree')
WITHIN = 'systemd,systemd-sysv,dbus,apt,ca-certificates,procps,util-linux,man-db,dovecot-imapd'
PASSWORD = 'kanarie-geheim-7731'

# A namespace of its own, so that nothing of the machine is touched: cgroup2 alone, the tree read-only below a layer in memory.
BOOT = '''
mount --make-rprivate /
mount -t tmpfs tmpfs /run
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir /run/layer && mount -t tmpfs tmpfs /run/layer && mkdir /run/layer/upper /run/layer/work /run/root
mount -t overlay overlay -o lowerdir="$1",upperdir=/run/layer/upper,workdir=/run/layer/work /run/root
exec systemd-nspawn --quiet --boot --register=no --keep-unit --private-network --console=pipe --bind="$2":/lab -D /run/root \\
  --system-call-filter="landlock_create_ruleset landlock_add_rule landlock_restrict_self" systemd.unit=multi-user.target
'''

DOVECOT = '''
log_path = /lab/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = </lab/tls/good.pem
ssl_key = </lab/tls/good.key
first_valid_uid = 1
mail_location = maildir:/var/lab/%%n
auth_failure_delay = 0
passdb {
  driver = static
  args = password=%s
}
userdb {
  driver = static
  args = uid=mail gid=mail home=/var/lab/%%n
}
service imap-login {
  inet_listener imap {
    port = 0
  }
}
namespace inbox {
  inbox = yes
}
''' % PASSWORD

# What a newcomer types, and the lab's own authority.
CONFIG = '''
[mailbox desk]
host = localhost
user = desk
password_file = secrets/imap.password
ca_file = /lab/tls/ca.pem
poll = 5 s
'''


def skip(why):
    print('1..0 # SKIP ' + why)
    sys.exit(77)


def run(*args, **kw):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **kw)


def package_fields(package, field):
    return run('dpkg-deb', '-f', package, field).stdout.decode()


def make_tree(package):
    """A small Debian with what the package depends on, and the package's dependencies alone: it is installed in the run."""
    depends = [d.split('|')[0].split('(')[0].strip() for d in package_fields(package, 'Depends').split(',')]
    packages = ','.join([WITHIN, 'libreoffice-writer-nogui'] + [d for d in depends if d])
    os.makedirs(os.path.dirname(TREE), exist_ok=True)
    made = TREE + '.new'
    shutil.rmtree(made, ignore_errors=True)
    done = run('mmdebstrap', '--variant=minbase', '--include=' + packages, 'bookworm', made)
    if done.returncode:
        skip('no tree of Debian can be made: ' + done.stdout.decode().strip().splitlines()[-1])
    os.rename(made, TREE)


class Machine:
    def __init__(self, package):
        self.folder = tempfile.mkdtemp(prefix='nieuws-unit-')
        os.chmod(self.folder, 0o755)
        os.makedirs(os.path.join(self.folder, 'tls'))
        lab.Certificates(os.path.join(self.folder, 'tls'))
        shutil.copy(package, os.path.join(self.folder, 'nieuws.deb'))
        self.delivered = 0
        self.log = open(os.path.join(self.folder, 'boot.log'), 'wb')
        self.outer = subprocess.Popen(['unshare', '-m', '-C', '-p', '-f', '--kill-child=KILL', '--mount-proc', 'bash', '-c', BOOT, 'boot', TREE, self.folder],
                                      stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        self.init = self.find_init()

    def find_init(self):
        """The first process of the machine: unshare -> systemd-nspawn -> it."""
        for _ in range(300):
            pid = self.outer.pid
            try:
                for _ in range(2):
                    pid = int(open('/proc/%d/task/%d/children' % (pid, pid)).read().split()[-1])
                if os.path.basename(os.readlink('/proc/%d/exe' % pid)) == 'systemd':
                    self.pid = pid
                    if self(['systemctl', 'is-system-running', '--wait']).stdout.strip() in (b'running', b'degraded'):
                        return pid
            except (OSError, IndexError, ValueError):
                pass
            time.sleep(0.1)
        raise RuntimeError('it does not boot: ' + open(os.path.join(self.folder, 'boot.log'), errors='replace').read()[-500:])

    def __call__(self, args, check=False, **kw):
        if isinstance(args, str):
            args = ['bash', '-c', args]
        done = run('nsenter', '-t', str(self.pid), '-a', '--', *args, timeout=120, **kw)
        if check and done.returncode:
            raise AssertionError('%s: %d: %s' % (args, done.returncode, done.stdout.decode(errors='replace')[-900:]))
        return done

    def say(self, args):
        return self(args, check=True).stdout.decode().strip()

    def write(self, path, text, mode=0o644):
        name = os.path.join(self.folder, 'handed')
        with open(name, 'wb') as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        self(['install', '-D', '-m', '%o' % mode, '/lab/handed', path], check=True)

    def show(self, what, unit='nieuwsd'):
        return self.say(['systemctl', 'show', '-P', what, unit])

    def deliver(self, mails):
        """Into the mailbox, as a mail server puts them there: a file each, under its name when it is whole."""
        folder = os.path.join(self.folder, 'mails')
        os.makedirs(folder)
        for mail in mails:
            self.delivered += 1
            with open(os.path.join(folder, '%d.lab' % self.delivered), 'wb') as f:
                f.write(mail)
        self('mkdir -p /var/lab/desk/new /var/lab/desk/cur /var/lab/desk/tmp && cp /lab/mails/* /var/lab/desk/tmp/ && '
             'chown -R mail:mail /var/lab && mv /var/lab/desk/tmp/* /var/lab/desk/new/', check=True)
        shutil.rmtree(folder)

    def drafts(self):
        return json.loads(self.say(['nieuws', 'list', 'state:all', '-n', '10000', '--json']))['drafts']

    def wait(self, what, value, seconds=30, unit='nieuwsd'):
        for _ in range(seconds * 10):
            if what() == value:
                return
            time.sleep(0.1)
        raise AssertionError('%r, not %r; journal: %s' % (what(), value, self('journalctl -u %s -n 12 --no-pager' % unit).stdout.decode()))

    def start(self):
        self('systemctl reset-failed nieuwsd; systemctl start nieuwsd', check=True)

    def end(self):
        if self.outer.poll() is None and hasattr(self, 'pid'):
            self('systemctl poweroff')
        try:
            self.outer.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.outer.pid, signal.SIGKILL)
            self.outer.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def mail(number):
    return ('From: Mens <mens@example.nl>\r\nTo: desk@example.nl\r\nSubject: Bericht %d\r\nMessage-ID: <unit.%d@example.nl>\r\n'
            'Date: Tue, 24 Nov 2026 10:00:00 +0100\r\n\r\nIn de Dorpsstraat is boom nummer %d geplant door de leerlingen.\r\n'
            % (number, number, number)).encode()


def mails(machine, count):
    return [mail(machine.delivered + i + 1) for i in range(count)]


def with_document(number, name, kind, data):
    message = EmailMessage()
    message['From'] = 'Vereniging <club@example.nl>'
    message['To'] = 'desk@example.nl'
    message['Subject'] = 'persbericht'
    message['Message-ID'] = '<unit.document.%d@example.nl>' % number
    message.set_content('Beste redactie,\n\nIn de bijlage ons persbericht.\n\nGroet,\nDe club\n')
    message.add_attachment(data, maintype='application', subtype=kind, filename=name)
    return message.as_bytes()


# --- the tests, in this order: each goes on where the one before stopped -------------------------------------------------------

def installs(m):
    """apt's own words, and nothing asked; nothing runs before there is a mailbox."""
    done = m('DEBIAN_FRONTEND=readline dpkg -i /lab/nieuws.deb', check=True)
    assert b'[Y/n]' not in done.stdout
    assert m.show('ActiveState') == 'inactive' and m.show('UnitFileState') == 'disabled'
    assert m.say(['stat', '-c', '%U %G %a', '/var/lib/nieuws', '/etc/nieuws/secrets']) == '_nieuws nieuws 2770\nroot root 700'
    m.write('/etc/hosts', '127.0.0.1 localhost\n')
    m.write('/etc/dovecot/dovecot.conf', DOVECOT)
    m.write('/lab/config', m.say(['cat', '/etc/nieuws/nieuws.conf']) + CONFIG)
    m('cp /lab/config /etc/nieuws/nieuws.conf', check=True)
    m.write('/etc/nieuws/secrets/imap.password', PASSWORD + '\n', 0o600)
    m('install -d -o mail -g mail /var/lab && systemctl restart dovecot', check=True)


def is_safe(m):
    for unit in ('nieuwsd.service', 'nieuwsd@zuid.service'):
        done = m(['systemd-analyze', 'verify', unit])
        assert done.returncode == 0 and not done.stdout.strip(), done.stdout.decode()
        m(['systemd-analyze', 'security', '--offline=true', '--threshold=11', '--no-pager', '/lib/systemd/system/' + unit], check=True)


def checks(m):
    """As the newcomer's third step: everything of the mailbox is well before anything runs."""
    said = m(['nieuws', 'check']).stdout.decode()
    for line in said.splitlines():
        assert not line.startswith('FAIL') or 'outgoing' in line or 'editors' in line, said
    assert 'mailbox desk' in said, said


def starts(m):
    m.deliver(mails(m, 12))
    began = time.monotonic()
    m(['systemctl', 'start', 'nieuwsd'], check=True)
    took = time.monotonic() - began
    assert took <= 1.0, 'start took %.2f s' % took
    assert m.show('ActiveState') == 'active' and m.show('StatusText'), m.show('StatusText')
    m.wait(lambda: len(m.drafts()), 12)
    print('# start %.2f s' % took)


def converts_documents(m):
    samples = os.path.join(ROOT, 'tests', 'fixtures', 'articles', 'made')
    text = ['De zwemvereniging opent op zaterdag het vernieuwde bad aan de Kade. Een jaar lang werkten leden aan het dak en de vloer.',
            'De wethouder knipt om tien uur het lint door, en daarna mag iedereen de hele dag gratis het water in.']
    read = lambda name: open(os.path.join(samples, name), 'rb').read()  # noqa: E731
    m.deliver([with_document(1, 'bericht.docx', 'vnd.openxmlformats-officedocument.wordprocessingml.document',
                             make.docx('Zwembad aan de Kade weer open', text)),
               with_document(2, 'fietsbrug.pdf', 'pdf', read('fietsbrug.pdf')), with_document(3, 'muziek.doc', 'msword', read('muziek.doc'))])
    m.wait(lambda: len(m.drafts()), 15, 90)
    for draft in m.drafts():
        if draft['title'] == 'Zwembad aan de Kade weer open':
            break
    else:
        raise AssertionError([d['title'] for d in m.drafts()])
    for number in (d['number'] for d in m.drafts()[:3]):
        shown = json.loads(m.say(['nieuws', 'show', str(number), '--json']))
        codes = [w['code'] for w in shown['draft']['warnings'] if w['code'].startswith('document.')]
        assert not codes, (shown['title'], codes)


def keeps_secrets(m):
    place = '/run/credentials/nieuwsd.service/secrets_imap.password'
    assert m.say(['cat', place]) == PASSWORD
    m('setpriv --reuid=_nieuws --regid=nieuws --clear-groups cat ' + place, check=True)
    assert m('setpriv --reuid=nobody --regid=nieuws --clear-groups cat ' + place).returncode != 0
    assert m('setpriv --reuid=_nieuws --regid=nieuws --clear-groups cat /etc/nieuws/secrets/imap.password').returncode != 0
    # Handed over as a file: what looks for a word must not be what is found.
    m.write('/opt/look', 'for p in /proc/[0-9]*; do cat $p/environ $p/cmdline; done 2>/dev/null | grep -ac -f /opt/word\n'
            'journalctl -a | grep -c -f /opt/word; grep -rl -f /opt/word /var/lib/nieuws | wc -l\n')
    m.write('/opt/word', PASSWORD[:12] + '\n')
    found = m(['bash', '/opt/look']).stdout.split()
    assert found == [b'0', b'0', b'0'], found


def reloads(m):
    pid = m.show('MainPID')
    m(['systemctl', 'reload', 'nieuwsd'], check=True)
    have = len(m.drafts())
    m.deliver(mails(m, 3))
    m.wait(lambda: len(m.drafts()), have + 3)
    m('echo "[wrong]" > /etc/nieuws/conf.d/x.conf || { mkdir -p /etc/nieuws/conf.d && echo "[wrong]" > /etc/nieuws/conf.d/x.conf; }', check=True)
    m(['systemctl', 'reload', 'nieuwsd'], check=True)
    m.wait(lambda: b'reload-refused' in m('journalctl -u nieuwsd -p err --no-pager').stdout, True)
    m('rm /etc/nieuws/conf.d/x.conf', check=True)
    m.deliver(mails(m, 1))
    m.wait(lambda: len(m.drafts()), have + 4)
    assert m.show('MainPID') == pid and m.show('NRestarts') == '0'


def stops_while_draining(m):
    m(['systemctl', 'stop', 'nieuwsd'], check=True)
    have = len(m.drafts())
    m.deliver(mails(m, 600))
    m.start()
    m.wait(lambda: len(m.drafts()) > have, True)
    began = time.monotonic()
    m(['systemctl', 'stop', 'nieuwsd'], check=True)
    took = time.monotonic() - began
    assert took <= 5, 'stop took %.2f s' % took
    assert m.show('Result') == 'success' and m.show('ExecMainStatus') == '0'
    print('# stop %.2f s' % took)


def restarts(m):
    m.deliver(mails(m, 200))
    m.start()
    for _ in range(10):
        m(['systemctl', 'restart', 'nieuwsd'], check=True)
        time.sleep(0.1)
    m.wait(lambda: len(m.drafts()), m.delivered, 90)
    titles = [d['title'] for d in m.drafts()]
    assert m.show('ActiveState') == 'active' and m.show('NRestarts') == '0'
    assert len([t for t in titles if t.startswith('Bericht')]) == len(set(t for t in titles if t.startswith('Bericht')))


def comes_back(m):
    pid = m.show('MainPID')
    m(['kill', '-9', pid], check=True)
    m.wait(lambda: m.show('ActiveState') == 'active' and m.show('MainPID') not in ('0', pid), True, 10)
    assert m.show('NRestarts') == '1'


def is_watched(m):
    """The loop that does the work hangs."""
    m.write('/etc/systemd/system/nieuwsd.service.d/watchdog.conf', '[Service]\nWatchdogSec=3s\n')
    m('systemctl daemon-reload && systemctl restart nieuwsd', check=True)
    time.sleep(4)
    pid = m.show('MainPID')
    assert m.show('NRestarts') == '0', 'the watchdog bites a healthy keeper'
    began = time.monotonic()
    m(['kill', '-STOP', pid], check=True)
    m.wait(lambda: m.show('ActiveState') == 'active' and m.show('MainPID') not in ('0', pid), True, 15)
    took = time.monotonic() - began
    assert took <= 3 + 1 + 2 + 1, '%.1f s' % took
    assert m.show('NRestarts') == '1' and b'Watchdog timeout' in m('journalctl -u nieuwsd --no-pager').stdout
    m('rm -r /etc/systemd/system/nieuwsd.service.d && systemctl daemon-reload', check=True)
    print('# hung to running %.1f s' % took)


def gives_up(m):
    """What the next try cannot mend is not tried again: a wrong configuration, a password that is not there."""
    m('echo "[wrong]" > /etc/nieuws/conf.d/x.conf', check=True)
    m('systemctl restart nieuwsd')
    time.sleep(4)
    assert (m.show('ActiveState'), m.show('ExecMainStatus'), m.show('NRestarts')) == ('failed', '78', '0'), m.show('ActiveState')
    said = m('journalctl -u nieuwsd -p err -n 5 --no-pager').stdout.decode()
    m('rm /etc/nieuws/conf.d/x.conf', check=True)
    m('mv /etc/nieuws/secrets /etc/nieuws/away && systemctl reset-failed nieuwsd; systemctl start nieuwsd')
    time.sleep(4)
    state = (m.show('ActiveState'), m.show('ExecMainStatus'), m.show('NRestarts'))
    m('mv /etc/nieuws/away /etc/nieuws/secrets', check=True)
    assert state == ('failed', '243', '0'), state
    assert 'x.conf' in said, said


def second_newsroom(m):
    m('sed "s,^spool = .*,spool = /var/lib/nieuws/zuid,;s,^user = desk,user = zuid," /etc/nieuws/nieuws.conf > /etc/nieuws/zuid.conf', check=True)
    m(['systemctl', 'start', 'nieuwsd@zuid'], check=True)
    assert m.say(['stat', '-c', '%U %G %a', '/var/lib/nieuws/zuid']) == '_nieuws nieuws 2770'
    m('mkdir -p /var/lab/zuid/new && cp "$(ls /var/lab/desk/cur/* | head -1)" /var/lab/zuid/new/1.lab && chown -R mail:mail /var/lab', check=True)
    m.wait(lambda: len(json.loads(m.say(['nieuws', '--config', '/etc/nieuws/zuid.conf', 'list', 'state:all', '--json']))['drafts']), 1, 20, 'nieuwsd@zuid')


def leaves(m):
    """Removed, the spool stays; purged, nothing does, and nothing is asked."""
    m.start()
    m(['dpkg', '-r', 'nieuws'], check=True)
    assert m('pgrep nieuwsd').returncode != 0
    m('test -f /var/lib/nieuws/nieuws.db && grep -q "mailbox desk" /etc/nieuws/nieuws.conf', check=True)
    m('rm /etc/nieuws/zuid.conf', check=True)
    m(['dpkg', '-P', 'nieuws'], check=True)
    m('! test -e /var/lib/nieuws && ! test -e /etc/nieuws', check=True)


TESTS = [installs, is_safe, checks, starts, converts_documents, keeps_secrets, reloads, stops_while_draining, restarts, comes_back, is_watched,
         gives_up, second_newsroom, leaves]


def main():
    if os.geteuid() != 0:
        skip('needs root')
    for tool in ('mmdebstrap', 'systemd-nspawn', 'nsenter', 'openssl', 'dpkg-deb'):
        if shutil.which(tool) is None:
            skip('needs ' + tool)
    if not os.path.isdir(TREE) and 'NIEUWS_TREE' not in os.environ:
        skip('there is no tree of Debian in %s; NIEUWS_TREE=%s makes one' % (TREE, TREE))
    package = os.environ.get('NIEUWS_DEB', '')
    with tempfile.TemporaryDirectory() as out:
        if not package:
            done = run(os.path.join(ROOT, 'config', 'debian', 'build'), out, env=dict(os.environ, DEB_BUILD_OPTIONS='nocheck'))
            if done.returncode:
                skip('no package can be built: ' + done.stdout.decode(errors='replace').strip()[-300:])
            package = glob.glob(os.path.join(out, 'nieuws_*.deb'))[0]
        if not os.path.isdir(TREE):
            make_tree(package)
        machine = Machine(package)
    # At the end of its time the machine must not stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    failed = 0
    chosen = [t for t in TESTS if len(sys.argv) < 2 or t in (installs, starts) or t.__name__ in sys.argv[1:]]
    print('1..%d' % len(chosen), flush=True)
    try:
        for i, test in enumerate(chosen, 1):
            try:
                test(machine)
                print('ok %d - %s' % (i, test.__name__), flush=True)
            except Exception as problem:  # a test that fails must not stop the others
                failed += 1
                print('# ' + traceback.format_exc().replace('\n', '\n# '))
                print('not ok %d - %s: %s' % (i, test.__name__, str(problem).replace('\n', ' ')[:400]), flush=True)
                if test in (installs, starts):
                    print('Bail out! nothing can be said of the rest')
                    break
    finally:
        machine.end()
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
