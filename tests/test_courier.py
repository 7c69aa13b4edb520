"""One job of the courier: what it sends, when, and how often."""
import base64
import tempfile
import time
import unittest
from urllib.parse import unquote_to_bytes

from fixtures.courier import TANGOE_ID, TANGOE_SECRET, Courier, password_job, refresh_job
from ping import Ping, closed_port

USER = "command://alice"
PASSWORD = "correct horse"


def sent_form(request):
    """{name: [values]} of a form body, as bytes."""
    found = {}
    for pair in request.body.split(b"&"):
        name, _, value = pair.partition(b"=")
        found.setdefault(name.decode(), []).append(
            unquote_to_bytes(value.replace(b"+", b" ")))
    return found


class CourierCase(unittest.TestCase):
    """A server with one user, and a courier."""

    environment = None

    def setUp(self):
        self.directory = self.enter(tempfile.TemporaryDirectory(prefix="mobproc-courier."))
        self.ping = self.enter(Ping(self.directory))
        self.ping.add_user(USER, PASSWORD)
        self.ping.state.users.lock_after = 0
        self.courier = self.enter(Courier(self.directory, self.environment))

    def enter(self, context):
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def login(self, password=PASSWORD, **fields):
        return self.courier.do(password_job(self.ping, USER, password, **fields))

    def outcome(self, **fields):
        done = self.login(**fields)
        return done["ERROR"], done["PROGRESS"]


class Grants(CourierCase):
    def test_a_right_password_gives_the_tokens(self):
        done = self.login()
        self.assertEqual(("OK", "ANSWERED", 200),
                         (done["ERROR"], done["PROGRESS"], done["HTTP_STATUS"]))
        self.assertTrue(self.ping.state.live(done["ACCESS_TOKEN"]))
        self.assertTrue(self.ping.state.live_refresh(done["REFRESH_TOKEN"]))
        self.assertEqual(7199, done["EXPIRES_IN"])

    def test_a_wrong_password_is_denied_and_gives_nothing(self):
        done = self.login("wrong")
        self.assertEqual(("DENIED", "ANSWERED"), (done["ERROR"], done["PROGRESS"]))
        self.assertEqual("invalid_grant", done["OAUTH_ERROR"])
        self.assertNotIn("ACCESS_TOKEN", done)
        self.assertNotIn("REFRESH_TOKEN", done)

    def test_a_refresh_gives_a_new_pair_and_a_dead_one_is_denied(self):
        first = self.login()
        second = self.courier.do(refresh_job(self.ping, first["REFRESH_TOKEN"]))
        self.assertEqual("OK", second["ERROR"])
        self.assertNotEqual(first["REFRESH_TOKEN"], second["REFRESH_TOKEN"])
        dead = self.courier.do(refresh_job(self.ping, "x" * 42))
        self.assertEqual(("DENIED", "invalid_grant"), (dead["ERROR"], dead["OAUTH_ERROR"]))

    def test_N9_the_request_is_plain_http_1_1_without_extras(self):
        self.login()
        request, = self.ping.requests
        self.assertEqual(("POST", "/as/token.oauth2", "HTTP/1.1"),
                         (request.method, request.target, request.version))
        self.assertEqual({"host", "user-agent", "accept", "content-length", "content-type"},
                         {name.lower() for name, _ in request.headers})
        self.assertEqual("application/x-www-form-urlencoded", request.header("Content-Type"))
        self.assertEqual({"grant_type": [b"password"], "username": [USER.encode()],
                          "password": [PASSWORD.encode()], "scope": [b"MOBPROC"],
                          "client_id": [TANGOE_ID.encode()],
                          "client_secret": [TANGOE_SECRET.encode()]}, sent_form(request))
        self.assertEqual(([], 0), (self.ping.faults, self.ping.query_secrets))

    def test_empty_parameters_are_left_out(self):
        self.login(SCOPE=None)
        self.login(SCOPE="", CLIENT_SECRET=None)
        for request in self.ping.requests:
            self.assertNotIn("scope", sent_form(request))
        self.assertNotIn("client_secret", sent_form(self.ping.requests[1]))

    def test_N12_every_byte_of_a_password_arrives(self):
        every = bytes(range(1, 256))
        passwords = [bytes([byte]) for byte in every] + [
            every, every[::-1], b"a&password=b", b"%41+%%", "ÄÖ密码🔑".encode(), b"\xff\xfe\x80",
            b"x" * 1024, b"%" * 1024, b"-", b"  "]
        for password in passwords:
            self.ping.forget_requests()
            self.login(password.decode("utf-8", "surrogateescape"))
            request, = self.ping.requests
            self.assertEqual([password], sent_form(request)["password"])

    def test_N12_names_and_secrets_cannot_add_parameters(self):
        hostile = "a&grant_type=client_credentials&b=\r\nX: y%26=;#"
        self.courier.do(password_job(self.ping, hostile, hostile, CLIENT_ID=hostile,
                                     CLIENT_SECRET=hostile, SCOPE=hostile))
        request, = self.ping.requests
        form = sent_form(request)
        self.assertEqual([b"password"], form["grant_type"])
        for name in ("username", "password", "client_id", "client_secret", "scope"):
            self.assertEqual([hostile.encode()], form[name])
        self.assertEqual(6, len(form))

    def test_N7_the_same_connection_never_serves_two_jobs(self):
        self.login()
        self.login()
        self.assertEqual([1, 2], [request.connection for request in self.ping.requests])
        self.assertEqual([False, False], [request.resumed for request in self.ping.requests])


