"""mobproc validate: what the server says of the stored access token."""
import json
import time
import unittest

from fixtures import fakebroker, tool
from fixtures.house import CLIENT_ID, House
from fixtures.tool import IS_ROOT, HelperCase

CLAIMS = {"ACCOUNT": "tangoe", "CLAIM_TENANT": "XYZ", "CLAIM_PLATFORM": "command",
          "CLAIM_IDENTITY_PROVIDER": "pcv_edge", "CLAIM_IDENTIFIER": "alice",
          "CLAIM_SCOPE": "MOBPROC", "CLAIM_CLIENT_ID": CLIENT_ID, "CLAIM_MULTITENANT": 0,
          "EXPIRES_AT": fakebroker.EXPIRES_AT}
LINES = """account:           tangoe
tenant:            XYZ
platform:          command
identity provider: pcv_edge
identifier:        alice
scope:             MOBPROC
client id:         %s
multitenant:       no
""" % CLIENT_ID


class Showing(HelperCase):
    """What mobproc makes of the broker's answer."""

    def validate(self, *words, **changes):
        self.asked = self.broker(fakebroker.answer("OK", **dict(CLAIMS, **changes)))
        return tool.run(self.asked, "validate", *words)

    def test_one_claim_a_line(self):
        ran = self.validate()
        self.assertEqual((ran.code, ran.err), (0, ""))
        self.assertRegex(ran.out.decode(), "^%stoken:             valid for (59 min|1 h 0 min)\n$" % LINES)

    def test_json(self):
        told = json.loads(self.validate("--json").out)
        self.assertEqual(told, {"account": "tangoe", "tenant": "XYZ", "platform": "command",
                                "identity_provider": "pcv_edge", "identifier": "alice",
                                "scope": "MOBPROC", "client_id": CLIENT_ID, "multitenant": False,
                                "expires_at": fakebroker.EXPIRES_AT})

    def test_multitenant_is_yes_or_true(self):
        self.assertIn(b"multitenant:       yes\n", self.validate(CLAIM_MULTITENANT=1).out)
        self.assertIs(json.loads(self.validate("--json", CLAIM_MULTITENANT=1).out)["multitenant"],
                      True)

    def test_what_was_not_said_is_not_shown(self):
        nothing = {name: None for name in CLAIMS if name != "ACCOUNT"}
        self.assertEqual(self.validate(**nothing).out,
                         b"account:           tangoe\ntoken:             valid\n")
        self.assertEqual(json.loads(self.validate("--json", **nothing).out),
                         {"account": "tangoe"})

    def test_remote_text_cannot_drive_the_terminal(self):
        ran = self.validate(CLAIM_TENANT="\x1b[2J\nsite: ours", CLAIM_IDENTIFIER="ä")
        self.assertNotIn(b"\x1b", ran.out)
        self.assertNotIn(b"\nsite", ran.out)
        self.assertIn(b"tenant:            \\x1b[2J\\x0asite: ours\n", ran.out)

    def test_the_request(self):
        self.validate("tangoe")
        request, = self.asked.requests
        self.assertEqual([name for name, _ in request.fields], ["ACCOUNT", "REMAINING_MS"])
        self.assertEqual((request.operation, request["ACCOUNT"]), ("VALIDATE", "tangoe"))

    def test_root_may_name_a_user(self):
        ran = self.validate("--user", "bob")
        if IS_ROOT:
            self.assertEqual(self.asked.requests[0]["TARGET"], "bob")
        else:
            self.assert_failed(ran, 4)

    def test_a_refusal_prints_nothing_on_stdout(self):
        for error, code in (("DENIED", 4), ("OUTAGE", 5), ("CLIENT", 7), ("CONFIGURATION", 7),
                            ("NO_RECORD", 1), ("LOGIN_NEEDED", 3), ("LOCKED", 6)):
            for words in ([], ["--json"]):
                broker = self.broker(fakebroker.answer(error, TEXT="because", **CLAIMS))
                ran = tool.run(broker, "validate", *words)
                self.assert_failed(ran, code)
                self.assertTrue(ran.err.startswith("mobproc: because\n"), ran)


def ways(house):
    """The keys for each way of validating."""
    return {"validate_bearer": {"validate": "validate_bearer"},
            "introspect": {"validate": "introspect",
                           "introspection_endpoint": house.ping.introspection_url},
            "url": {"validate": "url", "validate_url": house.ping.validator_url}}


