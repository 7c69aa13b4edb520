"""A courier that connects while a password is being typed, and the password that then comes."""
import contextlib
import os
import signal
import time
import unittest

from fixtures import wire
from fixtures.courier import ahead_job, password_job, refresh_job, validation
from ping import closed_port
from test_courier import PASSWORD, USER, CourierCase, sent_form
from test_courier_nursery import status_of, until


class AheadCase(CourierCase):
    def ahead(self, **fields):
        """A child that was told to connect; our end of its connection."""
        connection = self.courier.connect()
        self.addCleanup(connection.close)
        connection.send(ahead_job(self.ping, **fields))
        return connection

    def connected(self, **fields):
        """The same, and its connection stands."""
        count = self.ping.handshakes
        connection = self.ahead(**fields)
        self.assertTrue(self.ping.wait_until(lambda: self.ping.handshakes == count + 1))
        return connection

    def login_over(self, connection, password=PASSWORD, **fields):
        """The answer to a password on that connection."""
        connection.send(password_job(self.ping, USER, password, **fields))
        return wire.decode(connection.recv(1 << 17))

    @contextlib.contextmanager
    def stopped(self, child):
        """It does not run meanwhile."""
        os.kill(child, signal.SIGSTOP)
        self.assertTrue(until(lambda: status_of(child, "State").startswith("T")))
        yield
        os.kill(child, signal.SIGCONT)

    def check_gone(self, connection):
        """The child ended without an answer and without a request."""
        self.assertEqual(b"", connection.recv(1 << 17))
        self.assertTrue(until(lambda: not self.courier.children()))
        self.assertEqual(([], 0), (self.ping.requests, self.ping.application_bytes))


