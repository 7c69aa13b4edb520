"""mobproc admin seal: a secret of the configuration that only the broker can open."""
import os
import stat
import unittest

from fixtures import fakebroker, people, tool
from fixtures.house import CLIENT_SECRET, House
from fixtures.person import Person
from fixtures.tool import HelperCase

ROOT = os.geteuid() == 0
ME = os.geteuid()
SEALED = {"client_secret": "sealed:tangoe-client", "validate": "off", "accept_unvalidated": "yes"}
NAME = "tangoe-client"


class Asking(HelperCase):
    """What mobproc sends, and what it does not."""

    def seal(self, data, *words, **more):
        self.asked = self.broker(fakebroker.answer("OK", TEXT="done"))
        return tool.run(self.asked, "admin", "seal", *words, data=data, **more)

    def sent(self):
        return [(one.operation, one.get("SECRET_NAME"), one.get("PASSWORD"))
                for one in self.asked.requests]

    def test_the_secret_comes_from_stdin(self):
        for data in (b"s3cret", b"s3cret\n"):
            ran = self.seal(data, NAME, "--stdin")
            self.assertEqual((ran.code, ran.out, ran.err), (0, b"", "mobproc: done\n"))
            self.assertEqual(self.sent(), [("SEAL", NAME, "s3cret")])

    def test_what_is_no_secret_of_one_line_is_not_sent(self):
        for data in (b"", b"\n", b"a\nb", b"a\nb\n", b"a\r\n", b"a\0b", b"a\tb", b"a\x7f",
                     b"x" * 1025):
            with self.subTest(data):
                self.assert_failed(self.seal(data, NAME, "--stdin"), 2)
                self.assertEqual(self.sent(), [])

    def test_every_other_byte_is_sent(self):
        every = bytes(byte for byte in range(0x20, 0x100) if byte != 0x7f)
        self.seal(every, NAME, "--stdin")
        self.assertEqual(self.sent()[0][2].encode("utf-8", "surrogateescape"), every)

    def test_wrong_arguments_send_nothing(self):
        for words in ([], ["--stdin"], ["A", "--stdin"], ["../x", "--stdin"], ["", "--stdin"],
                      ["x" * 65, "--stdin"], ["a", "b", "--stdin"], [NAME, "secret"],
                      [NAME, "--stdin=secret"], [NAME, "--password-stdin"]):
            with self.subTest(words):
                self.assert_failed(self.seal(b"s3cret", *words), 2)
                self.assertEqual(self.sent(), [])
        self.assert_failed(tool.run(self.asked, "admin", "rekey", NAME), 2)
        self.assert_failed(tool.run(self.asked, "admin", "reload", "--stdin"), 2)
        self.assertEqual(self.sent(), [])

    def type(self, *lines, words=(NAME,)):
        self.asked = self.broker(fakebroker.answer("OK", TEXT="done"))
        person = Person(self, [tool.MOBPROC, "admin", "seal", "--socket", self.asked.path, *words])
        for prompt, line in zip((b"Enter the secret tangoe-client: ", b"Once more: "), lines):
            person.expect(prompt)
            self.assertFalse(person.echoes())
            person.type(line)
        return person

    def test_at_a_terminal_it_is_typed_twice_and_not_shown(self):
        person = self.type(b"s3cret\n", b"s3cret\n")
        self.assertEqual(person.wait(), 0)
        self.assertEqual(self.sent(), [("SEAL", NAME, "s3cret")])
        self.assertNotIn(b"s3cret", person.seen)
        self.assertTrue(person.echoes())

    def test_a_slip_is_not_sent(self):
        person = self.type(b"s3cret\n", b"s3kret\n")
        self.assertEqual(person.wait(), 2)
        self.assertIn(b"the two are different", person.seen)
        self.assertEqual(self.sent(), [])

    def test_nothing_typed_is_not_sent(self):
        self.assertEqual(self.type(b"\n").wait(), 2)
        self.assertEqual(self.sent(), [])

    def test_stdin_must_not_be_a_terminal(self):
        person = self.type(words=(NAME, "--stdin"))
        self.assertEqual(person.wait(), 2)
        self.assertEqual(self.sent(), [])


