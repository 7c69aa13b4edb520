"""Every allocation and every system call of the broker fails in turn, once or from then on, during a
login, a refresh, a get and an update of the vault; and it is killed before each. Never a success
without a grant, a crash, a leak, or a lost record.

tests/fixtures/faultcase.py says how many of them `make check` runs.
"""
import unittest

from fixtures import build
from fixtures.faultcase import VARIANTS, FaultCase
from fixtures.faulthouse import ALL, FaultHouse

BROKER, COURIER = "mobprocd", "mobproc-courier+"
ACTIONS = ("login", "wrong password", "refresh", "get", "rekey")
FROM_COURIER = ("login", "wrong password", "refresh")


class Calls(FaultCase):
    def test_P1_L16_a_call_of_the_broker_fails(self):
        self.run_calls(BROKER, "CALL", ACTIONS, VARIANTS, 1)

    def test_P1_the_broker_meets_a_courier_whose_calls_fail(self):
        self.run_calls(COURIER, "CALL", FROM_COURIER, 1, 1)

    def test_L16_short_reads_and_writes(self):
        self.run_calls(BROKER, "SHORT", ACTIONS, 1, 1)


class Disk(FaultCase):
    def test_L17_a_sync_that_failed_is_not_believed_when_the_next_one_works(self):
        """Both the file's and the directory's, each error that fsync() has."""
        with FaultHouse(self) as house:
            every = ("login", "refresh", "rekey")
            for action in every if ALL else [house.dice.choice(every)]:
                for variant in range(2 if ALL else 1):
                    errors = self.run_points(house, action, BROKER, "CALL", 99, variant=variant,
                                             only="fsync")
                    self.assertTrue(errors - {"OK", None}, (action, errors))


class Killed(FaultCase):
    def test_L18_old_or_new_whenever_the_broker_is_killed(self):
        with FaultHouse(self) as house:
            for action in ("login", "refresh", "rekey"):
                self.run_points(house, action, BROKER, "KILL", 3)


if not build.is_sanitized():  # whose heap is not libc's

    class Allocations(FaultCase):
        def test_P1_the_broker_has_no_memory(self):
            with FaultHouse(self) as house:
                for action in ACTIONS:
                    for onward in (False, True) if ALL else [house.dice.random() < 0.5]:
                        self.run_points(house, action, BROKER, "ALLOCATION", 1, onward=onward)


if __name__ == "__main__":
    unittest.main()
