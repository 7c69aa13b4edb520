"""mobprocd as a service: how it ends, what it survives, what it logs."""
import ctypes
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import time
import unittest

from fixtures import asking, build, people, wire
from fixtures.activated import BROKER_UID, COURIER_UID, ActivatedHouse
from fixtures.house import PASSWORD, House
from fixtures.sicknames import SickNames

ROOT = os.geteuid() == 0
EVENT = re.compile(r"mobprocd: event=[a-z_-]+( |$)")


def until(condition, seconds=10):
    """Waits until it holds; its last value."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def children(process):
    """The process numbers of its children."""
    with open("/proc/%d/task/%d/children" % (process, process), encoding="ascii") as file:
        return [int(number) for number in file.read().split()]


def login_packet(house):
    """A login as raw bytes."""
    return wire.encode("LOGIN", USER=house.me, UID=house.uid, PASSWORD=PASSWORD, SERVICE="test",
                       REMAINING_MS=20000)


def enter_namespace():
    """Makes this process root of a new user namespace that knows its old uid alone."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x10000000) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    libc.prctl(4, 1, 0, 0, 0)  # dumpable, so that /proc/self is ours
    for name, text in (("setgroups", "deny"), ("uid_map", "0 %d 1" % uid), ("gid_map", "0 %d 1" % gid)):
        with open("/proc/self/" + name, "w", encoding="utf-8") as file:
            file.write(text)


def in_namespace(function, *arguments, **more):
    """Calls a function as the root of such a namespace."""
    enter_namespace()
    assert os.geteuid() == 0
    return function(*arguments, **more)


def said(path, packet):
    """The messages that the broker answered; [] when it hung up at once."""
    try:
        return asking.ask_packet(path, packet)
    except (ConnectionResetError, BrokenPipeError):
        return []


