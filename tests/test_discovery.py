"""issuer: the server's own document names its endpoints, and none elsewhere."""
import json
import os
import unittest

from fixtures.house import PASSWORD, House
from ping.request import DISCOVERY_PATHS
from test_e2e_pam import PamCase, alone

AWAY = "PAM_AUTHINFO_UNAVAIL"
OK = "PAM_SUCCESS"


class DiscoveryCase(PamCase):
    def house(self, **keys):
        """A house whose configuration names the issuer and no token endpoint."""
        house = House(self, start=False)
        house.keys = dict({"token_endpoint": None, "issuer": house.ping.base}, **keys)
        house.configure(house.keys)
        house.start()
        return house

    def log_in(self, house, password=PASSWORD):
        """A login through the module; its code."""
        return self.run_stack(alone(house), "authenticate", user=house.me, password=password).code

    def kinds(self, house):
        """What the server was asked since this was looked at last."""
        kinds = [request.kind for request in house.ping.requests]
        house.ping.forget_requests()
        return kinds


class Found(DiscoveryCase):
    def test_every_endpoint_is_found_and_asked_for_once(self):
        with self.house(validate="introspect") as house:
            self.assertEqual(OK, self.log_in(house))
            self.assertEqual(["discovery", "password", "introspect"], self.kinds(house))
            self.assertEqual(OK, self.log_in(house))
            for words in (("refresh",), ("validate",), ("logout",)):
                self.assertEqual(0, house.mobproc(*words).returncode)
            self.assertEqual(["password", "introspect", "refresh_token", "introspect", "revoke",
                              "revoke"], self.kinds(house))

    def test_a_token_that_is_there_needs_none(self):
        with self.house() as house:
            self.assertEqual(OK, self.log_in(house))
            house.ping.stop()
            house.stop()
            house.start()
            self.assertEqual(0, house.mobproc("token").returncode)

    def test_a_sign_in_with_a_browser_finds_its_page(self):
        with self.house() as house:
            where = house.ask("BEGIN_BROWSER", ACCOUNT="tangoe")
            self.assertEqual(("OK", ["discovery"]), (where["ERROR"], self.kinds(house)))
            begun = house.ask("BEGIN_BROWSER", ACCOUNT="tangoe",
                              REDIRECT_URI="http://127.0.0.1:5/callback")
            self.assertEqual(house.ping.authorization_url, begun["URL"].partition("?")[0])
            self.assertEqual([], self.kinds(house))
            house.reload()
            house.ping.next("html_503", when="discovery")
            self.assertEqual("OUTAGE", house.ask("BEGIN_BROWSER", ACCOUNT="tangoe")["ERROR"])

    def test_the_oauth_document_is_the_second_choice(self):
        with self.house() as house:
            house.ping.documents = {DISCOVERY_PATHS[1]}
            self.assertEqual(OK, self.log_in(house))
            self.assertEqual(list(DISCOVERY_PATHS),
                             [request.path for request in house.ping.requests[:2]])

    def test_what_the_file_names_wins(self):
        with self.house() as house:
            house.change(dict(house.keys, token_endpoint=house.ping.url))
            house.ping.next("discovery", when="discovery", member="token_endpoint",
                            value=house.ping.base + "/nothing")
            self.assertEqual(OK, self.log_in(house))
            self.assertEqual(["password", "validate_bearer"], self.kinds(house))
            self.assertEqual(0, house.mobproc("logout").returncode)
            self.assertEqual(["discovery", "revoke", "revoke"], self.kinds(house))

    def test_it_is_read_again_after_a_reload_and_after_an_outage(self):
        with self.house() as house:
            self.assertEqual(OK, self.log_in(house))
            house.reload()
            self.assertEqual(OK, self.log_in(house))
            self.assertEqual(2, self.kinds(house).count("discovery"))
            house.ping.next("html_503", when="password")
            self.assertEqual(AWAY, self.log_in(house))
            self.assertEqual(OK, self.log_in(house))
            self.assertEqual(["password", "discovery", "password", "validate_bearer"],
                             self.kinds(house))
            self.assertEqual("PAM_AUTH_ERR", self.log_in(house, "wrong"))
            self.assertEqual(OK, self.log_in(house))
            self.assertNotIn("discovery", self.kinds(house))

    def test_the_client_s_certificate_is_shown_and_no_secret(self):
        with self.house() as house:
            certificate, key = house.ping.certificates.pair("client")
            house.change(dict(house.keys, client_certificate=certificate,
                              client_key="file:" + key))
            house.ping.tls(client_certificate="require")
            self.assertEqual(OK, self.log_in(house))
            document = house.ping.requests[0]
            self.assertEqual(("GET", "discovery", "mobproc-client"),
                             (document.method, document.kind, document.client_certificate))
            self.assertEqual((b"", None, []), (document.body, document.header("Authorization"),
                                               document.parameters))


