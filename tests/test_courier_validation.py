"""What the courier believes of a token, and who said so (ATTACKS N17)."""
import socket
import tempfile
import time
import unittest

from fixtures.courier import TANGOE_ID, TANGOE_SECRET, refresh_job, validate_job, validation
from ping import Ping, closed_port
from ping.behaviours import TABLE
from test_courier import PASSWORD, USER, CourierCase, sent_form
from test_courier_replies import (CLIENT, INVALID_GRANT, MAYBE_SENT, MALFORMED, NOTHING_SENT, OK,
                                  OTHER)

WAYS = ("BEARER", "INTROSPECT", "URL")
KIND = {"BEARER": "validate_bearer", "INTROSPECT": "introspect", "URL": "validator"}
CLAIMS = {"CLAIM_TENANT": "XYZ", "CLAIM_PLATFORM": "command", "CLAIM_IDENTITY_PROVIDER": "pcv_edge",
          "CLAIM_IDENTIFIER": "alice", "CLAIM_SCOPE": "MOBPROC", "CLAIM_CLIENT_ID": TANGOE_ID,
          "CLAIM_MULTITENANT": 0}


def claims(done):
    """What the courier says of the token."""
    return {name: value for name, value in done.fields if name.startswith("CLAIM_")}


class ValidationCase(CourierCase):
    def logged_in(self, way, **fields):
        """A login with a validation after it."""
        self.ping.forget_requests()
        return self.login(**dict(validation(self.ping, way), **fields))

    def token(self):
        """An access token made without the courier."""
        state = self.ping.state
        return state.password(state.clients[TANGOE_ID], USER, PASSWORD, "MOBPROC").access

    def validated(self, way, token=None, **fields):
        self.ping.forget_requests()
        return self.courier.do(validate_job(self.ping, token or self.token(), way, **fields))

    def told(self, way, body, **fields):
        """A validation whose answer has this body."""
        self.ping.behave("body", when=KIND[way], data=body.encode())
        return self.validated(way, **fields)


class AfterALogin(ValidationCase):
    def test_the_claims_come_with_the_tokens_over_one_connection(self):
        for way in WAYS:
            with self.subTest(way):
                before = int(time.time())
                done = self.logged_in(way)
                self.assertEqual(("OK", "ANSWERED", 200),
                                 (done["ERROR"], done["PROGRESS"], done["HTTP_STATUS"]))
                self.assertTrue(self.ping.state.live(done["ACCESS_TOKEN"]))
                self.assertTrue(self.ping.state.live_refresh(done["REFRESH_TOKEN"]))
                self.assertEqual(7199, done["EXPIRES_IN"])
                self.assertEqual(CLAIMS, claims(done))
                self.assertTrue(before <= done["VALIDATED_AT"] <= time.time())
                grant, check = self.ping.requests
                self.assertEqual(("password", KIND[way]), (grant.kind, check.kind))
                self.assertEqual(grant.connection, check.connection)
                self.assertEqual([], self.ping.faults)

    def test_the_password_goes_to_the_token_endpoint_alone(self):
        for way in WAYS:
            self.logged_in(way)
            check = self.ping.requests[1]
            self.assertNotIn(b"correct", check.head + check.body)
            self.assertIsNone(check.get("username"))

    def test_without_validation_nothing_is_asked(self):
        self.ping.forget_requests()
        for fields in ({}, {"VALIDATION": "OFF"}):
            done = self.login(**fields)
            self.assertEqual(("OK", {}), (done["ERROR"], claims(done)))
            self.assertNotIn("VALIDATED_AT", done)
        self.assertEqual(2, len(self.ping.requests))

    def test_a_wrong_password_is_not_validated(self):
        done = self.logged_in("BEARER", PASSWORD="wrong")
        self.assertEqual(("DENIED", 1), (done["ERROR"], len(self.ping.requests)))

    def test_a_refresh_may_be_validated_too(self):
        refresh = self.login()["REFRESH_TOKEN"]
        done = self.courier.do(refresh_job(self.ping, refresh, **validation(self.ping, "BEARER")))
        self.assertEqual(("OK", CLAIMS), (done["ERROR"], claims(done)))

    def test_the_tokens_come_when_the_validation_fails(self):
        for name, error in (("unauthorized_client_400", "CLIENT"), ("html_503", "OUTAGE"),
                            ("silence", "OUTAGE"), ("rst_after_request", "OUTAGE"),
                            ("other_client", "POLICY"), ("multitenant_False", "POLICY"),
                            ("token_not_found", "DENIED")):
            with self.subTest(name):
                self.ping.behave(name, when="validate_bearer")
                done = self.logged_in("BEARER", REMAINING_MS=1500)
                self.assertEqual(error, done["ERROR"])
                self.assertTrue(self.ping.state.live(done["ACCESS_TOKEN"]))
                self.assertTrue(self.ping.state.live_refresh(done["REFRESH_TOKEN"]))
                self.assertEqual({}, claims(done))
                self.assertNotIn("VALIDATED_AT", done)
                self.assertTrue(done["DETAIL"])
                self.assertEqual(1, len(self.ping.posts("password")))

    def test_the_validation_s_own_words_are_told(self):
        self.ping.behave("too_many_requests", when="validate_bearer")
        done = self.logged_in("BEARER")
        self.assertEqual(("OUTAGE", "ANSWERED", 429, 30), (
            done["ERROR"], done["PROGRESS"], done["HTTP_STATUS"], done["RETRY_AFTER"]))
        self.ping.behave("unauthorized_client_400", when="validate_bearer")
        self.assertEqual("unauthorized_client", self.logged_in("BEARER")["OAUTH_ERROR"])

    def test_each_says_its_own_lifetime(self):
        """The broker believes the shorter one."""
        self.ping.behave("validation_member", when="validate_bearer", member="expires_in", raw="77")
        done = self.logged_in("BEARER")
        self.assertEqual((7199, 77), (done["EXPIRES_IN"], done["VALIDATED_FOR"]))
        self.ping.behave("no_expires_in", when="password")
        done = self.logged_in("BEARER")
        self.assertNotIn("EXPIRES_IN", done)
        self.assertEqual(77, done["VALIDATED_FOR"])
        self.ping.behave(None)
        self.ping.behave("validation_no_expires_in", when="validate_bearer")
        self.assertNotIn("VALIDATED_FOR", self.logged_in("BEARER"))


