"""A person without root: mobproc starts a private broker of the real kind, and git asks it too."""
import json
import os
import signal
import time
import unittest

from fixtures import build, tool
from fixtures.house import PASSWORD, House
from fixtures.tool import HelperCase


class PrivateBroker(HelperCase):
    def setUp(self):
        self.folder = self.folder(*[build.program(name) for name in (
            "mobproc", "git-credential-mobproc", "mobprocd", "mobproc-courier")])
        self.house = House(self, start=False)
        self.house.__enter__()
        self.addCleanup(self.house.__exit__, None, None, None)
        for name in ("config/mobproc", "state", "runtime"):
            (self.folder.path / name).mkdir(parents=True)
        configuration = self.folder.path / "config" / "mobproc" / "mobproc.conf"
        configuration.write_text(self.house.config.read_text())
        if os.geteuid() == 0:
            for path in [self.folder.path / "state", self.folder.path / "runtime",
                         self.house.directory / "client-secret"]:
                os.chown(str(path), self.house.uid, self.house.uid)
        for name in ("state", "runtime"):
            (self.folder.path / name).chmod(0o700)
        self.environment = {"HOME": "/nonexistent"}
        for name in ("CONFIG_HOME", "STATE_HOME", "RUNTIME_DIR"):
            self.environment["XDG_" + name] = str(
                self.folder.path / name.split("_")[0].lower())
        self.addCleanup(self.end_brokers)

    def brokers(self):
        """The process ids of our brokers: those that run our copy."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                program = os.readlink("/proc/%s/exe" % name)
            except OSError:
                continue
            if program == self.folder.program("mobprocd"):
                found.append(int(name))
        return found

    def end_brokers(self):
        for process in self.brokers():
            os.kill(process, signal.SIGTERM)

    def run_as_me(self, program, *words, data=b""):
        somebody = {}
        if os.geteuid() == 0:
            somebody = {"user": self.house.uid, "group": self.house.uid, "extra_groups": []}
        return tool.execute([self.folder.program(program)] + list(words), data, self.environment,
                            **somebody)

    def test_it_is_started_once_and_does_the_main_job(self):
        ran = self.run_as_me("mobproc", "status", "--json")
        self.assertEqual(ran.code, 0, ran)
        self.assertEqual(json.loads(ran.out)["accounts"][0]["state"], "no_record")
        first = self.brokers()
        self.assertTrue(first)
        ran = self.run_as_me("mobproc", "login", "--password-stdin", data=PASSWORD.encode())
        self.assertEqual(ran.code, 0, ran)
        token = self.run_as_me("mobproc", "token")
        self.assertEqual(token.code, 0, token)
        ran = self.run_as_me("git-credential-mobproc", "get",
                             data=b"protocol=https\nhost=git.example\n")
        self.assertIn(b"password=" + token.out, ran.out)
        self.assertEqual(self.brokers(), first)

    def test_its_owner_may_reload_it(self):
        self.assertEqual(self.run_as_me("mobproc", "admin", "reload").code, 0)

    def test_after_its_death_the_tokens_are_still_there(self):
        self.run_as_me("mobproc", "login", "--password-stdin", data=PASSWORD.encode())
        before = self.run_as_me("mobproc", "token")
        for process in self.brokers():
            os.kill(process, signal.SIGKILL)
        while self.brokers():  # until then the socket is one that somebody listens at
            time.sleep(0.01)
        self.assertEqual(before.code, 0, before)
        after = self.run_as_me("mobproc", "token")
        self.assertEqual((after.code, after.out), (0, before.out), after)

    def test_a_configuration_that_cannot_be_read_is_named_with_its_lines(self):
        configuration = self.folder.path / "config" / "mobproc" / "mobproc.conf"
        lines = len(configuration.read_text().splitlines())
        configuration.write_text(configuration.read_text() + "nonsense = 1\ntimeout = never\n")
        for program, words, code in (("mobproc", ["token"], 7), ("mobproc", ["status"], 7),
                                     ("git-credential-mobproc", ["get"], None)):
            ran = self.run_as_me(program, *words, data=b"protocol=https\nhost=git.example\n")
            if code:
                self.assertEqual(ran.code, code, ran)
            self.assertNotIn(b"password=", ran.out)
            for number, word in ((lines + 1, "nonsense: unknown key"), (lines + 2, "timeout: ")):
                self.assertIn("%s:%d: %s" % (configuration, number, word), ran.err)
            self.assertNotIn("not running", ran.err)
        self.assertEqual(self.brokers(), [])


if __name__ == "__main__":
    unittest.main()
