"""HTTP framing gone odd or wrong (52-59). The request is processed; the honest
reply is what gets framed."""

import functools
import gzip

from .registry import behaviour, preset, register


def _sent(exchange, head, body):
    exchange.send(head)
    exchange.send(body)


def interim(exchange, code=100, text="Continue", headers="", times=1):
    """1xx replies before the real one."""
    line = ("HTTP/1.1 %d %s\r\n%s\r\n" % (code, text, headers)).encode()
    reply = exchange.genuine()
    for _ in range(times):
        exchange.send(line)
    return reply


preset(52, "interim", interim)
preset(52, "continue_100", interim, code=100, text="Continue")
preset(52, "early_hints_103", interim, code=103, text="Early Hints",
       headers="Link: </style.css>; rel=preload\r\n")
preset(52, "interim_flood", interim, times=100000)
preset(52, "switching_101", interim, code=101, text="Switching Protocols",
       headers="Connection: Upgrade\r\nUpgrade: h2c\r\n")


def restated(exchange, code=201, reason="Created", headers=()):
    """The honest body under another status."""
    reply = exchange.genuine()
    reply.status, reply.reason = code, reason
    reply.headers += list(headers)
    if code == 204:
        reply.body = b""
    return reply


preset(52, "restated", restated)
preset(52, "created_201", restated, code=201, reason="Created")
preset(52, "accepted_202", restated, code=202, reason="Accepted")
preset(52, "no_content_204", restated, code=204, reason="No Content")
preset(52, "partial_206", restated, code=206, reason="Partial Content",
       headers=[("Content-Range", "bytes 0-99/200")])


@functools.lru_cache(maxsize=None)
def _bomb(size):
    return gzip.compress(b" " * size, 9)


@behaviour(53)
def gzip_body(exchange, times=1):
    """Compressed though nobody asked; times=2 for a stacked encoding."""
    reply = exchange.genuine()
    for _ in range(times):
        reply.body = gzip.compress(reply.body)
    reply.set_header("Content-Encoding", ", ".join(["gzip"] * times))
    return reply


@behaviour(53)
def gzip_bomb(exchange, size=64 << 20):
    """Some KB on the wire, 64 MB of white space before the reply once unpacked."""
    reply = exchange.genuine()
    reply.body = _bomb(size) + gzip.compress(reply.body)
    reply.set_header("Content-Encoding", "gzip")
    return reply


@behaviour(53)
def unknown_encoding(exchange):
    """A Content-Encoding nobody knows, around the plain body."""
    reply = exchange.genuine()
    reply.set_header("Content-Encoding", "x-none-such")
    return reply


@behaviour(54)
def chunked(exchange, size=7, line=b"%x\r\n", after=b"\r\n", tail=b"0\r\n\r\n"):
    """The body in chunks; every part of the coding can be bent."""
    reply = exchange.genuine()
    reply.set_header("Transfer-Encoding", "chunked")
    pieces = [reply.body[start:start + size] for start in range(0, len(reply.body), size)]
    body = b"".join((line % len(piece) if b"%" in line else line) + piece + after
                    for piece in pieces)
    _sent(exchange, reply.head(length=""), body + tail)


for _name, _options in (
        ("chunked_trailers", {"tail": b"0\r\nX-Trailer: 1\r\nSet-Cookie: a=b\r\n\r\n"}),
        ("chunked_extensions", {"line": b'%x;name="value"\r\n'}),
        ("chunk_size_negative", {"line": b"-1\r\n"}),
        ("chunk_size_overflow", {"line": b"FFFFFFFFFFFFFFFFF\r\n"}),
        ("chunk_size_2_63", {"line": b"7FFFFFFFFFFFFFFF\r\n"}),
        ("chunk_size_not_hex", {"line": b"zz\r\n"}),
        ("chunk_size_0x", {"line": b"0x7\r\n"}),
        ("chunk_size_empty", {"line": b"\r\n"}),
        ("chunk_without_crlf", {"after": b""}),
        ("chunk_endless_extension", {"line": b"%x;" + b"x" * 1000000 + b"\r\n"}),
        ("chunked_without_end", {"tail": b""})):
    preset(54, _name, chunked, **_options)


