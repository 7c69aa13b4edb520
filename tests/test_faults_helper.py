"""Every allocation and every system call of mobproc fails in turn, once or from then on, while it
answers in each dialect, lists, or logs in; and it is killed before each. Never a token that the
broker refused, half of an answer or of a password, an exit code without a meaning, or a crash.

tests/fixtures/faultcase.py says how many of them `make check` runs.
"""
import collections
import pathlib
import random
import re
import resource
import socket
import tempfile
import time
import unittest

from fixtures import build, dialects, fakebroker, tool
from fixtures.faultcase import VARIANTS, count, every_way
from fixtures.faulthouse import ALL, SEED
from fixtures.faults import Faults

URL = "https://git.example/a"
PASSWORD = "horse%d&+="  # another one each time
WRITE_ERRORS = 5  # of tests/faults/layer.c
LATER = int(time.time()) + 100 * 86400 + 50000
RECORDS = {"RECORD": [tool.record(ACCOUNT="tangoe", REMOTE_NAME="command://alice", TENANT="XYZ",
                                  EXPIRES_AT=LATER, HAS_REFRESH=1, LOGIN_AT=LATER, SESSIONS=2,
                                  OBTAINED_AT=LATER, CLIENT_ID="abc"),
                      tool.record("LOGIN_NEEDED", ACCOUNT="old", EXPIRES_AT=1, HAS_REFRESH=0)],
           "KEY_SOURCE": "a key file", "CONFINEMENT": "broker: seccomp", "TEXT": "mind the gap"}
FIELDS = {"GET": tool.token_fields(EXPIRES_AT=LATER), "LIST": RECORDS, "STATUS": RECORDS,
          "LOGIN": dict(fakebroker.good_fields("LOGIN"), EXPIRES_AT=LATER)}


def gives(request):
    return [fakebroker.ACCEPTED, fakebroker.result("OK", **FIELDS[request.operation])]


def refuses(request):
    """With all that an answer which admits would have, but for the one word that decides."""
    fields, error = dict(FIELDS[request.operation]), "DENIED"
    if request.operation == "LOGIN":
        fields["VERDICT"], error = fakebroker.DENY, "OK"
    return [fakebroker.ACCEPTED, fakebroker.result(error, **fields)]


SCRIPTS = {"gives": gives, "refuses": refuses}


def dialect(name, raw=None):
    return lambda run, number: dialects.ask(name, URL, run, raw)


def verb(*words):
    return lambda run, number: run(words, b"", {})


ACTIONS = {name: dialect(name) for name in dialects.READ}
ACTIONS.update({
    "git with authtype": dialect("git", ("capability[]=authtype\n" + dialects.split(URL)).encode()),
    "mobproc token": verb("token"), "mobproc token --json": verb("token", "--json"),
    "mobproc list": verb("list"), "mobproc list --json": verb("list", "--json"),
    "mobproc status": verb("status"), "mobproc status --json": verb("status", "--json"),
    "mobproc login": lambda run, number: run(["login", "--password-stdin"],
                                             (PASSWORD % number).encode(), {})})


def named_codes():
    """Those that mobproc(1) gives a meaning to."""
    page = (build.REPOSITORY / "helper" / "mobproc.1").read_text()
    part = re.search(r"\.Sh EXIT STATUS(.*?)\.Sh", page, re.DOTALL).group(1)
    return {int(number) for number in re.findall(r"\.It (\d+)", part)}


