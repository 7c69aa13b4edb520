"""What mobproc makes of a hostile environment, of closed descriptors, and of a broker to start."""
import json
import os
import sys
import time
import unittest

from fixtures import fakebroker, tool
from fixtures.tool import IS_ROOT, HelperCase, as_somebody


# for every uid: an interpreter below root's home is for root only
PYTHON = "/usr/bin/python3" if os.access("/usr/bin/python3", os.X_OK) else sys.executable


class Output(HelperCase):
    """Standard output that takes nothing: an exit code that says so."""

    WORDS = [["token"], ["token", "--json"], ["headers"], ["credential", "git", "get"]]
    REQUEST = b"protocol=https\nhost=h\n"

    def test_H13_a_full_device(self):
        broker = self.broker(tool.gives())
        for words in self.WORDS + [["--help"], ["--version"], ["token", "--help"]]:
            with self.subTest(words), open("/dev/full", "wb") as full:
                argv = [tool.MOBPROC] + words[:1] + (
                    ["--socket", broker.path] if words[0][0] != "-" else []) + words[1:]
                ran = tool.execute(argv, self.REQUEST, stdout=full)
                self.assertEqual(ran.code, 70, ran)
                self.assertIn("standard output", ran.err)

    def test_P20_closed_descriptors(self):
        broker = self.broker(tool.gives())
        for closing, words in [(c, w) for c in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-", "<&- >&-")
                               for w in self.WORDS]:
            argv = [tool.MOBPROC, words[0], "--socket", broker.path] + words[1:]
            line = " ".join(argv) + " " + closing
            with self.subTest(line):
                ran = tool.execute(["/bin/sh", "-c", line], self.REQUEST)
                if ">&-" in closing.replace("2>&-", "") or (
                        words[0] == "credential" and "<" in closing):
                    self.assertEqual((ran.code != 0, ran.out), (True, b""), ran)
                else:
                    self.assertEqual(ran.code, 0, ran)
                    self.assertIn(tool.TOKEN.encode(), ran.out)

    def test_a_reader_that_is_gone(self):
        broker = self.broker(tool.gives())
        for words in self.WORDS:
            reading, writing = os.pipe()
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                self.assertNotEqual(
                    tool.run(broker, *words, data=self.REQUEST, stdout=pipe).code, 0)


