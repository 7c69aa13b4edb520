"""Whom the module answers for: root and strangers never leave it, others only under their name."""
import os
import pwd
import unittest

from fixtures import fakebroker, pam
from fixtures.pamcase import PASSWORD, ROOT, PamCase

OK, UNKNOWN, IGNORE = "PAM_SUCCESS", "PAM_USER_UNKNOWN", "PAM_IGNORE"
# What each stage says of a user that is not ours, as libpam returns it for a lone module.
NOT_OURS = {"authenticate": UNKNOWN, "acct_mgmt": UNKNOWN, "open_session": "PAM_PERM_DENIED",
            "close_session": "PAM_PERM_DENIED", "chauthtok": "PAM_PERM_DENIED"}


class NotOurs(PamCase):
    def refused(self, user, arguments=(), steps=NOT_OURS, options=()):
        """No stage contacts the broker or asks for a password."""
        for step in steps:
            with self.subTest(user=user, step=step, arguments=arguments):
                outcome, broker = self.ask(fakebroker.admit, step, user=user, arguments=arguments,
                                           options=options)
                self.assertEqual(outcome.code, NOT_OURS[step])
                self.assertEqual(broker.connections, 0)
                self.assertEqual((outcome.prompts, outcome.messages, outcome.own_logs()),
                                 ([], [], []))

    def test_P4_P37_root(self):
        self.refused("root")

    def test_root_even_with_a_bad_argument(self):
        for argument in ("no_such_argument", "timeout=x", "timeout=", "debug=1", "minimum_uid=0"):
            self.refused("root", [argument])

    @unittest.skipUnless(ROOT, "needs root to give uid 0 another name")
    def test_another_name_of_root_even_with_a_bad_argument(self):
        self.refused("rootlike")
        self.refused("rootlike", ["no_such_argument"])

    def test_unknown_to_the_machine(self):
        self.refused("nobody-has-this-name")
        self.refused("nobody-has-this-name", ["no_such_argument"])

    @unittest.skipUnless(ROOT, "needs root to make users outside the range")
    def test_P37_outside_the_range(self):
        self.refused("daemonlike")
        self.refused("highuid")
        self.refused("daemon")
        self.refused("nobody")

    def test_the_overflow_uid_whatever_the_range(self):
        name = pwd.getpwuid(65534).pw_name
        for step in NOT_OURS:
            with fakebroker.FakeBroker() as broker:
                outcome = pam.module("socket=" + broker.path, "maximum_uid=70000").run(
                    step, user=name, password=PASSWORD)
            self.check(outcome)
            self.assertEqual(outcome.code, NOT_OURS[step])
            self.assertEqual(broker.connections, 0)

    @unittest.skipUnless(ROOT, "needs root to make users at the range's ends")
    def test_the_range_is_inclusive_and_can_be_moved(self):
        for user, arguments, ours in (
                ("alice", ["minimum_uid=2001", "maximum_uid=2001"], True),
                ("alice", ["minimum_uid=2002"], False),
                ("alice", ["maximum_uid=2000"], False),
                ("daemonlike", ["minimum_uid=500"], True),
                ("highuid", ["maximum_uid=60001"], True)):
            with self.subTest(user=user, arguments=arguments):
                outcome, broker = self.ask(fakebroker.admit, "authenticate", user=user,
                                           arguments=arguments)
                self.assertEqual(outcome.code, OK if ours else UNKNOWN)
                self.assertEqual((len(broker.requests), len(broker.hints)), (ours, ours))

    def test_P5_P6_names_that_are_no_names(self):
        for name in ("", " ", ".", "..", "../x", "a/b", "a:b", "a\nb", "a\rb", "a\tb", "a\x1b[2Jb",
                     "a\x7fb", "a b", "a\\b", "%n%s%n", "a" * 255, "a" * 256, "a" * 5000,
                     "*", "ALL", "@users", "#", "-x", "*bypass*", "root\n", " root", "ROOT"):
            self.refused(name, steps=("authenticate", "acct_mgmt", "chauthtok"))

    def test_P6_names_that_nss_is_never_asked_for(self):
        """root must not wait for a directory that hangs; others make paths of odd names."""
        for name, asked in (("root", 0), ("a b", 0), ("../x", 0), ("a:b", 0), ("a\nb", 0),
                            ("a\\b", 0), ("a" * 256, 0), ("%n", 1), ("a" * 255, 1)):
            outcome, _ = self.ask(fakebroker.admit, "authenticate", user=name,
                                  options=["--nss-asked", name, "--nss-answered", self.user])
            self.assertEqual((outcome.code, len(outcome.lookups)), (UNKNOWN, asked), name)

    def test_no_name_at_all(self):
        """libpam asks for it on behalf of the first module; nobody answers."""
        outcome, broker = self.ask(fakebroker.admit, "authenticate", user=None)
        self.assertEqual((outcome.code, broker.connections), ("PAM_CONV_ERR", 0))
        outcome, broker = self.ask(fakebroker.admit, "acct_mgmt", user=None)
        self.assertEqual((outcome.code, broker.connections), (UNKNOWN, 0))
        self.assertEqual(outcome.prompts, [])

    def test_a_name_that_is_typed_at_the_login_prompt(self):
        """login(1) forgets the name after a wrong password and leaves it to the modules."""
        outcome, broker = self.ask(fakebroker.admit, "authenticate", user=None,
                                   options=["--name-answer", self.user])
        self.assertEqual(outcome.code, OK)
        self.assertEqual(broker.requests[0]["USER"], self.user)
        for name in ("", "root"):
            outcome, broker = self.ask(fakebroker.admit, "authenticate", user=None,
                                       options=["--name-answer", name])
            self.assertEqual((outcome.code, broker.connections), (UNKNOWN, 0))
            self.assertEqual(len(outcome.prompts), 1)

    def test_P7_a_spelling_that_a_directory_folds(self):
        """NSS answers ALICE with alice: two names would share one login."""
        for asked in (self.user.upper() + "X", self.user + "@corp.example"):
            self.refused(asked, options=["--nss-asked", asked, "--nss-answered", self.user])


