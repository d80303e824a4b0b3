#!/usr/bin/python3
"""A private mail world on loopback: Dovecot (IMAP, IMAPS, LMTP) with a certificate authority of its own, and OpenSMTPD that
delivers into that Dovecot. Used by the end-to-end tests and by the first run. Python standard library only.

    with lab.Lab() as world:
        world.deliver('desk', open('mail.eml', 'rb').read())
        world.config(...)            # writes nieuws.conf for it, returns its path

Everything lies in one temporary folder with a short name (Unix sockets), listens on 127.0.0.x on free ports, and ends with the
object: only processes that were started here are ended, by their ids."""
import imaplib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import time

PASSWORD = 'ge"heim\\teken'
DOMAIN = 'redactie.test'
PATH = '/usr/sbin:/usr/bin:/sbin:/bin'


def free_port(host='127.0.0.1'):
    with socket.socket() as s:
        s.bind((host, 0))
        return s.getsockname()[1]


def run(*args, **kw):
    return subprocess.run(args, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kw)


class Certificates:
    """ca.pem signs good, wronghost and expired; other.pem signs othercaleaf; selfsigned signs itself."""

    def __init__(self, folder):
        self.folder = folder
        self.authority('ca')
        self.authority('other')
        self.leaf('good', 'ca', 'localhost')
        self.leaf('wronghost', 'ca', 'elders.test')
        self.leaf('expired', 'ca', 'localhost', expired=True)
        self.leaf('othercaleaf', 'other', 'localhost')
        run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj',
            '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', self.path('selfsigned.key'), '-out',
            self.path('selfsigned.pem'))

    def path(self, name):
        return os.path.join(self.folder, name)

    def authority(self, name):
        run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj',
            '/CN=Lab ' + name, '-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', self.path(name + '.key'), '-out',
            self.path(name + '.pem'))

    def leaf(self, name, authority, host, expired=False):
        ext = self.path(name + '.ext')
        names = 'DNS:' + host + (',IP:127.0.0.1' if host == 'localhost' else '')
        with open(ext, 'w') as f:
            f.write('subjectAltName=%s\nextendedKeyUsage=serverAuth\n' % names)
        run('openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=' + host, '-keyout',
            self.path(name + '.key'), '-out', self.path(name + '.csr'))
        run('openssl', 'x509', '-req', '-in', self.path(name + '.csr'), '-CA', self.path(authority + '.pem'), '-CAkey',
            self.path(authority + '.key'), '-CAcreateserial', '-days', '-1' if expired else '30', '-extfile', ext, '-out',
            self.path(name + '.pem'))


DOVECOT = '''
base_dir = {run}
state_dir = {run}
log_path = {base}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1, 127.0.0.2, 127.0.0.3, 127.0.0.4, 127.0.0.5
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
mail_uid = {uid}
mail_gid = {gid}
mail_home = {base}/mail/%n
mail_location = maildir:{base}/mail/%n/Maildir
mail_fsync = never
auth_mechanisms = plain login
auth_username_format = %Ln
auth_verbose = yes
auth_failure_delay = 0
disable_plaintext_auth = yes
ssl = yes
ssl_min_protocol = TLSv1.2
ssl_dh =
ssl_cert = <{certs}/good.pem
ssl_key = <{certs}/good.key
{locals}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%n allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Verwerkt {{
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
  service_count = 0
  process_min_avail = 1
}}
service imap {{
  process_limit = 64
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
  unix_listener lmtp {{
    mode = 0666
  }}
  user = {user}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
  client_limit = 1000
}}
service auth {{
  user = {user}
}}
service auth-worker {{
  user = {user}
}}
service doveadm {{
  user = {user}
}}
imap_idle_notify_interval = 2 mins
mail_max_userip_connections = 200
protocol lmtp {{
  postmaster_address = postmaster@{domain}
}}
'''

SMTPD = '''
queue ttl 1h
listen on 127.0.0.1 port {port} hostname localhost
action "in" lmtp "127.0.0.1:{lmtp}" rcpt-to virtual {{ "@" = "{user}" }}
match from any for any action "in"
'''


