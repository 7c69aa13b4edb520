"""Every allocation and every system call of a job of the courier, libcurl's and OpenSSL's among them,
fails in turn, once or from then on. Never a token that the server did not give, a password sent
twice, or a nursery that takes no more jobs.

tests/fixtures/faultcase.py says how many of them `make check` runs.
"""
import random
import time
import unittest

from fixtures import build
from fixtures.courier import Courier, password_job, refresh_job
from fixtures.faultcase import count, every_way
from fixtures.faulthouse import ALL, SEED
from fixtures.faults import Faults
from test_courier import PASSWORD, USER, CourierCase

CHILD, NURSERY = "mobproc-courier+", "mobproc-courier"
SOMETIMES = 100  # faults between two looks whether all is well without one


class FaultyCourier(CourierCase):
    """A server, and a courier with the layer in it."""

    def setUp(self):
        super().setUp()
        self.dice = random.Random(SEED)
        self.jobs = {"login": lambda: password_job(self.ping, USER, PASSWORD, REMAINING_MS=3000),
                     "wrong password": lambda: password_job(self.ping, USER, "wrong",
                                                            REMAINING_MS=3000),
                     "refresh": lambda: refresh_job(self.ping, self.good(), REMAINING_MS=3000)}

    def enter(self, context):
        if isinstance(context, Courier):
            self.faults = Faults(self.directory)
            self.addCleanup(self.faults.close)
            context = Courier(self.directory, self.faults.environment())
        return super().enter(context)

    def good(self):
        """A job without a fault gives tokens. The refresh token."""
        done = self.login()
        self.assertEqual(done["ERROR"], "OK", self.faults.last)
        return done["REFRESH_TOKEN"]

    def quiet(self):
        """What a job that is over has sent may still be read."""
        until = time.monotonic() + 3
        while self.ping.open_connections and time.monotonic() < until:
            time.sleep(0.001)

    def one(self, action, role, kind, at, more):
        """One fault, and what must hold then. The answer's error."""
        self.quiet()
        job = self.jobs[action]()
        tokens = set(self.ping.state._access)
        posts = len(self.ping.posts())
        self.faults.arm(role, kind, at, **more)
        try:
            done = self.courier.do(job) or {"ERROR": "nothing"}
        except ConnectionError:  # it was not even read
            done = {"ERROR": "nothing"}
        self.faults.disarm()
        what = "%s, %s of %s, number %d %s seed %d: %s (%s)" % (action, kind, role, at, more, SEED,
                                                               done, self.faults.last)
        self.assertLessEqual(len(self.ping.posts()) - posts, 1, what)
        if done["ERROR"] == "OK":
            self.assertNotEqual(action, "wrong password", what)
            self.assertIn(done["ACCESS_TOKEN"], set(self.ping.state._access) - tokens, what)
        self.assertIsNone(self.courier.process.poll(), what)
        return done["ERROR"]

    def run_points(self, action, role, kind, few, **more):
        """All of them, or a few."""
        job = self.jobs[action]()
        self.faults.arm(role, kind, **more)
        self.courier.do(job)
        every = range(1, self.faults.counted + 1)
        self.faults.disarm()
        self.assertGreater(len(every), 0)
        errors = set()
        chosen = every if ALL else self.dice.sample(every, min(few, len(every)))
        for number, at in enumerate(chosen):
            with self.subTest("%s %s %s %d %s seed %d" % (action, role, kind, at, more, SEED)):
                errors.add(self.one(action, role, kind, at, more))
            if number % SOMETIMES == 0:
                self.ping.state.revoke_everything()  # nor are so many easily compared
                del self.ping.requests[:]
                self.good()
        self.good()
        count("%s: %s of %s %s" % (action, kind, role, more or ""), len(chosen))
        return errors


class Calls(FaultyCourier):
    def test_P1_a_call_of_a_job_fails(self):
        for action in self.jobs:
            for more in every_way(self.dice):
                errors = self.run_points(action, CHILD, "CALL", 6, **more)
                self.assertTrue(ALL <= bool(errors - {"OK"}), errors)

    def test_P1_a_call_of_the_nursery_fails_once(self):
        for action in self.jobs:
            self.run_points(action, NURSERY, "CALL", 3)


if not build.is_sanitized():  # whose heap is not libc's

    class Allocations(FaultyCourier):
        def test_P1_a_job_has_no_memory(self):
            for action in self.jobs:
                for onward in (False, True):
                    errors = self.run_points(action, CHILD, "ALLOCATION", 20, onward=onward)
                    self.assertTrue(ALL <= bool(errors - {"OK"}), errors)


if __name__ == "__main__":
    unittest.main()
