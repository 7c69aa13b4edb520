"""A login through the broker: what is sent, what is sealed, what is answered."""
import unittest

from fixtures.house import House, PASSWORD


class Login(unittest.TestCase):
    def test_a_right_password_admits_and_seals(self):
        with House(self) as house:
            result = house.login()
            self.assertEqual(result["ERROR"], "OK")
            self.assertEqual(result["VERDICT"], "ADMIT")
            self.assertEqual(len(house.ping.posts("password")), 1)
            got = house.ask("GET", ACCOUNT="tangoe")
            self.assertEqual(got["ERROR"], "OK")
            self.assertTrue(house.ping.state.live(got["ACCESS_TOKEN"]))

    def test_a_wrong_password_is_denied(self):
        with House(self) as house:
            result = house.login(password="wrong password")
            self.assertEqual((result["ERROR"], result["VERDICT"]), ("DENIED", "DENY"))
            self.assertEqual(len(house.ping.posts("password")), 1)
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "NO_RECORD")


if __name__ == "__main__":
    unittest.main()
