"""How tokens end: the refresh token first, then the access token (RFC 7009)."""
import time
import unittest

from fixtures.courier import TANGOE_ID, TANGOE_SECRET, revoke_job
from ping.behaviours import TABLE
from test_courier import PASSWORD, USER, CourierCase, sent_form
from test_courier_replies import CLIENT, NOTHING_SENT


class Revocation(CourierCase):
    def issued(self):
        """A pair made without the courier."""
        state = self.ping.state
        return state.password(state.clients[TANGOE_ID], USER, PASSWORD, "MOBPROC")

    def revoke(self, **fields):
        self.ping.forget_requests()
        return self.courier.do(revoke_job(self.ping, **fields))

    def test_both_die_in_order_over_one_connection(self):
        pair = self.issued()
        done = self.revoke(REFRESH_TOKEN=pair.refresh, ACCESS_TOKEN=pair.access)
        self.assertEqual(("OK", "ANSWERED", 200),
                         (done["ERROR"], done["PROGRESS"], done["HTTP_STATUS"]))
        self.assertIsNone(self.ping.state.live(pair.access))
        self.assertIsNone(self.ping.state.live_refresh(pair.refresh))
        first, second = self.ping.requests
        client = {"client_id": [TANGOE_ID.encode()], "client_secret": [TANGOE_SECRET.encode()]}
        self.assertEqual(dict(client, token=[pair.refresh.encode()],
                              token_type_hint=[b"refresh_token"]), sent_form(first))
        self.assertEqual(dict(client, token=[pair.access.encode()],
                              token_type_hint=[b"access_token"]), sent_form(second))
        self.assertEqual(first.connection, second.connection)
        self.assertEqual(([], 0), (self.ping.faults, self.ping.query_secrets))
        self.assertFalse({"ACCESS_TOKEN", "REFRESH_TOKEN", "VALIDATED_AT"} & dict(done.fields).keys())

    def test_either_may_be_absent(self):
        for name in ("REFRESH_TOKEN", "ACCESS_TOKEN"):
            done = self.revoke(**{name: "x" * 28})  # nobody knows it: 200 all the same
            self.assertEqual(("OK", 1), (done["ERROR"], len(self.ping.requests)))

    def test_basic_clients_keep_their_secret_out_of_the_body(self):
        self.ping.add_client("basic", "secret", auth="basic")
        done = self.revoke(ACCESS_TOKEN="x", CLIENT_ID="basic", CLIENT_SECRET="secret",
                           CLIENT_AUTH="BASIC")
        self.assertEqual("OK", done["ERROR"])
        self.assertNotIn("client_secret", sent_form(self.ping.requests[0]))

    def test_a_wrong_secret_is_the_client_s_fault(self):
        done = self.revoke(REFRESH_TOKEN="x", ACCESS_TOKEN="y", CLIENT_SECRET="wrong")
        self.assertEqual(("CLIENT", "invalid_client"), (done["ERROR"], done["OAUTH_ERROR"]))
        self.assertEqual(2, len(self.ping.requests))

    def test_the_second_is_tried_when_the_first_fails(self):
        for name in ("retry_after_503", "rst_after_request", "close_before_effect", "tls_abort",
                     "unauthorized_client_400", "chunked_without_end"):
            with self.subTest(name):
                pair = self.issued()
                self.ping.next(name)
                done = self.revoke(REFRESH_TOKEN=pair.refresh, ACCESS_TOKEN=pair.access)
                self.assertEqual("CLIENT" if name in CLIENT else "OUTAGE", done["ERROR"])
                self.assertIsNone(self.ping.state.live(pair.access))

    def test_the_first_failure_is_told(self):
        self.ping.next("retry_after_503")
        self.ping.next("unauthorized_client_400")
        done = self.revoke(REFRESH_TOKEN="x", ACCESS_TOKEN="y")
        self.assertEqual(("OUTAGE", 503, 30),
                         (done["ERROR"], done["HTTP_STATUS"], done["RETRY_AFTER"]))
        self.ping.behave("unauthorized_client_400")
        self.ping.next("seed_literal")
        done = self.revoke(REFRESH_TOKEN="x", ACCESS_TOKEN="y")
        self.assertEqual(("CLIENT", "unauthorized_client"), (done["ERROR"], done["OAUTH_ERROR"]))

    def test_a_connection_that_dies_in_between_costs_a_second_one(self):
        pair = self.issued()
        self.ping.behave("close_when_reused")
        self.assertEqual("OK", self.revoke(REFRESH_TOKEN=pair.refresh,
                                           ACCESS_TOKEN=pair.access)["ERROR"])
        self.assertIsNone(self.ping.state.live(pair.access))

    def test_one_deadline_covers_both(self):
        self.ping.behave("silence")
        start = time.monotonic()
        done = self.revoke(REFRESH_TOKEN="x", ACCESS_TOKEN="y", REMAINING_MS=400)
        self.assertEqual(("OUTAGE", "MAYBE_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertTrue(0.35 < time.monotonic() - start < 5)

    def test_jobs_with_gaps_are_refused(self):
        for fields in ({}, {"REFRESH_TOKEN": ""}, {"ACCESS_TOKEN": "a b"},
                       {"REFRESH_TOKEN": "x", "ACCESS_TOKEN": ""},
                       {"REFRESH_TOKEN": "x", "ENDPOINT": None},
                       {"REFRESH_TOKEN": "x", "CLIENT_ID": ""}):
            done = self.revoke(**fields)
            self.assertEqual(("PROTOCOL", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
        done = self.revoke(REFRESH_TOKEN="x", ENDPOINT="http://localhost/")
        self.assertEqual(("CONFIGURATION", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertEqual(0, self.ping.connections)

    def test_tokens_are_in_no_detail(self):
        for text in ("no: T0kenT0ken", "T0kenT0ken"):
            self.ping.behave("description", text=text)
            for name in ("REFRESH_TOKEN", "ACCESS_TOKEN"):
                done = self.revoke(**{name: "T0kenT0ken"})
                self.assertEqual("HTTP 400, invalid_grant", done["DETAIL"])

    def test_every_misbehaviour_is_an_outage_or_done(self):
        slow = {"accept_silence", "tls_slow", "silence", "silence_after_effect", "silence_mid_body",
                "slow_reply", "slow_headers", "slow_body"}
        for name in sorted(set(TABLE) - slow):
            with self.subTest(name):
                self.ping.behave(name)
                done = self.revoke(ACCESS_TOKEN="x" * 28)
                refused = name in CLIENT and "_client" in name
                answered = done["PROGRESS"] == "ANSWERED"
                expected = ("CLIENT" if refused else
                            "OK" if answered and done["HTTP_STATUS"] == 200 else "OUTAGE")
                self.assertEqual(expected, done["ERROR"], done.get("DETAIL"))
                if name in NOTHING_SENT:
                    self.assertEqual("NOTHING_SENT", done["PROGRESS"])
                if name in ("rst_after_request", "close_before_effect", "raw"):
                    self.assertEqual("MAYBE_SENT", done["PROGRESS"])


if __name__ == "__main__":
    unittest.main()