class ClientAuthentication(CourierCase):
    SECRET = "s:e%63 r+t&="

    def check(self, auth, registered, expected):
        self.ping.forget_requests()
        self.ping.add_client("an id+", self.SECRET, auth=registered)
        done = self.login(CLIENT_ID="an id+", CLIENT_SECRET=self.SECRET, CLIENT_AUTH=auth.upper())
        self.assertEqual(expected, done["ERROR"])
        request, = self.ping.requests
        return request

    def test_N13_each_way_is_accepted_by_its_own_server_only(self):
        for auth in ("body", "basic", "basic_raw"):
            for registered in ("body", "basic", "basic_raw"):
                with self.subTest(auth=auth, registered=registered):
                    self.check(auth, registered, "OK" if auth == registered else "CLIENT")

    def test_N13_basic_keeps_the_secret_out_of_the_body(self):
        for auth, pair in (("basic", b"an+id%2B:s%3Ae%2563+r%2Bt%26%3D"),
                           ("basic_raw", b"an id+:s:e%63 r+t&=")):
            request = self.check(auth, auth, "OK")
            self.assertEqual(["Basic " + base64.b64encode(pair).decode()],
                             request.headers_named("Authorization"))
            self.assertNotIn("client_secret", sent_form(request))
            self.assertNotIn("client_id", sent_form(request))

    def test_none_sends_no_secret_even_when_there_is_one(self):
        self.ping.add_client("open", auth="none")
        done = self.login(CLIENT_ID="open", CLIENT_SECRET="unused", CLIENT_AUTH="NONE")
        self.assertEqual("OK", done["ERROR"])
        self.assertNotIn(b"unused", self.ping.requests[0].body + self.ping.requests[0].head)

    def test_basic_without_a_secret_is_a_wrong_configuration(self):
        for auth in ("BASIC", "BASIC_RAW"):
            self.assertEqual(("CONFIGURATION", "NOTHING_SENT"),
                             self.outcome(CLIENT_AUTH=auth, CLIENT_SECRET=None))
        self.assertEqual(0, self.ping.connections)


