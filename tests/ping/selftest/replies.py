"""PingFederate's literal replies, PING.md 1.2, 1.3, 2.1, 2.2."""

import json

from ..request import TOKEN_PATH, VALIDATE_BEARER
from .client import ALICE, PASSWORD, PingCase, credentials

WRONG = (b'{"error_description":"We didn\'t recognize the username or password you '
         b'entered. Please try again.","error":"invalid_grant"}\r\n')
DEAD = (b'{"error_description":"unknown, invalid, or expired refresh token",'
        b'"error":"invalid_grant"}\r\n')
CLIENT = (b'{"error_description":"Invalid client or client credentials",'
          b'"error":"invalid_client"}\r\n')
SCOPE = (b'{"error_description":"The requested scope(s) must be blank or a subset of the '
         b'provided scopes.","error":"invalid_scope"}\r\n')


class Literal(PingCase):
    """Byte for byte."""

    def said(self, status, body, parameters, **how):
        """The answer to these parameters (with the client's own) is exactly that."""
        answer = self.post(dict(credentials(), **parameters), **how)
        self.assertEqual((status, body), (answer.status, answer.body))

    def test_a_login_answers_like_the_example(self):
        answer = self.login()
        self.assertEqual(200, answer.status)
        self.assertRegex(answer.body, rb'\A\{"token_type":"Bearer","expires_in":7199,'
                         rb'"refresh_token":"[A-Za-z0-9]{42}","access_token":"[A-Za-z0-9]{28}"\}\Z')

    def test_a_refresh_answers_like_the_example(self):
        _, refresh = self.tokens()
        members = json.loads(self.refresh(refresh).body)
        self.assertEqual(7200, members["expires_in"])
        self.assertEqual(["token_type", "expires_in", "refresh_token", "access_token"],
                         list(members))

    def test_replies_carry_ping_headers(self):
        headers = self.login().headers
        for name, value in (("Content-Type", "application/json;charset=utf-8"),
                            ("Cache-Control", "no-cache, no-store"), ("Pragma", "no-cache"),
                            ("Expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
                            ("Referrer-Policy", "origin")):
            self.assertEqual(value, headers[name])
        self.assertRegex(headers["Date"], r"\A\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\Z")

    def test_grant_type_is_required(self):
        self.said(400, b'{"error_description":"grant_type is required",'
                  b'"error":"invalid_request"}\r\n', {})

    def test_an_empty_parameter_counts_as_missing(self):
        self.said(400, b'{"error_description":"grant_type is required",'
                  b'"error":"invalid_request"}\r\n', {"grant_type": ""})

    def test_refresh_token_is_required(self):
        self.said(400, b'{"error_description":"refresh_token parameter is required",'
                  b'"error":"invalid_request"}\r\n', {"grant_type": "refresh_token"})

    def test_unknown_grant_has_no_description(self):
        for grant in ("magic", "urn:pingidentity.com:oauth2:validated_token"):
            self.said(400, b'{"error":"unsupported_grant_type"}\r\n', {"grant_type": grant})

    def test_wrong_secret_and_unknown_client_are_401(self):
        wrong = {"grant_type": "password", "username": ALICE, "password": PASSWORD}
        self.said(401, CLIENT, dict(wrong, client_secret="x"))
        self.said(401, CLIENT, dict(wrong, client_id="nobody"))

    def test_wrong_password_and_unknown_user_say_the_same(self):
        for name in (ALICE, "command://nobody"):
            self.said(400, WRONG, {"grant_type": "password", "username": name,
                                   "password": "wrong"})

    def test_a_locked_account_says_so(self):
        for _ in range(3):
            self.login(password="wrong")
        self.assertEqual(b'{"error_description":"Account Locked","error":"invalid_grant"}\r\n',
                         self.login().body)

    def test_dead_refresh_tokens(self):
        self.said(400, DEAD, {"grant_type": "refresh_token", "refresh_token": "x" * 42})

    def test_a_foreign_scope_costs_no_try(self):
        for _ in range(4):
            self.said(400, SCOPE, {"grant_type": "password", "username": ALICE,
                                   "password": "wrong", "scope": "MOBPROC ADMIN"})
        self.assertEqual(200, self.login().status)

    def test_a_repeated_parameter_is_refused(self):
        answer = self.post(b"grant_type=password&grant_type=password")
        self.assertEqual(400, answer.status)
        self.assertIn(b"more than once", answer.body)

    def test_a_dead_access_token(self):
        self.said(400, b'{"error_description":"token not found, expired or invalid",'
                  b'"error":"invalid_grant"}\r\n', {"grant_type": VALIDATE_BEARER, "token": "x"})

    def test_only_posted_forms(self):
        answer = self.post(b"", method="GET")
        self.assertEqual((405, "POST"), (answer.status, answer.headers["Allow"]))
        self.assertEqual(415, self.post(b"{}", headers={"Content-Type": "application/json"}).status)
        self.assertEqual(404, self.post(b"", path="/as/other").status)

    def test_a_user_message_refuses(self):
        self.ping.state.users[ALICE].message = "You must reset your password."
        self.assertEqual("You must reset your password.",
                         json.loads(self.login().body)["error_description"])

    def test_parameters_in_the_url(self):
        query = dict(credentials(), grant_type="password", username=ALICE, password=PASSWORD)
        self.assertEqual(200, self.post(b"", query=query).status)
        self.assertEqual(2, self.ping.query_secrets)
        self.ping.query = "reject"
        answer = self.post(b"", query=query)
        self.assertEqual((400, b"invalid_request"), (answer.status, answer.body[-19:-4]))

    def test_discovery(self):
        for name in ("openid-configuration", "oauth-authorization-server"):
            members = json.loads(self.post(b"", path="/.well-known/" + name, method="GET").body)
            self.assertEqual(self.ping.base, members["issuer"])
            self.assertEqual(self.ping.base + TOKEN_PATH, members["token_endpoint"])
