"""Service accounts: one login for all listed users, nobody has to be there."""
import os
import time
import unittest

from fixtures.house import CLIENT_ID, House

ALICE, BOB, CAROL = 2001, 2002, 2003
SECRET = "robot's own password"


def robot(house, **keys):
    """Adds [account robot] to the house's configuration."""
    path = house.directory / "robot-password"
    if not path.exists():
        path.write_text(SECRET)
        path.chmod(0o600)
        house.secrets.add(SECRET)
        house.ping.add_user("command://robot", SECRET)
    lines = {"token_endpoint": house.ping.url, "client_id": CLIENT_ID,
             "client_secret": "file:%s" % (house.directory / "client-secret"),
             "scope": "MOBPROC", "tenant": "XYZ", "ca": house.ping.ca,
             "allow_users": "alice bob", "username": "command://robot",
             "password": "file:%s" % path}
    lines.update(keys)
    house.configure(more="\n[account robot]\n" + "".join(
        "%s = %s\n" % pair for pair in lines.items() if pair[1] is not None))
    house.reload()


@unittest.skipUnless(os.geteuid() == 0, "needs root: several users share the account")
class ServiceAccount(unittest.TestCase):
    def get(self, house, uid=ALICE):
        return house.ask("GET", uid=uid, ACCOUNT="robot")

    def counts(self, house):
        return len(house.ping.posts("password")), len(house.ping.posts("refresh_token"))

    def test_one_login_serves_all_who_are_listed(self):
        with House(self) as house:
            robot(house)
            tokens = {self.get(house, uid)["ACCESS_TOKEN"] for uid in (ALICE, BOB, ALICE)}
            self.assertEqual(len(tokens), 1)
            self.assertEqual(self.counts(house), (1, 0))
            self.assertEqual(self.get(house, CAROL)["ERROR"], "UNMAPPED")

    def test_it_survives_a_restart_without_a_login(self):
        with House(self) as house:
            robot(house)
            self.get(house)
            house.kill()
            house.start()
            self.assertEqual(self.get(house, BOB)["ERROR"], "OK")
            self.assertEqual(self.counts(house), (1, 0))

    def test_it_refreshes_unattended(self):
        with House(self) as house:
            robot(house)
            house.ping.state.lifetime = 3
            self.get(house)
            house.ping.state.lifetime = 7200
            time.sleep(2.2)
            self.assertEqual(self.get(house)["ERROR"], "OK")
            self.assertEqual(self.counts(house), (1, 1))

    def test_one_fall_back_from_a_dead_refresh_token_to_the_password(self):
        with House(self) as house:
            robot(house)
            house.ping.state.lifetime = 3
            self.get(house)
            house.ping.state.lifetime = 7200
            house.ping.state.revoke_everything()
            time.sleep(2.2)
            self.assertEqual(self.get(house)["ERROR"], "OK")
            self.assertEqual(self.counts(house), (2, 1))

    def test_a_wrong_password_backs_off(self):
        with House(self) as house:
            robot(house)
            house.ping.add_user("command://robot", "changed at Tangoe")
            for _ in range(5):
                result = self.get(house)
                self.assertEqual(result["ERROR"], "DENIED")
            self.assertEqual(self.counts(house), (1, 0))
            self.assertGreaterEqual(result["RETRY_AFTER"], 290)

    def test_those_who_are_listed_may_not_manage_it(self):
        with House(self) as house:
            robot(house)
            self.get(house)
            for operation in ("REFRESH", "LOGOUT", "VALIDATE"):
                with self.subTest(operation):
                    result = house.ask(operation, uid=ALICE, ACCOUNT="robot")
                    self.assertEqual(result["ERROR"], "FORBIDDEN")
            self.assertEqual(house.ask("REFRESH", uid=0, ACCOUNT="robot")["ERROR"], "OK")
            self.assertEqual(house.ask("LOGOUT", uid=0, ACCOUNT="robot")["ERROR"], "OK")

    def test_those_who_are_listed_may_complain_about_its_token(self):
        """Nothing is dropped: this one is too young."""
        with House(self) as house:
            robot(house)
            token = self.get(house)["ACCESS_TOKEN"]
            for uid, error in ((ALICE, "OK"), (CAROL, "UNMAPPED")):
                result = house.ask("ERASE", uid=uid, ACCOUNT="robot", ACCESS_TOKEN=token)
                self.assertEqual(result["ERROR"], error)
            self.assertEqual(self.get(house)["ACCESS_TOKEN"], token)

    def test_nobody_logs_in_with_it(self):
        with House(self) as house:
            robot(house)
            result = house.ask("LOGIN", uid=0, ACCOUNT="robot", USER="alice", UID=ALICE,
                               PASSWORD=SECRET)
            self.assertEqual((result["ERROR"], result.get("VERDICT")), ("NO_ACCOUNT", None))
            self.assertEqual(house.ping.requests, [])

    def test_status_shows_it_to_those_who_are_listed(self):
        with House(self) as house:
            robot(house)
            self.get(house)
            self.assertIn(b"robot", house.mobproc("status", uid=BOB).stdout)
            self.assertNotIn(b"robot", house.mobproc("status", uid=CAROL).stdout)


if __name__ == "__main__":
    unittest.main()