class Once(CourierCase):
    """The password is never sent twice."""

    def test_N22_a_connection_that_dies_after_the_request(self):
        for behaviour in ("rst_after_request", "close_after_request", "close_before_effect",
                          "cut_reply", "rst_mid_body", "no_close_notify_mid_body",
                          "chunked_without_end"):
            with self.subTest(behaviour):
                self.ping.forget_requests()
                self.ping.next(behaviour)
                connections = self.ping.connections
                self.assertEqual(("OUTAGE", "MAYBE_SENT"), self.outcome())
                self.assertEqual(1, len(self.ping.posts()))
                self.assertEqual(1, self.ping.connections - connections)

    def test_N3_N22_a_challenge_and_a_redirect_are_not_answered(self):
        names = ["%s_401" % name for name in ("negotiate", "ntlm", "basic", "bearer", "digest")]
        names += ["redirect_%d_%s" % (code, where) for code in (301, 302, 303, 307, 308)
                  for where in ("https", "http", "self")]
        for name in names:
            with self.subTest(name):
                self.ping.forget_requests()
                self.ping.next(name)
                self.assertEqual(("OUTAGE", "ANSWERED"), self.outcome())
                self.assertEqual(1, len(self.ping.requests))
        self.assertEqual(0, self.ping.elsewhere.connections)

    def test_N3_a_client_secret_in_a_header_does_not_follow_either(self):
        self.ping.next("redirect_307_http")
        self.assertEqual(("OUTAGE", "ANSWERED"), self.outcome(CLIENT_AUTH="BASIC"))
        self.assertEqual(0, self.ping.elsewhere.connections)


class Time(CourierCase):
    SLOW = {"accept_silence": "NOTHING_SENT", "tls_slow": "NOTHING_SENT", "silence": "MAYBE_SENT",
            "silence_after_effect": "MAYBE_SENT", "silence_mid_body": "MAYBE_SENT",
            "slow_reply": "MAYBE_SENT", "slow_headers": "MAYBE_SENT", "slow_body": "MAYBE_SENT"}

    def test_N10_one_deadline_covers_everything(self):
        for name, progress in self.SLOW.items():
            with self.subTest(name):
                self.ping.behave(name)
                start = time.monotonic()
                self.assertEqual(("OUTAGE", progress), self.outcome(REMAINING_MS=400))
                self.assertTrue(0.35 < time.monotonic() - start < 5)

    def test_N10_connecting_has_a_shorter_one(self):
        for name in ("accept_silence", "tls_slow"):
            self.ping.behave(name)
            start = time.monotonic()
            done = self.login(REMAINING_MS=20000, CONNECT_MS=300)
            self.assertEqual(("OUTAGE", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
            self.assertEqual("no connection in time", done["DETAIL"])
            self.assertLess(time.monotonic() - start, 5)
        self.ping.behave("late_answer", seconds=0.6)
        self.assertEqual(("OK", "ANSWERED"), self.outcome(REMAINING_MS=20000, CONNECT_MS=300))

    def test_without_time_nothing_is_begun(self):
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), self.outcome(REMAINING_MS=0))
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), self.outcome(REMAINING_MS=None))
        self.assertEqual(0, self.ping.connections)

    def test_who_begins_late_ends_no_later(self):
        """The broker counts from when it asked, and believes that nobody works for it after that."""
        def by(seconds):
            return int((time.monotonic() + seconds) * 1000)
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), self.outcome(DEADLINE_MS=by(-0.1)))
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), self.outcome(DEADLINE_MS=1))
        self.assertEqual(0, self.ping.connections)
        self.ping.behave("silence")
        start = time.monotonic()
        self.assertEqual(("OUTAGE", "MAYBE_SENT"), self.outcome(DEADLINE_MS=by(0.4)))
        self.assertLess(time.monotonic() - start, 5)
        self.ping.behave(None)
        self.assertEqual(("OK", "ANSWERED"), self.outcome(DEADLINE_MS=by(9)))
        self.assertEqual(("OK", "ANSWERED"), self.outcome(DEADLINE_MS=2**63 + 5))

    def test_a_server_that_is_away(self):
        with closed_port() as port:
            done = self.login(ENDPOINT="https://localhost:%d/" % port)
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
        done = self.login(ENDPOINT="https://name.invalid/")
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))


if __name__ == "__main__":
    unittest.main()
