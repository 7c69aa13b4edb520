"""The server rotates the refresh token, and its answer is lost at every byte (ATTACKS N21)."""
import unittest

from fixtures.house import House

PLACES = (0, 1, 9, 15, 16, 17, 80, 120, 160, 200, 240, 280, 320, 360)  # bytes of the whole reply


class Lost(unittest.TestCase):
    def refresh(self, house):
        return house.ask("REFRESH", ACCOUNT="tangoe")["ERROR"]

    def start_over(self, house):
        """As if the time that a failure is remembered for were over, and the mark's too."""
        house.stop()
        house.start()

    def cut(self, house, at, how):
        house.ping.next("cut_reply", when="refresh_token", at=at, how=how)
        return self.refresh(house)

    def test_N21_wherever_it_breaks_it_is_sent_twice_at_most_and_ends_in_a_login(self):
        with House(self, {"timeout": 2}) as house:
            house.ping.state.grace = 0
            for at in PLACES:
                how = "reset" if at % 2 else "fin"
                with self.subTest(at=at, how=how):
                    self.assertEqual("OK", house.login()["ERROR"])
                    house.ping.forget_requests()
                    error = self.cut(house, at, how)
                    outcomes = [error]
                    while outcomes[-1] == "OUTAGE" and len(outcomes) < 4:
                        self.start_over(house)
                        outcomes.append(self.refresh(house))
                    self.assertEqual(["OUTAGE", "LOGIN_NEEDED"], outcomes)
                    self.assertEqual(2, len(house.ping.posts("refresh_token")))
                    self.start_over(house)
                    self.assertEqual("LOGIN_NEEDED", self.refresh(house))
                    self.assertEqual(2, len(house.ping.posts("refresh_token")))

    def test_N21_so_is_one_whose_answer_cannot_be_read(self):
        """Whole, but cut off before it was framed, compressed, or not what it says."""
        with House(self, {"timeout": 2}) as house:
            for behaviour in ("trailing_bytes", "open_end", "gzip_body", "html_content_type"):
                with self.subTest(behaviour):
                    self.assertEqual("OK", house.login()["ERROR"])
                    house.ping.forget_requests()
                    if behaviour == "open_end":
                        house.ping.behave("body", when="refresh_token", data=b'{"access_token":"a')
                    else:
                        house.ping.behave(behaviour, when="refresh_token")
                    outcomes = []
                    for _ in range(4):
                        outcomes.append(self.refresh(house))
                        self.start_over(house)
                    self.assertEqual(["OUTAGE"] * 2 + ["LOGIN_NEEDED"] * 2, outcomes)
                    self.assertEqual(2, len(house.ping.posts("refresh_token")))
                    house.ping.behave(None)

    def test_a_page_of_a_gateway_is_no_answer_of_the_server(self):
        with House(self, {"timeout": 2}) as house:
            self.assertEqual("OK", house.login()["ERROR"])
            house.ping.behave("html_page", when="refresh_token", code=200)
            for _ in range(4):
                self.assertEqual("OUTAGE", self.refresh(house))
                self.start_over(house)
            house.ping.behave(None)
            self.assertEqual("OK", self.refresh(house))


if __name__ == "__main__":
    unittest.main()