class Asking(unittest.TestCase):
    """The whole way to the server and back."""

    def each_way(self, house, check):
        """Calls check(way) for every way of validating."""
        for way, keys in ways(house).items():
            with self.subTest(way):
                house.change(keys)
                check(way)

    def validate(self, house, *words):
        ran = house.mobproc("validate", *words)
        return ran.returncode, ran.stdout, ran.stderr.decode()

    def test_the_claims_of_the_token(self):
        with House(self) as house:
            house.login()

            def check(_way):
                before = len(house.ping.requests)
                code, out, said = self.validate(house, "--json")
                self.assertEqual((code, said), (0, ""))
                told = json.loads(out)
                self.assertLess(abs(told.pop("expires_at") - time.time() - 7200), 60)
                self.assertEqual(told, {
                    "account": "tangoe", "tenant": "XYZ", "platform": "command",
                    "identity_provider": "pcv_edge", "identifier": house.me, "scope": "MOBPROC",
                    "client_id": CLIENT_ID, "multitenant": False})
                self.assertEqual(len(house.ping.requests), before + 1)

            self.each_way(house, check)

    def test_the_server_is_asked_as_the_account_says(self):
        kinds = {"url": "validator"}
        with House(self) as house:
            house.login()
            token = house.ask("GET", ACCOUNT="tangoe")["ACCESS_TOKEN"]

            def check(way):
                self.assertEqual(self.validate(house)[0], 0)
                request = house.ping.requests[-1]
                self.assertEqual(request.kind, kinds.get(way, way))
                self.assertIn(token, [value for _, value in request.parameters])

            self.each_way(house, check)

    def test_a_token_that_the_server_does_not_know(self):
        with House(self) as house:
            house.login()
            house.ping.state.revoke_everything()

            def check(way):
                if way == "url":
                    return  # nothing is known of how that validator says so
                code, out, said = self.validate(house)
                self.assertEqual((code, out), (4, b""))
                self.assertIn("mobproc: the server says that the token is not valid\n", said)

            self.each_way(house, check)

    def test_a_validation_that_fails_says_nothing_of_the_token(self):
        with House(self) as house:
            house.login()
            house.ping.behave("html_503")

            def check(_way):
                code, out, said = self.validate(house)
                self.assertEqual((code, out), (5, b""))
                self.assertIn("the validation itself failed; the token may be good", said)

            self.each_way(house, check)
            house.ping.behave(None)
            house.ping.stop()
            self.assertEqual(self.validate(house)[0], 5)
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")
            house.ping.start()

    def test_it_changes_nothing(self):
        with House(self) as house:
            house.login()
            path = house.state / str(house.uid) / "tangoe"
            before = path.read_bytes()
            self.assertEqual(self.validate(house)[0], 0)
            house.ping.state.revoke_everything()
            self.assertEqual(self.validate(house)[0], 4)
            self.assertEqual(path.read_bytes(), before)

    def test_with_validate_off(self):
        with House(self, {"validate": "off", "accept_unvalidated": "yes"}) as house:
            house.login()
            before = len(house.ping.requests)
            code, out, said = self.validate(house)
            self.assertEqual((code, out), (7, b""))
            self.assertIn("this account has validate = off", said)
            self.assertEqual(len(house.ping.requests), before)

    def test_without_a_login(self):
        with House(self) as house:
            self.assertEqual(self.validate(house)[0], 1)
            self.assertEqual(house.ping.requests, [])

    def test_H8_the_shorter_of_the_lives_that_the_server_says_is_believed(self):
        """Of a login's token; where the grant says none, default_lifetime is one."""
        with House(self) as house:
            def check(way):
                for grant, left, expected in ((True, 77, 77), (True, 99999, 7199), (True, None, 7199),
                                              (False, 77, 77), (False, 99999, 300), (False, None, 300)):
                    with self.subTest(grant=grant, validation=left):
                        house.ping.behave(None)
                        if not grant:
                            house.ping.behave("no_expires_in", when="password")
                        self.say_left(house, way, left)
                        result = house.login()
                        self.assertEqual(result["ERROR"], "OK")
                        self.assertLess(abs(result["EXPIRES_AT"] - time.time() - expected), 5)
                        told = house.ask("GET", ACCOUNT="tangoe")
                        self.assertEqual(told["EXPIRES_AT"], result["EXPIRES_AT"])

            self.each_way(house, check)

    @staticmethod
    def say_left(house, way, seconds):
        """What a validation says of the token's end; None: nothing."""
        if way == "introspect":
            said = {"active": True, "scope": "MOBPROC", "client_id": CLIENT_ID, "tenant": "XYZ"}
            if seconds is not None:
                said["exp"] = int(time.time()) + seconds
            house.ping.behave("body", when="introspect", data=json.dumps(said).encode())
            return
        kind = "validate_bearer" if way == "validate_bearer" else "validator"
        if seconds is None:
            house.ping.behave("validation_no_expires_in", when=kind)
        else:
            house.ping.behave("validation_member", when=kind, raw=str(seconds))

    def test_an_expired_token_is_not_sent(self):
        with House(self) as house:
            house.ping.state.lifetime = 3
            self.assertEqual(house.login()["ERROR"], "OK")
            time.sleep(3.2)
            before = len(house.ping.requests)
            code, _, said = self.validate(house)
            self.assertEqual(code, 4)
            self.assertIn("mobproc refresh gets a new one", said)
            self.assertEqual(len(house.ping.requests), before)

    @unittest.skipUnless(IS_ROOT, "needs root: about another user")
    def test_root_asks_about_somebody(self):
        with House(self) as house:
            house.login("alice")
            ran = house.mobproc("validate", "--user", "alice", "--json", "--socket",
                                str(house.socket), uid=0)
            self.assertEqual(json.loads(ran.stdout)["identifier"], "alice")
            self.assertEqual(house.ask("VALIDATE", uid=house.uid, TARGET="alice")["ERROR"],
                             "FORBIDDEN")


if __name__ == "__main__":
    unittest.main()
