"""Silence, slowness, cuts and resets (68-78).

Whether the request was processed before the answer got lost is what matters
most here: see each one's default, and `effect`.
"""

from ..reply import oauth_error
from .registry import behaviour, preset

HOUR = 3600


@behaviour(71, stage="accept")
def accept_silence(_ping, connection, seconds=HOUR):
    """TCP works, TLS never begins."""
    connection.until_gone(seconds)


@behaviour(68, stage="accept")
def tls_abort(_ping, connection):
    """RST after the first bytes of the handshake."""
    connection.receive(5)
    connection.reset()


@behaviour(68, stage="accept")
def tls_close(_ping, connection):
    """FIN after the first bytes of the handshake."""
    connection.receive(5)
    connection.truncate()


@behaviour(68, stage="accept")
def plain_http(_ping, connection, data=b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"):
    """Plain bytes where TLS belongs."""
    connection.receive(5)
    connection.send(data)
    connection.finish()


@behaviour(68, stage="accept")
def tls_alert(_ping, connection):
    """A fatal internal_error alert."""
    plain_http(_ping, connection, data=b"\x15\x03\x03\x00\x02\x02\x50")


@behaviour(68, stage="accept")
def tls_slow(ping, connection, seconds=1):
    """One byte of a handshake record at a time."""
    connection.receive(5)
    for byte in b"\x16\x03\x03\x40\x00" + b"\x02" * 0x4000:
        if ping.stopping.wait(seconds):
            return
        connection.send(bytes([byte]))


@behaviour(71)
def silence(exchange, seconds=HOUR):
    """The request is read, and nothing ever comes (nor happens)."""
    exchange.stay_silent(seconds)


@behaviour(73, effect=True)
def silence_after_effect(exchange, seconds=HOUR):
    """The request is processed, and nothing ever comes."""
    exchange.stay_silent(seconds)


@behaviour(73, effect=True)
def rst_after_request(exchange):
    """Processed, then RST: the answer is lost."""
    exchange.reset()


@behaviour(73, effect=True)
def close_after_request(exchange):
    """Processed, then a proper close without a byte: libcurl likes to send again."""
    exchange.send(b"")


@behaviour(73)
def close_before_effect(exchange):
    """Not processed; a proper close without a byte."""
    exchange.send(b"")


@behaviour(58)
def close_when_reused(exchange):
    """A keep-alive race: any but the first request on a connection meets a close,
    unprocessed."""
    if exchange.request.number == 1:
        return exchange.genuine()
    exchange.connection.truncate()
    return None


@behaviour(74)
def cut_reply(exchange, at=None, how="fin"):
    """Only the first `at` bytes (default: half of the body), then `how`:
    "notify" (proper TLS end), "fin" (no close_notify), "reset", or "silence"."""
    data = exchange.genuine().encode()
    if at is None:
        at = len(data) - len(exchange.genuine().body) // 2
    exchange.send(data[:at])
    if how == "fin":
        exchange.connection.truncate()
    elif how == "reset":
        exchange.reset()
    elif how == "silence":
        exchange.stay_silent(HOUR)
    elif how != "notify":
        raise ValueError("cut_reply: how=%r" % how)


preset(74, "rst_mid_body", cut_reply, how="reset")
preset(69, "no_close_notify_mid_body", cut_reply, how="fin")
preset(74, "silence_mid_body", cut_reply, how="silence")


@behaviour(69)
def no_close_notify(exchange):
    """A whole reply without Content-Length, ended by FIN alone: truncation or not?"""
    reply = exchange.genuine()
    reply.close = True
    exchange.send(reply.head(length="") + reply.body)
    exchange.connection.truncate()


@behaviour(72)
def slow_reply(exchange, seconds=1, part="all"):
    """One byte at a time; part: "headers", "body" or "all"."""
    reply = exchange.genuine()
    head, body = reply.head(), reply.body
    if part == "body":
        exchange.send(head)
    else:
        exchange.send_slowly(head, seconds)
    if part == "headers":
        exchange.send(body)
    else:
        exchange.send_slowly(body, seconds)


preset(72, "slow_headers", slow_reply, part="headers")
preset(72, "slow_body", slow_reply, part="body")


@behaviour(77)
def late_answer(exchange, seconds=1):
    """Processed at once, answered late."""
    reply = exchange.genuine()
    exchange.wait(seconds)
    return reply


@behaviour(78)
def refresh_deadlock(exchange, seconds=0.3):
    """Two refreshes within that time: the second gets 500, as from PingFederate's
    JDBC store, and has no effect."""
    if exchange.request.kind != "refresh_token":
        return exchange.genuine()
    if not exchange.service.refreshes.acquire(blocking=False):
        return oauth_error(500, "server_error")
    try:
        reply = exchange.genuine()
        exchange.wait(seconds)
        return reply
    finally:
        exchange.service.refreshes.release()
