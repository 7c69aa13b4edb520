"""SELinux on Debian, enforcing, with the module that the .rpm has: broker and courier run in their
domains, people get in and get tokens without one refusal, and what is not theirs is refused there.

It is a machine beside the other one. No domain is permissive; what Debian's policy refuses to its own
(udev, agetty) hinders nobody. The administrator is unconfined_t, as after a login as root."""
import unittest

from system import estate
from system.estate import LOCAL, PASSWORD, WRONG

from . import guest, image, kernel, policy

DOMAINS = {"mobprocd": "mobprocd_t", "mobproc-courier": "mobproc_courier_t"}
LABELS = {"/usr/libexec/mobproc/mobprocd": "mobprocd_exec_t",
          "/usr/libexec/mobproc/mobproc-courier": "mobproc_courier_exec_t",
          "/etc/mobproc/mobproc.conf": "mobproc_etc_t", "/etc/mobproc/secrets.d": "mobproc_secret_t",
          "/var/lib/mobproc": "mobproc_var_lib_t", "/var/lib/mobproc/vault.key": "mobproc_var_lib_t",
          "/run/mobproc/broker.sock": "mobprocd_runtime_t",
          "/run/mobproc/courier.sock": "mobproc_courier_runtime_t"}
REFUSED = ("Permission denied", "Operation not permitted", "it did not run")

machine = None
here = None


def setUpModule():
    """A server at an unusual port needs what README.md says."""
    global machine, here
    here = estate.Estate(guest.Guest(image.make(policy.root(), policy.label), policy.COMMAND_LINE))
    machine = here.__enter__().machine
    machine.run("semanage", "port", "-a", "-t", "http_port_t", "-p", "tcp", here.ports["PING_PORT"])
    here.install()
    here.configure(guard_failures=16)
    machine.copy_in(__file__.rsplit("/", 1)[0], "/opt/tests/vm")


def tearDownModule():
    machine.kill()


def alice(*words, **more):
    return here.as_user("alice", "mobproc", *words, **more)


class Enforced(unittest.TestCase):
    def test_it_is_enforced(self):
        self.assertEqual(machine.run("getenforce").strip(), "Enforcing")

    def test_broker_and_courier_run_in_their_domains(self):
        for unit, domain in DOMAINS.items():
            machine.run("systemctl", "restart", unit)
            pid = machine.run("systemctl", "show", "-P", "MainPID", unit).strip()
            label = machine.run("cat", "/proc/%s/attr/current" % pid)
            self.assertEqual(label.strip("\0\n"), "system_u:system_r:%s:s0" % domain)

    def test_files_and_sockets_are_labelled(self):
        self.assertTrue(here.enters("su", "alice", PASSWORD))
        for path, kind in LABELS.items():
            self.assertIn(":%s:" % kind, machine.run("stat", "-c", "%C", path), path)


class Everyday(unittest.TestCase):
    """What people do; afterwards nothing of it was refused to the two."""

    def test_who_gets_in(self):
        for way in ("sshd", "su", "sudo"):
            for name, password, gets_in in (("alice", PASSWORD, True), ("alice", WRONG, False),
                                            ("bob", LOCAL, True), ("bob", WRONG, False)):
                with self.subTest(way=way, name=name):
                    self.assertIs(here.enters(way, name, password), gets_in)

    def test_tokens(self):
        alice("login", "--password-stdin", stdin=PASSWORD + "\n")
        first = alice("token")
        alice("refresh")
        self.assertNotEqual(alice("token"), first)
        self.assertIn("seccomp and Landlock. courier: seccomp and Landlock", alice("status"))
        machine.run("mobproc", "admin", "rekey")
        machine.run("systemctl", "restart", *DOMAINS)
        self.assertEqual(len(alice("token").strip()), 28)
        machine.run("mobproc", "doctor")
        alice("logout")

    def tearDown(self):
        self.assertEqual(kernel.refusals(machine, *DOMAINS.values()), [])


class Held(unittest.TestCase):
    """Somebody with every right of the file's owner, once he is in the domain: probe.py."""

    def refused(self, domain, name):
        label = "system_u:system_r:%s:s0" % domain
        said = machine.run("python3", "/opt/tests/vm/probe.py", label, name)
        found = dict(line.split(" ", 1) for line in said.splitlines())
        self.assertIn("shadow", found, said)
        return {name for name, what in found.items() if what in REFUSED}

    def test_broker(self):
        as_root = self.refused("mobprocd_t", "root")
        self.assertLessEqual({"shadow", "home", "write_tmp", "write_etc", "inet", "inet6", "raw",
                              "packet", "program", "shell"}, as_root)
        self.assertNotIn("configuration", as_root)
        self.assertFalse(self.refused("mobprocd_t", "mobproc") & {"vault", "write_vault"})

    def test_courier(self):
        self.assertLessEqual({"shadow", "home", "write_tmp", "write_etc", "program", "shell", "secrets"},
                             self.refused("mobproc_courier_t", "root"))
        self.assertLessEqual({"vault", "write_vault"}, self.refused("mobproc_courier_t", "mobproc"))


if __name__ == "__main__":
    unittest.main()
