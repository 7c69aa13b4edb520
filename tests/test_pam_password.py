"""The password: which ones are sent, byte by byte, which never are, and who gets it next."""
import unittest

from fixtures import fakebroker, pam
from fixtures.pamcase import PamCase

OK, AUTH = "PAM_SUCCESS", "PAM_AUTH_ERR"
AWAY_MESSAGE = "The sign-in server cannot be reached."
STAND_IN = "\b\n\r\x7fINCORRECT"


class Bytes(PamCase):
    def login(self, password, **how):
        outcome, broker = self.ask(fakebroker.admit, "authenticate", password=password, **how)
        return outcome, [request["PASSWORD"].encode("utf-8", "surrogateescape")
                         for request in broker.requests if request.get("PASSWORD")]

    def test_P9_lengths_up_to_the_limit_arrive_whole(self):
        for length in (1, 2, 7, 13, 255, 256, 511, 512, 513, 1023, 1024):
            with self.subTest(length=length):
                password = ("x%d" % length * length)[:length].encode()
                outcome, sent = self.login(password)
                self.assertEqual((outcome.code, sent), (OK, [password]))

    def test_P9_longer_ones_are_refused_here(self):
        for length in (1025, 1100, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20):
            with self.subTest(length=length):
                outcome, sent = self.login(b"p" * length)
                self.assertEqual((outcome.code, sent), (AUTH, []))
                self.assertLess(outcome.seconds, 1)

    def test_every_byte_but_nul_arrives(self):
        for first in range(1, 256, 51):
            password = bytes(range(first, min(first + 51, 256)))
            outcome, sent = self.login(password)
            self.assertEqual((outcome.code, sent), (OK, [password]))

    def test_special_passwords_are_only_passwords(self):
        for password in ("!!", "%", "%s%n", "a+b c&d=e;f", "p\u00e4ss\u00fc", "line\nbreak", " ",
                         "*", "x:y", "'\"\\"):
            with self.subTest(password=password):
                outcome, sent = self.login(password)
                self.assertEqual((outcome.code, sent), (OK, [password.encode()]))

    def test_P10_no_password_is_refused_here(self):
        for options in ((), ("--disallow-null",)):
            outcome, sent = self.login("", options=options)
            self.assertEqual((outcome.code, sent), (AUTH, []))
            outcome, sent = self.login(None, options=("--null-password",) + options)
            self.assertEqual((outcome.code, sent), (AUTH, []))

    def test_the_log_says_why(self):
        for password, options, reason in (
                ("", (), "empty_password"), (None, ("--null-password",), "no_password"),
                ("p" * 1025, (), "long_password"), (STAND_IN, (), "refused_by_host"),
                (None, (), "conversation")):
            outcome, _ = self.login(password, options=options)
            # libpam has a line of its own about a conversation
            lines = [line for line in outcome.own_logs() if "reason=" in line]
            self.assertEqual(len(lines), 1)
            self.assertIn("reason=%s " % reason, lines[0])

    def test_a_conversation_that_fails(self):
        outcome, sent = self.login(None, options=["--no-password"])
        self.assertEqual((outcome.code, sent, outcome.messages), ("PAM_CONV_ERR", [], []))

    def test_P11_the_stand_in_of_sshd_is_never_sent(self):
        """The broker is asked without it, for the time that a refusal takes; this one even admits."""
        for length in list(range(1, 16)) + [26, 27, 100, 1024]:
            with self.subTest(length=length):
                outcome, broker = self.ask(fakebroker.admit, "authenticate",
                                           password=(STAND_IN * 100)[:length])
                self.assertEqual(outcome.code, AUTH)
                self.assertEqual([(request.operation, request.get("PASSWORD"))
                                  for request in broker.requests], [("LOGIN", None)])

    def test_what_only_looks_like_the_stand_in_is_sent(self):
        for password in (STAND_IN + "x", STAND_IN[:-1] + "t", "INCORRECT", "x" + STAND_IN):
            outcome, sent = self.login(password)
            self.assertEqual((outcome.code, sent), (OK, [password.encode()]))


