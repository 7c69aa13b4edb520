"""P21, H13: no password, client secret or token where it does not belong, in whatever form.

Everything is made to happen once, at the highest log level; then all that was written anywhere is
searched for every part of every secret.
"""
import base64
import json
import os
import pathlib
import subprocess
import unittest
from urllib.parse import quote, quote_plus

from fixtures import build
from fixtures.house import CLIENT_ID, House

ROOT = os.geteuid() == 0
# No two have a part in common, nor with anything else that is ever written.
RIGHT = "Kj&7+vQz%mWp4=xLr9 ÄtBn2?hGd6/sFc"
WRONG = "Yh5;uNe8\\oTq3'wRi1\"aZk0<bVx>jMlPf"
CLIENT_SECRET = "Dg2#rUy9@iSo4!eHp7^nCw1&tKb6*mXq3"
PART = 12  # bytes: less of a secret than that is not looked for

# What Ping does in turn; some replies repeat what they were sent.
BEHAVIOURS = [
    "echo_secrets", "echo_secrets_with_token", "html_503", "html_200", "rst_after_request",
    "rst_mid_body", "no_close_notify_mid_body", "truncated_json", "token_crlf", "token_and_error",
    "token_with_400", "invalid_client_challenge", "redirect_302_self", "redirect_307_https",
    "token_64k", "duplicate_keys", "gzip_body", "error_with_200", "localised_text", "http2_frames",
    "tls_abort", "empty_403", "second_status_line", "length_too_short", "too_many_requests",
]


def forms(part):
    """The ways in which some bytes may be written down."""
    encoded = "".join("%%%02x" % byte for byte in part)
    text = part.decode("utf-8", "replace")
    return {part, part.hex().encode(), part.hex().upper().encode(), base64.b64encode(part),
            base64.urlsafe_b64encode(part), encoded.encode(), encoded.upper().encode(),
            quote(part, safe="").encode(), quote_plus(part).encode(), quote(part).encode(),
            b"\\x" + b"\\x".join(b"%02x" % byte for byte in part),
            b"".join(b"%c" % byte if 0x20 <= byte < 0x7f and byte != 0x5c else b"\\x%02x" % byte
                     for byte in part),
            json.dumps(text)[1:-1].encode(), text.encode("utf-16-le"), text.encode("utf-16-be")}


class Finder:
    """Knows all forms of all parts of some secrets."""

    def __init__(self, secrets):
        self.patterns = {}
        for secret in secrets:
            secret = secret.encode()
            for start in range(len(secret) - PART + 1):
                for form in forms(secret[start:start + PART]):
                    self.patterns.setdefault(len(form), set()).add(form)

    def find(self, data):
        """What of a secret stands in some data first; None."""
        for length, patterns in self.patterns.items():
            for at in range(len(data) - length + 1):
                if data[at:at + length] in patterns:
                    return data[at:at + length]
        return None


class Search(unittest.TestCase):
    """The search itself finds what is there."""

    def test_every_form_at_every_offset(self):
        finder = Finder([RIGHT, WRONG, CLIENT_SECRET])
        for before in (b"", b"x", b"xy", b"detail="):
            for secret in (RIGHT, WRONG, CLIENT_SECRET):
                raw = before + secret.encode() + b" end"
                for data in (raw, raw.hex().encode(), base64.b64encode(raw), raw[:len(before) + 20],
                             quote(raw).encode(), quote_plus(raw).encode(), repr(raw).encode(),
                             "".join("%%%02X" % byte for byte in raw).encode()):
                    self.assertIsNotNone(finder.find(data), data)

    def test_nothing_is_not_found(self):
        for data in (b"", b"mobprocd: event=login result=denied", WRONG.encode() * 3):
            self.assertIsNone(Finder([RIGHT]).find(data))


