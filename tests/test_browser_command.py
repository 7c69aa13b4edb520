"""mobproc login --browser as a command: options, port, the browser it starts, deadline, --paste."""
import os
import re
import socket
import subprocess
import time
import unittest

from fixtures import build, signin
from fixtures.browsercase import BrowserCase
from fixtures.person import Person
from fixtures.signin import Waiting, parameters, replaced

ROOT = os.geteuid() == 0


class Command(BrowserCase):
    """The command line, the port, the browser that is started, and the deadline."""

    def test_options_that_exclude_each_other(self):
        house = self.house()
        for words in (["--browser", "--password-stdin"], ["--paste"], ["--timeout", "5"],
                      ["--browser", "--paste", "--timeout", "5"], ["--browser", "--timeout", "0"],
                      ["--browser", "--timeout", "601"], ["--browser", "--timeout", "x"]):
            with self.subTest(words):
                self.assertEqual(house.mobproc("login", *words).returncode, 2)
        self.assertEqual(house.ping.requests, [])

    def test_a_browser_that_never_comes_back(self):
        house = self.house()
        began = time.monotonic()
        with Waiting(house, "--timeout", "1") as waiting:
            waiting.authorization()
            code, words = waiting.end()
        self.assertEqual(code, 5, words)
        self.assertIn("no answer within 1 seconds; nothing was stored", words)
        self.assertLess(time.monotonic() - began, 20)
        self.assertIn("step=finish", house.log_text())  # the broker was told

    def test_a_squatter_on_the_port_is_named_before_anything_begins(self):
        with socket.socket() as squatter:
            squatter.bind(("127.0.0.1", 0))
            squatter.listen(1)
            port = squatter.getsockname()[1]
            house = self.house({"redirect_port": str(port)})
            ran = house.mobproc("login", "--browser")
        self.assertEqual(ran.returncode, 5)
        self.assertRegex(ran.stderr.decode(), r"port %d of 127\.0\.0\.1.*is taken" % port)
        self.assertNotIn(b"http://", ran.stderr)
        self.assertNotIn("event=browser", house.log_text())
        self.assertEqual(house.ping.requests, [])

    def test_the_port_of_the_account_is_the_one(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        house = self.house({"redirect_port": str(port)})
        for _ in range(2):  # at once again
            with Waiting(house) as waiting:
                self.assertEqual(waiting.port, port)
                self.assertEqual(waiting.visit(waiting.sign_in())[0], 200)
                self.assertEqual(waiting.end()[0], 0)

    def browser(self, house, text):
        """A program to be started as a browser."""
        folder = house.directory / "browser"
        folder.mkdir()
        folder.chmod(0o777)
        program = folder / "browser"
        program.write_text("#!/bin/sh\n" + text)
        program.chmod(0o755)
        return program

    def test_the_browser_gets_the_start_page_and_nothing_else(self):
        house = self.house()
        program = self.browser(house, 'cd "$(dirname "$0")"\nprintf "%s\\n" "$#" "$@" > new\n'
                                      "ls -l /proc/self/fd > fds\nmv new seen\n")
        with Waiting(house, environment={"BROWSER": str(program)}) as waiting:
            seen = program.parent / "seen"
            for _ in range(500):
                if seen.exists():
                    break
                time.sleep(0.02)
            self.assertEqual(seen.read_text().splitlines(), ["1", waiting.address])
            self.assertNotIn("socket", (program.parent / "fds").read_text())
            self.assertIn("opening a browser", waiting.words)
            self.assertNotIn("state=", waiting.words)
            with open("/proc/%d/cmdline" % waiting.process.pid, "rb") as file:
                self.assertNotIn(b"127.0.0.1", file.read())

    def test_a_relative_browser_is_not_started(self):
        house = self.house()
        program = self.browser(house, 'touch "$(dirname "$0")/seen"\n')
        for value in ("browser", "./browser", "", str(program.parent / "none")):
            with Waiting(house, environment={"BROWSER": value, "PATH": str(program.parent)},
                         folder=str(program.parent)) as waiting:
                self.assertIn("to sign in, open this address", waiting.words)
        self.assertFalse((program.parent / "seen").exists())

    def test_root_signs_in_to_nothing(self):
        if not ROOT:
            self.skipTest("only root is root")
        house = self.house()
        ran = house.mobproc("login", "--socket", str(house.socket), "--browser", uid=0)
        self.assertEqual(ran.returncode, 4)


class Paste(BrowserCase):
    """A machine without a browser."""

    def person(self, house, *words):
        more = {"user": house.uid} if ROOT else {}
        return Person(self, [build.program("mobproc"), "login", "--browser", "--paste", *words],
                      env=house.environment(), **more)

    def begin(self, house):
        """The person, and the address that was shown."""
        person = self.person(house)
        person.expect(b"not shown): ")
        address = re.search(rb"\r\n(https://\S+)\r\n", person.seen).group(1).decode()
        return person, address

    def test_a_person_signs_in_elsewhere(self):
        house = self.house()
        person, address = self.begin(house)
        answer = signin.at_the_page(house.ping, address, "command://" + house.me)
        person.type(answer.encode() + b"\n")
        person.expect(b"signed in to tangoe")
        self.assertEqual(person.wait(), 0)
        self.assertNotIn(parameters(answer)["code"].encode(), person.seen)
        self.assertTrue(person.echoes())
        self.assertIsNotNone(self.token(house))

    def test_a_long_fragment_survives_the_terminal(self):
        house = self.house({"browser_flow": "implicit"})
        person, address = self.begin(house)
        house.ping.sign_in.alter = lambda found: dict({"filler": "x" * 9000}, **found)
        answer = signin.at_the_page(house.ping, address, "command://" + house.me)
        self.assertIn("#", answer)
        data = answer.encode() + b"\n"
        while data:
            person.type(data[:1000])
            data = data[1000:]
        person.expect(b"it cannot be renewed")
        self.assertEqual(person.wait(), 0)
        self.assertIsNotNone(self.token(house))

    def test_keys_that_edit_a_line_do(self):
        house = self.house()
        person, address = self.begin(house)
        answer = signin.at_the_page(house.ping, address, "command://" + house.me)
        person.type(b"nonsense\x15  " + answer[:20].encode() + b"x\x7f" + answer[20:].encode() + b" \r")
        person.expect(b"signed in to tangoe")
        self.assertEqual(person.wait(), 0)

    def test_another_address_is_asked_for_again(self):
        house = self.house()
        person, address = self.begin(house)
        answer = signin.at_the_page(house.ping, address, "command://" + house.me)
        person.type(address.encode() + b"\n")
        person.expect(b"not the whole address")
        person.type(answer.replace("127.0.0.1", "127.0.0.2").encode() + b"\n")
        person.expect(b"not the whole address", 2)
        person.type(answer.encode() + b"\n")
        self.assertEqual(person.wait(), 0)

    def test_nothing_pasted_stores_nothing(self):
        for lines in ([b"\n"], [b"\x04"], [b"a\n", b"b\n", b"c\n"]):
            with self.subTest(lines):
                house = self.house()
                person, _ = self.begin(house)
                for number, line in enumerate(lines):
                    person.expect(b"Paste it here", number + 1)
                    person.type(line)
                person.expect(b"nothing was stored")
                self.assertEqual(person.wait(), 4)
                self.assertTrue(person.echoes())
                self.assert_nothing(house)

    def test_a_wrong_state_is_refused(self):
        house = self.house()
        person, address = self.begin(house)
        answer = signin.at_the_page(house.ping, address, "command://" + house.me)
        person.type(replaced(answer, state="A" * 43).encode() + b"\n")
        person.expect(b"wrong state")
        self.assertEqual(person.wait(), 3)
        self.assert_nothing(house)

    def test_without_a_terminal_nothing_is_shown(self):
        house = self.house()
        options = {"user": house.uid, "group": house.uid, "extra_groups": []} if ROOT else {}
        ran = subprocess.run([build.program("mobproc"), "login", "--browser", "--paste"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=house.environment(), timeout=30,
                             start_new_session=True, check=False, **options)
        self.assertEqual((ran.returncode, ran.stdout), (2, b""))
        self.assertNotIn(b"https://", ran.stderr)


if __name__ == "__main__":
    unittest.main()
