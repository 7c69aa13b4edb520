"""Everything that people and administrators do, while broker and courier are confined; what of it
tests/system has for a container is taken from there."""
import unittest

from system import estate
from system.estate import CLIENT_SECRET, PASSWORD
from system.test_logins import well                                                    # noqa: F401
from system.test_operation import Credential, Journal, Metrics                         # noqa: F401
from system.test_service import Callers, Credentials, Tools    # noqa: F401

machine = None
here = None


def setUpModule():
    global machine, here
    here = estate.the()
    machine = here.machine


def alice(*words, **more):
    return here.as_user("alice", "mobproc", *words, **more)


class Verbs(unittest.TestCase):
    def setUp(self):
        alice("login", "--password-stdin", stdin=PASSWORD + "\n")

    def test_a_token_is_refreshed_validated_and_given_back(self):
        first = alice("token")
        alice("refresh")
        second = alice("token")
        self.assertNotEqual(first, second)
        self.assertIn("XYZ", alice("validate"))
        self.assertIn("Bearer " + second.strip(), alice("headers"))
        self.assertIn("seccomp and Landlock. courier: seccomp and Landlock", alice("status"))
        alice("logout")
        self.assertIn("not logged in", alice("status"))

    def test_another_key_and_another_broker(self):
        token = alice("token")
        machine.run("mobproc", "admin", "rekey")
        self.assertEqual(alice("token"), token)
        for name in ("mobprocd", "mobproc-courier"):
            machine.run("systemctl", "restart", name)
        self.assertEqual(alice("token"), token)
        alice("refresh")

    def test_a_sealed_secret(self):
        text = machine.run("cat", "/etc/mobproc/mobproc.conf")
        self.addCleanup(machine.run, "mobproc", "admin", "reload")
        self.addCleanup(machine.write, "/etc/mobproc/mobproc.conf", text)
        here.configure(client_secret="sealed:tangoe")
        machine.run("mobproc", "admin", "seal", "tangoe", "--stdin", stdin=CLIENT_SECRET + "\n")
        alice("refresh")

    def test_metrics_by_the_timer(self):
        machine.run("mkdir", "-p", "/var/lib/prometheus/node-exporter")
        machine.run("rm", "-f", "/var/lib/prometheus/node-exporter/mobproc.prom")
        machine.run("systemctl", "enable", "--now", "mobproc-metrics.timer")
        self.addCleanup(machine.run, "systemctl", "disable", "--now", "mobproc-metrics.timer")
        machine.wait(lambda: machine.finish("test", "-s", "/var/lib/prometheus/node-exporter/mobproc.prom")
                     .returncode == 0, 120)


if __name__ == "__main__":
    unittest.main()
