"""application/x-www-form-urlencoded, strictly, byte for byte.

Values become str by UTF-8 with surrogateescape, so that every byte a client
sent can be found again: `value.encode("utf-8", "surrogateescape")`.
"""

import re

# What RFC 3986 lets stand unescaped in a query, less the separators of a form.
_FAULTY = re.compile(rb"[^A-Za-z0-9._~!$'()*,;:@/?%+\-]|%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


def parse(encoded):
    """(pairs of str, faults): duplicates, order and empty values are kept."""
    pairs, faults = [], []
    for piece in encoded.split(b"&") if encoded else []:
        name, equals, value = piece.partition(b"=")
        if not equals or not name:
            faults.append("form: a piece without a name or '='")
        if _FAULTY.search(name) or _FAULTY.search(value):
            faults.append("form: an unescaped byte or a bad escape in %r" % text(name))
        pairs.append((text(_decode(name)), text(_decode(value))))
    names = [name for name, _ in pairs]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.append("form: %r is there %d times" % (name, names.count(name)))
    return pairs, faults


def text(data):
    """Bytes as str, without loss."""
    return data.decode("utf-8", "surrogateescape")


def _decode(piece):
    return _ESCAPE.sub(lambda match: bytes([int(match.group(1), 16)]),
                       piece.replace(b"+", b" "))
