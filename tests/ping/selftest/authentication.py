"""How clients authenticate: each way, and that each refuses the others."""

import base64
from urllib.parse import quote_plus

from ..clients import METHODS
from .client import ALICE, PASSWORD, PingCase, credentials

ID = "my:id"
SECRET = "s:e%63 r+t&="


def _basic(name, secret):
    return {"Authorization": "Basic " + base64.b64encode(
        ("%s:%s" % (name, secret)).encode()).decode()}


# How a client with a difficult secret would send it: parameters, headers.
WAYS = {
    "body": ({"client_id": "id", "client_secret": SECRET}, {}),
    "basic": ({}, _basic("id", quote_plus(SECRET))),
    "basic_raw": ({}, _basic("id", SECRET)),
    "none": ({"client_id": "id"}, {}),
}


class Authentication(PingCase):
    """The client under test is called "id"."""

    def login_by(self, way):
        """A login that authenticates the client this way."""
        parameters, headers = WAYS[way]
        return self.post(dict(parameters, grant_type="password", username=ALICE,
                              password=PASSWORD), headers=headers)

    def test_each_client_accepts_its_own_way_only(self):
        for registered in WAYS:
            self.ping.add_client("id", SECRET, auth=registered)
            for way in WAYS:
                with self.subTest(registered=registered, way=way):
                    expected = 200 if way == registered else 401
                    self.assertEqual(expected, self.login_by(way).status)

    def test_a_client_may_accept_several(self):
        self.ping.add_client("id", SECRET, auth=("body", "basic"))
        self.assertEqual([200, 200, 401], [self.login_by(way).status
                                           for way in ("body", "basic", "basic_raw")])

    def test_form_encoded_ids_work(self):
        self.ping.add_client(ID, SECRET, auth="basic")
        answer = self.post({"grant_type": "password", "username": ALICE, "password": PASSWORD},
                           headers=_basic(quote_plus(ID), quote_plus(SECRET)))
        self.assertEqual(200, answer.status)

    def test_only_basic_is_challenged(self):
        self.ping.add_client("id", "other", auth=("body", "basic"))
        self.assertIsNone(self.login_by("body").headers["WWW-Authenticate"])
        self.assertEqual('Basic realm="PingFederate"',
                         self.login_by("basic").headers["WWW-Authenticate"])

    def test_two_ways_at_once_are_refused(self):
        self.ping.add_client("id", SECRET, auth=("body", "basic"))
        parameters = dict(WAYS["body"][0], grant_type="password", username=ALICE,
                          password=PASSWORD)
        self.assertEqual(400, self.post(parameters, headers=WAYS["basic"][1]).status)

    def test_rubbish_in_the_header_is_refused(self):
        for value in ("Basic", "Basic !!", "Basic " + base64.b64encode(b"nocolon").decode(),
                      "Bearer x"):
            answer = self.post(dict(credentials(), grant_type="password"),
                               headers={"Authorization": value})
            self.assertIn(answer.status, (400, 401), value)

    def test_a_client_certificate_stands_for_a_secret(self):
        self.ping.add_client("id", auth="tls")
        self.ping.tls(client_certificate="request")
        self.assertEqual(401, self.login_by("none").status)
        self.trust.load_cert_chain(*self.ping.certificates.pair("client"))
        self.assertEqual(200, self.login_by("none").status)
        self.assertEqual("mobproc-client", self.ping.requests[-1].client_certificate)

    def test_a_client_certificate_can_be_required(self):
        self.ping.tls(client_certificate="require", version="TLSv1.2")
        with self.assertRaises(OSError):
            self.login()

    def test_a_client_without_a_grant_may_not_use_it(self):
        self.ping.add_client("id", SECRET, grants=["validate_bearer"])
        answer = self.login_by("body")
        self.assertEqual(400, answer.status)
        self.assertIn(b'"unauthorized_client"', answer.body)

    def test_a_client_without_the_refresh_grant_gets_no_refresh_token(self):
        self.ping.add_client("id", SECRET, grants=["password"])
        self.assertNotIn(b"refresh_token", self.login_by("body").body)

    def test_misspelt_methods_are_refused(self):
        self.assertEqual(("body", "basic", "basic_raw", "none", "tls"), METHODS)
        with self.assertRaises(ValueError):
            self.ping.add_client("id", SECRET, auth="digest")
