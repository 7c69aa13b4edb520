"""The cargo dialect: a conversation of JSON lines."""
import json
import unittest

from fixtures import build, dialects, fakebroker, tool

PROGRAM = build.program("cargo-credential-mobproc")
INDEX = "sparse+https://reg.example.com/index/"


class Cargo(unittest.TestCase):
    def setUp(self):
        self.broker = fakebroker.FakeBroker(tool.gives())
        self.addCleanup(self.broker.close)

    def cargo(self, *lines):
        """The answers to these lines."""
        data = b"".join(line.encode() if isinstance(line, str) else line for line in lines)
        ran = tool.execute([PROGRAM, "--socket", self.broker.path, "--cargo-plugin"], data)
        self.assertEqual(ran.code, 0, ran)
        self.err = ran.err
        return dialects.cargo_answers(ran.out)

    def kind(self, line):
        """The error that one line is answered with."""
        answer, = self.cargo(line)
        return answer["Err"]["kind"]

    def test_get_is_a_whole_authorization_header(self):
        self.assertEqual(self.cargo(dialects.cargo_request(INDEX)), [{"Ok": {
            "kind": "get", "token": "Bearer " + tool.TOKEN, "cache": "expires",
            "expiration": fakebroker.EXPIRES_AT, "operation_independent": True}}])
        request = self.broker.requests[0]
        self.assertEqual([request.get(name) for name in ("SCHEME", "HOST", "PATH", "ACCOUNT")],
                         ["https", "reg.example.com", "/index/", None])

    def test_the_greeting_comes_before_any_request(self):
        with tool.start([PROGRAM, "--socket", self.broker.path, "--cargo-plugin"]) as process:
            self.assertEqual(process.stdout.readline(), b'{"v":[1]}\n')
            for _ in range(3):
                process.stdin.write(dialects.cargo_request(INDEX).encode())
                process.stdin.flush()
                self.assertIn("Ok", json.loads(process.stdout.readline()))
            process.stdin.close()
            self.assertEqual(process.stdout.read(), b"")
            self.assertEqual(process.wait(10), 0)

    def test_it_goes_on_to_the_end_of_file(self):
        request = dialects.cargo_request(INDEX)
        answers = self.cargo(request, "nonsense\n", request, dialects.cargo_request(INDEX, "x"),
                             request.rstrip("\n"))
        self.assertEqual(["Ok" in answer for answer in answers], [True, False, True, False, True])
        self.assertEqual(self.cargo(), [])

    def test_a_conversation_may_be_longer_than_any_request(self):
        long = dialects.cargo_request(INDEX, "login", token="x" * 60000)
        answers = self.cargo(*[long] * 100, dialects.cargo_request(INDEX))
        self.assertEqual([list(answer) for answer in answers], [["Err"]] * 100 + [["Ok"]])
        self.assertEqual({answer["Err"]["kind"] for answer in answers[:-1]},
                         {"operation-not-supported"})

    def test_all_operations_get_the_same_token(self):
        for operation in ("read", "publish", "yank", "unyank", "owners", "later"):
            answer, = self.cargo(dialects.cargo_request(INDEX, operation=operation, name="a",
                                                        vers="1.0.0", cksum="0", headers=["A: b"]))
            self.assertEqual(answer["Ok"]["token"], "Bearer " + tool.TOKEN)

    def test_login_and_logout_are_left_to_the_next_provider(self):
        for kind in ("login", "logout"):
            line = dialects.cargo_request(INDEX, kind, token="canary-typed")
            self.assertEqual(self.kind(line), "operation-not-supported")
            self.assertIn("mobproc login", self.err)
            self.assertNotIn("canary", self.err)
        for kind in ("unheard-of", "GET", "", 1, None):
            self.assertEqual(self.kind(dialects.cargo_request(INDEX, kind)),
                             "operation-not-supported")
        self.assertEqual(self.broker.requests, [])

    def test_error_kinds(self):
        kinds = dict.fromkeys(set(fakebroker.ERRORS) - {"OK"}, "other")
        kinds.update(NO_ACCOUNT="url-not-supported", NO_RECORD="not-found")
        for error, kind in kinds.items():
            self.broker.script = fakebroker.answer(error, **tool.token_fields())
            answer, = self.cargo(dialects.cargo_request(INDEX))
            self.assertEqual(answer["Err"]["kind"], kind, error)
            self.assertEqual("message" in answer["Err"], kind != "not-found")
            self.assertNotIn(tool.TOKEN, json.dumps(answer) + self.err)

    def test_an_index_that_is_not_https(self):
        for index in ("http://reg.example.com/", "sparse+http://reg.example.com/",
                      "sparse+sparse+https://reg.example.com/", "git+https://reg.example.com/", "",
                      "sparse+", "reg.example.com"):
            self.assertEqual(self.kind(dialects.cargo_request(index)), "url-not-supported", index)
        self.assertEqual(self.broker.requests, [])

    def test_H7_requests_that_are_refused(self):
        good = dialects.cargo_request(INDEX).rstrip("\n")
        for line in ("{", "[]", "null", "1", good + good, good + " x", "[%s]" % good, "",
                     good[:-1] + ', "kind": "get"}', good[:-1] + ', "k\\u0069nd": "get"}',
                     good.replace('"v": 1', '"v": 2'), good.replace('"v": 1', '"v": "1"'),
                     good.replace('"v": 1', '"v": 1.0'), good.replace('"v": 1, ', ""),
                     good.replace("index-url", "index_url"), good.replace("registry", "registre"),
                     good.replace('"%s"' % INDEX, "1"), good.replace('"%s"' % INDEX, "null"),
                     dialects.cargo_request("https://reg.example.com/\n").rstrip("\n"),
                     dialects.cargo_request("https://reg.example.com/\u2028").rstrip("\n"),
                     good.replace("ours", "o\x01urs"), good.replace("ours", "\\u0000"),
                     good[:-1] + ', "x": %s}' % ("[" * 8 + "]" * 8)):
            with self.subTest(line):
                self.assertEqual(self.kind(line + "\n"), "other")
        self.assertEqual(self.broker.requests, [])

    def test_bytes_that_are_not_utf_8(self):
        self.assertEqual(self.kind(dialects.cargo_request(INDEX).encode().replace(b"ours", b"\xff")),
                         "other")

    def test_H7_a_line_that_is_too_long_ends_the_conversation(self):
        ran = tool.execute([PROGRAM, "--socket", self.broker.path],
                           b"x" * 70000 + b"\n" + dialects.cargo_request(INDEX).encode())
        self.assertNotEqual(ran.code, 0)
        self.assertEqual([answer["Err"]["kind"] for answer in dialects.cargo_answers(ran.out)],
                         ["other"])
        self.assertEqual(self.broker.requests, [])

    def test_wrong_arguments(self):
        for words in (["--cargo-plugin", "x"], ["get"], ["-x"]):
            ran = tool.execute([PROGRAM] + words)
            self.assertEqual((ran.code, ran.out), (2, b""), ran)
