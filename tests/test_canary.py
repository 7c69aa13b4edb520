"""The search for secrets that every house makes finds what is there, wherever it is."""
import base64
import ctypes
import os
import subprocess
import sys
import tempfile
import unittest
from urllib.parse import quote

from fixtures import build, canary, fakebroker, lastlook, tool, wire
from fixtures.house import House, PASSWORD

ROOT = os.geteuid() == 0


class Canary(unittest.TestCase):
    def assert_found(self, house, search):
        with self.assertRaisesRegex(AssertionError, "a secret is in"):
            search()
        house.secrets = set()
        house.ping.state._access.clear()
        house.ping.state._refresh.clear()

    def test_P21_every_form_is_found(self):
        data = PASSWORD.encode()
        for before in (b"", b"x", b"xy", b"name:"):
            for text in (data, data.hex().encode(), base64.b64encode(before + data),
                         quote(data, safe="").encode()):
                self.assertEqual(canary.find({PASSWORD}, [("x", b"a " + text + b" b")]), ["x"], text)
        self.assertEqual(canary.find({PASSWORD}, [("x", b"nothing of it"), ("y", b"")]), [])

    def test_P21_a_log_and_a_file_of_the_state_are_searched(self):
        for name in ("broker.log", "state/x", ".history", "core.12"):
            with House(self) as house:
                house.login()
                token = list(house.ping.state._access)[-1]
                with open(str(house.directory / name), "ab") as file:
                    file.write(b"detail=" + base64.b64encode(token.encode()))
                self.assert_found(house, house.check_files)

    def test_H13_arguments_are_searched(self):
        with House(self) as house:
            with subprocess.Popen([sys.executable, "-c", "print(flush=True); input()",
                                   "--password=" + PASSWORD], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE) as process:
                process.stdout.readline()
                found = canary.find({PASSWORD}, canary.words_of(process.pid))
                self.assertEqual(found, ["/proc/%d/cmdline" % process.pid])
                house.processes = lambda: [process.pid]
                self.assert_found(house, house.check_memory)
                process.communicate(b"\n")


if not build.is_sanitized():  # its quarantine keeps what was freed

    @unittest.skipUnless(ROOT, "needs root: the broker shows its memory to nobody else")
    class Memory(tool.HelperCase):
        def test_H17_L13_memory_is_searched(self):
            kept = ctypes.create_string_buffer(b"a token that this process keeps")
            found = canary.find({kept.value}, canary.memory_of(os.getpid()))
            self.assertTrue(found)
            with House(self) as house:
                sizes = [len(data) for pid in house.processes()
                         for _, data in canary.memory_of(pid)]
                self.assertGreater(sum(sizes), 100000)
                self.assertEqual(len(house.processes()), 2)

        def test_H17_what_a_program_leaves_in_its_memory_is_searched(self):
            with tempfile.TemporaryFile() as copy:
                done = subprocess.run([str(lastlook.TOOL), str(copy.fileno()), "2004", "2004",
                                       "/bin/sh", "-c", "read kept; exit 3"],
                                      input=b"a token that is kept\n",
                                      pass_fds=[copy.fileno()], check=False)
                copy.seek(0)
                left = copy.read()
            self.assertEqual(done.returncode, 3)
            self.assertIn(b"a token that is kept", left)

        def test_H17_a_helper_leaves_nothing_in_its_memory(self):
            """Neither the token, which it prints, nor the password, which it sends."""
            token = tool.run(self.broker(tool.gives()), "token")
            self.assertEqual(token.out, tool.TOKEN.encode() + b"\n")
            login = tool.run(self.broker(fakebroker.admit), "login", "--password-stdin",
                             data=PASSWORD.encode())
            self.assertEqual(login.code, 0, login)
            self.assertLessEqual({tool.TOKEN, PASSWORD}, canary.known())

        def test_H14_a_secret_in_a_helper_s_environment_is_found(self):
            canary.learn(wire.Message("JOB_REFRESH", [("REFRESH_TOKEN", "a token: " + PASSWORD)]))
            tool.execute([tool.MOBPROC, "--version"])
            with self.assertRaisesRegex(AssertionError, "a secret is in the memory"):
                tool.execute([tool.MOBPROC, "--version"], environment={"T": "a token: " + PASSWORD})


if __name__ == "__main__":
    unittest.main()