class Connections(ValidationCase):
    def test_a_connection_that_dies_in_between_costs_a_second_one_and_no_password(self):
        for way in WAYS:
            for name in ("close_after_reply", "close_when_reused"):
                with self.subTest(way=way, name=name):
                    self.ping.behave(name)
                    self.assertEqual("OK", self.logged_in(way)["ERROR"])
                    self.assertEqual(1, len(self.ping.posts("password")))
                    self.assertNotEqual(self.ping.requests[0].connection,
                                        self.ping.requests[-1].connection)

    def test_a_reset_on_a_connection_of_its_own_is_not_tried_again(self):
        self.ping.behave("rst_after_request")
        done = self.validated("BEARER")
        self.assertEqual(("OUTAGE", "MAYBE_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertEqual(1, len(self.ping.requests))

    def test_another_host_gets_a_connection_of_its_own_and_all_checks(self):
        other = self.enter(Ping(self.enter(tempfile.TemporaryDirectory(prefix="mobproc-other."))))
        other.behave("introspection_inactive")
        fields = validation(other, "INTROSPECT")
        self.assertEqual("DENIED", self.logged_in("INTROSPECT", **fields)["ERROR"])
        other.forget_requests()
        other.tls(certificate="wrong_host")
        done = self.logged_in("INTROSPECT", **fields)
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertEqual(0, other.application_bytes)
        self.assertIn("ACCESS_TOKEN", done)

    def test_connecting_again_has_its_own_time(self):
        self.ping.behave("late_answer", when="password", seconds=0.7)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            start = time.monotonic()
            done = self.logged_in("BEARER", CONNECT_MS=500, VALIDATION_ENDPOINT=(
                "https://localhost:%d/" % silent.getsockname()[1]))
            self.assertEqual("no connection in time", done["DETAIL"])
            self.assertTrue(1.1 < time.monotonic() - start < 5)

    def test_one_deadline_covers_both(self):
        for way in WAYS:
            self.ping.behave("silence", when=KIND[way])
            start = time.monotonic()
            done = self.logged_in(way, REMAINING_MS=900)
            self.assertEqual(("OUTAGE", "MAYBE_SENT"), (done["ERROR"], done["PROGRESS"]))
            self.assertTrue(0.8 < time.monotonic() - start < 5)

    def test_a_server_that_is_away(self):
        with closed_port() as port:
            done = self.validated("BEARER", VALIDATION_ENDPOINT="https://localhost:%d/" % port)
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))


