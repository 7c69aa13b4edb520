"""Rolling, grace, reuse, lock-out, lifetimes: the server's memory over time."""

import json

from .client import ALICE, PASSWORD, PingCase, credentials


class Rolling(PingCase):
    """PING.md 1.4."""

    def rolled(self, token):
        """The refresh token that replaces this one."""
        return json.loads(self.refresh(token).body)["refresh_token"]

    def alive(self, refresh):
        """Whether a refresh token works; state only, nothing is rolled."""
        return self.ping.state.live_refresh(refresh) is not None

    def test_a_refresh_rolls_and_both_access_tokens_live(self):
        access, refresh = self.tokens()
        members = json.loads(self.refresh(refresh).body)
        self.assertNotEqual(refresh, members["refresh_token"])
        for token in (access, members["access_token"]):
            self.assertIsNotNone(self.ping.state.live(token))

    def test_a_rolled_token_works_inside_the_grace_period(self):
        _, first = self.tokens()
        second = self.rolled(first)
        self.ping.state.advance(59)
        self.assertEqual(200, self.refresh(first).status)
        self.assertTrue(self.alive(second))

    def test_a_rolled_token_dies_after_the_grace_period(self):
        _, first = self.tokens()
        second = self.rolled(first)
        self.ping.state.advance(61)
        self.assertEqual(400, self.refresh(first).status)
        self.assertEqual(200, self.refresh(second).status)

    def test_without_grace_one_of_two_wins(self):
        self.ping.state.grace = 0
        _, first = self.tokens()
        self.assertEqual([200, 400], [self.refresh(first).status for _ in range(2)])

    def test_reuse_may_kill_the_family(self):
        self.ping.state.grace = 0
        self.ping.state.reuse_revokes = True
        _, first = self.tokens()
        members = json.loads(self.refresh(first).body)
        self.assertEqual(400, self.refresh(first).status)
        self.assertEqual(400, self.refresh(members["refresh_token"]).status)
        self.assertEqual(400, self.validate(members["access_token"]).status)

    def test_rolling_can_be_off(self):
        self.ping.state.roll = False
        _, refresh = self.tokens()
        self.assertEqual(refresh, self.rolled(refresh))

    def test_the_roll_interval(self):
        self.ping.state.roll_interval = 100
        _, first = self.tokens()
        self.assertEqual(first, self.rolled(first))
        self.ping.state.advance(100)
        second = self.rolled(first)
        self.assertNotEqual(first, second)
        self.assertEqual(second, self.rolled(second))

    def test_another_client_cannot_refresh(self):
        _, refresh = self.tokens()
        self.ping.add_client("other", "secret")
        self.assertEqual(400, self.refresh(refresh, client_id="other",
                                           client_secret="secret").status)

    def test_a_refresh_cannot_widen_the_scope(self):
        self.ping.add_client("id", "secret", scopes=("MOBPROC", "OTHER"))
        mine = {"client_id": "id", "client_secret": "secret"}
        refresh = json.loads(self.login(**mine).body)["refresh_token"]
        self.assertIn(b"invalid_scope", self.refresh(refresh, scope="OTHER", **mine).body)
        self.assertEqual(200, self.refresh(refresh, scope="MOBPROC", **mine).status)

    def test_unused_grants_die(self):
        _, refresh = self.tokens()
        self.ping.state.advance(30 * 86400 + 1)
        self.assertEqual(400, self.refresh(refresh).status)

    def test_a_second_login_may_replace_the_first_grant(self):
        _, first = self.tokens()
        self.tokens()
        self.assertTrue(self.alive(first))
        self.ping.state.one_grant_per_user = True
        self.tokens()
        self.assertFalse(self.alive(first))


class Revocation(PingCase):
    """RFC 7009 and PING.md 2.2."""

    def revoke(self, token, **more):
        """POST to the revocation endpoint."""
        return self.post(dict(credentials(), token=token, **more),
                         path="/as/revoke_token.oauth2")

    def test_a_refresh_token_takes_all_along(self):
        access, refresh = self.tokens()
        answer = self.revoke(refresh)
        self.assertEqual((200, b""), (answer.status, answer.body))
        self.assertEqual(400, self.refresh(refresh).status)
        self.assertEqual(400, self.validate(access).status)

    def test_an_access_token_dies_alone(self):
        access, refresh = self.tokens()
        self.assertEqual(200, self.revoke(access).status)
        self.assertEqual(400, self.validate(access).status)
        self.assertEqual(200, self.refresh(refresh).status)

    def test_unknown_tokens_are_fine_too(self):
        self.assertEqual(200, self.revoke("x").status)

    def test_the_administrator_can_end_everything(self):
        access, refresh = self.tokens()
        self.ping.state.expire_access_tokens()
        self.assertEqual(400, self.validate(access).status)
        self.assertIsNotNone(self.ping.state.live_refresh(refresh))
        self.ping.state.revoke_everything()
        self.assertEqual(400, self.refresh(refresh).status)


class LockOut(PingCase):
    """PING.md 1.3: three failures lock for a minute."""

    def fail(self, times):
        """That many wrong passwords."""
        for _ in range(times):
            self.assertEqual(400, self.login(password="wrong").status)

    def test_three_failures_lock_out_the_right_password(self):
        self.fail(3)
        self.assertEqual(400, self.login().status)

    def test_two_failures_do_not(self):
        self.fail(2)
        self.assertEqual(200, self.login().status)

    def test_a_success_starts_counting_afresh(self):
        self.fail(2)
        self.login()
        self.fail(2)
        self.assertEqual(200, self.login().status)

    def test_the_lock_ends(self):
        self.fail(3)
        self.ping.state.advance(59)
        self.assertEqual(400, self.login().status)
        self.ping.state.advance(2)
        self.assertEqual(200, self.login().status)

    def test_others_are_not_locked(self):
        self.ping.add_user("command://bob", PASSWORD)
        self.fail(3)
        self.assertEqual(200, self.login("command://bob").status)

    def test_settings(self):
        self.ping.state.users.lock_after = 1
        self.ping.state.users.lock_seconds = 5
        self.fail(1)
        self.assertEqual(400, self.login().status)
        self.ping.state.advance(6)
        self.assertEqual(200, self.login().status)

    def test_a_locked_user_can_still_refresh(self):
        _, refresh = self.tokens()
        self.fail(3)
        self.assertEqual(200, self.refresh(refresh).status)
        self.assertEqual("User(%r)" % ALICE, repr(self.ping.state.users[ALICE]))


class Lifetime(PingCase):
    """Access tokens die on time."""

    def test_the_last_second(self):
        access, _ = self.tokens()
        self.ping.state.advance(7190)
        self.assertEqual(200, self.validate(access).status)
        self.ping.state.advance(10)
        self.assertEqual(400, self.validate(access).status)

    def test_a_shorter_life(self):
        self.ping.state.lifetime = 100
        self.ping.state.elapsed = 0
        members = json.loads(self.login().body)
        self.assertEqual(100, members["expires_in"])
        self.ping.state.advance(101)
        self.assertEqual(400, self.validate(members["access_token"]).status)

    def test_validation_may_prolong(self):
        self.ping.state.extend_below = 0.3
        access, _ = self.tokens()
        self.ping.state.advance(7000)
        self.validate(access)
        self.ping.state.advance(7000)
        self.assertEqual(200, self.validate(access).status)
