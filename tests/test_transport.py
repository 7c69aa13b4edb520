"""The way to the server, from the configuration to what the server and a proxy see of a login."""
import contextlib
import itertools
import os
import pathlib
import socket
import threading
import unittest

from fixtures import wire
from fixtures.house import CLIENT_SECRET, PASSWORD, House
from fixtures.proxy import Proxy
from ping import Ping, closed_port
from test_e2e_pam import PamCase, alone

AWAY = "PAM_AUTHINFO_UNAVAIL"
OK = "PAM_SUCCESS"
BY_CERTIFICATE = {"client_id": "by-certificate", "client_secret": None, "client_auth": "tls"}


def seal(house, name, secret):
    """mobproc admin seal, as root or as the broker's own user."""
    return house.mobproc("admin", "seal", name, "--stdin", "--socket", str(house.socket),
                         stdin=secret, uid=os.geteuid())


class WayCase(PamCase):
    def log_in(self, house):
        """A login through the module; its code."""
        return self.run_stack(alone(house), "authenticate", user=house.me, password=PASSWORD).code

    def secret_file(self, house, name, text):
        """Its reference."""
        path = house.directory / name
        path.write_text(text)
        path.chmod(0o600)
        house.secrets |= {line for line in text.split("\n") if len(line) > 40}
        return "file:%s" % path

    def pair(self, house):
        """The keys for a client certificate."""
        certificate, key = house.ping.certificates.pair("client")
        return {"client_certificate": certificate,
                "client_key": self.secret_file(house, "key", pathlib.Path(key).read_text())}


class ClientCertificate(WayCase):
    def test_everything_that_is_sent_shows_it(self):
        with House(self, start=False) as house:
            house.ping.add_client("by-certificate", auth="tls")
            house.ping.tls(client_certificate="require")
            house.configure(dict(BY_CERTIFICATE, revocation_endpoint=house.ping.revocation_url,
                                 **self.pair(house)))
            house.start()
            self.assertEqual(OK, self.log_in(house))
            for words in (("token",), ("validate",), ("refresh",), ("logout",)):
                done = house.mobproc(*words)
                self.assertEqual(0, done.returncode, done.stderr)
            kinds = [request.kind for request in house.ping.requests]
            self.assertEqual(["password", "validate_bearer", "validate_bearer", "refresh_token",
                              "revoke", "revoke"], kinds)
            for request in house.ping.requests:
                self.assertEqual("mobproc-client", request.client_certificate)
                self.assertIsNone(request.get("client_secret"))

    def test_without_it_a_server_that_wants_it_is_away(self):
        with House(self) as house:
            house.ping.tls(client_certificate="require")
            self.assertEqual(AWAY, self.log_in(house))
            self.assertEqual([], house.ping.requests)
            house.change(self.pair(house))
            self.assertEqual(OK, self.log_in(house))

    def test_its_key_may_be_sealed(self):
        with House(self, start=False) as house:
            key = pathlib.Path(house.ping.certificates.pair("client")[1]).read_bytes()
            house.ping.tls(client_certificate="require")
            house.configure(dict(self.pair(house), client_key="sealed:key"))
            house.start()
            self.assertEqual(AWAY, self.log_in(house))
            self.assertIn("sealed:key: is not sealed yet", house.log_text())
            done = seal(house, "key", b"not a key")
            self.assertNotEqual(0, done.returncode)
            self.assertIn(b"is no private key in PEM form", done.stderr)
            done = seal(house, "key", key)
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertEqual(OK, self.log_in(house))
            self.assertNotIn(key[40:60], (house.state / "secrets" / "key").read_bytes())

    def test_a_certificate_that_others_may_write_is_refused(self):
        with House(self, start=False) as house:
            keys = self.pair(house)
            own = house.directory / "client.pem"
            own.write_bytes(pathlib.Path(keys["client_certificate"]).read_bytes())
            own.chmod(0o666)
            house.configure(dict(keys, client_certificate=str(own)))
            done = house.mobproc("--check", "--config", str(house.config), program="mobprocd",
                                 uid=os.geteuid())
            self.assertEqual(7, done.returncode)
            self.assertIn(b"client_certificate: %s: " % bytes(own), done.stderr)
            house.start()
            self.assertEqual(AWAY, self.log_in(house))
            self.assertEqual(0, house.ping.connections)
            own.chmod(0o644)
            self.assertEqual(OK, self.log_in(house))


