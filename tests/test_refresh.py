"""Refresh: once for everybody, never a lost pair, never a loop."""
import contextlib
import os
import threading
import time
import unittest

from fixtures import asking, wire
from fixtures.house import House

SHORT = {"timeout": 2, "connect_timeout": 1}
# a validation would take its own time, and less may be left then than the grant said
UNVALIDATED = {"validate": "off", "accept_unvalidated": "yes"}

ROOT = os.geteuid() == 0


def many_gets(path, count, all_wait):
    """`count` clients ask at once; [(error, token)]. A byte goes to `all_wait` when the broker has
    accepted them all."""
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(asking.connect(path)) for _ in range(count)]
        for connection in connections:
            connection.send(wire.encode("GET", ACCOUNT="tangoe", REMAINING_MS=20000))
        for connection in connections:
            if wire.decode(connection.recv(100)).operation != "ACCEPTED":
                raise AssertionError("one was not accepted")
        os.write(all_wait, b"x")
        results = [wire.decode(asking.receive(connection)) for connection in connections]
    return [(result["ERROR"], result.get("ACCESS_TOKEN")) for result in results]


def expired(house):
    """Logs in with tokens that live two seconds, and waits until that one is over. What comes next
    lives two hours again."""
    house.ping.state.lifetime = 3
    house.test.assertEqual(house.login()["ERROR"], "OK")
    house.ping.state.lifetime = 7200
    time.sleep(2.2)