class Ours(PamCase):
    def test_what_a_login_says_to_the_broker(self):
        outcome, broker = self.ask(fakebroker.admit, "authenticate",
                                   options=["--rhost", "192.0.2.1", "--tty", "pts/7"])
        request = broker.requests[0]
        self.assertEqual(request.operation, "LOGIN")
        wanted = {"USER": self.user, "PASSWORD": PASSWORD, "SERVICE": "test", "TTY": "pts/7",
                  "RHOST": "192.0.2.1", "REMAINING_MS": request["REMAINING_MS"]}
        if ROOT:
            wanted["UID"] = 2001
        self.assertEqual(dict(request.fields), wanted)
        self.assertEqual(len(broker.requests), 1)

    def test_what_the_other_stages_say(self):
        operations = {"acct_mgmt": "ACCOUNT_CHECK", "chauthtok": "ACCOUNT_CHECK"}
        if ROOT:
            operations.update(open_session="SESSION_OPEN", close_session="SESSION_CLOSE")
        for step, operation in operations.items():
            outcome, broker = self.ask(fakebroker.admit, step)
            self.assertEqual([request.operation for request in broker.requests], [operation])
            request = broker.requests[0]
            self.assertEqual(request["USER"], self.user)
            self.assertEqual("UID" in request, ROOT)
            self.assertNotIn("PASSWORD", request)

    def test_long_texts_of_the_host_are_cut(self):
        outcome, broker = self.ask(fakebroker.admit, "authenticate",
                                   options=["--rhost", "h" * 5000, "--tty", "t" * 256])
        self.assertEqual(outcome.code, OK)
        self.assertEqual(broker.requests[0]["RHOST"], "h" * 255)
        self.assertEqual(broker.requests[0]["TTY"], "t" * 255)

    @unittest.skipUnless(ROOT, "needs root to make such a user")
    def test_a_name_that_only_a_user_map_serves_is_sent(self):
        outcome, broker = self.ask(fakebroker.admit, "authenticate", user="a+b")
        self.assertEqual((outcome.code, broker.requests[0]["USER"]), (OK, "a+b"))

    def test_P3_the_name_may_not_change_while_the_password_is_typed(self):
        outcome, broker = self.ask(fakebroker.admit, "authenticate",
                                   options=["--change-user", "mallory"])
        self.assertEqual((outcome.code, broker.requests), ("PAM_AUTH_ERR", []))

    def test_P27_setcred_does_nothing_for_anybody(self):
        steps = ("setcred", "setcred-delete", "setcred-reinitialize", "setcred-refresh")
        for user in (self.user, "root", "daemon", "nobody-has-this-name"):
            for arguments in ((), ("no_such_argument",)):
                outcome, broker = self.ask(fakebroker.answer("DENIED"), *steps, user=user,
                                           arguments=arguments)
                self.assertEqual(outcome.codes, [OK] * 4)
                self.assertEqual(broker.connections, 0)
                self.assertEqual((outcome.messages, outcome.own_logs()), ([], []))

    @unittest.skipUnless(ROOT, "sessions are counted for root's hosts only")
    def test_the_account_of_a_session_is_in_the_pam_environment(self):
        outcome, _ = self.ask(fakebroker.admit, "open_session")
        self.assertEqual(outcome.environment, ["MOBPROC_ACCOUNT=tangoe"])
        for name in (None, "", "Tangoe", "a=b", "a\nb", "../x"):
            with self.subTest(name=name):
                outcome, _ = self.ask(fakebroker.admit_but(ACCOUNT=name), "open_session")
                self.assertEqual((outcome.code, outcome.environment), ("PAM_SESSION_ERR", []))

    @unittest.skipUnless(ROOT, "needs root to become somebody else")
    def test_P35_a_host_that_is_not_root(self):
        with fakebroker.FakeBroker() as broker:
            stack = pam.module("socket=" + broker.path)
            for user, step, code in (("alice", "authenticate", OK), ("alice", "acct_mgmt", OK),
                                     ("bob", "authenticate", OK),
                                     ("alice", "open_session", "PAM_PERM_DENIED"),
                                     ("alice", "close_session", "PAM_PERM_DENIED")):
                with self.subTest(user=user, step=step):
                    outcome = stack.run(step, user=user, password=PASSWORD, uid=2001)
                    self.check(outcome)
                    self.assertEqual(outcome.code, code)
        # a uid is never claimed by a caller that the broker would not believe
        self.assertEqual([(r.operation, r["USER"], "UID" in r) for r in broker.requests],
                         [("LOGIN", "alice", False), ("ACCOUNT_CHECK", "alice", False),
                          ("LOGIN", "bob", False)])


if __name__ == "__main__":
    unittest.main()
