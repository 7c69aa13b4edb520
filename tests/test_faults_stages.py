"""What tests/test_faults_module.py does to authenticate, for the other stages: never a success where
the broker gave none, PAM_IGNORE for an error, or a crash.

tests/fixtures/faultcase.py says how many of the faults `make check` runs.
"""
import unittest

from fixtures import fakebroker
from fixtures.faultpam import FaultyModule
from fixtures.pamcase import ROOT

SESSIONS = ("open_session", "close_session") if ROOT else ()  # others have none of ours
PASSWORDS = ("chauthtok", "chauthtok-expired")
OPENS = {"PAM_SUCCESS", "PAM_IGNORE"}
# refusals with all else that an answer has; a session has no verdict
REFUSE = fakebroker.admit_but(ERROR="DENIED")
DENY = fakebroker.admit_but(VERDICT=fakebroker.DENY)
IN_BETWEEN = ("optional MODULE", "required pam_permit.so")


class Stages(FaultyModule):
    def never_opens(self, step, script, few=1):
        for outcome in self.every_point(step, lambda: script, few):
            self.assertNotIn(outcome.code, OPENS, outcome.what)

    def test_P1_no_fault_makes_a_refusal_a_success(self):
        for step in ("acct_mgmt",) + SESSIONS + PASSWORDS:
            self.never_opens(step, REFUSE)
        self.never_opens("acct_mgmt", DENY, 3)

    def test_P1_a_success_is_the_brokers(self):
        for step in ("acct_mgmt",) + SESSIONS:
            variables = ["MOBPROC_ACCOUNT=tangoe"] if step == "open_session" else []
            for outcome in self.every_point(step, lambda: fakebroker.admit, 3):
                self.assertNotEqual(outcome.code, "PAM_IGNORE", outcome.what)
                if outcome.code == "PAM_SUCCESS":
                    self.assertTrue(outcome.asked, outcome.what)
                    self.assertIn(outcome.environment, (variables, ["unknown"]), outcome.what)

    def test_P1_no_password_is_changed(self):
        """Not even a password that the broker would admit."""
        for step in PASSWORDS:
            self.never_opens(step, fakebroker.admit, 2)

    def test_P1_no_password_is_changed_in_the_second_pass(self):
        """After a first one in which the user was nobody's: each pass answers for itself."""
        def script():
            answers = iter(("UNMAPPED", "DENIED", "DENIED"))
            return lambda request: fakebroker.answer(next(answers))(request)

        seen = set()
        for step in PASSWORDS:
            for outcome in self.every_point(step, script, 2, lines=IN_BETWEEN):
                results = [line.split("result=")[1].split()[0] for line in outcome.own_logs()
                           if "result=" in line]
                self.assertLessEqual(results.count("PAM_IGNORE"), 1, outcome.what)
                self.assertNotIn("PAM_SUCCESS", results, outcome.what)
                seen |= {tuple(results)}
        self.assertIn(2, {len(results) for results in seen}, seen)

    def test_setcred_needs_nothing(self):
        """Success for everybody (DESIGN: section 7); what libpam itself lacks is another matter."""
        for step in ("setcred", "setcred-delete", "setcred-reinitialize", "setcred-refresh"):
            for outcome in self.every_point(step, lambda: REFUSE, 1):
                self.assertEqual(outcome.asked, [], outcome.what)
                self.assertNotEqual(outcome.code, "PAM_IGNORE", outcome.what)


if __name__ == "__main__":
    unittest.main()
