"""mobproc login: which password is sent, once, and what the terminal shows of it."""
import os
import pwd
import signal
import unittest

from fixtures import canary, fakebroker, tool
from fixtures.lastlook import LastLook
from fixtures.person import Person
from fixtures.tool import HelperCase

ME = pwd.getpwuid(os.getuid()).pw_name
PASSWORD = "correct horse & battery=staple+%41"


class FromStdin(HelperCase):
    def login(self, data, script=fakebroker.admit, *words):
        self.asked = self.broker(script)
        return tool.run(self.asked, "login", "--password-stdin", *words, data=data)

    def assert_password(self, data, password):
        ran = self.login(data)
        self.assertEqual((ran.code, ran.out), (0, b""), ran)
        request, = self.asked.requests
        self.assertEqual(request["PASSWORD"].encode("utf-8", "surrogateescape"), password)

    def test_the_request_has_the_callers_own_name(self):
        ran = self.login(PASSWORD.encode())
        self.assertEqual(ran.code, 0, ran)
        request, = self.asked.requests
        self.assertEqual((request.operation, request["USER"], request["UID"], request["SERVICE"],
                          request.get("ACCOUNT"), request.get("RHOST")),
                         ("LOGIN", ME, os.getuid(), "mobproc", None, None))
        self.assertRegex(ran.err, "^mobproc: %s is logged in to tangoe; the token is valid for "
                         "(59 min|1 h)" % ME)

    def test_an_account_is_named(self):
        self.login(b"x", fakebroker.admit, "tangoe")
        self.assertEqual(self.asked.requests[0]["ACCOUNT"], "tangoe")

    def test_one_final_newline_is_dropped(self):
        self.assert_password(b"secret\n", b"secret")
        self.assert_password(b"secret\n\n", b"secret\n")
        self.assert_password(b"secret", b"secret")
        self.assert_password(b"sec\nret\r\n", b"sec\nret\r")

    def test_every_byte_but_nul_survives(self):
        every = bytes(range(1, 256))
        self.assert_password(every + b"\n", every)

    def test_the_longest_password(self):
        self.assert_password(b"x" * 1024, b"x" * 1024)
        self.assert_password(b"x" * 1024 + b"\n", b"x" * 1024)

    def test_a_password_that_is_not_one_is_not_sent(self):
        for data, code in ((b"", 4), (b"\n", 4), (b"x" * 1025, 2), (b"x" * 1024 + b"\n\n", 2),
                           (b"x" * 100000, 2), (b"a\x00b", 2), (b"\x00", 2)):
            with self.subTest(data[:10]):
                self.assert_failed(self.login(data), code)
                self.assertEqual(self.asked.requests, [])

    def test_only_a_clear_yes_is_a_login(self):
        for changes in ({"VERDICT": fakebroker.DENY}, {"VERDICT": None}, {"VERDICT": 1},
                        {"VERDICT": fakebroker.ADMIT ^ 1}):
            with self.subTest(changes):
                self.assert_failed(self.login(b"x", fakebroker.admit_but(**changes)), 4)

    def test_the_password_is_sent_once_whatever_happens(self):
        scripts = [fakebroker.answer("DENIED"), fakebroker.actions(fakebroker.CLOSE),
                   fakebroker.actions(fakebroker.ACCEPTED, fakebroker.CLOSE),
                   fakebroker.actions(b"garbage")]
        for script in scripts:
            ran = self.login(PASSWORD.encode(), script)
            self.assertNotEqual(ran.code, 0)
            self.assertNotIn(PASSWORD, ran.err)
            self.assertEqual(len(self.asked.requests), 1)

    def test_a_password_is_no_argument(self):
        for words in (["--password", "x"], ["--password=x"], ["-p", "x"], ["tangoe", "x"]):
            ran = tool.execute([tool.MOBPROC, "login"] + words)
            self.assert_failed(ran, 2)

    def test_without_a_terminal_the_option_is_named(self):
        ran = tool.run(self.broker(fakebroker.admit), "login", start_new_session=True)
        self.assert_failed(ran, 2)
        self.assertIn("--password-stdin", ran.err)


