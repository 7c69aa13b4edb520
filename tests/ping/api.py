"""class Api: a protected "Mobile Procurement API" that wants its three headers.

    with Ping(directory) as ping, Api(ping) as api:
        api.url        https://localhost:PORT/mobproc/v1/
        api.requests   as in service.py

    Authorization: Bearer <live access token>
    X-TNGO-TENANT: <tenant of the token's user>
    client_id: <client the token was issued to>

All right: 200 and JSON saying who the caller is. Otherwise Tangoe's error JSON
{"errorCode","id","message","status"}: 400 for a missing or repeated header, 403
for a dead token or one of another tenant or client (Tangoe documents no 401),
404 outside /mobproc/v1/. It never sees a refresh token or a password.
"""

import uuid

from .bearer import presented
from .reply import json_reply
from .service import Service

PREFIX = "/mobproc/v1/"


class Api(Service):
    """Shares the directory, the CA and the tokens of a Ping."""

    def __init__(self, ping):
        self.state = ping.state
        super().__init__(ping.directory, now=lambda: self.state.now())

    @property
    def url(self):
        """The prefix under which everything exists."""
        return "https://localhost:%d%s" % (self.port, PREFIX)

    def honest(self, exchange, **how):
        request = exchange.request
        if not request.path.startswith(PREFIX):
            return _error(404, "NOT_FOUND", "Not found")
        for name in ("Authorization", "X-TNGO-TENANT", "client_id"):
            values = [value for value in request.headers_named(name) if value]
            if len(values) != 1:
                return _error(400, "BAD_HEADER", "The header %s is needed once" % name)
        kind, token = presented(request)
        access = self.state.live(token) if kind == "bearer" else None
        if access is None:
            return _error(403, "FORBIDDEN", "The access token is not valid")
        return self._for_caller(request, access)

    def _for_caller(self, request, access):
        claims = access.grant.user.claims
        if request.header("X-TNGO-TENANT") != claims.get("tenant"):
            return _error(403, "FORBIDDEN", "The token belongs to another tenant")
        if request.header("client_id") != access.grant.client.id:
            return _error(403, "FORBIDDEN", "The token belongs to another client")
        return json_reply(200, [
            ("caller", claims.get("identifier")), ("platform", claims.get("platform")),
            ("tenant", claims.get("tenant")), ("client_id", access.grant.client.id),
            ("scope", access.scope), ("method", request.method),
            ("path", request.path)], headers=[("Cache-Control", "no-store")])


def _error(status, code, message):
    return json_reply(status, [("errorCode", code), ("id", str(uuid.uuid4())),
                               ("message", message), ("status", status)], headers=[])
