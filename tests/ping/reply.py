"""An HTTP reply in the making.

    status, reason    200, "OK"
    headers           [(name, value)] in the order they will be sent
    body              bytes
    pairs             the JSON members of the body, when it was made from pairs
    close             whether the connection ends after it
"""

import email.utils
import http.client
import time

from . import json_text

JSON = "application/json;charset=utf-8"
# PING.md 1.2: what PingFederate sends along with every token reply.
PING_HEADERS = [
    ("Cache-Control", "no-cache, no-store"), ("Pragma", "no-cache"),
    ("Expires", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Referrer-Policy", "origin"),
    ("Set-Cookie", "PF=simulated;Path=/;Secure;HttpOnly;SameSite=None"),
]


class Reply:
    """See the top of this file."""

    def __init__(self, status, headers=(), body=b"", reason=None, close=False):
        self.status = status
        self.reason = http.client.responses.get(status, "") if reason is None else reason
        self.headers = list(headers)
        self.body = body
        self.close = close
        self.pairs = None

    def get(self, key):
        """A member of the JSON body, None when there is none."""
        return dict(self.pairs or ()).get(key)

    def set_pairs(self, pairs, tail=b""):
        """Replace the JSON body."""
        self.pairs = list(pairs)
        self.body = json_text.encoded(json_text.members(self.pairs)) + tail

    def set_header(self, name, value):
        """Replace or add a header; None removes it."""
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def head(self, length=None):
        """The bytes before the body. length: None (the truth), "" (no such
        header), or whatever shall stand there."""
        headers = [("Date", email.utils.formatdate(time.time(), usegmt=True))]
        headers += self.headers
        if any(name == "Date" for name, _ in self.headers):
            headers = headers[1:]
        if length != "" and self.status != 204:
            headers.append(("Content-Length", len(self.body) if length is None else length))
        if self.close:
            headers.append(("Connection", "close"))
        lines = ["HTTP/1.1 %d %s" % (self.status, self.reason)]
        lines += ["%s: %s" % pair for pair in headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")

    def encode(self):
        """The whole reply."""
        return self.head() + self.body


def json_reply(status, pairs, headers=PING_HEADERS, tail=b""):
    """PingFederate's way: JSON with its usual headers."""
    reply = Reply(status, [("Content-Type", JSON)] + list(headers))
    reply.set_pairs(pairs, tail)
    return reply


def oauth_error(status, error, description=None):
    """Its error bodies: description first, then error, then CRLF (PING.md 1.3)."""
    pairs = [] if description is None else [("error_description", description)]
    return json_reply(status, pairs + [("error", error)], tail=b"\r\n")


def html(status, title, headers=()):
    """What proxies, gateways and captive portals say."""
    page = ("<!DOCTYPE html>\r\n<html><head><title>%s</title></head>\r\n"
            "<body><h1>%s</h1></body></html>\r\n" % (title, title))
    return Reply(status, [("Content-Type", "text/html; charset=utf-8")] + list(headers),
                 page.encode())
