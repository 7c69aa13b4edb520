"""While a password is being typed: what the module tells the broker, and that nothing hangs on it."""
import os
import signal
import tempfile
import threading
import unittest

from fixtures import fakebroker, pam
from fixtures.house import PASSWORD as RIGHT
from fixtures.house import House
from fixtures.pamcase import PASSWORD, ROOT, PamCase
from test_courier_nursery import until
from test_e2e_pam import alone

OK = "PAM_SUCCESS"
AWAY = "PAM_AUTHINFO_UNAVAIL"


class Told(PamCase):
    def hints(self, count, **how):
        """Those that came; `count` are waited for."""
        outcome, broker = self.ask(fakebroker.admit, "authenticate", **how)
        until(lambda: len(broker.hints) >= count, 2)
        return outcome, broker.hints

    def test_who_begins_to_type(self):
        outcome, (hint,) = self.hints(1, options=["--rhost", "192.0.2.1"])
        self.assertEqual(outcome.code, OK)
        self.assertEqual((hint["USER"], hint["RHOST"], hint["SERVICE"]),
                         (self.user, "192.0.2.1", "test"))
        self.assertEqual("UID" in hint, ROOT)
        self.assertNotIn("PASSWORD", hint)

    def test_before_it_is_known_whether_he_does(self):
        outcome, (_,) = self.hints(1, password=None)
        self.assertEqual(outcome.code, "PAM_CONV_ERR")

    def test_nothing_when_nothing_is_typed(self):
        _, hints = self.hints(0, arguments=["use_first_pass"])
        self.assertEqual(hints, [])
        line = "%s socket=%%s %s" % (pam.installed() / "pam_mobproc.so", " ".join(self.range))
        with fakebroker.FakeBroker() as broker:
            stack = pam.Stack("auth optional pam_echo.so pamhost: set authtok\nauth required %s\n"
                              % (line % broker.path))
            outcome = stack.run("authenticate", user=self.user, authtok=PASSWORD)
        self.check(outcome)
        self.assertEqual((outcome.code, len(broker.requests), broker.hints), (OK, 1, []))

    def test_nothing_in_other_stages(self):
        for step in ("acct_mgmt", "open_session", "chauthtok"):
            _, broker = self.ask(fakebroker.admit, step)
            self.assertEqual(broker.hints, [])


class NothingHangsOnIt(PamCase):
    def login(self, path):
        """One login, as if no broker told anything."""
        outcome = pam.module("socket=" + path, *self.range).run("authenticate", user=self.user,
                                                                password=PASSWORD)
        self.check(outcome)
        return outcome.code

    def test_a_broker_that_knows_no_such_request(self):
        """Its first connection is closed unread; the login's own is served."""
        with fakebroker.FakeBroker(reads=False) as broker:
            server = threading.Thread(target=self.serve_second, args=(broker,), daemon=True)
            server.start()
            self.assertEqual(self.login(broker.path), OK)
            server.join(5)

    @staticmethod
    def serve_second(broker):
        broker._listener.accept()[0].close()
        with broker._listener.accept()[0] as connection:
            broker._serve(connection)

    def test_a_broker_that_comes_while_it_is_typed(self):
        with tempfile.TemporaryDirectory() as folder, fakebroker.FakeBroker() as broker:
            os.chmod(folder, 0o755)
            away = broker.path + ".away"
            os.rename(broker.path, away)
            fifo = os.path.join(folder, "typed")
            os.mkfifo(fifo)
            back = threading.Thread(target=lambda: (os.close(os.open(fifo, os.O_WRONLY)), None))
            outcome = []
            stack = pam.module("socket=" + broker.path, *self.range)
            host = threading.Thread(target=lambda: outcome.append(
                stack.run("authenticate", user=self.user, password=PASSWORD,
                          options=["--typed-when", fifo])))
            host.start()
            os.rename(away, broker.path)
            back.start()
            host.join()
            back.join()
            self.check(outcome[0])
            self.assertEqual(outcome[0].code, OK)


class Connected(PamCase):
    """A real broker, a real server, and somebody who takes his time."""

    def typed(self, house, meanwhile, options=()):
        """A login whose typing is over when `meanwhile` is; its outcome."""
        fifo = str(house.directory / "typed")
        os.mkfifo(fifo)
        login = house.later(alone(house).run, "authenticate", user=house.me, password=RIGHT,
                            options=["--typed-when", fifo, *options])
        try:
            meanwhile()
        finally:
            os.close(os.open(fifo, os.O_WRONLY))
            os.unlink(fifo)
        outcome = login.result()
        self.check(outcome, (RIGHT,))
        return outcome.code

    def stands(self, house):
        """The connection is there, and nothing has been sent over it."""
        before = house.ping.handshakes

        def wait():
            self.assertTrue(house.ping.wait_until(lambda: house.ping.handshakes > before))
            self.assertEqual(house.ping.application_bytes, 0)
        return wait

    def test_the_password_goes_over_the_connection_that_was_made_before(self):
        with House(self) as house:
            self.assertEqual(self.typed(house, self.stands(house)), OK)
            self.assertEqual((house.ping.connections, len(house.ping.posts("password"))), (1, 1))

    def test_for_who_comes_from_elsewhere_only_if_that_is_wanted(self):
        with House(self) as house:
            self.assertEqual(self.typed(house, lambda: self.assertFalse(
                until(lambda: house.ping.connections, 0.5)), ["--rhost", "192.0.2.1"]), OK)
            house.change({}, {"connect_ahead": "all"})
            house.ping.forget_requests()
            self.assertEqual(self.typed(house, self.stands(house), ["--rhost", "192.0.2.1"]), OK)
            self.assertEqual((house.ping.connections, len(house.ping.posts("password"))), (2, 1))

    def test_N22_a_connection_that_dies_with_the_password_is_not_followed_by_another(self):
        with House(self) as house:
            house.ping.next("rst_after_request")
            self.assertEqual(self.typed(house, self.stands(house)), AWAY)
            self.assertEqual((house.ping.connections, len(house.ping.posts("password"))), (1, 1))

    def test_a_server_that_hung_up_meanwhile(self):
        with House(self) as house:
            def hang_up():
                self.stands(house)()
                house.ping.drop_connections()
                self.assertTrue(until(lambda: not house.ping.open_connections))
            self.assertEqual(self.typed(house, hang_up), OK)
            self.assertEqual((house.ping.connections, len(house.ping.posts("password"))), (2, 1))

    def test_a_broker_that_was_killed_meanwhile(self):
        with House(self) as house:
            def begin_anew():
                self.stands(house)()
                house.kill()
                house.start()
            self.assertEqual(self.typed(house, begin_anew), OK)
            self.assertEqual((house.ping.connections, len(house.ping.posts("password"))), (2, 1))

    def test_a_broker_that_stopped_meanwhile_is_told_as_ever(self):
        with House(self) as house:
            def stop():
                self.stands(house)()
                house.broker.send_signal(signal.SIGSTOP)
            try:
                self.assertEqual(self.typed(house, stop), AWAY)
            finally:
                house.broker.send_signal(signal.SIGCONT)


if __name__ == "__main__":
    unittest.main()
