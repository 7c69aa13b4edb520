"""mobproc logout: revoked at the server first, then forgotten in any case."""
import os
import time
import unittest

from fixtures.house import House

ROOT = os.geteuid() == 0
FORGOTTEN = "the tokens are forgotten"
COULD_NOT = ("mobproc: the server could not be told; it accepts the tokens until they end by "
             "themselves\n")


class Logout(unittest.TestCase):
    def house(self, account=None, **more):
        house = House(self, start=False, **more)
        house.configure(dict({"revocation_endpoint": house.ping.revocation_url}, **(account or {})))
        house.start()
        return house

    def tokens(self, house):
        """(refresh token, access token) that the server issued last."""
        state = house.ping.state
        return list(state._refresh)[-1], list(state._access)[-1]

    def revoked(self, house):
        """The tokens that the server was asked to revoke, in order."""
        return [request.get("token") for request in house.ping.requests
                if request.kind == "revoke"]

    def logout(self, house, *words):
        ran = house.mobproc("logout", *words)
        self.assertEqual(ran.stdout, b"")
        return ran.returncode, ran.stderr.decode()

    def assert_forgotten(self, house):
        self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "NO_RECORD")
        self.assertFalse((house.state / str(house.uid)).exists())
        self.assertEqual(self.logout(house)[0], 1)

    def test_the_refresh_token_is_revoked_before_the_access_token(self):
        with self.house() as house:
            house.login()
            tokens = self.tokens(house)
            self.assertEqual(self.logout(house), (0, "mobproc: %s\n" % FORGOTTEN))
            self.assertEqual(self.revoked(house), list(tokens))
            self.assertIsNone(house.ping.state.live(tokens[1]))
            self.assertIsNone(house.ping.state.live_refresh(tokens[0]))
            self.assert_forgotten(house)
            self.assertEqual(len(self.revoked(house)), 2)

    def test_the_request_is_what_RFC_7009_says(self):
        with self.house() as house:
            house.login()
            self.logout(house)
            first, second = [one for one in house.ping.requests if one.kind == "revoke"]
            for request, hint in ((first, "refresh_token"), (second, "access_token")):
                self.assertEqual((request.method, request.path, request.query),
                                 ("POST", "/as/revoke_token.oauth2", ""))
                self.assertIn(request.get("token_type_hint"), (hint, None))
                self.assertEqual(request.faults, [])

    def test_the_record_goes_after_the_server_was_told(self):
        with self.house() as house:
            house.login()
            house.ping.hold(lambda request: request.kind == "revoke")
            logout = house.later(self.logout, house)
            house.ping.wait_held()
            self.assertTrue((house.state / str(house.uid) / "tangoe").exists())
            house.ping.release()
            self.assertEqual(logout.result()[0], 0)
            self.assert_forgotten(house)

    def test_both_are_forgotten_when_the_server_is_away(self):
        with self.house({"connect_timeout": "1", "timeout": "2"}) as house:
            house.login()
            house.ping.stop()
            code, said = self.logout(house)
            self.assertEqual((code, said), (0, COULD_NOT + "mobproc: %s\n" % FORGOTTEN))
            self.assert_forgotten(house)
            house.ping.start()

    def test_both_are_forgotten_whatever_the_server_answers(self):
        for behaviour in ("html_503", "rst_after_request", "invalid_client_challenge",
                          "too_many_requests", "redirect_302_self"):
            with self.subTest(behaviour), self.house() as house:
                house.login()
                house.ping.behave(behaviour, when="revoke")
                code, said = self.logout(house)
                self.assertEqual((code, said), (0, COULD_NOT + "mobproc: %s\n" % FORGOTTEN))
                self.assert_forgotten(house)

    def test_a_refused_refresh_token_does_not_keep_the_access_token(self):
        with self.house() as house:
            house.login()
            tokens = self.tokens(house)
            house.ping.next("html_503", when="revoke")
            self.assertEqual(self.logout(house)[0], 0)
            self.assertEqual(self.revoked(house), list(tokens))
            self.assertIsNone(house.ping.state.live(tokens[1]))

    def test_without_a_revocation_endpoint(self):
        with House(self) as house:
            house.login()
            code, said = self.logout(house)
            self.assertEqual((code, said), (0, "mobproc: the server was not told: no "
                                            "revocation_endpoint is configured\nmobproc: %s\n"
                                            % FORGOTTEN))
            self.assertEqual(self.revoked(house), [])
            self.assert_forgotten(house)

    def test_all_forgets_every_account(self):
        with self.house() as house:
            house.login()
            code, said = self.logout(house, "--all")
            self.assertEqual((code, said), (0, "mobproc: tangoe: %s\n" % FORGOTTEN))
            self.assertEqual(len(self.revoked(house)), 2)
            self.assert_forgotten(house)

    def test_a_damaged_record_is_forgotten_too(self):
        with self.house() as house:
            house.login()
            path = house.state / str(house.uid) / "tangoe"
            path.write_bytes(b"damaged")
            code, said = self.logout(house)
            self.assertEqual((code, said), (0, COULD_NOT + "mobproc: %s\n" % FORGOTTEN))
            self.assertEqual(self.revoked(house), [])
            self.assert_forgotten(house)

    def test_a_login_meanwhile_is_not_forgotten(self):
        """Who signs in again while the old tokens are being revoked stays signed in."""
        with self.house() as house:
            house.login()
            house.ping.hold(lambda request: request.kind == "revoke")
            logout = house.later(self.logout, house)
            house.ping.wait_held()
            time.sleep(1.1)  # logins are told apart by their second
            self.assertEqual(house.login()["ERROR"], "OK")
            house.ping.release()
            self.assertEqual(logout.result()[0], 0)
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")

    def test_what_a_refresh_brings_afterwards_is_revoked_too(self):
        with self.house() as house:
            house.login()
            house.ping.hold(lambda request: request.kind == "refresh_token")
            asked = house.later(house.ask, "REFRESH", ACCOUNT="tangoe")
            house.ping.wait_held()
            tokens = self.tokens(house)
            self.assertEqual(self.logout(house)[0], 0)
            self.assertFalse(set(tokens) & set(self.revoked(house)))
            house.ping.release()
            self.assertEqual(asked.result()["ERROR"], "NO_RECORD")
            house.stop()  # it waits for what nobody else waits for
            self.assertEqual(self.revoked(house)[2:], list(tokens))

    def test_what_a_refresh_brings_meanwhile_is_revoked_too(self):
        with self.house() as house:
            house.login()
            house.ping.hold(lambda request: request.kind in ("refresh_token", "revoke"))
            asked = house.later(house.ask, "REFRESH", ACCOUNT="tangoe")
            house.ping.wait_held()
            tokens = self.tokens(house)
            logout = house.later(self.logout, house)
            house.ping.wait_held(2)
            house.ping.hold(lambda request: request.kind == "revoke")
            self.assertEqual(asked.result()["ERROR"], "OK")
            self.assertFalse(set(tokens) & set(self.revoked(house)))
            house.ping.release()
            self.assertEqual(logout.result()[0], 0)
            self.assertEqual(self.revoked(house)[2:], list(tokens))
            self.assert_forgotten(house)

    @unittest.skipUnless(ROOT, "needs root: two people")
    def test_a_person_forgets_his_own_only(self):
        with self.house() as house:
            house.login("alice")
            house.login("bob")
            self.assertEqual(self.logout(house)[0], 0)
            self.assertTrue((house.state / "2002" / "tangoe").exists())
            ran = house.mobproc("logout", "--user", "bob", "--socket", str(house.socket), uid=0)
            self.assertEqual(ran.returncode, 0)
            self.assertFalse((house.state / "2002").exists())


if __name__ == "__main__":
    unittest.main()