class Lab:
    def __init__(self, smtp=True):
        self.base = tempfile.mkdtemp(prefix='nwlab', dir='/tmp')
        os.chmod(self.base, 0o755)
        self.want_smtp = smtp and os.geteuid() == 0 and shutil.which('smtpd', path=PATH) is not None
        self.user = 'nobody' if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.processes = []
        self.smtpd = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *unused):
        self.stop()

    # --- servers ---

    def start(self):
        os.makedirs(self.path('tls'))
        os.makedirs(self.path('mail'))
        os.makedirs(self.path('run'))
        self.certs = Certificates(self.path('tls'))
        self.imap, self.imaps, self.lmtp = free_port(), free_port(), free_port()
        self.start_dovecot()
        if self.want_smtp:
            self.start_smtpd()

    def path(self, *names):
        return os.path.join(self.base, *names)

    def start_dovecot(self):
        who = pwd.getpwnam(self.user)
        import grp
        faces = ''
        for address, name in (('127.0.0.2', 'selfsigned'), ('127.0.0.3', 'wronghost'), ('127.0.0.4', 'expired'),
                              ('127.0.0.5', 'othercaleaf')):
            faces += 'local %s {\n  ssl_cert = <%s/tls/%s.pem\n  ssl_key = <%s/tls/%s.key\n}\n' % (
                address, self.base, name, self.base, name)
        with open(self.path('dovecot.conf'), 'w') as f:
            f.write(DOVECOT.format(base=self.base, run=self.path('run'), certs=self.path('tls'), user=self.user,
                                   group=grp.getgrgid(who.pw_gid).gr_name, uid=who.pw_uid, gid=who.pw_gid, imap=self.imap,
                                   imaps=self.imaps, lmtp=self.lmtp, locals=faces, domain=DOMAIN,
                                   password=PASSWORD))
        if os.geteuid() == 0:
            run('chown', '-R', self.user, self.base)
        self.dovecot = subprocess.Popen(self.as_user() + ['/usr/sbin/dovecot', '-F', '-c', self.path('dovecot.conf')],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(self.dovecot)
        self.wait_for(self.imap)
        self.wait_for(self.lmtp)

    def as_user(self):
        if os.geteuid() != 0:
            return []
        who = pwd.getpwnam(self.user)
        return ['setpriv', '--reuid=%d' % who.pw_uid, '--regid=%d' % who.pw_gid, '--clear-groups']

    def start_smtpd(self):
        self.smtp = free_port()
        with open(self.path('smtpd.conf'), 'w') as f:
            f.write(SMTPD.format(port=self.smtp, lmtp=self.lmtp, user=self.user))
        run('chown', 'root', self.path('smtpd.conf'))
        # OpenSMTPD's queue, socket and pid lie in fixed places: a mount namespace of its own keeps them apart.
        spool = self.path('smtpd')
        os.makedirs(spool)
        script = ('mkdir -p /var/spool/smtpd /run/smtpd && mount --make-rprivate / && mount -t tmpfs tmpfs /var/spool/smtpd && '
                  'mount -t tmpfs tmpfs /run && mkdir -p /run/opensmtpd && chmod 711 /var/spool/smtpd && '
                  'exec /usr/sbin/smtpd -d -f "$0"')
        self.smtpd_log = open(self.path('smtpd.log'), 'wb')
        self.smtpd = subprocess.Popen(['unshare', '-m', 'sh', '-c', script, self.path('smtpd.conf')], stdin=subprocess.DEVNULL,
                                      stdout=self.smtpd_log, stderr=self.smtpd_log, start_new_session=True)
        self.processes.append(self.smtpd)
        self.wait_for(self.smtp)

    def wait_for(self, port, host='127.0.0.1'):
        for _ in range(300):
            try:
                socket.create_connection((host, port), 1).close()
                return
            except OSError:
                time.sleep(0.03)
        log = self.path('smtpd.log')
        said = open(log, errors='replace').read()[-500:] if os.path.exists(log) else self.log()[-500:]
        raise RuntimeError('nothing listens on port %d: %s' % (port, said))

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.base, ignore_errors=True)

    def restart_dovecot(self):
        self.dovecot.terminate()
        self.dovecot.wait(15)
        self.processes.remove(self.dovecot)
        self.start_dovecot()

    # --- mail ---

    def deliver(self, user, mail, sender='afzender@example.nl'):
        """One mail by LMTP, as any mail server would."""
        with smtplib.LMTP('127.0.0.1', self.lmtp) as client:
            client.sendmail(sender, [user + '@' + DOMAIN], mail)

    def deliver_many(self, user, mails, sender='afzender@example.nl'):
        with smtplib.LMTP('127.0.0.1', self.lmtp) as client:
            for mail in mails:
                client.sendmail(sender, [user + '@' + DOMAIN], mail)

    def imap_login(self, user):
        context = ssl.create_default_context(cafile=self.path('tls', 'ca.pem'))
        client = imaplib.IMAP4_SSL('localhost', self.imaps, ssl_context=context)
        client.authenticate('PLAIN', lambda _: ('\0%s\0%s' % (user, PASSWORD)).encode())
        return client

    def messages(self, user, folder='INBOX'):
        """[(flags, bytes)] of a folder, without marking anything."""
        client = self.imap_login(user)
        _, count = client.select(folder, readonly=True)
        data = client.fetch('1:*', '(FLAGS BODY.PEEK[])')[1] if int(count[0]) else []
        client.logout()
        return [(item[0].decode(), item[1]) for item in data if isinstance(item, tuple)]

    def doveadm(self, *args):
        return run(*self.as_user(), 'doveadm', '-c', self.path('dovecot.conf'), *args).stdout.decode()

    def log(self):
        with open(self.path('dovecot.log'), errors='replace') as f:
            return f.read()

    # --- nieuws ---

    def config(self, folder, user='desk', extra='', mailbox='', smtp=True, receipts='always', port=None, host='localhost',
               tls='implicit', ca='ca.pem', editors=('sanne',), done='seen'):
        """A configuration for one mailbox; returns the path of the file."""
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, 'password'), 'w') as f:
            f.write(PASSWORD + '\n')
        os.chmod(os.path.join(folder, 'password'), 0o600)
        if 'disk_reserve' not in extra:
            extra += '\ndisk_reserve = 0'
        text = '[nieuws]\nspool = spool\nnewsroom = Kijk op de Lab\nreference = LAB\n%s\n[receipt]\nsend = %s\n' % (extra, receipts)
        if smtp and self.smtpd is not None:
            # In clear: Debian 12's OpenSMTPD cannot sign with OpenSSL 3 in its key process.
            text += '[smtp]\nhost = 127.0.0.1\nport = %d\ntls = none\nfrom = nieuws@%s\n' % (self.smtp, DOMAIN)
        text += self.mailbox_section(user, port=port, host=host, tls=tls, ca=ca, done=done, extra=mailbox)
        for editor in editors:
            text += '[editor %s]\nname = %s\naddress = %s@%s\n' % (editor, editor.title(), editor, DOMAIN)
        path = os.path.join(folder, 'nieuws.conf')
        with open(path, 'w') as f:
            f.write(text)
        return path

    def mailbox_section(self, user, port=None, host='localhost', tls='implicit', ca='ca.pem', done='seen', extra=''):
        if port is None:
            port = self.imaps if tls == 'implicit' else self.imap
        return ('[mailbox %s]\nhost = %s\nport = %d\ntls = %s\nca_file = %s\nuser = %s\npassword_file = password\n'
                'address = %s@%s\ndone = %s\n%s\n' % (user, host, port, tls, self.path('tls', ca), user, user, DOMAIN, done, extra))


if __name__ == '__main__':
    with Lab() as world:
        print('imap %d, imaps %d, lmtp %d, in %s; Enter ends it' % (world.imap, world.imaps, world.lmtp, world.base), flush=True)
        sys.stdin.readline()
