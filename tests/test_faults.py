"""Every allocation and every system call of a login, a refresh, a get and an update of the vault
fails in turn, once or from then on; and the broker is killed before each. Never a success without a
grant, a crash, a leak, or a lost record.

`make check` runs a sample, `make check-faults` all of them. MOBPROC_FAULTS_SEED repeats a sample.
"""
import ctypes.util
import os
import pathlib
import tempfile
import unittest

from fixtures import build, fakebroker, faults, faulthouse, pam, people
from fixtures.faulthouse import ALL, SEED, FaultHouse
from fixtures.pamcase import PamCase

ROOT = os.geteuid() == 0
SANITIZED = build.is_sanitized()
BROKER, COURIER = "mobprocd", "mobproc-courier+"
VARIANTS = 3  # of tests/faults/calls.h: how many errors most calls have
ACTIONS = ("login", "wrong password", "refresh", "get", "rekey")
FROM_COURIER = ("login", "wrong password", "refresh")


def count(what, number):
    """For the table that `make check-faults` prints."""
    report = os.environ.get("MOBPROC_FAULTS_REPORT")
    if report:
        with open(report, "a") as file:
            file.write("%7d  %s [%s]\n" % (number, what, build.BUILD.name))


class FaultCase(unittest.TestCase):
    def run_points(self, house, action, role, kind, few, **more):
        """Each of these calls fails by itself. The answers' errors."""
        errors = set()
        before = house.injected
        for at in house.points(action, role, kind, few, **more):
            with self.subTest("%s %s %s %d %s seed %d" % (action, role, kind, at, more, SEED)):
                errors.add(house.fails(action, role, kind, at, **more))
        count("%s: %s of %s %s" % (action, kind, role, more or ""), house.injected - before)
        return errors

    def run_calls(self, role, kind, actions, variants, few):
        """In a sample, once or for ever and which error it is are left to chance."""
        with FaultHouse(self) as house:
            every = [{"onward": onward, "variant": variant}
                     for onward in (False, True) for variant in range(variants)]
            for action in actions:
                for more in every if ALL else [house.dice.choice(every)]:
                    self.run_points(house, action, role, kind, few, **more)


class Calls(FaultCase):
    def test_P1_L16_a_call_of_the_broker_fails(self):
        self.run_calls(BROKER, "CALL", ACTIONS, VARIANTS, 1)

    def test_P1_a_call_of_the_courier_fails(self):
        self.run_calls(COURIER, "CALL", FROM_COURIER, VARIANTS, 1)

    def test_L16_short_reads_and_writes(self):
        self.run_calls(BROKER, "SHORT", ACTIONS, 1, 1)


class Disk(FaultCase):
    def test_L17_a_sync_that_failed_is_not_believed_when_the_next_one_works(self):
        """Both the file's and the directory's, each error that fsync() has."""
        with FaultHouse(self) as house:
            every = ("login", "refresh", "rekey")
            for action in every if ALL else [house.dice.choice(every)]:
                for variant in range(2 if ALL else 1):
                    errors = self.run_points(house, action, BROKER, "CALL", 99, variant=variant,
                                             only="fsync")
                    self.assertTrue(errors - {"OK", None}, (action, errors))


class Killed(FaultCase):
    def test_L18_old_or_new_whenever_the_broker_is_killed(self):
        with FaultHouse(self) as house:
            for action in ("login", "refresh", "rekey"):
                self.run_points(house, action, BROKER, "KILL", 3)


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
                chosen = every if ALL else faulthouse.random.Random(SEED).sample(every, min(few, len(every)))
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


if not SANITIZED:

    class Allocations(FaultCase):
        def run_allocations(self, role, actions, few):
            with FaultHouse(self) as house:
                for action in actions:
                    for onward in (False, True) if ALL else [house.dice.random() < 0.5]:
                        self.run_points(house, action, role, "ALLOCATION", few, onward=onward)

        def test_P1_the_broker_has_no_memory(self):
            self.run_allocations(BROKER, ACTIONS, 1)

        def test_P1_the_courier_has_no_memory(self):
            self.run_allocations(COURIER, FROM_COURIER, 1)


if __name__ == "__main__":
    unittest.main()
