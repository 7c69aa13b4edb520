"""bazel, go, terraform and systemd: what they send and must be answered, from cassettes/.

A cassette holds exchanges and how they came to be known. The person is logged in to an account that
serves https://git.example/. @TOKEN@, @CLIENT@ and @EXPIRES@ stand for what differs from login to
login. Requests and replies obey the published rules, see fixtures/schemas.py.
"""
import json
import pathlib
import re
import secrets
import unittest

from fixtures import build, schemas
from fixtures.house import CLIENT_ID, House
from fixtures.manager import CredentialSocket

CASSETTES = pathlib.Path(__file__).resolve().parent / "cassettes"
REFUSALS = (AssertionError, AttributeError, KeyError, TypeError, ValueError)


class Cassettes(unittest.TestCase):
    def setUp(self):
        self.house = House(self)
        self.addCleanup(self.house.__exit__, None, None, None)
        self.assertEqual(self.house.login()["ERROR"], "OK")
        self.token = self.house.mobproc("token", check=True).stdout.decode().strip()
        self.assertIsNotNone(self.house.ping.state.live(self.token))

    def exchanges(self, name):
        return json.loads((CASSETTES / (name + ".json")).read_text())["exchanges"]

    def masked(self, text):
        """With a word for each thing that differs."""
        text = text.replace(self.token, "@TOKEN@").replace(CLIENT_ID, "@CLIENT@")
        return re.sub(r'("expires":)"[^"]+"', r'\1"@EXPIRES@"', text)

    def play(self, name, check_request, check_reply, program=None):
        for exchange in self.exchanges(name):
            with self.subTest(exchange["arguments"], stdin=exchange["stdin"]):
                if exchange["code"] == 0:
                    check_request(exchange["stdin"])
                ran = self.house.mobproc(*exchange["arguments"],
                                         program=program or name + "-credential-mobproc",
                                         stdin=exchange["stdin"].encode())
                said = ran.stdout.decode()
                self.assertEqual((self.masked(said), ran.returncode),
                                 (exchange["stdout"], exchange["code"]), ran.stderr)
                if ran.returncode == 0:
                    check_reply(said)

    def test_bazel(self):
        self.play("bazel", schemas.bazel_request, schemas.bazel_reply)

    def test_go(self):
        self.play("goauth", schemas.goauth_request, schemas.goauth_reply)

    def test_terraform(self):
        """It starts what it finds in a folder of the person's, by this very name."""
        program = self.house.directory / "terraform-credentials-mobproc"
        program.symlink_to(build.program("git-credential-mobproc"))
        for exchange in self.exchanges("terraform"):
            if exchange["arguments"]:
                schemas.terraform_arguments(exchange["arguments"])
            self.assertEqual(exchange["stdout"] == "", "get" not in exchange["arguments"])
        self.play("terraform", schemas.terraform_request,
                  lambda said: said == "" or schemas.terraform_reply(said), str(program))

    def test_systemd(self):
        person = self.house.uid
        with CredentialSocket() as credential_socket:
            for exchange in self.exchanges("systemd"):
                name = exchange["name"].replace("@RANDOM@", secrets.token_hex(8))
                if exchange["reply"]:
                    schemas.systemd_name(name)
                data, ran = credential_socket.load(b"\0" + name.encode(), self.house.socket, person,
                                                   person, self.house.environment())
                self.assertEqual(self.masked(data.decode()), exchange["reply"], (name, ran.stderr))


class Schemas(unittest.TestCase):
    """The checks refuse what breaks the rules."""

    def assert_refused(self, check, *texts):
        for text in texts:
            with self.subTest(repr(text)), self.assertRaises(REFUSALS):
                check(text)

    def test_bazel(self):
        schemas.bazel_reply("{}")
        schemas.bazel_reply('{"headers":{"A":[]},"expires":"2026-01-01T00:00:00.5+01:00","x":1}')
        self.assert_refused(schemas.bazel_request, "[]", "{}", '{"uri":1}', "")
        self.assert_refused(
            schemas.bazel_reply, "", "[]", '{"headers":[]}', '{"headers":{"A":"b"}}',
            '{"headers":{"A":[1]}}', '{"headers":{"A b":["c"]}}', '{"headers":{"A":["b\\nc"]}}',
            '{"expires":"2026-01-01"}', '{"expires":"2026-13-01T00:00:00Z"}', '{"expires":1}')

    def test_go(self):
        schemas.goauth_reply("https://a\nhttps://b/c\n\nA: b\n\n")
        self.assert_refused(schemas.goauth_reply, "x", "https://a\n", "http://a\n\nA: b\n\n",
                            "https://a\n\nA: b\n", "https://a\n\nA b: c\n\n",
                            "https://a\n\nA:b\n\n")
        self.assert_refused(schemas.goauth_request, "x", "HTTP/1.1 401\nA: b\n", "HTTP/1.1 x\n\n")

    def test_terraform(self):
        schemas.terraform_reply("{}")
        schemas.terraform_reply('{"token":"a","x":[1]}')
        self.assert_refused(schemas.terraform_reply, "", "[]", "null", '{"token":1}', '{"token":""}',
                            '{"token":null}', '{"token":"a\\nb"}', '{"token":"a"} x')
        self.assert_refused(schemas.terraform_request, '{"token":"a"}')
        self.assert_refused(schemas.terraform_arguments, ["get"], ["list", "a.example"], ["get", "A.b"],
                            ["get", "https://a.example"], ["get", "a.example/"], ["get", "a.example", "x"])

    def test_systemd(self):
        self.assert_refused(schemas.systemd_name, "", "/unit/a.service/b", "1/unit/a.service/",
                            "1/unit//b", "1/UNIT/a.service/b", "1/unit/a.service/b/c")
