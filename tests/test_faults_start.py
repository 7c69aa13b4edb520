"""What tests/test_faults_helper.py does to mobproc, while it starts a private broker first, and to
what it forks for that: the answer or an error, and never a wait without an end.

tests/fixtures/faultcase.py says how many of the faults `make check` runs.
"""
import os
import unittest

from fixtures import build, tool
from fixtures.faultcase import VARIANTS, every_way
from test_faults_helper import FaultyHelper

ACTION = "mobproc token"
# what starts it gives a broker that was there all the time its name
PROGRAM = "#!/bin/sh\nln -s %s %s && printf x >&3\n"


class Starting(FaultyHelper):
    """Somebody who is not root, with a configuration of his own."""

    def setUp(self):
        super().setUp()
        self.directory.chmod(0o755)
        self.home = tool.Folder(tool.MOBPROC)
        self.addCleanup(self.home.close)
        self.environment = {"HOME": "/nonexistent"}
        for name in ("config", "state", "runtime"):
            self.environment["XDG_%s_%s" % (name.upper(), "DIR" if name == "runtime" else "HOME")] = \
                str(self.home.path / name)
            (self.home.path / name / "mobproc").mkdir(parents=True)
        (self.home.path / "config" / "mobproc" / "mobproc.conf").write_text("")
        self.socket = self.home.path / "runtime" / "mobproc" / "broker.sock"
        self.nameless = self.home.path / "nameless.sock"
        program = self.home.path / "mobprocd"
        program.write_text(PROGRAM % (self.nameless, self.socket))
        program.chmod(0o755)
        if tool.IS_ROOT:
            os.chown(str(self.socket.parent), tool.STRANGER, tool.STRANGER)

    def ask(self, broker, action, **more):
        for link in (self.socket, self.nameless):
            if link.is_symlink():
                link.unlink()
        self.nameless.symlink_to(broker.path)
        return tool.execute([self.home.program("mobproc"), "token"],
                            environment=self.faults.environment(self.environment),
                            **tool.as_somebody(), **more)


class Calls(Starting):
    def test_P1_H13_a_call_fails(self):
        for role in ("mobproc", "mobproc+"):
            self.role = role
            for more in every_way(self.dice, VARIANTS):
                self.run_points(ACTION, "gives", "CALL", 4, **more)

    def test_H13_killed_before_a_call(self):
        self.run_points(ACTION, "gives", "KILL", 3)


if not build.is_sanitized():  # whose heap is not libc's

    class Allocations(Starting):
        def test_P1_H13_there_is_no_memory(self):
            for onward in (False, True):
                self.run_points(ACTION, "gives", "ALLOCATION", 3, onward=onward)


if __name__ == "__main__":
    unittest.main()