class End(unittest.TestCase):
    def ended(self, house, seconds=20):
        """The exit status; it must end by itself."""
        status = house.broker.wait(seconds)
        house.broker = None
        return status

    def test_sigterm_lets_a_login_finish_and_nobody_new_in(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), House(self) as house:
                house.ping.hold()
                asked = house.later(house.login)
                self.assertTrue(house.ping.wait_held())
                house.broker.send_signal(number)
                self.assertTrue(until(lambda: "event=stopping" in house.log_text()))
                with self.assertRaises((ConnectionRefusedError, FileNotFoundError)):
                    asking.connect(house.socket)
                self.assertIsNone(house.broker.poll())
                house.ping.release()
                self.assertEqual(asked.result()["VERDICT"], "ADMIT")
                self.assertEqual(self.ended(house), 0)
                self.assertFalse(house.socket.exists())
                house.start()
                self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")

    def test_sigterm_lets_a_refresh_finish(self):
        with House(self) as house:
            house.login()
            house.ping.hold()
            asked = house.later(house.ask, "REFRESH")
            self.assertTrue(house.ping.wait_held())
            house.broker.terminate()
            house.ping.release()
            self.assertEqual(asked.result()["ERROR"], "OK")
            self.assertEqual(self.ended(house), 0)
            house.ping.state.grace = 0
            house.start()
            self.assertEqual(house.ask("REFRESH")["ERROR"], "OK")

    def test_sigterm_without_work_ends_at_once(self):
        with House(self) as house:
            idle = asking.connect(house.socket)
            house.login()
            began = time.monotonic()
            house.broker.terminate()
            self.assertEqual(self.ended(house), 0)
            self.assertLess(time.monotonic() - began, 4)  # one who never asks may wait two seconds
            idle.close()

    def test_without_its_courier_a_broker_ends(self):
        """It could log nobody in; whoever watches over it starts both again."""
        with House(self) as house:
            house.login()
            courier, = children(house.broker.pid)
            os.kill(courier, signal.SIGKILL)
            self.assertEqual(self.ended(house), 0)
            self.assertIn("event=courier result=died", house.log_text())
            self.assertFalse(house.socket.exists())
            house.start()
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")

    def test_a_name_service_that_hangs_does_not_outlive_its_broker(self):
        """Its process would keep the lock, and callers would not hear that the broker is gone."""
        with House(self, start=False) as house:
            names = SickNames(house)
            house.start()
            names.say("hang")
            with asking.connect(house.socket) as caller:
                caller.send(wire.encode("LIST", REMAINING_MS=9000))
                self.assertEqual(wire.decode(caller.recv(100)).operation, "ACCEPTED")
                self.assertTrue(until(lambda: len(children(house.broker.pid)) == 2))
                house.kill()
                names.mend()
                self.assertEqual(caller.recv(100), b"")
            house.start()
            self.assertEqual(house.login()["ERROR"], "OK")

    def test_without_its_broker_a_courier_ends(self):
        with House(self) as house:
            courier, = children(house.broker.pid)
            house.kill()

            def gone():
                try:
                    with open("/proc/%d/stat" % courier, encoding="utf-8") as file:
                        return file.read().rsplit(")", 1)[1].split()[0] == "Z"
                except FileNotFoundError:
                    return True
            self.assertTrue(until(gone))

    def test_a_lock_that_cannot_be_opened_is_no_other_broker(self):
        with House(self, start=False) as house:
            house.state.mkdir(mode=0o700)
            (house.state / "lock").mkdir()
            with self.assertRaisesRegex(AssertionError, "lock: .*must be a file of this user"):
                house.start()

    def test_two_brokers(self):
        with House(self) as house:
            done = subprocess.run(
                [build.program("mobprocd"), "--config", str(house.config), "--state",
                 str(house.state), "--socket", str(house.socket)], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, timeout=20)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"another broker uses this directory", done.stderr)
            self.assertEqual(house.login()["ERROR"], "OK")

    def test_L5_a_socket_of_somebody_else_is_not_replaced(self):
        with House(self, start=False) as house:
            for make in (house.socket.touch, house.socket.mkdir,
                         lambda: house.socket.symlink_to("/nonexistent")):
                house.socket.parent.mkdir(exist_ok=True)
                make()
                with self.assertRaisesRegex(AssertionError, "in the way"):
                    house.start()
                house.socket.rmdir() if house.socket.is_dir() else house.socket.unlink()
            house.socket.parent.chmod(0o777)
            with self.assertRaisesRegex(AssertionError, "others than root and this user"):
                house.start()