def in_halves(data):
    """What gives the data in two reads, so that the second one can fail."""
    reading, writing = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with writing:
        for part in (data[:len(data) // 2], data[len(data) // 2:]):
            if part:
                writing.send(part)
    return reading


def is_refusal(action, out):
    """Would the tool, whatever the exit code, take this for an answer without a token?"""
    if action == "docker":
        return not out.startswith(b"{") and out.count(b"\n") == 1 and out.endswith(b"\n") or not out
    if action == "cargo":
        return not out or all("Err" in answer for answer in dialects.cargo_answers(out))
    return not out


class FaultyHelper(unittest.TestCase):
    """A broker that gives, or refuses, and mobproc with the layer in it."""

    CODES = named_codes()
    role = "mobproc"  # whose calls fail

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="mobproc-faults-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.faults = Faults(self.directory)
        self.addCleanup(self.faults.close)
        self.dice = random.Random(SEED)
        self.number = 0

    def ask(self, broker, action, **more):
        """What it said; what changes with the clock does not count."""
        def run(words, data, environment):
            with in_halves(data) as stdin:
                return tool.run(broker, *words, stdin=stdin,
                                environment=self.faults.environment(environment), **more)
        self.number += 1
        ran = ACTIONS[action](run, self.number)
        ran.out = re.sub(rb'("expires_in":|for 100 d )\d+', rb"\1N", ran.out)
        return ran

    def judge(self, action, kind, ran, right, what):
        """The right answer, or an error and nothing that a tool would take for one."""
        self.assertNotIn("Sanitizer", ran.err, what)
        for secret in (tool.TOKEN, PASSWORD.partition("%")[0]):
            self.assertNotIn(secret, ran.err, what)
        if ran.out != right.out or right.code != 0:
            self.assertNotIn(tool.TOKEN[:5].encode(), ran.out, what)
        if ran.out != right.out:
            self.assertTrue(is_refusal(action, ran.out), what)
            self.assertTrue(ran.code != 0 or action == "cargo", what)
        if right.code != 0:
            self.assertNotEqual(ran.code, 0, what)
        if kind == "ALLOCATION" and (ran.code, ran.out) != (right.code, right.out):
            self.assertIn("out of memory", ran.err + ran.out.decode(), what)

    def points(self, broker, action, kind, few, more):
        """What mobproc says without a fault, and which calls are to fail: all, or a few of them."""
        counted = 0
        for _ in range(3):  # how often it waits for the broker is not the same each time
            self.faults.arm(self.role, kind, **more)
            right = self.ask(broker, action)
            counted = max(counted, self.faults.counted)
        self.assertGreater(counted, 0, right)
        self.check_right(action, broker, right)
        every = range(1, counted + 1)
        return right, every if ALL else self.dice.sample(every, min(few, counted))

    def check_right(self, action, broker, right):
        """Without a fault the broker's word counts."""
        if broker.script == gives:
            self.assertEqual(right.code, 0, right)
            self.assertTrue(re.search(tool.TOKEN[:5] + "|tangoe", str(right)), right)
        elif action == "git" or action == "git with authtype":
            self.assertEqual((right.code, right.out), (0, b"quit=1\n"))
        else:
            self.assertTrue(is_refusal(action, right.out), right)
            self.assertTrue(right.code != 0 or action == "cargo", right)

    def run_points(self, action, script, kind, few, **more):
        """Each of these calls fails by itself. The exit codes."""
        codes, logins = set(), set()
        with fakebroker.FakeBroker(SCRIPTS[script]) as broker:
            right, chosen = self.points(broker, action, kind, few, more)
            for at in chosen:
                self.faults.arm(self.role, kind, at, **more)
                ran = self.ask(broker, action)
                what = "%s, which the broker %s: %s number %d %s seed %d: %s (%s)" % (
                    action, script, kind, at, more, SEED, ran, self.faults.last)
                with self.subTest(what):
                    if kind == "KILL" and self.faults.counted >= at:
                        self.assertEqual(ran.code, -9, what)
                    else:
                        self.assertIn(ran.code, self.CODES, what)
                    self.judge(action, kind, ran, right, what)
                codes.add(ran.code)
                logins |= {PASSWORD % self.number} if ran.code == 0 else set()
        self.check_requests(action, broker.requests, logins)
        count("%s %s: %s %s" % (action, script, kind, more or ""), len(chosen))
        return codes

    def check_requests(self, action, requests, logins):
        """The broker is asked what was meant, or nothing; and each password came whole and once, if
        only where mobproc speaks of a success."""
        for request in requests:
            for field in ("SCHEME", "HOST", "PATH", "USER", "UID", "ACCOUNT"):
                self.assertEqual(request.get(field), requests[0].get(field), (action, field))
        passwords = collections.Counter(request.get("PASSWORD") for request in requests)
        if action == "mobproc login":
            self.assertEqual(set(passwords.values()), {1}, passwords)
            for password in passwords:
                self.assertRegex(password, "^" + re.escape(PASSWORD).replace("%d", r"\d+") + "$")
            self.assertLessEqual(logins, set(passwords))
        else:
            self.assertEqual(set(passwords), {None})


class Calls(FaultyHelper):
    def each(self, few, ways):
        """Every action in each of these ways, and a broker that gives or, with one error, refuses."""
        for action in ACTIONS:
            for script in SCRIPTS if ALL else [self.dice.choice(list(SCRIPTS))]:
                for more in ways():
                    if script == "gives" or not ALL or not more["variant"]:
                        self.run_points(action, script, "CALL", few, **more)

    def test_P1_H13_a_call_fails(self):
        self.each(2, lambda: every_way(self.dice, VARIANTS))

    def test_P1_H13_a_write_fails(self):
        """Each error that write() has, those of standard error among them."""
        self.each(1, lambda: [dict(more, only="write")
                              for more in every_way(self.dice, WRITE_ERRORS)])

    def test_H13_the_last_close_fails(self):
        """Some errors show only then; what was written may not be there."""
        for action in sorted(set(ACTIONS) - {"mobproc login", "cargo"}):
            with fakebroker.FakeBroker(gives) as broker:
                right, _ = self.points(broker, action, "CALL", 0, {"only": "close"})
                self.faults.arm(self.role, "CALL", self.faults.counted, only="close")
                ran = self.ask(broker, action)
                self.assertEqual((self.faults.failed, ran.code, ran.out), (1, 70, right.out), action)

    def test_H13_short_reads_and_writes_change_nothing(self):
        for action in ACTIONS:
            for onward in (False, True) if ALL else [self.dice.random() < 0.5]:
                codes = self.run_points(action, "gives", "SHORT", 1, onward=onward)
                self.assertEqual(codes, {0}, action)

    def test_H13_killed_before_a_call(self):
        for action in ACTIONS:
            self.run_points(action, "gives", "KILL", 1)

    def test_H13_a_file_that_is_full_in_the_middle(self):
        """What stands in it is cut at any byte, so the exit code says that it is no answer."""
        for action in sorted(set(ACTIONS) - {"mobproc login"}):
            with fakebroker.FakeBroker(gives) as broker:
                whole = range(len(self.ask(broker, action).out))
                sizes = whole if ALL else self.dice.sample(whole, 1)
                for size in sizes:
                    self.cut(broker, action, size)
            count("%s: a file of fewer bytes" % action, len(sizes))

    def cut(self, broker, action, size):
        with open(str(self.directory / "cut"), "wb+") as file:
            ran = self.ask(broker, action, stdout=file, restore_signals=False,  # SIGXFSZ: ignored
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                                                 (size, size)))
            self.assertEqual((ran.code, file.seek(0, 2)), (70, size), (action, ran))


if not build.is_sanitized():  # whose heap is not libc's

    class Allocations(FaultyHelper):
        def test_P1_H13_there_is_no_memory(self):
            for action in ACTIONS:
                # without memory getpwuid() itself crashes (glibc 2.36, nss/nss_database.c)
                caller = "mobproc" if action == "mobproc login" else ""
                for script in SCRIPTS if ALL else [self.dice.choice(list(SCRIPTS))]:
                    for onward in (False, True):
                        codes = self.run_points(action, script, "ALLOCATION", 3, onward=onward,
                                                caller=caller)
                        self.assertTrue(ALL <= bool(codes - {0} or action == "cargo"), action)


if __name__ == "__main__":
    unittest.main()
