"""Whom the real programs may never tell the broker of, and who may speak for whom."""
import concurrent.futures
import os
import pathlib
import pwd
import unittest

from fixtures import callers_machine, callers_sshd, people
from fixtures.callers_house import SystemHouse
from fixtures.callers_states import instead
from fixtures.fakebroker import FakeBroker, admit
from fixtures.house import PASSWORD

LOCAL = callers_machine.LOCAL
WAYS = ("password", "keyboard-interactive")
DYNAMIC = "dynamic:x:61200:61200::/:/bin/sh\n"  # as systemd's DynamicUser= shows one


def setUpModule():
    global HOUSE
    HOUSE = SystemHouse()
    unittest.addModuleCleanup(HOUSE.__exit__, None, None, None)
    with open("/etc/passwd", "a") as passwd:
        passwd.write(DYNAMIC)


def together(function, *lists):
    """The results of calls that run at the same time."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(function, *lists))


def su(caller, user, password):
    """Does su let the caller become this user?"""
    done = callers_machine.run(["su", "-c", "id -un", user], password + "\n", caller)
    return done.stdout == user + "\n"


class Sshd(unittest.TestCase):
    def serve(self, first=""):
        daemon = callers_sshd.start(first)
        self.addCleanup(daemon.stop)
        HOUSE.ping.forget_requests()

    def refused(self, users, password, ways=WAYS):
        """Nobody of them gets in, whatever the server answers."""
        for way in ways:
            for done in together(lambda user: callers_sshd.ask(way, user, password), users):
                self.assertEqual((done.stdout, done.returncode), ("", 255), done.args)
                self.assertIn("Permission denied", done.stderr)

    def test_P37_no_name_of_the_machine_reaches_the_broker(self):
        """The broker here would admit everybody."""
        names = [entry.pw_name for entry in pwd.getpwall() if entry.pw_uid
                 and not 1000 <= entry.pw_uid <= 60000]
        names += ["gdm-greeter-1", "NOUSER", "run-u12"]
        self.assertIn("dynamic", names)
        self.assertGreater(len(names), 20)
        self.serve()
        with instead(HOUSE, FakeBroker(admit)) as broker:
            self.refused(names, PASSWORD, WAYS[:1])
            self.refused(names[-4:], PASSWORD, WAYS[1:])
            self.assertEqual(broker.connections, 0)
            self.assertEqual(callers_sshd.ask("password", "alice", PASSWORD).stdout, "in:alice\n")
            self.assertGreater(broker.connections, 0)
        self.assertEqual(HOUSE.ping.requests, [])

    def test_P11_root_where_the_server_does_not_want_him(self):
        self.serve("PermitRootLogin no\n")
        with instead(HOUSE, FakeBroker(admit)) as broker:
            self.refused(["root"], LOCAL)
            self.assertEqual(broker.connections, 0)

    def test_P11_the_stand_in_for_a_refused_password_is_sent_nowhere(self):
        """sshd knows alice and does not let her in: PAM gets its stand-in for her password."""
        self.serve("DenyUsers alice\n")
        self.refused(["alice"], PASSWORD)
        self.assertEqual(HOUSE.ping.requests, [])
        with instead(HOUSE, FakeBroker(admit)) as broker:
            self.refused(["alice"], PASSWORD)
            logins = [request for request in broker.requests if request.operation == "LOGIN"]
            self.assertNotEqual(logins, [])  # for the time that a refusal takes
            self.assertEqual([request.get("PASSWORD") for request in logins], [None] * len(logins))

    def test_many_at_once(self):
        """Ten with the right password and four with a wrong one: each gets his own answer."""
        self.serve()
        passwords = ([PASSWORD] * 5 + ["a wrong one"] * 2) * 2
        for way in WAYS:
            HOUSE.ping.forget_requests()
            found = together(lambda password: callers_sshd.ask(way, "alice", password).stdout,
                             passwords)
            self.assertEqual(found, [("in:alice\n" if password == PASSWORD else "")
                                     for password in passwords])
            self.assertEqual(len(HOUSE.ping.posts("password")), len(passwords))


class Others(unittest.TestCase):
    def setUp(self):
        HOUSE.ping.forget_requests()

    def asked(self):
        """The names that the sign-in server heard."""
        return [post.get("username") for post in HOUSE.ping.posts("password")]

    def test_P35_su_asks_for_the_one_whom_one_becomes(self):
        """PAM_USER and PAM_RUSER differ: the first decides."""
        self.assertTrue(su("bob", "alice", PASSWORD))
        self.assertEqual(self.asked(), ["command://alice"])
        self.assertFalse(su("alice", "bob", PASSWORD))
        self.assertFalse(su("alice", "root", PASSWORD))
        self.assertFalse(su("bob", "alice", LOCAL))
        self.assertTrue(su("alice", "bob", LOCAL))
        self.assertEqual(self.asked(), ["command://alice"] * 2)

    def test_P35_sudo_asks_for_the_one_who_asks(self):
        pathlib.Path("/etc/sudoers").write_text(
            "Defaults !lecture, passwd_tries=1, timestamp_timeout=0\nALL ALL=(ALL) ALL\n")
        for caller, target, password, wanted in (
                ("alice", "bob", PASSWORD, "bob\n"), ("alice", "bob", LOCAL, ""),
                ("bob", "alice", LOCAL, "alice\n"), ("bob", "alice", PASSWORD, ""),
                ("alice", "root", PASSWORD, "root\n")):
            done = callers_machine.run(["sudo", "-S", "-p", "", "-u", target, "id", "-un"],
                                       password + "\n", caller)
            self.assertEqual(done.stdout, wanted, (caller, target))
        self.assertEqual(self.asked(), ["command://alice"] * 3)
        done = callers_machine.run(["sudo", "-n", "-u", "alice", "id", "-un"])
        self.assertEqual(done.stdout, "alice\n")  # root, who is asked for nothing
        self.assertEqual(len(self.asked()), 3)

    def test_P13_a_fifo_in_place_of_the_socket_holds_nobody_up(self):
        fifo = HOUSE.directory / "fifo"
        os.mkfifo(str(fifo), 0o666)
        people.bind(fifo, HOUSE.socket)
        try:
            self.assertEqual(together(su, ["bob"] * 3, ["root", "bob", "alice"],
                                      [LOCAL, LOCAL, PASSWORD]), [True, True, False])
        finally:
            people.unmount(HOUSE.socket)