class NodeLag(ValidationCase):
    """PING.md 2.1: another node may not know a fresh token yet."""

    def test_a_fresh_token_that_is_unknown_is_asked_for_once_more(self):
        for way, lag in (("BEARER", "token_not_found"), ("INTROSPECT", "introspection_inactive")):
            self.ping.next(lag, when=KIND[way])
            start = time.monotonic()
            done = self.logged_in(way)
            self.assertEqual(("OK", CLAIMS), (done["ERROR"], claims(done)))
            self.assertTrue(0.5 <= time.monotonic() - start < 5)
            self.assertEqual(["password"] + 2 * [KIND[way]],
                             [request.kind for request in self.ping.requests])
            self.assertEqual(1, len({request.connection for request in self.ping.requests}))

    def test_the_second_denial_stands(self):
        self.ping.behave("node_lag", when="validate_bearer", seconds=60)
        done = self.logged_in("BEARER")
        self.assertEqual(("DENIED", "invalid_grant"), (done["ERROR"], done["OAUTH_ERROR"]))
        self.assertEqual(2, len(self.ping.posts("validate_bearer")))

    def test_there_is_no_second_time_without_time(self):
        self.ping.behave("token_not_found", when="validate_bearer")
        self.assertEqual("DENIED", self.logged_in("BEARER", REMAINING_MS=450)["ERROR"])
        self.assertEqual(1, len(self.ping.posts("validate_bearer")))

    def test_an_old_token_and_an_outage_are_not_asked_for_again(self):
        self.ping.behave("token_not_found", when="validate_bearer")
        self.assertEqual("DENIED", self.validated("BEARER")["ERROR"])
        self.assertEqual(1, len(self.ping.requests))
        self.ping.behave("html_503", when="validate_bearer")
        self.assertEqual("OUTAGE", self.logged_in("BEARER")["ERROR"])
        self.assertEqual(2, len(self.ping.requests))