class Refresh(unittest.TestCase):
    def refreshes(self, house):
        return len(house.ping.posts("refresh_token"))

    def get(self, house, **fields):
        return house.ask("GET", ACCOUNT="tangoe", **fields)

    def test_N20_a_hundred_clients_one_post(self):
        with House(self) as house:
            house.ping.state.reuse_revokes = True
            house.ping.state.grace = 0
            expired(house)
            house.ping.hold()
            asked, all_wait = os.pipe()
            release = threading.Thread(target=lambda: os.read(asked, 1) and house.ping.release())
            release.start()
            try:
                answers = asking.as_uid(house.uid, many_gets, house.socket, 100, all_wait)
            finally:
                os.close(all_wait)
                release.join()
                os.close(asked)
            self.assertEqual(len(answers), 100)
            self.assertEqual({error for error, _ in answers}, {"OK"})
            self.assertEqual(len({token for _, token in answers}), 1)
            self.assertEqual(self.refreshes(house), 1)
            self.assertTrue(house.ping.state.live(answers[0][1]))

    def test_a_fresh_token_is_given_without_any_request(self):
        with House(self) as house:
            house.login()
            for _ in range(5):
                self.assertEqual(self.get(house)["ERROR"], "OK")
            self.assertEqual(self.refreshes(house), 0)

    def test_H8_a_token_that_runs_short_is_refreshed(self):
        """refresh_margin, both ways."""
        for margin, posts in ((0, 0), (10, 1)):
            account = dict(UNVALIDATED, refresh_margin=margin)
            with self.subTest(margin=margin), House(self, account) as house:
                house.ping.state.lifetime = 10
                house.login()
                time.sleep(7.2)
                self.assertEqual(self.get(house)["ERROR"], "OK")
                self.assertEqual(self.refreshes(house), posts)

    def test_H8_min_ttl_is_kept(self):
        with House(self, UNVALIDATED) as house:
            house.login()
            time.sleep(1.1)
            token = self.get(house, MIN_TTL=7199)
            self.assertEqual(token["ERROR"], "OK")
            self.assertGreaterEqual(token["EXPIRES_AT"] - time.time(), 7197)
            self.assertEqual(self.refreshes(house), 1)
            for seconds in (9000, 2**31, 2**63):
                self.assertEqual(self.get(house, MIN_TTL=seconds)["ERROR"], "TOO_LONG")
            self.assertEqual(self.refreshes(house), 1)

    def test_H16_a_rotated_token_survives_a_restart(self):
        with House(self) as house:
            house.ping.state.grace = 0
            house.ping.state.reuse_revokes = True
            house.login()
            for _ in range(3):
                self.assertEqual(house.ask("REFRESH")["ERROR"], "OK")
                house.kill()
                house.start()
            sent = [dict(post.body_parameters)["refresh_token"]
                    for post in house.ping.posts("refresh_token")]
            self.assertEqual(len(set(sent)), 3)

    def test_N19_a_reply_without_a_refresh_token_keeps_the_old(self):
        with House(self) as house:
            house.login()
            house.ping.behave("no_refresh_token")
            self.assertEqual(house.ask("REFRESH")["ERROR"], "OK")
            house.ping.behave(None)
            self.assertEqual(house.ask("REFRESH")["ERROR"], "OK")

    def test_H15_a_dead_refresh_token_costs_one_post(self):
        with House(self) as house:
            expired(house)
            house.ping.state.revoke_everything()
            for _ in range(4):
                self.assertEqual(self.get(house)["ERROR"], "LOGIN_NEEDED")
            self.assertEqual(self.refreshes(house), 1)
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(self.get(house)["ERROR"], "OK")

    def test_a_living_token_is_given_while_ping_is_away(self):
        with House(self) as house:
            house.login()
            house.ping.behave("html_503")
            self.assertEqual(house.ask("REFRESH")["ERROR"], "OUTAGE")
            self.assertEqual(self.get(house)["ERROR"], "OK")

    def most(self, began):
        """How many refreshes a slow machine may have had time for: one in five seconds."""
        return 2 + int(time.monotonic() - began) // 5

    @unittest.skipUnless(ROOT, "needs root: a broker's own user has no pause")
    def test_who_asks_in_a_row_has_the_server_asked_once(self):
        with House(self) as house:
            house.login()
            time.sleep(1.1)  # what a login brought is told by its second
            began = time.monotonic()
            answers = [house.ask("REFRESH", uid=house.uid) for _ in range(20)]
            self.assertEqual([answer["ERROR"] for answer in answers], ["OK"] * 20)
            self.assertLess(self.refreshes(house), self.most(began))
            time.sleep(5.1)
            before = self.refreshes(house)
            self.assertEqual(house.ask("REFRESH", uid=house.uid)["ERROR"], "OK")
            self.assertEqual(self.refreshes(house), before + 1)
            self.assertEqual([house.ask("REFRESH")["ERROR"] for _ in range(2)], ["OK"] * 2)
            self.assertEqual(self.refreshes(house), before + 3)

    def test_nor_do_tokens_that_must_live_as_long_as_they_can(self):
        with House(self, UNVALIDATED) as house:
            house.login()
            time.sleep(1.1)
            began = time.monotonic()
            self.assertEqual(self.get(house, MIN_TTL=7199)["ERROR"], "OK")
            time.sleep(1.1)
            for _ in range(20):
                self.assertIn(self.get(house, MIN_TTL=7199)["ERROR"], ("TOO_LONG", "OK"))
            self.assertLess(self.refreshes(house), self.most(began))
            time.sleep(5.1)
            before = self.refreshes(house)
            self.assertEqual(self.get(house, MIN_TTL=7199)["ERROR"], "OK")
            self.assertEqual(self.refreshes(house), before + 1)

    def test_an_outage_is_remembered_for_a_moment(self):
        with House(self) as house:
            expired(house)
            house.ping.behave("html_503")
            for _ in range(10):
                result = self.get(house)
                self.assertEqual(result["ERROR"], "OUTAGE")
            self.assertEqual(self.refreshes(house), 1)
            self.assertGreaterEqual(result["RETRY_AFTER"], 1)

    def test_N25_retry_after_is_obeyed_and_clamped(self):
        for said, least, most in ((100, 90, 100), (10 ** 6, 200, 300)):
            with self.subTest(said=said), House(self) as house:
                expired(house)
                house.ping.behave("retry_after_503", retry_after=str(said))
                self.assertEqual(self.get(house)["ERROR"], "OUTAGE")
                again = self.get(house)
                self.assertTrue(least <= again["RETRY_AFTER"] <= most, again["RETRY_AFTER"])
                self.assertEqual(self.refreshes(house), 1)


