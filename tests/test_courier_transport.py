"""The way to the server: which authority, our certificate, a proxy, the next endpoint (ATTACKS N5)."""
import base64
import hashlib
import pathlib
import socket
import subprocess
import tempfile
import time
import unittest

from fixtures.courier import (TANGOE_ID, TANGOE_SECRET, password_job, refresh_job, revoke_job,
                              validate_job, validation)
from fixtures.proxy import Proxy
from ping import Ping, closed_port
from test_courier import PASSWORD, USER, CourierCase, sent_form
from test_courier_tls import curl_version
from test_courier_validation import CLAIMS, claims


class TransportCase(CourierCase):
    def misconfigured(self, **fields):
        """Refused before anything is connected; the reason."""
        connections = self.ping.connections
        done = self.login(**fields)
        self.assertEqual(("CONFIGURATION", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertEqual(connections, self.ping.connections)
        return done["DETAIL"]

    def refused(self, **fields):
        """The server is not believed: it gets no byte."""
        self.ping.forget_requests()
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), self.outcome(**fields))
        self.assertEqual(0, self.ping.application_bytes)


class ClientCertificate(TransportCase):
    def setUp(self):
        super().setUp()
        self.pair = dict(zip(("CLIENT_CERTIFICATE", "CLIENT_KEY"), self.texts("client")))

    def texts(self, kind):
        """A certificate and its key, as an order carries them."""
        return [pathlib.Path(path).read_text("ascii")
                for path in self.ping.certificates.pair(kind)]

    def test_it_is_shown_to_a_server_that_wants_one(self):
        for version in ("TLSv1.2", "TLSv1.3"):
            self.ping.tls(client_certificate="require", version=version)
            self.assertEqual(("OK", "ANSWERED"), self.outcome(**self.pair))
            self.assertEqual("mobproc-client", self.ping.requests[-1].client_certificate)
        self.ping.tls()
        self.assertEqual(("OK", "ANSWERED"), self.outcome(**self.pair))
        self.assertIsNone(self.ping.requests[-1].client_certificate)

    def test_it_can_be_all_there_is_to_know_the_client_by(self):
        self.ping.tls(client_certificate="request")
        self.ping.add_client(TANGOE_ID, auth="tls")
        for job in (password_job(self.ping, USER, PASSWORD, CLIENT_AUTH="TLS", **self.pair),
                    revoke_job(self.ping, ACCESS_TOKEN="x", CLIENT_AUTH="TLS", **self.pair),
                    validate_job(self.ping, self.token(), "INTROSPECT", CLIENT_AUTH="TLS",
                                 **self.pair)):
            self.assertEqual("OK", self.courier.do(job)["ERROR"])
            form = sent_form(self.ping.requests[-1])
            self.assertEqual([TANGOE_ID.encode()], form["client_id"])
            self.assertNotIn("client_secret", form)
            self.assertIsNone(self.ping.requests[-1].header("Authorization"))
        self.assertEqual("CLIENT", self.login(CLIENT_AUTH="NONE")["ERROR"])

    def token(self):
        state = self.ping.state
        return state.password(state.clients[TANGOE_ID], USER, PASSWORD, "MOBPROC").access

    def test_tls_without_a_certificate_is_a_wrong_configuration(self):
        self.assertIn("client certificate", self.misconfigured(CLIENT_AUTH="TLS"))
        self.assertIn("client_certificate",
                      self.misconfigured(CLIENT_KEY=self.pair["CLIENT_KEY"]))

    def test_a_pair_that_cannot_be_used_is_a_wrong_configuration(self):
        certificate, key = self.pair.values()
        other_key = self.texts("good")[1]
        encrypted = subprocess.run(["openssl", "pkey", "-aes128", "-passout", "pass:x"],
                                   input=key, check=True, encoding="ascii",
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        for pair in ((certificate, "x"), ("x", key), (certificate, other_key),
                     (certificate, encrypted), (certificate, None), (None, key), (key, key),
                     (certificate, certificate)):
            with self.subTest(pair):
                self.ping.forget_requests()
                start = time.monotonic()
                done = self.login(CLIENT_CERTIFICATE=pair[0], CLIENT_KEY=pair[1])
                self.assertEqual(("CONFIGURATION", "NOTHING_SENT"),
                                 (done["ERROR"], done["PROGRESS"]))
                self.assertTrue(done["DETAIL"])
                self.assertNotIn("PRIVATE", done["DETAIL"])
                self.assertEqual(0, self.ping.application_bytes)
                self.assertLess(time.monotonic() - start, 5)

    def test_a_validator_that_is_told_nothing_of_the_client_does_not_see_it(self):
        self.ping.tls(client_certificate="request")
        for way, name in (("BEARER", "mobproc-client"), ("URL", None)):
            self.ping.forget_requests()
            done = self.login(**dict(validation(self.ping, way), **self.pair))
            self.assertEqual("OK", done["ERROR"])
            grant, check = self.ping.requests
            self.assertEqual("mobproc-client", grant.client_certificate)
            self.assertEqual(name, check.client_certificate)
            self.assertEqual(name is None, grant.connection != check.connection)


def pin(certificate):
    """The SHA-256 of its public key as curl --pinnedpubkey takes it, by openssl."""
    public = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"],
                            check=True, stdout=subprocess.PIPE).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=public,
                         check=True, stdout=subprocess.PIPE).stdout
    return "sha256//" + base64.b64encode(hashlib.sha256(der).digest()).decode()


