"""The terraform dialect: a credentials helper of terraform and tofu."""
import json
import unittest

from fixtures import build, fakebroker, tool

HOST = "app.example.com"


class Terraform(unittest.TestCase):
    def setUp(self):
        self.broker = fakebroker.FakeBroker(tool.gives())
        self.addCleanup(self.broker.close)

    def terraform(self, *words, data=b""):
        return tool.execute(["terraform-credentials-mobproc", "--socket", self.broker.path, *words],
                            data, executable=build.program("git-credential-mobproc"))

    def test_get_is_an_object_with_the_token(self):
        for before in ([], ["--any=option"], ["a", "b"]):
            ran = self.terraform(*before, "get", HOST)
            self.assertEqual((json.loads(ran.out), ran.code, ran.err), ({"token": tool.TOKEN}, 0, ""))
        request = self.broker.requests[-1]
        self.assertEqual([request.get(name) for name in ("SCHEME", "HOST", "PATH")],
                         ["https", HOST, None])

    def test_a_host_that_is_nobody_s_or_not_logged_in_has_none(self):
        for error in ("NO_ACCOUNT", "NO_RECORD"):
            self.broker.script = fakebroker.answer(error, **tool.token_fields())
            ran = self.terraform("get", HOST)
            self.assertEqual((ran.code, ran.out), (0, b"{}\n"), error)
            self.assertEqual("mobproc login" in ran.err, error == "NO_RECORD")

    def test_other_errors_are_said_and_nothing_is_printed(self):
        for error, code in (("LOGIN_NEEDED", 3), ("OUTAGE", 5), ("LOCKED", 6)):
            self.broker.script = fakebroker.answer(error, **tool.token_fields())
            ran = self.terraform("get", HOST)
            self.assertEqual((ran.code, ran.out), (code, b""))
            self.assertTrue(ran.err)
            self.assertNotIn(tool.TOKEN, ran.err)

    def test_H1_H5_what_is_no_host(self):
        for host in ("", "a/b", "https://a", "a\nb", "a\rb", "a b", "\u0430.example", "a\\b", "a%0ab",
                     "x" * 301, "/", "?", "a?b", "a#b"):
            ran = self.terraform("get", host)
            self.assertEqual((tool.TOKEN.encode() in ran.out, ran.out in (b"", b"{}\n")), (False, True))
        self.assertEqual(self.broker.requests, [])

    def test_H9_store_and_forget_change_nothing(self):
        ran = self.terraform("store", HOST, data=b'{"token": "canary"}')
        self.assertEqual((ran.code, ran.out), (2, b""))
        self.assertIn("mobproc login", ran.err)
        self.assertEqual(self.terraform("forget", HOST).code, 0)
        self.assertEqual(self.broker.requests, [])

    def test_wrong_arguments(self):
        for words in ([], ["get"], ["list", HOST]):
            ran = self.terraform(*words)
            self.assertEqual((ran.code, ran.out), (2, b""), words)
