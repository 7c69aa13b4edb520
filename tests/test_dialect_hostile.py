"""A hostile byte in every field of every dialect, and requests that come in pieces or end early."""
import itertools
import json
import time
import unittest

from fixtures import dialects, fakebroker, tool
from fixtures.dialects import CONTROLS

URL = "https://git.example/a"
ENCODED = ["%00", "%09", "%0a", "%0D", "%1b", "%7f"]
KIND = "get"


def kubernetes(**fields):
    values = dict({"version": dialects.CLUSTERED, "kind": "ExecCredential", "server": URL,
                   "unused": "x"}, **fields)
    return {"apiVersion": values["version"], "kind": values["kind"], "more": values["unused"],
            "spec": {"interactive": False, "cluster": {"server": values["server"]}}}


def cargo(**fields):
    values = dict({"index": URL, "kind": KIND, "name": "x", "operation": "read"}, **fields)
    return {"v": 1, "kind": values["kind"], "operation": values["operation"], "args": [],
            "registry": {"index-url": values["index"], "name": values["name"]}}


# {dialect: (a request out of fields, the fields that decide, those that nobody looks at)}
JSON = {"kubernetes": (kubernetes, {"version": dialects.CLUSTERED, "kind": "ExecCredential",
                                    "server": URL}, ["unused"]),
        "cargo": (cargo, {"index": URL, "kind": KIND}, ["name", "operation"]),
        "bazel": (lambda uri=URL, more="x": {"uri": uri, "more": more}, {"uri": URL}, ["more"])}


def places(value, control):
    """The byte at the start, inside and at the end."""
    return control + value, value[:12] + control + value[12:], value + control


class HostileCase(unittest.TestCase):
    def setUp(self):
        self.broker = fakebroker.FakeBroker(tool.gives())
        self.addCleanup(self.broker.close)

    def run_words(self, words, data, environment):
        return tool.run(self.broker, *words, data=data, environment=environment)

    def say(self, name, text):
        """Gives a dialect this JSON text; None where no variable can hold it."""
        if name != "kubernetes":
            data = text.encode() + (b"\n" if name == "cargo" else b"")
            return dialects.ask(name, URL, self.run_words, raw=data)
        if "\0" in text:
            return None
        return self.run_words(["credential", name], b"", {"KUBERNETES_EXEC_INFO": text})

    def assert_refused(self, name, ran):
        if ran is None:
            return
        self.assertIsNone(dialects.token(name, ran), ran)
        self.assertNotIn(tool.TOKEN.encode(), ran.out + ran.err.encode())
        if name == "cargo":
            answers = dialects.cargo_answers(ran.out)
            self.assertTrue(answers and all("Err" in answer for answer in answers), ran)
        else:
            self.assertEqual(ran.code, 1 if name == "docker" else 2, ran)
        for byte in range(0x20):
            if byte != 0x0a:
                self.assertNotIn(chr(byte), ran.err + ran.out.decode())