class ThroughAProxy(WayCase):
    def test_a_login_and_a_refresh_go_through_it(self):
        with House(self, start=False) as house, Proxy() as proxy:
            proxy.wants = b"Basic dXNlcjpwOnc="
            house.configure({"proxy": proxy.url,
                             "proxy_credentials": self.secret_file(house, "proxy", "user:p:w\n")})
            house.start()
            self.assertEqual(OK, self.log_in(house))
            self.assertEqual(0, house.mobproc("refresh").returncode)
            self.assertEqual((2, house.ping.connections), (proxy.tunnels, proxy.tunnels))
            for request in house.ping.requests:
                self.assertIsNone(request.header("Proxy-Authorization"))

    def test_N22_one_that_refuses_is_an_outage_and_costs_no_try(self):
        with House(self, start=False) as house, Proxy() as proxy:
            proxy.wants = b"Basic dXNlcjpwOnc="
            house.configure({"proxy": proxy.url})
            house.start()
            for _ in range(4):
                self.assertEqual(AWAY, self.log_in(house))
            self.assertIn("the proxy wants a name and a password", house.log_text())
            self.assertEqual(0, house.ping.connections)
            house.change({"proxy": proxy.url,
                          "proxy_credentials": self.secret_file(house, "proxy", "user:p:w\n")})
            self.assertEqual(OK, self.log_in(house))

    def test_the_environment_names_none(self):
        with Proxy() as proxy:
            named = {name: proxy.url for name in ("https_proxy", "HTTPS_PROXY", "all_proxy",
                                                  "ALL_PROXY", "http_proxy")}
            with House(self, popen={"env": dict(os.environ, **named)}) as house:
                self.assertEqual(OK, self.log_in(house))
                self.assertEqual([], proxy.requests)
                house.change({"proxy": proxy.url})
                house.stop()
                house.popen["env"] = dict(os.environ, no_proxy="*", NO_PROXY="localhost")
                house.start()
                self.assertEqual(OK, self.log_in(house))
                self.assertNotEqual([], proxy.requests)

    def test_credentials_that_are_no_pair_are_told_by_check(self):
        with House(self, start=False) as house:
            house.configure({"proxy": "http://127.0.0.1:1",
                             "proxy_credentials": self.secret_file(house, "proxy", "hunter2\n")})
            done = house.mobproc("--check", "--config", str(house.config), program="mobprocd",
                                 uid=os.geteuid())
            self.assertEqual(7, done.returncode)
            self.assertIn(b"is not name:password", done.stderr)
            self.assertNotIn(b"hunter2", done.stderr)


class Endpoints(WayCase):
    """token_endpoint with more than one address."""

    @contextlib.contextmanager
    def two(self):
        """A house whose second server has the same people; the first is house.ping."""
        with House(self, start=False) as house:
            (house.directory / "second").mkdir()
            with Ping(str(house.directory / "second")) as second:
                second.add_user("command://" + house.me, PASSWORD)
                house.configure({"token_endpoint": "%s %s" % (house.ping.url, second.url),
                                 "timeout": 3})
                house.start()
                yield house, second

    def test_the_next_is_asked_when_the_first_is_away(self):
        with self.two() as (house, second), closed_port() as port:
            away = "https://localhost:%d/token" % port
            house.change({"token_endpoint": "%s %s" % (away, second.url)})
            self.assertEqual(OK, self.log_in(house))
            self.assertEqual(["password", "validate_bearer"],
                             [request.kind for request in second.requests])
            self.assertEqual(0, house.mobproc("refresh").returncode)
            self.assertEqual(1, len(second.posts("refresh_token")))

    def test_N22_after_the_first_byte_there_is_no_next(self):
        """Whether its connection was made ahead or not."""
        behaviours = (("html_503", {}), ("cut_reply", {"at": 10}), ("silence", {}),
                      ("rst_after_request", {}))
        with self.two() as (house, second):
            for ahead, (behaviour, how) in itertools.product(("local", "off"), behaviours):
                with self.subTest(ahead=ahead, behaviour=behaviour):
                    house.change({"token_endpoint": "%s %s" % (house.ping.url, second.url),
                                  "timeout": 3}, {"connect_ahead": ahead})
                    house.ping.forget_requests()
                    for file in (house.state / "guard").glob("*"):
                        file.unlink()
                    house.ping.next(behaviour, **how)
                    self.assertEqual(AWAY, self.log_in(house))
                    self.assertEqual(1, len(house.ping.posts("password")))
            self.assertEqual(0, second.connections)

    def test_records_are_bound_to_the_first(self):
        with self.two() as (house, second):
            first = house.ping.url
            self.assertEqual(OK, self.log_in(house))
            for endpoints, error in ((first, "OK"), ("%s %s" % (second.url, first), "STORAGE")):
                house.change({"token_endpoint": endpoints})
                self.assertEqual(error, house.ask("GET", ACCOUNT="tangoe")["ERROR"])
            done = house.mobproc("token")
            self.assertEqual(b"", done.stdout)
            self.assertIn(b"stored for another server", done.stderr)

    def test_a_sealed_secret_is_bound_to_all_of_them(self):
        with self.two() as (house, second):
            both = {"token_endpoint": "%s %s" % (house.ping.url, second.url),
                    "client_secret": "sealed:one"}
            house.change(both)
            done = seal(house, "one", CLIENT_SECRET.encode())
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertEqual(OK, self.log_in(house))
            house.ping.forget_requests()
            house.change(dict(both, token_endpoint=both["token_endpoint"] +
                              " https://elsewhere.test/token"))
            self.assertEqual(AWAY, self.log_in(house))
            self.assertEqual([], house.ping.requests)


