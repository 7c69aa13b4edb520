"""A broker that is short of descriptors or whose disk fails: "not now" is never "no"."""
import os
import resource
import unittest

from fixtures.house import House
from fixtures.traced import Traced

ROOT = os.geteuid() == 0
NOT_NOW = {"SYSTEM", "OUTAGE", "BUSY", "STORAGE", "NOMEM"}


def descriptors(process):
    """How many it has open."""
    return len(os.listdir("/proc/%d/fd" % process))


class Descriptors(unittest.TestCase):
    def answers(self, house, *operations):
        """Each as one is answered with one descriptor more, until there are enough."""
        pid, found = house.broker.pid, [[] for _ in operations]
        most = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        for free in range(1, 10):
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (descriptors(pid) + free, most[1]))
            for answers, (operation, more) in zip(found, operations):
                answers.append(house.ask(operation, **more)["ERROR"])
        resource.prlimit(pid, resource.RLIMIT_NOFILE, most)
        return found

    def assert_not_now(self, answers):
        """Unavailable, until it is there."""
        self.assertEqual(answers[-1], "OK", answers)
        self.assertIn("SYSTEM", answers)
        self.assertLessEqual(set(answers[:answers.index("OK")]), NOT_NOW)
        self.assertEqual(set(answers[answers.index("OK"):]), {"OK"})

    @unittest.skipUnless(ROOT, "only root asks for the account stage")
    def test_the_account_stage_neither_refuses_nor_ignores(self):
        for without in ("allow", "deny"):
            with House(self, {"account_without_login": without}) as house:
                house.login()
                found, = self.answers(house, ("ACCOUNT_CHECK", {"uid": 0, "USER": house.me,
                                                                "UID": house.uid}))
                self.assertEqual(found[0], "SYSTEM")
                self.assert_not_now(found)

    def test_no_token_is_lost_and_no_record_is_called_damaged(self):
        with House(self) as house:
            house.login()
            house.ask("LIST")  # the name service's answer is kept
            found, = self.answers(house, ("GET", {"ACCOUNT": "tangoe"}))
            self.assert_not_now(found)
            self.assertNotIn("STORAGE", found)

    def test_a_log_out_erases_nothing_that_it_could_not_read(self):
        with House(self) as house:
            house.change({"revocation_endpoint": house.ping.revocation_url})
            house.login()
            house.ask("LIST")
            pid, path = house.broker.pid, house.state / str(house.uid) / "tangoe"
            most = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            for free in range(1, 10):
                resource.prlimit(pid, resource.RLIMIT_NOFILE, (descriptors(pid) + free, most[1]))
                error = house.ask("LOGOUT")["ERROR"]
                self.assertEqual(path.exists(), error != "OK", error)
                if error == "OK":
                    break
                self.assertIn(error, NOT_NOW)
            self.assertTrue(any(one.kind == "revoke" for one in house.ping.requests))


class Guard(unittest.TestCase):
    def test_a_count_that_cannot_be_read_is_neither_forgotten_nor_used_up(self):
        with Traced(self, machine={"guard_failures": 3}) as house:
            house.watched = ("openat",)
            self.assertEqual(house.login(password="wrong")["ERROR"], "DENIED")
            house.stop()
            house.save()
            house.begin("")
            before = house.calls()["openat"]
            self.assertEqual(house.login()["ERROR"], "OK")
            for nth in range(before + 1, house.calls()["openat"] + 1):
                with self.subTest(nth=nth):
                    house.begin("-e inject=openat:error=EMFILE:when=%d" % nth)
                    self.assertIn(house.login()["ERROR"], NOT_NOW | {"OK", "CONFIGURATION"})
                    self.assertEqual(house.login()["ERROR"], "OK")


if __name__ == "__main__":
    unittest.main()
