"""vsftpd(8), which hangs on modules that fork."""
import ftplib
import pathlib

from fixtures import callers_machine, callers_matrix
from fixtures.callers_daemon import Daemon

CONFIG = """
listen=YES
listen_address=127.0.0.1
background=NO
anonymous_enable=NO
local_enable=YES
pam_service_name=vsftpd
delay_failed_login=0
secure_chroot_dir=/run/vsftpd
"""


class Vsftpd(callers_matrix.Caller):
    daemon = None

    def start(self):
        pathlib.Path("/run/vsftpd").mkdir()
        pathlib.Path("/etc/vsftpd.conf").write_text(CONFIG)
        callers_machine.replace("/etc/ftpusers", "^root$", "")
        self.daemon = Daemon(["/usr/sbin/vsftpd", "/etc/vsftpd.conf"], port=21)

    def stop(self):
        if self.daemon:
            self.daemon.stop()

    def enters(self, user, password):
        with ftplib.FTP("127.0.0.1", timeout=30) as client:
            try:
                client.login(user, password)
            except ftplib.error_perm as refusal:
                if str(refusal).startswith("530 "):
                    return False
                raise
            return client.pwd() == "/home/" + user


callers_matrix.build(globals(), Vsftpd)