class Connections(WayCase):
    def test_N7_two_people_share_neither_connection_nor_session(self):
        with House(self) as house:
            for version in ("TLSv1.2", "TLSv1.3"):
                house.ping.tls(version=version)
                house.ping.forget_requests()
                for name in ("alice", "bob", "alice") if os.geteuid() == 0 else (house.me,) * 3:
                    self.assertEqual("OK", house.login(name)["ERROR"])
                grants = house.ping.posts("password")
                self.assertEqual(3, len({request.connection for request in grants}))
                self.assertEqual([1, 1, 1], [request.number for request in grants])
                self.assertEqual({False}, {request.resumed for request in house.ping.requests})


class SpyCourier:
    """A courier that writes down its orders and grants whatever is asked."""

    def __init__(self, path):
        self.path = str(path)
        self.orders = []
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listening.bind(self.path)
        self.listening.listen(16)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection = self.listening.accept()[0]
            except OSError:
                return
            with connection:
                packet = connection.recv(1 << 16)
                if packet:
                    self.orders.append(wire.decode(packet))
                    number = len(self.orders)
                    connection.send(wire.encode(
                        "JOB_DONE", ERROR=0, PROGRESS=3, ACCESS_TOKEN="access-%d" % number,
                        REFRESH_TOKEN="refresh-%d" % number, EXPIRES_IN=1))

    def close(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()


class Environments(unittest.TestCase):
    """What production issued, and what was sealed for it, is never sent to qa."""

    OFF = {"token_endpoint": None, "ca": None, "validate": "off", "accept_unvalidated": "yes"}

    @contextlib.contextmanager
    def production(self, **keys):
        """A house in production, with a courier that only listens."""
        with House(self, start=False) as house:
            spy = SpyCourier(house.directory / "courier")
            self.addCleanup(spy.close)
            house.arguments = ["--courier-socket", spy.path]
            self.keys = dict(self.OFF, environment="production", **keys)
            house.configure(self.keys)
            house.start()
            yield house, spy

    def switch(self, house, spy):
        house.change(dict(self.keys, environment="qa"))
        spy.orders.clear()

    def seal(self, house, name, secret):
        house.secrets.add(secret)
        done = seal(house, name, secret.encode())
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn(b"oauth.tangoe.com:443 only", done.stderr + done.stdout)

    def test_N17_a_refresh_token_stays_where_it_was_issued(self):
        with self.production() as (house, spy):
            self.assertEqual("OK", house.login()["ERROR"])
            self.assertEqual(["https://oauth.tangoe.com/as/token.oauth2"],
                             spy.orders[0].all("ENDPOINT"))
            self.switch(house, spy)
            for operation in ("GET", "REFRESH", "VALIDATE", "LOGOUT"):
                done = house.ask(operation, ACCOUNT="tangoe")
                if operation == "GET":
                    self.assertEqual("STORAGE", done["ERROR"])
                    self.assertIn("stored for another server", done["TEXT"])
            self.assertEqual([], spy.orders)

    def test_N17_a_sealed_client_secret_opens_for_one_environment(self):
        with self.production(client_secret="sealed:client") as (house, spy):
            self.seal(house, "client", CLIENT_SECRET)
            self.assertEqual("OK", house.login()["ERROR"])
            self.assertEqual(CLIENT_SECRET, spy.orders[0]["CLIENT_SECRET"])
            self.switch(house, spy)
            self.assertEqual("CONFIGURATION", house.login()["ERROR"])
            self.assertEqual([], spy.orders)  # the person's password stayed here as well
            self.assertIn("sealed:client: does not open as client_secret for "
                          "oauthqa.tangoe.com:443", house.log_text())

    def test_N17_so_does_a_service_account_s_password(self):
        with House(self, start=False) as house:
            spy = SpyCourier(house.directory / "courier")
            self.addCleanup(spy.close)
            house.arguments = ["--courier-socket", spy.path]
            self.keys = dict(self.OFF, environment="production", username="robot", tenant=None,
                             password="sealed:robot", source_system=None, accept_unvalidated=None)
            house.configure(self.keys, {"login_account": None})
            house.start()
            self.seal(house, "robot", "a robot's password")
            self.assertEqual("OK", house.ask("GET", ACCOUNT="tangoe")["ERROR"])
            self.assertEqual("a robot's password", spy.orders[0]["PASSWORD"])
            house.change(dict(self.keys, environment="qa"), {"login_account": None})
            spy.orders.clear()
            self.assertEqual("CONFIGURATION", house.ask("GET", ACCOUNT="tangoe")["ERROR"])
            self.assertEqual([], spy.orders)


if __name__ == "__main__":
    unittest.main()