class Ahead(AheadCase):
    def test_the_password_goes_over_the_connection_that_stands(self):
        connection = self.connected()
        self.assertEqual((1, [], 0), (self.ping.connections, self.ping.requests,
                                      self.ping.application_bytes))
        done = self.login_over(connection)
        self.assertEqual(("OK", "ANSWERED", 200),
                         (done["ERROR"], done["PROGRESS"], done["HTTP_STATUS"]))
        self.assertTrue(self.ping.state.live(done["ACCESS_TOKEN"]))
        self.assertEqual((1, 1, 1), (self.ping.connections, self.ping.handshakes,
                                     len(self.ping.posts())))
        self.assertEqual([], self.ping.faults)
        self.assertTrue(until(lambda: not self.courier.children()))

    def test_its_request_is_the_ordinary_one(self):
        for fields in ({}, {"SCOPE": None}, {"CLIENT_AUTH": "BASIC"}):
            self.ping.forget_requests()
            self.login(**fields)
            self.login_over(self.connected(), **fields)
            ordinary, ahead = self.ping.requests
            self.assertEqual((ordinary.head.split(b"\r\n")[0], sorted(ordinary.headers),
                              ordinary.body),
                             (ahead.head.split(b"\r\n")[0], sorted(ahead.headers), ahead.body))

    def test_every_length_of_a_password_arrives(self):
        for password in ("x", "%" * 1024, "\u00fc&=" * 200):
            self.ping.forget_requests()
            self.login_over(self.connected(), password)
            request, = self.ping.requests
            self.assertEqual([password.encode()], sent_form(request)["password"])
            self.assertEqual((str(len(request.body)), None, []),
                             (request.header("Content-Length"),
                              request.header("Transfer-Encoding"), self.ping.faults))

    def test_a_refusal_and_a_validation_are_as_ever(self):
        done = self.login_over(self.connected(), "wrong")
        self.assertEqual(("DENIED", "invalid_grant"), (done["ERROR"], done["OAUTH_ERROR"]))
        count = self.ping.connections
        done = self.login_over(self.connected(), **validation(self.ping, "BEARER"))
        self.assertEqual(("OK", "XYZ"), (done["ERROR"], done["CLAIM_TENANT"]))
        self.assertEqual(1, self.ping.connections - count)

    def test_both_versions_of_tls(self):
        for version in ("TLSv1.2", "TLSv1.3"):
            self.ping.tls(version=version)
            self.assertEqual("OK", self.login_over(self.connected())["ERROR"])
            self.assertEqual(version, self.ping.requests[-1].tls)

    def test_its_time_begins_when_the_password_comes(self):
        connection = self.connected(CONNECT_MS=500)
        time.sleep(0.8)
        self.ping.next("late_answer", seconds=0.8)
        self.assertEqual("OK", self.login_over(connection, REMAINING_MS=5000)["ERROR"])
        connection = self.connected()
        self.ping.next("silence")
        start = time.monotonic()
        done = self.login_over(connection, REMAINING_MS=400)
        self.assertEqual(("OUTAGE", "MAYBE_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertLess(time.monotonic() - start, 5)

    def test_a_password_that_comes_while_it_connects(self):
        done = self.login_over(self.ahead())
        self.assertEqual("OK", done["ERROR"])
        self.assertEqual((1, 1), (self.ping.connections, len(self.ping.posts())))

    def test_a_connection_that_fails_then_is_made_anew(self):
        self.ping.next("tls_slow", seconds=0.1)
        connection = self.ahead(CONNECT_MS=400)
        self.assertTrue(until(lambda: self.ping.connections == 1))
        done = self.login_over(connection)
        self.assertEqual("OK", done["ERROR"])
        self.assertEqual((2, 1), (self.ping.connections, len(self.ping.posts())))

    def test_its_time_runs_while_it_connects(self):
        self.ping.behave("accept_silence")
        connection = self.ahead()
        self.assertTrue(until(lambda: self.ping.connections == 1))
        start = time.monotonic()
        done = self.login_over(connection, REMAINING_MS=400)
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertLess(time.monotonic() - start, 5)


class NoPassword(AheadCase):
    def test_nothing_is_sent_when_the_broker_hangs_up(self):
        connection = self.connected()
        connection.close()
        self.assertTrue(until(lambda: not self.courier.children()))
        self.assertTrue(until(lambda: not self.ping.open_connections))
        self.assertEqual(([], 0), (self.ping.requests, self.ping.application_bytes))

    def test_nor_while_it_connects(self):
        self.ping.behave("accept_silence")
        connection = self.ahead()
        self.assertTrue(until(lambda: self.ping.connections == 1))
        connection.close()
        self.assertTrue(until(lambda: not self.courier.children()))

    def test_it_waits_no_longer_than_it_was_told(self):
        start = time.monotonic()
        self.check_gone(self.connected(REMAINING_MS=500))
        self.assertTrue(0.3 < time.monotonic() - start < 5)

    def test_a_server_that_hangs_up_ends_it(self):
        connection = self.connected(REMAINING_MS=600000)
        self.ping.drop_connections()
        self.check_gone(connection)

    def test_a_connection_that_cannot_be_made_ends_it(self):
        with closed_port() as port:
            self.check_gone(self.ahead(ENDPOINT="https://localhost:%d/" % port))
        self.check_gone(self.ahead(ENDPOINT="https://name.invalid/"))
        self.check_gone(self.ahead(CA="/nonexistent"))

    def test_a_server_that_is_not_believed_ends_it(self):
        for certificate in ("cn_only", "wrong_host", "expired", "unknown_ca"):
            self.ping.tls(certificate=certificate)
            self.check_gone(self.ahead())

    def test_a_malformed_order_is_answered(self):
        with self.courier.connect() as connection:
            connection.send(ahead_job(self.ping, CLIENT_ID=None))
            done = wire.decode(connection.recv(1 << 17))
        self.assertEqual(("PROTOCOL", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))


class Once(AheadCase):
    """Never two POSTs of a password."""

    def test_a_server_that_hung_up_is_called_anew(self):
        connection = self.connected()
        child, = self.courier.children()
        with self.stopped(child):
            self.ping.drop_connections()
            self.assertTrue(until(lambda: not self.ping.open_connections))
            connection.send(password_job(self.ping, USER, PASSWORD))
        self.assertEqual("OK", wire.decode(connection.recv(1 << 17))["ERROR"])
        self.assertEqual((2, 1), (self.ping.connections, len(self.ping.posts())))

    def test_a_connection_that_dies_after_the_request(self):
        for behaviour in ("rst_after_request", "close_after_request", "close_before_effect",
                          "cut_reply", "rst_mid_body"):
            with self.subTest(behaviour):
                self.ping.forget_requests()
                self.ping.next(behaviour)
                connections = self.ping.connections
                done = self.login_over(self.connected())
                self.assertEqual(("OUTAGE", "MAYBE_SENT"), (done["ERROR"], done["PROGRESS"]))
                self.assertEqual((1, 1), (len(self.ping.posts()),
                                          self.ping.connections - connections))

    def test_a_password_at_the_last_moment_is_not_lost(self):
        connection = self.connected(REMAINING_MS=500)
        child, = self.courier.children()
        with self.stopped(child):
            time.sleep(0.6)
            connection.send(password_job(self.ping, USER, PASSWORD))
        self.assertEqual("OK", wire.decode(connection.recv(1 << 17))["ERROR"])
        self.assertEqual(1, len(self.ping.posts()))

    def test_another_way_is_gone_anew(self):
        elsewhere = self.ping.url.replace("localhost", "127.0.0.1")
        self.assertEqual("OK", self.login_over(self.connected(), ENDPOINT=elsewhere)["ERROR"])
        self.assertEqual((1, 2), (len(self.ping.posts()), self.ping.connections))

    def test_L30_other_authorities_are_out_of_its_reach_by_then(self):
        done = self.login_over(self.connected(), CA=self.ping.ca_directory)
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertEqual([], self.ping.posts())

    def test_only_a_password_may_follow(self):
        for packet in (refresh_job(self.ping, "x" * 42), ahead_job(self.ping), b"nonsense",
                       password_job(self.ping, USER, "")):
            connection = self.connected()
            connection.send(packet)
            done = wire.decode(connection.recv(1 << 17))
            self.assertEqual(("PROTOCOL", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
            self.assertEqual(b"", connection.recv(1 << 17))
        self.assertEqual([], self.ping.requests)

    def test_a_second_password_is_not_taken(self):
        connection = self.connected()
        self.login_over(connection)
        try:
            connection.send(password_job(self.ping, USER, PASSWORD))
            self.assertEqual(b"", connection.recv(1 << 17))
        except OSError:
            pass  # it has gone
        self.assertEqual(1, len(self.ping.posts()))


if __name__ == "__main__":
    unittest.main()
