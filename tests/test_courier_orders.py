"""What the courier refuses to be told: by addresses, by its environment, by packets."""
import os
import socket
import tempfile
import unittest

from fixtures.courier import Courier, job, password_job, refresh_job
from test_courier import PASSWORD, USER, CourierCase


class Endpoints(CourierCase):
    def test_only_https_and_numeric_loopback_are_dialled(self):
        port = self.ping.port
        for endpoint in ("http://localhost:%d/" % port, "ftp://127.0.0.1:%d/" % port,
                         "file:///etc/passwd", "https://a:b@localhost:%d/" % port,
                         "http://127.0.0.1:%d@localhost/" % port, "localhost:%d" % port,
                         "https://localhost:%d/#x" % port, "https://localhost:%d/ x" % port):
            with self.subTest(endpoint):
                self.assertEqual(("CONFIGURATION", "NOTHING_SENT"), self.outcome(ENDPOINT=endpoint))
        self.assertEqual(0, self.ping.connections)

    def test_plain_http_on_127_0_0_1_works(self):
        plain = self.ping.elsewhere.servers[1]
        done = self.login(ENDPOINT="http://127.0.0.1:%d/as/token.oauth2" % plain.port)
        self.assertEqual("OK", done["ERROR"])
        self.assertEqual("E" * 28, done["ACCESS_TOKEN"])

    def test_P13_a_ca_that_cannot_be_read_is_a_wrong_configuration(self):
        fifo = os.path.join(self.directory, "fifo.pem")
        os.mkfifo(fifo)
        empty = os.path.join(self.directory, "empty.pem")
        with open(empty, "wb"):
            pass
        for authority in ("/nonexistent", "etc/ssl/certs", "/dev/null", empty, fifo):
            with self.subTest(authority):
                self.assertEqual(("CONFIGURATION", "NOTHING_SENT"), self.outcome(CA=authority))
        self.assertEqual(0, len(self.ping.requests))


class HostileEnvironment(CourierCase):
    """ATTACKS N1, N2, N4: none of these variables is heard."""

    def setUp(self):
        self.trap = self.enter(socket.create_server(("127.0.0.1", 0)))
        self.home = self.enter(tempfile.TemporaryDirectory(prefix="mobproc-home."))
        proxy = "http://user:pw@127.0.0.1:%d" % self.trap.getsockname()[1]
        for name in (".netrc", ".curlrc", "openssl.cnf"):
            with open(os.path.join(self.home, name), "w", encoding="ascii") as file:
                file.write("machine localhost login mallory password evil\n"
                           if name == ".netrc" else "proxy = %s\n" % proxy)
        self.environment = {name: proxy for name in (
            "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")}
        self.environment.update(
            HOME=self.home, CURL_HOME=self.home, XDG_CONFIG_HOME=self.home, QLOGDIR=self.home,
            SSLKEYLOGFILE=os.path.join(self.home, "keys"), SSL_CERT_FILE="/nonexistent",
            SSL_CERT_DIR="/nonexistent", NETRC=os.path.join(self.home, ".netrc"),
            OPENSSL_CONF=os.path.join(self.home, "openssl.cnf"), OPENSSL_MODULES=self.home,
            CURL_SSL_BACKEND="none", CURL_CA_BUNDLE="/nonexistent", LOCALDOMAIN="evil.test",
            RES_OPTIONS="timeout:30 attempts:5", LANG="tr_TR.UTF-8", LC_ALL="tr_TR.UTF-8",
            TZ=":/dev/null", no_proxy="", LISTEN_FDS="7", LISTEN_PID="1", PATH=self.home)
        super().setUp()

    def test_N1_N2_N4_nothing_changes_and_no_file_appears(self):
        before = sorted(os.listdir(self.home))
        self.assertEqual(("OK", "ANSWERED"), self.outcome())
        self.assertEqual(before, sorted(os.listdir(self.home)))
        self.assertIsNone(self.ping.requests[0].header("Authorization"))
        self.trap.settimeout(0.1)
        self.assertRaises(socket.timeout, self.trap.accept)

    def test_N2_a_ca_from_the_environment_is_not_believed(self):
        self.courier.stop()
        self.environment.update(SSL_CERT_FILE=self.ping.ca, CURL_CA_BUNDLE=self.ping.ca,
                                SSL_CERT_DIR=self.ping.ca_directory)
        os.unlink(self.courier.path)
        self.courier = self.enter(Courier(self.directory, self.environment))
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), self.outcome(CA=None))
        self.assertEqual(0, self.ping.application_bytes)


class Orders(CourierCase):
    """Packets that are no jobs."""

    def refused(self, packet):
        done = self.courier.do(packet)
        self.assertEqual(("JOB_DONE", "PROTOCOL", "NOTHING_SENT"),
                         (done.operation, done["ERROR"], done["PROGRESS"]))

    def test_malformed_packets_are_answered_and_nothing_happens(self):
        good = password_job(self.ping, USER, PASSWORD)
        for packet in (b"x", good[:-1], good + b"\0", good[:5], b"MPW\x02" + good[4:], good * 2,
                       job("JOB_DONE", self.ping.url), job("LOGIN", self.ping.url),
                       good + good[6:18], b"x" * 65537, b"MPW\x01" + b"\0" * 65000):
            with self.subTest(packet[:20]):
                self.refused(packet)
        self.assertEqual(0, self.ping.connections)

    def test_a_job_with_a_gap_is_refused(self):
        for name in ("ENDPOINT", "CLIENT_ID", "CLIENT_AUTH", "REMOTE_NAME", "PASSWORD"):
            with self.subTest(name):
                self.refused(password_job(self.ping, USER, PASSWORD, **{name: None}))
        for name in ("ENDPOINT", "CLIENT_ID", "REMOTE_NAME", "PASSWORD"):
            self.refused(password_job(self.ping, USER, PASSWORD, **{name: ""}))
        self.refused(refresh_job(self.ping, ""))
        self.refused(password_job(self.ping, USER, PASSWORD, CLIENT_AUTH=257))
        self.assertEqual(0, self.ping.connections)

    def test_a_second_packet_is_never_read(self):
        with self.courier.connect() as connection:
            connection.send(password_job(self.ping, USER, PASSWORD))
            connection.send(password_job(self.ping, USER, PASSWORD))
            try:
                self.assertTrue(connection.recv(1 << 17))
                self.assertEqual(b"", connection.recv(1 << 17))
            except ConnectionResetError:
                pass  # how the kernel says that a packet was left unread: it may swallow the answer
        self.assertEqual(1, len(self.ping.posts()))


if __name__ == "__main__":
    unittest.main()
