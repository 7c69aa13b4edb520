"""A courier connects while a password is being typed: for whom, for how long, and for nobody else."""
import os
import pwd
import signal
import time
import time
import unittest

from fixtures import asking, bench_probes, wire
from fixtures.house import PASSWORD, House
from test_courier_nursery import until

ROOT = os.geteuid() == 0
STRANGERS = range(2101, 2110)  # uids that nobody has to have, for root may name them


class PrepareCase(unittest.TestCase):
    def setUp(self):
        self.house = self.enter(House(self))
        self.ping = self.house.ping

    def enter(self, context):
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def prepare(self, name=None, uid=None, **more):
        """As sshd asks when it is root, else as the person."""
        name = name or self.house.me
        if ROOT and uid is None:
            uid = 0
            more.setdefault("UID", pwd.getpwnam(name).pw_uid if name in ("alice", "bob") else None)
        return self.house.ask("PREPARE", uid=uid, USER=name, SERVICE="test", **more)["ERROR"]

    def connected(self, **more):
        """Prepares, and waits until the connection stands."""
        before = self.ping.handshakes
        self.assertEqual("OK", self.prepare(**more))
        self.assertTrue(self.ping.wait_until(lambda: self.ping.handshakes > before))

    def check_login(self, connections, error="OK", **more):
        """A login; the connections that were made by then, and one POST."""
        self.assertEqual(error, self.house.login(**more)["ERROR"])
        self.assertEqual((connections, 1), (self.ping.connections, len(self.ping.posts("password"))))

    def check_nothing(self, **more):
        """Nobody connects."""
        before = self.ping.connections
        error = self.prepare(**more)
        self.assertFalse(until(lambda: self.ping.connections > before, 0.3))
        return error

    def children(self):
        """Of the nursery."""
        nursery = bench_probes.child_of(self.house.broker.pid)
        with open("/proc/%d/task/%d/children" % (nursery, nursery), encoding="ascii") as file:
            return [int(word) for word in file.read().split()]


class Login(PrepareCase):
    def test_goes_over_the_connection_that_was_made_before(self):
        self.connected()
        self.assertEqual((1, 0), (self.ping.connections, self.ping.application_bytes))
        self.check_login(1)
        self.assertTrue(until(lambda: not self.children()))

    def test_a_wrong_password_is_denied_and_charged(self):
        for _ in range(2):
            self.connected()
            self.assertEqual("DENIED", self.house.login(password="not the password")["ERROR"])
        self.assertEqual((2, 2), (self.ping.connections, len(self.ping.posts("password"))))
        self.assertEqual("OK", self.check_nothing())
        self.assertEqual("GUARD", self.house.login()["ERROR"])

    def test_nothing_is_sent_when_none_follows(self):
        self.connected()
        self.house.stop()
        self.assertTrue(until(lambda: not self.ping.open_connections))
        self.assertEqual(([], 0), (self.ping.requests, self.ping.application_bytes))

    def test_a_server_that_hung_up_is_called_anew(self):
        self.connected()
        self.ping.drop_connections()
        self.assertTrue(until(lambda: not self.ping.open_connections))
        self.check_login(2)

    def test_a_courier_that_died_is_no_loss(self):
        self.connected()
        for child in self.children():
            os.kill(child, signal.SIGKILL)
        self.assertTrue(until(lambda: not self.children()))
        self.check_login(2)

    def test_a_broker_that_died_is_no_loss(self):
        self.connected()
        self.house.kill()
        self.assertTrue(until(lambda: not self.ping.open_connections))
        self.house.start()
        self.check_login(2)

    def test_another_configuration_is_another_way(self):
        self.connected()
        self.house.change({"ca": self.ping.ca_directory})
        self.check_login(2)

    def test_a_server_that_is_away_costs_nothing(self):
        self.ping.stop()
        self.assertEqual("OK", self.prepare())
        self.assertEqual("OUTAGE", self.house.login()["ERROR"])
        self.ping.start()
        self.assertEqual("OK", self.house.login()["ERROR"])


