"""The dialects that carry all three headers, and the plain ones: bazel, goauth, curl, headers,
token, json."""
import json
import os
import shutil
import subprocess
import unittest

from fixtures import build, dialects, fakebroker, tool

HEADERS = {"Authorization": "Bearer " + tool.TOKEN, "X-TNGO-TENANT": tool.TENANT,
           "client_id": tool.CLIENT_ID}
URL = "https://api.example/v1/orders?page=2"


class DialectCase(unittest.TestCase):
    def setUp(self):
        self.broker = fakebroker.FakeBroker(tool.gives())
        self.addCleanup(self.broker.close)

    def speak(self, *words, data=b""):
        return tool.run(self.broker, "credential", *words, data=data)

    def assert_refused(self, ran, code=2):
        self.assertEqual((ran.code, ran.out), (code, b""), ran)
        self.assertTrue(ran.err.startswith("mobproc: "), ran)

    def asked(self):
        """What the broker was asked for last."""
        request = self.broker.requests[-1]
        return [request.get(name) for name in ("SCHEME", "HOST", "PATH", "ACCOUNT")]


class Bazel(DialectCase):
    def bazel(self, data, *words):
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        return self.speak("bazel", *(words or ["get"]), data=data)

    def test_three_headers_and_when_they_expire(self):
        self.broker.script = tool.gives(EXPIRES_AT=4102444799)
        ran = self.bazel({"uri": URL})
        self.assertEqual(json.loads(ran.out), {"headers": {name: [value] for name, value in
                                                           HEADERS.items()},
                                               "expires": "2099-12-31T23:59:59Z"})
        self.assertEqual((ran.code, ran.err), (0, ""))
        self.assertEqual(self.asked(), ["https", "api.example", "/v1/orders", None])

    def test_further_arguments_and_members_are_ignored(self):
        ran = self.bazel({"uri": URL, "x": {"uri": "y"}}, "get", "further", "--arguments")
        self.assertEqual(ran.code, 0, ran)

    def test_what_is_no_request(self):
        for data in (b"", b"{", b"null", b"[]", b'"x"', {}, {"uri": None}, {"uri": 1}, {"uri": [URL]},
                     {"URI": URL}, [{"uri": URL}], {"x": {"uri": URL}}, b'{"uri":"%s"}x' % URL.encode(),
                     b'{"uri":"x","uri":"%s"}' % URL.encode(), b'{"uri":"\xff"}', b"\xef\xbb\xbf{}",
                     {"uri": URL + "\n"}, {"uri": "https://\u0430pi.example/"},
                     b'{"uri":"https://api.example/\\u0000"}', b'{"uri":"https://api.example/\x00"}'):
            with self.subTest(data):
                self.assert_refused(self.bazel(data))
        self.assertEqual(self.broker.requests, [])

    def test_a_request_that_is_too_long(self):
        self.assert_refused(self.bazel({"uri": URL, "x": "y" * 65536}))

    def test_an_address_that_nobody_serves_is_an_error(self):
        self.assert_refused(self.bazel({"uri": "http://api.example/"}), 1)
        self.broker.script = fakebroker.answer("NO_ACCOUNT")
        self.assert_refused(self.bazel({"uri": URL}), 1)

    def test_other_commands(self):
        for words in (["set"], ["--x"], ["Get"]):
            self.assert_refused(self.bazel({"uri": URL}, *words))
        self.assert_refused(self.speak("bazel"))

    def test_its_program(self):
        program = build.program("bazel-credential-mobproc")
        ran = tool.execute([program, "--socket", self.broker.path, "get"],
                           json.dumps({"uri": URL}).encode())
        self.assertEqual(ran.out, self.bazel({"uri": URL}).out)


class Goauth(DialectCase):
    RESPONSE = b"HTTP/1.1 401 Unauthorized\nWww-Authenticate: Bearer\n\n"

    def test_without_an_address_there_is_nothing_to_say(self):
        ran = self.speak("goauth")
        self.assertEqual((ran.code, ran.out, ran.err), (0, b"", ""))
        self.assertEqual(self.broker.requests, [])

    def test_the_refused_address_gets_its_set(self):
        ran = self.speak("goauth", URL, data=self.RESPONSE)
        self.assertEqual(ran.out.decode(), "https://api.example/v1/orders\n\n" + "".join(
            "%s: %s\n" % header for header in HEADERS.items()) + "\n")
        self.assertEqual(ran.code, 0)

    def test_addresses_of_the_user_s_own_come_first(self):
        ran = self.speak("goauth", "https://api.example", URL, data=self.RESPONSE)
        self.assertEqual(dialects.goauth_sets(ran.out.decode()),
                         {"https://api.example": HEADERS, "https://api.example/v1/orders": HEADERS})

    def test_a_whole_host_is_named_as_go_looks_for_it(self):
        ran = self.speak("goauth", "https://api.example/")
        self.assertEqual(dialects.goauth_sets(ran.out.decode()), {"https://api.example": HEADERS})

    def test_an_address_that_nobody_serves_says_nothing(self):
        self.broker.script = lambda request: [fakebroker.ACCEPTED, fakebroker.result(
            "OK", **tool.token_fields()) if request["HOST"] == "api.example" else
            fakebroker.result("NO_ACCOUNT")]
        ran = self.speak("goauth", "https://proxy.golang.org/", URL, "http://api.example/", "x")
        self.assertEqual((ran.code, ran.err), (0, ""))
        self.assertEqual(list(dialects.goauth_sets(ran.out.decode())),
                         ["https://api.example/v1/orders"])

    def test_not_logged_in_says_nothing_but_why(self):
        self.broker.script = fakebroker.answer("NO_RECORD")
        ran = self.speak("goauth", URL)
        self.assertEqual((ran.code, ran.out), (0, b""))
        self.assertIn("mobproc login", ran.err)

    def test_one_error_takes_all_of_it_back(self):
        self.broker.script = lambda request: [fakebroker.ACCEPTED, fakebroker.result(
            "OK", **tool.token_fields()) if request["HOST"] == "api.example" else
            fakebroker.result("OUTAGE")]
        self.assert_refused(self.speak("goauth", URL, "https://other.example/"), 5)

    def test_hostile_addresses(self):
        for address in ("https://api.example/\n", "https://api.example\r/", "https://a\\b/",
                        "https://api.example/%0d", "https://\u0430pi.example/"):
            self.assert_refused(self.speak("goauth", address))
        self.assertEqual(self.broker.requests, [])

    def test_its_program(self):
        program = build.program("goauth-credential-mobproc")
        ran = tool.execute([program, "--socket", self.broker.path, URL])
        self.assertEqual(ran.out, self.speak("goauth", URL).out)


