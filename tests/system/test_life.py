"""From the installation to the purge on a booted machine, where the programs write what they write."""
import unittest

from . import estate, packages
from .estate import CLIENT_SECRET, LOCAL, PASSWORD
from .picture import differences, picture

EXPORTER = "/var/lib/prometheus/node-exporter"
# What an administrator does until she changes her mind, and what was written then.
USED = (
    ("/etc/mobproc/credentials/vault-key", "true"),
    ("/etc/mobproc/mobproc.conf.*", "true"),
    ("/etc/systemd/system/mobprocd.service.d/50-mobproc-setup.conf.*", "true"),
    ("/var/lib/mobproc/*/tangoe", "true"),
    (EXPORTER + "/mobproc.prom", "systemctl enable --now mobproc-metrics.timer; "
     "systemctl start mobproc-metrics.service"),
    ("/etc/systemd/system/timers.target.wants/mobproc-metrics.timer", "true"),
    ("/etc/systemd/system/sockets.target.wants/mobproc-credential.socket",
     "systemctl enable --now mobproc-credential.socket"),
    ("/var/lib/mobproc-rollout/all.state", "true"),
    ("/var/lib/mobproc-rollout/su.state", "mobproc disable; mobproc enable --service su"),
    ("/etc/systemd/system/mobproc-rollback.service", "true"),
)

machine = None
here = None


def setUpModule():
    global machine, here
    here = estate.spare()
    machine = here.machine


class Life(unittest.TestCase):
    def setUp(self):
        machine.run("mkdir", "-p", EXPORTER)
        self.before = picture(machine.root)
        self.addCleanup(machine.run, "dpkg", "--purge", *packages.NAMES)
        here.install("yes")

    def assert_credentials_serve(self):
        """The service manager hands over the vault's key, and the client secret."""
        self.assertTrue(here.enters("su", "alice", PASSWORD))
        self.assertTrue(here.enters("su", "bob", LOCAL))
        self.assertIn("vault key: systemd credential vault-key", machine.run("mobproc", "status"))
        done = machine.finish("grep", "-rF", CLIENT_SECRET, "/etc/mobproc", "/etc/systemd", "/var/lib/mobproc")
        self.assertEqual(done.returncode, 1, done.stdout)

    def assert_alone(self):
        """The broker that the installation started had made a key file, before there was a choice."""
        machine.run("mobproc", "admin", "rekey")
        self.assertEqual(machine.run("find", "/var/lib/mobproc", "-name", "vault.key*"), "")

    def test_with_encrypted_credentials_until_a_purge_leaves_nothing(self):
        with self.subTest("they are in force after setup"):
            self.assert_credentials_serve()
            self.assert_alone()
        with self.subTest("and after a reset"):
            here.restart()
            self.assert_credentials_serve()
        machine.run("mobproc", "setup", "--force", stdin=here.answers("yes"))
        for path, use in USED:
            machine.shell(use)
            machine.shell("ls -d " + path)
        with self.subTest("a removal takes the lines out, the pending ones too"):
            machine.run("apt-get", "remove", "-y", *packages.NAMES)
            self.assertEqual(machine.run("grep", "-rl", "pam_mobproc", "/etc/pam.d", check=False), "")
            self.assertTrue(here.enters("su", "bob", LOCAL))
        machine.run("apt-get", "purge", "-y", *packages.NAMES)
        self.assertEqual(differences(self.before, picture(machine.root)), [])


if __name__ == "__main__":
    unittest.main()
