"""The states of a sign-in server and of the way to it, from the PAM stack to the vault. The numbers
are those of the simulated server (tests/ping/behaviours/__init__.py); test_behaviours has the rest.
"""
import unittest

from fixtures.proxy import Proxy
from fixtures.wholeway import UNVALIDATED, WholeWay


class Settings(WholeWay):
    """Numbers that are a state of the server or of the way to it."""

    def refreshed(self, house):
        """What a refresh is answered, and how many POSTs it took."""
        before = len(house.ping.posts("refresh_token"))
        return house.ask("REFRESH")["ERROR"], len(house.ping.posts("refresh_token")) - before

    def test_N19_13_16_new_refresh_tokens_at_each_refresh_or_after_a_while(self):
        house = self.house(UNVALIDATED)
        for interval in (0, 3600):
            self.forget(house)
            house.ping.state.roll_interval = interval
            house.ping.state.grace = 0
            self.log_in(house, "OK")
            for _ in range(3):
                self.assertEqual(self.refreshed(house), ("OK", 1))
            sent = {post.get("refresh_token") for post in house.ping.posts("refresh_token")}
            self.assertEqual(len(sent), 1 if interval else 3)

    def test_20_a_lifetime_that_validation_prolongs_is_not_counted_on(self):
        house = self.house()
        house.ping.state.extend_below = 1.0
        self.log_in(house, "OK")

    def test_21_discovery_is_there_and_nobody_asks(self):
        house = self.house()
        self.log_in(house, "OK")
        self.assertEqual([r for r in house.ping.requests if "well-known" in r.path], [])

    def test_30_a_locked_user_with_the_right_password(self):
        house = self.house(UNVALIDATED)
        house.ping.state.users.lock_after = 3
        for _ in range(3):
            house.login(password="wrong one")
        house.ping.forget_requests()
        self.log_in(house, "DENIED")

    def test_34_35_a_rolled_token_in_its_grace_and_after_it(self):
        for grace, revokes, error in ((3600, False, "OK"), (0, False, "LOGIN_NEEDED"),
                                      (0, True, "LOGIN_NEEDED")):
            with self.subTest(grace=grace, revokes=revokes):
                house = self.house(UNVALIDATED)
                house.ping.state.grace, house.ping.state.reuse_revokes = grace, revokes
                self.log_in(house, "OK")
                path = house.state / str(house.uid) / "tangoe"
                old = path.read_bytes()
                self.assertEqual(self.refreshed(house), ("OK", 1))
                path.write_bytes(old)
                self.assertEqual(self.refreshed(house), (error, 1))
                if error != "OK":
                    self.assertEqual(self.refreshed(house), (error, 0))

    def test_36_37_scope_and_client_stay_the_same_on_refresh(self):
        house = self.house(UNVALIDATED)
        self.log_in(house, "OK")
        self.assertEqual(self.refreshed(house), ("OK", 1))
        login, = house.ping.posts("password")
        refresh, = house.ping.posts("refresh_token")
        for name in ("scope", "client_id"):
            self.assertEqual(refresh.get(name), login.get(name))
        house.change(dict(UNVALIDATED, scope="MOBPROC admin"), {"guard_failures": 16})
        self.assertEqual(self.refreshed(house)[0], "CLIENT")  # wider than the login's
        house.change(dict(UNVALIDATED, client_id="another"), {"guard_failures": 16})
        self.assertEqual(self.refreshed(house), ("STORAGE", 0))  # the record is another client's

    def test_46_a_server_that_refuses_parameters_in_the_address(self):
        for query in ("accept", "reject"):
            house = self.house()
            house.ping.query = query
            self.log_in(house, "OK")
            self.assertEqual(house.ping.query_secrets, 0)

    def tls(self, error, **settings):
        """A login at a server whose TLS is like that."""
        with self.subTest(**settings):
            house = self.house(UNVALIDATED)
            house.ping.tls(**settings)
            self.log_in(house, error, 1 if error == "OK" else 0)
            if error != "OK":
                self.assertEqual(house.ping.application_bytes, 0)

    def test_N5_61_62_63_64_67_certificates_that_are_not_believed(self):
        for kind in ("unknown_ca", "wrong_host", "expired", "not_yet_valid", "self_signed",
                     "missing_intermediate", "wildcard", "ip_only"):
            self.tls("OUTAGE", certificate=kind)
        self.tls("OK", certificate="intermediate")

    def test_N6_65_66_versions_and_client_certificates(self):
        for version in ("TLSv1", "TLSv1.1"):
            self.tls("OUTAGE", version=version)
        self.tls("OK", client_certificate="request")
        self.tls("OUTAGE", client_certificate="require", version="TLSv1.2")

    def test_70_connection_refused(self):
        house = self.house(UNVALIDATED)
        house.ping.stop()
        self.log_in(house, "OUTAGE", 0)
        house.ping.start()

    def test_75_a_name_that_does_not_exist(self):
        house = self.house(dict(UNVALIDATED, token_endpoint="https://name.invalid/as/token.oauth2"))
        self.log_in(house, "OUTAGE", 0)

    def test_76_a_proxy_that_wants_a_password(self):
        with Proxy() as proxy:
            proxy.status = 407
            house = self.house(dict(UNVALIDATED, proxy=proxy.url))
            self.log_in(house, "OUTAGE", 0)
            self.assertIn(len(proxy.requests), (1, 2))  # one of them while typing


if __name__ == "__main__":
    unittest.main()
