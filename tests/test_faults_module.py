"""Every allocation and every system call of the module, and of libpam on its behalf, fails in turn
while it authenticates. Never a success without a grant, PAM_IGNORE, or a crash.

tests/fixtures/faultcase.py says how many of them `make check` runs.
"""
import unittest

from fixtures import fakebroker, people
from fixtures.faultpam import FaultyModule
from fixtures.pamcase import ROOT


class Module(FaultyModule):
    """As a screen locker would: the host is not root."""

    def codes(self, script, password):
        host = {"password": password, "uid": people.UIDS["alice"] if ROOT else None}
        return {outcome.code for outcome in
                self.every_point("authenticate", lambda: script, 4, host=host)}

    def test_P1_no_fault_turns_a_refusal_into_a_success(self):
        codes = self.codes(fakebroker.answer("DENIED", VERDICT=fakebroker.DENY), "wrong")
        self.assertFalse(codes & {"PAM_SUCCESS", "PAM_IGNORE"}, codes)

    def test_P1_no_fault_crashes_a_login(self):
        self.assertNotIn("PAM_IGNORE", self.codes(fakebroker.admit, "right"))


if __name__ == "__main__":
    unittest.main()