class Refused(DiscoveryCase):
    """An outage: never a denial, never a request elsewhere, and no try is lost."""

    def refuse(self, house, name, **how):
        house.ping.behave(name, when="discovery", **how)
        self.assertEqual(AWAY, self.log_in(house), (name, how))
        self.assertEqual({"discovery"}, set(self.kinds(house)), (name, how))
        house.ping.behave(None)

    def test_N17_a_document_that_is_not_to_be_believed(self):
        with self.house() as house:
            elsewhere = house.ping.elsewhere.servers[0]
            elsewhere.forget_requests()
            base = house.ping.base
            for name in ("discovery_foreign_issuer", "discovery_http_endpoint",
                         "discovery_file_endpoint"):
                self.refuse(house, name)
            for issuer in (base + "/", base.upper(), base.replace("https", "http"), "", None, 7):
                self.refuse(house, "discovery", member="issuer", value=issuer)
            for endpoint in ("https://localhost:%d/as/token.oauth2" % elsewhere.port,
                             "https://localhost/as/token.oauth2", "https://evil.test@localhost/",
                             base.replace("localhost", "127.0.0.1") + "/as/token.oauth2",
                             base + "/as/token.oauth2?x=y", base + "/a\nb", base + "#x", None, [],
                             "https://" + "x" * 2000, base + "/" + "x" * 2000):
                self.refuse(house, "discovery", member="token_endpoint", value=endpoint)
            self.assertEqual([], elsewhere.requests)
            self.assertEqual(OK, self.log_in(house))

    def test_answers_that_are_no_document(self):
        with self.house(timeout=2) as house:
            for name in ("html_503", "redirect_302_https", "redirect_302_self", "html_200",
                         "silence", "rst_after_request", "endless_body", "gzip_body", "body_65k",
                         "body_100mb", "rst_mid_body", "too_many_requests"):
                self.refuse(house, name)
            self.assertEqual(OK, self.log_in(house))
            house.reload()
            house.ping.documents = set()
            self.kinds(house)
            self.assertEqual(AWAY, self.log_in(house))
            self.assertEqual(["discovery", "discovery"], self.kinds(house))

    def test_an_endpoint_elsewhere_is_as_if_it_were_not_named(self):
        with self.house() as house:
            house.ping.next("discovery", when="discovery", member="revocation_endpoint",
                            value="https://evil.test/revoke")
            self.assertEqual(OK, self.log_in(house))
            done = house.mobproc("logout")
            self.assertIn(b"the server was not told", done.stderr)
            self.assertNotIn("revoke", self.kinds(house))

    def test_doctor_says_where_it_ends(self):
        with self.house() as house:
            house.ping.documents = set()
            done = house.mobproc("doctor", "--json", "--socket", str(house.socket),
                                 uid=os.geteuid())
            words = [check["words"] for check in json.loads(done.stdout)["checks"]]
            self.assertTrue(any("there is no document of the issuer" in word for word in words),
                            words)


if __name__ == "__main__":
    unittest.main()
