"""Other OAuth 2.0 servers with the password grant: by configuration alone. And bad ones: never."""
import os
import time
import unittest

from fixtures.house import CLIENT_ID, CLIENT_SECRET, PASSWORD, House
from ping.reply import Reply, json_reply
from ping.service import Service

AWKWARD = "s:e%63 r+t&=ü"


class Plain(Service):
    """A small server of another make: refuses without a word, and knows its clients by Basic.

    Its token replies are `members` around a pair of tokens; `tokens` counts them.
    """

    def __init__(self, directory):
        super().__init__(directory)
        self.members = []
        self.left_out = ()
        self.tokens = 0

    @property
    def url(self):
        """Where it wants to be asked."""
        return "https://localhost:%d/api/v2/auth/token" % self.port

    def honest(self, exchange, **how):
        request = exchange.request
        if request.path != "/api/v2/auth/token" or request.method != "POST":
            return Reply(404)
        if request.get("client_id") != CLIENT_ID or request.get("client_secret") != CLIENT_SECRET:
            return Reply(400)
        if request.get("grant_type") == "password":
            if request.get("password") != PASSWORD:
                return Reply(403)
        elif request.get("refresh_token") != "refresh-%d" % self.tokens:
            return Reply(400)
        return self.reply()

    def reply(self):
        """The next pair."""
        self.tokens += 1
        pairs = [("token_type", "bearer"), ("expires_in", 3600),
                 ("access_token", "access.%d-_~+/=" % self.tokens),
                 ("refresh_token", "refresh-%d" % self.tokens)]
        pairs = [pair for pair in self.members + pairs if pair[0] not in self.left_out]
        return json_reply(200, pairs, headers=[("Server", "plain")])

    def posts(self):
        """All requests so far."""
        return [request for request in self.requests if request.method == "POST"]


def get(house, **more):
    """What asking for a token is answered."""
    return house.ask("GET", ACCOUNT="tangoe", **more)


