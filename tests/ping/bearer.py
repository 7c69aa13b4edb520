"""Which live token, if any, a request to a protected server carries."""

import base64
import binascii


def presented(request):
    """(kind, token): kind is "none", "bearer", "basic" or "other"."""
    values = request.headers_named("Authorization")
    if not values:
        return "none", None
    scheme, _, rest = values[0].partition(" ")
    if len(values) > 1:
        return "other", None
    if scheme.lower() == "bearer":
        return "bearer", rest
    if scheme.lower() == "basic":
        return "basic", _password(rest)
    return "other", None


def _password(encoded):
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-8", "surrogateescape")
    except binascii.Error:
        return None
    return text.partition(":")[2]