class OnlyFor(PrepareCase):
    @unittest.skipUnless(ROOT, "needs root")
    def test_the_caller_who_prepared_it(self):
        """What root prepared for a person, the person does not get, nor the other way round."""
        self.connected()
        self.assertEqual("OK", asking.as_uid(self.house.uid, self.log_in))
        self.assertEqual((2, 1), (self.ping.connections, len(self.ping.posts("password"))))
        self.assertTrue(until(lambda: self.prepare(uid=self.house.uid) == "OK" and
                              self.ping.connections == 3))
        self.assertEqual("OK", self.house.login()["ERROR"])
        self.assertEqual((4, 2), (self.ping.connections, len(self.ping.posts("password"))))

    def log_in(self):
        return asking.ask(self.house.socket, "LOGIN", USER=self.house.me, PASSWORD=PASSWORD,
                          SERVICE="test")["ERROR"]

    @unittest.skipUnless(ROOT, "needs root")
    def test_the_user_it_was_prepared_for(self):
        self.connected(name="alice")
        self.check_login(2, name="bob")

    def test_nobody_else_may_be_named(self):
        uid = 2002 if ROOT else os.geteuid()
        self.assertEqual("FORBIDDEN", self.check_nothing(name="alice", uid=uid))

    def test_those_who_may_log_in(self):
        for account, machine in (({"allow_users": "nobody-else"}, {}),
                                 ({}, {"maximum_uid": 1001, "minimum_uid": 1}),
                                 ({}, {"connect_ahead": "off"})):
            self.house.change(account, machine)
            self.assertEqual("OK", self.check_nothing())
        self.house.change({}, {"login_account": None})
        self.assertEqual("NO_ACCOUNT", self.check_nothing())

    def test_those_at_this_machine(self):
        self.assertEqual("OK", self.check_nothing(RHOST="192.0.2.1"))
        self.connected(RHOST="localhost")
        self.house.change({}, {"connect_ahead": "all"})
        self.assertTrue(until(lambda: self.prepare(RHOST="192.0.2.1") == "OK" and
                              self.ping.wait_until(lambda: self.ping.handshakes == 2, 0.3)))

    @unittest.skipUnless(ROOT, "needs root")
    def test_root_never(self):
        self.assertEqual("OK", self.check_nothing(name="root", UID=0))


class HowMany(PrepareCase):
    def test_a_user_has_one_and_a_second_gives_him_no_more(self):
        self.connected()
        self.check_nothing()
        self.assertTrue(until(lambda: self.prepare() == "OK" and self.ping.connections == 2))
        self.assertTrue(until(lambda: self.ping.open_connections == 1))
        self.check_login(2)

    def test_couriers_that_end_at_once_are_not_started_in_a_row(self):
        self.ping.behave("tls_abort")
        began = time.monotonic()
        for _ in range(50):
            self.prepare()
        took = time.monotonic() - began
        self.assertTrue(until(lambda: self.ping.connections > 0))
        self.assertLessEqual(self.ping.connections, 1 + took)  # one a second

    @unittest.skipUnless(ROOT, "needs root")
    def test_eight_in_all_and_the_oldest_gives_way(self):
        for count, uid in enumerate(STRANGERS[:8], 1):
            self.connected(name="user%d" % uid, UID=uid)
            self.assertTrue(until(lambda: self.ping.open_connections == count))
        ninth = {"name": "user%d" % STRANGERS[8], "UID": STRANGERS[8]}
        self.assertTrue(until(lambda: self.prepare(**ninth) == "OK" and
                              self.ping.connections == 9))
        self.assertTrue(until(lambda: self.ping.open_connections == 8))
        self.assertTrue(until(lambda: len(self.children()) == 8))  # its end comes after its connection's

    @unittest.skipUnless(ROOT, "needs root")
    def test_many_names_at_once_cost_eight_connections(self):
        """A second later they may cost eight more."""
        self.ping.behave("tls_abort")
        began = time.monotonic()
        for uid in range(2201, 2301):
            self.assertEqual("OK", self.prepare(name="user%d" % uid, UID=uid))
        seconds = int(time.monotonic() - began) + 1
        until(lambda: self.ping.connections > 8 * seconds, 0.3)
        self.assertIn(self.ping.connections, range(8, 8 * seconds + 9))

    @unittest.skipUnless(ROOT, "needs root")
    def test_eight_that_wait_starve_no_login(self):
        for uid in STRANGERS[:8]:
            self.connected(name="user%d" % uid, UID=uid)
        asked = []
        for uid in range(2201, 2241):
            self.ping.add_user("command://user%d" % uid, PASSWORD)
            asked.append(self.house.later(self.house.ask, "LOGIN", uid=0, USER="user%d" % uid,
                                          UID=uid, PASSWORD=PASSWORD))
        self.assertEqual({"OK"}, {one.result()["ERROR"] for one in asked})
        self.assertTrue(until(lambda: self.ping.open_connections == 8))


class Connections(PrepareCase):
    def test_each_serves_one_request(self):
        """In either order the second one is never looked at."""
        login = wire.encode("LOGIN", USER=self.house.me, UID=self.house.uid if ROOT else None,
                            PASSWORD=PASSWORD, REMAINING_MS=9000)
        prepare = wire.encode("PREPARE", USER=self.house.me, UID=self.house.uid if ROOT else None,
                              REMAINING_MS=9000)
        for first, second, posts in ((prepare, login, 0), (prepare, prepare, 0), (login, prepare, 1)):
            self.ping.forget_requests()
            with asking.connect(self.house.socket) as connection:
                connection.send(first)
                self.assertEqual(["ACCEPTED", "RESULT"],
                                 [wire.decode(asking.receive(connection)).operation
                                  for _ in range(2)])
                try:
                    connection.send(second)
                    self.assertEqual(b"", asking.receive(connection))
                except OSError:
                    pass  # the broker hung up before
            self.assertEqual(posts, len(self.ping.posts("password")))


if __name__ == "__main__":
    unittest.main()
