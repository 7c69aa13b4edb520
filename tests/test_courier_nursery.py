"""The nursery: who may give jobs, how many run at once, how it begins and ends."""
import array
import contextlib
import os
import pathlib
import resource
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from fixtures import wire
from fixtures.asking import as_uid
from fixtures.build import program
from fixtures.courier import Courier, password_job
from ping import Ping
from test_courier import PASSWORD, USER, CourierCase

MAX_CHILDREN = 32


def until(condition, seconds=10):
    """Wait for it; its last value."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def status_of(pid, name):
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        return next(line.split(":", 1)[1].strip() for line in file if line.startswith(name + ":"))


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Running(CourierCase):
    def start_job(self, **fields):
        """A job whose answer is not waited for; its connection."""
        connection = self.courier.connect()
        self.addCleanup(connection.close)
        connection.send(password_job(self.ping, USER, PASSWORD, **fields))
        return connection

    def test_children_are_confined(self):
        self.ping.hold()
        connection = self.start_job()
        self.assertTrue(self.ping.wait_held())
        child, = self.courier.children()
        self.assertEqual("1", status_of(child, "NoNewPrivs"))
        self.assertEqual("2", status_of(child, "Seccomp"))
        limits = pathlib.Path("/proc/%d/limits" % child).read_text()
        for name, most in (("core file size", 0), ("file size", 0), ("open files", 64)):
            self.assertRegex(limits, r"(?m)^Max %s +%d +%d " % (name, most, most))
        self.assertEqual(0, int(status_of(child, "SigBlk"), 16))
        self.assertEqual(0, int(status_of(child, "SigCgt"), 16) & (1 << signal.SIGTERM - 1))
        listener = os.readlink("/proc/%d/fd/3" % self.courier.process.pid)
        held = [os.readlink("/proc/%d/fd/%s" % (child, fd))
                for fd in os.listdir("/proc/%d/fd" % child)]
        self.assertNotIn(listener, held)
        self.assertEqual("/", os.readlink("/proc/%d/cwd" % child))
        self.ping.release()
        self.assertEqual("OK", wire.decode(connection.recv(1 << 17))["ERROR"])

    def test_an_order_that_nobody_waits_for_is_not_sent(self):
        """The broker gave up while it waited: a token that came of it would be lost."""
        self.ping.hold()
        connections = [self.start_job(REMAINING_MS=60000, CONNECT_MS=60000) for _ in range(MAX_CHILDREN)]
        self.assertTrue(self.ping.wait_held(MAX_CHILDREN, seconds=30))
        self.start_job().close()
        waits = self.start_job()
        self.ping.release()
        for connection in connections + [waits]:
            self.assertEqual("OK", wire.decode(connection.recv(1 << 17))["ERROR"])
        self.assertTrue(until(lambda: not self.courier.children()))
        self.assertEqual(MAX_CHILDREN + 1, len(self.ping.posts("password")))

    def test_at_most_32_jobs_run_and_the_others_wait(self):
        self.ping.hold()
        connections = [self.start_job(REMAINING_MS=60000, CONNECT_MS=60000) for _ in range(MAX_CHILDREN + 8)]
        self.assertTrue(self.ping.wait_held(MAX_CHILDREN, seconds=30))
        time.sleep(0.2)
        self.assertEqual(MAX_CHILDREN, self.ping.held)
        self.assertEqual(MAX_CHILDREN, len(self.courier.children()))
        self.ping.release()
        for connection in connections:
            self.assertEqual("OK", wire.decode(connection.recv(1 << 17))["ERROR"])
        self.assertTrue(until(lambda: not self.courier.children()))

    def test_silence_is_hung_up_on_after_two_seconds(self):
        start = time.monotonic()
        with self.courier.connect() as connection:
            self.assertEqual(b"", connection.recv(1 << 17))
        self.assertTrue(1.8 < time.monotonic() - start < 4.5)
        self.assertTrue(until(lambda: not self.courier.children()))

    def test_a_caller_that_leaves_costs_nothing(self):
        for _ in range(100):
            self.courier.connect().close()
        self.assertEqual(("OK", "ANSWERED"), self.outcome())
        self.assertTrue(until(lambda: not self.courier.children()))

    def test_descriptors_that_come_along_refuse_the_job(self):
        with self.courier.connect() as connection:
            with open("/dev/null", "rb") as null:
                connection.sendmsg([password_job(self.ping, USER, PASSWORD)], [(
                    socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [null.fileno()]))])
            self.assertEqual("PROTOCOL", wire.decode(connection.recv(1 << 17))["ERROR"])
        self.assertEqual(0, self.ping.connections)

    def test_without_descriptors_it_neither_dies_nor_spins(self):
        self.assertEqual(("OK", "ANSWERED"), self.outcome())  # it has begun
        pid = self.courier.process.pid
        usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (4, usual[1]))
        connection = self.start_job()
        before = cpu_seconds(pid)
        time.sleep(1)
        self.assertLess(cpu_seconds(pid) - before, 0.1)
        self.assertEqual([], self.courier.children())
        resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)
        self.assertEqual("OK", wire.decode(connection.recv(1 << 17))["ERROR"])

    def test_it_idles_without_work(self):
        before = cpu_seconds(self.courier.process.pid)
        time.sleep(0.5)
        # a tick or two may still belong to its start; a loop that spins takes all of them
        self.assertLess(cpu_seconds(self.courier.process.pid) - before, 0.2)

    def test_sigterm_lets_a_running_job_finish(self):
        self.ping.hold()
        connection = self.start_job()
        self.assertTrue(self.ping.wait_held())
        self.courier.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        waiting = self.courier.connect()
        self.addCleanup(waiting.close)
        time.sleep(0.2)
        self.assertIsNone(self.courier.process.poll())
        self.assertEqual(1, len(self.courier.children()))
        self.ping.release()
        self.assertEqual("OK", wire.decode(connection.recv(1 << 17))["ERROR"])
        self.assertEqual((0, ""), self.courier.stop())

    def test_a_killed_child_is_an_end_of_file(self):
        self.ping.hold()
        connection = self.start_job()
        self.assertTrue(self.ping.wait_held())
        child, = self.courier.children()
        os.kill(child, signal.SIGKILL)
        self.assertEqual(b"", connection.recv(1 << 17))
        self.ping.release()
        self.assertEqual(("OK", "ANSWERED"), self.outcome())


@unittest.skipUnless(os.geteuid() == 0, "needs other uids: run as root")
class OtherUids(unittest.TestCase):
    """Only the courier's own uid and the owner of its socket are heard."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="mobproc-courier.")
        self.addCleanup(subprocess.run, ["rm", "-rf", self.directory], check=True)
        os.chmod(self.directory, 0o711)

    def answers(self, courier_uid, socket_uid, caller_uid):
        """Whether a caller with that uid gets an answer to a malformed job."""
        def call():
            with courier.connect() as connection:
                try:
                    connection.send(b"x")
                    return bool(connection.recv(1 << 17))
                except (BrokenPipeError, ConnectionResetError):
                    return False

        courier = Courier(self.directory, uid=courier_uid, socket_uid=socket_uid)
        with courier:
            answered = as_uid(caller_uid, call)
        os.unlink(courier.path)
        return answered

    def test_L13_a_child_cannot_be_traced_by_its_own_uid(self):
        with Courier(self.directory, uid=2001, socket_uid=0) as courier:
            with courier.connect():
                self.assertTrue(until(courier.children))
                child, = courier.children()
                # in /proc, the files of what is not dumpable belong to root
                self.assertTrue(until(lambda: os.stat("/proc/%d/mem" % child).st_uid == 0, 1))
                self.assertEqual(2001, os.stat("/proc/%d/mem" % courier.process.pid).st_uid)

    def test_each_caller_and_owner(self):
        for courier, owner, caller, expected in (
                (0, 0, 0, True), (0, 0, 2001, False), (0, 0, 65534, False),
                (2001, 2002, 2001, True), (2001, 2002, 2002, True), (2001, 2002, 2003, False),
                (2001, 2002, 0, False), (2001, 0, 0, True), (2001, 0, 2001, True),
                (2001, 0, 2002, False), (2001, 65534, 65534, False), (65534, 2001, 65534, False),
                (65534, 2001, 2001, True)):
            with self.subTest(courier=courier, owner=owner, caller=caller):
                self.assertEqual(expected, self.answers(courier, owner, caller))


