"""A person without root: a broker of one's own, which comes when it is asked and goes when it is not."""
import concurrent.futures
import os
import shutil
import signal
import socket
import stat
import struct
import subprocess
import time
import unittest

from fixtures import asking, build, people
from fixtures.house import PASSWORD, House

ROOT = os.geteuid() == 0
PROGRAMS = ("mobproc", "git-credential-mobproc", "mobprocd", "mobproc-courier")
ASK_GIT = b"protocol=https\nhost=git.example\n\n"


def runs(process):
    """Is it there, and more than a zombie that nobody has waited for yet?"""
    try:
        with open("/proc/%d/stat" % process, encoding="utf-8", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Home:
    """A person's home, with the programs in it, so that their processes are known by their paths."""

    def __init__(self, house):
        self.house = house
        self.path = house.directory / "home"
        self.bin = self.path / "bin"
        self.config = self.path / ".config" / "mobproc" / "mobproc.conf"
        self.state = self.path / ".local" / "state" / "mobproc"
        self.runtime = self.path / "run"
        self.socket = self.runtime / "mobproc" / "broker.sock"
        for folder in (self.bin, self.config.parent, self.runtime):
            folder.mkdir(parents=True)
        for name in PROGRAMS:
            shutil.copy(build.program(name), str(self.bin))
        shutil.copy(str(house.config), str(self.config))
        self.runtime.chmod(0o700)
        if ROOT:
            for path in [house.directory / "client-secret", self.path] + list(self.path.rglob("*")):
                os.chown(str(path), house.uid, house.uid)
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.path),
                            "XDG_RUNTIME_DIR": str(self.runtime)}
        self.environment.update({name: value for name, value in os.environ.items()
                                 if name.endswith("SAN_OPTIONS")})

    def run(self, program, *arguments, stdin=b"", uid=None, environment=None):
        """One of the programs, as this person or somebody else."""
        uid = self.house.uid if uid is None else uid
        somebody = {"user": uid, "group": uid, "extra_groups": []} if ROOT else {}
        return subprocess.run([str(self.bin / program)] + list(arguments), input=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                              env=dict(self.environment, **(environment or {})), **somebody)

    def broker(self):
        """The process that listens, by what the kernel says of the socket; None: nobody."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            try:
                connection.connect(str(self.socket))
            except (FileNotFoundError, ConnectionRefusedError):
                return None
            size = struct.calcsize("3i")
            return struct.unpack("3i", connection.getsockopt(
                socket.SOL_SOCKET, socket.SO_PEERCRED, size))[0]

    def brokers(self):
        """All processes that run our copy of mobprocd. Root only: they are not dumpable."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink("/proc/%s/exe" % name) == str(self.bin / "mobprocd"):
                    found.append(int(name))
            except OSError:
                pass
        return found

    def end(self):
        """Ends the broker that listens, and waits until it is gone."""
        process = self.broker()
        if process is None:
            return
        os.kill(process, signal.SIGTERM)
        for _ in range(500):
            if not runs(process):
                return
            time.sleep(0.02)
        raise AssertionError("the broker does not end")


