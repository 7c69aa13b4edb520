"""Every allocation and every system call of the module, and of libpam on its behalf, fails in turn
while it authenticates. Never a success without a grant, PAM_IGNORE, or a crash.

tests/fixtures/faultcase.py says how many of them `make check` runs.
"""
import ctypes.util
import os
import pathlib
import random
import tempfile
import unittest

from fixtures import build, fakebroker, faults, pam, people
from fixtures.faultcase import count
from fixtures.faulthouse import ALL, SEED
from fixtures.pamcase import PamCase

ROOT = os.geteuid() == 0
SANITIZED = build.is_sanitized()


class Module(PamCase):
    """The module and libpam: what the host itself calls does not count."""

    def run_module(self, script, password, library, kind, few, **more):
        """Authenticates with each fault; {PAM code}."""
        directory = pathlib.Path(tempfile.mkdtemp(prefix="mobproc-faults-"))
        directory.chmod(0o755)
        layer = faults.Faults(directory)
        environment = layer.environment({})
        if SANITIZED:
            environment["LD_PRELOAD"] += " " + (ctypes.util.find_library("crypt") or "")
        codes = set()
        try:
            with fakebroker.FakeBroker(script) as broker:
                stack = pam.module("socket=" + broker.path, *self.range, "timeout=5")
                how = {"user": self.user, "password": password, "environment": environment,
                       "uid": people.UIDS["alice"] if ROOT else None, "timeout": 20}
                layer.arm("pamhost", kind, caller=library, **more)
                clean = stack.run("authenticate", **how)
                every = range(1, layer.counted + 1)
                self.assertGreater(len(every), 0, clean.output + clean.stderr)
                chosen = every if ALL else random.Random(SEED).sample(every, min(few, len(every)))
                for at in chosen:
                    layer.arm("pamhost", kind, at, caller=library, **more)
                    outcome = stack.run("authenticate", **how)
                    what = "%s %d %s seed %d: %s" % (kind, at, more, SEED, outcome.output)
                    self.assertGreaterEqual(outcome.returncode, 0, what + outcome.stderr)
                    self.assertNotIn("Sanitizer", outcome.stderr, what)
                    codes.add(outcome.code)
                count("authenticate: %s of %s %s" % (kind, library, more or ""), len(chosen))
        finally:
            layer.close()
            pam.shutil.rmtree(str(directory))
        return codes

    def kinds(self):
        """What to let fail; an allocation only where the heap is libc's."""
        for library in ("pam_mobproc.so", "libpam.so"):
            for kind, more in self.errors():
                # without any memory pam_modutil_getpwnam() itself asks again for ever (1.5.2)
                if (library, kind, "onward" in more) != ("libpam.so", "ALLOCATION", True):
                    yield library, kind, more

    def errors(self):
        yield "CALL", {"variant": 0}
        yield "CALL", {"variant": 0, "onward": True}
        if ALL:
            yield "CALL", {"variant": 1}
            yield "CALL", {"variant": 2}
        if not SANITIZED:
            yield "ALLOCATION", {}
            yield "ALLOCATION", {"onward": True}

    def test_P1_no_fault_turns_a_refusal_into_a_success(self):
        for library, kind, more in self.kinds():
            codes = self.run_module(fakebroker.answer("DENIED", VERDICT=fakebroker.DENY), "wrong",
                                    library, kind, 4, **more)
            self.assertNotIn("PAM_SUCCESS", codes)
            self.assertNotIn("PAM_IGNORE", codes)

    def test_P1_no_fault_crashes_a_login(self):
        for library, kind, more in self.kinds():
            codes = self.run_module(fakebroker.admit, "right", library, kind, 4, **more)
            self.assertNotIn("PAM_IGNORE", codes)


if __name__ == "__main__":
    unittest.main()
