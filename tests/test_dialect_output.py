"""H13: what no dialect does with its answer: print half of it, or leave it where others look."""
import os
import threading
import unittest

from fixtures import dialects, fakebroker, tool

URL = "https://git.example/a"


class Output(unittest.TestCase):
    def setUp(self):
        self.broker = fakebroker.FakeBroker(tool.gives())
        self.addCleanup(self.broker.close)

    def ask(self, name, **more):
        return dialects.ask(name, URL, lambda words, data, environment: tool.run(
            self.broker, *words, data=data, environment=environment, **more))

    def test_H13_a_full_device_and_a_closed_one(self):
        for name in dialects.READ:
            with open("/dev/full", "wb") as full:
                ran = self.ask(name, stdout=full)
            self.assertNotEqual(ran.code, 0, name)
            self.assertIn("standard output", ran.err)
            self.assertNotIn(tool.TOKEN, ran.err)

    def test_a_reader_that_is_gone(self):
        for name in dialects.READ:
            reading, writing = os.pipe()
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                self.assertNotEqual(self.ask(name, stdout=pipe).code, 0, name)

    def look_at_processes(self, found):
        """Arguments and environments of all processes that can be read, while the broker waits."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            for what in ("cmdline", "environ"):
                try:
                    with open("/proc/%s/%s" % (pid, what), "rb") as file:
                        if tool.TOKEN.encode() in file.read():
                            found.append(pid)
                except OSError:
                    pass

    def test_H13_no_token_in_arguments_or_environments(self):
        found, done = [], threading.Event()

        def watch():
            while not done.is_set():
                self.look_at_processes(found)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            for name in sorted(dialects.READ) * 3:
                self.assertEqual(dialects.token(name, self.ask(name)), tool.TOKEN)
        finally:
            done.set()
            watcher.join()
        self.assertEqual(found, [])

    def test_H14_hostile_variables_change_nothing(self):
        for value in ("", "/nonexistent", "%n%s", "\udcff\x1b", "A" * 10000):
            variables = {name: value for name in (
                "PATH", "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "TZ", "LANG", "LC_ALL", "IFS",
                "DOCKER_CONFIG", "CARGO_HOME", "KUBECONFIG", "https_proxy", "MOBPROC_ACCOUNT")}
            for name in dialects.READ:
                ran = dialects.ask(name, URL, lambda words, data, environment: tool.run(
                    self.broker, *words, data=data, environment=dict(variables, **environment)))
                self.assertEqual(dialects.token(name, ran), tool.TOKEN, (name, value))
