"""python3 -m ping, as the demonstration and shell tests run it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

from .. import commands
from ..clients import TANGOE_ID
from .client import ALICE, PASSWORD, PingCase

TESTS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Program(PingCase):
    """Started for real; self.ping is replaced by what its ports file says."""

    def run_it(self, *words, arguments=("-m", "ping")):
        """The process, once its ports are known."""
        directory = os.path.join(self.ping.directory, "run")
        secret = os.path.join(self.ping.directory, "password")
        with open(secret, "w", encoding="ascii") as file:
            file.write(PASSWORD + "\n")
        process = subprocess.Popen(
            [sys.executable, *arguments, "--directory", directory, "--user", ALICE,
             "--password-file", secret, *words], cwd=TESTS, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, universal_newlines=True)
        self.addCleanup(self._end, process)
        ports = os.path.join(directory, "ports")
        deadline = time.monotonic() + 20
        while not os.path.exists(ports) and process.poll() is None:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        with open(ports, encoding="ascii") as file:
            self.ports = dict(line.rstrip("\n").split("=", 1) for line in file)
        return process, directory

    @staticmethod
    def _end(process):
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()

    def talk_to_it(self):
        """Point self.post at the program."""
        class There:
            port = int(self.ports["PING_PORT"])
        self.trust.load_verify_locations(self.ports["PING_CA"])
        self.ping, mine = There, self.ping
        self.addCleanup(setattr, self, "ping", mine)

    def test_it_serves_and_logs_without_secrets(self):
        process, directory = self.run_it("--tenant", "ABC")
        self.assertEqual(("ABC", TANGOE_ID), (self.ports["PING_TENANT"],
                                              self.ports["PING_CLIENT_ID"]))
        self.talk_to_it()
        access = json.loads(self.login().body)["access_token"]
        claims = json.loads(self.validate(access).body)["access_token"]
        self.assertEqual("ABC", claims["tenant"])
        path = os.path.join(directory, "requests.jsonl")
        with open(path, encoding="ascii") as file:
            text = file.read()
        self.assertEqual(0o600, os.stat(path).st_mode & 0o777)
        first = json.loads(text.splitlines()[0])
        self.assertEqual(("ping", "password", "POST"), (first["service"], first["kind"],
                                                        first["method"]))
        for secret in (access, PASSWORD, "81f40d"):
            self.assertNotIn(secret, text)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(0, process.wait(10))
        self.assertFalse(os.path.exists(os.path.join(directory, "ports")))

    def test_it_ends_with_its_input_and_takes_commands(self):
        process, _ = self.run_it("--until-eof", arguments=("ping",))
        self.talk_to_it()
        self.assertEqual("ok", self.tell(process, "next html_503 when=password"))
        self.assertEqual([503, 200], [self.login().status for _ in range(2)])
        self.assertIn("error: ", self.tell(process, "behave nonsense"))
        process.communicate(timeout=10)
        self.assertEqual(0, process.returncode)

    @staticmethod
    def tell(process, line):
        """One command and its answer."""
        process.stdin.write(line + "\n")
        process.stdin.flush()
        return process.stdout.readline().rstrip("\n")

    def test_another_client_with_a_secret_file(self):
        secret = os.path.join(self.ping.directory, "secret")
        with open(secret, "w", encoding="ascii") as file:
            file.write("hush")
        git = ["--git"] if shutil.which("git") else []
        self.run_it("--client", "mine", "--secret-file", secret, *git)
        self.talk_to_it()
        answer = self.login(client_id="mine", client_secret="hush")
        self.assertEqual(200, answer.status)
        self.assertEqual(bool(git), "GIT_URL" in self.ports)

    def test_the_table_can_be_listed(self):
        out = subprocess.run([sys.executable, "-m", "ping", "--list-behaviours"], cwd=TESTS,
                             stdout=subprocess.PIPE, check=True, universal_newlines=True).stdout
        self.assertIn("\n48  html_503\n", out)


class Commands(PingCase):
    """commands.py without the process around it."""

    def test_each_verb(self):
        say = lambda line: self.assertEqual("ok", commands.answer(self.ping, line), line)
        access, refresh = self.tokens()
        say("set grace=0 lock_after=1")
        self.assertEqual((0, 1), (self.ping.state.grace, self.ping.state.users.lock_after))
        say("behave late_answer seconds=0.01 when=password")
        say("behave honest")
        say("tls version=TLSv1.2")
        say("advance 7300")
        self.assertEqual(400, self.validate(access).status)
        say("stop")
        with self.assertRaises(ConnectionRefusedError):
            self.login()
        say("start")
        say("revoke")
        self.assertEqual(400, self.refresh(refresh).status)
        access, _ = self.tokens()
        say("expire")
        self.assertEqual(400, self.validate(access).status)
        say("hold")
        say("wait-held 0")
        say("release")
        self.assertEqual("TLSv1.2", self.ping.requests[-1].tls)

    def test_mistakes_are_answers(self):
        for line in ("dance", "set users=1", "set colour=1", "behave", "next x", "tls a=b",
                     "behave late_answer minutes=1", "advance soon", "next html_503 x"):
            self.assertRegex(commands.answer(self.ping, line), r"\Aerror: .", line)
