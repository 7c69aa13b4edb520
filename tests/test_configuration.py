"""mobproc.conf: what is said about mistakes, and when a change takes effect."""
import os
import subprocess
import time
import unittest

from fixtures import build
from fixtures.activated import ActivatedHouse
from fixtures.house import CLIENT_SECRET, House

ROOT = os.geteuid() == 0


def tenant(house):
    """The tenant that comes with a token."""
    house.login()
    return house.ask("GET", ACCOUNT="tangoe").get("TENANT")


GOOD = """[mobproc]
login_account = tangoe
[account tangoe]
token_endpoint = https://ping.example/as/token.oauth2
client_id = x
client_auth = none
allow_users = *
"""
BAD = """# every line that is wrong is told
[mobproc]
login_account = nowhere
guard_failures = 99
refresh_margin = 60
[account tangoe]
token_endpoint = http://ping.example/as/token.oauth2
client_id = x
client_secret = 81f40d2777ea4a41A992535F17AC92EC
colour = red
refresh_margin = 1h
refresh_margin = 60
scope
tenant =
[acount other]
hosts = https://x.example
"""
MISTAKES = [(3, "login_account: there is no [account nowhere]"), (4, "guard_failures: "),
            (5, "refresh_margin: belongs into [account NAME]"), (7, "token_endpoint: "),
            (9, "client_secret: "), (10, "colour: unknown key"), (11, "refresh_margin: "),
            (12, "refresh_margin: is set twice (the first: line 11)"), (13, ""), (14, "tenant: "),
            (15, "an unknown section")]


class Mistakes(unittest.TestCase):
    def setUp(self):
        self.house = House(self, start=False)
        self.addCleanup(self.house.__exit__, None, None, None)
        self.file = self.house.config

    def run_broker(self, *arguments):
        """mobprocd until it ends by itself: (exit status, stdout, the lines of stderr)."""
        done = subprocess.run([build.program("mobprocd"), "--config", str(self.file), "--state",
                               str(self.house.state), "--socket", str(self.house.socket)]
                              + list(arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=20)
        return done.returncode, done.stdout.decode(), done.stderr.decode().splitlines()

    def assert_mistakes(self, lines):
        """Each mistake is told once, in order, with file, line and reason, and no secret."""
        self.assertNotIn(CLIENT_SECRET, "\n".join(lines))
        found = sorted(lines, key=lambda line: int(line.split(":")[1]))
        self.assertEqual(len(found), len(MISTAKES), lines)
        for line, (number, reason) in zip(found, MISTAKES):
            self.assertTrue(line.startswith("%s:%d: %s" % (self.file, number, reason)), line)

    def test_P31_check_tells_every_mistake_and_changes_nothing(self):
        self.file.write_text(BAD)
        status, out, lines = self.run_broker("--check")
        self.assertEqual((status, out), (7, ""))
        self.assert_mistakes(lines)
        self.assertEqual(self.file.read_text(), BAD)
        self.assertFalse(self.house.state.exists() or self.house.socket.exists())

    def test_check_is_content_with_a_good_file(self):
        self.file.write_text(GOOD)
        status, out, lines = self.run_broker("--check")
        self.assertEqual((status, lines), (0, []))
        self.assertIn("no errors", out)
        self.assertFalse(self.house.state.exists() or self.house.socket.exists())

    def test_check_looks_at_the_secret_too(self):
        secret = self.house.directory / "client-secret"
        self.assertEqual(self.run_broker("--check")[0], 0)
        secret.chmod(0o644)
        status, _, lines = self.run_broker("--check")
        self.assertEqual((status, len(lines)), (7, 1), lines)
        self.assertRegex(lines[0], r"^%s:\d+: account tangoe: client_secret: " % self.file)

    def test_P12_P31_files_that_are_not_read(self):
        """(how to spoil it, what is said)"""
        for name, spoil in (
                ("absent", self.file.unlink),
                ("writable for all", lambda: self.file.chmod(0o666)),
                ("a symbolic link", lambda: self.replace(
                    lambda: self.file.symlink_to("/etc/hostname"))),
                ("a directory", lambda: self.replace(self.file.mkdir)),
                ("a FIFO", lambda: self.replace(lambda: os.mkfifo(str(self.file)))),
                ("a second name", lambda: os.link(str(self.file), str(self.file) + "2")),
                ("empty", lambda: self.file.write_text("")),
                ("Windows", lambda: self.file.write_text(GOOD.replace("\n", "\r\n"))),
                ("NUL", lambda: self.file.write_text(GOOD.replace("= x", "= x\0"))),
                ("not UTF-8", lambda: self.file.write_bytes(GOOD.encode() + b"# \xff\n")),
                ("a long line", lambda: self.file.write_text(GOOD + "# " + "x" * 5000 + "\n")),
                ("a long file", lambda: self.file.write_text(GOOD + "# x\n" * 80000))):
            with self.subTest(name):
                self.replace(lambda: self.file.write_text(GOOD))
                self.file.chmod(0o644)
                self.assertEqual(self.run_broker("--check")[0], 0)
                spoil()
                status, out, lines = self.run_broker("--check")
                self.assertEqual((status, out), (7, ""))
                self.assertRegex("\n".join(lines), r"^%s:\d+: ." % self.file)

    def replace(self, make):
        """Whatever stands there makes way."""
        for path in (self.file, self.file.parent / (self.file.name + "2")):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            elif path.exists() or path.is_symlink():
                path.unlink()
        make()

    def test_a_plain_start_with_a_broken_file_ends(self):
        self.file.write_text(BAD)
        status, _, lines = self.run_broker()
        self.assertEqual(status, 7)
        self.assertGreater(len(lines), 3)  # the first ones, none of them cut
        self.assertLessEqual(set(lines), set(self.run_broker("--check")[2]))
        self.assertFalse(self.house.socket.exists() or (self.house.state / "vault.key").exists())


class Reload(unittest.TestCase):
    """Three ways to say it; a broken file is told and changes nothing."""

    def by_signal(self, house):
        house.reload()
        return house.log_text()

    def by_request(self, house):
        result = house.ask("RELOAD", uid=os.geteuid())
        return "\n".join([result["ERROR"]] + result.all("TEXT"))

    def by_helper(self, house):
        done = house.mobproc("admin", "reload", "--socket", str(house.socket), uid=os.geteuid())
        return "exit %d\n%s" % (done.returncode, done.stderr.decode())

    def test_all_ways(self):
        for way, good, bad in ((self.by_signal, "result=ok", "problem="),
                               (self.by_request, "OK", "CONFIGURATION"),
                               (self.by_helper, "exit 0", "exit 7")):
            with self.subTest(way.__name__), House(self) as house:
                house.login()
                self.assertEqual(tenant(house), "XYZ")
                house.configure({"tenant": "ABC"})
                self.assertIn(good, way(house))
                self.assertEqual(tenant(house), "ABC")
                house.configure({"tenant": "DEF", "timeout": "soon", "colour": "red"})
                told = way(house)
                self.assertIn(bad, told)
                for mistake in (r"timeout: must be", r"colour: unknown key"):
                    self.assertRegex(told, r"%s:\d+: %s" % (house.config, mistake))
                self.assertEqual(tenant(house), "ABC")
                house.config.unlink()
                self.assertIn(bad, way(house))
                self.assertEqual(tenant(house), "ABC")

    def test_L9_a_request_keeps_its_settings(self):
        """A refresh and a login are under way while the file changes under them. Without a
        validation the token lives as long as the next would, so that a second later it runs short."""
        with House(self, {"validate": "off", "accept_unvalidated": "yes"}) as house:
            house.login()
            time.sleep(1.1)
            house.ping.hold()
            got = house.later(house.ask, "GET", ACCOUNT="tangoe", MIN_TTL=7199)
            self.assertTrue(house.ping.wait_held(1))
            logging_in = house.later(house.login)
            self.assertTrue(house.ping.wait_held(2))
            for number in range(20):
                house.change({"tenant": "ABC%d" % number}, more="\n[account n%d]\n" % number +
                             GOOD.split("[account tangoe]\n")[1])
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["TENANT"], "ABC19")
            house.ping.release()
            self.assertEqual(logging_in.result()["ERROR"], "OK")
            self.assertEqual(got.result()["TENANT"], "XYZ")
            self.assertEqual(tenant(house), "ABC19")

    def test_L9_an_account_that_is_gone(self):
        with House(self) as house:
            house.login()
            house.ping.hold()
            refreshing = house.later(house.ask, "REFRESH", ACCOUNT="tangoe")
            self.assertTrue(house.ping.wait_held())
            house.config.write_text(GOOD.replace("tangoe", "other"))
            house.reload()
            house.ping.release()
            self.assertEqual(refreshing.result()["ERROR"], "OK")
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "NO_ACCOUNT")
            house.change()
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")