class Environment(HelperCase):
    """H14: which variables decide what, and for whom."""

    def which(self, environment, program, **more):
        """Without --socket: whose token it is tells which broker was asked."""
        return tool.execute([program, "token"], b"", environment, **more)

    @unittest.skipUnless(IS_ROOT, "needs a root caller")
    def test_H14_root_s_broker_is_not_chosen_by_variables(self):
        broker = self.broker(tool.gives())
        home = self.folder()
        configuration = home.path / ".config" / "mobproc"
        configuration.mkdir(parents=True)
        (configuration / "mobproc.conf").write_text("")
        ran = self.which({"MOBPROC_SOCKET": broker.path, "HOME": str(home.path),
                          "XDG_RUNTIME_DIR": str(home.path)}, tool.MOBPROC)
        self.assertEqual(broker.requests, [])
        self.assertNotIn(tool.TOKEN.encode(), ran.out)
        self.assertFalse((home.path / "mobproc").exists())

    def test_anybody_else_s_is(self):
        folder = self.folder(tool.MOBPROC, tool.GIT_HELPER)
        broker = self.broker(tool.gives())
        environment = {"MOBPROC_SOCKET": broker.path}
        ran = self.which(environment, folder.program("mobproc"), **as_somebody())
        self.assertEqual(ran.out, tool.TOKEN.encode() + b"\n", ran)
        ran = tool.execute([folder.program("git-credential-mobproc"), "get"],
                           b"protocol=https\nhost=h\n", environment, **as_somebody())
        self.assertIn(tool.TOKEN.encode(), ran.out)

    def test_a_relative_socket_variable_is_refused(self):
        folder = self.folder(tool.MOBPROC)
        ran = self.which({"MOBPROC_SOCKET": "broker.sock"}, folder.program("mobproc"),
                         **as_somebody())
        self.assert_failed(ran, 7)

    def test_the_option_wins_over_the_variable(self):
        folder = self.folder(tool.MOBPROC)
        broker = self.broker(tool.gives())
        other = self.broker(tool.gives(ACCESS_TOKEN="other"))
        ran = tool.run(broker, "token", program=folder.program("mobproc"),
                       environment={"MOBPROC_SOCKET": other.path}, **as_somebody())
        self.assertEqual(ran.out, tool.TOKEN.encode() + b"\n")
        self.assertEqual(other.requests, [])

    def test_H14_hostile_values_change_nothing(self):
        broker = self.broker(tool.gives())
        hostile = ("", "/nonexistent", "../..", "A" * 100000, "%n%n%s", "\udcff\x1b", "/dev/zero")
        names = ("PATH", "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "TZ",
                 "LANG", "LC_ALL", "TERM", "IFS", "MOBPROC_ACCOUNT", "MALLOC_PERTURB_", "TMPDIR")
        for name in names:
            for value in hostile:
                ran = tool.run(broker, "token", environment={name: value})
                self.assertEqual((ran.code, ran.out), (0, tool.TOKEN.encode() + b"\n"),
                                 (name, value))

    def test_H14_an_empty_argv(self):
        for program in (tool.MOBPROC, tool.GIT_HELPER):
            child = ("import ctypes, sys; libc = ctypes.CDLL(None)\n"
                     "none = (ctypes.c_char_p * 1)(None)\n"
                     "libc.execve(sys.argv[1].encode(), none, none)\n")
            ran = tool.execute([sys.executable, "-c", child, program])
            self.assertEqual((ran.code, ran.out), (2, b""), ran)


