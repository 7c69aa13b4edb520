"""dovecot's imapd: its auth workers stay and serve one person after the other."""
import contextlib
import imaplib
import os
import pathlib
import re
import unittest

from fixtures import callers_machine, callers_matrix
from fixtures.callers_daemon import Daemon
from fixtures.house import PASSWORD

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = /run/dovecot
log_path = /var/log/dovecot.log
ssl = no
first_valid_uid = 0
mail_location = maildir:~/Maildir
auth_mechanisms = plain
auth_failure_delay = 0
passdb {
  driver = pam
  args = dovecot
}
userdb {
  driver = passwd
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  inet_listener imaps {
    port = 0
  }
}
"""


class Dovecot(callers_matrix.Caller):
    daemon = None

    def start(self):
        pathlib.Path("/run/dovecot").mkdir()
        pathlib.Path("/etc/dovecot/dovecot.conf").write_text(CONFIG)
        self.daemon = Daemon(["/usr/sbin/dovecot", "-F"], port=143)

    def stop(self):
        if self.daemon:
            self.daemon.stop()

    def enters(self, user, password):
        client = imaplib.IMAP4("127.0.0.1", timeout=30)
        try:
            return client.login(user, password)[0] == "OK"
        except imaplib.IMAP4.error as refusal:
            if "AUTHENTICATIONFAILED" in str(refusal):
                return False
            raise
        finally:
            client.shutdown()


callers_matrix.build(globals(), Dovecot)


STATUS = re.compile("^(?:Sig[BIC]|Threads|Umask|Uid|Gid).*", re.M)


class Worker(unittest.TestCase):
    def test_P14_P15_a_worker_is_as_before_after_many_people(self):
        """Descriptors, threads and signals of the process that calls PAM again and again."""
        dovecot = callers_matrix.caller(Dovecot)
        dovecot.enters("alice", PASSWORD)
        before = workers(dovecot)
        self.assertTrue(before)
        for number in range(12):
            self.assertIs(dovecot.enters("alice", PASSWORD if number % 3 else "wrong"),
                          bool(number % 3))
            self.assertTrue(dovecot.enters("bob", callers_machine.LOCAL))
        after = workers(dovecot)
        self.assertEqual({pid: after[pid] for pid in before if pid in after},
                         {pid: before[pid] for pid in before if pid in after})
        self.assertTrue(set(before) & set(after), "no worker stayed")


def workers(dovecot):
    """{pid: what it holds} of the processes that ask PAM. One that is idle may end at any time."""
    found = {}
    for pid in dovecot.daemon.children():
        process = pathlib.Path("/proc", pid)
        with contextlib.suppress(OSError):
            if b"auth\0-w" in (process / "cmdline").read_bytes():
                found[pid] = (os.readlink(str(process / "cwd")), sorted(os.listdir(process / "fd")),
                              STATUS.findall((process / "status").read_text()))
    return found
