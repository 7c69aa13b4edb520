"""The way back that `mobproc enable` leaves open, on a booted machine. The last file of all: it starts
the machine anew, without its sign-in server."""
import unittest

from . import estate
from .estate import LOCAL, PASSWORD

machine = None
here = None


def setUpModule():
    global machine, here
    here = estate.the()
    machine = here.machine


def lines_in(service):
    """How many lines of this PAM service name the module."""
    return machine.run("grep", "-c", "^[^#]*pam_mobproc", "/etc/pam.d/" + service, check=False).strip()


class Rollback(unittest.TestCase):
    """What nobody confirms is taken back."""

    def setUp(self):
        machine.run("mobproc", "disable")
        self.assertFalse(here.enters("su", "alice", PASSWORD))

    def enable(self, service, rollback):
        machine.run("mobproc", "enable", "--service", service, "--rollback", rollback)

    def test_after_the_time(self):
        self.enable("su", "10s")
        self.assertEqual(lines_in("su"), "2")
        self.assertIn("mobproc-rollback-timer", machine.run("systemctl", "list-timers"))
        machine.wait(lambda: lines_in("su") == "0")
        self.assertFalse(here.enters("su", "alice", PASSWORD))
        self.assertTrue(here.enters("su", "bob", LOCAL))
        self.enable("all", "10m")
        machine.run("mobproc", "confirm")
        self.assertTrue(here.enters("su", "alice", PASSWORD))

    def test_when_the_machine_starts_anew(self):
        """The last one: the sign-in server does not come back."""
        self.enable("all", "10m")
        self.assertTrue(here.enters("su", "alice", PASSWORD))
        machine.restart()
        machine.wait(lambda: lines_in("common-auth") == "0")
        machine.wait(lambda: machine.finish("systemctl", "is-enabled", "mobproc-rollback").returncode != 0)
        for way in ("su", "login", "sshd"):
            self.assertFalse(here.enters(way, "alice", PASSWORD))
            self.assertTrue(here.enters(way, "bob", LOCAL))


if __name__ == "__main__":
    unittest.main()
