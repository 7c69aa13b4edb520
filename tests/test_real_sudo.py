"""sudo(8): alice and bob prove that they are themselves, daemonlike that he knows root's password."""
import pathlib

from fixtures import callers_machine, callers_matrix

SUDOERS = """
Defaults !lecture, passwd_tries=1, timestamp_timeout=0
Defaults:daemonlike rootpw
ALL ALL=(ALL) ALL
"""


class Sudo(callers_matrix.Caller):
    def start(self):
        pathlib.Path("/etc/sudoers").write_text(SUDOERS)

    def enters(self, user, password):
        caller = "daemonlike" if user == "root" else user
        done = callers_machine.run(["sudo", "-S", "-p", "", "-u", "carol", "sh", "-c",
                                    "echo $SUDO_USER is $(id -un)"], password + "\n", caller)
        return done.stdout == "%s is carol\n" % caller


callers_matrix.build(globals(), Sudo)