class Handing(PamCase):
    """PAM_AUTHTOK, before and after. pam_echo makes the host act as a module beside ours."""

    SET = "auth optional pam_echo.so pamhost: set authtok\n"
    SHOW = "auth optional pam_echo.so pamhost: show authtok\n"

    def login(self, script, arguments="", before="", control="optional", **how):
        with fakebroker.FakeBroker(script) as broker:
            text = before + "auth %s %s/pam_mobproc.so socket=%s %s %s\n" % (
                control, pam.installed(), broker.path, " ".join(self.range), arguments) + self.SHOW
            outcome = pam.Stack(text).run("authenticate", user=self.user, **how)
        self.check(outcome)
        return outcome, [request["PASSWORD"] for request in broker.requests
                         if request.get("PASSWORD")]

    def test_a_typed_password_is_handed_on_when_the_stack_goes_on(self):
        for script, handed in ((fakebroker.admit, "typed"),
                               (fakebroker.answer("UNMAPPED"), "typed"),
                               (fakebroker.answer("OUTAGE"), "typed"),
                               (fakebroker.answer("DENIED"), "(none)"),
                               (fakebroker.answer("POLICY"), "(none)"),
                               (fakebroker.answer("GUARD"), "(none)"),
                               (fakebroker.admit_but(VERDICT=0), "(none)")):
            outcome, _ = self.login(script, password="typed")
            self.assertEqual(outcome.authtok, [handed])

    def test_a_refused_password_is_not_handed_on(self):
        for password in ("", STAND_IN, "p" * 1025):
            outcome, sent = self.login(fakebroker.admit, password=password)
            self.assertEqual((outcome.authtok, sent), (["(none)"], []))

    def test_an_earlier_password_is_used_without_a_prompt(self):
        for arguments in ("", "try_first_pass", "use_first_pass"):
            outcome, sent = self.login(fakebroker.admit, arguments, self.SET,
                                       password="typed", authtok="earlier")
            self.assertEqual((sent, outcome.prompts), (["earlier"], []))
            self.assertEqual(outcome.authtok, ["earlier"])

    def test_an_earlier_password_that_is_wrong_is_not_asked_for_again(self):
        outcome, sent = self.login(fakebroker.answer("DENIED"), "", self.SET, control="required",
                                   password="typed", authtok="earlier")
        self.assertEqual((outcome.code, sent, outcome.prompts), (AUTH, ["earlier"], []))

    def test_earlier_passwords_are_checked_as_typed_ones(self):
        for password in ("", STAND_IN, "p" * 1025, "p" * 65536):
            outcome, sent = self.login(fakebroker.admit, "", self.SET, control="required",
                                       password="typed", authtok=password)
            self.assertEqual((outcome.code, sent, outcome.prompts), (AUTH, [], []))

    def test_use_first_pass_never_prompts(self):
        outcome, sent = self.login(fakebroker.admit, "use_first_pass", control="required",
                                   password="typed")
        self.assertEqual((outcome.code, sent, outcome.prompts), (AUTH, [], []))

    def test_without_one_it_prompts_once(self):
        for arguments, prompt in (("", "Password:"), ("try_first_pass", "Password:"),
                                  ("[prompt=Tangoe password: ]", "Tangoe password:"),
                                  ("[prompt=100% [sure\\]? ]", "100% [sure]?")):
            outcome, sent = self.login(fakebroker.admit, arguments, password="typed")
            self.assertEqual([text.strip() for text in outcome.prompts], [prompt])
            self.assertEqual(sent, ["typed"])


class Messages(PamCase):
    def test_silence(self):
        for script, step in ((fakebroker.answer("OUTAGE"), "authenticate"),
                             (fakebroker.answer("NO_RECORD"), "chauthtok")):
            outcome, _ = self.ask(script, step)
            self.assertEqual(len(outcome.messages), 1)
            outcome, _ = self.ask(script, step, arguments=["quiet"])
            self.assertEqual(outcome.messages, [])
            outcome, _ = self.ask(script, step, options=["--silent"])
            self.assertEqual(outcome.messages, [])

    def test_nothing_of_the_broker_is_shown(self):
        for error in ("DENIED", "OUTAGE", "POLICY", "GUARD", "UNMAPPED", "OK"):
            outcome, _ = self.ask(fakebroker.answer(error, TEXT="\x1b[2Jremote words"),
                                  "authenticate")
            self.assertIn(outcome.messages, ([], [AWAY_MESSAGE]))
            self.assertNotIn("remote words", outcome.output)

    def test_P24_refusals_look_alike_to_the_person(self):
        for error in ("DENIED", "POLICY", "GUARD", "UNMAPPED", "FORBIDDEN"):
            outcome, _ = self.ask(fakebroker.answer(error), "authenticate")
            self.assertEqual((outcome.messages, outcome.prompts), ([], ["Password: "]))


if __name__ == "__main__":
    unittest.main()