class Starting(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="mobproc-courier.")
        self.addCleanup(self.directory.cleanup)

    def listen(self, kind=socket.SOCK_SEQPACKET, listening=True):
        listener = socket.socket(socket.AF_UNIX, kind)
        self.addCleanup(listener.close)
        listener.bind(os.path.join(self.directory.name, "s%d" % listener.fileno()))
        if listening:
            listener.listen()
        return listener

    def run_courier(self, *options, fds=(), **more):
        return subprocess.run([program("mobproc-courier"), *options], pass_fds=fds, check=False,
                              timeout=20, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **more)

    def test_a_wrong_command_line_is_refused(self):
        for options in (["--fd"], ["--fd", "x"], ["--fd", "-1"], ["--fd", "3x"], ["x"], ["--fd="], ["--fd", "2"],
                        ["--fd", "99999999999"], ["--with-parent", "1"]):
            with self.subTest(options):
                done = self.run_courier(*options)
                self.assertEqual(2, done.returncode)
                self.assertIn(b"usage", done.stderr)

    def test_a_socket_of_another_kind_is_refused(self):
        tcp = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(tcp.close)
        for wrong in (self.listen(socket.SOCK_STREAM), self.listen(listening=False), tcp):
            done = self.run_courier("--fd", str(wrong.fileno()), fds=[wrong.fileno()])
            self.assertEqual(1, done.returncode)
            self.assertIn(b"SOCK_SEQPACKET", done.stderr)
        self.assertEqual(1, self.run_courier("--fd", "77").returncode)

    def test_without_a_socket_it_says_so(self):
        for environment in ({}, {"LISTEN_FDS": "1"}, {"LISTEN_FDS": "1", "LISTEN_PID": "1"}):
            done = self.run_courier(env=environment)
            self.assertEqual(1, done.returncode)
            self.assertIn(b"no listening socket", done.stderr)

    def test_the_socket_of_a_service_manager_is_taken(self):
        listener = self.listen()

        def pass_it():
            os.dup2(listener.fileno(), 3)
            os.set_inheritable(3, True)
            os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))

        with subprocess.Popen([program("mobproc-courier")], preexec_fn=pass_it, close_fds=False,
                              stderr=subprocess.PIPE) as process:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
                connection.settimeout(20)
                connection.connect(listener.getsockname())
                connection.send(b"x")
                self.assertEqual("PROTOCOL", wire.decode(connection.recv(1 << 17))["ERROR"])
            process.terminate()
            self.assertEqual(b"", process.stderr.read())
        self.assertEqual(0, process.returncode)

    def test_it_ends_with_its_parent_when_told_to(self):
        for options, survives in ((["--with-parent"], False), ([], True)):
            listener = self.listen()
            number = listener.fileno()
            command = ["sh", "-c", '"$0" "$@" 2>/dev/null & echo $!; read line',
                       program("mobproc-courier"), "--fd", str(number), *options]
            with subprocess.Popen(command, pass_fds=[number], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE) as shell:
                pid = int(shell.stdout.readline())
                with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
                    connection.connect(listener.getsockname())
                    connection.send(b"x")
                    self.assertTrue(connection.recv(1 << 17))
            gone = until(lambda pid=pid: not self.is_running(pid), seconds=0.5 if survives else 10)
            if survives:
                os.kill(pid, signal.SIGTERM)
            self.assertEqual(survives, not gone)

    @staticmethod
    def is_running(pid):
        try:
            return status_of(pid, "State")[0] != "Z"
        except FileNotFoundError:
            return False

    def test_P20_closed_standard_descriptors_do_no_harm(self):
        os.chmod(self.directory.name, 0o711)  # jobs that root gives are done by nobody
        listener = self.listen()
        number = listener.fileno()

        def close_them():
            for descriptor in (0, 1, 2):
                os.close(descriptor)

        with Ping(self.directory.name) as ping:
            ping.add_user(USER, PASSWORD)
            with subprocess.Popen([program("mobproc-courier"), "--fd", str(number)],
                                  pass_fds=[number], preexec_fn=close_them) as process, \
                    contextlib.ExitStack() as last:
                last.callback(process.terminate)
                with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
                    connection.settimeout(20)
                    connection.connect(listener.getsockname())
                    connection.send(password_job(ping, USER, PASSWORD))
                    self.assertEqual("OK", wire.decode(connection.recv(1 << 17))["ERROR"])
                names = [os.readlink("/proc/%d/fd/%d" % (process.pid, fd)) for fd in (0, 1, 2)]
        self.assertEqual(["/dev/null"] * 3, names)


if __name__ == "__main__":
    unittest.main()