class Peers(unittest.TestCase):
    def test_nothing_is_sealed_for_a_caller_who_is_gone(self):
        def ask_and_leave(path, packet):
            with asking.connect(path) as connection:
                connection.send(packet)
                return wire.decode(connection.recv(1 << 16)).operation

        with House(self) as house:
            house.ping.hold()
            self.assertEqual(asking.as_uid(house.uid if not ROOT else 0, ask_and_leave,
                                           house.socket, login_packet(house)), "ACCEPTED")
            self.assertTrue(house.ping.wait_held())
            house.ping.release()
            self.assertTrue(until(lambda: "event=login" in house.log_text()))
            self.assertIn("event=login result=interrupted", house.log_text())
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "NO_RECORD")

    def test_without_a_courier_it_is_an_outage_that_costs_nothing(self):
        with House(self, machine={"guard_failures": 1},
                   arguments=["--courier-socket", "/nonexistent/courier.sock"]) as house:
            for _ in range(3):
                result = house.login()
                self.assertEqual((result["ERROR"], result["VERDICT"]), ("OUTAGE", "DENY"))
            house.stop()
            house.arguments = []
            house.start()
            self.assertEqual(house.login()["ERROR"], "OK")
            house.stop()
            house.arguments = ["--courier-socket", "/nonexistent/courier.sock"]
            house.start()
            self.assertEqual(house.ask("REFRESH")["ERROR"], "OUTAGE")
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")

    def test_a_courier_that_hangs_up_or_talks_nonsense_admits_nobody(self):
        replies = {"silence, then the end": None, "nothing": b"", "noise": b"x" * 100,
                   "no result": wire.encode("ACCEPTED"),
                   "another message": wire.encode("RESULT", ERROR="OK", PROGRESS="ANSWERED",
                                                  ACCESS_TOKEN="t" * 28),
                   "no progress": wire.encode("JOB_DONE", ERROR="OK", ACCESS_TOKEN="t" * 28),
                   "no token": wire.encode("JOB_DONE", ERROR="OK", PROGRESS="ANSWERED"),
                   "a token that is none": wire.encode("JOB_DONE", ERROR="OK", PROGRESS="ANSWERED",
                                                       ACCESS_TOKEN="a b"),
                   "no error": wire.encode("JOB_DONE", PROGRESS="ANSWERED", ACCESS_TOKEN="t" * 28)}
        with House(self, {"timeout": 2}, {"guard_failures": 16}, start=False) as house:
            path = str(house.directory / "courier")
            house.arguments = ["--courier-socket", path]
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
                listener.bind(path)
                listener.listen(5)
                house.start()
                for name, reply in replies.items():
                    with self.subTest(name):
                        asked = house.later(house.login)
                        connection = listener.accept()[0]
                        self.assertEqual(wire.decode(connection.recv(1 << 16)).operation,
                                         "JOB_PASSWORD")
                        if reply is not None:
                            connection.send(reply)
                        connection.close()
                        result = asked.result()
                        self.assertIn(result["ERROR"], ("OUTAGE", "PROTOCOL"))
                        self.assertEqual(result["VERDICT"], "DENY")
                        self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "NO_RECORD")

    @staticmethod
    def is_asleep(house):
        """Does the broker wait at this moment? One that spins never does, however busy the machine."""
        text = pathlib.Path("/proc/%d/stat" % house.broker.pid).read_text()
        return text.rsplit(")", 1)[1].split()[0] == "S"

    def test_L6_out_of_descriptors_others_are_served_and_it_recovers(self):
        limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))}
        with House(self, popen=limit) as house:
            self.assertEqual(house.login()["ERROR"], "OK")
            idle = [asking.connect(house.socket) for _ in range(60)]
            began, asleep = time.monotonic(), []
            # an idle caller is hung up on after two seconds
            asked = house.later(house.ask, "GET", ACCOUNT="tangoe")
            while not asked.done():
                asleep.append(self.is_asleep(house))
                time.sleep(0.01)
            self.assertEqual(asked.result()["ERROR"], "OK")
            self.assertLess(time.monotonic() - began, 6)
            self.assertGreater(sum(asleep), len(asleep) / 4)
            for connection in idle:
                connection.close()
            for _ in range(3):
                self.assertEqual(house.login()["ERROR"], "OK")
            if ROOT:  # others may not look into it
                self.assertLess(len(os.listdir("/proc/%d/fd" % house.broker.pid)), 20)

    def test_it_takes_as_many_descriptors_as_it_may_have(self):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (48, most))}
        with House(self, popen=limit) as house:
            limits = pathlib.Path("/proc/%d/limits" % house.broker.pid).read_text()
            self.assertRegex(limits, r"Max open files +%d +%d " % (most, most))

    @unittest.skipUnless(ROOT, "needs root: two users")
    def test_L1_root_of_a_user_namespace_is_who_he_is_outside(self):
        """alice calls herself uid 0; the kernel knows better."""
        people.enter()
        try:
            asking.as_uid(2001, in_namespace, os.getpid)
        except AssertionError as reason:
            self.skipTest("no user namespaces here: %s" % reason)
        with House(self) as house:
            house.login("alice")
            house.login("bob")
            for operation, fields, expected in (
                    ("GET", {"ACCOUNT": "tangoe"}, "OK"), ("LIST", {"TARGET": "bob"}, "FORBIDDEN"),
                    ("RELOAD", {}, "FORBIDDEN"), ("SESSION_OPEN", {"USER": "alice", "UID": 2001},
                                                  "FORBIDDEN"),
                    ("LOGIN", {"USER": "bob", "UID": 2002, "PASSWORD": PASSWORD}, "FORBIDDEN")):
                with self.subTest(operation):
                    answer = asking.as_uid(2001, in_namespace, asking.ask, house.socket, operation,
                                           **fields)
                    self.assertEqual(answer["ERROR"], expected)

    @unittest.skipUnless(ROOT, "needs root: a broker in a user namespace")
    def test_L1_a_uid_that_has_no_name_here_is_refused(self):
        """A broker whose namespace knows uid 0 alone sees everybody else as 65534."""
        try:
            house = House(self, popen={"preexec_fn": enter_namespace})
        except subprocess.SubprocessError as reason:
            self.skipTest("no user namespaces here: %s" % reason)
        with house:
            packet = wire.encode("LIST", REMAINING_MS=1000)
            self.assertEqual(len(asking.as_uid(0, asking.ask_packet, house.socket, packet)), 2)
            for uid in (2001, 2002):
                self.assertEqual(asking.as_uid(uid, said, house.socket, packet), [])