class Activated(unittest.TestCase):
    """Socket activation: the socket is not ours, so nobody is left without an answer."""

    def test_the_main_job(self):
        with ActivatedHouse(self) as house:
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")
            self.assertEqual(house.mobproc("token").returncode, 0)
            house.stop()
            self.assertTrue(house.socket.exists())  # systemd's, not the broker's
            house.start()
            self.assertEqual(house.mobproc("token").returncode, 0)

    def test_a_broken_file_answers_configuration_until_it_is_mended(self):
        with ActivatedHouse(self, start=False) as house:
            house.configure({"colour": "red"})
            house.start()
            asked = {"USER": house.me, "UID": house.uid, "PASSWORD": "x"}
            for operation in ("LOGIN", "ACCOUNT_CHECK", "SESSION_OPEN", "SESSION_CLOSE", "GET",
                              "LIST", "STATUS", "REFRESH", "LOGOUT", "ERASE"):
                with self.subTest(operation):
                    result = house.ask(operation, uid=os.geteuid(), **asked)
                    expected = "CONFIGURATION" if ROOT or "SESSION" not in operation else "FORBIDDEN"
                    self.assertEqual(result["ERROR"], expected)
            if ROOT:
                result = house.ask("RELOAD", uid=0)
                self.assertEqual(result["ERROR"], "CONFIGURATION")
                self.assertIn("colour: unknown key", result["TEXT"])
            self.assertEqual(house.ping.requests, [])
            house.change()
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")

    def test_a_file_that_breaks_later_changes_nothing(self):
        with ActivatedHouse(self) as house:
            house.login()
            house.change({"colour": "red"})
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")
            self.assertEqual(house.login()["ERROR"], "OK")


if __name__ == "__main__":
    unittest.main()
