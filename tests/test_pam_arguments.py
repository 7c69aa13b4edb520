"""The module's arguments: each has an effect, a bad one is refused with one line that names it."""
import unittest

from fixtures import fakebroker, pam
from fixtures.pamcase import PASSWORD, PamCase

STEPS = ("authenticate", "acct_mgmt", "open_session", "close_session", "chauthtok")

# argument or arguments: the name and the reason in the log
BAD = {
    ("no_such_argument",): ("no_such_argument", "unknown"),
    ("Debug",): ("Debug", "unknown"),
    ("debu",): ("debu", "unknown"),
    ("debugx",): ("debugx", "unknown"),
    ("debug\r",): ("debug\\x0d", "unknown"),
    ("debug,quiet",): ("debug,quiet", "unknown"),
    ("=",): ("", "unknown"),
    ("=x",): ("", "unknown"),
    ("x" * 300,): ("x" * 63, "unknown"),
    ("client_secret=hunter2",): ("client_secret", "unknown"),
    ("debug", "debug"): ("debug", "duplicate"),
    ("account=a", "account=a"): ("account", "duplicate"),
    ("use_first_pass", "try_first_pass"): ("try_first_pass", "duplicate"),
    ("timeout=5", "debug", "timeout=6"): ("timeout", "duplicate"),
    ("account=",): ("account", "empty"),
    ("account",): ("account", "empty"),
    ("prompt=",): ("prompt", "empty"),
    ("timeout=",): ("timeout", "empty"),
    ("minimum_uid",): ("minimum_uid", "empty"),
    ("debug=1",): ("debug", "takes_no_value"),
    ("quiet=",): ("quiet", "takes_no_value"),
    ("account=-x",): ("account", "out_of_range"),
    ("account=Tangoe",): ("account", "out_of_range"),
    ("account=a/b",): ("account", "out_of_range"),
    ("account=" + "a" * 65,): ("account", "out_of_range"),
    ("prompt=a\x1b[2J",): ("prompt", "out_of_range"),
    ("prompt=" + "p" * 256,): ("prompt", "out_of_range"),
    ("timeout=2",): ("timeout", "out_of_range"),
    ("timeout=61",): ("timeout", "out_of_range"),
    ("timeout=0",): ("timeout", "out_of_range"),
    ("timeout=-5",): ("timeout", "out_of_range"),
    ("timeout=+5",): ("timeout", "out_of_range"),
    ("timeout=5s",): ("timeout", "out_of_range"),
    ("timeout=5.0",): ("timeout", "out_of_range"),
    ("timeout=010",): ("timeout", "out_of_range"),
    ("timeout=0x10",): ("timeout", "out_of_range"),
    ("timeout=18446744073709551621",): ("timeout", "out_of_range"),
    ("minimum_uid=0",): ("minimum_uid", "out_of_range"),
    ("minimum_uid=4294967295",): ("minimum_uid", "out_of_range"),
    ("minimum_uid=4294968296",): ("minimum_uid", "out_of_range"),
    ("maximum_uid=x",): ("maximum_uid", "out_of_range"),
    ("minimum_uid=3000", "maximum_uid=2999"): ("minimum_uid", "above_maximum_uid"),
    ("maximum_uid=999",): ("minimum_uid", "above_maximum_uid"),
}
BAD_SOCKETS = ("socket=broker.sock", "socket=./x", "socket=@abstract", "socket=/" + "s" * 107)


class Bad(PamCase):
    def check_bad(self, arguments, name, reason, steps):
        with fakebroker.FakeBroker() as broker:
            socket = () if "socket" in name else ("socket=" + broker.path,)
            stack = pam.module(*socket, *arguments)
            for step in steps:
                with self.subTest(arguments=arguments, step=step):
                    outcome = stack.run(step, user=self.user, password=PASSWORD)
                    self.check(outcome, secrets=(PASSWORD, "hunter2"))
                    self.assertEqual(outcome.code, "PAM_SERVICE_ERR")
                    lines = outcome.own_logs()
                    if step == "chauthtok":
                        lines = lines[:1]  # one for each of its two passes
                    self.assertEqual(len(lines), 1, outcome.output)
                    self.assertIn("err pam_mobproc(", lines[0])
                    self.assertTrue(lines[0].replace("\\x5c", "\\").endswith(
                        "argument=%s reason=%s" % (name, reason)), lines[0])
                    self.assertEqual((outcome.prompts, outcome.messages), ([], []))
        self.assertEqual(broker.connections, 0)

    def test_P31_each_bad_argument(self):
        for arguments, (name, reason) in BAD.items():
            self.check_bad(arguments, name, reason, ("authenticate", "acct_mgmt"))

    def test_a_bad_argument_in_every_stage(self):
        self.check_bad(("no_such_argument",), "no_such_argument", "unknown", STEPS)

    def test_L5_P31_sockets(self):
        for argument in BAD_SOCKETS:
            self.check_bad((argument,), "socket", "out_of_range", ("authenticate",))


