"""behave, next, hold, release, tls, stop, start: stopping and bending the world."""

import json
import socket
import ssl
import threading
import time

from .. import Ping, closed_port
from .client import PingCase, login_bytes


class Control(PingCase):
    """What a test does to the server."""

    def in_background(self, function, *arguments):
        """Run it in a thread; gives a list that will hold its result."""
        results = []

        def run():
            try:
                results.append(function(*arguments))
            except OSError as error:
                results.append(error)
        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join)
        return results, thread

    def test_behave_lasts_and_next_is_once(self):
        self.ping.behave("html_503")
        self.ping.next("html_502")
        self.assertEqual([502, 503, 503], [self.login().status for _ in range(3)])
        self.ping.behave(None)
        self.assertEqual(200, self.login().status)

    def test_behaviours_for_one_kind(self):
        self.ping.behave("html_503", when="refresh_token")
        self.ping.next("html_502", when="validate_bearer")
        access, refresh = self.tokens()
        self.assertEqual(503, self.refresh(refresh).status)
        self.assertEqual(1, self.ping.queued)
        self.assertEqual([502, 200], [self.validate(access).status for _ in range(2)])
        self.assertEqual(0, self.ping.queued)

    def test_a_behaviour_for_the_kind_wins(self):
        self.ping.behave("html_503", when="password")
        self.ping.behave("html_502")
        self.assertEqual(503, self.login().status)
        self.ping.behave(None, when="password")
        self.assertEqual(502, self.login().status)

    def test_mistakes_in_names_and_options_are_reported_at_once(self):
        for name, options in (("html_599", {}), ("late_answer", {"minutes": 1})):
            with self.assertRaises((ValueError, TypeError)):
                self.ping.behave(name, **options)
        with self.assertRaises(ValueError):
            self.ping.tls(certificate="golden")

    def test_effect_says_whether_the_request_is_processed(self):
        for effect, failures in ((False, 0), (True, 1)):
            self.ping.next("html_503", effect=effect)
            self.login(password="wrong")
            self.assertEqual(failures, self.ping.state.users["command://alice"].failures)

    def test_a_lost_refresh_has_rolled(self):
        _, refresh = self.tokens()
        self.ping.state.grace = 0
        self.ping.next("rst_after_request")
        with self.assertRaises(OSError):
            self.refresh(refresh)
        self.assertEqual(400, self.refresh(refresh).status)

    def test_altered_tokens_work(self):
        for name in ("jwt_4k", "token_64k", "token_quote", "seed_literal"):
            self.ping.next(name)
            access = json.loads(self.login().body)["access_token"]
            self.assertEqual(200, self.validate(access).status, name)

    def test_the_old_refresh_token_stays_when_no_new_one_is_given(self):
        self.ping.state.grace = 0
        _, refresh = self.tokens()
        for name, member in (("no_refresh_on_refresh", None), ("same_refresh_token", refresh)):
            self.ping.next(name)
            self.assertEqual(member, json.loads(self.refresh(refresh).body).get("refresh_token"))

    def test_hold_stops_the_world_after_the_effect(self):
        _, refresh = self.tokens()
        self.ping.hold()
        results, thread = self.in_background(self.refresh, refresh)
        self.assertTrue(self.ping.wait_held(1))
        self.assertEqual(1, self.ping.held)
        self.assertNotEqual(refresh, self.ping.state.live_refresh(refresh).current)
        self.assertEqual([], results)
        self.ping.release()
        thread.join()
        self.assertEqual((200, 0), (results[0].status, self.ping.held))

    def test_hold_can_be_choosy(self):
        self.ping.hold(lambda request: request.kind == "refresh_token")
        _, refresh = self.tokens()
        results, thread = self.in_background(self.refresh, refresh)
        self.assertTrue(self.ping.wait_held(1))
        self.ping.release()
        thread.join()
        self.assertEqual(200, results[0].status)

    def test_an_outage_keeps_the_port(self):
        port = self.ping.port
        with self.connect() as idle:
            self.ping.stop()
            self.assertIn(idle.listen().end, ("truncated", "reset"))
        self.assertEqual(0, self.ping.open_connections)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        self.ping.start()
        self.assertEqual((port, 200), (self.ping.port, self.login().status))

    def test_stopping_frees_the_held_the_slow_and_the_silent(self):
        before = threading.active_count()
        self.ping.next("silence")
        self.ping.next("slow_reply", seconds=60)
        self.ping.next("late_answer", seconds=60)
        self.ping.next("endless_body")
        with self.connect() as one, self.connect() as two, self.connect() as three, \
                self.connect() as four, self.connect() as five:
            for count, connection in enumerate((one, two, three, four), 1):
                connection.sendall(login_bytes())
                self.assertTrue(self.ping.wait_posts(count))
            self.ping.hold()
            five.sendall(login_bytes())
            self.assertTrue(self.ping.wait_held(1))
            started = time.monotonic()
            self.ping.stop()
            self.assertLess(time.monotonic() - started, 5)
        self.assertEqual(before - 1, threading.active_count())

    def test_dropped_connections(self):
        with self.connect() as connection:
            self.assertTrue(self.ping.wait_until(lambda: self.ping.open_connections == 1))
            connection.sendall(login_bytes(close=False))
            connection.recv(65536)
            self.ping.drop_connections()
            self.assertIn(connection.listen().end, ("truncated", "reset"))
        self.assertEqual(200, self.login().status)

    def test_one_tls_version_only(self):
        for version in ("TLSv1.2", "TLSv1.3"):
            self.ping.tls(version=version)
            self.login()
            self.assertEqual(version, self.ping.requests[-1].tls)
        for version in ("TLSv1", "TLSv1.1"):
            self.ping.tls(version=version)
            with self.assertRaises(ssl.SSLError):
                self.login()

    def test_redirects_lead_to_a_recorded_trap(self):
        for scheme in ("https", "http"):
            self.ping.next("redirect_307_" + scheme)
            answer = self.login()
            where = getattr(self.ping.elsewhere, scheme + "_url")
            self.assertEqual((307, where), (answer.status, answer.headers["Location"]))
        self.assertEqual(0, self.ping.elsewhere.connections)
        port = int(self.ping.elsewhere.http_url.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(login_bytes())
            self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200 OK"))
        self.assertEqual(1, len(self.ping.elsewhere.requests))

    def test_two_refreshes_at_once_may_deadlock(self):
        _, refresh = self.tokens()
        self.ping.behave("refresh_deadlock", seconds=5)
        results, thread = self.in_background(self.refresh, refresh)
        self.assertTrue(self.ping.wait_posts(1, "refresh_token"))
        while not self.ping.state.live_refresh(refresh).rolled:
            time.sleep(0.001)
        self.assertEqual(500, self.refresh(refresh).status)
        self.ping.stop()
        thread.join()

    def test_closed_port(self):
        with closed_port() as port:
            with self.assertRaises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))

    def test_the_simulators_own_mistakes_are_not_hidden(self):
        broken = Ping(self.ping.directory)
        broken.honest = lambda exchange, **how: 1 // 0
        with self.assertRaisesRegex(AssertionError, "ZeroDivisionError"):
            with broken:
                self.ping, mine = broken, self.ping
                try:
                    self.hear()
                finally:
                    self.ping = mine
