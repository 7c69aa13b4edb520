"""The main job: a real PAM stack, the real broker, and a simulated PingFederate over TLS."""
import unittest

from fixtures import pam
from fixtures.house import House, PASSWORD
from fixtures.pamcase import ROOT, PamCase

OK, AUTH = "PAM_SUCCESS", "PAM_AUTH_ERR"


class Login(PamCase):
    def stack(self, house, *arguments):
        return pam.module("socket=%s" % house.socket, *self.range, *arguments)

    def run_steps(self, house, *steps, password=PASSWORD, **how):
        how.setdefault("user", self.user)
        outcome = self.stack(house).run(*steps, password=password, **how)
        self.check(outcome, secrets=(PASSWORD,))
        return outcome

    def test_a_login_gives_a_token_to_the_tools(self):
        with House(self) as house:
            outcome = self.run_steps(house, "authenticate", "setcred", "acct_mgmt")
            self.assertEqual(outcome.codes, [OK, OK, OK])
            self.assertEqual(len(house.ping.posts("password")), 1)
            token = house.mobproc("token").stdout.decode().strip()
            self.assertTrue(house.ping.state.live(token))

    def test_a_wrong_password(self):
        with House(self) as house:
            outcome = self.run_steps(house, "authenticate", password="wrong password")
            self.assertEqual((outcome.code, outcome.messages), (AUTH, []))
            self.assertEqual(len(house.ping.posts("password")), 1)
            self.assertNotEqual(house.mobproc("token").returncode, 0)

    def test_too_many_wrong_passwords_are_kept_from_the_server(self):
        with House(self) as house:
            codes = [self.run_steps(house, "authenticate", password="wrong %d!" % n).code
                     for n in range(4)]
            self.assertEqual(codes, [AUTH, AUTH, "PAM_MAXTRIES", "PAM_MAXTRIES"])
            self.assertEqual(len(house.ping.posts("password")), 2)

    def test_a_user_whom_the_account_does_not_allow(self):
        with House(self, {"allow_users": "somebody-else"}) as house:
            outcome = self.run_steps(house, "authenticate")
            self.assertEqual((outcome.code, outcome.messages), ("PAM_USER_UNKNOWN", []))
            outcome = self.run_steps(house, "acct_mgmt")
            self.assertEqual(outcome.code, "PAM_USER_UNKNOWN")
            outcome = self.run_steps(house, "chauthtok")
            self.assertEqual((outcome.code, outcome.messages), ("PAM_PERM_DENIED", []))
            self.assertEqual(house.ping.posts("password"), [])

    def test_the_account_stage_of_one_who_did_not_log_in_here(self):
        """An ssh key or cron: PAM_IGNORE, which a lone module's stack turns into a refusal."""
        with House(self) as house:
            stack = pam.Stack("account required %s/pam_mobproc.so socket=%s %s\n"
                              "account required pam_permit.so\n"
                              % (pam.installed(), house.socket, " ".join(self.range)))
            self.assertEqual(stack.run("acct_mgmt", user=self.user).code, OK)
            self.assertEqual(self.run_steps(house, "acct_mgmt").code, "PAM_PERM_DENIED")

    def test_a_password_is_changed_elsewhere(self):
        with House(self) as house:
            outcome = self.run_steps(house, "chauthtok")
            self.assertEqual(outcome.code, "PAM_AUTHTOK_ERR")
            self.assertEqual(len(outcome.messages), 1)

    def test_the_server_is_away(self):
        with House(self, {"token_endpoint": "https://127.0.0.1:1/as/token.oauth2"}) as house:
            outcome = self.run_steps(house, "authenticate")
            self.assertEqual(outcome.code, "PAM_AUTHINFO_UNAVAIL")
            self.assertEqual(len(outcome.messages), 1)

    def test_a_broker_that_was_killed(self):
        with House(self) as house:
            house.kill()
            outcome = self.run_steps(house, "authenticate")
            self.assertEqual(outcome.code, "PAM_AUTHINFO_UNAVAIL")
            self.assertLess(outcome.seconds, 2)

    @unittest.skipUnless(ROOT, "sessions are counted for root's hosts only")
    def test_a_session_names_its_account(self):
        with House(self) as house:
            outcome = self.run_steps(house, "authenticate", "open_session", "close_session")
            self.assertEqual(outcome.codes, [OK, OK, OK])
            self.assertIn("MOBPROC_ACCOUNT=tangoe", outcome.environment)

    @unittest.skipUnless(ROOT, "needs root to become somebody else")
    def test_a_screen_locker_unlocks_its_own_user_only(self):
        with House(self) as house:
            self.assertEqual(self.run_steps(house, "authenticate", uid=2001).code, OK)
            self.assertEqual(self.run_steps(house, "authenticate", uid=2001, user="bob").code, AUTH)
            self.assertEqual(len(house.ping.posts("password")), 1)

    @unittest.skipUnless(ROOT, "needs root to log in as root or as a system user")
    def test_root_and_system_users_never_leave_the_machine(self):
        with House(self) as house:
            for user in ("root", "rootlike", "daemonlike", "highuid"):
                self.assertEqual(self.run_steps(house, "authenticate", user=user).code,
                                 "PAM_USER_UNKNOWN")
            self.assertEqual(house.ping.posts("password"), [])


if __name__ == "__main__":
    unittest.main()
