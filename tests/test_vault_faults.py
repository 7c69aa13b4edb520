"""The vault while system calls fail and files are exchanged under it."""
import os
import random
import re
import threading
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
                    self.assertIn(answer["ERROR"], ("OK", "STORAGE", "SYSTEM", "LOCKED",
                                                    "CONFIGURATION", "GUARD", "NOMEM"))
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


    def test_L10_every_file_is_born_private(self):
        """No moment in which others could open it, whatever the umask."""
        with Traced(self) as house:
            house.watched = ("openat",)
            house.login()
            house.stop()
            house.save()
            house.begin("-f")
            house.login()
            house.ask("REFRESH")
            house.login(password="wrong one")
            house.stop()
            trace = house.trace.read_text()
            made = re.findall(r"openat\([^\n]*O_CREAT[^\n]*, (0\d+)\) = \d", trace)
            self.assertGreater(len(made), 2)
            self.assertLessEqual(set(made), {"0600"})


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


if __name__ == "__main__":
    unittest.main()
