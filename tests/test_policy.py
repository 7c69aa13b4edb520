"""Who may log in: validation, required claims, the account stage, names."""
import json
import os
import unittest

from fixtures.house import House, PASSWORD

ALICE = 2001


class Validation(unittest.TestCase):
    """After the grant, before anything is sealed."""

    def outcome(self, house, name=None):
        result = house.login(name)
        self.assertEqual(result["VERDICT"] == "ADMIT", result["ERROR"] == "OK")
        return result["ERROR"]

    def sealed(self, house):
        return len(house.ask("LIST").all("RECORD"))

    def test_each_way_to_validate_sends_its_own_request(self):
        with House(self) as house:
            ping = house.ping
            ways = {
                "validate_bearer": ({}, ("POST", "/as/token.oauth2", "validate_bearer")),
                "introspect": ({"introspection_endpoint": ping.introspection_url},
                               ("POST", "/as/introspect.oauth2", None)),
                "url": ({"validate_url": ping.validator_url}, ("GET", "/validator", None)),
                "off": ({"accept_unvalidated": "yes"}, None),
            }
            for way, (keys, expected) in ways.items():
                with self.subTest(way):
                    house.configure(dict(keys, validate=way))
                    house.reload()
                    ping.forget_requests()
                    self.assertEqual(self.outcome(house), "OK")
                    self.assertEqual(len(ping.posts("password")), 1)
                    rest = [r for r in ping.requests if r not in ping.posts("password")]
                    self.assertEqual(len(rest), 1 if expected else 0)
                    if expected:
                        self.assertEqual((rest[0].method, rest[0].path), expected[:2])

    def test_N17_a_user_of_another_tenant_does_not_log_in(self):
        keys = {"revocation_endpoint": None}
        with House(self, keys) as house:
            house.configure({"revocation_endpoint": house.ping.revocation_url})
            house.reload()
            house.ping.add_user("command://" + house.me, PASSWORD, tenant="ABC")
            self.assertEqual(self.outcome(house), "POLICY")
            self.assertEqual(self.sealed(house), 0)
            # the token that nobody may use is given back
            self.assertTrue(house.ping.wait_until(
                lambda: any(r.path == "/as/revoke_token.oauth2" for r in house.ping.requests)))

    def test_Z1_each_required_claim_both_ways(self):
        claims = {"tenant": ("XYZ", "ABC"), "platform": ("command", "rivermine"),
                  "identity_provider": ("pcv_edge", "pcv"), "identifier": ("%u", "%u.x"),
                  "scope": ("MOBPROC", "MOBPROC admin")}
        with House(self) as house:
            for claim, (good, bad) in claims.items():
                for value, expected in ((good, "OK"), (bad, "POLICY")):
                    with self.subTest(claim=claim, value=value):
                        house.configure({"require_" + claim: value})
                        house.reload()
                        self.assertEqual(self.outcome(house), expected)

    def test_a_missing_claim_denies(self):
        with House(self) as house:
            house.ping.behave("validation_arrays", when="validate_bearer")
            self.assertEqual(self.outcome(house), "POLICY")

    def test_only_invalid_grant_says_that_the_token_is_bad(self):
        cases = {"token_expired": "DENIED", "html_503": "OUTAGE", "server_error_500": "OUTAGE",
                 "invalid_client_401": "CLIENT", "unauthorized_client": "CLIENT",
                 "empty_400": "OUTAGE"}
        with House(self) as house:
            for behaviour, expected in cases.items():
                with self.subTest(behaviour):
                    house.ping.behave(behaviour, when="validate_bearer")
                    self.assertEqual(self.outcome(house), expected)
                    self.assertEqual(self.sealed(house), 0)

    def test_multitenant_is_true_false_or_their_words(self):
        good = ("true", "false", '"true"', '"false"')
        bad = ('"False"', '"0"', "1", "[]", "null", '"yes"')
        with House(self) as house:
            user = house.ping.state.users["command://" + house.me]
            for text in good + bad:
                with self.subTest(multitenant=text):
                    user.claims["multitenant"] = json.loads(text)
                    self.assertEqual(self.outcome(house), "OK" if text in good else "POLICY")

    def test_the_claims_are_shown(self):
        with House(self) as house:
            house.login()
            said = house.ask("VALIDATE")
            self.assertEqual((said["ERROR"], said["CLAIM_TENANT"], said["CLAIM_PLATFORM"]),
                             ("OK", "XYZ", "command"))
            house.ping.state.revoke_everything()
            self.assertEqual(house.ask("VALIDATE")["ERROR"], "DENIED")


