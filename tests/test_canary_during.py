"""What stands in whose memory while something is under way: the program that loads the module, after
each stage; the helper, nursery and job while the server takes its time.
"""
import concurrent.futures
import contextlib
import os
import pathlib
import subprocess
import unittest

from fixtures import build, canary, pam, people, scratch
from fixtures.house import CLIENT_SECRET, House, PASSWORD

ROOT = os.geteuid() == 0
STAGES = ("authenticate", "acct_mgmt", "setcred", "open_session", "close_session")


def copies(pid, secrets):
    """How often secrets, in whatever form, stand in a process's memory, arguments and environment."""
    wanted = canary.pattern(frozenset(secrets))
    return sum(len(wanted.findall(data)) for source in canary.SOURCES for _, data in source(pid))


def child_named(name):
    """The process below this one that runs a program of this name."""
    for pid in canary.family(os.getpid()):
        with contextlib.suppress(OSError):  # it just ended
            if pathlib.Path("/proc/%d/comm" % pid).read_text().strip() == name:
                return pid
    raise AssertionError("no " + name)


def tokens_of(house):
    """Every token that the server has issued and still knows."""
    return set(house.ping.state._access) | set(house.ping.state._refresh)


class Search(unittest.TestCase):
    def test_what_stands_in_arguments_and_environment_is_counted(self):
        said = {"KEPT": "x" + PASSWORD, "PATH": "/usr/bin:/bin"}
        with subprocess.Popen(["cat", "--", "/dev/stdin", "/nonexistent/" + PASSWORD], env=said,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as process:
            process.stdin.write(b"x")
            process.stdin.flush()
            process.stdout.read(1)
            words = sum(data.count(PASSWORD.encode())
                        for _, data in canary.words_of(process.pid))
            self.assertEqual(words, 2)
            self.assertGreaterEqual(copies(process.pid, {PASSWORD}), words)
            self.assertEqual(copies(process.pid, {CLIENT_SECRET}), 0)
            process.communicate()


if not build.is_sanitized():  # see tests/fixtures/canary.py

    @unittest.skipUnless(ROOT, "needs root: others' memory")
    class Host(unittest.TestCase):
        def watch(self, house, password):
            """[(copies of the password, of other secrets)] after each stage and after pam_end()."""
            fifos = scratch.folder("pause")
            for name in "01":
                os.mkfifo(str(fifos / name))
            stack = pam.module("socket=%s" % house.socket)
            seen = []
            with concurrent.futures.ThreadPoolExecutor() as pool:
                ending = pool.submit(stack.run, *STAGES, user="alice", password=password,
                                     options=["--pause", str(fifos)])
                for turn in range(len(STAGES) + 1):
                    with open(str(fifos / str(turn % 2)), "wb", 0) as waiting:
                        pid = child_named("pamhost")
                        self.assertGreater(copies(pid, {str(stack.folder)}), 1, "is it searched?")
                        seen.append((copies(pid, {password}),
                                     copies(pid, {CLIENT_SECRET} | tokens_of(house))))
                        waiting.write(b"x")
                outcome = ending.result()
            return outcome, seen

        def test_H17_a_password_that_is_right_stays_nowhere(self):
            """Neither here nor in PAM_AUTHTOK, which libpam wipes at the end of each stage."""
            with House(self) as house:
                outcome, seen = self.watch(house, PASSWORD)
                self.assertEqual(set(outcome.codes), {"PAM_SUCCESS"}, outcome.output)
                self.assertEqual(seen, [(0, 0)] * (len(STAGES) + 1))

        def test_H17_a_refused_password_stays_nowhere(self):
            with House(self) as house:
                outcome, seen = self.watch(house, "refused: " + PASSWORD)
                self.assertEqual(outcome.codes[0], "PAM_AUTH_ERR")
                self.assertEqual(seen, [(0, 0)] * (len(STAGES) + 1))

    @unittest.skipUnless(ROOT, "needs root: others' memory")
    class Held(unittest.TestCase):
        def test_H17_nobody_has_more_than_his_part_while_the_server_thinks(self):
            """The helper and the broker have the question, the job also the client's secret; nobody
            has what belongs to somebody else, or to an earlier job."""
            with House(self) as house:
                house.secrets.add("bob's: " + PASSWORD)
                house.ping.add_user("command://bob", "bob's: " + PASSWORD)
                house.login("bob", "bob's: " + PASSWORD)
                others = tokens_of(house) | {"bob's: " + PASSWORD}
                house.ping.hold()
                with subprocess.Popen(
                        [build.program("mobproc"), "login", "--password-stdin"],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                        env=house.environment(), user=people.UIDS["alice"]) as helper:
                    helper.stdin.write(PASSWORD.encode())
                    helper.stdin.close()
                    self.assertTrue(house.ping.wait_held())
                    broker, nursery, job = house.processes()
                    seen = {name: (copies(pid, {PASSWORD}), copies(pid, {CLIENT_SECRET}),
                                   copies(pid, others)) for name, pid in
                            {"helper": helper.pid, "broker": broker, "nursery": nursery,
                             "job": job}.items()}
                    house.ping.release()
                    self.assertEqual(helper.wait(20), 0)
                for name, (password, client_secret, foreign) in seen.items():
                    self.assertEqual(foreign, 0, name)
                    self.assertEqual(client_secret > 0, name == "job", name)
                    if name == "nursery":
                        self.assertEqual(password, 0)
                house.check_memory()  # and now nobody has it any more


if __name__ == "__main__":
    unittest.main()
