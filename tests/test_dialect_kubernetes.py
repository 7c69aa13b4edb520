"""The Kubernetes dialect: a client-go exec plugin."""
import json
import unittest

from fixtures import dialects, fakebroker, tool

GROUP = "client.authentication.k8s.io/"
SERVER = "https://k8s.example:6443"


def info(version="v1", spec=None, **changes):
    """A request, as text."""
    whole = {"apiVersion": GROUP + version, "kind": "ExecCredential",
             "spec": {"interactive": False} if spec is None else spec}
    whole.update(changes)
    return json.dumps({name: value for name, value in whole.items() if value is not None})


class Kubernetes(unittest.TestCase):
    def setUp(self):
        self.broker = fakebroker.FakeBroker(tool.gives(EXPIRES_AT=4102444799))
        self.addCleanup(self.broker.close)

    def plugin(self, text, *words):
        environment = {} if text is None else {"KUBERNETES_EXEC_INFO": text}
        return tool.run(self.broker, "credential", "kubernetes", *words, environment=environment)

    def assert_refused(self, ran, code=2):
        self.assertEqual((ran.code, ran.out), (code, b""), ran)
        self.assertTrue(ran.err.startswith("mobproc: "), ran)

    def test_the_version_of_the_request_is_echoed(self):
        for version in ("v1", "v1beta1"):
            ran = self.plugin(info(version))
            self.assertEqual(json.loads(ran.out), {
                "apiVersion": GROUP + version, "kind": "ExecCredential",
                "status": {"token": tool.TOKEN, "expirationTimestamp": "2099-12-31T23:59:59Z"}})
            self.assertEqual((ran.code, ran.err), (0, ""))

    def test_other_versions_are_refused(self):
        for version in ("v1alpha1", "v2", "V1", "", "v1 ", "v1beta10"):
            self.assert_refused(self.plugin(info(version)))
        self.assert_refused(self.plugin(info(apiVersion="v1")))
        self.assert_refused(self.plugin(info(apiVersion=None)))
        self.assert_refused(self.plugin(info(apiVersion=1)))
        self.assertEqual(self.broker.requests, [])

    def test_H7_a_request_that_is_none(self):
        whole = info()
        for text in (None, "", "{", "{}", "[]", "null", whole[:-1], whole + "x", "[%s]" % whole,
                     info(kind=None), info(kind="execcredential"), info(kind=1),
                     whole[:-1] + ', "kind": "ExecCredential"}',
                     whole[:-1] + ', "k\\u0069nd": "ExecCredential"}',
                     whole.replace("ExecCredential", "ExecCredential\\u0000"), "\ufeff" + whole,
                     info(deep=[[[[[[[[1]]]]]]]])):
            with self.subTest(text):
                self.assert_refused(self.plugin(text))
        self.assertEqual(self.broker.requests, [])

    def test_unknown_members_and_no_spec_are_fine(self):
        for text in (info(spec={}), info(spec={"x": {"server": "y"}}, y=[1, {"kind": 2}]),
                     json.dumps({"apiVersion": GROUP + "v1", "kind": "ExecCredential"}),
                     info(spec={"cluster": None})):
            self.assertEqual(self.plugin(text).code, 0, text)
            self.assertNotIn("HOST", self.broker.requests[-1])

    def test_a_server_that_is_named_must_be_served(self):
        self.plugin(dialects.exec_info(SERVER + "/clusters/a"))
        request = self.broker.requests[-1]
        self.assertEqual([request.get(name) for name in ("SCHEME", "HOST", "PATH", "ACCOUNT")],
                         ["https", "k8s.example:6443", "/clusters/a", None])

    def test_an_account_and_a_server_are_both_asked_for(self):
        self.plugin(dialects.exec_info(SERVER), "tangoe")
        request = self.broker.requests[-1]
        self.assertEqual([request.get(name) for name in ("HOST", "ACCOUNT", "PREFERRED")],
                         ["k8s.example:6443", "tangoe", None])

    def test_a_cluster_without_a_good_server(self):
        for cluster, code in (({}, 2), ({"server": None}, 2), ({"server": 1}, 2),
                              ({"server": ["https://x/"]}, 2), ({"server": ""}, 1),
                              ({"server": "http://k8s.example/"}, 1), ({"server": "k8s.example"}, 1),
                              ({"server": "https://k8s.example/\n"}, 2), ([], 2), ("x", 2),
                              ({"server": "https://k8s\u0430/"}, 2)):
            with self.subTest(cluster):
                self.assert_refused(self.plugin(info(spec={"cluster": cluster})), code)
        self.assertEqual(self.broker.requests, [])

    def test_a_server_that_nobody_verifies(self):
        for value, code in ((True, 2), (1, 2), ("true", 2), ([], 2), (False, 0), (None, 0)):
            cluster = {"server": SERVER, "insecure-skip-tls-verify": value}
            ran = self.plugin(info(spec={"cluster": cluster}))
            with self.subTest(value):
                if code:
                    self.assert_refused(ran)
                    self.assertIn("insecure-skip-tls-verify", ran.err)
                self.assertEqual(ran.code, code, ran)
        self.assertEqual(len(self.broker.requests), 2)

    def test_wrong_arguments(self):
        for words in (["a", "b"], ["-x"]):
            self.assert_refused(self.plugin(info(), *words))
        self.assert_refused(self.plugin(info(), "Not/A/Name"), 1)

    def test_errors_have_their_exit_codes(self):
        for error, code in (("NO_ACCOUNT", 1), ("NO_RECORD", 1), ("LOGIN_NEEDED", 3), ("OUTAGE", 5),
                            ("LOCKED", 6)):
            self.broker.script = fakebroker.answer(error, **tool.token_fields())
            ran = self.plugin(info())
            self.assert_refused(ran, code)
            self.assertNotIn(tool.TOKEN, ran.err)
