"""Who is at the other end of the broker's socket: what the kernel says, and where the socket may be."""
import os
import signal
import socket
import subprocess
import unittest

from fixtures import asking, build, wire
from fixtures.house import PASSWORD, House
from fixtures.traced import Traced

ROOT = os.geteuid() == 0
ALICE, BOB, MALLORY = 2001, 2002, 2004
LOGIN = {"USER": "alice", "UID": ALICE, "PASSWORD": PASSWORD, "REMAINING_MS": 9000}


def answers(path, packet):
    """What came back until the broker hung up; nothing when it hung up at once."""
    try:
        return asking.ask_packet(path, packet)
    except (ConnectionResetError, BrokenPipeError):
        return []


class Unknown(unittest.TestCase):
    """The kernel does not say who asks."""

    def test_L2_without_credentials_nobody_is_served(self):
        """SO_PEERCRED fails, or says that all went well and wrote nothing."""
        with Traced(self) as house:
            house.watched = ("getsockopt",)
            house.stop()
            house.save()
            for tampering in ("error=EPERM", "error=ENOTCONN", "error=ENOPROTOOPT", "retval=0"):
                with self.subTest(tampering):
                    house.begin("-e inject=getsockopt:" + tampering)
                    for uid in (0, house.uid) if ROOT else (house.uid,):
                        for operation in ("LIST", "LOGIN", "RELOAD", "SESSION_OPEN", "GET"):
                            packet = wire.encode(operation, **dict(LOGIN, USER=house.me,
                                                                   UID=house.uid))
                            self.assertEqual(asking.as_uid(uid, answers, house.socket, packet), [])
            self.assertEqual(house.ping.requests, [])
            house.kill()
            house.start()
            self.assertEqual(house.login()["ERROR"], "OK")

    @unittest.skipUnless(ROOT, "needs root: several users ask")
    def test_L2_a_caller_who_is_gone_is_still_who_he_was(self):
        """bob asks for alice's login and ends before the broker looks."""
        def ask_and_go(path):
            connection = asking.connect(path)
            connection.send(wire.encode("LOGIN", **LOGIN))

        with House(self) as house:
            house.broker.send_signal(signal.SIGSTOP)
            for _ in range(20):
                asking.as_uid(BOB, ask_and_go, house.socket)
            house.broker.send_signal(signal.SIGCONT)
            self.assertEqual(house.ask("LIST")["ERROR"], "OK")
            self.assertEqual(house.ping.requests, [])
            self.assertEqual(house.ask("GET", uid=ALICE)["ERROR"], "NO_RECORD")


@unittest.skipUnless(ROOT, "needs root: several users ask")
class Handed(unittest.TestCase):
    """A connection that changes hands."""

    @staticmethod
    def connect_and_hand_over(path, channel):
        """In a child: makes a connection and gives it to whoever has the other end."""
        with asking.connect(path) as connection:
            socket.send_fds(channel, [b"x"], [connection.fileno()])

    def handed(self, house, uid):
        """A connection that somebody else made."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            asking.as_uid(uid, self.connect_and_hand_over, house.socket, theirs)
            _, descriptors, _, _ = socket.recv_fds(ours, 10, 1)
        connection = socket.socket(fileno=descriptors[0])
        connection.settimeout(20)
        return connection

    def asked(self, connection, operation, fields):
        """What the broker answers on it."""
        with connection:
            connection.send(wire.encode(operation, **fields))
            self.assertEqual(wire.decode(connection.recv(1 << 16)).operation, "ACCEPTED")
            return wire.decode(connection.recv(1 << 16))["ERROR"]

    def test_L4_rights_are_those_of_whoever_connected(self):
        """root writes on bob's connection, as a setuid program would on its standard output."""
        with House(self) as house:
            house.login("alice")
            house.ping.forget_requests()
            for operation, fields in (("LOGIN", LOGIN), ("SESSION_OPEN", LOGIN), ("RELOAD", {}),
                                      ("LIST", {"TARGET": "alice"}), ("LOGOUT", {"TARGET": "alice"})):
                with self.subTest(operation):
                    error = self.asked(self.handed(house, BOB), operation, fields)
                    self.assertEqual(error, "FORBIDDEN")
            self.assertEqual(house.ping.requests, [])
            self.assertEqual(self.asked(self.handed(house, 0), "LIST", {"TARGET": "alice"}), "OK")

    def test_L4_credentials_sent_along_are_not_believed(self):
        """root sends SCM_CREDENTIALS of his choice on bob's connection."""
        credentials = b"".join(number.to_bytes(4, "little") for number in (os.getpid(), 0, 0))
        with House(self) as house, self.handed(house, BOB) as connection:
            connection.sendmsg([wire.encode("LOGIN", **LOGIN)],
                               [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, credentials)])
            answered = []
            while packet := connection.recv(1 << 16):
                answered.append(wire.decode(packet))
            self.assertNotIn("OK", [message.get("ERROR") for message in answered])
            self.assertEqual(house.ping.requests, [])


class Places(unittest.TestCase):
    """Where the broker does not listen."""

    def started(self, house, path):
        """mobprocd with that socket: (exit status, what it said)."""
        done = subprocess.run([build.program("mobprocd"), "--config", str(house.config), "--state",
                               str(house.state), "--socket", str(path), "--foreground"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=20)
        return done.returncode, done.stderr.decode()

    def test_L5_no_socket_where_others_could_replace_it(self):
        with House(self, start=False) as house:
            base = house.directory / "places"
            for name in ("shared/run", "linked"):
                (base / name).mkdir(parents=True)
            (base / "shared").chmod(0o777)
            (base / "shared" / "run").chmod(0o755)
            (base / "open").mkdir()
            (base / "open").chmod(0o777)
            (base / "sticky").mkdir()
            (base / "sticky").chmod(0o1777)
            (base / "link").symlink_to(base / "shared" / "run")
            places = ["open/b.sock", "sticky/b.sock", "shared/run/b.sock", "link/b.sock",
                      "no/such/folder/b.sock"]
            if ROOT:
                (base / "foreign").mkdir()
                os.chown(str(base / "foreign"), MALLORY, MALLORY)
                (base / "foreign-link").symlink_to(base / "linked")
                os.chown(str(base / "foreign-link"), MALLORY, MALLORY, follow_symlinks=False)
                places += ["foreign/b.sock", "foreign-link/b.sock"]
            for place in places:
                with self.subTest(place):
                    status, said = self.started(house, base / place)
                    self.assertNotEqual(status, 0)
                    self.assertIn(place, said)
                    self.assertFalse((base / place).exists())

    def test_L5_what_is_in_the_way_stays(self):
        with House(self, start=False) as house:
            folder = house.directory / "run"
            folder.mkdir()
            path = folder / "b.sock"
            target = house.directory / "target"
            target.write_text("kept")
            for make in (lambda: path.write_text("kept"), path.mkdir, lambda: os.mkfifo(str(path)),
                         lambda: path.symlink_to(target)):
                make()
                before = os.lstat(str(path))
                status, said = self.started(house, path)
                self.assertNotEqual(status, 0)
                self.assertIn("is in the way", said)
                self.assertEqual(os.lstat(str(path)).st_ino, before.st_ino)
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
            self.assertEqual(target.read_text(), "kept")


if __name__ == "__main__":
    unittest.main()