class AnotherMake(unittest.TestCase):
    """A server that nobody here has heard of."""

    def house(self, **settings):
        """A house whose only account is at a Plain server."""
        house = House(self, start=False)
        self.addCleanup(house.__exit__, None, None, None)
        (house.directory / "plain").mkdir()
        self.server = Plain(str(house.directory / "plain"))
        self.server.start()
        self.addCleanup(self.server.close)
        house.configure(dict({"token_endpoint": self.server.url, "ca": self.server.ca,
                              "scope": None, "tenant": None, "source_system": None,
                              "validate": "off"}, **settings))
        house.start()
        return house

    def test_the_main_job(self):
        house = self.house()
        nested = {"access_token": "not this one", "error": "nor this", "list": [{"expires_in": 1}]}
        self.server.members = [("id_token", "e30.e30.c2ln"), ("user", nested), ("scope", "a b"),
                               ("list", [nested, True, None, 1.5])]
        self.assertEqual(house.login()["ERROR"], "OK")
        self.assertEqual(get(house)["ACCESS_TOKEN"], "access.1-_~+/=")
        self.assertNotIn("TENANT", get(house))
        self.assertEqual(house.ask("REFRESH")["ERROR"], "OK")
        self.assertEqual(get(house)["ACCESS_TOKEN"], "access.2-_~+/=")
        done = house.mobproc("headers")
        self.assertEqual(done.stdout.decode().splitlines(),
                         ["Authorization: Bearer access.2-_~+/=", "client_id: " + CLIENT_ID])
        sent = dict(self.server.posts()[0].body_parameters)
        self.assertEqual(sent, {"grant_type": "password", "username": house.me,
                                "password": PASSWORD, "client_id": CLIENT_ID,
                                "client_secret": CLIENT_SECRET})
        self.assertEqual(dict(self.server.posts()[1].body_parameters),
                         {"grant_type": "refresh_token", "refresh_token": "refresh-1",
                          "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET})

    def test_a_wrong_password_is_403_without_a_body(self):
        house = self.house()
        self.assertEqual(house.login(password="wrong one")["ERROR"], "DENIED")
        self.assertEqual(house.login()["ERROR"], "OK")

    def test_a_wrong_client_secret_is_400_without_a_body(self):
        house = self.house(client_id="nobody")
        self.assertEqual(house.login()["ERROR"], "CLIENT")
        self.assertEqual(house.mobproc("login", "--password-stdin",
                                       stdin=PASSWORD.encode()).returncode, 7)

    def test_a_refused_refresh_without_a_body_keeps_the_login(self):
        """400 is the client's fault there: nobody has to log in again for it."""
        house = self.house()
        house.login()
        self.server.tokens += 1
        self.assertEqual(house.ask("REFRESH")["ERROR"], "CLIENT")
        self.assertEqual(get(house)["ACCESS_TOKEN"], "access.1-_~+/=")

    def test_without_a_refresh_token_it_lasts_until_it_expires(self):
        house = self.house()
        self.server.reply = lambda: json_reply(200, [("access_token", "short"), ("expires_in", 3),
                                                     ("token_type", "bearer")])
        expiry = house.login()["EXPIRES_AT"]
        self.assertEqual(get(house)["ACCESS_TOKEN"], "short")
        self.assertEqual(house.ask("REFRESH")["ERROR"], "LOGIN_NEEDED")
        self.assertEqual(get(house)["ACCESS_TOKEN"], "short")
        time.sleep(max(0, expiry - time.time()) + 0.1)
        self.assertEqual(get(house)["ERROR"], "LOGIN_NEEDED")
        self.assertEqual(len(self.server.posts()), 1)
        self.assertEqual(house.mobproc("token").returncode, 3)

    def test_N19_a_refresh_that_brings_no_refresh_token_keeps_the_old_one(self):
        house = self.house()
        house.login()
        self.server.left_out = ("refresh_token",)
        for number in (2, 3):
            self.server.tokens = 1  # this server's refresh tokens stay good
            self.assertEqual(house.ask("REFRESH")["ERROR"], "OK")
            self.assertEqual(self.server.posts()[-1].get("refresh_token"), "refresh-1")
            self.assertEqual(len(self.server.posts()), number)


class Clients(unittest.TestCase):
    """client_auth at a server that takes one form only (test_configuration_keys has what is sent)."""

    def test_each_form(self):
        for auth in ("basic", "basic_raw", "none"):
            with self.subTest(auth), House(self, start=False) as house:
                secret = house.directory / "client-secret"
                secret.write_text(AWKWARD + "\n", encoding="utf-8")
                secret.chmod(0o600)
                house.ping.add_client(CLIENT_ID, AWKWARD, auth=auth)
                for configured in ("body", "basic", "basic_raw", "none"):
                    house.configure({"client_auth": configured, "client_secret": None
                                     if configured == "none" else "file:%s" % secret})
                    if house.broker is None:
                        house.start()
                    else:
                        house.reload()
                    for file in (house.state / "guard").iterdir():
                        file.unlink()
                    self.assertEqual(house.login()["ERROR"],
                                     "OK" if configured == auth else "CLIENT", configured)


# What a server says, and how long the token is then believed to live (seconds).
LIFETIMES = [
    ("seed_reply", {}, 7199), ("guide_order", {}, 7199), ("token_type_upper", {}, 7199),
    ("no_expires_in", {}, 300), ("expires_in_string", {}, 7200), ("expires_in_1", {}, 1),
    ("expires_in", {"raw": "86400"}, 86400), ("expires_in", {"raw": "86401"}, 86400),
    ("expires_in_2_31", {}, 86400), ("extra_members", {}, 7199), ("jwt_4k", {}, 7199),
    ("chunked", {}, 7199), ("no_content_type", {}, None), ("escapes", {}, 7199),
    ("created_201", {}, None),
    ("expires_in_0", {}, None), ("expires_in_minus_1", {}, None), ("expires_in_float", {}, None),
    ("expires_in_2_63", {}, None), ("expires_in_1e400", {}, None), ("expires_in_true", {}, None),
    ("expires_in_words", {}, None), ("expires_in_empty_string", {}, None),
]
# Replies that must admit nobody and seal nothing.
NEVER = [
    "error_with_200", "invalid_grant_200", "mfa_required_200", "token_and_error", "token_with_400",
    "token_type_dpop", "token_type_mac", "token_type_number", "token_type_empty", "no_token_type",
    "html_200", "html_403", "html_503", "empty_200", "no_content_204", "accepted_202",
    "partial_206", "redirect_302_self", "redirect_307_https", "redirect_307_http",
    "redirect_308_self", "redirect_303_https", "basic_401", "wrong_content_type",
    "html_content_type", "gzip_body", "unknown_encoding", "http_0_9", "second_status_line",
    "length_too_long", "length_duplicate", "length_and_chunked", "chunked_without_end",
    "token_empty", "token_space", "token_crlf", "token_nul", "token_non_ascii", "token_64k",
    "token_git_injection", "token_header_injection", "refresh_token_crlf", "token_number",
    "token_null", "token_list", "duplicate_keys", "nul_key_instead", "deep_nesting", "big_body",
    "truncated_json", "trailing_comma", "single_quotes", "leading_bytes", "bom", "nan",
    "echo_secrets", "apigee_rewrapped",
]


class Replies(unittest.TestCase):
    def test_N15_what_is_believed_of_a_lifetime(self):
        with House(self, {"validate": "off", "accept_unvalidated": "yes"}) as house:
            for name, options, expected in LIFETIMES:
                with self.subTest(name, **options):
                    self.forget(house)
                    house.ping.next(name, **options)
                    result = house.login()
                    if expected is None:
                        self.assertEqual(result["ERROR"], "OUTAGE")
                        self.assertEqual(get(house)["ERROR"], "NO_RECORD")
                    else:
                        self.assertEqual(result["ERROR"], "OK")
                        left = result["EXPIRES_AT"] - time.time()
                        self.assertTrue(expected - 3 < left <= expected, left)

    def test_N16_these_admit_nobody_and_seal_nothing(self):
        with House(self, {"timeout": 4}) as house:
            for name in NEVER:
                with self.subTest(name):
                    self.forget(house)
                    house.ping.behave(name)
                    result = house.login()
                    self.assertNotEqual(result["ERROR"], "OK")
                    self.assertEqual(result["VERDICT"], "DENY")
                    house.ping.behave(None)
                    self.assertEqual(get(house)["ERROR"], "NO_RECORD")
                    self.assertFalse((house.state / str(house.uid)).exists())
                    self.assertEqual(house.ping.elsewhere.requests, [])

    def test_N16_nor_do_they_replace_a_token_that_lives(self):
        """Nor is a login needed after one of them: the refresh token may be good."""
        with House(self) as house:
            for name in ("error_with_200", "token_type_dpop", "html_200", "token_crlf",
                         "redirect_302_self", "token_with_400", "expires_in_0", "empty_400"):
                with self.subTest(name):
                    house.login()
                    token = get(house)["ACCESS_TOKEN"]
                    house.ping.behave(name, when="refresh_token")
                    self.assertNotIn(house.ask("REFRESH")["ERROR"], ("OK", "LOGIN_NEEDED"))
                    self.assertEqual(get(house)["ACCESS_TOKEN"], token)
                    house.stop()  # forgets the failure; the record stays
                    house.start()

    @staticmethod
    def forget(house):
        """No tries are charged and no token is held."""
        house.ask("LOGOUT")
        for file in (house.state / "guard").iterdir():
            os.unlink(str(file))


if __name__ == "__main__":
    unittest.main()