class Secrets(unittest.TestCase):
    def setUp(self):
        self.house = House(self, start=False)
        self.addCleanup(self.house.__exit__, None, None, None)
        house = self.house
        secret = house.directory / "client-secret"
        secret.write_text(CLIENT_SECRET + "\n")
        secret.chmod(0o600)
        house.ping.add_client(CLIENT_ID, CLIENT_SECRET, auth=("body", "basic"))
        house.ping.add_user("command://" + house.me, RIGHT)
        house.ping.state.users.lock_after = 0
        house.configure(machine={"guard_failures": 16}, account={"timeout": 5})
        self.house.start()
        self.seen = {}
        self.tokens = set()

    def run_helper(self, *arguments, allowed=False, **more):
        """What the helper prints is evidence; a token may stand on `allowed` stdout."""
        done = self.house.mobproc(*arguments, **more)
        name = "%s %d" % (" ".join(arguments), len(self.seen))
        self.seen["stderr of " + name] = done.stderr
        self.seen[("allowed " if allowed else "") + "stdout of " + name] = done.stdout
        return done

    def forget_tries(self):
        """As if the guard's window were over."""
        for file in (self.house.state / "guard").iterdir():
            file.unlink()

    def note_tokens(self):
        """Every token that the server has issued so far and still knows."""
        state = self.house.ping.state
        self.tokens |= set(state._access) | set(state._refresh)

    def tools(self):
        """Every verb, and git's words."""
        for verb in ("status", "list", "refresh"):
            self.run_helper(verb)
            self.run_helper(verb, "--no-such-option")
        for verb in ("status", "list"):
            self.run_helper(verb, "--json")
        for words in (["token"], ["token", "--json"], ["headers"], ["headers", "--format", "json"]):
            self.run_helper(*words, allowed=True)
        question = b"protocol=https\nhost=git.example\n\n"
        done = self.run_helper("get", program="git-credential-mobproc", stdin=question, allowed=True)
        self.run_helper("store", program="git-credential-mobproc", stdin=done.stdout)
        self.run_helper("erase", program="git-credential-mobproc", stdin=question + done.stdout)
        self.run_helper("erase", program="git-credential-mobproc",
                        stdin=b"protocol=https\nhost=git.example\npassword=%s\n" % RIGHT.encode())
        self.run_helper("get", program="git-credential-mobproc", stdin=b"password=%s\nnonsense\n"
                        % RIGHT.encode())

    def everything_happens(self):
        """Logins, refreshes, outages, nonsense, mistakes of callers."""
        house = self.house
        house.login(password=WRONG)
        self.run_helper("login", "--password-stdin", stdin=WRONG.encode())
        self.run_helper("login", "--password-stdin", stdin=RIGHT.encode())
        self.run_helper("login", "--password-stdin", "no-such-account", stdin=RIGHT.encode())
        self.tools()
        self.note_tokens()
        for name in BEHAVIOURS:
            self.forget_tries()
            for when, ask in (("password", lambda: house.login(password=RIGHT)),
                              ("refresh_token", lambda: house.ask("REFRESH"))):
                house.ping.behave(name)
                ask()
                self.note_tokens()
                house.ping.behave(None)
            self.forget_tries()
            house.login(password=RIGHT)  # forgets the failure, too
            self.note_tokens()
        house.change({"client_auth": "basic"}, {"guard_failures": 16})
        house.ping.next("echo_secrets")
        house.login(password=RIGHT)
        self.run_helper("refresh")
        house.ping.stop()
        self.run_helper("refresh")
        self.run_helper("login", "--password-stdin", stdin=RIGHT.encode())
        house.ping.start()

    def processes(self):
        """Everybody's arguments and environment while a password is being judged."""
        house = self.house
        self.forget_tries()
        house.ping.hold()
        somebody = {"user": house.uid, "group": house.uid, "extra_groups": []} if ROOT else {}
        with subprocess.Popen([build.program("mobproc"), "login", "--password-stdin"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=house.environment(),
                              **somebody) as helper:
            helper.stdin.write(RIGHT.encode())
            helper.stdin.close()
            self.assertTrue(house.ping.wait_held())
            courier, = self.children(house.broker.pid)
            pids = [helper.pid, house.broker.pid, courier] + self.children(courier)
            self.assertEqual(len(pids), 4)
            for pid in pids:
                for name in ("cmdline", "environ", "comm"):
                    try:
                        self.seen["/proc/%d/%s" % (pid, name)] = \
                            pathlib.Path("/proc/%d/%s" % (pid, name)).read_bytes()
                    except PermissionError:
                        self.assertFalse(ROOT)
            self.look_at_files("while a password is being judged")
            house.ping.release()
            self.assertEqual(helper.wait(20), 0, helper.stderr.read())

    @staticmethod
    def children(pid):
        """The process numbers of its children."""
        return [int(number) for number in
                pathlib.Path("/proc/%d/task/%d/children" % (pid, pid)).read_text().split()]

    def look_at_files(self, when):
        """All files of the house but the client's secret and Ping's own; their names, too."""
        for path in self.house.directory.rglob("*"):
            part = path.relative_to(self.house.directory)
            self.seen["the name %s, %s" % (part, when)] = os.fsencode(str(part))
            if path.is_file() and part.parts[0] not in ("client-secret", "ping"):
                self.seen["%s, %s" % (part, when)] = path.read_bytes()

    def test_P21_H13_no_secret_is_where_it_does_not_belong(self):
        self.everything_happens()
        self.processes()
        self.note_tokens()
        self.look_at_files("at the end")
        self.house.stop()
        self.look_at_files("when the broker is gone")
        self.assertGreater(len(self.tokens), 40)
        self.assertTrue(any(name.startswith("state/%d/tangoe" % self.house.uid)
                            for name in self.seen))
        self.assertIn(b"event=refresh", self.seen["broker.log, at the end"])
        refresh_tokens = set(self.house.ping.state._refresh)
        never = Finder({RIGHT, WRONG, CLIENT_SECRET} | refresh_tokens)
        anything = Finder({RIGHT, WRONG, CLIENT_SECRET} | self.tokens)
        shown = 0
        for data, names in self.contents().items():
            allowed = all(name.startswith("allowed") for name in names)
            self.assertIsNone((never if allowed else anything).find(data), names)
            shown += allowed and anything.find(data) is not None
        self.assertGreater(shown, 3)  # tokens are where they belong

    def contents(self):
        """What was seen, each once, with the names under which it was."""
        found = {}
        for name, data in self.seen.items():
            found.setdefault(data, []).append(name)
        return found


if __name__ == "__main__":
    unittest.main()
