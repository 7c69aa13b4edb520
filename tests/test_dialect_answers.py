"""Every dialect in every situation without a token: dialects/answers, against a real broker."""
import concurrent.futures
import pathlib
import time
import unittest

from fixtures import dialects, fakebroker, tool
from fixtures.house import House
from fixtures.manager import CredentialSocket, named

OURS = "https://git.example/a"
NAMED = ("git", "docker", "cargo", "goauth", "terraform", "systemd")  # each has cells of its own
OTHERS = ("kubernetes", "bazel", "curl", "headers", "token", "json")
FOR = {"wrong-host": "https://evil.example/a", "http": "http://git.example/a"}
EXACTLY = {b"": "nothing", b"quit=1\n": "quit", dialects.NOT_FOUND: "not-found", b"{}\n": "empty"}


def table():
    """{situation: {dialect: (what, exit code)}}"""
    path = pathlib.Path(__file__).resolve().parent / "dialects" / "answers"
    found = {}
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            situation, *words = line.split()
            cells = [(what, int(code)) for what, code in zip(words[::2], words[1::2])]
            found[situation] = dict(zip(NAMED, cells))
            found[situation].update(dict.fromkeys(OTHERS, cells[len(NAMED)]))
    return found


def said(name, ran):
    """The table's word for what stands on standard output."""
    if name == "cargo":
        answer, = dialects.cargo_answers(ran.out)
        return answer["Err"]["kind"]
    if ran.out in EXACTLY:
        return EXACTLY[ran.out]
    assert name == "docker" and ran.out.count(b"\n") == 1 and ran.out.endswith(b"\n"), ran
    return "reason"


class Answers(unittest.TestCase):
    TABLE = table()

    def setUp(self):
        self.socket = CredentialSocket()
        self.addCleanup(self.socket.__exit__)

    def check(self, situation, run, broker, uid=None):
        """All dialects at once: a broker that hangs costs two seconds, not twenty. `uid` is who asks
        through systemd."""
        url = FOR.get(situation, OURS)
        row = self.TABLE[situation]

        def ask(name):
            if name != "systemd":
                return dialects.ask(name, url, run)
            account = named("nobody" if situation in FOR else "tangoe")
            data, ran = self.socket.load(account, broker, uid, uid)
            return tool.Ran(ran.returncode, data, ran.stderr)

        with concurrent.futures.ThreadPoolExecutor(len(row)) as pool:
            answers = list(pool.map(ask, row))
        for name, ran in zip(row, answers):
            with self.subTest(situation=situation, dialect=name):
                self.assertEqual((said(name, ran), ran.code), row[name], ran)
                # whoever gets no token is told why, unless another helper may have one
                self.assertTrue(ran.err or ran.out or situation in FOR, ran)

    def check_house(self, situation, house):
        self.check(situation, self.in_house(house), house.socket, house.uid)

    def in_house(self, house):
        def run(words, data, environment):
            done = house.mobproc(*words, stdin=data, environment=environment)
            return tool.Ran(done.returncode, done.stdout, done.stderr)
        return run

    def test_every_dialect_is_in_the_table(self):
        for row in self.TABLE.values():
            self.assertEqual(set(row), set(dialects.READ) | {"systemd"})

    def test_addresses_of_others_and_nobody_logged_in(self):
        with House(self) as house:
            self.check_house("not-logged-in", house)
            house.login()
            for situation in FOR:
                self.check_house(situation, house)

    def test_H8_an_expired_token_and_no_way_to_a_new_one(self):
        with House(self) as house:
            house.ping.state.lifetime = 3
            house.login()
            house.ping.behave("html_503")
            time.sleep(2.2)
            self.check_house("ping-away", house)
            house.ping.behave(None)
            house.login()
            house.ping.state.revoke_everything()
            time.sleep(2.2)
            self.check_house("login-over", house)

    def test_a_broker_that_cannot_help(self):
        with House(self) as house:
            house.login()
            house.stop()
            (house.state / "vault.key").unlink()
            house.start()
            self.check_house("vault-locked", house)
            house.stop()
            self.check_house("broker-absent", house)

    def test_a_broker_that_says_so_or_nothing(self):
        for situation, script in (("misconfigured", fakebroker.answer("CONFIGURATION")),
                                  ("broker-hung", fakebroker.actions(fakebroker.HANG))):
            with fakebroker.FakeBroker(script) as broker:
                self.check(situation, lambda words, data, environment, broker=broker: tool.run(
                    broker, *words, data=data, environment=environment), broker.path)

    def test_N20_a_hundred_callers_with_an_expired_token_are_one_refresh(self):
        with House(self) as house:
            house.ping.state.reuse_revokes = True
            house.ping.state.grace = 0
            house.ping.state.lifetime = 3
            house.login()
            house.ping.state.lifetime = 7200
            time.sleep(2.2)
            names = (sorted(dialects.READ) * 10)[:100]
            with concurrent.futures.ThreadPoolExecutor(100) as pool:
                answers = list(pool.map(lambda name: dialects.ask(name, OURS, self.in_house(house)),
                                        names))
            tokens = {dialects.token(name, ran) for name, ran in zip(names, answers)}
            self.assertEqual(len(tokens), 1, tokens)
            self.assertTrue(house.ping.state.live(tokens.pop()))
            self.assertEqual(len(house.ping.posts("refresh_token")), 1)
