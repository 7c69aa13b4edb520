"""A strict HTTP/1.1 request reader over any source of bytes.

Strict on purpose: a client under test shall not get away with a bare LF, a
folded header, two lengths, or a missing Host. What is wrong raises Fault.
"""

import re

from .request import Request

HEAD_LIMIT = 64 * 1024
_BARE_LF = re.compile(rb"(?<!\r)\n")
_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) (HTTP/1\.[01])")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[!-~\x80-\xff]"
                     rb"(?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?)[ \t]*")


class Fault(Exception):
    """The request is not HTTP/1.1 as it should be; `status` is the answer."""

    def __init__(self, text, status=400):
        super().__init__(text)
        self.status = status


class Reader:
    """Reads requests from `receive(count)`, which returns b"" at the end."""

    def __init__(self, receive, body_limit):
        self._receive = receive
        self._body_limit = body_limit
        self._buffer = b""

    def request(self, on_expect):
        """The next request, or None when the peer closed before its first byte.

        on_expect() is called when the client waits for "100 Continue".
        """
        head = self._head()
        if head is None:
            return None
        request = _parse(head)
        length, chunked = _framing(request)
        if (request.header("Expect") or "").lower() == "100-continue":
            on_expect()
        request.take_body(self._chunks() if chunked else self._exactly(length))
        return request

    def _head(self):
        while b"\r\n\r\n" not in self._buffer:
            _check_head(self._buffer)
            data = self._receive(16384)
            if not data and not self._buffer:
                return None
            if not data:
                raise Fault("end of file inside the request head")
            self._buffer += data
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        _check_head(head)
        return head

    def _exactly(self, count):
        if count > self._body_limit:
            raise Fault("request body over %d bytes" % self._body_limit, 413)
        while len(self._buffer) < count:
            data = self._receive(min(1 << 20, count - len(self._buffer)))
            if not data:
                raise Fault("end of file inside the request body")
            self._buffer += data
        body, self._buffer = self._buffer[:count], self._buffer[count:]
        return body

    def _line(self):
        while b"\r\n" not in self._buffer:
            data = self._receive(16384) if len(self._buffer) < HEAD_LIMIT else b""
            if not data:
                raise Fault("bad or unfinished chunk line")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line

    def _chunks(self):
        body = []
        while True:
            size = self._line().partition(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size):
                raise Fault("bad chunk size")
            if int(size, 16) == 0:
                break
            body.append(self._exactly(int(size, 16)))
            if sum(map(len, body)) > self._body_limit:
                raise Fault("request body over %d bytes" % self._body_limit, 413)
            if self._exactly(2) != b"\r\n":
                raise Fault("chunk without CRLF")
        while self._line():
            pass
        return b"".join(body)


def _check_head(head):
    """What would otherwise be waited for in vain, or swallowed."""
    if len(head) > HEAD_LIMIT:
        raise Fault("request head over %d bytes" % HEAD_LIMIT, 431)
    if _BARE_LF.search(head):
        raise Fault("bare LF in the request head")


def _parse(head):
    lines = head.split(b"\r\n")
    first = _LINE.fullmatch(lines[0])
    if not first:
        raise Fault("bad request line")
    headers = []
    for line in lines[1:]:
        match = _HEADER.fullmatch(line)
        if not match:
            raise Fault("bad header line (folding, bare CR or LF, control byte, no name)")
        headers.append(tuple(part.decode("latin-1") for part in match.groups()))
    method, target, version = (part.decode("ascii") for part in first.groups())
    request = Request(head, method, target, version, headers)
    hosts = len(request.headers_named("Host"))
    if hosts > 1 or (hosts == 0 and version == "HTTP/1.1"):
        raise Fault("Host is there %d times" % hosts)
    if not target.startswith("/"):
        raise Fault("target is not a path (is the client using a proxy?)")
    return request


def _framing(request):
    """(length, chunked) of the body."""
    lengths = request.headers_named("Content-Length")
    codings = request.headers_named("Transfer-Encoding")
    if len(lengths) > 1 or len(codings) > 1 or (lengths and codings):
        raise Fault("ambiguous body length")
    if codings:
        if codings[0].lower() != "chunked" or request.version == "HTTP/1.0":
            raise Fault("unknown Transfer-Encoding", 501)
        return 0, True
    if lengths and not re.fullmatch("[0-9]{1,15}", lengths[0]):
        raise Fault("bad Content-Length")
    if not lengths and request.method in ("POST", "PUT"):
        raise Fault("no length", 411)
    return int(lengths[0]) if lengths else 0, False
