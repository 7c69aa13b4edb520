"""The vault while system calls fail, files are exchanged under it, and the clock jumps."""
import os
import pathlib
import random
import subprocess
import threading
import time
import unittest

from fixtures import people
from fixtures.house import House
from fixtures.traced import Traced

ROOT = os.geteuid() == 0
ROUNDS = int(os.environ.get("MOBPROC_ROUNDS", "40"))  # of races; 1000000 for a long run
SEED = int(os.environ.get("MOBPROC_SEED", "1"))
PATH_CALLS = ("openat", "write", "fsync", "fchmod", "renameat", "unlinkat", "mkdirat")


def get(house):
    """What asking for a token is answered."""
    return house.ask("GET", ACCOUNT="tangoe")


def record(house):
    """The path of the record."""
    return house.state / str(house.uid) / "tangoe"


class Injected(unittest.TestCase):
    """Each call of a login or refresh that touches the disk fails once, with each error."""

    ERRORS = ("EIO", "ENOSPC", "EDQUOT", "EROFS", "ESTALE", "EMFILE", "EACCES")

    def prepared(self, house, act):
        """A record; how often each call is made by `act` (and before it, from a start)."""
        house.watched = PATH_CALLS
        self.assertEqual(house.login()["ERROR"], "OK")
        house.stop()
        house.save()
        house.begin("")
        before = house.calls()
        self.assertEqual(act(house)["ERROR"], "OK")
        after = house.calls()
        return [(name, nth) for name in PATH_CALLS for nth in range(before[name] + 1, after[name] + 1)]

    def assert_opens(self, house, answer, what):
        """The record opens after a restart, whatever was said; an error never admits."""
        self.assertIn((answer["ERROR"] == "OK", answer.get("VERDICT")),
                      ((True, "ADMIT"), (False, "DENY"), (True, None), (False, None)), what)
        house.kill()
        house.start()
        self.assertEqual(get(house)["ERROR"], "OK", what)
        self.assertEqual(list(house.state.rglob(".tmp-*")), [], what)

    def each(self, act, sample):
        """Every step once, each with an error that another run would choose otherwise."""
        chance = random.Random(SEED)
        with Traced(self, {"validate": "off", "accept_unvalidated": "yes"},
                    {"guard_failures": 16}) as house:
            house.ping.state.grace = 3600
            steps = self.prepared(house, act)
            self.assertGreater(len(steps), 8)
            errors = [(step, chance.choice(self.ERRORS)) for step in steps]
            for (name, nth), error in chance.sample(errors, min(sample, len(errors))):
                with self.subTest(call=name, nth=nth, error=error):
                    house.begin("-e inject=%s:error=%s:when=%d" % (name, error, nth))
                    answer = act(house)
                    self.assertIn(answer["ERROR"], ("OK", "STORAGE", "LOCKED", "CONFIGURATION",
                                                    "GUARD", "NOMEM"))
                    self.assert_opens(house, answer, (name, nth, error))

    def test_L16_of_a_login(self):
        self.each(lambda house: house.login(), ROUNDS)

    def test_L16_of_a_refresh(self):
        self.each(lambda house: house.ask("REFRESH"), ROUNDS)

    def test_L16_interrupted_calls_lose_nothing(self):
        with Traced(self) as house:
            house.watched = PATH_CALLS
            house.login()
            house.stop()
            house.save()
            for tampering in ("-e inject=write:error=EINTR:when=1+2",
                              "-e inject=fsync:error=EINTR:when=1+2"):
                with self.subTest(tampering):
                    house.begin(tampering)
                    self.assertIn(house.ask("REFRESH")["ERROR"], ("OK", "STORAGE"))
                    house.kill()
                    house.start()
                    self.assertEqual(get(house)["ERROR"], "OK")

    def test_L17_an_fsync_that_failed_once_is_a_loss(self):
        """The file's, then the directory's; the answer of the next one is worth nothing."""
        with Traced(self) as house:
            house.login()
            house.stop()
            house.save()
            for nth in (1, 2, 3):
                with self.subTest(nth):
                    house.begin("-e inject=fsync:error=EIO:when=%d" % nth)
                    sent = len(house.ping.posts("refresh_token"))
                    answer = house.ask("REFRESH")
                    if nth == 1:  # the mark of doubt could not be kept: nothing may be sent
                        self.assertEqual((answer["ERROR"], len(house.ping.posts("refresh_token"))),
                                         ("STORAGE", sent))
                    house.kill()
                    house.start()
                    self.assertEqual(get(house)["ERROR"], "OK")

    def test_P22_no_record_without_randomness(self):
        """getrandom(2) fails once the broker runs: it writes nothing and admits nobody."""
        with Traced(self) as house:
            house.watched = ("getrandom",)
            house.stop()
            house.save()
            house.begin("")
            started = house.calls()["getrandom"]
            house.login()
            self.assertGreater(house.calls()["getrandom"], started)
            house.kill()
            for error in ("EIO", "ENOSYS", "EPERM"):
                with self.subTest(error):
                    house.begin("-e inject=getrandom:error=%s:when=%d+" % (error, started + 1))
                    try:
                        self.assertNotEqual(house.login()["ERROR"], "OK")
                    except (AssertionError, OSError) as problem:
                        self.assertNotIn("'OK'", str(problem))  # it ended without an answer
                    self.assertFalse(record(house).exists())
                    if house.broker.poll() is None:
                        house.kill()
                    house.broker = None
            house.start()
            self.assertEqual(house.login()["ERROR"], "OK")


