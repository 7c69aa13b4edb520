"""What the server writes down, and what it calls a fault."""

import json

from .. import redact
from ..form import parse
from .client import PingCase, login_bytes, request_bytes

EVERY_BYTE = "".join("%%%02X" % byte for byte in range(256)).encode()


class Recording(PingCase):
    """ping.requests and ping.faults."""

    def test_everything_about_a_request(self):
        self.post(b"a=1&a=2&b=", query={"q": "x"}, headers={"X-One": "yes"})
        (request,) = self.ping.requests
        self.assertEqual(("POST", "/as/token.oauth2?q=x", "/as/token.oauth2", "q=x"),
                         (request.method, request.target, request.path, request.query))
        self.assertEqual(b"a=1&a=2&b=", request.body)
        self.assertEqual([("q", "x"), ("a", "1"), ("a", "2"), ("b", "")], request.parameters)
        self.assertEqual(["1", "2"], request.all("a"))
        self.assertEqual(("yes", None), (request.header("x-one"), request.header("x-two")))
        self.assertEqual("Host", request.headers[0][0])
        self.assertIn(b"\r\nX-One: yes", request.head)
        self.assertEqual((1, 1, "localhost", False), (request.connection, request.number,
                                                      request.sni, request.resumed))
        self.assertIn(request.tls, ("TLSv1.2", "TLSv1.3"))
        self.assertEqual(["form: 'a' is there 2 times"], self.ping.faults)

    def test_every_byte_survives(self):
        self.post(b"password=" + EVERY_BYTE)
        value = self.ping.requests[0].get("password")
        self.assertEqual(bytes(range(256)), value.encode("utf-8", "surrogateescape"))
        self.assertEqual([], self.ping.faults)

    def test_every_byte_can_be_a_password(self):
        password = bytes(range(1, 256)).decode("utf-8", "surrogateescape")
        self.ping.add_user("command://bob", password)
        body = self.ping_login_body(b"command%3A%2F%2Fbob", EVERY_BYTE[3:])
        self.assertIn(b"200 OK", self.hear(request_bytes(body)).data)

    @staticmethod
    def ping_login_body(name, password):
        """A login form with the given encoded name and password."""
        body = login_bytes().partition(b"\r\n\r\n")[2]
        return body.partition(b"&username=")[0] + b"&username=" + name + \
            b"&password=" + password

    def test_sloppy_forms_are_faults(self):
        for body in (b"password=a b", b"password=\xc3\xa9", b"p=%zz", b"p=%4", b"p", b"=v",
                     b"a=1&&b=2", b"a=1&"):
            self.assertEqual(1, len(parse(body)[1][:1]), body)
        for body in (b"", b"a=", b"command=a%3A//b", b"a=+%2B*-._~"):
            self.assertEqual([], parse(body)[1], body)

    def test_bad_http_is_a_fault_and_no_request(self):
        good = login_bytes()
        for name, bad in {
                "bare LF": good.replace(b"\r\n", b"\n"),
                "folding": good.replace(b"Connection", b" folded\r\nConnection"),
                "NUL": good.replace(b"Host: ", b"Host: \0"),
                "no host": good.replace(b"Host: localhost\r\n", b""),
                "two hosts": good.replace(b"Host", b"Host: a\r\nHost"),
                "two lengths": good.replace(b"Content-L", b"Content-Length: 1\r\nContent-L"),
                "length and chunks": good.replace(b"Host", b"Transfer-Encoding: chunked\r\nHost"),
                "no length": good.replace(b"Content-Length", b"X-Length"),
                "proxy form": good.replace(b"POST /", b"POST https://localhost/"),
                "space before colon": good.replace(b"Host:", b"Host :"),
                "HTTP/2": good.replace(b"HTTP/1.1", b"HTTP/2.0"),
                "huge head": good.replace(b"Host", b"X: " + b"x" * 70000 + b"\r\nHost")}.items():
            with self.subTest(name):
                self.ping.forget_requests()
                heard = self.hear(bad)
                self.assertRegex(heard.data, rb"\AHTTP/1.1 4\d\d ")
                self.assertEqual((1, 0), (len(self.ping.faults), len(self.ping.requests)))

    def test_an_early_end_is_a_fault(self):
        for length in (10, len(login_bytes()) - 1):
            self.ping.forget_requests()
            with self.connect() as connection:
                connection.sendall(login_bytes()[:length])
            self.assertTrue(self.ping.wait_until(lambda: self.ping.faults))
            self.assertIn("end of file", self.ping.faults[0])

    def test_chunked_requests_are_read(self):
        body = login_bytes().partition(b"\r\n\r\n")[2]
        chunked = (b"POST /as/token.oauth2 HTTP/1.1\r\nHost: localhost\r\n"
                   b"Content-Type: application/x-www-form-urlencoded\r\n"
                   b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                   + b"%x\r\n%s\r\n1\r\n%s\r\n0\r\nX: y\r\n\r\n" % (
                       len(body) - 1, body[:-1], body[-1:]))
        self.assertIn(b"200 OK", self.hear(chunked).data)
        self.assertEqual(body, self.ping.requests[0].body)

    def test_expect_continue(self):
        head, _, body = request_bytes(b"a=1", b"Expect: 100-continue\r\n").rpartition(b"\r\n\r\n")
        with self.connect() as connection:
            connection.sendall(head + b"\r\n\r\n")
            self.assertEqual(b"HTTP/1.1 100 Continue\r\n\r\n", connection.recv(100))
            connection.sendall(body)
            self.assertIn(b"400 Bad Request", connection.listen().data)

    def test_connections_stay_open(self):
        with self.connect() as connection:
            for number in (1, 2):
                connection.sendall(login_bytes(close=False))
                self.assertIn(b"200 OK", connection.recv(65536))
                self.assertEqual(number, self.ping.requests[-1].number)
            self.assertEqual((1, 1), (self.ping.connections, self.ping.open_connections))

    def test_resumed_sessions_are_noticed(self):
        with self.connect() as connection:
            connection.sendall(login_bytes())
            connection.listen()
            session = connection.session
        with self.connect(session=session) as connection:
            connection.sendall(login_bytes())
            connection.listen()
        self.assertEqual([False, True], [one.resumed for one in self.ping.requests])

    def test_failed_handshakes_and_bytes_are_counted(self):
        self.ping.tls(certificate="wrong_host", version="TLSv1.2")
        with self.assertRaises(OSError):
            self.login()
        self.assertTrue(self.ping.wait_until(lambda: self.ping.handshakes_failed == 1))
        self.assertEqual((0, []), (self.ping.application_bytes, self.ping.requests))
        self.ping.tls()
        self.login()
        self.assertGreater(self.ping.application_bytes, 200)

    def test_posts_by_kind(self):
        access, refresh = self.tokens()
        self.refresh(refresh)
        self.validate(access)
        self.assertEqual([1, 1, 1, 3], [len(self.ping.posts(kind)) for kind in (
            "password", "refresh_token", "validate_bearer", None)])
        self.ping.forget_requests()
        self.assertEqual([], self.ping.posts())

    def test_nothing_secret_is_shown(self):
        access, refresh = self.tokens()
        self.refresh(refresh)
        self.post({"token": access}, query={"client_secret": "s3cret", "token": access},
                  headers={"Authorization": "Basic czNjcmV0"})
        shown = repr(self.ping.requests) + json.dumps(
            [redact.request(request) for request in self.ping.requests])
        for secret in (access, refresh, "correct horse", "correct+horse", "s3cret", "czNjcmV0",
                       "81f40d2777ea4a41A992535F17AC92EC"):
            self.assertNotIn(secret, shown)
        self.assertIn("(secret)", shown)
        self.assertIn("command://alice", shown)