@behaviour(55)
def content_length(exchange, value=None, offset=0, more=""):
    """Content-Length: any value, or the truth plus an offset; more header lines."""
    reply = exchange.genuine()
    length = len(reply.body) + offset if value is None else value
    _sent(exchange, reply.head(length="%s%s" % (length, more)), reply.body)


for _name, _options in (
        ("length_too_long", {"offset": 10}), ("length_too_short", {"offset": -10}),
        ("length_zero", {"value": 0}), ("length_negative", {"value": -1}),
        ("length_not_a_number", {"value": "many"}), ("length_2_64", {"value": 1 << 64}),
        ("length_duplicate", {"more": "\r\nContent-Length: 5"}),
        ("length_list", {"more": ", 5"}),
        ("length_and_chunked", {"more": "\r\nTransfer-Encoding: chunked"})):
    preset(55, _name, content_length, **_options)


@behaviour(55)
def no_length(exchange):
    """The body ends with the connection (and a proper close_notify)."""
    reply = exchange.genuine()
    reply.close = True
    _sent(exchange, reply.head(length=""), reply.body)


def more_headers(exchange, lines=b""):
    """Raw bytes among the headers, right after the status line."""
    reply = exchange.genuine()
    first, rest = reply.encode().split(b"\r\n", 1)
    exchange.send(first + b"\r\n" + lines + rest)


for _name, _lines in (
        ("huge_header", b"X-Huge: " + b"h" * (1 << 20) + b"\r\n"),
        ("thousand_headers", b"".join(b"X-%d: v\r\n" % index for index in range(1000))),
        ("nul_in_header", b"X-Nul: a\0b\r\n"),
        ("bare_cr_header", b"X-Cr: a\rb\r\n"),
        ("folded_header", b"X-Folded: a\r\n b\r\n"),
        ("nameless_header", b": value\r\n"),
        ("colonless_header", b"no colon here\r\n"),
        ("second_status_line", b"HTTP/1.1 200 OK\r\n")):
    preset(56, _name, more_headers, lines=_lines)


@behaviour(56)
def endless_headers(exchange):
    """Headers without end."""
    exchange.genuine()
    exchange.send(b"HTTP/1.1 200 OK\r\n")
    exchange.send_endlessly(b"X-More: and more\r\n" * 1000)


@behaviour(58)
def http_1_0(exchange):
    """HTTP/1.0, closing after the body."""
    reply = exchange.genuine()
    exchange.send(reply.encode().replace(b"HTTP/1.1", b"HTTP/1.0", 1))


@behaviour(58)
def close_after_reply(exchange):
    """Promises to keep the connection, then closes it."""
    exchange.send(exchange.genuine().encode())


def raw(exchange, data=b"", body=True):
    """Any bytes, then (body=True) the body of the honest reply."""
    exchange.send(data + (exchange.genuine().body if body else b""))


preset(58, "raw", raw)
for _name, _data in (
        ("http_0_9", b""), ("http_3_0", b"HTTP/3.0 200 OK\r\n\r\n"),
        ("http2_frames", b"\0\0\0\x04\0\0\0\0\0" * 3),
        ("status_garbage", b"HTTP/1.1 2OO OK\r\n\r\n"),
        ("status_missing", b"HTTP/1.1\r\n\r\n"), ("status_4_digits", b"HTTP/1.1 2000 OK\r\n\r\n"),
        ("ssh_banner", b"SSH-2.0-OpenSSH_9.2\r\n"), ("bare_lf", b"HTTP/1.1 200 OK\n\n")):
    preset(58, _name, raw, data=_data)


def content_type(exchange, values=()):
    """Exactly these Content-Type headers."""
    reply = exchange.genuine()
    reply.set_header("Content-Type", None)
    reply.headers += [("Content-Type", value) for value in values]
    return reply


register(59, "content_type", content_type)
for _name, _values in (
        ("no_content_type", ()), ("wrong_content_type", ("text/plain",)),
        ("html_content_type", ("text/html",)),
        ("duplicate_content_type", ("application/json", "text/html")),
        ("wrong_charset", ("application/json; charset=utf-16",)),
        ("upper_case_content_type", ("APPLICATION/JSON;CHARSET=UTF-8",)),
        ("bad_content_type", ("application/jsonp",))):
    preset(59, _name, content_type, values=_values)
