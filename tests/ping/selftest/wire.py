"""Every behaviour, as its bytes arrive; the expectations are in wire_table.py."""

import re
import socket
import ssl
import time

from ..behaviours import TABLE
from .client import PingCase, login_bytes
from .pipe import Pipe, Truncated
from .wire_table import ENDS, ROWS, SLOW


class Wire(PingCase):
    """Behaviours of the request stage."""

    def test_what_is_sent(self):
        honest = self.hear().data
        for name, pattern in ROWS:
            with self.subTest(name):
                expected = re.compile(pattern, re.DOTALL)
                self.assertIsNone(expected.search(honest), "the honest reply matches too")
                self.ping.next(name)
                self.assertRegex(self.hear().data, expected)

    def test_how_it_ends(self):
        for name, end in ENDS:
            with self.subTest(name):
                self.ping.next(name)
                self.assertEqual(end, self.hear().end)

    def test_all_the_rest_work_at_all(self):
        shown = SLOW.union(name for name, _ in ROWS)
        for name, entry in TABLE.items():
            if entry.stage == "request" and name not in shown:
                with self.subTest(name):
                    self.ping.next(name)
                    self.hear(limit=1 << 16)
                    self.assertEqual(0, self.ping.queued)
        self.assertEqual([], self.ping.crashes)

    def test_silence(self):
        for name, logins in (("silence", 0), ("silence_after_effect", 1)):
            self.ping.state.users["command://alice"].failures = 2
            self.ping.next(name)
            heard = self.hear(seconds=0.2)
            self.assertEqual((b"", "timeout"), heard)
            self.assertEqual(0 if logins else 2,
                             self.ping.state.users["command://alice"].failures)

    def test_slowness(self):
        head = self.hear().data.index(b"\r\n\r\n") + 4
        for name, at_once in (("slow_headers", 0), ("slow_body", head), ("slow_reply", 0)):
            self.ping.next(name, seconds=0.05)
            started = time.monotonic()
            self.assertEqual(at_once + 4, len(self.hear(limit=at_once + 4).data), name)
            self.assertGreater(time.monotonic() - started, 0.19, name)

    def test_a_late_answer(self):
        self.ping.next("late_answer", seconds=0.3)
        started = time.monotonic()
        self.assertIn(b"200 OK", self.hear().data)
        self.assertGreater(time.monotonic() - started, 0.29)

    def test_cuts_at_every_byte(self):
        honest = len(self.hear().data)
        for at in (0, 1, 20, honest - 1):
            for how, end in (("notify", "closed"), ("fin", "truncated")):
                self.ping.next("cut_reply", at=at, how=how)
                heard = self.hear()
                self.assertEqual((at, end), (len(heard.data), heard.end))
        self.ping.next("cut_reply", at=20, how="reset")
        self.assertEqual("reset", self.hear().end)

    def test_the_keep_alive_race(self):
        self.ping.behave("close_when_reused")
        with self.connect() as connection:
            connection.sendall(login_bytes(close=False))
            self.assertIn(b"200 OK", connection.recv(65536))
            connection.sendall(login_bytes(close=False))
            self.assertEqual((b"", "truncated"), connection.listen())

    def test_echoed_secrets(self):
        self.ping.next("echo_secrets")
        self.assertRegex(self.hear().data, rb"(?s)X-Echo: .*correct horse.*\r\n\r\n"
                                           rb".*correct horse")
        self.ping.next("echo_secrets_with_token")
        self.assertRegex(self.hear().data, rb"correct horse.*access_token")

    def test_the_big_ones_are_really_big(self):
        self.ping.next("body_100mb")
        self.assertEqual("limit", self.hear(limit=8 << 20).end)
        self.ping.next("description_10mb")
        self.assertGreater(len(self.hear(limit=64 << 20).data), 10 << 20)


class BeforeTls(PingCase):
    """Behaviours of the accept stage."""

    def fails(self, name, error, **options):
        """The handshake ends like that, once, and nothing was received inside TLS."""
        self.ping.next(name, **options)
        with self.assertRaises(error) as caught:
            self.connect()
        self.assertEqual(0, self.ping.application_bytes)
        self.assertIn(b"200 OK", self.hear().data)
        self.ping.forget_requests()
        return str(caught.exception)

    def test_aborts(self):
        self.fails("tls_abort", ConnectionResetError)
        self.fails("tls_close", (Truncated, ConnectionResetError))
        self.assertIn("WRONG_VERSION_NUMBER", self.fails("plain_http", ssl.SSLError))
        self.assertIn("INTERNAL_ERROR", self.fails("tls_alert", ssl.SSLError))

    def test_silence_and_slowness(self):
        for name in ("accept_silence", "tls_slow"):
            self.ping.next(name)
            with self.assertRaises(socket.timeout):
                Pipe(self.ping.port, self.trust, timeout=0.3)
