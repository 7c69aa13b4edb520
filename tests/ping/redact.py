"""Requests without their secrets: for logs, and for what a failing test prints."""

import re

HIDDEN = "(secret)"
SECRET_PARAMETERS = frozenset((
    "password", "client_secret", "refresh_token", "access_token", "token",
    "client_assertion", "code", "code_verifier"))
_IN_QUERY = re.compile("((?:^|[?&])(?:%s)=)[^&#]*" % "|".join(sorted(SECRET_PARAMETERS)))
_SECRET_HEADERS = frozenset(("authorization", "cookie", "proxy-authorization"))


def target(text):
    """A request target whose secret query values are hidden."""
    return _IN_QUERY.sub(lambda match: match.group(1) + HIDDEN, text)


def parameters(pairs):
    """[name, value] lists; values of secret names are hidden."""
    return [[name, HIDDEN if name in SECRET_PARAMETERS else value]
            for name, value in pairs]


def headers(pairs):
    """[name, value] lists; of an Authorization only the scheme stays."""
    shown = []
    for name, value in pairs:
        if name.lower() in _SECRET_HEADERS:
            scheme, space, _ = value.partition(" ")
            value = scheme + " " + HIDDEN if space else HIDDEN
        shown.append([name, value])
    return shown


def request(record):
    """A dict for one line of requests.jsonl."""
    return {"time": round(record.time, 3), "connection": record.connection,
            "tls": record.tls, "method": record.method, "target": target(record.target),
            "headers": headers(record.headers), "kind": record.kind,
            "parameters": parameters(record.parameters),
            "body_bytes": len(record.body)}