class Hostile(HostileCase):
    def test_H1_H2_in_every_member_that_decides(self):
        for name, (build, fields, _) in JSON.items():
            for (field, value), control in itertools.product(fields.items(), CONTROLS):
                for text in places(value, control):
                    whole = json.dumps(build(**{field: text}))  # \u000a and the like
                    with self.subTest(dialect=name, field=field, value=text):
                        self.assert_refused(name, self.say(name, whole))
        self.assertEqual(self.broker.requests, [])

    def test_H1_H2_raw_in_every_member(self):
        for name, (build, fields, unused) in JSON.items():
            for field, control in itertools.product(list(fields) + unused, CONTROLS[:8]):
                if name == "cargo" and control in "\n\r":
                    continue  # these end a line there; see below
                whole = json.dumps(build(**{field: fields.get(field, "x") + "@@"}))
                with self.subTest(dialect=name, field=field, control=control):
                    self.assert_refused(name, self.say(name, whole.replace("@@", control)))
        self.assertEqual(self.broker.requests, [])

    def test_H1_H2_a_line_end_inside_a_line_of_cargo_s(self):
        for control in ("\n", "\r\n"):
            whole = json.dumps(cargo(name="@@")).replace("@@", control)
            ran = self.say("cargo", whole)
            self.assert_refused("cargo", ran)
            self.assertEqual(len(dialects.cargo_answers(ran.out)), 2)

    def test_what_nobody_looks_at_may_say_anything_that_json_can(self):
        for name, (build, _, unused) in JSON.items():
            for field in unused:
                ran = self.say(name, json.dumps(build(**{field: "\n\r\x1b\u2028%0a\\"})))
                self.assertEqual(dialects.token(name, ran), tool.TOKEN, (name, field))

    def test_H1_H2_in_an_address_that_is_not_in_json(self):
        for name in ("docker", "goauth", "curl", "headers", "token", "json"):
            for control in CONTROLS[2 if name != "docker" else 0:] + ENCODED:
                for address in places(URL, control):
                    if name == "docker" and address.strip(" \t\r\n") == URL:
                        continue  # white space around a registry's name is dropped
                    if name not in ("docker", "goauth") and "://" not in address:
                        continue  # an account then
                    with self.subTest(dialect=name, address=address):
                        self.assert_refused(name, dialects.ask(name, address, self.run_words))
        self.assertEqual(self.broker.requests, [])

    def test_H1_H2_in_a_host_of_terraform_s(self):
        for control in CONTROLS[1:] + ENCODED:
            for host in places("registry.git.example", control):
                with self.subTest(host):
                    self.assert_refused("terraform", dialects.ask("terraform", host, self.run_words))
        self.assertEqual(self.broker.requests, [])

    def test_H1_in_an_account(self):
        for name in ("curl", "headers", "token", "json", "kubernetes"):
            for control in CONTROLS[1:]:
                for account in places("tangoe", control):
                    ran = self.run_words(["credential", name, account], b"", {
                        "KUBERNETES_EXEC_INFO": json.dumps(kubernetes())})
                    self.assertEqual((ran.code, ran.out), (1, b""), (name, account, ran))
        self.assertEqual(self.broker.requests, [])

    def test_H7_a_key_twice_is_refused(self):
        for name, (build, _, _) in JSON.items():
            whole = json.dumps(build())
            for key in json.loads(whole):
                for again in (key, "\\u%04x" % ord(key[0]) + key[1:]):
                    text = whole[:-1] + ', "%s": "x"}' % again
                    with self.subTest(dialect=name, text=text):
                        self.assert_refused(name, self.say(name, text))
        self.assertEqual(self.broker.requests, [])


class Pieces(HostileCase):
    """H18: what arrives byte by byte is read alike, and what ends early is never taken for whole."""

    def dribble(self, name, words, data):
        argv = [tool.MOBPROC, "credential", name, "--socket", self.broker.path, *words]
        with tool.start(argv) as process:
            for byte in data:
                process.stdin.write(bytes([byte]))
                process.stdin.flush()
                time.sleep(0.0005)
            out, err = process.communicate(timeout=20)
        return tool.Ran(process.returncode, out, err)

    def requests(self):
        return (("docker", ["get"], b"git.example"), ("bazel", ["get"], b'{"uri":"%s"}' % URL.encode()),
                ("cargo", [], json.dumps(cargo()).encode() + b"\n"),
                ("git", ["get"], b"protocol=https\nhost=git.example\n\n"))

    def test_H18_byte_by_byte(self):
        for name, words, data in self.requests():
            self.assertEqual(dialects.token(name, self.dribble(name, words, data)), tool.TOKEN, name)

    def test_H18_json_that_ends_at_any_byte(self):
        for name, words, data in self.requests()[1:3]:
            for end in range(len(data) - (2 if name == "cargo" else 1)):
                ran = self.run_words(["credential", name] + words, data[:end], {})
                self.assertIsNone(dialects.token(name, ran), (name, end))
        self.assertEqual(self.broker.requests, [])