class Confinement(unittest.TestCase):
    """What broker and courier gave up, seen from outside; tests/unit/*confine.c tries it inside."""

    def test_L30_the_broker_runs_with_a_filter_and_status_says_what_holds(self):
        with House(self) as house:
            def shown():
                return said(house.socket,
                            wire.encode("STATUS", REMAINING_MS=9000))[-1]["CONFINEMENT"]

            with open("/proc/%d/status" % house.broker.pid, encoding="ascii") as file:
                self.assertRegex(file.read(), r"NoNewPrivs:\t1\nSeccomp:\t2\n")
            self.assertEqual(
                "broker: seccomp and Landlock. courier: not known before its first job", shown())
            self.assertEqual("OK", said(house.socket, login_packet(house))[-1]["ERROR"])
            self.assertEqual("broker: seccomp and Landlock. courier: seccomp and Landlock", shown())


class Log(unittest.TestCase):
    HOSTILE = ("x\nmobprocd: event=login result=ok user=root", "\x1b[2J\x1b[H", "a\rb", "%n%s%x",
               "\u202e\u2066", "y" * 5000, "a b=c event=login result=ok", "\x7f\x80\xff")

    def lines(self, house):
        return house.log_text().splitlines()

    def test_one_line_an_event(self):
        with House(self) as house:
            house.login()
            house.login(password="wrong one")
            house.ask("REFRESH")
            house.ask("LOGOUT")
            house.stop()
            text = house.log_text()
            for event in ("configuration result=ok", "started ", "login result=ok",
                          "grant result=denied", "login result=denied", "refresh result=ok",
                          "logout ", "stopping"):
                self.assertEqual(len(re.findall("event=" + event, text)), 1, (event, text))
            for line in self.lines(house):
                self.assertRegex(line, EVENT)

    def test_L28_nobody_can_forge_a_line(self):
        """What a caller chooses freely: names, service, rhost, terminal, account."""
        with House(self) as house:
            for text in self.HOSTILE:
                for tag in ("USER", "SERVICE", "RHOST", "TTY", "ACCOUNT", "TARGET"):
                    fields = {"USER": house.me, "UID": house.uid, "PASSWORD": PASSWORD,
                              "REMAINING_MS": 9000}
                    fields[tag] = text.encode("utf-8", "surrogateescape")
                    packet = wire.encode("LOGIN", **fields)
                    asking.as_uid(0 if ROOT else house.uid, asking.ask_packet, house.socket, packet)
            time.sleep(0.1)
            for line in self.lines(house):
                self.assertRegex(line, EVENT)
                self.assertRegex(line, r"\A[\x20-\x7e]*\Z")
                self.assertLess(len(line), 2100)
                self.assertEqual(line.count("event="), 1, line)
                self.assertNotIn("user=root", line)

    def test_L28_a_flood_is_counted_and_not_written(self):
        with House(self) as house:
            packet = b"MPW\x01 nonsense"

            def flood(path):
                for _ in range(600):
                    asking.ask_packet(path, packet)
            asking.as_uid(house.uid, flood, house.socket)
            self.assertLess(len(self.lines(house)), 300)
            self.assertEqual(house.login()["ERROR"], "OK")