class Private(unittest.TestCase):
    def setUp(self):
        if ROOT:
            people.enter()
        self.house = House(self, start=False)
        self.addCleanup(self.house.__exit__, None, None, None)
        self.home = Home(self.house)
        self.addCleanup(self.home.end)

    def test_doctor_names_the_folder_that_is_missing(self):
        done = self.home.run("mobproc", "doctor", environment={"XDG_RUNTIME_DIR": "/nonexistent"})
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"set XDG_RUNTIME_DIR to a folder of yours; /nonexistent is none",
                      done.stdout)

    def login(self):
        done = self.home.run("mobproc", "login", "--password-stdin", stdin=PASSWORD.encode())
        self.assertEqual(done.returncode, 0, done)

    def test_each_tool_starts_it_and_all_share_one(self):
        for program, words, stdin, expected in (
                ("mobproc", ["token"], b"", 1), ("mobproc", ["status"], b"", 0),
                ("git-credential-mobproc", ["get"], ASK_GIT, 0)):
            with self.subTest(program, words=words):
                self.assertIsNone(self.home.broker())
                done = self.home.run(program, *words, stdin=stdin)
                self.assertEqual(done.returncode, expected, done)
                self.assertIsNotNone(self.home.broker())
                self.home.end()
        self.login()
        first = self.home.broker()
        token = self.home.run("mobproc", "token").stdout
        self.assertEqual(len(token), 29)
        self.assertIn(b"password=" + token,
                      self.home.run("git-credential-mobproc", "get", stdin=ASK_GIT).stdout)
        self.assertEqual(self.home.broker(), first)
        self.home.end()
        self.assertIn(b"password=" + token,
                      self.home.run("git-credential-mobproc", "get", stdin=ASK_GIT).stdout)
        self.assertNotEqual(self.home.broker(), first)

    def test_many_at_once_start_one(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            done = list(pool.map(lambda _: self.home.run("mobproc", "status"), range(8)))
        self.assertEqual([one.returncode for one in done], [0] * 8, done)
        if ROOT:
            # one that lost the race waits up to three seconds for the lock before it gives up
            deadline = time.monotonic() + 10
            while len(self.home.brokers()) > 1 and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertEqual(self.home.brokers(), [self.home.broker()])

    def test_it_ends_when_idle_and_the_next_call_starts_another(self):
        self.login()
        self.home.end()
        somebody = {"user": self.house.uid, "group": self.house.uid,
                    "extra_groups": []} if ROOT else {}
        broker = subprocess.Popen([str(self.home.bin / "mobprocd"), "--user", "--idle", "1"],
                                  env=self.home.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **somebody)
        while self.home.broker() is None and broker.poll() is None:
            time.sleep(0.02)
        self.assertEqual(self.home.broker(), broker.pid)
        began = time.monotonic()
        noise = broker.communicate(timeout=20)[1]
        self.assertEqual((broker.returncode, noise), (0, b""))
        self.assertGreater(time.monotonic() - began, 0.7)
        self.assertFalse(self.home.socket.exists())
        done = self.home.run("mobproc", "token")
        self.assertEqual((done.returncode, len(done.stdout)), (0, 29), done)
        self.assertNotIn(self.home.broker(), (None, broker.pid))

    def test_a_second_broker_on_the_same_state_refuses_to_start(self):
        self.home.run("mobproc", "status")
        first = self.home.broker()
        done = self.home.run("mobprocd", "--config", str(self.home.config), "--state",
                             str(self.home.state), "--socket", str(self.home.runtime / "other"))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"another broker uses this directory", done.stderr)
        self.assertFalse((self.home.runtime / "other").exists())
        self.assertEqual(self.home.broker(), first)
        self.assertEqual(self.home.run("mobproc", "status").returncode, 0)

    def test_what_it_makes_is_the_person_s_alone(self):
        self.login()
        for path in [self.home.socket.parent, self.home.state] + list(self.home.state.rglob("*")):
            mode = path.lstat()
            self.assertEqual(mode.st_uid, self.house.uid, path)
            if not stat.S_ISSOCK(mode.st_mode):
                self.assertEqual(stat.S_IMODE(mode.st_mode) & 0o077, 0, path)
        self.assertEqual(stat.S_IMODE(self.home.socket.stat().st_mode), 0o600)

    @unittest.skipUnless(ROOT, "needs root: somebody else asks")
    def test_H10_nobody_else_can_ask_it(self):
        self.login()
        done = self.home.run("mobproc", "token", "--socket", str(self.home.socket), uid=2002)
        self.assertEqual((done.returncode, done.stdout), (4, b""), done)
        with self.assertRaisesRegex(AssertionError, "PermissionError"):
            asking.as_uid(2002, asking.connect, self.home.socket)

    def test_a_broken_configuration_is_told_with_its_own_code(self):
        self.home.config.write_text("[mobproc]\ncolour = red\n")
        done = self.home.run("mobprocd", "--user")
        self.assertEqual(done.returncode, 7)
        self.assertIn(b"%s:2: colour: unknown key" % os.fsencode(str(self.home.config)), done.stderr)
        for program, words in (("mobproc", ["token"]), ("mobproc", ["status"])):
            self.assertNotEqual(self.home.run(program, *words).returncode, 0)
        self.assertIsNone(self.home.broker())

    @unittest.skipUnless(ROOT, "needs root: it is about root")
    def test_user_is_not_for_root(self):
        done = self.home.run("mobprocd", "--user", uid=0)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"--user is for people, not for root", done.stderr)
        self.assertFalse(self.home.state.exists() or self.home.socket.exists())

    def test_user_needs_a_place_for_its_socket(self):
        done = self.home.run("mobprocd", "--user", environment={"XDG_RUNTIME_DIR": "relative"})
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"XDG_RUNTIME_DIR", done.stderr)
        self.assertFalse(self.home.state.exists())


if __name__ == "__main__":
    unittest.main()