class Fingerprint(TransportCase):
    def setUp(self):
        super().setUp()
        self.right = pin(self.ping.certificates.pair("good")[0])
        self.wrong = pin(self.ping.certificates.pair("rsa")[0])

    def test_N5_only_a_server_with_that_key_is_believed(self):
        self.assertEqual("OK", self.login(CA_FINGERPRINT=self.right)["ERROR"])
        self.assertEqual("OK", self.login(CA_FINGERPRINT=self.wrong + ";" + self.right)["ERROR"])
        self.refused(CA_FINGERPRINT=self.wrong)
        self.ping.tls(certificate="rsa")
        self.refused(CA_FINGERPRINT=self.right)

    def test_N5_the_key_alone_is_not_believed(self):
        for kind in ("self_signed", "unknown_ca", "expired", "wrong_host"):
            self.ping.tls(certificate=kind)
            self.refused(CA_FINGERPRINT=pin(self.ping.certificates.pair(kind)[0]))

    def test_a_proxy_needs_none_and_a_file_is_none(self):
        with Proxy(self.ping.certificates.pair("rsa")) as proxy:
            self.assertEqual("OK", self.login(PROXY=proxy.url,
                                              CA_FINGERPRINT=self.right)["ERROR"])
        self.misconfigured(CA_FINGERPRINT="/etc/passwd")


