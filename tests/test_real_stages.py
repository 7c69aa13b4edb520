"""What the real programs do after the password: sessions, credentials, and their own state.

The session line of pam_mobproc(8) stands in the stacks here as well.
"""
import contextlib
import pathlib
import time
import unittest

from fixtures import callers_cron, callers_machine, callers_sshd, people
from fixtures.callers_house import SystemHouse
from fixtures.house import PASSWORD

LOCAL = callers_machine.LOCAL
ALICE = people.UIDS["alice"]
STACKS = [pathlib.Path("/etc/pam.d", name) for name in
          ("common-auth", "common-account", "common-session", "common-session-noninteractive")]
LINE = "session optional pam_mobproc.so\n"
# what a program leaves to those whom it lets in
STATE = ("grep -E '^(Sig[BIC]|ShdPnd|Umask|Uid|Gid|Groups|NoNew|Seccomp:|Cap|Threads)' /proc/self/status;"
         "ls /proc/self/fd; ulimit -a; pwd; locale; env | grep -v -e ^SSH_ | sort")


def setUpModule():
    global HOUSE
    HOUSE = SystemHouse()
    unittest.addModuleCleanup(HOUSE.__exit__, None, None, None)
    for path in STACKS[2:]:
        path.write_text(path.read_text() + LINE)
    pathlib.Path("/etc/sudoers").write_text("ALL ALL=(ALL) NOPASSWD: ALL\n")
    daemon = callers_sshd.start()
    unittest.addModuleCleanup(daemon.stop)


def ssh(user, password, command, way="password"):
    """What a command that sshd runs says."""
    return callers_sshd.ask(way, user, password, command).stdout


def record():
    """alice's sealed record, or None."""
    path = HOUSE.state / str(ALICE) / "tangoe"
    return path.read_bytes() if path.exists() else None


class Stages(unittest.TestCase):
    def tearDown(self):
        HOUSE.change()

    def test_P28_the_session_is_named_whoever_authenticated(self):
        """sshd asks for the password in a child, and for a key not at all."""
        for way in ("password", "keyboard-interactive", "publickey"):
            with self.subTest(way):
                self.assertEqual(ssh("alice", PASSWORD, "echo $MOBPROC_ACCOUNT", way), "tangoe\n")
        for user in ("bob", "root"):
            self.assertEqual(ssh(user, LOCAL, "echo =$MOBPROC_ACCOUNT"), "=\n")

    def test_P27_nobody_s_end_of_a_session_takes_the_tokens_of_another(self):
        """su, sudo, sshd and cron end alice's credentials while she is logged in elsewhere."""
        HOUSE.change(machine={"forget": "last-session"})
        with self.logged_in():
            kept = record()
            self.assertIsNotNone(kept)
            for command in (["su", "-c", "id -un", "alice"], ["sudo", "-u", "alice", "id", "-un"]):
                self.assertEqual(callers_machine.run(command).stdout, "alice\n")
                self.assertEqual(record(), kept, command)
            self.assertEqual(ssh("alice", "", "id -un", "publickey"), "alice\n")
            self.assertEqual(record(), kept)
            self.run_cron()
            self.assertEqual(record(), kept)
        self.wait_until(lambda: record() is None)  # with the last session they go

    @contextlib.contextmanager
    def logged_in(self):
        """A session of alice that stays open."""
        flag = pathlib.Path("/run/in")
        flag.unlink(missing_ok=True)
        flag.with_name("leave").unlink(missing_ok=True)
        pathlib.Path("/run").chmod(0o1777)
        session = HOUSE.later(ssh, "alice", PASSWORD,
                              "touch /run/in; while [ ! -e /run/leave ]; do sleep 0.1; done")
        self.wait_until(flag.exists)
        yield
        flag.with_name("leave").touch()
        session.result()

    def run_cron(self):
        cron = callers_cron.Cron(HOUSE)
        cron.start()
        cron.meet()
        try:
            self.assertTrue(cron.enters("alice", ""))
            self.wait_until(lambda: not cron.daemon.children())
        finally:
            cron.stop()

    def wait_until(self, condition):
        deadline = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def test_P26_a_key_is_not_enough_where_the_administrator_says_so(self):
        HOUSE.ask("LOGOUT", uid=ALICE)
        HOUSE.change({"account_without_login": "deny"})
        self.assertEqual(ssh("alice", "", "id -un", "publickey"), "")
        for user in ("bob", "root"):
            self.assertEqual(ssh(user, "", "id -un", "publickey"), user + "\n")
        self.assertEqual(ssh("alice", PASSWORD, "id -un"), "alice\n")
        self.assertEqual(ssh("alice", "", "id -un", "publickey"), "alice\n")

    def test_P15_the_programs_are_as_they_are_without_us(self):
        """Signals, mask, umask, descriptors, limits, folder, environment, of what they start."""
        ways = {
            "su": lambda: callers_machine.run(["su", "-c", STATE, "bob"], LOCAL + "\n", "carol"),
            "sudo": lambda: callers_machine.run(["sudo", "-u", "bob", "sh", "-c", STATE],
                                                user="carol"),
            "sshd": lambda: callers_sshd.ask("password", "bob", LOCAL, STATE),
        }
        with_us = {name: way().stdout for name, way in ways.items()}
        kept = {path: path.read_text() for path in STACKS}
        for path, text in kept.items():
            path.write_text("".join(line for line in text.splitlines(True)
                                    if "pam_mobproc" not in line))
        try:
            for name, way in ways.items():
                with self.subTest(name):
                    self.assertIn("SigIgn", with_us[name])
                    self.assertEqual(with_us[name], way().stdout)
        finally:
            for path, text in kept.items():
                path.write_text(text)
