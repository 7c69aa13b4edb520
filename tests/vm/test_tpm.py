"""The vault's key and the client secret, sealed by the machine's TPM: mobproc setup says yes to
systemd credentials. The last file: it starts the machine anew, without its sign-in server."""
import unittest

from system import estate
from system.estate import CLIENT_ID, CLIENT_SECRET, LOCAL, PASSWORD, WRONG

from . import kernel

KEY_FILE = "/var/lib/mobproc/vault.key"
SEALED = ("/etc/mobproc/credentials/vault-key", "/etc/mobproc/credentials/client-secret")

machine = None
here = None


def setUpModule():
    global machine, here
    here = estate.the()
    machine = here.machine


def alice(*words, **more):
    return here.as_user("alice", "mobproc", *words, **more)


class Sealed(unittest.TestCase):
    def test_the_vault_opens_with_this_machine_and_with_no_other(self):
        said = self.set_up()
        self.assertNotIn("does not open", said)
        self.assertTrue(here.enters("su", "alice", PASSWORD))
        machine.run("mobproc", "admin", "rekey")
        self.assertNotEqual(machine.finish("test", "-e", KEY_FILE).returncode, 0)
        machine.run("mobproc", "doctor")
        token = alice("token")
        machine.restart()
        self.assertEqual(alice("token"), token)
        self.assertIn("vault key: systemd credential", alice("status"))
        machine.restart(tpm="another")
        self.assert_closed()
        self.assert_mended()
        self.assertEqual(kernel.refusals(machine, "mobprocd", "mobproc-courier"), [])

    def set_up(self):
        answers = [here.ports["PING_URL"], CLIENT_ID, CLIENT_SECRET, "XYZ", "", "", "alice carol", "yes"]
        said = machine.run("mobproc", "setup", "--force", stdin="\n".join(answers) + "\n")
        for path in SEALED:
            self.assertEqual(machine.run("stat", "-c", "%a %U", path).strip(), "600 root")
        return said

    def assert_closed(self):
        """Nobody gets a token, local users get in, and an administrator is told why."""
        done = machine.finish("runuser", "-u", "alice", "--", "mobproc", "token")
        self.assertEqual(done.returncode, 5, done.stdout)
        for name, password, gets_in in (("root", LOCAL, True), ("bob", LOCAL, True),
                                        ("bob", WRONG, False), ("alice", PASSWORD, False)):
            self.assertIs(here.enters("su", name, password), gets_in)
        done = machine.finish("mobproc", "doctor")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertEqual(done.stdout.count("-> systemctl status mobprocd says"), 2, done.stdout)
        machine.wait(lambda: "243/CREDENTIALS" in machine.run("systemctl", "status", "mobprocd",
                                                              check=False))

    def assert_mended(self):
        """By the same command as ever: another key, and everybody logs in anew."""
        machine.run("rm", "-r", "/srv/ping")
        here.serve()
        self.assertIn("does not open on this machine", self.set_up())
        self.assertTrue(here.enters("su", "alice", PASSWORD))
        self.assertEqual(len(alice("token").strip()), 28)


if __name__ == "__main__":
    unittest.main()