class AccountStage(unittest.TestCase):
    """A local decision that never asks Ping."""

    def check(self, house, name=None):
        before = len(house.ping.requests)
        fields = {"USER": name or house.me}
        if os.geteuid() == 0:
            fields["UID"] = ALICE
        result = house.ask("ACCOUNT_CHECK", uid=0 if os.geteuid() == 0 else None, **fields)
        self.assertEqual(len(house.ping.requests), before)
        self.assertEqual(result["VERDICT"] == "ADMIT", result["ERROR"] == "OK")
        return result["ERROR"]

    def test_P26_the_policy_of_today_meets_the_claims_of_the_last_login(self):
        with House(self) as house:
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(self.check(house), "OK")
            house.configure({"require_tenant": "ABC"})
            house.reload()
            self.assertEqual(self.check(house), "POLICY")

    def test_account_without_login_both_ways(self):
        with House(self) as house:
            self.assertEqual(self.check(house), "NO_RECORD")
            house.configure({"account_without_login": "deny"})
            house.reload()
            self.assertEqual(self.check(house), "POLICY")

    def test_a_refresh_is_no_login(self):
        """The account stage looks at the claims of the login, not at the token's age."""
        with House(self, {"account_without_login": "deny"}) as house:
            house.login()
            house.ask("REFRESH")
            self.assertEqual(self.check(house), "OK")
            house.ask("LOGOUT")
            self.assertEqual(self.check(house), "POLICY")


@unittest.skipUnless(os.geteuid() == 0, "needs root: several users log in")
class Names(unittest.TestCase):
    def mapped(self, house, text):
        path = house.directory / "map"
        path.write_text(text)
        house.configure({"user_map": str(path)})
        house.reload()
        house.ping.forget_requests()

    def remote_names(self, house):
        return [dict(post.body_parameters)["username"] for post in house.ping.posts("password")]

    def test_the_map_wins_over_the_source_system(self):
        with House(self) as house:
            house.ping.add_user("rivermine://a.liddell", PASSWORD)
            self.mapped(house, "alice rivermine://a.liddell\n")
            house.login("alice")
            house.login("bob")
            self.assertEqual(self.remote_names(house),
                             ["rivermine://a.liddell", "command://bob"])

    def test_P7_two_local_users_never_share_a_remote_name(self):
        with House(self) as house:
            self.mapped(house, "alice command://bob\n")
            self.assertEqual(house.login("bob")["ERROR"], "UNMAPPED")
            self.assertEqual(house.login("alice")["ERROR"], "OK")

    def test_source_system_both_ways(self):
        with House(self) as house:
            for system, name in (("command", "command://alice"), ("rivermine", "rivermine://alice"),
                                 ("platform", "alice")):
                house.ping.add_user(name, PASSWORD)
                house.configure({"source_system": system})
                house.reload()
                house.ping.forget_requests()
                house.login("alice")
                self.assertEqual(self.remote_names(house), [name])

    def test_N24_a_local_name_chooses_no_source_system(self):
        with House(self) as house:
            for name in ("rivermine://alice", "alice@other", "a%40b", "OTHER\\a", "../alice",
                         "a+b", "Alice", "a\nb", "*", "@alice"):
                result = house.ask("LOGIN", uid=0, USER=name, UID=2005, PASSWORD=PASSWORD)
                self.assertEqual(result["ERROR"], "UNMAPPED", name)
            self.assertEqual(house.ping.requests, [])

    def test_P6_a_map_lets_an_odd_name_in(self):
        with House(self) as house:
            house.ping.add_user("command://ab", PASSWORD)
            self.mapped(house, "a+b command://ab\n")
            result = house.ask("LOGIN", uid=0, USER="a+b", UID=2005, PASSWORD=PASSWORD)
            self.assertEqual(result["ERROR"], "OK")


if __name__ == "__main__":
    unittest.main()