class Private(HelperCase):
    """The user's own broker: found, started when nobody listens, and told only what it needs."""

    BROKER = """#!%(python)s
import json, os, socket, sys
fds = sorted(int(n) for n in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + n))
with open(%(notes)r, "a") as file:
    file.write(json.dumps({"argv": sys.argv[1:], "environment": dict(os.environ), "cwd": os.getcwd(),
        "fds": [(n, os.readlink("/proc/self/fd/%%d" %% n)) for n in fds], "session": os.getsid(0) == os.getpid()}) + "\\n")
if %(refuse)r:
    sys.exit(1)
folder = os.environ["XDG_RUNTIME_DIR"] + "/mobproc"
os.mkdir(folder, 0o700)
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(folder + "/broker.sock")
listener.listen(5)
os.write(3, b"1")
os.close(3)
listener.settimeout(10)
connection, _ = listener.accept()
connection.recv(70000)
for packet in %(packets)r:
    connection.send(packet)
connection.recv(1)
"""

    def setUp(self):
        self.home = self.folder(tool.MOBPROC, tool.GIT_HELPER)
        self.notes = self.home.path / "notes"
        self.notes.touch()
        for name in ("runtime", "config/mobproc"):
            (self.home.path / name).mkdir(parents=True)
        (self.home.path / "config" / "mobproc" / "mobproc.conf").write_text("")
        if IS_ROOT:
            for path in (self.home.path / "runtime", self.notes):
                os.chown(str(path), tool.STRANGER, tool.STRANGER)
        self.environment = {"HOME": "/nonexistent", "XDG_CONFIG_HOME": str(self.home.path / "config"),
                            "XDG_RUNTIME_DIR": str(self.home.path / "runtime"), "PATH": "/tmp",
                            "LD_BIND_NOW": "1", "MOBPROC_ACCOUNT": "tangoe"}

    def install(self, refuse=False):
        packets = [fakebroker.ACCEPTED, fakebroker.result("OK", **tool.token_fields())]
        broker = self.home.path / "mobprocd"
        broker.write_text(self.BROKER % {"python": PYTHON, "notes": str(self.notes),
                                         "packets": packets, "refuse": refuse})
        broker.chmod(0o755)

    def token(self):
        return tool.execute([self.home.program("mobproc"), "token"], b"", self.environment,
                            **as_somebody())

    def starts(self):
        return [json.loads(line) for line in self.notes.read_text().splitlines()]

    def test_it_is_started_and_asked(self):
        self.install()
        ran = self.token()
        self.assertEqual((ran.code, ran.out), (0, tool.TOKEN.encode() + b"\n"), ran)
        start, = self.starts()
        self.assertEqual(start["argv"], ["--user", "--ready-fd", "3"])

    def test_git_starts_it_too(self):
        self.install()
        ran = tool.execute([self.home.program("git-credential-mobproc"), "get"],
                           b"protocol=https\nhost=h\n", self.environment, **as_somebody())
        self.assertIn(tool.TOKEN.encode(), ran.out)

    def test_it_inherits_nothing_but_what_it_needs(self):
        self.install()
        reading, writing = os.pipe()
        os.set_inheritable(writing, True)
        ran = tool.execute([self.home.program("mobproc"), "token"], b"", self.environment,
                           pass_fds=[writing], **as_somebody())
        os.close(reading)
        os.close(writing)
        self.assertEqual(ran.code, 0, ran)
        start, = self.starts()
        start["environment"].pop("LC_CTYPE", None)  # Python's own
        self.assertEqual(start["environment"], {
            name: self.environment[name] for name in ("HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR")})
        self.assertTrue(start["session"])
        self.assertEqual(start["cwd"], "/")
        numbers = dict(start["fds"])
        self.assertEqual([numbers[n] for n in (0, 1, 2)], ["/dev/null"] * 3)
        self.assertTrue(numbers[3].startswith("pipe:"))
        self.assertFalse([one for n, one in start["fds"]
                          if n > 3 and one.startswith(("pipe:", "socket:"))], start)

    def test_closed_descriptors_do_not_become_its_pipe(self):
        self.install()
        ran = tool.execute(["/bin/sh", "-c", "exec %s token <&- 2>&-" % self.home.program("mobproc")],
                           b"", self.environment, **as_somebody())
        self.assertEqual((ran.code, ran.out), (0, tool.TOKEN.encode() + b"\n"), ran)

    def test_one_that_ends_at_once_is_reported(self):
        self.install(refuse=True)
        began = time.monotonic()
        self.assert_failed(self.token(), 5)
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(len(self.starts()), 1)

    def test_one_that_cannot_be_run_is_reported(self):
        self.assert_failed(self.token(), 5)

    def test_without_a_configuration_nothing_is_started(self):
        self.install()
        del self.environment["XDG_CONFIG_HOME"]
        self.assertNotEqual(self.token().code, 0)
        self.assertEqual(self.starts(), [])

    def test_a_relative_directory_counts_as_unset(self):
        self.install()
        self.environment["XDG_CONFIG_HOME"] = "config"
        tool.execute([self.home.program("mobproc"), "token"], b"", self.environment,
                     cwd=str(self.home.path), **as_somebody())
        self.assertEqual(self.starts(), [])

    def test_the_configuration_may_stand_below_home(self):
        self.install()
        del self.environment["XDG_CONFIG_HOME"]
        os.rename(str(self.home.path / "config"), str(self.home.path / ".config"))
        self.environment["HOME"] = str(self.home.path)
        self.assertEqual(self.token().code, 0)

    def test_the_system_broker_is_never_started_or_replaced(self):
        self.install()
        ran = tool.execute([self.home.program("mobproc"), "token", "--socket",
                            str(self.home.path / "runtime" / "none.sock")], b"", self.environment,
                           **as_somebody())
        self.assert_failed(ran, 5)
        self.assertEqual(self.starts(), [])


if __name__ == "__main__":
    unittest.main()
