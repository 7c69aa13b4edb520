"""AppArmor on Debian, as it is after an installation: broker and courier run in their profiles, and
what is not theirs is refused there."""
import unittest

from system import estate

REFUSED = ("Permission denied", "Operation not permitted", "it did not run")
# the vault is for the broker's user alone, not for root
OUTSIDE = {"shadow", "home", "vault", "write_vault", "write_tmp", "write_etc", "raw", "packet",
           "program", "shell", "hostname", "kill", "become"}

machine = None


def setUpModule():
    global machine
    machine = estate.the().machine
    machine.copy_in(__file__.rsplit("/", 1)[0], "/opt/tests/vm")


def pid_of(unit):
    """Of its main process."""
    machine.run("systemctl", "start", unit)
    return machine.run("systemctl", "show", "-P", "MainPID", unit).strip()


class Confined(unittest.TestCase):
    def test_both_profiles_are_enforced(self):
        said = machine.run("cat", "/sys/kernel/security/apparmor/profiles").splitlines()
        self.assertIn("mobprocd (enforce)", said)
        self.assertIn("mobproc-courier (enforce)", said)

    def test_broker_and_courier_run_in_them(self):
        for name in ("mobprocd", "mobproc-courier"):
            label = machine.run("cat", "/proc/%s/attr/current" % pid_of(name))
            self.assertEqual(label.strip("\0\n"), name + " (enforce)")

    def test_what_systemd_runs_beside_them_works_too(self):
        """It is in the profile as well: the signal of a reload, the pause after a failure."""
        for name in ("mobprocd", "mobproc-courier"):
            before = pid_of(name)
            machine.run("kill", "-9", before)
            machine.wait(lambda: machine.run("systemctl", "is-active", name, check=False).strip()  # pylint: disable=cell-var-from-loop
                         == "failed")
            said = machine.run("systemctl", "show", "-P", "ExecStopPost", name)
            self.assertIn("code=exited ; status=0", said)
            self.assertNotEqual(pid_of(name), before)
        machine.run("systemctl", "reload", "mobprocd")


class Held(unittest.TestCase):
    """root itself, once it is in the profile: probe.py."""

    def tries(self, profile):
        said = machine.run("python3", "/opt/tests/vm/probe.py", profile)
        found = dict(line.split(" ", 1) for line in said.splitlines())
        refused = {name for name, what in found.items() if what in REFUSED}
        self.assertEqual(set(found.values()) - {"done"} - set(REFUSED), set(), said)
        return refused, set(found) - refused

    def test_broker(self):
        refused, done = self.tries("mobprocd")
        self.assertEqual(refused, OUTSIDE | {"inet", "inet6"})
        self.assertEqual(done, {"configuration", "secrets", "certificates"})

    def test_courier(self):
        refused, done = self.tries("mobproc-courier")
        self.assertEqual(refused, OUTSIDE | {"configuration", "secrets"})
        self.assertEqual(done, {"inet", "inet6", "certificates"})


if __name__ == "__main__":
    unittest.main()