class Sealing(unittest.TestCase):
    """The real broker."""

    def seal(self, house, secret=CLIENT_SECRET, name=NAME, uid=ME):
        house.secrets.add(secret)
        ran = house.mobproc("admin", "seal", name, "--stdin", "--socket", str(house.socket),
                            stdin=secret.encode(), uid=uid)
        return ran.returncode, ran.stderr.decode()

    def test_an_account_works_with_a_sealed_secret_only(self):
        with House(self, SEALED) as house:
            self.assertNotEqual(house.login()["ERROR"], "OK")
            self.assertEqual(house.ping.posts(), [])
            code, said = self.seal(house)
            self.assertEqual((code, said), (
                0, "mobproc: tangoe-client is sealed as client_secret of account tangoe, to be "
                "sent to localhost:%d only\n" % house.ping.port))
            self.assertEqual(house.login()["ERROR"], "OK")
            house.kill()
            house.start()
            self.assertEqual(house.ask("REFRESH", ACCOUNT="tangoe")["ERROR"], "OK")

    def test_the_file_is_the_brokers_and_does_not_hold_the_secret(self):
        with House(self, SEALED) as house:
            self.seal(house)
            path = house.state / "secrets" / NAME
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
            self.assertEqual(stat.S_IMODE(path.parent.stat().st_mode), 0o700)
            self.assertNotIn(CLIENT_SECRET.encode(), path.read_bytes())

    def test_sealing_again_replaces_and_says_so(self):
        with House(self, SEALED) as house:
            self.seal(house, "not the client's secret")
            self.assertEqual(house.login()["ERROR"], "CLIENT")
            code, said = self.seal(house)
            self.assertEqual(code, 0)
            self.assertIn("it replaces an earlier one", said)
            self.assertEqual(house.login()["ERROR"], "OK")

    def test_a_new_secret_ends_the_rest_after_a_failure(self):
        with House(self, SEALED) as house:
            self.seal(house)
            house.login()
            self.seal(house, "not the client's secret")
            self.assertEqual(house.ask("REFRESH", ACCOUNT="tangoe")["ERROR"], "CLIENT")
            self.seal(house)
            self.assertEqual(house.ask("REFRESH", ACCOUNT="tangoe")["ERROR"], "OK")

    def test_a_name_that_nothing_refers_to(self):
        with House(self, SEALED) as house:
            code, said = self.seal(house, name="other")
            self.assertEqual(code, 1)
            self.assertIn("first write client_secret = sealed:other into the configuration", said)
            self.assertFalse((house.state / "secrets").exists())

    def test_another_endpoint_does_not_get_it(self):
        with House(self, SEALED) as house:
            self.seal(house)
            house.change(dict(SEALED, token_endpoint="https://localhost:1/as/token.oauth2"))
            self.assertEqual(house.login()["ERROR"], "CONFIGURATION")
            self.assertIn("tangoe-client", house.log_text())

    def test_without_its_key_the_vault_takes_none(self):
        with House(self, SEALED) as house:
            self.seal(house)
            house.stop()
            (house.state / "vault.key").unlink()
            house.start()
            self.assertEqual(self.seal(house)[0], 6)
            self.assertFalse((house.state / "vault.key").exists())

    def test_the_broker_judges_a_secret_itself(self):
        with House(self, SEALED) as house:
            for secret in ("a\nb", "a\rb\r", "", "\x01"):
                answer = house.ask("SEAL", uid=ME, SECRET_NAME=NAME, PASSWORD=secret)
                self.assertEqual(answer["ERROR"], "PROTOCOL", secret)
            for name in ("../x", "A", "x/y", ".x", None):
                answer = house.ask("SEAL", uid=ME, SECRET_NAME=name, PASSWORD="s3cret")
                self.assertEqual(answer["ERROR"], "PROTOCOL", name)
            self.assertEqual(house.ask("SEAL", uid=ME, SECRET_NAME=NAME)["ERROR"], "PROTOCOL")
            self.assertFalse((house.state / "secrets").exists())

    @unittest.skipUnless(ROOT, "without root the broker's user is the person")
    def test_a_person_may_not(self):
        with House(self, SEALED) as house:
            self.assertEqual(self.seal(house, uid=people.UIDS["alice"])[0], 4)
            self.assertFalse((house.state / "secrets").exists())


if __name__ == "__main__":
    unittest.main()
