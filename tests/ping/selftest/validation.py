"""validate_bearer, introspection, Tangoe's validator."""

import json

from ..clients import TANGOE_ID
from .client import ALICE, PASSWORD, PingCase, credentials

CLAIMS = {"platform": "command", "tenant": "XYZ", "multitenant": "false", "domain": "*",
          "identityProvider": "pcv_edge", "identifier": "alice"}


class Validation(PingCase):
    """What the server says of a token."""

    def test_the_nested_reply(self):
        members = json.loads(self.validate(self.tokens()[0]).body)
        self.assertIn(members.pop("expires_in"), (7198, 7199))
        self.assertEqual({
            "access_token": CLAIMS, "scope": "MOBPROC", "client_id": TANGOE_ID,
            "token_type": "urn:pingidentity.com:oauth2:validated_token"}, members)

    def test_claims_can_be_given(self):
        self.ping.add_user(ALICE, PASSWORD, tenant="ABC", identifier="api.account.abc")
        claims = json.loads(self.validate(self.tokens()[0]).body)["access_token"]
        self.assertEqual(("ABC", "api.account.abc"), (claims["tenant"], claims["identifier"]))

    def test_a_validating_client_needs_no_secret(self):
        self.ping.add_client("checker", auth="none", grants=["validate_bearer"])
        access, _ = self.tokens()
        answer = self.post({"client_id": "checker", "token": access, "grant_type":
                            "urn:pingidentity.com:oauth2:grant_type:validate_bearer"})
        self.assertEqual(TANGOE_ID, json.loads(answer.body)["client_id"])

    def test_a_refresh_token_is_no_access_token(self):
        self.assertEqual(400, self.validate(self.tokens()[1]).status)

    def test_introspection(self):
        access, refresh = self.tokens()
        members = self.introspect(token=access)
        self.assertIs(True, members["active"])
        self.assertEqual((TANGOE_ID, "MOBPROC", "Bearer", "XYZ"), (
            members["client_id"], members["scope"], members["token_type"], members["tenant"]))
        self.assertAlmostEqual(self.ping.state.now() + 7199, members["exp"], delta=5)
        self.assertEqual({"active": False}, self.introspect(token="x"))
        self.assertEqual({"active": False}, self.introspect(token=refresh))
        hinted = self.introspect(token=refresh, token_type_hint="refresh_token")
        self.assertIs(True, hinted["active"])

    def introspect(self, **parameters):
        """The introspection endpoint's JSON."""
        answer = self.post(dict(credentials(), **parameters), path="/as/introspect.oauth2")
        self.assertEqual(200, answer.status)
        return json.loads(answer.body)

    def test_introspection_wants_a_client(self):
        self.assertEqual(401, self.post({"token": "x"}, path="/as/introspect.oauth2").status)

    def test_the_validator(self):
        access, _ = self.tokens()
        answer = self.post(b"", path="/validator", query={"access_token": access}, method="GET")
        members = json.loads(answer.body)
        self.assertEqual((CLAIMS, TANGOE_ID), (members["access_token"], members["client_id"]))
        answer = self.post(b"", path="/validator", query={"access_token": "x"}, method="GET")
        self.assertEqual(400, answer.status)

    def test_the_flat_shape(self):
        access, _ = self.tokens()
        self.ping.behave("validation_flat")
        for answer in (self.validate(access), self.post({"access_token": access},
                                                        path="/validator")):
            members = json.loads(answer.body)
            del members["expires_in"]
            self.assertEqual({"scope": "MOBPROC", "client_id": TANGOE_ID, "username": "alice",
                              "platform": "command", "identityProvider": "pcv_edge"}, members)

    def test_forged_claims(self):
        access, _ = self.tokens()
        for name, claim, value in (("other_tenant", "tenant", "ABC"),
                                   ("other_user", "identifier", "mallory"),
                                   ("multitenant_True", "multitenant", "True"),
                                   ("multitenant_list", "multitenant", []),
                                   ("multitenant_absent", "multitenant", None)):
            self.ping.next(name)
            members = json.loads(self.validate(access).body)
            self.assertEqual(dict(CLAIMS, **{claim: value})[claim],
                             members["access_token"].get(claim))
            self.ping.next(name)
            introspected = self.introspect(token=access)
            self.assertEqual(value, introspected.get(claim))

    def test_node_lag(self):
        access, _ = self.tokens()
        self.ping.behave("node_lag", seconds=30)
        self.assertEqual(400, self.validate(access).status)
        self.ping.state.advance(31)
        self.assertEqual(200, self.validate(access).status)