class Good(PamCase):
    def test_limits_that_are_still_good(self):
        for argument in ("timeout=3", "timeout=60", "account=a", "account=" + "a" * 64,
                         "prompt=" + "p" * 255, "prompt=P\u00e4sswort", "debug", "quiet",
                         "try_first_pass"):
            with self.subTest(argument=argument):
                outcome, _ = self.ask(fakebroker.admit_but(ACCOUNT=None), "authenticate",
                                      arguments=[argument])
                self.assertEqual(outcome.code, "PAM_SUCCESS")

    def test_timeout_is_what_the_broker_is_told(self):
        for arguments, most in (((), 15000), (("timeout=3",), 3000), (("timeout=60",), 60000)):
            for step in ("authenticate", "acct_mgmt"):
                _, broker = self.ask(fakebroker.admit, step, arguments=arguments)
                remaining = broker.requests[0]["REMAINING_MS"]
                self.assertTrue(most - 900 < remaining <= most, remaining)

    def test_account_is_sent_only_when_given(self):
        _, broker = self.ask(fakebroker.admit, "authenticate")
        self.assertNotIn("ACCOUNT", broker.requests[0])
        _, broker = self.ask(fakebroker.admit, "authenticate", arguments=["account=tangoe"])
        self.assertEqual(broker.requests[0]["ACCOUNT"], "tangoe")

    def test_debug_adds_lines(self):
        quiet, _ = self.ask(fakebroker.answer("UNMAPPED"), "authenticate")
        self.assertEqual(quiet.own_logs(), [])
        loud, _ = self.ask(fakebroker.answer("UNMAPPED"), "authenticate", arguments=["debug"])
        self.assertEqual(len(loud.own_logs()), 2)
        self.assertIn("result=PAM_USER_UNKNOWN reason=unmapped", loud.own_logs()[-1])

    def test_what_the_log_says_of_a_login(self):
        for script, level, words in (
                (fakebroker.admit, "info", "result=PAM_SUCCESS reason=ok"),
                (fakebroker.answer("DENIED"), "notice", "result=PAM_AUTH_ERR reason=denied"),
                (fakebroker.answer("GUARD"), "notice", "result=PAM_MAXTRIES reason=guard"),
                (fakebroker.answer("POLICY"), "notice", "result=PAM_PERM_DENIED reason=policy"),
                (fakebroker.admit_but(VERDICT=1), "notice",
                 "result=PAM_AUTH_ERR reason=not_admitted"),
                (fakebroker.answer("CLIENT"), "err",
                 "result=PAM_AUTHINFO_UNAVAIL reason=client")):
            outcome, _ = self.ask(script, "authenticate",
                                  options=["--rhost", "h\x1b[0m a=b \"c\\\n"])
            self.assertEqual(outcome.own_logs(), [
                "%s pam_mobproc(test:auth): user=%s %s rhost=h\\x5cx1b[0m?a?b??c\\x5cx5c\\x5cx0a"
                % (level, self.user, words)])

    def test_P21_no_secret_in_the_log_at_its_loudest(self):
        for script in (fakebroker.admit, fakebroker.answer("DENIED"), fakebroker.answer("OUTAGE"),
                       fakebroker.actions(b"garbage")):
            outcome, _ = self.ask(script, *STEPS, arguments=["debug"], password="canary-4711")
            self.check(outcome, secrets=("canary-4711",))
            self.assertGreater(len(outcome.own_logs()), 1)


if __name__ == "__main__":
    unittest.main()
