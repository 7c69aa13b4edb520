"""What the self-test talks to the simulator with."""

import collections
import http.client
import json
import shutil
import ssl
import tempfile
import unittest
from urllib.parse import quote_plus, urlencode

from .. import Ping
from ..clients import TANGOE_ID, TANGOE_SECRET
from ..request import FORM, TOKEN_PATH, VALIDATE_BEARER
from .pipe import Pipe

ALICE = "command://alice"
PASSWORD = "correct horse"

Answer = collections.namedtuple("Answer", "status headers body")


class PingCase(unittest.TestCase):
    """One Ping with the user command://alice for each test."""

    def setUp(self):
        directory = tempfile.mkdtemp(prefix="ping-selftest.")
        self.addCleanup(shutil.rmtree, directory)
        self.ping = Ping(directory)
        self.ping.start()
        self.addCleanup(self.ping.close)
        self.ping.add_user(ALICE, PASSWORD)
        self.trust = ssl.create_default_context(cafile=self.ping.ca)

    def post(self, parameters, path=TOKEN_PATH, headers=(), method="POST", query=None):
        """One request on a connection of its own."""
        connection = http.client.HTTPSConnection("localhost", self.ping.port,
                                                 context=self.trust, timeout=10)
        try:
            target = path + ("?" + urlencode(query) if query else "")
            body = parameters if isinstance(parameters, bytes) else urlencode(parameters)
            connection.request(method, target, body,
                               dict({"Content-Type": FORM}, **dict(headers)))
            reply = connection.getresponse()
            return Answer(reply.status, reply.headers, reply.read())
        finally:
            connection.close()

    def login(self, name=ALICE, password=PASSWORD, **more):
        """The password grant."""
        return self.post(dict(credentials(), grant_type="password", scope="MOBPROC",
                              username=name, password=password, **more))

    def refresh(self, token, **more):
        """The refresh grant."""
        return self.post(dict(credentials(), grant_type="refresh_token",
                              refresh_token=token, **more))

    def validate(self, token, **more):
        """validate_bearer."""
        return self.post(dict(credentials(), grant_type=VALIDATE_BEARER, token=token, **more))

    def tokens(self):
        """(access, refresh) of a fresh login."""
        members = json.loads(self.login().body)
        return members["access_token"], members["refresh_token"]

    def connect(self, **options):
        """A Pipe to the server."""
        return Pipe(self.ping.port, self.trust, **options)

    def hear(self, request=None, limit=1 << 18, seconds=10):
        """Send raw bytes and listen until the end, the limit or the time-out."""
        with self.connect() as connection:
            connection.settimeout(seconds)
            connection.sendall(login_bytes() if request is None else request)
            return connection.listen(limit)


def credentials():
    """Tangoe's example client."""
    return {"client_id": TANGOE_ID, "client_secret": TANGOE_SECRET}


def login_bytes(close=True):
    """A login as raw bytes."""
    body = ("grant_type=password&scope=MOBPROC&client_id=%s&client_secret=%s&username=%s"
            "&password=%s" % (TANGOE_ID, TANGOE_SECRET, quote_plus(ALICE),
                              quote_plus(PASSWORD))).encode()
    return request_bytes(body, close=close)


def request_bytes(body, lines=b"", close=True):
    """A POST to the token endpoint as raw bytes."""
    return (b"POST /as/token.oauth2 HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n" + lines
            + b"Content-Length: %d\r\n" % len(body)
            + (b"Connection: close\r\n" if close else b"") + b"\r\n" + body)