class Crash(unittest.TestCase):
    """kill -9 of the broker between sending a refresh and the rename."""

    def refreshes(self, house):
        return len(house.ping.posts("refresh_token"))

    def killed_in_flight(self, house):
        """Leaves a refresh answered by Ping and unheard by the broker."""
        expired(house)
        house.ping.hold()
        asker = threading.Thread(target=lambda: asking.as_uid(house.uid, self.abandoned,
                                                              house.socket))
        asker.start()
        house.ping.wait_held()
        house.kill()
        house.ping.release()
        asker.join()

    @staticmethod
    def abandoned(path):
        asking.ask_packet(path, asking.wire.encode("GET", ACCOUNT="tangoe", REMAINING_MS=9000))

    def settle(self, house, seconds=12):
        """Asks until the answer is no longer "an earlier refresh may still be under way"."""
        for _ in range(seconds * 5):
            error = house.ask("GET", ACCOUNT="tangoe")["ERROR"]
            if error != "OUTAGE":
                return error
            time.sleep(0.2)
        return error

    def test_L18_within_grace_one_retry_saves_the_login(self):
        with House(self, SHORT) as house:
            self.killed_in_flight(house)
            house.start()
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OUTAGE")
            self.assertEqual(self.refreshes(house), 1)
            self.assertEqual(self.settle(house), "OK")
            self.assertEqual(self.refreshes(house), 2)

    def test_N21_after_grace_it_ends_in_a_login_and_not_in_a_loop(self):
        with House(self, SHORT) as house:
            house.ping.state.grace = 0
            house.ping.state.reuse_revokes = True
            self.killed_in_flight(house)
            house.start()
            self.assertEqual(self.settle(house), "LOGIN_NEEDED")
            for _ in range(3):
                self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "LOGIN_NEEDED")
            self.assertEqual(self.refreshes(house), 2)
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")

    def test_N21_two_lost_answers_ask_for_a_login(self):
        with House(self, SHORT) as house:
            expired(house)
            house.ping.behave("rst_after_request", when="refresh_token")
            self.assertEqual(self.settle(house, 30), "LOGIN_NEEDED")
            self.assertEqual(self.refreshes(house), 2)

    def test_an_erase_during_a_refresh_wins(self):
        with House(self) as house:
            expired(house)
            house.ping.hold()
            answers = []
            asker = threading.Thread(target=lambda: answers.append(
                house.ask("GET", ACCOUNT="tangoe")["ERROR"]))
            asker.start()
            house.ping.wait_held()
            self.assertEqual(house.ask("LOGOUT")["ERROR"], "OK")
            house.ping.release()
            asker.join()
            self.assertEqual(answers, ["NO_RECORD"])
            self.assertEqual(house.ask("LIST").all("RECORD"), [])

    def test_who_logs_out_during_a_refresh_is_told_that_there_is_no_token(self):
        with House(self) as house:
            house.login()
            house.ping.hold(lambda request: request.kind == "refresh_token")
            asked = house.later(house.ask, "REFRESH")
            self.assertTrue(house.ping.wait_held())
            self.assertEqual(house.ask("LOGOUT")["ERROR"], "OK")
            house.ping.release()
            self.assertEqual(asked.result()["ERROR"], "NO_RECORD")

    def test_a_login_during_a_refresh_wins(self):
        with House(self) as house:
            expired(house)
            house.ping.hold(lambda request: "refresh" in str(request.parameters))
            answers = []
            asker = threading.Thread(target=lambda: answers.append(
                house.ask("GET", ACCOUNT="tangoe")))
            asker.start()
            house.ping.wait_held()
            self.assertEqual(house.login()["ERROR"], "OK")
            house.ping.release()
            asker.join()
            self.assertEqual(answers[0]["ERROR"], "OK")
            current = house.ask("GET", ACCOUNT="tangoe")["ACCESS_TOKEN"]
            self.assertEqual(answers[0]["ACCESS_TOKEN"], current)


class Erase(unittest.TestCase):
    """A tool that complains about a token."""

    def test_only_the_current_and_old_enough_token_is_dropped(self):
        with House(self) as house:
            house.login()
            token = house.ask("GET", ACCOUNT="tangoe")["ACCESS_TOKEN"]
            house.ask("ERASE", ACCOUNT="tangoe", ACCESS_TOKEN="another")
            house.ask("ERASE", ACCOUNT="tangoe", ACCESS_TOKEN=token)  # too young
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ACCESS_TOKEN"], token)
            self.assertEqual(len(house.ping.posts("refresh_token")), 0)


if __name__ == "__main__":
    unittest.main()
