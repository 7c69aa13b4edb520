"""Successful token replies in all the shapes servers give them (1-22)."""

import base64
import json

from ..json_text import Raw, encoded, members, replaced, without
from .registry import behaviour, is_token_reply, preset, register, token_shape

SEED_ACCESS = "ts5grB07RB2GHAuOs67tJ4zJjV1R"
SEED_REFRESH = "a9AhNvcffquYkV4bSw0O6gt4gKZRvTUGR2lfR8nJf4"


def renamed(pairs, exchange, member, token):
    """Give the client another token, which from now on works as the old one did."""
    if member not in dict(pairs):
        return pairs
    exchange.service.state.rename(dict(pairs).get(member), token)
    return replaced(pairs, member, token)


@behaviour(1)
def seed_reply(exchange):
    """Line by line as Tangoe prints it, with live tokens."""
    return _retold(exchange, lambda text: " " + text.replace("{", "{ \r\n  ").replace(
        ",", ", \r\n  ").replace(":", ": ").replace("}", " \r\n }"))


@token_shape(1)
def seed_literal(pairs, exchange):
    """Tangoe's own example tokens, made live."""
    pairs = renamed(pairs, exchange, "access_token", SEED_ACCESS)
    return renamed(pairs, exchange, "refresh_token", SEED_REFRESH)


@behaviour(2)
def guide_order(exchange):
    """The order of PingFederate's guide, and its way to write the charset."""
    reply = exchange.genuine()
    if is_token_reply(reply):
        order = ["access_token", "refresh_token", "token_type", "expires_in"]
        reply.set_pairs(sorted(reply.pairs, key=lambda pair: order.index(pair[0])))
        reply.set_header("Content-Type", "application/json; charset=UTF-8")
    return reply


@token_shape(3)
def no_refresh_token(pairs, _exchange):
    """As for a client without the refresh grant."""
    return without(pairs, "refresh_token")


@token_shape(4)
def no_expires_in(pairs, _exchange):
    """RFC 6749 only recommends it."""
    return without(pairs, "expires_in")


@token_shape(7)
def expires_in(pairs, _exchange, raw="0"):
    """raw: JSON text for the value, such as 7200.0 or "7200" with its quotes."""
    return replaced(pairs, "expires_in", Raw(raw))


for _number, _name, _raw in (
        (5, "string", '"7200"'), (6, "float", "7200.0"), (6, "exponent", "7.2e3"),
        (6, "fraction", "3600.5"), (7, "0", "0"), (7, "minus_1", "-1"), (7, "1", "1"),
        (7, "2_31", "2147483648"), (7, "2_31_minus_1", "2147483647"),
        (7, "2_63", "9223372036854775808"), (7, "2_64", "18446744073709551616"),
        (7, "1e400", "1e400"), (7, "minus_1e400", "-1e400"), (7, "10_23", "1" + "0" * 23),
        (86, "true", "true"), (86, "null", "null"), (86, "list", "[7200]"),
        (86, "nan", "NaN"), (86, "empty_string", '""'), (86, "words", '"an hour"'),
        (86, "leading_zero", "07200"), (86, "plus", "+7200"), (86, "hex", "0x1c20"),
        (86, "string_space", '" 7200"'), (86, "string_minus", '"-7200"')):
    preset(_number, "expires_in_" + _name, expires_in, raw=_raw)


@token_shape(8)
def token_type(pairs, _exchange, value="bearer"):
    """Any token_type; None leaves it out."""
    pairs = without(pairs, "token_type")
    return pairs if value is None else [("token_type", value)] + pairs


for _name, _value in (("token_type_lower", "bearer"), ("token_type_upper", "BEARER"),
                      ("no_token_type", None), ("token_type_dpop", "DPoP"),
                      ("token_type_mac", "mac"), ("token_type_number", 1),
                      ("token_type_empty", "")):
    preset(8, _name, token_type, value=_value)


@token_shape(9)
def jwt_4k(pairs, exchange):
    """A JWT of about 4 KB instead of a reference token."""
    def part(thing):
        data = json.dumps(thing).encode()
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    token = ".".join((part({"alg": "RS256", "kid": "k1"}),
                      part({"id": dict(pairs)["access_token"], "groups": "g" * 2600}),
                      "s" * 342))
    return renamed(pairs, exchange, "access_token", token)


@token_shape(10)
def long_token(pairs, exchange, length=65536, member="access_token"):
    """The token, prolonged to that many characters."""
    return renamed(pairs, exchange, member, dict(pairs).get(member, "").ljust(length, "x"))


preset(10, "token_64k", long_token, length=65536)
preset(10, "refresh_token_64k", long_token, length=65536, member="refresh_token")


@token_shape(11)
def extra_members(pairs, _exchange):
    """Members to ignore, before and after, flat and nested."""
    nested = {"access_token": "not this one", "deep": [{"expires_in": 1}, [[]], None]}
    return ([("iat", 1), ("nested", nested), ("id_token", "e30.e30.c2ln")] + list(pairs)
            + [("scope", "MOBPROC"), ("list", [nested, True, 1.5]), ("issuer", "x")])


@token_shape(12)
def narrower_scope(pairs, _exchange):
    """Less than was asked for."""
    return replaced(pairs, "scope", "")


@token_shape(12)
def scope(pairs, _exchange, value="MOBPROC ADMIN"):
    """Any scope in the reply; as it stands, more than was asked for."""
    return replaced(pairs, "scope", value)


@behaviour(14)
def same_refresh_token(exchange):
    """A refresh that gives back the refresh token it was given."""
    return exchange.genuine(roll=False)


@behaviour(15)
def no_refresh_on_refresh(exchange):
    """A refresh that gives none: the old one stays good."""
    reply = exchange.genuine(roll=False)
    if is_token_reply(reply) and exchange.request.kind == "refresh_token":
        reply.set_pairs(without(reply.pairs, "refresh_token"))
    return reply


@behaviour(22)
def escapes(exchange):
    """Every letter as \\u00XX, every slash as \\/."""
    def escaped(text):
        return "".join("\\u%04X" % ord(sign) if sign.isalnum() else sign for sign in text)
    reply = exchange.genuine()
    if is_token_reply(reply):
        pairs = [(Raw('"%s"' % escaped(key)), Raw('"%s"' % escaped(value))
                  if isinstance(value, str) else value) for key, value in reply.pairs]
        reply.body = encoded(members(pairs + [("uri", Raw('"https:\\/\\/x\\/"'))]))
    return reply


def _retold(exchange, change):
    reply = exchange.genuine()
    if is_token_reply(reply):
        reply.body = encoded(change(reply.body.decode()))
    return reply


for _name, _change in (
        ("bom", lambda text: "\ufeff" + text),
        ("crlf_tail", lambda text: text + "\r\n"),
        ("whitespace", lambda text: "\r\n\t " + text.replace(",", " ,\n\t").replace(
            ":", " :\r\n ") + " \n\t\r\n")):
    register(22, _name, lambda exchange, change=_change: _retold(exchange, change))
