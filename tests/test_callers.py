"""Who may ask for what: every operation, asked by every kind of caller, as published.

The caller is what SO_PEERCRED says; each cell runs in a process with that real uid.
"""
import multiprocessing
import os
import socket
import statistics
import threading
import time
import unittest

from fixtures import asking, people, wire
from fixtures.house import House, PASSWORD

ALICE, BOB = 2001, 2002
ROOT, OWNER, OTHER, SYSTEM, NOBODY = 0, ALICE, BOB, 500, 65534

# request: what is asked (about alice, where a name is given)
REQUESTS = {
    "login of alice": ("LOGIN", {"USER": "alice", "UID": ALICE, "PASSWORD": PASSWORD}),
    "account of alice": ("ACCOUNT_CHECK", {"USER": "alice", "UID": ALICE}),
    "session-open of alice": ("SESSION_OPEN", {"USER": "alice", "UID": ALICE}),
    "session-close of alice": ("SESSION_CLOSE", {"USER": "alice", "UID": ALICE}),
    "get": ("GET", {}),
    "get with target alice": ("GET", {"TARGET": "alice"}),
    "list": ("LIST", {}),
    "list of alice": ("LIST", {"TARGET": "alice"}),
    "status": ("STATUS", {}),
    "status of alice": ("STATUS", {"TARGET": "alice"}),
    "refresh": ("REFRESH", {}),
    "refresh of alice": ("REFRESH", {"TARGET": "alice"}),
    "erase": ("ERASE", {"ACCESS_TOKEN": "x"}),
    "erase with target alice": ("ERASE", {"ACCESS_TOKEN": "x", "TARGET": "alice"}),
    "reload": ("RELOAD", {}),
    "logout": ("LOGOUT", {}),
    "logout of alice": ("LOGOUT", {"TARGET": "alice"}),
    "prepare of alice": ("PREPARE", {"USER": "alice", "UID": ALICE}),
    "validate": ("VALIDATE", {}),
    "validate of alice": ("VALIDATE", {"TARGET": "alice"}),
    "begin-browser": ("BEGIN_BROWSER", {}),
    "finish-browser": ("FINISH_BROWSER", {"HANDLE": "x" * 43}),
    "seal": ("SEAL", {"SECRET_NAME": "nobody-refers-to-it", "PASSWORD": "x"}),
    "rekey": ("REKEY", {}),
    "probe": ("PROBE", {}),
    "metrics": ("METRICS", {}),
}
NONE = "NO_RECORD"  # bob is mapped and holds nothing
# alice holds a record in every cell; "" is an answer without a result: the connection was closed
EXPECTED = {
    #                          root          alice        bob          uid 500      65534
    "login of alice":          ("OK",        "OK",        "FORBIDDEN", "FORBIDDEN", ""),
    "account of alice":        ("OK",        "OK",        "FORBIDDEN", "FORBIDDEN", ""),
    "session-open of alice":   ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "session-close of alice":  ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "get":                     ("NO_RECORD", "OK",        NONE,        "NO_RECORD", ""),
    "get with target alice":   ("FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "list":                    ("OK",        "OK",        "OK",        "OK",        ""),
    "list of alice":           ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "status":                  ("OK",        "OK",        "OK",        "OK",        ""),
    "status of alice":         ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "refresh":                 ("NO_RECORD", "OK",        NONE,        "NO_RECORD", ""),
    "refresh of alice":        ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "erase":                   ("NO_RECORD", "OK",        NONE,        "NO_RECORD", ""),
    "erase with target alice": ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "reload":                  ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "logout":                  ("NO_RECORD", "OK",        NONE,        "NO_RECORD", ""),
    "logout of alice":         ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "prepare of alice":        ("OK",        "OK",        "FORBIDDEN", "FORBIDDEN", ""),
    "validate":                ("NO_RECORD", "OK",        NONE,        "NO_RECORD", ""),
    "validate of alice":       ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "begin-browser":           ("UNMAPPED",  "CONFIGURATION", "CONFIGURATION", "UNMAPPED", ""),
    "finish-browser":          ("LOGIN_NEEDED", "LOGIN_NEEDED", "LOGIN_NEEDED", "LOGIN_NEEDED", ""),
    "seal":                    ("NO_ACCOUNT", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "rekey":                   ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "probe":                   ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
    "metrics":                 ("OK",        "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", ""),
}
CALLERS = (ROOT, OWNER, OTHER, SYSTEM, NOBODY)


def error_of(path, operation, fields):
    """The error's name, or "" when the broker closed the connection without a word."""
    try:
        messages = asking.ask_packet(path, wire.encode(operation, REMAINING_MS=9000, **fields))
    except (ConnectionResetError, BrokenPipeError):
        return ""
    return messages[-1]["ERROR"] if messages else ""


@unittest.skipUnless(os.geteuid() == 0, "needs root: each cell runs with another uid")
class CallerTable(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        people.enter()

    def test_L1_every_cell(self):
        """One house for all cells: whoever may not, changes nothing that the next cell needs."""
        self.assertEqual(set(REQUESTS), set(EXPECTED))
        asked = {operation for operation, _ in REQUESTS.values()}
        self.assertEqual({name for name, number in wire.OPERATIONS.items() if number < 64}, asked)
        with House(self) as house:
            house.ping.state.users.lock_after = 10 ** 6
            for name, (operation, fields) in REQUESTS.items():
                for caller, expected in zip(CALLERS, EXPECTED[name]):
                    with self.subTest(request=name, caller=caller):
                        self.assertEqual(house.login("alice")["ERROR"], "OK")
                        got = asking.as_uid(caller, error_of, house.socket, operation, fields)
                        self.assertEqual(got, expected)

    def test_H10_L1_each_sees_his_own_records_only(self):
        with House(self) as house:
            house.login("alice")
            self.assertEqual(len(house.ask("LIST", uid=ALICE).all("RECORD")), 1)
            self.assertEqual(house.ask("LIST", uid=BOB).all("RECORD"), [])
            self.assertEqual(house.ask("LIST", uid=0).all("RECORD"), [])
            self.assertEqual(len(house.ask("LIST", uid=0, TARGET="alice").all("RECORD")), 1)
            for more in ({"TARGET": "alice"}, {"USER": "alice"}, {"UID": ALICE}):
                said = house.ask("LIST", uid=BOB, **more)
                self.assertEqual(said.all("RECORD"), [], more)

    def test_P4_valid_credentials_log_nobody_else_in(self):
        """mallory's password, alice's name; and a uid that belongs to another name."""
        with House(self) as house:
            house.ping.add_user("command://mallory", "mallory's own password")
            for fields in ({"USER": "alice", "UID": 2004}, {"USER": "root", "UID": 2004},
                           {"USER": "mallory", "UID": ALICE}):
                result = house.ask("LOGIN", uid=2004, PASSWORD="mallory's own password", **fields)
                expected = "OK" if fields["USER"] == "mallory" else "FORBIDDEN"
                self.assertEqual(result["ERROR"], expected, fields)
            # the uid in the message was not believed: mallory's login is mallory's
            self.assertEqual(house.ask("LIST", uid=ALICE).all("RECORD"), [])
            self.assertEqual(len(house.ask("LIST", uid=2004).all("RECORD")), 1)

    def test_root_and_system_uids_never_leave_the_machine(self):
        with House(self) as house:
            for user, uid in (("root", 0), ("daemonlike", 500), ("highuid", 60001),
                              ("rootlike", 0)):
                result = house.ask("LOGIN", uid=0, USER=user, UID=uid, PASSWORD=PASSWORD)
                self.assertEqual((result["ERROR"], result["VERDICT"]), ("UNMAPPED", "DENY"))
            self.assertEqual(house.ping.requests, [])

    def test_an_unmapped_user_is_told_so_and_nothing_is_sent(self):
        with House(self, account={"allow_users": "bob"}) as house:
            self.assertEqual(house.login("alice")["ERROR"], "UNMAPPED")
            self.assertEqual(house.ping.requests, [])
            self.assertEqual(house.login("bob")["ERROR"], "OK")

    def test_a_group_lets_its_members_in(self):
        with House(self, account={"allow_users": "@alice"}) as house:
            self.assertEqual(house.login("bob")["ERROR"], "UNMAPPED")
            self.assertEqual(house.login("alice")["ERROR"], "OK")
            self.assertEqual(house.login("alice", uid=ALICE)["ERROR"], "OK")

    def test_a_group_that_is_named_often_lets_its_members_in(self):
        """As in many accounts; the answer of the name service has room for fewer."""
        with House(self, account={"allow_users": "@alice " * 200}) as house:
            self.assertEqual(house.login("alice")["ERROR"], "OK")


class Messages(unittest.TestCase):
    """What a hostile caller can send."""

    def packets(self):
        """(name, packet): each must be refused without harm."""
        good = wire.encode("LIST", REMAINING_MS=1000)
        yield "empty header", good[:4]
        yield "wrong magic", b"XPW\x01" + good[4:]
        yield "newer version", b"MPW\x02" + good[4:]
        yield "unknown operation", good[:4] + b"\x7f\xff" + good[6:]
        yield "cut field", good[:-1]
        yield "leftover", good + b"\x00"
        yield "twice", good + wire.encode_field("REMAINING_MS", 5)
        yield "unknown required tag", good + b"\x00\x7f\x00\x00\x00\x00"
        yield "length over the end", good[:8] + b"\xff\xff\xff\xff" + good[12:]
        yield "NUL in a text", wire.encode("LIST", TARGET="al\0ice")
        yield "a token that is too long", wire.encode("ERASE", ACCESS_TOKEN="x" * 16385)
        yield "a password that is too long", wire.encode("LOGIN", USER="a", PASSWORD="x" * 1025)
        yield "64 KiB and one byte", good + b"\x00" * (65537 - len(good))
        yield "a result", wire.encode("RESULT", ERROR=0)

    def test_L8_malformed_packets_are_refused(self):
        with House(self) as house:
            for name, packet in self.packets():
                with self.subTest(name):
                    try:
                        messages = asking.ask_packet(house.socket, packet)
                    except (ConnectionResetError, BrokenPipeError):
                        messages = []
                    if messages:
                        self.assertIn(messages[-1]["ERROR"], ("PROTOCOL", "UNSUPPORTED"))
            self.assertEqual(house.ask("LIST")["ERROR"], "OK")

    def test_L4_passed_descriptors_are_refused(self):
        with House(self) as house:
            with asking.connect(house.socket) as connection, open("/dev/null", "rb") as null:
                socket.send_fds(connection, [wire.encode("LIST")], [null.fileno()])
                self.assertEqual(connection.recv(100), b"")
            self.assertEqual(house.ask("LIST")["ERROR"], "OK")

    def test_L31_one_request_a_connection(self):
        """A second packet ends the connection; no answer comes, not even to the first."""
        def two_requests(path):
            with asking.connect(path) as connection:
                connection.send(wire.encode("REFRESH", REMAINING_MS=9000))
                first = wire.decode(connection.recv(100)).operation
                connection.send(wire.encode("GET", REMAINING_MS=9000))
                return first, connection.recv(100000)

        with House(self) as house:
            house.login()
            house.ping.hold()
            threading.Timer(1, house.ping.release).start()
            answers = asking.as_uid(house.uid, two_requests, house.socket)
            self.assertEqual(answers, ("ACCEPTED", b""))

    def test_L6_idle_peers_do_not_keep_others_out(self):
        with House(self) as house:
            idle = [asking.connect(house.socket) for _ in range(200)]
            self.assertEqual(house.ask("LIST")["ERROR"], "OK")
            for connection in idle:
                connection.close()

    @unittest.skipUnless(os.geteuid() == 0, "needs root: two users ask")
    def test_L7_a_flood_of_one_uid_does_not_keep_the_others_waiting(self):
        """bob asks as fast as he can on many connections and never reads an answer. alice's gets,
        one in each flood and one after it, take nearly the same time."""
        def flood(path, wanted, over, asked):
            held = []
            while not over.is_set():
                if not wanted.wait(0.1):
                    held.clear()
                    continue
                try:
                    held.append(asking.connect(path))
                    held[-1].send(wire.encode("LIST", REMAINING_MS=9000))
                except OSError:
                    pass  # more than his share
                held = held[-200:]
                asked.value += 1

        def get(house):
            start = time.monotonic()
            self.assertEqual(house.mobproc("token").returncode, 0)
            return time.monotonic() - start

        with House(self) as house:
            house.login("alice")
            wanted, over = multiprocessing.Event(), multiprocessing.Event()
            counters = [multiprocessing.Value("L", 0, lock=False) for _ in range(2)]
            floods = [multiprocessing.Process(target=asking.as_uid,
                                              args=(BOB, flood, house.socket, wanted, over, asked))
                      for asked in counters]
            for process in floods:
                process.start()
            try:
                quiet, flooded = [], []
                for _ in range(10):
                    before = [asked.value for asked in counters]
                    wanted.set()
                    while any(asked.value - old < 300 for asked, old in zip(counters, before)):
                        self.assertTrue(all(process.is_alive() for process in floods))
                        time.sleep(0.01)
                    flooded.append(get(house))
                    wanted.clear()
                    get(house)  # what the flood left behind is over when this one is
                    quiet.append(get(house))
            finally:
                over.set()
                for process in floods:
                    process.join()
            self.assertLess(statistics.median(flooded), 20 * statistics.median(quiet), (quiet, flooded))

    def test_L7_one_uid_may_not_hold_all_connections(self):
        """The 257th is hung up on, while the others wait for the server."""
        def one_more(path):
            held = [asking.connect(path) for _ in range(256)]
            for connection in held:
                connection.send(wire.encode("REFRESH", REMAINING_MS=50000))
                self.assertEqual(wire.decode(connection.recv(100)).operation, "ACCEPTED")
            with asking.connect(path) as connection:
                try:
                    connection.send(wire.encode("LIST", REMAINING_MS=9000))
                    return connection.recv(100)
                except OSError:
                    return b""

        with House(self) as house:
            house.login()
            house.ping.hold()
            self.assertEqual(asking.as_uid(house.uid, one_more, house.socket), b"")
            self.assertEqual(house.ask("LIST", uid=0)["ERROR"], "OK")
            house.ping.release()
            house.ask("REFRESH", uid=0, TARGET=house.me)  # until the others have their answer
            self.assertEqual(house.ask("LIST")["ERROR"], "OK")


if __name__ == "__main__":
    unittest.main()