class Exchanged(unittest.TestCase):
    """A file becomes a link and a file again, as fast as one can rename, while it is used."""

    def swapping(self, path, target):
        """Begins to swap; returns what ends it."""
        over = threading.Event()
        sound, link = (path.with_name(path.name + word) for word in ("-sound", "-link"))
        content, mode = path.read_bytes(), path.stat().st_mode & 0o777

        def swap():
            while not over.is_set():
                link.symlink_to(target)
                os.rename(str(link), str(path))
                sound.write_bytes(content)
                sound.chmod(mode)
                os.rename(str(sound), str(path))

        thread = threading.Thread(target=swap)
        thread.start()
        return lambda: (over.set(), thread.join())

    def test_L11_a_record(self):
        """The link leads to an older record of the same person, which would open."""
        with House(self) as house:
            house.login()
            older = get(house)["ACCESS_TOKEN"]
            target = house.directory / "older"
            target.write_bytes(record(house).read_bytes())
            target.chmod(0o600)
            house.ask("REFRESH")
            token = get(house)["ACCESS_TOKEN"]
            end = self.swapping(record(house), target)
            try:
                said = [get(house) for _ in range(ROUNDS * 10)]
            finally:
                end()
            self.assertNotEqual(older, token)
            self.assertEqual({answer.get("ACCESS_TOKEN", token) for answer in said}, {token})
            self.assertLessEqual({answer["ERROR"] for answer in said},
                                 {"OK", "STORAGE", "NO_RECORD"})
            self.assertEqual(get(house)["ERROR"], "OK")

    @unittest.skipUnless(ROOT, "needs root: a file of somebody else")
    def test_L11_a_configuration(self):
        """The link leads to a configuration of mallory's."""
        with House(self) as house:
            house.login()
            evil = house.directory / "evil.conf"
            evil.write_text(house.config.read_text().replace("tenant = XYZ", "tenant = EVIL"))
            os.chown(str(evil), people.UIDS["mallory"], -1)
            end = self.swapping(house.config, evil)
            try:
                for _ in range(ROUNDS):
                    house.reload()
                    self.assertEqual(get(house)["TENANT"], "XYZ")
            finally:
                end()


class Clock(unittest.TestCase):
    """The machine's clock jumps; the monotonic one does not."""

    DAY, YEAR = 86400, 31557600
    JUMPS = {"a second": 1, "back a second": -1, "a day": DAY, "back a day": -DAY,
             "back ten years": -10 * YEAR, "1970": None, "2038": 2147483648, "2106": 4294967297}

    def house(self, **more):
        """A house whose broker's clock can be set with jump()."""
        house = House(self, start=False, **more)
        self.addCleanup(house.__exit__, None, None, None)
        library = house.directory / "shift.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library),
                        str(pathlib.Path(__file__).with_name("shift_clock.c"))], check=True)
        self.shift = house.directory / "shift"
        options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        house.popen["env"] = dict(os.environ, LD_PRELOAD=str(library), ASAN_OPTIONS=options,
                                  MOBPROC_TEST_SHIFT=str(self.shift))
        house.start()
        return house

    def jump(self, seconds):
        """So many seconds ahead from now on; the whole file or none of it."""
        self.shift.with_name("shift-new").write_text("%d\n" % seconds)
        self.shift.with_name("shift-new").rename(self.shift)

    def seconds(self, jump):
        """How far that is from now."""
        if jump is None:
            return int(60 - time.time())
        return int(jump - time.time()) if jump > 1 << 30 else jump

    def test_L20_no_token_is_given_after_its_end(self):
        """Tokens are over on the server's clock; ours says something else."""
        for name, jump in self.JUMPS.items():
            with self.subTest(name):
                house = self.house()
                house.login()
                first = get(house)["ACCESS_TOKEN"]
                self.jump(self.seconds(jump))
                if abs(self.seconds(jump)) >= self.DAY:
                    house.ping.state.expire_access_tokens()
                for _ in range(10):
                    answer = get(house)
                    self.assertEqual(answer["ERROR"], "OK")
                    self.assertTrue(house.ping.state.live(answer["ACCESS_TOKEN"]))
                self.assertLessEqual(len(house.ping.posts("refresh_token")), 1)
                self.assertEqual(len(house.ping.posts("password")), 1)
                self.assertEqual(answer["ACCESS_TOKEN"] == first,
                                 abs(self.seconds(jump)) < self.DAY)

    def test_L20_a_jump_there_and_back_costs_two_refreshes(self):
        house = self.house()
        house.login()
        for jump in (self.DAY, 0, 0):
            self.jump(jump)
            for _ in range(5):
                self.assertEqual(get(house)["ERROR"], "OK")
        self.assertEqual(len(house.ping.posts("refresh_token")), 2)

    def test_L20_a_jump_during_a_request(self):
        for jump in (self.DAY, -10 * self.YEAR):
            with self.subTest(jump):
                house = self.house()
                house.login()
                house.ping.hold()
                asked = house.later(house.ask, "REFRESH")
                self.assertTrue(house.ping.wait_held())
                self.jump(jump)
                house.ping.release()
                self.assertEqual(asked.result()["ERROR"], "OK")
                self.assertEqual(get(house)["ERROR"], "OK")
                self.assertEqual(len(house.ping.posts("refresh_token")), 1)

    def test_L20_a_server_that_is_away_leaves_what_may_still_live(self):
        """The clock went back: whether the token lives cannot be known, and nobody can be asked."""
        house = self.house()
        house.login()
        self.jump(-self.DAY)
        house.ping.stop()
        self.assertEqual(get(house)["ERROR"], "OK")
        house.ping.start()


if __name__ == "__main__":
    unittest.main()
