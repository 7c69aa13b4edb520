"""Scopes: never more than configured, less only if nothing requires more (ATTACKS N18)."""
import json
import unittest

from fixtures.house import House
from ping.request import TOKEN_PATH


class Scope(unittest.TestCase):
    def setUp(self):
        house = House(self, {"scope": "MOBPROC READ", "revocation_endpoint": None}, start=False)
        self.house = house.__enter__()
        self.addCleanup(house.__exit__, None, None, None)
        self.ping = house.ping
        self.ping.add_client("wide", auth="none", scopes=("MOBPROC", "READ", "ADMIN"))
        self.keys = {"scope": "MOBPROC READ", "revocation_endpoint": self.ping.revocation_url,
                     "client_id": "wide", "client_auth": "none", "client_secret": None}
        house.configure(self.keys)
        house.start()

    def answered(self, value, when="password"):
        """A login at a server that gives this scope."""
        self.ping.next("scope", when=when, value=value)
        return self.house.login()

    def validated(self, value):
        """The next validation says this scope."""
        self.ping.next("validation_member", when="validate_bearer", member="scope",
                       raw=json.dumps(value))

    def revoked(self):
        return self.ping.wait_until(lambda: sum(r.kind == "revoke" for r in self.ping.requests))

    def test_N18_what_is_given_at_a_login(self):
        for scope, error in (("MOBPROC READ", "OK"), ("READ MOBPROC", "OK"), ("MOBPROC", "OK"),
                             ("", "OK"), ("MOBPROC READ ADMIN", "POLICY"), ("ADMIN", "POLICY"),
                             ("mobproc", "POLICY"), ("MOBPROC,READ", "POLICY")):
            with self.subTest(scope):
                for file in (self.house.state / "guard").iterdir():
                    file.unlink()
                self.ping.forget_requests()
                done = self.answered(scope)
                self.assertEqual((error, "ADMIT" if error == "OK" else "DENY"),
                                 (done["ERROR"], done["VERDICT"]))
                if error != "OK":
                    self.assertTrue(self.revoked())

    def test_N18_less_than_is_required_logs_nobody_in(self):
        self.house.change(dict(self.keys, require_scope="READ"))
        for scope, error in (("MOBPROC", "POLICY"), ("MOBPROC READ", "OK")):
            self.validated(scope)
            self.assertEqual(error, self.house.login()["ERROR"], scope)

    def test_N18_a_validation_that_says_more_logs_nobody_in(self):
        self.validated("MOBPROC ADMIN")
        self.assertEqual("POLICY", self.house.login()["ERROR"])

    def test_N18_a_refresh_never_widens(self):
        self.assertEqual("OK", self.house.login()["ERROR"])
        self.assertEqual("OK", self.house.ask("REFRESH", ACCOUNT="tangoe")["ERROR"])
        self.assertEqual("MOBPROC READ", self.ping.posts("refresh_token")[-1].get("scope"))
        before = self.house.ask("GET", ACCOUNT="tangoe")["ACCESS_TOKEN"]
        self.ping.next("scope", when="refresh_token")
        self.assertEqual("LOGIN_NEEDED", self.house.ask("REFRESH", ACCOUNT="tangoe")["ERROR"])
        self.assertTrue(self.revoked())
        self.assertEqual(before, self.house.ask("GET", ACCOUNT="tangoe").get("ACCESS_TOKEN"))
        self.ping.forget_requests()
        self.assertEqual("LOGIN_NEEDED", self.house.ask("REFRESH", ACCOUNT="tangoe")["ERROR"])
        self.assertEqual([], [r for r in self.ping.requests if r.path == TOKEN_PATH])


if __name__ == "__main__":
    unittest.main()
