"""mobproc enable and people with a local password whom allow_users names: their passwords would go to
the server, and let them in no more. bob has one."""
import os
import pathlib
import unittest

from fixtures import fakebroker
from fixtures.house import House
from fixtures.rolloutcase import KEPT, RolloutCase

SHADOW = pathlib.Path("/etc/shadow")


def names(*users, otherwise="UNMAPPED", error="NO_RECORD"):
    """A broker whose allow_users names these."""
    def script(request):
        return [fakebroker.ACCEPTED, fakebroker.result(error if request["USER"] in users else otherwise)]
    return script


class LocalPeople(RolloutCase):
    def asked(self, script, *words, code=0):
        """What enable says beside this broker, and whom it asked about."""
        os.makedirs("/run/mobproc", exist_ok=True)
        with fakebroker.FakeBroker(script) as broker:
            os.symlink(broker.path, "/run/mobproc/broker.sock")
            said = self.mobproc("enable", "--service", "sshd", *words, code=code)
            os.unlink("/run/mobproc/broker.sock")
            return said, [(request.operation, request["USER"]) for request in broker.requests]

    def test_they_are_named_and_nothing_is_changed(self):
        for error in ("NO_RECORD", "OK", "POLICY", "STORAGE"):
            with self.subTest(error):
                said, asked = self.asked(names("alice", "bob", error=error), code=4)
                self.assertIn("local password: bob\n", said)
                self.assertIn("no more", said)
                self.assertIn("mobproc enable --service sshd --also-local-users\n", said)
                self.assertEqual([entry for entry in asked if entry[1] in ("alice", "bob", "rootlike")],
                                 [("ACCOUNT_CHECK", "bob")])
                self.untouched()
                self.assertEqual(list(KEPT.glob("*.*")), [])

    def test_not_when_it_is_wanted(self):
        said, asked = self.asked(names("bob"), "--also-local-users")
        self.assertNotIn("local password", said)
        self.assertEqual((asked, len(self.ours("sshd"))), ([], 2))

    def test_not_when_allow_users_leaves_them_out(self):
        said, _ = self.asked(names("alice"))
        self.assertNotIn("local password", said)
        self.assertEqual(len(self.ours("sshd")), 2)

    def test_without_a_broker_it_is_said_that_nobody_could_be_asked(self):
        self.assertIn("could not be asked: ", self.mobproc("enable", "--service", "sshd"))
        self.mobproc("disable")
        said, asked = self.asked(names(otherwise="CONFIGURATION", error="CONFIGURATION"))
        self.assertIn("could not be asked: ", said)
        self.assertEqual((len(asked), len(self.ours("sshd"))), (1, 2))

    def test_what_the_broker_itself_says(self):
        """Of *, of names and of groups; alice has no local password, and is never asked about."""
        os.mkdir("/run/mobproc")
        for allowed, refused in (("*", True), ("bob", True), ("@bob", True), ("alice", False),
                                 ("@alice", False)):
            with self.subTest(allowed), House(self, account={"allow_users": allowed}) as house:
                os.symlink(str(house.socket), "/run/mobproc/broker.sock")
                said = self.mobproc("enable", "--service", "sshd", code=4 if refused else 0)
                os.unlink("/run/mobproc/broker.sock")
                self.assertEqual("local password: bob\n" in said, refused, said)
                self.mobproc("disable")

    def test_five_and_a_count(self):
        before = {path: path.read_text() for path in (SHADOW, pathlib.Path("/etc/passwd"))}
        for path, text in before.items():
            self.addCleanup(path.write_text, text)
        crowd = ["crowd%d" % number for number in range(7)]
        for number, name in enumerate(crowd):
            with open("/etc/passwd", "a") as passwd:
                passwd.write("%s:x:%d:2001::/:/bin/sh\n" % (name, 3000 + number))
            with open("/etc/shadow", "a") as shadow:
                shadow.write("%s:%s:19000::::::\n" % (name, "!$6$locked" if number == 6 else "$y$crowd"))
        said, _ = self.asked(names(*crowd), code=4)
        self.assertIn("local password: crowd0, crowd1, crowd2, crowd3, crowd4 and 1 more\n", said)


if __name__ == "__main__":
    unittest.main()