class Alone(ValidationCase):
    def test_each_way_says_what_the_token_is_worth(self):
        for way in WAYS:
            with self.subTest(way):
                self.ping.state.lifetime = 300
                done = self.validated(way)
                self.assertEqual(("OK", "ANSWERED"), (done["ERROR"], done["PROGRESS"]))
                self.assertEqual(CLAIMS, claims(done))
                self.assertTrue(295 <= done["EXPIRES_IN"] <= 300, done["EXPIRES_IN"])
                self.assertNotIn("ACCESS_TOKEN", done)
                self.assertEqual(1, len(self.ping.requests))

    def test_a_token_that_nobody_knows_is_denied(self):
        for way, error in (("BEARER", "DENIED"), ("INTROSPECT", "DENIED"), ("URL", "OUTAGE")):
            done = self.validated(way, "x" * 28)
            self.assertEqual((error, {}), (done["ERROR"], claims(done)))
            self.assertNotIn("VALIDATED_AT", done)

    def test_the_requests_hold_what_they_must_and_nothing_else(self):
        client = {"client_id": [TANGOE_ID.encode()], "client_secret": [TANGOE_SECRET.encode()]}
        self.validated("BEARER", "t+/=&%")
        request, = self.ping.requests
        self.assertEqual(dict(client, token=[b"t+/=&%"], grant_type=[
            b"urn:pingidentity.com:oauth2:grant_type:validate_bearer"]), sent_form(request))
        self.validated("INTROSPECT", "t+/=&%")
        request, = self.ping.requests
        self.assertEqual(dict(client, token=[b"t+/=&%"], token_type_hint=[b"access_token"]),
                         sent_form(request))
        self.assertEqual(([], 0), (self.ping.faults, self.ping.query_secrets))

    def test_client_authentication_is_the_grant_s(self):
        self.ping.add_client("an id+", "s:e%63 r+t&=", auth="basic")
        for way in ("BEARER", "INTROSPECT"):
            token = self.token()
            done = self.validated(way, token, CLIENT_ID="an id+", CLIENT_SECRET="s:e%63 r+t&=",
                                  CLIENT_AUTH="BASIC")
            self.assertEqual("POLICY", done["ERROR"])  # understood, but Tangoe's token
            self.assertNotIn("client_secret", sent_form(self.ping.requests[0]))
            done = self.validated(way, token, CLIENT_SECRET="wrong")
            self.assertEqual(("CLIENT", "invalid_client"), (done["ERROR"], done["OAUTH_ERROR"]))

    def test_jobs_with_gaps_are_refused(self):
        for fields in ({"VALIDATION": None}, {"VALIDATION": "OFF"}, {"VALIDATION": 5},
                       {"VALIDATION": 0}, {"VALIDATION_ENDPOINT": None}, {"CLIENT_ID": None},
                       {"VALIDATION_ENDPOINT": ""}, {"CLIENT_AUTH": None}, {"ACCESS_TOKEN": None},
                       {"ACCESS_TOKEN": ""}, {"ACCESS_TOKEN": "a b"}, {"ACCESS_TOKEN": "a\nb"},
                       {"ACCESS_TOKEN": "ä"}):
            with self.subTest(fields):
                done = self.validated("BEARER", **fields)
                self.assertEqual(("PROTOCOL", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertEqual("PROTOCOL", self.login(VALIDATION=9)["ERROR"])
        self.assertEqual("PROTOCOL", self.login(VALIDATION="BEARER")["ERROR"])
        self.assertEqual(0, self.ping.connections)


class TheValidatorsUrl(ValidationCase):
    def test_it_is_a_get_with_the_token_and_no_word_about_us(self):
        for auth in ("BODY", "BASIC", "BASIC_RAW", "NONE"):
            self.validated("URL", "t+/=&%#?", CLIENT_AUTH=auth)
            request, = self.ping.requests
            self.assertEqual(("GET", b""), (request.method, request.body))
            self.assertEqual("/validator?access_token=t%2B%2F%3D%26%25%23%3F", request.target)
            self.assertEqual({"host", "user-agent", "accept"},
                             {name.lower() for name, _ in request.headers})

    def test_a_query_of_the_endpoint_is_kept(self):
        self.validated("URL", "t", VALIDATION_ENDPOINT=self.ping.validator_url + "?a=b")
        self.assertEqual("/validator?a=b&access_token=t", self.ping.requests[0].target)

    def test_the_longest_token_arrives(self):
        self.validated("URL", "%" * 16384)
        self.assertEqual("%" * 16384, self.ping.requests[0].get("access_token"))

    def test_only_https_will_do(self):
        plain = self.ping.elsewhere.servers[1]
        for endpoint in ("http://127.0.0.1:%d/validator" % plain.port, "http://localhost/", "file:/",
                         "http://tngo-prod-oauth-ping-validator.cloudhub.io"):
            done = self.validated("URL", VALIDATION_ENDPOINT=endpoint)
            self.assertEqual(("CONFIGURATION", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
            self.assertTrue(done["DETAIL"])
        self.assertEqual(0, self.ping.elsewhere.connections)

    def test_the_token_is_in_no_detail(self):
        token = "T0ken" * 5
        for name in sorted(set(TABLE) - {"accept_silence", "tls_slow"}):
            self.ping.behave(name)
            self.ping.forget_requests()
            done = self.validated("URL", token, REMAINING_MS=300)
            self.assertNotIn("T0ken", repr(done.fields), name)
        self.ping.behave("description", text="no such token: " + token)
        self.assertEqual("HTTP 400, invalid_grant", self.validated("URL", token)["DETAIL"])

    def test_the_older_flat_shape(self):
        self.ping.behave("validation_flat")
        done = self.logged_in("URL")
        expected = {name: CLAIMS[name] for name in (
            "CLAIM_PLATFORM", "CLAIM_IDENTITY_PROVIDER", "CLAIM_IDENTIFIER", "CLAIM_SCOPE",
            "CLAIM_CLIENT_ID")}
        self.assertEqual(("OK", expected), (done["ERROR"], claims(done)))
        self.assertEqual("OUTAGE", self.logged_in("BEARER")["ERROR"])

    def test_any_other_json_is_no_validation(self):
        for body in ("{}", '{"message":"ok"}', '{"status":200,"id":"x","message":"m"}',
                     '{"errorCode":"x","message":"y","status":400}', '{"username":"a"}',
                     '{"expires_in":7200}', '{"username":1,"expires_in":7200}',
                     '{"username":null,"expires_in":7200}', '{"active":true}', "[]", "true",
                     '{"access_token":"abc","token_type":"Bearer","expires_in":7200}',
                     '{"access_token":null,"username":"a","expires_in":7200}'):
            with self.subTest(body):
                self.assertEqual("OUTAGE", self.told("URL", body)["ERROR"])


class Replies(ValidationCase):
    """Every answer of PING.md section 7 about a token, in each way."""

    DENIED = {"BEARER": {"token_not_found", "token_expired", "session_ended", "node_lag"},
              "INTROSPECT": {"introspection_inactive"}, "URL": set()}
    POLICY = {"other_client", "multitenant_True", "multitenant_False", "multitenant_0",
              "multitenant_1", "multitenant_number_0", "multitenant_number_1", "multitenant_list",
              "multitenant_object", "multitenant_empty"}
    NESTED_ONLY = {"validation_arrays": "POLICY", "validation_member": "DENIED"}

    def expected(self, way, name):
        if name in self.DENIED[way]:
            return "DENIED"
        if name in self.POLICY:
            return "POLICY"
        if way != "INTROSPECT" and name in self.NESTED_ONLY:
            return self.NESTED_ONLY[name]
        if way == "BEARER" and name == "validation_flat":
            return "OUTAGE"
        if name in ("token_not_found", "token_expired", "session_ended", "introspection_jwt",
                    "node_lag", "introspection_inactive"):
            return "OUTAGE"
        if name == "validation_no_access_token" and way != "INTROSPECT":
            return "OUTAGE"
        return "OK"

    def test_each_has_its_verdict(self):
        names = {name for name, behaviour in TABLE.items()
                 if behaviour.number in (17, 18, 19, 38, 39, 79, 87, 88)}
        for way in WAYS:
            for name in sorted(names):
                with self.subTest(way=way, name=name):
                    self.ping.behave(name)
                    done = self.validated(way)
                    self.assertEqual(self.expected(way, name), done["ERROR"], done.get("DETAIL"))
                    self.assertEqual(done["ERROR"] == "OK", "VALIDATED_AT" in done)

    def test_claims_are_those_of_the_reply(self):
        for name, changed in (("other_tenant", {"CLAIM_TENANT": "ABC"}),
                              ("other_user", {"CLAIM_IDENTIFIER": "mallory"}),
                              ("no_tenant", {"CLAIM_TENANT": None}),
                              ("multitenant_true", {"CLAIM_MULTITENANT": 1}),
                              ("multitenant_bool_true", {"CLAIM_MULTITENANT": 1}),
                              ("multitenant_bool_false", {}),
                              ("multitenant_absent", {"CLAIM_MULTITENANT": None})):
            for way in WAYS:
                with self.subTest(way=way, name=name):
                    self.ping.behave(name)
                    expected = {key: value for key, value in dict(CLAIMS, **changed).items()
                                if value is not None}
                    self.assertEqual(expected, claims(self.validated(way)))
        self.ping.behave("validation_client_id_null")
        self.assertNotIn("CLAIM_CLIENT_ID", claims(self.validated("BEARER")))

    def test_odd_claims_are_not_said(self):
        for value in (1, True, [], ["XYZ"], {}, "", "x" * 256, "a\nb", "a\x1b[31m", "\x7f",
                      "a\u0085b", "\u009b31m", "\r"):
            for way in WAYS:
                with self.subTest(way=way, value=value):
                    self.ping.behave("claim", name="tenant", value=value)
                    done = self.validated(way)
                    self.assertEqual("OK", done["ERROR"])
                    self.assertNotIn("CLAIM_TENANT", done)
        for value in ("x" * 255, "ü" * 127, "\u00a0", "密", "a\\b\"c"):
            self.ping.behave("claim", name="tenant", value=value)
            self.assertEqual(value, self.validated("BEARER")["CLAIM_TENANT"])

    def test_a_token_without_a_second_left_is_denied(self):
        for raw in ("0", "-1", '"0"', "-99999999999999999999"):
            for way in ("BEARER", "URL"):
                self.ping.behave("validation_member", member="expires_in", raw=raw)
                self.assertEqual("DENIED", self.validated(way)["ERROR"], raw)
        for raw in ("true", '"x"', '"-1"', "[]", "1.5", "1e3", "2147483649", '"07"', "{}", '""'):
            for way in ("BEARER", "URL"):
                self.ping.behave("validation_member", member="expires_in", raw=raw)
                self.assertEqual("OUTAGE", self.validated(way)["ERROR"], raw)
        self.ping.behave("validation_no_expires_in")
        self.assertNotIn("EXPIRES_IN", self.validated("BEARER"))

    def test_introspection_tells_the_moment_of_the_end(self):
        now = int(time.time())
        for expiry, error, left in ((now + 100, "OK", 100), (now - 1, "DENIED", None),
                                    (now, "DENIED", None), (0, "DENIED", None),
                                    (now + 10 ** 6, "OK", 86400), ('"%d"' % (now + 9), "OUTAGE", 0),
                                    ("true", "OUTAGE", 0), (now + 2 ** 32, "OUTAGE", 0),
                                    ("null", "OUTAGE", 0), (now + 0.5, "OUTAGE", 0)):
            with self.subTest(expiry):
                done = self.told("INTROSPECT", '{"active":true,"exp":%s}' % expiry)
                self.assertEqual(error, done["ERROR"])
                if error == "OK":
                    self.assertTrue(left - 5 <= done["EXPIRES_IN"] <= left)
        self.assertNotIn("EXPIRES_IN", self.told("INTROSPECT", '{"active":true}'))

    def test_active_is_a_boolean(self):
        for raw in ('"true"', '"false"', "1", "0", "null", "[]", "{}", '""'):
            self.assertEqual("OUTAGE",
                             self.told("INTROSPECT", '{"active":%s}' % raw)["ERROR"], raw)
        self.assertEqual("OUTAGE", self.told("INTROSPECT", "{}")["ERROR"])
        self.assertEqual("OUTAGE", self.told("INTROSPECT", '{"active":true,"error":"x"}')["ERROR"])

    def test_another_type_of_token_was_not_validated(self):
        for raw in ('"Bearer"', "null", "1", '""', '"urn:pingidentity.com:oauth2:grant_type:x"'):
            self.ping.behave("validation_member", member="token_type", raw=raw)
            self.assertEqual("OUTAGE", self.validated("BEARER")["ERROR"], raw)

    def test_the_client_is_ours_or_not_said(self):
        for raw in ('"other"', '""', "1", "true", "[]", '["%s"]' % TANGOE_ID,
                    '"%s "' % TANGOE_ID, '"%s"' % TANGOE_ID.upper()):
            self.ping.behave("validation_member", member="client_id", raw=raw)
            self.assertEqual("POLICY", self.validated("BEARER")["ERROR"], raw)

    def test_whatever_else_comes_says_nothing_of_the_token(self):
        """No misbehaviour of the transport, of HTTP or of JSON is a denial or a success."""
        slow = {"accept_silence", "tls_slow", "silence", "silence_after_effect", "silence_mid_body",
                "slow_reply", "slow_headers", "slow_body"}
        about_tokens = {name for name, behaviour in TABLE.items()
                        if behaviour.number in (17, 18, 19, 38, 39, 79, 87, 88, 89)}
        for way in WAYS:
            for name in sorted(set(TABLE) - slow - about_tokens):
                with self.subTest(way=way, name=name):
                    self.ping.behave(name)
                    done = self.validated(way)
                    self.assertIn((done["ERROR"], done["PROGRESS"]), self.possible(way, name),
                                  done.get("DETAIL"))
                    self.assertEqual(done["ERROR"] == "OK", "VALIDATED_AT" in done)
                    self.assertEqual(done["ERROR"] == "OK", bool(claims(done)))
        self.assertEqual(0, self.ping.elsewhere.connections)

    def possible(self, way, name):
        progress = ("NOTHING_SENT" if name in NOTHING_SENT else
                    "MAYBE_SENT" if name in MAYBE_SENT else "ANSWERED")
        if name in OK:
            return [("OK", progress)]
        if way == "BEARER" and name in INVALID_GRANT - {"invalid_grant_401", "invalid_grant_403"}:
            return [("DENIED", progress)]
        if way != "URL" and name in CLIENT and name.startswith(
                ("invalid_client", "unauthorized_client")):
            return [("CLIENT", progress)]
        if name in INVALID_GRANT | CLIENT | MALFORMED | OTHER | NOTHING_SENT:
            return [("OUTAGE", progress)]
        # a shape for token replies leaves a validation as it is
        return [("OUTAGE", "ANSWERED"), ("OUTAGE", "MAYBE_SENT"), ("OK", "ANSWERED")]


if __name__ == "__main__":
    unittest.main()