class Process(unittest.TestCase):
    def status(self, pid):
        with open("/proc/%d/status" % pid, encoding="utf-8", errors="replace") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)

    def test_L13_it_is_hard_to_look_into(self):
        with ActivatedHouse(self) as house:  # as root, with a broker of another uid
            self.assertEqual(self.status(house.broker.pid)["NoNewPrivs"], "1")
            with open("/proc/%d/limits" % house.broker.pid, encoding="ascii") as file:
                core, = [line for line in file if line.startswith("Max core file size")]
            self.assertRegex(core, r"Max core file size +0 +0 ")
            # not dumpable: its files in /proc belong to root, and nobody else attaches
            self.assertEqual(os.stat("/proc/%d/environ" % house.broker.pid).st_uid, 0)

    @unittest.skipUnless(ROOT, "needs root: a broker of another uid")
    def test_L13_its_own_uid_may_not_look_into_it(self):
        def attempts(pid):
            libc = ctypes.CDLL(None, use_errno=True)
            attached = libc.ptrace(16, pid, None, None) == 0  # PTRACE_ATTACH
            opened = []
            for name in ("mem", "environ", "maps", "auxv"):
                try:
                    open("/proc/%d/%s" % (pid, name), "rb").close()
                    opened.append(name)
                except PermissionError:
                    pass
            return attached, opened

        with ActivatedHouse(self) as house:
            pids = [house.broker.pid, house.courier.process.pid]
            for uid, pid in zip((BROKER_UID, COURIER_UID), pids):
                self.assertEqual(asking.as_uid(uid, attempts, pid), (False, []))

    def test_it_keeps_no_descriptor_and_no_environment_of_its_caller(self):
        reading, writing = os.pipe()
        with House(self, popen={"env": dict(os.environ, https_proxy="http://127.0.0.1:9",
                                            SSLKEYLOGFILE="/tmp/x", LD_BIND_NOW="1"),
                                "pass_fds": [writing]}) as house:
            self.assertEqual(house.login()["ERROR"], "OK")  # a proxy would have been asked
            courier, = children(house.broker.pid)
            links = {os.readlink("/proc/%d/fd/%s" % (courier, number))
                     for number in os.listdir("/proc/%d/fd" % courier)}
            self.assertNotIn("pipe:[%d]" % os.fstat(writing).st_ino, links)
        os.close(reading)
        os.close(writing)

    def test_wrong_arguments(self):
        for arguments in (["--colour"], ["extra"], ["--idle", "-1"], ["--idle", "1x"],
                          ["--state", ""], ["--ready-fd", "99999999"], ["--config"]):
            with self.subTest(arguments):
                done = subprocess.run([build.program("mobprocd")] + arguments, timeout=20,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertTrue(done.stderr)

    def test_P20_closed_standard_descriptors_do_no_harm(self):
        """P20: a log line must not end up in a file that got their numbers."""
        with House(self, start=False) as house:
            house.popen["preexec_fn"] = lambda: [os.close(number) for number in (0, 1, 2)]
            house.start()
            self.assertEqual(house.login()["ERROR"], "OK")
            house.login(password="wrong one")
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")
            for number in (0, 1, 2) if ROOT else ():
                self.assertEqual(os.readlink("/proc/%d/fd/%d" % (house.broker.pid, number)),
                                 "/dev/null")
            for path in house.state.rglob("*"):
                if path.is_file():
                    self.assertNotIn(b"event=", path.read_bytes())


if __name__ == "__main__":
    unittest.main()
