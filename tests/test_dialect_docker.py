"""The docker dialect: docker-credential-mobproc and `mobproc credential docker`."""
import json
import unittest

from fixtures import build, dialects, fakebroker, tool

PROGRAM = build.program("docker-credential-mobproc")
SERVER = b"reg.example.com"
STORED = {"ServerURL": "reg.example.com", "Username": "alice", "Secret": "canary-typed-secret"}
REFUSED = b"the request was refused: malformed, too long, or with a control byte\n"


class DockerCase(unittest.TestCase):
    script = staticmethod(tool.gives())

    def setUp(self):
        self.broker = fakebroker.FakeBroker(self.script)
        self.addCleanup(self.broker.close)

    def docker(self, *words, data=b"", **more):
        return tool.execute([PROGRAM, "--socket", self.broker.path, *words], data, **more)

    def assert_says(self, ran, code, out):
        self.assertEqual((ran.code, ran.out), (code, out), ran)


class Get(DockerCase):
    def test_one_object_with_the_three_members_and_a_line_feed(self):
        ran = self.docker("get", data=SERVER)
        self.assert_says(ran, 0, b'{"ServerURL":"reg.example.com","Username":"oauth2",'
                                 b'"Secret":"%s"}\n' % tool.TOKEN.encode())
        self.assertEqual(ran.err, "")

    def test_a_registry_without_a_scheme_is_asked_for_as_https(self):
        for server, host, path in ((b"reg.example.com", "reg.example.com", None),
                                   (b"https://index.docker.io/v1/", "index.docker.io", "/v1/"),
                                   (b"reg.example.com:5000/a/b", "reg.example.com:5000", "/a/b")):
            ran = self.docker("get", data=server)
            request = self.broker.requests[-1]
            self.assertEqual(json.loads(ran.out)["ServerURL"], server.decode())
            self.assertEqual([request.get(name) for name in ("SCHEME", "HOST", "PATH", "ACCOUNT")],
                             ["https", host, path, None])

    def test_white_space_around_it_is_dropped(self):
        for data in (b"reg.example.com\n", b" reg.example.com\r\n", b"\t\nreg.example.com\n\n"):
            self.assertEqual(json.loads(self.docker("get", data=data).out)["ServerURL"],
                             "reg.example.com")

    def test_no_server(self):
        for data in (b"", b"\n", b" \t\r\n"):
            self.assert_says(self.docker("get", data=data), 1, b"no credentials server URL\n")
            self.assert_says(self.docker("erase", data=data), 1, b"no credentials server URL\n")
        self.assertEqual(self.broker.requests, [])

    def test_what_is_not_https_is_not_found(self):
        for data in (b"http://reg.example.com", b"file:///x", b"HTTPS://reg.example.com"):
            self.assert_says(self.docker("get", data=data), 1, dialects.NOT_FOUND)
        self.assertEqual(self.broker.requests, [])

    def test_H1_H2_H7_hostile_bytes_and_lengths(self):
        for data in (b"reg\x00.example.com", b"a\nb", b"a\rb", b"a\x1bb", b"a\x7f.b", b"\xff",
                     "reg\u2028".encode(), b"reg%0aexample", b"a\\b", "r\u00e9g".encode(),
                     b"x" * 65536, b"x" * 1000000, b"h" * 301, b"h/" + b"p" * 4097):
            for operation in ("get",) if len(data) < 65536 else ("get", "erase", "store"):
                self.assert_says(self.docker(operation, data=data), 1, REFUSED)
        self.assertEqual(self.broker.requests, [])

    def test_the_session_s_account_is_a_hint(self):
        self.docker("get", data=SERVER, environment={"MOBPROC_ACCOUNT": "tangoe"})
        self.assertEqual(self.broker.requests[0]["PREFERRED"], "tangoe")

    def test_both_forms_answer_alike(self):
        other = tool.run(self.broker, "credential", "docker", "get", data=SERVER)
        self.assertEqual(self.docker("get", data=SERVER).out, other.out)


