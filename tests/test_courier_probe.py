"""A probe tells how far the way to the server is good, and hands over no token."""
import unittest

from fixtures import wire
from fixtures.courier import job, validation
from test_courier import CourierCase

OK, WARNING, FAILED = 1, 2, 3


class Probe(CourierCase):
    def probe(self, **fields):
        """The answer to a probe with made-up tokens; .steps is {name: (result, words)}."""
        usual = {"CA": self.ping.ca, "REFRESH_TOKEN": "made-up", "ACCESS_TOKEN": "made-up"}
        done = self.courier.do(job("JOB_PROBE", fields.pop("ENDPOINT", self.ping.url),
                                   **dict(usual, **fields)))
        self.assertEqual(done.operation, "JOB_DONE")
        steps = [wire.decode(step) for step in done.all("PROBE_STEP")]
        done.steps = {step["STEP_NAME"]: (step["STEP_RESULT"], step["TEXT"]) for step in steps}
        return done

    def test_a_good_way_with_validation(self):
        done = self.probe(**validation(self.ping, "BEARER"))
        self.assertEqual(done["ERROR"], "OK")
        self.assertEqual({name: result for name, (result, _) in done.steps.items()},
                         dict.fromkeys(("dns", "tcp", "tls", "clock", "client", "validation"), OK))
        self.assertEqual(len(self.ping.requests), 2)
        self.assertEqual(self.ping.posts("password"), [])

    def test_the_plain_validator_is_left_alone(self):
        done = self.probe(**validation(self.ping, "URL"))
        self.assertNotIn("validation", done.steps)
        self.assertEqual(len(self.ping.requests), 1)

    def test_a_token_that_is_given_is_not_handed_over(self):
        self.ping.behave("status", code=200, media_type="application/json",
                         body='{"access_token": "for-anybody", "refresh_token": "x", '
                              '"token_type": "Bearer"}')
        done = self.probe(**validation(self.ping, "BEARER"))
        self.assertEqual(done.steps["client"][0], FAILED)
        for name in ("ACCESS_TOKEN", "REFRESH_TOKEN", "EXPIRES_IN", "SCOPE", "VALIDATED_AT"):
            self.assertNotIn(name, done)
        self.assertNotIn("for-anybody", repr(done.fields))

    def test_claims_of_a_made_up_token_are_not_handed_over(self):
        self.ping.behave("body", when="validate_bearer", data=(
            b'{"access_token": {"client_id": null, "tenant": "XYZ"}, "expires_in": 100}'))
        done = self.probe(**validation(self.ping, "BEARER"))
        self.assertNotEqual(done.steps["validation"][0], OK)
        self.assertEqual([name for name, _ in done.fields if name.startswith("CLAIM_")], [])

    def test_a_server_that_echoes_the_secret(self):
        self.ping.behave("oauth_error", status=401, error="invalid_client",
                         description="secret 81f40d2777ea4a41A992535F17AC92EC is wrong")
        done = self.probe()
        self.assertEqual(done.steps["client"][0], FAILED)
        self.assertNotIn("81f40d2777ea4a41A992535F17AC92EC", repr(done.fields))

    def test_a_probe_without_a_token_is_refused(self):
        self.assertEqual(self.probe(REFRESH_TOKEN=None)["ERROR"], "PROTOCOL")
        self.assertEqual(self.ping.requests, [])

    def test_a_date_that_is_nonsense_is_no_clock(self):
        for date in (b"yesterday", b"x" * 60, b""):
            with self.subTest(date):
                self.ping.behave("raw", body=False, data=(
                    b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
                    b"Connection: close\r\nDate: " + date + b"\r\n"
                    b"Content-Length: 25\r\n\r\n" b'{"error":"invalid_grant"}'))
                steps = self.probe().steps
                self.assertEqual(steps["client"][0], OK)
                self.assertNotIn("clock", steps)


if __name__ == "__main__":
    unittest.main()
