"""dovecot's imapd: its auth workers stay and serve one person after the other."""
import imaplib
import pathlib

from fixtures import callers_matrix
from fixtures.callers_daemon import Daemon

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