class Plain(DialectCase):
    def test_each_is_called_with_an_account_an_address_or_nothing(self):
        for name in ("token", "headers", "json", "curl"):
            outs = set()
            for word, asked in ((URL, ["https", "api.example", "/v1/orders", None]),
                                ("tangoe", [None, None, None, "tangoe"]), (None, [None] * 4)):
                ran = self.speak(name, *([word] if word else []))
                self.assertEqual((ran.code, ran.err), (0, ""))
                self.assertEqual(self.asked(), asked)
                outs.add(ran.out if name != "json" else b"")
            self.assertEqual(len(outs), 1)

    def test_they_say_what_the_verbs_say(self):
        for name, words in (("token", ["token"]), ("headers", ["headers"])):
            self.assertEqual(self.speak(name).out, tool.run(self.broker, *words).out)
        verb, dialect = (json.loads(ran.out) for ran in (
            tool.run(self.broker, "token", "--json"), self.speak("json")))
        self.assertEqual(set(verb), set(dialect))
        self.assertEqual(dialect["access_token"], tool.TOKEN)

    def test_curl_gets_a_configuration_that_follows_nowhere(self):
        ran = self.speak("curl")
        self.assertEqual(dialects.curl_headers(ran.out.decode()), HEADERS)
        self.assertEqual(ran.out.decode().splitlines()[3:], ["max-redirs = 0", 'proto = "=https"'])

    def test_quotes_and_back_slashes_survive(self):
        tenant = 'a"b\\c\\"d'
        self.broker.script = tool.gives(TENANT=tenant)
        self.assertEqual(dialects.curl_headers(self.speak("curl").out.decode())["X-TNGO-TENANT"],
                         tenant)
        self.assertEqual(json.loads(self.speak("json").out)["tenant"], tenant)
        bazel = self.speak("bazel", "get", data=json.dumps({"uri": URL}).encode())
        self.assertEqual(json.loads(bazel.out)["headers"]["X-TNGO-TENANT"], [tenant])

    def test_values_of_the_broker_that_no_header_can_have(self):
        for changes in ({"TENANT": "a\nb"}, {"TENANT": "a\rb"}, {"CLIENT_ID": "a\x7fb"},
                        {"TENANT": "a\u2028b"}, {"CLIENT_ID": "a\u0085b"}, {"ACCESS_TOKEN": "a\nb"}):
            self.broker.script = tool.gives(**changes)
            for name in dialects.WITH_HEADERS:
                ran = dialects.ask(name, URL, lambda words, data, environment:
                                   tool.run(self.broker, *words, data=data))
                self.assert_refused(ran, 70)

    def test_wrong_arguments(self):
        for words in (["token", "a", "b"], ["json", "-x"], ["curl", "https://a\n/"], ["svn"], [],
                      ["token"] + ["x"] * 70):
            self.assert_refused(self.speak(*words))
        self.assert_refused(self.speak("token", "Not/A/Name"), 1)
        self.assert_refused(self.speak("token", "http://api.example/"), 1)

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_curl_itself_reads_both(self):
        for name, option in (("curl", "-K"), ("headers", "-H")):
            text = self.speak(name).out
            word = "-" if name == "curl" else "@-"
            ran = subprocess.run(["curl", "-q", "-sS", option, word, "--max-time", "5",
                                  "https://127.0.0.1:1/"], input=text, check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 env={"PATH": os.environ["PATH"]})
            self.assertEqual(ran.returncode, 7, ran.stderr)  # understood; nobody listens


class Help(unittest.TestCase):
    def test_it_lists_every_dialect_and_the_line_that_its_tool_needs(self):
        out = tool.execute([tool.MOBPROC, "credential", "--help"]).out.decode()
        for name in dialects.READ:
            self.assertIn("\n  %s " % name, out)
            own = tool.execute([tool.MOBPROC, "credential", name, "--help"]).out.decode()
            self.assertTrue(own.startswith("usage: mobproc credential %s " % name), own)
            self.assertIn(own.splitlines()[2], out)

    def test_a_program_of_an_unknown_name(self):
        ran = tool.execute(["mobproc-x", "get"], executable=tool.GIT_HELPER)
        self.assertEqual((ran.code, ran.out), (2, b""), ran)