class ThroughAProxy(TransportCase):
    def setUp(self):
        super().setUp()
        self.proxy = self.enter(Proxy())

    def through(self, **fields):
        return self.login(**dict({"PROXY": self.proxy.url}, **fields))

    def test_it_sees_a_host_and_a_port_and_no_secret(self):
        for auth in ("BODY", "BASIC"):
            self.ping.add_client(TANGOE_ID, TANGOE_SECRET, auth=auth.lower())
            self.assertEqual("OK", self.through(CLIENT_AUTH=auth)["ERROR"])
            head = self.proxy.requests[-1]
            self.assertTrue(head.startswith(b"CONNECT localhost:%d HTTP/1.1\r\n" % self.ping.port))
            self.assertEqual({b"host", b"user-agent", b"proxy-connection"},
                             {line.partition(b":")[0].lower()
                              for line in head.strip().split(b"\r\n")[1:]})
        self.assertEqual([], self.ping.faults)
        self.assertNotIn(b"roxy", self.ping.requests[-1].head)

    def test_one_tunnel_serves_grant_and_validation(self):
        done = self.through(**validation(self.ping, "BEARER"))
        self.assertEqual(("OK", CLAIMS, 1), (done["ERROR"], claims(done), self.proxy.tunnels))

    def test_the_server_s_certificate_is_checked_through_it(self):
        self.ping.tls(certificate="wrong_host")
        self.refused(PROXY=self.proxy.url)
        self.assertEqual(1, self.proxy.tunnels)

    def test_names_are_looked_up_by_the_proxy(self):
        self.ping.tls(certificate="good")  # it is for ping.test too
        done = self.through(ENDPOINT="https://ping.test:%d/as/token.oauth2" % self.ping.port)
        self.assertEqual("OK", done["ERROR"])

    def test_credentials_go_to_the_proxy_alone(self):
        self.proxy.wants = b"Basic dXNlcjpwOnfDvA=="
        done = self.through(PROXY_CREDENTIALS="user:p:wü")
        self.assertEqual("OK", done["ERROR"])
        self.assertNotIn(b"Authorization", self.ping.requests[-1].head)

    def test_what_the_proxy_wants_is_told(self):
        self.proxy.wants = b"Basic dXNlcjpwdw=="
        for credentials, said in ((None, "the proxy wants a name and a password"),
                                  ("user:wrong", "the proxy wants another name and password")):
            done = self.through(PROXY_CREDENTIALS=credentials)
            self.assertEqual(("OUTAGE", "NOTHING_SENT", said),
                             (done["ERROR"], done["PROGRESS"], done["DETAIL"]))
            self.assertNotIn("HTTP_STATUS", done)
        self.assertEqual(2, len(self.proxy.requests))
        self.assertEqual(0, self.ping.connections)

    def test_a_proxy_that_refuses_is_an_outage_of_the_way(self):
        for status in (200 + 1, 302, 400, 401, 403, 502, 503):
            with self.subTest(status):
                self.proxy.status = status
                done = self.through()
                if status != 201:  # any 2xx opens the tunnel; here nobody is behind it
                    self.assertIn(str(status), done["DETAIL"])
                self.assertEqual(("OUTAGE", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
                self.assertNotIn("HTTP_STATUS", done)

    def test_a_proxy_that_talks_nonsense_is_one_too(self):
        for head in (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", b"\0" * 9000, b"220 ftp\r\n",
                     b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200000, b""):
            self.proxy.head = head
            done = self.through(REMAINING_MS=1500)
            self.assertEqual(("OUTAGE", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertEqual(0, self.ping.connections)

    def test_a_proxy_that_is_away_is_not_passed_by(self):
        with closed_port() as port:
            self.refused(PROXY="http://127.0.0.1:%d" % port)
        self.assertEqual(0, self.ping.connections)

    def test_a_silent_one_costs_the_time_to_connect(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            done = self.through(PROXY="http://127.0.0.1:%d" % silent.getsockname()[1],
                                CONNECT_MS=300)
            self.assertEqual(("OUTAGE", "no connection in time"), (done["ERROR"], done["DETAIL"]))

    def test_over_tls_it_is_believed_as_a_server_is(self):
        with Proxy(self.ping.certificates.pair("good")) as proxy:
            self.assertEqual("OK", self.through(PROXY=proxy.url)["ERROR"])
            if curl_version() >= (7, 80):
                self.ping.tls(certificate="cn_only")
                self.refused(PROXY=proxy.url)
        for kind in ("wrong_host", "self_signed", "expired", "unknown_ca"):
            with Proxy(self.ping.certificates.pair(kind)) as proxy:
                self.refused(PROXY=proxy.url, PROXY_CREDENTIALS="a:b")
                self.assertEqual([], proxy.requests)

    def test_odd_proxies_are_a_wrong_configuration(self):
        for proxy in ("proxy:3128", "socks5://127.0.0.1:1", "http://a:b@127.0.0.1:1", "http://x",
                      "http://127.0.0.1:1/x", "http://:1"):
            self.assertIn("proxy", self.misconfigured(PROXY=proxy))
        self.assertIn("proxy", self.misconfigured(PROXY_CREDENTIALS="a:b"))
        self.assertIn("proxy", self.misconfigured(PROXY=self.proxy.url, PROXY_CREDENTIALS="ab"))

    def test_plain_http_on_127_0_0_1_does_not_go_through_it(self):
        plain = self.ping.elsewhere.servers[1]
        done = self.through(ENDPOINT="http://127.0.0.1:%d/as/token.oauth2" % plain.port)
        self.assertEqual(("OK", []), (done["ERROR"], self.proxy.requests))


class Endpoints(TransportCase):
    """Several token endpoints: the next one while nothing was said to the one before."""

    def setUp(self):
        super().setUp()
        self.second = self.enter(Ping(self.enter(tempfile.TemporaryDirectory(prefix="mobproc-2."))))
        self.second.add_user(USER, PASSWORD)
        self.second.state.users.lock_after = 0
        self.away = "https://localhost:%d/" % self.enter(closed_port())

    def asked(self, *endpoints, **fields):
        return self.login(ENDPOINT=list(endpoints), **fields)

    def test_the_first_that_can_be_reached_is_asked(self):
        done = self.asked(self.ping.url, self.second.url)
        self.assertEqual(("OK", 1, 0), (done["ERROR"], len(self.ping.posts()),
                                        self.second.connections))
        done = self.asked(self.away, self.away, self.second.url, self.ping.url)
        self.assertEqual(("OK", 1, 1), (done["ERROR"], len(self.ping.posts()),
                                        len(self.second.posts())))

    def test_one_that_is_not_believed_gets_nothing(self):
        self.ping.tls(certificate="self_signed")
        self.assertEqual("OK", self.asked(self.ping.url, self.second.url)["ERROR"])
        self.assertEqual((0, 1), (self.ping.application_bytes, len(self.second.posts())))

    def test_after_the_first_byte_there_is_no_second(self):
        for name, error in (("html_503", "OUTAGE"), ("rst_after_request", "OUTAGE"),
                            ("silence", "OUTAGE"), ("wrong_password", "DENIED"),
                            ("too_many_requests", "OUTAGE"), ("close_before_effect", "OUTAGE"),
                            ("invalid_client_401", "CLIENT"), ("redirect_307_https", "OUTAGE")):
            with self.subTest(name):
                self.ping.behave(name)
                self.ping.forget_requests()
                done = self.asked(self.ping.url, self.second.url, REMAINING_MS=1000)
                self.assertEqual((error, 1), (done["ERROR"], len(self.ping.posts())))
        self.assertEqual(0, self.second.connections)

    def test_a_silent_one_leaves_time_for_the_next(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = "https://localhost:%d/" % silent.getsockname()[1]
            start = time.monotonic()
            done = self.asked(address, self.second.url, REMAINING_MS=2000)
            self.assertEqual("OK", done["ERROR"])
            self.assertTrue(0.9 < time.monotonic() - start < 2)
            done = self.asked(address, address, self.second.url, REMAINING_MS=3000, CONNECT_MS=200)
            self.assertEqual("OK", done["ERROR"])

    def test_when_all_are_away_nothing_was_sent(self):
        done = self.asked(self.away, self.away)
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))

    def test_an_address_that_is_none_is_not_passed_by(self):
        done = self.asked(self.away, "http://localhost/", self.second.url)
        self.assertEqual(("CONFIGURATION", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))

    def test_a_refresh_is_sent_to_one_as_well(self):
        refresh = self.asked(self.second.url)["REFRESH_TOKEN"]
        done = self.courier.do(refresh_job(self.ping, refresh,
                                           ENDPOINT=[self.away, self.second.url]))
        self.assertEqual("OK", done["ERROR"])
        self.second.behave("rst_after_request")
        done = self.courier.do(refresh_job(self.ping, done["REFRESH_TOKEN"],
                                           ENDPOINT=[self.second.url, self.ping.url]))
        self.assertEqual(("OUTAGE", "MAYBE_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertEqual(0, self.ping.connections)

    def test_a_token_is_validated_where_it_was_issued(self):
        done = self.asked(self.away, self.second.url, VALIDATION="BEARER",
                          VALIDATION_ENDPOINT=self.away)
        self.assertEqual(("OK", CLAIMS), (done["ERROR"], claims(done)))
        done = self.asked(self.away, self.second.url, VALIDATION="INTROSPECT",
                          VALIDATION_ENDPOINT=self.ping.introspection_url)
        self.assertEqual("DENIED", done["ERROR"])  # the order names another one: so be it

    def test_there_are_at_most_eight_and_only_for_tokens(self):
        for count, error in ((8, "OK"), (9, "PROTOCOL")):
            done = self.asked(*([self.away] * (count - 1) + [self.second.url]))
            self.assertEqual(error, done["ERROR"])
        self.assertEqual("PROTOCOL", self.asked(self.second.url, "")["ERROR"])
        done = self.courier.do(revoke_job(self.ping, ACCESS_TOKEN="x", ENDPOINT=[
            self.ping.revocation_url, self.second.revocation_url]))
        self.assertEqual("PROTOCOL", done["ERROR"])


if __name__ == "__main__":
    unittest.main()
