"""JSON written piece by piece, so that it can also be written wrongly.

An object is a list of (key, value) pairs: order counts and keys may repeat.
A Raw value goes out as it is: `Raw("1e400")`, `Raw('"\\ud800"')`. Text that
UTF-8 cannot say (surrogateescape) becomes the single bytes it stands for.
"""

import json


class Raw(str):
    """JSON text to be sent untouched."""


def value(thing):
    """One value as JSON text."""
    if isinstance(thing, Raw):
        return str(thing)
    return json.dumps(thing, ensure_ascii=False, separators=(",", ":"))


def members(pairs):
    """An object from pairs, without any white space."""
    return "{%s}" % ",".join("%s:%s" % (value(key), value(thing)) for key, thing in pairs)


def encoded(text):
    """The bytes of JSON text."""
    return text.encode("utf-8", "surrogateescape")


def replaced(pairs, key, thing):
    """The pairs with that member's value changed; appended when it was not there."""
    if key not in dict(pairs):
        return list(pairs) + [(key, thing)]
    return [(name, thing if name == key else old) for name, old in pairs]


def without(pairs, *keys):
    """The pairs less those members."""
    return [(name, thing) for name, thing in pairs if name not in keys]
