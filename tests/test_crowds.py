"""A user's crowd of requests takes no courier from the others, nor from his own logins."""
import collections
import os
import socket
import time
import unittest

from fixtures import asking, people, wire
from fixtures.house import PASSWORD, House
from fixtures.signin import parameters

ROOT = os.geteuid() == 0
ALICE = 2001
CROWD = 50
AT_ONCE = 4  # JOB_MAX_PER_USER
OF_ALL = 20  # JOB_MAX_OWN
LOGINS = 12  # of logins that root asks for
URI = "http://127.0.0.1:8750/callback"
ONE_LOGIN = {"USER": "alice", "UID": ALICE, "PASSWORD": PASSWORD, "SERVICE": "test"}


def crowd(path, operation, **more):
    """Asks so often at once; how often each answer came."""
    asked = [asking.connect(path) for _ in range(CROWD)]
    for connection in asked:
        connection.send(wire.encode(operation, REMAINING_MS=50000, **more))
    found = collections.Counter()
    for connection in asked:
        asking.receive(connection)
        found[wire.decode(asking.receive(connection))["ERROR"]] += 1
        connection.close()
    return dict(found)


def sit_idle(path, seconds):
    """As many connections as one may have, which ask nothing, one after the other."""
    held, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        if len(held) >= 256:
            held.pop(0).close()
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            held.append(connection)
        except OSError:
            time.sleep(0.01)
        time.sleep(0.002)


@unittest.skipUnless(ROOT, "needs root: several users ask")
class Connections(unittest.TestCase):
    def test_idle_ones_of_many_users_leave_room_for_root(self):
        with House(self) as house:
            house.login("alice")
            crowds = [house.later(asking.as_uid, 100000 + i, sit_idle, house.socket, 6)
                      for i in range(6)]
            time.sleep(2)
            self.assertGreater(len(os.listdir("/proc/%d/fd" % house.broker.pid)), 800)
            slowest = 0
            for _ in range(8):
                began = time.monotonic()
                result = house.ask("ACCOUNT_CHECK", uid=0, USER="alice", UID=ALICE)
                self.assertEqual(result["ERROR"], "OK")
                slowest = max(slowest, time.monotonic() - began)
            self.assertLess(slowest, 1)
            for one in crowds:
                one.result()
            self.assertEqual(house.login("bob")["ERROR"], "OK")


@unittest.skipUnless(ROOT, "needs root: several users ask")
class Crowds(unittest.TestCase):
    def crowded(self, house, kind, operation, uid=ALICE, at_once=AT_ONCE, **more):
        """A crowd whose first requests hang at the server; its answers, later."""
        house.ping.forget_requests()
        left = [at_once]

        def is_one(request):
            if request.kind != kind or not left[0]:
                return False
            left[0] -= 1
            return True
        house.ping.hold(is_one)
        asked = house.later(asking.as_uid, uid, crowd, house.socket, operation, **more)
        self.assertTrue(house.ping.wait_held(at_once))
        return asked

    def assert_at_once(self, house, name, **more):
        """Somebody logs in while the crowd waits."""
        began = time.monotonic()
        self.assertEqual(house.login(name, **more)["ERROR"], "OK")
        self.assertLess(time.monotonic() - began, 3)

    def assert_few(self, house, asked, at_once=AT_ONCE):
        """The crowd had its share and no more."""
        house.ping.release()
        self.assertEqual(asked.result(), {"OK": at_once, "BUSY": CROWD - at_once})

    def test_of_validations(self):
        with House(self) as house:
            house.login("alice")
            asked = self.crowded(house, "validate_bearer", "VALIDATE")
            self.assert_at_once(house, "bob")
            self.assert_at_once(house, "alice")
            self.assert_few(house, asked)
            self.assertEqual(house.ask("VALIDATE")["ERROR"], "OK")

    def test_of_validations_by_many(self):
        """More than the courier has children, if all could: none would be left for a login."""
        crowd_of = ("alice", "bob", "carol", "mallory", "daemonlike", "highuid")
        with House(self, machine={"minimum_uid": 100, "maximum_uid": 70000}) as house:
            for name in crowd_of:
                house.ping.add_user("command://" + name, PASSWORD)
                self.assertEqual(house.login(name)["ERROR"], "OK")
            house.ping.hold(lambda request: request.kind == "validate_bearer"
                            and house.ping.held < OF_ALL)
            asked = [house.later(asking.as_uid, people.UIDS[name], crowd, house.socket, "VALIDATE")
                     for name in crowd_of]
            self.assertTrue(house.ping.wait_held(OF_ALL))
            self.assert_at_once(house, "alice")
            self.assert_at_once(house, "bob", RHOST="192.0.2.1")
            self.assertEqual(house.login("alice", uid=ALICE)["ERROR"], "OK")  # a screen locker
            house.ping.release()
            found = sum((collections.Counter(one.result()) for one in asked), collections.Counter())
            self.assertEqual(found, {"OK": OF_ALL, "BUSY": len(crowd_of) * CROWD - OF_ALL})
            self.assertEqual(house.ask("VALIDATE")["ERROR"], "OK")

    def test_of_logouts(self):
        with House(self) as house:
            house.change({"revocation_endpoint": house.ping.revocation_url})
            house.login("alice")
            asked = self.crowded(house, "revoke", "LOGOUT")
            self.assert_at_once(house, "bob")
            self.assert_few(house, asked)
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "NO_RECORD")

    def test_of_his_own_logins(self):
        with House(self, machine={"guard_failures": 16}) as house:
            asked = self.crowded(house, "password", "LOGIN", **ONE_LOGIN)
            self.assert_at_once(house, "bob")
            self.assert_at_once(house, "alice")
            self.assert_few(house, asked)

    def test_of_strangers_who_type_his_name(self):
        with House(self, machine={"guard_failures": 16}) as house:
            asked = self.crowded(house, "password", "LOGIN", uid=0, at_once=LOGINS,
                                 RHOST="192.0.2.1", **ONE_LOGIN)
            self.assert_at_once(house, "bob", RHOST="192.0.2.1")
            self.assert_at_once(house, "alice")
            self.assert_few(house, asked, LOGINS)

    def test_a_busy_users_token_is_given_but_not_refreshed(self):
        with House(self) as house:
            house.login("alice")
            asked = self.crowded(house, "validate_bearer", "VALIDATE")
            self.assertEqual(house.ask("REFRESH")["ERROR"], "BUSY")
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")
            self.assertEqual(house.ping.posts("refresh_token"), [])
            self.assert_few(house, asked)
            self.assertEqual(house.ask("REFRESH")["ERROR"], "OK")

    def test_a_sign_in_is_not_used_up(self):
        with House(self) as house:
            house.change({"authorization_endpoint": house.ping.authorization_url})
            house.login("alice")
            begun = house.ask("BEGIN_BROWSER", REDIRECT_URI=URI)
            asked = self.crowded(house, "validate_bearer", "VALIDATE")
            words = {"HANDLE": begun["HANDLE"], "CODE": "made up",
                     "STATE": parameters(begun["URL"])["state"]}
            self.assertEqual(house.ask("FINISH_BROWSER", **words)["ERROR"], "BUSY")
            self.assert_few(house, asked)
            self.assertEqual(house.ask("FINISH_BROWSER", **words)["ERROR"], "DENIED")
            self.assertEqual(house.ask("FINISH_BROWSER", **words)["ERROR"], "LOGIN_NEEDED")


if __name__ == "__main__":
    unittest.main()