class Errors(DockerCase):
    def test_nobody_s_and_nobody_logged_in_are_not_found(self):
        for error in ("NO_ACCOUNT", "NO_RECORD"):
            self.broker.script = fakebroker.answer(error)
            ran = self.docker("get", data=SERVER)
            self.assert_says(ran, 1, dialects.NOT_FOUND)
            self.assertEqual("run: mobproc login" in ran.err, error == "NO_RECORD")

    def test_every_other_error_is_one_line_on_standard_output(self):
        for error in set(fakebroker.ERRORS) - {"OK", "NO_ACCOUNT", "NO_RECORD"}:
            self.broker.script = fakebroker.answer(error, **tool.token_fields())
            ran = self.docker("get", data=SERVER)
            self.assertEqual((ran.code, ran.out.count(b"\n")), (1, 1), ran)
            self.assertNotIn(tool.TOKEN.encode(), ran.out + ran.err.encode())
            self.assertNotIn(b"native keychain", ran.out)

    def test_texts_of_the_broker_are_never_on_standard_output(self):
        self.broker.script = fakebroker.answer("CONFIGURATION", TEXT=["canary-of-the-broker"])
        ran = self.docker("get", data=SERVER)
        self.assertNotIn(b"canary", ran.out)
        self.assertIn("canary-of-the-broker", ran.err)

    def test_wrong_arguments(self):
        for words in ([], ["get", "x"], ["got"], ["-x"], ["GET"], ["get", "reg.example.com"]):
            ran = self.docker(*words, data=SERVER)
            self.assertEqual(ran.code, 1, ran)
            self.assertTrue(ran.out.startswith(b"usage: docker-credential-mobproc "), ran)
        self.assertEqual(self.broker.requests, [])


class Others(DockerCase):
    def store(self, **changes):
        fields = {name: value for name, value in dict(STORED, **changes).items()
                  if value is not None}
        return self.docker("store", data=json.dumps(fields).encode())

    def test_H9_store_checks_and_keeps_nothing(self):
        self.assert_says(self.store(), 0, b"")
        self.assert_says(self.store(Username="<token>", Secret="a<&>b", Extra=[1]), 0, b"")
        self.assertEqual(self.broker.requests, [])

    def test_H19_store_without_url_or_user(self):
        for value in (None, ""):
            self.assert_says(self.store(ServerURL=value), 1, b"no credentials server URL\n")
            self.assert_says(self.store(Username=value), 1, b"no credentials username\n")

    def test_H7_H19_store_of_something_else_is_refused_and_never_quoted(self):
        whole = json.dumps(STORED)
        for data in ("", "{", whole[:-1], whole + "x", whole + whole, "[%s]" % whole, "null",
                     whole[:-1] + ', "Secret": "again"}', whole[:-1] + ', "S\\u0065cret": "x"}',
                     '{"ServerURL": 1, "Username": "a", "Secret": "canary"}',
                     '{"ServerURL": "a", "Username": [], "Secret": "canary"}',
                     '{"ServerURL": "a", "Username": "b", "Secret": {"canary": 1}}',
                     '{"ServerURL": "a\\u0000", "Username": "b", "Secret": "canary"}',
                     '{"ServerURL": "a", "x": %s}' % ("[" * 9 + "]" * 9)):
            ran = self.docker("store", data=data.encode())
            self.assert_says(ran, 1, REFUSED)
            self.assertNotIn("canary", ran.err)

    def test_H9_erase_changes_nothing(self):
        self.assert_says(self.docker("erase", data=SERVER), 0, b"")
        self.assertEqual(self.broker.requests, [])

    def test_list_is_empty_whatever_stands_on_standard_input(self):
        for data in (b"", b"unused", b"x" * 100000):
            self.assert_says(self.docker("list", data=data), 0, b"{}\n")

    def test_version_and_help(self):
        for words, begin in ((("version", "--version", "-v"), b"docker-credential-mobproc "),
                             (("--help", "-h"), b"usage: docker-credential-mobproc ")):
            said = {self.docker(word).out for word in words}
            self.assertEqual(len(said), 1, said)
            self.assertTrue(said.pop().startswith(begin), words)
            self.assertEqual({self.docker(word).code for word in words}, {0})
        self.assertEqual(self.broker.requests, [])