class Terminal(HelperCase):
    """A person at a terminal."""

    def start(self, script, *words):
        self.asked = self.broker(script)
        return Person(self, [tool.MOBPROC, "login", "--socket", self.asked.path, *words])

    def passwords(self):
        return [one["PASSWORD"] for one in self.asked.requests if one.operation == "LOGIN"]

    def test_the_password_is_not_shown_and_arrives(self):
        person = self.start(fakebroker.admit, "tangoe")
        person.expect(b"Password of %s for tangoe: " % ME.encode())
        self.assertFalse(person.echoes())
        person.type(PASSWORD.encode() + b"\n")
        self.assertEqual(person.wait(), 0)
        self.assertIn(b"is logged in", person.seen)
        self.assertEqual(self.passwords(), [PASSWORD])
        self.assertNotIn(b"horse", person.seen)
        self.assertTrue(person.echoes())

    def test_H17_a_typed_password_stays_nowhere(self):
        """Not in what the terminal shows, nor in memory when it is over."""
        for script, code in ((fakebroker.admit, 0), (fakebroker.answer("DENIED"), 4)):
            broker = self.broker(script)
            with LastLook([tool.MOBPROC, "login", "--socket", broker.path], {}) as look:
                person = Person(self, look.argv, **look.options)
                person.expect(b"Password of")
                person.type_hidden(PASSWORD.encode() + b"\n")
                self.assertEqual(person.wait(), code)
                self.assertIn(PASSWORD, canary.known())
                look.check([("the terminal", person.seen)])

    def test_nobody_types_for_a_broker_that_is_not_there(self):
        person = self.start(fakebroker.actions(fakebroker.CLOSE))
        self.assertEqual(person.wait(), 5)
        self.assertNotIn(b"Password", person.seen)
        self.assertEqual(self.passwords(), [])

    def test_signals_restore_the_terminal_and_act(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(number):
                person = self.start(fakebroker.admit)
                person.expect(b"Password")
                self.assertFalse(person.echoes())
                person.type(b"half a pass")
                person.process.send_signal(number)
                self.assertEqual(person.wait(), -number)
                self.assertTrue(person.echoes())
                self.assertEqual(self.passwords(), [])

    def test_control_c_ends_it(self):
        person = self.start(fakebroker.admit)
        person.expect(b"Password")
        person.type(b"abc\x03")
        self.assertEqual(person.wait(), -signal.SIGINT)
        self.assertEqual(self.passwords(), [])

    def test_after_a_stop_it_asks_again_and_forgets_what_was_typed(self):
        person = self.start(fakebroker.admit)
        person.expect(b"Password")
        person.type(b"old")
        # without a shell behind it nothing stops it, so it goes on at once
        person.process.send_signal(signal.SIGTSTP)
        person.expect(b"Password", 2)
        self.assertFalse(person.echoes())
        person.type(b"new\n")
        self.assertEqual(person.wait(), 0)
        self.assertEqual(self.passwords(), ["new"])

    def test_an_over_long_line_is_refused_whole(self):
        person = self.start(fakebroker.admit)
        person.expect(b"Password")
        person.type(b"x" * 1025 + b"\n")
        self.assertEqual(person.wait(), 2)
        self.assertEqual(self.passwords(), [])

    def test_the_longest_line_is_not(self):
        person = self.start(fakebroker.admit)
        person.expect(b"Password")
        person.type(b"x" * 1024 + b"\n")
        self.assertEqual(person.wait(), 0)
        self.assertEqual(self.passwords(), ["x" * 1024])

    def test_nothing_typed_is_not_sent(self):
        for typed in (b"\n", b"\x04"):
            person = self.start(fakebroker.admit)
            person.expect(b"Password")
            person.type(typed)
            self.assertEqual(person.wait(), 4)
            self.assertEqual(self.passwords(), [])


if __name__ == "__main__":
    unittest.main()
