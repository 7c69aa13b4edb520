"""JSON bodies no sane server would send (82-86)."""

from ..json_text import Raw, encoded, members, without
from ..reply import Reply, JSON, PING_HEADERS, oauth_error
from .registry import behaviour, is_token_reply, preset, token_shape


@token_shape(82)
def duplicate_keys(pairs, _exchange, member="access_token", raw='"evilevilevilevilevilevilevil"'):
    """A member twice, the second time with another value."""
    return list(pairs) + [(member, Raw(raw))]


for _member, _raw in (("expires_in", "1"), ("refresh_token", '"' + "e" * 42 + '"'),
                      ("token_type", '"mac"')):
    preset(82, "duplicate_" + _member, duplicate_keys, member=_member, raw=_raw)


@token_shape(82)
def duplicate_escaped_key(pairs, _exchange):
    """The same key twice, once written with an escape."""
    return list(pairs) + [(Raw('"\\u0061ccess_token"'), "e" * 28)]


@token_shape(82)
def nul_key(pairs, _exchange, instead=False):
    """A key equal to access_token up to its NUL; instead=True: without the real one."""
    pairs = without(pairs, "access_token") if instead else list(pairs)
    return pairs + [("access_token\0x", "e" * 28)]


preset(82, "nul_key_instead", nul_key, instead=True)


@token_shape(83)
def deep_nesting(pairs, _exchange, depth=100000, opening="[", closing="]"):
    """Arrays in arrays, beside the tokens."""
    return list(pairs) + [("deep", Raw(opening * depth + closing * depth))]


preset(83, "deep_objects", deep_nesting, opening='{"a":', closing="}")
preset(83, "deep_unclosed", deep_nesting, closing="")
preset(83, "depth_100", deep_nesting, depth=100)


@token_shape(83)
def many_keys(pairs, _exchange, count=100000):
    """As many members, all different."""
    return [("k%d" % index, index) for index in range(count)] + list(pairs)


@behaviour(83)
def big_body(exchange, size=100 << 20, announced=True):
    """A good reply, then white space up to that size."""
    reply = exchange.genuine()
    exchange.send(reply.head(length=len(reply.body) + size if announced else "") + reply.body)
    exchange.send_endlessly(b" " * 65536, size)


preset(83, "body_100mb", big_body, size=100 << 20)
preset(83, "body_65k", big_body, size=1 << 16)


@behaviour(83)
def endless_body(exchange):
    """White space without end, no length."""
    reply = exchange.genuine()
    exchange.send(reply.head(length="") + reply.body)
    exchange.send_endlessly(b" " * 65536)


@behaviour(83)
def endless_chunks(exchange):
    """The same in chunks."""
    reply = exchange.genuine()
    reply.set_header("Transfer-Encoding", "chunked")
    exchange.send(reply.head(length=""))
    exchange.send_endlessly(b"10000\r\n" + b" " * 65536 + b"\r\n")


def description(_exchange, text="", status=400):
    """invalid_grant with any description."""
    return oauth_error(status, "invalid_grant", text)


preset(85, "description", description)
for _name, _text in (
        ("ansi", "\x1b[2J\x1b]0;owned\x07\x1b[31mroot@host:~# "),
        ("formats", "%s%s%s%n%n%x%08x{0}${HOME}`id`$(id)"), ("crlf", "one\r\ntwo\nthree"),
        ("nul", "before\0after"), ("del", "a\x7f\x08\x08b"), ("c1", "\u009b31m\u0085"),
        ("bidi", "\u202etxt.exe\u2066"), ("10mb", "D" * (10 << 20)), ("empty", "")):
    preset(85, "description_" + _name, description, text=_text)
preset(85, "description_invalid_utf8", description, text=Raw('"a\udcff\udc80b"'))


def body(_exchange, data=b"", status=200):
    """Any bytes as the body, labelled as JSON."""
    return Reply(status, [("Content-Type", JSON)] + PING_HEADERS, data)


preset(86, "body", body)
for _name, _data in (
        ("array", b"[]"), ("string", b'"access_token"'), ("null", b"null"), ("number", b"7"),
        ("true", b"true"), ("empty_object", b"{}"), ("spaces", b" \r\n "),
        ("not_json", b"access_token=ts5grB07RB2GHAuOs67tJ4zJjV1R&token_type=bearer"),
        ("open_brace", b"{"), ("invalid_utf8", b'{"\xff\xfe":1}'), ("nul", b"\0"),
        ("utf16", '{"access_token":"a"}'.encode("utf-16"))):
    preset(86, "body_" + _name, body, data=_data)


def rewritten(exchange, before="", after="", change=None):
    """The honest JSON text with something before, after, or changed."""
    reply = exchange.genuine()
    if is_token_reply(reply):
        text = members(reply.pairs)
        reply.body = encoded(before + (change(text) if change else text) + after)
    return reply


for _number, _name, _options in (
        (86, "in_array", {"before": "[", "after": "]"}),
        (86, "two_documents", {"after": '{"access_token":"' + "e" * 28 + '"}'}),
        (86, "trailing_bytes", {"after": "garbage"}), (86, "trailing_nul", {"after": "\0"}),
        (86, "trailing_brace", {"after": "}"}), (86, "leading_bytes", {"before": ")]}',\n"}),
        (86, "comments", {"before": "/* yes */"}),
        (86, "line_comment", {"after": "// the end"}),
        (86, "hash_comment", {"change": lambda text: text.replace("{", "{#c\n", 1)}),
        (86, "nan", {"change": lambda text: text.replace("{", '{"x":NaN,', 1)}),
        (86, "infinity", {"change": lambda text: text.replace("{", '{"x":-Infinity,', 1)}),
        (86, "single_quotes", {"change": lambda text: text.replace('"', "'")}),
        (86, "bare_keys", {"change": lambda text: text.replace('"access_token"',
                                                               "access_token")}),
        (86, "trailing_comma", {"change": lambda text: text[:-1] + ",}"}),
        (86, "missing_comma", {"change": lambda text: text.replace(",", " ", 1)}),
        (86, "truncated_json", {"change": lambda text: text[:-1]}),
        (84, "invalid_utf8_member", {"change": lambda text: text[:-1] + ',"x":"\udcff"}'}),
        (84, "lone_surrogate_member", {"change": lambda text: text[:-1] + ',"x":"\\ud800"}'})):
    preset(_number, _name, rewritten, **_options)
