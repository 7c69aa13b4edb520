"""The machine's name service when it is ill: an error is never taken for an answer."""
import ctypes
import errno
import grp
import os
import pwd
import time
import unittest

from fixtures import build, canary
from fixtures.house import House
from fixtures.sicknames import SickNames

ROOT = os.geteuid() == 0
NO_SUCH_NAME = (0, errno.ENOENT, errno.ESRCH)  # getpwnam(3)
KEY_AT = 6  # in a vault.key: broker/keyring.h
PTRACE_SEIZE = 0x4206  # ptrace(2)
CANNOT_TELL = (errno.EIO, errno.ECONNREFUSED, errno.EMFILE, errno.ETIMEDOUT)


def until(condition, seconds=10):
    """Waits until it holds; its last value."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


class Sick(unittest.TestCase):
    def house(self, account=None):
        """A house, not yet started, and its name service."""
        house = House(self, account, start=False)
        return house, SickNames(house)

    def own_group(self, house):
        """The group that whoever logs in belongs to."""
        return "@" + grp.getgrgid(pwd.getpwnam(house.me).pw_gid).gr_name

    def answers(self, house, names, call, errors):
        """What a get is answered when this call fails so; nothing is kept from one to the next."""
        found = []
        for error in errors:
            names.say(call, error)
            house.reload()
            found.append(house.ask("GET", ACCOUNT="tangoe")["ERROR"])
            names.mend()
        return found

    def test_a_uid_that_cannot_be_looked_up_is_not_unknown(self):
        house, names = self.house()
        with house:
            house.start()
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(self.answers(house, names, "getpwuid", CANNOT_TELL), ["SYSTEM"] * 4)
            self.assertEqual(self.answers(house, names, "getpwuid", NO_SUCH_NAME), ["UNMAPPED"] * 3)
            house.reload()
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")

    @unittest.skipUnless(ROOT, "only root's requests are looked up by name")
    def test_nor_is_a_name(self):
        house, names = self.house({"allow_users": "@alice"})
        with house:
            house.start()
            for error, answer in ((errno.EIO, "SYSTEM"), (0, "UNMAPPED")):
                names.say("getpwnam", error)
                house.reload()
                for operation in ("LOGIN", "ACCOUNT_CHECK"):
                    result = house.ask(operation, uid=0, USER="alice", UID=house.uid,
                                       PASSWORD="wrong", SERVICE="test")
                    self.assertNotEqual(result.get("VERDICT"), "ADMIT", operation)
                    self.assertEqual(result["ERROR"], answer, operation)
            self.assertEqual(house.ping.posts(), [])

    def test_groups_that_cannot_be_looked_up_are_not_none(self):
        house, names = self.house()
        with house:
            house.configure({"allow_users": self.own_group(house)})
            house.start()
            self.assertEqual(house.login()["ERROR"], "OK")
            for call in ("getgrnam", "getgrouplist"):
                self.assertEqual(self.answers(house, names, call, CANNOT_TELL), ["SYSTEM"] * 4)
            self.assertEqual(self.answers(house, names, "getgrnam", NO_SUCH_NAME),
                             ["UNMAPPED"] * 3)
            # the primary group is in the list of groups in any case
            self.assertEqual(self.answers(house, names, "getgrouplist", NO_SUCH_NAME), ["OK"] * 3)

    def test_groups_that_nobody_asked_for_may_be_away(self):
        house, names = self.house()
        with house:
            house.start()
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(self.answers(house, names, "getgrouplist", CANNOT_TELL), ["OK"] * 4)

    def look_up(self, house, names):
        """A get that has to look a name up, which hangs; the process that does so."""
        names.say("hang")
        house.reload()
        asked = house.later(house.ask, "GET", ACCOUNT="tangoe")
        self.assertTrue(until(lambda: len(house.processes()) == 3))
        child, = set(house.processes()) - self.well
        return asked, child

    @unittest.skipUnless(ROOT, "needs root: another's process is held")
    def test_one_that_cannot_be_killed_stops_nobody(self):
        """A process that sleeps in the kernel outlives SIGKILL; so does one, for whoever waits for
        it, that somebody traces."""
        house, names = self.house()
        with house:
            house.start()
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertTrue(until(lambda: len(house.processes()) == 2))  # the login's job is over
            self.well = set(house.processes())
            asked, child = self.look_up(house, names)
            libc = ctypes.CDLL(None, use_errno=True)
            self.assertEqual(libc.ptrace(PTRACE_SEIZE, child, None, None), 0)
            try:
                names.mend()
                self.assertEqual(asked.result(10)["ERROR"], "OK")
                self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")
                self.assertIn(child, canary.family(house.broker.pid))
            finally:
                os.waitpid(child, 0)
            self.assertTrue(until(lambda: set(house.processes()) == self.well))

    if not build.is_sanitized():  # see tests/fixtures/canary.py

        @unittest.skipUnless(ROOT, "needs root: another's memory")
        def test_L15_the_process_that_asks_has_no_key(self):
            """What it runs are modules of nsswitch.conf(5), which are not ours."""
            house, names = self.house()
            with house:
                house.start()
                self.assertEqual(house.login()["ERROR"], "OK")
                self.assertTrue(until(lambda: len(house.processes()) == 2))
                self.well = set(house.processes())
                asked, child = self.look_up(house, names)
                key = (house.state / "vault.key").read_bytes()[KEY_AT:]

                def copies(pid):
                    return sum(data.count(key) for _, data in canary.memory_of(pid, "r"))
                self.assertEqual(copies(house.broker.pid), 1)
                self.assertEqual(copies(child), 0)
                names.mend()
                self.assertEqual(asked.result(10)["ERROR"], "OK")
                self.assertEqual(house.ask("REFRESH", ACCOUNT="tangoe")["ERROR"], "OK")


if __name__ == "__main__":
    unittest.main()
