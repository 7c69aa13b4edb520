"""What an administrator works with on a booted machine: the journal, metrics, LoadCredential=."""
import unittest

from . import estate
from .estate import PASSWORD, WRONG
from .states import CONFIGURATION

METRICS = "/var/lib/prometheus/node-exporter"
SERVICE_ACCOUNT = """
[account backup]
username = command://carol
password = file:/etc/mobproc/secrets.d/backup
allow_users = root
"""
SOCKET = "LoadCredential=backup:/run/mobproc/credential.sock"
UNIT = """[Service]
Type=oneshot
LoadCredential=tangoe:/run/mobproc/credential.sock
ExecStart=/bin/sh -c "cat $CREDENTIALS_DIRECTORY/tangoe >/home/alice/token"
"""

machine = None
here = None


def setUpModule():
    global machine, here
    here = estate.the()
    machine = here.machine


class Journal(unittest.TestCase):
    def test_an_event_can_be_filtered_for_and_is_explained(self):
        self.assertFalse(here.enters("su", "carol", WRONG))
        said = machine.run("journalctl", "--no-pager", "-o", "cat", "MOBPROC_EVENT=login",
                           "MOBPROC_RESULT=denied", "MOBPROC_USER=carol")
        self.assertTrue(said)
        for line in said.splitlines():
            self.assertRegex(line, "^event=login result=denied .*user=carol ")
        said = machine.run("journalctl", "--no-pager", "-x", "MOBPROC_EVENT=login", "MOBPROC_USER=carol")
        self.assertIn("-- Subject: Somebody tried to log in", said.replace("░░", "--"))


class Metrics(unittest.TestCase):
    def test_the_unit_writes_them_where_the_exporter_looks(self):
        machine.run("mkdir", "-p", METRICS)
        self.assertTrue(here.enters("su", "alice", PASSWORD))
        machine.run("systemctl", "start", "mobproc-metrics.service")
        said = machine.run("cat", METRICS + "/mobproc.prom")
        self.assertRegex(said, r'(?m)^mobproc_logins_total\{.*result="ok".*\} [1-9]')


class Credential(unittest.TestCase):
    def setUp(self):
        text = machine.run("cat", CONFIGURATION)
        section = text.split("[account tangoe]\n", 1)[1].split("\n[", 1)[0]
        kept = [line for line in section.splitlines()
                if line.split(" ")[0] not in ("allow_users", "hosts", "validate", "source_system")]
        machine.write("/etc/mobproc/secrets.d/backup", PASSWORD + "\n", 0o640)
        machine.run("chgrp", "mobproc", "/etc/mobproc/secrets.d/backup")
        machine.write(CONFIGURATION, text + SERVICE_ACCOUNT + "\n".join(kept) + "\n")
        machine.run("mobproc", "admin", "reload")
        self.addCleanup(machine.run, "mobproc", "admin", "reload")
        self.addCleanup(machine.write, CONFIGURATION, text)

        self.addCleanup(machine.run, "systemctl", "disable", "--now", "mobproc-credential.socket")

    def loaded(self, *properties):
        return machine.run("systemd-run", "--quiet", "--wait", "--pipe", "--collect",
                           *["--property=" + one for one in (SOCKET,) + properties],
                           "sh", "-c", "cat $CREDENTIALS_DIRECTORY/backup")

    def test_a_unit_gets_the_token_of_a_service_account(self):
        """The socket is off until somebody wants it."""
        for question, answer in (("is-enabled", "disabled"), ("is-active", "inactive")):
            self.assertEqual(machine.run("systemctl", question, "mobproc-credential.socket",
                                         check=False).strip(), answer)
        machine.run("systemctl", "enable", "--now", "mobproc-credential.socket")
        self.assertRegex(self.loaded(), "^[A-Za-z0-9]{28}$")
        self.assertRegex(self.loaded("User=bob"), "^[A-Za-z0-9]{28}$")

    def test_a_unit_of_alice_s_gets_hers(self):
        """Her own manager connects; with PrivateUsers=yes it was uid 65534."""
        self.assertTrue(here.enters("su", "alice", PASSWORD))
        machine.run("systemctl", "enable", "--now", "mobproc-credential.socket")
        machine.write("/etc/systemd/user/visit.service", UNIT)
        manager = "user@" + machine.run("id", "-u", "alice").strip()
        machine.run("systemctl", "start", manager)
        self.addCleanup(machine.run, "systemctl", "stop", manager)
        machine.shell("runuser -u alice -- env XDG_RUNTIME_DIR=/run/user/$(id -u alice) "
                      "systemctl --user start visit.service")
        self.assertRegex(machine.run("cat", "/home/alice/token"), "^[A-Za-z0-9]{28}$")


if __name__ == "__main__":
    unittest.main()
