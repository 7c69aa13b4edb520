"""Tokens with bytes that could break out of somebody's protocol (81, 91)."""

from ..json_text import Raw, replaced
from ..reply import oauth_error
from .registry import behaviour, is_token_reply, preset, token_shape
from .success import renamed


@token_shape(81)
def token_with(pairs, exchange, text="\r\n", member="access_token"):
    """The text in the middle of the token, properly escaped for JSON."""
    token = dict(pairs).get(member, "")
    middle = len(token) // 2
    return renamed(pairs, exchange, member, token[:middle] + text + token[middle:])


for _name, _text in (
        ("crlf", "\r\n"), ("lf", "\n"), ("cr", "\r"), ("nul", "\0"), ("quote", '"'),
        ("apostrophe", "'"), ("backslash", "\\"), ("space", " "), ("tab", "\t"),
        ("escape", "\x1b[31m"), ("del", "\x7f"), ("non_ascii", "\u00e9"),
        ("nbsp", "\u00a0"), ("line_separator", "\u2028"), ("emoji", "\U0001f511"),
        ("git_injection", "\npassword=evil\nhost=evil.test"),
        ("header_injection", "\r\nX-TNGO-TENANT: EVIL"), ("c1", "\u009b31m")):
    preset(81, "token_" + _name, token_with, text=_text)
    preset(81, "refresh_token_" + _name, token_with, text=_text, member="refresh_token")


@token_shape(81)
def token_raw(pairs, _exchange, raw='""', member="access_token"):
    """Any JSON text, or no JSON at all, where the token belongs."""
    return replaced(pairs, member, Raw(raw))


for _name, _raw in (
        ("empty", '""'), ("raw_newline", '"abc\ndef"'), ("raw_nul", '"abc\0def"'),
        ("raw_escape", '"abc\x1b[2Jdef"'), ("bad_escape", '"abc\\xdef"'),
        ("short_escape", '"abc\\u00"'), ("number", "12345"), ("null", "null"),
        ("true", "true"), ("list", '["ts5grB07RB2GHAuOs67tJ4zJjV1R"]'),
        ("object", '{"value":"ts5grB07RB2GHAuOs67tJ4zJjV1R"}'),
        ("lone_surrogate", '"abc\\ud800def"'), ("swapped_surrogates", '"\\udc00\\ud800"'),
        ("invalid_utf8", '"abc\udcff\udcfedef"'), ("overlong_utf8", '"abc\udcc0\udc80def"'),
        ("unterminated", '"abcdef')):
    _number = 84 if "surrogate" in _name or "utf8" in _name else \
        86 if _name in ("number", "null", "true", "list", "object") else 81
    preset(_number, "token_" + _name, token_raw, raw=_raw)
    preset(_number, "refresh_token_" + _name, token_raw, raw=_raw, member="refresh_token")


@behaviour(91)
def echo_secrets(exchange, status=400):
    """The reply repeats the password, the client's secret and the tokens sent."""
    request = exchange.request
    parts = ["%s=%s" % pair for pair in request.parameters]
    parts += request.headers_named("Authorization")
    reply = oauth_error(status, "invalid_grant", "rejected: " + " ".join(parts))
    reply.headers.append(("X-Echo", " ".join(
        part for part in parts if part.isascii() and part.isprintable())))
    return reply


@behaviour(91)
def echo_secrets_with_token(exchange):
    """The same in a reply that is otherwise good."""
    reply = exchange.genuine()
    if is_token_reply(reply):
        reply.set_pairs([("echo", "%s=%s" % pair) for pair in exchange.request.parameters]
                        + reply.pairs)
    return reply
